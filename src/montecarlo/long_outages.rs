//! Outages that last longer than a time, by what caused them.

use std::ops::Range;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::RunSettings;
use super::threads::pool;
use crate::engine::{Record, Simulator};
use crate::plan::Plan;
use crate::results::{Estimate, Route};
use crate::stats::{Moments, skewed_mean_interval};

/// Trials of a batch.
const BATCH: u64 = 32;
/// Batches between two questions whether to stop.
const ROUND: u64 = 16;
const SECONDS_PER_YEAR: f64 = 365.0 * 86_400.0;

/// Outages longer than a time that began within the horizon: how many a trial has of each cause.
#[derive(Debug, Clone, PartialEq)]
pub struct LongOutages {
    /// The time \[s\].
    pub seconds: f64,
    /// By cause, in plan order. An outage is that of the cause with the greatest charge during it.
    by_cause: Vec<(String, Moments)>,
    /// Length of a trial, in years.
    years: f64,
}

impl LongOutages {
    /// Plays trials and counts, until the settings' trials are done or it shall stop. Equal for any number of threads.
    ///
    /// # Panics
    ///
    /// If the worker threads cannot be started.
    #[must_use]
    pub fn play(
        plan: &Plan,
        seconds: f64,
        trials: u64,
        settings: &RunSettings,
        stop: &dyn Fn() -> bool,
    ) -> Self {
        let mut whole = Self {
            seconds,
            by_cause: (plan.names.causes.iter())
                .map(|name| (name.clone(), Moments::default()))
                .collect(),
            years: plan.horizon / SECONDS_PER_YEAR,
        };
        let pool = pool(settings.threads);
        let mut next = 0;
        while next < trials && (next == 0 || !stop()) {
            let end = (next + ROUND * BATCH).min(trials);
            let starts: Vec<u64> = (next..end).step_by(BATCH as usize).collect();
            let played: Vec<Vec<Moments>> = pool.install(|| {
                let batch = |start: u64| start..(start + BATCH).min(end);
                let starts = starts.into_par_iter();
                starts
                    .map(|start| counts(plan, seconds, batch(start), settings.seed))
                    .collect()
            });
            for batch in played {
                for ((_, sum), counted) in whole.by_cause.iter_mut().zip(batch) {
                    sum.merge(&counted);
                }
            }
            next = end;
        }
        whole
    }

    /// Share of them that a cause has; `None` if there were none.
    #[must_use]
    pub fn share(&self, cause: &str) -> Option<f64> {
        let all: f64 = self.by_cause.iter().map(|(_, count)| count.sum()).sum();
        (all > 0.0).then(|| self.of(cause).map_or(0.0, Moments::sum) / all)
    }

    /// How many a cause has a year; `None` if it had none.
    #[must_use]
    pub fn per_year(&self, cause: &str, level: f64) -> Option<Estimate> {
        let counted = self.of(cause)?;
        let interval = skewed_mean_interval(&counted.into(), level)?;
        Some(Estimate {
            mean: counted.mean() / self.years,
            low: interval.low / self.years,
            high: interval.high / self.years,
            level,
            n: counted.n(),
            interval: interval.method.to_owned(),
            route: Route::Simulated,
            simulated: None,
        })
    }

    fn of(&self, cause: &str) -> Option<&Moments> {
        let mut all = self.by_cause.iter();
        all.find(|(name, _)| name == cause).map(|(_, count)| count)
    }
}

/// Counts of trials, by cause.
fn counts(plan: &Plan, seconds: f64, trials: Range<u64>, seed: u64) -> Vec<Moments> {
    let mut simulator = Simulator::new(plan, seed);
    let mut all = vec![Moments::default(); plan.names.causes.len()];
    for trial in trials {
        let mut of_trial = vec![0_u32; all.len()];
        for span in &simulator.simulate(trial, Record::Spans).spans {
            // What began before the horizon counts nowhere against a time to recover.
            let began_within = span.start > 0.0 || plan.warm_up == 0.0;
            if began_within
                && span.end - span.start > seconds
                && let Some(count) = of_trial.get_mut(span.cause as usize)
            {
                *count += 1;
            }
        }
        for (sum, count) in all.iter_mut().zip(of_trial) {
            sum.add(f64::from(count));
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::load_str;
    use crate::montecarlo::Estimator;
    use crate::plan::compile;
    use crate::topology::expand;

    /// A fault that is repaired in exponential time of mean 1 h, and one in 10 s always: of 73 outages a year by the first,
    /// exp(-1/2) last longer than 30 min, of those by the second none, though they are ten times as many.
    #[test]
    fn outages_longer_than_a_time_are_counted_by_cause() {
        let text = "model: one\nregions: { east: { zones: [a] } }\nservices: { api: { replicas: 1 } }\n\
            faults:\n  slow: { hits: replica, mtbf: 119h, mttr: 1h }\n  quick: { hits: replica, mtbf: 12h, mttr: { fixed: 10s } }\n\
            topologies: { one: { pattern: single-az, regions: [east] } }\n";
        let model = load_str("one", text, None).unwrap();
        let spec = &model.topologies["one"];
        let plan = compile(&model, &expand(&model, "one", spec));
        let play = |threads: usize| {
            let settings = RunSettings {
                seed: 1,
                trials: Some(600),
                precision: None,
                together: false,
                precision_of_differences: None,
                max_time: None,
                confidence: 0.99,
                threads,
                estimator: Estimator::Sharp,
            };
            LongOutages::play(&plan, 1800.0, 600, &settings, &|| false)
        };
        let long = play(2);
        assert_eq!(long, play(1));
        let a_year = long.per_year("slow", 0.99).unwrap();
        assert_eq!(a_year.n, 600);
        let exact = 73.0 * (-0.5_f64).exp();
        assert!(a_year.low < exact && exact < a_year.high, "{a_year:?}");
        assert!((a_year.mean / exact - 1.0).abs() < 0.02, "{a_year:?}");
        assert_eq!(long.share("slow"), Some(1.0));
        assert_eq!(long.share("quick"), Some(0.0));
        assert!(long.per_year("quick", 0.99).is_none());
    }
}
