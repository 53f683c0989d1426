//! Which regions serve: the part that all patterns share.

use rand::RngExt;

use super::active::ActiveState;
use super::standby::StandbyState;
use super::trial::Simulator;
use super::units::Condition;
use crate::plan::{
    DetectPlan, Idle, NO_GATE, Plan, Purpose, ReroutePlan, ScaleSwitch, ServingPlan, StreamKey,
};

/// The controller of a pattern during a trial.
#[derive(Debug, Clone)]
pub(super) enum Serving {
    /// One region serves always.
    Single,
    /// One of two regions serves: the controllers of all cells.
    Standby(Vec<StandbyState>),
    /// All regions serve.
    ActiveActive(ActiveState),
}

/// A timer of the controller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Timer {
    /// A linear move of traffic is complete.
    Moved,
    /// All clients have been rerouted at once.
    Rerouted,
    /// The current phase of an attempt ends.
    Attempt,
    /// The old primary has been healthy for long enough.
    Failback,
    /// Something is taken for a loss that is none.
    FalseAlarm,
    /// A hidden fault of the standby comes, or is mended.
    Rot,
    /// The date of a drill.
    Drill,
    /// Traffic has been switched, for a drill or a failback.
    Disrupted,
    /// A change of a region's health is detected, with all regions serving.
    Detected(u32),
    /// A step of the runbook is done, with a standby.
    Step(u32),
}

impl Timer {
    const N_FIXED: u32 = 8;

    /// Position among the controller's slots.
    pub(super) fn index(self) -> u32 {
        match self {
            Self::Moved => 0,
            Self::Rerouted => 1,
            Self::Attempt => 2,
            Self::Failback => 3,
            Self::FalseAlarm => 4,
            Self::Rot => 5,
            Self::Drill => 6,
            Self::Disrupted => 7,
            Self::Detected(index) | Self::Step(index) => Self::N_FIXED + index,
        }
    }

    /// The timer at a position, with a standby or with all regions serving.
    pub(super) fn of(index: u32, serving: &Serving) -> Self {
        match (index, serving) {
            (0, _) => Self::Moved,
            (1, _) => Self::Rerouted,
            (2, _) => Self::Attempt,
            (3, _) => Self::Failback,
            (4, _) => Self::FalseAlarm,
            (5, _) => Self::Rot,
            (6, _) => Self::Drill,
            (7, _) => Self::Disrupted,
            (_, Serving::Standby(_)) => Self::Step(index - Self::N_FIXED),
            (_, Serving::Single | Serving::ActiveActive(_)) => {
                Self::Detected(index - Self::N_FIXED)
            }
        }
    }
}

impl Serving {
    pub(super) fn new(plan: &Plan) -> Self {
        match plan.serving {
            ServingPlan::Single => Self::Single,
            ServingPlan::Standby(ref standby) => {
                Self::Standby(vec![StandbyState::default(); standby.cells])
            }
            ServingPlan::ActiveActive(_) => Self::ActiveActive(ActiveState::default()),
        }
    }

    pub(super) fn n_timers(plan: &Plan) -> usize {
        let n = Self::n_timers_at_hand(plan);
        match &plan.serving {
            ServingPlan::Standby(standby) => standby.cells * n,
            ServingPlan::Single | ServingPlan::ActiveActive(_) => n,
        }
    }

    /// Timers of one controller: with a standby, that of a cell.
    pub(super) fn n_timers_at_hand(plan: &Plan) -> usize {
        match &plan.serving {
            ServingPlan::Single => 0,
            ServingPlan::Standby(standby) => Timer::N_FIXED as usize + standby.runbook.len(),
            ServingPlan::ActiveActive(_) => Timer::N_FIXED as usize + plan.regions.len(),
        }
    }

    /// Causes of the last loss, to which a failover under way is charged: with a standby, that of the cell of a region.
    pub(super) fn starters(&self, region: usize) -> &[u32] {
        match self {
            Self::Single => &[],
            Self::Standby(cells) => &cells[region / 2].starters,
            Self::ActiveActive(state) => &state.starters,
        }
    }
}

impl Simulator<'_> {
    /// The controller at the start of a trial: everything healthy, standbys standing by.
    pub(super) fn reset_serving(&mut self) {
        let plan = self.plan;
        self.world.capacity.clear();
        self.world.capacity.resize(plan.regions.len(), 1.0);
        match &plan.serving {
            ServingPlan::Single => {
                for (capacity, region) in self.world.capacity.iter_mut().zip(&plan.regions) {
                    *capacity = region.standby_capacity;
                }
            }
            ServingPlan::Standby(standby) => {
                self.serving = Serving::Standby(vec![StandbyState::new(standby); standby.cells]);
                for cell in 0..standby.cells {
                    self.cell = cell;
                    self.await_false_alarm();
                    self.begin_upkeep();
                    let (first, second) = (self.in_cell(0), self.in_cell(1));
                    self.world.capacity[first] = plan.regions[first].full_capacity;
                    self.world.capacity[second] = plan.regions[second].standby_capacity;
                }
                for switch in plan.standing_by().flat_map(|region| &region.switches) {
                    for &unit in switch.units.iter().chain(&switch.beside) {
                        self.condition[unit as usize] = Condition::Off;
                        self.calendar.set(unit, f64::INFINITY);
                    }
                    match (switch.pool, switch.idle) {
                        (Some(pool), Idle::Startable) => self.stop_pool(pool),
                        (Some(pool), Idle::Down) => self.resize_pool(pool),
                        (None, _) => {}
                    }
                }
            }
            ServingPlan::ActiveActive(active) => {
                self.serving = Serving::ActiveActive(ActiveState::new(active));
                for (capacity, region) in self.world.capacity.iter_mut().zip(&plan.regions) {
                    *capacity = region.standby_capacity;
                }
            }
        }
    }

    /// Tells the controller of changes in the health of regions. Returns whether there were any.
    pub(super) fn update_health(&mut self) -> bool {
        match self.serving {
            Serving::Single => false,
            Serving::Standby(_) => self.update_standby_health(),
            Serving::ActiveActive(_) => self.update_active_health(),
        }
    }

    pub(super) fn play_timer(&mut self, timer: Timer) {
        self.set_timer(timer, f64::INFINITY);
        self.touch_world();
        match self.serving {
            Serving::Single => {}
            Serving::Standby(_) => self.play_standby_timer(timer),
            Serving::ActiveActive(_) => self.play_active_timer(timer),
        }
    }

    pub(super) fn draw_detect(&mut self, detect: DetectPlan, key: StreamKey, occasion: u64) -> f64 {
        let mut rng = self.key.occasion(key, Purpose::Detect, occasion);
        match detect {
            DetectPlan::Probe(probe) => {
                let probes = rng.random::<f64>() + f64::from(probe.misses - 1);
                probe.period * probes + probe.timeout
            }
            DetectPlan::Drawn(sampler) => self.draw_time(sampler, &mut rng),
        }
    }

    /// The time over which clients move, linearly, or after which they move at once.
    pub(super) fn draw_reroute(
        &mut self,
        reroute: ReroutePlan,
        key: StreamKey,
        occasion: u64,
    ) -> RerouteTime {
        match reroute {
            ReroutePlan::Ttl(seconds) => RerouteTime::Linear(seconds),
            ReroutePlan::Drawn(sampler) => {
                let mut rng = self.key.occasion(key, Purpose::Reroute, occasion);
                RerouteTime::AtOnceAfter(self.draw_time(sampler, &mut rng))
            }
        }
    }

    /// Sets the timer of the next move of traffic to be complete.
    pub(super) fn await_moves(&mut self) {
        let end = self.traffic.next_end();
        self.set_timer(Timer::Moved, end);
        self.touch_world();
    }

    /// Brings a region to full scale: what it did not run starts new.
    ///
    /// `is_first`: no other cell of it is at full scale; what all of them share starts too.
    pub(super) fn scale_up(&mut self, region: usize, is_first: bool) {
        let plan = &self.plan.regions[region];
        for switch in self.switches_of(region, is_first) {
            let speed = switch
                .pool
                .map_or(1.0, |pool| self.plan.pools[pool as usize].dormancy);
            for &unit in &switch.units {
                self.switch_on(unit, switch.idle, speed);
            }
            for &unit in &switch.beside {
                self.switch_on(unit, Idle::Startable, 1.0);
            }
            for _ in switch.slack..0 {
                self.lower(switch.gate);
            }
            if let Some(pool) = switch.pool {
                self.resize_pool(pool);
            }
        }
        if plan.idle_gate != NO_GATE {
            self.raise(plan.idle_gate);
        }
        self.touch_world();
    }

    /// Brings a region back to what it runs while standing by.
    ///
    /// `is_last`: no other cell of it is at full scale; what all of them share goes back too.
    pub(super) fn scale_down(&mut self, region: usize, is_last: bool) {
        let plan = &self.plan.regions[region];
        for switch in self.switches_of(region, is_last) {
            if switch.idle == Idle::Startable
                && let Some(pool) = switch.pool
            {
                self.stop_pool(pool);
            }
            for _ in switch.slack..0 {
                self.raise(switch.gate);
            }
            for &unit in &switch.units {
                self.switch_off(unit, switch.idle);
            }
            for &unit in &switch.beside {
                self.switch_off(unit, Idle::Startable);
                self.forget(unit);
            }
            if switch.idle == Idle::Down
                && let Some(pool) = switch.pool
            {
                self.resize_pool(pool);
            }
        }
        if plan.idle_gate != NO_GATE {
            self.lower(plan.idle_gate);
        }
        self.touch_world();
    }
}

impl<'p> Simulator<'p> {
    /// What changes when a region, or one cell of it, goes to full scale or back; what all cells of it share is with its first cell.
    fn switches_of(
        &self,
        region: usize,
        with_shared: bool,
    ) -> impl Iterator<Item = &'p ScaleSwitch> + use<'p> {
        let regions = &self.plan.regions;
        let own = regions[region].switches.iter();
        let shared = regions[region % 2].switches.iter();
        let shared = shared.filter(move |switch| switch.is_shared && with_shared);
        own.filter(|switch| !switch.is_shared).chain(shared)
    }
}

/// When clients have moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum RerouteTime {
    /// Evenly over this time \[s\].
    Linear(f64),
    /// All after this time \[s\].
    AtOnceAfter(f64),
}
