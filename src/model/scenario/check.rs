//! What the keys of a scenario mean together, and in a model.

use super::names::{Mapping, rewritten};
use super::places::{self, Unknown};
use super::raw::{RawScenario, RawScripted};
use super::types::{PlaceOf, Scenario, ScriptedFault, What};
use crate::model::decode::{Reader, Spanned, Text};
use crate::model::distribution::Distribution;
use crate::model::mapping::Field;
use crate::model::problem::{Span, quoted};
use crate::model::types::{Detection, Model};
use crate::model::values::Seconds;
use crate::units::format_duration;

/// Most faults of a scenario.
const MAX_FAULTS: usize = 1000;
/// Longest scenario \[s\].
const LONGEST: f64 = 366.0 * 86_400.0;
/// Shown at least after the end of the last fault, unless the file says otherwise \[s\].
const AFTERWARDS: f64 = 7200.0;

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

/// A scenario being checked against a model.
pub(super) struct Checker<'a> {
    pub(super) model: &'a Model,
    maps: &'a [Mapping],
    own: &'a [Mapping],
    pub(super) reader: &'a mut Reader,
}

impl Checker<'_> {
    pub(super) fn refuse(&mut self, span: &Span, message: &str, expected: &str, hint: &str) {
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

    #[allow(clippy::option_option)] // Wrong and left out are different things.
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
    pub(super) fn mapped(&self, text: &str) -> String {
        let text = super::names::in_short(text.trim());
        rewritten(&text, &self.maps.iter().chain(self.own))
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
