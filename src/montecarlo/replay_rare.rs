//! Busy periods with likely failures played for a plan and its parts: what [`super::replay()`] does where trials see no loss.

use std::time::Instant;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::rare::{
    BATCH, FIRST_ROUND, MIN_WITH_LOSS, MOST_SAMPLES, PRECISION, UNEVEN, dominant_cut_sets,
    never_seen, refuse_dates, trusted,
};
use super::replay::{precision, progress};
use super::threads::pool;
use super::{Down, Observer, Part, Replay, RunSettings};
use crate::engine::{Calm, Variants, Without};
use crate::estimate::{ElementTally, RareTally};
use crate::plan::{Plan, UnitId};
use crate::results::RareSampling;

/// Most batches of a round, so that the time that it may take is looked at now and then.
const MAX_ROUND: u64 = 64;

/// Plays samples of busy periods of a plan, and of its variants beside each, until the unavailability of the plan itself is as precise as
/// wanted, or the observer stops it. Equal for any number of threads.
///
/// # Errors
///
/// In words, why that cannot be done, or did not come to an answer to be trusted.
///
/// # Panics
///
/// If the worker threads cannot be started.
pub fn replay_rare(
    plan: &Plan,
    parts: &[Part],
    settings: &RunSettings,
    observer: &mut dyn Observer,
) -> Result<Replay, String> {
    // What cannot matter to a journey would never let it rest.
    let bystanders = plan.bystanders();
    let quiet = |plan: &Plan| plan.without(&bystanders);
    let plan = &quiet(plan);
    let parts: &[Part] = &parts
        .iter()
        .map(|part| part.with_plans(&quiet))
        .collect::<Vec<_>>();
    let watched = dominant_cut_sets(plan);
    let sets: Vec<Vec<UnitId>> = watched.iter().map(|set| set.units.clone()).collect();
    refuse_dates(plan, &watched)?;
    let calm = Calm::usual(plan, settings.seed);
    if calm.does_harm(plan) {
        return Err(
            "what often fails does harm by piling up, which only splitting would meet".to_owned(),
        );
    }
    let sampler = || Without::new(plan, settings.seed, &sets, &variants(parts), &calm);
    sampler()?;
    let limit = settings.trials.unwrap_or(MOST_SAMPLES).min(MOST_SAMPLES);
    // Without trials to play, a precision is what ends it.
    let target = settings
        .precision
        .or(settings.trials.is_none().then_some(PRECISION));
    let pool = pool(settings.threads);
    let mut whole = Batch::new(parts.len());
    let (mut next, mut round) = (0, FIRST_ROUND);
    let (mut reached, mut was_known) = (false, false);
    let started = Instant::now();
    while next < limit && !reached {
        let starts = (0..round).map(|index| next + index * BATCH);
        let batches: Vec<u64> = starts.filter(|start| *start < limit).collect();
        let finished: Vec<Option<Batch>> = pool.install(|| {
            let batches = batches.into_par_iter().map_init(sampler, |sampler, start| {
                let samples = start..(start + BATCH).min(limit);
                let sampler = sampler.as_mut().ok()?;
                Some(Batch::play(sampler, parts, samples))
            });
            batches.collect()
        });
        for batch in finished.iter().flatten() {
            whole.merge(batch);
        }
        next = (next + round * BATCH).min(limit);
        round = (2 * round).min(MAX_ROUND);
        let base = whole.base.unavailability();
        let precision = precision(&base, settings.confidence);
        let is_known = target.is_some_and(|target| {
            whole.base.with_loss() >= MIN_WITH_LOSS
                && precision.is_some_and(|reached| reached <= target)
        });
        // As `rare` has it: as many samples again where few of them carry the answer.
        reached = is_known && (was_known || !whole.base.is_uneven(UNEVEN));
        was_known |= is_known;
        observer.progress(&progress(settings, &base, precision));
        let out_of_time = settings
            .max_time
            .is_some_and(|limit| started.elapsed() >= limit);
        if out_of_time || observer.should_stop() {
            break;
        }
    }
    let means = (whole.base.means(settings.confidence))
        .ok_or_else(|| format!("no loss in {next} samples of busy periods"))?;
    trusted(&whole.base, &means)?;
    Ok(Replay {
        base: whole.base.unavailability(),
        elements: whole.elements,
        partial: next < limit && !reached,
        rare: Some(RareSampling {
            samples: whole.base.samples(),
            effective_samples: means.effective_samples,
            largest_share: means.largest_share,
            never_seen: never_seen(&watched, &whole.base.seen),
        }),
    })
}

fn variants<'a>(parts: &'a [Part]) -> Vec<Variants<'a>> {
    let variant = |part: &'a Part| Variants {
        perfect: part.perfect.as_ref(),
        clocks: part.clocks.as_deref(),
        run_from_the_start: part.run_from_the_start,
        down: match &part.down {
            Down::Played(plan) => Some(&**plan),
            Down::Undefined | Down::All | Down::Same => None,
        },
    };
    parts.iter().map(variant).collect()
}

/// Consecutive samples.
struct Batch {
    base: RareTally,
    elements: Vec<ElementTally>,
}

impl Batch {
    fn new(parts: usize) -> Self {
        Self {
            base: RareTally::default(),
            elements: vec![ElementTally::default(); parts],
        }
    }

    fn play(sampler: &mut Without<'_>, parts: &[Part], samples: std::ops::Range<u64>) -> Self {
        let mut batch = Self::new(parts.len());
        for index in samples {
            let sample = sampler.sample(index);
            let base = sample.base.loss.unavailability;
            // What is lost is not priced here.
            batch.base.add(&sample.base, 0.0);
            let each = parts.iter().zip(&sample.parts).zip(&mut batch.elements);
            for ((part, (perfect, down)), tally) in each {
                let down = match part.down {
                    Down::All => Some(1.0),
                    Down::Same => Some(base),
                    Down::Undefined | Down::Played(_) => *down,
                };
                tally.add(base, *perfect, down);
            }
        }
        batch
    }

    fn merge(&mut self, later: &Self) {
        self.base.merge(&later.base);
        for (mine, theirs) in self.elements.iter_mut().zip(&later.elements) {
            mine.merge(theirs);
        }
    }
}
