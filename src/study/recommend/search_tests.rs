//! The search against made-up designs whose best is known.

use std::collections::BTreeMap;

use super::design::{Design, Move, MoveKind};
use super::finalists::finalists;
use super::search::{Found, Lab, Part, Quest, search};
use super::{About, Confirmed, recommended};
use crate::compare::assemble::tests::topology;
use crate::model::Change;
use crate::results::{Estimate, ObjectivesEcho, RecommendStudy, Route, TopologyResult};

/// Designs whose figures follow from which changes they have.
struct MadeUp<F> {
    names: Vec<&'static str>,
    figures: F,
    plays: usize,
    most_plays: usize,
}

impl<F: Fn(&BTreeMap<&str, usize>) -> (f64, f64)> MadeUp<F> {
    fn new(names: &[&'static str], figures: F) -> Self {
        Self {
            names: names.to_vec(),
            figures,
            plays: 0,
            most_plays: usize::MAX,
        }
    }

    /// What a design comes to: (unavailability, cost), known to the last digit.
    fn result(&self, design: &Design) -> TopologyResult {
        let mut has = BTreeMap::new();
        for each in &design.moves {
            *has.entry(each.slot.as_str()).or_insert(0) += 1;
        }
        let (lost, cost) = (self.figures)(&has);
        let known = Estimate {
            low: lost,
            high: lost,
            route: Route::Exact,
            ..crate::compare::assemble::tests::estimate(lost)
        };
        let availability = Estimate {
            mean: 1.0 - lost,
            low: 1.0 - lost,
            high: 1.0 - lost,
            ..known.clone()
        };
        TopologyResult {
            unavailability: known,
            availability,
            ..topology(&design.key(), Some(cost), lost)
        }
    }
}

impl<F: Fn(&BTreeMap<&str, usize>) -> (f64, f64)> Lab for MadeUp<F> {
    type Error = ();

    fn moves(&mut self, _: &Design) -> Vec<Move> {
        let each = self.names.iter().map(|name| Move {
            kind: MoveKind::Failover,
            words: (*name).to_owned(),
            slot: (*name).to_owned(),
            changes: vec![Change::set(*name, "yes")],
            topology: None,
            not_priced: None,
        });
        each.collect()
    }

    fn play(&mut self, designs: &[Design], _: &str) -> Result<Vec<Option<TopologyResult>>, ()> {
        self.plays += designs.len();
        Ok(designs
            .iter()
            .map(|design| Some(self.result(design)))
            .collect())
    }

    fn is_over(&self, _: Part) -> bool {
        self.plays >= self.most_plays
    }
}

fn quest(slo: f64, changes: usize) -> Quest {
    Quest {
        objectives: ObjectivesEcho {
            slo_target: Some(slo),
            ..ObjectivesEcho::default()
        },
        changes,
        level: 0.95,
    }
}

fn answer<F: Fn(&BTreeMap<&str, usize>) -> (f64, f64)>(
    lab: &mut MadeUp<F>,
    quest: &Quest,
) -> (Found, RecommendStudy) {
    let found = search(lab, &Design::of("start"), quest).unwrap();
    let chosen = finalists(&found, quest, 10);
    let results: Vec<TopologyResult> = (chosen.designs.iter())
        .map(|index| lab.result(&found.tried[*index].design))
        .collect();
    let confirmed = Confirmed {
        results: &results,
        differences: &[],
        partial: false,
    };
    let about = About {
        horizon_hours: 8760.0,
        currency: "USD".to_owned(),
        search_trials: 400,
        search_seed: 2,
        left_out: Vec::new(),
    };
    let study = recommended(&found, &chosen, &confirmed, quest, about);
    (found, study)
}

fn has(of: &BTreeMap<&str, usize>, name: &str) -> bool {
    of.contains_key(name)
}

fn label(study: &RecommendStudy, index: Option<usize>) -> Vec<&str> {
    let design = &study.designs[index.unwrap()];
    let mut words: Vec<&str> = design
        .changes
        .iter()
        .map(|change| change.words.as_str())
        .collect();
    words.sort_unstable();
    words
}

/// Each of two changes alone does nothing, so that no greedy step ever takes one; a third one does a little.
#[test]
fn a_pair_that_only_works_together_beats_greedy_steps() {
    let mut lab = MadeUp::new(&["a", "b", "c"], |of| {
        let both = has(of, "a") && has(of, "b");
        let lost = if both { 1e-4 } else { 2e-3 } - if has(of, "c") { 1e-5 } else { 0.0 };
        (lost, 100.0 + 10.0 * of.len() as f64)
    });
    let (_, study) = answer(&mut lab, &quest(0.999, 2));
    assert_eq!(label(&study, study.choice), ["a", "b"]);
    assert_eq!(study.pairs.len(), 1);
    let pair = &study.pairs[0];
    assert_eq!(label(&study, Some(pair.both)), ["a", "b"]);
    assert!(pair.alone_nothing && pair.meets_only_together);
    let expected = (2e-3 - 1e-4) * 525_600.0;
    assert!((pair.beyond_sum_minutes_per_year.mean / expected - 1.0).abs() < 1e-9);
    assert_eq!(label(&study, Some(study.ranking[0])), ["c"]);
}

/// Changes that only add up are no pair.
#[test]
fn sums_are_no_pairs() {
    let mut lab = MadeUp::new(&["a", "b"], |of| {
        (
            2e-3 - 5e-4 * of.len() as f64,
            100.0 + 10.0 * of.len() as f64,
        )
    });
    let (_, study) = answer(&mut lab, &quest(0.9999, 2));
    assert!(study.pairs.is_empty(), "{:?}", study.pairs);
}

/// From the best pair on, further steps are taken.
#[test]
fn steps_go_on_from_a_pair() {
    let mut lab = MadeUp::new(&["a", "b", "c"], |of| {
        let both = has(of, "a") && has(of, "b");
        let lost = match (both, has(of, "c")) {
            (true, true) => 1e-4,
            (true, false) => 1.5e-3,
            _ => 2e-3,
        };
        (lost, 100.0 + of.len() as f64)
    });
    let (_, study) = answer(&mut lab, &quest(0.999, 3));
    assert_eq!(label(&study, study.choice), ["a", "b", "c"]);
}

/// Several changes would do; the cheapest is taken, and nothing that costs more is added once it does.
#[test]
fn the_cheapest_that_does_is_chosen() {
    let mut lab = MadeUp::new(&["dear", "cheap", "useless"], |of| {
        let lost = if has(of, "dear") || has(of, "cheap") {
            5e-4
        } else {
            2e-3
        };
        let price = |name: &str, price: f64| if has(of, name) { price } else { 0.0 };
        (
            lost,
            100.0 + price("dear", 50.0) + price("cheap", 5.0) + price("useless", 1.0),
        )
    });
    let (_, study) = answer(&mut lab, &quest(0.999, 3));
    assert_eq!(label(&study, study.choice), ["cheap"]);
    assert_eq!(study.nearest, None);
    assert!(study.obstacles.is_empty());
    // Both halve the loss twice: log10(4) nines for $5 or for $50.
    let cheap = &study.designs[study.choice.unwrap()];
    let per_nine = cheap.against_start.as_ref().unwrap().cost_per_nine.unwrap();
    assert!((per_nine.mean - 5.0 / 4.0_f64.log10()).abs() < 1e-9);
}

/// A tenth of the loss is found beyond what the objectives ask for, and priced.
#[test]
fn the_next_nine_is_looked_for_beyond_the_objectives() {
    let mut lab = MadeUp::new(&["a", "b"], |of| {
        let count = of.values().sum::<usize>();
        (
            1e-3 * 0.25_f64.powi(count as i32),
            100.0 + 10.0 * count as f64,
        )
    });
    let (_, study) = answer(&mut lab, &quest(0.99, 2));
    // As it is, it meets the objectives and is the cheapest.
    assert_eq!(study.choice, Some(0));
    let next = &study.designs[study.next_nine.design.unwrap()];
    assert!((next.unavailability.mean - 1e-3 / 16.0).abs() < 1e-12);
    assert_eq!(next.changes.len(), 2);
    let against = next.against_start.as_ref().unwrap();
    assert_eq!(against.running_cost, Some(20.0));
    assert!((against.nines.as_ref().unwrap().mean - 16.0_f64.log10()).abs() < 1e-9);
}

/// What nothing helps is said to be impossible, with the nearest design and what it lacks.
#[test]
fn the_impossible_is_said() {
    let mut lab = MadeUp::new(&["a", "b"], |of| {
        (
            2e-3 + if has(of, "a") { -5e-4 } else { 0.0 },
            100.0 + of.len() as f64,
        )
    });
    let (_, study) = answer(&mut lab, &quest(0.9999, 3));
    assert_eq!(study.choice, None);
    assert_eq!(label(&study, study.nearest), ["a"]);
    let nearest = &study.designs[study.nearest.unwrap()];
    assert!((nearest.objectives[0].nines_missing - 15.0_f64.log10()).abs() < 1e-9);
    assert_eq!(study.next_nine.design, None);
}

/// Time that is up ends the search, and is told; what was played is used.
#[test]
fn a_search_without_time_says_what_it_left() {
    let names: Vec<&'static str> = vec!["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
    let mut lab = MadeUp::new(&names, |of| (2e-3 - 1e-5 * of.len() as f64, 100.0));
    lab.most_plays = 30;
    let (found, study) = answer(&mut lab, &quest(0.9999, 3));
    assert!(found.cut_short && study.search.cut_short);
    assert_eq!(found.pairs.len() + found.pairs_not_played, 45);
    assert!(found.pairs_not_played > 0);
}
