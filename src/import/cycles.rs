//! Required calls that form a cycle: one of each is made optional, the weakest.
//!
//! Two services that each require the other could never come back up, so the model language refuses such cycles. Calls
//! are put in one after the other, the strongest first, and one that would close a cycle becomes optional: it is then the
//! weakest of its cycle. Strong is what was counted most often; without counts, what leads away from the entries.

use std::collections::{BTreeMap, VecDeque};

use petgraph::algo::tarjan_scc;
use petgraph::graph::{DiGraph, NodeIndex};

use super::system::{Call, CallKind, Kind, System};

/// Calls among services that all reach each other, beyond which cycles are cut by a walk instead of one by one.
const MOST_ONE_BY_ONE: usize = 4_000;

/// Makes calls optional until the required ones form no cycle. Each says which cycle it would close.
pub(super) fn cut(system: &mut System) {
    let depths = depths(system);
    let graph = required(system);
    let components: Vec<Vec<NodeIndex>> = tarjan_scc(&graph);
    let names: Vec<String> = system.parts.keys().cloned().collect();
    let mut cuts: Vec<(String, String, Vec<usize>)> = Vec::new();
    for component in components.iter().filter(|component| component.len() > 1) {
        let mut edges = edges_within(component, &graph, system, &names);
        edges.sort_by_key(|edge| {
            let leads_back = depths[edge.to] <= depths[edge.from];
            // Groups cannot be made optional: they come first, and so do large counts.
            (
                !edge.is_group,
                std::cmp::Reverse(edge.count),
                leads_back,
                depths[edge.from],
            )
        });
        for (from, to, cycle) in closing(edges, names.len()) {
            cuts.push((names[from].clone(), names[to].clone(), cycle));
        }
    }
    for (from, to, cycle) in cuts {
        let cycle = cycle.into_iter().map(|at| names[at].clone()).collect();
        if let Some(call) = system.calls.get_mut(&(from, to)) {
            call.kind = CallKind::Optional;
            call.cycle = Some(cycle);
        }
    }
}

struct Edge {
    from: usize,
    to: usize,
    count: u64,
    is_group: bool,
}

/// How many calls each service is away from those that nothing calls.
fn depths(system: &System) -> Vec<usize> {
    let graph = required(system);
    let mut depths = vec![usize::MAX; graph.node_count()];
    let mut queue: VecDeque<NodeIndex> = graph
        .node_indices()
        .filter(|node| {
            let has_entry = system.parts[node.index()].entry.is_some();
            has_entry
                || graph
                    .neighbors_directed(*node, petgraph::Incoming)
                    .next()
                    .is_none()
        })
        .collect();
    for node in &queue {
        depths[node.index()] = 0;
    }
    while let Some(node) = queue.pop_front() {
        for next in graph.neighbors(node) {
            if depths[next.index()] == usize::MAX {
                depths[next.index()] = depths[node.index()] + 1;
                queue.push_back(next);
            }
        }
    }
    depths
}

/// The required calls, and those of the groups that stand for several services. Nodes are parts in their order.
fn required(system: &System) -> DiGraph<(), bool> {
    let mut graph = DiGraph::new();
    for _ in &system.parts {
        graph.add_node(());
    }
    let node = |name: &String| system.parts.get_index_of(name).map(NodeIndex::new);
    for ((from, to), call) in &system.calls {
        if let (CallKind::Required, Some(from), Some(to)) = (call.kind, node(from), node(to)) {
            graph.add_edge(from, to, false);
        }
    }
    for (name, part) in &system.parts {
        if let Kind::AnyOf(members) = &part.kind {
            for member in members {
                if let (Some(from), Some(to)) = (node(name), node(member)) {
                    graph.add_edge(from, to, true);
                }
            }
        }
    }
    graph
}

fn edges_within(
    component: &[NodeIndex],
    graph: &DiGraph<(), bool>,
    system: &System,
    names: &[String],
) -> Vec<Edge> {
    let inside: std::collections::BTreeSet<usize> =
        component.iter().map(|node| node.index()).collect();
    let mut edges = Vec::new();
    for from in &inside {
        for edge in graph.edges(NodeIndex::new(*from)) {
            use petgraph::visit::EdgeRef as _;
            let to = edge.target().index();
            if !inside.contains(&to) {
                continue;
            }
            let call: Option<&Call> = system.calls.get(&(names[*from].clone(), names[to].clone()));
            edges.push(Edge {
                from: *from,
                to,
                count: call.and_then(|call| call.count).unwrap_or(0),
                is_group: *edge.weight(),
            });
        }
    }
    edges
}

/// The edges that close a cycle when all are put in, in their order, each with its cycle.
fn closing(edges: Vec<Edge>, nodes: usize) -> Vec<(usize, usize, Vec<usize>)> {
    let mut kept: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    let mut cuts = Vec::new();
    if edges.len() > MOST_ONE_BY_ONE {
        // An order of the services in which each goes before what is deeper: edges against it are cut.
        let mut rank: BTreeMap<usize, usize> = BTreeMap::new();
        for edge in &edges {
            for node in [edge.from, edge.to] {
                let next = rank.len();
                rank.entry(node).or_insert(next);
            }
        }
        for edge in edges {
            if rank[&edge.from] >= rank[&edge.to] {
                cuts.push((edge.from, edge.to, vec![edge.to, edge.from, edge.to]));
            }
        }
        return cuts;
    }
    for edge in edges {
        match path(&kept, edge.to, edge.from, nodes) {
            Some(mut cycle) => {
                cycle.push(edge.to);
                cuts.push((edge.from, edge.to, cycle));
            }
            None => kept.entry(edge.from).or_default().push(edge.to),
        }
    }
    cuts
}

/// The shortest way from one service to another along edges that are kept.
fn path(
    kept: &BTreeMap<usize, Vec<usize>>,
    from: usize,
    to: usize,
    nodes: usize,
) -> Option<Vec<usize>> {
    let mut before = vec![usize::MAX; nodes];
    let mut queue = VecDeque::from([from]);
    before[from] = from;
    while let Some(node) = queue.pop_front() {
        if node == to {
            let mut way = vec![to];
            while way[way.len() - 1] != from {
                way.push(before[way[way.len() - 1]]);
            }
            way.reverse();
            return Some(way);
        }
        for next in kept.get(&node).into_iter().flatten() {
            if before[*next] == usize::MAX {
                before[*next] = node;
                queue.push_back(*next);
            }
        }
    }
    None
}
