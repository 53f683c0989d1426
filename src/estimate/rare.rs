//! Means from busy periods in which failures were made likely.

use super::figures;
use crate::engine::BusySample;
use crate::results::Estimate;
use crate::stats::Moments;

/// Samples of busy periods, each an unbiased estimate of the means.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RareTally {
    samples: u64,
    unavailability: Moments,
    journeys: Vec<(Moments, Moments)>,
    outages: Moments,
    cost: Moments,
    /// Of the cut sets that were looked out for, how often each was down while something was lost.
    pub seen: Vec<u64>,
}

/// What busy periods say of a topology.
#[derive(Debug, Clone, PartialEq)]
pub struct RareMeans {
    /// Share of requests lost.
    pub unavailability: Estimate,
    /// By journey: share of its requests lost, share of time in which it is down.
    pub journeys: Vec<(Estimate, Estimate)>,
    /// Outages that begin in a horizon.
    pub outages: Estimate,
    /// Lost business \[currency/month\].
    pub cost: Estimate,
    /// Samples of equal weight that would tell as much (Kish): (Σ z)² / Σ z².
    pub effective_samples: f64,
    /// Share of the unavailability in its largest sample.
    pub largest_share: f64,
    /// Labels of cut sets that theory says matter and that were never down in a loss.
    pub never_seen: Vec<String>,
}

impl RareTally {
    /// Adds a sample and its lost business \[currency/month\].
    pub fn add(&mut self, sample: &BusySample, cost: f64) {
        self.samples += 1;
        if self.seen.len() < sample.seen.len() {
            self.seen.resize(sample.seen.len(), 0);
        }
        for (count, seen) in self.seen.iter_mut().zip(&sample.seen) {
            *count += u64::from(*seen);
        }
        if sample.loss.unavailability <= 0.0 {
            return;
        }
        self.unavailability.add(sample.loss.unavailability);
        self.outages.add(sample.outages);
        self.cost.add(cost);
        self.journeys
            .resize(sample.loss.journeys.len(), Default::default());
        for ((lost, down), journey) in self.journeys.iter_mut().zip(&sample.loss.journeys) {
            lost.add(journey.unavailability);
            down.add(journey.time_unavailability);
        }
    }

    /// Adds the samples of `other`, which follow.
    pub fn merge(&mut self, other: &Self) {
        self.samples += other.samples;
        self.unavailability.merge(&other.unavailability);
        self.outages.merge(&other.outages);
        self.cost.merge(&other.cost);
        self.journeys.resize(
            self.journeys.len().max(other.journeys.len()),
            Default::default(),
        );
        for (mine, theirs) in self.journeys.iter_mut().zip(&other.journeys) {
            mine.0.merge(&theirs.0);
            mine.1.merge(&theirs.1);
        }
        self.seen.resize(self.seen.len().max(other.seen.len()), 0);
        for (mine, theirs) in self.seen.iter_mut().zip(&other.seen) {
            *mine += theirs;
        }
    }

    /// Samples added.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.samples
    }

    /// The unavailability over all samples.
    #[must_use]
    pub fn unavailability(&self) -> Moments {
        self.unavailability.padded_to(self.samples)
    }

    /// Samples with a loss.
    #[must_use]
    pub fn with_loss(&self) -> u64 {
        self.unavailability.nonzeros()
    }

    /// Whether it takes more than so many samples with a loss, on average, to tell as much as one of equal weight would.
    #[must_use]
    pub fn is_uneven(&self, samples: f64) -> bool {
        let effective = self.unavailability.sum().powi(2) / self.unavailability.sum_of_squares();
        self.with_loss() as f64 > samples * effective
    }

    /// The means at a level; `None` if no sample lost anything.
    #[must_use]
    pub fn means(&self, level: f64) -> Option<RareMeans> {
        let square = self.unavailability.sum_of_squares();
        if square <= 0.0 {
            return None;
        }
        let sum = self.unavailability.sum();
        let figure = |moments: &Moments| {
            let mut figure = figures::skewed_mean(&moments.padded_to(self.samples), 0.0, level);
            figure.high = figure.high.max(figure.mean);
            figure
        };
        Some(RareMeans {
            unavailability: figure(&self.unavailability),
            journeys: (self.journeys.iter())
                .map(|(lost, down)| (figure(lost), figure(down)))
                .collect(),
            outages: figure(&self.outages),
            cost: figure(&self.cost),
            effective_samples: sum * sum / square,
            largest_share: self.unavailability.max() / sum,
            never_seen: Vec::new(),
        })
    }
}
