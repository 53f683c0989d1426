//! The assumption ledger: every number of the model, where it comes from, how often it came into play, and how much of the
//! answer rests on it.
//!
//! Three measures, each from what a run knows anyway: how often a fault fired; the share of what was lost that is charged to
//! the fault, or to the phase of failover, that a number describes (`charges`); and, where a topology can be worked out at a
//! glance, the elasticity of its unavailability (`elasticity`). What cannot be had honestly is left out, with the reason.

mod charges;
mod elasticity;

use crate::model::{Model, Quantity};
use crate::results::{Assumption, Ledger, Reliance, TopologyResult};

use charges::charge;
use elasticity::Elasticities;

/// Whether elasticities are worked out, which takes about a second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Elasticity {
    /// On so many threads.
    WorkedOut(usize),
    /// Nobody waits for them.
    LeftOut,
}

/// The ledger of a finished run of these topologies of a model.
#[must_use]
pub fn ledger(model: &Model, topologies: &[TopologyResult], elasticity: Elasticity) -> Ledger {
    let mut assumptions: Vec<Assumption> = (model.quantities.iter())
        .map(|quantity| Assumption {
            topologies: (topologies.iter())
                .filter(|topology| applies(quantity, topology, model))
                .map(|topology| reliance(quantity, topology))
                .collect(),
            ..assumption(quantity)
        })
        .collect();
    let elasticities = match elasticity {
        Elasticity::WorkedOut(threads) => {
            Elasticities::of(model, topologies, &assumptions, threads)
        }
        Elasticity::LeftOut => Elasticities::left_out(topologies),
    };
    for (index, assumption) in assumptions.iter_mut().enumerate() {
        for reliance in &mut assumption.topologies {
            reliance.elasticity = elasticities.get(index, &reliance.topology);
        }
    }
    Ledger {
        assumptions,
        no_elasticity: elasticities.unknown,
    }
}

fn assumption(quantity: &Quantity) -> Assumption {
    let finite = |number: f64| number.is_finite().then_some(number);
    Assumption {
        path: quantity.path.clone(),
        value: quantity.value.clone(),
        kind: quantity.kind.name().to_owned(),
        unit: quantity.kind.unit().to_owned(),
        number: quantity.number.and_then(finite),
        low: quantity.range.and_then(|(low, _)| finite(low)),
        high: quantity.range.and_then(|(_, high)| finite(high)),
        origin: origin(quantity).to_owned(),
        default: quantity.default.clone(),
        source: quantity.source.clone(),
        as_of: quantity.as_of.clone(),
        topologies: Vec::new(),
    }
}

/// What backs a number. A source that says "assumed", of all or of the rate or the repair alone, is none.
fn origin(quantity: &Quantity) -> &'static str {
    let Some(source) = &quantity.source else {
        return if quantity.default.is_some() {
            "default"
        } else {
            "assumed"
        };
    };
    let source = source.trim().to_lowercase();
    let part = match quantity.path.rsplit('.').next() {
        Some("mtbf") => "rate",
        Some("mttr") => "repair",
        _ => "",
    };
    let says_so = |clause: &str| {
        let of_this = clause.strip_prefix(part).filter(|_| !part.is_empty());
        of_this.is_some_and(|rest| rest.trim_start_matches([':', ' ']).starts_with("assumed"))
    };
    if source.starts_with("assumed") || source.split(';').map(str::trim).any(says_so) {
        "assumed"
    } else {
        "source"
    }
}

fn reliance(quantity: &Quantity, topology: &TopologyResult) -> Reliance {
    let fault = charges::fault_of(&quantity.path, topology);
    let fired = fault.map(|fault| fault.fired);
    let charge = charge(&quantity.path, topology);
    Reliance {
        topology: topology.name.clone(),
        fired,
        fired_per_trial: fired
            .filter(|_| topology.trials > 0)
            .map(|fired| fired as f64 / topology.trials as f64),
        charged_to: charge.as_ref().map(|charge| charge.to.clone()),
        share: charge.as_ref().map(|charge| charge.share),
        unavailability: charge.and_then(|charge| charge.unavailability),
        elasticity: None,
    }
}

/// Whether a number is one of a topology: what is written for another is not, nor is what it overrides.
fn applies(quantity: &Quantity, topology: &TopologyResult, model: &Model) -> bool {
    let path = quantity.path.as_str();
    if path.starts_with("topologies.") {
        return own(path, &topology.name).is_some();
    }
    let Some(spec) = model.topologies.get(&topology.name) else {
        return false;
    };
    let Some(key) = path.strip_prefix("failover.") else {
        let needs_a_standby = ["drills.", "replication.", "failover"];
        return spec.regions.len() > 1 || !needs_a_standby.iter().any(|key| path.starts_with(key));
    };
    // A topology that overrides `detect` has its own probe, misses and all.
    let first = key.split('.').next().unwrap_or_default();
    let overrides = (model.quantities.iter())
        .filter(|other| other.default.is_none())
        .filter_map(|other| own(&other.path, &topology.name)?.strip_prefix("failover."))
        .any(|own| own.split('.').next() == Some(first));
    spec.regions.len() > 1 && !overrides
}

/// The keys below those of a topology.
fn own<'a>(path: &'a str, topology: &str) -> Option<&'a str> {
    path.strip_prefix("topologies.")?
        .strip_prefix(topology)?
        .strip_prefix('.')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::load_str;

    const TEXT: &str = "
model: shop
regions: { east: { zones: 1 }, west: { zones: 1 } }
services: { web: { replicas: 2, price: $1/h } }
faults:
  host:  { hits: replica, mtbf: { between: [50d, 200d] }, mttr: 1h, source: \"fleet log 2024-11; repair assumed\" }
  quake: { hits: region, mtbf: 10y, mttr: 10d, source: assumed }
  fire:  { hits: region, mtbf: 90y, mttr: 10d, source: \"insurer's table\", as_of: 2023 }
failover: { detect: { probe: 10s, misses: 3 } }
topologies:
  one:  { pattern: single-az }
  warm: { pattern: warm-standby }
  own:  { pattern: hot-standby, failover: { detect: 5m } }
sources:
  failover.detect: { source: load balancer manual, as_of: 2025-03-14 }
  topologies.own.failover: { source: drill protocol }
  services.web: list price
";

    fn model() -> Model {
        load_str("test.yaml", TEXT, None).unwrap_or_else(|errors| panic!("{errors}"))
    }

    #[test]
    fn each_number_has_the_source_nearest_to_it_and_its_date() {
        let model = model();
        let found = |path: &str| {
            let mut all = model
                .quantities
                .iter()
                .filter(|quantity| quantity.path == path);
            let quantity = all.next().unwrap_or_else(|| panic!("{path}"));
            assert!(all.next().is_none(), "{path} is there twice");
            (
                origin(quantity),
                quantity.source.as_deref(),
                quantity.as_of.as_deref(),
            )
        };
        let log = Some("fleet log 2024-11; repair assumed");
        for (path, expected) in [
            ("faults.host.mtbf", ("source", log, Some("2024-11"))),
            ("faults.host.mttr", ("assumed", log, Some("2024-11"))),
            ("faults.quake.mtbf", ("assumed", Some("assumed"), None)),
            (
                "faults.fire.mttr",
                ("source", Some("insurer's table"), Some("2023")),
            ),
            (
                "failover.detect.probe",
                ("source", Some("load balancer manual"), Some("2025-03-14")),
            ),
            (
                "topologies.own.failover.detect",
                ("source", Some("drill protocol"), None),
            ),
            ("services.web.price", ("source", Some("list price"), None)),
            ("topologies.warm.standby_scale", ("default", None, None)),
        ] {
            assert_eq!(found(path), expected, "{path}");
        }
        let range = model.quantities.iter().find_map(|quantity| quantity.range);
        let days = |seconds: f64| (seconds / 86_400.0).round();
        assert_eq!(
            range.map(|(low, high)| (days(low), days(high))),
            Some((50.0, 200.0))
        );
    }

    #[test]
    fn a_number_applies_where_nothing_overrides_it() {
        let model = model();
        let topologies = ["one", "warm", "own"]
            .map(|name| crate::compare::assemble::tests::topology(name, None, 1e-3));
        let ledger = ledger(&model, &topologies, Elasticity::WorkedOut(1));
        let of = |path: &str| -> Vec<&str> {
            let found = ledger
                .assumptions
                .iter()
                .find(|assumption| assumption.path == path);
            let found = found.unwrap_or_else(|| panic!("{path}"));
            found
                .topologies
                .iter()
                .map(|reliance| reliance.topology.as_str())
                .collect()
        };
        assert_eq!(of("faults.quake.mtbf"), ["one", "warm", "own"]);
        assert_eq!(of("failover.detect.probe"), ["warm"]);
        assert_eq!(of("topologies.own.failover.detect"), ["own"]);
        // Ranges are drawn for each trial: there is no one answer to take a derivative of.
        assert!(
            ledger
                .no_elasticity
                .iter()
                .all(|unknown| unknown.reason.contains("range"))
        );
        assert_eq!(ledger.no_elasticity.len(), 3);
    }
}
