//! Why topologies are down: tables of their parts and of what fails together, for terminals and in Markdown.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::markdown::escaped;
use super::table::{rendered, table};
use super::terminal::push_wrapped;
use crate::results::{CutSetFamily, CutSetList, ElementImportance, Known, Why, format};

/// Rows of a table unless all are asked for.
const FOREMOST: usize = 10;

/// Longest name of a part that is shown in full.
const NAME_WIDTH: usize = 36;

/// What the columns say, in the order of the table.
const COLUMNS: [(&str, &str); 4] = [
    (
        "saves a year",
        "downtime a year that is saved if the part never fails by itself, everything else being as it was",
    ),
    (
        "share",
        "that part of the downtime (Fussell-Vesely importance). Shares add up to more than 100 % where failures are needed \
         together, as each alone would save all of it",
    ),
    (
        "if down",
        "how many times the downtime there is if the part is down all the time (risk achievement worth): what you rely on",
    ),
    (
        "Birnbaum",
        "how much of all traffic hangs on whether the part is down or never fails",
    ),
];

/// What stands below the name of a part where regions have cells.
const HITS: (&str, &str) = (
    "hits",
    "cells in which one failure of the part is felt, at most (its blast radius). Users of the others never notice",
);

/// How many rows of each table are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parts {
    /// All.
    All,
    /// Those that matter most.
    Foremost,
}

impl Parts {
    fn of(self, n: usize) -> usize {
        match self {
            Self::All => n,
            Self::Foremost => n.min(FOREMOST),
        }
    }
}

/// Explanations of topologies for a terminal of so many columns.
#[must_use]
pub fn why_text(model: &str, answers: &[Why], parts: Parts, width: u16) -> String {
    let mut text = format!("{}\n", format::truncated(model, 60).bold());
    for why in answers {
        let title = format!("{} ({})", why.name, why.pattern);
        let _ = writeln!(text, "\n{}", format::truncated(&title, 98).bold());
        push_wrapped(&mut text, "  ", 2, &headline(why), width);
        parts_table(&mut text, why, parts, width);
        for list in &why.cut_sets {
            cut_sets_table(&mut text, why, list, parts, width);
        }
        for note in notes(why) {
            push_wrapped(&mut text, "  note: ", 8, &note, width);
        }
    }
    text.push('\n');
    for (column, said) in legend(answers) {
        push_wrapped(&mut text, &format!("{column:<12}  "), 14, said, width);
    }
    text
}

/// The same in Markdown.
#[must_use]
pub fn why_markdown(model: &str, answers: &[Why], parts: Parts) -> String {
    let mut text = format!("### {}: why it is down\n", escaped(model));
    for why in answers {
        let _ = writeln!(
            text,
            "\n#### {}\n\n{}.\n",
            escaped(&why.name),
            escaped(&headline(why))
        );
        push_header(&mut text, "part", COLUMNS.map(|(column, _)| column));
        for element in why.elements.iter().take(parts.of(why.elements.len())) {
            let cells = cells(element).map(|cell| escaped(&cell.replace('\n', ", ")));
            let hits = hits(why, element).map_or_else(String::new, |hits| format!(", {hits}"));
            let name = escaped(&name(element));
            let _ = writeln!(text, "| {name}{hits} | {} |", cells.join(" | "));
        }
        for list in &why.cut_sets {
            let _ = writeln!(text, "\n{}\n", escaped(&about(why, list)));
            push_header(&mut text, "failures", family_columns(why));
            for family in list.families.iter().take(parts.of(list.families.len())) {
                let row = family_row(why, family).map(|cell| escaped(&cell));
                let _ = writeln!(text, "| {} |", row.collect::<Vec<_>>().join(" | "));
            }
        }
        text.push('\n');
        for note in notes(why) {
            let _ = writeln!(text, "- {}", escaped(&note));
        }
    }
    text.push('\n');
    for (column, said) in legend(answers) {
        let _ = writeln!(text, "- **{column}**: {}.", escaped(said));
    }
    text
}

/// The head of a Markdown table.
fn push_header<'a>(text: &mut String, first: &str, columns: impl IntoIterator<Item = &'a str>) {
    let columns: Vec<&str> = columns.into_iter().collect();
    let rule = "--:|".repeat(columns.len());
    let _ = writeln!(text, "| {first} | {} |\n|:--|{rule}", columns.join(" | "));
}

fn has_cells(why: &Why) -> bool {
    why.cells > 1
}

/// What is said of parts, with what it means.
fn legend(answers: &[Why]) -> impl Iterator<Item = (&'static str, &'static str)> {
    let hits = answers.iter().any(has_cells).then_some(HITS);
    hits.into_iter().chain(COLUMNS)
}

/// The columns of a table of cut sets after the first.
fn family_columns(why: &Why) -> impl Iterator<Item = &'static str> {
    let cells = has_cells(why).then_some("cells");
    cells.into_iter().chain(["sets", "share"])
}

/// How much downtime there is, and how that is known.
fn headline(why: &Why) -> String {
    let downtime = &why.downtime_minutes_per_year;
    let how = match why.trials {
        0 => format!("worked out by {}", why.route),
        n => format!(
            "{} intervals from {}, each played again for every part{}",
            format::level(why.level),
            match why.rare {
                Some(_) => format!("{} samples of rare losses", format::count(n)),
                None => format::trials(n),
            },
            if why.partial { "; cut short" } else { "" }
        ),
    };
    format!(
        "{} of downtime a year, {how}",
        with_interval(downtime, saved, " (", ")")
    )
}

fn notes(why: &Why) -> Vec<String> {
    let mut notes = why.notes.clone();
    let mut approximations: Vec<&String> = why
        .cut_sets
        .iter()
        .flat_map(|list| &list.approximations)
        .collect();
    approximations.sort();
    approximations.dedup();
    notes.extend(
        approximations
            .iter()
            .map(|said| format!("in cut sets, {said}")),
    );
    notes
}

fn parts_table(text: &mut String, why: &Why, parts: Parts, width: u16) {
    let shown = parts.of(why.elements.len());
    let mut table = table(std::iter::once("part").chain(COLUMNS.iter().map(|(column, _)| *column)));
    for element in &why.elements[..shown] {
        let mut name = format::truncated(&name(element), NAME_WIDTH);
        if let Some(hits) = hits(why, element) {
            name = format!("{name}\n  {hits}");
        }
        let name = Cell::new_owned(name);
        table.add_row(std::iter::once(name).chain(cells(element).map(Cell::new_owned)));
    }
    text.push('\n');
    text.push_str(&rendered(table, CellAlignment::Right, width));
    let rest = why.elements.len() - shown;
    if rest > 0 {
        let _ = writeln!(
            text,
            "… and {rest} more that save no more than these: --all shows them"
        );
    }
}

fn cut_sets_table(text: &mut String, why: &Why, list: &CutSetList, parts: Parts, width: u16) {
    let _ = writeln!(text);
    push_wrapped(text, "", 0, &about(why, list), width);
    if list.families.is_empty() {
        return;
    }
    let shown = parts.of(list.families.len());
    let first = std::iter::once("failures that are enough together");
    let mut table = table(first.chain(family_columns(why)));
    for family in &list.families[..shown] {
        table.add_row(family_row(why, family).map(Cell::new_owned));
    }
    text.push_str(&rendered(table, CellAlignment::Right, width));
    let rest = list.families.len() - shown;
    if rest > 0 {
        let share: f64 = list.families[shown..]
            .iter()
            .map(|family| family.share)
            .sum();
        let _ = writeln!(
            text,
            "… and {rest} more kinds of sets, together {}",
            format::probability(share)
        );
    }
}

/// What the list is of, and what it leaves out.
fn about(why: &Why, list: &CutSetList) -> String {
    let event = match list.event.as_str() {
        "a region cannot serve" => "A region cannot serve a journey that is sent to it",
        "a cell cannot serve" => "A cell cannot serve a journey of its users",
        "no region can serve a cell" => "No region can serve a journey of some cell",
        _ => "No region can serve a journey",
    };
    if list.probability <= 0.0 {
        return format!("{event}: no failures bring that about.");
    }
    let lost = if has_cells(why) {
        format!(", and loses {} of all requests", share_of_time(list.lost))
    } else {
        String::new()
    };
    let event = format!(
        "{event}, {} of the time{lost}.",
        share_of_time(list.probability)
    );
    if list.sets == 0.0 {
        return format!(
            "{event} That takes more than {} failures at once (--order finds more).",
            list.order
        );
    }
    let mut said = format!(
        "{event} Minimal cut sets of up to {} failures: {}",
        list.order,
        format::significant(list.sets, 6)
    );
    let grouped = list.sets_grouped as f64;
    if grouped < list.sets {
        let _ = write!(
            said,
            ", of which the {} likeliest are shown",
            format::count(list.sets_grouped as u64)
        );
    }
    let _ = write!(
        said,
        ", together {} of what is lost so.",
        format::probability(list.share.min(1.0))
    );
    said
}

/// A share of time of any size.
fn share_of_time(p: f64) -> String {
    if p < 1e-4 {
        format::scientific(p, 2)
    } else {
        format::probability(p)
    }
}

/// A kind of cut sets, as [`family_columns`] names its figures.
fn family_row(why: &Why, family: &CutSetFamily) -> impl Iterator<Item = String> {
    let cells = family.cells.map(|hit| format!("{hit} of {}", why.cells));
    let figures = [
        format::count(family.sets),
        format::probability(family.share.min(1.0)),
    ];
    std::iter::once(family.events.join(" + "))
        .chain(cells)
        .chain(figures)
}

fn name(element: &ElementImportance) -> String {
    match element.kind.as_str() {
        "takeover" => format!("takeovers of {}", element.name),
        kind => format!("{kind} {}", element.name),
    }
}

/// In how many cells a failure of a part is felt.
fn hits(why: &Why, element: &ElementImportance) -> Option<String> {
    let hit = element.cells_hit?;
    Some(format!("hits {hit} of {} cells", why.cells))
}

/// The figures of a part, as [`COLUMNS`] names them.
fn cells(element: &ElementImportance) -> [String; 4] {
    let or_none = |known: Option<&Known>, said: &dyn Fn(f64) -> String| {
        known.map_or_else(
            || format::NO_DATA.to_owned(),
            |known| with_interval(known, said, "\n", ""),
        )
    };
    [
        with_interval(&element.minutes_saved_per_year, saved, "\n", ""),
        with_interval(&element.fussell_vesely, share, "\n", ""),
        or_none(element.risk_achievement_worth.as_ref(), &|worth| {
            format!("× {}", format::significant(worth, 3))
        }),
        or_none(element.birnbaum.as_ref(), &|share| {
            if share.abs() < 1e-4 {
                format::scientific(share, 2)
            } else {
                format::probability(share)
            }
        }),
    ]
}

/// Minutes in words, with their sign.
fn saved(minutes: f64) -> String {
    if minutes < 0.0 {
        format!("−{}", format::minutes(-minutes))
    } else {
        format::minutes(minutes)
    }
}

/// A share with its sign.
fn share(share: f64) -> String {
    format::probability(share).replace('-', "−")
}

/// A figure with its interval where that says more than the figure.
fn with_interval(known: &Known, said: impl Fn(f64) -> String, before: &str, after: &str) -> String {
    let worked_out = matches!(known.method.as_str(), "exact" | "numerical");
    match (known.value, known.low, known.high) {
        (None, Some(low), _) if low > 0.0 => format!("at least {}", said(low)),
        (None, ..) => format::NO_DATA.to_owned(),
        (Some(value), ..) if worked_out => said(value),
        (Some(value), Some(low), Some(high)) => {
            let (low, high) = (said(low), said(high));
            let value = said(value);
            if low == value && high == value {
                value
            } else {
                format!("{value}{before}{low} to {high}{after}")
            }
        }
        (Some(value), Some(low), None) => {
            format!("{}{before}at least {}{after}", said(value), said(low))
        }
        (Some(value), ..) => said(value),
    }
}
