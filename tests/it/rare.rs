//! Rare losses beside failures that do no harm: what is left out, what is not, and that the answer is the same.

use failscape::cost::FailurePrice;
use failscape::estimate::RareMeans;
use failscape::exact::{Effort, solve};
use failscape::montecarlo::{Estimator, RunSettings, Tactics, first_outage};
use serde_json::Value;

use super::support::{compare, number, plan_of, shipped, topology};

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
    let tactics = Tactics::choose(&[plan_of(text)], &FailurePrice::new(&model), &settings);
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
    let plan = plan_of(text);
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
        let plan = plan_of(text);
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

/// One unit whose lives follow a law with this mean \[h\].
fn one_unit(mtbf: &str) -> String {
    format!(
        "
model: one
warm_up: 30h
regions: {{ r: {{ zones: 1 }} }}
services: {{ s: {{ replicas: 1 }} }}
faults: {{ f: {{ hits: replica, mtbf: {mtbf}, mttr: 90h }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
"
    )
}

/// Where cycles tell nothing the first outage is waited for: hardly ever at rest, lives that are not exponential, ranges; and everywhere
/// with plain trials. Values of cases C05, C19 (in closed form) and C24, and means of lives. With a true coverage of 95 %, fewer than 34
/// of 40 is a chance of 1 in 100 for each.
#[test]
fn first_outages_that_are_waited_for_hold_their_level_too() {
    use Estimator::{Plain, Sampled};
    let c05 = include_str!("../../models/reference/c05-2-of-4-1-crew.yaml");
    let of_c05 = solve(&plan_of(c05), Effort::Full).solution.unwrap();
    let of_c05 = of_c05.first_outage_hours.unwrap().value;
    // 90 % between 50 and 200 h: the median is 100 h.
    let sigma = 2_f64.ln() / 1.644_853_626_951_472_7;
    let uncertain = 100.0 * (0.5 * sigma * sigma).exp();
    let of_c19 = include_str!("../../models/reference/c19-lognormal.yaml");
    for (text, truth, estimator) in [
        (c05.to_owned(), of_c05, Sampled),
        (c05.to_owned(), of_c05, Plain),
        (of_c19.to_owned(), 23_138.213_106_203_99, Plain),
        (
            include_str!("../../models/reference/c24-fixed.yaml").to_owned(),
            2000.0,
            Plain,
        ),
        (
            one_unit("{ weibull: { shape: 3, mean: 100h } }"),
            100.0,
            Sampled,
        ),
        (one_unit("{ between: [50h, 200h] }"), uncertain, Sampled),
    ] {
        let plan = plan_of(&text);
        let (mut held, mut mean, runs) = (0, 0.0, 40);
        for seed in 0..runs {
            let settings = RunSettings {
                estimator,
                ..settings(seed, 1)
            };
            let found = first_outage(&plan, &settings).unwrap();
            held += u32::from(found.low <= truth && truth <= found.high);
            mean += found.mean / runs as f64;
            assert!(found.is_within(0.06), "{found:?}");
        }
        let name = text.trim_start().lines().next().unwrap();
        assert!(held >= 34, "{name}: {held} of {runs}");
        // Each is known to 5 % at 95 %: the mean of 40 to 0.4 %, one standard error.
        assert!(
            (mean / truth - 1.0).abs() < 0.015,
            "{name}: {mean} for {truth}"
        );
    }
}

#[test]
fn results_say_why_there_is_no_time_to_the_first_outage() {
    let rare = one_unit("{ weibull: { shape: 2, mean: 100h } }")
        .replace("replicas: 1", "replicas: 9, needs: 1");
    let results = compare(&rare.replace("90h", "1m"), &["--trials", "20"]);
    let topology = topology(&results, "t");
    assert!(topology["first_outage_hours"].is_null());
    let reason = topology["first_outage_refused"].as_str().unwrap();
    assert!(
        reason.contains("`f`") && reason.contains("events and more"),
        "{reason}"
    );
    let known = compare(&one_unit("100h"), &["--trials", "20"]);
    assert!(known["topologies"][0].get("first_outage_refused").is_none());
}

#[test]
fn the_time_to_the_first_outage_is_the_same_for_any_number_of_threads_and_says_why_it_is_not_known()
{
    let plan_of_two = plan_of(&beside(OFTEN));
    let waited_for = plan_of(&one_unit("{ weibull: { shape: 2, mean: 100h } }"));
    for plan in [&plan_of_two, &waited_for] {
        let found = [1, 3].map(|threads| first_outage(plan, &settings(5, threads)).unwrap());
        assert_eq!(found[0], found[1]);
    }
    let rarer = beside("").replace("mtbf: 100000h", "mtbf: 100000000h");
    let weibull = rarer.replace(
        "mtbf: 876000h",
        "mtbf: { weibull: { shape: 2, mean: 876000h } }",
    );
    let reason = first_outage(&plan_of(&weibull), &settings(5, 1)).unwrap_err();
    assert!(
        reason.contains("`zone`") && reason.contains("exponential") && reason.contains("wait"),
        "{reason}"
    );
    let plain = RunSettings {
        estimator: Estimator::Plain,
        ..settings(5, 1)
    };
    let reason = first_outage(&plan_of(&rarer), &plain).unwrap_err();
    assert!(reason.contains("events and more"), "{reason}");
    assert!(first_outage(&plan_of(&rarer), &settings(5, 1)).is_ok());
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

/// The same in four cells, of which each is lost by itself.
fn in_cells(model: &str) -> String {
    let model = model.replace("hits: region", "hits: cell");
    model.replace("regions: [r, s] }", "regions: [r, s], cells: 4 }")
}

/// Both down for 1.19e-8 of the year (two units that start new), and the seconds: 1.318e-8. Six standard errors: once in 500 million.
#[test]
fn disasters_behind_small_losses_are_not_missed() {
    // Four cells lose what one region does, each a fourth of it, and never all at once.
    let cells = in_cells(DAYS);
    for (model, seed) in [(DAYS, "1"), (DAYS, "2"), (DAYS, "4"), (&cells, "1")] {
        let results = compare(model, &["--trials", "2000", "--seed", seed]);
        let pair = topology(&results, "pair");
        assert_eq!(pair["method"], "failure-biasing");
        let [mean, low, high] =
            ["mean", "low", "high"].map(|end| number(&pair["unavailability"], &format!("/{end}")));
        let off = (mean - 1.318e-8) / ((high - low) / 3.92);
        assert!(off.abs() < 6.0, "{mean}: {off}");
    }
}

/// Where busy periods are refused, as false alarms come at any time, a warning says what is missing; where nothing is, none does.
#[test]
fn what_trials_hardly_meet_is_told_and_nothing_else() {
    let warned = |results: &Value| {
        let mut all = results["warnings"].as_array().unwrap().iter();
        all.any(|warning| warning["code"] == "unseen-cut-set")
    };
    let alarmed = DAYS.replace("decide: automatic", "decide: automatic, false_alarm: 90y");
    for model in [&alarmed, &in_cells(&alarmed)] {
        let results = compare(model, &["--trials", "2000"]);
        let met = &topology(&results, "pair")["hardly_met"];
        assert_eq!(met[0], "reg in r + reg in s", "{met}");
        assert!(warned(&results), "{}", results["warnings"]);
    }
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
