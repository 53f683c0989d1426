//! Resources of a state or a plan, and where they are.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::import::facts::{items, text};
use crate::import::places;

/// Names that say nothing: the module around them says more.
const EMPTY_NAMES: [&str; 3] = ["this", "main", "default"];

/// One resource.
#[derive(Debug, Clone)]
pub(super) struct Resource<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    /// Name of the module that it is in, empty at the root.
    pub(super) module: &'a str,
    values: &'a Value,
    sensitive: &'a Value,
}

/// The managed resources of a module and of those in it.
pub(super) fn resources(root: &Value) -> Vec<Resource<'_>> {
    let mut all = Vec::new();
    let mut modules = vec![root];
    while let Some(module) = modules.pop() {
        let address = text(module, "address").unwrap_or("");
        // `module.shop["eu"].module.db[0]` → `db`
        let name = address
            .rsplit("module.")
            .next()
            .and_then(|last| last.split('[').next())
            .unwrap_or("");
        for resource in items(module, "resources") {
            let is_managed = text(resource, "mode").is_none_or(|mode| mode == "managed");
            let (Some(kind), Some(own)) = (text(resource, "type"), text(resource, "name")) else {
                continue;
            };
            if is_managed {
                all.push(Resource {
                    kind,
                    name: own,
                    module: name,
                    values: &resource["values"],
                    sensitive: &resource["sensitive_values"],
                });
            }
        }
        let children: Vec<&Value> = items(module, "child_modules").collect();
        modules.extend(children.into_iter().rev());
    }
    all
}

impl<'a> Resource<'a> {
    /// What it is called in a model, as long as nothing else is.
    pub(super) fn label(&self) -> String {
        if EMPTY_NAMES.contains(&self.name) && !self.module.is_empty() {
            self.module.to_owned()
        } else {
            self.name.to_owned()
        }
    }

    /// The value along a path such as `scaling_config.0.desired_size`, unless it is marked as sensitive.
    pub(super) fn attribute(&self, path: &str) -> Option<&'a Value> {
        let mut value = self.values;
        let mut sensitive = Some(self.sensitive);
        for step in path.split('.') {
            value = child(value, step)?;
            sensitive = sensitive.and_then(|mark| child(mark, step));
            if sensitive.and_then(Value::as_bool) == Some(true) {
                return None;
            }
        }
        Some(value).filter(|value| !value.is_null())
    }

    pub(super) fn text(&self, path: &str) -> Option<&'a str> {
        self.attribute(path).and_then(Value::as_str)
    }

    fn texts(&self, path: &str) -> Vec<&'a str> {
        let list = self.attribute(path).and_then(Value::as_array);
        list.into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect()
    }
}

fn child<'a>(value: &'a Value, step: &str) -> Option<&'a Value> {
    match value {
        Value::Array(list) => list.get(step.parse::<usize>().ok()?),
        _ => value.get(step),
    }
}

/// Where resources are: by what they say themselves, by their subnets, by the provider.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// Zones of subnets.
    subnets: BTreeMap<&'a str, &'a str>,
    provider: Option<String>,
}

impl<'a> Place<'a> {
    pub(super) fn of(all: &[Resource<'a>], provider: Option<String>) -> Self {
        let zone =
            |subnet: &Resource<'a>| Some((subnet.text("id")?, subnet.text("availability_zone")?));
        let subnets = all
            .iter()
            .filter(|resource| resource.kind == "aws_subnet")
            .filter_map(zone)
            .collect();
        Self { subnets, provider }
    }

    /// The region of a resource.
    pub(super) fn region(&self, resource: &Resource) -> Option<String> {
        let given = ["region", "location"]
            .into_iter()
            .filter_map(|key| resource.text(key))
            .map(|name| {
                name.rsplit('/')
                    .next()
                    .unwrap_or(name)
                    .replace(' ', "")
                    .to_ascii_lowercase()
            });
        // arn:aws:service:REGION:account:name — the region alone is looked at.
        let of_arn = resource.text("arn").and_then(|arn| arn.split(':').nth(3));
        given
            .chain(of_arn.map(str::to_owned))
            .find(|name| places::is_region(name))
            .or_else(|| {
                self.zone_names(resource)
                    .into_iter()
                    .find_map(places::zone)
                    .map(|(region, _)| region)
            })
            .or_else(|| {
                resource
                    .kind
                    .starts_with("aws_")
                    .then(|| self.provider.clone())
                    .flatten()
            })
    }

    /// The zones of a resource, each with its region.
    pub(super) fn zones(&self, resource: &Resource, region: Option<&str>) -> Vec<(String, String)> {
        let in_region = |name: &str| {
            let is_number = name.len() == 1 && name.bytes().all(|byte| byte.is_ascii_digit());
            match (places::zone(name), region) {
                (Some(zone), _) => Some(zone),
                // Zones of Azure are numbers within a region.
                (None, Some(region)) if is_number => Some((region.to_owned(), name.to_owned())),
                _ => None,
            }
        };
        self.zone_names(resource)
            .into_iter()
            .filter_map(in_region)
            .collect()
    }

    fn zone_names<'b>(&'b self, resource: &Resource<'b>) -> Vec<&'b str> {
        let one = ["availability_zone", "zone"]
            .into_iter()
            .filter_map(|key| resource.text(key));
        let listed = [
            "availability_zones",
            "zones",
            "distribution_policy_zones",
            "node_locations",
            "default_node_pool.0.zones",
        ]
        .into_iter()
        .flat_map(|key| resource.texts(key));
        let subnets = ["vpc_zone_identifier", "subnet_ids", "subnets"]
            .into_iter()
            .flat_map(|key| resource.texts(key))
            .filter_map(|id| self.subnets.get(id).copied());
        let own_subnet = resource
            .text("subnet_id")
            .and_then(|id| self.subnets.get(id).copied());
        // The end of a path, as Google writes zones: …/zones/europe-west4-b.
        one.chain(listed)
            .map(|name| name.rsplit('/').next().unwrap_or(name))
            .chain(subnets)
            .chain(own_subnet)
            .collect()
    }
}
