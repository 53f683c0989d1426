//! A deployment reduced to what a picture of it needs.

use super::{Deployment, Role};
use crate::model::{CallKind, CallTargets, Model, Service, ServiceKind};
use crate::results::{Layout, LayoutCall, LayoutRegion, LayoutService};

/// What runs where, ready to be drawn.
#[must_use]
pub fn layout(model: &Model, deployment: &Deployment) -> Layout {
    Layout {
        topology: deployment.name.clone(),
        pattern: deployment.pattern().name().to_owned(),
        regions: (0..deployment.n_regions())
            .map(|region| layout_region(deployment, region))
            .collect(),
        services: model
            .services
            .iter()
            .map(|(name, service)| layout_service(name, service))
            .collect(),
        calls: layout_calls(model),
        entries: model
            .journeys
            .iter()
            .filter_map(|(name, journey)| {
                Some((name.clone(), model.services.get_index_of(&journey.entry)?))
            })
            .collect(),
    }
}

/// A region, all of its cells together.
fn layout_region(deployment: &Deployment, index: usize) -> LayoutRegion {
    let cells = || {
        let regions = deployment.regions.iter().skip(index);
        regions.step_by(deployment.n_regions())
    };
    let region = &deployment.regions[index];
    let running = (0..region.services.len()).map(|service| {
        let mut by_zone = vec![0; region.zones.len()];
        for cell in cells() {
            let deployed = cell.services[service].as_ref();
            for replica in 0..deployed.map_or(0, |deployed| deployed.running) {
                by_zone[cell.zone_of(replica)] += 1;
            }
        }
        by_zone
    });
    let role = match region.role {
        Role::Serving => "serving",
        Role::Standby => "standby",
    };
    LayoutRegion {
        name: match deployment.n_cells() {
            1 => region.name.clone(),
            n => format!("{}, {n} cells", region.name),
        },
        role: role.to_owned(),
        zones: region.zones.clone(),
        running: running.collect(),
    }
}

fn layout_service(name: &str, service: &Service) -> LayoutService {
    let (kind, replicas, needs) = match service.kind {
        ServiceKind::Replicated {
            replicas, needs, ..
        } => ("replicated", replicas, needs),
        ServiceKind::Virtual => ("virtual", 0, 0),
        ServiceKind::External { .. } => ("external", 0, 0),
    };
    LayoutService {
        name: name.to_owned(),
        kind: kind.to_owned(),
        needs,
        replicas,
        stateful: service.data.is_some(),
    }
}

fn layout_calls(model: &Model) -> Vec<LayoutCall> {
    let mut calls = Vec::new();
    for (from, service) in model.services.values().enumerate() {
        for call in &service.calls {
            let (callees, group): (&[String], Option<u32>) = match &call.targets {
                CallTargets::One(callee) => (std::slice::from_ref(callee), None),
                CallTargets::AtLeast(k, callees) => (callees, Some(*k)),
            };
            let kind = match (call.kind, group) {
                (CallKind::Required, None) => "required".to_owned(),
                (CallKind::Required, Some(1)) => "any".to_owned(),
                (CallKind::Required, Some(k)) => format!("at least {k}"),
                (CallKind::Optional, _) => "optional".to_owned(),
                (CallKind::Async, _) => "async".to_owned(),
            };
            calls.extend(callees.iter().filter_map(|callee| {
                Some(LayoutCall {
                    from,
                    to: model.services.get_index_of(callee)?,
                    kind: kind.clone(),
                })
            }));
        }
    }
    calls
}
