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
use crate::estimate::summarize;
use crate::model::{Model, TopologySpec};
use crate::montecarlo::{self, RunSettings};
use crate::plan::{Plan, compile};
use crate::results::Comparison;
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
    let run = montecarlo::run(&plans, settings, &mut observer);
    let wall = started.elapsed();
    observer.finish()?;

    let finished = Finished {
        model,
        source,
        settings,
        partial: run.partial,
        topologies: Vec::new(),
        differences: Vec::new(),
        unhittable: unhittable(&plans),
        timeline: todo!(),
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

/// Names of the topologies in which nothing that fails can take a journey down.
fn unhittable(plans: &[Plan]) -> Vec<String> {
    plans
        .iter()
        .filter(|plan| plan.longest_mean_repair == 0.0)
        .map(|plan| plan.names.topology.clone())
        .collect()
}
