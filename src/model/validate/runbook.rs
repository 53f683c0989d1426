//! The runbook of a failover: its steps in stages, what they need, who does them.

use std::collections::BTreeSet;

use super::Checker;
use super::failover::Layers;
use super::limits::MAX_STEPS;
use crate::model::decode::{Name, Spanned};
use crate::model::mapping::Field;
use crate::model::problem::{Span, quoted, quoted_list};
use crate::model::raw::{HitsWord, RawStep, StrikesWord};
use crate::model::types::{Need, Step};
use crate::model::values::{Share, Times};

impl Checker<'_> {
    /// The steps that take the place of `activate`; empty if a nearer layer, or none, has them. `None` if something is wrong.
    pub(super) fn runbook(&mut self, layers: &Layers<'_>) -> Option<Vec<Step>> {
        for layer in layers.nearest_first() {
            match (&layer.plan, &layer.activate) {
                (Field::Wrong, _) => return None,
                (Field::Absent, Field::Absent) => {}
                (Field::Absent, _) => return Some(Vec::new()),
                (Field::Given(span, _), Field::Given(..)) => {
                    self.refuse(
                        span,
                        "`plan` and `activate` are both given",
                        "one of them: the steps of a plan take the place of `activate`",
                        "remove `activate`, or make it a step",
                    );
                    return None;
                }
                (Field::Given(span, steps), _) => {
                    let steps = self.steps(span, steps)?;
                    for step in layer.plan.get().into_iter().flatten() {
                        self.note_left_out_of_step(layers, &step.value);
                    }
                    return Some(steps);
                }
            }
        }
        Some(Vec::new())
    }

    fn steps(&mut self, span: &Span, raw: &[Spanned<RawStep>]) -> Option<Vec<Step>> {
        if raw.is_empty() {
            self.refuse(
                span,
                "the plan has no step",
                "at least one step",
                "remove `plan`, or write for example [{ step: promote, takes: 5m }]",
            );
            return None;
        }
        self.check_count(span, raw.len(), MAX_STEPS, "steps in a plan")?;
        let before = self.problems.len();
        let mut names = BTreeSet::new();
        let mut steps: Vec<Step> = Vec::new();
        // Names and stages of the steps so far, whatever else is wrong with them.
        let mut stages: Vec<(&str, u32)> = Vec::new();
        for step in raw {
            let stage = self.stage(&step.value, &stages);
            if let Some((_, name)) = step.value.step.given() {
                stages.push((&name.value.0, stage));
            }
            if let Some((_, name)) = step.value.step.given()
                && !names.insert(name.value.0.clone())
            {
                let message = format!("the plan has two steps {}", quoted(&name.value.0));
                self.refuse(&name.span, message, "a name of its own", "rename one");
            }
            steps.extend(self.step(&step.value, stage));
        }
        (self.problems.len() == before && steps.len() == raw.len()).then_some(steps)
    }

    /// A step begins a stage of its own, or belongs to that of the step that it is beside.
    fn stage(&mut self, raw: &RawStep, earlier: &[(&str, u32)]) -> u32 {
        let last = earlier.last().map(|(_, stage)| *stage);
        let Some((_, beside)) = raw.beside.given() else {
            return last.map_or(0, |stage| stage + 1);
        };
        let name = &beside.value.0;
        let known = earlier.iter().find(|(earlier, _)| earlier == name);
        if let Some((_, stage)) = known.filter(|(_, stage)| Some(*stage) == last) {
            return *stage;
        }
        let (message, hint) = if known.is_some() {
            (
                format!("{} is over when this step begins", quoted(name)),
                "put the step right after the one that it runs beside",
            )
        } else {
            (
                format!("{} is not a step before this one", quoted(name)),
                "name the step right before this one, or one that runs beside that",
            )
        };
        self.refuse(&beside.span, message, "a step of the stage before", hint);
        0
    }

    fn step(&mut self, raw: &RawStep, stage: u32) -> Option<Step> {
        let by = match &raw.by {
            Field::Given(_, by) => {
                self.is_crew(by);
                Some(by.value.0.clone())
            }
            Field::Absent => None,
            Field::Wrong => return None,
        };
        if let (Some((span, _)), None) = (raw.priority.given(), &by) {
            self.refuse(
                span,
                "`priority` has no effect on a step that no crew does",
                "no `priority`",
                "remove it, or add `by`",
            );
        }
        let attempts = raw.attempts.or(Times(1))?.0;
        if let (Some((span, _)), 0) = (raw.attempts.given(), attempts) {
            self.refuse(
                span,
                "`attempts` is zero",
                "at least 1",
                "write for example 3",
            );
        }
        let name = raw.step.get()?.value.0.clone();
        // What is not known of one step is another thing than what is not known of the next.
        let takes = raw.takes.get()?.0.clone();
        let takes =
            takes.with_ranges_named(&|keys| keys.replace(".takes", &format!(".{name}.takes")));
        Some(Step {
            name,
            stage,
            takes,
            by,
            priority: raw.priority.or(0)?,
            success: raw.success.or(Share(1.0))?.0,
            attempts,
            needs: self.needs_of(raw)?,
        })
    }

    fn is_crew(&mut self, by: &Spanned<Name>) -> bool {
        if let Some(crews) = self.raw.crews.get() {
            return self.is_known(by, crews, "crew", "a step is done by");
        }
        if self.raw.crews.is_absent() {
            let message = format!(
                "a step is done by {}, and the model has no crews",
                quoted(&by.value.0)
            );
            let hint = format!("add `crews: {{ {}: {{ size: 1 }} }}`", by.value.0);
            self.refuse(&by.span, message, "the name of a crew", hint);
        }
        false
    }

    fn needs_of(&mut self, raw: &RawStep) -> Option<Vec<Need>> {
        let names = match &raw.needs {
            Field::Given(_, names) => names,
            Field::Absent => return Some(Vec::new()),
            Field::Wrong => return None,
        };
        let mut needs: Vec<Need> = Vec::new();
        for name in names {
            let Some(need) = self.need(name) else {
                continue;
            };
            if needs.contains(&need) {
                let message = format!("the step needs {} twice", quoted(&name.value.0));
                self.refuse(&name.span, message, "each name once", "remove one");
            }
            needs.push(need);
        }
        (needs.len() == names.len()).then_some(needs)
    }

    fn need(&mut self, name: &Spanned<Name>) -> Option<Need> {
        let text = &name.value.0;
        let services = self.raw.services.get()?;
        let faults = self.raw.faults.get()?;
        match (
            services.0.contains_key(text),
            faults.0.get(text).map(|fault| fault.value.as_ref()),
        ) {
            (true, None) => Some(Need::Service(text.clone())),
            (true, Some(_)) => {
                let message = format!("{} is a service and a fault", quoted(text));
                self.refuse(
                    &name.span,
                    message,
                    "a name that says which",
                    "rename the fault",
                );
                None
            }
            (false, Some(fault)) => {
                let fault = fault?;
                let is_shock = matches!(fault.strikes.get(), Some(StrikesWord::Replicas));
                if is_shock || matches!(fault.hits.get(), Some(HitsWord::Replica)) {
                    let message = format!("fault {} strikes replicas one by one", quoted(text));
                    let hint =
                        "name the service instead: the step stands still while it is up nowhere";
                    self.refuse(
                        &name.span,
                        message,
                        "a fault of a place, such as a region",
                        hint,
                    );
                    return None;
                }
                Some(Need::Fault(text.clone()))
            }
            (false, None) => {
                let message = format!(
                    "a step needs {}, which is not a service or fault",
                    quoted(text)
                );
                let hint = match self.near(text, services.names().chain(faults.names())) {
                    Some(near) => format!("did you mean {}?", quoted(near)),
                    None => format!(
                        "services are {}; faults are {}",
                        quoted_list(services.names()),
                        quoted_list(faults.names())
                    ),
                };
                self.refuse(&name.span, message, "the name of a service or fault", hint);
                None
            }
        }
    }
}
