//! The model language: from a YAML file to a validated [`Model`].

mod distribution;
mod types;

pub use distribution::Distribution;
pub use types::*;
