//! An incident log in CSV to times to repair, times between failures and rates, each with its interval.
//!
//! Reads, filters and fits; what is printed is [`crate::report`]'s business. docs/fit.md has the formulas and their sources.

mod choice;
mod columns;
mod error;
mod filter;
mod goodness;
mod instant;
mod law;
mod log;
mod maximum;
mod mixture;
mod profile;
mod rate;
mod sample;
mod span;
mod study;
mod survival;
mod table;

pub use choice::{Effort, fit_times};
pub use columns::Named;
pub use error::FitError;
pub use filter::Filter;
pub use instant::DateOrder;
pub use law::{Family, Law};
pub use log::{EmptyEnd, Incident, Log, Selection, read_log};
pub use sample::{Observed, Sample};
pub use span::{Unit, unit};
pub use study::{Question, study};
pub use table::{Row, Table};
