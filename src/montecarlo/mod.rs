//! Many trials: batches in parallel, merged along a fixed tree, and rules of stopping.

mod rare;
mod replay;
mod run;
mod settings;
mod shard;
mod state;
mod tactics;
mod threads;
mod timelines;
mod tree;

pub use replay::{Down, Part, Replay, replay};
pub use run::{Campaign, Pair, Run, run};
pub use settings::*;
pub use shard::Shard;
pub use state::State;
pub use tactics::{Stop, Tactic, Tactics};
pub use threads::side_by_side;
pub use timelines::{Lived, is_certain, live};
