//! Survival as observed: Kaplan and Meier's curve, and how far a law is from it.

use super::law::Law;
use super::sample::Sample;
use crate::stats::normal_quantile;

/// A step of the curve: from this time on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    /// Time \[s\].
    pub time: f64,
    /// Share that lasts longer.
    pub survival: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
}

/// Kaplan and Meier's estimate (1958), doi:10.1080/01621459.1958.10501452, with Greenwood's variance on the scale of ln(-ln S)
/// (Kalbfleisch and Prentice). `None` where times are known between bounds only, of which it knows nothing.
#[must_use]
pub(super) fn kaplan_meier(sample: &Sample, level: f64) -> Option<Vec<Step>> {
    if sample.has_intervals() || sample.exact.is_empty() {
        return None;
    }
    let z = normal_quantile(f64::midpoint(1.0, level));
    let mut at_risk = sample.n() as f64;
    let mut gone = sample.at_least.iter().peekable();
    let (mut survival, mut variance) = (1.0_f64, 0.0);
    let mut steps = Vec::with_capacity(sample.exact.len());
    for &(time, count) in &sample.exact {
        // What is still under way at the very time of an end is at risk of it.
        while gone.next_if(|bound| **bound < time).is_some() {
            at_risk -= 1.0;
        }
        survival *= 1.0 - count / at_risk;
        variance += count / (at_risk * (at_risk - count));
        at_risk -= count;
        let (low, high) = if at_risk > 0.0 && survival > 0.0 {
            let factor = (z * variance.sqrt() / survival.ln()).abs().exp();
            (survival.powf(factor), survival.powf(1.0 / factor))
        } else {
            (0.0, steps.last().map_or(1.0, |last: &Step| last.high))
        };
        steps.push(Step {
            time,
            survival: survival.max(0.0),
            low,
            high,
        });
    }
    Some(steps)
}

/// How far a law is from what was observed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Distance {
    /// Anderson and Darling's A².
    pub anderson_darling: f64,
    /// Kolmogorov and Smirnov's D: the greatest difference of the two shares.
    pub kolmogorov: f64,
}

/// A² = n ∫ (S - Ŝ)² / (S (1 - S)) dF up to the last end (Pettitt (1976), doi:10.1093/biomet/63.3.475), Ŝ being Kaplan and Meier's; without
/// censoring it is the usual statistic. Between two ends Ŝ is constant, and the integral is c² ln u - (1 - c)² ln(1 - u) - u.
#[must_use]
pub(super) fn distance(law: &Law, steps: &[Step], n: f64) -> Distance {
    let (mut squares, mut widest) = (0.0, 0.0_f64);
    // ln F, ln S and F at the last step.
    let (mut from, mut from_share) = ((f64::NEG_INFINITY, 0.0), 0.0);
    let mut empirical = 0.0;
    let times = |a: f64, b: f64| if a == 0.0 { 0.0 } else { a * b };
    let primitive = |c: f64, (ln_u, ln_rest): (f64, f64), u: f64| {
        times(c * c, ln_u) - times((1.0 - c) * (1.0 - c), ln_rest) - u
    };
    for step in steps {
        let to = law.ln_probabilities(step.time);
        let share = law.cdf(step.time);
        squares += primitive(empirical, to, share) - primitive(empirical, from, from_share);
        widest = widest.max((share - empirical).abs());
        empirical = 1.0 - step.survival;
        widest = widest.max((share - empirical).abs());
        (from, from_share) = (to, share);
    }
    // All have ended: the integral goes on to the end of the law, where the shares are equal.
    if steps.last().is_some_and(|last| last.survival <= 0.0) {
        squares += -1.0 - (from.0 - from_share);
    }
    Distance {
        anderson_darling: n * squares,
        kolmogorov: widest,
    }
}

#[cfg(test)]
mod tests {
    use super::super::law::Family;
    use super::super::sample::Observed;
    use super::*;

    #[test]
    fn without_censoring_the_distance_is_the_usual_one() {
        let times = [1.0, 2.5, 2.7, 4.0, 9.0, 30.0];
        let law = Law {
            family: Family::Exponential,
            scale: 7.0,
            shape: 1.0,
        };
        let n = times.len() as f64;
        let mut sum = 0.0;
        for i in 0..times.len() {
            let (ln_f, _) = law.ln_probabilities(times[i]);
            let (_, ln_s) = law.ln_probabilities(times[times.len() - 1 - i]);
            sum += (2.0 * i as f64 + 1.0) * (ln_f + ln_s);
        }
        let usual = -n - sum / n;
        let sample = Sample::new(times.map(Observed::Exact));
        let steps = kaplan_meier(&sample, 0.95).unwrap();
        let distance = distance(&law, &steps, n);
        assert!((distance.anderson_darling - usual).abs() < 1e-9);
        assert!(steps.last().unwrap().survival.abs() < 1e-12);
    }

    /// The remission times of Freireich and others (1963): the curve of every textbook.
    #[test]
    fn remission_times_have_the_textbook_curve() {
        let ended = [6.0, 6.0, 6.0, 7.0, 10.0, 13.0, 16.0, 22.0, 23.0];
        let open = [
            6.0, 9.0, 10.0, 11.0, 17.0, 19.0, 20.0, 25.0, 32.0, 32.0, 34.0, 35.0,
        ];
        let sample = Sample::new(
            ended
                .map(Observed::Exact)
                .into_iter()
                .chain(open.map(Observed::AtLeast)),
        );
        let steps = kaplan_meier(&sample, 0.95).unwrap();
        let expected = [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448];
        assert_eq!(steps.len(), expected.len());
        for (step, survival) in steps.iter().zip(expected) {
            assert!((step.survival - survival).abs() < 5e-4, "{step:?}");
        }
    }
}
