//! Detection as it is, by the public command: probes that time out, false alarms, flapping. Intervals are at 99.99 %: each check
//! fails by chance once in 10,000 choices of its seed.

use serde_json::Value;

use crate::support::{compare, number, topology};

/// A primary that is lost at 50 d, 110 d, …, 350 d for 10 days, and a standby that never fails.
fn pair(faults: &str, failover: &str) -> String {
    format!(
        "
model: pair
horizon: 1y
regions: {{ r0: {{ zones: 1 }}, r1: {{ zones: 1 }} }}
services: {{ web: {{}} }}
faults:
{faults}
topologies: {{ t: {{ pattern: hot-standby, regions: [r0, r1] }} }}
failover:
{failover}
"
    )
}

const LOSSES: &str =
    "  region: { hits: region, regions: [r0], mtbf: { fixed: 50d }, mttr: { fixed: 10d } }";

fn play(model: &str, trials: &str) -> Value {
    let args = ["--trials", trials, "--confidence", "99.99%"];
    topology(&compare(model, &args), "t").clone()
}

/// The first of three failed probes comes 30 s after the loss on average, the third 2 min later; it has failed after 10 s more.
#[test]
fn probes_fail_only_after_their_timeout() {
    let failover = "
  detect: { probe: 60s, misses: 3, timeout: 10s }
  activate: { fixed: 0s }
  reroute: { fixed: 0s }";
    let result = play(&pair(LOSSES, failover), "2000");
    let expected = 6.0 * 160.0 / 31_536_000.0;
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

/// Traffic comes to r1 at 50 d, r0 is back at 60 d, and r1 is lost an hour later.
#[test]
fn nothing_is_declared_while_it_is_held_down() {
    let lost = |hold_down: &str| {
        let faults = format!(
            "{LOSSES}
  other: {{ hits: region, regions: [r1], mtbf: {{ fixed: 60d1h }}, mttr: {{ fixed: 10d }} }}"
        );
        let failover = format!(
            "
  detect: {{ probe: 1s, misses: 1, hold_down: {hold_down} }}
  activate: {{ fixed: 0s }}
  reroute: {{ fixed: 0s }}
  failback: never"
        );
        let model = pair(&faults, &failover).replace("horizon: 1y", "horizon: 62d");
        number(&play(&model, "2"), "/unavailability/mean") * 62.0 * 24.0
    };
    let free = lost("0s");
    assert!(free < 1e-2, "{free} h");
    // Held down until 61 d.
    let held = lost("11d");
    assert!((held - 23.0).abs() < 1e-2, "{held} h");
}

/// With nothing else that fails, what is lost is the rerouting of needless failovers to a standby that is too small: it serves a
/// quarter less than all until it is scaled up, for 30 min, about every 10 days.
#[test]
fn false_alarms_cost_what_they_disrupt() {
    let failover = "
  false_alarm: 10d
  activate: { fixed: 30m }
  reroute: { fixed: 0s }
  failback: { wait: 0s, takes: 1s }";
    let model = pair(
        "  region: { hits: region, mtbf: 1000000y, mttr: 1h }",
        failover,
    )
    .replace("hot-standby", "warm-standby")
    .replace(
        "regions: [r0, r1] }",
        "regions: [r0, r1], standby_scale: 75% }",
    );
    let result = play(&model, "2000");
    // Alarms while a failover is under way count for nothing: one every 10 d and 30 min.
    let expected = 0.25 * 0.5 / (240.0 + 0.5);
    let (low, high) = (
        number(&result, "/unavailability/low"),
        number(&result, "/unavailability/high"),
    );
    assert!(
        low <= expected && expected <= high,
        "{expected} not in {low} to {high}"
    );
    assert!(high - low < 0.1 * expected);
    let attribution = result["attribution"].as_array().unwrap();
    assert_eq!(attribution.len(), 1);
    assert_eq!(attribution[0]["cause"], "false alarm");
}
