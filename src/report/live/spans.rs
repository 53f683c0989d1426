//! One trial as it went: the outages of each topology.

use serde_json::{Value, json};

use super::super::format::{self, printable};
use super::super::html_spaces::unbroken;
use super::{Behind, BehindRow, Live, colours, headings};
use crate::chart::{part_shade, timeline_causes};
use crate::results::{Comparison, TimelineOutage};

/// Outages of a topology that are drawn and listed, the longest ones.
const MOST: usize = 400;

/// The timeline of the trial that was kept.
pub(super) fn timeline(comparison: &Comparison) -> Option<Live> {
    let timeline = &comparison.timeline;
    let index_of = |name: &str| {
        let mut topologies = comparison.results.topologies.iter();
        topologies.position(|topology| topology.name == name)
    };
    let rows: Vec<(usize, Vec<&TimelineOutage>)> = (timeline.rows.iter())
        .filter_map(|row| Some((index_of(&row.topology)?, longest(&row.outages))))
        .collect();
    if rows.is_empty() {
        return None;
    }
    let causes = timeline_causes(timeline);
    let part_of = |outage: &TimelineOutage| {
        let known = causes.iter().position(|cause| *cause == outage.cause);
        known.unwrap_or(causes.len())
    };
    let mut parts: Vec<Value> = (causes.iter().enumerate())
        .map(|(index, cause)| json!({ "name": printable(cause), "colour": colours(&part_shade(index)) }))
        .collect();
    if rows
        .iter()
        .flat_map(|(_, outages)| outages)
        .any(|outage| part_of(outage) == causes.len())
    {
        parts.push(json!({ "name": "other causes", "colour": colours(&part_shade(usize::MAX)) }));
    }
    let spans: Value = (rows.iter())
        .flat_map(|(index, outages)| outages.iter().map(move |outage| (index, outage)))
        .map(|(index, outage)| {
            let (from, to) = (outage.start_hours / 24.0, outage.end_hours / 24.0);
            json!({ "t": index, "from": from, "to": to, "part": part_of(outage), "text": [in_words(outage)] })
        })
        .collect();
    let shown: Vec<usize> = rows.iter().map(|(index, _)| *index).collect();
    let notes: serde_json::Map<String, Value> = (timeline.rows.iter())
        .filter_map(|row| {
            Some((
                index_of(&row.topology)?.to_string(),
                json!(lost(&row.outages)),
            ))
        })
        .collect();
    let data = json!({
        "kind": "spans",
        "x": { "name": "time since the trial began (days)", "min": 0, "max": timeline.horizon_hours / 24.0 },
        "parts": parts,
        "topologies": shown,
        "notes": notes,
        "spans": spans,
    });
    let listed = rows.iter().flat_map(|(index, outages)| {
        outages.iter().map(|outage| {
            let topology = &comparison.results.topologies[*index];
            BehindRow {
                topology: *index,
                cells: vec![
                    printable(&topology.name),
                    unbroken(&day(outage.start_hours)),
                    unbroken(&format::duration(
                        (outage.end_hours - outage.start_hours) * 3600.0,
                    )),
                    printable(&outage.cause),
                ],
            }
        })
    });
    let cut = timeline.rows.iter().any(|row| row.outages.len() > MOST);
    Some(Live {
        data,
        behind: Behind {
            headings: headings(["Topology", "Began", "Lasted", "Main cause"]),
            rows: listed.collect(),
            note: if cut {
                format!("The longest {MOST} outages of each topology.")
            } else {
                String::new()
            },
        },
    })
}

/// The longest outages, in order of time.
fn longest(outages: &[TimelineOutage]) -> Vec<&TimelineOutage> {
    let mut all: Vec<&TimelineOutage> = outages.iter().collect();
    let length = |outage: &TimelineOutage| outage.end_hours - outage.start_hours;
    all.sort_by(|a, b| length(b).total_cmp(&length(a)));
    all.truncate(MOST);
    all.sort_by(|a, b| a.start_hours.total_cmp(&b.start_hours));
    all
}

/// How many outages there were, and how long they were together.
fn lost(outages: &[TimelineOutage]) -> [String; 2] {
    let number = match outages.len() {
        0 => "no outage".to_owned(),
        1 => "1 outage".to_owned(),
        n => format!("{} outages", format::count(n as u64)),
    };
    let lengths = outages
        .iter()
        .map(|outage| outage.end_hours - outage.start_hours);
    [number, format::duration(lengths.sum::<f64>() * 3600.0)]
}

fn in_words(outage: &TimelineOutage) -> String {
    format!(
        "down for {} from {}: {}",
        format::duration((outage.end_hours - outage.start_hours) * 3600.0),
        day(outage.start_hours),
        printable(&outage.cause)
    )
}

fn day(hours: f64) -> String {
    let (day, rest) = ((hours / 24.0).floor(), hours.rem_euclid(24.0));
    format!(
        "day {} at {:02}:{:02}",
        format::significant(day, 6),
        rest.floor(),
        (rest.fract() * 60.0).floor()
    )
}
