//! Availability of each topology with its interval, against the SLO.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Fill, Rect};
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{Dash, INK, Identity, MUTED, SMALL_SIZE, TARGET, identities};
use super::words;
use crate::results::format;
use crate::results::{Comparison, Estimate, Results, TopologyResult};

/// Height of a topology's row \[px\].
const ROW: f64 = 38.0;
/// Room for names beside the plot \[px\].
const NAMES: f64 = 190.0;
/// Least room for figures beside the plot \[px\].
const FIGURES: f64 = 150.0;

/// Draws it.
pub(super) fn chart(comparison: &Comparison) -> Chart {
    let results = &comparison.results;
    let words = Words {
        name: "unavailability",
        title: format!(
            "How much {} loses, and how surely we know it",
            words::subject(results)
        ),
        caption: words::caption(
            comparison,
            "Share of requests lost; further left is better, each step of ten one more nine. Bars are intervals; a \
             hollow mark with an arrow is an upper bound, no loss having been seen.",
        ),
        alt: alt(results),
    };
    if results.topologies.is_empty() {
        return sheet::empty(words, "No topology was simulated.");
    }
    let height = 88.0 + ROW * results.topologies.len() as f64;
    sheet::chart(words, height, |canvas, at| draw(canvas, at, results))
}

fn alt(results: &Results) -> String {
    let all = results.topologies.iter().map(|topology| {
        let interval = format::availability_interval(&topology.unavailability).map_or_else(
            || " (no loss seen)".to_owned(),
            |interval| format!(" ({interval})"),
        );
        format!(
            "{}: {}{interval}",
            words::short(&topology.name),
            format::availability(&topology.unavailability)
        )
    });
    format!(
        "Availability of each topology with its interval. {}.",
        words::sentences(all, 12)
    )
}

fn draw(canvas: &Canvas, at: Rect, results: &Results) {
    let plot = Rect {
        x: at.x + NAMES,
        y: at.y + 40.0,
        width: at.width - NAMES - figures_room(results),
        height: at.height - 88.0,
    };
    let target = results.objectives.slo_target.map(|target| 1.0 - target);
    let range = axis::unavailability_range(
        results
            .topologies
            .iter()
            .map(|topology| &topology.unavailability),
        target,
    );
    let scale = Scale::new(Spread::Log, range, (plot.x, plot.right()));
    for tick in scale.ticks(6) {
        axis::tick_below(canvas, plot, scale.at(tick), &axis::power(tick));
        canvas.text(
            &axis::nines(tick),
            scale.at(tick),
            plot.y - 8.0,
            axis::ticks().middle(),
        );
    }
    axis::title_below(
        canvas,
        plot,
        "unavailability (share of requests lost, log scale)",
    );
    draw_target(canvas, plot, results, scale);
    let looks = identities(
        results
            .topologies
            .iter()
            .map(|topology| topology.pattern.as_str()),
    );
    for (i, (topology, identity)) in results.topologies.iter().zip(looks).enumerate() {
        draw_row(
            canvas,
            plot,
            plot.y + ROW * (i as f64 + 0.5),
            topology,
            identity,
            scale,
        );
    }
}

/// Room for the widest interval: a figure is never cut.
fn figures_room(results: &Results) -> f64 {
    results
        .topologies
        .iter()
        .map(|topology| small().width(&interval(&topology.unavailability)) + 16.0)
        .fold(FIGURES, f64::max)
}

fn interval(estimate: &Estimate) -> String {
    format::availability_interval(estimate).unwrap_or_else(|| "no loss seen".to_owned())
}

fn small() -> Letters {
    Letters::new(SMALL_SIZE, MUTED)
}

fn draw_target(canvas: &Canvas, plot: Rect, results: &Results, scale: Scale) {
    let Some(target) = results
        .objectives
        .slo_target
        .filter(|target| scale.holds(1.0 - target))
    else {
        return;
    };
    let x = scale.at(1.0 - target);
    canvas.dashed(
        &[(x, plot.y), (x, plot.bottom())],
        TARGET,
        1.3,
        Dash::Dashed,
    );
    let letters = Letters::new(SMALL_SIZE, TARGET).middle();
    canvas.text_on_paper(
        &format!("SLO {}", format::target(target)),
        x,
        plot.y - 30.0,
        letters,
    );
}

fn draw_row(
    canvas: &Canvas,
    plot: Rect,
    y: f64,
    topology: &TopologyResult,
    identity: Identity,
    scale: Scale,
) {
    let name = names().fit(&topology.name, NAMES - 16.0);
    canvas.text_at(&name, plot.x - 14.0, y, names().end());
    let estimate = &topology.unavailability;
    draw_estimate(canvas, y, estimate, identity, scale);
    let left = plot.right() + 14.0;
    canvas.text_at(
        &format::availability(estimate),
        left,
        y - 7.5,
        Letters::new(super::theme::LABEL_SIZE, INK).bold(),
    );
    canvas.text_at(&interval(estimate), left, y + 8.0, small());
}

fn draw_estimate(canvas: &Canvas, y: f64, estimate: &Estimate, identity: Identity, scale: Scale) {
    let colour = identity.colour;
    if estimate.mean > 0.0 {
        canvas.marker(
            (scale.at(estimate.mean), y),
            6.5,
            colour,
            identity.marker,
            super::key::fill(identity.dash),
        );
        // Over the mark, which would hide a short interval.
        let (low, high) = (scale.at(estimate.low), scale.at(estimate.high));
        canvas.line((low, y), (high, y), INK, 1.2);
        for end in [low, high] {
            canvas.line((end, y - 5.0), (end, y + 5.0), INK, 1.2);
        }
    } else {
        let x = scale.at(estimate.high);
        let tip = (x - 40.0).max(scale.at(scale.low()));
        canvas.line((x, y), (tip + 6.0, y), colour, 2.0);
        canvas.arrow_tip((tip, y), (-1.0, 0.0), 9.0, colour);
        canvas.marker((x, y), 6.5, colour, identity.marker, Fill::Hollow);
    }
}
