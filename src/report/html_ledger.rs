//! The assumption ledger on the report page.

use serde_json::{Value, json};

use super::format::{self, printable};
use super::html_spaces::unbroken;
use crate::results::{Assumption, Comparison, Reliance};

/// Most assumptions that the page lists; those that most is charged to come first.
const MOST: usize = 400;

/// The ledger, as far as the page shows it.
#[derive(Default)]
pub(super) struct LedgerView {
    /// What the model writes.
    pub(super) written: Vec<LedgerRow>,
    /// What applies unsaid.
    pub(super) defaults: Vec<LedgerRow>,
    /// How many the model writes.
    pub(super) numbers: usize,
    /// How many of those have no source.
    pub(super) unsourced: usize,
    /// How many of all are not listed.
    pub(super) left_out: usize,
    /// Names of all topologies, with whether it is the one whose figures are shown.
    pub(super) topologies: Vec<(String, bool)>,
    /// Why there are no elasticities, topology by topology.
    pub(super) no_elasticity: Vec<(String, String)>,
}

/// An assumption in words.
pub(super) struct LedgerRow {
    pub(super) path: String,
    pub(super) value: String,
    pub(super) range: String,
    /// `source`, `assumed` or `default`.
    pub(super) origin: String,
    pub(super) source: String,
    pub(super) as_of: String,
    /// Figures of the topology shown: how often it fired, share, charged downtime, elasticity.
    pub(super) figures: Vec<Figure>,
    /// For the script: the figures of every topology, null where it does not apply.
    pub(super) all: String,
}

/// A figure in words, and the number to sort by.
#[derive(Clone, Default)]
pub(super) struct Figure {
    pub(super) text: String,
    pub(super) order: String,
}

/// Names of the figures.
pub(super) const FIGURES: [&str; 4] = [
    "Fired a trial",
    "Share of what was lost",
    "Downtime charged, a year",
    "Elasticity",
];

/// What the page shows of the ledger; `None` without evidence.
pub(super) fn ledger(comparison: &Comparison) -> Option<LedgerView> {
    if !comparison.has_evidence() {
        return None;
    }
    let (results, ledger) = (&comparison.results, &comparison.ledger);
    let names: Vec<&str> = results
        .topologies
        .iter()
        .map(|topology| topology.name.as_str())
        .collect();
    let shown = (results.recommended.as_ref())
        .map(|choice| choice.name.as_str())
        .or(names.first().copied())?;
    let mut all: Vec<&Assumption> = ledger.assumptions.iter().collect();
    // In file order within equal shares; numbers that nothing is charged to last.
    all.sort_by(|a, b| share(b, shown).total_cmp(&share(a, shown)));
    let left_out = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    let (written, defaults): (Vec<&Assumption>, Vec<&Assumption>) = all
        .into_iter()
        .partition(|assumption| assumption.default.is_none());
    let rows = |assumptions: Vec<&Assumption>| -> Vec<LedgerRow> {
        assumptions
            .into_iter()
            .map(|assumption| row(assumption, &names, shown))
            .collect()
    };
    let written_numbers = ledger
        .assumptions
        .iter()
        .filter(|assumption| assumption.default.is_none());
    Some(LedgerView {
        numbers: written_numbers.count(),
        unsourced: (ledger.assumptions.iter())
            .filter(|assumption| assumption.origin == "assumed")
            .count(),
        written: rows(written),
        defaults: rows(defaults),
        left_out,
        topologies: names
            .iter()
            .map(|name| (printable(name), *name == shown))
            .collect(),
        no_elasticity: (ledger.no_elasticity.iter())
            .map(|unknown| (printable(&unknown.topology), printable(&unknown.reason)))
            .collect(),
    })
}

fn share(assumption: &Assumption, topology: &str) -> f64 {
    of(assumption, topology)
        .and_then(|reliance| reliance.share)
        .unwrap_or(-1.0)
}

fn of<'a>(assumption: &'a Assumption, topology: &str) -> Option<&'a Reliance> {
    assumption
        .topologies
        .iter()
        .find(|reliance| reliance.topology == topology)
}

fn row(assumption: &Assumption, names: &[&str], shown: &str) -> LedgerRow {
    let range = match (assumption.low, assumption.high) {
        (Some(low), Some(high)) if assumption.kind == "time" => {
            format::duration_interval(low, high)
        }
        (Some(low), Some(high)) => format::number_interval(low, high),
        _ => String::new(),
    };
    let all: Vec<Value> = (names.iter())
        .map(|name| {
            let figures = figures(of(assumption, name));
            figures
                .iter()
                .map(|figure| json!([figure.text, figure.order]))
                .collect()
        })
        .collect();
    let source = match (&assumption.source, &assumption.default) {
        (Some(source), _) => printable(source),
        (None, Some(why)) => printable(why),
        (None, None) => String::new(),
    };
    LedgerRow {
        path: printable(&assumption.path),
        value: printable(&assumption.value),
        range: unbroken(&range),
        origin: printable(&assumption.origin),
        source,
        as_of: assumption
            .as_of
            .as_deref()
            .map(printable)
            .unwrap_or_default(),
        figures: figures(of(assumption, shown)).to_vec(),
        all: Value::from(all).to_string(),
    }
}

fn figures(reliance: Option<&Reliance>) -> [Figure; 4] {
    let Some(reliance) = reliance else {
        let not = || Figure {
            text: "not in it".to_owned(),
            order: String::new(),
        };
        return [not(), not(), not(), not()];
    };
    let figure = |known: Option<(String, f64)>| {
        known.map_or_else(
            || Figure {
                text: format::NO_DATA.to_owned(),
                order: String::new(),
            },
            |(text, order)| Figure {
                text: unbroken(&text),
                order: order.to_string(),
            },
        )
    };
    let a_year = |q: f64| q * format::MINUTES_PER_YEAR * 60.0;
    let fired = reliance.fired.zip(reliance.fired_per_trial);
    let charged = reliance.unavailability.as_ref();
    [
        figure(fired.map(|(all, each)| {
            let text = format!(
                "{} ({} in all)",
                format::significant(each, 3),
                format::count(all)
            );
            (text, each)
        })),
        figure(reliance.share.map(|share| {
            let to = reliance
                .charged_to
                .as_deref()
                .map(printable)
                .unwrap_or_default();
            (format!("{}, {to}", format::probability(share)), share)
        })),
        figure(charged.map(|lost| {
            let interval = format::duration_interval(a_year(lost.low), a_year(lost.high));
            (
                format!("{} ({interval})", format::duration(a_year(lost.mean))),
                lost.mean,
            )
        })),
        figure(reliance.elasticity.map(|elasticity| {
            let value = format::significant(elasticity.value, 3).replace('-', "−");
            (value, elasticity.value.abs())
        })),
    ]
}
