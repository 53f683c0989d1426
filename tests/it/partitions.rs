//! Links that fail: what is up when, against a plain search through the zones, and closed forms.

use failscape::engine::{Record, Simulator};
use failscape::exact::{Effort, Solution, solve};
use failscape::model::load_str;
use failscape::plan::compile;
use failscape::topology::expand;

use crate::support::plan_of;
use crate::zones::{Zones, every_state_agrees, reached_from};

fn solution(text: &str) -> Solution {
    let solved = solve(&plan_of(text), Effort::Full);
    solved.solution.unwrap()
}

fn unavailability(text: &str) -> f64 {
    solution(text).unavailability.value
}

/// Three zones; `web` needs two of three replicas and `api`; that needs one of two, and two of three of `db` or the one cache.
fn three_zones(cuts: &str) -> String {
    format!(
        "
model: zones
regions: {{ r: {{ zones: [a, b, c] }} }}
services:
  web: {{ replicas: 3, needs: 2, calls: [api] }}
  api: {{ replicas: 2, needs: 1, calls: [{{ any: [db, cache] }}] }}
  db: {{ replicas: 3, needs: 2 }}
  cache: {{ replicas: 1 }}
journeys: {{ all: {{ entry: web }} }}
faults:
  host: {{ hits: replica, mtbf: 9d, mttr: 1d }}
{cuts}
topologies: {{ t: {{ pattern: multi-az }} }}
"
    )
}

/// Whether `web` of [`three_zones`] is up.
fn web_is_up(zones: &Zones, _: u32) -> bool {
    let usable = |service, zone, fit: &dyn Fn(usize) -> bool| zones.usable(service, 0, zone, fit);
    let db_or_cache = |z: usize| usable(2, z, &|_| true) >= 2 || usable(3, z, &|_| true) >= 1;
    let api = |z: usize| usable(1, z, &db_or_cache) >= 1;
    (0..3).any(|z| usable(0, z, &api) >= 2)
}

fn agrees_in_every_state(cuts: &str) {
    every_state_agrees(&plan_of(&three_zones(cuts)), web_is_up);
}

#[test]
fn what_is_up_is_what_a_search_through_the_zones_finds() {
    agrees_in_every_state("  cut: { hits: zone-link, mtbf: 9d, mttr: 1d }");
}

#[test]
fn a_cut_one_way_stops_calls_one_way() {
    agrees_in_every_state(
        "  cut: { hits: zone-link, mtbf: 9d, mttr: 1d }
  one-way: { hits: zone-link, from: c, to: a, mtbf: 9d, mttr: 1d }",
    );
    agrees_in_every_state(
        "  cut: { hits: zone-link, zones: [a, b], mtbf: 9d, mttr: 1d }
  one-way: { hits: zone-link, from: a, to: c, mtbf: 9d, mttr: 1d }",
    );
}

/// Links that are down for a tenth of the time in the long run.
fn cut_off(needs: u32, cuts: &str) -> f64 {
    let text = format!(
        "
model: cuts
horizon: 100y
warm_up: 1y
regions: {{ r: {{ zones: [a, b, c] }} }}
services: {{ web: {{ replicas: 3, needs: {needs} }} }}
faults:
{cuts}
topologies: {{ t: {{ pattern: multi-az }} }}
"
    );
    unavailability(&text)
}

#[test]
fn a_quorum_survives_all_cuts_but_those_of_every_link() {
    let cuts = "  cut: { hits: zone-link, mtbf: 9d, mttr: 1d }";
    let q: f64 = 0.1;
    // All three replicas: two of three links connect them, by transit if need be.
    let apart = 3.0 * q * q * (1.0 - q) + q.powi(3);
    for (needs, exact) in [(1, 0.0), (2, q.powi(3)), (3, apart)] {
        let found = cut_off(needs, cuts);
        assert!(
            (found - exact).abs() <= 1e-9 * exact,
            "{needs}: {found:e} {exact:e}"
        );
    }
}

#[test]
fn a_cut_one_way_leaves_the_side_that_still_can_call() {
    let both = "  ab: { hits: zone-link, zones: [a, b], mtbf: 9d, mttr: 1d }
  bc: { hits: zone-link, zones: [b, c], mtbf: 9d, mttr: 1d }\n";
    let q: f64 = 0.1;
    let one_way = format!("{both}  ca: {{ hits: zone-link, from: c, to: a, mtbf: 9d, mttr: 1d }}");
    let two_ways = format!("{both}  ca: {{ hits: zone-link, zones: [a, c], mtbf: 9d, mttr: 1d }}");
    // Calls from a get to c always, and to b while either link of b is up: no zone reaches all three iff b is alone.
    assert!((cut_off(3, &one_way) - q * q).abs() < 1e-12);
    let apart = 3.0 * q * q * (1.0 - q) + q.powi(3);
    assert!((cut_off(3, &two_ways) - apart).abs() < 1e-12);
}

/// What one link of three does is nothing: a third zone always connects the two.
#[test]
fn a_cut_with_a_way_around_it_changes_no_gate() {
    let with = plan_of(&three_zones(
        "  cut: { hits: zone-link, zones: [a, b], mtbf: 9d, mttr: 1d }",
    ));
    let without = plan_of(&three_zones(""));
    assert_eq!(with.units.len(), without.units.len() + 1);
    assert_eq!(
        with.network.initial.len(),
        without.network.initial.len() + 1
    );
    let none = plan_of(&three_zones(
        "  cut: { hits: zone-link, effect: none, mtbf: 9d, mttr: 1d }",
    ));
    assert_eq!(none.network.initial, without.network.initial);
}

/// The shipped model: month-end needs all zones, and one of them to reach all others. Each zone is down with chance z, a link with
/// chance f, and calls from c to a are dropped with chance w.
#[test]
fn the_shipped_partition_has_the_downtime_that_its_links_imply() {
    let text = crate::support::shipped("partition.yaml");
    let model = load_str("partition", &text, None).unwrap();
    let solve = |topology: &str| {
        let plan = compile(
            &model,
            &expand(&model, topology, &model.topologies[topology]),
        );
        solve(&plan, Effort::Full).solution.unwrap()
    };
    let share = |mtbf_hours: f64, mttr_hours: f64| mttr_hours / (mtbf_hours + mttr_hours);
    let (zone, fibre) = (share(43_800.0, 70.0 / 60.0), share(2_160.0, 6.0));
    let (firewall, cable) = (share(1_440.0, 2.0), share(4_320.0, 3.0));
    // Links ab, bc, ca, and the firewall.
    let mut apart = 0.0;
    for state in 0..16_u32 {
        let is_down = |bit: u32| state >> bit & 1 == 1;
        let chances = [fibre, fibre, fibre, firewall].into_iter().zip(0..);
        let chance: f64 = chances
            .map(|(q, bit)| if is_down(bit) { q } else { 1.0 - q })
            .product();
        let mut through = [[true; 3]; 3];
        for (bit, (here, there)) in [(0, (0, 1)), (1, (1, 2)), (2, (2, 0))] {
            through[here][there] = !is_down(bit);
            through[there][here] = !is_down(bit);
        }
        through[2][0] &= !is_down(3);
        let reaches_all = |zone: usize| reached_from(zone, &through) == [true; 3];
        apart += if (0..3).any(reaches_all) { 0.0 } else { chance };
    }
    let exact = 1.0 - (1.0 - zone).powi(3) * (1.0 - apart);
    let (east, west, one_zone) = (solve("east"), solve("west"), solve("one-zone"));
    let [payments, month_end, quotes] =
        [0, 1, 2].map(|journey| east.journeys[journey].unavailability.value);
    assert!(
        (month_end / exact - 1.0).abs() < 1e-9,
        "{month_end:e} {exact:e}"
    );
    // Cuts add to what zones cost; a quorum hardly feels either; one zone has no links.
    assert!(month_end > 1.0 - (1.0 - zone).powi(3) + 0.9 * apart && apart > 0.1 * zone);
    assert!(payments < 0.001 * month_end && quotes < payments);
    let alone = one_zone.journeys[1].unavailability.value;
    assert!((alone / zone - 1.0).abs() < 1e-9);
    // From the west, quotes need the cable.
    let quotes = west.journeys[2].unavailability.value;
    assert!((quotes / cable - 1.0).abs() < 1e-9, "{quotes:e} {cable:e}");
}

/// A link is named by its ends: the order of zones and regions in the file changes no stream.
#[test]
fn links_are_named_by_their_ends() {
    let keys = |zones: &str, regions: &str| {
        let plan = plan_of(&format!(
            "
model: names
regions: {{ east: {{ zones: {zones} }}, west: {{ zones: {zones} }} }}
services: {{ web: {{ replicas: 3 }} }}
faults:
  cut: {{ hits: zone-link, mtbf: 9d, mttr: 1d }}
  out: {{ hits: zone-link, from: a, to: c, mtbf: 9d, mttr: 1d }}
  sea: {{ hits: region-link, mtbf: 9d, mttr: 1d }}
topologies: {{ t: {{ pattern: active-active, regions: {regions} }} }}
"
        ));
        let mut keys: Vec<String> = plan
            .clocks
            .iter()
            .map(|clock| format!("{:?}", clock.key))
            .collect();
        keys.sort();
        keys
    };
    let some = keys("[a, b, c]", "[east, west]");
    assert_eq!(some.len(), 2 * 3 + 2 + 1);
    let mut distinct = some.clone();
    distinct.dedup();
    assert_eq!(distinct.len(), some.len());
    assert_eq!(some, keys("[c, a, b]", "[west, east]"));
}

/// Two zones, one with two of three replicas: each cut takes the third out of the quorum.
fn takeovers(needs: u32, on: &str) -> String {
    format!(
        "
model: takeovers
horizon: 20y
regions: {{ r: {{ zones: [a, b] }} }}
services: {{ db: {{ replicas: 3, needs: {needs}, takeover: {{ fixed: 2m }}, takeover_on: {on} }} }}
faults:
  cut: {{ hits: zone-link, mtbf: 98h, mttr: {{ fixed: 2h }} }}
topologies: {{ t: {{ pattern: multi-az }} }}
"
    )
}

/// Means over 200 trials of 20 years, each of 1752 cuts in the mean: the error of a mean is below 0.2 % (a count of 350,000
/// renewals), so that 1 % is five standard errors, false by chance once in 1.7 million.
#[test]
fn a_replica_that_a_cut_keeps_from_the_quorum_costs_a_takeover() {
    let mean = |text: &str| {
        let plan = plan_of(text);
        let mut simulator = Simulator::new(&plan, 11);
        let lost = (0..200).map(|trial| simulator.simulate(trial, Record::Scores).unavailability);
        lost.sum::<f64>() / 200.0
    };
    let each_cut = 2.0 / 60.0 / 100.0;
    let found = mean(&takeovers(2, "any"));
    assert!((found / each_cut - 1.0).abs() < 0.01, "{found:e}");
    // The primary is on the side that keeps the quorum; with one replica needed both sides do.
    assert_eq!(mean(&takeovers(2, "primary")), 0.0);
    assert_eq!(mean(&takeovers(1, "any")), 0.0);
    // All three are needed: cut, the service is down, and its primary has nowhere to go.
    let found = mean(&takeovers(3, "primary"));
    assert!((found / 0.02 - 1.0).abs() < 0.01, "{found:e}");
}

/// A service in one region that calls what lives in another goes down with the link between them.
#[test]
fn a_cut_between_regions_stops_calls_across() {
    let external = |faults: &str, pattern: &str| {
        let text = format!(
            "
model: regions
horizon: 100y
warm_up: 1y
regions: {{ east: {{ zones: 1 }}, west: {{ zones: 1 }} }}
services:
  web: {{ calls: [dns] }}
  dns: {{ external: true, in: west, mtbf: 99d, mttr: 1d }}
journeys: {{ all: {{ entry: web }} }}
faults:
{faults}
topologies: {{ t: {{ pattern: {pattern} }} }}
"
        );
        unavailability(&text)
    };
    let near = |found: f64, exact: f64| {
        assert!((found - exact).abs() <= 1e-9 * exact, "{found:e} {exact:e}");
    };
    let (link, dns): (f64, f64) = (0.1, 0.01);
    let cable = "  cable: { hits: region-link, mtbf: 9d, mttr: 1d }";
    near(
        external(cable, "multi-az, regions: [east]"),
        1.0 - (1.0 - link) * (1.0 - dns),
    );
    near(external(cable, "multi-az, regions: [west]"), dns);
    let there = "  cable: { hits: region-link, from: east, to: west, mtbf: 9d, mttr: 1d }";
    let back = "  cable: { hits: region-link, from: west, to: east, mtbf: 9d, mttr: 1d }";
    near(
        external(there, "multi-az, regions: [east]"),
        1.0 - (1.0 - link) * (1.0 - dns),
    );
    near(external(back, "multi-az, regions: [east]"), dns);
}

/// Each region can use the database of the other while the link is up; half of the traffic is served by each.
#[test]
fn a_cut_between_regions_leaves_each_its_own() {
    let text = "
model: regions
horizon: 100y
warm_up: 1y
regions: { east: { zones: 1 }, west: { zones: 1 } }
services:
  web: { calls: [db] }
  db: {}
journeys: { all: { entry: web } }
faults:
  disk: { hits: replica, services: [db], mtbf: 9d, mttr: 1d }
  cable: { hits: region-link, mtbf: 4d, mttr: 1d }
topologies: { t: { pattern: active-active, cross_region_calls: true } }
failover: { detect: { never: true }, reroute: { ttl: 0s } }
";
    let plan = plan_of(text);
    let mut simulator = Simulator::new(&plan, 3);
    let lost: Vec<f64> = (0..200)
        .map(|trial| simulator.simulate(trial, Record::Scores).unavailability)
        .collect();
    let mean = lost.iter().sum::<f64>() / 200.0;
    let spread = lost.iter().map(|lost| (lost - mean).powi(2)).sum::<f64>() / 199.0;
    let error = (spread / 200.0).sqrt();
    // The own database is down, and the other one too or out of reach.
    let exact = 0.1 * (1.0 - 0.9 * 0.8);
    // Five standard errors: false by chance once in 1.7 million.
    assert!((mean - exact).abs() < 5.0 * error, "{mean} {exact} {error}");
    assert!(error < 0.002 * exact * 5.0);
}

/// Links that could fail, but do not within the horizon, change no trial of any pattern: the views of zones count replicas,
/// standbys and takeovers as a region without links does.
#[test]
fn links_that_hold_change_nothing() {
    let patterns = [
        ("multi-az", "[r0]"),
        ("backup-restore", "[r0, r1]"),
        ("pilot-light", "[r0, r1]"),
        ("warm-standby", "[r0, r1]"),
        ("hot-standby", "[r0, r1]"),
        ("active-active", "[r0, r1]"),
    ];
    let links = "
  fibre: { hits: zone-link, mtbf: { fixed: 900y }, mttr: 1h }
  firewall: { hits: zone-link, from: b, to: a, mtbf: { fixed: 900y }, mttr: 1h }
  cable: { hits: region-link, mtbf: { fixed: 900y }, mttr: 1h }";
    for ((pattern, regions), cross) in patterns.into_iter().flat_map(|p| [(p, false), (p, true)]) {
        let text = |links: &str| {
            format!(
                "
model: holds
horizon: 90d
regions: {{ r0: {{ zones: 2 }}, r1: {{ zones: 3 }} }}
services:
  web: {{ replicas: 6, needs: 3, calls: [db, {{ any: [cache, pay] }}] }}
  db: {{ replicas: 3, needs: 2, takeover: 1h, takeover_on: any, dormancy: 30%, data: {{ size: 1GB, writes: 1MB/s }} }}
  cache: {{ replicas: 2, takeover: 20m, takeover_success: 50% }}
  pay: {{ external: true, in: r1, mtbf: 3d, mttr: 6h }}
  logic: {{ replicas: 0, calls: [web] }}
journeys: {{ all: {{ entry: logic }} }}
faults:
  host: {{ hits: replica, mtbf: 2d, mttr: 6h, crew: people }}
  zone: {{ hits: zone, mtbf: 5d, mttr: 5h }}
  region: {{ hits: region, mtbf: 8d, mttr: 9h }}
  rack: {{ hits: zone, mtbf: 5d, mttr: 4h, strikes: replicas, crew: people }}{links}
crews: {{ people: {{ size: 2, order: random }} }}
topologies: {{ t: {{ pattern: {pattern}, regions: {regions}, cross_region_calls: {cross} }} }}
failover: {{ activate: 30m, success: 60%, retry: 20m, reroute: {{ ttl: 30m }} }}
"
            )
        };
        let (with, without) = (plan_of(&text(links)), plan_of(&text("")));
        assert!(with.network.initial.len() > without.network.initial.len() + 10);
        let mut ones = Simulator::new(&with, 9);
        let mut others = Simulator::new(&without, 9);
        let mut lost = 0.0;
        for trial in 0..30 {
            let (one, other) = (
                ones.simulate(trial, Record::Scores),
                others.simulate(trial, Record::Scores),
            );
            assert_eq!(
                one.unavailability, other.unavailability,
                "{pattern} {cross}"
            );
            assert_eq!(one.outages, other.outages);
            assert_eq!(one.recoveries, other.recoveries);
            // Spans may be added up in other pieces.
            let mut services = one.services.iter().zip(&other.services);
            assert!(services.all(|(one, other)| (one - other).abs() < 1e-12));
            lost += one.unavailability;
        }
        assert!(lost > 0.0);
    }
}
