//! The figures of a plan that is a Markov chain.

use num_complex::Complex64;

use super::answer::{Accuracy, Figure, JourneyFigures, Refusal, Route, Solution};
use super::chain::{Chain, Obstacle, Rewards, chain};
use super::effort::{Effort, Limits};
use super::elimination::{Elimination, Resolvent};
use super::phases::Mesh;
use super::sweeps::Sweeps;
use super::{laplace, refuse_ranges, transient};
use crate::plan::Plan;

/// Cells of a fixed time on the coarsest mesh, from the finest to the coarsest that is tried.
const CELLS: [u16; 3] = [12, 6, 3];

/// Meshes in one extrapolation: each cell of the coarsest is cut into 1, 2, 3 and 4.
const MOST_CUTS: u16 = 4;

/// Relative error of rounding, and of taking a chain as settled.
const ROUNDING: f64 = 1e-10;

/// Operations of steps in time that are tried before anything else.
const FEW_STEPS: f64 = 3e8;

/// Solves a plan as a Markov chain.
///
/// Times that are cut on a mesh give a chain whose error is a series in 1/n, if each cell of the coarsest mesh is cut into n. The
/// polynomial in 1/n through the figures of the meshes is taken at 0 (Richardson 1911, doi:10.1098/rsta.1911.0009). The error
/// reported is three times its distance from the same without the coarsest mesh, and a thirtieth of what the next coarsest then
/// changes; five times the distance if only three meshes are small enough. Where the figures do not behave as such a series, which
/// is when two fixed times nearly coincide, the finest is taken, with four times its distance from the one with half as many cells.
pub(super) fn solve(plan: &Plan, effort: Effort) -> Result<Solution, Refusal> {
    figures(plan, effort).map_err(|reason| Refusal {
        route: Route::MarkovChain,
        reason,
    })
}

pub(super) fn figures(plan: &Plan, effort: Effort) -> Result<Solution, String> {
    let cells = match effort {
        Effort::Glance => &CELLS[2..],
        Effort::Quick => &CELLS[1..],
        Effort::Full => &CELLS[..],
    };
    figures_on(plan, effort.limits(), cells)
}

/// On meshes of the first of these numbers of cells that the limits allow.
pub(super) fn figures_on(plan: &Plan, limits: Limits, cells: &[u16]) -> Result<Solution, String> {
    refuse_ranges(plan)?;
    let mut reason = String::new();
    for &cells in cells {
        let mut meshes: Vec<Figures> = Vec::new();
        for cuts in 1..=MOST_CUTS {
            let figures = match chain(plan, Mesh { cells, cuts }, limits) {
                Ok(chain) if !chain.is_meshed => {
                    return Ok(Figures::of(plan, &chain, limits)?.alone());
                }
                Ok(chain) => Figures::of(plan, &chain, limits),
                Err(Obstacle::Plan(reason)) => return Err(reason),
                Err(Obstacle::Size(reason)) => Err(reason),
            };
            match figures {
                Ok(figures) => meshes.push(figures),
                Err(why) => {
                    reason = why;
                    break;
                }
            }
        }
        if meshes.len() >= 3 {
            return Ok(extrapolated(&meshes));
        }
    }
    Err(reason)
}

/// Figures of one chain with their errors: outages a second, unavailability, then two for each journey.
pub(super) struct Figures {
    means: Vec<(f64, f64)>,
    first_outage_hours: Result<f64, String>,
}

impl Figures {
    pub(super) fn of(plan: &Plan, chain: &Chain, limits: Limits) -> Result<Self, String> {
        let is_down = chain.is_down();
        let begins = |state: usize| -> f64 {
            if is_down[state] {
                return 0.0;
            }
            let ways = chain.transitions(state);
            ways.filter(|(to, _)| is_down[*to])
                .map(|(_, rate)| rate)
                .sum()
        };
        let begins = (0..chain.n_states()).map(begins).collect();
        let rewards = Rewards::beside_sights(begins, chain);
        Ok(Self {
            means: means(plan, chain, &rewards, limits)?,
            first_outage_hours: first_outage(chain, &is_down, limits)
                .map(|seconds| seconds / 3600.0),
        })
    }

    /// Of a chain that is the plan itself.
    pub(super) fn alone(&self) -> Solution {
        let figure = |value: f64, error: f64| Figure {
            value,
            error: error + ROUNDING * value.abs(),
            accuracy: Accuracy::Numerical,
        };
        let means: Vec<Figure> = self
            .means
            .iter()
            .map(|&(value, error)| figure(value, error))
            .collect();
        solution(
            &means,
            self.first_outage_hours
                .clone()
                .map(|hours| figure(hours, 0.0)),
        )
    }
}

/// Mean rewards with their errors over the scored time: by steps in time if that is few, else by Laplace transforms.
fn means(
    plan: &Plan,
    chain: &Chain,
    rewards: &Rewards<'_>,
    limits: Limits,
) -> Result<Vec<(f64, f64)>, String> {
    let stepwise = |most| {
        let means = transient::means(chain, rewards, plan.warm_up, plan.horizon, most)?;
        Ok(means.into_iter().map(|mean| (mean, 0.0)).collect())
    };
    // A daily curve needs to know how far from settled the chain is.
    if plan.daily.is_none()
        && !chain.is_meshed
        && let Ok(means) = stepwise(limits.steps.min(FEW_STEPS))
    {
        return Ok(means);
    }
    let nowhere = vec![false; chain.n_states()];
    let found = with_resolvent(chain, &nowhere, limits, |resolvent| {
        laplace::means(resolvent, rewards, plan.warm_up, plan.horizon)
    });
    match found {
        Ok(found) => {
            // Of requests each hour has its own weight; what is not settled may all fall into the peak.
            let swing = plan.daily.map_or(0.0, |daily| daily.amplitude);
            let with_curve = |(index, mean): (usize, laplace::Mean)| {
                let of_requests = index == 1 || index >= 2 && index.is_multiple_of(2);
                let curve = if of_requests {
                    swing * mean.unsettled
                } else {
                    0.0
                };
                (mean.value, mean.error + curve)
            };
            Ok(found.into_iter().enumerate().map(with_curve).collect())
        }
        Err(reason) if plan.daily.is_some() || chain.is_meshed => Err(reason),
        Err(_) => stepwise(limits.steps),
    }
}

/// Works with the states taken out one by one if that is possible, else with sweeps.
fn with_resolvent<T>(
    chain: &Chain,
    is_end: &[bool],
    limits: Limits,
    mut work: impl FnMut(&mut dyn Resolvent) -> Result<T, String>,
) -> Result<T, String> {
    if let Ok(mut elimination) = Elimination::new(chain, is_end, limits.elimination) {
        return work(&mut elimination);
    }
    let most = if chain.is_meshed {
        limits.meshed_sweeps
    } else {
        limits.sweeps
    };
    work(&mut Sweeps::new(chain, is_end, most))
}

/// Mean time from the first state until one that is down \[s\]; infinite if that may never come.
fn first_outage(chain: &Chain, is_down: &[bool], limits: Limits) -> Result<f64, String> {
    if is_down[0] {
        return Ok(0.0);
    }
    if !is_down.contains(&true) {
        return Ok(f64::INFINITY);
    }
    let time = Rewards::one(vec![1.0; chain.n_states()]);
    let seconds = with_resolvent(chain, is_down, limits, |resolvent| {
        resolvent.sums(&time, Complex64::default())
    })?[0]
        .re;
    Ok(if seconds.is_finite() {
        seconds
    } else {
        f64::INFINITY
    })
}

/// The limit of ever finer meshes; each cell of the first is cut into n in the n-th.
fn extrapolated(meshes: &[Figures]) -> Solution {
    let limit_of = |values: &dyn Fn(&Figures) -> (f64, f64)| -> Figure {
        let (all, errors): (Vec<f64>, Vec<f64>) = meshes.iter().map(values).unzip();
        let (value, error) = limit(&all);
        let own = errors.iter().copied().fold(0.0, f64::max);
        Figure {
            value,
            error: error + 4.0 * own + 10.0 * ROUNDING * value.abs(),
            accuracy: Accuracy::Numerical,
        }
    };
    let means: Vec<Figure> = (0..meshes[0].means.len())
        .map(|index| limit_of(&|figures| figures.means[index]))
        .collect();
    let finest = &meshes[meshes.len() - 1].first_outage_hours;
    let first = finest.clone().map(|_| {
        limit_of(&|figures| (figures.first_outage_hours.clone().unwrap_or(f64::NAN), 0.0))
    });
    solution(&means, first)
}

/// The limit of figures on meshes cut into 1, 2, … and its error.
pub(super) fn limit(values: &[f64]) -> (f64, f64) {
    let n = values.len();
    let at_zero = |first: usize| -> f64 {
        // Lagrange's weights at 0 for the nodes 1/k.
        (first..=n)
            .map(|k| {
                let others = (first..=n).filter(|other| *other != k);
                let weight: f64 = others
                    .map(|other| k as f64 / (k as f64 - other as f64))
                    .product();
                weight * values[k - 1]
            })
            .sum()
    };
    let (half, finest) = (n / 2, values[n - 1]);
    let quarter = half.div_ceil(2);
    let change = finest - values[half - 1];
    let before = values[half - 1] - values[quarter - 1];
    // With errors in proportion to 1/n the change halves each time; to n^(-1/2) it falls to 0.7.
    if half > quarter && before.abs() < 1.6 * change.abs() {
        return (finest, 4.0 * change.abs());
    }
    let (value, second) = (at_zero(1), at_zero(2));
    let error = if n > 3 {
        3.0 * (value - second).abs() + (second - at_zero(3)).abs() / 30.0
    } else {
        5.0 * (value - second).abs()
    };
    (value, error)
}

fn solution(means: &[Figure], first_outage_hours: Result<Figure, String>) -> Solution {
    const YEAR_SECONDS: f64 = 8760.0 * 3600.0;
    let outages = means[0];
    Solution {
        route: Route::MarkovChain,
        unavailability: means[1],
        outages_per_year: Ok(Figure {
            value: outages.value * YEAR_SECONDS,
            error: outages.error * YEAR_SECONDS,
            ..outages
        }),
        journeys: means[2..]
            .chunks(2)
            .map(|pair| JourneyFigures {
                unavailability: pair[0],
                time_unavailability: pair[1],
            })
            .collect(),
        first_outage_hours: first_outage_hours.and_then(|hours| {
            if hours.value.is_finite() {
                Ok(hours)
            } else {
                Err("there may never be one".to_owned())
            }
        }),
    }
}
