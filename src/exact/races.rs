//! Races of two times that began together, or one right after the other: which ends first?
//!
//! Where the two are nearly as long and hardly vary, that is certain, or almost so. Phases blur it: with few of them it is nearly a
//! toss, and the figures of all meshes that are small enough are near that of a toss, so that nothing in them tells how far their
//! limit is. What a race does to figures is known, though: they follow the chance that one time is shorter, and the mean by which it is.
//! Of both this module compares the limit that meshes suggest, and the error that they suggest for it, with the truth.

use std::collections::VecDeque;

use indexmap::IndexSet;

use super::builder::Builder;
use super::markov::limit;
use crate::engine::StateId;
use crate::stats::normal_cdf;

/// Steps of the walk at most, if the chain has fewer nodes; those near the beginnings come first.
const FEW_STEPS: usize = 1_000;

/// Standard deviations beyond which one time is certainly the shorter.
const CERTAIN: f64 = 6.0;

/// A time whose variance is so many times what the phases of another add varies so much that phases blur no race with it.
const SMOOTH: f64 = 3.0;

/// A chance that is off by less, or a mean by so small a part of itself, is not looked at: where next to nothing is wrong its ratio to
/// an error that is next to nothing says nothing.
const NEGLIGIBLE: f64 = 1e-5;

/// What differs by less, relative to the times, is the same.
const SAME: f64 = 1e-9;

/// One value of a time, or a narrow part of its law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    /// \[s\]
    pub mean: f64,
    /// Of the law \[s²\].
    pub variance: f64,
    /// What phases of the coarsest mesh add to it \[s²\].
    pub blur: f64,
}

impl Part {
    /// This, and then that.
    fn then(self, next: Self) -> Self {
        Self {
            mean: self.mean + next.mean,
            variance: self.variance + next.variance,
            blur: self.blur + next.blur,
        }
    }
}

/// Two times that began together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Race {
    /// Of the two \[s\], the shorter first.
    pub means: [f64; 2],
    /// Of their difference \[s²\].
    variance: f64,
    /// What phases of the coarsest mesh add to it \[s²\].
    blur: f64,
    /// Whether it makes no difference to what follows which is first, if both end soon after each other.
    is_even: bool,
}

impl Race {
    fn between(one: Part, other: Part, is_even: bool) -> Self {
        Self {
            means: [one.mean.min(other.mean), one.mean.max(other.mean)],
            variance: one.variance + other.variance,
            blur: one.blur + other.blur,
            is_even,
        }
    }

    fn gap(&self) -> f64 {
        let gap = self.means[1] - self.means[0];
        if gap < SAME * self.means[1] { 0.0 } else { gap }
    }

    /// How many times too small the error of the limit of so many meshes may be: at least 1, endless if nothing is known.
    fn understatement(&self, n_meshes: usize) -> f64 {
        let gap = self.gap();
        if gap == 0.0 && self.variance == 0.0 && !self.is_even {
            return f64::INFINITY;
        }
        let shorter = |deviation: f64| match deviation {
            0.0 => 1.0,
            deviation => normal_cdf(gap / deviation),
        };
        // E[max(D, 0)] of a normal difference D.
        let by = |deviation: f64| match deviation {
            0.0 => gap,
            deviation => {
                let z = gap / deviation;
                let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
                deviation * density + gap * normal_cdf(z)
            }
        };
        let too_small = |what: &dyn Fn(f64) -> f64, scale: f64| -> f64 {
            let cuts = 1..=n_meshes as u32;
            let values: Vec<f64> = cuts
                .map(|cuts| what((self.variance + self.blur / f64::from(cuts)).sqrt()) / scale)
                .collect();
            let (value, error) = limit(&values);
            let off = (value - what(self.variance.sqrt()) / scale).abs();
            if off > NEGLIGIBLE { off / error } else { 1.0 }
        };
        let of_mean = too_small(&by, self.blur.sqrt().max(gap));
        if self.is_even {
            of_mean.max(1.0)
        } else {
            of_mean.max(too_small(&shorter, 1.0)).max(1.0)
        }
    }
}

/// The race in which meshes mislead most, and how many times too small their error may be.
pub(super) fn worst(races: &[Race], n_meshes: usize) -> Option<(Race, f64)> {
    let judged = races
        .iter()
        .map(|race| (*race, race.understatement(n_meshes)));
    judged.max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Times under way that began together, each an event of a state with its end, counted from a beginning of all.
type Together = (StateId, Vec<(u16, Part)>);

/// All races of a chain, its states being known: walks on from each instant at which two times begin.
pub(super) fn races(builder: &Builder<'_>) -> Vec<Race> {
    let most = builder.n_nodes().max(FEW_STEPS);
    let mut met: IndexSet<Vec<u64>> = IndexSet::new();
    let mut queue: VecDeque<Together> = VecDeque::new();
    let mut races: Vec<Race> = Vec::new();
    for (state, begun) in builder.begun_together() {
        for parts in choices(builder, *state, begun) {
            queue.push_back((*state, parts));
        }
    }
    while let Some((state, mut runners)) = queue.pop_front() {
        let blur = runners
            .iter()
            .map(|(_, part)| part.blur)
            .fold(0.0, f64::max);
        runners.retain(|(_, part)| part.variance < SMOOTH * blur);
        if runners.len() < 2 || met.len() >= most || !met.insert(key(state, &runners)) {
            continue;
        }
        for (index, one) in runners.iter().enumerate() {
            for other in &runners[index + 1..] {
                let is_even = builder.is_even(state, one.0, other.0);
                let race = Race::between(one.1, other.1, is_even);
                if !races.contains(&race) {
                    races.push(race);
                }
            }
        }
        for event in 0..builder.n_events(state) {
            let runner = runners.iter().find(|runner| runner.0 == event);
            if runner.is_some_and(|one| runners.iter().any(|other| is_before(other.1, one.1))) {
                continue;
            }
            follow(builder, state, &runners, event, &mut queue);
        }
    }
    races
}

/// What is together after an event of a state.
fn follow(
    builder: &Builder<'_>,
    state: StateId,
    runners: &[(u16, Part)],
    event: u16,
    queue: &mut VecDeque<Together>,
) {
    let end = runners.iter().find(|runner| runner.0 == event);
    for next in builder.known_successors(state, event) {
        let mut going_on = Vec::new();
        let mut begun = Vec::new();
        for (now, old) in next.goes_on.iter().enumerate() {
            match old {
                Some(old) => {
                    let runner = runners.iter().find(|runner| runner.0 == *old);
                    going_on.extend(runner.map(|(_, part)| (now as u16, *part)));
                }
                None => begun.push(now as u16),
            }
        }
        if going_on.is_empty() {
            continue;
        }
        match end {
            // What begins with it has its own group.
            None => queue.push_back((next.state, going_on)),
            Some((_, end)) => {
                for choice in choices(builder, next.state, &begun) {
                    let later = choice.iter().map(|(event, part)| (*event, end.then(*part)));
                    let all = going_on.iter().copied().chain(later);
                    queue.push_back((next.state, all.collect()));
                }
            }
        }
    }
}

/// The events with every choice of parts of their laws.
fn choices(builder: &Builder<'_>, state: StateId, events: &[u16]) -> Vec<Vec<(u16, Part)>> {
    const MOST: usize = 2_000;
    let mut all: Vec<Vec<(u16, Part)>> = vec![Vec::new()];
    for &event in events {
        let parts = builder.parts(state, event);
        if parts.len() * all.len() > MOST {
            continue;
        }
        let with = |runners: &Vec<(u16, Part)>, part: &Part| {
            let mut runners = runners.clone();
            runners.push((event, *part));
            runners
        };
        all = (all.iter())
            .flat_map(|runners| parts.iter().map(move |part| with(runners, part)))
            .collect();
    }
    all
}

/// Whether one time certainly ends before another.
fn is_before(one: Part, other: Part) -> bool {
    // The finest mesh has a quarter of the blur of the coarsest.
    let variance = one.variance + other.variance + 0.25 * (one.blur + other.blur);
    other.mean - one.mean > CERTAIN * variance.sqrt()
}

/// What tells groups apart: only differences between ends matter.
fn key(state: StateId, runners: &[(u16, Part)]) -> Vec<u64> {
    let first = runners
        .iter()
        .map(|runner| runner.1.mean)
        .fold(f64::INFINITY, f64::min);
    let words = runners.iter().flat_map(|(event, part)| {
        let later = (part.mean - first) as f32;
        let parts = [later, part.variance as f32, part.blur as f32];
        std::iter::once(u64::from(*event)).chain(parts.map(|part| u64::from(part.to_bits())))
    });
    std::iter::once(u64::from(state)).chain(words).collect()
}

#[cfg(test)]
mod tests {
    use crate::exact::{Effort, markov::figures};
    use crate::model::load_str;
    use crate::plan::compile;
    use crate::topology::expand;

    const DETECTED: f64 = 60.0;
    const MTBF: f64 = 1e6 * 3600.0;
    /// A standby that carries nothing of 70 % for an hour once the loss has been detected.
    const WARMING_UP: f64 = 0.7 * 3600.0;

    /// A failure costs what it lasts if it ends before it is detected, else an hour of a standby that is too small: the seconds that
    /// a repair of `seconds` costs.
    fn cost(seconds: f64) -> f64 {
        if seconds < DETECTED {
            seconds
        } else {
            DETECTED + WARMING_UP
        }
    }

    /// What the chain says of such a pair under a law of repairs: unavailability and error, or none if it refuses.
    fn found(repair: &str, effort: Effort) -> Option<(f64, f64)> {
        let model = format!(
            "
model: pair
warm_up: 100h
horizon: 1y
regions: {{ a: {{ zones: [z] }}, b: {{ zones: [z] }} }}
services: {{ s: {{ replicas: 10 }} }}
faults:
  loss: {{ hits: region, regions: [a], mtbf: 1000000h, mttr: {repair} }}
topologies: {{ t: {{ pattern: warm-standby, regions: [a, b], standby_scale: 30% }} }}
failover:
  detect: {{ fixed: 60s }}
  activate: {{ fixed: 1h }}
  reroute: {{ fixed: 0s }}
  failback: {{ wait: 10m, takes: 0s }}
"
        );
        let model = load_str("model.yaml", &model, None).unwrap();
        let (name, spec) = model.topologies.get_index(0).unwrap();
        let plan = compile(&model, &expand(&model, name, spec));
        match figures(&plan, effort, None) {
            Ok(solution) => Some((solution.unavailability.value, solution.unavailability.error)),
            Err(reason) => {
                let says_why = reason.contains("ends first") || reason.contains("same instant");
                assert!(says_why, "{reason}");
                None
            }
        }
    }

    fn assert_covered(repair: &str, cost: f64, mean: f64, effort: Effort) -> Option<f64> {
        let truth = cost / (MTBF + mean);
        let (value, error) = found(repair, effort)?;
        // A second failure before the standby is ready comes once in a million times.
        let rest = 3e-6 * truth;
        assert!(
            (value - truth).abs() <= error + rest,
            "{repair}: {value:e} ± {error:e}, not {truth:e}"
        );
        Some(error / truth)
    }

    #[test]
    fn the_error_holds_however_near_two_fixed_times_are() {
        let nearly = [
            20.0, 30.0, 45.0, 54.0, 57.0, 59.0, 59.99, 60.001, 61.0, 63.0, 66.0, 70.0, 80.0, 120.0,
            300.0,
        ];
        for seconds in nearly {
            let repair = format!("{{ fixed: {seconds}s }}");
            assert_covered(&repair, cost(seconds), seconds, Effort::Quick);
        }
        for seconds in [45.0, 59.0, 61.0, 66.0, 120.0] {
            let repair = format!("{{ fixed: {seconds}s }}");
            assert_covered(&repair, cost(seconds), seconds, Effort::Full);
        }
    }

    #[test]
    fn the_error_holds_where_a_fixed_time_is_a_part_of_a_law() {
        // Of exponential repairs with a mean of two hours, all but those that end first are detected.
        let (hours, seconds) = (7200.0, 59.0);
        let late = (-DETECTED / hours).exp();
        let exponential = hours * (1.0 - late) + late * WARMING_UP;
        let cost_of = 0.9 * exponential + 0.1 * cost(seconds);
        let mixture =
            "{ mixture: [ { weight: 90%, of: 2h }, { weight: 10%, of: { fixed: 59s } } ] }";
        let values = [59.0, 61.0, 300.0, 7200.0];
        let of_values = values.map(cost).iter().sum::<f64>() / 4.0;
        let mean = values.iter().sum::<f64>() / 4.0;
        for effort in [Effort::Quick, Effort::Full] {
            assert_covered(mixture, cost_of, 0.9 * hours + 0.1 * seconds, effort);
            let values = "{ empirical: [59s, 61s, 300s, 2h] }";
            assert_covered(values, of_values, mean, effort);
        }
    }

    #[test]
    fn times_far_apart_stay_sharp() {
        let error = assert_covered("{ fixed: 2h }", cost(7200.0), 7200.0, Effort::Full);
        assert!(error.unwrap() < 1e-3, "{error:?}");
    }

    #[test]
    fn times_that_end_at_one_instant_are_refused() {
        assert_eq!(found("{ fixed: 60s }", Effort::Full), None);
    }
}
