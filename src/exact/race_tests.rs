//! Races of two times against closed forms.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use rand::{Rng, SeedableRng};
use rand_xoshiro::SplitMix64;

use super::{Effort, markov::figures};
use crate::model::load_str;
use crate::plan::compile;
use crate::topology::expand;

const DETECTED: f64 = 60.0;
const MTBF: f64 = 1e6 * 3600.0;
/// A standby that carries nothing of 70 % for an hour once the loss has been detected.
const WARMING_UP: f64 = 0.7 * 3600.0;

/// A failure costs what it lasts if it ends before it is detected, else an hour of a standby that is too small: the seconds that
/// a repair of `seconds` costs.
fn cost(seconds: f64) -> f64 {
    if seconds < DETECTED {
        seconds
    } else {
        DETECTED + WARMING_UP
    }
}

/// What the chain says of such a pair under a law of repairs: unavailability and error, or none if it refuses.
fn found(repair: &str, effort: Effort) -> Option<(f64, f64)> {
    let model = format!(
        "
model: pair
warm_up: 100h
horizon: 1y
regions: {{ a: {{ zones: [z] }}, b: {{ zones: [z] }} }}
services: {{ s: {{ replicas: 10 }} }}
faults:
  loss: {{ hits: region, regions: [a], mtbf: 1000000h, mttr: {repair} }}
topologies: {{ t: {{ pattern: warm-standby, regions: [a, b], standby_scale: 30% }} }}
failover:
  detect: {{ fixed: 60s }}
  activate: {{ fixed: 1h }}
  reroute: {{ fixed: 0s }}
  failback: {{ wait: 10m, takes: 0s }}
"
    );
    found_in(&model, effort)
}

/// The same of any model.
fn found_in(model: &str, effort: Effort) -> Option<(f64, f64)> {
    let model = load_str("model.yaml", model, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    let plan = compile(&model, &expand(&model, name, spec));
    match figures(&plan, effort, None) {
        Ok(solution) => Some((solution.unavailability.value, solution.unavailability.error)),
        Err(reason) => {
            let says_why = reason.contains("ends first") || reason.contains("same instant");
            assert!(says_why, "{reason}");
            None
        }
    }
}

fn assert_covered(repair: &str, cost: f64, mean: f64, effort: Effort) -> Option<f64> {
    let truth = cost / (MTBF + mean);
    let (value, error) = found(repair, effort)?;
    // A second failure before the standby is ready comes once in a million times.
    let rest = 3e-6 * truth;
    assert!(
        (value - truth).abs() <= error + rest,
        "{repair}: {value:e} ± {error:e}, not {truth:e}"
    );
    Some(error / truth)
}

#[test]
fn the_error_holds_however_near_two_fixed_times_are() {
    let nearly = [
        20.0, 30.0, 45.0, 54.0, 57.0, 59.0, 59.99, 60.001, 61.0, 63.0, 66.0, 70.0, 80.0, 120.0,
        300.0,
    ];
    for seconds in nearly {
        let repair = format!("{{ fixed: {seconds}s }}");
        assert_covered(&repair, cost(seconds), seconds, Effort::Quick);
    }
    for seconds in [45.0, 59.0, 61.0, 66.0, 120.0] {
        let repair = format!("{{ fixed: {seconds}s }}");
        assert_covered(&repair, cost(seconds), seconds, Effort::Full);
    }
}

#[test]
fn the_error_holds_where_a_fixed_time_is_a_part_of_a_law() {
    // Of exponential repairs with a mean of two hours, all but those that end first are detected.
    let (hours, seconds) = (7200.0, 59.0);
    let late = (-DETECTED / hours).exp();
    let exponential = hours * (1.0 - late) + late * WARMING_UP;
    let cost_of = 0.9 * exponential + 0.1 * cost(seconds);
    let mixture = "{ mixture: [ { weight: 90%, of: 2h }, { weight: 10%, of: { fixed: 59s } } ] }";
    let values = [59.0, 61.0, 300.0, 7200.0];
    let of_values = values.map(cost).iter().sum::<f64>() / 4.0;
    let mean = values.iter().sum::<f64>() / 4.0;
    for effort in [Effort::Quick, Effort::Full] {
        assert_covered(mixture, cost_of, 0.9 * hours + 0.1 * seconds, effort);
        let values = "{ empirical: [59s, 61s, 300s, 2h] }";
        assert_covered(values, of_values, mean, effort);
    }
}

#[test]
fn times_far_apart_stay_sharp() {
    let error = assert_covered("{ fixed: 2h }", cost(7200.0), 7200.0, Effort::Full);
    assert!(error.unwrap() < 1e-3, "{error:?}");
}

#[test]
fn times_that_end_at_one_instant_are_refused() {
    assert_eq!(found("{ fixed: 60s }", Effort::Full), None);
}

/// A time and what it may be, with the chance of each value \[s\].
struct Values {
    law: String,
    all: Vec<(f64, f64)>,
}

/// One value near some time, or two or three.
fn near(random: &mut Random, seconds: f64) -> Values {
    let n = random.of(&[1, 1, 2, 3]);
    let mut all: Vec<u32> = (0..n)
        .map(|_| {
            let near = seconds * random.of(&[0.7, 0.9, 0.97, 1.0, 1.01, 1.03, 1.1, 1.3, 2.0]);
            near as u32 + random.of(&[0, 1, 2, 7])
        })
        .collect();
    all.sort_unstable();
    all.dedup();
    let values: Vec<String> = all.iter().map(|value| format!("{value}s")).collect();
    let chance = 1.0 / all.len() as f64;
    Values {
        law: format!("{{ empirical: [{}] }}", values.join(", ")),
        all: all
            .into_iter()
            .map(|value| (chance, f64::from(value)))
            .collect(),
    }
}

struct Random(SplitMix64);

impl Random {
    fn of<T: Copy>(&mut self, choices: &[T]) -> T {
        choices[self.0.next_u64() as usize % choices.len()]
    }
}

/// A failure costs what it lasts, or the time until the first attempt that succeeds, whichever is shorter: attempts follow each other
/// with a pause.
fn cost_of_attempts(
    repair: &Values,
    detect: &Values,
    activate: &Values,
    success: f64,
    pause: f64,
) -> f64 {
    let mut cost = 0.0;
    let mut tried = detect.all.clone();
    // Of what is left after so many there are 0.4^12, and all repairs are over long before.
    for attempt in 0..12 {
        let mut failed = Vec::new();
        for (chance, begun) in &tried {
            for (share, takes) in &activate.all {
                let (chance, end) = (chance * share, begun + takes);
                let succeeds = if attempt == 11 { 1.0 } else { success };
                for (weight, repair) in &repair.all {
                    cost += chance * succeeds * weight * repair.min(end);
                }
                failed.push((chance * (1.0 - success), end + pause));
            }
        }
        failed.sort_by(|a, b| a.1.total_cmp(&b.1));
        failed.dedup_by(|later, kept| {
            let is_same = later.1 == kept.1;
            if is_same {
                kept.0 += later.0;
            }
            is_same
        });
        tried = failed;
    }
    cost
}

/// Times of some values that are near each other, in any number of ways: detection, activation and attempts that fail beside a repair.
#[test]
fn the_error_holds_in_random_models_of_times_near_each_other() {
    let mut random = Random(SplitMix64::seed_from_u64(7));
    let (mut sharp, n) = (0, 40);
    for _ in 0..n {
        let repair = near(&mut random, 300.0);
        let before = random.of(&[60.0, 150.0, 290.0]);
        let detect = near(&mut random, before);
        let takes = random.of(&[60.0, 150.0, 240.0]);
        let activate = near(&mut random, takes);
        let (success, pause) = (random.of(&[0.6, 0.9, 1.0]), random.of(&[60.0, 150.0]));
        let model = format!(
            "
model: attempts
warm_up: 100h
horizon: 1y
regions: {{ a: {{ zones: [z] }}, b: {{ zones: [z] }} }}
services: {{ s: {{ replicas: 10 }} }}
faults:
  loss: {{ hits: region, regions: [a], mtbf: 1000000h, mttr: {} }}
topologies: {{ t: {{ pattern: hot-standby, regions: [a, b] }} }}
failover:
  detect: {}
  activate: {}
  reroute: {{ fixed: 0s }}
  success: {}%
  retry: {pause}s
  failback: {{ wait: 0s, takes: 0s }}
",
            repair.law,
            detect.law,
            activate.law,
            100.0 * success
        );
        let mean: f64 = repair
            .all
            .iter()
            .map(|(chance, value)| chance * value)
            .sum();
        let cost = cost_of_attempts(&repair, &detect, &activate, success, pause);
        let truth = cost / (MTBF + mean);
        let (value, error) = found_in(&model, Effort::Glance).unwrap();
        assert!(
            (value - truth).abs() <= error + 3e-6 * truth,
            "{model}: {value:e} ± {error:e}, not {truth:e}"
        );
        sharp += i32::from(error < 0.05 * truth);
    }
    assert!(sharp >= n / 2, "{sharp} of {n}");
}

/// A hot standby whose primary is down for a law of repairs once in a million hours, with the rest of `failover`.
fn standby(repair: &str, failover: &str) -> String {
    format!(
        "
model: standby
warm_up: 100h
horizon: 1y
regions: {{ a: {{ zones: [z] }}, b: {{ zones: [z] }} }}
services: {{ s: {{ replicas: 10 }} }}
faults:
  loss: {{ hits: region, regions: [a], mtbf: 1000000h, mttr: {repair} }}
topologies: {{ t: {{ pattern: hot-standby, regions: [a, b] }} }}
failover:
  failback: {{ wait: 0s, takes: 0s }}
{failover}
"
    )
}

/// Whether the chain says what it should, within its error; and that error in shares of the truth.
fn error_that_holds(model: &str, truth: f64) -> Option<f64> {
    let (value, error) = found_in(model, Effort::Quick)?;
    assert!(
        (value - truth).abs() <= error + 3e-6 * truth,
        "{model}: {value:e} ± {error:e}, not {truth:e}"
    );
    Some(error / truth)
}

/// Values of a law that varies.
const N: u32 = 20_000;

/// A time that varies and a fixed one of the same mean: which ends first is no toss unless the law is symmetric.
#[test]
fn the_error_holds_where_a_time_varies_about_a_fixed_one() {
    let (low, mode, high) = (40.0_f64, 42.0_f64, 98.0_f64);
    let at = |u: f64| {
        let share = (mode - low) / (high - low);
        if u < share {
            low + (u * (high - low) * (mode - low)).sqrt()
        } else {
            high - ((1.0 - u) * (high - low) * (high - mode)).sqrt()
        }
    };
    let repairs = (0..N).map(|k| at((f64::from(k) + 0.5) / f64::from(N)));
    let truth = repairs.map(cost).sum::<f64>() / f64::from(N) / (MTBF + 60.0);
    let law = format!("{{ triangular: {{ low: {low}s, mode: {mode}s, high: {high}s }} }}");
    for effort in [Effort::Quick, Effort::Full] {
        let (value, error) = found(&law, effort).unwrap();
        assert!((value - truth).abs() <= error, "{value:e} ± {error:e}");
        assert!(error < 0.5 * truth, "{error:e}");
    }
    // Probes find it after 20 to 30 s; then it takes 35 s.
    let probes =
        "  detect: { probe: 10s, misses: 3 }\n  activate: { fixed: 35s }\n  reroute: { fixed: 0s }";
    for seconds in [50.0, 57.0, 60.0, 63.0, 70.0, 7200.0_f64] {
        let model = standby(&format!("{{ fixed: {seconds}s }}"), probes);
        let ends = (0..N).map(|k| 55.0 + 10.0 * (f64::from(k) + 0.5) / f64::from(N));
        let lost = ends.map(|end| end.min(seconds)).sum::<f64>() / f64::from(N);
        let truth = lost / (MTBF + seconds);
        error_that_holds(&model, truth);
        if seconds > 1000.0 {
            let (_, error) = found_in(&model, Effort::Full).unwrap();
            assert!(error < 1e-6 * truth, "{error:e}");
        }
    }
}

/// Clients that follow one by one: what a failure costs bends all along.
#[test]
fn the_error_holds_where_a_repair_ends_amid_a_move_of_traffic() {
    for ttl in [20.0, 60.0, 300.0_f64] {
        for seconds in [40.0, 55.0, 62.0, 75.0, 130.0, 400.0, 7200.0_f64] {
            let moved = (seconds - DETECTED).clamp(0.0, ttl);
            let lost = seconds.min(DETECTED) + moved - 0.5 * moved * moved / ttl;
            let failover = format!(
                "  detect: {{ fixed: 60s }}\n  activate: {{ fixed: 0s }}\n  reroute: {{ ttl: {ttl}s }}"
            );
            let model = standby(&format!("{{ fixed: {seconds}s }}"), &failover);
            error_that_holds(&model, lost / (MTBF + seconds));
        }
    }
}

/// Two of two replicas down: the first was down for some time already, which is as likely as any other.
#[test]
fn the_error_holds_for_the_rest_of_a_repair_beside_a_detection() {
    for seconds in [50.0, 66.0, 70.0, 80.0, 100.0, 200.0_f64] {
        let model = format!(
            "
model: rest
warm_up: 10h
horizon: 1y
regions: {{ a: {{ zones: [z] }}, b: {{ zones: [z] }} }}
services: {{ s: {{ replicas: 2, needs: 1 }} }}
faults:
  loss: {{ hits: replica, regions: [a], mtbf: 10000h, mttr: {{ fixed: {seconds}s }} }}
topologies: {{ t: {{ pattern: hot-standby, regions: [a, b] }} }}
failover:
  detect: {{ fixed: 65s }}
  activate: {{ fixed: 0s }}
  reroute: {{ fixed: 0s }}
  failback: {{ wait: 0s, takes: 0s }}
"
        );
        let detected = seconds.min(65.0);
        let lost = detected - 0.5 * detected * detected / seconds;
        let rate = 1.0 / (1e4 * 3600.0);
        // Of what is neglected the most is a third failure, and what is less up than always.
        let (value, error) = found_in(&model, Effort::Quick).unwrap();
        let truth = 2.0 * rate * rate * seconds * lost;
        assert!(
            (value - truth).abs() <= error + 1e-4 * truth,
            "{seconds}: {value:e} ± {error:e}, not {truth:e}"
        );
    }
}

/// A third time of several values that begins with the two, and is over long before: what the two race for is the sum over its values.
#[test]
fn values_of_a_third_time_are_all_counted() {
    let model = "
model: third
warm_up: 100h
horizon: 1y
regions: { a: { zones: [z] }, b: { zones: [z] } }
services: { s: { replicas: 10 } }
faults:
  loss: { hits: region, regions: [a], mtbf: 1000000h, mttr: { fixed: 100s } }
topologies: { t: { pattern: warm-standby, regions: [a, b], standby_scale: 60% } }
failover:
  detect: { fixed: 60s }
  activate: { empirical: [2s, 4s, 6s, 8s, 10s, 12s, 14s, 16s] }
  reroute: { fixed: 60s }
  failback: { wait: 0s, takes: 0s }
";
    let error = error_that_holds(model, 100.0 / (MTBF + 100.0));
    assert!(error.unwrap() < 0.05, "{error:?}");
}
