//! Trials without a calendar: where units react to nothing, their downtimes are drawn at once, and only what happens
//! while something that is watched is down is played.
//!
//! 1. Draw when each unit is down ([`timelines`]); those that only a standby depends on wait until it is needed.
//! 2. Work out when the watched gates are down ([`sieve`]): entries, health, replicas of services with a primary.
//! 3. Play those windows event by event with the [`Simulator`], each until everything is at rest again.
//!
//! Outside the windows nothing watched changes, no timer runs and nothing is lost, so the scores are those of
//! [`Simulator::simulate`] to the last bit. Only the counts of failures and events are lower: in trials that never
//! needed the standby its failures are not drawn.

mod chances;
mod feed;
mod sieve;
mod spans;
#[cfg(test)]
mod tests;
mod timelines;

use chances::{Ground, Landmark, Scout, Sums, Taken, has_chances};
use feed::Feed;
use sieve::{Downtimes, Sieve};
use spans::Span;
use timelines::{Timelines, nothing_reacts, resting};

use super::ledger::traffic;
use super::serving::Serving;
use super::trial::{Record, Simulator};
use super::units::{Condition, NO_PHASE};
use super::{JourneyOutcome, Loss, MeanScore, TrialOutcome};
use crate::plan::{Plan, Purpose, Reach, ServingPlan, UnitId, Watcher};

/// Plays trials of one plan whose units react to nothing, one after another, in buffers that it keeps.
#[derive(Debug)]
pub struct Sweeper<'p> {
    simulator: Simulator<'p>,
    /// Units that do not run at the start: the pattern starts them.
    resting: Vec<UnitId>,
    /// What is watched, by reach: journeys only, services too.
    stages: [Stages; 2],
    timelines: Timelines,
    downtimes: Downtimes,
    windows: Vec<Span>,
    feed: Feed,
    /// Plays the ways that the trial did not take; none if nothing is left to chance.
    scout: Option<Scout<'p>>,
    /// Starts of what was played of the trial, for the scout.
    landmarks: Vec<Landmark>,
    trial: u64,
    score: MeanScore,
}

/// What is watched at rest, and what beside it once the standby is needed.
#[derive(Debug)]
struct Stages {
    serving: Sieve,
    standby: Sieve,
}

/// Each window looks through all downtimes of a trial once or twice: beyond so many, the calendar is faster.
const MANY_WINDOWS: usize = 16;

impl<'p> Sweeper<'p> {
    /// A sweeper of a plan under a seed; `None` if some of its units react to something.
    #[must_use]
    pub fn new(plan: &'p Plan, seed: u64) -> Option<Self> {
        if !nothing_reacts(plan) || !plan.scripted.is_empty() {
            return None;
        }
        let mut simulator = Simulator::new(plan, seed);
        simulator.reset(0, Record::Scores);
        simulator.calendar.fill(std::iter::empty());
        Some(Self {
            simulator,
            resting: resting(plan),
            stages: [Reach::Journeys, Reach::Services].map(|reach| Stages::new(plan, reach)),
            timelines: Timelines::default(),
            downtimes: Downtimes::new(plan),
            windows: Vec::new(),
            feed: Feed::default(),
            scout: has_chances(plan).then(|| Scout::new(plan, seed)),
            landmarks: Vec::new(),
            trial: 0,
            score: MeanScore::default(),
        })
    }

    /// Plays one trial: a pure function of plan, seed and trial.
    pub fn simulate(&mut self, trial: u64, record: Record) -> &TrialOutcome {
        let plan = self.simulator.plan;
        let end = plan.warm_up + plan.horizon;
        self.simulator.reset_scores(trial, record);
        self.trial = trial;
        self.landmarks.clear();
        self.timelines.clear();
        self.downtimes.clear();
        let stages = &self.stages[self.simulator.reach as usize];
        sift(
            &mut self.simulator,
            &stages.serving,
            &mut self.timelines,
            &mut self.downtimes,
        );
        let serving = stages.serving.goals.iter().copied();
        self.downtimes.any(serving.clone(), &mut self.windows);
        if self.windows.is_empty() {
            self.simulator.world.impaired = false;
            self.simulator.finish(end);
            return &self.simulator.outcome;
        }
        if !stages.standby.goals.is_empty() {
            sift(
                &mut self.simulator,
                &stages.standby,
                &mut self.timelines,
                &mut self.downtimes,
            );
            let standby = stages.standby.goals.iter().copied();
            self.downtimes
                .any(serving.chain(standby), &mut self.windows);
        }
        if self.windows.len() > MANY_WINDOWS {
            return self.play_throughout(trial, record);
        }
        start(&mut self.simulator, &self.resting);
        let mut next = 0;
        while let Some(window) = self.windows.get(next) {
            if self.scout.is_some() {
                self.landmarks.push(Landmark::of(&self.simulator, *window));
            }
            let rest = play_window(
                &mut self.simulator,
                &mut self.feed,
                &self.timelines,
                &self.windows[next..],
                end,
            );
            let Some(rest) = rest else {
                break;
            };
            next = self.windows.partition_point(|window| window.start < rest);
        }
        self.simulator.finish(end);
        self.feed.rest(&mut self.simulator);
        &self.simulator.outcome
    }

    /// Plays a trial with the calendar, from its start to its end.
    fn play_throughout(&mut self, trial: u64, record: Record) -> &TrialOutcome {
        self.simulator.simulate(trial, record);
        for renewal in &mut self.simulator.renewals {
            if renewal.phase != NO_PHASE {
                renewal.phase &= !1;
            }
        }
        self.simulator.condition.fill(Condition::Up);
        &self.simulator.outcome
    }

    /// Plays one trial: its score, and what it says of means beside.
    pub fn simulate_with_means(&mut self, trial: u64) -> (&TrialOutcome, &MeanScore) {
        self.simulate(trial, Record::Scores);
        self.mean_score();
        (&self.simulator.outcome, &self.score)
    }

    /// What the trial last played says of means.
    pub fn mean_score(&mut self) -> &MeanScore {
        let plan = self.simulator.plan;
        if self.windows.is_empty() {
            self.score.clear(plan.journeys.len());
            return &self.score;
        }
        let sums = match &mut self.scout {
            Some(scout) if !self.landmarks.is_empty() => {
                let ground = Ground {
                    timelines: &self.timelines,
                    windows: &self.windows,
                };
                let taken = Taken::of(&self.simulator, &self.landmarks);
                scout.mean(self.trial, &taken, ground)
            }
            _ => Sums::of(&self.simulator),
        };
        fill(&mut self.score.expected, plan, &sums);
        let twin = self.twin_sums();
        fill(&mut self.score.twin, plan, &twin);
        &self.score
    }

    /// Losses of the twin of the trial last played, and its outages.
    fn twin_sums(&mut self) -> Sums {
        let plan = self.simulator.plan;
        let (start, end) = (plan.warm_up, plan.warm_up + plan.horizon);
        let n_regions = plan.regions.len();
        let mut sums = Sums::of_none(plan);
        self.score.twin_outages = 0.0;
        for (region, share) in plan.twin_shares().into_iter().enumerate() {
            let entries = plan.entries.iter().skip(region).step_by(n_regions);
            for (index, journey) in plan.journeys.iter().enumerate() {
                let entry = &plan.entries[journey.entry as usize * n_regions + region];
                for span in self.downtimes.of(entry.gate) {
                    let (a, b) = (span.start.max(start), span.end.min(end));
                    if a < b {
                        sums.lost[index] += share * traffic(plan, a, b);
                        sums.down[index] += share * (b - a);
                    }
                }
            }
            let gates = entries.map(|entry| entry.gate);
            self.score.twin_outages += self.downtimes.count(gates, start);
        }
        sums
    }
}

fn fill(loss: &mut Loss, plan: &Plan, sums: &Sums) {
    let requests = traffic(plan, plan.warm_up, plan.warm_up + plan.horizon);
    loss.journeys.clear();
    loss.unavailability = 0.0;
    for ((journey, lost), down) in plan.journeys.iter().zip(&sums.lost).zip(&sums.down) {
        loss.unavailability += journey.share * lost / requests;
        loss.journeys.push(JourneyOutcome {
            unavailability: lost / requests,
            time_unavailability: down / plan.horizon,
        });
    }
}

/// Everything as it is at the start of a trial of which the scores have been reset.
fn start(simulator: &mut Simulator<'_>, resting: &[UnitId]) {
    let plan = simulator.plan;
    simulator.reset_world();
    simulator.reset_states();
    simulator.calendar.fill(std::iter::empty());
    for &unit in resting {
        let unit = plan.units[unit as usize];
        for clock in unit.first_clock..unit.first_clock + unit.n_clocks {
            let clock_plan = plan.clocks[clock as usize];
            let mut rng = simulator.key.stream(clock_plan.key, Purpose::Renewal);
            simulator.laws.samplers[clock_plan.life as usize].draw(&mut rng);
            simulator.rngs[clock as usize] = rng;
        }
    }
    simulator.reset_roles();
}

/// Plays from the start of a window until everything is at rest. Returns when that is; `None` if not before `end`.
fn play_window(
    simulator: &mut Simulator<'_>,
    feed: &mut Feed,
    timelines: &Timelines,
    windows: &[Span],
    end: f64,
) -> Option<f64> {
    let start = windows.first()?.start;
    feed.open(timelines, start);
    feed.take_down_before(timelines, start, simulator);
    let mut busy_until = start;
    let mut windows = windows.iter().peekable();
    loop {
        let (timer, slot) = simulator.calendar.first();
        let event = feed.next(timelines, timer.min(end));
        let time = event.map_or(timer, |event| event.time.min(timer));
        if time > simulator.now && simulator.is_unsettled() {
            simulator.settle();
            continue;
        }
        while let Some(window) = windows.next_if(|window| window.start <= simulator.now) {
            busy_until = window.end.max(busy_until);
        }
        let is_over = time > simulator.now && simulator.now >= busy_until;
        if is_over && timer == f64::INFINITY && simulator.is_at_rest() {
            let now = simulator.now;
            feed.rest(simulator);
            return Some(now.next_up());
        }
        if time >= end {
            return None;
        }
        if simulator.world.impaired {
            simulator.score_until(time);
        }
        simulator.now = time;
        match event {
            Some(event) if event.time < timer || (event.time == timer && event.unit < slot) => {
                feed.play(event, simulator);
            }
            _ => simulator.play(slot),
        }
    }
}

/// Draws the units of a sieve and works out when its gates are down.
fn sift(
    simulator: &mut Simulator<'_>,
    sieve: &Sieve,
    timelines: &mut Timelines,
    downtimes: &mut Downtimes,
) {
    let plan = simulator.plan;
    let end = plan.warm_up + plan.horizon;
    for &unit in &sieve.units {
        let downs = timelines.draw(plan, &simulator.laws, simulator.key, unit, end);
        downtimes.note(unit, downs);
        let outcome = &mut simulator.outcome;
        let causes = &timelines.causes[downs.first as usize..];
        for (span, cause) in downs.of(&timelines.downs).iter().zip(causes) {
            outcome.events += 1 + u64::from(span.end < end);
            outcome.fired[*cause as usize] += u64::from(span.start >= plan.warm_up);
        }
    }
    downtimes.sift(sieve, timelines);
}

impl Stages {
    fn new(plan: &Plan, reach: Reach) -> Self {
        // Of two regions of which one stands by, in each cell.
        let first_region_only = matches!(plan.serving, ServingPlan::Standby(_));
        let is_first = |region: usize| !first_region_only || region.is_multiple_of(2);
        let (mut serving, mut pools) = (Vec::new(), Vec::new());
        let n_regions = plan.regions.len();
        let entries = plan.entries.iter().enumerate();
        serving.extend(
            entries
                .filter(|(index, _)| is_first(index % n_regions))
                .map(|(_, entry)| entry.gate),
        );
        let health = plan.health.iter().enumerate();
        let health = health.filter(|(region, _)| is_first(*region));
        serving.extend(health.map(|(_, health)| health.gate));
        if reach == Reach::Services {
            let watched = plan.service_watches.iter();
            serving.extend(
                watched
                    .filter(|watch| watch.region.is_none_or(|region| is_first(region as usize)))
                    .map(|watch| watch.gate),
            );
        }
        let mut standby = Vec::new();
        let upstream = plan.network.upstream_within(&serving, reach);
        for (gate, observer) in plan.network.observed(reach) {
            let is_of_serving = match plan.observers[observer as usize] {
                Watcher::Pool(pool) => {
                    !first_region_only || upstream[plan.pools[pool as usize].gate as usize]
                }
                Watcher::World | Watcher::Service(_) | Watcher::Copy(_) => serving.contains(&gate),
            };
            if is_of_serving {
                pools.push(gate);
            } else {
                standby.push(gate);
            }
        }
        serving.extend(pools);
        for goals in [&mut serving, &mut standby] {
            goals.sort_unstable();
            goals.dedup();
        }
        let mut serving = Sieve::new(plan, serving, reach, None);
        let standby = Sieve::new(plan, standby, reach, Some(&serving));
        serving.draw_also(plan, &standby);
        Self { serving, standby }
    }
}

impl Simulator<'_> {
    /// Whether the controller and the pools stand as at the start of the trial, but for the choice of primaries.
    fn is_at_rest(&self) -> bool {
        let serving = match (&self.serving, &self.plan.serving) {
            (Serving::Standby(cells), ServingPlan::Standby(plan)) => {
                cells.iter().all(|state| state.is_at_rest(plan))
            }
            (Serving::ActiveActive(state), _) => state.is_at_rest(),
            _ => true,
        };
        serving && self.pools.iter().all(|pool| !pool.in_takeover)
    }
}
