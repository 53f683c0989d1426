//! Whether a topology does what is wanted of it.

use crate::results::{ObjectivesEcho, TopologyResult, format};

/// Share of outages that must not be longer than the RTO for the objective to be met, and of losses of data than the RPO.
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
    /// 95 % of losses of data not longer than this.
    Rpo {
        /// The objective \[s\].
        seconds: f64,
    },
}

/// How a topology stands to one objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Verdict {
    /// What is wanted.
    pub objective: Objective,
    /// What was found: availability, or share of outages within the RTO, or of losses of data within the RPO; `None` where none was seen.
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

/// The verdict on each objective of a model, in the order SLO, RTO, RPO; without a way to lose data there is none on the RPO.
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
    let loses_data = topology.data_loss_seconds.is_some();
    let rpo = objectives
        .rpo_seconds
        .filter(|_| loses_data)
        .map(|seconds| {
            let met = topology
                .rpo_met
                .as_ref()
                .map(|share| (share.mean, share.low, share.high));
            verdict(Objective::Rpo { seconds }, met, RTO_SHARE, topology.trials)
        });
    slo.into_iter().chain(rto).chain(rpo).collect()
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

    /// The share of some times that are not longer than an objective.
    fn times_in_words(&self, one: &str, many: &str, name: &str, seconds: f64) -> String {
        let objective = format!("{name} of {}", format::duration(seconds));
        match self.found {
            Some(share) => format!(
                "{} of {many} within the {objective} ({})",
                self.share_in_words(share),
                self.against(RTO_SHARE)
            ),
            None if self.decided => format!("no {one} seen to hold against the {objective}"),
            None => format!("too few trials to see any {one} and hold it against the {objective}"),
        }
    }

    fn against(&self, target: f64) -> String {
        let target = format::target(target);
        if !self.decided {
            format!("undecided against the target of {target}")
        } else if self.met {
            format!("target {target}")
        } else {
            format!("below the target of {target}")
        }
    }

    /// What was found against what is wanted, in words: `99.97 % available (target 99.95 %)`.
    pub(crate) fn in_words(&self, topology: &TopologyResult) -> String {
        match self.objective {
            Objective::Slo { target } => {
                let found = format::availability(&topology.unavailability);
                format!("{found} available ({})", self.against(target))
            }
            Objective::Rto { seconds } => self.times_in_words("outage", "outages", "RTO", seconds),
            Objective::Rpo { seconds } => {
                self.times_in_words("loss of data", "losses of data", "RPO", seconds)
            }
        }
    }
}
