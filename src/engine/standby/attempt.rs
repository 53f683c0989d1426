//! An attempt to fail over: what follows detection, until the other region serves.

use super::{Movement, Phase};
use crate::engine::serving::{RerouteTime, Timer};
use crate::engine::trial::Simulator;
use crate::model::Failback;
use crate::plan::{Purpose, ReroutePlan};

impl Simulator<'_> {
    pub(super) fn wait_for_phase(&mut self, seconds: f64) {
        let end = self.now + seconds;
        self.set_timer(Timer::Attempt, end);
    }

    pub(super) fn end_phase(&mut self) {
        match self.standby().0.phase {
            Phase::Detecting => self.decide(),
            Phase::Deciding | Phase::Retrying => self.activate(),
            Phase::Activating => self.end_activation(true),
            Phase::Steady
            | Phase::Mending
            | Phase::Rerouting
            | Phase::GivenUp
            | Phase::NoneHealthy => {
                unreachable!("this phase has no end of its own")
            }
        }
    }

    pub(super) fn decide(&mut self) {
        let (state, plan) = self.standby();
        if state.turns_round {
            state.attempts += 1;
            state.phase = Phase::Rerouting;
            self.begin_reroute();
            return;
        }
        state.phase = Phase::Deciding;
        let (from, losses) = (state.from, state.losses);
        let mut rng = (self.key).occasion(self.key_of(from), Purpose::Decide, losses);
        let seconds = self.draw_time(plan.decide, &mut rng);
        self.wait_for_phase(seconds);
    }

    pub(super) fn activate(&mut self) {
        let (state, plan) = self.standby();
        state.phase = Phase::Activating;
        state.attempts += 1;
        let (from, attempts) = (state.from, state.attempts);
        if plan.runbook.is_empty() {
            let mut rng = (self.key).occasion(self.key_of(from), Purpose::Activate, attempts);
            let seconds = self.draw_time(plan.activate, &mut rng) + plan.restore;
            self.wait_for_phase(seconds);
        } else {
            self.begin_runbook();
        }
        if plan.runbook.first().is_none_or(|step| !step.is_approval) {
            self.begin_activation();
        }
    }

    /// The activation proper begins, approved if it has to be: clients may be on their way from now on.
    pub(in crate::engine) fn begin_activation(&mut self) {
        let (state, plan) = self.standby();
        if plan.reroute_first && !state.moved && state.movement != Movement::Away {
            // If it has rotted, clients come before it is mended, and nobody serves them.
            self.find_rot();
            self.refresh_capacities();
            self.begin_reroute();
        }
    }

    /// A standby that had rotted is fit to serve again; an attempt that has waited for it goes on.
    pub(in crate::engine) fn continue_with_mended_standby(&mut self) {
        let (state, _) = self.standby();
        let waits = state.phase == Phase::Mending;
        self.refresh_capacities();
        if waits {
            self.end_activation(true);
        }
    }

    /// The activation is over; all its steps were done, or one has failed.
    pub(in crate::engine) fn end_activation(&mut self, done: bool) {
        let (state, plan) = self.standby();
        let (from, attempts) = (state.from, state.attempts);
        let to_standby = 1 - from != state.home;
        let key = self.key_of(from);
        if done && to_standby && self.find_rot() {
            self.standby().0.phase = Phase::Mending;
            return;
        }
        if done && self.succeeds(plan.success, key, Purpose::Success, attempts) {
            self.bring_up(1 - from);
            let (state, _) = self.standby();
            state.phase = Phase::Rerouting;
            if state.moved {
                self.end_attempt();
            } else if state.movement != Movement::Away {
                self.begin_reroute();
            }
            return;
        }
        let (state, _) = self.standby();
        if state.serving == from && state.home == from && state.movement == Movement::None {
            // It may still run in full from the last time, if the primary was lost again during the failback.
            self.release(1 - from);
        }
        let (state, _) = self.standby();
        match plan.retry {
            _ if state.healthy[from] => {
                state.phase = Phase::GivenUp;
                state.needless = false;
                self.call_off_if_healthy();
                self.start_if_unhealthy();
            }
            Some(seconds) => {
                state.phase = Phase::Retrying;
                self.wait_for_phase(seconds);
            }
            None => state.phase = Phase::GivenUp,
        }
    }

    pub(super) fn begin_reroute(&mut self) {
        let (state, plan) = self.standby();
        state.movement = Movement::Away;
        let (from, attempts) = (state.from, state.attempts);
        let now = self.now;
        match self.draw_reroute(plan.reroute, self.key_of(from), attempts) {
            RerouteTime::Linear(seconds) if seconds > 0.0 => {
                self.redirect_to(1 - from, seconds);
            }
            RerouteTime::AtOnceAfter(seconds) if seconds > 0.0 => {
                self.set_timer(Timer::Rerouted, now + seconds);
            }
            RerouteTime::Linear(_) | RerouteTime::AtOnceAfter(_) => {
                self.jump_to(1 - from);
                self.end_reroute();
            }
        }
    }

    /// A linear move is complete.
    pub(super) fn end_move(&mut self) {
        let (state, plan) = self.standby();
        let (movement, away, back) = (state.movement, 1 - state.from, state.home);
        if movement == Movement::Away && matches!(plan.reroute, ReroutePlan::Drawn(_)) {
            // It was a failback that was under way: clients leave again at the end of the drawn time.
            self.jump_to(back);
            return;
        }
        let to = if movement == Movement::Away {
            away
        } else {
            back
        };
        self.jump_to(to);
        match movement {
            Movement::Away => self.end_reroute(),
            Movement::Back => self.end_failback(),
            Movement::None => {}
        }
    }

    /// All clients are at the other region.
    pub(super) fn end_reroute(&mut self) {
        let (state, _) = self.standby();
        state.movement = Movement::None;
        state.moved = true;
        state.serving = 1 - state.from;
        if state.phase == Phase::Rerouting {
            self.end_attempt();
        }
        self.touch_world();
    }

    /// The attempt is over and the other region serves.
    pub(super) fn end_attempt(&mut self) {
        let now = self.now;
        let (state, plan) = self.standby();
        state.phase = Phase::Steady;
        let at_once = if state.completed.0 == now {
            state.completed.1
        } else {
            0
        };
        state.completed = (now, at_once + 1);
        state.moved_at = now;
        state.needless = false;
        state.turns_round = false;
        let (serving, from) = (state.serving, state.from);
        self.lose_data(self.in_cell(from));
        let (state, _) = self.standby();
        let swaps = plan.failback == Failback::Never && state.full[serving];
        if swaps && state.home != serving {
            state.home = serving;
            self.swap_standby();
        } else {
            let in_use = state.home != serving;
            self.use_standby(in_use);
        }
        if self.standby().0.home == serving {
            self.release(from);
        }
        self.start_if_unhealthy();
    }
}
