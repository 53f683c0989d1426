//! What decides where traffic goes: the controller of a pattern, its runbook and its upkeep.

use super::{GateId, StreamKey};
use crate::model::{DrillKind, Failback};

/// How traffic is sent.
#[derive(Debug, Clone, PartialEq)]
pub enum ServingPlan {
    /// One region serves always; if it has cells, each serves its own users.
    Single,
    /// One of two regions serves.
    Standby(StandbyPlan),
    /// All regions serve.
    ActiveActive(ActivePlan),
}

/// Failover between a serving region and a standby; where they have cells, of each cell by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct StandbyPlan {
    /// Cells of each region: traffic of one never gets to another. Those of the first cell are regions 0 and 1, those of the second 2
    /// and 3, and so on.
    pub cells: usize,
    /// Time until a loss is detected.
    pub detect: DetectPlan,
    /// After a move of traffic nothing is declared for so long \[s\].
    pub hold_down: f64,
    /// By cell, the gate that is up while the first region really is healthy, where it is probed from the other and only seems unhealthy
    /// while the link is cut; empty where it is not.
    pub unprobed_health: Vec<GateId>,
    /// Sampler of the time between needless failovers, and the cause that they are reported as; `None` if there are none.
    pub false_alarm: Option<(u32, u32)>,
    /// Hidden faults of the standby; `None` if it never rots.
    pub rot: Option<RotPlan>,
    /// Drills; `None` if there are none.
    pub drill: Option<DrillPlan>,
    /// Sampler of the decision.
    pub decide: u32,
    /// Sampler of the activation.
    pub activate: u32,
    /// Added to each activation \[s\].
    pub restore: f64,
    /// Steps in the place of the activation, by rising stage; empty if there is no runbook.
    pub runbook: Vec<StepPlan>,
    /// Time until clients have moved.
    pub reroute: ReroutePlan,
    /// Chance that an activation succeeds.
    pub success: f64,
    /// Wait before another attempt \[s\]; `None`: no further attempt.
    pub retry: Option<f64>,
    /// The way back.
    pub failback: Failback,
    /// Whether clients are moved while the standby is still being activated.
    pub reroute_first: bool,
    /// Which regions stand by at the start: the second.
    pub full_when_standing_by: bool,
}

/// Hidden faults of a standby.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RotPlan {
    /// Sampler of the time standing by until the next one.
    pub life: u32,
    /// Sampler of the time to mend it, once found.
    pub repair: u32,
}

/// Drills.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DrillPlan {
    /// What is done.
    pub kind: DrillKind,
    /// Time between two dates \[s\].
    pub every: f64,
    /// How long the standby serves on a game day; on a rotation, over how long traffic moves \[s\].
    pub takes: f64,
    /// How long nobody is served while traffic is switched \[s\].
    pub disruption: f64,
    /// Cause that they are reported as.
    pub cause: u32,
}

/// One step of a runbook.
#[derive(Debug, Clone, PartialEq)]
pub struct StepPlan {
    /// Steps of a stage begin together, when all of the stage before are done.
    pub stage: u32,
    /// Whether it only approves what follows: people do it before anything else is done.
    pub is_approval: bool,
    /// Sampler of the work of one try.
    pub takes: u32,
    /// Crew of which one member does it, or [`super::NO_CREW`].
    pub crew: u32,
    /// Index of the wait for that crew among [`super::Names::waits`].
    pub people: u32,
    /// Its place where the crew works by priority, the lowest first.
    pub priority: u32,
    /// Chance that a try succeeds.
    pub success: f64,
    /// Tries before the activation has failed.
    pub attempts: u32,
    /// What it stands still for, by the region that is to serve, or by the cell of it.
    pub needs: Vec<Vec<StepNeed>>,
    /// Name of its streams within those of the region that is left.
    pub key: StreamKey,
}

/// What a step stands still for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StepNeed {
    /// It stands still while this gate is down.
    pub gate: GateId,
    /// Index among [`super::Names::waits`].
    pub wait: u32,
}

/// Active-active regions.
#[derive(Debug, Clone, PartialEq)]
pub struct ActivePlan {
    /// Cells of each region: traffic of one never gets to another.
    pub cells: usize,
    /// Shares of traffic when all are healthy, by region and cell.
    pub split: Vec<f64>,
    /// Time until a change of health is detected.
    pub detect: DetectPlan,
    /// After a region was declared healthy or not, it is not declared anew for so long \[s\].
    pub hold_down: f64,
    /// Time until clients have moved.
    pub reroute: ReroutePlan,
}

/// Time until a change of health is detected.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DetectPlan {
    /// Probes.
    Probe(ProbePlan),
    /// A sampler.
    Drawn(u32),
}

/// Health checks: the next probe is uniform within the period.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProbePlan {
    /// Time between two probes \[s\].
    pub period: f64,
    /// Failed probes in a row until it is declared.
    pub misses: u32,
    /// Added until the last of them has failed \[s\].
    pub timeout: f64,
}

/// Time until clients have moved.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum ReroutePlan {
    /// Linearly over this time \[s\].
    Ttl(f64),
    /// All at the end of a drawn time.
    Drawn(u32),
}
