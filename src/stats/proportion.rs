//! Intervals of a probability from counts.

use super::{Interval, beta_quantile};

/// Clopper & Pearson's interval of a probability, of which `seen` of `n` independent trials showed it.
///
/// Ends are beta quantiles: low = B(α/2; s, n - s + 1), high = B(1 - α/2; s + 1, n - s). Both counts may be fractions: effective
/// numbers of clustered samples (see [`super::ClusteredShare`]).
///
/// Never below its level, and above it for few counts (near 97-99 % at 95 %). Wrong only where trials are not independent.
/// Clopper & Pearson (1934), Biometrika 26, 404-413, doi:10.1093/biomet/26.4.404.
///
/// ```
/// let interval = failscape::stats::clopper_pearson(1.0, 10.0, 0.95);
/// // scipy.stats.binomtest(1, 10).proportion_ci(): 0.0025285785444617, 0.44501611702819
/// assert!((interval.low - 0.002_528_578_544_461_7).abs() < 1e-11);
/// assert!((interval.high - 0.445_016_117_028_19).abs() < 1e-9);
/// ```
#[must_use]
pub fn clopper_pearson(seen: f64, n: f64, level: f64) -> Interval {
    let tail = (1.0 - level) / 2.0;
    let missed = (n - seen).max(0.0);
    let low = if seen > 0.0 {
        beta_quantile(tail, seen, missed + 1.0)
    } else {
        0.0
    };
    let high = if missed > 0.0 {
        beta_quantile(1.0 - tail, seen + 1.0, missed)
    } else {
        1.0
    };
    Interval {
        low,
        high,
        method: "clopper-pearson",
    }
}

/// Upper bound on the probability of what none of `n` independent trials showed: 1 - (1 - level)^(1/n), one-sided.
///
/// About 3.0 / n at 95 %: the rule of three, Hanley & Lippman-Hand (1983), doi:10.1001/jama.1983.03330370053031.
///
/// ```
/// assert!((failscape::stats::none_seen_bound(1000, 0.95) - 0.002991249545095296).abs() < 1e-12);
/// ```
#[must_use]
pub fn none_seen_bound(n: u64, level: f64) -> f64 {
    if n == 0 {
        1.0
    } else {
        -((1.0 - level).ln() / n as f64).exp_m1()
    }
}
