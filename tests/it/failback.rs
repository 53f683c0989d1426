//! The way back, as a policy, by the public command. Where a figure has an interval, it is at 99.99 %: that check fails by chance once
//! in 10,000 choices of its seed. All others are exact: every time is fixed.

use serde_json::Value;

use crate::support::{compare, number, topology};

const MINUTES_IN_A_DAY: f64 = 1440.0;

/// A primary that is lost at 50 d, 110 d, … for 10 days.
fn pair(days: u32, faults: &str, failover: &str) -> String {
    format!(
        "
model: pair
horizon: {days}d
regions: {{ r0: {{ zones: 1 }}, r1: {{ zones: 1 }} }}
services: {{ web: {{}} }}
faults:
  region: {{ hits: region, regions: [r0], mtbf: {{ fixed: 50d }}, mttr: {{ fixed: 10d }} }}
{faults}
topologies: {{ t: {{ pattern: hot-standby, regions: [r0, r1] }} }}
failover:
  activate: {{ fixed: 0s }}
  reroute: {{ fixed: 0s }}
{failover}
"
    )
}

fn play(model: &str, trials: &str) -> Value {
    let args = ["--trials", trials, "--confidence", "99.99%"];
    topology(&compare(model, &args), "t").clone()
}

/// Minutes lost in a trial.
fn minutes(result: &Value, days: u32) -> f64 {
    number(result, "/unavailability/mean") * f64::from(days) * MINUTES_IN_A_DAY
}

fn assert_near(found: f64, expected: f64) {
    let apart = (found - expected).abs();
    assert!(apart < 1e-6, "{found}, not {expected}");
}

/// The primary is back at 60 d, a midnight, and r1 is lost for two minutes half an hour later: who serves then?
#[test]
fn clients_go_back_at_night() {
    let lost = |hours: &str| {
        let fault = "  other: { hits: region, regions: [r1], mtbf: { fixed: 60d30m }, mttr: { fixed: 2m } }";
        let failover = format!(
            "  detect: {{ fixed: 0s }}\n  decide: {{ fixed: 10m }}\n  failback: {{ wait: 0s, takes: 0s{hours} }}"
        );
        minutes(&play(&pair(61, fault, &failover), "100"), 61) - 10.0
    };
    assert_near(lost(""), 0.0);
    assert_near(lost(", hours: 0-5"), 0.0);
    assert_near(lost(", hours: 22-4"), 0.0);
    assert_near(lost(", hours: 1-5"), 2.0);
    assert_near(lost(", hours: 0.75-0.25"), 0.0);
    assert_near(lost(", hours: 0.6-0.75"), 2.0);
}

/// Six losses, six ways back.
#[test]
fn a_failback_disrupts() {
    let failover = "  detect: { fixed: 0s }\n  failback: { wait: 1h, takes: 5m, disruption: 6m }";
    let result = play(&pair(365, "", failover), "100");
    assert_near(minutes(&result, 365), 36.0);
    let phases = result["phases"].as_array().unwrap();
    let back = phases.iter().find(|phase| phase["phase"] == "failing-back");
    assert_near(number(back.unwrap(), "/share"), 1.0);
    let causes = result["attribution"].as_array().unwrap();
    assert_eq!(causes[0]["cause"], "region");
    assert_near(number(&causes[0], "/share"), 1.0);
}

/// Two tries a loss on average; after the last one, at 360 d, there is time for four: 1 + 1/2 + 1/4 + 1/8 on average.
#[test]
fn a_failback_that_fails_is_tried_again() {
    let failover = "  detect: { fixed: 0s }
  failback: { wait: 1d, takes: 5m, disruption: 6m, success: 50% }";
    let result = play(&pair(365, "", failover), "10000");
    let expected = 6.0 * (5.0 * 2.0 + 1.875) / (365.0 * MINUTES_IN_A_DAY);
    let (low, high) = (
        number(&result, "/unavailability/low"),
        number(&result, "/unavailability/high"),
    );
    assert!(
        low <= expected && expected <= high,
        "{expected} not in {low} to {high}"
    );
    assert!(high - low < 0.05 * expected);
}

/// Half of the clients are back when the primary is lost anew. Detected after 6 min, when 60 % are: with a drain, they turn round at
/// once; without, it takes an hour to decide, and 30 of these 66 min go by until all are back.
#[test]
fn a_drain_can_turn_round() {
    let lost = |mttr: &str, drain: &str| {
        let fault = format!(
            "  again: {{ hits: region, regions: [r0], mtbf: {{ fixed: 60d30m }}, mttr: {{ fixed: {mttr} }} }}"
        );
        let failover = format!(
            "  detect: {{ fixed: 6m }}\n  decide: {{ fixed: 1h }}\n  failback: {{ wait: 0s, takes: 1h{drain} }}"
        );
        minutes(&play(&pair(61, &fault, &failover), "100"), 61) - 66.0
    };
    assert_near(lost("20h", ""), 30.0 * 0.75 + 36.0);
    assert_near(lost("20h", ", drain: true"), 6.0 * 0.55);
    // Healthy again before it is detected: the way back goes on.
    assert_near(lost("3m", ", drain: true"), 3.0 * 0.525);
}
