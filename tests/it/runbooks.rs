//! Runbooks by the public command, against answers that are plain. The intervals are at 99.99 %: each check fails by chance once in
//! 10,000 choices of its seed.

use serde_json::Value;

use crate::support::{compare, number, shipped, topology};

/// A primary that is lost every 60 days for 10 days, and a standby that never fails, detected and decided at once; clients all
/// move at the end of the plan. Six losses in a trial of a year.
fn pair(parts: &str, plan: &str) -> String {
    format!(
        "
model: pair
horizon: 1y
regions: {{ r0: {{ zones: 1 }}, r1: {{ zones: 1 }} }}
services:
  web: {{}}
  batch: {{}}
  tools: {{ external: true, in: r0 }}
journeys: {{ all: {{ entry: web }} }}
faults:
  region: {{ hits: region, regions: [r0], mtbf: {{ fixed: 50d }}, mttr: {{ fixed: 10d }} }}
{parts}
topologies: {{ t: {{ pattern: hot-standby, regions: [r0, r1] }} }}
failover:
  detect: {{ fixed: 0s }}
  reroute: {{ fixed: 0s }}
  failback: {{ wait: 0s, takes: 0s }}
{plan}
"
    )
}

/// Losses of [`pair`] in a year: at 50 d, 110 d, …, 350 d.
const LOSSES: f64 = 6.0;

fn play(model: &str, trials: &str) -> Value {
    let args = ["--trials", trials, "--confidence", "99.99%"];
    topology(&compare(model, &args), "t").clone()
}

/// Whether the interval of downtime of one failover holds a mean \[min\].
fn holds(result: &Value, minutes: f64) {
    let expected = LOSSES * minutes / 525_600.0;
    let (low, high) = (
        number(result, "/unavailability/low"),
        number(result, "/unavailability/high"),
    );
    let found = number(result, "/unavailability/mean");
    assert!(
        low <= expected && expected <= high,
        "{expected} not in {low} to {high}"
    );
    assert!((high - low) < 0.2 * expected, "{found}: too wide to tell");
}

fn share(result: &Value, phase: &str, on: &str) -> f64 {
    let phases = result["phases"].as_array().unwrap();
    phases
        .iter()
        .filter(|part| part["phase"] == phase && part["on"] == on)
        .map(|part| number(part, "/share"))
        .sum()
}

/// 2 min, then 3 and 5 min side by side, then 30 s.
#[test]
fn steps_follow_each_other_and_run_side_by_side() {
    let plan = "
  plan:
    - { step: approve, takes: { fixed: 2m } }
    - { step: promote, takes: { fixed: 3m } }
    - { step: scale-up, takes: { fixed: 5m }, beside: promote }
    - { step: switch-dns, takes: { fixed: 30s } }
";
    let steps = play(&pair("", plan), "2");
    let whole = play(&pair("", "  activate: { fixed: 7m30s }"), "2");
    let expected = LOSSES * 7.5 / 525_600.0;
    for result in [&steps, &whole] {
        let found = number(result, "/unavailability/mean");
        assert!((found - expected).abs() < 1e-12, "{found}, not {expected}");
    }
}

/// The longer of two exponential steps of mean 6 min takes 9 min on average.
#[test]
fn a_stage_takes_as_long_as_its_longest_step() {
    let plan = "
  plan:
    - { step: promote, takes: 6m }
    - { step: scale-up, takes: 6m, beside: promote }
";
    holds(&play(&pair("", plan), "4000"), 9.0);
}

/// Tries take 10 min and succeed every second time; two of them, then half an hour until all is tried again. With E the mean
/// time of an activation, E = 10 + 5 + (30 + E) / 4 = 30 min.
#[test]
fn a_step_is_tried_again_before_the_attempt_has_failed() {
    let plan = "
  retry: 30m
  plan: [{ step: promote, takes: { fixed: 10m }, success: 50%, attempts: 2 }]
";
    holds(&play(&pair("", plan), "4000"), 30.0);
}

/// What a step needs is down for a third of the time, for an hour on average, and goes down every two hours: the step of 30 min waits
/// 20 min for it to begin, and stands still for an hour 0.25 times.
#[test]
fn a_step_stands_still_while_what_it_needs_is_down() {
    let parts = "  control-plane: { hits: region, mtbf: 2h, mttr: 1h, effect: none }";
    let plan = "
  plan: [{ step: scale-up, takes: { fixed: 30m }, needs: [control-plane] }]
";
    let result = play(&pair(parts, plan), "4000");
    holds(&result, 30.0 + 20.0 + 15.0);
    let waited = share(&result, "waiting-for-dependency", "control-plane");
    assert!((waited - 35.0 / 65.0).abs() < 0.03, "{waited}");
}

/// Tools that live in the region that was lost: nothing moves before it is back. It then serves by itself, after ten days.
#[test]
fn a_recovery_that_needs_what_was_lost_waits_for_it() {
    let plan = "
  plan: [{ step: switch-dns, takes: { fixed: 30s }, needs: [tools] }]
";
    let result = play(&pair("", plan), "2");
    // The last loss, at 350 d, lasts until 360 d.
    let expected = LOSSES * 10.0 * 1440.0 / 525_600.0;
    assert!((number(&result, "/unavailability/mean") - expected).abs() < 1e-9);
    assert!((share(&result, "waiting-for-dependency", "tools") - 1.0).abs() < 1e-9);
}

/// The one member of the crew is at another repair for a sixth of the time, and for another hour on average when called then.
#[test]
fn a_step_waits_for_people() {
    let parts = "
  ticket: { hits: service-in-region, services: [batch], regions: [r1], mtbf: 5h, mttr: 1h, crew: on-call }
crews: { on-call: { size: 1 } }";
    let plan = "
  plan: [{ step: approve, takes: { fixed: 20m }, by: on-call }]
";
    let result = play(&pair(parts, plan), "4000");
    holds(&result, 20.0 + 10.0);
    let waited = share(&result, "waiting-for-people", "on-call");
    assert!((waited - 1.0 / 3.0).abs() < 0.03, "{waited}");
}

/// With two members nobody waits, and people who are free again take up repairs.
#[test]
fn a_crew_that_is_large_enough_keeps_nobody_waiting() {
    let parts = "
  ticket: { hits: service-in-region, services: [batch], regions: [r1], mtbf: 5h, mttr: 1h, crew: on-call }
crews: { on-call: { size: 2 } }";
    let plan = "
  plan: [{ step: approve, takes: { fixed: 20m }, by: on-call }]
";
    let result = play(&pair(parts, plan), "4");
    let expected = LOSSES * 20.0 / 525_600.0;
    assert!((number(&result, "/unavailability/mean") - expected).abs() < 1e-12);
}

#[test]
fn the_model_of_a_runbook_shows_what_waiting_costs() {
    let results = compare(&shipped("runbook.yaml"), &["--trials", "2000"]);
    let lost = |name| number(topology(&results, name), "/unavailability/mean");
    assert!(lost("tools-in-primary") > 2.0 * lost("tools-outside"));
    assert!(lost("tools-outside") > lost("no-approval"));
    let waits = share(
        topology(&results, "tools-in-primary"),
        "waiting-for-dependency",
        "dns-api",
    );
    assert!(waits > 0.4, "{waits}");
    let warnings = results["warnings"].as_array().unwrap();
    assert!(
        warnings
            .iter()
            .any(|warning| warning["code"] == "recovery-waits")
    );
}

/// All losses come at midnight, when people who work from 9 to 17 sleep, and those who work from 22 to 6 do not. A repair is called for in
/// the same way.
#[test]
fn people_who_sleep_take_a_time_to_begin() {
    let lost = |hours: &str| {
        let parts = format!(
            "
crews: {{ on-call: {{ size: 1, on_call: {{ hours: {hours}, night: {{ fixed: 30m }} }} }} }}"
        );
        let plan = "
  plan: [{ step: approve, takes: { fixed: 20m }, by: on-call }]
";
        let result = play(&pair(&parts, plan), "2");
        let minutes = number(&result, "/unavailability/mean") * 525_600.0 / LOSSES;
        (minutes, share(&result, "waiting-for-people", "on-call"))
    };
    let (minutes, waited) = lost("9-17");
    assert!((minutes - 50.0).abs() < 1e-6, "{minutes}");
    assert!((waited - 0.6).abs() < 1e-6, "{waited}");
    let (minutes, waited) = lost("22-6");
    assert!((minutes - 20.0).abs() < 1e-6, "{minutes}");
    assert!(waited.abs() < 1e-6, "{waited}");
}

/// An approval by people does not put anything in motion: a primary that is back before it is given calls the attempt off. One loss, at
/// 50 d, of an exponential length of mean 1 h; the approval takes another hour on average, so that half of the attempts go on. Those take
/// 1 h more, of which 1 − 1/e hours are lost on average, and a way back on which nobody is served for 30 min.
#[test]
fn a_primary_that_is_back_before_the_approval_calls_the_attempt_off() {
    let plan = "
  plan:
    - { step: approve, takes: 1h, by: people }
    - { step: promote, takes: { fixed: 1h } }
crews: { people: { size: 1 } }";
    let model = pair("", plan)
        .replace("mttr: { fixed: 10d }", "mttr: 1h")
        .replace("horizon: 1y", "horizon: 90d")
        .replace(
            "failback: { wait: 0s, takes: 0s }",
            "failback: { wait: 1m, takes: 0s, disruption: 30m }",
        );
    let result = play(&model, "40000");
    let promoting = 0.5 * (1.0 - (-1.0_f64).exp());
    let hours = 0.5 + promoting + 0.25;
    let expected = hours / (90.0 * 24.0);
    let (low, high) = (
        number(&result, "/unavailability/low"),
        number(&result, "/unavailability/high"),
    );
    assert!(
        low <= expected && expected <= high,
        "{expected} not in {low} to {high}"
    );
    assert!(high - low < 0.1 * expected);
    for (phase, expected) in [
        ("deciding", 0.5),
        ("activating", promoting),
        ("failing-back", 0.25),
    ] {
        let phases = result["phases"].as_array().unwrap();
        let part = phases.iter().find(|part| part["phase"] == phase);
        let found = number(part.unwrap(), "/share") * hours;
        assert!((found / expected - 1.0).abs() < 0.05, "{phase}: {found}");
    }
}

/// People who sleep for 2 h before they approve: the primary is back after one, and traffic stays.
#[test]
fn nobody_fails_over_while_people_sleep_longer_than_the_outage() {
    let plan = "
  plan:
    - { step: approve, takes: { fixed: 1m }, by: people }
    - { step: promote, takes: { fixed: 1h } }
crews: { people: { size: 1, on_call: { hours: 9-10, night: { fixed: 2h } } } }";
    let model = pair("", plan)
        .replace("mttr: { fixed: 10d }", "mttr: { fixed: 1h }")
        .replace(
            "failback: { wait: 0s, takes: 0s }",
            "failback: { wait: 1m, takes: 0s, disruption: 30m }",
        );
    let result = play(&model, "2");
    let hours = number(&result, "/unavailability/mean") * 8760.0;
    // Lost at hours 0, 1, 2, … of a day: seven in a year.
    assert!((hours - 7.0).abs() < 1e-6, "{hours}");
    assert!((share(&result, "waiting-for-people", "people") - 1.0).abs() < 1e-9);
}
