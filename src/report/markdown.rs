//! The comparison as Markdown, for pull requests and job summaries.

use std::fmt::Write as _;

use super::contract::contract_markdown;
use super::data;
use super::gate::gate_markdown;
use super::phases::largest;
use super::summary::{Mark, Row, cells as cells_told, objectives, provenance};
use crate::results::{Comparison, Results, format};

/// A Markdown table, the recommendation and the warnings.
#[must_use]
pub fn markdown(comparison: &Comparison) -> String {
    let results = &comparison.results;
    let mut text = format!("### {}\n\n", escaped(&results.model));
    text.push_str(&gate_markdown(results));
    if let Some(taken) = &results.recommended {
        let label = if taken.meets_objectives {
            "Recommended"
        } else {
            "Nearest to the objectives"
        };
        let _ = writeln!(text, "**{label}:** {}.\n", escaped(&taken.why));
    }
    let level = format::level(results.confidence);
    let _ = writeln!(
        text,
        "| topology | nines | availability ({level} interval) | downtime a year (p95) | outages a year | recovery p95 \
         | SLO met | cost a month | cost of failure a month ({level} interval) |"
    );
    text.push_str("|:--|--:|--:|--:|--:|--:|--:|--:|--:|\n");
    for topology in &results.topologies {
        text.push_str(&table_row(&Row::of(topology, results)));
    }
    text.push('\n');
    if !results.pareto.is_empty() {
        text.push_str(
            "\\* on the Pareto frontier: no other is both cheaper to run and more available.\n",
        );
    }
    let _ = writeln!(text, "{}.", escaped(&provenance(results)));
    if let Some(wanted) = objectives(results) {
        let _ = writeln!(text, "Wanted: {}.", escaped(&wanted));
    }
    if let Some(said) = cells_told(results) {
        let _ = writeln!(text, "{}.", escaped(&said).replacen('c', "C", 1));
    }
    text.push_str(&contract_markdown(results));
    text.push_str(&data_table(results));
    text.push_str(&phases(results));
    if !results.warnings.is_empty() {
        text.push('\n');
    }
    for warning in &results.warnings {
        let _ = writeln!(
            text,
            "- **warning:** {} *Hint: {}.*",
            escaped(&warning.message),
            escaped(&warning.hint)
        );
    }
    text
}

/// What is lost of the data; empty where none can be.
fn data_table(results: &Results) -> String {
    if !data::is_told(results) {
        return String::new();
    }
    let columns = data::columns(results);
    let headings: Vec<&str> = columns
        .iter()
        .map(|&column| data::HEADINGS[column])
        .collect();
    let mut text = format!(
        "\n| topology | {} |\n|:--|{}\n",
        headings.join(" | "),
        "--:|".repeat(columns.len())
    );
    for topology in &results.topologies {
        let figures = data::figures(topology, results);
        let cells = columns.iter().map(|&column| match &figures[column] {
            [main, more] if more.is_empty() => escaped(main),
            [main, more] => escaped(&format!("{main} ({more})")),
        });
        let cells: Vec<String> = cells.collect();
        let name = escaped(&format::truncated(&topology.name, 60));
        let _ = writeln!(text, "| {name} | {} |", cells.join(" | "));
    }
    text
}

/// What failovers were doing meanwhile; empty where no topology has phases.
fn phases(results: &Results) -> String {
    let told = largest(results);
    if told.is_empty() {
        return String::new();
    }
    let mut text = "\nDowntime by what the failover was doing:\n\n".to_owned();
    for (name, line) in told {
        let name = escaped(&format::truncated(name, 60));
        let _ = writeln!(text, "- {name}: {}", escaped(&line));
    }
    text
}

fn table_row(row: &Row) -> String {
    let frontier = if row.on_frontier { " \\*" } else { "" };
    let name = escaped(&format::truncated(&row.name, 60));
    let name = if row.choice.is_some() {
        format!("**{name}**{frontier}")
    } else {
        format!("{name}{frontier}")
    };
    let recovery = match (&row.rto_met, row.recovery_mark) {
        (Some(share), Mark::Met | Mark::Missed | Mark::Undecided) => {
            format!(
                "{} ({share} in RTO{})",
                row.recovery_p95,
                row.recovery_mark.suffix()
            )
        }
        _ => row.recovery_p95.clone(),
    };
    let cells = [
        format!("{}{}", row.nines, row.availability_mark.suffix()),
        format!("{} ({})", row.availability, row.availability_interval),
        format!("{} ({})", row.downtime, row.downtime_p95),
        row.outages.clone(),
        recovery,
        row.slo_met.clone(),
        row.cost.clone(),
        match row.cost_of_failure_interval.as_str() {
            "" => row.cost_of_failure.clone(),
            interval => format!("{} ({interval})", row.cost_of_failure),
        },
    ];
    let cells: Vec<String> = cells.iter().map(|cell| escaped(cell)).collect();
    format!("| {name} | {} |\n", cells.join(" | "))
}

/// A text in which nothing is taken for Markdown or HTML.
pub(super) fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '#' | '~' | '!' => {
                safe.push('\\');
                safe.push(c);
            }
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '&' => safe.push_str("&amp;"),
            '@' => safe.push_str("&#64;"),
            c if c.is_control() => safe.push(' '),
            c => safe.push(c),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_in_a_name_is_shown_as_it_is_written() {
        assert_eq!(escaped("a|b"), "a\\|b");
        assert_eq!(escaped("<script>"), "&lt;script&gt;");
        assert_eq!(escaped("[x](y)\n- z"), "\\[x\\](y) - z");
    }
}
