//! The parts of a plan that are asked for, and what is known of each before anything is worked out.

use super::radius::Radius;
use crate::exact::CutSets;
use crate::montecarlo::Down;
use crate::plan::{Element, GateId, NO_CREW, NO_GATE, Plan, UnitId, UnitKind};

/// Parts that are all asked for …
const FEW_PARTS: usize = 60;
/// … and services, and takeovers, that are asked for where there are more.
const MOST_SERVICES: usize = 24;

/// A part to be asked for.
#[derive(Debug)]
pub(super) struct Candidate {
    pub element: Element,
    pub kind: &'static str,
    pub name: String,
    /// Whether its failures can change what users see.
    pub reaches: bool,
    /// What is known of it being down all the time.
    pub down: Down,
    pub is_down_defined: bool,
    /// Cells in which a failure of it is felt at most; `None` where there are none, or it has no failures.
    pub cells_hit: Option<u32>,
}

/// The parts of a plan, and how many were left out: where there are very many, the services that matter least by the first
/// order of the structure function, Σ q B over their units.
pub(super) fn candidates(
    plan: &Plan,
    structure: Option<&CutSets>,
    every_part: bool,
) -> (Vec<Candidate>, usize) {
    let mut elements = plan.elements();
    let n = elements.len();
    if n > FEW_PARTS && !every_part {
        let mut weights = vec![0.0; plan.units.len()];
        for unit in structure.into_iter().flat_map(|structure| &structure.units) {
            weights[unit.unit as usize] = unit.mean * unit.birnbaum;
        }
        let mut by_service = vec![0.0; plan.names.services.len()];
        for (site, weight) in plan.sites.iter().zip(weights) {
            if let Some(service) = site.service() {
                by_service[service as usize] += weight;
            }
        }
        let mut services: Vec<u32> = (0..by_service.len() as u32).collect();
        services.sort_by(|a, b| by_service[*b as usize].total_cmp(&by_service[*a as usize]));
        services.truncate(MOST_SERVICES);
        elements.retain(|element| match element {
            Element::Service(service) | Element::Takeover(service) => services.contains(service),
            Element::Fault(_) | Element::Zone(..) | Element::Region(_) => true,
        });
    }
    let reach = Reach::new(plan);
    let radius = Radius::new(plan);
    let left_out = n - elements.len();
    let candidates = elements.into_iter().map(|element| {
        let reaches = reach.reaches(plan, element);
        let (kind, name) = name(plan, element);
        let down = reach.down(plan, element, reaches);
        Candidate {
            element,
            kind,
            name,
            reaches,
            is_down_defined: !matches!(down, Down::Undefined),
            down,
            cells_hit: radius.of(element),
        }
    });
    (candidates.collect(), left_out)
}

fn name(plan: &Plan, element: Element) -> (&'static str, String) {
    let names = &plan.names;
    match element {
        Element::Fault(cause) => ("fault", names.causes[cause as usize].clone()),
        Element::Service(service) => ("service", names.services[service as usize].clone()),
        Element::Takeover(service) => ("takeover", names.services[service as usize].clone()),
        Element::Zone(region, zone) => ("zone", names.zone(region, zone)),
        Element::Region(region) => ("region", names.region(region).to_owned()),
    }
}

/// Which gates decide what users see.
struct Reach {
    gates: Vec<bool>,
}

impl Reach {
    fn new(plan: &Plan) -> Self {
        let entries = plan.entries.iter().map(|entry| entry.gate);
        let health = plan.health.iter().map(|health| health.gate);
        let goals: Vec<GateId> = entries.chain(health).collect();
        let mut gates = plan.network.upstream_of(&goals);
        let faults = plan.gray.iter().flat_map(|gray| &gray.faults);
        faults.for_each(|fault| gates[fault.gate as usize] = true);
        Self { gates }
    }

    fn has(&self, gate: GateId) -> bool {
        gate != NO_GATE && self.gates[gate as usize]
    }

    /// Whether what an element does can change what users see: by its gates, what it strikes, or a crew that it shares.
    fn reaches(&self, plan: &Plan, element: Element) -> bool {
        if let Element::Service(service) | Element::Takeover(service) = element {
            let mut pools = plan.pools.iter().filter(|pool| pool.service == service);
            if pools.any(|pool| self.has(pool.gate)) {
                return true;
            }
        }
        let mut is_own = vec![false; plan.clocks.len()];
        for clock in plan.clocks_of(element) {
            is_own[clock as usize] = true;
        }
        let own = |unit: UnitId| {
            plan.clocks_of_unit(unit)
                .any(|clock| is_own[clock as usize])
        };
        (0..plan.units.len() as UnitId)
            .filter(|unit| own(*unit))
            .any(|index| {
                let unit = &plan.units[index as usize];
                let strikes = match unit.kind {
                    UnitKind::Shock(shock) => {
                        let mut targets = plan.shocks[shock as usize].targets.iter();
                        targets.any(|target| self.has(plan.units[*target as usize].gate))
                    }
                    UnitKind::Simple(_) | UnitKind::General => false,
                };
                let mut clocks = plan.clocks_of_unit(index);
                let has_crew = clocks.any(|clock| plan.clocks[clock as usize].crew != NO_CREW);
                strikes || has_crew || self.has(unit.gate)
            })
    }

    fn down(&self, plan: &Plan, element: Element, reaches: bool) -> Down {
        let Some(variant) = plan.with_down(element) else {
            return Down::Undefined;
        };
        // Whatever a standby runs, nothing can be served.
        let all_down = |plan: &Plan| {
            let mut entries = plan.entries.iter();
            entries.all(|entry| plan.network.initial[entry.gate as usize] < 0)
        };
        if all_down(&variant) && all_down(&variant.at_full_scale()) {
            return Down::All;
        }
        let before = plan.network.initial.iter();
        let mut changes = before
            .zip(&variant.network.initial)
            .zip(&self.gates)
            .map(|((before, after), decides)| *decides && before != after);
        if !reaches && !changes.any(|changes| changes) {
            return Down::Same;
        }
        Down::Played(Box::new(variant))
    }
}
