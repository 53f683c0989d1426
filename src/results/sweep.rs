//! The answer to a sweep: figures of topologies against one or two values of the model.

use serde::Serialize;

use super::{CostResult, Difference, DowntimeResult, Estimate};

/// Topologies at several values of one or two parameters, in the same trials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepStudy {
    /// Length of a trial as the file has it \[h\].
    pub horizon_hours: f64,
    /// Level of the intervals.
    pub level: f64,
    /// Whether the run was cut short.
    pub partial: bool,
    /// Currency of all money.
    pub currency: String,
    /// Unavailability that the SLO allows, 0 to 1.
    pub slo_unavailability: Option<f64>,
    /// What is varied.
    pub parameters: Vec<SweepParameter>,
    /// In the order of the file.
    pub topologies: Vec<SweptTopology>,
    /// Topologies for which no time was left.
    pub left_out: Vec<String>,
}

/// A value of the model that is varied.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepParameter {
    /// The keys that lead to it.
    pub path: String,
    /// What the file has there; `None` if it leaves it out.
    pub in_file: Option<String>,
    /// How its values are spread.
    pub spread: SweepSpread,
    /// Its values, in the order in which they were asked for.
    pub values: Vec<SweepValue>,
}

/// How the values of a parameter are spread.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SweepSpread {
    /// Evenly.
    Linear,
    /// Each by the same factor over the one before.
    Log,
    /// One by one.
    Listed,
}

/// One value of a parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepValue {
    /// As it would be written in the file.
    pub text: String,
    /// As a number: a time in seconds, a share of 1, else the number as it is written; `None` if it is none.
    pub number: Option<f64>,
}

/// One topology over a sweep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweptTopology {
    /// Its name.
    pub name: String,
    /// Its pattern.
    pub pattern: String,
    /// Whether anything of it depends on what is varied.
    pub moves: bool,
    /// Why not, where that is known.
    pub why_not: Option<String>,
    /// By the first parameter, then by the second.
    pub points: Vec<SweepPoint>,
    /// Each point against the one before it, over the same trials; only with one parameter.
    pub neighbours: Vec<Option<Difference>>,
    /// Where a target is crossed; only with one parameter that has numbers.
    pub crossings: Vec<Crossing>,
    /// The best point for each figure.
    pub best: BestPoints,
}

/// A topology at one point of a sweep.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SweepPoint {
    /// Which value of each parameter.
    pub at: Vec<usize>,
    /// Trials played.
    pub trials: u64,
    /// How the mean was found.
    pub method: String,
    /// 1 - good / total requests.
    pub unavailability: Estimate,
    /// Downtime a year.
    pub downtime_minutes_per_year: DowntimeResult,
    /// Share of outages within the RTO.
    pub rto_met: Option<Estimate>,
    /// Cost of a month of 730 h.
    pub cost_per_month: CostResult,
}

/// A place at which a figure crosses its target.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Crossing {
    /// Whose target it is.
    pub figure: SweepFigure,
    /// The target: unavailability for the SLO, share of outages for the RTO.
    pub target: f64,
    /// Index of the point before it …
    pub after: usize,
    /// … where the target is met, or else is met from here on.
    pub met_before: bool,
    /// Value of the parameter, between those of two points.
    pub number: f64,
    /// In words.
    pub text: String,
    /// Where the interval of the figure has crossed the target on one side; `None`: before the sweep begins.
    pub low: Option<f64>,
    /// Where it has on the other; `None`: after the sweep ends.
    pub high: Option<f64>,
    /// The interval in words.
    pub interval: String,
}

/// A figure that is looked at over a sweep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SweepFigure {
    /// Share of requests lost.
    Unavailability,
    /// What runs, and failure, a month.
    Cost,
    /// Share of outages within the RTO.
    RtoMet,
}

/// Indices of the best points.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct BestPoints {
    /// Of the lowest unavailability.
    pub unavailability: usize,
    /// Points whose unavailability cannot be told from it, over the same trials.
    pub alike: Vec<usize>,
    /// Of the lowest cost with failure, where that is priced.
    pub cost: Option<usize>,
    /// Of most outages within the RTO, where there is one.
    pub rto_met: Option<usize>,
}

impl SweepPoint {
    /// A figure of it.
    #[must_use]
    pub fn figure(&self, figure: SweepFigure) -> Option<&Estimate> {
        match figure {
            SweepFigure::Unavailability => Some(&self.unavailability),
            SweepFigure::Cost => self.cost_per_month.total_with_failure.as_ref(),
            SweepFigure::RtoMet => self.rto_met.as_ref(),
        }
    }
}

impl SweptTopology {
    /// Index of the best point for a figure.
    #[must_use]
    pub fn best_for(&self, figure: SweepFigure) -> Option<usize> {
        match figure {
            SweepFigure::Unavailability => Some(self.best.unavailability),
            SweepFigure::Cost => self.best.cost,
            SweepFigure::RtoMet => self.best.rto_met,
        }
    }
}
