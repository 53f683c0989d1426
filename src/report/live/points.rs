//! Points with intervals: cost against availability, and unavailability by itself.

use serde_json::{Value, json};

use super::super::format::{self, printable};
use super::super::html_spaces::unbroken;
use super::axes::{self, place};
use super::{Behind, BehindRow, Live, headings};
use crate::results::{Estimate, Results, TopologyResult};

/// Cost of what runs, or with failure, against unavailability.
pub(super) fn cost_availability(results: &Results) -> Option<Live> {
    let priced = |topology: &TopologyResult| topology.cost_per_month.total.is_some();
    if !results.topologies.iter().any(priced) {
        return None;
    }
    let range = loss_range(results)?;
    let currency = printable(&results.currency);
    let points: Value = (results.topologies.iter().enumerate())
        .map(|(index, topology)| {
            let cost = &topology.cost_per_month;
            let runs = cost.total.map(|total| [total; 3]);
            let failing = cost.total_with_failure.as_ref();
            let failing = failing.map(|cost| [cost.mean, cost.low, cost.high]);
            let mut lines = vec![
                format!("Cost of what runs: {}", runs_in_words(topology, &currency)),
                format!("With failure: {}", failing_in_words(topology, &currency)),
            ];
            lines.extend(loss_in_words(topology));
            json!({
                "t": index,
                "x": [runs, failing],
                "y": loss(&topology.unavailability, range),
                "bound": topology.unavailability.mean <= 0.0,
                "text": lines,
            })
        })
        .collect();
    let frontier: Vec<usize> = (results.pareto.iter())
        .filter_map(|name| {
            results
                .topologies
                .iter()
                .position(|other| other.name == *name)
        })
        .collect();
    let with_failure =
        |topology: &TopologyResult| topology.cost_per_month.total_with_failure.is_some();
    let mut costs = vec![format!("cost of what runs ({currency} a month)")];
    if results.topologies.iter().any(with_failure) {
        costs.push(format!("cost with failure ({currency} a month)"));
    }
    let data = json!({
        "kind": "scatter",
        "x": costs,
        "money": money_signs(&currency),
        "y": axes::unavailabilities("unavailability (share of requests lost, log scale)", range),
        "points": points,
        "frontier": frontier,
        "target": target(results, range),
    });
    let rows = results
        .topologies
        .iter()
        .enumerate()
        .map(|(index, topology)| {
            let [q, q_interval] = unavailability_cells(&topology.unavailability);
            BehindRow {
                topology: index,
                cells: vec![
                    printable(&topology.name),
                    unbroken(&runs_in_words(topology, &currency)),
                    unbroken(&failing_in_words(topology, &currency)),
                    q,
                    q_interval,
                    unbroken(&format::availability(&topology.unavailability)),
                    if frontier.contains(&index) {
                        "yes"
                    } else {
                        "no"
                    }
                    .to_owned(),
                ],
            }
        });
    Some(Live {
        data,
        behind: Behind {
            headings: headings([
                "Topology",
                "Cost of what runs a month",
                "With failure a month",
                "Unavailability",
                "Interval",
                "Availability",
                "No other beats it in both",
            ]),
            rows: rows.collect(),
            note: String::new(),
        },
    })
}

/// Unavailability of each topology, with its nines.
pub(super) fn unavailability(results: &Results) -> Option<Live> {
    let range = loss_range(results)?;
    let points: Value = (results.topologies.iter().enumerate())
        .map(|(index, topology)| {
            json!({
                "t": index,
                "x": loss(&topology.unavailability, range),
                "bound": topology.unavailability.mean <= 0.0,
                "text": loss_in_words(topology),
            })
        })
        .collect();
    let data = json!({
        "kind": "dots",
        "x": axes::unavailabilities("unavailability (share of requests lost, log scale)", range),
        "points": points,
        "target": target(results, range),
    });
    let rows = results
        .topologies
        .iter()
        .enumerate()
        .map(|(index, topology)| {
            let q = &topology.unavailability;
            let [value, interval] = unavailability_cells(q);
            BehindRow {
                topology: index,
                cells: vec![
                    printable(&topology.name),
                    value,
                    interval,
                    unbroken(&format::nines_estimate(q)),
                    format::nines_interval(q).unwrap_or_else(|| "no loss seen".to_owned()),
                    format!("{} ({})", q.route.name(), printable(&q.interval)),
                    format::count(q.n),
                ],
            }
        });
    Some(Live {
        data,
        behind: Behind {
            headings: headings([
                "Topology",
                "Unavailability",
                "Interval",
                "Nines",
                "Interval of the nines",
                "How it was found",
                "Trials it rests on",
            ]),
            rows: rows.collect(),
            note: String::new(),
        },
    })
}

/// Signs of a currency before and after an amount.
pub(super) fn money_signs(currency: &str) -> [String; 2] {
    let one = format::money(1.0, currency);
    let (before, after) = one.split_once("1.00").unwrap_or(("", ""));
    [before.to_owned(), after.to_owned()]
}

fn loss_range(results: &Results) -> Option<(f64, f64)> {
    let ends = results.topologies.iter().flat_map(|topology| {
        let q = &topology.unavailability;
        [lowest(q), q.high.max(centre(q))]
    });
    let target = results.objectives.slo_target.map(|target| 1.0 - target);
    let (low, high) = axes::range(ends.chain(target))?;
    Some((low, high.min(1.0).max(low * 2.0)))
}

/// Where a point lies: at the bound, if nothing was lost.
fn centre(q: &Estimate) -> f64 {
    if q.mean > 0.0 { q.mean } else { q.high }
}

/// An interval that reaches down to nothing is drawn for about a decade.
fn lowest(q: &Estimate) -> f64 {
    let centre = centre(q);
    q.low.max(centre / 12.0).min(centre)
}

fn loss(q: &Estimate, range: (f64, f64)) -> Option<[f64; 3]> {
    (centre(q) > 0.0)
        .then(|| [centre(q), lowest(q), q.high.max(centre(q))].map(|value| place(value, range)))
}

fn target(results: &Results, range: (f64, f64)) -> Value {
    let loss = results
        .objectives
        .slo_target
        .map(|target| (1.0 - target, target));
    loss.filter(|(loss, _)| *loss > 0.0)
        .map_or(Value::Null, |(loss, target)| {
            json!([
                place(loss, range),
                format!("SLO {}", format::target(target))
            ])
        })
}

fn runs_in_words(topology: &TopologyResult, currency: &str) -> String {
    let cost = &topology.cost_per_month;
    let gaps = if cost.not_priced.is_empty() {
        "exact"
    } else {
        "in part: some lines are not priced"
    };
    cost.total.map_or_else(
        || "not priced".to_owned(),
        |total| format!("{} ({gaps})", format::money(total, currency)),
    )
}

fn failing_in_words(topology: &TopologyResult, currency: &str) -> String {
    let cost = topology.cost_per_month.total_with_failure.as_ref();
    cost.map_or_else(
        || "not priced".to_owned(),
        |cost| {
            format!(
                "{} ({})",
                format::money_rounded(cost.mean, currency),
                format::money_interval(cost.low, cost.high, currency)
            )
        },
    )
}

fn loss_in_words(topology: &TopologyResult) -> Vec<String> {
    let q = &topology.unavailability;
    if q.mean <= 0.0 {
        return vec![
            format!(
                "Unavailability: no loss seen, at most {}",
                format::scientific(q.high, 2)
            ),
            format!("Availability: {}", format::availability(q)),
        ];
    }
    let interval = |of: Option<String>| of.unwrap_or_default();
    vec![
        format!(
            "Unavailability: {} ({})",
            format::scientific(q.mean, 3),
            q.spread(|| format!(
                "{} to {}",
                format::scientific(q.low, 3),
                format::scientific(q.high, 3)
            ))
        ),
        format!(
            "Availability: {} ({})",
            format::availability(q),
            interval(format::availability_interval(q))
        ),
        format!(
            "Nines: {} ({})",
            format::nines_estimate(q),
            interval(format::nines_interval(q))
        ),
    ]
}

fn unavailability_cells(q: &Estimate) -> [String; 2] {
    if q.mean <= 0.0 {
        let bound = format!("at most {}", format::scientific(q.high, 2));
        return ["0".to_owned(), unbroken(&bound)];
    }
    let interval = q.spread(|| {
        let (low, high) = (format::scientific(q.low, 3), format::scientific(q.high, 3));
        format!("{low} to {high}")
    });
    [format::scientific(q.mean, 3), interval]
}
