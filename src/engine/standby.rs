//! Failover between a serving region and a standby.
//!
//! The *home* region is the primary by role; *serving* is where traffic is, or is going back to. An attempt leaves the
//! region *from* for the other: detect, decide, activate, reroute. With `reroute_first` (warm standby) clients move
//! while the standby is still being scaled up.
//!
//! Where regions have cells, each is such a pair by itself, with a controller of its own. What is said here of regions 0 and 1 is said
//! of the two of the cell at hand ([`Simulator::in_cell`]).

mod attempt;
mod failback;
mod scale;

pub(super) use failback::Disruption;

use super::pending::Law;
use super::runbook::RunbookState;
use super::serving::{Serving, Timer};
use super::trial::Simulator;
use super::upkeep::Upkeep;
use crate::model::{Failback, Return};
use crate::plan::{DowntimePhase, Purpose, ServingPlan, StandbyPlan, StreamKey};
use failback::FailbackState;

/// The controller during a trial.
#[derive(Debug, Clone, Default)]
pub(super) struct StandbyState {
    home: usize,
    serving: usize,
    /// The region that the attempt under way leaves.
    from: usize,
    phase: Phase,
    movement: Movement,
    /// Whether clients have already moved in the attempt under way.
    moved: bool,
    pub(super) runbook: RunbookState,
    full: [bool; 2],
    healthy: [bool; 2],
    healthy_since: [f64; 2],
    losses: u64,
    attempts: u64,
    /// When the last failover was complete, and how many were at that instant.
    completed: (f64, u32),
    /// When traffic was last all where it was to go: nothing is declared for a while after \[s\].
    moved_at: f64,
    /// Whether the attempt under way leaves a region that is healthy.
    needless: bool,
    /// Whether the attempt under way takes clients back to a region that is still ready: they had been leaving it.
    turns_round: bool,
    /// False alarms so far.
    alarms: u64,
    failbacks: FailbackState,
    /// Why nobody is served; `None`: traffic is not being switched.
    pub(super) disruption: Option<Disruption>,
    pub(super) upkeep: Upkeep,
    /// Causes of the last loss.
    pub starters: Vec<u32>,
}

/// Failovers that may be complete at one instant. More come only of regions that are healthy at the scale of a standby and
/// not at full scale, where every time is zero: the next waits until something changes.
const MAX_AT_ONCE: u32 = 2;

/// How far an attempt has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Phase {
    /// No attempt.
    #[default]
    Steady,
    Detecting,
    Deciding,
    Activating,
    /// Found to have rotted: it is mended first.
    Mending,
    /// An activation has failed; another follows.
    Retrying,
    /// Activated; clients are on their way.
    Rerouting,
    /// An activation has failed and no other follows in this loss.
    GivenUp,
    /// Both regions are unhealthy.
    NoneHealthy,
}

/// What clients are doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Movement {
    #[default]
    None,
    /// To the region other than `from`.
    Away,
    /// Back to the home region.
    Back,
}

impl StandbyState {
    pub(super) fn new(plan: &StandbyPlan) -> Self {
        Self {
            full: [true, plan.full_when_standing_by],
            healthy: [true; 2],
            moved_at: f64::NEG_INFINITY,
            ..Self::default()
        }
    }
}

/// What a controller remembers, clocks and history apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct StandbyKey {
    home: usize,
    serving: usize,
    from: usize,
    phase: Phase,
    movement: Movement,
    moved: bool,
    full: [bool; 2],
    healthy: [bool; 2],
    /// Whether the home region has yet to be healthy for some time before a failback, and that time is passing.
    pub waits: bool,
    /// Whether it has been healthy for so long.
    waited: bool,
}

impl StandbyState {
    /// Whether it waits for nothing, whatever the roles of the regions, while these are healthy.
    pub(super) fn is_settled_with(&self, healthy: [bool; 2]) -> bool {
        self.serving == self.home
            && self.phase == Phase::Steady
            && self.movement == Movement::None
            && self.healthy == healthy
    }

    /// Whether it stands as at the start of a trial.
    pub(super) fn is_at_rest(&self, plan: &StandbyPlan) -> bool {
        (self.home, self.serving) == (0, 0)
            && self.phase == Phase::Steady
            && self.movement == Movement::None
            && self.full == [true, plan.full_when_standing_by]
    }

    /// Whether a region that served was ever lost, or taken for lost.
    pub(super) fn has_met_a_loss(&self) -> bool {
        self.losses > 0
    }

    /// The primary by role.
    pub(super) fn home(&self) -> usize {
        self.home
    }

    /// Whether all is well: traffic is at home, no attempt is under way, and both regions are healthy.
    fn is_quiet(&self) -> bool {
        self.serving == self.home
            && self.phase == Phase::Steady
            && self.movement == Movement::None
            && self.healthy == [true; 2]
    }

    /// The region that the attempt under way leaves.
    pub(super) fn leaves(&self) -> usize {
        self.from
    }

    pub(super) fn key(&self, plan: &StandbyPlan, now: f64) -> StandbyKey {
        let at_home = self.serving == self.home
            && self.phase == Phase::Steady
            && self.movement == Movement::None;
        let (waits, waited) = match plan.failback {
            Failback::After(Return { wait_seconds, .. })
                if wait_seconds > 0.0 && self.healthy[self.home] && !at_home =>
            {
                let waited = self.healthy_since[self.home] + wait_seconds <= now;
                (!waited, waited)
            }
            Failback::After(_) | Failback::Never => (false, false),
        };
        // What the last attempt did is of no account once it is over: the next one sets it anew.
        let is_over = self.phase == Phase::Steady && self.movement != Movement::Away;
        StandbyKey {
            waits,
            waited,
            home: self.home,
            serving: self.serving,
            from: if is_over { self.home } else { self.from },
            phase: self.phase,
            movement: self.movement,
            moved: !is_over && self.moved,
            full: self.full,
            healthy: self.healthy,
        }
    }

    /// Goes back to what it remembered; what is pending comes at `far`.
    pub(super) fn resume(&mut self, key: StandbyKey, now: f64, far: f64) {
        let since = match (key.waits, key.waited) {
            (true, _) => far,
            (_, true) => -far,
            (false, false) => now,
        };
        *self = Self {
            home: key.home,
            serving: key.serving,
            from: key.from,
            phase: key.phase,
            movement: key.movement,
            moved: key.moved,
            full: key.full,
            healthy: key.healthy,
            healthy_since: [since; 2],
            completed: (f64::NEG_INFINITY, 0),
            ..Self::default()
        };
    }

    /// Whether the home region is still healthy for as long as in the state resumed.
    pub(super) fn still_waits(&self, far: f64) -> bool {
        self.healthy_since[self.home] == far
    }

    /// The home region has been healthy for long enough.
    pub(super) fn end_wait(&mut self, far: f64) {
        self.healthy_since = [-far; 2];
    }

    /// What the downtime of a region is charged to.
    pub(super) fn downtime_phase(&self) -> DowntimePhase {
        match (self.movement, self.phase) {
            (Movement::Back, _) => DowntimePhase::FailingBack,
            (Movement::Away, Phase::Steady) | (_, Phase::Rerouting) => DowntimePhase::Rerouting,
            (_, Phase::Steady) => DowntimePhase::InService,
            (_, Phase::Detecting) => DowntimePhase::Detecting,
            (_, Phase::Deciding) => DowntimePhase::Deciding,
            (_, Phase::Activating) => DowntimePhase::Activating,
            (_, Phase::Mending) => DowntimePhase::Mending,
            (_, Phase::Retrying) => DowntimePhase::Retrying,
            (_, Phase::GivenUp) => DowntimePhase::GivenUp,
            (_, Phase::NoneHealthy) => DowntimePhase::NowhereToGo,
        }
    }

    /// Whether nothing has been done of a runbook but approve it, and no client is on its way.
    fn awaits_first_step(&self, plan: &StandbyPlan) -> bool {
        let is_put = self.moved || self.movement == Movement::Away;
        !plan.runbook.is_empty() && !self.runbook.has_begun() && !is_put
    }

    /// Whether a region stands by, had rotted, and serves nobody until it is mended.
    pub(super) fn is_mended(&self, region: usize) -> bool {
        region != self.home && self.upkeep.is_being_mended()
    }

    /// Whether two healthy regions take writes that they do not pass on, if clients come to both: not so on a planned way back. The
    /// first may be healthy and not seem so.
    pub(super) fn splits_writers(&self, first_is_healthy: bool) -> bool {
        let first = first_is_healthy || self.healthy[0];
        self.movement != Movement::Back && first && self.healthy[1]
    }

    /// How long the phase under way takes.
    pub(super) fn law_of_phase(&self, plan: &StandbyPlan) -> Option<Law> {
        match self.phase {
            Phase::Detecting => Some(Law::of_detection(plan.detect)),
            Phase::Deciding => Some(Law::drawn(plan.decide)),
            Phase::Activating => Some(Law::Delayed(plan.activate, plan.restore)),
            Phase::Retrying => plan.retry.map(Law::Fixed),
            Phase::Steady
            | Phase::Mending
            | Phase::Rerouting
            | Phase::GivenUp
            | Phase::NoneHealthy => None,
        }
    }
}

#[cfg(test)]
impl StandbyState {
    /// Whether a region runs at full scale.
    pub(super) fn is_full(&self, region: usize) -> bool {
        self.full[region]
    }
}

impl<'p> Simulator<'p> {
    /// The controller of the cell at hand, and its plan.
    fn standby(&mut self) -> (&mut StandbyState, &'p StandbyPlan) {
        match (&mut self.serving, &self.plan.serving) {
            (Serving::Standby(cells), ServingPlan::Standby(plan)) => (&mut cells[self.cell], plan),
            _ => unreachable!("only a standby pattern has a standby controller"),
        }
    }

    /// Which region of all it is that is the first or the second of the cell at hand.
    pub(super) fn in_cell(&self, region: usize) -> usize {
        2 * self.cell + region
    }

    /// The two regions of the cell at hand.
    fn pair(&self) -> std::ops::Range<usize> {
        self.in_cell(0)..self.in_cell(2)
    }

    /// Traffic of the cell at hand, all in its first region or all in the second.
    fn all_in(&self, region: usize) -> [f64; 2] {
        let all = self.plan.regions[self.in_cell(0)].share;
        if region == 0 { [all, 0.0] } else { [0.0, all] }
    }

    /// All traffic of the cell at hand is in one of its regions from now on.
    pub(super) fn jump_to(&mut self, region: usize) {
        let (now, pair, shares) = (self.now, self.pair(), self.all_in(region));
        self.traffic.jump_in(now, pair, &shares);
        self.await_moves_of_cell();
    }

    /// All traffic of the cell at hand moves to one of its regions.
    fn redirect_to(&mut self, region: usize, seconds: f64) {
        let (now, pair, shares) = (self.now, self.pair(), self.all_in(region));
        self.traffic.redirect_in(now, seconds, pair, &shares);
        self.await_moves_of_cell();
    }

    fn await_moves_of_cell(&mut self) {
        let end = self.traffic.next_end_in(self.pair());
        self.set_timer(Timer::Moved, end);
        self.touch_world();
    }

    /// Name of the streams of a region of the cell at hand.
    fn key_of(&self, region: usize) -> StreamKey {
        self.plan.regions[self.in_cell(region)].key
    }

    /// Tells the controllers of all cells. Returns whether the health of any has changed.
    pub(super) fn update_standby_health(&mut self) -> bool {
        let mut changed = false;
        for cell in 0..self.plan.health.len() / 2 {
            self.cell = cell;
            changed |= self.update_health_of_cell();
        }
        changed
    }

    fn update_health_of_cell(&mut self) -> bool {
        let now = self.now;
        let health = [0, 1].map(|region| {
            let region = self.in_cell(region);
            self.is_up(self.plan.health[region].gate)
        });
        let (state, plan) = self.standby();
        let before = state.healthy;
        if before == health {
            if !state.runbook.is_idle() {
                self.update_runbook();
            }
            return false;
        }
        for region in 0..2 {
            if health[region] && !before[region] {
                state.healthy_since[region] = now;
            }
        }
        state.healthy = health;
        let (serving, home) = (state.serving, state.home);
        for region in 0..2 {
            if health[region] != before[region] {
                let at = self.in_cell(region);
                self.data.note_health(at, health[region], now);
            }
        }
        if before[serving] && !health[serving] {
            self.note_starters(serving);
        }
        if plan.fails_back_at_once() && health[home] && !before[home] {
            self.serve_home_at_once();
        } else {
            self.call_off_if_healthy();
            self.start_if_unhealthy();
            self.plan_failback();
        }
        self.update_runbook();
        true
    }

    /// Attempts begun so far.
    pub(super) fn attempts(&mut self) -> u64 {
        self.standby().0.attempts
    }

    /// The region to which the attempt under way moves traffic.
    pub(super) fn region_to_serve(&mut self) -> usize {
        1 - self.standby().0.from
    }

    fn note_starters(&mut self, region: usize) {
        let at = self.in_cell(region);
        let starters = self.blame_health(at);
        self.standby().0.starters = starters;
        self.expose_data(at);
    }

    /// An attempt whose activation has not begun, or has failed, ends when the region that it leaves is healthy again.
    fn call_off_if_healthy(&mut self) {
        let (state, plan) = self.standby();
        if !state.healthy[state.from] {
            state.needless = false;
            return;
        }
        if state.needless {
            return;
        }
        if state.phase == Phase::Activating && state.awaits_first_step(plan) {
            self.abandon_runbook();
            self.standby().0.phase = Phase::Deciding;
        }
        let (state, _) = self.standby();
        match state.phase {
            Phase::Detecting
            | Phase::Deciding
            | Phase::Retrying
            | Phase::GivenUp
            | Phase::NoneHealthy => {
                // Clients already on their way go on; the way back is a failback.
                state.phase = if state.movement == Movement::Away {
                    Phase::Rerouting
                } else {
                    Phase::Steady
                };
                let keeps_ready = std::mem::take(&mut state.turns_round);
                let has_moved = state.movement == Movement::None;
                self.set_timer(Timer::Attempt, f64::INFINITY);
                if keeps_ready && has_moved {
                    self.stand_by_again();
                }
            }
            Phase::Steady | Phase::Activating | Phase::Mending | Phase::Rerouting => {}
        }
    }

    /// Begins an attempt if the serving region is unhealthy and the other could serve.
    fn start_if_unhealthy(&mut self) {
        let now = self.now;
        let (state, plan) = self.standby();
        let serving = state.serving;
        let to_and_fro = state.completed.0 == now && state.completed.1 > MAX_AT_ONCE;
        let other_healthy = state.healthy[1 - serving] && !to_and_fro;
        if state.phase == Phase::NoneHealthy && !state.healthy[serving] && other_healthy {
            self.decide();
            return;
        }
        if state.phase != Phase::Steady || state.healthy[serving] {
            return;
        }
        state.from = serving;
        state.moved = false;
        state.losses += 1;
        state.turns_round = state.movement == Movement::Back && plan.drains();
        if !other_healthy {
            state.phase = Phase::NoneHealthy;
            return;
        }
        state.phase = Phase::Detecting;
        let (losses, detect) = (state.losses, plan.detect);
        let held = state.moved_at + plan.hold_down - now;
        let seconds = self.draw_detect(detect, self.key_of(serving), losses);
        self.wait_for_phase(seconds.max(held));
    }

    /// The first false alarm of a trial, or the next one.
    pub(super) fn await_false_alarm(&mut self) {
        let (state, plan) = self.standby();
        let Some((law, _)) = plan.false_alarm else {
            return;
        };
        state.alarms += 1;
        let alarms = state.alarms;
        let mut rng = (self.key).occasion(self.key_of(0), Purpose::FalseAlarm, alarms);
        let seconds = self.laws.samplers[law as usize].draw(&mut rng);
        let time = self.now + seconds;
        self.set_timer(Timer::FalseAlarm, time);
    }

    /// A needless failover begins, if all is well and the other region could serve.
    fn raise_false_alarm(&mut self) {
        self.await_false_alarm();
        let (state, plan) = self.standby();
        let is_quiet = state.phase == Phase::Steady && state.movement == Movement::None;
        let Some((_, cause)) = plan
            .false_alarm
            .filter(|_| is_quiet && state.healthy == [true; 2])
        else {
            return;
        };
        state.from = state.serving;
        state.moved = false;
        state.needless = true;
        state.losses += 1;
        state.starters = vec![cause];
        let from = state.from;
        self.count_failure(cause);
        self.expose_data(self.in_cell(from));
        self.decide();
    }

    pub(super) fn play_standby_timer(&mut self, timer: Timer) {
        match timer {
            Timer::Attempt => self.end_phase(),
            Timer::Moved => self.end_move(),
            Timer::Rerouted => {
                let to = 1 - self.standby().0.from;
                self.jump_to(to);
                self.end_reroute();
            }
            Timer::Failback => self.begin_failback(),
            Timer::Step(step) => self.play_step(step as usize),
            Timer::FalseAlarm => self.raise_false_alarm(),
            Timer::Rot => self.play_rot(),
            Timer::Drill => {
                let is_quiet = self.standby().0.is_quiet();
                self.play_drill(is_quiet);
            }
            Timer::Disrupted => self.end_disruption(),
            Timer::Detected(_) => unreachable!("a standby pattern detects by its attempt"),
        }
        self.plan_failback();
    }
}
