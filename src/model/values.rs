//! Quantities as they are written in a model file.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::units::{self, Money, MoneyPer, UnitError};

use super::decode::{Decode, Reader, whole};
use super::quantities::QuantityKind;
use super::record::scalar_schema;
use super::yaml::Node;

/// A fixed length of time \[s\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Seconds(pub(super) f64);

/// A probability or share between 0 and 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Share(pub(super) f64);

/// How often something is tried, or how many of it there are: a whole number, at least 1 by the schema, which the checks of each key see to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Times(pub(super) u32);

impl Decode for Times {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        whole(node, reader, "a whole number of at least 1").map(Self)
    }
}

impl JsonSchema for Times {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Times".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer", "minimum": 1 })
    }
}

/// A rate of requests \[1/s\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RequestRate(pub(super) f64);

/// A size \[byte\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Bytes(pub(super) f64);

/// A rate of transfer \[byte/s\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct ByteRate(pub(super) f64);

/// A plain amount of money \[currency\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Amount(pub(super) f64);

/// Money for a time \[currency/h\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AmountPerHour(pub(super) f64);

/// Money for a size \[currency/byte\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AmountPerByte(pub(super) f64);

/// Money for a size and a time \[currency/byte/h\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct AmountPerByteHour(pub(super) f64);

/// A duration, or `never`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum SecondsOrNever {
    Seconds(f64),
    Never,
}

/// Length of a window: a duration, or `month`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window(pub(super) f64);

/// A count, or a share of `replicas`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum CountOrShare {
    Count(u32),
    Share(f64),
}

/// Reads a scalar by one of the functions of [`crate::units`].
pub(super) fn quantity<T>(
    node: &Node,
    reader: &mut Reader,
    expected: &str,
    example: &str,
    parse: impl FnOnce(&str) -> Result<T, UnitError>,
) -> Option<T> {
    let (text, _) = reader.scalar(node, expected, &format!("write for example {example}"))?;
    match parse(text) {
        Ok(value) => Some(value),
        Err(error) => {
            let span = if node.span.is_empty() {
                node.owner()
            } else {
                &node.span
            };
            reader.refuse(span, &error.message, expected, error.hint);
            None
        }
    }
}

fn money(
    node: &Node,
    reader: &mut Reader,
    expected: &str,
    example: &str,
    per: MoneyPer,
) -> Option<f64> {
    let Money { amount, currency } = quantity(node, reader, expected, example, |text| {
        units::parse_money(text, per)
    })?;
    reader.currencies.push((node.span.clone(), currency));
    Some(amount)
}

impl Decode for Seconds {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        quantity(
            node,
            reader,
            "a duration",
            "90s or 5m",
            units::parse_duration,
        )
        .map(|number| Self(reader.number(node, QuantityKind::Time, number)))
    }
}

impl Decode for Share {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        quantity(
            node,
            reader,
            "a share of at most 100%",
            "97% or 0.97",
            units::parse_probability,
        )
        .map(|number| Self(reader.number(node, QuantityKind::Share, number)))
    }
}

impl Decode for RequestRate {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        quantity(
            node,
            reader,
            "a rate of traffic",
            "1200/s",
            units::parse_traffic_rate,
        )
        .map(|number| Self(reader.number(node, QuantityKind::RequestRate, number)))
    }
}

impl Decode for Bytes {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        quantity(node, reader, "a size", "250KB or 1.5GB", units::parse_size)
            .map(|number| Self(reader.number(node, QuantityKind::Size, number)))
    }
}

impl Decode for ByteRate {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        quantity(
            node,
            reader,
            "a rate of transfer",
            "200MB/s",
            units::parse_transfer_rate,
        )
        .map(|number| Self(reader.number(node, QuantityKind::TransferRate, number)))
    }
}

impl Decode for Amount {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        money(
            node,
            reader,
            "an amount of money",
            "$0.34",
            MoneyPer::Nothing,
        )
        .map(|number| Self(reader.number(node, QuantityKind::Price, number)))
    }
}

impl Decode for AmountPerHour {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        money(
            node,
            reader,
            "money per unit of time",
            "$0.34/h or $120/month",
            MoneyPer::Hour,
        )
        .map(|number| Self(reader.number(node, QuantityKind::Price, number)))
    }
}

impl Decode for AmountPerByte {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        money(node, reader, "money per size", "$0.02/GB", MoneyPer::Byte)
            .map(|number| Self(reader.number(node, QuantityKind::Price, number)))
    }
}

impl Decode for AmountPerByteHour {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        money(
            node,
            reader,
            "money per size and unit of time",
            "$0.10/GB/month",
            MoneyPer::ByteHour,
        )
        .map(|number| Self(reader.number(node, QuantityKind::Price, number)))
    }
}

impl Decode for SecondsOrNever {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        quantity(
            node,
            reader,
            "a duration or `never`",
            "30m or never",
            |text| match text {
                "never" => Ok(Self::Never),
                _ => units::parse_duration(text).map(Self::Seconds),
            },
        )
        .map(|time| match time {
            Self::Seconds(seconds) => {
                Self::Seconds(reader.number(node, QuantityKind::Time, seconds))
            }
            Self::Never => Self::Never,
        })
    }
}

impl Decode for Window {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        quantity(
            node,
            reader,
            "a duration or `month`",
            "30d or month",
            |text| match text {
                "month" => Ok(Self(units::SECONDS_PER_MONTH)),
                _ => units::parse_duration(text).map(Self),
            },
        )
    }
}

impl Decode for CountOrShare {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let (text, _) = reader.scalar(
            node,
            "a count or a percentage",
            "write for example 4 or 67%",
        )?;
        if text.contains('%') {
            // A count, told as a share of another.
            let share = reader.as_one_value(|reader| Share::decode(node, reader));
            return share.map(|Share(share)| Self::Share(share));
        }
        if text.contains('.') {
            return reader.mismatch(
                node,
                "a count or a percentage",
                "write for example 4 or 67%",
            );
        }
        u32::decode(node, reader).map(Self::Count)
    }
}

/// Pattern of a duration in JSON Schema.
const DURATION: &str = r"^\s*([0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?|[0-9]+\.)\s*(ms|s|m|h|d|w|mo|month|y)(\s*[0-9]*\.?[0-9]*\s*(ms|s|m|h|d|w|mo|month|y))*\s*$";
/// Pattern of a size in JSON Schema.
const SIZE: &str = r"^\s*[0-9.]+([eE][+-]?[0-9]+)?\s*(B|KB|kB|MB|GB|TB|PB)\s*$";

scalar_schema! {
    Seconds => "Duration" { "type": "string", "pattern": DURATION, "examples": ["30s", "5m", "1h30m", "90d", "1y"] };
    SecondsOrNever => "DurationOrNever" { "anyOf": [
        { "const": "never" },
        { "type": "string", "pattern": DURATION, "examples": ["30m"] },
    ] };
    Window => "Window" { "anyOf": [
        { "const": "month", "description": "730 h" },
        { "type": "string", "pattern": DURATION, "examples": ["30d"] },
    ] };
    RequestRate => "TrafficRate" {
        "type": "string",
        "pattern": r"^\s*[0-9.]+([eE][+-]?[0-9]+)?\s*[kKMG]?\s*/\s*(ms|s|m|h|d|w|mo|month|y)\s*$",
        "examples": ["1200/s", "40/m", "2M/d"],
    };
    Bytes => "Size" { "type": "string", "pattern": SIZE, "examples": ["250KB", "1.5GB"] };
    ByteRate => "TransferRate" {
        "type": "string",
        "pattern": r"^\s*[0-9.]+([eE][+-]?[0-9]+)?\s*(B|KB|kB|MB|GB|TB|PB)\s*/\s*(ms|s|m|h|d|w|mo|month|y)\s*$",
        "examples": ["200MB/s", "40GB/d"],
    };
    Amount => "Money" { "type": "string", "pattern": r"^[^/]*[0-9][^/]*$", "examples": ["$0.34", "1.10 USD"] };
    AmountPerHour => "MoneyPerTime" {
        "type": "string", "pattern": r"^[^/]*[0-9][^/]*/[^/]+$", "examples": ["$0.34/h", "$120/month"],
    };
    AmountPerByte => "MoneyPerSize" {
        "type": "string", "pattern": r"^[^/]*[0-9][^/]*/[^/]*B\s*$", "examples": ["$0.02/GB"],
    };
    AmountPerByteHour => "MoneyPerSizeAndTime" {
        "type": "string", "pattern": r"^[^/]*[0-9][^/]*/[^/]*B\s*/[^/]+$", "examples": ["$0.10/GB/month"],
    };
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Probability".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "number", "minimum": 0, "maximum": 1 },
            {
                "type": "string",
                "pattern": r"^\s*([0-9.]+([eE][+-]?[0-9]+)?\s*%|[01]?\.?[0-9]*([eE][+-]?[0-9]+)?)\s*$",
                "examples": ["97%"],
            },
        ] })
    }
}

impl JsonSchema for CountOrShare {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "CountOrPercentage".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 0 },
            { "type": "string", "pattern": r"^\s*[0-9.]+([eE][+-]?[0-9]+)?\s*%\s*$", "examples": ["67%"] },
        ] })
    }
}
