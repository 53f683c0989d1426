//! What an import knows, what it assumes and what could not be known: said at the head of the model and on stderr.

use std::fmt::Write as _;

use serde::Serialize;

use super::journeys::Journeys;
use super::names::{count, list};
use super::system::{CallKind, Evidence, Kind, Part, System};

/// Everything that is to be said of an import besides the model itself, in sentences.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Summary {
    /// What the files say.
    pub known: Vec<String>,
    /// What is taken for granted instead of what they do not say.
    pub assumed: Vec<String>,
    /// What could not be known.
    pub unknown: Vec<String>,
    /// Cycles of required calls, and how each was broken.
    pub cycles: Vec<String>,
    /// What of the files is not in the model.
    pub left_out: Vec<String>,
}

impl Summary {
    pub(super) fn of(system: &System, journeys: &Journeys) -> Self {
        Self {
            known: known(system, journeys),
            assumed: assumed(system, journeys),
            unknown: unknown(system, journeys),
            left_out: system.left_out.iter().cloned().collect(),
            cycles: cycles(system),
        }
    }

    /// The sections with something in them, each with its title.
    pub(super) fn sections(&self) -> Vec<(&'static str, &[String])> {
        [
            ("known from the files", &self.known),
            ("assumed, and marked so below", &self.assumed),
            ("could not be known", &self.unknown),
            (
                "cycles of required calls, which a model cannot have",
                &self.cycles,
            ),
            ("left out", &self.left_out),
        ]
        .into_iter()
        .map(|(title, lines)| (title, lines.as_slice()))
        .filter(|(_, lines)| !lines.is_empty())
        .collect()
    }

    /// As text to be read on a terminal.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (title, lines) in self.sections() {
            let title = title.trim_end_matches(", and marked so below");
            let _ = writeln!(text, "{title}:");
            for line in lines {
                let _ = writeln!(text, "  - {line}");
            }
        }
        text
    }
}

fn known(system: &System, journeys: &Journeys) -> Vec<String> {
    let externals = system
        .parts
        .values()
        .filter(|part| matches!(part.kind, Kind::External))
        .count();
    let copies = system
        .parts
        .values()
        .filter(|part| part.replicas.is_some() && !part.is_managed)
        .count();
    let mut services = count(system.parts.len(), "service");
    if externals > 0 {
        let _ = write!(services, ", {externals} of them external");
    }
    if copies > 0 {
        let _ = write!(services, "; the number of copies of {copies}");
    }
    let of = |kind| {
        system
            .calls
            .values()
            .filter(|call| call.kind == kind)
            .count()
    };
    let mut calls = count(system.calls.len(), "call");
    let kinds: Vec<String> = [
        (CallKind::Required, "required"),
        (CallKind::Optional, "optional"),
        (CallKind::Async, "asynchronous"),
    ]
    .into_iter()
    .filter(|(kind, _)| of(*kind) > 0)
    .map(|(kind, word)| format!("{} {word}", of(kind)))
    .collect();
    if !kinds.is_empty() {
        let _ = write!(calls, ": {}", kinds.join(", "));
    }
    let mut lines = vec![services];
    if !system.calls.is_empty() {
        lines.push(calls);
    }
    if !system.regions.is_empty() {
        let zones: usize = system
            .regions
            .values()
            .map(std::collections::BTreeSet::len)
            .sum();
        let names = list(system.regions.keys().map(String::as_str));
        let zones = if zones == 0 {
            String::new()
        } else {
            format!(", {}", count(zones, "zone"))
        };
        lines.push(format!(
            "{}: {names}{zones}",
            count(system.regions.len(), "region")
        ));
    }
    if journeys
        .list
        .iter()
        .any(|journey| !journey.why.starts_with("assumed"))
    {
        let entries = list(journeys.list.iter().map(|journey| journey.entry.as_str()));
        lines.push(format!("where requests come in: {entries}"));
    }
    lines
}

fn assumed(system: &System, journeys: &Journeys) -> Vec<String> {
    let replicated = || {
        system
            .parts
            .values()
            .filter(|part| part.kind == Kind::Replicated)
    };
    let mut lines =
        vec!["how often things fail and how long that takes to mend: all of `faults`".to_owned()];
    let has_several = |part: &&Part| part.replicas.as_ref().is_some_and(|(n, _)| *n > 1);
    let needs = replicated()
        .filter(|part| part.needs.is_none() && !part.is_managed)
        .filter(has_several)
        .count();
    if needs > 0 {
        lines.push(format!(
            "that one copy carries the load: `needs` of {}",
            count(needs, "service")
        ));
    }
    let copies = replicated().filter(|part| part.replicas.is_none()).count();
    if copies > 0 {
        lines.push(format!(
            "that one copy runs of {}",
            count(copies, "service")
        ));
    }
    let managed = replicated().filter(|part| part.is_managed).count();
    if managed > 0 {
        lines.push(format!(
            "that the cloud runs {} in three zones, of which one is enough",
            count(managed, "managed service")
        ));
    }
    let sizes = replicated()
        .filter(|part| part.data.as_ref().is_some_and(|data| data.size.is_none()))
        .count();
    if sizes > 0 {
        lines.push(format!(
            "the size of the data of {}",
            count(sizes, "service")
        ));
    }
    match system.regions.len() {
        0 => lines.push("two regions of three zones".to_owned()),
        1 => lines.push("a second region, for the patterns that need one".to_owned()),
        _ => {}
    }
    if system
        .regions
        .values()
        .any(std::collections::BTreeSet::is_empty)
    {
        lines.push("three zones in regions of which none is named".to_owned());
    }
    let guessed = system
        .calls
        .values()
        .filter(|call| call.kind == CallKind::Required && call.evidence < Evidence::Seen)
        .count();
    if guessed > 0 {
        let verb = if guessed == 1 { "fails" } else { "fail" };
        lines.push(format!(
            "that {} {verb} the caller when the callee is down: `required` is the careful reading",
            count(guessed, "call")
        ));
    }
    if journeys.everything.is_some() {
        lines.push("that everything is required, as no calls are known".to_owned());
    } else if journeys
        .list
        .iter()
        .any(|journey| journey.why.starts_with("assumed"))
    {
        lines.push("that requests come in where nothing calls".to_owned());
    }
    lines
}

fn unknown(system: &System, journeys: &Journeys) -> Vec<String> {
    let mut lines = Vec::new();
    if system.calls.is_empty() {
        lines.push("what calls what: the files hold no call edges. Write `calls`, or import traces as well".to_owned());
    }
    if !journeys.unneeded.is_empty() {
        lines.push(format!(
            "which requests need {}: none do in this model, so a loss there costs nothing",
            list(journeys.unneeded.iter().map(String::as_str))
        ));
    }
    lines.extend(system.unknown.iter().cloned());
    lines.push("prices: costs are not worked out until services have a `price`".to_owned());
    if system.names.changed > 0 {
        lines.push(format!(
            "{} could not stay as written: too long, or with characters that a name cannot have",
            count(system.names.changed, "name")
        ));
    }
    lines
}

fn cycles(system: &System) -> Vec<String> {
    system
        .calls
        .iter()
        .filter_map(|((from, to), call)| {
            let cycle = shown(call.cycle.as_ref()?);
            let why = match call.count {
                Some(_) => "the least frequent of",
                None => "as nothing says which call is the weakest of",
            };
            Some(format!("{from} -> {to} is made optional, {why} {cycle}"))
        })
        .collect()
}

/// A cycle in words; of long ones the ends.
pub(super) fn shown(cycle: &[String]) -> String {
    if cycle.len() <= 8 {
        return cycle.join(" -> ");
    }
    let (first, last) = (&cycle[..4], &cycle[cycle.len() - 3..]);
    format!("{} -> … -> {}", first.join(" -> "), last.join(" -> "))
}
