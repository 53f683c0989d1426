//! The comparison as a table for terminals, with the recommendation and the warnings.
//!
//! Colour is carried by ANSI codes and never says anything alone: whoever prints strips it where it is not wanted.

use comfy_table::{Attribute, Cell, CellAlignment, Table};
use owo_colors::OwoColorize;

use super::data;
use super::gate::gate_text;
use super::phases::largest;
use super::summary::{Mark, Row, cells as cells_told, marks, not_knowing, objectives, provenance};
use super::table::{PROSE, fits, marked, rendered, table};
use crate::results::names::{shortened, stay_distinct};
use crate::results::{Comparison, Difference, Results, Warning, format};

/// Longest names that are shown in full, from what is taken if there is room to what there always is.
const NAME_WIDTHS: [usize; 6] = [60, 44, 32, 24, 18, 14];
/// Longest name in the table of what is lost of the data.
const DATA_NAMES: usize = 18;
/// Headings of the figures.
const FIGURES: [&str; 7] = [
    "nines",
    "availability",
    "downtime\na year",
    "outages\na year",
    "recovery\nin RTO",
    "SLO\nmet",
    "cost/month\n+ failure",
];

/// The table of a comparison, one sentence of recommendation, and the warnings, on a terminal of so many columns.
#[must_use]
pub fn terminal(comparison: &Comparison, width: u16) -> String {
    let results = &comparison.results;
    let mut text = heading(results, width);
    text.push('\n');
    let tables: Vec<String> = widest_tables_that_fit(results, width)
        .into_iter()
        .map(|table| rendered(table, CellAlignment::Right, width))
        .collect();
    text.push_str(&tables.join("\n"));
    legend(&mut text, results, width);
    text.push_str(&data(results, width));
    text.push_str(&phases(results, width));
    text.push_str(&differences(comparison, width));
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
            width,
        );
    }
    text.push_str(&warnings(&results.warnings, width));
    text.push_str(&gate_text(results, width));
    text
}

/// Name of the model, how its figures were made, what is wanted.
pub(crate) fn heading(results: &Results, width: u16) -> String {
    let model = format::truncated(&results.model, 60);
    let mut text = String::new();
    push_wrapped(
        &mut text,
        &format!("{}: ", model.bold()),
        model.chars().count() + 2,
        &provenance(results),
        width,
    );
    if let Some(wanted) = objectives(results) {
        push_wrapped(&mut text, "wanted: ", 8, &wanted, width);
    }
    text
}

/// The warnings, each with its hint; empty if there are none.
pub(crate) fn warnings(warnings: &[Warning], width: u16) -> String {
    let mut text = String::new();
    for warning in warnings {
        text.push('\n');
        push_wrapped(
            &mut text,
            &format!("{} ", "warning:".yellow().bold()),
            9,
            &warning.message,
            width,
        );
        push_wrapped(
            &mut text,
            &format!("   {} ", "hint:".cyan()),
            9,
            &warning.hint,
            width,
        );
    }
    text
}

/// One table where all columns fit beside each other, else the columns in turn: no figure is ever broken.
fn widest_tables_that_fit(results: &Results, width: u16) -> Vec<Table> {
    let all: Vec<usize> = (0..FIGURES.len()).collect();
    let names: Vec<&str> = results
        .topologies
        .iter()
        .map(|topology| topology.name.as_str())
        .collect();
    let telling = |max: &usize| stay_distinct(&names, *max);
    let whole = NAME_WIDTHS
        .into_iter()
        .filter(telling)
        .map(|max| comparison_table(results, &shortened(&names, max), &all))
        .find(|table| fits(table, width));
    if let Some(table) = whole {
        return vec![table];
    }
    let room = usize::from(width / 2);
    let max = NAME_WIDTHS
        .into_iter()
        .filter(|max| *max <= room)
        .find(telling);
    let names = shortened(&names, max.unwrap_or(room.max(14)));
    let mut groups: Vec<Vec<usize>> = Vec::new();
    for figure in all {
        let longer = groups
            .last()
            .map(|last| [last.as_slice(), &[figure]].concat());
        match longer.filter(|group| fits(&comparison_table(results, &names, group), width)) {
            Some(group) => {
                groups.pop();
                groups.push(group);
            }
            None => groups.push(vec![figure]),
        }
    }
    groups
        .iter()
        .map(|group| comparison_table(results, &names, group))
        .collect()
}

/// What is lost of the data; empty where none can be.
fn data(results: &Results, width: u16) -> String {
    if !data::is_told(results) {
        return String::new();
    }
    let names: Vec<&str> = (results.topologies.iter())
        .map(|topology| topology.name.as_str())
        .collect();
    let columns = data::columns(results);
    let headings = columns.iter().map(|&column| data::HEADINGS[column]);
    let mut table = table(std::iter::once("topology").chain(headings));
    for (topology, name) in results.topologies.iter().zip(shortened(&names, DATA_NAMES)) {
        let figures = data::figures(topology, results);
        let cells = columns.iter().map(|&column| {
            let [main, below] = &figures[column];
            Cell::new_owned(format!("{main}\n{below}").trim_end().to_owned())
        });
        table.add_row(std::iter::once(Cell::new_owned(name)).chain(cells));
    }
    format!("\n{}", rendered(table, CellAlignment::Right, width))
}

/// What failovers were doing meanwhile, a line for each topology; empty where none has phases.
fn phases(results: &Results, width: u16) -> String {
    let told = largest(results);
    if told.is_empty() {
        return String::new();
    }
    let names: Vec<&str> = told.iter().map(|(name, _)| *name).collect();
    let names = shortened(&names, DATA_NAMES);
    let indent = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0)
        + 2;
    let mut text = format!("\n{}\n", "downtime by what the failover was doing".bold());
    for (name, (_, line)) in names.iter().zip(&told) {
        push_wrapped(&mut text, &format!("{name:indent$}"), indent, line, width);
    }
    text
}

/// A table of some of the figures.
fn comparison_table(results: &Results, names: &[String], figures: &[usize]) -> Table {
    let headings = figures.iter().map(|&figure| FIGURES[figure]);
    let mut table = table(std::iter::once("topology").chain(headings));
    for (topology, name) in results.topologies.iter().zip(names) {
        let row = Row::of(topology, results);
        let mut first = Cell::new_owned(marked_name(&row, name));
        if row.choice.is_some() {
            first = first.add_attribute(Attribute::Bold);
        }
        let cells = cells(&row);
        let chosen = figures.iter().map(|&figure| cells[figure].clone());
        table.add_row(std::iter::once(first).chain(chosen));
    }
    table
}

/// The figures of a topology, as [`FIGURES`] names them.
fn cells(row: &Row) -> [Cell; FIGURES.len()] {
    let recovery = match &row.rto_met {
        Some(share) => format!(
            "p95 {}\n{share}{}",
            row.recovery_p95,
            row.recovery_mark.suffix()
        ),
        None => format!("p95 {}", row.recovery_p95),
    };
    [
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
    ]
}

/// `* name` on the frontier.
fn marked_name(row: &Row, name: &str) -> String {
    let mark = if row.on_frontier { '*' } else { ' ' };
    let taken = row
        .choice
        .map_or(String::new(), |choice| format!("\n  {choice}"));
    format!("{mark} {name}{taken}")
}

fn legend(text: &mut String, results: &Results, width: u16) {
    if !results.pareto.is_empty() {
        let said = "on the Pareto frontier: no other is both cheaper to run and more available";
        push_wrapped(text, "* ", 2, said, width);
    }
    if let Some(said) = cells_told(results) {
        push_wrapped(text, "", 0, &said, width);
    }
    let uncertain = results.topologies.iter();
    let ignorance: Vec<String> = uncertain
        .filter_map(|topology| Some((&topology.name, not_knowing(topology)?)))
        .map(|(name, share)| format!("{} {share}", format::truncated(name, 60)))
        .collect();
    if !ignorance.is_empty() {
        let said = format!(
            "not knowing the ranges is so much of the variance between trials, luck the rest: {}",
            ignorance.join("; ")
        );
        push_wrapped(text, "~ ", 2, &said, width);
    }
    let undecided = |topology| {
        let (availability, recovery) = marks(topology, &results.objectives);
        availability == Mark::Undecided || recovery == Mark::Undecided
    };
    if results.topologies.iter().any(undecided) {
        let said = "undecided: the interval has the objective in it";
        push_wrapped(text, "? ", 2, said, width);
    }
}

/// The differences against the topology that was taken, or the first one, where they were asked for.
fn differences(comparison: &Comparison, width: u16) -> String {
    let results = &comparison.results;
    let Some(target) = comparison.precision_of_differences else {
        return String::new();
    };
    let taken = results.recommended.as_ref().map(|taken| &taken.name);
    let Some(base) = taken.or(results.topologies.first().map(|topology| &topology.name)) else {
        return String::new();
    };
    let reaches = |difference: &&Difference| difference.unavailability.is_within(target);
    let reached = results.differences.iter().filter(reaches).count();
    let mut text = format!(
        "\ndowntime a year, less that of {base} ({reached} of {} pairs are known within {})\n",
        results.differences.len(),
        format::probability(target)
    );
    let mut table = table(["topology", "difference", "interval"]);
    for difference in &results.differences {
        let (other, sign) = if difference.from == *base {
            (&difference.of, 1.0)
        } else if difference.of == *base {
            (&difference.from, -1.0)
        } else {
            continue;
        };
        let estimate = &difference.unavailability;
        let seconds = |q: f64| sign * q * format::MINUTES_PER_YEAR * 60.0;
        let (a, b) = (seconds(estimate.low), seconds(estimate.high));
        table.add_row([
            other.clone(),
            format::duration(seconds(estimate.mean)),
            estimate.spread(|| format::duration_interval(a.min(b), a.max(b))),
        ]);
    }
    text.push_str(&rendered(table, CellAlignment::Right, width));
    text.push_str("all pairs: index.html and results.json\n");
    text
}

/// Appends a text broken at spaces to the width of the output; later lines are indented.
pub(crate) fn push_wrapped(
    text: &mut String,
    label: &str,
    label_width: usize,
    words: &str,
    width: u16,
) {
    let line = usize::from(width.min(PROSE));
    text.push_str(label);
    let mut column = label_width;
    for (at, word) in words.split_whitespace().enumerate() {
        let width = word.chars().count();
        if at > 0 {
            if column + 1 + width > line {
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
