//! `sweep`: figures against one or two values of a model.

use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::load::{draft, topology};
use super::settings::study_settings;
use super::streams::Streams;
use super::study_args::SweepArgs;
use super::study_files::{Ended, StudyFiles, open_folder, study_json};
use super::variants::{Variant, play_watched};
use crate::chart;
use crate::model::{Draft, Model};
use crate::montecarlo::{Estimator, RunSettings};
use crate::report::{sweep_csv, sweep_markdown, sweep_text};
use crate::results::{SweepFigure, SweepStudy};
use crate::study::{Grid, Swept, sweep as look_at};

/// Most points of a sweep of two parameters.
const MOST_POINTS: usize = 400;
/// Time for all plays together, unless trials are asked for.
const LONGEST: Duration = Duration::from_mins(2);

pub(super) fn sweep(args: &SweepArgs, streams: &mut Streams) -> Result<(), Failure> {
    let draft = draft(args.model.as_deref())?;
    let grids = grids(&args.set, &draft)?;
    let names = chosen(draft.model(), &args.topology)?;
    let models = models(&draft, &grids)?;
    let settings = study_settings(&args.trials, LONGEST, Estimator::Sharp);
    let figure = args.figure.figure();
    check_figure(draft.model(), figure)?;
    let model = draft.model();
    let folder = open_folder(&args.output, &[&model.name, "sweep"])?;
    let (study, interrupted) = play(&draft, &grids, &models, &names, &settings, streams)?;
    let files = files(model, &study, figure, settings.seed)?;
    let ended = Ended::by(interrupted);
    files.deliver(folder, &args.output, &settings, ended, streams)
}

fn grids(texts: &[String], draft: &Draft) -> Result<Vec<Grid>, Failure> {
    if texts.len() > 2 {
        return Err(Failure::Usage(
            format!("{} values are varied at once", texts.len()),
            "give --set once for a curve, or twice for a map; fix further values in the file"
                .to_owned(),
        ));
    }
    let grids: Vec<Grid> = texts
        .iter()
        .map(|text| Grid::parse(text, draft))
        .collect::<Result<_, _>>()?;
    if let [first, second] = &grids[..] {
        let (one, other) = (&first.parameter.path, &second.parameter.path);
        let below = |inner: &str, outer: &str| {
            inner == outer
                || inner
                    .strip_prefix(outer)
                    .is_some_and(|rest| rest.starts_with('.'))
        };
        if below(one, other) || below(other, one) {
            return Err(Failure::Usage(
                format!("`{one}` and `{other}` are one value"),
                "vary two different ones".to_owned(),
            ));
        }
        if first.len() * second.len() > MOST_POINTS {
            return Err(Failure::Usage(
                format!("a map of {} points", first.len() * second.len()),
                format!(
                    "choose at most {MOST_POINTS}: behind a range stands how many values it has, 10s..10m:8"
                ),
            ));
        }
    }
    Ok(grids)
}

/// The topologies that are asked for, in the order of the file.
fn chosen(model: &Model, asked: &[String]) -> Result<Vec<String>, Failure> {
    for name in asked {
        topology(model, name)?;
    }
    let is_chosen = |name: &&String| asked.is_empty() || asked.contains(name);
    Ok(model.topologies.keys().filter(is_chosen).cloned().collect())
}

/// A figure that no point can have is refused before anything is played.
fn check_figure(model: &Model, figure: SweepFigure) -> Result<(), Failure> {
    if figure == SweepFigure::RtoMet && model.objectives.rto_seconds.is_none() {
        return Err(Failure::Usage(
            "the model has no RTO".to_owned(),
            "add `objectives: { rto: 15m }`, or choose another --figure".to_owned(),
        ));
    }
    Ok(())
}

/// The model at each point, by the first parameter, then by the second: all of them are right before anything is played.
fn models(draft: &Draft, grids: &[Grid]) -> Result<Vec<Model>, Failure> {
    let Some((first, rest)) = grids.split_first() else {
        return Ok(Vec::new());
    };
    let mut models = Vec::new();
    for index in 0..first.len() {
        match rest.first() {
            None => models.push(draft.with(&[first.change(index)])?),
            Some(second) => {
                for other in 0..second.len() {
                    models.push(draft.with(&[first.change(index), second.change(other)])?);
                }
            }
        }
    }
    Ok(models)
}

/// Plays each topology at all points; what is done when the user interrupts, or time is up, is kept.
fn play(
    draft: &Draft,
    grids: &[Grid],
    models: &[Model],
    names: &[String],
    settings: &RunSettings,
    streams: &mut Streams,
) -> Result<(SweepStudy, bool), Failure> {
    let model = draft.model();
    let interrupt = Interrupt::listen()?;
    let started = Instant::now();
    let slo = model.objectives.slo.as_ref().map(|slo| 1.0 - slo.target);
    let mut study = SweepStudy {
        horizon_hours: model.horizon_seconds / 3600.0,
        level: settings.confidence,
        partial: false,
        currency: model.currency.clone(),
        slo_unavailability: slo,
        parameters: grids.iter().map(|grid| grid.parameter.clone()).collect(),
        topologies: Vec::new(),
        left_out: Vec::new(),
    };
    streams.note(&announced(models.len(), names, settings));
    for (index, name) in names.iter().enumerate() {
        if interrupt.came() {
            study.left_out.push(name.clone());
            study.partial = true;
            continue;
        }
        let left = settings
            .max_time
            .map(|time| time.saturating_sub(started.elapsed()));
        let share = left.map(|left| left / (names.len() - index) as u32);
        let settings = RunSettings {
            max_time: share,
            ..settings.clone()
        };
        let each = models.iter().enumerate().filter_map(|(at, model)| {
            Some(Variant {
                label: format!("{at}"),
                model: model.clone(),
                name,
                spec: model.topologies.get(name)?,
            })
        });
        let variants: Vec<Variant<'_>> = each.collect();
        if variants.len() < models.len() {
            return Err(Failure::Usage(
                format!("the topology `{name}` is not there at all points"),
                "vary its keys rather than the whole of it".to_owned(),
            ));
        }
        let title = format!("{name}, {} of {}", index + 1, names.len());
        let played = play_watched(&variants, &settings, streams, &interrupt, &title)?;
        study.partial |= played.partial;
        let spec = &model.topologies[name];
        let overridden = grids
            .iter()
            .any(|grid| draft.is_overridden(&grid.parameter.path, name));
        study.topologies.push(look_at(
            Swept {
                name: name.clone(),
                pattern: spec.pattern.name().to_owned(),
                results: played.topologies,
                differences: played.differences,
                why_not: overridden.then(|| format!("{name} has this key in a `failover` of its own, which overrides the model's")),
            },
            grids,
            slo,
        ));
    }
    Ok((study, interrupt.came()))
}

fn announced(points: usize, names: &[String], settings: &RunSettings) -> String {
    let of = match names.len() {
        1 => "1 topology".to_owned(),
        several => format!("{several} topologies"),
    };
    let until = match (settings.trials, settings.precision) {
        (Some(trials), _) => format!("{trials} trials each"),
        (None, Some(share)) => format!(
            "until each is known within {}",
            crate::units::format_percentage(share)
        ),
        (None, None) => "until time is up".to_owned(),
    };
    let limit = settings.max_time.map_or_else(String::new, |time| {
        format!(
            ", {} at most",
            crate::units::format_duration(time.as_secs_f64())
        )
    });
    format!(
        "{points} points of {of}, {} plays: {until}{limit}",
        points * names.len()
    )
}

/// A sweep in all its forms.
fn files(
    model: &Model,
    study: &SweepStudy,
    figure: SweepFigure,
    seed: u64,
) -> anyhow::Result<StudyFiles> {
    let name = &model.name;
    Ok(StudyFiles {
        name: "sweep",
        text: sweep_text(name, study, figure, Streams::width()),
        markdown: sweep_markdown(name, study, figure),
        csv: sweep_csv(study)?,
        json: study_json(model, seed, "sweep", study),
        chart: chart::sweep(name, study, figure, seed),
        more: Vec::new(),
    })
}
