//! Rules beside the structure: how a pattern sends traffic, who repairs in what order, what counts as kept.

use super::compile::Compiler;
use super::{
    ActivePlan, BalancePlan, DailyCurve, DetectPlan, DrillPlan, JourneyPlan, NO_GATE, ProbePlan,
    RegionPlan, ReroutePlan, RotPlan, ServingPlan, StandbyPlan, StreamKey, WindowPlan,
};
use crate::model::{Detect, Distribution, Model, Pattern, Reroute, Windows};

/// What needless failovers are reported as.
const FALSE_ALARM: &str = "false alarm";
/// What drills are reported as.
const DRILL: &str = "drill";

impl Compiler<'_> {
    pub(super) fn serving_plan(&mut self) -> ServingPlan {
        let spec = self.deployment.spec.clone();
        let failover = &spec.failover;
        let detect = match &failover.detect {
            Detect::Probe {
                period_seconds,
                misses,
                timeout_seconds,
            } => DetectPlan::Probe(ProbePlan {
                period: *period_seconds,
                misses: *misses,
                timeout: *timeout_seconds,
            }),
            Detect::Drawn(distribution) => DetectPlan::Drawn(self.sampler(distribution)),
        };
        let reroute = match &failover.reroute {
            Reroute::Ttl { seconds, .. } => ReroutePlan::Ttl(*seconds),
            Reroute::Drawn(distribution) => ReroutePlan::Drawn(self.sampler(distribution)),
        };
        match spec.pattern {
            Pattern::SingleAz | Pattern::MultiAz => ServingPlan::Single,
            Pattern::ActiveActive => ServingPlan::ActiveActive(ActivePlan {
                cells: spec.cells as usize,
                split: (self.deployment.regions.iter().enumerate())
                    .map(|(at, _)| spec.split[self.whole(at)] / f64::from(spec.cells))
                    .collect(),
                detect,
                hold_down: failover.hold_down_seconds,
                reroute,
            }),
            Pattern::BackupRestore
            | Pattern::PilotLight
            | Pattern::WarmStandby
            | Pattern::HotStandby => {
                ServingPlan::Standby(StandbyPlan {
                    cells: spec.cells as usize,
                    detect,
                    hold_down: failover.hold_down_seconds,
                    unprobed_health: self.unprobed_health.clone(),
                    false_alarm: self.false_alarm(),
                    rot: failover.rot.as_ref().map(|rot| RotPlan {
                        life: self.sampler(&rot.mtbf),
                        repair: self.sampler(&rot.mttr),
                    }),
                    drill: self.drill(),
                    decide: self.sampler(&failover.decide),
                    activate: self.sampler(&failover.activate),
                    restore: failover.restore_seconds,
                    runbook: self.runbook(),
                    reroute,
                    success: failover.success,
                    // What never succeeds is not tried again: without times in between it would be tried for ever.
                    retry: failover.retry_seconds.filter(|_| failover.success > 0.0),
                    failback: failover.failback,
                    reroute_first: spec.pattern == Pattern::WarmStandby,
                    full_when_standing_by: spec.pattern == Pattern::HotStandby,
                })
            }
        }
    }

    /// Needless failovers, with a cause of their own.
    fn false_alarm(&mut self) -> Option<(u32, u32)> {
        let law = self.deployment.spec.failover.false_alarm.clone();
        if law == Distribution::Never {
            return None;
        }
        let cause = self.names.causes.len() as u32;
        self.names.causes.push(FALSE_ALARM.to_owned());
        Some((self.sampler(&law), cause))
    }

    /// Drills, with a cause of their own.
    fn drill(&mut self) -> Option<DrillPlan> {
        let drills = self.model.drills?;
        let cause = self.names.causes.len() as u32;
        self.names.causes.push(DRILL.to_owned());
        Some(DrillPlan {
            kind: drills.kind,
            every: drills.every_seconds,
            takes: drills.takes_seconds,
            disruption: drills.disruption_seconds,
            cause,
        })
    }

    pub(super) fn region_plans(&mut self, serving: &ServingPlan) -> Vec<RegionPlan> {
        let spec = &self.deployment.spec;
        let standby_capacity = match spec.pattern {
            Pattern::WarmStandby => spec.standby_scale,
            Pattern::ActiveActive => spec.scale,
            _ => 1.0,
        } / f64::from(spec.cells);
        // A share of N cells is not to look like overload by rounding.
        let full_capacity = match spec.cells {
            1 => 1.0,
            cells => (1.0 + 1e-12) / f64::from(cells),
        };
        let usual: Vec<f64> = match serving {
            ServingPlan::ActiveActive(active) => active.split.clone(),
            ServingPlan::Single => {
                vec![f64::from(spec.cells).recip(); self.deployment.regions.len()]
            }
            ServingPlan::Standby(standby) => {
                let of_cell = [f64::from(spec.cells).recip(), 0.0];
                of_cell.repeat(standby.cells)
            }
        };
        let keys = (0..usual.len()).map(|region| self.key_in(&["failover"], region, &[]));
        let keys: Vec<StreamKey> = keys.collect();
        std::mem::take(&mut self.switches)
            .into_iter()
            .zip(keys)
            .zip(&self.idle_gates)
            .zip(usual)
            .map(|(((switches, key), idle), share)| RegionPlan {
                share,
                full_capacity,
                standby_capacity,
                switches,
                idle_gate: idle.unwrap_or(NO_GATE),
                key,
            })
            .collect()
    }

    pub(super) fn journey_plans(&self) -> Vec<JourneyPlan> {
        let entries = self.entry_services();
        self.model
            .journeys
            .values()
            .map(|journey| {
                let service = self.model.services.get_index_of(&journey.entry);
                let entry = service
                    .and_then(|service| entries.binary_search(&service).ok())
                    .unwrap_or(0);
                JourneyPlan {
                    share: journey.share,
                    down_below: journey.down_below,
                    entry: entry as u32,
                }
            })
            .collect()
    }
}

/// Share of clients that never move to another region.
pub(super) fn stuck(reroute: &Reroute) -> f64 {
    match reroute {
        Reroute::Ttl { stuck, .. } => *stuck,
        Reroute::Drawn(_) => 0.0,
    }
}

pub(super) fn daily_curve(model: &Model) -> Option<DailyCurve> {
    let traffic = model.traffic.filter(|traffic| traffic.daily_peak > 1.0)?;
    Some(DailyCurve {
        amplitude: traffic.daily_peak - 1.0,
        peak: traffic.peak_hour * 3600.0,
    })
}

pub(super) fn slo(model: &Model) -> Option<WindowPlan> {
    model.objectives.slo.map(|slo| WindowPlan {
        seconds: slo.window_seconds,
        target: slo.target,
        rolling: slo.windows == Windows::Rolling,
    })
}

pub(super) fn sla(model: &Model) -> Option<WindowPlan> {
    model.objectives.sla.as_ref().map(|sla| WindowPlan {
        seconds: sla.window_seconds,
        target: sla.target,
        rolling: false,
    })
}

/// Shares of traffic that the serving regions should have; `None` if only one serves.
///
/// Cells of a region have its share together.
pub(super) fn balance(model: &Model, serving: &ServingPlan) -> Option<BalancePlan> {
    let (balance, ServingPlan::ActiveActive(active)) = (model.objectives.balance?, serving) else {
        return None;
    };
    let n_regions = active.split.len() / active.cells;
    let of_cells = |region: usize| active.split.iter().skip(region).step_by(n_regions).sum();
    let split: Vec<f64> = (0..n_regions).map(of_cells).collect();
    Some(BalancePlan {
        seconds: balance.window_seconds,
        targets: (split.iter())
            .map(|share| balance.target.unwrap_or(*share))
            .collect(),
        tolerance: balance.tolerance,
        usual: split,
    })
}

/// Refunds of the SLA: (availability below which, share of the window's revenue).
pub(super) fn refunds(model: &Model) -> Vec<(f64, f64)> {
    let credits = model.objectives.sla.iter().flat_map(|sla| &sla.credits);
    credits
        .map(|credit| (credit.below, credit.refund))
        .collect()
}
