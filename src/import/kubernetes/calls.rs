//! Who calls whom: an environment variable of a pod whose value names a Service.

use std::collections::BTreeMap;

use serde_json::Value;

use super::objects::{Object, Service};
use super::workload::Workload;
use crate::import::address::{Purpose, hosts};
use crate::import::facts::{entries, items, plain, text, text_at};
use crate::import::system::{Call, CallKind, Evidence, Kind, System};

/// Adds the calls of all workloads.
pub(super) fn add(
    objects: &[Object],
    workloads: &[Workload],
    names: &[String],
    services: &[Service],
    system: &mut System,
) {
    for (workload, name) in workloads.iter().zip(names) {
        if workload.replicas() == Some(0) {
            continue;
        }
        let mut strangers = 0;
        for container in items(workload.pod, "containers") {
            for (variable, value) in variables(container, workload.object.namespace, objects) {
                strangers += add_calls(&variable, &value, workload, name, services, system);
            }
        }
        if strangers > 0 {
            let what = if strangers == 1 {
                "1 address".to_owned()
            } else {
                format!("{strangers} addresses")
            };
            system.part(name).remarks.insert(format!(
                "{what} in its variables: no Service of the files has that name"
            ));
            system.unknown(
                "where addresses lead that name no Service of the files: those services are marked",
            );
        }
        for container in items(workload.pod, "initContainers") {
            for (variable, value) in variables(container, workload.object.namespace, objects) {
                for service in targets(&variable, &value, workload, services) {
                    if let Some(part) = &service.part {
                        let to = system.names.of(part);
                        system.part(name).starts_after.insert(to);
                    }
                }
            }
        }
    }
}

/// Adds the calls that one variable stands for. Returns how many plain addresses in it name nothing that is known.
fn add_calls(
    variable: &str,
    value: &str,
    workload: &Workload,
    name: &str,
    services: &[Service],
    system: &mut System,
) -> usize {
    let kind = match Purpose::of(variable) {
        Purpose::Telemetry { .. } => CallKind::Async,
        _ => CallKind::Required,
    };
    let found = targets(variable, value, workload, services);
    for service in &found {
        let to = service.part.as_deref().unwrap_or(service.object.name);
        if service.part.is_none() {
            let part = system.part(to);
            part.kind = Kind::External;
            if !service.is_external {
                part.remarks
                    .insert("a Service with no workload that runs in the files".to_owned());
            }
        }
        system.call(name, to, Call::new(kind, Evidence::Address));
    }
    if !found.is_empty() || Purpose::of(variable) != Purpose::Call {
        return 0;
    }
    let is_own = |host: &str| {
        matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0") || host == workload.object.name
    };
    hosts(value)
        .into_iter()
        .filter(|host| host.is_address && !is_own(host.name))
        .count()
}

/// The Services that the hosts in a variable lead to.
fn targets<'a, 'b>(
    variable: &str,
    value: &str,
    workload: &Workload,
    services: &'b [Service<'a>],
) -> Vec<&'b Service<'a>> {
    let purpose = Purpose::of(variable);
    hosts(value)
        .into_iter()
        .filter(|host| purpose.takes(*host))
        .filter_map(|host| service_of(host.name, workload.object.namespace, services))
        .collect()
}

/// The Service of a host name within a cluster: `cart`, `cart.shop`, `cart.shop.svc`, `cart.shop.svc.cluster.local`, or
/// the same with the name of one pod before it.
fn service_of<'a, 'b>(
    host: &str,
    namespace: &str,
    services: &'b [Service<'a>],
) -> Option<&'b Service<'a>> {
    let host = host.to_ascii_lowercase();
    let labels: Vec<&str> = host.trim_end_matches('.').split('.').collect();
    let find = |name: &str, namespace: &str| {
        services
            .iter()
            .find(|service| service.object.name == name && service.object.namespace == namespace)
    };
    let is_cluster = |rest: &[&str]| rest.is_empty() || rest[0] == "svc";
    match &labels[..] {
        [name] => find(name, namespace),
        [name, space, rest @ ..] if is_cluster(rest) => {
            find(name, space).or_else(|| find(space, namespace))
        }
        [_, name, space, rest @ ..] if is_cluster(rest) => find(name, space),
        _ => None,
    }
}

/// Variables of a container: given ones and those of `ConfigMap`s in the files, `$(A)` filled in. Secrets are passed over.
fn variables(container: &Value, namespace: &str, objects: &[Object]) -> Vec<(String, String)> {
    let config = |name: &str| {
        objects.iter().find(|object| {
            object.kind == "ConfigMap" && object.name == name && object.namespace == namespace
        })
    };
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    for source in items(container, "envFrom") {
        let prefix = text(source, "prefix").unwrap_or("");
        let map = text_at(source, &["configMapRef", "name"]).and_then(config);
        for (key, value) in map.iter().flat_map(|object| entries(object.value, "data")) {
            if let Some(value) = plain(value) {
                found.insert(format!("{prefix}{key}"), value);
            }
        }
    }
    for variable in items(container, "env") {
        let Some(name) = text(variable, "name") else {
            continue;
        };
        let reference = |key| text_at(variable, &["valueFrom", "configMapKeyRef", key]);
        let value = match variable.get("value").and_then(plain) {
            Some(value) => Some(value),
            None => reference("name")
                .and_then(config)
                .zip(reference("key"))
                .and_then(|(object, key)| object.value.get("data")?.get(key).and_then(plain)),
        };
        if let Some(value) = value {
            let value = filled(&value, &found);
            found.insert(name.to_owned(), value);
        }
    }
    found.into_iter().collect()
}

/// A value with `$(A)` replaced by variables that come before it.
fn filled(value: &str, known: &BTreeMap<String, String>) -> String {
    let mut filled = String::new();
    let mut rest = value;
    while let Some((before, after)) = rest.split_once("$(") {
        filled.push_str(before);
        let Some((name, after)) = after.split_once(')') else {
            filled.push_str("$(");
            rest = after;
            continue;
        };
        filled.push_str(known.get(name).map_or("", String::as_str));
        rest = after;
        if filled.len() > 100_000 {
            return filled;
        }
    }
    filled.push_str(rest);
    filled
}
