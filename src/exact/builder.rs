//! Goes through all states of a plan, with the phases of what is pending in them, and notes the transitions between them.
//!
//! A state in which all times are one phase each is met once and needs no memory of what may follow it: only its number is kept.

use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexSet;
use rustc_hash::FxBuildHasher;

use super::chain::Chain;
use super::law::{given_positive, lumps};
use super::phases::{Mesh, Phases};
use super::race::Part;
use crate::engine::{Event, Experience, Explorer, Law, StateId};
use crate::model::Distribution;
use crate::plan::Plan;

/// A state of the plan with what may happen in it.
#[derive(Debug)]
struct Known {
    /// What may happen, as indices of [`Builder::events`].
    events: Box<[u32]>,
    /// What users see, by the phases of the linear moves of traffic under way, those of the first move fastest; one if there is none.
    sights: Box<[u32]>,
    /// Whether one of the times has several phases, or is cut on the mesh: there may be several nodes of this state.
    is_staged: bool,
    /// Events whose phases may change places.
    alike: Box<[Box<[u16]>]>,
}

/// A state that may follow.
#[derive(Debug)]
pub(super) struct Next {
    pub probability: f64,
    /// The state.
    pub state: StateId,
    /// For each of its events, the one whose time goes on in it; none if its time begins. Empty if no time has several phases.
    pub goes_on: Vec<Option<u16>>,
    /// Number of what begins together in it, if phases may blur which ends first.
    origin: Option<u32>,
}

/// A state in which times begin that may race each other, or what is under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Beginning {
    pub state: StateId,
    /// The events whose times begin.
    pub begun: Vec<u16>,
    /// Whether they begin at a time that has nothing to do with what is under way.
    pub is_sudden: bool,
}

/// A state and the phase of each of its events; no phases where all have one.
type Node = (StateId, Box<[u16]>);

/// A chain under construction: its nodes are numbered in the order in which they are met.
pub(super) struct Builder<'p> {
    plan: &'p Plan,
    explorer: Explorer<'p>,
    mesh: Mesh,
    laws: Vec<Phases>,
    law_ids: HashMap<(u8, u32, u64), u32>,
    /// Events that differ, each with its law.
    events: Vec<(Event, u32)>,
    /// Their numbers, by slot, clock and law.
    event_ids: HashMap<(u32, Option<u32>, u32), u32>,
    states: Vec<Known>,
    /// Of states with several nodes, by event and phase of the move.
    successors: HashMap<(StateId, u16, u16), Rc<Vec<Next>>>,
    nodes: IndexSet<Node, FxBuildHasher>,
    /// Bits of what users may see.
    sights: IndexSet<Box<[u64]>, FxBuildHasher>,
    /// Where times begin together, if phases may blur which ends first.
    together: IndexSet<Beginning, FxBuildHasher>,
    /// Which of these the first state is, if any.
    first_origin: Option<u32>,
    /// On the coarsest mesh, the nodes out of which one of these begins, its number, and at which rate \[1/s\].
    begins: Vec<(u32, u32, f64)>,
    chain: Chain,
}

impl<'p> Builder<'p> {
    pub(super) fn new(plan: &'p Plan, explorer: Explorer<'p>, mesh: Mesh) -> Self {
        Self {
            plan,
            explorer,
            mesh,
            laws: Vec::new(),
            law_ids: HashMap::new(),
            events: Vec::new(),
            event_ids: HashMap::new(),
            states: Vec::new(),
            successors: HashMap::new(),
            nodes: IndexSet::default(),
            sights: IndexSet::default(),
            together: IndexSet::default(),
            first_origin: None,
            begins: Vec::new(),
            chain: Chain {
                offsets: vec![0],
                targets: Vec::new(),
                rates: Vec::new(),
                sights: Vec::new(),
                seen: Vec::new(),
                is_meshed: false,
            },
        }
    }

    /// Number of nodes met.
    pub(super) fn n_nodes(&self) -> usize {
        self.nodes.len()
    }

    /// Number of states met, phases apart.
    pub(super) fn n_states(&self) -> usize {
        self.states.len()
    }

    /// Whether a time met so far was cut on the mesh.
    pub(super) fn is_meshed(&self) -> bool {
        self.laws.iter().any(|law| law.is_meshed)
    }

    /// The chain, when all nodes have been expanded, and what was gone through for it.
    pub(super) fn finish(mut self) -> (Chain, Self) {
        self.chain.is_meshed = self.is_meshed();
        let sight = |bits: &[u64]| bits.iter().copied().map(f64::from_bits).collect();
        self.chain.sights = self.sights.iter().map(|bits| sight(bits)).collect();
        let empty = Chain {
            offsets: vec![0],
            targets: Vec::new(),
            rates: Vec::new(),
            sights: Vec::new(),
            seen: Vec::new(),
            is_meshed: self.chain.is_meshed,
        };
        (std::mem::replace(&mut self.chain, empty), self)
    }

    /// Meets the first node.
    pub(super) fn begin(&mut self) -> Result<(), String> {
        let first = self.explorer.initial()?;
        self.meet_states()?;
        let next = Next {
            probability: 1.0,
            state: first,
            goes_on: vec![None; self.states[first as usize].events.len()],
            origin: None,
        };
        self.refuse_ties(&next)?;
        self.first_origin = self.note_together(&next, false);
        let starts = self.starts(&next, &[]);
        if starts.len() > 1 {
            return Err(
                "a life is a mixture, so that a trial may begin in several states".to_owned(),
            );
        }
        for (_, node) in starts {
            self.nodes.insert(node);
        }
        Ok(())
    }

    /// Looks at the states that the explorer has met since the last time.
    fn meet_states(&mut self) -> Result<(), String> {
        while self.states.len() < self.explorer.n_states() {
            let known = self.meet(self.states.len() as StateId)?;
            self.states.push(known);
        }
        Ok(())
    }

    fn meet(&mut self, state: StateId) -> Result<Known, String> {
        let found = self.explorer.events(state);
        let mut events = Vec::with_capacity(found.len());
        for event in found {
            events.push(self.event(event)?);
        }
        let n_phases = |id: &u32| self.laws[self.events[*id as usize].1 as usize].chain.len();
        let moves = events.iter().filter(|id| self.is_move(**id));
        let moves: Vec<usize> = moves.map(n_phases).collect();
        let n: usize = moves.iter().product();
        let is_staged = events.iter().any(|id| {
            let law = &self.laws[self.events[*id as usize].1 as usize];
            law.chain.len() > 1 || law.is_meshed
        });
        let mut sights = Vec::with_capacity(n);
        for cell in 0..n {
            let mut rest = cell;
            let span = |n: &usize| {
                let phase = rest % n;
                rest /= n;
                (phase as f64 / *n as f64, (phase + 1) as f64 / *n as f64)
            };
            let spans: Vec<(f64, f64)> = moves.iter().map(span).collect();
            let seen = self.explorer.experience(state, &spans);
            sights.push(self.sight(&seen));
        }
        let alike = if is_staged {
            self.alike(state, &events)
        } else {
            Box::default()
        };
        Ok(Known {
            events: events.into(),
            sights: sights.into(),
            is_staged,
            alike,
        })
    }

    fn is_move(&self, event: u32) -> bool {
        matches!(
            self.events[event as usize].0.law,
            Law::Move(_) | Law::MoveBeside(..)
        )
    }

    /// Positions of events whose phases may change places.
    fn alike(&mut self, state: StateId, events: &[u32]) -> Box<[Box<[u16]>]> {
        let groups = self.explorer.alike(state);
        let position = |slot: &u32| {
            let mut slots = events.iter().map(|id| self.events[*id as usize].0.slot);
            slots.position(|other| other == *slot).map(|at| at as u16)
        };
        let positions = |slots: &Vec<u32>| slots.iter().filter_map(position).collect();
        groups.iter().map(positions).collect()
    }

    /// Number of what users see.
    fn sight(&mut self, seen: &Experience) -> u32 {
        let journeys = seen.journeys.iter().zip(&seen.down);
        let row = std::iter::once(seen.lost)
            .chain(journeys.flat_map(|(lost, down)| [*lost, *down]))
            .chain(std::iter::once(f64::from(u8::from(seen.is_full))));
        self.sights.insert_full(row.map(f64::to_bits).collect()).0 as u32
    }

    /// The nodes of a state that follows one with these phases.
    fn starts(&self, next: &Next, before: &[u16]) -> Vec<(f64, Node)> {
        let starts = self.starts_as_they_are(next, before).into_iter();
        let node = |(chance, phases)| (chance, (next.state, self.in_order(next.state, phases)));
        starts.map(node).collect()
    }

    /// The same, without phases that may change places in their order.
    fn starts_as_they_are(&self, next: &Next, before: &[u16]) -> Vec<(f64, Vec<u16>)> {
        let known = &self.states[next.state as usize];
        if !known.is_staged {
            return vec![(1.0, Vec::new())];
        }
        let mut all: Vec<(f64, Vec<u16>)> = vec![(1.0, Vec::with_capacity(known.events.len()))];
        for (id, old) in known.events.iter().zip(&next.goes_on) {
            let (_, law) = self.events[*id as usize];
            // Where the state before has no phases, all times were in their first.
            let old = old.map(|index| before.get(usize::from(index)).copied().unwrap_or(0));
            let starts = &self.laws[law as usize].starts;
            match (old, &starts[..]) {
                (Some(phase), _) | (None, &[(_, phase)]) => {
                    for (_, phases) in &mut all {
                        phases.push(phase);
                    }
                }
                (None, starts) => {
                    all = all
                        .iter()
                        .flat_map(|(chance, phases)| {
                            starts.iter().map(move |(more, phase)| {
                                let mut phases = phases.clone();
                                phases.push(*phase);
                                (chance * more, phases)
                            })
                        })
                        .collect();
                }
            }
        }
        all
    }

    fn in_order(&self, state: StateId, mut phases: Vec<u16>) -> Box<[u16]> {
        for group in &self.states[state as usize].alike {
            let mut sorted: Vec<u16> = group
                .iter()
                .map(|index| phases[usize::from(*index)])
                .collect();
            sorted.sort_unstable();
            for (index, phase) in group.iter().zip(sorted) {
                phases[usize::from(*index)] = phase;
            }
        }
        phases.into_boxed_slice()
    }

    /// Notes what users see in a node, and the transitions out of it.
    pub(super) fn expand(&mut self, node: usize) -> Result<(), String> {
        let (state, phases) = self.nodes[node].clone();
        let known = &self.states[state as usize];
        let events = known.events.clone();
        let phase_of = |event: usize| phases.get(event).copied().unwrap_or(0);
        let cell = self.cell(state, &phases);
        self.chain.seen.push(known.sights[usize::from(cell)]);
        // Moves that go on whatever follows have no say in it.
        let cell = if self.explorer.moves_overlap() {
            0
        } else {
            cell
        };
        let first = self.chain.targets.len();
        for (event, id) in events.iter().enumerate() {
            let (_, law) = self.events[*id as usize];
            let now = self.laws[law as usize].chain[usize::from(phase_of(event))];
            if now.rate > 0.0 && now.onward > 0.0 {
                let mut after = phases.to_vec();
                after[event] += 1;
                let after = (state, self.in_order(state, after));
                self.transition(after, now.rate * now.onward);
            }
            if now.rate > 0.0 && now.onward < 1.0 {
                let over = now.rate * (1.0 - now.onward);
                for next in self.successors(state, event, cell)?.iter() {
                    if let Some(origin) = next.origin.filter(|_| self.mesh.cuts == 1) {
                        (self.begins).push((node as u32, origin, over * next.probability));
                    }
                    for (chance, node) in self.starts(next, &phases) {
                        self.transition(node, over * next.probability * chance);
                    }
                }
            }
        }
        self.join_equal(first);
        self.chain.offsets.push(self.chain.targets.len());
        Ok(())
    }

    /// How far the moves of traffic are, as one number.
    fn cell(&self, state: StateId, phases: &[u16]) -> u16 {
        let (mut cell, mut stride) = (0, 1);
        for (event, id) in self.states[state as usize].events.iter().enumerate() {
            if self.is_move(*id) {
                let (_, law) = self.events[*id as usize];
                cell += stride * usize::from(phases.get(event).copied().unwrap_or(0));
                stride *= self.laws[law as usize].chain.len();
            }
        }
        cell as u16
    }

    fn transition(&mut self, to: Node, rate: f64) {
        let (target, _) = self.nodes.insert_full(to);
        self.chain.targets.push(target as u32);
        self.chain.rates.push(rate);
    }

    /// Joins the transitions from the given one on that lead to the same state.
    fn join_equal(&mut self, first: usize) {
        let chain = &mut self.chain;
        let mut last = first;
        for index in first..chain.targets.len() {
            let known = (first..last).find(|known| chain.targets[*known] == chain.targets[index]);
            if let Some(known) = known {
                chain.rates[known] += chain.rates[index];
            } else {
                chain.targets[last] = chain.targets[index];
                chain.rates[last] = chain.rates[index];
                last += 1;
            }
        }
        chain.targets.truncate(last);
        chain.rates.truncate(last);
    }

    fn successors(
        &mut self,
        state: StateId,
        event: usize,
        cell: u16,
    ) -> Result<Rc<Vec<Next>>, String> {
        let key = (state, event as u16, cell);
        let is_staged = self.states[state as usize].is_staged;
        if is_staged && let Some(successors) = self.successors.get(&key) {
            return Ok(Rc::clone(successors));
        }
        let known = &self.states[state as usize];
        let progress = (f64::from(cell) + 0.5) / known.sights.len() as f64;
        let (happens, _) = self.events[known.events[event] as usize];
        let found = self.explorer.successors(state, happens, progress)?;
        self.meet_states()?;
        let mut successors = Vec::with_capacity(found.len());
        for successor in found {
            let mut next = Next {
                probability: successor.probability,
                state: successor.state,
                goes_on: self.goes_on(state, successor.state, &successor.goes_on),
                origin: None,
            };
            self.refuse_ties(&next)?;
            // What is as likely at any time is no end of a time under way.
            let is_sudden = !self.law_of(state, event as u16).is_meshed;
            next.origin = self.note_together(&next, is_sudden);
            successors.push(next);
        }
        let successors = Rc::new(successors);
        if is_staged {
            self.successors.insert(key, Rc::clone(&successors));
        }
        Ok(successors)
    }

    /// For each event of the second state, the one of the first whose time goes on in it, given the same of slots.
    fn goes_on(&self, from: StateId, to: StateId, slots: &[Option<u32>]) -> Vec<Option<u16>> {
        let (from, to) = (&self.states[from as usize], &self.states[to as usize]);
        if !to.is_staged {
            return Vec::new();
        }
        let event = |id: &u32| self.events[*id as usize];
        let goes_on = to.events.iter().map(event).map(|(now, law)| {
            let slot = slots[now.slot as usize]?;
            let mut before = from.events.iter().map(event);
            // Clocks that compete in one slot have no memory.
            let old = before.position(|(old, _)| old.slot == slot)?;
            (event(&from.events[old]).1 == law).then_some(old as u16)
        });
        goes_on.collect()
    }

    /// Times of one law that begin at once and have only a few lengths end at once. Their phases would not.
    fn refuse_ties(&self, next: &Next) -> Result<(), String> {
        let events = self.states[next.state as usize].events.iter();
        let events = events.map(|id| self.events[*id as usize]);
        let mut begun: Vec<u32> = (events.zip(&next.goes_on))
            .filter(|((event, law), old)| {
                let is_meshed = self.laws[*law as usize].is_meshed;
                is_meshed && old.is_none() && self.has_few_lengths(event.law)
            })
            .map(|((_, law), _)| law)
            .collect();
        begun.sort_unstable();
        if begun.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("several fixed times begin, and end, at the same instant".to_owned());
        }
        Ok(())
    }

    /// Notes times that begin together, or beside one under way, if one of them is cut on the mesh; the number of the note.
    fn note_together(&mut self, next: &Next, is_sudden: bool) -> Option<u32> {
        let state = next.state;
        let events = 0..next.goes_on.len() as u16;
        let begins = |event: &u16| next.goes_on[usize::from(*event)].is_none();
        let (begun, goes_on): (Vec<u16>, Vec<u16>) = events.partition(begins);
        let is_meshed = |event: &u16| self.law_of(state, *event).is_meshed;
        let beside = goes_on.iter().filter(|event| is_meshed(event)).count();
        let is_sudden = is_sudden && beside > 0;
        let are_two = begun.len() > 1 || is_sudden && !begun.is_empty();
        if !are_two || !is_sudden && !begun.iter().any(is_meshed) {
            return None;
        }
        let beginning = Beginning {
            state,
            begun,
            is_sudden,
        };
        Some(self.together.insert_full(beginning).0 as u32)
    }

    /// How often each group of times begins together, given the time that is spent in each node.
    pub(super) fn beginnings(&self, times: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.together.len()];
        if let Some(first) = self.first_origin {
            sums[first as usize] = 1.0;
        }
        for &(node, origin, rate) in &self.begins {
            sums[origin as usize] += times[node as usize] * rate;
        }
        sums
    }

    /// Where times begin together.
    pub(super) fn beginnings_met(&self) -> impl Iterator<Item = &Beginning> {
        self.together.iter()
    }

    /// Number of events of a state.
    pub(super) fn n_events(&self, state: StateId) -> u16 {
        self.states[state as usize].events.len() as u16
    }

    /// The nodes, as they are numbered: their states and phases.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (StateId, &[u16])> {
        self.nodes
            .iter()
            .map(|(state, phases)| (*state, &phases[..]))
    }

    /// Number of a node, in whatever order its phases are that may change places.
    pub(super) fn number(&self, state: StateId, phases: &[u16]) -> Option<usize> {
        let phases = if phases.is_empty() {
            Box::default()
        } else {
            self.in_order(state, phases.to_vec())
        };
        self.nodes.get_index_of(&(state, phases))
    }

    /// What follows when a time of a node ends now, whatever its phase: with its chance each, the phases in no order.
    pub(super) fn after(
        &self,
        state: StateId,
        phases: &[u16],
        event: u16,
    ) -> Vec<(f64, &Next, Vec<u16>)> {
        let cell = if self.explorer.moves_overlap() {
            0
        } else {
            self.cell(state, phases)
        };
        let found = self.successors.get(&(state, event, cell));
        let found = found.map_or(self.known_successors(state, event), |found| &found[..]);
        let starts = |next| {
            let starts = self.starts_as_they_are(next, phases).into_iter();
            starts.map(move |(chance, phases)| (next.probability * chance, next, phases))
        };
        found.iter().flat_map(starts).collect()
    }

    /// Positions of the events of a state that may change places with one of them, itself among them.
    pub(super) fn alike_to(&self, state: StateId, event: u16) -> Vec<u16> {
        let groups = &self.states[state as usize].alike;
        let group = groups.iter().find(|group| group.contains(&event));
        group.map_or_else(|| vec![event], |group| group.to_vec())
    }

    pub(super) fn law_of(&self, state: StateId, event: u16) -> &Phases {
        let id = self.states[state as usize].events[usize::from(event)];
        &self.laws[self.events[id as usize].1 as usize]
    }

    /// What may follow an event of a state with several nodes, whatever the phase of a move; none if that was never asked.
    pub(super) fn known_successors(&self, state: StateId, event: u16) -> &[Next] {
        let cells = self.states[state as usize].sights.len() as u16;
        let mut found = (0..cells).filter_map(|cell| self.successors.get(&(state, event, cell)));
        found.next().map_or(&[], |found| &found[..])
    }

    /// The values of the time of an event, or narrow parts of its law.
    pub(super) fn parts(&self, state: StateId, event: u16) -> Vec<Part> {
        let id = self.states[state as usize].events[usize::from(event)];
        let lumps = lumps(&self.distribution(self.events[id as usize].0.law));
        let parts = Part::all(&lumps, self.law_of(state, event)).into_iter();
        if self.is_move_of(state, event) {
            parts.map(Part::moving).collect()
        } else {
            parts.collect()
        }
    }

    /// Whether an event of a state is the end of a move of traffic bit by bit.
    pub(super) fn is_move_of(&self, state: StateId, event: u16) -> bool {
        self.is_move(self.states[state as usize].events[usize::from(event)])
    }

    /// Whether the time of an event of a state is one of some values.
    pub(super) fn ends_on_dates(&self, state: StateId, event: u16) -> bool {
        let id = self.states[state as usize].events[usize::from(event)];
        let law = self.events[id as usize].0.law;
        lumps(&self.distribution(law))
            .iter()
            .all(|(_, variance)| *variance == 0.0)
    }

    fn has_few_lengths(&self, law: Law) -> bool {
        fn is_jumpy(law: &Distribution) -> bool {
            match law {
                Distribution::Fixed(_) | Distribution::Empirical(_) => true,
                Distribution::Mixture(parts) => parts.iter().any(|(_, part)| is_jumpy(part)),
                Distribution::Delayed { rest, .. } => is_jumpy(rest),
                _ => false,
            }
        }
        match law {
            Law::Fixed(_) | Law::Move(_) | Law::MoveBeside(..) => true,
            Law::Drawn { sampler, .. } | Law::Delayed(sampler, _) | Law::JumpBeside(sampler, _) => {
                is_jumpy(&given_positive(&self.plan.distributions[sampler as usize]))
            }
            Law::Uniform(..) => false,
        }
    }

    /// Number of an event with its law.
    fn event(&mut self, event: Event) -> Result<u32, String> {
        let law = self.law(event)?;
        let next = self.events.len() as u32;
        let id = self.event_ids.entry((event.slot, event.clock, law));
        let id = *id.or_insert(next);
        if id == next {
            self.events.push((event, law));
        }
        Ok(id)
    }

    /// The phases of an event.
    fn law(&mut self, event: Event) -> Result<u32, String> {
        let key = match event.law {
            Law::Drawn { sampler, speed } => (0, sampler, speed.to_bits()),
            Law::Fixed(seconds) | Law::Move(seconds) => (1, 0, seconds.to_bits()),
            // A plan has one law of detection.
            Law::Uniform(_, to) => (2, 0, to.to_bits()),
            Law::Delayed(sampler, seconds) => (3, sampler, seconds.to_bits()),
            Law::MoveBeside(seconds, depth) => (4, depth.into(), seconds.to_bits()),
            Law::JumpBeside(sampler, depth) => (5, sampler, depth.into()),
        };
        let id = if let Some(id) = self.law_ids.get(&key) {
            *id
        } else {
            let phases = self.phases(event.law)?;
            let id = self.laws.len() as u32;
            self.laws.push(phases);
            self.law_ids.insert(key, id);
            id
        };
        if event.competes() && self.laws[id as usize].chain.len() > 1 {
            return Err(
                "a life that is not exponential competes with others or stands still during repairs"
                    .to_owned(),
            );
        }
        Ok(id)
    }

    /// The law of a time, as it is drawn.
    fn distribution(&self, law: Law) -> Distribution {
        let drawn = |sampler: u32| given_positive(&self.plan.distributions[sampler as usize]);
        match law {
            Law::Drawn { sampler, speed } => drawn(sampler).scaled(speed.recip()),
            Law::Fixed(seconds) | Law::Move(seconds) | Law::MoveBeside(seconds, _) => {
                Distribution::Fixed(seconds)
            }
            Law::Uniform(from, to) => Distribution::Uniform { from, to },
            Law::Delayed(sampler, seconds) => drawn(sampler).delayed(seconds),
            Law::JumpBeside(sampler, _) => drawn(sampler),
        }
    }

    fn phases(&self, law: Law) -> Result<Phases, String> {
        let (mesh, laws) = (self.mesh, &self.plan.distributions);
        match law {
            Law::Drawn { sampler, speed } => {
                let law = if self.explorer.tells_zeros_of(sampler) {
                    &given_positive(&laws[sampler as usize])
                } else {
                    &laws[sampler as usize]
                };
                let mut phases = Phases::of(law, mesh)?;
                for phase in &mut phases.chain {
                    phase.rate *= speed;
                }
                Ok(phases)
            }
            Law::Fixed(seconds) | Law::Move(seconds) => {
                Phases::of(&Distribution::Fixed(seconds), mesh)
            }
            Law::MoveBeside(seconds, depth) => {
                Phases::of(&Distribution::Fixed(seconds), mesh.beside(depth))
            }
            Law::JumpBeside(sampler, depth) => {
                let law = given_positive(&laws[sampler as usize]);
                Phases::of(&law, mesh.beside(depth))
            }
            Law::Uniform(from, to) => Phases::of(&Distribution::Uniform { from, to }, mesh),
            Law::Delayed(sampler, seconds) => match &laws[sampler as usize] {
                law if seconds == 0.0 && self.explorer.tells_zeros_of(sampler) => {
                    Phases::of(&given_positive(law), mesh)
                }
                law if seconds == 0.0 => Phases::of(law, mesh),
                Distribution::Fixed(more) => Phases::of(&Distribution::Fixed(seconds + more), mesh),
                law => Ok(Phases::of(law, mesh)?.after(seconds, mesh)),
            },
        }
    }
}
