//! Count, mean, spread and maximum of values of which most may be zero.

use serde::{Deserialize, Serialize};

/// Count, mean and spread of values, of which those that are zero cost one increment.
///
/// Mean and sum of squared deviations are kept of the non-zero values only, by Welford's recurrence, and put together with
/// the zeros when asked for: with m, S of the k non-zero values among n, the mean is k m / n and the sum of squared
/// deviations S + m² k (n - k) / n. Nothing is lost to cancellation however rare the non-zero values are.
///
/// Merging follows Chan, Golub & `LeVeque` (1983), "Algorithms for computing the sample variance", The American Statistician 37,
/// 242-247, doi:10.1080/00031305.1983.10483115. Merge in a fixed order to get the same bits.
///
/// ```
/// use failscape::stats::Moments;
/// let mut moments = Moments::default();
/// for value in [0.0, 0.0, 1.0, 3.0] {
///     moments.add(value);
/// }
/// assert_eq!((moments.n(), moments.nonzeros()), (4, 2));
/// assert!((moments.mean() - 1.0).abs() < 1e-15);
/// assert!((moments.variance() - 2.0).abs() < 1e-15);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Moments {
    zeros: u64,
    nonzeros: u64,
    mean: f64,
    squares: f64,
    max: f64,
}

impl Moments {
    /// Adds one value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        if value == 0.0 {
            self.zeros += 1;
        } else {
            self.add_nonzero(value);
        }
    }

    fn add_nonzero(&mut self, value: f64) {
        self.max = if self.nonzeros == 0 {
            value
        } else {
            self.max.max(value)
        };
        self.nonzeros += 1;
        let delta = value - self.mean;
        self.mean += delta / self.nonzeros as f64;
        self.squares += delta * (value - self.mean);
    }

    /// Adds `count` zeros.
    #[inline]
    pub fn add_zeros(&mut self, count: u64) {
        self.zeros += count;
    }

    /// The same values with zeros added until there are `n`.
    #[must_use]
    pub fn padded_to(mut self, n: u64) -> Self {
        self.zeros = n.saturating_sub(self.nonzeros).max(self.zeros);
        self
    }

    /// Adds the values of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.zeros += other.zeros;
        if other.nonzeros == 0 {
            return;
        }
        if self.nonzeros == 0 {
            *self = Self {
                zeros: self.zeros,
                ..*other
            };
            return;
        }
        let (a, b) = (self.nonzeros as f64, other.nonzeros as f64);
        let delta = other.mean - self.mean;
        self.mean += delta * b / (a + b);
        self.squares += other.squares + delta * delta * a * b / (a + b);
        self.nonzeros += other.nonzeros;
        self.max = self.max.max(other.max);
    }

    /// Number of values.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.zeros + self.nonzeros
    }

    /// Number of values that are not zero.
    #[must_use]
    pub fn nonzeros(&self) -> u64 {
        self.nonzeros
    }

    /// Sum of the values.
    #[must_use]
    pub fn sum(&self) -> f64 {
        self.mean * self.nonzeros as f64
    }

    /// Mean; 0 without values.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.n() == 0 {
            0.0
        } else {
            self.sum() / self.n() as f64
        }
    }

    /// Sum of squares of the values.
    #[must_use]
    pub fn sum_of_squares(&self) -> f64 {
        self.squares + self.mean * self.mean * self.nonzeros as f64
    }

    /// Unbiased variance; 0 with fewer than two values.
    #[must_use]
    pub fn variance(&self) -> f64 {
        let n = self.n();
        if n < 2 {
            return 0.0;
        }
        let between = self.mean * self.mean * self.nonzeros as f64 * (self.zeros as f64 / n as f64);
        (self.squares + between) / (n - 1) as f64
    }

    /// Estimated variance of the mean; 0 with fewer than two values.
    #[must_use]
    pub fn variance_of_mean(&self) -> f64 {
        if self.n() == 0 {
            0.0
        } else {
            self.variance() / self.n() as f64
        }
    }

    /// Greatest value; 0 without values.
    #[must_use]
    pub fn max(&self) -> f64 {
        match (self.nonzeros, self.zeros) {
            (0, _) => 0.0,
            (_, 0) => self.max,
            _ => self.max.max(0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[f64]) -> Moments {
        let mut moments = Moments::default();
        for value in values {
            moments.add(*value);
        }
        moments
    }

    #[test]
    fn moments_equal_the_definition() {
        let moments = of(&[0.0, 2.0, 0.0, 5.0, 1.0]);
        assert_eq!(moments.n(), 5);
        assert_eq!(moments.max(), 5.0);
        assert!((moments.mean() - 1.6).abs() < 1e-15);
        // numpy.var([0, 2, 0, 5, 1], ddof=1) == 4.3
        assert!((moments.variance() - 4.3).abs() < 1e-14);
        assert!((moments.sum_of_squares() - 30.0).abs() < 1e-13);
    }

    #[test]
    fn parts_merge_to_the_whole() {
        let values: Vec<f64> = (0..1000_u32)
            .map(|i| {
                if i % 7 == 0 {
                    f64::from(i).sqrt() * 1e-7
                } else {
                    0.0
                }
            })
            .collect();
        let whole = of(&values);
        let mut merged = Moments::default();
        for part in values.chunks(64) {
            merged.merge(&of(part));
        }
        assert_eq!(
            (merged.n(), merged.nonzeros(), merged.max()),
            (whole.n(), whole.nonzeros(), whole.max())
        );
        assert!((merged.mean() / whole.mean() - 1.0).abs() < 1e-14);
        assert!((merged.variance() / whole.variance() - 1.0).abs() < 1e-13);
    }

    #[test]
    fn padding_adds_zeros_only() {
        let padded = of(&[3.0]).padded_to(10);
        assert_eq!((padded.n(), padded.nonzeros()), (10, 1));
        assert!((padded.mean() - 0.3).abs() < 1e-16);
    }
}
