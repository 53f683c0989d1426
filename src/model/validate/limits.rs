//! How large a model may be, so that each trial of it ends.

use indexmap::IndexMap;

use super::{Checker, Existence};
use crate::model::problem::Span;
use crate::model::types::{Fault, Model, Region, Scope, ServiceKind, ZoneFilter};

/// Most zones of one region.
pub(super) const MAX_ZONES: u32 = 1000;
/// Most replicas of all services in one region.
const MAX_REPLICAS: u64 = 1_000_000;
/// Most (fault, place) pairs of one model.
const MAX_PLACES: f64 = 50e6;
/// Most failures that are expected in one trial.
const MAX_EVENTS: f64 = 1e8;

impl Checker<'_> {
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
        let services: Vec<(&str, Existence)> = model
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
        let (mut places, mut events) = (0.0, 0.0);
        for (name, fault) in &model.faults {
            let here = places_of_fault(fault, &services, &model.regions) as f64;
            let cycle = fault.renewal.mtbf.mean() + fault.renewal.mttr.mean();
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
            if length / (failure.mtbf.mean() + failure.mttr.mean()) <= MAX_EVENTS {
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

/// How many places a fault hits when every region of the model is in use, all its zones dealt with replicas in turn.
pub(super) fn places_of_fault(
    fault: &Fault,
    services: &[(&str, Existence)],
    regions: &IndexMap<String, Region>,
) -> u64 {
    let hit_regions = || {
        regions
            .iter()
            .filter(|(name, _)| is_named(fault.regions.as_deref(), name))
    };
    match fault.hits {
        Scope::Everywhere => 1,
        Scope::Region => hit_regions().count() as u64,
        Scope::Zone => hit_regions()
            .map(|(name, region)| hit_zones(fault, name, region).count() as u64)
            .sum(),
        Scope::Service => hit_services(fault, services).count() as u64,
        Scope::ServiceInRegion => {
            (hit_services(fault, services).count() * hit_regions().count()) as u64
        }
        Scope::ServiceInZone | Scope::Replica => hit_services(fault, services)
            .map(|existence| {
                let Existence::Replicated(replicas) = existence else {
                    return 0;
                };
                hit_regions()
                    .map(|(name, region)| places_of_service(fault, replicas, name, region))
                    .sum()
            })
            .sum(),
    }
}

/// Replicas of a service in the zones hit of a region, or those zones that have any.
fn places_of_service(fault: &Fault, replicas: u32, name: &str, region: &Region) -> u64 {
    let zones = region.zones.len().max(1) as u32;
    hit_zones(fault, name, region)
        .map(|zone| {
            let here = replicas / zones + u32::from((zone as u32) < replicas % zones);
            u64::from(if fault.hits == Scope::Replica {
                here
            } else {
                here.min(1)
            })
        })
        .sum()
}

fn hit_zones<'a>(
    fault: &'a Fault,
    name: &'a str,
    region: &'a Region,
) -> impl Iterator<Item = usize> + 'a {
    let is_hit = move |zone: &String| {
        let matches = |filter: &ZoneFilter| {
            filter.zone == *zone && filter.region.as_deref().is_none_or(|region| region == name)
        };
        fault
            .zones
            .as_ref()
            .is_none_or(|filters| filters.iter().any(matches))
    };
    region
        .zones
        .iter()
        .enumerate()
        .filter(move |(_, zone)| is_hit(zone))
        .map(|(index, _)| index)
}

/// The services that a fault hits: those it names, or all that have replicas.
fn hit_services<'a>(
    fault: &'a Fault,
    services: &'a [(&str, Existence)],
) -> impl Iterator<Item = Existence> + 'a {
    services
        .iter()
        .filter(|(name, existence)| match &fault.services {
            Some(names) => names.iter().any(|known| known == name),
            None => matches!(existence, Existence::Replicated(_)),
        })
        .map(|(_, existence)| *existence)
}

fn is_named(filter: Option<&[String]>, name: &str) -> bool {
    filter.is_none_or(|names| names.iter().any(|known| known == name))
}
