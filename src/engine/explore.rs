//! Goes through what can happen, instead of drawing it: the same engine as a system of states and transitions.
//!
//! A [`State`] is all that the engine remembers between two instants, clocks apart. Where every pending time is
//! exponential (or made of exponential stages) the states form a Markov chain. Nothing of the semantics is written twice:
//! the explorer puts the engine into a state, lets one event happen, settles it, and reads the state that follows.

use super::chance::Script;
use super::ledger::DOWN_SLACK;
use super::serving::{Serving, Timer};
use super::standby::{StandbyKey, StandbyState};
use super::trial::{Record, Simulator};
use super::units::{Condition, Failure};
use crate::model::Failback;
use crate::plan::{Plan, ReroutePlan, ServingPlan, UnitId, UnitKind};

/// When everything that is pending in a restored state comes \[s\]: later than any draw.
const FAR: f64 = 1e300;

/// Now in a restored state \[s\].
const NOW: f64 = 1.0;

/// Events at one instant beyond which times of zero are taken to go round in circles.
const MAX_AT_ONCE: usize = 10_000;

/// A settled state of the system, without its clocks.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct State {
    spare: Vec<i32>,
    phases: Vec<u32>,
    units: Vec<UnitKey>,
    crews: Vec<(u32, Vec<UnitId>)>,
    pools: Vec<PoolKey>,
    standby: Option<StandbyKey>,
    shares: Vec<u64>,
    capacity: Vec<u64>,
    pending: Vec<bool>,
}

/// A unit that is not of the fast path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct UnitKey {
    condition: Condition,
    speed: u64,
    /// Cause, law, crew, priority, clock renewed.
    failure: [u32; 5],
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct PoolKey {
    primary: Option<usize>,
    in_takeover: bool,
    in_last_way: bool,
    running: bool,
    usable: Vec<bool>,
}

/// How long something that is pending takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    /// Drawn from this sampler, at this speed.
    Drawn {
        /// Index of the sampler.
        sampler: u32,
        /// Speed of its clock, above 0.
        speed: f64,
    },
    /// Always this long \[s\].
    Fixed(f64),
    /// Until so many probes, this far apart \[s\], have missed; the first at any time within one period.
    Probed(f64, u32),
}

impl Law {
    /// Drawn from a sampler at full speed.
    pub(super) fn drawn(sampler: u32) -> Self {
        Self::Drawn {
            sampler,
            speed: 1.0,
        }
    }
}

/// Something that may happen next in a state.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Event {
    /// Slot of the calendar: what goes on in it goes on in the next state unless it was set anew.
    pub slot: u32,
    /// Clock that runs out, where several of one unit compete.
    clock: Option<u32>,
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

/// A state that may follow an event.
#[derive(Debug, Clone)]
pub struct Successor {
    /// Its probability.
    pub probability: f64,
    /// The state.
    pub state: State,
    /// For each slot, whether it was set by the event: its time begins anew.
    pub set_anew: Vec<bool>,
}

/// What users see in a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Experience {
    /// Share of requests lost, over all journeys.
    pub lost: f64,
    /// Share of its requests that each journey loses.
    pub journeys: Vec<f64>,
    /// Whether each journey is down.
    pub down: Vec<bool>,
}

/// The engine of a plan, to be put into one state after another.
#[derive(Debug)]
pub struct Explorer<'p> {
    simulator: Simulator<'p>,
}

impl<'p> Explorer<'p> {
    /// An explorer of a plan.
    ///
    /// # Errors
    ///
    /// If the plan remembers more than a state holds: in words, what.
    pub fn new(plan: &'p Plan) -> Result<Self, String> {
        let moves = |reroute: ReroutePlan| match reroute {
            ReroutePlan::Ttl(seconds) => seconds > 0.0,
            ReroutePlan::Drawn(_) => false,
        };
        let linear = "traffic moves linearly over the `ttl` of `reroute`; give `reroute` as a time";
        match &plan.serving {
            ServingPlan::Single => {}
            ServingPlan::ActiveActive(_) => {
                return Err("active-active regions are rerouted one by one".to_owned());
            }
            ServingPlan::Standby(standby) if moves(standby.reroute) => {
                return Err(linear.to_owned());
            }
            ServingPlan::Standby(standby) if standby.restore > 0.0 => {
                return Err("a restore from backups is added to each activation".to_owned());
            }
            ServingPlan::Standby(standby) => match standby.failback {
                Failback::After {
                    wait_seconds,
                    takes_seconds,
                } if wait_seconds > 0.0 || takes_seconds > 0.0 => {
                    return Err(
                        "`failback` waits for, and moves traffic over, fixed times; it must take none"
                            .to_owned(),
                    );
                }
                Failback::After { .. } | Failback::Never => {}
            },
        }
        let mut simulator = Simulator::new(plan, 0);
        simulator.script = Some(Script::default());
        Ok(Self { simulator })
    }

    /// The state at the start of a trial: everything new and up.
    ///
    /// # Errors
    ///
    /// If times of zero go round in circles.
    pub fn initial(&mut self) -> Result<State, String> {
        let simulator = &mut self.simulator;
        simulator.simulate_nothing();
        self.settle_instant()?;
        Ok(self.state())
    }

    /// All that may happen next in a state.
    pub fn events(&mut self, state: &State) -> Vec<Event> {
        self.restore(state);
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
                        let phase = state.phases[slot as usize];
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
                    let [_, sampler, ..] = state.units[slot as usize].failure;
                    events.push(Event {
                        slot,
                        clock: None,
                        law: Law::drawn(sampler),
                    });
                }
            } else {
                events.extend(self.simulator.timers_of(slot).into_iter().map(|law| Event {
                    slot,
                    clock: None,
                    law,
                }));
            }
        }
        events
    }

    /// The states that may follow an event.
    ///
    /// # Errors
    ///
    /// If times of zero go round in circles.
    pub fn successors(&mut self, state: &State, event: Event) -> Result<Vec<Successor>, String> {
        let mut successors: Vec<Successor> = Vec::new();
        let mut script = Some(Script::default());
        while let Some(path) = script.take() {
            self.restore(state);
            self.simulator.script = Some(path);
            self.fire(event);
            self.settle_instant()?;
            let played = self.simulator.script.take().unwrap_or_default();
            let next = self.state();
            let set_anew = (0..next.pending.len())
                .map(|slot| {
                    let goes_on = state.pending[slot]
                        && next.pending[slot]
                        && slot as u32 != event.slot
                        && self.simulator.calendar.time_of(slot as u32) == FAR;
                    !goes_on
                })
                .collect();
            successors.push(Successor {
                probability: played.probability(),
                state: next,
                set_anew,
            });
            script = played.next_path();
        }
        self.simulator.script = Some(Script::default());
        Ok(successors)
    }

    /// What users see in a state.
    pub fn experience(&mut self, state: &State) -> Experience {
        self.restore(state);
        let simulator = &mut self.simulator;
        let plan = simulator.plan;
        let n_regions = plan.regions.len();
        let mut experience = Experience {
            lost: 0.0,
            journeys: Vec::new(),
            down: Vec::new(),
        };
        for journey in &plan.journeys {
            let served: f64 = (0..n_regions)
                .filter(|region| {
                    let entry = &plan.entries[journey.entry as usize * n_regions + region];
                    simulator.is_up(entry.gate)
                })
                .map(|region| {
                    f64::from_bits(state.shares[region]).min(f64::from_bits(state.capacity[region]))
                })
                .sum();
            let lost = if served >= 1.0 { 0.0 } else { 1.0 - served };
            experience.lost += journey.share * lost;
            experience.journeys.push(lost);
            experience
                .down
                .push(served < journey.down_below - DOWN_SLACK);
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
        simulator.play(event.slot);
    }

    /// Settles an instant, and all that follows at it.
    fn settle_instant(&mut self) -> Result<(), String> {
        for _ in 0..MAX_AT_ONCE {
            self.simulator.settle();
            let (time, slot) = self.simulator.calendar.first();
            if time > self.simulator.now {
                return Ok(());
            }
            self.simulator.play(slot);
        }
        Err("times of zero go round in circles".to_owned())
    }

    fn state(&self) -> State {
        let simulator = &self.simulator;
        let plan = simulator.plan;
        let n_slots = plan.units.len() + plan.pools.len() + Serving::n_timers(plan);
        let unit = |unit: usize| {
            let condition = simulator.condition[unit];
            let Some(state) = simulator.states.get(unit) else {
                return UnitKey {
                    condition,
                    speed: 1.0_f64.to_bits(),
                    failure: [0; 5],
                };
            };
            let failed = matches!(condition, Condition::Down | Condition::Waiting);
            let failure = if failed { state.failure } else { Failure::NONE };
            UnitKey {
                condition,
                speed: state.speed.to_bits(),
                failure: [
                    failure.cause,
                    failure.law,
                    failure.crew,
                    failure.priority,
                    failure.renews,
                ],
            }
        };
        State {
            spare: simulator.spare.clone(),
            phases: (simulator.renewals.iter())
                .map(|renewal| renewal.phase)
                .collect(),
            units: (0..plan.units.len()).map(unit).collect(),
            crews: (simulator.crews.iter())
                .map(|crew| (crew.busy, crew.waiting.clone()))
                .collect(),
            pools: (simulator.pools.iter())
                .map(|pool| PoolKey {
                    primary: pool.primary,
                    in_takeover: pool.in_takeover,
                    in_last_way: pool.in_last_way,
                    running: pool.running,
                    usable: pool.usable.clone(),
                })
                .collect(),
            standby: match &simulator.serving {
                Serving::Standby(state) => Some(state.key()),
                Serving::Single | Serving::ActiveActive(_) => None,
            },
            shares: (0..plan.regions.len())
                .map(|region| simulator.traffic.share(region, simulator.now).to_bits())
                .collect(),
            capacity: (simulator.world.capacity.iter())
                .map(|capacity| capacity.to_bits())
                .collect(),
            pending: (0..n_slots as u32)
                .map(|slot| simulator.calendar.time_of(slot).is_finite())
                .collect(),
        }
    }

    fn restore(&mut self, state: &State) {
        let simulator = &mut self.simulator;
        simulator.now = NOW;
        simulator.spare.copy_from_slice(&state.spare);
        simulator.changes.clear();
        for (renewal, phase) in simulator.renewals.iter_mut().zip(&state.phases) {
            renewal.phase = *phase;
        }
        for (index, unit) in state.units.iter().enumerate() {
            simulator.condition[index] = unit.condition;
            let Some(unit_state) = simulator.states.get_mut(index) else {
                continue;
            };
            let [cause, law, crew, priority, renews] = unit.failure;
            unit_state.age = 0.0;
            unit_state.since = NOW;
            unit_state.speed = f64::from_bits(unit.speed);
            unit_state.failure = Failure {
                cause,
                // A repair that waits for its crew begins when it is free: any time will do.
                repair: 1.0,
                law,
                crew,
                priority,
                renews,
            };
        }
        simulator.life_ends.fill(FAR);
        for (crew, (busy, waiting)) in simulator.crews.iter_mut().zip(&state.crews) {
            crew.busy = *busy;
            crew.waiting.clone_from(waiting);
        }
        for (pool, key) in simulator.pools.iter_mut().zip(&state.pools) {
            pool.primary = key.primary;
            pool.in_takeover = key.in_takeover;
            pool.in_last_way = key.in_last_way;
            pool.running = key.running;
            pool.usable.clone_from(&key.usable);
            pool.starters.clear();
        }
        if let Some(standby) = state.standby {
            simulator.serving = Serving::Standby(StandbyState::remembering(standby, NOW));
        }
        let shares: Vec<f64> = state.shares.iter().copied().map(f64::from_bits).collect();
        simulator.traffic.jump(NOW, &shares);
        for (capacity, bits) in simulator.world.capacity.iter_mut().zip(&state.capacity) {
            *capacity = f64::from_bits(*bits);
        }
        let times = state.pending.iter();
        simulator
            .calendar
            .fill(times.map(|pending| if *pending { FAR } else { f64::INFINITY }));
    }
}

impl Simulator<'_> {
    /// Everything new and up at the start of a trial, of which nothing has been played.
    fn simulate_nothing(&mut self) {
        self.reset(0, Record::Scores);
    }

    /// The law of a takeover or of a timer of the controller that is pending in this slot.
    fn timers_of(&self, slot: u32) -> Option<Law> {
        let plan = self.plan;
        let n_units = plan.units.len() as u32;
        let pool = slot - n_units;
        if let Some(pool_plan) = plan.pools.get(pool as usize) {
            let last = self.pools[pool as usize].in_last_way;
            return Some(Law::drawn(match pool_plan.failed {
                Some(failed) if last => failed,
                _ => pool_plan.takes,
            }));
        }
        let (Serving::Standby(state), ServingPlan::Standby(standby)) =
            (&self.serving, &plan.serving)
        else {
            return None;
        };
        match Timer::of(pool - plan.pools.len() as u32) {
            Timer::Attempt => state.law_of_phase(standby),
            Timer::Rerouted => match standby.reroute {
                ReroutePlan::Drawn(sampler) => Some(Law::drawn(sampler)),
                ReroutePlan::Ttl(seconds) => Some(Law::Fixed(seconds)),
            },
            Timer::Failback | Timer::Moved | Timer::Detected(_) => None,
        }
    }
}
