//! Many lived trials of several plans, the same in all of them.

use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::state::pairs_of;
use super::threads::pool;
use super::{Observer, Progress, RunSettings};
use crate::engine::{Simulator, TrialTimeline};
use crate::estimate::{LivedPair, LivedTrial, TimelineShape, TimelineTally};
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
    /// Each two of them, over all trials: (1, 0), (2, 0), (2, 1), …
    pub pairs: Vec<LivedPair>,
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

/// Plays so many trials of each plan. Equal for any number of threads: batches are merged in their order. A plan of one trial, of which
/// all others would be the same, stands beside every trial of the others.
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
    let mut pairs = vec![LivedPair::default(); pairs_of(plans.len()).count()];
    let mut next = 0;
    let mut partial = false;
    while next < most {
        if next > 0 && observer.should_stop() {
            partial = true;
            break;
        }
        let starts: Vec<u64> = (0..ROUND).map(|batch| next + batch * BATCH).collect();
        let batches: Vec<(Vec<TimelineTally>, Vec<LivedPair>)> = pool.install(|| {
            let starts = starts.into_par_iter().filter(|start| *start < most);
            starts
                .map(|start| {
                    let mut tallies = new();
                    let batch = start..(start + BATCH).min(most);
                    let mut came: Vec<Vec<LivedTrial>> = Vec::with_capacity(plans.len());
                    for ((plan, shape, trials), tally) in plans.iter().zip(&mut tallies) {
                        came.push(play(plan, shape, *trials, &batch, settings.seed, tally));
                    }
                    let pairs = pairs_of(plans.len()).map(|(of, from)| {
                        let mut pair = LivedPair::default();
                        for (of, from) in came[of].iter().zip(&came[from]) {
                            pair.add(*of, *from);
                        }
                        pair
                    });
                    (tallies, pairs.collect())
                })
                .collect()
        });
        for (tallies, of_batch) in &batches {
            for (own, other) in whole.iter_mut().zip(tallies) {
                own.merge(other);
            }
            for (own, other) in pairs.iter_mut().zip(of_batch) {
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
        pairs,
        partial,
    }
}

/// Plays the trials of a batch of one plan into a tally, and tells what each came to; a plan of one trial is played once more for each
/// batch, and tallied in the first.
fn play(
    plan: &Plan,
    shape: &TimelineShape,
    trials: u64,
    batch: &Range<u64>,
    seed: u64,
    tally: &mut TimelineTally,
) -> Vec<LivedTrial> {
    let mut simulator = Simulator::new(plan, seed);
    let mut lived = TrialTimeline::default();
    let mut live = |trial: u64| {
        let outcome = simulator.live(trial, &mut lived);
        if batch.contains(&trial) {
            tally.add(shape, &lived, outcome);
        }
        LivedTrial {
            lost: outcome.unavailability * shape.traffic_seconds,
            down: outcome.down_seconds,
        }
    };
    if trials == 1 {
        return vec![live(0); (batch.end - batch.start) as usize];
    }
    (batch.start..batch.end.min(trials)).map(live).collect()
}
