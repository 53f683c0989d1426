//! What to run, validated.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// How many trials, from which seed, and when to stop.
#[derive(Debug, Clone, PartialEq)]
pub struct RunSettings {
    /// Seed of all random streams.
    pub seed: u64,
    /// Trials of each topology, if fixed.
    pub trials: Option<u64>,
    /// Relative half-width of the interval of unavailability at which a topology stops, above 0.
    pub precision: Option<f64>,
    /// Half-width of the interval of each paired difference over its size at which its two topologies stop, above 0.
    pub precision_of_differences: Option<f64>,
    /// Whether topologies play on until all have what is asked for: all play the same trials then.
    pub together: bool,
    /// Wall time after which the run stops at the next batch border.
    pub max_time: Option<Duration>,
    /// Level of the intervals, between 0 and 1.
    pub confidence: f64,
    /// Worker threads, at least 1.
    pub threads: usize,
    /// How means are estimated.
    pub estimator: Estimator,
}

/// How means are estimated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Estimator {
    /// Worked out where that is possible; else sampled, with chances replaced by means and with controls.
    #[default]
    Sharp,
    /// Sampled in the same way even where figures could be worked out.
    Sampled,
    /// By the scores of trials alone.
    Plain,
}

/// What a running simulation tells and asks, at batch borders only. All methods are called from one thread.
pub trait Observer {
    /// A round has been merged.
    fn progress(&mut self, progress: &Progress);
    /// A round has been merged into this state, from which the run can be taken up again. Not kept unless it is wanted.
    fn round_ended(&mut self, _state: &super::State) {}
    /// Whether to stop now and keep what is done.
    fn should_stop(&mut self) -> bool;
    /// The outcomes of finished trials, in order of trial, all topologies of a trial together where they were played.
    fn trial(&mut self, trial: u64, topology: usize, outcome: &crate::engine::TrialOutcome);
    /// Whether [`Observer::trial`] is wanted.
    fn wants_trials(&self) -> bool;
}

/// How far a run has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// Trials finished of the topology that has played most.
    pub trials: u64,
    /// Trials aimed at, if known: the fixed number, or an extrapolation from the precision reached.
    pub expected_trials: Option<u64>,
    /// Topologies still running.
    pub running: usize,
    /// Topologies in all.
    pub topologies: usize,
}

impl fmt::Display for Estimator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sharp => "sharp",
            Self::Sampled => "sampled",
            Self::Plain => "plain",
        })
    }
}
