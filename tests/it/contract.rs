//! Budgets, balance, refunds and promises, against closed forms and what is worked out by hand.

use assert_cmd::Command;
use serde_json::Value;

use crate::support::{compare, number, topology};

fn contract(model: &str, args: &[&str]) -> Value {
    topology(&compare(model, args), "t")["contract"].clone()
}

/// Whether an estimate's interval, widened by what the closed form leaves out, holds a value.
fn holds(figure: &Value, value: f64, slack: f64) -> bool {
    number(figure, "/low") - slack <= value && value <= number(figure, "/high") + slack
}

/// Outages of 14.4 min in windows of 10 days, of which one uses two thirds of the budget: two are too many. They come as a Poisson
/// process of rate 1/20d but for their own length, a thousandth of a window.
fn poisson(windows: &str) -> String {
    format!(
        "
model: poisson
horizon: 40d
regions: {{ r: {{ zones: 1 }} }}
services: {{ web: {{}} }}
faults: {{ host: {{ hits: replica, mtbf: 20d, mttr: {{ fixed: 864s }} }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
objectives: {{ slo: {{ target: 99.85%, window: 10d{windows} }} }}
"
    )
}

/// 10,000 trials, seed 1: 99.9 % intervals, so that each assertion fails falsely once in a thousand.
const MANY: [&str; 6] = ["--trials", "10000", "--seed", "1", "--confidence", "99.9%"];

#[test]
fn windows_of_a_poisson_process_meet_their_target_as_the_closed_form_says() {
    let slo = &contract(&poisson(""), &MANY)["slo"];
    let none = (-0.5_f64).exp();
    let met = none * 1.5;
    assert!(holds(&slo["met"], met, 1e-3), "{slo:#}");
    assert!(holds(&slo["all_met"], met.powi(4), 2e-3), "{slo:#}");
    assert!(
        holds(&slo["budget_used"]["mean"], 0.5 / 1.5, 1e-3),
        "{slo:#}"
    );
    assert_eq!(number(slo, "/windows_in_trial"), 4.0);
    assert!((number(slo, "/budget_minutes") - 21.6).abs() < 1e-9);
    let beyond = |used: f64| {
        let points = slo["budget_beyond"].as_array().unwrap();
        points.iter().find(|point| point["used"] == used).unwrap()
    };
    assert!(holds(beyond(0.5), 1.0 - none, 1e-3), "{slo:#}");
    assert!(holds(beyond(1.0), 1.0 - met, 1e-3), "{slo:#}");
    // Three outages use twice the budget.
    let three = 1.0 - none * (1.0 + 0.5 + 0.125);
    assert!(holds(beyond(1.5), three, 1e-3), "{slo:#}");
    let used = &slo["budget_used"];
    assert!((number(used, "/p50")).abs() < 1e-9);
    assert!((number(used, "/p95") - 4.0 / 3.0).abs() < 2e-3, "{used:#}");
}

#[test]
fn a_rolling_window_of_a_poisson_process_meets_its_target_as_the_closed_form_says() {
    let slo = &contract(&poisson(", windows: rolling"), &MANY)["slo"];
    let met = (-0.5_f64).exp() * 1.5;
    assert!(holds(&slo["met"], met, 2e-3), "{slo:#}");
    // No two of k points in 40 days are within 10 days of each other: λ^k (H - (k-1) W)^k / k! e^(-λH).
    let chance = |k: i32| {
        let room = (40.0 - 10.0 * f64::from(k - 1)).max(0.0) / 20.0;
        let factorial: f64 = (1..=k).map(f64::from).product();
        (-2.0_f64).exp() * room.powi(k) / factorial
    };
    let all = (0..=5).map(chance).sum();
    assert!(holds(&slo["all_met"], all, 3e-3), "{all} {slo:#}");
    assert!(slo["budget_used"].is_null());
    assert!(number(&slo["worst_budget_used"], "/p95") > 1.0);
    assert!(slo["windows_in_trial"].is_null());
}

/// Outages at known times: from day 10 to 10 and a half, from 20 and a half to 21; a window of 15 days allows 18 h.
#[test]
fn a_rolling_window_with_outages_at_known_times_misses_for_as_long_as_is_worked_out_by_hand() {
    let model = |curve: &str| {
        format!(
            "
model: known
horizon: 30d
regions: {{ r: {{ zones: 1 }} }}
services: {{ web: {{}} }}
faults: {{ host: {{ hits: replica, mtbf: {{ fixed: 10d }}, mttr: {{ fixed: 12h }} }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
objectives: {{ slo: {{ target: 95%, window: 15d, windows: rolling }} }}
{curve}
"
        )
    };
    // From 6 h into the second outage, at 20.75 d, to 6 h before the first has left the window: at 25.25 d.
    let flat = &contract(&model(""), &["--trials", "100"])["slo"];
    assert!(
        (number(flat, "/met/mean") - (1.0 - 4.5 / 15.0)).abs() < 1e-6,
        "{flat:#}"
    );
    assert_eq!(number(flat, "/all_met/mean"), 0.0);
    let worst = number(flat, "/worst_budget_used/max");
    assert!((worst - 24.0 / 18.0).abs() < 1e-6, "{worst}");
    // With a daily curve 1 + cos(2π(h - 12)/24) the first outage, from midnight to noon, has half of a day's requests, as the second
    // (noon to midnight) has; each uses 12 h of budget. 6 h more are used from noon on after t: t + sin(2πt/24)·24/2π = 6,
    // t = 3.1936 h; and 6 h of the first are left at noon less as much.
    let curve = "traffic: { rate: 1/s, daily_peak: 2, peak_hour: 12 }";
    let daily = &contract(&model(curve), &["--trials", "100"])["slo"];
    let t = {
        let lost =
            |t: f64| t + (std::f64::consts::TAU * t / 24.0).sin() * 24.0 / std::f64::consts::TAU;
        let (mut low, mut high) = (0.0, 12.0);
        for _ in 0..100 {
            let middle = 0.5 * (low + high);
            if lost(middle) < 6.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        low
    };
    let missed = (25.5 - t / 24.0) - (20.5 + t / 24.0);
    assert!(
        (number(daily, "/met/mean") - (1.0 - missed / 15.0)).abs() < 1e-5,
        "{t} {daily:#}"
    );
}

fn balanced(tolerance: &str, window: &str, reroute: &str) -> Value {
    let model = format!(
        "
model: balanced
horizon: 30d
regions: {{ r0: {{ zones: 1 }}, r1: {{ zones: 1 }} }}
services: {{ web: {{}} }}
faults: {{ region: {{ hits: region, regions: [r0], mtbf: {{ fixed: 10d }}, mttr: {{ fixed: 2d }} }} }}
topologies:
  t: {{ pattern: active-active, regions: [r0, r1] }}
  one: {{ pattern: multi-az, regions: [r1] }}
failover: {{ detect: {{ fixed: 0s }}, reroute: {reroute} }}
objectives: {{ slo: [{{ indicator: balance, target: 50%, tolerance: {tolerance}, window: {window} }}] }}
"
    );
    let results = compare(&model, &["--trials", "100"]);
    assert!(topology(&results, "one")["contract"].is_null());
    topology(&results, "t")["contract"]["balance"].clone()
}

/// Region r0 is down from day 10 to 12 and from 22 to 24: all traffic is in the other for 4 days of 30.
#[test]
fn balance_on_active_active_is_what_is_worked_out_by_hand() {
    let near = |figure: &Value, value: f64| (number(figure, "/mean") - value).abs() < 1e-9;
    let whole = balanced("5%", "30d", "{ fixed: 0s }");
    assert!(
        near(&whole["regions"]["r0"]["share"], 0.5 * 26.0 / 30.0),
        "{whole:#}"
    );
    assert!(near(
        &whole["regions"]["r1"]["share"],
        1.0 - 0.5 * 26.0 / 30.0
    ));
    assert!(near(&whole["out_of_balance"], 4.0 / 30.0), "{whole:#}");
    assert!(near(&whole["met"], 0.0), "6.7 % off is more than 5 %");
    assert!(near(&balanced("7%", "30d", "{ fixed: 0s }")["met"], 1.0));
    // In windows of ten days the first is balanced, the others are 10 % off.
    assert!(near(
        &balanced("7%", "10d", "{ fixed: 0s }")["met"],
        1.0 / 3.0
    ));
    assert!(
        near(&balanced("10%", "10d", "{ fixed: 0s }")["met"], 1.0),
        "exactly at the end"
    );
    // Clients move evenly over 10 h: 7 % are out of place after 1.4 h, and again until 1.4 h before they are back.
    let slow = balanced("7%", "30d", "{ ttl: 10h }");
    assert!(
        near(&slow["out_of_balance"], 2.0 * (58.0 - 2.8) / 720.0),
        "{slow:#}"
    );
    assert!(
        near(&slow["regions"]["r0"]["share"], 0.5 * 26.0 / 30.0),
        "{slow:#}"
    );
}

/// One outage, of 2 h or 20 h, in the one window of a trial: a refund of 10 % or 30 %, of $1 an hour.
#[test]
fn refunds_of_two_tiers_are_those_of_an_enumeration() {
    let model = "
model: tiers
horizon: 10d
regions: { r: { zones: 1 } }
services: { web: { price: $1/h } }
faults:
  host: { hits: replica, mtbf: { fixed: 5d }, mttr: { mixture: [ { weight: 50%, of: { fixed: 2h } }, { weight: 50%, of: { fixed: 20h } } ] } }
topologies: { t: { pattern: single-az, regions: [r] } }
objectives:
  sla:
    target: 99.9%
    window: 10d
    credits: [ { below: 99.5%, refund: 10% }, { below: 95%, refund: 30% } ]
    revenue: $730/month
";
    let sla = &contract(model, &["--trials", "4000", "--confidence", "99.9%"])["sla"];
    for tier in 0..2 {
        assert!(holds(&sla["tiers"][tier]["chance"], 0.5, 0.0), "{sla:#}");
    }
    let sum: f64 = (0..2)
        .map(|tier| number(&sla["tiers"][tier], "/chance/mean"))
        .sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert_eq!(number(sla, "/any/mean"), 1.0);
    let year = &sla["credits_per_year"];
    assert!(holds(year, 0.2 * 8760.0, 0.0), "{year:#}");
    assert!(
        (number(year, "/p95") / (0.3 * 8760.0) - 1.0).abs() < 2e-3,
        "{year:#}"
    );
}

/// Windows without loss pay nothing: two of three pay, in every trial.
#[test]
fn refunds_count_windows_and_not_the_mean_of_the_trial() {
    let model = "
model: windows
horizon: 30d
regions: { r: { zones: 1 } }
services: { web: { price: $1/h } }
faults: { host: { hits: replica, mtbf: { fixed: 12d }, mttr: { fixed: 4h } } }
topologies: { t: { pattern: single-az, regions: [r] } }
objectives:
  sla: { target: 99%, window: 10d, credits: [ { below: 99%, refund: 10% }, { below: 95%, refund: 30% } ], revenue: $730/month }
";
    let sla = &contract(model, &["--trials", "100"])["sla"];
    assert!(
        (number(&sla["tiers"][0], "/chance/mean") - 2.0 / 3.0).abs() < 1e-12,
        "{sla:#}"
    );
    assert_eq!(number(&sla["tiers"][1], "/chance/mean"), 0.0);
    let mean = number(sla, "/credits_per_year/mean");
    assert!((mean - 0.2 / 3.0 * 730.0 * 12.0).abs() < 1e-6, "{mean}");
}

#[test]
fn promises_are_held_against_what_was_found() {
    let model = "
model: promises
regions: { r: { zones: 1 } }
services:
  web: { slo: 99%, calls: [db] }
  db: { slo: 99.99% }
faults: { disk: { hits: replica, services: [db], mtbf: 30d, mttr: 3h } }
journeys: { all: { entry: web, slo: 90% } }
topologies: { t: { pattern: single-az, regions: [r] } }
";
    let contract = contract(model, &["--trials", "500"]);
    let standing = |name: &str| {
        let promises = contract["promises"].as_array().unwrap();
        let promise = promises
            .iter()
            .find(|promise| promise["name"] == name)
            .unwrap();
        promise["standing"].as_str().unwrap().to_owned()
    };
    // All are up 30d / (30d + 3h) = 99.585 % of the time.
    assert_eq!(
        (standing("web"), standing("db"), standing("all")),
        ("met".into(), "missed".into(), "met".into()),
        "{contract:#}"
    );
}

/// What `check` says of a model, on stderr.
fn checked(services: &str, rest: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let model = format!(
        "
model: checked
regions: {{ r: {{ zones: 1 }} }}
services:
{services}
faults: {{ host: {{ hits: replica, mtbf: 60d, mttr: 8m }} }}
{rest}
"
    );
    std::fs::write(folder.path().join("model.yaml"), model).unwrap();
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder.path())
        .args(["check", "model.yaml"])
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{said}");
    said
}

#[test]
fn a_promise_above_that_of_a_dependency_or_of_all_together_is_told() {
    let weaker = checked(
        "  web: { slo: 99.9%, calls: [db] }\n  db: { slo: 99.5% }",
        "",
    );
    assert!(
        weaker.contains("services.web.slo is 99.9%") && weaker.contains("db 99.5%"),
        "{weaker}"
    );
    // 99.9 % each: 99.8001 % together.
    let pair = "  web: { slo: 99.85%, calls: [a, b] }\n  a: { slo: 99.9% }\n  b: { slo: 99.9% }";
    let pair = checked(pair, "");
    assert!(
        pair.contains("99.8%") && pair.contains("independent"),
        "{pair}"
    );
    let kept = "  web: { slo: 99.8%, calls: [a, b] }\n  a: { slo: 99.9% }\n  b: { slo: 99.9% }";
    assert!(!checked(kept, "").contains("slo"));
    // Optional calls promise nothing.
    let optional =
        "  web: { slo: 99.9%, calls: [{ service: a, kind: optional }] }\n  a: { slo: 99% }";
    assert!(!checked(optional, "").contains("slo"));
}

/// Both a and b require db, of 99 %, and promise just as much: they add nothing of their own, and db counts once.
#[test]
fn a_shared_dependency_counts_once() {
    let diamond = |slo: &str| {
        checked(
            &format!(
                "  web: {{ slo: {slo}, calls: [a, b] }}\n  a: {{ slo: 99%, calls: [db] }}\n  b: {{ slo: 99%, calls: [db] }}\n  db: {{ slo: 99% }}"
            ),
            "",
        )
    };
    assert!(!diamond("99%").contains("slo"), "{}", diamond("99%"));
    assert!(diamond("99.1%").contains("services.web.slo"));
    // Through a service that promises nothing.
    let through = checked(
        "  web: { slo: 99.9%, calls: [mid] }\n  mid: { calls: [db] }\n  db: { slo: 99% }",
        "",
    );
    assert!(through.contains("db 99%"), "{through}");
    // One of two independent ones of 99 % is up 99.99 % of the time.
    let group = |slo: &str| {
        checked(
            &format!(
                "  web: {{ slo: {slo}, calls: [{{ any: [a, b] }}] }}\n  a: {{ slo: 99% }}\n  b: {{ slo: 99% }}"
            ),
            "",
        )
    };
    assert!(!group("99.99%").contains("slo"), "{}", group("99.99%"));
    assert!(group("99.995%").contains("services.web.slo"));
}

#[test]
fn promises_of_providers_journeys_and_customers_are_held_against_each_other() {
    let external = "  web: { calls: [pay] }\n  pay: { external: true, mtbf: 999h, mttr: 1h, slo: 99.99%, sla: 99.95% }";
    assert!(checked(external, "").contains("its provider promises 99.95%"));
    let broken =
        "  web: { calls: [pay] }\n  pay: { external: true, mtbf: 999h, mttr: 1h, sla: 99.95% }";
    assert!(checked(broken, "").contains("promises 99.95%, but is up 99.9%"));
    let journey = checked(
        "  web: { slo: 99% }",
        "journeys: { buy: { entry: web, slo: 99.5% } }",
    );
    assert!(journey.contains("journeys.buy.slo"), "{journey}");
    let whole = checked(
        "  web: { slo: 99% }",
        "objectives: { slo: { target: 99.9%, window: 30d }, sla: { target: 99.95%, window: month } }",
    );
    assert!(
        whole.contains("objectives.slo wants 99.9%") && whole.contains("objectives.sla promises"),
        "{whole}"
    );
}

#[test]
fn thousands_of_promises_in_a_chain_take_no_time() {
    let service = |index: u32| format!("  s{index}: {{ slo: 99.9%, calls: [s{}] }}", index + 1);
    let services: Vec<String> = (0..2000).map(service).collect();
    let services = format!("{}\n  s2000: {{ slo: 99.9% }}", services.join("\n"));
    // All promise the same, and the last alone says why: none adds anything of its own.
    assert!(!checked(&services, "").contains("slo"));
}
