//! Integrals over time: Gauss-Legendre rules, and panels that are split where one rule does not agree with another.

use std::f64::consts::PI;

/// A Gauss-Legendre rule: nodes in (-1, 1) and their weights, exact for polynomials of degree 2n - 1.
#[derive(Debug, Clone)]
pub(super) struct Rule {
    /// Nodes, rising.
    pub nodes: Vec<f64>,
    /// Weights; their sum is 2.
    pub weights: Vec<f64>,
}

impl Rule {
    /// The rule with n nodes: the roots of the Legendre polynomial `P_n` by Newton's method from Tricomi's approximation;
    /// weights `2 / ((1 - x^2) P_n'(x)^2)`. Abramowitz & Stegun (1964), 25.4.29.
    pub(super) fn new(n: usize) -> Self {
        let (mut nodes, mut weights) = (Vec::with_capacity(n), Vec::with_capacity(n));
        for i in (0..n).rev() {
            let mut x = (PI * (i as f64 + 0.75) / (n as f64 + 0.5)).cos();
            let mut slope = 1.0;
            for _ in 0..50 {
                let (mut before, mut value) = (1.0, x);
                for k in 2..=n {
                    let k = k as f64;
                    (before, value) = (
                        value,
                        ((2.0 * k - 1.0) * x * value - (k - 1.0) * before) / k,
                    );
                }
                slope = n as f64 * (x * value - before) / (x * x - 1.0);
                let step = value / slope;
                x -= step;
                if step.abs() < 1e-15 {
                    break;
                }
            }
            nodes.push(x);
            weights.push(2.0 / ((1.0 - x * x) * slope * slope));
        }
        Self { nodes, weights }
    }

    /// Nodes and weights on \[a, b\].
    pub(super) fn on(&self, a: f64, b: f64) -> impl Iterator<Item = (f64, f64)> + '_ {
        let (middle, half) = (0.5 * (a + b), 0.5 * (b - a));
        self.nodes
            .iter()
            .zip(&self.weights)
            .map(move |(x, w)| (half.mul_add(*x, middle), half * w))
    }
}

/// Some integrals with their errors.
#[derive(Debug, Clone, Default)]
pub(super) struct Integrals {
    /// Values.
    pub values: Vec<f64>,
    /// Bounds on the errors of the quadrature, estimated from a second rule.
    pub errors: Vec<f64>,
}

/// Times that a panel is halved at most.
const MOST_HALVINGS: u32 = 12;

/// Integrates several functions at once over the panels between rising `edges`: 16 nodes on each panel, against 10 for the
/// error, and halves the panels where they differ, until the relative error is `good`.
pub(super) fn integrate(
    edges: &[f64],
    good: f64,
    n_functions: usize,
    mut at: impl FnMut(f64, &mut [f64]),
) -> Integrals {
    let (fine, coarse) = (Rule::new(16), Rule::new(10));
    let mut values = vec![0.0; n_functions];
    let mut over = |start: f64, end: f64| -> Panel {
        let mut sums = [vec![0.0; n_functions], vec![0.0; n_functions]];
        for (rule, sum) in [&fine, &coarse].into_iter().zip(&mut sums) {
            for (t, weight) in rule.on(start, end) {
                at(t, &mut values);
                for (sum, value) in sum.iter_mut().zip(&values) {
                    *sum += weight * value;
                }
            }
        }
        let [sums, others] = sums;
        let errors = sums
            .iter()
            .zip(&others)
            .map(|(a, b)| (a - b).abs())
            .collect();
        Panel {
            start,
            end,
            values: sums,
            errors,
        }
    };
    let mut panels: Vec<Panel> = edges
        .windows(2)
        .filter(|edge| edge[0] < edge[1])
        .map(|edge| over(edge[0], edge[1]))
        .collect();
    for _ in 0..MOST_HALVINGS {
        let sums = sum(&panels, n_functions);
        let share = (panels.len().max(1) as f64).recip();
        // Against its own part too: where that is all rounding, halving does not help.
        let is_good = |panel: &Panel| {
            let mut parts = panel.errors.iter().zip(&panel.values).zip(&sums.values);
            parts.all(|((error, part), all)| *error <= good * part.abs().max(share * all.abs()))
        };
        let (kept, bad): (Vec<_>, Vec<_>) = panels.into_iter().partition(is_good);
        panels = kept;
        if bad.is_empty() {
            break;
        }
        for panel in bad {
            let middle = 0.5 * (panel.start + panel.end);
            panels.push(over(panel.start, middle));
            panels.push(over(middle, panel.end));
        }
    }
    // In order of time, so that the sum does not depend on which panels were halved first.
    panels.sort_by(|a, b| a.start.total_cmp(&b.start));
    sum(&panels, n_functions)
}

/// An interval with the integrals over it.
struct Panel {
    start: f64,
    end: f64,
    values: Vec<f64>,
    errors: Vec<f64>,
}

fn sum(panels: &[Panel], n_functions: usize) -> Integrals {
    let mut total = Integrals {
        values: vec![0.0; n_functions],
        errors: vec![0.0; n_functions],
    };
    for panel in panels {
        for index in 0..n_functions {
            total.values[index] += panel.values[index];
            total.errors[index] += panel.errors[index];
        }
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_exact_for_polynomials_of_their_degree() {
        for n in [2, 10, 16] {
            let rule = Rule::new(n);
            let degree = 2 * n as i32 - 2;
            let sum: f64 = rule.on(-1.0, 1.0).map(|(x, w)| w * x.powi(degree)).sum();
            assert!(
                (sum - 2.0 / f64::from(degree + 1)).abs() < 1e-14,
                "{n}: {sum}"
            );
            let weights: f64 = rule.weights.iter().sum();
            assert!((weights - 2.0).abs() < 1e-13);
        }
    }

    #[test]
    fn panels_are_halved_until_a_steep_function_is_resolved() {
        let result = integrate(&[0.0, 1.0], 4e-14, 2, |t, values| {
            values[0] = (-1000.0 * t).exp();
            values[1] = t.cos();
        });
        assert!((result.values[0] - 1e-3).abs() < 1e-16);
        assert!((result.values[1] - 1_f64.sin()).abs() < 1e-14);
        assert!(result.errors[0] < 1e-16);
    }
}
