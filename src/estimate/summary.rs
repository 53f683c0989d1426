//! From a tally to the figures of results.json.

use indexmap::IndexMap;

use super::contract::contract;
use super::sharp::{ControlledMean, Known, KnownMean};
use super::tally::{FailureCost, Tally};
use super::{YEAR_MINUTES, figures};
use crate::plan::{DataAtRisk, DowntimePhase, Plan, Wait};
use crate::results::{
    Attribution, CostResult, DowntimeResult, Estimate, Exceedance, FaultCount, JourneyResult,
    PhaseLoss, ServiceResult, Spread, TopologyResult,
};
use crate::stats::{
    Moments, clopper_pearson, none_seen_bound, quantile_interval, skewed_mean_interval,
};

/// What the parts of a tally are called, in plan order.
#[derive(Debug, Clone, Copy)]
pub struct Names<'a> {
    /// The topology.
    pub topology: &'a str,
    /// Its pattern.
    pub pattern: &'a str,
    /// Regions in use, each once, the primary first.
    pub regions: &'a [String],
    /// Cells of each region.
    pub cells: u32,
    /// Journeys.
    pub journeys: &'a [String],
    /// Services.
    pub services: &'a [String],
    /// Faults and external services.
    pub causes: &'a [String],
    /// What the recovery may wait for.
    pub waits: &'a [Wait],
    /// What is promised; `None` where that is not told.
    pub plan: Option<&'a Plan>,
}

impl<'a> Names<'a> {
    /// Those of a plan.
    #[must_use]
    pub fn of(plan: &'a Plan) -> Self {
        let names = &plan.names;
        Self {
            topology: &names.topology,
            pattern: &names.pattern,
            regions: names.whole_regions(),
            cells: names.n_cells() as u32,
            journeys: &names.journeys,
            services: &names.services,
            causes: &names.causes,
            waits: &names.waits,
            plan: Some(plan),
        }
    }
}

/// What bounds a figure of which no loss was seen.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoLossBound {
    /// Longest mean time that one loss can last in the plan \[s\].
    pub longest_mean_loss_seconds: f64,
    /// Scored length of a trial \[s\].
    pub horizon_seconds: f64,
    /// Length of a window of the SLA \[s\].
    pub sla_window_seconds: Option<f64>,
    /// What a month of total failure costs.
    pub total_loss: FailureCost,
}

impl NoLossBound {
    /// That of a plan, a month of whose total failure costs so much.
    #[must_use]
    pub fn of(plan: &Plan, total_loss: FailureCost) -> Self {
        Self {
            longest_mean_loss_seconds: plan.longest_mean_loss,
            horizon_seconds: plan.horizon,
            sla_window_seconds: plan.sla.map(|sla| sla.seconds),
            total_loss,
        }
    }

    /// That of a difference of two plans: what neither showed is bounded by the longer loss of the two.
    #[must_use]
    pub fn of_pair(one: &Plan, other: &Plan, total_loss: FailureCost) -> Self {
        let slower = if one.longest_mean_loss >= other.longest_mean_loss {
            one
        } else {
            other
        };
        Self::of(slower, total_loss)
    }

    /// Upper bound on an unavailability of which none was seen in `trials`: that on the chance of a trial with loss (3.0 / n at 95 %)
    /// times the longest mean loss.
    #[must_use]
    pub fn unavailability(&self, trials: u64, level: f64) -> f64 {
        none_seen_bound(trials, level)
            * (self.longest_mean_loss_seconds / self.horizon_seconds).min(1.0)
    }

    /// Upper bound on the share of the largest refunds that fall due, of which none was seen: that on the chance of a trial with
    /// loss times the share of its windows that the longest mean loss can touch.
    fn refunds(&self, trials: u64, level: f64) -> f64 {
        let touched = self.sla_window_seconds.map_or(1.0, |window| {
            let windows = (self.horizon_seconds / window).floor().max(1.0);
            ((self.longest_mean_loss_seconds / window).ceil() + 1.0) / windows
        });
        none_seen_bound(trials, level) * touched.min(1.0)
    }
}

/// Half the length of the interval of unavailability over its mean; `None` while no loss was seen.
#[must_use]
pub fn precision(tally: &Tally, known: &Known, level: f64) -> Option<f64> {
    if let Some(sharp) = &tally.sharp {
        let (longest, known) = (known.longest_loss, known.unavailability());
        let (mean, interval) =
            (sharp.unavailability).interval(tally.trials, known, longest, level)?;
        let interval = interval.clamped(0.0, 1.0);
        return (mean > 0.0).then(|| interval.half_width() / mean);
    }
    let moments = tally.unavailability.padded_to(tally.trials);
    let interval = skewed_mean_interval(&(&moments).into(), level)?.clamped(0.0, 1.0);
    Some(interval.half_width() / moments.mean())
}

/// The figures of one topology. `known` are the means of its controls; `cost` holds the lines of what runs, those of
/// failure are filled in here.
#[must_use]
pub fn summarize(
    tally: &Tally,
    names: &Names<'_>,
    level: f64,
    bound: &NoLossBound,
    known: &Known,
    cost: CostResult,
) -> TopologyResult {
    let bounded = Bounded {
        level,
        bound,
        known,
    };
    let unavailability = match &tally.sharp {
        None => bounded.unavailability(&tally.unavailability, tally.trials),
        Some(sharp) => {
            bounded.controlled(&sharp.unavailability, known.unavailability(), tally.trials)
        }
    };
    let slo_met = slo_met(tally, &bounded);
    let cost_per_month = with_failure(tally, cost, &bounded);
    TopologyResult {
        name: names.topology.to_owned(),
        pattern: names.pattern.to_owned(),
        regions: names.regions.to_vec(),
        cells: names.cells,
        trials: tally.trials,
        events: tally.events,
        method: tally.method(known).to_owned(),
        variance_reduction: tally.variance_reduction(),
        spread: spread(tally, level),
        rare: None,
        hardly_met: Vec::new(),
        solved_by: None,
        refused: Vec::new(),
        first_outage_hours: None,
        first_outage_refused: None,
        unavailability_by_block: tally.by_block(if tally.sharp.is_some() {
            known.unavailability().value
        } else {
            0.0
        }),
        availability: figures::complement(&unavailability),
        journeys: journeys(tally, names, &bounded),
        services: services(tally, names, &bounded),
        downtime_minutes_per_year: downtime(tally, &unavailability, level),
        exceedance: exceedance(tally, level),
        faults: (names.causes.iter().zip(&tally.fired))
            .map(|(name, fired)| FaultCount {
                name: name.clone(),
                fired: *fired,
            })
            .collect(),
        outages_per_year: outages_per_year(tally, level),
        outage_minutes: tally.recoveries.quantiles(60.0, level),
        recovery_time_seconds: tally.recoveries.quantiles(1.0, level),
        recovery_curve: tally.recoveries.curve(level),
        rto_met: figures::share(tally.recoveries.within(), level),
        data_loss_seconds: (tally.shape.data != DataAtRisk::None)
            .then(|| tally.data.quantiles(level)),
        rpo_met: figures::share(tally.data.within(), level),
        rto_and_rpo_met: figures::share(tally.data.both(), level),
        recovery_and_data_loss: tally.data.joint(),
        split_brain_hours_per_year: split_brain(tally, &bounded),
        contract: contract(tally, names, slo_met.as_ref(), &cost_per_month, level),
        slo_met,
        sla_met: figures::share(&tally.sla, level),
        attribution: attribution(tally, names, &bounded),
        phases: phases(tally, names, &bounded),
        cost_per_month,
        unavailability,
    }
}

/// Share of the windows in which the SLO is met, or of the time where they roll.
fn slo_met(tally: &Tally, bounded: &Bounded<'_>) -> Option<Estimate> {
    if !tally.shape.promised.rolling {
        return figures::share(&tally.slo, bounded.level);
    }
    let none_seen = none_seen_bound(tally.trials, bounded.level);
    let missed = tally.contract.missed_time().padded_to(tally.trials);
    Some(figures::complement(&figures::unavailability(
        &missed,
        none_seen.min(1.0),
        bounded.level,
    )))
}

/// Hours a year in which two regions wrote at once; `None` where no data can be lost.
fn split_brain(tally: &Tally, bounded: &Bounded<'_>) -> Option<Estimate> {
    if tally.shape.data != DataAtRisk::Splits {
        return None;
    }
    let horizon = tally.shape.horizon_seconds;
    let seconds = figures::skewed_mean(
        &tally.data.split_brain().padded_to(tally.trials),
        bounded.bound.unavailability(tally.trials, bounded.level) * horizon,
        bounded.level,
    );
    Some(figures::scaled(seconds, tally.yearly() / 3600.0))
}

/// How much of the variance of a trial's unavailability is in what is not known, and how much is luck; `None` if all is known
/// and trials have no companions, or nothing was lost.
fn spread(tally: &Tally, level: f64) -> Option<Spread> {
    let (share, interval) = tally.companions.share(level)?;
    let ignorance = figures::estimate(share, interval, level, tally.companions.n());
    Some(Spread {
        luck: figures::complement(&ignorance),
        ignorance,
    })
}

/// Level and bound of the intervals.
struct Bounded<'a> {
    level: f64,
    bound: &'a NoLossBound,
    known: &'a Known,
}

impl Bounded<'_> {
    /// A share of requests or of time whose controls are taken off.
    fn controlled(&self, figure: &ControlledMean, known: KnownMean, trials: u64) -> Estimate {
        let none_seen = self.bound.unavailability(trials, self.level);
        figure.estimate(trials, known, none_seen, 1.0, self.level)
    }

    fn unavailability(&self, nonzeros: &Moments, trials: u64) -> Estimate {
        figures::unavailability(
            &nonzeros.padded_to(trials),
            self.bound.unavailability(trials, self.level),
            self.level,
        )
    }

    /// A cost: `most` is what a month of total failure costs, `none_seen` bounds it where it was never seen.
    fn cost(&self, nonzeros: &Moments, trials: u64, none_seen: f64, most: f64) -> Estimate {
        let mut figure = figures::skewed_mean(&nonzeros.padded_to(trials), none_seen, self.level);
        figure.high = figure.high.min(most).max(figure.mean);
        figure
    }
}

fn journeys(
    tally: &Tally,
    names: &Names<'_>,
    bounded: &Bounded<'_>,
) -> IndexMap<String, JourneyResult> {
    (names.journeys.iter().enumerate())
        .map(|(index, name)| (name.clone(), journey(tally, index, bounded)))
        .collect()
}

fn journey(tally: &Tally, index: usize, bounded: &Bounded<'_>) -> JourneyResult {
    if let Some(sharp) = &tally.sharp {
        let (lost, down) = sharp.journeys.get(index).copied().unwrap_or_default();
        let (known_lost, known_down) = bounded.known.journey(index);
        return JourneyResult {
            unavailability: bounded.controlled(&lost, known_lost, tally.trials),
            time_unavailability: bounded.controlled(&down, known_down, tally.trials),
        };
    }
    let journey = tally.journeys.get(index).copied().unwrap_or_default();
    JourneyResult {
        unavailability: bounded.unavailability(&journey.unavailability, tally.trials),
        time_unavailability: bounded.unavailability(&journey.time_unavailability, tally.trials),
    }
}

fn services(
    tally: &Tally,
    names: &Names<'_>,
    bounded: &Bounded<'_>,
) -> IndexMap<String, ServiceResult> {
    (names.services.iter().enumerate())
        .map(|(index, name)| {
            let moments = tally.services.get(index).copied().unwrap_or_default();
            let unavailability = bounded.unavailability(&moments, tally.trials_observing_services);
            (name.clone(), ServiceResult { unavailability })
        })
        .collect()
}

fn downtime(tally: &Tally, unavailability: &Estimate, level: f64) -> DowntimeResult {
    let mut minutes = tally.downtime_minutes.clone();
    minutes.insert_zeros(tally.trials - minutes.n());
    let quantile = |q: f64| minutes.quantile(q).unwrap_or(0.0);
    let p95 = quantile_interval(&minutes, 0.95, tally.trials as f64, level);
    DowntimeResult {
        mean: unavailability.mean * YEAR_MINUTES,
        low: unavailability.low * YEAR_MINUTES,
        high: unavailability.high * YEAR_MINUTES,
        p50: quantile(0.5),
        p90: quantile(0.9),
        p95: quantile(0.95),
        p95_low: p95.low.is_finite().then_some(p95.low),
        p95_high: p95.high.is_finite().then_some(p95.high),
        p99: quantile(0.99),
        max: minutes.max(),
    }
}

fn exceedance(tally: &Tally, level: f64) -> Vec<Exceedance> {
    let n = tally.trials as f64;
    if tally.trials == 0 {
        return Vec::new();
    }
    (tally.exceedance.exceeding())
        .map(|(minutes, count)| {
            let interval = clopper_pearson(count as f64, n, level);
            Exceedance {
                minutes,
                p: count as f64 / n,
                low: interval.low,
                high: interval.high,
            }
        })
        .collect()
}

/// None seen: at most one outage in each of the trials that may have had some.
fn outages_per_year(tally: &Tally, level: f64) -> Estimate {
    let outages = figures::skewed_mean(
        &tally.outages.padded_to(tally.trials),
        none_seen_bound(tally.trials, level),
        level,
    );
    figures::scaled(outages, tally.yearly())
}

/// Shares of the lost requests by cause, the largest first; causes that lost nothing are left out.
fn attribution(tally: &Tally, names: &Names<'_>, bounded: &Bounded<'_>) -> Vec<Attribution> {
    let total: f64 = tally.attribution.iter().map(Moments::sum).sum();
    let mut charged: Vec<Attribution> = (names.causes.iter().zip(&tally.attribution))
        .filter(|(_, moments)| moments.nonzeros() > 0)
        .map(|(cause, moments)| Attribution {
            cause: cause.clone(),
            share: moments.sum() / total,
            unavailability: bounded.unavailability(moments, tally.trials),
        })
        .collect();
    charged.sort_by(|a, b| {
        b.share
            .total_cmp(&a.share)
            .then_with(|| a.cause.cmp(&b.cause))
    });
    charged
}

/// Shares of the lost requests by what the failover was doing, as phases follow each other; those that lost nothing are left out.
fn phases(tally: &Tally, names: &Names<'_>, bounded: &Bounded<'_>) -> Vec<PhaseLoss> {
    let total: f64 = tally.phases.iter().map(Moments::sum).sum();
    let steps = DowntimePhase::ALL.iter().map(|phase| (phase.name(), None));
    let waits = (names.waits.iter()).map(|wait| (wait.kind.name(), Some(wait.on.clone())));
    (steps.chain(waits).zip(&tally.phases))
        .filter(|(_, moments)| moments.nonzeros() > 0)
        .map(|((phase, on), moments)| PhaseLoss {
            phase: phase.to_owned(),
            on,
            share: moments.sum() / total,
            unavailability: bounded.unavailability(moments, tally.trials),
        })
        .collect()
}

/// Adds the lines of failure to those of what runs. The total with failure needs a total and at least one line of failure.
fn with_failure(tally: &Tally, cost: CostResult, bounded: &Bounded<'_>) -> CostResult {
    let priced = tally.shape.priced;
    let (bound, level, trials) = (bounded.bound, bounded.level, tally.trials);
    let drills = drills(tally, &cost, bounded);
    let most = FailureCost {
        drills: cost.drills.unwrap_or_default(),
        sla_credits: if priced.sla_credits {
            bound.total_loss.sla_credits
        } else {
            0.0
        },
        downtime: if priced.downtime {
            bound.total_loss.downtime
        } else {
            0.0
        },
    };
    let none_seen = FailureCost {
        drills: 0.0,
        sla_credits: most.sla_credits * bound.refunds(trials, level),
        downtime: most.downtime * bound.unavailability(trials, level),
    };
    let line = |is_priced: bool, moments: &Moments, none_seen: f64, most: f64| {
        is_priced.then(|| bounded.cost(moments, trials, none_seen, most))
    };
    // Refunds are not linear in what is lost: nothing is known of their controls.
    let sharp = tally.sharp.as_ref().filter(|_| priced.downtime);
    let sharp_line = |figure: &ControlledMean, none_seen: f64, most: f64| {
        figure.estimate(trials, bounded.known.cost, none_seen, most, level)
    };
    let (none_seen_both, most_both) = (
        none_seen.sla_credits + none_seen.downtime,
        most.sla_credits + most.downtime,
    );
    let failure = match sharp {
        Some(sharp) => Some(sharp_line(&sharp.failure_cost, none_seen_both, most_both)),
        None => line(
            priced.sla_credits || priced.downtime,
            &tally.failure_cost,
            none_seen_both,
            most_both,
        ),
    };
    let running = match &drills {
        Some(held) => cost.total.map(|_| undrilled(&cost) + held.mean),
        None => cost.total,
    };
    let with_failure = match (&drills, failure) {
        (Some(held), Some(failure)) => {
            let both = with_drills(tally, &failure, held, most_both + most.drills, level);
            (cost.total).map(|_| figures::shifted(both, undrilled(&cost)))
        }
        (_, failure) => running
            .zip(failure)
            .map(|(total, failure)| figures::shifted(failure, total)),
    };
    CostResult {
        total: running,
        drills: drills.as_ref().map_or(cost.drills, |held| Some(held.mean)),
        drills_held: drills,
        total_with_failure: with_failure,
        sla_credits: line(
            priced.sla_credits,
            &tally.sla_credits,
            none_seen.sla_credits,
            most.sla_credits,
        ),
        downtime: match sharp {
            Some(sharp) => Some(sharp_line(
                &sharp.downtime_cost,
                none_seen.downtime,
                most.downtime,
            )),
            None => line(
                priced.downtime,
                &tally.downtime_cost,
                none_seen.downtime,
                most.downtime,
            ),
        },
        ..cost
    }
}

/// Cost a month of the drills that were held, of which the bill holds those of all dates; `None` where none is to pay for.
fn drills(tally: &Tally, bill: &CostResult, bounded: &Bounded<'_>) -> Option<Estimate> {
    let all = bill.drills.filter(|_| tally.shape.priced.drills)?;
    let none_seen = all * none_seen_bound(tally.trials, bounded.level).min(1.0);
    Some(bounded.cost(&tally.drill_cost, tally.trials, none_seen, all))
}

/// What runs but for drills.
fn undrilled(bill: &CostResult) -> f64 {
    let lines = [
        bill.infrastructure,
        bill.transfer,
        bill.storage,
        bill.telemetry,
        bill.regions,
    ];
    lines.into_iter().flatten().sum()
}

/// Failure and drills of the same trials. While few failures were seen what bounds those unseen is added to the drills instead.
fn with_drills(
    tally: &Tally,
    failure: &Estimate,
    held: &Estimate,
    most: f64,
    level: f64,
) -> Estimate {
    let mut both = figures::skewed_mean(
        &tally.cost_with_drills.padded_to(tally.trials),
        failure.high + held.high,
        level,
    );
    if tally.failure_cost.nonzeros() < figures::FEW {
        both.low = failure.low + held.low;
        both.high = failure.high + held.high;
    }
    both.high = both.high.min(most).max(both.mean);
    both
}
