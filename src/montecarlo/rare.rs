//! Topologies that hardly ever lose anything: busy periods in which failures are made likely, until the mean is known well
//! enough.

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::RunSettings;
use super::tactics::cost_of;
use crate::cost::FailurePrice;
use crate::engine::BusyPeriods;
use crate::estimate::{RareMeans, RareTally};
use crate::exact::{Extent, TopEvent, cut_sets};
use crate::plan::{Plan, UnitId};

/// Samples of a batch; batches are merged in order.
const BATCH: u64 = 64;
/// Batches of the first round; each later round has as many as all before it.
const FIRST_ROUND: u64 = 8;
/// Samples after which it ends in any case, and events.
const MOST_SAMPLES: u64 = 1 << 19;
const MOST_EVENTS: u64 = 200_000_000;
/// Samples with a loss before a precision is believed.
const MIN_WITH_LOSS: u64 = 200;
/// Precision unless the run has one.
const PRECISION: f64 = 0.05;
/// Samples with a loss that count as one at most, on average, where weights are even.
const UNEVEN: f64 = 5.0;
/// Effective samples below which the answer is not used.
const FEW_EFFECTIVE: f64 = 50.0;
/// Minimal cut sets of at most so many units are looked out for, so many of them, if they carry this share of the losses.
const ORDER: usize = 3;
const LOOKED_OUT_FOR: usize = 32;
const DOMINANT: f64 = 0.05;

/// Estimates the means of a plan by busy periods.
///
/// # Errors
///
/// In words, why that cannot be done, or did not come to an answer to be trusted.
pub(super) fn rare(
    plan: &Plan,
    price: &FailurePrice,
    settings: &RunSettings,
) -> Result<RareMeans, String> {
    let watched = dominant_cut_sets(plan);
    let sets: Vec<Vec<UnitId>> = watched.iter().map(|(units, _)| units.clone()).collect();
    BusyPeriods::new(plan, settings.seed, &sets)?;
    let play = |batch: u64| -> Option<(RareTally, u64)> {
        let mut busy = BusyPeriods::new(plan, settings.seed, &sets).ok()?;
        let (mut tally, mut events) = (RareTally::default(), 0);
        for index in batch * BATCH..(batch + 1) * BATCH {
            let sample = busy.sample(index);
            events += sample.events;
            tally.add(&sample, cost_of(price, &sample.loss));
        }
        Some((tally, events))
    };
    let target = settings.precision.unwrap_or(PRECISION);
    let (mut tally, mut events, mut next) = (RareTally::default(), 0, 0);
    let mut was_known = false;
    while tally.samples() < MOST_SAMPLES && events < MOST_EVENTS {
        let round = next..next + next.max(FIRST_ROUND);
        next = round.end;
        let finished: Vec<_> = round.into_par_iter().map(play).collect();
        for (part, part_events) in finished.into_iter().flatten() {
            tally.merge(&part);
            events += part_events;
        }
        let means = tally.means(settings.confidence);
        let is_known = means.is_some_and(|means| {
            let known = &means.unavailability;
            (known.high - known.low) / 2.0 <= target * known.mean
        });
        if is_known && tally.with_loss() >= MIN_WITH_LOSS {
            // Where few samples carry the answer, an interval is short above all while the largest have not come yet: as many samples
            // again, which are played whatever the first say, take most of that bias away.
            if was_known || !tally.is_uneven(UNEVEN) {
                break;
            }
            was_known = true;
        }
    }
    let mut means = (tally.means(settings.confidence))
        .ok_or_else(|| format!("no loss in {} samples of busy periods", tally.samples()))?;
    if means.effective_samples < FEW_EFFECTIVE {
        return Err(format!(
            "its {} samples count as {:.0} only: a few of them carry the answer",
            tally.samples(),
            means.effective_samples
        ));
    }
    let unseen = watched.into_iter().zip(&tally.seen);
    means.never_seen = unseen
        .filter(|(_, seen)| **seen == 0)
        .map(|((_, label), _)| label)
        .collect();
    Ok(means)
}

/// Single failures that leave nothing that serves, however seldom they come.
#[derive(Debug, Default)]
pub(super) struct Disasters {
    /// What they lose on average of the scored time.
    pub mean: f64,
    /// Variance of the unavailability of trials that they bring about.
    pub variance: f64,
    /// The least that one of them loses of a trial, on average.
    pub least: f64,
}

/// What theory says of the disasters of a plan: a pilot that is too short to see them cannot tell.
///
/// Losses that come at a rate `r` and take `d` bring the variance `r E[d²] / T²` over a horizon `T`. For repairs no more variable
/// than exponential ones, `E[d²]` is at most `2 E[d]²`; of others this is too little.
pub(super) fn disasters(plan: &Plan) -> Disasters {
    let extent = Extent {
        order: 1,
        most: LOOKED_OUT_FOR,
    };
    let mut all = Disasters {
        least: f64::INFINITY,
        ..Disasters::default()
    };
    let Ok(events) = cut_sets(plan, extent) else {
        return all;
    };
    let worst = events
        .iter()
        .filter(|event| event.event == TopEvent::NoRegionCanServe);
    for set in worst.flat_map(|event| &event.sets) {
        let clocks = set.units.iter().flat_map(|unit| {
            let unit = &plan.units[*unit as usize];
            &plan.clocks[unit.first_clock as usize..][..unit.n_clocks as usize]
        });
        let repairs = clocks.map(|clock| plan.distributions[clock.repair as usize].mean());
        let loses = set.lost * repairs.fold(0.0, f64::max).min(plan.horizon) / plan.horizon;
        all.mean += set.probability * set.lost;
        all.variance += 2.0 * set.probability * set.lost * loses;
        all.least = all.least.min(loses);
    }
    all
}

/// The cut sets that theory says carry the losses, with what they are called; none where it does not say.
fn dominant_cut_sets(plan: &Plan) -> Vec<(Vec<UnitId>, String)> {
    let extent = Extent {
        order: ORDER,
        most: LOOKED_OUT_FOR,
    };
    let Ok(events) = cut_sets(plan, extent) else {
        return Vec::new();
    };
    let dominant =
        |set: &&crate::exact::CutSet, event: &crate::exact::CutSets| event.share(set) >= DOMINANT;
    let each = events.iter().flat_map(|event| {
        let sets = event.sets.iter().filter(|set| dominant(set, event));
        sets.map(|set| (set.units.clone(), label(plan, &set.units)))
    });
    each.collect()
}

/// The faults behind the units of a set: `host + zone-outage`.
fn label(plan: &Plan, units: &[UnitId]) -> String {
    let names: Vec<&str> = units
        .iter()
        .map(|unit| {
            let clock = plan.units[*unit as usize].first_clock;
            let cause = plan.clocks[clock as usize].cause;
            plan.names.causes[cause as usize].as_str()
        })
        .collect();
    names.join(" + ")
}
