//! A plan as a Markov chain: every state that it can reach, with the rates between them.

use super::builder::Builder;
use super::effort::Limits;
use super::phases::Mesh;
use crate::engine::Explorer;
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
    /// What users may see: the share of requests lost, then for each journey that of its requests and that of time down.
    pub sights: Vec<Box<[f64]>>,
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
    pub(super) fn sight(&self, state: usize) -> &[f64] {
        &self.sights[self.seen[state] as usize]
    }

    /// Whether any journey is down for most of the time, by state.
    pub(super) fn is_down(&self) -> Vec<bool> {
        let is_down = |sight: &[f64]| sight[2..].iter().step_by(2).any(|down| *down > 0.5);
        let sights: Vec<bool> = self.sights.iter().map(|sight| is_down(sight)).collect();
        self.seen
            .iter()
            .map(|seen| sights[*seen as usize])
            .collect()
    }
}

/// What each state of a chain earns \[per s\]: something of its own, and shares of what users see.
#[derive(Debug)]
pub(super) struct Rewards<'c> {
    own: Vec<f64>,
    seen: Option<&'c Chain>,
}

impl<'c> Rewards<'c> {
    /// One reward.
    pub(super) fn one(own: Vec<f64>) -> Self {
        Self { own, seen: None }
    }

    /// A reward of each state, and all that users see.
    pub(super) fn beside_sights(own: Vec<f64>, chain: &'c Chain) -> Self {
        let seen = Some(chain);
        Self { own, seen }
    }

    /// Number of rewards.
    pub(super) fn len(&self) -> usize {
        1 + self.seen.map_or(0, |chain| chain.sight(0).len())
    }

    /// Rewards of a state.
    pub(super) fn of(&self, state: usize) -> impl Iterator<Item = f64> + '_ {
        let seen = self.seen.map_or(&[][..], |chain| chain.sight(state));
        std::iter::once(self.own[state]).chain(seen.iter().copied())
    }

    /// Sum over all states of the rewards, each times its weight.
    pub(super) fn weighed(&self, weights: &[f64]) -> Vec<f64> {
        let mut sums = vec![0.0; self.len()];
        for (state, weight) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
            for (sum, reward) in sums.iter_mut().zip(self.of(state)) {
                *sum += weight * reward;
            }
        }
        sums
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
#[cfg(test)]
pub(super) fn chain(plan: &Plan, mesh: Mesh, limits: Limits) -> Result<Chain, Obstacle> {
    Ok(built(plan, mesh, limits)?.0)
}

/// Builds the chain of a plan, with times as phases on a mesh; beside it what was gone through for it.
///
/// # Errors
///
/// In words, what keeps the plan from being a Markov chain within the limits.
pub(super) fn built(
    plan: &Plan,
    mesh: Mesh,
    limits: Limits,
) -> Result<(Chain, Builder<'_>), Obstacle> {
    refuse_lives_in_step(plan)?;
    let explorer = Explorer::new(plan, 2 * u32::from(mesh.cuts))?;
    refuse_sometimes_zero(plan, &explorer)?;
    refuse_many_units(plan, &explorer, limits)?;
    let mut builder = Builder::new(plan, explorer, mesh);
    builder.begin()?;
    let mut next = 0;
    while next < builder.n_nodes() {
        let is_meshed = builder.is_meshed();
        let most = if is_meshed {
            limits.meshed_nodes
        } else {
            limits.nodes
        };
        if builder.n_nodes() > most || builder.n_states() > limits.states {
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
    Ok(builder.finish())
}

/// What takes no time is played in the instant of its cause. Whether a time of the controller, of a takeover or of a dispatch is zero is
/// a toss of the engine, and all outcomes are gone through; of other times one outcome would stand for all.
fn refuse_sometimes_zero(plan: &Plan, explorer: &Explorer<'_>) -> Result<(), String> {
    let is_mixed = |sampler: usize| {
        plan.distributions[sampler].is_sometimes_zero() && !explorer.tells_zeros_of(sampler as u32)
    };
    if (0..plan.distributions.len()).any(is_mixed) {
        return Err("a time is zero in some cases and not in others".to_owned());
    }
    Ok(())
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
