//! Failures that come by nature, made likely or not: those of clocks whose lives are not exponential.
//!
//! Where they end at certain ages, or are so ripe that they are about to, nothing needs to be made likely: a busy period begins with each
//! of these failures that a trial has while nothing is the matter. And what has failed just before may meet them.

use super::likely::Likely;
use crate::engine::trial::Simulator;
use crate::engine::units::Condition;
use crate::plan::{Plan, Purpose, UnitId, UnitKind};

/// Busy periods of a sample that begin so, on average, where there are many.
const MOST: f64 = 32.0;

/// Units of which some clocks run out by nature.
#[derive(Debug, Clone, Default)]
pub(super) struct Natural {
    units: Vec<UnitId>,
    /// By unit, whether it is one of them.
    is_one: Vec<bool>,
    /// By clock, whether it runs out by nature.
    clocks: Vec<bool>,
    /// Whether busy periods begin so.
    begins: bool,
    /// Time from which on most of these are played \[s\].
    near: f64,
    /// Share of them from which one is played, near and before.
    shares: [f64; 2],
}

impl Natural {
    /// Of a plan, `near` being the time before which hardly anything counts \[s\].
    pub(super) fn of(plan: &Plan, likely: &Likely, near: f64) -> Self {
        let clocks: Vec<bool> = likely.parked().into_iter().map(|parked| !parked).collect();
        let all = 0..plan.units.len() as UnitId;
        let is_one: Vec<bool> = all
            .clone()
            .map(|unit| {
                plan.clocks_of_unit(unit)
                    .any(|clock| clocks[clock as usize])
            })
            .collect();
        // Not more than take a few times as long as the other busy periods of a sample.
        let trial = plan.warm_up + plan.horizon;
        let begin = (0..)
            .zip(&plan.clocks)
            .filter(|(clock, _)| likely.may_get_ripe(*clock, trial));
        let rates = begin.map(|(_, clock)| plan.distributions[clock.life as usize].mean().recip());
        let rate = rates.sum::<f64>();
        let share = |seconds: f64| (MOST / (seconds * rate)).min(1.0);
        Self {
            units: all.filter(|unit| is_one[*unit as usize]).collect(),
            is_one,
            clocks,
            // Also where lives may never end, so that their mean rate is none.
            begins: (0..plan.clocks.len() as u32).any(|clock| likely.may_get_ripe(clock, trial)),
            near,
            shares: [share(trial - near), share(10.0 * trial)],
        }
    }

    /// Whether nothing fails so.
    pub(super) const fn is_empty(&self) -> bool {
        self.units.is_empty()
    }

    /// Whether busy periods begin with failures by nature.
    pub(super) const fn begins(&self) -> bool {
        self.begins
    }

    /// Share of the failures at a time that would begin a busy period from which it is played.
    pub(super) fn share(&self, time: f64) -> f64 {
        self.shares[usize::from(time < self.near)]
    }

    /// Whether a unit has such clocks.
    pub(super) fn is_one(&self, unit: UnitId) -> bool {
        self.is_one[unit as usize]
    }

    /// The clock that runs out by nature at the event of a slot; none if that is anything else.
    pub(super) fn fails(&self, simulator: &Simulator<'_>, slot: u32) -> Option<u32> {
        let is_one = self.is_one.get(slot as usize).is_some_and(|is_one| *is_one);
        if !is_one || simulator.condition_of(slot) != Condition::Up {
            return None;
        }
        let unit = simulator.plan.units[slot as usize];
        let clock = match unit.kind {
            UnitKind::General => simulator.first_clock_to_end(slot),
            UnitKind::Simple(_) | UnitKind::Shock(_) => unit.first_clock,
        };
        self.clocks[clock as usize].then_some(clock)
    }

    /// Lives under way end in one simulator when they do in the other; what comes after them is drawn anew.
    pub(super) fn go_on(&self, player: &mut Simulator<'_>, walker: &Simulator<'_>) {
        let plan = player.plan;
        for &unit in &self.units {
            for clock in plan.clocks_of_unit(unit) {
                let name = plan.clocks[clock as usize].key;
                player.rngs[clock as usize] = player.key.occasion(name, Purpose::Renewal, 0);
            }
            let first = plan.units[unit as usize].first_clock as usize;
            let is_up = walker.condition_of(unit) == Condition::Up;
            match plan.units[unit as usize].kind {
                UnitKind::Simple(_) => {
                    let renewal = &mut player.renewals[unit as usize];
                    renewal.rng = player.rngs[first].clone();
                    let phase = &player.laws.phases[renewal.phase as usize];
                    renewal.ahead = phase.next.draw(&mut renewal.rng);
                }
                UnitKind::General => {
                    for clock in plan.clocks_of_unit(unit) {
                        let clock = clock as usize;
                        player.life_ends[clock] = if self.clocks[clock] {
                            walker.life_ends[clock]
                        } else {
                            f64::INFINITY
                        };
                    }
                    if is_up {
                        player.halt(unit);
                        player.start(unit);
                        continue;
                    }
                }
                UnitKind::Shock(_) => {}
            }
            if is_up {
                player.calendar.set(unit, walker.calendar.time_of(unit));
            }
        }
    }
}
