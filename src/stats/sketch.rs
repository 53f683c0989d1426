//! Quantiles of many values in little memory.

use serde::{Deserialize, Serialize};

use std::collections::BTreeMap;

/// Guaranteed relative error of a quantile.
const RELATIVE_ERROR: f64 = 0.001;

/// Quantiles of values that are not negative, to a relative error of 0.1 %, from counts in buckets of equal width on a log scale.
///
/// The buckets are those of `DDSketch`: value v > 0 is counted in bucket floor(ln v / ln γ) with γ = (1 + ε) / (1 - ε), and a bucket
/// stands for the value 2 γ^(i+1) / (1 + γ), which is within ε of all values of the bucket. Zeros, the least and the greatest value
/// are kept exactly, buckets never collapse, and all counts are integers: merging is exact in any order. Masson, Rim & Lee (2019),
/// PVLDB 12(12), doi:10.14778/3352063.3352135.
///
/// Own, and not the crate `sketches-ddsketch`, because intervals of quantiles need the value at an exact rank (there a rank must be
/// forced through a floating-point quantile), because its dense store takes tens of kilobytes for two values a thousandfold apart
/// where this takes two map entries (one sketch is made for each batch of trials), and because that store collapses its low
/// buckets in an order that depends on the merges.
///
/// ```
/// use failscape::stats::QuantileSketch;
/// let mut sketch = QuantileSketch::default();
/// (0..=1000).for_each(|value| sketch.insert(f64::from(value)));
/// assert!((sketch.quantile(0.95).unwrap() - 950.0).abs() <= 0.95);
/// assert_eq!(sketch.quantile(1.0), Some(1000.0));
/// ```
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct QuantileSketch {
    zeros: u64,
    nonzeros: u64,
    buckets: BTreeMap<i32, u64>,
    least: f64,
    greatest: f64,
}

impl QuantileSketch {
    /// Adds one value; what is not above zero counts as zero.
    pub fn insert(&mut self, value: f64) {
        if value > 0.0 {
            *self.buckets.entry(bucket(value)).or_insert(0) += 1;
            self.least = if self.nonzeros == 0 {
                value
            } else {
                self.least.min(value)
            };
            self.greatest = self.greatest.max(value);
            self.nonzeros += 1;
        } else {
            self.zeros += 1;
        }
    }

    /// Adds `count` zeros.
    pub fn insert_zeros(&mut self, count: u64) {
        self.zeros += count;
    }

    /// Adds the values of `other`.
    pub fn merge(&mut self, other: &Self) {
        self.zeros += other.zeros;
        if other.nonzeros == 0 {
            return;
        }
        self.least = if self.nonzeros == 0 {
            other.least
        } else {
            self.least.min(other.least)
        };
        self.greatest = self.greatest.max(other.greatest);
        self.nonzeros += other.nonzeros;
        for (bucket, count) in &other.buckets {
            *self.buckets.entry(*bucket).or_insert(0) += count;
        }
    }

    /// Number of values.
    #[must_use]
    pub fn n(&self) -> u64 {
        self.zeros + self.nonzeros
    }

    /// Number of values above zero.
    #[must_use]
    pub fn nonzeros(&self) -> u64 {
        self.nonzeros
    }

    /// Greatest value, exactly; 0 without values.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.greatest
    }

    /// The value of rank 1 (the least) to n (the greatest).
    #[must_use]
    pub fn at_rank(&self, rank: u64) -> Option<f64> {
        if rank == 0 || rank > self.n() {
            return None;
        }
        if rank <= self.zeros {
            return Some(0.0);
        }
        if rank == self.n() {
            return Some(self.greatest);
        }
        let mut passed = self.zeros;
        for (bucket, count) in &self.buckets {
            passed += count;
            if passed >= rank {
                return Some(representative(*bucket).clamp(self.least, self.greatest));
            }
        }
        Some(self.greatest)
    }

    /// The `q` quantile: the least value that at least a share `q` of the values does not exceed (rank ceil(q n), "inverted CDF").
    #[must_use]
    pub fn quantile(&self, q: f64) -> Option<f64> {
        // One part in 10^12 off, so that 0.95 of 100 is rank 95 although 0.95 * 100 may round up.
        let rank = (q * self.n() as f64 * (1.0 - 1e-12)).ceil();
        self.at_rank((rank as u64).clamp(1, self.n().max(1)))
    }

    /// Number of values above `threshold`, to the width of a bucket around it.
    #[must_use]
    pub fn count_above(&self, threshold: f64) -> u64 {
        if threshold <= 0.0 {
            return self.nonzeros;
        }
        self.buckets
            .range(bucket(threshold) + 1..)
            .map(|(_, count)| count)
            .sum()
    }
}

fn ln_gamma() -> f64 {
    ((1.0 + RELATIVE_ERROR) / (1.0 - RELATIVE_ERROR)).ln()
}

fn bucket(value: f64) -> i32 {
    (value.ln() / ln_gamma()).floor() as i32
}

fn representative(bucket: i32) -> f64 {
    let gamma = (1.0 + RELATIVE_ERROR) / (1.0 - RELATIVE_ERROR);
    (f64::from(bucket) * ln_gamma()).exp() * 2.0 * gamma / (1.0 + gamma)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: impl Iterator<Item = f64>) -> QuantileSketch {
        let mut sketch = QuantileSketch::default();
        for value in values {
            sketch.insert(value);
        }
        sketch
    }

    #[test]
    fn quantiles_are_within_the_relative_error() {
        let mut values: Vec<f64> = (1..5000_u32)
            .map(|i| (f64::from(i * 7919 % 5000) / 300.0).exp() * 1e-6)
            .collect();
        let sketch = of(values.iter().copied());
        values.sort_by(f64::total_cmp);
        for (position, value) in values.iter().enumerate() {
            let found = sketch.at_rank(position as u64 + 1).unwrap();
            assert!(
                (found / value - 1.0).abs() <= RELATIVE_ERROR * 1.000_001,
                "{found} {value}"
            );
        }
    }

    #[test]
    fn zeros_come_first() {
        let mut sketch = of([4.0].into_iter());
        sketch.insert_zeros(9);
        assert_eq!(sketch.quantile(0.9), Some(0.0));
        assert_eq!(sketch.quantile(0.95), Some(4.0));
        assert_eq!(sketch.count_above(0.0), 1);
        assert_eq!(QuantileSketch::default().quantile(0.5), None);
    }

    #[test]
    fn merging_is_exact_in_any_order() {
        let values: Vec<f64> = (0..999_u32)
            .map(|i| f64::from(i % 37) * 1.7_f64.powi((i % 23).cast_signed()))
            .collect();
        let whole = of(values.iter().copied());
        let parts: Vec<QuantileSketch> = values
            .chunks(50)
            .map(|part| of(part.iter().copied()))
            .collect();
        let mut forward = QuantileSketch::default();
        for part in &parts {
            forward.merge(part);
        }
        let mut backward = QuantileSketch::default();
        for part in parts.iter().rev() {
            backward.merge(part);
        }
        assert_eq!(forward, whole);
        assert_eq!(backward, whole);
    }

    #[test]
    fn quantile_of_a_hundred_is_the_rank() {
        let sketch = of((1..=100).map(f64::from));
        for rank in 1..=100_u32 {
            let found = sketch.quantile(f64::from(rank) / 100.0).unwrap();
            assert!((found / f64::from(rank) - 1.0).abs() < 0.0011);
        }
    }
}
