//! How many calls between replicas one request makes.

use std::collections::BTreeSet;

use crate::model::{Call, CallTargets, Model, ServiceKind};

/// Mean number of calls between deployed services that one request makes, over the journeys by their shares.
///
/// Each request of a journey is taken to make one call along each edge of the closure of its entry: required, optional
/// and asynchronous ones alike. A group of which `k` are needed makes `k` calls, spread evenly over its members. Calls
/// to external services leave the deployment and cross no zone of it, so they are not counted; a virtual service is
/// seen through: a call to it is a call to what stands behind it. Repetitions (retries, loops, fan-out) are not
/// modelled here.
#[must_use]
pub fn calls_per_request(model: &Model) -> f64 {
    model
        .journeys
        .values()
        .map(|journey| journey.share * calls_of_entry(model, &journey.entry))
        .sum()
}

/// Calls between deployed services that one request at `entry` makes.
fn calls_of_entry(model: &Model, entry: &str) -> f64 {
    let mut seen = BTreeSet::new();
    let mut waiting = vec![(entry, Origin::Client)];
    let mut calls = 0.0;
    while let Some((name, origin)) = waiting.pop() {
        if !seen.insert((name, origin)) {
            continue;
        }
        let Some(service) = model.services.get(name) else {
            continue;
        };
        let origin = if is_deployed(&service.kind) {
            Origin::Replica
        } else {
            origin
        };
        for call in &service.calls {
            let (members, weight) = members_and_weight(call);
            for member in members {
                let counted = model
                    .services
                    .get(member)
                    .is_some_and(|callee| is_deployed(&callee.kind));
                if counted && origin == Origin::Replica {
                    calls += weight;
                }
                // What a deployed service calls does not depend on who called it: one visit is enough.
                waiting.push((member, if counted { Origin::Replica } else { origin }));
            }
        }
    }
    calls
}

/// Who makes a call, once virtual services are seen through.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Origin {
    Client,
    Replica,
}

fn is_deployed(kind: &ServiceKind) -> bool {
    matches!(kind, ServiceKind::Replicated { .. })
}

/// The members of a call, and how many calls go to each of them.
fn members_and_weight(call: &Call) -> (Vec<&str>, f64) {
    match &call.targets {
        CallTargets::One(name) => (vec![name], 1.0),
        CallTargets::AtLeast(k, names) => (
            names.iter().map(String::as_str).collect(),
            f64::from(*k) / names.len().max(1) as f64,
        ),
    }
}
