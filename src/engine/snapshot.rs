//! All that the engine remembers between two instants, clocks apart, as a value.

use super::active::ActiveKey;
use super::serving::{Serving, Timer};
use super::standby::StandbyKey;
use super::trial::Simulator;
use super::units::{Condition, Failure};
use crate::plan::{NO_CLOCK, Plan, ServingPlan, UnitId};

/// When everything that is pending in a restored state comes \[s\]: later than any draw.
pub(super) const FAR: f64 = 1e300;

/// Now in a restored state \[s\].
pub(super) const NOW: f64 = 1.0;

/// A settled state of the system, without its clocks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    pub(super) spare: Vec<i32>,
    pub(super) phases: Vec<u32>,
    pub(super) units: Vec<UnitKey>,
    pub(super) crews: Vec<(u32, Vec<UnitId>)>,
    pools: Vec<PoolKey>,
    standby: Option<StandbyKey>,
    active: Option<ActiveKey>,
    /// Bits of the shares of traffic by region; those before the move under way.
    pub(super) shares: Vec<u64>,
    /// The linear move under way.
    pub(super) moving: Option<MoveKey>,
    pub(super) capacity: Vec<u64>,
    pub(super) pending: Vec<bool>,
}

/// A unit that is not of the fast path.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct UnitKey {
    pub condition: Condition,
    pub speed: u64,
    /// Cause, law, crew, priority, clock renewed (counted from the first of the unit).
    pub failure: [u32; 5],
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PoolKey {
    primary: Option<usize>,
    in_takeover: bool,
    in_last_way: bool,
    running: bool,
    usable: Vec<bool>,
}

/// A linear move of traffic: bits of its length \[s\] and of the shares that it leads to.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct MoveKey {
    pub seconds: u64,
    pub shares: Vec<u64>,
}

impl MoveKey {
    pub(super) fn seconds(&self) -> f64 {
        f64::from_bits(self.seconds)
    }
}

impl State {
    /// Shares of traffic by region when a linear move has come so far, from 0 to 1.
    pub(super) fn shares_at(&self, progress: f64) -> Vec<f64> {
        let from = self.shares.iter().copied().map(f64::from_bits);
        match &self.moving {
            None => from.collect(),
            Some(movement) => from
                .zip(movement.shares.iter().copied().map(f64::from_bits))
                .map(|(from, to)| from + (to - from) * progress)
                .collect(),
        }
    }
}

impl Simulator<'_> {
    /// What there is to remember now. A move that was under way in `before` and goes on is remembered from its start.
    pub(super) fn snapshot(&self, before: Option<&State>) -> State {
        let plan = self.plan;
        let bits =
            |values: &[f64]| -> Vec<u64> { values.iter().map(|value| value.to_bits()).collect() };
        let shares = |at: f64| -> Vec<f64> {
            (0..plan.regions.len())
                .map(|region| self.traffic.share(region, at))
                .collect()
        };
        let end = self.traffic.next_end();
        let (base, moving) = match before {
            Some(before) if self.is_on_its_way() => (before.shares.clone(), before.moving.clone()),
            _ => {
                let moving = self.traffic.is_moving().then(|| MoveKey {
                    seconds: (end - self.now).to_bits(),
                    shares: bits(&shares(end)),
                });
                (bits(&shares(self.now)), moving)
            }
        };
        let mut pending: Vec<bool> = (0..n_slots(plan) as u32)
            .map(|slot| self.calendar.time_of(slot).is_finite())
            .collect();
        let (mut standby, mut active) = (None, None);
        match (&self.serving, &plan.serving) {
            (Serving::Standby(state), ServingPlan::Standby(standby_plan)) => {
                let key = state.key(standby_plan, self.now);
                pending[self.timer_slot(Timer::Failback) as usize] = key.waits;
                standby = Some(key);
            }
            (Serving::ActiveActive(state), _) => active = Some(state.key()),
            (Serving::Single | Serving::Standby(_), _) => {}
        }
        State {
            spare: self.spare.clone(),
            phases: (self.renewals.iter())
                .map(|renewal| renewal.phase)
                .collect(),
            units: (0..plan.units.len())
                .map(|unit| self.unit_key(unit))
                .collect(),
            crews: (self.crews.iter())
                .map(|crew| (crew.busy, crew.waiting.clone()))
                .collect(),
            pools: (self.pools.iter())
                .map(|pool| PoolKey {
                    primary: pool.primary,
                    in_takeover: pool.in_takeover,
                    in_last_way: pool.in_last_way,
                    running: pool.running,
                    usable: pool.usable.clone(),
                })
                .collect(),
            standby,
            active,
            shares: base,
            moving,
            capacity: bits(&self.world.capacity),
            pending,
        }
    }

    fn unit_key(&self, unit: usize) -> UnitKey {
        let condition = self.condition[unit];
        let Some(state) = self.states.get(unit) else {
            return UnitKey {
                condition,
                speed: 1.0_f64.to_bits(),
                failure: [0; 5],
            };
        };
        let failed = matches!(
            condition,
            Condition::Down | Condition::Waiting | Condition::Unnoticed
        );
        let failure = if failed { state.failure } else { Failure::NONE };
        UnitKey {
            condition,
            speed: state.speed.to_bits(),
            failure: [
                failure.cause,
                failure.law,
                failure.crew,
                failure.priority,
                match failure.renews {
                    NO_CLOCK => NO_CLOCK,
                    clock => clock - self.plan.units[unit].first_clock,
                },
            ],
        }
    }

    /// Goes back to a state, of whose linear move a share of the time has passed.
    pub(super) fn resume(&mut self, state: &State, progress: f64) {
        self.now = NOW;
        self.spare.copy_from_slice(&state.spare);
        self.changes.clear();
        for (renewal, phase) in self.renewals.iter_mut().zip(&state.phases) {
            renewal.phase = *phase;
        }
        for (index, unit) in state.units.iter().enumerate() {
            self.resume_unit(index, unit);
        }
        self.life_ends.fill(FAR);
        for (crew, (busy, waiting)) in self.crews.iter_mut().zip(&state.crews) {
            crew.busy = *busy;
            crew.waiting.clone_from(waiting);
        }
        for (pool, key) in self.pools.iter_mut().zip(&state.pools) {
            pool.primary = key.primary;
            pool.in_takeover = key.in_takeover;
            pool.in_last_way = key.in_last_way;
            pool.running = key.running;
            pool.usable.clone_from(&key.usable);
            pool.starters.clear();
        }
        match (&mut self.serving, state.standby, &state.active) {
            (Serving::Standby(serving), Some(key), _) => serving.resume(key, NOW, FAR),
            (Serving::ActiveActive(serving), _, Some(key)) => serving.resume(key),
            _ => {}
        }
        let start = NOW - progress * state.moving.as_ref().map_or(0.0, MoveKey::seconds);
        let shares =
            |bits: &[u64]| -> Vec<f64> { bits.iter().copied().map(f64::from_bits).collect() };
        self.traffic.jump(start, &shares(&state.shares));
        if let Some(movement) = &state.moving {
            self.traffic
                .redirect(start, movement.seconds(), &shares(&movement.shares));
        }
        for (capacity, bits) in self.world.capacity.iter_mut().zip(&state.capacity) {
            *capacity = f64::from_bits(*bits);
        }
        let times = state.pending.iter();
        self.calendar
            .fill(times.map(|pending| if *pending { FAR } else { f64::INFINITY }));
    }

    fn resume_unit(&mut self, index: usize, unit: &UnitKey) {
        self.condition[index] = unit.condition;
        let first_clock = self.plan.units[index].first_clock;
        let Some(state) = self.states.get_mut(index) else {
            return;
        };
        let [cause, law, crew, priority, renews] = unit.failure;
        state.age = 0.0;
        state.since = NOW;
        state.speed = f64::from_bits(unit.speed);
        state.failure = Failure {
            cause,
            // A repair that waits for its crew begins when it is free: any time will do.
            repair: 1.0,
            law,
            crew,
            line: self.plan.line_of(crew, cause, index as UnitId),
            priority,
            renews: match renews {
                NO_CLOCK => NO_CLOCK,
                clock => first_clock + clock,
            },
        };
    }

    /// Whether what was pending in a slot of the state resumed still is, and was not set anew.
    pub(super) fn goes_on(&self, slot: u32, before: &State, after: &State) -> bool {
        if !(before.pending[slot as usize] && after.pending[slot as usize]) {
            return false;
        }
        if slot == self.timer_slot(Timer::Failback) {
            return match &self.serving {
                Serving::Standby(state) => state.still_waits(FAR),
                Serving::Single | Serving::ActiveActive(_) => false,
            };
        }
        if slot == self.timer_slot(Timer::Moved) {
            return self.is_on_its_way();
        }
        self.calendar.time_of(slot) == FAR
    }

    /// Whether the move under way was so in the state resumed.
    fn is_on_its_way(&self) -> bool {
        self.traffic.is_moving() && self.traffic.first_start() < self.now
    }

    /// The slot of a timer of the controller.
    pub(super) fn timer_slot(&self, timer: Timer) -> u32 {
        self.line_slot(self.plan.lines.len() as u32) + timer.index()
    }
}

/// Number of slots of the calendar of a plan.
pub(super) fn n_slots(plan: &Plan) -> usize {
    let canary = plan.gray.as_ref().and_then(|gray| gray.canary.as_ref());
    let timers = Serving::n_timers(plan) + usize::from(canary.is_some());
    plan.units.len() + plan.pools.len() + plan.lines.len() + timers
}
