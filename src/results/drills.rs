//! The answer to how often to drill: availability and cost against the time between two drills.

use serde::Serialize;

use super::{CostResult, Difference, DowntimeResult, Estimate};

/// One topology at several intervals between drills, in the same trials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrillStudy {
    /// The topology.
    pub name: String,
    /// Its pattern.
    pub pattern: String,
    /// `gameday` or `rotation`.
    pub kind: String,
    /// Length of a trial \[h\].
    pub horizon_hours: f64,
    /// Level of the intervals.
    pub level: f64,
    /// Whether the run was cut short.
    pub partial: bool,
    /// By rising time between drills; the last never drills.
    pub intervals: Vec<DrillInterval>,
    /// Index of the interval with the lowest unavailability.
    pub most_available: usize,
    /// Index of the interval with the lowest cost of what runs and of failure; `None` if that is not priced.
    pub cheapest: Option<usize>,
    /// Each interval against the most available one, over the same trials.
    pub differences: Vec<Difference>,
}

impl DrillStudy {
    /// Whether an interval cannot be told from the most available one, over the same trials.
    #[must_use]
    pub fn is_alike(&self, index: usize) -> bool {
        let Some(interval) = self.intervals.get(index) else {
            return false;
        };
        let label = &interval.label;
        let of_it = |difference: &&Difference| difference.of == *label || difference.from == *label;
        let own = self.differences.iter().find(of_it);
        index != self.most_available
            && own.is_some_and(|difference| {
                difference.unavailability.low <= 0.0 && difference.unavailability.high >= 0.0
            })
    }
}

/// One time between drills.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DrillInterval {
    /// Time between two drills \[h\]; `None`: never.
    pub every_hours: Option<f64>,
    /// In words: `every 90d`, `never`.
    pub label: String,
    /// Trials played.
    pub trials: u64,
    /// 1 - good / total requests.
    pub unavailability: Estimate,
    /// Downtime a year.
    pub downtime_minutes_per_year: DowntimeResult,
    /// Cost of a month of 730 h.
    pub cost_per_month: CostResult,
}
