//! Mean time of a Markov chain to the first state of a set, by state reduction.
//!
//! One state after the other is taken out, its time and its transitions shared out among those that lead to it. Nothing is
//! subtracted (Grassmann, Taksar & Heyman 1985, doi:10.1287/opre.33.5.1107), so that a mean of a million years is as accurate
//! as one of an hour.

use std::collections::{BTreeMap, BTreeSet};

use super::chain::Chain;

/// Transitions at a time beyond which the reduction is given up.
const MAX_TRANSITIONS: usize = 4_000_000;

/// Mean time \[s\] from the first state until one with `is_end`; infinite if that may never come.
///
/// # Errors
///
/// In words, if the chain fills up on the way.
pub(super) fn mean_first_passage(chain: &Chain, is_end: &[bool]) -> Result<f64, String> {
    let mut reduction = Reduction::new(chain, is_end);
    if is_end[0] {
        return Ok(0.0);
    }
    let mut order: BTreeSet<(usize, usize)> = (1..chain.n_states())
        .filter(|state| !is_end[*state])
        .map(|state| (reduction.weight(state), state))
        .collect();
    // The state with the fewest ways through it goes first.
    while let Some((weight, state)) = order.pop_first() {
        let now = reduction.weight(state);
        if now > weight {
            order.insert((now, state));
            continue;
        }
        reduction.take_out(state);
        if reduction.n_transitions > MAX_TRANSITIONS {
            return Err(
                "the chain is too entangled for the mean time to the first outage".to_owned(),
            );
        }
    }
    Ok(reduction.time[0] / reduction.to_end[0])
}

/// A chain of which states have been taken out.
struct Reduction {
    out: Vec<BTreeMap<usize, f64>>,
    into: Vec<BTreeSet<usize>>,
    /// Rate into the set.
    to_end: Vec<f64>,
    /// Mean time spent for each visit, times the exit rate.
    time: Vec<f64>,
    n_transitions: usize,
}

impl Reduction {
    fn new(chain: &Chain, is_end: &[bool]) -> Self {
        let n = chain.n_states();
        let mut reduction = Self {
            out: vec![BTreeMap::new(); n],
            into: vec![BTreeSet::new(); n],
            to_end: vec![0.0; n],
            time: vec![1.0; n],
            n_transitions: 0,
        };
        for from in (0..n).filter(|state| !is_end[*state]) {
            for (to, rate) in chain.transitions(from) {
                if is_end[to] {
                    reduction.to_end[from] += rate;
                } else if to != from {
                    reduction.add(from, to, rate);
                }
            }
        }
        reduction
    }

    fn add(&mut self, from: usize, to: usize, rate: f64) {
        let known = self.out[from].entry(to).or_insert_with(|| {
            self.into[to].insert(from);
            self.n_transitions += 1;
            0.0
        });
        *known += rate;
    }

    fn weight(&self, state: usize) -> usize {
        self.out[state].len() * self.into[state].len()
    }

    fn take_out(&mut self, state: usize) {
        let out = std::mem::take(&mut self.out[state]);
        let into = std::mem::take(&mut self.into[state]);
        let exit: f64 = out.values().sum::<f64>() + self.to_end[state];
        for to in out.keys() {
            self.into[*to].remove(&state);
        }
        self.n_transitions -= out.len();
        for from in into {
            let rate = self.out[from].remove(&state).unwrap_or_default();
            self.n_transitions -= 1;
            let share = rate / exit;
            self.time[from] += share * self.time[state];
            self.to_end[from] += share * self.to_end[state];
            for (to, rate) in &out {
                if *to != from {
                    self.add(from, *to, share * rate);
                }
            }
        }
    }
}
