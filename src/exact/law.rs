//! Laws of times as they are integrated: the chance to last longer than t, and where that is not smooth.

use crate::model::{Distribution, Range};
use crate::stats::{gamma_upper_tail, normal_cdf};

/// P(X > t), the chance that a time of this law is longer than t \[s\].
pub(super) fn survival(law: &Distribution, t: f64) -> f64 {
    if t < 0.0 {
        return 1.0;
    }
    match law {
        Distribution::Exponential { mean } => (-t / mean).exp(),
        Distribution::Fixed(value) => f64::from(t < *value),
        Distribution::Uniform { from, to } => ((to - t) / (to - from)).clamp(0.0, 1.0),
        Distribution::Lognormal { mu, sigma } => {
            if t > 0.0 {
                normal_cdf((mu - t.ln()) / sigma)
            } else {
                1.0
            }
        }
        Distribution::Weibull { shape, scale } => (-(t / scale).powf(*shape)).exp(),
        Distribution::Gamma { shape, scale } => gamma_upper_tail(*shape, t / scale),
        Distribution::Triangular { low, mode, high } => {
            if t < *low {
                1.0
            } else if t < *mode {
                1.0 - (t - low) * (t - low) / ((high - low) * (mode - low))
            } else if t < *high {
                (high - t) * (high - t) / ((high - low) * (high - mode))
            } else {
                0.0
            }
        }
        Distribution::Empirical(values) => {
            values.iter().filter(|value| t < **value).count() as f64 / values.len() as f64
        }
        Distribution::Mixture(parts) => parts
            .iter()
            .map(|(weight, part)| weight * survival(part, t))
            .sum(),
        // Over all values of the range.
        Distribution::Between(range) => over_range(range, |mean| (-t / mean).exp()),
        Distribution::Delayed { by, rest } => survival(rest, t - by),
        Distribution::Never => 1.0,
    }
}

/// Mean of a smooth function of a range over its values: the trapezium rule over a normal variable, whose error falls
/// faster than any power of the step.
fn over_range(range: &Range, f: impl Fn(f64) -> f64) -> f64 {
    const STEP: f64 = 0.125;
    let (mut sum, mut weights) = (0.0, 0.0);
    for k in -72..=72 {
        let normal = STEP * f64::from(k);
        let weight = (-0.5 * normal * normal).exp();
        sum += weight * f(range.at(normal));
        weights += weight;
    }
    sum / weights
}

/// Times at which the survival function jumps or bends \[s\].
pub(super) fn corners(law: &Distribution) -> Vec<f64> {
    match law {
        Distribution::Fixed(value) => vec![*value],
        Distribution::Uniform { from, to } => vec![*from, *to],
        Distribution::Triangular { low, mode, high } => vec![*low, *mode, *high],
        Distribution::Empirical(values) => values.to_vec(),
        Distribution::Mixture(parts) => parts.iter().flat_map(|(_, part)| corners(part)).collect(),
        Distribution::Delayed { by, rest } => {
            let corners = corners(rest).into_iter().chain([0.0]);
            corners.map(|t| by + t).collect()
        }
        Distribution::Exponential { .. }
        | Distribution::Lognormal { .. }
        | Distribution::Weibull { .. }
        | Distribution::Gamma { .. }
        | Distribution::Between(_)
        | Distribution::Never => Vec::new(),
    }
}

/// Times around which the survival function falls \[s\], close enough that nothing of it lies unseen between two.
pub(super) fn landmarks(law: &Distribution) -> Vec<f64> {
    let doublings = |mean: f64| (-8..=8).map(|k| mean * 2_f64.powi(k)).collect();
    match law {
        Distribution::Lognormal { mu, sigma } => (-16..=24)
            .map(|k| (mu + 0.5 * f64::from(k) * sigma).exp())
            .collect(),
        Distribution::Gamma { shape, scale } if *shape > 4.0 => {
            let deviation = shape.sqrt();
            (-8..=16)
                .map(|k| scale * (shape + f64::from(k) * deviation))
                .filter(|t| *t > 0.0)
                .chain((-8..0).map(|k| shape * scale * 2_f64.powi(k)))
                .collect()
        }
        Distribution::Weibull { shape, scale } if *shape > 2.0 => (-8..=8)
            .map(|k| scale * (0.5 * f64::from(k) / shape).exp())
            .chain((-8..0).map(|k| scale * 2_f64.powi(k)))
            .collect(),
        Distribution::Mixture(parts) => {
            parts.iter().flat_map(|(_, part)| landmarks(part)).collect()
        }
        Distribution::Between(range) => (-20..=28).map(|k| range.at(0.5 * f64::from(k))).collect(),
        Distribution::Delayed { by, rest } => landmarks(rest).into_iter().map(|t| by + t).collect(),
        Distribution::Never => Vec::new(),
        _ => doublings(law.mean()),
    }
}

/// A law as a mixture of exponential ones: pairs of weight and rate \[1/s\], the rate 0 for what never ends. `None` if it is
/// no such mixture.
pub(super) fn exponential_parts(law: &Distribution) -> Option<Vec<(f64, f64)>> {
    match law {
        Distribution::Exponential { mean } => Some(vec![(1.0, mean.recip())]),
        Distribution::Weibull { shape, scale } | Distribution::Gamma { shape, scale }
            if *shape == 1.0 =>
        {
            Some(vec![(1.0, scale.recip())])
        }
        Distribution::Never => Some(vec![(1.0, 0.0)]),
        Distribution::Mixture(parts) => {
            let mut all = Vec::new();
            for (weight, part) in parts {
                for (inner, rate) in exponential_parts(part)? {
                    all.push((weight * inner, rate));
                }
            }
            Some(all)
        }
        _ => None,
    }
}

/// The values of a law, or its narrowest parts: mean \[s\] and variance \[s²\] of each.
pub(super) fn lumps(law: &Distribution) -> Vec<(f64, f64)> {
    const MOST: usize = 40;
    match law {
        Distribution::Mixture(parts) => {
            let parts = parts.iter().filter(|(weight, _)| *weight > 0.0);
            parts.flat_map(|(_, part)| lumps(part)).collect()
        }
        Distribution::Empirical(values) if values.len() <= MOST => {
            let mut values = values.to_vec();
            values.sort_by(f64::total_cmp);
            values.dedup();
            values.into_iter().map(|value| (value, 0.0)).collect()
        }
        Distribution::Delayed { by, rest } => {
            let rest = lumps(rest).into_iter();
            rest.map(|(mean, variance)| (by + mean, variance)).collect()
        }
        law => vec![(law.mean(), law.variance())],
    }
}

/// What a law is called.
pub(super) fn name(law: &Distribution) -> &'static str {
    match law {
        Distribution::Exponential { .. } => "exponential",
        Distribution::Fixed(_) => "fixed",
        Distribution::Uniform { .. } => "uniform",
        Distribution::Lognormal { .. } => "lognormal",
        Distribution::Weibull { .. } => "Weibull",
        Distribution::Gamma { .. } => "gamma",
        Distribution::Triangular { .. } => "triangular",
        Distribution::Empirical(_) => "empirical",
        Distribution::Mixture(_) => "mixed",
        Distribution::Between(_) => "uncertain",
        Distribution::Delayed { .. } => "delayed",
        Distribution::Never => "endless",
    }
}

/// The law of a time that is not zero; itself if none or all are.
pub(super) fn given_positive(law: &Distribution) -> Distribution {
    if !law.is_sometimes_zero() {
        return law.clone();
    }
    match law {
        Distribution::Empirical(values) => {
            let positive = values.iter().copied().filter(|seconds| *seconds > 0.0);
            Distribution::Empirical(positive.collect())
        }
        Distribution::Mixture(parts) => {
            let mut positive: Vec<(f64, Distribution)> = parts
                .iter()
                .map(|(weight, part)| (weight * (1.0 - part.chance_of_zero()), part))
                .filter(|(weight, _)| *weight > 0.0)
                .map(|(weight, part)| (weight, given_positive(part)))
                .collect();
            let total: f64 = positive.iter().map(|(weight, _)| weight).sum();
            for (weight, _) in &mut positive {
                *weight /= total;
            }
            match &positive[..] {
                [(_, only)] => only.clone(),
                _ => Distribution::Mixture(positive),
            }
        }
        Distribution::Delayed { rest, .. } => given_positive(rest),
        law => law.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exact::quadrature::integrate;

    #[test]
    fn the_integral_of_the_survival_function_is_the_mean() {
        for law in [
            Distribution::Exponential { mean: 3.0 },
            Distribution::Fixed(3.0),
            Distribution::Uniform { from: 1.0, to: 4.0 },
            Distribution::Lognormal {
                mu: 0.5,
                sigma: 1.5,
            },
            Distribution::Weibull {
                shape: 0.7,
                scale: 2.0,
            },
            Distribution::Weibull {
                shape: 6.0,
                scale: 2.0,
            },
            Distribution::Gamma {
                shape: 0.6,
                scale: 2.0,
            },
            Distribution::Gamma {
                shape: 40.0,
                scale: 0.1,
            },
            Distribution::Triangular {
                low: 1.0,
                mode: 1.0,
                high: 4.0,
            },
            Distribution::Empirical([1.0, 2.0, 5.0].into()),
            Distribution::Between(Range::between("x".into(), 1.0, 20.0)),
            Distribution::Mixture(vec![
                (0.9, Distribution::Fixed(1.0)),
                (0.1, Distribution::Exponential { mean: 9.0 }),
            ]),
        ] {
            let mut edges = vec![0.0, 1e9];
            edges.extend(corners(&law));
            edges.extend(landmarks(&law));
            edges.sort_by(f64::total_cmp);
            let sum = integrate(&edges, 4e-14, 1, |t, value| value[0] = survival(&law, t));
            let error = (sum.values[0] / law.mean() - 1.0).abs();
            assert!(error < 3e-9, "{law:?}: {error:e}");
            let smooth = !matches!(
                law,
                Distribution::Weibull { shape, .. } | Distribution::Gamma { shape, .. } if shape < 1.0
            );
            assert!(!smooth || error < 1e-13, "{law:?}: {error:e}");
        }
    }

    #[test]
    fn mixtures_of_exponential_laws_are_recognised() {
        let law = Distribution::Mixture(vec![
            (0.25, Distribution::Exponential { mean: 2.0 }),
            (0.75, Distribution::Never),
        ]);
        assert_eq!(
            exponential_parts(&law),
            Some(vec![(0.25, 0.5), (0.75, 0.0)])
        );
        assert_eq!(exponential_parts(&Distribution::Fixed(1.0)), None);
    }
}
