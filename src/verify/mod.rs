//! Systems with known answers, worked out and played.
//!
//! The program carries the cases of models/reference with it. Each is a model in the public language with reference
//! values of some of its figures. [`verify`] goes the ways that every model goes, [`crate::exact`] and
//! [`crate::montecarlo`], and sets what they come to beside the reference.

mod first_outage;
mod library;
mod metric;
mod row;
mod run;

pub use library::{Case, Check, Library, Near, System, library};
pub use metric::Metric;
pub use row::{Counts, Row, Simulated, Table, Verdict, WorkedOut};
pub use run::{Played, VerifySettings, verify};

/// Chance that at least one true reference in the whole table lies outside its interval.
///
/// Shared evenly among all values that are sampled (Bonferroni), also when only some of them are asked for: a
/// row has the same verdict in every selection. Bonferroni, C. E. (1936); it holds however the values depend on each other.
pub const FALSE_ALARM: f64 = 1e-3;

/// Level of the intervals that are shown.
pub const SHOWN_LEVEL: f64 = 0.95;

/// Half-width over the reference beyond which a shown interval does not tell enough to pass.
pub const WIDEST: f64 = 0.1;

/// Error over the reference beyond which what was worked out does not tell enough to pass.
pub const VAGUEST: f64 = 1e-3;
