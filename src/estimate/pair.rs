//! Two topologies over the trials that both played.

use serde::{Deserialize, Serialize};

use super::figures;
use super::summary::NoLossBound;
use crate::results::Difference;
use crate::stats::{Interval, PairedDifferences};

/// Unavailabilities of two topologies, trial by trial.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PairTally {
    /// Of what the trials lost.
    differences: PairedDifferences,
    /// Of what they say of means.
    means: PairedDifferences,
}

/// What a trial says of the difference of two means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PairTerms {
    /// What speaks for the first being more.
    pub more: f64,
    /// What speaks for the second being more.
    pub less: f64,
}

impl PairTerms {
    /// The losses of a trial themselves.
    #[must_use]
    pub fn losses(of: f64, from: f64) -> Self {
        Self {
            more: of,
            less: from,
        }
    }
}

impl PairTally {
    /// Adds a trial by the unavailabilities of both topologies in it.
    #[inline]
    pub fn add(&mut self, of: f64, from: f64, terms: PairTerms) {
        self.differences.add(of, from);
        self.means.add(terms.more, terms.less);
    }

    /// Adds the trials of `other`; merge batches in order of trial.
    pub fn merge(&mut self, other: &Self) {
        self.differences.merge(&other.differences);
        self.means.merge(&other.means);
    }

    /// Trials in which the two lost differently.
    #[must_use]
    pub fn differing(&self) -> u64 {
        self.differences.less() + self.differences.more()
    }

    /// Half the length of the interval of the difference over its size, `known` being what has to be added to the mean of the
    /// terms; `None` while no trial differed.
    #[must_use]
    pub fn precision(&self, known: f64, bound: &NoLossBound, level: f64) -> Option<f64> {
        if self.means.less() + self.means.more() == 0 {
            return None;
        }
        let interval = self.interval(known, bound, level);
        let mean = (known + self.means.mean()).abs();
        Some(if mean > 0.0 {
            interval.half_width() / mean
        } else {
            f64::INFINITY
        })
    }

    /// Interval of the difference.
    fn interval(&self, known: f64, bound: &NoLossBound, level: f64) -> Interval {
        let unseen = bound.unavailability(self.trials(), level);
        let mut interval = self.means.interval(level).unwrap_or(Interval {
            low: -unseen,
            high: unseen,
            method: "no-difference-bound",
        });
        if known != 0.0 {
            // What hardly ever happens may differ much more than all that was seen and than the controls say.
            let mean = self.means.mean();
            interval.low = interval.low.min(mean - unseen);
            interval.high = interval.high.max(mean + unseen);
        }
        Interval {
            low: known + interval.low,
            high: known + interval.high,
            ..interval
        }
    }

    /// Trials added.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.differences.n()
    }
}

/// The difference of `of` from `from`; `known` is what has to be added to the mean of the terms.
///
/// Where no trial differed, the interval is the bound of no loss to both sides, and neither is the better.
#[must_use]
pub fn summarize_pair(
    tally: &PairTally,
    of: &str,
    from: &str,
    level: f64,
    bound: &NoLossBound,
    known: f64,
) -> Difference {
    let (pairs, means) = (&tally.differences, &tally.means);
    let interval = tally.interval(known, bound, level);
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
        unavailability: figures::estimate(known + means.mean(), interval, level, pairs.n()),
        less: share(pairs.less()),
        equal: share(pairs.equal()),
        more: share(pairs.more()),
        better: means.probability_below(-known),
    }
}
