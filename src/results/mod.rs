//! The results file, a contract with scripts that read it, and what is shown beside it.

mod drills;
mod evidence;
pub mod format;
mod importance;
mod ledger;
pub mod names;
mod types;

pub use drills::*;
pub use evidence::*;
pub use importance::*;
pub use ledger::*;
pub use types::*;
