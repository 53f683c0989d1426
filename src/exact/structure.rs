//! The structure function of a plan as diagrams: what is lost, and what is down, as functions of which units are down.

use super::diagram::{Diagram, FALSE, Function, TRUE, TooLarge};
use super::gates::Gates;
use crate::plan::{ActivePlan, DetectPlan, GateId, Plan, ReroutePlan, ServingPlan, UnitId};

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
    /// Whether failures only ever take it down, and repairs only bring it up.
    pub is_monotone: bool,
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
    let functions_of = |gates: &mut Gates<'_>, ids: Vec<GateId>| -> Result<Vec<Function>, String> {
        let functions = ids.into_iter().map(|gate| gates.function(gate));
        functions
            .collect::<Result<_, TooLarge>>()
            .map_err(too_large)
    };
    let entries = functions_of(&mut gates, plan.entries.iter().map(|e| e.gate).collect())?;
    // Gates are monotone; moving traffic may not be.
    let mut traffic_moves = false;
    let journeys = match &plan.serving {
        ServingPlan::Standby(_) => Err(format!(
            "the pattern {} serves from one region at a time, and its failover takes time",
            plan.names.pattern
        )),
        ServingPlan::Single if plan.regions.len() > 1 => {
            serve_in_cells(&mut gates.diagram, plan, &entries).map_err(too_large)
        }
        ServingPlan::Single => serve_alone(&mut gates.diagram, plan, &entries).map_err(too_large),
        ServingPlan::ActiveActive(active) => {
            if same_everywhere(plan, &entries) {
                serve_alone(&mut gates.diagram, plan, &entries).map_err(too_large)
            } else {
                is_instant(plan, active)?;
                traffic_moves = true;
                let health = plan.health.iter().map(|region| region.gate).collect();
                let health = functions_of(&mut gates, health)?;
                serve_together(&mut gates.diagram, plan, active, &entries, &health)
            }
        }
    }?;
    let mut down = FALSE;
    for journey in &journeys {
        down = gates.diagram.or(down, journey.down).map_err(too_large)?;
    }
    let is_monotone = !traffic_moves || gates.diagram.is_monotone(down).map_err(too_large)?;
    Ok(Structure {
        diagram: gates.diagram,
        units: gates.units,
        journeys,
        down,
        is_monotone,
    })
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

/// One region serves in cells of equal shares, each its own users: with k of n cells down the share k / n is lost.
fn serve_in_cells(
    diagram: &mut Diagram,
    plan: &Plan,
    entries: &[Function],
) -> Result<Vec<JourneyFunctions>, TooLarge> {
    let n_cells = plan.regions.len();
    let mut journeys = Vec::new();
    for journey in &plan.journeys {
        let first = journey.entry as usize * n_cells;
        // The states in which just so many of the cells so far are down.
        let mut down_so_far = vec![TRUE];
        for entry in &entries[first..first + n_cells] {
            let mut next = Vec::with_capacity(down_so_far.len() + 1);
            for k in 0..=down_so_far.len() {
                let with = k.checked_sub(1).map_or(FALSE, |fewer| down_so_far[fewer]);
                let without = down_so_far.get(k).copied().unwrap_or(FALSE);
                next.push(diagram.choose(*entry, with, without)?);
            }
            down_so_far = next;
        }
        let losses = down_so_far.into_iter().enumerate().skip(1);
        let losses = losses.map(|(k, states)| (k as f64 / n_cells as f64, states));
        let losses: Vec<(f64, Function)> = losses.collect();
        let mut down = FALSE;
        for &(loss, states) in &losses {
            if 1.0 - loss < journey.down_below - DOWN_SLACK {
                down = diagram.or(down, states)?;
            }
        }
        journeys.push(JourneyFunctions { losses, down });
    }
    Ok(journeys)
}

/// Whether every entry is up in all regions or in none, and each region can carry all: then it does not matter where
/// traffic goes.
fn same_everywhere(plan: &Plan, entries: &[Function]) -> bool {
    let together = |regions: &[Function]| regions.iter().all(|function| *function == regions[0]);
    let of_cell = f64::from(plan.names.cells.max(1)).recip();
    entries.chunks(plan.regions.len()).all(together)
        && plan
            .regions
            .iter()
            .all(|region| region.standby_capacity >= of_cell)
}

/// Traffic follows the health of regions at once, or a reason to refuse.
fn is_instant(plan: &Plan, active: &ActivePlan) -> Result<(), String> {
    let is_zero = |sampler: u32| {
        plan.distributions[sampler as usize] == crate::model::Distribution::Fixed(0.0)
    };
    let detects_at_once = match active.detect {
        DetectPlan::Probe(probe) => probe.period == 0.0 && probe.timeout == 0.0,
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
    if active.cells > 1 {
        return Err("active-active regions move their traffic cell by cell".to_owned());
    }
    if plan.stuck > 0.0 {
        return Err("some clients never move (`stuck`)".to_owned());
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
