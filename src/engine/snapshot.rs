//! All that the engine remembers between two instants, clocks apart, as a value.

use super::active::ActiveKey;
use super::overlap::{MoveAmongOthers, most_moves, move_of_slot, moves_overlap};
use super::serving::{Serving, Timer};
use super::standby::StandbyKey;
use super::trial::Simulator;
use super::units::{Condition, Failure, NO_PHASE};
use crate::plan::{NO_CLOCK, Plan, ServingPlan, UnitId};

/// When everything that is pending in a restored state comes \[s\]: later than any draw.
pub(super) const FAR: f64 = 1e300;

/// Now in a restored state \[s\].
pub(super) const NOW: f64 = 1.0;

/// A settled state of the system, without its clocks: what [`super::code`] packs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct State {
    pub spare: Vec<i32>,
    pub units: Vec<UnitKey>,
    pub crews: Vec<(u32, Vec<UnitId>)>,
    pub pools: Vec<PoolKey>,
    pub scene: Scene,
    /// By slot of the calendar, then by move under way where several can be.
    pub pending: Vec<bool>,
    /// Which of the moves in the state before each move is; none if it begins. Not remembered.
    pub origins: Vec<Option<u32>>,
}

/// A unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct UnitKey {
    /// Of the fast path; the rest is of the others.
    pub phase: u32,
    pub condition: Condition,
    pub speed: u64,
    /// Cause, law, crew, priority, clock renewed (counted from the first of the unit).
    pub failure: [u32; 5],
}

/// A pool.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct PoolKey {
    primary: Option<usize>,
    in_takeover: bool,
    in_last_way: bool,
    running: bool,
    usable: Vec<bool>,
}

/// The controller and where traffic is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(super) struct Scene {
    standby: Option<StandbyKey>,
    active: Option<ActiveKey>,
    /// Bits of the shares of traffic by region; those before the move under way.
    pub shares: Vec<u64>,
    /// The linear move under way.
    pub moving: Option<MoveKey>,
    /// Moves under way that go on whatever begins after them.
    pub moves: Vec<MoveAmongOthers>,
    pub capacity: Vec<u64>,
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

impl Scene {
    /// Shares of traffic by region when the linear moves under way have come so far, from 0 to 1.
    pub(super) fn shares_at(&self, progress: &[f64]) -> Vec<f64> {
        if !self.moves.is_empty() {
            let mut shares: Vec<f64> = self.shares.iter().copied().map(f64::from_bits).collect();
            for (step, progress) in self.moves.iter().zip(progress) {
                for (share, more) in shares.iter_mut().zip(&step.shares) {
                    *share += progress * f64::from_bits(*more);
                }
            }
            return shares;
        }
        let progress = progress.first().copied().unwrap_or(0.0);
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

impl State {
    /// Room for the states of a plan.
    pub(super) fn of(plan: &Plan) -> Self {
        Self {
            spare: plan.network.initial.clone(),
            units: vec![UnitKey::NEW; plan.units.len()],
            crews: vec![(0, Vec::new()); plan.crews.len()],
            pools: vec![PoolKey::NEW; plan.pools.len()],
            scene: Scene::default(),
            pending: vec![false; n_slots(plan) + most_moves(plan)],
            origins: Vec::new(),
        }
    }
}

impl UnitKey {
    const NEW: Self = Self {
        phase: NO_PHASE,
        condition: Condition::Up,
        speed: 1.0_f64.to_bits(),
        failure: [0; 5],
    };
}

impl PoolKey {
    const NEW: Self = Self {
        primary: None,
        in_takeover: false,
        in_last_way: false,
        running: false,
        usable: Vec::new(),
    };
}

impl Simulator<'_> {
    /// Notes what there is to remember now. A move that was under way in `before` and goes on is remembered from its start.
    pub(super) fn snapshot(&self, before: Option<&State>, into: &mut State) {
        into.spare.copy_from_slice(&self.spare);
        for (unit, key) in into.units.iter_mut().enumerate() {
            *key = self.unit_key(unit);
        }
        for (crew, (busy, waiting)) in self.crews.iter().zip(&mut into.crews) {
            *busy = crew.busy;
            waiting.clone_from(&crew.waiting);
        }
        for (pool, key) in self.pools.iter().zip(&mut into.pools) {
            key.primary = pool.primary;
            key.in_takeover = pool.in_takeover;
            key.in_last_way = pool.in_last_way;
            key.running = pool.running;
            key.usable.clone_from(&pool.usable);
        }
        let slots = &mut into.pending[..n_slots(self.plan)];
        for (slot, pending) in (0..).zip(slots) {
            *pending = self.calendar.time_of(slot).is_finite();
        }
        into.scene = self.scene(before.map(|before| &before.scene));
        if let Some(standby) = &into.scene.standby {
            into.pending[self.timer_slot(Timer::Failback) as usize] = standby.waits;
        }
        if moves_overlap(self.plan) {
            self.note_moves(before, into);
        }
    }

    fn scene(&self, before: Option<&Scene>) -> Scene {
        let bits =
            |values: &[f64]| -> Vec<u64> { values.iter().map(|value| value.to_bits()).collect() };
        let shares = |at: f64| -> Vec<u64> {
            let regions = 0..self.plan.regions.len();
            regions
                .map(|region| self.traffic.share(region, at).to_bits())
                .collect()
        };
        let (shares, moving) = match before {
            // They are noted apart.
            _ if moves_overlap(self.plan) => (Vec::new(), None),
            Some(before) if self.is_on_its_way() => (before.shares.clone(), before.moving.clone()),
            _ => {
                let end = self.traffic.next_end();
                let moving = self.traffic.is_moving().then(|| MoveKey {
                    seconds: (end - self.now).to_bits(),
                    shares: shares(end),
                });
                (shares(self.now), moving)
            }
        };
        let (mut standby, mut active) = (None, None);
        match (&self.serving, &self.plan.serving) {
            (Serving::Standby(cells), ServingPlan::Standby(plan)) => {
                standby = Some(cells[0].key(plan, self.now));
            }
            (Serving::ActiveActive(state), _) => active = Some(state.key()),
            (Serving::Single | Serving::Standby(_), _) => {}
        }
        Scene {
            standby,
            active,
            shares,
            moving,
            moves: Vec::new(),
            capacity: bits(&self.world.capacity),
        }
    }

    fn unit_key(&self, unit: usize) -> UnitKey {
        let (phase, condition) = (self.renewals[unit].phase, self.condition[unit]);
        let Some(state) = self.states.get(unit) else {
            return UnitKey {
                phase,
                condition,
                ..UnitKey::NEW
            };
        };
        let failed = matches!(
            condition,
            Condition::Down | Condition::Waiting | Condition::Unnoticed
        );
        let failure = if failed { state.failure } else { Failure::NONE };
        UnitKey {
            phase,
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
        let scene = &state.scene;
        match (&mut self.serving, scene.standby, &scene.active) {
            (Serving::Standby(cells), Some(key), _) => cells[0].resume(key, NOW, FAR),
            (Serving::ActiveActive(serving), _, Some(key)) => serving.resume(key),
            _ => {}
        }
        let start = NOW - progress * scene.moving.as_ref().map_or(0.0, MoveKey::seconds);
        let shares =
            |bits: &[u64]| -> Vec<f64> { bits.iter().copied().map(f64::from_bits).collect() };
        self.traffic.jump(start, &shares(&scene.shares));
        if let Some(movement) = &scene.moving {
            self.traffic
                .redirect(start, movement.seconds(), &shares(&movement.shares));
        }
        self.resume_moves(state);
        for (capacity, bits) in self.world.capacity.iter_mut().zip(&scene.capacity) {
            *capacity = f64::from_bits(*bits);
        }
        let times = state.pending[..n_slots(self.plan)].iter();
        self.calendar
            .fill(times.map(|pending| if *pending { FAR } else { f64::INFINITY }));
    }

    fn resume_unit(&mut self, index: usize, unit: &UnitKey) {
        self.renewals[index].phase = unit.phase;
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
        if move_of_slot(self.plan, slot).is_some()
            || !(before.pending[slot as usize] && after.pending[slot as usize])
        {
            return false;
        }
        if slot == self.timer_slot(Timer::Failback) {
            return match &self.serving {
                Serving::Standby(cells) => cells[0].still_waits(FAR),
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
        let of_cells_before = self.cell * Serving::n_timers_at_hand(self.plan);
        self.line_slot(self.plan.lines.len() as u32) + of_cells_before as u32 + timer.index()
    }
}

/// Number of slots of the calendar of a plan.
pub(super) fn n_slots(plan: &Plan) -> usize {
    let canary = plan.gray.as_ref().and_then(|gray| gray.canary.as_ref());
    let timers = Serving::n_timers(plan) + usize::from(canary.is_some());
    plan.units.len() + plan.pools.len() + plan.lines.len() + timers
}
