//! The four standard drills, as the scenario files that one would write for them.

use std::fmt::Write as _;

use crate::model::{Failback, Model, Return, ServiceKind};

/// A standard drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drill {
    /// A zone goes down.
    LoseZone,
    /// A service that others depend on goes down.
    LoseDependency,
    /// All links between a region and the others are cut.
    IsolateRegion,
    /// A region that has been down for long comes back.
    RecoverRegion,
}

/// What a drill leaves open.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DrillForm {
    /// Where; by role if left out.
    pub place: Option<String>,
    /// When it strikes, or when the region comes back \[s\].
    pub at_seconds: Option<f64>,
    /// How long it lasts, or how long the region had been down \[s\].
    pub lasts_seconds: Option<f64>,
}

const MINUTE: f64 = 60.0;
const HOUR: f64 = 3600.0;

impl Drill {
    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::LoseZone => "lose-zone",
            Self::LoseDependency => "lose-dependency",
            Self::IsolateRegion => "isolate-region",
            Self::RecoverRegion => "recover-region",
        }
    }
}

/// A drill as the text of a scenario for a model.
///
/// # Errors
///
/// What is missing, and a hint.
pub fn drill_text(
    drill: Drill,
    form: &DrillForm,
    model: &Model,
) -> Result<String, (String, String)> {
    let at = |default: f64| form.at_seconds.unwrap_or(default);
    let lasts = |default: f64| form.lasts_seconds.unwrap_or(default);
    let place = |default: &str| form.place.clone().unwrap_or_else(|| default.to_owned());
    Ok(match drill {
        Drill::LoseZone => text(&Words {
            name: "drill: lose a zone",
            description: "One zone and all in it goes down, and comes back.",
            assumed: &["health checks see it at once; nothing else fails with it"],
            fault: &strike(
                at(10.0 * MINUTE),
                lasts(3.0 * HOUR),
                &place("primary/first"),
            ),
            horizon: None,
        }),
        Drill::LoseDependency => text(&Words {
            name: "drill: lose a dependency",
            description: "One service that others depend on goes down everywhere, and comes back.",
            assumed: &[
                "it is down for all callers; whoever calls it as optional or asynchronous goes on",
            ],
            fault: &strike(at(10.0 * MINUTE), lasts(HOUR), &dependency(form, model)?),
            horizon: None,
        }),
        Drill::IsolateRegion => text(&Words {
            name: "drill: isolate a region",
            description: "All links between one region and the others are cut, both ways.",
            assumed: &[
                "users and health checks come from outside and still reach the region",
                "calls to other regions and to services that live there fail, and copies of data fall behind",
            ],
            fault: &strike(
                at(10.0 * MINUTE),
                lasts(2.0 * HOUR),
                &format!("links/{}", place("primary")),
            ),
            horizon: None,
        }),
        Drill::RecoverRegion => {
            let (at, down) = (at(30.0 * MINUTE), lasts(24.0 * HOUR));
            let fault = format!(
                "{{ before: {}, place: {}, lasts: {} }}",
                exact(down),
                quoted(&place("primary")),
                exact(down + at)
            );
            text(&Words {
                name: "drill: recover a region",
                description: "A region that was lost long ago, and whose traffic has moved, comes back: the way home.",
                assumed: &["all that the region needs comes back with it, at once"],
                fault: &fault,
                horizon: Some(at + longest_way_back(model) + HOUR),
            })
        }
    })
}

fn strike(at: f64, lasts: f64, place: &str) -> String {
    format!(
        "{{ at: {}, place: {}, lasts: {} }}",
        exact(at),
        quoted(place),
        exact(lasts)
    )
}

/// The service to lose: the one named, or the first that is someone else's.
fn dependency(form: &DrillForm, model: &Model) -> Result<String, (String, String)> {
    if let Some(name) = &form.place {
        return Ok(if model.services.contains_key(name) {
            format!("service/{name}")
        } else {
            name.clone()
        });
    }
    let mut services = model.services.iter();
    let external =
        services.find(|(_, service)| matches!(service.kind, ServiceKind::External { .. }));
    let Some((name, _)) = external else {
        let names: Vec<&str> = model.services.keys().map(String::as_str).collect();
        return Err((
            "which dependency? The model has no external service".to_owned(),
            format!("add --place and one of its services: {}", names.join(", ")),
        ));
    };
    Ok(format!("service/{name}"))
}

/// The longest time from a primary that is healthy again until all traffic is back \[s\].
fn longest_way_back(model: &Model) -> f64 {
    let ways = model
        .topologies
        .values()
        .map(|spec| match spec.failover.failback {
            Failback::Never => 0.0,
            Failback::After(Return {
                wait_seconds,
                disruption_seconds,
                takes_seconds,
                hours,
                ..
            }) => {
                let until_hours = if hours.is_some() { 24.0 * HOUR } else { 0.0 };
                wait_seconds + disruption_seconds + takes_seconds + until_hours
            }
        });
    ways.fold(HOUR, f64::max)
}

struct Words<'a> {
    name: &'a str,
    description: &'a str,
    assumed: &'a [&'a str],
    fault: &'a str,
    horizon: Option<f64>,
}

fn text(words: &Words<'_>) -> String {
    let mut text = format!(
        "name: {}\ndescription: {}\n",
        quoted(words.name),
        quoted(words.description)
    );
    if let Some(horizon) = words.horizon {
        let _ = writeln!(text, "horizon: {}", exact(horizon));
    }
    text.push_str("assumed:\n");
    for assumed in words.assumed {
        let _ = writeln!(text, "  - {}", quoted(assumed));
    }
    let _ = writeln!(text, "faults:\n  - {}", words.fault);
    text
}

/// A duration in the largest unit that holds it whole: nothing is rounded.
fn exact(seconds: f64) -> String {
    let units = [(HOUR, "h"), (MINUTE, "m")];
    let whole = units.into_iter().find(|(unit, _)| seconds % unit == 0.0);
    match whole.filter(|_| seconds > 0.0) {
        Some((unit, name)) => format!("{}{name}", seconds / unit),
        None => format!("{seconds}s"),
    }
}

/// A text as YAML has it; JSON strings are a part of YAML.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}
