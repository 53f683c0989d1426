//! Means of a topology whose trials tell more than their own score.

use serde::{Deserialize, Serialize};

use super::figures;
use crate::engine::Loss;
use crate::results::Estimate;
use crate::stats::{Interval, Moments, PairedDifferences, none_seen_bound, skewed_mean_interval};

/// What a trial says of means.
#[derive(Debug, Clone, Copy)]
pub struct Sharpened<'a> {
    /// Its losses, chances replaced by their means.
    pub expected: &'a Loss,
    /// What is taken off them, whose mean is known.
    pub control: &'a Loss,
    /// Lost business by `expected` \[currency/month\].
    pub expected_cost: f64,
    /// Lost business by `control` \[currency/month\].
    pub control_cost: f64,
}

/// What is known of the controls.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Known {
    /// Their mean.
    pub loss: Loss,
    /// How far off it may be.
    pub error: Loss,
    /// Longest mean loss over the horizon: what a loss that was never seen may come to.
    pub longest_loss: f64,
    /// Lost business by their mean, and how far off that may be \[currency/month\].
    pub cost: KnownMean,
}

/// A mean that was worked out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct KnownMean {
    /// Its value.
    pub value: f64,
    /// How far off it may be.
    pub error: f64,
}

impl Known {
    /// Of the unavailability.
    pub(super) fn unavailability(&self) -> KnownMean {
        KnownMean {
            value: self.loss.unavailability,
            error: self.error.unavailability,
        }
    }

    /// Of a journey: of its unavailability and of its time unavailability.
    pub(super) fn journey(&self, index: usize) -> (KnownMean, KnownMean) {
        let at = |loss: &Loss| loss.journeys.get(index).copied().unwrap_or_default();
        let (value, error) = (at(&self.loss), at(&self.error));
        (
            KnownMean {
                value: value.unavailability,
                error: error.unavailability,
            },
            KnownMean {
                value: value.time_unavailability,
                error: error.time_unavailability,
            },
        )
    }
}

/// Means of many trials, less their controls.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct SharpTally {
    pub(super) unavailability: ControlledMean,
    pub(super) journeys: Vec<(ControlledMean, ControlledMean)>,
    pub(super) downtime_cost: ControlledMean,
    pub(super) failure_cost: ControlledMean,
}

/// A mean less its control: values and controls of trials, in pairs.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct ControlledMean {
    pairs: PairedDifferences,
    /// Values that are not zero, for their own spread.
    values: Moments,
}

impl SharpTally {
    /// Adds a trial in which something was lost by the topology or by its twin. Lost business counts beside `refunds`.
    pub(super) fn add(&mut self, trial: &Sharpened<'_>, refunds: f64) {
        let (expected, control) = (trial.expected, trial.control);
        self.unavailability
            .add(expected.unavailability, control.unavailability);
        self.journeys
            .resize(expected.journeys.len(), Default::default());
        let journeys = expected.journeys.iter().zip(&control.journeys);
        for ((lost, down), (expected, control)) in self.journeys.iter_mut().zip(journeys) {
            lost.add(expected.unavailability, control.unavailability);
            down.add(expected.time_unavailability, control.time_unavailability);
        }
        self.downtime_cost
            .add(trial.expected_cost, trial.control_cost);
        self.failure_cost
            .add(trial.expected_cost + refunds, trial.control_cost);
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.unavailability.merge(&other.unavailability);
        if self.journeys.is_empty() {
            self.journeys.clone_from(&other.journeys);
        } else {
            for (mine, theirs) in self.journeys.iter_mut().zip(&other.journeys) {
                mine.0.merge(&theirs.0);
                mine.1.merge(&theirs.1);
            }
        }
        self.downtime_cost.merge(&other.downtime_cost);
        self.failure_cost.merge(&other.failure_cost);
    }
}

impl ControlledMean {
    fn add(&mut self, value: f64, control: f64) {
        self.pairs.add(value, control);
        if value > 0.0 {
            self.values.add(value);
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.pairs.merge(&other.pairs);
        self.values.merge(&other.values);
    }

    /// The mean over `trials` and its interval, `known` being the mean of the controls; `None` if nothing was seen and
    /// nothing is known that an interval could rest on.
    pub(super) fn interval(
        &self,
        trials: u64,
        known: KnownMean,
        longest_loss: f64,
        level: f64,
    ) -> Option<(f64, Interval)> {
        if !self.is_uncontrolled(known) {
            return Some(self.controlled(trials, known, longest_loss, level));
        }
        let values = self.values.padded_to(trials);
        let interval = skewed_mean_interval(&(&values).into(), level)?;
        Some((values.mean(), interval))
    }

    /// The figure, bounded where nothing was seen by `none_seen`, and by `most`.
    pub(super) fn estimate(
        &self,
        trials: u64,
        known: KnownMean,
        none_seen: f64,
        most: f64,
        level: f64,
    ) -> Estimate {
        if self.is_uncontrolled(known) {
            let mut figure = figures::skewed_mean(&self.values.padded_to(trials), none_seen, level);
            figure.high = figure.high.min(most).max(figure.mean);
            return figure;
        }
        let longest_loss = none_seen / none_seen_bound(trials, level);
        let (mean, interval) = self.controlled(trials, known, longest_loss, level);
        let interval = Interval {
            high: interval.high.min(most).max(mean),
            ..interval
        };
        figures::estimate(mean, interval, level, trials)
    }

    /// Whether nothing is taken off: what is left is then not negative.
    fn is_uncontrolled(&self, known: KnownMean) -> bool {
        self.pairs.less() == 0 && known.value == 0.0
    }

    /// The mean over `trials` and its interval where something is taken off.
    fn controlled(
        &self,
        trials: u64,
        known: KnownMean,
        longest_loss: f64,
        level: f64,
    ) -> (f64, Interval) {
        let pairs = self.pairs.padded_to(trials);
        // What hardly ever happens may lose much more than all that was seen and than the controls say.
        let unseen = none_seen_bound(trials, level) * longest_loss;
        let interval = pairs.interval(level).unwrap_or(Interval {
            // Every trial lost what its controls say.
            low: -unseen,
            high: unseen,
            method: "no-difference-bound",
        });
        // The values alone say how high the mean may be, too.
        let values = skewed_mean_interval(&(&self.values.padded_to(trials)).into(), level);
        let at_most = values.map_or(f64::INFINITY, |values| values.high - known.value);
        let unseen = (pairs.mean() + unseen).min(at_most);
        let mean = known.value + pairs.mean();
        let shifted = Interval {
            low: (known.value - known.error + interval.low).max(0.0),
            high: known.value + known.error + interval.high.max(unseen),
            method: interval.method,
        };
        (mean.max(0.0), shifted)
    }

    /// How many times the variance of the plain values is that of what is left of these; `None` if nothing is left.
    pub(super) fn gain(&self, trials: u64, plain: &Moments) -> Option<f64> {
        let left = self.pairs.padded_to(trials).variance_of_mean();
        (left > 0.0).then(|| plain.padded_to(trials).variance_of_mean() / left)
    }
}
