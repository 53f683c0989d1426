//! The results file, a contract with scripts that read it, and what is shown beside it.

mod drills;
mod evidence;
mod fit;
pub mod format;
mod importance;
pub mod names;
mod types;

pub use drills::*;
pub use evidence::*;
pub use fit::*;
pub use importance::*;
pub use types::*;
