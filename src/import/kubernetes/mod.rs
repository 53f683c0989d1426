//! Manifests of Kubernetes: workloads are services, and a call is an environment variable that names a Service.
//!
//! Read: kinds, names, namespaces and labels (only to match selectors), counts, sizes of volumes, zones. Values of
//! variables and of `ConfigMap`s are compared with the names of Services; Secrets are never looked at.

mod calls;
mod objects;
mod workload;

use serde_json::Value;

use super::facts::{at, items, items_at, text, text_at, whole_at};
use super::names::count;
use super::system::{Entry, Kind, System};
use objects::{Object, Service, objects};
use workload::Workload;

/// Adds what manifests say.
pub(super) fn read(documents: &[Value], system: &mut System) {
    let objects = objects(documents);
    let workloads: Vec<Workload> = objects.iter().filter_map(Workload::of).collect();
    let names = workload_names(&workloads);
    for (workload, name) in workloads.iter().zip(&names) {
        workload.add(name, &objects, system);
    }
    let services = services(&objects, &workloads, &names, system);
    calls::add(&objects, &workloads, &names, &services, system);
    entries_from_outside(&objects, &services, system);
    disruption_budgets(&objects, &workloads, &names, system);
    autoscalers(&objects, &workloads, &names, system);
    say_what_is_left_out(&objects, system);
}

/// Names of the workloads in the model: with their namespace or kind only where that is needed to tell them apart.
fn workload_names(workloads: &[Workload]) -> Vec<String> {
    let same = |one: &Workload, other: &Workload| one.object.name == other.object.name;
    let clashes = |workload: &Workload| {
        workloads
            .iter()
            .filter(|other| same(workload, other))
            .count()
            > 1
    };
    let of = |workload: &Workload| {
        let Object {
            name,
            namespace,
            kind,
            ..
        } = &workload.object;
        if !clashes(workload) {
            return (*name).to_owned();
        }
        let is_twin =
            |other: &&Workload| same(workload, other) && other.object.namespace == *namespace;
        if workloads.iter().filter(is_twin).count() > 1 {
            format!("{namespace}/{name} ({kind})")
        } else {
            format!("{namespace}/{name}")
        }
    };
    workloads.iter().map(of).collect()
}

/// The Services, each with the part that stands for it; what backs none is someone else's, until something calls it.
fn services<'a>(
    objects: &[Object<'a>],
    workloads: &[Workload<'a>],
    names: &[String],
    system: &mut System,
) -> Vec<Service<'a>> {
    let mut services = Vec::new();
    for object in objects.iter().filter(|object| object.kind == "Service") {
        let selector = at(object.value, &["spec", "selector"]);
        let backing: Vec<String> = workloads
            .iter()
            .zip(names)
            .filter(|(workload, _)| {
                workload.object.namespace == object.namespace
                    && workload.replicas() != Some(0)
                    && selector.is_some_and(|selector| workload.is_selected(selector))
            })
            .map(|(_, name)| name.clone())
            .collect();
        let part = match &backing[..] {
            [] => None,
            [name] => Some(name.clone()),
            _ => {
                let taken = names.iter().any(|name| name == object.name);
                let name = if taken {
                    format!("{} (Service)", object.name)
                } else {
                    object.name.to_owned()
                };
                let members = backing.iter().map(|name| system.names.of(name)).collect();
                let part = system.part(&name);
                part.kind = Kind::AnyOf(members);
                part.remarks.insert(
                    "one Service in front of several workloads: any of them will do".to_owned(),
                );
                Some(name)
            }
        };
        services.push(Service {
            object: object.clone(),
            part,
            is_external: text_at(object.value, &["spec", "type"]) == Some("ExternalName")
                || selector.is_none(),
        });
    }
    services
}

/// Requests come in through load balancers, node ports, ingresses and routes.
fn entries_from_outside(objects: &[Object], services: &[Service], system: &mut System) {
    let mut mark = |part: &str, why: &str| {
        system.part(part).entry.get_or_insert_with(|| Entry {
            why: why.to_owned(),
            requests: None,
        });
    };
    for service in services {
        let kind = text_at(service.object.value, &["spec", "type"]);
        if let Some(part) = &service.part
            && matches!(kind, Some("LoadBalancer" | "NodePort"))
        {
            mark(part, "a Service makes it reachable from outside");
        }
    }
    for object in objects {
        let backends: Vec<&str> = match object.kind {
            "Ingress" => ingress_backends(object.value),
            "HTTPRoute" | "GRPCRoute" | "TLSRoute" | "TCPRoute" => {
                items_at(object.value, &["spec", "rules"])
                    .flat_map(|rule| items(rule, "backendRefs"))
                    .filter_map(|backend| text(backend, "name"))
                    .collect()
            }
            _ => continue,
        };
        for backend in backends {
            let found = services.iter().find(|service| {
                service.object.name == backend && service.object.namespace == object.namespace
            });
            if let Some(part) = found.and_then(|service| service.part.as_ref()) {
                mark(part, "an Ingress or a route leads to it");
            }
        }
    }
}

fn ingress_backends(ingress: &Value) -> Vec<&str> {
    fn name(backend: &Value) -> Option<&str> {
        text_at(backend, &["service", "name"]).or_else(|| text(backend, "serviceName"))
    }
    let paths = items_at(ingress, &["spec", "rules"])
        .flat_map(|rule| items_at(rule, &["http", "paths"]))
        .filter_map(|path| path.get("backend"));
    let default = ["defaultBackend", "backend"]
        .into_iter()
        .filter_map(|key| at(ingress, &["spec", key]));
    paths.chain(default).filter_map(name).collect()
}

/// What operators keep up while they work is the best hint at what is needed.
fn disruption_budgets(
    objects: &[Object],
    workloads: &[Workload],
    names: &[String],
    system: &mut System,
) {
    for budget in objects
        .iter()
        .filter(|object| object.kind == "PodDisruptionBudget")
    {
        let Some(selector) = at(budget.value, &["spec", "selector", "matchLabels"]) else {
            continue;
        };
        for (workload, name) in workloads.iter().zip(names) {
            if workload.object.namespace != budget.namespace || !workload.is_selected(selector) {
                continue;
            }
            let replicas = workload.replicas();
            let share = |key: &str| amount_of(at(budget.value, &["spec", key])?, replicas?);
            let least = share("minAvailable");
            let most_down = share("maxUnavailable");
            let needs = least.or_else(|| Some(replicas?.saturating_sub(most_down?)));
            if let Some(needs) = needs.filter(|needs| *needs >= 1 && Some(*needs) <= replicas) {
                let why = "assumed: what its PodDisruptionBudget keeps up".to_owned();
                system.part(name).needs = Some((needs, why));
            }
        }
    }
}

/// A count, or a share of the replicas, rounded up as Kubernetes does.
fn amount_of(value: &Value, replicas: u64) -> Option<u64> {
    let share = value.as_str().and_then(|text| text.strip_suffix('%'));
    if let Some(percent) = share {
        let percent: u64 = percent.parse().ok().filter(|percent| *percent <= 100)?;
        return Some((replicas.saturating_mul(percent)).div_ceil(100));
    }
    super::facts::whole(value)
}

/// An autoscaler keeps at least some copies; how many run is not in a manifest.
fn autoscalers(objects: &[Object], workloads: &[Workload], names: &[String], system: &mut System) {
    for scaler in objects
        .iter()
        .filter(|object| object.kind == "HorizontalPodAutoscaler")
    {
        let target = |key| text_at(scaler.value, &["spec", "scaleTargetRef", key]);
        let found = workloads.iter().zip(names).find(|(workload, _)| {
            workload.object.namespace == scaler.namespace
                && target("name") == Some(workload.object.name)
                && target("kind").is_none_or(|kind| kind == workload.object.kind)
        });
        let Some((_, name)) = found else { continue };
        let least = whole_at(scaler.value, &["spec", "minReplicas"])
            .unwrap_or(1)
            .max(1);
        let most = whole_at(scaler.value, &["spec", "maxReplicas"]);
        let range = most.map_or_else(String::new, |most| format!(" of {least} to {most}"));
        system.part(name).replicas =
            Some((least, format!("the least{range} that its autoscaler runs")));
        system.unknown("how many copies an autoscaler runs at the peak: the least is taken");
    }
}

/// What manifests may hold that is no service.
fn say_what_is_left_out(objects: &[Object], system: &mut System) {
    let jobs = objects
        .iter()
        .filter(|object| matches!(object.kind, "Job" | "CronJob"))
        .count();
    if jobs > 0 {
        system.left_out(format!(
            "{}: nothing waits for them while it serves",
            count(jobs, "job")
        ));
    }
    let none = objects
        .iter()
        .filter(|object| {
            Workload::of(object).is_some_and(|workload| workload.replicas() == Some(0))
        })
        .count();
    if none > 0 {
        system.left_out(format!(
            "{} that the files scale to 0",
            count(none, "workload")
        ));
    }
    if system.regions.is_empty() {
        system.unknown("in which regions and zones the cluster has nodes");
    }
    if objects.iter().any(|object| object.kind == "Kustomization") {
        system.left_out(
            "a kustomization: build it first (kubectl kustomize DIR | failscape import -)",
        );
    }
}
