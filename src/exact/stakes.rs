//! What depends on which of two times ends first.
//!
//! On a mesh the time from which on each state is left and what it is worth to be in each are known. A race that is decided so many
//! times, and misjudged with some chance, changes a figure by the product of these and of how much more what follows is worth if one of
//! the two comes first and the other right after it (perturbation realization: Cao & Chen 1997). The same of the mean time between
//! the two ends, with what it is worth to wait a second longer for the second: that is off where phases spread both ends.

use std::collections::HashMap;

use super::builder::Builder;
use super::chain::Rewards;
use super::potentials::Potentials;
use super::races::{Pair, Race, Races, Site};
use crate::engine::StateId;

/// What depends on a race, by figure.
#[derive(Debug, Clone)]
pub(super) struct Stake {
    /// The races that may be decided so, and how often at most each is, in shares of what is decided so on the coarsest mesh.
    races: Vec<(Race, f64)>,
    /// How often all of them are at most, likewise.
    all: f64,
    /// How often something is decided so on the coarsest mesh.
    decided: f64,
    /// Change of the figure with the chance of which is first.
    jumps: Vec<f64>,
    /// Change of the figure with the mean time between the two \[1/s\].
    kinks: Vec<f64>,
}

impl Stake {
    /// Makes more depend on it.
    pub(super) fn enlarge(&mut self, figure: usize, times: f64) {
        self.jumps[figure] *= times;
        self.kinks[figure] *= times;
    }
}

/// How far off a figure is in a sum of meshes with these weights because of races, and the race that costs most.
pub(super) fn misjudged(
    stakes: &[Stake],
    figure: usize,
    weights: &[f64],
) -> (f64, Option<[f64; 2]>) {
    let mut sum = 0.0;
    let mut worst = (0.0, None);
    for stake in stakes {
        let cost = |(race, most): &(Race, f64)| {
            let (first, between) = race.off(weights);
            let cost = stake.jumps[figure] * first + stake.kinks[figure] * between;
            (cost, *most, race.means)
        };
        let mut costs: Vec<(f64, f64, [f64; 2])> = stake.races.iter().map(cost).collect();
        costs.sort_by(|a, b| b.0.total_cmp(&a.0));
        // Each time it is one of them: at worst as often as may be one that costs most, then one that costs less.
        let (mut left, mut total) = (stake.all, 0.0);
        if std::env::var("RACES").is_ok() && figure == 1 {
            eprintln!(
                "stake jump {:.2e} kink {:.2e} decided {:.2e}",
                stake.jumps[figure], stake.kinks[figure], stake.decided
            );
            for (race, most) in &stake.races {
                let o = race.off(weights);
                eprintln!(
                    "   {:?} most {most:.2e} off {:.2e} {:.2e} cost {:.2e} {:.2e}",
                    race.means,
                    o.0,
                    o.1,
                    most * stake.jumps[figure] * o.0,
                    most * stake.kinks[figure] * o.1
                );
            }
        }
        for (cost, most, _) in &costs {
            let share = most.min(left);
            total += share * cost;
            left -= share;
        }
        sum += total;
        if let Some((_, _, means)) = costs.first().filter(|_| total > worst.0) {
            worst = (total, Some(*means));
        }
    }
    (sum, worst.1)
}

/// The stakes of all races in figures that change by `scale` when a reward is got once more.
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
    scale: f64,
) -> Result<Vec<Stake>, String> {
    let mut by_state: HashMap<StateId, Vec<&Site>> = HashMap::new();
    for site in &races.sites {
        by_state.entry(site.state).or_default().push(site);
    }
    let n_figures = potentials.first.len();
    let none = |_: &Pair| Stake {
        races: Vec::new(),
        all: 1.0,
        decided: 0.0,
        jumps: vec![0.0; n_figures],
        kinks: vec![0.0; n_figures],
    };
    let mut found: HashMap<(StateId, [u16; 2]), Vec<Stake>> = HashMap::new();
    let worth = Worth {
        builder,
        rewards,
        potentials,
        is_end,
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
    for site in &races.sites {
        let stakes = found.remove(&(site.state, site.events)).unwrap_or_default();
        for (pair, mut stake) in site.pairs.iter().zip(stakes) {
            for race in &pair.races {
                let begun = race.chances.iter();
                let most: f64 = begun
                    .map(|(origin, chance)| scale * beginnings[*origin] * chance)
                    .sum();
                let most = race.too_seldom.min(most / stake.decided);
                stake.races.push((races.all[race.race].clone(), most));
                stake.all = stake.all.max(race.too_seldom);
            }
            if stake.decided > 0.0 {
                all.push(stake);
            }
        }
    }
    Ok(all)
}

/// What it is worth to be in the nodes of a chain.
struct Worth<'a, 'p> {
    builder: &'a Builder<'p>,
    rewards: &'a Rewards<'a>,
    potentials: &'a Potentials,
    is_end: &'a [bool],
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
                for (stake, rate) in stakes.iter_mut().zip(rates) {
                    stake.decided += time * rate;
                    for (sums, more) in [(&mut stake.jumps, &jumps), (&mut stake.kinks, &kinks)] {
                        for (sum, more) in sums.iter_mut().zip(more) {
                            *sum += time * rate * more.abs();
                        }
                    }
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
    /// round; and what it costs that a second passes between them, whichever is first: what is got each second after the one, and after
    /// the other, in place of what is got before and after both.
    fn of(
        &self,
        state: StateId,
        phases: &[u16],
        events: [u16; 2],
    ) -> Result<[Vec<f64>; 2], String> {
        let n_figures = self.potentials.first.len();
        let (mut jumps, mut kinks) = (vec![0.0; n_figures], vec![0.0; n_figures]);
        self.add_passing(&mut kinks, -1.0, state, phases, &events)?;
        for (sign, first, second) in [(1.0, events[0], events[1]), (-1.0, events[1], events[0])] {
            for (chance, next, phases) in self.builder.after(state, phases, first) {
                let at = next.goes_on.iter().position(|old| *old == Some(second));
                let Some(at) = at.map(|at| at as u16) else {
                    self.add_passing(&mut kinks, 0.5 * chance, next.state, &phases, &[])?;
                    add(&mut jumps, sign * chance, self.at(next.state, &phases)?);
                    continue;
                };
                self.add_passing(&mut kinks, chance, next.state, &phases, &[at])?;
                for (last_chance, last, phases) in self.builder.after(next.state, &phases, at) {
                    let chance = chance * last_chance;
                    self.add_passing(&mut kinks, -0.5 * chance, last.state, &phases, &[])?;
                    add(&mut jumps, sign * chance, self.at(last.state, &phases)?);
                }
            }
        }
        Ok([jumps, kinks])
    }

    /// Adds what is got each second in a node, and what may end there changes; but for some events, and for times that end on a date.
    fn add_passing(
        &self,
        sums: &mut [f64],
        weight: f64,
        state: StateId,
        phases: &[u16],
        but: &[u16],
    ) -> Result<(), String> {
        let builder = self.builder;
        let number = builder.number(state, phases).ok_or_else(unmet)?;
        if self.is_end[number] {
            return Ok(());
        }
        for (sum, reward) in sums.iter_mut().zip(self.rewards.of(number)) {
            *sum += weight * reward;
        }
        for event in (0..builder.n_events(state)).filter(|event| !but.contains(event)) {
            if builder.ends_on_dates(state, event) {
                continue;
            }
            let now = phases.get(usize::from(event)).copied().unwrap_or(0);
            let phase = builder.law_of(state, event).chain[usize::from(now)];
            if phase.onward > 0.0 {
                let mut after = phases.to_vec();
                after[usize::from(event)] += 1;
                let more = weight * phase.rate * phase.onward;
                add(sums, more, self.at(state, &after)?);
            }
            if phase.onward < 1.0 && phase.rate > 0.0 {
                let over = weight * phase.rate * (1.0 - phase.onward);
                for (chance, next, phases) in builder.after(state, phases, event) {
                    add(sums, over * chance, self.at(next.state, &phases)?);
                }
            }
            add(sums, -weight * phase.rate, self.potentials.of(number));
        }
        Ok(())
    }

    fn at(&self, state: StateId, phases: &[u16]) -> Result<&[f64], String> {
        let number = self.builder.number(state, phases).ok_or_else(unmet)?;
        Ok(self.potentials.of(number))
    }
}

fn add(sums: &mut [f64], weight: f64, values: &[f64]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += weight * value;
    }
}

fn unmet() -> String {
    "what follows two times that end at once was not met".to_owned()
}
