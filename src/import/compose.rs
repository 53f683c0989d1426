//! Compose files: services, copies, published ports, and calls where an environment variable names another service.
//!
//! `depends_on` is the order in which things start; it is shown as that, and taken for calls only where the user says so.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::address::{Purpose, hosts};
use super::env_file::Environment;
use super::facts::{at, entries, has, items, plain, text, text_at, whole};
use super::names::count;
use super::system::{Call, CallKind, Data, Entry, Evidence, System, makes_load};

/// Images that keep data, by the last part of their name.
const DATABASES: [&str; 20] = [
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "mongo",
    "mongodb",
    "cassandra",
    "scylla",
    "elasticsearch",
    "opensearch",
    "cockroach",
    "couchdb",
    "neo4j",
    "influxdb",
    "minio",
    "etcd",
    "clickhouse-server",
    "percona",
    "postgis",
    "timescaledb",
];

/// What the user says about how a compose file is to be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading<'a> {
    pub(super) environment: &'a Environment,
    /// Whether start order is taken for calls.
    pub(super) start_order_is_calls: bool,
}

/// Adds what compose files say, all of one project: services of one may call those of another.
pub(super) fn read(documents: &[Value], reading: Reading, system: &mut System) {
    let of_all = |key| {
        documents
            .iter()
            .flat_map(move |document| entries(document, key))
    };
    let off: BTreeSet<&str> = of_all("services")
        .filter(|(_, service)| copies(service, reading.environment) == Some(0))
        .map(|(name, _)| name)
        .collect();
    let running: Vec<(&str, &Value)> = of_all("services")
        .filter(|(name, _)| !off.contains(name))
        .collect();
    let names: BTreeSet<&str> = running.iter().map(|(name, _)| *name).collect();
    let aliases = aliases(&running);
    let volumes: Vec<&str> = of_all("volumes").map(|(name, _)| name).collect();
    for name in off {
        let name = system.names.of(name);
        system.left_out(format!("a service that the file scales to 0: {name}"));
    }
    for (name, service) in running {
        let copies = copies(service, reading.environment);
        describe(name, service, copies, &volumes, reading.environment, system);
        add_start_order(name, service, &names, reading, system);
        add_calls(name, service, &aliases, reading.environment, system);
    }
    say_what_is_unknown(documents, reading, system);
}

/// Names under which each service is reached on its network.
fn aliases<'a>(services: &[(&'a str, &'a Value)]) -> BTreeMap<String, &'a str> {
    let mut aliases = BTreeMap::new();
    for (name, service) in services {
        let own = ["container_name", "hostname"]
            .into_iter()
            .filter_map(|key| text(service, key));
        let of_networks = entries(service, "networks")
            .flat_map(|(_, network)| items(network, "aliases"))
            .filter_map(Value::as_str);
        for alias in own.chain(of_networks) {
            aliases.entry(alias.to_ascii_lowercase()).or_insert(*name);
        }
    }
    // Names of services come first, whatever others are called.
    for (name, _) in services {
        aliases.insert(name.to_ascii_lowercase(), *name);
    }
    aliases
}

/// Copies that run; `None` if that depends on the number of nodes.
fn copies(service: &Value, environment: &Environment) -> Option<u64> {
    if text_at(service, &["deploy", "mode"]) == Some("global") {
        return None;
    }
    let given = at(service, &["deploy", "replicas"]).or_else(|| service.get("scale"));
    let Some(given) = given else { return Some(1) };
    let filled = plain(given).map(|text| Value::String(environment.filled(&text)));
    Some(filled.as_ref().and_then(whole).unwrap_or(1))
}

fn describe(
    name: &str,
    service: &Value,
    copies: Option<u64>,
    volumes: &[&str],
    environment: &Environment,
    system: &mut System,
) {
    let is_given = at(service, &["deploy", "replicas"]).is_some() || has(service, "scale");
    let data = data(service, volumes, environment);
    let is_published = is_published(service, environment);
    let is_optional = items(service, "profiles").next().is_some();
    let part = system.part(name);
    match copies {
        Some(n) if is_given => part.replicas = Some((n, "from the file".to_owned())),
        Some(n) => {
            part.replicas.get_or_insert_with(|| {
                (
                    n,
                    "from the file: none given, so compose runs one".to_owned(),
                )
            });
        }
        None => {
            part.remarks.insert(
                "runs on each node; how many nodes there are is not in the file".to_owned(),
            );
        }
    }
    part.makes_load = makes_load(name);
    if data.is_some() {
        part.data = data;
    }
    if is_published {
        part.entry.get_or_insert_with(|| Entry {
            why: "it publishes a port".to_owned(),
            requests: None,
        });
    }
    if is_optional {
        part.is_aside = true;
        part.remarks
            .insert("started only with a profile: no journey begins there".to_owned());
    }
}

/// Whether it keeps data: it mounts a named volume, or its image is a database.
fn data(service: &Value, volumes: &[&str], environment: &Environment) -> Option<Data> {
    let is_named = |volume: &Value| match volume {
        Value::String(text) => text
            .split(':')
            .next()
            .is_some_and(|source| volumes.contains(&source)),
        _ => text(volume, "type") == Some("volume") && has(volume, "source"),
    };
    let image = text(service, "image").map(|image| environment.filled(image));
    let database = image.as_deref().and_then(|image| {
        let last = image.rsplit('/').next()?;
        let base = last.split([':', '@']).next()?;
        DATABASES.iter().find(|known| **known == base)
    });
    let why = if let Some(database) = database {
        format!("its image is {database}")
    } else if items(service, "volumes").any(is_named) {
        "it mounts a named volume".to_owned()
    } else {
        return None;
    };
    Some(Data { size: None, why })
}

/// Whether one of its ports is published on a port of the host that is known, and not only to the host itself.
fn is_published(service: &Value, environment: &Environment) -> bool {
    items(service, "ports").any(|port| match port {
        Value::String(text) => {
            let text = environment.filled(text);
            let parts: Vec<&str> = text.split(':').collect();
            let is_local = matches!(parts.first(), Some(&("127.0.0.1" | "localhost")));
            parts.len() > 1 && !is_local
        }
        _ => {
            has(port, "published")
                && !matches!(text(port, "host_ip"), Some("127.0.0.1" | "localhost"))
        }
    })
}

fn add_start_order(
    name: &str,
    service: &Value,
    names: &BTreeSet<&str>,
    reading: Reading,
    system: &mut System,
) {
    let listed = ["depends_on", "links"]
        .into_iter()
        .flat_map(|key| items(service, key))
        .filter_map(Value::as_str)
        .map(|entry| entry.split(':').next().unwrap_or(entry));
    let mapped = entries(service, "depends_on").map(|(before, _)| before);
    let known: Vec<&str> = listed
        .chain(mapped)
        .filter(|before| names.contains(before))
        .collect();
    for before in known {
        if reading.start_order_is_calls {
            system.call(
                name,
                before,
                Call::new(CallKind::Required, Evidence::StartOrder),
            );
        }
        let before = system.names.of(before);
        system.part(name).starts_after.insert(before);
    }
}

fn add_calls(
    name: &str,
    service: &Value,
    aliases: &BTreeMap<String, &str>,
    environment: &Environment,
    system: &mut System,
) {
    for (variable, value) in variables(service, environment) {
        let purpose = Purpose::of(&variable);
        for host in hosts(&value)
            .into_iter()
            .filter(|host| purpose.takes(*host))
        {
            let Some(to) = aliases.get(&host.name.to_ascii_lowercase()) else {
                continue;
            };
            let kind = match purpose {
                Purpose::Telemetry { .. } => CallKind::Async,
                _ => CallKind::Required,
            };
            system.call(name, to, Call::new(kind, Evidence::Address));
        }
    }
}

/// Variables of a service. One without a value has that of the file given with `--env`.
fn variables(service: &Value, environment: &Environment) -> Vec<(String, String)> {
    let listed = items(service, "environment")
        .filter_map(Value::as_str)
        .map(|entry| match entry.split_once('=') {
            Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
            None => (entry.to_owned(), None),
        });
    let mapped =
        entries(service, "environment").map(|(name, value)| (name.to_owned(), plain(value)));
    listed
        .chain(mapped)
        .filter_map(|(name, value)| {
            let value = match value {
                Some(value) => environment.filled(&value),
                None => environment.get(&name)?.to_owned(),
            };
            Some((name, value))
        })
        .collect()
}

fn say_what_is_unknown(documents: &[Value], reading: Reading, system: &mut System) {
    let services = || {
        let of_all = documents
            .iter()
            .flat_map(|document| entries(document, "services"));
        of_all.map(|(_, service)| service)
    };
    let missing = reading.environment.missing();
    if missing > 0 {
        system.unknown(format!(
            "what stands in {} that the compose file uses: give the file that holds them with --env",
            count(missing, "place") + " for variables"
        ));
    }
    let env_files = services()
        .filter(|service| has(service, "env_file"))
        .count();
    if env_files > 0 {
        system.unknown(format!(
            "what the env_file of {} holds: such files are not read",
            count(env_files, "service")
        ));
    }
    if documents.iter().any(|document| has(document, "include"))
        || services().any(|service| has(service, "extends"))
    {
        system.unknown("what the file includes or extends: print it whole with docker compose config | failscape import -");
    }
    if services().any(|service| has(service, "depends_on") || has(service, "links"))
        && !reading.start_order_is_calls
    {
        system.unknown(
            "whether a service calls what it starts after: depends_on is an order and no call (--depends-on-as-calls takes it for one)",
        );
    }
    system.unknown("in how many regions and zones this runs: a compose file describes one host");
}
