//! Figures that are worked out, not sampled.
//!
//! Each route says whether it can follow a plan, and if not, why. The product form needs units that are independent of
//! each other; it is a diagram of the structure function (`diagram`) over the processes of single units (`process`). The
//! Markov chain needs times that are exponential or fixed, and few states: the engine goes through them (`chain`).

mod answer;
mod chain;
mod collocation;
mod cut_sets;
mod diagram;
mod first_passage;
mod gates;
mod law;
mod markov;
mod process;
mod product;
mod quadrature;
mod renewal;
mod structure;
mod transient;
mod twin;
mod unit_means;
mod zero_suppressed;

pub use answer::{Accuracy, Answer, Figure, JourneyFigures, Refusal, Route, Solution};
pub use cut_sets::{CutSet, CutSets, Extent, TopEvent, UnitWeight, cut_sets};
pub use product::ProductForm;
pub use twin::{TwinMeans, twin};
pub use unit_means::Approximation;

use crate::plan::Plan;

/// States of a chain that is built only for the mean time to the first outage.
const FEW_STATES: usize = 5_000;

/// States of a chain that gives all figures.
const MANY_STATES: usize = 200_000;

/// Works a plan out by a product form, or by a chain of few states.
#[must_use]
pub fn quick(plan: &Plan) -> Answer {
    let mut refusals = Vec::new();
    for route in [product::solve, |plan: &Plan| {
        markov::solve(plan, FEW_STATES)
    }] {
        match route(plan) {
            Ok(solution) => {
                return Answer {
                    solution: Some(solution),
                    refusals,
                };
            }
            Err(refusal) => refusals.push(refusal),
        }
    }
    Answer {
        solution: None,
        refusals,
    }
}

/// Works a plan out as a Markov chain of so many states at most.
///
/// # Errors
///
/// Why that is not possible.
pub fn solve_chain(plan: &Plan, max_states: usize) -> Result<Solution, Refusal> {
    markov::solve(plan, max_states)
}

/// Works a plan out by the first route that can.
#[must_use]
pub fn solve(plan: &Plan) -> Answer {
    let mut refusals = Vec::new();
    match product::solve(plan) {
        Ok(mut solution) => {
            // A product form knows how things stand at one time, not how they got there.
            if let Ok(chain) = markov::solve(plan, FEW_STATES) {
                solution.first_outage_hours = chain.first_outage_hours;
            }
            return Answer {
                solution: Some(solution),
                refusals,
            };
        }
        Err(refusal) => refusals.push(refusal),
    }
    match markov::solve(plan, MANY_STATES) {
        Ok(solution) => Answer {
            solution: Some(solution),
            refusals,
        },
        Err(refusal) => {
            refusals.push(refusal);
            Answer {
                solution: None,
                refusals,
            }
        }
    }
}
