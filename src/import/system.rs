//! What the files say of a system, put together from all of them.
//!
//! Readers add what they find; nothing is assumed here. What no file says stays `None`, and [`super::write`] says what
//! it takes instead.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::{IndexMap, IndexSet};

use super::error::ImportError;
use super::names::Names;

/// Most services of a system.
const MAX_PARTS: usize = 5_000;
/// Most calls between them.
const MAX_CALLS: usize = 50_000;
/// Most copies of one service: more are a number in the wrong place.
pub(super) const MAX_REPLICAS: u64 = 10_000;

/// A system, as far as it is known.
#[derive(Debug, Default)]
pub(super) struct System {
    pub(super) names: Names,
    pub(super) parts: IndexMap<String, Part>,
    pub(super) calls: IndexMap<(String, String), Call>,
    /// Zones of the regions that the files name.
    pub(super) regions: BTreeMap<String, BTreeSet<String>>,
    /// What could not be known, in the order in which it was met, each once.
    pub(super) unknown: IndexSet<String>,
    /// What was left out, and why.
    pub(super) left_out: IndexSet<String>,
    /// Requests that came in from outside and the time that they took, of traces.
    pub(super) traffic: Option<Traffic>,
}

/// One service.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "answers that have nothing to do with each other"
)]
pub(super) struct Part {
    pub(super) kind: Kind,
    /// Copies in one region, and how that is known.
    pub(super) replicas: Option<(u64, String)>,
    /// Whether that number is not from a file, but the cloud's habit.
    pub(super) is_managed: bool,
    /// Copies that must be up, and how that is known.
    pub(super) needs: Option<(u64, String)>,
    pub(super) data: Option<Data>,
    /// Whether one of its copies is primary at a time.
    pub(super) takes_over: bool,
    /// Regions in which it runs.
    pub(super) regions: BTreeSet<String>,
    pub(super) entry: Option<Entry>,
    /// Whether it only makes requests, for a test.
    pub(super) makes_load: bool,
    /// Whether requests may well do without it.
    pub(super) is_aside: bool,
    /// Services that are started before it.
    pub(super) starts_after: BTreeSet<String>,
    /// Further things that are known of it, one a line.
    pub(super) remarks: IndexSet<String>,
}

/// What a service is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    /// It runs in copies.
    #[default]
    Replicated,
    /// Somebody else runs it, in no region that is known.
    External,
    /// A name for several services, of which one must be up.
    AnyOf(Vec<String>),
}

/// What a service keeps.
#[derive(Debug, Clone)]
pub(super) struct Data {
    /// \[byte\]
    pub(super) size: Option<u64>,
    /// How it is known that it keeps data.
    pub(super) why: String,
}

/// A service at which requests arrive from outside.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    /// How that is known.
    pub(super) why: String,
    /// Requests that were counted.
    pub(super) requests: Option<u64>,
}

/// Requests that were seen to come in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Traffic {
    pub(super) requests: u64,
    /// \[s\]
    pub(super) seconds: f64,
}

/// One service calls another.
#[derive(Debug, Clone)]
pub(super) struct Call {
    pub(super) kind: CallKind,
    pub(super) evidence: Evidence,
    /// Calls that were counted.
    pub(super) count: Option<u64>,
    /// Names of the services along the cycle that it would close, if it is optional for that.
    pub(super) cycle: Option<Vec<String>>,
}

/// What becomes of the caller without the callee.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CallKind {
    Async,
    Optional,
    Required,
}

/// How a call is known, the weakest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Evidence {
    /// Start order, which the user takes for calls.
    StartOrder,
    /// An environment variable holds the address.
    Address,
    /// A dependency graph says so.
    Stated,
    /// It was seen in traces.
    Seen,
}

impl System {
    /// The part of a name, new if it is met for the first time.
    pub(super) fn part(&mut self, raw: &str) -> &mut Part {
        let name = self.names.of(raw);
        self.parts.entry(name).or_default()
    }

    /// Adds a call between parts, by their names in the files. What is seen outweighs what is stated. A part that calls
    /// itself needs nothing else.
    pub(super) fn call(&mut self, from: &str, to: &str, call: Call) {
        let pair = (self.names.of(from), self.names.of(to));
        if pair.0 == pair.1 {
            return;
        }
        for name in [&pair.0, &pair.1] {
            self.parts.entry(name.clone()).or_default();
        }
        let Some(known) = self.calls.get_mut(&pair) else {
            self.calls.insert(pair, call);
            return;
        };
        if call.evidence > known.evidence {
            *known = call;
        } else if call.evidence == known.evidence {
            known.kind = known.kind.max(call.kind);
            known.count = match (known.count, call.count) {
                (Some(one), Some(other)) => Some(one.saturating_add(other)),
                (one, other) => one.or(other),
            };
        }
    }

    /// Notes something that the files do not say.
    pub(super) fn unknown(&mut self, what: impl Into<String>) {
        self.unknown.insert(what.into());
    }

    /// Notes something that was left out.
    pub(super) fn left_out(&mut self, what: impl Into<String>) {
        self.left_out.insert(what.into());
    }

    /// Notes that a zone is in use.
    pub(super) fn zone(&mut self, region: &str, zone: &str) {
        self.regions
            .entry(region.to_owned())
            .or_default()
            .insert(zone.to_owned());
    }

    /// Refuses more than a model can sensibly have.
    pub(super) fn check_size(&self) -> Result<(), ImportError> {
        let too_many = [
            (self.parts.len(), MAX_PARTS, "services"),
            (self.calls.len(), MAX_CALLS, "calls"),
        ];
        for (n, most, what) in too_many {
            if n > most {
                return Err(ImportError::new(
                    format!("the files hold {n} {what}; at most {most} can be imported"),
                    "import a part of them: the services behind one entry, say",
                ));
            }
        }
        for (name, part) in &self.parts {
            if let Some((n, _)) = &part.replicas
                && *n > MAX_REPLICAS
            {
                return Err(ImportError::new(
                    format!("{name} has {n} copies; at most {MAX_REPLICAS} can be imported"),
                    "check the number; or let one replica stand for many, such as a node pool",
                ));
            }
        }
        Ok(())
    }

    /// Parts that something calls for the sake of a request: not to make load, and not to watch them.
    pub(super) fn called(&self) -> BTreeSet<&str> {
        let watchers = self.watchers();
        let mut called = BTreeSet::new();
        for ((from, to), call) in &self.calls {
            let is_beside = self
                .parts
                .get(from)
                .is_some_and(|part| part.makes_load || part.is_aside);
            if call.kind != CallKind::Async && !is_beside && !watchers.contains(from.as_str()) {
                called.insert(to.as_str());
            }
        }
        called
    }

    /// Parts to which others only send telemetry. What they call themselves, they watch.
    pub(super) fn watchers(&self) -> BTreeSet<&str> {
        let is_telemetry =
            |call: &Call| call.kind == CallKind::Async && call.evidence == Evidence::Address;
        let mut watchers = BTreeSet::new();
        let mut others = BTreeSet::new();
        for ((_, to), call) in &self.calls {
            if is_telemetry(call) {
                watchers.insert(to.as_str());
            } else {
                others.insert(to.as_str());
            }
        }
        watchers.retain(|name| !others.contains(name));
        watchers
    }

    /// The calls of each part, in the order in which they were met.
    pub(super) fn calls_by_caller(&self) -> BTreeMap<&str, Vec<(&str, &Call)>> {
        let mut calls: BTreeMap<&str, Vec<(&str, &Call)>> = BTreeMap::new();
        for ((from, to), call) in &self.calls {
            calls.entry(from).or_default().push((to, call));
        }
        calls
    }
}

impl Call {
    pub(super) fn new(kind: CallKind, evidence: Evidence) -> Self {
        Self {
            kind,
            evidence,
            count: None,
            cycle: None,
        }
    }
}

/// Whether the name of a part says that it only makes requests for a test.
pub(super) fn makes_load(name: &str) -> bool {
    let letters: String = name
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_lowercase())
        .collect();
    ["loadgen", "loadtest", "locust", "trafficgen"]
        .iter()
        .any(|word| letters.contains(word))
}
