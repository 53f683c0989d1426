//! The table of `verify` as Markdown, for pull requests and job summaries.

use std::fmt::Write as _;

use super::verification::{NEARLY, cells, legend, near, refusals, summary};
use crate::verify::{Library, Table};

/// Significant digits of references and of what was worked out.
const DIGITS: u32 = 8;

/// One Markdown table for each system, then the notes and the summary.
#[must_use]
pub fn verification_markdown(table: &Table, library: &Library) -> String {
    let mut text = format!("**{}.**\n", summary(table));
    for system in &library.systems {
        let mut rows = table.rows.iter().filter(|row| row.system == system.id);
        let Some(first) = rows.next() else { continue };
        let _ = write!(
            text,
            "\n### {}: {}\n\n{}\n\n\
             | case | figure | reference | worked out | simulated, 95 % | apart | verdict |\n\
             |:--|:--|--:|--:|--:|--:|:--|\n",
            system.id, system.title, system.source
        );
        for row in std::iter::once(first).chain(rows) {
            let cells = cells(row, DIGITS).join(" | ");
            let (case, figure, verdict) = (&row.case, &row.figure, row.verdict.name());
            let _ = writeln!(text, "| {case} | {figure} | {cells} | {verdict} |");
        }
    }
    let mut list = |title: &str, words: &str, items: &[String]| {
        let items = items.join("\n- ");
        let _ = write!(text, "\n**{title}**\n{words}\n- {items}\n");
    };
    let refused: Vec<String> = refusals(table)
        .into_iter()
        .map(|(reason, cases)| format!("{}: {reason}", cases.join(", ")))
        .collect();
    if !refused.is_empty() {
        list("Not worked out", "", &refused);
    }
    for (why, figures) in near(table) {
        list(&format!("~ {NEARLY}"), &format!("\n{why}\n"), &figures);
    }
    let _ = write!(text, "\n{}\n", legend(table));
    // Between two tildes words would be struck through.
    text.replace('~', "\\~")
}
