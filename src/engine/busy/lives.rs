//! When the lives and repairs under way began: what how readily they end depends on, where that changes with age.

use crate::engine::trial::Simulator;
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

    /// The event of a slot has just been played: its unit begins a life or a repair.
    pub(super) fn note(&mut self, simulator: &Simulator<'_>, slot: u32) {
        if let Some(began) = self.began.get_mut(slot as usize) {
            *began = simulator.now;
        }
    }

    /// When what a unit of the fast path is in began \[s\].
    pub(super) fn began(&self, unit: UnitId) -> f64 {
        self.began[unit as usize]
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
