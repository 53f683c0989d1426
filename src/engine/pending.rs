//! The laws of what is pending in a state: takeovers, dispatches, timers of the controller.

use super::overlap::move_of_slot;
use super::serving::{Serving, Timer};
use super::snapshot::{MoveKey, State, UnitKey};
use super::trial::Simulator;
use super::units::Condition;
use crate::model::Failback;
use crate::plan::{DetectPlan, ReroutePlan, ServingPlan, UnitId};

/// How long something that is pending takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Drawn from this sampler, at this speed.
    Drawn {
        /// Index of the sampler.
        sampler: u32,
        /// Speed of its clock, above 0.
        speed: f64,
    },
    /// Always this long \[s\].
    Fixed(f64),
    /// Uniform between two times \[s\]: until probes have missed.
    Uniform(f64, f64),
    /// Drawn from the sampler of this index, after a fixed time \[s\].
    Delayed(u32, f64),
    /// The linear move under way, of this length \[s\].
    Move(f64),
    /// A linear move of this length \[s\], beside so many others when it began.
    MoveBeside(f64, u8),
    /// All traffic at once after a time of this sampler, beside so many other moves when that began.
    JumpBeside(u32, u8),
}

impl Law {
    pub(super) fn of_detection(detect: DetectPlan) -> Self {
        match detect {
            DetectPlan::Drawn(sampler) => Self::drawn(sampler),
            DetectPlan::Probe(probe) => {
                let from = probe.period * f64::from(probe.misses - 1) + probe.timeout;
                Self::Uniform(from, from + probe.period)
            }
        }
    }

    /// Drawn from a sampler at full speed.
    pub(super) fn drawn(sampler: u32) -> Self {
        Self::Drawn {
            sampler,
            speed: 1.0,
        }
    }
}

impl Simulator<'_> {
    /// The sampler of what a unit that has failed waits for, other than its crew.
    pub(super) fn law_of_failure(&self, unit: UnitId, key: &UnitKey) -> u32 {
        let [_, repair, ..] = key.failure;
        let gray = self.plan.gray.as_ref();
        let fault = gray.and_then(|gray| gray.of_unit(unit));
        match (key.condition, fault.and_then(|fault| fault.noticed)) {
            (Condition::Unnoticed, Some(noticed)) => noticed,
            _ => repair,
        }
    }

    /// The law of a takeover, of a dispatch or of a timer of the controller that is pending in this slot.
    pub(super) fn timers_of(&self, slot: u32, state: &State) -> Option<Law> {
        let plan = self.plan;
        if let Some(index) = move_of_slot(plan, slot) {
            let ServingPlan::ActiveActive(active) = &plan.serving else {
                return None;
            };
            let depth = state.scene.moves[index].depth;
            return Some(match active.reroute {
                ReroutePlan::Ttl(seconds) => Law::MoveBeside(seconds, depth),
                ReroutePlan::Drawn(sampler) => Law::JumpBeside(sampler, depth),
            });
        }
        let n_units = plan.units.len() as u32;
        let pool = slot - n_units;
        if let Some(pool_plan) = plan.pools.get(pool as usize) {
            let last = self.pools[pool as usize].in_last_way;
            return Some(Law::drawn(match pool_plan.failed {
                Some(failed) if last => failed,
                _ => pool_plan.takes,
            }));
        }
        let line = pool - plan.pools.len() as u32;
        if let Some(line) = plan.lines.get(line as usize) {
            let dispatch = plan.crews[line.crew as usize].dispatch;
            return dispatch.map(Law::drawn);
        }
        let timer = Timer::of(line - plan.lines.len() as u32, &self.serving);
        match (&self.serving, &plan.serving) {
            (Serving::Standby(cells), ServingPlan::Standby(standby)) => match timer {
                Timer::Attempt => cells[0].law_of_phase(standby),
                Timer::Rerouted => match standby.reroute {
                    ReroutePlan::Drawn(sampler) => Some(Law::drawn(sampler)),
                    ReroutePlan::Ttl(_) => None,
                },
                Timer::Failback => match standby.failback {
                    Failback::After(back) => Some(Law::Fixed(back.wait_seconds)),
                    Failback::Never => None,
                },
                Timer::Moved => state
                    .scene
                    .moving
                    .as_ref()
                    .map(MoveKey::seconds)
                    .map(Law::Move),
                Timer::FalseAlarm
                | Timer::Rot
                | Timer::Drill
                | Timer::Disrupted
                | Timer::Detected(_)
                | Timer::Step(_) => None,
            },
            (Serving::ActiveActive(_), ServingPlan::ActiveActive(active)) => match timer {
                Timer::Detected(_) => Some(Law::of_detection(active.detect)),
                Timer::Attempt
                | Timer::Rerouted
                | Timer::Failback
                | Timer::Moved
                | Timer::FalseAlarm
                | Timer::Rot
                | Timer::Drill
                | Timer::Disrupted
                | Timer::Step(_) => None,
            },
            _ => None,
        }
    }
}
