//! Sums over all ways through a Markov chain that is too entangled to take its states out one by one.
//!
//! Between two visits to the first state, the mean times x spent in the others, in units of what makes one visit to the first last
//! 1 s on average at its rates, solve x = (x Q) / exit rate: Gauss-Seidel sweeps over the states as they are numbered, which is by
//! their distance from the first (breadth first), so that neighbours are near each other in memory. What has flowed to a state
//! since its last turn waits there for the next. With rewards and with the rate of the end summed over one such excursion, the sum
//! until the end is their ratio, for any number of rewards at once. Nothing is subtracted. Each transform begins where the one before
//! it ended.

use num_complex::Complex64;

use super::chain::{Chain, Rewards};
use super::elimination::Resolvent;
use super::potentials::Potentials;

/// Relative change of the sums in one sweep at which they are taken as found, if it was so twice.
const FOUND: f64 = 1e-12;

/// Change of what states are worth in one sweep, in shares of the most that one is, at which it is taken as known.
const KNOWN: f64 = 1e-9;

/// Sweeps between two looks at how fast the sums are being found.
const LOOK: usize = 24;

/// A chain to be swept.
#[derive(Debug)]
pub(super) struct Sweeps<'c> {
    chain: &'c Chain,
    is_end: &'c [bool],
    /// By state: rate to all others.
    exit: Vec<f64>,
    /// By state: what has flowed to it since its last turn.
    waiting: Vec<Complex64>,
    /// By state: time spent in it in the last sweep, if that is to be kept.
    times: Option<Vec<f64>>,
    work: f64,
    max_work: f64,
}

impl<'c> Sweeps<'c> {
    /// Of a chain that ends in the states with `is_end`; gives up after `max_work` operations.
    pub(super) fn new(chain: &'c Chain, is_end: &'c [bool], max_work: f64) -> Self {
        let others = |state| chain.transitions(state).filter(move |(to, _)| *to != state);
        let exit = |state| others(state).map(|(_, rate)| rate).sum();
        Self {
            chain,
            is_end,
            exit: (0..chain.n_states()).map(exit).collect(),
            waiting: vec![Complex64::default(); chain.n_states()],
            times: None,
            work: 0.0,
            max_work,
        }
    }

    /// One sweep: adds up the rewards of an excursion and returns how often it ends.
    fn sweep(&mut self, rewards: &Rewards<'_>, s: Complex64, sums: &mut [Complex64]) -> Complex64 {
        sums.fill(Complex64::default());
        let mut ends = Complex64::default();
        for state in (0..self.chain.n_states()).filter(|state| !self.is_end[*state]) {
            let arrived = std::mem::take(&mut self.waiting[state]);
            let time = if state == 0 {
                Complex64::from(1.0)
            } else {
                arrived / (s + self.exit[state])
            };
            if let Some(times) = &mut self.times {
                times[state] = time.re;
            }
            ends += s * time;
            for (sum, reward) in sums.iter_mut().zip(rewards.of(state)) {
                *sum += time * reward;
            }
            for (to, rate) in self.chain.transitions(state) {
                if self.is_end[to] {
                    ends += time * rate;
                } else if to != 0 && to != state {
                    self.waiting[to] += time * rate;
                }
            }
        }
        ends
    }
}

impl Resolvent for Sweeps<'_> {
    fn sums(&mut self, rewards: &Rewards<'_>, s: Complex64) -> Result<Vec<Complex64>, String> {
        let n_states = self.chain.n_states();
        let mut sums = vec![Complex64::default(); rewards.len()];
        let mut last = sums.clone();
        let mut passed = 0;
        let mut speed = Speed::default();
        let work = (self.chain.targets.len() + n_states * (1 + rewards.len())) as f64;
        loop {
            let ends = self.sweep(rewards, s, &mut sums);
            let now: Vec<Complex64> = sums.iter().map(|sum| sum / ends).collect();
            let change = now.iter().zip(&last).map(|(now, last)| {
                let change = (now - last).norm();
                if change == 0.0 {
                    0.0
                } else {
                    change / now.norm()
                }
            });
            let change = change.fold(0.0, f64::max);
            passed = if change <= FOUND { passed + 1 } else { 0 };
            // What is no number will not be one.
            if passed == 2 || now.iter().any(|sum| !sum.is_finite()) {
                return Ok(now);
            }
            last = now;
            self.work += work;
            let left = (self.max_work - self.work) / work;
            if let Some(sweeps) = speed.too_slow(change, left) {
                let to_go = if sweeps.is_finite() {
                    format!("about {sweeps:.0e} sweeps to go")
                } else {
                    "no end of sweeps in sight".to_owned()
                };
                return Err(format!(
                    "its {n_states} states fall into groups that it leaves too seldom: {to_go}"
                ));
            }
        }
    }

    /// Sweeps backwards: what a state is worth follows from what those are worth that it leads to, the first being the measure of all.
    fn potentials(&mut self, rewards: &Rewards<'_>, s: f64) -> Result<Potentials, String> {
        let first = self.sums(rewards, s.into())?;
        let first: Vec<f64> = first.iter().map(|sum| sum.re).collect();
        let n_states = self.chain.n_states();
        let mut known = Potentials::from_first(first, n_states);
        for state in (0..n_states).filter(|state| self.is_end[*state]) {
            known.end(state);
        }
        self.times = Some(known.times);
        let mut sums = vec![Complex64::default(); rewards.len()];
        let ends = self.sweep(rewards, s.into(), &mut sums).re;
        known.times = self.times.take().unwrap_or_default();
        for time in &mut known.times {
            *time /= ends;
        }
        let work = (self.chain.targets.len() + n_states) * (1 + rewards.len());
        let mut found = 0;
        while found < 2 {
            found = if self.sweep_back(rewards, s, &mut known) <= KNOWN {
                found + 1
            } else {
                0
            };
            self.work += work as f64;
            if self.work > self.max_work {
                return Err(format!(
                    "what its {n_states} states are worth takes too many sweeps"
                ));
            }
        }
        known.checked()
    }
}

impl Sweeps<'_> {
    /// One sweep backwards; the largest change of what a state is worth, in shares of the most that one is.
    fn sweep_back(&self, rewards: &Rewards<'_>, s: f64, known: &mut Potentials) -> f64 {
        let n = known.first.len();
        let (mut changes, mut most) = (vec![0.0_f64; n], vec![f64::MIN_POSITIVE; n]);
        for state in (1..self.chain.n_states()).rev() {
            if self.is_end[state] {
                continue;
            }
            let own = rewards.of(state).zip(&known.first);
            let mut sums: Vec<f64> = own.map(|(reward, first)| reward - s * first).collect();
            for (to, rate) in self.chain.transitions(state).filter(|(to, _)| *to != state) {
                for (sum, next) in sums.iter_mut().zip(known.of(to)) {
                    *sum += rate * next;
                }
            }
            let exit = s + self.exit[state];
            for (index, sum) in sums.into_iter().enumerate() {
                let above = &mut known.above[state * n + index];
                changes[index] = changes[index].max((sum / exit - *above).abs());
                *above = sum / exit;
                most[index] = most[index].max(above.abs());
            }
        }
        let changes = changes.iter().zip(most).map(|(change, most)| change / most);
        changes.fold(0.0, f64::max)
    }
}

/// How fast the changes from sweep to sweep fall.
#[derive(Debug, Default)]
struct Speed {
    sweeps: usize,
    /// The change at the last look.
    last: Option<f64>,
}

impl Speed {
    /// How many more sweeps it takes, if that is more than are left.
    fn too_slow(&mut self, change: f64, left: f64) -> Option<f64> {
        self.sweeps += 1;
        if !self.sweeps.is_multiple_of(LOOK) && left >= 0.0 {
            return None;
        }
        let folds = self.last.map(|last| (last / change).ln() / LOOK as f64);
        self.last = Some(change);
        // Early on, and where the change rises for a while, the speed says little.
        let to_go = match folds {
            Some(folds) if folds > 0.0 => (change / FOUND).ln() / folds,
            _ => f64::INFINITY,
        };
        let is_over = left < 0.0;
        (is_over || self.sweeps >= 4 * LOOK && to_go.is_finite() && to_go > 2.0 * left)
            .then_some(to_go)
    }
}
