//! Busy periods with failures made likely: importance sampling of what almost never happens.
//!
//! While nothing is the matter ([`calm`]) what comes next depends on how old everything is, and on nothing else. Each loss is part of a
//! *busy period*, from a failure in that state until nothing is the matter again. With Λ(s) the rate of failures as things stand at s, and
//! ℓ(s) what a busy period from s on loses until the end of the trial, Campbell's formula (Mecke's, as the state decides what follows) says
//! exactly
//!
//! ```text
//! E[lost] = E ∫ Λ(s) 1{nothing is the matter at s} ℓ(s) ds   over the trial.
//! ```
//!
//! So a sample is an ordinary trial up to a random time s, and from there, if nothing is the matter, a few busy periods
//! whose failures come more often than by nature, and more from where they hurt. Each loss counts by its likelihood ratio.
//! Failures that cannot be made likely ([`natural`]) begin busy periods of their own.
//! Where laws have ranges, all of it holds for their values in a sample, and the samples are a mean over these.
//! The horizon, its start from new, `warm_up` and the daily curve are all in s; lives, repairs, takeovers and failovers may have any
//! distribution. Failure biasing: Shahabuddin (1994), Management Science 40, 333-352, doi:10.1287/mnsc.40.3.333; Nicola,
//! Shahabuddin & Nakayama (2001), IEEE Transactions on Reliability 50, 246-264, doi:10.1109/24.974123.

use rand::RngExt;
use rand_distr::{Distribution as _, Exp1};

mod calm;
mod hazard;
mod likely;
mod lives;
mod natural;
mod period;
#[cfg(test)]
mod tests;
mod zeal;

pub use calm::Calm;

use likely::{Among, Clocks, Likely};
use lives::Lives;
use natural::Natural;
use period::{Branch, First};

use super::ledger::traffic;
use super::removed::Removed;
use super::serving::Serving;
use super::size_biased::Repairs;
use super::trial::{Record, Simulator};
use super::units::Condition;
use super::{JourneyOutcome, Loss};
use crate::plan::{Plan, Purpose, ServingPlan, StandbyPlan, StreamKey, StreamRng, UnitId};

/// Busy periods of a sample that is at rest.
pub(super) const PERIODS: u32 = 8;
/// The same beside failures that come often, where the way there takes long.
const PERIODS_BESIDE_OFTEN: u32 = 32;

/// Share of a trial in which hardly anything counts above which random times mostly lie in the rest.
const UNSCORED: f64 = 0.2;
/// What begins so many of the longest losses before the trial is scored is over by then.
const MOST_LOSSES: f64 = 20.0;
/// Share of them that lie anywhere.
const ANYWHERE: f64 = 0.1;
/// Share of them that lie before failures at certain ages, if there are any.
const DATED: f64 = 0.4;

/// What tells the seed of these trials from that of a run.
const OWN_TRIALS: u64 = 0x7261_7265;

/// Samples busy periods of a plan, one sample after another, in buffers that it keeps.
#[derive(Debug)]
pub struct BusyPeriods<'p> {
    /// Plays ordinary trials.
    pub(super) walker: Simulator<'p>,
    /// Plays busy periods.
    pub(super) player: Simulator<'p>,
    likely: Likely,
    /// Where busy periods begin and end.
    calm: Calm,
    /// Time from which on most random times lie \[s\]; 0: they are uniform.
    near: f64,
    /// Dates of failures at certain ages in the trial at hand \[s\].
    dates: Vec<f64>,
    /// How long before these a failure may meet them, on average \[s\].
    before: f64,
    /// When the lives of the walker began, and those of the player.
    walked: Lives,
    lives: Lives,
    /// What is pending where the walker has come to: slots and times \[s\].
    pending: Vec<(u32, f64)>,
    /// Failures that cannot be made likely.
    natural: Natural,
    /// What the same busy periods weigh where some clocks never run out.
    pub(super) removed: Removed,
    /// Whether a busy period ends with the first outage.
    until_outage: bool,
    /// Units under repair.
    down: Vec<UnitId>,
    /// Busy periods that have been split off, to be played on.
    branches: Vec<Branch<'p>>,
    /// By how many more than usual were down, busy periods that got there; and the least at which something was lost.
    reached: Vec<u32>,
    harm: Option<u32>,
    /// Sets of units to look out for.
    sets: Vec<Vec<UnitId>>,
    seen: Vec<bool>,
}

/// What a sample came to.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct BusySample {
    /// What is lost in a trial, an unbiased estimate of its mean.
    pub loss: Loss,
    /// Outages that begin within the horizon, likewise.
    pub outages: f64,
    /// Of the sets of units looked out for, which were down together while something was lost.
    pub seen: Vec<bool>,
    /// Events played.
    pub events: u64,
    /// Whether the trial was at rest at the random time.
    pub at_rest: bool,
}

impl BusySample {
    /// Adds what other busy periods of the same trial came to.
    fn add(&mut self, other: &Self) {
        self.loss.unavailability += other.loss.unavailability;
        let journeys = self.loss.journeys.iter_mut().zip(&other.loss.journeys);
        for (mine, theirs) in journeys {
            mine.unavailability += theirs.unavailability;
            mine.time_unavailability += theirs.time_unavailability;
        }
        self.outages += other.outages;
        for (mine, theirs) in self.seen.iter_mut().zip(&other.seen) {
            *mine |= theirs;
        }
        self.events += other.events;
    }
}

/// An ordinary trial up to a random time.
#[derive(Debug)]
pub(super) struct Walk {
    /// The random time \[s\].
    pub time: f64,
    /// One over its density \[s\].
    weight: f64,
    /// Whether all is at rest then.
    pub at_rest: bool,
    index: u64,
    rng: StreamRng,
}

/// By clock of a plan, whether it runs out at certain ages only, which cannot be made likely: two of these meet by nature or not at all.
#[must_use]
pub fn come_on_dates(plan: &Plan) -> Vec<bool> {
    Clocks::new(plan).dated()
}

impl<'p> BusyPeriods<'p> {
    /// A sampler of a plan under a seed, which looks out for sets of units that are down together.
    ///
    /// # Errors
    ///
    /// In words, what in the plan remembers the past even at rest.
    pub fn new(
        plan: &'p Plan,
        seed: u64,
        sets: &[Vec<UnitId>],
        calm: &Calm,
    ) -> Result<Self, String> {
        if let Some(name) = plan.gray_fault() {
            return Err(format!(
                "fault `{name}` fails requests and takes nothing down"
            ));
        }
        if let ServingPlan::Standby(StandbyPlan { rot, drill, .. }) = &plan.serving
            && (rot.is_some() || drill.is_some())
        {
            return Err("standbys rot, and drills come, while nothing has failed".to_owned());
        }
        if let ServingPlan::Standby(StandbyPlan {
            false_alarm: Some(_),
            ..
        }) = plan.serving
        {
            return Err("false alarms come while nothing has failed".to_owned());
        }
        let likely = Likely::new(plan, Clocks::new(plan), calm);
        Self::with(plan, seed, likely, sets, calm)
    }

    /// The same for a plan that differs in its clocks or takeovers only.
    pub(super) fn of_variant(&self, plan: &'p Plan, seed: u64) -> Result<Self, String> {
        let likely = self.likely.with(Clocks::new(plan));
        let variant = Self::with(plan, seed, likely, &[], &self.calm)?;
        Ok(Self {
            near: self.near,
            before: self.before,
            ..variant
        })
    }

    fn with(
        plan: &'p Plan,
        seed: u64,
        likely: Likely,
        sets: &[Vec<UnitId>],
        calm: &Calm,
    ) -> Result<Self, String> {
        let mut player = Simulator::new(plan, seed);
        player.reset(0, Record::Losses);
        if player.is_unsettled() {
            player.settle();
        }
        if player.world.impaired || !Calm::default().holds(&player) {
            return Err("something is wrong from the start".to_owned());
        }
        player.parked = likely.parked();
        player.life_ends.fill(f64::INFINITY);
        player.repairs = Repairs::favouring_long(plan, |unit| !calm.fails_often(unit));
        Ok(Self {
            // Trials of its own, apart from those of a run.
            walker: Simulator::new(plan, seed ^ OWN_TRIALS),
            player,
            calm: calm.clone(),
            near: near(plan),
            dates: Vec::new(),
            before: plan.longest_mean_loss.max(f64::MIN_POSITIVE),
            walked: Lives::default(),
            lives: Lives::default(),
            pending: Vec::new(),
            natural: Natural::of(plan, &likely, near(plan)),
            likely,
            removed: Removed::default(),
            until_outage: false,
            down: Vec::new(),
            branches: Vec::new(),
            reached: Vec::new(),
            harm: None,
            sets: sets.to_vec(),
            seen: vec![false; sets.len()],
        })
    }

    /// One sample: a pure function of plan, seed and index.
    pub fn sample(&mut self, index: u64) -> BusySample {
        self.dates.clear();
        if !self.natural.begins() {
            let walk = self.walk(index);
            return self.periods(walk);
        }
        let by_nature = self.periods_by_nature(index);
        let walk = self.walk(index);
        let mut sample = self.periods(walk);
        sample.add(&by_nature);
        sample
    }

    /// Busy periods that begin with a failure by nature which is not chosen: from each of them that the trial has while nothing is the
    /// matter, or where there are many from some. Notes the dates of those that come at certain ages, as far as they count.
    fn periods_by_nature(&mut self, index: u64) -> BusySample {
        let plan = self.player.plan;
        let end = plan.warm_up + plan.horizon;
        let mut sample = self.nothing();
        self.walker.reset(index, Record::Losses);
        self.likely.learn(plan, &self.walker.laws);
        self.walked.reset(plan.units.len());
        let mut rng = self
            .walker
            .key
            .stream(StreamKey::of(&["failures by nature"]), Purpose::Renewal);
        // Whether nothing was the matter just before this instant, and when something failed last.
        let (mut was_calm, mut failed_last) = (true, f64::NEG_INFINITY);
        loop {
            let (time, slot) = self.walker.calendar.first();
            if time > self.walker.now && self.walker.is_unsettled() {
                self.walker.settle();
                continue;
            }
            if time >= end {
                break;
            }
            if self.walker.world.impaired {
                self.walker.score_until(time);
            }
            if time > self.walker.now {
                was_calm = self.calm.holds(&self.walker);
            }
            self.walker.now = time;
            let fails = (self.walker.plan.units.get(slot as usize)).is_some()
                && self.walker.condition_of(slot) == Condition::Up;
            if let Some(clock) = self.natural.fails(&self.walker, slot) {
                if self.likely.is_dated(clock) && time >= self.near {
                    self.dates.push(time);
                }
                let share = self.natural.share(time);
                // What comes at an instant after another failure is part of the busy period of that.
                if was_calm
                    && failed_last < time
                    && rng.random::<f64>() < share
                    && (self.likely).is_ripe(&self.walker, &self.walked, clock)
                    && self.calm.holds(&self.walker)
                {
                    self.pending = self.calm.pending(&self.walker);
                    let first = First::ByNature(slot, clock);
                    self.period(first, index, &mut rng, 1.0 / share, &mut sample);
                }
            }
            if fails {
                failed_last = time;
            }
            self.walker.play(slot);
            self.walked.note(&self.walker, slot);
        }
        sample.events += self.walker.outcome.events;
        sample.seen.clone_from(&self.seen);
        sample
    }

    /// By how many more units than usual were down, from one on, busy periods that got there so far.
    fn reached(&self) -> &[u32] {
        &self.reached
    }

    /// How many more than usual were down, at least, when something was lost.
    const fn harm(&self) -> Option<u32> {
        self.harm
    }

    /// A sample of which nothing has been played.
    fn nothing(&mut self) -> BusySample {
        self.removed.clear();
        self.seen.fill(false);
        let mut sample = BusySample::default();
        let n_journeys = self.player.plan.journeys.len();
        (sample.loss.journeys).resize(n_journeys, JourneyOutcome::default());
        sample
    }

    /// Adds the busy period just played, which weighs so much.
    fn note(&mut self, weight: f64, sample: &mut BusySample) {
        sample.events += self.player.outcome.events;
        if self.player.lost_anything() {
            let before = sample.loss.unavailability;
            self.add(weight, sample);
            self.removed.add(sample.loss.unavailability - before);
        }
    }

    /// The first clock that what comes next remembers where nothing is the matter: its lives are not exponential.
    pub(super) fn remembered(&self) -> Option<u32> {
        self.likely.remembered()
    }

    /// Failures of a clock in a second of operation; `None` if that changes.
    pub(super) fn constant_rate_of(&self, clock: u32) -> Option<f64> {
        self.likely.constant_rate_of(clock)
    }

    /// What is pending where the walk has come to: slots and times \[s\].
    pub(super) fn pending_slots(&self) -> &[(u32, f64)] {
        &self.pending
    }

    /// An ordinary trial up to a random time.
    pub(super) fn walk(&mut self, index: u64) -> Walk {
        let plan = self.player.plan;
        self.walker.reset(index, Record::Losses);
        self.likely.learn(plan, &self.walker.laws);
        let mut rng = self
            .walker
            .key
            .stream(StreamKey::of(&["failure biasing"]), Purpose::Renewal);
        let (time, weight) = self.random_time(&mut rng);
        self.walked.reset(plan.units.len());
        if !self.natural.is_empty() || self.calm.splits() {
            let walked = &mut self.walked;
            (self.walker).advance_watched(time, |walker, slot| walked.note(walker, slot));
        } else {
            self.walker.advance(time);
        }
        self.walker.now = time;
        self.pending = self.calm.pending(&self.walker);
        Walk {
            time,
            weight,
            // A date may have come less after the start than it was looked ahead for.
            at_rest: time >= 0.0 && self.calm.holds(&self.walker),
            index,
            rng,
        }
    }

    /// A time of a trial, and one over its density \[s\].
    fn random_time(&self, rng: &mut StreamRng) -> (f64, f64) {
        let plan = self.player.plan;
        let end = plan.warm_up + plan.horizon;
        if self.near <= 0.0 && self.dates.is_empty() {
            return (end * rng.random::<f64>(), end);
        }
        let (anywhere, before_dates) = (ANYWHERE, if self.dates.is_empty() { 0.0 } else { DATED });
        let at: f64 = rng.random();
        let time = if at < anywhere {
            end * rng.random::<f64>()
        } else if at < anywhere + before_dates {
            let date = self.dates[rng.random_range(0..self.dates.len())];
            let before: f64 = Exp1.sample(rng);
            date - before * self.before
        } else {
            self.near + (end - self.near) * rng.random::<f64>()
        };
        let near = if time >= self.near {
            (1.0 - anywhere - before_dates) / (end - self.near)
        } else {
            0.0
        };
        let later = self.dates.iter().filter(|date| **date > time);
        let dated: f64 = later.map(|date| (-(date - time) / self.before).exp()).sum();
        let dated = before_dates * dated / self.before / self.dates.len().max(1) as f64;
        (time, (anywhere / end + near + dated).recip())
    }

    /// The busy periods from where a walk has come to.
    pub(super) fn periods(&mut self, walk: Walk) -> BusySample {
        let mut sample = self.nothing();
        sample.events = self.walker.outcome.events;
        sample.at_rest = walk.at_rest;
        if walk.at_rest {
            let mut rng = walk.rng;
            let n = if self.calm.is_busy() {
                PERIODS_BESIDE_OFTEN
            } else {
                PERIODS
            };
            for _ in 0..n {
                let weight = walk.weight / f64::from(n);
                self.period(First::Likely, walk.index, &mut rng, weight, &mut sample);
            }
        }
        sample.seen.clone_from(&self.seen);
        sample
    }

    /// From now on all busy periods begin all new, and end with an outage. Returns the rate of failures at rest \[1/s\].
    pub(super) fn begin_new(&mut self) -> f64 {
        self.until_outage = true;
        self.walker.reset(0, Record::Losses);
        self.walker.now = 0.0;
        self.walked.reset(self.player.plan.units.len());
        if self.walker.is_unsettled() {
            self.walker.settle();
        }
        self.likely
            .look(&self.walker, &self.walked, true)
            .of(Among::All)
    }

    /// Plays a busy period from the start, all new, to its end or its outage. Returns the rate of failures at rest times its
    /// likelihood ratio \[1/s\].
    pub(super) fn cycle(&mut self, index: u64, rng: &mut StreamRng) -> f64 {
        let path = self.begin(First::Likely, index, rng);
        path.map_or(0.0, |path| self.follow(path, rng))
    }

    /// Adds what the busy period just played has lost.
    fn add(&mut self, weight: f64, sample: &mut BusySample) {
        let player = &mut self.player;
        let plan = player.plan;
        let end = plan.warm_up + plan.horizon;
        // An outage under way is over at rest.
        player.ledger.pass(end, plan, &mut player.outcome);
        let requests = traffic(plan, plan.warm_up, end);
        let (lost, down) = player.ledger.sums();
        for (index, journey) in plan.journeys.iter().enumerate() {
            let sum = &mut sample.loss.journeys[index];
            sum.unavailability += weight * lost[index] / requests;
            sum.time_unavailability += weight * down[index] / plan.horizon;
            sample.loss.unavailability += weight * journey.share * lost[index] / requests;
        }
        sample.outages += weight * f64::from(player.outcome.outages);
    }
}

/// The time of a trial before which hardly anything counts: a few of its losses before it is scored. 0 if that is soon \[s\].
fn near(plan: &Plan) -> f64 {
    let from = plan.warm_up - MOST_LOSSES * plan.longest_mean_loss;
    if from > UNSCORED * (plan.warm_up + plan.horizon) {
        from
    } else {
        0.0
    }
}

impl Simulator<'_> {
    /// Whether the controller and the pools wait for nothing, whatever roles they have come to.
    pub(super) fn has_come_to_rest(&self) -> bool {
        let serving = match (&self.serving, &self.plan.serving) {
            (Serving::Standby(cells), ServingPlan::Standby(_)) => {
                // All that is pending apart, a region is down for good only in a plan in which something is held down.
                let is_up = |region: usize| self.is_up(self.plan.health[region].gate);
                let mut cells = cells.iter().enumerate();
                cells.all(|(cell, state)| {
                    state.is_settled_with([is_up(2 * cell), is_up(2 * cell + 1)])
                })
            }
            (Serving::ActiveActive(state), _) => state.is_at_rest(),
            _ => true,
        };
        serving && self.pools.iter().all(|pool| !pool.in_takeover)
    }

    /// Whether anything has been lost.
    fn lost_anything(&self) -> bool {
        let (lost, down) = self.ledger.sums();
        lost.iter().chain(down).any(|lost| *lost > 0.0)
    }
}
