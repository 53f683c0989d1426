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
    /// Regions in use, the primary first. Where they have several cells: those of the first cell, then those of the second, and so on.
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

    /// Cells of each region.
    #[must_use]
    pub fn n_cells(&self) -> usize {
        self.spec.cells as usize
    }

    /// Regions in use, their cells together.
    #[must_use]
    pub fn n_regions(&self) -> usize {
        self.regions.len() / self.n_cells()
    }

    /// Regions in use, each once: as they are in the first cell.
    pub fn whole_regions(&self) -> impl Iterator<Item = &DeployedRegion> {
        self.regions.iter().take(self.n_regions())
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

/// One region in use, or one cell of it where it has several.
#[derive(Debug, Clone, PartialEq)]
pub struct DeployedRegion {
    /// Its name.
    pub name: String,
    /// Which cell it is, from 0.
    pub cell: usize,
    /// Names of its zones in use, in order.
    pub zones: Vec<String>,
    /// What it is for when nothing is wrong.
    pub role: Role,
    /// Share of the model's traffic that it can carry when nothing is wrong; 0 for a standby that runs nothing.
    pub capacity: f64,
    /// What runs here, one entry for each service of the model, in file order; `None` for virtual and external ones, and in all cells
    /// but the first for those that cells share.
    pub services: Vec<Option<DeployedService>>,
}

impl DeployedRegion {
    /// Zone index of a replica: replicas are dealt to the zones in turn. The first cell begins with the first zone, the second with
    /// the second, and so on, so that cells of few replicas are not all in the first.
    #[must_use]
    pub fn zone_of(&self, replica: u32) -> usize {
        (self.cell + replica as usize) % self.zones.len()
    }
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
        /// Which cell of it, from 0.
        cell: usize,
    },
    /// One replica, named `region/zone/service-number`.
    Replica {
        /// Name of the service.
        service: String,
        /// Name of the region.
        region: String,
        /// Name of the zone.
        zone: String,
        /// Which cell of the region, from 0.
        cell: usize,
        /// Number within the region, or the cell, from 1.
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
