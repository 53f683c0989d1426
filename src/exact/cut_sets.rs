//! Minimal cut sets: the smallest sets of failures that together take the topology down.
//!
//! The basic events are the units of a plan: one place that its faults take down. Takeovers and failovers are none: they
//! follow from failures, and pass by themselves. Two events are asked for (`top_events`), of which the first starts a failover
//! and the second leaves nowhere to go. A standby is taken at full scale, as it is when it serves.

use super::diagram::{Evaluator, FALSE, Function, TRUE, TooLarge};
use super::gates::Gates;
use super::top_events::{Hit, HitGates, Part, TopEvent, parts};
use super::unit_means::{Approximation, UnitMeans};
use super::zero_suppressed::Families;
use crate::plan::{Plan, UnitId};

/// Nodes of a diagram at most.
const MOST_NODES: usize = 2_000_000;

/// How far to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Extent {
    /// Failures in a set at most.
    pub order: usize,
    /// Sets to list at most, the likeliest first.
    pub most: usize,
}

/// A minimal cut set.
#[derive(Debug, Clone, PartialEq)]
pub struct CutSet {
    /// The units, rising.
    pub units: Vec<UnitId>,
    /// Product of the mean unavailabilities of the units: about the share of time in which all of them are down.
    pub probability: f64,
    /// Share of requests whose journeys it takes down.
    pub lost: f64,
    /// Cells of which it takes some journey down, those of all regions that have the same users counted once; 1 without cells.
    pub cells: usize,
}

/// Minimal cut sets of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct CutSets {
    /// The event.
    pub event: TopEvent,
    /// Its probability for independent units at their mean unavailabilities, all orders together: in some cell, where regions have cells.
    pub probability: f64,
    /// Mean share of requests whose journeys are in the event, for such units.
    pub lost: f64,
    /// The likeliest sets first; where regions have cells, those that are likeliest times the share of the cells that they can reach.
    pub sets: Vec<CutSet>,
    /// How many sets of this order or below there are.
    pub count: f64,
    /// The units that the event depends on.
    pub units: Vec<UnitWeight>,
    /// In which ways units are not what is said of them.
    pub approximations: Vec<Approximation>,
}

/// What a unit is to an event.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct UnitWeight {
    /// The unit.
    pub unit: UnitId,
    /// Mean share of the scored time in which it is down.
    pub mean: f64,
    /// By how much more requests are lost in the event with it down than with it up (Birnbaum's measure, weighted by requests).
    pub birnbaum: f64,
}

impl CutSets {
    /// Share of what the event loses that is lost while all units of a set are down (Fussell-Vesely's measure of a cut set,
    /// weighted by the requests that the set takes down). Shares overlap where several sets hold at once.
    #[must_use]
    pub fn share(&self, set: &CutSet) -> f64 {
        set.probability * set.lost / self.lost
    }
}

/// The minimal cut sets of a plan: those of [`TopEvent::NoRegionCanServe`] last, and if it is another event those of
/// [`TopEvent::RegionCannotServe`] first.
///
/// A sampler that must not miss what matters most can take the first sets of each list: no set that is left out is likelier
/// than those that are listed. The work grows with the diagram of the structure function, not with the number of sets.
///
/// # Errors
///
/// In words, if the structure function, or its sets up to the order, do not fit into two million nodes.
pub fn cut_sets(plan: &Plan, extent: Extent) -> Result<Vec<CutSets>, String> {
    let plan = plan.at_full_scale();
    let search = || {
        let mut search = Search::new(&plan);
        let events = events(&plan, &mut search.gates)?;
        let each = events.iter().map(|losses| search.of_event(losses, extent));
        each.collect::<Result<_, _>>()
    };
    search().map_err(|TooLarge| too_large(extent))
}

/// The first minimal cut sets of [`TopEvent::NoRegionCanServe`] alone, in a part of the time: nothing else is worked out.
///
/// Where regions have cells, as many are listed for each: cells that are alike have sets that are alike.
///
/// # Errors
///
/// As [`cut_sets`].
pub fn worst_cut_sets(plan: &Plan, extent: Extent) -> Result<Vec<CutSet>, String> {
    let plan = plan.at_full_scale();
    let search = || {
        let mut search = Search::new(&plan);
        let worst = events(&plan, &mut search.gates)?.pop();
        let extent = Extent {
            most: extent.most.saturating_mul(plan.names.n_cells()),
            ..extent
        };
        let sets = worst.map(|losses| search.listed(&losses, extent));
        Ok(sets.transpose()?.map_or(Vec::new(), |found| found.sets))
    };
    search().map_err(|TooLarge| too_large(extent))
}

fn too_large(extent: Extent) -> String {
    format!(
        "services share so much that cut sets of up to {} failures do not fit into {MOST_NODES} nodes",
        extent.order
    )
}

/// What an event is made of.
struct Losses {
    event: TopEvent,
    parts: Vec<Part>,
    /// The states in which each part loses its requests.
    states: Vec<Function>,
}

impl Losses {
    fn of(plan: &Plan, gates: &mut Gates<'_>, event: TopEvent) -> Result<Self, TooLarge> {
        let parts = parts(plan, event);
        let mut states = Vec::with_capacity(parts.len());
        for part in &parts {
            let mut all = TRUE;
            for &gate in &part.gates {
                let down = gates.function(gate)?;
                all = gates.diagram.and(all, down)?;
            }
            states.push(all);
        }
        Ok(Self {
            event,
            parts,
            states,
        })
    }
}

/// The structure of a plan, with how often its units are down.
struct Search<'p> {
    plan: &'p Plan,
    gates: Gates<'p>,
    hits: HitGates,
    means: UnitMeans<'p>,
}

/// Sets of an event.
struct Listed {
    top: Function,
    units: Vec<UnitId>,
    /// Mean unavailabilities of the units.
    q: Vec<f64>,
    sets: Vec<CutSet>,
    count: f64,
}

impl<'p> Search<'p> {
    fn new(plan: &'p Plan) -> Self {
        Self {
            plan,
            gates: Gates::with_shocks(plan, MOST_NODES),
            hits: HitGates::new(plan),
            means: UnitMeans::new(plan),
        }
    }

    fn listed(&mut self, losses: &Losses, extent: Extent) -> Result<Listed, TooLarge> {
        let units = self.gates.units.clone();
        let q: Vec<f64> = units.iter().map(|unit| self.means.of(*unit)).collect();
        let mut top = FALSE;
        for states in &losses.states {
            top = self.gates.diagram.or(top, *states)?;
        }
        let mut families = Families::new(MOST_NODES);
        let family = families.minimal(&self.gates.diagram, top, extent.order)?;
        let reach = self.reach(losses, units.len());
        let found = families.by_weight(family, &q, &reach, extent.most);
        let mut hit = Hit::new(self.plan, &self.hits, &losses.parts);
        let sets = found.heaviest.into_iter().map(|(variables, probability)| {
            let mut set: Vec<UnitId> = variables.iter().map(|v| units[*v as usize]).collect();
            set.sort_unstable();
            let harm = hit.harm(&set);
            CutSet {
                lost: harm.lost,
                cells: harm.cells,
                units: set,
                probability,
            }
        });
        Ok(Listed {
            top,
            sets: sets.collect(),
            count: found.count,
            units,
            q,
        })
    }

    /// For each variable the share of the cells in which anything depends on it. A minimal set takes no more down than those in
    /// which all of its units matter, as else it could do without one.
    fn reach(&self, losses: &Losses, n_variables: usize) -> Vec<f64> {
        let n_cells = self.plan.names.n_cells();
        if n_cells == 1 {
            return vec![1.0; n_variables];
        }
        let mut cells = vec![0_u32; n_variables];
        for cell in 0..n_cells {
            let parts = losses.parts.iter().zip(&losses.states);
            let own = parts.filter(|(part, _)| part.cell == cell);
            let states: Vec<Function> = own.map(|(_, states)| *states).collect();
            let mut matters = vec![false; n_variables];
            for node in self.gates.diagram.nodes_of(&states) {
                matters[self.gates.diagram.at(node).variable as usize] = true;
            }
            for (cells, matters) in cells.iter_mut().zip(matters) {
                *cells += u32::from(matters);
            }
        }
        let share = |cells| f64::from(cells) / n_cells as f64;
        cells.into_iter().map(share).collect()
    }

    fn of_event(&mut self, losses: &Losses, extent: Extent) -> Result<CutSets, TooLarge> {
        let listed = self.listed(losses, extent)?;
        let functions = [&[listed.top], losses.states.as_slice()].concat();
        let evaluator = Evaluator::new(&self.gates.diagram, &functions);
        let (mut values, mut arrivals) = (Vec::new(), Vec::new());
        let chances: Vec<f64> = evaluator.probabilities(&listed.q, &mut values).collect();
        let mut birnbaum = vec![0.0; listed.q.len()];
        let shares = losses.parts.iter().map(|part| part.share);
        let roots = (1..).zip(shares.clone());
        evaluator.importance(roots, &listed.q, &values, &mut arrivals, &mut birnbaum);
        let weights = listed.units.iter().zip(listed.q.iter().zip(&birnbaum));
        Ok(CutSets {
            event: losses.event,
            probability: chances[0],
            lost: shares
                .zip(&chances[1..])
                .map(|(s, chance)| s * chance)
                .sum(),
            sets: listed.sets,
            count: listed.count,
            units: weights
                .map(|(unit, (mean, birnbaum))| UnitWeight {
                    unit: *unit,
                    mean: *mean,
                    birnbaum: *birnbaum,
                })
                .collect(),
            approximations: self.means.approximations.clone(),
        })
    }
}

/// The events of a plan, the last of them that no region can serve.
fn events(plan: &Plan, gates: &mut Gates<'_>) -> Result<Vec<Losses>, TooLarge> {
    // Journeys in their order, and regions in theirs, make the order of the variables.
    for journey in &plan.journeys {
        let first = journey.entry as usize * plan.regions.len();
        for entry in &plan.entries[first..first + plan.regions.len()] {
            gates.function(entry.gate)?;
        }
    }
    let sent = Losses::of(plan, gates, TopEvent::RegionCannotServe)?;
    let anywhere = Losses::of(plan, gates, TopEvent::NoRegionCanServe)?;
    // Both go through journeys and cells in the same order.
    let regions = sent.states.len() / anywhere.states.len().max(1);
    let mut are_the_same = true;
    for (sent, nowhere) in sent.states.chunks(regions.max(1)).zip(&anywhere.states) {
        are_the_same &= gates.diagram.at_least(1, sent)? == *nowhere;
    }
    Ok(if are_the_same {
        vec![anywhere]
    } else {
        vec![sent, anywhere]
    })
}
