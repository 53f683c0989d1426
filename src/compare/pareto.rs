//! Which topologies no other beats in both cost and unavailability.

use crate::results::TopologyResult;

/// Names of the topologies that no other beats in both `cost_per_month.total` and unavailability, cheapest first.
///
/// One topology beats another if it is not worse in either and better in one. Topologies without a price are left out.
#[must_use]
pub fn pareto_frontier(topologies: &[TopologyResult]) -> Vec<String> {
    let points: Vec<Point> = topologies.iter().filter_map(Point::of).collect();
    let mut frontier: Vec<&Point> = points
        .iter()
        .filter(|point| !points.iter().any(|other| other.beats(point)))
        .collect();
    frontier.sort_by(|a, b| {
        a.cost
            .total_cmp(&b.cost)
            .then(a.unavailability.total_cmp(&b.unavailability))
    });
    frontier
        .into_iter()
        .map(|point| point.name.to_owned())
        .collect()
}

struct Point<'a> {
    name: &'a str,
    cost: f64,
    unavailability: f64,
}

impl<'a> Point<'a> {
    fn of(topology: &'a TopologyResult) -> Option<Self> {
        let cost = topology.cost_per_month.total?;
        Some(Self {
            name: &topology.name,
            cost,
            unavailability: topology.unavailability.mean,
        })
    }

    fn beats(&self, other: &Self) -> bool {
        self.cost <= other.cost
            && self.unavailability <= other.unavailability
            && (self.cost < other.cost || self.unavailability < other.unavailability)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::assemble::tests::topology;

    fn frontier(points: &[(&str, Option<f64>, f64)]) -> Vec<String> {
        let topologies: Vec<_> = points
            .iter()
            .map(|(name, cost, q)| topology(name, *cost, *q))
            .collect();
        pareto_frontier(&topologies)
    }

    #[test]
    fn a_dearer_and_worse_topology_is_not_on_the_frontier() {
        let names = frontier(&[
            ("good", Some(20.0), 1e-5),
            ("cheap", Some(10.0), 1e-3),
            ("bad", Some(30.0), 1e-4),
        ]);
        assert_eq!(names, ["cheap", "good"]);
    }

    #[test]
    fn equal_topologies_are_both_on_the_frontier() {
        assert_eq!(
            frontier(&[("a", Some(10.0), 1e-3), ("b", Some(10.0), 1e-3)]),
            ["a", "b"]
        );
    }

    #[test]
    fn topologies_without_a_price_are_left_out() {
        assert_eq!(
            frontier(&[("a", None, 1e-9), ("b", Some(10.0), 1e-3)]),
            ["b"]
        );
    }
}
