//! Moves of traffic between active-active regions that are under way at the same time, as part of a state: each goes its own way,
//! whatever began after it.

use super::serving::{Serving, Timer};
use super::snapshot::{FAR, NOW, State, n_slots};
use super::trial::Simulator;
use crate::model::Distribution;
use crate::plan::{Plan, ReroutePlan, ServingPlan};

/// Moves under way at most. When one more begins, the oldest is taken as complete. Of those that are cut into phases fewer: each
/// multiplies the states.
pub(super) fn most_moves(plan: &Plan) -> usize {
    match &plan.serving {
        ServingPlan::ActiveActive(active) if moves_overlap(plan) => match active.reroute {
            ReroutePlan::Drawn(law)
                if matches!(
                    plan.distributions[law as usize],
                    Distribution::Exponential { .. }
                ) =>
            {
                4
            }
            _ => 2,
        },
        _ => 0,
    }
}

/// A move under way.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct MoveAmongOthers {
    /// Bits of the shares that all traffic will have at once, or of what is added to them linearly.
    pub shares: Vec<u64>,
    /// How many moves were under way when it began.
    pub depth: u8,
}

/// Time from one resumed move to the next \[s\], by which they are told apart.
const APART: f64 = 1e290;

/// Whether moves take time with all regions serving; then each that is under way has a slot beyond those of the calendar.
pub(super) fn moves_overlap(plan: &Plan) -> bool {
    match &plan.serving {
        ServingPlan::ActiveActive(active) => match active.reroute {
            ReroutePlan::Ttl(seconds) => seconds > 0.0,
            ReroutePlan::Drawn(law) => plan.distributions[law as usize] != Distribution::Fixed(0.0),
        },
        ServingPlan::Single | ServingPlan::Standby(_) => false,
    }
}

/// Whether moves are linear, if they take time.
pub(super) fn are_linear(plan: &Plan) -> bool {
    matches!(&plan.serving, ServingPlan::ActiveActive(active) if matches!(active.reroute, ReroutePlan::Ttl(_)))
}

/// The move of a slot beyond those of the calendar.
pub(super) fn move_of_slot(plan: &Plan, slot: u32) -> Option<usize> {
    (slot as usize).checked_sub(n_slots(plan))
}

impl Simulator<'_> {
    /// Notes the shares and the moves under way. Those that were in the state resumed are told from those that begin.
    pub(super) fn note_moves(&self, before: Option<&State>, into: &mut State) {
        let plan = self.plan;
        let linear = are_linear(plan);
        let mut base = self.traffic.base().to_vec();
        let mut found: Vec<(Option<usize>, Vec<f64>)> = if linear {
            let moves = self.traffic.under_way();
            moves
                .map(|(start, delta)| {
                    let index = (start < 0.0).then(|| -start as usize - 1);
                    (index, delta.to_vec())
                })
                .collect()
        } else {
            let Serving::ActiveActive(state) = &self.serving else {
                return;
            };
            let jumps = state.jumps().iter();
            jumps
                .map(|jump| {
                    let index = ((jump.time - FAR) / APART).round() as usize;
                    ((jump.time >= FAR).then_some(index), jump.shares.clone())
                })
                .collect()
        };
        while found.len() > most_moves(plan) {
            let (_, shares) = found.remove(0);
            for (base, share) in base.iter_mut().zip(shares) {
                *base = if linear { *base + share } else { share };
            }
        }
        let scene = &mut into.scene;
        scene.shares = base.into_iter().map(bits).collect();
        scene.moves.clear();
        into.origins.clear();
        for (index, (old, shares)) in found.into_iter().enumerate() {
            let known = old.and_then(|old| before?.scene.moves.get(old));
            into.origins
                .push(old.filter(|_| known.is_some()).map(|old| old as u32));
            scene.moves.push(MoveAmongOthers {
                shares: shares.into_iter().map(bits).collect(),
                depth: known.map_or(index as u8, |known| known.depth),
            });
        }
        let first = n_slots(plan);
        for (index, pending) in into.pending[first..].iter_mut().enumerate() {
            *pending = index < into.scene.moves.len();
        }
        // Their timers stand for the first of them only.
        for timer in [Timer::Moved, Timer::Rerouted] {
            into.pending[self.timer_slot(timer) as usize] = false;
        }
    }

    /// Goes back to the moves under way.
    pub(super) fn resume_moves(&mut self, state: &State) {
        let linear = are_linear(self.plan);
        for (index, step) in state.scene.moves.iter().enumerate() {
            let shares = step.shares.iter().copied().map(f64::from_bits).collect();
            if linear {
                self.traffic.add_move(-1.0 - index as f64, FAR, shares);
            } else if let Serving::ActiveActive(active) = &mut self.serving {
                active.add_jump(FAR + index as f64 * APART, shares);
            }
        }
    }

    /// A move under way in the state resumed is complete.
    pub(super) fn end_move_of(&mut self, index: usize) {
        if are_linear(self.plan) {
            // All take equally long: those that began before it are complete too.
            for earlier in 0..=index {
                self.traffic.set_end(earlier, NOW);
            }
            self.play_timer(Timer::Moved);
        } else if let Serving::ActiveActive(active) = &mut self.serving {
            active.set_jump(index, NOW);
            self.play_timer(Timer::Rerouted);
        }
    }
}

/// Bits of a share, without the rounding of many moves.
fn bits(share: f64) -> u64 {
    const GRID: f64 = (1_u64 << 40) as f64;
    // Adding 0 makes a negative zero positive.
    ((share * GRID).round() / GRID + 0.0).to_bits()
}
