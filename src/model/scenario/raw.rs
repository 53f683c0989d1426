//! A scenario file as it is written: every key with its place, checked for form only.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::model::decode::{Decode, Name, Reader, Spanned, Text};
use crate::model::mapping::Table;
use crate::model::raw::EffectWord;
use crate::model::record::record;
use crate::model::values::{Seconds, Share};
use crate::model::yaml::{Node, Value};

record! {
    /// Faults at given times: a past outage, or a drill.
    RawScenario is "Scenario" as "a scenario" {
        /// What it is called.
        required "name" name: Name,
        /// Free text.
        optional "description" description: Text,
        /// Where it is told of: title and address.
        optional "source" source: Text,
        /// Length of what is played and shown; default half as long again as the last fault, at least two hours more.
        optional "horizon" horizon: Seconds,
        /// Hour of the day at which it begins, 0 to 24, for daily traffic and people who sleep; default 0.
        optional "hour" hour: f64,
        /// What is known, each with its source.
        optional "known" known: Vec<Text>,
        /// What is assumed, because no source says it.
        optional "assumed" assumed: Vec<Text>,
        /// What stands for a place of the scenario in a model that has none of that name: `us-east-1: primary`.
        optional "places" places: Table<Text>,
        /// What goes wrong.
        required "faults" faults: Vec<Spanned<RawScripted>>,
    }
}

record! {
    /// One fault at a given time.
    RawScripted is "ScriptedFault" as "a fault of a scenario" {
        /// When it strikes, from the beginning.
        optional "at" at: Seconds,
        /// In the place of `at`: how long before the beginning it has struck.
        optional "before" before: Seconds,
        /// How long it lasts; of an occurrence of a fault of the model the default is drawn from its `mttr`.
        optional "lasts" lasts: Seconds,
        /// Where: `us-east-1`, `us-east-1/a`, `service/api`, `us-east-1/service/api`, `us-east-1/cell/1`, `link/us-east-1/us-west-2`, `links/us-east-1`, `everywhere`, or by role: `primary`, `secondary`, `primary/first`.
        optional "place" place: Text,
        /// With `to`, in the place of `place`: only calls from this region or zone fail.
        optional "from" from: Text,
        /// With `from`: only calls to this region or zone fail.
        optional "to" to: Text,
        /// An occurrence of this fault of the model.
        optional "fault" fault: Name,
        /// Only these services of a region, a zone or everywhere.
        optional "services" services: Vec<Spanned<Name>>,
        /// What it does to its place; default down.
        optional "effect" effect: ScriptedEffect,
        /// Whether health checks see it; default true.
        optional "detected" detected: bool,
        /// Of a fault that health checks do not see: how long until a person has noticed it; default by nobody.
        optional "noticed" noticed: Seconds,
        /// Free text, shown with it.
        optional "note" note: Text,
    }
}

/// What a scripted fault does: as in a model, or to whole requests.
#[derive(Debug, Clone)]
pub(in crate::model) enum ScriptedEffect {
    OfModel(EffectWord),
    OfRequests(RawRequests),
}

record! {
    /// A share of the requests to a region fails, whatever services they need.
    RawRequests is "FailedRequests" as "an effect" {
        /// This share of the requests fails.
        required "requests" requests: Share,
    }
}

impl Decode for ScriptedEffect {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let speaks_of_requests = match &*node.value {
            Value::Mapping(entries) => entries.iter().any(|entry| &*entry.key == "requests"),
            Value::Scalar { .. } | Value::Sequence(_) => false,
        };
        if speaks_of_requests {
            RawRequests::decode(node, reader).map(Self::OfRequests)
        } else {
            EffectWord::decode(node, reader).map(Self::OfModel)
        }
    }
}

impl JsonSchema for ScriptedEffect {
    fn schema_name() -> Cow<'static, str> {
        "ScriptedEffect".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let of_model = generator.subschema_for::<EffectWord>();
        let of_requests = generator.subschema_for::<RawRequests>();
        json_schema!({ "anyOf": [of_model, of_requests] })
    }
}
