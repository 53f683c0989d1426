//! Times as they were observed: exactly, or only from one side, or between two bounds.

use super::law::{Family, Law};

/// What is known of a time \[s\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Observed {
    /// It was this long.
    Exact(f64),
    /// It was at least this long: still under way, or only known to exceed a bound (right-censored).
    AtLeast(f64),
    /// It was at most this long (left-censored).
    AtMost(f64),
    /// It was between two bounds (interval-censored).
    Between(f64, f64),
}

/// Above so many exact times the sums of their powers are taken over bins.
const MOST_SUMMED: usize = 20_000;
/// Width of a bin of ln t: moves a sum by less than a millionth.
const BIN: f64 = 1.0 / 512.0;

/// Times, with the sums that likelihoods are made of.
#[derive(Debug, Clone, Default)]
pub struct Sample {
    /// Exact times, rising, with their counts \[s\].
    pub exact: Vec<(f64, f64)>,
    /// Lower bounds, rising \[s\].
    pub at_least: Vec<f64>,
    /// Upper bounds \[s\].
    pub at_most: Vec<f64>,
    /// Lower and upper bounds \[s\].
    pub between: Vec<(f64, f64)>,
    /// Number of exact times.
    pub n_exact: f64,
    /// Mean of ln t of the exact ones.
    pub mean_ln: f64,
    /// Sum of squared deviations of ln t from its mean.
    pub squares_ln: f64,
    /// Sum of the exact ones \[s\].
    pub sum: f64,
    /// Natural logarithms of the exact ones, with their counts.
    logs: Vec<(f64, f64)>,
}

impl Sample {
    /// A sample of times above zero.
    #[must_use]
    pub fn new(times: impl IntoIterator<Item = Observed>) -> Self {
        let mut sample = Self::default();
        let mut exact = Vec::new();
        for time in times {
            match time {
                Observed::Exact(x) => exact.push(x),
                Observed::AtLeast(x) => sample.at_least.push(x),
                Observed::AtMost(x) => sample.at_most.push(x),
                Observed::Between(a, b) => sample.between.push((a, b)),
            }
        }
        exact.sort_by(f64::total_cmp);
        sample.at_least.sort_by(f64::total_cmp);
        sample.n_exact = exact.len() as f64;
        sample.sum = exact.iter().sum();
        let n = sample.n_exact.max(1.0);
        sample.mean_ln = exact.iter().map(|x| x.ln()).sum::<f64>() / n;
        let mean = sample.mean_ln;
        sample.squares_ln = exact.iter().map(|x| (x.ln() - mean).powi(2)).sum();
        let binned = exact.len() > MOST_SUMMED;
        for x in exact {
            push(&mut sample.exact, x);
            let ln_x = x.ln();
            let kept = if binned {
                (ln_x / BIN).round() * BIN
            } else {
                ln_x
            };
            push(&mut sample.logs, kept);
        }
        sample
    }

    /// How many times there are of any kind.
    #[must_use]
    pub fn n(&self) -> usize {
        self.n_exact as usize + self.at_least.len() + self.at_most.len() + self.between.len()
    }

    /// How many times are known to have ended: what carries information.
    #[must_use]
    pub fn ended(&self) -> f64 {
        self.n_exact + (self.at_most.len() + self.between.len()) as f64
    }

    /// Whether all times are exact.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.n() == self.n_exact as usize
    }

    /// Whether some times are bounded from above only, or from both sides.
    #[must_use]
    pub fn has_intervals(&self) -> bool {
        !(self.at_most.is_empty() && self.between.is_empty())
    }

    /// How many different times are known to have ended.
    #[must_use]
    pub fn distinct(&self) -> usize {
        self.exact.len() + self.at_most.len() + self.between.len()
    }

    /// ln of the likelihood of a law.
    #[must_use]
    pub fn ln_likelihood(&self, law: &Law) -> f64 {
        let value = self.of_exact(law) + self.of_bounds(law);
        if value.is_nan() {
            f64::NEG_INFINITY
        } else {
            value
        }
    }

    fn of_exact(&self, law: &Law) -> f64 {
        let n = self.n_exact;
        if n == 0.0 {
            return 0.0;
        }
        let (scale, shape) = (law.scale, law.shape);
        let ln_scale = scale.ln();
        let away = self.mean_ln - ln_scale;
        match law.family {
            Family::Exponential => -n * ln_scale - self.sum / scale,
            Family::Lognormal => {
                let squares = self.squares_ln + n * away * away;
                -n * (self.mean_ln + shape.ln() + 0.5 * std::f64::consts::TAU.ln())
                    - squares / (2.0 * shape * shape)
            }
            Family::Weibull => {
                n * (shape.ln() - ln_scale + (shape - 1.0) * away)
                    - self.sum_of_powers(shape, ln_scale)
            }
            Family::Gamma => {
                n * ((shape - 1.0) * away - libm::lgamma(shape) - ln_scale) - self.sum / scale
            }
        }
    }

    /// Sum of (t / scale)^shape over the exact times.
    fn sum_of_powers(&self, shape: f64, ln_scale: f64) -> f64 {
        let powers = self.logs.iter();
        powers
            .map(|(ln_x, count)| count * (shape * (ln_x - ln_scale)).exp())
            .sum()
    }

    fn of_bounds(&self, law: &Law) -> f64 {
        let right: f64 = self
            .at_least
            .iter()
            .map(|x| law.ln_probabilities(*x).1)
            .sum();
        let left: f64 = self
            .at_most
            .iter()
            .map(|x| law.ln_probabilities(*x).0)
            .sum();
        let inner = self.between.iter().map(|(a, b)| {
            let (below_a, above_a) = law.ln_probabilities(*a);
            let (below_b, above_b) = law.ln_probabilities(*b);
            // P(a < T <= b), from the tail in which it is the smaller difference.
            if below_b < above_a {
                below_b + (-(below_a - below_b).exp()).ln_1p()
            } else {
                above_a + (-(above_b - above_a).exp()).ln_1p()
            }
        });
        right + left + inner.sum::<f64>()
    }

    /// Exact times and lower bounds, with their counts, for the equations of the Weibull family: ln t and count.
    pub(super) fn logs_with_bounds(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let bounds = self.at_least.iter().map(|x| (x.ln(), 1.0));
        self.logs.iter().copied().chain(bounds)
    }
}

/// Adds a value to rising ones, each with its count.
fn push(values: &mut Vec<(f64, f64)>, x: f64) {
    match values.last_mut() {
        Some((last, count)) if *last == x => *count += 1.0,
        _ => values.push((x, 1.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn likelihoods_of_bounds_are_limits_of_intervals() {
        for family in Family::ALL {
            let law = Law {
                family,
                scale: 100.0,
                shape: 1.4,
            };
            let exact = Sample::new([Observed::Exact(70.0)]).ln_likelihood(&law);
            let narrow = Sample::new([Observed::Between(69.999, 70.001)]).ln_likelihood(&law);
            assert!((narrow - 0.002_f64.ln() - exact).abs() < 1e-6, "{family:?}");
            let tail = Sample::new([Observed::AtLeast(70.0)]).ln_likelihood(&law);
            let wide = Sample::new([Observed::Between(70.0, 1e9)]).ln_likelihood(&law);
            assert!((tail - wide).abs() < 1e-9, "{family:?} {tail} {wide}");
        }
    }
}
