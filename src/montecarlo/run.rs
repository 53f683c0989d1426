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
use super::tactics::cost_of;
use super::threads::pool;
use super::{Observer, Progress, RunSettings, Tactic, Tactics};
use crate::cost::FailurePrice;
use crate::engine::{Loss, Player, Record, Simulator, TrialOutcome};
use crate::estimate::{
    FailureCost, Known, NoLossBound, PairTally, PairTerms, Sharpened, Tally, TallyShape, precision,
};
use crate::plan::Plan;

/// A precision is believed only after this many trials with a loss.
const MIN_TRIALS_WITH_LOSS: u64 = 100;
/// Trials after which a topology whose unavailability was worked out stops even if it lost less often: enough for its
/// percentiles.
const ENOUGH_OF_EXACT: u64 = 10_000;
/// Trials after which two topologies that never differed are taken as alike.
const ENOUGH_WITHOUT_DIFFERENCE: u64 = 10_000;
/// Where something is not known, every so-many-th trial has a companion …
const COMPANION_STRIDE: u64 = 4;
/// … up to so many.
const MOST_COMPANIONS: u64 = 1 << 14;
/// Trials among which a telling one is sought for the timeline.
const TIMELINE_SAMPLE: u64 = 1000;

/// A finished run.
#[derive(Debug)]
pub struct Run {
    /// One for each plan.
    pub tallies: Vec<Tally>,
    /// What is known of the controls of each plan.
    pub known: Vec<Known>,
    /// Each pair of plans once, in order.
    pub pairs: Vec<Pair>,
    /// Whether it ended before it reached its trials or precision.
    pub partial: bool,
    /// A trial worth showing: of the first ones, that with the 95 % point of downtime over all plans.
    pub telling_trial: u64,
}

/// Two plans over the trials that both played.
#[derive(Debug)]
pub struct Pair {
    /// The later plan …
    pub of: usize,
    /// … against this one.
    pub from: usize,
    /// Their trials.
    pub tally: PairTally,
    /// What has to be added to the mean of the terms of the trials.
    pub known: f64,
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
    let tactics = Tactics::choose(plans, price, settings);
    let campaign = Campaign {
        plans,
        price,
        tactics: &tactics,
        settings,
    };
    let mut state = State::new(plans);
    campaign.play(&mut state, observer);
    state.to_run(campaign)
}

/// What a run plays, and how.
#[derive(Debug, Clone, Copy)]
pub struct Campaign<'a> {
    /// One for each topology.
    pub plans: &'a [Plan],
    /// What failures cost.
    pub price: &'a FailurePrice,
    /// How each topology is estimated.
    pub tactics: &'a Tactics,
    /// How much to play.
    pub settings: &'a RunSettings,
}

fn out_of_time(max_time: Option<Duration>, started: Instant) -> bool {
    max_time.is_some_and(|max_time| started.elapsed() >= max_time)
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
    /// Plays on from a state of these plans, until the part that it stands for is complete or the observer stops it.
    ///
    /// # Panics
    ///
    /// If the worker threads cannot be started.
    pub fn play(self, state: &mut State, observer: &mut dyn Observer) {
        let settings = self.settings;
        let pool = pool(settings.threads);
        let started = Instant::now();
        while !state.is_complete(settings) {
            let batches = state.next_round(settings);
            let keep = observer.wants_trials();
            let finished: Vec<Batch> = pool.install(|| {
                batches
                    .into_par_iter()
                    .map(|batch| self.play_batch(batch, &state.active, keep))
                    .collect()
            });
            for batch in finished {
                merge(state, batch, observer);
            }
            self.stop_what_is_precise(state);
            state.lengthen_round();
            observer.progress(&self.progress(state));
            observer.round_ended(state);
            if out_of_time(settings.max_time, started) || observer.should_stop() {
                break;
            }
        }
    }

    /// Plays a batch of the plans that are `active`.
    fn play_batch(self, trials: Range<u64>, active: &[bool], keep: bool) -> Batch {
        let mut players: Vec<Option<Playing<'_>>> = (0..self.plans.len())
            .map(|index| active[index].then(|| Playing::new(self, index)))
            .collect();
        let mut batch = Batch {
            trials: trials.end - trials.start,
            tallies: (players.iter().enumerate())
                .map(|(index, player)| player.as_ref().map(|_| self.empty_tally(index)))
                .collect(),
            pairs: pairs_of(self.plans.len())
                .map(|(of, from)| (active[of] && active[from]).then(PairTally::default))
                .collect(),
            kept: Vec::new(),
            totals: Vec::new(),
        };
        let mut lost = vec![Lost::default(); self.plans.len()];
        for trial in trials {
            for (index, player) in players.iter_mut().enumerate() {
                if let (Some(player), Some(tally)) = (player, &mut batch.tallies[index]) {
                    let keep = keep.then_some(&mut batch.kept);
                    lost[index] = player.play(trial, index, tally, keep);
                }
            }
            let pairs = pairs_of(self.plans.len()).zip(&self.tactics.pairs);
            for (((of, from), by_means), pair) in pairs.zip(&mut batch.pairs) {
                if let Some(pair) = pair {
                    let (of, from) = (lost[of], lost[from]);
                    pair.add(of.score, from.score, of.terms_less(from, *by_means));
                }
            }
            if trial < TIMELINE_SAMPLE {
                batch.totals.push(lost.iter().map(|lost| lost.score).sum());
            }
        }
        batch
    }

    /// An empty tally of a plan.
    pub(super) fn empty_tally(self, index: usize) -> Tally {
        Tally::new(&self.shape(index))
    }

    /// What there is to tally of a plan.
    pub(super) fn shape(self, index: usize) -> TallyShape {
        let sharpened = self.tactics.topologies[index].controls.is_some();
        shape(&self.plans[index], self.price, sharpened)
    }

    /// What is known of the controls of each plan.
    pub(super) fn known(self) -> Vec<Known> {
        let tactics = self.tactics.topologies.iter().zip(self.plans);
        tactics
            .map(|(tactic, plan)| tactic.known(plan, self.price))
            .collect()
    }

    /// What is known of the difference of the means of two plans.
    pub(super) fn known_difference(self, of: usize, from: usize, by_means: bool) -> f64 {
        if !by_means {
            return 0.0;
        }
        let known = |index: usize| {
            let tactic = &self.tactics.topologies[index];
            let of_controls = || {
                tactic
                    .known(&self.plans[index], self.price)
                    .loss
                    .unavailability
            };
            tactic.exact_unavailability().unwrap_or_else(of_controls)
        };
        known(of) - known(from)
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
            drills: self.price.of_drills(outcome.drills).unwrap_or_default(),
        }
    }

    /// Stops the topologies that have reached their precision and that no unfinished difference needs.
    fn stop_what_is_precise(self, state: &mut State) {
        let (wanted, of_differences) = (
            self.settings.precision,
            self.settings.precision_of_differences,
        );
        if wanted.is_none() && of_differences.is_none() {
            return;
        }
        for index in 0..self.plans.len() {
            state.precise[index] = state.precise[index]
                || wanted.is_none_or(|target| self.reaches(state, index, target));
        }
        let mut needed = vec![false; self.plans.len()];
        for (pair, (of, from)) in pairs_of(self.plans.len()).enumerate() {
            let reaches = |target| self.pair_reaches(state, pair, (of, from), target);
            if !state.precise_pairs[pair] && !of_differences.is_none_or(reaches) {
                needed[of] = true;
                needed[from] = true;
            } else {
                state.precise_pairs[pair] = true;
            }
        }
        if self.settings.together {
            let is_any_needed = needed.contains(&true) || state.precise.contains(&false);
            needed.fill(is_any_needed);
        }
        for (index, needed) in needed.into_iter().enumerate() {
            state.active[index] = state.active[index] && (needed || !state.precise[index]);
        }
    }

    /// Whether the unavailability of a plan is known within a share of itself.
    fn reaches(self, state: &State, index: usize, target: f64) -> bool {
        let tally = self.headline(state, index);
        let seen = tally.trials_with_loss() >= MIN_TRIALS_WITH_LOSS;
        if self.tactics.topologies[index].is_settled() {
            return seen || tally.trials() >= ENOUGH_OF_EXACT;
        }
        let reached = self.precision(&tally, index);
        seen && reached.is_some_and(|reached| reached <= target)
    }

    /// Whether the difference of two plans is known within a share of itself, or neither ever differed in many trials.
    fn pair_reaches(self, state: &State, pair: usize, plans: (usize, usize), target: f64) -> bool {
        let (of, from) = plans;
        let topologies = &self.tactics.topologies;
        let is_settled = |index: usize| topologies[index].is_settled();
        if is_settled(of) && is_settled(from) {
            return true;
        }
        let tally = state.pairs[pair].fold(PairTally::default(), PairTally::merge);
        let known = self.known_difference(of, from, self.tactics.pairs[pair]);
        let bound =
            NoLossBound::of_pair(&self.plans[of], &self.plans[from], FailureCost::default());
        match tally.precision(known, &bound, self.settings.confidence) {
            Some(reached) => tally.differing() >= MIN_TRIALS_WITH_LOSS && reached <= target,
            None => tally.trials() >= ENOUGH_WITHOUT_DIFFERENCE,
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
            let reached = self.precision(&tally, index)?;
            let by_precision = state.trials as f64 * (reached / target).powi(2);
            let by_losses = (MIN_TRIALS_WITH_LOSS * state.trials) as f64
                / tally.trials_with_loss().max(1) as f64;
            most = most.max(by_precision).max(by_losses);
        }
        Some(most.min(1e18) as u64)
    }

    /// Relative half-width of a plan's unavailability.
    fn precision(self, tally: &Tally, index: usize) -> Option<f64> {
        let known = self.tactics.topologies[index].known(&self.plans[index], self.price);
        precision(tally, &known, self.settings.confidence)
    }

    /// What rules of stopping look at: the trials of a plan and its unavailability.
    fn headline(self, state: &State, index: usize) -> Tally {
        state.tallies[index].fold(self.empty_tally(index), Tally::merge_headline)
    }
}

/// A plan being played.
struct Playing<'a> {
    campaign: Campaign<'a>,
    player: Player<'a>,
    tactic: &'a Tactic,
    control: Loss,
    /// Plays trials that share with those of the run only what is not known; none if all is known.
    companion: Option<Simulator<'a>>,
}

/// What a topology lost in a trial.
#[derive(Debug, Clone, Copy, Default)]
struct Lost {
    /// Its unavailability.
    score: f64,
    /// The same for means.
    expected: f64,
    /// `expected` again, or nothing if its mean was worked out.
    uncontrolled: f64,
    /// What is taken off `uncontrolled`.
    control: f64,
}

impl Lost {
    /// What the trial says of the difference of the means of two topologies.
    fn terms_less(self, from: Self, by_means: bool) -> PairTerms {
        if by_means {
            PairTerms {
                more: self.uncontrolled + from.control,
                less: from.uncontrolled + self.control,
            }
        } else {
            PairTerms::losses(self.expected, from.expected)
        }
    }
}

impl<'a> Playing<'a> {
    fn new(campaign: Campaign<'a>, index: usize) -> Self {
        let (plan, tactic) = (&campaign.plans[index], &campaign.tactics.topologies[index]);
        let seed = campaign.settings.seed;
        Self {
            campaign,
            player: if tactic.controls.is_some() {
                Player::sharp(plan, seed)
            } else {
                Player::plain(plan, seed)
            },
            tactic,
            control: Loss::default(),
            companion: (!plan.uncertain.is_empty()).then(|| Simulator::companion(plan, seed)),
        }
    }

    fn play(
        &mut self,
        trial: u64,
        index: usize,
        tally: &mut Tally,
        kept: Option<&mut Vec<(u64, usize, TrialOutcome)>>,
    ) -> Lost {
        let (outcome, score) = self.player.play(trial);
        let cost = self.campaign.failure_cost(outcome);
        let mut lost = Lost {
            score: outcome.unavailability,
            expected: outcome.unavailability,
            ..Lost::default()
        };
        let mut sharpened = None;
        if let Some((score, controls)) = score.zip(self.tactic.controls.as_ref()) {
            lost.expected = score.expected.unavailability;
            if lost.expected > 0.0 || score.twin_outages > 0.0 {
                controls.of(score, &mut self.control);
                lost.control = self.control.unavailability;
                let price = self.campaign.price;
                sharpened = Some(Sharpened {
                    expected: &score.expected,
                    control: &self.control,
                    expected_cost: cost_of(price, &score.expected),
                    control_cost: cost_of(price, &self.control),
                });
            }
        }
        tally.add(outcome, cost, sharpened.as_ref());
        tally.add_to_block(trial, lost.expected - lost.control);
        if let Some(companion) = &mut self.companion
            && trial < MOST_COMPANIONS * COMPANION_STRIDE
            && trial.is_multiple_of(COMPANION_STRIDE)
        {
            let other = companion.simulate(trial, Record::Losses);
            tally.add_companion(lost.score, other.unavailability);
        }
        if self.tactic.exact_unavailability().is_some() {
            lost.control = 0.0;
        } else {
            lost.uncontrolled = lost.expected;
        }
        if let Some(kept) = kept {
            kept.push((trial, index, outcome.clone()));
        }
        lost
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
