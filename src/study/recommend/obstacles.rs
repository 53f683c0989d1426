//! What stands in the way of the objectives at a design that misses them.

use super::assemble::{MINUTES_PER_YEAR, scaled};
use crate::montecarlo::LongOutages;
use crate::results::{
    DesignResult, Estimate, LongOutagesOfCause, ObjectivesEcho, Obstacle, Standing, TopologyResult,
    format,
};

/// Causes and phases that are named.
const CAUSES: usize = 4;
const PHASES: usize = 3;
/// Share of the loss, or of the outages longer than the RTO, from which one is named.
const LEAST_SHARE: f64 = 0.02;

/// The time to recover that a design misses by its point estimates \[s\]; `None` if it has none or meets it.
#[must_use]
pub fn missed_rto(design: &DesignResult) -> Option<f64> {
    let mut missed = design
        .objectives
        .iter()
        .filter(|each| is_missed(each.nines_missing));
    let rto = missed.find(|each| each.objective == "rto");
    rto.and_then(|rto| rto.seconds)
}

/// The causes of what a design misses, and what its failover is doing meanwhile where a time is missed.
///
/// An SLO is missed by what is lost, an RTO by outages that last longer: each cause counts by its share of what misses, by the larger of
/// both where both are missed. Without `long`, all count by what is lost.
#[must_use]
pub fn obstacles(
    result: &TopologyResult,
    design: &DesignResult,
    objectives: &ObjectivesEcho,
    long: Option<&LongOutages>,
) -> Vec<Obstacle> {
    let allowed = objectives.slo_target.map(|target| 1.0 - target);
    let obstacle = |kind: &str, name: String, share: f64, lost: &Estimate| Obstacle {
        kind: kind.to_owned(),
        name,
        share,
        minutes_per_year: scaled(lost, MINUTES_PER_YEAR),
        exceeds_slo_alone: kind == "cause" && allowed.is_some_and(|allowed| lost.low > allowed),
        long_outages: None,
    };
    let causes = result.attribution.iter().map(|part| Obstacle {
        long_outages: long.and_then(|long| of_cause(long, &part.cause, result)),
        ..obstacle(
            "cause",
            part.cause.clone(),
            part.share,
            &part.unavailability,
        )
    });
    let mut causes: Vec<Obstacle> = causes.collect();
    let is_counted = causes.iter().any(|cause| cause.long_outages.is_some());
    let by_loss = !is_counted || misses_slo(design);
    let weight = |of: &Obstacle| {
        let long = of.long_outages.as_ref().map_or(0.0, |long| long.share);
        if by_loss { long.max(of.share) } else { long }
    };
    causes.retain(|cause| weight(cause) >= LEAST_SHARE);
    causes.sort_by(|a, b| (weight(b).total_cmp(&weight(a))).then(b.share.total_cmp(&a.share)));
    causes.truncate(CAUSES);
    let misses_a_time = (design.objectives.iter())
        .any(|each| each.objective != "slo" && each.standing != Standing::Met);
    let phases = result.phases.iter().filter(|_| misses_a_time);
    let mut phases: Vec<Obstacle> = phases
        .map(|part| {
            obstacle(
                "phase",
                format::phase(part),
                part.share,
                &part.unavailability,
            )
        })
        .filter(|phase| phase.share >= LEAST_SHARE)
        .collect();
    phases.sort_by(|a, b| b.share.total_cmp(&a.share));
    phases.truncate(PHASES);
    causes.into_iter().chain(phases).collect()
}

fn of_cause(
    long: &LongOutages,
    cause: &str,
    result: &TopologyResult,
) -> Option<LongOutagesOfCause> {
    Some(LongOutagesOfCause {
        longer_than_seconds: long.seconds,
        share: long.share(cause)?,
        per_year: long.per_year(cause, result.unavailability.level)?,
    })
}

fn misses_slo(design: &DesignResult) -> bool {
    let mut slo = design
        .objectives
        .iter()
        .filter(|each| each.objective == "slo");
    slo.any(|slo| is_missed(slo.nines_missing))
}

fn is_missed(nines_missing: f64) -> bool {
    nines_missing > 0.0
}
