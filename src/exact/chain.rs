//! A plan as a Markov chain: every state that it can reach, with the rates between them.

use std::collections::HashMap;
use std::rc::Rc;

use indexmap::IndexSet;

use super::effort::Limits;
use super::phases::{Mesh, Phases};
use crate::engine::{Event, Experience, Explorer, Law, State};
use crate::model::Distribution;
use crate::plan::{Plan, Sampler, Unit, UnitKind};

/// A continuous-time Markov chain that starts in its first state.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// Where the transitions out of each state begin, and where the last end.
    pub offsets: Vec<usize>,
    /// State that each transition leads to.
    pub targets: Vec<u32>,
    /// Rate of each transition \[1/s\].
    pub rates: Vec<f64>,
    /// What users may see.
    pub experiences: Vec<Experience>,
    /// Which of it they see in each state.
    pub seen: Vec<u32>,
    /// Whether times were cut on a mesh: then the chain is an approximation of the plan.
    pub is_meshed: bool,
}

impl Chain {
    /// Number of states.
    #[must_use]
    pub(super) fn n_states(&self) -> usize {
        self.seen.len()
    }

    /// Transitions out of a state: where to, and at which rate \[1/s\].
    pub(super) fn transitions(&self, state: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.offsets[state]..self.offsets[state + 1];
        self.targets[range.clone()]
            .iter()
            .map(|target| *target as usize)
            .zip(self.rates[range].iter().copied())
    }

    /// What users see in a state.
    pub(super) fn experience(&self, state: usize) -> &Experience {
        &self.experiences[self.seen[state] as usize]
    }
}

/// Why there is no chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The plan, on any mesh.
    Plan(String),
    /// The number of states on this mesh.
    Size(String),
}

impl From<String> for Obstacle {
    fn from(reason: String) -> Self {
        Self::Plan(reason)
    }
}

/// Builds the chain of a plan, with times as phases on a mesh.
///
/// # Errors
///
/// In words, what keeps the plan from being a Markov chain within the limits.
pub(super) fn chain(plan: &Plan, mesh: Mesh, limits: Limits) -> Result<Chain, Obstacle> {
    refuse_sometimes_zero(plan)?;
    refuse_lives_in_step(plan)?;
    let explorer = Explorer::new(plan, 2 * u32::from(mesh.cuts))?;
    refuse_many_units(plan, &explorer, limits)?;
    let mut builder = Builder {
        plan,
        explorer,
        mesh,
        laws: Vec::new(),
        law_ids: HashMap::new(),
        state_ids: IndexSet::new(),
        states: Vec::new(),
        nodes: IndexSet::new(),
        chain: Chain {
            offsets: vec![0],
            targets: Vec::new(),
            rates: Vec::new(),
            experiences: Vec::new(),
            seen: Vec::new(),
            is_meshed: false,
        },
    };
    builder.begin()?;
    let mut next = 0;
    while next < builder.nodes.len() {
        let is_meshed = builder.laws.iter().any(|law| law.is_meshed);
        let most = if is_meshed {
            limits.meshed_nodes
        } else {
            limits.nodes
        };
        if builder.nodes.len() > most || builder.states.len() > limits.states {
            let reason = format!(
                "more than {} states can be reached",
                most.min(limits.states)
            );
            // Without a mesh, a coarser one does not help.
            return Err(if is_meshed {
                Obstacle::Size(reason)
            } else {
                Obstacle::Plan(reason)
            });
        }
        builder.expand(next)?;
        next += 1;
    }
    let mut chain = builder.chain;
    chain.is_meshed = builder.laws.iter().any(|law| law.is_meshed);
    Ok(chain)
}

/// What takes no time is played in the instant of its cause, before its law is looked at: with a time that is zero only
/// sometimes, one of its outcomes would stand for all.
fn refuse_sometimes_zero(plan: &Plan) -> Result<(), String> {
    let is_mixed = |law: &&Distribution| {
        let zero = chance_of_zero(law);
        zero > 0.0 && zero < 1.0
    };
    match plan.distributions.iter().find(is_mixed) {
        Some(_) => Err("a time is zero in some cases and not in others".to_owned()),
        None => Ok(()),
    }
}

/// Squared coefficient of variation of a life below which failures stay in step for many of them.
const IN_STEP: f64 = 0.25;

/// Failures that come almost on a date stay in step with the start of a trial for many lives. Phases on a mesh are out of step after
/// a few, and finer meshes show no order of convergence from which an error could be estimated.
fn refuse_lives_in_step(plan: &Plan) -> Result<(), String> {
    let stays_in_step = |law: &Distribution| match law {
        Distribution::Exponential { .. } | Distribution::Never => false,
        // Stages are followed exactly.
        Distribution::Gamma { shape, .. } if shape.fract() == 0.0 => false,
        law => law.variance() < IN_STEP * law.mean().powi(2),
    };
    let mut lives = plan.clocks.iter();
    match lives.find(|clock| stays_in_step(&plan.distributions[clock.life as usize])) {
        Some(clock) => Err(format!(
            "fault `{}`: its failures come almost on a date, and phases do not stay in step with them",
            plan.names.causes[clock.cause as usize]
        )),
        None => Ok(()),
    }
}

/// Chance that a time of this law is exactly zero.
fn chance_of_zero(law: &Distribution) -> f64 {
    match law {
        Distribution::Fixed(seconds) => f64::from(u8::from(*seconds == 0.0)),
        Distribution::Empirical(values) => {
            let zeros = values.iter().filter(|seconds| **seconds == 0.0).count();
            zeros as f64 / values.len() as f64
        }
        Distribution::Mixture(parts) => {
            let all = parts.iter().all(|(_, part)| chance_of_zero(part) >= 1.0);
            let chances = parts
                .iter()
                .map(|(weight, part)| weight * chance_of_zero(part));
            // Weights add up to one but for rounding.
            if all {
                1.0
            } else {
                chances.sum::<f64>().min(0.5)
            }
        }
        _ => 0.0,
    }
}

/// Each may be up or down, whatever the others are; of those that are alike only the number counts.
fn refuse_many_units(plan: &Plan, explorer: &Explorer<'_>, limits: Limits) -> Result<(), String> {
    let fails = |unit: &Unit| {
        let clocks = unit.first_clock..unit.first_clock + unit.n_clocks;
        !matches!(unit.kind, UnitKind::Shock(_))
            && clocks.into_iter().any(|clock| {
                let life = plan.clocks[clock as usize].life;
                !matches!(plan.laws.samplers[life as usize], Sampler::Never)
            })
    };
    let mut alone: Vec<bool> = plan.units.iter().map(fails).collect();
    let n_failing = alone.iter().filter(|fails| **fails).count();
    let mut log_states = 0.0;
    for class in explorer.classes() {
        if alone[class[0] as usize] {
            log_states += (class.len() as f64 + 1.0).ln();
        }
        for unit in class {
            alone[*unit as usize] = false;
        }
    }
    log_states += alone.iter().filter(|fails| **fails).count() as f64 * 2_f64.ln();
    let most = limits.states.min(limits.nodes);
    if log_states > (most as f64).ln() * (1.0 + 1e-12) {
        return Err(format!(
            "{n_failing} components that fail make more than {most} states"
        ));
    }
    Ok(())
}

/// A state of the plan with what may happen in it.
#[derive(Debug)]
struct Known {
    /// What may happen, and its law.
    events: Vec<(Event, u32)>,
    /// Events whose phases may change places.
    alike: Vec<Vec<usize>>,
    /// The linear move of traffic among the events.
    movement: Option<usize>,
    /// What users see, by phase of the move; one if there is none.
    experiences: Vec<u32>,
    /// By event and phase of the move.
    successors: HashMap<(u16, u16), Rc<Vec<Next>>>,
}

/// A state that may follow.
#[derive(Debug)]
struct Next {
    probability: f64,
    state: u32,
    /// For each of its events, the one whose time goes on in it; none if its time begins.
    goes_on: Vec<Option<u16>>,
}

/// A state and the phase of each of its events.
type Node = (u32, Box<[u16]>);

struct Builder<'p> {
    plan: &'p Plan,
    explorer: Explorer<'p>,
    mesh: Mesh,
    laws: Vec<Phases>,
    law_ids: HashMap<(u8, u32, u64), u32>,
    state_ids: IndexSet<State>,
    states: Vec<Known>,
    nodes: IndexSet<Node>,
    chain: Chain,
}

impl Builder<'_> {
    /// The first node.
    fn begin(&mut self) -> Result<(), String> {
        let initial = self.explorer.initial()?;
        let first = self.state(initial)?;
        let goes_on = vec![None; self.states[first as usize].events.len()];
        let starts = self.starts(first, &[], &goes_on);
        self.refuse_ties(&Next {
            probability: 1.0,
            state: first,
            goes_on,
        })?;
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

    fn state(&mut self, state: State) -> Result<u32, String> {
        if let Some(id) = self.state_ids.get_index_of(&state) {
            return Ok(id as u32);
        }
        let mut events = Vec::new();
        for event in self.explorer.events(&state) {
            events.push((event, self.law(event)?));
        }
        let movement = events
            .iter()
            .position(|(event, _)| matches!(event.law, Law::Move(_)));
        let n = movement.map_or(1, |index| self.laws[events[index].1 as usize].chain.len());
        let mut experiences = Vec::with_capacity(n);
        for cell in 0..n {
            let (from, to) = (cell as f64 / n as f64, (cell + 1) as f64 / n as f64);
            let seen = self.explorer.experience(&state, from, to);
            experiences.push(self.seen(seen));
        }
        let alike = self.explorer.alike(&state);
        let position = |slot: &u32| events.iter().position(|(event, _)| event.slot == *slot);
        self.states.push(Known {
            alike: alike
                .iter()
                .map(|slots| slots.iter().filter_map(position).collect())
                .collect(),
            events,
            movement,
            experiences,
            successors: HashMap::new(),
        });
        Ok(self.state_ids.insert_full(state).0 as u32)
    }

    fn seen(&mut self, experience: Experience) -> u32 {
        let known = &mut self.chain.experiences;
        // Few things can be seen; the last ones are the likeliest to be seen again.
        if let Some(id) = known.iter().rposition(|other| *other == experience) {
            return id as u32;
        }
        known.push(experience);
        known.len() as u32 - 1
    }

    /// The nodes of a state that follow one with these phases.
    fn starts(&self, state: u32, before: &[u16], goes_on: &[Option<u16>]) -> Vec<(f64, Node)> {
        let known = &self.states[state as usize];
        let mut all: Vec<(f64, Vec<u16>)> = vec![(1.0, Vec::with_capacity(known.events.len()))];
        for ((_, law), old) in known.events.iter().zip(goes_on) {
            let old = old.and_then(|index| before.get(usize::from(index)));
            let starts = &self.laws[*law as usize].starts;
            match (old, &starts[..]) {
                (Some(phase), _) | (None, [(_, phase)]) => {
                    for (_, phases) in &mut all {
                        phases.push(*phase);
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
        let node = |(chance, phases)| (chance, (state, self.in_order(state, phases)));
        all.into_iter().map(node).collect()
    }

    fn in_order(&self, state: u32, mut phases: Vec<u16>) -> Box<[u16]> {
        for group in &self.states[state as usize].alike {
            let mut sorted: Vec<u16> = group.iter().map(|index| phases[*index]).collect();
            sorted.sort_unstable();
            for (index, phase) in group.iter().zip(sorted) {
                phases[*index] = phase;
            }
        }
        phases.into_boxed_slice()
    }

    fn expand(&mut self, node: usize) -> Result<(), String> {
        let (state, phases) = self.nodes[node].clone();
        let known = &self.states[state as usize];
        let cell = known.movement.map_or(0, |index| phases[index]);
        self.chain.seen.push(known.experiences[usize::from(cell)]);
        let first = self.chain.targets.len();
        for (event, phase) in phases.iter().enumerate() {
            let law = self.states[state as usize].events[event].1;
            let now = self.laws[law as usize].chain[usize::from(*phase)];
            if now.rate > 0.0 && now.onward > 0.0 {
                let mut after = phases.to_vec();
                after[event] += 1;
                let after = (state, self.in_order(state, after));
                self.transition(after, now.rate * now.onward);
            }
            if now.rate > 0.0 && now.onward < 1.0 {
                let over = now.rate * (1.0 - now.onward);
                let successors = self.successors(state, event, cell)?;
                for next in successors.iter() {
                    for (chance, node) in self.starts(next.state, &phases, &next.goes_on) {
                        self.transition(node, over * next.probability * chance);
                    }
                }
            }
        }
        self.join_equal(first);
        self.chain.offsets.push(self.chain.targets.len());
        Ok(())
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

    fn successors(&mut self, state: u32, event: usize, cell: u16) -> Result<Rc<Vec<Next>>, String> {
        let known = &self.states[state as usize];
        if let Some(successors) = known.successors.get(&(event as u16, cell)) {
            return Ok(Rc::clone(successors));
        }
        let progress = (f64::from(cell) + 0.5) / known.experiences.len() as f64;
        let slots: Vec<u32> = known.events.iter().map(|(event, _)| event.slot).collect();
        let old_laws: Vec<u32> = known.events.iter().map(|(_, law)| *law).collect();
        let from = self.state_ids[state as usize].clone();
        let happens = known.events[event].0;
        let mut successors = Vec::new();
        for successor in self.explorer.successors(&from, happens, progress)? {
            let id = self.state(successor.state)?;
            let goes_on = self.states[id as usize].events.iter().map(|(event, law)| {
                let slot = successor.goes_on[event.slot as usize]?;
                let old = slots.iter().position(|old| *old == slot)?;
                // Clocks that compete in one slot have no memory.
                (old_laws[old] == *law).then_some(old as u16)
            });
            successors.push(Next {
                probability: successor.probability,
                state: id,
                goes_on: goes_on.collect(),
            });
        }
        for next in &successors {
            self.refuse_ties(next)?;
        }
        let successors = Rc::new(successors);
        self.states[state as usize]
            .successors
            .insert((event as u16, cell), Rc::clone(&successors));
        Ok(successors)
    }

    /// Times of one law that begin at once and have only a few lengths end at once. Their phases would not.
    fn refuse_ties(&self, next: &Next) -> Result<(), String> {
        let events = self.states[next.state as usize].events.iter();
        let mut begun: Vec<u32> = (events.zip(&next.goes_on))
            .filter(|((event, law), old)| {
                let is_meshed = self.laws[*law as usize].is_meshed;
                is_meshed && old.is_none() && self.has_few_lengths(event.law)
            })
            .map(|((_, law), _)| *law)
            .collect();
        begun.sort_unstable();
        if begun.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("several fixed times begin, and end, at the same instant".to_owned());
        }
        Ok(())
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
            Law::Fixed(_) | Law::Move(_) => true,
            Law::Drawn { sampler, .. } | Law::Delayed(sampler, _) => {
                is_jumpy(&self.plan.distributions[sampler as usize])
            }
            Law::Uniform(..) => false,
        }
    }

    /// The phases of an event.
    fn law(&mut self, event: Event) -> Result<u32, String> {
        let key = match event.law {
            Law::Drawn { sampler, speed } => (0, sampler, speed.to_bits()),
            Law::Fixed(seconds) | Law::Move(seconds) => (1, 0, seconds.to_bits()),
            // A plan has one law of detection.
            Law::Uniform(_, to) => (2, 0, to.to_bits()),
            Law::Delayed(sampler, seconds) => (3, sampler, seconds.to_bits()),
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

    fn phases(&self, law: Law) -> Result<Phases, String> {
        let (mesh, laws) = (self.mesh, &self.plan.distributions);
        match law {
            Law::Drawn { sampler, speed } => {
                let mut phases = Phases::of(&laws[sampler as usize], mesh)?;
                for phase in &mut phases.chain {
                    phase.rate *= speed;
                }
                Ok(phases)
            }
            Law::Fixed(seconds) | Law::Move(seconds) => {
                Phases::of(&Distribution::Fixed(seconds), mesh)
            }
            Law::Uniform(from, to) => Phases::of(&Distribution::Uniform { from, to }, mesh),
            Law::Delayed(sampler, seconds) => match &laws[sampler as usize] {
                law if seconds == 0.0 => Phases::of(law, mesh),
                Distribution::Fixed(more) => Phases::of(&Distribution::Fixed(seconds + more), mesh),
                law => Ok(Phases::of(law, mesh)?.after(seconds, mesh)),
            },
        }
    }
}
