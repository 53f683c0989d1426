//! Busy periods against exact answers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::Path;

use super::*;
use crate::model::load_str;
use crate::plan::compile;
use crate::stats::Moments;
use crate::topology::expand;

fn estimate(text: &str, samples: u64) -> Moments {
    let model = load_str("model.yaml", text, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    let plan = compile(&model, &expand(&model, name, spec));
    let calm = Calm::learn(&plan, 7);
    let mut busy = BusyPeriods::new(&plan, 7, &[], &calm).unwrap();
    let mut moments = Moments::default();
    (0..samples).for_each(|index| moments.add(busy.sample(index).loss.unavailability));
    moments
}

/// Within five standard errors: false by chance once in 1.7 million for each.
fn assert_near(file: &str, text: &str, exact: f64, samples: u64) {
    let moments = estimate(text, samples);
    let error = moments.variance_of_mean().sqrt();
    let off = (moments.mean() - exact) / error;
    assert!(
        off.abs() < 5.0,
        "{file}: {off} standard errors off {exact:e}: {:e}",
        moments.mean()
    );
    assert!(error < 0.3 * exact, "{file}: {error:e} of {exact:e}");
}

fn text(file: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap()
}

/// Models with exponential lives, their answers, and samples.
const EXPONENTIAL: [(&str, f64, u64); 14] = [
    ("benches/models/w1.yaml", 4.512_194_495_37e-6, 4_000),
    ("benches/models/w1r.yaml", 4.525_176_546_2e-10, 4_000),
    ("benches/models/w2.yaml", 1.219_807e-5, 4_000),
    (
        "models/reference/c05-3-of-5-2-crews.yaml",
        0.001_543_569_591_862_547_7,
        4_000,
    ),
    (
        "models/reference/c24-lognormal.yaml",
        7.366_382_755_569_55e-5,
        4_000,
    ),
    (
        "models/reference/takeover-any.yaml",
        0.013_539_790_802_514_967,
        4_000,
    ),
    (
        "models/reference/retry.yaml",
        0.000_403_460_773_572_138_87,
        4_000,
    ),
    (
        "models/reference/active-active.yaml",
        0.000_815_675_939_363_238_3,
        4_000,
    ),
    (
        "models/reference/c11-2-of-3-beta-10.yaml",
        1.079_786_109e-3,
        4_000,
    ),
    (
        "benches/models/rare/heavier.yaml",
        3.972_875_840_47e-10,
        4_000,
    ),
    ("benches/models/rare/quick.yaml", 1.254_250_212_39e-8, 4_000),
    (
        "benches/models/rare/deep.yaml",
        3.972_827_430_47e-11,
        20_000,
    ),
    (
        "benches/models/rare/workers.yaml",
        2.104_500_687_19e-8,
        3_000,
    ),
    ("benches/models/rare/piles.yaml", 5.417_351_804_96e-12, 700),
];

#[test]
fn busy_periods_meet_exact_answers() {
    for (file, exact, samples) in EXPONENTIAL {
        assert_near(file, &text(file), exact, samples);
    }
}

#[test]
fn busy_periods_of_lives_that_are_not_exponential_meet_exact_answers() {
    for (name, exact, samples) in [
        ("wear", 1.079_845_215_19e-8, 4_000),
        ("early", 1.079_845_215_19e-8, 4_000),
        ("dated", 5.072_425_287_62e-9, 4_000),
    ] {
        let file = format!("benches/models/rare/{name}.yaml");
        assert_near(&file, &text(&file), exact, samples);
    }
}

/// A Weibull law of shape 1 is exponential, and is played as one of those that age.
#[test]
fn exponential_lives_played_as_if_they_aged_meet_the_same_answers() {
    for (file, exact, samples) in EXPONENTIAL {
        if file.ends_with("deep.yaml") {
            continue;
        }
        let text = text(file);
        let lines = text.lines().map(|line| match line.split_once("mtbf: ") {
            Some((before, after)) if !after.starts_with('{') => {
                let end = after.find([',', ' ']).unwrap();
                let (mean, after) = after.split_at(end);
                format!("{before}mtbf: {{ weibull: {{ shape: 1, mean: {mean} }} }}{after}")
            }
            _ => line.to_owned(),
        });
        let ageing = lines.collect::<Vec<_>>().join("\n");
        assert!(ageing.contains("shape: 1,"), "{file}");
        assert_near(file, &ageing, exact, samples);
    }
}

/// A worker is up again at the very instant at which the upgrade comes, every 2400 h: 360 h a year, times what the other replica is down.
#[test]
fn failures_on_dates_are_met_at_the_end_of_a_repair_too() {
    let model = "
model: dates
horizon: 8760h
regions: { r: { zones: [a, b] } }
services:
  worker: { replicas: 4 }
  one: { replicas: 1 }
  two: { replicas: 1 }
  web: { replicas: 0, calls: [{ any: [one, two] }, { service: worker, kind: optional }] }
crews: { people: { size: 20 } }
faults:
  task: { hits: replica, services: [worker], mtbf: { fixed: 40h }, mttr: { fixed: 80h }, crew: people }
  upgrade: { hits: replica, services: [one], mtbf: { fixed: 2280h }, mttr: { fixed: 120h } }
  host: { hits: replica, services: [two], mtbf: 2000000h, mttr: 10h, crew: people }
journeys: { shop: { entry: web } }
topologies: { t: { pattern: multi-az, regions: [r] } }
";
    let exact = 360.0 / 8760.0 * 10.0 / 2_000_010.0;
    assert_near("dates", model, exact, 3_000);
}

/// Lives so likely to end early that two of them do: 2 of 3, each down for 1 h in 20,001 whatever the law of its lives.
#[test]
fn failures_soon_after_birth_are_made_likely_after_another() {
    let model = "
model: born
horizon: 1y
warm_up: 100y
regions: { r: { zones: [a, b, c] } }
services: { s: { replicas: 3, needs: 2 } }
faults: { host: { hits: replica, mtbf: { weibull: { shape: 0.45, mean: 20000h } }, mttr: 1h } }
topologies: { t: { pattern: multi-az, regions: [r] } }
";
    let q = 1.0 / 20_001.0_f64;
    assert_near("born", model, 3.0 * q * q - 2.0 * q.powi(3), 20_000);
}

/// With a quarter of the budget these seeds stopped a level or two short of it.
#[test]
fn what_must_pile_up_to_do_harm_is_learned_whatever_the_seed() {
    let model = load_str("model.yaml", &text("benches/models/rare/piles.yaml"), None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    let plan = compile(&model, &expand(&model, name, spec));
    for seed in [5, 7] {
        let calm = Calm::learn(&plan, seed);
        assert!(calm.splits() && calm.unmet() == 0.0, "seed {seed}");
    }
}

/// Workers that pile up beside a database whose loss is as rare: by the Markov chain and the product form.
#[test]
fn piles_are_found_beside_a_rare_loss() {
    // Few samples carry the second: so many as it takes until their spread tells how much.
    for (size, needs, crew, exact, samples) in [
        (16, "needs: 5 }", "", 1.916e-8, 400),
        (12, "needs: 4 }", ", crew: people", 3.611e-7, 1_500),
    ] {
        let repair = if size == 16 { "5h" } else { "2h" };
        let often = if size == 16 { "7.4h" } else { "20h" };
        let model = format!(
            "
model: both
horizon: 1000h
regions: {{ r: {{ zones: [a, b] }} }}
services:
  web: {{ replicas: 0, calls: [database, worker] }}
  database: {{ replicas: 2 }}
  worker: {{ replicas: {size}, {needs}
crews: {{ people: {{ size: 2 }} }}
faults:
  host: {{ hits: replica, services: [database], mtbf: 50000h, mttr: {repair} }}
  task: {{ hits: replica, services: [worker], mtbf: {often}, mttr: 1h{crew} }}
journeys: {{ shop: {{ entry: web }} }}
topologies: {{ t: {{ pattern: multi-az, regions: [r] }} }}
"
        );
        assert_near(&format!("{size} workers"), &model, exact, samples);
    }
}
