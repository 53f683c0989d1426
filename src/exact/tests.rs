//! The Markov chain against closed forms, trials of the engine, and itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::chain::{Rewards, chain};
use super::effort::Effort;
use super::elimination::Elimination;
use super::markov::{Figures, figures, figures_on, limit};
use super::phases::Mesh;
use super::sweeps::Sweeps;
use super::{Figure, Route, Solution, laplace, transient};
use crate::engine::{Record, Simulator};
use crate::model::load_str;
use crate::plan::{Plan, compile};
use crate::stats::Moments;
use crate::topology::expand;

fn solve(model: &str) -> Solution {
    let model = load_str("model.yaml", model, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    figures(&compile(&model, &expand(&model, name, spec)), Effort::Full).unwrap()
}

fn assert_near(found: f64, wanted: f64, relative: f64) {
    assert!(
        (found - wanted).abs() <= relative * wanted.abs(),
        "{found} instead of {wanted}"
    );
}

/// One unit: U(0..T) = q (1 - (1 - e^(-sT)) / (s T)) with s = λ + μ, q = λ/s; the first outage after 1/λ.
#[test]
fn one_unit_from_new() {
    let solution = solve(
        "
model: one
horizon: 100h
regions: { r: { zones: 1 } }
services: { web: {} }
faults: { f: { hits: replica, mtbf: 50h, mttr: 2h } }
topologies: { t: { pattern: single-az, regions: [r] } }
",
    );
    let (lambda, mu) = (1.0 / 50.0, 1.0 / 2.0);
    let (s, t): (f64, f64) = (lambda + mu, 100.0);
    let exact = lambda / s * (1.0 + (-s * t).exp_m1() / (s * t));
    assert_near(solution.unavailability.value, exact, 1e-12);
    assert_near(solution.first_outage_hours.unwrap().value, 50.0, 1e-14);
    assert_near(
        solution.outages_per_year.clone().unwrap().value,
        8760.0 * lambda * (1.0 - exact),
        1e-12,
    );
}

/// Machine repair: six units of which four are needed, one crew. The stationary distribution is that of a birth and
/// death chain; the horizon is so long that the start does not count.
#[test]
fn six_units_and_one_crew() {
    let solution = solve(
        "
model: repairmen
warm_up: 2y
horizon: 900y
regions: { r: { zones: 1 } }
services: { unit: { replicas: 6, needs: 4 } }
crews: { people: { size: 1 } }
faults: { f: { hits: replica, mtbf: 1000h, mttr: 1h, crew: people } }
topologies: { t: { pattern: single-az, regions: [r] } }
",
    );
    assert_near(
        solution.unavailability.value,
        1.196_392_814_529_684_6e-7,
        1e-8,
    );
    assert_near(
        solution.outages_per_year.clone().unwrap().value,
        8760.0 * 1.192_807_228_842_939_5e-7,
        1e-8,
    );
}

/// Shocks that take all units that are up: 2 of 3, β = 0.1, MTTF by first passage.
#[test]
fn two_of_three_with_shocks() {
    let solution = solve(
        "
model: beta
warm_up: 2y
horizon: 900y
regions: { r: { zones: 1 } }
services: { unit: { replicas: 3, needs: 2 } }
faults:
  alone: { hits: replica, mtbf: 1111.111111111111h, mttr: 10h }
  shock: { hits: everywhere, mtbf: 10000h, mttr: 10h, strikes: replicas }
topologies: { t: { pattern: single-az, regions: [r] } }
",
    );
    assert_near(
        solution.unavailability.value,
        0.001_079_786_109_027_166,
        1e-7,
    );
    assert_near(
        solution.first_outage_hours.unwrap().value,
        6_827.676_240_208_875,
        1e-10,
    );
}

/// A cold standby with one crew: A = 1 / (λ E[R] + g(λ)), first outage after 1/λ + 1/(λ (1 - g(λ))), g being the Laplace
/// transform of the repair time, by quadrature. Case C19.
#[test]
fn cold_standby_with_six_shapes_of_repair() {
    for (repair, unavailability, first, vague) in [
        ("50h", 0.002_375_296_910_880_453_4, 22_000.0, 1e-9),
        (
            "{ fixed: 50h }",
            0.001_227_914_872_085_511_5,
            21_504.166_493_065_89,
            1e-5,
        ),
        (
            "{ lognormal: { mean: 50h, cv: 2 } }",
            0.004_806_026_545_699_06,
            23_138.213_106_203_99,
            2e-4,
        ),
        (
            "{ weibull: { shape: 0.5, mean: 50h } }",
            0.006_049_790_199_025_74,
            23_772.099_050_621,
            2e-4,
        ),
        (
            "{ weibull: { shape: 3, mean: 50h } }",
            0.001_384_420_924_341_212,
            21_570.350_065_601_848,
            5e-4,
        ),
        (
            "{ erlang: { stages: 2, mean: 50h } }",
            0.001_811_110_119_990_688_7,
            21_753.086_419_129_428,
            1e-9,
        ),
    ] {
        let solution = solve(&format!(
            "
model: cold
warm_up: 2y
horizon: 900y
regions: {{ r: {{ zones: 1 }} }}
services: {{ unit: {{ replicas: 2, needs: 1, takeover: {{ fixed: 0s }}, dormancy: 0% }} }}
crews: {{ people: {{ size: 1 }} }}
faults: {{ f: {{ hits: replica, mtbf: 1000h, mttr: {repair}, crew: people }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
"
        ));
        assert_true(solution.unavailability, unavailability, vague);
        assert_true(solution.first_outage_hours.unwrap(), first, vague);
    }
}

/// The error is no less than the distance, and not vague. The references hold for no horizon: 900 y differ by less than 1e-7.
fn assert_true(found: Figure, wanted: f64, vague: f64) {
    assert!(
        (found.value - wanted).abs() <= found.error + 1e-7 * wanted,
        "{found:?} instead of {wanted}"
    );
    assert!(found.error <= vague * wanted, "{found:?}");
}

/// Forty units that change places, of which 38 are needed, with one crew: 41 states, those of a birth and death chain.
#[test]
fn units_that_are_alike_are_counted_and_not_told_apart() {
    let solution = solve(
        "
model: forty
warm_up: 2y
horizon: 900y
regions: { r: { zones: 1 } }
services: { unit: { replicas: 40, needs: 38 } }
crews: { people: { size: 1 } }
faults: { f: { hits: replica, mtbf: 1000h, mttr: 1h, crew: people } }
topologies: { t: { pattern: single-az, regions: [r] } }
",
    );
    let weights: Vec<f64> = (0..=40)
        .scan(1.0, |weight, down: i32| {
            let now = *weight;
            *weight *= f64::from(40 - down) / 1000.0;
            Some(now)
        })
        .collect();
    let exact = weights[3..].iter().sum::<f64>() / weights.iter().sum::<f64>();
    assert_near(solution.unavailability.value, exact, 1e-8);
}

/// Units of which no two are alike: unit k fails every 500 + 100 k hours. `front` needs the first half, `back` the others.
fn unlike_units(n: usize, crew: Option<&str>) -> Plan {
    let names: Vec<String> = (0..n).map(|unit| format!("s{unit}")).collect();
    let hands = if crew.is_some() { ", crew: people" } else { "" };
    let services: Vec<String> = (names.iter())
        .map(|name| format!("  {name}: {{}}\n"))
        .collect();
    let fault = |(unit, name): (usize, &String)| {
        let mtbf = 500 + 100 * unit;
        format!(
            "  f{unit}: {{ hits: replica, services: [{name}], mtbf: {mtbf}h, mttr: 2h{hands} }}\n"
        )
    };
    let faults: Vec<String> = names.iter().enumerate().map(fault).collect();
    let text = format!(
        "
model: many
horizon: 200h
regions: {{ r: {{ zones: 1 }} }}
crews: {{ people: {{ {} }} }}
services:
  front: {{ replicas: 0, calls: [{}] }}
  back: {{ replicas: 0, calls: [{}] }}
{}faults:
{}topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
",
        crew.unwrap_or("size: 1"),
        names[..n / 2].join(", "),
        names[n / 2..].join(", "),
        services.concat(),
        faults.concat(),
    );
    let model = load_str("model.yaml", &text, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    compile(&model, &expand(&model, name, spec))
}

/// Whether a figure is what is known exactly, within its error, and how large that is.
fn assert_within_error(found: &Figure, wanted: f64, relative_error: f64) {
    let difference = (found.value - wanted).abs();
    assert!(difference <= found.error, "{found:?} instead of {wanted}");
    assert!(found.error <= relative_error * wanted, "{found:?}");
}

/// Seventeen units whose crew is never short of hands: 131,072 states that are met one by one. As each is then repaired by
/// itself, the product form has the answer, and the first outage comes after 1 / Σ λ.
#[test]
fn a_chain_of_131072_states_agrees_with_the_product_form() {
    let n = 17;
    let plan = unlike_units(n, Some("size: 17"));
    let limits = Effort::Full.limits();
    let chain = chain(&plan, Mesh { cells: 3, cuts: 1 }, limits).unwrap();
    assert_eq!(chain.n_states(), 1 << n);
    assert_eq!(chain.targets.len(), n << n);
    let found = Figures::of(&plan, &chain, limits).unwrap().alone();
    let exact = crate::exact::solve(&unlike_units(n, None), Effort::Full);
    let exact = exact.solution.unwrap();
    assert_eq!(exact.route, Route::ProductForm);
    let both = [&found, &exact].map(|of| {
        let outages = of.outages_per_year.clone().unwrap();
        let journeys = of.journeys.iter().map(|of| of.time_unavailability);
        let first = [of.unavailability, outages];
        first.into_iter().chain(journeys).collect::<Vec<Figure>>()
    });
    assert_eq!(both[0].len(), 4);
    for (found, exact) in both[0].iter().zip(&both[1]) {
        assert_within_error(found, exact.value, 1e-8);
    }
    let rate: f64 = (0..n).map(|unit| 1.0 / (500 + 100 * unit) as f64).sum();
    assert_near(found.first_outage_hours.unwrap().value, 1.0 / rate, 1e-12);
}

/// Ten units and one person, who takes up a repair at random. In the long run a set S of units is down with a chance in proportion to
/// |S|! Π λ/μ over S, whoever of it came first (a closed queueing network: Baskett, Chandy, Muntz & Palacios 1975). A state
/// is who is being repaired and who waits, not in which order: 1 + n 2^(n-1) of them.
#[test]
fn who_came_first_is_forgotten_where_it_does_not_matter() {
    let n = 10;
    let mut plan = unlike_units(n, Some("size: 1, order: random"));
    plan.warm_up = 1e6 * 3600.0;
    let limits = Effort::Full.limits();
    let chain = chain(&plan, Mesh { cells: 3, cuts: 1 }, limits).unwrap();
    assert_eq!(chain.n_states(), 1 + (n << (n - 1)));
    let found = Figures::of(&plan, &chain, limits).unwrap().alone();
    // Sum over k of k! e(k), e the elementary symmetric polynomials of λ/μ.
    let weight = |units: std::ops::Range<usize>| -> f64 {
        let mut e = vec![1.0];
        for unit in units {
            let ratio = 2.0 / (500 + 100 * unit) as f64;
            e.push(0.0);
            for k in (1..e.len()).rev() {
                e[k] += ratio * e[k - 1];
            }
        }
        let weighed = e.iter().enumerate().rev();
        weighed.fold(0.0, |sum, (k, e)| e + (k + 1) as f64 * sum)
    };
    let all = weight(0..n);
    let others = [weight(n / 2..n), weight(0..n / 2)];
    for (found, others) in found.journeys.iter().zip(others) {
        let exact = 1.0 - others / all;
        assert_within_error(&found.time_unavailability, exact, 1e-8);
    }
}

/// Waiting, a linear failback, a linear rerouting, probes, failed attempts, a restore: as the engine plays them. The chance of a
/// false alarm is 1e-5: 4.9 standard errors, in ten figures that are 1e-6 each.
#[test]
fn moving_traffic_agrees_with_trials() {
    let n = 4000;
    for (pattern, reroute, failback) in [
        ("hot-standby", "{ ttl: 5m }", "{ wait: 0s, takes: 20m }"),
        ("hot-standby", "5m", "{ wait: 1h, takes: 0s }"),
        ("warm-standby", "{ fixed: 0s }", "{ wait: 0s, takes: 40m }"),
        ("backup-restore", "{ ttl: 5m }", "never"),
        ("active-active", "{ fixed: 0s }", "never"),
    ] {
        let text = format!(
            "
model: moving
horizon: 2000h
warm_up: 50h
regions: {{ r1: {{ zones: [a] }}, r2: {{ zones: [a] }} }}
services: {{ web: {{ replicas: 1, data: {{ size: 100GB }} }} }}
faults: {{ loss: {{ hits: region, mtbf: 100h, mttr: 2h }} }}
topologies: {{ pair: {{ pattern: {pattern}, regions: [r1, r2] }} }}
failover:
  detect: {{ probe: 2m, misses: 3 }}
  activate: 5m
  reroute: {reroute}
  success: 80%
  retry: never
  failback: {failback}
"
        );
        let model = load_str("model.yaml", &text, None).unwrap();
        let (name, spec) = model.topologies.get_index(0).unwrap();
        let plan = compile(&model, &expand(&model, name, spec));
        let solution = figures_on(&plan, Effort::Full.limits(), &[3]).unwrap();
        let mut simulator = Simulator::new(&plan, 7);
        let (mut lost, mut down) = (Moments::default(), Moments::default());
        for trial in 0..n {
            let outcome = simulator.simulate(trial, Record::Scores);
            lost.add(outcome.unavailability);
            down.add(outcome.journeys[0].time_unavailability);
        }
        let journey = &solution.journeys[0];
        for (found, sampled) in [
            (solution.unavailability, lost),
            (journey.time_unavailability, down),
        ] {
            let error = sampled.variance_of_mean().sqrt();
            assert!(
                (found.value - sampled.mean()).abs() <= 4.9 * error + found.error,
                "{pattern}: {found:?}, sampled {} ± {error}",
                sampled.mean()
            );
            assert!(found.error <= 0.02 * found.value, "{pattern}: {found:?}");
        }
    }
}

#[test]
fn fixed_times_that_end_at_the_same_instant_are_refused() {
    let model = "
model: tie
regions: { r: { zones: 1 } }
services: { unit: { replicas: 3, needs: 2 } }
faults:
  alone: { hits: replica, mtbf: 1000h, mttr: 10h }
  shock: { hits: everywhere, mtbf: 10000h, mttr: { fixed: 10h }, strikes: replicas }
topologies: { t: { pattern: single-az, regions: [r] } }
";
    let model = load_str("model.yaml", model, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    let plan = compile(&model, &expand(&model, name, spec));
    let reason = figures(&plan, Effort::Full).unwrap_err();
    assert!(reason.contains("same instant"), "{reason}");
}

/// v(n) = 2 + 3/n + 1/n² has its limit at once; with n^(-1/2) the finest is nearest, and the error says so.
#[test]
fn the_limit_is_that_of_a_series_or_its_error_says_that_there_is_none() {
    let series = [1.0, 2.0, 3.0, 4.0].map(|n: f64| 2.0 + 3.0 / n + 1.0 / (n * n));
    let (value, error) = limit(&series);
    assert!(
        (value - 2.0).abs() < 1e-13 && error < 0.2,
        "{value} ± {error}"
    );
    let slow = [1.0, 2.0, 3.0, 4.0].map(|n: f64| 2.0 + n.powf(-0.5));
    let (value, error) = limit(&slow);
    assert!((value - 2.0).abs() < error, "{value} ± {error}");
}

#[test]
fn sweeps_agree_with_taking_states_out_and_transforms_with_steps_in_time() {
    let model = "
model: three
warm_up: 10h
horizon: 1000h
regions: { r: { zones: 1 } }
services: { a: { replicas: 2 }, b: { replicas: 2 } }
crews: { people: { size: 1 } }
faults:
  f: { hits: replica, services: [a], mtbf: 100h, mttr: { erlang: { stages: 3, mean: 3h } }, crew: people }
  g: { hits: replica, services: [b], mtbf: 70h, mttr: 5h, crew: people }
topologies: { t: { pattern: single-az, regions: [r] } }
";
    let model = load_str("model.yaml", model, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    let plan = compile(&model, &expand(&model, name, spec));
    let limits = Effort::Full.limits();
    let chain = chain(&plan, Mesh { cells: 4, cuts: 1 }, limits).unwrap();
    let n = chain.n_states();
    let lost = Rewards::one((0..n).map(|state| chain.sight(state)[0]).collect());
    let nowhere = vec![false; n];
    let mut elimination = Elimination::new(&chain, &nowhere, 1_000_000).unwrap();
    let mut sweeps = Sweeps::new(&chain, &nowhere, 1e9);
    let span = (plan.warm_up, plan.horizon);
    let one = laplace::means(&mut elimination, &lost, span.0, span.1).unwrap()[0];
    let two = laplace::means(&mut sweeps, &lost, span.0, span.1).unwrap()[0];
    let steps = transient::means(&chain, &lost, span.0, span.1, 1e9).unwrap()[0];
    assert_near(one.value, two.value, 1e-10);
    assert!(
        (one.value - steps).abs() <= one.error + 1e-12,
        "{one:?}, {steps}"
    );
    assert!(one.error < 1e-8 * one.value, "{one:?}");
}

/// Such a time is drawn before its law is looked at, so that one of its outcomes would stand for all.
#[test]
fn a_time_that_is_zero_only_sometimes_is_refused() {
    let model = |takeover: &str| {
        let text = format!(
            "
model: coverage
horizon: 1y
regions: {{ r: {{ zones: 1 }} }}
services: {{ unit: {{ replicas: 2, takeover_on: any, takeover: {takeover} }} }}
faults: {{ f: {{ hits: replica, mtbf: 1000h, mttr: 4h }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
"
        );
        let model = load_str("model.yaml", &text, None).unwrap();
        let (name, spec) = model.topologies.get_index(0).unwrap();
        super::markov::figures(
            &compile(&model, &expand(&model, name, spec)),
            super::Effort::Full,
        )
        .map(|_| ())
    };
    for sometimes in [
        "{ mixture: [ { weight: 90%, of: { fixed: 0s } }, { weight: 10%, of: 5m } ] }",
        "{ empirical: [0s, 5m] }",
    ] {
        let refused = model(sometimes).unwrap_err();
        assert!(refused.contains("zero"), "{refused}");
    }
    assert_eq!(model("{ fixed: 0s }"), Ok(()));
}
