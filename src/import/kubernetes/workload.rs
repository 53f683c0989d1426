//! Workloads: what runs, in how many copies, where, and what it keeps.

use serde_json::Value;

use super::objects::Object;
use crate::import::facts::{at, entries, has, items, items_at, text, text_at, whole_at};
use crate::import::places;
use crate::import::system::{Data, System, makes_load};

/// Label of the zone of a node, and what it was called before.
const ZONE_LABELS: [&str; 2] = [
    "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/zone",
];
/// The same of its region.
const REGION_LABELS: [&str; 2] = [
    "topology.kubernetes.io/region",
    "failure-domain.beta.kubernetes.io/region",
];

/// An object that runs pods.
#[derive(Debug)]
pub(super) struct Workload<'a> {
    pub(super) object: Object<'a>,
    /// What one of its pods is.
    pub(super) pod: &'a Value,
    labels: Option<&'a Value>,
}

impl<'a> Workload<'a> {
    /// The workload of an object, unless it is none or belongs to another one.
    pub(super) fn of(object: &Object<'a>) -> Option<Self> {
        let value = object.value;
        let is_knative = object.kind == "Service" && object.api.starts_with("serving.knative.dev/");
        let (pod, labels) = match object.kind {
            "Deployment"
            | "StatefulSet"
            | "DaemonSet"
            | "ReplicaSet"
            | "ReplicationController"
            | "Rollout"
            | "DeploymentConfig" => {
                let template = at(value, &["spec", "template"])?;
                (template.get("spec")?, at(template, &["metadata", "labels"]))
            }
            "Service" if is_knative => {
                let template = at(value, &["spec", "template"])?;
                (template.get("spec")?, at(template, &["metadata", "labels"]))
            }
            "Pod" => (value.get("spec")?, at(value, &["metadata", "labels"])),
            _ => return None,
        };
        if items_at(value, &["metadata", "ownerReferences"])
            .next()
            .is_some()
        {
            return None;
        }
        Some(Self {
            object: object.clone(),
            pod,
            labels,
        })
    }

    /// Copies that the file asks for, if it says.
    pub(super) fn replicas(&self) -> Option<u64> {
        match self.object.kind {
            "DaemonSet" | "Service" => None,
            "Pod" => Some(1),
            // Kubernetes' own default is one.
            _ => Some(whole_at(self.object.value, &["spec", "replicas"]).unwrap_or(1)),
        }
    }

    /// Whether all labels of a selector are among those of its pods.
    pub(super) fn is_selected(&self, selector: &Value) -> bool {
        let Some(wanted) = selector.as_object().filter(|wanted| !wanted.is_empty()) else {
            return false;
        };
        let Some(labels) = self.labels else {
            return false;
        };
        wanted
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value))
    }

    /// Adds it to the system, unless it runs nothing.
    pub(super) fn add(&self, name: &str, objects: &[Object], system: &mut System) {
        let replicas = self.replicas();
        if replicas == Some(0) {
            return;
        }
        let data = self.data(objects);
        let is_spread = self.is_spread_over_zones();
        for (region, zone) in self.zones() {
            system.zone(&region, &zone);
        }
        for region in self.regions() {
            system.regions.entry(region).or_default();
        }
        let kind = self.object.kind;
        let part = system.part(name);
        part.replicas = replicas.map(|n| {
            let is_given = has(&self.object.value["spec"], "replicas");
            let why = match kind {
                "Pod" => "a Pod of its own: nothing starts another one in its place".to_owned(),
                _ if is_given => "from the file".to_owned(),
                _ => "from the file: none given, so Kubernetes runs one".to_owned(),
            };
            (n, why)
        });
        part.makes_load = makes_load(name);
        if data.is_some() {
            part.data = data;
        }
        match kind {
            "DaemonSet" => {
                part.remarks.insert(
                    "a DaemonSet: one on each node; how many nodes there are is not in the file"
                        .to_owned(),
                );
            }
            "Service" => {
                part.remarks.insert(
                    "scaled by requests: how many copies run is not in the file".to_owned(),
                );
            }
            _ => {}
        }
        if is_spread {
            part.remarks
                .insert("the file spreads it over zones".to_owned());
        } else if replicas.is_some_and(|n| n > 1) {
            part.remarks.insert(
                "nothing in the file spreads it over zones: all copies may be in one".to_owned(),
            );
        }
        if kind == "DaemonSet" {
            system.unknown("how many nodes there are: DaemonSets run one copy on each");
        }
    }

    /// What its volumes claim; a volume that ends with its pod keeps nothing.
    fn data(&self, objects: &[Object]) -> Option<Data> {
        let templates = items_at(self.object.value, &["spec", "volumeClaimTemplates"]);
        let mut sizes: Vec<Option<u64>> = templates.map(claimed).collect();
        for volume in items(self.pod, "volumes") {
            let Some(claim) = text_at(volume, &["persistentVolumeClaim", "claimName"]) else {
                continue;
            };
            let found = objects.iter().find(|object| {
                object.kind == "PersistentVolumeClaim"
                    && object.name == claim
                    && object.namespace == self.object.namespace
            });
            sizes.push(found.and_then(|object| claimed(object.value)));
        }
        if sizes.is_empty() {
            return None;
        }
        let known: Option<Vec<u64>> = sizes.into_iter().collect();
        let size = known.map(|sizes| sizes.into_iter().fold(0, u64::saturating_add));
        Some(Data {
            size: size.filter(|size| *size > 0),
            why: "it claims volumes".to_owned(),
        })
    }

    fn is_spread_over_zones(&self) -> bool {
        let by_constraint = items(self.pod, "topologySpreadConstraints").any(|constraint| {
            text(constraint, "topologyKey").is_some_and(|key| ZONE_LABELS.contains(&key))
        });
        let anti = at(self.pod, &["affinity", "podAntiAffinity"]);
        let by_affinity = anti.is_some_and(|anti| {
            let required = items(anti, "requiredDuringSchedulingIgnoredDuringExecution");
            let preferred = items(anti, "preferredDuringSchedulingIgnoredDuringExecution")
                .filter_map(|term| term.get("podAffinityTerm"));
            required
                .chain(preferred)
                .any(|term| text(term, "topologyKey").is_some_and(|key| ZONE_LABELS.contains(&key)))
        });
        by_constraint || by_affinity
    }

    fn zones(&self) -> Vec<(String, String)> {
        self.wanted_labels(&ZONE_LABELS)
            .into_iter()
            .filter_map(places::zone)
            .collect()
    }

    fn regions(&self) -> Vec<String> {
        self.wanted_labels(&REGION_LABELS)
            .into_iter()
            .filter(|name| places::is_region(name))
            .map(str::to_owned)
            .collect()
    }

    /// Values that its nodes must have for one of some labels.
    fn wanted_labels(&self, labels: &[&str]) -> Vec<&'a str> {
        let selected = entries(self.pod, "nodeSelector")
            .filter(|(key, _)| labels.contains(key))
            .filter_map(|(_, value)| value.as_str());
        let required = items_at(
            self.pod,
            &[
                "affinity",
                "nodeAffinity",
                "requiredDuringSchedulingIgnoredDuringExecution",
                "nodeSelectorTerms",
            ],
        )
        .flat_map(|term| items(term, "matchExpressions"))
        .filter(|expression| {
            text(expression, "operator") == Some("In")
                && text(expression, "key").is_some_and(|key| labels.contains(&key))
        })
        .flat_map(|expression| items(expression, "values"))
        .filter_map(Value::as_str);
        selected.chain(required).collect()
    }
}

/// Storage that a claim asks for \[byte\].
fn claimed(claim: &Value) -> Option<u64> {
    quantity(text_at(
        claim,
        &["spec", "resources", "requests", "storage"],
    )?)
}

/// A quantity of Kubernetes, such as `10Gi`, in bytes.
fn quantity(text: &str) -> Option<u64> {
    const UNITS: [(&str, f64); 11] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("Pi", 1_125_899_906_842_624.0),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("", 1.0),
    ];
    let (unit, factor) = UNITS.iter().find(|(unit, _)| text.ends_with(unit))?;
    let number: f64 = text.strip_suffix(unit)?.parse().ok()?;
    let bytes = number * factor;
    (1.0..1e18).contains(&bytes).then_some(bytes as u64)
}

#[cfg(test)]
mod tests {
    use super::quantity;

    #[test]
    fn quantities_are_bytes() {
        assert_eq!(quantity("10Gi"), Some(10_737_418_240));
        assert_eq!(quantity("500M"), Some(500_000_000));
        assert_eq!(quantity("1.5T"), Some(1_500_000_000_000));
        assert_eq!(quantity("123"), Some(123));
        for wrong in ["", "Gi", "-1Gi", "lots", "1e30", "NaN", "infG"] {
            assert_eq!(quantity(wrong), None, "{wrong}");
        }
    }
}
