//! The answer to why a topology is down: minimal cut sets, importance of its parts, minutes that each costs.

use serde::Serialize;

use super::RareSampling;

/// A number that was worked out or estimated.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Known {
    /// The number; `None` where it is not defined by what was seen.
    pub value: Option<f64>,
    /// Lower end: of the interval, or of the error.
    pub low: Option<f64>,
    /// Upper end; `None` if there is none.
    pub high: Option<f64>,
    /// `exact`, `numerical`, or the method of the interval.
    pub method: String,
}

/// Why one topology is down.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Why {
    /// The topology.
    pub name: String,
    /// Its pattern.
    pub pattern: String,
    /// Cells of each of its regions; 1 where they are not split.
    pub cells: u32,
    /// `product form`, `Markov chain` or `simulated`.
    pub route: String,
    /// Trials played, or samples of busy periods; 0 where nothing was sampled.
    pub trials: u64,
    /// How far samples of busy periods can be trusted; left out where none were played.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rare: Option<RareSampling>,
    /// Whether the run was cut short.
    pub partial: bool,
    /// Level of the intervals.
    pub level: f64,
    /// Share of requests lost.
    pub unavailability: Known,
    /// The same in minutes of a year.
    pub downtime_minutes_per_year: Known,
    /// Parts, the costliest first.
    pub elements: Vec<ElementImportance>,
    /// Parts whose importance was not worked out, as too many are of little.
    pub elements_left_out: usize,
    /// Minimal cut sets, a list for each event.
    pub cut_sets: Vec<CutSetList>,
    /// What must be known to read the figures.
    pub notes: Vec<String>,
}

/// Importance of one part.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ElementImportance {
    /// `fault`, `service`, `takeover`, `zone` or `region`.
    pub kind: String,
    /// In words of the model.
    pub name: String,
    /// Cells in which a single failure of it is felt, at most, those of all regions that have the same users counted once; left out where
    /// regions have no cells, and of a part that has no failures.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells_hit: Option<u32>,
    /// Minutes of downtime a year that are saved if it never fails.
    pub minutes_saved_per_year: Known,
    /// Share of the unavailability that is saved if it never fails.
    pub fussell_vesely: Known,
    /// Unavailability if it is down all the time, over the unavailability.
    pub risk_achievement_worth: Option<Known>,
    /// Unavailability if it is down all the time, less that if it never fails.
    pub birnbaum: Option<Known>,
    /// Unavailability if it never fails.
    pub unavailability_if_perfect: Known,
    /// Unavailability if it is down all the time; `None` where that is not defined.
    pub unavailability_if_down: Option<Known>,
}

/// Minimal cut sets of an event.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CutSetList {
    /// `a region cannot serve` or `no region can serve`; where regions have cells, `a cell cannot serve` or `no region can serve a cell`.
    pub event: String,
    /// Failures in a set at most.
    pub order: usize,
    /// Probability of the event for independent units, at their mean unavailabilities; where regions have cells, in any of them.
    pub probability: f64,
    /// Mean share of requests lost in the event, for such units.
    pub lost: f64,
    /// Minimal cut sets of this order or below.
    pub sets: f64,
    /// Sets that were gone through to make families, the likeliest first.
    pub sets_grouped: usize,
    /// Share of the requests lost in the event that the sets gone through explain, overlaps counted twice.
    pub share: f64,
    /// Families of sets that are alike, the likeliest first.
    pub families: Vec<CutSetFamily>,
    /// What the probabilities leave out.
    pub approximations: Vec<String>,
}

/// Minimal cut sets that differ only in which of equal replicas, zones or cells they take.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct CutSetFamily {
    /// In words: `2 × crash of web in us-east-1`.
    pub events: Vec<String>,
    /// Failures in a set.
    pub order: usize,
    /// Sets of the family.
    pub sets: u64,
    /// Cells that each of them takes down; left out where regions have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cells: Option<u32>,
    /// Probability of one of them.
    pub probability: f64,
    /// Share of the requests lost in the event, all sets of the family added up.
    pub share: f64,
}
