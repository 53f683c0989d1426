//! One trial: a pure function of (plan, seed, trial index).
//!
//! The loop in [`trial`](Simulator::simulate) pops the earliest event, lets it change units and gates, and, once all
//! events of an instant are played, settles the consequences: takeovers, failover, what users see. The ledger scores
//! the intervals between.

mod active;
#[cfg(test)]
mod audit;
mod balance;
mod blame;
mod busy;
mod calendar;
mod canary;
mod chance;
mod code;
mod crews;
mod cycles;
mod data;
mod explore;
mod first_passage;
mod gray;
mod ledger;
mod outcome;
mod overlap;
mod pending;
mod player;
mod private;
mod removed;
mod rolling;
mod runbook;
mod serving;
mod settle;
mod size_biased;
mod snapshot;
mod standby;
mod sweep;
mod symmetry;
mod takeover;
mod timeline;
mod traffic;
mod trial;
mod units;
mod upkeep;
mod without;

pub use balance::BalanceOutcome;
pub use busy::{BusyPeriods, BusySample, Calm, come_on_dates};
pub use cycles::{CycleSample, Cycles};
pub use explore::{Event, Experience, Explorer, StateId, Successor};
pub use first_passage::{FirstPassages, Passage};
pub use outcome::*;
pub use pending::Law;
pub use player::Player;
pub use sweep::Sweeper;
pub use timeline::{ON_STANDBY, Piece, SERVING, TrialTimeline, traffic_seconds};
pub use trial::{Record, Simulator};
pub use without::{Variants, Without, WithoutSample};
