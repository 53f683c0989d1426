//! Topologies that hardly ever lose anything: busy periods in which failures are made likely, until the mean is known well
//! enough.

use std::borrow::Cow;
use std::collections::BTreeMap;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::RunSettings;
use super::tactics::{Stop, cost_of};
use crate::cost::FailurePrice;
use crate::engine::{BusyPeriods, Calm, come_on_dates};
use crate::estimate::{RareMeans, RareTally};
use crate::exact::{CutSets, Extent, cut_sets, worst_cut_sets};
use crate::plan::{Plan, UnitId};

/// Samples of a batch; batches are merged in order.
pub(super) const BATCH: u64 = 64;
/// Batches of the first round; each later round has as many as all before it.
pub(super) const FIRST_ROUND: u64 = 8;
/// Samples after which it ends in any case, and events.
pub(super) const MOST_SAMPLES: u64 = 1 << 19;
const MOST_EVENTS: u64 = 200_000_000;
/// Samples with a loss before a precision is believed.
pub(super) const MIN_WITH_LOSS: u64 = 200;
/// Precision unless the run has one.
pub(super) const PRECISION: f64 = 0.05;
/// Samples with a loss that count as one at most, on average, where weights are even.
pub(super) const UNEVEN: f64 = 2.0;
/// Effective samples below which the answer is not used.
pub(super) const FEW_EFFECTIVE: f64 = 50.0;
/// Minimal cut sets of more and more units are looked for, until those that were found carry this share of the losses.
const ORDERS: [usize; 5] = [2, 3, 5, 8, 12];
const MOST_OF_ALL: f64 = 0.8;
/// So many of them at most are looked out for, the likeliest.
const LOOKED_OUT_FOR: usize = 64;
/// Share of the losses from which on sets that are alike should have been met.
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
    stop: Stop<'_>,
) -> Result<RareMeans, String> {
    let plan = &without_bystanders(plan);
    let watched = dominant_cut_sets(plan);
    let sets: Vec<Vec<UnitId>> = watched.iter().map(|set| set.units.clone()).collect();
    BusyPeriods::new(plan, settings.seed, &sets, &Calm::default())?;
    refuse_dates(plan, &watched)?;
    let calm = Calm::learn(plan, settings.seed);
    let play = |batch: u64| -> Option<(RareTally, u64)> {
        if stop() {
            return None;
        }
        let mut busy = BusyPeriods::new(plan, settings.seed, &sets, &calm).ok()?;
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
    while tally.samples() < MOST_SAMPLES && events < MOST_EVENTS && !stop() {
        let round = next..next + next.max(FIRST_ROUND);
        next = round.end;
        let finished: Vec<_> = round.into_par_iter().map(play).collect();
        // Those that there was time for, from the first on: which are quick does not matter then.
        for (part, part_events) in finished.into_iter().map_while(|batch| batch) {
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
    trusted(&tally, &means)?;
    if calm.unmet() > DOMINANT * means.unavailability.mean {
        return Err("how many of what often fails must be down to do harm was not met".to_owned());
    }
    means.never_seen = never_seen(&watched, &tally.seen);
    Ok(means)
}

/// Refuses what should carry a good part of the losses and needs two failures that come at certain ages.
///
/// # Errors
///
/// In words, which failures these are.
pub(super) fn refuse_dates(plan: &Plan, watched: &[Watched]) -> Result<(), String> {
    let dated = come_on_dates(plan);
    // Of what a unit is down, the part that comes on dates.
    let on_dates = |unit: &UnitId| {
        let (mut sum, mut all) = (0.0, f64::MIN_POSITIVE);
        for clock in plan.clocks_of_unit(*unit) {
            let clock = clock as usize;
            let own = &plan.clocks[clock];
            let [life, repair] =
                [own.life, own.repair].map(|law| plan.distributions[law as usize].mean());
            all += repair / life;
            sum += f64::from(u8::from(dated[clock])) * repair / life;
        }
        sum / all
    };
    let two = |set: &Watched| {
        let (mut none, mut one) = (1.0, 0.0);
        for part in set.units.iter().map(on_dates) {
            (none, one) = (none * (1.0 - part), one * (1.0 - part) + none * part);
        }
        set.share * (1.0 - none - one)
    };
    let all: f64 = watched.iter().map(two).sum();
    match watched.iter().max_by(|a, b| two(a).total_cmp(&two(b))) {
        Some(foremost) if all > DOMINANT => Err(format!(
            "{}: two of these come at certain ages, and whether they meet cannot be made likely",
            foremost.label
        )),
        _ => Ok(()),
    }
}

/// The plan in which nothing fails but what can matter to a journey: failures of the rest would never let it rest.
fn without_bystanders(plan: &Plan) -> Cow<'_, Plan> {
    let bystanders = plan.bystanders();
    if bystanders.units.is_empty() && bystanders.pools.is_empty() {
        Cow::Borrowed(plan)
    } else {
        Cow::Owned(plan.without(&bystanders))
    }
}

/// Whether enough samples carry the means.
///
/// # Errors
///
/// In words, how few do.
pub(super) fn trusted(tally: &RareTally, means: &RareMeans) -> Result<(), String> {
    if means.effective_samples < FEW_EFFECTIVE {
        return Err(format!(
            "its {} samples count as {:.0} only: a few of them carry the answer (many failures at once, of what often fails, are \
             hardly ever met)",
            tally.samples(),
            means.effective_samples
        ));
    }
    Ok(())
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
    for set in worst_cut_sets(plan, extent).unwrap_or_default() {
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

/// Failures that leave nothing that serves, as theory has them.
#[derive(Debug, Clone, PartialEq)]
pub struct Catastrophe {
    /// What fails.
    pub label: String,
    /// How often it comes in a trial, on average.
    in_a_trial: f64,
    /// Share of all requests that is lost to it.
    lost: f64,
}

/// Times that failures come in some trials, on average, up to which these may well tell too little of them.
const HARDLY_MET: f64 = 3.0;

/// The likeliest ways to lose everything, by one failure or two at once; what loses most first.
///
/// Units are taken as independent and at their mean unavailabilities, which is good enough to say that something is missing.
pub(super) fn catastrophes(plan: &Plan) -> Vec<Catastrophe> {
    let extent = Extent {
        order: 2,
        most: LOOKED_OUT_FOR,
    };
    let mut found: Vec<Catastrophe> = Vec::new();
    for set in worst_cut_sets(plan, extent).unwrap_or_default() {
        // What others alone strike lasts as long as they say.
        if (set.units.iter()).any(|unit| plan.units[*unit as usize].n_clocks == 0) {
            continue;
        }
        // It ends with the first of several repairs.
        let repairs = set.units.iter().map(|unit| repair(plan, *unit));
        let ends: f64 = repairs.map(f64::recip).sum();
        let in_a_trial = set.probability * plan.horizon / ends.recip().min(plan.horizon);
        let lost = set.probability * set.lost;
        let label = label(plan, &set.units);
        match found.iter_mut().find(|known| known.label == label) {
            Some(known) => {
                known.in_a_trial += in_a_trial;
                known.lost += lost;
            }
            None => found.push(Catastrophe {
                label,
                in_a_trial,
                lost,
            }),
        }
    }
    found.sort_by(|a, b| b.lost.total_cmp(&a.lost));
    found
}

/// Those that so many trials hardly meet, if they should carry a good part of all that is lost; what these trials lost is `lost`.
pub(super) fn hardly_met(all: &[Catastrophe], trials: u64, lost: f64) -> Vec<&Catastrophe> {
    let seldom = |one: &&Catastrophe| one.in_a_trial * trials as f64 <= HARDLY_MET;
    let seldom: Vec<&Catastrophe> = all.iter().filter(seldom).collect();
    let missing: f64 = seldom.iter().map(|one| one.lost).sum();
    if missing > DOMINANT * (missing + lost) {
        seldom
    } else {
        Vec::new()
    }
}

/// Mean time until a unit is up again \[s\], by the slowest of its faults.
fn repair(plan: &Plan, unit: UnitId) -> f64 {
    let unit = &plan.units[unit as usize];
    let clocks = &plan.clocks[unit.first_clock as usize..][..unit.n_clocks as usize];
    let repairs = clocks
        .iter()
        .map(|clock| plan.distributions[clock.repair as usize].mean());
    repairs.fold(0.0, f64::max)
}

/// A cut set that is looked out for.
pub(super) struct Watched {
    pub(super) units: Vec<UnitId>,
    /// What it is called, together with those that are like it.
    label: String,
    /// Share of the losses of its event.
    share: f64,
}

/// The likeliest cut sets of each event; none where theory does not say.
pub(super) fn dominant_cut_sets(plan: &Plan) -> Vec<Watched> {
    let mut found = Vec::new();
    for order in ORDERS {
        let extent = Extent {
            order,
            most: LOOKED_OUT_FOR,
        };
        // What does not fit at one order does not at the next.
        let Ok(events) = cut_sets(plan, extent) else {
            break;
        };
        found = events;
        let share = |event: &CutSets| event.sets.iter().map(|set| event.share(set)).sum::<f64>();
        if found.iter().all(|event| share(event) >= MOST_OF_ALL) {
            break;
        }
    }
    let watched = found.iter().flat_map(|event| {
        event.sets.iter().map(|set| Watched {
            label: label(plan, &set.units),
            share: event.share(set),
            units: set.units.clone(),
        })
    });
    watched.collect()
}

/// What sets of which none was met are called, where those that are alike should carry much together.
pub(super) fn never_seen(watched: &[Watched], seen: &[u64]) -> Vec<String> {
    let mut alike: BTreeMap<&str, (f64, u64)> = BTreeMap::new();
    for (set, seen) in watched.iter().zip(seen) {
        let (share, count) = alike.entry(&set.label).or_default();
        *share += set.share;
        *count += seen;
    }
    let unseen = alike
        .into_iter()
        .filter(|(_, (share, count))| *share >= DOMINANT && *count == 0);
    unseen.map(|(label, _)| label.to_owned()).collect()
}

/// The failures of a set: `2 × host of web in us-east-1 + zone-outage in us-east-1`.
fn label(plan: &Plan, units: &[UnitId]) -> String {
    let mut counts: Vec<(String, u32)> = Vec::new();
    for unit in units {
        let own = &plan.units[*unit as usize];
        let mut name = if own.n_clocks == 0 {
            "a failure that spreads".to_owned()
        } else {
            let cause = plan.clocks[own.first_clock as usize].cause;
            plan.names.causes[cause as usize].clone()
        };
        let site = plan.sites[*unit as usize];
        if let Some(service) = site.service() {
            name.push_str(" of ");
            name.push_str(&plan.names.services[service as usize]);
        }
        if let Some(region) = site.region() {
            name.push_str(" in ");
            name.push_str(plan.names.region(region));
        }
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    let parts = counts.into_iter().map(|(name, count)| match count {
        1 => name,
        count => format!("{count} × {name}"),
    });
    parts.collect::<Vec<_>>().join(" + ")
}
