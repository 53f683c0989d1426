//! Services in a region that cuts can split, as they are seen from each of its zones.
//!
//! A call from a zone reaches the replicas of all zones to which some way of links is up. A replica is of use to it while it
//! is usable, in reach, and can make the required calls of its service from where it is. The service is up as seen from a
//! zone while enough replicas are of use there, and up in the region while it is so as seen from some zone: clients come in
//! where it works. With links that fail both ways this is the service graph of each group of zones that still reach each other,
//! played with the replicas of that group alone, and the best group counts.

use std::collections::HashMap;

use super::compile::Compiler;
use super::services::{Seat, View};
use super::{GateId, Idle, PoolMember, Reach, ScaleSwitch};

/// A service that runs in a region that cuts can split.
#[derive(Debug)]
pub(super) struct SplitService {
    /// Gate of each replica by itself.
    pub replicas: Vec<GateId>,
    /// Replicas that may be missing at the start.
    pub tolerance: u32,
    /// What a standby tolerates more, or less, once it serves.
    pub slack: i32,
    /// Whether all cells of the region use it.
    pub is_shared: bool,
}

/// Gates of services as seen from each zone, by service, region and view.
#[derive(Debug, Default)]
pub(super) struct ZoneViews(HashMap<(usize, usize, View), Vec<GateId>>);

impl Compiler<'_> {
    /// Whether some zones of a region may be out of reach of others.
    pub(super) fn is_split(&self, region: usize) -> bool {
        !self.links.reaches(region).is_empty()
    }

    /// The gate of a service as it is seen from a zone.
    pub(super) fn seen_from(
        &mut self,
        service: usize,
        region: usize,
        zone: usize,
        view: View,
        reach: Reach,
    ) -> GateId {
        self.see(service, region, view, reach);
        self.zone_views.0[&(service, region, view)][zone]
    }

    /// A gate that is up while a service is, as seen from some zone of its region.
    pub(super) fn best_view(
        &mut self,
        service: usize,
        region: usize,
        view: View,
        reach: Reach,
    ) -> GateId {
        self.see(service, region, view, reach);
        let mut views = self.zone_views.0[&(service, region, view)].clone();
        views.sort_unstable();
        views.dedup();
        self.at_least(1, views, reach)
    }

    /// Makes the views of all services that an entry requires, callees first.
    pub(super) fn see_closure(&mut self, entry: usize, region: usize, view: View) {
        let mut is_required = vec![false; self.model.services.len()];
        let mut todo = vec![entry];
        while let Some(service) = todo.pop() {
            if !std::mem::replace(&mut is_required[service], true) {
                let calls = self.required_calls(service).into_iter();
                todo.extend(calls.flat_map(|(_, callees)| callees));
            }
        }
        for service in self.callees_first.clone() {
            if is_required[service] {
                self.see(service, region, view, Reach::Journeys);
            }
        }
    }

    /// Makes the views of a service whose callees have theirs.
    fn see(&mut self, service: usize, region: usize, view: View, reach: Reach) {
        if self.zone_views.0.contains_key(&(service, region, view)) {
            return;
        }
        let n_zones = self.deployment.regions[region].zones.len();
        let own = self.own_requirements(service, region, view);
        let calls: Vec<Vec<GateId>> = (0..n_zones)
            .map(|zone| {
                self.calls_from(
                    service,
                    Seat {
                        region,
                        zone: Some(zone),
                    },
                    view,
                    reach,
                )
            })
            .collect();
        let mut views = Vec::with_capacity(n_zones);
        for zone in 0..n_zones {
            let mut inputs = own.clone();
            // Replicas that all cells share make, for each cell, the calls of that cell.
            let host = self.host(service, region);
            match self.split.remove(&(service, host)) {
                Some(split) => {
                    inputs.push(self.capacity_from(&split, host, zone, &calls, reach));
                    self.split.insert((service, host), split);
                }
                None => inputs.extend(&calls[zone]),
            }
            views.push(self.and(inputs, reach));
        }
        self.zone_views.0.insert((service, region, view), views);
    }

    fn calls_from(&mut self, service: usize, seat: Seat, view: View, reach: Reach) -> Vec<GateId> {
        let calls = self.required_calls(service).into_iter();
        calls
            .map(|(k, callees)| self.call_gate(k, &callees, seat, view, reach))
            .collect()
    }

    /// A gate that is up while enough replicas are of use to calls from a zone. `calls` has what a replica in each zone needs.
    fn capacity_from(
        &mut self,
        split: &SplitService,
        region: usize,
        zone: usize,
        calls: &[Vec<GateId>],
        reach: Reach,
    ) -> GateId {
        let capacity = self.network.gate(split.tolerance);
        for (number, &replica) in split.replicas.iter().enumerate() {
            let there = self.deployment.regions[region].zone_of(number as u32);
            let way = self.links.reaches(region)[zone][there];
            let inputs = [replica]
                .into_iter()
                .chain(way)
                .chain(calls[there].iter().copied());
            let of_use = self.and(inputs.collect(), reach);
            self.network.feed(of_use, capacity, reach);
        }
        if split.slack != 0 {
            self.switches[region].push(ScaleSwitch {
                gate: capacity,
                slack: split.slack,
                units: Vec::new(),
                beside: Vec::new(),
                idle: Idle::Down,
                pool: None,
                is_shared: split.is_shared,
            });
        }
        capacity
    }

    /// Makes members of a pool unusable while a cut keeps them from as many replicas as the service needs.
    pub(super) fn cut_off(
        &mut self,
        split: &SplitService,
        region: usize,
        members: &mut [PoolMember],
    ) {
        let n_zones = self.deployment.regions[region].zones.len();
        let no_calls = vec![Vec::new(); n_zones];
        let in_touch: Vec<GateId> = (0..n_zones)
            .map(|zone| {
                let enough = self.capacity_from(split, region, zone, &no_calls, Reach::Journeys);
                let ways = self.links.reaches(region)[zone].iter().copied().flatten();
                let all = self.and(ways.collect(), Reach::Journeys);
                self.at_least(1, vec![enough, all], Reach::Journeys)
            })
            .collect();
        for (number, member) in members.iter_mut().enumerate() {
            let zone = self.deployment.regions[region].zone_of(number as u32);
            let inputs = vec![member.gate, in_touch[zone]];
            member.gate = self.and(inputs, Reach::Journeys);
        }
    }
}
