//! The answer to which assumption matters: how far each moves the figures, and the choice.

use serde::Serialize;

use super::{Estimate, Spread};

/// What moves the figures of topologies, and which of them is recommended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitivityStudy {
    /// Length of a trial \[h\].
    pub horizon_hours: f64,
    /// Level of the intervals.
    pub level: f64,
    /// Whether the run was cut short.
    pub partial: bool,
    /// Topologies of which time was up, or the user interrupted it, before any assumption was played.
    pub not_played: Vec<String>,
    /// Currency of all money.
    pub currency: String,
    /// Assumptions without a range are divided and multiplied by this.
    pub factor: f64,
    /// What the model is recommended as it stands; `None` if one topology is looked at, or costs are not priced.
    pub recommended: Option<String>,
    /// In the order of the file.
    pub topologies: Vec<SensitiveTopology>,
    /// What knowing a range would change about the choice, the most valuable first.
    pub measurements: Vec<Measurement>,
    /// Assumptions within whose range another topology is recommended, the most influential first.
    pub flips: Vec<Flip>,
    /// Assumptions looked at.
    pub assumptions: usize,
    /// Chances of 0 or 1, which no factor moves.
    pub certain: Vec<String>,
    /// Assumptions that could not be varied, each with the reason.
    pub left_out: Vec<LeftOut>,
}

/// What moves one topology.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SensitiveTopology {
    /// Its name.
    pub name: String,
    /// Its pattern.
    pub pattern: String,
    /// Unavailability as the model stands.
    pub unavailability: Estimate,
    /// Cost of a month, with failure.
    pub cost: Option<Estimate>,
    /// What years differ by: luck, or not knowing; `None` if no range is given.
    pub spread: Option<Spread>,
    /// By how far they move the unavailability, the furthest first.
    pub bars: Vec<Bar>,
}

/// One assumption at both ends of its range.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Bar {
    /// The keys that lead to it.
    pub path: String,
    /// As it is written.
    pub written: String,
    /// Where it comes from.
    pub source: Option<String>,
    /// Whether the ends are those of a range of the model; else they are the factor.
    pub has_range: bool,
    /// Played in few trials only, as others move more.
    pub screened: bool,
    /// At the lower end.
    pub low: BarEnd,
    /// At the upper end.
    pub high: BarEnd,
    /// Of a range: share of the variance that is not knowing which it has alone, over the sum of those of all ranges.
    pub variance_share: Option<Share>,
}

/// A share and its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Share {
    /// Point estimate.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// One end of a bar.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BarEnd {
    /// The value.
    pub value: String,
    /// Trials played.
    pub trials: u64,
    /// Unavailability there.
    pub unavailability: Estimate,
    /// Less that of the model as it stands, over the same trials.
    pub unavailability_difference: Estimate,
    /// Cost with failure there.
    pub cost: Option<Estimate>,
    /// Less that of the model as it stands.
    pub cost_difference: Option<Estimate>,
}

/// What knowing a range would do to the choice.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Measurement {
    /// The keys that lead to the range.
    pub path: String,
    /// As it is written.
    pub written: String,
    /// Chance that another topology is then recommended.
    pub another_choice: Share,
    /// What choosing anew would save on average, a month; `None` if costs are not priced.
    pub saving: Option<Share>,
    /// Chance that the topology recommended now turns out to miss an objective that it meets.
    pub misses: f64,
}

/// A value at which another topology is recommended.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Flip {
    /// The keys that lead to the assumption.
    pub path: String,
    /// As it is written.
    pub written: String,
    /// Recommended as the model stands.
    pub from: String,
    /// Recommended beyond the value.
    pub to: String,
    /// The value, half-way between the last two that were tried.
    pub at: String,
    /// Furthest value towards the model at which the recommendation is sure, …
    pub low: String,
    /// … and the nearest at which the other one is.
    pub high: String,
    /// Whether the choice at the far end is itself sure.
    pub is_sure: bool,
    /// Whether the value was searched for; else it lies anywhere between `low` and `high`.
    pub searched: bool,
}

/// An assumption that was not varied.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LeftOut {
    /// The keys that lead to it.
    pub path: String,
    /// Why.
    pub why: String,
}

impl Bar {
    /// How far apart its ends are: unavailability.
    #[must_use]
    pub fn swing(&self) -> f64 {
        (self.high.unavailability_difference.mean - self.low.unavailability_difference.mean).abs()
    }

    /// The same for cost.
    #[must_use]
    pub fn cost_swing(&self) -> Option<f64> {
        let (low, high) = (
            self.low.cost_difference.as_ref()?,
            self.high.cost_difference.as_ref()?,
        );
        Some((high.mean - low.mean).abs())
    }
}
