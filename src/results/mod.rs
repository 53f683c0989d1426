//! The results file, a contract with scripts that read it, and what is shown beside it.

mod contract;
mod drills;
mod evidence;
mod fit;
pub mod format;
mod gate;
mod importance;
mod injected;
mod ledger;
pub mod names;
mod recommend;
mod sensitivity;
mod sweep;
mod types;

pub use contract::*;
pub use drills::*;
pub use evidence::*;
pub use fit::*;
pub use gate::*;
pub use importance::*;
pub use injected::*;
pub use ledger::*;
pub use recommend::*;
pub use sensitivity::*;
pub use sweep::*;
pub use types::*;
