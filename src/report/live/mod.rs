//! The charts that a page draws for itself: their data, and the table behind each.
//!
//! The page's script only places what stands here: every text is made by `results::format`, so that a figure reads alike
//! in a chart, its table and the rest of the page. Places on logarithmic axes are given as powers of ten.

mod axes;
mod bars;
mod curves;
mod injected;
mod points;
mod spans;
mod stills;

use serde_json::{Value, json};

pub(super) use injected::{success, topologies as injected_topologies};

use super::format::printable;
use crate::chart::{self, Look, Shade};
use crate::results::Comparison;

/// What stands behind a chart: its figures in full.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Behind {
    /// Headings of its columns.
    pub(super) headings: Vec<String>,
    /// Its rows.
    pub(super) rows: Vec<BehindRow>,
    /// What to know about it; empty for nothing.
    pub(super) note: String,
}

/// A row of [`Behind`].
#[derive(Debug, Clone, PartialEq)]
pub(super) struct BehindRow {
    /// Index of the topology that it is about.
    pub(super) topology: usize,
    /// Its cells, the first a heading.
    pub(super) cells: Vec<String>,
}

/// A chart of the page.
pub(super) struct Live {
    /// Its data, for the script.
    pub(super) data: Value,
    /// The table behind it.
    pub(super) behind: Behind,
}

/// The chart of a name, if the page draws it and has something to draw.
pub(super) fn live(name: &str, comparison: &Comparison) -> Option<Live> {
    let results = &comparison.results;
    match name {
        "cost-availability" => points::cost_availability(results),
        "unavailability" => points::unavailability(results),
        "downtime" => curves::downtime(results),
        "recovery" => curves::recovery(results),
        "attribution" => bars::attribution(results),
        "cost" => bars::cost(results),
        "timeline" => spans::timeline(comparison),
        _ => None,
    }
}

/// The table behind a chart that stays a still picture.
pub(super) fn behind_still(name: &str, comparison: &Comparison) -> Option<Behind> {
    match name {
        "data-loss" => Some(stills::data_loss(&comparison.results)),
        "graph" => stills::graph(comparison),
        _ => None,
    }
}

/// Topologies as the script tells them apart.
pub(super) fn topologies(comparison: &Comparison) -> Value {
    let topologies = &comparison.results.topologies;
    let patterns = topologies.iter().map(|topology| topology.pattern.as_str());
    let all = topologies.iter().zip(chart::looks(patterns));
    let of = |(topology, look): (&crate::results::TopologyResult, Look)| {
        json!({
            "name": printable(&topology.name),
            "colour": colours(&look.shade),
            "marker": look.marker,
            "dash": look.dash,
            "pareto": comparison.results.pareto.contains(&topology.name),
        })
    };
    all.map(of).collect()
}

/// A colour on a light page, then on a dark one.
fn colours(shade: &Shade) -> Value {
    json!([shade.light, shade.dark])
}

/// Headings as texts.
fn headings<const N: usize>(headings: [&str; N]) -> Vec<String> {
    headings.map(str::to_owned).to_vec()
}
