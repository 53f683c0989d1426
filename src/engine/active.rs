//! Active-active regions: traffic leaves a region that is unhealthy and comes back the same way.

use super::serving::{RerouteTime, Serving, Timer};
use super::trial::Simulator;
use crate::plan::{ActivePlan, DowntimePhase, ServingPlan};

/// The controller during a trial.
#[derive(Debug, Clone, Default)]
pub(super) struct ActiveState {
    healthy: Vec<bool>,
    /// Health as it has been detected.
    declared: Vec<bool>,
    /// When it was last detected anew.
    declared_at: Vec<f64>,
    /// Shares once all moves are complete.
    target: Vec<f64>,
    /// Changes of health so far, by region: names their draws.
    changes: Vec<u64>,
    /// Moves so far, by cell: names their draws.
    moves: Vec<u64>,
    /// Moves of all traffic of a cell at once that are still to come, in the order of their targets. One that comes overtakes all of its
    /// cell before it.
    jumps: Vec<Jump>,
    /// Causes of the last loss of each region, as long as others are charged for it.
    causes: Vec<Vec<u32>>,
    /// Causes of the losses under way: all of `causes`.
    pub starters: Vec<u32>,
}

/// A move of all traffic of a cell at once, still to come.
#[derive(Debug, Clone)]
pub(super) struct Jump {
    /// When it comes \[s\].
    pub time: f64,
    /// The cell.
    cell: usize,
    /// Shares of traffic by region, of which those of the cell count.
    pub shares: Vec<f64>,
}

impl ActiveState {
    pub(super) fn new(plan: &ActivePlan) -> Self {
        let n = plan.split.len();
        Self {
            healthy: vec![true; n],
            declared: vec![true; n],
            declared_at: vec![f64::NEG_INFINITY; n],
            target: plan.split.clone(),
            changes: vec![0; n],
            moves: vec![0; plan.cells],
            jumps: Vec::new(),
            causes: vec![Vec::new(); n],
            starters: Vec::new(),
        }
    }
}

/// What the controller remembers, clocks, history and moves under way apart.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct ActiveKey {
    healthy: Vec<bool>,
    declared: Vec<bool>,
    /// Bits of the shares.
    target: Vec<u64>,
}

impl ActiveState {
    /// Whether all regions are healthy and known to be.
    pub(super) fn is_at_rest(&self) -> bool {
        let all = |flags: &[bool]| flags.iter().all(|flag| *flag);
        all(&self.healthy) && all(&self.declared)
    }

    /// Whether the health of a region has ever changed.
    pub(super) fn has_met_a_change(&self) -> bool {
        self.changes.iter().any(|changes| *changes > 0)
    }

    /// Whether a region is healthy.
    pub(super) fn is_healthy(&self, region: usize) -> bool {
        self.healthy[region]
    }

    /// Whether traffic of a region has another region to go to: one in which its cell is healthy.
    fn is_healthy_elsewhere(&self, region: usize) -> bool {
        let n_regions = self.healthy.len() / self.moves.len().max(1);
        let first = region - region % n_regions;
        (first..first + n_regions).any(|other| other != region && self.healthy[other])
    }

    /// What the downtime of a region is charged to.
    pub(super) fn downtime_phase(&self, region: usize) -> DowntimePhase {
        if self.healthy[region] {
            return DowntimePhase::InService;
        }
        if !self.is_healthy_elsewhere(region) {
            DowntimePhase::NowhereToGo
        } else if self.declared[region] {
            DowntimePhase::Detecting
        } else {
            DowntimePhase::Rerouting
        }
    }

    pub(super) fn key(&self) -> ActiveKey {
        ActiveKey {
            healthy: self.healthy.clone(),
            declared: self.declared.clone(),
            target: self.target.iter().map(|share| share.to_bits()).collect(),
        }
    }

    /// Moves of all traffic at once that are still to come.
    pub(super) fn jumps(&self) -> &[Jump] {
        &self.jumps
    }

    /// Has one of them still to come, after those there are.
    pub(super) fn add_jump(&mut self, time: f64, shares: Vec<f64>) {
        self.jumps.push(Jump {
            time,
            cell: 0,
            shares,
        });
    }

    /// Has one of them come at a time.
    pub(super) fn set_jump(&mut self, index: usize, time: f64) {
        self.jumps[index].time = time;
    }

    /// Goes back to what it remembered.
    pub(super) fn resume(&mut self, key: &ActiveKey) {
        self.healthy.clone_from(&key.healthy);
        self.declared.clone_from(&key.declared);
        self.target.clear();
        self.target
            .extend(key.target.iter().copied().map(f64::from_bits));
        self.jumps.clear();
    }
}

impl<'p> Simulator<'p> {
    fn active(&mut self) -> (&mut ActiveState, &'p ActivePlan) {
        match (&mut self.serving, &self.plan.serving) {
            (Serving::ActiveActive(state), ServingPlan::ActiveActive(plan)) => (state, plan),
            _ => unreachable!("only an active-active pattern has its controller"),
        }
    }

    pub(super) fn update_active_health(&mut self) -> bool {
        let mut changed = false;
        for region in 0..self.plan.regions.len() {
            let healthy = self.is_up(self.plan.health[region].gate);
            let (state, _) = self.active();
            if state.healthy[region] != healthy {
                state.healthy[region] = healthy;
                changed = true;
                self.data.note_health(region, healthy, self.now);
                if !healthy {
                    self.note_active_starters(region);
                }
                self.await_detection(region);
            }
        }
        if changed {
            self.retarget();
        }
        changed
    }

    fn note_active_starters(&mut self, region: usize) {
        let causes = self.blame_health(region);
        let (state, _) = self.active();
        for (other, forgotten) in state.causes.iter_mut().enumerate() {
            if state.healthy[other] && state.declared[other] {
                forgotten.clear();
            }
        }
        state.causes[region] = causes;
        state.starters = state.causes.concat();
        self.expose_data(region);
    }

    /// Starts to notice a change of health; what has gone back before it was noticed never was.
    fn await_detection(&mut self, region: usize) {
        let (state, plan) = self.active();
        if state.healthy[region] == state.declared[region] {
            self.set_timer(Timer::Detected(region as u32), f64::INFINITY);
            return;
        }
        state.changes[region] += 1;
        let (occasion, detect) = (state.changes[region], plan.detect);
        let seconds = self.draw_detect(detect, self.plan.regions[region].key, occasion);
        let (state, plan) = self.active();
        let held_until = state.declared_at[region] + plan.hold_down;
        let time = (self.now + seconds).max(held_until);
        self.set_timer(Timer::Detected(region as u32), time);
    }

    pub(super) fn play_active_timer(&mut self, timer: Timer) {
        let now = self.now;
        match timer {
            Timer::Detected(region) => {
                let (state, _) = self.active();
                state.declared[region as usize] = state.healthy[region as usize];
                state.declared_at[region as usize] = now;
                let is_elsewhere = state.is_healthy_elsewhere(region as usize);
                if !state.declared[region as usize] && is_elsewhere {
                    self.lose_data(region as usize);
                }
                self.retarget();
            }
            Timer::Moved => {
                self.traffic.complete(now);
                if !self.traffic.is_moving() {
                    // Exactly the target: no rounding of many moves is left to look like overload.
                    let target = self.active().0.target.clone();
                    self.traffic.jump(now, &target);
                }
                self.await_moves();
            }
            Timer::Rerouted => {
                let n_cells = self.active().1.cells;
                let jumps = &mut self.active().0.jumps;
                let times = jumps.iter().map(|jump| jump.time).enumerate();
                // The last of several at once.
                let next = times.min_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
                let next = next.map_or(0, |(index, _)| index);
                let jump = jumps.remove(next);
                let mut index = 0;
                jumps.retain(|earlier| {
                    index += 1;
                    index > next || earlier.cell != jump.cell
                });
                let mut shares = jump.shares;
                // Traffic of other cells stays where it is.
                let n_regions = shares.len() / n_cells;
                let base = self.traffic.base().iter().enumerate();
                for (region, share) in base.filter(|(region, _)| region / n_regions != jump.cell) {
                    shares[region] = *share;
                }
                self.traffic.jump(now, &shares);
                self.await_jump();
            }
            Timer::Attempt
            | Timer::Failback
            | Timer::FalseAlarm
            | Timer::Rot
            | Timer::Drill
            | Timer::Disrupted
            | Timer::Step(_) => {
                unreachable!("active-active regions have no attempts")
            }
        }
    }

    fn retarget(&mut self) {
        for cell in 0..self.active().1.cells {
            self.retarget_cell(cell);
        }
    }

    /// Sends the traffic of a cell to the regions in which it is declared healthy, in proportion to their splits, if it really is in
    /// one of them.
    fn retarget_cell(&mut self, cell: usize) {
        let (state, plan) = self.active();
        let n_regions = plan.split.len() / plan.cells;
        let regions = cell * n_regions..(cell + 1) * n_regions;
        if !(regions.clone()).any(|region| state.declared[region] && state.healthy[region]) {
            return;
        }
        let weight = |region: usize| {
            if state.declared[region] {
                plan.split[region]
            } else {
                0.0
            }
        };
        let total: f64 = regions.clone().map(weight).sum();
        let declared = regions.clone().filter(|region| state.declared[*region]);
        let n_declared = declared.count() as f64;
        let of_cell = (plan.cells as f64).recip();
        let mut target = state.target.clone();
        for region in regions.clone() {
            target[region] = of_cell
                * match (total > 0.0, state.declared[region]) {
                    (true, _) => weight(region) / total,
                    (false, true) => 1.0 / n_declared,
                    (false, false) => 0.0,
                };
        }
        if target == state.target {
            return;
        }
        let before = std::mem::replace(&mut state.target, target.clone());
        state.moves[cell] += 1;
        let (occasion, reroute) = (state.moves[cell], plan.reroute);
        let now = self.now;
        let key = self.plan.regions[regions.start].key;
        match self.draw_reroute(reroute, key, occasion) {
            RerouteTime::Linear(seconds) => {
                self.traffic.blend(now, seconds, &before, &target);
                self.await_moves();
            }
            RerouteTime::AtOnceAfter(seconds) => {
                self.active().0.jumps.push(Jump {
                    time: now + seconds,
                    cell,
                    shares: target,
                });
                self.await_jump();
            }
        }
    }

    /// Sets the timer of the next move of all traffic at once.
    fn await_jump(&mut self) {
        let times = self.active().0.jumps.iter().map(|jump| jump.time);
        let next = times.fold(f64::INFINITY, f64::min);
        self.set_timer(Timer::Rerouted, next);
    }
}
