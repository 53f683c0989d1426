//! A run against an earlier one: what got worse beyond doubt.

use std::path::Path;

use serde_json::Value;

use super::BadGate;
use crate::results::{
    BaselineReport, BaselineRow, Estimate, FigureUnit, Results, Route, Standing, TopologyResult,
    format,
};
use crate::stats::PairedDifferences;

/// Version of the shape of results.json that is read.
const SCHEMA: u64 = 1;
/// Largest file that is read \[byte\].
const MAX_BYTES: u64 = 256_000_000;

/// An earlier run.
#[derive(Debug, Clone, PartialEq)]
pub struct Baseline {
    source: String,
    results: Results,
}

/// Why a file is no earlier run.
#[derive(Debug, thiserror::Error)]
pub enum BaselineError {
    /// It cannot be read.
    #[error("cannot read the baseline {0}: {1}")]
    Unreadable(String, std::io::Error),
    /// It is no results.json.
    #[error("the baseline {0} is not a results.json: {1}")]
    Broken(String, String),
    /// It has another shape.
    #[error("the baseline {0} has schema {1}; this program reads schema {SCHEMA}")]
    OtherSchema(String, String),
}

impl Baseline {
    /// Reads the results.json of an earlier run.
    pub fn read(path: &Path) -> Result<Self, BaselineError> {
        let name = path.display().to_string();
        let unreadable = |error| BaselineError::Unreadable(name.clone(), error);
        let size = std::fs::metadata(path).map_err(unreadable)?.len();
        if size > MAX_BYTES {
            let why = format!("it has {size} bytes, and {MAX_BYTES} at most are read");
            return Err(BaselineError::Broken(name, why));
        }
        let text = std::fs::read_to_string(path).map_err(unreadable)?;
        let broken =
            |error: serde_json::Error| BaselineError::Broken(name.clone(), error.to_string());
        let whole: Value = serde_json::from_str(&text).map_err(broken)?;
        match whole.get("schema") {
            Some(schema) if schema.as_u64() == Some(SCHEMA) => {}
            Some(schema) => {
                return Err(BaselineError::OtherSchema(name, schema.to_string()));
            }
            None => {
                return Err(BaselineError::Broken(name, "it has no `schema`".to_owned()));
            }
        }
        let results: Results = serde_json::from_value(whole).map_err(broken)?;
        let is_finite = |topology: &TopologyResult| {
            let figure = &topology.unavailability;
            [figure.mean, figure.low, figure.high]
                .into_iter()
                .all(f64::is_finite)
        };
        if !results.topologies.iter().all(is_finite) {
            return Err(BaselineError::Broken(
                name,
                "a figure is not a number".to_owned(),
            ));
        }
        Ok(Self {
            source: name,
            results,
        })
    }

    /// Whether there is anything to compare with a run of this shape.
    pub(super) fn check(&self, results: &Results) -> Result<(), BadGate> {
        if results
            .topologies
            .iter()
            .any(|topology| self.of(&topology.name).is_some())
        {
            return Ok(());
        }
        let names: Vec<&str> = (self.results.topologies.iter())
            .map(|topology| topology.name.as_str())
            .collect();
        Err(BadGate::new(
            format!(
                "the baseline {} has none of the topologies of this run",
                self.source
            ),
            format!("it has {}; they are matched by name", names.join(", ")),
        ))
    }

    fn of(&self, name: &str) -> Option<&TopologyResult> {
        let mut topologies = self.results.topologies.iter();
        topologies.find(|topology| topology.name == name)
    }

    /// What got worse by more than a share of what it was.
    pub(super) fn judge(&self, results: &Results, tolerance: f64) -> BaselineReport {
        let mut rows = Vec::new();
        let mut new = Vec::new();
        for after in &results.topologies {
            let Some(before) = self.of(&after.name) else {
                new.push(after.name.clone());
                continue;
            };
            rows.push(self.unavailability(results, before, after, tolerance));
            if results.currency == self.results.currency {
                rows.extend(cost(before, after, tolerance));
            }
        }
        let is_missing = |name: &&String| {
            // A run of one topology leaves the others out, and loses none.
            results.topologies.len() > 1
                && !results.topologies.iter().any(|each| each.name == **name)
        };
        let old = self
            .results
            .topologies
            .iter()
            .map(|topology| &topology.name);
        BaselineReport {
            source: self.source.clone(),
            tolerance,
            rows,
            new,
            missing: old.filter(is_missing).cloned().collect(),
            notes: self.notes(results),
        }
    }

    fn notes(&self, results: &Results) -> Vec<String> {
        let old = &self.results;
        let mut notes = Vec::new();
        if old.model != results.model {
            notes.push(format!(
                "the baseline is of the model {}",
                format::printable(&old.model)
            ));
        }
        if old.currency != results.currency {
            notes.push(format!(
                "costs are not compared: the baseline is in {}",
                format::printable(&old.currency)
            ));
        }
        if (old.horizon_hours - results.horizon_hours).abs() > 1e-9 {
            notes.push(format!(
                "trials of the baseline last {}, these {}",
                format::duration(old.horizon_hours * 3600.0),
                format::duration(results.horizon_hours * 3600.0)
            ));
        }
        if old.partial {
            notes.push("the baseline was cut short".to_owned());
        }
        if (old.confidence - results.confidence).abs() > 1e-12 {
            notes.push(format!(
                "intervals of the baseline are at {}, these at {}",
                format::level(old.confidence),
                format::level(results.confidence)
            ));
        }
        notes
    }

    fn unavailability(
        &self,
        results: &Results,
        before: &TopologyResult,
        after: &TopologyResult,
        tolerance: f64,
    ) -> BaselineRow {
        let change = self.change(results, before, after);
        row(
            &after.name,
            "unavailability",
            FigureUnit::Share,
            &change,
            tolerance,
        )
    }

    fn change(&self, results: &Results, before: &TopologyResult, after: &TopologyResult) -> Change {
        let (old, new) = (&before.unavailability, &after.unavailability);
        let means = (old.mean, new.mean);
        if self.is_same_run(results) && is_alike(old, new) {
            return Change::none(means, "same");
        }
        if old.route != Route::Simulated && new.route != Route::Simulated {
            return Change::independent(old, new, "worked-out");
        }
        let is_paired = self.results.seed == results.seed
            && before.trials == after.trials
            && (self.results.horizon_hours - results.horizon_hours).abs() < 1e-9
            && before.unavailability_by_block.len() == after.unavailability_by_block.len()
            && !after.unavailability_by_block.is_empty()
            && [old, new]
                .iter()
                .all(|figure| figure.route == Route::Simulated)
            && before.rare.is_none()
            && after.rare.is_none();
        if !is_paired {
            return Change::independent(old, new, "independent");
        }
        let mut pairs = PairedDifferences::default();
        let blocks = before
            .unavailability_by_block
            .iter()
            .zip(&after.unavailability_by_block);
        blocks.for_each(|(before, after)| pairs.add(*after, *before));
        match pairs.interval(results.confidence) {
            // No trial came out otherwise than before.
            None => Change::none(means, "same"),
            Some(interval) => Change {
                means,
                mean: pairs.mean(),
                low: interval.low,
                high: interval.high,
                method: "paired",
            },
        }
    }

    fn is_same_run(&self, results: &Results) -> bool {
        self.results.model_hash == results.model_hash && self.results.seed == results.seed
    }
}

/// Whether two figures are the same but for the last digit, which reading a file may change.
fn is_alike(old: &Estimate, new: &Estimate) -> bool {
    [
        (old.mean, new.mean),
        (old.low, new.low),
        (old.high, new.high),
    ]
    .into_iter()
    .all(|(old, new)| (old - new).abs() <= 1e-12 * old.abs())
}

/// How a figure moved.
struct Change {
    /// Then and now.
    means: (f64, f64),
    mean: f64,
    low: f64,
    high: f64,
    method: &'static str,
}

impl Change {
    fn none(means: (f64, f64), method: &'static str) -> Self {
        Self {
            means,
            mean: 0.0,
            low: 0.0,
            high: 0.0,
            method,
        }
    }

    /// The difference of two independent figures, by the method of variance estimates recovery (Zou & Donner 2008).
    fn independent(old: &Estimate, new: &Estimate, method: &'static str) -> Self {
        let mean = new.mean - old.mean;
        let join = |one: f64, other: f64| one.hypot(other);
        Self {
            means: (old.mean, new.mean),
            mean,
            low: mean - join(new.mean - new.low, old.high - old.mean),
            high: mean + join(new.high - new.mean, old.mean - old.low),
            method,
        }
    }
}

fn cost(before: &TopologyResult, after: &TopologyResult, tolerance: f64) -> Option<BaselineRow> {
    let means = (before.cost_per_month.total?, after.cost_per_month.total?);
    let mean = means.1 - means.0;
    // Less than a hundredth of a cent is the rounding of sums.
    let mean = if mean.abs() < 1e-4 { 0.0 } else { mean };
    let change = Change {
        means,
        mean,
        low: mean,
        high: mean,
        method: "prices",
    };
    Some(row(
        &after.name,
        "cost_per_month.total",
        FigureUnit::Money,
        &change,
        tolerance,
    ))
}

fn row(
    topology: &str,
    figure: &str,
    unit: FigureUnit,
    change: &Change,
    tolerance: f64,
) -> BaselineRow {
    let allowed = tolerance * change.means.0;
    let standing = if change.low > allowed {
        Standing::Missed
    } else if change.high > allowed {
        Standing::Undecided
    } else {
        Standing::Met
    };
    BaselineRow {
        topology: topology.to_owned(),
        figure: figure.to_owned(),
        unit,
        before: change.means.0,
        after: change.means.1,
        difference: change.mean,
        low: change.low,
        high: change.high,
        method: change.method.to_owned(),
        standing,
    }
}
