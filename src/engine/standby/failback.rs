//! The way back to the old primary, as a policy: after it has been healthy for a while, at some hours of the day, with a disruption
//! of its own, and not always with success.

use super::{Movement, Phase};
use crate::engine::serving::Timer;
use crate::engine::trial::Simulator;
use crate::model::{Failback, Return};
use crate::plan::{Purpose, StandbyPlan};

/// Why nobody is served for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) enum Disruption {
    /// Traffic is being switched for a drill.
    Drill,
    /// Traffic is about to move back.
    Failback,
}

/// What a controller remembers of failbacks.
#[derive(Debug, Clone, Copy)]
pub(super) struct FailbackState {
    /// Tries so far.
    tries: u64,
    /// One that has failed is not tried again before this time \[s\].
    not_before: f64,
}

impl Default for FailbackState {
    fn default() -> Self {
        Self {
            tries: 0,
            not_before: f64::NEG_INFINITY,
        }
    }
}

impl StandbyPlan {
    fn back(&self) -> Option<&Return> {
        match &self.failback {
            Failback::After(back) => Some(back),
            Failback::Never => None,
        }
    }

    /// Whether the primary serves again the instant it is healthy.
    pub(super) fn fails_back_at_once(&self) -> bool {
        self.back().is_some_and(Return::is_instant)
    }

    /// Whether the region that clients leave in a failback stays ready until all have moved.
    pub(super) fn drains(&self) -> bool {
        self.back().is_some_and(|back| back.drain)
    }
}

impl Simulator<'_> {
    /// The primary serves again, and any attempt ends, the instant it is healthy.
    pub(super) fn serve_home_at_once(&mut self) {
        let home = self.standby().0.home;
        self.abandon_runbook();
        self.set_timer(Timer::Attempt, f64::INFINITY);
        self.set_timer(Timer::Rerouted, f64::INFINITY);
        self.jump_to(home);
        let (state, _) = self.standby();
        state.phase = Phase::Steady;
        state.movement = Movement::None;
        state.needless = false;
        state.turns_round = false;
        state.serving = home;
        self.use_standby(false);
        self.release(1 - home);
    }

    /// Sets the timer of the failback, if one is due.
    pub(in crate::engine) fn plan_failback(&mut self) {
        let time = self.time_of_failback().unwrap_or(f64::INFINITY);
        self.set_timer(Timer::Failback, time);
    }

    fn time_of_failback(&mut self) -> Option<f64> {
        let (now, warm_up) = (self.now, self.plan.warm_up);
        let (state, plan) = self.standby();
        let away = state.serving != state.home && state.healthy[state.home];
        if !away || state.disruption.is_some() {
            return None;
        }
        let is_steady = state.phase == Phase::Steady;
        // A game day ends at its time, whatever the policy.
        if let Some(until) = state.upkeep.until.filter(|_| is_steady) {
            return Some(now.max(until));
        }
        let Some(back) = plan.back() else {
            // Clients of a standby that could not be scaled up go back: roles are only swapped with one that could.
            return (is_steady && !state.full[state.serving]).then_some(now);
        };
        if !is_steady && state.from == state.home {
            return None;
        }
        let waited = state.healthy_since[state.home] + back.wait_seconds;
        let time = now.max(waited).max(state.failbacks.not_before);
        let in_hours = |hours: crate::model::Hours| hours.first_from(time - warm_up) + warm_up;
        Some(back.hours.map_or(time, in_hours))
    }

    /// A failback begins; nobody is served at first, if it disrupts.
    pub(super) fn begin_failback(&mut self) {
        let (_, plan) = self.standby();
        match plan.back() {
            Some(back) if back.disruption_seconds > 0.0 => {
                self.disrupt(Disruption::Failback, back.disruption_seconds);
            }
            Some(back) => self.try_failback(back),
            None => self.move_home(0.0),
        }
    }

    /// Nobody is served for a while.
    pub(in crate::engine) fn disrupt(&mut self, disruption: Disruption, seconds: f64) {
        self.standby().0.disruption = Some(disruption);
        let end = self.now + seconds;
        self.set_timer(Timer::Disrupted, end);
        self.refresh_capacities();
    }

    /// What nobody was served for is over.
    pub(super) fn end_disruption(&mut self) {
        let (state, plan) = self.standby();
        let disruption = state.disruption.take();
        let still_due = state.serving != state.home && state.healthy[state.home];
        self.refresh_capacities();
        if let (Some(Disruption::Failback), true, Some(back)) = (disruption, still_due, plan.back())
        {
            self.try_failback(back);
        }
    }

    /// Traffic moves home, or stays if that fails.
    fn try_failback(&mut self, back: &Return) {
        let now = self.now;
        let (state, _) = self.standby();
        state.failbacks.tries += 1;
        let tries = state.failbacks.tries;
        let key = self.key_of(0);
        if self.succeeds(back.success, key, Purpose::Failback, tries) {
            self.move_home(back.takes_seconds);
        } else {
            self.standby().0.failbacks.not_before = now + back.wait_seconds;
        }
    }

    /// Traffic goes home, whatever attempt is under way to move it there.
    fn move_home(&mut self, takes_seconds: f64) {
        self.abandon_runbook();
        let (state, _) = self.standby();
        let home = state.home;
        state.phase = Phase::Steady;
        state.needless = false;
        state.movement = Movement::Back;
        state.turns_round = false;
        state.serving = home;
        self.set_timer(Timer::Attempt, f64::INFINITY);
        self.set_timer(Timer::Rerouted, f64::INFINITY);
        self.redirect_to(home, takes_seconds);
        if !self.traffic.is_moving_in(self.pair()) {
            self.end_failback();
        }
    }

    /// All clients are at home again.
    pub(super) fn end_failback(&mut self) {
        let now = self.now;
        let (state, _) = self.standby();
        state.movement = Movement::None;
        state.moved_at = now;
        if !state.turns_round {
            self.stand_by_again();
        }
    }

    /// The region that has served in the place of the primary stands by, unless it is needed again.
    pub(super) fn stand_by_again(&mut self) {
        let home = self.standby().0.home;
        self.use_standby(false);
        if self.standby().0.phase != Phase::Activating {
            self.release(1 - home);
        }
    }
}
