//! Gates: figures of a run held against targets, and against an earlier run.
//!
//! `--gate 'availability>=99.95%'` names a figure of results.json, `--baseline results.json` an earlier run. Both are judged by
//! intervals: met or missed is what lies wholly on one side of the target; what straddles it is undecided.

mod baseline;
mod figure;
mod judge;
mod parse;

pub use baseline::{Baseline, BaselineError};
pub use judge::{Gates, Which};
pub use parse::{BadGate, Gate};
