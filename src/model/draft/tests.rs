//! Changes by path: what they change, what they refuse, and what is near.

use super::*;
use crate::model::types::{Detect, ServiceKind};
use crate::model::{Distribution, applied_defaults_str, load_str};

const MODEL: &str = r#"
model: shop
regions: { east: { zones: [a, b, c] }, west: { zones: 2 } }
services:
  api: { replicas: 3, needs: 2, calls: [db], price: $0.20/h }
  db:  { replicas: 2, takeover: 60s, takeover_success: 90% }
  "a.b": { replicas: 2 }
faults:
  host: { hits: replica, mtbf: { between: [30d, 120d] }, mttr: 8m, source: "incident log 2025" }
  zone-outage: { hits: zone, mtbf: 3y, mttr: { lognormal: { median: 50m, p95: 5h } } }
  bug: { hits: service, services: [api], mtbf: 1y, mttr: { mixture: [ { weight: 90%, of: 10m }, { weight: 10%, of: { weibull: { shape: 2, scale: 3h } } } ] } }
topologies:
  one:  { pattern: multi-az }
  warm: { pattern: warm-standby }
  own:  { pattern: hot-standby, failover: { detect: { probe: 5s } } }
failover:
  detect: { probe: 10s, misses: 3 }
  success: 95%
  plan:
    - { step: approve, takes: { between: [5m, 20m] } }
    - { step: promote, takes: { between: [5m, 20m] }, success: 98% }
costs: { downtime: $9000/h }
sources: { failover.plan: "drill of 2025-11" }
"#;

fn draft() -> Draft {
    Draft::of_str("shop.yaml", MODEL, None).unwrap_or_else(|errors| panic!("{errors}"))
}

fn with(path: &str, value: &str) -> Model {
    let changed = draft().with(&[Change::set(path, value)]);
    changed.unwrap_or_else(|error| panic!("{error}"))
}

fn refused(path: &str, value: &str) -> (String, String) {
    let error = draft().with(&[Change::set(path, value)]).unwrap_err();
    (error.message, error.hint)
}

/// A changed value means what it would mean in the file.
#[test]
fn a_change_is_the_same_as_an_edit_of_the_file() {
    for (path, value, found, written) in [
        (
            "services.api.replicas",
            "5",
            "replicas: 3, needs",
            "replicas: 5, needs",
        ),
        (
            "services.\"a.b\".replicas",
            "4",
            "\"a.b\": { replicas: 2",
            "\"a.b\": { replicas: 4",
        ),
        ("faults.zone-outage.mtbf", "5y", "mtbf: 3y", "mtbf: 5y"),
        (
            "faults.zone-outage.mttr.lognormal.median",
            "70m",
            "median: 50m",
            "median: 70m",
        ),
        (
            "faults.bug.mttr.mixture.1.of.weibull.scale",
            "4h",
            "scale: 3h",
            "scale: 4h",
        ),
        ("failover.detect.probe", "2s", "probe: 10s", "probe: 2s"),
        (
            "failover.detect",
            "{ fixed: 3m }",
            "detect: { probe: 10s, misses: 3 }",
            "detect: { fixed: 3m }",
        ),
        (
            "failover.plan.1.success",
            "50%",
            "success: 98%",
            "success: 50%",
        ),
        (
            "failover.plan.promote.success",
            "50%",
            "success: 98%",
            "success: 50%",
        ),
        (
            "topologies.warm.standby_scale",
            "60%",
            "warm-standby }",
            "warm-standby, standby_scale: 60% }",
        ),
        (
            "topologies.warm.failover.detect.probe",
            "1s",
            "warm-standby }",
            "warm-standby, failover: { detect: { probe: 1s } } }",
        ),
        ("regions.east.zones", "2", "[a, b, c]", "2"),
        ("regions.east.zones.2", "z", "[a, b, c]", "[a, b, z]"),
        (
            "drills",
            "{ every: 90d }",
            "costs:",
            "drills: { every: 90d }\ncosts:",
        ),
        ("costs.downtime", "$1/h", "$9000/h", "$1/h"),
    ] {
        assert!(MODEL.contains(found), "{found}");
        let mut by_hand = load_str("x", &MODEL.replacen(found, written, 1), None)
            .unwrap_or_else(|errors| panic!("{path}: {errors}"));
        let by_path = with(path, value);
        assert_ne!(by_path.hash, draft().model().hash, "{path}");
        by_hand.hash.clone_from(&by_path.hash);
        by_hand.origin.clone_from(&by_path.origin);
        assert_eq!(by_path, by_hand, "{path}");
    }
}

#[test]
fn several_changes_take_effect_in_order() {
    let changes = [
        Change::set("failover.plan", "[{ step: go, takes: 5m }]"),
        Change::set("failover.plan.go.takes", "7m"),
        Change::set("services.api.replicas", "6"),
        Change::remove("failover.success"),
    ];
    let model = draft().with(&changes).unwrap();
    let warm = &model.topologies["warm"].failover;
    assert_eq!(
        warm.plan[0].takes,
        Distribution::Exponential { mean: 420.0 }
    );
    assert_eq!(warm.success, 1.0, "the default holds again");
    assert_ne!(model.hash, draft().with(&changes[..3]).unwrap().hash);
    assert_eq!(draft().with(&[]).unwrap(), *draft().model());
}

/// Topologies that the language adds stand where the file names none.
#[test]
fn topologies_and_journeys_of_the_language_can_be_changed() {
    let is_topology = |line: &&str| {
        let starts = ["topologies", "  one", "  warm", "  own"];
        starts.iter().any(|start| line.starts_with(start))
    };
    let lines: Vec<&str> = MODEL.lines().filter(|line| !is_topology(line)).collect();
    let text = lines.join("\n");
    let draft = Draft::of_str("x", &text, None).unwrap();
    let model = draft
        .with(&[Change::set("topologies.warm-standby.standby_scale", "60%")])
        .unwrap();
    assert_eq!(model.topologies["warm-standby"].standby_scale, 0.6);
    // All else is as the language has it.
    let mut same = draft
        .with(&[
            Change::set("topologies.warm-standby.standby_scale", "30%"),
            Change::set("journeys.api.down_below", "95%"),
        ])
        .unwrap();
    let was = draft.model();
    same.hash.clone_from(&was.hash);
    same.origin.clone_from(&was.origin);
    // What was a default is written now.
    same.quantities.clone_from(&was.quantities);
    assert_eq!(same, *draft.model());
}

#[test]
fn a_mean_changes_and_the_shape_stays() {
    let Distribution::Lognormal { sigma, .. } = draft().model().faults["zone-outage"].renewal.mttr
    else {
        panic!()
    };
    let changed = with("faults.zone-outage.mttr.mean", "2h");
    let law = &changed.faults["zone-outage"].renewal.mttr;
    let Distribution::Lognormal { sigma: new, .. } = law else {
        panic!("{law:?}")
    };
    assert!(
        (law.mean() - 7200.0).abs() < 1e-6 && (sigma - new).abs() < 1e-12,
        "{law:?}"
    );
    let mixture = with("faults.bug.mttr.mean", "1h");
    assert!((mixture.faults["bug"].renewal.mttr.mean() - 3600.0).abs() < 1e-6);
    let plain = with("faults.host.mttr.mean", "9m");
    assert_eq!(
        plain.faults["host"].renewal.mttr,
        Distribution::Exponential { mean: 540.0 }
    );
}

#[test]
fn multiples_keep_units_and_chances_stay_chances() {
    let times = |path: &str, factor| draft().with(&[Change::multiply(path, factor)]).unwrap();
    assert_eq!(
        times("costs.downtime", 2.0).costs.downtime_per_hour,
        Some(18_000.0)
    );
    let success = times("failover.success", 2.0).topologies["warm"]
        .failover
        .success;
    assert!(
        (success - 38.0 / 39.0).abs() < 1e-12,
        "odds of 19 become 38: {success}"
    );
    let ServiceKind::Replicated {
        takeover: Some(takeover),
        ..
    } = &times("services.db.takeover", 3.0).services["db"]
        .kind
        .clone()
    else {
        panic!()
    };
    assert_eq!(takeover.takes, Distribution::Exponential { mean: 180.0 });
    let range = times("faults.host.mtbf", 2.0).faults["host"]
        .renewal
        .mtbf
        .clone();
    let Distribution::Between(range) = range else {
        panic!()
    };
    let day = 86_400.0;
    assert!((range.at(0.0) - (60.0 * 240.0_f64).sqrt() * day).abs() < 1.0);
    assert!(draft().with(&[Change::multiply("model", 2.0)]).is_err());
}

#[test]
fn a_bad_path_names_the_nearest_good_ones() {
    let (message, hint) = refused("failover.detct", "10s");
    assert_eq!(
        message,
        "no value at `failover.detct`: `failover` has no `detct`"
    );
    assert!(hint.starts_with("did you mean `failover.detect`"), "{hint}");
    let (_, hint) = refused("faults.zone.mtbf", "1y");
    assert!(hint.contains("`faults.zone-outage.mtbf`"), "{hint}");
    let (_, hint) = refused("standby_scale", "50%");
    assert!(hint.contains("`topologies.warm.standby_scale`"), "{hint}");
    let (message, hint) = refused("faults.host.mttr.lognormal.median", "5m");
    assert!(
        message.contains("`faults.host.mttr` is `8m` here and has no `lognormal`"),
        "{message}"
    );
    assert!(hint.contains("set `faults.host.mttr` as a whole"), "{hint}");
    let (_, hint) = refused("failover.plan.promot.takes", "5m");
    assert!(hint.contains("`failover.plan.promote.takes`"), "{hint}");
    // User's names are not invented by a path, and what is not simulated is not suggested.
    assert!(
        draft()
            .with(&[Change::set("services.new.replicas", "2")])
            .is_err()
    );
    assert!(draft().place("services.api.capacity").is_err());
    for path in [
        "",
        ".",
        "failover.",
        ".failover",
        "failover..detect",
        "services.\"a.b",
        "services.\"a.b\"x",
    ] {
        let (message, _) = refused(path, "1");
        assert!(message.ends_with("is not a path"), "{path}: {message}");
    }
}

#[test]
fn a_bad_value_is_judged_as_in_the_file() {
    let (message, hint) = refused("failover.detect.probe", "90");
    assert_eq!(
        message,
        "`failover.detect.probe=90`: `90` has no unit of time"
    );
    assert!(hint.contains("write 90s or 90m"), "{hint}");
    let (message, _) = refused("services.api.needs", "9");
    assert!(message.starts_with("`services.api.needs=9`: "), "{message}");
    for (value, expected) in [
        ("", "no value is given"),
        ("~", "no value is given"),
        ("{ a", "invalid YAML"),
        ("[1, 2]", "found a list"),
    ] {
        let (message, _) = refused("failover.success", value);
        assert!(message.contains(expected), "{value}: {message}");
    }
}

#[test]
fn every_place_leads_to_itself() {
    let draft = draft();
    let places = draft.places();
    assert!(places.len() > 150, "{}", places.len());
    for place in &places {
        assert_eq!(draft.place(&place.path).unwrap(), *place);
    }
    let kind = |path: &str| draft.place(path).unwrap().kind;
    assert_eq!(kind("failover.detect"), Kind::Structure);
    assert_eq!(kind("failover.detect.probe"), Kind::Duration);
    assert_eq!(kind("faults.host.mttr"), Kind::Time);
    assert_eq!(kind("failover.activate"), Kind::Time);
    assert_eq!(kind("failover.success"), Kind::Probability);
    assert_eq!(kind("services.api.replicas"), Kind::Count);
    assert_eq!(kind("services.api.price"), Kind::Amount);
    assert_eq!(kind("faults.zone-outage.hits"), Kind::Word);
    assert!(draft.place("faults.zone-outage.mttr").unwrap().is_shaped);
    assert!(!draft.place("faults.host.mttr").unwrap().is_shaped);
}

#[test]
fn assumptions_are_what_is_believed() {
    let assumptions = draft().assumptions();
    let paths: Vec<&str> = assumptions.iter().map(|one| one.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "services.api.price",
            "services.db.takeover",
            "services.db.takeover_success",
            "faults.host.mtbf",
            "faults.host.mttr",
            "faults.zone-outage.mtbf",
            "faults.zone-outage.mttr",
            "faults.bug.mtbf",
            "faults.bug.mttr",
            "failover.success",
            "failover.plan.approve.takes",
            "failover.plan.promote.takes",
            "failover.plan.promote.success",
            "costs.downtime",
        ]
    );
    let host = &assumptions[3];
    assert_eq!(host.source.as_deref(), Some("incident log 2025"));
    assert_eq!(assumptions[10].source.as_deref(), Some("drill of 2025-11"));
    let Magnitude::Range { low, high } = host.quantity else {
        panic!()
    };
    assert!((low - 30.0 * 86_400.0).abs() < 1e-3 && (high - 120.0 * 86_400.0).abs() < 1e-3);
    for assumption in &assumptions {
        for change in [assumption.times(2.0), assumption.times(0.5)] {
            draft()
                .with(&[change.unwrap()])
                .unwrap_or_else(|error| panic!("{error}"));
        }
    }
    let known = draft().with(&[host.known(86_400.0).unwrap()]).unwrap();
    assert_eq!(
        known.faults["host"].renewal.mtbf,
        Distribution::Exponential { mean: 86_400.0 }
    );
}

#[test]
fn what_a_topology_overrides_is_told() {
    let draft = draft();
    assert!(draft.is_overridden("failover.detect.probe", "own"));
    assert!(!draft.is_overridden("failover.success", "own"));
    assert!(!draft.is_overridden("failover.detect.probe", "warm"));
    let changed = with("failover.detect.probe", "1s");
    let probe = |name: &str| match changed.topologies[name].failover.detect {
        Detect::Probe { period_seconds, .. } => period_seconds,
        Detect::Drawn(_) => panic!(),
    };
    assert_eq!((probe("own"), probe("warm")), (5.0, 1.0));
}

/// Two steps of a plan are two things that are not known.
#[test]
fn ranges_of_steps_have_names_of_their_own() {
    let draft = draft();
    let plan = &draft.model().topologies["warm"].failover.plan;
    let name = |index: usize| plan[index].takes.ranges()[0].name.to_string();
    assert_eq!(
        (name(0).as_str(), name(1).as_str()),
        ("failover.plan.approve.takes", "failover.plan.promote.takes")
    );
}

/// Whatever a default is called where it is told, it can be set there.
#[test]
fn defaults_that_are_told_have_places() {
    let plain = MODEL.replace("\"a.b\"", "other");
    let draft = Draft::of_str("x", &plain, None).unwrap();
    // All journeys together have no place.
    let told = applied_defaults_str("x", &plain, None).unwrap();
    for default in told.iter().filter(|default| !default.path.contains('*')) {
        // Steps of the model's plan are told for each topology, and stand under the model's failover.
        let path = match default.path.split_once(".failover.plan.") {
            Some((_, step)) => format!("failover.plan.{step}"),
            None => default.path.clone(),
        };
        assert!(draft.place(&path).is_ok(), "{path}");
    }
}
