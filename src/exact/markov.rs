//! The figures of a plan that is a Markov chain.

use num_complex::Complex64;

use super::answer::{Accuracy, Figure, JourneyFigures, Refusal, Route, Solution};
use super::builder::Builder;
use super::chain::{Chain, Obstacle, Rewards, built};
use super::effort::{Effort, Limits};
use super::elimination::{Elimination, Resolvent};
use super::phases::Mesh;
use super::race::MOST_CUTS;
use super::races::{Races, races};
use super::stakes::{Stakes, stakes};
use super::sweeps::Sweeps;
use super::{laplace, refuse_ranges, transient};
use crate::plan::Plan;
use crate::units::format_duration;

/// Cells of a fixed time on the coarsest mesh, from the finest to the coarsest that is tried.
const CELLS: [u16; 3] = [12, 6, 3];

/// Relative error of rounding, and of taking a chain as settled.
const ROUNDING: f64 = 1e-10;

/// What is allowed for what races of two times cost: more than one of them at once is not looked at.
const MARGIN: f64 = 1.5;

/// What a limit may miss of what figures that were put right go on to differ by, where that is no more than what was taken off.
const CURVED: f64 = 0.5;

/// Operations of steps in time that are tried before anything else.
const FEW_STEPS: f64 = 3e8;

/// Rate of the end \[1/s\]: of a chain that ends so late nothing else is seen, and as nothing is subtracted no digits are lost.
const END: f64 = 1e-60;

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
    let found = on_meshes(plan, limits, cells, |chain, rivals| {
        let mut figures = Figures::of(plan, chain, limits)?;
        if let Some(rivals) = rivals {
            figures.of_races = OfRaces::of(plan, chain, rivals, &figures, limits)?;
        }
        Ok(figures)
    })?;
    let Some(stages) = found.stages else {
        return Ok(found.values[0].alone());
    };
    let solution = Solution {
        stages: Some(stages),
        ..extrapolated(&found.values)
    };
    let lost = found.values.iter().map(|figures| figures.means[1].0);
    let of_races = &found.values[0].of_races.over_time;
    let (_, _, _, worst) = put_right(&lost.collect::<Vec<_>>(), of_races, 1);
    refuse_unclear(solution.unavailability, worst)?;
    Ok(solution)
}

/// Mean time from the start to the first outage \[h\], and no other figure.
///
/// # Errors
///
/// In words, why it is not known.
pub(super) fn first_outage_alone(plan: &Plan, effort: Effort) -> Result<Figure, String> {
    let limits = effort.limits_beside();
    let found = on_meshes(plan, limits, cells(effort), |chain, rivals| {
        let is_down = chain.is_down();
        let seconds = first_outage(chain, &is_down, limits)?;
        let stakes = match rivals {
            Some(rivals) if seconds.is_finite() => {
                of_first_outage(chain, rivals, &is_down, limits)?
            }
            _ => Stakes::default(),
        };
        Ok((seconds / 3600.0, stakes))
    })?;
    let hours: Vec<f64> = found.values.iter().map(|(hours, _)| *hours).collect();
    let figure = |value: f64, error: f64, rounding: f64| Figure {
        value,
        error: error + rounding * value,
        accuracy: Accuracy::Numerical,
    };
    if found.stages.is_none() {
        return first_of(figure(hours[0], 0.0, ROUNDING));
    }
    let (_, value, error, worst) = put_right(&hours, &found.values[0].1, 0);
    let figure = figure(value, error, 10.0 * ROUNDING);
    refuse_unclear(figure, worst)?;
    first_of(figure)
}

/// Where phases do not tell which of two times ends first, nothing may be known.
fn refuse_unclear(figure: Figure, worst: Option<[f64; 2]>) -> Result<(), String> {
    let Some(means) = worst.filter(|_| figure.error >= figure.value) else {
        return Ok(());
    };
    let [shorter, longer] = means.map(format_duration);
    Err(format!(
        "of times of {shorter} and {longer} that begin together, stages do not tell which ends first (more `--stages` may)"
    ))
}

/// What was gone through for a chain on the coarsest mesh, and the races found in it.
struct Rivals<'b, 'p> {
    builder: &'b Builder<'p>,
    races: Races,
}

/// What depends on races, by kinds of figures.
#[derive(Default)]
struct OfRaces {
    /// By mean over the scored time.
    over_time: Stakes,
    first_outage_hours: Stakes,
    steady_state: Stakes,
}

impl OfRaces {
    /// For means over time the chain ends at a rate of once in the time that is played: what happens in it is weighed as it is there,
    /// up to 1/e, and what follows is taken as far. If figures are the same at all times, both are as in the long run.
    fn of(
        plan: &Plan,
        chain: &Chain,
        rivals: &Rivals<'_, '_>,
        figures: &Figures,
        limits: Limits,
    ) -> Result<Self, String> {
        let nowhere = vec![false; chain.n_states()];
        let worth = |rewards: &Rewards<'_>, s: f64| {
            with_resolvent(chain, &nowhere, limits, |resolvent| {
                resolvent.potentials(rewards, s)
            })
        };
        let Rivals { builder, races } = rivals;
        let played = plan.warm_up + plan.horizon;
        let is_down = chain.is_down();
        let rewards = Figures::rewards(chain, &is_down);
        let potentials = worth(&rewards, played.recip())?;
        let mut over_time = stakes(
            builder,
            races,
            &rewards,
            &potentials,
            &nowhere,
            played.recip(),
            Some(&is_down),
        )?;
        let peak = 1.0 + plan.daily.map_or(0.0, |daily| daily.amplitude);
        for (index, (value, _)) in figures.means.iter().enumerate() {
            let usual = potentials.first[index] / played;
            let share = if usual == *value {
                0.0
            } else {
                (usual / value - 1.0).abs()
            };
            let most = std::f64::consts::E * played / plan.horizon * peak;
            over_time.unsettle(index, share, most);
        }
        // Outages are counted: one that a race makes or saves may be as short as the time between two ends, so that nothing is put right.
        over_time.unsettle(0, f64::INFINITY, 1.0);
        let first_outage_hours = if figures
            .first_outage_hours
            .as_ref()
            .is_ok_and(|h| h.is_finite())
        {
            of_first_outage(chain, rivals, &is_down, limits)?
        } else {
            Stakes::default()
        };
        let steady_state = if figures.steady_state.is_ok() {
            let lost = lost(chain);
            stakes(
                builder,
                races,
                &lost,
                &worth(&lost, END)?,
                &nowhere,
                END,
                None,
            )?
        } else {
            Stakes::default()
        };
        Ok(Self {
            over_time,
            first_outage_hours,
            steady_state,
        })
    }
}

/// What depends on races of the time to the first outage \[h\].
fn of_first_outage(
    chain: &Chain,
    rivals: &Rivals<'_, '_>,
    is_down: &[bool],
    limits: Limits,
) -> Result<Stakes, String> {
    if is_down[0] || rivals.races.sites.is_empty() {
        return Ok(Stakes::default());
    }
    let time = Rewards::one(vec![1.0; chain.n_states()]);
    let potentials = with_resolvent(chain, is_down, limits, |resolvent| {
        resolvent.potentials(&time, 0.0)
    })?;
    let Rivals { builder, races } = rivals;
    stakes(builder, races, &time, &potentials, is_down, 0.0, None)
}

/// Something of the chain of a plan, or of those on several meshes.
struct Found<T> {
    values: Vec<T>,
    /// Stages of a fixed time on the finest mesh, if there are any.
    stages: Option<u16>,
}

fn on_meshes<T>(
    plan: &Plan,
    limits: Limits,
    cells: &[u16],
    work: impl Fn(&Chain, Option<&Rivals<'_, '_>>) -> Result<T, String>,
) -> Result<Found<T>, String> {
    refuse_ranges(plan)?;
    let mut reason = String::new();
    for &cells in cells {
        let mut values = Vec::new();
        for cuts in 1..=MOST_CUTS {
            let found = match built(plan, Mesh { cells, cuts }, limits) {
                Ok((chain, builder)) if !chain.is_meshed => {
                    drop(builder);
                    return Ok(Found {
                        values: vec![work(&chain, None)?],
                        stages: None,
                    });
                }
                Ok((chain, builder)) if cuts == 1 => {
                    let races = races(&builder);
                    let rivals = Rivals {
                        builder: &builder,
                        races,
                    };
                    work(
                        &chain,
                        Some(&rivals).filter(|rivals| !rivals.races.sites.is_empty()),
                    )
                }
                Ok((chain, builder)) => {
                    drop(builder);
                    work(&chain, None)
                }
                Err(Obstacle::Plan(reason)) => return Err(reason),
                Err(Obstacle::Size(reason)) => Err(reason),
            };
            match found {
                Ok(found) => values.push(found),
                Err(why) => {
                    reason = why;
                    break;
                }
            }
        }
        if values.len() >= 3 {
            let stages = Some(cells * values.len() as u16);
            return Ok(Found { values, stages });
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
    /// What depends on races of two times.
    of_races: OfRaces,
}

impl Figures {
    pub(super) fn of(plan: &Plan, chain: &Chain, limits: Limits) -> Result<Self, String> {
        let is_down = chain.is_down();
        let rewards = Self::rewards(chain, &is_down);
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
            of_races: OfRaces::default(),
        })
    }

    /// What each state earns: the rate at which outages begin, then all that users see.
    fn rewards<'c>(chain: &'c Chain, is_down: &[bool]) -> Rewards<'c> {
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
        Rewards::beside_sights(begins, chain)
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
    if !limits.long_run {
        return Err("it was not asked for".to_owned());
    }
    let lost = lost(chain);
    let nowhere = vec![false; chain.n_states()];
    let sums = with_resolvent(chain, &nowhere, limits, |resolvent| {
        resolvent.sums(&lost, END.into())
    })?;
    Ok(END * sums[0].re)
}

/// The share of requests that is lost in each state.
fn lost(chain: &Chain) -> Rewards<'static> {
    let lost = (0..chain.n_states()).map(|state| chain.sight(state)[0]);
    Rewards::one(lost.collect())
}

/// The limit of ever finer meshes; each cell of the first is cut into n in the n-th.
fn extrapolated(meshes: &[Figures]) -> Solution {
    let limit_of = |values: &dyn Fn(&Figures) -> (f64, f64), stakes: &Stakes, index| -> Figure {
        let (all, errors): (Vec<f64>, Vec<f64>) = meshes.iter().map(values).unzip();
        let (all, value, error, _) = put_right(&all, stakes, index);
        let own = errors.iter().copied().fold(0.0, f64::max);
        // Moves of traffic that hardly ever overlap do so much more on coarse meshes: of that the changes are no series.
        let moves = if meshes.iter().any(|figures| figures.full > 0.0) {
            (value - all[all.len() - 1]).abs()
        } else {
            0.0
        };
        Figure {
            value,
            error: error + moves + 4.0 * own + 10.0 * ROUNDING * value.abs(),
            accuracy: Accuracy::Numerical,
        }
    };
    let OfRaces {
        over_time,
        first_outage_hours,
        steady_state,
    } = &meshes[0].of_races;
    let means: Vec<Figure> = (0..meshes[0].means.len())
        .map(|index| limit_of(&|figures| figures.means[index], over_time, index))
        .collect();
    let known = |of: fn(&Figures) -> &Result<f64, String>, stakes: &Stakes| {
        let all: Result<Vec<&f64>, &String> =
            meshes.iter().map(|figures| of(figures).as_ref()).collect();
        let value = |figures: &Figures| (of(figures).clone().unwrap_or(f64::NAN), 0.0);
        all.map_err(String::clone)
            .map(|_| limit_of(&value, stakes, 0))
    };
    let full = meshes
        .iter()
        .map(|figures| figures.full)
        .fold(0.0, f64::max);
    let steady = known(|figures| &figures.steady_state, steady_state).map(|figure| Figure {
        error: figure.error + full,
        ..figure
    });
    let first = known(|figures| &figures.first_outage_hours, first_outage_hours);
    solution(&means, first, steady)
}

/// A figure on each mesh without what races are known to put it off by, the limit of that and its error; and the two times of the race
/// that costs most.
fn put_right(
    raw: &[f64],
    of_races: &Stakes,
    figure: usize,
) -> (Vec<f64>, f64, f64, Option<[f64; 2]>) {
    let mut values = raw.to_vec();
    of_races.put_right(figure, &mut values);
    let (value, error) = limit(&values);
    let vague = of_races.vagueness(figure, &weights(&values));
    // What is put right goes on differing from mesh to mesh where costs are not straight over the spread of two ends.
    let taken_off = raw
        .iter()
        .zip(&values)
        .map(|(raw, right)| (raw - right).abs());
    let curved = CURVED * taken_off.fold(0.0, f64::max).min(spread(&values));
    let error = error + MARGIN * vague.error + curved;
    // No figure is below 0.
    (
        values,
        value.max(0.0),
        error + (-value).max(0.0),
        vague.times,
    )
}

/// How much figures differ.
fn spread(values: &[f64]) -> f64 {
    let most = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let least = values.iter().copied().fold(f64::INFINITY, f64::min);
    most - least
}

/// The limit of figures on meshes cut into 1, 2, … and its error.
pub(super) fn limit(values: &[f64]) -> (f64, f64) {
    let n = values.len();
    let change = values[n - 1] - values[n / 2 - 1];
    let weights = weights(values);
    let weighed = |weights: &[f64]| -> f64 {
        let parts = weights.iter().zip(&values[n - weights.len()..]);
        parts.map(|(weight, value)| weight * value).sum()
    };
    if is_slow(values) {
        return (values[n - 1], 4.0 * change.abs());
    }
    let (value, second) = (weighed(&weights), weighed(&at_zero(2, n)));
    let error = if n > 3 {
        3.0 * (value - second).abs() + (second - weighed(&at_zero(3, n))).abs() / 10.0
    } else {
        5.0 * (value - second).abs()
    };
    (value, error)
}

/// The weights with which figures on meshes enter their limit.
fn weights(values: &[f64]) -> Vec<f64> {
    let n = values.len();
    if is_slow(values) {
        (1..=n).map(|cuts| f64::from(u8::from(cuts == n))).collect()
    } else {
        at_zero(1, n)
    }
}

/// Whether figures are no series in 1/n: with errors in proportion to it the change halves each time; to n^(-1/2) it falls to 0.7.
fn is_slow(values: &[f64]) -> bool {
    let n = values.len();
    let half = n / 2;
    let quarter = half.div_ceil(2);
    let change = values[n - 1] - values[half - 1];
    let before = values[half - 1] - values[quarter - 1];
    half > quarter && before.abs() < 1.6 * change.abs()
}

/// Lagrange's weights at 0 for the nodes 1/k.
fn at_zero(first: usize, last: usize) -> Vec<f64> {
    let weight = |k: usize| {
        let others = (first..=last).filter(|other| *other != k);
        others
            .map(|other| k as f64 / (k as f64 - other as f64))
            .product()
    };
    (first..=last).map(weight).collect()
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
