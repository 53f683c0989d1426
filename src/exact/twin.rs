//! What the twin of a plan loses ([`Plan::twin_shares`]), for use as a control variate.

use super::effort::Effort;
use super::product;
use crate::plan::{EntryPlan, Plan, RegionPlan, ServingPlan};

/// Hours of a year, of which a solution counts the outages.
const YEAR_SECONDS: f64 = 8760.0 * 3600.0;

/// Means over trials of the twin of a plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TwinMeans {
    /// Share of requests lost.
    pub unavailability: f64,
    /// By journey: share of its requests lost, share of time in which it is down.
    pub journeys: Vec<(f64, f64)>,
    /// Outages that begin within the horizon, those of regions apart.
    pub outages: f64,
    /// How far off any of these may be, over its value.
    pub relative_error: f64,
}

/// Works the twin of a plan out; `None` where its units are not independent of each other.
#[must_use]
pub fn twin(plan: &Plan) -> Option<TwinMeans> {
    let mut means = TwinMeans {
        journeys: vec![(0.0, 0.0); plan.journeys.len()],
        ..TwinMeans::default()
    };
    for (region, share) in plan.twin_shares().into_iter().enumerate() {
        let solution = product::solve(&alone(plan, region), Effort::Quick).ok()?;
        let outages = solution.outages_per_year.ok()?;
        let journeys = solution.journeys.iter();
        let figures = journeys.flat_map(|j| [j.unavailability, j.time_unavailability]);
        for figure in figures.chain([solution.unavailability, outages]) {
            if figure.value > 0.0 {
                means.relative_error = means.relative_error.max(figure.error / figure.value);
            }
        }
        means.unavailability += share * solution.unavailability.value;
        for (mean, journey) in means.journeys.iter_mut().zip(&solution.journeys) {
            mean.0 += share * journey.unavailability.value;
            mean.1 += share * journey.time_unavailability.value;
        }
        means.outages += outages.value * plan.horizon / YEAR_SECONDS;
    }
    Some(means)
}

/// A region of the twin, as if all traffic were there: to be worked out, not to be played.
fn alone(plan: &Plan, region: usize) -> Plan {
    let entries = plan.entries.iter().skip(region);
    Plan {
        serving: ServingPlan::Single,
        entries: entries
            .step_by(plan.regions.len())
            .map(|entry| EntryPlan {
                pools: Vec::new(),
                ..entry.clone()
            })
            .collect(),
        regions: vec![RegionPlan {
            share: 1.0,
            standby_capacity: 1.0,
            ..plan.regions[region].clone()
        }],
        health: Vec::new(),
        ..plan.clone()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use std::path::Path;

    use super::*;
    use crate::engine::{Record, Sweeper};
    use crate::model::load;
    use crate::plan::compile;
    use crate::stats::Moments;
    use crate::topology::expand;

    /// Within five standard errors: false by chance once in 1.7 million.
    fn agrees(moments: &Moments, expected: f64) -> bool {
        let error = moments.variance_of_mean().sqrt();
        (moments.mean() - expected).abs() <= 5.0 * error + 1e-12 * expected
    }

    #[test]
    fn swept_trials_lose_on_average_what_is_worked_out_for_their_twin() {
        let names = [
            "c24-lognormal",
            "active-active-split",
            "probe-and-ttl",
            "warm-standby",
            "takeover-primary",
            "zones-2-of-4",
            "external-in",
        ];
        for name in names {
            let file = format!("models/reference/{name}.yaml");
            let model = load(&Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
            let (topology, spec) = model.topologies.get_index(0).unwrap();
            let plan = compile(&model, &expand(&model, topology, spec));
            let exact = twin(&plan).unwrap();
            let mut sweeper = Sweeper::new(&plan, 3).unwrap();
            let (mut lost, mut outages) = (Moments::default(), Moments::default());
            for trial in 0..4000 {
                sweeper.simulate(trial, Record::Scores);
                let score = sweeper.mean_score();
                lost.add(score.twin.unavailability);
                outages.add(score.twin_outages);
            }
            assert!(
                agrees(&lost, exact.unavailability),
                "{name}: {lost:?} {exact:?}"
            );
            assert!(
                agrees(&outages, exact.outages),
                "{name}: {outages:?} {exact:?}"
            );
        }
    }
}
