//! The model language: from a YAML file to a validated [`Model`].
//!
//! ```text
//! text -> yaml (tree with places) -> decode, raw (keys and forms) -> validate (meaning, defaults) -> Model
//! ```
//!
//! Each step records what is wrong and goes on, so [`load()`] reports all mistakes of a file in one pass.

mod cells;
mod decode;
mod defaults;
mod distribution;
mod doubts;
mod draft;
mod empirical;
mod errors;
mod load;
mod mapping;
mod problem;
mod promises;
mod quantities;
mod raw;
mod record;
mod scenario;
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

pub use cells::{CellPart, scaled};
pub use defaults::AppliedDefault;
pub use distribution::{Distribution, Range};
pub use doubts::{Doubt, doubtful_promises, doubts};
pub use draft::{Assumption, Change, ChangeError, Draft, Kind, Magnitude, Place, path_of};
pub use errors::ModelErrors;
pub use load::{Origin, applied_defaults, applied_defaults_str, load, load_str};
pub use problem::Problem;
pub(crate) use problem::is_unsafe;
pub use quantities::{Quantity, QuantityKind};
pub use scenario::{
    Mapping, PlaceOf, RegionOf, Scenario, ScriptedFault, What, ZoneOf, load_scenario,
    load_scenario_str,
};
pub use schema::{json_schema, scenario_schema};
pub use types::*;

/// A commented model to start from.
pub const STARTER: &str = include_str!("starter.yaml");
