//! The report page: one self-contained HTML file, without scripts, that needs no network.
//!
//! All strings of a model pass through the template's escaping; charts escape theirs when they are drawn.

use askama::Template;

use super::html_topology::{Details, details};
use super::summary::{Mark, Row, cost_of_failure};
use crate::chart::{Chart, FONT_FACES};
use crate::results::{Comparison, Difference, Estimate, Results, TopologyResult, Warning, format};

/// Minutes of a year.
const YEAR_MINUTES: f64 = 525_600.0;

/// The report page of a comparison, with its charts.
///
/// # Errors
///
/// If the template cannot be filled, which no model can bring about.
pub fn page(comparison: &Comparison, charts: &[Chart]) -> Result<String, askama::Error> {
    let results = &comparison.results;
    Page {
        version: &results.version,
        model: &results.model,
        description: comparison.description.as_deref(),
        basis: basis(results),
        wanted: wanted(results),
        answer: answer(results),
        level: format::level(results.confidence),
        rows: results
            .topologies
            .iter()
            .map(|topology| TableRow::of(topology, results))
            .collect(),
        warnings: &results.warnings,
        charts,
        font_faces: FONT_FACES,
        differences: results.differences.iter().map(Pair::of).collect(),
        topologies: results
            .topologies
            .iter()
            .map(|topology| details(topology, &results.currency))
            .collect(),
        sources: &comparison.sources,
        facts: facts(comparison),
    }
    .render()
}

#[derive(Template)]
#[template(path = "report.html")]
struct Page<'a> {
    version: &'a str,
    model: &'a str,
    description: Option<&'a str>,
    basis: String,
    wanted: String,
    answer: Vec<String>,
    level: String,
    rows: Vec<TableRow>,
    warnings: &'a [Warning],
    charts: &'a [Chart],
    font_faces: &'static str,
    differences: Vec<Pair>,
    topologies: Vec<Details>,
    sources: &'a [(String, String)],
    facts: Vec<(&'static str, String)>,
}

/// A figure as text, and its interval or what stands for it.
#[derive(Debug, Clone, Default)]
pub(super) struct Figure {
    pub(super) value: String,
    pub(super) interval: String,
}

impl Figure {
    pub(super) fn of(value: impl Into<String>, interval: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            interval: interval.into(),
        }
    }

    /// Money, or that it is not priced.
    pub(super) fn money(estimate: Option<&Estimate>, currency: &str) -> Self {
        estimate.map_or_else(
            || Self::of("not priced", ""),
            |money| {
                Self::of(
                    format::money_rounded(money.mean, currency),
                    format::money_interval(money.low, money.high, currency),
                )
            },
        )
    }

    /// Unavailability said as downtime a year.
    pub(super) fn downtime(estimate: &Estimate) -> Self {
        let [mean, low, high] =
            [estimate.mean, estimate.low, estimate.high].map(|share| share * YEAR_MINUTES * 60.0);
        if estimate.mean == 0.0 {
            return Self::of(format!("< {}", format::duration(high)), "none seen");
        }
        Self::of(format::duration(mean), format::duration_interval(low, high))
    }
}

struct TableRow {
    name: String,
    on_frontier: bool,
    recommended: bool,
    verdict: &'static str,
    nines: Figure,
    availability: Figure,
    availability_class: &'static str,
    downtime: Figure,
    downtime_p95: String,
    outages: Figure,
    recovery: Figure,
    recovery_class: &'static str,
    slo: Figure,
    cost: String,
    failure: Figure,
    total: Figure,
}

impl TableRow {
    fn of(topology: &TopologyResult, results: &Results) -> Self {
        let row = Row::of(topology, results);
        let currency = &results.currency;
        let bill = &topology.cost_per_month;
        let meets = results
            .recommended
            .as_ref()
            .is_some_and(|taken| taken.meets_objectives);
        Self {
            nines: Figure::of(
                row.nines,
                format::nines_interval(&topology.unavailability).unwrap_or_default(),
            ),
            availability: Figure::of(
                format!("{}{}", row.availability, row.availability_mark.suffix()),
                row.availability_interval,
            ),
            availability_class: class(row.availability_mark),
            downtime: Figure::downtime(&topology.unavailability),
            downtime_p95: row.downtime_p95,
            outages: Figure::of(row.outages, row.outages_interval),
            recovery: Figure::of(
                format!("{}{}", row.recovery_p95, row.recovery_mark.suffix()),
                topology.rto_met.as_ref().map_or_else(String::new, |met| {
                    let interval = format::probability_interval(met.low, met.high);
                    format!("{} in RTO ({interval})", format::probability(met.mean))
                }),
            ),
            recovery_class: class(row.recovery_mark),
            slo: Figure::of(row.slo_met, row.slo_interval),
            cost: bill.total.map_or_else(
                || "not priced".to_owned(),
                |total| format::money_rounded(total, currency),
            ),
            failure: failure(topology, currency),
            total: Figure::money(bill.total_with_failure.as_ref(), currency),
            verdict: if meets {
                "recommended"
            } else {
                "nearest to the objectives"
            },
            name: row.name,
            on_frontier: row.on_frontier,
            recommended: row.recommended,
        }
    }
}

fn class(mark: Mark) -> &'static str {
    match mark {
        Mark::NotJudged => "",
        Mark::Met => "good",
        Mark::Missed => "bad",
    }
}

/// Cost of failure: the interval is that of the total, less what runs, which is certain.
fn failure(topology: &TopologyResult, currency: &str) -> Figure {
    let bill = &topology.cost_per_month;
    let Some(mean) = cost_of_failure(topology) else {
        return Figure::of("not priced", "");
    };
    let running = bill.total.unwrap_or(0.0);
    let interval = bill
        .total_with_failure
        .as_ref()
        .map_or_else(String::new, |total| {
            format::money_interval(
                (total.low - running).max(0.0),
                (total.high - running).max(0.0),
                currency,
            )
        });
    Figure::of(format::money_rounded(mean, currency), interval)
}

struct Pair {
    name: String,
    downtime: Figure,
    less: String,
    equal: String,
    more: String,
    better: String,
}

impl Pair {
    fn of(difference: &Difference) -> Self {
        let signed = |share: f64| {
            let text = format::minutes(share.abs() * YEAR_MINUTES);
            if share < 0.0 {
                format!("−{text}")
            } else {
                text
            }
        };
        let estimate = &difference.unavailability;
        Self {
            name: format!("{} less {}", difference.of, difference.from),
            downtime: Figure::of(
                signed(estimate.mean),
                format!("{} to {}", signed(estimate.low), signed(estimate.high)),
            ),
            less: format::probability(difference.less),
            equal: format::probability(difference.equal),
            more: format::probability(difference.more),
            better: format::probability(difference.better),
        }
    }
}

fn basis(results: &Results) -> String {
    let trials = results.topologies.iter().map(|topology| topology.trials);
    let (least, most) = (trials.clone().min().unwrap_or(0), trials.max().unwrap_or(0));
    let trials = if least == most {
        format::count(most)
    } else {
        format!("{} to {}", format::count(least), format::count(most))
    };
    let length = format::duration(results.horizon_hours * 3600.0);
    let partial = if results.partial {
        " The run was cut short."
    } else {
        ""
    };
    format!(
        "Every topology played {trials} independent trials of {length} each, seed {}. Intervals are at {}.{partial}",
        results.seed,
        format::level(results.confidence),
    )
}

fn wanted(results: &Results) -> String {
    let objectives = &results.objectives;
    let mut parts = Vec::new();
    if let (Some(target), Some(hours)) = (objectives.slo_target, objectives.slo_window_hours) {
        parts.push(format!(
            "an SLO of {} in windows of {}",
            format::target(target),
            format::duration(hours * 3600.0)
        ));
    }
    if let (Some(target), Some(hours)) = (objectives.sla_target, objectives.sla_window_hours) {
        parts.push(format!(
            "an SLA of {} in windows of {}",
            format::target(target),
            format::duration(hours * 3600.0)
        ));
    }
    if let Some(seconds) = objectives.rto_seconds {
        parts.push(format!(
            "95 % of outages within the RTO of {}",
            format::duration(seconds)
        ));
    }
    match parts.as_slice() {
        [] => "The model states no objective.".to_owned(),
        [only] => format!("Wanted: {only}."),
        [first @ .., last] => format!("Wanted: {} and {last}.", first.join(", ")),
    }
}

/// The answer in up to three sentences.
fn answer(results: &Results) -> Vec<String> {
    let mut sentences = Vec::new();
    match &results.recommended {
        Some(taken) if taken.meets_objectives => {
            sentences.push(format!("Take {}: {}.", taken.name, plain(&taken.why)));
        }
        Some(taken) => sentences.push(format!("Nearest: {}.", plain(&taken.why))),
        None => sentences.push("Nothing is recommended: the model prices nothing.".to_owned()),
    }
    let by_downtime = |a: &&TopologyResult, b: &&TopologyResult| {
        a.unavailability.mean.total_cmp(&b.unavailability.mean)
    };
    let (best, worst) = (
        results.topologies.iter().min_by(by_downtime),
        results.topologies.iter().max_by(by_downtime),
    );
    if let (Some(best), Some(worst)) = (best, worst)
        && results.topologies.len() > 1
    {
        sentences.push(format!(
            "Downtime a year goes from {} ({}) to {} ({}).",
            Figure::downtime(&best.unavailability).value,
            best.name,
            Figure::downtime(&worst.unavailability).value,
            worst.name,
        ));
    }
    let shown = results.recommended.as_ref().map(|taken| &taken.name);
    let shown = results
        .topologies
        .iter()
        .find(|topology| Some(&topology.name) == shown)
        .or(best);
    if let Some(shown) = shown
        && let Some(cause) = shown.attribution.first()
    {
        sentences.push(format!(
            "The largest cause of what remains on {} is {}, with {} of the downtime.",
            shown.name,
            cause.cause,
            format::probability(cause.share),
        ));
    }
    sentences
}

fn plain(why: &str) -> &str {
    why.trim_end_matches('.')
}

fn facts(comparison: &Comparison) -> Vec<(&'static str, String)> {
    let results = &comparison.results;
    let mut facts = vec![
        ("model file", comparison.source.clone()),
        ("model hash (SHA-256)", results.model_hash.clone()),
        ("program", format!("failscape {}", results.version)),
        (
            "commit",
            results
                .commit
                .clone()
                .unwrap_or_else(|| "unknown".to_owned()),
        ),
        ("seed", results.seed.to_string()),
        ("confidence", format::level(results.confidence)),
    ];
    let mut methods: Vec<&str> = results
        .topologies
        .iter()
        .map(|topology| topology.unavailability.interval.as_str())
        .collect();
    methods.sort_unstable();
    methods.dedup();
    facts.push(("interval of unavailability", methods.join(", ")));
    facts.push((
        "all figures",
        "results.json beside this page; `docs/statistics.md` of failscape explains each".to_owned(),
    ));
    facts
}
