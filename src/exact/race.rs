//! Two times that begin together: which ends first, and by how much, on a mesh and in truth.
//!
//! Where both are nearly as long and hardly vary, that is certain, or almost so. Phases blur it: with few of them it is nearly a
//! toss, and the figures of all meshes that are small enough are near that of a toss, so that nothing in them tells how far their
//! limit is. What a race does to figures is known, though: they follow the chance that one time is shorter, and the mean by which it is.

use std::rc::Rc;

use super::phases::{Phase, Phases};
use crate::stats::{gamma_upper_tail, normal_cdf};

/// Meshes on which a race is followed: each phase cut into 1, 2, 3, 4.
pub(super) const MOST_CUTS: u16 = 4;

/// Standard deviations beyond which one time is certainly the shorter.
const CERTAIN: f64 = 6.0;

/// What differs by less, relative to the times, is the same.
const SAME: f64 = 1e-9;

/// What follows a race is not quite the same on all meshes, which cut what it depends on too: a limit of meshes enlarges that.
const UNLIKE: f64 = 0.002;

/// Where a time varies, both differences are taken as normal: the chances of laws with these two moments may be so far from that.
const SHAPE: f64 = 0.1;

/// While traffic moves bit by bit, costs bend everywhere: of the spread of two ends, what a limit of meshes may miss of that.
const CURVED: f64 = 0.07;

/// One value of a time, or a narrow part of its law.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// \[s\]
    pub(super) mean: f64,
    /// Of the law \[s²\].
    pub(super) variance: f64,
    /// What phases of the coarsest mesh add to it \[s²\].
    pub(super) blur: f64,
    /// On the coarsest mesh, the phases at which the last of its times may be over.
    pub(super) ends: Rc<[u16]>,
    /// Of a value, the rates of the phases that lead to it \[1/s\].
    pub(super) stages: Rc<[f64]>,
    /// Its chance in the law of the last of its times.
    pub(super) chance: f64,
    /// The mean of the law, if it began at some time before and only the rest of it is meant \[s\].
    pub(super) law_of_rest: Option<f64>,
    /// How long traffic moves bit by bit at its end \[s\].
    pub(super) moves: f64,
}

impl Part {
    /// All parts of a law, given as mean and variance, with its phases on the coarsest mesh.
    pub(super) fn all(lumps: &[(f64, f64)], phases: &Phases) -> Vec<Self> {
        let nearest = |seconds: f64| {
            let is_value = |(mean, variance): &(f64, f64)| {
                *variance == 0.0 && (mean - seconds).abs() <= 1e-6 * mean
            };
            let far = |(mean, variance): &(f64, f64)| (seconds - mean).abs() / variance.sqrt();
            let value = lumps.iter().position(is_value);
            value.or_else(|| {
                let smooth = (0..lumps.len()).filter(|index| lumps[*index].1 > 0.0);
                smooth.min_by(|a, b| far(&lumps[*a]).total_cmp(&far(&lumps[*b])))
            })
        };
        let mut ends: Vec<Vec<u16>> = vec![Vec::new(); lumps.len()];
        let mut ways: Vec<Option<std::ops::Range<usize>>> = vec![None; lumps.len()];
        for (way, seconds) in phases.ends() {
            let end = (way.end - 1) as u16;
            // An exponential part may have the mean of a value.
            let variance = phases.variance_of_part(end);
            let is_same = |lump: &(f64, f64)| {
                lump.1 > 0.0
                    && (lump.0 - seconds).abs() <= 1e-6 * seconds
                    && (lump.1 - variance).abs() <= 1e-6 * variance
            };
            let lump = lumps.iter().position(is_same);
            if let Some(lump) = lump.or_else(|| nearest(seconds)) {
                ends[lump].push(end);
                ways[lump].get_or_insert(way);
            }
        }
        let anywhere: Vec<u16> = phases.ends().map(|(way, _)| (way.end - 1) as u16).collect();
        for ends in ends.iter_mut().filter(|ends| ends.is_empty()) {
            ends.clone_from(&anywhere);
        }
        // Exponential and Erlang parts are phases as they are.
        let is_exact = |ends: &[u16], variance: f64| {
            ends.first().is_some_and(|end| {
                let added = phases.variance_of_part(*end) - variance;
                variance > 0.0 && added.abs() < 1e-6 * variance
            })
        };
        let starts = |ends: &[u16]| -> f64 {
            let starts = phases.starts.iter();
            starts
                .map(|(chance, start)| chance * phases.chance_of(ends, *start))
                .sum()
        };
        let parts = lumps.iter().zip(ends).zip(ways);
        let part = |((&(mean, variance), ends), way): ((&(f64, f64), Vec<u16>), Option<_>)| {
            let way: Option<std::ops::Range<usize>> = way;
            let way = way.filter(|_| variance == 0.0 && phases.is_meshed);
            let stages: &[Phase] = way.map_or(&[], |way| &phases.chain[way]);
            Self {
                mean,
                variance,
                blur: if phases.is_meshed && !is_exact(&ends, variance) {
                    phases.spread_at(mean)
                } else {
                    0.0
                },
                stages: stages.iter().map(|phase| phase.rate).collect(),
                chance: starts(&ends),
                ends: ends.into(),
                law_of_rest: None,
                moves: 0.0,
            }
        };
        parts.map(part).collect()
    }

    /// Of a time that began at some time before, given the mean of its law \[s\].
    pub(super) fn rest(self, mean: f64) -> Self {
        Self {
            law_of_rest: Some(mean),
            ..self
        }
    }

    /// A move of traffic bit by bit.
    pub(super) fn moving(self) -> Self {
        Self {
            moves: self.mean,
            ..self
        }
    }

    /// The same until a move at its end begins.
    fn begun(&self) -> Self {
        let part = (self.mean - self.moves) / self.mean;
        Self {
            mean: self.mean - self.moves,
            variance: self.variance * part,
            blur: self.blur * part,
            ..self.clone()
        }
    }

    /// Chance on the coarsest mesh that it is longer than this, taken as a gamma variable \[s\].
    fn longer_than(&self, seconds: f64) -> f64 {
        if self.variance + self.blur <= 0.0 {
            return f64::from(u8::from(self.mean > seconds));
        }
        let scale = (self.variance + self.blur) / self.mean;
        gamma_upper_tail(self.mean / scale, seconds / scale)
    }

    /// This, and then that.
    pub(super) fn then(&self, next: &Self) -> Self {
        // Only if both are followed phase by phase is their sum.
        let ways = [&self.stages, &next.stages];
        let is_known = ways.iter().all(|stages| !stages.is_empty());
        let stages = ways.into_iter().filter(|_| is_known);
        Self {
            mean: self.mean + next.mean,
            variance: self.variance + next.variance,
            blur: self.blur + next.blur,
            ends: Rc::clone(&next.ends),
            law_of_rest: self.law_of_rest,
            moves: next.moves,
            stages: stages.flat_map(|stages| stages.iter().copied()).collect(),
            chance: next.chance,
        }
    }
}

/// A quantity on each mesh, and in truth.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Blurred {
    on_mesh: [f64; MOST_CUTS as usize],
    truth: f64,
}

impl Blurred {
    /// By how much it is above the truth in a sum of the meshes with these weights, and how far from that it may be.
    fn off(&self, weights: &[f64]) -> Off {
        let parts = weights.iter().zip(self.on_mesh);
        let parts = parts.map(|(weight, value)| weight * (value - self.truth));
        let (above, all) = parts.fold((0.0, 0.0), |(sum, all), part: f64| {
            (sum + part, all + part.abs())
        });
        Off {
            above,
            vague: UNLIKE * all,
        }
    }
}

/// How far off something is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Off {
    /// By how much it is above the truth.
    pub above: f64,
    /// How far from that it may be.
    pub vague: f64,
}

/// Two times that began together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Race {
    /// Of the two \[s\], the shorter first.
    pub means: [f64; 2],
    /// Chance that the shorter ends first.
    shorter: Blurred,
    /// How long the other goes on then, on average over all cases \[s\].
    by: Blurred,
    /// Whether it is not known which ends first, as they end at the same instant.
    is_tie: bool,
    /// Whether the two were followed phase by phase, so that all that phases do is known.
    pub is_followed: bool,
    /// How far off the two numbers above may be as laws are not normal.
    shape: [f64; 2],
    /// What spread may cost that is not seen at the end of a move of traffic, in seconds of all that it moves.
    pub curved: f64,
}

impl Race {
    pub(super) fn between(one: &Part, other: &Part) -> Self {
        let (short, long) = if one.mean <= other.mean {
            (one, other)
        } else {
            (other, one)
        };
        let gap = long.mean - short.mean;
        let gap = if gap < SAME * long.mean { 0.0 } else { gap };
        let variance = short.variance + long.variance;
        let blur = short.blur + long.blur;
        let (shorter, by) = normal(gap, variance);
        let mut all = [1, 2, 3, 4].map(|cuts| normal(gap, variance + blur / f64::from(cuts)));
        let is_followed = !short.stages.is_empty() && !long.stages.is_empty();
        // What is certain on all meshes needs no closer look.
        if is_followed && gap < 2.0 * CERTAIN * blur.sqrt() {
            all = [1, 2, 3, 4].map(|cuts| followed(&short.stages, &long.stages, cuts));
        }
        let blurred = |on_mesh, truth| Blurred { on_mesh, truth };
        let deviation = (variance + blur).sqrt();
        let shape = if variance > 0.0 {
            SHAPE * near(short, long)
        } else {
            0.0
        };
        let curved = [(one, other), (other, one)].map(|(moving, other)| {
            if moving.moves == 0.0 {
                0.0
            } else if other.mean > moving.mean {
                near(moving, other)
            } else {
                near(other, &moving.begun())
            }
        });
        let race = Self {
            means: [short.mean, long.mean],
            shorter: blurred(all.map(|(shorter, _)| shorter), shorter),
            by: blurred(all.map(|(_, by)| by), by),
            is_tie: gap == 0.0 && variance == 0.0,
            is_followed: is_followed && gap > 0.0,
            shape: [shape, shape * deviation],
            curved: CURVED * deviation * curved[0].max(curved[1]),
        };
        match (short.law_of_rest, long.law_of_rest) {
            (Some(mean), None) => race.with_rest(mean, gap, [variance, blur], true),
            (None, Some(mean)) => race.with_rest(mean, gap, [variance, blur], false),
            _ => race,
        }
    }

    /// The same if of one of the two only the rest is meant, at an age that is as likely as any other: it is the longer then with the
    /// chance that is the mean, as above, over that of its law.
    fn with_rest(self, mean: f64, gap: f64, [variance, blur]: [f64; 2], is_shorter: bool) -> Self {
        let longer = |by: f64| if is_shorter { by - gap } else { by };
        let first = |by: f64| {
            let goes_on = (longer(by) / mean).clamp(0.0, 1.0);
            if is_shorter { 1.0 - goes_on } else { goes_on }
        };
        // E[max(D, 0)²] / 2 over the mean, of a normal D.
        let gap = if is_shorter { -gap } else { gap };
        let by = |variance: f64| {
            let (chance, by) = normal_above(gap, variance);
            0.5 * (variance * chance + gap * by) / mean
        };
        let on_mesh = [1.0, 2.0, 3.0, 4.0].map(|cuts: f64| by(variance + blur / cuts));
        Self {
            shorter: Blurred {
                on_mesh: self.by.on_mesh.map(first),
                truth: first(self.by.truth),
            },
            by: Blurred {
                on_mesh,
                truth: by(variance),
            },
            is_tie: false,
            is_followed: false,
            // Any age is as likely: where a time varies no corner is left.
            shape: [0.0; 2],
            ..self
        }
    }

    /// How far off the chance that the shorter is first is in a sum of meshes with these weights, and the mean time between the two \[s\].
    pub(super) fn off(&self, weights: &[f64]) -> [Off; 2] {
        let mut first = self.shorter.off(weights);
        if self.is_tie {
            let never = Blurred {
                truth: 0.0,
                ..self.shorter
            };
            let never = never.off(weights);
            first.vague += first.above.abs().max(never.above.abs()) + never.vague;
            first.above = 0.0;
        }
        let mut between = self.by.off(weights);
        first.vague += self.shape[0];
        between.vague += self.shape[1];
        [first, between]
    }

    /// By how much both are above the truth on one mesh.
    pub(super) fn off_on(&self, mesh: usize) -> [f64; 2] {
        [&self.shorter, &self.by].map(|blurred| blurred.on_mesh[mesh] - blurred.truth)
    }

    /// Chance in truth that one of the two is first.
    pub(super) fn chance_to_be_first(&self, is_shorter: bool) -> f64 {
        match (is_shorter, self.is_tie) {
            (_, true) => 1.0,
            (true, false) => self.shorter.truth,
            (false, false) => 1.0 - self.shorter.truth,
        }
    }

    /// Chance on the coarsest mesh that one of the two is first.
    pub(super) fn met_first(&self, is_shorter: bool) -> f64 {
        let met = self.shorter.on_mesh[0];
        if is_shorter { met } else { 1.0 - met }
    }

    /// How many times seldomer than in truth a time comes first on the coarsest mesh, so that what follows is met too seldom.
    pub(super) fn too_seldom(&self, is_shorter: bool) -> f64 {
        let met = self.met_first(is_shorter);
        if met > 0.0 {
            (self.chance_to_be_first(is_shorter) / met).max(1.0)
        } else {
            1.0
        }
    }
}

/// How much the longer of two times may matter to which is the first: 1 at the same length, at a distance no more than the chance that
/// one is shorter than some time between them and the other longer.
fn near(short: &Part, long: &Part) -> f64 {
    const STEPS: i32 = 24;
    let gap = long.mean - short.mean;
    if gap <= 0.0 {
        return 1.0;
    }
    let variance = short.variance + short.blur + long.variance + long.blur;
    let apart = |step: i32| {
        let share = f64::from(step) / f64::from(STEPS);
        let seconds = short.mean * (long.mean / short.mean).powf(share);
        short.longer_than(seconds) + 1.0 - long.longer_than(seconds)
    };
    let chance = (1..STEPS).map(apart).fold(1.0, f64::min);
    chance.min((-0.25 * gap * gap / variance).exp())
}

/// For a normal difference that is not below 0 on average: the chance that it is above 0, and the mean of what is above.
fn normal(gap: f64, variance: f64) -> (f64, f64) {
    if variance == 0.0 {
        return (1.0, gap);
    }
    normal_above(gap, variance)
}

/// The same of any.
fn normal_above(gap: f64, variance: f64) -> (f64, f64) {
    if variance == 0.0 {
        return (f64::from(u8::from(gap > 0.0)), gap.max(0.0));
    }
    let deviation = variance.sqrt();
    let z = gap / deviation;
    let density = (-0.5 * z * z).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let chance = normal_cdf(z);
    (chance, deviation * density + gap * chance)
}

/// The same for two ways of phases, each of which is cut into so many: phase by phase from the last.
fn followed(short: &[f64], long: &[f64], cuts: u16) -> (f64, f64) {
    let cut = |stages: &[f64]| -> Vec<f64> {
        let cut = |rate: &f64| std::iter::repeat_n(rate * f64::from(cuts), cuts.into());
        stages.iter().rev().flat_map(cut).collect()
    };
    let (short, long) = (cut(short), cut(long));
    // With no phase of the shorter left: it was first, by what is left of the longer.
    let left = long.iter().scan(0.0, |left: &mut f64, rate| {
        *left += rate.recip();
        Some((1.0, *left))
    });
    let mut row: Vec<(f64, f64)> = std::iter::once((0.0, 0.0)).chain(left).collect();
    for rate in &short {
        row[0] = (0.0, 0.0);
        for (index, other) in long.iter().enumerate() {
            let (share, before, above) = (rate / (rate + other), row[index], row[index + 1]);
            let mean = |a: f64, b: f64| share * a + (1.0 - share) * b;
            row[index + 1] = (mean(above.0, before.0), mean(above.1, before.1));
        }
    }
    row[long.len()]
}

/// Whether one time certainly ends before another.
pub(super) fn is_before(one: &Part, other: &Part) -> bool {
    // The finest mesh has a quarter of the blur of the coarsest.
    let variance = one.variance + other.variance + 0.25 * (one.blur + other.blur);
    other.mean - one.mean > CERTAIN * variance.sqrt()
}
