//! Bars that share a topology's downtime among some parts, one bar for each topology.

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
use crate::results::TopologyResult;
use crate::results::format;

/// Height of a topology's row and of its bar \[px\].
const ROW: f64 = 40.0;
const BAR: f64 = 22.0;
/// Room for names and for figures beside the plot \[px\].
const NAMES: f64 = 190.0;
const FIGURES: f64 = 130.0;

/// A topology and the parts of its downtime, with their shares.
pub(super) struct Shared<'a> {
    pub(super) topology: &'a TopologyResult,
    pub(super) parts: Vec<(String, f64)>,
}

/// Draws one bar for each topology; `rest` is what stands for the parts that no colour is left for.
pub(super) fn chart(words: Words, rows: &[Shared<'_>], rest: &str) -> Chart {
    let main = main_parts(rows);
    let width = super::theme::WIDTH - 2.0 * super::theme::MARGIN;
    let rest = has_rest(rows, &main).then(|| (REST, rest.to_owned()));
    let entries = (main.iter().enumerate())
        .map(|(i, name)| (part(i), words::short(name)))
        .chain(rest);
    let key = Above::new(entries, width);
    let height = key.height + 50.0 + ROW * rows.len() as f64;
    sheet::chart(words, height, |canvas, at| {
        key.draw(canvas, at.x, at.y);
        let plot = Rect {
            x: at.x + NAMES,
            y: at.y + key.height + 4.0,
            width: at.width - NAMES - FIGURES,
            height: ROW * rows.len() as f64,
        };
        draw(canvas, plot, rows, &main);
    })
}

/// The main parts of each topology in words, `nothing` where there are none.
pub(super) fn in_words(rows: &[Shared<'_>], nothing: &str) -> String {
    let all = rows.iter().map(|row| {
        let mut parts: Vec<_> = row.parts.iter().collect();
        parts.sort_by(|a, b| b.1.total_cmp(&a.1));
        let main: Vec<String> = (parts.iter().take(3))
            .map(|(name, share)| format!("{} {}", words::short(name), format::probability(*share)))
            .collect();
        let main = if main.is_empty() {
            nothing.to_owned()
        } else {
            main.join(", ")
        };
        format!("{}: {main}", words::short(&row.topology.name))
    });
    words::sentences(all, 12)
}

/// The parts with the largest shares over all topologies, as many as there are colours.
pub(super) fn main_parts(rows: &[Shared<'_>]) -> Vec<String> {
    let mut sums: Vec<(String, f64)> = Vec::new();
    for (name, share) in rows.iter().flat_map(|row| &row.parts) {
        match sums.iter_mut().find(|(known, _)| known == name) {
            Some((_, sum)) => *sum += share,
            None => sums.push((name.clone(), *share)),
        }
    }
    sums.sort_by(|a, b| b.1.total_cmp(&a.1));
    sums.into_iter()
        .filter(|(_, sum)| *sum > 0.0)
        .take(PALETTE.len())
        .map(|(name, _)| name)
        .collect()
}

fn has_rest(rows: &[Shared<'_>], main: &[String]) -> bool {
    let mut parts = rows.iter().flat_map(|row| &row.parts);
    parts.any(|(name, share)| *share > 0.0 && !main.contains(name))
}

fn draw(canvas: &Canvas, plot: Rect, rows: &[Shared<'_>], main: &[String]) {
    for tick in [0.0, 0.25, 0.5, 0.75, 1.0] {
        let x = plot.x + plot.width * tick;
        axis::tick_below(canvas, plot, x, &format!("{:.0} %", tick * 100.0));
    }
    axis::title_below(canvas, plot, "share of the topology's downtime (%)");
    for (i, row) in rows.iter().enumerate() {
        let topology = row.topology;
        let y = plot.y + ROW * (i as f64 + 0.5);
        canvas.text_at(
            &names().fit(&topology.name, NAMES - 16.0),
            plot.x - 12.0,
            y,
            names().end(),
        );
        draw_bar(canvas, plot, y, row, main);
        draw_total(canvas, plot.right() + 12.0, y, topology);
    }
}

fn draw_bar(canvas: &Canvas, plot: Rect, y: f64, row: &Shared<'_>, main: &[String]) {
    if row.parts.is_empty() {
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
    for (share, colour) in parts(row, main) {
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
fn parts(row: &Shared<'_>, main: &[String]) -> Vec<(f64, Colour)> {
    let finite = || row.parts.iter().filter(|(_, share)| share.is_finite());
    let share_of = |name: &String| -> f64 {
        let own = finite().filter(|(other, _)| other == name);
        own.map(|(_, share)| share).sum()
    };
    let mut parts: Vec<(f64, Colour)> = (main.iter().enumerate())
        .map(|(i, name)| (share_of(name), part(i)))
        .filter(|(share, _)| *share > 0.0)
        .collect();
    let others = finite().filter(|(name, _)| !main.contains(name));
    let rest: f64 = others.map(|(_, share)| share).sum();
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
