//! The figures of a plan that is a Markov chain.

use num_complex::Complex64;

use super::answer::{Accuracy, Figure, JourneyFigures, Refusal, Route, Solution};
use super::chain::{Chain, Obstacle, Rewards, chain};
use super::effort::{Effort, Limits};
use super::elimination::{Elimination, Resolvent};
use super::phases::Mesh;
use super::races::{Race, worst};
use super::sweeps::Sweeps;
use super::{laplace, refuse_ranges, transient};
use crate::plan::Plan;
use crate::units::format_duration;

/// Cells of a fixed time on the coarsest mesh, from the finest to the coarsest that is tried.
const CELLS: [u16; 3] = [12, 6, 3];

/// Meshes in one extrapolation: each cell of the coarsest is cut into 1, 2, 3 and 4.
const MOST_CUTS: u16 = 4;

/// Relative error of rounding, and of taking a chain as settled.
const ROUNDING: f64 = 1e-10;

/// What is allowed for where a race of two times makes the error of a limit too small: how much is only known of its own figures.
const MARGIN: f64 = 1.5;

/// Operations of steps in time that are tried before anything else.
const FEW_STEPS: f64 = 3e8;

/// Solves a plan as a Markov chain.
///
/// Times that are cut on a mesh give a chain whose error is a series in 1/n, if each cell of the coarsest mesh is cut into n. The
/// polynomial in 1/n through the figures of the meshes is taken at 0 (Richardson 1911, doi:10.1098/rsta.1911.0009). The error
/// reported is three times its distance from the same without the coarsest mesh, and a tenth of what the next coarsest then
/// changes; five times the distance if only three meshes are small enough. Where the figures do not behave as such a series, which
/// is when two fixed times nearly coincide, the finest is taken, with four times its distance from the one with half as many cells.
pub(super) fn solve(plan: &Plan, effort: Effort, stages: Option<u16>) -> Result<Solution, Refusal> {
    figures(plan, effort, stages).map_err(|reason| Refusal {
        route: Route::MarkovChain,
        reason,
    })
}

/// With fixed times in so many stages on the finest mesh; else in as many as the effort allows.
pub(super) fn figures(
    plan: &Plan,
    effort: Effort,
    stages: Option<u16>,
) -> Result<Solution, String> {
    let limits = effort.limits();
    match stages {
        Some(stages) => figures_on(plan, limits, &[stages.div_ceil(MOST_CUTS)]),
        None => figures_on(plan, limits, cells(effort)),
    }
}

fn cells(effort: Effort) -> &'static [u16] {
    match effort {
        Effort::Glance => &CELLS[2..],
        Effort::Quick => &CELLS[1..],
        Effort::Full => &CELLS[..],
    }
}

/// On meshes of the first of these numbers of cells that the limits allow.
pub(super) fn figures_on(plan: &Plan, limits: Limits, cells: &[u16]) -> Result<Solution, String> {
    let found = on_meshes(plan, limits, cells, |chain| {
        Figures::of(plan, chain, limits)
    })?;
    let Some(mesh) = found.mesh else {
        return Ok(found.values[0].alone());
    };
    let solution = Solution {
        stages: Some(mesh.stages),
        ..extrapolated(&found.values, mesh.caution)
    };
    if let Some(race) = mesh.race
        && solution.unavailability.error >= solution.unavailability.value
    {
        return Err(unclear(race));
    }
    Ok(solution)
}

/// Mean time from the start to the first outage \[h\], and no other figure.
///
/// # Errors
///
/// In words, why it is not known.
pub(super) fn first_outage_alone(plan: &Plan, effort: Effort) -> Result<Figure, String> {
    let limits = effort.limits_beside();
    let found = on_meshes(plan, limits, cells(effort), |chain| {
        first_outage(chain, &chain.is_down(), limits)
    })?;
    let hours: Vec<f64> = found
        .values
        .iter()
        .map(|seconds| seconds / 3600.0)
        .collect();
    let (value, error, rounding) = match &found.mesh {
        None => (hours[0], 0.0, ROUNDING),
        Some(mesh) => {
            let (value, error) = limit(&hours);
            (value, mesh.caution * error, 10.0 * ROUNDING)
        }
    };
    if let Some(race) = found.mesh.and_then(|mesh| mesh.race)
        && error >= value
    {
        return Err(unclear(race));
    }
    first_of(Figure {
        value,
        error: error + rounding * value,
        accuracy: Accuracy::Numerical,
    })
}

/// Something of the chain of a plan, or of those on several meshes.
struct Found<T> {
    values: Vec<T>,
    mesh: Option<Meshes>,
}

/// The meshes on which a plan was solved.
struct Meshes {
    /// Stages of a fixed time on the finest.
    stages: u16,
    /// By how much the error of their limit is multiplied.
    caution: f64,
    /// The race of two times that needs most caution, if there are any.
    race: Option<Race>,
}

impl Meshes {
    fn new(cells: u16, n_meshes: usize, races: &[Race]) -> Self {
        let worst = worst(races, n_meshes);
        let too_small = worst.map_or(1.0, |(_, too_small)| too_small);
        Self {
            stages: cells * n_meshes as u16,
            caution: if too_small > 1.0 {
                MARGIN * too_small
            } else {
                1.0
            },
            race: worst.map(|(race, _)| race),
        }
    }
}

/// Why nothing is known where phases do not tell which of two times ends first.
fn unclear(race: Race) -> String {
    let [shorter, longer] = race.means.map(format_duration);
    format!(
        "of times of {shorter} and {longer} that begin together, stages do not tell which ends first (more `--stages` may)"
    )
}

fn on_meshes<T>(
    plan: &Plan,
    limits: Limits,
    cells: &[u16],
    work: impl Fn(&Chain) -> Result<T, String>,
) -> Result<Found<T>, String> {
    refuse_ranges(plan)?;
    let mut reason = String::new();
    for &cells in cells {
        let mut meshes = Vec::new();
        let mut races = Vec::new();
        for cuts in 1..=MOST_CUTS {
            let found = match chain(plan, Mesh { cells, cuts }, limits) {
                Ok(chain) if !chain.is_meshed => {
                    return Ok(Found {
                        values: vec![work(&chain)?],
                        mesh: None,
                    });
                }
                Ok(mut chain) => {
                    races.append(&mut chain.races);
                    work(&chain)
                }
                Err(Obstacle::Plan(reason)) => return Err(reason),
                Err(Obstacle::Size(reason)) => Err(reason),
            };
            match found {
                Ok(found) => meshes.push(found),
                Err(why) => {
                    reason = why;
                    break;
                }
            }
        }
        if meshes.len() >= 3 {
            let mesh = Some(Meshes::new(cells, meshes.len(), &races));
            return Ok(Found {
                values: meshes,
                mesh,
            });
        }
    }
    Err(reason)
}

/// Figures of one chain with their errors: outages a second, unavailability, then two for each journey.
pub(super) struct Figures {
    means: Vec<(f64, f64)>,
    first_outage_hours: Result<f64, String>,
    steady_state: Result<f64, String>,
    /// Share of time in which as many moves of traffic are under way as a state remembers.
    full: f64,
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
        let mut means = means(plan, chain, &rewards, limits)?;
        // While as many moves are under way as a state remembers, one more would be taken wrongly.
        let (full, _) = means.pop().unwrap_or_default();
        let lost = means[1].0;
        for (index, (value, error)) in means.iter_mut().enumerate() {
            *error += match index {
                0 if lost > 0.0 => *value * (full / lost),
                0 => 0.0,
                _ => full,
            };
        }
        Ok(Self {
            means,
            first_outage_hours: first_outage(chain, &is_down, limits)
                .map(|seconds| seconds / 3600.0),
            steady_state: long_run(chain, limits),
            full,
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
        let known = |value: &Result<f64, String>, error| {
            let value = value.clone();
            value.map(|value| figure(value, error))
        };
        solution(
            &means,
            known(&self.first_outage_hours, 0.0),
            known(&self.steady_state, self.full),
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

/// Works with the states taken out one by one if that takes little, else with sweeps, and if these take too long with the states taken
/// out nevertheless: where a chain seldom comes back to its start, nothing else gets far.
fn with_resolvent<T>(
    chain: &Chain,
    is_end: &[bool],
    limits: Limits,
    mut work: impl FnMut(&mut dyn Resolvent) -> Result<T, String>,
) -> Result<T, String> {
    let (little, most) = (limits.taking_out_at_once(), limits.taking_out());
    if let Ok(mut elimination) = Elimination::new(chain, is_end, little) {
        return work(&mut elimination);
    }
    let sweeps = if chain.is_meshed {
        limits.meshed_sweeps
    } else {
        limits.sweeps
    };
    let swept = work(&mut Sweeps::new(chain, is_end, sweeps));
    match swept {
        Err(reason) if most.work > little.work => {
            let mut elimination = Elimination::new(chain, is_end, most)
                .map_err(|too_entangled| format!("{reason}, and {too_entangled}"))?;
            work(&mut elimination)
        }
        swept => swept,
    }
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

/// Share of requests lost in the long run.
fn long_run(chain: &Chain, limits: Limits) -> Result<f64, String> {
    // Per second: of a chain that ends so late nothing else is seen, and as nothing is subtracted no digits are lost.
    const END: f64 = 1e-60;
    if !limits.long_run {
        return Err("it was not asked for".to_owned());
    }
    let lost = (0..chain.n_states()).map(|state| chain.sight(state)[0]);
    let lost = Rewards::one(lost.collect());
    let nowhere = vec![false; chain.n_states()];
    let sums = with_resolvent(chain, &nowhere, limits, |resolvent| {
        resolvent.sums(&lost, END.into())
    })?;
    Ok(END * sums[0].re)
}

/// The limit of ever finer meshes; each cell of the first is cut into n in the n-th.
fn extrapolated(meshes: &[Figures], caution: f64) -> Solution {
    let limit_of = |values: &dyn Fn(&Figures) -> (f64, f64)| -> Figure {
        let (all, errors): (Vec<f64>, Vec<f64>) = meshes.iter().map(values).unzip();
        let (value, error) = limit(&all);
        let own = errors.iter().copied().fold(0.0, f64::max);
        // Moves of traffic that hardly ever overlap do so much more on coarse meshes: of that the changes are no series.
        let moves = if meshes.iter().any(|figures| figures.full > 0.0) {
            (value - all[all.len() - 1]).abs()
        } else {
            0.0
        };
        Figure {
            value,
            error: caution * error + moves + 4.0 * own + 10.0 * ROUNDING * value.abs(),
            accuracy: Accuracy::Numerical,
        }
    };
    let means: Vec<Figure> = (0..meshes[0].means.len())
        .map(|index| limit_of(&|figures| figures.means[index]))
        .collect();
    let known = |of: fn(&Figures) -> &Result<f64, String>| {
        let all: Result<Vec<&f64>, &String> =
            meshes.iter().map(|figures| of(figures).as_ref()).collect();
        all.map_err(String::clone)
            .map(|_| limit_of(&|figures| (of(figures).clone().unwrap_or(f64::NAN), 0.0)))
    };
    let full = meshes
        .iter()
        .map(|figures| figures.full)
        .fold(0.0, f64::max);
    let steady = known(|figures| &figures.steady_state).map(|figure| Figure {
        error: figure.error + full,
        ..figure
    });
    solution(&means, known(|figures| &figures.first_outage_hours), steady)
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
        3.0 * (value - second).abs() + (second - at_zero(3)).abs() / 10.0
    } else {
        5.0 * (value - second).abs()
    };
    (value, error)
}

fn solution(
    means: &[Figure],
    first_outage_hours: Result<Figure, String>,
    steady_state_unavailability: Result<Figure, String>,
) -> Solution {
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
        first_outage_hours: first_outage_hours.and_then(first_of),
        steady_state_unavailability,
        stages: None,
    }
}

/// The mean time to the first outage, if there must be one.
fn first_of(hours: Figure) -> Result<Figure, String> {
    if hours.value.is_finite() {
        Ok(hours)
    } else {
        Err("there may never be one".to_owned())
    }
}
