//! Busy periods with failures made likely: importance sampling of what almost never happens.
//!
//! While everything is up and the controller is at rest, a plan with exponential lives forgets how it got there. Each loss
//! is part of a *busy period*, from a failure in that state until everything is at rest again. With Λ the rate of failures
//! at rest, and ℓ(s) what a busy period from s on loses until the end of the trial, Campbell's formula (Mecke's, as the state
//! decides what follows) says exactly
//!
//! ```text
//! E[lost] = E ∫ Λ 1{at rest at s} ℓ(s) ds   over the trial.
//! ```
//!
//! So a sample is an ordinary trial up to a uniformly random time s, and from there, if it is at rest, a few busy periods
//! whose failures come more often than by nature, and more from where they hurt. Each loss counts by its likelihood ratio.
//! Where laws have ranges, all of it holds for their values in a sample, and the samples are a mean over these.
//! The horizon, its start from new, `warm_up` and the daily curve are all in s; repairs, takeovers and failovers may have any
//! distribution. Failure biasing: Shahabuddin (1994), Management Science 40, 333-352, doi:10.1287/mnsc.40.3.333; Nicola,
//! Shahabuddin & Nakayama (2001), IEEE Transactions on Reliability 50, 246-264, doi:10.1109/24.974123.

use std::f64::consts::LN_2;

use rand::RngExt;
use rand_distr::{Distribution as _, Exp1};

use super::ledger::traffic;
use super::likely::{Clocks, Likely};
use super::removed::Removed;
use super::serving::Serving;
use super::size_biased::Repairs;
use super::trial::{Record, Simulator};
use super::units::{Condition, Renewal};
use super::{JourneyOutcome, Loss};
use crate::plan::{
    Plan, Purpose, ServingPlan, StandbyPlan, StreamKey, StreamRng, TrialKey, UnitId, UnitKind,
};

/// Busy periods of a sample that is at rest.
pub(super) const PERIODS: u32 = 8;

/// What tells the seed of these trials from that of a run.
const OWN_TRIALS: u64 = 0x7261_7265;

/// Failures of a busy period after which no more are made likely.
const MOST_FAILURES: u32 = 12;

/// How eager a busy period is for further failures.
struct Zeal {
    /// Share of the busy periods that are of this zeal.
    share: f64,
    /// Rate of failures.
    rate: Rate,
    /// Whether failures stay likely once something has been lost.
    goes_on: bool,
}

/// How a rate of failures follows from what is pending.
enum Rate {
    /// About one more before the last of what is pending ends.
    OneMore,
    /// About so many more while one of what is pending ends: failures pile up.
    WhileOneEnds(f64),
}

/// The first does best where two or three failures are enough; a loss that takes seven is hardly ever met with it. What comes after
/// the first loss mostly blurs what that weighs. But where a failover loses seconds, the region that fails next may lose days: the
/// second finds it.
const ZEALS: [Zeal; 4] = [
    Zeal {
        share: 0.4,
        rate: Rate::OneMore,
        goes_on: false,
    },
    Zeal {
        share: 0.2,
        rate: Rate::OneMore,
        goes_on: true,
    },
    Zeal {
        share: 0.2,
        rate: Rate::WhileOneEnds(2.0),
        goes_on: false,
    },
    Zeal {
        share: 0.2,
        rate: Rate::WhileOneEnds(6.0),
        goes_on: false,
    },
];

/// Times until the end of what is pending \[s\].
struct Pending {
    longest: f64,
    mean: f64,
}

impl Zeal {
    /// Failures wanted in a second \[1/s\].
    fn rate(&self, pending: &Pending) -> f64 {
        match self.rate {
            Rate::OneMore => LN_2 / pending.longest,
            Rate::WhileOneEnds(count) => count / pending.mean,
        }
    }
}

/// Samples busy periods of a plan, one sample after another, in buffers that it keeps.
#[derive(Debug)]
pub struct BusyPeriods<'p> {
    /// Plays ordinary trials.
    pub(super) walker: Simulator<'p>,
    /// Plays busy periods.
    pub(super) player: Simulator<'p>,
    pub(super) likely: Likely,
    /// What the same busy periods weigh where some clocks never run out.
    pub(super) removed: Removed,
    /// Whether a busy period ends with the first outage.
    until_outage: bool,
    /// Units under repair.
    down: Vec<UnitId>,
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

/// An ordinary trial up to a random time.
#[derive(Debug)]
pub(super) struct Walk {
    /// The random time \[s\].
    pub time: f64,
    /// Whether all is at rest then.
    pub at_rest: bool,
    index: u64,
    rng: StreamRng,
}

impl<'p> BusyPeriods<'p> {
    /// A sampler of a plan under a seed, which looks out for sets of units that are down together.
    ///
    /// # Errors
    ///
    /// In words, what in the plan remembers the past even at rest.
    pub fn new(plan: &'p Plan, seed: u64, sets: &[Vec<UnitId>]) -> Result<Self, String> {
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
        let likely = Likely::new(plan, Clocks::new(plan)?);
        Self::with(plan, seed, likely, sets)
    }

    /// The same for a plan that differs in its clocks or takeovers only.
    pub(super) fn of_variant(&self, plan: &'p Plan, seed: u64) -> Result<Self, String> {
        Self::with(plan, seed, self.likely.with(Clocks::new(plan)?), &[])
    }

    fn with(
        plan: &'p Plan,
        seed: u64,
        likely: Likely,
        sets: &[Vec<UnitId>],
    ) -> Result<Self, String> {
        let mut player = Simulator::new(plan, seed);
        player.reset(0, Record::Losses);
        if player.is_unsettled() {
            player.settle();
        }
        if player.world.impaired || !player.is_idle() {
            return Err("something is wrong from the start".to_owned());
        }
        player.parked = true;
        player.repairs = Repairs::favouring_long(plan);
        Ok(Self {
            // Trials of its own, apart from those of a run.
            walker: Simulator::new(plan, seed ^ OWN_TRIALS),
            player,
            likely,
            removed: Removed::default(),
            until_outage: false,
            down: Vec::new(),
            sets: sets.to_vec(),
            seen: vec![false; sets.len()],
        })
    }

    /// One sample: a pure function of plan, seed and index.
    pub fn sample(&mut self, index: u64) -> BusySample {
        let walk = self.walk(index);
        self.periods(walk)
    }

    /// An ordinary trial up to a uniformly random time.
    pub(super) fn walk(&mut self, index: u64) -> Walk {
        let plan = self.player.plan;
        let end = plan.warm_up + plan.horizon;
        self.walker.reset(index, Record::Losses);
        self.likely.learn(plan, &self.walker.laws);
        let mut rng = self
            .walker
            .key
            .stream(StreamKey::of(&["failure biasing"]), Purpose::Renewal);
        let time = end * rng.random::<f64>();
        self.walker.advance(time);
        Walk {
            time,
            at_rest: self.walker.is_idle(),
            index,
            rng,
        }
    }

    /// The busy periods from where a walk has come to.
    pub(super) fn periods(&mut self, walk: Walk) -> BusySample {
        let plan = self.player.plan;
        let end = plan.warm_up + plan.horizon;
        let mut sample = BusySample {
            events: self.walker.outcome.events,
            ..BusySample::default()
        };
        self.removed.clear();
        if !walk.at_rest {
            return sample;
        }
        let mut rng = walk.rng;
        sample.at_rest = true;
        self.seen.fill(false);
        sample
            .loss
            .journeys
            .resize(plan.journeys.len(), JourneyOutcome::default());
        for _ in 0..PERIODS {
            let weight =
                self.period(walk.time, end, walk.index, &mut rng) * end / f64::from(PERIODS);
            sample.events += self.player.outcome.events;
            if self.player.lost_anything() {
                let before = sample.loss.unavailability;
                self.add(weight, &mut sample);
                self.removed.add(sample.loss.unavailability - before);
            }
        }
        sample.seen.clone_from(&self.seen);
        sample
    }

    /// From now on all busy periods begin all new, and end with an outage. Returns the rate of failures at rest \[1/s\].
    pub(super) fn begin_new(&mut self) -> f64 {
        self.until_outage = true;
        self.walker.reset(0, Record::Losses);
        if self.walker.is_unsettled() {
            self.walker.settle();
        }
        self.likely.look(&self.walker)
    }

    /// Plays a busy period from the start, all new, to its end or its outage. Returns the rate of failures at rest times its
    /// likelihood ratio \[1/s\].
    pub(super) fn cycle(&mut self, index: u64, rng: &mut StreamRng) -> f64 {
        let plan = self.player.plan;
        self.period(0.0, plan.warm_up + plan.horizon, index, rng)
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

    /// Plays a busy period from `start`. Returns the rate of failures at rest times its likelihood ratio \[1/s\].
    fn period(&mut self, start: f64, end: f64, index: u64, rng: &mut StreamRng) -> f64 {
        self.player.take_over(&self.walker, index, start);
        self.player.key = TrialKey::new(rng.random(), index);
        self.down.clear();
        self.removed.begin();
        let rates = self.likely.look(&self.player);
        if rates <= 0.0 {
            return 0.0;
        }
        // The first failure is certain; its rate, not its chance, is part of the formula.
        let (unit, clock, ratio) = self.likely.choose(rng);
        let mut ratios = Ratios::new(rng);
        ratios.all((rates * ratio).ln());
        self.fail(unit, clock, rng);
        let (mut failures, mut has_lost) = (1, false);
        loop {
            let (time, slot) = self.player.calendar.first();
            if time > self.player.now && self.player.is_unsettled() {
                self.player.settle();
                continue;
            }
            if time == f64::INFINITY && self.player.has_come_to_rest() {
                break;
            }
            let until = time.min(end);
            let wait = until - self.player.now;
            let rates = self.likely.look(&self.player);
            has_lost |= self.player.world.impaired;
            let wanted = if rates > 0.0 && failures < MOST_FAILURES {
                let pending = self.pending(end);
                ZEALS.map(|zeal| {
                    // Where the outage is all that is wanted, the weight is that of its beginning.
                    if has_lost && (self.until_outage || !zeal.goes_on) {
                        rates
                    } else {
                        rates.max(zeal.rate(&pending))
                    }
                })
            } else {
                [rates; ZEALS.len()]
            };
            let unit_exponential: f64 = Exp1.sample(rng);
            let next = unit_exponential / wanted[ratios.chosen];
            let passed = next.min(wait);
            ratios.each(|zeal| (wanted[zeal] - rates) * passed);
            self.removed.pass(self.likely.rates(), passed);
            if next < wait {
                self.pass_to(self.player.now + next);
                if self.has_had_its_outage() {
                    break;
                }
                let (unit, clock, ratio) = self.likely.choose(rng);
                ratios.each(|zeal| (rates / wanted[zeal] * ratio).ln());
                self.fail(unit, clock, rng);
                failures += 1;
                continue;
            }
            self.pass_to(until);
            if time >= end || self.has_had_its_outage() {
                break;
            }
            self.player.play(slot);
            self.park(slot);
        }
        ratios.all(self.player.repairs.take_log_ratio());
        ratios.likelihood()
    }

    /// Whether it has come to the outage that it is played for.
    fn has_had_its_outage(&self) -> bool {
        self.until_outage && self.player.ledger.outage_since().is_some()
    }

    /// What is pending, as things stand.
    fn pending(&self, end: f64) -> Pending {
        let player = &self.player;
        let timers = player.plan.units.len() as u32..player.calendar.slots();
        let slots = self.down.iter().copied().chain(timers);
        let times = slots.map(|slot| player.calendar.time_of(slot));
        let (mut longest, mut sum, mut n) = (0.0_f64, 0.0, 0.0);
        for time in times.filter(|time| time.is_finite()) {
            let wait = time.min(end) - player.now;
            longest = longest.max(wait);
            sum += wait;
            n += 1.0;
        }
        let rest = (end - player.now).max(f64::MIN_POSITIVE);
        if sum <= 0.0 {
            return Pending {
                longest: rest,
                mean: rest,
            };
        }
        Pending {
            longest,
            mean: sum / n,
        }
    }

    fn pass_to(&mut self, time: f64) {
        if self.player.world.impaired {
            let player = &self.player;
            for (seen, set) in self.seen.iter_mut().zip(&self.sets) {
                *seen = *seen
                    || set
                        .iter()
                        .all(|unit| player.has_failed_since(&self.walker, *unit));
            }
            self.player.score_until(time);
        }
        self.player.now = time;
    }

    /// A unit fails now by one of its clocks.
    fn fail(&mut self, unit: UnitId, clock: u32, rng: &mut StreamRng) {
        self.removed.fail(clock);
        let fresh: u64 = rng.random();
        let player = &mut self.player;
        let plan = player.plan;
        let key = plan.clocks[clock as usize].key;
        let stream = player.key.occasion(key, Purpose::Renewal, fresh);
        match plan.units[unit as usize].kind {
            UnitKind::Simple(up) => {
                let law = plan.clocks[clock as usize].repair;
                let mut rng = stream;
                let renewal = &mut player.renewals[unit as usize];
                *renewal = Renewal {
                    ahead: player.repairs.draw(law, &player.laws, &mut rng),
                    rng,
                    gate: renewal.gate,
                    phase: up,
                };
                player.play(unit);
            }
            UnitKind::General => {
                player.rngs[clock as usize] = stream;
                player.outcome.events += 1;
                player.fail_by(unit, clock);
            }
            UnitKind::Shock(shock) => {
                player.rngs[clock as usize] = stream;
                player.play_shock(unit, shock);
                player.calendar.set(unit, f64::INFINITY);
            }
        }
        self.note_down();
    }

    /// Takes the life that an event has begun out of the calendar: failures come from outside.
    fn park(&mut self, slot: u32) {
        let player = &mut self.player;
        if (slot as usize) < player.plan.units.len() && player.condition_of(slot) == Condition::Up {
            player.calendar.set(slot, f64::INFINITY);
            self.down.retain(|unit| *unit != slot);
        }
        self.note_down();
    }

    /// Several units may go down, or begin their repair, at one event.
    fn note_down(&mut self) {
        let player = &self.player;
        self.down.clear();
        let units = 0..player.plan.units.len() as u32;
        self.down.extend(units.filter(|unit| {
            player.condition_of(*unit) != Condition::Up
                && player.calendar.time_of(*unit).is_finite()
        }));
    }
}

/// Logarithms of the likelihood ratio of what has happened in a busy period, were it of one zeal or another.
struct Ratios {
    logs: [f64; ZEALS.len()],
    /// The zeal that it is of.
    chosen: usize,
}

impl Ratios {
    fn new(rng: &mut StreamRng) -> Self {
        let at: f64 = rng.random();
        let mut sum = 0.0;
        let chosen = ZEALS.iter().position(|zeal| {
            sum += zeal.share;
            at < sum
        });
        Self {
            logs: [0.0; ZEALS.len()],
            chosen: chosen.unwrap_or(ZEALS.len() - 1),
        }
    }

    fn each(&mut self, more: impl Fn(usize) -> f64) {
        for (zeal, log) in self.logs.iter_mut().enumerate() {
            *log += more(zeal);
        }
    }

    fn all(&mut self, more: f64) {
        self.each(|_| more);
    }

    /// The likelihood ratio against the mixture of all zeals: whatever one of them makes likely weighs little, whichever it came from
    /// (the balance heuristic: Veach & Guibas (1995), SIGGRAPH, 419-428, doi:10.1145/218380.218498).
    fn likelihood(&self) -> f64 {
        let of_mixture = ZEALS.iter().zip(self.logs);
        let likelier: f64 = of_mixture
            .map(|(zeal, log)| zeal.share * (-log).exp())
            .sum();
        likelier.recip()
    }
}

impl Simulator<'_> {
    /// Whether everything is up, no takeover is under way and the controller waits for nothing.
    fn is_idle(&self) -> bool {
        let units = 0..self.plan.units.len() as u32;
        let all_up = units
            .into_iter()
            .all(|unit| matches!(self.condition_of(unit), Condition::Up | Condition::Off));
        let timers = self.plan.units.len() as u32..self.calendar.slots();
        let none_pending = timers
            .into_iter()
            .all(|slot| self.calendar.time_of(slot) == f64::INFINITY);
        all_up && none_pending && self.has_come_to_rest()
    }

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

    /// Everything as it stands in another simulator of the plan, which is at rest, at a time; nothing pending.
    fn take_over(&mut self, other: &Self, trial: u64, now: f64) {
        self.seed = other.seed;
        self.seed_of_ranges = other.seed_of_ranges;
        self.reset_scores(trial, Record::Scores);
        self.now = now;
        self.ledger.last = now;
        self.spare.copy_from_slice(&other.spare);
        self.changes.clear();
        self.condition.copy_from_slice(&other.condition);
        self.states.clone_from(&other.states);
        self.crews.clone_from(&other.crews);
        self.pools.clone_from(&other.pools);
        self.serving = other.serving.clone();
        self.traffic = other.traffic.clone();
        self.world = other.world.clone();
        for (mine, theirs) in self.renewals.iter_mut().zip(&other.renewals) {
            mine.phase = theirs.phase;
        }
        self.calendar.fill(std::iter::empty());
    }

    /// Whether a unit is down, or a shock, which lasts no time, has come since this took over from another simulator.
    fn has_failed_since(&self, other: &Self, unit: UnitId) -> bool {
        match self.plan.units[unit as usize].kind {
            UnitKind::Shock(_) => self.states[unit as usize].age > other.states[unit as usize].age,
            UnitKind::Simple(_) | UnitKind::General => self.condition_of(unit) != Condition::Up,
        }
    }

    /// Whether anything has been lost.
    fn lost_anything(&self) -> bool {
        let (lost, down) = self.ledger.sums();
        lost.iter().chain(down).any(|lost| *lost > 0.0)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use std::path::Path;

    use super::*;
    use crate::model::load;
    use crate::plan::compile;
    use crate::stats::Moments;
    use crate::topology::expand;

    fn estimate(file: &str, samples: u64) -> Moments {
        let model = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
        let (name, spec) = model.topologies.get_index(0).unwrap();
        let plan = compile(&model, &expand(&model, name, spec));
        let mut busy = BusyPeriods::new(&plan, 7, &[]).unwrap();
        let mut moments = Moments::default();
        (0..samples).for_each(|index| moments.add(busy.sample(index).loss.unavailability));
        moments
    }

    /// Within five standard errors: false by chance once in 1.7 million.
    #[test]
    fn busy_periods_meet_exact_answers() {
        for (file, exact, samples) in [
            ("benches/models/w1.yaml", 4.512_194_495_37e-6, 4_000),
            ("benches/models/w1r.yaml", 4.525_176_546_2e-10, 4_000),
            ("benches/models/w2.yaml", 1.219_807e-5, 4_000),
            (
                "models/reference/c05-3-of-5-2-crews.yaml",
                0.001_543_569_591_862_547_7,
                4_000,
            ),
            (
                "models/reference/c24-lognormal.yaml",
                7.366_382_755_569_55e-5,
                4_000,
            ),
            (
                "models/reference/takeover-any.yaml",
                0.013_539_790_802_514_967,
                4_000,
            ),
            (
                "models/reference/retry.yaml",
                0.000_403_460_773_572_138_87,
                4_000,
            ),
            (
                "models/reference/active-active.yaml",
                0.000_815_675_939_363_238_3,
                4_000,
            ),
            (
                "models/reference/c11-2-of-3-beta-10.yaml",
                1.079_786_109e-3,
                4_000,
            ),
            (
                "benches/models/rare/heavier.yaml",
                3.972_875_840_47e-10,
                4_000,
            ),
            ("benches/models/rare/quick.yaml", 1.254_250_212_39e-8, 4_000),
            (
                "benches/models/rare/deep.yaml",
                3.972_827_430_47e-11,
                20_000,
            ),
        ] {
            let moments = estimate(file, samples);
            let error = moments.variance_of_mean().sqrt();
            let off = (moments.mean() - exact) / error;
            assert!(
                off.abs() < 5.0,
                "{file}: {off} standard errors off {exact:e}"
            );
            assert!(error < 0.3 * exact, "{file}: {error:e} of {exact:e}");
        }
    }
}
