//! Clients that never move, by the public command. All times are fixed: every figure is exact.

use serde_json::Value;

use crate::support::{compare, number, topology};

/// A region that is lost at 50 d, 110 d, …, 350 d for 10 days; the others notice at once.
fn pair(pattern: &str, failover: &str) -> String {
    format!(
        "
model: pair
horizon: 1y
regions: {{ r0: {{ zones: 1 }}, r1: {{ zones: 1 }} }}
services: {{ web: {{ data: {{ size: 1GB, writes: 1MB/s }} }} }}
faults:
  region: {{ hits: region, regions: [r0], mtbf: {{ fixed: 50d }}, mttr: {{ fixed: 10d }} }}
topologies: {{ t: {{ pattern: {pattern}, regions: [r0, r1] }} }}
failover:
  detect: {{ fixed: 0s }}
{failover}
"
    )
}

fn play(model: &str) -> Value {
    topology(&compare(model, &["--trials", "100"]), "t").clone()
}

fn assert_near(result: &Value, figure: &str, expected: f64) {
    let found = number(result, figure);
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs(),
        "{figure}: {found}, not {expected}"
    );
}

/// One client in twenty stays with the region that is lost, for its 60 days. The others are enough for the journey not to be down.
#[test]
fn clients_that_never_move_are_lost_with_their_region() {
    let failover = "  activate: { fixed: 0s }\n  reroute: { ttl: 0s, stuck: 5% }";
    let result = play(&pair("hot-standby", failover));
    assert_near(&result, "/unavailability/mean", 0.05 * 60.0 / 365.0);
    assert_eq!(number(&result, "/outages_per_year/mean"), 0.0);
    let phases = result["phases"].as_array().unwrap();
    let stuck = phases
        .iter()
        .find(|phase| phase["phase"] == "stuck-clients");
    assert_near(stuck.unwrap(), "/share", 1.0);
    // Of an even split only half of them are there.
    let both = play(&pair("active-active", "  reroute: { ttl: 0s, stuck: 5% }"));
    assert_near(&both, "/unavailability/mean", 0.025 * 60.0 / 365.0);
}

/// A TTL of two minutes: all wait a minute on average, those who never move for ten days.
#[test]
fn the_others_move_within_the_time_to_live() {
    let failover = "  activate: { fixed: 0s }\n  reroute: { ttl: 120s, stuck: 10% }\n  failback: { wait: 0s, takes: 0s }";
    let result = play(&pair("hot-standby", failover));
    let seconds = 0.9 * 60.0 + 0.1 * 864_000.0;
    assert_near(
        &result,
        "/unavailability/mean",
        6.0 * seconds / 31_536_000.0,
    );
    // Down all the time: 90 % are served, and 95 % are wanted.
    let down = 6.0 * 864_000.0 / 31_536_000.0;
    assert_near(&result, "/journeys/web/time_unavailability/mean", down);
}

/// From its repair until the failback two hours later the old primary takes the writes of those who never left.
#[test]
fn clients_that_never_move_split_the_brain() {
    let failover = "  activate: { fixed: 0s }\n  reroute: { ttl: 0s, stuck: 5% }\n  failback: { wait: 2h, takes: 5m }";
    let result = play(&pair("hot-standby", failover));
    assert_near(&result, "/split_brain_hours_per_year/mean", 12.0);
}
