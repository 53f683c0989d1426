//! Tables behind the charts that stay still pictures.

use super::super::format::{self, printable};
use super::super::html_spaces::unbroken;
use super::{Behind, BehindRow, headings};
use crate::results::{Comparison, Layout, LayoutRegion, Results};

/// How many incidents of each topology took how long and lost how much.
pub(super) fn data_loss(results: &Results) -> Behind {
    let rows = results
        .topologies
        .iter()
        .enumerate()
        .flat_map(|(index, topology)| {
            topology.recovery_and_data_loss.iter().map(move |cell| {
                let up_to = |seconds: f64, nothing: &str| {
                    if seconds > 0.0 {
                        format!("at most {}", format::duration(seconds))
                    } else {
                        nothing.to_owned()
                    }
                };
                BehindRow {
                    topology: index,
                    cells: vec![
                        printable(&topology.name),
                        unbroken(&up_to(cell.recovery_seconds, "no outage")),
                        unbroken(&up_to(cell.data_loss_seconds, "none")),
                        format::count(cell.n),
                    ],
                }
            })
        });
    Behind {
        headings: headings(["Topology", "Recovery", "Data lost", "Incidents"]),
        rows: rows.collect(),
        note: "Each row counts those that took and lost more than the next shorter times."
            .to_owned(),
    }
}

/// What runs where in the deployment that is drawn: that of the recommended topology, or of the last.
pub(super) fn graph(comparison: &Comparison) -> Option<Behind> {
    let recommended = comparison.results.recommended.as_ref();
    let layout = recommended
        .and_then(|choice| {
            comparison
                .layouts
                .iter()
                .find(|layout| layout.topology == choice.name)
        })
        .or(comparison.layouts.last())?;
    let index = (comparison.results.topologies.iter())
        .position(|topology| topology.name == layout.topology)?;
    let rows = layout
        .services
        .iter()
        .enumerate()
        .map(|(service, described)| BehindRow {
            topology: index,
            cells: vec![
                printable(&described.name),
                described.kind.clone(),
                if described.kind == "replicated" {
                    format!("{} of {}", described.needs, described.replicas)
                } else {
                    format::NO_DATA.to_owned()
                },
                where_it_runs(layout, service),
                calls(layout, service),
            ],
        });
    Some(Behind {
        headings: headings([
            "Service",
            "Kind",
            "Replicas needed",
            "Runs, zone by zone",
            "Calls",
        ]),
        rows: rows.collect(),
        note: String::new(),
    })
}

fn where_it_runs(layout: &Layout, service: usize) -> String {
    let in_region = |region: &LayoutRegion| {
        let replicas = region.running.get(service)?;
        let all: Vec<String> = replicas.iter().map(u32::to_string).collect();
        (!all.is_empty()).then(|| {
            format!(
                "{} ({}): {}",
                printable(&region.name),
                printable(&region.role),
                all.join(" + ")
            )
        })
    };
    let regions: Vec<String> = layout.regions.iter().filter_map(in_region).collect();
    if regions.is_empty() {
        return format::NO_DATA.to_owned();
    }
    regions.join("; ")
}

fn calls(layout: &Layout, service: usize) -> String {
    let calls = layout.calls.iter().filter(|call| call.from == service);
    let named = calls.filter_map(|call| {
        let callee = layout.services.get(call.to)?;
        Some(format!(
            "{} ({})",
            printable(&callee.name),
            printable(&call.kind)
        ))
    });
    let named: Vec<String> = named.collect();
    if named.is_empty() {
        return format::NO_DATA.to_owned();
    }
    named.join(", ")
}
