//! Compiles a deployment: replicas, places and services to units and gates; the pattern to rules of traffic.

use std::collections::HashMap;

use super::gray::GrayFaults;
use super::links::Links;
use super::partition::{SplitService, ZoneViews};
use super::places::{Place, PlaceUnit, Places};
use super::rules::{balance, daily_curve, refunds, sla, slo, stuck};
use super::services::View;
use super::{
    Cascade, Clock, EntryPlan, GateId, HealthPlan, Laws, NO_GATE, Names, NetworkBuilder, Phase,
    Plan, Pool, Reach, Sampler, ScaleSwitch, Scripted, ServiceWatch, Shock, Site, StreamKey,
    UncertainLaw, Unit, UnitId, Watcher,
};
use crate::model::{Distribution, Model, ServiceKind};
use crate::topology::Deployment;

/// Services are observed in every trial up to this many of them …
const ALWAYS_OBSERVED: usize = 128;
/// … and in every so-many-th trial beyond.
const SPARSE_STRIDE: u64 = 64;

/// Compiles a deployment of a validated model.
#[must_use]
pub fn compile(model: &Model, deployment: &Deployment) -> Plan {
    let mut compiler = Compiler::new(model, deployment);
    compiler.name_distant_regions();
    compiler.compile_places();
    compiler.compile_reaches();
    compiler.compile_quorums();
    compiler.compile_replicas();
    compiler.compile_externals();
    compiler.compile_place_units();
    compiler.compile_cascades();
    compiler.compile_referred_services();
    let entries = compiler.compile_entries();
    let health = compiler.compile_health();
    compiler.compile_gray();
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
    /// Gates that are down while a needed fault is active: cause, place, gate.
    pub fault_gates: Vec<(u32, Place, GateId)>,
    pub links: Links,
    pub gray: GrayFaults,
    /// `(service, region)` of those that run in regions that cuts can split.
    pub split: HashMap<(usize, usize), SplitService>,
    pub zone_views: ZoneViews,
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
    /// By cell, health of the first region without the links over which it is probed, if it is.
    pub unprobed_health: Vec<GateId>,
    /// `[service][region]`, empty until made.
    pub service_gates: HashMap<View, Vec<Vec<GateId>>>,
    pub laws: Laws,
    /// Phases by life, repair and cause.
    pub phase_ids: HashMap<(u32, u32, u32), u32>,
    pub sampler_ids: Vec<(Distribution, u32)>,
    pub units: Vec<Unit>,
    pub unit_keys: Vec<StreamKey>,
    pub unit_sites: Vec<Site>,
    pub clocks: Vec<Clock>,
    pub shocks: Vec<Shock>,
    pub cascades: Vec<Cascade>,
    pub pools: Vec<Pool>,
    /// `(service, region)` of each pool.
    pub pool_places: Vec<(usize, usize)>,
    /// Replicas with a unit: `(service, region, zone, unit)`.
    pub replicas: Vec<(usize, usize, usize, UnitId)>,
    pub switches: Vec<Vec<ScaleSwitch>>,
    pub initially_down: Vec<GateId>,
    pub zone_units: HashMap<GateId, Vec<UnitId>>,
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
                zones: deployment
                    .regions
                    .iter()
                    .map(|region| region.zones.clone())
                    .collect(),
                distant_regions: Vec::new(),
                journeys: model.journeys.keys().cloned().collect(),
                services: model.services.keys().cloned().collect(),
                causes,
                waits: Vec::new(),
                cells: deployment.spec.cells,
                shared: (model.services.values())
                    .map(crate::model::Service::is_shared)
                    .collect(),
            },
            network: NetworkBuilder::default(),
            places: Places::default(),
            fault_gates: Vec::new(),
            links: Links::default(),
            gray: GrayFaults::default(),
            split: HashMap::new(),
            zone_views: ZoneViews::default(),
            place_units: Vec::new(),
            place_gates: HashMap::new(),
            and_gates: HashMap::new(),
            group_gates: HashMap::new(),
            callees_first: Vec::new(),
            capacity_gates: vec![vec![None; n_regions]; n_services],
            takeover_gates: vec![vec![None; n_regions]; n_services],
            external_gates: vec![None; n_services],
            idle_gates: vec![None; n_regions],
            unprobed_health: Vec::new(),
            service_gates: [View::Actual, View::Health]
                .into_iter()
                .map(|view| (view, vec![Vec::new(); n_services]))
                .collect(),
            laws: Laws::default(),
            phase_ids: HashMap::new(),
            sampler_ids: Vec::new(),
            units: Vec::new(),
            unit_keys: Vec::new(),
            unit_sites: Vec::new(),
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
        let id = self.laws.samplers.len() as u32;
        self.laws.samplers.push(Sampler::new(distribution));
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
                let next = |sampler: u32| self.laws.samplers[sampler as usize].clone();
                let up = self.laws.phases.len() as u32;
                self.laws.phases.extend([repair, life].map(|sampler| Phase {
                    next: next(sampler),
                    cause,
                }));
                up
            })
    }

    fn finish(mut self, entries: &[GateId], health: &[GateId]) -> Plan {
        let mut observers = vec![Watcher::World];
        for &gate in entries.iter().chain(health) {
            self.network.observe(gate, 0, Reach::Journeys);
        }
        self.observe_pools(&mut observers);
        let service_watches = self.observe_services(&mut observers);
        let data = self.data_plan(&mut observers);
        for &gate in &self.unprobed_health {
            self.network.observe(gate, 0, Reach::Journeys);
        }
        let serving = self.serving_plan();
        let balance_wanted = balance(self.model, &serving);
        let regions = self.region_plans(&serving);
        let journeys = self.journey_plans();
        let (crews, lines) = self.crew_plans();
        let (longest_mean_loss, expected_events) =
            (self.longest_mean_loss(&serving), self.expected_events());
        let (holds, uncertain) = (self.holds(), self.uncertain_laws());
        let scripted = self.scripted();
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
        // In the order in which their samplers were made.
        let distributions = self.sampler_ids.into_iter().map(|(law, _)| law).collect();
        Plan {
            warm_up: model.warm_up_seconds,
            horizon: model.horizon_seconds,
            crews,
            lines,
            observers,
            entries,
            journeys,
            health,
            gray: self.gray.plan,
            service_watches,
            service_stride: if model.services.len() <= ALWAYS_OBSERVED {
                1
            } else {
                SPARSE_STRIDE
            },
            serving,
            stuck: stuck(&self.deployment.spec.failover.reroute),
            regions,
            daily: daily_curve(model),
            slo: slo(model),
            balance: balance_wanted,
            sla: sla(model),
            refunds: refunds(model),
            rto_seconds: model.objectives.rto_seconds,
            rpo_seconds: model.objectives.rpo_seconds,
            data,
            longest_mean_loss,
            expected_events,
            names: self.names,
            network,
            units: self.units,
            unit_keys: self.unit_keys,
            sites: self.unit_sites,
            holds,
            clocks: self.clocks,
            laws: self.laws,
            distributions,
            uncertain,
            scripted,
            shocks: self.shocks,
            cascades: self.cascades,
            pools: self.pools,
        }
    }

    /// The units of faults that strike once.
    fn scripted(&self) -> Vec<Scripted> {
        let units = (0..).zip(&self.units);
        let scripted = units.filter_map(|(unit, plan)| {
            let clock = self.clocks.get(plan.first_clock as usize)?;
            let (_, fault) = self.model.faults.get_index(clock.cause as usize)?;
            let once = fault.once.as_ref().filter(|_| plan.n_clocks == 1)?;
            let at = (self.model.warm_up_seconds + once.at_seconds).max(0.0);
            Some(Scripted { unit, at })
        });
        scripted.collect()
    }

    /// The laws that have ranges in them.
    fn uncertain_laws(&self) -> Vec<UncertainLaw> {
        let ranged = self.sampler_ids.iter();
        let ranged = ranged.filter(|(law, _)| !law.ranges().is_empty());
        let uncertain = ranged.map(|(law, sampler)| {
            let followed = self.phase_ids.iter().flat_map(|(&(life, repair, _), &up)| {
                let follows = |law: u32, phase: u32| (law == *sampler).then_some(phase);
                [follows(repair, up), follows(life, up + 1)]
            });
            let mut phases: Vec<u32> = followed.flatten().collect();
            phases.sort_unstable();
            UncertainLaw {
                distribution: law.clone(),
                sampler: *sampler,
                phases,
            }
        });
        uncertain.collect()
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
}
