//! Sums over all ways through a Markov chain that is too entangled to take its states out one by one.
//!
//! Between two visits to the first state, sums x of rewards r solve x = (r + Q x) / exit rate: Gauss-Seidel sweeps, those
//! from which no way leads on but back first (in postorder). With rewards and with the rate of the end summed over one such
//! excursion, the sum until the end is their ratio. Nothing is subtracted. Each transform begins where the one before it ended.

use num_complex::Complex64;

use super::chain::Chain;
use super::elimination::Resolvent;

/// Relative change of the sums in one sweep at which they are taken as found, if it was so twice.
const FOUND: f64 = 1e-12;

/// A chain to be swept.
#[derive(Debug)]
pub(super) struct Sweeps<'c> {
    chain: &'c Chain,
    is_end: &'c [bool],
    /// States in the order of a sweep.
    order: Vec<u32>,
    /// Sums of excursions found last, and with them those of the rate of the end.
    found: Vec<Complex64>,
    work: f64,
    max_work: f64,
}

impl<'c> Sweeps<'c> {
    /// Of a chain that ends in the states with `is_end`; gives up after `max_work` operations.
    pub(super) fn new(chain: &'c Chain, is_end: &'c [bool], max_work: f64) -> Self {
        Self {
            chain,
            is_end,
            order: postorder(chain, is_end),
            found: Vec::new(),
            work: 0.0,
            max_work,
        }
    }

    /// Sums of an excursion from a state: its rewards, and the rate of the end. All sums go by states, `n` each.
    fn excursion(
        &self,
        state: usize,
        rewards: &[f64],
        s: Complex64,
        sums: &mut [Complex64],
    ) -> f64 {
        let n = sums.len();
        for (sum, reward) in sums.iter_mut().zip(&rewards[state * (n - 1)..]) {
            *sum = (*reward).into();
        }
        sums[n - 1] = s;
        let mut exit = 0.0;
        for (to, rate) in self.chain.transitions(state) {
            if to == state {
                continue;
            }
            exit += rate;
            if self.is_end[to] {
                sums[n - 1] += rate;
            } else if to != 0 {
                for (sum, known) in sums.iter_mut().zip(&self.found[to * n..]) {
                    *sum += known * rate;
                }
            }
        }
        exit
    }
}

impl Resolvent for Sweeps<'_> {
    fn sums(
        &mut self,
        rewards: &[f64],
        n_rewards: usize,
        s: Complex64,
    ) -> Result<Vec<Complex64>, String> {
        let n = n_rewards + 1;
        let n_states = self.chain.n_states();
        self.found.resize(n_states * n, Complex64::default());
        let mut sums = vec![Complex64::default(); n];
        let mut last = vec![Complex64::default(); n_rewards];
        let mut passed = 0;
        loop {
            for index in 0..self.order.len() {
                let state = self.order[index] as usize;
                let exit = self.excursion(state, rewards, s, &mut sums);
                let stay = (s + exit).inv();
                for (known, sum) in self.found[state * n..].iter_mut().zip(&sums) {
                    *known = sum * stay;
                }
            }
            self.excursion(0, rewards, s, &mut sums);
            let ends = sums[n_rewards];
            let now: Vec<Complex64> = sums[..n_rewards].iter().map(|sum| sum / ends).collect();
            let close = now
                .iter()
                .zip(&last)
                .all(|(now, last)| (now - last).norm() <= FOUND * now.norm());
            passed = if close { passed + 1 } else { 0 };
            if passed == 2 {
                return Ok(now);
            }
            last = now;
            self.work += ((self.chain.targets.len() + n_states) * n) as f64;
            if self.work > self.max_work {
                return Err(format!(
                    "its {n_states} states are too entangled, and seldom all as at the start"
                ));
            }
        }
    }
}

/// All states but the first and the ends, each after those that it leads to, as far as there are no circles.
fn postorder(chain: &Chain, is_end: &[bool]) -> Vec<u32> {
    let mut order = Vec::with_capacity(chain.n_states());
    let mut is_known = is_end.to_vec();
    is_known[0] = true;
    // States on the way here, each with the transition that is followed next.
    let mut way = vec![(0, chain.offsets[0])];
    while let Some((state, next)) = way.last_mut() {
        if *next == chain.offsets[*state + 1] {
            if *state != 0 {
                order.push(*state as u32);
            }
            way.pop();
            continue;
        }
        let to = chain.targets[*next] as usize;
        *next += 1;
        if !is_known[to] {
            is_known[to] = true;
            way.push((to, chain.offsets[to]));
        }
    }
    order
}
