//! Mean difference of pairs of which most may be equal.

use serde::{Deserialize, Serialize};

use super::{
    Interval, Moments, SkewedMean, none_seen_bound, normal_cdf, normal_quantile,
    skewed_mean_interval,
};

/// Difference of two values that is none, over the larger.
const ROUNDING: f64 = 1e-12;

/// Level of the interval that a probability is read from.
const LEVEL: f64 = 0.95;

/// Differences of pairs, losses and gains apart.
///
/// The mean difference is that of the positive parts minus that of the negative ones. Each has the interval of
/// [`skewed_mean_interval`]; the two are put together by the method of variance estimates recovery (MOVER): with estimates a, b, intervals
/// (l, u) of each and correlation r of the two means,
///
/// ```text
/// low  = a - b - sqrt((a - la)² + (ub - b)² - 2 r (a - la)(ub - b))
/// high = a - b + sqrt((ua - a)² + (b - lb)² - 2 r (ua - a)(b - lb))
/// ```
///
/// A value is never on both sides, so cov(a, b) = -a b / (n - 1), from which r. Where no pair differs to one side, that side has
/// the upper bound of none seen in n, times the largest difference seen to the other. With many differing pairs the interval is that of the
/// paired t test; with few it stays valid, where t misses a quarter. Zou & Donner (2008), Statistics in Medicine 27,
/// 1693-1702, doi:10.1002/sim.3095; correlation as in Zou (2007), Psychological Methods 12, 399-413, doi:10.1037/1082-989X.12.4.399.
/// Wrong where one side's rarest, largest differences have not been drawn at all.
///
/// ```
/// use failscape::stats::PairedDifferences;
/// let mut pairs = PairedDifferences::default();
/// (0..1000).for_each(|i| pairs.add(f64::from(i % 10), f64::from(i % 7)));
/// let interval = pairs.interval(0.95).unwrap();
/// // scipy.stats.ttest_rel(..).confidence_interval(): 1.286 to 1.720
/// assert!((interval.low - 1.286).abs() < 0.02 && (interval.high - 1.720).abs() < 0.02, "{interval:?}");
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct PairedDifferences {
    more: Moments,
    less: Moments,
    n: u64,
}

impl PairedDifferences {
    /// Adds the pair `of`, `from`; equal means equal but for rounding, 1e-12 of the larger.
    #[inline]
    pub fn add(&mut self, of: f64, from: f64) {
        self.n += 1;
        if (of - from).abs() <= ROUNDING * of.abs().max(from.abs()) {
            return;
        }
        if of > from {
            self.more.add(of - from);
        } else if of < from {
            self.less.add(from - of);
        }
    }

    /// Adds the pairs of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.n += other.n;
        self.more.merge(&other.more);
        self.less.merge(&other.less);
    }

    /// The same pairs with equal ones added until there are `n`.
    #[must_use]
    pub fn padded_to(mut self, n: u64) -> Self {
        self.n = self.n.max(n);
        self
    }

    /// Estimated variance of the mean difference; 0 with fewer than two pairs.
    #[must_use]
    pub fn variance_of_mean(&self) -> f64 {
        let (more, less) = (self.more.padded_to(self.n), self.less.padded_to(self.n));
        let between = 2.0 * more.mean() * less.mean() / (self.n.max(2) - 1) as f64;
        more.variance_of_mean() + less.variance_of_mean() + between
    }

    /// Number of pairs.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// Pairs of which the first was less.
    #[must_use]
    pub fn less(&self) -> u64 {
        self.less.nonzeros()
    }

    /// Pairs of which the first was more.
    #[must_use]
    pub fn more(&self) -> u64 {
        self.more.nonzeros()
    }

    /// Pairs exactly equal.
    #[must_use]
    pub fn equal(&self) -> u64 {
        self.n - self.less() - self.more()
    }

    /// What the first was less by, zero where it was not.
    #[must_use]
    pub fn losses(&self) -> Moments {
        self.less.padded_to(self.n)
    }

    /// What the first was more by, zero where it was not.
    #[must_use]
    pub fn gains(&self) -> Moments {
        self.more.padded_to(self.n)
    }

    /// Mean difference.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.more.padded_to(self.n).mean() - self.less.padded_to(self.n).mean()
    }

    /// Interval of the mean difference; `None` if no pair differs.
    #[must_use]
    pub fn interval(&self, level: f64) -> Option<Interval> {
        if self.less() + self.more() == 0 {
            return None;
        }
        let (more, less) = (self.more.padded_to(self.n), self.less.padded_to(self.n));
        let largest = more.max().max(less.max());
        let side = |moments: &Moments| {
            let Some(interval) = skewed_mean_interval(&SkewedMean::from(moments), level) else {
                return Interval {
                    low: 0.0,
                    high: none_seen_bound(self.n, level) * largest,
                    method: "none-seen",
                };
            };
            interval
        };
        let (a, b) = (side(&more), side(&less));
        let correlation = mean_correlation(&more, &less);
        let join = |one: f64, other: f64| {
            (one * one + other * other - 2.0 * correlation * one * other)
                .max(0.0)
                .sqrt()
        };
        let mean = self.mean();
        Some(Interval {
            low: mean - join(more.mean() - a.low, b.high - less.mean()),
            high: mean + join(a.high - more.mean(), less.mean() - b.low),
            method: "mover-fay-feuer-t",
        })
    }

    /// Probability that the true mean difference is below zero: ½ if no pair differs.
    ///
    /// From the confidence distribution that the 95 % interval belongs to, taken as normal on each side of the mean with the width that
    /// the interval has there; so it is above 97.5 % exactly when the 95 % interval lies below zero. Schweder & Hjort (2002),
    /// doi:10.1111/1467-9469.00285.
    #[must_use]
    pub fn probability_below_zero(&self) -> f64 {
        self.probability_below(0.0)
    }

    /// Probability that the true mean difference is below a value, likewise; where no pair differs, whether 0 is below it.
    #[must_use]
    pub fn probability_below(&self, value: f64) -> f64 {
        let from_value = self.mean() - value;
        if from_value == 0.0 {
            return 0.5;
        }
        let certain = if from_value < 0.0 { 1.0 } else { 0.0 };
        let Some(interval) = self.interval(LEVEL) else {
            return certain;
        };
        let width = if from_value < 0.0 {
            interval.high - self.mean()
        } else {
            self.mean() - interval.low
        };
        if width <= 0.0 {
            return certain;
        }
        normal_cdf(-from_value / width * normal_quantile(f64::midpoint(1.0, LEVEL)))
    }
}

/// Correlation of the means of the two parts, of which at most one is above zero in a pair.
fn mean_correlation(more: &Moments, less: &Moments) -> f64 {
    let spread = (more.variance_of_mean() * less.variance_of_mean()).sqrt();
    if spread > 0.0 && more.n() > 1 {
        (-more.mean() * less.mean() / (more.n() - 1) as f64 / spread).clamp(-1.0, 0.0)
    } else {
        0.0
    }
}
