//! Goes through what can happen, instead of drawing it: the same engine as a system of states and transitions.
//!
//! A [`State`] is all that the engine remembers between two instants, clocks apart. Where every pending time is
//! exponential (or made of exponential stages) the states form a Markov chain. Nothing of the semantics is written twice:
//! the explorer puts the engine into a state, lets one event happen, settles it, and reads the state that follows. It numbers the
//! states in the order in which it meets them, and keeps them packed.

use super::chance::Script;
use super::code::{Book, Codebook};
use super::ledger::DOWN_SLACK;
use super::overlap::{most_moves, move_of_slot, moves_overlap};
use super::pending::Law;
use super::serving::{Serving, Timer};
use super::snapshot::{FAR, State, n_slots};
use super::symmetry::Symmetry;
use super::trial::{Record, Simulator};
use super::units::Condition;
use crate::model::Failback;
use crate::plan::{
    ActivePlan, DetectPlan, Plan, ReroutePlan, ServingPlan, StandbyPlan, UnitId, UnitKind,
};

/// Events at one instant beyond which times of zero are taken to go round in circles.
const MAX_AT_ONCE: usize = 10_000;

/// Something that may happen next in a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Slot of the calendar: what goes on in it goes on in the next state unless it was set anew.
    pub slot: u32,
    /// Clock that runs out, where several of one unit compete.
    pub clock: Option<u32>,
    /// How long it takes.
    pub law: Law,
}

impl Event {
    /// Whether it is a clock of a unit that may have others, and stands still while the unit is down.
    #[must_use]
    pub fn competes(&self) -> bool {
        self.clock.is_some()
    }
}

/// Number of a state, in the order in which they are met; the start is 0.
pub type StateId = u32;

/// A state that may follow an event.
#[derive(Debug, Clone)]
pub struct Successor {
    /// Its probability.
    pub probability: f64,
    /// The state.
    pub state: StateId,
    /// For each slot, the one of the state before whose time goes on in it; none if it begins anew, or nothing is pending.
    pub goes_on: Vec<Option<u32>>,
}

/// What users see in a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Experience {
    /// Share of requests lost, over all journeys.
    pub lost: f64,
    /// Share of its requests that each journey loses.
    pub journeys: Vec<f64>,
    /// Share of time in which each journey is down.
    pub down: Vec<f64>,
    /// Whether as many moves of traffic are under way as a state can remember.
    pub is_full: bool,
}

/// The engine of a plan, to be put into one state after another.
#[derive(Debug)]
pub struct Explorer<'p> {
    simulator: Simulator<'p>,
    symmetry: Symmetry,
    codebook: Codebook,
    /// All states met, packed.
    states: Book<Box<[u8]>>,
    /// The state that was asked about last, and its number.
    open: (State, Option<StateId>),
    /// Room for the state that follows it: itself, packed, and the slot from which each slot came.
    next: (State, Vec<u8>, Vec<u32>),
    /// Steps between all and nothing that the share of a region may have at the start of a linear move.
    grid: u32,
}

impl<'p> Explorer<'p> {
    /// An explorer of a plan. When a linear move begins amid another, the share that has moved is rounded to a multiple of
    /// 1 / `grid`, up or down at random so that its mean stays.
    ///
    /// # Errors
    ///
    /// If the plan remembers more than a state holds: in words, what.
    pub fn new(plan: &'p Plan, grid: u32) -> Result<Self, String> {
        if plan.gray.as_ref().is_some_and(|gray| gray.canary.is_some()) {
            return Err("the probes of a canary are not followed".to_owned());
        }
        if plan.crews.iter().any(|crew| crew.on_call.is_some()) {
            return Err("the time of day (`on_call`) is not followed".to_owned());
        }
        if plan.stuck > 0.0 {
            return Err("clients that never move (`stuck`) are not followed".to_owned());
        }
        match &plan.serving {
            ServingPlan::ActiveActive(active) if active.cells > 1 => {
                return Err(
                    "moves of traffic between regions cell by cell are not followed".to_owned(),
                );
            }
            ServingPlan::Standby(standby) if standby.cells > 1 => {
                return Err("failovers cell by cell are not followed".to_owned());
            }
            ServingPlan::Standby(standby) if !standby.runbook.is_empty() => {
                return Err("the steps of a runbook are not followed".to_owned());
            }
            ServingPlan::Standby(standby) if standby.false_alarm.is_some() => {
                return Err("false alarms are not followed".to_owned());
            }
            ServingPlan::Standby(StandbyPlan {
                failback: Failback::After(back),
                ..
            }) if !back.is_plain() => {
                return Err(
                    "failbacks at set hours, with a drain, with a disruption or with a chance to fail are not followed"
                        .to_owned(),
                );
            }
            ServingPlan::Standby(standby) if standby.rot.is_some() || standby.drill.is_some() => {
                return Err("the rot of a standby and drills are not followed".to_owned());
            }
            ServingPlan::Standby(StandbyPlan { hold_down, .. })
            | ServingPlan::ActiveActive(ActivePlan { hold_down, .. })
                if *hold_down > 0.0 =>
            {
                return Err(
                    "the time since traffic has moved (`hold_down`) is not followed".to_owned(),
                );
            }
            ServingPlan::Single | ServingPlan::Standby(_) | ServingPlan::ActiveActive(_) => {}
        }
        let mut simulator = Simulator::new(plan, 0);
        simulator.script = Some(Script::default());
        simulator.zeros = chances_of_zero(plan);
        Ok(Self {
            symmetry: Symmetry::new(plan),
            codebook: Codebook::default(),
            states: Book::default(),
            open: (State::of(plan), None),
            next: (State::of(plan), Vec::new(), Vec::new()),
            simulator,
            grid,
        })
    }

    /// Units that may change places without anything being different, in classes of at least two.
    #[must_use]
    pub fn classes(&self) -> &[Vec<UnitId>] {
        self.symmetry.classes()
    }

    /// Whether a time of a sampler that is sometimes zero is told apart from one that is not.
    #[must_use]
    pub fn tells_zeros_of(&self, sampler: u32) -> bool {
        self.simulator.zeros[sampler as usize] > 0.0
    }

    /// Number of states met.
    #[must_use]
    pub fn n_states(&self) -> usize {
        self.states.len()
    }

    /// Slots of units that are alike in a state, clocks apart, and have something pending: in groups of at least two.
    pub fn alike(&mut self, state: StateId) -> Vec<Vec<u32>> {
        self.open(state);
        self.symmetry.alike(&self.open.0)
    }

    /// Meets the state at the start of a trial, everything new and up.
    ///
    /// # Errors
    ///
    /// If times of zero go round in circles.
    pub fn initial(&mut self) -> Result<StateId, String> {
        self.simulator.reset(0, Record::Losses);
        self.settle_instant()?;
        if (self.simulator.script.as_ref()).is_some_and(|script| script.probability() < 1.0) {
            return Err("a trial may begin in several states".to_owned());
        }
        let (next, _, origin) = &mut self.next;
        self.simulator.snapshot(None, next);
        let plan = self.simulator.plan;
        self.symmetry.put_in_order(plan, next, origin);
        Ok(self.number())
    }

    /// Unpacks a state, unless it is the one asked about last.
    fn open(&mut self, id: StateId) {
        if self.open.1 != Some(id) {
            let code = &self.states[id as usize];
            let plan = self.simulator.plan;
            self.codebook.decode(code, plan, &mut self.open.0);
            self.open.1 = Some(id);
        }
    }

    /// The number of the state that follows.
    fn number(&mut self) -> StateId {
        let (next, code, _) = &mut self.next;
        self.codebook.encode(next, self.simulator.plan, code);
        let known = self.states.get_index_of(&code[..]);
        known.unwrap_or_else(|| self.states.insert_full(code[..].into()).0) as StateId
    }

    /// All that may happen next in a state.
    pub fn events(&mut self, id: StateId) -> Vec<Event> {
        self.open(id);
        let state = &self.open.0;
        self.simulator.resume(state, 0.5);
        let simulator = &self.simulator;
        let plan = simulator.plan;
        let mut events = Vec::new();
        for slot in 0..state.pending.len() as u32 {
            if !state.pending[slot as usize] {
                continue;
            }
            if let Some(unit) = plan.units.get(slot as usize) {
                let speed = f64::from_bits(state.units[slot as usize].speed);
                let running = match unit.kind {
                    UnitKind::Simple(_) => {
                        let phase = state.units[slot as usize].phase;
                        let clock = plan.clocks[unit.first_clock as usize];
                        let sampler = if phase.is_multiple_of(2) {
                            clock.life
                        } else {
                            clock.repair
                        };
                        events.push(Event {
                            slot,
                            clock: None,
                            law: Law::drawn(sampler),
                        });
                        continue;
                    }
                    UnitKind::Shock(_) => true,
                    UnitKind::General => state.units[slot as usize].condition == Condition::Up,
                };
                if running {
                    for clock in unit.first_clock..unit.first_clock + unit.n_clocks {
                        let sampler = plan.clocks[clock as usize].life;
                        events.push(Event {
                            slot,
                            clock: Some(clock),
                            law: Law::Drawn { sampler, speed },
                        });
                    }
                } else {
                    let sampler = simulator.law_of_failure(slot, &state.units[slot as usize]);
                    events.push(Event {
                        slot,
                        clock: None,
                        law: Law::drawn(sampler),
                    });
                }
            } else {
                events.extend(
                    self.simulator
                        .timers_of(slot, state)
                        .into_iter()
                        .map(|law| Event {
                            slot,
                            clock: None,
                            law,
                        }),
                );
            }
        }
        events
    }

    /// The states that may follow an event, when a linear move under way has come so far, from 0 to 1.
    ///
    /// # Errors
    ///
    /// If times of zero go round in circles.
    pub fn successors(
        &mut self,
        id: StateId,
        event: Event,
        progress: f64,
    ) -> Result<Vec<Successor>, String> {
        self.open(id);
        let mut successors: Vec<Successor> = Vec::new();
        let mut script = Some(Script::default());
        while let Some(path) = script.take() {
            self.simulator.resume(&self.open.0, progress);
            self.simulator.script = Some(path);
            self.fire(event);
            self.settle_instant()?;
            let goes_on = self.follow(event);
            let played = self.simulator.script.take().unwrap_or_default();
            let probability = played.probability();
            for (chance, shares) in self.on_grid() {
                if let Some(shares) = shares {
                    self.next.0.scene.shares = shares;
                }
                successors.push(Successor {
                    probability: probability * chance,
                    state: self.number(),
                    goes_on: goes_on.clone(),
                });
            }
            script = played.next_path();
        }
        self.simulator.script = Some(Script::default());
        Ok(successors)
    }

    /// Notes the state that follows. Returns for each of its slots the one whose time goes on in it.
    fn follow(&mut self, event: Event) -> Vec<Option<u32>> {
        let (next, _, origin) = &mut self.next;
        let before = &self.open.0;
        self.simulator.snapshot(Some(before), next);
        let goes_on = |slot: u32, next: &State| {
            slot != event.slot && self.simulator.goes_on(slot, before, next)
        };
        let old: Vec<bool> = (0..next.pending.len() as u32)
            .map(|slot| goes_on(slot, next))
            .collect();
        let plan = self.simulator.plan;
        self.symmetry.put_in_order(plan, next, origin);
        let first_move = n_slots(plan) as u32;
        let mut origins: Vec<Option<u32>> = origin
            .iter()
            .map(|slot| old[*slot as usize].then_some(*slot))
            .collect();
        for (slot, origin) in origins
            .iter_mut()
            .skip(first_move as usize)
            .zip(&next.origins)
        {
            *slot = origin.map(|old| first_move + old);
        }
        origins
    }

    /// The shares of the first of two regions rounded, up or down, where a move is under way in the state that follows.
    fn on_grid(&self) -> Vec<(f64, Option<Vec<u64>>)> {
        let scene = &self.next.0.scene;
        if scene.moving.is_none() || scene.shares.len() != 2 {
            return vec![(1.0, None)];
        }
        let grid = f64::from(self.grid);
        let share = f64::from_bits(scene.shares[0]) * grid;
        let (low, above) = (share.floor(), share.fract());
        let mut rounded = Vec::new();
        for (chance, steps) in [(1.0 - above, low), (above, low + 1.0)] {
            if chance > 1e-12 {
                let share = (steps / grid).min(1.0);
                let shares = vec![share.to_bits(), (1.0 - share).to_bits()];
                rounded.push((chance, Some(shares)));
            }
        }
        rounded
    }

    /// Whether linear moves go on whatever begins after them, so that their progress decides nothing.
    #[must_use]
    pub fn moves_overlap(&self) -> bool {
        moves_overlap(self.simulator.plan)
    }

    /// What users see in a state on average while each of the linear moves under way goes from one progress to another.
    pub fn experience(&mut self, id: StateId, spans: &[(f64, f64)]) -> Experience {
        const PIECES: u32 = 16;
        self.open(id);
        let state = &self.open.0;
        let middle = spans.first().map_or(0.5, |(from, to)| 0.5 * (from + to));
        self.simulator.resume(state, middle);
        self.simulator.refresh_worth();
        let simulator = &self.simulator;
        let plan = simulator.plan;
        let pieces = if spans.is_empty() { 1 } else { PIECES };
        let n_regions = plan.regions.len();
        // Served and lost: each as a sum, as next to nothing may be lost.
        let at = |entry: u32, progress: &[f64]| -> (f64, f64) {
            let shares = state.scene.shares_at(progress).into_iter();
            shares
                .enumerate()
                .fold((0.0, 0.0), |sums, (region, share)| {
                    let at = entry as usize * n_regions + region;
                    let (served, lost) = if simulator.is_up(plan.entries[at].gate) {
                        let (overload, failed) = simulator.world.lost_by(at, region, share);
                        let served = simulator.world.served_by(at, region, share);
                        (served, overload + failed)
                    } else {
                        (0.0, share)
                    };
                    (sums.0 + served, sums.1 + lost)
                })
        };
        let mut experience = Experience {
            lost: 0.0,
            is_full: moves_overlap(plan) && state.scene.moves.len() == most_moves(plan),
            journeys: Vec::new(),
            down: Vec::new(),
        };
        for journey in &plan.journeys {
            let level = journey.down_below - DOWN_SLACK;
            let at = |piece: u32| -> (f64, f64) {
                let part = f64::from(piece) / f64::from(pieces);
                let progress: Vec<f64> = (spans.iter())
                    .map(|(from, to)| from + (to - from) * part)
                    .collect();
                at(journey.entry, &progress)
            };
            let (mut lost, mut down) = (0.0, 0.0);
            let mut before = at(0);
            for piece in 1..=pieces {
                let after = at(piece);
                lost += 0.5 * (before.1 + after.1);
                down += share_below(before.0, after.0, level);
                before = after;
            }
            let (lost, down) = (lost / f64::from(pieces), down / f64::from(pieces));
            experience.lost += journey.share * lost;
            experience.journeys.push(lost);
            experience.down.push(down);
        }
        experience
    }

    /// Lets an event happen in the state just restored.
    fn fire(&mut self, event: Event) {
        let simulator = &mut self.simulator;
        if let Some(clock) = event.clock {
            let unit = simulator.plan.units[event.slot as usize];
            let clocks = unit.first_clock as usize..(unit.first_clock + unit.n_clocks) as usize;
            simulator.life_ends[clocks].fill(FAR);
            simulator.life_ends[clock as usize] = 1.0;
        }
        if event.slot == simulator.timer_slot(Timer::Failback)
            && let Serving::Standby(cells) = &mut simulator.serving
        {
            cells[0].end_wait(FAR);
            simulator.plan_failback();
            return;
        }
        if let Some(index) = move_of_slot(simulator.plan, event.slot) {
            simulator.end_move_of(index);
            return;
        }
        simulator.play(event.slot);
    }

    /// Settles an instant, and all that follows at it.
    fn settle_instant(&mut self) -> Result<(), String> {
        for _ in 0..MAX_AT_ONCE {
            // A state that was resumed has told nobody what has changed.
            self.simulator.touch_world();
            self.simulator.settle();
            let (time, slot) = self.simulator.calendar.first();
            if time > self.simulator.now {
                return Ok(());
            }
            self.simulator.play(slot);
        }
        Err("times of zero go round in circles".to_owned())
    }
}

/// By sampler, the chance that a time is zero, if that is sometimes so and if it is drawn only where a time of zero may be a toss:
/// for takeovers, dispatches and what the controller waits for.
fn chances_of_zero(plan: &Plan) -> Vec<f64> {
    let mut may_be = vec![false; plan.distributions.len()];
    let pools = plan.pools.iter();
    let mut tossed: Vec<u32> = pools
        .flat_map(|pool| std::iter::once(pool.takes).chain(pool.failed))
        .chain(plan.crews.iter().filter_map(|crew| crew.dispatch))
        .collect();
    let (detect, reroute) = match &plan.serving {
        ServingPlan::Single => (None, None),
        ServingPlan::Standby(standby) => {
            tossed.push(standby.decide);
            // With a restore after it, no activation takes no time.
            if standby.restore == 0.0 {
                tossed.push(standby.activate);
            }
            (Some(standby.detect), Some(standby.reroute))
        }
        ServingPlan::ActiveActive(active) => (Some(active.detect), Some(active.reroute)),
    };
    if let Some(DetectPlan::Drawn(sampler)) = detect {
        tossed.push(sampler);
    }
    if let Some(ReroutePlan::Drawn(sampler)) = reroute {
        tossed.push(sampler);
    }
    for sampler in tossed {
        may_be[sampler as usize] = true;
    }
    for clock in &plan.clocks {
        may_be[clock.life as usize] = false;
        may_be[clock.repair as usize] = false;
    }
    let gray = plan.gray.iter().flat_map(|gray| &gray.faults);
    for noticed in gray.filter_map(|fault| fault.noticed) {
        may_be[noticed as usize] = false;
    }
    let laws = plan.distributions.iter().zip(may_be);
    laws.map(|(law, may_be)| {
        if law.is_sometimes_zero() && may_be {
            law.chance_of_zero()
        } else {
            0.0
        }
    })
    .collect()
}

/// Share of a linear stretch that is below a level.
fn share_below(from: f64, to: f64, level: f64) -> f64 {
    match (from < level, to < level) {
        (true, true) => 1.0,
        (false, false) => 0.0,
        (true, false) => (level - from) / (to - from),
        (false, true) => (level - to) / (from - to),
    }
}
