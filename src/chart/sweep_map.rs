//! A sweep of two parameters: a map for each topology, with the contour of the target.

use super::axis;
use super::canvas::{Canvas, Fill, Rect};
use super::letters::{Letters, names};
use super::sheet::{self, Chart, Words};
use super::sweep::{better, shown, target, target_in_words};
use super::theme::{AXIS, BLUE, Dash, INK, Marker, ON_DARK, PAPER, SMALL_SIZE, TARGET};
use crate::results::{Estimate, SweepFigure, SweepParameter, SweepStudy, SweptTopology, format};

/// Room of a map for values on its left and below, and for its name above \[px\].
const LEFT: f64 = 78.0;
const BELOW: f64 = 56.0;
const ABOVE: f64 = 40.0;
/// Distance of two maps \[px\].
const GAP: f64 = 18.0;
/// Height of a cell \[px\].
const CELL: (f64, f64) = (20.0, 44.0);
/// Height that a map aims at \[px\].
const HEIGHT: f64 = 250.0;

/// Draws the maps, two in a row where there are several.
pub(super) fn draw(
    words: Words,
    study: &SweepStudy,
    topologies: &[&SweptTopology],
    figure: SweepFigure,
) -> Chart {
    let [first, second] = &study.parameters[..] else {
        return sheet::empty(words, "There are no two parameters.");
    };
    let columns = if topologies.len() > 1 { 2 } else { 1 };
    let rows = topologies.len().div_ceil(columns);
    let cell = (HEIGHT / first.values.len() as f64).clamp(CELL.0, CELL.1);
    let map = cell * first.values.len() as f64;
    let height = rows as f64 * (ABOVE + map + BELOW);
    let range = range(topologies, figure);
    sheet::chart(words, height, |canvas, at| {
        let width = (at.width - GAP * (columns - 1) as f64) / columns as f64;
        for (index, topology) in topologies.iter().enumerate() {
            let (row, column) = (index / columns, index % columns);
            let plot = Rect {
                x: at.x + column as f64 * (width + GAP) + LEFT,
                y: at.y + row as f64 * (ABOVE + map + BELOW) + ABOVE,
                width: width - LEFT,
                height: map,
            };
            let picture = Map {
                study,
                topology,
                figure,
                parameters: [first, second],
                plot,
            };
            picture.draw(canvas, range);
        }
    })
}

/// How the maps are to be read.
pub(super) fn reading(
    study: &SweepStudy,
    topologies: &[&SweptTopology],
    figure: SweepFigure,
) -> String {
    let cells = match figure {
        SweepFigure::Unavailability => ", figures are nines of availability",
        SweepFigure::Cost | SweepFigure::RtoMet => "",
    };
    let line = target(study, figure).map_or_else(String::new, |target| {
        let words = target_in_words(target, figure);
        let is_crossed = |end: End| {
            let mut maps = topologies.iter();
            maps.any(|topology| is_crossed(study, topology, figure, (target, end)))
        };
        let ends: [End; 2] = [|estimate| estimate.low, |estimate| estimate.high];
        match (is_crossed(shown), ends.into_iter().any(is_crossed)) {
            (true, true) => {
                format!(" The line is the {words}, dotted where the intervals reach it.")
            }
            (true, false) => format!(" The line is the {words}."),
            (false, true) => {
                format!(" No map crosses the {words}; dotted is where the intervals reach it.")
            }
            (false, false) => format!(" No map crosses the {words}."),
        }
    });
    format!(
        "{} Darker is higher{cells}; framed is the best point.{line} Intervals are in the table.",
        better(figure)
    )
}

/// Whether a map has a line along which an end of the figure is at a level.
fn is_crossed(
    study: &SweepStudy,
    topology: &SweptTopology,
    figure: SweepFigure,
    (level, end): (f64, End),
) -> bool {
    let [first, second] = &study.parameters[..] else {
        return false;
    };
    let anywhere = Map {
        study,
        topology,
        figure,
        parameters: [first, second],
        plot: Rect {
            x: 0.0,
            y: 0.0,
            width: 1.0,
            height: 1.0,
        },
    };
    !anywhere.contour(level, end).is_empty()
}

/// Lowest and highest figure of all maps, so that equal colours are equal figures.
fn range(topologies: &[&SweptTopology], figure: SweepFigure) -> (f64, f64) {
    let points = topologies.iter().flat_map(|topology| &topology.points);
    let values = points.filter_map(|point| point.figure(figure)).map(shown);
    values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

/// One end of the interval of a figure, or its mean.
type End = fn(&Estimate) -> f64;

/// One map.
struct Map<'a> {
    study: &'a SweepStudy,
    topology: &'a SweptTopology,
    figure: SweepFigure,
    parameters: [&'a SweepParameter; 2],
    plot: Rect,
}

impl Map<'_> {
    fn draw(&self, canvas: &Canvas, range: (f64, f64)) {
        let name = format!(
            "{}{}",
            self.topology.name,
            if self.topology.moves {
                ""
            } else {
                ": does not move"
            }
        );
        let title = names().bold().fit(&name, self.plot.width);
        canvas.text(&title, self.plot.x, self.plot.y - 12.0, names().bold());
        for row in 0..self.n_rows() {
            for column in 0..self.n_columns() {
                self.draw_cell(canvas, row, column, range);
            }
        }
        canvas.frame(self.plot, AXIS, 1.0);
        self.draw_values(canvas);
        if let Some(target) = target(self.study, self.figure) {
            self.draw_contours(canvas, target);
        }
        if let Some(best) = self
            .topology
            .best_for(self.figure)
            .filter(|_| self.topology.moves)
        {
            let at = &self.topology.points[best].at;
            let cell = self.cell(at[0], at[1]).grown(-2.0);
            canvas.frame(cell, INK, 2.0);
        }
    }

    fn n_rows(&self) -> usize {
        self.parameters[0].values.len()
    }

    fn n_columns(&self) -> usize {
        self.parameters[1].values.len()
    }

    /// The first value is at the bottom, as on any axis.
    fn cell(&self, row: usize, column: usize) -> Rect {
        let (width, height) = (
            self.plot.width / self.n_columns() as f64,
            self.plot.height / self.n_rows() as f64,
        );
        Rect {
            x: self.plot.x + width * column as f64,
            y: self.plot.bottom() - height * (row + 1) as f64,
            width,
            height,
        }
    }

    fn estimate(&self, row: usize, column: usize) -> Option<&Estimate> {
        let index = row * self.n_columns() + column;
        self.topology.points.get(index)?.figure(self.figure)
    }

    fn draw_cell(&self, canvas: &Canvas, row: usize, column: usize, (low, high): (f64, f64)) {
        let cell = self.cell(row, column);
        let Some(estimate) = self.estimate(row, column) else {
            canvas.hatch(cell, 7.0, AXIS, 0.7);
            return;
        };
        let value = shown(estimate);
        let share = if self.figure == SweepFigure::Unavailability && low > 0.0 {
            (value / low).ln() / (high / low).ln()
        } else {
            (value - low) / (high - low)
        };
        let depth = if share.is_finite() {
            0.06 + 0.86 * share.clamp(0.0, 1.0)
        } else {
            0.3
        };
        let corners = [
            (cell.x, cell.y),
            (cell.right(), cell.y),
            (cell.right(), cell.bottom()),
            (cell.x, cell.bottom()),
        ];
        canvas.area(&corners, PAPER, 1.0);
        canvas.area(&corners, BLUE, depth);
        let text = self.text(estimate);
        let colour = if depth > 0.62 { ON_DARK } else { INK };
        let letters = Letters::new(SMALL_SIZE, colour).middle();
        if letters.width(&text) + 6.0 <= cell.width {
            canvas.text_at(
                &text,
                cell.x + cell.width / 2.0,
                cell.y + cell.height / 2.0,
                letters,
            );
        }
    }

    fn text(&self, estimate: &Estimate) -> String {
        match self.figure {
            SweepFigure::Unavailability if estimate.mean > 0.0 => format::nines(estimate.mean),
            SweepFigure::Unavailability => format!("> {}", format::nines(estimate.high)),
            SweepFigure::Cost => format::money_short(estimate.mean, &self.study.currency),
            SweepFigure::RtoMet => format::probability(estimate.mean),
        }
    }

    /// Values along both sides, as many as have room.
    fn draw_values(&self, canvas: &Canvas) {
        let [first, second] = self.parameters;
        for (row, value) in first.values.iter().enumerate() {
            let cell = self.cell(row, 0);
            let label = axis::ticks().fit(&value.text, LEFT - 26.0);
            canvas.text_at(
                &label,
                self.plot.x - 6.0,
                cell.y + cell.height / 2.0,
                axis::ticks().end(),
            );
        }
        let mut free_from = f64::NEG_INFINITY;
        for (column, value) in second.values.iter().enumerate() {
            let cell = self.cell(0, column);
            let middle = cell.x + cell.width / 2.0;
            let label = axis::ticks().fit(&value.text, cell.width.max(60.0));
            let half = axis::ticks().width(&label) / 2.0;
            if middle - half >= free_from {
                canvas.text(
                    &label,
                    middle,
                    self.plot.bottom() + 17.0,
                    axis::ticks().middle(),
                );
                free_from = middle + half + 5.0;
            }
        }
        let below = axis::ticks().fit(&second.path, self.plot.width);
        axis::title_below(canvas, self.plot, &below);
        let left = axis::ticks().fit(&first.path, self.plot.height);
        axis::title_left(canvas, self.plot, self.plot.x - LEFT + 12.0, &left);
    }

    /// Where the figure, and each end of its interval, meets the target.
    fn draw_contours(&self, canvas: &Canvas, target: f64) {
        let ends: [(End, Dash, f64); 3] = [
            (|estimate| estimate.low, Dash::Dotted, 1.1),
            (|estimate| estimate.high, Dash::Dotted, 1.1),
            (shown, Dash::Solid, 2.4),
        ];
        let mut labelled = false;
        for (end, dash, width) in ends {
            for (from, to) in self.contour(target, end) {
                canvas.dashed(&[from, to], TARGET, width, dash);
                if dash == Dash::Solid && !labelled {
                    labelled = true;
                    canvas.marker(from, 3.0, TARGET, Marker::Circle, Fill::Solid);
                    let letters = Letters::new(SMALL_SIZE, TARGET).end();
                    canvas.text(
                        &target_in_words(target, self.figure),
                        self.plot.right(),
                        self.plot.y - 12.0,
                        letters,
                    );
                }
            }
        }
    }

    /// Marching squares between the middles of cells: pieces of the line along which a figure is at a level.
    fn contour(&self, level: f64, end: End) -> Vec<((f64, f64), (f64, f64))> {
        let corner = |row: usize, column: usize| {
            let cell = self.cell(row, column);
            let value = end(self.estimate(row, column)?);
            Some((
                (cell.x + cell.width / 2.0, cell.y + cell.height / 2.0),
                value,
            ))
        };
        let mut pieces = Vec::new();
        for row in 1..self.n_rows() {
            for column in 1..self.n_columns() {
                let corners = [
                    (row - 1, column - 1),
                    (row - 1, column),
                    (row, column),
                    (row, column - 1),
                ]
                .map(|(row, column)| corner(row, column));
                let [Some(a), Some(b), Some(c), Some(d)] = corners else {
                    continue;
                };
                let sides = [(a, b), (b, c), (c, d), (d, a)];
                let met: Vec<(f64, f64)> = sides
                    .iter()
                    .filter_map(|(from, to)| meeting(*from, *to, level))
                    .collect();
                // Two pieces where opposite corners are alike.
                pieces.extend(met.chunks_exact(2).map(|pair| (pair[0], pair[1])));
            }
        }
        pieces
    }
}

type Corner = ((f64, f64), f64);

/// Where a figure is at a level between two places.
fn meeting(((x0, y0), from): Corner, ((x1, y1), to): Corner, level: f64) -> Option<(f64, f64)> {
    if (from < level) == (to < level) {
        return None;
    }
    let share = if from > 0.0 && to > 0.0 {
        (level / from).ln() / (to / from).ln()
    } else {
        (level - from) / (to - from)
    };
    let share = share.clamp(0.0, 1.0);
    Some((x0 + (x1 - x0) * share, y0 + (y1 - y0) * share))
}

#[cfg(test)]
mod tests {
    use super::meeting;

    #[test]
    fn a_contour_passes_where_logarithms_meet() {
        let met = meeting(((0.0, 0.0), 1e-4), ((10.0, 20.0), 1e-2), 1e-3).unwrap();
        assert!((met.0 - 5.0).abs() < 1e-9 && (met.1 - 10.0).abs() < 1e-9);
        assert!(meeting(((0.0, 0.0), 1e-4), ((1.0, 0.0), 2e-4), 1e-3).is_none());
    }
}
