//! Many trials: batches in parallel, merged along a fixed tree, and rules of stopping.

mod run;
mod settings;
mod shard;
mod state;
mod tree;

pub use run::{Run, play, run};
pub use settings::*;
pub use shard::Shard;
pub use state::State;
