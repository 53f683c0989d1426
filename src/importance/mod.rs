//! Why a topology is down: minimal cut sets, importance of its parts, and the minutes that each costs.
//!
//! Takes a plan apart into its elements, asks for the unavailability without the failures of each and with each down all the
//! time, by a product form or a small Markov chain where there is one and else by replaying the same trials, and puts the
//! cut sets of its structure beside that. Definitions: docs/importance.md.

mod elements;
mod families;
mod figures;
mod radius;

use elements::{Candidate, candidates};
use families::cut_set_lists;
use figures::{Figures, worked_out};

use crate::estimate::{NoLossBound, Replayed};
use crate::exact::{Extent, cut_sets};
use crate::montecarlo::{Observer, Part, Replay, RunSettings, loses_rarely, replay, replay_rare};
use crate::plan::{Plan, ServingPlan, UnitKind};
use crate::results::{ElementImportance, RareSampling, Why};
use crate::stats::none_seen_bound;

/// Cut sets of one event that are gone through at most.
const MOST_SETS: usize = 600_000;

/// How much to ask for.
#[derive(Debug, Clone, PartialEq)]
pub struct Question {
    /// Failures in a cut set at most.
    pub order: usize,
    /// Whether every part is asked for, however many there are.
    pub every_part: bool,
    /// Trials, where figures are simulated.
    pub settings: RunSettings,
}

/// Why a topology is down.
pub fn why(plan: &Plan, question: &Question, observer: &mut dyn Observer) -> Why {
    let mut notes = Vec::new();
    let extent = Extent {
        order: question.order,
        most: MOST_SETS,
    };
    let lists = cut_sets(plan, extent).unwrap_or_else(|reason| {
        notes.push(format!("no cut sets: {reason}"));
        Vec::new()
    });
    let (candidates, left_out) = candidates(plan, lists.first(), question.every_part);
    if left_out > 0 {
        notes.push(format!(
            "{left_out} services that seem to matter least, by the first order of the structure function, are left out: --all asks for every part"
        ));
    }
    let figures = match worked_out(plan, &candidates) {
        Ok(figures) => figures,
        Err(reason) => {
            notes.push(format!("simulated, as {reason}"));
            let (figures, said) = simulated(plan, candidates, &question.settings, observer);
            notes.extend(said);
            figures
        }
    };
    notes.extend(about_delays(plan));
    let mut elements = figures.elements;
    // The costliest first, then those that would cost most if they were down.
    let weight = |element: &ElementImportance| {
        let raw = element.risk_achievement_worth.as_ref();
        (
            element.minutes_saved_per_year.value.unwrap_or(0.0),
            raw.and_then(|raw| raw.value).unwrap_or(0.0),
        )
    };
    elements.sort_by(|a, b| {
        let (a, b) = (weight(a), weight(b));
        b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1))
    });
    Why {
        name: plan.names.topology.clone(),
        pattern: plan.names.pattern.clone(),
        cells: plan.names.n_cells() as u32,
        route: figures.route.to_owned(),
        trials: figures.trials,
        partial: figures.partial,
        level: question.settings.confidence,
        downtime_minutes_per_year: figures::scaled(&figures.unavailability, figures::YEAR_MINUTES),
        unavailability: figures.unavailability,
        elements,
        elements_left_out: left_out,
        rare: figures.rare,
        cut_sets: cut_set_lists(plan, &lists, question.order),
        notes,
    }
}

/// What cut sets do not hold.
fn about_delays(plan: &Plan) -> Option<String> {
    let takes_over = plan.pools.iter().any(|pool| pool.members.len() > 1);
    let what = match (&plan.serving, takes_over) {
        (ServingPlan::Single, false) => return None,
        (ServingPlan::Single, true) => "takeovers take",
        (_, false) => "failovers take",
        (_, true) => "takeovers and failovers take",
    };
    Some(format!(
        "cut sets hold failures only: the time that {what} is in the importance of parts, not in the share of cut sets"
    ))
}

fn simulated(
    plan: &Plan,
    candidates: Vec<Candidate>,
    settings: &RunSettings,
    observer: &mut dyn Observer,
) -> (Figures, Vec<String>) {
    let (named, parts): (Vec<_>, Vec<Part>) = candidates
        .into_iter()
        .map(|candidate| {
            let part = Part::new(plan, candidate.element, candidate.reaches, candidate.down);
            (
                (
                    candidate.kind,
                    candidate.name,
                    candidate.is_down_defined,
                    candidate.cells_hit,
                ),
                part,
            )
        })
        .unzip();
    let (replay, notes) = played(plan, &parts, settings, observer);
    let bound = NoLossBound {
        longest_mean_loss_seconds: plan.longest_mean_loss,
        horizon_seconds: plan.horizon,
        sla_window_seconds: None,
        total_loss: crate::estimate::FailureCost::default(),
    };
    let none_seen_in_trials = bound.unavailability(replay.base.n(), settings.confidence);
    let replayed = Replayed {
        base: replay.base,
        // What no sample with a weight has shown is as large as the largest at most.
        none_seen: match replay.rare {
            Some(_) => none_seen_bound(replay.base.n(), settings.confidence) * replay.base.max(),
            None => none_seen_in_trials,
        },
        none_seen_if_down: none_seen_in_trials,
        is_monotone: is_monotone(plan),
        level: settings.confidence,
    };
    let elements = named.into_iter().zip(&replay.elements);
    let elements = elements.map(
        |((kind, name, has_down, cells_hit), tally)| ElementImportance {
            kind: kind.to_owned(),
            name,
            cells_hit,
            minutes_saved_per_year: replayed.minutes_saved(tally),
            fussell_vesely: replayed.fussell_vesely(tally),
            risk_achievement_worth: has_down.then(|| replayed.risk_achievement(tally)),
            birnbaum: has_down.then(|| replayed.birnbaum(tally)),
            unavailability_if_perfect: replayed.perfect(tally),
            unavailability_if_down: has_down.then(|| replayed.down(tally)),
        },
    );
    let figures = Figures {
        route: "simulated",
        trials: replay.base.n(),
        partial: replay.partial,
        unavailability: replayed.unavailability(),
        elements: elements.collect(),
        rare: replay.rare,
    };
    (figures, notes)
}

/// Trials, or busy periods with likely failures where trials would hardly ever see a loss; and what must be known of that.
fn played(
    plan: &Plan,
    parts: &[Part],
    settings: &RunSettings,
    observer: &mut dyn Observer,
) -> (Replay, Vec<String>) {
    let mut notes = Vec::new();
    if loses_rarely(plan, settings) {
        match replay_rare(plan, parts, settings, observer) {
            Ok(found) => {
                notes.push(
                    "losses are rare: failures were made likely, and what comes of them weighed"
                        .to_owned(),
                );
                if let Some(rare) = &found.rare {
                    notes.extend(about_weights(rare));
                }
                return (found, notes);
            }
            Err(reason) => notes.push(format!(
                "losses are rare, and trials tell little of them; failures could not be made likely, as {reason}"
            )),
        }
    }
    (replay(plan, parts, settings, observer), notes)
}

/// Where few samples carry the figures, or something that should is missing among them.
fn about_weights(rare: &RareSampling) -> Vec<String> {
    let mut said = Vec::new();
    if rare.is_uneven() {
        said.push(format!(
            "the {} samples tell as much as {:.0} of equal weight, and the largest carries {:.1} % of the downtime: \
             intervals may be too short",
            rare.samples,
            rare.effective_samples,
            100.0 * rare.largest_share
        ));
    }
    if !rare.never_seen.is_empty() {
        said.push(format!(
            "never met in a loss, though they should matter: {}. The downtime is more than was found",
            rare.never_seen.join("; ")
        ));
    }
    said
}

/// Whether a trial with fewer failures can never lose more: one region serves, and every unit lives by itself.
fn is_monotone(plan: &Plan) -> bool {
    let simple = |kind: UnitKind| matches!(kind, UnitKind::Simple(_));
    matches!(plan.serving, ServingPlan::Single)
        && plan.pools.iter().all(|pool| pool.members.len() == 1)
        && plan.units.iter().all(|unit| simple(unit.kind))
}
