//! Two topologies over the trials that both played.

use serde::{Deserialize, Serialize};

use super::figures;
use super::summary::NoLossBound;
use crate::results::Difference;
use crate::stats::{Interval, PairedDifferences};

/// Unavailabilities of two topologies, trial by trial.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PairTally {
    differences: PairedDifferences,
}

impl PairTally {
    /// Adds a trial by the unavailabilities of both topologies in it.
    #[inline]
    pub fn add(&mut self, of: f64, from: f64) {
        self.differences.add(of, from);
    }

    /// Adds the trials of `other`; merge batches in order of trial.
    pub fn merge(&mut self, other: &Self) {
        self.differences.merge(&other.differences);
    }

    /// Trials added.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.differences.n()
    }
}

/// The difference of `of` from `from`.
///
/// Where no trial differed, the interval is the bound of no loss to both sides, and neither is the better.
#[must_use]
pub fn summarize_pair(
    tally: &PairTally,
    of: &str,
    from: &str,
    level: f64,
    bound: &NoLossBound,
) -> Difference {
    let pairs = &tally.differences;
    let interval = pairs.interval(level).unwrap_or_else(|| {
        let most = bound.unavailability(pairs.n(), level);
        Interval {
            low: -most,
            high: most,
            method: "no-difference-bound",
        }
    });
    let share = |count: u64| {
        if pairs.n() == 0 {
            0.0
        } else {
            count as f64 / pairs.n() as f64
        }
    };
    Difference {
        of: of.to_owned(),
        from: from.to_owned(),
        unavailability: figures::estimate(pairs.mean(), interval, level, pairs.n()),
        less: share(pairs.less()),
        equal: share(pairs.equal()),
        more: share(pairs.more()),
        better: pairs.probability_below_zero(),
    }
}
