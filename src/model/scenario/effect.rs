//! What a scripted fault does by itself, and whether its place can be in such a state.

use super::check::Checker;
use super::raw::{RawScripted, ScriptedEffect};
use super::types::{PlaceOf, RegionOf, What};
use crate::model::mapping::Field;
use crate::model::problem::{Span, quoted, quoted_list, similar};
use crate::model::raw::EffectWord;
use crate::model::types::{Detection, Effect, GrayEffect, ServiceKind};

/// Most zones of a region whose links fail, as in the model language.
const MAX_LINKED_ZONES: usize = 5;

impl Checker<'_> {
    pub(super) fn effect(
        &mut self,
        number: usize,
        raw: &RawScripted,
        place: Option<&PlaceOf>,
    ) -> Option<What> {
        let is_unseen = !raw.detected.or(true)?;
        let effect = self.effect_of(number, raw, is_unseen)?;
        if let (Field::Given(span, _), false) = (&raw.noticed, is_unseen) {
            let message = format!("health checks see fault {number} at once");
            let hint = "remove it, or add `detected: false`";
            self.refuse(span, &message, "no `noticed`", hint);
        }
        let services = self.services(number, raw, place);
        let place = place?;
        let effect_span = raw.effect.given().map(|given| given.0.clone());
        let span = effect_span
            .or_else(|| raw.detected.given().map(|given| given.0.clone()))
            .or_else(|| raw.place.given().map(|given| given.0.clone()))
            .or_else(|| raw.to.given().map(|given| given.0.clone()))?;
        self.check_effect(number, &span, raw.effect.get(), effect, place);
        let mut services = services?;
        if effect == Effect::Corrupt {
            services = self.with_data(number, &span, place, services)?;
        }
        self.check_place(number, raw, place);
        let detection = if is_unseen {
            Detection::Unseen { noticed: None }
        } else {
            Detection::Seen
        };
        Some(What::Effect {
            effect,
            detection,
            services,
            at_the_door: matches!(raw.effect.get(), Some(ScriptedEffect::OfRequests(_))),
        })
    }

    fn effect_of(&mut self, number: usize, raw: &RawScripted, is_unseen: bool) -> Option<Effect> {
        let word = match raw.effect.optional()? {
            None => EffectWord::Down,
            Some(ScriptedEffect::OfModel(word)) => word,
            Some(ScriptedEffect::OfRequests(requests)) => {
                let (span, share) = requests.requests.given()?;
                if share.0 == 0.0 {
                    let message = format!("fault {number} does nothing to its place");
                    self.refuse(span, &message, "a share above 0%", "write for example 60%");
                    return None;
                }
                return Some(Effect::Gray(GrayEffect {
                    errors: share.0,
                    capacity: 1.0,
                }));
            }
        };
        Some(match word {
            // What is down without health checks seeing it still gets its requests, and fails them.
            EffectWord::Down if is_unseen => Effect::Gray(GrayEffect {
                errors: 1.0,
                capacity: 1.0,
            }),
            EffectWord::Down => Effect::Down,
            EffectWord::Corrupt => Effect::Corrupt,
            EffectWord::Nothing => {
                let (span, _) = raw.effect.given()?;
                let message = format!("fault {number} does nothing");
                let hint = "name a fault of the model that has this effect: `fault: control-plane`";
                self.refuse(span, &message, "an effect", hint);
                return None;
            }
            EffectWord::Gray(gray) => {
                let (span, _) = raw.effect.given()?;
                let gray = GrayEffect {
                    errors: gray.errors.optional()?.map_or(0.0, |share| share.0),
                    capacity: gray.capacity.optional()?.map_or(1.0, |share| share.0),
                };
                if gray.errors == 0.0 && gray.capacity >= 1.0 {
                    let message = format!("fault {number} does nothing to its place");
                    let hint = "write for example { errors: 20% } or { capacity: 60% }";
                    self.refuse(
                        span,
                        &message,
                        "errors, or less than 100% of the capacity",
                        hint,
                    );
                    return None;
                }
                Effect::Gray(gray)
            }
        })
    }

    /// The services that a fault is narrowed to; the outer `None` after a mistake.
    #[allow(clippy::option_option)] // Wrong and left out are different things.
    fn services(
        &mut self,
        number: usize,
        raw: &RawScripted,
        place: Option<&PlaceOf>,
    ) -> Option<Option<Vec<String>>> {
        let (span, list) = match &raw.services {
            Field::Absent => return Some(None),
            Field::Wrong => return None,
            Field::Given(span, list) => (span, list),
        };
        let holds_services = matches!(
            place,
            None | Some(PlaceOf::Everywhere | PlaceOf::Region(_) | PlaceOf::Zone(..))
        ) && !matches!(raw.effect.get(), Some(ScriptedEffect::OfRequests(_)));
        if !holds_services {
            let message = format!("`services` cannot narrow the place of fault {number}");
            let hint = "remove it: links hold no services, a service is one already, and failed requests are those to a region";
            self.refuse(span, &message, "no `services`", hint);
            return None;
        }
        if list.is_empty() {
            let message = format!("fault {number} hits no service");
            self.refuse(span, &message, "at least one name", "remove it for all");
            return None;
        }
        let before = self.reader.problems.len();
        let mut names = Vec::new();
        for service in list {
            let name = self.mapped(&service.value.0);
            match self.model.services.get(&name).map(|service| &service.kind) {
                Some(ServiceKind::Replicated { .. }) => names.push(name),
                Some(_) => {
                    let message = format!("service {} runs in no zone", quoted(&name));
                    let hint = format!("give it a fault of its own, with `place: service/{name}`");
                    self.refuse(&service.span, &message, "a service with replicas", &hint);
                }
                None => {
                    let known = || self.model.services.keys().map(String::as_str);
                    let hint = match similar(&name, known()) {
                        Some(near) => format!("did you mean `{near}`?"),
                        None => format!("it has {}", quoted_list(known())),
                    };
                    let message = format!("the model has no service {}", quoted(&name));
                    self.refuse(&service.span, &message, "a service of the model", &hint);
                }
            }
        }
        (self.reader.problems.len() == before).then_some(Some(names))
    }

    /// Checks that a place can be in such a state.
    fn check_effect(
        &mut self,
        number: usize,
        span: &Span,
        raw_effect: Option<&ScriptedEffect>,
        effect: Effect,
        place: &PlaceOf,
    ) {
        let is_link = matches!(
            place,
            PlaceOf::RegionLink(..)
                | PlaceOf::ZoneLink(..)
                | PlaceOf::LinksOfRegion(_)
                | PlaceOf::LinksOfZone(..)
        );
        if is_link && effect != Effect::Down {
            let message = format!("fault {number} is one of links, which are cut or not");
            let hint = "remove `effect` and `detected`, or name a place with replicas";
            self.refuse(span, &message, "a cut that is seen", hint);
        }
        let of_requests = matches!(raw_effect, Some(ScriptedEffect::OfRequests(_)));
        if of_requests && !matches!(place, PlaceOf::Region(_) | PlaceOf::Everywhere) {
            let message = format!("fault {number} fails requests, which come to regions");
            let hint =
                "name a region or everywhere, or write { errors: 20% } for the calls of this place";
            self.refuse(span, &message, "a region, or everywhere", hint);
        }
        if effect == Effect::Corrupt && !matches!(place, PlaceOf::Service(_) | PlaceOf::Everywhere)
        {
            let message = format!(
                "fault {number} corrupts data, which is copied to every replica and region"
            );
            let hint = "write `place: service/NAME` or `place: everywhere`";
            self.refuse(span, &message, "a service everywhere, or everywhere", hint);
        }
    }

    /// Narrows a fault that corrupts data to the services that have some.
    #[allow(clippy::option_option)]
    fn with_data(
        &mut self,
        number: usize,
        span: &Span,
        place: &PlaceOf,
        named: Option<Vec<String>>,
    ) -> Option<Option<Vec<String>>> {
        let has_data = |name: &String| {
            let service = self.model.services.get(name);
            service.is_some_and(|service| service.data.is_some())
        };
        let hit: Vec<String> = match (place, named) {
            (PlaceOf::Service(name), _) => vec![name.clone()],
            (_, Some(named)) => named,
            (_, None) => self.model.services.keys().cloned().collect(),
        };
        let hit: Vec<String> = hit.into_iter().filter(has_data).collect();
        if hit.is_empty() {
            let message = format!("fault {number} corrupts data, of which there is none");
            let hint =
                "give the service `data: { size: 500GB }` in the model, or write `effect: down`";
            self.refuse(span, &message, "a service with `data`", hint);
            return None;
        }
        Some((*place == PlaceOf::Everywhere).then_some(hit))
    }

    /// Checks that a service can be hit in such a part, and that links can be followed.
    fn check_place(&mut self, number: usize, raw: &RawScripted, place: &PlaceOf) {
        let Some((span, _)) = raw.place.given().or_else(|| raw.to.given()) else {
            return;
        };
        let kind = |name: &String| self.model.services.get(name).map(|service| &service.kind);
        let problem = match place {
            PlaceOf::ServiceInRegion(_, name)
                if matches!(kind(name), Some(ServiceKind::External { .. })) =>
            {
                Some((
                    format!(
                        "service {} is someone else's, and in no region of the model",
                        quoted(name)
                    ),
                    name,
                ))
            }
            PlaceOf::ServiceInZone(.., name)
                if !matches!(kind(name), Some(ServiceKind::Replicated { .. })) =>
            {
                Some((format!("service {} runs in no zone", quoted(name)), name))
            }
            _ => None,
        };
        if let Some((message, name)) = problem {
            let hint = format!("write `place: service/{name}`");
            self.refuse(span, &message, "a place with replicas", &hint);
        }
        let linked = match place {
            PlaceOf::ZoneLink(RegionOf::Named(name), ..)
            | PlaceOf::LinksOfZone(RegionOf::Named(name), _) => self
                .model
                .regions
                .get(name)
                .map_or(0, |region| region.zones.len()),
            PlaceOf::ZoneLink(..) | PlaceOf::LinksOfZone(..) => {
                let zones = self.model.regions.values().map(|region| region.zones.len());
                zones.max().unwrap_or(0)
            }
            _ => 0,
        };
        if linked > MAX_LINKED_ZONES {
            let message = format!("fault {number} cuts links in a region of {linked} zones");
            let hint = "let one zone of the model stand for several";
            self.refuse(
                span,
                &message,
                "at most 5 zones in a region whose links fail",
                hint,
            );
        }
    }
}
