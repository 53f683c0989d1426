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
    moves: u64,
    /// Moves of all traffic at once that are still to come, in the order of their targets: time and shares. One that comes overtakes
    /// all before it.
    jumps: Vec<(f64, Vec<f64>)>,
    /// Causes of the last loss of each region, as long as others are charged for it.
    causes: Vec<Vec<u32>>,
    /// Causes of the losses under way: all of `causes`.
    pub starters: Vec<u32>,
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
            moves: 0,
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

    /// What the downtime of a region is charged to.
    pub(super) fn downtime_phase(&self, region: usize) -> DowntimePhase {
        if self.healthy[region] {
            return DowntimePhase::InService;
        }
        let others = (0..self.healthy.len()).filter(|other| *other != region);
        if !others.into_iter().any(|other| self.healthy[other]) {
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

    /// Moves of all traffic at once that are still to come: time and shares.
    pub(super) fn jumps(&self) -> &[(f64, Vec<f64>)] {
        &self.jumps
    }

    /// Has one of them still to come, after those there are.
    pub(super) fn add_jump(&mut self, time: f64, shares: Vec<f64>) {
        self.jumps.push((time, shares));
    }

    /// Has one of them come at a time.
    pub(super) fn set_jump(&mut self, index: usize, time: f64) {
        self.jumps[index].0 = time;
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
                if !state.declared[region as usize] && state.healthy.contains(&true) {
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
                let jumps = &mut self.active().0.jumps;
                let times = jumps.iter().map(|(time, _)| *time).enumerate();
                // The last of several at once.
                let next = times.min_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
                let overtaken = next.map_or(0, |(index, _)| index);
                jumps.drain(..overtaken);
                let (_, shares) = jumps.remove(0);
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

    /// Sends traffic to the regions declared healthy, in proportion to their splits, if one of them really is.
    fn retarget(&mut self) {
        let (state, plan) = self.active();
        let n = plan.split.len();
        if !(0..n).any(|region| state.declared[region] && state.healthy[region]) {
            return;
        }
        let weight = |region: usize| {
            if state.declared[region] {
                plan.split[region]
            } else {
                0.0
            }
        };
        let total: f64 = (0..n).map(weight).sum();
        let n_declared = state.declared.iter().filter(|declared| **declared).count() as f64;
        let target: Vec<f64> = (0..n)
            .map(|region| match (total > 0.0, state.declared[region]) {
                (true, _) => weight(region) / total,
                (false, true) => 1.0 / n_declared,
                (false, false) => 0.0,
            })
            .collect();
        if target == state.target {
            return;
        }
        let before = std::mem::replace(&mut state.target, target.clone());
        state.moves += 1;
        let (occasion, reroute) = (state.moves, plan.reroute);
        let now = self.now;
        match self.draw_reroute(reroute, self.plan.regions[0].key, occasion) {
            RerouteTime::Linear(seconds) => {
                self.traffic.blend(now, seconds, &before, &target);
                self.await_moves();
            }
            RerouteTime::AtOnceAfter(seconds) => {
                self.active().0.jumps.push((now + seconds, target));
                self.await_jump();
            }
        }
    }

    /// Sets the timer of the next move of all traffic at once.
    fn await_jump(&mut self) {
        let times = self.active().0.jumps.iter().map(|(time, _)| *time);
        let next = times.fold(f64::INFINITY, f64::min);
        self.set_timer(Timer::Rerouted, next);
    }
}
