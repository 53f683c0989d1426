//! From a scenario and a topology to the model that is played.

use crate::model::{
    Cut, Detection, Distribution, Failback, Fault, Hours, Model, Once, PlaceOf, RegionOf, Renewal,
    Scenario, Scope, ScriptedFault, ServiceKind, Strikes, TopologySpec, What, ZoneFilter, ZoneOf,
};

/// What happens beside the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Background {
    /// Nothing: everything else is healthy, and stays so.
    Healthy,
    /// What the model says.
    Random,
}

/// What is played of a scenario on one topology.
#[derive(Debug, Clone, PartialEq)]
pub struct Staged {
    /// The model with the scripted faults.
    pub model: Model,
    /// The topology.
    pub spec: TopologySpec,
    /// Names of the model's faults that each scripted one has become; none where the topology has no such place.
    pub faults: Vec<Vec<String>>,
}

/// Puts a scenario on a topology of a model.
#[must_use]
pub fn stage(
    scenario: &Scenario,
    model: &Model,
    spec: &TopologySpec,
    background: Background,
) -> Staged {
    let mut model = model.clone();
    let mut spec = spec.clone();
    match background {
        Background::Healthy => {
            silence(&mut model, &mut spec);
            model.warm_up_seconds = scenario.lead_in_seconds;
        }
        Background::Random => {
            model.warm_up_seconds = model.warm_up_seconds.max(scenario.lead_in_seconds);
        }
    }
    model.horizon_seconds = scenario.horizon_seconds;
    begin_at_hour(scenario.hour, &mut model, &mut spec);
    let faults = scenario.faults.iter().enumerate().map(|(index, scripted)| {
        let become_of = faults_of(scripted, &model, &spec);
        let named = become_of.into_iter().enumerate().map(|(part, fault)| {
            let name = free_name(&model, index + 1, part + 1);
            model.faults.insert(name.clone(), fault);
            name
        });
        named.collect()
    });
    let faults: Vec<Vec<String>> = faults.collect();
    Staged {
        model,
        spec,
        faults,
    }
}

/// Nothing fails by itself.
fn silence(model: &mut Model, spec: &mut TopologySpec) {
    for fault in model.faults.values_mut() {
        fault.renewal.mtbf = Distribution::Never;
    }
    for service in model.services.values_mut() {
        if let ServiceKind::External {
            failure: Some(failure),
            ..
        } = &mut service.kind
        {
            failure.mtbf = Distribution::Never;
        }
    }
    model.drills = None;
    spec.failover.rot = None;
    spec.failover.false_alarm = Distribution::Never;
}

/// Turns the clock: what the model says of hours of the day is told from the beginning of the scenario.
fn begin_at_hour(hour: f64, model: &mut Model, spec: &mut TopologySpec) {
    if hour == 0.0 {
        return;
    }
    let turned = |at: f64| (at - hour).rem_euclid(24.0);
    let turn = |hours: &mut Hours| {
        *hours = Hours {
            from: turned(hours.from),
            to: turned(hours.to),
        };
    };
    if let Some(traffic) = &mut model.traffic {
        traffic.peak_hour = turned(traffic.peak_hour);
    }
    for crew in model.crews.values_mut() {
        if let Some(on_call) = &mut crew.on_call {
            turn(&mut on_call.hours);
        }
    }
    if let Failback::After(back) = &mut spec.failover.failback
        && let Some(hours) = &mut back.hours
    {
        turn(hours);
    }
}

/// A name that no fault or service of the model has.
fn free_name(model: &Model, index: usize, part: usize) -> String {
    let mut name = format!("scripted {index}.{part}");
    while model.faults.contains_key(&name) || model.services.contains_key(&name) {
        name.push('\'');
    }
    name
}

/// The faults of a model that a scripted one is on a topology.
fn faults_of(scripted: &ScriptedFault, model: &Model, spec: &TopologySpec) -> Vec<Fault> {
    let roles = Roles { model, spec };
    let mut faults: Vec<Fault> = match &scripted.what {
        What::Occurrence(name) => {
            let Some(fault) = model.faults.get(name) else {
                return Vec::new();
            };
            let narrowed = match &scripted.place {
                None => Some(fault.clone()),
                Some(place) => roles.narrowed(fault, place),
            };
            narrowed
                .into_iter()
                .map(|mut fault| {
                    fault.once = Some(Once {
                        at_seconds: scripted.at_seconds,
                        stands_for: Some(name.clone()),
                        at_the_door: false,
                    });
                    fault
                })
                .collect()
        }
        What::Effect {
            effect,
            detection,
            services,
            at_the_door,
        } => {
            let Some(place) = &scripted.place else {
                return Vec::new();
            };
            let areas = roles.areas(place);
            let own = |area: Area| Fault {
                hits: area.hits,
                services: area.services.or_else(|| services.clone()),
                regions: area.regions,
                zones: area.zones,
                cell: area.cell,
                cut: area.cut,
                renewal: Renewal {
                    mtbf: Distribution::Never,
                    mttr: Distribution::Fixed(0.0),
                },
                spread_over_cells: false,
                effect: *effect,
                detection: detection.clone(),
                strikes: Strikes::Place,
                spreads: None,
                crew: None,
                priority: u32::MAX,
                source: None,
                once: Some(Once {
                    at_seconds: scripted.at_seconds,
                    stands_for: None,
                    at_the_door: *at_the_door,
                }),
            };
            areas.into_iter().map(own).collect()
        }
    };
    for fault in &mut faults {
        fault.renewal.mtbf = Distribution::Never;
        if let Some(lasts) = scripted.lasts_seconds {
            fault.renewal.mttr = Distribution::Fixed(lasts - noticed_after(fault));
        }
    }
    faults
}

/// The fixed time until a fault is noticed, which is a part of its length where it stands in the scenario \[s\].
fn noticed_after(fault: &Fault) -> f64 {
    let is_own = fault
        .once
        .as_ref()
        .is_some_and(|once| once.stands_for.is_none());
    match &fault.detection {
        Detection::Unseen {
            noticed: Some(Distribution::Fixed(seconds)),
        } if is_own => *seconds,
        Detection::Seen | Detection::Unseen { .. } => 0.0,
    }
}

/// A place as the filters of a fault.
struct Area {
    hits: Scope,
    services: Option<Vec<String>>,
    regions: Option<Vec<String>>,
    zones: Option<Vec<ZoneFilter>>,
    cell: Option<u32>,
    cut: Cut,
}

impl Area {
    fn new(hits: Scope) -> Self {
        Self {
            hits,
            services: None,
            regions: None,
            zones: None,
            cell: None,
            cut: Cut::BothWays,
        }
    }
}

/// What regions and zones by position are in a topology.
struct Roles<'a> {
    model: &'a Model,
    spec: &'a TopologySpec,
}

impl Roles<'_> {
    fn region(&self, region: &RegionOf) -> Option<String> {
        match region {
            RegionOf::Named(name) => Some(name.clone()),
            RegionOf::Position(position) => self.spec.regions.get(*position).cloned(),
        }
    }

    fn zone(&self, region: &RegionOf, zone: &ZoneOf) -> Option<ZoneFilter> {
        let region = self.region(region)?;
        let zones = &self.model.regions.get(&region)?.zones;
        let zone = match zone {
            ZoneOf::Named(name) => zones.iter().find(|known| *known == name)?,
            ZoneOf::Position(position) => zones.get(*position)?,
        };
        Some(ZoneFilter {
            zone: zone.clone(),
            region: Some(region),
        })
    }

    /// The areas of a place: several where it is all links of something, none where the topology has no such place.
    fn areas(&self, place: &PlaceOf) -> Vec<Area> {
        match place {
            PlaceOf::LinksOfRegion(region) => {
                let Some(here) = self.region(region) else {
                    return Vec::new();
                };
                let others = self.model.regions.keys().filter(|name| **name != here);
                let link = |there: &String| Area {
                    regions: Some(vec![here.clone(), there.clone()]),
                    ..Area::new(Scope::RegionLink)
                };
                others.map(link).collect()
            }
            PlaceOf::LinksOfZone(region, zone) => {
                let Some(here) = self.zone(region, zone) else {
                    return Vec::new();
                };
                let region = here.region.clone().unwrap_or_default();
                let zones = self.model.regions.get(&region);
                let others = zones.into_iter().flat_map(|region| &region.zones);
                let link = |there: &String| Area {
                    regions: Some(vec![region.clone()]),
                    zones: Some(vec![
                        here.clone(),
                        ZoneFilter {
                            region: Some(region.clone()),
                            zone: there.clone(),
                        },
                    ]),
                    ..Area::new(Scope::ZoneLink)
                };
                others
                    .filter(|zone| **zone != here.zone)
                    .map(link)
                    .collect()
            }
            single => self.area(single).into_iter().collect(),
        }
    }

    fn area(&self, place: &PlaceOf) -> Option<Area> {
        let services = |name: &String| Some(vec![name.clone()]);
        Some(match place {
            PlaceOf::Everywhere => Area::new(Scope::Everywhere),
            PlaceOf::Region(region) => Area {
                regions: Some(vec![self.region(region)?]),
                ..Area::new(Scope::Region)
            },
            PlaceOf::Zone(region, zone) => Area {
                zones: Some(vec![self.zone(region, zone)?]),
                ..Area::new(Scope::Zone)
            },
            PlaceOf::Service(name) => Area {
                services: services(name),
                ..Area::new(Scope::Service)
            },
            PlaceOf::ServiceInRegion(region, name) => Area {
                services: services(name),
                regions: Some(vec![self.region(region)?]),
                ..Area::new(Scope::ServiceInRegion)
            },
            PlaceOf::ServiceInZone(region, zone, name) => Area {
                services: services(name),
                zones: Some(vec![self.zone(region, zone)?]),
                ..Area::new(Scope::ServiceInZone)
            },
            PlaceOf::Cell(region, number) => Area {
                regions: Some(vec![self.region(region)?]),
                cell: Some(*number),
                ..Area::new(Scope::Cell)
            },
            PlaceOf::ServiceInCell(region, number, name) => Area {
                services: services(name),
                regions: Some(vec![self.region(region)?]),
                cell: Some(*number),
                ..Area::new(Scope::ServiceInCell)
            },
            PlaceOf::RegionLink(from, to, cut) => {
                let (from, to) = (self.region(from)?, self.region(to)?);
                if from == to {
                    return None;
                }
                Area {
                    regions: Some(vec![from, to]),
                    cut: *cut,
                    ..Area::new(Scope::RegionLink)
                }
            }
            PlaceOf::ZoneLink(region, from, to, cut) => {
                let (from, to) = (self.zone(region, from)?, self.zone(region, to)?);
                if from == to {
                    return None;
                }
                Area {
                    regions: Some(vec![self.region(region)?]),
                    zones: Some(vec![from, to]),
                    cut: *cut,
                    ..Area::new(Scope::ZoneLink)
                }
            }
            PlaceOf::LinksOfRegion(_) | PlaceOf::LinksOfZone(..) => return None,
        })
    }

    /// A fault of the model where it hits a place; `None` where it hits nothing of it.
    fn narrowed(&self, fault: &Fault, place: &PlaceOf) -> Option<Fault> {
        let area = self.area(place)?;
        let mut fault = fault.clone();
        if let Some(regions) = area.regions {
            let hit = |name: &String| {
                fault
                    .regions
                    .as_ref()
                    .is_none_or(|known| known.contains(name))
            };
            if !regions.iter().all(hit) {
                return None;
            }
            fault.regions = Some(regions);
        }
        if let Some(zones) = area.zones {
            let hit = |wanted: &ZoneFilter| {
                let here = |known: &ZoneFilter| {
                    known.zone == wanted.zone
                        && (known.region.is_none() || known.region == wanted.region)
                };
                let in_region = || match (&fault.regions, &wanted.region) {
                    (Some(regions), Some(region)) => regions.contains(region),
                    _ => true,
                };
                fault
                    .zones
                    .as_ref()
                    .is_none_or(|known| known.iter().any(here))
                    && in_region()
            };
            if !zones.iter().all(hit) {
                return None;
            }
            fault.zones = Some(zones);
        }
        if let Some(services) = area.services {
            fault.services = Some(services);
        }
        fault.cell = area.cell;
        Some(fault)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_is_turned_to_the_hour_at_which_a_scenario_begins() {
        let (mut model, mut spec) = example();
        model.traffic = model.traffic.map(|traffic| crate::model::Traffic {
            peak_hour: 20.0,
            ..traffic
        });
        begin_at_hour(21.0, &mut model, &mut spec);
        assert_eq!(model.traffic.map(|traffic| traffic.peak_hour), Some(23.0));
    }

    #[test]
    fn nothing_is_left_to_fail_in_a_healthy_background() {
        let (mut model, mut spec) = example();
        silence(&mut model, &mut spec);
        let never = |fault: &Fault| fault.renewal.mtbf == Distribution::Never;
        assert!(model.faults.values().all(never));
    }

    fn example() -> (Model, TopologySpec) {
        let text = include_str!("../../models/three-tier.yaml");
        let model = crate::model::load_str("example", text, None).unwrap();
        let spec = model.topologies["warm-standby"].clone();
        (model, spec)
    }
}
