//! Mean figures of a Markov chain over a stretch of time from the Laplace transform of its rewards.
//!
//! With v(t) the expected reward at t and V(s) its transform, a [`Resolvent`] gives V(s) for any s. The integral of v over [0, t]
//! is ρ t plus the inverse of (V(s) - ρ / s) / s, for any ρ; taken as s V(s) at a small s it leaves next to nothing to invert. The
//! inversion is the Fourier series method with Euler summation: Abate & Whitt (1995), doi:10.1287/ijoc.7.1.36. No step in time is
//! taken, so that it does not matter how far apart the rates of a chain are.

use num_complex::Complex64;

use super::chain::Rewards;
use super::elimination::Resolvent;

/// Aliasing of the Fourier series is e^-A.
const A: f64 = 18.4;

/// Terms summed before Euler's averages.
const TERMS: usize = 12;

/// Terms in Euler's averages.
const EULER: usize = 10;

/// Aliasing, and rounding enlarged by e^(A/2).
const INVERSION: f64 = 1e-7;

/// The mean of a reward.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mean {
    pub value: f64,
    pub error: f64,
    /// How much of it comes of not having settled at the start, and perhaps at the end.
    pub unsettled: f64,
}

/// Means of each reward over [from, from + length], starting from the first state.
///
/// # Errors
///
/// In words, if a transform is no number or takes too long.
pub(super) fn means(
    resolvent: &mut dyn Resolvent,
    rewards: &Rewards<'_>,
    from: f64,
    length: f64,
) -> Result<Vec<Mean>, String> {
    let n = rewards.len();
    let small = 1e-6 / (from + length);
    let sums = resolvent.sums(rewards, small.into())?;
    let rates: Vec<f64> = sums.iter().map(|sum| small * sum.re).collect();
    let until = beyond_rates(resolvent, rewards, &rates, from + length)?;
    let before = if from > 0.0 {
        beyond_rates(resolvent, rewards, &rates, from)?
    } else {
        vec![(0.0, 0.0); n]
    };
    let parts = rates.iter().zip(until.iter().zip(&before));
    let means: Vec<Mean> = parts
        .map(|(rate, ((until, error), (before, other)))| Mean {
            value: rate + (until - before) / length,
            error: (error + other) / length,
            unsettled: (until.abs() + before.abs()) / length,
        })
        .collect();
    if means
        .iter()
        .any(|mean| !(mean.value + mean.error).is_finite())
    {
        return Err("its transforms are out of range".to_owned());
    }
    Ok(means)
}

/// By how much the integral of each reward over [0, t] is above its rate times t, with the error of that.
fn beyond_rates(
    resolvent: &mut dyn Resolvent,
    rewards: &Rewards<'_>,
    rates: &[f64],
    t: f64,
) -> Result<Vec<(f64, f64)>, String> {
    let n = rates.len();
    let mut sums = vec![0.0; n];
    // Partial sums from TERMS on.
    let mut partial: Vec<Vec<f64>> = vec![Vec::new(); n];
    for k in 0..=TERMS + EULER {
        let s = Complex64::new(A, std::f64::consts::TAU * k as f64) / (2.0 * t);
        let transforms = resolvent.sums(rewards, s)?;
        for reward in 0..n {
            let beyond = (transforms[reward] - Complex64::from(rates[reward]) / s) / s;
            let sign = if k % 2 == 0 { 1.0 } else { -1.0 };
            let weight = if k == 0 { 0.5 } else { 1.0 };
            sums[reward] += sign * weight * beyond.re;
            if k >= TERMS {
                partial[reward].push(sums[reward]);
            }
        }
    }
    let scale = (0.5 * A).exp() / t;
    let parts = partial.iter().zip(rates);
    let found = parts.map(|(partial, rate)| {
        let value = scale * euler(partial);
        let other = scale * euler(&partial[..EULER]);
        let error = (value - other).abs() + INVERSION * value.abs() + 1e-11 * rate * t;
        (value, error)
    });
    Ok(found.collect())
}

/// Euler's mean of partial sums, weighted as a binomial distribution.
fn euler(partial: &[f64]) -> f64 {
    let mut means = partial.to_vec();
    while means.len() > 1 {
        for index in 1..means.len() {
            means[index - 1] = 0.5 * (means[index - 1] + means[index]);
        }
        means.pop();
    }
    means[0]
}
