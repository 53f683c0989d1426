//! Gates that a single replica drives, apart from what is shared: where replicas change places, these do too.
//!
//! A replica in a zone that can fail, or behind links that can, has gates of its own on the way to the gate that counts it. Two
//! replicas may change places if doing so, own gates and all, leaves the network as it was.

use std::collections::BTreeSet;

use crate::plan::{GateId, NO_GATE, Plan, Reach, Site, UnitId};

/// The gates of each replica's own, in an order that is the same for replicas that are alike.
#[derive(Debug)]
pub(super) struct PrivateGates {
    inputs: Vec<Vec<GateId>>,
    targets: Vec<Vec<GateId>>,
    own: Vec<Vec<GateId>>,
}

/// One gate seen from a replica: its spare when nothing is wrong; its inputs and targets that are shared, by index; its inputs
/// and targets among the replica's own gates, by position.
pub(super) type GateShape = (i32, [Vec<GateId>; 2], [Vec<usize>; 2]);

impl PrivateGates {
    /// The own gates of the replicas among `units`.
    pub(super) fn new(plan: &Plan, units: &[UnitId]) -> Self {
        let inputs = plan.network.inputs_within(Reach::Services);
        let mut targets = vec![Vec::new(); inputs.len()];
        for (gate, inputs) in (0..).zip(&inputs) {
            for input in inputs {
                targets[*input as usize].push(gate);
            }
        }
        let mut gates = Self {
            inputs,
            targets,
            own: vec![Vec::new(); plan.units.len()],
        };
        gates.find(plan, units);
        gates
    }

    fn find(&mut self, plan: &Plan, units: &[UnitId]) {
        let is_known = known_by_name(plan);
        let mut owner: Vec<Option<UnitId>> = vec![None; self.inputs.len()];
        for &unit in units {
            let gate = plan.units[unit as usize].gate;
            let is_replica = matches!(plan.sites[unit as usize], Site::Replica(..));
            if is_replica && gate != NO_GATE && !is_known[gate as usize] {
                owner[gate as usize] = Some(unit);
                self.own[unit as usize].push(gate);
            }
        }
        // Gates driven by several units belong to nobody.
        let mut driven: BTreeSet<GateId> = BTreeSet::new();
        for unit in &plan.units {
            if unit.gate != NO_GATE
                && !driven.insert(unit.gate)
                && let Some(unit) = owner[unit.gate as usize].take()
            {
                self.own[unit as usize].clear();
            }
        }
        for (index, own) in self.own.iter_mut().enumerate() {
            own.retain(|gate| owner[*gate as usize] == Some(index as UnitId));
        }
        for &unit in units {
            let mut next = 0;
            while let Some(&gate) = self.own[unit as usize].get(next) {
                next += 1;
                for &target in &self.targets[gate as usize] {
                    let mut owners = self.inputs[target as usize].iter();
                    let only = owners
                        .all(|input| owner[*input as usize].is_none_or(|owner| owner == unit));
                    let is_free = owner[target as usize].is_none() && !driven.contains(&target);
                    if only && is_free && !is_known[target as usize] {
                        owner[target as usize] = Some(unit);
                        self.own[unit as usize].push(target);
                    }
                }
            }
        }
    }

    /// A replica's own gates.
    pub(super) fn of(&self, unit: UnitId) -> &[GateId] {
        &self.own[unit as usize]
    }

    /// What a replica drives: its gate if that is shared, and the shapes of those of its own.
    pub(super) fn shape(&self, plan: &Plan, unit: UnitId) -> (Option<GateId>, Vec<GateShape>) {
        let own = self.of(unit);
        let gate = plan.units[unit as usize].gate;
        let split = |gates: &[GateId]| {
            let (mut shared, mut mine) = (Vec::new(), Vec::new());
            for gate in gates {
                match own.iter().position(|known| known == gate) {
                    Some(position) => mine.push(position),
                    None => shared.push(*gate),
                }
            }
            shared.sort_unstable();
            mine.sort_unstable();
            (shared, mine)
        };
        let shapes = own.iter().map(|&gate| {
            let (shared_inputs, own_inputs) = split(&self.inputs[gate as usize]);
            let (shared_targets, own_targets) = split(&self.targets[gate as usize]);
            (
                plan.network.initial[gate as usize],
                [shared_inputs, shared_targets],
                [own_inputs, own_targets],
            )
        });
        ((!own.contains(&gate)).then_some(gate), shapes.collect())
    }
}

/// Gates that something refers to: they stay where they are.
fn known_by_name(plan: &Plan) -> Vec<bool> {
    let mut known = vec![false; plan.network.initial.len()];
    let observed = plan.network.observed(Reach::Services).into_iter();
    let entries = plan.entries.iter().map(|entry| entry.gate);
    let health = plan.health.iter().map(|health| health.gate);
    let watches = plan.service_watches.iter().map(|watch| watch.gate);
    let pools = plan.pools.iter().flat_map(|pool| {
        let members = pool.members.iter().map(|member| member.gate);
        members.chain(pool.scope.iter().copied()).chain([pool.gate])
    });
    let regions = plan.regions.iter().flat_map(|region| {
        let switches = region.switches.iter().map(|switch| switch.gate);
        switches.chain([region.idle_gate])
    });
    let all = observed.map(|(gate, _)| gate).chain(entries).chain(health);
    for gate in all.chain(watches).chain(pools).chain(regions) {
        if gate != NO_GATE {
            known[gate as usize] = true;
        }
    }
    known
}
