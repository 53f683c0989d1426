//! From the text of a place to the place.
//!
//! ```text
//! everywhere   REGION   REGION/ZONE   service/NAME   REGION/service/NAME   REGION/ZONE/service/NAME
//! REGION/cell/NUMBER   REGION/cell/NUMBER/service/NAME
//! link/REGION/REGION   link/REGION/ZONE/ZONE   links/REGION   links/REGION/ZONE
//! ```
//!
//! A region is a name or `primary`, `secondary`, `third`; a zone is a name or `first` to `fifth`. Names come first.

use super::names::{ORDINALS, in_short};
use super::types::{PlaceOf, RegionOf, ZoneOf};
use crate::model::problem::{quoted, quoted_list, similar};
use crate::model::types::{Cut, Model};

/// Words for regions by their position in a topology.
const ROLES: [&str; 3] = ["primary", "secondary", "third"];

/// Why a text is no place.
pub(super) struct Unknown {
    pub(super) message: String,
    pub(super) hint: String,
}

/// The place of a text.
pub(super) fn place(text: &str, model: &Model) -> Result<PlaceOf, Unknown> {
    let text = &in_short(text);
    if text == "everywhere" {
        return Ok(PlaceOf::Everywhere);
    }
    if let Some(rest) = text.strip_prefix("links/") {
        return match area(rest, model) {
            Some((region, None)) => Ok(PlaceOf::LinksOfRegion(region)),
            Some((region, Some(zone))) => Ok(PlaceOf::LinksOfZone(region, zone)),
            None => Err(unknown(text, rest, model)),
        };
    }
    if let Some(rest) = text.strip_prefix("link/") {
        return link(text, rest, model);
    }
    if let Some(name) = text.strip_prefix("service/") {
        return if model.services.contains_key(name) {
            Ok(PlaceOf::Service(name.to_owned()))
        } else {
            Err(unknown_service(name, model))
        };
    }
    if let Some((around, name)) = text.split_once("/service/") {
        let cell = || cell(around, model);
        let Some(place) = area(around, model).map(Ok).or_else(|| cell().map(Err)) else {
            return Err(unknown(text, around, model));
        };
        if !model.services.contains_key(name) {
            return Err(unknown_service(name, model));
        }
        return Ok(match place {
            Ok((region, None)) => PlaceOf::ServiceInRegion(region, name.to_owned()),
            Ok((region, Some(zone))) => PlaceOf::ServiceInZone(region, zone, name.to_owned()),
            Err((region, number)) => PlaceOf::ServiceInCell(region, number, name.to_owned()),
        });
    }
    match area(text, model) {
        Some((region, None)) => Ok(PlaceOf::Region(region)),
        Some((region, Some(zone))) => Ok(PlaceOf::Zone(region, zone)),
        None => match cell(text, model) {
            Some((region, number)) => Ok(PlaceOf::Cell(region, number)),
            None => Err(unknown(text, text, model)),
        },
    }
}

/// A cut from one end to the other: two regions, or two zones of one region.
pub(super) fn one_way(from: &str, to: &str, model: &Model) -> Result<PlaceOf, Unknown> {
    let end = |text: &str| {
        let text = in_short(text);
        area(&text, model).ok_or_else(|| unknown(&text, &text, model))
    };
    match (end(from)?, end(to)?) {
        ((a, None), (b, None)) if a != b => Ok(PlaceOf::RegionLink(a, b, Cut::OneWay)),
        ((a, Some(x)), (b, Some(y))) if a == b && x != y => {
            Ok(PlaceOf::ZoneLink(a, x, y, Cut::OneWay))
        }
        _ => Err(Unknown {
            message: format!("no link leads from {} to {}", quoted(from), quoted(to)),
            hint:
                "name two regions, or two zones of one region such as us-east-1/a and us-east-1/b"
                    .to_owned(),
        }),
    }
}

fn link(text: &str, rest: &str, model: &Model) -> Result<PlaceOf, Unknown> {
    let Some((here, after)) = region_first(rest, model) else {
        return Err(unknown(text, rest, model));
    };
    let bad = || {
        Unknown {
        message: format!("{} is not a link", quoted(text)),
        hint: "write link/us-east-1/us-west-2 for two regions, link/us-east-1/a/b for two zones, or links/us-east-1 for all of a region".to_owned(),
    }
    };
    if let Some((there, "")) = region_first(after, model) {
        return if here == there {
            Err(bad())
        } else {
            Ok(PlaceOf::RegionLink(here, there, Cut::BothWays))
        };
    }
    let ends = zone_first(after, &here, model).and_then(|(a, after)| {
        let (b, rest) = zone_first(after, &here, model)?;
        (rest.is_empty() && a != b).then_some((a, b))
    });
    let (a, b) = ends.ok_or_else(bad)?;
    Ok(PlaceOf::ZoneLink(here, a, b, Cut::BothWays))
}

/// A region, or a zone of one.
fn area(text: &str, model: &Model) -> Option<(RegionOf, Option<ZoneOf>)> {
    let (region, rest) = region_first(text, model)?;
    if rest.is_empty() {
        return Some((region, None));
    }
    match zone_first(rest, &region, model)? {
        (zone, "") => Some((region, Some(zone))),
        _ => None,
    }
}

/// A cell of a region, by its number from 1.
fn cell(text: &str, model: &Model) -> Option<(RegionOf, u32)> {
    let (region, rest) = region_first(text, model)?;
    let number = rest.strip_prefix("cell/")?.parse().ok()?;
    (number > 0).then_some((region, number))
}

/// The region at the beginning of a text, and what is after it; of several names the longest.
fn region_first<'t>(text: &'t str, model: &Model) -> Option<(RegionOf, &'t str)> {
    let named = model.regions.keys().filter_map(|name| {
        let rest = beginning(text, name)?;
        Some((name.len(), RegionOf::Named(name.clone()), rest))
    });
    let (_, region, rest) = named.max_by_key(|(length, ..)| *length).or_else(|| {
        ROLES.iter().enumerate().find_map(|(position, role)| {
            let exists = |spec: &crate::model::TopologySpec| spec.regions.len() > position;
            let rest = beginning(text, role)?;
            let known = model.topologies.values().any(exists);
            known.then_some((role.len(), RegionOf::Position(position), rest))
        })
    })?;
    Some((region, rest))
}

/// The zone at the beginning of a text, of a region, and what is after it.
fn zone_first<'t>(text: &'t str, region: &RegionOf, model: &Model) -> Option<(ZoneOf, &'t str)> {
    let zones = || zones_of(region, model);
    let named = zones().flatten().filter_map(|name| {
        let rest = beginning(text, name)?;
        Some((name.len(), ZoneOf::Named(name.clone()), rest))
    });
    if let Some((_, zone, rest)) = named.max_by_key(|(length, ..)| *length) {
        return Some((zone, rest));
    }
    ORDINALS.iter().enumerate().find_map(|(position, word)| {
        let rest = beginning(text, word)?;
        let exists = zones().any(|zones| zones.len() > position);
        exists.then_some((ZoneOf::Position(position), rest))
    })
}

/// The zones of a region: of every region that a topology has in that position.
fn zones_of<'m>(region: &RegionOf, model: &'m Model) -> impl Iterator<Item = &'m Vec<String>> {
    let fits = |name: &str| match region {
        RegionOf::Named(named) => named == name,
        RegionOf::Position(position) => {
            let mut specs = model.topologies.values();
            specs.any(|spec| {
                spec.regions
                    .get(*position)
                    .is_some_and(|there| there == name)
            })
        }
    };
    let regions = model.regions.iter().filter(move |(name, _)| fits(name));
    let regions: Vec<_> = regions.map(|(_, region)| &region.zones).collect();
    regions.into_iter()
}

/// What is after a name at the beginning of a text.
fn beginning<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(name)?;
    if rest.is_empty() {
        return Some(rest);
    }
    rest.strip_prefix('/')
}

fn unknown_service(name: &str, model: &Model) -> Unknown {
    let known = || model.services.keys().map(String::as_str);
    Unknown {
        message: format!("the model has no service {}", quoted(name)),
        hint: match similar(name, known()) {
            Some(near) => format!("did you mean `service/{near}`?"),
            None => format!("it has {}", quoted_list(known())),
        },
    }
}

/// `part` is what is not known of the whole text.
fn unknown(text: &str, part: &str, model: &Model) -> Unknown {
    let known = all_places(model);
    let names = || known.iter().map(String::as_str);
    let bare = model.services.contains_key(text);
    let hint = if bare {
        format!("a service is written `service/{text}`")
    } else if let Some(near) = similar(part, names()) {
        format!("did you mean `{near}`?")
    } else {
        format!(
            "places are {}; `--map` puts one of them in its place",
            quoted_list(names())
        )
    };
    Unknown {
        message: format!("the model has no place {}", quoted(text)),
        hint,
    }
}

/// Names of places for a hint: roles, regions, zones, then services.
fn all_places(model: &Model) -> Vec<String> {
    let n_regions = model.topologies.values().map(|spec| spec.regions.len());
    let roles = ROLES.iter().take(n_regions.max().unwrap_or(0));
    let regions = model.regions.keys().cloned();
    let zones = model.regions.iter().flat_map(|(name, region)| {
        let zones = region.zones.iter();
        zones.map(move |zone| format!("{name}/{zone}"))
    });
    let services = model.services.keys().map(|name| format!("service/{name}"));
    let roles = roles.map(|role| (*role).to_owned());
    roles
        .chain(regions)
        .chain(zones)
        .chain(["everywhere".to_owned()])
        .chain(services)
        .collect()
}
