//! Topologies against each other: Pareto frontier, recommendation, warnings, and the whole [`Comparison`].
//!
//! Works on estimates only; nothing here depends on how they were sampled. Called by [`crate::cli`] once a run has ended.
//!
//! [`Comparison`]: crate::results::Comparison

pub(crate) mod assemble;
mod findings;
mod objectives;
mod pareto;
mod recommend;
mod routes;
mod timeline;
mod warnings;

pub use assemble::{Finished, assemble, echo};
pub use findings::findings;
pub(crate) use objectives::RTO_SHARE;
pub use objectives::{Objective, Verdict, verdicts};
pub use pareto::pareto_frontier;
pub use recommend::recommend;
pub use routes::{take_over, take_over_difference, take_over_rare, take_over_rare_difference};
pub use timeline::timeline;
pub use warnings::Finding;
