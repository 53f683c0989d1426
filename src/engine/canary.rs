//! Who notices a gray fault: a person after a while, or a canary that probes from outside at its own period.

use rand::RngExt;

use super::trial::Simulator;
use super::units::Condition;
use crate::plan::{CanaryPlan, GrayFault, GrayPlan, Purpose, UnitId};

impl<'p> Simulator<'p> {
    /// Whether a unit that has just failed is to be noticed before its repair begins.
    pub(super) fn goes_unnoticed(&mut self, unit: UnitId) -> bool {
        let Some(sampler) = self.gray_fault(unit).and_then(|fault| fault.noticed) else {
            return false;
        };
        let clock = self.plan.units[unit as usize].first_clock;
        let rng = &mut self.rngs[clock as usize];
        let seconds = self.laws.samplers[sampler as usize].draw(rng);
        self.condition[unit as usize] = Condition::Unnoticed;
        self.calendar.set(unit, self.now + seconds);
        true
    }

    fn gray_fault(&self, unit: UnitId) -> Option<GrayFault> {
        self.plan.gray.as_ref()?.of_unit(unit).copied()
    }

    /// A fault is known from now on, and its repair begins if it has waited for that.
    pub(super) fn notice(&mut self, unit: UnitId) {
        if let Some(fault) = self.gray_fault(unit)
            && fault.is_learnt()
            && self.is_up(fault.known)
        {
            self.lower(fault.known);
        }
        if self.condition[unit as usize] == Condition::Unnoticed {
            self.begin_repair(unit);
        }
    }

    /// What is no longer active is no longer known.
    pub(super) fn forget(&mut self, unit: UnitId) {
        if let Some(fault) = self.gray_fault(unit)
            && fault.is_learnt()
            && !self.is_up(fault.known)
        {
            self.raise(fault.known);
        }
    }

    /// Whether a slot is that of the canary's next probes.
    pub(super) fn is_of_canary(&self, slot: u32) -> bool {
        slot == self.canary_slot() && self.canary().is_some()
    }

    /// The slot of the canary's next probes, if there is one.
    fn canary_slot(&self) -> u32 {
        self.calendar.slots() - 1
    }

    /// Sets the canary going while there is something that it may find. Probes that all succeed are left out.
    pub(super) fn set_canary(&mut self) {
        let Some((plan, canary)) = self.canary() else {
            return;
        };
        let slot = self.canary_slot();
        let may_find = |fault: &GrayFault| {
            let is_unknown = fault.is_learnt() && self.is_up(fault.known);
            is_unknown && fault.errors > 0.0 && !self.is_up(fault.gate)
        };
        if !self.gray.is_active || !plan.faults.iter().any(may_find) {
            if self.gray.first_probes.take().is_some() {
                self.calendar.set(slot, f64::INFINITY);
            }
            return;
        }
        let first = match self.gray.first_probes {
            Some(first) => first,
            None => self.begin_watch(canary),
        };
        let n_regions = self.plan.regions.len();
        let may_fail = |at: usize| {
            let serves = || self.traffic.share(at % n_regions, self.now) > 0.0;
            self.success_of_probe(at) < 1.0 && (self.traffic.is_moving() || serves())
        };
        let is_set = self.calendar.time_of(slot).is_finite();
        if !(0..self.plan.entries.len()).any(may_fail) {
            if is_set {
                self.calendar.set(slot, f64::INFINITY);
            }
        } else if !is_set {
            let time_of = |probe: u64| first + probe as f64 * canary.every;
            let mut next = ((self.now - first) / canary.every).max(0.0) as u64;
            while time_of(next) <= self.now {
                next += 1;
            }
            if next > self.gray.probed {
                self.gray.misses.fill(0);
                self.gray.probed = next;
            }
            self.calendar.set(slot, time_of(next));
        }
    }

    fn canary(&self) -> Option<(&'p GrayPlan, &'p CanaryPlan)> {
        let plan = self.plan.gray.as_ref()?;
        Some((plan, plan.canary.as_ref()?))
    }

    /// Returns when the first probes are.
    fn begin_watch(&mut self, canary: &CanaryPlan) -> f64 {
        let state = &mut self.gray;
        state.watches += 1;
        state.misses.clear();
        state.misses.resize(canary.keys.len(), 0);
        let (trial, watches) = (self.key, state.watches);
        let keys = canary.keys.iter();
        state.probes.clear();
        (state.probes).extend(keys.map(|key| trial.occasion(*key, Purpose::Canary, watches)));
        let mut rng = trial.occasion(canary.key, Purpose::Detect, watches);
        let first = self.now + canary.every * rng.random::<f64>();
        state.first_probes = Some(first);
        state.probed = 0;
        first
    }

    /// Probes every entry wherever clients are. Nothing changes unless somebody notices.
    pub(super) fn play_canary(&mut self, slot: u32) {
        let Some(((plan, canary), first)) = self.canary().zip(self.gray.first_probes) else {
            return;
        };
        self.gray.probed += 1;
        let next = first + self.gray.probed as f64 * canary.every;
        self.calendar.set(slot, next);
        let n_regions = self.plan.regions.len();
        for at in 0..self.plan.entries.len() {
            let success = self.success_of_probe(at);
            // A probe that cannot fail needs no draw.
            if success >= 1.0 {
                self.gray.misses[at] = 0;
            } else if self.traffic.share(at % n_regions, self.now) > 0.0
                && self.misses_again(canary, at, success)
            {
                self.notice_faults_of(plan, at);
            }
        }
    }

    /// The chance that a probe of an entry in a region succeeds.
    fn success_of_probe(&self, at: usize) -> f64 {
        if self.world.up[at] {
            self.world.worth[at].quality
        } else {
            0.0
        }
    }

    /// Probes an entry in a region. Returns whether it has failed often enough.
    fn misses_again(&mut self, canary: &CanaryPlan, at: usize, success: f64) -> bool {
        let misses = &mut self.gray.misses[at];
        if self.gray.probes[at].random::<f64>() < success {
            *misses = 0;
            return false;
        }
        *misses += 1;
        if *misses < canary.misses {
            return false;
        }
        *misses = 0;
        true
    }

    fn notice_faults_of(&mut self, plan: &GrayPlan, at: usize) {
        if self.world.impaired {
            self.score_until(self.now);
        }
        for fault in self.active_faults(plan, at) {
            let GrayFault { unit, errors, .. } = plan.faults[fault as usize];
            if errors > 0.0 {
                self.notice(unit);
            }
        }
    }
}
