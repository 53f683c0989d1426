//! How readily a life ends at an age: what lets a failure be made likely and be weighed.
//!
//! With S(t) the chance that a life lasts longer than t and f its density, the hazard is h = f / S. A failure that comes at the hazard, or from
//! outside at a rate r, counts by h / (h + r), and the time that it was waited for by exp(r t). Cox (1962), Renewal Theory, ch. 1.

use crate::model::Distribution;
use crate::stats::{gamma_ln_probabilities, normal_ln_tail};

/// A law of lives whose hazard is known.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Hazard {
    /// The same at any age \[1/s\]: exponential lives, or none that end.
    Constant(f64),
    /// (t / scale)^shape: shape and scale \[s\].
    Weibull(f64, f64),
    /// Mean and standard deviation of the logarithm.
    Lognormal(f64, f64),
    /// Shape, scale \[s\], and ln Γ(shape).
    Gamma(f64, f64, f64),
    /// Weights and parts.
    Mixture(Vec<(f64, Hazard)>),
    /// None for so long \[s\], then another.
    Delayed(f64, Box<Hazard>),
    /// Triangular, or uniform if the mode is none: least, most likely and greatest value \[s\].
    Between(f64, Option<f64>, f64),
}

impl Hazard {
    /// Of a law; none of one that ends at certain ages, or with ranges in it.
    pub(super) fn of(law: &Distribution) -> Option<Self> {
        Some(match law {
            Distribution::Exponential { mean } => Self::Constant(mean.recip()),
            Distribution::Never => Self::Constant(0.0),
            Distribution::Weibull { shape, scale } => Self::Weibull(*shape, *scale),
            Distribution::Lognormal { mu, sigma } => Self::Lognormal(*mu, *sigma),
            Distribution::Gamma { shape, scale } => {
                Self::Gamma(*shape, *scale, libm::lgamma(*shape))
            }
            Distribution::Uniform { from, to } => Self::Between(*from, None, *to),
            Distribution::Triangular { low, mode, high } => Self::Between(*low, Some(*mode), *high),
            Distribution::Mixture(parts) => {
                let parts = parts.iter().filter(|(weight, _)| *weight > 0.0);
                let parts = parts.map(|(weight, part)| Some((*weight, Self::of(part)?)));
                Self::Mixture(parts.collect::<Option<_>>()?)
            }
            Distribution::Delayed { by, rest } => Self::Delayed(*by, Box::new(Self::of(rest)?)),
            Distribution::Fixed(_) | Distribution::Empirical(_) | Distribution::Between(_) => {
                return None;
            }
        })
    }

    /// Whether it may exceed a limit up to an age; errs on the side of yes.
    pub(super) fn may_exceed(&self, limit: f64, age: f64) -> bool {
        match self {
            Self::Constant(rate) => *rate > limit,
            // It only grows.
            Self::Weibull(shape, _) if *shape >= 1.0 => self.rate(age) > limit,
            Self::Gamma(shape, scale, _) if *shape >= 1.0 => scale.recip() > limit,
            _ => true,
        }
    }

    /// The hazard at an age \[1/s\].
    pub(super) fn rate(&self, age: f64) -> f64 {
        // Logarithms of nothing at all say nothing.
        let age = age.max(f64::MIN_POSITIVE);
        match self {
            Self::Constant(rate) => *rate,
            Self::Weibull(shape, scale) => shape / scale * (age / scale).powf(shape - 1.0),
            Self::Delayed(by, rest) => {
                if age < *by {
                    0.0
                } else {
                    rest.rate(age - by)
                }
            }
            _ => (self.ln_density(age) - self.ln_survival(age)).exp(),
        }
    }

    /// ln P(X > t).
    fn ln_survival(&self, t: f64) -> f64 {
        if t <= 0.0 {
            return 0.0;
        }
        match self {
            Self::Constant(rate) => -rate * t,
            Self::Weibull(shape, scale) => -(t / scale).powf(*shape),
            Self::Lognormal(mu, sigma) => normal_ln_tail((t.ln() - mu) / sigma),
            Self::Gamma(shape, scale, _) => gamma_ln_probabilities(*shape, t / scale).1,
            Self::Mixture(parts) => ln_sum(
                parts
                    .iter()
                    .map(|(weight, part)| weight.ln() + part.ln_survival(t)),
            ),
            Self::Delayed(by, rest) => rest.ln_survival(t - by),
            Self::Between(low, mode, high) => {
                let left = ((high - t) / (high - low)).clamp(0.0, 1.0);
                match mode {
                    None => left.ln(),
                    Some(mode) if t < *mode => {
                        let passed = (t - low).max(0.0);
                        (-passed * passed / ((high - low) * (mode - low))).ln_1p()
                    }
                    Some(mode) => (left * left * (high - low) / (high - mode)).ln(),
                }
            }
        }
    }

    /// ln f(t).
    fn ln_density(&self, t: f64) -> f64 {
        match self {
            Self::Constant(rate) => rate.ln() - rate * t,
            Self::Weibull(..) => self.rate(t).ln() + self.ln_survival(t),
            Self::Lognormal(mu, sigma) => {
                let z = (t.ln() - mu) / sigma;
                -0.5 * z * z - (t * sigma).ln() - 0.5 * (2.0 * std::f64::consts::PI).ln()
            }
            Self::Gamma(shape, scale, ln_gamma) => {
                (shape - 1.0) * (t / scale).ln() - t / scale - scale.ln() - ln_gamma
            }
            Self::Mixture(parts) => ln_sum(
                parts
                    .iter()
                    .map(|(weight, part)| weight.ln() + part.ln_density(t)),
            ),
            Self::Delayed(by, rest) => {
                if t < *by {
                    f64::NEG_INFINITY
                } else {
                    rest.ln_density(t - by)
                }
            }
            Self::Between(low, mode, high) => {
                if t < *low || t > *high {
                    return f64::NEG_INFINITY;
                }
                let height = 2.0 / (high - low);
                let density = match mode {
                    None => 0.5 * height,
                    Some(mode) if t < *mode => height * (t - low) / (mode - low),
                    Some(mode) => height * (high - t) / (high - mode),
                };
                density.ln()
            }
        }
    }
}

/// ln of the sum of values whose logarithms these are.
fn ln_sum(logs: impl Iterator<Item = f64> + Clone) -> f64 {
    let most = logs.clone().fold(f64::NEG_INFINITY, f64::max);
    if most.is_infinite() {
        return most;
    }
    most + logs.map(|log| (log - most).exp()).sum::<f64>().ln()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;

    /// h is the slope of -ln S, and S is known from the error function, and in closed form.
    #[test]
    fn hazards_are_slopes_of_logarithms_of_survival() {
        let lognormal = Distribution::Lognormal {
            mu: 1.0,
            sigma: 0.8,
        };
        let gamma = Distribution::Gamma {
            shape: 2.5,
            scale: 3.0,
        };
        let weibull = Distribution::Weibull {
            shape: 3.0,
            scale: 5.0,
        };
        let triangular = |mode| Distribution::Triangular {
            low: 1.0,
            mode,
            high: 6.0,
        };
        let laws = [
            // erfc((ln 4 - 1) / 0.8 / √2) / 2
            (lognormal.clone(), 0.314_594_749_4),
            // With x = 4/3: erfc(√x) + e^-x (√x / Γ(3/2) + x √x / Γ(5/2))
            (gamma.clone(), 0.751_211_710_4),
            // exp -(4/5)³
            (weibull.clone(), (-0.512_f64).exp()),
            (Distribution::Exponential { mean: 8.0 }, (-0.5_f64).exp()),
            (Distribution::Uniform { from: 2.0, to: 6.0 }, 0.5),
            (triangular(2.0), 4.0 / 20.0),
            (triangular(5.0), 1.0 - 9.0 / 20.0),
            (
                Distribution::Mixture(vec![(0.3, gamma), (0.7, Distribution::Never)]),
                0.3 * 0.751_211_710_4 + 0.7,
            ),
            (
                Distribution::Delayed {
                    by: 1.0,
                    rest: Box::new(Distribution::Exponential { mean: 6.0 }),
                },
                (-0.5_f64).exp(),
            ),
            (
                Distribution::Mixture(vec![(0.5, lognormal), (0.5, weibull)]),
                0.5 * (0.314_594_749_4 + (-0.512_f64).exp()),
            ),
        ];
        for (law, survival) in laws {
            let hazard = Hazard::of(&law).unwrap();
            let lasts = hazard.ln_survival(4.0).exp();
            assert!((lasts / survival - 1.0).abs() < 1e-8, "{law:?}: {lasts}");
            for age in [0.3, 2.3, 4.0, 5.5] {
                let step = 1e-4 * age;
                let before = hazard.ln_survival(age - step);
                let slope = (before - hazard.ln_survival(age + step)) / (2.0 * step);
                let rate = hazard.rate(age);
                let off = (slope - rate).abs();
                assert!(
                    off <= 1e-5 * rate + 1e-12,
                    "{law:?} at {age}: {slope} {rate}"
                );
            }
        }
    }

    #[test]
    fn laws_that_end_at_certain_ages_have_none() {
        let law = Distribution::Fixed(1.0);
        assert_eq!(Hazard::of(&law), None);
        let partly = Distribution::Mixture(vec![
            (0.5, law),
            (0.5, Distribution::Exponential { mean: 1.0 }),
        ]);
        assert_eq!(Hazard::of(&partly), None);
    }
}
