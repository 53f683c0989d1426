//! Sweeps by the public command: against closed forms, with the same trials at all points, and what is refused.

use std::path::Path;

use assert_cmd::Command;
use serde_json::Value;

use super::support::number;

/// One region and two: what is lost by each follows by hand.
pub(crate) fn model(mtbf: &str, more: &str) -> String {
    format!(
        "model: pair\nregions: {{ east: {{ zones: [a] }}, west: {{ zones: [a] }} }}\n\
         services: {{ api: {{ price: $1/h }} }}\n\
         faults: {{ region: {{ hits: region, mtbf: {mtbf}, mttr: 1d }} }}\n\
         topologies:\n  one: {{ pattern: multi-az, regions: [east] }}\n  both: {{ pattern: active-active, regions: [east, west] }}\n\
         failover: {{ detect: {{ fixed: 0s }}, reroute: {{ fixed: 0s }} }}\n{more}"
    )
}

pub(crate) fn run(folder: &Path, text: &str, args: &[&str]) -> std::process::Output {
    std::fs::write(folder.join("pair.yaml"), text).unwrap();
    Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder)
        .args(args)
        .output()
        .unwrap()
}

/// What a study of the model pair.yaml says as JSON.
pub(crate) fn study(command: &str, text: &str, args: &[&str]) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let usual = [command, "pair.yaml", "--no-charts", "--format", "json"];
    let output = run(folder.path(), text, &[&usual, args].concat());
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

fn sweep(text: &str, args: &[&str]) -> Value {
    study("sweep", text, args)
}

/// Share of a year that a unit is down which is up at its start, for a mean of 100 days and of so many days down.
pub(crate) fn lost_in_a_year(days: f64) -> f64 {
    let rate = 365.0 * (1.0 / 100.0 + 1.0 / days);
    days / (100.0 + days) * (1.0 - (1.0 - (-rate).exp()) / rate)
}

fn points(study: &Value) -> &Vec<Value> {
    study["sweep"]["topologies"][0]["points"]
        .as_array()
        .unwrap()
}

/// A region that is down for r and up for 100 days is lost for r / (100 + r) of the time, less a little at the start of a year, and loses
/// 1 % a little above 100 / 99 days.
#[test]
fn a_curve_is_the_closed_form_and_crosses_where_it_does() {
    let text = model(
        "100d",
        "objectives: { slo: { target: 99%, window: 30d } }\n",
    );
    let study = sweep(
        &text,
        &[
            "--set",
            "faults.region.mttr=6h..4d:5",
            "-t",
            "one",
            "--trials",
            "50",
        ],
    );
    let parameter = &study["sweep"]["parameters"][0];
    assert_eq!(parameter["spread"], "log");
    assert_eq!(parameter["in_file"], "1d");
    for (point, value) in points(&study)
        .iter()
        .zip(parameter["values"].as_array().unwrap())
    {
        let days = number(value, "/number") / 86_400.0;
        let lost = number(point, "/unavailability/mean");
        assert!(
            (lost / lost_in_a_year(days) - 1.0).abs() < 1e-9,
            "{days}: {lost}"
        );
    }
    let crossings = study["sweep"]["topologies"][0]["crossings"]
        .as_array()
        .unwrap();
    let slo: Vec<&Value> = crossings
        .iter()
        .filter(|crossing| crossing["figure"] == "unavailability")
        .collect();
    assert_eq!(slo.len(), 1);
    let days = number(slo[0], "/number") / 86_400.0;
    assert!((lost_in_a_year(days) / 0.01 - 1.0).abs() < 0.01, "{days}");
    assert_eq!(slo[0]["met_before"], true);
    assert_eq!(
        number(&study["sweep"]["topologies"][0], "/best/unavailability"),
        0.0
    );
}

/// Neighbours are told apart by the same trials: their differences vary far less than those of independent runs.
#[test]
fn neighbours_share_their_trials() {
    let text = model("{ between: [50d, 200d] }", "");
    let lost = |seed: &str| {
        let args = [
            "--set",
            "faults.region.mttr=20h,24h",
            "-t",
            "one",
            "--trials",
            "100",
            "--seed",
            seed,
        ];
        let study = sweep(&text, &args);
        let lost: Vec<f64> = points(&study)
            .iter()
            .map(|point| number(point, "/unavailability/mean"))
            .collect();
        let half = |value: &Value| number(value, "/high") - number(value, "/low");
        let difference = half(&study["sweep"]["topologies"][0]["neighbours"][0]["unavailability"]);
        let apart = half(&points(&study)[0]["unavailability"])
            .hypot(half(&points(&study)[1]["unavailability"]));
        assert!(difference < 0.5 * apart, "{difference} {apart}");
        (lost[0], lost[1])
    };
    let runs: Vec<(f64, f64)> = ["1", "2", "3", "4", "5", "6", "7", "8"]
        .iter()
        .map(|seed| lost(seed))
        .collect();
    let variance = |values: Vec<f64>| {
        let mean = values.iter().sum::<f64>() / values.len() as f64;
        values
            .iter()
            .map(|value| (value - mean).powi(2))
            .sum::<f64>()
    };
    let paired = variance(runs.iter().map(|(a, b)| b - a).collect());
    let independent = variance(
        (0..8)
            .map(|run| runs[(run + 1) % 8].1 - runs[run].0)
            .collect(),
    );
    // The ratio of two variances of 7 degrees of freedom: by chance below 1/5 once in 30 were they equal; it is some hundredths.
    assert!(paired < 0.2 * independent, "{paired} {independent}");
}

/// A price changes what failure costs and nothing else.
#[test]
fn a_price_is_swept_over_the_same_loss() {
    let text = model("{ between: [50d, 200d] }", "costs: { downtime: $60/h }\n");
    let study = sweep(
        &text,
        &[
            "--set",
            "costs.downtime=$0/h,$50/h,$100/h",
            "-t",
            "one",
            "--trials",
            "200",
        ],
    );
    let lost: Vec<f64> = points(&study)
        .iter()
        .map(|point| number(point, "/unavailability/mean"))
        .collect();
    assert!(
        lost[0] > 0.0 && lost.iter().all(|other| *other == lost[0]),
        "{lost:?}"
    );
    let cost = |index: usize| {
        number(
            &points(&study)[index],
            "/cost_per_month/total_with_failure/mean",
        )
    };
    for (index, price) in [0.0, 50.0, 100.0].into_iter().enumerate() {
        assert!(
            (cost(index) - 730.0 * (1.0 + price * lost[0])).abs() < 1e-6,
            "{index}"
        );
    }
    assert_eq!(study["sweep"]["topologies"][0]["moves"], true);
    assert_eq!(number(&study["sweep"]["topologies"][0], "/best/cost"), 0.0);
}

#[test]
fn what_does_not_move_says_why() {
    let text = model("100d", "").replace(
        "regions: [east, west] }",
        "regions: [east, west], failover: { detect: { fixed: 5m } } }",
    );
    let study = sweep(
        &text,
        &[
            "--set",
            "failover.detect={ fixed: 1m },{ fixed: 9m }",
            "--trials",
            "50",
        ],
    );
    let topologies = study["sweep"]["topologies"].as_array().unwrap();
    assert_eq!(topologies[0]["moves"], false);
    assert_eq!(topologies[0]["why_not"], Value::Null);
    assert_eq!(topologies[1]["moves"], false);
    assert!(
        topologies[1]["why_not"]
            .as_str()
            .unwrap()
            .contains("of its own")
    );
}

/// Whatever is asked for is there, in the same words for the same seed and any number of threads.
#[test]
fn a_map_has_all_its_files() {
    let text = model(
        "100d",
        "objectives: { slo: { target: 99.5%, window: 30d }, rto: 12h }\ncosts: { downtime: $60/h }\n",
    );
    let sets = [
        "--set",
        "faults.region.mttr=6h..4d:3",
        "--set",
        "faults.region.mtbf=50d..200d:lin:4",
        "--trials",
        "30",
    ];
    let mut printed = Vec::new();
    for threads in ["1", "3"] {
        let folder = tempfile::tempdir().unwrap();
        let args: Vec<&str> = [&["sweep", "pair.yaml", "--threads", threads], &sets[..]].concat();
        let output = run(folder.path(), &text, &args);
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let note = String::from_utf8(output.stderr).unwrap();
        assert!(
            note.contains("12 points of 2 topologies, 24 plays: 30 trials each"),
            "{note}"
        );
        let read =
            |name: &str| std::fs::read(folder.path().join("output/pair/sweep").join(name)).unwrap();
        assert!(read("sweep.png").starts_with(b"\x89PNG"));
        let svg = String::from_utf8(read("sweep.svg")).unwrap();
        assert!(svg.contains("SLO 99.5 %") && svg.contains("faults.region.mttr"));
        let csv = String::from_utf8(read("sweep.csv")).unwrap();
        assert_eq!(csv.lines().count(), 1 + 24);
        assert!(csv.starts_with(
            "topology,pattern,faults.region.mttr,faults.region.mttr_number,faults.region.mtbf,"
        ));
        printed.push((output.stdout, read("sweep.json")));
    }
    assert_eq!(printed[0], printed[1]);
    for figure in ["cost", "rto_met"] {
        let folder = tempfile::tempdir().unwrap();
        let args: Vec<&str> = [
            &[
                "sweep",
                "pair.yaml",
                "--figure",
                figure,
                "--format",
                "markdown",
            ],
            &sets[..],
        ]
        .concat();
        let output = run(folder.path(), &text, &args);
        assert!(
            output.status.success() && output.stdout.starts_with(b"### pair: "),
            "{figure}"
        );
    }
}

#[test]
fn a_map_speaks_of_a_line_only_where_one_is_drawn() {
    let caption = |target: &str, repairs: &str| {
        let folder = tempfile::tempdir().unwrap();
        let slo = format!("objectives: {{ slo: {{ target: {target}, window: 30d }} }}\n");
        let args = [
            "sweep",
            "pair.yaml",
            "--set",
            repairs,
            "--set",
            "faults.region.mtbf=50d..60d:lin:2",
            "--trials",
            "200",
        ];
        let output = run(folder.path(), &model("100d", &slo), &args);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let svg = folder.path().join("output/pair/sweep/sweep.svg");
        let svg = std::fs::read_to_string(svg).unwrap();
        // Words without the marks of the picture, which break lines.
        let parts = svg.split('<').filter_map(|part| part.split_once('>'));
        let words = parts.flat_map(|(_, text)| text.split_whitespace());
        words.collect::<Vec<_>>().join(" ")
    };
    // Repairs of hours and of days lie on both sides of 98 % in one region; 50 % is met everywhere.
    let crossed = caption("98%", "faults.region.mttr=1h,4d");
    assert!(crossed.contains("The line is the SLO 98 %"), "{crossed}");
    let all_meet = caption("50%", "faults.region.mttr=1h,2h");
    assert!(
        all_meet.contains("No map crosses the SLO 50 %."),
        "{all_meet}"
    );
    assert!(!all_meet.contains("The line is"), "{all_meet}");
}

#[test]
fn bad_sweeps_are_refused_before_anything_is_played() {
    let folder = tempfile::tempdir().unwrap();
    let text = model("100d", "");
    for (args, message, hint) in [
        (
            &["--set", "faults.regon.mttr=6h..4d"][..],
            "no value at `faults.regon.mttr`",
            "`faults.region.mttr`",
        ),
        (
            &["--set", "faults.region.mttr=6h..4"],
            "not two numbers in the same unit",
            "write both ends alike",
        ),
        (
            &["--set", "services.api.needs=1,2"],
            "`services.api.needs=2`: ",
            "expected",
        ),
        (
            &["--set", "faults.region.mttr=1h,2h", "-t", "bth"],
            "no topology `bth`",
            "`both`",
        ),
        (
            &["--set", "faults.region.mttr=1h,2h", "--figure", "rto_met"],
            "the model has no RTO",
            "objectives",
        ),
        (
            &[
                "--set",
                "faults.region.mttr=1h,2h",
                "--set",
                "faults.region.mttr.mean=1h,2h",
            ],
            "are one value",
            "two different ones",
        ),
        (
            &[
                "--set",
                "faults.region.mttr=1h..2d:50",
                "--set",
                "faults.region.mtbf=1d..9d:50",
            ],
            "a map of 2500 points",
            "at most 400",
        ),
        (
            &["--set", "services.new.replicas=1,2"],
            "`services` has no `new`",
            "",
        ),
    ] {
        let all: Vec<&str> = [&["sweep", "pair.yaml"], args].concat();
        let output = run(folder.path(), &text, &all);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(
            said.contains(message) && said.contains(hint),
            "{args:?}: {said}"
        );
        assert!(output.stdout.is_empty());
    }
}
