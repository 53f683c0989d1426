//! The pipeline, from a model to a comparison, with someone watching.

use std::path::Path;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::observer::{RunObserver, progress_bar};
use super::streams::Streams;
use super::trials_file::TrialsFile;
use crate::compare::{Finished, assemble};
use crate::cost::{FailurePrice, price};
use crate::engine::{Record, Simulator};
use crate::estimate::{FailureCost, Names, NoLossBound, summarize, summarize_pair};
use crate::model::{Model, TopologySpec};
use crate::montecarlo::{self, Run, RunSettings};
use crate::plan::{Plan, compile};
use crate::results::{Comparison, Difference, Timeline, TimelineOutage, TimelineRow, TopologyResult};
use crate::topology::{Deployment, expand, layout};

/// A run that has ended.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) comparison: Comparison,
    /// Time that the trials took.
    pub(super) wall: Duration,
    /// Whether the user ended it.
    pub(super) interrupted: bool,
}

/// Plays topologies of a model and compares them.
pub(super) fn simulate(
    model: &Model,
    source: String,
    specs: &[(&str, &TopologySpec)],
    settings: &RunSettings,
    save_trials: Option<&Path>,
    streams: &Streams,
) -> Result<Played, Failure> {
    let deployments: Vec<Deployment> = specs
        .iter()
        .map(|(name, spec)| expand(model, name, spec))
        .collect();
    let plans: Vec<Plan> = deployments
        .iter()
        .map(|deployment| compile(model, deployment))
        .collect();
    let names: Vec<&str> = specs.iter().map(|(name, _)| *name).collect();
    let trials = save_trials
        .map(|path| TrialsFile::create(path, &names, model))
        .transpose()?;
    let interrupt = Interrupt::listen()?;

    let started = Instant::now();
    let mut observer = RunObserver::new(interrupt.clone(), trials, progress_bar(streams, settings));
    let failure_price = FailurePrice::new(model);
    let run = montecarlo::run(&plans, &failure_price, settings, &mut observer);
    let wall = started.elapsed();
    observer.finish()?;

    let finished = Finished {
        model,
        source,
        settings,
        partial: run.partial,
        topologies: figures(model, &deployments, &plans, &run, settings),
        differences: differences(model, &plans, &run, settings),
        unhittable: unhittable(&plans),
        timeline: timeline(&plans, settings.seed, run.telling_trial),
        layouts: deployments
            .iter()
            .map(|deployment| layout(model, deployment))
            .collect(),
    };
    Ok(Played {
        comparison: assemble(finished),
        wall,
        interrupted: interrupt.came(),
    })
}

/// The figures of every topology.
fn figures(
    model: &Model,
    deployments: &[Deployment],
    plans: &[Plan],
    run: &Run,
    settings: &RunSettings,
) -> Vec<TopologyResult> {
    (deployments.iter().zip(plans).zip(&run.tallies))
        .map(|((deployment, plan), tally)| {
            let names = Names {
                topology: &plan.names.topology,
                pattern: &plan.names.pattern,
                regions: &plan.names.regions,
                journeys: &plan.names.journeys,
                services: &plan.names.services,
                causes: &plan.names.causes,
            };
            let bound = no_loss_bound(model, plan.longest_mean_repair);
            summarize(
                tally,
                &names,
                settings.confidence,
                &bound,
                price(model, deployment),
            )
        })
        .collect()
}

/// Every pair of topologies, over the trials that both played.
fn differences(
    model: &Model,
    plans: &[Plan],
    run: &Run,
    settings: &RunSettings,
) -> Vec<Difference> {
    run.pairs
        .iter()
        .map(|(of, from, tally)| {
            let (of, from) = (&plans[*of], &plans[*from]);
            let repair = of.longest_mean_repair.max(from.longest_mean_repair);
            let bound = no_loss_bound(model, repair);
            summarize_pair(
                tally,
                &of.names.topology,
                &from.names.topology,
                settings.confidence,
                &bound,
            )
        })
        .collect()
}

/// What bounds a figure of which no loss was seen.
fn no_loss_bound(model: &Model, longest_mean_repair_seconds: f64) -> NoLossBound {
    let total = FailurePrice::new(model).of_total_loss(model);
    NoLossBound {
        longest_mean_repair_seconds,
        horizon_seconds: model.horizon_seconds,
        total_loss: FailureCost {
            sla_credits: total.sla_credits.unwrap_or_default(),
            downtime: total.downtime.unwrap_or_default(),
        },
    }
}

/// The outages of one trial, on every topology.
fn timeline(plans: &[Plan], seed: u64, trial: u64) -> Timeline {
    let row = |plan: &Plan| {
        let mut simulator = Simulator::new(plan, seed);
        let spans = simulator.simulate(trial, Record::Spans).spans.iter();
        let outages = spans.map(|span| TimelineOutage {
            start_hours: span.start / 3600.0,
            end_hours: span.end / 3600.0,
            cause: plan.names.causes[span.cause as usize].clone(),
        });
        TimelineRow {
            topology: plan.names.topology.clone(),
            outages: outages.collect(),
        }
    };
    Timeline {
        trial,
        horizon_hours: plans.first().map_or(0.0, |plan| plan.horizon / 3600.0),
        rows: plans.iter().map(row).collect(),
    }
}

/// Names of the topologies in which nothing that fails can take a journey down.
fn unhittable(plans: &[Plan]) -> Vec<String> {
    plans
        .iter()
        .filter(|plan| plan.longest_mean_repair == 0.0)
        .map(|plan| plan.names.topology.clone())
        .collect()
}
