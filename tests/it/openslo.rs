//! Objectives written as OpenSLO v1, and read from it.

use assert_cmd::Command;

const MODEL: &str = "
model: Online Shop
regions: { r: { zones: 1 } }
services:
  web: { slo: 99.95%, calls: [db, pay] }
  db: { slo: 99.99% }
  pay: { external: true, mtbf: 60d, mttr: 20m, sla: 99.9% }
journeys: { buy: { entry: web, slo: 99.5% } }
faults: { host: { hits: replica, mtbf: 60d, mttr: 8m } }
objectives:
  slo: [{ target: 99.9%, window: 28d, windows: rolling }, { indicator: balance, tolerance: 2%, window: 30d }]
  rto: 15m
";

struct Said {
    code: i32,
    out: String,
    err: String,
}

fn slo(files: &[(&str, &str)], args: &[&str]) -> Said {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder.path())
        .arg("slo")
        .args(args)
        .output()
        .unwrap();
    Said {
        code: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

#[test]
fn what_is_written_is_read_back_as_it_was() {
    let written = slo(&[("model.yaml", MODEL)], &["export", "model.yaml"]);
    assert_eq!(written.code, 0, "{}", written.err);
    for left_out in ["of the balance", "services.pay.sla", "objectives.rto"] {
        assert!(written.err.contains(left_out), "{}", written.err);
    }
    assert_eq!(written.out.matches("apiVersion: openslo/v1").count(), 4);
    assert!(
        written.out.contains("duration: 28d\n      isRolling: true"),
        "{}",
        written.out
    );
    assert!(written.out.contains("name: online-shop-availability"));
    let read = slo(
        &[("slos.yaml", &written.out), ("model.yaml", MODEL)],
        &["import", "slos.yaml", "--model", "model.yaml"],
    );
    assert_eq!(read.code, 0, "{}", read.err);
    let expected = "# from slos.yaml; join it with the sections of your model\n\
        objectives:\n  slo: { target: 99.9%, window: 28d, windows: rolling }\n\
        journeys:\n  buy: { slo: 99.5% }\n\
        services:\n  db: { slo: 99.99% }\n  web: { slo: 99.95% }\n";
    assert_eq!(read.out, expected);
}

fn of(spec: &str) -> String {
    format!(
        "apiVersion: openslo/v1\nkind: SLO\nmetadata: {{ name: one }}\nspec:\n  service: web\n{spec}"
    )
}

const RATIO: &str = "  indicatorRef: good\n  budgetingMethod: Occurrences\n";

fn import(text: &str) -> Said {
    slo(&[("slos.yaml", text)], &["import", "slos.yaml"])
}

#[test]
fn an_slo_from_elsewhere_becomes_the_objective() {
    let text = of(&format!(
        "{RATIO}  timeWindow: [{{ duration: 1M, calendar: {{ startTime: '2020-01-21 12:30:00', timeZone: UTC }} }}]\n  objectives: [{{ targetPercent: 99.95 }}]\n  alertPolicies: [a]\n  color: red\n"
    ));
    let read = import(&text);
    assert_eq!(read.code, 0, "{}", read.err);
    assert!(
        read.out.contains("slo: { target: 99.95%, window: month }"),
        "{}",
        read.out
    );
    for named in ["spec.color", "alertPolicies", "2020-01-21 12:30:00"] {
        assert!(read.err.contains(named), "{}", read.err);
    }
}

#[test]
fn what_a_model_cannot_say_is_left_out_by_name() {
    let one = "  objectives: [{ target: 0.99 }]\n";
    let cases = [
        (
            format!("  indicatorRef: good\n  budgetingMethod: Timeslices\n{one}"),
            "Timeslices",
        ),
        (
            format!("  budgetingMethod: Occurrences\n{one}"),
            "neither indicator",
        ),
        (
            format!(
                "  indicator: {{ spec: {{ thresholdMetric: {{}} }} }}\n  budgetingMethod: Occurrences\n{one}"
            ),
            "threshold",
        ),
        (
            format!("{RATIO}  objectives: [{{ target: 0.99 }}, {{ target: 0.9 }}]\n"),
            "2 entries",
        ),
        (
            format!("{RATIO}  objectives: [{{ target: 0.99, targetPercent: 99 }}]\n"),
            "both target",
        ),
        (
            format!("{RATIO}  objectives: [{{ target: 99 }}]\n"),
            "below 100%",
        ),
        (
            format!("{RATIO}  objectives: [{{ op: lt, value: 3, target: 0.9 }}]\n"),
            "threshold",
        ),
        (
            format!("{RATIO}  timeWindow: [{{ duration: 30s, isRolling: true }}]\n{one}"),
            "30s",
        ),
        (
            format!("{RATIO}  timeWindow: [{{ duration: 30d }}]\n{one}"),
            "isRolling",
        ),
        (RATIO.to_owned(), "objectives is missing"),
    ];
    for (spec, why) in cases {
        let read = import(&of(&spec));
        assert_eq!((read.code, read.out.as_str()), (2, ""), "{spec}");
        assert!(
            read.err.contains("left out: SLO one") && read.err.contains(why),
            "{spec}: {}",
            read.err
        );
    }
}

#[test]
fn what_is_no_openslo_file_is_refused_with_a_hint() {
    for (text, why) in [
        ("", "no document"),
        ("a: [", "cannot be read as YAML"),
        ("- 1", "not an OpenSLO object"),
        ("apiVersion: v1\nkind: Pod", "apiVersion: openslo/v1"),
        (
            "apiVersion: openslo/v2alpha1\nkind: SLO",
            "openslo/v2alpha1",
        ),
        ("apiVersion: openslo/v1\nkind: SLO", "metadata.name"),
        (
            "apiVersion: openslo/v1\nkind: Pod\nmetadata: { name: a }",
            "unknown kind Pod",
        ),
    ] {
        let read = import(text);
        assert_eq!((read.code, read.out.as_str()), (2, ""), "{text}");
        assert!(
            read.err.contains(why) && read.err.contains("hint:"),
            "{text}: {}",
            read.err
        );
    }
}

#[test]
fn services_are_matched_with_those_of_the_model() {
    let two = format!(
        "{}---\n{}",
        of(&format!("{RATIO}  objectives: [{{ target: 0.999 }}]\n")),
        of(&format!("{RATIO}  objectives: [{{ target: 0.99 }}]\n"))
            .replace("service: web", "service: nobody")
    );
    let read = slo(
        &[("slos.yaml", &two), ("model.yaml", MODEL)],
        &["import", "slos.yaml", "-m", "model.yaml"],
    );
    assert_eq!(read.code, 0, "{}", read.err);
    assert!(
        read.out.contains("services:\n  web: { slo: 99.9% }"),
        "{}",
        read.out
    );
    assert!(
        read.err.contains("no service or journey nobody"),
        "{}",
        read.err
    );
}
