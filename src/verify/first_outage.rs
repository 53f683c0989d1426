//! Mean time to the first outage by playing: no figure of a run, whose trials are of one length.

use super::metric::Sampled;
use super::row::Ends;
use crate::engine::{Record, Simulator};
use crate::model::Model;
use crate::montecarlo::Observer;
use crate::plan::compile;
use crate::stats::{Moments, skewed_mean_interval};
use crate::topology::expand;

/// Trials at most.
const MOST_TRIALS: u64 = 4000;

/// Length of a trial over the reference. A trial without an outage counts as long as it is, which times to the first
/// outage that are nearly exponential do once in 5e8.
const LENGTH: f64 = 20.0;

/// Trials between two questions whether to stop.
const STRIDE: u64 = 256;

/// Times to the first outage, all new at the start.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirstOutages(Moments);

impl FirstOutages {
    /// Plays them; `None` if the observer stops it.
    pub(super) fn play(
        model: &Model,
        topology: &str,
        reference_hours: f64,
        (trials, seed): (u64, u64),
        observer: &mut dyn Observer,
    ) -> Option<Self> {
        let hours = LENGTH * reference_hours;
        let model = Model {
            warm_up_seconds: 0.0,
            horizon_seconds: hours * 3600.0,
            ..model.clone()
        };
        let (name, spec) = model.topologies.get_key_value(topology)?;
        let plan = compile(&model, &expand(&model, name, spec));
        let mut simulator = Simulator::new(&plan, seed);
        let mut times = Moments::default();
        for trial in 0..trials.min(MOST_TRIALS) {
            if trial % STRIDE == 0 && observer.should_stop() {
                return None;
            }
            let outcome = simulator.simulate(trial, Record::Spans);
            let first = outcome.spans.first();
            times.add(first.map_or(hours, |outage| outage.start / 3600.0));
        }
        Some(Self(times))
    }

    /// Their mean with its interval at a level.
    pub(super) fn at(&self, level: f64) -> Option<Sampled> {
        let interval = skewed_mean_interval(&(&self.0).into(), level)?;
        Some(Sampled {
            mean: self.0.mean(),
            ends: Ends {
                low: interval.low,
                high: interval.high,
            },
            n: self.0.n(),
            interval: interval.method.to_owned(),
        })
    }
}
