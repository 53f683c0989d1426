//! Which changes to make: a table and a few sentences for terminals, the same in Markdown, and CSV.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::csv::{Columns, written};
use super::markdown::escaped;
use super::recommend_words::{Said, about, said};
use super::table::{rendered, table};
use super::terminal::push_wrapped;
use crate::results::{
    AgainstStart, CostPerNine, DesignResult, Estimate, RecommendStudy, Route, Standing, format,
};

const HEADINGS: [&str; 6] = [
    "change",
    "downtime avoided, min/year",
    "runs, a month",
    "with failure",
    "for each nine",
    "objectives",
];

/// A study for a terminal of so many columns.
#[must_use]
pub fn recommend_text(model: &str, study: &RecommendStudy, seed: u64, width: u16) -> String {
    let title = format!("{model}: which changes pay");
    let mut text = format!("{}\n", format::truncated(&title, 98).bold());
    for line in about(study, seed) {
        push_wrapped(&mut text, "", 0, &format::printable(&line), width);
    }
    text.push('\n');
    let mut rows = table(HEADINGS);
    for design in ranked(study) {
        let cells = cells(design, &study.currency);
        rows.add_row(cells.map(Cell::new_owned));
    }
    if study.ranking.is_empty() {
        push_wrapped(
            &mut text,
            "",
            0,
            "Nothing of the kinds asked for can be changed here: what is missing is below, under How far this goes.",
            width,
        );
    } else {
        text.push_str(&rendered(rows, CellAlignment::Right, width));
    }
    for Said { heading, lines } in said(study) {
        let _ = writeln!(text, "\n{}", heading.bold());
        for line in lines {
            push_wrapped(&mut text, "", 0, &format::printable(&line), width);
        }
    }
    text
}

/// The same in Markdown.
#[must_use]
pub fn recommend_markdown(model: &str, study: &RecommendStudy, seed: u64) -> String {
    let mut text = format!("### {}: which changes pay\n\n", shown(model));
    for line in about(study, seed) {
        let _ = writeln!(text, "{}\n", shown(&line));
    }
    let _ = writeln!(
        text,
        "| {} |\n|:--|--:|--:|--:|--:|:--|",
        HEADINGS.join(" | ")
    );
    for design in ranked(study) {
        let cells = cells(design, &study.currency).map(|cell| {
            let lines: Vec<String> = cell.lines().map(shown).collect();
            lines.join("<br>")
        });
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    for Said { heading, lines } in said(study) {
        let _ = writeln!(text, "\n**{}**\n", shown(&heading));
        for line in lines {
            let _ = writeln!(text, "- {}", shown(line.trim_start()));
        }
    }
    text
}

/// A text that Markdown takes as it is, without characters that turn the order of what stands around them.
fn shown(text: &str) -> String {
    escaped(&format::printable(text))
}

/// One row for each design that was played again.
///
/// # Errors
///
/// None in practice: rows have as many cells as the header and memory takes every write.
pub fn recommend_csv(study: &RecommendStudy) -> Result<String, csv::Error> {
    let unit = format!("_{}_per_month", study.currency);
    written(study.designs.iter().enumerate().map(|(index, design)| {
        let against = design.against_start.as_ref();
        let mut row = Columns::default();
        row.text("design", &design.label);
        row.text("topology", &design.topology);
        row.text("pattern", &design.pattern);
        row.text("set", design.set.join("; "));
        row.text("changes", design.changes.len());
        row.text("trials", design.trials);
        row.flag("is_start", Some(index == 0));
        row.flag("is_choice", Some(study.choice == Some(index)));
        row.flag("is_nearest", Some(study.nearest == Some(index)));
        row.flag("is_next_nine", Some(study.next_nine.design == Some(index)));
        row.flag("meets_objectives", Some(design.meets_objectives));
        row.text("standing", design.standing.name());
        row.estimate("unavailability", "", Some(&design.unavailability));
        row.number(&format!("cost{unit}"), design.cost_per_month.total);
        let total = design.cost_per_month.total_with_failure.as_ref();
        row.estimate("cost_with_failure", &unit, total);
        let avoided = against.map(|against| &against.avoided_minutes_per_year);
        row.estimate("avoided_minutes_per_year", "", avoided);
        let running = against.and_then(|against| against.running_cost);
        row.number(&format!("cost_difference{unit}"), running);
        let cost = against.and_then(|against| against.cost_with_failure.as_ref());
        row.estimate("cost_with_failure_difference", &unit, cost);
        row.estimate(
            "nines_gained",
            "",
            against.and_then(|against| against.nines.as_ref()),
        );
        let per_nine = against.and_then(|against| against.cost_per_nine);
        row.number(
            &format!("cost_per_nine{unit}"),
            per_nine.map(|cost| cost.mean),
        );
        row.number(
            &format!("cost_per_nine_low{unit}"),
            per_nine.map(|cost| cost.low),
        );
        row.number(
            &format!("cost_per_nine_high{unit}"),
            per_nine.map(|cost| cost.high),
        );
        let missing: Vec<&str> = (design.changes.iter())
            .filter_map(|change| change.not_priced.as_deref())
            .collect();
        row.text("not_priced", missing.join("; "));
        row.0
    }))
}

fn ranked(study: &RecommendStudy) -> impl Iterator<Item = &DesignResult> {
    let ranking = study.ranking.iter();
    ranking.filter_map(|index| study.designs.get(*index))
}

fn cells(design: &DesignResult, currency: &str) -> [String; 6] {
    let words: Vec<&str> = (design.changes.iter())
        .map(|change| change.words.as_str())
        .collect();
    let words = format::truncated(&words.join(" + "), 90);
    let standing = standing(design).to_owned();
    let Some(against) = &design.against_start else {
        return [
            words,
            String::new(),
            String::new(),
            String::new(),
            String::new(),
            standing,
        ];
    };
    [
        words,
        avoided(&against.avoided_minutes_per_year),
        running(design, against, currency),
        against.cost_with_failure.as_ref().map_or_else(
            || format::NO_DATA.to_owned(),
            |cost| with_interval(cost, currency, "\n", ""),
        ),
        per_nine(design, against, currency),
        standing,
    ]
}

/// Whether it meets the objectives, as far as it is known.
pub(super) fn standing(design: &DesignResult) -> &'static str {
    if design.objectives.is_empty() {
        return format::NO_DATA;
    }
    match (design.meets_objectives, design.standing) {
        (true, Standing::Met) => "met",
        (true, _) => "met, not surely",
        (false, Standing::Missed) => "missed",
        (false, _) => "missed, not surely",
    }
}

pub(super) fn avoided(minutes: &Estimate) -> String {
    // Errors of rounding are no interval.
    if minutes.route != Route::Simulated {
        let figure = if minutes.mean.abs() < 1e-6 {
            0.0
        } else {
            minutes.mean
        };
        return signed(figure, |size| format::significant(size, 3));
    }
    let digits = |value: f64| signed(value, |size| format::significant(size, 3));
    format!(
        "{}\n{} to {}",
        digits(minutes.mean),
        digits(minutes.low),
        digits(minutes.high)
    )
}

fn signed(value: f64, words: impl Fn(f64) -> String) -> String {
    if value < 0.0 {
        format!("−{}", words(-value))
    } else {
        words(value)
    }
}

fn running(design: &DesignResult, against: &AgainstStart, currency: &str) -> String {
    let all_unpriced = design
        .changes
        .iter()
        .all(|change| change.not_priced.is_some());
    match against.running_cost {
        None => format::NO_DATA.to_owned(),
        Some(cost) if all_unpriced && cost.abs() < 0.005 => "not priced".to_owned(),
        Some(cost) => more(cost, currency),
    }
}

/// An amount more or less.
pub(super) fn more(amount: f64, currency: &str) -> String {
    // What is rounded away has no sign.
    if amount.abs() < 0.005
        || format::money_rounded(amount.abs(), currency) == format::money_rounded(0.0, currency)
    {
        return format!("±{}", format::money(0.0, currency));
    }
    let sign = if amount < 0.0 { "−" } else { "+" };
    format!("{sign}{}", format::money_rounded(amount.abs(), currency))
}

/// The same with its interval between two marks, if it has one that shows.
pub(super) fn with_interval(cost: &Estimate, currency: &str, before: &str, after: &str) -> String {
    let [mean, low, high] = [cost.mean, cost.low, cost.high].map(|each| more(each, currency));
    if low == high {
        mean
    } else {
        format!("{mean}{before}{low} to {high}{after}")
    }
}

fn per_nine(design: &DesignResult, against: &AgainstStart, currency: &str) -> String {
    if against.avoided_minutes_per_year.high < 0.0 {
        return "loses".to_owned();
    }
    let all_unpriced = design
        .changes
        .iter()
        .all(|change| change.not_priced.is_some());
    match against.cost_per_nine {
        _ if !against.is_resolved => "not resolved".to_owned(),
        Some(cost) if cost.high <= 0.0 => "saves".to_owned(),
        Some(cost) if cost.is_dear() => {
            format!("> {}", format::money_short(CostPerNine::DEAR, currency))
        }
        Some(cost) => {
            let [mean, low, high] =
                [cost.mean, cost.low, cost.high].map(|each| short(each, currency));
            if low == high {
                mean
            } else {
                format!("{mean}\n{low} to {high}")
            }
        }
        None if all_unpriced => "not priced".to_owned(),
        // Downtime surely avoided, but of nines the interval reaches down to 0.
        None if against.running_cost.is_some() => "not resolved".to_owned(),
        None => format::NO_DATA.to_owned(),
    }
}

/// Money with three digits, short: a nine may cost millions.
pub(super) fn short(amount: f64, currency: &str) -> String {
    if amount <= 0.0 {
        return format::money(0.0, currency);
    }
    let step = 10_f64.powf(amount.log10().floor() - 2.0);
    format::money_short((amount / step).round() * step, currency)
}
