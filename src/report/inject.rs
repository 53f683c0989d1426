//! A played scenario: tables for terminals, and the same in Markdown.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::markdown::escaped;
use super::table::{rendered, table};
use super::terminal::push_wrapped;
use crate::model::Scenario;
use crate::results::{
    Estimate, FaultEcho, InjectedTopology, Injection, JourneyTimeline, Spell, format,
};

/// Width of the timeline of a terminal \[characters\].
const STRIP: usize = 60;

/// A played scenario for a terminal of so many columns.
#[must_use]
pub fn injection_text(model: &str, injection: &Injection, width: u16) -> String {
    let scenario = &injection.scenario;
    let title = format!("{model}: {}", scenario.name);
    let mut text = format!("{}\n", format::truncated(&title, 98).bold());
    let mut push = |label: &str, words: &str| {
        push_wrapped(
            &mut text,
            label,
            label.chars().count(),
            &format::printable(words),
            width,
        );
    };
    if let Some(description) = &scenario.description {
        push("", description);
    }
    push("", &about(injection));
    for (number, fault) in (1..).zip(&scenario.faults) {
        push(&format!("  {number}. "), &told(fault));
    }
    if let Some(source) = &scenario.source {
        push("source: ", source);
    }
    for known in &scenario.known {
        push("known: ", known);
    }
    for assumed in &scenario.assumed {
        push("assumed: ", assumed);
    }
    text.push('\n');
    text.push_str(&drawn(&losses(injection), width));
    text.push('\n');
    text.push_str(&strips(injection));
    for rows in [
        differences(injection),
        steps(injection),
        journey_table(injection),
    ]
    .into_iter()
    .flatten()
    {
        text.push('\n');
        text.push_str(&drawn(&rows, width));
    }
    let phases = phase_lines(injection);
    if !phases.is_empty() {
        text.push_str("\nWhat is lost, by what the failover is doing\n");
        for (name, line) in phases {
            push_wrapped(&mut text, &format!("  {name}: "), 4, &line, width);
        }
    }
    let notes = notes(injection);
    if !notes.is_empty() {
        text.push('\n');
        for note in notes {
            push_wrapped(&mut text, "", 0, &note, width);
        }
    }
    text
}

/// The same in Markdown.
#[must_use]
pub fn injection_markdown(model: &str, injection: &Injection) -> String {
    let scenario = &injection.scenario;
    let mut text = format!("### {}: {}\n\n", escaped(model), escaped(&scenario.name));
    if let Some(description) = &scenario.description {
        let _ = writeln!(text, "{}\n", escaped(description));
    }
    let _ = writeln!(text, "{}\n", escaped(&about(injection)));
    for (number, fault) in (1..).zip(&scenario.faults) {
        let _ = writeln!(text, "{number}. {}", escaped(&told(fault)));
    }
    text.push('\n');
    if let Some(source) = &scenario.source {
        let _ = writeln!(text, "Source: {}\n", escaped(source));
    }
    for (label, all) in [("Known", &scenario.known), ("Assumed", &scenario.assumed)] {
        for line in all {
            let _ = writeln!(text, "- {label}: {}", escaped(line));
        }
    }
    text.push('\n');
    let all = [
        Some(losses(injection)),
        differences(injection),
        steps(injection),
        journey_table(injection),
    ];
    for rows in all.into_iter().flatten() {
        push_table(&mut text, &rows[0], rows[1..].iter().cloned());
        text.push('\n');
    }
    let phases = phase_lines(injection);
    if !phases.is_empty() {
        text.push_str("\nWhat is lost, by what the failover is doing:\n\n");
        for (name, line) in phases {
            let _ = writeln!(text, "- {}: {}", escaped(&name), escaped(&line));
        }
    }
    text.push('\n');
    for note in notes(injection) {
        let _ = writeln!(text, "{}\n", escaped(&note));
    }
    text
}

fn push_table(text: &mut String, header: &[String], rows: impl Iterator<Item = Vec<String>>) {
    let safe = |cell: &String| {
        let lines: Vec<String> = cell.lines().map(escaped).collect();
        lines.join("<br>")
    };
    let titles: Vec<String> = header.iter().map(safe).collect();
    let _ = writeln!(text, "| {} |", titles.join(" | "));
    let _ = writeln!(
        text,
        "|:--{}|",
        "|--:".repeat(header.len().saturating_sub(1))
    );
    for row in rows {
        let cells: Vec<String> = row.iter().map(safe).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
}

/// How it was played.
pub(super) fn about(injection: &Injection) -> String {
    let beside = match injection.background.as_str() {
        "random" => "everything else fails as the model says",
        _ => "everything else is healthy",
    };
    let most = injection.topologies.iter().map(|topology| topology.trials);
    let exact = injection.topologies.iter().all(|topology| topology.exact);
    let trials = if exact {
        "nothing is drawn, so that all figures are exact".to_owned()
    } else {
        format!(
            "{} of each topology in which anything is drawn, {} intervals",
            format::trials(most.max().unwrap_or(0)),
            format::probability(injection.level)
        )
    };
    let cut = if injection.partial { ", cut short" } else { "" };
    format!(
        "Played for {}{}; {beside}; {trials}{cut}.",
        format::duration(injection.horizon_seconds),
        begins(injection.scenario.hour)
    )
}

/// The hour of the day at which it begins.
fn begins(hour: f64) -> String {
    let minutes = (hour * 60.0).round() as u64;
    if minutes == 0 {
        return String::new();
    }
    format!(" from {}:{:02} o'clock", minutes / 60, minutes % 60)
}

/// A fault in a line.
fn told(fault: &FaultEcho) -> String {
    let at = if fault.at_seconds < 0.0 {
        format!(
            "{} before the beginning",
            format::duration(-fault.at_seconds)
        )
    } else {
        format!("at {}", format::duration(fault.at_seconds))
    };
    let lasts = fault.lasts_seconds.map_or_else(
        || ", for a drawn time".to_owned(),
        |lasts| format!(", for {}", format::duration(lasts)),
    );
    let note = fault
        .note
        .as_ref()
        .map_or_else(String::new, |note| format!(" ({note})"));
    format!("{at}{lasts}: {} {}{note}", fault.place, fault.effect)
}

/// A table for a terminal: the header is the first row.
fn drawn(rows: &[Vec<String>], width: u16) -> String {
    let mut drawn = table(rows[0].iter().map(String::as_str));
    for row in &rows[1..] {
        drawn.add_row(row.iter().cloned().map(Cell::new_owned));
    }
    rendered(drawn, CellAlignment::Right, width)
}

/// Header and rows of what is lost, and of the objectives.
pub(super) fn losses(injection: &Injection) -> Vec<Vec<String>> {
    let objectives = [
        ("RTO", injection.rto_seconds),
        ("RPO", injection.rpo_seconds),
    ];
    let named = objectives.into_iter().filter_map(|(name, limit)| {
        limit.map(|limit| format!("{name} {}", format::duration(limit)))
    });
    let first = ["topology", "lost", "down", "until back"].map(str::to_owned);
    let header = first.into_iter().chain(named).collect();
    let rows = injection.topologies.iter().map(|topology| {
        let figures = [
            name_of(topology),
            requests(&topology.requests_lost, injection),
            time(&topology.down_seconds),
            spell(&topology.until_back, topology.trials, "not down"),
        ];
        let met = [&topology.rto_met, &topology.rpo_met];
        let verdicts = met.into_iter().flatten().map(verdict);
        figures.into_iter().chain(verdicts).collect()
    });
    [header].into_iter().chain(rows).collect()
}

/// Header and rows of what each topology loses more than the one that loses least, in the same trials; `None` for one topology.
pub(super) fn differences(injection: &Injection) -> Option<Vec<Vec<String>>> {
    let topologies = &injection.topologies;
    let lost = |topology: &&InjectedTopology| topology.requests_lost.mean;
    let best = topologies
        .iter()
        .min_by(|a, b| lost(a).total_cmp(&lost(b)))
        .filter(|_| topologies.len() > 1)?;
    let header = [
        format!("more than {}", name_of(best)),
        "lost".to_owned(),
        "down".to_owned(),
        "loses more in".to_owned(),
    ];
    let others = (topologies.iter()).filter(|topology| topology.name != best.name);
    let rows = others.filter_map(|topology| {
        let pair = (injection.differences.iter()).find(|pair| {
            let ends = [&pair.of, &pair.from];
            ends.contains(&&topology.name) && ends.contains(&&best.name)
        })?;
        let (sign, more) = if pair.of == topology.name {
            (1.0, pair.more)
        } else {
            (-1.0, pair.less)
        };
        let lost = signed(&pair.requests_lost, sign, |value| {
            match injection.rate_per_second {
                Some(_) => number(value),
                None => format::duration(value),
            }
        });
        Some(vec![
            name_of(topology),
            lost,
            signed(&pair.down_seconds, sign, format::duration),
            format!("{} of trials", format::probability(more)),
        ])
    });
    Some([header.to_vec()].into_iter().chain(rows).collect())
}

/// A difference, or the same the other way round, with its interval.
fn signed(figure: &Estimate, sign: f64, words: impl Fn(f64) -> String) -> String {
    let said = |value: f64| match sign * value {
        value if value > 0.0 => format!("+{}", words(value)),
        value if value < 0.0 => format!("−{}", words(-value)),
        _ => "0".to_owned(),
    };
    let mut ends = [said(figure.low), said(figure.high)];
    if sign < 0.0 {
        ends.reverse();
    }
    let spread = figure.spread(|| format!("{} to {}", ends[0], ends[1]));
    two_lines(said(figure.mean), &spread)
}

/// A number of requests.
fn number(value: f64) -> String {
    if value < 1000.0 {
        format::significant(value, 3)
    } else {
        format::count(value.round() as u64)
    }
}

/// Header and rows of how long the steps of the first failover take, and of the data that it loses; `None` where nothing fails over.
pub(super) fn steps(injection: &Injection) -> Option<Vec<Vec<String>>> {
    let happens = |topology: &&InjectedTopology| topology.detect.n > 0 || topology.data_loss.n > 0;
    let mut lossy = injection.topologies.iter().filter(happens).peekable();
    lossy.peek()?;
    let header = ["first failover", "noticed", "decided", "ready", "data lost"].map(str::to_owned);
    let rows = lossy.map(|topology| {
        let n = topology.trials;
        vec![
            name_of(topology),
            spell(&topology.detect, n, format::NO_DATA),
            spell(&topology.decide, n, format::NO_DATA),
            spell(&topology.activate, n, format::NO_DATA),
            spell(&topology.data_loss, n, "none"),
        ]
    });
    Some([header.to_vec()].into_iter().chain(rows).collect())
}

fn name_of(topology: &InjectedTopology) -> String {
    format::truncated(&topology.name, 40)
}

fn two_lines(figure: String, spread: &str) -> String {
    if spread.is_empty() || spread == figure {
        figure
    } else {
        format!("{figure}\n{spread}")
    }
}

/// Requests, or the time for which nobody is served that they come to.
pub(super) fn requests(figure: &Estimate, injection: &Injection) -> String {
    if injection.rate_per_second.is_none() {
        return time(figure);
    }
    let spread = figure.spread(|| format!("{} to {}", number(figure.low), number(figure.high)));
    two_lines(number(figure.mean), &spread)
}

pub(super) fn time(figure: &Estimate) -> String {
    let spread = figure.spread(|| format::duration_interval(figure.low, figure.high));
    two_lines(format::duration(figure.mean), &spread)
}

/// The mean of a time, its interval, its 95 % point, and in how many of the trials there was one.
fn spell(spell: &Spell, trials: u64, none: &str) -> String {
    let Some(mean) = &spell.mean else {
        return none.to_owned();
    };
    let open = if spell.open > 0 { "≥ " } else { "" };
    let mut lines = vec![format!("{open}{}", format::duration(mean.mean))];
    if mean.low < mean.high {
        lines.push(format::duration_interval(mean.low, mean.high));
        lines.extend(
            spell
                .p95
                .map(|p95| format!("p95 {}", format::duration(p95))),
        );
    }
    if spell.n < trials {
        let (n, trials) = (format::count(spell.n), format::count(trials));
        lines.push(format!("in {n} of {trials}"));
    }
    lines.join("\n")
}

fn verdict(met: &Estimate) -> String {
    if met.low == met.high {
        let word = if met.mean >= 1.0 { "met" } else { "missed" };
        return word.to_owned();
    }
    let share = format::probability(met.mean);
    format!(
        "{share}\n({})",
        format::probability_interval(met.low, met.high)
    )
}

/// Mean success over time as blocks of eight heights, one line for each topology.
fn strips(injection: &Injection) -> String {
    let widest = injection
        .topologies
        .iter()
        .map(|topology| topology.name.chars().count());
    let names = widest.max().unwrap_or(0).min(30);
    let mut text = format!(
        "Mean success over time: full blocks are all requests, 0s to {}\n",
        format::duration(injection.horizon_seconds)
    );
    for topology in &injection.topologies {
        let name = format::truncated(&topology.name, 30);
        let _ = writeln!(
            text,
            "  {name:names$} {}",
            strip(topology, injection.horizon_seconds)
        );
    }
    text
}

fn strip(topology: &InjectedTopology, horizon: f64) -> String {
    const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let columns = (0..STRIP).map(|column| {
        let from = horizon * column as f64 / STRIP as f64;
        let to = horizon * (column + 1) as f64 / STRIP as f64;
        let (mut served, mut start) = (0.0_f64, 0.0_f64);
        for (end, point) in topology.ends.iter().zip(&topology.all.success) {
            let part = (end.min(to) - start.max(from)).max(0.0);
            served += point.mean * part;
            start = *end;
        }
        let share = (served / (to - from)).clamp(0.0, 1.0);
        // Only what is wholly served is full, and only what serves nobody is empty.
        let height = if share >= 1.0 - 1e-9 {
            8
        } else if share <= 1e-9 {
            0
        } else {
            (1.0 + share * 7.0).floor().min(7.0) as usize
        };
        BLOCKS[height]
    });
    columns.collect()
}

/// Header and rows of what each journey loses; `None` with a single one.
pub(super) fn journey_table(injection: &Injection) -> Option<Vec<Vec<String>>> {
    let first = injection.topologies.first()?;
    if first.journeys.len() < 2 {
        return None;
    }
    let names = first
        .journeys
        .keys()
        .map(|name| format!("{}: lost, down", format::truncated(name, 24)));
    let header: Vec<String> = ["topology".to_owned()].into_iter().chain(names).collect();
    let cell = |journey: &JourneyTimeline| {
        let lost = requests(&journey.requests_lost, injection);
        let lost = lost.lines().next().unwrap_or_default().to_owned();
        let down = &journey.down_seconds;
        let spread = down.spread(|| format::duration_interval(down.low, down.high));
        two_lines(format!("{lost}, {}", format::duration(down.mean)), &spread)
    };
    let rows = injection.topologies.iter().map(|topology| {
        let name = name_of(topology);
        let cells = topology.journeys.values().map(cell);
        [name].into_iter().chain(cells).collect()
    });
    Some([header].into_iter().chain(rows).collect())
}

/// What each topology loses in which phase, the phases as they follow each other.
fn phase_lines(injection: &Injection) -> Vec<(String, String)> {
    let lossy = injection
        .topologies
        .iter()
        .filter(|topology| !topology.phases.is_empty());
    lossy
        .map(|topology| {
            let phases = topology.phases.iter().map(|phase| {
                let on = phase
                    .on
                    .as_ref()
                    .map_or_else(String::new, |on| format!(" {on}"));
                format!(
                    "{}{} {} ({})",
                    words(&phase.phase),
                    format::printable(&on),
                    format::probability(phase.share),
                    format::duration(phase.seconds)
                )
            });
            let line = phases.collect::<Vec<_>>().join(", ");
            (format::truncated(&topology.name, 40), line)
        })
        .collect()
}

/// The same as header and rows, a row for each topology and phase; `None` where nothing is lost.
pub(super) fn phase_table(injection: &Injection) -> Option<Vec<Vec<String>>> {
    let header = ["topology", "while", "of what is lost", "lost", "for"].map(str::to_owned);
    let rows: Vec<Vec<String>> = (injection.topologies.iter())
        .flat_map(|topology| {
            topology.phases.iter().map(|phase| {
                let on = (phase.on.as_ref()).map_or_else(String::new, |on| format!(" {on}"));
                vec![
                    name_of(topology),
                    format!("{}{}", words(&phase.phase), format::printable(&on)),
                    format::probability(phase.share),
                    requests(&phase.requests_lost, injection),
                    format::duration(phase.seconds),
                ]
            })
        })
        .collect();
    (!rows.is_empty()).then(|| [header.to_vec()].into_iter().chain(rows).collect())
}

/// A phase in words.
fn words(phase: &str) -> String {
    match phase {
        "in-service" => "no failover under way".to_owned(),
        "waiting-for-people" | "waiting-for-dependency" => "waiting for".to_owned(),
        other => other.replace('-', " "),
    }
}

pub(super) fn notes(injection: &Injection) -> Vec<String> {
    let mut notes = Vec::new();
    for topology in &injection.topologies {
        let name = format::truncated(&topology.name, 40);
        let numbers: Vec<String> = topology.missed.iter().map(usize::to_string).collect();
        if numbers.len() == injection.scenario.faults.len() {
            notes.push(format!(
                "{name} has none of these places: nothing happens to it."
            ));
        } else if !numbers.is_empty() {
            notes.push(format!(
                "{name} has no place for fault {}.",
                numbers.join(", ")
            ));
        }
        let split = &topology.split_brain_seconds;
        if split.mean > 0.0 {
            let spread = split.spread(|| format::duration_interval(split.low, split.high));
            notes.push(format!(
                "{name}: two regions accept writes that the other does not see for {} ({spread}).",
                format::duration(split.mean)
            ));
        }
        if topology.until_back.open > 0 {
            notes.push(format!(
                "{name} is still down at the end in {} of {}.",
                format::count(topology.until_back.open),
                format::trials(topology.trials)
            ));
        }
    }
    if injection.rate_per_second.is_none() {
        notes.push(
            "Lost is told as a time: so long would all users have to be without service to lose as many requests (give `traffic` a `rate` for their number)."
                .to_owned(),
        );
    }
    notes
}

/// The scenarios that the program carries, with their sources.
#[must_use]
pub fn scenario_list(scenarios: &[(&str, Scenario)], width: u16) -> String {
    let mut text = String::new();
    for (name, scenario) in scenarios {
        let _ = writeln!(text, "{}", name.bold());
        let mut push = |words: &str| push_wrapped(&mut text, "  ", 2, words, width);
        push(&format!(
            "{}; {}, {} assumed",
            scenario.name,
            match scenario.faults.len() {
                1 => "1 fault".to_owned(),
                n => format!("{n} faults"),
            },
            scenario.assumed.len()
        ));
        if let Some(source) = &scenario.source {
            push(source);
        }
    }
    text.push_str("\nplay one with `failscape inject MODEL --scenario NAME`, or print it with `--print NAME` and change it\n");
    text
}
