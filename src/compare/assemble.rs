//! The whole [`Comparison`], from the estimates of a run that has ended.

use crate::model::{Model, Objectives, ServiceKind, doubtful_promises};
use crate::montecarlo::RunSettings;
use crate::results::{
    Comparison, Difference, Estimate, Layout, Ledger, ObjectivesEcho, PromiseResult, Results,
    Standing, Timeline, TopologyResult, Warning,
};

use super::findings::findings;
use super::pareto::pareto_frontier;
use super::recommend::recommend;

/// Version of the shape of results.json.
const SCHEMA: u32 = 1;

/// What a run came to, with all that it was made from.
#[derive(Debug, Clone)]
pub struct Finished<'a> {
    /// What was asked about.
    pub model: &'a Model,
    /// Name of the model file as the user gave it, or `built-in example`.
    pub source: String,
    /// How it was run.
    pub settings: &'a RunSettings,
    /// Whether the run was cut short.
    pub partial: bool,
    /// Whether the user cut it short.
    pub interrupted: bool,
    /// Estimates, in file order.
    pub topologies: Vec<TopologyResult>,
    /// Paired differences: later topology against earlier.
    pub differences: Vec<Difference>,
    /// Names of the topologies that no fault of the model can hit.
    pub unhittable: Vec<String>,
    /// One trial, topology by topology.
    pub timeline: Timeline,
    /// What runs where, in order of `topologies`.
    pub layouts: Vec<Layout>,
    /// The numbers that the answer rests on.
    pub ledger: Ledger,
}

/// Compares the topologies of a finished run.
#[must_use]
pub fn assemble(finished: Finished<'_>) -> Comparison {
    let Finished {
        model, settings, ..
    } = finished;
    let objectives = echo(&model.objectives);
    let mut results = Results {
        schema: SCHEMA,
        model: model.name.clone(),
        model_hash: model.hash.clone(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        commit: option_env!("FAILSCAPE_COMMIT").map(str::to_owned),
        seed: settings.seed,
        confidence: settings.confidence,
        horizon_hours: model.horizon_seconds / 3600.0,
        partial: finished.partial,
        currency: model.currency.clone(),
        pareto: pareto_frontier(&finished.topologies),
        recommended: recommend(&finished.topologies, &objectives, &model.currency),
        objectives,
        topologies: finished.topologies,
        differences: finished.differences,
        warnings: Vec::new(),
        gate: None,
    };
    results.warnings = findings(
        &results,
        model,
        settings,
        &finished.unhittable,
        finished.interrupted,
    )
    .iter()
    .map(super::Finding::to_warning)
    .chain(doubtful_promises(model).into_iter().map(|doubt| Warning {
        code: "promise-cannot-be-kept".to_owned(),
        message: format!("{} {}", doubt.path, doubt.what),
        hint: doubt.hint,
    }))
    .collect();
    for topology in &mut results.topologies {
        promises(topology, model);
    }
    Comparison {
        results,
        timeline: finished.timeline,
        layouts: finished.layouts,
        source: finished.source,
        description: model.description.clone(),
        ledger: finished.ledger,
        precision_of_differences: settings.precision_of_differences,
    }
}

/// What services and journeys promise, beside what was found of them.
fn promises(topology: &mut TopologyResult, model: &Model) {
    let services = model.services.iter().filter_map(|(name, service)| {
        let found = topology.services.get(name)?;
        let is_external = matches!(service.kind, ServiceKind::External { .. });
        let kind = if is_external { "external" } else { "service" };
        Some((
            name,
            kind,
            service.slo.or(service.sla)?,
            &found.unavailability,
        ))
    });
    let journeys = model.journeys.iter().filter_map(|(name, journey)| {
        let found = topology.journeys.get(name)?;
        Some((name, "journey", journey.slo?, &found.unavailability))
    });
    let promises: Vec<PromiseResult> = (services.chain(journeys))
        .map(|(name, kind, promise, unavailability)| {
            let allowed = 1.0 - promise;
            let standing = if unavailability.high <= allowed {
                Standing::Met
            } else if unavailability.low > allowed {
                Standing::Missed
            } else {
                Standing::Undecided
            };
            PromiseResult {
                name: name.clone(),
                kind: kind.to_owned(),
                promise,
                availability: complement(unavailability),
                standing,
            }
        })
        .collect();
    if !promises.is_empty() {
        topology.contract.get_or_insert_default().promises = promises;
    }
}

/// One minus a figure, the ends swapped.
fn complement(figure: &Estimate) -> Estimate {
    Estimate {
        mean: 1.0 - figure.mean,
        low: 1.0 - figure.high,
        high: 1.0 - figure.low,
        ..figure.clone()
    }
}

/// The objectives of a model, as verdicts refer to them.
#[must_use]
pub fn echo(objectives: &Objectives) -> ObjectivesEcho {
    let (slo, sla) = (objectives.slo, objectives.sla.as_ref());
    ObjectivesEcho {
        slo_target: slo.map(|slo| slo.target),
        slo_window_hours: slo.map(|slo| slo.window_seconds / 3600.0),
        sla_target: sla.map(|sla| sla.target),
        sla_window_hours: sla.map(|sla| sla.window_seconds / 3600.0),
        rto_seconds: objectives.rto_seconds,
        rpo_seconds: objectives.rpo_seconds,
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use crate::results::{CostResult, DowntimeResult, Estimate, Quantiles, Route, TopologyResult};

    /// An estimate within 10 % of its mean.
    pub(crate) fn estimate(mean: f64) -> Estimate {
        Estimate {
            mean,
            low: mean * 0.9,
            high: mean * 1.1,
            level: 0.95,
            n: 1000,
            interval: "test".to_owned(),
            route: Route::Simulated,
            simulated: None,
        }
    }

    /// No values.
    pub(crate) fn no_quantiles() -> Quantiles {
        Quantiles {
            n: 0,
            mean: None,
            low: None,
            high: None,
            p50: None,
            p95: None,
            p95_low: None,
            p95_high: None,
            p99: None,
        }
    }

    /// A topology with a running cost and an unavailability, and nothing else of note.
    pub(crate) fn topology(name: &str, total: Option<f64>, unavailability: f64) -> TopologyResult {
        let q = estimate(unavailability);
        let minutes = |q: f64| q * 525_600.0;
        TopologyResult {
            name: name.to_owned(),
            pattern: "multi-az".to_owned(),
            regions: vec!["r1".to_owned()],
            cells: 1,
            trials: 1000,
            events: 10_000,
            method: "crude".to_owned(),
            variance_reduction: Some(1.0),
            spread: None,
            rare: None,
            hardly_met: Vec::new(),
            solved_by: None,
            refused: Vec::new(),
            first_outage_hours: None,
            first_outage_refused: None,
            availability: Estimate {
                mean: 1.0 - q.mean,
                low: 1.0 - q.high,
                high: 1.0 - q.low,
                ..q.clone()
            },
            downtime_minutes_per_year: DowntimeResult {
                mean: minutes(q.mean),
                low: minutes(q.low),
                high: minutes(q.high),
                p50: minutes(q.mean),
                p90: minutes(q.mean) * 2.0,
                p95: minutes(q.mean) * 3.0,
                p95_low: None,
                p95_high: None,
                p99: minutes(q.mean) * 4.0,
                max: minutes(q.mean) * 5.0,
            },
            unavailability: q,
            unavailability_by_block: Vec::new(),
            contract: None,
            journeys: indexmap::IndexMap::new(),
            services: indexmap::IndexMap::new(),
            exceedance: Vec::new(),
            faults: Vec::new(),
            outages_per_year: estimate(3.0),
            outage_minutes: no_quantiles(),
            recovery_time_seconds: Quantiles {
                n: 3000,
                ..no_quantiles()
            },
            recovery_curve: Vec::new(),
            rto_met: None,
            data_loss_seconds: None,
            rpo_met: None,
            rto_and_rpo_met: None,
            recovery_and_data_loss: Vec::new(),
            split_brain_hours_per_year: None,
            slo_met: None,
            sla_met: None,
            attribution: Vec::new(),
            phases: Vec::new(),
            cost_per_month: CostResult {
                total,
                infrastructure: total,
                transfer: None,
                storage: None,
                telemetry: None,
                drills: None,
                drills_held: None,
                regions: None,
                sla_credits: None,
                downtime: None,
                total_with_failure: None,
                not_priced: Vec::new(),
            },
        }
    }
}
