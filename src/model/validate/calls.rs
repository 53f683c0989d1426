//! Cycles among the calls that a service cannot do without.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use petgraph::algo::kosaraju_scc;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::Checker;
use crate::model::problem::{Span, quoted};
use crate::model::raw::{Kind, RawModel};

/// Required calls, each with its place.
type Calls<'a> = DiGraph<&'a str, Span>;

impl Checker<'_> {
    /// Refuses required calls that lead back to their caller: such services could never be up by themselves.
    pub(super) fn check_cycles(&mut self) {
        let graph = required_calls(self.raw);
        let mut cycles: Vec<Vec<NodeIndex>> = kosaraju_scc(&graph)
            .iter()
            .filter_map(|component| shortest_cycle(&graph, component))
            .collect();
        cycles.sort();
        for cycle in cycles {
            let names = cycle
                .iter()
                .chain(cycle.first())
                .map(|node| quoted(graph[*node]).replace('`', ""));
            let shown = names.collect::<Vec<_>>().join(" -> ");
            let next = cycle.get(1).or(cycle.first()).copied();
            let span = next
                .and_then(|next| graph.find_edge(cycle[0], next))
                .map_or(0..0, |edge| graph[edge].clone());
            let hint = "make one of the calls `kind: optional` or `kind: async`, or remove it";
            self.refuse(
                &span,
                format!("required calls form a cycle: `{shown}`"),
                "calls without a cycle",
                hint,
            );
        }
    }
}

fn required_calls(raw: &RawModel) -> Calls<'_> {
    let mut graph = DiGraph::new();
    let Some(services) = raw.services.get() else {
        return graph;
    };
    let nodes: BTreeMap<&str, NodeIndex> = services
        .names()
        .map(|name| (name, graph.add_node(name)))
        .collect();
    for (name, _, service) in services.iter() {
        let Some(calls) = service.calls.get() else {
            continue;
        };
        for call in calls.0.iter().filter(|call| call.kind == Kind::Required) {
            for callee in call.names() {
                if let Some(to) = nodes.get(callee.value.0.as_str()) {
                    graph.add_edge(nodes[name], *to, callee.span.clone());
                }
            }
        }
    }
    graph
}

/// A shortest cycle through the first service of a strongly connected component, if it has one.
fn shortest_cycle(graph: &Calls, component: &[NodeIndex]) -> Option<Vec<NodeIndex>> {
    let start = *component.iter().min()?;
    let within: BTreeSet<NodeIndex> = component.iter().copied().collect();
    let mut came_from: BTreeMap<NodeIndex, NodeIndex> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    while let Some(node) = queue.pop_front() {
        for edge in graph.edges(node) {
            let next = edge.target();
            if next == start {
                let mut cycle = vec![node];
                while let Some(before) = came_from.get(cycle.last()?) {
                    cycle.push(*before);
                }
                cycle.reverse();
                return Some(cycle);
            }
            if within.contains(&next) && !came_from.contains_key(&next) {
                came_from.insert(next, node);
                queue.push_back(next);
            }
        }
    }
    None
}
