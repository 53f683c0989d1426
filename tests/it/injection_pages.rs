//! The page of `inject`: whole, with what is printed, and inert whatever things are called. tests/browser opens the pages that are left here.

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use serde_json::Value;

/// What a hostile model could call things.
const HOSTILE: &str =
    "<script>alert(1)</script>\"'&]]>--><b onload=x>\"><img src=x onerror=alert(2)>{{7*7}}";

/// Plays a scenario in a folder and returns its page and its figures.
fn played(folder: &Path, args: &[&str]) -> (String, Value) {
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder)
        .arg("inject")
        .args(args)
        .args(["--format", "json", "--threads", "1", "-o", "out"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{said}");
    assert!(said.contains("page: out/index.html"), "{said}");
    let page = std::fs::read_to_string(folder.join("out/index.html")).unwrap();
    (page, serde_json::from_slice(&output.stdout).unwrap())
}

/// Leaves a page to the browser.
fn keep(name: &str, page: &str) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.html")), page).unwrap();
}

/// What every page is, with or without charts.
fn is_whole(page: &str, scripts: usize) {
    assert!(
        page.contains("default-src 'none'; script-src 'sha256-") && !page.contains("unsafe-eval")
    );
    assert!(page.len() < 3_000_000, "{}", page.len());
    assert_eq!(page.matches("<script").count(), scripts);
    let (words, _) = page.split_once("<script").unwrap();
    for outward in [
        "<link",
        "<iframe",
        " href=\"http",
        " src=",
        "@import",
        "NaN",
        "<th>",
    ] {
        assert!(!words.contains(outward), "{outward}");
    }
}

#[test]
fn the_page_tells_what_each_topology_goes_through_by_journey_and_phase() {
    let folder = tempfile::tempdir().unwrap();
    let scenario = "aws-us-east-1-2021-12-07";
    let (page, figures) = played(folder.path(), &["--scenario", scenario, "--trials", "150"]);
    keep("injected", &page);
    is_whole(&page, 3);
    let injection = &figures["injection"];
    let topologies = injection["topologies"].as_array().unwrap();
    for topology in topologies {
        let name = topology["name"].as_str().unwrap();
        assert!(
            page.contains(&format!("<span class=\"name\">{name}</span>")),
            "{name}"
        );
    }
    let lost = |topology: &&Value| topology["requests_lost"]["mean"].as_f64().unwrap();
    let least = topologies
        .iter()
        .min_by(|a, b| lost(a).total_cmp(&lost(b)))
        .unwrap();
    let answer = format!(
        "Of 7 topologies {} loses least:",
        least["name"].as_str().unwrap()
    );
    assert!(page.contains(&answer), "{answer}");
    // All journeys together and each alone, beside the picture with the phases.
    for figure in [
        "chart-inject",
        "chart-success",
        "chart-journey-1",
        "chart-journey-2",
    ] {
        assert!(
            page.contains(&format!("<figure id=\"{figure}\"")),
            "{figure}"
        );
    }
    for said in [
        "What users of pay see",
        "not noticed",
        "The difference, in the same trials",
        "What is lost, by what the failover is doing",
        "<dt>Assumed</dt>",
        "<dt>Known</dt>",
        "aws.amazon.com/message/12721",
        "Model three-tier: 150 trials; seed 1; 95",
        figures["model_hash"].as_str().unwrap(),
    ] {
        assert!(page.contains(said), "{said}");
    }
    // What stands behind a chart is what was found: the first moment of a topology in which something is drawn.
    let drawn = topologies
        .iter()
        .find(|topology| topology["exact"] == false)
        .unwrap();
    let first = drawn["all"]["success"][0]["mean"].as_f64().unwrap();
    let row = format!("<td>{}\u{a0}%</td>", (first * 100.0).round());
    assert!(page.contains(&row), "{row}");
}

#[test]
fn names_and_texts_of_a_scenario_are_inert_on_its_page() {
    let folder = tempfile::tempdir().unwrap();
    let hostile = serde_json::to_string(HOSTILE).unwrap();
    let model = format!(
        "
model: {hostile}
regions: {{ east: {{ zones: [a, b] }}, west: {{ zones: [a, b] }} }}
services: {{ web: {{ replicas: 2, needs: 1 }}, api: {{ replicas: 2, needs: 1 }} }}
journeys:
  {hostile}: {{ entry: web }}
  other: {{ entry: api }}
faults: {{ host: {{ hits: replica, mtbf: 30d, mttr: 1h }} }}
topologies:
  {hostile}: {{ pattern: warm-standby, regions: [east, west] }}
  two: {{ pattern: active-active, regions: [east, west] }}
"
    );
    let scenario = format!(
        "
name: {hostile}
description: {hostile}
source: {hostile}
known: [ {hostile} ]
assumed: [ {hostile} ]
faults:
  - {{ at: 5m, place: east, lasts: 1h, note: {hostile} }}
"
    );
    std::fs::write(folder.path().join("model.yaml"), model).unwrap();
    std::fs::write(folder.path().join("scenario.yaml"), scenario).unwrap();
    let args = [
        "model.yaml",
        "--scenario",
        "scenario.yaml",
        "--trials",
        "60",
    ];
    let (page, _) = played(folder.path(), &args);
    keep("injected-hostile", &page);
    assert_eq!(page.matches("<script").count(), 3);
    for live in ["<script>alert", "<b onload", "<img src"] {
        assert!(!page.contains(live), "{live}");
    }
    assert!(page.contains("{{7*7}}"));
}

#[test]
fn a_page_without_charts_has_its_tables_and_carries_no_library() {
    let folder = tempfile::tempdir().unwrap();
    let (page, _) = played(folder.path(), &["--drill", "lose-zone", "--no-charts"]);
    is_whole(&page, 2);
    assert!(page.len() < 300_000, "{}", page.len());
    assert!(!page.contains("<figure") && page.contains("What users lose"));
}
