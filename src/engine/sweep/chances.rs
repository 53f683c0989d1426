//! Chances replaced by their probabilities: where a failover or a takeover may fail, every outcome is played.
//!
//! The downtimes of units do not depend on chances, so the windows of trouble after which everything is at rest again
//! can be played once for each way that the chances within may fall. What a window loses is then the mean over all ways,
//! given the units, all times and what went before: its expectation is that of the one way that the trial took, and
//! its variance is less (Rao-Blackwell).

use super::feed::Feed;
use super::spans::Span;
use super::timelines::{Timelines, resting};
use super::{play_window, start};
use crate::engine::chance::Script;
use crate::engine::serving::Serving;
use crate::engine::takeover::PoolState;
use crate::engine::trial::{Record, Simulator};
use crate::plan::{Plan, ServingPlan, UnitId};

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
    /// Chances met so far in the trial.
    chances: u64,
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
            chances: simulator.chances_met,
            serving: simulator.serving.clone(),
            pools: simulator.pools.clone(),
            sums: Sums::of(simulator),
        }
    }
}

/// Plays the ways that a trial did not take.
#[derive(Debug)]
pub(super) struct Scout<'p> {
    simulator: Simulator<'p>,
    resting: Vec<UnitId>,
    feed: Feed,
    trial: u64,
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
        }
    }

    /// What a trial that has been played to its end loses, as a mean over its chances. `landmarks` are the starts of what
    /// was played of it.
    pub(super) fn mean(
        &mut self,
        trial: u64,
        played: &Simulator<'p>,
        landmarks: &[Landmark],
        timelines: &Timelines,
        windows: &[Span],
    ) -> Sums {
        let last = Sums::of(played);
        let mut mean = Sums::default();
        let at = |index: usize| {
            landmarks
                .get(index)
                .map_or(&last, |landmark| &landmark.sums)
        };
        let met = |index: usize| {
            let after = landmarks.get(index + 1);
            after.map_or(played.chances_met, |after| after.chances) > landmarks[index].chances
        };
        self.trial = trial;
        let mut index = 0;
        while index < landmarks.len() {
            let mut next = index + 1;
            if met(index)
                && let Some((ways, end)) = self.ways(landmarks, index, timelines, windows)
            {
                next = end;
                mean.add(1.0, None, &ways);
            } else {
                mean.add(1.0, Some(at(index)), at(next));
            }
            index = next;
        }
        mean
    }

    /// The mean loss of the windows from a landmark on until everything is at rest whichever way the chances fall, and
    /// the landmark after them; `None` if there are too many ways.
    fn ways(
        &mut self,
        landmarks: &[Landmark],
        index: usize,
        timelines: &Timelines,
        windows: &[Span],
    ) -> Option<(Sums, usize)> {
        let mut next = index + 1;
        'group: loop {
            let until = landmarks.get(next).map_or(f64::INFINITY, |next| next.start);
            let mut mean = Sums::default();
            let mut script = Some(Script::default());
            for _ in 0..MOST_WAYS {
                let Some(way) = script else {
                    return Some((mean, next));
                };
                let rest = self.play(&landmarks[index], way, timelines, windows, until);
                if rest > until {
                    next += 1;
                    continue 'group;
                }
                let way = self.simulator.script.take().unwrap_or_default();
                mean.add(way.probability(), None, &Sums::of(&self.simulator));
                script = way.next_path();
            }
            return None;
        }
    }

    /// Plays one way through the windows that start before `until`. Returns when everything is at rest; the end of the
    /// trial, if not before it.
    fn play(
        &mut self,
        from: &Landmark,
        way: Script,
        timelines: &Timelines,
        windows: &[Span],
        until: f64,
    ) -> f64 {
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
