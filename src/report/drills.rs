//! How often to drill: a table for terminals, and the same in Markdown.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::csv::{Columns, written};
use super::markdown::escaped;
use super::table::{rendered, table};
use super::terminal::push_wrapped;
use crate::results::{DrillInterval, DrillStudy, Estimate, format};

/// What the columns are called.
const HEADINGS: [&str; 6] = [
    "drill",
    "availability",
    "downtime a year",
    "drills a month",
    "with failure",
    "",
];

/// A study for a terminal of so many columns.
#[must_use]
pub fn drill_text(model: &str, study: &DrillStudy, currency: &str, width: u16) -> String {
    let title = format!("{model}: {} ({})", study.name, study.pattern);
    let mut text = format!("{}\n", format::truncated(&title, 98).bold());
    push_wrapped(&mut text, "", 0, &about(study), width);
    text.push('\n');
    let mut rows = table(HEADINGS);
    for (index, interval) in study.intervals.iter().enumerate() {
        let cells = cells(study, index, interval, currency);
        rows.add_row(cells.map(Cell::new_owned));
    }
    text.push_str(&rendered(rows, CellAlignment::Right, width));
    text.push('\n');
    for line in verdict(study, currency) {
        push_wrapped(&mut text, "", 0, &line, width);
    }
    text
}

/// The same in Markdown.
#[must_use]
pub fn drill_markdown(model: &str, study: &DrillStudy, currency: &str) -> String {
    let mut text = format!(
        "### {}: drills of {}\n\n{}.\n\n",
        escaped(model),
        escaped(&study.name),
        escaped(&about(study))
    );
    let _ = writeln!(
        text,
        "| {} |\n|:--|--:|--:|--:|--:|:--|",
        HEADINGS.join(" | ")
    );
    for (index, interval) in study.intervals.iter().enumerate() {
        let cells = cells(study, index, interval, currency).map(|cell| {
            let lines: Vec<String> = cell.lines().map(escaped).collect();
            lines.join("<br>")
        });
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    text.push('\n');
    for line in verdict(study, currency) {
        let _ = writeln!(text, "{}\n", escaped(&line));
    }
    text
}

/// One row for each interval.
///
/// # Errors
///
/// None in practice: rows have as many cells as the header and memory takes every write.
pub fn drill_csv(study: &DrillStudy, currency: &str) -> Result<String, csv::Error> {
    let rows = study.intervals.iter().enumerate();
    written(rows.map(|(index, interval)| {
        let mut row = Columns::default();
        row.text("topology", &study.name);
        row.text("pattern", &study.pattern);
        row.text("kind", &study.kind);
        row.number("every_hours", interval.every_hours);
        row.text("drill", &interval.label);
        row.text("trials", interval.trials);
        row.estimate("unavailability", "", Some(&interval.unavailability));
        let downtime = &interval.downtime_minutes_per_year;
        row.number("downtime_minutes_per_year", Some(downtime.mean));
        row.number("downtime_minutes_per_year_low", Some(downtime.low));
        row.number("downtime_minutes_per_year_high", Some(downtime.high));
        let cost = &interval.cost_per_month;
        row.number(&format!("drills_{currency}_per_month"), cost.drills);
        row.estimate(
            "cost_with_failure",
            &format!("_{currency}_per_month"),
            cost.total_with_failure.as_ref(),
        );
        row.flag("most_available", Some(index == study.most_available));
        row.flag("cannot_be_told_from_it", Some(study.is_alike(index)));
        row.flag("cheapest", Some(study.cheapest == Some(index)));
        row.0
    }))
}

fn about(study: &DrillStudy) -> String {
    let trials = study.intervals.iter().map(|interval| interval.trials);
    let cut = if study.partial { ", cut short" } else { "" };
    format!(
        "{} against the time between two: the same {} trials of each{cut}, {} intervals",
        match study.kind.as_str() {
            "rotation" => "rotations",
            _ => "game days",
        },
        format::count(trials.max().unwrap_or_default()),
        format::probability(study.level)
    )
}

fn cells(
    study: &DrillStudy,
    index: usize,
    interval: &DrillInterval,
    currency: &str,
) -> [String; 6] {
    let lost = &interval.unavailability;
    let downtime = &interval.downtime_minutes_per_year;
    let cost = &interval.cost_per_month;
    [
        interval.label.clone(),
        two_lines(
            format::availability(lost),
            &format::availability_interval(lost).unwrap_or_default(),
        ),
        two_lines(
            format::duration(downtime.mean * 60.0),
            &format::duration_interval(downtime.low * 60.0, downtime.high * 60.0),
        ),
        cost.drills.map_or_else(
            || format::NO_DATA.to_owned(),
            |drills| format::money(drills, currency),
        ),
        cost.total_with_failure.as_ref().map_or_else(
            || format::NO_DATA.to_owned(),
            |total| money(total, currency),
        ),
        marks(study, index),
    ]
}

fn two_lines(figure: String, interval: &str) -> String {
    if interval.is_empty() || interval == figure {
        figure
    } else {
        format!("{figure}\n{interval}")
    }
}

fn money(total: &Estimate, currency: &str) -> String {
    two_lines(
        format::money_rounded(total.mean, currency),
        &format::money_interval(total.low, total.high, currency),
    )
}

/// Which is the best, and which cannot be told from it.
fn marks(study: &DrillStudy, index: usize) -> String {
    let mut marks = Vec::new();
    if index == study.most_available {
        marks.push("most available");
    } else if study.is_alike(index) {
        marks.push("~");
    }
    if study.cheapest == Some(index) {
        marks.push("cheapest");
    }
    marks.join(", ")
}

/// What never drilling costs, and how to read the marks.
fn verdict(study: &DrillStudy, currency: &str) -> Vec<String> {
    let mut said = Vec::new();
    let Some((never, rest)) = study.intervals.split_last() else {
        return said;
    };
    let best = &study.intervals[study.most_available];
    let minutes = |interval: &DrillInterval| interval.downtime_minutes_per_year.mean * 60.0;
    if study.most_available < rest.len() {
        said.push(format!(
            "Never drilling costs {} of downtime a year more than a drill {}.",
            format::duration(minutes(never) - minutes(best)),
            best.label
        ));
    } else {
        said.push("No drill makes this topology more available than none.".to_owned());
    }
    let total = |interval: &DrillInterval| {
        let total = interval.cost_per_month.total_with_failure.as_ref();
        total.map(|total| total.mean)
    };
    if let Some(cheapest) = study.cheapest.filter(|index| *index < rest.len())
        && let Some((least, without)) = total(&study.intervals[cheapest]).zip(total(never))
    {
        said.push(format!(
            "It costs {} a month more than a drill {}, what runs and failure together.",
            format::money(without - least, currency),
            study.intervals[cheapest].label
        ));
    }
    if (0..study.intervals.len()).any(|index| study.is_alike(index)) {
        said.push(
            "~ cannot be told from the most available one yet, over the same trials: more --trials may".to_owned(),
        );
    }
    said
}
