//! The pipeline, from a model to a comparison, with someone watching.

use std::path::Path;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::observer::{RunObserver, progress_bar};
use super::streams::Streams;
use super::trials_file::TrialsFile;
use crate::compare::{Finished, assemble, timeline};
use crate::cost::{FailurePrice, price};
use crate::estimate::{FailureCost, Names, NoLossBound, Tally, summarize, summarize_pair};
use crate::model::{Model, TopologySpec};
use crate::montecarlo::{self, Run, RunSettings};
use crate::plan::{Plan, compile};
use crate::results::{Comparison, CostResult, Difference, TopologyResult};
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
    let bills = deployments
        .iter()
        .map(|deployment| price(model, deployment));
    let failure_price = FailurePrice::new(model);
    let names: Vec<&str> = specs.iter().map(|(name, _)| *name).collect();
    let trials = save_trials
        .map(|path| TrialsFile::create(path, &names, model))
        .transpose()?;
    let interrupt = Interrupt::listen()?;

    let started = Instant::now();
    let bar = progress_bar(streams, settings);
    let mut observer = RunObserver::new(interrupt.clone(), trials, bar);
    let run = montecarlo::run(&plans, &failure_price, settings, &mut observer);
    let wall = started.elapsed();
    observer.finish()?;

    let level = settings.confidence;
    let estimates = Estimates {
        plans: &plans,
        worst: worst(&failure_price, model),
        level,
    };
    let finished = Finished {
        model,
        source,
        settings,
        partial: run.partial,
        interrupted: interrupt.came(),
        topologies: estimates.topologies(&run.tallies, bills),
        differences: estimates.differences(&run),
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

/// What turns the tallies of a run into figures.
struct Estimates<'a> {
    plans: &'a [Plan],
    /// What a month of total failure costs.
    worst: FailureCost,
    level: f64,
}

impl Estimates<'_> {
    fn topologies(
        &self,
        tallies: &[Tally],
        bills: impl Iterator<Item = CostResult>,
    ) -> Vec<TopologyResult> {
        let played = self.plans.iter().zip(tallies).zip(bills);
        played
            .map(|((plan, tally), bill)| {
                summarize(tally, &names(plan), self.level, &self.bound(plan), bill)
            })
            .collect()
    }

    fn differences(&self, run: &Run) -> Vec<Difference> {
        run.pairs
            .iter()
            .map(|(of, from, tally)| {
                let (of, from) = (&self.plans[*of], &self.plans[*from]);
                // What neither showed is bounded by the longer loss of the two.
                let slower = if of.longest_mean_loss >= from.longest_mean_loss {
                    of
                } else {
                    from
                };
                let bound = self.bound(slower);
                let (of, from) = (&of.names.topology, &from.names.topology);
                summarize_pair(tally, of, from, self.level, &bound)
            })
            .collect()
    }

    fn bound(&self, plan: &Plan) -> NoLossBound {
        NoLossBound {
            longest_mean_loss_seconds: plan.longest_mean_loss,
            horizon_seconds: plan.horizon,
            sla_window_seconds: plan.sla.map(|sla| sla.seconds),
            total_loss: self.worst,
        }
    }
}

/// What a month without any service costs.
fn worst(price: &FailurePrice, model: &Model) -> FailureCost {
    let worst = price.of_total_loss(model);
    FailureCost {
        sla_credits: worst.sla_credits.unwrap_or_default(),
        downtime: worst.downtime.unwrap_or_default(),
    }
}

fn names(plan: &Plan) -> Names<'_> {
    let names = &plan.names;
    Names {
        topology: &names.topology,
        pattern: &names.pattern,
        regions: &names.regions,
        journeys: &names.journeys,
        services: &names.services,
        causes: &names.causes,
    }
}

/// Names of the topologies in which nothing that fails can take a journey down.
fn unhittable(plans: &[Plan]) -> Vec<String> {
    let safe = plans.iter().filter(|plan| plan.longest_mean_loss == 0.0);
    safe.map(|plan| plan.names.topology.clone()).collect()
}
