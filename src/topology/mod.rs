//! Where a model runs: a pattern expanded to a [`Deployment`], a graph of named places, services and replicas.

mod deployment;

pub use deployment::*;
