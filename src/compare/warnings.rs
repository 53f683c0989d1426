//! What the reader should know, in words.

use crate::results::{Warning, format};

/// Names listed before the rest is only counted.
const NAMES_SHOWN: usize = 3;

/// One thing that the reader should know.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// The run was cut short.
    Partial {
        /// Trials of the topologies that were still being played.
        trials: u64,
        /// Whether the number of trials was asked for.
        fixed: bool,
        /// Whether the user cut it short.
        interrupted: bool,
    },
    /// No fault of the model can hit these topologies.
    NoFaultHits {
        /// Their names.
        topologies: Vec<String>,
    },
    /// No outage was seen: only an upper bound is known.
    NoOutage {
        /// Names of the topologies.
        topologies: Vec<String>,
    },
    /// Too few outages for a narrow interval.
    FewOutages {
        /// Names of the topologies, with their outages.
        topologies: Vec<(String, u64)>,
    },
    /// The means were worked out, but what only trials tell rests on few outages.
    FewSeen {
        /// Names of the topologies, with their outages.
        topologies: Vec<(String, u64)>,
    },
    /// An estimate by weighted samples hangs on a few of them.
    UnevenWeights {
        /// Name of the topology.
        topology: String,
        /// Samples of equal weight that would tell as much.
        effective: f64,
        /// Share of the estimate in its largest sample.
        largest: f64,
    },
    /// What was worked out, or came of likely failures, and what the trials say are too far apart for chance.
    RoutesDisagree {
        /// Name of the topology.
        topology: String,
        /// Which figure: `unavailability` or `outages a year`.
        figure: &'static str,
        /// How it was got, in words.
        method: String,
        /// What it is.
        value: f64,
        /// What it is by the trials.
        simulated: f64,
        /// How far apart they are \[standard errors\].
        apart: f64,
    },
    /// Cut sets that should carry losses were never seen in one.
    UnseenCutSets {
        /// Name of the topology.
        topology: String,
        /// Their faults.
        sets: Vec<String>,
    },
    /// The answer rests on a fault that fired a handful of times.
    RareFault {
        /// Name of the fault.
        fault: String,
        /// How often it fired, at most, in the topologies.
        fired: u64,
        /// Its greatest share of the downtime.
        share: f64,
        /// Names of the topologies.
        topologies: Vec<String>,
    },
    /// Faults that never fired in any topology: the answer says nothing about them.
    UnseenFaults {
        /// Their names.
        faults: Vec<String>,
    },
    /// One trial carries much of all downtime.
    HeavyTail {
        /// Name of the topology with the heaviest tail.
        topology: String,
        /// Share of all its downtime that one trial carries.
        share: f64,
        /// How many topologies are so.
        topologies: usize,
    },
    /// The horizon holds no whole window of an objective.
    ShortHorizon {
        /// Keys of the objectives whose window is longer.
        objectives: Vec<String>,
    },
    /// What hits all regions at once dominates a topology of several regions.
    SharedFate {
        /// Names of the topologies.
        topologies: Vec<String>,
        /// Names of the faults.
        faults: Vec<String>,
        /// Their smallest share of the downtime in those topologies.
        share: f64,
    },
    /// Downtime in which the recovery stands still, by topology.
    RecoveryWaits {
        /// The topology, what it waits for in words, and the share of its downtime.
        waits: Vec<(String, String, f64)>,
    },
    /// Downtime in which the standby, found rotten, is mended, by topology.
    StandbyRotted {
        /// The topology, and the share of its downtime.
        topologies: Vec<(String, f64)>,
    },
    /// Sections of the model that nothing in it uses.
    UnusedSections {
        /// What is said of each.
        sections: Vec<String>,
    },
    /// Pairs of topologies whose difference may be of either sign.
    NotDistinguishable {
        /// The pairs.
        pairs: Vec<(String, String)>,
    },
    /// The interval of the recommended topology straddles an objective.
    Undecided {
        /// Name of the topology.
        topology: String,
        /// What was found against what is wanted.
        objectives: Vec<String>,
    },
    /// Prices that the model does not give.
    NotPriced {
        /// Key paths.
        missing: Vec<String>,
        /// Whether anything is priced.
        any_priced: bool,
    },
    /// The model says not what is wanted.
    NoObjectives,
}

impl Finding {
    /// Stable name.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Partial { .. } => "partial-run",
            Self::NoFaultHits { .. } => "no-fault-hits",
            Self::NoOutage { .. } => "no-outage",
            Self::FewOutages { .. } => "few-outages",
            Self::FewSeen { .. } => "few-seen",
            Self::UnevenWeights { .. } => "uneven-weights",
            Self::RoutesDisagree { .. } => "routes-disagree",
            Self::UnseenCutSets { .. } => "unseen-cut-set",
            Self::RareFault { .. } => "rare-fault",
            Self::UnseenFaults { .. } => "unseen-fault",
            Self::HeavyTail { .. } => "heavy-tail",
            Self::ShortHorizon { .. } => "short-horizon",
            Self::SharedFate { .. } => "shared-fate",
            Self::RecoveryWaits { .. } => "recovery-waits",
            Self::StandbyRotted { .. } => "standby-rotted",
            Self::UnusedSections { .. } => "unused-section",
            Self::NotDistinguishable { .. } => "not-distinguishable",
            Self::Undecided { .. } => "objective-undecided",
            Self::NotPriced { .. } => "not-priced",
            Self::NoObjectives => "no-objectives",
        }
    }

    /// What is the matter, in one sentence.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Partial {
                trials,
                interrupted,
                ..
            } => {
                let how = if *interrupted {
                    "interrupted"
                } else {
                    "cut short"
                };
                let trials = format::trials(*trials);
                format!("the run was {how} after {trials}: intervals are wider than asked for")
            }
            Self::NoFaultHits { topologies } => {
                format!(
                    "no fault of the model can hit {}: unavailability is 0 by construction",
                    listed(topologies)
                )
            }
            Self::NoOutage { topologies } => {
                format!(
                    "no outage was seen in {}: only an upper bound of unavailability is known",
                    listed(topologies)
                )
            }
            Self::FewOutages { topologies } => {
                let said: Vec<String> = topologies
                    .iter()
                    .map(|(name, n)| format!("{name} ({n})"))
                    .collect();
                format!("too few outages for a narrow interval: {}", listed(&said))
            }
            Self::FewSeen { topologies } => {
                let said: Vec<String> = topologies
                    .iter()
                    .map(|(name, n)| format!("{name} ({n})"))
                    .collect();
                format!(
                    "few outages were seen in the trials: {}; means do not rest on them, but percentiles, recovery times and causes do",
                    listed(&said)
                )
            }
            Self::UnevenWeights {
                topology,
                effective,
                largest,
            } => format!(
                "the unavailability of {topology} hangs on few of its weighted samples: they count as {}, and the largest has {} of it",
                format::significant(*effective, 2),
                format::probability(*largest)
            ),
            Self::RoutesDisagree {
                topology,
                figure,
                method,
                value,
                simulated,
                apart,
            } => format!(
                "two ways to the {figure} of {topology} disagree: {} by {method}, {} by its trials, {} standard errors apart",
                format::scientific(*value, 4),
                format::scientific(*simulated, 4),
                format::significant(*apart, 2)
            ),
            Self::UnseenCutSets { topology, sets } => format!(
                "losses of {topology} that should matter were hardly ever drawn, or never: {}",
                listed(sets)
            ),
            Self::RareFault {
                fault,
                fired,
                share,
                topologies,
            } => format!(
                "{}{} of the downtime of {} rests on {fault}, which fired {}",
                if topologies.len() > 1 { "up to " } else { "" },
                format::probability(*share),
                listed(topologies),
                times(*fired)
            ),
            Self::UnseenFaults { faults } => {
                format!(
                    "{} never fired: the figures of the trials say nothing about what {} would do",
                    listed(faults),
                    if faults.len() == 1 { "it" } else { "they" }
                )
            }
            Self::HeavyTail {
                topology,
                share,
                topologies,
            } => {
                let others = match topologies {
                    0 | 1 => String::new(),
                    n => format!(" (and {} more are like it)", n - 1),
                };
                format!(
                    "one trial carries {} of all downtime of {topology}{others}: the mean hangs on rare disasters",
                    format::probability(*share)
                )
            }
            Self::ShortHorizon { objectives } => {
                format!(
                    "the horizon is shorter than {}: no window was scored",
                    listed(objectives)
                )
            }
            Self::SharedFate {
                topologies,
                faults,
                share,
            } => format!(
                "at least {} of the downtime of {} comes from what hits all regions at once, mostly {}",
                format::probability(*share),
                listed(topologies),
                listed(faults)
            ),
            Self::RecoveryWaits { waits } => {
                let said: Vec<String> = waits
                    .iter()
                    .map(|(topology, wait, share)| {
                        format!(
                            "{} of the downtime of {topology} was {wait}",
                            format::probability(*share)
                        )
                    })
                    .collect();
                listed(&said)
            }
            Self::StandbyRotted { topologies } => {
                let said: Vec<String> = topologies
                    .iter()
                    .map(|(topology, share)| {
                        format!(
                            "{} of the downtime of {topology} was waiting for a rotted standby",
                            format::probability(*share)
                        )
                    })
                    .collect();
                listed(&said)
            }
            Self::UnusedSections { sections } => listed_with(sections, "; ", "; "),
            Self::NotDistinguishable { pairs } => {
                let said: Vec<String> = pairs
                    .iter()
                    .map(|(of, from)| format!("{of} and {from}"))
                    .collect();
                format!(
                    "the unavailability of these cannot be told apart yet: {}",
                    listed_with(&said, "; ", "; ")
                )
            }
            Self::Undecided {
                topology,
                objectives,
            } => {
                format!(
                    "the interval of {topology} straddles an objective: {}",
                    listed(objectives)
                )
            }
            Self::NotPriced {
                missing,
                any_priced: true,
            } => {
                format!(
                    "the model does not give {}: the totals leave out what these would price",
                    listed(missing)
                )
            }
            Self::NotPriced {
                missing,
                any_priced: false,
            } => {
                format!(
                    "nothing is priced, so no topology is recommended: the model does not give {}",
                    listed(missing)
                )
            }
            Self::NoObjectives => {
                "the model sets no SLO and no RTO: the recommendation looks at cost alone"
                    .to_owned()
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Partial {
                interrupted: true, ..
            } => "let it run to its end, or ask for fewer --trials or a wider --precision",
            Self::Partial { fixed: true, .. } => "give more --max-time, or fewer --trials",
            Self::Partial { fixed: false, .. } => "give more --max-time, or a wider --precision",
            Self::NoFaultHits { .. } => {
                "add faults that reach the services of the journeys in these regions"
            }
            Self::NoOutage { .. } => {
                "more --trials lower the bound; check that the faults reach the journeys' services"
            }
            Self::FewOutages { .. } => "more --trials, or a longer horizon, narrow the interval",
            Self::FewSeen { .. } => "more --trials, or a longer horizon, show more of them",
            Self::UnevenWeights { .. } => {
                "ask for a smaller --precision, or compare with --estimator plain and many trials"
            }
            Self::RoutesDisagree { .. } => {
                "one of them is wrong, which is a defect of failscape: please report it with the model; --estimator plain gives trials alone"
            }
            Self::UnseenCutSets { .. } => {
                "take the figure as too low; `failscape why` lists the cut sets with their shares"
            }
            Self::RareFault { .. } => {
                "more --trials make it fire more often; ask how well its mtbf and mttr are known"
            }
            Self::UnseenFaults { .. } => "more --trials, or a shorter mtbf to see what it would do",
            Self::HeavyTail { .. } => {
                "more --trials; look at p95 and p99 beside the mean, and at the longest repair times"
            }
            Self::ShortHorizon { .. } => "set a longer `horizon:`, or a shorter window",
            Self::SharedFate { .. } => {
                "more regions do not help here: split what is shared (staged rollout, separate control planes, a second provider)"
            }
            Self::RecoveryWaits { .. } => {
                "let no step of the recovery need what fails with the primary, and have people at hand who can do it"
            }
            Self::StandbyRotted { .. } => {
                "drill the standby more often: `failscape drills` says how often is best"
            }
            Self::UnusedSections { .. } => {
                "remove them, or add to the model what they are about: `failscape check` says which"
            }
            Self::NotDistinguishable { .. } => {
                "more --trials, or --precision-of-differences, tell them apart; until then choose by cost"
            }
            Self::Undecided { .. } => {
                "more --trials narrow the interval; until then leave a margin"
            }
            Self::NotPriced { .. } => {
                "add the prices to the model, or read the totals as lower bounds"
            }
            Self::NoObjectives => "add `objectives:` with an slo target and an rto",
        }
    }

    /// As written in results.json.
    #[must_use]
    pub fn to_warning(&self) -> Warning {
        Warning {
            code: self.code().to_owned(),
            message: self.message(),
            hint: self.hint().to_owned(),
        }
    }
}

fn times(n: u64) -> String {
    match n {
        0 => "never".to_owned(),
        1 => "once".to_owned(),
        n => format!("{} times", format::count(n)),
    }
}

/// `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`.
fn listed(names: &[String]) -> String {
    listed_with(names, ", ", " and ")
}

fn listed_with(names: &[String], comma: &str, last: &str) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        _ if names.len() > NAMES_SHOWN + 1 => {
            format!(
                "{} and {} more",
                names[..NAMES_SHOWN].join(comma),
                names.len() - NAMES_SHOWN
            )
        }
        [first @ .., end] => format!("{}{last}{end}", first.join(comma)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (1..=6).map(|n| format!("t{n}")).collect();
        assert_eq!(listed(&names[..1]), "t1");
        assert_eq!(listed(&names[..2]), "t1 and t2");
        assert_eq!(listed(&names[..4]), "t1, t2, t3 and t4");
        assert_eq!(listed(&names), "t1, t2, t3 and 3 more");
    }
}
