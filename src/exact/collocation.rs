//! Collocation of a renewal equation: q as a polynomial on each panel of a mesh, found at its Gauss points.

use super::law::{landmarks, survival};
use super::quadrature::Rule;
use super::renewal::rising;
use crate::model::Distribution;

/// Points of collocation in a panel.
pub(super) const POINTS: usize = 10;

/// P(R > u) with panels on which 16 Gauss points integrate it to a relative error that is wanted.
pub(super) struct Kernel<'a> {
    repair: &'a Distribution,
    /// Borders of the panels \[s\].
    pub edges: Vec<f64>,
}

impl<'a> Kernel<'a> {
    pub(super) fn new(repair: &'a Distribution, until: f64, corners: &[f64], good: f64) -> Self {
        let (fine, coarse) = (Rule::new(16), Rule::new(10));
        let mut edges = vec![0.0, until];
        edges.extend(
            corners
                .iter()
                .chain(&landmarks(repair))
                .filter(|t| **t < until),
        );
        let edges = rising(edges);
        let integral = |rule: &Rule, a, b| -> f64 {
            rule.on(a, b).map(|(u, w)| w * survival(repair, u)).sum()
        };
        let total: f64 = edges.windows(2).map(|e| integral(&fine, e[0], e[1])).sum();
        let mut resolved = vec![0.0];
        // The last is the next in time.
        let mut todo: Vec<(f64, f64, u32)> =
            edges.windows(2).rev().map(|e| (e[0], e[1], 0)).collect();
        while let Some((a, b, depth)) = todo.pop() {
            let gap = (integral(&fine, a, b) - integral(&coarse, a, b)).abs();
            if gap <= good * total || depth >= 40 {
                resolved.push(b);
            } else {
                let middle = 0.5 * (a + b);
                todo.extend([(middle, b, depth + 1), (a, middle, depth + 1)]);
            }
        }
        Self {
            repair,
            edges: resolved,
        }
    }
}

/// q at the Gauss points of every panel.
pub(super) fn collocate(rate: f64, kernel: &Kernel<'_>, edges: &[f64], basis: &Basis) -> Vec<f64> {
    let rule = Rule::new(16);
    let mut values: Vec<f64> = Vec::with_capacity((edges.len() - 1) * POINTS);
    let mut cuts = Vec::new();
    for panel in 0..edges.len() - 1 {
        let (start, end) = (edges[panel], edges[panel + 1]);
        let mut matrix = [[0.0; POINTS]; POINTS];
        let mut right = [0.0; POINTS];
        for (i, (t, _)) in basis.rule.on(start, end).enumerate() {
            cut(&mut cuts, t, &kernel.edges, &edges[..=panel]);
            for pair in cuts.windows(2) {
                // The panel of t - u, the same for all u between two cuts.
                let at = edges.partition_point(|edge| *edge <= t - 0.5 * (pair[0] + pair[1])) - 1;
                for (u, weight) in rule.on(pair[0], pair[1]) {
                    let weight = rate * weight * survival(kernel.repair, u);
                    if weight == 0.0 {
                        continue;
                    }
                    right[i] += weight;
                    let shape = basis.at(local(t - u, edges[at], edges[at + 1]));
                    if at == panel {
                        for (entry, shape) in matrix[i].iter_mut().zip(&shape) {
                            *entry += weight * shape;
                        }
                    } else {
                        let known = &values[at * POINTS..(at + 1) * POINTS];
                        let q: f64 = shape.iter().zip(known).map(|(s, v)| s * v).sum();
                        right[i] -= weight * q;
                    }
                }
            }
            matrix[i][i] += 1.0;
        }
        values.extend(eliminate(matrix, right));
    }
    values
}

/// Cuts \[0, t\] where the kernel, or q(t - u), passes from one panel to the next.
fn cut(cuts: &mut Vec<f64>, t: f64, kernel: &[f64], edges: &[f64]) {
    cuts.clear();
    let (mut by_kernel, mut by_edge) = (
        kernel.iter().copied().filter(|u| *u < t).peekable(),
        edges.iter().rev().map(|edge| t - edge).peekable(),
    );
    loop {
        let next = match (by_kernel.peek(), by_edge.peek()) {
            (Some(&a), Some(&b)) if a <= b => by_kernel.next(),
            (_, Some(_)) => by_edge.next(),
            (Some(_), None) => by_kernel.next(),
            (None, None) => return,
        };
        let next = next.unwrap_or(t);
        if cuts.last().is_none_or(|last| *last < next) {
            cuts.push(next);
        }
    }
}

/// Solves a small linear system, with pivots on the diagonal: it is the identity plus a small matrix.
fn eliminate(mut matrix: [[f64; POINTS]; POINTS], mut right: [f64; POINTS]) -> [f64; POINTS] {
    for column in 0..POINTS {
        let best = (column..POINTS)
            .max_by(|a, b| {
                matrix[*a][column]
                    .abs()
                    .total_cmp(&matrix[*b][column].abs())
            })
            .unwrap_or(column);
        matrix.swap(column, best);
        right.swap(column, best);
        let pivot = matrix[column];
        for row in column + 1..POINTS {
            let factor = matrix[row][column] / pivot[column];
            for (entry, above) in matrix[row].iter_mut().zip(&pivot).skip(column) {
                *entry -= factor * above;
            }
            right[row] -= factor * right[column];
        }
    }
    for row in (0..POINTS).rev() {
        let known: f64 = (row + 1..POINTS).map(|k| matrix[row][k] * right[k]).sum();
        right[row] = (right[row] - known) / matrix[row][row];
    }
    right
}

/// The Lagrange polynomials of the points of collocation, by the barycentric formula.
#[derive(Debug, Clone)]
pub(super) struct Basis {
    pub rule: Rule,
    weights: [f64; POINTS],
}

impl Basis {
    pub(super) fn new() -> Self {
        let rule = Rule::new(POINTS);
        let mut weights = [1.0; POINTS];
        for (i, weight) in weights.iter_mut().enumerate() {
            for (j, node) in rule.nodes.iter().enumerate() {
                if i != j {
                    *weight /= rule.nodes[i] - node;
                }
            }
        }
        Self { rule, weights }
    }

    /// Their values at x in \[-1, 1\].
    pub(super) fn at(&self, x: f64) -> [f64; POINTS] {
        let mut values = [0.0; POINTS];
        let mut sum = 0.0;
        for (i, node) in self.rule.nodes.iter().enumerate() {
            if x == *node {
                values = [0.0; POINTS];
                values[i] = 1.0;
                return values;
            }
            values[i] = self.weights[i] / (x - node);
            sum += values[i];
        }
        for value in &mut values {
            *value /= sum;
        }
        values
    }
}

/// A time of a panel on \[-1, 1\].
pub(super) fn local(t: f64, start: f64, end: f64) -> f64 {
    (2.0 * t - start - end) / (end - start)
}
