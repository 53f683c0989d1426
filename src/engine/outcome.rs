//! What one trial of one topology came to. All shares are of the scored horizon.

use super::balance::BalanceOutcome;

/// The score of one trial.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrialOutcome {
    /// Failures and repairs played.
    pub events: u64,
    /// 1 - good / total requests over all journeys.
    pub unavailability: f64,
    /// By journey, in plan order.
    pub journeys: Vec<JourneyOutcome>,
    /// Unavailability by service, in plan order; empty in trials that do not observe services.
    pub services: Vec<f64>,
    /// Time in which any journey was down \[s\].
    pub down_seconds: f64,
    /// Outages of the topology that began within the horizon.
    pub outages: u32,
    /// One entry for each outage that began within the horizon.
    pub recoveries: Vec<Recovery>,
    /// One entry for each completed failover that moved data, and for each corruption.
    pub data_losses: Vec<DataLoss>,
    /// Those of them that came about in no outage \[s\].
    pub data_losses_apart: Vec<f64>,
    /// Time in which two regions accepted writes that the other did not see \[s\].
    pub split_brain_seconds: f64,
    /// Longest outage, as far as it was seen within the horizon \[s\].
    pub longest_outage_seconds: f64,
    /// Lost share charged to each cause, in plan order; adds up to `unavailability`.
    pub attribution: Vec<f64>,
    /// Lost share in each phase of failover, in the order of [`crate::plan::Plan::n_phases`]; adds up to `unavailability`, empty with one
    /// serving region.
    pub phases: Vec<f64>,
    /// Failures of each cause (fault or external service), in plan order, within warm-up and horizon.
    pub fired: Vec<u64>,
    /// Drills held within the horizon.
    pub drills: u32,
    /// Windows of the SLO.
    pub slo: WindowOutcome,
    /// Windows of the SLA.
    pub sla: WindowOutcome,
    /// Lost shares of the requests of the SLO windows in which something was lost; empty where the window rolls.
    pub window_losses: Vec<f64>,
    /// Largest lost share of the requests of a window of the SLO.
    pub worst_window: f64,
    /// Share of the instants at which a rolling window missed the SLO.
    pub rolling_missed: f64,
    /// How balanced traffic was, where that is wanted.
    pub balance: Option<BalanceOutcome>,
    /// Sum over SLA windows of the refunded share of a window's revenue.
    pub refunded_windows: f64,
    /// SLA windows by the refund that they pay, in the order of [`crate::plan::Plan::refunds`].
    pub credit_windows: Vec<u32>,
    /// Down intervals of the topology, kept only on request.
    pub spans: Vec<OutageSpan>,
}

/// What one trial says of means: more sharply than its own score, and with the same expectation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MeanScore {
    /// The trial's losses, each chance that is not a time (whether a failover or a takeover succeeds) replaced by the
    /// mean over its outcomes, given everything else.
    pub expected: Loss,
    /// The losses of its twin in the same faults: takeovers take no time, and every region serves its share of traffic
    /// alone.
    pub twin: Loss,
    /// Outages of the twin that began within the horizon, those of regions apart.
    pub twin_outages: f64,
}

impl MeanScore {
    /// The score of a trial in which nothing was ever wrong.
    pub(super) fn clear(&mut self, n_journeys: usize) {
        for loss in [&mut self.expected, &mut self.twin] {
            loss.unavailability = 0.0;
            loss.journeys.clear();
            loss.journeys.resize(n_journeys, JourneyOutcome::default());
        }
        self.twin_outages = 0.0;
    }
}

/// What was lost in a trial.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Loss {
    /// 1 - good / total requests over all journeys.
    pub unavailability: f64,
    /// By journey, in plan order.
    pub journeys: Vec<JourneyOutcome>,
}

/// One journey in one trial.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct JourneyOutcome {
    /// 1 - good / total requests.
    pub unavailability: f64,
    /// Share of time in which it was down.
    pub time_unavailability: f64,
}

/// The length of one outage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recovery {
    /// When it began, from the start of the trial \[s\].
    pub start: f64,
    /// Length \[s\]; if cut off, the part within the horizon.
    pub seconds: f64,
    /// Whether the end of the horizon cut it off.
    pub cut_off: bool,
    /// Greatest loss of data that came about in it: age of what was left \[s\].
    pub lost_data: f64,
}

/// Writes that were lost: all since an instant.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DataLoss {
    /// Age of what was left \[s\].
    pub seconds: f64,
    /// When the region was lost, or the data corrupted, from the start of the trial \[s\].
    pub at: f64,
}

/// Windows of an objective in one trial.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WindowOutcome {
    /// Complete windows within the horizon.
    pub windows: u32,
    /// Windows that met the target.
    pub met: u32,
}

/// One outage on the time axis of a trial.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OutageSpan {
    /// Start, from the start of scoring \[s\].
    pub start: f64,
    /// End, from the start of scoring \[s\].
    pub end: f64,
    /// Index of the cause with the greatest charge during it.
    pub cause: u32,
}
