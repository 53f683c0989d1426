//! Many trials: batches in parallel, merged in order, and rules of stopping.

mod run;
mod settings;

pub use run::{Run, run};
pub use settings::*;
