//! Moments, intervals, quantiles and paired estimators; knows no word of the domain.
//!
//! All accumulators merge. Merging is associative only up to rounding, so callers merge in a fixed order; counts,
//! sketches and clustered shares hold integers only and merge exactly. docs/statistics.md shows the measured coverage.

mod clustered;
mod distributions;
mod interval;
mod moments;
mod order;
mod paired;
mod proportion;
mod ratio;
mod shared_variance;
mod sketch;
mod skewed_mean;

pub use clustered::{ClusteredMean, ClusteredShare};
pub use distributions::{
    beta_quantile, gamma_ln_probabilities, gamma_quantile, gamma_upper_quantile, gamma_upper_tail,
    normal_cdf, normal_ln_tail, normal_quantile, student_quantile,
};
pub use interval::Interval;
pub use moments::Moments;
pub use order::{QuantileRanks, quantile_interval, quantile_ranks};
pub use paired::PairedDifferences;
pub use proportion::{clopper_pearson, none_seen_bound};
pub use ratio::{Bounded, correlation_of_means, ratio_interval};
pub use shared_variance::SharedVariance;
pub use sketch::QuantileSketch;
pub use skewed_mean::{SkewedMean, skewed_mean_interval};
