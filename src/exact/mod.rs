//! Figures that are worked out, not sampled.
//!
//! Each route says whether it can follow a plan, and if not, why. The product form needs units that are independent of
//! each other; it is a diagram of the structure function (`diagram`) over the processes of single units (`process`). The
//! Markov chain needs few states: the engine goes through them (`chain`), with times as exponential phases (`phases`).

mod answer;
mod builder;
mod chain;
mod collocation;
mod cut_sets;
mod diagram;
mod effort;
mod elimination;
mod gates;
mod laplace;
mod law;
mod markov;
mod phases;
mod potentials;
mod process;
mod product;
mod quadrature;
mod race;
#[cfg(test)]
mod race_tests;
mod races;
mod renewal;
mod stakes;
mod structure;
mod sweeps;
#[cfg(test)]
mod tests;
mod top_events;
mod transient;
mod twin;
mod unit_means;
mod zero_suppressed;

pub use answer::{Accuracy, Answer, Figure, JourneyFigures, Refusal, Route, Solution};
pub use cut_sets::{CutSet, CutSets, Extent, UnitWeight, cut_sets, worst_cut_sets};
pub use effort::Effort;
pub use product::{Alike, ProductForm};
pub use top_events::TopEvent;
pub use twin::{TwinMeans, twin};
pub use unit_means::Approximation;

use crate::plan::Plan;

/// Refuses a plan some of whose laws are known in a trial only.
fn refuse_ranges(plan: &Plan) -> Result<(), String> {
    let mut ranges = plan
        .uncertain
        .iter()
        .flat_map(|law| law.distribution.ranges());
    match ranges.next() {
        None => Ok(()),
        Some(range) => Err(format!(
            "`{}` is not known: each trial draws it from its range",
            range.name
        )),
    }
}

/// Works a plan out as a Markov chain.
///
/// # Errors
///
/// Why that is not possible with this effort.
pub fn solve_chain(plan: &Plan, effort: Effort) -> Result<Solution, Refusal> {
    markov::solve(plan, effort, None)
}

/// Works a plan out by the first route that can.
#[must_use]
pub fn solve(plan: &Plan, effort: Effort) -> Answer {
    solve_in_stages(plan, effort, None)
}

/// The same, with a fixed time in so many stages on the finest mesh of a Markov chain.
#[must_use]
pub fn solve_in_stages(plan: &Plan, effort: Effort, stages: Option<u16>) -> Answer {
    let mut refusals = Vec::new();
    match product::solve(plan, effort) {
        Ok(mut solution) => {
            // A product form knows how things stand at one time, not how they got there.
            solution.first_outage_hours = markov::first_outage_alone(plan, effort);
            return Answer {
                solution: Some(solution),
                refusals,
            };
        }
        Err(refusal) => refusals.push(refusal),
    }
    let solution = match markov::solve(plan, effort, stages) {
        Ok(solution) => Some(solution),
        Err(refusal) => {
            refusals.push(refusal);
            None
        }
    };
    Answer { solution, refusals }
}
