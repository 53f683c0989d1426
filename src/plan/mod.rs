//! A deployment compiled for the engine: immutable, index-based, valid.
//!
//! Names, hash maps and petgraph stop here. A [`Plan`] that exists can be played: the engine cannot fail.

mod bystanders;
mod compile;
mod controller;
mod crews;
mod data;
mod element;
mod expectations;
mod gray;
mod laws;
mod links;
mod network;
mod partition;
mod phase;
mod places;
mod replicas;
mod rules;
mod runbook;
mod sampler;
mod services;
mod settled;
mod sites;
mod stream;
mod twin;
mod types;

pub use bystanders::Bystanders;
pub use compile::compile;
pub use controller::*;
pub use data::{Copies, CopyLink, DataAtRisk, DataPlan};
pub use element::Element;
pub use gray::{CanaryPlan, GrayCall, GrayCallee, GrayFault, GrayPlan, GrayReplica, GrayService};
pub use laws::{Laws, UncertainLaw};
pub use network::{GateId, Network, NetworkBuilder, Reach};
pub use phase::{DowntimePhase, Wait, WaitKind};
pub use sampler::Sampler;
pub use sites::{Hold, Holds, Site};
pub use stream::{Purpose, StreamKey, StreamRng, TrialKey};
pub use types::*;
