//! What users do, as far as the files tell: where requests come in.

use std::collections::BTreeSet;

use super::system::{CallKind, Kind, Part, System};

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
            everything: Some(system.names.unique("everything")),
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
    let (called, watchers, calls) = (system.called(), system.watchers(), system.calls_by_caller());
    let is_inside = |name: &str, part: &Part| {
        !part.makes_load
            && !part.is_aside
            && part.kind != Kind::External
            && !watchers.contains(name)
    };
    let makes_calls = |name: &str| {
        let mut own = calls.get(name).into_iter().flatten();
        own.any(|(_, call)| call.kind != CallKind::Async)
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
    let all = || {
        system
            .parts
            .iter()
            .filter(|(name, part)| is_inside(name, part))
    };
    let names = |wanted: &dyn Fn(&str, &Part) -> bool| -> Vec<&String> {
        all()
            .filter(|(name, part)| wanted(name, part))
            .map(|(name, _)| name)
            .collect()
    };
    let seen = names(&|_, part| {
        part.entry
            .as_ref()
            .is_some_and(|entry| entry.requests.is_some())
    });
    // What is called by something that makes load, and from where traces begin.
    let loaded: BTreeSet<&str> = system
        .calls
        .keys()
        .filter(|(from, _)| {
            let part = system.parts.get(from);
            part.is_some_and(|part| part.makes_load && part.entry.is_some())
        })
        .map(|(_, to)| to.as_str())
        .collect();
    let loaded = names(&|name, _| loaded.contains(name));
    let open =
        names(&|name, part| part.entry.is_some() && !called.contains(name) && makes_calls(name));
    let uncalled = names(&|name, _| !called.contains(name) && makes_calls(name));
    let reachable = names(&|name, part| part.entry.is_some() && makes_calls(name));
    let chosen = [seen, loaded, open, uncalled, reachable]
        .into_iter()
        .find(|list| !list.is_empty())
        .unwrap_or_default();
    chosen.into_iter().map(of).collect()
}

/// Services that no entry reaches by calls that can fail it.
fn unneeded(system: &System, journeys: &[Journey]) -> Vec<String> {
    let (calls, watchers) = (system.calls_by_caller(), system.watchers());
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = journeys
        .iter()
        .map(|journey| journey.entry.as_str())
        .collect();
    while let Some(name) = open.pop() {
        if !reached.insert(name) {
            continue;
        }
        let own = calls.get(name).into_iter().flatten();
        let required = own.filter(|(_, call)| call.kind == CallKind::Required);
        open.extend(required.map(|(to, _)| *to));
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
                && !watchers.contains(name.as_str())
        })
        .map(|(name, _)| name.clone())
        .collect()
}
