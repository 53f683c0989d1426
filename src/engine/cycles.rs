//! Cycles from one rest to the next, as far as the first outage: what the mean time to it follows from.
//!
//! All new and at rest, a plan with exponential lives begins anew whenever it comes to the same rest again. With T the time to the
//! first outage, C the length of a cycle up to its end or its outage, whichever comes first, and p the chance of an outage in a cycle,
//! Wald's equation says exactly
//!
//! ```text
//! E[T] = E[C] / p,   E[C] = 1/Λ + E[busy part of C].
//! ```
//!
//! Both are means over busy periods whose failures are made likely ([`super::busy`]), here without an end of the trial. Asmussen (2003),
//! Applied Probability and Queues, 2nd ed., VI.1; Goyal et al. (1992), IEEE Transactions on Computers 41, 36-51,
//! doi:10.1109/12.123381.

use super::busy::{BusyPeriods, Calm, PERIODS};
use super::snapshot::State;
use crate::plan::{Plan, Purpose, StreamKey, TrialKey};

/// Samples cycles of a plan, one sample after another.
#[derive(Debug)]
pub struct Cycles<'p> {
    periods: BusyPeriods<'p>,
    rest: State,
    after: State,
    /// Failures at rest \[1/s\].
    rate: f64,
    seed: u64,
}

/// What a sample came to: unbiased estimates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CycleSample {
    /// Length of a cycle up to its outage \[s\].
    pub seconds: f64,
    /// What of that is at rest, which is known \[s\].
    pub at_rest: f64,
    /// Chance of an outage in it.
    pub outage: f64,
    /// Events played.
    pub events: u64,
}

impl<'p> Cycles<'p> {
    /// Of a plan that is scored from the start and for so long that no cycle outlasts it.
    ///
    /// # Errors
    ///
    /// In words, what in the plan remembers the past even at rest.
    pub fn new(plan: &'p Plan, seed: u64) -> Result<Self, String> {
        if !plan.uncertain.is_empty() {
            return Err("some of its times have ranges".to_owned());
        }
        if plan.crews.iter().any(|crew| crew.on_call.is_some()) {
            return Err("a crew has hours of work".to_owned());
        }
        let mut periods = BusyPeriods::new(plan, seed, &[], &Calm::default())?;
        if let Some(clock) = periods.remembered() {
            let cause = plan.clocks[clock as usize].cause;
            return Err(format!(
                "the lives of fault `{}` are not exponential",
                plan.names.causes[cause as usize]
            ));
        }
        let rate = periods.begin_new();
        if rate <= 0.0 {
            return Err("nothing ever fails".to_owned());
        }
        let mut rest = State::of(plan);
        periods.walker.note_rest(&mut rest);
        Ok(Self {
            periods,
            after: rest.clone(),
            rest,
            rate,
            seed,
        })
    }

    /// One sample: a pure function of plan, seed and index.
    ///
    /// # Errors
    ///
    /// In words, if a cycle does not end where it began.
    pub fn sample(&mut self, index: u64) -> Result<CycleSample, String> {
        let mut rng = TrialKey::new(self.seed, index)
            .stream(StreamKey::of(&["cycles to an outage"]), Purpose::Renewal);
        let mut sample = CycleSample {
            seconds: self.rate.recip(),
            at_rest: self.rate.recip(),
            outage: 0.0,
            events: 0,
        };
        for _ in 0..PERIODS {
            let weight = self.periods.cycle(index, &mut rng) / self.rate / f64::from(PERIODS);
            let player = &self.periods.player;
            sample.events += player.outcome.events;
            if let Some(since) = player.ledger.outage_since() {
                sample.seconds += weight * since;
                sample.outage += weight;
                continue;
            }
            sample.seconds += weight * player.now;
            player.note_rest(&mut self.after);
            if !player.has_come_to_rest() || self.after != self.rest {
                return Err(
                    "after some failures without an outage roles are not what they were at the start"
                        .to_owned(),
                );
            }
        }
        Ok(sample)
    }
}
