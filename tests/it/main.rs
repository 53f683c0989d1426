//! All integration tests, in one binary.

mod stats_coverage;
mod stats_estimate;
