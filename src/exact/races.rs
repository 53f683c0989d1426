//! Races of times that began together, one right after the other, or one beside what was under way: where each is decided.
//!
//! Of each pair of times [`super::race`] tells how far off each mesh is; what depends on them, `stakes` tells.

use std::collections::VecDeque;
use std::rc::Rc;

use indexmap::IndexMap;
use indexmap::map::Entry;

use super::builder::{Beginning, Builder, Next};
use super::race::{Part, Race, is_before};
use crate::engine::StateId;

/// Steps of the walk at most, if the chain has fewer nodes; those near the beginnings come first.
const FEW_STEPS: usize = 1_000;

/// A time whose variance is so many times what the phases of another add varies so much that phases blur no race with it.
const SMOOTH: f64 = 3.0;

/// What is met again with a chance that is so many times larger is followed again.
const OFTENER: f64 = 1.1;

/// Values of a time under way already that are looked at, at most.
const MOST_RESTS: usize = 40;

/// What comes about less often than this, for each time that it may, is not followed.
const HARDLY_EVER: f64 = 1e-7;

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
        // The rest of a time that varies as much as its phases do has no corner.
        let is_sharp = |part: &Part| are_few && part.variance < part.blur;
        for part in parts.into_iter().filter(is_sharp) {
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
