//! Cost against availability: what each further nine costs, and which topologies no other beats.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Fill, Rect};
use super::labels::{self, Obstacle, Wanted};
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{
    AXIS, Dash, INK, Identity, LABEL_SIZE, MUTED, PAPER, SMALL_SIZE, TARGET, identities,
};
use super::words;
use crate::results::format;
use crate::results::{Comparison, Results, TopologyResult};

const HEIGHT: f64 = 430.0;
/// Radius of a point \[px\].
const POINT: f64 = 6.5;
/// How much larger a point is for each that lies on top of it \[px\].
const RING: f64 = 3.0;

/// One topology that is priced.
struct Point<'a> {
    topology: &'a TopologyResult,
    identity: Identity,
    cost: f64,
}

/// Draws it.
pub(super) fn chart(comparison: &Comparison) -> Chart {
    let results = &comparison.results;
    let looks = identities(
        results
            .topologies
            .iter()
            .map(|topology| topology.pattern.as_str()),
    );
    let points: Vec<Point> = results
        .topologies
        .iter()
        .zip(looks)
        .filter_map(|(topology, identity)| {
            let cost = topology
                .cost_per_month
                .total
                .filter(|cost| cost.is_finite())?;
            Some(Point {
                topology,
                identity,
                cost,
            })
        })
        .collect();
    let words = Words {
        name: "cost-availability",
        title: "What availability costs: the topologies side by side".to_owned(),
        caption: words::caption(comparison, &reading(results, &points)),
        alt: alt(results, &points),
    };
    if points.is_empty() {
        return sheet::empty(
            words,
            "No topology is priced: give prices in the model to see what availability costs.",
        );
    }
    sheet::chart(words, HEIGHT, |canvas, at| {
        draw(canvas, at, results, &points);
    })
}

fn reading(results: &Results, points: &[Point]) -> String {
    let mut text =
        "Higher is better, further left is cheaper. Bars are intervals; a hollow mark with an arrow is an upper bound, \
         no loss having been seen. The line joins the topologies that no other beats in both."
            .to_owned();
    let absent: Vec<String> = results
        .topologies
        .iter()
        .filter(|topology| {
            !points
                .iter()
                .any(|point| point.topology.name == topology.name)
        })
        .map(|topology| words::short(&topology.name))
        .collect();
    if !absent.is_empty() && !points.is_empty() {
        text = format!("{text} Not priced: {}.", words::sentences(absent, 4));
    }
    text
}

fn alt(results: &Results, points: &[Point]) -> String {
    if points.is_empty() {
        return "No topology is priced.".to_owned();
    }
    let all = points.iter().map(|point| {
        format!(
            "{} costs {} a month at {} availability",
            words::short(&point.topology.name),
            format::money(point.cost, &results.currency),
            format::availability(&point.topology.unavailability)
        )
    });
    format!(
        "Cost a month against availability. {}.",
        words::sentences(all, 12)
    )
}

fn draw(canvas: &Canvas, at: Rect, results: &Results, points: &[Point]) {
    let plot = Rect {
        x: at.x + 72.0,
        y: at.y + 26.0,
        width: at.width - 72.0 - 66.0,
        height: at.height - 72.0,
    };
    let costs = cost_scale(points, plot);
    let losses = loss_scale(results, points, plot);
    draw_axes(canvas, plot, results, costs, losses);
    let places: Vec<(f64, f64)> = points
        .iter()
        .map(|point| (costs.at(point.cost), losses.at(seen_or_bound(point))))
        .collect();
    let mut obstacles = draw_target(canvas, plot, results, losses, &places);
    obstacles.extend(draw_frontier(canvas, results, points, &places));
    for (i, (point, &place)) in points.iter().zip(&places).enumerate() {
        let above = places[i + 1..]
            .iter()
            .filter(|other| labels::coincide(**other, place));
        let radius = POINT + RING * above.count().min(4) as f64;
        obstacles.extend(draw_point(canvas, plot, point, (place, radius), losses));
    }
    for (point, &place) in points.iter().zip(&places) {
        draw_bar(canvas, point, place, losses);
    }
    draw_names(canvas, plot, points, &places, &obstacles);
}

fn seen_or_bound(point: &Point) -> f64 {
    let estimate = &point.topology.unavailability;
    if estimate.mean > 0.0 {
        estimate.mean
    } else {
        estimate.high
    }
}

fn cost_scale(points: &[Point], plot: Rect) -> Scale {
    let low = points
        .iter()
        .map(|point| point.cost)
        .fold(f64::INFINITY, f64::min);
    let high = points
        .iter()
        .map(|point| point.cost)
        .fold(f64::NEG_INFINITY, f64::max);
    let ends = (plot.x, plot.right());
    if low > 0.0 && high / low > 12.0 {
        return Scale::new(Spread::Log, axis::log_range(low, high, (1.0, 10.0)), ends);
    }
    let room = ((high - low) * 0.12).max(high.abs() * 0.06).max(1e-9);
    // Costs that differ by less than half are shown from near the cheapest on: positions, not lengths, are compared.
    let start = if low > 0.0 && low - room > high * 0.35 {
        low - room
    } else {
        0.0_f64.min(low)
    };
    Scale::new(Spread::Linear, (start, high + room), ends)
}

fn loss_scale(results: &Results, points: &[Point], plot: Rect) -> Scale {
    let target = results.objectives.slo_target.map(|target| 1.0 - target);
    let range = axis::unavailability_range(
        points.iter().map(|point| &point.topology.unavailability),
        target,
    );
    Scale::new(Spread::Log, range, (plot.y, plot.bottom()))
}

fn draw_axes(canvas: &Canvas, plot: Rect, results: &Results, costs: Scale, losses: Scale) {
    for tick in losses.ticks(9) {
        let y = losses.at(tick);
        axis::tick_left(canvas, plot, y, &axis::power(tick));
        canvas.text_at(&axis::nines(tick), plot.right() + 8.0, y, axis::ticks());
    }
    for tick in costs.ticks(7) {
        let x = costs.at(tick);
        canvas.line((x, plot.bottom()), (x, plot.bottom() + 5.0), AXIS, 1.0);
        canvas.text(
            &format::money_short(tick, &results.currency),
            x,
            plot.bottom() + 19.0,
            axis::ticks().middle(),
        );
    }
    canvas.line(
        (plot.x, plot.bottom()),
        (plot.right(), plot.bottom()),
        AXIS,
        1.0,
    );
    let currency = axis::ticks().fit(&results.currency, 60.0);
    axis::title_below(
        canvas,
        plot,
        &format!("cost of what runs ({currency} a month)"),
    );
    axis::title_left(
        canvas,
        plot,
        plot.x - 66.0,
        "unavailability (share of requests lost, log scale)",
    );
}

/// The SLO's line, its label above whichever end of it lies further from the points.
fn draw_target(
    canvas: &Canvas,
    plot: Rect,
    results: &Results,
    losses: Scale,
    points: &[(f64, f64)],
) -> Vec<Obstacle> {
    let Some(target) = results
        .objectives
        .slo_target
        .filter(|target| losses.holds(1.0 - target))
    else {
        return Vec::new();
    };
    let y = losses.at(1.0 - target);
    canvas.dashed(&[(plot.x, y), (plot.right(), y)], TARGET, 1.3, Dash::Dashed);
    let letters = Letters::new(SMALL_SIZE, TARGET);
    let text = format!("SLO {}", format::target(target));
    let width = letters.width(&text) + 6.0;
    let room = |x: f64| {
        points
            .iter()
            .map(|p| (p.0 - x).hypot(p.1 - y))
            .fold(f64::INFINITY, f64::min)
    };
    let left = if room(plot.x + width / 2.0) >= room(plot.right() - width / 2.0) {
        plot.x
    } else {
        plot.right() - width
    };
    let label = Rect {
        x: left,
        y: y - 17.0,
        width,
        height: 16.0,
    };
    canvas.text_on_paper(&text, left + 3.0, y - 9.5, letters);
    vec![
        Obstacle {
            at: label,
            cost: 50.0,
        },
        Obstacle {
            at: Rect {
                x: plot.x,
                y: y - 1.0,
                width: plot.width,
                height: 2.0,
            },
            cost: 1.0,
        },
    ]
}

fn draw_frontier(
    canvas: &Canvas,
    results: &Results,
    points: &[Point],
    places: &[(f64, f64)],
) -> Vec<Obstacle> {
    let on_frontier = |name: &String| points.iter().position(|point| &point.topology.name == name);
    let corners: Vec<(f64, f64)> = results
        .pareto
        .iter()
        .filter_map(on_frontier)
        .filter_map(|i| places.get(i).copied())
        .collect();
    if corners.len() < 2 {
        return Vec::new();
    }
    canvas.path(&corners, AXIS, 1.6);
    corners
        .windows(2)
        .flat_map(|pair| labels::along(pair[0], pair[1]))
        .collect()
}

fn draw_point(
    canvas: &Canvas,
    plot: Rect,
    point: &Point,
    ((x, y), radius): ((f64, f64), f64),
    losses: Scale,
) -> Vec<Obstacle> {
    let estimate = &point.topology.unavailability;
    let colour = point.identity.colour;
    let (top, bottom) = if estimate.mean > 0.0 {
        canvas.marker(
            (x, y),
            radius,
            colour,
            point.identity.marker,
            super::key::fill(point.identity.dash),
        );
        (losses.at(estimate.low), losses.at(estimate.high))
    } else {
        let tip = (y - 32.0).max(plot.y);
        canvas.line((x, y), (x, tip + 5.0), colour, 1.6);
        canvas.arrow_tip((x, tip), (0.0, -1.0), 8.0, colour);
        canvas.marker((x, y), radius, colour, point.identity.marker, Fill::Hollow);
        (tip, y)
    };
    let mark = Rect {
        x,
        y,
        width: 0.0,
        height: 0.0,
    }
    .grown(radius + 2.0);
    let bar = Rect {
        x: x - 5.0,
        y: top.min(y),
        width: 10.0,
        height: (bottom - top).abs(),
    };
    vec![
        Obstacle {
            at: mark,
            cost: 60.0,
        },
        Obstacle { at: bar, cost: 6.0 },
    ]
}

/// The interval over its mark, which would hide a short one.
fn draw_bar(canvas: &Canvas, point: &Point, (x, _): (f64, f64), losses: Scale) {
    let estimate = &point.topology.unavailability;
    if estimate.mean > 0.0 {
        let ends = (losses.at(estimate.low), losses.at(estimate.high));
        canvas.line((x, ends.0), (x, ends.1), INK, 1.2);
        for end in [ends.0, ends.1] {
            canvas.line((x - 4.0, end), (x + 4.0, end), INK, 1.2);
        }
    }
}

fn draw_names(
    canvas: &Canvas,
    plot: Rect,
    points: &[Point],
    places: &[(f64, f64)],
    obstacles: &[Obstacle],
) {
    let letters = if points.len() > 8 {
        Letters::new(SMALL_SIZE, INK)
    } else {
        names()
    };
    let all: Vec<&str> = points
        .iter()
        .map(|point| point.topology.name.as_str())
        .collect();
    let texts = letters.fit_all(&all, 190.0);
    let wanted: Vec<Wanted> = texts
        .iter()
        .zip(places)
        .map(|(text, &point)| Wanted {
            point,
            width: letters.width(text),
            height: LABEL_SIZE + 2.0,
        })
        .collect();
    let off_the_axis = Rect {
        x: plot.x + 8.0,
        width: plot.width - 8.0,
        ..plot
    };
    let found = labels::place(&wanted, obstacles, off_the_axis);
    for (text, place) in texts.iter().zip(&found) {
        canvas.rect(place.x, place.y, place.width, place.height, PAPER);
        canvas.text_at(text, place.x, place.y + place.height / 2.0, letters);
    }
    for (i, (place, &point)) in found.iter().zip(places).enumerate() {
        if labels::needs_leader(&wanted, i, *place) {
            canvas.line(point, labels::nearest(*place, point), MUTED, 1.0);
        }
    }
}
