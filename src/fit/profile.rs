//! Intervals by profile likelihood: all values of a figure that some law of the family makes nearly as likely as the best.
//!
//! A value c is in the interval iff `2 (l_max - l(c))` is at most a threshold, `l(c)` being the greatest ln likelihood among the laws
//! for which the figure is c (Venzon and Moolgavkar (1988), doi:10.2307/2347496). The threshold is the χ² quantile with one degree of freedom for
//! one parameter; for two it is n ln(1 + t²/(n - 1)) with Student's t of n - 1 degrees of freedom, n being the times that
//! have ended: this is exact for the median of a lognormal, and turns into χ² as n grows. docs/fit.md has the measured coverage.

use super::law::{Family, Law};
use super::sample::Sample;
use crate::stats::{normal_quantile, student_quantile};

/// A figure of a law.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Figure {
    /// The scale \[s\].
    Scale,
    /// The shape.
    Shape,
    /// The mean \[s\].
    Mean,
    /// A quantile \[s\].
    Quantile(f64),
}

impl Figure {
    /// Its value under a law.
    #[must_use]
    pub(super) fn of(self, law: &Law) -> f64 {
        match self {
            Self::Scale => law.scale,
            Self::Shape => law.shape,
            Self::Mean => law.mean(),
            Self::Quantile(p) => law.quantile(p),
        }
    }
}

/// Ends of an interval; `None` where the likelihood does not bound it.
pub(super) type Ends = (Option<f64>, Option<f64>);

/// The interval of a figure around the likeliest law.
#[must_use]
pub(super) fn interval(best: &Law, sample: &Sample, figure: Figure, level: f64) -> Ends {
    let most = sample.ln_likelihood(best);
    let threshold = threshold(best.family, sample.ended(), level);
    let centre = figure.of(best).ln();
    let profile = Profile {
        best,
        sample,
        figure,
        // A few standard errors of ln shape, of which one is about 1/√n.
        reach: (8.0 / sample.ended().sqrt()).clamp(0.02, 2.0),
    };
    let excess = |ln_value: f64| 2.0 * (most - profile.at(ln_value)) - threshold;
    let first = 2.0 / sample.ended().sqrt();
    let end = |side: f64| crossing(&excess, centre, side * first).map(f64::exp);
    (end(-1.0), end(1.0))
}

/// How much less likely, twice over, a law in the interval may be than the best.
fn threshold(family: Family, ended: f64, level: f64) -> f64 {
    let p = f64::midpoint(1.0, level);
    if family.parameters() == 1 || ended < 2.0 {
        return normal_quantile(p).powi(2);
    }
    let t = student_quantile(p, ended - 1.0);
    ended * (t * t / (ended - 1.0)).ln_1p()
}

struct Profile<'a> {
    best: &'a Law,
    sample: &'a Sample,
    figure: Figure,
    reach: f64,
}

impl Profile<'_> {
    /// The greatest ln likelihood of laws for which the logarithm of the figure is this.
    fn at(&self, ln_value: f64) -> f64 {
        let family = self.best.family;
        let value = ln_value.exp();
        let of = |law: Law| self.sample.ln_likelihood(&law);
        match self.figure {
            _ if family.parameters() == 1 => {
                let unit = Law {
                    family,
                    scale: 1.0,
                    shape: 1.0,
                };
                let scale = value / self.figure.of(&unit);
                of(Law { scale, ..unit })
            }
            Figure::Shape => greatest(self.best.scale.ln(), 2.0 * self.reach, |ln_scale| {
                of(Law {
                    family,
                    scale: ln_scale.exp(),
                    shape: value,
                })
            }),
            figure => greatest(self.best.shape.ln(), self.reach, |ln_shape| {
                let unit = Law {
                    family,
                    scale: 1.0,
                    shape: ln_shape.exp(),
                };
                let scale = value / figure.of(&unit);
                of(Law { scale, ..unit })
            }),
        }
    }
}

/// Greatest value of a function with one peak, by golden sections of a bracket that first moves until it holds the peak.
fn greatest(start: f64, reach: f64, function: impl Fn(f64) -> f64) -> f64 {
    let (mut middle, mut top) = (start, function(start));
    for _ in 0..60 {
        let (left, right) = (function(middle - reach), function(middle + reach));
        if left > top && left >= right {
            (middle, top) = (middle - reach, left);
        } else if right > top {
            (middle, top) = (middle + reach, right);
        } else {
            break;
        }
    }
    let golden = 0.618_033_988_749_894_9;
    let (mut low, mut high) = (middle - reach, middle + reach);
    let (mut a, mut b) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_a, mut at_b) = (function(a), function(b));
    // The likelihood is flat at its peak: a ten-thousandth of a standard error is far more than enough.
    while high - low > 1e-4 * reach {
        if at_a > at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - golden * (high - low);
            at_a = function(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + golden * (high - low);
            at_b = function(b);
        }
    }
    top.max(at_a).max(at_b)
}

/// Where a function that is negative at `start` turns positive, first looked for one step away.
fn crossing(function: &impl Fn(f64) -> f64, start: f64, step: f64) -> Option<f64> {
    let (mut inner, mut step) = (start, step);
    let mut outer = start + step;
    let mut beyond = function(outer);
    // A figure that may be 10^8 times as large is not bounded by the sample.
    while beyond <= 0.0 {
        if (outer - start).abs() > 18.0 {
            return None;
        }
        inner = outer;
        step *= 1.6;
        outer += step;
        beyond = function(outer);
    }
    let mut within = function(inner);
    if !beyond.is_finite() {
        beyond = 1e3;
    }
    // Regula falsi after Illinois, which halves the weight of the end that stays.
    for _ in 0..60 {
        let next = (inner * beyond - outer * within) / (beyond - within);
        let next = if (next - inner) * (next - outer) < 0.0 {
            next
        } else {
            f64::midpoint(inner, outer)
        };
        let value = function(next);
        if value.abs() < 1e-4 || (outer - inner).abs() < 1e-7 {
            return Some(next);
        }
        if value > 0.0 {
            (outer, beyond) = (next, value.min(1e3));
            within /= 2.0;
        } else {
            (inner, within) = (next, value);
            beyond /= 2.0;
        }
    }
    Some(f64::midpoint(inner, outer))
}

#[cfg(test)]
mod tests {
    use super::super::maximum::maximum;
    use super::super::sample::Observed;
    use super::*;

    /// For a lognormal the interval of the median is Student's, exactly.
    #[test]
    fn the_median_of_a_lognormal_has_students_interval() {
        let logs = [0.3, 1.1, 1.9, 2.0, 2.6, 3.3, 4.1, 5.0];
        let sample = Sample::new(logs.map(|x: f64| Observed::Exact(x.exp())));
        let law = maximum(Family::Lognormal, &sample).unwrap();
        let (low, high) = interval(&law, &sample, Figure::Quantile(0.5), 0.95);
        let n = 8.0;
        let sd = law.shape * f64::sqrt(n / (n - 1.0));
        let half = student_quantile(0.975, n - 1.0) * sd / n.sqrt();
        let mu = law.scale.ln();
        assert!((low.unwrap().ln() - (mu - half)).abs() < 1e-4);
        assert!((high.unwrap().ln() - (mu + half)).abs() < 1e-4);
    }

    #[test]
    fn a_sample_that_bounds_nothing_says_so() {
        let sample = Sample::new([Observed::AtMost(5.0), Observed::Between(1e-9, 4.0)]);
        let law = maximum(Family::Exponential, &sample).unwrap();
        let (low, _) = interval(&law, &sample, Figure::Mean, 0.95);
        assert!(low.is_none_or(|low| low < 1e-3));
    }
}
