//! How good a design is: how far from a goal, and what it costs.

use std::cmp::Ordering;

use super::design::{Move, MoveKind};
use crate::compare::{Objective, RTO_SHARE, Verdict, verdicts};
use crate::results::{ObjectiveStanding, ObjectivesEcho, Standing, TopologyResult};

/// What designs are to reach.
#[derive(Debug, Clone, PartialEq)]
pub enum Goal {
    /// All objectives.
    Objectives(ObjectivesEcho),
    /// An unavailability at most.
    Unavailability(f64),
}

impl Goal {
    /// How far a design is from it, in nines; 0 if it is there, by point estimates.
    #[must_use]
    pub fn distance(&self, result: &TopologyResult) -> f64 {
        match self {
            Self::Objectives(objectives) => {
                let each = verdicts(result, objectives);
                each.iter().map(|verdict| verdict.shortfall).sum()
            }
            Self::Unavailability(most) => {
                let ratio = result.unavailability.mean / most.max(f64::MIN_POSITIVE);
                ratio.max(f64::MIN_POSITIVE).log10().max(0.0)
            }
        }
    }
}

/// What designs are ordered by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merit {
    /// Nines missing to the goal.
    pub distance: f64,
    /// A month, with failure where that is priced; `None` where nothing is.
    pub cost: Option<f64>,
    /// Whether another topology or pattern is taken.
    is_another: bool,
    changes: usize,
    lost: f64,
}

impl Merit {
    /// That of a design with these changes.
    #[must_use]
    pub fn of(result: &TopologyResult, moves: &[Move], goal: &Goal) -> Self {
        let bill = &result.cost_per_month;
        let with_failure = bill.total_with_failure.as_ref().map(|total| total.mean);
        Self {
            distance: goal.distance(result),
            cost: with_failure.or(bill.total),
            is_another: moves.iter().any(|each| each.kind == MoveKind::Pattern),
            changes: moves.len(),
            lost: result.unavailability.mean,
        }
    }

    /// The better first: nearer, then cheaper, then what adds least: the same pattern, fewer changes; then more available.
    #[must_use]
    pub fn order(&self, other: &Self) -> Ordering {
        let cents = |merit: &Self| merit.cost.map_or(0.0, |cost| (100.0 * cost).round());
        (self.distance.total_cmp(&other.distance))
            .then(cents(self).total_cmp(&cents(other)))
            .then(self.is_another.cmp(&other.is_another))
            .then(self.changes.cmp(&other.changes))
            .then(self.lost.total_cmp(&other.lost))
    }
}

/// Each objective, as results have it.
#[must_use]
pub fn standings(result: &TopologyResult, objectives: &ObjectivesEcho) -> Vec<ObjectiveStanding> {
    let each = verdicts(result, objectives);
    each.iter().map(standing).collect()
}

fn standing(verdict: &Verdict) -> ObjectiveStanding {
    let (objective, wanted, seconds) = match verdict.objective {
        Objective::Slo { target } => ("slo", target, None),
        Objective::Rto { seconds } => ("rto", RTO_SHARE, Some(seconds)),
        Objective::Rpo { seconds } => ("rpo", RTO_SHARE, Some(seconds)),
    };
    ObjectiveStanding {
        objective: objective.to_owned(),
        wanted,
        seconds,
        found: verdict.found,
        low: verdict.interval.map(|(low, _)| low),
        high: verdict.interval.map(|(_, high)| high),
        standing: match (verdict.met, verdict.decided) {
            (_, false) => Standing::Undecided,
            (true, true) => Standing::Met,
            (false, true) => Standing::Missed,
        },
        nines_missing: verdict.shortfall,
    }
}

/// The worst of several.
#[must_use]
pub(super) fn worst(all: &[ObjectiveStanding]) -> Standing {
    let any = |wanted: Standing| all.iter().any(|each| each.standing == wanted);
    if any(Standing::Missed) {
        Standing::Missed
    } else if any(Standing::Undecided) {
        Standing::Undecided
    } else {
        Standing::Met
    }
}
