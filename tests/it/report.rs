//! The assumption ledger of a run, and `failscape report`, through the program.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use tempfile::TempDir;

/// One topology that can be worked out, one that cannot; hostile names and texts.
const MODEL: &str = "
model: shop
description: \"a <b>shop</b>\"
regions: { east: { zones: 2 }, west: { zones: 2 } }
services:
  web: { replicas: 2, price: $0.10/h, calls: [pay] }
  pay: { external: true, mtbf: 60d, mttr: 20m }
faults:
  host:  { hits: replica, mtbf: 30d, mttr: 1h, source: \"fleet log 2024-11\" }
  quake: { hits: region, mtbf: 200d, mttr: 9h, source: assumed }
failover: { detect: { probe: 10s, misses: 3 }, activate: 20m }
topologies:
  one:  { pattern: multi-az, regions: [east] }
  warm: { pattern: warm-standby }
objectives: { rto: 15m }
sources:
  failover: { source: \"=drill(), of the team\", as_of: 2025-02-11 }
";

fn failscape(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("failscape").unwrap();
    command.current_dir(folder);
    command
}

/// A folder with the run of a model in `out`.
fn played(model: &str, args: &[&str]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("shop.yaml"), model).unwrap();
    failscape(folder.path())
        .args(["compare", "shop.yaml", "--trials", "40", "-o", "out", "-q"])
        .args(args)
        .assert()
        .success();
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).unwrap()
}

fn stderr(command: &mut Command, code: i32) -> String {
    let assert = command.assert().code(code);
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

#[test]
fn the_page_is_made_again_to_the_byte_without_playing() {
    let folder = played(MODEL, &["--threads", "1"]);
    let page = read(&folder, "out/index.html");
    for said in [
        "faults.quake.mtbf",
        "of the team",
        "as of 2025-02-11",
        "data-chart=\"timeline\"",
    ] {
        assert!(page.contains(said), "{said}");
    }
    for (run, out) in [
        ("out", "again.html"),
        ("out/results.json", "and/again.html"),
    ] {
        failscape(folder.path())
            .args(["report", run, "-o", out])
            .assert()
            .success();
        assert_eq!(read(&folder, out), page, "{run}");
    }
    fs::remove_file(folder.path().join("out/index.html")).unwrap();
    failscape(folder.path())
        .args(["report", "out"])
        .assert()
        .success();
    assert_eq!(read(&folder, "out/index.html"), page);
    // A run without charts says so; its report has them.
    let bare = played(MODEL, &["--no-charts"]);
    let without = read(&bare, "out/index.html");
    assert!(without.contains("asked to draw no charts") && !without.contains("data-chart"));
    failscape(bare.path())
        .args(["report", "out"])
        .assert()
        .success();
    assert_eq!(read(&bare, "out/index.html"), page);
}

#[test]
fn evidence_and_ledger_are_the_same_on_any_number_of_threads() {
    let one = played(MODEL, &["--threads", "1", "--no-charts"]);
    let two = played(MODEL, &["--threads", "2", "--no-charts"]);
    for file in ["evidence.json", "assumptions.csv", "results.json"] {
        let file = format!("out/{file}");
        assert_eq!(read(&one, &file), read(&two, &file), "{file}");
    }
}

#[test]
fn a_page_without_evidence_says_what_it_lacks() {
    let folder = played(MODEL, &["--no-charts"]);
    fs::remove_file(folder.path().join("out/evidence.json")).unwrap();
    let told = stderr(failscape(folder.path()).args(["report", "out"]), 0);
    assert!(told.contains("evidence.json"), "{told}");
    let page = read(&folder, "out/index.html");
    assert!(
        page.contains("without the evidence.json of its run"),
        "it says what is missing"
    );
    assert!(
        page.contains("data-chart=\"unavailability\"") && !page.contains("data-chart=\"timeline\"")
    );
    assert!(!page.contains("What the answer rests on"));
}

#[test]
fn what_is_no_run_is_refused_with_a_hint() {
    let folder = played(MODEL, &["--no-charts"]);
    let refused = |change: &dyn Fn(&Path), said: &str| {
        let copy = tempfile::tempdir().unwrap();
        for file in ["results.json", "evidence.json"] {
            fs::copy(folder.path().join("out").join(file), copy.path().join(file)).unwrap();
        }
        change(copy.path());
        let told = stderr(failscape(copy.path()).args(["report", "."]), 2);
        assert!(told.contains(said) && told.contains("hint"), "{told}");
        assert!(!copy.path().join("index.html").exists(), "{said}");
    };
    let replace = |file: &'static str, from: &'static str, to: &'static str| {
        move |folder: &Path| {
            let text = fs::read_to_string(folder.join(file)).unwrap();
            assert!(text.contains(from), "{from}");
            fs::write(folder.join(file), text.replacen(from, to, 1)).unwrap();
        }
    };
    refused(
        &|folder| fs::remove_file(folder.join("results.json")).unwrap(),
        "there is no file",
    );
    refused(
        &|folder| fs::write(folder.join("results.json"), "{").unwrap(),
        "is no results.json",
    );
    refused(
        &replace("results.json", "\"seed\": 1", "\"seed\": \"one\""),
        "is no results.json",
    );
    refused(
        &replace("results.json", "\"schema\": 1", "\"schema\": 9"),
        "schema 9",
    );
    refused(
        &replace("evidence.json", "\"seed\":1", "\"seed\":2"),
        "another run",
    );
    refused(
        &|folder| fs::write(folder.join("evidence.json"), "[]").unwrap(),
        "is no evidence.json",
    );
}

#[test]
fn the_ledger_tells_what_each_number_is_worth() {
    let folder = played(MODEL, &["--no-charts"]);
    let text = read(&folder, "out/assumptions.csv");
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let headers = reader.headers().unwrap().clone();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    let cell = |path: &str, topology: &str, column: &str| -> String {
        let at = |name: &str| headers.iter().position(|header| header == name).unwrap();
        let found = rows
            .iter()
            .find(|row| &row[at("path")] == path && &row[at("topology")] == topology);
        found.unwrap_or_else(|| panic!("{path} of {topology}"))[at(column)].to_owned()
    };
    let number = |path: &str, topology: &str, column: &str| -> f64 {
        let text = cell(path, topology, column);
        text.parse()
            .unwrap_or_else(|_| panic!("{path}, {topology}, {column}: {text:?}"))
    };
    assert_eq!(cell("faults.host.mtbf", "one", "as_of"), "2024-11");
    assert_eq!(cell("faults.host.mtbf", "one", "origin"), "source");
    assert_eq!(cell("faults.quake.mttr", "one", "origin"), "assumed");
    assert_eq!(cell("services.pay.mttr", "one", "origin"), "assumed");
    assert_eq!(
        cell("topologies.warm.standby_scale", "warm", "origin"),
        "default"
    );
    // No spreadsheet takes a text for a formula.
    assert_eq!(
        cell("failover.activate", "warm", "source"),
        "'=drill(), of the team"
    );
    // Poisson with mean 365 / 200 in each of 40 trials: six standard deviations.
    let fired = number("faults.quake.mtbf", "one", "fired_per_trial");
    assert!((0.55..=3.1).contains(&fired), "{fired}");
    assert!(number("services.pay.mtbf", "one", "share_of_loss") > 0.0);
    assert_eq!(
        cell("failover.activate", "warm", "charged_to"),
        "phase activating"
    );
    let (low, high) = (
        number("faults.quake.mtbf", "one", "unavailability_low"),
        number("faults.quake.mtbf", "one", "unavailability_high"),
    );
    let mean = number("faults.quake.mtbf", "one", "unavailability");
    assert!(low < mean && mean < high, "{low} {mean} {high}");
    // Worked out: longer repairs lose more, rarer failures less; the provider alone is nearly all but the quakes.
    let by = |path: &str| number(path, "one", "elasticity");
    assert!(by("services.pay.mttr") > 0.0 && by("services.pay.mtbf") < 0.0);
    assert!((by("services.pay.mttr") + by("services.pay.mtbf")).abs() < 0.01);
    assert!(number("services.pay.mttr", "one", "elasticity_error") < 1e-3);
    assert!(!cell("services.pay.mttr", "warm", "why_no_elasticity").is_empty());
    assert!(
        rows.iter()
            .all(|row| !row[0].starts_with("objectives") && !row[0].starts_with("horizon"))
    );
}

/// Names that spreadsheets would run.
const FORMULAS: &str = "
model: formulas
regions: { r: { zones: [a] } }
services: { web: { replicas: 1 } }
faults: { \"=host()\": { hits: replica, mtbf: 30d, mttr: 1h } }
journeys: { \"+all\": { entry: web } }
topologies: { \"@one\": { pattern: single-az }, \"-two\": { pattern: single-az } }
";

#[test]
fn no_file_has_a_cell_that_a_spreadsheet_would_run() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.yaml"), FORMULAS).unwrap();
    let run = |args: &[&str]| {
        let mut command = Command::cargo_bin("failscape").unwrap();
        command
            .current_dir(folder.path())
            .args(args)
            .assert()
            .success();
    };
    run(&[
        "compare",
        "model.yaml",
        "--trials",
        "20",
        "--no-charts",
        "-o",
        "run",
        "--save-trials",
        "trials.csv",
    ]);
    run(&[
        "inject",
        "model.yaml",
        "--drill",
        "lose-zone",
        "--trials",
        "20",
        "--no-charts",
        "-o",
        "inject",
    ]);
    let (mut cells, mut texts) = (0, 0);
    for path in [
        "trials.csv",
        "run/results.csv",
        "run/assumptions.csv",
        "inject/inject.csv",
        "inject/differences.csv",
        "inject/timeline.csv",
    ] {
        let mut reader = csv::Reader::from_path(folder.path().join(path)).unwrap();
        for row in reader.records() {
            for cell in &row.unwrap() {
                let is_formula =
                    cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
                assert!(!is_formula, "{path}: {cell}");
                cells += 1;
                texts += usize::from(cell.starts_with('\''));
            }
        }
    }
    assert!(cells > 200 && texts > 60, "{cells} {texts}");
}
