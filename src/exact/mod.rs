//! Figures that are worked out, not sampled.
//!
//! Each route says whether it can follow a plan, and if not, why. The product form needs units that are independent of
//! each other; it is a diagram of the structure function (`diagram`) over the processes of single units (`process`).

mod answer;
mod collocation;
mod diagram;
mod gates;
mod law;
mod process;
mod product;
mod quadrature;
mod renewal;
mod structure;

pub use answer::{Accuracy, Answer, Figure, JourneyFigures, Refusal, Route, Solution};

use crate::plan::Plan;

/// Works a plan out by the first route that can.
#[must_use]
pub fn solve(plan: &Plan) -> Answer {
    let mut refusals = Vec::new();
    for route in [product::solve] {
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
