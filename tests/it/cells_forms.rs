//! What the tests of cells have in common: journeys that count the cells that are down, closed forms, checks.

use serde_json::Value;

use crate::support::{compare, number, topology};

/// Cells of the topologies, unless they say otherwise.
pub(crate) const N: i32 = 4;

/// A model of two regions with a journey for each number of cells that have to be down for it to be: any, two, three, all of four.
pub(crate) fn model(
    zones: &str,
    services: &str,
    faults: &str,
    topology: &str,
    rest: &str,
) -> String {
    format!(
        "
model: cells
horizon: 1y
warm_up: 200d
regions: {{ east: {{ zones: {zones} }}, west: {{ zones: {zones} }} }}
services:
{services}
journeys:
  any:   {{ entry: web, share: 25%, down_below: 95% }}
  two:   {{ entry: web, share: 25%, down_below: 60% }}
  three: {{ entry: web, share: 25%, down_below: 40% }}
  all:   {{ entry: web, share: 25%, down_below: 10% }}
faults:
{faults}
topologies: {{ t: {{ {topology} }} }}
{rest}
"
    )
}

/// Chance that at least so many of n are down, each for the share u of the time.
pub(crate) fn at_least(k: i32, n: i32, u: f64) -> f64 {
    let mut choose = 1.0;
    let mut sum = 0.0;
    for i in 0..=n {
        if i >= k {
            sum += choose * u.powi(i) * (1.0 - u).powi(n - i);
        }
        choose *= f64::from(n - i) / f64::from(i + 1);
    }
    sum
}

/// What trials say of the topology.
pub(crate) fn play(model: &str, trials: &str) -> Value {
    let args = ["--trials", trials, "--seed", "7", "--threads", "1"];
    topology(&compare(model, &args), "t").clone()
}

pub(crate) fn time_of(journey: &str, form: &str) -> String {
    format!("/journeys/{journey}/time_unavailability{form}")
}

pub(crate) fn assert_near(found: f64, expected: f64, what: &str) {
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs(),
        "{what}: {found}, not {expected}"
    );
}

/// Whether a figure that was sampled is what it should be: within 2.5 half-widths of its 95 % interval, 4.9 standard errors, which is
/// false by chance once in a million.
pub(crate) fn assert_sampled(result: &Value, figure: &str, expected: f64) {
    let at = |end: &str| number(result, &format!("{figure}/{end}"));
    let (mean, half_width) = (at("mean"), 0.5 * (at("high") - at("low")));
    assert!(
        (mean - expected).abs() <= 2.5 * half_width,
        "{figure}: {mean} ± {half_width}, not {expected}"
    );
}
