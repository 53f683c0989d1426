//! Plays trials of one plan in the fastest way that it allows.

use super::trial::{Record, Simulator};
use super::{MeanScore, Sweeper, TrialOutcome};
use crate::plan::Plan;

/// What tells the seed of companions from that of a run.
const OTHER_LUCK: u64 = 0x6c75_636b;

/// How trials are played.
#[derive(Debug)]
pub enum Player<'p> {
    /// Event by event.
    Calendar(Box<Simulator<'p>>),
    /// Downtimes at once; knows more of means than the score.
    Sweep(Box<Sweeper<'p>>),
}

impl<'p> Player<'p> {
    /// A player of a plan under a seed, event by event.
    #[must_use]
    pub fn plain(plan: &'p Plan, seed: u64) -> Self {
        Self::Calendar(Box::new(Simulator::new(plan, seed)))
    }

    /// A player that sweeps if the plan allows it.
    #[must_use]
    pub fn sharp(plan: &'p Plan, seed: u64) -> Self {
        Sweeper::new(plan, seed).map_or_else(
            || Self::plain(plan, seed),
            |sweeper| Self::Sweep(Box::new(sweeper)),
        )
    }

    /// Plays a trial: its score, and what it says of means beyond that.
    pub fn play(&mut self, trial: u64) -> (&TrialOutcome, Option<&MeanScore>) {
        match self {
            Self::Calendar(simulator) => (simulator.simulate(trial, Record::Scores), None),
            Self::Sweep(sweeper) => {
                let (outcome, score) = sweeper.simulate_with_means(trial);
                (outcome, Some(score))
            }
        }
    }
}

impl<'p> Simulator<'p> {
    /// A simulator of other trials, in which only the values of ranges are those of the trials under `seed`.
    #[must_use]
    pub fn companion(plan: &'p Plan, seed: u64) -> Self {
        let mut companion = Self::new(plan, seed ^ OTHER_LUCK);
        companion.seed_of_ranges = seed;
        companion
    }
}
