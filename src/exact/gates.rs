//! Gates of the network as functions of which units are down.
//!
//! A gate is down while more of its inputs are down than its spare. It is first written as a set of terms of which any one
//! takes it down, a term being a unit, or k of some other sets. What all inputs of a k-of-n have in common is taken out of
//! it, as (c or a) and (c or b) = c or (a and b), so that requirements shared by regions and services stay whole and the
//! rest small. Only then are terms turned into diagrams, one after another, with the units of a term side by side in the
//! order of variables: the order in which a search into the depth of the terms meets them.

use std::collections::HashMap;

use super::diagram::{Diagram, Function, TRUE, TooLarge};
use crate::plan::{GateId, NO_GATE, Plan, UnitId, UnitKind};

/// Index of a term.
type TermId = u32;

/// A reason for a gate to be down.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Term {
    /// Always.
    Always,
    /// A unit is down.
    Unit(UnitId),
    /// At least so many of some sets, of each of which any one term is enough.
    AtLeast(usize, Vec<Vec<TermId>>),
}

/// Functions of gates, made on demand.
pub(super) struct Gates<'p> {
    plan: &'p Plan,
    /// All functions.
    pub diagram: Diagram,
    /// The unit of each variable so far.
    pub units: Vec<UnitId>,
    /// Gates that feed each gate.
    inputs: Vec<Vec<GateId>>,
    /// Inputs of each gate that are no gates: units of which any one takes the input down.
    drivers: Vec<Vec<Vec<UnitId>>>,
    /// Terms of each gate, rising.
    sets: Vec<Option<Vec<TermId>>>,
    terms: Vec<Term>,
    ids: HashMap<Term, TermId>,
    functions: Vec<Option<Function>>,
    /// Terms in sets that may still be written down.
    left: usize,
}

impl<'p> Gates<'p> {
    /// Nothing yet, of a diagram that may grow to so many nodes.
    pub(super) fn new(plan: &'p Plan, max_nodes: usize) -> Self {
        let n = plan.network.initial.len();
        let mut drivers = vec![Vec::new(); n];
        for (index, unit) in plan.units.iter().enumerate() {
            if unit.gate != NO_GATE {
                drivers[unit.gate as usize].push(vec![index as UnitId]);
            }
        }
        Self::driven(plan, drivers, max_nodes)
    }

    /// The same, a replica being down also while a shock to it is.
    pub(super) fn with_shocks(plan: &'p Plan, max_nodes: usize) -> Self {
        let mut hitting: Vec<Vec<UnitId>> = vec![Vec::new(); plan.units.len()];
        for (index, unit) in plan.units.iter().enumerate() {
            if let UnitKind::Shock(shock) = unit.kind {
                for &target in &plan.shocks[shock as usize].targets {
                    hitting[target as usize].push(index as UnitId);
                }
            }
        }
        let mut drivers = vec![Vec::new(); plan.network.initial.len()];
        for (index, (unit, mut hitting)) in plan.units.iter().zip(hitting).enumerate() {
            if unit.gate != NO_GATE {
                hitting.push(index as UnitId);
                drivers[unit.gate as usize].push(hitting);
            }
        }
        Self::driven(plan, drivers, max_nodes)
    }

    fn driven(plan: &'p Plan, drivers: Vec<Vec<Vec<UnitId>>>, max_nodes: usize) -> Self {
        let n = plan.network.initial.len();
        Self {
            plan,
            diagram: Diagram::new(max_nodes),
            units: Vec::new(),
            inputs: plan.network.inputs(),
            drivers,
            sets: vec![None; n],
            terms: Vec::new(),
            ids: HashMap::new(),
            functions: Vec::new(),
            left: 20 * max_nodes,
        }
    }

    /// The states in which a gate is down.
    pub(super) fn function(&mut self, gate: GateId) -> Result<Function, TooLarge> {
        // A gate is entered once to ask for its inputs, and again when they are known.
        let mut todo = vec![(gate, false)];
        while let Some((gate, inputs_known)) = todo.pop() {
            let index = gate as usize;
            if self.sets[index].is_some() {
                continue;
            }
            if inputs_known {
                self.sets[index] = Some(self.join(gate)?);
            } else {
                todo.push((gate, true));
                let inputs = self.inputs[index].iter().rev();
                todo.extend(inputs.map(|&input| (input, false)));
            }
        }
        let set = self.sets[gate as usize].clone().unwrap_or_default();
        self.diagram_of(&set)
    }

    fn term(&mut self, term: Term) -> TermId {
        if let Some(&id) = self.ids.get(&term) {
            return id;
        }
        let id = self.terms.len() as TermId;
        self.terms.push(term.clone());
        self.functions.push(None);
        self.ids.insert(term, id);
        id
    }

    /// The set of a gate from those of its inputs.
    fn join(&mut self, gate: GateId) -> Result<Vec<TermId>, TooLarge> {
        let initial = &self.plan.network.initial;
        let spare = initial[gate as usize];
        if spare < 0 {
            return Ok(vec![self.term(Term::Always)]);
        }
        // A gate that is down from the start has been taken off the spare of those that it feeds.
        let inputs = self.inputs[gate as usize]
            .iter()
            .filter(|&&input| initial[input as usize] >= 0);
        let mut sets: Vec<Vec<TermId>> = inputs
            .filter_map(|&input| self.sets[input as usize].clone())
            .collect();
        for units in std::mem::take(&mut self.drivers[gate as usize]) {
            let terms = units.into_iter().map(|unit| self.term(Term::Unit(unit)));
            sets.push(sorted(terms.collect()));
        }
        let size = sets.iter().map(Vec::len).sum();
        self.left = self.left.checked_sub(size).ok_or(TooLarge)?;
        if spare == 0 {
            return Ok(sorted(sets.concat()));
        }
        let least = spare as usize + 1;
        if sets.len() < least {
            // It tolerates the loss of all that can be lost.
            return Ok(Vec::new());
        }
        let mut common = sets.first().cloned().unwrap_or_default();
        common.retain(|term| sets.iter().all(|set| set.binary_search(term).is_ok()));
        for set in &mut sets {
            set.retain(|term| common.binary_search(term).is_err());
        }
        sets.retain(|set| !set.is_empty());
        sets.sort_unstable();
        if sets.len() >= least {
            common.push(self.term(Term::AtLeast(least, sets)));
        }
        Ok(sorted(common))
    }

    /// Any one of a set of terms.
    fn diagram_of(&mut self, set: &[TermId]) -> Result<Function, TooLarge> {
        let mut todo: Vec<(TermId, bool)> = set.iter().rev().map(|&term| (term, false)).collect();
        while let Some((id, parts_known)) = todo.pop() {
            if self.functions[id as usize].is_some() {
                continue;
            }
            let function = match self.terms[id as usize].clone() {
                Term::Always => TRUE,
                Term::Unit(unit) => {
                    self.units.push(unit);
                    self.diagram.variable(self.units.len() as u32 - 1)?
                }
                Term::AtLeast(_, sets) if !parts_known => {
                    todo.push((id, true));
                    let parts = sets.iter().rev().flat_map(|set| set.iter().rev());
                    todo.extend(parts.map(|&part| (part, false)));
                    continue;
                }
                Term::AtLeast(least, sets) => {
                    let mut functions = Vec::with_capacity(sets.len());
                    for set in sets {
                        functions.push(self.any(&set)?);
                    }
                    self.diagram.at_least(least, &functions)?
                }
            };
            self.functions[id as usize] = Some(function);
        }
        self.any(set)
    }

    fn any(&mut self, set: &[TermId]) -> Result<Function, TooLarge> {
        let functions: Vec<Function> = set
            .iter()
            .filter_map(|&term| self.functions[term as usize])
            .collect();
        self.diagram.at_least(1, &functions)
    }
}

fn sorted(mut terms: Vec<TermId>) -> Vec<TermId> {
    terms.sort_unstable();
    terms.dedup();
    terms
}
