//! Values multiplied: times with their shape, chances by their odds, amounts with their unit.

use std::path::Path;

use super::language::Kind;
use crate::model::Distribution;
use crate::model::decode::{Decode, Reader};
use crate::model::times::Time;
use crate::model::yaml::{Entry, Node, Value};
use crate::units::{parse_duration, parse_probability};

/// A value so many times; `None` if it holds no number.
pub(super) fn scaled(node: &Node, kind: Kind, factor: f64, folder: Option<&Path>) -> Option<Node> {
    match (kind, &*node.value) {
        (Kind::Time, _) => scaled_time(node, factor, folder),
        (Kind::Duration, Value::Scalar { text, .. }) => {
            Some(node.replaced_by_text(seconds(parse_duration(text).ok()? * factor)))
        }
        (Kind::Probability, Value::Scalar { text, .. }) => {
            let chance = parse_probability(text).ok()?;
            Some(node.replaced_by_text(format!("{}", with_odds_times(chance, factor))))
        }
        (Kind::Count, Value::Scalar { text, .. }) => {
            let count: f64 = text.parse().ok()?;
            Some(node.replaced_by_text(format!("{}", (count * factor).round())))
        }
        (Kind::Number | Kind::Amount, Value::Scalar { text, .. }) => {
            Some(node.replaced_by_text(number_times(text, factor, |number| number)?))
        }
        _ => None,
    }
}

/// The chance whose odds are so many times those of another. 0 and 1 are certain, and stay what they are.
pub(super) fn with_odds_times(chance: f64, factor: f64) -> f64 {
    let odds = factor * chance;
    let sum = odds + (1.0 - chance);
    if sum > 0.0 {
        (odds / sum).clamp(0.0, 1.0)
    } else {
        chance
    }
}

/// Mean of a time that is drawn \[s\].
pub(super) fn mean_of(node: &Node, folder: Option<&Path>) -> Option<f64> {
    decoded(node, folder).map(|law| law.mean())
}

/// The law of a time that is drawn.
pub(super) fn decoded(node: &Node, folder: Option<&Path>) -> Option<Distribution> {
    let mut reader = Reader {
        folder: folder.map(Path::to_owned),
        ..Reader::default()
    };
    Time::decode(node, &mut reader).map(|time| time.0)
}

/// Every length of time in a distribution, so many times.
fn scaled_time(node: &Node, factor: f64, folder: Option<&Path>) -> Option<Node> {
    match &*node.value {
        Value::Scalar { text, .. } => {
            Some(node.replaced_by_text(seconds(parse_duration(text).ok()? * factor)))
        }
        // `shape`, `cv`, `stages` and `weight` have no unit of time: they are the shape.
        Value::Mapping(entries) => {
            let mut found = false;
            let scaled: Vec<Entry> = entries
                .iter()
                .map(|entry| {
                    let node =
                        observed_of_file(entry, folder).unwrap_or_else(|| entry.node.clone());
                    let is_shape = matches!(&*entry.key, "shape" | "cv" | "stages" | "weight");
                    let multiple = (!is_shape)
                        .then(|| scaled_time(&node, factor, folder))
                        .flatten();
                    found = found || multiple.is_some();
                    let mut entry = entry.clone();
                    entry.node = multiple.unwrap_or(node);
                    entry
                })
                .collect();
            found.then(|| node.replaced(Value::Mapping(scaled)))
        }
        Value::Sequence(nodes) => {
            let scaled: Option<Vec<Node>> = nodes
                .iter()
                .map(|node| scaled_time(node, factor, folder))
                .collect();
            Some(node.replaced(Value::Sequence(scaled?)))
        }
    }
}

/// Observed times of a file, written out.
fn observed_of_file(entry: &Entry, folder: Option<&Path>) -> Option<Node> {
    let is_file = &*entry.key == "empirical" && matches!(&*entry.node.value, Value::Scalar { .. });
    if !is_file {
        return None;
    }
    let whole = entry.node.replaced(Value::Mapping(vec![entry.clone()]));
    let Some(Distribution::Empirical(values)) = decoded(&whole, folder) else {
        return None;
    };
    let nodes = values
        .iter()
        .map(|value| entry.node.replaced_by_text(seconds(*value)));
    Some(entry.node.replaced(Value::Sequence(nodes.collect())))
}

/// A length of time, to the last digit.
pub(super) fn seconds(value: f64) -> String {
    format!("{value}s")
}

/// The one number in a text so many times, with what stands around it.
pub(super) fn number_times(
    text: &str,
    factor: f64,
    rounded: impl Fn(f64) -> f64,
) -> Option<String> {
    let start = text.find(|c: char| c.is_ascii_digit() || c == '.')?;
    let length = text[start..]
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len() - start);
    let number: f64 = text[start..start + length].parse().ok()?;
    Some(format!(
        "{}{}{}",
        &text[..start],
        rounded(number * factor),
        &text[start + length..]
    ))
}
