//! Curves of shares with their bands: the chance of a bad year, and the time until outages are over.

use serde_json::{Value, json};

use super::super::format::{self, printable};
use super::super::html_spaces::unbroken;
use super::axes::{self, place};
use super::{Behind, BehindRow, Live, headings};
use crate::results::{Results, TopologyResult};

/// A point of a curve: where, its share, and the ends of its interval.
type Point = (f64, f64, f64, f64);

/// The share of years with more downtime than so much.
pub(super) fn downtime(results: &Results) -> Option<Live> {
    let points = |topology: &TopologyResult| -> Vec<Point> {
        let grid = topology.exceedance.iter();
        let seen = grid.filter(|point| point.minutes > 0.0 && point.p > 0.0);
        seen.map(|point| (point.minutes * 60.0, point.p, point.low, point.high))
            .collect()
    };
    let all: Vec<Vec<Point>> = results.topologies.iter().map(points).collect();
    let across = axes::range(all.iter().flatten().map(|point| point.0))?;
    let least = all
        .iter()
        .flatten()
        .map(|point| point.1)
        .fold(1.0, f64::min);
    let up = (least / 1.5, 1.1);
    let say = |&(seconds, p, low, high): &Point| {
        format!(
            "more than {} in {} of years ({})",
            format::duration(seconds),
            format::probability(p),
            format::probability_interval(low, high)
        )
    };
    let series = series(
        &all,
        |&(x, p, low, high)| {
            [
                place(x, across),
                place(p, up),
                place(low, up),
                place(high, up),
            ]
        },
        say,
    );
    let data = json!({
        "kind": "curves",
        "x": axes::durations("downtime in a year (duration, log scale)", across),
        "y": axes::shares("share of years with more (%, log scale)", up),
        "series": series,
    });
    Some(Live {
        data,
        behind: behind(
            results,
            &all,
            [
                "Topology",
                "Downtime in a year",
                "Share of years with more",
                "Interval",
            ],
        ),
    })
}

/// The share of outages that were over within so much time.
pub(super) fn recovery(results: &Results) -> Option<Live> {
    let points = |topology: &TopologyResult| -> Vec<Point> {
        let grid = topology
            .recovery_curve
            .iter()
            .filter(|point| point.seconds > 0.0);
        let mut all: Vec<Point> = grid
            .map(|point| (point.seconds, point.p, point.low, point.high))
            .collect();
        // Of the flat ends one point each is enough.
        let first = all.iter().rposition(|point| point.1 <= 0.0).unwrap_or(0);
        let last = all
            .iter()
            .position(|point| point.1 >= 1.0)
            .unwrap_or(all.len());
        all.truncate(last + 1);
        all.drain(..first.min(all.len()));
        all
    };
    let all: Vec<Vec<Point>> = results.topologies.iter().map(points).collect();
    let rto = results.objectives.rto_seconds.filter(|rto| *rto > 0.0);
    let across = axes::range(all.iter().flatten().map(|point| point.0).chain(rto))?;
    all.iter().flatten().next()?;
    let say = |&(seconds, p, low, high): &Point| {
        format!(
            "{} of outages are over within {} ({})",
            format::probability(p),
            format::duration(seconds),
            format::probability_interval(low, high)
        )
    };
    let series = series(
        &all,
        |&(x, p, low, high)| [place(x, across), p, low, high],
        say,
    );
    let mark = rto.map(|rto| json!([rto.log10(), format!("RTO {}", format::duration(rto))]));
    let data = json!({
        "kind": "curves",
        "x": axes::durations("length of an outage (duration, log scale)", across),
        "y": { "name": "share of outages over by then (%)", "min": 0, "max": 1, "percent": true },
        "series": series,
        "mark": mark,
    });
    let mut behind = behind(
        results,
        &all,
        [
            "Topology",
            "Time",
            "Share of outages over within it",
            "Interval",
        ],
    );
    let met = results.topologies.iter().filter_map(|topology| {
        let met = topology.rto_met.as_ref()?;
        Some(format!(
            "{} {} ({})",
            printable(&topology.name),
            format::probability(met.mean),
            format::probability_interval(met.low, met.high)
        ))
    });
    let met: Vec<String> = met.collect();
    if let (Some(rto), false) = (rto, met.is_empty()) {
        behind.note = unbroken(&format!(
            "Within the RTO of {}: {}.",
            format::duration(rto),
            met.join(", ")
        ));
    }
    Some(Live { data, behind })
}

fn series(
    all: &[Vec<Point>],
    place: impl Fn(&Point) -> [f64; 4],
    say: impl Fn(&Point) -> String,
) -> Value {
    let one = |(index, points): (usize, &Vec<Point>)| {
        let places: Vec<[f64; 4]> = points.iter().map(&place).collect();
        let texts: Vec<String> = points.iter().map(&say).collect();
        json!({ "t": index, "points": places, "text": texts })
    };
    all.iter().enumerate().map(one).collect()
}

fn behind(results: &Results, all: &[Vec<Point>], names: [&str; 4]) -> Behind {
    let rows = results.topologies.iter().enumerate().zip(all);
    let rows = rows.flat_map(|((index, topology), points)| {
        points
            .iter()
            .map(move |&(seconds, p, low, high)| BehindRow {
                topology: index,
                cells: vec![
                    printable(&topology.name),
                    unbroken(&format::duration(seconds)),
                    unbroken(&format::probability(p)),
                    unbroken(&format::probability_interval(low, high)),
                ],
            })
    });
    Behind {
        headings: headings(names),
        rows: rows.collect(),
        note: String::new(),
    }
}
