//! Price of a deployment, line by line, and price of its failures.
//!
//! A bill is for a month of 730 h. What runs follows from the [`crate::topology::Deployment`] alone ([`price`]); what
//! failure costs follows from a trial ([`FailurePrice`]). A price that the model does not give is never taken as zero:
//! its line is `None` (or covers the priced part only) and the missing key is listed.

mod calls;
mod copies;
mod failure;
mod line;
mod running;
#[cfg(test)]
mod tests;

pub use calls::calls_per_request;
pub use copies::{copies_in_other_regions, copies_in_region};
pub use failure::{FailureCost, FailurePrice};
pub use running::price;

/// Length of the month of every bill \[h\].
pub const HOURS_PER_MONTH: f64 = 730.0;

/// Length of the month of every bill \[s\].
pub(crate) const SECONDS_PER_MONTH: f64 = HOURS_PER_MONTH * 3600.0;
