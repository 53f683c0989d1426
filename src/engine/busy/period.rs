//! One busy period: from its first failure until nothing is the matter again.

use rand::RngExt;
use rand_distr::{Distribution as _, Exp1};

use super::calm::Calm;
use super::likely::{Among, Likely, Rates};
use super::lives::Lives;
use super::zeal::{Beside, Pending, Progress, Ratios, Source};
use super::{BusyPeriods, BusySample};
use crate::engine::trial::{Record, Simulator};
use crate::engine::units::{Condition, Renewal};
use crate::plan::{Purpose, Sampler, StreamRng, TrialKey, UnitId, UnitKind};

/// What comes of a busy period at a level.
enum Split {
    GoesOn,
    Splits,
    Ends,
}

/// Draws after which what has taken very long stays as long as it is.
const MOST_DRAWS: u32 = 1_000;

/// Levels that a busy period falls back before it may end for that: one that goes up and down between two is left alone.
const SLACK: u32 = 1;

/// What a busy period begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum First {
    /// A failure that is chosen.
    Likely,
    /// The failure of a unit that comes of itself now, by one of its clocks.
    ByNature(UnitId, u32),
}

/// What a busy period has come to.
#[derive(Debug, Clone)]
pub(super) struct Path {
    ratios: Ratios,
    progress: Progress,
    /// How many more than usual have been down.
    level: u32,
}

/// A busy period that has been split off.
#[derive(Debug, Clone)]
pub(super) struct Branch<'p> {
    player: Simulator<'p>,
    lives: Lives,
    path: Path,
}

impl BusyPeriods<'_> {
    /// Plays a busy period from where the walker is, and all that it is split into, and adds what they lose by their weights.
    pub(super) fn period(
        &mut self,
        first: First,
        index: u64,
        rng: &mut StreamRng,
        weight: f64,
        sample: &mut BusySample,
    ) {
        let Some(path) = self.begin(first, index, rng) else {
            return;
        };
        let likelihood = self.follow(path, rng);
        self.note(likelihood * weight, sample);
        while let Some(branch) = self.branches.pop() {
            self.player = branch.player;
            self.player.key = TrialKey::new(rng.random(), index);
            self.lives = branch.lives;
            self.note_down();
            let before = self.player.outcome.events;
            let likelihood = self.follow(branch.path, rng);
            self.player.outcome.events -= before;
            self.note(likelihood * weight, sample);
        }
    }

    /// Begins a busy period from where the walker is; none if nothing can fail.
    pub(super) fn begin(&mut self, first: First, index: u64, rng: &mut StreamRng) -> Option<Path> {
        self.player.take_over(&self.walker, index);
        for (slot, time) in &self.pending {
            self.player.calendar.set(*slot, *time);
        }
        self.lives.clone_from(&self.walked);
        self.player.key = TrialKey::new(rng.random(), index);
        self.natural.go_on(&mut self.player, &self.walker);
        self.down.clear();
        self.removed.begin();
        let rates = self.likely.look(&self.player, &self.lives, true);
        // The first failure is certain; its rate, not its chance, is part of the formula.
        let (unit, clock, weight) = match first {
            First::Likely if rates.of(Among::All) <= 0.0 => return None,
            First::Likely => self.likely.choose_first(self.calm.splits(), rng),
            First::ByNature(unit, clock) => (unit, clock, 1.0),
        };
        let beside = Beside {
            often: self.calm.is_busy(),
            piling_up: self.calm.splits(),
            ageing: !self.natural.is_empty(),
        };
        let mut ratios = Ratios::new(beside, rng);
        ratios.all(weight.ln());
        self.fail(unit, clock, rng);
        let mut progress = Progress {
            until_loss: self.until_outage,
            ..Progress::default()
        };
        progress.count(&self.likely, clock);
        Some(Path {
            ratios,
            progress,
            level: 0,
        })
    }

    /// Plays a busy period on to its end. Returns its likelihood ratio, times the rate of failures \[1/s\] where its first was chosen.
    pub(super) fn follow(&mut self, mut path: Path, rng: &mut StreamRng) -> f64 {
        let plan = self.player.plan;
        let end = plan.warm_up + plan.horizon;
        loop {
            let (time, slot) = self.player.calendar.first();
            if time > self.player.now && self.player.is_unsettled() {
                self.player.settle();
                continue;
            }
            if time > self.player.now {
                if self.is_over(time) {
                    break;
                }
                match self.split(&mut path, rng) {
                    Split::Ends => break,
                    // What is pending may have changed.
                    Split::Splits => continue,
                    Split::GoesOn => {}
                }
            }
            let until = time.min(end);
            let wait = until - self.player.now;
            let rates = self.likely.look(&self.player, &self.lives, false);
            path.progress.has_lost |= self.player.world.impaired;
            let pending = self.pending(end);
            let Path {
                ratios, progress, ..
            } = &mut path;
            let source = ratios.want(rates, &pending, *progress);
            let unit_exponential: f64 = Exp1.sample(rng);
            let next = unit_exponential / source.total();
            let passed = next.min(wait);
            ratios.pass(rates, passed);
            self.removed.pass(self.likely.rates(), passed);
            if next < wait {
                self.pass_to(self.player.now + next);
                if self.has_had_its_outage() {
                    break;
                }
                let is_chosen =
                    source.beside <= 0.0 || rng.random::<f64>() * source.total() < source.chosen;
                let (unit, clock) = if is_chosen {
                    self.likely.choose(source.among, rng)
                } else {
                    self.likely.choose_beside(source.among, rng)
                };
                ratios.fail(|source| self.ratio(clock, rates, source));
                progress.count(&self.likely, clock);
                self.fail(unit, clock, rng);
                continue;
            }
            self.pass_to(until);
            if time >= end || self.has_had_its_outage() {
                break;
            }
            if let Some(clock) = self.natural.fails(&self.player, slot) {
                ratios.fail(|source| self.ratio(clock, rates, source));
                progress.count(&self.likely, clock);
                self.removed.fail(clock);
            }
            self.player.play(slot);
            self.park(slot);
        }
        let repairs = self.player.repairs.take_log_ratio();
        path.ratios.all(repairs);
        path.ratios.likelihood()
    }

    /// Splits a busy period that has come to more failures above what is usual than before: each part counts as much less as there are more
    /// of them on average. One that has fallen back without a loss goes on with the chance of which that is one over, and counts as it did
    /// (splitting and Russian roulette: Kahn & Harris (1951), National Bureau of Standards Applied Mathematics Series 12, 27-30).
    fn split(&mut self, path: &mut Path, rng: &mut StreamRng) -> Split {
        if !self.calm.splits() || !path.ratios.leaves_often_alone() {
            return Split::GoesOn;
        }
        let mut came_to = Split::GoesOn;
        let excess = self.calm.excess(&self.player);
        // What the others bring about says nothing of piles.
        let by_piling_up = path.progress.seldom == 0 && self.player.world.impaired;
        if excess > path.level && by_piling_up {
            self.harm = Some(self.harm.map_or(excess, |least| least.min(excess)));
        }
        while path.level < excess {
            path.level += 1;
            let at = path.level as usize - 1;
            if self.reached.len() <= at {
                self.reached.resize(at + 1, 0);
            }
            self.reached[at] += 1;
            let mean = self.calm.split_at(path.level);
            if mean <= 1.0 {
                continue;
            }
            path.ratios.all(-mean.ln());
            let copies = mean.floor() + f64::from(u8::from(rng.random::<f64>() < mean.fract()));
            for _ in 1..copies as u32 {
                let mut player = self.player.clone();
                player.draw_rests(&self.calm, &self.lives, rng);
                self.branches.push(Branch {
                    player,
                    lives: self.lives.clone(),
                    path: path.clone(),
                });
            }
            self.player.draw_rests(&self.calm, &self.lives, rng);
            came_to = Split::Splits;
        }
        while path.level > excess + SLACK && !path.progress.has_lost {
            let mean = self.calm.split_at(path.level);
            path.level -= 1;
            if rng.random::<f64>() * mean >= 1.0 {
                return Split::Ends;
            }
            path.ratios.all(mean.ln());
        }
        came_to
    }

    /// Whether a busy period is over, the next event coming at `time`.
    fn is_over(&self, time: f64) -> bool {
        if self.calm.is_busy() || !self.natural.is_empty() {
            self.calm.holds(&self.player)
        } else {
            time == f64::INFINITY && self.player.has_come_to_rest()
        }
    }

    /// What the failure of a clock counts now if some come from a source, the rates being these.
    fn ratio(&self, clock: u32, rates: Rates, source: Source) -> f64 {
        if self.likely.constant_rate_of(clock).is_none() {
            let among = (clock, source.among, source.chosen);
            self.likely
                .ratio_of_ageing(&self.player, &self.lives, among)
        } else if self.likely.is_among(clock, source.among) {
            rates.of(source.among) / source.chosen * self.likely.ratio(clock, source.among)
        } else {
            rates.beside(source.among) / source.beside
        }
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
            longest: (longest + player.longest_queue()).min(rest),
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
                    ahead: player.repairs.draw(clock, law, &player.laws, &mut rng),
                    rng,
                    gate: renewal.gate,
                    phase: up,
                };
                player.play(unit);
                self.lives.note(player, unit);
            }
            UnitKind::General => {
                player.rngs[clock as usize] = stream;
                player.outcome.events += 1;
                player.halt(unit);
                player.fail_by(unit, clock);
            }
            UnitKind::Shock(shock) => {
                player.rngs[clock as usize] = stream;
                player.play_shock(unit, shock);
                if !self.natural.is_one(unit) {
                    player.calendar.set(unit, f64::INFINITY);
                }
                self.lives.note(player, unit);
            }
        }
        self.note_down();
    }

    /// Takes the life that an event has begun out of the calendar: failures come from outside.
    fn park(&mut self, slot: u32) {
        let player = &mut self.player;
        if (slot as usize) < player.plan.units.len() && player.condition_of(slot) == Condition::Up {
            if !self.natural.is_one(slot) {
                player.calendar.set(slot, f64::INFINITY);
            }
            self.down.retain(|unit| *unit != slot);
        }
        self.lives.note(&self.player, slot);
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

impl Progress {
    fn count(&mut self, likely: &Likely, clock: u32) {
        self.failures += 1;
        self.seldom += u32::from(likely.is_among(clock, Among::Seldom));
    }
}

/// A time of a law that is longer than another; none if hardly any is.
fn longer_than(passed: f64, law: &Sampler, rng: &mut StreamRng) -> Option<f64> {
    let mut drawn = (0..MOST_DRAWS).map(|_| law.draw(rng));
    drawn.find(|time| *time > passed)
}

impl Simulator<'_> {
    /// Everything as it stands in another simulator of the plan, but for what is pending.
    fn take_over(&mut self, other: &Self, trial: u64) {
        self.seed = other.seed;
        self.seed_of_ranges = other.seed_of_ranges;
        self.reset_scores(trial, Record::Scores);
        self.now = other.now;
        self.ledger.last = other.now;
        self.spare.copy_from_slice(&other.spare);
        // Nothing but a repair may not be settled yet.
        self.changes.clone_from(&other.changes);
        self.dirty_pools.clone_from(&other.dirty_pools);
        self.world_changed = other.world_changed;
        self.condition.copy_from_slice(&other.condition);
        self.states.clone_from(&other.states);
        if !self.states.is_empty() {
            self.life_begins.copy_from_slice(&other.life_begins);
        }
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

    /// How much longer the repairs and lives of what fails often take is drawn anew, given how long they have taken: else all that a
    /// busy period is split into would share a repair that happens to be long, or a failure that comes soon.
    fn draw_rests(&mut self, calm: &Calm, lives: &Lives, rng: &mut StreamRng) {
        for unit in 0..self.plan.units.len() as UnitId {
            if !calm.fails_often(unit) {
                continue;
            }
            if let UnitKind::Simple(up) = self.plan.units[unit as usize].kind {
                if self.condition_of(unit) == Condition::Down {
                    let began = lives.began(unit);
                    let law = &self.laws.phases[up as usize].next;
                    if let Some(repair) = longer_than(self.now - began, law, rng) {
                        self.calendar.set(unit, began + repair);
                    }
                }
                continue;
            }
            match self.condition[unit as usize] {
                Condition::Down => self.draw_rest_of_repair(unit, rng),
                Condition::Waiting => {
                    let failure = &mut self.states[unit as usize].failure;
                    failure.repair = self.laws.samplers[failure.law as usize].draw(rng);
                }
                Condition::Up => self.draw_rest_of_lives(unit, rng),
                Condition::Off | Condition::Unnoticed => {}
            }
        }
    }

    fn draw_rest_of_repair(&mut self, unit: UnitId, rng: &mut StreamRng) {
        let failure = &mut self.states[unit as usize].failure;
        let passed = failure.repair - (self.calendar.time_of(unit) - self.now);
        // Who repairs it may not have come yet.
        if passed < 0.0 {
            return;
        }
        let law = &self.laws.samplers[failure.law as usize];
        if let Some(repair) = longer_than(passed, law, rng) {
            failure.repair = repair;
            self.calendar.set(unit, self.now + repair - passed);
        }
    }

    fn draw_rest_of_lives(&mut self, unit: UnitId, rng: &mut StreamRng) {
        if self.plan.units[unit as usize].kind != UnitKind::General {
            return;
        }
        let clocks = self.plan.clocks_of_unit(unit);
        for clock in clocks.filter(|clock| !self.parked[*clock as usize]) {
            let law = self.plan.clocks[clock as usize].life;
            let age = self.age_of(unit, clock);
            if let Some(life) = longer_than(age, &self.laws.samplers[law as usize], rng) {
                let clock = clock as usize;
                self.life_ends[clock] = self.life_begins[clock] + life;
            }
        }
        self.halt(unit);
        self.start(unit);
    }

    /// Whether a unit is down, or a shock, which lasts no time, has come since this took over from another simulator.
    fn has_failed_since(&self, other: &Self, unit: UnitId) -> bool {
        match self.plan.units[unit as usize].kind {
            UnitKind::Shock(_) => self.states[unit as usize].age > other.states[unit as usize].age,
            UnitKind::Simple(_) | UnitKind::General => self.condition_of(unit) != Condition::Up,
        }
    }

    /// How long the people of the busiest crew have to do with the repairs that wait for them \[s\].
    fn longest_queue(&self) -> f64 {
        let crews = self.crews.iter().zip(&self.plan.crews);
        let queues = crews.map(|(crew, plan)| {
            let repairs = crew
                .waiting
                .iter()
                .filter_map(|job| self.states.get(*job as usize));
            repairs.map(|state| state.failure.repair).sum::<f64>() / f64::from(plan.size)
        });
        queues.fold(0.0, f64::max)
    }
}
