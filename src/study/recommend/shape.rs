//! Changes of the shape of a design: another topology of the file, or a pattern that no topology of it has.

use super::capacity::in_quotes;
use super::design::{Move, MoveKind};
use super::moves::Scene;
use crate::model::{Change, Pattern};
use crate::results::LeftOut;

/// Keys of a failover that a topology without a standby does not use.
const OF_A_STANDBY: [&str; 8] = [
    "decide",
    "activate",
    "plan",
    "success",
    "retry",
    "false_alarm",
    "failback",
    "rot",
];

/// The other topologies of the file, as long as nothing is changed.
pub(super) fn topologies(scene: &Scene<'_>, _: &mut Vec<LeftOut>) -> Vec<Move> {
    if !scene.design.moves.is_empty() {
        return Vec::new();
    }
    let others = scene.model.topologies.iter();
    others
        .filter(|(name, _)| *name != scene.name)
        .map(|(name, spec)| Move {
            kind: MoveKind::Pattern,
            words: if name == spec.pattern.name() {
                format!("{name} instead")
            } else {
                format!("{name} ({}) instead", spec.pattern.name())
            },
            slot: "design".to_owned(),
            changes: Vec::new(),
            topology: Some(name.clone()),
            not_priced: None,
        })
        .collect()
}

/// Patterns that no topology of the file has, over the regions of this one and, where it has too few, of the model.
pub(super) fn patterns(scene: &Scene<'_>, left_out: &mut Vec<LeftOut>) -> Vec<Move> {
    if !scene.design.moves.is_empty() {
        return Vec::new();
    }
    let is_there = |pattern: Pattern| {
        let mut specs = scene.model.topologies.values();
        specs.any(|spec| spec.pattern == pattern)
    };
    let mut all = Vec::new();
    for pattern in Pattern::ALL.into_iter().filter(|each| !is_there(*each)) {
        let count = match pattern {
            Pattern::SingleAz | Pattern::MultiAz => 1,
            Pattern::ActiveActive => scene.spec.regions.len().max(2),
            _ => 2,
        };
        let known = &scene.spec.regions;
        let others = (scene.model.regions.keys()).filter(|name| !known.contains(name));
        let regions: Vec<&String> = known.iter().chain(others).take(count).collect();
        if regions.len() < count {
            left_out.push(LeftOut {
                path: format!("pattern {}", pattern.name()),
                why: format!(
                    "it takes {count} regions, and the model has {}",
                    regions.len()
                ),
            });
            continue;
        }
        all.push(pattern_over(scene, pattern, &regions));
    }
    all
}

fn pattern_over(scene: &Scene<'_>, pattern: Pattern, regions: &[&String]) -> Move {
    let names: Vec<String> = regions.iter().map(|name| in_quotes(name)).collect();
    let mut changes = vec![
        Change::set(scene.topology_path(&["pattern"]), pattern.name()),
        Change::set(
            scene.topology_path(&["regions"]),
            format!("[{}]", names.join(", ")),
        ),
    ];
    let mut remove = |keys: &[&str]| {
        let path = scene.topology_path(keys);
        // What is not there need not go.
        let is_there = scene
            .draft
            .place(&path)
            .is_ok_and(|place| place.written.is_some());
        if is_there {
            changes.push(Change::remove(path));
        }
    };
    if pattern != Pattern::WarmStandby {
        remove(&["standby_scale"]);
    }
    if pattern.has_standby() {
        remove(&["cells"]);
    }
    if pattern != Pattern::ActiveActive {
        remove(&["scale"]);
        remove(&["split"]);
    }
    match pattern {
        Pattern::SingleAz | Pattern::MultiAz => {
            remove(&["failover"]);
            remove(&["cross_region_calls"]);
        }
        Pattern::ActiveActive => {
            for key in OF_A_STANDBY {
                remove(&["failover", key]);
            }
            remove(&["failover", "detect", "from"]);
        }
        _ => {}
    }
    let over: Vec<&str> = regions.iter().map(|name| name.as_str()).collect();
    Move {
        kind: MoveKind::Pattern,
        words: format!("{} over {} instead", pattern.name(), over.join(", ")),
        slot: "design".to_owned(),
        changes,
        topology: None,
        not_priced: None,
    }
}
