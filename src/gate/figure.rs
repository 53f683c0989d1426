//! Finds a figure of results.json by its path, and tells its unit.

use serde_json::Value;

use super::BadGate;
use crate::estimate::{EXCEEDANCE_MINUTES, RECOVERY_SECONDS};
use crate::results::{FigureUnit, TopologyResult};

/// What a path leads to.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Leaf {
    /// A figure.
    Found {
        path: Vec<String>,
        mean: f64,
        /// Ends of its interval; `None` where nothing bounds it.
        low: Option<f64>,
        high: Option<f64>,
    },
    /// A figure without data.
    Null { path: Vec<String> },
}

/// Short names of what a path begins with.
const SHORT: [(&str, &str); 13] = [
    ("cost", "cost_per_month"),
    ("downtime", "downtime_minutes_per_year"),
    ("outages", "outages_per_year"),
    ("outage", "outage_minutes"),
    ("recovery", "recovery_time_seconds"),
    ("recovery_time", "recovery_time_seconds"),
    ("data_loss", "data_loss_seconds"),
    ("first_outage", "first_outage_hours"),
    ("split_brain", "split_brain_hours_per_year"),
    ("slo", "contract.slo"),
    ("sla", "contract.sla"),
    ("balance", "contract.balance"),
    ("promises", "contract.promises"),
];

/// Keys of a topology that are left out where there is nothing to tell.
const LEFT_OUT: [&str; 4] = [
    "rto_and_rpo_met",
    "split_brain_hours_per_year",
    "spread",
    "rare",
];

/// Keys that say what an entry of a list is about.
const LABELS: [&str; 7] = [
    "cause", "name", "phase", "minutes", "seconds", "below", "used",
];

/// Numbers that are what they are: prices of what runs, and counts.
const CERTAIN: [&str; 10] = [
    "total",
    "infrastructure",
    "transfer",
    "storage",
    "telemetry",
    "drills",
    "regions",
    "trials",
    "events",
    "fired",
];

impl Leaf {
    pub(super) fn path(&self) -> &[String] {
        match self {
            Self::Found { path, .. } | Self::Null { path } => path,
        }
    }

    /// What it is counted in, by its name.
    pub(super) fn unit(&self) -> FigureUnit {
        let path = self.path();
        let first = path.first().map(String::as_str).unwrap_or_default();
        let has = |end: &str| path.iter().any(|key| key.ends_with(end));
        match first {
            "cost_per_month" => FigureUnit::Money,
            "downtime_minutes_per_year" | "outage_minutes" => FigureUnit::Minutes,
            "recovery_time_seconds" | "data_loss_seconds" => FigureUnit::Seconds,
            "first_outage_hours" | "split_brain_hours_per_year" => FigureUnit::Hours,
            "outages_per_year" | "trials" | "events" | "faults" => FigureUnit::Number,
            "contract" if has("credits_per_year") => FigureUnit::Money,
            "contract" if has("budget_used") => FigureUnit::Ratio,
            _ => FigureUnit::Share,
        }
    }
}

/// The figure at a path, or why there is none. Paths may use short names.
pub(super) fn find(topology: &TopologyResult, written: &str) -> Result<Leaf, BadGate> {
    let Ok(whole) = serde_json::to_value(topology) else {
        return Err(unknown(written, &Value::Null));
    };
    let path = in_full(written);
    let mut walked = Vec::new();
    match walk(&whole, &path, &mut walked) {
        Some(Step::Leaf(value, parent)) => leaf(value, parent, walked, written),
        Some(Step::EmptyList) => match off_the_grid(&path, written) {
            Some(why) => Err(why),
            None => Ok(Leaf::Null {
                path: path.split('.').map(str::to_owned).collect(),
            }),
        },
        None if is_left_out(&path) => Ok(Leaf::Null {
            path: path.split('.').map(str::to_owned).collect(),
        }),
        None if is_of_no_objective(&whole, &path) => Err(no_objective(written)),
        None => Err(unknown(written, &whole)),
    }
}

/// Why a point of a curve is none, if it is none.
fn off_the_grid(path: &str, written: &str) -> Option<BadGate> {
    let (head, point) = path.split_once('.')?;
    let (points, unit): (&[f64], &str) = match head {
        "exceedance" => (&EXCEEDANCE_MINUTES, "minutes"),
        "recovery_curve" => (&RECOVERY_SECONDS, "seconds"),
        _ => return None,
    };
    let asked: Option<f64> = point.trim_end_matches(".p").parse().ok();
    if asked.is_some_and(|asked| points.contains(&asked)) {
        return None;
    }
    let asked = asked.filter(|asked| asked.is_finite()).unwrap_or(60.0);
    let mut near: Vec<f64> = points.to_vec();
    near.sort_by(|a, b| (a - asked).abs().total_cmp(&(b - asked).abs()));
    let near: Vec<String> = (near.iter().take(3))
        .map(|point| format!("`{head}.{point}`"))
        .collect();
    Some(BadGate::new(
        format!("is on `{written}`, which is no point of the curve"),
        format!(
            "its points are certain {unit}: the nearest are {}",
            near.join(", ")
        ),
    ))
}

/// A path with its short name written out.
fn in_full(written: &str) -> String {
    let (head, rest) = written.split_once('.').unwrap_or((written, ""));
    let full = SHORT.iter().find(|(short, _)| *short == head);
    let head = full.map_or(head, |(_, full)| full);
    if rest.is_empty() {
        head.to_owned()
    } else {
        format!("{head}.{rest}")
    }
}

/// Whether a path begins with a key that this model may have, and a run without trials has not.
fn is_left_out(path: &str) -> bool {
    let head = path.split('.').next().unwrap_or_default();
    LEFT_OUT.contains(&head)
}

/// Whether a path leads into a part of the contract that this model has not.
fn is_of_no_objective(whole: &Value, path: &str) -> bool {
    let Some(part) = path.strip_prefix("contract.") else {
        return path == "contract";
    };
    let part = part.split('.').next().unwrap_or_default();
    let is_known = ["slo", "balance", "sla", "promises"].contains(&part);
    let found = whole
        .get("contract")
        .and_then(|contract| contract.get(part));
    is_known && found.is_none_or(Value::is_null)
}

fn no_objective(written: &str) -> BadGate {
    BadGate::new(
        format!("is on `{written}`, for which the model sets no objective"),
        "add `objectives.slo`, `objectives.sla` with credits, or an `slo` to a service; the balance is that of active-active topologies",
    )
}

/// Where a path ends.
enum Step<'a> {
    /// At a value, in a parent.
    Leaf(&'a Value, &'a Value),
    /// In a list that has no entries.
    EmptyList,
}

fn walk<'a>(parent: &'a Value, rest: &str, walked: &mut Vec<String>) -> Option<Step<'a>> {
    let entries: Vec<(String, &Value)> = match parent {
        Value::Object(map) => map
            .iter()
            .map(|(key, value)| (key.clone(), value))
            .collect(),
        Value::Array(list) if list.is_empty() => return Some(Step::EmptyList),
        Value::Array(list) => list
            .iter()
            .filter_map(|item| Some((label(item)?, item)))
            .collect(),
        _ => return None,
    };
    for (key, value) in entries {
        let Some(after) = rest.strip_prefix(key.as_str()) else {
            continue;
        };
        walked.push(key);
        let found = match after.strip_prefix('.') {
            Some(after) => walk(value, after, walked),
            None if after.is_empty() => Some(Step::Leaf(value, parent)),
            None => None,
        };
        if found.is_some() {
            return found;
        }
        walked.pop();
    }
    None
}

/// What an entry of a list is about.
fn label(item: &Value) -> Option<String> {
    let said = LABELS.iter().find_map(|key| item.get(key))?;
    match said {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => number.as_f64().map(|number| number.to_string()),
        _ => None,
    }
}

fn leaf(value: &Value, parent: &Value, path: Vec<String>, written: &str) -> Result<Leaf, BadGate> {
    let number = |of: &Value, key: &str| of.get(key).and_then(Value::as_f64);
    match value {
        Value::Null if path.last().is_some_and(|key| is_bare(key, parent)) => {
            Err(no_interval(written))
        }
        Value::Null => Ok(Leaf::Null { path }),
        Value::Object(map) => {
            let mean = ["mean", "p"].into_iter().find(|key| map.contains_key(*key));
            let Some(mean) = mean.filter(|_| map.contains_key("low")) else {
                return Err(several(written, map.keys()));
            };
            Ok(match number(value, mean) {
                None => Leaf::Null { path },
                Some(mean) => Leaf::Found {
                    path,
                    mean,
                    low: number(value, "low"),
                    high: number(value, "high"),
                },
            })
        }
        Value::Number(_) => {
            let key = path.last().cloned().unwrap_or_default();
            let mean = value.as_f64().unwrap_or(f64::NAN);
            let (low, high) = (format!("{key}_low"), format!("{key}_high"));
            let ends = if matches!(key.as_str(), "mean" | "p") && parent.get("low").is_some() {
                (number(parent, "low"), number(parent, "high"))
            } else if parent.get(&low).is_some() && parent.get(&high).is_some() {
                (number(parent, &low), number(parent, &high))
            } else if CERTAIN.contains(&key.as_str()) {
                (Some(mean), Some(mean))
            } else {
                return Err(no_interval(written));
            };
            Ok(Leaf::Found {
                path,
                mean,
                low: ends.0,
                high: ends.1,
            })
        }
        _ => Err(BadGate::new(
            format!("is on `{written}`, which is not a number"),
            hint(&[]),
        )),
    }
}

/// Whether a key is a point of a distribution that never has an interval, so that there is nothing to wait for where there is no data.
fn is_bare(key: &str, parent: &Value) -> bool {
    let low = format!("{key}_low");
    matches!(key, "p50" | "p90" | "p95" | "p99" | "max") && parent.get(&low).is_none()
}

fn no_interval(written: &str) -> BadGate {
    BadGate::new(
        format!(
            "is on `{written}`, which has no interval: nothing could be said of it with confidence"
        ),
        "gate on a figure with an interval: a mean (availability, downtime, cost), a p95, or a chance (exceedance.60)",
    )
}

fn several<'a>(written: &str, keys: impl Iterator<Item = &'a String>) -> BadGate {
    let keys: Vec<String> = (keys.take(8))
        .map(|key| format!("`{written}.{key}`"))
        .collect();
    BadGate::new(
        format!("is on `{written}`, which is several figures"),
        format!("choose one, such as {}", keys.join(", ")),
    )
}

fn unknown(written: &str, whole: &Value) -> BadGate {
    let mut known = Vec::new();
    collect(whole, &mut Vec::new(), &mut known);
    let asked = in_full(written);
    let mut near: Vec<(f64, &String)> = (known.iter())
        .map(|path| {
            let plain = strsim::jaro_winkler(path, &asked);
            (plain.max(strsim::jaro_winkler(path, written)), path)
        })
        .filter(|(closeness, _)| *closeness >= 0.75)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0));
    let near: Vec<&str> = near.iter().take(3).map(|(_, path)| path.as_str()).collect();
    BadGate::new(
        format!("names `{written}`, which is no figure of a topology"),
        hint(&near),
    )
}

fn hint(near: &[&str]) -> String {
    if near.is_empty() {
        "figures are those of results.json, such as availability, downtime.p95, outages_per_year, rto_met, slo_met, \
         cost.total, cost.total_with_failure or journeys.NAME.unavailability; a topology's own is written NAME:availability"
            .to_owned()
    } else {
        let near: Vec<String> = near.iter().map(|path| format!("`{path}`")).collect();
        format!("did you mean {}?", near.join(" or "))
    }
}

/// All figures of a topology that a gate may be on, as it would be written.
fn collect(value: &Value, path: &mut Vec<String>, known: &mut Vec<String>) {
    let Value::Object(map) = value else {
        return;
    };
    for (key, below) in map {
        path.push(key.clone());
        let joined = path.join(".");
        let is_figure = leaf(below, value, path.clone(), &joined).is_ok();
        if is_figure && !matches!(below, Value::Object(inner) if inner.len() > 9) {
            let short = (SHORT.iter()).find_map(|(short, full)| {
                let rest = joined.strip_prefix(full)?;
                Some(format!("{short}{rest}"))
            });
            known.extend(short);
            known.push(joined);
        }
        let is_estimate = below.get("interval").is_some();
        if !is_estimate {
            collect(below, path, known);
        }
        path.pop();
    }
}
