//! The runbook of an attempt: steps that take work and people, and stand still for what they need.
//!
//! A stage begins when all steps of the one before are done. A step waits until what it needs is there, then for a free member of its
//! crew, who stays until it is done. If what it needs goes away meanwhile, its work stands still and goes on where it stood.

use super::serving::{Serving, Timer};
use super::trial::Simulator;
use crate::plan::{DowntimePhase, NO_CREW, Purpose, ServingPlan, StepPlan};

/// The steps of the attempt under way; none while no runbook is at work.
#[derive(Debug, Clone, Default)]
pub(super) struct RunbookState {
    steps: Vec<StepState>,
    /// Whether anything has been done but approve.
    has_begun: bool,
}

/// One step.
#[derive(Debug, Clone, Copy)]
struct StepState {
    progress: Progress,
    /// Work left of the try under way when it last stood still \[s\].
    left: f64,
    /// Tries begun.
    tries: u32,
    /// Whether a member of its crew is at it.
    is_manned: bool,
}

/// How far a step has come.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Progress {
    /// Its stage has not begun.
    Ahead,
    /// What it needs is not there.
    Blocked,
    /// No member of its crew is free.
    Queued,
    /// A member of its crew has been called, and is not at it yet.
    Called,
    /// At work, until this time \[s\].
    Working(f64),
    Done,
}

impl RunbookState {
    /// Whether anything has been done but approve.
    pub(super) fn has_begun(&self) -> bool {
        self.has_begun
    }

    /// Whether a runbook is at work.
    pub(super) fn is_idle(&self) -> bool {
        self.steps.is_empty()
    }
}

#[cfg(test)]
impl Simulator<'_> {
    /// Steps that members of a crew are at, and those that wait for one.
    pub(super) fn steps_of_crew(&self, crew: u32) -> (usize, usize) {
        let (Serving::Standby(cells), ServingPlan::Standby(plan)) =
            (&self.serving, &self.plan.serving)
        else {
            return (0, 0);
        };
        let of_cells = cells.iter();
        let steps = of_cells.flat_map(|state| state.runbook.steps.iter().zip(&plan.runbook));
        let own: Vec<&StepState> = (steps.filter(|(_, step)| step.crew == crew))
            .map(|(state, _)| state)
            .collect();
        let queued = |step: &&&StepState| step.progress == Progress::Queued;
        (
            own.iter().filter(|step| step.is_manned).count(),
            own.iter().filter(queued).count(),
        )
    }
}

impl<'p> Simulator<'p> {
    fn runbook(&mut self) -> (&mut Vec<StepState>, &'p [StepPlan]) {
        match (&mut self.serving, &self.plan.serving) {
            (Serving::Standby(cells), ServingPlan::Standby(plan)) => {
                (&mut cells[self.cell].runbook.steps, &plan.runbook)
            }
            _ => unreachable!("only a standby pattern has a runbook"),
        }
    }

    /// Begins the steps of the first stage.
    pub(super) fn begin_runbook(&mut self) {
        if let Serving::Standby(cells) = &mut self.serving {
            cells[self.cell].runbook.has_begun = false;
        }
        let (steps, plan) = self.runbook();
        steps.clear();
        let ahead = StepState {
            progress: Progress::Ahead,
            left: 0.0,
            tries: 0,
            is_manned: false,
        };
        steps.resize(plan.len(), ahead);
        self.begin_stage(0);
    }

    fn begin_stage(&mut self, stage: u32) {
        let (_, plan) = self.runbook();
        for (index, _) in plan
            .iter()
            .enumerate()
            .filter(|(_, step)| step.stage == stage)
        {
            self.begin_try(index);
        }
    }

    fn begin_try(&mut self, index: usize) {
        let occasion = self.occasion_of_try(index, 1);
        let (_, plan) = self.runbook();
        let step = &plan[index];
        let mut rng = self
            .key
            .occasion(self.step_key(step), Purpose::Step, occasion);
        let left = self.laws.samplers[step.takes as usize].draw(&mut rng);
        let (steps, _) = self.runbook();
        steps[index].tries += 1;
        steps[index].left = left;
        self.proceed(index);
    }

    /// Names a try among all tries of all attempts: the one under way, or the next one.
    fn occasion_of_try(&mut self, index: usize, next: u64) -> u64 {
        let attempts = self.attempts();
        let tries = u64::from(self.runbook().0[index].tries);
        (attempts << 32) + tries + next
    }

    fn step_key(&self, step: &StepPlan) -> crate::plan::StreamKey {
        let from = match &self.serving {
            Serving::Standby(cells) => cells[self.cell].leaves(),
            Serving::Single | Serving::ActiveActive(_) => 0,
        };
        self.plan.regions[self.in_cell(from)].key.with(step.key)
    }

    /// Sets a step to work if it can.
    fn proceed(&mut self, index: usize) {
        if !self.is_ready(index) {
            self.runbook().0[index].progress = Progress::Blocked;
            return;
        }
        let (steps, plan) = self.runbook();
        let (is_manned, crew) = (steps[index].is_manned, plan[index].crew);
        if crew == NO_CREW || is_manned {
            self.work(index);
        } else if self.ask_crew(crew, self.job_of_step(index)) {
            self.take_up_step(index);
        } else {
            self.runbook().0[index].progress = Progress::Queued;
        }
    }

    fn work(&mut self, index: usize) {
        let now = self.now;
        let (steps, plan) = self.runbook();
        let end = now + steps[index].left;
        steps[index].progress = Progress::Working(end);
        let is_approval = plan[index].is_approval;
        if let Serving::Standby(cells) = &mut self.serving {
            cells[self.cell].runbook.has_begun |= !is_approval;
        }
        self.set_timer(Timer::Step(index as u32), end);
    }

    /// A member of its crew takes up a step, by day at once.
    pub(super) fn take_up_step(&mut self, index: usize) {
        let (steps, plan) = self.runbook();
        steps[index].is_manned = true;
        let wakes = self.time_to_wake(plan[index].crew);
        if wakes > 0.0 {
            self.runbook().0[index].progress = Progress::Called;
            let time = self.now + wakes;
            self.set_timer(Timer::Step(index as u32), time);
        } else {
            self.work(index);
        }
    }

    /// The time of a step has come: its people are there, or its work is done.
    pub(super) fn play_step(&mut self, index: usize) {
        if self.runbook().0[index].progress == Progress::Called {
            self.proceed(index);
        } else {
            self.end_step(index);
        }
    }

    /// Steps are jobs of a crew after the units, cell by cell.
    fn job_of_step(&self, index: usize) -> u32 {
        let of_cells_before = self.cell * self.plan.steps().len();
        (self.plan.units.len() + of_cells_before + index) as u32
    }

    /// Whether all that a step needs is there.
    fn is_ready(&mut self, index: usize) -> bool {
        let to = self.region_to_serve();
        let to = self.in_cell(to);
        let (_, plan) = self.runbook();
        plan[index].needs[to]
            .iter()
            .all(|need| self.is_up(need.gate))
    }

    /// Steps that wait for what is there now go on; those that need what is gone stand still.
    pub(super) fn update_runbook(&mut self) {
        for index in 0..self.runbook().0.len() {
            let progress = self.runbook().0[index].progress;
            let ready = match progress {
                Progress::Ahead | Progress::Called | Progress::Done => continue,
                Progress::Blocked | Progress::Queued | Progress::Working(_) => self.is_ready(index),
            };
            match (progress, ready) {
                (Progress::Blocked, true) => self.proceed(index),
                (Progress::Working(end), false) => {
                    let now = self.now;
                    self.set_timer(Timer::Step(index as u32), f64::INFINITY);
                    let (steps, _) = self.runbook();
                    steps[index].left = end - now;
                    steps[index].progress = Progress::Blocked;
                }
                (Progress::Queued, false) => {
                    self.leave_queue(index);
                    self.runbook().0[index].progress = Progress::Blocked;
                }
                _ => {}
            }
        }
    }

    /// A try of a step has come to its end.
    fn end_step(&mut self, index: usize) {
        let occasion = self.occasion_of_try(index, 0);
        let (steps, plan) = self.runbook();
        let (step, tries) = (&plan[index], steps[index].tries);
        let key = self.step_key(step);
        let succeeds = self.succeeds(step.success, key, Purpose::StepSuccess, occasion);
        if !succeeds && tries < step.attempts {
            self.begin_try(index);
            return;
        }
        if !succeeds {
            self.abandon_runbook();
            self.end_activation(false);
            return;
        }
        let (steps, _) = self.runbook();
        steps[index].progress = Progress::Done;
        if std::mem::take(&mut steps[index].is_manned) {
            self.release_crew(step.crew);
        }
        let (steps, plan) = self.runbook();
        let mut of_stage = (steps.iter().zip(plan)).filter(|(_, other)| other.stage == step.stage);
        if !of_stage.all(|(state, _)| state.progress == Progress::Done) {
            return;
        }
        if plan.iter().any(|other| other.stage > step.stage) {
            if step.is_approval {
                self.begin_activation();
            }
            self.begin_stage(step.stage + 1);
        } else {
            self.abandon_runbook();
            self.end_activation(true);
        }
    }

    /// Ends whatever step is under way; its people are free again.
    pub(super) fn abandon_runbook(&mut self) {
        for index in 0..self.runbook().0.len() {
            self.set_timer(Timer::Step(index as u32), f64::INFINITY);
            if self.runbook().0[index].progress == Progress::Queued {
                self.leave_queue(index);
            }
        }
        let (steps, plan) = self.runbook();
        let manned = std::mem::take(steps);
        for (step, plan) in manned.into_iter().zip(plan) {
            if step.is_manned {
                self.release_crew(plan.crew);
            }
        }
    }

    fn leave_queue(&mut self, index: usize) {
        let job = self.job_of_step(index);
        let crew = self.runbook().1[index].crew;
        self.leave_line(job, crew);
    }

    /// What the downtime of an activation by runbook is charged to: the work of a step if there is any, deciding if that is an approval,
    /// else what the first step that waits is waiting for.
    pub(super) fn phase_of_runbook(&mut self) -> usize {
        let Serving::Standby(cells) = &self.serving else {
            return DowntimePhase::Activating as usize;
        };
        if cells[self.cell].runbook.is_idle() {
            return DowntimePhase::Activating as usize;
        }
        let to = self.region_to_serve();
        let to = self.in_cell(to);
        let (steps, plan) = self.runbook();
        let mut working = (steps.iter().zip(plan))
            .filter(|(state, _)| matches!(state.progress, Progress::Working(_)));
        match working.next() {
            Some((_, step)) if step.is_approval => return DowntimePhase::Deciding as usize,
            Some(_) => return DowntimePhase::Activating as usize,
            None => {}
        }
        let mut waiting = steps
            .iter()
            .zip(plan)
            .filter_map(|(state, step)| match state.progress {
                Progress::Queued | Progress::Called => Some((step, true)),
                Progress::Blocked => Some((step, false)),
                Progress::Ahead | Progress::Working(_) | Progress::Done => None,
            });
        let wait = match waiting.next() {
            None => return DowntimePhase::Activating as usize,
            Some((step, true)) => step.people,
            Some((step, false)) => {
                let mut missing = step.needs[to].iter().filter(|need| !self.is_up(need.gate));
                missing.next().map_or(0, |need| need.wait)
            }
        };
        DowntimePhase::ALL.len() + wait as usize
    }
}
