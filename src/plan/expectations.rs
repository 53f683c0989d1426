//! What can be expected of a plan before it is played: how long a loss lasts at most, how many events a trial has.

use std::collections::HashMap;

use super::compile::Compiler;
use super::{Clock, DetectPlan, ReroutePlan, Sampler, ServingPlan, StandbyPlan, StepPlan};
use crate::model::{Detection, Distribution, Effect, Failback, Need, ServiceKind, Strikes};

impl Compiler<'_> {
    fn mean(&self, sampler: u32) -> f64 {
        self.sampler_ids
            .iter()
            .find(|(_, known)| *known == sampler)
            .map_or(0.0, |(distribution, _)| distribution.mean())
    }

    pub(super) fn longest_mean_loss(&self, serving: &ServingPlan) -> f64 {
        let harmful = |clock: &Clock| {
            let fault = self.model.faults.get_index(clock.cause as usize);
            let takes_down = fault.is_none_or(|(_, fault)| {
                fault.effect != Effect::Unnoticed || fault.strikes == Strikes::Replicas
            });
            takes_down && !matches!(self.laws.samplers[clock.life as usize], Sampler::Never)
        };
        let repairs = self.clocks.iter().filter(|clock| harmful(clock));
        let repair = repairs
            .map(|clock| {
                self.mean(clock.repair)
                    + self.mean_dispatch(clock.crew)
                    + self.mean_notice(clock.cause)
            })
            .reduce(f64::max);
        let moves_needlessly = matches!(serving, ServingPlan::Standby(standby) if standby.false_alarm.is_some() || standby.drill.is_some());
        if repair.is_none() && !moves_needlessly {
            return 0.0;
        }
        let takeovers = self.pools.iter().map(|pool| {
            let failed = self.mean(pool.failed.unwrap_or(pool.takes));
            self.mean(pool.takes) + (pool.success.recip() - 1.0) * failed
        });
        let failover = match serving {
            ServingPlan::Single => 0.0,
            ServingPlan::ActiveActive(active) => {
                self.mean_detect(active.detect) + self.mean_reroute(active.reroute)
            }
            ServingPlan::Standby(standby) => {
                let attempt = self.mean(standby.activate)
                    + standby.restore
                    + self.mean_runbook(&standby.runbook);
                let tries = standby.retry.map_or(0.0, |retry| {
                    (standby.success.recip() - 1.0) * (attempt + retry)
                });
                let mend = standby.rot.map_or(0.0, |rot| self.mean(rot.repair));
                let failover = self.mean_detect(standby.detect)
                    + self.mean(standby.decide)
                    + attempt
                    + tries
                    + mend
                    + self.longest_mean_wait()
                    + self.mean_reroute(standby.reroute);
                failover.max(Self::longest_disruption(standby))
            }
        };
        takeovers
            .fold(repair.unwrap_or(0.0).max(failover), f64::max)
            .min(self.model.horizon_seconds)
    }

    /// For how long nobody is served while traffic is switched as planned \[s\].
    fn longest_disruption(standby: &StandbyPlan) -> f64 {
        let drill = standby.drill.map_or(0.0, |drill| drill.disruption);
        match standby.failback {
            Failback::After(back) => drill.max(back.disruption_seconds),
            Failback::Never => drill,
        }
    }

    /// Longest mean repair of what a step of the runbook may stand still for \[s\].
    fn longest_mean_wait(&self) -> f64 {
        let needs = (self.deployment.spec.failover.plan.iter()).flat_map(|step| &step.needs);
        needs
            .map(|need| match need {
                Need::Fault(name) => {
                    (self.model.faults.get(name)).map_or(0.0, |fault| fault.renewal.mttr.mean())
                }
                Need::Service(name) => match self.model.services.get(name).map(|s| &s.kind) {
                    Some(ServiceKind::External {
                        failure: Some(failure),
                        ..
                    }) => failure.mttr.mean(),
                    _ => 0.0,
                },
            })
            .fold(0.0, f64::max)
    }

    /// Work of a runbook whose stages take as long as their longest step \[s\]; what it waits for apart.
    fn mean_runbook(&self, steps: &[StepPlan]) -> f64 {
        let stages = steps
            .iter()
            .map(|step| step.stage)
            .max()
            .map_or(0, |last| last + 1);
        (0..stages)
            .map(|stage| {
                let beside = steps.iter().filter(|step| step.stage == stage);
                beside
                    .map(|step| self.mean(step.takes) * f64::from(step.attempts))
                    .fold(0.0, f64::max)
            })
            .sum()
    }

    /// Mean time until a free member of a crew sets out, if one thing waits.
    fn mean_dispatch(&self, crew: u32) -> f64 {
        let crew = self.model.crews.get_index(crew as usize);
        let dispatch = crew.and_then(|(_, crew)| crew.dispatch.as_ref());
        dispatch.map_or(0.0, Distribution::mean)
    }

    /// Mean time until a person has noticed a fault whose repair waits for that.
    fn mean_notice(&self, cause: u32) -> f64 {
        let fault = self.model.faults.get_index(cause as usize);
        match fault.map(|(_, fault)| &fault.detection) {
            Some(Detection::Unseen {
                noticed: Some(noticed),
            }) => noticed.mean(),
            _ => 0.0,
        }
    }

    fn mean_detect(&self, detect: DetectPlan) -> f64 {
        match detect {
            DetectPlan::Probe(probe) => {
                probe.period * (f64::from(probe.misses) - 0.5) + probe.timeout
            }
            DetectPlan::Drawn(sampler) => self.mean(sampler),
        }
    }

    fn mean_reroute(&self, reroute: ReroutePlan) -> f64 {
        match reroute {
            ReroutePlan::Ttl(seconds) => seconds,
            ReroutePlan::Drawn(sampler) => self.mean(sampler),
        }
    }

    pub(super) fn expected_events(&self) -> f64 {
        let length = self.model.warm_up_seconds + self.model.horizon_seconds;
        let mut rates: HashMap<(u32, u32), f64> = HashMap::new();
        self.clocks
            .iter()
            .map(|clock| {
                *rates.entry((clock.life, clock.repair)).or_insert_with(|| {
                    let (life, repair) = (self.mean(clock.life), self.mean(clock.repair));
                    2.0 * length / (life + repair)
                })
            })
            .sum()
    }
}
