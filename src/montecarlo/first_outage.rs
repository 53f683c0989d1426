//! Mean time to the first outage where no chain tells it: by trials that end at it ([`super::first_passage`]) where it comes soon, else by
//! cycles from rest to rest where a plan has them, else by such trials again, as long as there is time.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::first_passage::{FEW_STEPS, MANY_STEPS, waited_for};
use super::rare::{BATCH, FEW_EFFECTIVE, FIRST_ROUND, MIN_WITH_LOSS, PRECISION};
use super::threads::pool;
use super::{Estimator, RunSettings};
use crate::engine::Cycles;
use crate::estimate::CycleTally;
use crate::plan::Plan;
use crate::results::Estimate;

/// Samples after which it ends in any case.
const MOST_SAMPLES: u64 = 1 << 15;
/// Events times clocks after which it ends: some hundredths of a second.
const MOST_WORK: f64 = 4e6;
/// Share of the time at rest below which the answer is not used: the rest of a cycle is sampled with weights that are made for its
/// outages, and a few long cycles would carry it.
const LEAST_AT_REST: f64 = 0.5;
/// Plans with more clocks are left alone: each event looks at all.
const MOST_CLOCKS: usize = 2000;
/// Length of a trial that no cycle outlasts \[s\]: a million years.
const FOR_EVER: f64 = 1e6 * 365.0 * 86_400.0;

/// Estimates the mean time from the start, all new, to the first outage of a plan \[h\].
///
/// # Errors
///
/// In words, why that cannot be done, or did not come to an answer to be trusted.
///
/// # Panics
///
/// If the worker threads cannot be started.
pub fn first_outage(plan: &Plan, settings: &RunSettings) -> Result<Estimate, String> {
    if !plan.scripted.is_empty() {
        return Err("what fails is scripted".to_owned());
    }
    let plan = &for_ever(plan);
    if settings.estimator == Estimator::Plain {
        return waited_for(plan, settings, MANY_STEPS);
    }
    if let Ok(soon) = waited_for(plan, settings, FEW_STEPS) {
        return Ok(soon);
    }
    by_cycles(plan, settings).or_else(|no_cycles| {
        waited_for(plan, settings, MANY_STEPS)
            .map_err(|too_long| format!("{no_cycles}; and {too_long}, too many to wait for"))
    })
}

/// The same by cycles from rest to rest.
fn by_cycles(plan: &Plan, settings: &RunSettings) -> Result<Estimate, String> {
    // At the start of a trial and of a cycle alike.
    let plan = &Plan {
        warm_up: 0.0,
        ..plan.clone()
    };
    if plan.clocks.len() > MOST_CLOCKS {
        return Err(format!(
            "it has {} clocks, more than {MOST_CLOCKS}",
            plan.clocks.len()
        ));
    }
    Cycles::new(plan, settings.seed)?;
    let play = |batch: u64| -> Result<(CycleTally, u64), String> {
        let mut cycles = Cycles::new(plan, settings.seed)?;
        let (mut tally, mut events) = (CycleTally::default(), 0);
        for index in batch * BATCH..(batch + 1) * BATCH {
            let sample = cycles.sample(index)?;
            events += sample.events;
            tally.add(&sample);
        }
        Ok((tally, events))
    };
    // Whatever precision the run has: equal trials give equal figures.
    // A few samples tell that well enough, and spare all others.
    let at_rest = play(0)?.0.share_at_rest();
    if at_rest < LEAST_AT_REST {
        return Err(format!(
            "it is at rest for {:.0} % of the time only: a few long cycles carry the answer",
            100.0 * at_rest
        ));
    }
    let most_events = (MOST_WORK / plan.clocks.len() as f64) as u64;
    let (mut tally, mut events, mut next) = (CycleTally::default(), 0, 0);
    let pool = pool(settings.threads);
    while tally.samples() < MOST_SAMPLES && events < most_events {
        let round = next..next + next.max(FIRST_ROUND);
        next = round.end;
        let finished: Vec<_> = pool.install(|| round.into_par_iter().map(play).collect());
        for part in finished {
            let (part, part_events) = part?;
            tally.merge(&part);
            events += part_events;
        }
        let is_known = tally.hours(settings.confidence).is_some_and(|hours| {
            hours.high.is_finite() && (hours.high - hours.low) / 2.0 <= PRECISION * hours.mean
        });
        if is_known && tally.with_outage() >= MIN_WITH_LOSS {
            break;
        }
    }
    let effective = tally.effective_samples();
    let hours = tally.hours(settings.confidence);
    let hours = hours.filter(|hours| effective >= FEW_EFFECTIVE && hours.high.is_finite());
    hours.ok_or_else(|| {
        format!(
            "its {} samples of cycles count as {effective:.0} only: a few of them carry the answer",
            tally.samples()
        )
    })
}

/// The plan scored for ever, without what cannot take a journey down.
fn for_ever(plan: &Plan) -> Plan {
    let plan = plan.without(&plan.bystanders());
    Plan {
        horizon: FOR_EVER,
        slo: None,
        sla: None,
        balance: None,
        refunds: Vec::new(),
        ..plan
    }
}
