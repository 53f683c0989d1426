//! What depends on which of two times ends first.
//!
//! On a mesh the time from which on each state is left and what it is worth to be in each are known. A race that is decided so many
//! times, and misjudged with some chance, changes a figure by the product of these and of how much more what follows is worth if one of
//! the two comes first and the other right after it (perturbation realization: Cao & Chen 1997). The same of the mean time between
//! the two ends, with what it is worth to wait a second longer for the second: that is off where phases spread both ends.

use std::collections::HashMap;

use super::builder::{Builder, Next};
use super::chain::Rewards;
use super::potentials::Potentials;
use super::race::Race;
use super::races::{Chance, Pair, Races, Site};
use crate::engine::StateId;

/// What a race costs is known but for this share of it.
const KNOWN_TO: f64 = 0.02;

/// A figure that differs in time by more than this share of itself is not put right.
const SETTLED: f64 = 0.1;

/// More than this share of what is decided in some way is not explained by the races that were found.
const TOO_MANY: f64 = 1.05;

/// What depends on a race, by figure.
#[derive(Debug, Clone)]
struct Stake {
    /// Number of the site.
    site: usize,
    /// The races that may be decided so.
    races: Vec<Contest>,
    /// How often all of them are at most, in shares of what is decided so on the coarsest mesh.
    all: f64,
    /// How often something is decided so on the coarsest mesh.
    decided: f64,
    /// Change of each figure with the chance that the first is first.
    jumps: Sums,
    /// Change of each figure with the mean time between the two \[1/s\].
    kinks: Sums,
    /// What each figure gets each second before a move of traffic and not after it, if one of the two ends one \[1/s\].
    moves: Sums,
}

/// A race, and how often it is decided in some way, in shares of what is on the coarsest mesh.
#[derive(Debug, Clone)]
struct Contest {
    race: Race,
    /// Whether the second event is that of the shorter time.
    is_turned: bool,
    most: f64,
    usual: f64,
    met: f64,
}

/// Sums by figure, and those of their sizes.
#[derive(Debug, Clone)]
struct Sums {
    sums: Vec<f64>,
    sizes: Vec<f64>,
}

impl Sums {
    fn none(n: usize) -> Self {
        Self {
            sums: vec![0.0; n],
            sizes: vec![0.0; n],
        }
    }

    fn add(&mut self, weight: f64, values: &[f64]) {
        let sums = self.sums.iter_mut().zip(&mut self.sizes);
        for ((sum, size), value) in sums.zip(values) {
            *sum += weight * value;
            *size += weight * value.abs();
        }
    }

    fn enlarge(&mut self, figure: usize, times: f64) {
        self.sums[figure] *= times;
        self.sizes[figure] *= times;
    }
}

impl Stake {
    /// By how much the one race puts a figure above the truth, with a chance and a mean time that are off by so much.
    fn above(&self, contest: &Contest, figure: usize, [first, between]: [f64; 2]) -> f64 {
        let turn = if contest.is_turned { -1.0 } else { 1.0 };
        turn * self.jumps.sums[figure] * first + self.kinks.sums[figure] * between
    }

    /// The same without signs.
    fn size(&self, figure: usize, [first, between]: [f64; 2]) -> f64 {
        self.jumps.sizes[figure] * first.abs() + self.kinks.sizes[figure] * between.abs()
    }
}

/// What depends on all races.
#[derive(Debug, Clone, Default)]
pub(super) struct Stakes {
    all: Vec<Stake>,
    /// By figure, how much it differs in time, in shares of itself; endless if by so much that nothing is put right.
    unsettled: Vec<f64>,
}

/// How little is known of a figure because of races.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Vagueness {
    /// How far off it may be.
    pub error: f64,
    /// The two times of the race that costs most \[s\].
    pub times: Option<[f64; 2]>,
}

impl Stakes {
    /// Says how much a figure differs in time. If that is much, more depends on races at times by this factor.
    pub(super) fn unsettle(&mut self, figure: usize, share: f64, most: f64) {
        if share <= SETTLED {
            self.unsettled[figure] = share;
            return;
        }
        self.unsettled[figure] = f64::INFINITY;
        for stake in &mut self.all {
            stake.jumps.enlarge(figure, most);
            stake.kinks.enlarge(figure, most);
            stake.moves.enlarge(figure, most);
        }
    }

    /// Takes from a figure on each mesh what is known that races put it above the truth there.
    pub(super) fn put_right(&self, figure: usize, values: &mut [f64]) {
        if self
            .unsettled
            .get(figure)
            .is_none_or(|share| share.is_infinite())
        {
            return;
        }
        for stake in &self.all {
            for contest in stake
                .races
                .iter()
                .filter(|contest| contest.race.is_followed)
            {
                for (mesh, value) in values.iter_mut().enumerate() {
                    let off = contest.race.off_on(mesh);
                    *value -= contest.usual * stake.above(contest, figure, off);
                }
            }
        }
    }

    /// How far off a figure may be, thus put right, in a sum of meshes with these weights.
    pub(super) fn vagueness(&self, figure: usize, weights: &[f64]) -> Vagueness {
        let mut sum = Vagueness::default();
        let mut most = 0.0;
        let Some(unsettled) = self.unsettled.get(figure) else {
            return sum;
        };
        for stake in &self.all {
            let (mut error, mut left) = (0.0, stake.all);
            // What costs most, how often it may be beyond what is usual, and the two times.
            let mut beyond: Vec<(f64, f64, [f64; 2])> = Vec::new();
            for contest in &stake.races {
                let [first, between] = contest.race.off(weights);
                let size = stake.size(figure, [first.above, between.above]);
                let vague = stake.size(figure, [first.vague, between.vague]);
                let share = if contest.race.is_followed && unsettled.is_finite() {
                    (KNOWN_TO + unsettled + self.entangled(stake, contest, weights)).min(1.0)
                } else {
                    1.0
                };
                error += contest.usual * (share * size + vague);
                let moving = contest.usual.max(contest.met) * contest.race.curved;
                error += moving * stake.moves.sizes[figure];
                left -= contest.met * stake.all;
                beyond.push((
                    size + vague,
                    contest.most - contest.usual,
                    contest.race.means,
                ));
            }
            beyond.sort_by(|a, b| b.0.total_cmp(&a.0));
            let times = beyond.first().map(|(_, _, means)| *means);
            // Each time it is one of them: at worst as often as may be the one that costs most, then one that costs less.
            for (size, most, _) in beyond {
                let share = most.min(left).max(0.0);
                error += share * size;
                left -= share;
            }
            sum.error += error;
            if error > most {
                (most, sum.times) = (error, times);
            }
        }
        sum
    }

    /// How far off others are that may be decided in the same way: what it is worth to be first in one depends on them.
    fn entangled(&self, stake: &Stake, contest: &Contest, weights: &[f64]) -> f64 {
        let often = stake.decided * contest.usual;
        let others = self.all.iter().filter(|other| other.site != stake.site);
        let off = |(other, race): (&Stake, &Contest)| {
            let [first, _] = race.race.off(weights);
            let share = (other.decided * race.usual / often).min(1.0);
            share * (first.above.abs() + first.vague)
        };
        let pairs = others.flat_map(|other| other.races.iter().map(move |race| (other, race)));
        pairs.map(off).sum()
    }
}

/// The stakes of all races of a chain that ends at rate `s` \[1/s\], in means over time; in hours if it does not end so.
///
/// # Errors
///
/// In words, if what follows a race was not met.
pub(super) fn stakes(
    builder: &Builder<'_>,
    races: &Races,
    rewards: &Rewards<'_>,
    potentials: &Potentials,
    is_end: &[bool],
    s: f64,
    is_down: Option<&[bool]>,
) -> Result<Stakes, String> {
    let scale = if s > 0.0 { s } else { 1.0 / 3600.0 };
    let mut by_state: HashMap<StateId, Vec<&Site>> = HashMap::new();
    for site in &races.sites {
        by_state.entry(site.state).or_default().push(site);
    }
    let n_figures = potentials.first.len();
    let none = |_: &Pair| Stake {
        site: 0,
        races: Vec::new(),
        all: 1.0,
        decided: 0.0,
        jumps: Sums::none(n_figures),
        kinks: Sums::none(n_figures),
        moves: Sums::none(n_figures),
    };
    let mut found: HashMap<(StateId, [u16; 2]), Vec<Stake>> = HashMap::new();
    let worth = Worth {
        builder,
        rewards,
        potentials,
        is_end,
        s,
        is_down,
    };
    for (number, (state, phases)) in builder.nodes().enumerate() {
        for site in by_state.get(&state).into_iter().flatten() {
            let stakes = (found.entry((state, site.events)))
                .or_insert_with(|| site.pairs.iter().map(none).collect());
            let decided = scale * potentials.times[number];
            worth.add(site, phases, decided, stakes)?;
        }
    }
    let beginnings = builder.beginnings(&potentials.times);
    let mut all = Vec::new();
    for (number, site) in races.sites.iter().enumerate() {
        let stakes = found.remove(&(site.state, site.events)).unwrap_or_default();
        for (pair, mut stake) in site.pairs.iter().zip(stakes) {
            if stake.decided <= 0.0 {
                continue;
            }
            stake.site = number;
            stake.races = (pair.races.iter())
                .map(|decided| {
                    let often = |of: fn(&Chance) -> f64| -> f64 {
                        let chances = decided.chances.iter();
                        let often =
                            chances.map(|(origin, chance)| beginnings[*origin] * of(chance));
                        scale * often.sum::<f64>() / stake.decided
                    };
                    Contest {
                        race: races.all[decided.race].clone(),
                        is_turned: decided.is_turned,
                        most: decided.too_seldom.min(often(Chance::at_most)),
                        usual: often(|chance| chance.usual),
                        met: often(|chance| chance.met),
                    }
                })
                .collect();
            let too_seldom = pair.races.iter().map(|decided| decided.too_seldom);
            stake.all = too_seldom.fold(1.0, f64::max);
            // Which of two that may change places is the first is not known.
            let are_alike = site.events[0] == site.events[1];
            let met: f64 = stake.races.iter().map(|contest| contest.met).sum();
            if are_alike || met > TOO_MANY {
                for contest in &mut stake.races {
                    (contest.usual, contest.met) = (0.0, 0.0);
                }
            }
            all.push(stake);
        }
    }
    Ok(Stakes {
        all,
        unsettled: vec![0.0; n_figures],
    })
}

/// What it is worth to be in the nodes of a chain.
struct Worth<'a, 'p> {
    builder: &'a Builder<'p>,
    rewards: &'a Rewards<'a>,
    potentials: &'a Potentials,
    is_end: &'a [bool],
    /// Rate of the end \[1/s\].
    s: f64,
    /// States that are down, if the first reward is one for each time that one of them is come to.
    is_down: Option<&'a [bool]>,
}

impl Worth<'_, '_> {
    /// Adds what is decided in a node in which so much time is spent.
    fn add(
        &self,
        site: &Site,
        phases: &[u16],
        time: f64,
        stakes: &mut [Stake],
    ) -> Result<(), String> {
        let (state, builder) = (site.state, self.builder);
        let alike = site.events.map(|event| builder.alike_to(state, event));
        for &one in &alike[0] {
            for &other in &alike[1] {
                if one == other || alike[0] == alike[1] && one > other {
                    continue;
                }
                let rates = (site.pairs.iter())
                    .map(|pair| self.rate(state, phases, [one, other], &pair.ends));
                let rates: Vec<f64> = rates.collect();
                if time <= 0.0 || rates.iter().all(|rate| *rate == 0.0) {
                    continue;
                }
                let [jumps, kinks] = self.of(state, phases, [one, other])?;
                let moves = self.moves(state, phases, [one, other])?;
                for (stake, rate) in stakes.iter_mut().zip(rates) {
                    stake.decided += time * rate;
                    stake.jumps.add(time * rate, &jumps);
                    stake.kinks.add(time * rate, &kinks);
                    stake.moves.add(time * rate, &moves);
                }
            }
        }
        Ok(())
    }

    /// At which rate it is decided here which of two times ends first, of those that end at certain phases \[1/s\].
    fn rate(
        &self,
        state: StateId,
        phases: &[u16],
        events: [u16; 2],
        ends: &[std::rc::Rc<[u16]>; 2],
    ) -> f64 {
        let now = events.map(|event| phases.get(usize::from(event)).copied().unwrap_or(0));
        let laws = events.map(|event| self.builder.law_of(state, event));
        let first = |one: usize, other: usize| {
            if !ends[one].contains(&now[one]) {
                return 0.0;
            }
            let phase = laws[one].chain[usize::from(now[one])];
            phase.rate * (1.0 - phase.onward) * laws[other].chance_of(&ends[other], now[other])
        };
        first(0, 1) + first(1, 0)
    }

    /// By figure, how much more it is worth that the first of two events comes now and the second right after it than the other way
    /// round; and what it costs that a second passes between them, whichever is first.
    ///
    /// Let one of the two end at 0 and the other at t. While t is below 0, each second later is one more of before and one less of after
    /// that other, if it goes on then; above 0 it is one more of after the first. What has begun with the first goes on meanwhile, what
    /// was under way before goes on in any case. The second number is by how much the cost bends at 0.
    fn of(
        &self,
        state: StateId,
        phases: &[u16],
        events: [u16; 2],
    ) -> Result<[Vec<f64>; 2], String> {
        let n_figures = self.potentials.first.len();
        let (mut jumps, mut kinks) = (vec![0.0; n_figures], vec![0.0; n_figures]);
        let here = self.place(state, phases)?;
        let is_loose = |at: &Place<'_>, event| !self.builder.ends_on_dates(at.state, event);
        let is_old = |next: &Next, event: u16| {
            let before = next.goes_on.get(usize::from(event));
            before.is_some_and(Option::is_some)
        };
        self.add_got(&mut kinks, -1.0, &here, |event| {
            !events.contains(&event) && is_loose(&here, event)
        })?;
        add(&mut kinks, self.s, &self.potentials.first);
        for (sign, first, second) in [(1.0, events[0], events[1]), (-1.0, events[1], events[0])] {
            for (chance, next, phases) in self.builder.after(state, phases, first) {
                let then = self.place(next.state, &phases)?;
                jumps[0] += sign * chance * self.got_once(here.number, then.number);
                let Some(at) = next.goes_on.iter().position(|old| *old == Some(second)) else {
                    self.add_changes(&mut kinks, -0.5 * chance, &then, |event| {
                        !is_loose(&then, event) && is_old(next, event)
                    })?;
                    add(&mut jumps, sign * chance, self.potentials.of(then.number));
                    continue;
                };
                let at = at as u16;
                let is_other = |event| event != at && is_loose(&then, event);
                self.add_got(&mut kinks, chance, &then, is_other)?;
                for (last_chance, last, phases) in self.builder.after(next.state, &phases, at) {
                    let chance = chance * last_chance;
                    let end = self.place(last.state, &phases)?;
                    jumps[0] += sign * chance * self.got_once(then.number, end.number);
                    self.add_got(&mut kinks, -chance, &end, |event| is_loose(&end, event))?;
                    self.add_changes(&mut kinks, -0.5 * chance, &end, |event| {
                        let before = last.goes_on.get(usize::from(event)).copied().flatten();
                        !is_loose(&end, event) && before.is_some_and(|old| is_old(next, old))
                    })?;
                    add(&mut jumps, sign * chance, self.potentials.of(end.number));
                }
            }
        }
        Ok([jumps, kinks])
    }

    /// By figure, what is got each second before a move of traffic and not after it, if that ends with one of two events.
    fn moves(&self, state: StateId, phases: &[u16], events: [u16; 2]) -> Result<Vec<f64>, String> {
        let mut lost = vec![0.0; self.potentials.first.len()];
        let moving = events
            .into_iter()
            .filter(|event| self.builder.is_move_of(state, *event));
        for event in moving {
            let mut before = phases.to_vec();
            before[usize::from(event)] = 0;
            let before = (self.builder.number(state, &before))
                .map_or_else(|| self.number(state, phases), Ok)?;
            self.add_rewards(&mut lost, 1.0, before);
            for (chance, next, phases) in self.builder.after(state, phases, event) {
                self.add_rewards(&mut lost, -chance, self.number(next.state, &phases)?);
            }
        }
        Ok(lost)
    }

    /// Adds what is got each second in a node; what is got once is counted with the events that it is got for.
    fn add_rewards(&self, sums: &mut [f64], weight: f64, node: usize) {
        if !self.is_end[node] {
            let once = usize::from(self.is_down.is_some());
            let rewards = sums.iter_mut().zip(self.rewards.of(node));
            for (sum, reward) in rewards.skip(once) {
                *sum += weight * reward;
            }
        }
    }

    /// Adds what is got each second, and what some events change each second.
    fn add_got(
        &self,
        sums: &mut [f64],
        weight: f64,
        place: &Place<'_>,
        is_counted: impl Fn(u16) -> bool,
    ) -> Result<(), String> {
        self.add_rewards(sums, weight, place.number);
        self.add_changes(sums, weight, place, is_counted)
    }

    /// Adds what some events change each second.
    fn add_changes(
        &self,
        sums: &mut [f64],
        weight: f64,
        place: &Place<'_>,
        is_counted: impl Fn(u16) -> bool,
    ) -> Result<(), String> {
        let (builder, state, phases) = (self.builder, place.state, place.phases);
        if self.is_end[place.number] {
            return Ok(());
        }
        for event in (0..builder.n_events(state)).filter(|event| is_counted(*event)) {
            let now = phases.get(usize::from(event)).copied().unwrap_or(0);
            let phase = builder.law_of(state, event).chain[usize::from(now)];
            if phase.onward > 0.0 {
                let mut after = phases.to_vec();
                after[usize::from(event)] += 1;
                let above = self.potentials.of(self.number(state, &after)?);
                add(sums, weight * phase.rate * phase.onward, above);
            }
            if phase.onward < 1.0 && phase.rate > 0.0 {
                let over = weight * phase.rate * (1.0 - phase.onward);
                for (chance, next, phases) in builder.after(state, phases, event) {
                    let to = self.number(next.state, &phases)?;
                    add(sums, over * chance, self.potentials.of(to));
                    sums[0] += over * chance * self.got_once(place.number, to);
                }
            }
            let here = self.potentials.of(place.number);
            add(sums, -weight * phase.rate, here);
        }
        Ok(())
    }

    /// What is got for going from one node to another.
    fn got_once(&self, from: usize, to: usize) -> f64 {
        let begins = |is_down: &[bool]| is_down[to] && !is_down[from];
        f64::from(u8::from(self.is_down.is_some_and(begins)))
    }

    fn place<'b>(&self, state: StateId, phases: &'b [u16]) -> Result<Place<'b>, String> {
        Ok(Place {
            state,
            phases,
            number: self.number(state, phases)?,
        })
    }

    fn number(&self, state: StateId, phases: &[u16]) -> Result<usize, String> {
        let found = self.builder.number(state, phases);
        found.ok_or_else(|| "what follows two times that end at once was not met".to_owned())
    }
}

/// A node.
struct Place<'a> {
    state: StateId,
    phases: &'a [u16],
    number: usize,
}

fn add(sums: &mut [f64], weight: f64, values: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += weight * value;
    }
}
