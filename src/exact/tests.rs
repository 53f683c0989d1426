//! The Markov chain against closed forms, trials of the engine, and itself.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::chain::{Rewards, chain};
use super::effort::Effort;
use super::elimination::{Elimination, Most, Resolvent};
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
    figures(
        &compile(&model, &expand(&model, name, spec)),
        Effort::Full,
        None,
    )
    .unwrap()
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
            6e-4,
        ),
        (
            "{ weibull: { shape: 0.5, mean: 50h } }",
            0.006_049_790_199_025_74,
            23_772.099_050_621,
            6e-4,
        ),
        (
            "{ weibull: { shape: 3, mean: 50h } }",
            0.001_384_420_924_341_212,
            21_570.350_065_601_848,
            2e-3,
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
        ("active-active", "{ ttl: 5m }", "never"),
        ("active-active", "{ fixed: 10m }", "never"),
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
            // Moves of minutes overlap, and more than two at once are not followed.
            let vague = if pattern == "active-active" {
                0.1
            } else {
                0.02
            };
            assert!(found.error <= vague * found.value, "{pattern}: {found:?}");
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
    let reason = figures(&plan, Effort::Full, None).unwrap_err();
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
    let mut elimination = Elimination::new(&chain, &nowhere, limits.taking_out()).unwrap();
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

/// With chance 1 - c a takeover takes a time of rate r; with c none, and it is the same as if only some of the failures had one.
#[test]
fn a_time_that_is_zero_only_sometimes_is_a_toss() {
    let with = |takeover: &str| {
        solve(&format!(
            "
model: coverage
horizon: 1y
regions: {{ r: {{ zones: 1 }} }}
services: {{ unit: {{ replicas: 2, takeover_on: any, takeover: {takeover} }} }}
faults: {{ f: {{ hits: replica, mtbf: 1000h, mttr: 4h }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
"
        ))
    };
    let sometimes =
        with("{ mixture: [ { weight: 90%, of: { fixed: 0s } }, { weight: 10%, of: 5m } ] }");
    // The steady state by hand, in hours: 0 both up, 1 one up, 2 none, and the takeover with one or two up, or none.
    let (fails, mends, takes, none) = (1e-3, 0.25, 12.0, 0.9);
    // States: up2, up1, down, t2, t1, t0 (in takeover with so many up).
    let rates = [
        (0, 1, 2.0 * fails * none),
        (0, 4, 2.0 * fails * (1.0 - none)),
        (1, 0, mends),
        (1, 2, fails),
        (2, 1, 2.0 * mends),
        (4, 1, takes),
        (4, 3, mends),
        (4, 5, fails),
        (3, 0, takes),
        (3, 4, 2.0 * fails),
        (5, 2, takes),
        (5, 4, 2.0 * mends),
    ];
    let mut p = [1.0 / 6.0; 6];
    for _ in 0..400_000 {
        let mut next = p;
        for (from, to, rate) in rates {
            let flow = p[from] * rate * 0.02;
            next[from] -= flow;
            next[to] += flow;
        }
        p = next;
    }
    let lost = p[2] + p[3] + p[4] + p[5];
    let steady = sometimes.steady_state_unavailability.unwrap();
    assert_near(steady.value, lost, 1e-9);
    let never = with("{ fixed: 0s }");
    let always = with("5m");
    assert!(never.unavailability.value < sometimes.unavailability.value);
    assert!(sometimes.unavailability.value < always.unavailability.value);
    // A toss between values is one too.
    let values = with("{ empirical: [0s, 0s, 0s, 0s, 0s, 0s, 0s, 0s, 0s, 5m] }");
    let error = values.unavailability.error + 0.01 * values.unavailability.value;
    assert!((values.unavailability.value - sometimes.unavailability.value).abs() < error);
}

#[test]
fn repairs_that_are_zero_only_sometimes_are_refused() {
    let model = "
model: coverage
horizon: 1y
regions: { r: { zones: 1 } }
services: { unit: { replicas: 2, takeover: 5m } }
faults: { f: { hits: replica, mtbf: 1000h, mttr: { empirical: [0s, 5m] } } }
topologies: { t: { pattern: single-az, regions: [r] } }
";
    let model = load_str("model.yaml", model, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    let plan = compile(&model, &expand(&model, name, spec));
    let refused = super::markov::figures(&plan, super::Effort::Full, None).unwrap_err();
    assert!(refused.contains("zero"), "{refused}");
}

/// Both by the same chain, written down by itself outside of this project: health, what is known of it, the shares now and the moves
/// to come, up to six at once, over 1000 h by the exponential of a matrix.
#[test]
fn moves_that_overlap_meet_a_chain_of_their_own() {
    let found = solve(
        "
model: overlapping
horizon: 1000h
regions: { r1: { zones: 1 }, r2: { zones: 1 } }
services: { api: { replicas: 1 } }
faults: { region: { hits: region, mtbf: 10h, mttr: 2h } }
failover: { detect: { exponential: { mean: 10m } }, reroute: { exponential: { mean: 20m } } }
topologies: { aa: { pattern: active-active, regions: [r1, r2] } }
",
    );
    let error = (found.unavailability.value - 0.061_444_546_759_078_84).abs();
    // More than four at once are rare, and the error says how rare.
    assert!(error <= found.unavailability.error, "{found:?}");
    assert!(
        error <= 1e-8 && found.unavailability.error < 1e-3,
        "{found:?}"
    );
    let steady = found.steady_state_unavailability.unwrap();
    assert!(
        (steady.value - 0.061_519_454_324_310_18).abs() <= 1e-8,
        "{steady:?}"
    );
}

/// What the last attempt did is forgotten when it is over: the state at rest is the one at the start again, also after a failover.
#[test]
fn after_a_failback_a_standby_is_as_at_the_start() {
    let model = "
model: failover
horizon: 1y
regions: { r1: { zones: [a] }, r2: { zones: [a] } }
services: { api: { replicas: 1 } }
faults: { reg: { hits: region, mtbf: 10000000h, mttr: 4h } }
failover:
  detect: { exponential: { mean: 60s } }
  decide: { exponential: { mean: 2m } }
  activate: { exponential: { mean: 5m } }
  reroute: { exponential: { mean: 60s } }
  retry: never
  failback: { wait: 0s, takes: 0s }
topologies: { hot: { pattern: hot-standby, regions: [r1, r2] } }
";
    let model = load_str("model.yaml", model, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    let plan = compile(&model, &expand(&model, name, spec));
    let limits = Effort::Full.limits();
    let chain = chain(&plan, Mesh { cells: 3, cuts: 1 }, limits).unwrap();
    // Of all states that nothing is wrong in, which are those that only the faults of regions leave, there is one.
    let at_rest = (0..chain.n_states()).filter(|state| {
        let mut rates = chain.transitions(*state).map(|(_, rate)| rate);
        rates.all(|rate| rate < 1e-7)
    });
    assert_eq!(at_rest.collect::<Vec<_>>(), [0]);
    let nowhere = vec![false; chain.n_states()];
    let lost = Rewards::one((0..chain.n_states()).map(|s| chain.sight(s)[0]).collect());
    let mut sweeps = Sweeps::new(&chain, &nowhere, 1e6);
    let swept = laplace::means(&mut sweeps, &lost, 0.0, plan.horizon).unwrap()[0];
    let mut elimination = Elimination::new(&chain, &nowhere, limits.taking_out()).unwrap();
    let taken_out = laplace::means(&mut elimination, &lost, 0.0, plan.horizon).unwrap()[0];
    assert_near(swept.value, taken_out.value, 1e-9);
}

/// With hardly any states taken out one by one, the rest are taken out of a table.
#[test]
fn a_table_of_states_gives_what_taking_them_out_one_by_one_does() {
    let plan = unlike_units(4, Some("size: 1"));
    let limits = Effort::Full.limits();
    let chain = chain(&plan, Mesh { cells: 3, cuts: 1 }, limits).unwrap();
    let nowhere = vec![false; chain.n_states()];
    let lost = Rewards::one((0..chain.n_states()).map(|s| chain.sight(s)[0]).collect());
    let with = |work| {
        let most = Most { work, rest: 10_000 };
        let mut elimination = Elimination::new(&chain, &nowhere, most).unwrap();
        laplace::means(&mut elimination, &lost, 0.0, plan.horizon).unwrap()[0].value
    };
    let one_by_one = with(1_000_000);
    assert_near(with(0), one_by_one, 1e-11);
    let refused = Most { work: 0, rest: 2 };
    assert!(Elimination::new(&chain, &nowhere, refused).is_err());
}

/// What states are worth is the same by sweeps, with states taken out one by one, and out of a table; and the time spent in all
/// of them earns what the first is worth.
#[test]
fn what_states_are_worth_is_the_same_by_all_ways() {
    let plan = unlike_units(4, Some("size: 1"));
    let limits = Effort::Full.limits();
    let chain = chain(&plan, Mesh { cells: 3, cuts: 1 }, limits).unwrap();
    let is_down = chain.is_down();
    for (is_end, s) in [(vec![false; chain.n_states()], 1e-7), (is_down, 0.0)] {
        let lost = (0..chain.n_states()).map(|state| 1.0 + chain.sight(state)[0]);
        let lost = Rewards::one(lost.collect());
        let taken_out = |work| {
            let most = Most { work, rest: 10_000 };
            let mut elimination = Elimination::new(&chain, &is_end, most).unwrap();
            elimination.potentials(&lost, s).unwrap()
        };
        let one_by_one = taken_out(1_000_000);
        let swept = Sweeps::new(&chain, &is_end, 1e9).potentials(&lost, s);
        for other in [taken_out(0), swept.unwrap()] {
            assert_near(other.first[0], one_by_one.first[0], 1e-9);
            let most = one_by_one
                .above
                .iter()
                .fold(0.0_f64, |most, above| most.max(above.abs()));
            for state in 0..chain.n_states() {
                assert_near(other.times[state], one_by_one.times[state], 1e-8);
                let apart = (other.above[state] - one_by_one.above[state]).abs();
                assert!(apart <= 1e-7 * most, "{state}: {apart:e}");
            }
        }
        let earned = lost.weighed(&one_by_one.times)[0];
        assert_near(earned, one_by_one.first[0], 1e-11);
        // From each state: what is got there until it is left, and then what those are worth that follow.
        for state in (0..chain.n_states()).filter(|state| !is_end[*state]) {
            let own = lost.of(state).next().unwrap() - s * one_by_one.first[0];
            let here = one_by_one.of(state)[0];
            let ways = chain.transitions(state);
            let change: f64 = ways
                .map(|(to, rate)| rate * (one_by_one.of(to)[0] - here))
                .sum();
            let fast = chain.transitions(state).map(|(_, rate)| rate).sum::<f64>();
            let left = own + change - s * here;
            assert!(
                left.abs() <= 1e-9 * (own.abs() + fast * here.abs()),
                "{state}: {left:e}"
            );
        }
    }
}

/// In the long run a unit is down for MTTR / (MTBF + MTTR) of the time, whatever the shape of its repairs.
#[test]
fn the_steady_state_knows_only_means() {
    for repair in [
        "2h",
        "{ fixed: 2h }",
        "{ lognormal: { mean: 2h, p95: 5h } }",
    ] {
        let text = format!(
            "
model: pair
horizon: 100h
regions: {{ r: {{ zones: 1 }} }}
services: {{ a: {{ replicas: 2 }} }}
faults: {{ f: {{ hits: replica, mtbf: 100h, mttr: {repair} }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
"
        );
        let model = load_str("model.yaml", &text, None).unwrap();
        let (name, spec) = model.topologies.get_index(0).unwrap();
        let plan = compile(&model, &expand(&model, name, spec));
        let solution = super::solve(&plan, Effort::Full).solution.unwrap();
        let steady = solution.steady_state_unavailability.unwrap();
        let exact = (2.0 / 102.0_f64).powi(2);
        assert_near(steady.value, exact, 1e-13);
        if repair == "2h" {
            let chain = figures(&plan, Effort::Full, None).unwrap();
            assert_near(
                chain.steady_state_unavailability.unwrap().value,
                exact,
                1e-9,
            );
        }
    }
}

/// Detection, activation and rerouting take 201 s, the repair 200 s: which is first is certain, and phases do not know it. The error
/// says how little they know, and a run that wants more is told so.
#[test]
fn a_race_of_fixed_times_is_left_to_trials() {
    let model = "
model: race
horizon: 1y
regions: { r1: { zones: [a] }, r2: { zones: [a] } }
services: { api: { replicas: 1 } }
faults: { reg: { hits: region, regions: [r1], mtbf: 2000h, mttr: { fixed: 200s } } }
failover: { detect: { fixed: 60s }, activate: { fixed: 120s }, reroute: { fixed: 21s }, success: 95%, retry: never, failback: { wait: 0s, takes: 0s } }
topologies: { hot: { pattern: hot-standby, regions: [r1, r2] } }
";
    let model = load_str("model.yaml", model, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    let plan = compile(&model, &expand(&model, name, spec));
    let answer = super::solve(&plan, Effort::Quick);
    let figure = answer.solution.as_ref().unwrap().unavailability;
    // 200 s of every 2000 h and 200 s, and the ways back after it.
    assert!(
        (figure.value - 2.7777e-5).abs() <= figure.error,
        "{figure:?}"
    );
    let answer = answer.within(0.005);
    assert!(answer.solution.is_none());
    let reason = &answer.refusals.last().unwrap().reason;
    assert!(reason.contains("may be off by"), "{reason}");
}
