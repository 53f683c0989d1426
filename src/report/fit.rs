//! What an incident log says: tables for terminals, and the same in Markdown.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::fit_yaml::{Pasted, fit_yaml};
use super::markdown::escaped;
use super::table::{rendered, table};
use super::terminal::push_wrapped;
use crate::results::{FamilyFit, FitDropped, FitGroup, FitStudy, Ranged, RateFit, TimeFit, format};

const FAMILIES: [&str; 7] = [
    "family",
    "parameters",
    "median",
    "p95",
    "mean",
    "AICc",
    "fit",
];
const GROUPS: [&str; 7] = [
    "",
    "incidents",
    "time to repair",
    "median",
    "p95",
    "a year",
    "MTBF",
];

/// Longest name of a group in a table \[characters\].
const NAME_LENGTH: usize = 30;
/// Groups above which only their table is shown.
const IN_FULL: usize = 1;

/// A study for a terminal of so many columns.
#[must_use]
pub fn fit_text(study: &FitStudy, pasted: Pasted<'_>, width: u16) -> String {
    let mut text = format!("{}\n", format::truncated(&title(study), 98).bold());
    for line in about(study) {
        push_wrapped(&mut text, "  ", 2, &line, width);
    }
    if study.groups.len() > IN_FULL {
        text.push('\n');
        let mut rows = table(GROUPS);
        for group in &study.groups {
            rows.add_row(group_cells(study, group).map(Cell::new_owned));
        }
        text.push_str(&rendered(rows, CellAlignment::Right, width));
        text.push('\n');
        for line in group_notes(study) {
            push_wrapped(&mut text, "", 0, &line, width);
        }
    } else {
        for group in &study.groups {
            group_text(&mut text, study, group, width);
        }
    }
    text.push('\n');
    for note in &study.notes {
        push_wrapped(&mut text, "note: ", 6, note, width);
    }
    let _ = write!(
        text,
        "\n{}\n{}",
        "to paste into a model".bold(),
        fit_yaml(study, pasted)
    );
    text
}

/// The same in Markdown.
#[must_use]
pub fn fit_markdown(study: &FitStudy, pasted: Pasted<'_>) -> String {
    let mut text = format!("### {}\n\n", escaped(&title(study)));
    for line in about(study) {
        let _ = writeln!(text, "- {}", escaped(&line));
    }
    let row = |cells: &[String]| {
        let cells: Vec<String> = cells
            .iter()
            .map(|cell| {
                let lines: Vec<String> = cell.lines().map(escaped).collect();
                lines.join("<br>")
            })
            .collect();
        format!("| {} |\n", cells.join(" | "))
    };
    let head = |names: &[&str]| {
        format!(
            "\n| {} |\n|:--|{}\n",
            names.join(" | "),
            "--:|".repeat(names.len() - 1)
        )
    };
    if study.groups.len() > IN_FULL {
        text.push_str(&head(&GROUPS));
        for group in &study.groups {
            text.push_str(&row(&group_cells(study, group)));
        }
        text.push('\n');
        for line in group_notes(study) {
            let _ = writeln!(text, "{}\n", escaped(&line));
        }
    } else {
        for group in &study.groups {
            for (what, fit) in questions(group) {
                let _ = writeln!(text, "\n#### {what}\n\n{}.", escaped(&seen(fit)));
                text.push_str(&head(&FAMILIES));
                for family in &fit.families {
                    text.push_str(&row(&family_cells(fit, family)));
                }
                let _ = writeln!(text, "\n{}.", escaped(&verdict(fit)));
                for note in fit.refused.iter().chain(&fit.notes) {
                    let _ = writeln!(text, "- {}", escaped(note));
                }
            }
            if let Some(rate) = &group.rate {
                let _ = writeln!(
                    text,
                    "\n#### How often\n\n{}.\n",
                    escaped(&rate_line(rate, study.level))
                );
            }
            for note in &group.notes {
                let _ = writeln!(text, "- {}", escaped(note));
            }
        }
    }
    text.push('\n');
    for note in &study.notes {
        let _ = writeln!(text, "- {}", escaped(note));
    }
    let _ = writeln!(text, "\n```yaml\n{}```", fit_yaml(study, pasted));
    text
}

fn title(study: &FitStudy) -> String {
    let mut title = study.log.clone();
    for filter in &study.filters {
        let _ = write!(title, ", {filter}");
    }
    if let Some(by) = &study.by {
        let _ = write!(title, ", by {by}");
    }
    title
}

/// What was read, and what was left out.
fn about(study: &FitStudy) -> Vec<String> {
    let incidents: u64 = study.groups.iter().map(|group| group.incidents).sum();
    let mut lines = vec![format!(
        "{} rows, {} asked for, {} incidents taken; {} intervals, seed {}",
        format::count(study.rows),
        format::count(study.selected),
        format::count(incidents),
        format::level(study.level),
        study.seed
    )];
    let columns: Vec<String> = study
        .columns
        .iter()
        .map(|column| format!("{} {}", column.says, column.name))
        .collect();
    lines.push(format!("columns: {}", columns.join(", ")));
    lines.extend(study.dropped.iter().map(dropped));
    lines
}

fn dropped(dropped: &FitDropped) -> String {
    let rows = if dropped.rows == 1 { "row" } else { "rows" };
    let from = match dropped.from.as_str() {
        "all" => String::new(),
        part => format!(" of {part}"),
    };
    let lines: Vec<String> = dropped.lines.iter().map(ToString::to_string).collect();
    let more = if dropped.rows > lines.len() as u64 {
        ", …"
    } else {
        ""
    };
    format!(
        "left out{from}: {} {rows}: {} (line {}{more})",
        format::count(dropped.rows),
        dropped.reason,
        lines.join(", ")
    )
}

fn questions(group: &FitGroup) -> impl Iterator<Item = (&'static str, &TimeFit)> {
    let repair = group.repair.as_ref().map(|fit| ("Time to repair", fit));
    let between = group
        .between
        .as_ref()
        .map(|fit| ("Time between failures", fit));
    repair.into_iter().chain(between)
}

fn group_text(text: &mut String, study: &FitStudy, group: &FitGroup, width: u16) {
    for (what, fit) in questions(group) {
        let _ = writeln!(text, "\n{}: {}", what.bold(), seen(fit));
        if !fit.families.is_empty() {
            let mut rows = table(FAMILIES);
            for family in &fit.families {
                rows.add_row(family_cells(fit, family).map(Cell::new_owned));
            }
            text.push_str(&rendered(rows, CellAlignment::Right, width));
        }
        push_wrapped(text, "→ ", 2, &verdict(fit), width);
        for note in fit.refused.iter().chain(&fit.notes) {
            push_wrapped(text, "  note: ", 8, note, width);
        }
    }
    if let Some(rate) = &group.rate {
        text.push('\n');
        push_wrapped(
            text,
            &format!("{}: ", "How often".bold()),
            11,
            &rate_line(rate, study.level),
            width,
        );
        for note in &group.notes {
            push_wrapped(text, "  note: ", 8, note, width);
        }
    }
}

/// What there is of some times.
fn seen(fit: &TimeFit) -> String {
    let times = if fit.n == 1 { "time" } else { "times" };
    let mut said = format!("{} {times}", format::count(fit.n));
    let kinds = [
        (fit.right_censored, "longer than known"),
        (fit.left_censored, "shorter than known"),
        (fit.interval_censored, "between two bounds"),
    ];
    for (n, kind) in kinds {
        if n > 0 {
            let _ = write!(said, ", {} {kind}", format::count(n));
        }
    }
    if let Some(median) = fit.sample_median_seconds {
        let _ = write!(said, "; median {}", format::duration(median));
    }
    if let Some(mean) = fit.sample_mean_seconds {
        let of = if fit.exact < fit.n {
            " of the exact ones"
        } else {
            ""
        };
        let _ = write!(said, ", mean{of} {}", format::duration(mean));
    }
    said
}

fn verdict(fit: &TimeFit) -> String {
    match fit.chosen {
        Some(_) => format!("use {}", fit.reason),
        None => fit.reason.clone(),
    }
}

fn family_cells(fit: &TimeFit, family: &FamilyFit) -> [String; 7] {
    let least = fit
        .families
        .iter()
        .map(|family| family.aicc)
        .fold(f64::INFINITY, f64::min);
    let parameters: Vec<String> = family
        .parameters
        .iter()
        .map(|parameter| {
            let in_seconds = parameter.unit == "s";
            let said = |value: f64| {
                if in_seconds {
                    format::duration_short(value)
                } else {
                    format!("{value:.3}")
                }
            };
            format!("{} {}", parameter.name, inline(&parameter.value, &said))
        })
        .collect();
    let mark = if fit.chosen.as_deref() == Some(family.family.as_str()) {
        "→ "
    } else {
        "  "
    };
    [
        format!("{mark}{}", family.family),
        parameters.join("\n"),
        cell(&family.median_seconds),
        cell(&family.p95_seconds),
        cell(&family.mean_seconds),
        format!(
            "{}\n{}",
            difference(family.aicc - least),
            format::probability(family.weight)
        ),
        family.goodness.map_or_else(
            || "not tested".to_owned(),
            |tested| {
                format!(
                    "{}\nA² {}",
                    format::p_value(tested.p_value),
                    format::significant(tested.anderson_darling, 3)
                )
            },
        ),
    ]
}

fn difference(aicc: f64) -> String {
    if aicc <= 0.0 {
        "lowest".to_owned()
    } else {
        format!("+{aicc:.1}")
    }
}

fn inline(value: &Ranged, said: &dyn Fn(f64) -> String) -> String {
    let figure = value.value.map_or_else(|| format::NO_DATA.to_owned(), said);
    match (value.low, value.high) {
        (Some(low), Some(high)) => format!("{figure} ({} to {})", said(low), said(high)),
        (Some(low), None) => format!("{figure} (at least {})", said(low)),
        (None, Some(high)) => format!("{figure} (at most {})", said(high)),
        (None, None) => format!("{figure} (any)"),
    }
}

fn cell(value: &Ranged) -> String {
    let figure = value
        .value
        .map_or_else(|| format::NO_DATA.to_owned(), format::duration_short);
    let range = match (value.low, value.high) {
        (Some(low), Some(high)) => format::duration_interval_short(low, high),
        (Some(low), None) => format!("≥ {}", format::duration_short(low)),
        (None, Some(high)) => format!("≤ {}", format::duration_short(high)),
        (None, None) => "any".to_owned(),
    };
    format!("{figure}\n{range}")
}

fn rate_line(rate: &RateFit, level: f64) -> String {
    let years = rate.exposure_hours / rate.places / crate::units::HOURS_PER_YEAR;
    let number = |value: f64| format::significant(value, 3);
    let places = if rate.places == 1.0 {
        "1 place".to_owned()
    } else {
        format!("{} places", number(rate.places))
    };
    let down = rate.down_hours / rate.exposure_hours;
    format!(
        "{} failures in {} years of {places}, of which {} in repair: {} a year of operation each; mean operating time between failures {} ({} intervals, {})",
        format::count(rate.n),
        number(years),
        format::probability(down),
        inline(&rate.per_year, &number),
        inline(&rate.mtbf_seconds, &format::duration),
        format::level(level),
        rate.mtbf_seconds.method
    )
}

fn group_cells(study: &FitStudy, group: &FitGroup) -> [String; 7] {
    let choice = group.repair.as_ref().and_then(TimeFit::choice);
    let none = || format::NO_DATA.to_owned();
    let name = match (&study.by, group.name.as_str()) {
        (Some(_), "") => "(empty)",
        (_, name) => name,
    };
    [
        format::truncated(name, NAME_LENGTH),
        format::count(group.incidents),
        group.repair.as_ref().map_or_else(none, |repair| {
            let family = choice.map_or_else(none, |choice| choice.family.clone());
            format!("{family}\nn = {}", format::count(repair.n))
        }),
        choice.map_or_else(none, |choice| cell(&choice.median_seconds)),
        choice.map_or_else(none, |choice| cell(&choice.p95_seconds)),
        group.rate.as_ref().map_or_else(none, |rate| {
            let range =
                |value: Option<f64>| value.map_or_else(none, |value| format::significant(value, 2));
            format!(
                "{}\n{} to {}",
                range(rate.per_year.value),
                range(rate.per_year.low),
                range(rate.per_year.high)
            )
        }),
        group
            .rate
            .as_ref()
            .map_or_else(none, |rate| cell(&rate.mtbf_seconds)),
    ]
}

/// The notes of groups, each group by its name.
fn group_notes(study: &FitStudy) -> Vec<String> {
    let mut lines = Vec::new();
    for group in &study.groups {
        let times = questions(group).flat_map(|(_, fit)| fit.refused.iter().chain(&fit.notes));
        let few = group.repair.as_ref().is_some_and(|fit| fit.n < 20);
        // Of small groups one line says enough.
        if few {
            continue;
        }
        for note in times.chain(&group.notes) {
            lines.push(format!(
                "{}: {note}",
                format::truncated(&group.name, NAME_LENGTH)
            ));
        }
    }
    let small = study
        .groups
        .iter()
        .filter(|group| group.repair.as_ref().is_some_and(|fit| fit.n < 20))
        .count();
    if small > 0 {
        lines.push(format!(
            "{small} of {} groups have fewer than 20 times: their families can hardly be told apart; with fewer than 5 different ones only a mean is fitted (--format json has every note)",
            study.groups.len()
        ));
    }
    lines
}
