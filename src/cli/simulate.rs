//! The pipeline, from a model to a comparison, with someone watching.

use std::cell::OnceCell;
use std::path::Path;
use std::time::Duration;

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::keeper::Keeper;
use super::observer::{RunObserver, progress_bar};
use super::settings::Request;
use super::streams::Streams;
use super::trials_file::TrialsFile;
use crate::compare::{
    Finished, assemble, take_over, take_over_difference, take_over_rare, take_over_rare_difference,
    timeline,
};
use crate::cost::{FailurePrice, price};
use crate::estimate::{FailureCost, Names, NoLossBound, summarize, summarize_pair};
use crate::ledger::{Elasticity, ledger};
use crate::model::{Model, TopologySpec};
use crate::montecarlo::{Campaign, Pair, Run, RunSettings, Shard, State, Tactics, first_outage};
use crate::plan::{Plan, compile};
use crate::results::{Comparison, CostResult, Difference, Estimate, Results, TopologyResult};
use crate::store::Identity;
use crate::topology::{Deployment, expand, layout};

/// A run with less time does without what takes a second after it, if it was cut short.
const SHORT_RUN: Duration = Duration::from_secs(10);

/// Topologies of a model, ready to be played.
#[derive(Debug)]
pub(super) struct Prepared<'a> {
    model: &'a Model,
    source: String,
    names: Vec<&'a str>,
    deployments: Vec<Deployment>,
    plans: Vec<Plan>,
    failure_price: FailurePrice,
    tactics: Tactics,
    /// Times to the first outage, those that no chain tells sampled when they are first asked for; else why they are not known.
    first_outages: OnceCell<Vec<Result<Estimate, String>>>,
    interrupt: Interrupt,
}

/// Trials that have been played.
#[derive(Debug)]
pub(super) struct Played {
    pub(super) state: State,
    /// Time that the trials took, in all commands of the run together.
    pub(super) wall: Duration,
    /// Whether the user ended it.
    pub(super) interrupted: bool,
    /// Shards that it was put together from, if it was.
    pub(super) joined: Option<u32>,
    /// What keeps the run, if anything does.
    pub(super) keeper: Option<Keeper>,
}

impl<'a> Prepared<'a> {
    /// Compiles the topologies, and chooses how each is to be estimated. `source` is what the report calls the model file.
    pub(super) fn new(
        model: &'a Model,
        source: String,
        specs: &[(&'a str, &TopologySpec)],
        settings: &RunSettings,
    ) -> Result<Self, Failure> {
        let interrupt = Interrupt::listen()?;
        let deployments: Vec<Deployment> = specs
            .iter()
            .map(|(name, spec)| expand(model, name, spec))
            .collect();
        let plans: Vec<Plan> = deployments
            .iter()
            .map(|deployment| compile(model, deployment))
            .collect();
        let failure_price = FailurePrice::new(model);
        Ok(Self {
            model,
            source,
            interrupt,
            names: specs.iter().map(|(name, _)| *name).collect(),
            tactics: Tactics::choose(&plans, &failure_price, settings),
            first_outages: OnceCell::new(),
            plans,
            deployments,
            failure_price,
        })
    }

    /// What the report calls the model file.
    pub(super) fn source(&self) -> &str {
        &self.source
    }

    /// What a run of these settings is, or a shard of it.
    pub(super) fn identity(&self, settings: &RunSettings, shard: Option<Shard>) -> Identity {
        let state = State::new(&self.plans);
        Identity::new(self.model, &self.names, settings, shard, &state)
    }

    /// Whether a state is one of these topologies.
    pub(super) fn fits(&self, state: &State, settings: &RunSettings) -> bool {
        state.fits(self.campaign(settings))
    }

    fn campaign<'s>(&'s self, settings: &'s RunSettings) -> Campaign<'s> {
        Campaign {
            plans: &self.plans,
            price: &self.failure_price,
            tactics: &self.tactics,
            settings,
        }
    }

    /// Plays what is asked for, from where an earlier command of the same run in the same folder has stopped.
    pub(super) fn play(
        &self,
        request: &Request,
        folder: &Path,
        streams: &mut Streams,
    ) -> Result<Played, Failure> {
        let settings = &request.settings;
        let trials = request
            .save_trials
            .as_deref()
            .map(|path| TrialsFile::create(path, &self.names, self.model))
            .transpose()?;
        let mut state = match (request.shard, settings.trials) {
            (Some(shard), Some(trials)) => State::of_shard(&self.plans, trials, shard),
            _ => State::new(&self.plans),
        };
        let identity = self.identity(settings, request.shard);
        let mut keeper = Some(Keeper::new(folder, identity, request.checkpoint_every));
        if trials.is_some() {
            // Trials that an earlier command has played cannot be saved any more: all are played.
            keeper
                .take()
                .into_iter()
                .for_each(|keeper| keeper.tell_unused(streams));
        } else if let Some(keeper) = keeper.as_mut().filter(|_| !request.fresh)
            && let Some(kept) = keeper.take_up(|state| self.fits(state, settings), streams)
        {
            state = kept;
        }
        let interrupt = &self.interrupt;
        let bar = progress_bar(streams, settings, state.trials());
        let mut observer = RunObserver::new(interrupt.clone(), trials, keeper, bar);
        self.campaign(settings).play(&mut state, &mut observer);
        let (wall, mut keeper) = observer.finish()?;
        if let Some(keeper) = keeper.as_mut().filter(|_| !state.is_complete(settings)) {
            keeper.keep(&state);
        }
        Ok(Played {
            state,
            wall,
            interrupted: interrupt.came(),
            joined: None,
            keeper,
        })
    }

    /// The figures of a run that has played nothing: all that can be named of one.
    pub(super) fn figures_without_trials(&self, settings: &RunSettings) -> Results {
        let state = State::new(&self.plans);
        self.figures(&state, settings, false, Elasticity::LeftOut)
            .results
    }

    /// The figures of trials that have been played; `interrupted` if the user ended them.
    pub(super) fn comparison(
        &self,
        state: &State,
        settings: &RunSettings,
        interrupted: bool,
    ) -> Comparison {
        // A run of a few seconds that time was too short for is not made longer.
        let is_short = settings.max_time.is_some_and(|time| time < SHORT_RUN);
        let is_cut = interrupted || (is_short && !state.is_complete(settings));
        let elasticity = if is_cut {
            Elasticity::LeftOut
        } else {
            Elasticity::WorkedOut(settings.threads)
        };
        self.figures(state, settings, interrupted, elasticity)
    }

    fn figures(
        &self,
        state: &State,
        settings: &RunSettings,
        interrupted: bool,
        elasticity: Elasticity,
    ) -> Comparison {
        let run = state.to_run(self.campaign(settings));
        let estimates = Estimates {
            plans: &self.plans,
            price: &self.failure_price,
            tactics: &self.tactics,
            worst: worst(&self.failure_price, self.model),
            level: settings.confidence,
        };
        let bills = self
            .deployments
            .iter()
            .map(|deployment| price(self.model, deployment));
        let mut topologies = estimates.topologies(&run, bills);
        let first_outages = self.first_outages.get_or_init(|| {
            let each = topologies.iter().zip(&self.plans);
            each.map(|(topology, plan)| match &topology.first_outage_hours {
                Some(known) => Ok(known.clone()),
                None => first_outage(plan, settings),
            })
            .collect()
        });
        for (topology, first_outage) in topologies.iter_mut().zip(first_outages) {
            match first_outage {
                Ok(hours) => topology.first_outage_hours = Some(hours.clone()),
                Err(reason) => topology.first_outage_refused = Some(reason.clone()),
            }
        }
        let ledger = ledger(self.model, &topologies, elasticity);
        assemble(Finished {
            ledger,
            model: self.model,
            source: self.source.clone(),
            settings,
            partial: run.partial,
            interrupted,
            differences: estimates.differences(&run, &topologies),
            topologies,
            unhittable: unhittable(&self.plans),
            timeline: timeline(&self.plans, settings.seed, run.telling_trial),
            layouts: self
                .deployments
                .iter()
                .map(|deployment| layout(self.model, deployment))
                .collect(),
        })
    }
}

/// What turns the tallies of a run into figures.
pub(super) struct Estimates<'a> {
    pub(super) plans: &'a [Plan],
    pub(super) price: &'a FailurePrice,
    pub(super) tactics: &'a Tactics,
    /// What a month of total failure costs.
    pub(super) worst: FailureCost,
    pub(super) level: f64,
}

impl Estimates<'_> {
    pub(super) fn topologies(
        &self,
        run: &Run,
        bills: impl Iterator<Item = CostResult>,
    ) -> Vec<TopologyResult> {
        (bills.enumerate())
            .map(|(index, bill)| self.topology(run, index, bill))
            .collect()
    }

    /// The figures of one plan, with the bill of what it stands for.
    pub(super) fn topology(&self, run: &Run, index: usize, bill: CostResult) -> TopologyResult {
        let plan = &self.plans[index];
        let (tally, known) = (&run.tallies[index], &run.known[index]);
        let bound = self.bound(plan);
        let mut result = summarize(tally, &Names::of(plan), self.level, &bound, known, bill);
        let tactic = &self.tactics.topologies[index];
        if let Some(answer) = &tactic.answer {
            take_over(&mut result, answer, self.price);
        }
        let lost = result.unavailability.mean;
        result.hardly_met = tactic.hardly_met(result.trials, lost);
        if let Some(rare) = &tactic.rare {
            take_over_rare(&mut result, rare, plan.horizon / 3600.0);
        }
        result
    }

    pub(super) fn differences(&self, run: &Run, topologies: &[TopologyResult]) -> Vec<Difference> {
        let pairs = run.pairs.iter().map(|pair| {
            let mut difference = self.difference(pair);
            let is_rare = |index: usize| topologies[index].rare.is_some();
            if is_rare(pair.of) || is_rare(pair.from) {
                let figure = |index: usize| &topologies[index].unavailability;
                let (of, from) = (figure(pair.of), figure(pair.from));
                take_over_rare_difference(&mut difference, of, from);
            }
            difference
        });
        pairs.collect()
    }

    fn difference(&self, pair: &Pair) -> Difference {
        let (of, from) = (&self.plans[pair.of], &self.plans[pair.from]);
        let bound = NoLossBound::of_pair(of, from, self.worst);
        let (of, from) = (&of.names.topology, &from.names.topology);
        let mut difference = summarize_pair(&pair.tally, of, from, self.level, &bound, pair.known);
        let answer = |index: usize| self.tactics.topologies[index].answer.as_ref();
        if let Some((of, from)) = answer(pair.of).zip(answer(pair.from)) {
            take_over_difference(&mut difference, of, from);
        }
        difference
    }

    fn bound(&self, plan: &Plan) -> NoLossBound {
        NoLossBound::of(plan, self.worst)
    }
}

/// What a month without any service costs.
pub(super) fn worst(price: &FailurePrice, model: &Model) -> FailureCost {
    let worst = price.of_total_loss(model);
    FailureCost {
        sla_credits: worst.sla_credits.unwrap_or_default(),
        downtime: worst.downtime.unwrap_or_default(),
        drills: 0.0,
    }
}

/// Names of the topologies in which nothing that fails can take a journey down.
fn unhittable(plans: &[Plan]) -> Vec<String> {
    let safe = plans.iter().filter(|plan| plan.longest_mean_loss == 0.0);
    safe.map(|plan| plan.names.topology.clone()).collect()
}
