//! Why a topology is down, against closed forms, edited models and a search through all sets of failures.

use assert_cmd::Command;
use serde_json::Value;

use crate::support::{compare, number, shipped, topology};

fn why_bytes(model: &str, args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.yaml"), model).unwrap();
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder.path())
        .args(["why", "model.yaml", "--format", "json"])
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The only topology that is asked for.
fn why(model: &str, args: &[&str]) -> Value {
    let all: Value = serde_json::from_str(&why_bytes(model, args)).unwrap();
    all["topologies"][0].clone()
}

fn element<'a>(why: &'a Value, kind: &str, name: &str) -> &'a Value {
    let elements = why["elements"].as_array().unwrap();
    elements
        .iter()
        .find(|element| element["kind"] == kind && element["name"] == name)
        .unwrap_or_else(|| panic!("no {kind} {name}"))
}

fn near(value: f64, expected: f64, relative: f64) -> bool {
    (value - expected).abs() <= relative * expected.abs()
}

/// Long lives and a long horizon, so that means over it are steady states but for 1e-6 of them.
const THREE: &str = "
model: three
horizon: 100y
regions: { r: { zones: [a, b, c] } }
services:
  front: { replicas: 3, needs: 2, calls: [store] }
  store: { replicas: 1 }
  extra: { replicas: 1 }
faults:
  host: { hits: replica, services: [front], mtbf: 99h, mttr: 1h }
  disk: { hits: replica, services: [store], mtbf: 999h, mttr: 1h }
  idle: { hits: replica, services: [extra], mtbf: 9h, mttr: 1h }
journeys: { all: { entry: front } }
topologies: { one: { pattern: multi-az, regions: [r] } }
";

#[test]
fn two_of_three_in_series_with_one_meets_its_closed_form() {
    let (q, s): (f64, f64) = (0.01, 0.001);
    let two = 3.0 * q * q - 2.0 * q.powi(3);
    let whole = s + (1.0 - s) * two;
    let why = why(THREE, &[]);
    assert_eq!(why["route"], "product form");
    let is = |element: &Value, pointer: &str, expected: f64| {
        let value = number(element, pointer);
        assert!(
            near(value, expected, 1e-4),
            "{pointer}: {value}, not {expected}"
        );
    };
    is(&why, "/unavailability/value", whole);
    let host = element(&why, "fault", "host");
    is(host, "/fussell_vesely/value", 1.0 - s / whole);
    is(host, "/risk_achievement_worth/value", 1.0 / whole);
    is(host, "/birnbaum/value", 1.0 - s);
    is(
        host,
        "/minutes_saved_per_year/value",
        (whole - s) * 525_600.0,
    );
    // With one zone down the other two replicas are both needed, and with zone a the store is down as well.
    let b = element(&why, "zone", "r/b");
    let both = 1.0 - (1.0 - q).powi(2) * (1.0 - s);
    is(b, "/unavailability_if_down/value", both);
    is(b, "/risk_achievement_worth/value", both / whole);
    assert_eq!(number(b, "/fussell_vesely/value"), 0.0);
    is(
        element(&why, "zone", "r/a"),
        "/unavailability_if_down/value",
        1.0,
    );
    // What nobody needs is of no importance.
    let extra = element(&why, "service", "extra");
    assert_eq!(number(extra, "/risk_achievement_worth/value"), 1.0);
    assert_eq!(number(extra, "/minutes_saved_per_year/value"), 0.0);
    let list = &why["cut_sets"][0];
    assert_eq!(
        (
            why["cut_sets"].as_array().unwrap().len(),
            number(list, "/sets")
        ),
        (1, 4.0)
    );
    let families = list["families"].as_array().unwrap();
    assert_eq!(families[0]["events"][0], "store #1 in r/a (disk)");
    assert_eq!(families[1]["events"][0], "2 × front replica in r (host)");
    is(&families[0], "/share", s / whole);
    is(&families[1], "/share", 3.0 * q * q / whole);
}

/// The lines of a model without those of a fault.
fn without(model: &str, fault: &str) -> String {
    let begins = format!("  {fault}:");
    let kept: Vec<&str> = model
        .lines()
        .filter(|line| !line.starts_with(&begins))
        .collect();
    assert!(kept.len() < model.lines().count(), "{fault}");
    kept.join("\n")
}

/// Takeovers, a crew, a shock, competing clocks and failover, in every pattern.
const EVERYTHING: &str = "
model: everything
regions: { east: { zones: [a, b, c] }, west: { zones: [a, b, c] } }
services:
  api: { replicas: 6, needs: 4, calls: [database, vendor] }
  database: { replicas: 2, takeover: { lognormal: { median: 60s, p95: 120s } }, takeover_success: 90% }
  vendor: { external: true, mtbf: 60d, mttr: 20m }
faults:
  host: { hits: replica, mtbf: 60d, mttr: 2h, crew: hands }
  crash: { hits: replica, mtbf: 90d, mttr: 10m }
  rack: { hits: zone, mtbf: 1y, mttr: 1h, strikes: replicas }
  zone-outage: { hits: zone, mtbf: 2y, mttr: { lognormal: { median: 50m, p95: 5h } } }
  region-outage: { hits: region, mtbf: 1y, mttr: { lognormal: { median: 2h, p95: 9h } } }
  deploy: { hits: service-in-region, services: [api], mtbf: 90d, mttr: { fixed: 20m } }
crews: { hands: { size: 1 } }
traffic: { rate: 10/s, daily_peak: 1.5 }
";

const PATTERNS: [&str; 5] = [
    "multi-az",
    "pilot-light",
    "warm-standby",
    "hot-standby",
    "active-active",
];

/// What `why` says of each pattern.
fn of_patterns(model: &str, trials: &[&str]) -> Vec<(&'static str, Value)> {
    let of = |pattern| (pattern, why(model, &[trials, &["-t", pattern]].concat()));
    PATTERNS.into_iter().map(of).collect()
}

#[test]
fn a_part_that_never_fails_is_the_model_without_it_trial_by_trial() {
    let trials = ["--trials", "200", "--seed", "5"];
    let answers = of_patterns(EVERYTHING, &trials);
    for fault in [
        "host",
        "crash",
        "rack",
        "zone-outage",
        "region-outage",
        "deploy",
    ] {
        let results = compare(&without(EVERYTHING, fault), &trials);
        for (pattern, why) in &answers {
            assert_eq!(why["route"], "simulated");
            let edited = number(topology(&results, pattern), "/unavailability/mean");
            let part = element(why, "fault", fault);
            let replayed = number(part, "/unavailability_if_perfect/value");
            assert!(
                near(replayed, edited, 1e-9),
                "{pattern} {fault}: {replayed} {edited}"
            );
        }
    }
}

#[test]
fn a_place_that_is_down_all_the_time_is_the_model_in_which_it_breaks_at_once() {
    let trials = ["--trials", "60", "--seed", "5"];
    // What breaks may keep a crew busy, what is down all the time does not.
    let model = EVERYTHING
        .replace(", crew: hands", "")
        .replace("crews: { hands: { size: 1 } }", "");
    let answers = of_patterns(&model, &trials);
    for (kind, name, place) in [
        ("zone", "east/c", "hits: zone, zones: [east/c]"),
        ("zone", "west/c", "hits: zone, zones: [west/c]"),
        ("region", "west", "hits: region, regions: [west]"),
        ("region", "east", "hits: region, regions: [east]"),
        ("service", "api", "hits: service, services: [api]"),
    ] {
        // It breaks within seconds: a difference of at most a failover that starts so much later.
        let fault = format!("faults:\n  dead: {{ {place}, mtbf: 1s, mttr: {{ never: true }} }}");
        let results = compare(&model.replace("faults:", &fault), &trials);
        for (pattern, why) in &answers {
            if name.starts_with("west") && *pattern == "multi-az" {
                continue;
            }
            let edited = number(topology(&results, pattern), "/unavailability/mean");
            let held = number(element(why, kind, name), "/unavailability_if_down/value");
            assert!(
                (held - edited).abs() < 1e-7,
                "{pattern} {name}: {held} {edited}"
            );
        }
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let one = why_bytes(
        EVERYTHING,
        &["-t", "warm-standby", "--trials", "150", "--threads", "1"],
    );
    let two = why_bytes(
        EVERYTHING,
        &["-t", "warm-standby", "--trials", "150", "--threads", "3"],
    );
    assert_eq!(one, two);
}

#[test]
fn takeovers_that_cost_nothing_leave_what_other_failures_lose() {
    let model = EVERYTHING.replace(
        ", takeover: { lognormal: { median: 60s, p95: 120s } }, takeover_success: 90%",
        "",
    );
    let trials = ["--trials", "300", "-t", "multi-az"];
    let why = why(EVERYTHING, &trials);
    let results = compare(&model, &trials[..2]);
    let edited = number(topology(&results, "multi-az"), "/unavailability/mean");
    let replayed = number(
        element(&why, "takeover", "database"),
        "/unavailability_if_perfect/value",
    );
    assert!(near(replayed, edited, 1e-9), "{replayed} {edited}");
}

#[test]
fn of_a_model_with_a_thousand_services_the_foremost_are_asked_for_and_the_rest_is_counted() {
    let model = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/models/w3.yaml"),
    );
    let why = why(&model.unwrap(), &[]);
    let elements = why["elements"].as_array().unwrap().len();
    let left_out = number(&why, "/elements_left_out");
    assert!(elements < 60 && left_out > 900.0, "{elements} {left_out}");
    assert!(why["notes"][0].as_str().unwrap().contains("--all"));
    // One family of 9 × 9 × 9 sets for each of the 706 services that the entry needs.
    let list = &why["cut_sets"][0];
    assert_eq!(number(list, "/sets"), 514_674.0);
    assert_eq!(list["families"].as_array().unwrap().len(), 706);
    assert_eq!(number(&list["families"][0], "/sets"), 729.0);
}

#[test]
fn where_no_loss_is_seen_shares_are_unknown_and_minutes_bounded() {
    // A crew keeps it from a product form and, with as many replicas, from a small chain.
    let model = "
model: rare
horizon: 1d
regions: { r: { zones: [a, b, c] } }
services: { front: { replicas: 9, needs: 1 } }
faults:
  host: { hits: replica, mtbf: { mixture: [ { weight: 50%, of: 80d }, { weight: 50%, of: 100d } ] }, mttr: 1h, crew: hands }
crews: { hands: { size: 1 } }
topologies: { one: { pattern: multi-az, regions: [r] } }
";
    let why = why(model, &["--trials", "50"]);
    assert_eq!(why["route"], "simulated");
    assert_eq!(number(&why, "/unavailability/value"), 0.0);
    let host = element(&why, "fault", "host");
    assert!(host["fussell_vesely"]["value"].is_null());
    assert!(host["risk_achievement_worth"]["value"].is_null());
    assert!(number(host, "/risk_achievement_worth/low") > 1.0);
    assert!(number(host, "/minutes_saved_per_year/high") > 0.0);
}

#[test]
fn the_built_in_example_is_explained_in_words_and_in_markdown() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("shop.yaml"), shipped("three-tier.yaml")).unwrap();
    for (form, heading) in [
        ("text", "failures that are enough together"),
        ("markdown", "| part | saves a year |"),
    ] {
        let output = Command::cargo_bin("failscape")
            .unwrap()
            .current_dir(folder.path())
            .args([
                "why",
                "shop.yaml",
                "-t",
                "hot-standby",
                "--trials",
                "50",
                "--format",
                form,
            ])
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && text.contains(heading), "{text}");
        assert!(text.contains("takeovers of database"), "{text}");
    }
}

/// Three replicas share a crew and are repaired in lognormal times: neither a product form nor a chain follows that, and a trial in a hundred
/// thousand loses anything.
const SELDOM: &str = "
model: seldom
horizon: 1y
regions: { r: { zones: [a, b, c] } }
services: { front: { replicas: 3, needs: 2 } }
faults:
  host: { hits: replica, mtbf: 20000h, mttr: { lognormal: { mean: 1h, cv: 1 } }, crew: hands }
  bad-deploy: { hits: service, services: [front], mtbf: 30000y, mttr: { lognormal: { mean: 1h, cv: 1 } } }
crews: { hands: { size: 2 } }
topologies: { one: { pattern: multi-az, regions: [r] } }
";

#[test]
fn rare_losses_are_explained_by_busy_periods() {
    let why = why(SELDOM, &["--trials", "2048"]);
    assert_eq!(why["route"], "simulated");
    assert_eq!(number(&why, "/trials"), 2048.0);
    assert_eq!(number(&why, "/rare/samples"), 2048.0);
    assert!(number(&why, "/rare/effective_samples") > 200.0);
    // 3 q² of two replicas at once and q of the deployment, the crew large enough for two.
    let (hosts, deploy) = (
        3.0 * (1.0 / 20_001.0_f64).powi(2),
        1.0 / (30_000.0 * 8760.0),
    );
    let shares = [("host", hosts), ("bad-deploy", deploy)];
    for (fault, lost) in shares {
        let share = &element(&why, "fault", fault)["fussell_vesely"];
        let truth = lost / (hosts + deploy);
        assert!(
            number(share, "/low") < truth && truth < number(share, "/high"),
            "{fault}: {truth} {share}"
        );
        assert!(
            number(share, "/high") - number(share, "/low") < 0.2,
            "{fault}: {share}"
        );
    }
    let notes = why["notes"].to_string();
    assert!(notes.contains("losses are rare"), "{notes}");
}

/// Maintenance of both zones on dates that do not meet in a thousand years.
const DATED: &str = "
model: dated
horizon: 1y
warm_up: 1y
regions: { r: { zones: [a, b] } }
services: { front: { replicas: 2, needs: 1 } }
faults:
  one: { hits: zone, zones: [a], mtbf: { fixed: 4001h }, mttr: 1m }
  other: { hits: zone, zones: [b], mtbf: { fixed: 4507h }, mttr: 1m }
topologies: { one: { pattern: multi-az, regions: [r] } }
";

/// Sixty workers of which thirty are needed, behind one person; no chain follows these lives and repairs.
const PILES: &str = "
model: piles
horizon: 1y
regions: { r: { zones: [a] } }
services: { worker: { replicas: 60, needs: 30 } }
crews: { person: { size: 1 } }
faults:
  task: { hits: replica, mtbf: { gamma: { shape: 1.1, mean: 100h } }, mttr: { lognormal: { mean: 1h, cv: 1 } }, crew: person }
topologies: { one: { pattern: single-az, regions: [r] } }
";

#[test]
fn what_cannot_be_made_likely_is_named_and_left_to_trials() {
    let two_dates = "two of these come at certain ages";
    let splits = "what often fails does harm by piling up, which only splitting would meet";
    for (model, reason) in [(DATED, two_dates), (PILES, splits)] {
        let why = why(model, &["--trials", "64"]);
        let notes = why["notes"].to_string();
        assert!(notes.contains(reason), "{notes}");
        assert_eq!(number(&why, "/trials"), 64.0);
        assert!(why["rare"].is_null(), "{}", why["rare"]);
    }
}

#[test]
fn where_no_few_failures_are_enough_it_says_so() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.yaml"), PILES).unwrap();
    let output = (Command::cargo_bin("failscape").unwrap())
        .current_dir(folder.path())
        .args(["why", "model.yaml", "--trials", "8"])
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let words: Vec<&str> = text.split_whitespace().collect();
    let says = "That takes more than 3 failures at once (--order finds more).";
    assert!(words.join(" ").contains(says), "{text}");
}

#[test]
fn rare_losses_are_explained_alike_by_any_number_of_threads() {
    let bytes = |threads| why_bytes(SELDOM, &["--trials", "1000", "--threads", threads]);
    assert_eq!(bytes("1"), bytes("3"));
}

/// Two regions of four cells that need two of three replicas, in front of them what all share, and a vendor of all.
const CELLS: &str = "
model: cells
warm_up: 30d
horizon: 1y
regions: { east: { zones: [a] }, west: { zones: [a] } }
services:
  door: { replicas: 1, cells: shared, calls: [web] }
  web: { replicas: 3, needs: 2, per_cell: { replicas: 3, needs: 2 }, calls: [vendor] }
  vendor: { external: true, mtbf: 9999h, mttr: 1h }
faults:
  host: { hits: replica, services: [web], mtbf: 99h, mttr: 1h }
  disk: { hits: replica, services: [door], mtbf: 999h, mttr: 1h }
  poison: { hits: cell, mtbf: 499h, mttr: 1h }
journeys: { all: { entry: door } }
topologies:
  one:  { pattern: multi-az, regions: [east], cells: 4 }
  both: { pattern: active-active, regions: [east, west], cells: 4, split: [70%, 30%] }
failover: { detect: { fixed: 0s }, reroute: { ttl: 0s } }
";

/// Share of time in which a replica, the door, a poisoned cell and the vendor are down.
const OF_CELLS: [f64; 4] = [1e-2, 1e-3, 2e-3, 1e-4];

fn family<'a>(list: &'a Value, events: &[&str]) -> &'a Value {
    let families = list["families"].as_array().unwrap();
    let found = families
        .iter()
        .find(|family| family["events"] == Value::from(events));
    found.unwrap_or_else(|| panic!("no {events:?} in {list:#}"))
}

#[test]
fn a_cell_that_is_down_loses_its_share_and_all_like_it_are_one_line() {
    let why = why(CELLS, &["-t", "one"]);
    assert_eq!(
        (&why["route"], number(&why, "/cells")),
        (&Value::from("product form"), 4.0)
    );
    let [host, door, poison, vendor] = OF_CELLS;
    let two = 3.0 * host * host - 2.0 * host.powi(3);
    // In a cell by itself, and all cells or none by what they share.
    let own = 1.0 - (1.0 - two) * (1.0 - poison);
    let shared = 1.0 - (1.0 - door) * (1.0 - vendor);
    let whole = 1.0 - (1.0 - own) * (1.0 - shared);
    let is = |element: &Value, pointer: &str, expected: f64| {
        let value = number(element, pointer);
        assert!(
            near(value, expected, 1e-4),
            "{pointer}: {value}, not {expected}"
        );
    };
    is(&why, "/unavailability/value", whole);
    let lists = why["cut_sets"].as_array().unwrap();
    assert_eq!(
        (lists.len(), &lists[0]["event"]),
        (1, &Value::from("no region can serve a cell"))
    );
    let list = &lists[0];
    is(list, "/lost", whole);
    is(
        list,
        "/probability",
        1.0 - (1.0 - shared) * (1.0 - own).powi(4),
    );
    // Two single failures of all, one of each cell, and three pairs of replicas in each.
    assert_eq!(number(list, "/sets"), 2.0 + 4.0 + 12.0);
    assert_eq!(list["families"].as_array().unwrap().len(), 4);
    for (events, cells, sets, share) in [
        (["a cell of east (poison)"], 1.0, 4.0, poison),
        (
            ["2 × web replica in a cell of east (host)"],
            1.0,
            12.0,
            3.0 * host * host,
        ),
        (["door #1 in east/a (disk)"], 4.0, 1.0, door),
        (["vendor"], 4.0, 1.0, vendor),
    ] {
        let family = family(list, &events);
        assert_eq!(
            (number(family, "/cells"), number(family, "/sets")),
            (cells, sets)
        );
        is(family, "/share", share / whole);
    }
    let poisoned = element(&why, "fault", "poison");
    is(
        poisoned,
        "/unavailability_if_perfect/value",
        1.0 - (1.0 - two) * (1.0 - shared),
    );
    is(poisoned, "/birnbaum/value", (1.0 - two) * (1.0 - shared));
    for (kind, name, hit) in [
        ("fault", "poison", 1.0),
        ("fault", "host", 1.0),
        ("fault", "disk", 4.0),
        ("fault", "vendor", 4.0),
        ("service", "web", 1.0),
        ("service", "door", 4.0),
        ("zone", "east/a", 4.0),
        ("region", "east", 4.0),
    ] {
        assert_eq!(
            number(element(&why, kind, name), "/cells_hit"),
            hit,
            "{name}"
        );
    }
}

#[test]
fn with_two_regions_a_cell_is_lost_while_it_is_down_in_both() {
    let why = why(CELLS, &["-t", "both", "--trials", "100"]);
    let [host, door, poison, vendor] = OF_CELLS;
    let lists = why["cut_sets"].as_array().unwrap();
    let [region, nowhere] = [&lists[0], &lists[1]];
    assert_eq!(
        (&region["event"], &nowhere["event"]),
        (
            &Value::from("a cell cannot serve"),
            &Value::from("no region can serve a cell")
        )
    );
    let two = 3.0 * host * host - 2.0 * host.powi(3);
    let in_one = 1.0 - (1.0 - two) * (1.0 - poison) * (1.0 - door);
    let whole = 1.0 - (1.0 - in_one * in_one) * (1.0 - vendor);
    let lost = number(nowhere, "/lost");
    assert!(near(lost, whole, 1e-4), "{lost} {whole}");
    // The same users, and not four of the eight cells, lose their requests.
    let both = family(
        nowhere,
        &["a cell of east (poison)", "that cell of west (poison)"],
    );
    assert_eq!((number(both, "/cells"), number(both, "/sets")), (1.0, 4.0));
    assert!(near(number(both, "/share"), poison * poison / whole, 1e-4));
    let doors = family(
        nowhere,
        &["door #1 in east/a (disk)", "door #1 in west/a (disk)"],
    );
    assert_eq!(
        (number(doors, "/cells"), number(doors, "/sets")),
        (4.0, 1.0)
    );
    let mixed = family(
        nowhere,
        &["door replica in east (disk)", "a cell of west (poison)"],
    );
    assert_eq!(
        (number(mixed, "/cells"), number(mixed, "/sets")),
        (1.0, 4.0)
    );
    // Seven of ten users of a cell are in the east.
    let in_one = 1.0 - (1.0 - in_one) * (1.0 - vendor);
    let lost = number(region, "/lost");
    assert!(near(lost, in_one, 1e-4), "{lost} {in_one}");
    let east = family(region, &["a cell of east (poison)"]);
    assert!(near(number(east, "/share"), 0.7 * poison / in_one, 1e-4));
    // What is simulated meets what the structure says, as traffic moves at once.
    let ends = ["low", "high"].map(|end| number(&why, &format!("/unavailability/{end}")));
    assert!(ends[0] < whole && whole < ends[1], "{ends:?} {whole}");
}

#[test]
fn parts_of_cells_that_never_fail_are_the_model_without_them_trial_by_trial() {
    let trials = ["--trials", "30", "--seed", "5"];
    let why = why(CELLS, &[&trials[..], &["-t", "both"]].concat());
    assert_eq!(why["route"], "simulated");
    for fault in ["host", "disk", "poison"] {
        let results = compare(
            &without(CELLS, fault),
            &[&trials[..], &["--estimator", "plain"]].concat(),
        );
        let edited = number(topology(&results, "both"), "/unavailability/mean");
        let replayed = number(
            element(&why, "fault", fault),
            "/unavailability_if_perfect/value",
        );
        assert!(near(replayed, edited, 1e-9), "{fault}: {replayed} {edited}");
    }
}
