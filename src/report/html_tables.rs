//! The tables of one topology on the report page.

use super::contract::facts;
use super::data;
use super::format::{self, printable};
use super::html_spaces::unbroken;
use super::summary::cost_of_failure;
use crate::results::{Estimate, Results, TopologyResult};

/// A table in words.
pub(super) struct Table {
    /// What it lists.
    pub(super) title: &'static str,
    /// Headings of its columns.
    pub(super) headings: Vec<&'static str>,
    /// Its rows.
    pub(super) rows: Vec<TableRow>,
    /// What to know about it; empty for nothing.
    pub(super) note: String,
}

/// A row of a table.
pub(super) struct TableRow {
    /// What it is about.
    pub(super) name: String,
    /// Its figures.
    pub(super) values: Vec<String>,
}

/// All tables of a topology; those that would be empty are left out.
pub(super) fn tables(topology: &TopologyResult, results: &Results) -> Vec<Table> {
    [
        journeys(topology),
        outages(topology),
        contract(topology, results),
        services(topology),
        attribution(topology),
        phases(topology),
        costs(topology, results),
        faults(topology),
    ]
    .into_iter()
    .filter(|table| !table.rows.is_empty())
    .collect()
}

/// What each topology loses of its data; without rows where none can be lost.
pub(super) fn data(results: &Results) -> Table {
    let topologies = results.topologies.iter().filter(|_| data::is_told(results));
    let columns = data::columns(results);
    let headings = columns.iter().map(|&column| data::HEADINGS[column]);
    let objective = results
        .objectives
        .rpo_seconds
        .map_or_else(String::new, |rpo| {
            let rpo = format::duration(rpo);
            format!("RPO {rpo}: ✓ and ✗, met and missed, by at least 95 % of losses. ")
        });
    let rows = topologies.map(|topology| {
        let figures = data::figures(topology, results);
        row(
            &topology.name,
            columns.iter().map(|&column| {
                let [main, below] = figures[column].clone();
                if below.is_empty() {
                    main
                } else {
                    format!("{main} ({below})")
                }
            }),
        )
    });
    Table {
        title: "Loss of data",
        headings: std::iter::once("Topology").chain(headings).collect(),
        rows: rows.collect(),
        note: objective
            + "A failover moves to a copy that is behind, or to the last backup; what is corrupted is restored from the last backup. \
               Split brain: two regions accept writes that the other does not see.",
    }
}

/// Cost a month of what runs, of failure, and together, each with its label and interval.
pub(super) fn cost_figures(
    topology: &TopologyResult,
    currency: &str,
) -> [(&'static str, String, String); 3] {
    let cost = &topology.cost_per_month;
    let currency = &printable(currency);
    let unpriced = || ("not priced".to_owned(), String::new());
    let (runs, runs_note) = cost.total.map_or_else(unpriced, |total| {
        let gaps = if cost.not_priced.is_empty() {
            ""
        } else {
            "partly priced"
        };
        (format::money(total, currency), gaps.to_owned())
    });
    let (failure, failure_interval) =
        cost_of_failure(topology).map_or_else(unpriced, |parts| estimated(&parts, currency));
    let (total, total_interval) = cost
        .total_with_failure
        .as_ref()
        .map_or_else(unpriced, |total| estimated(total, currency));
    [
        ("Cost a month", runs, runs_note),
        ("Cost of failure a month", failure, failure_interval),
        ("Total a month", total, total_interval),
    ]
}

/// A probability and its interval, or that there is none.
pub(super) fn probability_with_interval(estimate: Option<&Estimate>) -> (String, String) {
    estimate.map_or_else(
        || (format::NO_DATA.to_owned(), String::new()),
        |estimate| {
            (
                format::probability(estimate.mean),
                format::probability_interval(estimate.low, estimate.high),
            )
        },
    )
}

fn estimated(estimate: &Estimate, currency: &str) -> (String, String) {
    (
        format::money_rounded(estimate.mean, currency),
        format::money_interval(estimate.low, estimate.high, currency),
    )
}

fn row(name: &str, values: impl IntoIterator<Item = String>) -> TableRow {
    TableRow {
        name: printable(name),
        values: values.into_iter().map(|value| unbroken(&value)).collect(),
    }
}

fn interval(unavailability: &Estimate) -> String {
    format::availability_interval(unavailability).unwrap_or_else(|| "no loss seen".to_owned())
}

fn journeys(topology: &TopologyResult) -> Table {
    let rows = topology.journeys.iter().map(|(name, journey)| {
        row(
            name,
            [
                format::availability(&journey.unavailability),
                interval(&journey.unavailability),
                format::availability(&journey.time_unavailability),
                interval(&journey.time_unavailability),
            ],
        )
    });
    Table {
        title: "Journeys",
        headings: vec![
            "Journey",
            "Requests served",
            "Interval",
            "Time up",
            "Interval",
        ],
        rows: rows.collect(),
        note: String::new(),
    }
}

fn services(topology: &TopologyResult) -> Table {
    let mut services: Vec<_> = topology.services.iter().collect();
    services.sort_by(|a, b| b.1.unavailability.mean.total_cmp(&a.1.unavailability.mean));
    let rows = services.into_iter().map(|(name, service)| {
        row(
            name,
            [
                format::availability(&service.unavailability),
                interval(&service.unavailability),
            ],
        )
    });
    Table {
        title: "Services, the weakest first",
        headings: vec!["Service", "Up where traffic is sent", "Interval"],
        rows: rows.collect(),
        note: String::new(),
    }
}

fn outages(topology: &TopologyResult) -> Table {
    let downtime = &topology.downtime_minutes_per_year;
    let times = &topology.recovery_time_seconds;
    let both = |low: Option<f64>, high: Option<f64>, scale: f64| match (low, high) {
        (Some(low), Some(high)) => format::duration_interval(low * scale, high * scale),
        _ => format::NO_DATA.to_owned(),
    };
    let said =
        |seconds: Option<f64>| seconds.map_or_else(|| format::NO_DATA.to_owned(), format::duration);
    let bare = || format::NO_DATA.to_owned();
    let mut rows = vec![
        row(
            "Downtime a year, mean",
            [
                format::minutes(downtime.mean),
                format::duration_interval(downtime.low * 60.0, downtime.high * 60.0),
            ],
        ),
        row("… median year", [format::minutes(downtime.p50), bare()]),
        row(
            "… one year in 20 (p95)",
            [
                format::minutes(downtime.p95),
                both(downtime.p95_low, downtime.p95_high, 60.0),
            ],
        ),
        row(
            "… one year in 100 (p99)",
            [format::minutes(downtime.p99), bare()],
        ),
        row("… worst trial", [format::minutes(downtime.max), bare()]),
    ];
    if times.n > 0 {
        rows.extend([
            row(
                "Recovery, mean",
                [said(times.mean), both(times.low, times.high, 1.0)],
            ),
            row("… median", [said(times.p50), bare()]),
            row(
                "… p95",
                [said(times.p95), both(times.p95_low, times.p95_high, 1.0)],
            ),
            row("… p99", [said(times.p99), bare()]),
        ]);
    }
    let shares = [
        ("RTO met", &topology.rto_met),
        ("SLO met", &topology.slo_met),
        ("SLA met", &topology.sla_met),
    ];
    for (name, estimate) in shares
        .into_iter()
        .filter(|(_, estimate)| estimate.is_some())
    {
        let (main, sub) = probability_with_interval(estimate.as_ref());
        rows.push(row(name, [main, sub]));
    }
    if let Some(spread) = &topology.spread {
        let (main, sub) = probability_with_interval(Some(&spread.ignorance));
        rows.push(row(
            "Variance between trials: not knowing (the rest is luck)",
            [main, sub],
        ));
    }
    let note = if times.n > 0 {
        format!(
            "{} outages that ended within their trial.",
            format::count(times.n)
        )
    } else {
        "No outage was seen.".to_owned()
    };
    Table {
        title: "Downtime and recovery",
        headings: vec!["Measure", "Value", "Interval"],
        rows,
        note,
    }
}

fn contract(topology: &TopologyResult, results: &Results) -> Table {
    let facts = facts(topology, results).into_iter();
    Table {
        title: "What was promised, and how it is kept",
        headings: vec!["Promise", "Found", "Interval"],
        rows: facts
            .map(|fact| row(&fact.measure, [fact.value, fact.interval]))
            .collect(),
        note: String::new(),
    }
}

fn attribution(topology: &TopologyResult) -> Table {
    let mut causes: Vec<_> = topology.attribution.iter().collect();
    causes.sort_by(|a, b| b.share.total_cmp(&a.share));
    let a_year = |q: f64| q * format::MINUTES_PER_YEAR * 60.0;
    let rows = causes.into_iter().map(|cause| {
        let lost = &cause.unavailability;
        row(
            &cause.cause,
            [
                format::probability(cause.share),
                format::duration(a_year(lost.mean)),
                format::duration_interval(a_year(lost.low), a_year(lost.high)),
            ],
        )
    });
    Table {
        title: "What the downtime is charged to",
        headings: vec!["Cause", "Share", "Downtime a year", "Interval"],
        rows: rows.collect(),
        note: String::new(),
    }
}

fn phases(topology: &TopologyResult) -> Table {
    let a_year = |q: f64| q * format::MINUTES_PER_YEAR * 60.0;
    let rows = topology.phases.iter().map(|phase| {
        let lost = &phase.unavailability;
        row(
            &format::phase(phase),
            [
                format::probability(phase.share),
                format::duration(a_year(lost.mean)),
                format::duration_interval(a_year(lost.low), a_year(lost.high)),
            ],
        )
    });
    Table {
        title: "What the failover was doing meanwhile",
        headings: vec!["Phase", "Share", "Downtime a year", "Interval"],
        rows: rows.collect(),
        note: String::new(),
    }
}

/// The lines of a topology's bill: amount and interval.
pub(super) fn cost_rows(topology: &TopologyResult, results: &Results) -> Vec<TableRow> {
    costs(topology, results).rows
}

fn costs(topology: &TopologyResult, results: &Results) -> Table {
    let cost = &topology.cost_per_month;
    let currency = &printable(&results.currency);
    let fixed = [
        ("Infrastructure", cost.infrastructure),
        ("Transfer", cost.transfer),
        ("Storage", cost.storage),
        ("Telemetry", cost.telemetry),
        ("Drills", cost.drills),
        ("Regions", cost.regions),
        ("What runs", cost.total),
    ];
    let estimates = [
        ("SLA credits", &cost.sla_credits),
        ("Lost business", &cost.downtime),
        ("Total with failure", &cost.total_with_failure),
    ];
    let unpriced = || ["not priced".to_owned(), String::new()];
    let fixed = fixed.into_iter().map(|(name, amount)| {
        let absent = || {
            let is_priced = cost.not_priced.iter().all(|price| price.line != "drills");
            if name == "Drills" && is_priced {
                ["none".to_owned(), String::new()]
            } else {
                unpriced()
            }
        };
        row(
            name,
            amount.map_or_else(absent, |amount| {
                [
                    format::money(amount, currency),
                    certainty(name, cost, currency),
                ]
            }),
        )
    });
    let estimates = estimates.into_iter().map(|(name, estimate)| {
        let values = estimate.as_ref().map_or_else(unpriced, |estimate| {
            <[String; 2]>::from(estimated(estimate, currency))
        });
        row(name, values)
    });
    let missing: Vec<String> = cost
        .not_priced
        .iter()
        .map(|gap| {
            format!(
                "{} (the model gives no {})",
                printable(&gap.line),
                printable(&gap.missing)
            )
        })
        .collect();
    Table {
        title: "Cost a month",
        headings: vec!["Line", "Amount", "Interval"],
        rows: fixed.chain(estimates).collect(),
        note: if missing.is_empty() {
            String::new()
        } else {
            format!("Not priced in full: {}.", missing.join("; "))
        },
    }
}

/// How well a line of what runs is known: exactly, but for drills that may be left out.
fn certainty(line: &str, cost: &crate::results::CostResult, currency: &str) -> String {
    match &cost.drills_held {
        Some(held) if held.high > held.low && line == "Drills" => {
            format::money_interval(held.low, held.high, currency)
        }
        Some(held) if held.high > held.low && line == "What runs" => {
            "exact but for drills".to_owned()
        }
        _ => "exact".to_owned(),
    }
}

fn faults(topology: &TopologyResult) -> Table {
    let years = topology.trials.max(1) as f64;
    let rows = topology.faults.iter().map(|fault| {
        row(
            &fault.name,
            [
                format::count(fault.fired),
                format::significant(fault.fired as f64 / years, 3),
            ],
        )
    });
    Table {
        title: "How often each fault fired",
        headings: vec!["Fault", "Times, all trials and places", "Times a trial"],
        rows: rows.collect(),
        note: String::new(),
    }
}
