//! What is lost of the data, side by side.

use super::summary::Mark;
use crate::compare::{Objective, verdicts};
use crate::results::{Estimate, Results, TopologyResult, format};

/// Headings of the table, the name of the topology apart.
pub(crate) const HEADINGS: [&str; 4] = [
    "data lost",
    "within RPO",
    "within RTO and RPO",
    "split brain a year",
];

/// A topology's losses of data, figure by figure: what it is, and its interval or more of it.
pub(crate) fn figures(topology: &TopologyResult, results: &Results) -> [[String; 2]; 4] {
    let none = || [format::NO_DATA.to_owned(), String::new()];
    let Some(losses) = &topology.data_loss_seconds else {
        return [none(), none(), none(), none()];
    };
    let lost = match (losses.p50, losses.p95) {
        (Some(p50), Some(p95)) => [
            format!("median {}", format::duration(p50)),
            format!("p95 {}", format::duration(p95)),
        ],
        _ => ["none seen".to_owned(), String::new()],
    };
    let share = |estimate: Option<&Estimate>, mark: Mark| {
        estimate.map_or_else(none, |share| {
            let interval = format::probability_interval(share.low, share.high);
            [
                format!("{}{}", format::probability(share.mean), mark.suffix()),
                interval.trim_end_matches(" %").to_owned(),
            ]
        })
    };
    let mut verdicts = verdicts(topology, &results.objectives).into_iter();
    let rpo = verdicts.find(|verdict| matches!(verdict.objective, Objective::Rpo { .. }));
    let mark = rpo.map_or(Mark::NotJudged, |verdict| Mark::of(&verdict));
    let split = topology
        .split_brain_hours_per_year
        .as_ref()
        .map_or_else(none, |hours| {
            let interval = format::duration_interval(hours.low * 3600.0, hours.high * 3600.0);
            if hours.mean > 0.0 {
                [format::duration(hours.mean * 3600.0), interval]
            } else {
                let most = format::duration(hours.high * 3600.0);
                [format!("≤ {most}"), "none seen".to_owned()]
            }
        });
    [
        lost,
        share(topology.rpo_met.as_ref(), mark),
        share(topology.rto_and_rpo_met.as_ref(), Mark::NotJudged),
        split,
    ]
}

/// The columns of [`HEADINGS`] that say something of some topology.
pub(crate) fn columns(results: &Results) -> Vec<usize> {
    let told: Vec<_> = (results.topologies.iter())
        .map(|topology| figures(topology, results))
        .collect();
    let is_told = |column: &usize| {
        told.iter()
            .any(|figures| figures[*column][0] != format::NO_DATA)
    };
    (0..HEADINGS.len()).filter(is_told).collect()
}

/// Whether some topology can lose data.
pub(crate) fn is_told(results: &Results) -> bool {
    let mut topologies = results.topologies.iter();
    topologies.any(|topology| topology.data_loss_seconds.is_some())
}
