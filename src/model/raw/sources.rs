//! Where the numbers of a model come from, as it is written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::super::decode::{Decode, Reader, Text};
use super::super::problem::Span;
use super::super::record::{record, scalar_schema};
use super::super::yaml::{Node, Value};

/// Sources by the keys that lead to what they are the source of.
#[derive(Debug, Clone)]
pub(in crate::model) struct RawSources(pub(in crate::model) Vec<NamedSource>);

/// An entry of [`RawSources`].
#[derive(Debug, Clone)]
pub(in crate::model) struct NamedSource {
    /// `failover.detect`, `services.db`: everything below it.
    pub(in crate::model) path: String,
    /// Place of the path.
    pub(in crate::model) span: Span,
    pub(in crate::model) source: RawSource,
}

/// A text, or a text with its date.
#[derive(Debug, Clone)]
pub(in crate::model) enum RawSource {
    Text(Text),
    Dated(DatedSource),
}

record! {
    /// Where numbers come from, and of when they are.
    DatedSource is "DatedSource" as "a source" {
        /// Where they come from.
        required "source" source: Text,
        /// Day, month or year of the source: 2025-03-14, 2025-03 or 2025.
        optional "as_of" as_of: Date,
    }
}

/// A day, a month or a year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::model) struct Date(pub(in crate::model) String);

impl RawSource {
    /// The text, and the date if one is given.
    pub(in crate::model) fn parts(&self) -> Option<(&str, Option<&str>)> {
        match self {
            Self::Text(Text(text)) => Some((text, None)),
            Self::Dated(dated) => {
                let date = dated.as_of.get().map(|Date(date)| date.as_str());
                Some((&dated.source.get()?.0, date))
            }
        }
    }
}

impl Decode for RawSources {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::Mapping(entries) = &*node.value else {
            let hint = "write for example `failover.detect: \"load balancer manual, 2025-03\"`";
            return reader.mismatch(node, "a mapping from keys to their sources", hint);
        };
        let mut sources = Vec::with_capacity(entries.len());
        for entry in entries {
            let source = reader.below(&entry.key, &entry.node)?;
            sources.push(NamedSource {
                path: entry.key.to_string(),
                span: entry.key_span.clone(),
                source,
            });
        }
        Some(Self(sources))
    }
}

impl JsonSchema for RawSources {
    fn schema_name() -> Cow<'static, str> {
        "Sources".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let source = generator.subschema_for::<RawSource>();
        json_schema!({
            "type": "object",
            "description": "where numbers come from, by the keys that lead to them",
            "additionalProperties": source,
        })
    }
}

impl Decode for RawSource {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Mapping(_) => DatedSource::decode(node, reader).map(Self::Dated),
            _ => Text::decode(node, reader).map(Self::Text),
        }
    }
}

impl JsonSchema for RawSource {
    fn schema_name() -> Cow<'static, str> {
        "Source".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let text = generator.subschema_for::<Text>();
        let dated = generator.subschema_for::<DatedSource>();
        json_schema!({ "anyOf": [text, dated] })
    }
}

impl Decode for Date {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let hint = "write 2025-03-14, 2025-03 or 2025";
        let (text, _) = reader.scalar(node, "a date", hint)?;
        if is_date(text) {
            return Some(Self(text.to_owned()));
        }
        reader.mismatch(node, "a day, a month or a year", hint)
    }
}

/// Whether a text is a day, month or year: `2025-03-14`, `2025-03`, `2025`.
pub(in crate::model) fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let number = |part: &str, length: usize| {
        let digits = part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| part.parse::<u32>().ok()).flatten()
    };
    let within = |part: &str, length: usize, low: u32, high: u32| {
        number(part, length).is_some_and(|number| (low..=high).contains(&number))
    };
    let year = |part| within(part, 4, 1900, 2999);
    let month = |part| within(part, 2, 1, 12);
    match parts[..] {
        [y] => year(y),
        [y, m] => year(y) && month(m),
        [y, m, d] => year(y) && month(m) && within(d, 2, 1, days(y, m)),
        _ => false,
    }
}

/// Days of a month that is one.
fn days(year: &str, month: &str) -> u32 {
    let year: u32 = year.parse().unwrap_or_default();
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        "02" if is_leap => 29,
        "02" => 28,
        "04" | "06" | "09" | "11" => 30,
        _ => 31,
    }
}

scalar_schema! {
    Date => "Date" {
        "type": ["string", "integer"],
        "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$",
        "examples": ["2025-03-14", "2025-03"],
    };
}

#[cfg(test)]
mod tests {
    use super::is_date;

    #[test]
    fn days_months_and_years_are_dates() {
        for date in ["2025", "2025-03", "2024-02-29", "1999-12-31"] {
            assert!(is_date(date), "{date}");
        }
        for text in [
            "25",
            "2025-13",
            "2025-3",
            "2023-02-29",
            "2025-04-31",
            "2025-03-00",
            "yesterday",
            "2025-03-14-1",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
