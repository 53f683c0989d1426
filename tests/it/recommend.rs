//! Which changes pay, by the public command: against closed forms, and what cannot be.

use serde_json::Value;

use super::support::number;
use super::sweep::{run, study};

fn recommend(text: &str, args: &[&str]) -> Value {
    study("recommend", text, args)["recommend"].take()
}

fn design<'a>(study: &'a Value, index: &Value) -> &'a Value {
    &study["designs"][usize::try_from(index.as_u64().unwrap()).unwrap()]
}

fn words(design: &Value) -> Vec<&str> {
    let changes = design["changes"].as_array().unwrap();
    changes
        .iter()
        .map(|change| change["words"].as_str().unwrap())
        .collect()
}

/// One replica that is down for 1 h after 100 h on average: u = 1 / 101.
fn replicas(more: &str) -> String {
    format!(
        "model: one\nregions: {{ east: {{ zones: [a, b] }} }}\nservices: {{ api: {{ replicas: 1, price: $1/h }} }}\n\
         faults:\n  host: {{ hits: replica, mtbf: 100h, mttr: 1h }}\n{more}\
         topologies: {{ one: {{ pattern: multi-az, regions: [east] }} }}\n\
         objectives: {{ slo: {{ target: 99.9%, window: 30d }} }}\ncosts: {{ downtime: $100/h }}\n"
    )
}

/// A second replica takes the loss from u to u², for $730 a month: 2.004 nines for $364 each, and the next nine.
#[test]
fn a_replica_is_worth_what_the_formula_says() {
    let study = recommend(&replicas(""), &["--trials", "200"]);
    let u = 1.0_f64 / 101.0;
    let start = &study["designs"][0];
    assert_eq!(start["label"], "one");
    assert_eq!(start["meets_objectives"], false);
    // A year begins with all up, which is worth an hour or two of it.
    let near = |found: f64, exact: f64| (found / exact - 1.0).abs() < 1e-3;
    assert!(near(number(start, "/unavailability/mean"), u));
    let choice = design(&study, &study["choice"]);
    assert_eq!(words(choice), ["a second replica of api"]);
    assert_eq!(
        choice["changes"][0]["set"],
        serde_json::json!(["services.api.replicas=2", "services.api.needs=1"])
    );
    assert!(near(number(choice, "/unavailability/mean"), u * u));
    assert_eq!(choice["standing"], "met");
    let against = &choice["against_start"];
    let avoided = (u - u * u) * 525_600.0;
    assert!(near(
        number(against, "/avoided_minutes_per_year/mean"),
        avoided
    ));
    assert!((number(against, "/running_cost") - 730.0).abs() < 1e-6);
    assert!(near(number(against, "/nines/mean"), -u.log10()));
    assert!(near(
        number(against, "/cost_per_nine/mean"),
        730.0 / -u.log10()
    ));
    // Lost business of $100 an hour: 730 h of a month less u - u² of it.
    let saved = 730.0 - 100.0 * 730.0 * (u - u * u);
    assert!((number(against, "/cost_with_failure/mean") - saved).abs() < 1.0);
    assert_eq!(study["next_nine"]["design"], study["choice"]);
    assert!(near(number(&study, "/next_nine/wanted"), 0.1 * u));
    // The best of all is at the head of the ranking, and another zone for one replica is worth nothing.
    assert_eq!(study["ranking"][0], study["choice"]);
    let ranking = study["ranking"].as_array().unwrap();
    let zone = ranking.iter().map(|index| design(&study, index));
    let zone = zone
        .into_iter()
        .find(|design| words(design)[0].contains("zone"))
        .unwrap();
    assert_eq!(
        number(zone, "/against_start/avoided_minutes_per_year/mean"),
        0.0
    );
    assert_eq!(zone["against_start"]["is_resolved"], false);
    assert!(zone["against_start"]["cost_per_nine"].is_null());
    // Patterns of two regions cannot be tried in one, and that is said.
    let left = study["left_out"].as_array().unwrap();
    assert!(
        left.iter()
            .any(|left| left["path"] == "pattern hot-standby"),
        "{left:?}"
    );
}

/// What hits everything for 1 % of the time stands in the way of 99.9 %, whatever is changed.
#[test]
fn what_stands_in_the_way_is_named() {
    let text = replicas("  global: { hits: everywhere, mtbf: 99h, mttr: 1h }\n");
    let study = recommend(&text, &["--trials", "300"]);
    assert!(study["choice"].is_null());
    let nearest = design(&study, &study["nearest"]);
    assert!(number(nearest, "/objectives/0/nines_missing") > 0.9);
    let obstacle = &study["obstacles"][0];
    assert_eq!(obstacle["name"], "global");
    assert_eq!(obstacle["kind"], "cause");
    assert_eq!(obstacle["exceeds_slo_alone"], true);
    let exact = 0.01 * 525_600.0;
    assert!((number(obstacle, "/minutes_per_year/mean") / exact - 1.0).abs() < 0.1);
    assert!(study["next_nine"]["design"].is_null());
}

/// The one step of a runbook needs two services that are lost with the region: freed of one, it still waits for the other.
#[test]
fn needs_that_only_matter_together_are_found() {
    let text = "model: tools\nregions: { east: { zones: 1 }, west: { zones: 1 } }\n\
        services:\n  api: {}\n  dns: { external: true, in: east }\n  vault: { external: true, in: east }\n\
        journeys: { use: { entry: api } }\n\
        faults: { region: { hits: region, mtbf: 100d, mttr: 1d } }\n\
        topologies:\n  standby:\n    pattern: hot-standby\n    failover:\n      detect: { fixed: 0s }\n      decide: automatic\n\
        \x20     plan: [ { step: switch, takes: 1m, needs: [dns, vault] } ]\n      reroute: { fixed: 0s }\n      success: 100%\n\
        objectives: { slo: { target: 99.9%, window: 30d } }\n";
    let study = recommend(text, &["--trials", "400", "--only", "runbook"]);
    let pairs = study["pairs"].as_array().unwrap();
    assert_eq!(pairs.len(), 1, "{pairs:?}");
    let both = design(&study, &pairs[0]["both"]);
    assert_eq!(
        words(both),
        ["switch without needing dns", "switch without needing vault"]
    );
    // The step ends up without needs: that it was freed of one first is no line of the model.
    assert_eq!(
        both["set"],
        serde_json::json!(["topologies.standby.failover.plan.0.needs left out"])
    );
    assert_eq!(pairs[0]["alone_nothing"], true);
    assert_eq!(pairs[0]["meets_only_together"], true);
    // A day in 101 is lost of each region; with both out of the way, only both regions' together.
    let lost = 1.0 / 101.0;
    let beyond = number(&pairs[0], "/beyond_sum_minutes_per_year/mean");
    assert!((beyond / (lost * 525_600.0) - 1.0).abs() < 0.15, "{beyond}");
    assert!(number(&pairs[0], "/beyond_sum_minutes_per_year/low") > 0.0);
    assert_eq!(study["choice"], pairs[0]["both"]);
    let changes = both["changes"].as_array().unwrap();
    assert!(
        changes
            .iter()
            .all(|change| change["not_priced"].is_string())
    );
    assert!(study["choice_of_priced"].is_null());
}

#[test]
fn figures_are_those_of_the_seed_and_of_no_thread() {
    let text = replicas(
        "  zone: { hits: zone, mtbf: 60d, mttr: { lognormal: { median: 1h, p95: 4h } } }\n",
    );
    let folder = tempfile::tempdir().unwrap();
    let once = |threads: &str| {
        let args = [
            "recommend",
            "pair.yaml",
            "--no-charts",
            "--format",
            "json",
            "--trials",
            "150",
        ];
        let output = run(
            folder.path(),
            &text,
            &[&args[..], &["--threads", threads]].concat(),
        );
        assert!(output.status.success());
        output.stdout
    };
    assert!(once("1") == once("2"));
}

/// All forms say the same, and the folder has them.
#[test]
fn the_folder_has_all_forms() {
    let folder = tempfile::tempdir().unwrap();
    let args = ["recommend", "pair.yaml", "--trials", "100", "-o", "out"];
    let output = run(folder.path(), &replicas(""), &args);
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).unwrap();
    for said in [
        "a second replica of api",
        "The cheapest design, with what failure costs, that meets the objectives",
        "In the model: services.api.replicas=2; services.api.needs=1",
        "The next nine",
        "up to 100 each",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    for file in [
        "recommend.json",
        "recommend.csv",
        "recommend.md",
        "recommend.svg",
        "recommend.png",
    ] {
        assert!(folder.path().join("out").join(file).exists(), "{file}");
    }
    let csv = std::fs::read_to_string(folder.path().join("out/recommend.csv")).unwrap();
    let mut rows = csv::Reader::from_reader(csv.as_bytes());
    let is_choice = rows
        .headers()
        .unwrap()
        .iter()
        .position(|name| name == "is_choice")
        .unwrap();
    let chosen: Vec<csv::StringRecord> = (rows.records().map(Result::unwrap))
        .filter(|row| &row[is_choice] == "true")
        .collect();
    assert_eq!(chosen.len(), 1);
    assert_eq!(&chosen[0][0], "one with a second replica of api");
}

#[test]
fn what_cannot_be_asked_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    for (args, said) in [
        (&["-t", "two"][..], "the model has no topology `two`"),
        (&["--changes", "0"][..], "from 1 to 10"),
        (&["--changes", "-1"][..], "from 1 to 10"),
        (&["--top", "0"][..], "from 1 to 100"),
        (&["--only", "magic"][..], "possible values"),
        (&["--trials", "0"][..], "error"),
    ] {
        let all = [&["recommend", "pair.yaml"], args].concat();
        let output = run(folder.path(), &replicas(""), &all);
        assert_eq!(output.status.code(), Some(2), "{args:?}");
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(stderr.contains(said), "{args:?}: {stderr}");
    }
}

/// Little is lost by what fails seldom and long: it alone makes outages longer than the RTO, whatever loses most.
#[test]
fn what_stands_in_the_way_of_an_rto_is_what_lasts_longer() {
    let text = "model: one\nregions: { east: { zones: [a] } }\nservices: { api: { replicas: 1 } }\n\
        faults:\n  often: { hits: everywhere, mtbf: 1d, mttr: { fixed: 10m } }\n  long: { hits: everywhere, mtbf: 9d, mttr: { fixed: 20m } }\n\
        topologies: { one: { pattern: single-az, regions: [east] } }\n\
        objectives: { rto: 15m }\n";
    let study = recommend(text, &["--trials", "200"]);
    assert!(study["choice"].is_null());
    let obstacles = study["obstacles"].as_array().unwrap();
    assert_eq!(obstacles[0]["name"], "long", "{obstacles:?}");
    assert!(number(&obstacles[0], "/share") < 0.25);
    let long = &obstacles[0]["long_outages"];
    assert_eq!(long["longer_than_seconds"], 900.0);
    // Two that overlap may be one outage of the other cause.
    assert!(number(long, "/share") > 0.9);
    let exact = 365.0 / (9.0 + 20.0 / 1440.0);
    assert!(
        (number(long, "/per_year/mean") / exact - 1.0).abs() < 0.1,
        "{long}"
    );
    assert!(number(long, "/per_year/low") < number(long, "/per_year/high"));
}

/// Without a number of trials all designs stop together, so that every difference is paired.
#[test]
fn designs_that_stop_by_precision_play_the_same_trials() {
    let text = replicas(
        "  zone: { hits: zone, mtbf: 60d, mttr: { lognormal: { median: 1h, p95: 4h } } }\n",
    );
    let args = ["--precision", "20%", "--max-time", "1m", "--changes", "1"];
    let study = recommend(&text, &args);
    let designs = study["designs"].as_array().unwrap();
    let trials: Vec<u64> = designs
        .iter()
        .map(|each| each["trials"].as_u64().unwrap())
        .collect();
    assert!(trials.len() > 2 && trials[0] >= 100, "{trials:?}");
    assert!(trials.iter().all(|each| *each == trials[0]), "{trials:?}");
}

#[test]
fn a_kind_that_nothing_is_of_says_what_it_takes() {
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "recommend",
        "pair.yaml",
        "--trials",
        "50",
        "--only",
        "runbook",
        "--no-charts",
    ];
    let output = run(folder.path(), &replicas(""), &args);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap().replace('\n', " ");
    for said in [
        "1 design in 50 trials",
        "--only runbook: one has nothing of it",
        "failover.plan",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

/// Freed of either of two tools the standby takes over: that is told, and a step without a need goes before another pattern.
#[test]
fn without_prices_what_adds_least_is_shown() {
    let text = "model: tools\nregions: { east: { zones: 1 }, west: { zones: 1 } }\n\
        services:\n  api: {}\n  dns: { external: true, in: east }\n\
        journeys: { use: { entry: api } }\n\
        faults: { region: { hits: region, mtbf: 100d, mttr: 1d } }\n\
        topologies:\n  standby:\n    pattern: hot-standby\n    failover:\n      detect: { fixed: 0s }\n      decide: automatic\n\
        \x20     plan: [ { step: switch, takes: 1m, needs: [dns] } ]\n      reroute: { fixed: 0s }\n      success: 100%\n\
        objectives: { slo: { target: 99.9%, window: 30d } }\n";
    let folder = tempfile::tempdir().unwrap();
    let args = [
        "recommend",
        "pair.yaml",
        "--trials",
        "200",
        "--changes",
        "1",
        "--no-charts",
    ];
    let output = run(folder.path(), text, &args);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "The design with the least changed that meets the objectives",
        "Nothing is priced in this model, so none is cheaper; 2 single changes meet the objectives",
        "standby with switch without needing dns: ",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
    assert!(!text.contains("the cheapest design"), "{text}");
}

/// A stack that is down for 1 h after 100 h on average, in a place that hits cells one by one: with N cells each lives N times as long.
fn one_stack(more: &str) -> String {
    format!(
        "model: stack\nregions: {{ east: {{ zones: [a, b] }} }}\nservices: {{ api: {{ replicas: 4, needs: 4, price: $1/h }} }}\n\
         faults:\n  deploy: {{ {more}, mtbf: 100h, mttr: 1h }}\n\
         topologies: {{ one: {{ pattern: multi-az, regions: [east] }} }}\n\
         objectives: {{ slo: {{ target: 99.6%, window: 30d }} }}\ncosts: {{ downtime: $1000/h }}\n"
    )
}

/// Two cells lose half as much, four a quarter: u = 1 / (100 N + 1). Without a fault that hits cells one by one there is nothing to try.
#[test]
fn cells_are_proposed_where_faults_hit_them_one_by_one() {
    let text = one_stack("hits: service-in-cell, mtbf_per: region");
    let args = ["--trials", "200", "--changes", "1"];
    let study = recommend(&text, &args);
    let ranking = study["ranking"].as_array().unwrap();
    for cells in [2_u32, 4] {
        let named = format!("{cells} cells in the region");
        let tried = ranking.iter().map(|index| design(&study, index));
        let tried = (tried
            .into_iter()
            .find(|design| words(design) == [named.as_str()]))
        .unwrap();
        let set = format!("topologies.one.cells={cells}");
        assert_eq!(tried["set"], serde_json::json!([set]));
        assert_eq!(tried["changes"][0]["kind"], "cells");
        let u = 1.0 / (100.0 * f64::from(cells) + 1.0);
        let found = number(tried, "/unavailability/mean");
        assert!((found / u - 1.0).abs() < 2e-3, "{cells}: {found} and {u}");
        // Four replicas of which all are needed are as many in cells.
        assert!(number(tried, "/against_start/running_cost").abs() < 1e-9);
    }
    let choice = design(&study, &study["choice"]);
    assert_eq!(words(choice), ["4 cells in the region"]);
    let common = recommend(&one_stack("hits: service-in-region"), &args);
    let all = common.to_string();
    assert!(!all.contains("cells in the region"), "{all}");
}

/// Of two designs that meet the objectives the one that costs less with failure is chosen, and the other named, as it runs cheaper.
#[test]
fn what_runs_cheaper_and_is_dearer_with_failure_is_named() {
    let text = "model: two\nregions: { east: { zones: [a] }, west: { zones: [a] } }\nservices: { api: { price: $1/h } }\n\
                faults: { host: { hits: replica, mtbf: 100h, mttr: 1h } }\n\
                topologies:\n  one: { pattern: single-az, regions: [east] }\n  two: { pattern: active-active, regions: [east, west] }\n\
                objectives: { slo: { target: 98%, window: 30d } }\ncosts: { downtime: $1000/h }\n";
    let args = [
        "-t",
        "two",
        "--only",
        "pattern",
        "--changes",
        "1",
        "--trials",
        "300",
    ];
    let study = recommend(text, &args);
    let choice = design(&study, &study["choice"]);
    let cheaper = design(&study, &study["choice_by_running_cost"]);
    assert_eq!(choice["label"], "two");
    let runs = |design: &Value| number(design, "/cost_per_month/total");
    let in_all = |design: &Value| number(design, "/cost_per_month/total_with_failure/mean");
    assert!((runs(choice) - 1460.0).abs() < 1e-6 && (runs(cheaper) - 730.0).abs() < 1e-6);
    assert!(in_all(choice) < in_all(cheaper));
    // Of those that run as cheaply, the one that costs least with failure.
    for other in study["designs"].as_array().unwrap() {
        assert!(
            runs(other) > 730.5 || in_all(other) >= in_all(cheaper),
            "{other}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    let usual = ["recommend", "pair.yaml", "--no-charts"];
    let output = run(folder.path(), text, &[&usual[..], &args].concat());
    let said = String::from_utf8(output.stdout).unwrap();
    let said: String = said.split_whitespace().collect::<Vec<_>>().join(" ");
    let label = cheaper["label"].as_str().unwrap();
    let row = format!("Runs cheaper, but dearer with what failure costs: {label}: 99.");
    assert!(said.contains(&row), "{said}");
    // With failure for nothing the cheaper one is the choice, and no other is named.
    let free = recommend(&text.replace("$1000/h", "$1/h"), &args);
    assert!((runs(design(&free, &free["choice"])) - 730.0).abs() < 1e-6);
    assert_eq!(free["choice_by_running_cost"], Value::Null);
}
