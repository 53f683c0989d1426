//! Two topologies over the same lived trials: what a scenario costs one more than the other.

use super::figures;
use super::timeline_summary::Injected;
use crate::results::{Estimate, InjectedDifference, InjectedTopology, Route};
use crate::stats::{Interval, PairedDifferences, none_seen_bound};

/// What a lived trial came to.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LivedTrial {
    /// Requests lost \[s of mean traffic\].
    pub lost: f64,
    /// Time down \[s\].
    pub down: f64,
}

/// Two topologies, trial by trial; merges.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LivedPair {
    lost: PairedDifferences,
    down: PairedDifferences,
}

impl LivedPair {
    /// Adds a trial that both lived through.
    pub fn add(&mut self, of: LivedTrial, from: LivedTrial) {
        self.lost.add(of.lost, from.lost);
        self.down.add(of.down, from.down);
    }

    /// Adds the trials of `later`, which come after.
    pub fn merge(&mut self, later: &Self) {
        self.lost.merge(&later.lost);
        self.down.merge(&later.down);
    }
}

/// A topology and what it came to.
pub type Come<'a> = (&'a Injected<'a>, &'a InjectedTopology);

/// The difference of two topologies that were played in the same trials.
#[must_use]
pub fn injected_difference(of: Come<'_>, from: Come<'_>, pair: &LivedPair) -> InjectedDifference {
    let ((injected, of), (other, from)) = (of, from);
    let n = pair.lost.n().max(1) as f64;
    let most = (injected.shape.traffic_seconds).max(other.shape.traffic_seconds);
    let lost = || {
        let lost = difference(&pair.lost, most, injected.level);
        figures::scaled(lost, injected.rate_per_second.unwrap_or(1.0))
    };
    let certain = |of_figure: &Estimate, from_figure: &Estimate| {
        (of.exact || from.exact).then(|| shifted(of_figure, from_figure))
    };
    InjectedDifference {
        of: of.name.clone(),
        from: from.name.clone(),
        requests_lost: certain(&of.requests_lost, &from.requests_lost).unwrap_or_else(lost),
        down_seconds: certain(&of.down_seconds, &from.down_seconds)
            .unwrap_or_else(|| difference(&pair.down, injected.shape.horizon, injected.level)),
        less: pair.lost.less() as f64 / n,
        equal: pair.lost.equal() as f64 / n,
        more: pair.lost.more() as f64 / n,
        better: pair.lost.probability_below_zero(),
    }
}

/// The difference of two figures of which one, at least, is certain: the interval is that of the other.
fn shifted(of: &Estimate, from: &Estimate) -> Estimate {
    let unsure = if of.route == Route::Exact { from } else { of };
    Estimate {
        mean: of.mean - from.mean,
        low: of.low - from.high,
        high: of.high - from.low,
        ..unsure.clone()
    }
}

/// A mean difference; neither side of it is more than `most`.
fn difference(pairs: &PairedDifferences, most: f64, level: f64) -> Estimate {
    let mean = pairs.mean();
    // That no trial differed is no proof: up to so many may.
    let unseen = none_seen_bound(pairs.n(), level) * most;
    let interval = pairs.interval(level).unwrap_or(Interval {
        low: mean - unseen,
        high: mean + unseen,
        method: "no-difference-bound",
    });
    let within = Interval {
        low: interval.low.max(-most).min(mean),
        high: interval.high.min(most).max(mean),
        ..interval
    };
    figures::estimate(mean, within, level, pairs.n())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_are_no_proof_that_others_are_the_same() {
        let mut pairs = PairedDifferences::default();
        for _ in 0..100 {
            pairs.add(5.0, 3.0);
        }
        let found = difference(&pairs, 1000.0, 0.95);
        assert!((found.mean - 2.0).abs() < 1e-12);
        assert!(found.low < 2.0 && found.high > 2.0, "{found:?}");
    }

    #[test]
    fn where_no_trial_differs_the_difference_is_bounded() {
        let mut pairs = PairedDifferences::default();
        for _ in 0..100 {
            pairs.add(3.0, 3.0);
        }
        let found = difference(&pairs, 1000.0, 0.95);
        assert_eq!(found.interval, "no-difference-bound");
        assert!(found.low < -29.0 && found.high > 29.0, "{found:?}");
    }
}
