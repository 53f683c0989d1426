//! Distributions of a time, with validated parameters in seconds.
//!
//! Only the description lives here; drawing from one is the engine's business.

use std::sync::Arc;

/// A distribution of a non-negative time \[s\].
#[derive(Debug, Clone, PartialEq)]
pub enum Distribution {
    /// Exponential with a mean above 0.
    Exponential {
        /// Mean \[s\].
        mean: f64,
    },
    /// Always the same.
    Fixed(f64),
    /// Uniform on an interval, `from` < `to`.
    Uniform {
        /// Lower end \[s\].
        from: f64,
        /// Upper end \[s\].
        to: f64,
    },
    /// Lognormal: the logarithm of the time in seconds is normal.
    Lognormal {
        /// Mean of the logarithm, ln(median in seconds).
        mu: f64,
        /// Standard deviation of the logarithm, above 0.
        sigma: f64,
    },
    /// Weibull: survival exp(-(t / scale)^shape).
    Weibull {
        /// Shape, above 0; 1 is exponential.
        shape: f64,
        /// Scale \[s\].
        scale: f64,
    },
    /// Gamma with mean `shape * scale`; an Erlang time has a whole `shape`.
    Gamma {
        /// Shape, above 0.
        shape: f64,
        /// Scale \[s\].
        scale: f64,
    },
    /// Triangular, `low` <= `mode` <= `high` and `low` < `high`.
    Triangular {
        /// Least value \[s\].
        low: f64,
        /// Most likely value \[s\].
        mode: f64,
        /// Greatest value \[s\].
        high: f64,
    },
    /// One of the observed values, each equally likely \[s\]; never empty.
    Empirical(Arc<[f64]>),
    /// One of several distributions, by weights that add up to one.
    Mixture(Vec<(f64, Distribution)>),
    /// Never happens: an infinite time.
    Never,
}

impl Distribution {
    /// Mean \[s\]; infinite for [`Distribution::Never`].
    #[must_use]
    pub fn mean(&self) -> f64 {
        match self {
            Self::Exponential { mean } => *mean,
            Self::Fixed(value) => *value,
            Self::Uniform { from, to } => 0.5 * (from + to),
            Self::Lognormal { mu, sigma } => (mu + 0.5 * sigma * sigma).exp(),
            Self::Weibull { shape, scale } => scale * puruspe::gamma(1.0 + 1.0 / shape),
            Self::Gamma { shape, scale } => shape * scale,
            Self::Triangular { low, mode, high } => (low + mode + high) / 3.0,
            Self::Empirical(values) => values.iter().sum::<f64>() / values.len() as f64,
            Self::Mixture(parts) => parts
                .iter()
                .map(|(weight, part)| weight * part.mean())
                .sum(),
            Self::Never => f64::INFINITY,
        }
    }
}
