//! Sums over all ways through a Markov chain, by taking out one state after the other.
//!
//! The time, the rewards and the rates of a state that is taken out are shared out among those that lead to it. Nothing is
//! subtracted (Grassmann, Taksar & Heyman 1985, doi:10.1287/opre.33.5.1107), so that a mean of a million years is as accurate as one
//! of an hour. The state with the fewest ways through it goes first (Markowitz 1957, doi:10.1287/mnsc.3.3.255): chains of phases then
//! hardly fill up. What is done is written down once and done again for each rate of a Laplace transform. Once nearly every state that is
//! left leads to nearly every other, the rest are taken out of a square table.

use std::collections::{BTreeMap, BTreeSet};

use num_complex::Complex64;

use super::chain::{Chain, Rewards};
use super::potentials::Potentials;

/// Sums over all ways through a chain.
pub(super) trait Resolvent {
    /// Sum of each reward \[per s\] until the end from the first state, when the chain also ends at rate `s` \[1/s\] from each
    /// state. Infinite or no number if it never ends.
    ///
    /// # Errors
    ///
    /// In words, if that takes too long.
    fn sums(&mut self, rewards: &Rewards<'_>, s: Complex64) -> Result<Vec<Complex64>, String>;

    /// What it is worth to be in each state, when the chain also ends at rate `s` \[1/s\], and the time spent there.
    ///
    /// # Errors
    ///
    /// In words, if that takes too long.
    fn potentials(&mut self, rewards: &Rewards<'_>, s: f64) -> Result<Potentials, String>;
}

/// Ways through a state from which the rest may be a table.
const FULL: usize = 64;

/// No slot: a transition to an end, or to itself.
const NONE: u32 = u32::MAX;

/// What is to be done to take out all states but the first.
#[derive(Debug)]
pub(super) struct Elimination {
    /// Slot of each transition of the chain, and its rate \[1/s\].
    rates: Vec<(u32, f64)>,
    /// Rate of each state to an end \[1/s\].
    to_end: Vec<f64>,
    /// States that are ends.
    ends: Vec<u32>,
    n_slots: usize,
    pivots: Vec<Pivot>,
    /// State and slot of the transitions that lead to each pivot.
    ins: Vec<(u32, u32)>,
    /// State and slot of the transitions out of each pivot.
    outs: Vec<(u32, u32)>,
    /// For each pair of one in and one out, the slot of the way round.
    around: Vec<u32>,
    /// States that are left at the end, the first state first.
    rest: Vec<u32>,
    /// Positions among them and slot of each transition that is left between them.
    between: Vec<(u32, u32, u32)>,
}

/// What may be done to take states out.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    /// Operations until the rest is a table.
    pub work: usize,
    /// States in the table.
    pub rest: usize,
}

#[derive(Debug, Clone, Copy)]
struct Pivot {
    state: u32,
    n_ins: u32,
    n_outs: u32,
}

impl Elimination {
    /// Of a chain that ends in the states with `is_end`.
    ///
    /// # Errors
    ///
    /// In words, if it would take more operations.
    pub(super) fn new(chain: &Chain, is_end: &[bool], most: Most) -> Result<Self, String> {
        let too_entangled = || {
            let n_states = chain.n_states();
            format!(
                "they lead to each other in too many ways for its {n_states} states to be taken out one by one"
            )
        };
        // A state with i ways in and o ways out takes i o operations, and i + o ways go with it: no more than i o + 1 if it has both.
        // Mostly many more: what would hardly do is not begun.
        let inner = (0..chain.n_states()).filter(|state| !is_end[*state]);
        let ways = inner.map(|state| chain.transitions(state).filter(|(to, _)| !is_end[*to]));
        let n_ways: usize = ways.map(Iterator::count).sum();
        if chain.n_states() > most.rest && n_ways > most.work / 8 + chain.n_states() {
            return Err(too_entangled());
        }
        let mut graph = Graph::new(chain, is_end);
        let mut order: BTreeSet<(usize, usize)> = (1..chain.n_states())
            .filter(|state| !is_end[*state])
            .map(|state| (graph.weight(state), state))
            .collect();
        let mut elimination = Self {
            rates: std::mem::take(&mut graph.rates),
            to_end: std::mem::take(&mut graph.to_end),
            ends: (0..)
                .zip(is_end)
                .filter(|(_, is_end)| **is_end)
                .map(|(state, _)| state)
                .collect(),
            n_slots: 0,
            pivots: Vec::with_capacity(order.len()),
            ins: Vec::new(),
            outs: Vec::new(),
            around: Vec::new(),
            rest: Vec::new(),
            between: Vec::new(),
        };
        while let Some((weight, state)) = order.pop_first() {
            let now = graph.weight(state);
            if now > weight {
                order.insert((now, state));
                continue;
            }
            let n_left = order.len() + 2;
            let is_too_much = elimination.around.len() + now > most.work;
            if is_too_much && n_left > most.rest {
                return Err(too_entangled());
            }
            if is_too_much || n_left <= most.rest && now > FULL.max(n_left * n_left / 4) {
                order.insert((now, state));
                break;
            }
            elimination.take_out(&mut graph, state);
        }
        elimination.keep_rest(&graph, order.into_iter().map(|(_, state)| state as u32));
        elimination.n_slots = graph.n_slots as usize;
        Ok(elimination)
    }

    /// What is left is done as a table.
    fn keep_rest(&mut self, graph: &Graph, others: impl Iterator<Item = u32>) {
        self.rest = std::iter::once(0).chain(others).collect();
        let positions: BTreeMap<u32, u32> = self.rest.iter().copied().zip(0..).collect();
        for (row, state) in (0..).zip(&self.rest) {
            let out = graph.out[*state as usize].iter();
            let known = out.filter_map(|(to, slot)| Some((row, *positions.get(to)?, *slot)));
            self.between.extend(known);
        }
    }

    /// Takes all states of the rest out but the first; the table of the ways between them as each was taken out.
    fn take_out_rest(
        &self,
        values: &[Complex64],
        to_end: &mut [Complex64],
        sums: &mut [Complex64],
    ) -> Vec<Complex64> {
        let n = self.rest.len();
        let n_rewards = sums.len() / to_end.len();
        let mut table = vec![Complex64::default(); n * n];
        for &(row, column, slot) in &self.between {
            table[row as usize * n + column as usize] = values[slot as usize];
        }
        for pivot in (1..n).rev() {
            let (above, from_pivot) = table.split_at_mut(pivot * n);
            let ways = &from_pivot[..pivot];
            let state = self.rest[pivot] as usize;
            let exit = ways.iter().fold(to_end[state], |sum, way| sum + *way).inv();
            for (row, from) in above.chunks_mut(n).zip(&self.rest) {
                let (share, from) = (row[pivot] * exit, *from as usize);
                if share == Complex64::default() {
                    continue;
                }
                let end = share * to_end[state];
                to_end[from] += end;
                for reward in 0..n_rewards {
                    let more = share * sums[state * n_rewards + reward];
                    sums[from * n_rewards + reward] += more;
                }
                for (value, way) in row.iter_mut().zip(ways) {
                    *value += share * *way;
                }
            }
        }
        table
    }

    fn take_out(&mut self, graph: &mut Graph, state: usize) {
        let out = std::mem::take(&mut graph.out[state]);
        let into = std::mem::take(&mut graph.into[state]);
        self.pivots.push(Pivot {
            state: state as u32,
            n_ins: into.len() as u32,
            n_outs: out.len() as u32,
        });
        for to in out.keys() {
            graph.into[*to as usize].remove(&(state as u32));
        }
        self.outs.extend(out.iter().map(|(to, slot)| (*to, *slot)));
        for from in into {
            let slot = graph.out[from as usize].remove(&(state as u32));
            self.ins.push((from, slot.unwrap_or(NONE)));
            for to in out.keys() {
                self.around.push(if *to == from {
                    NONE
                } else {
                    graph.slot(from, *to)
                });
            }
        }
    }
}

/// A chain of which all states but the first have been taken out.
struct Reduced {
    /// Of each slot, the rate at the time when a state of it was taken out \[1/s\].
    values: Vec<Complex64>,
    /// By state, its rate to the end at that time \[1/s\].
    to_end: Vec<Complex64>,
    /// By state and reward, the sum that was its own at that time.
    sums: Vec<Complex64>,
    /// Rates between those of the rest, likewise.
    table: Vec<Complex64>,
}

impl Elimination {
    /// Takes all states out but the first.
    fn reduced(&self, rewards: &Rewards<'_>, s: Complex64) -> Reduced {
        let n_rewards = rewards.len();
        let mut values = vec![Complex64::default(); self.n_slots];
        for &(slot, rate) in &self.rates {
            values[slot as usize] += rate;
        }
        let mut to_end: Vec<Complex64> = self.to_end.iter().map(|rate| s + rate).collect();
        let all = (0..self.to_end.len()).flat_map(|state| rewards.of(state));
        let mut sums: Vec<Complex64> = all.map(Complex64::from).collect();
        let (mut ins, mut outs, mut around) = (0, 0, 0);
        let mut ways = Vec::new();
        for pivot in &self.pivots {
            let state = pivot.state as usize;
            ways.clear();
            let slots = &self.outs[outs..outs + pivot.n_outs as usize];
            ways.extend(slots.iter().map(|(_, slot)| values[*slot as usize]));
            let exit = ways.iter().fold(to_end[state], |sum, way| sum + *way).inv();
            for &(from, slot) in &self.ins[ins..ins + pivot.n_ins as usize] {
                let from = from as usize;
                let share = values[slot as usize] * exit;
                let end = share * to_end[state];
                to_end[from] += end;
                for reward in 0..n_rewards {
                    let more = share * sums[state * n_rewards + reward];
                    sums[from * n_rewards + reward] += more;
                }
                for (way, slot) in ways.iter().zip(&self.around[around..]) {
                    if *slot != NONE {
                        values[*slot as usize] += share * *way;
                    }
                }
                around += ways.len();
            }
            ins += pivot.n_ins as usize;
            outs += pivot.n_outs as usize;
        }
        let table = self.take_out_rest(&values, &mut to_end, &mut sums);
        Reduced {
            values,
            to_end,
            sums,
            table,
        }
    }

    /// Puts a state back: what it is worth is known from where its ways lead, the time spent in it from where they come from.
    fn put_back(
        reduced: &Reduced,
        known: &mut Potentials,
        state: usize,
        outs: impl Iterator<Item = (usize, f64)>,
        ins: impl Iterator<Item = (usize, f64)>,
    ) {
        let n = known.first.len();
        let to_end = reduced.to_end[state].re;
        let own = &reduced.sums[state * n..][..n];
        let mut above: Vec<f64> = (own.iter().zip(&known.first))
            .map(|(sum, first)| sum.re - first * to_end)
            .collect();
        let mut exit = to_end;
        for (to, rate) in outs {
            exit += rate;
            for (sum, next) in above.iter_mut().zip(known.of(to)) {
                *sum += rate * next;
            }
        }
        for (known, sum) in known.above[state * n..].iter_mut().zip(above) {
            *known = sum / exit;
        }
        let arrivals: f64 = ins.map(|(from, rate)| known.times[from] * rate).sum();
        known.times[state] = arrivals / exit;
    }
}

impl Resolvent for Elimination {
    fn sums(&mut self, rewards: &Rewards<'_>, s: Complex64) -> Result<Vec<Complex64>, String> {
        let Reduced {
            to_end, mut sums, ..
        } = self.reduced(rewards, s);
        sums.truncate(rewards.len());
        Ok(sums.into_iter().map(|sum| sum / to_end[0]).collect())
    }

    fn potentials(&mut self, rewards: &Rewards<'_>, s: f64) -> Result<Potentials, String> {
        let reduced = self.reduced(rewards, s.into());
        let end = reduced.to_end[0].re;
        let first = reduced.sums[..rewards.len()].iter();
        let first = first.map(|sum| sum.re / end).collect();
        let mut known = Potentials::from_first(first, self.to_end.len());
        for state in &self.ends {
            known.end(*state as usize);
        }
        known.times[0] = end.recip();
        let (n, table) = (self.rest.len(), &reduced.table);
        for pivot in 1..n {
            let others = self.rest[..pivot].iter().map(|state| *state as usize);
            let outs = (others.clone()).zip(table[pivot * n..].iter().map(|rate| rate.re));
            let ins = others.zip((0..pivot).map(|row| table[row * n + pivot].re));
            let state = self.rest[pivot] as usize;
            Self::put_back(&reduced, &mut known, state, outs, ins);
        }
        let (mut ins, mut outs) = (self.ins.len(), self.outs.len());
        let rated =
            |&(state, slot): &(u32, u32)| (state as usize, reduced.values[slot as usize].re);
        for pivot in self.pivots.iter().rev() {
            ins -= pivot.n_ins as usize;
            outs -= pivot.n_outs as usize;
            let into = &self.ins[ins..ins + pivot.n_ins as usize];
            let out = &self.outs[outs..outs + pivot.n_outs as usize];
            let state = pivot.state as usize;
            let (out, into) = (out.iter().map(rated), into.iter().map(rated));
            Self::put_back(&reduced, &mut known, state, out, into);
        }
        known.checked()
    }
}

/// A chain of which states have been taken out.
struct Graph {
    out: Vec<BTreeMap<u32, u32>>,
    into: Vec<BTreeSet<u32>>,
    rates: Vec<(u32, f64)>,
    to_end: Vec<f64>,
    n_slots: u32,
}

impl Graph {
    fn new(chain: &Chain, is_end: &[bool]) -> Self {
        let n = chain.n_states();
        let mut graph = Self {
            out: vec![BTreeMap::new(); n],
            into: vec![BTreeSet::new(); n],
            rates: Vec::with_capacity(chain.targets.len()),
            to_end: vec![0.0; n],
            n_slots: 0,
        };
        for from in (0..n).filter(|state| !is_end[*state]) {
            for (to, rate) in chain.transitions(from) {
                if is_end[to] {
                    graph.to_end[from] += rate;
                } else if to != from {
                    let slot = graph.slot(from as u32, to as u32);
                    graph.rates.push((slot, rate));
                }
            }
        }
        graph
    }

    fn slot(&mut self, from: u32, to: u32) -> u32 {
        let next = self.n_slots;
        let slot = *self.out[from as usize].entry(to).or_insert(next);
        if slot == next {
            self.into[to as usize].insert(from);
            self.n_slots += 1;
        }
        slot
    }

    fn weight(&self, state: usize) -> usize {
        self.out[state].len() * self.into[state].len()
    }
}
