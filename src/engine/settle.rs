//! What follows of the events of an instant: takeovers, failover, what users see.

use super::trial::Simulator;
use crate::plan::Watcher;

impl Simulator<'_> {
    /// Draws the consequences of all events of this instant: takeovers, failover, what users see.
    pub(super) fn settle(&mut self) {
        loop {
            self.sort_changes();
            if let Some(pool) = self.dirty_pools.pop() {
                self.update_pool(pool);
                self.world_changed |= self.gray.is_active;
                continue;
            }
            if !self.world_changed {
                return;
            }
            let regions_changed = self.plan.gray.is_some() && self.update_gray();
            if regions_changed || self.update_health() || !self.changes.is_empty() {
                continue;
            }
            break;
        }
        self.world_changed = false;
        if !self.world.impaired {
            self.ledger.pass(self.now, self.plan, &mut self.outcome);
        }
        self.watch_split_brain();
        self.refresh_world();
    }

    fn sort_changes(&mut self) {
        let plan = self.plan;
        while let Some(observer) = self.changes.pop() {
            match plan.observers[observer as usize] {
                Watcher::World => self.world_changed = true,
                Watcher::Pool(pool) => {
                    if !self.dirty_pools.contains(&pool) {
                        self.dirty_pools.push(pool);
                    }
                }
                Watcher::Service(watch) => self.watch_service(watch),
                Watcher::Copy(link) => self.watch_copy(link),
            }
        }
        // Places are taken in order: the last to be popped is the first.
        self.dirty_pools.sort_unstable_by(|a, b| b.cmp(a));
    }

    /// Follows a service for its own figure.
    fn watch_service(&mut self, watch: u32) {
        let plan = self.plan;
        let up = self.is_up(plan.service_watches[watch as usize].gate);
        let since = &mut self.service_down_since[watch as usize];
        if up == since.is_nan() {
            return;
        }
        let time = self.watched_time(watch, self.now);
        let since = &mut self.service_down_since[watch as usize];
        if up {
            self.outcome.services[plan.service_watches[watch as usize].service as usize] +=
                time - *since;
            *since = f64::NAN;
        } else {
            *since = time;
        }
    }

    /// Scored time weighted by the traffic that a watch follows \[s\].
    pub(super) fn watched_time(&self, watch: u32, time: f64) -> f64 {
        match self.plan.service_watches[watch as usize].region {
            Some(region) => self.traffic.scored_time(region as usize, time),
            None => (time - self.plan.warm_up).max(0.0),
        }
    }

    pub(super) fn refresh_world(&mut self) {
        let plan = self.plan;
        let n_regions = plan.regions.len();
        let horizon_of_moves = self.traffic.next_end();
        let mut impaired = false;
        for region in 0..n_regions {
            let mut carried = self.traffic.share(region, self.now);
            if self.traffic.is_moving() {
                carried = carried.max(self.traffic.share(region, horizon_of_moves));
            }
            let capacity = self.world.capacity[region];
            for index in (region..plan.entries.len()).step_by(n_regions) {
                let up = self.is_up(plan.entries[index].gate);
                self.world.up[index] = up;
                impaired |= carried > if up { capacity } else { 0.0 };
            }
        }
        if plan.gray.is_some() {
            self.refresh_worth();
            impaired |= self.is_weakened(horizon_of_moves);
            self.set_canary();
        }
        self.world.impaired = impaired;
    }
}
