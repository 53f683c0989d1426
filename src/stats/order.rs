//! Intervals of a quantile from order statistics.

use super::distributions::binomial_at_least;
use super::{Interval, QuantileSketch};

/// Ranks (from 1) of the order statistics that bound a quantile; `None` where too few values bound it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QuantileRanks {
    /// Rank of the lower bound.
    pub low: Option<u64>,
    /// Rank of the upper bound.
    pub high: Option<u64>,
}

/// Ranks whose order statistics hold the `q` quantile between them with probability at least `level`, each side at least
/// 1 - (1 - level)/2.
///
/// The number of values below the quantile is binomial(n, q), whatever the distribution: the lower rank is the greatest l with
/// P(B <= l - 1) <= α/2, the upper the least u with P(B >= u) <= α/2. Valid for discrete values too (then conservative).
/// David & Nagaraja, Order Statistics, 3rd ed. (2003), section 7.1.
///
/// ```
/// let ranks = failscape::stats::quantile_ranks(1000, 0.95, 0.95);
/// // from scipy.stats.binom.cdf(k, 1000, 0.95)
/// assert_eq!((ranks.low, ranks.high), (Some(936), Some(964)));
/// assert_eq!(failscape::stats::quantile_ranks(59, 0.95, 0.95).high, None);
/// ```
#[must_use]
pub fn quantile_ranks(n: u64, q: f64, level: f64) -> QuantileRanks {
    let tail = (1.0 - level) / 2.0;
    let at_least = |rank: u64| binomial_at_least(rank, n, q);
    let high = least(n + 1, |rank| at_least(rank) <= tail);
    // P(B <= l - 1) = 1 - P(B >= l): the first rank that is too high, less one.
    let too_high = least(n + 1, |rank| 1.0 - at_least(rank) > tail);
    QuantileRanks {
        low: too_high.checked_sub(1).filter(|rank| *rank >= 1),
        high: (high <= n).then_some(high),
    }
}

/// The least rank of `0..=most` with the property, which holds from there on; `most` if none below has it.
fn least(most: u64, property: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, most);
    while low < high {
        let middle = low + (high - low) / 2;
        if property(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// Interval of the `q` quantile of the values of a sketch, as if there were `effective_n` independent ones.
///
/// With `effective_n` equal to the number of values the ends are order statistics ([`quantile_ranks`]). With fewer (values that come
/// in clusters) the ranks are those of an independent sample of that size, carried over as shares: Woodruff (1952),
/// doi:10.1080/01621459.1952.10483443. An end without a bound is infinite.
#[must_use]
pub fn quantile_interval(
    sketch: &QuantileSketch,
    q: f64,
    effective_n: f64,
    level: f64,
) -> Interval {
    let n = sketch.n();
    let effective = (effective_n.max(0.0).round() as u64).min(n);
    let ranks = quantile_ranks(effective, q, level);
    let carried = |rank: u64| {
        if effective == n {
            return rank;
        }
        ((rank as f64 - 0.5) / effective as f64 * n as f64)
            .ceil()
            .clamp(1.0, n as f64) as u64
    };
    let value = |rank: Option<u64>| rank.and_then(|rank| sketch.at_rank(carried(rank)));
    Interval {
        low: value(ranks.low).unwrap_or(f64::NEG_INFINITY),
        high: value(ranks.high).unwrap_or(f64::INFINITY),
        method: "order-statistics",
    }
}

/// Smallest n at which a two-sided interval has both ends, for tests and documentation.
#[cfg(test)]
fn least_n(q: f64, level: f64) -> u64 {
    let tail = (1.0 - level) / 2.0;
    (tail.ln() / q.max(1.0 - q).ln()).ceil() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_equal_scipy_binomial() {
        for (n, low, high) in [
            (100, 90, 100),
            (1000, 936, 964),
            (20_000, 18_939, 19_061),
            (1_000_000, 949_572, 950_428),
        ] {
            let ranks = quantile_ranks(n, 0.95, 0.95);
            // scipy.stats.binom.ppf gives the first rank with P(B <= l) >= 2.5 %: l - 1 still is below it.
            assert_eq!((ranks.low, ranks.high), (Some(low), Some(high)), "n = {n}");
        }
    }

    #[test]
    fn too_few_values_do_not_bound() {
        let least = least_n(0.95, 0.95);
        assert_eq!(least, 72);
        assert_eq!(quantile_ranks(least - 1, 0.95, 0.95).high, None);
        assert_eq!(quantile_ranks(least, 0.95, 0.95).high, Some(least));
        assert_eq!(
            quantile_ranks(0, 0.95, 0.95),
            QuantileRanks {
                low: None,
                high: None
            }
        );
    }
}
