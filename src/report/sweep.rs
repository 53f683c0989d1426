//! A sweep: tables for terminals, the same in Markdown, and CSV.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::csv::{Columns, written};
use super::markdown::escaped;
use super::table::{rendered, table};
use super::terminal::push_wrapped;
use crate::results::{
    Crossing, Estimate, SweepFigure, SweepPoint, SweepSpread, SweepStudy, SweptTopology, format,
};

/// Topologies, or values of the second parameter, in one table.
const COLUMNS: usize = 5;

/// A sweep for a terminal of so many columns.
#[must_use]
pub fn sweep_text(model: &str, study: &SweepStudy, figure: SweepFigure, width: u16) -> String {
    let title = format!("{model}: {}", subject(study, figure));
    let mut text = format!("{}\n", format::truncated(&title, 98).bold());
    for line in about(study) {
        push_wrapped(&mut text, "", 0, &line, width);
    }
    text.push('\n');
    for Sheet {
        title,
        headings,
        rows,
    } in sheets(study, figure)
    {
        if !title.is_empty() {
            let _ = writeln!(text, "{}", format::truncated(&title, 98).bold());
        }
        let mut all = table(headings.iter().map(String::as_str));
        for row in rows {
            all.add_row(row.into_iter().map(Cell::new_owned));
        }
        text.push_str(&rendered(all, CellAlignment::Right, width));
        text.push('\n');
    }
    for line in verdict(study, figure) {
        push_wrapped(&mut text, "", 0, &line, width);
    }
    text
}

/// The same in Markdown.
#[must_use]
pub fn sweep_markdown(model: &str, study: &SweepStudy, figure: SweepFigure) -> String {
    let mut text = format!(
        "### {}: {}\n\n",
        escaped(model),
        escaped(&subject(study, figure))
    );
    for line in about(study) {
        let _ = writeln!(text, "{}\n", escaped(&line));
    }
    for Sheet {
        title,
        headings,
        rows,
    } in sheets(study, figure)
    {
        if !title.is_empty() {
            let _ = writeln!(text, "**{}**\n", escaped(&title));
        }
        let headings: Vec<String> = headings.iter().map(|cell| escaped(cell)).collect();
        let rule = vec!["--:"; headings.len().saturating_sub(1)].join("|");
        let _ = writeln!(text, "| {} |\n|:--|{rule}|", headings.join(" | "));
        for row in rows {
            let cells: Vec<String> = row
                .iter()
                .map(|cell| {
                    let lines: Vec<String> = cell.lines().map(escaped).collect();
                    lines.join("<br>")
                })
                .collect();
            let _ = writeln!(text, "| {} |", cells.join(" | "));
        }
        text.push('\n');
    }
    for line in verdict(study, figure) {
        let _ = writeln!(text, "- {}", escaped(&line));
    }
    text
}

/// One row for each topology and point, with all figures.
///
/// # Errors
///
/// None in practice: rows have as many cells as the header and memory takes every write.
pub fn sweep_csv(study: &SweepStudy) -> Result<String, csv::Error> {
    let currency = &study.currency;
    let topologies = study.topologies.iter();
    let all =
        topologies.flat_map(|topology| topology.points.iter().map(move |point| (topology, point)));
    written(all.map(|(topology, point)| {
        let mut row = Columns::default();
        row.text("topology", &topology.name);
        row.text("pattern", &topology.pattern);
        for (parameter, index) in study.parameters.iter().zip(&point.at) {
            row.text(&parameter.path, &parameter.values[*index].text);
            row.number(
                &format!("{}_number", parameter.path),
                parameter.values[*index].number,
            );
        }
        row.text("trials", point.trials);
        row.text("method", &point.method);
        row.estimate("unavailability", "", Some(&point.unavailability));
        row.text("unavailability_interval", &point.unavailability.interval);
        let downtime = &point.downtime_minutes_per_year;
        row.number("downtime_minutes_per_year", Some(downtime.mean));
        row.number("downtime_minutes_per_year_low", Some(downtime.low));
        row.number("downtime_minutes_per_year_high", Some(downtime.high));
        row.estimate("rto_met", "", point.rto_met.as_ref());
        let bill = &point.cost_per_month;
        row.number(&format!("cost_{currency}_per_month"), bill.total);
        row.estimate(
            "cost_with_failure",
            &format!("_{currency}_per_month"),
            bill.total_with_failure.as_ref(),
        );
        row.0
    }))
}

fn subject(study: &SweepStudy, figure: SweepFigure) -> String {
    let paths: Vec<&str> = study
        .parameters
        .iter()
        .map(|parameter| parameter.path.as_str())
        .collect();
    format!("{} against {}", name(figure), paths.join(" and "))
}

/// What a figure is called.
pub(super) fn name(figure: SweepFigure) -> &'static str {
    match figure {
        SweepFigure::Unavailability => "availability",
        SweepFigure::Cost => "cost with failure, a month",
        SweepFigure::RtoMet => "outages within the RTO",
    }
}

fn about(study: &SweepStudy) -> Vec<String> {
    let trials = study
        .topologies
        .iter()
        .flat_map(|topology| topology.points.iter().map(|point| point.trials));
    let cut = if study.partial { ", cut short" } else { "" };
    let mut said = vec![format!(
        "the same trials at all values, {} at most{cut}; {} intervals",
        format::count(trials.max().unwrap_or_default()),
        format::level(study.level)
    )];
    for parameter in &study.parameters {
        let spread = match parameter.spread {
            SweepSpread::Linear => "evenly",
            SweepSpread::Log => "by equal factors",
            SweepSpread::Listed => "as listed",
        };
        let has = parameter.in_file.as_ref().map_or_else(
            || "the file leaves it out".to_owned(),
            |value| format!("the file has {value}"),
        );
        said.push(format!("{}: {spread}; {has}", parameter.path));
    }
    said
}

/// One table.
struct Sheet {
    title: String,
    headings: Vec<String>,
    rows: Vec<Vec<String>>,
}

fn sheets(study: &SweepStudy, figure: SweepFigure) -> Vec<Sheet> {
    match &study.parameters[..] {
        [first, second] => {
            let sheets = study.topologies.iter().flat_map(|topology| {
                let columns: Vec<usize> = (0..second.values.len()).collect();
                let chunks: Vec<Vec<usize>> =
                    columns.chunks(COLUMNS + 1).map(<[usize]>::to_vec).collect();
                chunks
                    .into_iter()
                    .map(|columns| {
                        let headings = columns
                            .iter()
                            .map(|column| second.values[*column].text.clone());
                        let corner =
                            format!("{} \\ {}", last_key(&first.path), last_key(&second.path));
                        let row = |row: usize| {
                            let cells = columns.iter().map(|column| {
                                let index = row * second.values.len() + column;
                                cell(study, topology, index, figure, Told::AsNines)
                            });
                            [first.values[row].text.clone()]
                                .into_iter()
                                .chain(cells)
                                .collect()
                        };
                        Sheet {
                            title: format!("{} ({})", topology.name, scale(figure)),
                            headings: [corner].into_iter().chain(headings).collect(),
                            rows: (0..first.values.len()).map(row).collect(),
                        }
                    })
                    .collect::<Vec<_>>()
            });
            sheets.collect()
        }
        [only, ..] => study
            .topologies
            .chunks(COLUMNS)
            .map(|topologies| {
                let headings = topologies.iter().map(|topology| topology.name.clone());
                let row = |row: usize| {
                    let cells = topologies
                        .iter()
                        .map(|topology| cell(study, topology, row, figure, Told::AsShare));
                    [only.values[row].text.clone()]
                        .into_iter()
                        .chain(cells)
                        .collect()
                };
                Sheet {
                    title: String::new(),
                    headings: [last_key(&only.path).to_owned()]
                        .into_iter()
                        .chain(headings)
                        .collect(),
                    rows: (0..only.values.len()).map(row).collect(),
                }
            })
            .collect(),
        [] => Vec::new(),
    }
}

/// The last two keys of a path, which say enough beside the whole.
fn last_key(path: &str) -> &str {
    let dots: Vec<usize> = path.match_indices('.').map(|(at, _)| at).collect();
    match dots[..] {
        [.., before, _] => &path[before + 1..],
        _ => path,
    }
}

/// In which a map is told.
fn scale(figure: SweepFigure) -> &'static str {
    match figure {
        SweepFigure::Unavailability => "nines of availability",
        SweepFigure::Cost | SweepFigure::RtoMet => name(figure),
    }
}

/// How an availability is told.
#[derive(Debug, Clone, Copy)]
enum Told {
    AsShare,
    /// Where room is scarce.
    AsNines,
}

/// A figure and its interval, with the marks of the point.
fn cell(
    study: &SweepStudy,
    topology: &SweptTopology,
    index: usize,
    figure: SweepFigure,
    told: Told,
) -> String {
    let Some(estimate) = topology.points[index].figure(figure) else {
        return format::NO_DATA.to_owned();
    };
    let (value, interval) = figure_and_interval(estimate, figure, told, &study.currency);
    two_lines(
        &format!("{value}{}", mark(topology, index, figure)),
        &interval,
    )
}

fn figure_and_interval(
    estimate: &Estimate,
    figure: SweepFigure,
    told: Told,
    currency: &str,
) -> (String, String) {
    match (figure, told) {
        (SweepFigure::Unavailability, Told::AsShare) => (
            format::availability(estimate),
            format::availability_interval(estimate).unwrap_or_default(),
        ),
        (SweepFigure::Unavailability, Told::AsNines) => (
            format::nines_estimate(estimate),
            format::nines_interval(estimate).unwrap_or_default(),
        ),
        (SweepFigure::Cost, _) => (
            format::money_rounded(estimate.mean, currency),
            format::money_interval(estimate.low, estimate.high, currency),
        ),
        (SweepFigure::RtoMet, _) => (
            format::probability(estimate.mean),
            format::probability_interval(estimate.low, estimate.high),
        ),
    }
}

fn two_lines(figure: &str, interval: &str) -> String {
    if interval.is_empty() || interval == figure {
        figure.to_owned()
    } else {
        format!("{figure}\n{interval}")
    }
}

fn mark(topology: &SweptTopology, index: usize, figure: SweepFigure) -> &'static str {
    let alike = figure == SweepFigure::Unavailability && topology.best.alike.contains(&index);
    if !topology.moves {
        ""
    } else if topology.best_for(figure) == Some(index) {
        " *"
    } else if alike {
        " ~"
    } else {
        ""
    }
}

/// Where targets are crossed, which values are best, and what does not move.
fn verdict(study: &SweepStudy, figure: SweepFigure) -> Vec<String> {
    let mut said = Vec::new();
    for topology in &study.topologies {
        if topology.moves {
            said.extend(targets(study, topology, figure));
            said.extend(best(study, topology, figure));
        } else {
            let why = topology.why_not.as_ref().map_or_else(
                || "nothing of it depends on what is varied".to_owned(),
                Clone::clone,
            );
            said.push(format!("{}: does not move: {why}.", topology.name));
        }
    }
    let any_alike = study
        .topologies
        .iter()
        .any(|topology| topology.moves && !topology.best.alike.is_empty());
    if figure == SweepFigure::Unavailability && any_alike {
        said.push(
            "* is the best value of a topology; ~ cannot be told from it over the same trials."
                .to_owned(),
        );
    }
    if !study.left_out.is_empty() {
        said.push(format!("Not played: {}.", study.left_out.join(", ")));
    }
    said
}

fn targets(study: &SweepStudy, topology: &SweptTopology, figure: SweepFigure) -> Vec<String> {
    let target = match figure {
        SweepFigure::Unavailability => study.slo_unavailability,
        SweepFigure::RtoMet => Some(0.95),
        SweepFigure::Cost => None,
    };
    let Some(target) = target else {
        return Vec::new();
    };
    let words = match figure {
        SweepFigure::RtoMet => "95 % of outages within the RTO".to_owned(),
        _ => format!("the SLO of {}", format::target(1.0 - target)),
    };
    let crossings: Vec<&Crossing> = topology
        .crossings
        .iter()
        .filter(|crossing| crossing.figure == figure)
        .collect();
    if !crossings.is_empty() {
        let each = crossings.into_iter().map(|crossing| {
            let side = if crossing.met_before { "up to" } else { "from" };
            format!(
                "{}: meets {words} {side} {} ({}).",
                topology.name, crossing.text, crossing.interval
            )
        });
        return each.collect();
    }
    let meets = |point: &SweepPoint| {
        point.figure(figure).map(|estimate| match figure {
            SweepFigure::RtoMet => estimate.mean >= target,
            _ => estimate.mean <= target,
        })
    };
    let known: Vec<bool> = topology.points.iter().filter_map(meets).collect();
    let met = known.iter().filter(|met| **met).count();
    let at = match (met, known.len()) {
        (_, 0) => return Vec::new(),
        (0, _) => "at no value".to_owned(),
        (met, all) if met == all => "at all values".to_owned(),
        (met, all) => format!("at {met} of {all} points"),
    };
    vec![format!("{}: meets {words} {at}.", topology.name)]
}

fn best(study: &SweepStudy, topology: &SweptTopology, figure: SweepFigure) -> Option<String> {
    let index = topology.best_for(figure)?;
    let point = &topology.points[index];
    let estimate = point.figure(figure)?;
    let values = study.parameters.iter().zip(&point.at);
    let values: Vec<String> = values
        .map(|(parameter, at)| format!("{}={}", parameter.path, parameter.values[*at].text))
        .collect();
    let (value, interval) = figure_and_interval(estimate, figure, Told::AsShare, &study.currency);
    let interval = if interval.is_empty() {
        interval
    } else {
        format!(" ({interval})")
    };
    Some(format!(
        "{}: best at {}: {value}{interval}.",
        topology.name,
        values.join(" with ")
    ))
}
