//! The report page: one file that needs nothing else, for readers who were not there.
//!
//! Figures become words here and in [`html_tables`](super::html_tables); the template only places them. askama escapes every
//! string; what is put in unescaped is made by [`crate::chart`], which escapes for itself, and by the theme.

use askama::Template;
use thiserror::Error;

use super::format::{self, printable};
use super::html_tables::{self, Table};
use crate::chart::{self, Chart};
use crate::results::{Comparison, Difference, DowntimeResult, Estimate, Results, TopologyResult};

/// Why the page could not be written.
#[derive(Debug, Error)]
pub enum PageError {
    /// The template could not be filled in.
    #[error("report page could not be filled in: {0}")]
    Template(#[from] askama::Error),
}

/// The whole page, `index.html`.
pub fn page(comparison: &Comparison, charts: &[Chart]) -> Result<String, PageError> {
    Ok(Page::new(comparison, charts).render()?)
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page {
    model: String,
    description: Option<String>,
    version: String,
    fonts: &'static str,
    dark_charts: String,
    question: String,
    answer: Vec<String>,
    partial: bool,
    comparison_caption: String,
    headings: Vec<&'static str>,
    rows: Vec<Row>,
    warnings: Vec<Note>,
    figures: Vec<Figure>,
    details: Vec<Detail>,
    differences: Vec<DifferenceRow>,
    level: String,
    assumptions: Vec<(String, String)>,
    sources: Vec<(String, String)>,
    made: Vec<(String, String)>,
}

/// A topology's row of the comparison.
struct Row {
    name: String,
    pattern: String,
    recommended: bool,
    pareto: bool,
    cells: Vec<Cell>,
}

/// A figure, what it is called where the table is stacked, and lines below it: its interval, and what belongs to it.
struct Cell {
    label: &'static str,
    main: String,
    below: Vec<String>,
}

struct Note {
    code: String,
    message: String,
    hint: String,
}

struct Figure {
    name: &'static str,
    title: String,
    caption: String,
    svg: String,
}

struct Detail {
    name: String,
    summary: String,
    tables: Vec<Table>,
}

struct DifferenceRow {
    of: String,
    from: String,
    mean: String,
    interval: String,
    better: String,
    shares: String,
}

impl Page {
    fn new(comparison: &Comparison, charts: &[Chart]) -> Self {
        let results = &comparison.results;
        let rows: Vec<Row> = results.topologies.iter().map(|topology| row(topology, results)).collect();
        Page {
            model: printable(&results.model),
            description: comparison.description.as_deref().map(printable),
            version: printable(&results.version),
            fonts: chart::FONT_FACES,
            dark_charts: chart::dark_rules(),
            question: format!("Which topology should {} run on, and what does each choice cost?", printable(&results.model)),
            answer: answer(results),
            partial: results.partial,
            comparison_caption: comparison_caption(results),
            headings: rows.first().map_or_else(Vec::new, |row| row.cells.iter().map(|cell| cell.label).collect()),
            rows,
            warnings: results.warnings.iter().map(note).collect(),
            figures: charts.iter().map(figure).collect(),
            details: results.topologies.iter().map(|topology| detail(topology, results)).collect(),
            differences: results.differences.iter().map(difference).collect(),
            level: format::level(results.confidence),
            assumptions: assumptions(results),
            sources: comparison.sources.iter().map(|(name, text)| (printable(name), printable(text))).collect(),
            made: made(comparison),
        }
    }
}

/// At most three sentences: the recommendation, the spread, what dominates.
fn answer(results: &Results) -> Vec<String> {
    let recommendation = match &results.recommended {
        Some(choice) => sentence(&choice.why),
        None => "No topology is recommended, because costs are not priced.".to_owned(),
    };
    [Some(recommendation), spread(&results.topologies), dominant_cause(results)].into_iter().flatten().collect()
}

fn sentence(text: &str) -> String {
    let text = printable(text);
    let mut letters = text.trim().chars();
    let Some(first) = letters.next() else { return String::new() };
    let end = if text.trim_end().ends_with(['.', '!', '?']) { "" } else { "." };
    // Names of topologies are the user's and keep their case.
    format!("{first}{}{end}", letters.as_str())
}

fn spread(topologies: &[TopologyResult]) -> Option<String> {
    let by_mean =
        |a: &&TopologyResult, b: &&TopologyResult| a.downtime_minutes_per_year.mean.total_cmp(&b.downtime_minutes_per_year.mean);
    let best = topologies.iter().min_by(by_mean)?;
    let worst = topologies.iter().max_by(by_mean)?;
    if worst.downtime_minutes_per_year.mean <= 0.0 {
        return Some("No downtime was seen in any trial: only upper bounds are known.".to_owned());
    }
    let said = |topology: &TopologyResult| {
        let downtime = &topology.downtime_minutes_per_year;
        let name = printable(&topology.name);
        if downtime.mean > 0.0 {
            let interval = format::duration_interval_short(downtime.low * 60.0, downtime.high * 60.0);
            format!("{} a year ({interval}) with {name}", format::minutes(downtime.mean))
        } else {
            format!("none seen (at most {} a year) with {name}", format::minutes(downtime.high))
        }
    };
    Some(if best.name == worst.name {
        format!("Expect a downtime of {}.", said(worst))
    } else {
        format!("Downtime goes from {} to {}.", said(worst), said(best))
    })
}

fn dominant_cause(results: &Results) -> Option<String> {
    let topology = results
        .recommended
        .as_ref()
        .and_then(|choice| results.topologies.iter().find(|topology| topology.name == choice.name))
        .or_else(|| results.topologies.iter().find(|topology| !topology.attribution.is_empty()))?;
    let main = topology.attribution.iter().max_by(|a, b| a.share.total_cmp(&b.share))?;
    Some(format!(
        "What remains in {} comes mostly from {}, with {} of the downtime.",
        printable(&topology.name),
        printable(&main.cause),
        format::probability(main.share)
    ))
}

fn comparison_caption(results: &Results) -> String {
    let mut text = format!("Below each figure its {} interval.", format::level(results.confidence));
    if let Some(target) = results.objectives.slo_target {
        text = format!("{text} SLO {}", format::target(target));
        if let Some(window) = results.objectives.slo_window_hours {
            text = format!("{text} over {}", format::duration(window * 3600.0));
        }
        text.push('.');
    }
    if let Some(rto) = results.objectives.rto_seconds {
        text = format!("{text} RTO {}.", format::duration(rto));
    }
    text.push_str(" Pareto: no other topology is both cheaper and more available.");
    text
}

fn row(topology: &TopologyResult, results: &Results) -> Row {
    Row {
        name: printable(&topology.name),
        pattern: if topology.pattern == topology.name { String::new() } else { printable(&topology.pattern) },
        recommended: results.recommended.as_ref().is_some_and(|choice| choice.name == topology.name),
        pareto: results.pareto.contains(&topology.name),
        cells: cells(topology, results),
    }
}

fn cells(topology: &TopologyResult, results: &Results) -> Vec<Cell> {
    let unavailability = &topology.unavailability;
    let no_loss = || "no loss seen".to_owned();
    let downtime = &topology.downtime_minutes_per_year;
    let outages = &topology.outages_per_year;
    let cell = |label, main, below: Vec<String>| Cell { label, main, below: below.into_iter().filter(|line| !line.is_empty()).collect() };
    let (downtime_mean, downtime_sub) = if downtime.mean > 0.0 {
        (
            format::minutes(downtime.mean),
            vec![
                format::duration_interval_short(downtime.low * 60.0, downtime.high * 60.0),
                format!("p95 {}", p95_short(downtime)),
            ],
        )
    } else {
        (format!("< {}", format::minutes(downtime.high)), vec![no_loss()])
    };
    let mut all = vec![
        cell("Nines", format::nines_estimate(unavailability), vec![format::nines_interval(unavailability).unwrap_or_default()]),
        cell(
            "Availability",
            format::availability(unavailability),
            vec![format::availability_interval(unavailability).unwrap_or_else(no_loss)],
        ),
        cell("Downtime a year", downtime_mean, downtime_sub),
        cell("Outages a year", upper_or_mean(outages), vec![interval_of(outages)]),
        recovery_cell(topology),
        probability_cell("SLO met", topology.slo_met.as_ref()),
    ];
    all.extend(html_tables::cost_figures(topology, &results.currency).map(|(label, main, sub)| cell(label, main, vec![sub])));
    all
}

fn recovery_cell(topology: &TopologyResult) -> Cell {
    let times = &topology.recovery_time_seconds;
    let main = times.p95.map_or_else(|| "no outage".to_owned(), format::duration);
    let interval = match (times.p95_low, times.p95_high) {
        (Some(low), Some(high)) => vec![format::duration_interval_short(low, high)],
        _ => Vec::new(),
    };
    let met = topology.rto_met.as_ref().map(|met| {
        let interval = format!("({})", format::probability_interval(met.low, met.high));
        [format!("RTO met {}", format::probability(met.mean)), interval]
    });
    Cell { label: "Recovery p95", main, below: interval.into_iter().chain(met.into_iter().flatten()).collect() }
}

fn probability_cell(label: &'static str, estimate: Option<&Estimate>) -> Cell {
    let (main, sub) = html_tables::probability_with_interval(estimate);
    Cell { label, main, below: vec![sub] }
}

fn p95_short(downtime: &DowntimeResult) -> String {
    let p95 = format::duration_short(downtime.p95 * 60.0);
    match (downtime.p95_low, downtime.p95_high) {
        (Some(low), Some(high)) => format!("{p95} ({})", format::duration_interval_short(low * 60.0, high * 60.0)),
        _ => p95,
    }
}

fn upper_or_mean(estimate: &Estimate) -> String {
    if estimate.mean > 0.0 || estimate.high <= 0.0 {
        format::significant(estimate.mean, 3)
    } else {
        format!("< {}", format::significant(estimate.high, 2))
    }
}

fn interval_of(estimate: &Estimate) -> String {
    if estimate.mean > 0.0 { format::number_interval(estimate.low, estimate.high) } else { "none seen".to_owned() }
}

fn note(warning: &crate::results::Warning) -> Note {
    Note { code: printable(&warning.code), message: printable(&warning.message), hint: printable(&warning.hint) }
}

fn figure(chart: &Chart) -> Figure {
    Figure { name: chart.name, title: chart.title.clone(), caption: chart.caption.clone(), svg: chart.inline() }
}

fn detail(topology: &TopologyResult, results: &Results) -> Detail {
    let regions: Vec<String> = topology.regions.iter().map(|region| printable(region)).collect();
    Detail {
        name: printable(&topology.name),
        summary: format!(
            "{} in {}; {} trials",
            printable(&topology.pattern),
            regions.join(" and "),
            format::count(topology.trials)
        ),
        tables: html_tables::tables(topology, results),
    }
}

fn difference(difference: &Difference) -> DifferenceRow {
    let estimate = &difference.unavailability;
    let a_year = |q: f64| q * format::MINUTES_PER_YEAR * 60.0;
    DifferenceRow {
        of: printable(&difference.of),
        from: printable(&difference.from),
        mean: format::duration(a_year(estimate.mean)),
        interval: format::duration_interval(a_year(estimate.low), a_year(estimate.high)),
        better: format::probability(difference.better),
        shares: [difference.less, difference.equal, difference.more].map(format::probability).join(" / "),
    }
}

fn assumptions(results: &Results) -> Vec<(String, String)> {
    let objectives = &results.objectives;
    let over = |window: Option<f64>| window.map_or_else(String::new, |hours| format!(" over {}", format::duration(hours * 3600.0)));
    let mut all = vec![
        (
            "Trial",
            format!("{} of operation, all components up at the start", format::duration(results.horizon_hours * 3600.0)),
        ),
        ("Same luck", "every topology meets the same faults, so that differences are not due to chance alone".to_owned()),
        ("Year, month", "8760 h and 730 h; yearly figures are scaled from the length of a trial".to_owned()),
        ("Availability", "share of requests served, weighted over the journeys".to_owned()),
        ("Money", printable(&results.currency)),
    ];
    if let Some(target) = objectives.slo_target {
        all.push(("SLO", format!("{}{}", format::target(target), over(objectives.slo_window_hours))));
    }
    if let Some(target) = objectives.sla_target {
        all.push(("SLA", format!("{}{}", format::target(target), over(objectives.sla_window_hours))));
    }
    if let Some(rto) = objectives.rto_seconds {
        all.push(("RTO", format::duration(rto)));
    }
    if results.topologies.iter().all(|topology| topology.data_loss_seconds.is_none()) {
        all.push(("Loss of data", "not simulated".to_owned()));
    }
    all.into_iter().map(|(name, text)| (name.to_owned(), text)).collect()
}

fn made(comparison: &Comparison) -> Vec<(String, String)> {
    let results = &comparison.results;
    let commit = results.commit.as_deref().map_or_else(|| "unknown".to_owned(), printable);
    let each = |figure: &dyn Fn(&TopologyResult) -> String| distinct(results.topologies.iter().map(figure));
    [
        ("Program", format!("failscape {}, commit {commit}", printable(&results.version))),
        ("Model", format!("{} from {}", printable(&results.model), printable(&comparison.source))),
        ("Digest of the model", printable(&results.model_hash)),
        ("Seed", results.seed.to_string()),
        ("Trials a topology", each(&|topology| format::count(topology.trials))),
        ("Failures and repairs", format::count(results.topologies.iter().map(|topology| topology.events).sum())),
        ("Sampling", each(&|topology| printable(&topology.method))),
        ("Intervals", format!("{}: {}", format::level(results.confidence), interval_methods(results))),
        ("Finished", if results.partial { "no, the run was cut short".to_owned() } else { "yes".to_owned() }),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text))
    .collect()
}

fn interval_methods(results: &Results) -> String {
    let of = |name: &str, pick: &dyn Fn(&TopologyResult) -> Option<Estimate>| {
        let methods = distinct(results.topologies.iter().filter_map(pick).map(|estimate| printable(&estimate.interval)));
        (!methods.is_empty()).then(|| format!("{methods} for {name}"))
    };
    [
        of("unavailability", &|topology| Some(topology.unavailability.clone())),
        of("outages", &|topology| Some(topology.outages_per_year.clone())),
        of("the SLO", &|topology| topology.slo_met.clone()),
        of("the RTO", &|topology| topology.rto_met.clone()),
        of("cost", &|topology| topology.cost_per_month.total_with_failure.clone()),
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join("; ")
}

/// Different texts in order of appearance.
fn distinct(texts: impl Iterator<Item = String>) -> String {
    let mut seen: Vec<String> = Vec::new();
    for text in texts {
        if !seen.contains(&text) {
            seen.push(text);
        }
    }
    seen.join(", ")
}
