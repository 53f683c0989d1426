//! Rare losses beside failures that do no harm: what is left out, what is not, and that the answer is the same.

use failscape::cost::FailurePrice;
use failscape::estimate::RareMeans;
use failscape::exact::{Effort, solve};
use failscape::montecarlo::{Estimator, RunSettings, Tactics, first_outage};
use failscape::plan::{Plan, compile};
use failscape::topology::expand;
use serde_json::Value;

use super::support::{compare, number, shipped, topology};

fn plan(text: &str) -> Plan {
    let model = failscape::model::load_str("model.yaml", text, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    compile(&model, &expand(&model, name, spec))
}

fn settings(seed: u64, threads: usize) -> RunSettings {
    RunSettings {
        seed,
        trials: Some(1),
        precision: None,
        together: false,
        precision_of_differences: None,
        max_time: None,
        confidence: 0.95,
        threads,
        estimator: Estimator::Sampled,
    }
}

fn rare(text: &str, seed: u64) -> RareMeans {
    let model = failscape::model::load_str("model.yaml", text, None).unwrap();
    let settings = settings(seed, 1);
    let tactics = Tactics::choose(&[plan(text)], &FailurePrice::new(&model), &settings);
    tactics.topologies[0].rare.clone().unwrap().unwrap()
}

/// Two of three over zones that lose 4.5251765462e-10, with a service beside them that fails every two hours and is only called
/// where it may be missing.
fn beside(noise: &str) -> String {
    let (calls, services, faults) = match noise {
        "" => ("", "", ""),
        _ => (
            ", calls: [{ service: extra, kind: optional }]",
            "  extra: { replicas: 5, takeover: 10s }\n",
            noise,
        ),
    };
    format!(
        "
model: two-of-three
regions: {{ r: {{ zones: 3 }} }}
services:
  s: {{ replicas: 3, needs: 2{calls} }}
{services}faults:
  replica: {{ hits: replica, services: [s], mtbf: 100000h, mttr: 1h }}
  zone: {{ hits: zone, mtbf: 876000h, mttr: 2h }}
{faults}journeys: {{ all: {{ entry: s }} }}
crews: {{ hands: {{ size: 1 }} }}
topologies: {{ t: {{ pattern: multi-az }} }}
"
    )
}

const OFTEN: &str = "  often: { hits: replica, services: [extra], mtbf: 10h, mttr: 2h }\n";

/// Streams are named and choices are made among what can matter: the estimate is the same to rounding.
#[test]
fn failures_that_do_no_harm_leave_the_estimate_as_it_is() {
    for seed in [1, 2, 3] {
        let (alone, beside) = (rare(&beside(""), seed), rare(&beside(OFTEN), seed));
        let (one, other) = (&alone.unavailability, &beside.unavailability);
        assert_eq!(
            (one.mean, one.low, one.high),
            (other.mean, other.low, other.high)
        );
        assert_eq!(alone.effective_samples, beside.effective_samples);
    }
}

/// With a true coverage of 95 %, fewer than 52 of 60 is a chance of 1 in 250.
#[test]
fn intervals_hold_their_level_beside_frequent_harmless_failures() {
    let model = beside(OFTEN);
    let exact = 4.525_176_546_2e-10;
    let holds = |seed: &u64| {
        let found = rare(&model, *seed).unavailability;
        found.low <= exact && exact <= found.high
    };
    let held = (100..160).filter(holds).count();
    assert!(held >= 52, "{held} of 60");
}

/// Units by the name of their first fault.
fn bystanders(text: &str) -> Vec<String> {
    let plan = plan(text);
    let mut names: Vec<String> = (plan.bystanders().units.into_iter())
        .map(|unit| {
            let clock = plan.units[unit as usize].first_clock as usize;
            plan.names.causes[plan.clocks[clock].cause as usize].clone()
        })
        .collect();
    names.dedup();
    names
}

#[test]
fn only_what_can_change_nothing_is_left_out() {
    assert_eq!(bystanders(&beside("")), Vec::<String>::new());
    assert_eq!(bystanders(&beside(OFTEN)), ["often"]);
    // A crew that journeys wait for as well.
    let shared = beside(&OFTEN.replace("mttr: 2h", "mttr: 2h, crew: hands"));
    assert_eq!(bystanders(&shared), ["often"]);
    let shared = shared.replace("mttr: 1h }", "mttr: 1h, crew: hands }");
    assert_eq!(bystanders(&shared), Vec::<String>::new());
    // A shock to a zone strikes those that matter too.
    let shock =
        format!("{OFTEN}  surge: {{ hits: zone, strikes: replicas, mtbf: 10h, mttr: 2h }}\n");
    assert_eq!(bystanders(&beside(&shock)), ["often"]);
    let aside = shock.replace("hits: zone, ", "hits: zone, services: [extra], ");
    assert_eq!(bystanders(&beside(&aside)), ["often", "surge"]);
    // A journey that needs it.
    let needed = beside(OFTEN).replace("kind: optional", "kind: required");
    assert_eq!(bystanders(&needed), Vec::<String>::new());
}

/// Times to the first outage from a day to 240,000 years, by chains. With a true coverage of 95 %, fewer than 34 of 40 is a chance of 1
/// in 100 for each.
#[test]
fn intervals_of_the_time_to_the_first_outage_hold_their_level() {
    for text in [
        include_str!("../../benches/models/w1.yaml"),
        include_str!("../../benches/models/w1r.yaml"),
        include_str!("../../benches/models/rare/crews.yaml"),
        include_str!("../../benches/models/rare/takeover.yaml"),
        include_str!("../../models/reference/c05-3-of-5-2-crews.yaml"),
        include_str!("../../models/reference/c11-2-of-3-beta-10.yaml"),
    ] {
        let plan = plan(text);
        let solution = solve(&plan, Effort::Full).solution.unwrap();
        let truth = solution.first_outage_hours.unwrap().value;
        let (mut held, mut mean, runs) = (0, 0.0, 40);
        for seed in 0..runs {
            let found = first_outage(&plan, &settings(seed, 1)).unwrap();
            held += u32::from(found.low <= truth && truth <= found.high);
            mean += found.mean / runs as f64;
        }
        let name = &text[..text.find('\n').unwrap()];
        assert!(held >= 34, "{name}: {held} of {runs}");
        assert!(
            (mean / truth - 1.0).abs() < 0.03,
            "{name}: {mean} for {truth}"
        );
    }
}

#[test]
fn the_time_to_the_first_outage_is_the_same_for_any_number_of_threads_and_says_why_it_is_not_known()
{
    let plan_of_two = plan(&beside(OFTEN));
    let found = [1, 3].map(|threads| first_outage(&plan_of_two, &settings(5, threads)).unwrap());
    assert_eq!(found[0], found[1]);
    let weibull = beside("").replace(
        "mtbf: 876000h",
        "mtbf: { weibull: { shape: 2, mean: 876000h } }",
    );
    let reason = first_outage(&plan(&weibull), &settings(5, 1)).unwrap_err();
    assert!(
        reason.contains("`zone`") && reason.contains("exponential"),
        "{reason}"
    );
    let plain = RunSettings {
        estimator: Estimator::Plain,
        ..settings(5, 1)
    };
    assert!(first_outage(&plan_of_two, &plain).is_err());
}

/// Two regions that are down for days, and a failover of two seconds: trials know the seconds to 2 % before one in ten has met the days.
/// `hold_down` keeps the Markov chain out.
const DAYS: &str = "
model: days
horizon: 1y
regions: { r: { zones: 1 }, s: { zones: 1 } }
services: { web: { replicas: 1 } }
faults: { reg: { hits: region, mtbf: 50y, mttr: 2d } }
failover: { detect: { probe: 1s, misses: 2, hold_down: 1m }, decide: automatic, activate: 0s, reroute: { ttl: 1s }, failback: never }
topologies: { pair: { pattern: hot-standby, regions: [r, s] } }
";

/// Both down for 1.19e-8 of the year (two units that start new), and the seconds: 1.318e-8. Six standard errors: once in 500 million.
#[test]
fn disasters_behind_small_losses_are_not_missed() {
    for seed in ["1", "2", "4"] {
        let results = compare(DAYS, &["--trials", "2000", "--seed", seed]);
        let pair = topology(&results, "pair");
        assert_eq!(pair["method"], "failure-biasing");
        let [mean, low, high] =
            ["mean", "low", "high"].map(|end| number(&pair["unavailability"], &format!("/{end}")));
        let off = (mean - 1.318e-8) / ((high - low) / 3.92);
        assert!(off.abs() < 6.0, "{mean}: {off}");
    }
}

/// Where busy periods are refused, as lives are not exponential, a warning says what is missing; where nothing is, none does.
#[test]
fn what_trials_hardly_meet_is_told_and_nothing_else() {
    let warned = |results: &Value| {
        let mut all = results["warnings"].as_array().unwrap().iter();
        all.any(|warning| warning["code"] == "unseen-cut-set")
    };
    let aging = DAYS.replace("mtbf: 50y", "mtbf: { weibull: { shape: 1.5, mean: 50y } }");
    let results = compare(&aging, &["--trials", "2000"]);
    let met = &topology(&results, "pair")["hardly_met"];
    assert_eq!(met[0], "reg in r + reg in s", "{met}");
    assert!(warned(&results), "{}", results["warnings"]);
    for name in [
        "three-tier.yaml",
        "minimal.yaml",
        "runbook.yaml",
        "data.yaml",
    ] {
        let results = compare(&shipped(name), &["--trials", "300"]);
        assert!(!warned(&results), "{name}: {}", results["warnings"]);
    }
}

/// Two replicas of which one is enough, down together for 0.9 hours in 100 years: q = r / (m + r) each. Twelve million trials tell that to
/// 2 %, busy periods to 5 %. Six standard errors: once in 500 million.
#[test]
fn trials_stay_where_they_tell_more_than_busy_periods() {
    const PAIR: &str = "
model: pair
horizon: 1y
regions: { r: { zones: 1 } }
services: { web: { replicas: 2, needs: 1 } }
faults: { host: { hits: replica, mtbf: 100d, mttr: 36m } }
topologies: { one: { pattern: single-az, regions: [r] } }
";
    let q = 0.6 / 2400.6_f64;
    // From new: (1 - e^(-t (1/m + 1/r)))² over the year, to 1e-4 of it.
    let exact = q * q * (1.0 - 1.5 * 0.6 / 8760.0);
    for (trials, method) in [("3000", "failure-biasing"), ("12000000", "conditional")] {
        let results = compare(PAIR, &["--estimator", "sampled", "--trials", trials]);
        let one = topology(&results, "one");
        assert_eq!(one["method"], method, "{}", one["refused"]);
        let [mean, low, high] =
            ["mean", "low", "high"].map(|end| number(&one["unavailability"], &format!("/{end}")));
        let off = (mean - exact) / ((high - low) / 3.92);
        assert!(off.abs() < 6.0, "{mean}: {off}");
    }
}
