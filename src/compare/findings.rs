//! Looks through the figures for what the reader should know before trusting them.

use super::objectives::verdicts;
use super::warnings::Finding;
use crate::model::{Distribution, Doubt, Model, Scope, ServiceKind};
use crate::montecarlo::RunSettings;
use crate::plan::DowntimePhase;
use crate::results::format;
use crate::results::{Estimate, Results, TopologyResult};
use crate::stats::normal_quantile;

/// Failures of a fault below which an answer that rests on it is shaky.
const FEW_FAILURES: u64 = 10;

/// Share of the downtime from which an answer rests on a fault.
const RESTS_ON: f64 = 0.05;

/// Outages below which an interval is wide whatever its method.
const FEW_OUTAGES: u64 = 30;

/// Outages from which trials with a heavy tail tell what they rest on: with fewer, the largest may not have come.
const ENOUGH_OUTAGES: u64 = 100;

/// Standard errors between two ways to one figure from which chance does not explain it.
const TOO_FAR_APART: f64 = 5.0;

/// Share of all downtime in one trial from which the tail is heavy.
const HEAVY_TAIL: f64 = 0.1;

/// Trials from which one trial's share of the downtime says something about the tail.
const TRIALS_FOR_TAIL: u64 = 30;

/// Share of the downtime from which what no region escapes dominates.
const DOMINATES: f64 = 0.5;

/// All that the reader should know, the most important first.
#[must_use]
pub fn findings(
    results: &Results,
    model: &Model,
    settings: &RunSettings,
    unhittable: &[String],
    interrupted: bool,
) -> Vec<Finding> {
    let hittable: Vec<&TopologyResult> = results
        .topologies
        .iter()
        .filter(|topology| !unhittable.contains(&topology.name))
        .collect();
    let mut found = Vec::new();
    found.extend(partial(results, settings, interrupted));
    found.extend(no_fault_hits(unhittable));
    found.extend(no_outage(&hittable));
    // Of a topology that was worked out, or whose failures were made likely, the means rest on no trials.
    let rests_elsewhere =
        |topology: &&TopologyResult| topology.solved_by.is_some() || topology.rare.is_some();
    let (solved, sampled): (Vec<&TopologyResult>, Vec<&TopologyResult>) =
        hittable.iter().copied().partition(rests_elsewhere);
    found.extend(uneven_weights(&solved));
    found.extend(routes_disagree(&solved));
    found.extend(unseen_cut_sets(&hittable));
    found.extend(few_outages(&sampled));
    found.extend(few_seen(&solved));
    found.extend(rare_faults(&sampled));
    found.extend(unseen_faults(&sampled, model));
    found.extend(heavy_tail(&sampled));
    found.extend(shared_fate(&hittable, model));
    found.extend(recovery_waits(&hittable));
    found.extend(standby_rotted(&hittable));
    found.extend(unused_sections(model));
    found.extend(undecided(results));
    found.extend(not_distinguishable(results));
    found.extend(short_horizon(results));
    found.extend(not_priced(results));
    found.extend(no_objectives(results));
    found
}

fn partial(results: &Results, settings: &RunSettings, interrupted: bool) -> Option<Finding> {
    let trials = results
        .topologies
        .iter()
        .map(|topology| topology.trials)
        .max()
        .unwrap_or(0);
    results.partial.then_some(Finding::Partial {
        trials,
        fixed: settings.trials.is_some(),
        interrupted,
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
    let few = with_few_outages(topologies);
    (!few.is_empty()).then_some(Finding::FewOutages { topologies: few })
}

fn few_seen(topologies: &[&TopologyResult]) -> Option<Finding> {
    let few = with_few_outages(topologies);
    (!few.is_empty()).then_some(Finding::FewSeen { topologies: few })
}

fn uneven_weights(topologies: &[&TopologyResult]) -> Vec<Finding> {
    let uneven = topologies.iter().filter_map(|topology| {
        let rare = topology.rare.as_ref()?;
        rare.is_uneven().then(|| Finding::UnevenWeights {
            topology: topology.name.clone(),
            effective: rare.effective_samples,
            largest: rare.largest_share,
        })
    });
    uneven.collect()
}

/// What the trials contradict, though they met enough outages to tell.
fn routes_disagree(topologies: &[&TopologyResult]) -> Vec<Finding> {
    let met_enough =
        |topology: &&TopologyResult| topology.recovery_time_seconds.n >= ENOUGH_OUTAGES;
    let enough = topologies.iter().copied().filter(met_enough);
    let disagree = enough.flat_map(|topology| {
        let figures = [
            ("unavailability", &topology.unavailability),
            ("outages a year", &topology.outages_per_year),
        ];
        figures.into_iter().filter_map(|(figure, estimate)| {
            let simulated = estimate.simulated.as_ref()?;
            let apart = standard_errors_apart(estimate, simulated)?;
            (apart > TOO_FAR_APART).then(|| Finding::RoutesDisagree {
                topology: topology.name.clone(),
                figure,
                method: match &topology.solved_by {
                    Some(route) => format!("the {route}"),
                    None => "likely failures".to_owned(),
                },
                value: estimate.mean,
                simulated: simulated.mean,
                apart,
            })
        })
    });
    disagree.collect()
}

/// How far two estimates of one figure are apart, by the halves of their intervals that lie between them; `None` where one of these
/// has no length that could be measured.
fn standard_errors_apart(one: &Estimate, other: &Estimate) -> Option<f64> {
    let (lower, upper) = if one.mean < other.mean {
        (one, other)
    } else {
        (other, one)
    };
    // An error bound is certain: it shortens the way. Of an interval, a half is so many standard errors.
    let mut way = upper.mean - lower.mean;
    let mut variance = 0.0;
    for (half, level) in [
        (lower.high - lower.mean, lower.level),
        (upper.mean - upper.low, upper.level),
    ] {
        if level < 1.0 {
            variance += (half / normal_quantile(f64::midpoint(1.0, level))).powi(2);
        } else {
            way -= half;
        }
    }
    (variance > 0.0).then(|| way / variance.sqrt())
}

fn unseen_cut_sets(topologies: &[&TopologyResult]) -> Vec<Finding> {
    let unseen = topologies.iter().filter_map(|topology| {
        let sets = match &topology.rare {
            Some(rare) => &rare.never_seen,
            None => &topology.hardly_met,
        };
        (!sets.is_empty()).then(|| Finding::UnseenCutSets {
            topology: topology.name.clone(),
            sets: sets.clone(),
        })
    });
    unseen.collect()
}

/// Names and outages of the topologies that had some, but few.
fn with_few_outages(topologies: &[&TopologyResult]) -> Vec<(String, u64)> {
    let few = topologies.iter().filter(|topology| {
        topology.unavailability.mean > 0.0 && topology.recovery_time_seconds.n < FEW_OUTAGES
    });
    few.map(|topology| (topology.name.clone(), topology.recovery_time_seconds.n))
        .collect()
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

/// Faults and external services that fired in no topology, though their author expects them to happen.
fn unseen_faults(topologies: &[&TopologyResult], model: &Model) -> Option<Finding> {
    let lives = model
        .faults
        .iter()
        .map(|(name, fault)| (name, &fault.renewal));
    let externals = model
        .services
        .iter()
        .filter_map(|(name, service)| match &service.kind {
            ServiceKind::External { failure, .. } => Some((name, failure.as_ref()?)),
            _ => None,
        });
    let faults: Vec<String> = lives
        .chain(externals)
        .filter(|(name, renewal)| {
            !matches!(renewal.mtbf, Distribution::Never)
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

/// What recoveries stand still for, where that is a large part of the downtime.
fn recovery_waits(topologies: &[&TopologyResult]) -> Option<Finding> {
    let waits = topologies.iter().flat_map(|topology| {
        let waits =
            (topology.phases.iter()).filter(|phase| phase.on.is_some() && phase.share >= RESTS_ON);
        waits.map(|phase| (topology.name.clone(), format::phase(phase), phase.share))
    });
    let waits: Vec<_> = waits.collect();
    (!waits.is_empty()).then_some(Finding::RecoveryWaits { waits })
}

/// Standbys that had rotted, where mending them is a large part of the downtime.
fn standby_rotted(topologies: &[&TopologyResult]) -> Option<Finding> {
    let rotted = topologies.iter().filter_map(|topology| {
        let mut phases = topology.phases.iter();
        let mended = phases.find(|phase| phase.phase == DowntimePhase::Mending.name())?;
        (mended.share >= RESTS_ON).then(|| (topology.name.clone(), mended.share))
    });
    let topologies: Vec<_> = rotted.collect();
    (!topologies.is_empty()).then_some(Finding::StandbyRotted { topologies })
}

fn unused_sections(model: &Model) -> Option<Finding> {
    let unused = model.unused.iter();
    let sections: Vec<String> = unused
        .map(|Doubt { path, what, .. }| format!("`{path}` {what}"))
        .collect();
    (!sections.is_empty()).then_some(Finding::UnusedSections { sections })
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
    let none =
        wanted.slo_target.is_none() && wanted.rto_seconds.is_none() && wanted.rpo_seconds.is_none();
    // Without a recommendation there is nothing to say about what it looks at.
    (none && results.recommended.is_some()).then_some(Finding::NoObjectives)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::assemble::tests::{estimate, no_quantiles, topology};
    use crate::model::load_str;
    use crate::results::{
        Attribution, Difference, Estimate, FaultCount, NotPriced, ObjectivesEcho, Quantiles,
        Recommendation,
    };

    const MODEL: &str = "
model: m
regions: { r: { zones: 2 }, s: { zones: 2 } }
services: { web: { replicas: 2 } }
faults:
  host: { hits: replica, mtbf: 20d, mttr: 2h }
  global: { hits: everywhere, mtbf: 20y, mttr: 2h }
";

    fn settings() -> RunSettings {
        RunSettings {
            seed: 1,
            trials: Some(1000),
            precision: None,
            together: false,
            precision_of_differences: None,
            max_time: None,
            confidence: 0.95,
            threads: 1,
            estimator: crate::montecarlo::Estimator::Plain,
        }
    }

    fn results(topologies: Vec<TopologyResult>) -> Results {
        Results {
            schema: 1,
            model: "m".to_owned(),
            model_hash: String::new(),
            version: String::new(),
            commit: None,
            seed: 1,
            confidence: 0.95,
            horizon_hours: 8760.0,
            partial: false,
            currency: "USD".to_owned(),
            objectives: ObjectivesEcho {
                slo_target: Some(0.999),
                slo_window_hours: Some(720.0),
                ..ObjectivesEcho::default()
            },
            topologies,
            differences: Vec::new(),
            pareto: Vec::new(),
            recommended: None,
            warnings: Vec::new(),
            gate: None,
        }
    }

    fn codes(results: &Results, unhittable: &[&str]) -> Vec<&'static str> {
        let model = load_str("m", MODEL, None).unwrap();
        let unhittable: Vec<String> = unhittable.iter().map(|&name| name.to_owned()).collect();
        findings(results, &model, &settings(), &unhittable, false)
            .iter()
            .map(Finding::code)
            .collect()
    }

    fn charged(topology: &mut TopologyResult, cause: &str, share: f64, fired: u64) {
        topology.attribution.push(Attribution {
            cause: cause.to_owned(),
            share,
            unavailability: estimate(share),
        });
        topology.faults.push(FaultCount {
            name: cause.to_owned(),
            fired,
        });
    }

    #[test]
    fn a_sound_run_has_no_warnings() {
        let mut sound = topology("a", Some(1.0), 1e-3);
        charged(&mut sound, "host", 0.9, 1000);
        charged(&mut sound, "global", 0.1, 50);
        assert_eq!(codes(&results(vec![sound]), &[]), [""; 0]);
    }

    #[test]
    fn an_answer_that_rests_on_a_rare_fault_is_said_so() {
        let mut rare = topology("a", Some(1.0), 1e-3);
        charged(&mut rare, "host", 0.6, 1000);
        charged(&mut rare, "global", 0.4, 3);
        let results = results(vec![
            rare.clone(),
            TopologyResult {
                name: "b".to_owned(),
                ..rare
            },
        ]);
        assert_eq!(codes(&results, &[]), ["rare-fault"]);
        let model = load_str("m", MODEL, None).unwrap();
        let message = findings(&results, &model, &settings(), &[], false)[0].message();
        assert_eq!(
            message,
            "up to 40 % of the downtime of a and b rests on global, which fired 3 times"
        );
    }

    #[test]
    fn a_fault_that_never_fired_is_named() {
        let mut topology = topology("a", Some(1.0), 1e-3);
        charged(&mut topology, "host", 1.0, 1000);
        charged(&mut topology, "global", 0.0, 0);
        assert_eq!(codes(&results(vec![topology]), &[]), ["unseen-fault"]);
    }

    #[test]
    fn no_outage_is_not_the_same_as_no_fault() {
        let none = TopologyResult {
            recovery_time_seconds: no_quantiles(),
            ..topology("a", Some(1.0), 0.0)
        };
        assert_eq!(codes(&results(vec![none.clone()]), &[]), ["no-outage"]);
        assert_eq!(codes(&results(vec![none]), &["a"]), ["no-fault-hits"]);
    }

    #[test]
    fn what_the_trials_contradict_is_told() {
        // The trials say 1e-3 ± 1e-4 at 95 %: a standard error of 5.1e-5.
        let worked_out = |value: f64, error: f64, outages: u64| {
            let mut topology = topology("a", Some(1.0), 1e-3);
            topology.solved_by = Some("Markov chain".to_owned());
            topology.recovery_time_seconds.n = outages;
            let simulated = std::mem::replace(
                &mut topology.unavailability,
                Estimate {
                    low: value - error,
                    high: value + error,
                    level: 1.0,
                    route: crate::results::Route::Numerical,
                    ..estimate(value)
                },
            );
            topology.unavailability.simulated = Some(Box::new(simulated));
            results(vec![topology])
        };
        assert_eq!(codes(&worked_out(1.25e-3, 0.0, 3000), &[]), [""; 0]);
        assert_eq!(codes(&worked_out(0.7e-3, 5e-5, 3000), &[]), [""; 0]);
        assert_eq!(codes(&worked_out(0.7e-3, 0.0, 99), &[]), [""; 0]);
        let apart = worked_out(0.7e-3, 0.0, 100);
        assert_eq!(codes(&apart, &[]), ["routes-disagree"]);
        let model = load_str("m", MODEL, None).unwrap();
        let message = findings(&apart, &model, &settings(), &[], false)[0].message();
        assert_eq!(
            message,
            "two ways to the unavailability of a disagree: 7.000 × 10⁻⁴ by the Markov chain, 1.000 × 10⁻³ by its trials, 5.9 standard errors apart"
        );
    }

    #[test]
    fn few_outages_and_a_heavy_tail_are_told() {
        let mut few = topology("a", Some(1.0), 1e-3);
        few.recovery_time_seconds = Quantiles {
            n: 12,
            ..no_quantiles()
        };
        few.downtime_minutes_per_year.max = few.downtime_minutes_per_year.mean * 300.0;
        assert_eq!(
            codes(&results(vec![few]), &[]),
            ["few-outages", "heavy-tail"]
        );
    }

    #[test]
    fn what_hits_all_regions_at_once_is_shared_fate() {
        let mut standby = topology("a", Some(1.0), 1e-3);
        standby.regions.push("s".to_owned());
        charged(&mut standby, "global", 0.8, 100);
        charged(&mut standby, "host", 0.2, 100);
        assert_eq!(codes(&results(vec![standby.clone()]), &[]), ["shared-fate"]);
        standby.regions.pop();
        assert_eq!(codes(&results(vec![standby]), &[]), [""; 0]);
    }

    #[test]
    fn a_difference_of_either_sign_is_not_distinguishable() {
        let mut both = results(vec![
            topology("a", Some(1.0), 1e-3),
            topology("b", Some(2.0), 1.1e-3),
        ]);
        both.differences.push(Difference {
            of: "b".to_owned(),
            from: "a".to_owned(),
            unavailability: Estimate {
                low: -1e-4,
                high: 3e-4,
                ..estimate(1e-4)
            },
            less: 0.4,
            equal: 0.1,
            more: 0.5,
            better: 0.3,
        });
        assert_eq!(codes(&both, &[]), ["not-distinguishable"]);
        both.differences[0].equal = 1.0;
        assert_eq!(codes(&both, &[]), [""; 0]);
    }

    #[test]
    fn a_recommendation_on_the_edge_of_an_objective_is_undecided() {
        // 0.1 % of loss is allowed; the interval is 0.081 % to 0.099 % in one case and to 0.105 % in the other.
        for (q, expected) in [(0.9e-3, vec![]), (0.95e-3, vec!["objective-undecided"])] {
            let mut results = results(vec![topology("a", Some(1.0), q)]);
            results.recommended = Some(Recommendation {
                name: "a".to_owned(),
                why: String::new(),
                meets_objectives: true,
            });
            assert_eq!(codes(&results, &[]), expected);
        }
    }

    /// Nothing is priced, so nothing is recommended: that objectives are missing too need not be said.
    #[test]
    fn what_is_missing_is_told() {
        let mut unpriced = topology("a", None, 1e-3);
        unpriced.cost_per_month.not_priced = vec![NotPriced {
            line: "storage".to_owned(),
            missing: "costs.storage".to_owned(),
        }];
        let mut results = results(vec![unpriced]);
        results.partial = true;
        results.objectives = ObjectivesEcho {
            sla_window_hours: Some(9000.0),
            ..ObjectivesEcho::default()
        };
        assert_eq!(
            codes(&results, &[]),
            ["partial-run", "short-horizon", "not-priced"]
        );
    }
}
