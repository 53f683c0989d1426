//! The answer, from the designs that were played again in trials of their own.

use super::design::{Design, Move};
use super::finalists::{Finalists, beyond_sum, more_together};
use super::judged::{Goal, Merit, standings, worst};
use super::obstacles::obstacles;
use super::paired::{as_available_as_any, contrast, is_resolved, nines_gained};
use super::search::{Found, Quest};
use crate::results::{
    AgainstStart, CostPerNine, DesignChange, DesignResult, Difference, Estimate, LeftOut, NextNine,
    PairResult, RecommendStudy, SearchEcho, Standing, TopologyResult, WeakerChange,
};
use crate::study::Variant;

pub(super) const MINUTES_PER_YEAR: f64 = 525_600.0;

/// What was played again, in the order of the finalists.
#[derive(Debug, Clone, Copy)]
pub struct Confirmed<'a> {
    /// Figures.
    pub results: &'a [TopologyResult],
    /// Their differences, over the trials that both played.
    pub differences: &'a [Difference],
    /// Whether they were cut short.
    pub partial: bool,
}

/// What is said of a search beside its designs.
#[derive(Debug, Clone)]
pub struct About {
    /// Length of a trial \[h\].
    pub horizon_hours: f64,
    /// Currency of all money.
    pub currency: String,
    /// Trials of each design of the search.
    pub search_trials: u64,
    /// Their seed.
    pub search_seed: u64,
    /// What was not tried.
    pub left_out: Vec<LeftOut>,
}

/// Puts the answer together.
#[must_use]
pub fn recommended(
    found: &Found,
    finalists: &Finalists,
    confirmed: &Confirmed<'_>,
    quest: &Quest,
    about: About,
) -> RecommendStudy {
    let all = Finals {
        designs: (finalists.designs.iter())
            .map(|index| &found.tried[*index].design)
            .collect(),
        confirmed,
        quest,
        goal: Goal::Objectives(quest.objectives.clone()),
    };
    let place = |tried: usize| finalists.designs.iter().position(|index| *index == tried);
    let designs: Vec<DesignResult> = (0..all.designs.len())
        .map(|index| all.design(index))
        .collect();
    let mut ranking: Vec<usize> = (found.singles.iter())
        .filter_map(|index| place(*index))
        .collect();
    ranking.sort_by(|a, b| rank(&designs[*a]).total_cmp(&rank(&designs[*b])));
    let per_nine = |index: &usize| {
        let against = designs[*index].against_start.as_ref()?;
        against.cost_per_nine.map(|cost| cost.mean)
    };
    let mut by_cost_per_nine: Vec<usize> = (ranking.iter().copied())
        .filter(|index| per_nine(index).is_some())
        .collect();
    by_cost_per_nine.sort_by(|a, b| {
        let cost = |index: &usize| per_nine(index).unwrap_or(f64::INFINITY);
        cost(a).total_cmp(&cost(b))
    });
    let choice = all.best(&all.goal, |index| designs[index].meets_objectives);
    let choice_beyond_doubt = all.best(&all.goal, |index| {
        designs[index].meets_objectives && designs[index].standing == Standing::Met
    });
    let choice_of_priced = all.best(&all.goal, |index| {
        designs[index].meets_objectives && all.designs[index].is_priced()
    });
    let choice_by_running_cost = choice.and_then(|choice| {
        let runs = |index: usize| designs[index].cost_per_month.total;
        let cheaper = (0..designs.len()).filter(|index| {
            let is_less =
                (runs(*index).zip(runs(choice))).is_some_and(|(new, old)| new < old - 0.005);
            is_less && designs[*index].meets_objectives
        });
        let in_all = |index: usize| {
            let whole = designs[index].cost_per_month.total_with_failure.as_ref();
            whole.map_or(f64::INFINITY, |cost| cost.mean)
        };
        cheaper.min_by(|a, b| {
            let of = |index: usize| runs(index).unwrap_or(f64::INFINITY);
            (of(*a).total_cmp(&of(*b))).then(in_all(*a).total_cmp(&in_all(*b)))
        })
    });
    let nearest = match choice {
        Some(_) => None,
        None => all.best(&all.goal, |_| true),
    };
    let pairs = (finalists.pairs.iter()).filter_map(|pair| {
        let [one, other] = pair.one_by_one;
        all.pair(place(pair.both)?, [place(one)?, place(other)?], &designs)
    });
    let mut pairs: Vec<PairResult> = pairs.collect();
    pairs.sort_by(|a, b| {
        let more = |pair: &PairResult| pair.beyond_sum_minutes_per_year.mean;
        more(b).total_cmp(&more(a))
    });
    RecommendStudy {
        horizon_hours: about.horizon_hours,
        level: quest.level,
        partial: confirmed.partial,
        currency: about.currency,
        objectives: quest.objectives.clone(),
        search: SearchEcho {
            trials: about.search_trials,
            seed: about.search_seed,
            designs: found.tried.len(),
            pairs: found.pairs.len(),
            pairs_not_played: found.pairs_not_played,
            changes: quest.changes,
            cut_short: found.cut_short,
        },
        obstacles: nearest.map_or_else(Vec::new, |index| {
            obstacles(
                &confirmed.results[index],
                &designs[index],
                &quest.objectives,
                None,
            )
        }),
        next_nine: all.next_nine(),
        ranking,
        by_cost_per_nine,
        pairs,
        choice,
        choice_beyond_doubt,
        choice_of_priced,
        choice_by_running_cost,
        nearest,
        weaker: weaker(found, finalists, quest),
        left_out: about.left_out,
        designs,
    }
}

/// Those that surely avoid downtime first, the most avoided before others; then what is not sure; last what surely adds some.
fn rank(design: &DesignResult) -> f64 {
    const FAR: f64 = 1e12;
    design.against_start.as_ref().map_or(0.0, |against| {
        let avoided = &against.avoided_minutes_per_year;
        match (against.is_resolved, avoided.mean > 0.0) {
            (true, true) => -avoided.mean,
            (false, _) => FAR - avoided.mean,
            (true, false) => 3.0 * FAR - avoided.mean,
        }
    })
}

struct Finals<'a> {
    designs: Vec<&'a Design>,
    confirmed: &'a Confirmed<'a>,
    quest: &'a Quest,
    goal: Goal,
}

impl Finals<'_> {
    fn design(&self, index: usize) -> DesignResult {
        let (design, result) = (self.designs[index], &self.confirmed.results[index]);
        let objectives = standings(result, &self.quest.objectives);
        DesignResult {
            label: design.label(),
            topology: design.topology.clone(),
            pattern: result.pattern.clone(),
            changes: design.moves.iter().map(change).collect(),
            set: design.set(),
            trials: result.trials,
            unavailability: result.unavailability.clone(),
            downtime_minutes_per_year: scaled(&result.unavailability, MINUTES_PER_YEAR),
            cost_per_month: result.cost_per_month.clone(),
            meets_objectives: self.goal.distance(result) <= 0.0,
            standing: worst(&objectives),
            objectives,
            against_start: (index > 0).then(|| self.against_start(index)),
        }
    }

    fn against_start(&self, index: usize) -> AgainstStart {
        let (start, result) = (&self.confirmed.results[0], &self.confirmed.results[index]);
        let is_it = |pair: &&Difference| pair.of == result.name && pair.from == start.name;
        let pair = self.confirmed.differences.iter().find(is_it);
        let lost = pair.map_or_else(
            || contrast(&[result], &[start], self.quest.level),
            |pair| pair.unavailability.clone(),
        );
        let nines = nines_gained(result, start, self.quest.level);
        let running_cost = (result.cost_per_month.total)
            .zip(start.cost_per_month.total)
            .map(|(new, old)| new - old);
        let surely_gained = nines
            .as_ref()
            .filter(|nines| nines.low > 0.0 && lost.high < 0.0);
        let moves = &self.designs[index].moves;
        let any_priced = moves.iter().any(|each| each.not_priced.is_none());
        let cost_per_nine = (surely_gained.zip(running_cost))
            .filter(|_| any_priced)
            .map(|(nines, cost)| {
                let ends = [cost / nines.low, cost / nines.high];
                CostPerNine {
                    mean: cost / nines.mean,
                    low: ends[0].min(ends[1]),
                    high: ends[0].max(ends[1]),
                }
            });
        AgainstStart {
            avoided_minutes_per_year: scaled(&lost, -MINUTES_PER_YEAR),
            is_resolved: is_resolved(&lost),
            running_cost,
            cost_with_failure: Variant::new(result.clone(), start, pair).cost,
            nines,
            cost_per_nine,
        }
    }

    /// What a pair does in the new trials; `None` if it does no more than its changes one by one.
    fn pair(&self, both: usize, apart: [usize; 2], designs: &[DesignResult]) -> Option<PairResult> {
        let result = |index: usize| &self.confirmed.results[index];
        let four = [result(0), result(apart[0]), result(apart[1]), result(both)];
        let is_more = more_together(four, self.quest.level).is_some();
        let beyond = beyond_sum(four, self.quest.level);
        let avoids = |index: usize| {
            let against = designs[index].against_start.as_ref();
            against.is_some_and(|against| {
                against.is_resolved && against.avoided_minutes_per_year.mean > 0.0
            })
        };
        let meets = |index: usize| designs[index].meets_objectives;
        let meets_only_together = meets(both) && ![0, apart[0], apart[1]].into_iter().any(meets);
        (is_more || meets_only_together).then(|| PairResult {
            both,
            one_by_one: apart,
            beyond_sum_minutes_per_year: scaled(&beyond, MINUTES_PER_YEAR),
            alone_nothing: is_more && !apart.into_iter().any(avoids),
            meets_only_together,
        })
    }

    fn next_nine(&self) -> NextNine {
        let results = self.confirmed.results;
        let wanted = 0.1 * results[0].unavailability.mean;
        let has_it = |index: usize| wanted > 0.0 && results[index].unavailability.mean <= wanted;
        let all: Vec<&TopologyResult> = results.iter().collect();
        let among_the_best = as_available_as_any(&all, self.quest.level);
        let anything = Goal::Unavailability(1.0);
        let most_available = self.best(&anything, |index| among_the_best.contains(&index));
        NextNine {
            wanted,
            design: self.best(&Goal::Unavailability(wanted), has_it),
            most_available: most_available.unwrap_or_default(),
        }
    }

    fn best(&self, goal: &Goal, is_it: impl Fn(usize) -> bool) -> Option<usize> {
        let merit = |index: &usize| {
            let moves = &self.designs[*index].moves;
            Merit::of(&self.confirmed.results[*index], moves, goal)
        };
        (0..self.designs.len())
            .filter(|index| is_it(*index))
            .min_by(|a, b| merit(a).order(&merit(b)))
    }
}

fn change(of: &Move) -> DesignChange {
    DesignChange {
        words: of.words.clone(),
        kind: of.kind.name().to_owned(),
        set: of.changes.iter().map(ToString::to_string).collect(),
        not_priced: of.not_priced.clone(),
    }
}

/// A figure in another unit; a negative factor swaps its ends.
pub(super) fn scaled(figure: &Estimate, factor: f64) -> Estimate {
    let ends = [figure.low * factor, figure.high * factor];
    Estimate {
        // Nothing avoided is 0, not -0.
        mean: figure.mean * factor + 0.0,
        low: ends[0].min(ends[1]) + 0.0,
        high: ends[0].max(ends[1]) + 0.0,
        simulated: None,
        ..figure.clone()
    }
}

/// Single changes that were not played again.
fn weaker(found: &Found, finalists: &Finalists, quest: &Quest) -> Vec<WeakerChange> {
    let start = &found.tried[0].result;
    let left = (found.singles.iter()).filter(|index| !finalists.designs.contains(index));
    let mut all: Vec<WeakerChange> = left
        .map(|index| {
            let tried = &found.tried[*index];
            let lost = contrast(&[&tried.result], &[start], quest.level);
            let words = tried.design.moves.iter().map(|each| each.words.as_str());
            WeakerChange {
                words: words.collect::<Vec<_>>().join(" + "),
                avoided_minutes_per_year: scaled(&lost, -MINUTES_PER_YEAR),
            }
        })
        .collect();
    all.sort_by(|a, b| {
        let avoided = |change: &WeakerChange| change.avoided_minutes_per_year.mean;
        avoided(b).total_cmp(&avoided(a))
    });
    all
}
