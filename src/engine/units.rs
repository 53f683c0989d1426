//! Units that are more than one free-running clock: competing clocks, crews, shocks, cascades, standby speeds, and
//! replicas that do not run all the time.

use super::trial::Simulator;
use crate::plan::{
    GateId, Idle, Laws, NO_CASCADE, NO_CLOCK, NO_CREW, NO_GATE, NO_LINE, Purpose, StreamKey,
    StreamRng, Unit, UnitId, UnitKind,
};

/// What a unit is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) enum Condition {
    /// In service.
    Up,
    /// Under repair.
    Down,
    /// Failed, waiting for its crew.
    Waiting,
    /// Failed, until a person has noticed.
    Unnoticed,
    /// Not running: the pattern does not need it now.
    Off,
}

/// A unit of the fast path on its way: all that its events need in one place.
#[derive(Debug, Clone)]
pub(super) struct Renewal {
    pub rng: StreamRng,
    /// Length of the phase that its next event begins, drawn ahead so that no event waits for its draw \[s\].
    pub ahead: f64,
    pub gate: GateId,
    /// Index of its [`crate::plan::Phase`], or [`NO_PHASE`].
    pub phase: u32,
}

impl Renewal {
    /// A unit that is up, with a stream of which its life has been drawn.
    pub(super) fn new(mut rng: StreamRng, gate: GateId, up: u32, laws: &Laws) -> Self {
        Self {
            ahead: laws.phases[up as usize].next.draw(&mut rng),
            rng,
            gate,
            phase: up,
        }
    }
}

/// A unit that is not of the fast path.
pub(super) const NO_PHASE: u32 = u32::MAX;

/// What a general unit remembers. Lives are counted in its operating time, its *age*, so that clocks that stand still
/// need no touch.
#[derive(Debug, Clone, Copy)]
pub(super) struct UnitState {
    /// Operating time when it last started \[s\].
    pub age: f64,
    /// When it last started \[s\].
    pub since: f64,
    /// Speed of its clocks, between 0 and 1.
    pub speed: f64,
    /// The failure under repair.
    pub failure: Failure,
}

/// One failure of a unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Failure {
    /// What it is reported as.
    pub cause: u32,
    /// Length of the repair \[s\].
    pub repair: f64,
    /// Sampler that it was drawn from.
    pub law: u32,
    pub crew: u32,
    /// Line in which it waits for a crew with a dispatch time, or [`NO_LINE`].
    pub line: u32,
    pub priority: u32,
    /// Clock that starts a new life after the repair, or [`NO_CLOCK`].
    pub renews: u32,
}

impl Failure {
    /// Of a unit that has not failed.
    pub(super) const NONE: Self = Self {
        cause: 0,
        repair: 0.0,
        law: 0,
        crew: NO_CREW,
        line: NO_LINE,
        priority: 0,
        renews: NO_CLOCK,
    };
}

impl Simulator<'_> {
    /// All general units new and running, but for the replicas that a standby does not run.
    pub(super) fn reset_states(&mut self) {
        let plan = self.plan;
        // Also where no unit has a crew: people of it may have been at work on a runbook when the last trial ended.
        for crew in &mut self.crews {
            crew.reset();
        }
        if plan
            .units
            .iter()
            .all(|unit| matches!(unit.kind, UnitKind::Simple(_)))
        {
            return;
        }
        self.states.clear();
        self.states.resize(
            plan.units.len(),
            UnitState {
                age: 0.0,
                since: 0.0,
                speed: 1.0,
                failure: Failure::NONE,
            },
        );
    }

    /// The next event of a general unit: its first clock runs out, or its repair is finished.
    pub(super) fn play_general(&mut self, unit: UnitId) {
        self.outcome.events += 1;
        match self.condition[unit as usize] {
            Condition::Up => self.fail_by_clock(unit),
            Condition::Down => self.finish_repair(unit),
            Condition::Unnoticed => self.notice(unit),
            Condition::Waiting | Condition::Off => {
                unreachable!("a unit that waits or does not run has nothing pending")
            }
        }
    }

    fn fail_by_clock(&mut self, unit: UnitId) {
        let clock = self.first_clock_to_end(unit);
        self.states[unit as usize].age = self.life_ends[clock as usize];
        self.fail_by(unit, clock);
    }

    /// A unit fails by one of its clocks. Its age must be up to date.
    pub(super) fn fail_by(&mut self, unit: UnitId, clock: u32) {
        let plan = self.plan;
        let clock_plan = plan.clocks[clock as usize];
        let rng = &mut self.rngs[clock as usize];
        let repair = (self.repairs).draw(clock, clock_plan.repair, &self.laws, rng);
        let failure = Failure {
            cause: clock_plan.cause,
            repair,
            law: clock_plan.repair,
            crew: clock_plan.crew,
            line: plan.line_of(clock_plan.crew, clock_plan.cause, unit),
            priority: clock_plan.priority,
            renews: clock,
        };
        self.fail(unit, failure);
        self.corrupt_data(clock_plan.cause);
        if clock_plan.cascade != NO_CASCADE {
            self.spread(clock);
        }
    }

    pub(super) fn first_clock_to_end(&self, unit: UnitId) -> u32 {
        let Unit {
            first_clock,
            n_clocks,
            ..
        } = self.plan.units[unit as usize];
        let mut first = first_clock;
        for clock in first_clock + 1..first_clock + n_clocks {
            if self.life_ends[clock as usize] < self.life_ends[first as usize] {
                first = clock;
            }
        }
        first
    }

    /// Takes a unit out of service and into repair. Its age must be up to date.
    fn fail(&mut self, unit: UnitId, failure: Failure) {
        self.states[unit as usize].failure = failure;
        self.count_failure(failure.cause);
        if self.plan.gray.is_none() || !self.goes_unnoticed(unit) {
            self.begin_repair(unit);
        }
        self.lower(self.plan.units[unit as usize].gate);
    }

    fn finish_repair(&mut self, unit: UnitId) {
        let Failure { crew, renews, .. } = self.states[unit as usize].failure;
        if renews != NO_CLOCK {
            self.renew(unit, renews);
        }
        self.condition[unit as usize] = Condition::Up;
        self.start(unit);
        self.raise(self.plan.units[unit as usize].gate);
        if self.plan.gray.is_some() {
            self.forget(unit);
        }
        if crew != NO_CREW {
            self.release_crew(crew);
        }
    }

    /// A new life for a clock of a unit, from its age on.
    fn renew(&mut self, unit: UnitId, clock: u32) {
        let life = if self
            .parked
            .get(clock as usize)
            .is_some_and(|parked| *parked)
        {
            f64::INFINITY
        } else {
            let life = self.plan.clocks[clock as usize].life;
            self.laws.samplers[life as usize].draw(&mut self.rngs[clock as usize])
        };
        let age = self.states[unit as usize].age;
        self.life_begins[clock as usize] = age;
        self.life_ends[clock as usize] = age + life;
    }

    /// Sets the clocks of a unit going.
    pub(super) fn start(&mut self, unit: UnitId) {
        let Unit { n_clocks, .. } = self.plan.units[unit as usize];
        let left = if n_clocks == 0 {
            f64::INFINITY
        } else {
            self.life_ends[self.first_clock_to_end(unit) as usize] - self.states[unit as usize].age
        };
        let state = &mut self.states[unit as usize];
        state.since = self.now;
        let pending = if state.speed > 0.0 {
            self.now + left.max(0.0) / state.speed
        } else {
            f64::INFINITY
        };
        self.calendar.set(unit, pending);
    }

    /// Stops the clocks of a running unit.
    pub(super) fn halt(&mut self, unit: UnitId) {
        let now = self.now;
        let state = &mut self.states[unit as usize];
        if state.speed > 0.0 {
            state.age += (now - state.since) * state.speed;
        }
        state.since = now;
    }

    /// Changes the speed of a unit's clocks from now on.
    pub(super) fn set_speed(&mut self, unit: UnitId, speed: f64) {
        if self.states[unit as usize].speed == speed {
            return;
        }
        if self.condition[unit as usize] == Condition::Up {
            self.halt(unit);
            self.states[unit as usize].speed = speed;
            self.start(unit);
        } else {
            self.states[unit as usize].speed = speed;
        }
    }

    /// A shock: strikes every replica of its place that is up.
    pub(super) fn play_shock(&mut self, unit: UnitId, shock: u32) {
        let plan = self.plan;
        let clock = plan.units[unit as usize].first_clock;
        let clock_plan = plan.clocks[clock as usize];
        self.outcome.events += 1;
        let life =
            self.laws.samplers[clock_plan.life as usize].draw(&mut self.rngs[clock as usize]);
        self.calendar.set(unit, self.now + life);
        self.count_failure(clock_plan.cause);
        let occasion = self.states[unit as usize].age;
        self.states[unit as usize].age += 1.0;
        for &target in &plan.shocks[shock as usize].targets {
            self.strike(target, clock, NO_CLOCK, clock_plan.key, occasion as u64);
        }
    }

    /// With its probability, a failure takes the siblings of its replica with it.
    fn spread(&mut self, clock: u32) {
        let plan = self.plan;
        let clock_plan = plan.clocks[clock as usize];
        let cascade = &plan.cascades[clock_plan.cascade as usize];
        // The instant of the failure names the occasion: no two failures of a replica share one.
        let occasion = self.now.to_bits();
        if self.succeeds(
            cascade.probability,
            clock_plan.key,
            Purpose::Spread,
            occasion,
        ) {
            for &(sibling, sibling_clock) in &cascade.siblings {
                self.strike(sibling, clock, sibling_clock, clock_plan.key, occasion);
            }
        }
    }

    /// Strikes a replica that is up: it is repaired by its own draw, by the repair law of the striking clock.
    fn strike(&mut self, target: UnitId, by: u32, renews: u32, key: StreamKey, occasion: u64) {
        if self.condition[target as usize] != Condition::Up {
            return;
        }
        let plan = self.plan;
        let striker = plan.clocks[by as usize];
        let mut rng = self.key.occasion(
            key.with(plan.unit_keys[target as usize]),
            Purpose::Strike,
            occasion,
        );
        let repair = (self.repairs).draw(by, striker.repair, &self.laws, &mut rng);
        self.halt(target);
        self.outcome.events += 1;
        let fired = self.outcome.fired[striker.cause as usize];
        self.fail(
            target,
            Failure {
                cause: striker.cause,
                repair,
                law: striker.repair,
                crew: striker.crew,
                line: plan.line_of(striker.crew, striker.cause, target),
                priority: striker.priority,
                renews,
            },
        );
        // A shock or cascade fires once, however many it strikes.
        self.outcome.fired[striker.cause as usize] = fired;
    }

    /// Starts a replica that did not run: it is new.
    pub(super) fn switch_on(&mut self, unit: UnitId, idle: Idle, speed: f64) {
        let Unit {
            first_clock,
            n_clocks,
            gate,
            ..
        } = self.plan.units[unit as usize];
        let state = &mut self.states[unit as usize];
        state.age = 0.0;
        state.speed = speed;
        for clock in first_clock..first_clock + n_clocks {
            self.renew(unit, clock);
        }
        self.condition[unit as usize] = Condition::Up;
        self.start(unit);
        if idle == Idle::Down {
            self.raise(gate);
        }
    }

    /// Stops a replica: it has no clock until it is started again.
    pub(super) fn switch_off(&mut self, unit: UnitId, idle: Idle) {
        let gate = self.plan.units[unit as usize].gate;
        let crew = self.states[unit as usize].failure.crew;
        let was = std::mem::replace(&mut self.condition[unit as usize], Condition::Off);
        self.calendar.set(unit, f64::INFINITY);
        match was {
            Condition::Up if idle == Idle::Down => self.lower(gate),
            Condition::Down | Condition::Waiting | Condition::Unnoticed
                if idle == Idle::Startable =>
            {
                self.raise(gate);
            }
            Condition::Up
            | Condition::Down
            | Condition::Waiting
            | Condition::Unnoticed
            | Condition::Off => {}
        }
        if crew == NO_CREW {
            return;
        }
        match was {
            Condition::Down => self.release_crew(crew),
            Condition::Waiting => self.leave_line(unit, crew),
            Condition::Up | Condition::Unnoticed | Condition::Off => {}
        }
    }

    /// What a unit that is down is reported as.
    pub(super) fn cause_of(&self, unit: UnitId) -> u32 {
        let plan = self.plan.units[unit as usize];
        match plan.kind {
            UnitKind::Simple(up) => self.laws.phases[up as usize].cause,
            UnitKind::General | UnitKind::Shock(_) => self.states[unit as usize].failure.cause,
        }
    }

    /// Whether a fault is active on a unit and takes its place down.
    pub(super) fn is_failed(&self, unit: UnitId) -> bool {
        matches!(
            self.condition_of(unit),
            Condition::Down | Condition::Waiting | Condition::Unnoticed
        ) && self.plan.units[unit as usize].gate != NO_GATE
    }

    pub(super) fn condition_of(&self, unit: UnitId) -> Condition {
        match self.renewals[unit as usize].phase {
            NO_PHASE => self.condition[unit as usize],
            phase if phase.is_multiple_of(2) => Condition::Up,
            _ => Condition::Down,
        }
    }
}
