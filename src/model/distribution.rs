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

    /// Variance \[s²\]; infinite for [`Distribution::Never`].
    #[must_use]
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        match self {
            Self::Exponential { .. } => mean * mean,
            Self::Fixed(_) => 0.0,
            Self::Uniform { from, to } => (to - from).powi(2) / 12.0,
            Self::Lognormal { sigma, .. } => mean * mean * (sigma * sigma).exp_m1(),
            Self::Weibull { shape, scale } => {
                scale * scale * puruspe::gamma(1.0 + 2.0 / shape) - mean * mean
            }
            Self::Gamma { shape, scale } => shape * scale * scale,
            Self::Triangular { low, mode, high } => {
                let (a, b) = (mode - low, high - low);
                (a * a - a * b + b * b) / 18.0
            }
            Self::Empirical(values) => {
                let squares = values.iter().map(|value| (value - mean).powi(2));
                squares.sum::<f64>() / values.len() as f64
            }
            Self::Mixture(parts) => parts
                .iter()
                .map(|(weight, part)| weight * (part.variance() + (part.mean() - mean).powi(2)))
                .sum(),
            Self::Never => f64::INFINITY,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Distribution;

    #[test]
    fn variances_are_those_of_the_textbooks() {
        let close = |law: Distribution, expected: f64| {
            let found = law.variance();
            assert!(
                (found - expected).abs() < 1e-9 * expected,
                "{law:?}: {found}"
            );
        };
        close(Distribution::Exponential { mean: 3.0 }, 9.0);
        close(Distribution::Uniform { from: 1.0, to: 7.0 }, 3.0);
        // Shape 1 is exponential; shape 2 is Rayleigh, with variance (1 - pi / 4) scale².
        close(
            Distribution::Weibull {
                shape: 1.0,
                scale: 2.0,
            },
            4.0,
        );
        close(
            Distribution::Weibull {
                shape: 2.0,
                scale: 2.0,
            },
            4.0 - std::f64::consts::PI,
        );
        close(
            Distribution::Gamma {
                shape: 4.0,
                scale: 0.5,
            },
            1.0,
        );
        // Symmetric on [0, 2]: 1/6.
        close(
            Distribution::Triangular {
                low: 0.0,
                mode: 1.0,
                high: 2.0,
            },
            1.0 / 6.0,
        );
        close(Distribution::Empirical([1.0, 3.0].into()), 1.0);
        let halves = [2.0, 6.0].map(|mean| (0.5, Distribution::Exponential { mean }));
        close(Distribution::Mixture(halves.to_vec()), 24.0);
    }
}
