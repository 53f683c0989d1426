//! The assumptions behind an answer: every number of the model, where it comes from, and how much rests on it.
//!
//! Only data: filled by [`crate::ledger`], shown by [`crate::report`].

use serde::{Deserialize, Serialize};

use super::Estimate;

/// All numbers that an answer rests on.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Ledger {
    /// Those that the model writes, in file order, then the defaults that apply.
    pub assumptions: Vec<Assumption>,
    /// Topologies of which no elasticity is known, each with the reason.
    pub no_elasticity: Vec<Unknown>,
}

/// A number of the model, or a default that it leaves unsaid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Assumption {
    /// The keys that lead to it: `faults.host.mtbf`.
    pub path: String,
    /// As it is written, or as `check --defaults` tells it.
    pub value: String,
    /// `time`, `share`, `request-rate`, `size`, `transfer-rate`, `price` or `number`.
    pub kind: String,
    /// The unit of `number`, `low` and `high`.
    pub unit: String,
    /// The value, of a distribution its mean; `None` where it is told in words only.
    pub number: Option<f64>,
    /// Lower end of the range in which its author is 90 % sure that it is.
    pub low: Option<f64>,
    /// Upper end of that range.
    pub high: Option<f64>,
    /// What backs it: `source`, `assumed`, or `default`.
    pub origin: String,
    /// Why it applies although it is not written; `None` if it is.
    pub default: Option<String>,
    /// Where it comes from, or why it is assumed, as far as the model says.
    pub source: Option<String>,
    /// The day, month or year of the source.
    pub as_of: Option<String>,
    /// What rests on it, for each topology that it applies to.
    pub topologies: Vec<Reliance>,
}

/// How much of the answer of one topology rests on an assumption.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reliance {
    /// Name of the topology.
    pub topology: String,
    /// Of a time of a fault: how often it fired, over all trials and places.
    pub fired: Option<u64>,
    /// The same, for one trial on average.
    pub fired_per_trial: Option<f64>,
    /// The fault or the phase of failover that it is a number of, if losses are charged to that.
    pub charged_to: Option<String>,
    /// Share of what was lost that is charged to it, 0 to 1.
    pub share: Option<f64>,
    /// Its part of the unavailability; `None` if nothing is charged to it.
    pub unavailability: Option<Estimate>,
    /// By how many per cent the unavailability grows for each per cent that the number grows; `None` where it was not worked out.
    pub elasticity: Option<Elasticity>,
}

/// A logarithmic derivative.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Elasticity {
    /// Its value.
    pub value: f64,
    /// How far off it may be, by an estimate of the errors of the solver and of the finite difference.
    pub error: f64,
}

/// What is not known of a topology.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// Its name.
    pub topology: String,
    /// Why.
    pub reason: String,
}
