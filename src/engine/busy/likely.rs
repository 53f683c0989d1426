//! Which failure comes next in a busy period: more often than by nature, and more from where it hurts.
//!
//! The chance of a clock is a mixture of three: by its rate, so that no likelihood ratio grows without bound; the same for
//! every fault, and within a fault for every place (balanced failure biasing), so that a common cause has its share beside
//! hundreds of replicas; and the same for what stands behind gates that have already lost some of what they tolerate, or
//! behind other regions while one is unhealthy, so that the second and third loss meet the first.

use rand::RngExt;

use super::calm::Calm;
use super::hazard::Hazard;
use super::lives::Lives;
use crate::engine::serving::Serving;
use crate::engine::trial::Simulator;
use crate::engine::units::Condition;
use crate::plan::{Clock, GateId, Laws, NO_GATE, Plan, Sampler, StreamRng, UnitId};

/// Share of the choice by rate.
const BY_RATE: f64 = 0.2;
/// Share of the choice of what hurts, while anything does.
const BY_HURT: f64 = 0.5;
/// Share of the busy periods beside failures that come often whose first failure is not one of these.
const FIRST_SELDOM: f64 = 0.8;
/// The same where these do harm by piling up.
const FIRST_SELDOM_OF_PILES: f64 = 0.4;
/// Gates behind which there are more clocks are told apart no further.
const MOST_BEHIND: usize = 5_000;

/// Times the mean rate of a clock above which a hazard is so high that nothing needs to be made likely.
const RIPE: f64 = 20.0;

/// The clocks of a plan.
#[derive(Debug, Clone)]
pub(super) struct Clocks {
    /// How readily they run out.
    kinds: Vec<Kind>,
    units: Vec<UnitId>,
    causes: Vec<u32>,
}

/// How readily a clock runs out.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// At a rate that never changes \[1/s\]: its failures come from outside only.
    Constant(f64),
    /// By age, and at most so readily that it is worth making it more so \[1/s\]: its failures come from outside and by nature.
    Ageing(Hazard, f64),
    /// At certain ages: its failures come by nature only.
    Dated,
}

impl Clocks {
    /// The clocks of a plan.
    pub(super) fn new(plan: &Plan) -> Self {
        let mut units = vec![0; plan.clocks.len()];
        for (unit, plan) in (0..).zip(&plan.units) {
            let own = plan.first_clock as usize..(plan.first_clock + plan.n_clocks) as usize;
            units[own].fill(unit);
        }
        let kind = |clock: &Clock| {
            let law = &plan.distributions[clock.life as usize];
            match (rate(&plan.laws, clock.life), Hazard::of(law)) {
                (Some(rate), _) => Kind::Constant(rate),
                (None, Some(hazard)) => Kind::Ageing(hazard, RIPE / law.mean()),
                (None, None) => Kind::Dated,
            }
        };
        Self {
            kinds: plan.clocks.iter().map(kind).collect(),
            units,
            causes: plan.clocks.iter().map(|clock| clock.cause).collect(),
        }
    }

    /// By clock, whether it only runs out at certain ages.
    pub(super) fn dated(&self) -> Vec<bool> {
        self.kinds.iter().map(|kind| *kind == Kind::Dated).collect()
    }
}

/// Failures in a second of operation by a sampler of lives; `None` if it is not exponential.
fn rate(laws: &Laws, life: u32) -> Option<f64> {
    match laws.samplers[life as usize] {
        Sampler::Exponential(mean) => Some(mean.recip()),
        Sampler::Never => Some(0.0),
        _ => None,
    }
}

/// Among which failures one is chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Among {
    /// All.
    All,
    /// Those that do not come often.
    Seldom,
    /// None: all come by nature.
    None,
}

/// Rates of failures \[1/s\].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Rates {
    /// Of all, and of those that do not come often.
    all: f64,
    seldom: f64,
    /// Of all that come from outside only, and of those of them that come often.
    parked: f64,
    parked_often: f64,
}

impl Rates {
    /// Of those that are chosen among.
    pub(super) fn of(self, among: Among) -> f64 {
        match among {
            Among::All => self.all,
            Among::Seldom => self.seldom,
            Among::None => 0.0,
        }
    }

    /// Of the others that come from outside.
    pub(super) fn beside(self, among: Among) -> f64 {
        match among {
            Among::All => 0.0,
            Among::Seldom => self.parked_often,
            Among::None => self.parked,
        }
    }

    /// Of all that come from outside.
    pub(super) fn outside(self) -> f64 {
        self.parked
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
    /// By clock, whether its failures come often; empty if none do.
    often: Vec<bool>,
    /// Rates as things stand \[1/s\]; 0 for what is not up.
    rates: Vec<f64>,
    total: Rates,
    /// Shares of the choice among all, and among those that do not come often (only if some do).
    chances: [Vec<f64>; 2],
    /// By cause: clocks that may fail.
    counts: Vec<u32>,
}

impl Likely {
    pub(super) fn new(plan: &Plan, clocks: Clocks, calm: &Calm) -> Self {
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
        let n_clocks = plan.clocks.len();
        let mut often = Vec::new();
        if calm.is_busy() {
            let units = clocks.units.iter();
            often.extend(units.map(|unit| calm.fails_often(*unit)));
        }
        Self {
            groups,
            regions: plan
                .health
                .iter()
                .map(|health| behind(health.gate))
                .collect(),
            all: (0..n_clocks as u32).collect(),
            rates: vec![0.0; n_clocks],
            total: Rates::default(),
            chances: [
                vec![0.0; n_clocks],
                vec![0.0; if often.is_empty() { 0 } else { n_clocks }],
            ],
            counts: vec![0; plan.names.causes.len()],
            often,
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

    /// The first clock that what comes next remembers: its lives are not exponential.
    pub(super) fn remembered(&self) -> Option<u32> {
        let forgets = |kind: &Kind| matches!(kind, Kind::Constant(_));
        let found = self.clocks.kinds.iter().position(|kind| !forgets(kind));
        found.map(|clock| clock as u32)
    }

    /// By clock, whether its failures come from outside only.
    pub(super) fn parked(&self) -> Vec<bool> {
        let kinds = self.clocks.kinds.iter();
        kinds
            .map(|kind| matches!(kind, Kind::Constant(_)))
            .collect()
    }

    /// Whether a clock only runs out at certain ages.
    pub(super) fn is_dated(&self, clock: u32) -> bool {
        self.clocks.kinds[clock as usize] == Kind::Dated
    }

    /// Whether a clock may be so likely to run out in so many seconds that its failures by nature begin busy periods.
    pub(super) fn may_get_ripe(&self, clock: u32, seconds: f64) -> bool {
        match &self.clocks.kinds[clock as usize] {
            Kind::Constant(_) => false,
            Kind::Ageing(hazard, limit) => hazard.may_exceed(*limit, seconds),
            Kind::Dated => true,
        }
    }

    /// Whether a clock that is running out is so likely to that this begins a busy period by nature; else it may be chosen to.
    pub(super) fn is_ripe(&self, simulator: &Simulator<'_>, lives: &Lives, clock: u32) -> bool {
        match &self.clocks.kinds[clock as usize] {
            Kind::Constant(_) => false,
            Kind::Ageing(_, limit) => self.hazard(simulator, lives, clock) > *limit,
            Kind::Dated => true,
        }
    }

    /// How readily a clock of a unit that is up runs out, in its operating time \[1/s\].
    fn hazard(&self, simulator: &Simulator<'_>, lives: &Lives, clock: u32) -> f64 {
        match &self.clocks.kinds[clock as usize] {
            Kind::Constant(rate) => *rate,
            Kind::Ageing(hazard, _) => {
                let unit = self.clocks.units[clock as usize];
                hazard.rate(lives.age_of(simulator, unit, clock))
            }
            Kind::Dated => f64::INFINITY,
        }
    }

    /// Failures of a clock in a second of operation; `None` if that changes.
    pub(super) fn constant_rate_of(&self, clock: u32) -> Option<f64> {
        match self.clocks.kinds[clock as usize] {
            Kind::Constant(rate) => Some(rate),
            Kind::Ageing(..) | Kind::Dated => None,
        }
    }

    /// Rates of all clocks as last looked at \[1/s\].
    pub(super) fn rates(&self) -> &[f64] {
        &self.rates
    }

    /// Takes over what a trial knows of lives that have ranges.
    pub(super) fn learn(&mut self, plan: &Plan, laws: &Laws) {
        for law in &plan.uncertain {
            for (known, clock) in self.clocks.kinds.iter_mut().zip(&plan.clocks) {
                if clock.life == law.sampler
                    && let Some(rate) = rate(laws, clock.life)
                {
                    *known = Kind::Constant(rate);
                }
            }
        }
    }

    /// Looks at how things stand, for the first failure of a busy period or a later one. Returns the rates of failures.
    pub(super) fn look(&mut self, simulator: &Simulator<'_>, lives: &Lives, first: bool) -> Rates {
        let mut total = Rates::default();
        for clock in 0..self.rates.len() {
            let unit = self.clocks.units[clock];
            let is_up = simulator.condition_of(unit) == Condition::Up;
            let (hazard, is_parked) = match &self.clocks.kinds[clock] {
                _ if !is_up => (0.0, true),
                Kind::Constant(rate) => (*rate, true),
                Kind::Ageing(_, limit) => {
                    let hazard = self.hazard(simulator, lives, clock as u32);
                    // Riper ones begin busy periods by nature.
                    let ripe = if first { 0.0 } else { *limit };
                    (if hazard > *limit { ripe } else { hazard }, false)
                }
                Kind::Dated => (0.0, false),
            };
            let rate = hazard * speed_of(simulator, unit);
            self.rates[clock] = rate;
            total.all += rate;
            let often = self.often.get(clock).copied();
            if often == Some(false) {
                total.seldom += rate;
            }
            if is_parked {
                total.parked += rate;
                if often == Some(true) {
                    total.parked_often += rate;
                }
            }
        }
        self.total = total;
        self.share_out(simulator);
        total
    }

    /// Shares out the choice, as things stand.
    fn share_out(&mut self, simulator: &Simulator<'_>) {
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
        for among in [Among::All, Among::Seldom] {
            if among == Among::Seldom && self.often.is_empty() {
                break;
            }
            self.chances[among as usize].fill(0.0);
            let mut left = 1.0 - BY_RATE;
            if hurting > 0.0 {
                left -= BY_HURT;
                for &group in &worn {
                    let behind = std::mem::take(&mut self.groups[group].1);
                    self.balance(&behind, BY_HURT / hurting, among);
                    self.groups[group].1 = behind;
                }
                for &region in &others {
                    let behind = std::mem::take(&mut self.regions[region]);
                    self.balance(&behind, BY_HURT / hurting, among);
                    self.regions[region] = behind;
                }
            }
            let all = std::mem::take(&mut self.all);
            self.balance(&all, left, among);
            self.all = all;
        }
    }

    /// Whether a clock is one of those that are chosen among.
    pub(super) fn is_among(&self, clock: u32, among: Among) -> bool {
        match among {
            Among::All => true,
            Among::Seldom => !self.often.get(clock as usize).is_some_and(|often| *often),
            Among::None => false,
        }
    }

    /// Adds a share of the choice that is the same for every fault among some clocks, and for every place of a fault.
    fn balance(&mut self, clocks: &[u32], share: f64, among: Among) {
        self.counts.fill(0);
        let (mut n_causes, mut n_up) = (0, 0);
        for &clock in clocks {
            if self.rates[clock as usize] > 0.0 && self.is_among(clock, among) {
                let count = &mut self.counts[self.clocks.causes[clock as usize] as usize];
                n_causes += u32::from(*count == 0);
                *count += 1;
                n_up += 1;
            }
        }
        if n_up == 0 {
            return;
        }
        for &clock in clocks {
            if self.rates[clock as usize] > 0.0 && self.is_among(clock, among) {
                let count = self.counts[self.clocks.causes[clock as usize] as usize];
                self.chances[among as usize][clock as usize] +=
                    share / f64::from(n_causes) / f64::from(count);
            }
        }
    }

    /// Chooses the clock that ends, as things stood when last looked at: its unit, and itself.
    pub(super) fn choose(&self, among: Among, rng: &mut StreamRng) -> (UnitId, u32) {
        let by_rate = self.by_rate(among);
        self.pick(rng, |clock| {
            if self.is_among(clock, among) {
                self.chance(clock, among, by_rate)
            } else {
                0.0
            }
        })
    }

    /// Chooses the first failure of a busy period, mostly one that does not come often, as long as there are some: its unit, itself, and the
    /// rate of it by nature over the chance of the choice \[1/s\].
    pub(super) fn choose_first(&self, piling_up: bool, rng: &mut StreamRng) -> (UnitId, u32, f64) {
        let seldom = match piling_up {
            _ if self.total.seldom <= 0.0 => 0.0,
            true => FIRST_SELDOM_OF_PILES,
            false => FIRST_SELDOM,
        };
        let among = if seldom > 0.0 && rng.random::<f64>() < seldom {
            Among::Seldom
        } else {
            Among::All
        };
        let (unit, clock) = self.choose(among, rng);
        if seldom == 0.0 {
            return (unit, clock, self.total.all * self.ratio(clock, Among::All));
        }
        let mut chance = (1.0 - seldom) * self.chance(clock, Among::All, self.by_rate(Among::All));
        if self.is_among(clock, Among::Seldom) {
            chance += seldom * self.chance(clock, Among::Seldom, self.by_rate(Among::Seldom));
        }
        (unit, clock, self.rates[clock as usize] / chance)
    }

    /// Chooses one of the others that come from outside, by nature.
    pub(super) fn choose_beside(&self, among: Among, rng: &mut StreamRng) -> (UnitId, u32) {
        let total = self.total.beside(among);
        self.pick(rng, |clock| {
            let is_parked = self.constant_rate_of(clock).is_some();
            if is_parked && !self.is_among(clock, among) {
                self.rates[clock as usize] / total
            } else {
                0.0
            }
        })
    }

    fn pick(&self, rng: &mut StreamRng, chance: impl Fn(u32) -> f64) -> (UnitId, u32) {
        let mut at = rng.random::<f64>();
        let mut chosen = 0;
        for clock in 0..self.rates.len() as u32 {
            if self.rates[clock as usize] > 0.0 {
                let chance = chance(clock);
                if chance <= 0.0 {
                    continue;
                }
                chosen = clock;
                at -= chance;
                if at < 0.0 {
                    break;
                }
            }
        }
        (self.clocks.units[chosen as usize], chosen)
    }

    /// Chance of a clock by nature over that by choice.
    pub(super) fn ratio(&self, clock: u32, among: Among) -> f64 {
        let by_nature = self.rates[clock as usize] / self.total.of(among);
        by_nature / self.chance(clock, among, self.by_rate(among))
    }

    /// What the failure of a clock that ages counts, if some are chosen at a rate: it comes by nature too. Rates are as last looked at, its
    /// age is that of now.
    pub(super) fn ratio_of_ageing(
        &self,
        simulator: &Simulator<'_>,
        lives: &Lives,
        (clock, among, chosen): (u32, Among, f64),
    ) -> f64 {
        let is_chosen = self.is_among(clock, among) && self.rates[clock as usize] > 0.0;
        if !is_chosen || chosen <= 0.0 || self.is_dated(clock) {
            return 1.0;
        }
        let speed = speed_of(simulator, self.clocks.units[clock as usize]);
        let hazard = self.hazard(simulator, lives, clock) * speed;
        let from_outside = chosen * self.chance(clock, among, self.by_rate(among));
        // No hazard at all is a failure that nature does not know.
        1.0 / (1.0 + from_outside / hazard)
    }

    /// What found nobody up to fall to goes by rate.
    fn by_rate(&self, among: Among) -> f64 {
        1.0 - self.chances[among as usize].iter().sum::<f64>()
    }

    fn chance(&self, clock: u32, among: Among, by_rate: f64) -> f64 {
        let by_nature = self.rates[clock as usize] / self.total.of(among);
        self.chances[among as usize][clock as usize] + by_rate * by_nature
    }
}

/// Speed of the clocks of a unit.
fn speed_of(simulator: &Simulator<'_>, unit: UnitId) -> f64 {
    let state = simulator.states.get(unit as usize);
    state.map_or(1.0, |state| state.speed)
}
