//! Places as gates: which faults hit which region, zone or service, and which gate each takes down.

use std::collections::{BTreeSet, HashMap};

use super::compile::Compiler;
use super::{
    Clock, GateId, NO_CASCADE, NO_CREW, NO_GATE, Reach, Shock, Site, StreamKey, Unit, UnitId,
    UnitKind,
};
use crate::model::{Cut, Effect, Fault, Scope, ServiceKind, Strikes};

/// The gates around replicas and services, by index of service, region and zone.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// Gate of a region by name, where a fault hits it whole.
    pub regions: HashMap<String, GateId>,
    /// Gates around all replicas of a service in one region: `(service, region)`.
    pub service_in_region: HashMap<(usize, usize), Vec<GateId>>,
    /// Gates around a service everywhere, which say nothing of the health of a region.
    pub service: HashMap<usize, Vec<GateId>>,
    /// Gates around the replicas of a service in one zone: `(service, region, zone)`.
    pub service_in_zone: HashMap<(usize, usize, usize), Vec<GateId>>,
    /// Gate of everywhere, where a fault hits it.
    pub everywhere: Option<GateId>,
}

/// A unit of a place, before replicas have taken the first indices.
#[derive(Debug)]
pub(super) struct PlaceUnit {
    pub site: Site,
    /// Gate that the unit takes down itself.
    pub gate: GateId,
    /// Gate of the place that it takes down with it, or [`NO_GATE`].
    pub place_gate: GateId,
    pub kind: UnitKind,
    pub clock: Clock,
    /// Which replicas a shock strikes.
    pub reach: Option<Place>,
    pub shock_services: Vec<usize>,
}

/// One place hit by a fault. What hits all cells of a region is in the region as it is in the first of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Place {
    ServiceInZone(usize, usize, usize),
    ServiceInRegion(usize, usize),
    Service(usize),
    Zone(usize, usize),
    Region(usize),
    /// A cell of a region.
    Cell(usize),
    ServiceInCell(usize, usize),
    /// A region that is not in use but holds an external service.
    DistantRegion(usize),
    Everywhere,
    /// Two zones of a region in order of their names, or the ends of a cut one way.
    ZoneLink(usize, usize, usize, Cut),
    /// Two regions, those not in use last, in order of their names, or the ends of a cut one way.
    RegionLink(usize, usize, Cut),
}

impl Compiler<'_> {
    /// Makes the units of every fault that hits a place wider than a replica, and the gates that they take down.
    pub(super) fn compile_places(&mut self) {
        let faults: Vec<(usize, String, Fault)> = self
            .model
            .faults
            .iter()
            .enumerate()
            .map(|(index, (name, fault))| (index, name.clone(), fault.clone()))
            .collect();
        for (cause, name, fault) in &faults {
            if fault.hits == Scope::Replica {
                continue;
            }
            for place in self.places_hit(fault) {
                self.compile_place(*cause as u32, name, fault, place);
            }
        }
    }

    fn compile_place(&mut self, cause: u32, name: &str, fault: &Fault, place: Place) {
        let service = match place {
            Place::Service(service) => Some(service),
            _ => None,
        };
        let clock = Clock {
            repair: self.sampler(&self.repair_law(fault, service)),
            ..self.clock(cause, name, fault, self.place_key(place))
        };
        if fault.strikes == Strikes::Replicas {
            let shock_services = self.services_hit(fault);
            let kind = UnitKind::Shock(0);
            self.place_units.push(PlaceUnit {
                site: self.site(place),
                gate: NO_GATE,
                place_gate: NO_GATE,
                kind,
                clock,
                reach: Some(place),
                shock_services,
            });
            return;
        }
        if let Effect::Gray(effect) = fault.effect {
            self.compile_gray_place(&clock, fault, effect, place);
            return;
        }
        let place_gate = match fault.effect {
            Effect::Unnoticed | Effect::Gray(_) => NO_GATE,
            Effect::Down | Effect::Corrupt => self.place_gate(fault, place),
        };
        let gate = if self.is_needed_fault(name) {
            self.fault_gate(cause, place, place_gate)
        } else {
            place_gate
        };
        // Each loss of data is met, not only the downtime that comes of it.
        let is_simple = clock.crew == NO_CREW && fault.effect != Effect::Corrupt;
        let kind = if is_simple {
            UnitKind::Simple(self.phases(&clock))
        } else {
            UnitKind::General
        };
        self.place_units.push(PlaceUnit {
            site: self.site(place),
            gate,
            place_gate,
            kind,
            clock,
            reach: None,
            shock_services: Vec::new(),
        });
    }

    /// A gate of its own for a fault that steps of the runbook stand still for, which takes its place down with it.
    fn fault_gate(&mut self, cause: u32, place: Place, place_gate: GateId) -> GateId {
        let gate = self.network.gate(0);
        if place_gate != NO_GATE {
            self.network.feed(gate, place_gate, Reach::Journeys);
        }
        self.fault_gates.push((cause, place, gate));
        gate
    }

    /// The renewal process of a fault on a component.
    pub(super) fn clock(
        &mut self,
        cause: u32,
        fault_name: &str,
        fault: &Fault,
        place: StreamKey,
    ) -> Clock {
        let cells = f64::from(self.deployment.spec.cells);
        let life = if fault.spread_over_cells && cells > 1.0 {
            fault.renewal.mtbf.clone().scaled(cells)
        } else {
            fault.renewal.mtbf.clone()
        };
        Clock {
            life: self.sampler(&life),
            repair: self.sampler(&fault.renewal.mttr),
            cause,
            crew: fault
                .crew
                .as_ref()
                .and_then(|crew| self.model.crews.get_index_of(crew))
                .map_or(NO_CREW, |crew| crew as u32),
            priority: fault.priority,
            cascade: NO_CASCADE,
            key: StreamKey::of(&["fault", fault_name]).with(place),
        }
    }

    fn places_hit(&self, fault: &Fault) -> Vec<Place> {
        let cells: Vec<usize> = (0..self.deployment.regions.len())
            .filter(|&region| self.region_matches(fault, region))
            .collect();
        let regions: Vec<usize> = (cells.iter().copied())
            .filter(|&region| region < self.deployment.n_regions())
            .collect();
        let zones: Vec<(usize, usize)> = regions
            .iter()
            .flat_map(|&region| {
                (0..self.deployment.regions[region].zones.len()).map(move |zone| (region, zone))
            })
            .filter(|&(region, zone)| self.zone_matches(fault, region, zone))
            .collect();
        let is_hit = |at: usize| {
            let cell = fault
                .cell
                .map(|number| number.min(self.deployment.spec.cells));
            cell.is_none_or(|number| self.deployment.regions[at].cell + 1 == number as usize)
        };
        let services = self.services_hit(fault);
        match fault.hits {
            Scope::Replica => Vec::new(),
            Scope::ServiceInZone => services
                .iter()
                .flat_map(|&service| {
                    zones
                        .iter()
                        .map(move |&(region, zone)| (service, region, zone))
                })
                .filter(|&(service, region, zone)| self.runs_in_zone(service, region, zone))
                .map(|(service, region, zone)| Place::ServiceInZone(service, region, zone))
                .collect(),
            Scope::ServiceInRegion => services
                .iter()
                .filter(|&&service| !self.is_external(service))
                .flat_map(|&service| {
                    regions
                        .iter()
                        .map(move |&region| Place::ServiceInRegion(service, region))
                })
                .collect(),
            Scope::ServiceInCell => services
                .iter()
                .filter(|&&service| !self.is_external(service))
                .flat_map(|&service| {
                    let hit = cells.iter().copied().filter(|&at| is_hit(at));
                    let hosts: BTreeSet<usize> = hit.map(|at| self.host(service, at)).collect();
                    hosts
                        .into_iter()
                        .map(move |at| Place::ServiceInCell(service, at))
                })
                .collect(),
            Scope::Service => services.into_iter().map(Place::Service).collect(),
            Scope::Zone => zones
                .into_iter()
                .map(|(region, zone)| Place::Zone(region, zone))
                .collect(),
            Scope::Region => regions
                .into_iter()
                .map(Place::Region)
                .chain(self.distant_regions_hit(fault))
                .collect(),
            Scope::Cell => (cells.into_iter())
                .filter(|&at| is_hit(at))
                .map(Place::Cell)
                .collect(),
            Scope::Everywhere => vec![Place::Everywhere],
            Scope::ZoneLink => self.zone_links_hit(fault, &zones),
            Scope::RegionLink => self.region_links_hit(fault),
        }
    }

    /// Regions not in use whose loss takes down an external service.
    fn distant_regions_hit(&self, fault: &Fault) -> Vec<Place> {
        let holds_external = |name: &String| {
            self.model.services.values().any(
                |service| matches!(&service.kind, ServiceKind::External { region: Some(region), .. } if region == name),
            )
        };
        self.model
            .regions
            .keys()
            .enumerate()
            .filter(|(_, name)| {
                !self
                    .deployment
                    .regions
                    .iter()
                    .any(|region| region.name == **name)
            })
            .filter(|(_, name)| {
                fault
                    .regions
                    .as_ref()
                    .is_none_or(|regions| regions.contains(name))
            })
            .filter(|(_, name)| fault.services.is_none() && holds_external(name))
            .map(|(index, _)| Place::DistantRegion(index))
            .collect()
    }

    /// Services that a fault hits: those named, or all that are replicated.
    pub(super) fn services_hit(&self, fault: &Fault) -> Vec<usize> {
        self.model
            .services
            .iter()
            .enumerate()
            .filter(|(_, (name, service))| match &fault.services {
                Some(services) => services.contains(name),
                None => matches!(service.kind, ServiceKind::Replicated { .. }),
            })
            .map(|(index, _)| index)
            .collect()
    }

    pub(super) fn region_matches(&self, fault: &Fault, region: usize) -> bool {
        let name = &self.deployment.regions[region].name;
        fault
            .regions
            .as_ref()
            .is_none_or(|regions| regions.contains(name))
    }

    pub(super) fn zone_matches(&self, fault: &Fault, region: usize, zone: usize) -> bool {
        let region = &self.deployment.regions[region];
        fault.zones.as_ref().is_none_or(|filters| {
            filters.iter().any(|filter| {
                filter.zone == region.zones[zone]
                    && filter
                        .region
                        .as_ref()
                        .is_none_or(|name| *name == region.name)
            })
        })
    }

    /// Whether some cell of a region has replicas of a service in a zone.
    fn runs_in_zone(&self, service: usize, region: usize, zone: usize) -> bool {
        let runs = |at: usize| {
            let place = &self.deployment.regions[at];
            let deployed = place.services[service].as_ref();
            let replicas = 0..deployed.map_or(0, |deployed| deployed.replicas);
            let mut zones = replicas
                .take(place.zones.len())
                .map(|number| place.zone_of(number));
            zones.any(|at| at == zone)
        };
        self.cells_of(region).any(runs)
    }

    /// The cells of a region, by its first; itself where it is not split.
    pub(super) fn cells_of(&self, region: usize) -> impl Iterator<Item = usize> + use<> {
        (region..self.deployment.regions.len()).step_by(self.deployment.n_regions())
    }

    /// The region of which one is a cell, as it is in the first cell.
    pub(super) fn whole(&self, region: usize) -> usize {
        region % self.deployment.n_regions()
    }

    /// Where the replicas are that a service has for a region: in its own cell, or in the first if all cells share it.
    pub(super) fn host(&self, service: usize, region: usize) -> usize {
        if self.model.services[service].is_shared() {
            self.whole(region)
        } else {
            region
        }
    }

    /// Whether two regions are in the same cell: users, calls and copies of data of one never get to another.
    pub(super) fn in_one_cell(&self, a: usize, b: usize) -> bool {
        self.deployment.regions[a].cell == self.deployment.regions[b].cell
    }

    /// The name of streams of something in a region, or in a cell of it. The first cell has the names of a region that is not split, so
    /// that topologies with and without cells live through faults that are as alike as can be.
    pub(super) fn key_in(&self, words: &[&str], region: usize, after: &[&str]) -> StreamKey {
        let region = &self.deployment.regions[region];
        let cell = (region.cell > 0).then(|| format!("cell {}", region.cell + 1));
        let place = [region.name.as_str()].into_iter().chain(cell.as_deref());
        let all = words.iter().copied().chain(place);
        StreamKey::of(&all.chain(after.iter().copied()).collect::<Vec<_>>())
    }

    pub(super) fn is_external(&self, service: usize) -> bool {
        matches!(
            self.model.services[service].kind,
            ServiceKind::External { .. }
        )
    }

    fn place_key(&self, place: Place) -> StreamKey {
        let region = |region: usize| self.deployment.regions[region].name.as_str();
        let zone = |r: usize, zone: usize| self.deployment.regions[r].zones[zone].as_str();
        let service = |service: usize| self.names.services[service].as_str();
        match place {
            Place::ServiceInZone(s, r, z) => {
                StreamKey::of(&["service-in-zone", service(s), region(r), zone(r, z)])
            }
            Place::ServiceInRegion(s, r) => {
                StreamKey::of(&["service-in-region", service(s), region(r)])
            }
            Place::Service(s) => StreamKey::of(&["service", service(s)]),
            Place::Zone(r, z) => StreamKey::of(&["zone", region(r), zone(r, z)]),
            Place::Region(r) => StreamKey::of(&["region", region(r)]),
            Place::Cell(r) => self.key_in(&["cell"], r, &[]),
            Place::ServiceInCell(s, r) => self.key_in(&["service-in-cell", service(s)], r, &[]),
            Place::DistantRegion(index) => StreamKey::of(&[
                "region",
                self.model
                    .regions
                    .get_index(index)
                    .map_or("", |(name, _)| name.as_str()),
            ]),
            Place::Everywhere => StreamKey::of(&["everywhere"]),
            Place::ZoneLink(..) | Place::RegionLink(..) => self.link_key(place),
        }
    }

    /// The gate that a fault of a place takes down, made on first use.
    ///
    /// A fault of a zone, region or everywhere that names services has a gate of its own around those services only.
    fn place_gate(&mut self, fault: &Fault, place: Place) -> GateId {
        let named = fault.services.is_some().then(|| self.services_hit(fault));
        if let Some(&gate) = self.place_gates.get(&(place, named.clone())) {
            return gate;
        }
        let gate = self.network.gate(0);
        self.place_gates.insert((place, named.clone()), gate);
        let all: Vec<usize> = (0..self.model.services.len())
            .filter(|&service| self.is_replicated(service))
            .collect();
        let around = named.clone().unwrap_or(all);
        match place {
            Place::ServiceInZone(s, r, z) => self.surround_in_zone(&[s], r, z, gate),
            Place::ServiceInRegion(s, r) => {
                for at in self.cells_of(r) {
                    self.surround_in_region(s, at, gate);
                }
            }
            Place::ServiceInCell(s, r) => {
                // Users of all cells meet what happens to a service that these share.
                if self.model.services[s].is_shared() {
                    for at in self.cells_of(r) {
                        self.surround_in_region(s, at, gate);
                    }
                } else {
                    self.surround_in_region(s, r, gate);
                }
            }
            Place::Cell(r) => {
                let own = around
                    .into_iter()
                    .filter(|s| !self.model.services[*s].is_shared());
                for s in own.collect::<Vec<_>>() {
                    self.surround_in_region(s, r, gate);
                }
            }
            Place::Service(s) => self.places.service.entry(s).or_default().push(gate),
            Place::Zone(r, z) => self.surround_in_zone(&around, r, z, gate),
            Place::Region(r) => {
                for s in around {
                    for at in self.cells_of(r) {
                        self.surround_in_region(s, at, gate);
                    }
                }
                if named.is_none() {
                    self.places
                        .regions
                        .insert(self.deployment.regions[r].name.clone(), gate);
                }
            }
            Place::DistantRegion(index) => {
                if let Some((name, _)) = self.model.regions.get_index(index) {
                    self.places.regions.insert(name.clone(), gate);
                }
            }
            Place::Everywhere => {
                for s in around {
                    self.places.service.entry(s).or_default().push(gate);
                }
                if named.is_none() {
                    self.places.everywhere = Some(gate);
                }
            }
            Place::ZoneLink(..) | Place::RegionLink(..) => self.links.cut(place, gate),
        }
        gate
    }

    /// Puts a gate around the replicas of services in a zone of all cells of a region.
    fn surround_in_zone(&mut self, services: &[usize], region: usize, zone: usize, gate: GateId) {
        for &service in services {
            for at in self.cells_of(region) {
                let around = self.places.service_in_zone.entry((service, at, zone));
                around.or_default().push(gate);
            }
        }
    }

    /// Puts a gate around a service in a region, or in one cell of it.
    fn surround_in_region(&mut self, service: usize, region: usize, gate: GateId) {
        let around = self.places.service_in_region.entry((service, region));
        around.or_default().push(gate);
    }

    pub(super) fn is_replicated(&self, service: usize) -> bool {
        matches!(
            self.model.services[service].kind,
            ServiceKind::Replicated { .. }
        )
    }

    pub(super) fn compile_externals(&mut self) {
        let n_faults = self.model.faults.len() as u32;
        let mut cause = n_faults;
        for (index, (name, service)) in self.model.services.iter().enumerate() {
            let ServiceKind::External { failure, .. } = &service.kind else {
                continue;
            };
            // One that never fails by itself has a gate too: it can be asked what its loss would do.
            let gate = self.network.gate(0);
            self.external_gates[index] = Some(gate);
            let Some(failure) = failure else {
                continue;
            };
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
                site: Site::External(index as u32),
                gate,
                place_gate: gate,
                kind,
                clock,
                reach: None,
                shock_services: Vec::new(),
            });
        }
    }

    /// Gives the places and externals their indices, after the replicas.
    pub(super) fn compile_place_units(&mut self) {
        for mut place in std::mem::take(&mut self.place_units) {
            if let UnitKind::Shock(_) = place.kind {
                let targets = self
                    .replicas
                    .iter()
                    .filter(|&&(service, region, zone, _)| {
                        self.strikes(&place, service, region, zone)
                    })
                    .map(|&(_, _, _, unit)| unit)
                    .collect();
                place.kind = UnitKind::Shock(self.shocks.len() as u32);
                self.shocks.push(Shock { targets });
            }
            let unit = self.units.len() as UnitId;
            if place.place_gate != NO_GATE {
                self.zone_units
                    .entry(place.place_gate)
                    .or_default()
                    .push(unit);
            }
            let first_clock = self.clocks.len() as u32;
            self.unit_keys.push(place.clock.key);
            self.unit_sites.push(place.site);
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
}
