//! The compiled plan: what the engine reads in its loop, by index.

use super::{
    DataPlan, GateId, GrayPlan, Holds, Laws, Network, Reach, Sampler, ServingPlan, Site, StreamKey,
    UncertainLaw, Wait,
};
use crate::model::{CrewOrder, Distribution, Hours, TakeoverTrigger};

/// Index of a unit.
pub type UnitId = u32;

/// A deployment compiled for the engine: immutable, index-based, valid.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// Names of everything that is reported.
    pub names: Names,
    /// Unscored time at the start of a trial \[s\].
    pub warm_up: f64,
    /// Scored time \[s\].
    pub horizon: f64,
    /// The structure function.
    pub network: Network,
    /// What fails, in place order: the slots of the calendar.
    pub units: Vec<Unit>,
    /// Names of the units' own streams.
    pub unit_keys: Vec<StreamKey>,
    /// Where the units are.
    pub sites: Vec<Site>,
    /// What keeps services, zones and regions down.
    pub holds: Holds,
    /// Fault clocks of all units, those of one unit side by side.
    pub clocks: Vec<Clock>,
    /// What times are drawn from, as far as known before a trial: who plays one has laws of its own.
    pub laws: Laws,
    /// The laws that the samplers draw from, at the same indices.
    pub distributions: Vec<Distribution>,
    /// Those of them that are drawn anew for each trial.
    pub uncertain: Vec<UncertainLaw>,
    /// What strikes once at a given time; empty unless a scenario is played. Only a simulator that plays event by event knows it.
    pub scripted: Vec<Scripted>,
    /// Shocks to replicas.
    pub shocks: Vec<Shock>,
    /// Cascades, by clock.
    pub cascades: Vec<Cascade>,
    /// Services with one primary in a region.
    pub pools: Vec<Pool>,
    /// Repair crews.
    pub crews: Vec<CrewPlan>,
    /// Lines of repairs that wait for crews with a dispatch time, those of one crew side by side.
    pub lines: Vec<LinePlan>,
    /// What watches the network, by observer index.
    pub observers: Vec<Watcher>,
    /// Entry services by region: `[entry * n_regions + region]`.
    pub entries: Vec<EntryPlan>,
    /// Journeys.
    pub journeys: Vec<JourneyPlan>,
    /// Gates that are down while a region is unhealthy, with the units behind each; empty with one serving region.
    pub health: Vec<HealthPlan>,
    /// What works badly without being down; `None` without gray faults.
    pub gray: Option<GrayPlan>,
    /// Services observed for their own figures.
    pub service_watches: Vec<ServiceWatch>,
    /// Services are observed in every trial whose index is a multiple of this.
    pub service_stride: u64,
    /// How traffic is sent.
    pub serving: ServingPlan,
    /// Share of clients that stay with the region at which they are at the start.
    pub stuck: f64,
    /// Regions.
    pub regions: Vec<RegionPlan>,
    /// Daily curve of the traffic; `None` if constant.
    pub daily: Option<DailyCurve>,
    /// Service level objective.
    pub slo: Option<WindowPlan>,
    /// Shares of traffic that are wanted; `None` with one serving region.
    pub balance: Option<BalancePlan>,
    /// Service level agreement.
    pub sla: Option<WindowPlan>,
    /// Refunds of the SLA: (availability below which, share of the window's revenue).
    pub refunds: Vec<(f64, f64)>,
    /// Recovery time objective \[s\].
    pub rto_seconds: Option<f64>,
    /// Longest loss of data that is accepted \[s\].
    pub rpo_seconds: Option<f64>,
    /// The data; `None` if no service has any.
    pub data: Option<DataPlan>,
    /// Longest mean time that one loss can last \[s\]: a repair, a takeover or a failover, at most the horizon; 0 if nothing
    /// can take a journey down.
    pub longest_mean_loss: f64,
    /// Failures and repairs expected in a trial.
    pub expected_events: f64,
}

impl Plan {
    /// The line in which a repair of a fault on a unit waits for its crew, or [`NO_LINE`].
    #[must_use]
    pub fn line_of(&self, crew: u32, cause: u32, unit: UnitId) -> u32 {
        let Some(crew) = self.crews.get(crew as usize) else {
            return NO_LINE;
        };
        let lines = &self.lines[crew.lines()];
        let area = self.sites[unit as usize].area(&self.names);
        lines
            .binary_search_by_key(&(cause, area), |line| (line.cause, line.area))
            .map_or(NO_LINE, |at| crew.first_line + at as u32)
    }

    /// How far failures are followed in a trial: services are observed in every so-many-th.
    #[must_use]
    pub fn reach_of(&self, trial: u64) -> Reach {
        if trial.is_multiple_of(self.service_stride) {
            Reach::Services
        } else {
            Reach::Journeys
        }
    }
}

/// Names of everything that is reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// The topology.
    pub topology: String,
    /// Its pattern.
    pub pattern: String,
    /// Regions in use; where they have several cells, once for each cell, cell by cell.
    pub regions: Vec<String>,
    /// Cells of each region in use; 0 and 1 both mean that they are not split.
    pub cells: u32,
    /// By service, whether all cells of a region use the same replicas of it.
    pub shared: Vec<bool>,
    /// Zones in use, by region.
    pub zones: Vec<Vec<String>>,
    /// Regions that are not in use but hold external services.
    pub distant_regions: Vec<String>,
    /// Journeys, in file order.
    pub journeys: Vec<String>,
    /// Services, in file order.
    pub services: Vec<String>,
    /// Causes: faults in file order, then external services that fail by themselves.
    pub causes: Vec<String>,
    /// What the recovery may wait for: crews first, then services and faults.
    pub waits: Vec<Wait>,
}

/// Something that fails and is repaired: a replica, a place, an external service, or the source of a shock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unit {
    /// How it is played.
    pub kind: UnitKind,
    /// Gate that it takes an input from while down; [`NO_GATE`] if it has no effect by itself.
    pub gate: GateId,
    /// First of its clocks.
    pub first_clock: u32,
    /// Number of its clocks.
    pub n_clocks: u32,
}

/// A unit whose one clock never runs out but once.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scripted {
    /// The unit.
    pub unit: UnitId,
    /// When it fails, from the start of the trial \[s\].
    pub at: f64,
}

/// A unit that drives no gate.
pub const NO_GATE: GateId = GateId::MAX;

/// How a unit is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnitKind {
    /// One clock that nothing stops, hurries or waits for, the fast path: index of its phase while up.
    Simple(u32),
    /// Competing clocks, crews, shocks, cascades, standby speeds or times in which it does not run.
    General,
    /// Strikes other units when its one clock runs out, and lasts no time itself: index of its shock.
    Shock(u32),
}

/// What a unit of the fast path is in, up or down, until its clock runs out; it goes from one of a pair to the other. Few
/// phases are shared by many units, and stay near the processor.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// How long the phase after this one lasts: a repair after an up phase, a life after a down phase.
    pub next: Sampler,
    /// Cause that the unit is reported as.
    pub cause: u32,
}

/// One alternating renewal process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Clock {
    /// Sampler of lives.
    pub life: u32,
    /// Sampler of repairs.
    pub repair: u32,
    /// Cause that it is reported as.
    pub cause: u32,
    /// Crew that repairs it, or [`NO_CREW`].
    pub crew: u32,
    /// Repair priority, the lowest first.
    pub priority: u32,
    /// Its cascade, or [`NO_CASCADE`].
    pub cascade: u32,
    /// Name of its stream.
    pub key: StreamKey,
}

/// Unlimited repair.
pub const NO_CREW: u32 = u32::MAX;
/// No clock of the same fault.
pub const NO_CLOCK: u32 = u32::MAX;
/// Fails alone.
pub const NO_CASCADE: u32 = u32::MAX;

/// A shock: comes at its clock's lives and strikes every target that is up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shock {
    /// Units of the replicas in the place.
    pub targets: Vec<UnitId>,
}

/// A cascade: with a probability, a failure takes siblings with it.
#[derive(Debug, Clone, PartialEq)]
pub struct Cascade {
    /// Chance of a failure to spread.
    pub probability: f64,
    /// The siblings and the clock of the same fault on each, or [`NO_CLOCK`] where the fault does not hit by itself.
    pub siblings: Vec<(UnitId, u32)>,
}

/// A service with one primary at a time, in one region.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// The service.
    pub service: u32,
    /// Its replicas in order of number.
    pub members: Vec<PoolMember>,
    /// Gates of the places around all replicas: while one is down, no replica is usable.
    pub scope: Vec<GateId>,
    /// Gate that is down during a takeover.
    pub gate: GateId,
    /// Sampler of takeover times.
    pub takes: u32,
    /// Sampler of the further time after a failed takeover; `None`: another takeover.
    pub failed: Option<u32>,
    /// Chance that a takeover succeeds.
    pub success: f64,
    /// What starts one.
    pub trigger: TakeoverTrigger,
    /// Speed of a standby replica's clocks.
    pub dormancy: f64,
    /// Name of its streams.
    pub key: StreamKey,
}

/// A replica of a pool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolMember {
    /// Gate that is up while the replica is usable, places around all replicas apart.
    pub gate: GateId,
    /// Its unit, if it fails by itself.
    pub unit: Option<UnitId>,
    /// Units whose failure makes it unusable: its own and those of its zone.
    pub behind: Vec<UnitId>,
}

/// A repair crew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CrewPlan {
    /// Members.
    pub size: u32,
    /// Who is next.
    pub order: CrewOrder,
    /// Sampler of the time until a free member sets out; `None`: repairs begin at once.
    pub dispatch: Option<u32>,
    /// When its members are at work; `None`: always.
    pub on_call: Option<OnCallPlan>,
    /// First of its lines.
    pub first_line: u32,
    /// Number of its lines; none without a dispatch time.
    pub n_lines: u32,
    /// Name of its stream.
    pub key: StreamKey,
}

impl CrewPlan {
    /// Its lines.
    #[must_use]
    pub const fn lines(&self) -> std::ops::Range<usize> {
        self.first_line as usize..(self.first_line + self.n_lines) as usize
    }
}

/// Repairs of one fault in one area that wait for a crew with a dispatch time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinePlan {
    /// The crew.
    pub crew: u32,
    /// The fault.
    pub cause: u32,
    /// The zone, or the wider place or link.
    pub area: Site,
    /// Name of its streams.
    pub key: StreamKey,
}

/// Of a repair that waits in no line.
pub const NO_LINE: u32 = u32::MAX;

/// Hours of work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OnCallPlan {
    /// When people are at work.
    pub hours: Hours,
    /// Sampler of the time from being called at other hours until the work begins.
    pub night: u32,
}

/// What watches a gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Watcher {
    /// An entry or the health of a region: the state of the world must be settled.
    World,
    /// A pool's replicas or the places around them.
    Pool(u32),
    /// A service for its own figures.
    Service(u32),
    /// A link over which copies of data are sent.
    Copy(u32),
}

/// An entry service in one region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryPlan {
    /// Gate that is up while the entry is.
    pub gate: GateId,
    /// Units that it depends on.
    pub units: Vec<UnitId>,
    /// Pools that it depends on.
    pub pools: Vec<u32>,
}

/// The health of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HealthPlan {
    /// Gate that is up while the region is healthy.
    pub gate: GateId,
    /// Units that it depends on.
    pub units: Vec<UnitId>,
}

/// A journey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JourneyPlan {
    /// Share of all requests.
    pub share: f64,
    /// Success below which it is down.
    pub down_below: f64,
    /// Index of its entry.
    pub entry: u32,
}

/// A service observed for its own figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceWatch {
    /// Service.
    pub service: u32,
    /// Region whose traffic it weighs; `None`: all traffic.
    pub region: Option<u32>,
    /// Gate that is up while the service is.
    pub gate: GateId,
}

/// A region in use, or one cell of it: to traffic, health and capacity each cell is a region of its own.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionPlan {
    /// Share of traffic that it has when nothing is wrong.
    pub share: f64,
    /// Share of traffic that it can carry while not at full scale.
    pub standby_capacity: f64,
    /// Share of traffic that it can carry at full scale, with one region serving at a time.
    pub full_capacity: f64,
    /// Gate that is down while it runs nothing of some service; [`NO_GATE`] if nobody asks.
    pub idle_gate: GateId,
    /// What changes when it goes from standby to full, and back.
    pub switches: Vec<ScaleSwitch>,
    /// Name of its streams.
    pub key: StreamKey,
}

/// A service that runs fewer replicas while its region stands by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScaleSwitch {
    /// Gate that counts its replicas.
    pub gate: GateId,
    /// Tolerance of the gate when full minus that when standing by.
    pub slack: i32,
    /// Units that run only when full.
    pub units: Vec<UnitId>,
    /// Faults, as units, that leave these replicas up.
    pub beside: Vec<UnitId>,
    /// What a unit that does not run counts as.
    pub idle: Idle,
    /// Its pool, if it has one.
    pub pool: Option<u32>,
    /// Whether all cells of the region use it: it is at full scale while any of them is.
    pub is_shared: bool,
}

/// What a unit that does not run counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Idle {
    /// As down: a standby that runs a share of the replicas cannot count on the others.
    Down,
    /// As up: a standby that runs nothing is fit to be started.
    Startable,
}

/// Daily curve: rate(t) / mean = 1 + amplitude cos(2 pi (t - peak) / 24 h), t from the start of scoring.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DailyCurve {
    /// Peak over mean, less one.
    pub amplitude: f64,
    /// Time of the peak \[s\].
    pub peak: f64,
}

/// Windows of an objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowPlan {
    /// Length \[s\].
    pub seconds: f64,
    /// Share of good requests wanted.
    pub target: f64,
    /// Whether it is judged at every instant over the time just past, and not in windows that follow each other.
    pub rolling: bool,
}

/// Shares of traffic that regions should have.
#[derive(Debug, Clone, PartialEq)]
pub struct BalancePlan {
    /// Length of a window \[s\].
    pub seconds: f64,
    /// What each region should have.
    pub targets: Vec<f64>,
    /// How much more or less it may have.
    pub tolerance: f64,
    /// What each has when nothing is wrong.
    pub usual: Vec<f64>,
}

impl BalancePlan {
    /// Whether every share is what it should be.
    #[must_use]
    pub fn holds(&self, shares: &[f64], slack: f64) -> bool {
        (shares.iter().zip(&self.targets))
            .all(|(share, target)| (share - target).abs() <= self.tolerance + slack)
    }
}
