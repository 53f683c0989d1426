//! What a failover is doing while requests are lost.

use super::{Copies, Plan, ServingPlan};

/// How far a failover has come, for the part of the downtime that falls into it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DowntimePhase {
    /// No failover is under way: what is down is down everywhere, or no reason to move.
    InService,
    /// A gray fault that health checks do not see, and that nobody has noticed yet.
    Unnoticed,
    /// A region is unhealthy and nobody knows yet.
    Detecting,
    /// Known, not yet decided; the work of an approval too.
    Deciding,
    /// The standby is being made ready.
    Activating,
    /// The standby had rotted and is being mended.
    Mending,
    /// An activation has failed, another follows.
    Retrying,
    /// The standby is ready, clients are on their way.
    Rerouting,
    /// Clients are elsewhere, apart from those that never move.
    Stuck,
    /// Served, but by too little, or badly by a gray fault that is known.
    Degraded,
    /// Traffic is switched for a drill.
    Drilling,
    /// Traffic is on its way back.
    FailingBack,
    /// The activation has failed and no other follows.
    GivenUp,
    /// No other region is healthy.
    NowhereToGo,
}

impl DowntimePhase {
    /// All, as they follow each other.
    pub const ALL: [Self; 14] = [
        Self::InService,
        Self::Unnoticed,
        Self::Detecting,
        Self::Deciding,
        Self::Activating,
        Self::Mending,
        Self::Retrying,
        Self::Rerouting,
        Self::Stuck,
        Self::Degraded,
        Self::Drilling,
        Self::FailingBack,
        Self::GivenUp,
        Self::NowhereToGo,
    ];

    /// Its name in results.json.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::InService => "in-service",
            Self::Unnoticed => "not-noticed",
            Self::Detecting => "detecting",
            Self::Deciding => "deciding",
            Self::Activating => "activating",
            Self::Mending => "mending-standby",
            Self::Retrying => "retrying",
            Self::Rerouting => "rerouting",
            Self::Stuck => "stuck-clients",
            Self::Degraded => "degraded",
            Self::Drilling => "drilling",
            Self::FailingBack => "failing-back",
            Self::GivenUp => "given-up",
            Self::NowhereToGo => "nowhere-to-go",
        }
    }
}

/// What a recovery waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wait {
    /// Whether it is people, or a service or fault.
    pub kind: WaitKind,
    /// The crew, service or fault.
    pub on: String,
}

/// What kind of thing a recovery waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitKind {
    /// Members of a crew.
    People,
    /// A service that is down, or a fault that is active.
    Dependency,
}

impl WaitKind {
    /// Its name in results.json.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::People => "waiting-for-people",
            Self::Dependency => "waiting-for-dependency",
        }
    }
}

impl Plan {
    /// Whether the controller does nothing but follow the health of regions by times of its own: it waits for no people and
    /// no tools, and does nothing needless.
    #[must_use]
    pub fn only_follows_health(&self) -> bool {
        let follows_data = self.data.as_ref().is_some_and(|data| {
            let has_links =
                matches!(&data.copies, Copies::Behind { links, .. } if !links.is_empty());
            has_links || data.corrupts.contains(&true)
        });
        if follows_data {
            return false;
        }
        match &self.serving {
            ServingPlan::Single | ServingPlan::ActiveActive(_) => true,
            ServingPlan::Standby(standby) => {
                standby.runbook.is_empty()
                    && standby.false_alarm.is_none()
                    && standby.rot.is_none()
                    && standby.drill.is_none()
                    && standby.unprobed_health.is_empty()
            }
        }
    }

    /// Whether a standby is drilled.
    #[must_use]
    pub fn has_drills(&self) -> bool {
        matches!(&self.serving, ServingPlan::Standby(standby) if standby.drill.is_some())
    }

    /// Phases of the downtime: first [`DowntimePhase::ALL`], then the waits of the runbook; with one serving region, which never fails
    /// over, only where gray faults may go unnoticed or leave it degraded.
    #[must_use]
    pub fn n_phases(&self) -> usize {
        match self.serving {
            ServingPlan::Single if self.gray.is_none() => 0,
            ServingPlan::Single | ServingPlan::Standby(_) | ServingPlan::ActiveActive(_) => {
                DowntimePhase::ALL.len() + self.names.waits.len()
            }
        }
    }
}
