//! Service level objectives as they are written: one, or a list of them.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::super::decode::{Decode, Reader, Spanned};
use super::super::record::{choice, record};
use super::super::values::{Share, Window};
use super::super::yaml::{Node, Value};

/// What is wanted of users' requests, sorted by indicator.
#[derive(Debug, Clone)]
pub(in crate::model) struct RawSlos {
    pub(in crate::model) availability: Vec<Spanned<RawSlo>>,
    pub(in crate::model) balance: Vec<Spanned<RawBalance>>,
}

record! {
    /// An objective for the share of good requests.
    RawSlo is "Slo" as "an SLO" {
        /// What is measured; default availability, the share of good requests.
        optional "indicator" indicator: Indicator,
        /// Share of good requests in a window.
        required "target" target: Share,
        /// Length of a window: a duration, or month (730 h).
        required "window" window: Window,
        /// Whether windows follow each other or roll; default calendar.
        optional "windows" windows: WindowsWord,
    }
}

record! {
    /// An objective for the share of traffic in each serving region: neither too little nor too much.
    RawBalance is "Balance" as "an SLO of the balance" {
        /// What is measured: balance, the share of the requests that each region gets.
        required "indicator" indicator: Indicator,
        /// Share of the requests that each region should have; default its split.
        optional "target" target: Share,
        /// How much more or less it may have.
        required "tolerance" tolerance: Share,
        /// Length of a window: a duration, or month (730 h).
        required "window" window: Window,
    }
}

choice! {
    /// What an SLO measures.
    Indicator is "Indicator" as "an indicator" {
        "availability" => Availability "the share of good requests",
        "balance" => Balance "the share of the requests that each region gets",
    }
}

choice! {
    /// How the windows of an SLO lie.
    WindowsWord is "Windows" as "a kind of windows" {
        "calendar" => Calendar "they follow each other from the start of scoring",
        "rolling" => Rolling "the time just past, at every instant",
    }
}

impl Decode for RawSlos {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let mut slos = Self {
            availability: Vec::new(),
            balance: Vec::new(),
        };
        match &*node.value {
            Value::Sequence(nodes) if nodes.is_empty() => reader.mismatch(
                node,
                "at least one SLO",
                "write { target: 99.9%, window: 30d }",
            ),
            Value::Sequence(nodes) => {
                let read = nodes.iter().filter(|node| slos.read(node, reader)).count();
                (read == nodes.len()).then_some(slos)
            }
            _ => slos.read(node, reader).then_some(slos),
        }
    }
}

impl RawSlos {
    /// Reads one, and says whether it could be.
    fn read(&mut self, node: &Node, reader: &mut Reader) -> bool {
        if is_of_balance(node) {
            let balance = Spanned::decode(node, reader);
            let is_read = balance.is_some();
            self.balance.extend(balance);
            is_read
        } else {
            let slo = Spanned::decode(node, reader);
            let is_read = slo.is_some();
            self.availability.extend(slo);
            is_read
        }
    }
}

fn is_of_balance(node: &Node) -> bool {
    let Value::Mapping(entries) = &*node.value else {
        return false;
    };
    entries.iter().any(|entry| {
        &*entry.key == "indicator"
            && matches!(&*entry.node.value, Value::Scalar { text, .. } if text == "balance")
    })
}

impl JsonSchema for RawSlos {
    fn schema_name() -> Cow<'static, str> {
        "Slos".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let one = [
            generator.subschema_for::<RawSlo>(),
            generator.subschema_for::<RawBalance>(),
        ];
        let several = json_schema!({ "type": "array", "items": { "anyOf": one.clone() }, "minItems": 1, "maxItems": 2 });
        let [slo, balance] = one;
        json_schema!({ "anyOf": [slo, balance, several] })
    }
}
