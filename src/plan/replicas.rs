//! Replicas: their units, the gates that count them, takeovers between them, and what a standby does not run.

use super::compile::Compiler;
use super::partition::SplitService;
use super::places::{Place, PlaceUnit};
use super::{
    Cascade, GateId, Idle, NO_CLOCK, NO_CREW, Pool, PoolMember, Reach, ScaleSwitch, Site,
    StreamKey, Unit, UnitId, UnitKind,
};
use crate::model::{Effect, Failback, Fault, Scope, ServiceKind, SpreadScope};
use crate::topology::{DeployedService, Role};

impl Compiler<'_> {
    /// What a service runs in a region that stands by, if that is less than when it serves.
    fn standby_share(&self, service: usize, region: usize) -> Option<DeployedService> {
        let standby = self
            .deployment
            .regions
            .iter()
            .find(|region| region.role == Role::Standby)?;
        let swaps_roles = self.deployment.spec.failover.failback == Failback::Never;
        if self.deployment.regions[region].role == Role::Serving && !swaps_roles {
            return None;
        }
        standby.services[service]
            .clone()
            .filter(|deployed| deployed.running < deployed.replicas)
    }

    /// Whether a region runs nothing of a service while it stands by.
    pub(super) fn is_started_on_demand(&self, service: usize, region: usize) -> bool {
        self.standby_share(service, region)
            .is_some_and(|share| share.running == 0)
    }

    pub(super) fn compile_replicas(&mut self) {
        for region in 0..self.deployment.regions.len() {
            let stands_by = self.deployment.regions[region].role == Role::Standby;
            for service in 0..self.model.services.len() {
                let Some(deployed) = self.deployment.regions[region].services[service].clone()
                else {
                    continue;
                };
                self.compile_service_replicas(service, region, &deployed, stands_by);
            }
            self.compile_idle_gate(region, stands_by);
        }
    }

    fn compile_service_replicas(
        &mut self,
        service: usize,
        region: usize,
        deployed: &DeployedService,
        stands_by: bool,
    ) {
        let share = self.standby_share(service, region);
        let idle = match &share {
            Some(share) if share.running == 0 => Idle::Startable,
            _ => Idle::Down,
        };
        let needs_now = match (&share, stands_by, idle) {
            (Some(share), true, Idle::Down) => share.running_needs,
            _ => deployed.needs,
        };
        let capacity = self.network.gate(deployed.replicas - needs_now);
        self.capacity_gates[service][region] = Some(capacity);
        let faults = self.replica_faults(service, region);
        let in_pool = self.has_takeover(service);
        let is_gray = self.is_gray(service, region);
        let mut members = Vec::new();
        let mut switched = Vec::new();
        let mut switched_beside = Vec::new();
        for replica in 0..deployed.replicas {
            let runs_always = share.as_ref().is_none_or(|share| replica < share.running);
            let zone = self.deployment.regions[region].zone_of(replica);
            let member = self.compile_replica(
                &Replica {
                    service,
                    region,
                    zone,
                    number: replica,
                    in_pool,
                    is_gray,
                    runs_always,
                },
                capacity,
                &faults,
                &mut switched_beside,
            );
            if !runs_always {
                switched.extend(member.unit);
                if stands_by && idle == Idle::Down {
                    self.initially_down.push(member.gate);
                }
            }
            members.push(member);
        }
        if self.is_split(region) {
            let replicas = members.iter().map(|member| member.gate).collect();
            let slack = match (&share, idle) {
                (Some(share), Idle::Down) => share.running_needs as i32 - deployed.needs as i32,
                (_, _) => 0,
            };
            let split = SplitService {
                replicas,
                tolerance: deployed.replicas - needs_now,
                slack,
                is_shared: self.is_in_all_cells(service),
            };
            if in_pool {
                self.cut_off(&split, region, &mut members);
            }
            self.split.insert((service, region), split);
        }
        if is_gray {
            let gates = members.iter().map(|member| member.gate).collect();
            self.gray.replica_gates.insert((service, region), gates);
        }
        let pool = in_pool.then(|| self.compile_pool(service, region, members));
        if let Some(share) = share {
            let slack = match idle {
                Idle::Down => share.running_needs as i32 - deployed.needs as i32,
                Idle::Startable => 0,
            };
            let is_shared = self.is_in_all_cells(service);
            self.switches[region].push(ScaleSwitch {
                gate: capacity,
                slack,
                units: switched,
                beside: switched_beside,
                idle,
                pool,
                is_shared,
            });
        }
    }

    /// Whether regions have cells, and all of a region use the same replicas of a service.
    fn is_in_all_cells(&self, service: usize) -> bool {
        self.deployment.spec.cells > 1 && self.model.services[service].is_shared()
    }

    fn has_takeover(&self, service: usize) -> bool {
        matches!(
            self.model.services[service].kind,
            ServiceKind::Replicated {
                takeover: Some(_),
                ..
            }
        )
    }

    /// Faults that hit single replicas of a service in a region, with their cause.
    fn replica_faults(&self, service: usize, region: usize) -> Vec<(u32, String, Fault)> {
        self.model
            .faults
            .iter()
            .enumerate()
            .filter(|(_, (_, fault))| fault.hits == Scope::Replica)
            .filter(|(_, (_, fault))| {
                self.services_hit(fault).contains(&service) && self.region_matches(fault, region)
            })
            .map(|(cause, (name, fault))| (cause as u32, name.clone(), fault.clone()))
            .collect()
    }

    fn compile_replica(
        &mut self,
        at: &Replica,
        capacity: GateId,
        faults: &[(u32, String, Fault)],
        switched_beside: &mut Vec<UnitId>,
    ) -> PoolMember {
        let key = self.replica_key(at);
        let around: Vec<GateId> = self
            .places
            .service_in_zone
            .get(&(at.service, at.region, at.zone))
            .cloned()
            .unwrap_or_default();
        let first_clock = self.clocks.len() as u32;
        let here =
            |compiler: &Self, fault: &Fault| compiler.zone_matches(fault, at.region, at.zone);
        let (down, beside): (Vec<_>, Vec<_>) =
            (faults.iter()).partition(|(_, _, fault)| fault.effect == Effect::Down);
        for (cause, name, fault) in down {
            if here(self, fault) {
                let clock = self.clock(*cause, name, fault, key);
                self.clocks.push(clock);
            }
        }
        let n_clocks = self.clocks.len() as u32 - first_clock;
        let struck = self.is_struck(at);
        let has_unit = n_clocks > 0 || struck || !at.runs_always;
        // A replica with one way to be lost needs no gate of its own, unless a takeover must see it.
        let own_gate = at.in_pool
            || at.is_gray
            || self.is_split(at.region)
            || (has_unit && !around.is_empty())
            || around.len() > 1;
        let gate = if own_gate {
            self.network.gate(0)
        } else {
            capacity
        };
        if own_gate {
            self.network.feed(gate, capacity, Reach::Journeys);
        }
        for &place in &around {
            self.network.feed(place, gate, Reach::Journeys);
        }
        let unit = has_unit.then(|| {
            let simple = n_clocks == 1
                && !struck
                && at.runs_always
                && !self.has_dormant_standby(at.service)
                && self.clocks[first_clock as usize].crew == NO_CREW;
            let kind = if simple {
                let clock = self.clocks[first_clock as usize];
                UnitKind::Simple(self.phases(&clock))
            } else {
                UnitKind::General
            };
            self.units.push(Unit {
                kind,
                gate,
                first_clock,
                n_clocks,
            });
            self.unit_keys.push(key);
            self.unit_sites.push(at.site());
            let unit = self.units.len() as UnitId - 1;
            self.replicas.push((at.service, at.region, at.zone, unit));
            unit
        });
        for (cause, name, fault) in beside {
            if here(self, fault) {
                let clock = self.clock(*cause, name, fault, key);
                let unit = self.compile_fault_beside(at, &clock, fault);
                if !at.runs_always {
                    switched_beside.push(unit);
                }
            }
        }
        PoolMember {
            gate,
            unit,
            behind: unit.into_iter().collect(),
        }
    }

    fn replica_key(&self, at: &Replica) -> StreamKey {
        self.key_in(
            &["replica", &self.names.services[at.service]],
            at.region,
            &[&at.number.to_string()],
        )
    }

    fn has_dormant_standby(&self, service: usize) -> bool {
        matches!(&self.model.services[service].kind,
            ServiceKind::Replicated { takeover: Some(takeover), .. } if takeover.dormancy < 1.0)
    }

    /// Whether a shock, or a cascade of its service, may strike a replica.
    fn is_struck(&self, at: &Replica) -> bool {
        let by_shock = |unit: &PlaceUnit| {
            unit.reach.is_some() && self.strikes(unit, at.service, at.region, at.zone)
        };
        let by_cascade = |fault: &Fault| {
            fault.spreads.is_some() && self.services_hit(fault).contains(&at.service)
        };
        self.place_units.iter().any(by_shock) || self.model.faults.values().any(by_cascade)
    }

    pub(super) fn strikes(
        &self,
        unit: &PlaceUnit,
        service: usize,
        region: usize,
        zone: usize,
    ) -> bool {
        let whole = self.whole(region);
        let in_place = match unit.reach {
            Some(Place::ServiceInZone(s, r, z)) => (s, r, z) == (service, whole, zone),
            Some(Place::ServiceInRegion(s, r)) => (s, r) == (service, whole),
            Some(Place::Service(s)) => s == service,
            Some(Place::Zone(r, z)) => (r, z) == (whole, zone),
            Some(Place::Region(r)) => r == whole,
            Some(Place::Cell(r)) => r == region && !self.model.services[service].is_shared(),
            Some(Place::ServiceInCell(s, r)) => (s, r) == (service, region),
            Some(Place::Everywhere) => true,
            Some(Place::DistantRegion(_) | Place::ZoneLink(..) | Place::RegionLink(..)) | None => {
                false
            }
        };
        in_place && unit.shock_services.contains(&service)
    }

    fn compile_pool(&mut self, service: usize, region: usize, members: Vec<PoolMember>) -> u32 {
        let ServiceKind::Replicated {
            takeover: Some(takeover),
            ..
        } = self.model.services[service].kind.clone()
        else {
            unreachable!("only services with a takeover have a pool");
        };
        let id = self.pools.len() as u32;
        let gate = self.network.gate(0);
        self.takeover_gates[service][region] = Some(gate);
        let mut scope = self
            .places
            .service_in_region
            .get(&(service, region))
            .cloned()
            .unwrap_or_default();
        scope.extend(self.places.service.get(&service).into_iter().flatten());
        let takes = self.sampler(&takeover.takes);
        let failed = takeover.failed.as_ref().map(|failed| self.sampler(failed));
        self.pool_places.push((service, region));
        self.pools.push(Pool {
            service: service as u32,
            members,
            scope,
            gate,
            takes,
            failed,
            success: takeover.success,
            trigger: takeover.on,
            dormancy: takeover.dormancy,
            key: self.key_in(&["pool", &self.names.services[service]], region, &[]),
        });
        id
    }

    /// With calls across regions, a gate that is down while a region runs nothing of some service.
    fn compile_idle_gate(&mut self, region: usize, stands_by: bool) {
        let whole = self.switches[self.whole(region)].iter();
        let shared = whole.filter(|switch| switch.is_shared);
        let mut switches = self.switches[region].iter().chain(shared);
        let startable = switches.any(|switch| switch.idle == Idle::Startable);
        let is_asked =
            self.deployment.spec.cross_region_calls || !self.needed_services().is_empty();
        if is_asked && startable {
            let gate = self.network.gate(0);
            self.idle_gates[region] = Some(gate);
            if stands_by {
                self.initially_down.push(gate);
            }
        }
    }

    /// Notes for each replica of a pool which places around it may make it unusable.
    pub(super) fn complete_pool_members(&mut self) {
        let mut pools = std::mem::take(&mut self.pools);
        for (pool, &(service, region)) in pools.iter_mut().zip(&self.pool_places) {
            for (replica, member) in pool.members.iter_mut().enumerate() {
                let zone = self.deployment.regions[region].zone_of(replica as u32);
                for gate in self
                    .places
                    .service_in_zone
                    .get(&(service, region, zone))
                    .into_iter()
                    .flatten()
                {
                    member
                        .behind
                        .extend(self.zone_units.get(gate).into_iter().flatten());
                }
                for gate in self.links.gates_of_region(self.whole(region)) {
                    let units = self.zone_units.get(&gate);
                    member.behind.extend(units.into_iter().flatten());
                }
            }
        }
        self.pools = pools;
    }

    pub(super) fn compile_cascades(&mut self) {
        for index in 0..self.replicas.len() {
            let (service, region, zone, unit) = self.replicas[index];
            let Unit {
                first_clock,
                n_clocks,
                ..
            } = self.units[unit as usize];
            for clock in first_clock..first_clock + n_clocks {
                let cause = self.clocks[clock as usize].cause;
                let Some(spread) = self.model.faults[cause as usize].spreads else {
                    continue;
                };
                let within = |r: usize, z: usize| match spread.to {
                    SpreadScope::Zone => (self.whole(r), z) == (self.whole(region), zone),
                    SpreadScope::Cell => r == region,
                    SpreadScope::Region => self.whole(r) == self.whole(region),
                    SpreadScope::Everywhere => true,
                };
                let siblings = self
                    .replicas
                    .iter()
                    .filter(|&&(s, r, z, other)| s == service && other != unit && within(r, z))
                    .map(|&(_, _, _, other)| {
                        (other, self.clock_of(other, cause).unwrap_or(NO_CLOCK))
                    })
                    .collect();
                self.clocks[clock as usize].cascade = self.cascades.len() as u32;
                self.cascades.push(Cascade {
                    probability: spread.probability,
                    siblings,
                });
            }
        }
    }

    fn clock_of(&self, unit: UnitId, cause: u32) -> Option<u32> {
        let Unit {
            first_clock,
            n_clocks,
            ..
        } = self.units[unit as usize];
        (first_clock..first_clock + n_clocks)
            .find(|&clock| self.clocks[clock as usize].cause == cause)
    }
}

/// A replica being compiled.
pub(super) struct Replica {
    pub service: usize,
    pub region: usize,
    pub zone: usize,
    pub number: u32,
    pub in_pool: bool,
    /// Whether gray faults hit replicas of its service in its region.
    pub is_gray: bool,
    pub runs_always: bool,
}

impl Replica {
    pub(super) fn site(&self) -> Site {
        Site::Replica(
            self.service as u32,
            self.region as u32,
            self.zone as u32,
            self.number,
        )
    }
}
