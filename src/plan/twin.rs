//! The twin of a plan: the same faults, but takeovers take no time, and every region serves its share of traffic alone.
//!
//! Units that react to nothing fail alike in both, so the twin's losses go with those of the plan; and they can be worked
//! out without sampling, which makes them a control variate.

use super::{Plan, ServingPlan};

impl Plan {
    /// Share of traffic that each region of the twin serves: that at the start of a trial.
    #[must_use]
    pub fn twin_shares(&self) -> Vec<f64> {
        match &self.serving {
            ServingPlan::Standby(standby) if standby.cells == 1 => vec![1.0],
            ServingPlan::Standby(_) | ServingPlan::ActiveActive(_) | ServingPlan::Single => {
                self.regions.iter().map(|region| region.share).collect()
            }
        }
    }
}
