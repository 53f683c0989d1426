//! Where the units of a plan are, and which gates keep a part of it down: what to take a plan apart by.

use std::collections::HashMap;

use super::compile::Compiler;
use super::places::Place;
use super::{GateId, Names, Plan, UnitId};
use crate::model::ServiceKind;

/// Where a unit is. Regions count on from those in use to those that only hold external services. Where regions have cells, those in
/// use stand there once for each cell, cell by cell; what hits all cells of a region is in the region as it is in the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Site {
    /// A replica: service, region, zone, number in its region.
    Replica(u32, u32, u32, u32),
    /// All replicas of a service in a zone: service, region, zone.
    ServiceInZone(u32, u32, u32),
    /// A service in a region.
    ServiceInRegion(u32, u32),
    /// A service everywhere.
    Service(u32),
    /// A zone of a region.
    Zone(u32, u32),
    /// A region.
    Region(u32),
    /// A cell of a region.
    Cell(u32),
    /// A service in a cell of a region.
    ServiceInCell(u32, u32),
    /// All regions.
    Everywhere,
    /// An external service by itself.
    External(u32),
    /// The link between two zones: region, its ends.
    ZoneLink(u32, u32, u32),
    /// The link between two regions.
    RegionLink(u32, u32),
}

impl Site {
    /// The service that it is part of.
    #[must_use]
    pub const fn service(self) -> Option<u32> {
        match self {
            Self::Replica(service, ..)
            | Self::ServiceInZone(service, ..)
            | Self::ServiceInRegion(service, _)
            | Self::ServiceInCell(service, _)
            | Self::Service(service)
            | Self::External(service) => Some(service),
            Self::Zone(..)
            | Self::Region(_)
            | Self::Cell(_)
            | Self::Everywhere
            | Self::ZoneLink(..)
            | Self::RegionLink(..) => None,
        }
    }

    /// The region that it is in.
    #[must_use]
    pub const fn region(self) -> Option<u32> {
        match self {
            Self::Replica(_, region, ..)
            | Self::ServiceInZone(_, region, _)
            | Self::ServiceInRegion(_, region)
            | Self::Zone(region, _)
            | Self::ServiceInCell(_, region)
            | Self::ZoneLink(region, ..)
            | Self::Cell(region)
            | Self::Region(region) => Some(region),
            Self::Service(_) | Self::Everywhere | Self::External(_) | Self::RegionLink(..) => None,
        }
    }

    /// The zone that it is in: region and zone.
    #[must_use]
    pub const fn zone(self) -> Option<(u32, u32)> {
        match self {
            Self::Replica(_, region, zone, _)
            | Self::ServiceInZone(_, region, zone)
            | Self::Zone(region, zone) => Some((region, zone)),
            _ => None,
        }
    }

    /// In words of the model: `web #2 in us-east-1/c`.
    #[must_use]
    pub fn in_words(self, names: &Names) -> String {
        let service = |service: u32| names.services[service as usize].as_str();
        match self {
            Self::Replica(s, r, z, number) => {
                let cell = if names.is_shared(s) {
                    String::new()
                } else {
                    names.cell_in_words(r)
                };
                format!(
                    "{} #{} in {}{cell}",
                    service(s),
                    number + 1,
                    names.zone(r, z)
                )
            }
            Self::ServiceInZone(s, r, z) => format!("{} in {}", service(s), names.zone(r, z)),
            Self::ServiceInRegion(s, r) => format!("{} in {}", service(s), names.region(r)),
            Self::Service(s) | Self::External(s) => service(s).to_owned(),
            Self::Zone(r, z) => names.zone(r, z),
            Self::Region(r) => names.region(r).to_owned(),
            Self::Cell(r) => names.region_in_words(r),
            Self::ServiceInCell(s, r) if names.is_shared(s) => {
                format!("{} in {}", service(s), names.region(r))
            }
            Self::ServiceInCell(s, r) => format!("{} in {}", service(s), names.region_in_words(r)),
            Self::Everywhere => "everywhere".to_owned(),
            Self::ZoneLink(r, from, to) => {
                format!("link {} to {}", names.zone(r, from), names.zone(r, to))
            }
            Self::RegionLink(from, to) => {
                format!("link {} to {}", names.region(from), names.region(to))
            }
        }
    }

    /// Where a crew looks for it: its zone, or the wider place or the link that it is.
    #[must_use]
    pub fn area(self, names: &Names) -> Self {
        match self {
            Self::Replica(_, region, zone, _) | Self::ServiceInZone(_, region, zone) => {
                Self::Zone(names.whole(region), zone)
            }
            Self::ServiceInCell(_, region) => Self::Cell(region),
            Self::ServiceInRegion(_, region) => Self::Region(region),
            Self::Service(_) | Self::External(_) => Self::Everywhere,
            Self::Zone(..)
            | Self::Region(_)
            | Self::Cell(_)
            | Self::Everywhere
            | Self::ZoneLink(..)
            | Self::RegionLink(..) => self,
        }
    }
}

impl Names {
    /// A region, whether in use or not.
    #[must_use]
    pub fn region(&self, region: u32) -> &str {
        let mut all = self.regions.iter().chain(&self.distant_regions);
        all.nth(region as usize).map_or("", String::as_str)
    }

    /// Regions in use, each once, whatever its cells.
    #[must_use]
    pub fn n_regions(&self) -> usize {
        self.regions.len() / self.n_cells()
    }

    /// Names of the regions in use, each once, the primary first.
    #[must_use]
    pub fn whole_regions(&self) -> &[String] {
        &self.regions[..self.n_regions()]
    }

    /// Cells of each region.
    #[must_use]
    pub fn n_cells(&self) -> usize {
        self.cells.max(1) as usize
    }

    /// The region of which one is a cell, as it is in the first cell.
    #[must_use]
    pub fn whole(&self, region: u32) -> u32 {
        if (region as usize) < self.regions.len() {
            region % self.n_regions() as u32
        } else {
            region
        }
    }

    /// Whether all cells of a region use the same replicas of a service.
    #[must_use]
    pub fn is_shared(&self, service: u32) -> bool {
        self.shared
            .get(service as usize)
            .is_some_and(|shared| *shared)
    }

    /// Which cell a region in use is, to be put after its name; nothing where regions have no cells.
    #[must_use]
    pub fn cell_in_words(&self, region: u32) -> String {
        if self.n_cells() == 1 || region as usize >= self.regions.len() {
            return String::new();
        }
        format!(", cell {}", region as usize / self.n_regions() + 1)
    }

    /// A region, or the cell of it.
    #[must_use]
    pub fn region_in_words(&self, region: u32) -> String {
        format!("{}{}", self.region(region), self.cell_in_words(region))
    }

    /// A zone with its region.
    #[must_use]
    pub fn zone(&self, region: u32, zone: u32) -> String {
        format!(
            "{}/{}",
            self.region(region),
            self.zones[region as usize][zone as usize]
        )
    }
}

/// Gates that keep parts of a plan down while they are held down.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Holds {
    /// Of each service, one gate for each region, or one for all; empty for services of logic only without faults.
    pub services: Vec<Vec<GateId>>,
    /// Of each region with all of its cells, those that only hold external services last.
    pub regions: Vec<Vec<GateId>>,
    /// Of each zone of each region, in all cells.
    pub zones: Vec<Vec<Vec<Hold>>>,
}

/// One gate to hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hold {
    /// It is about what is held alone.
    Gate(GateId),
    /// It counts one input more that is down, in place of the replica of this unit if it has one.
    Replica(GateId, Option<UnitId>),
}

impl Compiler<'_> {
    /// The site of a place.
    pub(super) fn site(&self, place: Place) -> Site {
        match place {
            Place::ServiceInZone(s, r, z) => Site::ServiceInZone(s as u32, r as u32, z as u32),
            Place::ServiceInRegion(s, r) => Site::ServiceInRegion(s as u32, r as u32),
            Place::Service(s) => Site::Service(s as u32),
            Place::Zone(r, z) => Site::Zone(r as u32, z as u32),
            Place::Region(r) => Site::Region(r as u32),
            Place::Cell(r) => Site::Cell(r as u32),
            Place::ServiceInCell(s, r) => Site::ServiceInCell(s as u32, r as u32),
            Place::DistantRegion(index) => {
                let name = self.model.regions.get_index(index).map(|(name, _)| name);
                let distant = &self.names.distant_regions;
                let at = distant.iter().position(|known| Some(known) == name);
                Site::Region((self.deployment.regions.len() + at.unwrap_or(0)) as u32)
            }
            Place::Everywhere => Site::Everywhere,
            Place::ZoneLink(r, from, to, _) => Site::ZoneLink(r as u32, from as u32, to as u32),
            Place::RegionLink(from, to, _) => Site::RegionLink(from as u32, to as u32),
        }
    }

    /// Regions not in use that hold external services, in file order.
    pub(super) fn name_distant_regions(&mut self) {
        let in_use = |name: &String| {
            let mut regions = self.deployment.regions.iter();
            regions.any(|region| region.name == *name)
        };
        let holds_external = |name: &String| {
            self.model.services.values().any(
                |service| matches!(&service.kind, ServiceKind::External { region: Some(home), .. } if home == name),
            )
        };
        let regions = self.model.regions.keys();
        self.names.distant_regions = regions
            .filter(|name| !in_use(name) && holds_external(name))
            .cloned()
            .collect();
    }

    /// What to hold down for a service, a region or a zone to be down.
    pub(super) fn holds(&self) -> Holds {
        let n_regions = self.deployment.regions.len();
        let services = (0..self.model.services.len()).map(|service| self.hold_service(service));
        let whole = self.names.n_regions();
        let homes = (0..n_regions + self.names.distant_regions.len())
            .filter(|region| !(whole..n_regions).contains(region))
            .map(|region| (region, self.names.region(region as u32).to_owned()));
        let regions = homes.map(|(region, home)| {
            let there = self.capacity_gates.iter();
            let own = there.flat_map(|gates| {
                let cells = (0..self.names.n_cells()).map(|cell| cell * whole + region);
                let cells = cells.filter(|_| region < whole);
                cells.filter_map(|cell| gates.get(cell).copied().flatten())
            });
            let external = |(index, service): (usize, &crate::model::Service)| match &service.kind {
                ServiceKind::External {
                    region: Some(name), ..
                } if *name == home => self.external_gates[index],
                _ => None,
            };
            own.chain(
                self.model
                    .services
                    .values()
                    .enumerate()
                    .filter_map(external),
            )
            .collect()
        });
        Holds {
            services: services.collect(),
            regions: regions.collect(),
            zones: self.hold_zones(),
        }
    }

    fn hold_service(&self, service: usize) -> Vec<GateId> {
        if let Some(gate) = self.external_gates[service] {
            return vec![gate];
        }
        let capacity: Vec<GateId> = self.capacity_gates[service]
            .iter()
            .filter_map(|gate| *gate)
            .collect();
        if !capacity.is_empty() {
            return capacity;
        }
        // Of logic only: what takes it down everywhere, or in each region.
        let everywhere = self.places.service.get(&service);
        if let Some(gate) = everywhere.and_then(|gates| gates.first()) {
            return vec![*gate];
        }
        let in_region = |region| self.places.service_in_region.get(&(service, region));
        let gates = (0..self.deployment.regions.len())
            .filter_map(|region| in_region(region)?.first().copied());
        let mut gates: Vec<GateId> = gates.collect();
        // A fault of a region is one gate around all of its cells.
        if self.names.n_cells() > 1 {
            gates.sort_unstable();
            gates.dedup();
        }
        gates
    }

    fn hold_zones(&self) -> Vec<Vec<Vec<Hold>>> {
        // Those that take their replica down.
        let units: HashMap<(usize, usize, u32), UnitId> = (self.replicas.iter())
            .filter_map(|&(.., unit)| match self.unit_sites[unit as usize] {
                Site::Replica(s, r, _, number) => Some(((s as usize, r as usize, number), unit)),
                _ => None,
            })
            .collect();
        let n_regions = self.deployment.n_regions();
        let cells_of = |r: usize| {
            let regions = self.deployment.regions.iter().enumerate();
            regions.skip(r).step_by(n_regions)
        };
        let zones = self
            .deployment
            .whole_regions()
            .enumerate()
            .map(|(whole, region)| {
                let mut zones = vec![Vec::new(); region.zones.len()];
                let services = cells_of(whole).flat_map(|(r, region)| {
                    let services = region.services.iter().enumerate();
                    services.map(move |(s, deployed)| (r, region, s, deployed))
                });
                for (r, region, s, deployed) in services {
                    let n = deployed.as_ref().map_or(0, |deployed| deployed.replicas);
                    for number in 0..n {
                        let z = region.zone_of(number);
                        let around = self.places.service_in_zone.get(&(s, r, z));
                        let unit = units.get(&(s, r, number)).copied();
                        zones[z].extend(match around.and_then(|gates| gates.first()) {
                            Some(&gate) => Some(Hold::Gate(gate)),
                            None => self.capacity_gates[s][r].map(|capacity| {
                                let of_unit = unit.map(|unit| self.units[unit as usize].gate);
                                let split = self.split.get(&(s, r));
                                let of_split = split.map(|split| split.replicas[number as usize]);
                                let of_pool =
                                    self.pool_places.iter().position(|place| *place == (s, r));
                                let of_pool = of_pool
                                    .map(|pool| self.pools[pool].members[number as usize].gate);
                                let of_gray = self.gray_replica_gate(s, r, number);
                                let gate = of_unit.or(of_split).or(of_pool).or(of_gray);
                                Hold::Replica(gate.unwrap_or(capacity), unit)
                            }),
                        });
                    }
                }
                for holds in &mut zones {
                    // All replicas behind the gate of one place need it held once.
                    holds.dedup();
                }
                zones
            });
        zones.collect()
    }
}

impl Plan {
    /// Units of a service, those of each kind of place apart from zones and regions.
    pub(super) fn units_where(&self, at: impl Fn(Site) -> bool) -> impl Iterator<Item = UnitId> {
        let sites = self.sites.iter().zip(0..);
        sites.filter_map(move |(site, unit)| at(*site).then_some(unit))
    }
}
