//! The event loop of one trial.

use super::balance::balance;
use super::calendar::Calendar;
use super::chance::{Outcome, Script};
use super::crews::CrewState;
use super::data::DataState;
use super::gray::GrayState;
use super::ledger::{Ledger, World};
use super::serving::{Serving, Timer};
use super::size_biased::Repairs;
use super::snapshot::n_slots;
use super::takeover::PoolState;
use super::traffic::Traffic;
use super::units::{Condition, NO_PHASE, Renewal, UnitState};
use super::{JourneyOutcome, TrialOutcome, WindowOutcome};
use crate::plan::{
    GateId, Laws, NO_GATE, Plan, Purpose, Reach, StreamKey, StreamRng, TrialKey, UnitKind,
};

/// Plays trials of one plan, one after another, in buffers that it keeps.
#[derive(Debug, Clone)]
pub struct Simulator<'p> {
    pub(super) plan: &'p Plan,
    pub(super) seed: u64,
    pub(super) key: TrialKey,
    /// What times are drawn from in the trial.
    pub(super) laws: Laws,
    /// Seed of what is not known of the laws.
    pub(super) seed_of_ranges: u64,
    /// By clock, whether it never runs out by itself: its failures come from outside. None do in a trial.
    pub(super) parked: Vec<bool>,
    /// What repairs are drawn from in busy periods; by nature in trials.
    pub(super) repairs: Repairs,
    /// Prescribed outcomes of chances; none in a trial.
    pub(super) script: Option<Script>,
    /// By sampler, the chance that a time is zero where that is a chance to be prescribed; none in a trial.
    pub(super) zeros: Vec<f64>,
    /// Chances drawn so far in the trial, and what came of them.
    pub(super) path: Vec<Outcome>,
    pub(super) now: f64,
    pub(super) calendar: Calendar,
    // The structure function.
    pub(super) spare: Vec<i32>,
    pub(super) reach: Reach,
    pub(super) wave: Vec<GateId>,
    pub(super) changes: Vec<u32>,
    // Units.
    pub(super) renewals: Vec<Renewal>,
    pub(super) condition: Vec<Condition>,
    pub(super) states: Vec<UnitState>,
    pub(super) rngs: Vec<StreamRng>,
    pub(super) life_ends: Vec<f64>,
    /// Age of their unit at which clocks of general units were last new \[s\].
    pub(super) life_begins: Vec<f64>,
    pub(super) crews: Vec<CrewState>,
    pub(super) last_cause: u32,
    // Services and traffic.
    pub(super) pools: Vec<PoolState>,
    pub(super) dirty_pools: Vec<u32>,
    pub(super) data: DataState,
    pub(super) world_changed: bool,
    pub(super) serving: Serving,
    /// The cell at hand of a topology with a standby: whose controller acts. Else 0.
    pub(super) cell: usize,
    pub(super) traffic: Traffic,
    pub(super) service_down_since: Vec<f64>,
    pub(super) gray: GrayState,
    // Scores.
    pub(super) world: World,
    pub(super) ledger: Ledger,
    charges: bool,
    pub(super) outcome: TrialOutcome,
}

/// What a trial keeps beside its scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Record {
    /// What is lost and for how long; neither causes, services nor windows of objectives.
    Losses,
    /// Scores only.
    Scores,
    /// Also the outages as spans of time.
    Spans,
}

impl<'p> Simulator<'p> {
    /// A simulator of a plan under a seed.
    #[must_use]
    pub fn new(plan: &'p Plan, seed: u64) -> Self {
        Self {
            plan,
            seed,
            key: TrialKey::default(),
            laws: plan.laws.clone(),
            seed_of_ranges: seed,
            parked: Vec::new(),
            repairs: Repairs::default(),
            script: None,
            zeros: Vec::new(),
            path: Vec::new(),
            now: 0.0,
            calendar: Calendar::new(n_slots(plan)),
            spare: plan.network.initial.clone(),
            reach: Reach::Journeys,
            wave: Vec::new(),
            changes: Vec::new(),
            renewals: Vec::with_capacity(plan.units.len()),
            condition: vec![Condition::Up; plan.units.len()],
            states: Vec::new(),
            rngs: vec![unused_stream(); plan.clocks.len()],
            life_ends: vec![0.0; plan.clocks.len()],
            life_begins: vec![0.0; plan.clocks.len()],
            crews: plan.crews.iter().map(|_| CrewState::default()).collect(),
            last_cause: 0,
            pools: Vec::new(),
            dirty_pools: Vec::new(),
            data: DataState::default(),
            world_changed: false,
            serving: Serving::new(plan),
            cell: 0,
            traffic: Traffic::default(),
            service_down_since: Vec::new(),
            gray: GrayState::default(),
            world: World::default(),
            ledger: Ledger::default(),
            charges: true,
            outcome: TrialOutcome::default(),
        }
    }

    /// Plays one trial: a pure function of plan, seed and trial.
    pub fn simulate(&mut self, trial: u64, record: Record) -> &TrialOutcome {
        self.reset(trial, record);
        let end = self.plan.warm_up + self.plan.horizon;
        self.advance(end);
        self.finish(end);
        &self.outcome
    }

    /// Plays all events before `end`.
    #[inline]
    pub(super) fn advance(&mut self, end: f64) {
        self.advance_watched(end, |_, _| {});
    }

    /// The same for someone who looks on: what is told are the slots whose events have just been played.
    #[inline]
    pub(super) fn advance_watched(&mut self, end: f64, mut watch: impl FnMut(&Self, u32)) {
        loop {
            let (time, slot) = self.calendar.first();
            if time > self.now && self.is_unsettled() {
                self.settle();
                continue;
            }
            if time >= end {
                break;
            }
            // A probe of the canary changes nothing by itself.
            if self.world.impaired && !self.is_of_canary(slot) {
                self.score_until(time);
            }
            self.now = time;
            self.play(slot);
            watch(self, slot);
        }
    }

    #[allow(
        clippy::inline_always,
        reason = "a call for each event is a twentieth of it"
    )]
    #[inline(always)]
    pub(super) fn play(&mut self, slot: u32) {
        let Some(renewal) = self.renewals.get_mut(slot as usize) else {
            return self.play_other(slot);
        };
        let Some(phase) = self.laws.phases.get(renewal.phase as usize) else {
            return self.play_other(slot);
        };
        let (gate, cause) = (renewal.gate, phase.cause);
        let fails = renewal.phase.is_multiple_of(2);
        self.calendar.set(slot, self.now + renewal.ahead);
        renewal.phase ^= 1;
        let next = &self.laws.phases[renewal.phase as usize].next;
        renewal.ahead = next.draw(&mut renewal.rng);
        self.outcome.events += 1;
        if fails {
            self.count_failure(cause);
            self.lower(gate);
        } else {
            self.raise(gate);
        }
    }

    /// Events that are not of the fast path.
    #[inline(never)]
    fn play_other(&mut self, slot: u32) {
        let (first_pool, first_line) = (self.pool_slot(0), self.line_slot(0));
        let first_timer = self.line_slot(self.plan.lines.len() as u32);
        if slot >= first_timer {
            if self.is_of_canary(slot) {
                self.play_canary(slot);
            } else {
                let timer = self.take_timer(slot - first_timer);
                self.play_timer(timer);
            }
        } else if slot >= first_line {
            self.end_dispatch(slot - first_line);
        } else if slot >= first_pool {
            self.end_takeover(slot - first_pool);
        } else if let UnitKind::Shock(shock) = self.plan.units[slot as usize].kind {
            self.play_shock(slot, shock);
        } else {
            self.play_general(slot);
        }
    }

    /// The timer at a position among those of all cells; its cell is at hand from now on.
    fn take_timer(&mut self, position: u32) -> Timer {
        let n = Serving::n_timers_at_hand(self.plan) as u32;
        self.cell = (position / n) as usize;
        Timer::of(position % n, &self.serving)
    }

    #[inline]
    pub(super) fn count_failure(&mut self, cause: u32) {
        self.last_cause = cause;
        if self.now >= self.plan.warm_up {
            self.outcome.fired[cause as usize] += 1;
        }
    }

    #[inline]
    pub(super) fn lower(&mut self, gate: GateId) {
        if gate != NO_GATE {
            self.world_changed |= self.gray.is_active;
            self.plan.network.lower(
                &mut self.spare,
                gate,
                self.reach,
                &mut self.wave,
                &mut self.changes,
            );
        }
    }

    #[inline]
    pub(super) fn raise(&mut self, gate: GateId) {
        if gate != NO_GATE {
            self.world_changed |= self.gray.is_active;
            self.plan.network.raise(
                &mut self.spare,
                gate,
                self.reach,
                &mut self.wave,
                &mut self.changes,
            );
        }
    }

    pub(super) fn is_up(&self, gate: GateId) -> bool {
        self.spare[gate as usize] >= 0
    }

    pub(super) fn pool_slot(&self, pool: u32) -> u32 {
        self.plan.units.len() as u32 + pool
    }

    pub(super) fn set_timer(&mut self, timer: Timer, time: f64) {
        let slot = self.timer_slot(timer);
        self.calendar.set(slot, time);
    }

    /// Says that shares of traffic or capacities have changed.
    pub(super) fn touch_world(&mut self) {
        self.world_changed = true;
    }

    #[inline]
    pub(super) fn is_unsettled(&self) -> bool {
        self.world_changed || !self.changes.is_empty()
    }

    /// Scores the interval up to `time`, in which something may be lost, and charges the losses to their causes.
    pub(super) fn score_until(&mut self, time: f64) {
        if time <= self.ledger.last {
            return;
        }
        let middle = 0.5 * (self.ledger.last + time);
        let traffic = &self.traffic;
        let share = |region: usize, at: f64| traffic.share(region, at);
        self.ledger.score(
            time,
            self.plan,
            &self.world,
            &share,
            traffic.is_moving(),
            &mut self.outcome,
        );
        if self.charges {
            self.charge_losses(middle);
        }
    }

    pub(super) fn finish(&mut self, end: f64) {
        if self.world.impaired {
            self.score_until(end);
        } else {
            self.ledger.pass(end, self.plan, &mut self.outcome);
        }
        self.ledger.close(self.plan, &mut self.outcome);
        if let Some(wanted) = self.plan.balance.as_ref().filter(|_| self.charges) {
            let spans = self.traffic.recorded_until(end);
            self.outcome.balance = Some(balance(self.plan, wanted, spans));
        }
        self.end_split_brain(end);
        self.outcome.join_data_losses();
        let requests = self.outcome.unavailability;
        for charges in [&mut self.outcome.attribution, &mut self.outcome.phases] {
            let charged: f64 = charges.iter().sum();
            if charged > 0.0 {
                for charge in charges {
                    *charge *= requests / charged;
                }
            }
        }
        if self.reach == Reach::Services {
            for watch in 0..self.plan.service_watches.len() as u32 {
                let since = self.service_down_since[watch as usize];
                if !since.is_nan() {
                    let service = self.plan.service_watches[watch as usize].service as usize;
                    self.outcome.services[service] += self.watched_time(watch, end) - since;
                }
            }
            for down in &mut self.outcome.services {
                *down /= self.plan.horizon;
            }
        }
    }

    pub(super) fn reset(&mut self, trial: u64, record: Record) {
        self.reset_scores(trial, record);
        self.reset_world();
        self.reset_units();
        self.reset_roles();
    }

    /// A trial of which nothing has been played.
    pub(super) fn reset_scores(&mut self, trial: u64, record: Record) {
        self.key = TrialKey::new(self.seed, trial);
        let ranges = TrialKey::new(self.seed_of_ranges, trial);
        self.laws.learn(&self.plan.uncertain, ranges);
        self.now = 0.0;
        self.last_cause = 0;
        self.path.clear();
        self.charges = record != Record::Losses;
        self.reach = if self.charges {
            self.plan.reach_of(trial)
        } else {
            Reach::Journeys
        };
        self.reset_outcome(record);
    }

    /// The structure function and the traffic as they are when nothing is wrong.
    pub(super) fn reset_world(&mut self) {
        let plan = self.plan;
        self.spare.copy_from_slice(&plan.network.initial);
        self.changes.clear();
        self.dirty_pools.clear();
        self.reset_data();
        // A region that is unhealthy from the start is noticed at once.
        self.world_changed = plan.health.iter().any(|health| !self.is_up(health.gate))
            || (plan.gray.as_ref()).is_some_and(|gray| !self.is_up(gray.any));
        self.gray.reset();
        self.reset_traffic();
    }

    fn reset_traffic(&mut self) {
        let plan = self.plan;
        self.traffic.reset(
            plan.regions.iter().map(|region| region.share),
            plan.stuck,
            plan.warm_up,
        );
        if plan.balance.is_some() {
            self.traffic.record_from_now();
        }
    }

    /// Primaries and serving regions as they are at the start; the units have been reset.
    pub(super) fn reset_roles(&mut self) {
        self.reset_pools();
        self.reset_serving();
        self.world.up.clear();
        self.world.up.resize(self.plan.entries.len(), true);
        self.refresh_world();
    }

    fn reset_outcome(&mut self, record: Record) {
        let plan = self.plan;
        if plan.balance.is_some() {
            // A trial in which nothing happens leaves the traffic of the one before as it is.
            self.reset_traffic();
        }
        self.ledger.reset(plan);
        self.ledger.record_spans = record == Record::Spans;
        self.ledger.fill_windows = record != Record::Losses;
        let outcome = &mut self.outcome;
        outcome.events = 0;
        outcome.unavailability = 0.0;
        outcome.journeys.clear();
        outcome
            .journeys
            .resize(plan.journeys.len(), JourneyOutcome::default());
        outcome.services.clear();
        if self.reach == Reach::Services {
            outcome.services.resize(plan.names.services.len(), 0.0);
            self.service_down_since.clear();
            self.service_down_since
                .resize(plan.service_watches.len(), f64::NAN);
        }
        outcome.down_seconds = 0.0;
        outcome.outages = 0;
        outcome.recoveries.clear();
        outcome.data_losses.clear();
        outcome.data_losses_apart.clear();
        outcome.split_brain_seconds = 0.0;
        outcome.longest_outage_seconds = 0.0;
        outcome.attribution.clear();
        outcome.attribution.resize(plan.names.causes.len(), 0.0);
        outcome.phases.clear();
        outcome.phases.resize(plan.n_phases(), 0.0);
        outcome.fired.clear();
        outcome.fired.resize(plan.names.causes.len(), 0);
        outcome.drills = 0;
        outcome.slo = WindowOutcome::default();
        outcome.sla = WindowOutcome::default();
        outcome.window_losses.clear();
        outcome.worst_window = 0.0;
        outcome.rolling_missed = 0.0;
        outcome.balance = None;
        outcome.refunded_windows = 0.0;
        outcome.credit_windows.clear();
        outcome.credit_windows.resize(plan.refunds.len(), 0);
        outcome.spans.clear();
    }

    fn reset_units(&mut self) {
        let plan = self.plan;
        self.condition.fill(Condition::Up);
        self.reset_states();
        let key = self.key;
        let laws = &self.laws;
        let (renewals, rngs, life_ends) = (&mut self.renewals, &mut self.rngs, &mut self.life_ends);
        renewals.clear();
        self.life_begins.fill(0.0);
        let first_events = plan.units.iter().map(|unit| {
            let clocks = unit.first_clock as usize..(unit.first_clock + unit.n_clocks) as usize;
            if let UnitKind::Simple(up) = unit.kind {
                let mut rng = key.stream(plan.clocks[clocks.start].key, Purpose::Renewal);
                let life = laws.phases[up as usize + 1].next.draw(&mut rng);
                renewals.push(Renewal::new(rng, unit.gate, up, laws));
                return life;
            }
            let mut first = f64::INFINITY;
            for clock in clocks {
                let clock_plan = plan.clocks[clock];
                let mut rng = key.stream(clock_plan.key, Purpose::Renewal);
                life_ends[clock] = laws.samplers[clock_plan.life as usize].draw(&mut rng);
                rngs[clock] = rng;
                first = first.min(life_ends[clock]);
            }
            renewals.push(Renewal {
                rng: unused_stream(),
                ahead: f64::INFINITY,
                gate: NO_GATE,
                phase: NO_PHASE,
            });
            first
        });
        self.calendar.fill(first_events);
        for scripted in &plan.scripted {
            let clock = plan.units[scripted.unit as usize].first_clock;
            self.life_ends[clock as usize] = scripted.at;
            self.calendar.set(scripted.unit, scripted.at);
        }
    }
}

/// In the place of a stream that is not drawn from.
fn unused_stream() -> StreamRng {
    TrialKey::default().stream(StreamKey::default(), Purpose::Renewal)
}
