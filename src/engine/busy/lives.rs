//! When the lives under way began: what how readily they end depends on, where that changes with age.

use crate::engine::trial::Simulator;
use crate::engine::units::Condition;
use crate::plan::{UnitId, UnitKind};

/// When lives began that are counted in plain time; those in operating time the simulator itself remembers.
#[derive(Debug, Clone, Default)]
pub(super) struct Lives {
    /// By unit \[s\].
    began: Vec<f64>,
}

impl Lives {
    /// All new.
    pub(super) fn reset(&mut self, n_units: usize) {
        self.began.clear();
        self.began.resize(n_units, 0.0);
    }

    /// The event of a slot has just been played: a unit that it has left up begins a life.
    pub(super) fn note(&mut self, simulator: &Simulator<'_>, slot: u32) {
        if let Some(began) = self.began.get_mut(slot as usize)
            && simulator.condition_of(slot) == Condition::Up
        {
            *began = simulator.now;
        }
    }

    /// How long a clock of a unit that is up has run \[s\].
    pub(super) fn age_of(&self, simulator: &Simulator<'_>, unit: UnitId, clock: u32) -> f64 {
        let age = match simulator.plan.units[unit as usize].kind {
            UnitKind::General => simulator.age_of(unit, clock),
            UnitKind::Simple(_) | UnitKind::Shock(_) => simulator.now - self.began[unit as usize],
        };
        age.max(0.0)
    }
}

impl Simulator<'_> {
    /// How long a clock of a general unit that is up has run, in its operating time \[s\].
    pub(super) fn age_of(&self, unit: UnitId, clock: u32) -> f64 {
        let state = self.states[unit as usize];
        let since_start = (self.now - state.since) * state.speed;
        state.age + since_start - self.life_begins[clock as usize]
    }
}
