//! Races of two times that began together, or one right after the other: which ends first?
//!
//! Where the two are nearly as long and hardly vary, that is certain, or almost so. Phases blur it: with few of them it is nearly a
//! toss, and the figures of all meshes that are small enough are near that of a toss, so that nothing in them tells how far their
//! limit is. What a race does to figures is known, though: they follow the chance that one time is shorter, and the mean by which it is.
//! Of both this module tells what they are on each mesh and in truth; what depends on them, `stakes` tells.

use std::collections::VecDeque;
use std::rc::Rc;

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::builder::{Beginning, Builder, Next};
use super::phases::{Phase, Phases};
use crate::engine::StateId;
use crate::stats::{gamma_upper_tail, normal_cdf};

/// Meshes on which a race is followed: each phase cut into 1, 2, 3, 4.
pub(super) const MOST_CUTS: u16 = 4;

/// Steps of the walk at most, if the chain has fewer nodes; those near the beginnings come first.
const FEW_STEPS: usize = 1_000;

/// Standard deviations beyond which one time is certainly the shorter.
const CERTAIN: f64 = 6.0;

/// A time whose variance is so many times what the phases of another add varies so much that phases blur no race with it.
const SMOOTH: f64 = 3.0;

/// What is met again with a chance that is so many times larger is followed again.
const OFTENER: f64 = 1.1;

/// What differs by less, relative to the times, is the same.
const SAME: f64 = 1e-9;

/// What follows a race is not quite the same on all meshes, which cut what it depends on too: a limit of meshes enlarges that.
const UNLIKE: f64 = 0.002;

/// Where a time varies, both differences are taken as normal: the chances of laws with these two moments may be so far from that.
const SHAPE: f64 = 0.1;

/// While traffic moves bit by bit, costs bend everywhere: of the spread of two ends, what a limit of meshes may miss of that.
const CURVED: f64 = 0.07;

/// Values of a time under way already that are looked at, at most.
const MOST_RESTS: usize = 40;

/// What comes about less often than this, for each time that it may, is not followed.
const HARDLY_EVER: f64 = 1e-7;

/// One value of a time, or a narrow part of its law.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Part {
    /// \[s\]
    mean: f64,
    /// Of the law \[s²\].
    variance: f64,
    /// What phases of the coarsest mesh add to it \[s²\].
    blur: f64,
    /// On the coarsest mesh, the phases at which the last of its times may be over.
    ends: Rc<[u16]>,
    /// Of a value, the rates of the phases that lead to it \[1/s\].
    stages: Rc<[f64]>,
    /// Its chance in the law of the last of its times.
    chance: f64,
    /// The mean of the law, if it began at some time before and only the rest of it is meant \[s\].
    law_of_rest: Option<f64>,
    /// How long traffic moves bit by bit at its end \[s\].
    moves: f64,
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
    fn rest(self, mean: f64) -> Self {
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
    fn then(&self, next: &Self) -> Self {
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
    fn between(one: &Part, other: &Part) -> Self {
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
    fn chance_to_be_first(&self, is_shorter: bool) -> f64 {
        match (is_shorter, self.is_tie) {
            (_, true) => 1.0,
            (true, false) => self.shorter.truth,
            (false, false) => 1.0 - self.shorter.truth,
        }
    }

    /// Chance on the coarsest mesh that one of the two is first.
    fn met_first(&self, is_shorter: bool) -> f64 {
        let met = self.shorter.on_mesh[0];
        if is_shorter { met } else { 1.0 - met }
    }

    /// How many times seldomer than in truth a time comes first on the coarsest mesh, so that what follows is met too seldom.
    fn too_seldom(&self, is_shorter: bool) -> f64 {
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

/// Where races are decided: two events of a state, one of which is over in it while the other is under way.
#[derive(Debug)]
pub(super) struct Site {
    pub state: StateId,
    /// The first of those that may change places with each.
    pub events: [u16; 2],
    /// Parts of the laws of the two.
    pub pairs: Vec<Pair>,
}

/// Parts of the laws of two times.
#[derive(Debug)]
pub(super) struct Pair {
    /// On the coarsest mesh, the phases at which each is over.
    pub ends: [Rc<[u16]>; 2],
    /// The races that may be decided so.
    pub races: Vec<Decided>,
}

/// A race that may be decided in some way.
#[derive(Debug)]
pub(super) struct Decided {
    /// Its number.
    pub race: usize,
    /// Whether the second of the two events is that of the shorter time.
    pub is_turned: bool,
    /// How many times seldomer than in truth that may be on the coarsest mesh.
    pub too_seldom: f64,
    /// By the number of the group of times that began together: how often it comes to that after its beginning.
    pub chances: Vec<(usize, Chance)>,
}

/// How often it comes to something.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chance {
    /// At most, if all does that may happen before to those times that began together.
    pub most: f64,
    /// The same if anything else does.
    pub beyond: f64,
    /// If only those times end that began together, whichever of two is first: that is left to the races of the two.
    pub usual: f64,
    /// If only those times end that began together, as often as each is first on the coarsest mesh.
    pub met: f64,
}

impl Chance {
    fn times(self, share: f64) -> Self {
        Self {
            most: self.most * share,
            beyond: self.beyond * share,
            usual: self.usual * share,
            met: self.met * share,
        }
    }

    /// At most, whatever happens before.
    pub(super) fn at_most(&self) -> f64 {
        (self.most + self.beyond).min(1.0)
    }

    /// Adds another way to the same. Of what else may happen before each is taken to happen always, so that of those the largest counts.
    fn add(&mut self, other: Self) {
        self.most += other.most;
        self.beyond = self.beyond.max(other.beyond);
        self.usual += other.usual;
        self.met += other.met;
    }
}

/// All races of a chain and where they are decided.
#[derive(Debug, Default)]
pub(super) struct Races {
    pub all: Vec<Race>,
    pub sites: Vec<Site>,
}

/// Races met, by what tells them apart, and where.
#[derive(Default)]
struct Notes {
    races: IndexMap<[u64; 12], Race>,
    sites: IndexMap<(StateId, u16, u16), Vec<Pair>>,
}

impl Notes {
    /// The race of two parts.
    fn race(&mut self, one: &Part, other: &Part) -> usize {
        let words = |part: &Part| {
            let rest = part.law_of_rest.unwrap_or(0.0);
            let bits = [part.mean, part.variance, part.blur, part.moves, rest];
            let bits = bits.map(f64::to_bits);
            let stages = part.stages.len() as u64;
            [bits[0], bits[1], bits[2], bits[3], bits[4], stages]
        };
        let (mut a, mut b) = (words(one), words(other));
        if a > b {
            std::mem::swap(&mut a, &mut b);
        }
        let mut key = [0; 12];
        key[..6].copy_from_slice(&a);
        key[6..].copy_from_slice(&b);
        let entry = self.races.entry(key);
        let index = entry.index();
        entry.or_insert_with(|| Race::between(one, other));
        index
    }

    /// Notes that two times may race in a state.
    fn add(&mut self, builder: &Builder<'_>, together: &Together, one: usize, other: usize) {
        let (state, runners) = (together.state, &together.runners);
        let race = self.race(&runners[one].1, &runners[other].1);
        let first_alike = |event: u16| builder.alike_to(state, event).into_iter().min();
        let place = |runner: usize| {
            let (event, part) = &runners[runner];
            (first_alike(*event).unwrap_or(*event), Rc::clone(&part.ends))
        };
        let (mut a, mut b) = (place(one), place(other));
        let mut is_turned = runners[one].1.mean > runners[other].1.mean;
        if a.0 > b.0 {
            std::mem::swap(&mut a, &mut b);
            is_turned = !is_turned;
        }
        let pairs = self.sites.entry((state, a.0, b.0)).or_default();
        let ends = [a.1, b.1];
        let known = pairs.iter().position(|pair| pair.ends == ends);
        let at = known.unwrap_or_else(|| {
            let races = Vec::new();
            pairs.push(Pair { ends, races });
            pairs.len() - 1
        });
        let races = &mut pairs[at].races;
        let is_known = |known: &Decided| known.race == race && known.is_turned == is_turned;
        let known = races.iter().position(is_known);
        let at = known.unwrap_or_else(|| {
            races.push(Decided {
                race,
                is_turned,
                too_seldom: 1.0,
                chances: Vec::new(),
            });
            races.len() - 1
        });
        let known = &mut races[at];
        known.too_seldom = known.too_seldom.max(together.too_seldom);
        let (origin, chance) = (together.origin, together.chance);
        match (known.chances.iter_mut()).find(|(other, _)| *other == origin) {
            Some((_, known)) => known.add(chance),
            None => known.chances.push((origin, chance)),
        }
    }
}

/// Times under way that began together, each an event of a state with its end, counted from a beginning of all.
struct Together {
    state: StateId,
    runners: Vec<(u16, Part)>,
    /// The number of that beginning.
    origin: usize,
    /// The chance that it comes to this.
    chance: Chance,
    /// How many times seldomer than in truth this may be met on the coarsest mesh.
    too_seldom: f64,
}

/// What is to be followed yet: groups that have come about in several ways are followed once.
#[derive(Default)]
struct Waiting {
    groups: IndexMap<Vec<u64>, Together>,
    order: VecDeque<Vec<u64>>,
    /// By what tells groups apart, how often it was followed after something else had happened.
    beyond: IndexMap<Vec<u64>, f64>,
}

impl Waiting {
    fn add(&mut self, mut together: Together) {
        let runners = &mut together.runners;
        let blurs = runners.iter().map(|(_, part)| part.blur);
        let blur = blurs.fold(0.0, f64::max);
        runners.retain(|(_, part)| part.variance < SMOOTH * blur);
        if runners.iter().all(|(_, part)| part.law_of_rest.is_some()) || runners.len() < 2 {
            return;
        }
        let key = key(&together);
        let chance = together.chance;
        match self.groups.entry(key) {
            Entry::Occupied(mut known) => known.get_mut().chance.add(chance),
            Entry::Vacant(place) => {
                self.order.push_back(place.key().clone());
                place.insert(together);
            }
        }
    }

    /// The next, unless it has been followed as often.
    fn next(&mut self) -> Option<Together> {
        while let Some(key) = self.order.pop_front() {
            let Some(mut together) = self.groups.swap_remove(&key) else {
                continue;
            };
            let chance = &mut together.chance;
            let known = self.beyond.entry(key).or_insert(0.0);
            if chance.beyond <= OFTENER * *known {
                chance.beyond = 0.0;
            } else {
                *known = chance.beyond;
            }
            if chance.at_most() > HARDLY_EVER {
                return Some(together);
            }
        }
        None
    }
}

/// All races of a chain on the coarsest mesh, its states being known: walks on from each instant at which two times begin.
pub(super) fn races(builder: &Builder<'_>) -> Races {
    let most = builder.n_nodes().max(FEW_STEPS);
    let mut steps = 0;
    let mut waiting = Waiting::default();
    let mut notes = Notes::default();
    for (origin, beginning) in builder.beginnings_met().enumerate() {
        let Beginning { state, begun, .. } = beginning;
        for runners in choices(builder, *state, begun) {
            for runners in with_rests(builder, beginning, runners) {
                let chance = chance_of(&runners);
                waiting.add(Together {
                    state: *state,
                    chance: Chance {
                        most: chance,
                        beyond: 0.0,
                        usual: chance,
                        met: chance,
                    },
                    runners,
                    origin,
                    too_seldom: 1.0,
                });
            }
        }
    }
    while let Some(together) = waiting.next() {
        if steps >= most {
            break;
        }
        steps += 1;
        let runners = &together.runners;
        for one in 0..runners.len() {
            for other in one + 1..runners.len() {
                let both = [one, other].map(|runner| runners[runner].1.law_of_rest);
                if both.iter().any(Option::is_none) {
                    notes.add(builder, &together, one, other);
                }
            }
        }
        for event in 0..builder.n_events(together.state) {
            let runner = runners.iter().find(|runner| runner.0 == event);
            if runner.is_some_and(|one| runners.iter().any(|other| is_before(&other.1, &one.1))) {
                continue;
            }
            follow(builder, &together, event, &mut notes, &mut waiting);
        }
    }
    let site = |((state, one, other), pairs)| Site {
        state,
        events: [one, other],
        pairs,
    };
    Races {
        all: notes.races.into_values().collect(),
        sites: notes.sites.into_iter().map(site).collect(),
    }
}

/// The same, and beside every part of what is under way already, if nothing is known of when that began.
fn with_rests(
    builder: &Builder<'_>,
    beginning: &Beginning,
    runners: Vec<(u16, Part)>,
) -> Vec<Vec<(u16, Part)>> {
    let Beginning { state, begun, .. } = beginning;
    let mut all = vec![runners];
    if !beginning.is_sudden {
        return all;
    }
    let events = (0..builder.n_events(*state)).filter(|event| !begun.contains(event));
    for event in events.filter(|event| builder.law_of(*state, *event).is_meshed) {
        let parts = builder.parts(*state, event);
        let mean: f64 = parts.iter().map(|part| part.chance * part.mean).sum();
        let are_few = parts.len() <= MOST_RESTS;
        for part in parts.into_iter().filter(|_| are_few) {
            let mut beside = all[0].clone();
            beside.push((event, part.rest(mean)));
            all.push(beside);
        }
    }
    all
}

/// What is together after an event of a state.
fn follow(
    builder: &Builder<'_>,
    together: &Together,
    event: u16,
    notes: &mut Notes,
    waiting: &mut Waiting,
) {
    let runners = &together.runners;
    let end = runners.iter().find(|runner| runner.0 == event);
    let mut too_seldom = together.too_seldom;
    let mut going = together.chance;
    if end.is_none() {
        going = Chance {
            most: 0.0,
            beyond: going.at_most(),
            usual: 0.0,
            met: 0.0,
        };
    }
    for (_, other) in runners.iter().filter(|runner| runner.0 != event) {
        if let Some((_, end)) = end {
            let race = notes.race(end, other);
            let (race, is_shorter) = (&notes.races[race], end.mean <= other.mean);
            too_seldom *= race.too_seldom(is_shorter);
            if runners.len() == 2 {
                // That it is first before something follows it is part of being first after that.
                going.met = going.usual * race.met_first(is_shorter);
            } else {
                going.usual *= race.chance_to_be_first(is_shorter);
                going.met *= race.met_first(is_shorter);
            }
        }
    }
    let all = builder.known_successors(together.state, event);
    for (index, next) in all.iter().enumerate() {
        let is_same = |other: &&Next| other.state == next.state && other.goes_on == next.goes_on;
        if all[..index].iter().any(|other| is_same(&other)) {
            continue;
        }
        let same = all[index..].iter().filter(is_same);
        let share: f64 = same.map(|next| next.probability).sum();
        let chance = going.times(share);
        let mut going_on = Vec::new();
        let mut begun = Vec::new();
        for (now, old) in next.goes_on.iter().enumerate() {
            match old {
                Some(old) => {
                    let runner = runners.iter().find(|runner| runner.0 == *old);
                    going_on.extend(runner.map(|(_, part)| (now as u16, part.clone())));
                }
                None => begun.push(now as u16),
            }
        }
        if going_on.is_empty() {
            continue;
        }
        let mut meet = |runners, chance| {
            waiting.add(Together {
                state: next.state,
                runners,
                origin: together.origin,
                chance,
                too_seldom,
            });
        };
        match end {
            // What begins with it has its own group.
            None => meet(going_on, chance),
            Some((_, end)) => {
                for choice in choices(builder, next.state, &begun) {
                    let later = choice.iter().map(|(event, part)| (*event, end.then(part)));
                    let runners = going_on.iter().cloned().chain(later).collect();
                    let share = chance_of(&choice);
                    meet(runners, chance.times(share));
                }
            }
        }
    }
}

/// The events with every choice of parts of their laws.
fn choices(builder: &Builder<'_>, state: StateId, events: &[u16]) -> Vec<Vec<(u16, Part)>> {
    const MOST: usize = 2_000;
    let mut all: Vec<Vec<(u16, Part)>> = vec![Vec::new()];
    for &event in events {
        let parts = builder.parts(state, event);
        if parts.len() * all.len() > MOST {
            continue;
        }
        let with = |runners: &Vec<(u16, Part)>, part: &Part| {
            let mut runners = runners.clone();
            runners.push((event, part.clone()));
            runners
        };
        all = (all.iter())
            .flat_map(|runners| parts.iter().map(move |part| with(runners, part)))
            .collect();
    }
    all
}

/// The chance of a choice of parts.
fn chance_of(parts: &[(u16, Part)]) -> f64 {
    parts.iter().map(|(_, part)| part.chance).product()
}

/// Whether one time certainly ends before another.
fn is_before(one: &Part, other: &Part) -> bool {
    // The finest mesh has a quarter of the blur of the coarsest.
    let variance = one.variance + other.variance + 0.25 * (one.blur + other.blur);
    other.mean - one.mean > CERTAIN * variance.sqrt()
}

/// What tells groups apart: only differences between ends matter.
fn key(together: &Together) -> Vec<u64> {
    let runners = &together.runners;
    let means = runners.iter().map(|runner| runner.1.mean);
    let first = means.fold(f64::INFINITY, f64::min);
    let bits = |number: f64| u64::from((number as f32).to_bits());
    let words = runners.iter().flat_map(|(event, part)| {
        let end = part.ends.first().copied().unwrap_or(0);
        let rest = part.law_of_rest.unwrap_or(0.0);
        let parts = [
            part.mean - first,
            part.variance,
            part.blur,
            part.moves,
            rest,
        ];
        let parts = parts.map(bits);
        let place = (u64::from(*event) << 16) + u64::from(end);
        std::iter::once(place).chain(parts)
    });
    let seldom = bits((8.0 * together.too_seldom).round());
    let head = [u64::from(together.state), together.origin as u64, seldom];
    head.into_iter().chain(words).collect()
}
