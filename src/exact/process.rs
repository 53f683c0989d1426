//! One unit by itself: the chance q(t) that it is down at t, when it was new at 0.
//!
//! Clocks of a unit compete, and stand still while it is down. With exponential lives of rates λᵢ that is one exponential
//! life of rate λ = Σ λᵢ, followed by a repair that is the i-th with chance λᵢ / λ. If all repairs are (mixtures of)
//! exponential ones, q is a sum of exponentials in closed form; else its renewal equation is solved (`renewal`).

use super::law::{exponential_parts, name};
use super::renewal::{self, Table};
use crate::model::Distribution;

/// A life that ends and a repair that may follow it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Cycle<'a> {
    pub life: &'a Distribution,
    pub repair: &'a Distribution,
}

/// q(t).
#[derive(Debug, Clone)]
pub(super) enum Process {
    /// Never down.
    AlwaysUp,
    /// q(t) = Σ c (1 - e^(-x t)), with pairs of share c > 0 and rate x \[1/s\].
    Modes(f64, Vec<(f64, f64)>),
    /// Solved on a mesh.
    Solved(f64, Table),
}

impl Process {
    /// The process of competing cycles, up to time `end` \[s\]; what is solved on a mesh, to a relative error.
    ///
    /// # Errors
    ///
    /// In words, why it cannot be worked out.
    pub(super) fn new(cycles: &[Cycle<'_>], end: f64, mesh_error: f64) -> Result<Self, String> {
        let mut failing = Vec::new();
        for cycle in cycles {
            match exponential_parts(cycle.life).as_deref() {
                Some([(_, 0.0)]) => {}
                Some([(_, rate)]) => failing.push((*rate, cycle.repair)),
                _ => {
                    return Err(format!(
                        "its life is {}, and only exponential lives are worked out",
                        name(cycle.life)
                    ));
                }
            }
        }
        let total: f64 = failing.iter().map(|(rate, _)| rate).sum();
        if total == 0.0 {
            return Ok(Self::AlwaysUp);
        }
        let repairs = failing.iter().map(|&(rate, repair)| {
            let parts = exponential_parts(repair)?;
            Some(
                parts
                    .into_iter()
                    .map(move |(weight, mu)| (rate * weight, mu)),
            )
        });
        if let Some(repairs) = repairs.collect::<Option<Vec<_>>>() {
            let parts = repairs.into_iter().flatten().collect();
            return Ok(Self::Modes(total, modes(parts)));
        }
        let repair = match failing[..] {
            [(_, repair)] => repair.clone(),
            _ => Distribution::Mixture(
                failing
                    .iter()
                    .map(|&(rate, repair)| (rate / total, repair.clone()))
                    .collect(),
            ),
        };
        Ok(Self::Solved(
            total,
            renewal::solve(total, &repair, end, mesh_error)?,
        ))
    }

    /// q(t).
    pub(super) fn at(&self, t: f64) -> f64 {
        match self {
            Self::AlwaysUp => 0.0,
            Self::Modes(_, modes) => {
                let sum: f64 = modes.iter().map(|(c, x)| c * -(-x * t).exp_m1()).sum();
                sum.min(1.0)
            }
            Self::Solved(_, table) => table.at(t),
        }
    }

    /// Bound on the absolute error of q, rounding apart.
    pub(super) fn error(&self) -> f64 {
        match self {
            Self::AlwaysUp | Self::Modes(..) => 0.0,
            Self::Solved(_, table) => table.error,
        }
    }

    /// Rate of failures while up \[1/s\].
    pub(super) fn failure_rate(&self) -> f64 {
        match self {
            Self::AlwaysUp => 0.0,
            Self::Modes(rate, _) | Self::Solved(rate, _) => *rate,
        }
    }

    /// Time after which q does not change any more \[s\].
    pub(super) fn settled(&self) -> f64 {
        match self {
            Self::AlwaysUp => 0.0,
            // e^-40 is lost in the rounding of 1.
            Self::Modes(_, modes) => modes.iter().map(|(_, x)| 40.0 / x).fold(0.0, f64::max),
            Self::Solved(_, table) => table.edges.last().copied().unwrap_or(0.0),
        }
    }

    /// Times at which q bends, or begins to settle \[s\].
    pub(super) fn landmarks(&self) -> Vec<f64> {
        match self {
            Self::AlwaysUp => Vec::new(),
            Self::Modes(_, modes) => modes.iter().map(|(_, x)| 0.5 / x).collect(),
            Self::Solved(_, table) => table.corners.clone(),
        }
    }
}

/// The chance of a unit to be down in the long run, for competing exponential lives and repairs of any law: the mean repairs that each
/// unit of time up makes necessary, ρ = Σ λᵢ E\[Rᵢ\], give ρ / (1 + ρ). With one of them that is MTTR / (MTBF + MTTR).
pub(super) fn long_run<'a>(
    cycles: impl Iterator<Item = (&'a Distribution, &'a Distribution)>,
) -> f64 {
    let failing = cycles.filter(|(life, _)| life.mean().is_finite());
    let load: f64 = failing
        .map(|(life, repair)| repair.mean() / life.mean())
        .sum();
    if load.is_finite() {
        load / (1.0 + load)
    } else {
        1.0
    }
}

/// The modes of an exponential life followed by a repair of rate μᵢ, entered at rate λᵢ: pairs (λᵢ, μᵢ).
///
/// The Laplace transform of q is φ / (s (1 + φ)) with φ(s) = Σ λᵢ / (s + μᵢ). Its poles are 0 and -xⱼ, where
/// 1 = Σ λᵢ / (x - μᵢ): one x beyond each μⱼ and before the next. Their residues give
///
/// ```text
/// q(t) = Σ cⱼ (1 - e^(-xⱼ t)),   cⱼ = 1 / (xⱼ Σᵢ λᵢ / (xⱼ - μᵢ)²)
/// ```
///
/// with all cⱼ positive, so that no digits are lost. With one repair it is λ / (λ + μ) (1 - e^(-(λ + μ) t)).
fn modes(mut parts: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    parts.sort_by(|a, b| a.1.total_cmp(&b.1));
    parts.dedup_by(|later, kept| {
        let equal = later.1 == kept.1;
        if equal {
            kept.0 += later.0;
        }
        equal
    });
    let total: f64 = parts.iter().map(|(rate, _)| rate).sum();
    (0..parts.len())
        .filter(|&j| parts[j].0 > 0.0)
        .map(|j| {
            let mu = parts[j].1;
            // Beyond μⱼ by `beyond`, which is found to all its digits however small it is.
            let room = parts
                .get(j + 1)
                .map_or(total, |next| (next.1 - mu).min(total));
            let excess = |beyond: f64| {
                let sum: f64 = parts
                    .iter()
                    .map(|(rate, other)| rate / (beyond + (mu - other)))
                    .sum();
                1.0 - sum
            };
            let beyond = root(excess, f64::MIN_POSITIVE, room);
            let x = mu + beyond;
            let sum: f64 = parts
                .iter()
                .map(|(rate, other)| rate / (beyond + (mu - other)).powi(2))
                .sum();
            ((x * sum).recip(), x)
        })
        .collect()
}

/// The root of a function that rises from below 0 at `low` to at least 0 at `high`, by bisection, first of the exponent.
fn root(function: impl Fn(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    for _ in 0..200 {
        let middle = if high > 2.0 * low {
            low.sqrt() * high.sqrt()
        } else {
            0.5 * (low + high)
        };
        if middle <= low || middle >= high {
            break;
        }
        if function(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 3600.0;

    fn exponential(mean: f64) -> Distribution {
        Distribution::Exponential { mean }
    }

    #[test]
    fn one_exponential_unit_meets_its_closed_form_at_all_times() {
        let (life, repair) = (exponential(1000.0 * HOUR), exponential(HOUR));
        let cycle = Cycle {
            life: &life,
            repair: &repair,
        };
        let process = Process::new(&[cycle], 1e9, 1e-12).unwrap();
        let (lambda, mu) = (1.0 / (1000.0 * HOUR), 1.0 / HOUR);
        for t in [1e-6, 1.0, 600.0, HOUR, 10.0 * HOUR, 1e9] {
            let exact = lambda / (lambda + mu) * -(-(lambda + mu) * t).exp_m1();
            assert!((process.at(t) / exact - 1.0).abs() < 1e-15, "{t}");
        }
    }

    #[test]
    fn competing_clocks_meet_the_closed_form_of_two_repairs() {
        // λ 1 with μ 2, and λ 3 with μ 5: x is a root of (x - 2)(x - 5) = (x - 5) + 3 (x - 2).
        let laws = [1.0, 0.5, 1.0 / 3.0, 0.2].map(exponential);
        let cycles = [(0, 1), (2, 3)].map(|(life, repair)| Cycle {
            life: &laws[life],
            repair: &laws[repair],
        });
        let process = Process::new(&cycles, 1e9, 1e-12).unwrap();
        let half_gap = 0.5 * 37_f64.sqrt();
        let (x, y) = (5.5 - half_gap, 5.5 + half_gap);
        let limit = 1.1 / 2.1;
        // q(0) = 0 and q'(0) = 4.
        let b = (4.0 - limit * x) / (y - x);
        for t in [1e-4, 0.1, 0.5, 2.0, 50.0] {
            let exact = (limit - b) * -(-x * t).exp_m1() + b * -(-y * t).exp_m1();
            assert!((process.at(t) / exact - 1.0).abs() < 1e-13, "{t}");
        }
    }

    #[test]
    fn repairs_that_never_end_and_lives_that_never_do() {
        let (life, never) = (exponential(100.0), Distribution::Never);
        let broken = Process::new(
            &[Cycle {
                life: &life,
                repair: &never,
            }],
            1e9,
            1e-12,
        );
        assert!((broken.unwrap().at(50.0) - (1.0 - (-0.5_f64).exp())).abs() < 1e-15);
        let sound = Process::new(
            &[Cycle {
                life: &never,
                repair: &life,
            }],
            1e9,
            1e-12,
        );
        assert!(matches!(sound, Ok(Process::AlwaysUp)));
    }

    #[test]
    fn competing_clocks_of_which_one_repair_is_fixed_settle_at_the_limit() {
        let laws = [
            exponential(100.0),
            exponential(1.0),
            exponential(200.0),
            Distribution::Fixed(4.0),
        ];
        let cycles = [(0, 1), (2, 3)].map(|(life, repair)| Cycle {
            life: &laws[life],
            repair: &laws[repair],
        });
        let process = Process::new(&cycles, 1e9, 1e-12).unwrap();
        let load = 1.0 / 100.0 + 4.0 / 200.0;
        assert!((process.at(1e6) - load / (1.0 + load)).abs() < 1e-12);
        assert!(process.error() < 1e-12);
    }

    #[test]
    fn lives_that_are_not_exponential_are_refused_by_name() {
        let life = Distribution::Weibull {
            shape: 1.5,
            scale: 100.0,
        };
        let repair = exponential(1.0);
        let error = Process::new(
            &[Cycle {
                life: &life,
                repair: &repair,
            }],
            1e9,
            1e-12,
        );
        assert!(error.unwrap_err().contains("Weibull"));
    }
}
