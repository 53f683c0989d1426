//! The figures as CSV: one row for each topology, units in the headers.

use super::csv_rows::Rows;
use super::summary::cost_of_failure;
use crate::compare::verdicts;
use crate::results::{Estimate, PhaseLoss, Results, TopologyResult};

/// results.csv: one row for each topology; an empty cell is a figure without data.
///
/// # Errors
///
/// None in practice: rows have as many cells as the header and memory takes every write.
pub fn csv(results: &Results) -> Result<String, csv::Error> {
    let rows = results.topologies.iter();
    written(rows.map(|topology| row(topology, results)))
}

/// Rows of equal columns as CSV.
pub(super) fn written(
    rows: impl Iterator<Item = Vec<(String, String)>>,
) -> Result<String, csv::Error> {
    let mut written = Rows::new();
    for (at, cells) in rows.enumerate() {
        if at == 0 {
            written.push(cells.iter().map(|(header, _)| header))?;
        }
        written.push(cells.iter().map(|(_, value)| value))?;
    }
    written.into_text()
}

/// Header and cell of every column.
fn row(topology: &TopologyResult, results: &Results) -> Vec<(String, String)> {
    let mut row = Columns::default();
    let currency = &results.currency;
    let downtime = &topology.downtime_minutes_per_year;
    let recovery = &topology.recovery_time_seconds;
    let bill = &topology.cost_per_month;
    row.text("topology", &topology.name);
    row.text("pattern", &topology.pattern);
    row.text("regions", topology.regions.join(" "));
    row.text("trials", topology.trials);
    row.estimate("unavailability", "", Some(&topology.unavailability));
    row.text("unavailability_interval", &topology.unavailability.interval);
    row.number("availability", Some(topology.availability.mean));
    row.number("downtime_minutes_per_year", Some(downtime.mean));
    row.number("downtime_minutes_per_year_low", Some(downtime.low));
    row.number("downtime_minutes_per_year_high", Some(downtime.high));
    row.number("downtime_minutes_per_year_p50", Some(downtime.p50));
    row.number("downtime_minutes_per_year_p95", Some(downtime.p95));
    row.number("downtime_minutes_per_year_p99", Some(downtime.p99));
    row.estimate("outages_per_year", "", Some(&topology.outages_per_year));
    row.number("recovery_seconds_mean", recovery.mean);
    row.number("recovery_seconds_p50", recovery.p50);
    row.number("recovery_seconds_p95", recovery.p95);
    row.estimate("rto_met", "", topology.rto_met.as_ref());
    let lost = topology.data_loss_seconds.as_ref();
    row.number("data_loss_seconds_mean", lost.and_then(|lost| lost.mean));
    row.number("data_loss_seconds_p50", lost.and_then(|lost| lost.p50));
    row.number("data_loss_seconds_p95", lost.and_then(|lost| lost.p95));
    row.estimate("rpo_met", "", topology.rpo_met.as_ref());
    row.estimate("rto_and_rpo_met", "", topology.rto_and_rpo_met.as_ref());
    let split = topology.split_brain_hours_per_year.as_ref();
    row.estimate("split_brain_hours_per_year", "", split);
    row.phases(topology, results);
    row.estimate("slo_met", "", topology.slo_met.as_ref());
    row.estimate("sla_met", "", topology.sla_met.as_ref());
    row.number(&format!("cost_{currency}_per_month"), bill.total);
    row.estimate(
        "cost_of_failure",
        &format!("_{currency}_per_month"),
        cost_of_failure(topology).as_ref(),
    );
    row.estimate(
        "cost_with_failure",
        &format!("_{currency}_per_month"),
        bill.total_with_failure.as_ref(),
    );
    // One topology alone is not chosen from anything.
    let compared = results.topologies.len() > 1;
    row.flag(
        "pareto",
        compared.then(|| results.pareto.contains(&topology.name)),
    );
    let taken = results
        .recommended
        .as_ref()
        .filter(|taken| taken.name == topology.name);
    row.flag("recommended", compared.then_some(taken.is_some()));
    row.flag("meets_objectives", meets_objectives(topology, results));
    row.text("cells", topology.cells);
    row.0
}

/// Whether every objective is met; `None` where there are none.
fn meets_objectives(topology: &TopologyResult, results: &Results) -> Option<bool> {
    let verdicts = verdicts(topology, &results.objectives);
    (!verdicts.is_empty()).then(|| verdicts.iter().all(|verdict| verdict.met))
}

/// `detecting`, `waiting-for-dependency:dns-api`.
fn phase_name(phase: &PhaseLoss) -> String {
    match &phase.on {
        Some(on) => format!("{}:{on}", phase.phase),
        None => phase.phase.clone(),
    }
}

/// The cells of a row, each with its header.
#[derive(Default)]
pub(super) struct Columns(pub(super) Vec<(String, String)>);

impl Columns {
    /// Shares of the downtime, a column for each phase of any topology, so that all rows have the same.
    fn phases(&mut self, topology: &TopologyResult, results: &Results) {
        let mut names: Vec<String> = Vec::new();
        for phase in results.topologies.iter().flat_map(|other| &other.phases) {
            let name = phase_name(phase);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        for name in names {
            let own = topology
                .phases
                .iter()
                .find(|phase| phase_name(phase) == name);
            let none = (!topology.phases.is_empty()).then_some(0.0);
            self.number(
                &format!("downtime_share_{name}"),
                own.map(|phase| phase.share).or(none),
            );
        }
    }

    pub(super) fn text(&mut self, header: &str, value: impl std::fmt::Display) {
        self.0.push((header.to_owned(), value.to_string()));
    }

    pub(super) fn flag(&mut self, header: &str, value: Option<bool>) {
        self.text(
            header,
            value.map_or_else(String::new, |value| value.to_string()),
        );
    }

    pub(super) fn number(&mut self, header: &str, value: Option<f64>) {
        self.text(
            header,
            value
                .filter(|value| value.is_finite())
                .map_or_else(String::new, |value| value.to_string()),
        );
    }

    pub(super) fn estimate(&mut self, header: &str, unit: &str, value: Option<&Estimate>) {
        self.number(
            &format!("{header}{unit}"),
            value.map(|estimate| estimate.mean),
        );
        self.number(
            &format!("{header}_low{unit}"),
            value.map(|estimate| estimate.low),
        );
        self.number(
            &format!("{header}_high{unit}"),
            value.map(|estimate| estimate.high),
        );
    }
}
