//! What `terraform show -json` prints of a state or of a plan: what runs, how many, and where. It holds no service graph.
//!
//! Only the types and attributes of [`rules`] are read, and of these none that Terraform marks as sensitive.

mod resource;
mod rules;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::error::ImportError;
use super::facts::{entries, has, text, text_at};
use super::names::count;
use super::system::{Data, Entry, Kind, System};
use resource::{Place, Resource, resources};
use rules::{Role, Rule};

/// Copies that stand for what the cloud runs in a region: one in each of three zones.
const MANAGED_COPIES: u64 = 3;

/// Resources of one name and type in one module: what `count` and `for_each` make of one block, and its like elsewhere.
struct Group<'a> {
    rule: &'static Rule,
    label: String,
    module: String,
    members: Vec<Resource<'a>>,
}

/// Adds what a state or a plan says.
pub(super) fn read(file: &str, document: &Value, system: &mut System) -> Result<(), ImportError> {
    let version = text(document, "format_version").unwrap_or("");
    let major = version.split('.').next().unwrap_or("");
    if !matches!(major, "0" | "1") {
        return Err(ImportError::new(
            format!(
                "{file} is written in a format of Terraform that is not known; expected version 0 or 1"
            ),
            "update failscape, or show it with an older terraform",
        ));
    }
    let root = ["values", "planned_values"]
        .into_iter()
        .find_map(|key| document.get(key)?.get("root_module"));
    let Some(root) = root else {
        return Err(ImportError::new(
            format!("{file} holds no resources"),
            "run terraform show -json where the state is, or of a saved plan: terraform show -json PLAN",
        ));
    };
    let all = resources(root);
    let place = Place::of(&all, provider_region(document));
    let groups = groups(&all);
    let labels = labels(&groups, &place);
    for (group, label) in groups.iter().zip(&labels) {
        add(group, label, &place, system);
    }
    say_what_is_unknown(&all, &groups, document, system);
    Ok(())
}

/// The region that the providers of a plan are set to, if all that say so agree.
fn provider_region(document: &Value) -> Option<String> {
    let providers = document.get("configuration")?;
    let regions: BTreeSet<&str> = entries(providers, "provider_config")
        .filter_map(|(_, provider)| text_at(provider, &["expressions", "region", "constant_value"]))
        .filter(|region| super::places::is_region(region))
        .collect();
    match regions.into_iter().collect::<Vec<_>>()[..] {
        [region] => Some(region.to_owned()),
        _ => None,
    }
}

fn groups<'a>(all: &[Resource<'a>]) -> Vec<Group<'a>> {
    let mut groups: Vec<Group> = Vec::new();
    let mut index: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for resource in all {
        let Some(rule) = Rule::of(resource.kind) else {
            continue;
        };
        let key = (resource.kind, resource.name, resource.module);
        let at = *index.entry(key).or_insert_with(|| {
            groups.push(Group {
                rule,
                label: resource.label(),
                module: resource.module.to_owned(),
                members: Vec::new(),
            });
            groups.len() - 1
        });
        groups[at].members.push(resource.clone());
    }
    groups
}

/// Names of the groups. One name for the same block in modules of different regions; else the module or the type is added.
fn labels(groups: &[Group], place: &Place) -> Vec<String> {
    let regions: Vec<BTreeSet<String>> = groups
        .iter()
        .map(|group| {
            group
                .members
                .iter()
                .filter_map(|member| place.region(member))
                .collect()
        })
        .collect();
    let mut labels = Vec::with_capacity(groups.len());
    for (at, group) in groups.iter().enumerate() {
        let alike = |(_, other): &(usize, &Group)| other.label == group.label;
        let others = || {
            groups
                .iter()
                .enumerate()
                .filter(|(other, _)| *other != at)
                .filter(alike)
        };
        let overlaps = others().any(|(other, twin)| {
            twin.rule.kind == group.rule.kind
                && (regions[other].is_empty()
                    || regions[at].is_empty()
                    || !regions[other].is_disjoint(&regions[at]))
        });
        let differs = others().any(|(_, other)| other.rule.kind != group.rule.kind);
        let mut label = group.label.clone();
        if overlaps && !group.module.is_empty() {
            label = format!("{}/{label}", group.module);
        }
        if differs {
            label = format!("{label} ({})", group.rule.kind);
        }
        labels.push(label);
    }
    labels
}

fn add(group: &Group, label: &str, place: &Place, system: &mut System) {
    let mut copies: BTreeMap<Option<String>, u64> = BTreeMap::new();
    let mut are_known = true;
    let mut size: Option<u64> = None;
    let mut takes_over = false;
    for member in &group.members {
        let n = group.rule.copies(member);
        are_known &= n.is_some();
        let region = place.region(member);
        for (region, zone) in place.zones(member, region.as_deref()) {
            system.zone(&region, &zone);
        }
        *copies.entry(region).or_default() += n.unwrap_or(1);
        size = size.or(group.rule.size(member));
        takes_over |= group.rule.takes_over(member);
    }
    let most = copies.values().copied().max().unwrap_or(1);
    if most == 0 {
        let name = system.names.of(label);
        system.left_out(format!("what the files scale to 0: {name}"));
        return;
    }
    let known: Vec<&String> = copies.keys().flatten().collect();
    for region in &known {
        system.regions.entry((*region).clone()).or_default();
    }
    let regions: BTreeSet<String> = known.into_iter().cloned().collect();
    let differ = copies.values().any(|n| *n != most);
    let part = system.part(label);
    // The same block in another region: the larger number counts.
    let before = part.replicas.as_ref().map_or(0, |(n, _)| *n);
    part.regions.extend(regions.iter().cloned());
    part.remarks
        .insert(format!("{} of Terraform", group.rule.kind));
    if differ || (before != 0 && before != most) {
        part.remarks
            .insert("regions run different numbers: the largest is taken".to_owned());
    }
    match group.rule.role {
        Role::Managed { .. } | Role::Balancer => {
            part.is_aside = group.rule.role == Role::Managed { aside: true };
            if group.rule.role == Role::Balancer {
                part.entry = Some(Entry {
                    why: "a load balancer".to_owned(),
                    requests: None,
                });
            }
            if group.rule.is_global {
                part.kind = Kind::External;
            } else {
                let why = "assumed: the cloud runs it, in several zones".to_owned();
                part.replicas = Some((MANAGED_COPIES, why));
                part.is_managed = true;
            }
            return;
        }
        Role::Compute => {}
        Role::Store => {
            part.data = Some(Data {
                size,
                why: "it is a database".to_owned(),
            });
            part.takes_over |= takes_over && most > 1;
        }
        Role::Cache => part.takes_over |= takes_over && most > 1,
    }
    if are_known {
        part.replicas = Some((most.max(before), "from the file".to_owned()));
    } else {
        part.remarks
            .insert("how many copies run is not in the file".to_owned());
    }
}

fn say_what_is_unknown(all: &[Resource], groups: &[Group], document: &Value, system: &mut System) {
    let used: usize = groups.iter().map(|group| group.members.len()).sum();
    let others = all.len() - used;
    if others > 0 {
        system.left_out(format!(
            "{} of types that run nothing by themselves, or that are not known; docs/import.md lists those that are",
            count(others, "resource")
        ));
    }
    if groups.iter().any(|group| group.rule.is_pool) {
        system
            .unknown("what runs on the nodes of clusters: import its Kubernetes manifests as well");
    }
    if has(document, "planned_values") && !has(document, "values") {
        system.unknown("what becomes known only when the plan is applied");
    }
    system.unknown("the service graph: Terraform has none; import traces or manifests as well");
    system.unknown("which region serves, and whether others stand by: `topologies` has to say so");
}
