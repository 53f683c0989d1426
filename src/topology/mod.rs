//! Where a model runs: a pattern expanded to a [`Deployment`], a graph of named places, services and replicas.

mod deployment;
mod expand;
mod layout;

pub use deployment::*;
pub use expand::expand;
pub use layout::layout;
