//! What the downtime is charged to, cause by cause.

use super::axis;
use super::canvas::{Canvas, Rect};
use super::key::Above;
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{
    AXIS, Colour, GRID, INK, LABEL_SIZE, MUTED, ON_DARK, ON_LIGHT, PALETTE, PAPER, REST,
    SMALL_SIZE, is_light, part,
};
use super::words;
use crate::results::format;
use crate::results::{Comparison, Results, TopologyResult};

/// Height of a topology's row and of its bar \[px\].
const ROW: f64 = 40.0;
const BAR: f64 = 22.0;
/// Room for names and for figures beside the plot \[px\].
const NAMES: f64 = 190.0;
const FIGURES: f64 = 130.0;

/// Draws it.
pub(super) fn chart(comparison: &Comparison) -> Chart {
    let results = &comparison.results;
    let causes = main_causes(results);
    let words = Words {
        name: "attribution",
        title: "What the downtime comes from, by cause".to_owned(),
        caption: words::caption(
            comparison,
            "Each bar is the whole of a topology's downtime, shared among the faults that caused it; lost time is \
             charged to the faults whose lone repair would have ended it. Right: mean downtime a year.",
        ),
        alt: alt(results),
    };
    if causes.is_empty() {
        return sheet::empty(
            words,
            "No downtime was seen in any trial: there is nothing to attribute.",
        );
    }
    let width = super::theme::WIDTH - 2.0 * super::theme::MARGIN;
    let rest = has_rest(results, &causes).then(|| (REST, "other causes".to_owned()));
    let entries = causes
        .iter()
        .enumerate()
        .map(|(i, cause)| (part(i), words::short(cause)))
        .chain(rest);
    let key = Above::new(entries, width);
    let height = key.height + 50.0 + ROW * results.topologies.len() as f64;
    sheet::chart(words, height, |canvas, at| {
        key.draw(canvas, at.x, at.y);
        let top = at.y + key.height + 4.0;
        let rows = ROW * results.topologies.len() as f64;
        let plot = Rect {
            x: at.x + NAMES,
            y: top,
            width: at.width - NAMES - FIGURES,
            height: rows,
        };
        draw(canvas, plot, results, &causes);
    })
}

fn alt(results: &Results) -> String {
    let all = results.topologies.iter().map(|topology| {
        let mut causes: Vec<_> = topology.attribution.iter().collect();
        causes.sort_by(|a, b| b.share.total_cmp(&a.share));
        let main: Vec<String> = causes
            .iter()
            .take(3)
            .map(|cause| {
                format!(
                    "{} {}",
                    words::short(&cause.cause),
                    format::probability(cause.share)
                )
            })
            .collect();
        let main = if main.is_empty() {
            "no downtime seen".to_owned()
        } else {
            main.join(", ")
        };
        format!("{}: {main}", words::short(&topology.name))
    });
    format!(
        "Shares of downtime by cause. {}.",
        words::sentences(all, 12)
    )
}

/// The causes with the largest shares over all topologies, as many as there are colours.
#[must_use]
pub fn main_causes(results: &Results) -> Vec<String> {
    let mut sums: Vec<(String, f64)> = Vec::new();
    for cause in results
        .topologies
        .iter()
        .flat_map(|topology| &topology.attribution)
    {
        match sums.iter_mut().find(|(name, _)| *name == cause.cause) {
            Some((_, sum)) => *sum += cause.share,
            None => sums.push((cause.cause.clone(), cause.share)),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    sums.into_iter()
        .filter(|(_, sum)| *sum > 0.0)
        .take(PALETTE.len())
        .map(|(name, _)| name)
        .collect()
}

fn has_rest(results: &Results, causes: &[String]) -> bool {
    let attributed = || {
        results
            .topologies
            .iter()
            .flat_map(|topology| &topology.attribution)
    };
    attributed().any(|cause| cause.share > 0.0 && !causes.contains(&cause.cause))
}

fn draw(canvas: &Canvas, plot: Rect, results: &Results, causes: &[String]) {
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let x = plot.x + plot.width * tick;
        axis::tick_below(canvas, plot, x, &format!("{:.0} %", tick * 100.0));
    }
    axis::title_below(canvas, plot, "share of the topology's downtime (%)");
    for (i, topology) in results.topologies.iter().enumerate() {
        let y = plot.y + ROW * (i as f64 + 0.5);
        canvas.text_at(
            &names().fit(&topology.name, NAMES - 16.0),
            plot.x - 12.0,
            y,
            names().end(),
        );
        draw_bar(canvas, plot, y, topology, causes);
        draw_total(canvas, plot.right() + 12.0, y, topology);
    }
}

fn draw_bar(canvas: &Canvas, plot: Rect, y: f64, topology: &TopologyResult, causes: &[String]) {
    if topology.attribution.is_empty() {
        let at = Rect {
            x: plot.x,
            y: y - BAR / 2.0,
            width: plot.width,
            height: BAR,
        };
        canvas.frame(at, GRID, 1.0);
        canvas.text_on_paper("no downtime seen", plot.x + 10.0, y, axis::ticks());
        return;
    }
    let mut x = plot.x;
    for (share, colour) in parts(topology, causes) {
        let width = (plot.width * share).min(plot.right() - x).max(0.0);
        draw_part(
            canvas,
            Rect {
                x,
                y: y - BAR / 2.0,
                width,
                height: BAR,
            },
            share,
            colour,
        );
        x += width;
    }
}

/// Shares in the order of the key, the rest last.
fn parts(topology: &TopologyResult, causes: &[String]) -> Vec<(f64, Colour)> {
    let share_of = |cause: &String| -> f64 {
        topology
            .attribution
            .iter()
            .filter(|a| a.cause == *cause)
            .map(|a| a.share)
            .filter(|s| s.is_finite())
            .sum()
    };
    let mut parts: Vec<(f64, Colour)> = causes
        .iter()
        .enumerate()
        .map(|(i, cause)| (share_of(cause), part(i)))
        .filter(|(share, _)| *share > 0.0)
        .collect();
    let rest: f64 = topology
        .attribution
        .iter()
        .filter(|a| !causes.contains(&a.cause) && a.share.is_finite())
        .map(|a| a.share)
        .sum();
    if rest > 0.0 {
        parts.push((rest, REST));
    }
    parts
}

fn draw_part(canvas: &Canvas, at: Rect, share: f64, colour: Colour) {
    canvas.rect(at.x, at.y, at.width, at.height, colour);
    canvas.line((at.right(), at.y), (at.right(), at.bottom()), PAPER, 1.0);
    let letters = Letters::new(
        SMALL_SIZE,
        if is_light(colour) { ON_LIGHT } else { ON_DARK },
    )
    .middle();
    let text = format!("{:.0} %", share * 100.0);
    if at.width > letters.width(&text) + 8.0 {
        canvas.text_at(
            &text,
            at.x + at.width / 2.0,
            at.y + at.height / 2.0,
            letters,
        );
    }
}

fn draw_total(canvas: &Canvas, x: f64, y: f64, topology: &TopologyResult) {
    let downtime = &topology.downtime_minutes_per_year;
    if downtime.mean > 0.0 {
        canvas.text_at(
            &format::minutes(downtime.mean),
            x,
            y - 7.5,
            Letters::new(LABEL_SIZE, INK).bold(),
        );
        let interval = format::duration_interval_short(downtime.low * 60.0, downtime.high * 60.0);
        let small = Letters::new(SMALL_SIZE, MUTED);
        canvas.text_at(&small.fit(&interval, FIGURES - 12.0), x, y + 8.0, small);
    } else {
        canvas.text_at(format::NO_DATA, x, y, Letters::new(LABEL_SIZE, AXIS));
    }
}
