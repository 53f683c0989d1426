//! Cells of topologies with a standby, and cells whose zones cannot always reach each other: closed forms, and a plain search.

use assert_cmd::Command;
use failscape::engine::{Record, Simulator};
use serde_json::Value;

use crate::cells_forms::{N, assert_near, assert_sampled, at_least, model, play};
use crate::support::{number, plan_of};
use crate::zones::every_state_agrees;

/// The model of [`cells_forms`](crate::cells_forms) as a pair of regions.
fn pair(services: &str, faults: &str, design: &str, rest: &str) -> String {
    let topology = format!("{design}, regions: [east, west], cells: 4");
    model("1", services, faults, &topology, rest)
}

/// Near, but for failures that the end of the year cuts short.
fn assert_about(found: f64, expected: f64, what: &str) {
    assert!(
        (found - expected).abs() <= 1e-3 * expected,
        "{what}: {found}, not {expected}"
    );
}

const POISON: &str = "  poison: { hits: cell, regions: [east], mtbf: 10d, mttr: { fixed: 1d } }";
const HALF_AN_HOUR: &str = "failover:
  detect: { fixed: 10m }
  activate: { fixed: 20m }
  reroute: { ttl: 0s }
  failback: { wait: 1h, takes: 0s }
";

/// Each cell goes over by itself half an hour after it has been lost: it loses that of each eleven days, whatever the others do.
#[test]
fn each_cell_fails_over_by_itself() {
    for pattern in ["hot-standby", "pilot-light"] {
        let design = format!("pattern: {pattern}");
        let result = play(&pair("  web: {}", POISON, &design, HALF_AN_HOUR), "800");
        // Half an hour in 11 d; a failure in the hour before traffic is back finds none.
        let u = 0.5 / (11.0 * 24.0) * (-1.0_f64 / 240.0).exp();
        assert_sampled(&result, "/unavailability", u);
        for (k, journey) in [(1, "any"), (2, "two")] {
            let figure = format!("/journeys/{journey}/time_unavailability");
            assert_sampled(&result, &figure, at_least(k, N, u));
        }
        let phases = result["phases"].as_array().unwrap();
        let share = |phase: &str| {
            let found = phases.iter().find(|found| found["phase"] == phase);
            number(found.unwrap(), "/share")
        };
        assert_about(share("detecting"), 1.0 / 3.0, "detecting");
        assert_about(share("activating"), 2.0 / 3.0, "activating");
    }
}

/// Both regions of a cell fail independently, and the standby stands by hot with times of zero: a cell is lost while both are down.
#[test]
fn a_cell_that_is_down_in_both_regions_is_down() {
    let fault = "  poison: { hits: cell, mtbf: 10d, mttr: 1d }";
    let rest = "failover: { detect: { fixed: 0s }, activate: { fixed: 0s }, reroute: { ttl: 0s } }";
    let result = play(
        &pair("  web: {}", fault, "pattern: hot-standby", rest),
        "800",
    );
    let u = 1.0 / 121.0;
    assert_sampled(&result, "/unavailability", u);
    for (k, journey) in [(1, "any"), (2, "two")] {
        let figure = format!("/journeys/{journey}/time_unavailability");
        assert_sampled(&result, &figure, at_least(k, N, u));
    }
    let phases = result["phases"].as_array().unwrap();
    let nowhere = phases
        .iter()
        .find(|p| p["phase"] == "nowhere-to-go")
        .unwrap();
    assert!(number(nowhere, "/share") > 0.999, "{phases:?}");
}

/// A region is lost and comes back, all times fixed: each cell does what the region would do, and loses its part of the data.
#[test]
fn a_region_that_is_lost_fails_over_as_without_cells() {
    let fault =
        "  region: { hits: region, regions: [east], mtbf: { fixed: 50d }, mttr: { fixed: 10d } }";
    let services = "  web: { replicas: 4, needs: 2, calls: [db] }
  db: { replicas: 2, data: { size: 1GB, writes: 1MB/s } }";
    let rest = "failover:
  detect: { fixed: 5m }
  decide: { fixed: 10m }
  activate: { fixed: 1h }
  reroute: { ttl: 10m, stuck: 1% }
  failback: { wait: 2h, hours: 2-5, disruption: 3m, takes: 20m }
drills: { every: 17d, takes: 1h, disruption: 2m, cost: $100 }
";
    for pattern in [
        "backup-restore",
        "pilot-light",
        "warm-standby",
        "hot-standby",
    ] {
        let design = format!("pattern: {pattern}");
        let model = pair(services, fault, &design, rest);
        let (cells, one) = (
            play(&model, "100"),
            play(&model.replace("cells: 4", "cells: 1"), "100"),
        );
        for figure in [
            "/unavailability/mean",
            "/journeys/any/time_unavailability/mean",
            "/journeys/all/time_unavailability/mean",
            "/split_brain_hours_per_year/mean",
            "/cost_per_month/drills",
        ] {
            let (of_cells, of_one) = (number(&cells, figure), number(&one, figure));
            assert!(of_one > 0.0, "{pattern}: {figure}");
            assert_near(of_cells, of_one, &format!("{pattern}: {figure}"));
        }
        let losses = |result: &Value| number(result, "/data_loss_seconds/n");
        assert_eq!(losses(&cells), 4.0 * losses(&one), "{pattern}");
    }
}

/// The data of a cell is a quarter: so is the time to read it back, in a failover and after a corruption.
#[test]
fn a_cell_restores_its_part_of_the_data() {
    let services = "  web: { data: { size: 72GB, writes: 1MB/s } }";
    let rest = "backups: { every: 1h, restore: 5MB/s }
failover: { detect: { fixed: 0s }, reroute: { ttl: 0s }, failback: never }";
    let shown = |cells: &str| {
        let model = pair(services, POISON, "pattern: backup-restore", rest);
        let folder = tempfile::tempdir().unwrap();
        let model = model.replace("cells: 4", cells);
        std::fs::write(folder.path().join("model.yaml"), model).unwrap();
        let mut check = Command::cargo_bin("failscape").unwrap();
        let check = check
            .current_dir(folder.path())
            .args(["check", "model.yaml", "--defaults"]);
        String::from_utf8(check.output().unwrap().stdout).unwrap()
    };
    assert!(
        shown("cells: 1").contains("and 4h to restore"),
        "{}",
        shown("cells: 1")
    );
    assert!(
        shown("cells: 4").contains("and 1h to restore"),
        "{}",
        shown("cells: 4")
    );
    let bug = "  bug: { hits: service, services: [web], effect: corrupt, mtbf: 10d, mttr: { fixed: 30m } }";
    let result = play(&pair(services, bug, "pattern: hot-standby", rest), "600");
    assert_sampled(&result, "/unavailability", 1.5 / (240.0 + 1.5));
}

/// One person does the step of each cell, one hour each: the last cell waits for four. With four people all take an hour.
#[test]
fn people_do_the_steps_of_cells_one_after_another() {
    let fault = "  region: { hits: region, regions: [east], mtbf: 10d, mttr: { fixed: 1d } }";
    let mean_of = |size: &str| {
        let rest = format!(
            "crews: {{ ops: {{ size: {size} }} }}
failover:
  detect: {{ fixed: 0s }}
  plan: [ {{ step: promote, takes: {{ fixed: 1h }}, by: ops }} ]
  reroute: {{ ttl: 0s }}
  failback: {{ wait: 1h, takes: 0s }}
"
        );
        play(
            &pair("  web: {}", fault, "pattern: hot-standby", &rest),
            "600",
        )
    };
    let cycle = 11.0 * 24.0;
    let alone = mean_of("1");
    assert_sampled(
        &alone,
        "/unavailability",
        (1.0 + 2.0 + 3.0 + 4.0) / 4.0 / cycle,
    );
    // 75 % are served once the first is over, 50 % once the second is.
    for (journey, hours) in [("all", 1.0), ("three", 2.0), ("two", 3.0), ("any", 4.0)] {
        let figure = format!("/journeys/{journey}/time_unavailability");
        assert_sampled(&alone, &figure, hours / cycle);
    }
    let waited = alone["phases"].as_array().unwrap();
    let waited = waited.iter().find(|phase| phase["on"] == "ops").unwrap();
    assert_about(number(waited, "/share"), 6.0 / 10.0, "waiting for ops");
    let enough = mean_of("4");
    assert_sampled(&enough, "/unavailability", 1.0 / cycle);
}

/// A step that needs a service of its cell waits while that is down there, in both regions, and not for that of another cell.
#[test]
fn a_step_needs_what_is_in_its_own_cell() {
    let services = "  web: {}\n  tool: {}";
    let faults = format!(
        "{POISON}
  broken: {{ hits: service-in-cell, services: [tool], regions: [west], mtbf: {{ fixed: 100d }}, mttr: {{ never: true }} }}"
    );
    let rest = HALF_AN_HOUR.replace(
        "activate: { fixed: 20m }",
        "plan: [ { step: go, takes: { fixed: 20m }, needs: [tool] } ]",
    );
    let design = "pattern: hot-standby";
    // From the first day that is scored on no tool of the west works, and `poison` takes that of the east.
    let result = play(&pair(services, &faults, design, &rest), "300");
    assert_sampled(&result, "/unavailability", 1.0 / 11.0);
    let phases = result["phases"].as_array().unwrap();
    assert_eq!(phases.last().unwrap()["on"], "tool");
}

/// A router that all cells share runs in the standby while some cell needs it, and is new when it starts.
#[test]
fn what_cells_share_runs_in_a_standby_while_some_cell_is_there() {
    let services = "  web: { calls: [app] }
  app: { replicas: 1, cells: shared, price: $1/h }";
    let rest = "failover: { detect: { fixed: 0s }, activate: { fixed: 0s }, reroute: { ttl: 0s }, failback: { wait: 0s, takes: 0s } }";
    // Cells of the east are lost for a day of eleven, each by itself; the router of the west crashes every 13 hours while it runs.
    let faults = format!(
        "{POISON}
  crash: {{ hits: replica, services: [app], regions: [west], mtbf: {{ fixed: 12h }}, mttr: {{ fixed: 1h }} }}"
    );
    let model = pair(services, &faults, "pattern: pilot-light", rest);
    let result = play(&model, "600");
    let fired = |name: &str| {
        let faults = result["faults"].as_array().unwrap();
        let fault = faults.iter().find(|fault| fault["name"] == name).unwrap();
        number(fault, "/fired") / 600.0
    };
    // The replica runs while at least one cell is there, and not longer.
    let some = 1.0 - (10.0_f64 / 11.0).powi(N);
    let most = some * 365.0 * 24.0 / 13.0;
    assert!(
        (0.3 * most..most).contains(&fired("crash")),
        "{} {most}",
        fired("crash")
    );
    let never_lost = model.replace("hits: cell, regions: [east]", "hits: cell, regions: [west]");
    let idle = play(&never_lost, "100");
    let crash = idle["faults"].as_array().unwrap();
    let crash = crash.iter().find(|fault| fault["name"] == "crash").unwrap();
    assert_eq!(number(crash, "/fired"), 0.0);
}

/// Two cells in three zones. `web` needs two of three replicas of its own in each, and `api`; that needs one of two, and the two of
/// `login` that all cells share, of which one is enough.
const LINKED: &str = "
model: zones
regions: { r: { zones: [a, b, c] } }
services:
  web: { replicas: 6, needs: 4, per_cell: { replicas: 3, needs: 2 }, calls: [api] }
  api: { replicas: 4, needs: 2, per_cell: { replicas: 2, needs: 1 }, calls: [login] }
  login: { replicas: 2, cells: shared }
journeys: { all: { entry: web } }
faults:
  host: { hits: replica, mtbf: 9d, mttr: 1d }
  cut: { hits: zone-link, mtbf: 9d, mttr: 1d }
topologies: { t: { pattern: multi-az, cells: 2 } }
";

#[test]
fn each_cell_works_in_its_best_group_of_zones() {
    let plan = plan_of(LINKED);
    assert_eq!(plan.units.len(), 2 * (3 + 2) + 2 + 3);
    every_state_agrees(&plan, |zones, cell| {
        let login = |z: usize| zones.usable(2, 0, z, |_| true) >= 1;
        let api = |z: usize| zones.usable(1, cell, z, login) >= 1;
        (0..3).any(|z| zones.usable(0, cell, z, api) >= 2)
    });
}

/// Links are common to all cells of a region: each is as available as the region is without cells, and a lone cut is felt by all.
#[test]
fn links_are_common_to_all_cells() {
    let cuts = "faults:\n  cut: { hits: zone-link, mtbf: 9d, mttr: 1d }\n";
    let only_cuts = LINKED.replace(
        "faults:\n  host: { hits: replica, mtbf: 9d, mttr: 1d }\n  cut: { hits: zone-link, mtbf: 9d, mttr: 1d }\n",
        cuts,
    );
    assert_ne!(only_cuts, LINKED);
    for pattern in ["multi-az", "hot-standby"] {
        let text = only_cuts
            .replace("regions: { r:", "regions: { q: { zones: 1 }, r:")
            .replace("pattern: multi-az", &format!("pattern: {pattern}"))
            .replace(
                ", cells: 2",
                if pattern == "multi-az" {
                    ", regions: [r], cells: 2"
                } else {
                    ", regions: [r, q], cells: 2"
                },
            );
        let plan = plan_of(&text);
        let mut simulator = Simulator::new(&plan, 3);
        let one = plan_of(&text.replace("cells: 2", "cells: 1"));
        let mut alone = Simulator::new(&one, 3);
        for trial in 0..50 {
            let of_cells = simulator.simulate(trial, Record::Scores).unavailability;
            let of_one = alone.simulate(trial, Record::Scores).unavailability;
            // Two cells have other replicas than one region: two cuts part either.
            assert!(
                (of_cells > 0.0) == (of_one > 0.0),
                "{pattern}: {of_cells} {of_one}"
            );
        }
    }
}
