//! What is down while nothing is the matter: from where busy periods begin, and where they end.
//!
//! Where failures come seldom that is when everything is up. Beside units that fail all the time (sixty workers, one of them always
//! under repair) it hardly ever is, and busy periods from there would never end. So as many of these may be down as usually are, and any
//! number of those that can do no harm by themselves: a busy period begins when a failure leads out of that, and ends with the return.
//! Whatever is down, and for how much longer, is part of the state that it begins in. Such sets in the place of a regeneration: Nicola, Shahabuddin, Heidelberger & Glynn (1993), Fast simulation of
//! steady-state availability in non-Markovian highly dependable systems, 23rd International Symposium on Fault-Tolerant Computing, 38-47.

use std::collections::BTreeMap;

use rand::RngExt;

use super::BusyPeriods;
use crate::engine::trial::{Record, Simulator};
use crate::engine::units::Condition;
use crate::plan::{NO_GATE, Plan, Purpose, StreamKey, UnitId};

/// Trials that are looked at, each at a random time.
const LOOKS: u64 = 64;
/// What tells their seed from that of a run.
const OWN_TRIALS: u64 = 0x6361_6c6d;
/// Share of the time with everything up above which nothing counts as failing often.
const MOSTLY_UP: f64 = 0.5;
/// Share of the looks that found no more units of a group down than may be, if these do harm when they pile up; else any number may.
const USUALLY: f64 = 0.8;
/// Units down, on average, of those that do not fail often.
const SELDOM: f64 = 0.1;

/// Which units may be down, and how many of them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calm {
    /// By unit, its group; empty if everything must be up.
    groups: Vec<Option<u32>>,
    /// By group, how many may be down.
    most: Vec<u32>,
    /// By how many more than that are down, from one on: into how many a busy period that gets there for the first time is split, on
    /// average. Empty where what fails often does no harm by piling up.
    splits: Vec<f64>,
    /// Where it is not known from how many on they do harm: about the share of time with as many down as were met.
    unmet: f64,
}

impl Calm {
    /// What is usual in a plan, and how what fails often piles up where that does harm. A function of plan and seed.
    #[must_use]
    pub fn learn(plan: &Plan, seed: u64) -> Self {
        let usual = Self::usual(plan, seed);
        if usual.does_harm(plan) {
            usual.with_splits(plan, seed)
        } else {
            usual
        }
    }

    /// What is usual in a plan, busy periods not being split. A function of plan and seed.
    #[must_use]
    pub fn usual(plan: &Plan, seed: u64) -> Self {
        let (groups, n_groups) = alike(plan);
        let mut simulator = Simulator::new(plan, seed ^ OWN_TRIALS);
        let end = plan.warm_up + plan.horizon;
        // By group, the numbers that were found down.
        let mut found = vec![Vec::new(); n_groups];
        let mut all_up = 0;
        for trial in 0..LOOKS {
            simulator.reset(trial, Record::Losses);
            let mut rng = simulator
                .key
                .stream(StreamKey::of(&["what is usual"]), Purpose::Renewal);
            simulator.advance(end * rng.random::<f64>());
            let mut down = vec![0; n_groups];
            for (unit, group) in (0..).zip(&groups) {
                down[*group as usize] += u32::from(is_down(&simulator, unit));
            }
            all_up += u64::from(down.iter().all(|down| *down == 0));
            for (found, down) in found.iter_mut().zip(down) {
                found.push(down);
            }
        }
        if all_up as f64 > MOSTLY_UP * LOOKS as f64 {
            return Self::default();
        }
        let mean = |found: &[u32]| f64::from(found.iter().sum::<u32>()) / LOOKS as f64;
        let means: Vec<f64> = found.iter().map(|found| mean(found)).collect();
        let mut seldom: Vec<usize> = (0..n_groups).collect();
        seldom.sort_by(|a, b| means[*a].total_cmp(&means[*b]));
        let mut sum = 0.0;
        seldom.retain(|group| {
            sum += means[*group];
            sum <= SELDOM
        });
        let often = |group: u32| (!seldom.contains(&(group as usize))).then_some(group);
        let mut harms = vec![false; n_groups];
        for (does, group) in can_harm(plan).into_iter().zip(&groups) {
            harms[*group as usize] |= does;
        }
        let most = found.into_iter().zip(&harms).map(|(mut found, harms)| {
            found.sort_unstable();
            let usual = found[((USUALLY * LOOKS as f64) as usize).min(found.len() - 1)];
            if *harms { usual } else { u32::MAX }
        });
        Self {
            most: most.collect(),
            groups: groups.into_iter().map(often).collect(),
            splits: Vec::new(),
            unmet: 0.0,
        }
    }

    /// Whether anything that fails often can do harm by piling up.
    #[must_use]
    pub fn does_harm(&self, plan: &Plan) -> bool {
        let units = (0..).zip(can_harm(plan));
        units
            .into_iter()
            .any(|(unit, does)| does && self.fails_often(unit))
    }

    /// Into how many a busy period is split that gets so many units above what is usual for the first time, on average.
    pub(super) fn split_at(&self, excess: u32) -> f64 {
        let at = (excess as usize)
            .checked_sub(1)
            .and_then(|at| self.splits.get(at));
        at.copied().unwrap_or(1.0)
    }

    /// Whether busy periods are split.
    pub(super) const fn splits(&self) -> bool {
        !self.splits.is_empty()
    }

    /// About the share of time with more down than it is known of whether they do harm.
    #[must_use]
    pub const fn unmet(&self) -> f64 {
        self.unmet
    }

    /// Learns how often busy periods pile failures up, one above the other, so that as many get to each level as to the one before.
    fn with_splits(mut self, plan: &Plan, seed: u64) -> Self {
        let mut known = 0;
        let (mut first, mut samples, mut stalled) = (0, LOOKS, 0);
        self.splits = vec![1.0];
        let mut events = 0;
        while stalled < MOST_STALLS && events < MOST_EVENTS {
            let Ok(mut busy) = BusyPeriods::new(plan, seed ^ OWN_TRIALS, &[], &self) else {
                self.splits.clear();
                return self;
            };
            for index in first..first + samples {
                events += busy.sample(index).events;
                if events > MOST_EVENTS {
                    break;
                }
            }
            first += samples;
            let before = known;
            let reached = busy.reached();
            let harm = busy.harm().unwrap_or(MOST_LEVELS).min(MOST_LEVELS) as usize;
            let at = |level: usize| reached.get(level).copied().unwrap_or(0);
            self.splits.truncate(known);
            for level in 0..known.min(harm) {
                if at(level) >= ENOUGH && at(level + 1) >= ENOUGH {
                    let too_many = f64::from(at(level)) / f64::from(at(level + 1));
                    let split = self.splits[level] * too_many.sqrt();
                    self.splits[level] = split.clamp(1.0, MOST_COPIES);
                }
            }
            while known < harm && at(known) >= ENOUGH {
                let split = f64::from(at(known)) / f64::from(at(known + 1).max(1));
                self.splits.push(split.clamp(1.0, MOST_COPIES));
                known += 1;
                if at(known) < ENOUGH {
                    break;
                }
            }
            if known >= harm {
                self.splits.truncate(harm);
                return self;
            }
            self.splits.push(1.0);
            if known == before {
                stalled += 1;
                samples *= 2;
            }
        }
        self.unmet = self.splits.iter().product::<f64>().recip();
        self
    }

    /// How many more are down than usual, of the group of which that is most.
    pub(super) fn excess(&self, simulator: &Simulator<'_>) -> u32 {
        let mut down = vec![0_u32; self.most.len()];
        for (unit, group) in (0..).zip(&self.groups) {
            if let Some(group) = group
                && is_down(simulator, unit)
            {
                down[*group as usize] += 1;
            }
        }
        let excess = down.iter().zip(&self.most);
        excess
            .map(|(down, most)| down.saturating_sub(*most))
            .max()
            .unwrap_or(0)
    }

    /// Whether anything fails often.
    pub(super) const fn is_busy(&self) -> bool {
        !self.groups.is_empty()
    }

    /// Whether a unit is one of those that fail often.
    pub(super) fn fails_often(&self, unit: UnitId) -> bool {
        self.groups.get(unit as usize).is_some_and(Option::is_some)
    }

    /// Whether nothing is the matter: no more is down than usual, nothing is lost, no takeover is under way and the controller waits for nothing.
    pub(super) fn holds(&self, simulator: &Simulator<'_>) -> bool {
        let plan = simulator.plan;
        let mut down = vec![0_u32; self.most.len()];
        for unit in 0..plan.units.len() as UnitId {
            if is_down(simulator, unit) {
                let Some(Some(group)) = self.groups.get(unit as usize) else {
                    return false;
                };
                down[*group as usize] += 1;
            }
        }
        if down.iter().zip(&self.most).any(|(down, most)| down > most) {
            return false;
        }
        // People may be on their way to what is usually down.
        let lines = simulator.line_slot(0)..simulator.line_slot(plan.lines.len() as u32);
        let timers = plan.units.len() as u32..simulator.calendar.slots();
        let mut timers = timers.filter(|slot| !(self.is_busy() && lines.contains(slot)));
        timers.all(|slot| simulator.calendar.time_of(slot) == f64::INFINITY)
            && simulator.has_come_to_rest()
            && !(self.is_busy() && simulator.world.impaired)
    }

    /// What is pending while nothing is the matter: slots and times \[s\].
    pub(super) fn pending(&self, simulator: &Simulator<'_>) -> Vec<(u32, f64)> {
        if !self.is_busy() {
            return Vec::new();
        }
        let n_units = simulator.plan.units.len() as UnitId;
        let slots = 0..simulator.calendar.slots();
        let slots = slots.filter(|slot| *slot >= n_units || is_down(simulator, *slot));
        let times = slots.map(|slot| (slot, simulator.calendar.time_of(slot)));
        times.filter(|(_, time)| time.is_finite()).collect()
    }
}

/// Rounds of which nothing is learned, each with twice as many samples as the one before, after which that ends.
const MOST_STALLS: u32 = 4;
/// Levels at most.
const MOST_LEVELS: u32 = 64;
/// Busy periods from which a chance is learned, and copies at a level at most.
const ENOUGH: u32 = 50;
const MOST_COPIES: f64 = 32.0;
/// Events played for it: some seconds.
const MOST_EVENTS: u64 = 20_000_000;

/// By unit, whether it can harm a journey by being down.
fn can_harm(plan: &Plan) -> Vec<bool> {
    let decides = plan.deciding_gates();
    let units = plan.units.iter();
    let does = units.map(|unit| unit.gate != NO_GATE && decides[unit.gate as usize]);
    does.collect()
}

fn is_down(simulator: &Simulator<'_>, unit: UnitId) -> bool {
    !matches!(simulator.condition_of(unit), Condition::Up | Condition::Off)
}

/// Units by fault and service: the group of each, and their number.
fn alike(plan: &Plan) -> (Vec<u32>, usize) {
    let mut known = BTreeMap::new();
    let groups = (0..).zip(&plan.sites).map(|(unit, site)| {
        let mut clocks = plan.clocks_of_unit(unit);
        let cause = clocks.next().map(|clock| plan.clocks[clock as usize].cause);
        let next = known.len() as u32;
        *known.entry((cause, site.service())).or_insert(next)
    });
    let groups: Vec<u32> = groups.collect();
    (groups, known.len())
}
