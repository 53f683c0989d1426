//! Whether a topology does what is wanted of it.

use crate::results::{ObjectivesEcho, TopologyResult, format};

/// Share of outages that must not be longer than the RTO for the objective to be met.
pub(crate) const RTO_SHARE: f64 = 0.95;

/// Something that is wanted of a topology.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Objective {
    /// Availability of at least this, 0 to 1.
    Slo {
        /// The target.
        target: f64,
    },
    /// 95 % of outages not longer than this.
    Rto {
        /// The objective \[s\].
        seconds: f64,
    },
}

/// How a topology stands to one objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// What is wanted.
    pub objective: Objective,
    /// What was found: availability, or share of outages within the RTO; `None` where no outage was seen.
    pub found: Option<f64>,
    /// Its interval, where something was found.
    pub interval: Option<(f64, f64)>,
    /// Whether the point estimate meets it. Without an outage nothing is missed.
    pub met: bool,
    /// Whether the whole interval lies on that side; without an outage, whether there were trials enough to miss one.
    pub decided: bool,
    /// How many times over the allowed failures the found ones are, as a logarithm to base 10; 0 if met.
    pub shortfall: f64,
}

/// The verdict on each objective of a model, in the order SLO, RTO.
#[must_use]
pub fn verdicts(topology: &TopologyResult, objectives: &ObjectivesEcho) -> Vec<Verdict> {
    let slo = objectives.slo_target.map(|target| {
        let availability = &topology.availability;
        let share = Some((availability.mean, availability.low, availability.high));
        verdict(Objective::Slo { target }, share, target, topology.trials)
    });
    let rto = objectives.rto_seconds.map(|seconds| {
        let met = topology
            .rto_met
            .as_ref()
            .map(|share| (share.mean, share.low, share.high));
        verdict(Objective::Rto { seconds }, met, RTO_SHARE, topology.trials)
    });
    slo.into_iter().chain(rto).collect()
}

/// Trials without an outage from which the lack of one says something.
const ENOUGH_TRIALS: u64 = 100;

/// Compares a share (mean, low, high), found in some trials, with the share wanted.
fn verdict(
    objective: Objective,
    share: Option<(f64, f64, f64)>,
    wanted: f64,
    trials: u64,
) -> Verdict {
    let Some((mean, low, high)) = share else {
        return Verdict {
            objective,
            found: None,
            interval: None,
            met: true,
            decided: trials >= ENOUGH_TRIALS,
            shortfall: 0.0,
        };
    };
    let met = mean >= wanted;
    let decided = if met { low >= wanted } else { high < wanted };
    let shortfall = if met {
        0.0
    } else {
        ((1.0 - mean) / (1.0 - wanted).max(1e-12)).log10().max(0.0)
    };
    Verdict {
        objective,
        found: Some(mean),
        interval: Some((low, high)),
        met,
        decided,
        shortfall,
    }
}

impl Verdict {
    /// The share; with its interval, if that is why nothing is decided.
    fn share_in_words(&self, share: f64) -> String {
        let share = format::probability(share);
        match self.interval {
            Some((low, high)) if !self.decided => {
                format!("{share} ({})", format::probability_interval(low, high))
            }
            _ => share,
        }
    }

    /// What was found against what is wanted, in words: `99.97 % available (target 99.95 %)`.
    pub(crate) fn in_words(&self, topology: &TopologyResult) -> String {
        let against = |target: f64| {
            let target = format::target(target);
            if !self.decided {
                format!("undecided against the target of {target}")
            } else if self.met {
                format!("target {target}")
            } else {
                format!("below the target of {target}")
            }
        };
        match self.objective {
            Objective::Slo { target } => {
                let found = format::availability(&topology.unavailability);
                format!("{found} available ({})", against(target))
            }
            Objective::Rto { seconds } => {
                let rto = format::duration(seconds);
                match self.found {
                    Some(share) => format!(
                        "{} of outages within the RTO of {rto} ({})",
                        self.share_in_words(share),
                        against(RTO_SHARE)
                    ),
                    None if self.decided => {
                        format!("no outage seen to hold against the RTO of {rto}")
                    }
                    None => {
                        format!(
                            "too few trials to see an outage and hold it against the RTO of {rto}"
                        )
                    }
                }
            }
        }
    }
}
