//! Plays trials in batches, in parallel, and merges them in order.
//!
//! Batches have a size that depends on the plans alone, are merged in order of trial, and rounds of batches have fixed
//! lengths; rules of stopping look only at whole rounds. So every figure is the same to the last bit for any number of
//! threads, and a run that stops after n trials equals a run of n trials.

use std::time::{Duration, Instant};

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::{Observer, Progress, RunSettings};
use crate::cost::FailurePrice;
use crate::engine::{Record, Simulator, TrialOutcome};
use crate::estimate::{FailureCost, PairTally, PricedFailure, Tally, TallyShape, precision};
use crate::plan::Plan;

/// Events of a batch, about.
const EVENTS_PER_BATCH: f64 = 200_000.0;
/// Most trials of a batch.
const MAX_BATCH: u64 = 1024;
/// Batches of the first round; later ones double up to `MAX_ROUND`.
const FIRST_ROUND: u64 = 8;
/// Most batches of a round: a fraction of a second of work, so that a run can be stopped.
const MAX_ROUND: u64 = 32;
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
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(settings.threads)
        .build()
        .expect("the operating system grants the worker threads");
    let mut campaign = Campaign::new(plans, price, settings);
    let started = Instant::now();
    let mut partial = false;
    let mut round = FIRST_ROUND;
    while campaign.is_running() {
        let batches = campaign.next_round(round);
        let keep = observer.wants_trials();
        let finished: Vec<Batch> = pool.install(|| {
            batches
                .into_par_iter()
                .map(|batch| campaign.play(batch, keep))
                .collect()
        });
        for batch in finished {
            campaign.merge(batch, observer);
        }
        campaign.stop_what_is_precise();
        observer.progress(&campaign.progress());
        if campaign.is_running()
            && (out_of_time(settings.max_time, started) || observer.should_stop())
        {
            partial = true;
            break;
        }
        round = (2 * round).min(MAX_ROUND);
    }
    campaign.finish(partial)
}

fn out_of_time(max_time: Option<Duration>, started: Instant) -> bool {
    max_time.is_some_and(|max_time| started.elapsed() >= max_time)
}

/// A run under way.
struct Campaign<'a> {
    plans: &'a [Plan],
    price: &'a FailurePrice,
    settings: &'a RunSettings,
    batch_size: u64,
    /// Trials played so far by the plans still active.
    played: u64,
    active: Vec<bool>,
    tallies: Vec<Tally>,
    pairs: Vec<(usize, usize, PairTally)>,
    /// Unavailability summed over plans of the first trials.
    totals: Vec<f64>,
}

/// Consecutive trials, played together.
struct Batch {
    tallies: Vec<Option<Tally>>,
    pairs: Vec<PairTally>,
    kept: Vec<(u64, usize, TrialOutcome)>,
    totals: Vec<f64>,
}

impl<'a> Campaign<'a> {
    fn new(plans: &'a [Plan], price: &'a FailurePrice, settings: &'a RunSettings) -> Self {
        let events: f64 = plans.iter().map(|plan| plan.expected_events + 20.0).sum();
        let pairs = (0..plans.len())
            .flat_map(|of| (0..of).map(move |from| (of, from, PairTally::default())));
        Self {
            plans,
            price,
            settings,
            batch_size: ((EVENTS_PER_BATCH / events.max(1.0)) as u64).clamp(1, MAX_BATCH),
            played: 0,
            active: vec![true; plans.len()],
            tallies: plans
                .iter()
                .map(|plan| Tally::new(&shape(plan, price)))
                .collect(),
            pairs: pairs.collect(),
            totals: Vec::new(),
        }
    }

    fn is_running(&self) -> bool {
        self.settings
            .trials
            .is_none_or(|trials| self.played < trials)
            && self.active.contains(&true)
    }

    /// The trials of the next batches.
    fn next_round(&self, n_batches: u64) -> Vec<std::ops::Range<u64>> {
        let limit = self.settings.trials.unwrap_or(u64::MAX);
        (0..n_batches)
            .map(|batch| {
                self.played
                    .saturating_add(batch.saturating_mul(self.batch_size))
            })
            .map(|start| start..start.saturating_add(self.batch_size).min(limit))
            .filter(|trials| trials.start < trials.end)
            .collect()
    }

    fn play(&self, trials: std::ops::Range<u64>, keep: bool) -> Batch {
        let mut simulators: Vec<Option<Simulator<'_>>> = (self.plans.iter().zip(&self.active))
            .map(|(plan, active)| active.then(|| Simulator::new(plan, self.settings.seed)))
            .collect();
        let mut batch = Batch {
            tallies: (self.plans.iter().zip(&self.active))
                .map(|(plan, active)| active.then(|| Tally::new(&shape(plan, self.price))))
                .collect(),
            pairs: self.pairs.iter().map(|_| PairTally::default()).collect(),
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
            for ((of, from, _), pair) in self.pairs.iter().zip(&mut batch.pairs) {
                if self.active[*of] && self.active[*from] {
                    pair.add(unavailability[*of], unavailability[*from]);
                }
            }
            if trial < TIMELINE_SAMPLE {
                batch.totals.push(unavailability.iter().sum());
            }
        }
        batch
    }

    fn failure_cost(&self, outcome: &TrialOutcome) -> FailureCost {
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

    fn merge(&mut self, batch: Batch, observer: &mut dyn Observer) {
        let mut n_trials = 0;
        for (tally, finished) in self.tallies.iter_mut().zip(&batch.tallies) {
            if let Some(finished) = finished {
                n_trials = finished.trials();
                tally.merge(finished);
            }
        }
        for ((_, _, pair), finished) in self.pairs.iter_mut().zip(&batch.pairs) {
            pair.merge(finished);
        }
        self.played += n_trials;
        self.totals.extend(batch.totals);
        for (trial, topology, outcome) in &batch.kept {
            observer.trial(*trial, *topology, outcome);
        }
    }

    fn stop_what_is_precise(&mut self) {
        let Some(target) = self.settings.precision else {
            return;
        };
        for (active, tally) in self.active.iter_mut().zip(&self.tallies) {
            let reached =
                precision(tally, self.settings.confidence).is_some_and(|reached| reached <= target);
            if reached && tally.trials_with_loss() >= MIN_TRIALS_WITH_LOSS {
                *active = false;
            }
        }
    }

    fn progress(&self) -> Progress {
        Progress {
            trials: self.played,
            expected_trials: self.settings.trials.or_else(|| self.expected_trials()),
            running: self.active.iter().filter(|active| **active).count(),
            topologies: self.plans.len(),
        }
    }

    /// Trials at which the last topology is expected to reach the precision: the half-width shrinks with the root of n.
    fn expected_trials(&self) -> Option<u64> {
        let target = self.settings.precision?;
        let mut most = self.played as f64;
        for (tally, _) in self
            .tallies
            .iter()
            .zip(&self.active)
            .filter(|(_, active)| **active)
        {
            let reached = precision(tally, self.settings.confidence)?;
            let by_precision = self.played as f64 * (reached / target).powi(2);
            let by_losses = (MIN_TRIALS_WITH_LOSS * self.played) as f64
                / tally.trials_with_loss().max(1) as f64;
            most = most.max(by_precision).max(by_losses);
        }
        Some(most.min(1e18) as u64)
    }

    fn finish(self, partial: bool) -> Run {
        Run {
            telling_trial: telling_trial(&self.totals),
            tallies: self.tallies,
            pairs: self.pairs,
            partial,
        }
    }
}

/// The trial with the 95 % point of the totals.
fn telling_trial(totals: &[f64]) -> u64 {
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by(|&a, &b| totals[a].total_cmp(&totals[b]).then(a.cmp(&b)));
    let rank = (order.len() * 95 / 100).min(order.len().saturating_sub(1));
    order.get(rank).map_or(0, |&trial| trial as u64)
}

fn shape(plan: &Plan, price: &FailurePrice) -> TallyShape {
    let priced = price.of(1.0, plan.journeys.iter().map(|_| 1.0), 1.0);
    TallyShape {
        n_journeys: plan.names.journeys.len(),
        n_services: plan.names.services.len(),
        n_causes: plan.names.causes.len(),
        horizon_seconds: plan.horizon,
        rto_seconds: plan.rto_seconds,
        has_slo: plan.slo.is_some(),
        has_sla: plan.sla.is_some(),
        priced: PricedFailure {
            sla_credits: priced.sla_credits.is_some(),
            downtime: priced.downtime.is_some(),
        },
    }
}
