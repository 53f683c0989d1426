//! Boxes and lines of the deployment: regions, external services, zones, calls, and their key.

use super::axis;
use super::canvas::{Canvas, Rect};
use super::letters::Letters;
use super::theme::{
    AXIS, BLUE, Colour, Dash, GREEN, GRID, INK, MUTED, ON_DARK, PAPER, SMALL_SIZE, WASH,
};
use crate::results::{Layout, LayoutRegion};

/// Room within a region around its boxes \[px\].
pub(super) const PADDING: f64 = 16.0;

/// One cell for each zone, with the replicas that run there.
pub(super) fn draw_zones(canvas: &Canvas, at: Rect, running: &[u32]) {
    let cell = (at.width / running.len().max(1) as f64).min(22.0);
    for (zone, &replicas) in running.iter().enumerate() {
        let place = Rect {
            x: at.x + cell * zone as f64,
            y: at.y,
            width: cell - 2.5,
            height: at.height,
        };
        if replicas == 0 {
            canvas.frame(place, GRID, 1.0);
            continue;
        }
        canvas.rect(place.x, place.y, place.width, place.height, BLUE);
        let letters = Letters::new(9.5, ON_DARK).bold().middle();
        canvas.text_at(
            &letters.fit(&replicas.to_string(), cell),
            place.x + place.width / 2.0,
            at.y + at.height / 2.0,
            letters,
        );
    }
}

/// A region's box with its name, role and zones.
pub(super) fn draw_frame(canvas: &Canvas, frame: Rect, region: &LayoutRegion) {
    let standby = region.role == "standby";
    canvas.rect(frame.x, frame.y, frame.width, frame.height, WASH);
    if standby {
        canvas.hatch(frame, 14.0, GRID, 1.0);
    }
    let outline = if standby { Dash::Dashed } else { Dash::Solid };
    draw_outline(canvas, frame, AXIS, 1.2, outline);
    let bold = Letters::new(13.0, INK).bold();
    let small = Letters::new(SMALL_SIZE, MUTED);
    let room = frame.width - 2.0 * PADDING;
    let zones = format!("{} · zones {}", region.role, region.zones.join(", "));
    let (name, zones) = (bold.fit(&region.name, room), small.fit(&zones, room));
    if standby {
        let widest = bold.width(&name).max(small.width(&zones));
        canvas.rect(
            frame.x + PADDING - 4.0,
            frame.y + 5.0,
            widest + 8.0,
            35.0,
            WASH,
        );
    }
    canvas.text_at(&name, frame.x + PADDING, frame.y + 15.0, bold);
    canvas.text_at(&zones, frame.x + PADDING, frame.y + 31.0, small);
}

/// An external service's box.
pub(super) fn draw_external(canvas: &Canvas, at: Rect, name: &str) {
    canvas.rect(at.x, at.y, at.width, at.height, PAPER);
    draw_outline(canvas, at, MUTED, 1.0, Dash::Solid);
    let letters = Letters::new(SMALL_SIZE, INK);
    canvas.text_at(name, at.x + 6.0, at.y + 10.0, letters);
    canvas.text_at(
        "external",
        at.x + 6.0,
        at.y + 22.0,
        Letters::new(9.5, MUTED),
    );
}

/// A call by way of the slots that it passes.
pub(super) fn draw_call(
    canvas: &Canvas,
    from: Rect,
    by: &[Rect],
    to: Rect,
    (colour, dash): (Colour, Dash),
) {
    let middle = |at: Rect| at.y + at.height / 2.0;
    if to.x >= from.right() {
        let (mut last, mut points) = ((from.right(), middle(from)), Vec::new());
        for slot in by {
            points.extend(curve(last, (slot.x, middle(*slot)), Bend::Horizontal));
            last = (slot.right(), middle(*slot));
        }
        let end = (to.x, middle(to));
        points.extend(curve(last, (end.0 - 5.0, end.1), Bend::Horizontal));
        canvas.dashed(&points, colour, 1.1, dash);
        canvas.arrow_tip(end, (1.0, 0.0), 6.0, colour);
        return;
    }
    // Within a column or backwards: around the right side.
    let (start, end) = (
        (from.right(), middle(from) + 5.0),
        (to.right(), middle(to) - 5.0),
    );
    let out = (
        from.right().max(to.right()) + 14.0,
        f64::midpoint(start.1, end.1),
    );
    let mut back = curve((end.0 + 5.0, end.1), out, Bend::IntoVertical);
    back.reverse();
    canvas.dashed(
        &[curve(start, out, Bend::IntoVertical), back].concat(),
        colour,
        1.1,
        dash,
    );
    canvas.arrow_tip(end, (-1.0, 0.0), 6.0, colour);
}

/// Which way a curve leaves and arrives.
#[derive(Debug, Clone, Copy)]
pub(super) enum Bend {
    /// Sideways both.
    Horizontal,
    /// Downwards both.
    Vertical,
    /// Leaves sideways, arrives downwards.
    IntoVertical,
}

/// Points of a cubic curve.
pub(super) fn curve(from: (f64, f64), to: (f64, f64), bend: Bend) -> Vec<(f64, f64)> {
    let (dx, dy) = ((to.0 - from.0) * 0.5, (to.1 - from.1) * 0.5);
    let (first, second) = match bend {
        Bend::Horizontal => ((from.0 + dx, from.1), (to.0 - dx, to.1)),
        Bend::Vertical => ((from.0, from.1 + dy), (to.0, to.1 - dy)),
        Bend::IntoVertical => ((from.0 + dx, from.1), (to.0, to.1 - dy)),
    };
    (0..=12)
        .map(|i| {
            let t = f64::from(i) / 12.0;
            let s = 1.0 - t;
            let mix = |a: f64, b: f64, c: f64, d: f64| {
                s * s * s * a + 3.0 * s * s * t * b + 3.0 * s * t * t * c + t * t * t * d
            };
            (
                mix(from.0, first.0, second.0, to.0),
                mix(from.1, first.1, second.1, to.1),
            )
        })
        .collect()
}

/// Colour and stroke of a kind of call.
pub(super) fn stroke_of(kind: &str) -> (Colour, Dash) {
    match kind {
        "required" => (MUTED, Dash::Solid),
        "optional" => (AXIS, Dash::Dashed),
        "async" => (GREEN, Dash::Dotted),
        _ => (BLUE, Dash::Dashed),
    }
}

/// A fainter colour of the theme, which the page can darken too.
pub(super) fn fainter(colour: Colour) -> Colour {
    if colour == MUTED { AXIS } else { colour }
}

/// The outline of a box, whole or broken.
pub(super) fn draw_outline(canvas: &Canvas, at: Rect, colour: Colour, width: f64, dash: Dash) {
    let (right, bottom) = (at.right(), at.bottom());
    canvas.dashed(
        &[
            (at.x, at.y),
            (right, at.y),
            (right, bottom),
            (at.x, bottom),
            (at.x, at.y),
        ],
        colour,
        width,
        dash,
    );
}

/// What strokes and boxes stand for, as far as they are used.
pub(super) fn draw_key(canvas: &Canvas, at: Rect, layout: &Layout) {
    let y = at.y + 8.0;
    let mut x = at.x;
    let grouped = |kind: &str| !matches!(kind, "required" | "optional" | "async");
    let kinds = [
        ("required", "required call"),
        ("optional", "optional"),
        ("async", "through a queue"),
        ("any", "one of several"),
    ];
    for (kind, text) in kinds {
        let used = layout.calls.iter().any(|call| {
            if kind == "any" {
                grouped(&call.kind)
            } else {
                call.kind == kind
            }
        });
        if !used {
            continue;
        }
        let (colour, dash) = stroke_of(kind);
        canvas.dashed(&[(x, y), (x + 26.0, y)], colour, 1.4, dash);
        canvas.arrow_tip((x + 32.0, y), (1.0, 0.0), 6.0, colour);
        canvas.text_at(text, x + 38.0, y, axis::ticks());
        x += 38.0 + axis::ticks().width(text) + 20.0;
    }
    if layout.services.iter().any(|service| service.stateful) {
        canvas.rect(x, y - 6.0, 4.0, 12.0, GREEN);
        canvas.text_at("has data", x + 10.0, y, axis::ticks());
        x += 10.0 + axis::ticks().width("has data") + 20.0;
    }
    if !layout.entries.is_empty() {
        canvas.frame(
            Rect {
                x,
                y: y - 6.0,
                width: 16.0,
                height: 12.0,
            },
            BLUE,
            1.8,
        );
        canvas.text_at("entry of a journey", x + 22.0, y, axis::ticks());
    }
}
