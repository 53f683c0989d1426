//! Speed of the engine on the workloads of benches/models: trials on one thread (items are events: failures and
//! repairs), whole runs on one and two threads, and the way from a model file to a plan.
//!
//! `cargo bench --bench engine`; figures that were kept are in benches/RESULTS.md.

#![allow(missing_docs, reason = "a bench is no library")]

use std::path::PathBuf;

use divan::Bencher;
use divan::counter::ItemsCount;
use failscape::cost::FailurePrice;
use failscape::engine::{Record, Simulator, Sweeper, TrialOutcome};
use failscape::model::{Model, load};
use failscape::montecarlo::{Estimator, Observer, Progress, RunSettings, run};
use failscape::plan::{Plan, compile};
use failscape::topology::expand;

fn main() {
    divan::main();
}

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("benches/models/{name}.yaml"))
}

fn model(name: &str) -> Model {
    load(&path(name)).expect("the workload is a valid model")
}

fn plan(model: &Model) -> Plan {
    let (name, spec) = model
        .topologies
        .get_index(0)
        .expect("a workload has a topology");
    compile(model, &expand(model, name, spec))
}

/// One trial after another on one thread, without tallies.
#[divan::bench(args = ["w1", "w1r", "w2", "w3"])]
fn trials(bencher: Bencher<'_, '_>, name: &str) {
    let plan = plan(&model(name));
    let mut simulator = Simulator::new(&plan, 1);
    let mut trial = 0;
    bencher
        .counter(ItemsCount::new(plan.expected_events as u64))
        .bench_local(|| {
            trial += 1;
            simulator.simulate(trial, Record::Scores).unavailability
        });
}

/// The same trials swept: downtimes drawn at once, only windows of trouble played.
#[divan::bench(args = ["w1", "w1r", "w2", "w3"])]
fn swept_trials(bencher: Bencher<'_, '_>, name: &str) {
    let plan = plan(&model(name));
    let mut sweeper = Sweeper::new(&plan, 1).expect("nothing in the workloads reacts");
    let mut trial = 0;
    bencher
        .counter(ItemsCount::new(plan.expected_events as u64))
        .bench_local(|| {
            trial += 1;
            sweeper.simulate(trial, Record::Scores).unavailability
        });
}

/// Whole runs: trials, tallies and merging.
#[divan::bench(args = [("w1", 20_000, 1), ("w1", 20_000, 2), ("w2", 500, 1), ("w2", 500, 2), ("w3", 8, 1), ("w3", 8, 2)], sample_count = 20)]
fn runs(bencher: Bencher<'_, '_>, (name, trials, threads): (&str, u64, usize)) {
    let model = model(name);
    let plans = [plan(&model)];
    let price = FailurePrice::new(&model);
    let settings = RunSettings {
        seed: 1,
        trials: Some(trials),
        precision: None,
        together: false,
        precision_of_differences: None,
        max_time: None,
        confidence: 0.95,
        threads,
        estimator: Estimator::Plain,
    };
    let events = plans[0].expected_events * trials as f64;
    bencher
        .counter(ItemsCount::new(events as u64))
        .bench_local(|| {
            run(&plans, &price, &settings, &mut Silent).tallies[0].mean_unavailability()
        });
}

/// From a model file to a plan.
#[divan::bench(args = ["w1", "w2", "w3"])]
fn plans(bencher: Bencher<'_, '_>, name: &str) {
    bencher.bench_local(|| plan(&model(name)).expected_events);
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
