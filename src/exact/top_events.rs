//! What a set of failures may bring about, and what users lose by it.
//!
//! An event is made of parts: some of the users, of one journey, who cannot be served while the journey is down in certain regions. Users
//! of a cell are never served by another, so each cell has parts of its own, and an event holds while any of its parts does.

use crate::plan::{GateId, NO_GATE, Plan, Reach, ServingPlan, UnitId, UnitKind};

/// What a set of failures brings about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TopEvent {
    /// A journey cannot be served in a region, or a cell of it, that has traffic when nothing is wrong: this starts a failover.
    RegionCannotServe,
    /// A journey cannot be served in any region; where regions have cells, that of the users of some cell.
    NoRegionCanServe,
}

/// Some of the users of an event.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// Their share of all requests.
    pub share: f64,
    /// Their journey.
    pub journey: usize,
    /// The cell that they belong to; 0 where regions have none.
    pub cell: usize,
    /// They lose their requests while all of these are down: the journey in each region that counts.
    pub gates: Vec<GateId>,
}

/// The users of an event, by journey, and by cell within it.
pub(super) fn parts(plan: &Plan, event: TopEvent) -> Vec<Part> {
    let (n_regions, n_cells) = (plan.names.n_regions(), plan.names.n_cells());
    let mut parts = Vec::new();
    for (index, journey) in plan.journeys.iter().enumerate() {
        let first = journey.entry as usize * plan.regions.len();
        for cell in 0..n_cells {
            let regions = cell * n_regions..(cell + 1) * n_regions;
            let gate = |region: usize| plan.entries[first + region].gate;
            let part = |share: f64, gates: Vec<GateId>| Part {
                share: journey.share * share,
                journey: index,
                cell,
                gates,
            };
            match event {
                TopEvent::RegionCannotServe => {
                    let sent = regions.filter(|region| has_traffic(plan, *region));
                    parts.extend(
                        sent.map(|region| part(plan.regions[region].share, vec![gate(region)])),
                    );
                }
                TopEvent::NoRegionCanServe => {
                    parts.push(part((n_cells as f64).recip(), regions.map(gate).collect()));
                }
            }
        }
    }
    parts
}

/// Whether a region has traffic when nothing is wrong: of two of which one stands by, the first, in each cell.
fn has_traffic(plan: &Plan, region: usize) -> bool {
    match &plan.serving {
        ServingPlan::Standby(_) => region.is_multiple_of(2),
        ServingPlan::Single | ServingPlan::ActiveActive(_) => true,
    }
}

/// The gates that each unit takes an input from: its own, and those of what it strikes.
pub(super) struct HitGates(Vec<Vec<GateId>>);

impl HitGates {
    pub(super) fn new(plan: &Plan) -> Self {
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

/// What a set of failures takes down.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Harm {
    /// Share of all requests.
    pub lost: f64,
    /// Cells of which some users lose requests.
    pub cells: usize,
}

/// Plays sets of failures through the network.
pub(super) struct Hit<'p> {
    plan: &'p Plan,
    gates: &'p HitGates,
    parts: &'p [Part],
    spare: Vec<i32>,
}

impl<'p> Hit<'p> {
    pub(super) fn new(plan: &'p Plan, gates: &'p HitGates, parts: &'p [Part]) -> Self {
        Self {
            plan,
            gates,
            parts,
            spare: plan.network.initial.clone(),
        }
    }

    /// What users lose while just these units are down.
    pub(super) fn harm(&mut self, set: &[UnitId]) -> Harm {
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
        let harm = self.harm_now();
        for &gate in hit() {
            network.raise(
                &mut self.spare,
                gate,
                Reach::Journeys,
                &mut wave,
                &mut changes,
            );
        }
        harm
    }

    fn harm_now(&self) -> Harm {
        let is_down = |gate: &GateId| self.spare[*gate as usize] < 0;
        let down = self
            .parts
            .iter()
            .filter(|part| part.gates.iter().all(is_down));
        let (mut lost, mut cells) = (0.0, vec![false; self.plan.names.n_cells()]);
        for part in down {
            lost += part.share;
            cells[part.cell] = true;
        }
        Harm {
            lost,
            cells: cells.into_iter().filter(|hit| *hit).count(),
        }
    }
}
