//! What must hold of any model: properties, and the same bytes on any machine.

use serde_json::Value;

use crate::support::{compare, compare_bytes, number, shipped, topology};

/// One service on three zones, with a host, a zone and a deployment fault, as text with holes.
fn small(replicas: u32, needs: u32, mttr: &str) -> String {
    format!(
        "
model: small
regions: {{ r: {{ zones: 3 }} }}
services:
  web: {{ replicas: {replicas}, needs: {needs}, calls: [db] }}
  db: {{ replicas: 2 }}
faults:
  host: {{ hits: replica, mtbf: 30d, mttr: {mttr} }}
  zone: {{ hits: zone, mtbf: 1y, mttr: 4h }}
  deploy: {{ hits: service-in-region, services: [web], mtbf: 200d, mttr: {{ fixed: 20m }} }}
topologies:
  t: {{ pattern: multi-az }}
"
    )
}

/// Difference of the means of two runs with the same faults, in units of the standard error of the difference of two
/// independent runs: at least as wide as the paired one, so that a bound on it holds for the pairs.
fn excess(more: &Value, less: &Value) -> f64 {
    let (a, b) = (topology(more, "t"), topology(less, "t"));
    let half =
        |t: &Value| 0.5 * (number(t, "/unavailability/high") - number(t, "/unavailability/low"));
    let error = half(a).hypot(half(b));
    (number(b, "/unavailability/mean") - number(a, "/unavailability/mean")) / error
}

/// The intervals are at 99.99 %; both runs share their faults, so that a false alarm is rarer than 1 in 10,000.
const SURE: [&str; 4] = ["--trials", "3000", "--confidence", "99.99%"];

#[test]
fn more_replicas_do_not_raise_unavailability() {
    let few = compare(&small(3, 2, "6h"), &SURE);
    let many = compare(&small(5, 2, "6h"), &SURE);
    assert!(excess(&few, &many) < 1.0, "{}", excess(&few, &many));
    assert!(excess(&many, &few) > 0.0, "two more replicas help here");
}

#[test]
fn faster_repair_does_not_raise_unavailability() {
    let slow = compare(&small(3, 2, "6h"), &SURE);
    let fast = compare(&small(3, 2, "1h"), &SURE);
    assert!(excess(&slow, &fast) < 1.0, "{}", excess(&slow, &fast));
    assert!(
        excess(&fast, &slow) > 0.0,
        "repair in a sixth of the time helps here"
    );
}

#[test]
fn shares_of_attribution_add_up_to_one() {
    let results = compare(
        &shipped("three-tier.yaml"),
        &["--trials", "400", "--estimator", "plain"],
    );
    for t in results["topologies"].as_array().unwrap() {
        let parts = t["attribution"].as_array().unwrap();
        let total: f64 = parts.iter().map(|part| number(part, "/share")).sum();
        assert!((total - 1.0).abs() < 1e-9, "{}: {total}", t["name"]);
        let unavailability: f64 = parts
            .iter()
            .map(|part| number(part, "/unavailability/mean"))
            .sum();
        let mean = number(t, "/unavailability/mean");
        assert!(
            (unavailability / mean - 1.0).abs() < 1e-9,
            "{}: {unavailability} of {mean}",
            t["name"]
        );
    }
}

#[test]
fn reordering_a_file_changes_no_figure() {
    let model = small(4, 3, "2h");
    let reordered = "
topologies:
  t: { pattern: multi-az }
faults:
  zone: { mttr: 4h, mtbf: 1y, hits: zone }
  deploy: { mttr: { fixed: 20m }, mtbf: 200d, services: [web], hits: service-in-region }
  host: { mttr: 2h, hits: replica, mtbf: 30d }
services:
  db: { replicas: 2 }
  web: { calls: [db], needs: 3, replicas: 4 }
regions: { r: { zones: 3 } }
model: small
";
    let (a, b) = (compare(&model, &SURE), compare(reordered, &SURE));
    for pointer in [
        "/unavailability/mean",
        "/unavailability/high",
        "/outages_per_year/mean",
        "/downtime_minutes_per_year/p99",
    ] {
        let (a, b) = (
            number(topology(&a, "t"), pointer),
            number(topology(&b, "t"), pointer),
        );
        assert!((a / b - 1.0).abs() < 1e-12, "{pointer}: {a} and {b}");
    }
}

/// Streams are named by words, so a renamed model is played with other faults: its figures agree as two runs do. The
/// bound of one joint 99.99 % half-width is passed by chance in less than one of 10,000 choices of names.
#[test]
fn renaming_changes_figures_by_no_more_than_their_intervals() {
    let model = small(4, 3, "2h");
    let renamed = model
        .replace("web", "front")
        .replace("db", "store")
        .replace("zone:", "power:")
        .replace("host", "machine");
    let (a, b) = (compare(&model, &SURE), compare(&renamed, &SURE));
    assert!(excess(&a, &b).abs() < 1.0, "{}", excess(&a, &b));
}

#[test]
fn results_are_the_same_bytes_on_one_two_and_eight_threads() {
    let model = shipped("three-tier.yaml");
    let run = |threads: &str| compare_bytes(&model, &["--trials", "300", "--threads", threads]);
    let one = run("1");
    assert_eq!(one, run("2"));
    assert_eq!(one, run("8"));
}

/// A run that stops at its precision equals a run of as many trials, but for its warnings and what asked for it.
#[test]
fn a_run_that_stops_by_precision_equals_a_run_of_as_many_trials() {
    let model = small(3, 2, "6h");
    let stopped = compare(&model, &["--precision", "10%"]);
    let trials = topology(&stopped, "t")["trials"].to_string();
    let fixed = compare(&model, &["--trials", &trials]);
    assert_eq!(topology(&stopped, "t"), topology(&fixed, "t"));
}

#[test]
fn another_seed_is_another_sample() {
    let model = small(3, 2, "6h");
    let plain = |seed: &str| {
        let settings = ["--trials", "300", "--seed", seed, "--estimator", "plain"];
        compare(&model, &settings)
    };
    let (a, b) = (plain("1"), plain("2"));
    assert_ne!(
        number(topology(&a, "t"), "/unavailability/mean"),
        number(topology(&b, "t"), "/unavailability/mean")
    );
}
