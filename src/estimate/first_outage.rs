//! Mean time to the first outage: as a ratio of what cycles last to their chance of an outage, or over trials that wait for it.

use super::figures;
use crate::engine::CycleSample;
use crate::results::Estimate;
use crate::stats::{
    Bounded, Interval, Moments, correlation_of_means, ratio_interval, skewed_mean_interval,
};

/// Samples of cycles.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct CycleTally {
    seconds: Moments,
    outage: Moments,
    products: f64,
    at_rest: f64,
}

impl CycleTally {
    /// Adds a sample.
    pub fn add(&mut self, sample: &CycleSample) {
        self.seconds.add(sample.seconds);
        self.outage.add(sample.outage);
        self.products += sample.seconds * sample.outage;
        self.at_rest += sample.at_rest;
    }

    /// Adds the samples of `other`, which follow.
    pub fn merge(&mut self, other: &Self) {
        self.seconds.merge(&other.seconds);
        self.outage.merge(&other.outage);
        self.products += other.products;
        self.at_rest += other.at_rest;
    }

    /// Samples added.
    #[must_use]
    pub fn samples(&self) -> u64 {
        self.seconds.n()
    }

    /// Samples with an outage.
    #[must_use]
    pub fn with_outage(&self) -> u64 {
        self.outage.nonzeros()
    }

    /// Samples of equal weight that would tell as much of the chance of an outage.
    #[must_use]
    pub fn effective_samples(&self) -> f64 {
        let square = self.outage.sum_of_squares();
        if square > 0.0 {
            self.outage.sum().powi(2) / square
        } else {
            0.0
        }
    }

    /// Share of the cycles that is at rest, which is known and not sampled.
    #[must_use]
    pub fn share_at_rest(&self) -> f64 {
        self.at_rest / self.seconds.sum()
    }

    /// The mean time \[h\]; `None` if no sample had an outage.
    #[must_use]
    pub fn hours(&self, level: f64) -> Option<Estimate> {
        let bounded = |moments: &Moments| -> Option<Bounded> {
            let interval = skewed_mean_interval(&moments.into(), level)?;
            Some(Bounded {
                mean: moments.mean(),
                interval,
            })
        };
        let (seconds, outage) = (bounded(&self.seconds)?, bounded(&self.outage)?);
        let correlation = correlation_of_means(&self.seconds, &self.outage, self.products);
        let Interval { low, high, method } = ratio_interval(&seconds, &outage, correlation);
        let interval = Interval {
            low: low / 3600.0,
            high: high / 3600.0,
            method,
        };
        let mean = seconds.mean / outage.mean / 3600.0;
        Some(figures::estimate(mean, interval, level, self.samples()))
    }
}

/// Times to the first outage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PassageTally(Moments);

impl PassageTally {
    /// Adds a trial by its time to the first outage \[s\].
    pub fn add(&mut self, seconds: f64) {
        self.0.add(seconds);
    }

    /// Adds the trials of `other`, which follow.
    pub fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }

    /// Trials added.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.0.n()
    }

    /// The mean time \[h\]; `None` without trials.
    #[must_use]
    pub fn hours(&self, level: f64) -> Option<Estimate> {
        let Interval { low, high, method } = skewed_mean_interval(&(&self.0).into(), level)?;
        let interval = Interval {
            low: low / 3600.0,
            high: high / 3600.0,
            method,
        };
        let mean = self.0.mean() / 3600.0;
        Some(figures::estimate(mean, interval, level, self.trials()))
    }
}
