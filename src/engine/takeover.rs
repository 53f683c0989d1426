//! Takeovers: a service with one primary at a time is down while another replica takes its place.

use super::trial::Simulator;
use crate::model::TakeoverTrigger;
use crate::plan::{Pool, Purpose, UnitId};

/// A pool during a trial.
#[derive(Debug, Clone, Default)]
pub(super) struct PoolState {
    /// The primary, as an index into the members; none while a takeover is under way or nothing is usable.
    pub primary: Option<usize>,
    pub in_takeover: bool,
    /// Which members were usable when last looked at.
    pub usable: Vec<bool>,
    /// Whether the takeover under way is the last, longer way after one that failed.
    pub in_last_way: bool,
    /// Takeovers so far, each new attempt counted: names their draws.
    pub takeovers: u64,
    /// Whether the service runs in its region now.
    pub running: bool,
    /// What started the takeover under way.
    pub starters: Vec<u32>,
}

impl Simulator<'_> {
    /// All pools with their first replica that is usable as primary.
    pub(super) fn reset_pools(&mut self) {
        let plan = self.plan;
        self.pools.resize_with(plan.pools.len(), PoolState::default);
        for (state, pool) in self.pools.iter_mut().zip(&plan.pools) {
            state.in_takeover = false;
            state.in_last_way = false;
            state.takeovers = 0;
            state.running = true;
            state.starters.clear();
            state.usable.clear();
            state.usable.resize(pool.members.len(), true);
        }
        for pool in 0..plan.pools.len() as u32 {
            // A replica that is down from the start is nothing that is lost.
            self.look_at_members(pool);
            let state = &mut self.pools[pool as usize];
            state.primary = state.usable.iter().position(|usable| *usable);
            self.set_speeds(pool);
        }
    }

    /// Looks at a pool after its replicas, or the places around them, have changed.
    pub(super) fn update_pool(&mut self, pool: u32) {
        let plan = &self.plan.pools[pool as usize];
        if !self.pools[pool as usize].running {
            return;
        }
        let lost = self.look_at_members(pool);
        let state = &mut self.pools[pool as usize];
        if state.in_takeover {
            return;
        }
        let first_usable = state.usable.iter().position(|usable| *usable);
        match (state.primary, first_usable) {
            (None, first) => {
                state.primary = first;
                self.set_speeds(pool);
            }
            (Some(_), None) => state.primary = None,
            (Some(primary), Some(_)) => {
                let lost_primary = !state.usable[primary];
                if lost_primary || (!lost.is_empty() && plan.trigger == TakeoverTrigger::Any) {
                    self.begin_takeover(pool, plan, &lost);
                }
            }
        }
    }

    /// Notes which members are usable. Returns those that no longer are.
    fn look_at_members(&mut self, pool: u32) -> Vec<usize> {
        let plan = &self.plan.pools[pool as usize];
        let reachable = plan.scope.iter().all(|&gate| self.is_up(gate));
        let mut lost = Vec::new();
        for (index, member) in plan.members.iter().enumerate() {
            let usable = reachable && self.is_up(member.gate);
            if std::mem::replace(&mut self.pools[pool as usize].usable[index], usable) && !usable {
                lost.push(index);
            }
        }
        lost
    }

    fn begin_takeover(&mut self, pool: u32, plan: &Pool, lost: &[usize]) {
        let mut behind: Vec<UnitId> = lost
            .iter()
            .flat_map(|&index| plan.members[index].behind.iter().copied())
            .collect();
        behind.sort_unstable();
        behind.dedup();
        let failed = behind.into_iter().filter(|unit| self.is_failed(*unit));
        let starters = failed.map(|unit| self.cause_of(unit)).collect();
        let state = &mut self.pools[pool as usize];
        state.starters = starters;
        state.primary = None;
        state.in_takeover = true;
        self.lower(plan.gate);
        self.set_speeds(pool);
        self.draw_takeover(pool, plan.takes);
    }

    fn draw_takeover(&mut self, pool: u32, takes: u32) {
        let state = &mut self.pools[pool as usize];
        state.takeovers += 1;
        let mut rng = self.key.occasion(
            self.plan.pools[pool as usize].key,
            Purpose::Takeover,
            state.takeovers,
        );
        let seconds = self.draw_time(takes, &mut rng);
        let slot = self.pool_slot(pool);
        self.calendar.set(slot, self.now + seconds);
    }

    /// The takeover of a pool has run to its end.
    pub(super) fn end_takeover(&mut self, pool: u32) {
        let plan = &self.plan.pools[pool as usize];
        // A failed takeover is followed by a last, longer way, or by another takeover with its own chance of success.
        let state = &self.pools[pool as usize];
        let (is_last, takeovers) = (state.in_last_way, state.takeovers);
        if !is_last && !self.succeeds(plan.success, plan.key, Purpose::Success, takeovers) {
            self.pools[pool as usize].in_last_way = plan.failed.is_some();
            self.draw_takeover(pool, plan.failed.unwrap_or(plan.takes));
            return;
        }
        let slot = self.pool_slot(pool);
        self.calendar.set(slot, f64::INFINITY);
        // What happened at this very instant counts: a replica mended now can be primary, one lost now is not lost again.
        self.look_at_members(pool);
        let state = &mut self.pools[pool as usize];
        state.in_takeover = false;
        state.in_last_way = false;
        state.starters.clear();
        state.primary = state.usable.iter().position(|usable| *usable);
        self.raise(plan.gate);
        self.set_speeds(pool);
        self.touch_world();
    }

    /// The primary's clocks run at full speed, those of its standbys at the speed of dormancy.
    fn set_speeds(&mut self, pool: u32) {
        let plan = &self.plan.pools[pool as usize];
        if plan.dormancy >= 1.0 {
            return;
        }
        let primary = self.pools[pool as usize].primary;
        for (index, member) in plan.members.iter().enumerate() {
            if let Some(unit) = member.unit {
                self.set_speed(
                    unit,
                    if primary == Some(index) {
                        1.0
                    } else {
                        plan.dormancy
                    },
                );
            }
        }
    }

    /// A pool in a region that starts to run it, or runs more or fewer of its replicas. A replica that is stopped is not
    /// lost: it costs no takeover.
    pub(super) fn resize_pool(&mut self, pool: u32) {
        self.look_at_members(pool);
        let state = &mut self.pools[pool as usize];
        state.running = true;
        if !state.in_takeover && !state.primary.is_some_and(|primary| state.usable[primary]) {
            state.primary = state.usable.iter().position(|usable| *usable);
        }
        self.set_speeds(pool);
    }

    /// A pool in a region that no longer runs it.
    pub(super) fn stop_pool(&mut self, pool: u32) {
        let gate = self.plan.pools[pool as usize].gate;
        let state = &mut self.pools[pool as usize];
        state.running = false;
        state.primary = None;
        state.in_last_way = false;
        if std::mem::take(&mut state.in_takeover) {
            self.raise(gate);
            let slot = self.pool_slot(pool);
            self.calendar.set(slot, f64::INFINITY);
        }
    }

    /// Whether a takeover of a pool is under way.
    pub(super) fn is_taking_over(&self, pool: u32) -> bool {
        self.pools[pool as usize].in_takeover
    }
}
