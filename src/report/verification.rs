//! The table of `verify` for terminals: system by system, case by case, with what the table does not say by itself below.

use std::fmt::Write as _;

use indexmap::IndexMap;
use owo_colors::OwoColorize as _;

use super::terminal::push_wrapped;
use crate::results::format::{self, NO_DATA};
use crate::stats::normal_quantile;
use crate::verify::{Case, Library, Row, Simulated, System, Table, Verdict, WorkedOut};

/// Significant digits of references and of what was worked out, and spaces between columns, from what is taken if there
/// is room.
const SIZES: [(u32, usize); 5] = [(10, 2), (8, 2), (6, 2), (6, 1), (5, 1)];

/// Headings of the columns after the first.
const HEADINGS: [&str; 4] = ["reference", "worked out", "simulated, 95 %", "apart"];

/// Heads the figures of systems that the language states only nearly.
pub(super) const NEARLY: &str = "Nearly the system of the source, with a reference of our own";

/// The table on a terminal of so many columns, with notes and a summary.
#[must_use]
pub fn verification(table: &Table, library: &Library, width: u16) -> String {
    let mut text = String::new();
    let layouts = SIZES.map(|(digits, gap)| Layout::new(table, digits, gap));
    let layout = layouts
        .iter()
        .find(|layout| layout.width() <= usize::from(width));
    let mut case = "";
    for system in &library.systems {
        let mut rows = table.rows.iter().filter(|row| row.system == system.id);
        let Some(first) = rows.next() else { continue };
        heading(&mut text, system, layout, width);
        for row in std::iter::once(first).chain(rows) {
            if row.case != case {
                case = &row.case;
                let _ = writeln!(text, "{case}");
            }
            match layout {
                Some(layout) => layout.write(&mut text, row),
                None => write_stacked(&mut text, row),
            }
        }
        text.push('\n');
    }
    notes(&mut text, table, width);
    text
}

fn heading(text: &mut String, system: &System, layout: Option<&Layout>, width: u16) {
    let label = format!("{}  ", system.id.bold());
    let words = format!("{} · {}", system.title, system.cite);
    push_wrapped(text, &label, system.id.chars().count() + 2, &words, width);
    if let Some(layout) = layout {
        layout.write_headings(text);
    }
}

/// Widths of the columns, and the digits of their figures.
struct Layout {
    digits: u32,
    gap: usize,
    name: usize,
    columns: [usize; 4],
}

impl Layout {
    fn new(table: &Table, digits: u32, gap: usize) -> Self {
        let mut layout = Self {
            digits,
            gap,
            name: 0,
            columns: HEADINGS.map(|heading| heading.chars().count()),
        };
        for row in &table.rows {
            layout.name = layout.name.max(row.figure.chars().count() + 2);
            for (widest, cell) in layout.columns.iter_mut().zip(cells(row, digits)) {
                *widest = cell.chars().count().max(*widest);
            }
        }
        layout
    }

    fn width(&self) -> usize {
        let gaps = self.gap * (self.columns.len() + 1);
        self.name + self.columns.iter().sum::<usize>() + gaps + "pass".len()
    }

    fn write_headings(&self, text: &mut String) {
        let _ = write!(text, "{:<1$}", "", self.name);
        for (heading, width) in HEADINGS.iter().zip(self.columns) {
            let heading = format!("{heading:>width$}");
            let _ = write!(text, "{:1$}{2}", "", self.gap, heading.dimmed());
        }
        text.push('\n');
    }

    fn write(&self, text: &mut String, row: &Row) {
        let figure = format!("  {}", row.figure);
        let _ = write!(text, "{figure:<0$}", self.name);
        for (cell, width) in cells(row, self.digits).iter().zip(self.columns) {
            let _ = write!(text, "{:1$}{cell:>width$}", "", self.gap);
        }
        let _ = writeln!(text, "{:1$}{2}", "", self.gap, coloured(row.verdict));
    }
}

/// A row where there is no room for columns.
fn write_stacked(text: &mut String, row: &Row) {
    let cells = cells(row, SIZES[0].0);
    let _ = writeln!(text, "  {}: {}", row.figure, coloured(row.verdict));
    for (heading, cell) in HEADINGS.iter().zip(cells) {
        let _ = writeln!(text, "    {heading}: {cell}");
    }
}

/// Reference, what was worked out, what was sampled, and how far that is from the reference.
pub(super) fn cells(row: &Row, digits: u32) -> [String; 4] {
    let near = if row.near.is_some() { "~" } else { "" };
    [
        format!("{near}{}", number(row.reference, digits)),
        row.exact
            .as_ref()
            .map_or_else(dash, |exact| worked_out(exact, digits)),
        row.simulated.as_ref().map_or_else(dash, simulated),
        row.simulated.as_ref().map_or_else(dash, |simulated| {
            format!("{:+.1}", simulated.apart).replace('-', "−")
        }),
    ]
}

/// A number with so many significant digits; small ones in powers of ten, as errors and model files have them.
fn number(value: f64, digits: u32) -> String {
    if value != 0.0 && value.abs() < 0.01 {
        format!("{value:.*e}", (digits - 1) as usize)
    } else {
        format::significant(value, digits)
    }
}

fn dash() -> String {
    NO_DATA.to_owned()
}

fn worked_out(exact: &WorkedOut, digits: u32) -> String {
    let value = number(exact.value, digits);
    format!("{value} ± {:.0e}", exact.error)
}

fn simulated(simulated: &Simulated) -> String {
    let half_width = (simulated.high - simulated.low) / 2.0;
    let share = 100.0 * half_width / simulated.mean;
    let mean = number(simulated.mean, 4);
    format!("{mean} ± {} %", format::significant(share, 2))
}

fn coloured(verdict: Verdict) -> String {
    let name = verdict.name();
    match verdict {
        Verdict::Pass => name.green().to_string(),
        Verdict::Fail => name.red().bold().to_string(),
        Verdict::Wide | Verdict::Unanswered => name.yellow().to_string(),
    }
}

fn notes(text: &mut String, table: &Table, width: u16) {
    let refused = refusals(table);
    if !refused.is_empty() {
        let _ = writeln!(text, "{}", "Not worked out".bold());
        for (reason, cases) in &refused {
            push_wrapped(
                text,
                "- ",
                2,
                &format!("{}: {reason}", cases.join(", ")),
                width,
            );
        }
        text.push('\n');
    }
    for (why, figures) in &near(table) {
        push_wrapped(text, "~ ", 2, &format!("{NEARLY}: {why}"), width);
        for figure in figures {
            push_wrapped(text, "- ", 2, figure, width);
        }
        text.push('\n');
    }
    push_wrapped(text, "", 0, &legend(table), width);
    let mut said = String::new();
    push_wrapped(&mut said, "", 0, &summary(table), width);
    let said = if table.counts.fail > 0 {
        said.red().bold().to_string()
    } else {
        said.bold().to_string()
    };
    text.push_str(&said);
}

/// Reasons why figures were not worked out, each with the cases.
pub(super) fn refusals(table: &Table) -> IndexMap<&str, Vec<&str>> {
    let mut cases: IndexMap<&str, Vec<&str>> = IndexMap::new();
    for row in &table.rows {
        if let Some(reason) = &row.not_exact {
            let known = cases.entry(reason).or_default();
            if known.last() != Some(&row.case.as_str()) {
                known.push(&row.case);
            }
        }
    }
    cases
}

/// How systems differ from those of their sources, each with the figures and how far they are apart.
pub(super) fn near(table: &Table) -> IndexMap<&str, Vec<String>> {
    let mut figures: IndexMap<&str, Vec<String>> = IndexMap::new();
    for row in &table.rows {
        if let Some(near) = &row.near {
            let share = 100.0 * (row.reference / near.value - 1.0);
            let side = if share < 0.0 { "below" } else { "above" };
            figures.entry(&near.why).or_default().push(format!(
                "{}, {}: {} in the source, the reference is {} % {side}",
                row.case,
                row.figure,
                number(near.value, 6),
                format::significant(share.abs(), 2)
            ));
        }
    }
    figures
}

/// What the columns mean, and when a row fails.
pub(super) fn legend(table: &Table) -> String {
    let quantile = normal_quantile(f64::midpoint(1.0, table.level));
    format!(
        "apart: standard errors from the reference to the simulated value. A row fails if what was worked out differs by \
         more than its error, or what was simulated by more than {} standard errors; chance alone does that in one whole \
         table of {}.",
        format::significant(quantile, 3),
        format::count((1.0 / table.false_alarm).round() as u64)
    )
}

/// What there is to verify: systems with their sources in full, and these cases of each with their figures.
#[must_use]
pub fn reference_list(library: &Library, cases: &[&Case], width: u16) -> String {
    let mut text = String::new();
    let names = cases.iter().map(|case| case.name().len());
    let widest = names.max().unwrap_or_default();
    for system in &library.systems {
        let mut of_system = cases
            .iter()
            .filter(|case| case.system == system.id)
            .peekable();
        if of_system.peek().is_none() {
            continue;
        }
        let label = format!("{}  ", system.id.bold());
        let indent = system.id.chars().count() + 2;
        push_wrapped(&mut text, &label, indent, &system.title, width);
        push_wrapped(&mut text, "  ", 2, &system.source, width);
        for case in of_system {
            let label = format!("  {:<widest$}  ", case.name());
            let figures = case.checks.iter().map(|check| check.metric.label());
            let figures = figures.collect::<Vec<_>>().join("; ");
            push_wrapped(&mut text, &label, widest + 4, &figures, width);
        }
        text.push('\n');
    }
    text
}

/// How many rows have which verdict.
#[must_use]
pub(super) fn summary(table: &Table) -> String {
    let counts = table.counts;
    let exact = table.rows.iter().filter(|row| row.exact.is_some()).count();
    let mut text = format!(
        "{} reference values, {exact} of them also worked out: {} pass",
        table.rows.len(),
        counts.pass
    );
    for (count, words) in [
        (counts.fail, "fail"),
        (counts.wide, "too wide to tell (play more trials)"),
        (counts.unanswered, "neither worked out nor simulated"),
    ] {
        if count > 0 {
            let _ = write!(text, ", {count} {words}");
        }
    }
    text
}
