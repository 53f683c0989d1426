//! Busy periods of a plan, and of the plan without each of its parts or with each of them down, sample by sample.
//!
//! A sample of a plan without a part walks through the same trial to the same time. Where both have come to rest alike, the busy
//! periods of the plan itself say what is lost without the part ([`super::removed`]); elsewhere it has its own. What either way is
//! drawn does not depend on what is lost, so that each sample is an unbiased estimate. Played for `why` where losses are rare.

use super::busy::{BusyPeriods, BusySample, Calm};
use super::removed::Removed;
use super::snapshot::State;
use super::trial::{Record, Simulator};
use crate::plan::{Plan, Purpose};

/// Expected failures of a part's clocks in a busy period up to which the busy periods of the plan tell of it: beyond it they would
/// weigh too unevenly.
const FEW_FAILURES: f64 = 0.3;

/// A part of a plan as it is replayed.
#[derive(Debug)]
pub struct Variants<'p> {
    /// The plan without the failures of the part; `None`: they change nothing.
    pub perfect: Option<&'p Plan>,
    /// The clocks that are all that this plan differs in.
    pub clocks: Option<&'p [u32]>,
    /// Whether these clocks have their first lives from the start of a trial on.
    pub run_from_the_start: bool,
    /// The plan with the part down all the time, where that is to be played.
    pub down: Option<&'p Plan>,
}

/// Samples a plan and its variants.
#[derive(Debug)]
pub struct Without<'p> {
    base: BusyPeriods<'p>,
    /// Whether nothing in the plan remembers the past while nothing is the matter.
    forgets: bool,
    parts: Vec<Part<'p>>,
    here: Rest,
    there: Rest,
}

/// All that what comes next depends on where nothing is the matter.
#[derive(Debug, Clone, PartialEq)]
struct Rest {
    state: State,
    /// Slots and times \[s\].
    pending: Vec<(u32, f64)>,
}

impl Rest {
    fn of(plan: &Plan) -> Self {
        Self {
            state: State::of(plan),
            pending: Vec::new(),
        }
    }
}

/// A sample, and the same of every part.
#[derive(Debug, Clone, PartialEq)]
pub struct WithoutSample {
    /// The plan as it is.
    pub base: BusySample,
    /// By part: unavailability without its failures, and with it down.
    pub parts: Vec<(f64, Option<f64>)>,
    /// Events played, all together.
    pub events: u64,
}

#[derive(Debug)]
struct Part<'p> {
    perfect: Option<Perfect<'p>>,
    down: Option<Down<'p>>,
}

/// The plan without failures of a part.
#[derive(Debug)]
struct Perfect<'p> {
    periods: BusyPeriods<'p>,
    /// Its index among those that busy periods of the plan itself tell of, and its clocks.
    weighed: Option<(usize, &'p [u32])>,
    run_from_the_start: bool,
}

/// The plan with a part down.
#[derive(Debug)]
enum Down<'p> {
    /// Losses come in busy periods.
    Rare(Box<BusyPeriods<'p>>),
    /// Something is wrong from the start: every trial tells.
    Common(Box<Simulator<'p>>),
}

impl<'p> Without<'p> {
    /// Of a plan under a seed, its busy periods as [`BusyPeriods::new`] has them. They are not split: what is weighed without a part is a whole one.
    ///
    /// # Errors
    ///
    /// In words, what in the plan remembers the past even at rest.
    pub fn new(
        plan: &'p Plan,
        seed: u64,
        sets: &[Vec<u32>],
        parts: &[Variants<'p>],
        calm: &Calm,
    ) -> Result<Self, String> {
        let mut base = BusyPeriods::new(plan, seed, sets, calm)?;
        // What ages has failures by nature too, which come at other times without a part.
        let forgets = base.remembered().is_none();
        let mut weighed: Vec<Vec<u32>> = Vec::new();
        let mut played = Vec::new();
        for part in parts {
            let perfect = match part.perfect {
                None => None,
                Some(variant) => {
                    let is_told = |clocks: &&[u32]| forgets && base.fails_seldom(clocks);
                    let clocks = part.clocks.filter(is_told);
                    let slot = clocks.map(|clocks| {
                        weighed.push(clocks.to_vec());
                        (weighed.len() - 1, clocks)
                    });
                    Some(Perfect {
                        periods: base.of_variant(variant, seed)?,
                        weighed: slot,
                        run_from_the_start: part.run_from_the_start,
                    })
                }
            };
            let down = part.down.map(|variant| {
                BusyPeriods::new(variant, seed, &[], calm).map_or_else(
                    |_| Down::Common(Box::new(Simulator::new(variant, seed))),
                    |periods| Down::Rare(Box::new(periods)),
                )
            });
            played.push(Part { perfect, down });
        }
        base.removed = Removed::new(plan.clocks.len(), &weighed);
        Ok(Self {
            base,
            forgets,
            parts: played,
            here: Rest::of(plan),
            there: Rest::of(plan),
        })
    }

    /// One sample: a pure function of the plan, its parts, seed and index.
    pub fn sample(&mut self, index: u64) -> WithoutSample {
        let (base, time) = if self.forgets {
            let walk = self.base.walk(index);
            let time = walk.time;
            if walk.at_rest {
                self.base.note_rest(&mut self.here);
            }
            (self.base.periods(walk), time)
        } else {
            (self.base.sample(index), f64::INFINITY)
        };
        let mut events = base.events;
        let mut parts = Vec::with_capacity(self.parts.len());
        for part in &mut self.parts {
            let perfect = part.perfect.as_mut().map(|perfect| {
                let same = perfect.as_the_plan(&self.base, base.at_rest, time);
                same.unwrap_or_else(|| {
                    let (lost, played) =
                        perfect.sample(index, &self.base, (&base, &self.here), &mut self.there);
                    events += played;
                    lost
                })
            });
            let perfect = perfect.unwrap_or(base.loss.unavailability);
            let down = part.down.as_mut().map(|down| {
                let (lost, played) = down.sample(index);
                events += played;
                lost
            });
            parts.push((perfect, down));
        }
        WithoutSample {
            base,
            parts,
            events,
        }
    }
}

impl Perfect<'_> {
    /// What is lost without the part, where the walk is certain to be that of the plan: none of its clocks has run out before the
    /// time of the walk.
    fn as_the_plan(&self, base: &BusyPeriods<'_>, at_rest: bool, time: f64) -> Option<f64> {
        let (slot, clocks) = self.weighed.filter(|_| self.run_from_the_start)?;
        let walker = &base.walker;
        let is_untouched = clocks.iter().all(|&clock| {
            let clock = &walker.plan.clocks[clock as usize];
            let mut rng = walker.key.stream(clock.key, Purpose::Renewal);
            walker.laws.samplers[clock.life as usize].draw(&mut rng) > time
        });
        let lost = || {
            if at_rest {
                base.removed.lost_without(slot)
            } else {
                0.0
            }
        };
        is_untouched.then(lost)
    }

    /// What is lost without the part, and the events played.
    fn sample(
        &mut self,
        index: u64,
        base: &BusyPeriods<'_>,
        (sample, here): (&BusySample, &Rest),
        there: &mut Rest,
    ) -> (f64, u64) {
        let Some((slot, _)) = self.weighed else {
            let sample = self.periods.sample(index);
            return (sample.loss.unavailability, sample.events);
        };
        let walk = self.periods.walk(index);
        if walk.at_rest && sample.at_rest {
            self.periods.note_rest(there);
            if here == there {
                let events = self.periods.walker.outcome.events;
                return (base.removed.lost_without(slot), events);
            }
        }
        let sample = self.periods.periods(walk);
        (sample.loss.unavailability, sample.events)
    }
}

impl Down<'_> {
    /// What is lost with the part down, and the events played.
    fn sample(&mut self, index: u64) -> (f64, u64) {
        match self {
            Self::Rare(periods) => {
                let sample = periods.sample(index);
                (sample.loss.unavailability, sample.events)
            }
            Self::Common(simulator) => {
                let outcome = simulator.simulate(index, Record::Losses);
                (outcome.unavailability, outcome.events)
            }
        }
    }
}

impl Simulator<'_> {
    /// Notes how things stand at rest: all that what comes next depends on.
    pub(super) fn note_rest(&self, into: &mut State) {
        self.snapshot(None, into);
        // Lives that forget their past are noted nowhere, the others and what is pending apart.
        into.pending.fill(false);
    }
}

impl BusyPeriods<'_> {
    /// Notes where the walk has come to.
    fn note_rest(&self, into: &mut Rest) {
        self.walker.note_rest(&mut into.state);
        into.pending = self.pending_slots().to_vec();
    }

    /// Whether clocks hardly ever run out in a busy period.
    fn fails_seldom(&self, clocks: &[u32]) -> bool {
        let rates = clocks.iter().map(|clock| self.constant_rate_of(*clock));
        let sum = rates.map(|rate| rate.unwrap_or(f64::INFINITY)).sum::<f64>();
        sum * self.walker.plan.longest_mean_loss < FEW_FAILURES
    }
}
