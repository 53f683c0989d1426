//! Repair crews, and the lines in which repairs wait for those that take a time to set out.

use std::collections::BTreeSet;

use super::compile::Compiler;
use super::{
    CrewPlan, LinePlan, NO_CASCADE, NO_LINE, OnCallPlan, Plan, ServingPlan, Site, StepPlan,
    StreamKey, UnitKind,
};

/// In the place of a fault: the steps of a runbook wait in one line.
const RUNBOOK: u32 = u32::MAX;

impl Plan {
    /// Steps of the runbook; none if there is no runbook.
    #[must_use]
    pub fn steps(&self) -> &[StepPlan] {
        match &self.serving {
            ServingPlan::Standby(standby) => &standby.runbook,
            ServingPlan::Single | ServingPlan::ActiveActive(_) => &[],
        }
    }

    /// The line in which a step of the runbook waits for its crew, or [`NO_LINE`].
    #[must_use]
    pub fn line_of_step(&self, step: usize) -> u32 {
        let Some(crew) = self.crews.get(self.steps()[step].crew as usize) else {
            return NO_LINE;
        };
        let mut lines = crew.lines();
        lines
            .find(|line| self.lines[*line].cause == RUNBOOK)
            .map_or(NO_LINE, |line| line as u32)
    }
}

impl Compiler<'_> {
    /// All crews, with the lines of those that have a dispatch time.
    pub(super) fn crew_plans(&mut self) -> (Vec<CrewPlan>, Vec<LinePlan>) {
        let waiting = self.repairs_by_area();
        let model = self.model;
        let mut lines = Vec::new();
        let mut crews = Vec::new();
        for (index, (name, crew)) in model.crews.iter().enumerate() {
            let dispatch = crew.dispatch.as_ref().map(|time| self.sampler(time));
            let first_line = lines.len() as u32;
            if dispatch.is_some() {
                let own = waiting.iter().filter(|(crew, ..)| *crew == index as u32);
                lines.extend(own.map(|&(crew, cause, area)| LinePlan {
                    crew,
                    cause,
                    area,
                    key: self.line_key(name, cause, area),
                }));
            }
            crews.push(CrewPlan {
                size: crew.size,
                order: crew.order,
                dispatch,
                on_call: crew.on_call.as_ref().map(|on_call| OnCallPlan {
                    hours: on_call.hours,
                    night: self.sampler(&on_call.night),
                }),
                first_line,
                n_lines: lines.len() as u32 - first_line,
                key: StreamKey::of(&["crew", name]),
            });
        }
        (crews, lines)
    }

    /// All that can wait for a crew: crew, fault and area, in this order.
    fn repairs_by_area(&self) -> BTreeSet<(u32, u32, Site)> {
        let mut repairs = BTreeSet::new();
        for (unit, site) in self.units.iter().zip(&self.unit_sites) {
            for clock in unit.first_clock..unit.first_clock + unit.n_clocks {
                let clock = self.clocks[clock as usize];
                let mut add =
                    |site: Site| repairs.insert((clock.crew, clock.cause, site.area(&self.names)));
                if let UnitKind::Shock(shock) = unit.kind {
                    for target in &self.shocks[shock as usize].targets {
                        add(self.unit_sites[*target as usize]);
                    }
                } else {
                    add(*site);
                }
                if clock.cascade != NO_CASCADE {
                    for (sibling, _) in &self.cascades[clock.cascade as usize].siblings {
                        add(self.unit_sites[*sibling as usize]);
                    }
                }
            }
        }
        for step in self.steps() {
            let crew = step
                .by
                .as_ref()
                .and_then(|crew| self.model.crews.get_index_of(crew));
            repairs.extend(crew.map(|crew| (crew as u32, RUNBOOK, Site::Everywhere)));
        }
        repairs
    }

    /// The name of a line: the fault and the area in words.
    fn line_key(&self, crew: &str, cause: u32, area: Site) -> StreamKey {
        let fault = match self.names.causes.get(cause as usize) {
            Some(fault) => fault,
            None => "runbook",
        };
        StreamKey::of(&["line", crew, fault, &area.in_words(&self.names)])
    }
}
