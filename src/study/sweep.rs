//! Figures of a topology over a sweep: where targets are crossed, which value is best, whether anything moves.

use super::Grid;
use crate::compare::RTO_SHARE;
use crate::results::{
    BestPoints, Crossing, Difference, Estimate, SweepFigure, SweepPoint, SweepSpread,
    SweptTopology, TopologyResult,
};

/// What was played of a topology.
#[derive(Debug)]
pub struct Swept {
    /// Its name.
    pub name: String,
    /// Its pattern.
    pub pattern: String,
    /// At each point, by the first parameter, then by the second.
    pub results: Vec<TopologyResult>,
    /// Between points, under the names of the results.
    pub differences: Vec<Difference>,
    /// Why nothing moves, if nothing does and that is known.
    pub why_not: Option<String>,
}

/// Looks at a topology over a sweep; `slo` is the unavailability that the SLO allows, `rto` whether there is an RTO.
#[must_use]
pub fn sweep(swept: Swept, grids: &[Grid], slo: Option<f64>) -> SweptTopology {
    let labels: Vec<String> = swept
        .results
        .iter()
        .map(|result| result.name.clone())
        .collect();
    let difference = |of: usize, from: usize| {
        let (of, from) = (&labels[of], &labels[from]);
        let is_it = |pair: &&Difference| pair.of == *of && pair.from == *from;
        swept.differences.iter().find(is_it).cloned()
    };
    let widths: Vec<usize> = grids.iter().map(Grid::len).collect();
    let points: Vec<SweepPoint> = swept
        .results
        .into_iter()
        .enumerate()
        .map(|(index, result)| point(result, indices(index, &widths)))
        .collect();
    let moves = points.windows(2).any(|pair| !is_same(&pair[0], &pair[1]));
    let best = best(&points, |of, from| {
        difference(of, from).or_else(|| difference(from, of))
    });
    let single = grids.len() == 1;
    let neighbours = if single {
        (1..points.len())
            .map(|index| difference(index, index - 1))
            .collect()
    } else {
        Vec::new()
    };
    let mut crossings = Vec::new();
    if let ([grid], true) = (grids, moves) {
        let targets = [
            (SweepFigure::Unavailability, slo),
            (SweepFigure::RtoMet, Some(RTO_SHARE)),
        ];
        for (figure, target) in targets {
            crossings.extend(
                target
                    .into_iter()
                    .flat_map(|target| crossed(&points, grid, figure, target)),
            );
        }
    }
    SweptTopology {
        name: swept.name,
        pattern: swept.pattern,
        moves,
        why_not: swept.why_not.filter(|_| !moves),
        points,
        neighbours,
        crossings,
        best,
    }
}

/// Which value of each parameter a point has.
fn indices(point: usize, widths: &[usize]) -> Vec<usize> {
    match widths {
        [_, second] => vec![point / second, point % second],
        _ => vec![point],
    }
}

fn point(result: TopologyResult, at: Vec<usize>) -> SweepPoint {
    SweepPoint {
        at,
        trials: result.trials,
        method: result.method,
        unavailability: result.unavailability,
        downtime_minutes_per_year: result.downtime_minutes_per_year,
        rto_met: result.rto_met,
        cost_per_month: result.cost_per_month,
    }
}

/// Whether two points are the same to the last digit, as two plays of one plan are.
fn is_same(a: &SweepPoint, b: &SweepPoint) -> bool {
    let mean = |point: &SweepPoint, figure| point.figure(figure).map(|estimate| estimate.mean);
    let all = [
        SweepFigure::Unavailability,
        SweepFigure::Cost,
        SweepFigure::RtoMet,
    ];
    all.iter()
        .all(|figure| mean(a, *figure) == mean(b, *figure))
        && a.cost_per_month.total == b.cost_per_month.total
}

fn best(
    points: &[SweepPoint],
    difference: impl Fn(usize, usize) -> Option<Difference>,
) -> BestPoints {
    let lowest = |figure: SweepFigure, sign: f64| {
        let means = points
            .iter()
            .enumerate()
            .filter_map(|(index, point)| Some((index, sign * point.figure(figure)?.mean)));
        means
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(index, _)| index)
    };
    let unavailability = lowest(SweepFigure::Unavailability, 1.0).unwrap_or_default();
    let is_alike = |index: usize| match difference(index, unavailability) {
        Some(pair) => pair.unavailability.low <= 0.0 && pair.unavailability.high >= 0.0,
        // Points that were not played together are told apart by their own intervals.
        None => points[index].unavailability.low <= points[unavailability].unavailability.high,
    };
    BestPoints {
        unavailability,
        alike: (0..points.len())
            .filter(|index| *index != unavailability && is_alike(*index))
            .collect(),
        cost: lowest(SweepFigure::Cost, 1.0),
        rto_met: lowest(SweepFigure::RtoMet, -1.0),
    }
}

/// One end of the interval of a figure at each point, or its mean.
type End = fn(&Estimate) -> f64;

/// Where a figure crosses a target, with the places at which its interval does.
fn crossed(points: &[SweepPoint], grid: &Grid, figure: SweepFigure, target: f64) -> Vec<Crossing> {
    let numbers: Option<Vec<f64>> = grid
        .parameter
        .values
        .iter()
        .map(|value| value.number)
        .collect();
    let figures: Option<Vec<&Estimate>> = points.iter().map(|point| point.figure(figure)).collect();
    let (Some(numbers), Some(figures)) = (numbers, figures) else {
        return Vec::new();
    };
    let is_log = grid.parameter.spread == SweepSpread::Log;
    let along = |end: End| -> Vec<(usize, f64, bool)> {
        let values: Vec<f64> = figures.iter().map(|estimate| end(estimate)).collect();
        places(&numbers, &values, target, is_log)
    };
    let ends: [End; 2] = [|estimate| estimate.low, |estimate| estimate.high];
    let bands = ends.map(along);
    let low_is_good = figure == SweepFigure::Unavailability;
    let each = along(|estimate| estimate.mean)
        .into_iter()
        .map(|(after, number, rises)| {
            // Each end of the interval crosses on its own side, in the same direction.
            let nearest = |band: &[(usize, f64, bool)]| {
                let same = band
                    .iter()
                    .filter(|place| place.2 == rises)
                    .map(|place| place.1);
                same.min_by(|a, b| (a - number).abs().total_cmp(&(b - number).abs()))
            };
            let ends = [nearest(&bands[0]), nearest(&bands[1])];
            let below = ends
                .iter()
                .flatten()
                .copied()
                .filter(|end| *end <= number)
                .reduce(f64::min);
            let above = ends
                .iter()
                .flatten()
                .copied()
                .filter(|end| *end >= number)
                .reduce(f64::max);
            let exact = figures.iter().all(|estimate| estimate.low == estimate.high);
            let (low, high) = if exact {
                (Some(number), Some(number))
            } else {
                (below, above)
            };
            Crossing {
                figure,
                target,
                after,
                met_before: rises == low_is_good,
                number,
                text: grid.text(number),
                interval: interval(grid, low, high),
                low,
                high,
            }
        });
    each.collect()
}

fn interval(grid: &Grid, low: Option<f64>, high: Option<f64>) -> String {
    match (low, high) {
        (Some(low), Some(high)) => format!("{} to {}", grid.text(low), grid.text(high)),
        (Some(low), None) => format!("{} or more", grid.text(low)),
        (None, Some(high)) => format!("{} or less", grid.text(high)),
        (None, None) => "not decided within the sweep".to_owned(),
    }
}

/// Where a curve through points crosses a level: after which point, where, and whether it rises there. Straight between
/// points, in logarithms where both are above zero, and of places where those are spread by factors.
fn places(numbers: &[f64], values: &[f64], level: f64, is_log: bool) -> Vec<(usize, f64, bool)> {
    let mut found = Vec::new();
    for index in 1..numbers.len() {
        let (from, to) = (values[index - 1], values[index]);
        if (from < level) == (to < level) {
            continue;
        }
        let share = if from > 0.0 && to > 0.0 && level > 0.0 {
            (level / from).ln() / (to / from).ln()
        } else {
            (level - from) / (to - from)
        };
        let share = if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.5
        };
        let (start, end) = (numbers[index - 1], numbers[index]);
        let number = if is_log && start > 0.0 && end > 0.0 {
            start * (end / start).powf(share)
        } else {
            start + (end - start) * share
        };
        found.push((index - 1, number, to > from));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::assemble::tests::topology;
    use crate::model::{Draft, STARTER};

    fn swept(unavailabilities: &[(f64, f64, f64)], text: &str) -> SweptTopology {
        let draft = Draft::of_str("starter.yaml", STARTER, None).unwrap();
        let grid = Grid::parse(text, &draft).unwrap();
        assert_eq!(grid.len(), unavailabilities.len());
        let results = unavailabilities
            .iter()
            .enumerate()
            .map(|(index, (low, mean, high))| {
                let mut result = topology(&index.to_string(), Some(10.0), *mean);
                result.unavailability.low = *low;
                result.unavailability.high = *high;
                result
            });
        let played = Swept {
            name: "a".to_owned(),
            pattern: "multi-az".to_owned(),
            results: results.collect(),
            differences: Vec::new(),
            why_not: Some("because".to_owned()),
        };
        sweep(played, &[grid], Some(1e-3))
    }

    /// By factors on both axes: 1e-4 at 10 s, 1e-2 at 1000 s, so 1e-3 at 100 s; the ends of the intervals 2 times off shift it by
    /// the root of 2 … both ways.
    #[test]
    fn a_crossing_lies_where_the_curve_meets_the_target() {
        let points = [(0.5e-4, 1e-4, 2e-4), (0.5e-2, 1e-2, 2e-2)];
        let found = swept(&points, "failover.detect=10s..1000s:log:2");
        let [crossing] = &found.crossings[..] else {
            panic!("{:?}", found.crossings)
        };
        assert!((crossing.number - 100.0).abs() < 1e-9 && crossing.met_before);
        let (low, high) = (crossing.low.unwrap(), crossing.high.unwrap());
        assert!(
            (low - 50.0).abs() < 1e-9 && (high - 200.0).abs() < 1e-9,
            "{low} {high}"
        );
        assert_eq!(crossing.text, "1m40s");
        assert_eq!(found.best.unavailability, 0);
        assert!(found.moves && found.why_not.is_none() && found.best.alike.is_empty());
    }

    #[test]
    fn an_interval_that_never_crosses_is_open() {
        let points = [(1e-4, 0.9e-3, 2e-3), (2e-4, 1.1e-3, 3e-3)];
        let found = swept(&points, "failover.detect=10s..30s:lin:2");
        let crossing = &found.crossings[0];
        assert_eq!((crossing.low, crossing.high), (None, None));
        assert_eq!(crossing.interval, "not decided within the sweep");
        assert_eq!(found.best.alike, [1]);
    }

    #[test]
    fn what_does_not_move_is_told_and_crosses_nothing() {
        let found = swept(&[(1e-3, 1e-3, 1e-3); 2], "failover.detect=10s..30s:lin:2");
        assert!(!found.moves && found.crossings.is_empty());
        assert_eq!(found.why_not.as_deref(), Some("because"));
    }
}
