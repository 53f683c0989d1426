//! Faults and crews as they are written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::super::decode::{Decode, Name, Reader, Spanned, Text, word};
use super::super::record::{choice, record};
use super::super::times::Time;
use super::super::types::Hours;
use super::super::values::{Seconds, Share, Times};
use super::super::yaml::{Node, Value};
use super::Date;

record! {
    /// A fault: an independent process of failure and repair for every place that it hits.
    RawFault is "Fault" as "a fault" {
        /// The places that it hits.
        required "hits" hits: HitsWord,
        /// Only these services.
        optional "services" services: Vec<Spanned<Name>>,
        /// Only these regions.
        optional "regions" regions: Vec<Spanned<Name>>,
        /// Only these zones: `a` in every region, or `us-east-1/a`.
        optional "zones" zones: Vec<Spanned<Name>>,
        /// Of links, with `to`: only calls from this zone (or region) fail.
        optional "from" from: Name,
        /// Of links, with `from`: only calls to this zone (or region) fail.
        optional "to" to: Name,
        /// Operating time to failure, repair excluded.
        required "mtbf" mtbf: Time,
        /// Time to repair.
        required "mttr" mttr: Time,
        /// Of cells: whether `mtbf` is that of each cell, or of all cells of a region together; default cell.
        optional "mtbf_per" mtbf_per: MtbfPerWord,
        /// What it does to its place; default down.
        optional "effect" effect: EffectWord,
        /// Whether health checks see it; default true.
        optional "detected" detected: bool,
        /// Of a fault that health checks do not see: time until a person has noticed it, when its repair begins; default at once, by nobody.
        optional "noticed" noticed: Time,
        /// A cascade to other replicas of the same service.
        optional "spreads" spreads: RawSpread,
        /// `replicas`: a shock that every replica in the place suffers, each repaired on its own; default the place itself.
        optional "strikes" strikes: StrikesWord,
        /// Where the numbers come from.
        optional "source" source: Text,
        /// Day, month or year of the source, such as 2025-03; left out, the latest date that stands in it.
        optional "as_of" as_of: Date,
        /// Repaired only while a member of this crew is free.
        optional "crew" crew: Name,
        /// Whose repair goes first: the lowest number; default after all that have one.
        optional "priority" priority: u32,
    }
}

choice! {
    /// The places that a fault hits.
    HitsWord is "Hits" as "the places that a fault hits" {
        "replica" => Replica "each replica by itself",
        "service-in-zone" => ServiceInZone "all replicas of a service in one zone",
        "service-in-region" => ServiceInRegion "a service in one region",
        "service" => Service "a service everywhere",
        "zone" => Zone "a zone and all in it",
        "region" => Region "a region and all in it",
        "cell" => Cell "a cell of a region and all in it; the region, where it is not split",
        "service-in-cell" => ServiceInCell "a service in one cell of a region",
        "everywhere" => Everywhere "all places at once",
        "zone-link" => ZoneLink "the link between two zones of a region",
        "region-link" => RegionLink "the link between two regions",
    }
}

choice! {
    /// Whose time to failure an `mtbf` is.
    MtbfPerWord is "MtbfPer" as "whose time to failure it is" {
        "cell" => Cell "that of each cell: more cells fail more often",
        "region" => Region "that of all cells of a region together: each fails the less, the more there are",
    }
}

/// What a fault does to its place.
#[derive(Debug, Clone)]
pub(in crate::model) enum EffectWord {
    Down,
    Nothing,
    Corrupt,
    Gray(RawGrayEffect),
}

record! {
    /// The place stays up and works badly.
    RawGrayEffect is "GrayEffect" as "an effect" {
        /// This share of the capacity is left; default 100%.
        optional "capacity" capacity: Share,
        /// This share of the requests fails; default 0%.
        optional "errors" errors: Share,
    }
}

impl Decode for EffectWord {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        if let Value::Mapping(entries) = &*node.value {
            let effect = RawGrayEffect::decode(node, reader)?;
            if entries.is_empty() {
                let hint = "write down, corrupt, none, or for example { errors: 20% }";
                return reader.mismatch(node, "an effect", hint);
            }
            return Some(Self::Gray(effect));
        }
        match word(node, reader, "an effect", &["down", "corrupt", "none"])? {
            "none" => Some(Self::Nothing),
            "corrupt" => Some(Self::Corrupt),
            _ => Some(Self::Down),
        }
    }
}

impl JsonSchema for EffectWord {
    fn schema_name() -> Cow<'static, str> {
        "Effect".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let gray = generator.subschema_for::<RawGrayEffect>();
        json_schema!({ "anyOf": [
            { "const": "down", "description": "the place is down" },
            { "const": "corrupt", "description": "the data there and its copies are of no use: only backups are left" },
            { "const": "none", "description": "only runbook steps that need it notice" },
            gray,
        ] })
    }
}

/// Probes of every journey from outside, or none.
#[derive(Debug, Clone)]
pub(in crate::model) enum RawCanary {
    Absent,
    Probes(CanaryProbes),
}

impl Decode for RawCanary {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Mapping(_) => CanaryProbes::decode(node, reader).map(Self::Probes),
            Value::Scalar { text, .. } if text == "none" => Some(Self::Absent),
            _ => reader.mismatch(node, "a canary", "write { every: 5m } or none"),
        }
    }
}

impl JsonSchema for RawCanary {
    fn schema_name() -> Cow<'static, str> {
        "CanaryOrNone".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let probes = generator.subschema_for::<CanaryProbes>();
        json_schema!({ "anyOf": [probes, { "const": "none", "description": "no canary" }] })
    }
}

record! {
    /// Probes of every journey from outside.
    CanaryProbes is "Canary" as "a canary" {
        /// Time between two probes.
        required "every" every: Seconds,
        /// Failed probes in a row until a fault counts as noticed; default 2.
        optional "misses" misses: Times,
    }
}

choice! {
    /// A shock.
    StrikesWord is "Strikes" as "what a shock strikes" {
        "replicas" => Replicas "every replica in the place that is up",
    }
}

record! {
    /// A cascade: with this probability the same fault takes the service's other replicas in the place.
    RawSpread is "Spread" as "a cascade" {
        /// How far it reaches.
        required "to" to: SpreadWord,
        /// Chance that a failure spreads.
        required "probability" probability: Share,
    }
}

choice! {
    /// How far a cascade reaches.
    SpreadWord is "SpreadTo" as "how far a cascade reaches" {
        "zone" => Zone "replicas of the service in the same zone",
        "cell" => Cell "replicas of the service in the same cell",
        "region" => Region "replicas of the service in the same region",
        "everywhere" => Everywhere "replicas of the service everywhere",
    }
}

record! {
    /// People who repair.
    RawCrew is "Crew" as "a crew" {
        /// How many they are; default 1.
        optional "size" size: u32,
        /// Who is repaired next; default fifo.
        optional "order" order: OrderWord,
        /// Time until a free member sets out, drawn by each (fault, zone) that waits; the first to elapse is served; default at once.
        optional "dispatch" dispatch: Time,
        /// When they are at work, and how long it takes to begin otherwise; default always at work.
        optional "on_call" on_call: RawOnCall,
    }
}

record! {
    /// People who sleep.
    RawOnCall is "OnCall" as "hours of work" {
        /// Hours of the day at which they are at work: `9-17`, or `22-6`.
        required "hours" hours: Hours,
        /// Time from being called at other hours until the work begins.
        required "night" night: Time,
    }
}

impl Decode for Hours {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let hint = "write for example 9-17, or 22-6";
        let (text, _) = reader.scalar(node, "hours of the day", hint)?;
        let hour = |text: &str| {
            let hour: f64 = text.trim().parse().ok()?;
            (0.0..=24.0).contains(&hour).then_some(hour)
        };
        let ends = text
            .split_once('-')
            .and_then(|(from, to)| Some((hour(from)?, hour(to)?)));
        match ends {
            Some((from, to)) if from != to && from - to < 24.0 => Some(Self { from, to }),
            _ => reader.mismatch(node, "two different hours of the day, 0 to 24", hint),
        }
    }
}

impl JsonSchema for Hours {
    fn schema_name() -> Cow<'static, str> {
        "Hours".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^ *([01]?[0-9]([.][0-9]+)?|2[0-3]([.][0-9]+)?|24([.]0*)?) *- *([01]?[0-9]([.][0-9]+)?|2[0-3]([.][0-9]+)?|24([.]0*)?) *$",
            "description": "hours of the day, such as 9-17 or 22-6",
        })
    }
}

choice! {
    /// Which repair is taken up next.
    OrderWord is "CrewOrder" as "an order of repair" {
        "fifo" => Fifo "first come, first served",
        "random" => Random "one of the waiting, uniformly",
        "priority" => Priority "the lowest `priority` of the faults, then arrival",
    }
}
