//! How far a failure of a part is felt: in how many cells, where regions have them.

use crate::plan::{Element, GateId, Hold, NO_GATE, Plan, UnitId, UnitKind};

/// What is felt in which cell.
pub(super) struct Radius<'p> {
    plan: &'p Plan,
    /// For each cell, the gates that requests of its users may come to, or that say whether its traffic moves; none where regions have
    /// no cells.
    cells: Vec<Vec<bool>>,
}

impl<'p> Radius<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let n_cells = plan.names.n_cells();
        let cells = (0..n_cells).filter(|_| n_cells > 1);
        let cells = cells.map(|cell| plan.network.upstream_of(&goals(plan, cell)));
        Self {
            plan,
            cells: cells.collect(),
        }
    }

    /// The most cells in which a single failure of a part is felt; `None` where regions have no cells, and of a part that has no failures.
    pub(super) fn of(&self, element: Element) -> Option<u32> {
        if self.cells.is_empty() {
            return None;
        }
        let holds = &self.plan.holds;
        let of_place = |gates: &mut dyn Iterator<Item = GateId>| {
            let gates: Vec<GateId> = gates.collect();
            (!gates.is_empty()).then(|| self.felt_in(&gates))
        };
        match element {
            Element::Zone(region, zone) => {
                let holds = holds.zones[region as usize][zone as usize].iter();
                of_place(&mut holds.map(|hold| match *hold {
                    Hold::Gate(gate) | Hold::Replica(gate, _) => gate,
                }))
            }
            Element::Region(region) => {
                let place = self.plan.place_of_region(region);
                of_place(&mut holds.regions[place].iter().copied())
            }
            Element::Fault(_) | Element::Service(_) | Element::Takeover(_) => {
                let failures = self.failures(element);
                failures.iter().map(|gates| self.felt_in(gates)).max()
            }
        }
    }

    /// In how many cells any of these gates matters.
    fn felt_in(&self, gates: &[GateId]) -> u32 {
        let matters = |cell: &&Vec<bool>| {
            let mut gates = gates.iter().filter(|gate| **gate != NO_GATE);
            gates.any(|gate| cell[*gate as usize])
        };
        self.cells.iter().filter(matters).count() as u32
    }

    /// Of each single failure of a part the gates that it takes down.
    fn failures(&self, element: Element) -> Vec<Vec<GateId>> {
        let plan = self.plan;
        let gate = |unit: UnitId| plan.units[unit as usize].gate;
        let mut is_own = vec![false; plan.clocks.len()];
        for clock in plan.clocks_of(element) {
            is_own[clock as usize] = true;
        }
        let mut failures = Vec::new();
        for (index, unit) in (0..).zip(&plan.units) {
            let own = plan
                .clocks_of_unit(index)
                .filter(|clock| is_own[*clock as usize]);
            let own: Vec<u32> = own.collect();
            if own.is_empty() {
                continue;
            }
            let mut gates = vec![unit.gate];
            if let UnitKind::Shock(shock) = unit.kind {
                let targets = plan.shocks[shock as usize].targets.iter();
                gates.extend(targets.map(|target| gate(*target)));
            }
            for clock in own {
                let cascade = plan.clocks[clock as usize].cascade as usize;
                let siblings = plan.cascades.get(cascade).map(|cascade| &cascade.siblings);
                gates.extend(siblings.into_iter().flatten().map(|(unit, _)| gate(*unit)));
            }
            failures.push(gates);
        }
        if let Element::Service(service) | Element::Takeover(service) = element {
            let pools = plan.pools.iter().filter(|pool| pool.service == service);
            failures.extend(pools.map(|pool| vec![pool.gate]));
        }
        failures
    }
}

/// The gates that users of a cell look at, those of its twins in all regions with them.
fn goals(plan: &Plan, cell: usize) -> Vec<GateId> {
    let (all, n_regions) = (plan.regions.len(), plan.names.n_regions());
    let is_in = |index: &usize| index % all / n_regions == cell;
    let entries = (0..plan.entries.len()).filter(is_in);
    let mut goals: Vec<GateId> = entries.map(|index| plan.entries[index].gate).collect();
    let health = (0..plan.health.len()).filter(is_in);
    goals.extend(health.map(|index| plan.health[index].gate));
    if let Some(gray) = &plan.gray {
        let met = (0..gray.met.len())
            .filter(is_in)
            .flat_map(|index| &gray.met[index]);
        goals.extend(met.map(|fault| gray.faults[*fault as usize].gate));
    }
    goals.retain(|gate| *gate != NO_GATE);
    goals
}
