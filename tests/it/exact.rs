//! Figures without sampling, through the public command, against the same references as the sampled ones.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

/// Relative accuracy of the references: most are Simpson sums, some the steady state of a chain that has nearly settled.
const ACCURACY: f64 = 1e-11;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn output(args: &[&str], model: &Path) -> String {
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .arg("exact")
        .arg(model)
        .args(args)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).unwrap()
}

fn first_topology(model: &Path) -> Value {
    let all: Value = serde_json::from_str(&output(&["--format", "json"], model)).unwrap();
    all["topologies"][0].clone()
}

fn of_text(text: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    std::fs::write(&model, text).unwrap();
    first_topology(&model)
}

fn value(figure: &Value) -> f64 {
    figure["value"].as_f64().unwrap()
}

/// Whether a figure is the reference, within its own error and the reference's accuracy.
fn agrees(figure: &Value, reference: f64) -> bool {
    let allowed = ACCURACY * reference + figure["error"].as_f64().unwrap();
    (value(figure) - reference).abs() <= allowed
}

#[test]
fn every_case_that_is_worked_out_meets_its_reference() {
    let cases: Value =
        serde_json::from_str(include_str!("../../models/reference/expected.json")).unwrap();
    let (mut answered, mut checked, mut failures) = (0, 0, Vec::new());
    for case in cases["cases"].as_array().unwrap() {
        let model = case["model"].as_str().unwrap();
        let topology = first_topology(&project("models/reference").join(model));
        if topology["unavailability"].is_null() {
            assert!(!topology["refused"].as_array().unwrap().is_empty());
            continue;
        }
        answered += 1;
        for check in case["checks"].as_array().unwrap() {
            let path = check["figure"].as_str().unwrap();
            let Some(figure) = topology.pointer(path) else {
                continue;
            };
            checked += 1;
            if figure.is_null() {
                continue;
            }
            let reference = check["value"].as_f64().unwrap();
            if !agrees(figure, reference) {
                failures.push(format!("{model} {path}: {figure} instead of {reference:e}"));
            }
            if figure["error"].as_f64().unwrap() > 1e-3 * reference {
                failures.push(format!("{model} {path}: {figure} is too vague"));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    // A case that is refused from now on would go unnoticed otherwise.
    assert_eq!((answered, checked), (74, 118));
}

#[test]
fn the_workloads_of_the_benchmarks_are_exact_to_ten_digits() {
    for (model, reference) in [
        ("w1", 4.512_194_495_5e-6),
        ("w1r", 4.525_176_546_2e-10),
        ("w3", 8.010_819_95e-6),
    ] {
        let topology = first_topology(&project("benches/models").join(format!("{model}.yaml")));
        let figure = &topology["unavailability"];
        // The references are printed with eleven digits, that of w3 with nine.
        let digits = if model == "w3" { 1e-9 } else { 1e-10 };
        let error = (value(figure) / reference - 1.0).abs();
        assert!(error < digits, "{model}: {figure}");
        assert_eq!(figure["accuracy"], "exact");
    }
}

#[test]
fn the_daily_curve_and_the_warm_up_meet_their_closed_form() {
    let topology = of_text(
        "
model: curve
horizon: 48h
warm_up: 7h
regions: { r: { zones: [a] } }
services: { unit: { replicas: 1 } }
faults: { failure: { hits: replica, mtbf: 50h, mttr: 10h } }
traffic: { rate: 100/s, daily_peak: 1.8, peak_hour: 20 }
topologies: { one: { pattern: single-az, regions: [r] } }
",
    );
    // Mean of w(s) q(7 h + s) over two days, w = 1 + 0.8 cos(omega (s - 20 h)); hours.
    let (x, omega): (f64, f64) = (1.0 / 50.0 + 1.0 / 10.0, std::f64::consts::TAU / 24.0);
    let decayed = -(-48.0 * x).exp_m1();
    let phase = omega * 20.0;
    let wave = (x * phase.cos() + omega * phase.sin()) / (x * x + omega * omega);
    let fading = (-7.0 * x).exp() * decayed;
    let weighted = (1.0 - fading * (1.0 / x + 0.8 * wave) / 48.0) / 6.0;
    let flat = (1.0 - fading / x / 48.0) / 6.0;
    assert!(agrees(&topology["unavailability"], weighted));
    let journey = &topology["journeys"]["unit"];
    assert!(agrees(&journey["time_unavailability"], flat));
    // Outages begin at the rate (1 - q) / 50 h, scaled to 8760 h.
    assert!(agrees(
        &topology["outages_per_year"],
        (1.0 - flat) / 50.0 * 8760.0
    ));
}

#[test]
fn what_tolerates_the_loss_of_all_that_can_be_lost_is_never_down() {
    // Three replicas of which one is enough, and only one zone ever fails.
    let topology = of_text(
        "
model: tolerant
regions: { r: { zones: [a, b, c] } }
services: { unit: { replicas: 3, needs: 1 } }
faults: { outage: { hits: zone, zones: [a], mtbf: 100h, mttr: 1h } }
topologies: { one: { pattern: multi-az, regions: [r] } }
",
    );
    assert_eq!(value(&topology["unavailability"]), 0.0);
}

#[test]
fn what_cannot_be_worked_out_is_refused_with_its_name_and_a_way_on() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("model.yaml");
    std::fs::write(
        &model,
        "
model: overlapping
regions: { r1: { zones: [a] }, r2: { zones: [a] } }
services: { unit: { replicas: 1 } }
faults: { loss: { hits: region, mtbf: 1000h, mttr: 2h } }
topologies: { both: { pattern: active-active, regions: [r1, r2] } }
failover: { reroute: { ttl: 60s }, detect: { probe: 10s, misses: 3, hold_down: 10m } }
",
    )
    .unwrap();
    let text = output(&[], &model);
    assert!(text.contains("`hold_down`"), "{text}");
    assert!(text.contains("failscape run"), "{text}");
    let topology = first_topology(&model);
    assert!(topology["unavailability"].is_null());
    assert_eq!(topology["refused"][0]["route"], "product form");
    assert_eq!(topology["refused"][1]["route"], "Markov chain");
    for (model, name) in [
        ("c05-2-of-4-1-crew", "failure"),
        ("c11-2-of-3-beta-5", "shock"),
        ("spreads", "failure"),
        ("insensitive", "failure"),
    ] {
        let topology = first_topology(&project("models/reference").join(format!("{model}.yaml")));
        let reason = topology["refused"][0]["reason"].as_str().unwrap();
        assert!(reason.contains(&format!("`{name}`")), "{model}: {reason}");
    }
}

#[test]
fn a_figure_that_is_not_known_beside_others_is_null_with_its_reason() {
    let topology = first_topology(&project("benches/models/w3.yaml"));
    assert!(topology["first_outage_hours"].is_null());
    assert!(topology["steady_state_unavailability"]["value"].is_f64());
    let reason = topology["refused"][0]["reason"].as_str().unwrap();
    assert!(reason.starts_with("first_outage_hours: "), "{reason}");
}

#[test]
fn more_stages_leave_less_error_and_none_are_said_to_be_none() {
    let model = project("models/reference/c24-fixed.yaml");
    let with = |stages: &str| {
        let all = output(&["--format", "json", "--stages", stages], &model);
        let all: Value = serde_json::from_str(&all).unwrap();
        all["topologies"][0].clone()
    };
    let error = |topology: &Value| topology["unavailability"]["error"].as_f64().unwrap();
    let (few, many) = (with("4"), with("32"));
    assert_eq!((&few["stages"], &many["stages"]), (&4.into(), &32.into()));
    assert!(error(&many) < error(&few), "{many} {few}");
    let refused = Command::cargo_bin("failscape")
        .unwrap()
        .args(["exact", "--stages", "5"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && said.contains("multiple of 4"),
        "{said}"
    );
    let none = Command::cargo_bin("failscape")
        .unwrap()
        .args(["exact", "--stages", "8"])
        .arg(project("benches/models/w1.yaml"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&none.stderr).into_owned();
    assert!(
        none.status.success() && said.contains("no time of multi-az"),
        "{said}"
    );
}
