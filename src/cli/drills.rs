//! `drills`: how often to drill a standby.

use std::time::Duration;

use super::failure::Failure;
use super::load::{load, topology};
use super::settings::study_settings;
use super::streams::Streams;
use super::study_args::DrillsArgs;
use super::study_files::{Ended, StudyFiles, open_folder, study_json};
use super::variants::{Variant, play_variants};
use crate::chart;
use crate::model::{DrillKind, Drills, Model, TopologySpec};
use crate::montecarlo::Estimator;
use crate::report::{drill_csv, drill_markdown, drill_text};
use crate::results::{Difference, DrillInterval, DrillStudy, TopologyResult};
use crate::units::format_duration;

/// Time for all intervals together, unless trials are asked for.
const LONGEST: Duration = Duration::from_mins(1);

const DAY: f64 = 86_400.0;

/// Times between two drills, unless some are asked for \[s\].
const INTERVALS: [f64; 7] = [
    7.0 * DAY,
    14.0 * DAY,
    30.0 * DAY,
    60.0 * DAY,
    90.0 * DAY,
    180.0 * DAY,
    365.0 * DAY,
];

/// What is tried of a model that has no drills: a game day of half an hour that disturbs for a minute.
const GAMEDAY: Drills = Drills {
    every_seconds: 0.0,
    kind: DrillKind::Gameday,
    takes_seconds: 1800.0,
    disruption_seconds: 60.0,
    cost: None,
};

pub(super) fn drills(args: &DrillsArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, _) = load(args.model.as_deref())?;
    let (name, spec) = match &args.topology {
        Some(name) => topology(&model, name)?,
        None => only_standby(&model)?,
    };
    if !spec.pattern.has_standby() {
        return Err(Failure::Usage(
            format!("topology `{name}` has no standby to drill"),
            format!(
                "`{}` has none; choose a topology that fails over",
                spec.pattern.name()
            ),
        ));
    }
    let form = model.drills.unwrap_or(GAMEDAY);
    let intervals = intervals(args, &model, form)?;
    let variants: Vec<Variant<'_>> = intervals
        .iter()
        .map(|every| Variant {
            label: every.map_or_else(
                || "never".to_owned(),
                |every| format!("every {}", format_duration(every)),
            ),
            model: Model {
                drills: every.map(|every_seconds| Drills {
                    every_seconds,
                    ..form
                }),
                ..model.clone()
            },
            name,
            spec,
        })
        .collect();
    let folder = open_folder(&args.output, &[&model.name, name])?;
    let settings = study_settings(&args.trials, LONGEST, Estimator::Sharp);
    let played = play_variants(&variants, &settings, streams)?;
    let study = study(
        name,
        &model,
        &intervals,
        form,
        played.topologies,
        played.differences,
        played.partial,
    );
    let files = files(&model, &study, settings.seed)?;
    let ended = Ended::by(played.interrupted);
    files.deliver(folder, &args.output, &settings, ended, streams)
}

/// A study in all its forms.
fn files(model: &Model, study: &DrillStudy, seed: u64) -> anyhow::Result<StudyFiles> {
    let (name, currency) = (&model.name, &model.currency);
    Ok(StudyFiles {
        name: "drills",
        text: drill_text(name, study, currency, Streams::width()),
        markdown: drill_markdown(name, study, currency),
        csv: drill_csv(study, currency)?,
        json: study_json(model, seed, "drills", study),
        chart: chart::drills(name, study, currency, seed),
        more: Vec::new(),
    })
}

/// The only topology with a standby.
fn only_standby(model: &Model) -> Result<(&str, &TopologySpec), Failure> {
    let standbys = model
        .topologies
        .iter()
        .filter(|(_, spec)| spec.pattern.has_standby());
    match standbys.collect::<Vec<_>>()[..] {
        [(name, spec)] => Ok((name, spec)),
        [] => Err(Failure::Usage(
            "no topology of the model has a standby to drill".to_owned(),
            "drills are for backup-restore, pilot-light, warm-standby and hot-standby".to_owned(),
        )),
        ref several => {
            let names: Vec<&str> = several.iter().map(|(name, _)| name.as_str()).collect();
            Err(Failure::Usage(
                "which topology? Several of the model have a standby".to_owned(),
                format!("add -t and one of {}", names.join(", ")),
            ))
        }
    }
}

/// Times between drills, rising, and never.
fn intervals(args: &DrillsArgs, model: &Model, form: Drills) -> Result<Vec<Option<f64>>, Failure> {
    let least = (form.takes_seconds + form.disruption_seconds).max(3600.0);
    let asked = args.every.iter().map(Duration::as_secs_f64);
    let mut each: Vec<f64> = asked.collect();
    if let Some(short) = each.iter().find(|every| **every <= least) {
        return Err(Failure::Usage(
            format!(
                "a drill every {} comes before the last one is over",
                format_duration(*short)
            ),
            format!("choose more than {}", format_duration(least)),
        ));
    }
    if each.is_empty() {
        let fits = |every: &&f64| **every > least && **every < model.horizon_seconds;
        each.extend(INTERVALS.iter().filter(fits));
        each.extend(model.drills.map(|drills| drills.every_seconds));
    }
    each.sort_by(f64::total_cmp);
    each.dedup();
    Ok(each.into_iter().map(Some).chain([None]).collect())
}

fn study(
    name: &str,
    model: &Model,
    intervals: &[Option<f64>],
    form: Drills,
    topologies: Vec<TopologyResult>,
    differences: Vec<Difference>,
    partial: bool,
) -> DrillStudy {
    let lowest = |figure: &dyn Fn(&TopologyResult) -> Option<f64>| {
        let figures = topologies.iter().enumerate();
        let known = figures.filter_map(|(index, result)| Some((index, figure(result)?)));
        known
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(index, _)| index)
    };
    let most_available = lowest(&|result| Some(result.unavailability.mean)).unwrap_or_default();
    let total = |result: &TopologyResult| {
        let total = result.cost_per_month.total_with_failure.as_ref();
        total.map(|total| total.mean)
    };
    let cheapest = lowest(&total);
    let best = topologies[most_available].name.clone();
    let level = topologies[most_available].outages_per_year.level;
    DrillStudy {
        name: name.to_owned(),
        pattern: topologies[most_available].pattern.clone(),
        kind: match form.kind {
            DrillKind::Gameday => "gameday".to_owned(),
            DrillKind::Rotation => "rotation".to_owned(),
        },
        horizon_hours: model.horizon_seconds / 3600.0,
        level,
        partial,
        intervals: (intervals.iter().zip(topologies))
            .map(|(every, result)| DrillInterval {
                every_hours: every.map(|seconds| seconds / 3600.0),
                label: result.name,
                trials: result.trials,
                unavailability: result.unavailability,
                downtime_minutes_per_year: result.downtime_minutes_per_year,
                cost_per_month: result.cost_per_month,
            })
            .collect(),
        most_available,
        cheapest,
        differences: (differences.into_iter())
            .filter(|difference| difference.of == best || difference.from == best)
            .collect(),
    }
}
