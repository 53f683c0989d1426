//! What can be tried on a design: every change as a plain value, checked against the model before anything is played.

use super::capacity::{cells, replicas, scales, zones};
use super::design::{Design, Move, MoveKind};
use super::reaction::{crews, decisions, detection, drills, rerouting, retries, runbook};
use super::shape::{patterns, topologies};
use crate::model::{Draft, Model, TopologySpec};
use crate::results::LeftOut;

/// What can be tried, and what cannot.
#[derive(Debug, Clone, Default)]
pub struct Moves {
    /// Changes that give a model that loads.
    pub tried: Vec<Move>,
    /// What is not tried, each with the reason.
    pub left_out: Vec<LeftOut>,
}

/// What changes are about: a design, as a model.
pub(super) struct Scene<'a> {
    pub(super) draft: &'a Draft,
    pub(super) model: &'a Model,
    pub(super) name: &'a str,
    pub(super) spec: &'a TopologySpec,
    pub(super) design: &'a Design,
}

/// Every change of these kinds (of all, if none is named) that can be tried on a design.
#[must_use]
pub fn moves(draft: &Draft, design: &Design, only: &[MoveKind]) -> Moves {
    let mut all = Moves::default();
    let Ok(model) = design.model(draft) else {
        return all;
    };
    let Some(spec) = model.topologies.get(&design.topology) else {
        return all;
    };
    let scene = Scene {
        draft,
        model: &model,
        name: &design.topology,
        spec,
        design,
    };
    let mut wanted: Vec<Move> = Vec::new();
    for find in [topologies, patterns, scales, cells, zones, replicas] {
        wanted.extend(find(&scene, &mut all.left_out));
    }
    for find in [
        detection, decisions, rerouting, retries, drills, runbook, crews,
    ] {
        wanted.extend(find(&scene, &mut all.left_out));
    }
    wanted.retain(|each| only.is_empty() || only.contains(&each.kind));
    for each in wanted {
        match design.with(&each).model(draft) {
            Ok(_) => all.tried.push(each),
            Err(error) => all.left_out.push(LeftOut {
                path: each.words,
                why: error.message,
            }),
        }
    }
    all
}

impl Scene<'_> {
    /// Where a key of the failover that is in force is written, or would be.
    pub(super) fn failover_path(&self, keys: &[&str]) -> String {
        let whole = crate::model::path_of(&[&["failover"], keys].concat());
        if self.draft.is_overridden(&whole, self.name) {
            crate::model::path_of(&[&["topologies", self.name, "failover"], keys].concat())
        } else {
            whole
        }
    }

    /// Where a key of the topology is.
    pub(super) fn topology_path(&self, keys: &[&str]) -> String {
        crate::model::path_of(&[&["topologies", self.name], keys].concat())
    }

    /// Whether it moves traffic at all.
    pub(super) fn moves_traffic(&self) -> bool {
        self.spec.regions.len() > 1
    }
}

/// The name of a number in a row: `third`.
pub(super) fn ordinal(number: u32) -> String {
    const NAMES: [&str; 12] = [
        "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth",
        "tenth", "eleventh", "twelfth",
    ];
    let name = (number as usize)
        .checked_sub(1)
        .and_then(|index| NAMES.get(index));
    name.map_or_else(
        || {
            let ending = match (number % 10, number % 100) {
                (_, 11..=13) => "th",
                (1, _) => "st",
                (2, _) => "nd",
                (3, _) => "rd",
                _ => "th",
            };
            format!("{number}{ending}")
        },
        |name| (*name).to_owned(),
    )
}

/// `a`, or `an` before a vowel: `an eighth`.
pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o']) || word.starts_with("11") || word.starts_with('8') {
        "an"
    } else {
        "a"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_names() {
        assert_eq!(ordinal(3), "third");
        assert_eq!(ordinal(22), "22nd");
        assert_eq!(ordinal(113), "113th");
        assert_eq!(article(&ordinal(8)), "an");
        assert_eq!(article(&ordinal(7)), "a");
    }
}
