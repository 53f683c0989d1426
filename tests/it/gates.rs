//! Gates and baselines: verdicts, exit codes, and what is said of a gate that cannot be used.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

/// One component that is up 99 % of the time, and two regions of it.
const MODEL: &str = "
model: gated
regions: { r: { zones: 1 }, s: { zones: 1 } }
services: { web: { price: $1/h } }
faults: { host: { hits: replica, mtbf: 99h, mttr: 1h } }
topologies:
  one: { pattern: single-az, regions: [r] }
  two: { pattern: active-active, regions: [r, s] }
objectives: { slo: { target: 98%, window: 30d } }
";

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn run_in(folder: &Path, args: &[&str]) -> Said {
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder)
        .args(args)
        .args(["--no-charts", "--threads", "1"])
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn folder(model: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.yaml"), model).unwrap();
    folder
}

fn gated(model: &str, args: &[&str]) -> Said {
    let folder = folder(model);
    let common = [
        "compare",
        "model.yaml",
        "-o",
        "out",
        "--trials",
        "500",
        "--estimator",
        "plain",
    ];
    run_in(folder.path(), &[&common, args].concat())
}

fn code(args: &[&str]) -> i32 {
    gated(MODEL, args).code
}

#[test]
fn the_exit_code_says_met_missed_or_undecided() {
    assert_eq!(code(&["--gate", "availability>=98%"]), 0);
    assert_eq!(code(&["--gate", "availability>=99.9%"]), 3);
    // 99 % is the truth: the interval of 500 trials holds it.
    assert_eq!(code(&["--gate", "availability>=99%"]), 4);
    assert_eq!(
        code(&["--gate", "availability>=99%", "--gate", "cost.total<=1"]),
        3
    );
    assert_eq!(
        code(&["--gate", "cost.total<=730"]),
        0,
        "of one replica at $1 an hour, to the cent"
    );
    assert_eq!(code(&["--gate", "cost.total<730"]), 3);
}

#[test]
fn targets_take_the_units_of_models() {
    for gate in [
        "unavailability<=2%",
        "unavailability <= 0.02",
        "cost.total<=$730",
        "cost.total<=$1/h",
        "cost_per_month.total<=730 USD",
        "downtime<=8d",
        "downtime_minutes_per_year.mean<=8000",
        "downtime.p95<=9d",
        "outages<=120",
        "recovery.p95<=4h",
        "journeys.web.unavailability<=2%",
        "exceedance.1080>=90%",
        "slo_met>=50%",
        "slo.budget_used.p95<=250%",
        "trials>=500",
    ] {
        let said = gated(MODEL, &["--gate", gate]);
        assert_eq!(said.code, 0, "{gate}: {}{}", said.out, said.err);
    }
}

#[test]
fn gates_hold_for_the_recommended_topology_or_for_those_asked_for() {
    // `two` keeps 99.9 %, `one` is recommended as the cheaper.
    let gate = "availability>=99.9%";
    assert_eq!(code(&["--gate", gate]), 3);
    assert_eq!(code(&["--gate", gate, "--gate-topology", "two"]), 0);
    assert_eq!(code(&["--gate", gate, "--gate-topology", "any"]), 0);
    assert_eq!(code(&["--gate", gate, "--gate-topology", "every"]), 3);
    assert_eq!(code(&["--gate", &format!("two:{gate}")]), 0);
    // No topology is as cheap as the one and as available as the other.
    assert_eq!(
        code(&[
            "--gate",
            gate,
            "--gate",
            "cost.total<=800",
            "--gate-topology",
            "any"
        ]),
        3
    );
    let folder = folder(MODEL);
    let run = [
        "run",
        "model.yaml",
        "-t",
        "two",
        "--trials",
        "500",
        "--gate",
        gate,
    ];
    assert_eq!(run_in(folder.path(), &run).code, 0);
}

#[test]
fn results_are_written_and_verdicts_are_in_every_form() {
    let folder = folder(MODEL);
    let common = [
        "compare",
        "model.yaml",
        "-o",
        "out",
        "--trials",
        "500",
        "--gate",
        "availability>=99.99%",
    ];
    let table = run_in(folder.path(), &common);
    assert_eq!(table.code, 3);
    assert!(table.out.contains("missed: 1 of 1"), "{}", table.out);
    let written = std::fs::read_to_string(folder.path().join("out/results.json")).unwrap();
    let written: Value = serde_json::from_str(&written).unwrap();
    assert_eq!(written["gate"]["standing"], "missed");
    assert_eq!(written["gate"]["gates"][0]["topology"], "one");
    let summary = std::fs::read_to_string(folder.path().join("out/summary.md")).unwrap();
    let verdict = summary.find("**missed: 1 of 1**").unwrap();
    assert!(verdict < summary.find("Recommended").unwrap(), "{summary}");
    let json = run_in(
        folder.path(),
        &[&common[..], &["--format", "json"]].concat(),
    );
    assert_eq!(serde_json::from_str::<Value>(&json.out).unwrap(), written);
}

#[test]
fn a_bad_gate_is_an_error_before_the_first_trial_with_the_nearest_figures() {
    for (gate, why) in [
        ("avalability>=99%", "`availability`"),
        ("cost.totl<=1", "`cost.total`"),
        ("journeys.wob.unavailability<=1%", "journeys.web"),
        ("three:availability>=1%", "topology `three`"),
        ("balance.met>=5%", "no objective"),
        ("sla.any<=5%", "no objective"),
        ("availability=99%", "equality"),
        ("availability", "compares nothing"),
        (">=99%", "no figure"),
        ("availability>=", "no target"),
        ("availability>=99.95", "99.95%"),
        ("cost.total<=€5", "another currency"),
        ("cost.total<=$5/GB", "`$5/GB`"),
        ("downtime<=soon", "`soon`"),
        ("downtime.p99<=1h", "no interval"),
        ("recovery.p50<=1h", "no interval"),
        ("recovery.p99<=1h", "no interval"),
        ("exceedance.61<=1%", "exceedance.60"),
        ("journeys<=1", "several figures"),
        ("rpo_met>=95%", "objectives.rpo"),
        ("cost.downtime<=5", "does not price"),
        ("name>=5", "not a number"),
    ] {
        let said = gated(MODEL, &["--gate", gate]);
        assert_eq!(
            (said.code, said.out.as_str()),
            (2, ""),
            "{gate}: {}",
            said.err
        );
        assert!(
            said.err.contains(why) && said.err.contains("hint:"),
            "{gate}: {}",
            said.err
        );
    }
    let nobody = gated(
        MODEL,
        &["--gate", "availability>=1%", "--gate-topology", "nobody"],
    );
    assert!(
        nobody.code == 2 && nobody.err.contains("one, two"),
        "{}",
        nobody.err
    );
    let free = MODEL.replace("price: $1/h", "");
    let unpriced = gated(&free, &["--gate", "availability>=1%"]);
    assert!(
        unpriced.code == 2 && unpriced.err.contains("--gate-topology"),
        "{}",
        unpriced.err
    );
}

#[test]
fn no_outage_seen_misses_no_rto() {
    let model = MODEL
        .replace("mtbf: 99h", "mtbf: { never: true }")
        .replace("window: 30d }", "window: 30d }, rto: 1h");
    let said = gated(&model, &["--gate", "rto_met>=95%"]);
    assert_eq!(said.code, 0, "{}{}", said.out, said.err);
    assert!(said.out.contains("no outage seen"), "{}", said.out);
}

/// The code of a run against an earlier one of another model, with as many trials and the same seed.
fn against(before: &str, after: &str, args: &[&str]) -> (i32, Value) {
    let folder = folder(before);
    let common = [
        "compare",
        "model.yaml",
        "--trials",
        "640",
        "--format",
        "json",
        "--estimator",
        "plain",
    ];
    let first = run_in(folder.path(), &[&common[..], &["-o", "old"]].concat());
    assert_eq!(first.code, 0, "{}", first.err);
    std::fs::write(folder.path().join("model.yaml"), after).unwrap();
    let baseline = ["-o", "new", "--baseline", "old/results.json"];
    let second = run_in(folder.path(), &[&common[..], &baseline, args].concat());
    let results = serde_json::from_str(&second.out).unwrap_or_else(|_| panic!("{}", second.err));
    (second.code, results)
}

fn row<'a>(results: &'a Value, topology: &str, figure: &str) -> &'a Value {
    let rows = results["gate"]["baseline"]["rows"].as_array().unwrap();
    let row = rows
        .iter()
        .find(|row| row["topology"] == topology && row["figure"] == figure);
    row.unwrap_or_else(|| panic!("{results:#}"))
}

#[test]
fn an_unchanged_model_is_no_worse_than_itself() {
    let (code, results) = against(MODEL, MODEL, &[]);
    assert_eq!(code, 0);
    assert_eq!(row(&results, "one", "unavailability")["method"], "same");
}

/// A crew makes the model one that has to be played: repairs that take a hundredth longer are told apart by pairs, and not by two
/// independent intervals, which are twice as wide as that.
#[test]
fn the_same_trials_are_compared_in_pairs() {
    let played = MODEL.replace(
        "mttr: 1h }",
        "mttr: { lognormal: { median: 30m, p95: 3h } }, crew: ops }",
    ) + "crews: { ops: { size: 1 } }\n";
    let worse = played.replace("p95: 3h", "p95: 3.05h");
    let (code, results) = against(&played, &worse, &[]);
    let unavailability = row(&results, "one", "unavailability");
    assert_eq!(unavailability["method"], "paired", "{unavailability:#}");
    assert_eq!(
        (code, unavailability["standing"].as_str()),
        (3, Some("missed")),
        "{unavailability:#}"
    );
    let before = results["topologies"][0]["unavailability_by_block"]
        .as_array()
        .unwrap();
    assert_eq!(before.len(), 64);
    let mean: f64 = before
        .iter()
        .map(|block| block.as_f64().unwrap())
        .sum::<f64>()
        / 64.0;
    let reported = results["topologies"][0]["unavailability"]["mean"]
        .as_f64()
        .unwrap();
    // Ten trials in each block.
    assert!((mean / reported - 1.0).abs() < 1e-9, "{mean} {reported}");
    let (code, _) = against(&worse, &played, &[]);
    assert_eq!(code, 0, "better is not worse");
    let (code, _) = against(&played, &worse, &["--baseline-tolerance", "10%"]);
    assert_eq!(code, 0, "1 % worse is within 10 %");
}

#[test]
fn dearer_is_worse_and_what_is_new_or_missing_is_said() {
    let dearer = MODEL.replace("$1/h", "$1.05/h");
    let (code, results) = against(MODEL, &dearer, &[]);
    assert_eq!(
        (
            code,
            row(&results, "one", "cost_per_month.total")["standing"].as_str()
        ),
        (3, Some("missed"))
    );
    assert_eq!(
        against(MODEL, &dearer, &["--baseline-tolerance", "6%"]).0,
        0
    );
    let renamed = MODEL
        .replace("  two:", "  pair:")
        .replace("model: gated", "model: other");
    let baseline = &against(MODEL, &renamed, &[]).1["gate"]["baseline"];
    assert_eq!(baseline["new"][0], "pair");
    assert_eq!(baseline["missing"][0], "two");
    assert!(baseline["notes"][0].as_str().unwrap().contains("gated"));
}

#[test]
fn a_baseline_that_is_none_is_an_error() {
    let folder = folder(MODEL);
    let files = [
        ("later.json", "{\"schema\": 2}", "schema 2"),
        ("cut.json", "{\"schema\": 1, \"mod", "not a results.json"),
        ("other.json", "[]", "no `schema`"),
        (
            "part.json",
            "{\"schema\": 1, \"model\": \"x\"}",
            "not a results.json",
        ),
    ];
    for (name, text, why) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
        let args = [
            "compare",
            "model.yaml",
            "--trials",
            "100",
            "--baseline",
            name,
        ];
        let said = run_in(folder.path(), &args);
        assert_eq!(
            (said.code, said.out.as_str()),
            (2, ""),
            "{name}: {}",
            said.err
        );
        assert!(said.err.contains(why), "{name}: {}", said.err);
    }
    let args = [
        "compare",
        "model.yaml",
        "--trials",
        "100",
        "--baseline",
        "nowhere.json",
    ];
    assert!(run_in(folder.path(), &args).err.contains("nowhere.json"));
    let args = [
        "compare",
        "model.yaml",
        "--trials",
        "100",
        "--shard",
        "1/2",
        "--gate",
        "availability>=1%",
    ];
    let shard = run_in(folder.path(), &args);
    assert!(
        shard.code == 2 && shard.err.contains("failscape merge"),
        "{}",
        shard.err
    );
}
