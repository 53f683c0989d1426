//! Regions, services and journeys as they are written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::super::decode::{Decode, Name, Reader, Spanned};
use super::super::problem::Span;
use super::super::record::{choice, record};
use super::super::times::Time;
use super::super::values::{
    Amount, AmountPerHour, ByteRate, Bytes, CountOrShare, RequestRate, Seconds, Share,
};
use super::super::yaml::{Node, Value};

record! {
    /// A region.
    RawRegion is "Region" as "a region" {
        /// Its zones: names, or a count that names them a, b, c, …
        required "zones" zones: Zones,
    }
}

/// The zones of a region.
#[derive(Debug, Clone)]
pub(in crate::model) enum Zones {
    /// So many, named a, b, c, …
    Count(u32),
    Names(Vec<Spanned<Name>>),
}

impl Decode for Zones {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Sequence(_) => Decode::decode(node, reader).map(Self::Names),
            Value::Scalar { .. } if !node.is_null() => {
                Decode::decode(node, reader).map(Self::Count)
            }
            _ => reader.mismatch(
                node,
                "names of zones or their count",
                "write [a, b, c] or 3",
            ),
        }
    }
}

impl JsonSchema for Zones {
    fn schema_name() -> Cow<'static, str> {
        "Zones".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names = generator.subschema_for::<Name>();
        json_schema!({ "anyOf": [
            { "type": "integer", "minimum": 1 },
            { "type": "array", "items": names, "minItems": 1 },
        ] })
    }
}

record! {
    /// A service.
    RawService is "Service" as "a service" {
        /// Replicas that serve one region's full traffic with the redundancy wanted; 0 for logic only; default 1.
        optional "replicas" replicas: u32,
        /// Usable replicas that it needs in a region: a count, or a percentage of the replicas; default 1.
        optional "needs" needs: CountOrShare,
        /// Requests that one replica can serve.
        later "capacity" capacity: RequestRate,
        /// Price of one replica.
        optional "price" price: AmountPerHour,
        /// What it calls.
        optional "calls" calls: Calls,
        /// How long a lost primary replica costs.
        optional "takeover" takeover: Time,
        /// Chance that a takeover succeeds; default 100%.
        optional "takeover_success" takeover_success: Share,
        /// Further time after a takeover that failed; default another takeover.
        optional "takeover_failed" takeover_failed: Time,
        /// Whose loss starts a takeover; default primary.
        optional "takeover_on" takeover_on: TakeoverOn,
        /// Failure rate of an idle standby over that of the primary; default 100%.
        optional "dormancy" dormancy: Share,
        /// The data of a stateful service.
        optional "data" data: RawData,
        /// Someone else's service: not deployed, not in any zone.
        optional "external" external: bool,
        /// Of an external service: time to failure.
        optional "mtbf" mtbf: Time,
        /// Of an external service: time to repair.
        optional "mttr" mttr: Time,
        /// Of an external service: the region that it goes down with.
        optional "in" region: Name,
        /// What it is to the cells of a region: each has its own, or all use the same; default own.
        optional "cells" cells: CellsWord,
        /// What one cell of a region runs of it, where there are several; default its part, with the redundancy of the whole.
        optional "per_cell" per_cell: RawPerCell,
        /// Share of the time in which it should be up, with all that it requires.
        optional "slo" slo: Share,
        /// Of an external service: share of the time in which its provider promises it to be up.
        optional "sla" sla: Share,
    }
}

choice! {
    /// Whose loss starts a takeover.
    TakeoverOn is "TakeoverOn" as "whose loss starts a takeover" {
        "primary" => Primary "the loss of the primary replica",
        "any" => Any "the loss of any usable replica",
    }
}

choice! {
    /// What a service is to the cells of a region.
    CellsWord is "CellUse" as "what a service is to cells" {
        "own" => Own "each cell has its own",
        "shared" => Shared "all cells of a region use the same replicas",
    }
}

record! {
    /// What one cell of a region runs of a service.
    RawPerCell is "PerCell" as "what one cell runs" {
        /// Replicas of one cell.
        required "replicas" replicas: u32,
        /// Usable replicas that the service needs in a cell: a count, or a percentage of the replicas; default 1.
        optional "needs" needs: CountOrShare,
        /// Price of one of these replicas; default that of the service.
        optional "price" price: AmountPerHour,
    }
}

record! {
    /// Data of a stateful service.
    RawData is "Data" as "the data of a service" {
        /// Its size.
        required "size" size: Bytes,
        /// How fast it changes; default 0MB/s.
        optional "writes" writes: ByteRate,
    }
}

/// What a service calls. Calls that are wrong are recorded and left out, so that the others are still checked.
#[derive(Debug, Clone)]
pub(in crate::model) struct Calls(pub(in super::super) Vec<RawCall>);

impl Decode for Calls {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Sequence(nodes) => Some(Self(
                nodes
                    .iter()
                    .filter_map(|node| RawCall::read(node, reader))
                    .collect(),
            )),
            _ => reader.mismatch(node, "a list of services", "write [catalog, payments]"),
        }
    }
}

/// One call.
#[derive(Debug, Clone)]
pub(in crate::model) struct RawCall {
    pub(in crate::model) span: Span,
    pub(in crate::model) targets: RawTargets,
    pub(in crate::model) kind: Kind,
}

/// Whom a call needs.
#[derive(Debug, Clone)]
pub(in crate::model) enum RawTargets {
    One(Spanned<Name>),
    Any(Vec<Spanned<Name>>),
    AtLeast(Span, u32, Vec<Spanned<Name>>),
}

choice! {
    /// What an unmet call means for the caller.
    Kind is "CallKind" as "a kind of call" {
        "required" => Required "the caller is down",
        "optional" => Optional "the caller is degraded, still up",
        "async" => Async "work queues; the caller is up",
    }
}

record! {
    /// A call of one service.
    CallOfOne is "CallOfOne" as "a call" {
        /// The service that is called.
        required "service" service: Spanned<Name>,
        /// What it means for the caller when the service is down; default required.
        optional "kind" kind: Kind,
        /// How long the caller waits.
        later "timeout" timeout: Seconds,
        /// How often it tries.
        later "attempts" attempts: u32,
        /// How long it waits between two tries.
        later "backoff" backoff: Backoff,
    }
}

record! {
    /// Waiting times between tries.
    Backoff is "Backoff" as "a backoff" {
        /// The first.
        optional "base" base: Seconds,
        /// Each over the one before.
        optional "factor" factor: f64,
        /// The longest.
        optional "cap" cap: Seconds,
        /// How much of it is random.
        optional "jitter" jitter: Jitter,
    }
}

choice! {
    /// How much of a waiting time is random.
    Jitter is "Jitter" as "a jitter" {
        "none" => Off "nothing",
        "equal" => Equal "half of it",
        "full" => Full "all of it",
    }
}

record! {
    /// A call that any one of several services can answer.
    CallOfAny is "CallOfAny" as "a call" {
        /// Services of which one must be up.
        required "any" any: Vec<Spanned<Name>>,
        /// What it means for the caller when none is; default required.
        optional "kind" kind: Kind,
    }
}

record! {
    /// A call that needs several of some services.
    CallOfSome is "CallOfSome" as "a call" {
        /// How many of them must be up.
        required "at_least" at_least: u32,
        /// The services.
        required "of" of: Vec<Spanned<Name>>,
        /// What it means for the caller when fewer are; default required.
        optional "kind" kind: Kind,
    }
}

impl RawCall {
    /// The services that it names.
    pub(in crate::model) fn names(&self) -> &[Spanned<Name>] {
        match &self.targets {
            RawTargets::One(name) => std::slice::from_ref(name),
            RawTargets::Any(names) | RawTargets::AtLeast(_, _, names) => names,
        }
    }

    fn read(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::Mapping(entries) = &*node.value else {
            let hint = "write a service, { service: …, kind: optional }, { any: […] } or { at_least: 2, of: […] }";
            reader.scalar(node, "a call", hint)?;
            let targets = RawTargets::One(Spanned::decode(node, reader)?);
            return Some(Self {
                span: node.span.clone(),
                targets,
                kind: Kind::Required,
            });
        };
        let has = |key: &str| entries.iter().any(|entry| &*entry.key == key);
        if has("any") {
            let call = CallOfAny::decode(node, reader)?;
            let kind = call.kind.or(Kind::Required)?;
            Some(Self {
                span: node.span.clone(),
                targets: RawTargets::Any(call.any.get()?.clone()),
                kind,
            })
        } else if has("at_least") || has("of") {
            let call = CallOfSome::decode(node, reader)?;
            let (span, count) = call.at_least.given()?;
            let targets = RawTargets::AtLeast(span.clone(), *count, call.of.get()?.clone());
            Some(Self {
                span: node.span.clone(),
                targets,
                kind: call.kind.or(Kind::Required)?,
            })
        } else {
            let call = CallOfOne::decode(node, reader)?;
            let targets = RawTargets::One(call.service.get()?.clone());
            Some(Self {
                span: node.span.clone(),
                targets,
                kind: call.kind.or(Kind::Required)?,
            })
        }
    }
}

impl JsonSchema for Calls {
    fn schema_name() -> Cow<'static, str> {
        "Calls".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let forms = [
            generator.subschema_for::<Name>(),
            generator.subschema_for::<CallOfOne>(),
            generator.subschema_for::<CallOfAny>(),
            generator.subschema_for::<CallOfSome>(),
        ];
        json_schema!({ "type": "array", "items": { "anyOf": forms } })
    }
}

record! {
    /// A journey: what users do.
    RawJourney is "Journey" as "a journey" {
        /// The service at which its requests arrive.
        required "entry" entry: Name,
        /// Its share of the requests; default an equal part of what the others leave.
        optional "share" share: Share,
        /// Revenue of one good request.
        optional "revenue" revenue: Amount,
        /// It counts as down while less than this share of its requests succeeds; default 95%.
        optional "down_below" down_below: Share,
        /// Share of good requests that it should have.
        optional "slo" slo: Share,
    }
}
