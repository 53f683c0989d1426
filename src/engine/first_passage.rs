//! Trials that end at their first outage: the mean time to it, whatever the plan remembers.
//!
//! Nothing is assumed of lives, of rest or of roles; it is for outages that come so often that they can be waited for. Where
//! they are rare, cycles from rest to rest tell the same ([`super::cycles`]).

use super::trial::{Record, Simulator};
use crate::plan::Plan;

/// Plays trials of a plan up to their first outage.
#[derive(Debug)]
pub struct FirstPassages<'p> {
    player: Simulator<'p>,
}

/// What became of a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Passage {
    /// It had its first outage after so many seconds.
    Outage {
        /// From the start, all new \[s\].
        seconds: f64,
        /// Steps of the calendar.
        steps: u64,
    },
    /// It had none in as many steps of the calendar as were allowed.
    TooLong,
    /// It had none and never will: nothing happens any more.
    Never,
}

impl<'p> FirstPassages<'p> {
    /// Of a plan whose horizon no first outage outlasts.
    #[must_use]
    pub fn new(plan: &'p Plan, seed: u64) -> Self {
        Self {
            player: Simulator::new(plan, seed),
        }
    }

    /// One trial: a pure function of plan, seed and index.
    pub fn sample(&mut self, index: u64, most_steps: u64) -> Passage {
        let player = &mut self.player;
        player.reset(index, Record::Losses);
        let end = player.plan.warm_up + player.plan.horizon;
        let mut steps = 0;
        loop {
            let (time, slot) = player.calendar.first();
            if time > player.now && player.is_unsettled() {
                player.settle();
                continue;
            }
            if player.world.impaired {
                player.score_until(time.min(end));
                if let Some(seconds) = player.ledger.outage_since() {
                    return Passage::Outage { seconds, steps };
                }
            }
            if time >= end {
                return Passage::Never;
            }
            if steps >= most_steps {
                return Passage::TooLong;
            }
            steps += 1;
            player.now = time;
            player.play(slot);
        }
    }
}
