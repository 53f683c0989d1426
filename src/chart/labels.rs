//! Where to write names beside points so that they cover neither each other nor the points.

use super::canvas::Rect;

/// Cost of covering a square pixel of another label.
const OTHER_LABEL: f64 = 1000.0;
/// Cost of a place that is nearer to the point of another label than to its own, or nearly so.
const NEARER_TO_ANOTHER: f64 = 60.0;
/// How much further a rival's point must be \[px\].
const CLEARANCE: f64 = 8.0;
/// Points this near to each other are one to the eye \[px\].
const COINCIDENT: f64 = 4.0;
/// Rounds of second thoughts.
const ROUNDS: usize = 4;

/// A label that wants a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted {
    /// The point that it names.
    pub(super) point: (f64, f64),
    /// Width of the text \[px\].
    pub(super) width: f64,
    /// Height of the text \[px\].
    pub(super) height: f64,
}

/// Something that is better not covered.
#[derive(Debug, Clone, Copy)]
pub(super) struct Obstacle {
    /// What it covers.
    pub(super) at: Rect,
    /// Cost of covering a square pixel of it.
    pub(super) cost: f64,
}

/// Places for all labels, within bounds, in order.
///
/// Greedy, then a few rounds in which each label may move while the others stay.
pub(super) fn place(wanted: &[Wanted], obstacles: &[Obstacle], bounds: Rect) -> Vec<Rect> {
    let mut placed: Vec<Option<Rect>> = vec![None; wanted.len()];
    for _ in 0..ROUNDS {
        for i in 0..wanted.len() {
            let others: Vec<Rect> = placed
                .iter()
                .enumerate()
                .filter(|&(j, _)| j != i)
                .filter_map(|(_, place)| *place)
                .collect();
            placed[i] = candidates(wanted[i])
                .map(|(place, distance)| (inside(place, bounds), distance))
                .map(|(place, distance)| {
                    let strayed = rivals(wanted, i, place) as f64 * NEARER_TO_ANOTHER;
                    let taste = distance + strayed;
                    (place, cost(place, taste, wanted[i], &others, obstacles))
                })
                .min_by(|a, b| a.1.total_cmp(&b.1))
                .map(|(place, _)| place);
        }
    }
    placed.into_iter().flatten().collect()
}

/// Whether a line should lead from a label to its point: it is far away, or another point is as near.
pub(super) fn needs_leader(wanted: &[Wanted], i: usize, place: Rect) -> bool {
    gap(place, wanted[i].point) > 16.0 || rivals(wanted, i, place) > 0
}

/// How many other points are as near to a label's place as its own, or nearly so.
fn rivals(wanted: &[Wanted], i: usize, place: Rect) -> usize {
    let own = wanted[i].point;
    let reach = gap(place, own) + CLEARANCE;
    wanted
        .iter()
        .filter(|other| !coincide(other.point, own) && gap(place, other.point) < reach)
        .count()
}

/// Whether two points are one to the eye.
pub(super) fn coincide(a: (f64, f64), b: (f64, f64)) -> bool {
    (a.0 - b.0).hypot(a.1 - b.1) < COINCIDENT
}

/// The point of a label's edge that is nearest to its point.
pub(super) fn nearest(place: Rect, (x, y): (f64, f64)) -> (f64, f64) {
    (
        x.clamp(place.x, place.right()),
        y.clamp(place.y, place.bottom()),
    )
}

/// Small squares along a line, for labels to keep off.
pub(super) fn along(from: (f64, f64), to: (f64, f64)) -> impl Iterator<Item = Obstacle> {
    (0..=16).map(move |i| {
        let share = f64::from(i) / 16.0;
        let (x, y) = (
            from.0 + (to.0 - from.0) * share,
            from.1 + (to.1 - from.1) * share,
        );
        Obstacle {
            at: Rect {
                x: x - 3.0,
                y: y - 3.0,
                width: 6.0,
                height: 6.0,
            },
            cost: 1.5,
        }
    })
}

fn candidates(label: Wanted) -> impl Iterator<Item = (Rect, f64)> {
    const DISTANCES: [f64; 9] = [10.0, 14.0, 20.0, 30.0, 44.0, 62.0, 84.0, 110.0, 150.0];
    let Wanted {
        point: (x, y),
        width,
        height,
    } = label;
    DISTANCES.into_iter().flat_map(move |distance| {
        (0..16).map(move |direction| {
            let angle = std::f64::consts::TAU * f64::from(direction) / 16.0;
            let (dx, dy) = (angle.cos(), angle.sin());
            // The label's edge, not its middle, is what keeps the distance.
            let cx = x + dx * distance + dx.signum() * width / 2.0 * (dx.abs() * 1.6).min(1.0);
            let cy = y + dy * distance + dy * height / 2.0;
            // To the right is where a reader looks first.
            let taste = distance + if dx > 0.9 { 0.0 } else { 2.0 + 2.0 * dy.abs() };
            (
                Rect {
                    x: cx - width / 2.0,
                    y: cy - height / 2.0,
                    width,
                    height,
                },
                taste,
            )
        })
    })
}

fn cost(place: Rect, taste: f64, label: Wanted, others: &[Rect], obstacles: &[Obstacle]) -> f64 {
    let roomy = place.grown(2.0);
    let labels: f64 = others
        .iter()
        .map(|&other| covered(roomy, other) * OTHER_LABEL)
        .sum();
    let things: f64 = obstacles
        .iter()
        .map(|thing| covered(roomy, thing.at) * thing.cost)
        .sum();
    labels + things + taste + gap(place, label.point)
}

fn covered(a: Rect, b: Rect) -> f64 {
    let width = a.right().min(b.right()) - a.x.max(b.x);
    let height = a.bottom().min(b.bottom()) - a.y.max(b.y);
    if width > 0.0 && height > 0.0 {
        width * height
    } else {
        0.0
    }
}

fn gap(place: Rect, point: (f64, f64)) -> f64 {
    let (x, y) = nearest(place, point);
    (x - point.0).hypot(y - point.1)
}

fn inside(place: Rect, bounds: Rect) -> Rect {
    let keep = |at: f64, size: f64, low: f64, high: f64| at.min(high - size).max(low);
    Rect {
        x: keep(place.x, place.width, bounds.x, bounds.right()),
        y: keep(place.y, place.height, bounds.y, bounds.bottom()),
        ..place
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_one_crowded_point_do_not_overlap() {
        let wanted = vec![
            Wanted {
                point: (300.0, 200.0),
                width: 110.0,
                height: 15.0
            };
            12
        ];
        let bounds = Rect {
            x: 0.0,
            y: 0.0,
            width: 700.0,
            height: 400.0,
        };
        let places = place(&wanted, &[], bounds);
        assert_eq!(places.len(), 12);
        for (i, a) in places.iter().enumerate() {
            for b in &places[i + 1..] {
                assert!(covered(*a, *b) == 0.0, "{a:?} {b:?}");
            }
            assert!(a.x >= 0.0 && a.right() <= 700.0 && a.y >= 0.0 && a.bottom() <= 400.0);
        }
    }
}
