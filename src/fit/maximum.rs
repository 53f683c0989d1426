//! The law of a family under which a sample is likeliest.
//!
//! Closed forms and one-dimensional equations where they exist (Cohen (1965), doi:10.1080/00401706.1965.10490300, for the Weibull
//! family with right-censored times), Nelder and Mead's simplex (1965), doi:10.1093/comjnl/7.4.308, elsewhere.

use super::law::{Family, Law};
use super::sample::Sample;

/// Fewest different times with an end from which a scale and a shape are fitted.
pub(super) const FEWEST_DISTINCT: usize = 5;

/// Steps of any iteration at most.
const MOST_STEPS: usize = 400;

/// The likeliest law; `None` where the sample cannot determine it.
#[must_use]
pub(super) fn maximum(family: Family, sample: &Sample) -> Option<Law> {
    let needed = match family {
        Family::Exponential => 1,
        _ => 2,
    };
    // Upper bounds alone are likeliest under a time of nothing.
    if sample.distinct() < needed || sample.exact.is_empty() && sample.between.is_empty() {
        return None;
    }
    let law = match family {
        _ if sample.has_intervals() => by_simplex(family, sample),
        Family::Exponential => exponential(sample),
        Family::Weibull => weibull(sample),
        Family::Lognormal if sample.is_complete() => lognormal(sample),
        Family::Gamma if sample.is_complete() => gamma(sample),
        _ => by_simplex(family, sample),
    };
    let fine = |x: f64| x.is_finite() && x > 0.0;
    (fine(law.scale) && fine(law.shape) && sample.ln_likelihood(&law).is_finite()).then_some(law)
}

/// All time seen over the number of ends.
fn exponential(sample: &Sample) -> Law {
    let total = sample.sum + sample.at_least.iter().sum::<f64>();
    Law {
        family: Family::Exponential,
        scale: total / sample.n_exact,
        shape: 1.0,
    }
}

/// Mean and standard deviation (divided by n) of the logarithms.
fn lognormal(sample: &Sample) -> Law {
    Law {
        family: Family::Lognormal,
        scale: sample.mean_ln.exp(),
        shape: (sample.squares_ln / sample.n_exact).sqrt(),
    }
}

/// Newton's steps on the profile equation of the shape k: Σ t^k ln t / Σ t^k - 1/k = mean of ln t over the ends.
fn weibull(sample: &Sample) -> Law {
    let spread = (sample.squares_ln / sample.n_exact).sqrt();
    let mut shape = (1.28 / spread).clamp(0.05, 50.0);
    let centre = sample.mean_ln;
    let mut ln_scale = centre;
    for _ in 0..MOST_STEPS {
        let (mut s0, mut s1, mut s2) = (0.0, 0.0, 0.0);
        for (ln_t, count) in sample.logs_with_bounds() {
            let away = ln_t - centre;
            let power = count * (shape * away).exp();
            s0 += power;
            s1 += power * away;
            s2 += power * away * away;
        }
        ln_scale = centre + (s0 / sample.n_exact).ln() / shape;
        let value = s1 / s0 - 1.0 / shape;
        let slope = s2 / s0 - (s1 / s0).powi(2) + 1.0 / (shape * shape);
        let next = (shape - value / slope).clamp(shape / 2.0, shape * 2.0);
        let done = (next / shape - 1.0).abs() < 1e-12;
        shape = next;
        if done {
            break;
        }
    }
    Law {
        family: Family::Weibull,
        scale: ln_scale.exp(),
        shape,
    }
}

/// Newton's steps on ln k - ψ(k) = ln(mean) - mean of ln t, over 1/k, from Minka's start (2002), "Estimating a Gamma distribution".
fn gamma(sample: &Sample) -> Law {
    let mean = sample.sum / sample.n_exact;
    let gap = mean.ln() - sample.mean_ln;
    let mut shape = 0.5 / gap.max(1e-12);
    for _ in 0..MOST_STEPS {
        let value = shape.ln() - digamma(shape) - gap;
        let slope = 1.0 / shape - trigamma(shape);
        // The step is taken in 1/k, in which the equation is nearly straight.
        let inverse = 1.0 / shape + value / (slope * shape * shape);
        let next = (1.0 / inverse).clamp(shape / 2.0, shape * 2.0);
        let done = (next / shape - 1.0).abs() < 1e-12;
        shape = if next.is_finite() { next } else { shape / 2.0 };
        if done {
            break;
        }
    }
    Law {
        family: Family::Gamma,
        scale: mean / shape,
        shape,
    }
}

/// ψ(x), by recurrence up to 10 and Stirling's series beyond.
fn digamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 10.0 {
        shift -= 1.0 / x;
        x += 1.0;
    }
    let s = 1.0 / (x * x);
    let series = s * (1.0 / 12.0 - s * (1.0 / 120.0 - s * (1.0 / 252.0 - s / 240.0)));
    shift + x.ln() - 0.5 / x - series
}

/// ψ'(x), likewise.
fn trigamma(x: f64) -> f64 {
    let (mut x, mut shift) = (x, 0.0);
    while x < 10.0 {
        shift += 1.0 / (x * x);
        x += 1.0;
    }
    let s = 1.0 / (x * x);
    let series = s * (1.0 / 6.0 - s * (1.0 / 30.0 - s * (1.0 / 42.0 - s / 30.0)));
    shift + 1.0 / x + 0.5 * s + series / x
}

/// Nelder and Mead over ln scale and, where there is one, ln shape.
fn by_simplex(family: Family, sample: &Sample) -> Law {
    let law = |point: [f64; 2]| Law {
        family,
        scale: point[0].exp(),
        shape: match family {
            Family::Exponential => 1.0,
            _ => point[1].exp(),
        },
    };
    let start = start(family, sample);
    let loss = |point: [f64; 2]| {
        // Beyond these no time of a log lies; the edge only keeps the search from running away.
        if point[1].abs() > 12.0 || (point[0] - start[0]).abs() > 40.0 {
            return f64::INFINITY;
        }
        -sample.ln_likelihood(&law(point))
    };
    let mut best = start;
    // A second start from where the first ended is cheap and undoes a simplex that has collapsed.
    for size in [0.4, 0.05] {
        best = nelder_mead(best, size, &loss);
    }
    law(best)
}

/// A start from moments, with times that have not ended taken as if they had.
fn start(family: Family, sample: &Sample) -> [f64; 2] {
    let middles = sample.between.iter().map(|(a, b)| {
        let middle: f64 = f64::midpoint(*a, *b);
        middle.ln()
    });
    let bounds = sample.at_most.iter().map(|x| (x / 2.0).ln());
    let logs: Vec<(f64, f64)> = sample
        .logs_with_bounds()
        .chain(middles.chain(bounds).map(|ln_x| (ln_x, 1.0)))
        .collect();
    let n: f64 = logs.iter().map(|(_, count)| count).sum();
    let mean = logs.iter().map(|(ln_x, count)| ln_x * count).sum::<f64>() / n;
    let squares: f64 = logs
        .iter()
        .map(|(x, count)| count * (x - mean).powi(2))
        .sum();
    let spread = (squares / n).sqrt().clamp(0.05, 5.0);
    match family {
        Family::Exponential => [mean + 0.58, 0.0],
        Family::Lognormal => [mean, spread.ln()],
        Family::Weibull => [mean + 0.45 * spread, -(0.78 * spread).ln()],
        Family::Gamma => {
            let shape = 1.0 / (spread * spread);
            [mean - shape.ln().min(2.0), shape.ln()]
        }
    }
}

fn nelder_mead(start: [f64; 2], size: f64, loss: &impl Fn([f64; 2]) -> f64) -> [f64; 2] {
    let at = |point: [f64; 2]| (loss(point), point);
    let mut simplex = [
        at(start),
        at([start[0] + size, start[1]]),
        at([start[0], start[1] + size]),
    ];
    for _ in 0..MOST_STEPS {
        simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
        let [best, good, worst] = simplex;
        let near = |i: usize| (worst.1[i] - best.1[i]).abs() + (good.1[i] - best.1[i]).abs() < 1e-7;
        if near(0) && near(1) {
            break;
        }
        let centre = [
            f64::midpoint(best.1[0], good.1[0]),
            f64::midpoint(best.1[1], good.1[1]),
        ];
        let along = |step: f64| {
            at([
                centre[0] + step * (worst.1[0] - centre[0]),
                centre[1] + step * (worst.1[1] - centre[1]),
            ])
        };
        let reflected = along(-1.0);
        let replacement = if reflected.0 < best.0 {
            let expanded = along(-2.0);
            if expanded.0 < reflected.0 {
                expanded
            } else {
                reflected
            }
        } else if reflected.0 < good.0 {
            reflected
        } else {
            along(if reflected.0 < worst.0 { -0.5 } else { 0.5 })
        };
        if replacement.0 < worst.0 {
            simplex[2] = replacement;
        } else {
            let halfway = |point: [f64; 2]| {
                at([
                    f64::midpoint(best.1[0], point[0]),
                    f64::midpoint(best.1[1], point[1]),
                ])
            };
            simplex = [best, halfway(good.1), halfway(worst.1)];
        }
    }
    simplex.sort_by(|a, b| a.0.total_cmp(&b.0));
    simplex[0].1
}

#[cfg(test)]
mod tests {
    use super::super::sample::Observed;
    use super::*;

    fn near(value: f64, expected: f64) -> bool {
        (value / expected - 1.0).abs() < 1e-5
    }

    #[test]
    fn polygamma_functions_meet_their_known_values() {
        // ψ(1) = -γ, ψ'(1) = π²/6, ψ'(1/2) = π²/2.
        let pi2 = std::f64::consts::PI.powi(2);
        assert!((digamma(1.0) + 0.577_215_664_901_532_9).abs() < 1e-10);
        assert!((trigamma(1.0) - pi2 / 6.0).abs() < 1e-9);
        assert!((trigamma(0.5) - pi2 / 2.0).abs() < 1e-9);
    }

    /// The equations and the search know nothing of each other: they must agree on the same sample.
    #[test]
    fn equations_and_search_find_the_same_maximum() {
        let times = [3.0, 8.0, 11.0, 20.0, 21.0, 35.0, 60.0, 61.0, 140.0, 900.0];
        let complete = Sample::new(times.map(Observed::Exact));
        let censored = Sample::new(times.iter().enumerate().map(|(i, x)| match i % 3 {
            0 => Observed::AtLeast(*x),
            _ => Observed::Exact(*x),
        }));
        for sample in [&complete, &censored] {
            for family in Family::ALL {
                let solved = maximum(family, sample).unwrap();
                let searched = by_simplex(family, sample);
                assert!(
                    near(solved.scale, searched.scale) && near(solved.shape, searched.shape),
                    "{solved:?} {searched:?}"
                );
            }
        }
    }

    #[test]
    fn what_cannot_be_determined_is_not_fitted() {
        let same = Sample::new([Observed::Exact(5.0); 9]);
        assert_eq!(maximum(Family::Lognormal, &same), None);
        assert!(maximum(Family::Exponential, &same).is_some());
        let open = Sample::new([Observed::AtLeast(5.0); 9]);
        assert_eq!(maximum(Family::Exponential, &open), None);
    }
}
