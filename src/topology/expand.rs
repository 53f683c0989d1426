//! Expands a topology of a model to a deployment: which replicas run in which zone of which region.

use petgraph::graph::{DiGraph, NodeIndex};

use super::{DeployedRegion, DeployedService, Deployment, Edge, Node, Role};
use crate::model::{CallTargets, Model, Pattern, Service, ServiceKind, TopologySpec};

/// Places a topology of a validated model.
#[must_use]
pub fn expand(model: &Model, name: &str, spec: &TopologySpec) -> Deployment {
    let regions: Vec<DeployedRegion> = spec
        .regions
        .iter()
        .enumerate()
        .map(|(order, region)| place_region(model, spec, order, region))
        .collect();
    let graph = draw_graph(model, &regions);
    Deployment {
        name: name.to_owned(),
        spec: spec.clone(),
        regions,
        graph,
    }
}

fn place_region(model: &Model, spec: &TopologySpec, order: usize, name: &str) -> DeployedRegion {
    let mut zones = model.regions[name].zones.clone();
    if spec.pattern == Pattern::SingleAz {
        zones.truncate(1);
    }
    let role = if spec.pattern.has_standby() && order > 0 {
        Role::Standby
    } else {
        Role::Serving
    };
    let capacity = match (role, spec.pattern) {
        (Role::Standby, Pattern::BackupRestore | Pattern::PilotLight) => 0.0,
        (Role::Standby, Pattern::WarmStandby) => spec.standby_scale,
        (_, Pattern::ActiveActive) => spec.scale,
        _ => 1.0,
    };
    let services = model
        .services
        .values()
        .map(|service| place_service(service, spec, role))
        .collect();
    DeployedRegion {
        name: name.to_owned(),
        zones,
        role,
        capacity,
        services,
    }
}

fn place_service(service: &Service, spec: &TopologySpec, role: Role) -> Option<DeployedService> {
    let ServiceKind::Replicated {
        replicas, needs, ..
    } = service.kind
    else {
        return None;
    };
    if spec.pattern == Pattern::ActiveActive {
        let (replicas, needs) = (scaled(replicas, spec.scale), scaled(needs, spec.scale));
        return Some(DeployedService {
            replicas,
            needs,
            running: replicas,
            running_needs: needs,
        });
    }
    let (running, running_needs) = match (role, spec.pattern) {
        (Role::Standby, Pattern::BackupRestore) => (0, 0),
        (Role::Standby, Pattern::PilotLight) if service.data.is_none() => (0, 0),
        (Role::Standby, Pattern::WarmStandby) => (
            scaled(replicas, spec.standby_scale),
            scaled(needs, spec.standby_scale),
        ),
        _ => (replicas, needs),
    };
    Some(DeployedService {
        replicas,
        needs,
        running,
        running_needs,
    })
}

/// `ceil(scale * count)`, forgiving the last bits of the product: 30 % of 10 is 3, not 4.
fn scaled(count: u32, scale: f64) -> u32 {
    let exact = f64::from(count) * scale;
    ((exact - 1e-9 * exact.max(1.0)).ceil() as u32).clamp(1, count.max(1))
}

fn draw_graph(model: &Model, regions: &[DeployedRegion]) -> DiGraph<Node, Edge> {
    let mut graph = DiGraph::new();
    let everywhere = graph.add_node(Node::Everywhere);
    let externals: Vec<Option<NodeIndex>> = model
        .services
        .iter()
        .map(|(name, service)| {
            matches!(service.kind, ServiceKind::External { .. })
                .then(|| graph.add_node(Node::External(name.clone())))
        })
        .collect();
    for region in regions {
        draw_region(model, region, everywhere, &externals, &mut graph);
    }
    graph
}

fn draw_region(
    model: &Model,
    region: &DeployedRegion,
    everywhere: NodeIndex,
    externals: &[Option<NodeIndex>],
    graph: &mut DiGraph<Node, Edge>,
) {
    let place = graph.add_node(Node::Region(region.name.clone()));
    graph.add_edge(everywhere, place, Edge::Holds);
    let mut zones = Vec::with_capacity(region.zones.len());
    for zone in &region.zones {
        let node = graph.add_node(Node::Zone(format!("{}/{zone}", region.name)));
        graph.add_edge(place, node, Edge::Holds);
        zones.push(node);
    }
    let nodes: Vec<NodeIndex> = model
        .services
        .keys()
        .zip(externals)
        .map(|(service, external)| {
            external.unwrap_or_else(|| {
                graph.add_node(Node::Service {
                    service: service.clone(),
                    region: region.name.clone(),
                })
            })
        })
        .collect();
    for ((service, deployed), &node) in model.services.keys().zip(&region.services).zip(&nodes) {
        let Some(deployed) = deployed else { continue };
        for replica in 0..deployed.replicas {
            let zone = DeployedService::zone_of(replica, zones.len());
            let copy = graph.add_node(Node::Replica {
                service: service.clone(),
                region: region.name.clone(),
                zone: region.zones[zone].clone(),
                number: replica + 1,
                runs: replica < deployed.running,
            });
            graph.add_edge(zones[zone], copy, Edge::Holds);
            graph.add_edge(node, copy, Edge::Runs);
        }
    }
    for (service, &node) in model.services.values().zip(&nodes) {
        for call in &service.calls {
            let callees: &[String] = match &call.targets {
                CallTargets::One(callee) => std::slice::from_ref(callee),
                CallTargets::AtLeast(_, callees) => callees,
            };
            for callee in callees {
                if let Some(index) = model.services.get_index_of(callee) {
                    graph.add_edge(node, nodes[index], Edge::Calls(call.kind));
                }
            }
        }
    }
}
