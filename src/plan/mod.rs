//! A deployment compiled for the engine: immutable, index-based, valid.
//!
//! Names, hash maps and petgraph stop here. A [`Plan`] that exists can be played: the engine cannot fail.

mod compile;
mod element;
mod expectations;
mod laws;
mod network;
mod places;
mod replicas;
mod rules;
mod sampler;
mod services;
mod sites;
mod stream;
mod twin;
mod types;

pub use compile::compile;
pub use element::Element;
pub use laws::{Laws, UncertainLaw};
pub use network::{GateId, Network, NetworkBuilder, Reach};
pub use sampler::Sampler;
pub use sites::{Hold, Holds, Site};
pub use stream::{Purpose, StreamKey, StreamRng, TrialKey};
pub use types::*;
