//! Times that are not well known: each trial is one of a model in which they are, and the figures are means over all.

use failscape::engine::{Player, Record, Simulator};
use failscape::model::load_str;
use failscape::montecarlo::{Estimator, RunSettings};
use failscape::plan::{Plan, TrialKey, compile};
use failscape::topology::expand;
use serde_json::Value;

use crate::support::{compare, compare_bytes, number, topology};

/// Half of the logarithm of a range over its standard deviation: the 95 % point of the normal distribution.
const Z95: f64 = 1.644_853_626_951_472_2;

fn plans(model: &str) -> Vec<Plan> {
    let model = load_str("model.yaml", model, None).unwrap();
    let topologies = model.topologies.iter();
    topologies
        .map(|(name, spec)| compile(&model, &expand(&model, name, spec)))
        .collect()
}

/// The plan in which the ranges are known to be what they are in a trial.
fn known(plan: &Plan, seed: u64, trial: u64) -> Plan {
    let mut known = plan.clone();
    known
        .laws
        .learn(&plan.uncertain, TrialKey::new(seed, trial));
    known.uncertain.clear();
    known
}

/// Units of the fast path, takeovers and a failover.
const FAILOVER: &str = "
model: everything-uncertain
horizon: 1y
regions: { r0: { zones: 2 }, r1: { zones: 2 } }
services:
  web: { replicas: 4, needs: 3, calls: [db, dns] }
  db:
    replicas: 2
    takeover: { between: [20s, 2m] }
    takeover_success: 80%
    takeover_failed: { between: [5m, 20m] }
  dns: { external: true, mtbf: { between: [20d, 90d] }, mttr: { between: [5m, 1h] } }
faults:
  host: { hits: replica, mtbf: { between: [10d, 100d] }, mttr: { between: [10m, 2h] } }
  zone: { hits: zone, mtbf: { between: [20d, 200d] }, mttr: { mixture: [ { weight: 50%, of: { between: [1h, 3h] } }, { weight: 50%, of: { between: [3h, 9h] } } ] } }
  region: { hits: region, mtbf: { between: [30d, 90d] }, mttr: { lognormal: { median: 2h, p95: 9h } } }
topologies:
  standby: { pattern: warm-standby, regions: [r0, r1] }
  both: { pattern: active-active, regions: [r0, r1] }
failover:
  detect: { between: [10s, 1m] }
  decide: { between: [1m, 10m] }
  activate: { between: [5m, 20m] }
  reroute: { between: [30s, 3m] }
  success: 90%
";

/// Crews, competing clocks, shocks, cascades and standbys that age slowly.
const GENERAL: &str = "
model: everything-reacts
horizon: 1y
regions: { r0: { zones: 2 } }
services:
  web: { replicas: 4, needs: 3 }
  db: { replicas: 2, takeover: { between: [20s, 2m] }, dormancy: 50% }
journeys: { a: { entry: web }, b: { entry: db } }
faults:
  host: { hits: replica, mtbf: { between: [10d, 100d] }, mttr: { between: [10m, 2h] }, crew: on-call }
  disk: { hits: replica, mtbf: { between: [10d, 100d] }, mttr: { between: [10m, 2h] }, spreads: { to: zone, probability: 20% } }
  rack: { hits: zone, mtbf: { between: [10d, 100d] }, mttr: { between: [1h, 3h] }, strikes: replicas }
crews: { on-call: { size: 1 } }
topologies: { t: { pattern: multi-az } }
";

#[test]
fn a_trial_with_ranges_is_a_trial_in_which_they_are_known() {
    for plan in plans(FAILOVER).iter().chain(&plans(GENERAL)) {
        let mut players = [Player::plain(plan, 7), Player::sharp(plan, 7)];
        let mut lost = 0;
        for trial in 0..50 {
            let known = known(plan, 7, trial);
            let known = [Player::plain(&known, 7), Player::sharp(&known, 7)].map(|mut player| {
                let (outcome, score) = player.play(trial);
                (outcome.clone(), score.cloned())
            });
            for (player, known) in players.iter_mut().zip(known) {
                let (outcome, score) = player.play(trial);
                assert_eq!((outcome.clone(), score.cloned()), known, "trial {trial}");
                lost += u32::from(outcome.unavailability > 0.0);
            }
        }
        assert!(lost > 80, "{lost} of 100 trials lose something");
    }
}

#[test]
fn all_topologies_meet_the_same_values_and_no_two_ranges_do() {
    let plans = plans(FAILOVER);
    let values = |plan: &Plan| -> Vec<(String, f64)> {
        let plan_known = known(plan, 3, 5);
        let law = |law: &failscape::plan::UncertainLaw| {
            let name = law.distribution.ranges()[0].name.to_string();
            let range = law.distribution.ranges()[0].clone();
            let sampler = &plan_known.laws.samplers[law.sampler as usize];
            let value = match sampler {
                failscape::plan::Sampler::Exponential(mean) => (mean.ln() - range.mu) / range.sigma,
                _ => f64::NAN,
            };
            (name, value)
        };
        plan.uncertain.iter().map(law).collect()
    };
    let (standby, both) = (values(&plans[0]), values(&plans[1]));
    assert_eq!(standby.len(), 13);
    for (name, value) in &both {
        let other = standby.iter().find(|(of, _)| of == name).unwrap();
        assert!(other.1 == *value || value.is_nan(), "{name}");
    }
    let mut drawn: Vec<f64> = standby.iter().map(|(_, value)| *value).collect();
    drawn.retain(|value| !value.is_nan());
    drawn.sort_by(f64::total_cmp);
    assert_eq!(drawn.len(), 12);
    assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]), "{drawn:?}");
}

/// Mean of a function of a lognormal variable whose logarithm is normal.
fn over_lognormal(mu: f64, sigma: f64, f: impl Fn(f64) -> f64) -> f64 {
    let weighted = (-80..=80).map(|k| {
        let z = f64::from(k) / 10.0;
        let weight = (-0.5 * z * z).exp();
        (weight, weight * f((mu + sigma * z).exp()))
    });
    let (weights, sum) = weighted.fold((0.0, 0.0), |sums, one| (sums.0 + one.0, sums.1 + one.1));
    sum / weights
}

/// Mean share of the first `horizon` hours in which a unit is down that is up at the start, with exponential times.
fn down(life: f64, repair: f64, horizon: f64) -> f64 {
    let (fail, mend) = (life.recip(), repair.recip());
    let both = (fail + mend) * horizon;
    fail / (fail + mend) * (1.0 + (-both).exp_m1() / both)
}

/// One unit, its time between failures between 20 and 500 hours.
const ONE: &str = "
model: one
horizon: 1000h
regions: { r: { zones: 1 } }
services: { s: {} }
faults: { f: { hits: replica, mtbf: { between: [20h, 500h] }, mttr: 2h } }
topologies: { t: { pattern: single-az } }
";

/// Within five standard errors of the interval: false by chance once in a million.
fn agrees(found: &Value, exact: f64, tells: f64) {
    let (mean, low, high) = (
        number(found, "/mean"),
        number(found, "/low"),
        number(found, "/high"),
    );
    let error = (high - low) / (2.0 * 1.96);
    assert!((mean - exact).abs() < 5.0 * error, "{found} {exact}");
    assert!(error < tells * exact, "{found}: too wide to tell anything");
}

#[test]
fn an_uncertain_rate_loses_the_mean_over_its_values() {
    let (mu, sigma) = (
        f64::midpoint(20_f64.ln(), 500_f64.ln()),
        25_f64.ln() / (2.0 * Z95),
    );
    let exact = over_lognormal(mu, sigma, |life| down(life, 2.0, 1000.0));
    // At the mean of the range it would be 0.0083, not 0.0289.
    assert!(exact > 0.025, "{exact}");
    for more in ["", "crew"] {
        let model = if more.is_empty() {
            ONE.to_owned()
        } else {
            ONE.replace("mttr: 2h", "mttr: 2h, crew: c")
                .replace("topologies", "crews: { c: { size: 1 } }\ntopologies")
        };
        let results = compare(&model, &["--trials", "40000", "--seed", "3"]);
        let t = topology(&results, "t");
        agrees(&t["unavailability"], exact, 0.02);
        assert_eq!(t["solved_by"], Value::Null);
        let refused = t["refused"][0]["reason"].as_str().unwrap();
        assert!(
            refused.contains("`faults.f.mtbf` is not known"),
            "{refused}"
        );
    }
}

#[test]
fn an_uncertain_repair_loses_the_mean_over_its_values() {
    let model = ONE.replace(
        "{ between: [20h, 500h] }, mttr: 2h",
        "100h, mttr: { between: [1h, 10h] }",
    );
    let (mu, sigma) = (0.5 * 10_f64.ln(), 10_f64.ln() / (2.0 * Z95));
    let exact = over_lognormal(mu, sigma, |repair| down(100.0, repair, 1000.0));
    let results = compare(&model, &["--trials", "40000", "--seed", "4"]);
    agrees(&topology(&results, "t")["unavailability"], exact, 0.02);
}

/// Two of three that almost never fail together: by busy periods with likely failures. The three share their uncertain
/// rate, so it is not the square of a mean.
#[test]
fn rare_losses_are_a_mean_over_the_values_of_ranges() {
    let model = ONE
        .replace("s: {}", "s: { replicas: 3, needs: 2 }")
        .replace("[20h, 500h]", "[100000h, 2000000h]");
    let (mu, sigma) = (
        f64::midpoint(1e5_f64.ln(), 2e6_f64.ln()),
        20_f64.ln() / (2.0 * Z95),
    );
    let exact = over_lognormal(mu, sigma, |life| {
        // P(at least two of three down) over the horizon, each down with p(t) = p (1 - exp(-c t)).
        let (fail, mend) = (life.recip(), 0.5);
        let (p, c) = (fail / (fail + mend), fail + mend);
        let squares = 1000.0 - 2.0 * (1.0 - (-c * 1000.0_f64).exp()) / c
            + (1.0 - (-2.0 * c * 1000.0_f64).exp()) / (2.0 * c);
        3.0 * p * p * squares / 1000.0
    });
    let results = compare(&model, &["--trials", "2000", "--precision", "2%"]);
    let t = topology(&results, "t");
    assert_eq!(t["method"], "failure-biasing");
    agrees(&t["unavailability"], exact, 0.06);
}

/// With repairs that are short and all alike, failures in a trial are Poisson: with e the mean number of them and
/// v = exp(sigma²) - 1, the share of the variance that the rate has is e v / (e v + 1).
const SHORT: &str = "
model: short
horizon: 1y
regions: { r: { zones: 1 } }
services: { s: {} }
faults: { f: { hits: replica, mtbf: { between: [20d, 60d] }, mttr: { fixed: 1s } } }
topologies: { t: { pattern: single-az } }
";

fn share_of_short() -> f64 {
    let (mu, sigma) = (
        f64::midpoint(20_f64.ln(), 60_f64.ln()),
        3_f64.ln() / (2.0 * Z95),
    );
    let spread = (sigma * sigma).exp_m1();
    let events = 365.0 * (0.5 * sigma * sigma - mu).exp();
    events * spread / (events * spread + 1.0)
}

/// With a true coverage of 95 %, fewer than 52 of 60 hold once in 1,000 choices of seeds.
#[test]
fn the_share_of_ignorance_is_found_with_its_interval() {
    let exact = share_of_short();
    assert!((0.5..0.7).contains(&exact), "{exact}");
    let mut held = 0;
    for seed in 0..60 {
        let seed = seed.to_string();
        let results = compare(SHORT, &["--trials", "2000", "--seed", &seed]);
        let spread = &topology(&results, "t")["spread"];
        let (low, high) = (
            number(spread, "/ignorance/low"),
            number(spread, "/ignorance/high"),
        );
        assert!(high - low < 0.3, "{spread}");
        let both = number(spread, "/ignorance/mean") + number(spread, "/luck/mean");
        assert!((both - 1.0).abs() < 1e-12);
        assert_eq!(spread["ignorance"]["n"], 500);
        held += u32::from(low <= exact && exact <= high);
    }
    assert!(held >= 52, "{held} of 60");
}

#[test]
fn companions_share_their_ranges_and_nothing_else() {
    let plan = &plans(GENERAL)[0];
    let (mut own, mut companion) = (Simulator::new(plan, 7), Simulator::companion(plan, 7));
    for trial in 0..20 {
        let known = known(plan, 7, trial);
        let other = companion.simulate(trial, Record::Losses).unavailability;
        let alike = Simulator::companion(&known, 7)
            .simulate(trial, Record::Losses)
            .unavailability;
        assert_eq!(other, alike);
        let mine = own.simulate(trial, Record::Losses).unavailability;
        assert!(mine != other || mine == 0.0);
    }
}

#[test]
fn results_with_ranges_are_the_same_on_any_number_of_threads_and_say_nothing_of_spread_without() {
    let args = ["--trials", "3000", "--threads"];
    let one = compare_bytes(FAILOVER, &[&args[..], &["1"]].concat());
    assert_eq!(one, compare_bytes(FAILOVER, &[&args[..], &["3"]].concat()));
    assert!(one.contains("\"spread\""));
    let model = SHORT.replace("{ between: [20d, 60d] }", "30d");
    assert!(!compare_bytes(&model, &["--trials", "100"]).contains("\"spread\""));
}

/// What a fault costs is asked of trials whose ranges have the same values.
#[test]
fn replays_without_a_part_meet_the_same_values() {
    let plan = &plans(GENERAL)[0];
    let settings = RunSettings {
        seed: 7,
        trials: Some(200),
        precision: None,
        together: false,
        precision_of_differences: None,
        max_time: None,
        confidence: 0.95,
        threads: 1,
        estimator: Estimator::Plain,
    };
    let element = failscape::plan::Element::Fault(2);
    let part = failscape::montecarlo::Part::new(
        plan,
        element,
        true,
        failscape::montecarlo::Down::Undefined,
    );
    let replay =
        failscape::montecarlo::replay(plan, &[part], &settings, &mut crate::coverage::Silent);
    let without = plan.with_perfect(element);
    let mut simulators = [Simulator::new(plan, 7), Simulator::new(&without, 7)];
    let mut means = [0.0; 2];
    for trial in 0..200 {
        for (mean, simulator) in means.iter_mut().zip(&mut simulators) {
            *mean += simulator.simulate(trial, Record::Losses).unavailability / 200.0;
        }
    }
    let base = replay.base.mean();
    assert!((base / means[0] - 1.0).abs() < 1e-12);
    let change = format!("{:?}", replay.elements[0]);
    assert!(means[1] < means[0], "{change}");
}
