//! How often the interval of unavailability holds the truth, and how far estimates lie off on average, over many seeds:
//! every estimator on models whose answer is known. Prints the tables of docs/estimators.md and docs/rare-events.md.
//!
//! `cargo bench --bench estimators` takes about half an hour; `cargo bench --bench estimators -- 200` plays 200 seeds of
//! each line, `-- 200 lognormal` those whose name has that in it.

#![allow(clippy::print_stdout)]
#![allow(missing_docs, reason = "a bench is no library")]

use std::path::{Path, PathBuf};

use failscape::cost::{FailurePrice, price};
use failscape::engine::TrialOutcome;
use failscape::estimate::{FailureCost, Names, NoLossBound, summarize};
use failscape::exact::{Effort, solve};
use failscape::model::{Model, load};
use failscape::montecarlo::{Estimator, Observer, Progress, RunSettings, Tactics, run};
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

/// Cases of which a run also stops by itself, at a precision of 10 %.
const STOPPED: [&str; 4] = ["zones-2-of-3", "short-horizon", "c24-lognormal", "retry"];

/// Models of benches/models/rare, what they are, and what part of the seeds they get.
const RARE: [(&str, &str, u64); 15] = [
    ("crews", "3 of 5, one repairer", 1),
    ("heavy", "2 of 3, lognormal repair, cv 5", 1),
    ("heavier", "1 of 2, lognormal repair, cv 8", 1),
    ("deep", "7 of 9 that fail often", 50),
    ("new", "1 of 3, starting new", 1),
    ("pair", "failover that may fail", 1),
    ("quick", "a failover of a second, days of repair", 1),
    ("takeover", "takeovers that may fail", 1),
    ("zones", "60 replicas over zones", 10),
    ("../w1r", "2 of 3 over zones (W1R)", 1),
    ("wear", "2 of 3, hosts that wear out", 1),
    ("early", "2 of 3, hosts that fail early", 1),
    ("dated", "maintenance of a zone on dates", 1),
    ("workers", "one person, sixty workers", 10),
    ("piles", "31 of 60 workers behind one person", 20),
];

/// Of those that no other route answers, the unavailability in closed form; of the second after 60 years, by its renewal equation.
const CLOSED: [(&str, f64); 3] = [
    ("wear", 1.079_845_215_19e-8),
    ("early", 1.073_98e-8),
    ("dated", 5.072_425_287_62e-9),
];

fn main() {
    let seeds = std::env::args()
        .find_map(|argument| argument.parse().ok())
        .unwrap_or(1000);
    let wanted = |what: &str| {
        let words = std::env::args().skip(1);
        let mut words = words.filter(|word| !word.starts_with('-') && word.parse::<u64>().is_err());
        words.next().is_none_or(|word| what.contains(&word))
    };
    println!(
        "| model | unavailability | run of | estimator | covered | half-width | bias | bias / half-width | variance of `plain` over it |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let expected: Value = serde_json::from_str(include_str!("../models/reference/expected.json"))
        .expect("the references are valid JSON");
    for (name, what, trials) in CASES.into_iter().filter(|(_, what, _)| wanted(what)) {
        let subject = Subject::new(&project(&format!("models/reference/{name}.yaml")));
        let truth = reference(&expected, name);
        subject.measure(what, truth, Until::Trials(trials), seeds);
        if STOPPED.contains(&name) {
            subject.measure(what, truth, Until::Precision(0.1), seeds);
        }
    }
    let what = "20 services, failover (W2)";
    if wanted(what) {
        let subject = Subject::new(&project("benches/models/w2.yaml"));
        subject.measure(what, W2, Until::Trials(1_000), seeds);
    }
    println!();
    println!(
        "| model | unavailability | seeds | covered | half-width | bias | bias / half-width | samples | effective samples |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for (name, what, part) in RARE.into_iter().filter(|(_, what, _)| wanted(what)) {
        let subject = Subject::new(&project(&format!("benches/models/rare/{name}.yaml")));
        let closed = CLOSED.iter().find(|(known, _)| *known == name);
        subject.measure_rare(what, closed.map(|(_, truth)| *truth), seeds.div_ceil(part));
    }
}

/// When a run ends.
#[derive(Clone, Copy)]
enum Until {
    Trials(u64),
    Precision(f64),
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
    fn measure(&self, what: &str, truth: f64, until: Until, seeds: u64) {
        let mut plain_variance = None;
        for estimator in [Estimator::Plain, Estimator::Sampled] {
            let found = in_parallel(seeds, |seed| self.interval(estimator, until, seed));
            let score = Score::of(truth, found.into_iter());
            let variance = score.estimates.variance();
            let plain_variance = *plain_variance.get_or_insert(variance);
            let length = match until {
                Until::Trials(trials) => format!("{trials} trials"),
                Until::Precision(target) => format!("until {:.0} %", 100.0 * target),
            };
            println!(
                "| {what} | {truth:.3e} | {length} | `{estimator}` | {} | {:.3} |",
                score.columns(truth),
                plain_variance / variance,
            );
        }
    }

    /// Prints a line for busy periods with likely failures.
    fn measure_rare(&self, what: &str, truth: Option<f64>, seeds: u64) {
        let truth = truth.unwrap_or_else(|| {
            let solution = solve(&self.plan, Effort::Full).solution;
            let known = solution.expect("an answer by another route");
            known.unavailability.value
        });
        let found = in_parallel(seeds, |seed| {
            let plans = std::slice::from_ref(&self.plan);
            let settings = settings(Estimator::Sampled, Until::Precision(0.1), seed);
            let tactics = Tactics::choose(plans, &self.price, &settings);
            let rare = tactics.topologies[0].rare.clone();
            rare.expect("losses are rare")
        });
        let answered = found.iter().flatten();
        let mean = |of: fn(&failscape::estimate::RareMeans) -> f64| {
            let (mut sum, mut n) = (0.0, 0.0_f64);
            for means in answered.clone() {
                sum += of(means);
                n += 1.0;
            }
            sum / n
        };
        let intervals = answered.clone().map(|means| {
            let known = &means.unavailability;
            (known.low, known.mean, known.high)
        });
        let score = Score::of(truth, intervals);
        println!(
            "| {what} | {truth:.3e} | {} of {seeds} | {} | {:.0} | {:.0} |",
            answered.clone().count(),
            score.columns(truth),
            mean(|means| means.unavailability.n as f64),
            mean(|means| means.effective_samples),
        );
    }

    /// Interval and estimate of one run.
    fn interval(&self, estimator: Estimator, until: Until, seed: u64) -> (f64, f64, f64) {
        let plans = std::slice::from_ref(&self.plan);
        let settings = settings(estimator, until, seed);
        let done = run(plans, &self.price, &settings, &mut Silent);
        let bound = NoLossBound {
            longest_mean_loss_seconds: self.plan.longest_mean_loss,
            horizon_seconds: self.plan.horizon,
            sla_window_seconds: None,
            total_loss: FailureCost::default(),
        };
        let names = Names::of(&self.plan);
        let (name, spec) = self.model.topologies.get_index(0).expect("a topology");
        let bill = price(&self.model, &expand(&self.model, name, spec));
        let (tally, known) = (&done.tallies[0], &done.known[0]);
        let found = summarize(tally, &names, LEVEL, &bound, known, bill).unavailability;
        (found.low, found.mean, found.high)
    }
}

impl Score {
    /// Scores intervals and estimates.
    fn of(truth: f64, found: impl Iterator<Item = (f64, f64, f64)>) -> Self {
        let mut score = Self::default();
        for (low, mean, high) in found {
            score.covered += u64::from(low <= truth && truth <= high);
            score.estimates.add(mean);
            score.half_widths.add((high - low) / 2.0);
        }
        score
    }

    /// Coverage, half-width, bias, and bias over half-width.
    fn columns(&self, truth: f64) -> String {
        let bias = self.estimates.mean() - truth;
        let error = self.estimates.variance_of_mean().sqrt();
        format!(
            "{:.1} % | {:.2} % | {:+.3} ± {:.3} % | {:+.3} ± {:.3}",
            100.0 * self.covered as f64 / self.estimates.n() as f64,
            100.0 * self.half_widths.mean() / truth,
            100.0 * bias / truth,
            100.0 * 2.0 * error / truth,
            bias / self.half_widths.mean(),
            2.0 * error / self.half_widths.mean(),
        )
    }
}

fn settings(estimator: Estimator, until: Until, seed: u64) -> RunSettings {
    let (trials, precision) = match until {
        Until::Trials(trials) => (Some(trials), None),
        Until::Precision(precision) => (None, Some(precision)),
    };
    RunSettings {
        seed,
        trials,
        precision,
        together: false,
        precision_of_differences: None,
        max_time: None,
        confidence: LEVEL,
        threads: 1,
        estimator,
    }
}

/// What comes of each seed; runs have pools of threads of their own, so these are shared out by hand.
fn in_parallel<T: Send>(seeds: u64, of_seed: impl Fn(u64) -> T + Sync) -> Vec<T> {
    let workers = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u64;
    let of_worker = |worker: u64| {
        let mine = (worker..seeds).step_by(workers as usize);
        mine.map(&of_seed).collect::<Vec<_>>()
    };
    let of_worker = &of_worker;
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
