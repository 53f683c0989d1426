//! Topologies, failover, replication, backups and drills as they are written.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::super::decode::{Decode, Name, Reader, Spanned};
use super::super::record::{choice, record};
use super::super::times::Time;
use super::super::types::Hours;
use super::super::values::{Amount, ByteRate, Seconds, SecondsOrNever, Share, Times};
use super::super::yaml::{Node, Value};
use super::RawCanary;

record! {
    /// A topology: a pattern over some regions.
    RawTopology is "Topology" as "a topology" {
        /// Its kind.
        required "pattern" pattern: PatternWord,
        /// Its regions, the primary first; default the model's first ones.
        optional "regions" regions: Vec<Spanned<Name>>,
        /// What a warm standby runs and carries before it is scaled up; default 30%.
        optional "standby_scale" standby_scale: Share,
        /// What each active-active region runs and carries; default 100%.
        optional "scale" scale: Share,
        /// Shares of traffic of active-active regions; default equal.
        optional "split" split: Vec<Share>,
        /// Whether a required call may be met by any region of the topology; default false.
        optional "cross_region_calls" cross_region_calls: bool,
        /// Independent copies of the stack in each region, each with an equal share of its users; default 1.
        optional "cells" cells: Times,
        /// Overrides keys of the model's failover.
        optional "failover" failover: RawFailover,
        /// Takes the place of the model's canary.
        optional "canary" canary: RawCanary,
    }
}

choice! {
    /// A kind of topology.
    PatternWord is "Pattern" as "a pattern" {
        "single-az" => SingleAz "one zone of one region",
        "multi-az" => MultiAz "all zones of one region",
        "backup-restore" => BackupRestore "a second region, built from backups when needed",
        "pilot-light" => PilotLight "a second region that runs stateful services only",
        "warm-standby" => WarmStandby "a second region that runs a share of everything",
        "hot-standby" => HotStandby "a second region that runs everything",
        "active-active" => ActiveActive "two or more regions, all serving",
    }
}

record! {
    /// How traffic is moved.
    RawFailover is "Failover" as "a failover" {
        /// From the loss until it is noticed; default { probe: 10s, misses: 3 }, without timeout, and nothing is held down.
        optional "detect" detect: RawDetect,
        /// From noticed until decided: automatic, or a person's time; default automatic.
        optional "decide" decide: RawDecide,
        /// From decided until the standby is ready; the default depends on the pattern.
        optional "activate" activate: Time,
        /// From ready until clients have moved; default { ttl: 60s }, nobody stuck.
        optional "reroute" reroute: RawReroute,
        /// Chance that an attempt succeeds; default 100%.
        optional "success" success: Share,
        /// Wait before another attempt, or never; default 30m.
        optional "retry" retry: SecondsOrNever,
        /// Time between needless failovers; default never.
        optional "false_alarm" false_alarm: TimeOrNever,
        /// The way back, or never; default { wait: 1h, takes: 5m }, at any hour, without disruption or drain.
        optional "failback" failback: RawFailback,
        /// Hidden faults of a standby; default never.
        optional "rot" rot: RawRot,
        /// The recovery step by step, instead of `activate`.
        optional "plan" plan: Vec<Spanned<RawStep>>,
    }
}

choice! {
    /// Where probes come from.
    ProbesFromWord is "ProbesFrom" as "a place of probes" {
        "outside" => Outside "where clients are: a cut between the regions leaves them alone",
        "standby" => Standby "the region that stands by: they fail while the link between the regions is cut",
    }
}

record! {
    /// Health checks.
    HealthCheck is "Probe" as "a health check" {
        /// Time between two probes; default 10s.
        optional "probe" probe: Seconds,
        /// Failed probes in a row until it is declared; default 3.
        optional "misses" misses: Times,
        /// How long a probe waits for an answer before it has failed; default 0s.
        optional "timeout" timeout: Seconds,
        /// After traffic has moved, nothing is declared for so long; default 0s.
        optional "hold_down" hold_down: Seconds,
        /// Where the probes of a primary come from; default outside.
        optional "from" from: ProbesFromWord,
    }
}

/// How a loss is noticed.
#[derive(Debug, Clone)]
pub(in crate::model) enum RawDetect {
    Probe(HealthCheck),
    Drawn(Time),
}

impl Decode for RawDetect {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Mapping(entries)
                if entries.iter().any(|entry| {
                    matches!(
                        &*entry.key,
                        "probe" | "misses" | "timeout" | "hold_down" | "from"
                    )
                }) =>
            {
                HealthCheck::decode(node, reader).map(Self::Probe)
            }
            _ => Time::decode(node, reader).map(Self::Drawn),
        }
    }
}

/// How a failover is decided.
#[derive(Debug, Clone)]
pub(in crate::model) enum RawDecide {
    Automatic,
    Drawn(Time),
}

impl Decode for RawDecide {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        if matches!(&*node.value, Value::Scalar { text, .. } if text == "automatic") {
            return Some(Self::Automatic);
        }
        if matches!(&*node.value, Value::Scalar { text, .. } if !text.contains(|c: char| c.is_ascii_digit()))
        {
            return reader.mismatch(
                node,
                "automatic, or a person's time",
                "write automatic, or a time such as 15m",
            );
        }
        Time::decode(node, reader).map(Self::Drawn)
    }
}

record! {
    /// Clients that look names up.
    Ttl is "Ttl" as "a time to live" {
        /// Clients move evenly over this time.
        required "ttl" ttl: Seconds,
        /// Share of clients that never look them up again; default 0%.
        optional "stuck" stuck: Share,
    }
}

/// How clients move.
#[derive(Debug, Clone)]
pub(in crate::model) enum RawReroute {
    Ttl(Ttl),
    Drawn(Time),
}

impl Decode for RawReroute {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Mapping(entries)
                if entries
                    .iter()
                    .any(|entry| matches!(&*entry.key, "ttl" | "stuck")) =>
            {
                Ttl::decode(node, reader).map(Self::Ttl)
            }
            _ => Time::decode(node, reader).map(Self::Drawn),
        }
    }
}

record! {
    /// The way back to the old primary.
    Back is "Back" as "a failback" {
        /// How long the old primary must have been healthy; default 1h.
        optional "wait" wait: Seconds,
        /// Hours of the day in which it may begin, such as 1-5; default any.
        optional "hours" hours: Hours,
        /// At its beginning nobody is served for so long; default 0s.
        optional "disruption" disruption: Seconds,
        /// Chance that it succeeds; if not, traffic stays and the wait begins anew; default 100%.
        optional "success" success: Share,
        /// How long the move takes; default 5m.
        optional "takes" takes: Seconds,
        /// Whether the region that clients leave stays ready until all have moved; default false.
        optional "drain" drain: bool,
    }
}

/// The way back, if there is one.
#[derive(Debug, Clone)]
pub(in crate::model) enum RawFailback {
    Never,
    Back(Back),
}

impl Decode for RawFailback {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Mapping(_) => Back::decode(node, reader).map(Self::Back),
            Value::Scalar { text, .. } if text == "never" => Some(Self::Never),
            _ => reader.mismatch(node, "a failback", "write { wait: 1h, takes: 5m } or never"),
        }
    }
}

/// A time, or `never`.
#[derive(Debug, Clone)]
pub(in crate::model) enum TimeOrNever {
    Never,
    Drawn(Time),
}

impl Decode for TimeOrNever {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        if matches!(&*node.value, Value::Scalar { text, .. } if text == "never") {
            return Some(Self::Never);
        }
        Time::decode(node, reader).map(Self::Drawn)
    }
}

record! {
    /// Hidden faults that make a standby unusable until found by use or by a drill.
    RawRot is "Rot" as "the rot of a standby" {
        /// Time until the next one.
        required "mtbf" mtbf: Time,
        /// Time to mend it.
        required "fix" fix: Time,
    }
}

record! {
    /// One step of a recovery.
    RawStep is "Step" as "a step" {
        /// Its name.
        required "step" step: Spanned<Name>,
        /// How long it takes.
        required "takes" takes: Time,
        /// Crew that does it: it waits for a free member.
        optional "by" by: Spanned<Name>,
        /// Where `by` works by priority: the lowest first; default before all repairs.
        optional "priority" priority: u32,
        /// Chance that a try succeeds; default 100%.
        optional "success" success: Share,
        /// Tries, one right after the other, before the attempt has failed; default 1.
        optional "attempts" attempts: Times,
        /// Services that must be up and faults that must not be active: it stands still meanwhile.
        optional "needs" needs: Vec<Spanned<Name>>,
        /// The step with which it begins; default after all steps before it.
        optional "beside" beside: Spanned<Name>,
    }
}

record! {
    /// How data is copied to other regions.
    RawReplication is "Replication" as "a replication" {
        /// Whether writes wait for the copies; default async.
        optional "mode" mode: ModeWord,
        /// How far a copy is behind; default { lognormal: { median: 1s, p95: 20s } }.
        optional "lag" lag: Time,
    }
}

choice! {
    /// Whether writes wait for the copies.
    ModeWord is "ReplicationMode" as "a mode of replication" {
        "async" => Async "copies are behind by a lag",
        "sync" => Sync "writes wait for the copies",
    }
}

record! {
    /// Backups.
    RawBackups is "Backups" as "backups" {
        /// Time between two backups; default 24h.
        optional "every" every: Seconds,
        /// Rate of a restore; default 200MB/s.
        optional "restore" restore: ByteRate,
    }
}

record! {
    /// Game days.
    RawDrills is "Drills" as "drills" {
        /// Time between two.
        required "every" every: Seconds,
        /// What is done; default gameday.
        optional "kind" kind: DrillWord,
        /// How long the standby serves on a game day, default 30m; on a rotation, over how long traffic moves, default 0s.
        optional "takes" takes: Seconds,
        /// How long nobody is served while traffic is switched; default 1m.
        optional "disruption" disruption: Seconds,
        /// Cost of one; default not priced.
        optional "cost" cost: Amount,
    }
}

choice! {
    /// A kind of drill.
    DrillWord is "DrillKind" as "a kind of drill" {
        "gameday" => Gameday "a failover on a date",
        "rotation" => Rotation "live traffic alternates between the regions",
    }
}

/// Implements the schema of what is one of several forms.
macro_rules! any_schema {
    ($($name:ty => $title:literal [$($constant:literal $meaning:literal),*] [$($form:ty),*];)*) => {$(
        impl JsonSchema for $name {
            fn schema_name() -> Cow<'static, str> {
                $title.into()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                let mut forms = vec![$( json_schema!({ "const": $constant, "description": $meaning }) ),*];
                forms.extend([$( generator.subschema_for::<$form>() ),*]);
                json_schema!({ "anyOf": forms })
            }
        }
    )*};
}

any_schema! {
    RawDetect => "Detect" [] [HealthCheck, Time];
    RawDecide => "Decide" ["automatic" "at once"] [Time];
    RawReroute => "Reroute" [] [Ttl, Time];
    RawFailback => "Failback" ["never" "roles are swapped instead"] [Back];
    TimeOrNever => "TimeOrNever" ["never" "it never happens"] [Time];
}
