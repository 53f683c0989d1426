//! Standbys that rot, and drills, by the public command. Intervals are at 99.99 %: each check fails by chance once in 10,000 choices
//! of its seed.

use assert_cmd::Command;
use serde_json::Value;

use crate::support::{compare, number, shipped, topology};

/// A primary that is lost at 50 d, 110 d, …, 350 d for 10 days, a standby that never fails by itself and takes no time to serve.
fn pair(failover: &str, more: &str) -> String {
    format!(
        "
model: pair
horizon: 1y
regions: {{ r0: {{ zones: 1 }}, r1: {{ zones: 1 }} }}
services: {{ web: {{}} }}
faults:
  region: {{ hits: region, regions: [r0], mtbf: {{ fixed: 50d }}, mttr: {{ fixed: 10d }} }}
topologies: {{ t: {{ pattern: hot-standby, regions: [r0, r1] }} }}
failover:
  detect: {{ fixed: 0s }}
  activate: {{ fixed: 0s }}
  reroute: {{ fixed: 0s }}
  failback: {{ wait: 0s, takes: 0s }}
{failover}
{more}
"
    )
}

fn play(model: &str, trials: &str) -> Value {
    let args = ["--trials", trials, "--confidence", "99.99%"];
    topology(&compare(model, &args), "t").clone()
}

/// Whether the interval of hours lost in a year holds a mean, and is narrow enough to tell.
fn holds(result: &Value, hours: f64) {
    let expected = hours / 8760.0;
    let (low, high) = (
        number(result, "/unavailability/low"),
        number(result, "/unavailability/high"),
    );
    assert!(
        low <= expected && expected <= high,
        "{expected} not in {low} to {high}"
    );
    assert!(high - low < 0.1 * expected);
}

fn share(result: &Value, phase: &str) -> f64 {
    let phases = result["phases"].as_array().unwrap();
    let named = phases.iter().filter(|part| part["phase"] == phase);
    named.map(|part| number(part, "/share")).sum()
}

/// 50 days after it was last sound a standby has rotted with the chance 1 − exp(−1/2); it is then mended for 2 h. Six losses.
#[test]
fn rot_is_found_when_the_standby_is_needed() {
    let result = play(&pair("  rot: { mtbf: 100d, fix: 2h }", ""), "20000");
    holds(&result, 6.0 * 2.0 * (1.0 - (-0.5_f64).exp()));
    assert!((share(&result, "mending-standby") - 1.0).abs() < 1e-9);
}

/// A game day every 10 days that takes no time and disturbs nobody: it leaves the standby sound, or mends it. The losses come at dates
/// of drills, after them: r0 is lost 10 days after the last game day, and the drill of that instant comes too late or in time. Shifted by
/// a drill period of 9 d it is 5 d: from 45 d to 50 d.
#[test]
fn drills_find_rot_before_it_is_needed() {
    let drills = "drills: { every: 9d, kind: gameday, takes: 0s, disruption: 0s }";
    let model = pair("  rot: { mtbf: 100d, fix: { fixed: 2h } }", drills)
        .replace("horizon: 1y", "horizon: 55d");
    let result = play(&model, "20000");
    // Rotten in the five days since the last drill. A standby that the drill found rotten is sound from 2 h after it on.
    let found = |p: f64| 2.0 * (1.0 - (-p).exp());
    let nine = 1.0 - (-0.09_f64).exp();
    let hours = (1.0 - nine) * found(0.05) + nine * found(0.05 - 2.0 / 2400.0);
    let expected = hours / (55.0 * 24.0);
    let (low, high) = (
        number(&result, "/unavailability/low"),
        number(&result, "/unavailability/high"),
    );
    assert!(
        low <= expected && expected <= high,
        "{expected} not in {low} to {high}"
    );
    assert!(high - low < 0.3 * expected);
}

/// Nobody is served for a minute at each drill that moves traffic: those at 40 d, 80 d, …, 360 d of which 120 d (a failover under way)
/// is put off, and 240 d.
#[test]
fn drills_disrupt() {
    let drills = "drills: { every: 40d, kind: gameday, takes: 1h, disruption: 1m, cost: $730 }";
    let result = play(&pair("", drills), "2");
    // r0 is down from 50 d to 60 d, 110 d to 120 d, 170 d to 180 d, 230 d to 240 d, 290 d to 300 d, 350 d to 360 d.
    // It is back at 120 d, 240 d and 360 d before the drill of that instant.
    let minutes = number(&result, "/downtime_minutes_per_year/mean");
    let count = minutes.round();
    assert!((minutes - count).abs() < 1e-6, "{minutes}");
    assert!((6.0..=9.0).contains(&count), "{minutes}");
    assert!((share(&result, "drilling") - 1.0).abs() < 1e-9);
    let attribution = result["attribution"].as_array().unwrap();
    assert_eq!(attribution[0]["cause"], "drill");
    let fired = result["faults"].as_array().unwrap();
    let drills = fired.iter().find(|fault| fault["name"] == "drill").unwrap();
    assert_eq!(drills["fired"].as_f64().unwrap(), 2.0 * count);
    // Those that are held are paid for, at 730 each, and not those that are put off.
    let a_month = 730.0 * count / 12.0;
    assert!((number(&result, "/cost_per_month/drills") - a_month).abs() < 1e-9);
    let held = |end: &str| number(&result, &format!("/cost_per_month/drills_held/{end}"));
    assert!(held("low") <= a_month + 1e-9 && a_month <= held("high") + 1e-9);
    assert!((number(&result, "/cost_per_month/total") - a_month).abs() < 1e-9);
}

/// A date after the end of the horizon costs nothing, though its rate times its price would.
#[test]
fn drills_that_never_come_cost_nothing() {
    let drills = "drills: { every: 400d, cost: $730 }\ncosts: { downtime: $1/h }";
    let result = play(&pair("", drills), "2");
    for line in ["drills", "drills_held/high"] {
        assert_eq!(
            number(&result, &format!("/cost_per_month/{line}")),
            0.0,
            "{line}"
        );
    }
}

/// A game day at 90 d is held unless r0, lost for ever at an exponential time of mean 90 d, is lost by then: it is held with the chance 1/e,
/// and then costs 12 × 730 a year.
#[test]
fn drills_that_are_left_out_cost_nothing() {
    let drills = "drills: { every: 90d, takes: 0s, disruption: 0s, cost: $8760 }";
    let model = pair("", drills)
        .replace(
            "mtbf: { fixed: 50d }, mttr: { fixed: 10d }",
            "mtbf: 90d, mttr: { fixed: 9y }",
        )
        .replace("horizon: 1y", "horizon: 100d");
    let result = play(&model, "20000");
    let held = (-1.0_f64).exp();
    let expected = held * 8760.0 * 730.0 / 2400.0;
    let line = |end: &str| number(&result, &format!("/cost_per_month/drills_held/{end}"));
    assert!(line("low") <= expected && expected <= line("high"));
    assert!(line("high") - line("low") < 0.1 * expected);
}

/// Live traffic alternates: after the rotation at 40 d it is in r1 when r0 is lost at 50 d, and nothing is lost. At 80 d it goes back,
/// at 110 d r0 is lost with the traffic in it.
#[test]
fn rotation_leaves_traffic_where_it_went() {
    let drills = "drills: { every: 40d, kind: rotation, disruption: 0s }";
    let lost = |horizon: &str| {
        let model = pair("", drills)
            .replace("activate: { fixed: 0s }", "activate: { fixed: 1h }")
            .replace("failback: { wait: 0s, takes: 0s }", "failback: never")
            .replace("horizon: 1y", horizon);
        number(&play(&model, "2"), "/downtime_minutes_per_year/mean")
    };
    assert_eq!(lost("horizon: 79d"), 0.0);
    assert!(lost("horizon: 115d") > 0.0);
}

/// What serves in vain is found at once: a warm standby to which clients come before it is mended serves nobody for 2 h.
#[test]
fn a_warm_standby_that_has_rotted_serves_nobody() {
    let model = pair("  rot: { mtbf: { fixed: 1d }, fix: { fixed: 2h } }", "")
        .replace("hot-standby", "warm-standby");
    let result = play(&model, "2");
    let hours = number(&result, "/unavailability/mean") * 8760.0;
    assert!((hours - 12.0).abs() < 1e-6, "{hours}");
    assert!((share(&result, "mending-standby") - 1.0).abs() < 1e-9);
}

/// What waited for a rotted standby is said in so many words.
#[test]
fn a_rotted_standby_is_warned_of() {
    let model = pair("  rot: { mtbf: { fixed: 1d }, fix: { fixed: 2h } }", "");
    let results = compare(&model, &["--trials", "200"]);
    let warnings = results["warnings"].as_array().unwrap();
    let rotted = warnings
        .iter()
        .find(|warning| warning["code"] == "standby-rotted");
    let message = rotted.unwrap()["message"].as_str().unwrap();
    assert_eq!(
        message,
        "100 % of the downtime of t was waiting for a rotted standby"
    );
}

/// A rotation over 20 days begins at 40 d. From 50 d to 60 d r0 is down, and the clients left there fall from a half to none: a quarter
/// of ten days is lost, and nobody fails over, for they are on their way.
#[test]
fn a_rotation_moves_traffic_over_what_it_takes() {
    let drills = "drills: { every: 40d, kind: rotation, takes: 20d, disruption: 0s }";
    let model = pair("", drills)
        .replace("failback: { wait: 0s, takes: 0s }", "failback: never")
        .replace("horizon: 1y", "horizon: 79d");
    let result = play(&model, "2");
    let days = number(&result, "/unavailability/mean") * 79.0;
    assert!((days - 2.5).abs() < 1e-6, "{days}");
}

/// The best interval of the shipped model is neither the shortest nor never, and each is played as `compare` plays it.
#[test]
fn drills_have_a_best_interval() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("drills.yaml"), shipped("drills.yaml")).unwrap();
    let args = [
        "drills",
        "drills.yaml",
        "-t",
        "hot-standby",
        "--trials",
        "2000",
        "--format",
        "json",
    ];
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder.path())
        .args(args)
        .output()
        .unwrap();
    assert!(output.status.success());
    let study: Value = serde_json::from_slice(&output.stdout).unwrap();
    let intervals = study["drills"]["intervals"].as_array().unwrap();
    // A drill a year is never seen within a year.
    assert_eq!(intervals.len(), 7);
    assert_eq!(intervals[6]["every_hours"], Value::Null);
    let lost = |index: usize| number(&intervals[index], "/unavailability/mean");
    let best = study["drills"]["most_available"].as_u64().unwrap() as usize;
    assert!((1..6).contains(&best), "{best}");
    assert!(lost(best) < 0.7 * lost(6));
    let cheapest = study["drills"]["cheapest"].as_u64().unwrap() as usize;
    assert!((1..6).contains(&cheapest), "{cheapest}");
    let own = intervals
        .iter()
        .position(|interval| interval["label"] == "every 90d")
        .unwrap();
    let written =
        |name: &str| std::fs::read(folder.path().join("output/drills/hot-standby").join(name));
    assert_eq!(written("drills.json").unwrap(), output.stdout);
    assert!(written("drills.md").unwrap().starts_with(b"### drills"));
    assert!(written("drills.png").unwrap().starts_with(b"\x89PNG"));
    let svg = String::from_utf8(written("drills.svg").unwrap()).unwrap();
    let marked = |index: usize| format!("\n{}: ", intervals[index]["label"].as_str().unwrap());
    for index in [best, cheapest, 6] {
        assert!(svg.contains(&marked(index)), "{index}");
    }
    let compared = compare(&shipped("drills.yaml"), &["--trials", "2000"]);
    let compared = topology(&compared, "hot-standby");
    let expected = number(compared, "/unavailability/mean");
    assert!((lost(own) / expected - 1.0).abs() < 1e-12);
}

/// A study without charts takes the pictures of an earlier one away: they would show its figures.
#[test]
fn a_study_without_charts_leaves_no_picture_of_an_earlier_one() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("drills.yaml"), shipped("drills.yaml")).unwrap();
    let study = |more: &[&str]| {
        let args = [
            "drills",
            "drills.yaml",
            "-t",
            "hot-standby",
            "--trials",
            "20",
            "-o",
            "here",
        ];
        let mut command = Command::cargo_bin("failscape").unwrap();
        command.current_dir(folder.path()).args(args).args(more);
        assert!(command.output().unwrap().status.success());
        folder.path().join("here/drills.png").exists()
    };
    assert!(study(&[]));
    assert!(!study(&["--no-charts"]));
    assert!(folder.path().join("here/drills.json").exists());
}
