//! Which of many designs are played again: what is reported, and what was close to it.

use std::cmp::Ordering;

use super::design::MoveKind;
use super::judged::{Goal, Merit, standings, worst};
use super::paired::{as_available_as_any, contrast};
use super::search::{Found, Quest, TriedPair};
use crate::results::{Estimate, Standing, TopologyResult};

/// Designs that seem to meet the objectives, the best first, …
const FEASIBLE: usize = 4;
/// … of those whose intervals leave no doubt, …
const FEASIBLE_SURELY: usize = 2;
/// … and of those all of whose changes are priced.
const FEASIBLE_PRICED: usize = 2;
/// Designs that seem to gain a nine.
const NEXT_NINE: usize = 3;
/// Single changes that seem to save money, whatever they avoid.
const SAVING: usize = 3;
/// Pairs that seem to work only together.
const PAIRS: usize = 4;
/// Share of the start's unavailability that a pair must add, to be worth a word.
const WORTH_A_WORD: f64 = 0.02;

/// What is played again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finalists {
    /// Indices of what was tried; the start first, each once.
    pub designs: Vec<usize>,
    /// Pairs of which all four designs are among them.
    pub pairs: Vec<TriedPair>,
}

/// Chooses what is played again: `top` single changes at least, if there are so many.
#[must_use]
pub fn finalists(found: &Found, quest: &Quest, top: usize) -> Finalists {
    let goal = Goal::Objectives(quest.objectives.clone());
    let lost = |index: usize| found.tried[index].result.unavailability.mean;
    let mut designs = vec![0];
    let mut singles = found.singles.clone();
    singles.sort_by(|a, b| lost(*a).total_cmp(&lost(*b)));
    designs.extend(singles.iter().take(top));
    // Other topologies of the file are what the reader compares with.
    let is_topology = |index: &&usize| {
        let moves = &found.tried[**index].design.moves;
        moves.iter().any(|each| each.kind == MoveKind::Pattern)
    };
    designs.extend(singles.iter().filter(is_topology).take(top));
    let cost = |index: &usize| merit(found, *index, &goal).cost;
    let mut saving: Vec<usize> = (singles.iter().copied())
        .filter(|index| {
            cost(index)
                .zip(cost(&0))
                .is_some_and(|(new, old)| new < old)
        })
        .collect();
    saving.sort_by(|a, b| merit(found, *a, &goal).order(&merit(found, *b, &goal)));
    designs.extend(saving.into_iter().take(SAVING));
    let ordered = |goal: &Goal| {
        let mut all: Vec<usize> = (0..found.tried.len()).collect();
        all.sort_by(|a, b| merit(found, *a, goal).order(&merit(found, *b, goal)));
        all
    };
    let best = ordered(&goal);
    designs.extend(best.iter().take(FEASIBLE));
    let is_sure = |index: &&usize| {
        let each = standings(&found.tried[**index].result, &quest.objectives);
        worst(&each) == Standing::Met
    };
    designs.extend(best.iter().filter(is_sure).take(FEASIBLE_SURELY));
    let is_priced = |index: &&usize| found.tried[**index].design.is_priced();
    designs.extend(best.iter().filter(is_priced).take(FEASIBLE_PRICED));
    if lost(0) > 0.0 {
        let tenth = Goal::Unavailability(0.1 * lost(0));
        designs.extend(ordered(&tenth).into_iter().take(NEXT_NINE));
    }
    // The most available, and the cheapest of those that may be as available.
    let results: Vec<_> = found.tried.iter().map(|tried| &tried.result).collect();
    let among_the_best = as_available_as_any(&results, quest.level);
    let by_loss = (among_the_best.iter().copied()).min_by(|a, b| lost(*a).total_cmp(&lost(*b)));
    designs.extend(by_loss);
    let anything = ordered(&Goal::Unavailability(1.0));
    designs.extend(
        anything
            .into_iter()
            .find(|index| among_the_best.contains(index)),
    );
    // What runs cheapest of those that seem to meet the objectives.
    let runs = |index: &usize| found.tried[*index].result.cost_per_month.total;
    let runs_cheapest = (best.iter().copied())
        .filter(|index| merit(found, *index, &goal).distance <= 0.0 && runs(index).is_some())
        .min_by(|a, b| runs(a).partial_cmp(&runs(b)).unwrap_or(Ordering::Equal));
    designs.extend(runs_cheapest);
    let pairs = promising(found, quest, &goal);
    for pair in &pairs {
        designs.extend([pair.both, pair.one_by_one[0], pair.one_by_one[1]]);
    }
    let mut once: Vec<usize> = Vec::new();
    for index in designs {
        if !once.contains(&index) {
            once.push(index);
        }
    }
    Finalists {
        designs: once,
        pairs,
    }
}

fn merit(found: &Found, index: usize, goal: &Goal) -> Merit {
    let tried = &found.tried[index];
    Merit::of(&tried.result, &tried.design.moves, goal)
}

/// Pairs that seem to do more together, or to meet the objectives only together.
fn promising(found: &Found, quest: &Quest, goal: &Goal) -> Vec<TriedPair> {
    let result = |index: usize| &found.tried[index].result;
    let mut all: Vec<(bool, f64, TriedPair)> = Vec::new();
    for pair in &found.pairs {
        let [one, other] = pair.one_by_one;
        let four = [result(0), result(one), result(other), result(pair.both)];
        let more = more_together(four, quest.level);
        let meets = |index: usize| goal.distance(result(index)) <= 0.0;
        let only_together = meets(pair.both) && ![0, one, other].into_iter().any(meets);
        if only_together || more.is_some() {
            let beyond = more.map_or(0.0, |beyond| beyond.mean);
            all.push((only_together, beyond, *pair));
        }
    }
    all.sort_by(|a, b| b.0.cmp(&a.0).then(b.1.total_cmp(&a.1)));
    all.into_iter().take(PAIRS).map(|(.., pair)| pair).collect()
}

/// What two changes avoid together beyond the sum of what each does, as unavailability, if that is beyond doubt and worth a word, and both
/// together are better than the start and than each alone. Given are the start, one, the other, both.
pub(super) fn more_together(
    [start, one, other, both]: [&TopologyResult; 4],
    level: f64,
) -> Option<Estimate> {
    let beyond = beyond_sum([start, one, other, both], level);
    let is_better = |than: &TopologyResult| contrast(&[both], &[than], level).high < 0.0;
    let is_more = beyond.low > 0.0 && beyond.mean > WORTH_A_WORD * start.unavailability.mean;
    (is_more && [start, one, other].into_iter().all(is_better)).then_some(beyond)
}

/// The same, whatever it is.
pub(super) fn beyond_sum([start, one, other, both]: [&TopologyResult; 4], level: f64) -> Estimate {
    contrast(&[one, other], &[start, both], level)
}
