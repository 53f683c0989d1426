//! What the keys of a scenario mean together, and in a model.

use super::names::{Mapping, rewritten};
use super::places::{self, Unknown};
use super::raw::{RawScenario, RawScripted, ScriptedEffect};
use super::types::{PlaceOf, RegionOf, Scenario, ScriptedFault, What};
use crate::model::decode::{Name, Reader, Spanned, Text};
use crate::model::distribution::Distribution;
use crate::model::mapping::Field;
use crate::model::problem::{Span, quoted, quoted_list, similar};
use crate::model::raw::EffectWord;
use crate::model::types::{
    Cut, Detection, Effect, Fault, GrayEffect, Model, Scope, ServiceKind, ZoneFilter,
};
use crate::model::values::Seconds;
use crate::units::format_duration;

/// Most faults of a scenario.
const MAX_FAULTS: usize = 1000;
/// Longest scenario \[s\].
const LONGEST: f64 = 366.0 * 86_400.0;
/// Shown at least after the end of the last fault, unless the file says otherwise \[s\].
const AFTERWARDS: f64 = 7200.0;
/// Most zones of a region whose links fail, as in the model language.
const MAX_LINKED_ZONES: usize = 5;

/// Checks a scenario; every mistake is recorded.
pub(super) fn check(
    raw: &RawScenario,
    model: &Model,
    maps: &[Mapping],
    reader: &mut Reader,
) -> Option<Scenario> {
    let own = own_names(raw, model);
    let mut checker = Checker {
        model,
        maps,
        own: &own,
        reader,
    };
    let faults = checker.faults(raw);
    checker.unused(raw);
    let hour = checker.hour(raw);
    let faults = faults?;
    let lead_in_seconds = faults.iter().map(|fault| -fault.at_seconds);
    let lead_in_seconds = lead_in_seconds.fold(0.0, f64::max);
    let horizon_seconds = checker.horizon(raw, &faults)?;
    let texts = |field: &Field<Vec<Text>>| -> Option<Vec<String>> {
        let texts = field.or(Vec::new())?;
        Some(texts.into_iter().map(|text| text.0).collect())
    };
    let text = |field: &Field<Text>| field.get().map(|text| text.0.clone());
    Some(Scenario {
        name: raw.name.get()?.0.clone(),
        description: text(&raw.description),
        source: text(&raw.source),
        known: texts(&raw.known)?,
        assumed: texts(&raw.assumed)?,
        hour: hour?,
        lead_in_seconds,
        horizon_seconds,
        faults,
    })
}

/// What the file itself says of its places: only where the model has none of that name.
fn own_names(raw: &RawScenario, model: &Model) -> Vec<Mapping> {
    let Some(table) = raw.places.get() else {
        return Vec::new();
    };
    let entries = table.iter();
    let missing = entries.filter(|(name, ..)| {
        !model.services.contains_key(*name) && places::place(name, model).is_err()
    });
    missing
        .map(|(name, _, to)| Mapping::new(name, &to.0))
        .collect()
}

struct Checker<'a> {
    model: &'a Model,
    maps: &'a [Mapping],
    own: &'a [Mapping],
    reader: &'a mut Reader,
}

impl Checker<'_> {
    fn refuse(&mut self, span: &Span, message: &str, expected: &str, hint: &str) {
        self.reader.refuse(span, message, expected, hint);
    }

    fn faults(&mut self, raw: &RawScenario) -> Option<Vec<ScriptedFault>> {
        let (span, list) = raw.faults.given()?;
        if list.is_empty() {
            let hint = "write for example - { at: 10m, place: primary, lasts: 3h }";
            self.refuse(span, "the scenario has no fault", "at least one", hint);
            return None;
        }
        if list.len() > MAX_FAULTS {
            let message = format!("the scenario has {} faults", list.len());
            self.refuse(span, &message, "at most 1000", "let one stand for several");
            return None;
        }
        let faults: Vec<Option<ScriptedFault>> = list
            .iter()
            .enumerate()
            .map(|(index, fault)| self.fault(index + 1, fault))
            .collect();
        faults.into_iter().collect()
    }

    fn fault(&mut self, number: usize, raw: &Spanned<RawScripted>) -> Option<ScriptedFault> {
        let before = self.reader.problems.len();
        let (at, place) = (self.at(number, raw), self.place(number, raw));
        let what = self.what(number, raw, place.as_ref().ok().and_then(Option::as_ref));
        let lasts = self.lasts(number, raw, what.as_ref());
        if self.reader.problems.len() > before {
            return None;
        }
        let place = place.ok()?;
        let what = self.shorten_by_noticed(what?, lasts?, &raw.value)?;
        Some(ScriptedFault {
            at_seconds: at?,
            lasts_seconds: lasts?,
            place_text: self.told(&raw.value, &what),
            place,
            what,
            note: raw.value.note.get().map(|note| note.0.clone()),
        })
    }

    /// When it strikes; negative before the beginning.
    fn at(&mut self, number: usize, raw: &Spanned<RawScripted>) -> Option<f64> {
        match (&raw.value.at, &raw.value.before) {
            (Field::Given(_, Seconds(at)), Field::Absent) => Some(*at),
            (Field::Absent, Field::Given(_, Seconds(before))) => Some(-before),
            (Field::Given(..), Field::Given(span, _)) => {
                let message = format!("fault {number} has two times");
                self.refuse(span, &message, "`at` or `before`", "remove one of them");
                None
            }
            (Field::Absent, Field::Absent) => {
                let message = format!("fault {number} has no time");
                let hint = "add for example `at: 10m`";
                self.refuse(&raw.span, &message, "a fault with `at`", hint);
                None
            }
            _ => None,
        }
    }

    fn lasts(
        &mut self,
        number: usize,
        raw: &Spanned<RawScripted>,
        what: Option<&What>,
    ) -> Option<Option<f64>> {
        match (&raw.value.lasts, what) {
            (Field::Given(span, Seconds(lasts)), _) if *lasts <= 0.0 => {
                let message = format!("fault {number} lasts no time");
                self.refuse(span, &message, "a time above 0", "write for example 3h");
                None
            }
            (Field::Given(_, Seconds(lasts)), _) => Some(Some(*lasts)),
            (Field::Absent, Some(What::Occurrence(_))) => Some(None),
            (Field::Absent, _) if raw.value.fault.is_present() => None,
            (Field::Absent, _) => {
                let message = format!("fault {number} has no length");
                let hint = "add for example `lasts: 3h`";
                self.refuse(&raw.span, &message, "a fault with `lasts`", hint);
                None
            }
            (Field::Wrong, _) => None,
        }
    }

    /// Where it is; `Ok(None)` where that is left to the fault of the model, `Err` after a mistake.
    fn place(&mut self, number: usize, raw: &Spanned<RawScripted>) -> Result<Option<PlaceOf>, ()> {
        let value = &raw.value;
        let found = match (&value.place, &value.from, &value.to) {
            (Field::Given(span, text), Field::Absent, Field::Absent) => {
                let text = self.mapped(&text.0);
                (span, places::place(&text, self.model))
            }
            (Field::Absent, Field::Given(_, from), Field::Given(span, to)) => {
                let (from, to) = (self.mapped(&from.0), self.mapped(&to.0));
                (span, places::one_way(&from, &to, self.model))
            }
            (Field::Absent, Field::Absent, Field::Absent) if value.fault.is_present() => {
                return Ok(None);
            }
            (Field::Absent, Field::Absent, Field::Absent) => {
                let message = format!("fault {number} has no place");
                let hint = "add for example `place: us-east-1`, `place: service/api` or `place: primary/first`";
                self.refuse(&raw.span, &message, "a fault with `place`", hint);
                return Err(());
            }
            (Field::Wrong, ..) | (_, Field::Wrong, _) | (.., Field::Wrong) => return Err(()),
            _ => {
                let message = format!("fault {number} has half a direction, or a place beside one");
                let hint = "give both ends, or write `place: link/A/B` for a cut both ways";
                self.refuse(&raw.span, &message, "`place`, or `from` and `to`", hint);
                return Err(());
            }
        };
        match found {
            (_, Ok(place)) => Ok(Some(place)),
            (span, Err(Unknown { message, hint })) => {
                self.refuse(span, &message, "a place of the model", &hint);
                Err(())
            }
        }
    }

    /// A place in the words of the model.
    fn mapped(&self, text: &str) -> String {
        let text = super::names::in_short(text.trim());
        rewritten(&text, self.maps.iter().chain(self.own))
    }

    fn told(&self, raw: &RawScripted, what: &What) -> String {
        if let Some(place) = raw.place.get() {
            return self.mapped(&place.0);
        }
        match (raw.from.get(), raw.to.get(), what) {
            (Some(from), Some(to), _) => {
                format!("{} to {}", self.mapped(&from.0), self.mapped(&to.0))
            }
            (.., What::Occurrence(fault)) => format!("all that {fault} hits"),
            (.., What::Effect { .. }) => String::new(),
        }
    }

    fn what(
        &mut self,
        number: usize,
        raw: &Spanned<RawScripted>,
        place: Option<&PlaceOf>,
    ) -> Option<What> {
        let value = &raw.value;
        match &value.fault {
            Field::Given(span, name) => self.occurrence(number, span, name, value, place),
            Field::Wrong => None,
            Field::Absent => self.effect(number, value, place),
        }
    }

    fn occurrence(
        &mut self,
        number: usize,
        span: &Span,
        Name(name): &Name,
        raw: &RawScripted,
        place: Option<&PlaceOf>,
    ) -> Option<What> {
        let Some(fault) = self.model.faults.get(name) else {
            let known = || self.model.faults.keys().map(String::as_str);
            let hint = match similar(name, known()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("it has {}", quoted_list(known())),
            };
            let message = format!("the model has no fault {}", quoted(name));
            self.refuse(span, &message, "a fault of the model", &hint);
            return None;
        };
        let own = [
            ("effect", raw.effect.given().map(|given| given.0)),
            ("detected", raw.detected.given().map(|given| given.0)),
            ("noticed", raw.noticed.given().map(|given| given.0)),
            ("services", raw.services.given().map(|given| given.0)),
        ];
        for (key, span) in own {
            if let Some(span) = span {
                let message = format!("`{key}` of fault {number} is said by the model");
                let hint = "remove it, or remove `fault` and say all of it here";
                self.refuse(span, &message, &format!("no `{key}`"), hint);
            }
        }
        if fault.hits == Scope::Replica {
            let message = format!(
                "fault {} hits single replicas, which have no name",
                quoted(name)
            );
            let hint = "name where they run, for example `place: us-east-1/a/service/api`, and what happens there";
            self.refuse(span, &message, "a fault of a wider place", hint);
            return None;
        }
        let place_span = raw.place.given().or_else(|| raw.to.given());
        if let (Some(place), Some((span, _))) = (place, place_span)
            && !narrows(fault, place, self.model)
        {
            let message = format!(
                "fault {}, which hits {}, does not hit this place",
                quoted(name),
                fault.hits.name()
            );
            let hint = "name one of the places that it hits, or leave `place` out for all of them";
            self.refuse(span, &message, "a place of that fault", hint);
        }
        Some(What::Occurrence(name.clone()))
    }

    fn effect(
        &mut self,
        number: usize,
        raw: &RawScripted,
        place: Option<&PlaceOf>,
    ) -> Option<What> {
        let is_unseen = raw.detected.or(true)? == false;
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

    /// The time until a fault is noticed is a part of its length.
    fn shorten_by_noticed(
        &mut self,
        what: What,
        lasts: Option<f64>,
        raw: &RawScripted,
    ) -> Option<What> {
        let (Some((span, Seconds(noticed))), Some(lasts)) = (raw.noticed.given(), lasts) else {
            return Some(what);
        };
        if *noticed >= lasts {
            let message = format!(
                "noticed after {}, when it is over",
                format_duration(*noticed)
            );
            let expected = format!("a time below {}", format_duration(lasts));
            self.refuse(span, &message, &expected, "shorten it, or remove it");
            return None;
        }
        Some(match what {
            What::Effect {
                effect,
                services,
                at_the_door,
                ..
            } => What::Effect {
                effect,
                at_the_door,
                detection: Detection::Unseen {
                    noticed: Some(Distribution::Fixed(*noticed)),
                },
                services,
            },
            other @ What::Occurrence(_) => other,
        })
    }

    fn hour(&mut self, raw: &RawScenario) -> Option<f64> {
        let hour = raw.hour.or(0.0)?;
        if let (Some((span, _)), false) = (raw.hour.given(), (0.0..24.0).contains(&hour)) {
            let hint = "write for example 18.5 for half past six in the evening";
            self.refuse(span, "no such hour", "0 to 24", hint);
            return None;
        }
        Some(hour)
    }

    fn horizon(&mut self, raw: &RawScenario, faults: &[ScriptedFault]) -> Option<f64> {
        let last = faults
            .iter()
            .map(|fault| fault.at_seconds + fault.lasts_seconds.unwrap_or(0.0))
            .fold(0.0, f64::max);
        match &raw.horizon {
            Field::Wrong => None,
            Field::Given(span, Seconds(horizon)) => {
                let late = faults.iter().position(|fault| fault.at_seconds >= *horizon);
                if *horizon <= 0.0 || *horizon > LONGEST {
                    let message = format!("a scenario of {}", format_duration(*horizon));
                    self.refuse(
                        span,
                        &message,
                        "more than 0s and at most a year",
                        "write for example 12h",
                    );
                    None
                } else if let Some(late) = late {
                    let message = format!("fault {} comes when the scenario is over", late + 1);
                    let hint = "make the scenario longer, or the fault earlier";
                    self.refuse(span, &message, "a horizon beyond all faults", hint);
                    None
                } else {
                    Some(*horizon)
                }
            }
            Field::Absent => {
                let drawn = faults.iter().any(|fault| fault.lasts_seconds.is_none());
                let horizon = (1.5 * last).max(last + AFTERWARDS);
                if drawn || horizon > LONGEST {
                    let (span, _) = raw.faults.given()?;
                    let message = "the length of the scenario is open";
                    let hint = "add for example `horizon: 12h`: a fault lasts for a drawn time, or very long";
                    self.refuse(span, message, "a scenario with `horizon`", hint);
                    return None;
                }
                Some(horizon)
            }
        }
    }

    /// What the file says of places that it does not have.
    fn unused(&mut self, raw: &RawScenario) {
        let Some(table) = raw.places.get() else {
            return;
        };
        for (name, span, to) in table.iter() {
            let Some(own) = self.own.iter().find(|own| own.from == name) else {
                continue;
            };
            let overruled = self.maps.iter().any(|map| map.from == name);
            if own.is_used() || overruled {
                if let Err(Unknown { message, hint }) = places::place(&own.to, self.model)
                    && !overruled
                    && !self.model.services.contains_key(&own.to)
                {
                    let message =
                        format!("{} stands for {}: {message}", quoted(&to.0), quoted(name));
                    self.reader
                        .refuse(span, &message, "a place of the model, or a role", hint);
                }
                continue;
            }
            let message = format!("no fault is at {}", quoted(name));
            let hint = "remove it, or write the place as in `faults`";
            self.refuse(span, &message, "a place of the scenario", hint);
        }
    }
}

/// Whether a fault of the model hits something of a place; roles are judged when the topology is known.
fn narrows(fault: &Fault, place: &PlaceOf, model: &Model) -> bool {
    let region = |region: &RegionOf| match (region, &fault.regions) {
        (RegionOf::Named(name), Some(regions)) => regions.contains(name),
        (RegionOf::Position(_), _) | (_, None) => true,
    };
    let service = |name: &String| match &fault.services {
        Some(services) => services.contains(name),
        None => matches!(
            model.services.get(name).map(|service| &service.kind),
            Some(ServiceKind::Replicated { .. })
        ),
    };
    let zone = |at: &RegionOf, zone: &super::types::ZoneOf| {
        let super::types::ZoneOf::Named(zone) = zone else {
            return true;
        };
        let hits = |filter: &ZoneFilter| {
            let there = match (&filter.region, at) {
                (Some(name), RegionOf::Named(at)) => name == at,
                (None, _) | (_, RegionOf::Position(_)) => true,
            };
            filter.zone == *zone && there
        };
        fault
            .zones
            .as_ref()
            .is_none_or(|zones| zones.iter().any(hits))
    };
    match (fault.hits, place) {
        (Scope::Everywhere, PlaceOf::Everywhere) => true,
        (Scope::Service, PlaceOf::Service(name)) => service(name),
        (Scope::ServiceInRegion | Scope::ServiceInZone, PlaceOf::Service(name)) => service(name),
        (Scope::ServiceInRegion | Scope::ServiceInZone, PlaceOf::Region(at)) => region(at),
        (Scope::ServiceInRegion | Scope::ServiceInZone, PlaceOf::ServiceInRegion(at, name)) => {
            region(at) && service(name)
        }
        (Scope::ServiceInZone, PlaceOf::Zone(at, z)) => region(at) && zone(at, z),
        (Scope::ServiceInZone, PlaceOf::ServiceInZone(at, z, name)) => {
            region(at) && zone(at, z) && service(name)
        }
        (Scope::Zone, PlaceOf::Zone(at, z)) => region(at) && zone(at, z),
        (Scope::Zone | Scope::Region | Scope::ZoneLink, PlaceOf::Region(at)) => region(at),
        (Scope::RegionLink, PlaceOf::RegionLink(a, b, Cut::BothWays)) => {
            fault.cut == Cut::BothWays && region(a) && region(b)
        }
        (Scope::ZoneLink, PlaceOf::ZoneLink(at, a, b, Cut::BothWays)) => {
            fault.cut == Cut::BothWays && region(at) && zone(at, a) && zone(at, b)
        }
        _ => false,
    }
}
