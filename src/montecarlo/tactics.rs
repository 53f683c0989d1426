//! How each topology is estimated: worked out, or sampled with the controls that a pilot has found.
//!
//! A pilot is a few trials of their own, which no figure contains: coefficients that are fixed before the first trial
//! bias nothing. All of it is a function of the plans and the seed, so that shards and runs that are taken up again choose
//! alike.

use rayon::iter::{IndexedParallelIterator, IntoParallelRefMutIterator, ParallelIterator};

use super::rare::{Catastrophe, catastrophes, disasters, hardly_met, rare};
use super::state::pairs_of;
use super::threads::pool;
use super::{Estimator, RunSettings};
use crate::cost::FailurePrice;
use crate::engine::{JourneyOutcome, Loss, MeanScore, Player};
use crate::estimate::{Coefficients, Controls, Known, KnownMean, RareMeans, TwinMean};
use crate::exact::{self, Answer, Effort};
use crate::plan::Plan;
use crate::stats::Moments;

/// Trials with a loss that a pilot wants of each topology …
const WANTED: usize = 64;
/// … or gives up its controls below.
const ENOUGH: usize = 20;
/// Trials of a pilot from which few losses mean that losses are rare.
const MANY: usize = 1000;
/// Losses that tell their mean to some per cent.
const LOSSES_FOR_PRECISION: f64 = 3000.0;
/// Losses of a pilot, the greatest, that may have come by chance.
const BY_CHANCE: usize = 3;
/// Failures that are named at most.
const NAMED: usize = 3;
/// Events that take long: some seconds.
const LONG: f64 = 3e8;
/// Most trials of a pilot, and the most events of all its topologies together.
const MOST_TRIALS: u64 = 8192;
const MOST_EVENTS: f64 = 1e6;
/// Trials of a pilot are counted from here: no run gets this far.
const FIRST_TRIAL: u64 = 1 << 63;
/// Controls are used where they leave at most this part of the variance.
const WORTHWHILE: f64 = 0.8;

/// Where something is lost in most trials, sweeping them takes this many times as long as playing them.
const SWEEPING_COSTS: f64 = 1.3;

/// Relative error up to which a figure that was worked out stands for the trials. Beyond it they go on to their own precision.
const GOOD_ENOUGH: f64 = 0.005;

/// The same for a run: never more than the precision asked for.
fn good_enough(settings: &RunSettings) -> f64 {
    settings
        .precision
        .map_or(GOOD_ENOUGH, |target| target.min(GOOD_ENOUGH))
}

/// Whether there is no more time.
pub type Stop<'a> = &'a (dyn Fn() -> bool + Sync);

/// How the topologies of a run are estimated.
#[derive(Debug, Clone)]
pub struct Tactics {
    /// One for each plan.
    pub topologies: Vec<Tactic>,
    /// For each of [`pairs_of`], whether its difference is taken of means whose controls are taken off.
    pub(super) pairs: Vec<bool>,
}

/// How a topology is estimated.
#[derive(Debug, Clone, Default)]
pub struct Tactic {
    /// What the routes without sampling say; `None` if they were not asked.
    pub answer: Option<Answer>,
    /// What its trials are controlled by; `None` if their scores are all that they tell.
    pub controls: Option<Controls>,
    /// What busy periods with likely failures say, or why they say nothing; `None` if losses are not rare.
    pub rare: Option<Result<RareMeans, String>>,
    /// What leaves nothing that serves, as theory has it; none where the mean was worked out.
    pub catastrophes: Vec<Catastrophe>,
}

impl Tactic {
    /// Whether the mean needs no more trials: it was worked out, or sampled otherwise.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.exact_unavailability().is_some() || matches!(self.rare, Some(Ok(_)))
    }

    /// What should carry a good part of the losses and comes too seldom for so many trials that lost so much: what loses most.
    #[must_use]
    pub fn hardly_met(&self, trials: u64, lost: f64) -> Vec<String> {
        let found = hardly_met(&self.catastrophes, trials, lost);
        let foremost = found.iter().take(NAMED);
        foremost.map(|one| one.label.clone()).collect()
    }

    /// The unavailability, if it was worked out.
    #[must_use]
    pub fn exact_unavailability(&self) -> Option<f64> {
        let solution = self.answer.as_ref()?.solution.as_ref()?;
        Some(solution.unavailability.value)
    }

    /// What is known of the controls.
    #[must_use]
    pub fn known(&self, plan: &Plan, price: &FailurePrice) -> Known {
        let controls = self.controls.as_ref();
        let (loss, error) = controls.map(Controls::known).unwrap_or_default();
        Known {
            cost: KnownMean {
                value: cost_of(price, &loss),
                error: cost_of(price, &error),
            },
            loss,
            error,
            longest_loss: (plan.longest_mean_loss / plan.horizon).min(1.0),
        }
    }
}

/// Lost business by a loss \[currency/month\].
pub(super) fn cost_of(price: &FailurePrice, loss: &Loss) -> f64 {
    let journeys = loss.journeys.iter().map(|journey| journey.unavailability);
    let cost = price.of(loss.unavailability, journeys, 0.0);
    cost.downtime.unwrap_or_default()
}

impl Tactics {
    /// Chooses for each plan.
    #[must_use]
    pub fn choose(plans: &[Plan], price: &FailurePrice, settings: &RunSettings) -> Self {
        Self::choose_unless(plans, price, settings, &|| false)
    }

    /// The same with someone who may say that there is no more time: what has not been worked out by then is left to trials.
    ///
    /// That is no function of the plans and the seed any more: only for runs that are neither kept nor put together.
    #[must_use]
    pub fn choose_unless(
        plans: &[Plan],
        price: &FailurePrice,
        settings: &RunSettings,
        stop: Stop<'_>,
    ) -> Self {
        let mut tactics = Self {
            topologies: vec![Tactic::default(); plans.len()],
            pairs: pairs_of(plans.len()).map(|_| false).collect(),
        };
        if settings.estimator == Estimator::Plain {
            return tactics;
        }
        let pool = pool(settings.threads);
        if settings.estimator == Estimator::Sharp {
            let topologies = tactics.topologies.par_iter_mut().zip(plans);
            pool.install(|| {
                topologies.for_each(|(tactic, plan)| {
                    tactic.answer = (!stop())
                        .then(|| exact::solve(plan, Effort::Quick).within(good_enough(settings)));
                });
            });
        }
        let pilot = Pilot::play(plans, settings, stop);
        let topologies = tactics.topologies.par_iter_mut().enumerate();
        pool.install(|| {
            topologies.for_each(|(index, tactic)| pilot.choose(tactic, index, &plans[index]));
        });
        for (index, tactic) in tactics.topologies.iter_mut().enumerate() {
            let plan = &plans[index];
            if tactic.exact_unavailability().is_some() || stop() {
                continue;
            }
            tactic.catastrophes = catastrophes(plan);
            if pilot.asks_for_likely_failures(index, plan, &tactic.catastrophes) {
                tactic.rare = Some(pool.install(|| rare(plan, price, settings, stop)));
            }
        }
        let terms: Vec<Vec<f64>> = (tactics.topologies.iter().enumerate())
            .map(|(index, tactic)| pilot.controlled(index, tactic))
            .collect();
        for ((of, from), pair) in pairs_of(plans.len()).zip(&mut tactics.pairs) {
            let plain = variance(&pilot.losses[of], &pilot.losses[from]);
            *pair = variance(&terms[of], &terms[from]) < WORTHWHILE * plain;
        }
        tactics
    }
}

/// Whether a pilot says that trials would hardly ever see what a plan loses, or most of it.
#[must_use]
pub fn loses_rarely(plan: &Plan, settings: &RunSettings) -> bool {
    let pilot = Pilot::play(std::slice::from_ref(plan), settings, &|| false);
    pilot.asks_for_likely_failures(0, plan, &catastrophes(plan))
}

/// Variance of the differences of two series.
fn variance(of: &[f64], from: &[f64]) -> f64 {
    let mut moments = Moments::default();
    for (of, from) in of.iter().zip(from) {
        moments.add(of - from);
    }
    moments.variance()
}

/// What the trials of a pilot came to.
struct Pilot {
    /// For each plan and trial what was lost, chances replaced by means.
    losses: Vec<Vec<f64>>,
    /// The same by scores alone.
    plain: Vec<Vec<f64>>,
    /// For each plan the outages of all trials.
    outages: Vec<f64>,
    /// For each plan, trial by trial; none if scores are all that its trials tell.
    scores: Vec<Option<Vec<MeanScore>>>,
}

impl Pilot {
    fn play(plans: &[Plan], settings: &RunSettings, stop: Stop<'_>) -> Self {
        let mut players: Vec<Player<'_>> = plans
            .iter()
            .map(|plan| Player::sharp(plan, settings.seed))
            .collect();
        let mut pilot = Self {
            losses: vec![Vec::new(); plans.len()],
            plain: vec![Vec::new(); plans.len()],
            outages: vec![0.0; plans.len()],
            scores: players
                .iter()
                .map(|player| matches!(player, Player::Sweep(_)).then(Vec::new))
                .collect(),
        };
        let mut with_loss = vec![0; plans.len()];
        for trial in 0..n_trials(plans) {
            if with_loss.iter().all(|losses| *losses >= WANTED) || stop() {
                break;
            }
            for (index, player) in players.iter_mut().enumerate() {
                let (outcome, score) = player.play(FIRST_TRIAL + trial);
                pilot.plain[index].push(outcome.unavailability);
                pilot.outages[index] += f64::from(outcome.outages);
                let lost = score.map_or(outcome.unavailability, |score| {
                    score.expected.unavailability
                });
                with_loss[index] += usize::from(lost > 0.0);
                pilot.losses[index].push(lost);
                if let Some((scores, score)) = pilot.scores[index].as_mut().zip(score) {
                    scores.push(score.clone());
                }
            }
        }
        pilot
    }

    /// Chooses the controls of a topology.
    fn choose(&self, tactic: &mut Tactic, index: usize, plan: &Plan) {
        tactic.controls = if tactic.exact_unavailability().is_some() {
            // What the trials say stands beside what was worked out, and owes it nothing.
            self.uncontrolled(index, plan)
        } else {
            self.controls(index, plan)
        };
        if self.is_not_worth_it(index, tactic) {
            tactic.controls = None;
        }
    }

    /// Whether trials that tell more cost more than they tell.
    fn is_not_worth_it(&self, index: usize, tactic: &Tactic) -> bool {
        let losses = &self.losses[index];
        let with_loss = losses.iter().filter(|lost| **lost > 0.0).count();
        let (Some(controls), Some(scores)) = (&tactic.controls, &self.scores[index]) else {
            return false;
        };
        let plain = variance(&self.plain[index], &vec![0.0; losses.len()]);
        let left = variance(losses, &taken_off(controls, scores));
        2 * with_loss > losses.len() && plain < SWEEPING_COSTS * left
    }

    /// Whether trials would hardly ever see what a topology loses, or a good part of it.
    fn asks_for_likely_failures(&self, index: usize, plan: &Plan, all: &[Catastrophe]) -> bool {
        self.is_rare(index, plan)
            || (self.loses_seldom(index) && self.hardly_met(index, all))
            || self.missed_disasters(index, plan)
    }

    /// Whether the pilot hardly met what should carry a good part of the losses.
    fn hardly_met(&self, index: usize, all: &[Catastrophe]) -> bool {
        let mut losses = self.losses[index].clone();
        losses.sort_by(f64::total_cmp);
        // Trials that met it by chance say too much of it.
        let usual = &losses[..losses.len().saturating_sub(BY_CHANCE)];
        let lost = usual.iter().sum::<f64>() / losses.len().max(1) as f64;
        !hardly_met(all, losses.len() as u64, lost).is_empty()
    }

    /// Whether a topology hardly ever loses anything: in many trials too few did to tell much, or they had so few outages that trials of
    /// so many events would take long.
    fn is_rare(&self, index: usize, plan: &Plan) -> bool {
        let losses = &self.losses[index];
        let with_loss = losses.iter().filter(|lost| **lost > 0.0).count();
        let trials = losses.len();
        // A trial of many years may have many outages.
        let seen = self.outages[index].max(with_loss as f64) + 1.0;
        let wanted = LOSSES_FOR_PRECISION * trials.max(1) as f64 / seen;
        let takes_long = wanted * (plan.expected_events + 20.0) > LONG;
        with_loss < ENOUGH && (trials >= MANY || takes_long)
    }

    /// Whether at most half of the trials lost anything.
    fn loses_seldom(&self, index: usize) -> bool {
        let losses = &self.losses[index];
        2 * losses.iter().filter(|lost| **lost > 0.0).count() <= losses.len()
    }

    /// Whether what is lost differs from trial to trial mostly by disasters that hardly any trial has, so that trials of so many
    /// events would take long.
    fn missed_disasters(&self, index: usize, plan: &Plan) -> bool {
        if !self.loses_seldom(index) {
            return false;
        }
        let losses = &self.losses[index];
        let disasters = disasters(plan);
        // Trials that had a disaster by chance would say too much of it.
        let others = losses.iter().filter(|lost| **lost < 0.1 * disasters.least);
        let mean = disasters.mean + others.sum::<f64>() / losses.len().max(1) as f64;
        // An exponential loss of mean 1 has twice the square of its mean.
        let trials = 0.5 * LOSSES_FOR_PRECISION * disasters.variance / mean.powi(2);
        trials * (plan.expected_events + 20.0) > LONG
    }

    /// No controls, where trials tell more than their scores.
    fn uncontrolled(&self, index: usize, plan: &Plan) -> Option<Controls> {
        let scores = self.scores[index].as_ref();
        scores.map(|_| Controls::none(plan.journeys.len()))
    }

    /// What the trials of a plan are controlled by.
    fn controls(&self, index: usize, plan: &Plan) -> Option<Controls> {
        let scores = self.scores[index].as_ref()?;
        let none = Controls::none(plan.journeys.len());
        let with_loss = self.losses[index].iter().filter(|lost| **lost > 0.0);
        if with_loss.count() < ENOUGH {
            return Some(none);
        }
        let Some(twin) = exact::twin(plan) else {
            return Some(none);
        };
        let fit = |expected: &dyn Fn(&MeanScore) -> f64, twin: &dyn Fn(&MeanScore) -> f64| {
            let trials = scores
                .iter()
                .map(|score| (expected(score), twin(score), score.twin_outages));
            Coefficients::fit(trials)
        };
        let journeys = (0..plan.journeys.len()).map(|journey| {
            let lost = |loss: &Loss| loss.journeys[journey].unavailability;
            let down = |loss: &Loss| loss.journeys[journey].time_unavailability;
            (
                fit(&|score| lost(&score.expected), &|score| lost(&score.twin)),
                fit(&|score| down(&score.expected), &|score| down(&score.twin)),
            )
        });
        let controls = Controls {
            unavailability: fit(&|score| score.expected.unavailability, &|score| {
                score.twin.unavailability
            }),
            journeys: journeys.collect(),
            twin: Some(TwinMean {
                loss: Loss {
                    unavailability: twin.unavailability,
                    journeys: (twin.journeys.iter())
                        .map(|&(unavailability, time_unavailability)| JourneyOutcome {
                            unavailability,
                            time_unavailability,
                        })
                        .collect(),
                },
                outages: twin.outages,
                relative_error: twin.relative_error,
            }),
        };
        let left = variance(&self.losses[index], &taken_off(&controls, scores));
        let all = variance(&self.losses[index], &vec![0.0; scores.len()]);
        Some(if left <= WORTHWHILE * all {
            controls
        } else {
            none
        })
    }

    /// What is left to chance of a plan's mean, trial by trial.
    fn controlled(&self, index: usize, tactic: &Tactic) -> Vec<f64> {
        let losses = &self.losses[index];
        if tactic.exact_unavailability().is_some() {
            return vec![0.0; losses.len()];
        }
        let parts = tactic.controls.as_ref().zip(self.scores[index].as_ref());
        parts.map_or_else(
            || losses.clone(),
            |(controls, scores)| {
                let off = taken_off(controls, scores);
                losses
                    .iter()
                    .zip(off)
                    .map(|(lost, off)| lost - off)
                    .collect()
            },
        )
    }
}

fn taken_off(controls: &Controls, scores: &[MeanScore]) -> Vec<f64> {
    let mut loss = Loss::default();
    let each = scores.iter().map(|score| {
        controls.of(score, &mut loss);
        loss.unavailability
    });
    each.collect()
}

/// Most trials of a pilot. The trials of the run do not count: a run that stops after n is a run of n.
fn n_trials(plans: &[Plan]) -> u64 {
    let events: f64 = plans.iter().map(|plan| plan.expected_events + 20.0).sum();
    ((MOST_EVENTS / events.max(1.0)) as u64).min(MOST_TRIALS)
}
