//! The assumption ledger as a file: one row for each assumption and topology.

use super::csv_rows::Rows;
use crate::results::{Ledger, Reliance};

const HEADERS: [&str; 22] = [
    "path",
    "value",
    "kind",
    "number",
    "unit",
    "range_low",
    "range_high",
    "origin",
    "source",
    "as_of",
    "topology",
    "fired",
    "fired_per_trial",
    "charged_to",
    "share_of_loss",
    "unavailability",
    "unavailability_low",
    "unavailability_high",
    "level",
    "elasticity",
    "elasticity_error",
    "why_no_elasticity",
];

/// The text of assumptions.csv. An assumption that applies to no topology of the run has one row without figures.
///
/// # Errors
///
/// None in practice: the rows are as long as the headings.
pub fn assumptions_csv(ledger: &Ledger) -> Result<String, csv::Error> {
    let mut written = Rows::new();
    written.push(HEADERS)?;
    for assumption in &ledger.assumptions {
        let first = [
            assumption.path.clone(),
            assumption.value.clone(),
            assumption.kind.clone(),
            number(assumption.number),
            assumption.unit.clone(),
            number(assumption.low),
            number(assumption.high),
            assumption.origin.clone(),
            assumption.source.clone().unwrap_or_default(),
            assumption.as_of.clone().unwrap_or_default(),
        ];
        let mut rows: Vec<Vec<String>> = (assumption.topologies.iter())
            .map(|reliance| figures(reliance, ledger))
            .collect();
        if rows.is_empty() {
            rows.push(vec![String::new(); HEADERS.len() - first.len()]);
        }
        for row in rows {
            written.push(first.iter().chain(&row))?;
        }
    }
    written.into_text()
}

fn figures(reliance: &Reliance, ledger: &Ledger) -> Vec<String> {
    let charged = reliance.unavailability.as_ref();
    let unknown = (ledger.no_elasticity.iter())
        .find(|unknown| unknown.topology == reliance.topology && reliance.elasticity.is_none());
    vec![
        reliance.topology.clone(),
        reliance
            .fired
            .map_or_else(String::new, |fired| fired.to_string()),
        number(reliance.fired_per_trial),
        reliance.charged_to.clone().unwrap_or_default(),
        number(reliance.share),
        number(charged.map(|estimate| estimate.mean)),
        number(charged.map(|estimate| estimate.low)),
        number(charged.map(|estimate| estimate.high)),
        number(charged.map(|estimate| estimate.level)),
        number(reliance.elasticity.map(|elasticity| elasticity.value)),
        number(reliance.elasticity.map(|elasticity| elasticity.error)),
        unknown.map_or_else(String::new, |unknown| unknown.reason.clone()),
    ]
}

fn number(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}
