//! Minimal cut sets put together into families that are alike: equal replicas, equal zones, equal cells.

use std::collections::BTreeMap;

use crate::exact::{CutSets, TopEvent};
use crate::plan::{Plan, Site, UnitId};
use crate::results::{CutSetFamily, CutSetList};

/// Families that are kept of an event.
const MOST_FAMILIES: usize = 1000;

/// What units have in common that are taken for alike: where they are but for zone and number, causes, and mean
/// unavailability to the bit.
type Class = (u8, Option<u32>, Option<u32>, Vec<u32>, u64);

/// Sets that are alike.
struct Alike<'a> {
    first: &'a [UnitId],
    sets: u64,
    /// Sums over the sets.
    probability: f64,
    share: f64,
}

/// The families of each list of cut sets.
pub(super) fn cut_set_lists(plan: &Plan, lists: &[CutSets], order: usize) -> Vec<CutSetList> {
    lists
        .iter()
        .map(|list| of_list(plan, list, order))
        .collect()
}

fn of_list(plan: &Plan, list: &CutSets, order: usize) -> CutSetList {
    let mut classes: Vec<Class> = Vec::new();
    let mut ids: BTreeMap<Class, u32> = BTreeMap::new();
    let mut class_of = vec![0; plan.units.len()];
    for unit in &list.units {
        let class = class(plan, unit.unit, unit.mean);
        let id = *ids.entry(class.clone()).or_insert_with(|| {
            classes.push(class);
            classes.len() as u32 - 1
        });
        class_of[unit.unit as usize] = id;
    }
    // By classes, and cells taken down.
    let mut families: BTreeMap<(Vec<u32>, usize), Alike<'_>> = BTreeMap::new();
    for set in list.sets.iter().filter(|set| set.probability > 0.0) {
        let mut key: Vec<u32> = set
            .units
            .iter()
            .map(|unit| class_of[*unit as usize])
            .collect();
        key.sort_unstable();
        let family = families.entry((key, set.cells)).or_insert(Alike {
            first: &set.units,
            sets: 0,
            probability: 0.0,
            share: 0.0,
        });
        family.sets += 1;
        family.probability += set.probability;
        family.share += list.share(set);
    }
    let mut families: Vec<CutSetFamily> = families
        .into_iter()
        .map(|((_, cells), alike)| CutSetFamily {
            events: in_words(plan, alike.first, alike.sets == 1),
            order: alike.first.len(),
            sets: alike.sets,
            cells: (plan.names.n_cells() > 1).then_some(cells as u32),
            probability: alike.probability / alike.sets as f64,
            share: alike.share,
        })
        .collect();
    families.sort_by(|a, b| {
        let by_share = b.share.total_cmp(&a.share);
        by_share.then_with(|| a.events.cmp(&b.events))
    });
    families.truncate(MOST_FAMILIES);
    CutSetList {
        event: match (list.event, plan.names.n_cells()) {
            (TopEvent::RegionCannotServe, 1) => "a region cannot serve",
            (TopEvent::NoRegionCanServe, 1) => "no region can serve",
            (TopEvent::RegionCannotServe, _) => "a cell cannot serve",
            (TopEvent::NoRegionCanServe, _) => "no region can serve a cell",
        }
        .to_owned(),
        order,
        probability: list.probability,
        lost: list.lost,
        sets: list.count,
        sets_grouped: list.sets.len(),
        share: list
            .sets
            .iter()
            .filter(|set| set.probability > 0.0)
            .map(|set| list.share(set))
            .fold(0.0, |sum, share| sum + share),
        families,
        approximations: list
            .approximations
            .iter()
            .map(|approximation| approximation.in_words().to_owned())
            .collect(),
    }
}

fn class(plan: &Plan, unit: UnitId, mean: f64) -> Class {
    let site = plan.sites[unit as usize];
    let kind = match site {
        Site::Replica(..) => 0,
        Site::ServiceInZone(..) => 1,
        Site::ServiceInRegion(..) => 2,
        Site::Service(_) => 3,
        Site::Zone(..) => 4,
        Site::Region(_) => 5,
        Site::Everywhere => 6,
        Site::External(_) => 7,
        Site::ZoneLink(..) => 8,
        Site::RegionLink(..) => 9,
        Site::Cell(_) => 10,
        Site::ServiceInCell(..) => 11,
    };
    (
        kind,
        site.service(),
        site.region().map(|region| plan.names.whole(region)),
        causes(plan, unit),
        mean.to_bits(),
    )
}

fn causes(plan: &Plan, unit: UnitId) -> Vec<u32> {
    let clocks = plan.clocks_of_unit(unit);
    clocks
        .map(|clock| plan.clocks[clock as usize].cause)
        .collect()
}

/// The failures of a set: `2 × web replica in us-east-1 (crash or machine)`.
fn in_words(plan: &Plan, units: &[UnitId], is_only_one: bool) -> Vec<String> {
    let in_a_cell = |unit| failure(plan, unit, is_only_one, "a cell of ");
    let in_that_cell = |unit| failure(plan, unit, is_only_one, "that cell of ");
    let mut counted: Vec<(String, UnitId, usize)> = Vec::new();
    for &unit in units {
        let words = in_a_cell(unit);
        match counted.iter_mut().find(|(known, ..)| *known == words) {
            Some((.., count)) => *count += 1,
            None => counted.push((words, unit, 1)),
        }
    }
    // All failures of a minimal set that are in a cell are in the same one.
    let mut knows_the_cell = false;
    let events = counted.into_iter().map(|(words, unit, count)| {
        let again = in_that_cell(unit);
        let is_in_a_cell = words != again;
        let words = if knows_the_cell { again } else { words };
        knows_the_cell |= is_in_a_cell;
        match count {
            1 => words,
            _ => format!("{count} × {words}"),
        }
    });
    events.collect()
}

/// A failure, where regions have cells in some `cell` of a region: `a cell of ` or `that cell of ` it.
fn failure(plan: &Plan, unit: UnitId, is_only_one: bool, cell: &str) -> String {
    let names = &plan.names;
    let some_cell = |region: u32| match names.n_cells() {
        1 => names.region(region).to_owned(),
        _ => format!("{cell}{}", names.region(region)),
    };
    let home = |service: u32, region: u32| {
        if names.is_shared(service) {
            names.region(region).to_owned()
        } else {
            some_cell(region)
        }
    };
    let site = plan.sites[unit as usize];
    let causes: Vec<&str> = causes(plan, unit)
        .iter()
        .map(|cause| names.causes[*cause as usize].as_str())
        .collect();
    let service = |service: u32| names.services[service as usize].as_str();
    let place = match site {
        Site::Replica(s, region, ..) if !is_only_one => {
            format!("{} replica in {}", service(s), home(s, region))
        }
        Site::ServiceInCell(s, region) if !is_only_one => {
            format!("{} in {}", service(s), home(s, region))
        }
        Site::Cell(region) if !is_only_one => some_cell(region),
        Site::ServiceInZone(s, region, _) if !is_only_one => {
            format!("{} in a zone of {}", service(s), names.region(region))
        }
        Site::Zone(region, _) if !is_only_one => format!("zone of {}", names.region(region)),
        Site::ZoneLink(region, ..) if !is_only_one => {
            format!("link of {}", names.region(region))
        }
        Site::Zone(region, zone) => format!("zone {}", names.zone(region, zone)),
        Site::Region(region) => format!("region {}", names.region(region)),
        Site::External(s) => return service(s).to_owned(),
        _ => site.in_words(names),
    };
    if causes.is_empty() {
        return place;
    }
    format!("{place} ({})", causes.join(" or "))
}
