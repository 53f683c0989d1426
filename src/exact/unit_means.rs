//! How much of the scored time each unit is down by itself, whatever couples it to others.

use std::collections::HashMap;

use super::process::{Cycle, Process};
use super::quadrature::integrate;
use crate::model::Range;
use crate::plan::{NO_CREW, Plan, UnitId, UnitKind};

/// Relative error that is good enough for a mean: that of what a run works out by the way, so that it is worked out once.
const GOOD: f64 = 1e-8;

/// Why a unit is down for another share of time than is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Approximation {
    /// The wait for a crew is left out.
    Crew,
    /// A steady state is taken, as lives are not exponential or repairs too hard to work out.
    SteadyState,
    /// A shock counts as down, with all that it strikes, for the mean of a repair.
    Shock,
    /// What a failure takes with it is left out.
    Cascade,
    /// Ranges are taken at their means.
    Range,
    /// A standby replica is taken to fail as often as the primary.
    Dormancy,
    /// Gray faults are left out.
    Gray,
}

impl Approximation {
    /// In words.
    #[must_use]
    pub const fn in_words(self) -> &'static str {
        match self {
            Self::Crew => "waits for a crew are left out",
            Self::SteadyState => {
                "times between failures that are not exponential are taken in their steady state"
            }
            Self::Shock => "a shock counts as down, with all that it strikes, for its mean repair",
            Self::Cascade => "failures that spread are taken as failures of one replica",
            Self::Range => "ranges are taken at their means",
            Self::Dormancy => "standby replicas are taken to fail as often as the primary",
            Self::Gray => "gray faults, which fail requests and take nothing down, are left out",
        }
    }
}

/// Mean share of the scored time in which each unit is down, and what was left out of it.
pub(super) struct UnitMeans<'p> {
    plan: &'p Plan,
    known: HashMap<Vec<(u32, u32)>, (f64, bool)>,
    dormant: Vec<bool>,
    /// What was left out so far.
    pub approximations: Vec<Approximation>,
}

impl<'p> UnitMeans<'p> {
    pub(super) fn new(plan: &'p Plan) -> Self {
        let mut dormant = vec![false; plan.units.len()];
        for pool in plan.pools.iter().filter(|pool| pool.dormancy < 1.0) {
            for unit in pool.members.iter().filter_map(|member| member.unit) {
                dormant[unit as usize] = true;
            }
        }
        Self {
            plan,
            known: HashMap::new(),
            dormant,
            approximations: plan.gray.iter().map(|_| Approximation::Gray).collect(),
        }
    }

    /// The mean of one unit.
    pub(super) fn of(&mut self, unit: UnitId) -> f64 {
        let plan = self.plan;
        let is_dormant = self.dormant[unit as usize];
        let unit = plan.units[unit as usize];
        let clocks = unit.first_clock as usize..(unit.first_clock + unit.n_clocks) as usize;
        let clocks = &plan.clocks[clocks];
        let key: Vec<(u32, u32)> = clocks.iter().map(|c| (c.life, c.repair)).collect();
        let known = self.known.get(&key).copied();
        let (mean, is_exact) = known.unwrap_or_else(|| {
            let mean = self.mean(&key);
            self.known.insert(key, mean);
            mean
        });
        let waits = clocks.iter().any(|clock| clock.crew != NO_CREW);
        let is_uncertain = |sampler: u32| plan.uncertain.iter().any(|law| law.sampler == sampler);
        let mut laws = clocks.iter().flat_map(|clock| [clock.life, clock.repair]);
        let has_ranges = laws.any(is_uncertain);
        let spreads = clocks
            .iter()
            .any(|clock| plan.cascades.get(clock.cascade as usize).is_some());
        for (applies, approximation) in [
            (waits, Approximation::Crew),
            (!is_exact, Approximation::SteadyState),
            (
                matches!(unit.kind, UnitKind::Shock(_)),
                Approximation::Shock,
            ),
            (spreads, Approximation::Cascade),
            (has_ranges, Approximation::Range),
            (is_dormant, Approximation::Dormancy),
        ] {
            if applies && !self.approximations.contains(&approximation) {
                self.approximations.push(approximation);
            }
        }
        mean
    }

    /// The mean of a unit with these lives and repairs, and whether it is worked out.
    fn mean(&self, key: &[(u32, u32)]) -> (f64, bool) {
        let plan = self.plan;
        let end = plan.warm_up + plan.horizon;
        let law = |sampler: u32| plan.distributions[sampler as usize].with_ranges(&Range::mean);
        let laws: Vec<_> = key
            .iter()
            .map(|&(life, repair)| (law(life), law(repair)))
            .collect();
        let cycles: Vec<Cycle<'_>> = laws
            .iter()
            .map(|(life, repair)| Cycle { life, repair })
            .collect();
        if let Ok(process) = Process::new(&cycles, end, GOOD) {
            return (mean_of(&process, plan.warm_up, end), true);
        }
        let load: f64 = cycles
            .iter()
            .map(|cycle| cycle.repair.mean().min(end) / cycle.life.mean())
            .sum();
        (load / (1.0 + load), false)
    }
}

fn mean_of(process: &Process, start: f64, end: f64) -> f64 {
    let settled = process.settled().clamp(start, end);
    let mut edges = vec![start, settled];
    let landmarks = process.landmarks();
    let mut scale = landmarks.iter().copied().fold(settled, f64::min);
    while scale > 0.0 && scale < settled {
        edges.push(scale);
        scale *= 2.0;
    }
    edges.extend(landmarks);
    edges.retain(|t| (start..=settled).contains(t));
    edges.sort_by(f64::total_cmp);
    edges.dedup_by(|b, a| *b - *a <= 1e-12 * *b);
    let before = integrate(&edges, GOOD, 1, |t, out| out[0] = process.at(t));
    let before = before.values.first().copied().unwrap_or(0.0);
    (before + (end - settled) * process.at(settled)) / (end - start)
}
