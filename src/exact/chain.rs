//! A plan as a Markov chain: every state that it can reach, with the rates between them.

use std::collections::HashMap;

use crate::engine::{Event, Experience, Explorer, Law, State};
use crate::model::Distribution;
use crate::plan::{Plan, Sampler, Unit};

/// A continuous-time Markov chain that starts in its first state.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    /// Where the transitions out of each state begin, and where the last end.
    pub offsets: Vec<usize>,
    /// State that each transition leads to.
    pub targets: Vec<u32>,
    /// Rate of each transition \[1/s\].
    pub rates: Vec<f64>,
    /// What users see in each state.
    pub experiences: Vec<Experience>,
    /// Whether fixed times were cut into exponential stages: then the chain is an approximation of the plan.
    pub is_staged: bool,
}

impl Chain {
    /// Number of states.
    #[must_use]
    pub(super) fn n_states(&self) -> usize {
        self.experiences.len()
    }

    /// Transitions out of a state: where to, and at which rate \[1/s\].
    pub(super) fn transitions(&self, state: usize) -> impl Iterator<Item = (usize, f64)> + '_ {
        let range = self.offsets[state]..self.offsets[state + 1];
        self.targets[range.clone()]
            .iter()
            .map(|target| *target as usize)
            .zip(self.rates[range].iter().copied())
    }
}

/// Builds the chain of a plan, fixed times cut into `stages` exponential stages each (an Erlang distribution).
///
/// # Errors
///
/// In words, what keeps the plan from being a Markov chain of at most `max_states` states.
pub(super) fn chain(plan: &Plan, stages: u16, max_states: usize) -> Result<Chain, String> {
    refuse_sometimes_zero(plan)?;
    let mut builder = Builder {
        plan,
        explorer: Explorer::new(plan)?,
        stages,
        states: Vec::new(),
        state_ids: HashMap::new(),
        nodes: Vec::new(),
        node_ids: HashMap::new(),
        is_staged: false,
    };
    let fails = |unit: &&Unit| {
        let clocks = unit.first_clock..unit.first_clock + unit.n_clocks;
        clocks.into_iter().any(|clock| {
            let life = plan.clocks[clock as usize].life;
            !matches!(plan.samplers[life as usize], Sampler::Never)
        })
    };
    // Each may be up or down, whatever the others are.
    let n_failing = plan.units.iter().filter(fails).count();
    if n_failing as f64 > (max_states as f64).log2() {
        return Err(format!(
            "{n_failing} components that fail make more than {max_states} states"
        ));
    }
    let initial = builder.explorer.initial()?;
    let first = builder.state(initial)?;
    let stages_left = builder.begin_all(first);
    builder.node(first, stages_left);
    let mut chain = Chain {
        offsets: vec![0],
        targets: Vec::new(),
        rates: Vec::new(),
        experiences: Vec::new(),
        is_staged: false,
    };
    let mut next = 0;
    while next < builder.nodes.len() {
        if builder.nodes.len() > max_states {
            return Err(format!("more than {max_states} states can be reached"));
        }
        builder.expand(next, &mut chain)?;
        chain.offsets.push(chain.targets.len());
        next += 1;
    }
    chain.is_staged = builder.is_staged;
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

/// A time as exponential stages.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Timing {
    stages: u16,
    /// Rate of each stage \[1/s\].
    rate: f64,
}

/// A state of the plan with what may happen in it.
#[derive(Debug)]
struct Known {
    state: State,
    experience: Experience,
    events: Vec<(Event, Timing)>,
    /// By event: probability, state, slots set anew. Empty until asked for.
    successors: Vec<Vec<(f64, u32, Vec<bool>)>>,
}

struct Builder<'p> {
    plan: &'p Plan,
    explorer: Explorer<'p>,
    stages: u16,
    states: Vec<Known>,
    state_ids: HashMap<State, u32>,
    /// State and stages left in each of its events.
    nodes: Vec<(u32, Vec<u16>)>,
    node_ids: HashMap<(u32, Vec<u16>), u32>,
    is_staged: bool,
}

impl Builder<'_> {
    fn state(&mut self, state: State) -> Result<u32, String> {
        if let Some(id) = self.state_ids.get(&state) {
            return Ok(*id);
        }
        let events = self.explorer.events(&state);
        let events = events
            .into_iter()
            .map(|event| Ok((event, self.timing(event)?)))
            .collect::<Result<Vec<_>, String>>()?;
        let id = self.states.len() as u32;
        self.states.push(Known {
            experience: self.explorer.experience(&state),
            events,
            successors: Vec::new(),
            state: state.clone(),
        });
        self.state_ids.insert(state, id);
        Ok(id)
    }

    fn node(&mut self, state: u32, stages: Vec<u16>) -> u32 {
        let next = self.nodes.len() as u32;
        *self
            .node_ids
            .entry((state, stages.clone()))
            .or_insert_with(|| {
                self.nodes.push((state, stages));
                next
            })
    }

    fn begin_all(&self, state: u32) -> Vec<u16> {
        let events = &self.states[state as usize].events;
        events.iter().map(|(_, timing)| timing.stages).collect()
    }

    fn expand(&mut self, node: usize, chain: &mut Chain) -> Result<(), String> {
        let (state, stages) = self.nodes[node].clone();
        self.find_successors(state)?;
        chain
            .experiences
            .push(self.states[state as usize].experience.clone());
        for (index, left) in stages.iter().enumerate() {
            let rate = self.states[state as usize].events[index].1.rate;
            if *left > 1 {
                let mut after = stages.clone();
                after[index] -= 1;
                chain.targets.push(self.node(state, after));
                chain.rates.push(rate);
                continue;
            }
            for successor in 0..self.states[state as usize].successors[index].len() {
                let known = &self.states[state as usize];
                let (probability, next, set_anew) = &known.successors[index][successor];
                let (probability, next) = (*probability, *next);
                let after = self.states[next as usize]
                    .events
                    .iter()
                    .map(|(event, timing)| {
                        if timing.stages == 1 || set_anew[event.slot as usize] {
                            return timing.stages;
                        }
                        let before = known
                            .events
                            .iter()
                            .position(|(old, _)| old.slot == event.slot);
                        before.map_or(timing.stages, |before| stages[before])
                    })
                    .collect();
                chain.targets.push(self.node(next, after));
                chain.rates.push(rate * probability);
            }
        }
        Ok(())
    }

    fn find_successors(&mut self, state: u32) -> Result<(), String> {
        let known = &self.states[state as usize];
        if !known.successors.is_empty() || known.events.is_empty() {
            return Ok(());
        }
        let (from, events) = (known.state.clone(), known.events.clone());
        let mut all = Vec::with_capacity(events.len());
        for (event, _) in events {
            let mut successors = Vec::new();
            for successor in self.explorer.successors(&from, event)? {
                let id = self.state(successor.state)?;
                successors.push((successor.probability, id, successor.set_anew));
            }
            all.push(successors);
        }
        self.states[state as usize].successors = all;
        Ok(())
    }

    /// The stages of an event.
    fn timing(&mut self, event: Event) -> Result<Timing, String> {
        let fixed = |seconds: f64, stages: u16| Timing {
            stages,
            rate: f64::from(stages) / seconds,
        };
        match event.law {
            Law::Fixed(seconds) => {
                self.is_staged = true;
                Ok(fixed(seconds, self.stages))
            }
            Law::Probed(..) => {
                Err("`detect` by probes is neither exponential nor fixed".to_owned())
            }
            Law::Drawn { sampler, speed } => match &self.plan.samplers[sampler as usize] {
                Sampler::Exponential(mean) => Ok(fixed(mean / speed, 1)),
                Sampler::Fixed(seconds) if !event.competes() => {
                    self.is_staged = true;
                    Ok(fixed(seconds / speed, self.stages))
                }
                Sampler::Fixed(_) => Err("a life of fixed length competes with others or \
                    stands still during repairs"
                    .to_owned()),
                Sampler::Uniform(..)
                | Sampler::Lognormal(..)
                | Sampler::Weibull(..)
                | Sampler::Gamma(_)
                | Sampler::Triangular(_)
                | Sampler::Empirical(_)
                | Sampler::Mixture(_)
                | Sampler::Never => Err("a time is neither exponential nor fixed".to_owned()),
            },
        }
    }
}
