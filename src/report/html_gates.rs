//! What was asked of a run, and how it stands to that: a section of the report page.

use super::format::{self, printable};
use super::gate::{change, conclusion, figure_name, found, notes, value, word};
use super::html_spaces::unbroken;
use crate::results::{BaselineReport, BaselineRow, GateReport, GateVerdict, Results, Standing};

/// Verdicts of gates and of a baseline.
pub(super) struct GatesView {
    pub(super) tone: &'static str,
    pub(super) conclusion: String,
    /// Of the gates: what was found has intervals of this level.
    pub(super) level: String,
    pub(super) gates: Vec<GateRow>,
    pub(super) baseline: Option<BaselineView>,
}

/// A gate held against a topology.
pub(super) struct GateRow {
    pub(super) gate: String,
    pub(super) topology: String,
    pub(super) found: String,
    pub(super) verdict: &'static str,
    pub(super) tone: &'static str,
    pub(super) note: String,
}

/// A run against an earlier one.
pub(super) struct BaselineView {
    pub(super) source: String,
    pub(super) rows: Vec<ChangeRow>,
    pub(super) notes: Vec<String>,
}

/// A figure then and now.
pub(super) struct ChangeRow {
    pub(super) topology: String,
    pub(super) figure: String,
    pub(super) then: String,
    pub(super) now: String,
    pub(super) change: String,
    pub(super) verdict: &'static str,
    pub(super) tone: &'static str,
}

/// The verdicts of a run of which something was asked.
pub(super) fn gates(results: &Results) -> Option<GatesView> {
    let report: &GateReport = results.gate.as_ref()?;
    let currency = &results.currency;
    Some(GatesView {
        tone: tone(report.standing),
        conclusion: unbroken(&format!("Gates: {}.", conclusion(report))),
        level: format::level(results.confidence),
        gates: (report.gates.iter())
            .map(|verdict| gate(verdict, currency))
            .collect(),
        baseline: (report.baseline.as_ref()).map(|baseline| against(baseline, currency)),
    })
}

fn tone(standing: Standing) -> &'static str {
    match standing {
        Standing::Met => "met",
        Standing::Undecided => "open",
        Standing::Missed => "unmet",
    }
}

fn gate(verdict: &GateVerdict, currency: &str) -> GateRow {
    GateRow {
        gate: printable(&verdict.gate),
        topology: printable(&verdict.topology),
        found: unbroken(&found(verdict, currency)),
        verdict: verdict.standing.name(),
        tone: tone(verdict.standing),
        note: verdict.note.as_deref().map(printable).unwrap_or_default(),
    }
}

fn against(baseline: &BaselineReport, currency: &str) -> BaselineView {
    BaselineView {
        source: printable(&baseline.source),
        rows: (baseline.rows.iter())
            .map(|row| changed(row, currency))
            .collect(),
        notes: (notes(baseline).iter())
            .map(|note| printable(note))
            .collect(),
    }
}

fn changed(row: &BaselineRow, currency: &str) -> ChangeRow {
    ChangeRow {
        topology: printable(&row.topology),
        figure: figure_name(row).to_owned(),
        then: unbroken(&value(row.before, row.unit, currency)),
        now: unbroken(&value(row.after, row.unit, currency)),
        change: unbroken(&change(row, currency)),
        verdict: word(row),
        tone: tone(row.standing),
    }
}
