//! What happens in a failover, on models whose answer is plain.

use serde_json::Value;

use crate::support::{compare, number, topology};

fn unavailability(model: &str, trials: &str) -> f64 {
    let results = compare(model, &["--trials", trials]);
    number(topology(&results, "t"), "/unavailability/mean")
}

fn two_tiers(pattern: &str, cross_region_calls: bool, faults: &str) -> String {
    format!(
        "
model: two-tiers
horizon: 100d
regions: {{ r0: {{ zones: 1 }}, r1: {{ zones: 1 }} }}
services:
  web: {{ calls: [db] }}
  db: {{ data: {{ size: 1GB, writes: 1MB/s }} }}
journeys: {{ all: {{ entry: web }} }}
faults: {{ {faults} }}
topologies: {{ t: {{ pattern: {pattern}, regions: [r0, r1], cross_region_calls: {cross_region_calls} }} }}
failover: {{ activate: {{ fixed: 1h }} }}
"
    )
}

#[test]
fn a_standby_that_runs_nothing_is_fit_to_be_started_with_calls_across_regions_too() {
    let outage = "region: { hits: region, mtbf: 10d, mttr: 12h }";
    let alone = unavailability(&two_tiers("backup-restore", false, outage), "200");
    let across = unavailability(&two_tiers("backup-restore", true, outage), "200");
    assert_eq!(alone, across);
}

#[test]
fn a_database_that_runs_in_a_pilot_light_serves_calls_across_regions() {
    let fault =
        "db: { hits: service-in-region, services: [db], regions: [r0], mtbf: 10d, mttr: 12h }";
    assert!(unavailability(&two_tiers("pilot-light", false, fault), "200") > 0.0);
    assert_eq!(
        unavailability(&two_tiers("pilot-light", true, fault), "200"),
        0.0
    );
}

/// Two regions that are healthy at the scale of a standby, and not at full scale, would hand over to each other for ever.
#[test]
fn failovers_that_take_no_time_come_to_an_end() {
    let model = "
model: to-and-fro
horizon: 100d
regions: { r0: { zones: 3 }, r1: { zones: 3 } }
services: { web: { replicas: 3, needs: 3 } }
faults: { zone: { hits: zone, mtbf: 2d, mttr: 6h } }
topologies: { t: { pattern: warm-standby, regions: [r0, r1], standby_scale: 30% } }
failover: { detect: { fixed: 0s }, activate: { fixed: 0s }, reroute: { ttl: 0s }, failback: never }
";
    let lost = unavailability(model, "20");
    assert!(lost > 0.0 && lost < 1.0, "{lost}");
}

/// Region r0 is lost at 24 h and left at 25 h, r1 is lost at 24.5 h and left at 25.5 h: 1/3 for 1 h, 1/3 for 0.5 h, 1/2 for
/// 0.5 h.
#[test]
fn each_active_region_is_left_after_its_own_reroute() {
    let model = "
model: three-regions
horizon: 48h
regions: { r0: { zones: 1 }, r1: { zones: 1 }, r2: { zones: 1 } }
services: { web: {} }
faults:
  first: { hits: region, regions: [r0], mtbf: { fixed: 24h }, mttr: { fixed: 10d } }
  second: { hits: region, regions: [r1], mtbf: { fixed: 24h30m }, mttr: { fixed: 10d } }
topologies: { t: { pattern: active-active, regions: [r0, r1, r2] } }
failover: { detect: { fixed: 0s }, reroute: { fixed: 1h } }
";
    let hours = 48.0 * unavailability(model, "2");
    assert!((hours - 0.75).abs() < 1e-9, "{hours}");
}

/// Lost at 5 h, left at 11 h, mended at 11.5 h; going back until 21.5 h, lost again at 16.5 h, left at 22.5 h.
#[test]
fn clients_who_go_back_to_a_region_lost_again_leave_it_at_the_end_of_the_reroute() {
    let model = "
model: lost-again
horizon: 23h
regions: { r0: { zones: 1 }, r1: { zones: 1 } }
services: { web: {} }
faults: { outage: { hits: region, regions: [r0], mtbf: { fixed: 5h }, mttr: { fixed: 6h30m } } }
topologies: { t: { pattern: hot-standby, regions: [r0, r1] } }
failover:
  detect: { fixed: 0s }
  activate: { fixed: 0s }
  reroute: { fixed: 6h }
  failback: { wait: 0s, takes: 10h }
";
    let hours = 23.0 * unavailability(model, "2");
    assert!((hours - (6.0 + 0.75 * 5.0 + 1.0)).abs() < 1e-9, "{hours}");
}

#[test]
fn a_takeover_is_charged_to_the_zone_outage_that_started_it() {
    let model = "
model: takeover
horizon: 100d
regions: { r: { zones: 2 } }
services:
  db: { replicas: 2, takeover: 2h }
  batch: { calls: [db] }
journeys: { all: { entry: db } }
faults:
  zone: { hits: zone, mtbf: 2d, mttr: { fixed: 10m } }
  bug: { hits: service-in-region, services: [batch], mtbf: 1h, mttr: 1m }
topologies: { t: { pattern: multi-az, regions: [r] } }
";
    let results = compare(model, &["--trials", "50"]);
    let causes = topology(&results, "t")["attribution"].as_array().unwrap();
    assert_eq!(causes.len(), 1);
    assert_eq!(causes[0]["cause"], "zone");
}

/// A cascade strikes every replica of the service in the place, also those that the fault does not hit by itself: with
/// two replicas of which one is needed, each failure of the first, once in 10 days, takes both down for 12 hours. Five
/// failures in 55 days (each after 10 days up and 12 hours down: at day 10, 20.5, 31, 41.5, 52), 60 hours of 1320.
#[test]
fn a_cascade_strikes_replicas_outside_the_filters_of_its_fault() {
    let model = "
model: wide
horizon: 55d
regions: { r: { zones: [a, b] } }
services: { web: { replicas: 2, needs: 1 } }
faults:
  bug: { hits: replica, zones: [a], mtbf: { fixed: 10d }, mttr: { fixed: 12h }, spreads: { to: region, probability: 100% } }
topologies: { t: { pattern: multi-az, regions: [r] } }
";
    let lost = unavailability(model, "2");
    assert!((lost - 60.0 / 1320.0).abs() < 1e-12, "{lost}");
}

/// Without a loss seen, the bound must hold what an outage can be: for ever, or as long as a takeover.
#[test]
fn the_bound_of_none_seen_holds_losses_that_are_no_repair() {
    let model = |faults: &str, takeover: &str| {
        format!(
            "
model: unseen
horizon: 1y
regions: {{ r: {{ zones: 1 }} }}
services: {{ db: {{ replicas: 2, takeover: {takeover} }} }}
faults: {{ {faults} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
costs: {{ downtime: $1000/h }}
objectives: {{ sla: {{ target: 99.9%, window: month, revenue: $1000/month, credits: [{{ below: 99.9%, refund: 50% }}] }} }}
"
        )
    };
    let chance = 1.0 - 0.05_f64.powf(1.0 / 20.0);
    for (faults, takeover, longest_hours) in [
        (
            "end: { hits: everywhere, mtbf: 1000000y, mttr: { never: true } }",
            "1m",
            8760.0,
        ),
        (
            "blip: { hits: replica, mtbf: 1000000y, mttr: 1m }",
            "30m, takeover_on: any",
            0.5,
        ),
    ] {
        let results = compare(
            &model(faults, takeover),
            &["--trials", "20", "--estimator", "plain"],
        );
        let topology = topology(&results, "t");
        let bound = number(topology, "/unavailability/high");
        assert!(
            (bound - chance * longest_hours / 8760.0).abs() < 1e-9,
            "{bound}"
        );
        let downtime = number(topology, "/cost_per_month/downtime/high");
        assert!((downtime - bound * 730_000.0).abs() < 1e-6, "{downtime}");
        let refunds = number(topology, "/cost_per_month/sla_credits/high");
        let windows = if longest_hours > 730.0 { 12.0 } else { 2.0 };
        assert!(
            (refunds - chance * 500.0 * windows / 12.0).abs() < 1e-6,
            "{refunds}"
        );
    }
}

/// 52 min 33.6 s of a year of 365 days are 99.99 %: neither the target nor the RTO is missed by the rounding of times.
#[test]
fn a_loss_of_exactly_what_is_allowed_is_allowed() {
    let model = "
model: at-even
horizon: 365d
regions: { r: { zones: 1 } }
services: { web: {} }
faults: { cut: { hits: service, mtbf: { fixed: 200d }, mttr: { fixed: 52m33.6s } } }
topologies: { t: { pattern: single-az, regions: [r] } }
objectives: { slo: { target: 99.99%, window: 365d }, rto: 52m33.6s }
";
    let results = compare(model, &["--trials", "3"]);
    let topology = topology(&results, "t");
    assert_eq!(number(topology, "/slo_met/mean"), 1.0);
    assert_eq!(number(topology, "/rto_met/mean"), 1.0);
}

/// Every time is fixed, so the parts of a failover stand in the proportion of their lengths: 60 s until it is detected, 2 min to
/// decide, 5 min to activate, and clients that all move at the end of 30 s.
#[test]
fn downtime_is_split_by_what_the_failover_was_doing() {
    let model = "
model: phases
horizon: 1y
regions: { r0: { zones: 1 }, r1: { zones: 1 } }
services: { web: {} }
faults: { region: { hits: region, regions: [r0], mtbf: { fixed: 60d }, mttr: { fixed: 1d } } }
topologies: { t: { pattern: hot-standby, regions: [r0, r1] } }
failover: { detect: { fixed: 60s }, decide: { fixed: 2m }, activate: { fixed: 5m }, reroute: { fixed: 30s } }
";
    let results = compare(model, &["--trials", "2"]);
    let t = topology(&results, "t");
    let phases: Vec<(&str, f64)> = (t["phases"].as_array().unwrap().iter())
        .map(|phase| (phase["phase"].as_str().unwrap(), number(phase, "/share")))
        .collect();
    let expected = [
        ("detecting", 60.0),
        ("deciding", 120.0),
        ("activating", 300.0),
        ("rerouting", 30.0),
    ];
    assert_eq!(phases.len(), expected.len());
    for ((phase, share), (name, seconds)) in phases.into_iter().zip(expected) {
        assert_eq!(phase, name);
        assert!((share - seconds / 510.0).abs() < 1e-9, "{phase}: {share}");
    }
}

/// Six failovers a year, on a date. Phases on a mesh would be out of step with them, and off by 3 %.
#[test]
fn failures_on_a_date_are_not_followed_by_phases() {
    let model = "
model: dates
horizon: 1y
regions: { r0: { zones: 1 }, r1: { zones: 1 } }
services: { web: {} }
faults: { region: { hits: region, regions: [r0], mtbf: { fixed: 50d }, mttr: { fixed: 10d } } }
topologies: { t: { pattern: hot-standby, regions: [r0, r1] } }
failover:
  detect: { fixed: 0s }
  activate: { fixed: 7m30s }
  reroute: { fixed: 0s }
  failback: { wait: 0s, takes: 0s }
";
    let results = compare(model, &["--trials", "2"]);
    let t = topology(&results, "t");
    let refused = t["refused"].as_array().unwrap();
    let is_chain = |refused: &&Value| refused["route"] == "Markov chain";
    let reason = &refused.iter().find(is_chain).unwrap()["reason"];
    assert!(reason.as_str().unwrap().contains("on a date"), "{reason}");
    let found = number(t, "/unavailability/mean");
    assert!((found - 45.0 / 525_600.0).abs() < 1e-12, "{found}");
}
