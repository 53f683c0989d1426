//! How long outages last, against the RTO.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::curve::{self, Point};
use super::key::{self, Line};
use super::letters::Letters;
use super::sheet::{self, Chart, Words};
use super::theme::{AXIS, BAND, Dash, Identity, SMALL_SIZE, TARGET, identities};
use super::words;
use crate::results::format;
use crate::results::{Comparison, Results, TopologyResult};

const HEIGHT: f64 = 400.0;
/// Number of shapes along a curve.
const MARKS: usize = 4;

/// Draws it.
pub(super) fn chart(comparison: &Comparison) -> Chart {
    let results = &comparison.results;
    let rto = results.objectives.rto_seconds.filter(|rto| *rto > 0.0);
    let against = if rto.is_some() {
        " against the RTO"
    } else {
        ""
    };
    let words = Words {
        name: "recovery",
        title: format!("How long outages last{against}"),
        caption: words::caption(
            comparison,
            "Share of a topology's outages that were over within a time (log scale); further up and left is better. \
             Shaded: intervals.",
        ),
        alt: alt(results),
    };
    let Some(seconds) = range(results, rto) else {
        return sheet::empty(
            words,
            "No outage was seen in any trial: there is no recovery to show.",
        );
    };
    let height = HEIGHT.max(key::height_beside(results.topologies.len()) + 76.0);
    sheet::chart(words, height, |canvas, at| {
        draw(canvas, at, results, seconds);
    })
}

fn alt(results: &Results) -> String {
    let all = results.topologies.iter().map(|topology| {
        let times = &topology.recovery_time_seconds;
        match (times.p50, times.p95) {
            (Some(p50), Some(p95)) => format!(
                "{}: half of the outages are over within {}, 95 % within {}",
                words::short(&topology.name),
                format::duration(p50),
                format::duration(p95)
            ),
            _ => format!("{}: no outage seen", words::short(&topology.name)),
        }
    });
    let rto = results
        .objectives
        .rto_seconds
        .map_or_else(String::new, |rto| {
            format!(" RTO {}.", format::duration(rto))
        });
    format!(
        "Distribution of recovery times.{rto} {}.",
        words::sentences(all, 12)
    )
}

/// Shortest and longest time worth showing \[s\]; `None` where there was no outage.
fn range(results: &Results, rto: Option<f64>) -> Option<(f64, f64)> {
    let (mut low, mut high) = (f64::INFINITY, 0.0_f64);
    for topology in &results.topologies {
        let curve = topology
            .recovery_curve
            .iter()
            .filter(|point| point.seconds > 0.0 && point.seconds.is_finite());
        for point in curve.clone().filter(|point| point.p >= 0.003) {
            low = low.min(point.seconds);
        }
        let end = curve
            .clone()
            .find(|point| point.p > 0.9995)
            .or(curve.clone().next_back());
        high = end.map_or(high, |point| high.max(point.seconds));
    }
    if high <= 0.0 {
        return None;
    }
    let (low, high) = (low.min(rto.unwrap_or(low)), high.max(rto.unwrap_or(high)));
    Some((low.min(high / 4.0) / 1.15, high * 1.2))
}

fn draw(canvas: &Canvas, at: Rect, results: &Results, seconds: (f64, f64)) {
    let looks = identities(
        results
            .topologies
            .iter()
            .map(|topology| topology.pattern.as_str()),
    );
    let lines: Vec<Line> = results
        .topologies
        .iter()
        .zip(&looks)
        .map(key_line)
        .collect();
    let key_width = key::width_beside(&lines);
    let plot = Rect {
        x: at.x + 64.0,
        y: at.y + 26.0,
        width: at.width - 64.0 - key_width - 24.0,
        height: at.height - 76.0,
    };
    let across = Scale::new(Spread::Log, seconds, (plot.x, plot.right()));
    let up = Scale::new(Spread::Linear, (0.0, 1.0), (plot.bottom(), plot.y));
    draw_axes(canvas, plot, across, up, seconds);
    if let Some(rto) = results
        .objectives
        .rto_seconds
        .filter(|&rto| across.holds(rto))
    {
        let x = across.at(rto);
        canvas.dashed(
            &[(x, plot.y - 6.0), (x, plot.bottom())],
            TARGET,
            1.3,
            Dash::Dashed,
        );
        let letters = Letters::new(SMALL_SIZE, TARGET).middle();
        canvas.text_at(
            &format!("RTO {}", format::duration(rto)),
            x,
            plot.y - 14.0,
            letters,
        );
    }
    let curves = || {
        results
            .topologies
            .iter()
            .zip(&looks)
            .filter(|(topology, _)| topology.recovery_time_seconds.n > 0)
    };
    for (topology, identity) in curves() {
        canvas.area(&band(&points(topology), across, up), identity.colour, BAND);
    }
    for (topology, identity) in curves() {
        canvas.dashed(
            &line(&points(topology), across, up),
            identity.colour,
            2.2,
            identity.dash,
        );
    }
    for (i, (topology, identity)) in results.topologies.iter().zip(&looks).enumerate() {
        let shift = (i as f64 + 0.5) / results.topologies.len() as f64;
        draw_marks(
            canvas,
            &line(&points(topology), across, up),
            *identity,
            shift,
            plot,
        );
    }
    let beside = Rect {
        x: plot.right() + 24.0,
        y: plot.y,
        width: key_width,
        height: plot.height,
    };
    key::beside(canvas, beside, &lines);
}

fn key_line((topology, identity): (&TopologyResult, &Identity)) -> Line {
    let times = &topology.recovery_time_seconds;
    let note = match (times.p95, &topology.rto_met) {
        (Some(p95), Some(met)) => format!(
            "p95 {}, RTO met {}",
            format::duration_short(p95),
            format::probability(met.mean)
        ),
        (Some(p95), None) => format!("p95 {}", format::duration_short(p95)),
        _ => "no outage seen".to_owned(),
    };
    Line {
        identity: *identity,
        name: topology.name.clone(),
        note,
    }
}

fn draw_axes(canvas: &Canvas, plot: Rect, across: Scale, up: Scale, seconds: (f64, f64)) {
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        axis::tick_left(canvas, plot, up.at(tick), &format!("{:.0} %", tick * 100.0));
    }
    axis::durations_below(canvas, plot, across, seconds);
    canvas.line(
        (plot.x, plot.bottom()),
        (plot.right(), plot.bottom()),
        AXIS,
        1.0,
    );
    axis::title_below(
        canvas,
        plot,
        "recovery time (length of an outage, log scale)",
    );
    axis::title_left(
        canvas,
        plot,
        plot.x - 58.0,
        "share of outages that are over (%)",
    );
}

/// The points of a topology's curve.
fn points(topology: &TopologyResult) -> Vec<Point> {
    let grid: Vec<Point> = topology
        .recovery_curve
        .iter()
        .filter(|point| point.seconds > 0.0)
        .map(|point| Point {
            x: point.seconds,
            share: point.p,
            low: point.low,
            high: point.high,
        })
        .collect();
    let times = &topology.recovery_time_seconds;
    let quantiles = [(times.p50, 0.5), (times.p95, 0.95), (times.p99, 0.99)];
    let known: Vec<(f64, f64)> = quantiles
        .into_iter()
        .filter_map(|(seconds, share)| Some((seconds?, share)))
        .collect();
    curve::refined(&grid, &known)
}

fn line(curve: &[Point], across: Scale, up: Scale) -> Vec<(f64, f64)> {
    let place = |point: &Point| (across.at(point.x), up.at(point.share));
    curve.iter().map(place).collect()
}

fn band(curve: &[Point], across: Scale, up: Scale) -> Vec<(f64, f64)> {
    let upper = curve
        .iter()
        .map(|point| (across.at(point.x), up.at(point.high)));
    let lower = curve.iter().rev();
    upper
        .chain(lower.map(|point| (across.at(point.x), up.at(point.low))))
        .collect()
}

/// Shapes along the rising part of a curve.
fn draw_marks(canvas: &Canvas, line: &[(f64, f64)], identity: Identity, shift: f64, plot: Rect) {
    let rising = |y: f64| y < plot.bottom() - 2.0 && y > plot.y + 2.0;
    let within: Vec<(f64, f64)> = line.iter().copied().filter(|&(_, y)| rising(y)).collect();
    let (Some(first), Some(last)) = (within.first(), within.last()) else {
        return;
    };
    for mark in 0..MARKS {
        let x = first.0 + (last.0 - first.0) * (mark as f64 + shift) / MARKS as f64;
        if let Some(y) = super::downtime::height_at(&within, x) {
            canvas.marker(
                (x, y),
                4.5,
                identity.colour,
                identity.marker,
                key::fill(identity.dash),
            );
        }
    }
}
