//! The steps of a runbook: what each stands still for, as gates, and who does it.

use super::compile::Compiler;
use super::places::Place;
use super::services::View;
use super::{GateId, NO_CREW, Reach, StepNeed, StepPlan, StreamKey, Wait, WaitKind};
use crate::model::{Need, Step};

impl Compiler<'_> {
    pub(super) fn steps(&self) -> &[Step] {
        &self.deployment.spec.failover.plan
    }

    /// Whether a step of the runbook stands still for a fault.
    pub(super) fn is_needed_fault(&self, name: &str) -> bool {
        let mut needs = self.steps().iter().flat_map(|step| &step.needs);
        needs.any(|need| matches!(need, Need::Fault(fault) if self.is_occurrence(name, fault)))
    }

    /// Whether a fault is another, or a scripted occurrence of it.
    fn is_occurrence(&self, name: &str, of: &str) -> bool {
        let stands_for = || {
            let once = self.model.faults.get(name)?.once.as_ref()?;
            once.stands_for.as_deref()
        };
        name == of || stands_for() == Some(of)
    }

    /// Services that a step of the runbook needs.
    pub(super) fn needed_services(&self) -> Vec<usize> {
        let needs = self.steps().iter().flat_map(|step| &step.needs);
        needs
            .filter_map(|need| match need {
                Need::Service(service) => self.model.services.get_index_of(service),
                Need::Fault(_) => None,
            })
            .collect()
    }

    /// The steps, for an attempt that moves traffic to either region; what they need is observed from now on.
    pub(super) fn runbook(&mut self) -> Vec<StepPlan> {
        let steps = self.steps().to_vec();
        let crews = steps.iter().filter_map(|step| step.by.as_ref());
        let mut waits: Vec<Wait> = Vec::new();
        let mut wait_on = |kind: WaitKind, on: &str| {
            let wait = Wait {
                kind,
                on: on.to_owned(),
            };
            if !waits.contains(&wait) {
                waits.push(wait);
            }
        };
        crews.for_each(|crew| wait_on(WaitKind::People, crew));
        let needs = steps.iter().flat_map(|step| &step.needs);
        needs.for_each(|need| wait_on(WaitKind::Dependency, need.name()));
        self.names.waits = waits;
        steps.iter().map(|step| self.step_plan(step)).collect()
    }

    /// Whether people do all steps of the first stage, and others follow.
    fn begins_with_approval(&self) -> bool {
        let (first, rest): (Vec<&Step>, Vec<&Step>) =
            self.steps().iter().partition(|step| step.stage == 0);
        first.iter().all(|step| step.by.is_some()) && !rest.is_empty()
    }

    fn wait(&self, kind: WaitKind, on: &str) -> u32 {
        let mut waits = self.names.waits.iter();
        let index = waits.position(|wait| wait.kind == kind && wait.on == on);
        index.map_or(0, |index| index as u32)
    }

    fn step_plan(&mut self, step: &Step) -> StepPlan {
        let crew = (step.by.as_ref()).and_then(|crew| self.model.crews.get_index_of(crew));
        let regions = 0..self.deployment.regions.len();
        let needs = regions.map(|to| {
            let each = step.needs.iter().flat_map(|need| {
                let wait = self.wait(WaitKind::Dependency, need.name());
                let gates = self.gates_of_need(need, to);
                gates.into_iter().map(move |gate| StepNeed { gate, wait })
            });
            each.collect::<Vec<_>>()
        });
        let needs: Vec<Vec<StepNeed>> = needs.collect();
        for need in needs.iter().flatten() {
            self.network.observe(need.gate, 0, Reach::Journeys);
        }
        StepPlan {
            stage: step.stage,
            is_approval: step.stage == 0 && self.begins_with_approval(),
            takes: self.sampler(&step.takes),
            crew: crew.map_or(NO_CREW, |crew| crew as u32),
            people: (step.by.as_ref()).map_or(0, |crew| self.wait(WaitKind::People, crew)),
            priority: step.priority,
            success: step.success,
            attempts: step.attempts,
            needs,
            key: StreamKey::of(&["step", &step.name]),
        }
    }

    /// Gates of which all are up while a need is met, for an attempt that moves traffic to a region.
    fn gates_of_need(&mut self, need: &Need, to: usize) -> Vec<GateId> {
        match need {
            Need::Service(service) => {
                let service = self.model.services.get_index_of(service);
                service
                    .map(|service| self.up_anywhere(service, to))
                    .into_iter()
                    .collect()
            }
            Need::Fault(fault) => {
                let places = || {
                    let gates = self.fault_gates.iter();
                    gates.filter(|(cause, ..)| {
                        self.is_occurrence(&self.names.causes[*cause as usize], fault)
                    })
                };
                let there: Vec<GateId> = places()
                    .filter(|(_, place, _)| self.is_in(*place, to))
                    .map(|(.., gate)| *gate)
                    .collect();
                if there.is_empty() {
                    places().map(|(.., gate)| *gate).collect()
                } else {
                    there
                }
            }
        }
    }

    /// A gate that is up while a service runs and is up in some region, in the cell of this one.
    fn up_anywhere(&mut self, service: usize, to: usize) -> GateId {
        let gates = self.service_gates[&View::Actual][service].clone();
        let in_cell: Vec<(usize, GateId)> = (gates.into_iter().enumerate())
            .filter(|(region, _)| self.in_one_cell(*region, to))
            .collect();
        let mut running: Vec<GateId> = in_cell
            .into_iter()
            .map(|(region, gate)| self.while_running(service, gate, region, Reach::Journeys))
            .collect();
        running.dedup();
        self.at_least(1, running, Reach::Journeys)
    }

    /// Whether a place is in a region, or is that region, or the cell of it.
    fn is_in(&self, place: Place, region: usize) -> bool {
        let whole = self.whole(region);
        match place {
            Place::ServiceInCell(s, r) if self.model.services[s].is_shared() => {
                self.whole(r) == whole
            }
            Place::ServiceInCell(_, r) | Place::Cell(r) => r == region,
            Place::ServiceInZone(_, r, _)
            | Place::ServiceInRegion(_, r)
            | Place::Zone(r, _)
            | Place::ZoneLink(r, ..)
            | Place::Region(r) => r == whole,
            Place::RegionLink(a, b, _) => a == whole || b == whole,
            Place::Service(_) | Place::DistantRegion(_) | Place::Everywhere => false,
        }
    }
}
