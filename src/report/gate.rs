//! The verdicts of gates and of a baseline, for terminals and as Markdown.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::markdown::escaped;
use super::table::{rendered, table};
use super::terminal::push_wrapped;
use crate::results::{
    BaselineReport, BaselineRow, FigureUnit, GateReport, GateVerdict, Results, Standing, format,
};

/// Longest name of a topology or a gate that is shown in full.
const NAME_WIDTH: usize = 40;

/// The verdicts, for terminals of so many columns; empty if nothing was asked.
#[must_use]
pub fn gate_text(results: &Results, width: u16) -> String {
    let Some(report) = &results.gate else {
        return String::new();
    };
    let currency = &results.currency;
    let mut text = String::new();
    if !report.gates.is_empty() {
        let _ = writeln!(text, "\n{}", "Gates".bold());
        let level = format::level(results.confidence);
        let mut rows = table([
            "gate",
            "topology",
            &format!("found ({level} interval)"),
            "verdict",
        ]);
        for verdict in &report.gates {
            rows.add_row([
                Cell::new_owned(format::truncated(&verdict.gate, NAME_WIDTH)),
                Cell::new_owned(format::truncated(&verdict.topology, NAME_WIDTH)),
                Cell::new_owned(found(verdict, currency)).set_alignment(CellAlignment::Right),
                Cell::new_owned(verdict.standing.name().to_owned()),
            ]);
        }
        text.push_str(&rendered(rows, CellAlignment::Left, width));
        for verdict in &report.gates {
            if let Some(note) = &verdict.note {
                let gate = format::truncated(&verdict.gate, NAME_WIDTH);
                push_wrapped(&mut text, "  ", 4, &format!("{gate}: {note}"), width);
            }
        }
    }
    if let Some(baseline) = &report.baseline {
        baseline_text(&mut text, baseline, currency, width);
    }
    let _ = writeln!(text, "\n{}", conclusion(report).bold());
    text
}

fn baseline_text(text: &mut String, baseline: &BaselineReport, currency: &str, width: u16) {
    let source = format::truncated(&baseline.source, NAME_WIDTH);
    let _ = writeln!(text, "\n{} {source}", "Against the baseline".bold());
    let mut rows = table([
        "topology",
        "figure",
        "then",
        "now",
        "change (interval)",
        "verdict",
    ]);
    for row in &baseline.rows {
        let right = |said: String| Cell::new_owned(said).set_alignment(CellAlignment::Right);
        rows.add_row([
            Cell::new_owned(format::truncated(&row.topology, NAME_WIDTH)),
            Cell::new_owned(figure_name(row).to_owned()),
            right(value(row.before, row.unit, currency)),
            right(value(row.after, row.unit, currency)),
            right(change(row, currency)),
            Cell::new_owned(word(row).to_owned()),
        ]);
    }
    text.push_str(&rendered(rows, CellAlignment::Left, width));
    for note in notes(baseline) {
        push_wrapped(text, "  ", 4, &note, width);
    }
}

/// The verdicts as Markdown; empty if nothing was asked.
#[must_use]
pub fn gate_markdown(results: &Results) -> String {
    let Some(report) = &results.gate else {
        return String::new();
    };
    let currency = &results.currency;
    let mut text = format!("**{}**\n\n", escaped(&conclusion(report)));
    if !report.gates.is_empty() {
        let level = format::level(results.confidence);
        let _ = writeln!(
            text,
            "| gate | topology | found ({level} interval) | verdict |\n|:--|:--|--:|:--|"
        );
        for verdict in &report.gates {
            let note = verdict.note.as_ref().map(|note| format!(": {note}"));
            let cells = [
                format::truncated(&verdict.gate, 80),
                format::truncated(&verdict.topology, 60),
                found(verdict, currency),
                format!("{}{}", verdict.standing.name(), note.unwrap_or_default()),
            ];
            push_row(&mut text, &cells);
        }
        text.push('\n');
    }
    if let Some(baseline) = &report.baseline {
        let source = escaped(&format::truncated(&baseline.source, 80));
        let _ = writeln!(
            text,
            "Against the baseline {source}:\n\n| topology | figure | then | now | change (interval) | verdict |\n|:--|:--|--:|--:|--:|:--|"
        );
        for row in &baseline.rows {
            let cells = [
                format::truncated(&row.topology, 60),
                figure_name(row).to_owned(),
                value(row.before, row.unit, currency),
                value(row.after, row.unit, currency),
                change(row, currency),
                word(row).to_owned(),
            ];
            push_row(&mut text, &cells);
        }
        text.push('\n');
        for note in notes(baseline) {
            let _ = writeln!(text, "- {}", escaped(&note));
        }
        text.push('\n');
    }
    text
}

fn push_row(text: &mut String, cells: &[String]) {
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    let _ = writeln!(text, "| {} |", cells.join(" | "));
}

/// What all verdicts come to.
pub(super) fn conclusion(report: &GateReport) -> String {
    let gates = report.gates.iter().map(|gate| gate.standing);
    let rows = report.baseline.iter().flat_map(|baseline| &baseline.rows);
    let all: Vec<Standing> = gates.chain(rows.map(|row| row.standing)).collect();
    let count = |of: Standing| all.iter().filter(|standing| **standing == of).count();
    let [missed, undecided] = [Standing::Missed, Standing::Undecided].map(count);
    match report.standing {
        Standing::Met => format!("passed: {} of {} met", all.len(), all.len()),
        Standing::Undecided => format!(
            "undecided: {undecided} of {} straddle their target or have no data",
            all.len()
        ),
        Standing::Missed if undecided > 0 => {
            format!(
                "missed: {missed} of {}, and {undecided} undecided",
                all.len()
            )
        }
        Standing::Missed => format!("missed: {missed} of {}", all.len()),
    }
}

pub(super) fn found(verdict: &GateVerdict, currency: &str) -> String {
    let Some(mean) = verdict.found else {
        return "no data".to_owned();
    };
    let said = value(mean, verdict.unit, currency);
    match (verdict.low, verdict.high) {
        (Some(low), Some(high)) if low == high => said,
        (low, high) => {
            let end = |end: Option<f64>| {
                end.map_or_else(|| "?".to_owned(), |end| value(end, verdict.unit, currency))
            };
            format!("{said} ({} to {})", end(low), end(high))
        }
    }
}

/// A value with its unit.
pub(super) fn value(value: f64, unit: FigureUnit, currency: &str) -> String {
    match unit {
        FigureUnit::Share => share(value),
        FigureUnit::Ratio => format!("{}%", format::significant(value * 100.0, 3)),
        FigureUnit::Seconds => format::duration(value),
        FigureUnit::Minutes => format::duration(value * 60.0),
        FigureUnit::Hours => format::duration(value * 3600.0),
        FigureUnit::Money => format::money(value, currency),
        FigureUnit::Number => format::significant(value, 3),
    }
}

/// A share with as many digits as tell it from 1.
fn share(value: f64) -> String {
    let rest = 1.0 - value;
    if value > 0.9 && rest > 1e-14 {
        let decimals = (-rest.log10()).floor().clamp(0.0, 14.0) as usize;
        return format!("{:.decimals$} %", value * 100.0);
    }
    format!("{} %", format::significant(value * 100.0, 3))
}

pub(super) fn figure_name(row: &BaselineRow) -> &str {
    match row.figure.as_str() {
        "cost_per_month.total" => "cost a month",
        other => other,
    }
}

/// The change with its sign, and its interval where there is one.
pub(super) fn change(row: &BaselineRow, currency: &str) -> String {
    let signed = |change: f64| {
        let said = match row.unit {
            FigureUnit::Share => format::scientific(change.abs(), 2),
            unit => value(change.abs(), unit, currency),
        };
        match change {
            change if change > 0.0 => format!("+{said}"),
            change if change < 0.0 => format!("−{said}"),
            _ => "0".to_owned(),
        }
    };
    if row.low == row.high {
        return signed(row.difference);
    }
    format!(
        "{} ({} to {}, {})",
        signed(row.difference),
        signed(row.low),
        signed(row.high),
        row.method
    )
}

pub(super) fn word(row: &BaselineRow) -> &'static str {
    match row.standing {
        Standing::Missed => "worse",
        Standing::Undecided => "undecided",
        Standing::Met if row.high < 0.0 => "better",
        Standing::Met if row.low == 0.0 && row.high == 0.0 => "the same",
        Standing::Met => "not worse",
    }
}

pub(super) fn notes(baseline: &BaselineReport) -> Vec<String> {
    let mut notes = Vec::new();
    if baseline.tolerance > 0.0 {
        let share = format::probability(baseline.tolerance);
        notes.push(format!("worse is more than {share} above what it was"));
    }
    let listed = |names: &[String]| -> String {
        let names: Vec<String> = names
            .iter()
            .map(|name| format::truncated(name, NAME_WIDTH))
            .collect();
        names.join(", ")
    };
    if !baseline.new.is_empty() {
        notes.push(format!("not in the baseline: {}", listed(&baseline.new)));
    }
    if !baseline.missing.is_empty() {
        notes.push(format!(
            "only in the baseline: {}",
            listed(&baseline.missing)
        ));
    }
    notes.extend(baseline.notes.iter().cloned());
    notes
}
