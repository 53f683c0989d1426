//! How often the interval of unavailability holds the truth, and how far estimates lie off on average, over many seeds:
//! every estimator on models whose answer is known. Prints the table of docs/estimators.md.
//!
//! `cargo bench --bench estimators` takes some ten minutes; `cargo bench --bench estimators -- 200` plays 200 seeds of each
//! line.

#![allow(clippy::print_stdout)]
#![allow(missing_docs, reason = "a bench is no library")]

use std::path::{Path, PathBuf};

use failscape::cost::{FailurePrice, price};
use failscape::engine::TrialOutcome;
use failscape::estimate::{FailureCost, Names, NoLossBound, summarize};
use failscape::model::{Model, load};
use failscape::montecarlo::{Estimator, Observer, Progress, RunSettings, run};
use failscape::plan::{Plan, compile};
use failscape::stats::Moments;
use failscape::topology::expand;
use serde_json::Value;

const LEVEL: f64 = 0.95;

/// A reference case, what it is, and the trials of a run of it.
const CASES: [(&str, &str, u64); 12] = [
    ("zones-2-of-3", "2 of 3 over zones", 20_000),
    ("short-horizon", "starting new, short horizon", 2_000),
    ("insensitive", "one unit, lognormal repair", 500),
    ("c11-2-of-3-beta-10", "2 of 3, common cause", 300),
    ("c05-3-of-5-2-crews", "3 of 5, two crews", 300),
    ("takeover-any", "takeovers", 300),
    ("c24-exponential", "failover, exponential repair", 300),
    ("c24-fixed", "failover, fixed repair", 300),
    ("c24-lognormal", "failover, lognormal repair", 300),
    ("retry", "failover with retries", 300),
    ("probe-and-ttl", "probes and DNS", 300),
    ("active-active", "two active regions", 2_000),
];

/// The interval unavailability of benches/models/w2.yaml, by an independent program to a relative error below 1e-5.
const W2: f64 = 1.219_807e-5;

fn main() {
    let seeds = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(1000);
    println!(
        "| model | unavailability | trials | estimator | covered | half-width | bias | bias / half-width | variance of `plain` over it |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let expected: Value = serde_json::from_str(include_str!("../models/reference/expected.json"))
        .expect("the references are valid JSON");
    for (name, what, trials) in CASES {
        let subject = Subject::new(&project(&format!("models/reference/{name}.yaml")));
        subject.measure(what, reference(&expected, name), trials, seeds);
    }
    let subject = Subject::new(&project("benches/models/w2.yaml"));
    subject.measure("20 services, failover (W2)", W2, 1_000, seeds);
}

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn reference(expected: &Value, name: &str) -> f64 {
    let cases = expected["cases"].as_array().expect("a list of cases");
    let case = cases
        .iter()
        .find(|case| case["model"] == format!("{name}.yaml"))
        .expect("a reference case");
    let checks = case["checks"].as_array().expect("a list of checks");
    let check = checks
        .iter()
        .find(|check| check["figure"] == "/unavailability")
        .expect("a reference unavailability");
    check["value"].as_f64().expect("a number")
}

/// The only topology of a model, ready to be played.
struct Subject {
    model: Model,
    plan: Plan,
    price: FailurePrice,
}

/// What the seeds came to.
#[derive(Default)]
struct Score {
    covered: u64,
    estimates: Moments,
    half_widths: Moments,
}

impl Subject {
    fn new(path: &Path) -> Self {
        let model = load(path).expect("a valid model");
        let (name, spec) = model.topologies.get_index(0).expect("a topology");
        Self {
            plan: compile(&model, &expand(&model, name, spec)),
            price: FailurePrice::new(&model),
            model,
        }
    }

    /// Prints a line for each estimator.
    fn measure(&self, what: &str, truth: f64, trials: u64, seeds: u64) {
        let mut plain_variance = None;
        for estimator in [Estimator::Plain, Estimator::Sampled] {
            let found = self.intervals(estimator, trials, seeds);
            let mut score = Score::default();
            for (low, mean, high) in found {
                score.covered += u64::from(low <= truth && truth <= high);
                score.estimates.add(mean);
                score.half_widths.add((high - low) / 2.0);
            }
            let variance = score.estimates.variance();
            let plain_variance = *plain_variance.get_or_insert(variance);
            let bias = score.estimates.mean() - truth;
            let error = score.estimates.variance_of_mean().sqrt();
            println!(
                "| {what} | {truth:.3e} | {trials} | `{estimator}` | {:.1} % | {:.2} % | {:+.3} ± {:.3} % | {:+.3} ± {:.3} | {:.3} |",
                100.0 * score.covered as f64 / seeds as f64,
                100.0 * score.half_widths.mean() / truth,
                100.0 * bias / truth,
                100.0 * 2.0 * error / truth,
                bias / score.half_widths.mean(),
                2.0 * error / score.half_widths.mean(),
                plain_variance / variance,
            );
        }
    }

    /// Interval and estimate of each seed; runs have pools of threads of their own, so these are shared out by hand.
    fn intervals(&self, estimator: Estimator, trials: u64, seeds: u64) -> Vec<(f64, f64, f64)> {
        let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
        let of_worker = |worker: u64| {
            let mine = (worker..seeds).step_by(workers as usize);
            mine.map(|seed| self.interval(estimator, trials, seed))
                .collect::<Vec<_>>()
        };
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..workers)
                .map(|worker| scope.spawn(move || of_worker(worker)))
                .collect();
            let found = workers.into_iter().map(std::thread::ScopedJoinHandle::join);
            found
                .flat_map(|found| found.expect("a worker ends"))
                .collect()
        })
    }

    /// Interval and estimate of one run.
    fn interval(&self, estimator: Estimator, trials: u64, seed: u64) -> (f64, f64, f64) {
        let settings = RunSettings {
            seed,
            trials: Some(trials),
            precision: None,
            precision_of_differences: None,
            max_time: None,
            confidence: LEVEL,
            threads: 1,
            estimator,
        };
        let plans = std::slice::from_ref(&self.plan);
        let done = run(plans, &self.price, &settings, &mut Silent);
        let bound = NoLossBound {
            longest_mean_loss_seconds: self.plan.longest_mean_loss,
            horizon_seconds: self.plan.horizon,
            sla_window_seconds: None,
            total_loss: FailureCost::default(),
        };
        let names = &self.plan.names;
        let names = Names {
            topology: &names.topology,
            pattern: &names.pattern,
            regions: &names.regions,
            journeys: &names.journeys,
            services: &names.services,
            causes: &names.causes,
        };
        let (name, spec) = self.model.topologies.get_index(0).expect("a topology");
        let bill = price(&self.model, &expand(&self.model, name, spec));
        let (tally, known) = (&done.tallies[0], &done.known[0]);
        let found = summarize(tally, &names, LEVEL, &bound, known, bill).unavailability;
        (found.low, found.mean, found.high)
    }
}

/// Watches nothing.
struct Silent;

impl Observer for Silent {
    fn progress(&mut self, _: &Progress) {}
    fn should_stop(&mut self) -> bool {
        false
    }
    fn trial(&mut self, _: u64, _: usize, _: &TrialOutcome) {}
    fn wants_trials(&self) -> bool {
        false
    }
}
