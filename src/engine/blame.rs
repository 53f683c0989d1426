//! Charges what is lost to its causes.
//!
//! Of the faults active in an interval, those share a loss equally whose lone removal would restore the failing entry;
//! if there is none, all active ones that the entry depends on; if none is active, whatever started the takeover or
//! failover under way.

use super::serving::Serving;
use super::standby::Disruption;
use super::trial::Simulator;
use crate::plan::{DowntimePhase, GateId, Reach, UnitId};

impl Simulator<'_> {
    /// Charges the losses of the interval just scored, around `middle`.
    pub(super) fn charge_losses(&mut self, middle: f64) {
        let plan = self.plan;
        let n_regions = plan.regions.len();
        for (index, journey) in plan.journeys.iter().enumerate() {
            for region in 0..n_regions {
                let loss = self.ledger.losses[index * n_regions + region];
                if loss.down > 0.0 {
                    let causes = self.blame_entry(journey.entry as usize * n_regions + region);
                    self.charge(&causes, journey.share * loss.down);
                    self.charge_phase(region, journey.share * loss.down);
                }
                if loss.overload > 0.0 {
                    let causes = self.serving.starters(region).to_vec();
                    self.charge(&causes, journey.share * loss.overload);
                    self.charge_overload(region, journey.share * loss.overload);
                }
                if loss.failed > 0.0 {
                    let at = journey.entry as usize * n_regions + region;
                    let share = self.traffic.share(region, middle);
                    self.charge_failed(at, share, journey.share * loss.failed);
                }
            }
        }
    }

    /// Charges what a region that is down loses to what the failover is doing meanwhile.
    fn charge_phase(&mut self, region: usize, loss: f64) {
        let phase = self.phase_of(region);
        self.charge_to_phase(region, phase, loss);
    }

    /// Charges what a gray fault fails in a region: while no failover is under way, to nobody having noticed it, or to working badly.
    pub(super) fn charge_phase_of_gray(&mut self, region: usize, is_known: bool, loss: f64) {
        let phase = match (self.phase_of(region), is_known) {
            (DowntimePhase::InService, false) => DowntimePhase::Unnoticed,
            (DowntimePhase::InService, true) => DowntimePhase::Degraded,
            (phase, _) => phase,
        };
        self.charge_to_phase(region, phase, loss);
    }

    /// What the failover is doing while a region loses something.
    fn phase_of(&self, region: usize) -> DowntimePhase {
        match &self.serving {
            Serving::Single => DowntimePhase::InService,
            _ if self.traffic.has_only_stuck(region) => DowntimePhase::Stuck,
            Serving::Standby(cells) => cells[region / 2].downtime_phase(),
            Serving::ActiveActive(state) => state.downtime_phase(region),
        }
    }

    fn charge_to_phase(&mut self, region: usize, phase: DowntimePhase, loss: f64) {
        let index = if phase == DowntimePhase::Activating {
            self.cell = region / 2;
            self.phase_of_runbook()
        } else {
            phase as usize
        };
        self.add_to_phase(index, loss);
    }

    /// Charges what is lost because a region carries too little, or nothing while traffic is switched or the standby is mended.
    fn charge_overload(&mut self, region: usize, loss: f64) {
        let phase = match &self.serving {
            Serving::Standby(cells) => {
                let state = &cells[region / 2];
                match state.disruption {
                    Some(Disruption::Drill) => DowntimePhase::Drilling,
                    Some(Disruption::Failback) => DowntimePhase::FailingBack,
                    None if state.is_mended(region % 2) => DowntimePhase::Mending,
                    None => DowntimePhase::Degraded,
                }
            }
            Serving::Single | Serving::ActiveActive(_) => DowntimePhase::Degraded,
        };
        self.add_to_phase(phase as usize, loss);
    }

    fn add_to_phase(&mut self, index: usize, loss: f64) {
        if let Some(sum) = self.outcome.phases.get_mut(index) {
            *sum += loss;
        }
    }

    fn charge(&mut self, causes: &[u32], loss: f64) {
        let last = [self.last_cause];
        let causes = if causes.is_empty() { &last } else { causes };
        let part = loss / causes.len() as f64;
        for &cause in causes {
            self.charge_to(cause, part);
        }
    }

    pub(super) fn charge_to(&mut self, cause: u32, loss: f64) {
        self.outcome.attribution[cause as usize] += loss;
        if self.ledger.record_spans {
            self.ledger.span_charges[cause as usize] += loss;
        }
    }

    /// The causes of an entry being down, one for each active fault that shares it.
    fn blame_entry(&mut self, entry: usize) -> Vec<u32> {
        let plan = &self.plan.entries[entry];
        let causes = self.blame(plan.gate, &plan.units);
        if !causes.is_empty() {
            return causes;
        }
        let takeovers = plan.pools.iter().filter(|pool| self.is_taking_over(**pool));
        let starters: Vec<u32> = takeovers
            .flat_map(|pool| self.pools[*pool as usize].starters.iter().copied())
            .collect();
        if starters.is_empty() {
            let region = entry % self.plan.regions.len();
            self.serving.starters(region).to_vec()
        } else {
            starters
        }
    }

    /// The causes among active faults of a gate being down.
    pub(super) fn blame(&mut self, gate: GateId, units: &[UnitId]) -> Vec<u32> {
        let active: Vec<UnitId> = units
            .iter()
            .copied()
            .filter(|unit| self.is_failed(*unit))
            .collect();
        let critical: Vec<UnitId> = active
            .iter()
            .copied()
            .filter(|unit| self.would_restore(*unit, gate))
            .collect();
        let blamed = if critical.is_empty() {
            active
        } else {
            critical
        };
        blamed.into_iter().map(|unit| self.cause_of(unit)).collect()
    }

    /// Whether a gate would be up if this one fault were not active.
    fn would_restore(&mut self, unit: UnitId, gate: GateId) -> bool {
        let network = &self.plan.network;
        let own = self.plan.units[unit as usize].gate;
        let reported = self.changes.len();
        network.raise(
            &mut self.spare,
            own,
            Reach::Journeys,
            &mut self.wave,
            &mut self.changes,
        );
        let restored = self.is_up(gate);
        network.lower(
            &mut self.spare,
            own,
            Reach::Journeys,
            &mut self.wave,
            &mut self.changes,
        );
        self.changes.truncate(reported);
        restored
    }
}
