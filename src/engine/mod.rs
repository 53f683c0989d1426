//! One trial: a pure function of (plan, seed, trial index).
//!
//! The loop in [`trial`](Simulator::simulate) pops the earliest event, lets it change units and gates, and, once all
//! events of an instant are played, settles the consequences: takeovers, failover, what users see. The ledger scores
//! the intervals between.

mod active;
#[cfg(test)]
mod audit;
mod blame;
mod calendar;
mod chance;
mod explore;
mod ledger;
mod outcome;
mod serving;
mod snapshot;
mod standby;
mod symmetry;
mod takeover;
mod traffic;
mod trial;
mod units;

pub use explore::{Event, Experience, Explorer, Law, Successor};
pub use outcome::*;
pub use snapshot::State;
pub use trial::{Record, Simulator};
