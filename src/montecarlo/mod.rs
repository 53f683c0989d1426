//! Many trials: streams, batches, stopping rules.

mod settings;

pub use settings::*;
