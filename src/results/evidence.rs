//! What the charts and the report show beside results.json.

use serde::{Deserialize, Serialize};

use super::Results;

/// All that is drawn and written, in one value.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// The figures.
    pub results: Results,
    /// One trial, topology by topology.
    pub timeline: Timeline,
    /// What runs where, one for each topology, in order of `results.topologies`.
    pub layouts: Vec<Layout>,
    /// Name of the model file as the user gave it, or `built-in example`.
    pub source: String,
    /// The model's description.
    pub description: Option<String>,
    /// Sources of the numbers: fault name and text.
    pub sources: Vec<(String, String)>,
    /// Relative half-width at which differences were to be known, if that was asked for.
    pub precision_of_differences: Option<f64>,
}

/// The outages of one trial on a common time axis.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Timeline {
    /// Index of the trial.
    pub trial: u64,
    /// Length of the axis \[h\].
    pub horizon_hours: f64,
    /// One row for each topology.
    pub rows: Vec<TimelineRow>,
}

/// The outages of one topology in the trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineRow {
    /// Name of the topology.
    pub topology: String,
    /// Its outages, in order.
    pub outages: Vec<TimelineOutage>,
}

/// One outage of the timeline.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineOutage {
    /// Start \[h\].
    pub start_hours: f64,
    /// End \[h\].
    pub end_hours: f64,
    /// Name of the main cause.
    pub cause: String,
}

/// What runs where, ready to be drawn.
#[derive(Debug, Clone, PartialEq)]
pub struct Layout {
    /// Name of the topology.
    pub topology: String,
    /// Its pattern.
    pub pattern: String,
    /// Regions in use, the primary first.
    pub regions: Vec<LayoutRegion>,
    /// All services of the model, in file order.
    pub services: Vec<LayoutService>,
    /// Calls among services, as indices into `services`.
    pub calls: Vec<LayoutCall>,
    /// Indices into `services` of the journeys' entries, with the journey's name.
    pub entries: Vec<(String, usize)>,
}

/// A region of a layout.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutRegion {
    /// Its name.
    pub name: String,
    /// `serving` or `standby`.
    pub role: String,
    /// Its zones in use.
    pub zones: Vec<String>,
    /// Replicas that run when nothing is wrong, by service (in order of `services`) and zone.
    pub running: Vec<Vec<u32>>,
}

/// A service of a layout.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutService {
    /// Its name.
    pub name: String,
    /// `replicated`, `virtual` or `external`.
    pub kind: String,
    /// Replicas needed in a serving region.
    pub needs: u32,
    /// Replicas in a serving region.
    pub replicas: u32,
    /// Whether it has data.
    pub stateful: bool,
}

/// A call of a layout.
#[derive(Debug, Clone, PartialEq)]
pub struct LayoutCall {
    /// Index of the caller.
    pub from: usize,
    /// Index of the callee.
    pub to: usize,
    /// `required`, `optional`, `async`, or `any`/`at least k` for a group.
    pub kind: String,
}
