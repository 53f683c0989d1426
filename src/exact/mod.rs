//! Figures that are worked out, not sampled.
//!
//! Each route says whether it can follow a plan, and if not, why. The product form needs units that are independent of
//! each other; it is a diagram of the structure function (`diagram`) over the processes of single units (`process`). The
//! Markov chain needs few states: the engine goes through them (`chain`), with times as exponential phases (`phases`).

mod answer;
mod chain;
mod collocation;
mod diagram;
mod effort;
mod elimination;
mod gates;
mod laplace;
mod law;
mod markov;
mod phases;
mod process;
mod product;
mod quadrature;
mod renewal;
mod structure;
mod sweeps;
#[cfg(test)]
mod tests;
mod transient;

pub use answer::{Accuracy, Answer, Figure, JourneyFigures, Refusal, Route, Solution};
pub use effort::Effort;

use crate::plan::Plan;

/// Works a plan out by the first route that can.
#[must_use]
pub fn solve(plan: &Plan, effort: Effort) -> Answer {
    let mut refusals = Vec::new();
    match product::solve(plan, effort) {
        Ok(mut solution) => {
            // A product form knows how things stand at one time, not how they got there.
            if let Ok(chain) = markov::solve(plan, Effort::Quick) {
                solution.first_outage_hours = chain.first_outage_hours;
            }
            return Answer {
                solution: Some(solution),
                refusals,
            };
        }
        Err(refusal) => refusals.push(refusal),
    }
    let solution = match markov::solve(plan, effort) {
        Ok(solution) => Some(solution),
        Err(refusal) => {
            refusals.push(refusal);
            None
        }
    };
    Answer { solution, refusals }
}
