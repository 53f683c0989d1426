//! How far a run, or a part of one, has come: all that is needed to play on, and to join parts.
//!
//! A state is a value between two rounds. It can be kept anywhere and taken up again, by another process too.

use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::run::Pair;
use super::tree::MergeTree;
use super::{Campaign, Run, RunSettings, Shard};
use crate::cost::FailurePrice;
use crate::estimate::{PairTally, Points, PricedFailure, Promised, Tally, TallyShape};
use crate::plan::Plan;

/// Events of a batch, about.
const EVENTS_PER_BATCH: f64 = 200_000.0;
/// Most trials of a batch.
const MAX_BATCH: u64 = 1024;
/// Batches of the first round; later ones double up to `MAX_ROUND`.
const FIRST_ROUND: u64 = 8;
/// Most batches of a round: a fraction of a second of work, so that a run can be stopped.
const MAX_ROUND: u64 = 32;

/// The finished batches of a run or of a shard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// Trials of a batch; the last of a run may have fewer.
    batch_size: u64,
    /// The first batch of the part.
    first: u64,
    /// The batch after those played.
    pub(super) next: u64,
    /// The batch after the part; `None` if only the settings end it.
    end: Option<u64>,
    /// Batches of the next round.
    pub(super) round: u64,
    /// Trials played of the topology that played most.
    pub(super) trials: u64,
    /// Which plans are still played.
    pub(super) active: Vec<bool>,
    /// Which plans have reached the precision.
    pub(super) precise: Vec<bool>,
    /// Which of [`pairs_of`] have reached theirs.
    pub(super) precise_pairs: Vec<bool>,
    /// One for each plan.
    pub(super) tallies: Vec<MergeTree<Tally>>,
    /// One for each of [`pairs_of`].
    pub(super) pairs: Vec<MergeTree<PairTally>>,
    /// Unavailability summed over plans of the first trials of the run that lie in the part.
    pub(super) totals: Vec<f64>,
}

impl State {
    /// The start of a whole run.
    #[must_use]
    pub fn new(plans: &[Plan]) -> Self {
        Self {
            batch_size: batch_size(plans),
            first: 0,
            next: 0,
            end: None,
            round: FIRST_ROUND,
            trials: 0,
            active: vec![true; plans.len()],
            precise: vec![false; plans.len()],
            precise_pairs: pairs_of(plans.len()).map(|_| false).collect(),
            tallies: plans.iter().map(|_| MergeTree::new()).collect(),
            pairs: pairs_of(plans.len()).map(|_| MergeTree::new()).collect(),
            totals: Vec::new(),
        }
    }

    /// The start of one shard of a run of `trials`: whole batches, as many as in the other shards or one more.
    #[must_use]
    pub fn of_shard(plans: &[Plan], trials: u64, shard: Shard) -> Self {
        let batches = trials.div_ceil(batch_size(plans));
        let before = |shards: u32| {
            let share = u128::from(batches) * u128::from(shards) / u128::from(shard.of());
            share as u64
        };
        Self {
            first: before(shard.number() - 1),
            next: before(shard.number() - 1),
            end: Some(before(shard.number())),
            ..Self::new(plans)
        }
    }

    /// Trials played so far of the topology that has played most.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Trials of a batch.
    #[must_use]
    pub fn batch_size(&self) -> u64 {
        self.batch_size
    }

    /// Whether nothing is left to play.
    #[must_use]
    pub fn is_complete(&self, settings: &RunSettings) -> bool {
        self.next.saturating_mul(self.batch_size) >= self.limit(settings)
            || !self.active.contains(&true)
    }

    /// Trials that the part plays in all, if that is fixed.
    #[must_use]
    pub fn trials_aimed_at(&self, settings: &RunSettings) -> Option<u64> {
        let limit = self.limit(settings);
        (limit < u64::MAX).then(|| limit.saturating_sub(self.first.saturating_mul(self.batch_size)))
    }

    /// The trial at which the part ends.
    fn limit(&self, settings: &RunSettings) -> u64 {
        let of_part = self.end.map(|end| end.saturating_mul(self.batch_size));
        let of_run = settings.trials.unwrap_or(u64::MAX);
        of_part.map_or(of_run, |trial| trial.min(of_run))
    }

    /// Whether the state is one of these plans, estimated in this way.
    #[must_use]
    pub fn fits(&self, campaign: Campaign<'_>) -> bool {
        let plans = campaign.plans;
        let same_shape = |(index, tallies): (usize, &MergeTree<Tally>)| {
            let shape = campaign.shape(index);
            tallies.values().all(|tally| tally.has_shape(&shape))
        };
        self.batch_size == batch_size(plans)
            && self.active.len() == plans.len()
            && self.precise.len() == plans.len()
            && self.precise_pairs.len() == self.pairs.len()
            && self.tallies.len() == plans.len()
            && self.pairs.len() == pairs_of(plans.len()).count()
            && self.tallies.iter().enumerate().all(same_shape)
    }

    /// Whether `later` begins where this ends.
    #[must_use]
    pub fn is_followed_by(&self, later: &Self) -> bool {
        self.next == later.first && self.end == Some(self.next)
    }

    /// Adds the batches of `later`, which begin where those here end: the result is that of playing them all.
    pub fn append(&mut self, later: Self) {
        self.next = later.next;
        self.end = later.end;
        self.trials += later.trials;
        for (mine, theirs) in self.tallies.iter_mut().zip(later.tallies) {
            mine.append(theirs);
        }
        for (mine, theirs) in self.pairs.iter_mut().zip(later.pairs) {
            mine.append(theirs);
        }
        self.totals.extend(later.totals);
    }

    /// The trials of the batches of the next round, batch by batch.
    pub(super) fn next_round(&self, settings: &RunSettings) -> Vec<Range<u64>> {
        let limit = self.limit(settings);
        (self.next..self.next.saturating_add(self.round))
            .map(|batch| batch.saturating_mul(self.batch_size))
            .map(|start| start..start.saturating_add(self.batch_size).min(limit))
            .filter(|trials| trials.start < trials.end)
            .collect()
    }

    /// Makes the next round longer.
    pub(super) fn lengthen_round(&mut self) {
        self.round = self.round.saturating_mul(2).min(MAX_ROUND);
    }

    /// What the trials came to.
    #[must_use]
    pub fn to_run(&self, campaign: Campaign<'_>) -> Run {
        let whole = |(index, tallies): (usize, &MergeTree<Tally>)| {
            tallies.fold(campaign.empty_tally(index), Tally::merge)
        };
        let pairs = pairs_of(campaign.plans.len()).zip(&self.pairs);
        let pairs = pairs.zip(&campaign.tactics.pairs);
        Run {
            known: campaign.known(),
            tallies: self.tallies.iter().enumerate().map(whole).collect(),
            pairs: pairs
                .map(|(((of, from), tree), by_means)| Pair {
                    of,
                    from,
                    tally: tree.fold(PairTally::default(), PairTally::merge),
                    known: campaign.known_difference(of, from, *by_means),
                })
                .collect(),
            partial: !self.is_complete(campaign.settings),
            telling_trial: telling_trial(&self.totals),
        }
    }
}

/// Each pair of plans once: (later, earlier).
pub(super) fn pairs_of(plans: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..plans).flat_map(|of| (0..of).map(move |from| (of, from)))
}

/// Trials that make about as much work as a batch should.
fn batch_size(plans: &[Plan]) -> u64 {
    let events: f64 = plans.iter().map(|plan| plan.expected_events + 20.0).sum();
    ((EVENTS_PER_BATCH / events.max(1.0)) as u64).clamp(1, MAX_BATCH)
}

/// The trial with the 95 % point of the totals.
fn telling_trial(totals: &[f64]) -> u64 {
    let mut order: Vec<usize> = (0..totals.len()).collect();
    order.sort_by(|&a, &b| totals[a].total_cmp(&totals[b]).then(a.cmp(&b)));
    let rank = (order.len() * 95 / 100).min(order.len().saturating_sub(1));
    order.get(rank).map_or(0, |&trial| trial as u64)
}

/// What there is to tally of a plan.
pub(super) fn shape(plan: &Plan, price: &FailurePrice, sharpened: bool) -> TallyShape {
    let priced = price.of(1.0, plan.journeys.iter().map(|_| 1.0), 1.0);
    TallyShape {
        n_journeys: plan.names.journeys.len(),
        n_services: plan.names.services.len(),
        n_causes: plan.names.causes.len(),
        n_phases: plan.n_phases(),
        horizon_seconds: plan.horizon,
        wanted: Points {
            rto: plan.rto_seconds,
            rpo: plan.rpo_seconds,
        },
        data: plan.data_at_risk(),
        has_slo: plan.slo.is_some(),
        has_sla: plan.sla.is_some(),
        promised: Promised::of(plan),
        priced: PricedFailure {
            sla_credits: priced.sla_credits.is_some(),
            downtime: priced.downtime.is_some(),
            drills: plan.has_drills() && price.of_drills(0).is_some(),
        },
        sharpened,
    }
}
