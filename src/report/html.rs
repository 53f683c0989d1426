//! The report page: one file that needs nothing else, for readers who were not there.
//!
//! Figures become words here, in `html_prose` and in `html_tables`; the template only places them. askama escapes every
//! string; what is put in unescaped is made by [`crate::chart`], which escapes for itself.

use askama::Template;
use thiserror::Error;

use super::format::{self, printable};
use super::html_gates::{GatesView, gates};
use super::html_ledger::{self, LedgerView};
use super::html_prose::{answer, assumptions, comparison_caption, made, missing, question};
use super::html_script;
use super::html_spaces::unbroken;
use super::html_tables::{self, Table};
use super::live::{self, Behind};
use super::summary::{Mark, marks};
use crate::chart::{self, Chart};
use crate::compare::verdicts;
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
#[template(path = "report/page.html")]
struct Page {
    model: String,
    description: Option<String>,
    version: String,
    fonts: &'static str,
    dark_charts: String,
    policy: String,
    library: &'static str,
    script: &'static str,
    /// What the script draws, as JSON.
    drawn: String,
    question: String,
    /// Whether there is more than one topology.
    compares: bool,
    /// What the answer's bar says: a class of the style sheet.
    tone: &'static str,
    answer: Vec<String>,
    partial: bool,
    /// What was asked of the run; nothing if nothing was.
    gates: Option<GatesView>,
    comparison_caption: String,
    headings: Vec<&'static str>,
    rows: Vec<Row>,
    /// What is lost of the data; no rows where none can be.
    data: Table,
    warnings: Vec<Note>,
    figures: Vec<Figure>,
    details: Vec<Detail>,
    differences: Vec<DifferenceRow>,
    level: String,
    assumptions: Vec<(String, String)>,
    ledger: Option<LedgerView>,
    ledger_figures: [&'static str; 4],
    /// What a run would have shown, and this page cannot.
    missing: Vec<String>,
    made: Vec<(String, String)>,
}

/// A topology's row of the comparison.
struct Row {
    name: String,
    pattern: String,
    /// How it is marked if it is the one to take.
    choice: Option<&'static str>,
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
    message: String,
    hint: String,
}

struct Figure {
    name: &'static str,
    title: String,
    caption: String,
    svg: String,
    /// The table behind it.
    behind: Option<Behind>,
    /// Whether the page draws it itself, where scripts run.
    is_live: bool,
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
        let rows: Vec<Row> = results
            .topologies
            .iter()
            .map(|topology| row(topology, results))
            .collect();
        let mut drawn = serde_json::Map::new();
        let figures = (charts.iter())
            .map(|chart| {
                let live = live::live(chart.name, comparison);
                let (data, behind) = live.map(|live| (live.data, live.behind)).unzip();
                let is_live = data.is_some();
                drawn.extend(data.map(|data| (chart.name.to_owned(), data)));
                let behind = behind.or_else(|| live::behind_still(chart.name, comparison));
                figure(chart, behind, is_live)
            })
            .collect();
        let drawn = html_script::embedded(&serde_json::json!({
            "topologies": live::topologies(comparison),
            "charts": drawn,
        }));
        Page {
            data: html_tables::data(results),
            model: printable(&results.model),
            description: comparison.description.as_deref().map(printable),
            version: printable(&results.version),
            fonts: chart::FONT_FACES,
            dark_charts: chart::dark_rules(),
            policy: html_script::policy(),
            library: html_script::LIBRARY,
            script: html_script::SCRIPT,
            drawn,
            question: question(results),
            compares: results.topologies.len() > 1,
            tone: tone(results),
            answer: answer(results).iter().map(|text| unbroken(text)).collect(),
            partial: results.partial,
            gates: gates(results),
            comparison_caption: unbroken(&comparison_caption(results)),
            headings: rows.first().map_or_else(Vec::new, |row| {
                row.cells.iter().map(|cell| cell.label).collect()
            }),
            rows,
            warnings: results.warnings.iter().map(note).collect(),
            figures,
            details: results
                .topologies
                .iter()
                .map(|topology| detail(topology, results))
                .collect(),
            differences: results.differences.iter().map(difference).collect(),
            level: format::level(results.confidence),
            assumptions: assumptions(results),
            ledger: html_ledger::ledger(comparison),
            ledger_figures: html_ledger::FIGURES,
            missing: missing(comparison, !charts.is_empty()),
            made: made(comparison),
        }
    }
}

fn row(topology: &TopologyResult, results: &Results) -> Row {
    let compares = results.topologies.len() > 1;
    Row {
        name: printable(&topology.name),
        pattern: if topology.pattern == topology.name && topology.cells == 1 {
            String::new()
        } else {
            let cells = format::cells(topology.cells, topology.regions.len());
            format!("{}{cells}", printable(&topology.pattern))
        },
        choice: results
            .recommended
            .as_ref()
            .filter(|choice| compares && choice.name == topology.name)
            .map(|choice| {
                if choice.meets_objectives {
                    "recommended"
                } else {
                    "nearest to the objectives"
                }
            }),
        pareto: compares && results.pareto.contains(&topology.name),
        cells: cells(topology, results),
    }
}

/// Green only for success.
fn tone(results: &Results) -> &'static str {
    if let [only] = results.topologies.as_slice() {
        return match verdicts(only, &results.objectives).as_slice() {
            [] => "open",
            all if all.iter().all(|verdict| verdict.met) => "met",
            _ => "unmet",
        };
    }
    match &results.recommended {
        Some(choice) if choice.meets_objectives => "met",
        Some(_) => "unmet",
        None => "open",
    }
}

fn cells(topology: &TopologyResult, results: &Results) -> Vec<Cell> {
    let (availability_mark, recovery_mark) = marks(topology, &results.objectives);
    let unavailability = &topology.unavailability;
    let no_loss = || "no loss seen".to_owned();
    let downtime = &topology.downtime_minutes_per_year;
    let outages = &topology.outages_per_year;
    let cell = |label, main: String, below: Vec<String>| Cell {
        label,
        main,
        below: below.into_iter().filter(|line| !line.is_empty()).collect(),
    };
    let (downtime_mean, downtime_sub) = if downtime.mean > 0.0 {
        (
            format::duration_short(downtime.mean * 60.0),
            vec![
                topology.unavailability.spread(|| {
                    format::duration_interval_short(downtime.low * 60.0, downtime.high * 60.0)
                }),
                format!("p95 {}", p95_short(downtime)),
            ],
        )
    } else {
        (
            format!("< {}", format::duration_short(downtime.high * 60.0)),
            vec![no_loss()],
        )
    };
    let mut all = vec![
        cell(
            "Nines",
            format::nines_estimate(unavailability),
            vec![format::nines_interval(unavailability).unwrap_or_default()],
        ),
        cell(
            "Availability",
            format!(
                "{}{}",
                format::availability(unavailability),
                availability_mark.suffix()
            ),
            vec![format::availability_interval(unavailability).unwrap_or_else(no_loss)],
        ),
        cell("Downtime a year", downtime_mean, downtime_sub),
        cell(
            "Outages a year",
            upper_or_mean(outages),
            vec![interval_of(outages), first_outage(topology)],
        ),
        recovery_cell(topology, recovery_mark),
        probability_cell("SLO met", topology.slo_met.as_ref()),
    ];
    all.extend(
        html_tables::cost_figures(topology, &results.currency)
            .map(|(label, main, sub)| cell(label, main, vec![sub])),
    );
    for cell in &mut all {
        cell.main = unbroken(&cell.main);
        for line in &mut cell.below {
            *line = unbroken(line);
        }
    }
    all
}

/// When the first outage comes, below how many there are.
fn first_outage(topology: &TopologyResult) -> String {
    match (&topology.first_outage_hours, &topology.first_outage_refused) {
        (Some(first), _) => {
            let after = format::duration_short(first.mean * 3600.0);
            format!("the first after {after}")
        }
        (None, Some(_)) => "the first: not known (run says why)".to_owned(),
        (None, None) => String::new(),
    }
}

fn recovery_cell(topology: &TopologyResult, mark: Mark) -> Cell {
    let times = &topology.recovery_time_seconds;
    let main = times
        .p95
        .map_or_else(|| "no outage".to_owned(), format::duration_short);
    let interval = match (times.p95_low, times.p95_high) {
        (Some(low), Some(high)) => vec![format::duration_interval_short(low, high)],
        _ => Vec::new(),
    };
    let met = topology.rto_met.as_ref().map(|met| {
        let interval = format!("({})", format::probability_interval(met.low, met.high));
        [
            format!("RTO met {}{}", format::probability(met.mean), mark.suffix()),
            interval,
        ]
    });
    Cell {
        label: "Recovery p95",
        main,
        below: interval
            .into_iter()
            .chain(met.into_iter().flatten())
            .collect(),
    }
}

fn probability_cell(label: &'static str, estimate: Option<&Estimate>) -> Cell {
    let (main, sub) = html_tables::probability_with_interval(estimate);
    Cell {
        label,
        main,
        below: vec![sub],
    }
}

fn p95_short(downtime: &DowntimeResult) -> String {
    let p95 = format::duration_short(downtime.p95 * 60.0);
    match (downtime.p95_low, downtime.p95_high) {
        (Some(low), Some(high)) => format!(
            "{p95} ({})",
            format::duration_interval_short(low * 60.0, high * 60.0)
        ),
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
    if estimate.mean > 0.0 {
        estimate.spread(|| format::number_interval(estimate.low, estimate.high))
    } else {
        "none seen".to_owned()
    }
}

fn note(warning: &crate::results::Warning) -> Note {
    Note {
        message: unbroken(&printable(&warning.message)),
        hint: unbroken(&printable(&warning.hint)),
    }
}

fn figure(chart: &Chart, behind: Option<Behind>, is_live: bool) -> Figure {
    Figure {
        name: chart.name,
        title: chart.title.clone(),
        caption: unbroken(&chart.caption),
        svg: chart.inline(),
        behind,
        is_live,
    }
}

fn detail(topology: &TopologyResult, results: &Results) -> Detail {
    let regions: Vec<String> = topology
        .regions
        .iter()
        .map(|region| printable(region))
        .collect();
    Detail {
        name: printable(&topology.name),
        summary: format!(
            "{} in {}{}; {}",
            printable(&topology.pattern),
            regions.join(" and "),
            format::cells(topology.cells, regions.len()),
            format::trials(topology.trials)
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
        mean: unbroken(&format::duration(a_year(estimate.mean))),
        interval: unbroken(&format::duration_interval(
            a_year(estimate.low),
            a_year(estimate.high),
        )),
        better: unbroken(&format::probability(difference.better)),
        shares: [difference.less, difference.equal, difference.more]
            .map(|share| unbroken(&format::probability(share)))
            .join(" / "),
    }
}
