//! Repairs drawn so that long ones come more often than by nature.
//!
//! What a busy period loses grows with the length of its repairs: a second failure meets a repair with a chance that is
//! proportional to it, and then lasts as long. Of laws with a heavy tail the few long repairs carry the answer and hardly ever come.
//! So a repair is drawn from the mixture
//!
//! ```text
//! g(x) = f(x) (p0 + p1 x / m1 + p2 x² / m2 + p3 x³ / m3),   mk = E[X^k]
//! ```
//!
//! of its law f and of the laws weighted by its powers, and counts by f / g, which is at most 1 / p0: a defensive mixture (Hesterberg
//! (1995), Technometrics 37, 185-194, doi:10.2307/1269620). Length-biased laws: Cox (1969), in Johnson & Smith (eds.), New
//! Developments in Survey Sampling, 506-527; Patil & Rao (1978), Biometrics 34, 179-189, doi:10.2307/2530008.

use std::sync::Arc;

use rand::RngExt;
use rand_distr::{Distribution as _, Gamma};

use crate::model::Distribution;
use crate::plan::{Laws, Plan, Sampler, StreamRng, UnitId};

/// Weight of the law itself; the powers share the rest.
const BY_NATURE: f64 = 0.4;
/// Powers by which a law is weighted.
const POWERS: usize = 3;
/// Squared coefficient of variation above which a law varies enough to gain: what takes several failures at once goes with that power of the
/// repairs, and even of exponential ones the long carry it.
const LEAST_VARIATION: f64 = 0.5;

/// How repairs are drawn, and what those drawn so far count for. By default by nature.
#[derive(Debug, Clone, Default)]
pub(super) struct Repairs {
    /// By clock of the plan; none, or left out, where repairs are drawn by nature.
    laws: Vec<Option<Arc<SizeBiased>>>,
    /// Logarithm of the likelihood ratio of the repairs since it was last taken.
    log_ratio: f64,
}

impl Repairs {
    /// Draws long repairs of heavy-tailed laws more often than by nature, of the units that are wanted. Laws with ranges are left as they are.
    pub(super) fn favouring_long(plan: &Plan, is_wanted: impl Fn(UnitId) -> bool) -> Self {
        let mut known: Vec<Option<Option<Arc<SizeBiased>>>> = vec![None; plan.distributions.len()];
        let mut laws = vec![None; plan.clocks.len()];
        let units = 0..plan.units.len() as UnitId;
        for unit in units.filter(|unit| is_wanted(*unit)) {
            for clock in plan.clocks_of_unit(unit) {
                let law = plan.clocks[clock as usize].repair as usize;
                let biased = known[law].get_or_insert_with(|| {
                    SizeBiased::of(&plan.distributions[law], plan.horizon).map(Arc::new)
                });
                laws[clock as usize].clone_from(biased);
            }
        }
        Self {
            laws,
            log_ratio: 0.0,
        }
    }

    /// Draws a repair of a clock by its law \[s\].
    #[inline]
    pub(super) fn draw(&mut self, clock: u32, law: u32, laws: &Laws, rng: &mut StreamRng) -> f64 {
        let natural = &laws.samplers[law as usize];
        match self.laws.get(clock as usize) {
            Some(Some(biased)) => {
                let time = biased.draw(natural, rng);
                self.log_ratio -= biased.excess(time).ln();
                time
            }
            _ => natural.draw(rng),
        }
    }

    /// Logarithm of the likelihood ratio of the repairs since this was last asked for.
    pub(super) fn take_log_ratio(&mut self) -> f64 {
        std::mem::take(&mut self.log_ratio)
    }
}

/// A law and its weighted companions.
#[derive(Debug, Clone)]
struct SizeBiased {
    /// Cumulative weight, and the law weighted by powers 1, 2, …
    powers: Vec<(f64, Weighted)>,
    /// What a power of a time is multiplied with in the density over that of the law.
    factors: Vec<f64>,
    /// Weight of the law itself.
    by_nature: f64,
}

impl SizeBiased {
    /// Of a law heavy enough to gain, by the powers whose typical times still fit into a trial.
    fn of(law: &Distribution, horizon: f64) -> Option<Self> {
        let mean = law.mean();
        if !law.ranges().is_empty() || law.variance() <= LEAST_VARIATION * mean * mean {
            return None;
        }
        let mut powers = Vec::new();
        for power in 1..=POWERS {
            let (this, next) = (moment(law, power)?, moment(law, power + 1)?);
            if !next.is_finite() || next > this * horizon {
                break;
            }
            powers.push((this, Weighted::new(law, power)?));
        }
        let share = (1.0 - BY_NATURE) / powers.len() as f64;
        let factors = powers.iter().map(|(moment, _)| share / moment).collect();
        let cumulative = (1..).map(|count| share * f64::from(count));
        let powers: Vec<_> = cumulative
            .zip(powers)
            .map(|(cumulative, (_, law))| (cumulative, law))
            .collect();
        (!powers.is_empty()).then_some(Self {
            powers,
            factors,
            by_nature: BY_NATURE,
        })
    }

    fn draw(&self, natural: &Sampler, rng: &mut StreamRng) -> f64 {
        let at: f64 = rng.random();
        let chosen = self.powers.iter().find(|(cumulative, _)| at < *cumulative);
        match chosen {
            None => natural.draw(rng),
            Some((_, law)) => law.draw(rng),
        }
    }

    /// How much more likely a time is than by nature.
    fn excess(&self, time: f64) -> f64 {
        let powers = self.factors.iter().rev();
        self.by_nature + powers.fold(0.0, |sum, factor| (sum + factor) * time)
    }
}

/// A law weighted by a power of its time.
#[derive(Debug, Clone)]
enum Weighted {
    /// Of a family that weighting leaves.
    Same(Sampler),
    /// scale G^(1/shape) with G gamma: scale, 1/shape.
    PowerOfGamma(f64, f64, Gamma<f64>),
    /// Uniform ends raised to a power, and the root to take.
    Root(f64, f64, f64),
    /// Values with cumulative shares.
    Values(Arc<[f64]>, Vec<f64>),
    /// Cumulative weights and parts.
    Mixture(Vec<(f64, Weighted)>),
}

impl Weighted {
    /// None for a law whose weighted form is not known.
    fn new(law: &Distribution, power: usize) -> Option<Self> {
        let k = power as f64;
        let gamma = |shape, scale| Gamma::new(shape, scale).ok();
        Some(match law {
            Distribution::Exponential { mean } => {
                Self::Same(Sampler::Gamma(gamma(1.0 + k, *mean)?))
            }
            Distribution::Fixed(value) => Self::Same(Sampler::Fixed(*value)),
            Distribution::Lognormal { mu, sigma } => {
                Self::Same(Sampler::Lognormal(mu + k * sigma * sigma, *sigma))
            }
            Distribution::Gamma { shape, scale } => {
                Self::Same(Sampler::Gamma(gamma(shape + k, *scale)?))
            }
            Distribution::Weibull { shape, scale } => {
                Self::PowerOfGamma(*scale, shape.recip(), gamma(1.0 + k / shape, 1.0)?)
            }
            Distribution::Uniform { from, to } => Self::Root(
                from.powi(power as i32 + 1),
                to.powi(power as i32 + 1),
                (k + 1.0).recip(),
            ),
            Distribution::Empirical(values) => {
                let weights = values.iter().map(|value| value.powi(power as i32));
                Self::Values(Arc::clone(values), cumulative(weights))
            }
            Distribution::Mixture(parts) => {
                let weights: Option<Vec<f64>> = parts
                    .iter()
                    .map(|(weight, part)| Some(weight * moment(part, power)?))
                    .collect();
                let laws: Option<Vec<Self>> = parts
                    .iter()
                    .map(|(_, part)| Self::new(part, power))
                    .collect();
                Self::Mixture(
                    cumulative(weights?.into_iter())
                        .into_iter()
                        .zip(laws?)
                        .collect(),
                )
            }
            Distribution::Triangular { .. }
            | Distribution::Delayed { .. }
            | Distribution::Between(_)
            | Distribution::Never => return None,
        })
    }

    fn draw(&self, rng: &mut StreamRng) -> f64 {
        match self {
            Self::Same(law) => law.draw(rng),
            Self::PowerOfGamma(scale, root, gamma) => scale * gamma.sample(rng).powf(*root),
            Self::Root(from, to, root) => (from + (to - from) * rng.random::<f64>()).powf(*root),
            Self::Values(values, cumulative) => {
                let at: f64 = rng.random();
                values[cumulative.partition_point(|share| *share <= at)]
            }
            Self::Mixture(parts) => {
                let at: f64 = rng.random();
                let chosen = parts.partition_point(|(share, _)| *share <= at);
                parts[chosen].1.draw(rng)
            }
        }
    }
}

/// Cumulative shares of weights, the last of those above zero and all after it 1.
fn cumulative(weights: impl Iterator<Item = f64> + Clone) -> Vec<f64> {
    let total: f64 = weights.clone().sum();
    let last = weights
        .clone()
        .enumerate()
        .filter(|(_, weight)| *weight > 0.0);
    let last = last.last().map_or(0, |(index, _)| index);
    let mut sum = 0.0;
    let shares = weights.enumerate().map(|(index, weight)| {
        sum += weight / total;
        if index >= last { f64::INFINITY } else { sum }
    });
    shares.collect()
}

/// E[X^k] \[s^k\]; none where it is not known in closed form.
fn moment(law: &Distribution, power: usize) -> Option<f64> {
    let k = power as f64;
    Some(match law {
        Distribution::Exponential { mean } => mean.powi(power as i32) * puruspe::gamma(1.0 + k),
        Distribution::Fixed(value) => value.powi(power as i32),
        Distribution::Uniform { from, to } => {
            let next = power as i32 + 1;
            (to.powi(next) - from.powi(next)) / ((k + 1.0) * (to - from))
        }
        Distribution::Lognormal { mu, sigma } => (k * mu + 0.5 * (k * sigma).powi(2)).exp(),
        Distribution::Weibull { shape, scale } => {
            scale.powi(power as i32) * puruspe::gamma(1.0 + k / shape)
        }
        Distribution::Gamma { shape, scale } => (0..power)
            .map(|step| (shape + step as f64) * scale)
            .product(),
        Distribution::Empirical(values) => {
            let powers = values.iter().map(|value| value.powi(power as i32));
            powers.sum::<f64>() / values.len() as f64
        }
        Distribution::Mixture(parts) => {
            let each = parts
                .iter()
                .map(|(weight, part)| Some(weight * moment(part, power)?));
            each.sum::<Option<f64>>()?
        }
        Distribution::Triangular { .. }
        | Distribution::Delayed { .. }
        | Distribution::Between(_)
        | Distribution::Never => return None,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;
    use crate::plan::{Purpose, StreamKey, TrialKey};
    use crate::stats::Moments;

    /// The ratio brings the chance of any event back to that by nature, and makes the third moment sharp. Five standard errors, for
    /// eight laws and three figures: false by chance once in 50,000.
    #[test]
    fn weighted_times_have_the_moments_of_the_law() {
        let hour = 3600.0_f64;
        let lognormal = |cv: f64| {
            let sigma = (1.0 + cv * cv).ln().sqrt();
            Distribution::Lognormal {
                mu: (2.0 * hour).ln() - 0.5 * sigma * sigma,
                sigma,
            }
        };
        let laws = [
            Distribution::Exponential { mean: hour },
            lognormal(5.0),
            lognormal(2.0),
            Distribution::Weibull {
                shape: 0.5,
                scale: hour,
            },
            Distribution::Gamma {
                shape: 0.3,
                scale: 5.0 * hour,
            },
            Distribution::Empirical([60.0, 120.0, 90.0, 40.0 * hour].into()),
            Distribution::Mixture(vec![
                (0.9, Distribution::Fixed(300.0)),
                (0.1, lognormal(1.0)),
            ]),
            Distribution::Mixture(vec![
                (
                    0.95,
                    Distribution::Uniform {
                        from: 60.0,
                        to: 600.0,
                    },
                ),
                (0.05, Distribution::Exponential { mean: 8.0 * hour }),
            ]),
        ];
        for (index, law) in laws.iter().enumerate() {
            let biased = SizeBiased::of(law, 1e9).unwrap();
            let natural = Sampler::new(law);
            let mut rng = TrialKey::new(3, index as u64)
                .stream(StreamKey::of(&["size biased"]), Purpose::Renewal);
            let mut figures = [(); 3].map(|()| Moments::default());
            for _ in 0..40_000 {
                let time = biased.draw(&natural, &mut rng);
                let ratio = biased.excess(time).recip();
                assert!(ratio <= 1.0 / BY_NATURE + 1e-12);
                figures[0].add(ratio);
                figures[1].add(ratio * time);
                figures[2].add(ratio * time * time);
            }
            let expected = [1.0, law.mean(), law.variance() + law.mean().powi(2)];
            for (figure, expected) in figures.iter().zip(expected) {
                let error = figure.variance_of_mean().sqrt();
                assert!(
                    (figure.mean() - expected).abs() < 5.0 * error,
                    "{law:?}: {} ± {error} for {expected}",
                    figure.mean()
                );
                assert!(error < 0.02 * expected, "{law:?}: {error} of {expected}");
            }
        }
    }

    #[test]
    fn light_laws_are_drawn_by_nature() {
        for law in [
            Distribution::Fixed(60.0),
            Distribution::Gamma {
                shape: 2.0,
                scale: 60.0,
            },
            Distribution::Never,
        ] {
            assert!(SizeBiased::of(&law, 1e9).is_none(), "{law:?}");
        }
    }
}
