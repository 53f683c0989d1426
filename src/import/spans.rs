//! Spans of traces, whatever file they come from, to services and the calls between them.
//!
//! A call is a span whose parent is of another service. Where the callee left no span, the caller's span of kind client
//! or producer names it: `peer.service`, or the kind of a database or of a queue. Addresses only tell databases apart.

use std::collections::{BTreeMap, BTreeSet};

use super::names::count;
use super::places;
use super::system::{Call, CallKind, Data, Entry, Evidence, Kind, System, Traffic};

/// What a span was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum SpanKind {
    #[default]
    Internal,
    Server,
    Client,
    Producer,
    Consumer,
}

/// One operation of a service.
#[derive(Debug, Default)]
pub(super) struct Span {
    /// Index of its service among those of the traces.
    pub(super) service: usize,
    /// Trace and span, as they are written.
    pub(super) id: (String, String),
    pub(super) parent: Option<(String, String)>,
    /// Spans that it follows without their waiting for it.
    pub(super) follows: Vec<(String, String)>,
    pub(super) kind: SpanKind,
    /// \[s since 1970\]
    pub(super) start: Option<f64>,
    pub(super) peer: Peer,
}

/// What a span says of the other end.
#[derive(Debug, Default)]
pub(super) struct Peer {
    /// Name of the service that was called.
    pub(super) service: Option<String>,
    /// Kind of database.
    pub(super) database: Option<&'static str>,
    /// Kind of queue.
    pub(super) queue: Option<&'static str>,
    /// Address: only to tell databases apart.
    pub(super) address: Option<String>,
}

/// Spans, and the services that they are of.
#[derive(Debug, Default)]
pub(super) struct Spans {
    pub(super) all: Vec<Span>,
    services: Vec<String>,
    /// Instances of each service that were seen, by region; the name of a region is empty where it was not told.
    instances: Vec<BTreeMap<String, BTreeSet<String>>>,
    index: BTreeMap<String, usize>,
    zones: BTreeSet<(String, String)>,
    /// Spans of a service without a name.
    pub(super) nameless: usize,
}

/// Names of databases and queues, as the conventions of OpenTelemetry write them, and what they are called here.
const SYSTEMS: [(&str, &str); 38] = [
    ("postgresql", "postgresql"),
    ("mysql", "mysql"),
    ("mariadb", "mariadb"),
    ("mssql", "mssql"),
    ("microsoft.sql_server", "mssql"),
    ("oracle", "oracle"),
    ("oracle.db", "oracle"),
    ("redis", "redis"),
    ("valkey", "valkey"),
    ("mongodb", "mongodb"),
    ("cassandra", "cassandra"),
    ("memcached", "memcached"),
    ("elasticsearch", "elasticsearch"),
    ("opensearch", "opensearch"),
    ("dynamodb", "dynamodb"),
    ("aws.dynamodb", "dynamodb"),
    ("cockroachdb", "cockroachdb"),
    ("couchbase", "couchbase"),
    ("couchdb", "couchdb"),
    ("neo4j", "neo4j"),
    ("clickhouse", "clickhouse"),
    ("sqlite", "sqlite"),
    ("db2", "db2"),
    ("hbase", "hbase"),
    ("influxdb", "influxdb"),
    ("spanner", "spanner"),
    ("gcp.spanner", "spanner"),
    ("cosmosdb", "cosmosdb"),
    ("azure.cosmosdb", "cosmosdb"),
    ("kafka", "kafka"),
    ("rabbitmq", "rabbitmq"),
    ("activemq", "activemq"),
    ("aws_sqs", "sqs"),
    ("gcp_pubsub", "pubsub"),
    ("servicebus", "servicebus"),
    ("pulsar", "pulsar"),
    ("rocketmq", "rocketmq"),
    ("nats", "nats"),
];

/// The name of a kind of database or queue, if it is one that is known.
pub(super) fn system_name(text: &str) -> Option<&'static str> {
    SYSTEMS
        .iter()
        .find(|(known, _)| known.eq_ignore_ascii_case(text))
        .map(|(_, name)| *name)
}

impl Spans {
    /// The index of a service, of which an instance in some zone was seen.
    pub(super) fn service(&mut self, name: &str) -> usize {
        if let Some(index) = self.index.get(name) {
            return *index;
        }
        let index = self.services.len();
        self.services.push(name.to_owned());
        self.instances.push(BTreeMap::new());
        self.index.insert(name.to_owned(), index);
        index
    }

    /// Notes where an instance of a service was seen.
    pub(super) fn seen(
        &mut self,
        service: usize,
        instance: Option<&str>,
        region: Option<&str>,
        zone: Option<&str>,
    ) {
        let of_zone = zone.and_then(places::zone);
        let region = region
            .filter(|region| places::is_region(region))
            .map(str::to_owned)
            .or_else(|| of_zone.as_ref().map(|(region, _)| region.clone()));
        if let Some((region, zone)) = of_zone {
            self.zones.insert((region, zone));
        }
        let seen = self.instances[service]
            .entry(region.unwrap_or_default())
            .or_default();
        if let Some(instance) = instance {
            seen.insert(instance.to_owned());
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty() && self.nameless == 0
    }

    /// Adds all that the spans show.
    pub(super) fn add(&self, system: &mut System) {
        self.add_services(system);
        let by_id: BTreeMap<(&str, &str), &Span> = self
            .all
            .iter()
            .map(|span| ((span.id.0.as_str(), span.id.1.as_str()), span))
            .collect();
        let answered = self.add_calls(&by_id, system);
        self.add_silent_callees(&answered, system);
        self.add_entries(&by_id, system);
        if self.nameless > 0 {
            system.left_out(format!(
                "{} whose service has no name",
                count(self.nameless, "span")
            ));
        }
        system.unknown("what the traces do not show: sampling, calls that no request made in that time, and what happens when a callee fails");
    }

    fn add_services(&self, system: &mut System) {
        for (region, zone) in &self.zones {
            system.zone(region, zone);
        }
        for (name, places) in self.services.iter().zip(&self.instances) {
            let most = places.values().map(BTreeSet::len).max().unwrap_or(0);
            for region in places.keys().filter(|region| !region.is_empty()) {
                system.regions.entry(region.clone()).or_default();
                system.part(name).regions.insert(region.clone());
            }
            let part = system.part(name);
            part.makes_load = super::system::makes_load(name);
            if most > 0 && part.replicas.is_none() {
                let why = "instances seen in the traces; there may be more".to_owned();
                part.replicas = Some((most as u64, why));
            }
        }
    }

    /// Calls with a span at both ends. Returns the spans that a span of another service answers.
    fn add_calls<'a>(
        &'a self,
        by_id: &BTreeMap<(&str, &str), &'a Span>,
        system: &mut System,
    ) -> BTreeSet<(&'a str, &'a str)> {
        let mut answered = BTreeSet::new();
        for span in &self.all {
            let parents = span.parent.iter().map(|parent| (parent, false));
            let followed = span.follows.iter().map(|parent| (parent, true));
            for (parent, follows) in parents.chain(followed) {
                let Some(caller) = by_id.get(&(parent.0.as_str(), parent.1.as_str())) else {
                    continue;
                };
                if caller.service == span.service {
                    continue;
                }
                answered.insert((caller.id.0.as_str(), caller.id.1.as_str()));
                let is_async =
                    follows || span.kind == SpanKind::Consumer || caller.kind == SpanKind::Producer;
                let kind = if is_async {
                    CallKind::Async
                } else {
                    CallKind::Required
                };
                self.add_call(caller, &self.services[span.service], kind, system);
            }
        }
        answered
    }

    fn add_call(&self, caller: &Span, callee: &str, kind: CallKind, system: &mut System) {
        let mut call = Call::new(kind, Evidence::Seen);
        call.count = Some(1);
        system.call(&self.services[caller.service], callee, call);
    }

    /// Callees that left no span: other people's services, databases, queues.
    fn add_silent_callees(&self, answered: &BTreeSet<(&str, &str)>, system: &mut System) {
        let mut stores: BTreeMap<(&str, &str), String> = BTreeMap::new();
        let mut silent = 0;
        for span in &self.all {
            let is_call = matches!(span.kind, SpanKind::Client | SpanKind::Producer);
            // Queries are marked as such by some tools that leave the kind out.
            if !is_call && span.peer.database.is_none()
                || answered.contains(&(span.id.0.as_str(), span.id.1.as_str()))
            {
                continue;
            }
            let Peer {
                service,
                database,
                queue,
                address,
            } = &span.peer;
            let (name, why) = match (service, database.or(*queue)) {
                (Some(name), _) => (name.clone(), "named by its callers as their peer"),
                (None, Some(kind)) => {
                    let key = (kind, address.as_deref().unwrap_or(""));
                    let n = stores.keys().filter(|(known, _)| *known == kind).count() + 1;
                    let name = stores.entry(key).or_insert_with(|| match n {
                        1 => kind.to_owned(),
                        _ => format!("{kind} {n}"),
                    });
                    (
                        name.clone(),
                        "named by its kind; its address tells it apart from others",
                    )
                }
                (None, None) => {
                    silent += 1;
                    continue;
                }
            };
            let kind = if span.kind == SpanKind::Producer {
                CallKind::Async
            } else {
                CallKind::Required
            };
            self.add_call(span, &name, kind, system);
            if self.index.contains_key(&name) {
                continue;
            }
            let part = system.part(&name);
            part.remarks
                .insert(format!("without spans of its own: {why}"));
            if let Some(kind) = database {
                part.data.get_or_insert_with(|| Data {
                    size: None,
                    why: format!("it is called as {kind}"),
                });
            } else if queue.is_none() && part.replicas.is_none() {
                part.kind = Kind::External;
            }
        }
        if silent > 0 {
            system.unknown(format!(
                "what {} went to: the spans name no peer",
                count(silent, "outgoing call")
            ));
        }
    }

    /// Requests from outside: spans of servers whose caller is in no trace.
    fn add_entries(&self, by_id: &BTreeMap<(&str, &str), &Span>, system: &mut System) {
        let mut roots: BTreeMap<usize, u64> = BTreeMap::new();
        let mut orphans = 0;
        for span in self.all.iter().filter(|span| span.follows.is_empty()) {
            match &span.parent {
                None if span.kind != SpanKind::Consumer => {
                    *roots.entry(span.service).or_default() += 1;
                }
                Some(parent) if !by_id.contains_key(&(parent.0.as_str(), parent.1.as_str())) => {
                    orphans += 1;
                }
                _ => {}
            }
        }
        if orphans > 0 {
            system.unknown(format!(
                "who called in {}: the span of the caller is not in the files",
                count(orphans, "case")
            ));
        }
        for (service, n) in &roots {
            let entry = Entry {
                why: "traces begin there".to_owned(),
                requests: Some(*n),
            };
            system.part(&self.services[*service]).entry = Some(entry);
        }
        let starts = || self.all.iter().filter_map(|span| span.start);
        let seconds = starts().fold(f64::MIN, f64::max) - starts().fold(f64::MAX, f64::min);
        let requests: u64 = roots.values().sum();
        if requests >= 2 && (1.0..1e9).contains(&seconds) {
            system.traffic = Some(Traffic { requests, seconds });
        }
    }
}
