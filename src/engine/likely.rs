//! Which failure comes next in a busy period: more often than by nature, and more from where it hurts.
//!
//! The chance of a clock is a mixture of three: by its rate, so that no likelihood ratio grows without bound; the same for
//! every fault, and within a fault for every place (balanced failure biasing), so that a common cause has its share beside
//! hundreds of replicas; and the same for what stands behind gates that have already lost some of what they tolerate, or
//! behind other regions while one is unhealthy, so that the second and third loss meet the first.

use rand::RngExt;

use super::serving::Serving;
use super::trial::Simulator;
use super::units::Condition;
use crate::plan::{Clock, GateId, Laws, NO_GATE, Plan, Sampler, StreamRng, UnitId};

/// Share of the choice by rate.
const BY_RATE: f64 = 0.2;
/// Share of the choice of what hurts, while anything does.
const BY_HURT: f64 = 0.5;
/// Gates behind which there are more clocks are told apart no further.
const MOST_BEHIND: usize = 5_000;

/// The clocks of a plan, all exponential.
#[derive(Debug, Clone)]
pub(super) struct Clocks {
    /// Failures in a second of operation.
    rates: Vec<f64>,
    units: Vec<UnitId>,
    causes: Vec<u32>,
}

impl Clocks {
    /// The clocks of a plan.
    ///
    /// # Errors
    ///
    /// In words, which fault has lives that are not exponential.
    pub(super) fn new(plan: &Plan) -> Result<Self, String> {
        let mut clocks = Self {
            rates: Vec::new(),
            units: vec![0; plan.clocks.len()],
            causes: plan.clocks.iter().map(|clock| clock.cause).collect(),
        };
        for clock in &plan.clocks {
            let rate = rate(&plan.laws, clock).ok_or_else(|| {
                let name = &plan.names.causes[clock.cause as usize];
                format!("the lives of fault `{name}` are not exponential")
            })?;
            clocks.rates.push(rate);
        }
        for (unit, plan) in (0..).zip(&plan.units) {
            let own = plan.first_clock as usize..(plan.first_clock + plan.n_clocks) as usize;
            clocks.units[own].fill(unit);
        }
        Ok(clocks)
    }
}

/// Failures of a clock in a second of operation; `None` if its lives are not exponential.
fn rate(laws: &Laws, clock: &Clock) -> Option<f64> {
    match laws.samplers[clock.life as usize] {
        Sampler::Exponential(mean) => Some(mean.recip()),
        Sampler::Never => Some(0.0),
        _ => None,
    }
}

/// Chooses failures.
#[derive(Debug, Clone)]
pub(super) struct Likely {
    clocks: Clocks,
    /// Gates that tolerate something, each with the clocks behind it.
    groups: Vec<(GateId, Vec<u32>)>,
    /// The clocks behind the health of each region.
    regions: Vec<Vec<u32>>,
    all: Vec<u32>,
    /// Rates as things stand \[1/s\]; 0 for what is not up.
    rates: Vec<f64>,
    total: f64,
    chances: Vec<f64>,
    /// By cause: clocks that may fail.
    counts: Vec<u32>,
}

impl Likely {
    pub(super) fn new(plan: &Plan, clocks: Clocks) -> Self {
        let behind = |gate: GateId| -> Vec<u32> {
            let upstream = plan.network.upstream_of(&[gate]);
            let is_behind = |clock: &u32| {
                let unit = plan.units[clocks.units[*clock as usize] as usize];
                unit.gate != NO_GATE && upstream[unit.gate as usize]
            };
            (0..plan.clocks.len() as u32).filter(is_behind).collect()
        };
        // Nobody is hurt by what wears a service that no journey needs.
        let decides = plan.deciding_gates();
        let tolerant = (0..).zip(&plan.network.initial);
        let groups = tolerant
            .filter(|(gate, spare)| decides[*gate as usize] && **spare > 0)
            .map(|(gate, _)| (gate, behind(gate)))
            .filter(|(_, behind)| behind.len() > 1 && behind.len() <= MOST_BEHIND)
            .collect();
        Self {
            groups,
            regions: plan
                .health
                .iter()
                .map(|health| behind(health.gate))
                .collect(),
            all: (0..plan.clocks.len() as u32).collect(),
            rates: vec![0.0; plan.clocks.len()],
            total: 0.0,
            chances: vec![0.0; plan.clocks.len()],
            counts: vec![0; plan.names.causes.len()],
            clocks,
        }
    }

    /// The same for a plan of the same structure with other clocks.
    pub(super) fn with(&self, clocks: Clocks) -> Self {
        Self {
            clocks,
            ..self.clone()
        }
    }

    /// Failures of a clock in a second of operation.
    pub(super) fn rate_of(&self, clock: u32) -> f64 {
        self.clocks.rates[clock as usize]
    }

    /// Rates of all clocks as last looked at \[1/s\].
    pub(super) fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// Takes over what a trial knows of lives that have ranges.
    pub(super) fn learn(&mut self, plan: &Plan, laws: &Laws) {
        for law in &plan.uncertain {
            for (known, clock) in self.clocks.rates.iter_mut().zip(&plan.clocks) {
                if clock.life == law.sampler {
                    *known = rate(laws, clock).unwrap_or(*known);
                }
            }
        }
    }

    /// Looks at how things stand. Returns the rate of all failures \[1/s\].
    pub(super) fn look(&mut self, simulator: &Simulator<'_>) -> f64 {
        self.total = 0.0;
        for (clock, rate) in self.rates.iter_mut().enumerate() {
            let unit = self.clocks.units[clock];
            let speed = simulator
                .states
                .get(unit as usize)
                .map_or(1.0, |state| state.speed);
            *rate = if simulator.condition_of(unit) == Condition::Up {
                self.clocks.rates[clock] * speed
            } else {
                0.0
            };
            self.total += *rate;
        }
        self.chances.fill(0.0);
        let plan = simulator.plan;
        let is_worn = |gate: GateId| {
            let spare = simulator.spare[gate as usize];
            (0..plan.network.initial[gate as usize]).contains(&spare)
        };
        let worn: Vec<usize> = (0..self.groups.len())
            .filter(|group| is_worn(self.groups[*group].0))
            .collect();
        let is_ill = |region: &usize| !simulator.is_up(plan.health[*region].gate);
        let n_ill = (0..plan.health.len()).filter(is_ill).count();
        let mut others: Vec<usize> = (0..plan.health.len()).filter(|r| !is_ill(r)).collect();
        if n_ill == 0 || matches!(simulator.serving, Serving::Single) {
            others.clear();
        }
        let hurting = (worn.len() + others.len()) as f64;
        let mut left = 1.0 - BY_RATE;
        if hurting > 0.0 {
            left -= BY_HURT;
            for group in worn {
                let behind = std::mem::take(&mut self.groups[group].1);
                self.balance(&behind, BY_HURT / hurting);
                self.groups[group].1 = behind;
            }
            for region in others {
                let behind = std::mem::take(&mut self.regions[region]);
                self.balance(&behind, BY_HURT / hurting);
                self.regions[region] = behind;
            }
        }
        let all = std::mem::take(&mut self.all);
        self.balance(&all, left);
        self.all = all;
        self.total
    }

    /// Adds a share of the choice that is the same for every fault among some clocks, and for every place of a fault.
    fn balance(&mut self, among: &[u32], share: f64) {
        self.counts.fill(0);
        let (mut n_causes, mut n_up) = (0, 0);
        for &clock in among {
            if self.rates[clock as usize] > 0.0 {
                let count = &mut self.counts[self.clocks.causes[clock as usize] as usize];
                n_causes += u32::from(*count == 0);
                *count += 1;
                n_up += 1;
            }
        }
        if n_up == 0 {
            return;
        }
        for &clock in among {
            if self.rates[clock as usize] > 0.0 {
                let count = self.counts[self.clocks.causes[clock as usize] as usize];
                self.chances[clock as usize] += share / f64::from(n_causes) / f64::from(count);
            }
        }
    }

    /// Chooses the clock that ends, as things stood when last looked at: its unit, itself, and its chance by nature over
    /// that by choice.
    pub(super) fn choose(&self, rng: &mut StreamRng) -> (UnitId, u32, f64) {
        // What found nobody up to fall to goes by rate.
        let by_rate = 1.0 - self.chances.iter().sum::<f64>();
        let chance = |clock: usize| self.chances[clock] + by_rate * self.rates[clock] / self.total;
        let mut at = rng.random::<f64>();
        let mut chosen = 0;
        for clock in 0..self.rates.len() {
            if self.rates[clock] > 0.0 {
                chosen = clock;
                at -= chance(clock);
                if at < 0.0 {
                    break;
                }
            }
        }
        let ratio = self.rates[chosen] / self.total / chance(chosen);
        (self.clocks.units[chosen], chosen as u32, ratio)
    }
}
