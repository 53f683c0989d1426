//! How large a model may be, so that each trial of it ends.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{Checker, Existence};
use crate::model::problem::Span;
use crate::model::types::{Fault, Model, Region, Scope, ServiceKind};

/// Most zones of one region.
pub(super) const MAX_ZONES: u32 = 1000;
/// Most regions of one model.
pub(super) const MAX_REGIONS: usize = 1000;
/// Most zones of all regions.
pub(super) const MAX_ALL_ZONES: usize = 10_000;
/// Most faults of one model.
pub(super) const MAX_FAULTS: usize = 10_000;
/// Most steps of one plan.
pub(super) const MAX_STEPS: usize = 100;
/// Most topologies of one model.
pub(super) const MAX_TOPOLOGIES: usize = 1000;
/// Most replicas of all services in one region.
const MAX_REPLICAS: u64 = 1_000_000;
/// Most (fault, place) pairs of one model.
const MAX_PLACES: f64 = 50e6;
/// Most failures that are expected in one trial.
const MAX_EVENTS: f64 = 1e8;

impl Checker<'_> {
    /// Refuses more of something than a model can sensibly have.
    pub(super) fn check_count(
        &mut self,
        span: &Span,
        count: usize,
        most: usize,
        what: &str,
    ) -> Option<()> {
        if count <= most {
            return Some(());
        }
        let expected = format!("at most {most} {what}");
        self.refuse(
            span,
            format!("the model has {count} {what}"),
            &expected,
            "leave out what does not matter",
        );
        None
    }

    pub(super) fn check_replicas_of_a_region(&mut self, span: &Span) {
        let Some(services) = self.raw.services.get() else {
            return;
        };
        let count = |existence| {
            if let Existence::Replicated(replicas) = existence {
                u64::from(replicas)
            } else {
                0
            }
        };
        let total: u64 = services
            .iter()
            .map(|(_, _, service)| count(service.existence()))
            .sum();
        if total <= MAX_REPLICAS {
            return;
        }
        let largest = services
            .iter()
            .max_by_key(|(_, _, service)| count(service.existence()));
        let span = largest
            .and_then(|(_, _, service)| service.replicas.given())
            .map_or(span, |(span, _)| span)
            .clone();
        let message = format!("the services have {total} replicas in one region");
        let hint = "let one replica stand for many, such as a rack or a node pool";
        self.refuse(&span, message, "at most 1000000 replicas in a region", hint);
    }

    /// Refuses a model whose trials would not end in any useful time.
    pub(super) fn check_events(&mut self, model: &Model) {
        let services: Services = model
            .services
            .iter()
            .map(|(name, service)| {
                let existence = match service.kind {
                    ServiceKind::Replicated { replicas, .. } => Existence::Replicated(replicas),
                    ServiceKind::Virtual => Existence::Virtual,
                    ServiceKind::External { .. } => Existence::External,
                };
                (name.as_str(), existence)
            })
            .collect();
        let length = model.horizon_seconds + model.warm_up_seconds;
        let most_cells = model.topologies.values().map(|spec| spec.cells).max();
        let most_cells = f64::from(most_cells.unwrap_or(1));
        let (mut places, mut events) = (0.0, 0.0);
        for (name, fault) in &model.faults {
            let here = Reach::of(fault, &model.regions).places(fault, &services) as f64;
            let in_cells = matches!(
                fault.hits,
                Scope::Replica | Scope::Cell | Scope::ServiceInCell
            );
            let here = here * if in_cells { most_cells } else { 1.0 };
            let cycle = fault.renewal.mtbf.least_mean() + fault.renewal.mttr.least_mean();
            places += here;
            events += here * length / cycle;
            if places > MAX_PLACES || events > MAX_EVENTS {
                let Some(entry) = self.raw.faults.get().and_then(|faults| faults.0.get(name))
                else {
                    return;
                };
                let span = entry.span.clone();
                let message = if events > MAX_EVENTS {
                    format!(
                        "with this fault about {events:.1e} failures are expected in each trial"
                    )
                } else {
                    format!("with this fault {places} processes of failure are to be followed")
                };
                let hint =
                    "shorten the horizon, lengthen `mtbf`, or let one replica stand for many";
                self.refuse(
                    &span,
                    message,
                    "at most 1e8 failures in a trial and 5e7 processes",
                    hint,
                );
                return;
            }
        }
        self.check_externals(model, length);
    }

    fn check_externals(&mut self, model: &Model, length: f64) {
        for (name, service) in &model.services {
            let ServiceKind::External {
                failure: Some(failure),
                ..
            } = &service.kind
            else {
                continue;
            };
            if length / (failure.mtbf.least_mean() + failure.mttr.least_mean()) <= MAX_EVENTS {
                continue;
            }
            let given = self
                .raw
                .services
                .get()
                .and_then(|services| services.get(name))
                .and_then(|raw| raw.mtbf.given());
            if let Some((span, _)) = given {
                let span = span.clone();
                self.refuse(
                    &span,
                    "too many failures are expected in each trial",
                    "at most 1e8",
                    "lengthen `mtbf`",
                );
            }
        }
    }
}

/// What a fault hits of the regions, when all of them are in use and replicas are dealt to all their zones in turn.
pub(super) struct Reach {
    /// For each region hit: its number of zones, and those of them that are hit.
    regions: Vec<(u32, Vec<u32>)>,
}

/// The services by name.
pub(super) type Services<'a> = IndexMap<&'a str, Existence>;

impl Reach {
    pub(super) fn of(fault: &Fault, regions: &IndexMap<String, Region>) -> Self {
        let names: Option<BTreeSet<&str>> = fault
            .regions
            .as_ref()
            .map(|names| names.iter().map(String::as_str).collect());
        let zones: Option<BTreeSet<(Option<&str>, &str)>> = fault.zones.as_ref().map(|filters| {
            filters
                .iter()
                .map(|filter| (filter.region.as_deref(), filter.zone.as_str()))
                .collect()
        });
        let is_hit = |region: &str, zone: &str| {
            zones.as_ref().is_none_or(|zones| {
                zones.contains(&(None, zone)) || zones.contains(&(Some(region), zone))
            })
        };
        let regions = regions
            .iter()
            .filter(|(name, _)| {
                names
                    .as_ref()
                    .is_none_or(|names| names.contains(name.as_str()))
            })
            .map(|(name, region)| {
                let hit = region
                    .zones
                    .iter()
                    .zip(0..)
                    .filter(|(zone, _)| is_hit(name, zone))
                    .map(|(_, index)| index);
                (region.zones.len() as u32, hit.collect())
            })
            .collect();
        Self { regions }
    }

    pub(super) fn has_place(&self, fault: &Fault, services: &Services) -> bool {
        match fault.hits {
            Scope::Replica | Scope::ServiceInZone => hit_services(fault, services)
                .any(|existence| self.places_of_service(fault.hits, existence) > 0),
            _ => self.places(fault, services) > 0,
        }
    }

    fn places(&self, fault: &Fault, services: &Services) -> u64 {
        let hit = || hit_services(fault, services);
        match fault.hits {
            Scope::Everywhere => 1,
            Scope::Region | Scope::Cell => self.regions.len() as u64,
            Scope::Zone => self
                .regions
                .iter()
                .map(|(_, zones)| zones.len() as u64)
                .sum(),
            Scope::ZoneLink => self
                .regions
                .iter()
                .map(|(_, zones)| pairs(zones.len()))
                .sum(),
            Scope::RegionLink => pairs(self.regions.len()),
            Scope::Service => hit().count() as u64,
            Scope::ServiceInRegion | Scope::ServiceInCell => {
                (hit().count() * self.regions.len()) as u64
            }
            Scope::ServiceInZone | Scope::Replica => hit()
                .map(|existence| self.places_of_service(fault.hits, existence))
                .sum(),
        }
    }

    /// Most zones of a region of which a link is hit; 0 if no link is.
    pub(super) fn most_linked_zones(&self) -> u32 {
        let linked = self.regions.iter().filter(|(_, hit)| hit.len() > 1);
        linked.map(|(zones, _)| *zones).max().unwrap_or(0)
    }

    /// Replicas of a service in the zones hit, or those zones that have any.
    fn places_of_service(&self, hits: Scope, existence: Existence) -> u64 {
        let Existence::Replicated(replicas) = existence else {
            return 0;
        };
        let in_zone = |zones: u32, zone: u32| replicas / zones + u32::from(zone < replicas % zones);
        let places = |zones: u32, zone: u32| match hits {
            Scope::Replica => in_zone(zones, zone),
            _ => in_zone(zones, zone).min(1),
        };
        self.regions
            .iter()
            .flat_map(|(zones, hit)| hit.iter().map(|zone| u64::from(places(*zones, *zone))))
            .sum()
    }
}

/// Pairs among so many.
fn pairs(n: usize) -> u64 {
    n as u64 * (n as u64).saturating_sub(1) / 2
}

/// The services that a fault hits: those it names, or all that have replicas.
fn hit_services<'a>(
    fault: &'a Fault,
    services: &'a Services,
) -> Box<dyn Iterator<Item = Existence> + 'a> {
    match &fault.services {
        Some(names) => Box::new(
            names
                .iter()
                .filter_map(|name| services.get(name.as_str()).copied()),
        ),
        None => Box::new(
            services
                .values()
                .copied()
                .filter(|existence| matches!(existence, Existence::Replicated(_))),
        ),
    }
}
