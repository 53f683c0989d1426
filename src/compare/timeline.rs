//! One trial as it went: the outages of each topology on a common time axis.

use crate::engine::{OutageSpan, Record, Simulator};
use crate::plan::Plan;
use crate::results::{Timeline, TimelineOutage, TimelineRow};

/// Plays one trial of every plan again and keeps its outages.
#[must_use]
pub fn timeline(plans: &[Plan], seed: u64, trial: u64) -> Timeline {
    let horizon_seconds = plans.iter().map(|plan| plan.horizon).fold(0.0, f64::max);
    Timeline {
        trial,
        horizon_hours: horizon_seconds / 3600.0,
        rows: plans.iter().map(|plan| row(plan, seed, trial)).collect(),
    }
}

fn row(plan: &Plan, seed: u64, trial: u64) -> TimelineRow {
    let mut simulator = Simulator::new(plan, seed);
    let outcome = simulator.simulate(trial, Record::Spans);
    TimelineRow {
        topology: plan.names.topology.clone(),
        outages: outcome
            .spans
            .iter()
            .map(|span| outage(plan, span))
            .collect(),
    }
}

fn outage(plan: &Plan, span: &OutageSpan) -> TimelineOutage {
    TimelineOutage {
        start_hours: span.start / 3600.0,
        end_hours: span.end / 3600.0,
        cause: plan
            .names
            .causes
            .get(span.cause as usize)
            .cloned()
            .unwrap_or_default(),
    }
}
