//! Importance measures as statistics: coverage of their intervals; cut sets against a search through all sets.

use failscape::estimate::Replayed;
use failscape::exact::{Extent, ProductForm, TopEvent, cut_sets};
use failscape::montecarlo::{Down, Observer, Part, Progress, RunSettings, replay};
use failscape::plan::{Element, NO_GATE, Plan, Reach, compile};
use failscape::topology::expand;
use proptest::prelude::*;

fn plan(text: &str) -> Plan {
    let model = failscape::model::load_str("model", text, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    compile(&model, &expand(&model, name, spec))
}

struct Quiet;

impl Observer for Quiet {
    fn progress(&mut self, _: &Progress) {}
    fn should_stop(&mut self) -> bool {
        false
    }
    fn trial(&mut self, _: u64, _: usize, _: &failscape::engine::TrialOutcome) {}
    fn wants_trials(&self) -> bool {
        false
    }
}

/// Intervals of 500 runs around figures that a product form knows. A 95 % interval holds the truth in 475 of them, give or
/// take 5; fewer than 460 would be seen once in a thousand times for each figure.
fn covers(text: &str, trials: u64) {
    let plan = plan(text);
    let mut form = ProductForm::new(&plan).unwrap();
    let base = form.unavailability().unwrap().value;
    let elements = plan.elements();
    let truths: Vec<(f64, f64)> = elements
        .iter()
        .map(|element| {
            let perfect = form.with_clocks_of(&plan.with_perfect(*element)).unwrap();
            let down = form.of_variant(&plan.with_down(*element).unwrap()).unwrap();
            (perfect.value, down.value)
        })
        .collect();
    let parts: Vec<Part> = elements
        .iter()
        .map(|element| {
            let down = plan.with_down(*element).unwrap();
            Part::new(&plan, *element, true, Down::Played(Box::new(down)))
        })
        .collect();
    let mut held = vec![[0; 4]; elements.len()];
    let n = 500;
    for seed in 0..n {
        let settings = RunSettings {
            seed,
            trials: Some(trials),
            precision: None,
            max_time: None,
            confidence: 0.95,
            threads: 2,
            precision_of_differences: None,
            estimator: failscape::montecarlo::Estimator::Plain,
        };
        let replay = replay(&plan, &parts, &settings, &mut Quiet);
        let replayed = Replayed {
            base: replay.base,
            none_seen: 3.0 / trials as f64 * plan.longest_mean_loss / plan.horizon,
            is_monotone: true,
            level: 0.95,
        };
        for ((tally, truth), held) in replay.elements.iter().zip(&truths).zip(&mut held) {
            let (perfect, down) = *truth;
            let figures = [
                (replayed.minutes_saved(tally), (base - perfect) * 525_600.0),
                (replayed.fussell_vesely(tally), 1.0 - perfect / base),
                (replayed.risk_achievement(tally), down / base),
                (replayed.birnbaum(tally), down - perfect),
            ];
            for ((known, truth), held) in figures.into_iter().zip(held) {
                let (low, high) = (
                    known.low.unwrap_or(f64::MIN),
                    known.high.unwrap_or(f64::MAX),
                );
                // Exact zeros and ones are found to rounding.
                let slack = 1e-9 * truth.abs() + 1e-12;
                *held += usize::from(low - slack <= truth && truth <= high + slack);
            }
        }
    }
    for (element, held) in elements.iter().zip(&held) {
        assert!(
            held.iter().all(|held| *held >= 460),
            "{element:?}: {held:?} of {n}"
        );
    }
}

#[test]
fn intervals_hold_their_level_where_losses_are_common() {
    covers(
        "
model: common
horizon: 90d
regions: { r: { zones: [a, b, c] } }
services: { front: { replicas: 3, needs: 2, calls: [store] }, store: { replicas: 1 } }
faults:
  host: { hits: replica, mtbf: 20d, mttr: 4h }
  zone-outage: { hits: zone, mtbf: 60d, mttr: 3h }
topologies: { one: { pattern: multi-az, regions: [r] } }
",
        100,
    );
}

#[test]
fn intervals_hold_their_level_where_a_dozen_trials_lose_anything() {
    covers(
        "
model: rare
horizon: 90d
regions: { r: { zones: [a, b, c] } }
services: { front: { replicas: 3, needs: 2 } }
faults:
  host: { hits: replica, mtbf: 60d, mttr: 6h }
  zone-outage: { hits: zone, mtbf: 200d, mttr: 4h }
  bad-deploy: { hits: service, services: [front], mtbf: 6000d, mttr: 1h }
topologies: { one: { pattern: multi-az, regions: [r] } }
",
        200,
    );
}

/// A random model of a few services that call each other.
fn model(replicas: &[(u32, u32)], calls: &[u8], pattern: &str) -> String {
    let services: Vec<String> = replicas
        .iter()
        .enumerate()
        .map(|(index, (n, needs))| {
            let callees: Vec<String> = (index + 1..replicas.len())
                .filter(|callee| calls[index] >> callee & 1 == 1)
                .map(|callee| format!("s{callee}"))
                .collect();
            let calls = match callees.len() {
                0 => String::new(),
                1 => format!(", calls: [{}]", callees[0]),
                _ if calls[index] & 1 == 1 => {
                    format!(", calls: [{{ any: [{}] }}]", callees.join(", "))
                }
                _ => format!(", calls: [{}]", callees.join(", ")),
            };
            format!(
                "  s{index}: {{ replicas: {n}, needs: {}{calls} }}\n",
                needs.min(n)
            )
        })
        .collect();
    format!(
        "model: random\nregions: {{ r: {{ zones: [a, b] }}, s: {{ zones: [a] }} }}\nservices:\n{}faults:\n  host: {{ hits: replica, mtbf: 9d, mttr: 1d }}\n  zone: {{ hits: zone, mtbf: 30d, mttr: 1d }}\njourneys: {{ one: {{ entry: s0 }} }}\ntopologies: {{ t: {{ pattern: {pattern} }} }}\n",
        services.concat()
    )
}

/// Whether an event holds while just these units are down.
fn holds(plan: &Plan, set: u32, event: TopEvent) -> bool {
    let mut spare = plan.network.initial.clone();
    for (index, unit) in plan.units.iter().enumerate() {
        if set >> index & 1 == 1 && unit.gate != NO_GATE {
            let (mut wave, mut changes) = (Vec::new(), Vec::new());
            plan.network.lower(
                &mut spare,
                unit.gate,
                Reach::Journeys,
                &mut wave,
                &mut changes,
            );
        }
    }
    let mut entries = plan
        .entries
        .iter()
        .map(|entry| spare[entry.gate as usize] < 0);
    match event {
        TopEvent::RegionCannotServe => entries.any(|down| down),
        TopEvent::NoRegionCanServe => entries.all(|down| down),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cut_sets_are_those_that_a_search_through_all_sets_finds(
        replicas in prop::collection::vec((1_u32..=2, 1_u32..=2), 1..=3),
        calls in prop::collection::vec(any::<u8>(), 3),
        active in any::<bool>(),
    ) {
        let plan = plan(&model(&replicas, &calls, if active { "active-active" } else { "multi-az" }));
        prop_assume!(plan.units.len() <= 16);
        let n = plan.units.len() as u32;
        for list in cut_sets(&plan, Extent { order: 3, most: 10_000 }).unwrap() {
            let is_down = |set: u32| holds(&plan, set, list.event);
            let minimal = |set: &u32| {
                is_down(*set) && (0..n).all(|unit| set >> unit & 1 == 0 || !is_down(set & !(1 << unit)))
            };
            let mut expected: Vec<Vec<u32>> = (0..1_u32 << n)
                .filter(|set| set.count_ones() <= 3)
                .filter(minimal)
                .map(|set| (0..n).filter(|unit| set >> unit & 1 == 1).collect())
                .collect();
            expected.sort();
            let mut found: Vec<Vec<u32>> = list.sets.iter().map(|set| set.units.clone()).collect();
            found.sort();
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn nothing_is_better_than_perfect_or_worse_than_down(
        replicas in prop::collection::vec((1_u32..=3, 1_u32..=2), 1..=4),
        calls in prop::collection::vec(any::<u8>(), 4),
    ) {
        let plan = plan(&model(&replicas, &calls, "multi-az"));
        let mut form = ProductForm::new(&plan).unwrap();
        let base = form.unavailability().unwrap().value;
        for element in plan.elements() {
            let perfect = form.with_clocks_of(&plan.with_perfect(element)).unwrap().value;
            // The same diagram asked with other clocks, and a diagram of the variant itself.
            let anew = form.of_variant(&plan.with_perfect(element)).unwrap().value;
            let down = form.of_variant(&plan.with_down(element).unwrap()).unwrap().value;
            prop_assert!((perfect - anew).abs() <= 1e-12);
            prop_assert!(perfect <= base + 1e-12 && base <= down + 1e-12, "{:?}", element);
            if let Element::Region(_) = element {
                prop_assert_eq!(down, 1.0);
            }
        }
    }
}
