//! The comparison as a table for terminals, with the recommendation and the warnings.
//!
//! Colour is carried by ANSI codes and never says anything alone: whoever prints strips it where it is not wanted.

use comfy_table::{Attribute, Cell, CellAlignment, Table};
use owo_colors::OwoColorize;

use super::summary::{Row, objectives, provenance};
use super::table::{fits, marked, rendered, table};
use crate::results::{Comparison, Results, Warning, format};

/// Longest names that are shown in full, from what is taken if there is room to what there always is.
const NAME_WIDTHS: [usize; 4] = [32, 24, 18, 14];

/// The table of a comparison, one sentence of recommendation, and the warnings.
#[must_use]
pub fn terminal(comparison: &Comparison) -> String {
    let results = &comparison.results;
    let mut text = heading(results);
    text.push('\n');
    text.push_str(&widest_table_that_fits(results));
    text.push_str(&legend(results));
    if let Some(taken) = &results.recommended {
        let label = if taken.meets_objectives {
            "Recommended:"
        } else {
            "Nearest:"
        };
        text.push('\n');
        push_wrapped(
            &mut text,
            &format!("{} ", label.bold()),
            label.len() + 1,
            &taken.why,
        );
    }
    text.push_str(&warnings(&results.warnings));
    text
}

/// Name of the model, how its figures were made, what is wanted.
pub(crate) fn heading(results: &Results) -> String {
    let model = format::truncated(&results.model, 60);
    let mut text = String::new();
    push_wrapped(
        &mut text,
        &format!("{}: ", model.bold()),
        model.chars().count() + 2,
        &provenance(results),
    );
    if let Some(wanted) = objectives(results) {
        push_wrapped(&mut text, "wanted: ", 8, &wanted);
    }
    text
}

/// The warnings, each with its hint; empty if there are none.
pub(crate) fn warnings(warnings: &[Warning]) -> String {
    let mut text = String::new();
    for warning in warnings {
        text.push('\n');
        push_wrapped(
            &mut text,
            &format!("{} ", "warning:".yellow().bold()),
            9,
            &warning.message,
        );
        push_wrapped(
            &mut text,
            &format!("   {} ", "hint:".cyan()),
            9,
            &warning.hint,
        );
    }
    text
}

fn widest_table_that_fits(results: &Results) -> String {
    let [wider @ .., narrowest] = NAME_WIDTHS;
    let table = wider
        .into_iter()
        .map(|width| comparison_table(results, width))
        .find(fits);
    rendered(
        table.unwrap_or_else(|| comparison_table(results, narrowest)),
        CellAlignment::Right,
    )
}

fn comparison_table(results: &Results, name_width: usize) -> Table {
    let mut table = table([
        "topology",
        "nines",
        "availability",
        "downtime\na year",
        "outages\na year",
        "recovery\nin RTO",
        "SLO\nmet",
        "cost/month\n+ failure",
    ]);
    for topology in &results.topologies {
        let row = Row::of(topology, results);
        let mut name = Cell::new_owned(marked_name(&row, name_width));
        if row.choice.is_some() {
            name = name.add_attribute(Attribute::Bold);
        }
        let recovery = match &row.rto_met {
            Some(share) => format!(
                "p95 {}\n{share}{}",
                row.recovery_p95,
                row.recovery_mark.suffix()
            ),
            None => format!("p95 {}", row.recovery_p95),
        };
        table.add_row([
            name,
            marked(
                format!("{}{}", row.nines, row.availability_mark.suffix()),
                row.availability_mark,
            ),
            Cell::new_owned(format!(
                "{}\n{}",
                row.availability, row.availability_interval
            )),
            Cell::new_owned(format!("{}\np95 {}", row.downtime, row.downtime_p95)),
            Cell::new_owned(format!("{}\n{}", row.outages, row.outages_interval)),
            marked(recovery, row.recovery_mark),
            Cell::new_owned(format!("{}\n{}", row.slo_met, row.slo_interval)),
            Cell::new_owned(format!("{}\n+ {}", row.cost, row.cost_of_failure)),
        ]);
    }
    table
}

/// `* name` on the frontier, `· name` off it.
fn marked_name(row: &Row, width: usize) -> String {
    let mark = if row.on_frontier { '*' } else { '·' };
    let taken = row
        .choice
        .map_or(String::new(), |choice| format!("\n  {choice}"));
    format!("{mark} {}{taken}", format::truncated(&row.name, width))
}

fn legend(results: &Results) -> String {
    let mut text = String::new();
    if !results.pareto.is_empty() {
        text.push_str(
            "* on the Pareto frontier: no other is both cheaper to run and more available\n",
        );
    }
    text
}

/// Appends a text broken at spaces to the width of the output; later lines are indented.
pub(crate) fn push_wrapped(text: &mut String, label: &str, label_width: usize, words: &str) {
    text.push_str(label);
    let mut column = label_width;
    for (at, word) in words.split_whitespace().enumerate() {
        let width = word.chars().count();
        if at > 0 {
            if column + 1 + width > usize::from(super::table::WIDTH) {
                text.push('\n');
                text.push_str(&" ".repeat(label_width));
                column = label_width;
            } else {
                text.push(' ');
                column += 1;
            }
        }
        text.push_str(word);
        column += width;
    }
    text.push('\n');
}
