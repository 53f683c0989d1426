//! Axes of the charts that a page draws: round figures worth a tick, with their labels, close enough for a reader who zooms in.

use serde_json::{Value, json};

use super::super::format;

/// Durations that people think in, up to a year \[s\].
const DURATIONS: [f64; 34] = [
    1.0,
    2.0,
    5.0,
    10.0,
    20.0,
    30.0,
    60.0,
    120.0,
    300.0,
    600.0,
    1200.0,
    1800.0,
    3600.0,
    7200.0,
    10_800.0,
    14_400.0,
    21_600.0,
    28_800.0,
    43_200.0,
    57_600.0,
    86_400.0,
    129_600.0,
    172_800.0,
    259_200.0,
    432_000.0,
    604_800.0,
    864_000.0,
    1_209_600.0,
    1_728_000.0,
    2_592_000.0,
    5_184_000.0,
    7_776_000.0,
    15_552_000.0,
    31_536_000.0,
];

/// A logarithmic axis of durations over a range \[s\].
pub(super) fn durations(name: &str, (low, high): (f64, f64)) -> Value {
    let shorter = steps(low, high.min(0.9));
    let longer = steps(low.max(31_536_000.0), high).map(|years| years.max(63_072_000.0));
    let known = DURATIONS
        .into_iter()
        .filter(|&tick| low <= tick && tick <= high);
    let mut all: Vec<f64> = shorter.chain(known).chain(longer).collect();
    all.dedup();
    logarithmic(name, (low, high), all, format::duration)
}

/// A logarithmic axis of shares over a range.
pub(super) fn shares(name: &str, (low, high): (f64, f64)) -> Value {
    let ticks = steps(low, high).filter(|&share| share <= 1.0).collect();
    logarithmic(name, (low, high), ticks, |share| {
        format!("{} %", format::significant(share * 100.0, 2))
    })
}

/// A logarithmic axis of unavailabilities, with their nines.
pub(super) fn unavailabilities(name: &str, (low, high): (f64, f64)) -> Value {
    let ticks: Vec<f64> = steps(low, high).collect();
    let mut axis = logarithmic(name, (low, high), ticks.clone(), |q| {
        format::scientific(q, 1).replacen("1 × ", "", 1)
    });
    let nines = |q: &f64| json!([q.log10(), nines(*q)]);
    axis["nines"] = ticks.iter().map(nines).collect();
    axis
}

/// A range that holds all of these values above zero, with some room; `None` without any.
pub(super) fn range(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    let positive = values
        .into_iter()
        .filter(|value| value.is_finite() && *value > 0.0);
    let (low, high) = positive.fold((f64::INFINITY, 0.0_f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high {
        return None;
    }
    let room = if high / low < 8.0 { 1.6 } else { 1.2 };
    Some((low / room, high * room))
}

/// A number as a place on a logarithmic axis.
pub(super) fn place(value: f64, (low, high): (f64, f64)) -> f64 {
    value.clamp(low, high).log10()
}

fn logarithmic(
    name: &str,
    (low, high): (f64, f64),
    ticks: Vec<f64>,
    label: impl Fn(f64) -> String,
) -> Value {
    let ticks: Value = (ticks.into_iter())
        .map(|tick| json!([tick.log10(), label(tick)]))
        .collect();
    json!({ "name": name, "min": low.log10(), "max": high.log10(), "ticks": ticks })
}

/// 1, 2 and 5 times the powers of ten within a range.
fn steps(low: f64, high: f64) -> impl Iterator<Item = f64> {
    let is_range = low > 0.0 && high >= low && high.is_finite();
    let exponents = is_range.then(|| (low.log10().floor() as i32)..=(high.log10().ceil() as i32));
    exponents
        .into_iter()
        .flatten()
        .flat_map(|exponent| [1.0, 2.0, 5.0].map(|step| step * 10_f64.powi(exponent)))
        .filter(move |&tick| low <= tick && tick <= high)
}

fn nines(q: f64) -> String {
    let nines = (-q.log10()).max(0.0);
    let text = format::significant((nines * 10.0).round() / 10.0, 3);
    format!("{text} {}", if text == "1" { "nine" } else { "nines" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_lie_within_the_axis_and_rise() {
        for range in [(0.002, 40.0), (3.0, 4e6), (1.0, 1e9), (1e7, 5e8)] {
            let axis = durations("time", range);
            let places: Vec<f64> = (axis["ticks"].as_array().into_iter().flatten())
                .filter_map(|tick| tick[0].as_f64())
                .collect();
            assert!(places.len() >= 3, "{range:?}: {axis}");
            assert!(
                places.windows(2).all(|pair| pair[0] < pair[1]),
                "{range:?}: {places:?}"
            );
        }
    }

    #[test]
    fn ranges_hold_what_is_above_zero() {
        assert_eq!(range([0.0, f64::NAN]), None);
        let (low, high) = range([1e-6, 0.0, 1e-2]).unwrap_or_default();
        assert!(low < 1e-6 && high > 1e-2);
    }
}
