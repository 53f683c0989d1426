//! Gray faults: places that stay up and work badly.
//!
//! Each is a unit with a gate of its own that takes nothing down. What it does to users is worked out beside the network:
//! which share of its requests a service fails in a region, and how much of its capacity is left, follow from the faults
//! around its replicas; those of an entry follow from the services that it requires.

use std::collections::HashMap;

use super::compile::Compiler;
use super::places::{Place, PlaceUnit};
use super::replicas::Replica;
use super::services::View;
use super::{Clock, GateId, NO_CREW, NO_GATE, Plan, Reach, StreamKey, Unit, UnitId, UnitKind};
use crate::model::{Detection, Effect, Fault, GrayEffect, Scope, ServiceKind};

/// All gray faults of a plan, and what they do.
#[derive(Debug, Clone, PartialEq)]
pub struct GrayPlan {
    /// Gate that is down while any gray fault is active.
    pub any: GateId,
    /// One for each fault and place.
    pub faults: Vec<GrayFault>,
    /// The fault that a unit is, by unit, or [`NO_FAULT`](Self::NO_FAULT).
    of_unit: Vec<u32>,
    /// Services: `[service * n_regions + region]`.
    pub services: Vec<GrayService>,
    /// The service of each entry in each region, as an index into `services`: `[entry * n_regions + region]`.
    pub entries: Vec<u32>,
    /// Faults that requests to an entry may meet: `[entry * n_regions + region]`.
    pub met: Vec<Vec<u32>>,
    /// Services with gray faults that every request to an entry meets, `[entry * n_regions + region]`; `None` where requests
    /// have several ways.
    pub ways: Vec<Option<Vec<u32>>>,
    /// Gates that are down while a region is unhealthy because of errors, by region; empty with one serving region.
    pub health: Vec<GateId>,
    /// Probes from outside.
    pub canary: Option<CanaryPlan>,
}

impl GrayPlan {
    /// Of a unit that is no gray fault.
    const NO_FAULT: u32 = u32::MAX;

    /// The gray fault that a unit is.
    #[must_use]
    pub fn of_unit(&self, unit: UnitId) -> Option<&GrayFault> {
        self.faults.get(*self.of_unit.get(unit as usize)? as usize)
    }
}

/// The faults that a request to a service may meet, whichever way it takes.
fn faults_met(services: &[GrayService], entry: u32) -> Vec<u32> {
    let mut seen = vec![false; services.len()];
    let (mut todo, mut faults) = (vec![entry], Vec::new());
    while let Some(service) = todo.pop() {
        if !std::mem::replace(&mut seen[service as usize], true) {
            let service = &services[service as usize];
            faults.extend(service.faults());
            let callees = service.calls.iter().flat_map(|call| &call.callees);
            todo.extend(callees.flatten().map(|callee| callee.service));
        }
    }
    faults.sort_unstable();
    faults.dedup();
    faults
}

/// The services with gray faults on the way of a request, if there is only one way.
fn only_way(services: &[GrayService], entry: u32) -> Option<Vec<u32>> {
    let mut seen = vec![false; services.len()];
    let (mut todo, mut way) = (vec![entry], Vec::new());
    while let Some(index) = todo.pop() {
        if std::mem::replace(&mut seen[index as usize], true) {
            continue;
        }
        let service = &services[index as usize];
        if !service.met.is_empty() {
            way.push(index);
        }
        for call in &service.calls {
            let [places] = &call.callees[..] else {
                return None;
            };
            match &places[..] {
                [place] if place.gate == NO_GATE => todo.push(place.service),
                _ => return None,
            }
        }
    }
    Some(way)
}

impl Plan {
    /// Name of the first gray fault, if there are any.
    #[must_use]
    pub fn gray_fault(&self) -> Option<&str> {
        let fault = self.gray.as_ref()?.faults.first()?;
        let clock = self.units[fault.unit as usize].first_clock;
        Some(&self.names.causes[self.clocks[clock as usize].cause as usize])
    }
}

/// One gray fault of one place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GrayFault {
    /// Its unit.
    pub unit: UnitId,
    /// Gate that is down while it is active.
    pub gate: GateId,
    /// Gate that is down while it is active and known: its own if health checks see it, [`NO_GATE`] if nobody ever knows.
    pub known: GateId,
    /// Sampler of the time until a person has noticed it, when its repair begins; `None`: its repair waits for nobody.
    pub noticed: Option<u32>,
    /// Share of the requests that fail where it is active.
    pub errors: f64,
    /// Share of the capacity that is left there.
    pub capacity: f64,
    /// Whether it says something of the health of a region: what is wrong everywhere is no reason to move.
    pub is_local: bool,
}

impl GrayFault {
    /// Whether it is known only when somebody has noticed.
    #[must_use]
    pub fn is_learnt(&self) -> bool {
        self.known != self.gate && self.known != NO_GATE
    }
}

/// A service in one region.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct GrayService {
    /// Faults that hit all of it there.
    pub around: Vec<u32>,
    /// Its replicas, if any gray fault hits it.
    pub replicas: Vec<GrayReplica>,
    /// All faults around it and of its replicas, each once.
    pub met: Vec<u32>,
    /// Gate that counts its replicas.
    pub tally: GateId,
    /// The pool whose primary alone serves.
    pub pool: Option<u32>,
    /// Its required calls.
    pub calls: Vec<GrayCall>,
}

impl GrayService {
    fn faults(&self) -> impl Iterator<Item = u32> {
        let of_replicas = self.replicas.iter().flat_map(|replica| &replica.faults);
        self.around.iter().chain(of_replicas).copied()
    }
}

/// A replica.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrayReplica {
    /// Gate that is up while it is usable.
    pub gate: GateId,
    /// Faults that hit it.
    pub faults: Vec<u32>,
}

/// A required call: of `k` of some callees.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrayCall {
    /// How many of the callees answer it.
    pub k: u32,
    /// For each callee, where it may be called: the first place where it is up.
    pub callees: Vec<Vec<GrayCallee>>,
}

/// A callee in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GrayCallee {
    /// Gate that is up while it can be called there; [`NO_GATE`] if its caller is down without it.
    pub gate: GateId,
    /// Index of the service in its region.
    pub service: u32,
}

/// Probes of the entries from outside.
#[derive(Debug, Clone, PartialEq)]
pub struct CanaryPlan {
    /// Time between two probes \[s\].
    pub every: f64,
    /// Failed probes in a row until faults count as noticed.
    pub misses: u32,
    /// Name of the stream of its first probes.
    pub key: StreamKey,
    /// Names of the streams of probes: `[entry * n_regions + region]`.
    pub keys: Vec<StreamKey>,
}

/// Gray faults while a plan is made.
#[derive(Debug, Default)]
pub(super) struct GrayFaults {
    faults: Vec<GrayFault>,
    /// Where those of places are, and of which services if not of all.
    places: Vec<(u32, Place, Option<Vec<usize>>)>,
    /// Those that each request to a region meets once.
    at_doors: Vec<(u32, Place)>,
    /// Those of single replicas: service, region, number.
    of_replicas: HashMap<(usize, usize, u32), Vec<u32>>,
    /// Gates of the replicas of services that gray faults hit, by service and region.
    pub replica_gates: HashMap<(usize, usize), Vec<GateId>>,
    health: Vec<GateId>,
    pub plan: Option<GrayPlan>,
}

impl Compiler<'_> {
    /// Whether gray faults hit replicas of a service in a region.
    pub(super) fn is_gray(&self, service: usize, region: usize) -> bool {
        let hits_replicas = |fault: &Fault| {
            matches!(fault.effect, Effect::Gray(_))
                && fault.hits == Scope::Replica
                && self.region_matches(fault, region)
                && self.services_hit(fault).contains(&service)
        };
        let n_zones = self.deployment.regions[region].zones.len();
        !self.gray_around(service, region).is_empty()
            || (0..n_zones).any(|zone| !self.gray_in_zone(service, region, zone).is_empty())
            || self.model.faults.values().any(hits_replicas)
    }

    pub(super) fn compile_gray_place(
        &mut self,
        clock: &Clock,
        fault: &Fault,
        effect: GrayEffect,
        place: Place,
    ) {
        let is_local = !matches!(place, Place::Service(_) | Place::Everywhere);
        let index = self.gray_fault(fault, effect, is_local);
        let known = self.gray.faults[index as usize];
        let gate = known.gate;
        let named = fault.services.is_some().then(|| self.services_hit(fault));
        if fault.once.as_ref().is_some_and(|once| once.at_the_door) {
            self.gray.at_doors.push((index, place));
        } else {
            self.gray.places.push((index, place, named));
        }
        let name = self.names.causes[clock.cause as usize].clone();
        if self.is_needed_fault(&name) {
            self.fault_gates.push((clock.cause, place, gate));
        }
        let kind = self.kind_of_state(clock, Some(&known), true);
        self.place_units.push(PlaceUnit {
            site: self.site(place),
            gate,
            place_gate: NO_GATE,
            kind,
            clock: *clock,
            reach: None,
            shock_services: Vec::new(),
        });
    }

    /// Makes the unit of a fault of a replica that leaves it up.
    pub(super) fn compile_fault_beside(
        &mut self,
        at: &Replica,
        clock: &Clock,
        fault: &Fault,
    ) -> UnitId {
        let mut known = None;
        if let Effect::Gray(effect) = fault.effect {
            let index = self.gray_fault(fault, effect, true);
            let replica = (at.service, at.region, at.number);
            self.gray
                .of_replicas
                .entry(replica)
                .or_default()
                .push(index);
            known = Some(self.gray.faults[index as usize]);
        }
        let unit = Unit {
            kind: self.kind_of_state(clock, known.as_ref(), at.runs_always),
            gate: known.map_or(NO_GATE, |fault| fault.gate),
            first_clock: self.clocks.len() as u32,
            n_clocks: 1,
        };
        self.clocks.push(*clock);
        self.units.push(unit);
        self.unit_keys.push(clock.key);
        self.unit_sites.push(at.site());
        self.units.len() as UnitId - 1
    }

    /// A gray fault whose unit is yet to be made.
    fn gray_fault(&mut self, fault: &Fault, effect: GrayEffect, is_local: bool) -> u32 {
        let gate = self.network.gate(0);
        let (known, noticed) = match &fault.detection {
            Detection::Seen => (gate, None),
            Detection::Unseen { noticed: None } if self.deployment.spec.canary.is_none() => {
                (NO_GATE, None)
            }
            Detection::Unseen { noticed } => {
                let known = self.network.gate(0);
                (known, noticed.as_ref().map(|time| self.sampler(time)))
            }
        };
        let index = self.gray.faults.len() as u32;
        self.gray.faults.push(GrayFault {
            unit: UnitId::MAX,
            gate,
            known,
            noticed,
            errors: effect.errors,
            capacity: effect.capacity,
            is_local,
        });
        index
    }

    /// The fast path is for units that wait for nobody and of which nobody has to learn.
    fn kind_of_state(
        &mut self,
        clock: &Clock,
        fault: Option<&GrayFault>,
        runs_always: bool,
    ) -> UnitKind {
        let is_learnt = fault.is_some_and(GrayFault::is_learnt);
        if clock.crew == NO_CREW && runs_always && !is_learnt {
            UnitKind::Simple(self.phases(clock))
        } else {
            UnitKind::General
        }
    }

    /// Gray faults of places that hit all of a service in a region.
    fn gray_around(&self, service: usize, region: usize) -> Vec<u32> {
        let replicated = self.is_replicated(service);
        let lives_in = |place: Place| match &self.model.services[service].kind {
            ServiceKind::External {
                region: Some(home), ..
            } => match place {
                Place::Region(r) => self.deployment.regions[r].name == *home,
                Place::DistantRegion(index) => {
                    (self.model.regions.get_index(index)).is_some_and(|(name, _)| name == home)
                }
                Place::Everywhere => true,
                _ => false,
            },
            _ => false,
        };
        let (whole, host) = (self.whole(region), self.host(service, region));
        let is_own = !self.model.services[service].is_shared();
        let hits = |place: Place, named: &Option<Vec<usize>>| {
            let all = named.as_ref().map_or(replicated, |n| n.contains(&service));
            match place {
                Place::Service(s) => s == service,
                Place::ServiceInRegion(s, r) => (s, r) == (service, whole),
                Place::ServiceInCell(s, r) => (s, r) == (service, host),
                Place::Cell(r) => r == region && is_own && all,
                Place::Region(r) if r == whole && all => true,
                Place::Everywhere if all => true,
                Place::Region(_) | Place::DistantRegion(_) | Place::Everywhere => {
                    named.is_none() && lives_in(place)
                }
                Place::Zone(..)
                | Place::ServiceInZone(..)
                | Place::ZoneLink(..)
                | Place::RegionLink(..) => false,
            }
        };
        let places = self.gray.places.iter();
        places
            .filter(|(_, place, named)| hits(*place, named))
            .map(|(fault, _, _)| *fault)
            .collect()
    }

    /// Gray faults of places that hit the replicas of a service in a zone.
    fn gray_in_zone(&self, service: usize, region: usize, zone: usize) -> Vec<u32> {
        let (replicated, whole) = (self.is_replicated(service), self.whole(region));
        let hits = |place: Place, named: &Option<Vec<usize>>| match place {
            Place::ServiceInZone(s, r, z) => (s, r, z) == (service, whole, zone),
            Place::Zone(r, z) => {
                let all = named.as_ref().map_or(replicated, |n| n.contains(&service));
                (r, z) == (whole, zone) && all
            }
            _ => false,
        };
        let places = self.gray.places.iter();
        places
            .filter(|(_, place, named)| hits(*place, named))
            .map(|(fault, _, _)| *fault)
            .collect()
    }

    /// A gate that is down while a region is unhealthy because of errors; none without gray faults.
    pub(super) fn gray_health_gate(&mut self) -> Option<GateId> {
        if self.gray.faults.is_empty() {
            return None;
        }
        let gate = self.network.gate(0);
        self.gray.health.push(gate);
        Some(gate)
    }

    /// Gathers what gray faults do, once all else is compiled.
    pub(super) fn compile_gray(&mut self) {
        if self.gray.faults.is_empty() {
            return;
        }
        let any = self.network.gate(0);
        let mut faults = std::mem::take(&mut self.gray.faults);
        let by_gate: HashMap<GateId, u32> = (0..).zip(&faults).map(|(i, f)| (f.gate, i)).collect();
        let of_unit: Vec<u32> = (self.units.iter())
            .map(|unit| {
                by_gate
                    .get(&unit.gate)
                    .copied()
                    .unwrap_or(GrayPlan::NO_FAULT)
            })
            .collect();
        for (unit, fault) in (0..).zip(&of_unit) {
            if let Some(fault) = faults.get_mut(*fault as usize) {
                fault.unit = unit;
            }
        }
        for fault in &faults {
            self.network.feed(fault.gate, any, Reach::Journeys);
        }
        // While a fault is active, everything that happens is looked at.
        self.network.observe(any, 0, Reach::Journeys);
        let n_regions = self.deployment.regions.len();
        let mut services = Vec::new();
        for service in 0..self.model.services.len() {
            for region in 0..n_regions {
                services.push(self.gray_service(service, region));
            }
        }
        let entries = self.entry_services();
        let entries = entries.into_iter().flat_map(|entry| {
            (0..n_regions).map(move |region| (entry * n_regions + region) as u32)
        });
        let mut entries: Vec<u32> = entries.collect();
        self.add_doors(&mut services, &mut entries);
        for service in &mut services {
            let mut met: Vec<u32> = service.faults().collect();
            met.sort_unstable();
            met.dedup();
            service.met = met;
        }
        let met = entries.iter().map(|entry| faults_met(&services, *entry));
        let ways = entries.iter().map(|entry| only_way(&services, *entry));
        self.gray.plan = Some(GrayPlan {
            any,
            faults,
            of_unit,
            met: met.collect(),
            ways: ways.collect(),
            services,
            entries,
            health: std::mem::take(&mut self.gray.health),
            canary: self.canary_plan(),
        });
    }

    /// Puts something before each entry that its requests pass, where faults are met there.
    fn add_doors(&self, services: &mut Vec<GrayService>, entries: &mut [u32]) {
        if self.gray.at_doors.is_empty() {
            return;
        }
        let n_regions = self.deployment.regions.len();
        for (at, entry) in entries.iter_mut().enumerate() {
            let hits = |place: Place| match place {
                Place::Region(region) => region == self.whole(at % n_regions),
                Place::Cell(region) => region == at % n_regions,
                Place::Everywhere => true,
                _ => false,
            };
            let faults = self.gray.at_doors.iter().filter(|(_, place)| hits(*place));
            let behind = GrayCallee {
                gate: NO_GATE,
                service: *entry,
            };
            *entry = services.len() as u32;
            services.push(GrayService {
                around: faults.map(|(fault, _)| *fault).collect(),
                tally: NO_GATE,
                calls: vec![GrayCall {
                    k: 1,
                    callees: vec![vec![behind]],
                }],
                ..GrayService::default()
            });
        }
    }

    fn gray_service(&mut self, service: usize, region: usize) -> GrayService {
        let host = self.host(service, region);
        let gates = self.gray.replica_gates.get(&(service, host)).cloned();
        let replicas = (0..).zip(gates.unwrap_or_default()).map(|(number, gate)| {
            let zone = self.deployment.regions[host].zone_of(number);
            let mut faults = self.gray_in_zone(service, region, zone);
            let own = self.gray.of_replicas.get(&(service, host, number));
            faults.extend(own.into_iter().flatten());
            GrayReplica { gate, faults }
        });
        let replicas = replicas.collect();
        let mut pools = self.pool_places.iter();
        let pool = pools.position(|place| *place == (service, host));
        GrayService {
            around: self.gray_around(service, region),
            replicas,
            met: Vec::new(),
            tally: self.capacity_gates[service][host].unwrap_or(NO_GATE),
            pool: pool.map(|pool| pool as u32),
            calls: self.gray_calls(service, region),
        }
    }

    /// The required calls of a service: who is called where, if it is up.
    fn gray_calls(&mut self, service: usize, region: usize) -> Vec<GrayCall> {
        let n_regions = self.deployment.regions.len();
        let across = self.deployment.spec.cross_region_calls && n_regions > 1;
        let node = |callee: usize, region: usize| (callee * n_regions + region) as u32;
        let mut calls = Vec::new();
        for (k, callees) in self.required_calls(service) {
            if let ([callee], false) = (&callees[..], across) {
                let callee = GrayCallee {
                    gate: NO_GATE,
                    service: node(*callee, region),
                };
                calls.push(GrayCall {
                    k,
                    callees: vec![vec![callee]],
                });
                continue;
            }
            let mut alternatives = Vec::new();
            for callee in callees {
                let gates = self.service_gates[&View::Actual][callee].clone();
                let stays = self.links.between_regions() && self.is_external(callee);
                let mut regions = vec![region];
                if across && !stays {
                    let others = (0..n_regions).filter(|there| *there != region);
                    regions.extend(others.filter(|there| self.in_one_cell(*there, region)));
                }
                let places = regions.into_iter().map(|there| {
                    let mut gate = gates[there];
                    if across && !stays {
                        gate = self.while_running(callee, gate, there, Reach::Journeys);
                        gate = self.over_link(region, there, gate, Reach::Journeys);
                    }
                    GrayCallee {
                        gate,
                        service: node(callee, there),
                    }
                });
                alternatives.push(places.collect());
            }
            calls.push(GrayCall {
                k,
                callees: alternatives,
            });
        }
        calls
    }

    /// Gate of a replica of a service that gray faults hit.
    pub(super) fn gray_replica_gate(
        &self,
        service: usize,
        region: usize,
        number: u32,
    ) -> Option<GateId> {
        let plan = self.gray.plan.as_ref()?;
        let service = &plan.services[service * self.deployment.regions.len() + region];
        let replica = service.replicas.get(number as usize);
        replica.map(|replica| replica.gate)
    }

    fn canary_plan(&self) -> Option<CanaryPlan> {
        let canary = self.deployment.spec.canary?;
        let n_regions = self.deployment.regions.len();
        let keys = self.entry_services().into_iter().flat_map(|entry| {
            let service = self.names.services[entry].as_str();
            (0..n_regions).map(move |region| self.key_in(&["canary", service], region, &[]))
        });
        Some(CanaryPlan {
            every: canary.every_seconds,
            misses: canary.misses,
            key: StreamKey::of(&["canary"]),
            keys: keys.collect(),
        })
    }
}
