//! A model's objectives as OpenSLO v1.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{API_VERSION, PATH, window};
use crate::model::{Model, Slo, Windows};

/// Longest name of an object.
const NAME_LENGTH: usize = 63;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// YAML, one document for each SLO; empty if the model has none.
    pub text: String,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// Writes the objectives of a model, of its journeys and of its services.
#[must_use]
pub fn write(model: &Model) -> Exported {
    let mut writer = Writer {
        model,
        names: BTreeSet::new(),
        text: String::new(),
        notes: Vec::new(),
    };
    let objectives = &model.objectives;
    if let Some(slo) = objectives.slo {
        let said = format!("Good requests of all journeys of {}", model.name);
        writer.slo("objectives.slo", &model.name, &said, slo.target);
    }
    for (name, journey) in &model.journeys {
        if let Some(slo) = journey.slo {
            let said = format!("Good requests of the journey {name}");
            writer.slo(&format!("journeys.{name}.slo"), name, &said, slo);
        }
    }
    for (name, service) in &model.services {
        if let Some(slo) = service.slo {
            let said = format!("Availability of {name} with all that it requires");
            writer.slo(&format!("services.{name}.slo"), name, &said, slo);
        }
        if service.sla.is_some() {
            let why = "OpenSLO has objectives, and no agreements";
            writer
                .notes
                .push(format!("left out: services.{name}.sla ({why})"));
        }
    }
    let others = [
        (
            objectives.balance.is_some(),
            "objectives.slo of the balance",
            "OpenSLO has no objective with two sides",
        ),
        (
            objectives.sla.is_some(),
            "objectives.sla",
            "OpenSLO has objectives, and no agreements",
        ),
        (
            objectives.rto_seconds.is_some(),
            "objectives.rto",
            "OpenSLO has no recovery time",
        ),
        (
            objectives.rpo_seconds.is_some(),
            "objectives.rpo",
            "OpenSLO has no loss of data",
        ),
    ];
    for (_, path, why) in others.into_iter().filter(|(is_there, ..)| *is_there) {
        writer.notes.push(format!("left out: {path} ({why})"));
    }
    Exported {
        text: writer.text,
        notes: writer.notes,
    }
}

struct Writer<'a> {
    model: &'a Model,
    names: BTreeSet<String>,
    text: String,
    notes: Vec<String>,
}

impl Writer<'_> {
    fn slo(&mut self, path: &str, service: &str, description: &str, target: f64) {
        if target >= 1.0 {
            self.notes.push(format!(
                "left out: {path} (OpenSLO has targets below 100% only)"
            ));
            return;
        }
        let name = self.name(service);
        let mut window_lines = String::new();
        if let Some(slo) = self.model.objectives.slo {
            if let Some(lines) = time_window(slo) {
                window_lines = lines;
            } else {
                self.notes.push(format!(
                    "{path}: its window is no whole number of minutes, and was left out"
                ));
            }
        }
        let separator = if self.text.is_empty() { "" } else { "---\n" };
        let _ = write!(
            self.text,
            "{separator}apiVersion: {API_VERSION}\nkind: SLO\nmetadata:\n  name: {name}\n  displayName: {display}\n  \
             annotations:\n    {PATH}: {path}\nspec:\n  description: {description}\n  service: {service}\n  \
             indicatorRef: {name}-good-ratio # defined where you measure: good / total requests\n{window_lines}  \
             budgetingMethod: Occurrences\n  objectives:\n    - displayName: {display}\n      target: {target}\n",
            display = quoted(service),
            path = quoted(path),
            description = quoted(&description.chars().take(1050).collect::<String>()),
            service = quoted(&slug(service)),
        );
    }

    /// A name of letters, digits and dashes that no other object has.
    fn name(&mut self, service: &str) -> String {
        let base = format!("{}-availability", slug(service));
        let base: String = base.chars().take(NAME_LENGTH - 4).collect();
        let base = base.trim_end_matches('-').to_owned();
        let mut name = base.clone();
        let mut number = 2;
        while !self.names.insert(name.clone()) {
            name = format!("{base}-{number}");
            number += 1;
        }
        name
    }
}

fn time_window(slo: Slo) -> Option<String> {
    let duration = window::format(slo.window_seconds)?;
    Some(match slo.windows {
        Windows::Rolling => {
            format!("  timeWindow:\n    - duration: {duration}\n      isRolling: true\n")
        }
        Windows::Calendar => format!(
            "  timeWindow:\n    - duration: {duration}\n      isRolling: false\n      calendar:\n        \
             startTime: \"2024-01-01 00:00:00\"\n        timeZone: UTC\n"
        ),
    })
}

/// A name after RFC 1123, as near to the one given as it goes.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.chars().flat_map(char::to_lowercase) {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    let slug: String = slug.trim_matches('-').chars().take(NAME_LENGTH).collect();
    let slug = slug.trim_matches('-');
    if slug.is_empty() { "slo" } else { slug }.to_owned()
}

/// A text between quotes: JSON is YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::slug;

    #[test]
    fn names_follow_rfc_1123() {
        assert_eq!(slug("Online Shop / EU"), "online-shop-eu");
        assert_eq!(slug("день"), "slo");
        assert_eq!(slug(&"a".repeat(100)).len(), 63);
    }
}
