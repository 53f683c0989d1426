//! What gray faults do to users, how health checks come to see it, and who notices.
//!
//! A request to an entry succeeds if it does at every service that it requires, each once; within a service requests are
//! spread evenly over the replicas that are usable, and fail by each fault there with its share of errors. Of capacity an entry
//! has what the weakest of these services has. All of it is worked out of the state of the gates when something has changed
//! while a gray fault is active, and costs nothing else.

use std::borrow::Cow;

use super::ledger::DOWN_SLACK;
use super::takeover::PoolState;
use super::trial::Simulator;
use crate::plan::{GrayCall, GrayCallee, GrayFault, GrayPlan, GrayService, NO_GATE, StreamRng};

/// How well an entry works in a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Worth {
    /// Share of the requests carried that succeed.
    pub quality: f64,
    /// Share of the capacity that is left.
    pub capacity: f64,
}

impl Worth {
    const FULL: Self = Self {
        quality: 1.0,
        capacity: 1.0,
    };

    /// What is served of a share of the traffic in a region that carries so much at most.
    pub(super) fn served(self, share: f64, scale: f64) -> f64 {
        self.quality * share.min(scale * self.capacity)
    }
}

/// What a trial remembers of gray faults, their gates and units apart.
#[derive(Debug, Clone, Default)]
pub(super) struct GrayState {
    /// Failed probes in a row, by entry and region.
    pub(super) misses: Vec<u32>,
    /// Draws of the probes, by entry and region.
    pub(super) probes: Vec<StreamRng>,
    /// Times that the canary has had something to find: names the draws.
    pub(super) watches: u64,
    /// When the first probes of the canary are, while it has something to find \[s\].
    pub(super) first_probes: Option<f64>,
    /// How often it has probed since.
    pub(super) probed: u64,
    /// Whether a gray fault is active, so that whatever happens may change what entries are worth.
    pub(super) is_active: bool,
}

impl GrayState {
    pub(super) fn reset(&mut self) {
        self.watches = 0;
        self.first_probes = None;
        self.is_active = false;
    }
}

/// Which gray faults count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Eyes {
    /// All that are active: what users meet.
    Users,
    /// All that are active but one.
    Without(u32),
    /// Those that are known and local: what says that a region is unhealthy.
    Health,
}

/// What is gathered on the way through the services that an entry requires.
struct Walk<'a> {
    plan: &'a GrayPlan,
    spare: &'a [i32],
    pools: &'a [PoolState],
    eyes: Eyes,
}

impl Walk<'_> {
    fn is_up(&self, gate: u32) -> bool {
        gate == NO_GATE || self.spare[gate as usize] >= 0
    }

    fn counts(&self, fault: u32) -> bool {
        let GrayFault {
            gate,
            known,
            is_local,
            ..
        } = self.plan.faults[fault as usize];
        match self.eyes {
            Eyes::Users => !self.is_up(gate),
            Eyes::Without(other) => fault != other && !self.is_up(gate),
            Eyes::Health => is_local && !self.is_up(known),
        }
    }

    /// What faults together leave of one place.
    fn of_faults(&self, faults: &[u32]) -> Worth {
        let mut worth = Worth::FULL;
        for &fault in faults {
            if self.counts(fault) {
                let GrayFault {
                    errors, capacity, ..
                } = self.plan.faults[fault as usize];
                worth.quality *= 1.0 - errors;
                worth.capacity *= capacity;
            }
        }
        worth
    }

    /// A service by itself, in its region.
    fn of_service(&self, service: &GrayService) -> Worth {
        if !service.met.iter().any(|fault| self.counts(*fault)) {
            return Worth::FULL;
        }
        let around = self.of_faults(&service.around);
        if let Some(pool) = service.pool {
            let primary = self.pools[pool as usize].primary;
            let primary = primary.and_then(|index| service.replicas.get(index));
            let own = primary.map_or(Worth::FULL, |replica| self.of_faults(&replica.faults));
            return Worth {
                quality: around.quality * own.quality,
                capacity: around.capacity * own.capacity,
            };
        }
        let usable = service.replicas.iter().filter(|r| self.is_up(r.gate));
        let (mut n, mut quality, mut capacity) = (0_i32, 0.0, 0.0);
        for replica in usable {
            let worth = self.of_faults(&replica.faults);
            n += 1;
            quality += worth.quality;
            capacity += worth.capacity;
        }
        if n == 0 {
            return around;
        }
        // More may be lost by so many: the others are needed.
        let needs = (n - self.spare[service.tally as usize]).max(1);
        Worth {
            quality: around.quality * quality / f64::from(n),
            capacity: (around.capacity * capacity / f64::from(needs)).min(1.0),
        }
    }

    /// The services that every request meets.
    fn of_way(&self, way: &[u32]) -> Worth {
        let services = way.iter();
        let services = services.map(|service| &self.plan.services[*service as usize]);
        services.fold(Worth::FULL, |worth, service| {
            worth.and(self.of_service(service))
        })
    }

    /// A service with all that it requires and that is not yet `seen`.
    fn of_closure(&self, service: u32, seen: &mut [bool]) -> Worth {
        let mut worth = Worth::FULL;
        let (mut todo, mut groups) = (vec![service], Vec::new());
        loop {
            while let Some(service) = todo.pop() {
                if std::mem::replace(&mut seen[service as usize], true) {
                    continue;
                }
                let service = &self.plan.services[service as usize];
                worth = worth.and(self.of_service(service));
                for call in &service.calls {
                    match &call.callees[..] {
                        [places] => todo.extend(self.first_up(places)),
                        _ => groups.push(call),
                    }
                }
            }
            // What is required in any case counts first.
            match groups.pop() {
                Some(call) => todo.extend(self.best(call, seen)),
                None => return worth,
            }
        }
    }

    /// Where a callee is called, if it is up somewhere.
    fn first_up(&self, places: &[GrayCallee]) -> Option<u32> {
        let place = places.iter().find(|place| self.is_up(place.gate));
        place.map(|place| place.service)
    }

    /// The callees that answer a call: the best of those that are up, each with all that it requires and that is not yet `seen`.
    fn best(&self, call: &GrayCall, seen: &[bool]) -> Vec<u32> {
        let up = call.callees.iter();
        let up = up.filter_map(|places| self.first_up(places));
        let mut ranked: Vec<(f64, u32)> = up
            .map(|service| {
                let worth = self.of_closure(service, &mut seen.to_vec());
                (worth.quality * worth.capacity, service)
            })
            .collect();
        ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
        let best = ranked.into_iter().take(call.k as usize);
        best.map(|(_, service)| service).collect()
    }
}

impl Worth {
    /// Of two services in a row.
    fn and(self, other: Self) -> Self {
        Self {
            quality: self.quality * other.quality,
            capacity: self.capacity.min(other.capacity),
        }
    }
}

impl Simulator<'_> {
    fn walk<'a>(&'a self, plan: &'a GrayPlan, eyes: Eyes) -> Walk<'a> {
        Walk {
            plan,
            spare: &self.spare,
            pools: &self.pools,
            eyes,
        }
    }

    /// An entry in a region as some see it.
    fn look(&self, plan: &GrayPlan, at: usize, eyes: Eyes) -> Worth {
        let walk = self.walk(plan, eyes);
        match &plan.ways[at] {
            Some(way) => walk.of_way(way),
            None => walk.of_closure(plan.entries[at], &mut vec![false; plan.services.len()]),
        }
    }

    /// The services with gray faults that the requests to an entry meet now.
    fn services_met<'p>(&self, plan: &'p GrayPlan, at: usize) -> Cow<'p, [u32]> {
        if let Some(way) = &plan.ways[at] {
            return Cow::Borrowed(way);
        }
        let mut seen = vec![false; plan.services.len()];
        let walk = self.walk(plan, Eyes::Users);
        walk.of_closure(plan.entries[at], &mut seen);
        let met = (0..).zip(seen).filter(|(_, seen)| *seen);
        Cow::Owned(met.map(|(service, _)| service).collect())
    }

    /// Works out how well the entries work.
    pub(super) fn refresh_worth(&mut self) {
        let Some(plan) = &self.plan.gray else {
            return;
        };
        self.world.worth.clear();
        let n_entries = self.plan.entries.len();
        if self.is_up(plan.any) {
            self.world.worth.resize(n_entries, Worth::FULL);
            return;
        }
        for at in 0..n_entries {
            let is_active = |fault: &u32| !self.is_up(plan.faults[*fault as usize].gate);
            let worth = if plan.met[at].iter().any(is_active) {
                self.look(plan, at, Eyes::Users)
            } else {
                Worth::FULL
            };
            self.world.worth.push(worth);
        }
    }

    /// Whether an entry may lose anything to gray faults until moves of traffic end.
    pub(super) fn is_weakened(&self, end_of_moves: f64) -> bool {
        let n_regions = self.plan.regions.len();
        let mut entries = self.world.worth.iter().enumerate();
        entries.any(|(at, worth)| {
            let region = at % n_regions;
            let mut share = self.traffic.share(region, self.now);
            if self.traffic.is_moving() {
                share = share.max(self.traffic.share(region, end_of_moves));
            }
            *worth != Worth::FULL && share > worth.served(share, self.world.capacity[region])
        })
    }

    /// Brings the health of regions up to date. Returns whether it has changed.
    pub(super) fn update_gray(&mut self) -> bool {
        let Some(plan) = &self.plan.gray else {
            return false;
        };
        self.gray.is_active = !self.is_up(plan.any);
        let mut changed = false;
        for (region, &gate) in plan.health.iter().enumerate() {
            let healthy = self.is_up(plan.any) || self.is_good_enough(plan, region);
            if healthy == self.is_up(gate) {
                continue;
            }
            changed = true;
            if healthy {
                self.raise(gate);
            } else {
                self.lower(gate);
            }
        }
        changed
    }

    /// Whether no journey is down in a region by what health checks see of errors.
    pub(super) fn is_good_enough(&self, plan: &GrayPlan, region: usize) -> bool {
        let counts =
            |fault: &GrayFault| fault.is_local && fault.errors > 0.0 && self.is_known(fault);
        if !plan.faults.iter().any(counts) {
            return true;
        }
        let n_regions = self.plan.regions.len();
        self.plan.journeys.iter().all(|journey| {
            let at = journey.entry as usize * n_regions + region;
            let worth = self.look(plan, at, Eyes::Health);
            worth.quality >= journey.down_below - DOWN_SLACK
        })
    }

    /// Causes of a region being unhealthy.
    pub(super) fn blame_health(&mut self, region: usize) -> Vec<u32> {
        let health = &self.plan.health[region];
        let mut causes = self.blame(health.gate, &health.units);
        let Some(plan) = &self.plan.gray else {
            return causes;
        };
        if self.is_up(plan.health[region]) {
            return causes;
        }
        let entries = (region..self.plan.entries.len()).step_by(self.plan.regions.len());
        let mut guilty: Vec<u32> = entries
            .flat_map(|at| self.active_faults(plan, at))
            .filter(|fault| {
                let fault = &plan.faults[*fault as usize];
                fault.is_local && fault.errors > 0.0 && self.is_known(fault)
            })
            .collect();
        guilty.sort_unstable();
        guilty.dedup();
        causes.extend(
            guilty
                .into_iter()
                .map(|fault| self.cause_of_gray(plan, fault)),
        );
        causes
    }

    fn cause_of_gray(&self, plan: &GrayPlan, fault: u32) -> u32 {
        let unit = &self.plan.units[plan.faults[fault as usize].unit as usize];
        self.plan.clocks[unit.first_clock as usize].cause
    }

    /// Whether a gray fault is active and known.
    fn is_known(&self, fault: &GrayFault) -> bool {
        fault.known != NO_GATE && !self.is_up(fault.known)
    }

    /// The active faults that requests to an entry meet in a region.
    pub(super) fn active_faults(&self, plan: &GrayPlan, at: usize) -> Vec<u32> {
        let is_active = |fault: &u32| !self.is_up(plan.faults[*fault as usize].gate);
        let services = self.services_met(plan, at);
        let services = (services.iter()).map(|service| &plan.services[*service as usize]);
        let mut faults: Vec<u32> = services
            .filter(|service| service.met.iter().any(is_active))
            .flat_map(|service| {
                let usable = (service.replicas.iter().enumerate())
                    .filter(|(index, replica)| self.serves(service, *index, replica.gate));
                let of_replicas = usable.flat_map(|(_, replica)| replica.faults.iter());
                service.around.iter().chain(of_replicas).copied()
            })
            .filter(is_active)
            .collect();
        faults.sort_unstable();
        faults.dedup();
        faults
    }

    fn serves(&self, service: &GrayService, index: usize, gate: u32) -> bool {
        match service.pool {
            Some(pool) => self.pools[pool as usize].primary == Some(index),
            None => self.is_up(gate),
        }
    }

    /// Charges what an entry that is up has lost in a region to the gray faults there: in proportion to what would be served more
    /// without each of them alone, or equally where that is nothing.
    pub(super) fn charge_failed(&mut self, at: usize, share: f64, loss: f64) {
        let Some(plan) = &self.plan.gray else {
            return;
        };
        let scale = self.world.capacity[at % self.plan.regions.len()];
        let faults = self.active_faults(plan, at);
        let now = self.world.worth[at].served(share, scale);
        let gains: Vec<f64> = (faults.iter())
            .map(|fault| {
                let without = self.look(plan, at, Eyes::Without(*fault));
                (without.served(share, scale) - now).max(0.0)
            })
            .collect();
        let sum: f64 = gains.iter().sum();
        for (fault, gain) in faults.iter().zip(&gains) {
            let part = if sum > 0.0 {
                gain / sum
            } else {
                1.0 / faults.len() as f64
            };
            self.charge_to(self.cause_of_gray(plan, *fault), part * loss);
            let region = at % self.plan.regions.len();
            let is_known = self.is_known(&plan.faults[*fault as usize]);
            self.charge_phase_of_gray(region, is_known, part * loss);
        }
    }
}
