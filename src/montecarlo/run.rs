//! Plays trials in batches, in parallel, and merges them.
//!
//! Batches have a size that depends on the plans alone, are merged along a fixed tree ([`super::tree`]), and rounds of
//! batches have fixed lengths; rules of stopping look only at whole rounds. So every figure is the same to the last bit
//! for any number of threads, for any split into shards, and however often a run is stopped and taken up again; and a
//! run that stops after n trials equals a run of n trials.

use std::ops::Range;
use std::time::{Duration, Instant};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::state::{State, pairs_of, shape};
use super::{Observer, Progress, RunSettings};
use crate::cost::FailurePrice;
use crate::engine::{Record, Simulator, TrialOutcome};
use crate::estimate::{FailureCost, PairTally, Tally, precision};
use crate::plan::Plan;

/// A precision is believed only after this many trials with a loss.
const MIN_TRIALS_WITH_LOSS: u64 = 100;
/// Trials among which a telling one is sought for the timeline.
const TIMELINE_SAMPLE: u64 = 1000;

/// A finished run.
#[derive(Debug)]
pub struct Run {
    /// One for each plan.
    pub tallies: Vec<Tally>,
    /// Each pair of plans once, in order: (later, earlier, tally).
    pub pairs: Vec<(usize, usize, PairTally)>,
    /// Whether it ended before it reached its trials or precision.
    pub partial: bool,
    /// A trial worth showing: of the first ones, that with the 95 % point of downtime over all plans.
    pub telling_trial: u64,
}

/// Plays trials of all plans until the settings are satisfied or the observer stops it.
///
/// # Panics
///
/// If the worker threads cannot be started.
pub fn run(
    plans: &[Plan],
    price: &FailurePrice,
    settings: &RunSettings,
    observer: &mut dyn Observer,
) -> Run {
    let mut state = State::new(plans);
    play(plans, price, settings, &mut state, observer);
    state.to_run(plans, price, settings)
}

/// Plays on from a state of these plans, until the part that it stands for is complete or the observer stops it.
///
/// # Panics
///
/// If the worker threads cannot be started.
pub fn play(
    plans: &[Plan],
    price: &FailurePrice,
    settings: &RunSettings,
    state: &mut State,
    observer: &mut dyn Observer,
) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.threads)
        .build()
        .expect("the operating system grants the worker threads");
    let campaign = Campaign {
        plans,
        price,
        settings,
    };
    let started = Instant::now();
    while !state.is_complete(settings) {
        let batches = state.next_round(settings);
        let keep = observer.wants_trials();
        let finished: Vec<Batch> = pool.install(|| {
            batches
                .into_par_iter()
                .map(|batch| campaign.play(batch, &state.active, keep))
                .collect()
        });
        for batch in finished {
            merge(state, batch, observer);
        }
        campaign.stop_what_is_precise(state);
        state.lengthen_round();
        observer.progress(&campaign.progress(state));
        observer.round_ended(state);
        if out_of_time(settings.max_time, started) || observer.should_stop() {
            break;
        }
    }
}

fn out_of_time(max_time: Option<Duration>, started: Instant) -> bool {
    max_time.is_some_and(|max_time| started.elapsed() >= max_time)
}

/// What a run plays.
#[derive(Clone, Copy)]
struct Campaign<'a> {
    plans: &'a [Plan],
    price: &'a FailurePrice,
    settings: &'a RunSettings,
}

/// Consecutive trials, played together.
struct Batch {
    trials: u64,
    tallies: Vec<Option<Tally>>,
    pairs: Vec<Option<PairTally>>,
    kept: Vec<(u64, usize, TrialOutcome)>,
    totals: Vec<f64>,
}

impl Campaign<'_> {
    /// Plays a batch of the plans that are `active`.
    fn play(self, trials: Range<u64>, active: &[bool], keep: bool) -> Batch {
        let mut simulators: Vec<Option<Simulator<'_>>> = (self.plans.iter().zip(active))
            .map(|(plan, active)| active.then(|| Simulator::new(plan, self.settings.seed)))
            .collect();
        let mut batch = Batch {
            trials: trials.end - trials.start,
            tallies: (self.plans.iter().zip(active))
                .map(|(plan, active)| active.then(|| Tally::new(&shape(plan, self.price))))
                .collect(),
            pairs: pairs_of(self.plans.len())
                .map(|(of, from)| (active[of] && active[from]).then(PairTally::default))
                .collect(),
            kept: Vec::new(),
            totals: Vec::new(),
        };
        let mut unavailability = vec![0.0; self.plans.len()];
        for trial in trials {
            for (index, simulator) in simulators.iter_mut().enumerate() {
                let (Some(simulator), Some(tally)) = (simulator, &mut batch.tallies[index]) else {
                    continue;
                };
                let outcome = simulator.simulate(trial, Record::Scores);
                tally.add(outcome, self.failure_cost(outcome));
                unavailability[index] = outcome.unavailability;
                if keep {
                    batch.kept.push((trial, index, outcome.clone()));
                }
            }
            for ((of, from), pair) in pairs_of(self.plans.len()).zip(&mut batch.pairs) {
                if let Some(pair) = pair {
                    pair.add(unavailability[of], unavailability[from]);
                }
            }
            if trial < TIMELINE_SAMPLE {
                batch.totals.push(unavailability.iter().sum());
            }
        }
        batch
    }

    fn failure_cost(self, outcome: &TrialOutcome) -> FailureCost {
        let journeys = outcome
            .journeys
            .iter()
            .map(|journey| journey.unavailability);
        let cost = self
            .price
            .of(outcome.unavailability, journeys, outcome.refunded_windows);
        FailureCost {
            sla_credits: cost.sla_credits.unwrap_or_default(),
            downtime: cost.downtime.unwrap_or_default(),
        }
    }

    fn stop_what_is_precise(self, state: &mut State) {
        let Some(target) = self.settings.precision else {
            return;
        };
        for index in 0..self.plans.len() {
            let tally = self.headline(state, index);
            let reached = precision(&tally, self.settings.confidence)
                .is_some_and(|reached| reached <= target);
            if reached && tally.trials_with_loss() >= MIN_TRIALS_WITH_LOSS {
                state.active[index] = false;
            }
        }
    }

    fn progress(self, state: &State) -> Progress {
        Progress {
            trials: state.trials,
            expected_trials: state
                .trials_aimed_at(self.settings)
                .or_else(|| self.expected_trials(state)),
            running: state.active.iter().filter(|active| **active).count(),
            topologies: self.plans.len(),
        }
    }

    /// Trials at which the last topology is expected to reach the precision: the half-width shrinks with the root of n.
    fn expected_trials(self, state: &State) -> Option<u64> {
        let target = self.settings.precision?;
        let mut most = state.trials as f64;
        for index in (0..self.plans.len()).filter(|index| state.active[*index]) {
            let tally = self.headline(state, index);
            let reached = precision(&tally, self.settings.confidence)?;
            let by_precision = state.trials as f64 * (reached / target).powi(2);
            let by_losses = (MIN_TRIALS_WITH_LOSS * state.trials) as f64
                / tally.trials_with_loss().max(1) as f64;
            most = most.max(by_precision).max(by_losses);
        }
        Some(most.min(1e18) as u64)
    }

    /// What rules of stopping look at: the trials of a plan and its unavailability.
    fn headline(self, state: &State, index: usize) -> Tally {
        let empty = Tally::new(&shape(&self.plans[index], self.price));
        state.tallies[index].fold(empty, Tally::merge_headline)
    }
}

/// Adds the batch after those of the state.
fn merge(state: &mut State, batch: Batch, observer: &mut dyn Observer) {
    for (tree, finished) in state.tallies.iter_mut().zip(batch.tallies) {
        if let Some(finished) = finished {
            tree.push(state.next, finished);
        }
    }
    for (tree, finished) in state.pairs.iter_mut().zip(batch.pairs) {
        if let Some(finished) = finished {
            tree.push(state.next, finished);
        }
    }
    state.trials += batch.trials;
    state.next += 1;
    state.totals.extend(batch.totals);
    for (trial, topology, outcome) in &batch.kept {
        observer.trial(*trial, *topology, outcome);
    }
}
