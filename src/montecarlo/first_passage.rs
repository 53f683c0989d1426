//! Mean time to the first outage by waiting for it: trials that end with it, until it is known well enough.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::RunSettings;
use super::rare::PRECISION;
use super::threads::pool;
use crate::engine::{FirstPassages, Passage};
use crate::estimate::PassageTally;
use crate::plan::Plan;
use crate::results::Estimate;

/// Trials of a pilot, which no figure contains.
const PILOT: u64 = 16;
/// Trials of the pilot are counted from here: no estimate gets this far.
const FIRST_OF_PILOT: u64 = 1 << 63;
/// Steps of the calendar after which it ends: some tenths of a second.
const MOST_STEPS: u64 = 4_000_000;
/// Steps of a trial up to which there is time for the trials that are wanted at least: a hundred.
pub(super) const MANY_STEPS: u64 = MOST_STEPS / 100;
/// The same for so many trials that they know it well: waiting is the shortest way then.
pub(super) const FEW_STEPS: u64 = MOST_STEPS / 4096;
/// Trials of a batch.
const BATCH: u64 = 16;
/// Length of a trial that no first outage outlasts \[s\]: a million million years.
const FOR_EVER: f64 = 1e12 * 365.0 * 86_400.0;
/// Batches of the first round; each round doubles what there is.
const FIRST_ROUND: u64 = 8;

/// Estimates the mean time from the start to the first outage of a plan \[h\], if it comes after so many steps of the calendar, on average.
///
/// # Errors
///
/// In words, how long it takes.
pub(super) fn waited_for(
    plan: &Plan,
    settings: &RunSettings,
    most_per_trial: u64,
) -> Result<Estimate, String> {
    let plan = &Plan {
        horizon: FOR_EVER,
        ..plan.clone()
    };
    let per_trial = pilot(plan, settings.seed, most_per_trial)?;
    if per_trial > most_per_trial {
        return Err(too_many(per_trial));
    }
    let play = |batch: u64| -> Result<(PassageTally, u64), String> {
        let mut passages = FirstPassages::new(plan, settings.seed);
        let (mut tally, mut all_steps) = (PassageTally::default(), 0);
        for index in batch * BATCH..(batch + 1) * BATCH {
            // Cut short it would be too short: so it may last as long as all together.
            let (seconds, steps) = outage(passages.sample(index, MOST_STEPS), MOST_STEPS)?;
            tally.add(seconds);
            all_steps += steps;
        }
        Ok((tally, all_steps))
    };
    let (mut tally, mut steps, mut next) = (PassageTally::default(), 0, 0);
    let pool = pool(settings.threads);
    loop {
        let round = next..next + next.max(FIRST_ROUND);
        next = round.end;
        let finished: Vec<_> = pool.install(|| round.into_par_iter().map(play).collect());
        for part in finished {
            let (part, part_steps) = part?;
            tally.merge(&part);
            steps += part_steps;
        }
        let hours = tally.hours(settings.confidence);
        let hours = hours.filter(|hours| hours.high.is_finite());
        // A round takes as long as all before it.
        match hours {
            Some(hours) if hours.is_within(PRECISION) || 2 * steps > MOST_STEPS => {
                return Ok(hours);
            }
            None if 2 * steps > MOST_STEPS => {
                return Err("its times to the first outage vary too much to have a mean".to_owned());
            }
            _ => {}
        }
    }
}

/// Mean steps of the calendar to the first outage.
fn pilot(plan: &Plan, seed: u64, most_per_trial: u64) -> Result<u64, String> {
    let mut passages = FirstPassages::new(plan, seed);
    let most = PILOT * most_per_trial;
    let mut all_steps = 0;
    for trial in 0..PILOT {
        let left = most - all_steps;
        let (_, steps) = outage(
            passages.sample(FIRST_OF_PILOT + trial, left),
            most / (trial + 1),
        )?;
        all_steps += steps;
    }
    Ok(all_steps / PILOT)
}

/// Time \[s\] and steps to the outage of a trial.
fn outage(passage: Passage, most_steps: u64) -> Result<(f64, u64), String> {
    match passage {
        Passage::Outage { seconds, steps } => Ok((seconds, steps)),
        Passage::TooLong => Err(too_many(most_steps)),
        Passage::Never => Err("there may never be one".to_owned()),
    }
}

fn too_many(steps: u64) -> String {
    format!("it takes {steps} events and more until its first outage")
}
