//! Times as chains of exponential phases (Cox 1955, doi:10.1017/S0305004100030437).
//!
//! Exponential times, mixtures of them and Erlang times are such chains. Any other time is first moved to the means of the cells of
//! a mesh, which keeps its mean: it is then over at one of the times u₁ < u₂ < …, and phase k lasts uₖ - uₖ₋₁ on average, after which
//! the time is over with the chance of its k-th cell among those still left. What is wrong with it is the spread of the phases, a
//! series in one over their number, so that chains on several meshes can be extrapolated. A fixed time becomes an Erlang time.

use super::law::{corners, exponential_parts, name, survival};
use super::quadrature::Rule;
use crate::model::Distribution;

/// Jumps and bends of a law at most.
const MOST_CORNERS: usize = 40;

/// Stages of an Erlang time that is taken as it is.
const MOST_STAGES: f64 = 64.0;

/// How finely times are cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mesh {
    /// Cells of a fixed time on the coarsest mesh.
    pub cells: u16,
    /// On this mesh each of them is cut into so many.
    pub cuts: u16,
}

impl Mesh {
    /// Of a move of traffic that began beside so many others: the more there are the seldomer they are, and the more phases there are
    /// of all together.
    pub(super) fn beside(self, others: u8) -> Self {
        let coarser = match others {
            0 => 1,
            1 => 3,
            _ => 6,
        };
        Self {
            cells: (self.cells / coarser).max(1),
            ..self
        }
    }
}

/// A phase: exponential, then the next phase or the end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Phase {
    /// Rate \[1/s\]; 0 if it never ends.
    pub rate: f64,
    /// Chance that the next phase follows.
    pub onward: f64,
}

/// A time as exponential phases.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Phases {
    /// Where it may begin: chance and phase.
    pub starts: Vec<(f64, u16)>,
    /// In order.
    pub chain: Vec<Phase>,
    /// Whether the mesh has a part in it.
    pub is_meshed: bool,
}

impl Phases {
    /// The phases of a time of a law.
    ///
    /// # Errors
    ///
    /// In words, if the law cannot be followed.
    pub(super) fn of(law: &Distribution, mesh: Mesh) -> Result<Self, String> {
        if let Some(parts) = exponential_parts(law) {
            return Self::hyperexponential(&parts);
        }
        refuse_zero(law)?;
        match law {
            Distribution::Gamma { shape, scale }
                if shape.fract() == 0.0 && *shape <= MOST_STAGES =>
            {
                let phase = |index: u16| Phase {
                    rate: scale.recip(),
                    onward: f64::from(u8::from(f64::from(index) + 1.0 < *shape)),
                };
                Ok(Self {
                    starts: vec![(1.0, 0)],
                    chain: (0..*shape as u16).map(phase).collect(),
                    is_meshed: false,
                })
            }
            Distribution::Mixture(parts) => {
                let mut all = Self {
                    starts: Vec::new(),
                    chain: Vec::new(),
                    is_meshed: false,
                };
                for (weight, part) in parts.iter().filter(|(weight, _)| *weight > 0.0) {
                    let part = Self::of(part, mesh)?;
                    all.add(*weight, &part);
                }
                Ok(all)
            }
            Distribution::Delayed { by, rest } => Ok(Self::of(rest, mesh)?.after(*by, mesh)),
            _ => Ok(Self::on_mesh(law, &borders(law, mesh)?)),
        }
    }

    /// A fixed time and then this one.
    pub(super) fn after(&self, seconds: f64, mesh: Mesh) -> Self {
        let n = usize::from(mesh.cells * mesh.cuts);
        let stage = Phase {
            rate: n as f64 / seconds,
            onward: 1.0,
        };
        let mut delayed = Self {
            starts: Vec::new(),
            chain: Vec::new(),
            is_meshed: true,
        };
        for (index, &(chance, first)) in self.starts.iter().enumerate() {
            delayed.starts.push((chance, delayed.chain.len() as u16));
            delayed.chain.extend(std::iter::repeat_n(stage, n));
            let end = self
                .starts
                .get(index + 1)
                .map_or(self.chain.len(), |next| next.1.into());
            delayed.chain.extend(&self.chain[first.into()..end]);
        }
        delayed
    }

    /// What phases add to the variance of a value of the time \[s²\]: the spread of the ways that lead to it.
    pub(super) fn spread_at(&self, seconds: f64) -> f64 {
        let ends = (self.starts.iter().skip(1)).map(|(_, first)| usize::from(*first));
        let ends = ends.chain([self.chain.len()]);
        let spread = |((_, first), end): (&(f64, u16), usize)| {
            let (mut mean, mut square) = (0.0, 0.0);
            for phase in &self.chain[usize::from(*first)..end] {
                if mean >= seconds * (1.0 - 1e-9) {
                    break;
                }
                mean += phase.rate.recip();
                square += phase.rate.powi(-2);
            }
            // Ways that end before it are those of other parts of the law.
            (mean >= seconds * (1.0 - 1e-9), square)
        };
        let spreads = self.starts.iter().zip(ends).map(spread);
        let reaching = spreads.clone().filter(|(reaches, _)| *reaches);
        let widest = reaching.map(|(_, square)| square).fold(0.0, f64::max);
        if widest > 0.0 {
            widest
        } else {
            spreads.map(|(_, square)| square).fold(0.0, f64::max)
        }
    }

    /// Phases at which the time may be over: the way to each from where it begins, itself the last, and how long that takes \[s\].
    pub(super) fn ends(&self) -> impl Iterator<Item = (std::ops::Range<usize>, f64)> + '_ {
        let ends = (self.starts.iter().skip(1)).map(|(_, first)| usize::from(*first));
        let branches = self.starts.iter().zip(ends.chain([self.chain.len()]));
        branches.flat_map(move |((_, first), end)| {
            let first = usize::from(*first);
            let mut mean = 0.0;
            (first..end).filter_map(move |last| {
                let phase = self.chain[last];
                mean += phase.rate.recip();
                (phase.onward < 1.0).then_some((first..last + 1, mean))
            })
        })
    }

    /// Variance of the part of the time that may be over at a phase \[s²\].
    pub(super) fn variance_of_part(&self, end: u16) -> f64 {
        let starts = self.starts.iter().map(|(_, first)| *first);
        let first = starts.filter(|first| *first <= end).max().unwrap_or(0);
        let (mut left, mut mean, mut square, mut before) = (1.0, 0.0, 0.0, 0.0);
        for phase in &self.chain[usize::from(first)..] {
            let stay = phase.rate.recip();
            // Of all that come so far: what they stay here, beside what they have stayed.
            square += left * 2.0 * stay * (stay + before);
            mean += left * stay;
            before += stay;
            left *= phase.onward;
            if left <= 0.0 {
                break;
            }
        }
        square - mean * mean
    }

    /// The chance that the time is over at one of some phases, from this one on.
    pub(super) fn chance_of(&self, ends: &[u16], from: u16) -> f64 {
        let (mut left, mut sum) = (1.0, 0.0);
        for (phase, at) in self.chain.iter().zip(0..).skip(usize::from(from)) {
            if ends.contains(&at) {
                sum += left * (1.0 - phase.onward);
            }
            left *= phase.onward;
            if left <= 0.0 {
                break;
            }
        }
        sum
    }

    fn hyperexponential(parts: &[(f64, f64)]) -> Result<Self, String> {
        // What is infinite has no clock: the engine must know it before it draws.
        if parts.len() > 1 && parts.iter().any(|(_, rate)| *rate == 0.0) {
            return Err("a time may be endless".to_owned());
        }
        let phase = |&(_, rate): &(f64, f64)| Phase { rate, onward: 0.0 };
        Ok(Self {
            starts: parts
                .iter()
                .zip(0..)
                .map(|((weight, _), index)| (*weight, index))
                .collect(),
            chain: parts.iter().map(phase).collect(),
            is_meshed: false,
        })
    }

    fn add(&mut self, weight: f64, part: &Self) {
        let first = self.chain.len() as u16;
        let starts = part.starts.iter();
        self.starts
            .extend(starts.map(|(chance, start)| (weight * chance, first + start)));
        self.chain.extend(&part.chain);
        self.is_meshed |= part.is_meshed;
    }

    fn on_mesh(law: &Distribution, borders: &[f64]) -> Self {
        let rule = Rule::new(16);
        let mut phases: Vec<Phase> = Vec::new();
        let (mut left, mut last) = (1.0, 0.0);
        let mut add = |at: f64, onward: f64| match phases.last_mut() {
            Some(before) if at <= last => before.onward *= onward,
            _ => {
                phases.push(Phase {
                    rate: (at - last).recip(),
                    onward,
                });
                last = at;
            }
        };
        for cell in borders.windows(2) {
            let (a, b) = (cell[0], cell[1]);
            let after = survival(law, b);
            let mass = left - after;
            let at = if mass > 1e-10 * left {
                a + (area(law, &rule, a, b) - (b - a) * after) / mass
            } else {
                b
            };
            add(at.clamp(a, b), after / left);
            left = after;
            if left <= 0.0 {
                break;
            }
        }
        if left > 0.0 {
            let end = borders[borders.len() - 1];
            add(end + tail_area(law, &rule, end) / left, 0.0);
        }
        Self {
            starts: vec![(1.0, 0)],
            chain: phases,
            is_meshed: true,
        }
    }
}

/// A time that may be zero with some chance is over before anything is seen of it.
fn refuse_zero(law: &Distribution) -> Result<(), String> {
    let zero = 1.0 - survival(law, 1e-15);
    if zero > 1e-6 && *law != Distribution::Fixed(0.0) {
        return Err(format!("a {} time may be zero", name(law)));
    }
    Ok(())
}

/// Borders of the cells \[s\], from 0 on.
fn borders(law: &Distribution, mesh: Mesh) -> Result<Vec<f64>, String> {
    let mut corners = corners(law);
    corners.retain(|t| *t > 0.0);
    corners.sort_by(f64::total_cmp);
    corners.dedup();
    if corners.len() > MOST_CORNERS {
        return Err(format!(
            "a time has {} different values, more than {MOST_CORNERS}",
            corners.len()
        ));
    }
    let cells = f64::from(mesh.cells);
    let Some(end) = corners.last().copied() else {
        return Ok(smooth_borders(law, mesh));
    };
    let mut borders = vec![0.0];
    let mut from = 0.0;
    for to in corners {
        let n = (cells * (to - from) / end).round().max(1.0) as u16 * mesh.cuts;
        borders.extend((1..=n).map(|i| from + (to - from) * f64::from(i) / f64::from(n)));
        from = to;
    }
    Ok(borders)
}

/// Of a law without jumps and bends: linear where the first tenth of all times ends, geometric far beyond it.
fn smooth_borders(law: &Distribution, mesh: Mesh) -> Vec<f64> {
    let mean = law.mean();
    let (mut low, mut high) = (1e-9 * mean, mean);
    while survival(law, high) > 0.9 {
        high *= 2.0;
    }
    while high > 1.01 * low {
        let middle = low.sqrt() * high.sqrt();
        if survival(law, middle) > 0.9 {
            low = middle;
        } else {
            high = middle;
        }
    }
    let scale = high;
    let mut end = 2.0 * mean.max(scale);
    while survival(law, end) * end * end > 1e-7 * mean * mean {
        end *= 1.1;
    }
    let folds = (end / scale).ln_1p();
    let n = (f64::from(mesh.cells) * (0.5 + folds / 5.0))
        .round()
        .max(2.0) as u16
        * mesh.cuts;
    (0..=n)
        .map(|i| scale * (folds * f64::from(i) / f64::from(n)).exp_m1())
        .collect()
}

/// Integral of P(X > t) over a cell \[s\].
fn area(law: &Distribution, rule: &Rule, a: f64, b: f64) -> f64 {
    let over = |a, b| -> f64 { rule.on(a, b).map(|(t, w)| w * survival(law, t)).sum() };
    if a > 0.0 {
        return over(a, b);
    }
    // Some laws have a vertical tangent at zero.
    let mut sum = 0.0;
    let mut end = b;
    for _ in 0..16 {
        sum += over(0.25 * end, end);
        end *= 0.25;
    }
    sum + end
}

/// Integral of P(X > t) from here on \[s\].
fn tail_area(law: &Distribution, rule: &Rule, from: f64) -> f64 {
    let (mut sum, mut start) = (0.0, from);
    for _ in 0..200 {
        let end = 1.25 * start;
        let part: f64 = rule.on(start, end).map(|(t, w)| w * survival(law, t)).sum();
        sum += part;
        if part <= 1e-16 * sum {
            break;
        }
        start = end;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Mean and second moment: those of a phase add up over all ways through it.
    fn moments(phases: &Phases) -> (f64, f64) {
        let n = phases.chain.len();
        let (mut mean, mut square) = (vec![0.0; n + 1], vec![0.0; n + 1]);
        for (index, phase) in phases.chain.iter().enumerate().rev() {
            let stay = phase.rate.recip();
            mean[index] = stay + phase.onward * mean[index + 1];
            square[index] = 2.0 * stay * mean[index] + phase.onward * square[index + 1];
        }
        phases
            .starts
            .iter()
            .fold((0.0, 0.0), |(m, s), &(chance, start)| {
                let start = usize::from(start);
                (m + chance * mean[start], s + chance * square[start])
            })
    }

    fn laws() -> Vec<(Distribution, f64)> {
        let growth = |sigma: f64| (2.0 * sigma * sigma).exp();
        vec![
            (Distribution::Fixed(3.0), 9.0),
            (Distribution::Uniform { from: 1.0, to: 4.0 }, 7.0),
            (
                Distribution::Lognormal {
                    mu: 0.0,
                    sigma: 1.0857,
                },
                growth(1.0857),
            ),
            (
                Distribution::Weibull {
                    shape: 0.5,
                    scale: 1e4,
                },
                24e8,
            ),
            (
                Distribution::Weibull {
                    shape: 2.0,
                    scale: 1.0,
                },
                1.0,
            ),
            (
                Distribution::Gamma {
                    shape: 2.5,
                    scale: 2.0,
                },
                35.0,
            ),
            (
                Distribution::Triangular {
                    low: 1.0,
                    mode: 2.0,
                    high: 6.0,
                },
                61.0 / 6.0,
            ),
            (Distribution::Empirical([1.0, 2.0, 5.0].into()), 10.0),
            (
                Distribution::Mixture(vec![
                    (0.75, Distribution::Fixed(1.0)),
                    (0.25, Distribution::Exponential { mean: 4.0 }),
                ]),
                8.75,
            ),
        ]
    }

    #[test]
    fn a_mesh_keeps_the_mean_and_its_second_moment_is_a_series_in_its_width() {
        for (law, square) in laws() {
            let at = |cuts| moments(&Phases::of(&law, Mesh { cells: 12, cuts }).unwrap());
            let (mean, coarse) = at(2);
            let error = (mean / law.mean() - 1.0).abs();
            assert!(error < 1e-8, "{law:?}: {error:e}");
            let (_, fine) = at(4);
            let extrapolated = 2.0 * fine - coarse;
            let error = (extrapolated / square - 1.0).abs();
            let plain = (fine / square - 1.0).abs();
            assert!(
                error < 0.1 * plain,
                "{law:?}: {plain:e}, extrapolated {error:e}"
            );
            assert!(plain < 0.15, "{law:?}: {plain:e}");
        }
    }

    #[test]
    fn erlang_times_and_mixtures_of_exponential_ones_are_exact() {
        let mesh = Mesh { cells: 3, cuts: 1 };
        let erlang = Phases::of(
            &Distribution::Gamma {
                shape: 3.0,
                scale: 2.0,
            },
            mesh,
        )
        .unwrap();
        assert!(!erlang.is_meshed);
        assert_eq!(moments(&erlang), (6.0, 48.0));
        let mixture = Distribution::Mixture(vec![
            (0.5, Distribution::Exponential { mean: 1.0 }),
            (
                0.5,
                Distribution::Gamma {
                    shape: 2.0,
                    scale: 1.0,
                },
            ),
        ]);
        let mixture = Phases::of(&mixture, mesh).unwrap();
        assert!(!mixture.is_meshed);
        assert_eq!(moments(&mixture), (1.5, 4.0));
    }

    #[test]
    fn a_fixed_time_before_another_adds_to_its_mean() {
        let mesh = Mesh { cells: 4, cuts: 2 };
        let mixture = Distribution::Mixture(vec![
            (0.5, Distribution::Fixed(1.0)),
            (0.5, Distribution::Exponential { mean: 3.0 }),
        ]);
        let delayed = Phases::of(&mixture, mesh).unwrap().after(5.0, mesh);
        assert!((moments(&delayed).0 - 7.0).abs() < 1e-12);
    }

    #[test]
    fn times_that_may_be_zero_or_endless_are_refused() {
        let mesh = Mesh { cells: 3, cuts: 1 };
        let zero = Distribution::Empirical([0.0, 2.0].into());
        assert!(Phases::of(&zero, mesh).unwrap_err().contains("zero"));
        let endless = Distribution::Mixture(vec![
            (0.5, Distribution::Never),
            (0.5, Distribution::Exponential { mean: 3.0 }),
        ]);
        assert!(Phases::of(&endless, mesh).unwrap_err().contains("endless"));
    }
}
