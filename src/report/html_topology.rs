//! The details of one topology on the report page: tables of journeys, services, causes, faults and costs.

use super::html::Figure;
use crate::results::{Estimate, TopologyResult, format};

/// A topology in depth.
pub(super) struct Details {
    pub(super) name: String,
    pub(super) basis: String,
    pub(super) tables: Vec<Table>,
}

/// A small table.
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) heads: Vec<&'static str>,
    pub(super) rows: Vec<TableLine>,
}

/// A line of it.
pub(super) struct TableLine {
    pub(super) name: String,
    pub(super) cells: Vec<Figure>,
}

impl TableLine {
    fn new(name: impl Into<String>, cells: Vec<Figure>) -> Self {
        Self {
            name: name.into(),
            cells,
        }
    }
}

/// The tables of a topology.
pub(super) fn details(topology: &TopologyResult, currency: &str) -> Details {
    let tables = vec![
        journeys(topology),
        services(topology),
        causes(topology),
        faults(topology),
        costs(topology, currency),
    ];
    Details {
        name: topology.name.clone(),
        basis: format!(
            "{} in {}; {} trials, {} failures and repairs played, method {}.",
            topology.pattern,
            topology.regions.join(", "),
            format::count(topology.trials),
            format::count(topology.events),
            topology.method,
        ),
        tables: tables
            .into_iter()
            .filter(|table| !table.rows.is_empty())
            .collect(),
    }
}

fn journeys(topology: &TopologyResult) -> Table {
    let rows = topology.journeys.iter().map(|(name, journey)| {
        TableLine::new(
            name,
            vec![
                availability(&journey.unavailability),
                Figure::downtime(&journey.unavailability),
                Figure::downtime(&journey.time_unavailability),
            ],
        )
    });
    Table {
        title: "Journeys",
        heads: vec![
            "Journey",
            "Availability",
            "Lost requests as time a year",
            "Time down a year",
        ],
        rows: rows.collect(),
    }
}

fn services(topology: &TopologyResult) -> Table {
    let rows = topology.services.iter().map(|(name, service)| {
        TableLine::new(
            name,
            vec![
                availability(&service.unavailability),
                Figure::downtime(&service.unavailability),
            ],
        )
    });
    Table {
        title: "Services, with all that they require, where traffic is sent",
        heads: vec!["Service", "Availability", "Downtime a year"],
        rows: rows.collect(),
    }
}

fn availability(unavailability: &Estimate) -> Figure {
    Figure::of(
        format::availability(unavailability),
        format::availability_interval(unavailability)
            .unwrap_or_else(|| "no outage seen".to_owned()),
    )
}

fn causes(topology: &TopologyResult) -> Table {
    let rows = topology
        .attribution
        .iter()
        .filter(|part| part.share > 0.0)
        .map(|part| {
            TableLine::new(
                &part.cause,
                vec![
                    Figure::of(format::probability(part.share), ""),
                    Figure::downtime(&part.unavailability),
                ],
            )
        });
    Table {
        title: "What the downtime is charged to",
        heads: vec!["Cause", "Share", "Downtime a year"],
        rows: rows.collect(),
    }
}

fn faults(topology: &TopologyResult) -> Table {
    let rows = topology.faults.iter().map(|fault| {
        TableLine::new(
            &fault.name,
            vec![Figure::of(format::count(fault.fired), "")],
        )
    });
    Table {
        title: "How often each fault fired, over all trials and places",
        heads: vec!["Fault", "Fired"],
        rows: rows.collect(),
    }
}

fn costs(topology: &TopologyResult, currency: &str) -> Table {
    let bill = &topology.cost_per_month;
    let fixed = |name: &str, amount: Option<f64>| {
        let figure = amount.map_or_else(
            || Figure::of("not priced", ""),
            |amount| Figure::of(format::money(amount, currency), ""),
        );
        TableLine::new(name, vec![figure])
    };
    let mut rows = vec![
        fixed("infrastructure", bill.infrastructure),
        fixed("transfer", bill.transfer),
        fixed("storage", bill.storage),
        fixed("telemetry", bill.telemetry),
        fixed("regions", bill.regions),
        fixed("total of what runs", bill.total),
        TableLine::new(
            "SLA credits",
            vec![Figure::money(bill.sla_credits.as_ref(), currency)],
        ),
        TableLine::new(
            "lost business",
            vec![Figure::money(bill.downtime.as_ref(), currency)],
        ),
        TableLine::new(
            "total with failure",
            vec![Figure::money(bill.total_with_failure.as_ref(), currency)],
        ),
    ];
    rows.extend(bill.not_priced.iter().map(|gap| {
        TableLine::new(
            format!("missing for {}", gap.line),
            vec![Figure::of(gap.missing.clone(), "")],
        )
    }));
    Table {
        title: "Cost of a month of 730 h",
        heads: vec!["Line", "Amount"],
        rows,
    }
}
