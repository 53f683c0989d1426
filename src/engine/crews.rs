//! Crews: who is repaired, and when.
//!
//! A crew without a dispatch time takes up a repair the instant that a member is free. With one, the repairs of each fault in
//! each area wait in a line of their own. While a member is free every line with something in it has drawn a time, and the
//! first to elapse is served; the member is reserved only then. A line keeps its draw while it waits and a member is free. The
//! draw is dropped when nobody is left free, or nothing is left in the line, and made anew after.

use super::trial::Simulator;
use super::units::Condition;
use crate::model::CrewOrder;
use crate::plan::{CrewPlan, NO_CREW, NO_LINE, Purpose, UnitId};

/// A crew during a trial.
#[derive(Debug, Clone, Default)]
pub(super) struct CrewState {
    pub busy: u32,
    /// Jobs in order of arrival; with a dispatch time line by line. A job is the repair of a unit, or a step of the runbook; those are
    /// numbered after the units.
    pub waiting: Vec<u32>,
    /// Repairs taken up at random, and dispatch times drawn: names the draws.
    dispatched: u64,
    /// Calls at night: names the draws.
    calls: u64,
}

impl CrewState {
    /// Everybody free.
    pub(super) fn reset(&mut self) {
        self.busy = 0;
        self.waiting.clear();
        self.dispatched = 0;
        self.calls = 0;
    }
}

impl Simulator<'_> {
    /// A unit that has just failed is repaired, now or when its crew comes to it.
    pub(super) fn begin_repair(&mut self, unit: UnitId) {
        let crew = self.states[unit as usize].failure.crew;
        if crew == NO_CREW || self.ask_crew(crew, unit) {
            self.repair(unit);
        } else {
            self.condition[unit as usize] = Condition::Waiting;
            self.calendar.set(unit, f64::INFINITY);
        }
    }

    /// Sends a free member of a crew to a job at once, or lets it wait. Returns whether somebody is at it.
    pub(super) fn ask_crew(&mut self, crew: u32, job: u32) -> bool {
        let plan = self.plan.crews[crew as usize];
        if plan.dispatch.is_some() {
            self.stand_in_line(job, crew);
            return false;
        }
        let state = &mut self.crews[crew as usize];
        let is_free = state.busy < plan.size;
        if is_free {
            state.busy += 1;
        } else {
            state.waiting.push(job);
        }
        is_free
    }

    fn repair(&mut self, unit: UnitId) {
        self.condition[unit as usize] = Condition::Down;
        let repair = self.states[unit as usize].failure.repair;
        let wakes = self.time_to_wake(self.states[unit as usize].failure.crew);
        self.calendar.set(unit, self.now + wakes + repair);
    }

    /// How long a member of a crew who is called now takes to begin.
    pub(super) fn time_to_wake(&mut self, crew: u32) -> f64 {
        let plan = self.plan;
        let Some(crew_plan) = plan.crews.get(crew as usize) else {
            return 0.0;
        };
        let Some(on_call) = crew_plan.on_call else {
            return 0.0;
        };
        if on_call.hours.contains(self.now - plan.warm_up) {
            return 0.0;
        }
        let state = &mut self.crews[crew as usize];
        state.calls += 1;
        let mut rng = self.key.occasion(crew_plan.key, Purpose::Wake, state.calls);
        self.laws.samplers[on_call.night as usize].draw(&mut rng)
    }

    /// The cell, and the step of its runbook, that a job is; `None` if it is a repair.
    fn step_of(&self, job: u32) -> Option<(usize, usize)> {
        let step = (job as usize).checked_sub(self.plan.units.len())?;
        let n_steps = self.plan.steps().len();
        Some((step / n_steps, step % n_steps))
    }

    /// Where a job stands if its crew works by priority.
    fn priority(&self, job: u32) -> u32 {
        match self.step_of(job) {
            None => self.states[job as usize].failure.priority,
            Some((_, step)) => self.plan.steps()[step].priority,
        }
    }

    /// A member of a crew has finished a repair.
    pub(super) fn release_crew(&mut self, crew: u32) {
        let plan = self.plan.crews[crew as usize];
        let state = &mut self.crews[crew as usize];
        state.busy -= 1;
        if plan.dispatch.is_some() {
            self.call_crew(crew);
        } else if !state.waiting.is_empty() {
            let n = state.waiting.len();
            self.take_up(crew, plan, 0, n);
        }
    }

    /// A free member takes up one of `n` repairs that wait from a place on.
    fn take_up(&mut self, crew: u32, plan: CrewPlan, first: usize, n: usize) {
        let next = match plan.order {
            CrewOrder::Fifo => 0,
            CrewOrder::Random => {
                let state = &mut self.crews[crew as usize];
                state.dispatched += 1;
                let dispatched = state.dispatched;
                self.pick(n, plan.key, Purpose::Dispatch, dispatched)
            }
            CrewOrder::Priority => {
                let waiting = &self.crews[crew as usize].waiting[first..first + n];
                let priority = |index: &usize| self.priority(waiting[*index]);
                (0..n).min_by_key(priority).unwrap_or(0)
            }
        };
        let state = &mut self.crews[crew as usize];
        let job = state.waiting.remove(first + next);
        state.busy += 1;
        match self.step_of(job) {
            None => self.repair(job),
            Some((cell, step)) => {
                // Somebody may have become free while another cell is at hand.
                let at_hand = std::mem::replace(&mut self.cell, cell);
                self.take_up_step(step);
                self.cell = at_hand;
            }
        }
    }

    /// A job waits behind those of its line.
    fn stand_in_line(&mut self, job: u32, crew: u32) {
        let line = self.line_of(job);
        let waiting = &self.crews[crew as usize].waiting;
        let place = waiting.partition_point(|other| self.line_of(*other) <= line);
        self.crews[crew as usize].waiting.insert(place, job);
        self.call_crew(crew);
    }

    fn line_of(&self, job: u32) -> u32 {
        match self.step_of(job) {
            None => self.states[job as usize].failure.line,
            Some((_, step)) => self.plan.line_of_step(step),
        }
    }

    /// A job that waits is no longer to be done.
    pub(super) fn leave_line(&mut self, job: u32, crew: u32) {
        let waiting = &mut self.crews[crew as usize].waiting;
        waiting.retain(|other| *other != job);
        self.call_crew(crew);
    }

    /// Sees to it that the lines of a crew with a dispatch time have drawn one while, and only while, somebody is free for them.
    fn call_crew(&mut self, crew: u32) {
        let plan = self.plan.crews[crew as usize];
        let Some(dispatch) = plan.dispatch else {
            return;
        };
        // Who waits is in the order of the lines: one pass over both. Nobody is wanted while nobody is free.
        let is_free = self.crews[crew as usize].busy < plan.size;
        let (mut next, mut line_of_next) = (0, NO_LINE);
        if is_free {
            line_of_next = self.line_at(crew, 0);
        }
        for line in plan.lines() {
            let slot = self.line_slot(line as u32);
            let wanted = line_of_next == line as u32;
            while line_of_next == line as u32 {
                next += 1;
                line_of_next = self.line_at(crew, next);
            }
            let is_drawn = self.calendar.time_of(slot).is_finite();
            if wanted && !is_drawn {
                let state = &mut self.crews[crew as usize];
                state.dispatched += 1;
                let key = self.plan.lines[line].key;
                let mut rng = self.key.occasion(key, Purpose::Dispatch, state.dispatched);
                let seconds = self.draw_time(dispatch, &mut rng);
                self.calendar.set(slot, self.now + seconds);
            } else if !wanted && is_drawn {
                self.calendar.set(slot, f64::INFINITY);
            }
        }
    }

    /// The line of the job at a place among those that wait for a crew, or [`NO_LINE`].
    fn line_at(&self, crew: u32, place: usize) -> u32 {
        let job = self.crews[crew as usize].waiting.get(place);
        job.map_or(NO_LINE, |job| self.line_of(*job))
    }

    /// Where a line begins among those that wait for its crew, and how many are in it.
    fn line_in_crew(&self, crew: u32, line: u32) -> (usize, usize) {
        let waiting = &self.crews[crew as usize].waiting;
        let first = waiting.partition_point(|unit| self.line_of(*unit) < line);
        let end = waiting.partition_point(|unit| self.line_of(*unit) <= line);
        (first, end - first)
    }

    /// The dispatch time of a line has elapsed first: a member sets to work on it.
    pub(super) fn end_dispatch(&mut self, line: u32) {
        self.outcome.events += 1;
        let slot = self.line_slot(line);
        self.calendar.set(slot, f64::INFINITY);
        let crew = self.plan.lines[line as usize].crew;
        let (first, n) = self.line_in_crew(crew, line);
        self.take_up(crew, self.plan.crews[crew as usize], first, n);
        self.call_crew(crew);
    }

    /// The slot of a line's dispatch time.
    pub(super) fn line_slot(&self, line: u32) -> u32 {
        self.pool_slot(self.plan.pools.len() as u32) + line
    }
}

#[cfg(test)]
impl Simulator<'_> {
    /// Every member of a crew is at one repair, and who waits for it waits in its list; a line has drawn a time iff somebody
    /// is free for it.
    pub(super) fn audit_crews(&self) {
        for (index, crew) in self.crews.iter().enumerate() {
            let count = |condition| {
                let of_crew = |unit: &usize| {
                    self.condition[*unit] == condition
                        && self
                            .states
                            .get(*unit)
                            .is_some_and(|state| state.failure.crew == index as u32)
                };
                (0..self.condition.len()).filter(of_crew).count()
            };
            let (manned, queued) = self.steps_of_crew(index as u32);
            assert_eq!(crew.busy as usize, count(Condition::Down) + manned);
            assert_eq!(crew.waiting.len(), count(Condition::Waiting) + queued);
            let plan = self.plan.crews[index];
            for line in plan.lines() {
                let is_drawn = self
                    .calendar
                    .time_of(self.line_slot(line as u32))
                    .is_finite();
                let (_, waiting) = self.line_in_crew(index as u32, line as u32);
                assert_eq!(is_drawn, crew.busy < plan.size && waiting > 0);
            }
        }
    }
}
