//! What users do, as far as the files tell: where requests come in.

use std::collections::BTreeSet;

use super::system::{CallKind, Kind, System};

/// Where a kind of request arrives.
#[derive(Debug)]
pub(super) struct Journey {
    pub(super) entry: String,
    /// Requests that were counted.
    pub(super) requests: Option<u64>,
    /// How it is known that requests come in there.
    pub(super) why: String,
}

/// The journeys of a system.
#[derive(Debug)]
pub(super) struct Journeys {
    pub(super) list: Vec<Journey>,
    /// Name of the service that requires all others, where no calls are known.
    pub(super) everything: Option<String>,
    /// Services that no journey needs: what becomes of them costs nothing.
    pub(super) unneeded: Vec<String>,
}

/// Chooses the journeys: where requests were seen to come in, else where they may, else what nothing calls.
pub(super) fn choose(system: &mut System) -> Journeys {
    let list = if has_calls(system) {
        entries(system)
    } else {
        Vec::new()
    };
    if list.is_empty() {
        return Journeys {
            everything: Some(system.names.unique("everything".to_owned())),
            list,
            unneeded: Vec::new(),
        };
    }
    let unneeded = unneeded(system, &list);
    Journeys {
        list,
        everything: None,
        unneeded,
    }
}

fn has_calls(system: &System) -> bool {
    system.calls.iter().any(|((from, _), call)| {
        call.kind != CallKind::Async && !system.parts.get(from).is_some_and(|part| part.makes_load)
    })
}

fn entries(system: &System) -> Vec<Journey> {
    let is_inside = |name: &str| {
        system.parts.get(name).is_some_and(|part| {
            !part.makes_load
                && !part.is_aside
                && !matches!(part.kind, Kind::External)
                && !system.takes_telemetry(name)
        })
    };
    let makes_calls = |name: &str| {
        system
            .calls_of(name)
            .any(|(_, call)| call.kind != CallKind::Async)
            || matches!(system.parts[name].kind, Kind::AnyOf(_))
    };
    let of = |name: &String| {
        let entry = system.parts[name].entry.as_ref();
        Journey {
            entry: name.clone(),
            requests: entry.and_then(|entry| entry.requests),
            why: entry.map_or_else(
                || "assumed: nothing calls it".to_owned(),
                |entry| entry.why.clone(),
            ),
        }
    };
    let names: Vec<&String> = system.parts.keys().filter(|name| is_inside(name)).collect();
    let is_entry = |name: &&&String| system.parts[**name].entry.is_some();
    let seen: Vec<&&String> = names
        .iter()
        .filter(|name| {
            system.parts[**name]
                .entry
                .as_ref()
                .is_some_and(|entry| entry.requests.is_some())
        })
        .collect();
    let uncalled: Vec<&&String> = names
        .iter()
        .filter(|name| !system.is_called(name) && makes_calls(name))
        .collect();
    let open: Vec<&&String> = uncalled.iter().copied().filter(is_entry).collect();
    let reachable: Vec<&&String> = names
        .iter()
        .filter(is_entry)
        .filter(|name| makes_calls(name))
        .collect();
    let loaded: Vec<&&String> = names
        .iter()
        .filter(|name| {
            system.calls.keys().any(|(from, to)| {
                to == **name
                    && system
                        .parts
                        .get(from)
                        .is_some_and(|part| part.makes_load && part.entry.is_some())
            })
        })
        .collect();
    let chosen = [seen, loaded, open, uncalled, reachable]
        .into_iter()
        .find(|list| !list.is_empty())
        .unwrap_or_default();
    chosen.into_iter().map(|name| of(name)).collect()
}

/// Services that no entry reaches by calls that can fail it.
fn unneeded(system: &System, journeys: &[Journey]) -> Vec<String> {
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = journeys
        .iter()
        .map(|journey| journey.entry.as_str())
        .collect();
    while let Some(name) = open.pop() {
        if !reached.insert(name) {
            continue;
        }
        let calls = system
            .calls_of(name)
            .filter(|(_, call)| call.kind == CallKind::Required);
        open.extend(calls.map(|(to, _)| to));
        if let Some(Kind::AnyOf(members)) = system.parts.get(name).map(|part| &part.kind) {
            open.extend(members.iter().map(String::as_str));
        }
    }
    system
        .parts
        .iter()
        .filter(|(name, part)| {
            !part.makes_load
                && !part.is_aside
                && !reached.contains(name.as_str())
                && !system.takes_telemetry(name)
        })
        .map(|(name, _)| name.clone())
        .collect()
}
