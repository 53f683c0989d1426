//! What the reader should know before trusting the figures.

use crate::model::{Model, Scope};
use crate::montecarlo::RunSettings;
use crate::results::{Results, TopologyResult, Warning, format};

use super::objectives::verdicts;

/// Failures of a fault below which an answer that rests on it is shaky.
const FEW_FAILURES: u64 = 10;

/// Share of the downtime from which an answer rests on a fault.
const RESTS_ON: f64 = 0.05;

/// Outages below which an interval is wide whatever its method.
const FEW_OUTAGES: u64 = 30;

/// Share of all downtime in one trial from which the tail is heavy.
const HEAVY_TAIL: f64 = 0.1;

/// Trials from which one trial's share of the downtime says something about the tail.
const TRIALS_FOR_TAIL: u64 = 30;

/// Share of the downtime from which what no region escapes dominates.
const DOMINATES: f64 = 0.5;

/// Names listed before the rest is only counted.
const NAMES_SHOWN: usize = 3;

/// One thing that the reader should know.
#[derive(Debug, Clone, PartialEq)]
pub enum Finding {
    /// The run was cut short.
    Partial {
        /// Fewest trials of a topology.
        trials: u64,
        /// Whether the number of trials was asked for.
        fixed: bool,
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

/// All that the reader should know, the most important first.
#[must_use]
pub fn findings(
    results: &Results,
    model: &Model,
    settings: &RunSettings,
    unhittable: &[String],
) -> Vec<Finding> {
    let hittable: Vec<&TopologyResult> = results
        .topologies
        .iter()
        .filter(|topology| !unhittable.contains(&topology.name))
        .collect();
    let mut found = Vec::new();
    found.extend(partial(results, settings));
    found.extend(no_fault_hits(unhittable));
    found.extend(no_outage(&hittable));
    found.extend(few_outages(&hittable));
    found.extend(rare_faults(&hittable));
    found.extend(unseen_faults(&hittable, model));
    found.extend(heavy_tail(&hittable));
    found.extend(shared_fate(&hittable, model));
    found.extend(undecided(results));
    found.extend(not_distinguishable(results));
    found.extend(short_horizon(results));
    found.extend(not_priced(results));
    found.extend(no_objectives(results));
    found
}

fn partial(results: &Results, settings: &RunSettings) -> Option<Finding> {
    let trials = results
        .topologies
        .iter()
        .map(|topology| topology.trials)
        .min()
        .unwrap_or(0);
    results.partial.then_some(Finding::Partial {
        trials,
        fixed: settings.trials.is_some(),
    })
}

fn no_fault_hits(unhittable: &[String]) -> Option<Finding> {
    (!unhittable.is_empty()).then(|| Finding::NoFaultHits {
        topologies: unhittable.to_vec(),
    })
}

fn no_outage(topologies: &[&TopologyResult]) -> Option<Finding> {
    let names = names_where(topologies, |topology| topology.unavailability.mean == 0.0);
    (!names.is_empty()).then_some(Finding::NoOutage { topologies: names })
}

fn few_outages(topologies: &[&TopologyResult]) -> Option<Finding> {
    let few: Vec<(String, u64)> = topologies
        .iter()
        .filter(|topology| {
            topology.unavailability.mean > 0.0 && topology.recovery_time_seconds.n < FEW_OUTAGES
        })
        .map(|topology| (topology.name.clone(), topology.recovery_time_seconds.n))
        .collect();
    (!few.is_empty()).then_some(Finding::FewOutages { topologies: few })
}

fn rare_faults(topologies: &[&TopologyResult]) -> Vec<Finding> {
    let mut found: Vec<Finding> = Vec::new();
    for topology in topologies {
        for cause in topology
            .attribution
            .iter()
            .filter(|cause| cause.share >= RESTS_ON)
        {
            let Some(count) = topology
                .faults
                .iter()
                .find(|fault| fault.name == cause.cause)
            else {
                continue;
            };
            if count.fired >= FEW_FAILURES {
                continue;
            }
            let known = found.iter_mut().find_map(|finding| match finding {
                Finding::RareFault {
                    fault,
                    fired,
                    share,
                    topologies,
                } if *fault == count.name => Some((fired, share, topologies)),
                _ => None,
            });
            if let Some((fired, share, topologies)) = known {
                *fired = (*fired).max(count.fired);
                *share = share.max(cause.share);
                topologies.push(topology.name.clone());
            } else {
                found.push(Finding::RareFault {
                    fault: count.name.clone(),
                    fired: count.fired,
                    share: cause.share,
                    topologies: vec![topology.name.clone()],
                });
            }
        }
    }
    found
}

/// Whether a fault fired in any topology; `None` if none counts it.
fn fired_somewhere(topologies: &[&TopologyResult], name: &str) -> Option<bool> {
    let counts = topologies
        .iter()
        .flat_map(|topology| &topology.faults)
        .filter(|fault| fault.name == name);
    counts.map(|fault| fault.fired > 0).reduce(|a, b| a || b)
}

/// Faults that fired in no topology, though their author expects them to happen.
fn unseen_faults(topologies: &[&TopologyResult], model: &Model) -> Option<Finding> {
    let faults: Vec<String> = model
        .faults
        .iter()
        .filter(|(name, fault)| {
            !matches!(fault.renewal.mtbf, crate::model::Distribution::Never)
                && fired_somewhere(topologies, name) == Some(false)
        })
        .map(|(name, _)| name.clone())
        .collect();
    (!faults.is_empty()).then_some(Finding::UnseenFaults { faults })
}

fn heavy_tail(topologies: &[&TopologyResult]) -> Option<Finding> {
    let share = |topology: &TopologyResult| {
        let downtime = &topology.downtime_minutes_per_year;
        let all = downtime.mean * topology.trials as f64;
        if topology.trials >= TRIALS_FOR_TAIL && all > 0.0 {
            downtime.max / all
        } else {
            0.0
        }
    };
    let heavy: Vec<_> = topologies
        .iter()
        .filter(|topology| share(topology) > HEAVY_TAIL)
        .collect();
    let worst = heavy.iter().max_by(|a, b| share(a).total_cmp(&share(b)))?;
    Some(Finding::HeavyTail {
        topology: worst.name.clone(),
        share: share(worst),
        topologies: heavy.len(),
    })
}

/// Faults that reach every region at once, whatever the topology.
fn reaches_all_regions(model: &Model, cause: &str) -> bool {
    match model.faults.get(cause) {
        Some(fault) => matches!(fault.hits, Scope::Everywhere | Scope::Service),
        None => model.services.contains_key(cause),
    }
}

fn shared_fate(topologies: &[&TopologyResult], model: &Model) -> Option<Finding> {
    let mut names = Vec::new();
    let mut faults: Vec<String> = Vec::new();
    let mut least: f64 = 1.0;
    for topology in topologies
        .iter()
        .filter(|topology| topology.regions.len() > 1)
    {
        let shared: Vec<_> = topology
            .attribution
            .iter()
            .filter(|part| reaches_all_regions(model, &part.cause) && part.share > 0.0)
            .collect();
        let share: f64 = shared.iter().map(|part| part.share).sum();
        if share <= DOMINATES {
            continue;
        }
        names.push(topology.name.clone());
        least = least.min(share);
        for part in shared.iter().filter(|part| part.share >= RESTS_ON) {
            if !faults.contains(&part.cause) {
                faults.push(part.cause.clone());
            }
        }
    }
    (!names.is_empty()).then_some(Finding::SharedFate {
        topologies: names,
        faults,
        share: least,
    })
}

fn undecided(results: &Results) -> Option<Finding> {
    let recommended = results.recommended.as_ref()?;
    let topology = results
        .topologies
        .iter()
        .find(|topology| topology.name == recommended.name)?;
    let objectives: Vec<String> = verdicts(topology, &results.objectives)
        .iter()
        .filter(|verdict| !verdict.decided)
        .map(|verdict| verdict.in_words(topology))
        .collect();
    (!objectives.is_empty()).then(|| Finding::Undecided {
        topology: topology.name.clone(),
        objectives,
    })
}

fn not_distinguishable(results: &Results) -> Option<Finding> {
    let pairs: Vec<(String, String)> = results
        .differences
        .iter()
        .filter(|difference| {
            let q = &difference.unavailability;
            difference.equal < 1.0 && q.low <= 0.0 && q.high >= 0.0
        })
        .map(|difference| (difference.of.clone(), difference.from.clone()))
        .collect();
    (!pairs.is_empty()).then_some(Finding::NotDistinguishable { pairs })
}

fn short_horizon(results: &Results) -> Option<Finding> {
    let wanted = &results.objectives;
    let objectives: Vec<String> = [
        ("slo", wanted.slo_window_hours),
        ("sla", wanted.sla_window_hours),
    ]
    .into_iter()
    .filter(|(_, window)| window.is_some_and(|hours| hours > results.horizon_hours * (1.0 + 1e-9)))
    .map(|(key, _)| format!("objectives.{key}.window"))
    .collect();
    (!objectives.is_empty()).then_some(Finding::ShortHorizon { objectives })
}

fn not_priced(results: &Results) -> Option<Finding> {
    let mut missing: Vec<String> = Vec::new();
    for entry in results
        .topologies
        .iter()
        .flat_map(|topology| &topology.cost_per_month.not_priced)
    {
        if !missing.contains(&entry.missing) {
            missing.push(entry.missing.clone());
        }
    }
    let any_priced = results
        .topologies
        .iter()
        .any(|topology| topology.cost_per_month.total.is_some());
    (!missing.is_empty()).then_some(Finding::NotPriced {
        missing,
        any_priced,
    })
}

fn no_objectives(results: &Results) -> Option<Finding> {
    let wanted = &results.objectives;
    (wanted.slo_target.is_none() && wanted.rto_seconds.is_none()).then_some(Finding::NoObjectives)
}

fn names_where(
    topologies: &[&TopologyResult],
    holds: impl Fn(&TopologyResult) -> bool,
) -> Vec<String> {
    topologies
        .iter()
        .filter(|topology| holds(topology))
        .map(|topology| topology.name.clone())
        .collect()
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
            Self::RareFault { .. } => "rare-fault",
            Self::UnseenFaults { .. } => "unseen-fault",
            Self::HeavyTail { .. } => "heavy-tail",
            Self::ShortHorizon { .. } => "short-horizon",
            Self::SharedFate { .. } => "shared-fate",
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
            Self::Partial { trials, .. } => {
                format!(
                    "the run was cut short after {} trials: intervals are wider than asked for",
                    format::count(*trials)
                )
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
            Self::RareFault {
                fault,
                fired,
                share,
                topologies,
            } => format!(
                "{} of the downtime of {} rests on {fault}, which fired {}",
                format::probability(*share),
                listed(topologies),
                times(*fired)
            ),
            Self::UnseenFaults { faults } => {
                format!(
                    "{} never fired: the figures say nothing about what it would do",
                    listed(faults)
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
                "at least {} of the downtime of {} comes from what hits all regions at once ({})",
                format::probability(*share),
                listed(topologies),
                listed(faults)
            ),
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
                    "the model does not give {}: what it would price is left out of the totals",
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
                "the model sets no objectives: the recommendation looks at cost alone".to_owned()
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Partial { fixed: true, .. } => "give more --max-time, or fewer --trials",
            Self::Partial { fixed: false, .. } => "give more --max-time, or a wider --precision",
            Self::NoFaultHits { .. } => {
                "add faults that reach the services of the journeys in these regions"
            }
            Self::NoOutage { .. } => {
                "more --trials lower the bound; check that the faults reach the journeys' services"
            }
            Self::FewOutages { .. } => "more --trials, or a longer horizon, narrow the interval",
            Self::RareFault { .. } => {
                "more --trials make it fire more often; ask how well its mtbf and mttr are known"
            }
            Self::UnseenFaults { .. } => {
                "more --trials, or replay it with a shorter mtbf to see what it would do"
            }
            Self::HeavyTail { .. } => {
                "more --trials; look at p95 and p99 beside the mean, and at the longest repair times"
            }
            Self::ShortHorizon { .. } => "set a longer `horizon:`, or a shorter window",
            Self::SharedFate { .. } => {
                "more regions do not help here: split what is shared (staged rollout, separate control planes)"
            }
            Self::NotDistinguishable { .. } => {
                "more --trials tell them apart; until then choose by cost"
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
