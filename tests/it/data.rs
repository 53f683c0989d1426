//! Loss of data, by the public command. Where a figure has an interval, it is at 99.99 %: that check fails by chance once in 10,000
//! choices of its seed. Quantiles come from a sketch that is within 0.1 %.

use serde_json::Value;

use crate::support::{compare, number, topology};

/// A primary that is lost at 50 d, 110 d, … for 10 days; a failover takes 20 min.
fn pair(topology: &str, faults: &str, more: &str) -> String {
    format!(
        "
model: pair
horizon: 1y
regions: {{ r0: {{ zones: 1 }}, r1: {{ zones: 1 }} }}
services:
  web: {{ calls: [db] }}
  db:  {{ data: {{ size: 720GB, writes: 1MB/s }} }}
faults:
  region: {{ hits: region, regions: [r0], mtbf: {{ fixed: 50d }}, mttr: {{ fixed: 10d }} }}
{faults}
topologies: {{ t: {{ {topology}, regions: [r0, r1] }} }}
failover:
  detect:   {{ fixed: 0s }}
  activate: {{ fixed: 20m }}
  reroute:  {{ fixed: 0s }}
objectives: {{ rto: 30m, rpo: 20s }}
{more}
"
    )
}

fn play(model: &str, trials: &str) -> Value {
    let args = ["--trials", trials, "--confidence", "99.99%"];
    topology(&compare(model, &args), "t").clone()
}

fn assert_holds(result: &Value, figure: &str, expected: f64, relative_width: f64) {
    let (low, high) = (
        number(result, &format!("/{figure}/low")),
        number(result, &format!("/{figure}/high")),
    );
    assert!(
        low <= expected && expected <= high,
        "{figure}: {expected} not in {low} to {high}"
    );
    assert!(
        high - low < relative_width * expected,
        "{figure}: {low} to {high}"
    );
}

fn assert_near(result: &Value, figure: &str, expected: f64) {
    let found = number(result, &format!("/{figure}"));
    assert!(
        (found - expected).abs() <= 1.1e-3 * expected.abs(),
        "{figure}: {found}, not {expected}"
    );
}

/// The age of the last write that has arrived is exponential with a mean of 30 s: within 20 s with the chance 1 − exp(−2/3).
#[test]
fn a_failover_loses_what_the_copy_is_behind() {
    let result = play(
        &pair("pattern: hot-standby", "", "replication: { lag: 30s }"),
        "4000",
    );
    assert_eq!(result["data_loss_seconds"]["n"], 6 * 4000);
    assert_holds(&result, "data_loss_seconds", 30.0, 0.06);
    let within = 1.0 - (-2.0_f64 / 3.0).exp();
    assert_holds(&result, "rpo_met", within, 0.06);
    // Every outage is within its objective.
    assert_holds(&result, "rto_and_rpo_met", within, 0.06);
}

/// The only link is cut at 40 d for 20 d: the copy is 10 d behind when the primary is lost at 50 d, and up to date at 110 d.
#[test]
fn a_copy_falls_behind_while_its_link_is_cut() {
    let cut = "  cable: { hits: region-link, mtbf: { fixed: 40d }, mttr: { fixed: 20d } }";
    let result = play(
        &pair(
            "pattern: hot-standby",
            cut,
            "replication: { lag: { fixed: 5s } }",
        )
        .replace("horizon: 1y", "horizon: 140d"),
        "100",
    );
    // At 50 d after 10 d, at 110 d after 10 d of the next cut, which came at 100 d.
    assert_near(&result, "data_loss_seconds/mean", 10.0 * 86_400.0 + 5.0);
    let whole = play(
        &pair(
            "pattern: hot-standby",
            "",
            "replication: { lag: { fixed: 5s } }",
        ),
        "100",
    );
    assert_near(&whole, "data_loss_seconds/mean", 5.0);
    assert_near(&whole, "rpo_met/mean", 1.0);
}

/// One way is enough to stop the copies, and the other way is not.
#[test]
fn a_link_cut_one_way_stops_the_copies_that_go_that_way() {
    let lost = |ways: &str| {
        let cut = format!(
            "  cable: {{ hits: region-link, {ways}, mtbf: {{ fixed: 40d }}, mttr: {{ fixed: 20d }} }}"
        );
        let model = pair(
            "pattern: hot-standby",
            &cut,
            "replication: { lag: { fixed: 5s } }",
        );
        play(&model.replace("horizon: 1y", "horizon: 60d"), "100")
    };
    assert_near(
        &lost("from: r0, to: r1"),
        "data_loss_seconds/mean",
        864_005.0,
    );
    assert_near(&lost("from: r1, to: r0"), "data_loss_seconds/mean", 5.0);
}

#[test]
fn synchronous_copies_lose_nothing() {
    let result = play(
        &pair("pattern: hot-standby", "", "replication: { mode: sync }"),
        "100",
    );
    assert_eq!(result["data_loss_seconds"]["n"], 600);
    assert_eq!(number(&result, "/data_loss_seconds/mean"), 0.0);
    assert_near(&result, "rpo_met/mean", 1.0);
    assert!(result["split_brain_hours_per_year"].is_null());
}

/// The primary is lost 50 d = 57 × 21 h + 3 h after the start, then after 110 d = 125 × 21 h + 15 h, …: ages of 3, 15, 6, 18, 9 and 0 h.
#[test]
fn backup_restore_loses_what_was_written_since_the_last_backup() {
    let result = play(
        &pair("pattern: backup-restore", "", "backups: { every: 21h }"),
        "100",
    );
    assert_eq!(result["data_loss_seconds"]["n"], 600);
    let hours = [3.0, 15.0, 6.0, 18.0, 9.0, 0.0];
    let mean = 3600.0 * hours.iter().sum::<f64>() / 6.0;
    assert_near(&result, "data_loss_seconds/mean", mean);
    assert_near(&result, "rpo_met/mean", 1.0 / 6.0);
}

/// Corrupted at 100 d = 114 × 21 h + 6 h: the standby is of no use. After 30 min 720 GB are read back, which takes an hour.
#[test]
fn corruption_leaves_only_the_backup() {
    let corruption = "  bug: { hits: service, services: [db], effect: corrupt, mtbf: { fixed: 100d }, mttr: { fixed: 30m } }";
    let model = pair(
        "pattern: hot-standby",
        corruption,
        "backups: { every: 21h, restore: 200MB/s }",
    )
    .replace("horizon: 1y", "horizon: 105d")
    .replace("mtbf: { fixed: 50d }", "mtbf: { fixed: 500d }");
    let result = play(&model, "100");
    assert_eq!(result["data_loss_seconds"]["n"], 100);
    assert_near(&result, "data_loss_seconds/mean", 6.0 * 3600.0);
    assert_near(&result, "unavailability/mean", 1.5 / (105.0 * 24.0));
    assert_near(&result, "recovery_time_seconds/mean", 1.5 * 3600.0);
    assert_near(&result, "rto_and_rpo_met/mean", 0.0);
    let alone = play(
        &model
            .replace("pattern: hot-standby", "pattern: single-az")
            .replace(", regions: [r0, r1]", ", regions: [r0]"),
        "100",
    );
    assert_near(&alone, "data_loss_seconds/mean", 6.0 * 3600.0);
}

/// Needless failovers once in 10 d on average: for one TTL of 10 min both regions take writes. The way back is planned: nobody writes
/// on both sides. Within 100 d a false alarm comes only while none is under way, that is 30 min in each.
#[test]
fn a_needless_failover_splits_the_brain() {
    let model = pair("pattern: hot-standby", "", "")
        .replace("mtbf: { fixed: 50d }", "mtbf: { fixed: 5000d }")
        .replace(
            "reroute:  { fixed: 0s }",
            "reroute: { ttl: 10m }\n  false_alarm: 10d\n  failback: { wait: 0s, takes: 10m }",
        );
    let result = play(&model, "4000");
    // Renewals: an alarm that comes within the 40 min of the one before is ignored, which thins them by that share of the time.
    let per_year = 36.5 / (1.0 + 40.0 / 14_400.0);
    assert_holds(&result, "split_brain_hours_per_year", per_year / 6.0, 0.05);
    assert_eq!(number(&result, "/unavailability/mean"), 0.0);
}

/// With the link cut for two hours both active-active regions go on writing.
#[test]
fn regions_that_cannot_see_each_other_split_the_brain() {
    let cut = "  cable: { hits: region-link, mtbf: { fixed: 40d }, mttr: { fixed: 2h } }";
    let model = pair("pattern: active-active", cut, "")
        .replace("horizon: 1y", "horizon: 79d")
        .replace("mtbf: { fixed: 50d }", "mtbf: { fixed: 5000d }")
        .replace("  activate: { fixed: 20m }\n", "");
    let result = play(&model, "100");
    assert_near(
        &result,
        "split_brain_hours_per_year/mean",
        2.0 * 365.0 / 79.0,
    );
}

/// With synchronous copies the second region stops writing instead: the first has the casting vote. Its clients are served again once
/// the loss is detected, after 30 min; then they stay with r0 until the link is whole. Of three regions, two that see each other go on.
#[test]
fn synchronous_copies_stop_the_smaller_side() {
    let cut = "  cable: { hits: region-link, from: r1, to: r0, mtbf: { fixed: 40d }, mttr: { fixed: 2h } }";
    let model = pair("pattern: active-active", cut, "replication: { mode: sync }")
        .replace("horizon: 1y", "horizon: 79d")
        .replace("mtbf: { fixed: 50d }", "mtbf: { fixed: 5000d }")
        .replace("detect:   { fixed: 0s }", "detect:   { fixed: 30m }")
        .replace("  activate: { fixed: 20m }\n", "");
    let two = play(&model, "100");
    assert_near(&two, "unavailability/mean", 0.25 / (79.0 * 24.0));
    assert!(two["split_brain_hours_per_year"].is_null());
    let causes = two["attribution"].as_array().unwrap();
    assert_eq!(
        (causes.len(), &causes[0]["cause"]),
        (1, &Value::from("cable"))
    );
    let three = model
        .replace("r1: { zones: 1 } }", "r1: { zones: 1 }, r2: { zones: 1 } }")
        .replace("regions: [r0, r1] }", "regions: [r0, r1, r2] }");
    assert_eq!(number(&play(&three, "100"), "/unavailability/mean"), 0.0);
    // With all links cut no region has a majority.
    let none = play(&three.replace(" from: r1, to: r0,", ""), "100");
    assert_near(&none, "unavailability/mean", 2.0 / (79.0 * 24.0));
}

/// A copy does not arrive in a region that is down: the standby is so from 40 d to 55 d, and the primary is lost at 50 d, with what it wrote
/// in ten days. The standby is back first and serves.
#[test]
fn a_standby_that_was_down_is_behind_by_that() {
    let down =
        "  west: { hits: region, regions: [r1], mtbf: { fixed: 40d }, mttr: { fixed: 15d } }";
    let model = pair(
        "pattern: hot-standby",
        down,
        "replication: { lag: { fixed: 60s } }",
    )
    .replace("horizon: 1y", "horizon: 58d");
    let result = play(&model, "2");
    assert_eq!(result["data_loss_seconds"]["n"], 2);
    assert_near(&result, "data_loss_seconds/mean", 10.0 * 86_400.0 + 60.0);
}

/// Of three regions one was down when another is lost: the third has everything but the lag.
#[test]
fn one_up_to_date_copy_is_enough() {
    let down =
        "  west: { hits: region, regions: [r1], mtbf: { fixed: 40d }, mttr: { fixed: 15d } }";
    let model = pair(
        "pattern: active-active",
        down,
        "replication: { lag: { fixed: 60s } }",
    )
    .replace("r1: { zones: 1 } }", "r1: { zones: 1 }, r2: { zones: 1 } }")
    .replace("regions: [r0, r1]", "regions: [r0, r1, r2]")
    .replace("  activate: { fixed: 20m }\n", "")
    .replace("horizon: 1y", "horizon: 58d");
    let result = play(&model, "2");
    // That of r1 at 40 d, and that of r0 at 50 d.
    assert_eq!(result["data_loss_seconds"]["n"], 4);
    assert_near(&result, "data_loss_seconds/mean", 60.0);
}

/// Probed from the standby, a primary seems lost while the link is cut: clients leave it over 30 min, in which both sides write, after
/// 20 min in which it serves as before. Nothing is down. Probed from outside, nothing happens.
#[test]
fn a_cut_alone_splits_a_pair_that_is_probed_across_it() {
    let cable = "  cable: { hits: region-link, mtbf: { fixed: 40d }, mttr: { fixed: 5d } }";
    let model = |from: &str| {
        pair(
            "pattern: hot-standby",
            cable,
            "replication: { lag: { fixed: 60s } }",
        )
        .replace(
            "region: { hits: region, regions: [r0], mtbf: { fixed: 50d }",
            "region: { hits: region, regions: [r0], mtbf: { fixed: 2y }",
        )
        .replace(
            "{ fixed: 0s }\n  activate",
            &format!("{{ probe: 1ms, misses: 1{from} }}\n  activate"),
        )
        .replace("reroute:  { fixed: 0s }", "reroute:  { ttl: 30m }")
    };
    let across = play(&model(", from: standby"), "2");
    // At 40 d, 85 d, …, 355 d: eight cuts in a year.
    let hours = number(&across, "/split_brain_hours_per_year/mean");
    assert!((hours - 8.0 * 0.5).abs() < 1e-4, "{hours}");
    assert_eq!(number(&across, "/unavailability/mean"), 0.0);
    assert_eq!(across["data_loss_seconds"]["n"], 16);
    let outside = play(&model(""), "2");
    assert_eq!(number(&outside, "/split_brain_hours_per_year/mean"), 0.0);
    assert_eq!(outside["data_loss_seconds"]["n"], 0);
}
