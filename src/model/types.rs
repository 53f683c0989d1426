//! The validated model: what the user wrote, with every default filled in and every reference checked.
//!
//! Leaves reading and checking to [`super::load()`]; used by every later stage. A value of these types can be expanded
//! and simulated without a further check: names refer to entries that exist, shares add up, times are finite.

use indexmap::IndexMap;

use super::{Distribution, Doubt, Origin, Quantity};

/// A whole model file, validated.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The model's name, key `model`.
    pub name: String,
    /// Free text shown in the report.
    pub description: Option<String>,
    /// Scored length of one trial \[s\].
    pub horizon_seconds: f64,
    /// Unscored time before the horizon \[s\].
    pub warm_up_seconds: f64,
    /// ISO code or sign of the one currency of the model, as it is shown (`USD`).
    pub currency: String,
    /// Places to run in, in file order.
    pub regions: IndexMap<String, Region>,
    /// Everything that runs, in file order. The required calls among them have no cycle.
    pub services: IndexMap<String, Service>,
    /// What users do; never empty, shares add up to one.
    pub journeys: IndexMap<String, Journey>,
    /// What goes wrong, in file order.
    pub faults: IndexMap<String, Fault>,
    /// Repair crews, in file order.
    pub crews: IndexMap<String, Crew>,
    /// The designs to compare, in file order; never empty.
    pub topologies: IndexMap<String, TopologySpec>,
    /// How data is copied to other regions.
    pub replication: Replication,
    /// Backups of what has data.
    pub backups: Backups,
    /// Drills of every topology with a standby, where there are any.
    pub drills: Option<Drills>,
    /// What is wanted.
    pub objectives: Objectives,
    /// The request traffic, where given.
    pub traffic: Option<Traffic>,
    /// Prices that belong to no single service.
    pub costs: Costs,
    /// Every time, share, rate, size and price that it rests on: those that are written in file order, then the defaults.
    pub quantities: Vec<Quantity>,
    /// The text that it was read from.
    pub origin: Origin,
    /// Hex digest of the canonical content of the model file.
    pub hash: String,
    /// Sections that nothing in the model uses.
    pub unused: Vec<Doubt>,
}

/// A region and its zones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Region {
    /// Zone names in file order; never empty.
    pub zones: Vec<String>,
}

/// One service of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Service {
    /// How it exists.
    pub kind: ServiceKind,
    /// What it calls, in file order.
    pub calls: Vec<Call>,
    /// Price of one replica \[currency/h\].
    pub price_per_hour: Option<f64>,
    /// Its data, for a stateful service.
    pub data: Option<Data>,
    /// Share of the time in which it should be up, 0 to 1.
    pub slo: Option<f64>,
    /// Share of the time in which its provider says it is up, 0 to 1; of external services only.
    pub sla: Option<f64>,
    /// What it is to the cells of a region.
    pub cells: CellUse,
}

/// What a service is to the cells of a region, where there are several.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum CellUse {
    /// Each cell runs a part of its own, with the redundancy of the whole.
    #[default]
    Own,
    /// Each cell runs just this.
    Given {
        /// Replicas of a cell at scale 100 %, at least 1.
        replicas: u32,
        /// Usable replicas that it needs in a cell at scale 100 %, between 1 and `replicas`.
        needs: u32,
        /// Price of one of them \[currency/h\]; `None`: that of the service.
        price_per_hour: Option<f64>,
    },
    /// All cells of a region use the same replicas.
    Shared,
}

/// How a service exists.
#[derive(Debug, Clone, PartialEq)]
pub enum ServiceKind {
    /// Runs as replicas in the regions of a topology.
    Replicated {
        /// Replicas of one region at scale 100 %, at least 1.
        replicas: u32,
        /// Usable replicas that it needs in a region at scale 100 %, between 1 and `replicas`.
        needs: u32,
        /// What losing the primary replica costs, if the service has one primary at a time.
        takeover: Option<Takeover>,
    },
    /// Logic only: up while its calls are.
    Virtual,
    /// Someone else's service: one process for the world.
    External {
        /// Region whose loss takes it down too.
        region: Option<String>,
        /// Time to failure and repair; `None` if it never fails by itself.
        failure: Option<Renewal>,
    },
}

/// Time to failure and time to repair of an alternating renewal process.
#[derive(Debug, Clone, PartialEq)]
pub struct Renewal {
    /// Operating time to failure.
    pub mtbf: Distribution,
    /// Time from failure (from start of repair, with a crew) until in service again.
    pub mttr: Distribution,
}

/// The reconfiguration of a service with one primary replica.
#[derive(Debug, Clone, PartialEq)]
pub struct Takeover {
    /// Time in which the service is down in its region.
    pub takes: Distribution,
    /// Chance that a takeover succeeds, above 0.
    pub success: f64,
    /// Further time after a failed one; `None`: another draw of `takes` and another trial of `success`.
    pub failed: Option<Distribution>,
    /// Whose loss starts it.
    pub on: TakeoverTrigger,
    /// Speed of a standby replica's own fault clocks relative to the primary's, 0 (cold) to 1 (hot).
    pub dormancy: f64,
}

/// Whose loss starts a takeover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TakeoverTrigger {
    /// The loss of the primary.
    Primary,
    /// The loss of any usable replica.
    Any,
}

/// One call of a service.
#[derive(Debug, Clone, PartialEq)]
pub struct Call {
    /// Which callees must be up.
    pub targets: CallTargets,
    /// What an unmet call means for the caller.
    pub kind: CallKind,
}

/// The callees of one call.
#[derive(Debug, Clone, PartialEq)]
pub enum CallTargets {
    /// One service by name.
    One(String),
    /// At least `k` of the named services; `any` is `k` = 1.
    AtLeast(u32, Vec<String>),
}

/// What an unmet call means for the caller.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// The caller is down.
    Required,
    /// The caller is degraded, still up.
    Optional,
    /// Work queues; the caller is up.
    Async,
}

/// Data of a stateful service.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Data {
    /// Size \[byte\].
    pub size_bytes: f64,
    /// Rate of change, copied to other regions \[byte/s\].
    pub writes_bytes_per_second: f64,
}

/// A journey: an entry service and its share of the traffic.
#[derive(Debug, Clone, PartialEq)]
pub struct Journey {
    /// Service at which its requests arrive.
    pub entry: String,
    /// Share of all requests, 0 to 1.
    pub share: f64,
    /// Revenue of one good request \[currency\].
    pub revenue: Option<f64>,
    /// Success below which the journey counts as down.
    pub down_below: f64,
    /// Share of good requests that it should have, 0 to 1.
    pub slo: Option<f64>,
}

/// A kind of fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// The places it hits.
    pub hits: Scope,
    /// Only these services, if given.
    pub services: Option<Vec<String>>,
    /// Only these regions, if given.
    pub regions: Option<Vec<String>>,
    /// Only these zones, if given.
    pub zones: Option<Vec<ZoneFilter>>,
    /// Only this cell of each region, from 1, the last where there are fewer, if given; scripted faults only.
    pub cell: Option<u32>,
    /// Of links: whether calls fail both ways, or only from the first of `zones` (of `regions`) to the second.
    pub cut: Cut,
    /// Times to failure and repair.
    pub renewal: Renewal,
    /// Of cells: whether the time to failure is that of all cells of a region together, each of which then fails the less the more there are.
    pub spread_over_cells: bool,
    /// What it does to its place.
    pub effect: Effect,
    /// Whether health checks see it.
    pub detection: Detection,
    /// Whether it is a state of its place or a shock to the replicas there.
    pub strikes: Strikes,
    /// Cascade to the other replicas of the same service.
    pub spreads: Option<Spread>,
    /// Crew that repairs it; `None`: unlimited repair.
    pub crew: Option<String>,
    /// Repair priority, the lowest first; faults without one go last.
    pub priority: u32,
    /// Where the numbers come from.
    pub source: Option<String>,
    /// Scripted: it strikes once, at a given time; `None`: by the clock of `renewal`, as everything in a model file does.
    pub once: Option<Once>,
}

/// A fault that is part of a scenario: its time is given, its `mtbf` is never.
#[derive(Debug, Clone, PartialEq)]
pub struct Once {
    /// When it strikes, from the start of scoring; negative: before it \[s\].
    pub at_seconds: f64,
    /// The fault of the model that it is an occurrence of: runbook steps that need that one stand still for it too.
    pub stands_for: Option<String>,
    /// Whether its errors are met once by each request to its region, and not once at each service there that the request needs.
    pub at_the_door: bool,
}

/// The places that a fault hits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Each replica by itself.
    Replica,
    /// All replicas of a service in one zone.
    ServiceInZone,
    /// A service in one region.
    ServiceInRegion,
    /// A service everywhere.
    Service,
    /// A zone and all in it.
    Zone,
    /// A region and all in it.
    Region,
    /// A cell of a region and all in it; the region itself where it is not split.
    Cell,
    /// A service in one cell of a region.
    ServiceInCell,
    /// All places at once.
    Everywhere,
    /// The link between two zones of a region.
    ZoneLink,
    /// The link between two regions.
    RegionLink,
}

/// Which calls over a link fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Cut {
    /// Those both ways.
    BothWays,
    /// Those from the first end to the second.
    OneWay,
}

/// A zone named in a filter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneFilter {
    /// Only in this region; `None`: in every region.
    pub region: Option<String>,
    /// Zone name.
    pub zone: String,
}

/// What a fault does to its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Effect {
    /// Takes the place down.
    Down,
    /// Takes the place down and makes the data there, and all copies of it, useless: it has to be restored from backups.
    Corrupt,
    /// Nothing by itself: only runbook steps that need it notice.
    Unnoticed,
    /// The place stays up and works badly.
    Gray(GrayEffect),
}

/// What a place that works badly still does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GrayEffect {
    /// Share of the requests which it serves that fail, 0 to 1.
    pub errors: f64,
    /// Share of its capacity that is left, 0 to 1.
    pub capacity: f64,
}

/// Whether health checks see a fault.
#[derive(Debug, Clone, PartialEq)]
pub enum Detection {
    /// They do.
    Seen,
    /// They do not until somebody has noticed it.
    Unseen {
        /// Time until a person has, when its repair begins; `None`: its repair begins at once, and only a canary tells health checks.
        noticed: Option<Distribution>,
    },
}

/// Probes from outside, which find what health checks do not see.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Canary {
    /// Time between two probes \[s\], above 0.
    pub every_seconds: f64,
    /// Failed probes in a row until a fault counts as noticed, at least 1.
    pub misses: u32,
}

/// Whether a fault is a state of its place or a shock to the replicas in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strikes {
    /// The place is down until repaired.
    Place,
    /// A shock: each replica there that is up fails and is repaired by its own draw.
    Replicas,
}

/// A cascade from one replica to its siblings.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Spread {
    /// How far: siblings in the same zone, region, or everywhere.
    pub to: SpreadScope,
    /// Chance of a failure to spread.
    pub probability: f64,
}

/// How far a cascade reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpreadScope {
    /// Siblings in the same zone.
    Zone,
    /// Siblings in the same cell.
    Cell,
    /// Siblings in the same region.
    Region,
    /// Siblings everywhere.
    Everywhere,
}

/// A pool of people who repair.
#[derive(Debug, Clone, PartialEq)]
pub struct Crew {
    /// Members, each on one repair at a time; at least 1.
    pub size: u32,
    /// Who is next.
    pub order: CrewOrder,
    /// Time that each (fault, zone) with something waiting draws while a member is free, the first to elapse being served;
    /// `None`: repairs begin at once.
    pub dispatch: Option<Distribution>,
    /// When they are at work; `None`: always.
    pub on_call: Option<OnCall>,
}

/// Hours of each day.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hours {
    /// The first, 0 to 24.
    pub from: f64,
    /// The end; before the first if it is on the next day.
    pub to: f64,
}

impl Hours {
    const SECONDS: f64 = 3600.0;
    const DAY_SECONDS: f64 = 24.0 * Self::SECONDS;

    /// Whether a time \[s\], counted from a midnight, is within them.
    #[must_use]
    pub fn contains(self, seconds: f64) -> bool {
        let hour = seconds.rem_euclid(Self::DAY_SECONDS) / Self::SECONDS;
        if self.from < self.to {
            self.from <= hour && hour < self.to
        } else {
            hour >= self.from || hour < self.to
        }
    }

    /// The first time within them \[s\] that is not before a time, both counted from a midnight.
    #[must_use]
    pub fn first_from(self, seconds: f64) -> f64 {
        if self.contains(seconds) {
            return seconds;
        }
        let day = seconds - seconds.rem_euclid(Self::DAY_SECONDS);
        let opens = day + self.from * Self::SECONDS;
        if opens < seconds {
            opens + Self::DAY_SECONDS
        } else {
            opens
        }
    }
}

/// People who sleep.
#[derive(Debug, Clone, PartialEq)]
pub struct OnCall {
    /// When they are at work.
    pub hours: Hours,
    /// Time from being called at other hours until the work begins.
    pub night: Distribution,
}

/// Which waiting repair is taken up next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrewOrder {
    /// First come, first served.
    Fifo,
    /// One of the waiting, uniformly.
    Random,
    /// Lowest priority number, then arrival.
    Priority,
}

/// A kind of topology.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pattern {
    /// One zone of one region.
    SingleAz,
    /// All zones of one region.
    MultiAz,
    /// A second region built from backups when needed.
    BackupRestore,
    /// A second region running stateful services only.
    PilotLight,
    /// A second region running a share of everything.
    WarmStandby,
    /// A second region running everything.
    HotStandby,
    /// All regions serving.
    ActiveActive,
}

impl Pattern {
    /// All patterns, from the simplest to the most redundant.
    pub const ALL: [Self; 7] = [
        Self::SingleAz,
        Self::MultiAz,
        Self::BackupRestore,
        Self::PilotLight,
        Self::WarmStandby,
        Self::HotStandby,
        Self::ActiveActive,
    ];

    /// The name in model files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SingleAz => "single-az",
            Self::MultiAz => "multi-az",
            Self::BackupRestore => "backup-restore",
            Self::PilotLight => "pilot-light",
            Self::WarmStandby => "warm-standby",
            Self::HotStandby => "hot-standby",
            Self::ActiveActive => "active-active",
        }
    }

    /// Whether it keeps one serving region and one standby.
    #[must_use]
    pub fn has_standby(self) -> bool {
        matches!(
            self,
            Self::BackupRestore | Self::PilotLight | Self::WarmStandby | Self::HotStandby
        )
    }
}

/// A named design: a pattern, its regions and its failover, with all defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct TopologySpec {
    /// Its kind.
    pub pattern: Pattern,
    /// Regions in use, the primary first: 1, 2, or at least 2 of them, as the pattern wants.
    pub regions: Vec<String>,
    /// What a warm standby runs and carries before it is scaled up, 0 to 1.
    pub standby_scale: f64,
    /// What each active-active region runs, 0 to 1.
    pub scale: f64,
    /// Shares of traffic of the active-active regions, in order of `regions`; they add up to one.
    pub split: Vec<f64>,
    /// Whether a required call may be met by any region of the topology.
    pub cross_region_calls: bool,
    /// Independent copies of the stack in each region, at least 1: each has an equal share of its users.
    pub cells: u32,
    /// How traffic is moved.
    pub failover: Failover,
    /// Probes from outside, where there are any.
    pub canary: Option<Canary>,
}

/// The failover of a topology, with the pattern's defaults filled in.
#[derive(Debug, Clone, PartialEq)]
pub struct Failover {
    /// From the loss until it is noticed.
    pub detect: Detect,
    /// After a move of traffic nothing is declared for so long \[s\].
    pub hold_down_seconds: f64,
    /// Whether the probes of the primary come from the standby, over the link between the two.
    pub probed_from_standby: bool,
    /// Time between needless failovers; [`Distribution::Never`] if there are none.
    pub false_alarm: Distribution,
    /// From noticed until decided; [`Distribution::Fixed`] 0 if automatic.
    pub decide: Distribution,
    /// From decided until the standby is ready.
    pub activate: Distribution,
    /// Added to each draw of `activate`: restoring the data from backups \[s\]; 0 unless `backup-restore` keeps its default.
    pub restore_seconds: f64,
    /// From ready until clients have moved.
    pub reroute: Reroute,
    /// Hidden faults of the standby: time standing by until the next one, and to mend it once found.
    pub rot: Option<Renewal>,
    /// The runbook, which takes the place of `activate`; empty if there is none.
    pub plan: Vec<Step>,
    /// Chance that an attempt succeeds.
    pub success: f64,
    /// Wait before another attempt \[s\]; `None`: no further attempt in that loss.
    pub retry_seconds: Option<f64>,
    /// The way back.
    pub failback: Failback,
}

/// One step of a runbook.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Its name.
    pub name: String,
    /// Steps of a stage begin together; a stage begins when all steps of the one before are done. Rises from 0.
    pub stage: u32,
    /// Work of one try.
    pub takes: Distribution,
    /// Crew of which one member does it; `None`: it does itself.
    pub by: Option<String>,
    /// Its place where the crew works by priority, the lowest first.
    pub priority: u32,
    /// Chance that a try succeeds.
    pub success: f64,
    /// Tries before the attempt has failed, at least 1.
    pub attempts: u32,
    /// Services and faults that it stands still for.
    pub needs: Vec<Need>,
}

/// What a step stands still for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Need {
    /// While this service is up nowhere.
    Service(String),
    /// While this fault is active in the region that is to serve, or, if it hits none of its places there, anywhere.
    Fault(String),
}

impl Need {
    /// The service or fault.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Service(name) | Self::Fault(name) => name,
        }
    }
}

/// How a loss is noticed.
#[derive(Debug, Clone, PartialEq)]
pub enum Detect {
    /// Health checks: the next probe is uniform within the period; declared at the `misses`-th failed one.
    Probe {
        /// Period of the probe \[s\].
        period_seconds: f64,
        /// Failed probes in a row until declared, at least 1.
        misses: u32,
        /// Added until the last of them has failed \[s\].
        timeout_seconds: f64,
    },
    /// A drawn time.
    Drawn(Distribution),
}

/// How clients move.
#[derive(Debug, Clone, PartialEq)]
pub enum Reroute {
    /// Linearly over one time to live.
    Ttl {
        /// The time to live \[s\].
        seconds: f64,
        /// Share of clients that never move, below 1.
        stuck: f64,
    },
    /// All at the end of a drawn time.
    Drawn(Distribution),
}

/// The way back to the old primary.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Failback {
    /// Roles are swapped instead.
    Never,
    /// Traffic moves back.
    After(Return),
}

/// How traffic moves back to the old primary, once that has been healthy for some time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Return {
    /// Healthy time required first \[s\].
    pub wait_seconds: f64,
    /// Hours of the day in which it may begin; `None`: at any time.
    pub hours: Option<Hours>,
    /// At its beginning nobody is served for so long \[s\].
    pub disruption_seconds: f64,
    /// Chance that it succeeds; if not, traffic stays, and the wait begins anew.
    pub success: f64,
    /// Length of the linear move \[s\].
    pub takes_seconds: f64,
    /// Whether the region that clients leave stays ready until all have moved.
    pub drain: bool,
}

impl Return {
    /// Whether the primary serves again the instant it is healthy.
    #[must_use]
    pub fn is_instant(&self) -> bool {
        self.wait_seconds == 0.0 && self.takes_seconds == 0.0 && self.is_plain()
    }

    /// Whether it begins at any time and always succeeds at once, without a disruption or a drain.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        self.hours.is_none() && self.disruption_seconds == 0.0 && self.success >= 1.0 && !self.drain
    }
}

/// How data is copied to other regions.
#[derive(Debug, Clone, PartialEq)]
pub enum Replication {
    /// Behind by a lag.
    Async {
        /// Age of the last write that has arrived.
        lag: Distribution,
    },
    /// Acknowledged by the copies.
    Sync,
}

/// Backups.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Backups {
    /// Whether the model describes them: only then are they stored at a price.
    pub are_described: bool,
    /// Time between two backups \[s\], the first at the start of scoring.
    pub every_seconds: f64,
    /// Rate of a restore \[byte/s\].
    pub restore_bytes_per_second: f64,
}

/// Drills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drills {
    /// Time between two dates \[s\], above 0.
    pub every_seconds: f64,
    /// What is done.
    pub kind: DrillKind,
    /// How long the standby serves on a game day; on a rotation, over how long traffic moves \[s\].
    pub takes_seconds: f64,
    /// How long nobody is served while traffic is switched \[s\].
    pub disruption_seconds: f64,
    /// Cost of one \[currency\].
    pub cost: Option<f64>,
}

impl Drills {
    /// How many dates fall into a horizon that begins after a warm-up; dates count from the start of the warm-up.
    #[must_use]
    pub fn dates_within(&self, warm_up_seconds: f64, horizon_seconds: f64) -> u64 {
        // A date at the end of the horizon is not played any more, one at its start is; sums of periods may be off by a rounding.
        let before =
            |end: f64| (end / self.every_seconds * (1.0 - 1e-12)).ceil().max(1.0) as u64 - 1;
        before(warm_up_seconds + horizon_seconds) - before(warm_up_seconds)
    }
}

/// A kind of drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DrillKind {
    /// The standby serves for a while.
    Gameday,
    /// The roles of the regions are swapped.
    Rotation,
}

/// What is wanted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Objectives {
    /// Service level objective.
    pub slo: Option<Slo>,
    /// Shares of traffic that serving regions should have.
    pub balance: Option<Balance>,
    /// Service level agreement.
    pub sla: Option<Sla>,
    /// Recovery time objective \[s\].
    pub rto_seconds: Option<f64>,
    /// Recovery point objective: the longest loss of data \[s\].
    pub rpo_seconds: Option<f64>,
}

/// A service level objective.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slo {
    /// Share of good requests, 0 to 1.
    pub target: f64,
    /// Length of a window \[s\].
    pub window_seconds: f64,
    /// How windows lie.
    pub windows: Windows,
}

/// How the windows of an objective lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Windows {
    /// They follow each other from the start of scoring.
    Calendar,
    /// The time just past, at every instant.
    Rolling,
}

/// An objective with two sides: the share of the requests that each serving region gets.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Balance {
    /// What each region should have, 0 to 1; `None`: its split.
    pub target: Option<f64>,
    /// How much more or less it may have, 0 to 1.
    pub tolerance: f64,
    /// Length of a window \[s\].
    pub window_seconds: f64,
}

/// A service level agreement.
#[derive(Debug, Clone, PartialEq)]
pub struct Sla {
    /// Promised share of good requests, 0 to 1.
    pub target: f64,
    /// Length of a window \[s\].
    pub window_seconds: f64,
    /// Refunds, in file order; the largest that applies is paid.
    pub credits: Vec<Credit>,
    /// Revenue under the agreement \[currency/h\].
    pub revenue_per_hour: Option<f64>,
}

/// One refund of an SLA.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Credit {
    /// Paid when availability in the window is below this.
    pub below: f64,
    /// Share of the window's revenue.
    pub refund: f64,
}

/// Request traffic.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Traffic {
    /// Mean rate \[1/s\].
    pub rate_per_second: f64,
    /// Peak of the daily curve over the mean, 1 to 2.
    pub daily_peak: f64,
    /// Hour of the peak, 0 to 24.
    pub peak_hour: f64,
    /// Size of a request \[byte\].
    pub request_bytes: Option<f64>,
}

/// Prices that belong to no single service. `None` means that the model does not say.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Costs {
    /// Traffic between zones \[currency/byte\].
    pub cross_zone_per_byte: Option<f64>,
    /// Traffic between regions \[currency/byte\].
    pub cross_region_per_byte: Option<f64>,
    /// Stored data \[currency/byte/h\].
    pub storage_per_byte_hour: Option<f64>,
    /// Telemetry shipped to the other region: volume \[byte/s\] and price \[currency/byte\].
    pub telemetry: Option<Telemetry>,
    /// Fixed cost of a region \[currency/h\].
    pub per_region_per_hour: Option<f64>,
    /// Lost business \[currency/h of downtime\].
    pub downtime_per_hour: Option<f64>,
}

/// Telemetry shipped between regions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Telemetry {
    /// Volume \[byte/s\].
    pub bytes_per_second: f64,
    /// Price \[currency/byte\].
    pub price_per_byte: f64,
}
