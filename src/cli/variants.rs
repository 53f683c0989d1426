//! Several models of a topology, played side by side: what studies are made of.
//!
//! All that is played ends when its time is up or the user interrupts it, also what comes before the trials. Variants that
//! differ in nothing that happens (a price, a number of another topology) are one plan, which is played once.

use std::time::{Duration, Instant};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::observer::{RunObserver, progress_bar};
use super::simulate::{Estimates, worst};
use super::streams::Streams;
use crate::cost::{FailurePrice, price};
use crate::model::{Model, TopologySpec};
use crate::montecarlo::{Campaign, RunSettings, State, Tactics};
use crate::plan::{Plan, compile};
use crate::results::{Difference, Estimate, TopologyResult};
use crate::topology::{Deployment, expand};

/// Part of the time in which figures are worked out and pilots played; what is not done by then is left to trials.
const BEFORE_TRIALS: f64 = 0.7;

/// One of several models of a topology that are played in the same trials.
#[derive(Debug)]
pub(super) struct Variant<'a> {
    pub(super) label: String,
    pub(super) model: Model,
    pub(super) name: &'a str,
    pub(super) spec: &'a TopologySpec,
}

/// What variants came to, under their labels.
#[derive(Debug)]
pub(super) struct PlayedVariants {
    pub(super) topologies: Vec<TopologyResult>,
    pub(super) differences: Vec<Difference>,
    pub(super) partial: bool,
    pub(super) interrupted: bool,
}

/// Plays variants side by side.
pub(super) fn play_variants(
    variants: &[Variant<'_>],
    settings: &RunSettings,
    streams: &Streams,
) -> Result<PlayedVariants, Failure> {
    let interrupt = Interrupt::listen()?;
    play_watched(variants, settings, streams, &interrupt, "")
}

/// The same for a study that plays several times, each under a title. Variants in which failures have other prices are played one
/// group after the other, in the same trials all the same; between groups there are no differences.
pub(super) fn play_watched(
    variants: &[Variant<'_>],
    settings: &RunSettings,
    streams: &Streams,
    interrupt: &Interrupt,
    title: &str,
) -> Result<PlayedVariants, Failure> {
    let mut groups: Vec<(FailurePrice, Vec<usize>)> = Vec::new();
    for (index, variant) in variants.iter().enumerate() {
        let price = FailurePrice::new(&variant.model);
        match groups.iter_mut().find(|(known, _)| *known == price) {
            Some((_, members)) => members.push(index),
            None => groups.push((price, vec![index])),
        }
    }
    let mut all = PlayedVariants {
        topologies: Vec::new(),
        differences: Vec::new(),
        partial: false,
        interrupted: false,
    };
    let mut placed: Vec<(usize, TopologyResult)> = Vec::new();
    let started = Instant::now();
    for (_, members) in &groups {
        let still = variants.len() - placed.len();
        let share = settings.max_time.map(|time| {
            let left = time.saturating_sub(started.elapsed());
            left.mul_f64(members.len() as f64 / still as f64)
        });
        let settings = RunSettings {
            max_time: share,
            ..settings.clone()
        };
        let group: Vec<&Variant<'_>> = members.iter().map(|index| &variants[*index]).collect();
        let played = play_group(&group, &settings, streams, interrupt, title)?;
        placed.extend(members.iter().copied().zip(played.topologies));
        all.differences.extend(played.differences);
        all.partial |= played.partial;
        all.interrupted |= played.interrupted;
    }
    placed.sort_by_key(|(index, _)| *index);
    all.topologies = placed.into_iter().map(|(_, result)| result).collect();
    Ok(all)
}

/// Variants that share their plans.
struct Shared {
    /// Each plan once, in the order in which they come first.
    plans: Vec<Plan>,
    /// For each variant, which of them is its.
    of: Vec<usize>,
}

impl Shared {
    fn new(variants: &[&Variant<'_>], deployments: &[Deployment]) -> Self {
        let mut shared = Self {
            plans: Vec::new(),
            of: Vec::new(),
        };
        for (variant, deployment) in variants.iter().zip(deployments) {
            let plan = compile(&variant.model, deployment);
            let known = shared.plans.iter().position(|known| *known == plan);
            shared.of.push(known.unwrap_or(shared.plans.len()));
            if known.is_none() {
                shared.plans.push(plan);
            }
        }
        for (number, plan) in shared.plans.iter_mut().enumerate() {
            plan.names.topology = number.to_string();
        }
        shared
    }

    /// The differences of all variants, from those of the plans.
    fn differences(&self, results: &[TopologyResult], of_plans: &[Difference]) -> Vec<Difference> {
        let mut all = Vec::new();
        for (of, one) in results.iter().enumerate() {
            for (from, other) in results[..of].iter().enumerate() {
                let (plan, against) = (self.of[of], self.of[from]);
                let pair = (plan.max(against), plan.min(against));
                let named = |difference: Difference| Difference {
                    of: one.name.clone(),
                    from: other.name.clone(),
                    ..difference
                };
                // Pairs come in order: (later, earlier).
                let place = pair.0 * pair.0.saturating_sub(1) / 2 + pair.1;
                match (plan == against, of_plans.get(place)) {
                    (true, _) => all.push(named(none(&one.unavailability))),
                    (false, Some(known)) if plan > against => all.push(named(known.clone())),
                    (false, Some(known)) => all.push(named(reversed(known))),
                    (false, None) => {}
                }
            }
        }
        all
    }
}

/// The difference of a plan from itself.
fn none(like: &Estimate) -> Difference {
    Difference {
        of: String::new(),
        from: String::new(),
        unavailability: Estimate {
            mean: 0.0,
            low: 0.0,
            high: 0.0,
            interval: "same-plan".to_owned(),
            simulated: None,
            ..like.clone()
        },
        less: 0.0,
        equal: 1.0,
        more: 0.0,
        better: 0.5,
    }
}

/// A difference the other way round.
fn reversed(difference: &Difference) -> Difference {
    fn negative(estimate: &Estimate) -> Estimate {
        Estimate {
            mean: -estimate.mean,
            low: -estimate.high,
            high: -estimate.low,
            simulated: (estimate.simulated.as_deref()).map(|own| Box::new(negative(own))),
            ..estimate.clone()
        }
    }
    Difference {
        unavailability: negative(&difference.unavailability),
        less: difference.more,
        more: difference.less,
        better: 1.0 - difference.better,
        ..difference.clone()
    }
}

/// Plays variants in which failures have the same prices.
fn play_group(
    variants: &[&Variant<'_>],
    settings: &RunSettings,
    streams: &Streams,
    interrupt: &Interrupt,
    title: &str,
) -> Result<PlayedVariants, Failure> {
    let started = Instant::now();
    let bar = progress_bar(streams, settings, 0).titled(title);
    let deployments: Vec<Deployment> = variants
        .iter()
        .map(|variant| expand(&variant.model, variant.name, variant.spec))
        .collect();
    let shared = Shared::new(variants, &deployments);
    let model = &variants[0].model;
    let failure_price = FailurePrice::new(model);
    let is_late = || {
        let limit = settings.max_time.map(|time| time.mul_f64(BEFORE_TRIALS));
        interrupt.came() || limit.is_some_and(|limit| started.elapsed() >= limit)
    };
    let tactics = Tactics::choose_unless(&shared.plans, &failure_price, settings, &is_late);
    let left = |time: Duration| time.saturating_sub(started.elapsed());
    let settings = &RunSettings {
        max_time: settings.max_time.map(left),
        ..settings.clone()
    };
    let campaign = Campaign {
        plans: &shared.plans,
        price: &failure_price,
        tactics: &tactics,
        settings,
    };
    let mut state = State::new(&shared.plans);
    let mut observer = RunObserver::new(interrupt.clone(), None, None, bar);
    campaign.play(&mut state, &mut observer);
    observer.finish()?;
    let run = state.to_run(campaign);
    let estimates = Estimates {
        plans: &shared.plans,
        price: &failure_price,
        tactics: &tactics,
        worst: worst(&failure_price, model),
        level: settings.confidence,
    };
    let mut of_plans: Vec<Option<TopologyResult>> = vec![None; shared.plans.len()];
    let mut topologies = Vec::new();
    for ((variant, deployment), &plan) in variants.iter().zip(&deployments).zip(&shared.of) {
        let bill = price(&variant.model, deployment);
        let result = estimates.topology(&run, plan, bill);
        of_plans[plan].get_or_insert_with(|| result.clone());
        topologies.push(TopologyResult {
            name: variant.label.clone(),
            ..result
        });
    }
    let of_plans: Vec<TopologyResult> = of_plans.into_iter().flatten().collect();
    let differences = estimates.differences(&run, &of_plans);
    Ok(PlayedVariants {
        differences: shared.differences(&topologies, &differences),
        topologies,
        partial: run.partial,
        interrupted: interrupt.came(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::results::Route;

    #[test]
    fn a_difference_turned_round_twice_is_itself() {
        let like = Estimate {
            mean: 2.0,
            low: 1.0,
            high: 4.0,
            level: 0.95,
            n: 10,
            interval: "t".to_owned(),
            route: Route::Simulated,
            simulated: None,
        };
        let difference = Difference {
            of: "a".to_owned(),
            from: "b".to_owned(),
            less: 0.25,
            equal: 0.25,
            more: 0.5,
            better: 0.125,
            unavailability: like,
        };
        let turned = reversed(&difference);
        let ends = &turned.unavailability;
        assert_eq!((ends.mean, ends.low, ends.high), (-2.0, -4.0, -1.0));
        assert_eq!(
            (turned.less, turned.more, turned.better),
            (0.5, 0.25, 0.875)
        );
        assert_eq!(reversed(&turned), difference);
    }
}
