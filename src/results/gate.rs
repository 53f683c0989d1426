//! How a run stands to what was asked of it by `--gate` and `--baseline`.

use serde::{Deserialize, Serialize};

/// All verdicts of a run, and what they come to.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateReport {
    /// The worst of all verdicts.
    pub standing: Standing,
    /// One entry for each gate and topology that it was held against, in the order in which they were given.
    pub gates: Vec<GateVerdict>,
    /// The comparison with an earlier run, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub baseline: Option<BaselineReport>,
}

/// How something stands to what is wanted, from good to bad.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standing {
    /// The whole interval is on the right side.
    Met,
    /// The interval straddles the target, or there is no data.
    Undecided,
    /// The whole interval is on the wrong side.
    Missed,
}

impl Standing {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Met => "met",
            Self::Undecided => "undecided",
            Self::Missed => "missed",
        }
    }
}

/// What a figure is counted in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FigureUnit {
    /// A share between 0 and 1.
    Share,
    /// A share that may exceed 1, such as that of an error budget used.
    Ratio,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// The currency of the model.
    Money,
    /// A number.
    Number,
}

/// One gate held against one topology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateVerdict {
    /// The gate as it was written.
    pub gate: String,
    /// The topology.
    pub topology: String,
    /// Path of the figure within the topology's entry of results.json.
    pub figure: String,
    /// `>=`, `<=`, `>` or `<`.
    pub operator: String,
    /// What is asked for, in the unit of the figure.
    pub target: f64,
    /// Unit of `target`, `found`, `low` and `high`.
    pub unit: FigureUnit,
    /// What was found; `None` without data.
    pub found: Option<f64>,
    /// Lower end of its interval; `None` if nothing bounds it from below.
    pub low: Option<f64>,
    /// Upper end of its interval; `None` if nothing bounds it from above.
    pub high: Option<f64>,
    /// The verdict.
    pub standing: Standing,
    /// Why there is no data, or what would decide it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A run against an earlier one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineReport {
    /// Name of the file of the earlier run.
    pub source: String,
    /// Share of the earlier figure by which one may be worse.
    pub tolerance: f64,
    /// Figure by figure, topology by topology.
    pub rows: Vec<BaselineRow>,
    /// Topologies that the earlier run does not have.
    pub new: Vec<String>,
    /// Topologies that only the earlier run has.
    pub missing: Vec<String>,
    /// What the reader should know of the comparison.
    pub notes: Vec<String>,
}

/// One figure of one topology, then and now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BaselineRow {
    /// The topology.
    pub topology: String,
    /// `unavailability` or `cost_per_month.total`.
    pub figure: String,
    /// Unit of all numbers of the row.
    pub unit: FigureUnit,
    /// What the earlier run found.
    pub before: f64,
    /// What this run found.
    pub after: f64,
    /// Now less then: above zero is worse.
    pub difference: f64,
    /// Lower end of the interval of the difference.
    pub low: f64,
    /// Upper end of the interval of the difference.
    pub high: f64,
    /// How the interval was found: `paired`, `independent`, `worked-out`, `prices` or `same`.
    pub method: String,
    /// `missed` if worse by more than the tolerance.
    pub standing: Standing,
}
