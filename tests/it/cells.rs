//! Cells by the public commands, against the closed forms that docs/language.md derives.

use assert_cmd::Command;
use serde_json::Value;

use crate::cells_forms::{N, assert_near, assert_sampled, at_least, model, play, time_of};
use crate::support::{compare, compare_bytes, number, topology};

/// The model of [`cells_forms`](crate::cells_forms), in which traffic moves at once.
fn region(zones: &str, services: &str, faults: &str, topology: &str) -> String {
    let at_once = "failover: { detect: { fixed: 0s }, reroute: { ttl: 0s } }";
    model(zones, services, faults, topology, at_once)
}

const ONE_REGION: &str = "pattern: multi-az, regions: [east], cells: 4";
const HOST: &str = "  host: { hits: replica, mtbf: 10d, mttr: 1d }";
/// Trials of each model.
const TRIALS: &str = "4000";
/// Share of time in which such a replica is down.
const Q: f64 = 1.0 / 11.0;

fn worked_out(model: &str) -> Value {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.yaml"), model).unwrap();
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder.path())
        .args(["exact", "model.yaml", "--format", "json"])
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let all: Value = serde_json::from_slice(&output.stdout).unwrap();
    all["topologies"][0].clone()
}

const TWO_OF_THREE: &str = "  web: { replicas: 3, needs: 2, per_cell: { replicas: 3, needs: 2 } }";

#[test]
fn the_mean_is_that_of_one_cell_and_cells_down_are_binomial() {
    let model = region("1", TWO_OF_THREE, HOST, ONE_REGION);
    let u = 3.0 * Q.powi(2) - 2.0 * Q.powi(3);
    // A cell goes down when one of its replicas is down and one of the two others fails.
    let rate = 3.0 * Q * (1.0 - Q).powi(2) * 2.0 * 36.5;
    let outages = f64::from(N) * rate * (1.0 - u).powi(N - 1);
    let exact = worked_out(&model);
    assert_eq!(exact["route"], "product form");
    assert_near(number(&exact, "/unavailability/value"), u, "mean");
    assert_near(
        number(&exact, "/outages_per_year/value"),
        outages,
        "outages",
    );
    let sampled = play(&model, TRIALS);
    assert_sampled(&sampled, "/unavailability", u);
    assert_sampled(&sampled, "/outages_per_year", outages);
    for (k, journey) in (1..).zip(["any", "two", "three", "all"]) {
        let expected = at_least(k, N, u);
        assert_near(
            number(&exact, &time_of(journey, "/value")),
            expected,
            journey,
        );
        assert_sampled(&sampled, &time_of(journey, ""), expected);
    }
    let one = model.replace("cells: 4", "cells: 1");
    assert_near(
        number(&worked_out(&one), "/unavailability/value"),
        u,
        "one cell",
    );
}

#[test]
fn what_is_common_to_all_cells_is_not_helped_by_them() {
    let faults = format!("{HOST}\n  zone: {{ hits: zone, mtbf: 30d, mttr: 2d }}");
    let (u, z) = (3.0 * Q.powi(2) - 2.0 * Q.powi(3), 2.0 / 32.0);
    for common in [
        "hits: zone",
        "hits: region",
        "hits: service-in-region, services: [web]",
        "hits: service-in-zone, services: [web]",
        "hits: service, services: [web]",
        "hits: everywhere",
    ] {
        let faults = faults.replace("hits: zone", common);
        let exact = worked_out(&region("1", TWO_OF_THREE, &faults, ONE_REGION));
        let mean = number(&exact, "/unavailability/value");
        assert_near(mean, z + (1.0 - z) * u, common);
        let all = number(&exact, &time_of("all", "/value"));
        assert_near(all, z + (1.0 - z) * u.powi(N), common);
    }
}

#[test]
fn shared_and_external_services_take_all_cells_down_at_once() {
    let services = "  web: { replicas: 1, calls: [login, pay] }\n  login: { replicas: 1, cells: shared }\n  pay: { external: true, mtbf: 99d, mttr: 1d }";
    let faults = "  host: { hits: replica, services: [login], mtbf: 10d, mttr: 1d }";
    let exact = worked_out(&region("1", services, faults, ONE_REGION));
    let expected = 1.0 - (1.0 - Q) * 0.99;
    for journey in ["any", "all"] {
        assert_near(
            number(&exact, &time_of(journey, "/value")),
            expected,
            journey,
        );
    }
    // A router in front, shared, calls into each cell.
    let services = "  web: { replicas: 1, cells: shared, calls: [app] }\n  app: { replicas: 1 }";
    let exact = worked_out(&region("1", services, HOST, ONE_REGION));
    let of_cell = 1.0 - (1.0 - Q).powi(2);
    assert_near(number(&exact, "/unavailability/value"), of_cell, "mean");
    let all = Q + (1.0 - Q) * Q.powi(N);
    assert_near(number(&exact, &time_of("all", "/value")), all, "all");
}

#[test]
fn faults_of_cells_come_once_for_each_or_once_for_all_of_a_region() {
    for hits in ["hits: cell", "hits: service-in-cell, services: [web]"] {
        let fault = format!("  bad: {{ {hits}, mtbf: 10d, mttr: 1d }}");
        let exact = worked_out(&region("1", "  web: {}", &fault, ONE_REGION));
        assert_near(number(&exact, "/unavailability/value"), Q, hits);
        let all = number(&exact, &time_of("all", "/value"));
        assert_near(all, Q.powi(N), hits);
        let fault = fault.replace("mttr", "mtbf_per: region, mttr");
        let exact = worked_out(&region("1", "  web: {}", &fault, ONE_REGION));
        let mean = number(&exact, "/unavailability/value");
        assert_near(mean, 1.0 / 41.0, hits);
        // Where regions are not split, both are faults of the region.
        let one = ONE_REGION.replace("cells: 4", "cells: 1");
        let exact = worked_out(&region("1", "  web: {}", &fault, &one));
        assert_near(number(&exact, "/unavailability/value"), Q, hits);
    }
    // What cells share is in none of them.
    let shared = "  web: { replicas: 1, cells: shared }";
    let both = "  bad: { hits: cell, mtbf: 10d, mttr: 1d }\n  host: { hits: replica, mtbf: 99d, mttr: 1d }";
    let exact = worked_out(&region("1", shared, both, ONE_REGION));
    assert_near(number(&exact, "/unavailability/value"), 0.01, "shared");
}

/// Each cell has one replica, the first in the first zone, the second in the second: a zone takes down one cell.
#[test]
fn cells_are_dealt_to_zones_in_turn() {
    let faults = "  zone: { hits: zone, mtbf: 10d, mttr: 1d }";
    let cells = ONE_REGION.replace("cells: 4", "cells: 3");
    let exact = worked_out(&region("3", "  web: {}", faults, &cells));
    for (k, journey) in [(1, "any"), (2, "two"), (2, "three"), (3, "all")] {
        let expected = at_least(k, 3, Q);
        assert_near(
            number(&exact, &time_of(journey, "/value")),
            expected,
            journey,
        );
    }
}

/// Every failure takes all that it reaches with it, for the same fixed time.
#[test]
fn a_cascade_ends_at_the_wall_of_its_cell() {
    let services = "  web: { replicas: 8, needs: 8 }";
    let spreads = |to: &str| {
        let fault = format!(
            "  host: {{ hits: replica, mtbf: 100d, mttr: {{ fixed: 1d }}, spreads: {{ to: {to}, probability: 100% }} }}"
        );
        let result = play(&region("1", services, &fault, ONE_REGION), TRIALS);
        let of = |journey: &str| number(&result, &time_of(journey, "/mean"));
        (of("any"), of("all"))
    };
    let (any, all) = spreads("region");
    assert!(all > 0.99 * any && any > 0.05, "{any} {all}");
    let (any, all) = spreads("cell");
    assert!(all < 0.01 * any && any > 0.05, "{any} {all}");
}

const BOTH: &str = "pattern: active-active, regions: [east, west], cells: 4";

#[test]
fn active_active_cells_are_lost_while_they_are_down_in_both_regions() {
    let result = play(&region("1", "  web: {}", HOST, BOTH), TRIALS);
    let u = Q.powi(2);
    assert_sampled(&result, "/unavailability", u);
    for (k, journey) in [(1, "any"), (2, "two")] {
        assert_sampled(&result, &time_of(journey, ""), at_least(k, N, u));
    }
    // At half scale a cell alone carries half of its users: u = q² + 2 q (1 - q) / 2.
    let half = format!("{BOTH}, scale: 50%");
    let result = play(&region("1", "  web: {}", HOST, &half), TRIALS);
    assert_sampled(&result, "/unavailability", Q);
    let exact = worked_out(&region("1", "  web: {}", HOST, BOTH));
    assert!(exact["unavailability"].is_null());
    assert!(exact["refused"].to_string().contains("cell by cell"));
}

/// One region is lost and comes back; nothing else fails, and all times are fixed. Users are rerouted as without cells: over two
/// minutes of TTL, or all at once after two minutes, but for those who never move. A region that is lost loses the data of each of its cells.
#[test]
fn a_region_is_rerouted_as_without_cells() {
    let fault =
        "  region: { hits: region, regions: [west], mtbf: { fixed: 50d }, mttr: { fixed: 10d } }";
    let services = "  web: { data: { size: 1GB, writes: 1MB/s } }";
    for (reroute, lost) in [
        ("{ ttl: 120s }", 60.0),
        ("{ fixed: 2m }", 120.0),
        ("{ ttl: 120s, stuck: 10% }", 0.9 * 60.0 + 0.1 * 864_000.0),
    ] {
        let model = region("1", services, fault, BOTH).replace("{ ttl: 0s }", reroute);
        let one = model.replace("cells: 4", "cells: 1");
        let (cells, one) = (play(&model, TRIALS), play(&one, TRIALS));
        // Lost at 200 d, 260 d, … of the trial: from the start of scoring on, and six times until its end.
        let (of_cells, of_one) = (
            number(&cells, "/unavailability/mean"),
            number(&one, "/unavailability/mean"),
        );
        assert_near(of_cells, of_one, reroute);
        let times = of_one * 365.0 * 86_400.0 / (0.5 * lost);
        assert!((times - times.round()).abs() < 0.05 || reroute.contains("stuck"));
        assert!((5.0..8.0).contains(&times), "{reroute}: {times}");
        let losses = |result: &Value| number(result, "/data_loss_seconds/n");
        assert_eq!(losses(&cells), 4.0 * losses(&one));
    }
}

#[test]
fn cells_are_paid_for_one_by_one() {
    let services = "  web: { replicas: 6, needs: 4, price: $1/h, calls: [db, login] }\n  db: { replicas: 2, price: $10/h, takeover: 1m, data: { size: 1TB }, per_cell: { replicas: 2, price: $3/h } }\n  login: { replicas: 3, cells: shared, price: $1/h }";
    let model = region("3", services, HOST, ONE_REGION);
    let model = format!("{model}costs: {{ storage: $0.10/GB/month, per_region: $1000/month }}\n");
    let cost = |model: &str, line: &str| {
        let args = ["--trials", "100", "--threads", "1"];
        let results = compare(model, &args);
        number(topology(&results, "t"), &format!("/cost_per_month/{line}"))
    };
    // Four cells: web needs 1 of 2 in each, the pair of databases is there four times.
    let hours = 730.0;
    let expected = (4.0 * 2.0 + 4.0 * 2.0 * 3.0 + 3.0) * hours;
    assert_near(cost(&model, "infrastructure"), expected, "cells");
    let one = model.replace("cells: 4", "cells: 1");
    let expected = (6.0 + 2.0 * 10.0 + 3.0) * hours;
    assert_near(cost(&one, "infrastructure"), expected, "one cell");
    for line in ["storage", "regions"] {
        assert_near(cost(&model, line), cost(&one, line), line);
    }
}

#[test]
fn one_cell_changes_nothing_and_threads_do_not_matter() {
    let model = region("3", TWO_OF_THREE, HOST, ONE_REGION);
    let args = |threads| ["--trials", "300", "--threads", threads];
    assert_eq!(
        compare_bytes(&model, &args("1")),
        compare_bytes(&model, &args("2"))
    );
    let without_hash = |model: &str| {
        let mut results = compare(model, &args("1"));
        results["model_hash"] = Value::Null;
        results
    };
    let services = "  web: { replicas: 6, needs: 4 }";
    let one = region(
        "3",
        services,
        HOST,
        &ONE_REGION.replace("cells: 4", "cells: 1"),
    );
    let none = one.replace(", cells: 1", "");
    assert_ne!(one, none);
    assert_eq!(without_hash(&one), without_hash(&none));
}

/// A gray fault of one cell: its users lose a fifth of their requests, the others nothing; what is common is met in all cells.
#[test]
fn gray_faults_of_a_cell_are_felt_there() {
    let gray = |hits: &str| {
        let fault = format!("  bad: {{ {hits}, effect: {{ errors: 20% }}, mtbf: 10d, mttr: 1d }}");
        play(
            &region("1", "  web: { replicas: 4 }", &fault, ONE_REGION),
            TRIALS,
        )
    };
    for (hits, common) in [
        ("hits: service-in-cell, services: [web]", false),
        ("hits: cell", false),
        ("hits: service-in-region, services: [web]", true),
        ("hits: zone", true),
    ] {
        let result = gray(hits);
        assert_sampled(&result, "/unavailability", 0.2 * Q);
        // One cell costs 5 %, which is not below 95 %; two cost 10 %, one for all costs 20 %.
        let any = if common { Q } else { at_least(2, N, Q) };
        assert_sampled(&result, &time_of("any", ""), any);
    }
}

/// A region of cells and a link between regions: calls over it stay in their cell, and an external service in the other region is
/// out of reach of all cells at once.
#[test]
fn a_cut_between_regions_is_felt_in_all_cells() {
    let services = "  web: { calls: [dns] }\n  dns: { external: true, in: west }";
    let faults = "  cable: { hits: region-link, mtbf: 10d, mttr: 1d }";
    let exact = worked_out(&region("1", services, faults, ONE_REGION));
    for journey in ["any", "all"] {
        assert_near(number(&exact, &time_of(journey, "/value")), Q, journey);
    }
    // With calls across regions a cell is lost if it is down in both: never in the same cell of another user.
    let services = "  web: { replicas: 1, calls: [app] }\n  app: { replicas: 1 }";
    let faults = "  host: { hits: replica, services: [app], mtbf: 10d, mttr: 1d }";
    let both = format!("{BOTH}, cross_region_calls: true");
    let result = play(&region("1", services, faults, &both), TRIALS);
    assert_sampled(&result, "/unavailability", Q.powi(2));
    assert_sampled(&result, &time_of("any", ""), at_least(1, N, Q.powi(2)));
}

/// However many cells a region has, it is one region, named once; how many it has stands beside it.
#[test]
fn regions_are_named_once_with_the_number_of_their_cells() {
    let told = |design: &str, args: &[&str]| {
        let folder = tempfile::tempdir().unwrap();
        let model = region("1", "  web: {}", HOST, design)
            + "objectives: { slo: [{ indicator: balance, target: 50%, tolerance: 5%, window: 30d }] }\n";
        std::fs::write(folder.path().join("model.yaml"), model).unwrap();
        std::fs::write(
            folder.path().join("lost.yaml"),
            "name: lost\nfaults: [{ at: 1h, place: east/cell/2, lasts: 1h }]\n",
        )
        .unwrap();
        let output = Command::cargo_bin("failscape")
            .unwrap()
            .current_dir(folder.path())
            .args(args)
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{errors}");
        let page = std::fs::read_to_string(folder.path().join("o/index.html")).unwrap_or_default();
        (String::from_utf8(output.stdout).unwrap(), page)
    };
    let run = ["run", "model.yaml", "--trials", "20", "-o", "o"];
    for (design, regions, words, page_words) in [
        (
            ONE_REGION,
            serde_json::json!(["east"]),
            "t (multi-az in east, 4 cells)",
            "multi-az in east, 4 cells; ",
        ),
        (
            BOTH,
            serde_json::json!(["east", "west"]),
            "t (active-active in east, west, 4 cells each)",
            "active-active in east and west, 4 cells each; ",
        ),
    ] {
        let (text, page) = told(design, &run);
        assert!(text.contains(words), "{text}");
        assert!(page.contains(page_words));
        let (json, _) = told(design, &[&run[..], &["--format", "json"]].concat());
        let results: Value = serde_json::from_str(&json).unwrap();
        let inject = [
            "inject",
            "model.yaml",
            "--scenario",
            "lost.yaml",
            "--format",
            "json",
        ];
        let (json, _) = told(design, &inject);
        let injected: Value = serde_json::from_str(&json).unwrap();
        for topology in [
            &results["topologies"][0],
            &injected["injection"]["topologies"][0],
        ] {
            assert_eq!(topology["regions"], regions);
            assert_eq!(topology["cells"], 4);
        }
    }
    let (text, _) = told(ONE_REGION, &["check", "model.yaml"]);
    assert!(text.contains("(t of 4 cells in each region)"), "{text}");
}
