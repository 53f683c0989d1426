//! One trial as it is lived: what users see and what the failover is doing, from one change to the next.
//!
//! Plays as [`Simulator::simulate`] does, and asks at each interval between two events, in which everything is constant but for
//! linear moves of traffic: success over time is exact, piece by piece.

use super::TrialOutcome;
use super::ledger::{DOWN_SLACK, success};
use super::serving::Serving;
use super::standby::StandbyState;
use super::trial::{Record, Simulator};
use crate::plan::{DowntimePhase, Plan};

/// What is done while nothing is lost and no failover is under way: serving as at the start.
pub const SERVING: u32 = u32::MAX;
/// Traffic is served by the standby, and no failover is under way.
pub const ON_STANDBY: u32 = u32::MAX - 1;

/// An interval in which success is linear and the failover is at one thing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// From the start of scoring \[s\].
    pub from: f64,
    /// Until \[s\].
    pub to: f64,
    /// What most is lost to, in the order of [`Plan::n_phases`]; where nothing is lost, what the failover is doing.
    pub phase: u32,
    /// What the failover is doing, whether users feel it or not.
    pub doing: u32,
    /// Whether a journey is down.
    pub is_down: bool,
}

/// A whole trial.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialTimeline {
    /// Without gaps, from the start of scoring to the end of the horizon.
    pub pieces: Vec<Piece>,
    /// Success of each journey at both ends of a piece: `[piece * n_journeys + journey]`.
    pub success: Vec<(f64, f64)>,
}

impl TrialTimeline {
    /// Success of the journeys at both ends of a piece.
    #[must_use]
    pub fn of_piece(&self, piece: usize) -> &[(f64, f64)] {
        let n_journeys = self.success.len() / self.pieces.len().max(1);
        &self.success[piece * n_journeys..(piece + 1) * n_journeys]
    }

    /// Goes on with the last piece where nothing has changed, or begins a new one.
    fn push(&mut self, piece: Piece, ends: &[(f64, f64)]) {
        let n = ends.len();
        if let Some(last) = self.pieces.last_mut() {
            let start = self.success.len() - n;
            let constant = |(a, b): &(f64, f64)| a == b;
            let before = &self.success[start..];
            let is_same = before == ends && ends.iter().all(constant);
            let as_before = (last.phase, last.doing, last.is_down);
            if is_same && as_before == (piece.phase, piece.doing, piece.is_down) {
                last.to = piece.to;
                return;
            }
        }
        self.pieces.push(piece);
        self.success.extend_from_slice(ends);
    }
}

/// Requests of the horizon, as seconds of mean traffic.
#[must_use]
pub fn traffic_seconds(plan: &Plan) -> f64 {
    super::ledger::traffic(plan, plan.warm_up, plan.warm_up + plan.horizon)
}

impl Simulator<'_> {
    /// Plays one trial and writes down how it was lived.
    pub fn live(&mut self, trial: u64, timeline: &mut TrialTimeline) -> &TrialOutcome {
        timeline.pieces.clear();
        timeline.success.clear();
        self.reset(trial, Record::Scores);
        let end = self.plan.warm_up + self.plan.horizon;
        loop {
            let (time, slot) = self.calendar.first();
            if time > self.now && self.is_unsettled() {
                self.settle();
                continue;
            }
            self.live_until(time.min(end), timeline);
            if time >= end {
                break;
            }
            self.now = time;
            self.play(slot);
        }
        self.finish(end);
        &self.outcome
    }

    /// Whether the trial just lived has had a takeover or a reaction of the controller: all that draws anything where failures are
    /// scripted. Without one every trial is the same.
    #[must_use]
    pub fn has_reacted(&self) -> bool {
        let takes_over = self.pools.iter().any(|pool| pool.takeovers > 0);
        takes_over
            || match &self.serving {
                Serving::Single => false,
                Serving::Standby(cells) => cells.iter().any(StandbyState::has_met_a_loss),
                Serving::ActiveActive(state) => state.has_met_a_change(),
            }
    }

    /// Lives through an interval without events.
    fn live_until(&mut self, until: f64, timeline: &mut TrialTimeline) {
        if until <= self.now {
            return;
        }
        let before = self.outcome.phases.clone();
        let mut cuts = vec![self.now, until];
        if self.world.impaired {
            self.score_until(until);
            cuts.clone_from(&self.ledger.cuts);
        }
        let doing = self.doing();
        let gained = |index: usize| self.outcome.phases[index] - before[index];
        let most = (0..before.len()).max_by(|a, b| gained(*a).total_cmp(&gained(*b)));
        let start = self.plan.warm_up;
        for cut in cuts.windows(2) {
            let (from, to) = (cut[0].max(start), cut[1]);
            if from >= to {
                continue;
            }
            let share = |region: usize, at: f64| self.traffic.share(region, at);
            let at = |entry: u32, time: f64| {
                success(entry as usize, time, &self.world, &share).clamp(0.0, 1.0)
            };
            let journeys = self.plan.journeys.iter();
            let ends: Vec<(f64, f64)> = journeys
                .map(|journey| (at(journey.entry, from), at(journey.entry, to)))
                .collect();
            let lossy = ends
                .iter()
                .any(|(a, b)| *a < 1.0 - DOWN_SLACK || *b < 1.0 - DOWN_SLACK);
            let middle = f64::midpoint(from, to);
            let is_down = self
                .plan
                .journeys
                .iter()
                .any(|journey| at(journey.entry, middle) < journey.down_below - DOWN_SLACK);
            let phase = match most {
                Some(most) if lossy && gained(most) > 0.0 => most as u32,
                _ if lossy => DowntimePhase::InService as u32,
                _ => doing,
            };
            let piece = Piece {
                from: from - start,
                to: to - start,
                phase,
                doing,
                is_down,
            };
            timeline.push(piece, &ends);
        }
    }

    /// What the failover is doing.
    fn doing(&mut self) -> u32 {
        let phase = match &self.serving {
            Serving::Single => DowntimePhase::InService,
            Serving::Standby(cells) => {
                // Of several cells, the first that does anything.
                let phases = cells.iter().map(StandbyState::downtime_phase);
                let mut busy =
                    (phases.enumerate()).filter(|(_, phase)| *phase != DowntimePhase::InService);
                let (cell, phase) = busy.next().unwrap_or((0, DowntimePhase::InService));
                self.cell = cell;
                phase
            }
            Serving::ActiveActive(state) => {
                let n_regions = self.plan.regions.len();
                let has_traffic = |region: &usize| {
                    self.traffic.share(*region, self.now) > 0.0
                        && !self.traffic.has_only_stuck(*region)
                };
                let phases = (0..n_regions).filter(has_traffic);
                let mut phases = phases.map(|region| state.downtime_phase(region));
                let busy = phases.find(|phase| *phase != DowntimePhase::InService);
                match busy {
                    Some(phase) => phase,
                    None if self.traffic.is_moving() => DowntimePhase::FailingBack,
                    None => DowntimePhase::InService,
                }
            }
        };
        match phase {
            DowntimePhase::Activating => self.phase_of_runbook() as u32,
            DowntimePhase::InService => match &self.serving {
                Serving::Standby(_) if self.is_on_standby() => ON_STANDBY,
                _ => SERVING,
            },
            other => other as u32,
        }
    }

    /// Whether some traffic is at a region that stood by at the start.
    fn is_on_standby(&self) -> bool {
        let regions = self.plan.regions.iter().enumerate().step_by(2);
        (regions.into_iter())
            .any(|(region, plan)| self.traffic.share(region, self.now) < plan.share)
    }
}
