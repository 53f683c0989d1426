//! Graphs of dependencies as JSON: pairs, or objects whose keys say which end is which.
//!
//! ```text
//! [["web", "db"], …]     [{ "parent": "web", "child": "db", "callCount": 3 }, …]
//! { "nodes": [ … ], "edges": [ … ], "replicas": { … } }      { "shop": { "nodes": …, "edges": … }, … }
//! { "web": ["db"], … }   only where the format is given: any JSON may look like it
//! ```

use serde_json::Value;

use super::error::ImportError;
use super::facts::{entries, has, text, whole};
use super::names::{count, list, printable};
use super::system::{Call, CallKind, Evidence, System, makes_load};

/// Names of the caller and of the callee in an edge.
const ENDS: [(&str, &str); 5] = [
    ("parent", "child"),
    ("source", "target"),
    ("from", "to"),
    ("caller", "callee"),
    ("client", "server"),
];
/// Names of the number of calls in an edge.
const COUNTS: [&str; 5] = ["callCount", "call_count", "calls", "count", "weight"];
/// Names of the list of edges.
const EDGES: [&str; 4] = ["edges", "links", "dependencies", "calls"];
/// Names of the list of services.
const NODES: [&str; 2] = ["nodes", "services"];

/// Whether a value is a graph, or several.
pub(super) fn is_graph(value: &Value) -> bool {
    is_edges(value)
        || is_one_graph(value)
        || value.get("data").is_some_and(is_edges)
        || !named(value).is_empty()
}

fn is_edges(value: &Value) -> bool {
    value
        .as_array()
        .is_some_and(|list| !list.is_empty() && list.iter().all(|entry| edge(entry).is_some()))
}

fn is_one_graph(value: &Value) -> bool {
    EDGES.iter().any(|key| {
        value
            .get(key)
            .and_then(Value::as_array)
            .is_some_and(|list| {
                list.iter().all(|entry| edge(entry).is_some())
                    && (!list.is_empty() || nodes_of(value).is_some())
            })
    })
}

fn nodes_of(value: &Value) -> Option<&Vec<Value>> {
    NODES
        .iter()
        .find_map(|key| value.get(key).and_then(Value::as_array))
}

/// The graphs of a file that holds several under their names.
fn named(value: &Value) -> Vec<(&str, &Value)> {
    let graphs: Vec<(&str, &Value)> = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, graph)| (name.as_str(), graph))
        .collect();
    if graphs.iter().all(|(_, graph)| is_one_graph(graph)) {
        graphs
    } else {
        Vec::new()
    }
}

/// The ends of an edge, and how many calls were counted along it.
fn edge(value: &Value) -> Option<(&str, &str, Option<u64>)> {
    if let Some(pair) = value.as_array() {
        let [from, to] = &pair[..] else { return None };
        return Some((from.as_str()?, to.as_str()?, None));
    }
    let (from, to) = ENDS
        .iter()
        .find_map(|(from, to)| text(value, from).zip(text(value, to)))?;
    let counted = COUNTS.iter().find_map(|key| value.get(key).and_then(whole));
    Some((from, to, counted))
}

/// Adds the graph of a file; `wanted` is its name where there are several.
pub(super) fn read(
    file: &str,
    document: &Value,
    wanted: Option<&str>,
    system: &mut System,
) -> Result<(), ImportError> {
    let graph = chosen(file, document, wanted)?;
    let edges = graph
        .as_array()
        .or_else(|| {
            EDGES
                .iter()
                .find_map(|key| graph.get(key).and_then(Value::as_array))
        })
        .or_else(|| graph.get("data").and_then(Value::as_array));
    if let Some(edges) = edges {
        add_nodes(graph, system);
        for (from, to, counted) in edges.iter().filter_map(edge) {
            add_edge(from, to, counted, system);
        }
    } else if is_adjacency(graph) {
        for (from, callees) in graph.as_object().into_iter().flatten() {
            system.part(from).makes_load = makes_load(from);
            for to in callees
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                add_edge(from, to, None, system);
            }
        }
    } else {
        return Err(ImportError::new(
            format!("{file} is {} and no graph", super::format::shape(graph)),
            "write the edges as [[\"web\", \"db\"], …], or as [{ \"parent\": \"web\", \"child\": \"db\" }, …]",
        ));
    }
    system.unknown("whether a caller fails without what it calls: every call is taken as required");
    system.unknown("in which regions and zones the services run");
    Ok(())
}

fn chosen<'a>(
    file: &str,
    document: &'a Value,
    wanted: Option<&str>,
) -> Result<&'a Value, ImportError> {
    let graphs = named(document);
    if let Some(wanted) = wanted
        && let Some((_, graph)) = graphs.iter().find(|(name, _)| *name == wanted)
    {
        return Ok(graph);
    }
    let names: Vec<String> = graphs.iter().map(|(name, _)| printable(name, 60)).collect();
    let names = list(names.iter().map(String::as_str));
    match (&graphs[..], wanted) {
        ([], Some(_)) => Err(ImportError::new(
            format!("{file} holds one graph, which has no name"),
            "leave --graph out",
        )),
        ([], None) => Ok(document),
        ([(_, graph)], None) => Ok(graph),
        (_, None) => Err(ImportError::new(
            format!("{file} holds {}", count(graphs.len(), "graph")),
            format!("name one with --graph: {names}"),
        )),
        (_, Some(wanted)) => Err(ImportError::new(
            format!("{file} has no graph {}", printable(wanted, 60)),
            format!("it has {names}"),
        )),
    }
}

fn is_adjacency(value: &Value) -> bool {
    value.as_object().is_some_and(|map| {
        !map.is_empty()
            && map.values().all(|list| {
                list.as_array()
                    .is_some_and(|list| list.iter().all(Value::is_string))
            })
    })
}

fn add_nodes(graph: &Value, system: &mut System) {
    for node in nodes_of(graph).into_iter().flatten() {
        let name = node.as_str().or_else(|| {
            ["id", "name", "service"]
                .iter()
                .find_map(|key| text(node, key))
        });
        let Some(name) = name else { continue };
        system.part(name).makes_load = makes_load(name);
        if let Some(n) = node.get("replicas").and_then(whole).filter(|n| *n > 0) {
            system.part(name).replicas = Some((n, "from the file".to_owned()));
        }
    }
    if has(graph, "replicas") {
        for (name, n) in entries(graph, "replicas") {
            if let Some(n) = whole(n).filter(|n| *n > 0) {
                system.part(name).replicas = Some((n, "from the file".to_owned()));
            }
        }
    }
}

fn add_edge(from: &str, to: &str, counted: Option<u64>, system: &mut System) {
    for name in [from, to] {
        let is_load = makes_load(name);
        system.part(name).makes_load = is_load;
    }
    let mut call = Call::new(CallKind::Required, Evidence::Stated);
    call.count = counted;
    system.call(from, to, call);
}
