//! When watched gates are down, from when units are: the structure function over spans of time instead of events.
//!
//! The gates that can be told of anything are gone through once, inputs first. Most have too few inputs that are ever
//! down, and are done with at once; the others overlay the spans of their inputs, which are few and near each other in
//! memory. Takeovers are not units: what a gate is here is what it would be if they took no time.

use super::spans::{Overlap, Span, Stretch};
use super::timelines::{Timelines, rests};
use crate::plan::{GateId, NO_GATE, Plan, Reach, UnitId};

/// Gates and units that a set of goals depends on, inputs first.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    /// Units to draw.
    pub units: Vec<UnitId>,
    steps: Vec<Step>,
    /// Units of the steps, step after step.
    step_units: Vec<UnitId>,
    /// Gates of the steps, step after step.
    step_gates: Vec<GateId>,
    /// The gates that were asked for.
    pub goals: Vec<GateId>,
}

/// One gate.
#[derive(Debug)]
struct Step {
    gate: GateId,
    /// Inputs that may be down at once, those that always are apart.
    tolerance: usize,
    units_end: u32,
    gates_end: u32,
}

/// When units and gates are down in a trial, as stretches of [`Timelines::downs`] and of `spans`.
#[derive(Debug, Default)]
pub(super) struct Downtimes {
    of_unit: Vec<Stretch>,
    of_gate: Vec<Stretch>,
    spans: Vec<Span>,
    overlap: Overlap,
    inputs: Vec<Stretch>,
}

impl Sieve {
    /// What `goals` depend on within a reach, but for what `done` holds already.
    pub(super) fn new(plan: &Plan, goals: Vec<GateId>, reach: Reach, done: Option<&Self>) -> Self {
        let inputs = plan.network.inputs_within(reach);
        let mut driven: Vec<Vec<UnitId>> = vec![Vec::new(); plan.network.initial.len()];
        let at_rest = rests(plan);
        for (unit, &rests) in (0..).zip(&at_rest) {
            let gate = plan.units[unit as usize].gate;
            if gate != NO_GATE && !rests {
                driven[gate as usize].push(unit);
            }
        }
        let mut seen = vec![false; plan.network.initial.len()];
        for step in done.iter().flat_map(|done| &done.steps) {
            seen[step.gate as usize] = true;
        }
        let mut sieve = Self {
            goals,
            ..Self::default()
        };
        let mut is_drawn = vec![false; plan.units.len()];
        for &unit in done.iter().flat_map(|done| &done.units) {
            is_drawn[unit as usize] = true;
        }
        for goal in sieve.goals.clone() {
            for gate in inputs_first(goal, &inputs, &mut seen) {
                sieve.add(plan, gate, &driven[gate as usize], &inputs[gate as usize]);
            }
        }
        for &unit in &sieve.step_units {
            if !std::mem::replace(&mut is_drawn[unit as usize], true) {
                sieve.units.push(unit);
            }
        }
        sieve.units.sort_unstable();
        sieve
    }

    /// Draws also what neither this nor `other` asks about, so that its failures are counted.
    pub(super) fn draw_also(&mut self, plan: &Plan, other: &Self) {
        let mut is_left = vec![true; plan.units.len()];
        for &unit in self.units.iter().chain(&other.units) {
            is_left[unit as usize] = false;
        }
        let at_rest = rests(plan);
        let left = (0..plan.units.len()).filter(|unit| is_left[*unit] && !at_rest[*unit]);
        self.units.extend(left.map(|unit| unit as UnitId));
    }

    fn add(&mut self, plan: &Plan, gate: GateId, units: &[UnitId], gates: &[GateId]) {
        // What is down at rest stays so while nothing is started, whatever else fails.
        let Ok(tolerance) = usize::try_from(plan.network.initial[gate as usize]) else {
            return;
        };
        self.step_units.extend_from_slice(units);
        self.step_gates.extend_from_slice(gates);
        self.steps.push(Step {
            gate,
            tolerance,
            units_end: self.step_units.len() as u32,
            gates_end: self.step_gates.len() as u32,
        });
    }
}

/// The gates that `goal` depends on and that have not been seen, each after its inputs.
fn inputs_first(goal: GateId, inputs: &[Vec<GateId>], seen: &mut [bool]) -> Vec<GateId> {
    let mut order = Vec::new();
    if std::mem::replace(&mut seen[goal as usize], true) {
        return order;
    }
    let mut path = vec![(goal, 0)];
    while let Some((gate, next)) = path.last_mut() {
        if let Some(&input) = inputs[*gate as usize].get(*next) {
            *next += 1;
            if !std::mem::replace(&mut seen[input as usize], true) {
                path.push((input, 0));
            }
        } else {
            order.push(*gate);
            path.pop();
        }
    }
    order
}

impl Downtimes {
    pub(super) fn new(plan: &Plan) -> Self {
        Self {
            of_unit: vec![Stretch::default(); plan.units.len()],
            of_gate: vec![Stretch::default(); plan.network.initial.len()],
            ..Self::default()
        }
    }

    pub(super) fn clear(&mut self) {
        self.spans.clear();
    }

    /// Notes where the downtimes of a unit are.
    pub(super) fn note(&mut self, unit: UnitId, downs: Stretch) {
        self.of_unit[unit as usize] = downs;
    }

    /// Works out when the gates of a sieve are down.
    pub(super) fn sift(&mut self, sieve: &Sieve, timelines: &Timelines) {
        let (mut units_from, mut gates_from) = (0, 0);
        for step in &sieve.steps {
            let units = &sieve.step_units[units_from..step.units_end as usize];
            let gates = &sieve.step_gates[gates_from..step.gates_end as usize];
            (units_from, gates_from) = (step.units_end as usize, step.gates_end as usize);
            self.of_gate[step.gate as usize] =
                self.overlay(step.tolerance, units, gates, timelines);
        }
    }

    fn overlay(
        &mut self,
        tolerance: usize,
        units: &[UnitId],
        gates: &[GateId],
        timelines: &Timelines,
    ) -> Stretch {
        let is_down = |stretch: &Stretch| !stretch.is_empty();
        let of_units = units.iter().map(|unit| self.of_unit[*unit as usize]);
        let n_units = of_units.clone().filter(is_down).count();
        self.inputs.clear();
        let of_gates = gates.iter().map(|gate| self.of_gate[*gate as usize]);
        self.inputs.extend(of_gates.filter(is_down));
        if n_units + self.inputs.len() <= tolerance {
            return Stretch::default();
        }
        if n_units == 0 && self.inputs.len() == 1 {
            return self.inputs[0];
        }
        self.overlap.clear();
        for stretch in of_units {
            self.overlap.add(stretch.of(&timelines.downs));
        }
        for stretch in &self.inputs {
            self.overlap.add(stretch.of(&self.spans));
        }
        let first = self.spans.len();
        self.overlap.deeper_than(tolerance, &mut self.spans);
        Stretch::from(first, &self.spans)
    }

    /// When a gate is down.
    pub(super) fn of(&self, gate: GateId) -> &[Span] {
        self.of_gate[gate as usize].of(&self.spans)
    }

    /// How often any of these gates goes down at `from` or later.
    pub(super) fn count(&mut self, gates: impl Iterator<Item = GateId>, from: f64) -> f64 {
        let first = self.spans.len();
        self.overlap.clear();
        for gate in gates {
            self.overlap
                .add(self.of_gate[gate as usize].of(&self.spans));
        }
        self.overlap.deeper_than(0, &mut self.spans);
        let begun = self.spans.drain(first..).filter(|span| span.start >= from);
        begun.count() as f64
    }

    /// When any of these gates is down, in order and apart.
    pub(super) fn any(&mut self, gates: impl Iterator<Item = GateId>, out: &mut Vec<Span>) {
        self.overlap.clear();
        for gate in gates {
            self.overlap
                .add(self.of_gate[gate as usize].of(&self.spans));
        }
        out.clear();
        self.overlap.deeper_than(0, out);
    }
}
