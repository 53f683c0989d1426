//! The program from outside: exit codes, streams, files.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

use std::path::Path;

use assert_cmd::Command;

/// The program in a folder of its own, without the colours or progress that a terminal would get.
fn failscape(folder: &Path) -> Command {
    let mut command = Command::cargo_bin("failscape").unwrap();
    command
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE");
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
    assert!(
        assert.get_output().stdout.is_empty(),
        "nothing but data goes to stdout"
    );
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
    for command in [
        "compare",
        "run",
        "merge",
        "exact",
        "check",
        "graph",
        "import",
        "init",
        "schema",
        "completions",
        "man",
    ] {
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
        &["run"],
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
    std::fs::write(
        here.path().join("bad.yaml"),
        SMALL.replace("replicas: 2, price: $0.10/h", "replica: 2"),
    )
    .unwrap();
    let text = stderr_of_failure(failscape(here.path()).args(["compare", "bad.yaml"]), 2);
    assert!(text.contains("replica"), "{text}");
    assert!(!here.path().join("output").exists());
}

#[test]
fn an_unknown_topology_gets_a_suggestion() {
    let here = folder();
    with_model(here.path());
    let text = stderr_of_failure(
        failscape(here.path()).args(["run", "small.yaml", "-t", "tow"]),
        2,
    );
    assert!(text.contains("hint:") && text.contains("two"), "{text}");
}

#[test]
fn a_run_of_several_topologies_asks_which() {
    let here = folder();
    with_model(here.path());
    let text = stderr_of_failure(failscape(here.path()).args(["run", "small.yaml"]), 2);
    assert!(
        text.contains("-t and one of") && text.contains("two"),
        "{text}"
    );
}

#[test]
fn the_only_topology_of_a_model_needs_no_name() {
    let here = folder();
    let w1 = include_str!("../../benches/models/w1.yaml");
    std::fs::write(here.path().join("w1.yaml"), w1).unwrap();
    let args = ["run", "w1.yaml", "--trials", "100", "--no-charts"];
    assert!(stdout(failscape(here.path()).args(args)).contains("multi-az"));
}

#[test]
fn check_counts_what_is_in_a_model() {
    let here = folder();
    with_model(here.path());
    let text = stdout(failscape(here.path()).args(["check", "small.yaml"]));
    assert!(
        text.contains("ok, 2 regions, 2 services, 1 journey, 2 faults, 2 topologies"),
        "{text}"
    );
    let text = stdout(failscape(here.path()).args(["check", "small.yaml", "--defaults"]));
    assert!(text.contains("horizon"), "{text}");
}

#[test]
fn check_doubts_what_is_hardly_meant() {
    let here = folder();
    let model = "model: odd
regions: { eu: { zones: [a, b] } }
services: { web: { replicas: 2 } }
journeys: { buy: { entry: web } }
faults:
  fast: { hits: replica, mtbf: 30m, mttr: 1m }
  long: { hits: replica, mtbf: 1d, mttr: 9d }
  sane: { hits: replica, mtbf: 30d, mttr: 1h }
topologies: { two: { pattern: multi-az, regions: [eu] } }
";
    std::fs::write(here.path().join("odd.yaml"), model).unwrap();
    let done = failscape(here.path())
        .args(["check", "odd.yaml"])
        .assert()
        .success();
    let told = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    assert_eq!(told.matches("warning:").count(), 2, "{told}");
    assert!(
        told.contains("faults.fast fails every 30m in service"),
        "{told}"
    );
    assert!(
        told.contains("faults.long is down 90 % of the time"),
        "{told}"
    );
}

#[test]
fn init_writes_a_valid_model_and_refuses_to_overwrite_it() {
    let here = folder();
    failscape(here.path())
        .args(["init", "mine.yaml"])
        .assert()
        .success();
    failscape(here.path())
        .args(["check", "mine.yaml"])
        .assert()
        .success();
    std::fs::write(here.path().join("mine.yaml"), "precious").unwrap();
    let text = stderr_of_failure(failscape(here.path()).args(["init", "mine.yaml"]), 2);
    assert!(text.contains("hint:"), "{text}");
    assert_eq!(
        std::fs::read_to_string(here.path().join("mine.yaml")).unwrap(),
        "precious"
    );
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
    let schema: serde_json::Value =
        serde_json::from_str(&stdout(failscape(here.path()).arg("schema"))).unwrap();
    assert!(schema["properties"]["services"].is_object());
}

#[test]
fn completions_and_manual_pages_are_printed() {
    let here = folder();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(
            stdout(failscape(here.path()).args(["completions", shell])).contains("failscape"),
            "{shell}"
        );
    }
    assert!(stdout(failscape(here.path()).arg("man")).contains(".TH failscape"));
    assert!(
        stdout(failscape(here.path()).args(["man", "compare"])).contains("failscape\\-compare")
    );
    stderr_of_failure(failscape(here.path()).args(["man", "nothing"]), 2);
}

#[test]
fn colour_is_only_used_where_it_is_wanted() {
    let here = folder();
    let plain = stderr_of_failure(failscape(here.path()).args(["man", "nothing"]), 2);
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let coloured = stderr_of_failure(
        failscape(here.path()).args(["man", "nothing", "--color", "always"]),
        2,
    );
    assert!(coloured.contains('\u{1b}'), "{coloured}");
}

/// The arguments of a short run, with what else is wanted.
fn short<'a>(command: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut args = vec![command, "small.yaml", "--trials", "60"];
    args.extend_from_slice(more);
    args
}

#[test]
fn compare_prints_a_table_and_writes_a_folder() {
    let here = folder();
    with_model(here.path());
    let text = stdout(failscape(here.path()).args(short("compare", &[])));
    assert!(
        text.contains("one") && text.contains("two") && text.contains("nines"),
        "{text}"
    );
    assert!(
        text.lines().all(|line| line.chars().count() <= 100),
        "{text}"
    );
    let output = here.path().join("output/small");
    for file in [
        "results.json",
        "results.csv",
        "run.json",
        "summary.md",
        "index.html",
        "downtime.svg",
        "downtime.png",
    ] {
        assert!(output.join(file).exists(), "{file}");
    }
    let hidden = std::fs::read_dir(&output).unwrap().filter(|entry| {
        let name = entry.as_ref().unwrap().file_name();
        name.to_string_lossy().starts_with('.')
    });
    assert_eq!(hidden.count(), 0, "no temporary file is left");
}

#[test]
fn what_is_printed_is_what_is_written() {
    let here = folder();
    with_model(here.path());
    for (format, file) in [
        ("json", "results.json"),
        ("csv", "results.csv"),
        ("markdown", "summary.md"),
    ] {
        let args = short("compare", &["--format", format, "-o", "out", "--no-charts"]);
        let printed = stdout(failscape(here.path()).args(args));
        assert_eq!(
            printed,
            std::fs::read_to_string(here.path().join("out").join(file)).unwrap()
        );
    }
    assert!(!here.path().join("out/downtime.svg").exists());
}

#[test]
fn results_do_not_depend_on_threads() {
    let here = folder();
    with_model(here.path());
    let of = |threads: &str| {
        let args = short(
            "compare",
            &["--format", "json", "--no-charts", "--threads", threads],
        );
        stdout(failscape(here.path()).args(args))
    };
    let one = of("1");
    assert_eq!(one, of("2"));
    assert_eq!(one, of("8"));
    let results: serde_json::Value = serde_json::from_str(&one).unwrap();
    assert_eq!(results["partial"], false);
    assert_eq!(results["topologies"][0]["trials"], 60);
}

#[test]
fn run_shows_one_topology_in_depth() {
    let here = folder();
    with_model(here.path());
    let text = stdout(failscape(here.path()).args(short("run", &["-t", "two", "--no-charts"])));
    assert!(text.contains("two (hot-standby in r, s)"), "{text}");
    assert!(
        text.contains("What the downtime is charged to") && text.contains("█"),
        "{text}"
    );
    assert!(
        text.contains("infrastructure") && text.contains("storage"),
        "{text}"
    );
    assert!(here.path().join("output/small/two/results.json").exists());
}

#[test]
fn trials_are_saved_one_row_for_each_topology() {
    let here = folder();
    with_model(here.path());
    let args = short("compare", &["--no-charts", "--save-trials", "trials.csv"]);
    failscape(here.path()).args(args).assert().success();
    let text = std::fs::read_to_string(here.path().join("trials.csv")).unwrap();
    let mut lines = text.lines();
    assert_eq!(
        lines.next().unwrap(),
        "trial,topology,downtime_minutes_per_year,outages,longest_outage_seconds,cost_of_failure_USD_per_month"
    );
    assert!(lines.next().unwrap().starts_with("0,one,"));
    assert!(lines.next().unwrap().starts_with("0,two,"));
    assert_eq!(text.lines().count(), 1 + 2 * 60);
}

#[test]
fn a_place_that_cannot_be_written_is_found_out_before_the_run() {
    let here = folder();
    with_model(here.path());
    std::fs::write(here.path().join("file"), "").unwrap();
    let text = stderr_of_failure(
        failscape(here.path()).args(short("compare", &["-o", "file/below"])),
        1,
    );
    assert!(text.contains("file/below") && text.contains("-o"), "{text}");
    let args = short(
        "compare",
        &["--no-charts", "--save-trials", "nowhere/trials.csv"],
    );
    let text = stderr_of_failure(failscape(here.path()).args(args), 1);
    assert!(text.contains("nowhere"), "{text}");
    assert!(!here.path().join("output/small/results.json").exists());
}

#[test]
fn the_model_name_never_leads_out_of_the_output_folder() {
    let here = folder();
    let inner = here.path().join("inner");
    std::fs::create_dir(&inner).unwrap();
    std::fs::write(
        inner.join("m.yaml"),
        SMALL.replace("model: small", "model: \"../../escaped\""),
    )
    .unwrap();
    let output = failscape(&inner)
        .args(["compare", "m.yaml", "--trials", "10", "--no-charts"])
        .output()
        .unwrap();
    assert!(!here.path().join("escaped").exists());
    assert!(
        output.status.code() == Some(2) || inner.join("output").read_dir().unwrap().count() == 1
    );
}

#[test]
fn quiet_says_nothing_beside_the_data() {
    let here = folder();
    with_model(here.path());
    let assert = failscape(here.path())
        .args(short("compare", &["--quiet", "--no-charts"]))
        .assert()
        .success();
    assert!(assert.get_output().stderr.is_empty());
}

#[test]
fn a_run_out_of_time_is_partial_and_fine() {
    let here = folder();
    with_model(here.path());
    let args = [
        "compare",
        "small.yaml",
        "--precision",
        "0.01%",
        "--max-time",
        "1s",
        "--format",
        "json",
        "--no-charts",
    ];
    let results: serde_json::Value =
        serde_json::from_str(&stdout(failscape(here.path()).args(args))).unwrap();
    assert_eq!(results["partial"], true);
    assert!(
        results["warnings"]
            .as_array()
            .unwrap()
            .iter()
            .any(|warning| warning["code"] == "partial-run")
    );
}

/// Starts an endless run, in which stdout is kept.
#[cfg(unix)]
fn endless(here: &Path) -> std::process::Child {
    std::process::Command::new(assert_cmd::cargo::cargo_bin("failscape"))
        .args([
            "compare",
            "small.yaml",
            "--precision",
            "0.001%",
            "--estimator",
            "sampled",
            "--format",
            "json",
            "--no-charts",
        ])
        .args(["--threads", "1", "--save-trials", "trials.csv"])
        .current_dir(here)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap()
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_keeps_what_is_done_and_ends_with_130() {
    let here = folder();
    with_model(here.path());
    let child = endless(here.path());
    std::thread::sleep(std::time::Duration::from_millis(1500));
    Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .assert()
        .success();
    let output = child.wait_with_output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(130),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let results: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(results["partial"], true);
    let trials = results["topologies"][0]["trials"].as_u64().unwrap();
    assert!(trials > 0);
    assert!(here.path().join("output/small/results.json").exists());
    // What was reported can be repeated.
    let trials = trials.to_string();
    let args = [
        "compare",
        "small.yaml",
        "--trials",
        &trials,
        "--estimator",
        "sampled",
        "--format",
        "json",
        "--no-charts",
        "-o",
        "again",
    ];
    let again: serde_json::Value =
        serde_json::from_str(&stdout(failscape(here.path()).args(args))).unwrap();
    assert_eq!(again["topologies"], results["topologies"]);
    let rows = std::fs::read_to_string(here.path().join("trials.csv"))
        .unwrap()
        .lines()
        .count();
    assert_eq!(
        rows.to_string(),
        (1 + 2 * trials.parse::<usize>().unwrap()).to_string()
    );
}

#[cfg(unix)]
#[test]
fn a_reader_who_leaves_is_no_failure() {
    let here = folder();
    with_model(here.path());
    let program = assert_cmd::cargo::cargo_bin("failscape");
    let mut child = std::process::Command::new(program)
        .args([
            "compare",
            "small.yaml",
            "--trials",
            "60",
            "--format",
            "json",
            "--no-charts",
        ])
        .current_dir(here.path())
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(
        output.stderr.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A mistyped name must not cost a file: only what an earlier run wrote is replaced.
#[test]
fn a_file_of_trials_never_replaces_another_file() {
    let folder = folder();
    with_model(folder.path());
    let model = folder.path().join("shop.yaml");
    std::fs::write(&model, "model: shop").unwrap();
    let play = |path: &str| {
        failscape(folder.path())
            .args([
                "compare",
                "--trials",
                "2",
                "--no-charts",
                "--save-trials",
                path,
            ])
            .output()
            .unwrap()
    };
    let refused = play("shop.yaml");
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains("is no file of trials"),
        "{refused:?}"
    );
    assert_eq!(std::fs::read_to_string(&model).unwrap(), "model: shop");
    assert!(play("trials.csv").status.success());
    assert!(play("trials.csv").status.success());
}
