//! The results file, a contract with scripts that read it, and what is shown beside it.

mod evidence;
pub mod format;
pub mod names;
mod types;

pub use evidence::*;
pub use types::*;
