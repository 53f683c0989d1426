//! Changes of how much runs: a replica, a zone, the share that a region runs.

use std::collections::BTreeSet;

use super::design::{Move, MoveKind};
use super::moves::{Scene, article, ordinal};
use crate::model::{
    CallKind, CallTargets, Change, Model, Pattern, Scope, Service, ServiceKind, path_of,
};
use crate::results::LeftOut;
use crate::units::format_percentage;

/// Services of which one more replica is tried.
const MOST_SERVICES: usize = 20;
/// What a copy of data takes to become the primary, where the model has no other copy whose time could be known \[text\].
const ASSUMED_TAKEOVER: &str = "60s";
/// Cells that a region may have: the next two of these are tried.
const CELLS: [u32; 5] = [2, 4, 8, 16, 32];
/// Shares that a region may run.
const SCALES: [f64; 5] = [0.25, 0.5, 0.6, 0.75, 1.0];

/// One more replica of each service that a journey requires, those with least to spare first.
pub(super) fn replicas(scene: &Scene<'_>, left_out: &mut Vec<LeftOut>) -> Vec<Move> {
    let model = scene.model;
    let required = required(model);
    let mut spare: Vec<(u32, &str, Move)> = Vec::new();
    for (name, service) in &model.services {
        let ServiceKind::Replicated {
            replicas, needs, ..
        } = service.kind
        else {
            continue;
        };
        if required.contains(name.as_str()) {
            spare.push((replicas - needs, name, one_more(name, service)));
        }
    }
    spare.sort_by_key(|(spare, ..)| *spare);
    if spare.len() > MOST_SERVICES {
        let names: Vec<&str> = spare[MOST_SERVICES..]
            .iter()
            .map(|(_, name, _)| *name)
            .collect();
        left_out.push(LeftOut {
            path: format!("a replica more of {} services", names.len()),
            why: format!(
                "the {MOST_SERVICES} with the fewest to spare are tried; not {}",
                names.join(", ")
            ),
        });
        spare.truncate(MOST_SERVICES);
    }
    spare.into_iter().map(|(.., more)| more).collect()
}

fn one_more(name: &str, service: &Service) -> Move {
    let (replicas, needs, takeover) = match &service.kind {
        ServiceKind::Replicated {
            replicas,
            needs,
            takeover,
        } => (*replicas, *needs, takeover.is_some()),
        _ => (0, 0, false),
    };
    let count = ordinal(replicas + 1);
    let set = |key: &str, value: String| Change::set(path_of(&["services", name, key]), value);
    let mut words = format!("{} {count} replica of {name}", article(&count));
    // What is needed may be written as a share: it stays the number that it was.
    let mut changes = vec![
        set("replicas", (replicas + 1).to_string()),
        set("needs", needs.to_string()),
    ];
    // A second copy of data is no second primary.
    if service.data.is_some() && replicas == 1 && !takeover {
        changes.push(set("takeover", ASSUMED_TAKEOVER.to_owned()));
        words = format!("{words}, taking over in {ASSUMED_TAKEOVER} (assumed)");
    }
    let is_priced = service.price_per_hour.is_some();
    Move {
        kind: MoveKind::Replica,
        words,
        slot: format!("replica {name}"),
        changes,
        topology: None,
        not_priced: (!is_priced).then(|| format!("services.{name}.price is not given")),
    }
}

/// Services that a journey is down without, perhaps with others.
fn required(model: &Model) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let mut waiting: Vec<&str> = model
        .journeys
        .values()
        .map(|journey| journey.entry.as_str())
        .collect();
    while let Some(name) = waiting.pop() {
        if !found.insert(name) {
            continue;
        }
        let calls = model.services.get(name).map(|service| &service.calls);
        for call in calls.into_iter().flatten() {
            if call.kind == CallKind::Required {
                match &call.targets {
                    CallTargets::One(name) => waiting.push(name),
                    CallTargets::AtLeast(_, names) => {
                        waiting.extend(names.iter().map(String::as_str));
                    }
                }
            }
        }
    }
    found
}

/// One zone more in each region in use.
pub(super) fn zones(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    if scene.spec.pattern == Pattern::SingleAz {
        return Vec::new();
    }
    let mut changes = Vec::new();
    let mut counts = BTreeSet::new();
    for name in &scene.spec.regions {
        let Some(region) = scene.model.regions.get(name) else {
            continue;
        };
        let free = ('a'..='z')
            .map(String::from)
            .find(|letter| !region.zones.contains(letter));
        let Some(free) = free else { continue };
        let zones: Vec<String> = (region.zones.iter().chain([&free]))
            .map(|zone| in_quotes(zone))
            .collect();
        counts.insert(region.zones.len() as u32 + 1);
        changes.push(Change::set(
            path_of(&["regions", name, "zones"]),
            format!("[{}]", zones.join(", ")),
        ));
    }
    let words = match counts.iter().collect::<Vec<_>>()[..] {
        [] => return Vec::new(),
        [count] => {
            let count = ordinal(*count);
            format!("{} {count} zone", article(&count))
        }
        _ => "another zone".to_owned(),
    };
    let each = if scene.spec.regions.len() > 1 {
        " in each region"
    } else {
        ""
    };
    vec![Move {
        kind: MoveKind::Zone,
        words: format!("{words}{each}"),
        slot: "zone".to_owned(),
        changes,
        topology: None,
        not_priced: None,
    }]
}

/// A name as YAML takes it, whatever is in it.
pub(super) fn in_quotes(name: &str) -> String {
    format!("'{}'", name.replace('\'', "''"))
}

/// Other shares of the replicas that a standby, or each active region, runs: the next two above, and the next below.
pub(super) fn scales(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    let (key, now, whose) = match scene.spec.pattern {
        Pattern::WarmStandby => ("standby_scale", scene.spec.standby_scale, "standby"),
        Pattern::ActiveActive => ("scale", scene.spec.scale, "each region"),
        _ => return Vec::new(),
    };
    let above = SCALES.into_iter().filter(|scale| *scale > now + 0.01);
    let below = SCALES.into_iter().rev().filter(|scale| *scale < now - 0.01);
    let all = above.take(2).chain(below.take(1));
    all.map(|scale| Move {
        kind: MoveKind::Scale,
        words: format!(
            "{whose} at {} instead of {}",
            format_percentage(scale),
            format_percentage(now)
        ),
        slot: "scale".to_owned(),
        changes: vec![Change::set(
            scene.topology_path(&[key]),
            format_percentage(scale),
        )],
        topology: None,
        not_priced: None,
    })
    .collect()
}

/// More cells in each region: the next two numbers. Where no fault hits single cells they make outages smaller and more frequent, and the
/// mean no better, so that there is nothing to try.
pub(super) fn cells(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    let now = scene.spec.cells;
    let mut faults = scene.model.faults.values();
    let has_faults_of_cells =
        faults.any(|fault| matches!(fault.hits, Scope::Cell | Scope::ServiceInCell));
    if scene.spec.pattern.has_standby() || !has_faults_of_cells {
        return Vec::new();
    }
    let each = if scene.spec.regions.len() > 1 {
        "in each region"
    } else {
        "in the region"
    };
    let unpriced = (scene.model.services.iter()).find(|(_, service)| {
        matches!(service.kind, ServiceKind::Replicated { .. }) && service.price_per_hour.is_none()
    });
    let before = if now > 1 {
        format!(" instead of {now}")
    } else {
        String::new()
    };
    let more = CELLS.into_iter().filter(|cells| *cells > now);
    more.take(2)
        .map(|cells| Move {
            kind: MoveKind::Cells,
            words: format!("{cells} cells {each}{before}"),
            slot: "cells".to_owned(),
            changes: vec![Change::set(
                scene.topology_path(&["cells"]),
                cells.to_string(),
            )],
            topology: None,
            not_priced: unpriced.map(|(name, _)| format!("services.{name}.price is not given")),
        })
        .collect()
}
