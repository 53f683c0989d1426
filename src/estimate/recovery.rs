//! Lengths of outages: quantiles, mean, the recovery curve, and the share within the objective.

use serde::{Deserialize, Serialize};

use super::figures;
use super::grid::RECOVERY_SECONDS;
use crate::engine::Recovery;
use crate::results::{CurvePoint, Quantiles};
use crate::stats::{ClusteredMean, ClusteredShare, QuantileSketch, quantile_interval};

/// An outage this much longer than the objective \[s\] has still met it: times in a trial are rounded to a few nanoseconds.
const ROUNDING: f64 = 1e-6;

/// The outages of many trials. Outages of one trial are a cluster: they may share a cause, trials are independent.
///
/// Outages cut off by the horizon are left out, except that one already longer than the objective has missed it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecoveryTally {
    lengths: QuantileSketch,
    mean: ClusteredMean,
    /// One for each point of [`RECOVERY_SECONDS`]; empty until an outage is added.
    curve: Vec<ClusteredShare>,
    within: ClusteredShare,
}

impl RecoveryTally {
    /// Adds the outages of one trial.
    pub fn add(&mut self, recoveries: &[Recovery], rto_seconds: Option<f64>) {
        if let Some(rto) = rto_seconds.map(|rto| rto + ROUNDING) {
            let judged = recoveries
                .iter()
                .filter(|recovery| !recovery.cut_off || recovery.seconds > rto);
            let met = judged
                .clone()
                .filter(|recovery| recovery.seconds <= rto)
                .count();
            self.within.add(met as u64, judged.count() as u64);
        }
        let mut ended = 0;
        let mut sum = 0.0;
        let mut longest = 0.0_f64;
        let mut first_within = [0_u64; RECOVERY_SECONDS.len() + 1];
        for recovery in recoveries.iter().filter(|recovery| !recovery.cut_off) {
            ended += 1;
            sum += recovery.seconds;
            longest = longest.max(recovery.seconds);
            self.lengths.insert(recovery.seconds);
            first_within[RECOVERY_SECONDS.partition_point(|point| *point < recovery.seconds)] += 1;
        }
        if ended == 0 {
            return;
        }
        self.mean.add(ended, sum, longest);
        if self.curve.is_empty() {
            self.curve
                .resize(RECOVERY_SECONDS.len(), ClusteredShare::default());
        }
        let mut within = 0;
        for (point, count) in self.curve.iter_mut().zip(first_within) {
            within += count;
            point.add(within, ended);
        }
    }

    /// Adds the outages of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.lengths.merge(&other.lengths);
        self.mean.merge(&other.mean);
        self.within.merge(&other.within);
        if self.curve.is_empty() {
            self.curve.clone_from(&other.curve);
        } else {
            self.curve
                .iter_mut()
                .zip(&other.curve)
                .for_each(|(mine, theirs)| mine.merge(theirs));
        }
    }

    /// Outages within the objective.
    pub(super) fn within(&self) -> &ClusteredShare {
        &self.within
    }

    /// Quantiles of the lengths, in units of `unit_seconds`.
    pub(super) fn quantiles(&self, unit_seconds: f64, level: f64) -> Quantiles {
        let quantile = |q: f64| {
            self.lengths
                .quantile(q)
                .map(|seconds| seconds / unit_seconds)
        };
        let mean = self.mean.interval(level);
        let p95 = quantile_interval(&self.lengths, 0.95, self.effective_n_at(0.95), level);
        let finite = |seconds: f64| seconds.is_finite().then_some(seconds / unit_seconds);
        Quantiles {
            n: self.lengths.n(),
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

    /// Number of independent outages that tell as much about the `q` quantile: that of the curve at the point next to it.
    fn effective_n_at(&self, q: f64) -> f64 {
        let Some(length) = self.lengths.quantile(q) else {
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

    /// The cumulative distribution of the lengths, from the last point before the shortest to the first beyond the longest.
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
