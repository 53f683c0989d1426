//! The same trials played several times: as they are, without the failures of one part, and with it down.

use std::ops::Range;
use std::time::Instant;

use rayon::iter::{IntoParallelIterator, ParallelIterator};

use super::threads::pool;
use super::{Observer, Progress, RunSettings};
use crate::engine::{Record, Simulator};
use crate::estimate::ElementTally;
use crate::plan::{Element, Laws, Plan, Purpose, TrialKey};
use crate::results::RareSampling;
use crate::stats::{Moments, skewed_mean_interval};

/// Events of a batch, about, all replays together.
const EVENTS_PER_BATCH: f64 = 1_000_000.0;
/// Most trials of a batch.
const MAX_BATCH: u64 = 1024;
/// Batches of the first round; later ones double up to `MAX_ROUND`.
const FIRST_ROUND: u64 = 8;
/// Most batches of a round.
const MAX_ROUND: u64 = 32;
/// A precision is believed only after this many trials with a loss.
const MIN_TRIALS_WITH_LOSS: u64 = 100;

/// How one part is replayed.
#[derive(Debug)]
pub struct Part {
    /// The plan without its failures; `None`: they change nothing.
    pub(super) perfect: Option<Plan>,
    /// Clocks that are taken out, if they are all that is.
    pub(super) clocks: Option<Vec<u32>>,
    /// Whether a trial in which none of them runs out is certain to be the same.
    pub(super) run_from_the_start: bool,
    pub(super) down: Down,
}

/// What is known of a part that is down all the time.
#[derive(Debug)]
pub enum Down {
    /// Not defined.
    Undefined,
    /// Everything is lost.
    All,
    /// Nothing changes.
    Same,
    /// To be played.
    Played(Box<Plan>),
}

impl Part {
    /// The replays of an element of a plan. `reaches` says whether it can change what users see.
    #[must_use]
    pub fn new(plan: &Plan, element: Element, reaches: bool, down: Down) -> Self {
        if !reaches {
            return Self {
                perfect: None,
                clocks: None,
                run_from_the_start: false,
                down,
            };
        }
        let clocks = plan.clocks_of(element);
        let switched: Vec<u32> = plan
            .regions
            .iter()
            .flat_map(|region| &region.switches)
            .flat_map(|switch| &switch.units)
            .flat_map(|&unit| plan.clocks_of_unit(unit))
            .collect();
        let has_pool = |service: u32| plan.pools.iter().any(|pool| pool.service == service);
        let only_clocks = match element {
            Element::Takeover(_) => false,
            Element::Service(service) => !has_pool(service),
            Element::Fault(_) | Element::Zone(..) | Element::Region(_) => true,
        };
        // A replica that is started later draws its lives then.
        let run_from_the_start = !clocks.iter().any(|clock| switched.contains(clock));
        Self {
            perfect: Some(plan.with_perfect(element)),
            clocks: only_clocks.then_some(clocks),
            run_from_the_start,
            down,
        }
    }

    /// The same part with its plans changed.
    pub(super) fn with_plans(&self, change: &dyn Fn(&Plan) -> Plan) -> Self {
        let down = match &self.down {
            Down::Undefined => Down::Undefined,
            Down::All => Down::All,
            Down::Same => Down::Same,
            Down::Played(plan) => Down::Played(Box::new(change(plan))),
        };
        Self {
            perfect: self.perfect.as_ref().map(change),
            clocks: self.clocks.clone(),
            run_from_the_start: self.run_from_the_start,
            down,
        }
    }

    /// How often a trial is played for it at most.
    fn replays(&self) -> usize {
        usize::from(self.perfect.is_some()) + usize::from(matches!(self.down, Down::Played(_)))
    }
}

/// Trials and their replays.
#[derive(Debug, Clone, PartialEq)]
pub struct Replay {
    /// Unavailability as it is.
    pub base: Moments,
    /// One for each part.
    pub elements: Vec<ElementTally>,
    /// Whether it ended before it reached its trials or precision.
    pub partial: bool,
    /// How far samples of busy periods can be trusted; `None` if trials were played.
    pub rare: Option<RareSampling>,
}

/// Plays trials of a plan and of its variants until the unavailability of the plan itself is as precise as wanted, or the
/// observer stops it. Equal for any number of threads.
///
/// # Panics
///
/// If the worker threads cannot be started.
pub fn replay(
    plan: &Plan,
    parts: &[Part],
    settings: &RunSettings,
    observer: &mut dyn Observer,
) -> Replay {
    let pool = pool(settings.threads);
    let plays = 1 + parts.iter().map(Part::replays).sum::<usize>();
    let events = (plan.expected_events + 20.0) * plays as f64;
    let batch = ((EVENTS_PER_BATCH / events) as u64).clamp(1, MAX_BATCH);
    let limit = settings.trials.unwrap_or(u64::MAX);
    let mut whole = Batch::new(parts.len());
    let (mut next, mut round, mut reached) = (0, FIRST_ROUND, false);
    let started = Instant::now();
    while next < limit && !reached {
        let starts = (0..round).map(|i| next + i * batch);
        let batches: Vec<Range<u64>> = starts
            .map(|start| start..(start + batch).min(limit))
            .filter(|trials| trials.start < trials.end)
            .collect();
        let finished: Vec<Batch> = pool.install(|| {
            let batches = batches.into_par_iter();
            batches
                .map(|trials| play(plan, parts, settings.seed, trials))
                .collect()
        });
        for batch in &finished {
            whole.merge(batch);
        }
        next = (next + round * batch).min(limit);
        round = (2 * round).min(MAX_ROUND);
        let precision = precision(&whole.base, settings.confidence);
        reached = settings.precision.is_some_and(|target| {
            whole.base.nonzeros() >= MIN_TRIALS_WITH_LOSS
                && precision.is_some_and(|reached| reached <= target)
        });
        observer.progress(&progress(settings, &whole.base, precision));
        let out_of_time = settings
            .max_time
            .is_some_and(|limit| started.elapsed() >= limit);
        if out_of_time || observer.should_stop() {
            break;
        }
    }
    Replay {
        base: whole.base,
        elements: whole.elements,
        partial: next < limit && !reached,
        rare: None,
    }
}

pub(super) fn progress(settings: &RunSettings, base: &Moments, precision: Option<f64>) -> Progress {
    let by_precision = settings.precision.zip(precision).map(|(target, reached)| {
        let by_precision = base.n() as f64 * (reached / target).powi(2);
        let by_losses = (MIN_TRIALS_WITH_LOSS * base.n()) as f64 / base.nonzeros().max(1) as f64;
        by_precision.max(by_losses).min(1e18) as u64
    });
    Progress {
        trials: base.n(),
        expected_trials: settings.trials.or(by_precision),
        running: 1,
        topologies: 1,
    }
}

/// Half the length of the interval over the mean.
pub(super) fn precision(base: &Moments, level: f64) -> Option<f64> {
    let interval = skewed_mean_interval(&base.into(), level)?.clamped(0.0, 1.0);
    Some(interval.half_width() / base.mean())
}

/// Consecutive trials.
struct Batch {
    base: Moments,
    elements: Vec<ElementTally>,
}

impl Batch {
    fn new(parts: usize) -> Self {
        Self {
            base: Moments::default(),
            elements: vec![ElementTally::default(); parts],
        }
    }

    fn merge(&mut self, later: &Self) {
        self.base.merge(&later.base);
        for (mine, theirs) in self.elements.iter_mut().zip(&later.elements) {
            mine.merge(theirs);
        }
    }
}

fn play(plan: &Plan, parts: &[Part], seed: u64, trials: Range<u64>) -> Batch {
    let mut batch = Batch::new(parts.len());
    let mut laws = plan.laws.clone();
    let mut simulator = Simulator::new(plan, seed);
    let outcomes: Vec<f64> = trials
        .clone()
        .map(|trial| simulator.simulate(trial, Record::Losses).unavailability)
        .collect();
    for base in &outcomes {
        batch.base.add(*base);
    }
    // One part after the other, so that the state of one simulator at a time is near the processor.
    for (part, tally) in parts.iter().zip(&mut batch.elements) {
        let mut perfect = part.perfect.as_ref().map(|plan| Simulator::new(plan, seed));
        let mut down = match &part.down {
            Down::Played(plan) => Some(Simulator::new(plan, seed)),
            Down::Undefined | Down::All | Down::Same => None,
        };
        for (trial, &base) in trials.clone().zip(&outcomes) {
            let unavailability = match &mut perfect {
                Some(simulator) if !is_the_same(plan, &mut laws, part, seed, trial) => {
                    simulator.simulate(trial, Record::Losses).unavailability
                }
                _ => base,
            };
            let down = match (&part.down, &mut down) {
                (_, Some(simulator)) => {
                    Some(simulator.simulate(trial, Record::Losses).unavailability)
                }
                (Down::All, None) => Some(1.0),
                (Down::Same, None) => Some(base),
                (Down::Undefined | Down::Played(_), None) => None,
            };
            tally.add(base, unavailability, down);
        }
    }
    batch
}

/// Whether no clock that is taken out runs out in a trial: the replay is the trial itself. Clocks run at full speed at
/// most, so that the first life of each is drawn to see.
fn is_the_same(plan: &Plan, laws: &mut Laws, part: &Part, seed: u64, trial: u64) -> bool {
    let Some(clocks) = part.clocks.as_ref().filter(|_| part.run_from_the_start) else {
        return false;
    };
    let key = TrialKey::new(seed, trial);
    laws.learn(&plan.uncertain, key);
    let end = plan.warm_up + plan.horizon;
    clocks.iter().all(|&clock| {
        let clock = &plan.clocks[clock as usize];
        let mut rng = key.stream(clock.key, Purpose::Renewal);
        laws.samplers[clock.life as usize].draw(&mut rng) >= end
    })
}
