//! The four families of times that are fitted, each with a scale and, but for the exponential one, a shape.

use rand::Rng;
use rand_distr::{Distribution as _, Exp1, Gamma, StandardNormal};

use crate::stats::{gamma_ln_probabilities, gamma_quantile, normal_ln_tail, normal_quantile};

/// A family of distributions of a time above zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Survival exp(-t / scale): the scale is the mean.
    Exponential,
    /// ln t is normal: the scale is the median, the shape the standard deviation of the logarithm.
    Lognormal,
    /// Survival exp(-(t / scale)^shape).
    Weibull,
    /// Density proportional to t^(shape - 1) exp(-t / scale).
    Gamma,
}

impl Family {
    /// All, in the order of tables.
    pub const ALL: [Self; 4] = [
        Self::Exponential,
        Self::Lognormal,
        Self::Weibull,
        Self::Gamma,
    ];

    /// Its name in the model language.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exponential => "exponential",
            Self::Lognormal => "lognormal",
            Self::Weibull => "weibull",
            Self::Gamma => "gamma",
        }
    }

    /// How many parameters are fitted.
    #[must_use]
    pub fn parameters(self) -> u32 {
        match self {
            Self::Exponential => 1,
            _ => 2,
        }
    }
}

/// A family with its parameters.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Law {
    /// Which family.
    pub family: Family,
    /// Scale, above 0 \[s\].
    pub scale: f64,
    /// Shape, above 0; 1 and without meaning for the exponential family.
    pub shape: f64,
}

impl Law {
    /// ln P(T <= x) and ln P(T > x).
    #[must_use]
    pub fn ln_probabilities(&self, x: f64) -> (f64, f64) {
        let z = x / self.scale;
        let of_hazard = |hazard: f64| ((-(-hazard).exp_m1()).ln(), -hazard);
        match self.family {
            Family::Exponential => of_hazard(z),
            Family::Lognormal => {
                let u = z.ln() / self.shape;
                (normal_ln_tail(-u), normal_ln_tail(u))
            }
            Family::Weibull => of_hazard(z.powf(self.shape)),
            Family::Gamma => gamma_ln_probabilities(self.shape, z),
        }
    }

    /// P(T <= x).
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        let (below, above) = self.ln_probabilities(x);
        // The smaller of the two is the one that keeps its digits.
        if below < above {
            below.exp()
        } else {
            -above.exp_m1()
        }
    }

    /// The time within which a share `p` is over \[s\].
    #[must_use]
    pub fn quantile(&self, p: f64) -> f64 {
        let hazard = -(-p).ln_1p();
        self.scale
            * match self.family {
                Family::Exponential => hazard,
                Family::Lognormal => (self.shape * normal_quantile(p)).exp(),
                Family::Weibull => hazard.powf(1.0 / self.shape),
                Family::Gamma => gamma_quantile(p, self.shape),
            }
    }

    /// Mean \[s\].
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.scale
            * match self.family {
                Family::Exponential => 1.0,
                Family::Lognormal => (self.shape * self.shape / 2.0).exp(),
                Family::Weibull => libm::tgamma(1.0 + 1.0 / self.shape),
                Family::Gamma => self.shape,
            }
    }

    /// Draws a time \[s\].
    pub(super) fn draw<R: Rng>(&self, rng: &mut R) -> f64 {
        let exponential = |rng: &mut R| -> f64 { Exp1.sample(rng) };
        self.scale
            * match self.family {
                Family::Exponential => exponential(rng),
                Family::Lognormal => {
                    let z: f64 = StandardNormal.sample(rng);
                    (self.shape * z).exp()
                }
                Family::Weibull => exponential(rng).powf(1.0 / self.shape),
                // A fitted shape is positive and finite.
                Family::Gamma => Gamma::new(self.shape, 1.0).map_or(1.0, |law| law.sample(rng)),
            }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_and_distribution_functions_are_inverse() {
        for family in Family::ALL {
            for shape in [0.4, 1.0, 2.7] {
                let law = Law {
                    family,
                    scale: 300.0,
                    shape,
                };
                for p in [0.001, 0.3, 0.5, 0.95, 0.9999] {
                    let back = law.cdf(law.quantile(p));
                    assert!((back - p).abs() < 1e-9, "{law:?} {p} {back}");
                }
            }
        }
    }

    #[test]
    fn means_equal_the_integral_of_survival() {
        for family in Family::ALL {
            let law = Law {
                family,
                scale: 2.0,
                shape: 1.3,
            };
            let step = 1e-3;
            let sum: f64 = (0..400_000)
                .map(|i| 1.0 - law.cdf((f64::from(i) + 0.5) * step))
                .sum();
            let mean = sum * step;
            assert!((mean / law.mean() - 1.0).abs() < 1e-3, "{law:?} {mean}");
        }
    }
}
