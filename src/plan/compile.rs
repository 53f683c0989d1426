//! Compiles a deployment: replicas, places and services to units and gates; the pattern to rules of traffic.

use std::collections::HashMap;

use super::places::{Place, PlaceUnit, Places};
use super::services::View;
use super::{
    ActivePlan, Cascade, Clock, CrewPlan, DailyCurve, DetectPlan, EntryPlan, GateId, HealthPlan,
    Idle, JourneyPlan, NO_CASCADE, NO_CREW, NO_GATE, Names, NetworkBuilder, Phase, Plan, Pool,
    PoolMember, Reach, RegionPlan, ReroutePlan, Sampler, ScaleSwitch, ServiceWatch, ServingPlan,
    Shock, StandbyPlan, StreamKey, Unit, UnitId, UnitKind, Watcher, WindowPlan,
};
use crate::model::{
    Detect, Distribution, Failback, Fault, Model, Pattern, Reroute, Scope, ServiceKind,
    SpreadScope, Strikes,
};
use crate::topology::{DeployedService, Deployment, Role};

/// Services are observed in every trial up to this many of them …
const ALWAYS_OBSERVED: usize = 128;
/// … and in every so-many-th trial beyond.
const SPARSE_STRIDE: u64 = 64;

/// Compiles a deployment of a validated model.
#[must_use]
pub fn compile(model: &Model, deployment: &Deployment) -> Plan {
    let mut compiler = Compiler::new(model, deployment);
    compiler.compile_places();
    compiler.compile_replicas();
    compiler.compile_externals();
    compiler.compile_place_units();
    compiler.compile_cascades();
    compiler.compile_referred_services();
    let entries = compiler.compile_entries();
    let health = compiler.compile_health();
    compiler.compile_observed_services();
    compiler.finish(&entries, &health)
}

/// A plan in the making.
pub(super) struct Compiler<'a> {
    pub model: &'a Model,
    pub deployment: &'a Deployment,
    pub names: Names,
    pub network: NetworkBuilder,
    pub places: Places,
    pub place_units: Vec<PlaceUnit>,
    pub place_gates: HashMap<(Place, Option<Vec<usize>>), GateId>,
    pub and_gates: HashMap<(Vec<GateId>, bool), GateId>,
    /// Gates of groups by what they need of which inputs, and whether only services follow them.
    pub group_gates: HashMap<(u32, Vec<GateId>, bool), GateId>,
    pub callees_first: Vec<usize>,
    /// `[service][region]`
    pub capacity_gates: Vec<Vec<Option<GateId>>>,
    /// `[service][region]`
    pub takeover_gates: Vec<Vec<Option<GateId>>>,
    pub external_gates: Vec<Option<GateId>>,
    pub idle_gates: Vec<Option<GateId>>,
    /// `[service][region]`, empty until made.
    pub service_gates: HashMap<View, Vec<Vec<GateId>>>,
    samplers: Vec<Sampler>,
    phases: Vec<Phase>,
    /// Phases by life, repair and cause.
    phase_ids: HashMap<(u32, u32, u32), u32>,
    sampler_ids: Vec<(Distribution, u32)>,
    units: Vec<Unit>,
    unit_keys: Vec<StreamKey>,
    clocks: Vec<Clock>,
    shocks: Vec<Shock>,
    cascades: Vec<Cascade>,
    pools: Vec<Pool>,
    /// `(service, region)` of each pool.
    pool_places: Vec<(usize, usize)>,
    /// Replicas with a unit: `(service, region, zone, unit)`.
    replicas: Vec<(usize, usize, usize, UnitId)>,
    switches: Vec<Vec<ScaleSwitch>>,
    initially_down: Vec<GateId>,
    zone_units: HashMap<GateId, Vec<UnitId>>,
}

impl<'a> Compiler<'a> {
    fn new(model: &'a Model, deployment: &'a Deployment) -> Self {
        let n_services = model.services.len();
        let n_regions = deployment.regions.len();
        let mut causes: Vec<String> = model.faults.keys().cloned().collect();
        let fails_by_itself = |kind: &ServiceKind| {
            matches!(
                kind,
                ServiceKind::External {
                    failure: Some(_),
                    ..
                }
            )
        };
        let externals = model
            .services
            .iter()
            .filter(|(_, service)| fails_by_itself(&service.kind));
        causes.extend(externals.map(|(name, _)| name.clone()));
        let mut compiler = Self {
            model,
            deployment,
            names: Names {
                topology: deployment.name.clone(),
                pattern: deployment.pattern().name().to_owned(),
                regions: deployment
                    .regions
                    .iter()
                    .map(|region| region.name.clone())
                    .collect(),
                journeys: model.journeys.keys().cloned().collect(),
                services: model.services.keys().cloned().collect(),
                causes,
            },
            network: NetworkBuilder::default(),
            places: Places::default(),
            place_units: Vec::new(),
            place_gates: HashMap::new(),
            and_gates: HashMap::new(),
            group_gates: HashMap::new(),
            callees_first: Vec::new(),
            capacity_gates: vec![vec![None; n_regions]; n_services],
            takeover_gates: vec![vec![None; n_regions]; n_services],
            external_gates: vec![None; n_services],
            idle_gates: vec![None; n_regions],
            service_gates: [View::Actual, View::Health]
                .into_iter()
                .map(|view| (view, vec![Vec::new(); n_services]))
                .collect(),
            samplers: Vec::new(),
            phases: Vec::new(),
            phase_ids: HashMap::new(),
            sampler_ids: Vec::new(),
            units: Vec::new(),
            unit_keys: Vec::new(),
            clocks: Vec::new(),
            shocks: Vec::new(),
            cascades: Vec::new(),
            pools: Vec::new(),
            pool_places: Vec::new(),
            replicas: Vec::new(),
            switches: vec![Vec::new(); n_regions],
            initially_down: Vec::new(),
            zone_units: HashMap::new(),
        };
        compiler.callees_first = compiler.order_callees_first();
        compiler
    }

    pub(super) fn sampler(&mut self, distribution: &Distribution) -> u32 {
        if let Some((_, id)) = self
            .sampler_ids
            .iter()
            .find(|(known, _)| known == distribution)
        {
            return *id;
        }
        let id = self.samplers.len() as u32;
        self.samplers.push(Sampler::new(distribution));
        self.sampler_ids.push((distribution.clone(), id));
        id
    }

    /// The up phase of a clock, before its down phase, made on first use.
    pub(super) fn phases(&mut self, clock: &Clock) -> u32 {
        let Clock {
            life,
            repair,
            cause,
            ..
        } = *clock;
        *self
            .phase_ids
            .entry((life, repair, cause))
            .or_insert_with(|| {
                let next = |sampler: u32| self.samplers[sampler as usize].clone();
                let up = self.phases.len() as u32;
                self.phases.extend([repair, life].map(|sampler| Phase {
                    next: next(sampler),
                    cause,
                }));
                up
            })
    }

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

    fn compile_replicas(&mut self) {
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
        let mut members = Vec::new();
        let mut switched = Vec::new();
        for replica in 0..deployed.replicas {
            let runs_always = share.as_ref().is_none_or(|share| replica < share.running);
            let zone =
                DeployedService::zone_of(replica, self.deployment.regions[region].zones.len());
            let member = self.compile_replica(
                &Replica {
                    service,
                    region,
                    zone,
                    number: replica,
                    in_pool,
                    runs_always,
                },
                capacity,
                &faults,
            );
            if !runs_always {
                switched.extend(member.unit);
                if stands_by && idle == Idle::Down {
                    self.initially_down.push(member.gate);
                }
            }
            members.push(member);
        }
        let pool = in_pool.then(|| self.compile_pool(service, region, members));
        if let Some(share) = share {
            let slack = match idle {
                Idle::Down => share.running_needs as i32 - deployed.needs as i32,
                Idle::Startable => 0,
            };
            self.switches[region].push(ScaleSwitch {
                gate: capacity,
                slack,
                units: switched,
                idle,
                pool,
            });
        }
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
    ) -> PoolMember {
        let key = self.replica_key(at);
        let around: Vec<GateId> = self
            .places
            .service_in_zone
            .get(&(at.service, at.region, at.zone))
            .cloned()
            .unwrap_or_default();
        let first_clock = self.clocks.len() as u32;
        for (cause, name, fault) in faults {
            if self.zone_matches(fault, at.region, at.zone) {
                let clock = self.clock(*cause, name, fault, key);
                self.clocks.push(clock);
            }
        }
        let n_clocks = self.clocks.len() as u32 - first_clock;
        let struck = self.is_struck(at);
        let has_unit = n_clocks > 0 || struck || !at.runs_always;
        // A replica with one way to be lost needs no gate of its own, unless a takeover must see it.
        let own_gate = at.in_pool || (has_unit && !around.is_empty()) || around.len() > 1;
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
                && self.clocks[first_clock as usize].crew == NO_CREW
                && !faults.iter().any(|(_, _, fault)| fault.spreads.is_some());
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
            let unit = self.units.len() as UnitId - 1;
            self.replicas.push((at.service, at.region, at.zone, unit));
            unit
        });
        PoolMember {
            gate,
            unit,
            behind: unit.into_iter().collect(),
        }
    }

    fn replica_key(&self, at: &Replica) -> StreamKey {
        let region = &self.deployment.regions[at.region].name;
        StreamKey::of(&[
            "replica",
            &self.names.services[at.service],
            region,
            &at.number.to_string(),
        ])
    }

    fn has_dormant_standby(&self, service: usize) -> bool {
        matches!(&self.model.services[service].kind,
            ServiceKind::Replicated { takeover: Some(takeover), .. } if takeover.dormancy < 1.0)
    }

    fn is_struck(&self, at: &Replica) -> bool {
        self.place_units
            .iter()
            .any(|unit| unit.reach.is_some() && Self::strikes(unit, at.service, at.region, at.zone))
    }

    fn strikes(unit: &PlaceUnit, service: usize, region: usize, zone: usize) -> bool {
        let in_place = match unit.reach {
            Some(Place::ServiceInZone(s, r, z)) => (s, r, z) == (service, region, zone),
            Some(Place::ServiceInRegion(s, r)) => (s, r) == (service, region),
            Some(Place::Service(s)) => s == service,
            Some(Place::Zone(r, z)) => (r, z) == (region, zone),
            Some(Place::Region(r)) => r == region,
            Some(Place::Everywhere) => true,
            Some(Place::DistantRegion(_)) | None => false,
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
            members,
            scope,
            gate,
            takes,
            failed,
            success: takeover.success,
            trigger: takeover.on,
            dormancy: takeover.dormancy,
            key: StreamKey::of(&[
                "pool",
                &self.names.services[service],
                &self.deployment.regions[region].name,
            ]),
        });
        id
    }

    /// With calls across regions, a gate that is down while a region runs nothing of some service.
    fn compile_idle_gate(&mut self, region: usize, stands_by: bool) {
        let startable = self.switches[region]
            .iter()
            .any(|switch| switch.idle == Idle::Startable);
        if self.deployment.spec.cross_region_calls && startable {
            let gate = self.network.gate(0);
            self.idle_gates[region] = Some(gate);
            if stands_by {
                self.initially_down.push(gate);
            }
        }
    }

    fn compile_externals(&mut self) {
        let n_faults = self.model.faults.len() as u32;
        let mut cause = n_faults;
        for (index, (name, service)) in self.model.services.iter().enumerate() {
            let ServiceKind::External {
                failure: Some(failure),
                ..
            } = &service.kind
            else {
                continue;
            };
            let gate = self.network.gate(0);
            self.external_gates[index] = Some(gate);
            let clock = Clock {
                life: self.sampler(&failure.mtbf),
                repair: self.sampler(&failure.mttr),
                cause,
                crew: NO_CREW,
                priority: u32::MAX,
                cascade: NO_CASCADE,
                key: StreamKey::of(&["external", name]),
            };
            cause += 1;
            let kind = UnitKind::Simple(self.phases(&clock));
            self.place_units.push(PlaceUnit {
                gate,
                kind,
                clock,
                reach: None,
                shock_services: Vec::new(),
            });
        }
    }

    /// Gives the places and externals their indices, after the replicas.
    fn compile_place_units(&mut self) {
        for mut place in std::mem::take(&mut self.place_units) {
            if let UnitKind::Shock(_) = place.kind {
                let targets = self
                    .replicas
                    .iter()
                    .filter(|&&(service, region, zone, _)| {
                        Self::strikes(&place, service, region, zone)
                    })
                    .map(|&(_, _, _, unit)| unit)
                    .collect();
                place.kind = UnitKind::Shock(self.shocks.len() as u32);
                self.shocks.push(Shock { targets });
            }
            let unit = self.units.len() as UnitId;
            if place.gate != NO_GATE {
                self.zone_units.entry(place.gate).or_default().push(unit);
            }
            let first_clock = self.clocks.len() as u32;
            self.unit_keys.push(place.clock.key);
            self.clocks.push(place.clock);
            self.units.push(Unit {
                kind: place.kind,
                gate: place.gate,
                first_clock,
                n_clocks: 1,
            });
        }
        self.complete_pool_members();
    }

    /// Notes for each replica of a pool which places around it may make it unusable.
    fn complete_pool_members(&mut self) {
        let mut pools = std::mem::take(&mut self.pools);
        for (pool, &(service, region)) in pools.iter_mut().zip(&self.pool_places) {
            let n_zones = self.deployment.regions[region].zones.len();
            for (replica, member) in pool.members.iter_mut().enumerate() {
                let zone = DeployedService::zone_of(replica as u32, n_zones);
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
            }
        }
        self.pools = pools;
    }

    fn compile_cascades(&mut self) {
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
                    SpreadScope::Zone => (r, z) == (region, zone),
                    SpreadScope::Region => r == region,
                    SpreadScope::Everywhere => true,
                };
                let siblings = self
                    .replicas
                    .iter()
                    .filter(|&&(s, r, z, other)| s == service && other != unit && within(r, z))
                    .filter_map(|&(_, _, _, other)| Some((other, self.clock_of(other, cause)?)))
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

    fn entry_services(&self) -> Vec<usize> {
        let mut entries: Vec<usize> = self
            .model
            .journeys
            .values()
            .filter_map(|journey| self.model.services.get_index_of(&journey.entry))
            .collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// `[entry * n_regions + region]`
    fn compile_entries(&mut self) -> Vec<GateId> {
        let mut gates = Vec::new();
        for entry in self.entry_services() {
            let mut by_region = Vec::new();
            for region in 0..self.deployment.regions.len() {
                let inputs = self.closure_requirements(entry, region, View::Actual);
                by_region.push(self.and(inputs, Reach::Journeys));
            }
            if let Some(services) = self.service_gates.get_mut(&View::Actual) {
                services[entry].clone_from(&by_region);
            }
            gates.extend(by_region);
        }
        gates
    }

    fn compile_health(&mut self) -> Vec<GateId> {
        let n_regions = self.deployment.regions.len();
        if matches!(
            self.deployment.pattern(),
            Pattern::SingleAz | Pattern::MultiAz
        ) {
            return Vec::new();
        }
        (0..n_regions)
            .map(|region| {
                let entries = self.entry_services();
                let inputs = entries
                    .into_iter()
                    .flat_map(|entry| self.closure_requirements(entry, region, View::Health))
                    .collect();
                self.and(inputs, Reach::Journeys)
            })
            .collect()
    }

    fn finish(mut self, entries: &[GateId], health: &[GateId]) -> Plan {
        let mut observers = vec![Watcher::World];
        for &gate in entries.iter().chain(health) {
            self.network.observe(gate, 0, Reach::Journeys);
        }
        self.observe_pools(&mut observers);
        let service_watches = self.observe_services(&mut observers);
        let serving = self.serving_plan();
        let regions = self.region_plans();
        let journeys = self.journey_plans();
        let (longest_mean_repair, expected_events) =
            (self.longest_mean_repair(), self.expected_events());
        let network = self.network.finish(&self.initially_down);
        let behind = |gates: &[GateId]| -> Vec<UnitId> {
            let upstream = network.upstream_of(gates);
            (0..self.units.len() as UnitId)
                .filter(|&unit| {
                    let gate = self.units[unit as usize].gate;
                    gate != NO_GATE && upstream[gate as usize]
                })
                .collect()
        };
        let entries = entries
            .iter()
            .map(|&gate| {
                let upstream = network.upstream_of(&[gate]);
                let pools = self
                    .pools
                    .iter()
                    .enumerate()
                    .filter(|(_, pool)| upstream[pool.gate as usize]);
                EntryPlan {
                    gate,
                    units: behind(&[gate]),
                    pools: pools.map(|(index, _)| index as u32).collect(),
                }
            })
            .collect();
        let health = health
            .iter()
            .map(|&gate| HealthPlan {
                gate,
                units: behind(&[gate]),
            })
            .collect();
        let model = self.model;
        Plan {
            warm_up: model.warm_up_seconds,
            horizon: model.horizon_seconds,
            crews: model
                .crews
                .iter()
                .map(|(name, crew)| CrewPlan {
                    size: crew.size,
                    order: crew.order,
                    key: StreamKey::of(&["crew", name]),
                })
                .collect(),
            observers,
            entries,
            journeys,
            health,
            service_watches,
            service_stride: if model.services.len() <= ALWAYS_OBSERVED {
                1
            } else {
                SPARSE_STRIDE
            },
            serving,
            regions,
            daily: model
                .traffic
                .filter(|traffic| traffic.daily_peak > 1.0)
                .map(|traffic| DailyCurve {
                    amplitude: traffic.daily_peak - 1.0,
                    peak: traffic.peak_hour * 3600.0,
                }),
            slo: model.objectives.slo.map(|slo| WindowPlan {
                seconds: slo.window_seconds,
                target: slo.target,
            }),
            sla: model.objectives.sla.as_ref().map(|sla| WindowPlan {
                seconds: sla.window_seconds,
                target: sla.target,
            }),
            refunds: model
                .objectives
                .sla
                .iter()
                .flat_map(|sla| {
                    sla.credits
                        .iter()
                        .map(|credit| (credit.below, credit.refund))
                })
                .collect(),
            rto_seconds: model.objectives.rto_seconds,
            longest_mean_repair,
            expected_events,
            names: self.names,
            network,
            units: self.units,
            unit_keys: self.unit_keys,
            clocks: self.clocks,
            samplers: self.samplers,
            phases: self.phases,
            shocks: self.shocks,
            cascades: self.cascades,
            pools: self.pools,
        }
    }

    fn observe_pools(&mut self, observers: &mut Vec<Watcher>) {
        for (index, pool) in self.pools.iter().enumerate() {
            let observer = observers.len() as u32;
            observers.push(Watcher::Pool(index as u32));
            for gate in pool
                .members
                .iter()
                .map(|member| member.gate)
                .chain(pool.scope.iter().copied())
            {
                self.network.observe(gate, observer, Reach::Journeys);
            }
        }
    }

    fn observe_services(&mut self, observers: &mut Vec<Watcher>) -> Vec<ServiceWatch> {
        let mut watches = Vec::new();
        for (service, gates) in self.service_gates[&View::Actual].iter().enumerate() {
            let same_everywhere = gates.iter().all(|&gate| gate == gates[0]);
            for (region, &gate) in gates.iter().enumerate() {
                let observer = observers.len() as u32;
                observers.push(Watcher::Service(watches.len() as u32));
                self.network.observe(gate, observer, Reach::Services);
                let region = (!same_everywhere).then_some(region as u32);
                watches.push(ServiceWatch {
                    service: service as u32,
                    region,
                    gate,
                });
                if same_everywhere {
                    break;
                }
            }
        }
        watches
    }

    fn serving_plan(&mut self) -> ServingPlan {
        let spec = self.deployment.spec.clone();
        let failover = &spec.failover;
        let detect = match &failover.detect {
            Detect::Probe {
                period_seconds,
                misses,
            } => DetectPlan::Probe(*period_seconds, *misses),
            Detect::Drawn(distribution) => DetectPlan::Drawn(self.sampler(distribution)),
        };
        let reroute = match &failover.reroute {
            Reroute::Ttl(seconds) => ReroutePlan::Ttl(*seconds),
            Reroute::Drawn(distribution) => ReroutePlan::Drawn(self.sampler(distribution)),
        };
        match spec.pattern {
            Pattern::SingleAz | Pattern::MultiAz => ServingPlan::Single,
            Pattern::ActiveActive => ServingPlan::ActiveActive(ActivePlan {
                split: spec.split,
                detect,
                reroute,
            }),
            Pattern::BackupRestore
            | Pattern::PilotLight
            | Pattern::WarmStandby
            | Pattern::HotStandby => {
                ServingPlan::Standby(StandbyPlan {
                    detect,
                    decide: self.sampler(&failover.decide),
                    activate: self.sampler(&failover.activate),
                    restore: failover.restore_seconds,
                    reroute,
                    success: failover.success,
                    // What never succeeds is not tried again: without times in between it would be tried for ever.
                    retry: failover.retry_seconds.filter(|_| failover.success > 0.0),
                    failback: failover.failback,
                    reroute_first: spec.pattern == Pattern::WarmStandby,
                    full_when_standing_by: spec.pattern == Pattern::HotStandby,
                })
            }
        }
    }

    fn region_plans(&mut self) -> Vec<RegionPlan> {
        let spec = &self.deployment.spec;
        let standby_capacity = match spec.pattern {
            Pattern::WarmStandby => spec.standby_scale,
            Pattern::ActiveActive => spec.scale,
            _ => 1.0,
        };
        std::mem::take(&mut self.switches)
            .into_iter()
            .zip(&self.deployment.regions)
            .zip(&self.idle_gates)
            .map(|((switches, region), idle)| RegionPlan {
                standby_capacity,
                switches,
                idle_gate: idle.unwrap_or(NO_GATE),
                key: StreamKey::of(&["failover", &region.name]),
            })
            .collect()
    }

    fn journey_plans(&self) -> Vec<JourneyPlan> {
        let entries = self.entry_services();
        self.model
            .journeys
            .values()
            .map(|journey| {
                let service = self.model.services.get_index_of(&journey.entry);
                let entry = service
                    .and_then(|service| entries.binary_search(&service).ok())
                    .unwrap_or(0);
                JourneyPlan {
                    share: journey.share,
                    down_below: journey.down_below,
                    entry: entry as u32,
                }
            })
            .collect()
    }

    fn means(&self, clock: &Clock) -> (f64, f64) {
        let mean = |id: u32| {
            self.sampler_ids
                .iter()
                .find(|(_, known)| *known == id)
                .map_or(0.0, |(distribution, _)| distribution.mean())
        };
        (mean(clock.life), mean(clock.repair))
    }

    fn longest_mean_repair(&self) -> f64 {
        let harmful = |cause: u32| {
            self.model
                .faults
                .get_index(cause as usize)
                .is_none_or(|(_, fault)| {
                    fault.effect == crate::model::Effect::Down || fault.strikes == Strikes::Replicas
                })
        };
        let repairs = self
            .clocks
            .iter()
            .filter(|clock| harmful(clock.cause))
            .map(|clock| self.means(clock).1);
        repairs
            .filter(|repair| repair.is_finite())
            .fold(0.0, f64::max)
    }

    fn expected_events(&self) -> f64 {
        let length = self.model.warm_up_seconds + self.model.horizon_seconds;
        let mut rates: HashMap<(u32, u32), f64> = HashMap::new();
        self.clocks
            .iter()
            .map(|clock| {
                *rates.entry((clock.life, clock.repair)).or_insert_with(|| {
                    let (life, repair) = self.means(clock);
                    2.0 * length / (life + repair)
                })
            })
            .sum()
    }
}

/// A replica being compiled.
struct Replica {
    service: usize,
    region: usize,
    zone: usize,
    number: u32,
    in_pool: bool,
    runs_always: bool,
}
