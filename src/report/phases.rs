//! The downtime by phase of failover, in one line for each topology.

use crate::results::{Results, TopologyResult, format};

/// Phases that are named, the largest first.
const NAMED: usize = 4;

/// Topologies that have phases, each with its largest ones: `38 % activating, 25 % detecting, 9 % in 2 more`.
pub(crate) fn largest(results: &Results) -> Vec<(&str, String)> {
    let topologies = results.topologies.iter();
    let told = topologies.filter(|topology| !topology.phases.is_empty());
    told.map(|topology| (topology.name.as_str(), line(topology)))
        .collect()
}

fn line(topology: &TopologyResult) -> String {
    let mut phases: Vec<_> = topology.phases.iter().collect();
    phases.sort_by(|a, b| b.share.total_cmp(&a.share));
    // The last one is named rather than counted.
    let named = if phases.len() == NAMED + 1 {
        phases.len()
    } else {
        NAMED.min(phases.len())
    };
    let (main, rest) = phases.split_at(named);
    let mut parts: Vec<String> = (main.iter())
        .map(|phase| {
            format!(
                "{} {}",
                format::probability(phase.share),
                format::phase(phase)
            )
        })
        .collect();
    if !rest.is_empty() {
        let share = rest.iter().map(|phase| phase.share).sum();
        parts.push(format!(
            "{} in {} more",
            format::probability(share),
            rest.len()
        ));
    }
    parts.join(", ")
}
