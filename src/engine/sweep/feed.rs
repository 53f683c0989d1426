//! Failures and repairs of units in order of time, gathered from their timelines around a window.

use super::timelines::Timelines;
use crate::engine::trial::Simulator;
use crate::engine::units::Condition;
use crate::plan::{UnitId, UnitKind};

/// How far ahead of a window events are gathered at first \[s\].
const FIRST_STRIDE: f64 = 3600.0;

/// Failures and repairs to be played, as far ahead as they have been gathered; keeps its buffers.
#[derive(Debug, Default)]
pub(super) struct Feed {
    events: Vec<FeedEvent>,
    next: usize,
    /// Everything up to here has been gathered \[s\].
    until: f64,
    /// How far to gather next time \[s\].
    stride: f64,
    /// Units down by the feed.
    down: Vec<UnitId>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct FeedEvent {
    pub time: f64,
    pub unit: UnitId,
    /// What the unit fails of; `None` if it is repaired.
    cause: Option<u32>,
}

impl Feed {
    pub(super) fn open(&mut self, timelines: &Timelines, start: f64) {
        self.events.clear();
        self.next = 0;
        self.stride = FIRST_STRIDE;
        self.until = start.next_down();
        self.gather(timelines);
    }

    /// The next event, if there is one before `limit`.
    pub(super) fn next(&mut self, timelines: &Timelines, limit: f64) -> Option<FeedEvent> {
        loop {
            if let Some(event) = self.events.get(self.next) {
                return (event.time <= limit).then_some(*event);
            }
            if self.until >= limit {
                return None;
            }
            self.gather(timelines);
        }
    }

    /// Gathers the events of the next stretch of time.
    fn gather(&mut self, timelines: &Timelines) {
        let (after, until) = (self.until, self.until + self.stride);
        self.events.clear();
        self.next = 0;
        for &(unit, downs) in &timelines.units {
            let causes = &timelines.causes[downs.first as usize..];
            for (span, cause) in downs.of(&timelines.downs).iter().zip(causes) {
                if span.start > until || span.end <= after {
                    continue;
                }
                if span.start > after {
                    self.events.push(FeedEvent {
                        time: span.start,
                        unit,
                        cause: Some(*cause),
                    });
                }
                if span.end <= until {
                    self.events.push(FeedEvent {
                        time: span.end,
                        unit,
                        cause: None,
                    });
                }
            }
        }
        // Of one unit at one instant, the order of its timeline stays.
        self.events
            .sort_by_key(|event| (event.time.to_bits(), event.unit));
        self.until = until;
        self.stride *= 2.0;
    }

    /// Takes down what is down when a window starts; nothing that is watched changes by it.
    pub(super) fn take_down_before(
        &mut self,
        timelines: &Timelines,
        start: f64,
        simulator: &mut Simulator<'_>,
    ) {
        for &(unit, downs) in &timelines.units {
            let causes = &timelines.causes[downs.first as usize..];
            for (span, cause) in downs.of(&timelines.downs).iter().zip(causes) {
                if span.start < start && span.end >= start {
                    simulator.last_cause = *cause;
                    self.turn(unit, Some(*cause), simulator);
                }
            }
        }
        simulator.changes.clear();
    }

    pub(super) fn play(&mut self, event: FeedEvent, simulator: &mut Simulator<'_>) {
        self.next += 1;
        if let Some(cause) = event.cause {
            simulator.last_cause = cause;
        }
        self.turn(event.unit, event.cause, simulator);
    }

    /// A unit fails or is repaired.
    fn turn(&mut self, unit: UnitId, cause: Option<u32>, simulator: &mut Simulator<'_>) {
        let plan = simulator.plan.units[unit as usize];
        match plan.kind {
            UnitKind::Simple(_) => simulator.renewals[unit as usize].phase ^= 1,
            UnitKind::General | UnitKind::Shock(_) => {
                simulator.condition[unit as usize] = if cause.is_some() {
                    Condition::Down
                } else {
                    Condition::Up
                };
                simulator.states[unit as usize].failure.cause = cause.unwrap_or_default();
            }
        }
        if cause.is_some() {
            self.down.push(unit);
            simulator.lower(plan.gate);
        } else {
            self.down.retain(|down| *down != unit);
            simulator.raise(plan.gate);
        }
    }

    /// Takes back what is still down; nothing that is watched changes by it, or the trial is over.
    pub(super) fn rest(&mut self, simulator: &mut Simulator<'_>) {
        while let Some(unit) = self.down.last() {
            self.turn(*unit, None, simulator);
        }
        simulator.changes.clear();
    }
}
