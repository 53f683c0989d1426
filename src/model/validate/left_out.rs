//! Defaults of keys whose absence means that something does not happen: they are noted, so that a reader sees what is not simulated.

use indexmap::IndexMap;

use super::Checker;
use super::failover::Layers;
use crate::model::mapping::Table;
use crate::model::raw::{EffectWord, HitsWord, OrderWord, RawCrew, RawFault, RawStep, RawTopology};
use crate::model::types::TopologySpec;

impl Checker<'_> {
    /// What a fault leaves out that could stand there. What it does and how it comes to be known is noted where that is read.
    pub(super) fn note_left_out_of_fault(&mut self, name: &str, raw: &RawFault) {
        let mut note = |key: &str, value: &str| {
            self.apply_default(format!("faults.{name}.{key}"), value, "default");
        };
        if let Some(EffectWord::Gray(effect)) = raw.effect.get() {
            if effect.errors.is_absent() {
                note("effect.errors", "0%");
            }
            if effect.capacity.is_absent() {
                note("effect.capacity", "100%");
            }
        }
        if raw.detected.is_absent() && can_be_unseen(raw) {
            note("detected", "true");
        }
        if raw.strikes.is_absent() && can_be_a_shock(raw) {
            note("strikes", "the place itself");
        }
        if let Some(crew) = raw.crew.get()
            && raw.priority.is_absent()
            && self.works_by_priority(&crew.0)
        {
            let path = format!("faults.{name}.priority");
            self.apply_default(path, "after all that have one", "default");
        }
    }

    /// What a step of a runbook leaves out.
    pub(super) fn note_left_out_of_step(&mut self, layers: &Layers<'_>, raw: &RawStep) {
        let Some(name) = raw.step.get() else {
            return;
        };
        let by = raw.by.get();
        let by_priority = by.is_some_and(|by| self.works_by_priority(&by.value.0));
        let left_out = [
            ("success", raw.success.is_absent(), "100%"),
            ("attempts", raw.attempts.is_absent(), "1"),
            ("priority", raw.priority.is_absent() && by_priority, "0"),
        ];
        for (key, is_absent, value) in left_out {
            if is_absent {
                let path = format!("{}.plan.{}.{key}", layers.path, name.value.0);
                self.apply_default(path, value, "default");
            }
        }
    }

    /// What a crew leaves out beside its size and order.
    pub(super) fn note_left_out_of_crew(&mut self, name: &str, raw: &RawCrew) {
        let left_out = [
            ("dispatch", raw.dispatch.is_absent(), "at once"),
            ("on_call", raw.on_call.is_absent(), "always at work"),
        ];
        for (key, is_absent, value) in left_out {
            if is_absent {
                self.apply_default(format!("crews.{name}.{key}"), value, "default");
            }
        }
    }

    /// That nobody drills the standbys that there are, nor probes from outside where that would find something.
    pub(super) fn note_left_out_upkeep(
        &mut self,
        topologies: Option<&IndexMap<String, TopologySpec>>,
    ) {
        let raw = self.raw;
        let mut specs = topologies.into_iter().flat_map(IndexMap::values);
        if raw.drills.is_absent() && specs.any(|spec| spec.pattern.has_standby()) {
            self.apply_default("drills", "none", "default");
        }
        let faults = raw.faults.get().into_iter().flat_map(Table::iter);
        let mut unseen = faults.filter(|(_, _, fault)| fails_unseen(fault));
        let follows = |topologies: &Table<RawTopology>| {
            let mut all = topologies.iter();
            all.any(|(_, _, topology)| topology.canary.is_absent())
        };
        let is_used = raw.topologies.get().is_none_or(follows);
        if raw.canary.is_absent() && is_used && unseen.next().is_some() {
            self.apply_default("canary", "none", "default");
        }
    }

    fn works_by_priority(&self, crew: &str) -> bool {
        let crew = self.raw.crews.get().and_then(|crews| crews.get(crew));
        crew.is_some_and(|crew| matches!(crew.order.get(), Some(OrderWord::Priority)))
    }
}

/// Whether health checks may see such a fault or not.
fn can_be_unseen(raw: &RawFault) -> bool {
    let is_link = matches!(
        raw.hits.get(),
        Some(HitsWord::ZoneLink | HitsWord::RegionLink)
    );
    let takes_down = matches!(
        raw.effect.get(),
        None | Some(EffectWord::Down | EffectWord::Gray(_))
    );
    !is_link && takes_down && raw.strikes.is_absent() && raw.spreads.is_absent()
}

/// Whether a canary would meet such a fault before health checks do.
fn fails_unseen(raw: &RawFault) -> bool {
    let fails = match raw.effect.get() {
        Some(EffectWord::Gray(effect)) => effect.errors.is_present(),
        _ => true,
    };
    fails && raw.detected.get() == Some(&false)
}

/// Whether such a fault may strike the replicas of its place instead of the place.
fn can_be_a_shock(raw: &RawFault) -> bool {
    let has_replicas = !matches!(
        raw.hits.get(),
        Some(HitsWord::Replica | HitsWord::ZoneLink | HitsWord::RegionLink)
    );
    let takes_down = matches!(raw.effect.get(), None | Some(EffectWord::Down));
    has_replicas && takes_down && raw.detected.get() != Some(&false)
}
