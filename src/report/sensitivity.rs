//! Which assumptions matter: tables for terminals, the same in Markdown, and CSV.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::csv::{Columns, written};
use super::markdown::escaped;
use super::table::{rendered, table};
use super::terminal::push_wrapped;
use crate::results::{
    Bar, BarEnd, Estimate, Flip, SensitiveTopology, SensitivityStudy, Share, format,
};

/// Bars in a table.
const MOST: usize = 12;
const HEADINGS: [&str; 6] = [
    "assumption",
    "from",
    "to",
    "downtime, min/year",
    "cost/month",
    "of not knowing",
];

/// A study for a terminal of so many columns.
#[must_use]
pub fn sensitivity_text(model: &str, study: &SensitivityStudy, width: u16) -> String {
    let title = format!("{model}: which assumptions matter");
    let mut text = format!("{}\n", format::truncated(&title, 98).bold());
    push_wrapped(&mut text, "", 0, &about(study), width);
    for topology in shown(study) {
        let _ = writeln!(
            text,
            "\n{}",
            format::truncated(&heading(topology, study), 98).bold()
        );
        if topology.bars.is_empty() {
            continue;
        }
        let mut rows = table(HEADINGS);
        for bar in ordered(topology).into_iter().take(MOST) {
            rows.add_row(cells(bar, &study.currency).map(Cell::new_owned));
        }
        text.push_str(&rendered(rows, CellAlignment::Right, width));
        for line in notes(topology, study) {
            push_wrapped(&mut text, "", 0, &line, width);
        }
    }
    text.push('\n');
    for line in verdict(study) {
        push_wrapped(&mut text, "", 0, &line, width);
    }
    text
}

/// The same in Markdown.
#[must_use]
pub fn sensitivity_markdown(model: &str, study: &SensitivityStudy) -> String {
    let mut text = format!(
        "### {}: which assumptions matter\n\n{}\n\n",
        escaped(model),
        escaped(&about(study))
    );
    for topology in &study.topologies {
        let _ = writeln!(text, "**{}**\n", escaped(&heading(topology, study)));
        let _ = writeln!(
            text,
            "| {} |\n|:--|--:|--:|--:|--:|--:|",
            HEADINGS.join(" | ")
        );
        for bar in ordered(topology).into_iter().take(MOST) {
            let cells = cells(bar, &study.currency).map(|cell| {
                let lines: Vec<String> = cell.lines().map(escaped).collect();
                lines.join("<br>")
            });
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text.push('\n');
        for line in notes(topology, study) {
            let _ = writeln!(text, "{}\n", escaped(&line));
        }
    }
    for line in verdict(study) {
        let _ = writeln!(text, "- {}", escaped(&line));
    }
    text
}

/// One row for each topology and assumption.
///
/// # Errors
///
/// None in practice: rows have as many cells as the header and memory takes every write.
pub fn sensitivity_csv(study: &SensitivityStudy) -> Result<String, csv::Error> {
    let currency = &study.currency;
    let all = study
        .topologies
        .iter()
        .flat_map(|topology| topology.bars.iter().map(move |bar| (topology, bar)));
    written(all.map(|(topology, bar)| {
        let mut row = Columns::default();
        row.text("topology", &topology.name);
        row.text("pattern", &topology.pattern);
        row.text("assumption", &bar.path);
        row.text("written", &bar.written);
        row.text("source", bar.source.as_deref().unwrap_or_default());
        row.flag("has_range", Some(bar.has_range));
        row.flag("screened", Some(bar.screened));
        row.estimate("unavailability", "", Some(&topology.unavailability));
        for (name, end) in [("from", &bar.low), ("to", &bar.high)] {
            row.text(name, &end.value);
            row.text(&format!("{name}_trials"), end.trials);
            row.estimate(
                &format!("{name}_unavailability"),
                "",
                Some(&end.unavailability),
            );
            row.estimate(
                &format!("{name}_unavailability_difference"),
                "",
                Some(&end.unavailability_difference),
            );
            let unit = format!("_{currency}_per_month");
            row.estimate(
                &format!("{name}_cost_difference"),
                &unit,
                end.cost_difference.as_ref(),
            );
        }
        let share = bar.variance_share;
        row.number("variance_share", share.map(|share| share.mean));
        row.number("variance_share_low", share.map(|share| share.low));
        row.number("variance_share_high", share.map(|share| share.high));
        row.0
    }))
}

fn about(study: &SensitivityStudy) -> String {
    let cut = if study.partial { "; cut short" } else { "" };
    format!(
        "each of {} assumptions by itself, at both ends of its range, or divided and multiplied by {} (chances by their odds), in the \
         same trials; differences from the model as it stands, {} intervals{cut}",
        study.assumptions,
        study.factor,
        format::level(study.level)
    )
}

/// The topology that is recommended, or all that were asked for: a terminal has room for few. Where that one was not played before the
/// end, those that were.
fn shown(study: &SensitivityStudy) -> Vec<&SensitiveTopology> {
    let recommended = study
        .topologies
        .iter()
        .filter(|topology| study.recommended.as_ref() == Some(&topology.name));
    let recommended: Vec<&SensitiveTopology> = recommended.collect();
    if recommended.iter().any(|topology| !topology.bars.is_empty()) {
        return recommended;
    }
    let was_played = |topology: &&SensitiveTopology| !topology.bars.is_empty();
    let played: Vec<&SensitiveTopology> = study.topologies.iter().filter(was_played).collect();
    if study.partial && !played.is_empty() {
        played
    } else if recommended.is_empty() {
        study.topologies.iter().collect()
    } else {
        recommended
    }
}

fn heading(topology: &SensitiveTopology, study: &SensitivityStudy) -> String {
    let cost = topology.cost.as_ref().map_or_else(String::new, |cost| {
        format!(
            ", {} a month with failure",
            format::money_rounded(cost.mean, &study.currency)
        )
    });
    let recommended = if study.recommended.as_ref() == Some(&topology.name) {
        " (recommended)"
    } else {
        ""
    };
    format!(
        "{}{recommended}: {} available{cost}",
        topology.name,
        format::availability(&topology.unavailability)
    )
}

/// Bars by the larger of what they move, as a share of each figure.
fn ordered(topology: &SensitiveTopology) -> Vec<&Bar> {
    let share = |bar: &Bar| {
        let lost = bar.swing() / topology.unavailability.mean.max(f64::MIN_POSITIVE);
        let cost = bar.cost_swing().zip(topology.cost.as_ref());
        lost.max(cost.map_or(0.0, |(swing, cost)| {
            swing / cost.mean.max(f64::MIN_POSITIVE)
        }))
    };
    let mut bars: Vec<&Bar> = topology.bars.iter().collect();
    bars.sort_by(|a, b| share(b).total_cmp(&share(a)));
    bars
}

fn cells(bar: &Bar, currency: &str) -> [String; 6] {
    let screened = if bar.screened { " °" } else { "" };
    [
        format!("{}{screened}", bar.path),
        bar.low.value.clone(),
        bar.high.value.clone(),
        both(bar, |end| Some(downtime(&end.unavailability_difference))),
        both(bar, |end| {
            end.cost_difference
                .as_ref()
                .map(|difference| money(difference, currency))
        }),
        bar.variance_share
            .map_or_else(String::new, |share| share_in_words(share, "\n")),
    ]
}

/// A share and its interval, if that says more.
fn share_in_words(share: Share, between: &str) -> String {
    let mean = format::probability(share.mean);
    let interval = format::probability_interval(share.low, share.high);
    if interval == mean {
        mean
    } else {
        format!("{mean}{between}({interval})")
    }
}

/// A figure at the lower end, and below it at the upper one.
fn both(bar: &Bar, figure: impl Fn(&BarEnd) -> Option<String>) -> String {
    let ends =
        [&bar.low, &bar.high].map(|end| figure(end).unwrap_or_else(|| format::NO_DATA.to_owned()));
    ends.join("\n")
}

/// A year's part of a difference in minutes, with its interval.
fn downtime(difference: &Estimate) -> String {
    const MINUTES: f64 = 8760.0 * 60.0;
    with_interval(difference, |value| {
        signed(value * MINUTES, |value| format::significant(value, 3))
    })
}

fn money(difference: &Estimate, currency: &str) -> String {
    with_interval(difference, |value| {
        signed(value, |value| format::money_rounded(value, currency))
    })
}

fn with_interval(difference: &Estimate, words: impl Fn(f64) -> String) -> String {
    let [mean, low, high] = [difference.mean, difference.low, difference.high].map(words);
    if low == high {
        mean
    } else {
        format!("{mean} ({low} to {high})")
    }
}

fn signed(value: f64, words: impl Fn(f64) -> String) -> String {
    if value == 0.0 {
        "0".to_owned()
    } else if value > 0.0 {
        format!("+{}", words(value))
    } else {
        format!("−{}", words(-value))
    }
}

fn notes(topology: &SensitiveTopology, study: &SensitivityStudy) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(spread) = &topology.spread {
        let share = |estimate: &Estimate| {
            format!(
                "{} ({})",
                format::probability(estimate.mean),
                format::probability_interval(estimate.low, estimate.high)
            )
        };
        said.push(format!(
            "What years differ by: {} is luck, which only another design changes; {} is not knowing the ranges, which measuring takes away.",
            share(&spread.luck),
            share(&spread.ignorance)
        ));
    } else if topology.bars.iter().all(|bar| !bar.has_range) {
        said.push("No time has a range: all that years differ by is luck. Write { between: [a, b] } for what you do not know well.".to_owned());
    }
    if topology.bars.len() > MOST {
        said.push(format!(
            "{} more move less; the files have them.",
            topology.bars.len() - MOST
        ));
    }
    if ordered(topology).iter().take(MOST).any(|bar| bar.screened) {
        said.push(
            "° in few trials only, as others move more: --top plays more of them at length."
                .to_owned(),
        );
    }
    if study.topologies.len() > 1 && study.recommended.is_some() {
        said.push("Other topologies are in the files; -t shows them here.".to_owned());
    }
    said
}

/// What changes the choice, and what measuring would be worth.
fn verdict(study: &SensitivityStudy) -> Vec<String> {
    let mut said = Vec::new();
    if !study.not_played.is_empty() {
        said.push(format!(
            "Not played with other assumptions before it was cut short: {}.",
            study.not_played.join(", ")
        ));
    }
    match (&study.recommended, study.topologies.len()) {
        (Some(now), _) => {
            said.push(flips_in_short(study, now));
            said.extend(study.flips.iter().map(flip));
            said.extend(measurements(study));
        }
        (None, 1) => said.push("One topology alone is not chosen from anything: leave -t out to see what changes the choice.".to_owned()),
        (None, _) => said.push("Nothing is recommended, as costs are not priced: no assumption can change that.".to_owned()),
    }
    if !study.certain.is_empty() {
        said.push(format!(
            "Taken as certain, and not varied: {}.",
            study.certain.join(", ")
        ));
    }
    said.extend(
        study
            .left_out
            .iter()
            .map(|left| format!("Not varied: {} ({}).", left.path, left.why)),
    );
    said
}

fn flips_in_short(study: &SensitivityStudy, now: &str) -> String {
    match study.flips.len() {
        0 if !study.not_played.is_empty() => {
            let trials = (study.topologies.iter())
                .map(|topology| topology.unavailability.n)
                .min()
                .unwrap_or_default();
            format!(
                "{now} is recommended, by {} of each topology; too little was played to say what would change that.",
                format::trials(trials)
            )
        }
        0 => format!(
            "{now} is recommended at both ends of every assumption: none changes the choice by itself."
        ),
        1 => format!("{now} is recommended. One assumption changes that within its range:"),
        several => format!("{now} is recommended. {several} ends of assumptions change that:"),
    }
}

fn flip(flip: &Flip) -> String {
    let sure = if flip.is_sure {
        ""
    } else {
        ", though not surely"
    };
    if flip.searched {
        format!(
            "  {} ({}): {} from about {} on ({} to {}){sure}.",
            flip.path, flip.written, flip.to, flip.at, flip.low, flip.high
        )
    } else {
        format!(
            "  {} ({}): {} somewhere between {} and {}{sure}.",
            flip.path, flip.written, flip.to, flip.low, flip.high
        )
    }
}

fn measurements(study: &SensitivityStudy) -> Vec<String> {
    let Some(best) = study.measurements.first() else {
        return vec![
            "No assumption has a range, so that nothing can be said of what measuring is worth."
                .to_owned(),
        ];
    };
    if best.another_choice.high <= 0.0 {
        return vec!["No single measurement would change the choice.".to_owned()];
    }
    let amount = |saving: Share| {
        format!(
            "; choosing anew would save {} a month on average ({})",
            format::money(saving.mean, &study.currency),
            format::money_interval(saving.low, saving.high, &study.currency)
        )
    };
    let worth = best.saving.filter(|saving| saving.high > 0.0);
    let saving = worth.map_or_else(String::new, amount);
    let misses = if best.misses > 0.0 {
        format!(
            "; with a chance of {} {} then misses an objective",
            format::probability(best.misses),
            study.recommended.as_deref().unwrap_or_default()
        )
    } else {
        String::new()
    };
    vec![format!(
        "The measurement that would settle most: {}. With a chance of {} it leads to another choice{saving}{misses}.",
        best.path,
        share_in_words(best.another_choice, " ")
    )]
}
