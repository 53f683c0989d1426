//! Keys: what a colour, a shape or a stroke stands for.

use super::canvas::{Canvas, Fill, Rect};
use super::letters::{Letters, names};
use super::theme::{Colour, Dash, Identity, LABEL_SIZE, MUTED, SMALL_SIZE};

/// Height of a row of a key above a plot \[px\].
const ROW: f64 = 21.0;
/// Least width of a key beside a plot \[px\].
const NARROWEST: f64 = 205.0;
/// Room for stroke and marker before a name \[px\].
const INDENT: f64 = 34.0;
/// Longest text of a key above a plot \[px\].
const LONGEST: f64 = 230.0;

/// A line of a key beside a plot.
pub(super) struct Line {
    /// How the topology is drawn.
    pub(super) identity: Identity,
    /// Its name.
    pub(super) name: String,
    /// A figure of it.
    pub(super) note: String,
}

/// Height that a key beside a plot of so many lines takes \[px\].
pub(super) fn height_beside(lines: usize) -> f64 {
    lines as f64 * 37.0
}

/// Width that a key beside a plot takes \[px\]: its figures are never cut.
pub(super) fn width_beside(lines: &[Line]) -> f64 {
    let small = Letters::new(SMALL_SIZE, MUTED);
    lines
        .iter()
        .map(|line| (small.width(&line.note) + INDENT).ceil())
        .fold(NARROWEST, f64::max)
}

/// A key beside a plot: stroke, marker, name, and a figure below.
pub(super) fn beside(canvas: &Canvas, at: Rect, lines: &[Line]) {
    let step = (at.height / lines.len().max(1) as f64).min(42.0);
    let all: Vec<&str> = lines.iter().map(|line| line.name.as_str()).collect();
    let fitting = names().fit_all(&all, at.width - INDENT);
    for (i, line) in lines.iter().enumerate() {
        let y = at.y + step * i as f64 + 8.0;
        let Identity {
            colour,
            marker,
            dash,
        } = line.identity;
        canvas.dashed(&[(at.x, y), (at.x + 26.0, y)], colour, 2.2, dash);
        canvas.marker((at.x + 13.0, y), 5.0, colour, marker, fill(dash));
        canvas.text_at(&fitting[i], at.x + INDENT, y, names());
        if step >= 26.0 {
            let small = Letters::new(SMALL_SIZE, MUTED);
            canvas.text_at(&line.note, at.x + INDENT, y + 15.0, small);
        }
    }
}

/// How a marker of a topology is filled: what tells topologies of one pattern apart is drawn within it.
pub(super) fn fill(dash: Dash) -> Fill {
    match dash {
        Dash::Solid => Fill::Solid,
        Dash::Dashed => Fill::Dotted,
        Dash::Dotted => Fill::Barred,
    }
}

/// A key above a plot: swatches with texts, in as many rows as they need.
pub(super) struct Above {
    entries: Vec<(Colour, String, (f64, f64))>,
    /// Height that it takes \[px\].
    pub(super) height: f64,
}

impl Above {
    /// Lays a key out in a width.
    pub(super) fn new(entries: impl IntoIterator<Item = (Colour, String)>, width: f64) -> Self {
        let letters = Letters::new(LABEL_SIZE, MUTED);
        let (mut x, mut y) = (0.0, 0.0);
        let mut laid = Vec::new();
        for (colour, text) in entries {
            let text = letters.fit(&text, LONGEST);
            let needed = 18.0 + letters.width(&text);
            if x > 0.0 && x + needed > width {
                (x, y) = (0.0, y + ROW);
            }
            laid.push((colour, text, (x, y)));
            x += needed + 20.0;
        }
        let height = if laid.is_empty() { 0.0 } else { y + ROW + 6.0 };
        Above {
            entries: laid,
            height,
        }
    }

    /// Draws it from a corner on.
    pub(super) fn draw(&self, canvas: &Canvas, left: f64, top: f64) {
        for (colour, text, (x, y)) in &self.entries {
            canvas.rect(left + x, top + y + 2.0, 12.0, 12.0, *colour);
            canvas.text_at(text, left + x + 18.0, top + y + 8.0, names());
        }
    }
}
