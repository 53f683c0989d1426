//! The results file, a contract with scripts that read it, and what is shown beside it.

mod drills;
mod evidence;
pub mod format;
mod importance;
pub mod names;
mod sensitivity;
mod sweep;
mod types;

pub use drills::*;
pub use evidence::*;
pub use importance::*;
pub use sensitivity::*;
pub use sweep::*;
pub use types::*;
