//! The figures of one topology as short texts, shared by the terminal and the Markdown table.

use crate::compare::{Objective, Verdict, verdicts};
use crate::results::{Estimate, ObjectivesEcho, Results, TopologyResult, format};

/// How a figure stands to its objective.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mark {
    /// There is none.
    NotJudged,
    /// It is met.
    Met,
    /// It is missed.
    Missed,
    /// Its interval has the objective in it.
    Undecided,
}

impl Mark {
    pub(crate) fn of(verdict: &Verdict) -> Self {
        match (verdict.decided, verdict.met) {
            (false, _) => Self::Undecided,
            (true, true) => Self::Met,
            (true, false) => Self::Missed,
        }
    }

    /// Behind a figure: a space and the mark, or nothing.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::NotJudged => "",
            Self::Met => " ✓",
            Self::Missed => " ✗",
            Self::Undecided => " ?",
        }
    }
}

/// One row of the table, as text.
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) on_frontier: bool,
    /// `recommended`, or `nearest` where no topology meets the objectives, on the topology of that name.
    pub(crate) choice: Option<&'static str>,
    pub(crate) nines: String,
    pub(crate) availability: String,
    pub(crate) availability_interval: String,
    pub(crate) availability_mark: Mark,
    pub(crate) downtime: String,
    pub(crate) downtime_p95: String,
    pub(crate) outages: String,
    pub(crate) outages_interval: String,
    pub(crate) recovery_p95: String,
    pub(crate) rto_met: Option<String>,
    pub(crate) recovery_mark: Mark,
    pub(crate) slo_met: String,
    pub(crate) slo_interval: String,
    pub(crate) cost: String,
    pub(crate) cost_of_failure: String,
    /// Empty if it is not priced.
    pub(crate) cost_of_failure_interval: String,
}

impl Row {
    pub(crate) fn of(topology: &TopologyResult, results: &Results) -> Self {
        let downtime = &topology.downtime_minutes_per_year;
        let outages = &topology.outages_per_year;
        let bill = &topology.cost_per_month;
        let failure = cost_of_failure(topology);
        let money = |amount: f64| format::money_rounded(amount, &results.currency);
        let (availability_mark, recovery_mark) = marks(topology, &results.objectives);
        Self {
            name: topology.name.clone(),
            on_frontier: results.pareto.contains(&topology.name),
            choice: results
                .recommended
                .as_ref()
                .filter(|taken| taken.name == topology.name)
                .map(|taken| {
                    if taken.meets_objectives {
                        "recommended"
                    } else {
                        "nearest"
                    }
                }),
            nines: format::nines_estimate(&topology.unavailability),
            availability: format::availability(&topology.unavailability),
            availability_interval: format::availability_interval(&topology.unavailability)
                .map_or_else(
                    || "no outage seen".to_owned(),
                    |interval| interval.trim_end_matches(" %").to_owned(),
                ),
            availability_mark,
            downtime: bounded(
                &topology.unavailability,
                format::minutes(downtime.mean),
                || format::minutes(downtime.high),
            ),
            downtime_p95: format::minutes(downtime.p95),
            outages: bounded(outages, format::significant(outages.mean, 2), || {
                format::significant(outages.high, 2)
            }),
            outages_interval: if outages.mean > 0.0 {
                short_interval(outages)
            } else {
                String::new()
            },
            recovery_p95: topology
                .recovery_time_seconds
                .p95
                .map_or_else(no_data, format::duration),
            rto_met: topology
                .rto_met
                .as_ref()
                .map(|share| format::probability(share.mean)),
            recovery_mark,
            slo_met: topology
                .slo_met
                .as_ref()
                .map_or_else(no_data, |share| format::probability(share.mean)),
            slo_interval: topology.slo_met.as_ref().map_or_else(String::new, |share| {
                format::probability_interval(share.low, share.high)
                    .trim_end_matches(" %")
                    .to_owned()
            }),
            cost: bill.total.map_or_else(no_data, money),
            cost_of_failure: (failure.as_ref()).map_or_else(no_data, |failure| money(failure.mean)),
            cost_of_failure_interval: failure.as_ref().map_or_else(String::new, |failure| {
                format::money_interval(failure.low, failure.high, &results.currency)
            }),
        }
    }
}

/// SLA credits and lost business of a month; `None` if neither is priced.
///
/// Of both together there is no estimate: what fails is the only part of the total that is uncertain, so the total's
/// interval, less what runs, is theirs; without a total the sum of both intervals, which is wider.
pub(crate) fn cost_of_failure(topology: &TopologyResult) -> Option<Estimate> {
    let bill = &topology.cost_per_month;
    let (credits, downtime) = match (&bill.sla_credits, &bill.downtime) {
        (None, None) => return None,
        (Some(only), None) | (None, Some(only)) => return Some(only.clone()),
        (Some(credits), Some(downtime)) => (credits, downtime),
    };
    if let (Some(total), Some(runs)) = (&bill.total_with_failure, bill.total) {
        let less = |value: f64| (value - runs).max(0.0);
        return Some(Estimate {
            mean: less(total.mean),
            low: less(total.low),
            high: less(total.high),
            ..total.clone()
        });
    }
    Some(Estimate {
        mean: credits.mean + downtime.mean,
        low: credits.low + downtime.low,
        high: credits.high + downtime.high,
        ..downtime.clone()
    })
}

/// A figure, or its upper bound where nothing was seen.
fn bounded(seen: &Estimate, figure: String, bound: impl FnOnce() -> String) -> String {
    if seen.mean == 0.0 && seen.high > 0.0 {
        format!("< {}", bound())
    } else {
        figure
    }
}

fn short_interval(estimate: &Estimate) -> String {
    let (low, high) = (
        format::significant(estimate.low, 2),
        format::significant(estimate.high, 2),
    );
    if low == high {
        low
    } else {
        format!("{low}–{high}")
    }
}

/// Marks of the availability and of the recovery time.
pub(crate) fn marks(topology: &TopologyResult, objectives: &ObjectivesEcho) -> (Mark, Mark) {
    let verdicts = verdicts(topology, objectives);
    let mark = |wanted: fn(&Objective) -> bool| {
        verdicts
            .iter()
            .find(|verdict| wanted(&verdict.objective) && verdict.found.is_some())
            .map_or(Mark::NotJudged, Mark::of)
    };
    (
        mark(|objective| matches!(objective, Objective::Slo { .. })),
        mark(|objective| matches!(objective, Objective::Rto { .. })),
    )
}

/// The share of the variance between trials that is in what the model does not know; `None` if it knows all.
pub(crate) fn not_knowing(topology: &TopologyResult) -> Option<String> {
    let share = &topology.spread.as_ref()?.ignorance;
    let interval = format::probability_interval(share.low, share.high);
    Some(format!("{} ({interval})", format::probability(share.mean)))
}

fn no_data() -> String {
    format::NO_DATA.to_owned()
}

/// One line on how the figures were made: trials, horizon, seed, level.
pub(crate) fn provenance(results: &Results) -> String {
    let fewest = results
        .topologies
        .iter()
        .map(|topology| topology.trials)
        .min()
        .unwrap_or(0);
    let most = results
        .topologies
        .iter()
        .map(|topology| topology.trials)
        .max()
        .unwrap_or(0);
    let trials = if fewest == most {
        format::trials(most)
    } else {
        format!("{} to {}", format::count(fewest), format::trials(most))
    };
    let horizon = span(results.horizon_hours);
    let partial = if results.partial { ", cut short" } else { "" };
    format!(
        "{trials} of {horizon} each{partial}, seed {}, {} intervals",
        results.seed,
        format::level(results.confidence)
    )
}

/// A horizon or a window in words.
fn span(hours: f64) -> String {
    match hours {
        8760.0 => "1 year".to_owned(),
        730.0 => "a month".to_owned(),
        hours => format::duration(hours * 3600.0),
    }
}

/// Which topologies split their regions into how many cells; `None` if none does.
pub(crate) fn cells(results: &Results) -> Option<String> {
    let split = results.topologies.iter().filter(|it| it.cells > 1);
    let each: Vec<String> = split
        .map(|it| format!("{} of {}", it.cells, format::truncated(&it.name, 60)))
        .collect();
    (!each.is_empty()).then(|| format!("cells in each region: {}", each.join(", ")))
}

/// The objectives in one line; `None` if there are none.
pub(crate) fn objectives(results: &Results) -> Option<String> {
    let wanted = &results.objectives;
    let mut said = Vec::new();
    if let (Some(target), Some(hours)) = (wanted.slo_target, wanted.slo_window_hours) {
        let windows = if super::contract::rolls(results) {
            "at any time over the last"
        } else {
            "in windows of"
        };
        said.push(format!(
            "SLO {} {windows} {}",
            format::target(target),
            span(hours)
        ));
    }
    if let (Some(target), Some(hours)) = (wanted.sla_target, wanted.sla_window_hours) {
        said.push(format!(
            "SLA {} in windows of {}",
            format::target(target),
            span(hours)
        ));
    }
    if let Some(seconds) = wanted.rto_seconds {
        said.push(format!(
            "RTO {} for 95 % of outages",
            format::duration(seconds)
        ));
    }
    if let Some(seconds) = wanted.rpo_seconds {
        said.push(format!(
            "RPO {} for 95 % of losses of data",
            format::duration(seconds)
        ));
    }
    (!said.is_empty()).then(|| said.join(", "))
}
