//! A sheet to draw on: lines, areas, markers and words, in pixels with fractions.
//!
//! Plotters writes whole pixels, which shows as steps in curves: the sheet is ten times as large as the picture, and
//! the root element scales it down. What is drawn outside the sheet, or is not a number, is brought to its edge.

use plotters::backend::SVGBackend;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, IntoDrawingArea};
use plotters::element::{Drawable, PathElement, PointCollection, Polygon, Rectangle};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{
    Color, FontDesc, FontFamily, FontStyle, FontTransform, ShapeStyle, TextStyle,
};

use super::letters::{Anchor, LINE_HEIGHT, Letters};
use super::theme::{Colour, Dash, Marker, PAPER};
use crate::results::format::printable;

/// Pixels of the sheet for one of the picture.
pub(super) const SCALE: f64 = 10.0;
/// Height of a capital, in sizes.
const CAPITAL: f64 = 0.727;
/// How far plotters lowers a text that hangs from its position, in sizes.
const HANG: f64 = 0.76;

/// Plotters has no broken lines: they are drawn this much too wide (in sheet pixels), and mended once all is drawn.
const CODE: u32 = 1000;
/// Broken strokes, their mark, their strokes and gaps.
const DASHES: [(Dash, u32, &str); 2] = [
    (Dash::Dashed, CODE, "70 40"),
    (Dash::Dotted, 2 * CODE, "20 30"),
];

/// A sheet that is being drawn on.
pub(super) struct Canvas<'a> {
    area: DrawingArea<SVGBackend<'a>, Shift>,
}

impl Canvas<'_> {
    /// Draws a picture of the given size on white and returns it as the body of an SVG element in sheet pixels.
    pub(super) fn draw(width: f64, height: f64, draw: impl FnOnce(&Canvas)) -> String {
        let mut svg = String::new();
        {
            let size = ((width * SCALE) as u32, (height * SCALE) as u32);
            let area = SVGBackend::with_string(&mut svg, size).into_drawing_area();
            let canvas = Canvas { area };
            canvas.rect(0.0, 0.0, width, height, PAPER);
            draw(&canvas);
            written(canvas.area.present());
        }
        body(&svg)
    }

    /// A straight line.
    pub(super) fn line(&self, from: (f64, f64), to: (f64, f64), colour: Colour, width: f64) {
        self.path(&[from, to], colour, width);
    }

    /// A line through points.
    pub(super) fn path(&self, points: &[(f64, f64)], colour: Colour, width: f64) {
        let points: Vec<_> = points.iter().map(|&p| pixel(p)).collect();
        self.put(&PathElement::new(points, stroke(colour, width)));
    }

    /// A line through points, whole or broken.
    pub(super) fn dashed(&self, points: &[(f64, f64)], colour: Colour, width: f64, dash: Dash) {
        let code = DASHES
            .iter()
            .find(|(known, ..)| *known == dash)
            .map_or(0, |(_, code, _)| *code);
        let points: Vec<_> = points.iter().map(|&p| pixel(p)).collect();
        let whole = stroke(colour, width);
        let style = ShapeStyle {
            stroke_width: whole.stroke_width + code,
            ..whole
        };
        self.put(&PathElement::new(points, style));
    }

    /// A filled rectangle.
    pub(super) fn rect(&self, x: f64, y: f64, width: f64, height: f64, colour: Colour) {
        let corners = [pixel((x, y)), pixel((x + width, y + height))];
        self.put(&Rectangle::new(corners, colour.filled()));
    }

    /// The outline of a rectangle.
    pub(super) fn frame(&self, at: Rect, colour: Colour, width: f64) {
        let (right, bottom) = (at.x + at.width, at.y + at.height);
        self.path(
            &[
                (at.x, at.y),
                (right, at.y),
                (right, bottom),
                (at.x, bottom),
                (at.x, at.y),
            ],
            colour,
            width,
        );
    }

    /// Slanted lines over a rectangle.
    pub(super) fn hatch(&self, at: Rect, step: f64, colour: Colour, width: f64) {
        let mut start = at.x - at.height + step / 2.0;
        while start < at.x + at.width && step > 0.0 {
            let from = start.max(at.x);
            let to = (start + at.height).min(at.x + at.width);
            if to > from {
                let y = |x: f64| at.y + at.height - (x - start);
                self.line((from, y(from)), (to, y(to)), colour, width);
            }
            start += step;
        }
    }

    /// A filled area.
    pub(super) fn area(&self, points: &[(f64, f64)], colour: Colour, opacity: f64) {
        let points: Vec<_> = points.iter().map(|&p| pixel(p)).collect();
        self.put(&Polygon::new(points, colour.mix(opacity).filled()));
    }

    /// A point in a topology's shape, hollow where only a bound is known.
    pub(super) fn marker(
        &self,
        at: (f64, f64),
        radius: f64,
        colour: Colour,
        marker: Marker,
        fill: Fill,
    ) {
        let outline = |grow: f64| outline(at, radius + grow, marker);
        match fill {
            Fill::Solid | Fill::Dotted | Fill::Barred => {
                self.area(&outline(1.4), PAPER, 1.0);
                self.area(&outline(0.0), colour, 1.0);
                let (x, y) = at;
                if fill == Fill::Dotted {
                    self.area(
                        &self::outline(at, radius * 0.36, Marker::Circle),
                        PAPER,
                        1.0,
                    );
                } else if fill == Fill::Barred {
                    self.rect(x - radius, y - 0.9, 2.0 * radius, 1.8, PAPER);
                }
            }
            Fill::Hollow => {
                let mut ring = outline(0.0);
                self.area(&ring, PAPER, 1.0);
                ring.extend(ring.first().copied());
                self.path(&ring, colour, 1.6);
            }
        }
    }

    /// The tip of an arrow that points the way of (`dx`, `dy`).
    pub(super) fn arrow_tip(&self, at: (f64, f64), towards: (f64, f64), size: f64, colour: Colour) {
        let length = towards.0.hypot(towards.1).max(f64::MIN_POSITIVE);
        let (ux, uy) = (towards.0 / length * size, towards.1 / length * size);
        let back = (at.0 - ux, at.1 - uy);
        let wing = |side: f64| (back.0 - uy * 0.45 * side, back.1 + ux * 0.45 * side);
        self.area(&[at, wing(1.0), wing(-1.0)], colour, 1.0);
    }

    /// A text with its baseline's height given.
    pub(super) fn text(&self, text: &str, x: f64, baseline: f64, letters: Letters) {
        self.write(
            text,
            (x, baseline - HANG * letters.size),
            letters,
            FontTransform::None,
        );
    }

    /// A text whose capitals are centred on a height.
    pub(super) fn text_at(&self, text: &str, x: f64, middle: f64, letters: Letters) {
        self.text(text, x, middle + CAPITAL / 2.0 * letters.size, letters);
    }

    /// A text on a white ground, so that lines behind it do not disturb it.
    pub(super) fn text_on_paper(&self, text: &str, x: f64, middle: f64, letters: Letters) {
        let width = letters.width(text);
        let left = match letters.anchor {
            Anchor::Start => x,
            Anchor::Middle => x - width / 2.0,
            Anchor::End => x - width,
        };
        self.rect(
            left - 2.0,
            middle - letters.size * 0.62,
            width + 4.0,
            letters.size * 1.24,
            PAPER,
        );
        self.text_at(text, x, middle, letters);
    }

    /// A text that runs upwards, centred on a point.
    pub(super) fn text_upwards(&self, text: &str, x: f64, middle: f64, letters: Letters) {
        let at = (x - CAPITAL / 2.0 * letters.size, middle);
        // The text hangs from its position before it is turned.
        self.write(
            text,
            (at.0 - (HANG - CAPITAL) * letters.size, at.1),
            letters,
            FontTransform::Rotate270,
        );
    }

    fn write(&self, text: &str, at: (f64, f64), letters: Letters, transform: FontTransform) {
        let h_pos = match letters.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let font = FontDesc::new(
            FontFamily::Name(letters.weight.family()),
            letters.size * SCALE * LINE_HEIGHT,
            FontStyle::Normal,
        );
        let style = TextStyle::from(font.transform(transform))
            .color(&letters.colour)
            .pos(Pos::new(h_pos, VPos::Top));
        written(self.area.draw_text(&printable(text), &style, pixel(at)));
    }

    fn put<'e, E>(&self, element: &'e E)
    where
        for<'b> &'b E: PointCollection<'b, (i32, i32)>,
        E: for<'b> Drawable<SVGBackend<'b>> + 'e,
    {
        written(self.area.draw(element));
    }
}

/// How a marker is filled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fill {
    /// A figure that was seen.
    Solid,
    /// The same, of the second topology of a pattern.
    Dotted,
    /// The same, of the third.
    Barred,
    /// A bound: nothing was seen.
    Hollow,
}

/// A rectangle \[px\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rect {
    /// Left edge.
    pub(super) x: f64,
    /// Upper edge.
    pub(super) y: f64,
    /// Width.
    pub(super) width: f64,
    /// Height.
    pub(super) height: f64,
}

impl Rect {
    /// The rectangle, larger by `by` on each side.
    pub(super) fn grown(self, by: f64) -> Rect {
        Rect {
            x: self.x - by,
            y: self.y - by,
            width: self.width + 2.0 * by,
            height: self.height + 2.0 * by,
        }
    }

    /// Right edge.
    pub(super) fn right(self) -> f64 {
        self.x + self.width
    }

    /// Lower edge.
    pub(super) fn bottom(self) -> f64 {
        self.y + self.height
    }
}

/// Writing into memory does not fail; a failure would leave the element out.
fn written<T, E: std::fmt::Debug>(result: Result<T, E>) {
    debug_assert!(
        result.is_ok(),
        "drawing into memory failed: {:?}",
        result.err()
    );
}

fn pixel((x, y): (f64, f64)) -> (i32, i32) {
    let whole = |v: f64| {
        if v.is_finite() {
            (v * SCALE).clamp(-1e5, 1e5).round() as i32
        } else {
            0
        }
    };
    (whole(x), whole(y))
}

fn stroke(colour: Colour, width: f64) -> ShapeStyle {
    ShapeStyle {
        color: colour.to_rgba(),
        filled: false,
        stroke_width: (width * SCALE) as u32,
    }
}

/// What lies between the root's tags, without what every element says alike.
fn body(svg: &str) -> String {
    let inside = svg.split_once(">\n").map_or("", |(_, rest)| rest);
    let inside = inside.trim_end().trim_end_matches("</svg>");
    // Quotes inside texts are escaped, so these can only be attributes.
    with_dashes(inside)
        .replace(" opacity=\"1\"", "")
        .replace(" font-family=\"Inter\"", "")
        .replace(" text-anchor=\"start\"", "")
        .replace(" stroke=\"none\"", "")
        .replace(" \"/>", "\"/>")
        .replace("\n</text>", "</text>")
        .replace(
            "font-family=\"Inter Semi Bold\"",
            "font-family=\"Inter Semi Bold, system-ui, sans-serif\" font-weight=\"600\"",
        )
}

/// Gives broken lines, which are marked by their width, their true width and their strokes and gaps.
fn with_dashes(body: &str) -> String {
    const WIDTH: &str = " stroke-width=\"";
    let mut parts = body.split(WIDTH);
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (number, rest) = part.split_once('"').unwrap_or((part, ""));
        let width: u32 = number.parse().unwrap_or(0);
        let dash = DASHES
            .iter()
            .find(|(_, code, _)| width / CODE == code / CODE);
        text.push_str(WIDTH);
        text.push_str(&(width % CODE).to_string());
        text.push('"');
        if let Some((_, _, pattern)) = dash {
            text.push_str(" stroke-dasharray=\"");
            text.push_str(pattern);
            text.push('"');
        }
        text.push_str(rest);
    }
    text
}

/// Corners of a marker.
fn outline((x, y): (f64, f64), radius: f64, marker: Marker) -> Vec<(f64, f64)> {
    let around = |n: usize, turn: f64, reach: &dyn Fn(usize) -> f64| -> Vec<(f64, f64)> {
        (0..n)
            .map(|i| {
                let angle = turn + std::f64::consts::TAU * i as f64 / n as f64;
                (x + reach(i) * angle.sin(), y - reach(i) * angle.cos())
            })
            .collect()
    };
    match marker {
        Marker::Circle => around(28, 0.0, &|_| radius * 0.92),
        Marker::Square => around(4, std::f64::consts::FRAC_PI_4, &|_| radius * 1.2),
        Marker::Diamond => around(4, 0.0, &|_| radius * 1.25),
        Marker::Triangle => around(3, 0.0, &|_| radius * 1.25),
        Marker::Wedge => around(3, std::f64::consts::PI, &|_| radius * 1.25),
        Marker::Star => around(10, 0.0, &|i| {
            if i.is_multiple_of(2) {
                radius * 1.35
            } else {
                radius * 0.6
            }
        }),
        Marker::Cross => {
            let (long, short) = (radius * 1.05, radius * 0.38);
            [
                (-1, -3),
                (1, -3),
                (1, -1),
                (3, -1),
                (3, 1),
                (1, 1),
                (1, 3),
                (-1, 3),
                (-1, 1),
                (-3, 1),
                (-3, -1),
                (-1, -1),
            ]
            .iter()
            .map(|&(i, j): &(i32, i32)| {
                let reach =
                    |k: i32| f64::from(k.signum()) * if k.abs() == 3 { long } else { short };
                (x + reach(i), y + reach(j))
            })
            .collect()
        }
    }
}
