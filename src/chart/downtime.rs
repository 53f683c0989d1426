//! Downtime a year: how likely is a year with more than so much.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::curve::{self, Point};
use super::key::{self, Line};
use super::sheet::{self, Chart, Words};
use super::theme::{AXIS, BAND, Identity, identities};
use super::words;
use crate::results::format;
use crate::results::{Comparison, Results, TopologyResult};

const HEIGHT: f64 = 420.0;
/// Number of shapes along a curve.
const MARKS: usize = 4;

/// Draws it.
pub(super) fn chart(comparison: &Comparison) -> Chart {
    let results = &comparison.results;
    let words = Words {
        name: "downtime",
        title: "How bad a year can get: the chance of more downtime than so much".to_owned(),
        caption: words::caption(
            comparison,
            "Read upwards from a duration: the curve is the share of years that lost more (log scales); further down \
             and left is better. Shaded: intervals. Downtime is unavailability times a year.",
        ),
        alt: alt(results),
    };
    let Some(scale) = range(results) else {
        return sheet::empty(
            words,
            "No downtime was seen in any trial: there is no curve to draw.",
        );
    };
    let height = HEIGHT.max(key::height_beside(results.topologies.len()) + 60.0);
    sheet::chart(words, height, |canvas, at| draw(canvas, at, results, scale))
}

fn alt(results: &Results) -> String {
    let all = results.topologies.iter().map(|topology| {
        let downtime = &topology.downtime_minutes_per_year;
        format!(
            "{}: {} a year on average, more than {} in one year of twenty",
            words::short(&topology.name),
            format::minutes(downtime.mean),
            format::minutes(downtime.p95)
        )
    });
    format!(
        "Chance of a year with more than a given downtime. {}.",
        words::sentences(all, 12)
    )
}

/// Shortest and longest downtime \[s\] and the smallest chance that are worth showing; `None` without any.
fn range(results: &Results) -> Option<((f64, f64), f64)> {
    let seen = || {
        results
            .topologies
            .iter()
            .flat_map(|topology| &topology.exceedance)
            .filter(|point| point.p > 0.0)
    };
    let (mut low, mut high, mut least) = (f64::INFINITY, 0.0_f64, 1.0_f64);
    for point in seen().filter(|point| point.minutes > 0.0) {
        low = low.min(point.minutes * 60.0);
        high = high.max(point.minutes * 60.0);
        least = least.min(point.p);
    }
    // The worst trial is the end of its curve.
    for topology in results
        .topologies
        .iter()
        .filter(|topology| topology.trials > 0)
    {
        let worst = topology.downtime_minutes_per_year.max * 60.0;
        if worst > 0.0 && worst.is_finite() {
            high = high.max(worst);
            least = least.min(1.0 / topology.trials as f64);
        }
    }
    // Where a curve starts flat, only its end is news.
    let flat = results
        .topologies
        .iter()
        .filter_map(|topology| {
            let first = topology
                .exceedance
                .iter()
                .find(|point| point.minutes > 0.0)?
                .p;
            let news = topology
                .exceedance
                .iter()
                .rfind(|point| point.minutes > 0.0 && point.p > first * 0.985)?;
            (first > 0.0).then_some(news.minutes * 60.0)
        })
        .fold(f64::INFINITY, f64::min);
    let low = if flat.is_finite() {
        low.max(flat / 2.0)
    } else {
        low
    };
    (high > 0.0).then(|| {
        let low = low.min(high / 4.0);
        ((low / 1.1, high * 1.25), least.clamp(1e-6, 0.02))
    })
}

fn draw(canvas: &Canvas, at: Rect, results: &Results, (seconds, least): ((f64, f64), f64)) {
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
        y: at.y + 10.0,
        width: at.width - 64.0 - key_width - 24.0,
        height: at.height - 60.0,
    };
    let across = Scale::new(Spread::Log, seconds, (plot.x, plot.right()));
    let up = Scale::new(Spread::Log, (least, 1.0), (plot.bottom(), plot.y));
    draw_axes(canvas, plot, across, up, seconds);
    let curves: Vec<Curve> = results
        .topologies
        .iter()
        .zip(&looks)
        .map(|(topology, identity)| Curve::new(topology, *identity, across, up))
        .collect();
    for curve in &curves {
        canvas.area(&curve.band, curve.identity.colour, BAND);
    }
    for curve in &curves {
        canvas.dashed(&curve.line, curve.identity.colour, 2.2, curve.identity.dash);
    }
    for (i, curve) in curves.iter().enumerate() {
        curve.draw_marks(canvas, i, curves.len());
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
    let downtime = &topology.downtime_minutes_per_year;
    let note = if downtime.max > 0.0 {
        format!(
            "mean {}, p95 {}",
            format::duration_short(downtime.mean * 60.0),
            format::duration_short(downtime.p95 * 60.0)
        )
    } else {
        "no downtime seen".to_owned()
    };
    Line {
        identity: *identity,
        name: topology.name.clone(),
        note,
    }
}

fn draw_axes(canvas: &Canvas, plot: Rect, across: Scale, up: Scale, seconds: (f64, f64)) {
    for tick in up.ticks(8) {
        axis::tick_left(canvas, plot, up.at(tick), &chance(tick));
    }
    axis::durations_below(canvas, plot, across, seconds);
    canvas.line(
        (plot.x, plot.bottom()),
        (plot.right(), plot.bottom()),
        AXIS,
        1.0,
    );
    axis::title_below(canvas, plot, "downtime in a year (duration, log scale)");
    axis::title_left(canvas, plot, plot.x - 58.0, "share of years with more (%)");
}

fn chance(p: f64) -> String {
    format!("{} %", format::significant(p * 100.0, 2))
}

/// A curve in pixels.
struct Curve {
    identity: Identity,
    line: Vec<(f64, f64)>,
    band: Vec<(f64, f64)>,
}

impl Curve {
    fn new(topology: &TopologyResult, identity: Identity, across: Scale, up: Scale) -> Self {
        let seen = seen(topology, across);
        let place =
            |point: &Point, share: f64| (across.at(point.x), up.at((1.0 - share).max(up.low())));
        let line = seen.iter().map(|point| place(point, point.share)).collect();
        let upper = seen.iter().map(|point| place(point, point.low));
        let lower = seen.iter().rev().map(|point| place(point, point.high));
        Curve {
            identity,
            line,
            band: upper.chain(lower).collect(),
        }
    }

    /// Shapes along the line, shifted from curve to curve so that they do not hide each other.
    fn draw_marks(&self, canvas: &Canvas, i: usize, of: usize) {
        let (Some(first), Some(last)) = (self.line.first(), self.line.last()) else {
            return;
        };
        let shift = (i as f64 + 0.5) / of as f64;
        for mark in 0..MARKS {
            let x = first.0 + (last.0 - first.0) * (mark as f64 + shift) / MARKS as f64;
            if let Some(y) = height_at(&self.line, x) {
                canvas.marker(
                    (x, y),
                    4.5,
                    self.identity.colour,
                    self.identity.marker,
                    key::fill(self.identity.dash),
                );
            }
        }
    }
}

/// The points of a curve that are worth showing, up to the worst trial; shares are of years with no more.
fn seen(topology: &TopologyResult, across: Scale) -> Vec<Point> {
    let downtime = &topology.downtime_minutes_per_year;
    let grid: Vec<Point> = topology
        .exceedance
        .iter()
        .map(|point| Point {
            x: point.minutes * 60.0,
            share: 1.0 - point.p,
            low: 1.0 - point.high,
            high: 1.0 - point.low,
        })
        .collect();
    let worst = 1.0 - 1.0 / topology.trials.max(2) as f64;
    let quantiles = [
        (downtime.p50, 0.5),
        (downtime.p90, 0.9),
        (downtime.p95, 0.95),
        (downtime.p99, 0.99),
        (downtime.max, worst),
    ];
    let known = quantiles
        .into_iter()
        .filter(|&(_, share)| share <= worst)
        .map(|(minutes, share)| (minutes * 60.0, share))
        .collect::<Vec<_>>();
    let mut points = curve::refined(&grid, &known);
    points.retain(|point| point.share < 1.0 && across.holds(point.x));
    points
}

/// Height of a line at a place between its ends.
pub(super) fn height_at(line: &[(f64, f64)], x: f64) -> Option<f64> {
    let pair = line
        .windows(2)
        .find(|pair| pair[0].0 <= x && x <= pair[1].0)?;
    let (from, to) = (pair[0], pair[1]);
    let share = if to.0 > from.0 {
        (x - from.0) / (to.0 - from.0)
    } else {
        0.0
    };
    Some(from.1 + (to.1 - from.1) * share)
}
