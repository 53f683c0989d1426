//! All families on one sample, and which of them to use.
//!
//! By Akaike's criterion with the correction for small samples of Hurvich and Tsai (1989), doi:10.1093/biomet/76.2.297, the sample size being
//! the times that have ended; weights after Burnham and Anderson (2004), doi:10.1177/0049124104268644. Within 2 of the lowest the family with the
//! fewest parameters is taken: so small a difference is no evidence.

use std::fmt::Write as _;

use super::goodness::goodness;
use super::law::{Family, Law};
use super::maximum::{FEWEST_DISTINCT, maximum};
use super::mixture::mixture;
use super::profile::{Ends, Figure, interval};
use super::sample::Sample;
use super::survival::{Step, kaplan_meier};
use crate::results::{
    FamilyFit, FitParameter, GoodnessOfFit, MixtureFit, Ranged, SurvivalStep, TimeFit, format,
};

/// Difference of `AICc` that is no evidence.
const NO_EVIDENCE: f64 = 2.0;
/// Chance below which a law is said not to fit.
const REJECTED: f64 = 0.05;
/// Ends below which families can hardly be told apart.
const FEW: f64 = 20.0;
/// Steps of a survival curve that are kept.
const MOST_STEPS: usize = 400;
/// Points of a fitted curve.
const POINTS: usize = 160;

/// How sure to be, and how hard to try.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Level of intervals.
    pub level: f64,
    /// Simulated samples of each test of fit; none if 0.
    pub simulations: usize,
    /// Seed of these.
    pub seed: u64,
}

/// Fits all families.
#[must_use]
pub fn fit_times(sample: &Sample, effort: Effort) -> TimeFit {
    let steps = kaplan_meier(sample, effort.level);
    let mut refused = Vec::new();
    let mut fits: Vec<(Family, FamilyFit)> = Vec::new();
    for (at, family) in Family::ALL.into_iter().enumerate() {
        let few = family.parameters() > 1 && sample.distinct() < FEWEST_DISTINCT;
        let law = if few { None } else { maximum(family, sample) };
        match law {
            Some(law) => {
                let effort = Effort {
                    seed: effort.seed.wrapping_add(at as u64),
                    ..effort
                };
                fits.push((family, family_fit(&law, sample, effort)));
            }
            None if few => refused.push(format!(
                "{}: {} different times that have ended, and two parameters need {FEWEST_DISTINCT}",
                family.name(),
                sample.distinct()
            )),
            None => refused.push(format!("{}: no law of it is likeliest", family.name())),
        }
    }
    let constant_seconds = constant(sample);
    weigh(&mut fits);
    fits.sort_by(|a, b| a.1.aicc.total_cmp(&b.1.aicc));
    let chosen = choose(&fits).filter(|_| constant_seconds.is_none());
    let reason = match constant_seconds {
        Some(seconds) => format!(
            "all {} times are {}: write them as fixed, of how they vary nothing is known",
            sample.n(),
            format::duration(seconds)
        ),
        None => reason(&fits, chosen, sample),
    };
    if sample.ended() == 0.0 {
        // One sentence says it for all.
        refused.clear();
    }
    let mut notes = notes(sample, &fits, chosen);
    let families: Vec<FamilyFit> = fits.into_iter().map(|(_, fit)| fit).collect();
    let mixture = mixture(sample, &families, effort);
    notes.extend(mixture.as_ref().map(two_kinds));
    TimeFit {
        n: sample.n() as u64,
        exact: sample.n_exact as u64,
        right_censored: sample.at_least.len() as u64,
        left_censored: sample.at_most.len() as u64,
        interval_censored: sample.between.len() as u64,
        sample_mean_seconds: (sample.n_exact > 0.0).then(|| sample.sum / sample.n_exact),
        constant_seconds,
        sample_median_seconds: steps.as_deref().and_then(median),
        chosen: chosen.map(|at| families[at].family.clone()),
        reason,
        notes,
        families,
        mixture,
        refused,
        survival: thinned(&steps.unwrap_or_default()),
    }
}

fn family_fit(law: &Law, sample: &Sample, effort: Effort) -> FamilyFit {
    let ln_likelihood = sample.ln_likelihood(law);
    let k = f64::from(law.family.parameters());
    let n = sample.ended();
    let aic = 2.0 * k - 2.0 * ln_likelihood;
    // Where the correction has no meaning, the sample is far too small for the family.
    let correction = if n > k + 1.0 {
        2.0 * k * (k + 1.0) / (n - k - 1.0)
    } else {
        f64::INFINITY
    };
    let ranged = |figure: Figure, level: f64| {
        let (low, high): Ends = interval(law, sample, figure, level);
        Ranged {
            value: Some(figure.of(law)),
            low,
            high,
            method: "profile likelihood".to_owned(),
        }
    };
    let at_level = |figure: Figure| ranged(figure, effort.level);
    let tested = goodness(law, sample, effort.simulations, effort.seed);
    FamilyFit {
        family: law.family.name().to_owned(),
        parameters: parameters(law, at_level),
        mean_seconds: at_level(Figure::Mean),
        median_seconds: at_level(Figure::Quantile(0.5)),
        p95_seconds: at_level(Figure::Quantile(0.95)),
        mean_90_seconds: ranged(Figure::Mean, 0.9),
        log_likelihood: ln_likelihood,
        aic,
        aicc: aic
            + if correction.is_finite() {
                correction
            } else {
                0.0
            },
        weight: 0.0,
        goodness: tested.map(|tested| GoodnessOfFit {
            anderson_darling: tested.distance.anderson_darling,
            p_value: tested.p_value,
            greatest_difference: tested.distance.kolmogorov,
            simulations: tested.simulated as u64,
        }),
        curve: curve(law, sample),
    }
}

fn parameters(law: &Law, ranged: impl Fn(Figure) -> Ranged) -> Vec<FitParameter> {
    let parameter = |name: &str, unit: &str, value: Ranged| FitParameter {
        name: name.to_owned(),
        unit: unit.to_owned(),
        value,
    };
    let scale = ranged(Figure::Scale);
    let shape = || ranged(Figure::Shape);
    match law.family {
        Family::Exponential => vec![parameter("mean", "s", scale)],
        Family::Lognormal => {
            let ln_minutes = |seconds: Option<f64>| seconds.map(|seconds| (seconds / 60.0).ln());
            let mu = Ranged {
                value: ln_minutes(scale.value),
                low: ln_minutes(scale.low),
                high: ln_minutes(scale.high),
                method: scale.method,
            };
            vec![
                parameter("mu", "ln(min)", mu),
                parameter("sigma", "", shape()),
            ]
        }
        Family::Weibull | Family::Gamma => {
            vec![
                parameter("shape", "", shape()),
                parameter("scale", "s", scale),
            ]
        }
    }
}

/// Survival of a law over the range of a sample.
fn curve(law: &Law, sample: &Sample) -> Vec<(f64, f64)> {
    let ends = sample.between.iter().flat_map(|(a, b)| [*a, *b]);
    let bounds = sample.at_least.iter().chain(&sample.at_most).copied();
    let all = sample
        .exact
        .iter()
        .map(|(x, _)| *x)
        .chain(bounds)
        .chain(ends);
    let (low, high) = all.fold((f64::INFINITY, 0.0_f64), |(low, high), x| {
        (if x > 0.0 { low.min(x) } else { low }, high.max(x))
    });
    let (low, high) = (low / 2.0, high * 2.0);
    (0..=POINTS)
        .map(|i| {
            let x = low * (high / low).powf(i as f64 / POINTS as f64);
            (x, law.ln_probabilities(x).1.exp())
        })
        .collect()
}

fn weigh(fits: &mut [(Family, FamilyFit)]) {
    let least = fits
        .iter()
        .map(|(_, fit)| fit.aicc)
        .fold(f64::INFINITY, f64::min);
    let belief = |fit: &FamilyFit| (-0.5 * (fit.aicc - least)).exp();
    let all: f64 = fits.iter().map(|(_, fit)| belief(fit)).sum();
    for (_, fit) in fits {
        fit.weight = belief(fit) / all;
    }
}

/// Index of the one to use, of families in the order of `AICc`.
fn choose(fits: &[(Family, FamilyFit)]) -> Option<usize> {
    let least = fits.first()?.1.aicc;
    let near = |fit: &FamilyFit| fit.aicc - least < NO_EVIDENCE;
    let candidates = fits.iter().enumerate().filter(|(_, (_, fit))| near(fit));
    candidates
        .min_by_key(|(at, (family, _))| (family.parameters(), *at))
        .map(|(at, _)| at)
}

fn reason(fits: &[(Family, FamilyFit)], chosen: Option<usize>, sample: &Sample) -> String {
    let Some(at) = chosen else {
        return if sample.ended() == 0.0 {
            "no time has ended: nothing can be fitted".to_owned()
        } else {
            "no family could be fitted".to_owned()
        };
    };
    let (family, fit) = &fits[at];
    let mut said = match fits.iter().find(|(other, _)| other != family) {
        None => format!("{}: the only one that could be fitted", fit.family),
        Some(_) if at > 0 => format!(
            "{}: fewest parameters within {NO_EVIDENCE} of the lowest AICc, so little being no evidence for {}",
            fit.family, fits[0].1.family
        ),
        Some((_, next)) if next.aicc - fit.aicc < NO_EVIDENCE => format!(
            "{}: lowest AICc, but {} is only {:.1} away and does as well",
            fit.family,
            next.family,
            next.aicc - fit.aicc
        ),
        Some((_, next)) => format!(
            "{}: lowest AICc, {:.1} below {}",
            fit.family,
            next.aicc - fit.aicc,
            next.family
        ),
    };
    match fit.goodness {
        Some(tested) if tested.p_value < REJECTED => {
            let others = fits.iter().filter(|(_, fit)| {
                fit.goodness
                    .is_some_and(|tested| tested.p_value >= REJECTED)
            });
            let others: Vec<&str> = others.map(|(_, fit)| fit.family.as_str()).collect();
            let others = if others.is_empty() {
                "no family passes".to_owned()
            } else {
                format!("passes: {}", others.join(", "))
            };
            let _ = write!(
                said,
                "; yet the times are not quite {} ({}, {others}): shares are off by up to {:.1} percentage points",
                fit.family,
                format::p_value(tested.p_value),
                100.0 * tested.greatest_difference
            );
        }
        Some(tested) => {
            let _ = write!(
                said,
                "; the sample cannot be told from it ({})",
                format::p_value(tested.p_value)
            );
        }
        None => said.push_str("; its fit was not tested"),
    }
    said
}

fn notes(sample: &Sample, fits: &[(Family, FamilyFit)], chosen: Option<usize>) -> Vec<String> {
    let mut notes = Vec::new();
    let ended = sample.ended();
    if ended > 0.0 && ended < FEW {
        notes.push(format!(
            "{ended:.0} times that have ended are few: the families can hardly be told apart, and a passed test says little"
        ));
    }
    if sample.has_intervals() {
        notes.push(
            "goodness of fit is not tested and no curve is drawn of what was observed: some times are known between bounds only"
                .to_owned(),
        );
    }
    let total = sample.n_exact;
    if let Some((x, count)) = sample.exact.iter().max_by(|a, b| a.1.total_cmp(&b.1))
        && *count >= 5.0
        && *count > 0.1 * total
    {
        notes.push(format!(
            "{count:.0} of {total:.0} times are {}: rounded times make any test of fit too strict",
            format::duration(*x)
        ));
    }
    let rejected = chosen.is_some_and(|at| {
        fits[at]
            .1
            .goodness
            .is_some_and(|tested| tested.p_value < REJECTED)
    });
    if rejected && sample.is_complete() && ended >= FEW {
        notes.push("to use the times as they are, name the column in the model: { empirical: \"FILE.csv#COLUMN\" }, cells with units".to_owned());
    }
    notes
}

/// Two kinds of incidents in words.
fn two_kinds(mixture: &MixtureFit) -> String {
    let between = |figure: &Ranged, words: &dyn Fn(f64) -> String| {
        let said = |value: Option<f64>| value.map_or_else(|| "?".to_owned(), words);
        let (value, low, high) = (said(figure.value), said(figure.low), said(figure.high));
        format!("{value} ({low} to {high})")
    };
    let share: &dyn Fn(f64) -> String = &format::probability;
    let time: &dyn Fn(f64) -> String = &format::duration;
    let kinds = mixture.parts.iter().map(|part| {
        format!(
            "{} with a median of {} and a p95 of {}",
            between(&part.weight, share),
            between(&part.median_seconds, time),
            between(&part.p95_seconds, time)
        )
    });
    format!(
        "two kinds of incidents explain the times far better than {} (BIC {:.0} lower): {}; together a median of {}, a p95 of {} and a mean of {}. \
         The lines to paste have them as a comment; look whether a column of the log tells them apart (--where, --by)",
        mixture.single,
        mixture.bic_of_single - mixture.bic,
        kinds.collect::<Vec<_>>().join(", and "),
        between(&mixture.median_seconds, time),
        between(&mixture.p95_seconds, time),
        between(&mixture.mean_seconds, time)
    )
}

/// The only value of several exact times; of fewer than two parameters need, chance may have made them equal.
fn constant(sample: &Sample) -> Option<f64> {
    match sample.exact[..] {
        [(seconds, count)] if count >= FEWEST_DISTINCT as f64 && sample.is_complete() => {
            Some(seconds)
        }
        _ => None,
    }
}

fn median(steps: &[Step]) -> Option<f64> {
    let at = steps.iter().position(|step| step.survival <= 0.5 + 1e-12)?;
    let step = steps[at];
    // Between two of an even number of times the middle is taken.
    match steps.get(at + 1) {
        Some(next) if (step.survival - 0.5).abs() < 1e-12 => {
            Some(f64::midpoint(step.time, next.time))
        }
        _ => Some(step.time),
    }
}

fn thinned(steps: &[Step]) -> Vec<SurvivalStep> {
    let every = steps.len().div_ceil(MOST_STEPS).max(1);
    let last = steps.len().saturating_sub(1);
    let kept = steps.iter().enumerate();
    kept.filter(|(at, _)| at % every == 0 || *at == last)
        .map(|(_, step)| SurvivalStep {
            seconds: step.time,
            survival: step.survival,
            low: step.low,
            high: step.high,
        })
        .collect()
}
