//! The quantities of a model: every time, share, rate, size and price that its author wrote, and those that apply unsaid.
//!
//! Collected while the file is read, so that a key that is added to the language is among them without being listed here.
//! [`super::sources`] says where they come from; [`crate::ledger`] says how much of an answer rests on each.

use super::Distribution;
use super::decode::Reader;
use super::defaults::AppliedDefault;
use super::distribution::Z95;
use super::yaml::{Node, Value};
use crate::units;

/// Longest text of a value \[characters\].
const LONGEST_VALUE: usize = 160;
/// Sections that say what is asked, not what is assumed.
const QUESTIONS: [&str; 4] = ["objectives", "horizon", "warm_up", "sources"];

/// A time, share, rate, size or price of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Quantity {
    /// The keys that lead to it: `faults.host.mtbf`; entries of a list by their `step`, or counted from 0.
    pub path: String,
    /// The value as it is written, on one line.
    pub value: String,
    /// What it is.
    pub kind: QuantityKind,
    /// The value, of a distribution its mean, in the unit of its kind; `None` for a default that is told in words.
    pub number: Option<f64>,
    /// Ends of the range in which its author is 90 % sure that it is \[s\].
    pub range: Option<(f64, f64)>,
    /// Why it applies although it is not written; `None` if it is.
    pub default: Option<String>,
    /// Where it comes from, if the model says.
    pub source: Option<String>,
    /// The day, month or year of that, if the model says.
    pub as_of: Option<String>,
}

/// What a quantity is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QuantityKind {
    /// A time, fixed or drawn \[s\].
    Time,
    /// A probability or share, 0 to 1.
    Share,
    /// A rate of requests \[1/s\].
    RequestRate,
    /// A size \[byte\].
    Size,
    /// A rate of transfer \[byte/s\].
    TransferRate,
    /// An amount of money, for a time (an hour), a size (a byte) or both.
    Price,
    /// A number without a unit.
    Number,
}

impl QuantityKind {
    /// Its name in files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Time => "time",
            Self::Share => "share",
            Self::RequestRate => "request-rate",
            Self::Size => "size",
            Self::TransferRate => "transfer-rate",
            Self::Price => "price",
            Self::Number => "number",
        }
    }

    /// The unit of [`Quantity::number`].
    #[must_use]
    pub const fn unit(self) -> &'static str {
        match self {
            Self::Time => "s",
            Self::Share | Self::Number => "1",
            Self::RequestRate => "1/s",
            Self::Size => "byte",
            Self::TransferRate => "byte/s",
            Self::Price => "currency",
        }
    }
}

/// One quantity to be read a little larger or smaller than it is written, to see what depends on it.
#[derive(Debug, Clone)]
pub(super) struct Nudge {
    pub(super) path: String,
    pub(super) factor: f64,
}

impl Reader {
    /// Notes a number that was read, and returns it, nudged if it is the one to be nudged.
    pub(super) fn number(&mut self, node: &Node, kind: QuantityKind, number: f64) -> f64 {
        if self.inside_a_value > 0 {
            return number;
        }
        let path = self.place.join(".");
        let factor = self.factor(&path);
        self.note(path, node, kind, number, None);
        number * factor
    }

    /// The same of a time that may be drawn.
    pub(super) fn time(&mut self, node: &Node, time: Distribution) -> Distribution {
        if self.inside_a_value > 0 {
            return time;
        }
        let path = self.place.join(".");
        let factor = self.factor(&path);
        // That of a part of it, as of a mixture, is none of the whole.
        let range = match &time {
            Distribution::Between(range) => Some((range.at(-Z95), range.at(Z95))),
            _ => None,
        };
        self.note(path, node, QuantityKind::Time, time.mean(), range);
        if factor == 1.0 {
            time
        } else {
            time.scaled(factor)
        }
    }

    /// Reads with quantities left alone: they are parts of a larger value.
    pub(super) fn as_one_value<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        self.inside_a_value += 1;
        let value = read(self);
        self.inside_a_value -= 1;
        value
    }

    fn factor(&self, path: &str) -> f64 {
        let nudge = self.nudge.as_ref();
        nudge
            .filter(|nudge| nudge.path == path)
            .map_or(1.0, |nudge| nudge.factor)
    }

    fn note(
        &mut self,
        path: String,
        node: &Node,
        kind: QuantityKind,
        number: f64,
        range: Option<(f64, f64)>,
    ) {
        if self
            .place
            .first()
            .is_none_or(|section| QUESTIONS.contains(&section.as_str()))
        {
            return;
        }
        self.quantities.push(Quantity {
            path,
            value: in_one_line(node),
            kind,
            number: Some(number),
            range,
            default: None,
            source: None,
            as_of: None,
        });
    }
}

/// A default as a quantity, unless it is a choice, a count or a word.
pub(super) fn of_default(default: &AppliedDefault) -> Option<Quantity> {
    let section = default.path.split('.').next().unwrap_or_default();
    if QUESTIONS.contains(&section) {
        return None;
    }
    let (kind, number) = kind_of(&default.value)?;
    Some(Quantity {
        path: default.path.clone(),
        value: default.value.clone(),
        kind,
        number,
        range: None,
        default: Some(default.why.clone()),
        source: None,
        as_of: None,
    })
}

fn kind_of(value: &str) -> Option<(QuantityKind, Option<f64>)> {
    if let Ok(seconds) = units::parse_duration(value) {
        return Some((QuantityKind::Time, Some(seconds)));
    }
    if value.ends_with('%')
        && let Ok(share) = units::parse_probability(value)
    {
        return Some((QuantityKind::Share, Some(share)));
    }
    if let Ok(rate) = units::parse_transfer_rate(value) {
        return Some((QuantityKind::TransferRate, Some(rate)));
    }
    let is_time = |word: &str| {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        word.starts_with(|c: char| c.is_ascii_digit()) && units::parse_duration(word).is_ok()
    };
    let in_words = matches!(value, "never" | "automatic" | "at once");
    (in_words || value.split([' ', ':']).any(is_time)).then_some((QuantityKind::Time, None))
}

/// A value as it is written, on one line.
fn in_one_line(node: &Node) -> String {
    let mut text = String::new();
    write_flow(node, &mut text);
    let length = text.chars().count();
    if length > LONGEST_VALUE {
        text = text.chars().take(LONGEST_VALUE - 1).collect();
        text.push('…');
    }
    text
}

fn write_flow(node: &Node, text: &mut String) {
    // What is cut off anyway need not be written.
    if text.len() > 4 * LONGEST_VALUE {
        return;
    }
    match &*node.value {
        Value::Scalar { text: scalar, .. } => text.push_str(scalar),
        Value::Sequence(nodes) => {
            text.push('[');
            for (i, node) in nodes.iter().enumerate() {
                text.push_str(if i > 0 { ", " } else { "" });
                write_flow(node, text);
            }
            text.push(']');
        }
        Value::Mapping(entries) => {
            text.push_str("{ ");
            for (i, entry) in entries.iter().enumerate() {
                text.push_str(if i > 0 { ", " } else { "" });
                text.push_str(&entry.key);
                text.push_str(": ");
                write_flow(&entry.node, text);
            }
            text.push_str(" }");
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::model::load_str;

    #[test]
    fn the_range_of_a_part_is_not_that_of_the_whole() {
        let range_of = |mttr: &str| {
            let text = format!(
                "model: m\nregions: {{ r: {{ zones: 1 }} }}\nservices: {{ web: {{}} }}\n\
                 faults: {{ host: {{ hits: replica, mtbf: 30d, mttr: {mttr} }} }}\ntopologies: {{ t: {{ pattern: single-az }} }}\n"
            );
            let model = load_str("m", &text, None).unwrap();
            let mut quantities = model.quantities.into_iter();
            let mttr = quantities.find(|quantity| quantity.path == "faults.host.mttr");
            mttr.unwrap().range
        };
        let (low, high) = range_of("{ between: [1h, 2h] }").unwrap();
        assert!((low - 3600.0).abs() < 1e-6 && (high - 7200.0).abs() < 1e-6);
        let mixture =
            "{ mixture: [ { weight: 50%, of: { between: [1h, 2h] } }, { weight: 50%, of: 5h } ] }";
        assert_eq!(range_of(mixture), None);
    }
}
