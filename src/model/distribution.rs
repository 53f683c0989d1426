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
    /// Exponential with a mean that is not known.
    Between(Range),
    /// A fixed time, then another.
    Delayed {
        /// The fixed time, above 0 \[s\].
        by: f64,
        /// What follows it.
        rest: Box<Distribution>,
    },
    /// Never happens: an infinite time.
    Never,
}

/// A mean that its author does not know well: lognormal over trials, one value in each.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// The keys that lead to it, `faults.aging-disk.mtbf`: what it is a range of.
    pub name: Arc<str>,
    /// Mean of the logarithm, that of the middle of the range in seconds.
    pub mu: f64,
    /// Standard deviation of the logarithm, above 0.
    pub sigma: f64,
}

/// 95 % quantile of the standard normal distribution.
pub(super) const Z95: f64 = 1.644_853_626_951_472_2;
/// One in a million normal values is further below zero.
const Z_PER_MILLION: f64 = -4.753_424_308_822_899;

impl Range {
    /// The range of what its author is 90 % sure to be between two times above zero \[s\].
    #[must_use]
    pub fn between(name: Arc<str>, low: f64, high: f64) -> Self {
        Self {
            name,
            mu: f64::midpoint(low.ln(), high.ln()),
            sigma: (high / low).ln() / (2.0 * Z95),
        }
    }

    /// The value that stands so many standard deviations of the logarithm above the middle \[s\].
    #[must_use]
    pub fn at(&self, normal: f64) -> f64 {
        (self.mu + self.sigma * normal).exp()
    }

    /// Mean of the values \[s\].
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.at(0.5 * self.sigma)
    }
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
            Self::Between(range) => range.mean(),
            Self::Delayed { by, rest } => by + rest.mean(),
            Self::Never => f64::INFINITY,
        }
    }

    /// Chance that a time is exactly zero.
    #[must_use]
    pub fn chance_of_zero(&self) -> f64 {
        match self {
            Self::Fixed(seconds) => f64::from(u8::from(*seconds == 0.0)),
            Self::Empirical(values) => {
                let zeros = values.iter().filter(|seconds| **seconds == 0.0).count();
                zeros as f64 / values.len() as f64
            }
            Self::Mixture(parts) => {
                let all = parts.iter().all(|(_, part)| part.chance_of_zero() >= 1.0);
                let chances = parts
                    .iter()
                    .map(|(weight, part)| weight * part.chance_of_zero());
                // Weights add up to one but for rounding.
                if all { 1.0 } else { chances.sum::<f64>() }
            }
            Self::Delayed { by, rest } if *by == 0.0 => rest.chance_of_zero(),
            _ => 0.0,
        }
    }

    /// Whether a time is zero in some cases and not in others.
    #[must_use]
    pub fn is_sometimes_zero(&self) -> bool {
        let zero = self.chance_of_zero();
        zero > 0.0 && zero < 1.0
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
            Self::Delayed { rest, .. } => rest.variance(),
            Self::Never => f64::INFINITY,
            // Of an exponential time whose mean is drawn: E[2 m²] - E[m]².
            Self::Between(range) => 2.0 * range.at(range.sigma).powi(2) - mean * mean,
        }
    }

    /// The shortest mean that is to be reckoned with \[s\]: that of ranges at their lowest value in a million trials.
    #[must_use]
    pub fn least_mean(&self) -> f64 {
        self.with_ranges(&|range| range.at(Z_PER_MILLION)).mean()
    }

    /// The law once the values of its ranges are known.
    #[must_use]
    pub fn with_ranges(&self, value: &impl Fn(&Range) -> f64) -> Self {
        match self {
            Self::Between(range) => Self::Exponential { mean: value(range) },
            Self::Mixture(parts) => Self::Mixture(
                parts
                    .iter()
                    .map(|(weight, part)| (*weight, part.with_ranges(value)))
                    .collect(),
            ),
            Self::Delayed { by, rest } => rest.with_ranges(value).delayed(*by),
            known => known.clone(),
        }
    }

    /// Every time so many times as long.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Exponential { mean } => Self::Exponential {
                mean: mean * factor,
            },
            Self::Fixed(value) => Self::Fixed(value * factor),
            Self::Uniform { from, to } => Self::Uniform {
                from: from * factor,
                to: to * factor,
            },
            Self::Lognormal { mu, sigma } => Self::Lognormal {
                mu: mu + factor.ln(),
                sigma,
            },
            Self::Weibull { shape, scale } => Self::Weibull {
                shape,
                scale: scale * factor,
            },
            Self::Gamma { shape, scale } => Self::Gamma {
                shape,
                scale: scale * factor,
            },
            Self::Triangular { low, mode, high } => Self::Triangular {
                low: low * factor,
                mode: mode * factor,
                high: high * factor,
            },
            Self::Empirical(values) => {
                Self::Empirical(values.iter().map(|value| value * factor).collect())
            }
            Self::Mixture(parts) => {
                let parts = parts.into_iter();
                Self::Mixture(
                    parts
                        .map(|(weight, part)| (weight, part.scaled(factor)))
                        .collect(),
                )
            }
            Self::Between(range) => Self::Between(Range {
                mu: range.mu + factor.ln(),
                ..range
            }),
            Self::Delayed { by, rest } => Self::Delayed {
                by: by * factor,
                rest: Box::new(rest.scaled(factor)),
            },
            Self::Never => Self::Never,
        }
    }

    /// The same, so many seconds later.
    #[must_use]
    pub fn delayed(self, seconds: f64) -> Self {
        match self {
            Self::Fixed(value) => Self::Fixed(value + seconds),
            Self::Never => Self::Never,
            rest if seconds > 0.0 => Self::Delayed {
                by: seconds,
                rest: Box::new(rest),
            },
            rest => rest,
        }
    }

    /// The same as a part of a mixture: what is not known of one part is another thing than what is not known of the next.
    #[must_use]
    pub(super) fn with_ranges_of_part(self, index: usize) -> Self {
        self.with_ranges_named(&|name| format!("{name}.{}", index + 1))
    }

    /// The same with other names of its ranges: equal names are one thing that is not known, others are two.
    #[must_use]
    pub(super) fn with_ranges_named(self, new: &impl Fn(&str) -> String) -> Self {
        match self {
            Self::Between(range) => Self::Between(Range {
                name: new(&range.name).into(),
                ..range
            }),
            Self::Mixture(parts) => Self::Mixture(
                parts
                    .into_iter()
                    .map(|(weight, part)| (weight, part.with_ranges_named(new)))
                    .collect(),
            ),
            known => known,
        }
    }

    /// The ranges that it has in it.
    #[must_use]
    pub fn ranges(&self) -> Vec<&Range> {
        match self {
            Self::Between(range) => vec![range],
            Self::Mixture(parts) => parts.iter().flat_map(|(_, part)| part.ranges()).collect(),
            Self::Delayed { rest, .. } => rest.ranges(),
            _ => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Distribution;

    #[test]
    fn scaled_times_have_scaled_moments() {
        let laws = [
            Distribution::Exponential { mean: 3.0 },
            Distribution::Fixed(4.0),
            Distribution::Uniform { from: 1.0, to: 7.0 },
            Distribution::Lognormal {
                mu: 1.0,
                sigma: 0.7,
            },
            Distribution::Weibull {
                shape: 2.0,
                scale: 3.0,
            },
            Distribution::Gamma {
                shape: 2.5,
                scale: 3.0,
            },
            Distribution::Triangular {
                low: 1.0,
                mode: 2.0,
                high: 6.0,
            },
            Distribution::Empirical([1.0, 5.0].into()),
            Distribution::Between(super::Range::between("x".into(), 2.0, 8.0)),
        ];
        let mixed = Distribution::Mixture(vec![(0.3, laws[0].clone()), (0.7, laws[3].clone())]);
        let delayed = laws[4].clone().delayed(5.0);
        for law in laws.into_iter().chain([mixed, delayed]) {
            let scaled = law.clone().scaled(1.7);
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-12 * b.abs();
            assert!(near(scaled.mean(), 1.7 * law.mean()), "{law:?}");
            assert!(
                near(scaled.variance(), 1.7 * 1.7 * law.variance()),
                "{law:?}"
            );
        }
    }

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
