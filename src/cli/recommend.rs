//! `recommend`: which changes to make, and what the cheapest design is that does what is wanted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::load::{draft, topology};
use super::settings::study_settings;
use super::streams::Streams;
use super::study_args::RecommendArgs;
use super::study_files::{Ended, StudyFiles, open_folder, study_json};
use super::variants::{PlayedVariants, Variant, play_watched};
use crate::chart;
use crate::compare::{echo, recommend as recommend_topology};
use crate::model::{Draft, Model};
use crate::montecarlo::{Estimator, LongOutages, RunSettings};
use crate::plan::compile;
use crate::report::{recommend_csv, recommend_markdown, recommend_text};
use crate::results::{LeftOut, RecommendStudy, TopologyResult, format};
use crate::study::recommend::{
    About, Confirmed, Design, Goal, Lab, Merit, Move, MoveKind, Moves, Part, Quest, finalists,
    missed_rto, moves, obstacles, recommended, search,
};
use crate::topology::expand;

/// Time for all plays together, unless trials are asked for.
const LONGEST: Duration = Duration::from_mins(2);
/// Trials of each design of the search, unless fewer are asked for.
const SEARCHING: u64 = 400;
/// Trials in which outages longer than the RTO are counted, at most.
const COUNTING: u64 = 1000;

pub(super) fn recommend(args: &RecommendArgs, streams: &mut Streams) -> Result<(), Failure> {
    let draft = draft(args.model.as_deref())?;
    let model = draft.model();
    if let Some(name) = &args.topology {
        topology(model, name)?;
    }
    let settings = study_settings(&args.trials, LONGEST, Estimator::Sharp);
    let folder = open_folder(&args.output, &[&model.name, "recommend"])?;
    let quest = Quest {
        objectives: echo(&model.objectives),
        changes: args.changes,
        level: settings.confidence,
    };
    let interrupt = Interrupt::listen()?;
    let mut lab = Bench {
        draft: &draft,
        only: &args.only,
        // Whoever is the best of many had luck too: what chooses is not what is reported.
        search: RunSettings {
            seed: settings.seed.wrapping_add(1),
            trials: Some(
                settings
                    .trials
                    .map_or(SEARCHING, |trials| trials.min(SEARCHING)),
            ),
            precision: None,
            ..settings.clone()
        },
        streams,
        interrupt: &interrupt,
        started: Instant::now(),
        played: BTreeMap::new(),
    };
    let start = match &args.topology {
        Some(name) => Design::of(name),
        None => lab.recommended_topology(&quest)?,
    };
    let possible = moves(&draft, &start, lab.only);
    lab.announce(&start, possible.tried.len());
    let found = search(&mut lab, &start, &quest)?;
    if found.tried.is_empty() {
        return Err(Failure::Interrupted);
    }
    let chosen = finalists(&found, &quest, args.top);
    let designs: Vec<Design> = (chosen.designs.iter())
        .map(|index| found.tried[*index].design.clone())
        .collect();
    // Designs that stopped one by one could not be paired.
    let left = RunSettings {
        together: true,
        max_time: lab.time_left(1.0),
        ..settings.clone()
    };
    let (search_trials, search_seed) = (lab.search.trials.unwrap_or_default(), lab.search.seed);
    let again = lab.variants(&designs, &left, "the best, in other trials")?;
    let confirmed = Confirmed {
        results: &again.topologies,
        differences: &again.differences,
        partial: again.partial || interrupt.came(),
    };
    let about = About {
        horizon_hours: model.horizon_seconds / 3600.0,
        currency: model.currency.clone(),
        search_trials,
        search_seed,
        left_out: wanted(possible, lab.only, &start),
    };
    let mut study = recommended(&found, &chosen, &confirmed, &quest, about);
    if let Some(nearest) = study.nearest {
        let (design, played) = (&study.designs[nearest], &again.topologies[nearest]);
        let long = match missed_rto(design) {
            Some(rto) => lab.long_outages(&designs[nearest], rto, played.trials, &settings)?,
            None => None,
        };
        study.obstacles = obstacles(played, design, &quest.objectives, long.as_ref());
    }
    let files = files(model, &study, settings.seed)?;
    let ended = Ended::by(interrupt.came());
    files.deliver(folder, &args.output, &settings, ended, streams)
}

/// What is not tried, as far as it was asked for; of kinds that were, what they would take.
fn wanted(possible: Moves, only: &[MoveKind], start: &Design) -> Vec<LeftOut> {
    if only.is_empty() {
        return possible.left_out;
    }
    let is_there = |kind: &MoveKind| possible.tried.iter().any(|each| each.kind == *kind);
    let missing = only.iter().filter(|kind| !is_there(kind));
    let each = missing.map(|kind| LeftOut {
        path: format!("--only {}", kind.name()),
        why: format!(
            "{} has nothing of it, which takes {}",
            start.label(),
            kind.takes()
        ),
    });
    each.collect()
}

/// Where designs are played.
struct Bench<'a> {
    draft: &'a Draft,
    only: &'a [MoveKind],
    /// How designs of the search are played.
    search: RunSettings,
    streams: &'a mut Streams,
    interrupt: &'a Interrupt,
    started: Instant,
    /// Results of the search, by what tells designs apart.
    played: BTreeMap<String, TopologyResult>,
}

impl Bench<'_> {
    fn announce(&mut self, start: &Design, changes: usize) {
        let limit = self.search.max_time.map_or_else(String::new, |time| {
            format!(", {} in all", format::duration(time.as_secs_f64()))
        });
        self.streams.note(&format!(
            "from {}: {changes} changes by themselves, then in pairs and in steps, {} each; the best again in other trials{limit}",
            start.label(),
            format::trials(self.search.trials.unwrap_or_default())
        ));
    }

    /// Time left for a part of what is still to be played.
    fn time_left(&self, part: f64) -> Option<Duration> {
        let limit = self.search.max_time?;
        Some(limit.mul_f64(part).saturating_sub(self.started.elapsed()))
    }

    /// The topology that `compare` would recommend, by the trials of the search; where nothing is priced, the nearest to the objectives.
    fn recommended_topology(&mut self, quest: &Quest) -> Result<Design, Failure> {
        let model = self.draft.model();
        let designs: Vec<Design> = model
            .topologies
            .keys()
            .map(|name| Design::of(name))
            .collect();
        let played = self.play(&designs, "the topologies of the model")?;
        let results: Vec<TopologyResult> = (designs.iter().zip(played))
            .filter_map(|(design, result)| {
                Some(TopologyResult {
                    name: design.topology.clone(),
                    ..result?
                })
            })
            .collect();
        if results.is_empty() {
            return Err(Failure::Interrupted);
        }
        if let Some(taken) = recommend_topology(&results, &quest.objectives, &model.currency) {
            return Ok(Design::of(&taken.name));
        }
        let goal = Goal::Objectives(quest.objectives.clone());
        let merit = |result: &&TopologyResult| Merit::of(result, &[], &goal);
        let nearest = results.iter().min_by(|a, b| merit(a).order(&merit(b)));
        Ok(Design::of(nearest.map_or("", |result| &result.name)))
    }

    /// Outages of a design that last longer than a time, in the first of its trials; however late it is, some are played.
    fn long_outages(
        &self,
        design: &Design,
        seconds: f64,
        trials: u64,
        settings: &RunSettings,
    ) -> Result<Option<LongOutages>, Failure> {
        let model = design.model(self.draft)?;
        let Some(spec) = model.topologies.get(&design.topology) else {
            return Ok(None);
        };
        let plan = compile(&model, &expand(&model, &design.topology, spec));
        let is_late =
            || self.interrupt.came() || self.time_left(1.1).is_some_and(|left| left.is_zero());
        let trials = trials.min(COUNTING);
        Ok(Some(LongOutages::play(
            &plan, seconds, trials, settings, &is_late,
        )))
    }

    /// Plays designs side by side.
    fn variants(
        &self,
        designs: &[Design],
        settings: &RunSettings,
        title: &str,
    ) -> Result<PlayedVariants, Failure> {
        let models: Result<Vec<Model>, _> = designs
            .iter()
            .map(|design| design.model(self.draft))
            .collect();
        let models = models?;
        let variants: Vec<Variant<'_>> = (models.iter().zip(designs).enumerate())
            .map(|(index, (model, design))| Variant {
                label: index.to_string(),
                model: model.clone(),
                name: &design.topology,
                spec: &model.topologies[&design.topology],
            })
            .collect();
        play_watched(&variants, settings, self.streams, self.interrupt, title)
    }
}

impl Lab for Bench<'_> {
    type Error = Failure;

    fn moves(&mut self, design: &Design) -> Vec<Move> {
        moves(self.draft, design, self.only).tried
    }

    fn play(
        &mut self,
        designs: &[Design],
        title: &str,
    ) -> Result<Vec<Option<TopologyResult>>, Failure> {
        let is_new = |design: &&Design| {
            !self.played.contains_key(&design.key()) && design.model(self.draft).is_ok()
        };
        let new: Vec<Design> = designs.iter().filter(is_new).cloned().collect();
        if !new.is_empty() && !self.interrupt.came() {
            // However slow it is, something is left for the trials that are reported.
            let settings = RunSettings {
                max_time: self.time_left(0.8),
                ..self.search.clone()
            };
            let played = self.variants(&new, &settings, title)?;
            for (design, result) in new.iter().zip(played.topologies) {
                self.played.insert(design.key(), result);
            }
        }
        let known = designs
            .iter()
            .map(|design| self.played.get(&design.key()).cloned());
        Ok(known.collect())
    }

    fn is_over(&self, part: Part) -> bool {
        let share = match part {
            Part::Singles => 0.25,
            Part::Pairs => 0.35,
            Part::Objectives => 0.5,
            Part::NextNine => 0.6,
        };
        self.interrupt.came() || self.time_left(share).is_some_and(|left| left.is_zero())
    }
}

/// A study in all its forms.
fn files(model: &Model, study: &RecommendStudy, seed: u64) -> anyhow::Result<StudyFiles> {
    let name = &model.name;
    Ok(StudyFiles {
        name: "recommend",
        text: recommend_text(name, study, seed, Streams::width()),
        markdown: recommend_markdown(name, study, seed),
        csv: recommend_csv(study)?,
        json: study_json(model, seed, "recommend", study),
        chart: chart::changes(name, study, seed),
        more: Vec::new(),
    })
}
