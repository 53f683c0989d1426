//! Studies that are cut short, by Ctrl-C or by their time: what was played is kept, and what was not is named.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;

/// Starts a study of the built-in model in a folder, waits until it has said what it will play, and a while; then interrupts it.
/// Returns its exit code and what it printed.
#[cfg(unix)]
fn interrupted(here: &Path, args: &[&str]) -> (Option<i32>, Value) {
    let mut child = Command::new(assert_cmd::cargo::cargo_bin("failscape"))
        .args(args)
        .args(["--format", "json", "--threads", "1", "-o", "out"])
        .current_dir(here)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    said.read_line(&mut line).unwrap();
    assert!(line.contains("plays"), "{line}");
    std::thread::sleep(Duration::from_secs(4));
    let killed = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(killed.success());
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    assert!(
        rest.contains("interrupted: what was done is kept"),
        "{rest}"
    );
    let output = child.wait_with_output().unwrap();
    let printed = serde_json::from_slice(&output.stdout).unwrap();
    (output.status.code(), printed)
}

/// The file that a study leaves says what it printed.
fn kept(here: &Path, name: &str) -> Value {
    let text = std::fs::read_to_string(here.join("out").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[cfg(unix)]
#[test]
fn an_interrupted_sweep_keeps_its_points_and_names_the_topologies_that_are_missing() {
    let here = tempfile::tempdir().unwrap();
    let args = [
        "sweep",
        "--set",
        "failover.detect=10s,60s",
        "-t",
        "warm-standby",
        "-t",
        "hot-standby",
        "--trials",
        "1000000000",
    ];
    let (code, printed) = interrupted(here.path(), &args);
    assert_eq!(code, Some(130));
    assert_eq!(kept(here.path(), "sweep.json"), printed);
    let study = &printed["sweep"];
    assert_eq!(study["partial"], true);
    let topologies = study["topologies"].as_array().unwrap();
    assert_eq!(topologies.len(), 1);
    assert_eq!(topologies[0]["points"].as_array().unwrap().len(), 2);
    assert!(topologies[0]["points"][1]["trials"].as_u64().unwrap() > 0);
    assert_eq!(study["left_out"].as_array().unwrap().len(), 1);
    assert!(here.path().join("out/sweep.csv").exists());
    assert!(here.path().join("out/sweep.svg").exists());
}

#[cfg(unix)]
#[test]
fn an_interrupted_sensitivity_keeps_its_bars() {
    let here = tempfile::tempdir().unwrap();
    let args = [
        "sensitivity",
        "--only",
        "faults.region-outage",
        "-t",
        "single-az",
        "-t",
        "multi-az",
        "--trials",
        "1000000000",
    ];
    let (code, printed) = interrupted(here.path(), &args);
    assert_eq!(code, Some(130));
    assert_eq!(kept(here.path(), "sensitivity.json"), printed);
    let study = &printed["sensitivity"];
    assert_eq!(study["partial"], true);
    let topologies = study["topologies"].as_array().unwrap();
    assert_eq!(topologies.len(), 2);
    // In the order of the file; the one that is recommended was played first.
    assert_eq!(topologies[0]["name"], "single-az");
    let recommended = topologies
        .iter()
        .find(|topology| topology["name"] == study["recommended"]);
    let bars = recommended.unwrap()["bars"].as_array().unwrap();
    assert!(!bars.is_empty());
    assert!(bars[0]["high"]["trials"].as_u64().unwrap() > 0);
    assert!(here.path().join("out/sensitivity.csv").exists());
}

/// A second is too short for all assumptions of seven topologies.
#[test]
fn a_sensitivity_ends_when_its_time_is_up() {
    let here = tempfile::tempdir().unwrap();
    let output = Command::new(assert_cmd::cargo::cargo_bin("failscape"))
        .args([
            "sensitivity",
            "--max-time",
            "1s",
            "--no-charts",
            "-o",
            "out",
        ])
        .current_dir(here.path())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    assert!(text.contains("cut short"), "{text}");
    let study = kept(here.path(), "sensitivity.json")["sensitivity"].take();
    assert_eq!(study["partial"], true);
    let topologies = study["topologies"].as_array().unwrap();
    assert_eq!(topologies.len(), 7);
    let missing = study["not_played"].as_array().unwrap();
    for topology in topologies {
        assert!(topology["unavailability"]["n"].as_u64().unwrap() > 0);
        let is_missing = missing.contains(&topology["name"]);
        assert_eq!(topology["bars"].as_array().unwrap().is_empty(), is_missing);
    }
    for name in missing {
        assert!(text.contains(name.as_str().unwrap()), "{text}");
    }
}

/// A time that no part of a topology reads changes nothing of it: its difference is zero, and it is played once.
#[test]
fn what_does_not_touch_a_topology_is_the_same_plan() {
    let here = tempfile::tempdir().unwrap();
    let output = Command::new(assert_cmd::cargo::cargo_bin("failscape"))
        .args([
            "sensitivity",
            "-t",
            "single-az",
            "--only",
            "failover",
            "--trials",
            "20",
        ])
        .args(["--no-charts", "-o", "out"])
        .current_dir(here.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    let study = kept(here.path(), "sensitivity.json")["sensitivity"].take();
    let bars = study["topologies"][0]["bars"].as_array().unwrap();
    assert!(!bars.is_empty());
    for end in bars.iter().flat_map(|bar| [&bar["low"], &bar["high"]]) {
        let difference = &end["unavailability_difference"];
        for key in ["mean", "low", "high"] {
            assert_eq!(difference[key], 0.0, "{end}");
        }
        assert_eq!(difference["interval"], "same-plan");
    }
}

/// A run of a second is not made longer by what takes another one after it.
#[test]
fn a_short_run_that_is_cut_short_does_without_elasticities() {
    let here = tempfile::tempdir().unwrap();
    let output = Command::new(assert_cmd::cargo::cargo_bin("failscape"))
        .args(["compare", "--max-time", "1s", "--precision", "0.001%"])
        .args(["--no-charts", "-o", "out"])
        .current_dir(here.path())
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(kept(here.path(), "results.json")["partial"], true);
    let ledger = &kept(here.path(), "evidence.json")["ledger"];
    let reasons = ledger["no_elasticity"].as_array().unwrap();
    assert_eq!(reasons.len(), 7);
    assert_eq!(reasons[0]["reason"], "the run was cut short");
}
