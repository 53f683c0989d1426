//! One trial as it was lived: when each topology was down, and why.

use super::axis::{self, Scale, Spread};
use super::canvas::{Canvas, Rect};
use super::key::Above;
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::theme::{
    Colour, GRID, INK, LABEL_SIZE, MARGIN, MUTED, PALETTE, REST, SMALL_SIZE, WASH, WIDTH, part,
};
use super::words;
use crate::results::format;
use crate::results::{Comparison, Timeline, TimelineRow};

/// Height of a topology's row and of its band \[px\].
const ROW: f64 = 38.0;
const BAR: f64 = 22.0;
/// Room for names and for figures beside the plot \[px\].
const NAMES: f64 = 190.0;
const FIGURES: f64 = 110.0;
/// An outage is drawn at least this wide \[px\].
const NARROWEST: f64 = 1.6;

/// Draws it.
pub(super) fn chart(comparison: &Comparison) -> Chart {
    let timeline = &comparison.timeline;
    let causes = main_causes(timeline);
    let (same_faults, together) = if timeline.rows.len() > 1 {
        (
            "Every topology met the same faults. ",
            ", all topologies taken together",
        )
    } else {
        ("", "")
    };
    let words = Words {
        name: "timeline",
        title: format!(
            "When {} was down in one simulated trial, number {}",
            words::subject(&comparison.results),
            format::count(timeline.trial)
        ),
        caption: words::caption(
            comparison,
            &format!(
                "{same_faults}Outages shorter than the picture can show are drawn as a thin line; right: their number and \
                 the time lost. One trial is an example, not an estimate: of the first ones (at most 1,000), the one \
                 that lost more than 95 % of them{together}, a bad one that is not the worst.",
            ),
        ),
        alt: alt(timeline),
    };
    if timeline.rows.is_empty() {
        return sheet::empty(words, "No trial was recorded.");
    }
    let rest = has_rest(timeline, &causes).then(|| (REST, "other causes".to_owned()));
    let entries = causes
        .iter()
        .enumerate()
        .map(|(i, cause)| (part(i), words::short(cause)))
        .chain(rest);
    let key = Above::new(entries, WIDTH - 2.0 * MARGIN);
    let rows = ROW * timeline.rows.len() as f64;
    sheet::chart(words, key.height + 50.0 + rows, |canvas, at| {
        key.draw(canvas, at.x, at.y);
        let top = at.y + key.height + 4.0;
        let plot = Rect {
            x: at.x + NAMES,
            y: top,
            width: at.width - NAMES - FIGURES,
            height: rows,
        };
        draw(canvas, plot, timeline, &causes);
    })
}

fn alt(timeline: &Timeline) -> String {
    let all = timeline.rows.iter().map(|row| {
        format!(
            "{}: {}, {} down",
            words::short(&row.topology),
            outages(row),
            format::duration(lost_seconds(row))
        )
    });
    format!("Outages of one trial. {}.", words::sentences(all, 12))
}

fn outages(row: &TimelineRow) -> String {
    match row.outages.len() {
        0 => "no outage".to_owned(),
        1 => "1 outage".to_owned(),
        n => format!("{} outages", format::count(n as u64)),
    }
}

fn lost_seconds(row: &TimelineRow) -> f64 {
    row.outages
        .iter()
        .map(|outage| (outage.end_hours - outage.start_hours).max(0.0))
        .sum::<f64>()
        * 3600.0
}

/// The causes with the most time lost, as many as there are colours.
#[must_use]
pub fn main_causes(timeline: &Timeline) -> Vec<String> {
    let mut sums: Vec<(String, f64)> = Vec::new();
    for outage in timeline.rows.iter().flat_map(|row| &row.outages) {
        let hours = outage.end_hours - outage.start_hours;
        match sums.iter_mut().find(|(name, _)| *name == outage.cause) {
            Some((_, sum)) => *sum += hours,
            None => sums.push((outage.cause.clone(), hours)),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    sums.into_iter()
        .take(PALETTE.len())
        .map(|(name, _)| name)
        .collect()
}

fn has_rest(timeline: &Timeline, causes: &[String]) -> bool {
    timeline
        .rows
        .iter()
        .flat_map(|row| &row.outages)
        .any(|outage| !causes.contains(&outage.cause))
}

fn draw(canvas: &Canvas, plot: Rect, timeline: &Timeline, causes: &[String]) {
    let days = (timeline.horizon_hours / 24.0).max(1e-6);
    let scale = Scale::new(Spread::Linear, (0.0, days), (plot.x, plot.right()));
    for (i, row) in timeline.rows.iter().enumerate() {
        let y = plot.y + ROW * (i as f64 + 0.5);
        canvas.rect(plot.x, y - BAR / 2.0, plot.width, BAR, WASH);
        canvas.text_at(
            &names().fit(&row.topology, NAMES - 16.0),
            plot.x - 12.0,
            y,
            names().end(),
        );
        canvas.text_at(
            &outages(row),
            plot.right() + 12.0,
            y - 7.5,
            Letters::new(LABEL_SIZE, INK).bold(),
        );
        let small = Letters::new(SMALL_SIZE, MUTED);
        canvas.text_at(
            &format::duration(lost_seconds(row)),
            plot.right() + 12.0,
            y + 8.0,
            small,
        );
    }
    for tick in day_ticks(days) {
        let x = scale.at(tick);
        canvas.line((x, plot.y), (x, plot.bottom()), GRID, 1.0);
        canvas.text(
            &format::significant(tick, 4),
            x,
            plot.bottom() + 17.0,
            axis::ticks().middle(),
        );
    }
    axis::title_below(canvas, plot, "time since the trial began (days)");
    for (i, row) in timeline.rows.iter().enumerate() {
        draw_outages(canvas, plot.y + ROW * (i as f64 + 0.5), row, causes, scale);
    }
}

fn day_ticks(days: f64) -> Vec<f64> {
    if (60.0..=800.0).contains(&days) {
        let step = if days > 400.0 { 60.0 } else { 30.0 };
        return (0..=(days / step) as u32)
            .map(|i| f64::from(i) * step)
            .collect();
    }
    axis::linear_ticks(0.0, days, 12)
}

/// Outages in order of time; those that would be drawn over each other are drawn once, the longest on top.
fn draw_outages(canvas: &Canvas, y: f64, row: &TimelineRow, causes: &[String], scale: Scale) {
    let mut bars: Vec<(f64, f64, f64, Colour)> = row
        .outages
        .iter()
        .map(|outage| {
            let (from, to) = (
                scale.at(outage.start_hours / 24.0),
                scale.at(outage.end_hours / 24.0),
            );
            let colour = causes
                .iter()
                .position(|cause| *cause == outage.cause)
                .map_or(REST, part);
            let half = ((to - from) / 2.0).max(NARROWEST / 2.0);
            let middle = f64::midpoint(from, to);
            (
                middle - half,
                middle + half,
                outage.end_hours - outage.start_hours,
                colour,
            )
        })
        .collect();
    bars.sort_by(|a, b| a.2.total_cmp(&b.2));
    let mut drawn = std::collections::BTreeSet::new();
    // From the longest down, so that what is hidden is left out; then drawn from the shortest up.
    let mut kept = Vec::new();
    for bar in bars.into_iter().rev() {
        if drawn.insert(((bar.0 * 2.0).round() as i64, (bar.1 * 2.0).round() as i64)) {
            kept.push(bar);
        }
    }
    for (from, to, _, colour) in kept.into_iter().rev() {
        canvas.rect(from, y - BAR / 2.0, to - from, BAR, colour);
    }
}
