//! What a topology runs, and where.
//!
//! The graph is for people and pictures (names, places, calls); the tables beside it carry the counts from which
//! [`crate::cost`] prices and [`crate::plan`] compiles.

use petgraph::graph::DiGraph;

use crate::model::{CallKind, Pattern, TopologySpec};

/// One topology of a model, placed.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// Name of the topology.
    pub name: String,
    /// The design it came from, with its failover.
    pub spec: TopologySpec,
    /// Regions in use, the primary first.
    pub regions: Vec<DeployedRegion>,
    /// Named places, services, replicas and externals, with what holds and calls what.
    pub graph: DiGraph<Node, Edge>,
}

impl Deployment {
    /// The kind of topology.
    #[must_use]
    pub fn pattern(&self) -> Pattern {
        self.spec.pattern
    }
}

/// What a region is for when nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Takes traffic.
    Serving,
    /// Waits for a failover.
    Standby,
}

/// One region in use.
#[derive(Debug, Clone, PartialEq)]
pub struct DeployedRegion {
    /// Its name.
    pub name: String,
    /// Names of its zones in use, in order.
    pub zones: Vec<String>,
    /// What it is for when nothing is wrong.
    pub role: Role,
    /// Share of the model's traffic that it can carry when nothing is wrong; 0 for a standby that runs nothing.
    pub capacity: f64,
    /// What runs here, one entry for each service of the model, in file order; `None` for virtual and external ones.
    pub services: Vec<Option<DeployedService>>,
}

/// A replicated service in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployedService {
    /// Replicas once the region serves.
    pub replicas: u32,
    /// Usable replicas needed once the region serves.
    pub needs: u32,
    /// Replicas that run when nothing is wrong: all, a standby's share, or 0.
    pub running: u32,
    /// Usable replicas needed when nothing is wrong; 0 if none runs.
    pub running_needs: u32,
}

impl DeployedService {
    /// Zone index of a replica: replicas are dealt to the zones in turn, from the first.
    #[must_use]
    pub fn zone_of(replica: u32, n_zones: usize) -> usize {
        replica as usize % n_zones
    }
}

/// A node of the deployment graph.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Node {
    /// All regions together.
    Everywhere,
    /// A region by name.
    Region(String),
    /// A zone, named `region/zone`.
    Zone(String),
    /// A service in one region, named `region/service`.
    Service {
        /// Name of the service.
        service: String,
        /// Name of the region.
        region: String,
    },
    /// One replica, named `region/zone/service-number`.
    Replica {
        /// Name of the service.
        service: String,
        /// Name of the region.
        region: String,
        /// Name of the zone.
        zone: String,
        /// Number within the region, from 1.
        number: u32,
        /// Whether it runs when nothing is wrong.
        runs: bool,
    },
    /// Someone else's service.
    External(String),
}

/// An edge of the deployment graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edge {
    /// A place holds a smaller place or a replica.
    Holds,
    /// A service is made of a replica.
    Runs,
    /// A service calls a service.
    Calls(CallKind),
}
