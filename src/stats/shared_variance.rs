//! The share of a variance that two values have in common.

use serde::{Deserialize, Serialize};

use super::{Interval, SkewedMean, none_seen_bound, skewed_mean_interval};

/// Number of products above zero around which the caution about larger ones fades.
const FEW: f64 = 30.0;

/// Pairs of values that are not negative, of which most may be zero: alike in law, and independent given a part that they share.
///
/// With U = f(shared part, own part), the law of total variance is Var U = Var E(U | shared) + E Var(U | shared), and the first
/// term is the covariance of the two values of a pair. With m the mean of all values of n pairs (a, b), the share of it is
///
/// ```text
/// R = C / V,   C = Σ (a - m)(b - m) / n,   V = Σ ((a - m)² + (b - m)²) / 2n,
/// ```
///
/// the asymptotically best of such estimates (Janon et al. (2014), ESAIM: Probability and Statistics 18, 342-364,
/// doi:10.1051/ps/2013040), after Sobol' (1993). Its variance is by linearisation, n/(n-1) Σ z² with
/// z = ((a - m)(b - m) - R ((a - m)² + (b - m)²) / 2) / nV.
///
/// R is also the mean of products ab / V, which are not negative and mostly zero where losses are rare, less m² / V. So the
/// interval is that of a skewed mean ([`skewed_mean_interval`]) of the products with the variance above, less m² / V, within 0 and 1. The
/// largest product that may not have been seen is taken as that of two values as far from the mean as the furthest is, which fades
/// as more are seen. Where no two values of a pair were above zero, the upper end is the bound of none seen on such pairs.
///
/// Measured coverage: docs/statistics.md.
///
/// ```
/// use failscape::stats::SharedVariance;
/// let mut pairs = SharedVariance::default();
/// for i in 0..1000 {
///     let (shared, a, b) = (i % 10, i / 10 % 10, i / 100);
///     pairs.add(f64::from(shared + a), f64::from(shared + b));
/// }
/// let (share, interval) = pairs.share(0.95).unwrap();
/// assert!((share - 0.5).abs() < 1e-12 && interval.low > 0.4 && interval.high < 0.6);
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct SharedVariance {
    n: u64,
    /// Pairs of which a value is above zero.
    seen: Vec<(f64, f64)>,
}

impl SharedVariance {
    /// Adds a pair.
    pub fn add(&mut self, a: f64, b: f64) {
        self.n += 1;
        if a != 0.0 || b != 0.0 {
            self.seen.push((a, b));
        }
    }

    /// Adds the pairs of `later`. Merge in the same order to get the same bits.
    pub fn merge(&mut self, later: &Self) {
        self.n += later.n;
        self.seen.extend_from_slice(&later.seen);
    }

    /// Number of pairs.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.n
    }

    /// The share of the variance that is common, and its interval; `None` where the values do not vary.
    #[must_use]
    pub fn share(&self, level: f64) -> Option<(f64, Interval)> {
        let n = self.n as f64;
        let zeros = (self.n - self.seen.len() as u64) as f64;
        let mean = self.seen.iter().map(|(a, b)| a + b).sum::<f64>() / (2.0 * n);
        let about = |(a, b): &(f64, f64)| (a - mean, b - mean);
        let squares = |pair: &(f64, f64)| {
            let (a, b) = about(pair);
            f64::midpoint(a * a, b * b)
        };
        let product = |pair: &(f64, f64)| {
            let (a, b) = about(pair);
            a * b
        };
        let at_zero = zeros * mean * mean;
        let variance = (self.seen.iter().map(squares).sum::<f64>() + at_zero) / n;
        if self.n < 2 || variance <= 0.0 {
            return None;
        }
        let covariance = (self.seen.iter().map(product).sum::<f64>() + at_zero) / n;
        let share = (covariance / variance).clamp(0.0, 1.0);
        let unit = n * variance;
        let influence = |pair: &(f64, f64)| (product(pair) - share * squares(pair)) / unit;
        let zero = mean * mean * (1.0 - share) / unit;
        let spread = self.seen.iter().map(|pair| influence(pair).powi(2));
        let spread = spread.sum::<f64>() + zeros * zero * zero;
        let furthest = self.seen.iter().flat_map(|pair| {
            let (a, b) = about(pair);
            [a * a, b * b]
        });
        let unseen = furthest.fold(0.0, f64::max) / unit;
        let seen = self.seen.iter().map(|pair| influence(pair).abs());
        let both = self.seen.iter().filter(|(a, b)| a * b > 0.0).count() as u64;
        let products = SkewedMean {
            mean: share + mean * mean / variance,
            variance: n / (n - 1.0) * spread,
            largest: seen.fold(unseen / (1.0 + both as f64 / FEW), f64::max),
            nonzeros: both,
            n: self.n,
        };
        let interval = skewed_mean_interval(&products, level).map_or(
            (0.0, none_seen_bound(self.n, level) * n * unseen),
            |interval| {
                let off = mean * mean / variance;
                (interval.low - off, interval.high - off)
            },
        );
        Some((
            share,
            Interval {
                low: interval.0.clamp(0.0, share),
                high: interval.1.clamp(share, 1.0),
                method: "fay-feuer-t",
            },
        ))
    }
}
