//! Many trials: batches in parallel, merged along a fixed tree, and rules of stopping.

mod first_outage;
mod first_passage;
mod long_outages;
mod rare;
mod replay;
mod replay_rare;
mod run;
mod settings;
mod shard;
mod state;
mod tactics;
mod threads;
mod timelines;
mod tree;

pub use first_outage::first_outage;
pub use long_outages::LongOutages;
pub use replay::{Down, Part, Replay, replay};
pub use replay_rare::replay_rare;
pub use run::{Campaign, Pair, Run, run};
pub use settings::*;
pub use shard::Shard;
pub use state::State;
pub use tactics::{Stop, Tactic, Tactics, loses_rarely};
pub use threads::side_by_side;
pub use timelines::{Lived, is_certain, live};
