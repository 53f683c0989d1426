//! Which fault, or which phase of failover, a number of the model describes, and what is charged to that.

use super::own;
use crate::results::{Estimate, FaultCount, TopologyResult};

/// What is charged to a fault or phase.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Charge {
    /// `fault zone-outage`, `phase detecting`.
    pub(super) to: String,
    /// Share of what was lost, 0 to 1.
    pub(super) share: f64,
    /// Its part of the unavailability; `None` if nothing is charged to it.
    pub(super) unavailability: Option<Estimate>,
}

/// The phase that each key of `failover` is a number of.
const PHASES: [(&str, &str); 10] = [
    ("detect", "detecting"),
    ("decide", "deciding"),
    ("activate", "activating"),
    ("plan", "activating"),
    ("reroute.stuck", "stuck-clients"),
    ("reroute", "rerouting"),
    ("retry", "retrying"),
    ("success", "retrying"),
    ("rot.fix", "mending-standby"),
    ("failback", "failing-back"),
];

/// The fault whose times these keys lead to, as far as it can fire in a topology. An external service's own failures go by
/// its name.
pub(super) fn fault_of<'a>(path: &str, topology: &'a TopologyResult) -> Option<&'a FaultCount> {
    let rest = path
        .strip_prefix("faults.")
        .or_else(|| path.strip_prefix("services."))?;
    let is_service = path.starts_with("services.");
    let leads_to = |fault: &&FaultCount| {
        let key = rest
            .strip_prefix(fault.name.as_str())
            .and_then(|key| key.strip_prefix('.'));
        key.is_some_and(|key| !is_service || key == "mtbf" || key == "mttr")
    };
    // Names may have dots in them: the longest that fits is the one that is meant.
    let fitting = topology.faults.iter().filter(leads_to);
    fitting.max_by_key(|fault| fault.name.len())
}

/// What is charged to the thing that these keys describe; `None` if losses are not charged to such things.
pub(super) fn charge(path: &str, topology: &TopologyResult) -> Option<Charge> {
    // Nothing was lost: there is nothing to charge.
    if topology.attribution.is_empty() {
        return None;
    }
    if let Some(fault) = fault_of(path, topology) {
        let charged = (topology.attribution.iter()).find(|charged| charged.cause == fault.name);
        return Some(Charge {
            to: format!("fault {}", fault.name),
            share: charged.map_or(0.0, |charged| charged.share),
            unavailability: charged.map(|charged| charged.unavailability.clone()),
        });
    }
    let (phase, on) = phase_of(path, topology)?;
    let charged = (topology.phases.iter())
        .find(|charged| charged.phase == phase && charged.on.as_deref() == on);
    Some(Charge {
        to: on.map_or_else(
            || format!("phase {phase}"),
            |on| format!("phase {phase} ({on})"),
        ),
        share: charged.map_or(0.0, |charged| charged.share),
        unavailability: charged.map(|charged| charged.unavailability.clone()),
    })
}

/// The phase that these keys describe, and whom or what it waits for.
fn phase_of<'a>(
    path: &'a str,
    topology: &'a TopologyResult,
) -> Option<(&'static str, Option<&'a str>)> {
    // Without a standby there are no phases.
    if topology.phases.is_empty() {
        return None;
    }
    let path = own(path, &topology.name).unwrap_or(path);
    if path.starts_with("drills.") {
        return (path != "drills.cost").then_some(("drilling", None));
    }
    if path == "standby_scale" {
        return Some(("degraded", None));
    }
    if let Some(rest) = path.strip_prefix("crews.") {
        let waits = topology
            .phases
            .iter()
            .filter(|loss| loss.phase == "waiting-for-people");
        let mut crews = waits.filter_map(|loss| loss.on.as_deref());
        let of_crew = |crew: &&str| {
            rest.strip_prefix(*crew)
                .is_some_and(|key| key.starts_with('.'))
        };
        return crews
            .find(of_crew)
            .map(|crew| ("waiting-for-people", Some(crew)));
    }
    let key = path.strip_prefix("failover.")?;
    let leads_to = |start: &str| {
        let rest = key.strip_prefix(start);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let (_, phase) = PHASES.into_iter().find(|(start, _)| leads_to(start))?;
    Some((phase, None))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::assemble::tests::{estimate, topology};
    use crate::results::{Attribution, PhaseLoss};

    fn sample() -> TopologyResult {
        let mut sample = topology("warm", Some(1.0), 1e-3);
        let fault = |name: &str| FaultCount {
            name: name.to_owned(),
            fired: 12,
        };
        sample.faults = vec![fault("zone"), fault("zone.b"), fault("stripe")];
        sample.attribution = vec![Attribution {
            cause: "zone.b".to_owned(),
            share: 1.0,
            unavailability: estimate(1e-3),
        }];
        let phase = |phase: &str, on: Option<&str>, share| PhaseLoss {
            phase: phase.to_owned(),
            on: on.map(str::to_owned),
            share,
            unavailability: estimate(share * 1e-3),
        };
        sample.phases = vec![
            phase("detecting", None, 0.25),
            phase("waiting-for-people", Some("night shift"), 0.75),
        ];
        sample
    }

    #[test]
    fn numbers_lead_to_the_fault_or_phase_that_they_describe() {
        let sample = sample();
        for (path, to, share) in [
            ("faults.zone.mtbf", "fault zone", 0.0),
            ("faults.zone.b.mtbf", "fault zone.b", 1.0),
            ("services.stripe.mttr", "fault stripe", 0.0),
            ("failover.detect.probe", "phase detecting", 0.25),
            ("topologies.warm.failover.detect", "phase detecting", 0.25),
            ("failover.reroute.stuck", "phase stuck-clients", 0.0),
            (
                "crews.night shift.on_call.night",
                "phase waiting-for-people (night shift)",
                0.75,
            ),
        ] {
            let charge = charge(path, &sample).unwrap_or_else(|| panic!("{path}"));
            assert_eq!((charge.to.as_str(), charge.share), (to, share), "{path}");
            assert_eq!(charge.unavailability.is_some(), share > 0.0, "{path}");
        }
    }

    #[test]
    fn numbers_that_nothing_is_charged_to_have_no_charge() {
        let mut sample = sample();
        for path in [
            "services.web.price",
            "services.stripe.price",
            "costs.storage",
            "traffic.rate",
            "failover.false_alarm",
            "drills.cost",
        ] {
            assert_eq!(charge(path, &sample), None, "{path}");
        }
        sample.attribution.clear();
        assert_eq!(charge("faults.zone.b.mtbf", &sample), None);
    }
}
