//! What happens to a standby while nobody needs it: it rots unseen, and drills find that.
//!
//! A region that stands by is sound until a hidden fault makes it unusable, which nobody notices until it is to serve: then it has
//! to be mended first. A drill finds the rot at its date, or moves live traffic: to the standby for a while (a game day), or for
//! good (rotation). Whoever has just served is sound.

use super::serving::{Serving, Timer};
use super::standby::Disruption;
use super::trial::Simulator;
use crate::model::DrillKind;
use crate::plan::{DrillPlan, Purpose, ServingPlan};

/// The state of the standby during a trial.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Upkeep {
    rot: Rot,
    /// Hidden faults so far.
    rots: u64,
    /// Drills so far.
    drills: u64,
    /// When the last one was \[s\].
    drilled_at: f64,
    /// Whether the region that stands by by role is serving.
    in_use: bool,
    /// End of the game day under way.
    pub until: Option<f64>,
}

/// Whether a standby is fit to serve.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
enum Rot {
    #[default]
    Sound,
    /// Unusable, and nobody knows.
    Rotten,
    /// Found, and being mended.
    Mending,
}

impl Upkeep {
    /// Whether the standby is being mended.
    pub(super) fn is_being_mended(&self) -> bool {
        self.rot == Rot::Mending
    }
}

impl Simulator<'_> {
    fn upkeep(&mut self) -> &mut Upkeep {
        match &mut self.serving {
            Serving::Standby(cells) => &mut cells[self.cell].upkeep,
            _ => unreachable!("only a standby pattern has a standby to keep up"),
        }
    }

    /// A standby is new at the start of a trial; drills have their dates.
    pub(super) fn begin_upkeep(&mut self) {
        self.renew_rot();
        if let Some(drill) = self.drill_plan() {
            let date = self.now + drill.every;
            self.set_timer(Timer::Drill, date);
        }
    }

    fn drill_plan(&self) -> Option<DrillPlan> {
        match &self.plan.serving {
            ServingPlan::Standby(standby) => standby.drill,
            ServingPlan::Single | ServingPlan::ActiveActive(_) => None,
        }
    }

    /// The region that stands by from now on is sound.
    fn renew_rot(&mut self) {
        let plan = self.plan;
        let upkeep = self.upkeep();
        upkeep.rot = Rot::Sound;
        upkeep.in_use = false;
        let ServingPlan::Standby(standby) = &plan.serving else {
            return;
        };
        let Some(rot) = standby.rot else { return };
        upkeep.rots += 1;
        let occasion = upkeep.rots;
        let key = plan.regions[self.in_cell(1)].key;
        let mut rng = (self.key).occasion(key, Purpose::Rot, occasion);
        let time = self.now + self.laws.samplers[rot.life as usize].draw(&mut rng);
        self.set_timer(Timer::Rot, time);
    }

    /// Traffic is at the region that stands by, or has come back from it.
    pub(super) fn use_standby(&mut self, in_use: bool) {
        let upkeep = self.upkeep();
        let was_used = std::mem::replace(&mut upkeep.in_use, in_use);
        if in_use {
            upkeep.rot = Rot::Sound;
            self.set_timer(Timer::Rot, f64::INFINITY);
        } else {
            upkeep.until = None;
            if was_used {
                self.renew_rot();
            }
        }
    }

    /// The region that has served stands by from now on.
    pub(super) fn swap_standby(&mut self) {
        self.upkeep().until = None;
        self.renew_rot();
    }

    /// Somebody uses the standby, or tries it. Returns whether it has to be mended first.
    pub(super) fn find_rot(&mut self) -> bool {
        let plan = self.plan;
        let upkeep = self.upkeep();
        let (rot, occasion) = (upkeep.rot, upkeep.rots);
        let ServingPlan::Standby(standby) = &plan.serving else {
            return false;
        };
        let (Rot::Rotten, Some(law)) = (rot, standby.rot) else {
            return rot == Rot::Mending;
        };
        upkeep.rot = Rot::Mending;
        let key = plan.regions[self.in_cell(1)].key;
        let mut rng = (self.key).occasion(key, Purpose::Mend, occasion);
        let time = self.now + self.laws.samplers[law.repair as usize].draw(&mut rng);
        self.set_timer(Timer::Rot, time);
        true
    }

    /// A hidden fault comes, or one that was found has been mended.
    pub(super) fn play_rot(&mut self) {
        if self.upkeep().rot == Rot::Sound {
            self.upkeep().rot = Rot::Rotten;
            return;
        }
        self.renew_rot();
        self.continue_with_mended_standby();
    }

    /// The date of a drill has come. It is put off to the next one unless all is well.
    pub(super) fn play_drill(&mut self, is_quiet: bool) {
        let Some(drill) = self.drill_plan() else {
            return;
        };
        let date = self.now + drill.every;
        self.set_timer(Timer::Drill, date);
        if !is_quiet || self.upkeep().rot == Rot::Mending {
            return;
        }
        self.count_drill(drill);
        if self.find_rot() {
            return;
        }
        self.upkeep().drills += 1;
        let occasion = self.upkeep().drills;
        let succeeds = match &self.plan.serving {
            ServingPlan::Standby(standby) => standby.success,
            ServingPlan::Single | ServingPlan::ActiveActive(_) => 1.0,
        };
        let key = self.plan.regions[self.in_cell(0)].key;
        let works = self.succeeds(succeeds, key, Purpose::Drill, occasion);
        self.switch_for_drill(drill, works);
        if drill.disruption > 0.0 {
            self.disrupt(Disruption::Drill, drill.disruption);
        }
        self.touch_world();
    }

    /// Moves traffic for a drill, if that works.
    fn switch_for_drill(&mut self, drill: DrillPlan, works: bool) {
        let Serving::Standby(cells) = &mut self.serving else {
            return;
        };
        let state = &mut cells[self.cell];
        state.starters = vec![drill.cause];
        let home = state.home();
        if !works {
            return;
        }
        let now = self.now;
        match drill.kind {
            DrillKind::Gameday => {
                self.serve_from_standby(false);
                self.use_standby(true);
                self.upkeep().until = Some(now + drill.disruption + drill.takes);
            }
            DrillKind::Rotation if drill.takes > 0.0 => {
                self.move_to_standby(drill.takes);
                self.swap_standby();
                return;
            }
            DrillKind::Rotation => {
                self.serve_from_standby(true);
                self.swap_standby();
            }
        }
        self.jump_to(1 - home);
    }

    /// A drill is held, in all cells in which all is well; it counts once.
    fn count_drill(&mut self, drill: DrillPlan) {
        self.upkeep().drilled_at = self.now;
        let Serving::Standby(cells) = &self.serving else {
            return;
        };
        let mut others = cells.iter().enumerate();
        if others.any(|(cell, state)| cell != self.cell && state.upkeep.drilled_at == self.now) {
            return;
        }
        self.count_failure(drill.cause);
        if self.now >= self.plan.warm_up {
            self.outcome.drills += 1;
        }
    }
}
