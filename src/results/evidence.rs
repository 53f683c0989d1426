//! What the charts and the report show beside results.json.

use serde::{Deserialize, Serialize};

use super::{Ledger, Results};

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
    /// The numbers that the answer rests on.
    pub ledger: Ledger,
    /// Relative half-width at which differences were to be known, if that was asked for.
    pub precision_of_differences: Option<f64>,
}

/// What a page about a run shows beside results.json: the content of evidence.json.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// Version of this shape: 1.
    pub schema: u32,
    /// Digest of the model's content, as in results.json.
    pub model_hash: String,
    /// Seed, as in results.json.
    pub seed: u64,
    /// Name of the model file as the user gave it, or `built-in example`.
    pub source: String,
    /// The model's description.
    pub description: Option<String>,
    /// Relative half-width at which differences were to be known, if that was asked for.
    pub precision_of_differences: Option<f64>,
    /// The numbers that the answer rests on.
    pub ledger: Ledger,
    /// One trial, topology by topology.
    pub timeline: Timeline,
    /// What runs where.
    pub layouts: Vec<Layout>,
}

impl Comparison {
    /// What has to be kept beside results.json to show it again.
    #[must_use]
    pub fn evidence(&self) -> Evidence {
        Evidence {
            schema: 1,
            model_hash: self.results.model_hash.clone(),
            seed: self.results.seed,
            source: self.source.clone(),
            description: self.description.clone(),
            precision_of_differences: self.precision_of_differences,
            ledger: self.ledger.clone(),
            timeline: self.timeline.clone(),
            layouts: self.layouts.clone(),
        }
    }

    /// A comparison from what is kept of it; without evidence, what only a run knows is empty.
    #[must_use]
    pub fn of_kept(results: Results, evidence: Option<Evidence>) -> Self {
        let Some(evidence) = evidence else {
            return Self {
                timeline: Timeline {
                    trial: 0,
                    horizon_hours: results.horizon_hours,
                    rows: Vec::new(),
                },
                results,
                layouts: Vec::new(),
                source: "a file that is not known".to_owned(),
                description: None,
                ledger: Ledger::default(),
                precision_of_differences: None,
            };
        };
        Self {
            results,
            timeline: evidence.timeline,
            layouts: evidence.layouts,
            source: evidence.source,
            description: evidence.description,
            ledger: evidence.ledger,
            precision_of_differences: evidence.precision_of_differences,
        }
    }

    /// Whether all that a run knows is there: something runs somewhere in every run.
    #[must_use]
    pub fn has_evidence(&self) -> bool {
        !self.layouts.is_empty()
    }
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LayoutCall {
    /// Index of the caller.
    pub from: usize,
    /// Index of the callee.
    pub to: usize,
    /// `required`, `optional`, `async`, or `any`/`at least k` for a group.
    pub kind: String,
}
