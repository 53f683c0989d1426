//! From trials to named measures with error bars.
//!
//! [`Tally`] gathers the outcomes of one topology, [`PairTally`] those of two over the same trials; both merge. [`summarize`] and
//! [`summarize_pair`] turn them into the figures of results.json. What each figure is and how its interval is made:
//! docs/statistics.md.

mod contract;
mod control;
mod data;
mod figures;
mod first_outage;
mod grid;
mod importance;
mod lengths;
mod pair;
mod rare;
mod recovery;
mod sharp;
mod summary;
mod tally;
mod timeline;
mod timeline_pair;
mod timeline_summary;

pub use contract::Promised;
pub use control::{Coefficients, Controls, TwinMean};
pub use data::Points;
pub use first_outage::{CycleTally, PassageTally};
pub use grid::{EXCEEDANCE_MINUTES, RECOVERY_SECONDS};
pub use importance::{ElementTally, Replayed};
pub use pair::{PairTally, PairTerms, summarize_pair};
pub use rare::{RareMeans, RareTally};
pub use recovery::RecoveryTally;
pub use sharp::{Known, KnownMean, Sharpened};
pub use summary::{Names, NoLossBound, precision, summarize};
pub use tally::{FailureCost, PricedFailure, Tally, TallyShape};
pub use timeline::{TimelineShape, TimelineTally};
pub use timeline_pair::{Come, LivedPair, LivedTrial, injected_difference};
pub use timeline_summary::{Injected, injected};

/// Length of a year \[s\].
pub const YEAR_SECONDS: f64 = 8760.0 * 3600.0;

/// Length of a year \[min\].
pub const YEAR_MINUTES: f64 = 525_600.0;
