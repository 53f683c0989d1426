//! Lengths of outages: quantiles, mean, the recovery curve, and the share within the objective.

use serde::{Deserialize, Serialize};

use super::lengths::Lengths;
use crate::engine::Recovery;
use crate::results::{CurvePoint, Quantiles};
use crate::stats::ClusteredShare;

/// A time this much longer than an objective \[s\] has still met it: times in a trial are rounded to a few nanoseconds.
pub(super) const ROUNDING: f64 = 1e-6;

/// The outages of many trials. Outages of one trial are a cluster: they may share a cause, trials are independent.
///
/// Outages cut off by the horizon are left out, except that one already longer than the objective has missed it.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct RecoveryTally {
    lengths: Lengths,
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
        let ended = recoveries.iter().filter(|recovery| !recovery.cut_off);
        self.lengths.add(ended.map(|recovery| recovery.seconds));
    }

    /// Adds the outages of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.lengths.merge(&other.lengths);
        self.within.merge(&other.within);
    }

    /// Outages within the objective.
    pub(super) fn within(&self) -> &ClusteredShare {
        &self.within
    }

    /// Quantiles of the lengths, in units of `unit_seconds`.
    pub(super) fn quantiles(&self, unit_seconds: f64, level: f64) -> Quantiles {
        self.lengths.quantiles(unit_seconds, level)
    }

    /// The cumulative distribution of the lengths, from the last point before the shortest to the first beyond the longest.
    pub(super) fn curve(&self, level: f64) -> Vec<CurvePoint> {
        self.lengths.curve(level)
    }
}
