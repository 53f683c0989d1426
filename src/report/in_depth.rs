//! One topology in depth: journeys, services, outages, recovery, causes, cost line by line.

use std::fmt::Write as _;

use comfy_table::{Cell, CellAlignment};
use owo_colors::OwoColorize;

use super::contract::{contract_text, rolls};
use super::data;
use super::gate::gate_text;
use super::summary::{Mark, Row, not_knowing};
use super::table::{rendered, table};
use super::terminal::{heading, push_wrapped, warnings};
use crate::compare::{Objective, verdicts};
use crate::results::{Comparison, CostResult, Estimate, Results, Route, TopologyResult, format};

/// Width of a full bar \[columns\].
const BAR_WIDTH: f64 = 20.0;

/// Longest name that is shown in full.
const NAME_WIDTH: usize = 28;

/// All that is known about each topology of a comparison (of one, as a rule), for terminals of so many columns.
#[must_use]
pub fn in_depth(comparison: &Comparison, width: u16) -> String {
    let results = &comparison.results;
    let mut text = heading(results, width);
    for topology in &results.topologies {
        text.push_str(&in_depth_of(topology, results, width));
    }
    text.push_str(&warnings(&results.warnings, width));
    text.push_str(&gate_text(results, width));
    text
}

fn in_depth_of(topology: &TopologyResult, results: &Results, width: u16) -> String {
    let mut text = String::new();
    let title = format!(
        "{} ({} in {}{})",
        topology.name,
        topology.pattern,
        topology.regions.join(", "),
        format::cells(topology.cells, topology.regions.len())
    );
    let _ = writeln!(text, "\n{}", format::truncated(&title, 98).bold());
    overview(&mut text, topology, results, width);
    text.push_str(&contract_text(topology, results, width));
    journeys(&mut text, topology, width);
    services(&mut text, topology, width);
    causes(&mut text, topology, width);
    phases(&mut text, topology, width);
    faults(&mut text, topology, width);
    costs(
        &mut text,
        &topology.cost_per_month,
        &results.currency,
        width,
    );
    text
}

fn section(text: &mut String, title: &str) {
    let _ = writeln!(text, "\n{}", title.bold());
}

/// A label and what is said of it, broken at spaces.
fn line(text: &mut String, width: u16, label: &str, value: &str) {
    push_wrapped(text, &format!("  {label:<22}"), 24, value, width);
}

fn overview(text: &mut String, topology: &TopologyResult, results: &Results, width: u16) {
    let row = Row::of(topology, results);
    let downtime = &topology.downtime_minutes_per_year;
    let interval = format::availability_interval(&topology.unavailability).map_or_else(
        || "no outage seen".to_owned(),
        |interval| match topology.unavailability.route {
            Route::Simulated => format!("interval {interval}"),
            Route::Exact | Route::Numerical => interval,
        },
    );
    line(
        text,
        width,
        "availability",
        &format!("{}, {} nines ({interval})", row.availability, row.nines),
    );
    line(
        text,
        width,
        "downtime a year",
        &format!(
            "{} on average ({}), by requests lost",
            row.downtime,
            topology.unavailability.spread(|| {
                format::duration_interval(downtime.low * 60.0, downtime.high * 60.0)
            })
        ),
    );
    line(
        text,
        width,
        "",
        &format!(
            "median {}, p95 {}, p99 {}, worst trial {}",
            format::minutes(downtime.p50),
            format::minutes(downtime.p95),
            format::minutes(downtime.p99),
            format::minutes(downtime.max)
        ),
    );
    let outages = &topology.outages_per_year;
    line(
        text,
        width,
        "outages a year",
        &format!(
            "{} ({})",
            row.outages,
            outages.spread(|| format::number_interval(outages.low, outages.high))
        ),
    );
    if let Some(first) = &topology.first_outage_hours {
        let said = format!(
            "{} from all new ({})",
            format::duration(first.mean * 3600.0),
            first.spread(|| {
                let hours = |hours: f64| format::duration(hours * 3600.0);
                format!("{} to {}", hours(first.low), hours(first.high))
            })
        );
        line(text, width, "time to first outage", &said);
    } else if let Some(reason) = &topology.first_outage_refused {
        line(
            text,
            width,
            "time to first outage",
            &format!("not known: {reason}"),
        );
    }
    recovery(text, topology, width);
    for verdict in verdicts(topology, &results.objectives) {
        let label = match verdict.objective {
            Objective::Slo { .. } => "SLO",
            Objective::Rto { .. } => "RTO",
            Objective::Rpo { .. } => "RPO",
        };
        let mark = Mark::of(&verdict).suffix();
        line(
            text,
            width,
            label,
            &format!("{}{mark}", verdict.in_words(topology)),
        );
    }
    let label = if rolls(results) {
        "SLO met, of the time"
    } else {
        "SLO windows met"
    };
    share(text, width, label, topology.slo_met.as_ref());
    share(text, width, "SLA windows met", topology.sla_met.as_ref());
    if data::is_told(results) {
        let figures = data::figures(topology, results);
        for column in data::columns(results) {
            let (label, [main, below]) = (data::HEADINGS[column], figures[column].clone());
            let said = [main, below].map(|text| text.trim().to_owned());
            let said = said.iter().filter(|text| !text.is_empty());
            let said: Vec<&str> = said.map(String::as_str).collect();
            line(text, width, label, &said.join(", "));
        }
    }
    for (label, said) in how_found(topology) {
        line(text, width, label, &said);
    }
}

/// How the means were found, and why not more sharply.
fn how_found(topology: &TopologyResult) -> Vec<(&'static str, String)> {
    let mut said = Vec::new();
    let sampled = match topology.method.as_str() {
        "control-variate" => {
            "simulated, with the design without failover as control variate (worked out)"
        }
        "conditional" => "simulated, chances of success replaced by their means",
        "failure-biasing" => "simulated by importance sampling of failures",
        _ => "simulated",
    };
    let gain = topology.variance_reduction.filter(|gain| *gain >= 1.05);
    let gain = gain.map_or_else(String::new, |gain| {
        format!("; variance ÷ {}", format::significant(gain, 2))
    });
    let trusted = topology.rare.as_ref().map_or(gain, |rare| {
        format!(
            "; {} samples, effective sample size {}",
            format::count(rare.samples),
            format::significant(rare.effective_samples, 2)
        )
    });
    said.push((
        "means",
        topology.solved_by.as_ref().map_or_else(
            || format!("{sampled}{trusted}"),
            |route| format!("worked out, by {route}"),
        ),
    ));
    if let Some(share) = not_knowing(topology) {
        said.push((
            "trials differ by",
            format!("not knowing the ranges: {share} of the variance; the rest is luck"),
        ));
    }
    for refused in &topology.refused {
        said.push(("", format!("no {}: {}", refused.route, refused.reason)));
    }
    said
}

fn recovery(text: &mut String, topology: &TopologyResult, width: u16) {
    let times = &topology.recovery_time_seconds;
    if let (Some(mean), Some(p50), Some(p95), Some(p99)) =
        (times.mean, times.p50, times.p95, times.p99)
    {
        let said = format!(
            "mean {}, median {}, p95 {}, p99 {}",
            format::duration(mean),
            format::duration(p50),
            format::duration(p95),
            format::duration(p99)
        );
        line(text, width, "recovery of an outage", &said);
    }
}

fn share(text: &mut String, width: u16, label: &str, estimate: Option<&Estimate>) {
    if let Some(estimate) = estimate {
        let interval = format::probability_interval(estimate.low, estimate.high);
        line(
            text,
            width,
            label,
            &format!("{} ({interval})", format::probability(estimate.mean)),
        );
    }
}

fn journeys(text: &mut String, topology: &TopologyResult, width: u16) {
    if topology.journeys.is_empty() {
        return;
    }
    section(text, "Journeys");
    let mut table = table(["journey", "availability", "interval", "nines", "time down"]);
    for (name, journey) in &topology.journeys {
        let q = &journey.unavailability;
        table.add_row([
            format::truncated(name, NAME_WIDTH),
            format::availability(q),
            format::availability_interval(q).unwrap_or_default(),
            format::nines_estimate(q),
            format::probability(journey.time_unavailability.mean),
        ]);
    }
    text.push_str(&rendered(table, CellAlignment::Right, width));
}

/// The services that were ever down, worst first.
fn services(text: &mut String, topology: &TopologyResult, width: u16) {
    let mut down: Vec<_> = topology
        .services
        .iter()
        .filter(|(_, service)| service.unavailability.mean > 0.0)
        .collect();
    if down.is_empty() {
        return;
    }
    down.sort_by(|a, b| b.1.unavailability.mean.total_cmp(&a.1.unavailability.mean));
    section(text, "Services, the least available first, by trials");
    let mut table = table(["service", "availability", "interval", "nines"]);
    for (name, service) in down {
        let q = &service.unavailability;
        table.add_row([
            format::truncated(name, NAME_WIDTH),
            format::availability(q),
            format::availability_interval(q).unwrap_or_default(),
            format::nines_estimate(q),
        ]);
    }
    text.push_str(&rendered(table, CellAlignment::Right, width));
}

fn causes(text: &mut String, topology: &TopologyResult, width: u16) {
    if topology.attribution.is_empty() {
        return;
    }
    section(text, "What the downtime is charged to, by trials");
    let mut causes: Vec<_> = topology
        .attribution
        .iter()
        .filter(|cause| cause.share > 0.0)
        .collect();
    causes.sort_by(|a, b| b.share.total_cmp(&a.share));
    let mut table = table(["cause", "share", "downtime a year", ""]);
    let a_year = |q: f64| q * format::MINUTES_PER_YEAR * 60.0;
    for cause in causes {
        let lost = &cause.unavailability;
        table.add_row([
            Cell::new_owned(format::truncated(&cause.cause, NAME_WIDTH)),
            Cell::new_owned(format::probability(cause.share)),
            Cell::new_owned(format::duration_interval(
                a_year(lost.low),
                a_year(lost.high),
            )),
            Cell::new_owned(bar(cause.share)).set_alignment(CellAlignment::Left),
        ]);
    }
    text.push_str(&rendered(table, CellAlignment::Right, width));
}

fn phases(text: &mut String, topology: &TopologyResult, width: u16) {
    if topology.phases.is_empty() {
        return;
    }
    section(text, "What the failover was doing meanwhile, by trials");
    let mut table = table(["phase", "share", "downtime a year", ""]);
    let a_year = |q: f64| q * format::MINUTES_PER_YEAR * 60.0;
    for phase in &topology.phases {
        let lost = &phase.unavailability;
        table.add_row([
            Cell::new_owned(format::truncated(&format::phase(phase), NAME_WIDTH)),
            Cell::new_owned(format::probability(phase.share)),
            Cell::new_owned(format::duration_interval(
                a_year(lost.low),
                a_year(lost.high),
            )),
            Cell::new_owned(bar(phase.share)).set_alignment(CellAlignment::Left),
        ]);
    }
    text.push_str(&rendered(table, CellAlignment::Right, width));
}

/// A bar of a share, in eighths of a column.
fn bar(share: f64) -> String {
    let eighths = (share.clamp(0.0, 1.0) * BAR_WIDTH * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    if let Some(part) = ['▏', '▎', '▍', '▌', '▋', '▊', '▉'].get((eighths % 8).wrapping_sub(1))
    {
        bar.push(*part);
    }
    bar
}

fn faults(text: &mut String, topology: &TopologyResult, width: u16) {
    if topology.faults.is_empty() {
        return;
    }
    section(text, "Faults that fired");
    let mut table = table(["fault", "fired", "per trial"]);
    for fault in &topology.faults {
        let per_trial = fault.fired as f64 / topology.trials.max(1) as f64;
        table.add_row([
            format::truncated(&fault.name, NAME_WIDTH),
            format::count(fault.fired),
            format::significant(per_trial, 3),
        ]);
    }
    text.push_str(&rendered(table, CellAlignment::Right, width));
}

fn costs(text: &mut String, bill: &CostResult, currency: &str, width: u16) {
    section(text, "Cost of a month");
    let mut table = table(["line", "a month", ""]);
    let money = |amount: f64| format::money(amount, currency);
    let fixed = [
        ("infrastructure", bill.infrastructure),
        ("transfer", bill.transfer),
        ("storage", bill.storage),
        ("telemetry", bill.telemetry),
        ("drills", bill.drills),
        ("regions", bill.regions),
    ];
    for (name, amount) in fixed {
        let mut note = missing(bill, name);
        if let (true, Some(held)) = (name == "drills" && note.is_empty(), &bill.drills_held)
            && held.high > held.low
        {
            note = format::money_interval(held.low, held.high, currency);
        }
        // A model without drills has no such line.
        if amount.is_some() || name != "drills" || !note.is_empty() {
            add_line(&mut table, name, amount.map(money), note);
        }
    }
    add_line(
        &mut table,
        "total, running",
        bill.total.map(money),
        String::new(),
    );
    for (name, label, estimate) in [
        ("sla_credits", "SLA credits", &bill.sla_credits),
        ("downtime", "lost business", &bill.downtime),
    ] {
        let note = missing(bill, name);
        if let Some(estimate) = estimate {
            let interval =
                estimate.spread(|| format::money_interval(estimate.low, estimate.high, currency));
            let note = if note.is_empty() {
                interval
            } else {
                format!("{interval}; {note}")
            };
            add_line(
                &mut table,
                label,
                Some(format::money_rounded(estimate.mean, currency)),
                note,
            );
        } else if !note.is_empty() {
            add_line(&mut table, label, None, note);
        }
    }
    if let Some(estimate) = &bill.total_with_failure {
        let interval =
            estimate.spread(|| format::money_interval(estimate.low, estimate.high, currency));
        add_line(
            &mut table,
            "total with failure",
            Some(format::money_rounded(estimate.mean, currency)),
            interval,
        );
    }
    if let Some(column) = table.column_mut(2) {
        column.set_cell_alignment(CellAlignment::Left);
    }
    text.push_str(&rendered(table, CellAlignment::Right, width));
}

fn add_line(table: &mut comfy_table::Table, label: &str, amount: Option<String>, note: String) {
    let amount = amount.unwrap_or_else(|| format::NO_DATA.to_owned());
    table.add_row([
        Cell::new(label),
        Cell::new_owned(amount),
        Cell::new_owned(note).set_alignment(CellAlignment::Left),
    ]);
}

/// `not priced: costs.storage`, or nothing.
fn missing(bill: &CostResult, line: &str) -> String {
    let keys: Vec<&str> = bill
        .not_priced
        .iter()
        .filter(|entry| entry.line == line)
        .map(|entry| entry.missing.as_str())
        .collect();
    if keys.is_empty() {
        String::new()
    } else {
        format!("not priced: {}", keys.join(", "))
    }
}
