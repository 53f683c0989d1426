//! A scenario as it is told beside its figures.

use crate::model::{Detection, Effect, PlaceOf, Scenario, ScriptedFault, What};
use crate::results::format::{printable, probability};
use crate::results::{FaultEcho, ScenarioEcho};

impl From<&Scenario> for ScenarioEcho {
    fn from(scenario: &Scenario) -> Self {
        Self {
            name: scenario.name.clone(),
            description: scenario.description.clone(),
            source: scenario.source.clone(),
            known: scenario.known.clone(),
            assumed: scenario.assumed.clone(),
            hour: scenario.hour,
            faults: scenario.faults.iter().map(FaultEcho::from).collect(),
        }
    }
}

impl From<&ScriptedFault> for FaultEcho {
    fn from(fault: &ScriptedFault) -> Self {
        Self {
            at_seconds: fault.at_seconds,
            lasts_seconds: fault.lasts_seconds,
            place: fault.place_text.clone(),
            effect: if fault.place.as_ref().is_some_and(is_link) {
                "cut".to_owned()
            } else {
                effect(&fault.what)
            },
            note: fault.note.clone(),
        }
    }
}

fn is_link(place: &PlaceOf) -> bool {
    matches!(
        place,
        PlaceOf::RegionLink(..)
            | PlaceOf::ZoneLink(..)
            | PlaceOf::LinksOfRegion(_)
            | PlaceOf::LinksOfZone(..)
    )
}

/// What a fault does, in a few words.
fn effect(what: &What) -> String {
    let (effect, detection, services, at_the_door) = match what {
        What::Occurrence(name) => return format!("as {}", printable(name)),
        What::Effect {
            effect,
            detection,
            services,
            at_the_door,
        } => (effect, detection, services, *at_the_door),
    };
    let mut words = match effect {
        Effect::Down => "down".to_owned(),
        Effect::Corrupt => "data corrupted".to_owned(),
        Effect::Unnoticed => "no effect by itself".to_owned(),
        Effect::Gray(gray) if at_the_door => {
            format!("{} of the requests fail", probability(gray.errors))
        }
        Effect::Gray(gray) => {
            let errors =
                (gray.errors > 0.0).then(|| format!("{} errors", probability(gray.errors)));
            let capacity = (gray.capacity < 1.0)
                .then(|| format!("{} of the capacity", probability(gray.capacity)));
            let both = errors.into_iter().chain(capacity);
            both.collect::<Vec<_>>().join(", ")
        }
    };
    if let Some(services) = services {
        words.push_str(", only ");
        words.push_str(&services.join(", "));
    }
    if let Detection::Unseen { noticed } = detection {
        words.push_str(match noticed {
            Some(_) => ", unseen until noticed",
            None => ", unseen by health checks",
        });
    }
    words
}
