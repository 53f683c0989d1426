//! Importance of a part of a topology, from trials that were replayed without its failures and with it down.

use super::{YEAR_MINUTES, figures};
use crate::results::Known;
use crate::stats::{
    Bounded, Interval, Moments, PairedDifferences, correlation_of_means, none_seen_bound,
    ratio_interval, skewed_mean_interval,
};

/// The replays of one part.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ElementTally {
    /// Unavailability if it never fails.
    perfect: Moments,
    /// What is lost both with and without its failures.
    kept: Moments,
    /// The first less the second: without its failures, and as it is.
    change: PairedDifferences,
    /// Sum of the products of what is saved and kept in a trial.
    saved_kept: f64,
    /// Unavailability if it is down all the time.
    down: Moments,
    /// Down all the time, less never failing.
    swing: PairedDifferences,
    /// Sum of the products of the unavailability if down and as it is.
    down_base: f64,
}

impl ElementTally {
    /// Adds a trial by its unavailabilities: as it is, without failures of the part, with the part down if that is defined.
    pub fn add(&mut self, base: f64, perfect: f64, down: Option<f64>) {
        self.perfect.add(perfect);
        self.kept.add(base.min(perfect));
        self.change.add(perfect, base);
        self.saved_kept += (base - perfect).max(0.0) * base.min(perfect);
        if let Some(down) = down {
            self.down.add(down);
            self.swing.add(down, perfect);
            self.down_base += down * base;
        }
    }

    /// Adds the trials of `other`; merge batches in order of trial.
    pub fn merge(&mut self, other: &Self) {
        self.perfect.merge(&other.perfect);
        self.kept.merge(&other.kept);
        self.change.merge(&other.change);
        self.saved_kept += other.saved_kept;
        self.down.merge(&other.down);
        self.swing.merge(&other.swing);
        self.down_base += other.down_base;
    }
}

/// What turns replays into figures.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Replayed {
    /// Unavailability as it is.
    pub base: Moments,
    /// Bound on an unavailability of which none was seen.
    pub none_seen: f64,
    /// The same of a part that is down all the time.
    pub none_seen_if_down: f64,
    /// Whether it is certain that fewer failures never lose more, in any trial.
    pub is_monotone: bool,
    /// Level of the intervals.
    pub level: f64,
}

impl Replayed {
    /// The unavailability as it is.
    #[must_use]
    pub fn unavailability(&self) -> Known {
        self.mean(&self.base, self.none_seen)
    }

    /// The unavailability if a part never fails.
    #[must_use]
    pub fn perfect(&self, tally: &ElementTally) -> Known {
        self.mean(&tally.perfect, self.none_seen)
    }

    /// The unavailability if a part is down all the time.
    #[must_use]
    pub fn down(&self, tally: &ElementTally) -> Known {
        self.mean(&tally.down, self.none_seen_if_down)
    }

    /// Minutes of downtime a year that are saved if a part never fails: a paired difference.
    #[must_use]
    pub fn minutes_saved(&self, tally: &ElementTally) -> Known {
        let least = if self.is_monotone {
            0.0
        } else {
            f64::NEG_INFINITY
        };
        let interval = tally.change.interval(self.level).map_or(
            Interval {
                low: -self.none_seen,
                high: self.none_seen,
                method: "no-difference-bound",
            },
            |change| Interval {
                low: -change.high,
                high: -change.low,
                ..change
            },
        );
        let saved = -tally.change.mean();
        // Without a loss there is no negative zero either.
        known(
            saved + 0.0,
            interval.clamped(least, f64::INFINITY),
            YEAR_MINUTES,
        )
    }

    /// Fussell-Vesely importance: the share of the unavailability that is saved if a part never fails.
    ///
    /// What is saved and what is made worse in single trials are taken apart: the odds of saved against kept, and the
    /// ratio of what is made worse to the whole, each with the interval of a ratio of means; their difference is joined by
    /// the method of variance estimates recovery.
    #[must_use]
    pub fn fussell_vesely(&self, tally: &ElementTally) -> Known {
        if self.base.mean() <= 0.0 {
            return undefined();
        }
        let (saved, kept) = (tally.change.losses(), tally.kept);
        let correlation = correlation_of_means(&saved, &kept, tally.saved_kept);
        let (of, from) = (self.bounded(&saved), self.bounded(&kept));
        let odds = ratio_interval(&of, &from, correlation);
        let share = |odds: f64| {
            if odds.is_finite() {
                odds / (1.0 + odds)
            } else {
                1.0
            }
        };
        let better = saved.mean() / (saved.mean() + kept.mean());
        let (worse, most_worse) = self.made_worse(&tally.change);
        let value = better - worse.mean;
        let low = value - (better - share(odds.low)).hypot(most_worse - worse.mean);
        let high = value + (share(odds.high) - better).hypot(worse.mean - worse.interval.low);
        let method = if tally.change.less() + tally.change.more() == 0 {
            "no-difference-bound"
        } else {
            odds.method
        };
        let least = if self.is_monotone {
            0.0
        } else {
            f64::NEG_INFINITY
        };
        let interval = Interval { low, high, method }.clamped(least, 1.0);
        known(value, interval, 1.0)
    }

    /// What is lost more without failures of a part, as a share of the whole, and the most that it may be.
    fn made_worse(&self, change: &PairedDifferences) -> (Bounded, f64) {
        let gains = change.gains();
        let whole = self.bounded(&self.base);
        if gains.nonzeros() > 0 {
            let interval = ratio_interval(&self.bounded(&gains), &whole, 0.0);
            let mean = gains.mean() / self.base.mean();
            return (Bounded { mean, interval }, interval.high);
        }
        let none = Interval {
            low: 0.0,
            high: 0.0,
            method: "none-seen",
        };
        let most = if self.is_monotone {
            0.0
        } else {
            let largest = change.losses().max();
            none_seen_bound(change.n(), self.level) * largest / self.base.mean()
        };
        (
            Bounded {
                mean: 0.0,
                interval: none,
            },
            most,
        )
    }

    /// Risk achievement worth: the unavailability if a part is down all the time, over that as it is.
    #[must_use]
    pub fn risk_achievement(&self, tally: &ElementTally) -> Known {
        let of = self.bounded_by(&tally.down, self.none_seen_if_down);
        let from = self.bounded(&self.base);
        let correlation = correlation_of_means(&tally.down, &self.base, tally.down_base);
        let mut interval = ratio_interval(&of, &from, correlation);
        if tally.down == self.base {
            (interval.low, interval.high) = (1.0, 1.0);
        }
        let value = (from.mean > 0.0).then(|| of.mean / from.mean);
        Known {
            value,
            low: finite(interval.low),
            high: finite(interval.high),
            method: interval.method.to_owned(),
        }
    }

    /// Birnbaum importance: the unavailability if a part is down all the time, less that if it never fails.
    #[must_use]
    pub fn birnbaum(&self, tally: &ElementTally) -> Known {
        let interval = tally.swing.interval(self.level).unwrap_or(Interval {
            low: -self.none_seen,
            high: self.none_seen,
            method: "no-difference-bound",
        });
        // A few losses say nothing about the size of a large one.
        let few = tally.down.nonzeros() < figures::FEW;
        let interval = Interval {
            high: if few {
                interval
                    .high
                    .max(tally.swing.mean() + self.none_seen_if_down)
            } else {
                interval.high
            },
            ..interval
        };
        let least = if self.is_monotone { 0.0 } else { -1.0 };
        known(tally.swing.mean(), interval.clamped(least, 1.0), 1.0)
    }

    fn mean(&self, moments: &Moments, none_seen: f64) -> Known {
        let estimate = figures::unavailability(moments, none_seen, self.level);
        Known {
            value: Some(estimate.mean),
            low: Some(estimate.low),
            high: Some(estimate.high),
            method: estimate.interval,
        }
    }

    fn bounded(&self, moments: &Moments) -> Bounded {
        self.bounded_by(moments, self.none_seen)
    }

    fn bounded_by(&self, moments: &Moments, none_seen: f64) -> Bounded {
        let none = Interval {
            low: 0.0,
            high: none_seen,
            method: "no-loss-bound",
        };
        let interval = skewed_mean_interval(&moments.into(), self.level);
        Bounded {
            mean: moments.mean(),
            interval: interval.unwrap_or(none),
        }
    }
}

/// A figure in another unit.
fn known(value: f64, interval: Interval, factor: f64) -> Known {
    Known {
        value: Some(value * factor),
        low: finite(interval.low * factor),
        high: finite(interval.high * factor),
        method: interval.method.to_owned(),
    }
}

fn undefined() -> Known {
    Known {
        value: None,
        low: None,
        high: None,
        method: "no loss was seen".to_owned(),
    }
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
