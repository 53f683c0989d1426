//! Gray faults: places that stay up and work badly, and how they come to be known.

use indexmap::IndexMap;

use super::Checker;
use crate::model::mapping::Field;
use crate::model::problem::{Span, quoted};
use crate::model::raw::{EffectWord, RawCanary, RawFault};
use crate::model::types::{Canary, Detection, Effect, GrayEffect, Scope, TopologySpec};
use crate::model::values::{Seconds, Share, Times};

/// Failed probes in a row until a fault counts as noticed, unless the model says otherwise.
const MISSES: u32 = 2;
/// The shortest time between two probes of a canary \[s\].
const LEAST_SECONDS: f64 = 1.0;
/// A place of which all requests fail.
const ALL_FAIL: GrayEffect = GrayEffect {
    errors: 1.0,
    capacity: 1.0,
};

impl Checker<'_> {
    /// What a fault does to its place. What is down without health checks seeing it still gets its requests, and fails them.
    pub(super) fn effect(&mut self, name: &str, raw: &RawFault) -> Option<Effect> {
        if raw.effect.is_absent() {
            self.apply_default(format!("faults.{name}.effect"), "down", "default");
        }
        let is_unseen = raw.detected.optional()? == Some(false);
        Some(match raw.effect.or(EffectWord::Down)? {
            EffectWord::Down if is_unseen => Effect::Gray(ALL_FAIL),
            EffectWord::Down => Effect::Down,
            EffectWord::Corrupt => Effect::Corrupt,
            EffectWord::Nothing => Effect::Unnoticed,
            EffectWord::Gray(effect) => Effect::Gray(GrayEffect {
                errors: effect.errors.optional()?.map_or(0.0, |share| share.0),
                capacity: effect.capacity.optional()?.map_or(1.0, |share| share.0),
            }),
        })
    }

    /// How a fault comes to be known.
    pub(super) fn detection(&mut self, name: &str, raw: &RawFault) -> Option<Detection> {
        if raw.detected.optional()? != Some(false) {
            return Some(Detection::Seen);
        }
        if raw.noticed.is_absent() {
            self.apply_default(
                format!("faults.{name}.noticed"),
                "by nobody: its repair begins at once",
                "default",
            );
        }
        let noticed = raw.noticed.optional()?.map(|time| time.0);
        Some(Detection::Unseen { noticed })
    }

    /// Checks that what is said of a gray fault goes together.
    pub(super) fn check_gray(&mut self, name: &str, raw: &RawFault, scope: Scope) {
        let unseen = raw.detected.given().filter(|(_, detected)| !**detected);
        let effect = raw.effect.given();
        let gray = effect.filter(|(_, effect)| matches!(effect, EffectWord::Gray(_)));
        if let Some((span, EffectWord::Gray(effect))) = effect
            && (effect.errors.is_present() || effect.capacity.is_present())
            && effect.errors.or(Share(0.0)) == Some(Share(0.0))
            && effect.capacity.or(Share(1.0)) == Some(Share(1.0))
        {
            let message = format!("fault {} does nothing to its place", quoted(name));
            self.refuse(
                span,
                message,
                "errors above 0%, or less than 100% of the capacity",
                "write for example { errors: 20% }, or `effect: none`",
            );
        }
        let is_gray = gray.map(|(span, _)| span).or(unseen.map(|(span, _)| span));
        if let Some(span) = is_gray {
            self.check_gray_place(name, raw, scope, span);
        }
        if let (Some((span, _)), Some((_, EffectWord::Nothing))) = (unseen, effect) {
            let message = format!(
                "fault {} has no effect, so there is nothing to detect",
                quoted(name)
            );
            self.refuse(span, message, "no `detected`", "remove it");
        }
        if let (Some((span, _)), Some((_, EffectWord::Corrupt))) = (unseen, effect) {
            let message = format!(
                "fault {} takes services down in all regions, which everybody sees",
                quoted(name)
            );
            self.refuse(span, message, "no `detected`", "remove it");
        }
        if let (Some((span, _)), Some(true)) = (raw.noticed.given(), raw.detected.or(true)) {
            let message = format!("health checks see fault {} at once", quoted(name));
            self.refuse(
                span,
                message,
                "no `noticed`",
                "remove it, or write `detected: false`",
            );
        }
    }

    /// A gray fault is a state of replicas or of places with replicas in them.
    fn check_gray_place(&mut self, name: &str, raw: &RawFault, scope: Scope, span: &Span) {
        if scope.is_link() {
            let message = format!("fault {} hits links, which are cut or not", quoted(name));
            self.refuse(
                span,
                message,
                "a cut that is seen",
                "remove `effect` and `detected`, or write `hits:` a place with replicas",
            );
        }
        let places = [
            ("strikes", raw.strikes.given().map(|given| given.0)),
            ("spreads", raw.spreads.given().map(|given| given.0)),
        ];
        for (key, place) in places {
            if let Some(span) = place {
                let message = format!(
                    "fault {} leaves its place up, so `{key}` takes nothing down",
                    quoted(name)
                );
                let hint = "remove it, or write `effect: down` without `detected: false`";
                self.refuse(span, message, &format!("no `{key}`"), hint);
            }
        }
    }

    /// Gives the model's canary to the topologies that say nothing of theirs.
    pub(super) fn with_canary(
        &mut self,
        topologies: Option<IndexMap<String, TopologySpec>>,
    ) -> Option<IndexMap<String, TopologySpec>> {
        let raw = self.raw;
        let canary = self.canary(&raw.canary, "")?;
        let mut topologies = topologies?;
        for (name, spec) in &mut topologies {
            let own = raw.topologies.get().and_then(|all| all.get(name));
            if own.is_none_or(|own| own.canary.is_absent()) {
                spec.canary = canary;
            }
        }
        Some(topologies)
    }

    /// Probes from outside; `Some(None)` if there are none.
    pub(super) fn canary(&mut self, field: &Field<RawCanary>, of: &str) -> Option<Option<Canary>> {
        let raw = match field {
            Field::Absent | Field::Given(_, RawCanary::Absent) => return Some(None),
            Field::Given(_, RawCanary::Probes(probes)) => probes,
            Field::Wrong => return None,
        };
        let (span, Seconds(every_seconds)) = raw.every.given()?;
        if *every_seconds < LEAST_SECONDS {
            self.refuse(
                span,
                "the canary probes without end",
                "at least 1s between two probes",
                "write for example 5m",
            );
            return None;
        }
        let path = [of, "canary.misses"]
            .into_iter()
            .filter(|part| !part.is_empty());
        let path = path.collect::<Vec<_>>().join(".");
        let Times(misses) = self.value_or(&raw.misses, &path, Times(MISSES), "2")?;
        if let (Some((span, _)), 0) = (raw.misses.given(), misses) {
            self.refuse(
                span,
                "a canary cannot miss 0 times",
                "at least 1",
                "write for example 2",
            );
            return None;
        }
        Some(Some(Canary {
            every_seconds: *every_seconds,
            misses,
        }))
    }
}
