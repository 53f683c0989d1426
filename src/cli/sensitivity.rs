//! `sensitivity`: which assumption moves the figures, and the choice.

use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::load::{draft, topology};
use super::sensitivity_plays::Lab;
use super::settings::study_settings;
use super::streams::Streams;
use super::study_args::SensitivityArgs;
use super::study_files::{Ended, StudyFiles, open_folder, study_json};
use crate::chart;
use crate::compare::{echo, recommend};
use crate::model::Model;
use crate::montecarlo::Estimator;
use crate::report::{sensitivity_csv, sensitivity_markdown, sensitivity_text};
use crate::results::{SensitivityStudy, TopologyResult};
use crate::study::{Played, Variations, measure, sensitive};

/// Time for all plays together, unless trials are asked for.
const LONGEST: Duration = Duration::from_mins(2);
pub(super) fn sensitivity(args: &SensitivityArgs, streams: &mut Streams) -> Result<(), Failure> {
    let draft = draft(args.model.as_deref())?;
    let model = draft.model();
    for path in &args.only {
        draft.place(path)?;
    }
    for name in &args.topology {
        topology(model, name)?;
    }
    let is_chosen = |name: &&String| args.topology.is_empty() || args.topology.contains(name);
    let names: Vec<String> = model.topologies.keys().filter(is_chosen).cloned().collect();
    let variations = Variations::of(&draft, &args.only, args.factor);
    if variations.varied.is_empty() {
        return Err(Failure::Usage(
            "nothing that could be varied is written in the model".to_owned(),
            "times, chances and prices are; those that the file leaves out are not assumptions of yours".to_owned(),
        ));
    }
    let settings = study_settings(&args.trials, LONGEST, Estimator::Sharp);
    let folder = open_folder(&args.output, &[&model.name, "sensitivity"])?;
    let mut lab = Lab {
        draft: &draft,
        names: &names,
        varied: &variations.varied,
        settings: &settings,
        interrupt: Interrupt::listen()?,
        started: Instant::now(),
        partial: false,
        not_played: Vec::new(),
    };
    streams.note(&lab.announced(args.top));
    let played = lab.play(args.top, streams)?;
    let study = lab.look(args, &variations, &played, streams)?;
    let files = files(model, &study, settings.seed)?;
    let ended = Ended::by(lab.interrupt.came());
    files.deliver(folder, &args.output, &settings, ended, streams)
}

impl Lab<'_> {
    /// Puts together what was played.
    fn look(
        &mut self,
        args: &SensitivityArgs,
        variations: &Variations,
        played: &[Played],
        streams: &mut Streams,
    ) -> Result<SensitivityStudy, Failure> {
        let model = self.draft.model();
        let objectives = echo(&model.objectives);
        let base: Vec<TopologyResult> = played
            .iter()
            .zip(self.names)
            .map(|(played, name)| TopologyResult {
                name: name.clone(),
                ..played.base.clone()
            })
            .collect();
        let several = self.names.len() > 1;
        let now = recommend(&base, &objectives, &model.currency)
            .filter(|_| several)
            .map(|taken| taken.name);
        let named: Vec<Played> = played
            .iter()
            .zip(&base)
            .map(|(played, base)| Played {
                base: base.clone(),
                ..played.clone()
            })
            .collect();
        let mut measurements = Vec::new();
        let mut flips = Vec::new();
        if let Some(now) = &now {
            let each = self.varied.iter().enumerate();
            measurements.extend(
                each.filter_map(|(index, varied)| measure(&named, index, varied, &objectives, now)),
            );
            measurements.sort_by(|a, b| {
                let worth = |one: &crate::results::Measurement| {
                    one.saving.map_or(0.0, |saving| saving.mean)
                };
                worth(b)
                    .total_cmp(&worth(a))
                    .then(b.another_choice.mean.total_cmp(&a.another_choice.mean))
            });
            flips = self.flips(&named, &objectives, now, streams)?;
        }
        Ok(SensitivityStudy {
            horizon_hours: model.horizon_seconds / 3600.0,
            level: self.settings.confidence,
            partial: self.partial,
            not_played: self.not_played.clone(),
            currency: model.currency.clone(),
            factor: args.factor,
            recommended: now,
            topologies: named
                .iter()
                .map(|played| sensitive(played, self.varied))
                .collect(),
            measurements,
            flips,
            assumptions: self.varied.len(),
            certain: variations.certain.clone(),
            left_out: variations.left_out.clone(),
        })
    }
}

/// A study in all its forms.
fn files(model: &Model, study: &SensitivityStudy, seed: u64) -> anyhow::Result<StudyFiles> {
    let name = &model.name;
    Ok(StudyFiles {
        name: "sensitivity",
        text: sensitivity_text(name, study, Streams::width()),
        markdown: sensitivity_markdown(name, study),
        csv: sensitivity_csv(study)?,
        json: study_json(model, seed, "sensitivity", study),
        chart: chart::tornado(name, study, seed),
        more: Vec::new(),
    })
}
