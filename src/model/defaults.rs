//! What a model leaves to the defaults of the language.

/// A value that applies because the model does not give one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedDefault {
    /// Key path, such as `services.db.needs`.
    pub path: String,
    /// The value as it would be written.
    pub value: String,
    /// Where it comes from.
    pub why: String,
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::AppliedDefault;
    use crate::model::{applied_defaults_str, json_schema};

    /// A model that has all sections and leaves out all that it may.
    const BARE: &str = "
model: bare
regions: { east: { zones: 2 }, west: { zones: 2 } }
services:
  web: { takeover: 60s, takeover_success: 99%, calls: [db] }
  db:  { data: { size: 1TB } }
journeys: { shop: { entry: web } }
faults:
  zone:  { hits: zone, mtbf: 1y, mttr: 1h, crew: people }
  slow:  { hits: replica, mtbf: 1y, mttr: 1h, effect: { capacity: 50% }, detected: false }
  bad:   { hits: replica, mtbf: 1y, mttr: 1h, effect: { errors: 50% } }
  blind: { hits: replica, mtbf: 1y, mttr: 1h, detected: false }
  bug:   { hits: service, services: [db], mtbf: 1y, mttr: 1h, effect: corrupt }
  link:  { hits: region-link, mtbf: 1y, mttr: 1h }
crews: { people: { order: priority }, others: {} }
replication: {}
backups: {}
topologies:
  warm:  { pattern: warm-standby }
  hot:   { pattern: hot-standby, failover: { detect: { misses: 3 }, reroute: { ttl: 60s }, failback: {}, plan: [{ step: go, takes: 5m, by: people }] } }
  all:   { pattern: active-active }
traffic: { rate: 1/s, daily_peak: 2 }
";

    fn told(text: &str) -> Vec<AppliedDefault> {
        applied_defaults_str("test.yaml", text, None).unwrap_or_else(|errors| panic!("{errors}"))
    }

    #[test]
    fn what_does_not_happen_is_told() {
        let defaults = told(BARE);
        let value = |path: &str| {
            let mut found = defaults.iter().filter(|default| default.path == path);
            let value = found.next().map(|default| default.value.as_str());
            assert!(found.next().is_none(), "{path} is told twice");
            value
        };
        for (path, expected) in [
            ("faults.zone.detected", "true"),
            ("faults.zone.strikes", "the place itself"),
            ("faults.zone.priority", "after all that have one"),
            ("faults.slow.effect.errors", "0%"),
            (
                "faults.slow.noticed",
                "by nobody: its repair begins at once",
            ),
            ("faults.bad.effect.capacity", "100%"),
            ("faults.bad.detected", "true"),
            ("faults.blind.effect", "down"),
            ("canary", "none"),
            ("drills", "none"),
            ("crews.people.dispatch", "at once"),
            ("crews.people.on_call", "always at work"),
            ("topologies.warm.failover.rot", "never"),
            ("topologies.warm.failover.false_alarm", "never"),
            (
                "topologies.warm.failover.reroute",
                "{ ttl: 60s, stuck: 0% }",
            ),
            ("topologies.hot.failover.reroute.stuck", "0%"),
            ("topologies.hot.failover.detect.hold_down", "0s"),
            ("topologies.hot.failover.failback.drain", "false"),
            ("topologies.hot.failover.plan.go.attempts", "1"),
            ("topologies.hot.failover.plan.go.priority", "0"),
            ("replication.mode", "async"),
            ("backups.every", "24h"),
            ("backups.restore", "200MB/s"),
        ] {
            assert_eq!(value(path), Some(expected), "{path}");
        }
        // What cannot be there is not told: links are cut or not, corruption is seen by everybody, and one region has no standby.
        for path in [
            "faults.link.detected",
            "faults.link.strikes",
            "faults.bug.detected",
            "faults.slow.strikes",
            "faults.bad.noticed",
            "topologies.all.failover.rot",
            "topologies.hot.failover.activate",
        ] {
            assert_eq!(value(path), None, "{path}");
        }
        let drilled = told(&format!(
            "{BARE}drills: {{ every: 90d }}\ncanary: {{ every: 5m }}\n"
        ));
        let has = |path: &str| drilled.iter().any(|default| default.path == path);
        assert!(has("drills.kind") && has("drills.cost") && has("canary.misses"));
        assert!(!has("drills") && !has("canary"));
    }

    /// Keys of which the schema says that they have a default, by name; one that is not told is named.
    #[test]
    fn every_default_of_the_schema_is_told() {
        fn keys(value: &serde_json::Value, found: &mut BTreeSet<String>) {
            let Some(object) = value.as_object() else {
                return;
            };
            let properties = object.get("properties").and_then(|all| all.as_object());
            for (key, property) in properties.into_iter().flatten() {
                let words = property["description"].as_str().unwrap_or_default();
                if words.contains("default") {
                    found.insert(key.clone());
                }
            }
            object.values().for_each(|inner| keys(inner, found));
        }
        let mut with_default = BTreeSet::new();
        keys(
            &serde_json::from_str(&json_schema()).unwrap(),
            &mut with_default,
        );
        // The order of steps is what it looks like, and an SLO is one of what its keys are of.
        assert!(with_default.remove("beside"));
        assert!(with_default.remove("indicator"));
        let more = "drills: { every: 90d }\ncanary: { every: 5m }\n";
        let without = "model: test\nregions: { a: { zones: 1 }, b: { zones: 1 } }\nservices: { api: {} }\nfaults: {}\n";
        let steady = BARE.replace(", daily_peak: 2", "");
        let mut all = told(&steady.replace(", takeover_success: 99%", ""));
        all.extend(told(&format!("{BARE}{more}")));
        all.extend(told(without));
        let slo =
            "[{ target: 99%, window: 30d }, { indicator: balance, tolerance: 2%, window: 30d }]";
        all.extend(told(&format!(
            "{without}topologies: {{ both: {{ pattern: active-active }} }}\nobjectives: {{ slo: {slo} }}\n"
        )));
        all.extend(told(
            "model: test\nregions: { a: { zones: 3 } }\nservices: { api: {}, web: { per_cell: { replicas: 2 } } }\n\
             faults: { bad: { hits: cell, mtbf: 30d, mttr: 1h } }\ntopologies: { some: { pattern: multi-az, cells: 2 } }\n",
        ));
        let is_told = |key: &String| {
            let in_path =
                |default: &AppliedDefault| default.path.split('.').any(|part| part == key);
            all.iter().any(in_path)
        };
        let silent: Vec<&String> = with_default.iter().filter(|key| !is_told(key)).collect();
        assert!(with_default.len() > 50 && silent.is_empty(), "{silent:?}");
    }
}
