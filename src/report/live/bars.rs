//! Stacked bars: what the downtime is charged to, and what each topology costs.

use serde_json::{Value, json};

use super::super::format::{self, printable};
use super::super::html_spaces::unbroken;
use super::super::html_tables::cost_rows;
use super::points::money_signs;
use super::{Behind, BehindRow, Live, colours, headings};
use crate::chart::{cost_parts, main_causes, part_shade};
use crate::results::{Attribution, Results, TopologyResult};

/// Downtime by cause, as a share or in minutes.
pub(super) fn attribution(results: &Results) -> Option<Live> {
    let causes = main_causes(results);
    if causes.is_empty() {
        return None;
    }
    let is_rest = |charged: &&Attribution| !causes.contains(&charged.cause);
    let has_rest = (results.topologies.iter())
        .any(|topology| topology.attribution.iter().any(|charged| is_rest(&charged)));
    let mut parts: Vec<Value> = (causes.iter().enumerate())
        .map(|(index, cause)| json!({ "name": printable(cause), "colour": colours(&part_shade(index)) }))
        .collect();
    if has_rest {
        parts.push(json!({ "name": "other causes", "colour": colours(&part_shade(usize::MAX)) }));
    }
    let row = |topology: &TopologyResult| -> Vec<Charged> {
        let of = |cause: &String| {
            let mut charged = topology.attribution.iter();
            charged
                .find(|charged| charged.cause == *cause)
                .map_or_else(Charged::default, Charged::of)
        };
        let mut row: Vec<Charged> = causes.iter().map(of).collect();
        if has_rest {
            row.push(Charged::together(
                topology.attribution.iter().filter(is_rest),
            ));
        }
        row
    };
    let rows: Value = (results.topologies.iter().enumerate())
        .map(|(index, topology)| {
            let row = row(topology);
            let shares: Vec<f64> = row.iter().map(|part| part.share).collect();
            let minutes: Vec<f64> = row.iter().map(|part| part.minutes).collect();
            let texts: Vec<&Vec<String>> = row.iter().map(|part| &part.text).collect();
            json!({ "t": index, "values": [shares, minutes], "text": texts, "note": downtime_in_words(topology) })
        })
        .collect();
    let data = json!({
        "kind": "stack",
        "parts": parts,
        "measures": [
            { "name": "share of the topology's downtime (%)", "short": "share", "form": "percent", "max": 1 },
            { "name": "downtime a year (min)", "short": "minutes a year", "form": "number" },
        ],
        "rows": rows,
    });
    let rows = results
        .topologies
        .iter()
        .enumerate()
        .flat_map(|(index, topology)| {
            topology.attribution.iter().map(move |charged| {
                let lost = &charged.unavailability;
                BehindRow {
                    topology: index,
                    cells: vec![
                        printable(&topology.name),
                        printable(&charged.cause),
                        unbroken(&format::probability(charged.share)),
                        unbroken(&format::duration(a_year(lost.mean))),
                        unbroken(&format::duration_interval(
                            a_year(lost.low),
                            a_year(lost.high),
                        )),
                    ],
                }
            })
        });
    Some(Live {
        data,
        behind: Behind {
            headings: headings(["Topology", "Cause", "Share", "Downtime a year", "Interval"]),
            rows: rows.collect(),
            note: String::new(),
        },
    })
}

/// Cost of a month, line by line.
pub(super) fn cost(results: &Results) -> Option<Live> {
    let currency = printable(&results.currency);
    let amounts = |topology: &TopologyResult| -> Vec<Option<f64>> {
        cost_parts()
            .iter()
            .map(|part| (part.amount)(&topology.cost_per_month))
            .collect()
    };
    let used: Vec<usize> = (0..cost_parts().len())
        .filter(|&part| {
            let mut all = results.topologies.iter();
            all.any(|topology| amounts(topology)[part].is_some_and(|amount| amount > 0.0))
        })
        .collect();
    if used.is_empty() {
        return None;
    }
    let parts: Value = (used.iter())
        .map(|&part| {
            let part = &cost_parts()[part];
            json!({ "name": part.name, "colour": colours(&part.shade()), "hatched": part.of_failure })
        })
        .collect();
    let rows: Value = (results.topologies.iter().enumerate())
        .map(|(index, topology)| {
            let all = amounts(topology);
            let values: Vec<f64> = used.iter().map(|&part| all[part].unwrap_or(0.0)).collect();
            let texts: Vec<Vec<String>> = (used.iter())
                .map(|&part| vec![amount_in_words(topology, part, &currency)])
                .collect();
            let failing = topology.cost_per_month.total_with_failure.as_ref();
            json!({
                "t": index,
                "values": [values],
                "text": texts,
                "end": failing.map(|cost| [cost.low, cost.high]),
                "note": total_in_words(topology, &currency),
            })
        })
        .collect();
    let data = json!({
        "kind": "stack",
        "parts": parts,
        "money": money_signs(&currency),
        "measures": [{ "name": format!("cost of a month of 730 h ({currency})"), "form": "money" }],
        "rows": rows,
    });
    let rows = results
        .topologies
        .iter()
        .enumerate()
        .flat_map(|(index, topology)| {
            cost_rows(topology, results)
                .into_iter()
                .map(move |row| BehindRow {
                    topology: index,
                    cells: [printable(&topology.name), row.name]
                        .into_iter()
                        .chain(row.values)
                        .collect(),
                })
        });
    Some(Live {
        data,
        behind: Behind {
            headings: headings(["Topology", "Line", "Amount a month", "Interval"]),
            rows: rows.collect(),
            note: String::new(),
        },
    })
}

/// Mean downtime a year and its interval.
fn downtime_in_words(topology: &TopologyResult) -> [String; 2] {
    let downtime = &topology.downtime_minutes_per_year;
    if downtime.mean <= 0.0 {
        let most = format::duration_short(downtime.high * 60.0);
        return ["no loss seen".to_owned(), format!("at most {most}")];
    }
    [
        format::minutes(downtime.mean),
        topology
            .unavailability
            .spread(|| format::duration_interval_short(downtime.low * 60.0, downtime.high * 60.0)),
    ]
}

/// The total with failure and its interval, or what runs.
fn total_in_words(topology: &TopologyResult, currency: &str) -> Option<[String; 2]> {
    let cost = &topology.cost_per_month;
    if let Some(total) = &cost.total_with_failure {
        let interval = format::money_interval(total.low, total.high, currency);
        return Some([format::money_rounded(total.mean, currency), interval]);
    }
    let runs = cost.total?;
    Some([format::money(runs, currency), "without failure".to_owned()])
}

fn amount_in_words(topology: &TopologyResult, part: usize, currency: &str) -> String {
    let cost = &topology.cost_per_month;
    let part = &cost_parts()[part];
    let estimate = match part.name {
        "SLA credits" => cost.sla_credits.as_ref(),
        "lost business" => cost.downtime.as_ref(),
        _ => None,
    };
    let Some(amount) = (part.amount)(cost) else {
        return format!("{}: not priced", part.name);
    };
    estimate.map_or_else(
        || format!("{}: {} (exact)", part.name, format::money(amount, currency)),
        |estimate| {
            format!(
                "{}: {} ({})",
                part.name,
                format::money_rounded(estimate.mean, currency),
                format::money_interval(estimate.low, estimate.high, currency)
            )
        },
    )
}

/// What is charged to a cause, or to several.
#[derive(Default)]
struct Charged {
    share: f64,
    /// Mean \[min/year\].
    minutes: f64,
    text: Vec<String>,
}

impl Charged {
    fn of(charged: &Attribution) -> Self {
        let lost = &charged.unavailability;
        Self {
            share: charged.share,
            minutes: a_year(lost.mean) / 60.0,
            text: vec![format!(
                "{}: {} of the downtime, {} a year ({})",
                printable(&charged.cause),
                format::probability(charged.share),
                format::duration(a_year(lost.mean)),
                format::duration_interval(a_year(lost.low), a_year(lost.high))
            )],
        }
    }

    fn together<'a>(all: impl Iterator<Item = &'a Attribution>) -> Self {
        let mut together = Self::default();
        for charged in all.map(Self::of) {
            together.share += charged.share;
            together.minutes += charged.minutes;
            together.text.extend(charged.text);
        }
        together
    }
}

fn a_year(q: f64) -> f64 {
    q * format::MINUTES_PER_YEAR * 60.0
}
