//! Chances replaced by their probabilities: where a failover or a takeover may fail, every outcome is played.
//!
//! The downtimes of units do not depend on chances, so the windows of trouble after which everything is at rest again
//! can be played once for each way that the chances within may fall. What a window loses is then the mean over all ways,
//! given the units, all times and what went before: its expectation is that of the one way that the trial took, and
//! its variance is less (Rao-Blackwell).
//!
//! Attempts that are repeated until one succeeds have ways without end. Only those of at least [`LEAST`] probability are
//! played, with their probabilities as weights; where the trial itself took another, its loss counts in full beside
//! theirs, as it happens with just the probability of the others. Which windows are played together is found from the
//! likely ways alone, never from the one that the trial took.

use super::feed::Feed;
use super::spans::Span;
use super::timelines::{Timelines, resting};
use super::{play_window, start};
use crate::engine::chance::{Outcome, Script};
use crate::engine::serving::Serving;
use crate::engine::takeover::PoolState;
use crate::engine::trial::{Record, Simulator};
use crate::plan::{Plan, ServingPlan, UnitId};

/// Ways of less probability are left to the trials that take them.
const LEAST: f64 = 1e-6;
/// More ways than these through a group of windows are not gone through: the one of the trial stands for them.
const MOST_WAYS: usize = 64;

/// Whether anything in a plan may or may not succeed.
pub(super) fn has_chances(plan: &Plan) -> bool {
    let is_open = |probability: f64| probability > 0.0 && probability < 1.0;
    let failover = match &plan.serving {
        ServingPlan::Standby(standby) => is_open(standby.success),
        ServingPlan::Single | ServingPlan::ActiveActive(_) => false,
    };
    failover || plan.pools.iter().any(|pool| is_open(pool.success))
}

/// How things stood at the start of a window, everything at rest.
#[derive(Debug)]
pub(super) struct Landmark {
    /// Start of the window \[s\].
    start: f64,
    /// How many chances the trial has met so far.
    chances: usize,
    serving: Serving,
    pools: Vec<PoolState>,
    sums: Sums,
}

/// Losses since the start of a trial, by journey, in seconds of mean traffic and of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Sums {
    pub lost: Vec<f64>,
    pub down: Vec<f64>,
}

impl Sums {
    pub(super) fn of(simulator: &Simulator<'_>) -> Self {
        let (lost, down) = simulator.ledger.sums();
        Self {
            lost: lost.to_vec(),
            down: down.to_vec(),
        }
    }

    pub(super) fn of_none(plan: &Plan) -> Self {
        let zeros = vec![0.0; plan.journeys.len()];
        Self {
            lost: zeros.clone(),
            down: zeros,
        }
    }

    /// Adds `weight` times what was lost between two landmarks.
    fn add(&mut self, weight: f64, from: Option<&Self>, to: &Self) {
        let parts = [
            (&mut self.lost, from.map(|from| &from.lost), &to.lost),
            (&mut self.down, from.map(|from| &from.down), &to.down),
        ];
        for (mine, from, to) in parts {
            mine.resize(to.len(), 0.0);
            for (index, (mine, to)) in mine.iter_mut().zip(to).enumerate() {
                *mine += weight * (to - from.map_or(0.0, |from| from[index]));
            }
        }
    }
}

impl Landmark {
    pub(super) fn of(simulator: &Simulator<'_>, window: Span) -> Self {
        Self {
            start: window.start,
            chances: simulator.path.len(),
            serving: simulator.serving.clone(),
            pools: simulator.pools.clone(),
            sums: Sums::of(simulator),
        }
    }
}

/// What the chances of a trial do not change: when its units are down, and when anything that is watched is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'t> {
    pub timelines: &'t Timelines,
    pub windows: &'t [Span],
}

impl Ground<'_> {
    /// Start of the first window from `time` on; infinite if there is none.
    fn first_start(self, time: f64) -> f64 {
        let next = self.windows.partition_point(|window| window.start < time);
        self.windows
            .get(next)
            .map_or(f64::INFINITY, |window| window.start)
    }
}

/// The way that a trial took.
#[derive(Debug)]
pub(super) struct Taken<'t> {
    landmarks: &'t [Landmark],
    path: &'t [Outcome],
    sums: Sums,
}

impl<'t> Taken<'t> {
    /// Of a trial that has been played to its end; `landmarks` are the starts of what was played of it.
    pub(super) fn of(simulator: &'t Simulator<'_>, landmarks: &'t [Landmark]) -> Self {
        Self {
            landmarks,
            path: &simulator.path,
            sums: Sums::of(simulator),
        }
    }

    /// When a landmark is; infinite after the last.
    fn start(&self, landmark: usize) -> f64 {
        let landmark = self.landmarks.get(landmark);
        landmark.map_or(f64::INFINITY, |landmark| landmark.start)
    }

    /// What was lost until a landmark; until the end after the last.
    fn sums(&self, landmark: usize) -> &Sums {
        let landmark = self.landmarks.get(landmark);
        landmark.map_or(&self.sums, |landmark| &landmark.sums)
    }

    /// The chances met between two landmarks.
    fn path(&self, from: usize, to: usize) -> &'t [Outcome] {
        let met = |landmark: usize| {
            let landmark = self.landmarks.get(landmark);
            landmark.map_or(self.path.len(), |landmark| landmark.chances)
        };
        &self.path[met(from)..met(to)]
    }
}

/// Plays the ways that a trial did not take.
#[derive(Debug)]
pub(super) struct Scout<'p> {
    simulator: Simulator<'p>,
    resting: Vec<UnitId>,
    feed: Feed,
    trial: u64,
    /// Ways of less probability are left to the trials that take them.
    pub(super) least: f64,
}

impl<'p> Scout<'p> {
    pub(super) fn new(plan: &'p Plan, seed: u64) -> Self {
        let mut simulator = Simulator::new(plan, seed);
        simulator.reset(0, Record::Losses);
        Self {
            simulator,
            resting: resting(plan),
            feed: Feed::default(),
            trial: 0,
            least: LEAST,
        }
    }

    /// What a trial that has been played to its end loses, as a mean over its chances.
    pub(super) fn mean(&mut self, trial: u64, taken: &Taken<'_>, ground: Ground<'_>) -> Sums {
        self.trial = trial;
        let mut mean = Sums::default();
        let mut index = 0;
        while index < taken.landmarks.len() {
            let has_chances = !taken.path(index, index + 1).is_empty();
            let ways = has_chances.then(|| self.ways(taken, index, ground));
            if let Some((ways, next)) = ways.flatten() {
                mean.add(1.0, None, &ways);
                index = next;
            } else {
                mean.add(1.0, Some(taken.sums(index)), taken.sums(index + 1));
                index += 1;
            }
        }
        mean
    }

    /// The mean loss of the windows from a landmark on until everything is at rest whichever likely way the chances fall,
    /// and the landmark after them; `None` if there are too many ways.
    fn ways(
        &mut self,
        taken: &Taken<'_>,
        index: usize,
        ground: Ground<'_>,
    ) -> Option<(Sums, usize)> {
        let from = &taken.landmarks[index];
        let mut until = ground.first_start(from.start.next_up());
        'group: loop {
            // Where the trial itself was at rest, at `until` or later.
            let next = taken.landmarks.partition_point(|mark| mark.start < until);
            let rest = taken.start(next);
            let path = taken.path(index, next);
            let mut mean = Sums::default();
            let mut is_counted = false;
            let mut script = Some(Script::default());
            for _ in 0..MOST_WAYS {
                let Some(way) = script else {
                    if !is_counted {
                        mean.add(1.0, Some(taken.sums(index)), taken.sums(next));
                    }
                    return Some((mean, next));
                };
                let is_taken = way.leads_along(path);
                let (way, rest) = if is_taken {
                    (Script::of(path), rest)
                } else {
                    let rest = self.play(from, way, ground, until);
                    (self.simulator.script.take().unwrap_or_default(), rest)
                };
                let probability = way.probability();
                if probability >= self.least {
                    if rest > until {
                        until = ground.first_start(rest);
                        continue 'group;
                    }
                    is_counted |= is_taken;
                    if is_taken {
                        mean.add(probability, Some(taken.sums(index)), taken.sums(next));
                    } else {
                        mean.add(probability, None, &Sums::of(&self.simulator));
                    }
                }
                script = way.next_likely_path(self.least);
            }
            return None;
        }
    }

    /// Plays one way through the windows that start before `until`. Returns when everything is at rest; the end of the
    /// trial, if not before it.
    fn play(&mut self, from: &Landmark, way: Script, ground: Ground<'_>, until: f64) -> f64 {
        let Ground { timelines, windows } = ground;
        let simulator = &mut self.simulator;
        let plan = simulator.plan;
        let end = plan.warm_up + plan.horizon;
        simulator.reset_scores(self.trial, Record::Losses);
        start(simulator, &self.resting);
        simulator.script = Some(way);
        simulator.serving = from.serving.clone();
        simulator.pools.clone_from(&from.pools);
        let mut time = from.start;
        loop {
            let next = windows.partition_point(|window| window.start < time);
            match windows.get(next) {
                Some(window) if window.start < until => {}
                _ => return time,
            }
            let rest = play_window(simulator, &mut self.feed, timelines, &windows[next..], end);
            let Some(rest) = rest else {
                if simulator.world.impaired {
                    simulator.score_until(end);
                }
                self.feed.rest(simulator);
                return end;
            };
            time = rest;
        }
    }
}
