//! Minimal cut sets: the smallest sets of failures that together take the topology down.
//!
//! The basic events are the units of a plan: one place that its faults take down. Takeovers and failovers are none: they
//! follow from failures, and pass by themselves. Two events are asked for, of which the first starts a failover and the
//! second leaves nowhere to go. A standby is taken at full scale, as it is when it serves.

use super::diagram::{Evaluator, FALSE, Function, TRUE, TooLarge};
use super::gates::Gates;
use super::unit_means::{Approximation, UnitMeans};
use super::zero_suppressed::Families;
use crate::plan::{EntryPlan, GateId, NO_GATE, Plan, Reach, ServingPlan, UnitId, UnitKind};

/// Nodes of a diagram at most.
const MOST_NODES: usize = 2_000_000;

/// What a set of failures brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopEvent {
    /// A journey cannot be served in a region that has traffic when nothing is wrong: this starts a failover.
    RegionCannotServe,
    /// A journey cannot be served in any region.
    NoRegionCanServe,
}

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
}

/// Minimal cut sets of one event.
#[derive(Debug, Clone, PartialEq)]
pub struct CutSets {
    /// The event.
    pub event: TopEvent,
    /// Its probability for independent units at their mean unavailabilities, all orders together.
    pub probability: f64,
    /// Mean share of requests whose journeys are in the event, for such units.
    pub lost: f64,
    /// The likeliest sets first.
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
    /// By how much the event is likelier with it down than with it up (Birnbaum's measure).
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

/// The likeliest minimal cut sets of [`TopEvent::NoRegionCanServe`] alone, in a part of the time: nothing else is worked out.
///
/// # Errors
///
/// As [`cut_sets`].
pub fn worst_cut_sets(plan: &Plan, extent: Extent) -> Result<Vec<CutSet>, String> {
    let plan = plan.at_full_scale();
    let search = || {
        let mut search = Search::new(&plan);
        let worst = events(&plan, &mut search.gates)?.pop();
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
    /// Shares of all requests, each with the states in which it is lost: those of a journey; where regions have cells and one of
    /// them is enough, those of a journey in each.
    parts: Vec<(f64, Function)>,
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
        for (_, states) in &losses.parts {
            top = self.gates.diagram.or(top, *states)?;
        }
        let mut families = Families::new(MOST_NODES);
        let family = families.minimal(&self.gates.diagram, top, extent.order)?;
        let found = families.by_weight(family, &q, extent.most);
        let mut hit = Hit::new(self.plan, &self.hits, losses.event);
        let sets = found.heaviest.into_iter().map(|(variables, probability)| {
            let mut set: Vec<UnitId> = variables.iter().map(|v| units[*v as usize]).collect();
            set.sort_unstable();
            CutSet {
                lost: hit.lost(&set),
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

    fn of_event(&mut self, losses: &Losses, extent: Extent) -> Result<CutSets, TooLarge> {
        let listed = self.listed(losses, extent)?;
        let parts = losses.parts.iter().map(|(_, states)| *states);
        let functions: Vec<Function> = [listed.top].into_iter().chain(parts).collect();
        let evaluator = Evaluator::new(&self.gates.diagram, &functions);
        let (mut values, mut arrivals) = (Vec::new(), Vec::new());
        let chances: Vec<f64> = evaluator.probabilities(&listed.q, &mut values).collect();
        let mut birnbaum = vec![0.0; listed.q.len()];
        evaluator.importance(0, &listed.q, &values, &mut arrivals, &mut birnbaum);
        let parts = losses.parts.iter().zip(&chances[1..]);
        let weights = listed.units.iter().zip(listed.q.iter().zip(&birnbaum));
        Ok(CutSets {
            event: losses.event,
            probability: chances[0],
            lost: parts.map(|((share, _), chance)| share * chance).sum(),
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

fn events(plan: &Plan, gates: &mut Gates<'_>) -> Result<Vec<Losses>, TooLarge> {
    let n_regions = plan.regions.len();
    let (mut sent, mut anywhere) = (Vec::new(), Vec::new());
    let mut in_cells = Vec::new();
    for journey in &plan.journeys {
        let first = journey.entry as usize * n_regions;
        let (mut some, mut all) = (FALSE, TRUE);
        for (region, entry) in plan.entries[first..first + n_regions].iter().enumerate() {
            let down = gates.function(entry.gate)?;
            if has_traffic(plan, region) {
                some = gates.diagram.or(some, down)?;
                in_cells.push((journey.share * plan.regions[region].share, down));
            }
            all = gates.diagram.and(all, down)?;
        }
        sent.push(some);
        anywhere.push(all);
    }
    let by_journey = |states: Vec<Function>| -> Vec<(f64, Function)> {
        let shares = plan.journeys.iter().map(|journey| journey.share);
        shares.zip(states).collect()
    };
    let mut events = Vec::new();
    if sent != anywhere {
        events.push(Losses {
            event: TopEvent::RegionCannotServe,
            parts: if has_cells(plan) {
                in_cells
            } else {
                by_journey(sent)
            },
        });
    }
    events.push(Losses {
        event: TopEvent::NoRegionCanServe,
        parts: by_journey(anywhere),
    });
    Ok(events)
}

/// Whether users are split into cells, of which each loses its own share.
fn has_cells(plan: &Plan) -> bool {
    plan.names.n_cells() > 1
}

/// Whether a region has traffic when nothing is wrong: of two of which one stands by, the first, in each cell.
fn has_traffic(plan: &Plan, region: usize) -> bool {
    match &plan.serving {
        ServingPlan::Standby(_) => region.is_multiple_of(2),
        ServingPlan::Single | ServingPlan::ActiveActive(_) => true,
    }
}

/// The gates that each unit takes an input from: its own, and those of what it strikes.
struct HitGates(Vec<Vec<GateId>>);

impl HitGates {
    fn new(plan: &Plan) -> Self {
        let gate = |unit: UnitId| plan.units[unit as usize].gate;
        let units = plan.units.iter().map(|unit| {
            let gates = match unit.kind {
                UnitKind::Shock(shock) => {
                    let targets = plan.shocks[shock as usize].targets.iter();
                    targets.map(|target| gate(*target)).collect()
                }
                UnitKind::Simple(_) | UnitKind::General => vec![unit.gate],
            };
            gates.into_iter().filter(|gate| *gate != NO_GATE).collect()
        });
        Self(units.collect())
    }
}

/// Plays sets of failures through the network.
struct Hit<'p> {
    plan: &'p Plan,
    gates: &'p HitGates,
    event: TopEvent,
    spare: Vec<i32>,
}

impl<'p> Hit<'p> {
    fn new(plan: &'p Plan, gates: &'p HitGates, event: TopEvent) -> Self {
        Self {
            plan,
            gates,
            event,
            spare: plan.network.initial.clone(),
        }
    }

    /// The share of requests sent to where their journey cannot be served now.
    fn lost_in_cells(&self) -> f64 {
        let n_regions = self.plan.regions.len();
        let journeys = self.plan.journeys.iter().flat_map(|journey| {
            let first = journey.entry as usize * n_regions;
            let entries = self.plan.entries[first..first + n_regions].iter();
            let regions = entries.zip(&self.plan.regions);
            let down = regions.filter(|(entry, _)| self.spare[entry.gate as usize] < 0);
            down.map(|(_, region)| journey.share * region.share)
        });
        journeys.sum()
    }

    /// The share of requests whose journeys are in the event while just these units are down.
    fn lost(&mut self, set: &[UnitId]) -> f64 {
        let (network, mut wave, mut changes) = (&self.plan.network, Vec::new(), Vec::new());
        let hit = || set.iter().flat_map(|unit| &self.gates.0[*unit as usize]);
        for &gate in hit() {
            network.lower(
                &mut self.spare,
                gate,
                Reach::Journeys,
                &mut wave,
                &mut changes,
            );
        }
        let n_regions = self.plan.regions.len();
        let journeys = self.plan.journeys.iter().filter(|journey| {
            let first = journey.entry as usize * n_regions;
            let entries = self.plan.entries[first..first + n_regions].iter();
            let is_down = |entry: &EntryPlan| self.spare[entry.gate as usize] < 0;
            let mut down = entries.map(is_down).enumerate();
            match self.event {
                TopEvent::RegionCannotServe => {
                    down.any(|(region, is_down)| is_down && has_traffic(self.plan, region))
                }
                TopEvent::NoRegionCanServe => down.all(|(_, is_down)| is_down),
            }
        });
        let lost = if self.event == TopEvent::RegionCannotServe && has_cells(self.plan) {
            self.lost_in_cells()
        } else {
            journeys.map(|journey| journey.share).sum()
        };
        for &gate in hit() {
            network.raise(
                &mut self.spare,
                gate,
                Reach::Journeys,
                &mut wave,
                &mut changes,
            );
        }
        lost
    }
}
