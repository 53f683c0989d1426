//! All charts of a comparison, in reading order.

use super::{
    Chart, attribution, cost, cost_availability, data_loss, deployment, downtime, phases, recovery,
    timeline, unavailability,
};
use crate::results::{Comparison, Layout};

/// Names of all charts that there may be.
pub const NAMES: [&str; 10] = [
    "cost-availability",
    "unavailability",
    "downtime",
    "recovery",
    "data-loss",
    "attribution",
    "phases",
    "cost",
    "timeline",
    "graph",
];

/// All charts of a comparison, in reading order; one topology alone is not set against cost.
///
/// The deployment shown is that of the recommended topology, or the last one's where none is recommended.
#[must_use]
pub fn all(comparison: &Comparison) -> Vec<Chart> {
    let compares = comparison.results.topologies.len() > 1;
    let mut charts = Vec::new();
    charts.extend(compares.then(|| cost_availability::chart(comparison)));
    charts.extend([
        unavailability::chart(comparison),
        downtime::chart(comparison),
        recovery::chart(comparison),
    ]);
    charts.extend(data_loss::chart(comparison));
    charts.push(attribution::chart(comparison));
    charts.extend(phases::chart(comparison));
    charts.push(cost::chart(comparison));
    charts.extend(
        comparison
            .has_evidence()
            .then(|| timeline::chart(comparison)),
    );
    charts.extend(
        shown_layout(comparison).map(|layout| deployment::chart(layout, Some(&comparison.results))),
    );
    charts
}

fn shown_layout(comparison: &Comparison) -> Option<&Layout> {
    let recommended = comparison.results.recommended.as_ref();
    recommended
        .and_then(|choice| {
            comparison
                .layouts
                .iter()
                .find(|layout| layout.topology == choice.name)
        })
        .or(comparison.layouts.last())
}
