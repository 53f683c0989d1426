//! Curves of shares through the points of a grid, made finer by quantiles.

/// A point of a rising curve, with the interval of its share.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Point {
    /// Where.
    pub(super) x: f64,
    /// Share of values not above it.
    pub(super) share: f64,
    /// Lower end of the share's interval.
    pub(super) low: f64,
    /// Upper end.
    pub(super) high: f64,
}

/// The grid with quantiles (place, share) between its points: where a grid is coarse, a curve through it alone would rise
/// slowly to what was reached at once. Intervals of quantiles are between those of their neighbours.
pub(super) fn refined(grid: &[Point], quantiles: &[(f64, f64)]) -> Vec<Point> {
    let mut points = grid.to_vec();
    for &(x, share) in quantiles {
        let after = points.partition_point(|point| point.share < share);
        let (Some(next), Some(last)) = (
            points.get(after).copied(),
            after
                .checked_sub(1)
                .and_then(|before| points.get(before))
                .copied(),
        ) else {
            continue;
        };
        let part = (share - last.share) / (next.share - last.share).max(f64::MIN_POSITIVE);
        let between = |last: f64, next: f64| last + (next - last) * part;
        let point = Point {
            // Quantiles are rounded: the grid knows better on which side they lie.
            x: x.max(last.x).min(next.x),
            share,
            low: share - between(last.share - last.low, next.share - next.low),
            high: share + between(last.high - last.share, next.high - next.share),
        };
        points.insert(after, point);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jump_between_points_of_the_grid_is_drawn_as_a_jump() {
        let point = |x, share| Point {
            x,
            share,
            low: share,
            high: share,
        };
        let grid = [point(60.0, 0.49), point(90.0, 1.0)];
        let points = refined(&grid, &[(90.2, 0.5), (89.9, 0.95)]);
        let places: Vec<(f64, f64)> = points.iter().map(|point| (point.x, point.share)).collect();
        assert_eq!(
            places,
            [(60.0, 0.49), (90.0, 0.5), (90.0, 0.95), (90.0, 1.0)]
        );
    }
}
