//! Losses of data, together with the outages in which they came about, and split brain.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::grid::RECOVERY_SECONDS;
use super::lengths::Lengths;
use super::recovery::ROUNDING;
use crate::engine::TrialOutcome;
use crate::results::{JointCount, Quantiles};
use crate::stats::{ClusteredShare, Moments};

/// The losses of data of many trials. Those of one trial are a cluster: they may share a cause, trials are independent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct DataTally {
    losses: Lengths,
    within: ClusteredShare,
    both: ClusteredShare,
    /// Outages and losses in none, by cells of recovery and loss.
    joint: BTreeMap<(u8, u8), u64>,
    split_brain: Moments,
}

/// What is wanted of recoveries and of losses of data \[s\].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Points {
    /// Recovery time objective.
    pub rto: Option<f64>,
    /// Recovery point objective.
    pub rpo: Option<f64>,
}

impl DataTally {
    /// Adds a trial.
    pub(super) fn add(&mut self, outcome: &TrialOutcome, wanted: Points) {
        if outcome.split_brain_seconds > 0.0 {
            self.split_brain.add(outcome.split_brain_seconds);
        }
        let losses = outcome.data_losses.iter().map(|loss| loss.seconds);
        self.losses.add(losses.clone());
        if let Some(rpo) = wanted.rpo {
            let met = losses.clone().filter(|seconds| *seconds <= rpo + ROUNDING);
            self.within.add(met.count() as u64, losses.count() as u64);
        }
        // What is known of an outage under way at the end of the horizon is that it was already too long.
        let rto = wanted.rto.unwrap_or(f64::INFINITY) + ROUNDING;
        let outages = outcome.recoveries.iter();
        let outages = outages
            .filter(|outage| !outage.cut_off || outage.seconds > rto)
            .map(|outage| (outage.seconds, outage.lost_data, outage.cut_off));
        let apart = outcome.data_losses_apart.iter();
        let incidents = outages.chain(apart.map(|loss| (0.0, *loss, false)));
        let (mut met, mut n) = (0, 0);
        for (recovery, loss, is_cut_off) in incidents {
            let rpo = wanted.rpo.unwrap_or(f64::INFINITY) + ROUNDING;
            n += 1;
            met += u64::from(recovery <= rto && loss <= rpo);
            if !is_cut_off {
                *self.joint.entry((cell(recovery), cell(loss))).or_insert(0) += 1;
            }
        }
        if n > 0 && wanted.rto.is_some() && wanted.rpo.is_some() {
            self.both.add(met, n);
        }
    }

    /// Adds the trials of `other`.
    pub(super) fn merge(&mut self, other: &Self) {
        self.losses.merge(&other.losses);
        self.within.merge(&other.within);
        self.both.merge(&other.both);
        for (cell, n) in &other.joint {
            *self.joint.entry(*cell).or_insert(0) += n;
        }
        self.split_brain.merge(&other.split_brain);
    }

    /// Losses within the objective.
    pub(super) fn within(&self) -> &ClusteredShare {
        &self.within
    }

    /// Outages, and losses in none, within both objectives.
    pub(super) fn both(&self) -> &ClusteredShare {
        &self.both
    }

    /// Quantiles of the losses \[s\].
    pub(super) fn quantiles(&self, level: f64) -> Quantiles {
        self.losses.quantiles(1.0, level)
    }

    /// Seconds of split brain of the trials that had some.
    pub(super) fn split_brain(&self) -> &Moments {
        &self.split_brain
    }

    /// How many outages, and losses in none, fell into each cell of recovery and loss.
    pub(super) fn joint(&self) -> Vec<JointCount> {
        let cells = self.joint.iter();
        cells
            .map(|(&(recovery, loss), &n)| JointCount {
                recovery_seconds: upper_end(recovery),
                data_loss_seconds: upper_end(loss),
                n,
            })
            .collect()
    }
}

/// The cell of a time: 0 for none, then one for each point of the grid up to which it comes.
fn cell(seconds: f64) -> u8 {
    if seconds <= 0.0 {
        return 0;
    }
    let above = RECOVERY_SECONDS.partition_point(|point| *point < seconds);
    above.min(RECOVERY_SECONDS.len() - 1) as u8 + 1
}

fn upper_end(cell: u8) -> f64 {
    if cell == 0 {
        0.0
    } else {
        RECOVERY_SECONDS[usize::from(cell) - 1]
    }
}
