//! Times of many trials: quantiles, mean and cumulative distribution, with intervals.

use serde::{Deserialize, Serialize};

use super::figures;
use super::grid::RECOVERY_SECONDS;
use crate::results::{CurvePoint, Quantiles};
use crate::stats::{ClusteredMean, ClusteredShare, QuantileSketch, quantile_interval};

/// Times of many trials. Those of one trial are a cluster: they may share a cause, trials are independent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct Lengths {
    sketch: QuantileSketch,
    mean: ClusteredMean,
    /// One for each point of [`RECOVERY_SECONDS`]; empty until a time is added.
    curve: Vec<ClusteredShare>,
}

impl Lengths {
    /// Adds the times of one trial \[s\].
    pub(super) fn add(&mut self, times: impl Iterator<Item = f64>) {
        let mut n = 0;
        let mut sum = 0.0;
        let mut longest = 0.0_f64;
        let mut first_within = [0_u64; RECOVERY_SECONDS.len() + 1];
        for seconds in times {
            n += 1;
            sum += seconds;
            longest = longest.max(seconds);
            self.sketch.insert(seconds);
            first_within[RECOVERY_SECONDS.partition_point(|point| *point < seconds)] += 1;
        }
        if n == 0 {
            return;
        }
        self.mean.add(n, sum, longest);
        if self.curve.is_empty() {
            self.curve
                .resize(RECOVERY_SECONDS.len(), ClusteredShare::default());
        }
        let mut within = 0;
        for (point, count) in self.curve.iter_mut().zip(first_within) {
            within += count;
            point.add(within, n);
        }
    }

    /// Adds the times of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        self.sketch.merge(&other.sketch);
        self.mean.merge(&other.mean);
        if self.curve.is_empty() {
            self.curve.clone_from(&other.curve);
        } else {
            self.curve
                .iter_mut()
                .zip(&other.curve)
                .for_each(|(mine, theirs)| mine.merge(theirs));
        }
    }

    /// Quantiles of the times, in units of `unit_seconds`.
    pub(super) fn quantiles(&self, unit_seconds: f64, level: f64) -> Quantiles {
        let quantile = |q: f64| {
            self.sketch
                .quantile(q)
                .map(|seconds| seconds / unit_seconds)
        };
        let mean = self.mean.interval(level);
        let p95 = quantile_interval(&self.sketch, 0.95, self.effective_n_at(0.95), level);
        let finite = |seconds: f64| seconds.is_finite().then_some(seconds / unit_seconds);
        Quantiles {
            n: self.sketch.n(),
            mean: self.mean.mean().map(|mean| mean / unit_seconds),
            low: mean.map(|interval| interval.low / unit_seconds),
            high: mean.map(|interval| interval.high / unit_seconds),
            p50: quantile(0.5),
            p95: quantile(0.95),
            p95_low: finite(p95.low),
            p95_high: finite(p95.high),
            p99: quantile(0.99),
        }
    }

    /// Number of independent times that tell as much about the `q` quantile: that of the curve at the point next to it.
    fn effective_n_at(&self, q: f64) -> f64 {
        let Some(length) = self.sketch.quantile(q) else {
            return 0.0;
        };
        let index = RECOVERY_SECONDS.partition_point(|point| *point < length);
        let undecided = |point: &&ClusteredShare| {
            point
                .share()
                .is_some_and(|share| share > 0.0 && share < 1.0)
        };
        let neighbours = self
            .curve
            .get(index.saturating_sub(1)..=index)
            .unwrap_or_default();
        neighbours
            .iter()
            .filter(undecided)
            .map(ClusteredShare::effective_items)
            .reduce(f64::min)
            .unwrap_or_else(|| {
                self.curve
                    .first()
                    .map_or(0.0, |point| point.clusters() as f64)
            })
    }

    /// The cumulative distribution of the times, from the last point before the shortest to the first beyond the longest.
    pub(super) fn curve(&self, level: f64) -> Vec<CurvePoint> {
        let shares: Vec<f64> = self
            .curve
            .iter()
            .filter_map(ClusteredShare::share)
            .collect();
        let first = shares.iter().rposition(|share| *share == 0.0).unwrap_or(0);
        let last = shares
            .iter()
            .position(|share| *share == 1.0)
            .unwrap_or(shares.len().saturating_sub(1));
        let mut points: Vec<CurvePoint> = (self
            .curve
            .iter()
            .zip(RECOVERY_SECONDS)
            .take(last + 1)
            .skip(first))
        .filter_map(|(share, seconds)| {
            let estimate = figures::share(share, level)?;
            Some(CurvePoint {
                seconds,
                p: estimate.mean,
                low: estimate.low,
                high: estimate.high,
            })
        })
        .collect();
        // A distribution rises, and so do the ends of its intervals.
        for index in 1..points.len() {
            points[index].low = points[index].low.max(points[index - 1].low);
        }
        for index in (1..points.len()).rev() {
            points[index - 1].high = points[index - 1].high.min(points[index].high);
        }
        points
    }
}
