//! The search for designs: one change at a time, pairs of changes, and greedy steps, given something that plays designs.
//!
//! Knows neither trials nor time: a [`Lab`] plays designs in the same trials and says when it has no more time. What is found here only
//! chooses what is played again; figures of a winner among many are too good (docs/recommend.md).

use std::collections::{BTreeMap, BTreeSet};

use super::design::{Design, Move, MoveKind};
use super::judged::{Goal, Merit};
use super::paired::{contrast, is_resolved};
use crate::results::{ObjectivesEcho, TopologyResult};

/// Designs other than the start from which greedy steps are taken.
const MOST_OTHER_STARTS: usize = 3;
/// Pairs of changes that are played at most.
const MOST_PAIRS: usize = 150;
/// Pairs that are played between two looks at the clock.
const AT_ONCE: usize = 25;
/// How many nines nearer to a goal a step must come, if nothing else speaks for it.
const LEAST_STEP: f64 = 0.01;

/// What plays designs.
pub trait Lab {
    /// What can go wrong.
    type Error;
    /// What can be tried on a design.
    fn moves(&mut self, design: &Design) -> Vec<Move>;
    /// Plays designs, all of them in the same trials; `None` for those that are no model.
    fn play(
        &mut self,
        designs: &[Design],
        title: &str,
    ) -> Result<Vec<Option<TopologyResult>>, Self::Error>;
    /// Whether a part of the search has had its time.
    fn is_over(&self, part: Part) -> bool;
}

/// Parts of a search, in the order in which they are done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Each change by itself.
    Singles,
    /// Each pair of them.
    Pairs,
    /// Greedy steps towards the objectives.
    Objectives,
    /// Greedy steps towards the next nine.
    NextNine,
}

/// What is looked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Quest {
    /// What is wanted.
    pub objectives: ObjectivesEcho,
    /// Changes in a design at most.
    pub changes: usize,
    /// Level of intervals.
    pub level: f64,
}

/// A design that was played.
#[derive(Debug, Clone)]
pub struct Tried {
    /// The design.
    pub design: Design,
    /// Its figures.
    pub result: TopologyResult,
}

/// Two changes, and the four designs that tell what they do together, as indices of what was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TriedPair {
    /// With both.
    pub both: usize,
    /// With one of them.
    pub one_by_one: [usize; 2],
}

/// All that was played.
#[derive(Debug, Clone)]
pub struct Found {
    /// The start first, then in the order of play.
    pub tried: Vec<Tried>,
    /// Designs one change away from the start.
    pub singles: Vec<usize>,
    /// Pairs of these changes.
    pub pairs: Vec<TriedPair>,
    /// Pairs that were not played.
    pub pairs_not_played: usize,
    /// Whether time was up before all was looked at.
    pub cut_short: bool,
}

/// Looks for designs around a start.
pub fn search<L: Lab>(lab: &mut L, start: &Design, quest: &Quest) -> Result<Found, L::Error> {
    let mut bench = Bench {
        lab,
        quest,
        found: Found {
            tried: Vec::new(),
            singles: Vec::new(),
            pairs: Vec::new(),
            pairs_not_played: 0,
            cut_short: false,
        },
        known: BTreeSet::new(),
    };
    bench.play(std::slice::from_ref(start), "where the search starts")?;
    if bench.found.tried.is_empty() {
        return Ok(bench.found);
    }
    let moves = bench.lab.moves(start);
    bench.singles(&moves)?;
    bench.pairs(&moves)?;
    bench.climb_from_everywhere(&Goal::Objectives(quest.objectives.clone()))?;
    let tenth = 0.1 * bench.found.tried[0].result.unavailability.mean;
    bench.climb_to_the_next_nine(&Goal::Unavailability(tenth))?;
    Ok(bench.found)
}

struct Bench<'a, L: Lab> {
    lab: &'a mut L,
    quest: &'a Quest,
    found: Found,
    /// Keys of designs that were played, or are no model.
    known: BTreeSet<String>,
}

impl<L: Lab> Bench<'_, L> {
    /// Plays those of some designs that were not; indices of what was tried, for each of all.
    fn play(&mut self, designs: &[Design], title: &str) -> Result<Vec<Option<usize>>, L::Error> {
        let mut new: Vec<Design> = Vec::new();
        for design in designs {
            if self.known.insert(design.key()) {
                new.push(design.clone());
            }
        }
        let results = if new.is_empty() {
            Vec::new()
        } else {
            self.lab.play(&new, title)?
        };
        let played = new.into_iter().zip(results);
        self.found
            .tried
            .extend(played.filter_map(|(design, result)| {
                Some(Tried {
                    design,
                    result: result?,
                })
            }));
        Ok(designs.iter().map(|design| self.index(design)).collect())
    }

    fn index(&self, design: &Design) -> Option<usize> {
        let key = design.key();
        self.found
            .tried
            .iter()
            .position(|tried| tried.design.key() == key)
    }

    fn is_over(&mut self, part: Part) -> bool {
        let is_over = self.lab.is_over(part);
        self.found.cut_short |= is_over;
        is_over
    }

    fn singles(&mut self, moves: &[Move]) -> Result<(), L::Error> {
        let start = self.found.tried[0].design.clone();
        let designs: Vec<Design> = moves.iter().map(|each| start.with(each)).collect();
        let played = self.play(&designs, "each change by itself")?;
        self.found.singles = played
            .into_iter()
            .flatten()
            .filter(|index| *index > 0)
            .collect();
        Ok(())
    }

    /// Plays pairs of changes in the order in which they are likely to need each other.
    fn pairs(&mut self, moves: &[Move]) -> Result<(), L::Error> {
        if self.quest.changes < 2 {
            return Ok(());
        }
        let start = self.found.tried[0].design.clone();
        let avoided = |bench: &Self, index: Option<usize>| {
            let lost = |index: usize| bench.found.tried[index].result.unavailability.mean;
            index.map_or(0.0, |index| lost(0) - lost(index))
        };
        let mut wanted: Vec<(usize, f64, &Move, &Move)> = Vec::new();
        for (later, other) in moves.iter().enumerate() {
            for one in moves[..later].iter().filter(|one| one.goes_with(other)) {
                let apart = [one, other].map(|each| self.index(&start.with(each)));
                let each = apart.iter().map(|index| avoided(self, *index).max(0.0));
                wanted.push((likely_apart(one, other), each.sum(), one, other));
            }
        }
        wanted.sort_by(|a, b| a.0.cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let all = wanted.len();
        wanted.truncate(MOST_PAIRS);
        let mut joiner = Joiner::default();
        for some in wanted.chunks(AT_ONCE) {
            if self.is_over(Part::Pairs) {
                break;
            }
            let pairs: Vec<(Design, &Move, &Move)> = (some.iter())
                .filter_map(|(.., one, other)| {
                    let both = joiner.both(self.lab, &start, one, other)?;
                    Some((both, *one, *other))
                })
                .collect();
            let designs: Vec<Design> = pairs.iter().map(|(both, ..)| both.clone()).collect();
            let played = self.play(&designs, "pairs of changes")?;
            for (both, (_, one, other)) in played.into_iter().zip(pairs) {
                let apart = [one, other].map(|each| self.index(&start.with(each)));
                if let (Some(both), [Some(one), Some(other)]) = (both, apart) {
                    let one_by_one = [one, other];
                    self.found.pairs.push(TriedPair { both, one_by_one });
                }
            }
        }
        self.found.pairs_not_played = all - self.found.pairs.len();
        Ok(())
    }

    /// Greedy steps from the start, from the best pair, and from other topologies that may be cheaper in the end.
    fn climb_from_everywhere(&mut self, goal: &Goal) -> Result<(), L::Error> {
        self.climb(0, goal, Part::Objectives)?;
        let pairs: Vec<usize> = self.found.pairs.iter().map(|pair| pair.both).collect();
        if let Some(best) = self.best(goal, pairs) {
            self.climb(best, goal, Part::Objectives)?;
        }
        let others = |tried: &Tried| {
            let moves = &tried.design.moves;
            moves.len() == 1 && moves[0].kind == MoveKind::Pattern
        };
        let mut starts: Vec<usize> = (0..self.found.tried.len())
            .filter(|index| others(&self.found.tried[*index]))
            .collect();
        starts.sort_by(|a, b| self.merit(*a, goal).order(&self.merit(*b, goal)));
        for other in starts.into_iter().take(MOST_OTHER_STARTS) {
            // Changes add to what runs: what costs more already than the best in all will not be cheaper.
            let least = self.found.tried[other].result.cost_per_month.total;
            let best = self.best(goal, (0..self.found.tried.len()).collect());
            let best = best.map(|best| self.merit(best, goal));
            let is_hopeless = best.is_some_and(|best| {
                best.distance <= 0.0
                    && best
                        .cost
                        .zip(least)
                        .is_some_and(|(best, least)| least >= best)
            });
            if !is_hopeless {
                self.climb(other, goal, Part::Objectives)?;
            }
        }
        Ok(())
    }

    fn climb_to_the_next_nine(&mut self, goal: &Goal) -> Result<(), L::Error> {
        if self.found.tried[0].result.unavailability.mean <= 0.0 {
            return Ok(());
        }
        let nearest = self.best(goal, (0..self.found.tried.len()).collect());
        for from in [Some(0), nearest].into_iter().flatten() {
            self.climb(from, goal, Part::NextNine)?;
        }
        Ok(())
    }

    /// Takes the best change again and again, until none helps.
    fn climb(&mut self, from: usize, goal: &Goal, part: Part) -> Result<(), L::Error> {
        let mut now = from;
        loop {
            let design = self.found.tried[now].design.clone();
            let is_at_goal =
                matches!(goal, Goal::Unavailability(_)) && self.merit(now, goal).distance <= 0.0;
            if design.depth() >= self.quest.changes || is_at_goal || self.is_over(part) {
                return Ok(());
            }
            let moves = self.lab.moves(&design);
            let designs: Vec<Design> = (moves.iter())
                .filter(|each| !design.has_decided(each))
                .map(|each| design.with(each))
                .filter(|next| next.depth() <= self.quest.changes)
                .collect();
            let title = format!("what helps {}", design.label());
            let played = self.play(&designs, &title)?;
            let better: Vec<usize> = (played.into_iter().flatten())
                .filter(|next| self.is_step(now, *next, goal))
                .collect();
            match self.best(goal, better) {
                Some(next) => now = next,
                None => return Ok(()),
            }
        }
    }

    /// Whether a design is better than another by more than luck: nearer to the goal or, where both are there, cheaper.
    fn is_step(&self, now: usize, next: usize, goal: &Goal) -> bool {
        let (before, after) = (self.merit(now, goal), self.merit(next, goal));
        let (old, new) = (
            &self.found.tried[now].result,
            &self.found.tried[next].result,
        );
        let lost = contrast(&[new], &[old], self.quest.level);
        if before.distance > 0.0 {
            let nearer = before.distance - after.distance;
            return nearer > 0.0 && (nearer > LEAST_STEP || is_resolved(&lost));
        }
        let cheaper = before
            .cost
            .zip(after.cost)
            .is_some_and(|(before, after)| after < before - 0.005);
        let runs_cheaper = new.cost_per_month.total < old.cost_per_month.total;
        after.distance <= 0.0
            && cheaper
            && (runs_cheaper || (is_resolved(&lost) && lost.mean < 0.0))
    }

    fn merit(&self, index: usize, goal: &Goal) -> Merit {
        let tried = &self.found.tried[index];
        Merit::of(&tried.result, &tried.design.moves, goal)
    }

    fn best(&self, goal: &Goal, of: Vec<usize>) -> Option<usize> {
        of.into_iter()
            .min_by(|a, b| self.merit(*a, goal).order(&self.merit(*b, goal)))
    }
}

/// Puts a second change on top of a first: it is looked for among what can be tried after that one, as both may change one value, such as
/// what a step needs.
#[derive(Default)]
struct Joiner {
    after: BTreeMap<String, Vec<Move>>,
}

impl Joiner {
    fn both<L: Lab>(
        &mut self,
        lab: &mut L,
        start: &Design,
        one: &Move,
        other: &Move,
    ) -> Option<Design> {
        let first = start.with(one);
        let after = (self.after.entry(first.key())).or_insert_with(|| lab.moves(&first));
        let is_it = |each: &&Move| each.slot == other.slot && each.words == other.words;
        Some(first.with(after.iter().find(is_it)?))
    }
}

/// How unlikely two changes are to need each other: those of one reaction act on the same outage, replicas of two services seldom do.
fn likely_apart(one: &Move, other: &Move) -> usize {
    let is_reaction = |each: &Move| {
        let kinds = [
            MoveKind::Replica,
            MoveKind::Zone,
            MoveKind::Scale,
            MoveKind::Cells,
        ];
        !kinds.contains(&each.kind)
    };
    let is_replica = |each: &Move| each.kind == MoveKind::Replica;
    match (is_reaction(one), is_reaction(other)) {
        (true, true) => 0,
        _ if is_replica(one) && is_replica(other) => 2,
        _ => 1,
    }
}
