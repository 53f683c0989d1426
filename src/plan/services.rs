//! Services as gates: from replicas, places and calls to the entries of journeys and the health of regions.
//!
//! Required calls are flattened: an entry depends on the set of all requirements in its closure, each counted once
//! however many services share it, so that a failure is one step away from the entry. Groups (`any`, `at_least`) and
//! calls across regions stay gates of their own.

use std::collections::HashSet;

use super::compile::Compiler;
use super::{GateId, Reach};
use crate::model::{CallKind, CallTargets, Pattern, ServiceKind};

/// Whose eyes a gate is seen with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum View {
    /// What users see.
    Actual,
    /// What says that a region is unhealthy: what is down everywhere is taken as up.
    Health,
}

/// Where a call comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub region: usize,
    /// In a region that cuts can split.
    pub zone: Option<usize>,
}

impl Seat {
    fn of(region: usize) -> Self {
        Self { region, zone: None }
    }
}

impl Compiler<'_> {
    /// Gates that a service itself needs up in a region, its calls apart.
    pub(super) fn own_requirements(
        &self,
        service: usize,
        region: usize,
        view: View,
    ) -> Vec<GateId> {
        let mut gates = Vec::new();
        let around_service = || {
            self.places
                .service
                .get(&service)
                .into_iter()
                .flatten()
                .copied()
        };
        match &self.model.services[service].kind {
            ServiceKind::External { region: home, .. } => {
                if view == View::Health && home.is_none() {
                    return gates;
                }
                gates.extend(self.external_gates[service]);
                if let Some(home) = home {
                    gates.extend(self.link_to_home(region, home));
                    gates.extend(self.places.regions.get(home));
                    if view == View::Actual {
                        gates.extend(self.places.everywhere);
                    }
                }
            }
            ServiceKind::Replicated { .. } | ServiceKind::Virtual => {
                let host = self.host(service, region);
                gates.extend(self.capacity_gates[service][host]);
                gates.extend(self.takeover_gates[service][host]);
                gates.extend(
                    self.places
                        .service_in_region
                        .get(&(service, region))
                        .into_iter()
                        .flatten(),
                );
            }
        }
        if view == View::Actual {
            gates.extend(around_service());
        }
        gates
    }

    /// Makes the gates of services that groups or calls across regions refer to, callees first.
    pub(super) fn compile_referred_services(&mut self) {
        let referred = self.referred_services();
        let views: &[View] = if self.deployment.regions.len() > 1 {
            &[View::Actual, View::Health]
        } else {
            &[View::Actual]
        };
        for &view in views {
            for &service in &self.callees_first.clone() {
                if referred[service] {
                    self.compile_service(service, view, Reach::Journeys);
                }
            }
        }
    }

    /// Makes the gates of the remaining services, seen only by their own figures.
    pub(super) fn compile_observed_services(&mut self) {
        for &service in &self.callees_first.clone() {
            if self.service_gates[&View::Actual][service].is_empty() {
                self.compile_service(service, View::Actual, Reach::Services);
            }
        }
    }

    fn compile_service(&mut self, service: usize, view: View, reach: Reach) {
        let mut gates = Vec::new();
        for region in 0..self.deployment.regions.len() {
            if self.is_split(region) {
                gates.push(self.best_view(service, region, view, reach));
                continue;
            }
            let mut inputs = self.own_requirements(service, region, view);
            for (k, callees) in self.required_calls(service) {
                inputs.push(self.call_gate(k, &callees, Seat::of(region), view, reach));
            }
            gates.push(self.and(inputs, reach));
        }
        if let Some(services) = self.service_gates.get_mut(&view) {
            services[service] = gates;
        }
    }

    /// The gate of one call of a service in a region: `k` of its callees, each there or, across regions, anywhere.
    pub(super) fn call_gate(
        &mut self,
        k: u32,
        callees: &[usize],
        seat: Seat,
        view: View,
        reach: Reach,
    ) -> GateId {
        let region = seat.region;
        let inputs: Vec<GateId> = callees
            .iter()
            .map(|&callee| {
                let here = match seat.zone {
                    Some(zone) => self.seen_from(callee, region, zone, view, reach),
                    None => self.service_gates[&view][callee][region],
                };
                let gates = self.service_gates[&view][callee].clone();
                let elsewhere = !(self.links.between_regions() && self.is_external(callee));
                if self.deployment.spec.cross_region_calls && gates.len() > 1 && elsewhere {
                    let in_cell = gates.iter().enumerate();
                    let in_cell = in_cell.filter(|(there, _)| self.in_one_cell(*there, region));
                    let in_cell: Vec<(usize, GateId)> =
                        in_cell.map(|(there, &gate)| (there, gate)).collect();
                    let running: Vec<GateId> = in_cell
                        .into_iter()
                        .map(|(there, gate)| {
                            let gate = if there == region { here } else { gate };
                            // A region is fit to serve by what it would run itself once started.
                            let would_run = view == View::Health && there == region;
                            if would_run {
                                gate
                            } else {
                                let gate = self.while_running(callee, gate, there, reach);
                                self.over_link(region, there, gate, reach)
                            }
                        })
                        .collect();
                    self.at_least(1, running, reach)
                } else {
                    here
                }
            })
            .collect();
        self.at_least(k, inputs, reach)
    }

    /// A service that a region may not run: it serves calls of other regions only while it does.
    pub(super) fn while_running(
        &mut self,
        service: usize,
        gate: GateId,
        region: usize,
        reach: Reach,
    ) -> GateId {
        if !self.is_started_on_demand(service, region) {
            return gate;
        }
        // What all cells share runs while any of them does.
        let cells: Vec<usize> = if self.model.services[service].is_shared() {
            self.cells_of(self.whole(region)).collect()
        } else {
            vec![region]
        };
        let idle: Vec<GateId> = (cells.into_iter())
            .filter_map(|cell| self.idle_gates[cell])
            .collect();
        if idle.is_empty() {
            return gate;
        }
        let runs = self.at_least(1, idle, reach);
        self.and(vec![gate, runs], reach)
    }

    /// The requirements of an entry in a region: those of every service in its closure, each once.
    pub(super) fn closure_requirements(
        &mut self,
        entry: usize,
        region: usize,
        view: View,
    ) -> Vec<GateId> {
        if self.is_split(region) {
            self.see_closure(entry, region, view);
            return vec![self.best_view(entry, region, view, Reach::Journeys)];
        }
        let mut requirements = Vec::new();
        let mut seen = HashSet::from([entry]);
        let mut todo = vec![entry];
        while let Some(service) = todo.pop() {
            requirements.extend(self.own_requirements(service, region, view));
            for (k, callees) in self.required_calls(service) {
                match callees[..] {
                    [callee] if !self.deployment.spec.cross_region_calls => {
                        if seen.insert(callee) {
                            todo.push(callee);
                        }
                    }
                    _ => requirements.push(self.call_gate(
                        k,
                        &callees,
                        Seat::of(region),
                        view,
                        Reach::Journeys,
                    )),
                }
            }
        }
        requirements
    }

    pub(super) fn required_calls(&self, service: usize) -> Vec<(u32, Vec<usize>)> {
        let index = |name: &String| self.model.services.get_index_of(name);
        self.model.services[service]
            .calls
            .iter()
            .filter(|call| call.kind == CallKind::Required)
            .map(|call| match &call.targets {
                CallTargets::One(callee) => (1, index(callee).into_iter().collect()),
                CallTargets::AtLeast(k, callees) => {
                    (*k, callees.iter().filter_map(index).collect())
                }
            })
            .collect()
    }

    /// Services whose gate something refers to, with their closures.
    fn referred_services(&self) -> Vec<bool> {
        let mut referred = vec![false; self.model.services.len()];
        let mut todo: Vec<usize> = self.needed_services();
        for service in 0..referred.len() {
            for (_, callees) in self.required_calls(service) {
                if callees.len() > 1 || self.deployment.spec.cross_region_calls {
                    todo.extend(callees);
                }
            }
        }
        while let Some(service) = todo.pop() {
            if !std::mem::replace(&mut referred[service], true) {
                todo.extend(
                    self.required_calls(service)
                        .into_iter()
                        .flat_map(|(_, callees)| callees),
                );
            }
        }
        referred
    }

    /// Services in an order in which callees of required calls come first.
    pub(super) fn order_callees_first(&self) -> Vec<usize> {
        let n = self.model.services.len();
        let mut waiting_for = vec![0_usize; n];
        let mut callers = vec![Vec::new(); n];
        for (caller, waiting) in waiting_for.iter_mut().enumerate() {
            for callee in self
                .required_calls(caller)
                .into_iter()
                .flat_map(|(_, callees)| callees)
            {
                *waiting += 1;
                callers[callee].push(caller);
            }
        }
        let mut order: Vec<usize> = (0..n)
            .filter(|&service| waiting_for[service] == 0)
            .collect();
        let mut next = 0;
        while next < order.len() {
            for &caller in &callers[order[next]] {
                waiting_for[caller] -= 1;
                if waiting_for[caller] == 0 {
                    order.push(caller);
                }
            }
            next += 1;
        }
        assert_eq!(
            order.len(),
            n,
            "a validated model has no cycle of required calls"
        );
        order
    }

    /// A gate that is down while any of its inputs is. One input is its own gate; equal sets share one.
    pub(super) fn and(&mut self, mut inputs: Vec<GateId>, reach: Reach) -> GateId {
        inputs.sort_unstable();
        inputs.dedup();
        if let [only] = inputs[..] {
            return only;
        }
        let services_only = reach == Reach::Services;
        for known in [false, services_only] {
            if let Some(&gate) = self.and_gates.get(&(inputs.clone(), known)) {
                return gate;
            }
        }
        let gate = self.network.gate(0);
        for &input in &inputs {
            self.network.feed(input, gate, reach);
        }
        self.and_gates.insert((inputs, services_only), gate);
        gate
    }

    /// A gate that is up while at least `k` of its inputs are. One input is its own gate; equal groups share one.
    pub(super) fn at_least(&mut self, k: u32, mut inputs: Vec<GateId>, reach: Reach) -> GateId {
        if let [only] = inputs[..] {
            return only;
        }
        inputs.sort_unstable();
        let services_only = reach == Reach::Services;
        for known in [false, services_only] {
            if let Some(&gate) = self.group_gates.get(&(k, inputs.clone(), known)) {
                return gate;
            }
        }
        let gate = self.network.gate((inputs.len() as u32).saturating_sub(k));
        for &input in &inputs {
            self.network.feed(input, gate, reach);
        }
        self.group_gates.insert((k, inputs, services_only), gate);
        gate
    }

    pub(super) fn entry_services(&self) -> Vec<usize> {
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
    pub(super) fn compile_entries(&mut self) -> Vec<GateId> {
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

    pub(super) fn compile_health(&mut self) -> Vec<GateId> {
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
                let errors = self.gray_health_gate();
                let inputs = entries
                    .into_iter()
                    .flat_map(|entry| self.closure_requirements(entry, region, View::Health))
                    .chain(errors)
                    .collect();
                let healthy = self.and(inputs, Reach::Journeys);
                self.as_probed(region, healthy)
            })
            .collect()
    }

    /// The health of a region as probes see it: of a primary that is probed from the standby only while the link holds both ways.
    fn as_probed(&mut self, region: usize, healthy: GateId) -> GateId {
        if self.whole(region) != 0 || !self.deployment.spec.failover.probed_from_standby {
            return healthy;
        }
        self.unprobed_health.push(healthy);
        let cuts = [self.links.between(0, 1), self.links.between(1, 0)].concat();
        let inputs = std::iter::once(healthy).chain(cuts).collect();
        self.and(inputs, Reach::Journeys)
    }
}
