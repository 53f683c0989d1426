//! Units that may change places without anything being different: states that differ only by that are one.

use std::collections::BTreeMap;

use super::private::PrivateGates;
use super::snapshot::{State, UnitKey};
use crate::model::CrewOrder;
use crate::plan::{GateId, NO_CASCADE, Plan, Site, UnitId, UnitKind};

/// Units that may change places, in classes of at least two.
#[derive(Debug, Clone)]
pub(super) struct Symmetry {
    classes: Vec<Vec<UnitId>>,
    /// Gates that change places with each unit of a class, in order.
    gates: Vec<Vec<Vec<GateId>>>,
}

/// All that tells a unit from others, but for the gates that it drives: kind, clocks, what turns it on and off, what strikes it,
/// and where crews look for it, if some wait in lines.
type Signature = (u32, Vec<[u32; 5]>, Vec<usize>, Vec<usize>, Option<Site>);

impl Symmetry {
    pub(super) fn new(plan: &Plan) -> Self {
        let mut is_alone = vec![false; plan.units.len()];
        let members = plan.pools.iter().flat_map(|pool| &pool.members);
        let in_pools = members.flat_map(|member| member.behind.iter().chain(&member.unit));
        let cascades = plan.cascades.iter().flat_map(|cascade| &cascade.siblings);
        // A first and a second of a pool are not alike, nor are those that cascades know by name.
        for unit in in_pools.chain(cascades.map(|(sibling, _)| sibling)) {
            is_alone[*unit as usize] = true;
        }
        let candidates = (0..plan.units.len() as UnitId).filter(|unit| !is_alone[*unit as usize]);
        // Gray faults know their replicas by name.
        let candidates = candidates.filter(|_| plan.gray.is_none());
        let candidates = groups_by(candidates, |unit| signature(plan, unit));
        let gates = PrivateGates::new(plan, &candidates.concat());
        let mut classes: Vec<Vec<UnitId>> = candidates
            .into_iter()
            .flat_map(|group| groups_by(group.into_iter(), |unit| Some(gates.shape(plan, unit))))
            .collect();
        classes.sort_unstable();
        let gates = classes.iter().map(|class| {
            let gates = class.iter().map(|unit| gates.of(*unit).to_vec());
            gates.collect()
        });
        Self {
            gates: gates.collect(),
            classes,
        }
    }

    /// Units of each class.
    pub(super) fn classes(&self) -> &[Vec<UnitId>] {
        &self.classes
    }

    /// Puts the units of each class into order, and those that wait for a crew as far as it does not matter who came first. Notes, for
    /// each slot, the one from which it came.
    pub(super) fn put_in_order(&self, plan: &Plan, state: &mut State, origin: &mut Vec<u32>) {
        origin.clear();
        origin.extend(0..state.pending.len() as u32);
        for (class, gates) in self.classes.iter().zip(&self.gates) {
            let rank = |unit: &UnitId| (key(state, *unit), place_in_line(state, *unit));
            if class.is_sorted_by_key(rank) {
                continue;
            }
            let mut sorted: Vec<usize> = (0..class.len()).collect();
            sorted.sort_by_key(|at| rank(&class[*at]));
            let places = || sorted.iter().copied().enumerate();
            let units: Vec<(UnitKey, bool)> =
                sorted.iter().map(|at| key(state, class[*at])).collect();
            for ((slot, from), (unit, pending)) in class.iter().zip(&sorted).zip(units) {
                origin[*slot as usize] = class[*from];
                state.units[*slot as usize] = unit;
                state.pending[*slot as usize] = pending;
            }
            let spares: Vec<Vec<i32>> = gates
                .iter()
                .map(|own| own.iter().map(|gate| state.spare[*gate as usize]).collect())
                .collect();
            for (to, from) in places() {
                for (gate, spare) in gates[to].iter().zip(&spares[from]) {
                    state.spare[*gate as usize] = *spare;
                }
            }
            let waiting = state.crews.iter_mut().flat_map(|(_, waiting)| waiting);
            for unit in waiting {
                if let Some((place, _)) = places().find(|(_, from)| class[*from] == *unit) {
                    *unit = class[place];
                }
            }
        }
        forget_arrivals(plan, state);
    }

    /// Slots of units that are alike in a state, clocks apart, and have something pending: in groups of at least two.
    pub(super) fn alike(&self, state: &State) -> Vec<Vec<u32>> {
        let mut groups = Vec::new();
        for class in &self.classes {
            for group in class.chunk_by(|a, b| key(state, *a) == key(state, *b)) {
                if group.len() > 1 && state.pending[group[0] as usize] {
                    groups.push(group.to_vec());
                }
            }
        }
        groups
    }
}

/// Units in groups of at least two that have the same of something, in order; those that have nothing are left out.
fn groups_by<K: Ord>(
    units: impl Iterator<Item = UnitId>,
    of: impl Fn(UnitId) -> Option<K>,
) -> Vec<Vec<UnitId>> {
    let mut groups: BTreeMap<K, Vec<UnitId>> = BTreeMap::new();
    for unit in units {
        if let Some(key) = of(unit) {
            groups.entry(key).or_default().push(unit);
        }
    }
    let groups = groups.into_values();
    groups.filter(|group| group.len() > 1).collect()
}

/// Who came first matters to a crew that works in that order, or for repairs of one priority.
fn forget_arrivals(plan: &Plan, state: &mut State) {
    let units = &state.units;
    for (index, (_, waiting)) in (0..).zip(&mut state.crews) {
        let failure = |unit: UnitId| units[unit as usize].failure;
        let line = |unit: UnitId| plan.line_of(index, failure(unit)[0], unit);
        match plan.crews[index as usize].order {
            CrewOrder::Fifo => {}
            CrewOrder::Random => waiting.sort_by_key(|unit| (line(*unit), *unit)),
            CrewOrder::Priority => waiting.sort_by_key(|unit| (line(*unit), failure(*unit)[3])),
        }
    }
}

fn key(state: &State, unit: UnitId) -> (UnitKey, bool) {
    (state.units[unit as usize], state.pending[unit as usize])
}

/// Place in the line for its crew; first if it does not wait.
fn place_in_line(state: &State, unit: UnitId) -> usize {
    let place = |waiting: &Vec<UnitId>| waiting.iter().position(|other| *other == unit);
    let mut crews = state.crews.iter();
    crews.find_map(|(_, waiting)| place(waiting)).unwrap_or(0)
}

fn signature(plan: &Plan, id: UnitId) -> Option<Signature> {
    let unit = &plan.units[id as usize];
    let kind = match unit.kind {
        UnitKind::Simple(phase) => phase,
        UnitKind::General => u32::MAX,
        UnitKind::Shock(_) => return None,
    };
    let clocks = &plan.clocks[unit.first_clock as usize..][..unit.n_clocks as usize];
    if clocks.iter().any(|clock| clock.cascade != NO_CASCADE) {
        return None;
    }
    let clocks = clocks
        .iter()
        .map(|clock| {
            [
                clock.life,
                clock.repair,
                clock.cause,
                clock.crew,
                clock.priority,
            ]
        })
        .collect();
    let switches = plan.regions.iter().flat_map(|region| &region.switches);
    let switches = switches.zip(0..);
    let shocks = plan.shocks.iter().zip(0..);
    Some((
        kind,
        clocks,
        switches
            .filter(|(switch, _)| switch.units.contains(&id))
            .map(|(_, index)| index)
            .collect(),
        shocks
            .filter(|(shock, _)| shock.targets.contains(&id))
            .map(|(_, index)| index)
            .collect(),
        (!plan.lines.is_empty()).then(|| plan.sites[id as usize].area(&plan.names)),
    ))
}
