//! Expands a topology of a model to a deployment: which replicas run in which zone of which region.

use petgraph::graph::{DiGraph, NodeIndex};

use super::{DeployedRegion, DeployedService, Deployment, Edge, Node, Role};
use crate::model::{CallTargets, Model, Pattern, Service, ServiceKind, TopologySpec, scaled};

/// Places a topology of a validated model.
#[must_use]
pub fn expand(model: &Model, name: &str, spec: &TopologySpec) -> Deployment {
    let regions: Vec<DeployedRegion> = (0..spec.cells as usize)
        .flat_map(|cell| {
            let regions = spec.regions.iter().enumerate();
            regions.map(move |(order, region)| place_region(model, spec, (order, cell), region))
        })
        .collect();
    let graph = draw_graph(model, &regions, spec.regions.len());
    Deployment {
        name: name.to_owned(),
        spec: spec.clone(),
        regions,
        graph,
    }
}

fn place_region(
    model: &Model,
    spec: &TopologySpec,
    (order, cell): (usize, usize),
    name: &str,
) -> DeployedRegion {
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
    } / f64::from(spec.cells);
    let services = model
        .services
        .values()
        .map(|service| {
            place_service(service, spec, role).filter(|_| cell == 0 || !service.is_shared())
        })
        .collect();
    DeployedRegion {
        name: name.to_owned(),
        cell,
        zones,
        role,
        capacity,
        services,
    }
}

fn place_service(service: &Service, spec: &TopologySpec, role: Role) -> Option<DeployedService> {
    let scale = match spec.pattern {
        Pattern::ActiveActive => spec.scale,
        _ => 1.0,
    };
    let part = service.part_of_cell(scale, spec.cells)?;
    let (replicas, needs) = (part.replicas, part.needs);
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

fn draw_graph(model: &Model, regions: &[DeployedRegion], n_regions: usize) -> DiGraph<Node, Edge> {
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
    let mut zones = Vec::with_capacity(n_regions);
    let mut first_cell: Vec<Vec<NodeIndex>> = Vec::with_capacity(n_regions);
    for (index, region) in regions.iter().enumerate() {
        if index < n_regions {
            zones.push(draw_places(region, everywhere, &mut graph));
        }
        // What is there already: someone else's services, and those of the first cell that all share.
        let known = model.services.values().enumerate().map(|(service, spec)| {
            let shared = (first_cell.get(index % n_regions)).filter(|_| spec.is_shared());
            externals[service].or_else(|| shared.map(|nodes| nodes[service]))
        });
        let known: Vec<Option<NodeIndex>> = known.collect();
        let nodes = draw_region(model, region, &zones[index % n_regions], &known, &mut graph);
        if index < n_regions {
            first_cell.push(nodes);
        }
    }
    graph
}

/// A region with its zones.
fn draw_places(
    region: &DeployedRegion,
    everywhere: NodeIndex,
    graph: &mut DiGraph<Node, Edge>,
) -> Vec<NodeIndex> {
    let place = graph.add_node(Node::Region(region.name.clone()));
    graph.add_edge(everywhere, place, Edge::Holds);
    let mut zones = Vec::with_capacity(region.zones.len());
    for zone in &region.zones {
        let node = graph.add_node(Node::Zone(format!("{}/{zone}", region.name)));
        graph.add_edge(place, node, Edge::Holds);
        zones.push(node);
    }
    zones
}

/// What a region, or a cell of it, runs in its zones.
fn draw_region(
    model: &Model,
    region: &DeployedRegion,
    zones: &[NodeIndex],
    known: &[Option<NodeIndex>],
    graph: &mut DiGraph<Node, Edge>,
) -> Vec<NodeIndex> {
    let nodes: Vec<NodeIndex> = model
        .services
        .keys()
        .zip(known)
        .map(|(service, known)| {
            known.unwrap_or_else(|| {
                graph.add_node(Node::Service {
                    service: service.clone(),
                    region: region.name.clone(),
                    cell: region.cell,
                })
            })
        })
        .collect();
    for ((service, deployed), &node) in model.services.keys().zip(&region.services).zip(&nodes) {
        let Some(deployed) = deployed else { continue };
        for replica in 0..deployed.replicas {
            let zone = region.zone_of(replica);
            let copy = graph.add_node(Node::Replica {
                service: service.clone(),
                region: region.name.clone(),
                zone: region.zones[zone].clone(),
                cell: region.cell,
                number: replica + 1,
                runs: replica < deployed.running,
            });
            graph.add_edge(zones[zone], copy, Edge::Holds);
            graph.add_edge(node, copy, Edge::Runs);
        }
    }
    for (service, &node) in model.services.values().zip(&nodes) {
        let is_there = region.cell > 0 && service.is_shared();
        for call in &service.calls {
            let callees: &[String] = match &call.targets {
                CallTargets::One(callee) => std::slice::from_ref(callee),
                CallTargets::AtLeast(_, callees) => callees,
            };
            for callee in callees {
                if let Some(index) = model.services.get_index_of(callee)
                    && !(is_there && known[index].is_some())
                {
                    graph.add_edge(node, nodes[index], Edge::Calls(call.kind));
                }
            }
        }
    }
    nodes
}
