//! Ratio of two means of the same trials.

use super::{Interval, Moments};

/// Values above zero on both sides below which a correlation that would narrow an interval is not believed.
const ENOUGH: u64 = 30;

/// An estimate that is not negative, with its interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounded {
    /// The estimate.
    pub mean: f64,
    /// Its interval, around it.
    pub interval: Interval,
}

/// Interval of `of` / `from`, their estimates having this correlation. An end may be infinite, or zero.
///
/// The method of variance estimates recovery on the logarithm: with a = ln `of`, b = ln `from`, intervals (l, u) of each and
/// correlation r,
///
/// ```text
/// low  = exp(a - b - sqrt((a - la)² + (ub - b)² - 2 r (a - la)(ub - b)))
/// high = exp(a - b + sqrt((ua - a)² + (b - lb)² - 2 r (ua - a)(b - lb)))
/// ```
///
/// It takes over the skewness of both intervals and never leaves the positive numbers. Where `of` is zero, the interval goes from
/// zero to its upper end over the lower end of `from`. Zou & Donner (2008), Statistics in Medicine 27, 1693-1702,
/// doi:10.1002/sim.3095; on the logarithm as in Donner & Zou (2012), Statistical Methods in Medical Research 21, 347-359,
/// doi:10.1177/0962280210383082.
///
/// ```
/// use failscape::stats::{Bounded, Interval, ratio_interval};
/// let of = Bounded { mean: 2.0, interval: Interval { low: 1.0, high: 4.0, method: "x" } };
/// let from = Bounded { mean: 1.0, interval: Interval { low: 1.0, high: 1.0, method: "x" } };
/// let ratio = ratio_interval(&of, &from, 0.0);
/// assert!((ratio.low - 1.0).abs() < 1e-12 && (ratio.high - 4.0).abs() < 1e-12);
/// ```
#[must_use]
pub fn ratio_interval(of: &Bounded, from: &Bounded, correlation: f64) -> Interval {
    let method = "mover-log-ratio";
    if from.mean <= 0.0 {
        let low = of.interval.low / from.interval.high;
        return Interval {
            low: if low.is_finite() { low } else { 0.0 },
            high: f64::INFINITY,
            method,
        };
    }
    if of.mean <= 0.0 {
        return Interval {
            low: 0.0,
            high: of.interval.high / from.interval.low.max(0.0),
            method,
        };
    }
    let below = |x: &Bounded| (x.mean / x.interval.low.max(0.0)).ln();
    let above = |x: &Bounded| (x.interval.high / x.mean).ln();
    let join = |one: f64, other: f64| {
        if one.is_finite() && other.is_finite() {
            (one * one + other * other - 2.0 * correlation * one * other)
                .max(0.0)
                .sqrt()
        } else {
            f64::INFINITY
        }
    };
    let ratio = of.mean / from.mean;
    Interval {
        low: ratio * (-join(below(of), above(from))).exp(),
        high: ratio * join(above(of), below(from)).exp(),
        method,
    }
}

/// Correlation of two means over the same trials, from the sum of the products of their values.
///
/// A positive one narrows the interval of a ratio: it is taken as none while fewer than 30 values on either side are above
/// zero.
#[must_use]
pub fn correlation_of_means(a: &Moments, b: &Moments, products: f64) -> f64 {
    let n = a.n() as f64;
    let spread = (a.variance() * b.variance()).sqrt();
    if a.n() < 2 || spread <= 0.0 {
        return 0.0;
    }
    let covariance = (products - n * a.mean() * b.mean()) / (n - 1.0);
    let correlation = (covariance / spread).clamp(-1.0, 1.0);
    if a.nonzeros().min(b.nonzeros()) < ENOUGH {
        correlation.min(0.0)
    } else {
        correlation
    }
}
