//! A unit with exponential lives and any repair: its unavailability from new, by solving its renewal equation.
//!
//! With failure rate λ while up, and P(R > u) the chance that a repair takes longer than u, the unit is down at t if it
//! failed some u before and is still in that repair:
//!
//! ```text
//! q(t) = λ ∫0..t (1 - q(t - u)) P(R > u) du
//! ```
//!
//! a Volterra equation of the second kind. q is a polynomial on each panel of a mesh that is fine where repairs begin to
//! end, and is found at the Gauss points of one panel after another (collocation; Brunner (2004), Collocation Methods for
//! Volterra Integral and Related Functional Differential Equations, ch. 2). Jumps of the repair law are borders of panels.
//! The error is the difference from the solution on the mesh with every panel halved; panels where it is large are split.
//! Once all repairs begun at the start are over, q is constant: λ E R / (1 + λ E R).

use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::collocation::{Basis, Kernel, POINTS, collocate, local};
use super::law::{corners, survival};
use crate::model::Distribution;

/// Relative error beyond which there is no answer.
const BAD: f64 = 1e-6;
/// Panels at most.
const MOST_PANELS: usize = 300;
/// Jumps and bends of a law at most.
const MOST_CORNERS: usize = 40;

/// q(t) as polynomials on panels.
#[derive(Debug, Clone)]
pub(super) struct Table {
    /// Borders of the panels, from 0 \[s\].
    pub edges: Vec<f64>,
    /// At the Gauss points of each panel.
    values: Vec<f64>,
    basis: Basis,
    /// After the last panel.
    pub limit: f64,
    /// Bound on the absolute error, estimated by halving the panels.
    pub error: f64,
    /// Times at which q bends, most of all \[s\].
    pub corners: Vec<f64>,
}

impl Table {
    /// q(t).
    pub(super) fn at(&self, t: f64) -> f64 {
        let panel = self.edges.partition_point(|edge| *edge <= t);
        if panel == 0 {
            return 0.0;
        }
        let values = self.values.get((panel - 1) * POINTS..panel * POINTS);
        values.map_or(self.limit, |values| {
            let x = local(t, self.edges[panel - 1], self.edges[panel]);
            let weights = self.basis.at(x);
            let value: f64 = weights.iter().zip(values).map(|(w, v)| w * v).sum();
            value.clamp(0.0, 1.0)
        })
    }
}

/// Rate, end and error of a renewal equation, and its repair.
type Equation = ((f64, f64, f64), Distribution);

/// A solution that may still be worked out: whoever wants it too waits for it.
type Solution = Arc<OnceLock<Result<Table, String>>>;

/// The equations solved last: the topologies of a model share most of their laws.
static SOLVED: Mutex<Vec<(Equation, Solution)>> = Mutex::new(Vec::new());

/// Equations that are remembered.
const REMEMBERED: usize = 64;

/// Solves the renewal equation for failure rate `rate` \[1/s\] and a repair, up to time `end` \[s\]; remembers the last. The mesh is
/// fine enough at a relative error of `good`, ten times as much after each round of splitting panels.
///
/// # Errors
///
/// In words, why there is no answer of use.
pub(super) fn solve(
    rate: f64,
    repair: &Distribution,
    end: f64,
    good: f64,
) -> Result<Table, String> {
    let solution = remembered((rate, end, good), repair);
    let table = solution.get_or_init(|| solve_anew(rate, repair, end, good));
    table.clone()
}

fn remembered(key: (f64, f64, f64), repair: &Distribution) -> Solution {
    let mut solved = SOLVED.lock().unwrap_or_else(PoisonError::into_inner);
    let known = solved.iter().find(|(it, _)| (it.0, &it.1) == (key, repair));
    if let Some((_, solution)) = known {
        return Arc::clone(solution);
    }
    if solved.len() == REMEMBERED {
        drop(solved.remove(0));
    }
    let solution = Solution::default();
    solved.push(((key, repair.clone()), Arc::clone(&solution)));
    solution
}

fn solve_anew(rate: f64, repair: &Distribution, end: f64, good: f64) -> Result<Table, String> {
    let mut corners = corners(repair);
    corners.sort_by(f64::total_cmp);
    corners.dedup();
    if corners.len() > MOST_CORNERS {
        return Err(format!(
            "its repair has {} different values, more than {MOST_CORNERS}",
            corners.len()
        ));
    }
    let mean = repair.mean();
    let load = rate * mean;
    let limit = if load.is_finite() {
        load / (1.0 + load)
    } else {
        1.0
    };
    let settled = settled(repair, mean);
    let mut until = (4.0 * settled).min(end);
    loop {
        let mut table = solve_until(rate, repair, until, &corners, good)?;
        table.limit = limit;
        let last = table.values.last().copied().unwrap_or(0.0);
        let gap = (last - limit).abs();
        if until >= end || gap <= good * limit {
            table.error += if until >= end { 0.0 } else { gap };
            return if table.error <= BAD * last.max(table.at(0.5 * until)) {
                Ok(table)
            } else {
                Err("its renewal equation could not be solved to six digits".to_owned())
            };
        }
        until = (2.0 * until).min(end);
    }
}

/// A time after which hardly any repair is still under way \[s\].
fn settled(repair: &Distribution, mean: f64) -> f64 {
    if !mean.is_finite() {
        return f64::INFINITY;
    }
    let mut t = mean;
    while survival(repair, t) * t > 1e-16 * mean && t < 1e6 * mean {
        t *= 1.25;
    }
    t
}

fn solve_until(
    rate: f64,
    repair: &Distribution,
    until: f64,
    corners: &[f64],
    mut good: f64,
) -> Result<Table, String> {
    let kernel = Kernel::new(repair, until, corners, 1e-3 * good);
    let mut edges = kernel.edges.clone();
    if corners.len() <= 8 {
        // The bends of q after two and more repairs of fixed length.
        for a in corners {
            for b in corners {
                edges.extend([a + b, a + 2.0 * b].into_iter().filter(|t| *t < until));
            }
        }
    }
    let edges = rising(edges);
    // Long panels are cut: nothing says that q is smooth on them.
    let mut edges = cut_long(&edges, until / 4.0);
    let basis = Basis::new();
    for _ in 0..6 {
        if edges.len() > MOST_PANELS {
            break;
        }
        let coarse = collocate(rate, &kernel, &edges, &basis);
        let halves = halve(&edges, |_| true);
        let fine = collocate(rate, &kernel, &halves, &basis);
        let table = |edges: &[f64], values: Vec<f64>, error| Table {
            edges: edges.to_vec(),
            values,
            basis: basis.clone(),
            limit: f64::NAN,
            error,
            corners: corners.to_vec(),
        };
        let first = table(&edges, coarse, 0.0);
        let scale = fine.iter().copied().fold(0.0, f64::max);
        let mut worst = vec![0.0_f64; edges.len() - 1];
        for (index, panel) in halves.windows(2).enumerate() {
            for ((t, _), value) in basis
                .rule
                .on(panel[0], panel[1])
                .zip(&fine[index * POINTS..])
            {
                worst[index / 2] = worst[index / 2].max((first.at(t) - value).abs());
            }
        }
        let error = worst.iter().copied().fold(0.0, f64::max);
        if error <= good * scale || halves.len() > MOST_PANELS {
            return Ok(table(&halves, fine, error));
        }
        edges = halve(&edges, |panel| worst[panel] > 0.1 * good * scale);
        good *= 10.0;
    }
    Err("its renewal equation needs too fine a mesh".to_owned())
}

/// In order, each once.
pub(super) fn rising(mut edges: Vec<f64>) -> Vec<f64> {
    edges.sort_by(f64::total_cmp);
    // Panels shorter than rounding are none.
    edges.dedup_by(|b, a| *b - *a <= 1e-13 * *b);
    edges
}

fn halve(edges: &[f64], chosen: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut halves = vec![edges[0]];
    for (index, edge) in edges.windows(2).enumerate() {
        if chosen(index) {
            halves.push(0.5 * (edge[0] + edge[1]));
        }
        halves.push(edge[1]);
    }
    halves
}

fn cut_long(edges: &[f64], longest: f64) -> Vec<f64> {
    let mut cut = vec![edges[0]];
    for edge in edges.windows(2) {
        let n = ((edge[1] - edge[0]) / longest).ceil().max(1.0);
        for i in 1..n as usize {
            cut.push(edge[0] + (edge[1] - edge[0]) * i as f64 / n);
        }
        cut.push(edge[1]);
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exponential_repair_meets_its_closed_form() {
        for (rate, mean) in [(1e-3, 1.0), (0.5, 1.0), (20.0, 1.0)] {
            let table = solve(rate, &Distribution::Exponential { mean }, 1000.0, 1e-12).unwrap();
            let sum = rate + 1.0 / mean;
            for t in [1e-3, 0.1, 1.0, 3.0, 10.0, 100.0] {
                let exact = rate / sum * -(-sum * t).exp_m1();
                let error = (table.at(t) / exact - 1.0).abs();
                assert!(error < 1e-10, "λ {rate}, t {t}: {error:e}");
                assert!((table.at(t) - exact).abs() <= 10.0 * table.error + 1e-14);
            }
        }
    }

    #[test]
    fn the_area_before_settling_depends_on_two_moments_only() {
        // From the Laplace transform of the equation: ∫ (limit - q) dt = λ E R² / (2 (1 + λ E R)²).
        let square_growth = |sigma: f64| (sigma * sigma).exp();
        for (repair, second_moment) in [
            (Distribution::Fixed(2.0), 4.0),
            (Distribution::Uniform { from: 1.0, to: 3.0 }, 13.0 / 3.0),
            (
                Distribution::Lognormal {
                    mu: 0.0,
                    sigma: 1.2,
                },
                square_growth(1.2).powi(2),
            ),
            (
                Distribution::Weibull {
                    shape: 0.5,
                    scale: 1.0,
                },
                24.0,
            ),
            (
                Distribution::Triangular {
                    low: 1.0,
                    mode: 2.0,
                    high: 6.0,
                },
                (1.0 + 4.0 + 36.0 + 2.0 + 6.0 + 12.0) / 6.0,
            ),
            (
                Distribution::Mixture(vec![
                    (0.75, Distribution::Fixed(1.0)),
                    (0.25, Distribution::Exponential { mean: 4.0 }),
                ]),
                0.75 + 8.0,
            ),
        ] {
            let rate = 0.05;
            let table = solve(rate, &repair, 1e9, 1e-12).unwrap();
            let basis = Basis::new();
            let area: f64 = table
                .edges
                .windows(2)
                .flat_map(|edge| basis.rule.on(edge[0], edge[1]))
                .map(|(t, weight)| weight * (table.limit - table.at(t)))
                .sum();
            let load = 1.0 + rate * repair.mean();
            let exact = rate * second_moment / (2.0 * load * load);
            assert!(
                (area / exact - 1.0).abs() < 1e-8,
                "{repair:?}: {area} {exact}"
            );
        }
    }

    #[test]
    fn a_fixed_repair_meets_its_polynomial_before_the_second_failure_can_be_over() {
        // Until d, the unit is down iff it has failed: q = 1 - e^(-λ t). After that, to 2d, one repair may have ended:
        // q' = λ (1 - q(t)) - λ (1 - q(t - d)), so 1 - q = e^(-λ t) + λ (t - d) e^(-λ (t - d)).
        let (rate, d) = (0.3, 2.0);
        let table = solve(rate, &Distribution::Fixed(d), 1000.0, 1e-12).unwrap();
        for t in [0.5, 1.9, 2.5, 3.9] {
            let mut up: f64 = (-rate * t).exp();
            if t > d {
                up += rate * (t - d) * (-rate * (t - d)).exp();
            }
            assert!((table.at(t) - (1.0 - up)).abs() < 1e-11, "{t}");
        }
        assert!((table.at(500.0) - 0.6 / 1.6).abs() < 1e-12);
    }

    #[test]
    fn an_erlang_repair_meets_its_markov_chain() {
        // Two stages of rate m: for λ = 1, m = 2 the chain up -> 1 -> 2 -> up has eigenvalues -5/2 ± i sqrt(7)/2, and
        // q = 1/2 - e^(-5t/2) (cos(w t) / 2 + sin(w t) / (4 w)) with w = sqrt(7)/2, as q(0) = 0 and q'(0) = 1.
        let table = solve(
            1.0,
            &Distribution::Gamma {
                shape: 2.0,
                scale: 0.5,
            },
            1000.0,
            1e-12,
        )
        .unwrap();
        let w = 7_f64.sqrt() / 2.0;
        for t in [0.01, 0.3, 1.0, 2.0, 5.0] {
            let wave = 0.5 * (w * t).cos() + 0.25 / w * (w * t).sin();
            let exact = 0.5 - (-2.5 * t).exp() * wave;
            assert!(
                (table.at(t) - exact).abs() < 1e-11,
                "{t}: {} {exact}",
                table.at(t)
            );
        }
    }
}
