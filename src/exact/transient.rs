//! Mean figures of a Markov chain over a stretch of time, by uniformization.
//!
//! With Λ above every exit rate and `P = I + Q/Λ`, the expected reward after k steps is `v(k) = p(0) P^k r`, and the integral of the
//! expected reward over [0, t] is the sum over k of `P(N > k) v(k) / Λ`, N Poisson with mean Λt: sums of positive numbers only, so
//! that small figures keep their relative accuracy. What is summed is the time in each state, for all rewards at once. Once every `v`
//! has settled, the rest of the time is spent as p(k) says. Jensen (1953); Grassmann (1977), doi:10.1016/0305-0548(77)90007-7; Muppala & Trivedi (1992).

use super::chain::{Chain, Rewards};

/// Least number of steps between two looks at whether the chain has settled.
const STEPS_APART: usize = 128;

/// What is taken as settled: the estimated change still to come, relative.
const SETTLED: f64 = 1e-14;

/// A relative change that may be rounding.
const ROUNDING: f64 = 1e-13;

/// Mean of each reward over [from, from + length], starting from the first state.
///
/// # Errors
///
/// In words, if the chain takes more than `max_work` operations to settle.
pub(super) fn means(
    chain: &Chain,
    rewards: &Rewards<'_>,
    from: f64,
    length: f64,
    max_work: f64,
) -> Result<Vec<f64>, String> {
    let n = chain.n_states();
    let exit: Vec<f64> = (0..n)
        .map(|state| chain.transitions(state).map(|(_, rate)| rate).sum())
        .collect();
    let fastest = exit.iter().copied().fold(0.0, f64::max);
    if fastest == 0.0 {
        return Ok(rewards.of(0).collect());
    }
    let lambda = 1.02 * fastest;
    let ends = [from, from + length];
    let mut poisson = ends.map(|end| PoissonTail::new(lambda * end));
    // Time from `from` on that is not yet summed, times Λ.
    let mut left = lambda * length;
    let mut at = vec![0.0; n];
    at[0] = 1.0;
    let mut next = vec![0.0; n];
    // Mean time in each state, times Λ.
    let mut times = vec![0.0; n];
    let mut settling = vec![Settling::default(); rewards.len()];
    let (mut steps, mut next_look) = (0_usize, STEPS_APART);
    loop {
        if steps.is_multiple_of(STEPS_APART) {
            // Each step rounds the same way: without this the whole would shrink or grow.
            let total: f64 = at.iter().sum();
            for p in &mut at {
                *p /= total;
            }
        }
        let [before, until] = poisson.each_mut().map(|tail| tail.above(steps));
        let weight = (until - before).max(0.0);
        left -= weight;
        let is_over = steps as f64 > lambda * ends[1] + 14.0 * (lambda * ends[1]).sqrt() + 80.0;
        let has_settled = steps == next_look && {
            // Longer and longer apart: a slow drift shows over a long way.
            next_look += STEPS_APART.max(steps / 8);
            let values = rewards.weighed(&at);
            let looks = settling.iter_mut().zip(values);
            looks.fold(true, |all, (one, value)| all & one.has_settled(value))
        };
        let is_last = has_settled || is_over;
        add(
            &mut times,
            if is_last { weight + left } else { weight },
            &at,
        );
        if is_last {
            break;
        }
        if (steps * (chain.targets.len() + n)) as f64 > max_work {
            return Err("its slowest and its fastest rates are too far apart".to_owned());
        }
        step(chain, &exit, lambda, &at, &mut next);
        std::mem::swap(&mut at, &mut next);
        steps += 1;
    }
    let sums = rewards.weighed(&times).into_iter();
    Ok(sums.map(|sum| sum / (lambda * length)).collect())
}

fn add(sums: &mut [f64], weight: f64, values: &[f64]) {
    if weight > 0.0 {
        for (sum, value) in sums.iter_mut().zip(values) {
            *sum += weight * value;
        }
    }
}

/// One step of the uniformized chain.
fn step(chain: &Chain, exit: &[f64], lambda: f64, at: &[f64], next: &mut [f64]) {
    for (state, p) in at.iter().enumerate() {
        next[state] = p * (1.0 - exit[state] / lambda);
    }
    for (state, p) in at.iter().enumerate() {
        if *p == 0.0 {
            continue;
        }
        let share = p / lambda;
        for (target, rate) in chain.transitions(state) {
            next[target] += share * rate;
        }
    }
}

/// Whether a sequence that approaches its limit geometrically has come so close that the rest does not count.
#[derive(Debug, Clone, Copy, Default)]
struct Settling {
    last: f64,
    last_change: f64,
    passed: u32,
}

impl Settling {
    /// To be asked at each look.
    fn has_settled(&mut self, value: f64) -> bool {
        let change = (value - self.last).abs();
        let ratio = if self.last_change > 0.0 {
            change / self.last_change
        } else {
            0.0
        };
        // The changes still to come are a geometric series. Where the change is rounding, its ratio says nothing.
        let to_come = if ratio < 1.0 {
            change * ratio / (1.0 - ratio)
        } else {
            f64::INFINITY
        };
        let close = change <= ROUNDING * value || to_come <= SETTLED * value;
        self.passed = if close { self.passed + 1 } else { 0 };
        (self.last, self.last_change) = (value, change);
        self.passed >= 3
    }
}

/// P(N > k) for N Poisson, for rising k.
#[derive(Debug)]
struct PoissonTail {
    mean: f64,
    /// P(N > k) for the k asked next.
    tail: f64,
    /// P(N = k) of that k.
    mass: f64,
    k: usize,
}

impl PoissonTail {
    fn new(mean: f64) -> Self {
        let mass = (-mean).exp();
        Self {
            mean,
            tail: -(-mean).exp_m1(),
            mass,
            k: 0,
        }
    }

    /// P(N > k); `k` must rise by one from call to call.
    fn above(&mut self, k: usize) -> f64 {
        if self.mean == 0.0 {
            return 0.0;
        }
        // Far below the mean nearly all lies above: exact to rounding, and e^-mean would be 0.
        let spread = 12.0 * self.mean.sqrt() + 60.0;
        if (k as f64) < self.mean - spread {
            return 1.0;
        }
        if self.k + 1 < k || self.mass == 0.0 {
            self.k = k;
            self.mass = ln_poisson(self.mean, k).exp();
            self.tail = upper_tail(self.mean, k);
            return self.tail;
        }
        if k > self.k {
            self.k = k;
            self.mass *= self.mean / k as f64;
            self.tail = (self.tail - self.mass).max(0.0);
        }
        self.tail
    }
}

fn ln_poisson(mean: f64, k: usize) -> f64 {
    let k = k as f64;
    k * mean.ln() - mean - libm::lgamma(k + 1.0)
}

/// P(N > k) summed from the far end, so that nothing is subtracted.
fn upper_tail(mean: f64, k: usize) -> f64 {
    let last = (mean + 14.0 * mean.sqrt() + 80.0) as usize;
    let mut mass = ln_poisson(mean, last.max(k + 1)).exp();
    let mut sum = 0.0;
    for n in (k + 1..=last.max(k + 1)).rev() {
        sum += mass;
        mass *= n as f64 / mean;
    }
    sum
}
