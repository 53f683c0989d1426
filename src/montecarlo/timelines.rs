//! Many lived trials of several plans, the same in all of them.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::threads::pool;
use super::{Observer, Progress, RunSettings};
use crate::engine::{Simulator, TrialTimeline};
use crate::estimate::{TimelineShape, TimelineTally};
use crate::plan::Plan;

/// Trials of a batch.
const BATCH: u64 = 32;
/// Batches between two looks at the observer.
const ROUND: u64 = 16;

/// Lived trials, one tally for each plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Lived {
    /// In the order of the plans.
    pub tallies: Vec<TimelineTally>,
    /// Whether the observer stopped them early.
    pub partial: bool,
}

/// Whether every trial of a plan is the same: nothing that can matter is drawn, or nothing happens that draws.
#[must_use]
pub fn is_certain(plan: &Plan, seed: u64) -> bool {
    plan.is_settled()
        || (plan.fails_by_script_only() && {
            let mut simulator = Simulator::new(plan, seed);
            simulator.live(0, &mut TrialTimeline::default());
            !simulator.has_reacted()
        })
}

/// Plays so many trials of each plan. Equal for any number of threads: batches are merged in their order.
///
/// # Panics
///
/// If the worker threads cannot be started.
pub fn live(
    plans: &[(&Plan, &TimelineShape, u64)],
    settings: &RunSettings,
    observer: &mut dyn Observer,
) -> Lived {
    let pool = pool(settings.threads);
    let new = || -> Vec<TimelineTally> {
        let shapes = plans.iter().map(|(_, shape, _)| *shape);
        shapes.map(TimelineTally::new).collect()
    };
    let most = plans.iter().map(|(.., trials)| *trials).max().unwrap_or(0);
    let mut whole = new();
    let mut next = 0;
    let mut partial = false;
    while next < most {
        if next > 0 && observer.should_stop() {
            partial = true;
            break;
        }
        let starts: Vec<u64> = (0..ROUND).map(|batch| next + batch * BATCH).collect();
        let batches: Vec<Vec<TimelineTally>> = pool.install(|| {
            let starts = starts.into_par_iter().filter(|start| *start < most);
            starts
                .map(|start| {
                    let mut tallies = new();
                    for ((plan, shape, trials), tally) in plans.iter().zip(&mut tallies) {
                        let mut simulator = Simulator::new(plan, settings.seed);
                        let mut lived = TrialTimeline::default();
                        for trial in start..(start + BATCH).min(*trials) {
                            let outcome = simulator.live(trial, &mut lived);
                            tally.add(shape, &lived, outcome);
                        }
                    }
                    tallies
                })
                .collect()
        });
        for batch in &batches {
            for (own, other) in whole.iter_mut().zip(batch) {
                own.merge(other);
            }
        }
        next = (next + ROUND * BATCH).min(most);
        observer.progress(&Progress {
            trials: next,
            expected_trials: Some(most),
            running: if next < most { plans.len() } else { 0 },
            topologies: plans.len(),
        });
    }
    Lived {
        tallies: whole,
        partial,
    }
}
