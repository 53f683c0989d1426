//! Multi-region failover simulator: which topology should a service run on, and what does each choice cost?
//!
//! Data flows one way; each arrow is one function and each noun one plain type:
//!
//! ```text
//! model file -> Model -> Deployment -> Plan -> trials -> Tally -> Estimates -> Comparison -> tables, charts, report
//! ```
//!
//! Modules are listed in that order, and each imports only from those above it.

pub mod units;

pub mod stats;

pub mod results;

pub mod fit;

pub mod model;

pub mod import;

pub mod openslo;

pub mod scenario;

pub mod topology;

pub mod cost;

pub mod plan;

pub mod engine;

pub mod exact;

pub mod estimate;

pub mod montecarlo;

pub mod importance;

pub mod compare;

pub mod gate;

pub mod study;

pub mod ledger;

pub mod verify;

pub mod chart;

pub mod report;

pub mod store;

pub mod cli;
