//! What many trials of one topology came to, in little memory.

use serde::{Deserialize, Serialize};

use super::contract::{ContractTally, Promised};
use super::data::{DataTally, Points};
use super::grid::ExceedanceCounts;
use super::recovery::RecoveryTally;
use super::sharp::{Known, SharpTally, Sharpened};
use super::{YEAR_MINUTES, YEAR_SECONDS};
use crate::engine::TrialOutcome;
use crate::plan::DataAtRisk;
use crate::stats::{ClusteredShare, Moments, QuantileSketch, SharedVariance};

/// Blocks of trials whose means are kept, for a later run to be paired with: trial i is in block i mod 64.
const BLOCKS: u64 = 64;

/// What there is to tally.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct TallyShape {
    /// Journeys of the model.
    pub n_journeys: usize,
    /// Services of the model.
    pub n_services: usize,
    /// Causes: faults, and external services that fail by themselves.
    pub n_causes: usize,
    /// Phases of failover.
    pub n_phases: usize,
    /// Scored length of a trial \[s\].
    pub horizon_seconds: f64,
    /// What is wanted of recoveries and of losses of data.
    pub wanted: Points,
    /// What can become of data.
    pub data: DataAtRisk,
    /// Whether there is an SLO.
    pub has_slo: bool,
    /// Whether there is an SLA.
    pub has_sla: bool,
    /// What is promised beside.
    pub promised: Promised,
    /// Which costs of failure are priced.
    pub priced: PricedFailure,
    /// Whether trials say more of means than their own score.
    pub sharpened: bool,
}

/// Which costs of failure the model prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct PricedFailure {
    /// Refunds under the SLA.
    pub sla_credits: bool,
    /// Lost business.
    pub downtime: bool,
    /// Drills, where there are any.
    pub drills: bool,
}

/// What failure, and drills against it, cost in one trial \[currency/month\].
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct FailureCost {
    /// Refunds under the SLA.
    pub sla_credits: f64,
    /// Lost business.
    pub downtime: f64,
    /// The drills that were held.
    pub drills: f64,
}

/// A journey's share of the tally.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct JourneyTally {
    pub(super) unavailability: Moments,
    pub(super) time_unavailability: Moments,
}

/// The trials of one topology: moments, counts and sketches, merged batch by batch in order of trial.
///
/// A trial without loss costs a few additions: moments hold the non-zero values, the zeros are filled in from the number of trials
/// when the tally is summarized. What only a trial with loss needs is allocated by the first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tally {
    pub(super) shape: TallyShape,
    pub(super) trials: u64,
    pub(super) events: u64,
    pub(super) unavailability: Moments,
    pub(super) downtime_minutes: QuantileSketch,
    pub(super) exceedance: ExceedanceCounts,
    pub(super) journeys: Vec<JourneyTally>,
    pub(super) services: Vec<Moments>,
    pub(super) trials_observing_services: u64,
    pub(super) outages: Moments,
    pub(super) recoveries: RecoveryTally,
    pub(super) data: DataTally,
    pub(super) slo: ClusteredShare,
    pub(super) sla: ClusteredShare,
    pub(super) attribution: Vec<Moments>,
    pub(super) phases: Vec<Moments>,
    pub(super) fired: Vec<u64>,
    pub(super) sla_credits: Moments,
    pub(super) downtime_cost: Moments,
    pub(super) failure_cost: Moments,
    pub(super) drill_cost: Moments,
    /// Failure and drills together.
    pub(super) cost_with_drills: Moments,
    pub(super) sharp: Option<SharpTally>,
    /// What trials lost, and others that share with them only what is not known.
    pub(super) companions: SharedVariance,
    /// Sums of what the trials of each block say of the mean, less what is known; empty while all say nothing.
    pub(super) blocks: Vec<f64>,
    pub(super) contract: ContractTally,
}

impl Tally {
    /// An empty tally.
    #[must_use]
    pub fn new(shape: &TallyShape) -> Self {
        Self {
            shape: *shape,
            trials: 0,
            events: 0,
            unavailability: Moments::default(),
            downtime_minutes: QuantileSketch::default(),
            exceedance: ExceedanceCounts::default(),
            journeys: Vec::new(),
            services: Vec::new(),
            trials_observing_services: 0,
            outages: Moments::default(),
            recoveries: RecoveryTally::default(),
            data: DataTally::default(),
            slo: ClusteredShare::default(),
            sla: ClusteredShare::default(),
            attribution: Vec::new(),
            phases: Vec::new(),
            fired: vec![0; shape.n_causes],
            sla_credits: Moments::default(),
            downtime_cost: Moments::default(),
            failure_cost: Moments::default(),
            drill_cost: Moments::default(),
            cost_with_drills: Moments::default(),
            sharp: shape.sharpened.then(SharpTally::default),
            companions: SharedVariance::default(),
            blocks: Vec::new(),
            contract: ContractTally::default(),
        }
    }

    /// Adds what a trial lost, and what another lost that shares with it only what is not known.
    pub fn add_companion(&mut self, lost: f64, by_other_luck: f64) {
        self.companions.add(lost, by_other_luck);
    }

    /// Adds what a trial says of the mean unavailability, less what is known, to its block.
    pub fn add_to_block(&mut self, trial: u64, lost: f64) {
        if lost != 0.0 {
            self.blocks.resize(BLOCKS as usize, 0.0);
            self.blocks[(trial % BLOCKS) as usize] += lost;
        }
    }

    /// Mean unavailability by block of trials, `known` being what has to be added; empty with fewer trials than blocks.
    pub(super) fn by_block(&self, known: f64) -> Vec<f64> {
        if self.trials < BLOCKS {
            return Vec::new();
        }
        let of = |block: u64| {
            let trials = self.trials / BLOCKS + u64::from(block < self.trials % BLOCKS);
            let sum = self.blocks.get(block as usize).copied().unwrap_or(0.0);
            known + sum / trials as f64
        };
        (0..BLOCKS).map(of).collect()
    }

    /// Adds a trial, and what it says of means beside its own score, if the shape says that it does.
    pub fn add(
        &mut self,
        outcome: &TrialOutcome,
        cost: FailureCost,
        sharpened: Option<&Sharpened<'_>>,
    ) {
        if let Some((tally, sharpened)) = self.sharp.as_mut().zip(sharpened) {
            tally.add(sharpened, cost.sla_credits);
        }
        self.trials += 1;
        self.events += outcome.events;
        self.trials_observing_services += u64::from(!outcome.services.is_empty());
        self.fired
            .iter_mut()
            .zip(&outcome.fired)
            .for_each(|(sum, fired)| *sum += fired);
        if self.shape.has_slo {
            self.slo
                .add(u64::from(outcome.slo.met), u64::from(outcome.slo.windows));
        }
        if self.shape.has_sla {
            self.sla
                .add(u64::from(outcome.sla.met), u64::from(outcome.sla.windows));
        }
        if outcome.outages > 0 {
            self.outages.add(f64::from(outcome.outages));
        }
        if !outcome.recoveries.is_empty() {
            self.recoveries
                .add(&outcome.recoveries, self.shape.wanted.rto);
        }
        if self.shape.data != DataAtRisk::None {
            self.data.add(outcome, self.shape.wanted);
        }
        self.contract.add(outcome, cost, self.shape.promised);
        add_nonzeros(&mut self.services, &outcome.services);
        self.add_cost(cost);
        if outcome.unavailability > 0.0 {
            self.add_loss(outcome);
        }
    }

    /// What only a trial with loss has.
    fn add_loss(&mut self, outcome: &TrialOutcome) {
        self.unavailability.add(outcome.unavailability);
        let minutes = outcome.unavailability * YEAR_MINUTES;
        self.downtime_minutes.insert(minutes);
        self.exceedance.add(minutes);
        if self.journeys.is_empty() {
            self.journeys
                .resize(self.shape.n_journeys, JourneyTally::default());
        }
        for (tally, journey) in self.journeys.iter_mut().zip(&outcome.journeys) {
            if journey.unavailability > 0.0 {
                tally.unavailability.add(journey.unavailability);
            }
            if journey.time_unavailability > 0.0 {
                tally.time_unavailability.add(journey.time_unavailability);
            }
        }
        add_nonzeros(&mut self.attribution, &outcome.attribution);
        add_nonzeros(&mut self.phases, &outcome.phases);
    }

    fn add_cost(&mut self, cost: FailureCost) {
        let mut both = 0.0;
        if self.shape.priced.sla_credits && cost.sla_credits > 0.0 {
            self.sla_credits.add(cost.sla_credits);
            both += cost.sla_credits;
        }
        if self.shape.priced.downtime && cost.downtime > 0.0 {
            self.downtime_cost.add(cost.downtime);
            both += cost.downtime;
        }
        if both > 0.0 {
            self.failure_cost.add(both);
        }
        if self.shape.priced.drills {
            let with_drills = both + cost.drills;
            if cost.drills > 0.0 {
                self.drill_cost.add(cost.drills);
            }
            if with_drills > 0.0 {
                self.cost_with_drills.add(with_drills);
            }
        }
    }

    /// Adds the trials of `other`, which has the same shape. Merge batches in the same order and grouping to get the same bits.
    pub fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.shape, other.shape);
        self.trials += other.trials;
        self.events += other.events;
        self.unavailability.merge(&other.unavailability);
        self.downtime_minutes.merge(&other.downtime_minutes);
        self.exceedance.merge(&other.exceedance);
        merge_each(&mut self.journeys, &other.journeys, |mine, theirs| {
            mine.unavailability.merge(&theirs.unavailability);
            mine.time_unavailability.merge(&theirs.time_unavailability);
        });
        merge_each(&mut self.services, &other.services, Moments::merge);
        self.trials_observing_services += other.trials_observing_services;
        self.outages.merge(&other.outages);
        self.recoveries.merge(&other.recoveries);
        self.data.merge(&other.data);
        self.slo.merge(&other.slo);
        self.sla.merge(&other.sla);
        merge_each(&mut self.attribution, &other.attribution, Moments::merge);
        merge_each(&mut self.phases, &other.phases, Moments::merge);
        merge_each(&mut self.fired, &other.fired, |mine, theirs| {
            *mine += *theirs;
        });
        self.sla_credits.merge(&other.sla_credits);
        self.downtime_cost.merge(&other.downtime_cost);
        self.failure_cost.merge(&other.failure_cost);
        self.drill_cost.merge(&other.drill_cost);
        self.cost_with_drills.merge(&other.cost_with_drills);
        if let Some((mine, theirs)) = self.sharp.as_mut().zip(other.sharp.as_ref()) {
            mine.merge(theirs);
        }
        self.companions.merge(&other.companions);
        self.contract.merge(&other.contract);
        merge_each(&mut self.blocks, &other.blocks, |mine, theirs| {
            *mine += *theirs;
        });
    }

    /// Adds of `other` only what rules of stopping look at: the trials and their unavailability.
    pub fn merge_headline(&mut self, other: &Self) {
        self.trials += other.trials;
        self.unavailability.merge(&other.unavailability);
        if let Some((mine, theirs)) = self.sharp.as_mut().zip(other.sharp.as_ref()) {
            mine.unavailability.merge(&theirs.unavailability);
        }
    }

    /// Whether it can be merged with tallies of this shape: not so if it was made elsewhere of something else.
    #[must_use]
    pub fn has_shape(&self, shape: &TallyShape) -> bool {
        let all_or_none = |length: usize, all: usize| length == 0 || length == all;
        self.shape == *shape
            && self.fired.len() == shape.n_causes
            && all_or_none(self.journeys.len(), shape.n_journeys)
            && all_or_none(self.services.len(), shape.n_services)
            && all_or_none(self.attribution.len(), shape.n_causes)
            && all_or_none(self.phases.len(), shape.n_phases)
            && all_or_none(self.blocks.len(), BLOCKS as usize)
            && self.contract.has_shape(shape.promised)
            && self.sharp.is_some() == shape.sharpened
    }

    /// Trials added.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Trials in which something was lost.
    #[must_use]
    pub fn trials_with_loss(&self) -> u64 {
        self.unavailability.nonzeros()
    }

    /// Failures and repairs played.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.events
    }

    /// Mean unavailability so far.
    #[must_use]
    pub fn mean_unavailability(&self) -> f64 {
        self.unavailability.padded_to(self.trials).mean()
    }

    /// What it tallies.
    #[must_use]
    pub fn shape(&self) -> &TallyShape {
        &self.shape
    }

    /// How its means were sampled: `crude` scores; `conditional`, chances replaced by their means; `control-variate`, less
    /// what is known of the twin too.
    pub(super) fn method(&self, known: &Known) -> &'static str {
        match &self.sharp {
            None => "crude",
            Some(_) if known.loss.unavailability > 0.0 => "control-variate",
            Some(_) => "conditional",
        }
    }

    /// Variance of the mean unavailability by scores alone over that of the one reported; `None` if that has none.
    pub(super) fn variance_reduction(&self) -> Option<f64> {
        match &self.sharp {
            None => Some(1.0),
            Some(sharp) => sharp.unavailability.gain(self.trials, &self.unavailability),
        }
    }

    /// Factor from a trial's horizon to a year.
    pub(super) fn yearly(&self) -> f64 {
        YEAR_SECONDS / self.shape.horizon_seconds
    }
}

/// Adds the values above zero to the moments of their places, which are allocated when there is one.
fn add_nonzeros(moments: &mut Vec<Moments>, values: &[f64]) {
    for (index, value) in values.iter().enumerate() {
        if *value > 0.0 {
            if moments.len() < values.len() {
                moments.resize(values.len(), Moments::default());
            }
            moments[index].add(*value);
        }
    }
}

/// Merges place by place; an empty list stands for zeros.
fn merge_each<T: Clone>(mine: &mut Vec<T>, theirs: &[T], mut merge: impl FnMut(&mut T, &T)) {
    if mine.is_empty() {
        mine.extend_from_slice(theirs);
    } else {
        mine.iter_mut()
            .zip(theirs)
            .for_each(|(mine, theirs)| merge(mine, theirs));
    }
}
