//! The model language: from a YAML file to a validated [`Model`].
//!
//! ```text
//! text -> yaml (tree with places) -> decode, raw (keys and forms) -> validate (meaning, defaults) -> Model
//! ```
//!
//! Each step records what is wrong and goes on, so [`load()`] reports all mistakes of a file in one pass.

mod decode;
mod defaults;
mod distribution;
mod doubts;
mod empirical;
mod errors;
mod load;
mod mapping;
mod problem;
mod quantities;
mod raw;
mod record;
mod schema;
mod source;
mod sources;
#[cfg(test)]
mod tests;
mod times;
mod types;
mod validate;
mod values;
mod yaml;

pub use defaults::AppliedDefault;
pub use distribution::{Distribution, Range};
pub use doubts::{Doubt, doubts};
pub use errors::ModelErrors;
pub use load::{Origin, applied_defaults, applied_defaults_str, load, load_str};
pub use problem::Problem;
pub use quantities::{Quantity, QuantityKind};
pub use schema::json_schema;
pub use types::*;

/// A commented model to start from.
pub const STARTER: &str = include_str!("starter.yaml");
