//! The structure function of a plan as diagrams: what is lost, and what is down, as functions of which units are down.
//!
//! Gates become functions from the inputs up: a gate is down while more of its inputs are down than its spare. Variables
//! are the units, in the order in which a search from the entries into the depth meets them, so that what stands together
//! in a service stands together in the diagram.

use super::diagram::{Diagram, FALSE, Function, TRUE, TooLarge};
use crate::plan::{
    ActivePlan, DetectPlan, GateId, NO_GATE, Plan, ReroutePlan, ServingPlan, UnitId,
};

/// Slack of the comparison of a success with `down_below`, that of the engine.
const DOWN_SLACK: f64 = 1e-9;

/// Regions for whose states all combinations are gone through.
const MOST_REGIONS: usize = 6;

/// What users meet, as functions of the units.
#[derive(Debug)]
pub(super) struct Structure {
    /// All functions.
    pub diagram: Diagram,
    /// The unit of each variable.
    pub units: Vec<UnitId>,
    /// Journeys, in the order of the plan.
    pub journeys: Vec<JourneyFunctions>,
    /// The topology is down: any journey is.
    pub down: Function,
}

/// What the requests of a journey meet.
#[derive(Debug)]
pub(super) struct JourneyFunctions {
    /// Shares of requests lost, each with the states in which that share is; no two of them at once.
    pub losses: Vec<(f64, Function)>,
    /// Its success is below what it is down below.
    pub down: Function,
}

/// Turns a plan into diagrams of at most so many nodes.
///
/// # Errors
///
/// In words, what depends on more than the state of the units.
pub(super) fn structure(plan: &Plan, max_nodes: usize) -> Result<Structure, String> {
    let too_large = |TooLarge| {
        format!("services share so much that a diagram of {max_nodes} nodes does not hold them")
    };
    let mut gates = Gates::new(plan, max_nodes);
    let mut entries = Vec::new();
    for entry in &plan.entries {
        entries.push(gates.function(entry.gate).map_err(too_large)?);
    }
    let journeys = match &plan.serving {
        ServingPlan::Standby(_) => Err(format!(
            "the pattern {} serves from one region at a time, and its failover takes time",
            plan.names.pattern
        )),
        ServingPlan::Single => serve_alone(&mut gates.diagram, plan, &entries).map_err(too_large),
        ServingPlan::ActiveActive(active) => {
            if same_everywhere(plan, &entries) {
                serve_alone(&mut gates.diagram, plan, &entries).map_err(too_large)
            } else {
                is_instant(plan, active)?;
                let mut health = Vec::new();
                for region in &plan.health {
                    health.push(gates.function(region.gate).map_err(too_large)?);
                }
                serve_together(&mut gates.diagram, plan, active, &entries, &health)
            }
        }
    }?;
    let mut down = FALSE;
    for journey in &journeys {
        down = gates.diagram.or(down, journey.down).map_err(too_large)?;
    }
    Ok(Structure {
        diagram: gates.diagram,
        units: gates.units,
        journeys,
        down,
    })
}

/// Functions of gates, made on demand.
struct Gates<'p> {
    plan: &'p Plan,
    diagram: Diagram,
    /// Gates that feed each gate.
    inputs: Vec<Vec<GateId>>,
    /// Units that drive each gate.
    drivers: Vec<Vec<UnitId>>,
    /// The unit of each variable so far.
    units: Vec<UnitId>,
    variables: Vec<Vec<Function>>,
    functions: Vec<Option<Function>>,
}

impl<'p> Gates<'p> {
    fn new(plan: &'p Plan, max_nodes: usize) -> Self {
        let n = plan.network.initial.len();
        let mut drivers = vec![Vec::new(); n];
        for (index, unit) in plan.units.iter().enumerate() {
            if unit.gate != NO_GATE {
                drivers[unit.gate as usize].push(index as UnitId);
            }
        }
        Self {
            plan,
            diagram: Diagram::new(max_nodes),
            inputs: plan.network.inputs(),
            drivers,
            units: Vec::new(),
            variables: vec![Vec::new(); n],
            functions: vec![None; n],
        }
    }

    /// The states in which a gate is down.
    fn function(&mut self, gate: GateId) -> Result<Function, TooLarge> {
        // A gate is entered once to name its units and to ask for its inputs, and again when they are known.
        let mut todo = vec![(gate, false)];
        while let Some((gate, inputs_known)) = todo.pop() {
            let index = gate as usize;
            if self.functions[index].is_some() {
                continue;
            }
            if inputs_known {
                self.functions[index] = Some(self.join(gate)?);
                continue;
            }
            if self.variables[index].is_empty() {
                for unit in std::mem::take(&mut self.drivers[index]) {
                    let variable = self.diagram.variable(self.units.len() as u32)?;
                    self.units.push(unit);
                    self.variables[index].push(variable);
                }
            }
            todo.push((gate, true));
            todo.extend(self.inputs[index].iter().rev().map(|&input| (input, false)));
        }
        Ok(self.functions[gate as usize].unwrap_or(FALSE))
    }

    fn join(&mut self, gate: GateId) -> Result<Function, TooLarge> {
        let initial = &self.plan.network.initial;
        let spare = initial[gate as usize];
        if spare < 0 {
            return Ok(TRUE);
        }
        let mut functions = self.variables[gate as usize].clone();
        // A gate that is down from the start has been taken off the spare of those that it feeds.
        let inputs = self.inputs[gate as usize]
            .iter()
            .filter(|&&input| initial[input as usize] >= 0);
        functions.extend(inputs.filter_map(|&input| self.functions[input as usize]));
        self.diagram.at_least(spare as usize + 1, &functions)
    }
}

/// One region serves, or all are up and down together: everything is lost while the entry is down.
fn serve_alone(
    diagram: &mut Diagram,
    plan: &Plan,
    entries: &[Function],
) -> Result<Vec<JourneyFunctions>, TooLarge> {
    let n_regions = plan.regions.len();
    let journeys = plan.journeys.iter().map(|journey| {
        let lost = entries[journey.entry as usize * n_regions];
        let down = if journey.down_below > DOWN_SLACK {
            lost
        } else {
            FALSE
        };
        Ok(JourneyFunctions {
            losses: vec![(1.0, lost)],
            down: diagram.or(down, FALSE)?,
        })
    });
    journeys.collect()
}

/// Whether every entry is up in all regions or in none, and each region can carry all: then it does not matter where
/// traffic goes.
fn same_everywhere(plan: &Plan, entries: &[Function]) -> bool {
    let together = |regions: &[Function]| regions.iter().all(|function| *function == regions[0]);
    entries.chunks(plan.regions.len()).all(together)
        && plan
            .regions
            .iter()
            .all(|region| region.standby_capacity >= 1.0)
}

/// Traffic follows the health of regions at once, or a reason to refuse.
fn is_instant(plan: &Plan, active: &ActivePlan) -> Result<(), String> {
    let is_zero = |sampler: u32| {
        plan.distributions[sampler as usize] == crate::model::Distribution::Fixed(0.0)
    };
    let detects_at_once = match active.detect {
        DetectPlan::Probe(period, _) => period == 0.0,
        DetectPlan::Drawn(sampler) => is_zero(sampler),
    };
    let reroutes_at_once = match active.reroute {
        ReroutePlan::Ttl(seconds) => seconds == 0.0,
        ReroutePlan::Drawn(sampler) => is_zero(sampler),
    };
    if !(detects_at_once && reroutes_at_once) {
        return Err("active-active regions need time to notice that one of them is unhealthy and to move its traffic"
            .to_owned());
    }
    if plan.regions.len() > MOST_REGIONS {
        return Err(format!("more than {MOST_REGIONS} active regions"));
    }
    Ok(())
}

/// All regions serve, and traffic follows their health at once.
///
/// For every set of healthy regions, traffic goes to them in proportion to their splits; for every set of those in which
/// an entry is up, what they carry is the success. While no region is healthy, traffic stays where it was: that is a
/// function of the state only because nothing is served then.
fn serve_together(
    diagram: &mut Diagram,
    plan: &Plan,
    active: &ActivePlan,
    entries: &[Function],
    unhealthy: &[Function],
) -> Result<Vec<JourneyFunctions>, String> {
    let too_large = |TooLarge| "the states of its regions need too large a diagram".to_owned();
    let n_regions = plan.regions.len();
    let none_healthy = all(diagram, unhealthy).map_err(too_large)?;
    for entry in entries {
        let served = diagram
            .choose(*entry, FALSE, none_healthy)
            .map_err(too_large)?;
        if served != FALSE {
            return Err("with all regions unhealthy some journeys are still served, by how much depends on where their \
                        traffic was before"
                .to_owned());
        }
    }
    let mut journeys = Vec::new();
    for journey in &plan.journeys {
        let first = journey.entry as usize * n_regions;
        let entry = &entries[first..first + n_regions];
        let mut losses = vec![(1.0, none_healthy)];
        for healthy in 1..1_usize << n_regions {
            let shares = shares(active, healthy);
            // Of the healthy regions, those in which the entry is up.
            let mut up = healthy;
            loop {
                let carried =
                    |region: usize| shares[region].min(plan.regions[region].standby_capacity);
                let success: f64 = members(up).map(carried).sum();
                let loss = 1.0 - success;
                if loss > 1e-12 {
                    let mut state = TRUE;
                    for region in 0..n_regions {
                        let bit = 1 << region;
                        state = if healthy & bit == 0 {
                            diagram.and(state, unhealthy[region])
                        } else {
                            diagram.choose(unhealthy[region], FALSE, state)
                        }
                        .map_err(too_large)?;
                        if healthy & bit != 0 {
                            state = if up & bit == 0 {
                                diagram.and(state, entry[region])
                            } else {
                                diagram.choose(entry[region], FALSE, state)
                            }
                            .map_err(too_large)?;
                        }
                    }
                    if state != FALSE {
                        losses.push((loss, state));
                    }
                }
                if up == 0 {
                    break;
                }
                up = (up - 1) & healthy;
            }
        }
        let losses = merge(diagram, losses).map_err(too_large)?;
        let mut down = FALSE;
        for &(loss, state) in &losses {
            if 1.0 - loss < journey.down_below - DOWN_SLACK {
                down = diagram.or(down, state).map_err(too_large)?;
            }
        }
        journeys.push(JourneyFunctions { losses, down });
    }
    Ok(journeys)
}

/// Shares of traffic while just these regions are healthy.
fn shares(active: &ActivePlan, healthy: usize) -> Vec<f64> {
    let total: f64 = members(healthy).map(|region| active.split[region]).sum();
    (0..active.split.len())
        .map(|region| match (healthy >> region & 1, total > 0.0) {
            (0, _) => 0.0,
            (_, true) => active.split[region] / total,
            (_, false) => f64::from(healthy.count_ones()).recip(),
        })
        .collect()
}

/// The elements of a set.
fn members(set: usize) -> impl Iterator<Item = usize> {
    (0..usize::BITS as usize).filter(move |element| set >> element & 1 == 1)
}

fn all(diagram: &mut Diagram, functions: &[Function]) -> Result<Function, TooLarge> {
    let mut both = TRUE;
    for function in functions {
        both = diagram.and(both, *function)?;
    }
    Ok(both)
}

/// Joins states in which the same share is lost.
fn merge(
    diagram: &mut Diagram,
    losses: Vec<(f64, Function)>,
) -> Result<Vec<(f64, Function)>, TooLarge> {
    let mut merged: Vec<(f64, Function)> = Vec::new();
    for (loss, state) in losses {
        match merged
            .iter_mut()
            .find(|(known, _)| (known - loss).abs() < 1e-12)
        {
            Some((_, states)) => *states = diagram.or(*states, state)?,
            None => merged.push((loss, state)),
        }
    }
    Ok(merged)
}
