//! Two topologies over the same lived trials: what a scenario costs one more than the other.

use super::figures;
use super::timeline_summary::Injected;
use crate::results::{Estimate, InjectedDifference, Route};
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

/// The difference of two topologies that were played in the same trials.
#[must_use]
pub fn injected_difference(
    of: &Injected<'_>,
    from: &Injected<'_>,
    pair: &LivedPair,
) -> InjectedDifference {
    let exact = of.exact && from.exact;
    let n = pair.lost.n().max(1) as f64;
    let most = of.shape.traffic_seconds.max(from.shape.traffic_seconds);
    let lost = difference(&pair.lost, most, of.level, exact);
    InjectedDifference {
        of: of.plan.names.topology.clone(),
        from: from.plan.names.topology.clone(),
        requests_lost: figures::scaled(lost, of.rate_per_second.unwrap_or(1.0)),
        down_seconds: difference(&pair.down, of.shape.horizon, of.level, exact),
        less: pair.lost.less() as f64 / n,
        equal: pair.lost.equal() as f64 / n,
        more: pair.lost.more() as f64 / n,
        better: pair.lost.probability_below_zero(),
    }
}

/// A mean difference; neither side of it is more than `most`.
fn difference(pairs: &PairedDifferences, most: f64, level: f64, exact: bool) -> Estimate {
    let mean = pairs.mean();
    if exact {
        return Estimate {
            mean,
            low: mean,
            high: mean,
            level,
            n: 1,
            interval: "exact".to_owned(),
            route: Route::Exact,
            simulated: None,
        };
    }
    // Differences that are all equal, but for rounding, are no proof: up to so many trials may be anything.
    let unseen = none_seen_bound(pairs.n(), level) * most;
    let interval = pairs
        .interval(level)
        .filter(|interval| interval.high - interval.low > 1e-9 * mean.abs())
        .unwrap_or(Interval {
            low: mean - unseen,
            high: mean + unseen,
            method: "no-difference-bound",
        });
    let within = Interval {
        low: interval.low.clamp(-most, mean),
        high: interval.high.clamp(mean, most),
        ..interval
    };
    figures::estimate(mean, within, level, pairs.n())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_that_is_always_the_same_is_not_certain() {
        let mut pairs = PairedDifferences::default();
        for _ in 0..100 {
            pairs.add(5.0, 3.0);
        }
        let found = difference(&pairs, 1000.0, 0.95, false);
        assert!((found.mean - 2.0).abs() < 1e-12);
        assert!(found.low < -25.0 && found.high > 29.0, "{found:?}");
        let exact = difference(&pairs, 1000.0, 0.95, true);
        assert_eq!((exact.low, exact.high), (exact.mean, exact.mean));
    }
}
