//! Success over time of a played scenario: a curve for each topology, as steps, since a figure holds for a part of the time.

use serde_json::{Value, json};

use super::super::format::{self, printable};
use super::super::html_spaces::unbroken;
use super::{Behind, BehindRow, Live, colours, headings};
use crate::chart::looks;
use crate::results::{InjectedTopology, Injection, JourneyTimeline, SuccessPoint};

/// A part of the time in which nothing changes: when it begins and ends \[s\], and what succeeds.
struct Part {
    from: f64,
    to: f64,
    point: SuccessPoint,
}

/// Topologies as the script tells them apart.
pub(in super::super) fn topologies(injection: &Injection) -> Value {
    let all = &injection.topologies;
    let looks = looks(all.iter().map(|topology| topology.pattern.as_str()));
    (all.iter().zip(looks))
        .map(|(topology, look)| {
            json!({
                "name": printable(&topology.name),
                "colour": colours(&look.shade),
                "marker": look.marker,
                "dash": look.dash,
                "pareto": false,
            })
        })
        .collect()
}

/// What users see of one journey, or of all; `of` finds it in a topology.
pub(in super::super) fn success<'a>(
    injection: &'a Injection,
    of: impl Fn(&'a InjectedTopology) -> Option<&'a JourneyTimeline>,
) -> Live {
    let (seconds, unit) = format::axis_unit(injection.horizon_seconds);
    let all: Vec<Vec<Part>> = (injection.topologies.iter())
        .map(|topology| of(topology).map_or_else(Vec::new, |journey| parts(topology, journey)))
        .collect();
    let drawn =
        (injection.topologies.iter().zip(&all).enumerate()).map(|(index, (topology, parts))| {
            let last = parts.last().map(|part| Part {
                from: part.to,
                ..*part
            });
            let ends = parts.iter().chain(&last);
            let places: Vec<[f64; 4]> = ends
                .map(|part| {
                    [
                        part.from / seconds,
                        part.point.mean,
                        part.point.low,
                        part.point.high,
                    ]
                })
                .collect();
            let mut texts: Vec<String> = parts.iter().map(|part| said(topology, part)).collect();
            texts.extend(last.map(|last| format!("until {}", format::duration(last.to))));
            json!({ "t": index, "points": places, "text": texts })
        });
    let data = json!({
        "kind": "curves",
        "steps": true,
        "x": { "name": format!("time since the beginning ({unit})"), "min": 0, "max": injection.horizon_seconds / seconds },
        "y": { "name": "share of requests that succeed (%)", "min": 0, "max": 1, "percent": true },
        "series": drawn.collect::<Value>(),
    });
    let rows = injection.topologies.iter().zip(&all).enumerate();
    let rows = rows.flat_map(|(index, (topology, parts))| {
        parts.iter().map(move |part| BehindRow {
            topology: index,
            cells: row(topology, part),
        })
    });
    let behind = Behind {
        headings: headings([
            "Topology",
            "From",
            "Until",
            "Succeeds",
            "Interval",
            "90 % of the trials",
        ]),
        rows: rows.collect(),
        note: String::new(),
    };
    Live { data, behind }
}

/// Neighbours in which the same succeeds, as one.
fn parts(topology: &InjectedTopology, journey: &JourneyTimeline) -> Vec<Part> {
    let mut all: Vec<Part> = Vec::new();
    let mut from = 0.0;
    for (&to, &point) in topology.ends.iter().zip(&journey.success) {
        match all.last_mut() {
            Some(last) if last.point == point => last.to = to,
            _ => all.push(Part { from, to, point }),
        }
        from = to;
    }
    all
}

fn said(topology: &InjectedTopology, part: &Part) -> String {
    let when = format!(
        "{} to {}",
        format::duration(part.from),
        format::duration(part.to)
    );
    let share = format::probability(part.point.mean);
    if topology.exact {
        return format!("{when}: {share} of requests succeed");
    }
    format!(
        "{when}: {share} of requests succeed ({}); in 90 % of the trials {}",
        format::probability_interval(part.point.low, part.point.high),
        format::probability_interval(part.point.p5, part.point.p95),
    )
}

fn row(topology: &InjectedTopology, part: &Part) -> Vec<String> {
    let point = &part.point;
    let spread = |low, high| {
        if topology.exact {
            "exact".to_owned()
        } else {
            unbroken(&format::probability_interval(low, high))
        }
    };
    vec![
        printable(&topology.name),
        unbroken(&format::duration(part.from)),
        unbroken(&format::duration(part.to)),
        unbroken(&format::probability(point.mean)),
        spread(point.low, point.high),
        spread(point.p5, point.p95),
    ]
}
