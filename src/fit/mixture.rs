//! Two kinds of incidents in one log: a mixture of two lognormals, by expectation and maximisation.
//!
//! With u = ln t and parts of weights `w`, means `m` and standard deviations `s`, an exact time belongs to a part with a chance
//! proportional to `w φ((u - m) / s) / s`, one that is at least a to `w Φ((m - ln a) / s)`; the missing rest of the latter has the
//! moments of a normal cut off at a. Weights, means and variances are those of the times by these chances (Dempster, Laird and Rubin (1977),
//! doi:10.1111/j.2517-6161.1977.tb01600.x). A least standard deviation keeps the likelihood bounded (Hathaway (1985),
//! doi:10.1214/aos/1176349557). Starts are splits at three quantiles; the likeliest end counts.
//!
//! It is told where Schwarz's criterion BIC = k ln n - 2 ln L, k = 5, is at least 10 below that of every single family: very strong
//! evidence (Kass and Raftery (1995), doi:10.1080/01621459.1995.10476572). Intervals are percentiles of a Poisson bootstrap.

use rand::SeedableRng as _;
use rand_distr::{Distribution as _, Poisson};
use rand_xoshiro::SplitMix64;

use super::choice::Effort;
use super::sample::Sample;
use crate::results::{FamilyFit, MixtureFit, MixturePart, Ranged};
use crate::stats::{normal_cdf, normal_ln_tail};

/// Parameters of two lognormals and a weight.
const PARAMETERS: f64 = 5.0;
/// By how much the criterion must be lower.
const VERY_STRONG: f64 = 10.0;
/// Ends below which two kinds are not looked for, and the fewest times of a kind.
const FEWEST: f64 = 40.0;
const FEWEST_OF_A_KIND: f64 = 8.0;
/// Least standard deviation of ln t: a spike of rounded times is no kind.
const LEAST_SIGMA: f64 = 0.1;
/// Above so many different times they are put into bins of this width of ln t.
const MOST_DISTINCT: usize = 1000;
const BIN: f64 = 0.01;
/// Steps of a search at most, and of one that begins near its end.
const STEPS: usize = 400;
const FEW_STEPS: usize = 60;

/// A time, or the least that it is.
#[derive(Debug, Clone, Copy)]
struct Seen {
    ln: f64,
    count: f64,
    has_ended: bool,
}

/// Weight, mean and standard deviation of ln t, of the shorter kind and of the longer one.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Two([(f64, f64, f64); 2]);

/// Two kinds of incidents, where they explain a sample far better than any of the single families does.
#[must_use]
pub(super) fn mixture(
    sample: &Sample,
    singles: &[FamilyFit],
    effort: Effort,
) -> Option<MixtureFit> {
    let n = sample.ended();
    if n < FEWEST || sample.has_intervals() {
        return None;
    }
    let bic = |parameters: f64, ln_likelihood: f64| parameters * n.ln() - 2.0 * ln_likelihood;
    let of_single = |fit: &FamilyFit| bic(fit.parameters.len() as f64, fit.log_likelihood);
    let best = (singles.iter()).min_by(|a, b| of_single(a).total_cmp(&of_single(b)))?;
    let seen = seen(sample);
    let (two, ln_likelihood) = likeliest(&seen)?;
    let found = bic(PARAMETERS, ln_likelihood);
    let is_kind = |(weight, ..): &(f64, f64, f64)| weight * n >= FEWEST_OF_A_KIND;
    if found > of_single(best) - VERY_STRONG || !two.0.iter().all(is_kind) {
        return None;
    }
    let again = resampled(&seen, two, effort);
    let ranged = |figure: &dyn Fn(&Two) -> f64| percentiles(figure, two, &again, effort.level);
    let part = |at: usize| MixturePart {
        weight: ranged(&|two| two.0[at].0),
        median_seconds: ranged(&|two| two.0[at].1.exp()),
        sigma: ranged(&|two| two.0[at].2),
        p95_seconds: ranged(&|two| (two.0[at].1 + Z95 * two.0[at].2).exp()),
    };
    Some(MixtureFit {
        parts: vec![part(0), part(1)],
        mean_seconds: ranged(&Two::mean),
        median_seconds: ranged(&|two| two.quantile(0.5)),
        p95_seconds: ranged(&|two| two.quantile(0.95)),
        log_likelihood: ln_likelihood,
        bic: found,
        single: best.family.clone(),
        bic_of_single: of_single(best),
    })
}

/// 95 % quantile of the normal distribution.
const Z95: f64 = 1.644_853_626_951_472_2;

impl Two {
    fn mean(&self) -> f64 {
        let parts = self.0.iter();
        parts.map(|(w, m, s)| w * (m + s * s / 2.0).exp()).sum()
    }

    /// The time within which a share `p` is over \[s\], by halving.
    fn quantile(&self, p: f64) -> f64 {
        let below = |u: f64| -> f64 {
            let parts = self.0.iter();
            parts.map(|(w, m, s)| w * normal_cdf((u - m) / s)).sum()
        };
        let ends = self.0.iter().map(|(_, m, s)| (m - 9.0 * s, m + 9.0 * s));
        let (mut low, mut high) = ends.fold((f64::INFINITY, f64::NEG_INFINITY), |all, end| {
            (all.0.min(end.0), all.1.max(end.1))
        });
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if below(middle) < p {
                low = middle;
            } else {
                high = middle;
            }
        }
        high.exp()
    }
}

fn seen(sample: &Sample) -> Vec<Seen> {
    let exact = sample.exact.iter().map(|(x, count)| (x.ln(), *count, true));
    let bounds = sample.at_least.iter().map(|x| (x.ln(), 1.0, false));
    let binned = sample.exact.len() + sample.at_least.len() > MOST_DISTINCT;
    let mut all: Vec<Seen> = Vec::new();
    for (ln, count, has_ended) in exact.chain(bounds) {
        let ln = if binned { (ln / BIN).round() * BIN } else { ln };
        match all.last_mut() {
            Some(last) if last.ln == ln && last.has_ended == has_ended => last.count += count,
            _ => all.push(Seen {
                ln,
                count,
                has_ended,
            }),
        }
    }
    all
}

/// The likeliest of the searches from several starts.
fn likeliest(seen: &[Seen]) -> Option<(Two, f64)> {
    let n: f64 = seen.iter().map(|one| one.count).sum();
    let mean = seen.iter().map(|one| one.count * one.ln).sum::<f64>() / n;
    let squares = seen.iter().map(|one| one.count * (one.ln - mean).powi(2));
    let sigma = (squares.sum::<f64>() / n).sqrt();
    let mut ordered: Vec<(f64, f64)> = seen.iter().map(|one| (one.ln, one.count)).collect();
    ordered.sort_by(|a, b| a.0.total_cmp(&b.0));
    let quantile = |p: f64| {
        let mut below = 0.0;
        let past = ordered.iter().find(|(_, count)| {
            below += count;
            below >= p * n
        });
        past.map_or(mean, |(ln, _)| *ln)
    };
    let starts = [0.25, 0.5, 0.75].map(|share| {
        let part = |weight: f64, p: f64| (weight, quantile(p), sigma / 2.0);
        Two([
            part(share, share / 2.0),
            part(1.0 - share, f64::midpoint(share, 1.0)),
        ])
    });
    let ends = starts.map(|start| climbed(seen, start, STEPS));
    let likely = ends.into_iter().filter(|(_, value)| value.is_finite());
    likely.max_by(|a, b| a.1.total_cmp(&b.1))
}

/// Steps of expectation and maximisation until nothing is gained: the parts, the shorter first, and ln of the likelihood.
fn climbed(seen: &[Seen], start: Two, steps: usize) -> (Two, f64) {
    let mut two = start;
    let mut value = f64::NEG_INFINITY;
    for _ in 0..steps {
        let (next, now) = step(seen, two);
        let gained = now - value;
        value = now;
        if gained.abs() <= 1e-9 * now.abs() {
            break;
        }
        two = next;
    }
    if two.0[0].1 > two.0[1].1 {
        two.0.swap(0, 1);
    }
    (two, value)
}

/// The next parts, and ln of the likelihood of these.
fn step(seen: &[Seen], two: Two) -> (Two, f64) {
    let mut sums = [(0.0, 0.0, 0.0); 2];
    let (mut value, mut n) = (0.0, 0.0);
    for one in seen {
        let ln_parts = two.0.map(|(w, m, s)| {
            let z = (one.ln - m) / s;
            if one.has_ended {
                w.ln() + ln_density(z) - s.ln()
            } else {
                w.ln() + normal_ln_tail(z)
            }
        });
        let most = ln_parts[0].max(ln_parts[1]);
        let all = most
            + ln_parts
                .map(|part| (part - most).exp())
                .iter()
                .sum::<f64>()
                .ln();
        // A density of the time is one of its logarithm over the time.
        value += one.count * (if one.has_ended { all - one.ln } else { all });
        n += one.count;
        for ((sum, (_, m, s)), ln_part) in sums.iter_mut().zip(two.0).zip(ln_parts) {
            let chance = one.count * (ln_part - all).exp();
            let (first, second) = if one.has_ended {
                (one.ln, one.ln * one.ln)
            } else {
                // Moments of a normal above a bound.
                let z = (one.ln - m) / s;
                let hazard = (ln_density(z) - normal_ln_tail(z)).exp();
                let first = m + s * hazard;
                (first, m * m + s * s + s * hazard * (one.ln + m))
            };
            sum.0 += chance;
            sum.1 += chance * first;
            sum.2 += chance * second;
        }
    }
    let next = sums.map(|(weight, first, second)| {
        let weight = weight.max(1e-9 * n);
        let mean = first / weight;
        let variance = (second / weight - mean * mean).max(LEAST_SIGMA * LEAST_SIGMA);
        (weight / n, mean, variance.sqrt())
    });
    (Two(next), value)
}

fn ln_density(z: f64) -> f64 {
    -0.5 * (z * z + std::f64::consts::TAU.ln())
}

/// The parts of samples in which each time is there as often as a Poisson number says.
fn resampled(seen: &[Seen], two: Two, effort: Effort) -> Vec<Two> {
    let samples = (20.0 / (1.0 - effort.level)).clamp(200.0, 2000.0) as usize;
    let mut rng = SplitMix64::seed_from_u64(effort.seed ^ 0x006d_6978);
    let again = (0..samples).map(|_| {
        let drawn: Vec<Seen> = (seen.iter())
            .map(|one| Seen {
                // A count is positive and finite.
                count: Poisson::new(one.count).map_or(one.count, |law| law.sample(&mut rng)),
                ..*one
            })
            .filter(|one| one.count > 0.0)
            .collect();
        climbed(&drawn, two, FEW_STEPS).0
    });
    again.collect()
}

fn percentiles(figure: &dyn Fn(&Two) -> f64, two: Two, again: &[Two], level: f64) -> Ranged {
    let mut values: Vec<f64> = again.iter().map(figure).collect();
    values.sort_by(f64::total_cmp);
    let at = |p: f64| {
        let rank = (p * values.len() as f64) as usize;
        values
            .get(rank.min(values.len().saturating_sub(1)))
            .copied()
    };
    let tail = (1.0 - level) / 2.0;
    Ranged {
        value: Some(figure(&two)),
        low: at(tail),
        high: at(1.0 - tail),
        method: format!("percentiles of {} bootstrap samples", values.len()),
    }
}
