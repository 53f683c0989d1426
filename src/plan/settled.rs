//! Whether anything is drawn in a trial of a plan at all.

use super::{Copies, DetectPlan, Plan, ReroutePlan, Sampler, ServingPlan, StandbyPlan};
use crate::model::{CrewOrder, Failback};

impl Plan {
    /// Whether every trial is the same: nothing fails but what is scripted, and no time or chance that can matter is drawn.
    /// Errs on the side of no.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.fails_by_script_only()
            && self.takeovers_are_settled()
            && self.serving_is_settled()
            && self.data.as_ref().is_none_or(|data| match data.copies {
                Copies::Behind { lag, .. } => self.is_fixed(lag),
                Copies::None | Copies::Same | Copies::Backups => true,
            })
    }

    /// Whether nothing is drawn but by takeovers and by what the controller does.
    #[must_use]
    pub fn fails_by_script_only(&self) -> bool {
        let upkeep = match &self.serving {
            ServingPlan::Standby(standby) => {
                standby.false_alarm.is_none() && standby.rot.is_none() && standby.drill.is_none()
            }
            ServingPlan::Single | ServingPlan::ActiveActive(_) => true,
        };
        upkeep && self.clocks_are_settled() && self.repairs_are_settled()
    }

    fn is_fixed(&self, sampler: u32) -> bool {
        fixed(&self.laws.samplers[sampler as usize])
    }

    /// Nothing fails by itself, and what is scripted is repaired in a fixed time.
    fn clocks_are_settled(&self) -> bool {
        let never = |sampler: u32| matches!(self.laws.samplers[sampler as usize], Sampler::Never);
        let scripted = self.scripted.iter().map(|scripted| {
            let clock = self.units[scripted.unit as usize].first_clock;
            self.clocks[clock as usize].repair
        });
        self.clocks.iter().all(|clock| never(clock.life))
            && scripted.into_iter().all(|repair| self.is_fixed(repair))
    }

    fn takeovers_are_settled(&self) -> bool {
        self.pools.iter().all(|pool| {
            pool.members.len() < 2
                || (self.is_fixed(pool.takes)
                    && pool.success >= 1.0
                    && pool.failed.is_none_or(|failed| self.is_fixed(failed)))
        })
    }

    /// What is scripted is noticed and taken up in fixed times.
    fn repairs_are_settled(&self) -> bool {
        let scripted = || self.scripted.iter().map(|scripted| scripted.unit);
        let crews = scripted().all(|unit| {
            let clock = self.units[unit as usize].first_clock;
            self.crew_is_settled(self.clocks[clock as usize].crew)
        });
        let gray = self.gray.as_ref().is_none_or(|gray| {
            let mut faults = scripted().filter_map(|unit| gray.of_unit(unit));
            faults.all(|fault| {
                let is_probed = fault.is_learnt() && gray.canary.is_some();
                !is_probed && fault.noticed.is_none_or(|noticed| self.is_fixed(noticed))
            })
        });
        crews && gray
    }

    fn crew_is_settled(&self, crew: u32) -> bool {
        let Some(crew) = self.crews.get(crew as usize) else {
            return true;
        };
        let night = crew.on_call.map(|on_call| on_call.night);
        let mut times = [crew.dispatch, night].into_iter().flatten();
        crew.order != CrewOrder::Random && times.all(|time| self.is_fixed(time))
    }

    fn serving_is_settled(&self) -> bool {
        let detect = |detect: DetectPlan| match detect {
            DetectPlan::Probe(probe) => probe.period == 0.0,
            DetectPlan::Drawn(sampler) => self.is_fixed(sampler),
        };
        let reroute = |reroute: ReroutePlan| match reroute {
            ReroutePlan::Ttl(_) => true,
            ReroutePlan::Drawn(sampler) => self.is_fixed(sampler),
        };
        match &self.serving {
            ServingPlan::Single => true,
            ServingPlan::ActiveActive(active) => detect(active.detect) && reroute(active.reroute),
            ServingPlan::Standby(standby) => {
                detect(standby.detect)
                    && reroute(standby.reroute)
                    && self.attempt_is_settled(standby)
            }
        }
    }

    fn attempt_is_settled(&self, standby: &StandbyPlan) -> bool {
        let comes_back = match standby.failback {
            Failback::Never => true,
            Failback::After(back) => back.success >= 1.0,
        };
        let activates = if standby.runbook.is_empty() {
            self.is_fixed(standby.activate)
        } else {
            let steps = standby.runbook.iter();
            steps
                .into_iter()
                .all(|step| step.success >= 1.0 && self.is_fixed(step.takes))
        };
        comes_back && activates && standby.success >= 1.0 && self.is_fixed(standby.decide)
    }
}

fn fixed(sampler: &Sampler) -> bool {
    match sampler {
        Sampler::Fixed(_) | Sampler::Never => true,
        Sampler::Delayed(_, rest) => fixed(rest),
        _ => false,
    }
}
