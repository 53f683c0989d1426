//! Scripted occurrences of faults that the model describes.

use super::check::Checker;
use super::raw::RawScripted;
use super::types::{PlaceOf, RegionOf, What, ZoneOf};
use crate::model::decode::Name;
use crate::model::problem::{Span, quoted, quoted_list, similar};
use crate::model::types::{Cut, Fault, Model, Scope, ServiceKind, ZoneFilter};

impl Checker<'_> {
    pub(super) fn occurrence(
        &mut self,
        number: usize,
        span: &Span,
        Name(name): &Name,
        raw: &RawScripted,
        place: Option<&PlaceOf>,
    ) -> Option<What> {
        let Some(fault) = self.model.faults.get(name) else {
            let known = || self.model.faults.keys().map(String::as_str);
            let hint = match similar(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", quoted_list(known())),
            };
            let message = format!("the model has no fault {}", quoted(name));
            self.refuse(span, &message, "a fault of the model", &hint);
            return None;
        };
        let own = [
            ("effect", raw.effect.given().map(|given| given.0)),
            ("detected", raw.detected.given().map(|given| given.0)),
            ("noticed", raw.noticed.given().map(|given| given.0)),
            ("services", raw.services.given().map(|given| given.0)),
        ];
        for (key, span) in own {
            if let Some(span) = span {
                let message = format!("`{key}` of fault {number} is said by the model");
                let hint = "remove it, or remove `fault` and say all of it here";
                self.refuse(span, &message, &format!("no `{key}`"), hint);
            }
        }
        if fault.hits == Scope::Replica {
            let message = format!(
                "fault {} hits single replicas, which have no name",
                quoted(name)
            );
            let hint = "name where they run, for example `place: us-east-1/a/service/api`, and what happens there";
            self.refuse(span, &message, "a fault of a wider place", hint);
            return None;
        }
        let place_span = raw.place.given().or_else(|| raw.to.given());
        if let (Some(place), Some((span, _))) = (place, place_span)
            && !narrows(fault, place, self.model)
        {
            let message = format!(
                "fault {}, which hits {}, does not hit this place",
                quoted(name),
                fault.hits.name()
            );
            let hint = "name one of the places that it hits, or leave `place` out for all of them";
            self.refuse(span, &message, "a place of that fault", hint);
        }
        Some(What::Occurrence(name.clone()))
    }
}

/// Whether a fault of the model hits something of a place; roles are judged when the topology is known.
fn narrows(fault: &Fault, place: &PlaceOf, model: &Model) -> bool {
    let region = |region: &RegionOf| match (region, &fault.regions) {
        (RegionOf::Named(name), Some(regions)) => regions.contains(name),
        (RegionOf::Position(_), _) | (_, None) => true,
    };
    let service = |name: &String| match &fault.services {
        Some(services) => services.contains(name),
        None => matches!(
            model.services.get(name).map(|service| &service.kind),
            Some(ServiceKind::Replicated { .. })
        ),
    };
    let zone = |at: &RegionOf, zone: &ZoneOf| {
        let ZoneOf::Named(zone) = zone else {
            return true;
        };
        let hits = |filter: &ZoneFilter| {
            let there = match (&filter.region, at) {
                (Some(name), RegionOf::Named(at)) => name == at,
                (None, _) | (_, RegionOf::Position(_)) => true,
            };
            filter.zone == *zone && there
        };
        fault
            .zones
            .as_ref()
            .is_none_or(|zones| zones.iter().any(hits))
    };
    match (fault.hits, place) {
        (Scope::Everywhere, PlaceOf::Everywhere) => true,
        (
            Scope::Service | Scope::ServiceInRegion | Scope::ServiceInCell | Scope::ServiceInZone,
            PlaceOf::Service(name),
        ) => service(name),
        (
            Scope::ServiceInRegion | Scope::ServiceInCell | Scope::ServiceInZone,
            PlaceOf::ServiceInRegion(at, name),
        )
        | (Scope::ServiceInCell, PlaceOf::ServiceInCell(at, _, name)) => {
            region(at) && service(name)
        }
        (Scope::ServiceInZone, PlaceOf::ServiceInZone(at, z, name)) => {
            region(at) && zone(at, z) && service(name)
        }
        (Scope::Zone | Scope::ServiceInZone, PlaceOf::Zone(at, z)) => region(at) && zone(at, z),
        (
            Scope::Zone
            | Scope::Region
            | Scope::Cell
            | Scope::ServiceInCell
            | Scope::ZoneLink
            | Scope::ServiceInRegion
            | Scope::ServiceInZone,
            PlaceOf::Region(at),
        )
        | (Scope::Cell | Scope::ServiceInCell, PlaceOf::Cell(at, _)) => region(at),
        (Scope::RegionLink, PlaceOf::RegionLink(a, b, Cut::BothWays)) => {
            fault.cut == Cut::BothWays && region(a) && region(b)
        }
        (Scope::ZoneLink, PlaceOf::ZoneLink(at, a, b, Cut::BothWays)) => {
            fault.cut == Cut::BothWays && region(at) && zone(at, a) && zone(at, b)
        }
        _ => false,
    }
}
