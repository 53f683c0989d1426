//! Puts what was worked out in the place of what was sampled, and keeps the sample beside it.

use crate::cost::FailurePrice;
use crate::estimate::RareMeans;
use crate::exact::{Accuracy, Answer, Figure, Solution};
use crate::results::{Difference, Estimate, RareSampling, RefusedRoute, Route, TopologyResult};
use crate::stats::{normal_cdf, normal_quantile};

/// Minutes of a year.
const YEAR_MINUTES: f64 = 525_600.0;

/// Takes over what the routes without sampling say of a topology.
pub fn take_over(result: &mut TopologyResult, answer: &Answer, price: &FailurePrice) {
    result.refused = (answer.refusals.iter())
        .map(|refusal| RefusedRoute {
            route: refusal.route.name().to_owned(),
            reason: refusal.reason.clone(),
        })
        .collect();
    let Some(solution) = &answer.solution else {
        return;
    };
    result.solved_by = Some(solution.route.name().to_owned());
    result.method = solution.route.name().to_lowercase().replace(' ', "-");
    result.variance_reduction = None;
    let share = |sampled: &mut Estimate, figure: &Figure| {
        if is_sharper(figure, sampled) {
            replace(sampled, worked_out(figure, 1.0));
        }
    };
    replace(
        &mut result.unavailability,
        worked_out(&solution.unavailability, 1.0),
    );
    follow_unavailability(result);
    for (journey, figures) in result.journeys.values_mut().zip(&solution.journeys) {
        share(&mut journey.unavailability, &figures.unavailability);
        share(
            &mut journey.time_unavailability,
            &figures.time_unavailability,
        );
    }
    if let Ok(outages) = &solution.outages_per_year
        && is_sharper(outages, &result.outages_per_year)
    {
        replace(
            &mut result.outages_per_year,
            worked_out(outages, f64::INFINITY),
        );
    }
    if let Ok(hours) = &solution.first_outage_hours {
        result.first_outage_hours = Some(worked_out(hours, f64::INFINITY));
    }
    take_over_cost(result, solution, price);
}

/// Takes over what busy periods with likely failures say of a topology that hardly ever loses anything, unless its trials tell more.
pub fn take_over_rare(
    result: &mut TopologyResult,
    rare: &Result<RareMeans, String>,
    horizon_hours: f64,
) {
    let means = match rare {
        Ok(means) => means,
        Err(reason) => {
            result.refused.push(RefusedRoute {
                route: "failure biasing".to_owned(),
                reason: reason.clone(),
            });
            return;
        }
    };
    if trials_tell_more(result, &means.unavailability) {
        result.refused.push(RefusedRoute {
            route: "failure biasing".to_owned(),
            reason: "the trials met enough outages to tell more".to_owned(),
        });
        return;
    }
    result.hardly_met.clear();
    "failure-biasing".clone_into(&mut result.method);
    result.variance_reduction = None;
    result.rare = Some(RareSampling {
        samples: means.unavailability.n,
        effective_samples: means.effective_samples,
        largest_share: means.largest_share,
        never_seen: means.never_seen.clone(),
    });
    replace(&mut result.unavailability, means.unavailability.clone());
    follow_unavailability(result);
    for (journey, (lost, down)) in result.journeys.values_mut().zip(&means.journeys) {
        replace(&mut journey.unavailability, lost.clone());
        replace(&mut journey.time_unavailability, down.clone());
    }
    let yearly = 8760.0 / horizon_hours;
    let outages = Estimate {
        mean: means.outages.mean * yearly,
        low: means.outages.low * yearly,
        high: means.outages.high * yearly,
        ..means.outages.clone()
    };
    replace(&mut result.outages_per_year, outages);
    replace_lost_business(result, means.cost.clone());
}

/// Outages from which trials may tell what is lost by themselves.
const MANY_OUTAGES: u64 = 100;
/// How much narrower their interval has to be: by so much it is not by luck.
const MUCH_NARROWER: f64 = 0.7;

/// Whether trials that miss nothing that theory knows of are much sharper than busy periods.
fn trials_tell_more(result: &TopologyResult, rare: &Estimate) -> bool {
    let relative = |estimate: &Estimate| (estimate.high - estimate.low) / estimate.mean;
    result.hardly_met.is_empty()
        && result.recovery_time_seconds.n >= MANY_OUTAGES
        && relative(&result.unavailability) < MUCH_NARROWER * relative(rare)
}

/// The figures that follow from the unavailability.
fn follow_unavailability(result: &mut TopologyResult) {
    let (q, availability) = (&result.unavailability, &mut result.availability);
    let complement = Estimate {
        mean: 1.0 - q.mean,
        low: 1.0 - q.high,
        high: 1.0 - q.low,
        simulated: None,
        ..q.clone()
    };
    replace(availability, complement);
    let minutes = &mut result.downtime_minutes_per_year;
    minutes.mean = q.mean * YEAR_MINUTES;
    minutes.low = q.low * YEAR_MINUTES;
    minutes.high = q.high * YEAR_MINUTES;
}

/// Lost business follows from what is lost on average; refunds do not.
fn take_over_cost(result: &mut TopologyResult, solution: &Solution, price: &FailurePrice) {
    let lost = |of: fn(&Figure) -> f64| {
        let journeys = solution.journeys.iter();
        let cost = price.of(
            of(&solution.unavailability),
            journeys.map(|journey| of(&journey.unavailability)),
            0.0,
        );
        cost.downtime
    };
    if let (Some(value), Some(error)) = (lost(|figure| figure.value), lost(|figure| figure.error)) {
        let figure = Figure {
            value,
            error,
            accuracy: solution.unavailability.accuracy,
        };
        let sampled = result.cost_per_month.downtime.as_ref();
        if sampled.is_some_and(|sampled| is_sharper(&figure, sampled)) {
            replace_lost_business(result, worked_out(&figure, f64::INFINITY));
        }
    }
}

/// Takes over lost business where it is priced, and what is paid in all with it.
fn replace_lost_business(result: &mut TopologyResult, downtime: Estimate) {
    let cost = &mut result.cost_per_month;
    let Some(sampled) = cost.downtime.as_mut() else {
        return;
    };
    if let Some(total) = cost.total_with_failure.as_mut() {
        let (running, zero) = (cost.total.unwrap_or_default(), zero(&downtime));
        let credits = cost.sla_credits.as_ref().unwrap_or(&zero);
        let sum = Estimate {
            mean: running + downtime.mean + credits.mean,
            low: running + downtime.low + credits.low,
            high: running + downtime.high + credits.high,
            ..credits.clone()
        };
        replace(total, sum);
    }
    replace(sampled, downtime);
}

fn zero(like: &Estimate) -> Estimate {
    Estimate {
        mean: 0.0,
        low: 0.0,
        high: 0.0,
        ..like.clone()
    }
}

/// The difference of two topologies that were both worked out, in place of the one of their trials.
pub fn take_over_difference(difference: &mut Difference, of: &Answer, from: &Answer) {
    let (Some(of), Some(from)) = (&of.solution, &from.solution) else {
        return;
    };
    let (of, from) = (&of.unavailability, &from.unavailability);
    let accuracy = match (of.accuracy, from.accuracy) {
        (Accuracy::Exact, Accuracy::Exact) => Accuracy::Exact,
        _ => Accuracy::Numerical,
    };
    let figure = Figure {
        value: of.value - from.value,
        error: of.error + from.error,
        accuracy,
    };
    if !is_sharper(&figure, &difference.unavailability) {
        return;
    }
    difference.better = if figure.value.abs() <= figure.error {
        0.5
    } else if figure.value < 0.0 {
        1.0
    } else {
        0.0
    };
    let mut exact = worked_out(&figure, f64::INFINITY);
    exact.low = figure.value - figure.error;
    replace(&mut difference.unavailability, exact);
}

/// The difference of two topologies of which one hardly ever loses anything: that of their figures, which owe nothing to
/// each other. Zou & Donner (2008), doi:10.1002/sim.3095.
pub fn take_over_rare_difference(difference: &mut Difference, of: &Estimate, from: &Estimate) {
    let mean = of.mean - from.mean;
    let apart = |a: f64, b: f64| a.hypot(b);
    let low = mean - apart(of.mean - of.low, from.high - from.mean);
    let high = mean + apart(of.high - of.mean, from.mean - from.low);
    let width = if mean < 0.0 { high - mean } else { mean - low };
    difference.better = if width > 0.0 {
        normal_cdf(-mean / width * normal_quantile(f64::midpoint(1.0, of.level.min(from.level))))
    } else {
        0.5
    };
    let estimate = Estimate {
        mean,
        low,
        high,
        level: of.level.min(from.level),
        n: of.n.min(from.n),
        interval: "mover".to_owned(),
        route: Route::Simulated,
        simulated: None,
    };
    replace(&mut difference.unavailability, estimate);
}

/// Relative error up to which a figure stands whatever the trials say: their interval may be short by luck.
const SURELY_SHARP: f64 = 1e-6;

/// Whether a figure that was worked out says more than the trials.
fn is_sharper(figure: &Figure, sampled: &Estimate) -> bool {
    figure.is_within(SURELY_SHARP) || 2.0 * figure.error <= sampled.high - sampled.low
}

fn replace(sampled: &mut Estimate, exact: Estimate) {
    let sampled_alone = std::mem::replace(sampled, exact);
    sampled.simulated = Some(Box::new(sampled_alone));
}

/// A figure that is not negative and at most `most`.
fn worked_out(figure: &Figure, most: f64) -> Estimate {
    Estimate {
        mean: figure.value,
        low: (figure.value - figure.error).max(0.0),
        high: (figure.value + figure.error).min(most),
        level: 1.0,
        n: 0,
        interval: "error-bound".to_owned(),
        route: match figure.accuracy {
            Accuracy::Exact => Route::Exact,
            Accuracy::Numerical => Route::Numerical,
        },
        simulated: None,
    }
}
