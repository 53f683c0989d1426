//! Distributions made ready to draw from.

use std::sync::Arc;

use rand::{Rng, RngExt};
use rand_distr::{Distribution as _, Exp1, Gamma, StandardNormal, Triangular};

use crate::model::Distribution;

/// A distribution with its constants worked out. Times in seconds, never negative.
#[derive(Debug, Clone, PartialEq)]
pub enum Sampler {
    /// Exponential with this mean, by the ziggurat method of `rand_distr::Exp1`.
    Exponential(f64),
    /// Always the same.
    Fixed(f64),
    /// Uniform: lower end and width.
    Uniform(f64, f64),
    /// exp(mu + sigma Z) with Z standard normal.
    Lognormal(f64, f64),
    /// scale E^(1/shape) with E standard exponential: scale and 1/shape.
    Weibull(f64, f64),
    /// Gamma, by Marsaglia and Tsang (2000).
    Gamma(Gamma<f64>),
    /// Triangular.
    Triangular(Triangular<f64>),
    /// One of the values, uniformly.
    Empirical(Arc<[f64]>),
    /// Cumulative weight and part, the last weight 1.
    Mixture(Vec<(f64, Sampler)>),
    /// A fixed time, then another.
    Delayed(f64, Box<Sampler>),
    /// Infinite.
    Never,
}

impl Sampler {
    /// Prepares a validated distribution; a range is taken at its mean.
    ///
    /// # Panics
    ///
    /// On parameters that the model refuses, such as a gamma shape of 0.
    #[must_use]
    pub fn new(distribution: &Distribution) -> Self {
        match distribution {
            Distribution::Exponential { mean } => Self::Exponential(*mean),
            Distribution::Fixed(value) => Self::Fixed(*value),
            Distribution::Uniform { from, to } => Self::Uniform(*from, to - from),
            Distribution::Lognormal { mu, sigma } => Self::Lognormal(*mu, *sigma),
            Distribution::Weibull { shape, scale } => Self::Weibull(*scale, shape.recip()),
            Distribution::Gamma { shape, scale } => Self::Gamma(
                Gamma::new(*shape, *scale)
                    .expect("a validated model has positive gamma parameters"),
            ),
            Distribution::Triangular { low, mode, high } => Self::Triangular(
                Triangular::new(*low, *high, *mode)
                    .expect("a validated model has ordered triangular parameters"),
            ),
            Distribution::Empirical(values) => Self::Empirical(Arc::clone(values)),
            Distribution::Mixture(parts) => {
                let mut cumulative = 0.0;
                let mut prepared: Vec<_> = parts
                    .iter()
                    .map(|(weight, part)| {
                        cumulative += weight;
                        (cumulative, Self::new(part))
                    })
                    .collect();
                if let Some(last) = prepared.last_mut() {
                    last.0 = f64::INFINITY;
                }
                Self::Mixture(prepared)
            }
            // Until the range is drawn: see `super::Laws`.
            Distribution::Between(range) => Self::Exponential(range.mean()),
            Distribution::Delayed { by, rest } => Self::Delayed(*by, Box::new(Self::new(rest))),
            Distribution::Never => Self::Never,
        }
    }

    /// Draws one time \[s\].
    #[allow(
        clippy::inline_always,
        reason = "two of three draws are exponential and take fewer instructions than a call"
    )]
    #[inline(always)]
    pub fn draw<R: Rng>(&self, rng: &mut R) -> f64 {
        match self {
            Self::Exponential(mean) => {
                let unit: f64 = Exp1.sample(rng);
                mean * unit
            }
            Self::Fixed(value) => *value,
            _ => self.draw_other(rng),
        }
    }

    #[inline(never)]
    fn draw_other<R: Rng>(&self, rng: &mut R) -> f64 {
        match self {
            Self::Uniform(from, width) => from + width * rng.random::<f64>(),
            Self::Lognormal(mu, sigma) => {
                let normal: f64 = StandardNormal.sample(rng);
                (mu + sigma * normal).exp()
            }
            Self::Weibull(scale, inverse_shape) => {
                let unit: f64 = Exp1.sample(rng);
                scale * unit.powf(*inverse_shape)
            }
            Self::Gamma(gamma) => gamma.sample(rng),
            Self::Triangular(triangular) => triangular.sample(rng),
            Self::Empirical(values) => values[rng.random_range(0..values.len())],
            Self::Mixture(parts) => {
                let at: f64 = rng.random();
                let chosen = parts.iter().find(|(cumulative, _)| at < *cumulative);
                chosen.map_or(f64::INFINITY, |(_, part)| part.draw(rng))
            }
            Self::Delayed(by, rest) => by + rest.draw(rng),
            Self::Never => f64::INFINITY,
            Self::Exponential(_) | Self::Fixed(_) => self.draw(rng),
        }
    }
}
