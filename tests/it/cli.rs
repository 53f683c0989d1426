//! The program from outside: exit codes, streams, files.

use std::path::Path;

use assert_cmd::Command;

/// The program in a folder of its own, without the colours or progress that a terminal would get.
fn failscape(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("failscape").unwrap();
    command.current_dir(folder).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

fn stdout(command: &mut Command) -> String {
    String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap()
}

fn stderr_of_failure(command: &mut Command, code: i32) -> String {
    let assert = command.assert().code(code);
    assert!(assert.get_output().stdout.is_empty(), "nothing but data goes to stdout");
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// A model in which only one fault happens, small enough for a test.
const SMALL: &str = "
model: small
regions: { r: { zones: 2 }, s: { zones: 2 } }
services:
  web: { replicas: 2, price: $0.10/h, calls: [db] }
  db: { replicas: 2, price: $0.20/h, data: { size: 10GB, writes: 1KB/s } }
faults:
  host: { hits: replica, mtbf: 20d, mttr: 2h }
  region: { hits: region, mtbf: 200d, mttr: 5h }
topologies:
  one: { pattern: multi-az, regions: [r] }
  two: { pattern: hot-standby, regions: [r, s] }
objectives: { slo: { target: 99.9%, window: 30d }, rto: 1h }
costs: { cross_zone: $0.01/GB, cross_region: $0.02/GB, storage: $0.10/GB/month, per_region: $100/month, downtime: $1000/h }
";

fn with_model(folder: &Path) {
    std::fs::write(folder.join("small.yaml"), SMALL).unwrap();
}

#[test]
fn help_names_every_command() {
    let here = folder();
    let text = stdout(failscape(here.path()).arg("--help"));
    for command in ["compare", "run", "check", "graph", "init", "schema", "completions", "man"] {
        assert!(text.contains(command), "{command}");
    }
}

#[test]
fn wrong_usage_ends_with_2() {
    let here = folder();
    for args in [
        &["frobnicate"][..],
        &["compare", "--trials", "0"],
        &["compare", "--precision", "150%"],
        &["compare", "--max-time", "10"],
        &["compare", "--confidence", "95"],
        &["run", "x.yaml"],
        &[],
    ] {
        let text = stderr_of_failure(failscape(here.path()).args(args), 2);
        assert!(!text.is_empty(), "{args:?}");
    }
}

#[test]
fn a_missing_model_ends_with_2_and_names_the_file() {
    let here = folder();
    let text = stderr_of_failure(failscape(here.path()).args(["check", "nowhere.yaml"]), 2);
    assert!(text.contains("nowhere.yaml"), "{text}");
}

#[test]
fn an_invalid_model_ends_with_2_before_any_folder_is_made() {
    let here = folder();
    std::fs::write(here.path().join("bad.yaml"), SMALL.replace("replicas: 2, price: $0.10/h", "replica: 2")).unwrap();
    let text = stderr_of_failure(failscape(here.path()).args(["compare", "bad.yaml"]), 2);
    assert!(text.contains("replica"), "{text}");
    assert!(!here.path().join("output").exists());
}

#[test]
fn an_unknown_topology_gets_a_suggestion() {
    let here = folder();
    with_model(here.path());
    let text = stderr_of_failure(failscape(here.path()).args(["run", "small.yaml", "-t", "tow"]), 2);
    assert!(text.contains("hint:") && text.contains("two"), "{text}");
}

#[test]
fn check_counts_what_is_in_a_model() {
    let here = folder();
    with_model(here.path());
    let text = stdout(failscape(here.path()).args(["check", "small.yaml"]));
    assert!(text.contains("ok, 2 regions, 2 services, 1 journey, 2 faults, 2 topologies"), "{text}");
    let text = stdout(failscape(here.path()).args(["check", "small.yaml", "--defaults"]));
    assert!(text.contains("horizon"), "{text}");
}

#[test]
fn init_writes_a_valid_model_and_refuses_to_overwrite_it() {
    let here = folder();
    failscape(here.path()).args(["init", "mine.yaml"]).assert().success();
    failscape(here.path()).args(["check", "mine.yaml"]).assert().success();
    std::fs::write(here.path().join("mine.yaml"), "precious").unwrap();
    let text = stderr_of_failure(failscape(here.path()).args(["init", "mine.yaml"]), 2);
    assert!(text.contains("hint:"), "{text}");
    assert_eq!(std::fs::read_to_string(here.path().join("mine.yaml")).unwrap(), "precious");
}

#[test]
fn graph_draws_a_topology() {
    let here = folder();
    with_model(here.path());
    let svg = stdout(failscape(here.path()).args(["graph", "small.yaml", "-t", "two"]));
    assert!(svg.contains("<svg") && svg.contains("db"), "{svg}");
    let dot = stdout(failscape(here.path()).args(["graph", "small.yaml", "--format", "dot"]));
    assert!(dot.contains("digraph"), "{dot}");
}

#[test]
fn schema_is_json() {
    let here = folder();
    let schema: serde_json::Value = serde_json::from_str(&stdout(failscape(here.path()).arg("schema"))).unwrap();
    assert!(schema["properties"]["services"].is_object());
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let here = folder();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(failscape(here.path()).args(["completions", shell])).contains("failscape"), "{shell}");
    }
    assert!(stdout(failscape(here.path()).arg("man")).contains(".TH failscape"));
    assert!(stdout(failscape(here.path()).args(["man", "compare"])).contains("failscape\\-compare"));
    stderr_of_failure(failscape(here.path()).args(["man", "nothing"]), 2);
}

#[test]
fn colour_is_only_used_where_it_is_wanted() {
    let here = folder();
    let plain = stderr_of_failure(failscape(here.path()).args(["man", "nothing"]), 2);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let coloured = stderr_of_failure(failscape(here.path()).args(["man", "nothing", "--color", "always"]), 2);
    assert!(coloured.contains('\u{1b}'), "{coloured}");
}
