//! Changes of how a design reacts: detection, decision, routing, drills, runbook and crews. None of these but drills has a price in a model.

use std::collections::BTreeMap;

use super::design::{Move, MoveKind};
use super::moves::Scene;
use crate::model::{Change, Detect, Distribution, Need, Reroute, path_of};
use crate::results::LeftOut;
use crate::units::format_duration;

/// How many times faster detection and routing become.
const TIMES_FASTER: f64 = 3.0;
/// Shortest period of a probe, and shortest time to live, that is tried \[s\].
const SHORTEST_PROBE: f64 = 1.0;
const SHORTEST_TTL: f64 = 10.0;
/// Wait before a failed failover is tried again \[s\].
const RETRY: f64 = 300.0;
const DAY: f64 = 86_400.0;
/// Times between two drills \[s\].
const INTERVALS: [f64; 6] = [
    180.0 * DAY,
    90.0 * DAY,
    60.0 * DAY,
    30.0 * DAY,
    14.0 * DAY,
    7.0 * DAY,
];

fn unpriced(kind: MoveKind, slot: &str, words: String, changes: Vec<Change>, what: &str) -> Move {
    Move {
        kind,
        words,
        slot: slot.to_owned(),
        changes,
        topology: None,
        not_priced: Some(format!("a model has no price for {what}")),
    }
}

/// A loss is noticed in a third of the time.
pub(super) fn detection(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    if !scene.moves_traffic() {
        return Vec::new();
    }
    let (words, change) = match &scene.spec.failover.detect {
        Detect::Probe { period_seconds, .. } => {
            let period = rounded((period_seconds / TIMES_FASTER).max(SHORTEST_PROBE));
            if period >= *period_seconds {
                return Vec::new();
            }
            let words = format!(
                "a health check every {} instead of {}",
                format_duration(period),
                format_duration(*period_seconds)
            );
            let path = scene.failover_path(&["detect", "probe"]);
            (words, Change::set(path, format_duration(period)))
        }
        Detect::Drawn(time) if time.mean() > SHORTEST_PROBE => {
            let words = format!(
                "detection in {} instead of {} (means)",
                format_duration(rounded(time.mean() / TIMES_FASTER)),
                format_duration(rounded(time.mean()))
            );
            let path = scene.failover_path(&["detect"]);
            (words, Change::multiply(path, 1.0 / TIMES_FASTER))
        }
        Detect::Drawn(_) => return Vec::new(),
    };
    let what = "faster detection";
    vec![unpriced(
        MoveKind::Detection,
        "detect",
        words,
        vec![change],
        what,
    )]
}

/// Nobody has to decide.
pub(super) fn decisions(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    let mean = scene.spec.failover.decide.mean();
    if !scene.spec.pattern.has_standby() || mean <= 0.0 {
        return Vec::new();
    }
    let words = format!(
        "failover decided automatically instead of in {} (mean)",
        format_duration(rounded(mean))
    );
    let change = Change::set(scene.failover_path(&["decide"]), "automatic");
    let what = "automation";
    vec![unpriced(
        MoveKind::Failover,
        "decide",
        words,
        vec![change],
        what,
    )]
}

/// Clients follow sooner.
pub(super) fn rerouting(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    let Reroute::Ttl { seconds, .. } = scene.spec.failover.reroute else {
        return Vec::new();
    };
    let faster = rounded((seconds / TIMES_FASTER).max(SHORTEST_TTL));
    if !scene.moves_traffic() || faster >= seconds {
        return Vec::new();
    }
    let words = format!(
        "clients move within {} instead of {}",
        format_duration(faster),
        format_duration(seconds)
    );
    let path = scene.failover_path(&["reroute", "ttl"]);
    let change = Change::set(path, format_duration(faster));
    let what = "a shorter time to live";
    vec![unpriced(
        MoveKind::Failover,
        "reroute",
        words,
        vec![change],
        what,
    )]
}

/// A failover that has failed is tried again sooner.
pub(super) fn retries(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    let failover = &scene.spec.failover;
    let can_fail = failover.success < 1.0 || failover.plan.iter().any(|step| step.success < 1.0);
    let now = match failover.retry_seconds {
        Some(now) if now > 1.5 * RETRY => format_duration(now),
        None => "never".to_owned(),
        Some(_) => return Vec::new(),
    };
    if !scene.spec.pattern.has_standby() || !can_fail {
        return Vec::new();
    }
    let words = format!(
        "a failed failover repeated after {} instead of {now}",
        format_duration(RETRY)
    );
    let change = Change::set(scene.failover_path(&["retry"]), format_duration(RETRY));
    let what = "a sooner repetition";
    vec![unpriced(
        MoveKind::Failover,
        "retry",
        words,
        vec![change],
        what,
    )]
}

/// Drills of a standby that rots: the next two shorter intervals.
pub(super) fn drills(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    let failover = &scene.spec.failover;
    let rots = (failover.rot.as_ref()).is_some_and(|rot| rot.mtbf != Distribution::Never);
    if !scene.spec.pattern.has_standby() || !rots {
        return Vec::new();
    }
    let model = scene.model;
    let now = model
        .drills
        .map_or(f64::INFINITY, |drills| drills.every_seconds);
    let shorter = INTERVALS.into_iter().filter(|every| {
        let least = model.drills.map_or(0.0, |drills| drills.takes_seconds);
        *every < 0.99 * now && *every < model.horizon_seconds && *every > 2.0 * least
    });
    let cost = model.drills.and_then(|drills| drills.cost);
    let all = shorter.take(2).map(|every| {
        let (every_text, words) = (
            format_duration(every),
            match model.drills {
                Some(_) => format!(
                    "a drill every {} instead of {}",
                    format_duration(every),
                    format_duration(now)
                ),
                None => format!(
                    "a drill of 30m every {}, a minute of disruption each (assumed)",
                    format_duration(every)
                ),
            },
        );
        let change = match model.drills {
            Some(_) => Change::set("drills.every", every_text),
            None => Change::set(
                "drills",
                format!("{{ every: {every_text}, kind: gameday, takes: 30m, disruption: 1m }}"),
            ),
        };
        Move {
            kind: MoveKind::Drill,
            words,
            slot: "drill".to_owned(),
            changes: vec![change],
            topology: None,
            not_priced: cost
                .is_none()
                .then(|| "drills.cost is not given".to_owned()),
        }
    });
    all.collect()
}

/// For all that steps of the runbook stand still for: that they do not.
pub(super) fn runbook(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    let plan = &scene.spec.failover.plan;
    let mut by_need: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, step) in plan.iter().enumerate() {
        for need in &step.needs {
            by_need.entry(need.name()).or_default().push(index);
        }
    }
    let each = by_need.into_iter().map(|(need, steps)| {
        let changes = steps.iter().map(|index| {
            let step = &plan[*index];
            let path = step_path(scene, *index);
            let left: Vec<&str> = (step.needs.iter().map(Need::name))
                .filter(|name| *name != need)
                .collect();
            if left.is_empty() {
                Change::remove(path)
            } else {
                let left: Vec<String> = (left.iter())
                    .map(|name| super::capacity::in_quotes(name))
                    .collect();
                Change::set(path, format!("[{}]", left.join(", ")))
            }
        });
        let names: Vec<&str> = steps
            .iter()
            .map(|index| plan[*index].name.as_str())
            .collect();
        unpriced(
            MoveKind::Runbook,
            &format!("need {need}"),
            format!("{} without needing {need}", names.join(" and ")),
            changes.collect(),
            "a recovery that shares less",
        )
    });
    each.collect()
}

/// The needs of a step: by its number, whatever its name is.
fn step_path(scene: &Scene<'_>, index: usize) -> String {
    let step = index.to_string();
    scene.failover_path(&["plan", &step, "needs"])
}

/// One person more in each crew that the failover waits for.
pub(super) fn crews(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    let plan = &scene.spec.failover.plan;
    let waits = |name: &str| plan.iter().any(|step| step.by.as_deref() == Some(name));
    let crews = scene.model.crews.iter().filter(|(name, _)| waits(name));
    let each = crews.map(|(name, crew)| {
        let change = Change::set(
            path_of(&["crews", name, "size"]),
            (crew.size + 1).to_string(),
        );
        unpriced(
            MoveKind::Runbook,
            &format!("crew {name}"),
            format!(
                "{} people in {name} instead of {}",
                crew.size + 1,
                crew.size
            ),
            vec![change],
            "people",
        )
    });
    each.collect()
}

/// A time with two digits, so that it reads well.
fn rounded(seconds: f64) -> f64 {
    let step = if seconds >= 600.0 {
        60.0
    } else if seconds >= 100.0 {
        10.0
    } else if seconds >= 2.0 {
        1.0
    } else {
        0.1
    };
    (seconds / step).round().max(1.0) * step
}
