//! OpenSLO v1 as a model says it.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::document::documents;
use super::window::{self, Window};
use super::{API_VERSION, OpenSloError, PATH};
use crate::model::{Model, Windows};
use crate::units::format_percentage;

/// Kinds of objects that are not objectives.
const OTHER_KINDS: [&str; 6] = [
    "DataSource",
    "SLI",
    "AlertPolicy",
    "AlertCondition",
    "AlertNotificationTarget",
    "Service",
];

/// What was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// YAML to paste into a model; empty if no SLO could be carried over.
    pub text: String,
    /// What was left out or changed, and why, by name.
    pub notes: Vec<String>,
    /// SLOs that were carried over.
    pub carried: usize,
}

/// Where an SLO goes in a model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Whole,
    Journey(String),
    Service(String),
}

/// An SLO that a model can say.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    name: String,
    service: String,
    path: Option<String>,
    target: f64,
    window: Option<Window>,
}

/// Reads a text of one or more OpenSLO documents. With a model, services are matched by name with its services and journeys.
pub fn read(name: &str, text: &str, model: Option<&Model>) -> Result<Imported, OpenSloError> {
    let documents = documents(name, text)?;
    if documents.is_empty() {
        return Err(OpenSloError::new(
            format!("{name} holds no document"),
            "an OpenSLO file begins with apiVersion: openslo/v1",
        ));
    }
    let mut notes = Vec::new();
    let mut found = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        let number = if documents.len() > 1 {
            format!("{name}, document {}", index + 1)
        } else {
            name.to_owned()
        };
        found.extend(object(&number, document, &mut notes)?);
    }
    let is_alone = found.len() == 1;
    let mut placed: Vec<(Place, Found)> = Vec::new();
    for slo in found {
        match place(&slo, model, is_alone) {
            Err(why) => notes.push(format!("left out: SLO {} ({why})", slo.name)),
            Ok(place) if placed.iter().any(|(known, _)| *known == place) => {
                notes.push(format!(
                    "left out: SLO {} (another one is for the same)",
                    slo.name
                ));
            }
            Ok(place) => placed.push((place, slo)),
        }
    }
    placed.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(Imported {
        text: snippet(name, &placed, &mut notes),
        carried: placed.len(),
        notes,
    })
}

/// One object; `None` if it is no SLO that can be carried over, which is noted.
fn object(
    place: &str,
    document: &Value,
    notes: &mut Vec<String>,
) -> Result<Option<Found>, OpenSloError> {
    let Value::Object(map) = document else {
        return Err(OpenSloError::new(
            format!("{place} is not an OpenSLO object"),
            "each document is a mapping with apiVersion, kind, metadata and spec",
        ));
    };
    let text = |key: &str| map.get(key).and_then(Value::as_str);
    match text("apiVersion") {
        Some(API_VERSION) => {}
        Some(other) if other.starts_with("openslo/") => {
            return Err(OpenSloError::new(
                format!("{place} is of {}, and {API_VERSION} is read", shown(other)),
                "convert it with the tools of OpenSLO",
            ));
        }
        _ => {
            return Err(OpenSloError::new(
                format!("{place} has no `apiVersion: {API_VERSION}`"),
                "it is not an OpenSLO file; `failscape slo export` shows what one looks like",
            ));
        }
    }
    let name = map
        .get("metadata")
        .and_then(|metadata| metadata.get("name"))
        .and_then(Value::as_str);
    let Some(name) = name.filter(|name| !name.is_empty()) else {
        return Err(OpenSloError::new(
            format!("{place} has no `metadata.name`"),
            "every OpenSLO object has a name",
        ));
    };
    let name = shown(name);
    match text("kind") {
        Some("SLO") => {}
        Some(kind) if OTHER_KINDS.contains(&kind) => {
            notes.push(format!(
                "not used: {kind} {name} (a model has no queries and no alerts)"
            ));
            return Ok(None);
        }
        Some(kind) => {
            return Err(OpenSloError::new(
                format!("{place} is of the unknown kind {}", shown(kind)),
                format!("kinds are SLO, {}", OTHER_KINDS.join(", ")),
            ));
        }
        None => {
            return Err(OpenSloError::new(
                format!("{place} has no `kind`"),
                "write kind: SLO",
            ));
        }
    }
    unknown_keys(
        &name,
        "",
        map,
        &["apiVersion", "kind", "metadata", "spec"],
        notes,
    );
    let empty = Map::new();
    let spec = map.get("spec").and_then(Value::as_object).unwrap_or(&empty);
    match slo(map, spec, &name, notes) {
        Ok(found) => Ok(Some(found)),
        Err(why) => {
            notes.push(format!("left out: SLO {name} ({why})"));
            Ok(None)
        }
    }
}

/// Names the keys that are not of the specification.
fn unknown_keys(
    name: &str,
    path: &str,
    map: &Map<String, Value>,
    known: &[&str],
    notes: &mut Vec<String>,
) {
    for key in map.keys().filter(|key| !known.contains(&key.as_str())) {
        notes.push(format!(
            "not used: {path}{} of SLO {name} (not in {API_VERSION})",
            shown(key)
        ));
    }
}

/// The SLO, or why it cannot be carried over.
fn slo(
    map: &Map<String, Value>,
    spec: &Map<String, Value>,
    name: &str,
    notes: &mut Vec<String>,
) -> Result<Found, String> {
    let known = [
        "description",
        "service",
        "indicator",
        "indicatorRef",
        "timeWindow",
        "budgetingMethod",
        "objectives",
        "alertPolicies",
    ];
    unknown_keys(name, "spec.", spec, &known, notes);
    let service = spec.get("service").and_then(Value::as_str);
    let service = service.ok_or("spec.service is missing")?.to_owned();
    match spec.get("budgetingMethod").and_then(Value::as_str) {
        Some("Occurrences") => {}
        Some(method @ ("Timeslices" | "RatioTimeslices")) => {
            return Err(format!(
                "budgetingMethod {method} counts slices of time, and models count requests (Occurrences)"
            ));
        }
        Some(other) => {
            return Err(format!(
                "budgetingMethod {} is not in {API_VERSION}",
                shown(other)
            ));
        }
        None => return Err("spec.budgetingMethod is missing".to_owned()),
    }
    let is_ratio = match (spec.get("indicator"), spec.get("indicatorRef")) {
        (None, None) => return Err("it has neither indicator nor indicatorRef".to_owned()),
        (Some(_), Some(_)) => return Err("it has both indicator and indicatorRef".to_owned()),
        (Some(indicator), None) => {
            let of = indicator.get("spec").unwrap_or(indicator);
            of.get("thresholdMetric").is_none()
        }
        (None, Some(_)) => true,
    };
    let objective = one(spec, "objectives")?;
    let has_threshold = ["op", "value"]
        .iter()
        .any(|key| objective.contains_key(*key));
    if !is_ratio || has_threshold {
        return Err("its indicator is a threshold of a metric, and a model knows good and all requests only".to_owned());
    }
    if ["indicator", "indicatorRef", "compositeWeight"]
        .iter()
        .any(|key| objective.contains_key(*key))
    {
        return Err("it is a composite of several indicators".to_owned());
    }
    unknown_keys(
        name,
        "spec.objectives[0].",
        objective,
        &["displayName", "target", "targetPercent"],
        notes,
    );
    if spec
        .get("alertPolicies")
        .is_some_and(|policies| !policies.is_null())
    {
        notes.push(format!(
            "not used: spec.alertPolicies of SLO {name} (a model has no alerts)"
        ));
    }
    let annotations = map
        .get("metadata")
        .and_then(|metadata| metadata.get("annotations"));
    let path = annotations
        .and_then(|of| of.get(PATH))
        .and_then(Value::as_str);
    Ok(Found {
        name: name.to_owned(),
        service,
        path: path.map(str::to_owned),
        target: target(objective)?,
        window: time_window(spec, name, notes)?,
    })
}

/// The only entry of a list.
fn one<'a>(spec: &'a Map<String, Value>, key: &str) -> Result<&'a Map<String, Value>, String> {
    let list = spec.get(key).and_then(Value::as_array);
    match list.map(Vec::as_slice) {
        Some([Value::Object(entry)]) => Ok(entry),
        Some([_]) => Err(format!("spec.{key} holds no mapping")),
        Some([]) | None => Err(format!("spec.{key} is missing")),
        Some(several) => Err(format!(
            "spec.{key} has {} entries, and a model has one target",
            several.len()
        )),
    }
}

fn target(objective: &Map<String, Value>) -> Result<f64, String> {
    let number = |key: &str| match objective.get(key) {
        None => Ok(None),
        Some(value) => value
            .as_f64()
            .map(Some)
            .ok_or_else(|| format!("{key} is not a number")),
    };
    let target = match (number("target")?, number("targetPercent")?) {
        (Some(_), Some(_)) => return Err("it has both target and targetPercent".to_owned()),
        (None, None) => return Err("it has neither target nor targetPercent".to_owned()),
        (Some(target), None) => target,
        // The nearest number to so many hundredths, as models read it.
        (None, Some(percent)) => format!("{percent}e-2").parse().unwrap_or(percent / 100.0),
    };
    if target > 0.0 && target < 1.0 {
        Ok(target)
    } else {
        Err("its target is not above 0% and below 100%".to_owned())
    }
}

fn time_window(
    spec: &Map<String, Value>,
    name: &str,
    notes: &mut Vec<String>,
) -> Result<Option<Window>, String> {
    if spec.get("timeWindow").is_none_or(Value::is_null) {
        return Ok(None);
    }
    let window = one(spec, "timeWindow")?;
    unknown_keys(
        name,
        "spec.timeWindow[0].",
        window,
        &["duration", "isRolling", "calendar"],
        notes,
    );
    let duration = window
        .get("duration")
        .and_then(Value::as_str)
        .ok_or("its time window has no duration")?;
    let seconds = window::parse(duration).ok_or_else(|| {
        format!(
            "the duration {} of its window is not a whole number with one of m, h, d, w, M, Q, Y",
            shown(duration)
        )
    })?;
    let calendar = window
        .get("calendar")
        .filter(|calendar| !calendar.is_null());
    let is_rolling = match (window.get("isRolling").and_then(Value::as_bool), calendar) {
        (Some(true), Some(_)) => return Err("its window rolls and has a calendar".to_owned()),
        (Some(is_rolling), _) => is_rolling,
        (None, Some(_)) => false,
        (None, None) => return Err("its window says neither isRolling nor calendar".to_owned()),
    };
    if let Some(start) = calendar.and_then(|calendar| calendar.get("startTime")) {
        let start = start.as_str().map_or_else(String::new, shown);
        notes.push(format!("not kept: the start {start} of the windows of SLO {name} (those of a model begin with the trial)"));
    }
    Ok(Some(Window {
        seconds,
        windows: if is_rolling {
            Windows::Rolling
        } else {
            Windows::Calendar
        },
    }))
}

/// Where an SLO goes: where it says it came from, else by the service that it names.
fn place(slo: &Found, model: Option<&Model>, is_alone: bool) -> Result<Place, String> {
    let known = |place: Place| -> Result<Place, String> {
        let Some(model) = model else {
            return Ok(place);
        };
        match &place {
            Place::Journey(name) if !model.journeys.contains_key(name) => {
                Err(format!("the model has no journey {}", shown(name)))
            }
            Place::Service(name) if !model.services.contains_key(name) => {
                Err(format!("the model has no service {}", shown(name)))
            }
            _ => Ok(place),
        }
    };
    if let Some(path) = &slo.path {
        if path == "objectives.slo" {
            return Ok(Place::Whole);
        }
        let inner = |section: &str| {
            path.strip_prefix(section)?
                .strip_suffix(".slo")
                .map(str::to_owned)
        };
        if let Some(name) = inner("journeys.") {
            return known(Place::Journey(name));
        }
        if let Some(name) = inner("services.") {
            return known(Place::Service(name));
        }
        return Err(format!(
            "its annotation {PATH} is {}, which is no SLO of a model",
            shown(path)
        ));
    }
    let Some(model) = model else {
        return Ok(if is_alone {
            Place::Whole
        } else {
            Place::Service(slo.service.clone())
        });
    };
    if model.services.contains_key(&slo.service) {
        Ok(Place::Service(slo.service.clone()))
    } else if model.journeys.contains_key(&slo.service) {
        Ok(Place::Journey(slo.service.clone()))
    } else if model.name == slo.service || is_alone {
        Ok(Place::Whole)
    } else {
        Err(format!(
            "the model has no service or journey {}",
            shown(&slo.service)
        ))
    }
}

/// What to paste into a model.
fn snippet(name: &str, placed: &[(Place, Found)], notes: &mut Vec<String>) -> String {
    if placed.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "# from {}; join it with the sections of your model\n",
        shown(name)
    );
    let mut section = "";
    for (place, slo) in placed {
        let target = percentage(slo.target);
        let (title, line) = match place {
            Place::Whole => {
                let window = slo.window.unwrap_or_else(|| {
                    notes.push(format!(
                        "SLO {} has no window: 30 days were taken",
                        slo.name
                    ));
                    Window {
                        seconds: 30.0 * 86_400.0,
                        windows: Windows::Calendar,
                    }
                });
                let rolls = if window.windows == Windows::Rolling {
                    ", windows: rolling"
                } else {
                    ""
                };
                let window = window::in_model(window.seconds);
                (
                    "objectives",
                    format!("slo: {{ target: {target}, window: {window}{rolls} }}"),
                )
            }
            Place::Journey(name) => ("journeys", format!("{}: {{ slo: {target} }}", key(name))),
            Place::Service(name) => ("services", format!("{}: {{ slo: {target} }}", key(name))),
        };
        if *place != Place::Whole && slo.window.is_some() && slo.path.is_none() {
            notes.push(format!("not kept: the window of SLO {} (what a service or journey promises holds for the whole trial)", slo.name));
        }
        if title != section {
            let _ = writeln!(text, "{title}:");
            section = title;
        }
        let _ = writeln!(text, "  {line}");
    }
    text
}

/// A share with all its digits.
fn percentage(share: f64) -> String {
    let short = format_percentage(share);
    let parsed = crate::units::parse_probability(&short);
    if parsed == Ok(share) {
        short
    } else {
        share.to_string()
    }
}

/// A key of YAML: plain where it is plain, else quoted.
fn key(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        && !matches!(
            name.to_ascii_lowercase().as_str(),
            "true" | "false" | "yes" | "no" | "on" | "off" | "null" | "y" | "n"
        );
    if is_plain {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}

/// A user's text in a message: on one line, short.
fn shown(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    shown
}
