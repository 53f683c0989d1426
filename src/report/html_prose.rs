//! The sentences of the report page: the answer, what it assumes, how it was made.

use super::format::{self, printable};
use crate::compare::verdicts;
use crate::results::{Comparison, Estimate, Results, Route, TopologyResult};

/// What the page asks.
pub(super) fn question(results: &Results) -> String {
    let model = printable(&results.model);
    match results.topologies.as_slice() {
        [only] => format!(
            "How available is {model} on {}, and what does it cost?",
            printable(&only.name)
        ),
        _ => format!("Which topology should {model} run on, and what does each choice cost?"),
    }
}

/// How one topology stands to its objectives; `None` without any.
fn standing(topology: &TopologyResult, results: &Results) -> Option<String> {
    let verdicts = verdicts(topology, &results.objectives);
    let said: Vec<String> = verdicts
        .iter()
        .map(|verdict| verdict.in_words(topology))
        .collect();
    let does = if verdicts.iter().all(|verdict| verdict.met) {
        "meets"
    } else {
        "does not meet"
    };
    (!said.is_empty()).then(|| {
        let name = printable(&topology.name);
        format!("{name} {does} the objectives: {}.", said.join(", "))
    })
}

/// At most three sentences: the recommendation, the spread, what dominates.
pub(super) fn answer(results: &Results) -> Vec<String> {
    let recommendation = match (results.topologies.as_slice(), &results.recommended) {
        ([only], _) => standing(only, results),
        (_, Some(choice)) => Some(sentence(&choice.why, &choice.name)),
        (_, None) => Some("No topology is recommended, because costs are not priced.".to_owned()),
    };
    [
        recommendation,
        spread(&results.topologies),
        dominant_cause(results),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// A text as a sentence; a name that it begins with is the user's and keeps its case.
fn sentence(text: &str, name: &str) -> String {
    let text = printable(text);
    let mut letters = text.trim().chars();
    let Some(first) = letters.next() else {
        return String::new();
    };
    let end = if text.trim_end().ends_with(['.', '!', '?']) {
        ""
    } else {
        "."
    };
    let first: String = if text.trim().starts_with(&printable(name)) {
        first.into()
    } else {
        first.to_uppercase().collect()
    };
    format!("{first}{}{end}", letters.as_str())
}

fn spread(topologies: &[TopologyResult]) -> Option<String> {
    let by_mean = |a: &&TopologyResult, b: &&TopologyResult| {
        a.downtime_minutes_per_year
            .mean
            .total_cmp(&b.downtime_minutes_per_year.mean)
    };
    let best = topologies.iter().min_by(by_mean)?;
    let worst = topologies.iter().max_by(by_mean)?;
    if worst.downtime_minutes_per_year.mean <= 0.0 {
        return Some("No downtime was seen in any trial: only upper bounds are known.".to_owned());
    }
    let said = |topology: &TopologyResult| {
        let downtime = &topology.downtime_minutes_per_year;
        let name = printable(&topology.name);
        if downtime.mean > 0.0 {
            let interval = match topology.unavailability.route {
                Route::Simulated => {
                    format::duration_interval_short(downtime.low * 60.0, downtime.high * 60.0)
                }
                Route::Exact | Route::Numerical => "worked out, not sampled".to_owned(),
            };
            format!(
                "{} a year ({interval}) with {name}",
                format::duration_short(downtime.mean * 60.0)
            )
        } else {
            format!(
                "none seen (at most {} a year) with {name}",
                format::duration_short(downtime.high * 60.0)
            )
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
        .and_then(|choice| {
            results
                .topologies
                .iter()
                .find(|topology| topology.name == choice.name)
        })
        .or_else(|| {
            results
                .topologies
                .iter()
                .find(|topology| !topology.attribution.is_empty())
        })?;
    let main = topology
        .attribution
        .iter()
        .max_by(|a, b| a.share.total_cmp(&b.share))?;
    Some(format!(
        "The largest cause of the downtime of {} is {}, with {} of it.",
        printable(&topology.name),
        printable(&main.cause),
        format::probability(main.share)
    ))
}

/// How to read the comparison, and what is wanted.
pub(super) fn comparison_caption(results: &Results) -> String {
    let mut text = format!(
        "Below each figure its {} interval.",
        format::level(results.confidence)
    );
    let is_worked_out =
        |topology: &TopologyResult| topology.unavailability.route != Route::Simulated;
    if results.topologies.iter().any(is_worked_out) {
        text.push_str(
            " “exact” and “numerical”: worked out, not sampled, with the error where it is told.",
        );
    }
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
    if results.objectives.slo_target.is_some() || results.objectives.rto_seconds.is_some() {
        text.push_str(" ✓ and ✗: met and missed, the RTO by at least 95 % of outages.");
    }
    if results.topologies.len() > 1 {
        text.push_str(" Pareto: no other topology is both cheaper and more available.");
    }
    text
}

/// What the figures take for granted, by name.
pub(super) fn assumptions(results: &Results) -> Vec<(String, String)> {
    let objectives = &results.objectives;
    let over = |window: Option<f64>| {
        window.map_or_else(String::new, |hours| {
            format!(" over {}", format::duration(hours * 3600.0))
        })
    };
    let mut all = vec![
        (
            "Trial",
            format!(
                "{} of operation, all components up at the start",
                format::duration(results.horizon_hours * 3600.0)
            ),
        ),
        (
            "Same luck",
            "every topology meets the same faults, so that differences are not due to chance alone"
                .to_owned(),
        ),
        (
            "Year, month",
            "8760 h and 730 h; yearly figures are scaled from the length of a trial".to_owned(),
        ),
        (
            "Availability",
            "share of requests served, weighted over the journeys".to_owned(),
        ),
        ("Money", printable(&results.currency)),
    ];
    if let Some(target) = objectives.slo_target {
        all.push((
            "SLO",
            format!(
                "{}{}",
                format::target(target),
                over(objectives.slo_window_hours)
            ),
        ));
    }
    if let Some(target) = objectives.sla_target {
        all.push((
            "SLA",
            format!(
                "{}{}",
                format::target(target),
                over(objectives.sla_window_hours)
            ),
        ));
    }
    if let Some(rto) = objectives.rto_seconds {
        all.push(("RTO", format::duration(rto)));
    }
    if let Some(rpo) = objectives.rpo_seconds {
        all.push(("RPO", format::duration(rpo)));
    }
    if results.topologies.len() < 2 {
        all.retain(|(name, _)| *name != "Same luck");
    }
    all.into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect()
}

/// What a run would have shown, and this page cannot.
pub(super) fn missing(comparison: &Comparison, with_charts: bool) -> Vec<String> {
    let mut missing = Vec::new();
    if !comparison.has_evidence() {
        missing.push(
            "This page was made from results.json without the evidence.json of its run: it lacks the timeline of one trial, what runs \
             where, the assumptions behind the answer and the model's description."
                .to_owned(),
        );
    }
    if !with_charts {
        missing.push(
            "The run was asked to draw no charts: `failscape report` makes this page with them."
                .to_owned(),
        );
    }
    missing
}

/// What it takes to make the page again, by name.
pub(super) fn made(comparison: &Comparison) -> Vec<(String, String)> {
    let results = &comparison.results;
    let commit = results
        .commit
        .as_deref()
        .map_or_else(|| "unknown".to_owned(), printable);
    let each = |figure: &dyn Fn(&TopologyResult) -> String| {
        distinct(results.topologies.iter().map(figure))
    };
    [
        (
            "Program",
            format!("failscape {}, commit {commit}", printable(&results.version)),
        ),
        (
            "Model",
            format!(
                "{} from {}",
                printable(&results.model),
                printable(&comparison.source)
            ),
        ),
        ("Digest of the model", printable(&results.model_hash)),
        ("Seed", results.seed.to_string()),
        (
            "Trials a topology",
            each(&|topology| format::count(topology.trials)),
        ),
        (
            "Failures and repairs",
            format::count(
                results
                    .topologies
                    .iter()
                    .map(|topology| topology.events)
                    .sum(),
            ),
        ),
        ("Means", means(results)),
        (
            "Intervals",
            format!(
                "{}: {}",
                format::level(results.confidence),
                interval_methods(results)
            ),
        ),
        (
            "Finished",
            if results.partial {
                "no, the run was cut short".to_owned()
            } else {
                "yes".to_owned()
            },
        ),
    ]
    .into_iter()
    .map(|(name, text)| (name.to_owned(), text))
    .collect()
}

/// How the means of each topology were found.
fn means(results: &Results) -> String {
    let how = |topology: &TopologyResult| {
        let route = topology.unavailability.route.name();
        format!("{route} ({})", printable(&topology.method))
    };
    let mut ways: Vec<(String, Vec<String>)> = Vec::new();
    for topology in &results.topologies {
        let (how, name) = (how(topology), printable(&topology.name));
        match ways.iter_mut().find(|(way, _)| *way == how) {
            Some((_, names)) => names.push(name),
            None => ways.push((how, vec![name])),
        }
    }
    let ways = ways.iter();
    ways.map(|(how, names)| format!("{how}: {}", names.join(", ")))
        .collect::<Vec<_>>()
        .join("; ")
}

fn interval_methods(results: &Results) -> String {
    let of = |name: &str, pick: &dyn Fn(&TopologyResult) -> Option<Estimate>| {
        let methods = distinct(
            results
                .topologies
                .iter()
                .filter_map(pick)
                .map(|estimate| printable(&estimate.interval)),
        );
        (!methods.is_empty()).then(|| format!("{methods} for {name}"))
    };
    [
        of("unavailability", &|topology| {
            Some(topology.unavailability.clone())
        }),
        of("outages", &|topology| {
            Some(topology.outages_per_year.clone())
        }),
        of("the SLO", &|topology| topology.slo_met.clone()),
        of("the RTO", &|topology| topology.rto_met.clone()),
        of("cost", &|topology| {
            topology.cost_per_month.total_with_failure.clone()
        }),
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
