//! The shape of results.json (schema 1) as serde types.
//!
//! Only data: filled by [`crate::estimate`] and [`crate::compare`], read by [`crate::report`] and [`crate::chart`].
//! A figure without data is `None` and written as `null`.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A whole results.json.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Results {
    /// Version of this shape.
    pub schema: u32,
    /// Name of the model.
    pub model: String,
    /// Digest of the model's content.
    pub model_hash: String,
    /// Version of the program.
    pub version: String,
    /// Git commit of the program, if it is known.
    pub commit: Option<String>,
    /// Seed of all random streams.
    pub seed: u64,
    /// Level of the intervals, 0 to 1.
    pub confidence: f64,
    /// Scored length of a trial \[h\].
    pub horizon_hours: f64,
    /// Whether the run was cut short.
    pub partial: bool,
    /// Currency of all money.
    pub currency: String,
    /// What was wanted.
    pub objectives: ObjectivesEcho,
    /// One entry for each topology, in file order.
    pub topologies: Vec<TopologyResult>,
    /// Every ordered pair once: later topology against earlier, in file order.
    pub differences: Vec<Difference>,
    /// Topologies that no other beats in both `cost_per_month.total` and unavailability, cheapest first.
    pub pareto: Vec<String>,
    /// The recommendation; `None` if costs are not priced.
    pub recommended: Option<Recommendation>,
    /// What the reader should know.
    pub warnings: Vec<Warning>,
    /// How the run stands to the gates and the baseline that it was asked to be held against.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gate: Option<super::GateReport>,
}

/// The objectives that verdicts refer to.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ObjectivesEcho {
    /// Availability wanted, 0 to 1.
    pub slo_target: Option<f64>,
    /// Window of the SLO \[h\].
    pub slo_window_hours: Option<f64>,
    /// Availability promised, 0 to 1.
    pub sla_target: Option<f64>,
    /// Window of the SLA \[h\].
    pub sla_window_hours: Option<f64>,
    /// Recovery time objective \[s\].
    pub rto_seconds: Option<f64>,
    /// Recovery point objective: the longest loss of data \[s\].
    #[serde(default)]
    pub rpo_seconds: Option<f64>,
}

/// A figure with its interval and how it was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// Point estimate.
    pub mean: f64,
    /// Lower end of the interval.
    pub low: f64,
    /// Upper end of the interval.
    pub high: f64,
    /// Level of the interval, 0 to 1.
    pub level: f64,
    /// Number of trials (or other sampling units) it rests on.
    pub n: u64,
    /// Name of the method of the interval, such as `fay-feuer-t` or `clopper-pearson`.
    pub interval: String,
    /// How it was found.
    pub route: Route,
    /// What the trials alone say, beside a figure that was worked out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub simulated: Option<Box<Estimate>>,
}

/// How a figure was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Route {
    /// Worked out in closed form; the ends are those of rounding.
    Exact,
    /// Worked out by solving equations on a mesh; the ends are those of its error.
    Numerical,
    /// From trials; the ends are those of an interval at `level`.
    Simulated,
}

impl Route {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Numerical => "numerical",
            Self::Simulated => "simulated",
        }
    }
}

impl Estimate {
    /// Whether it is known within a share of itself.
    #[must_use]
    pub fn is_within(&self, share: f64) -> bool {
        (self.high - self.low) / 2.0 <= share * self.mean.abs()
    }

    /// `exact` or `numerical` if it was worked out, else its interval as a text.
    #[must_use]
    pub fn spread(&self, interval: impl FnOnce() -> String) -> String {
        match self.route {
            Route::Exact | Route::Numerical => self.route.name().to_owned(),
            Route::Simulated => interval(),
        }
    }
}

/// Shares of the variance of a trial's unavailability; together one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    /// Due to not knowing the ranges: what would be left if luck were always the mean of all luck.
    pub ignorance: Estimate,
    /// Due to when what fails: what would be left on average if the ranges were known.
    pub luck: Estimate,
}

/// How far samples with likelihood ratios can be trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RareSampling {
    /// Samples of busy periods.
    pub samples: u64,
    /// Samples of equal weight that would tell as much.
    pub effective_samples: f64,
    /// Share of the unavailability in its largest sample.
    pub largest_share: f64,
    /// Cut sets that should carry losses and were never seen in one, by their faults.
    pub never_seen: Vec<String>,
}

/// Share of the unavailability in one sample from which on few carry it.
const HEAVY_WEIGHT: f64 = 0.05;
/// Effective samples below which few carry it.
const FEW_EFFECTIVE: f64 = 200.0;

impl RareSampling {
    /// Whether so few samples carry the figures that their intervals may be too short.
    #[must_use]
    pub fn is_uneven(&self) -> bool {
        self.largest_share > HEAVY_WEIGHT || self.effective_samples < FEW_EFFECTIVE
    }
}

/// Why a figure was not worked out in some way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefusedRoute {
    /// The way.
    pub route: String,
    /// What it cannot follow.
    pub reason: String,
}

/// Cells of each region where a file does not tell.
pub(super) fn not_split() -> u32 {
    1
}

/// All figures of one topology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TopologyResult {
    /// Its name in the model.
    pub name: String,
    /// Its pattern.
    pub pattern: String,
    /// Regions in use, each once, the primary first.
    pub regions: Vec<String>,
    /// Cells of each region; 1 where regions are not split.
    #[serde(default = "not_split")]
    pub cells: u32,
    /// Trials played.
    pub trials: u64,
    /// Failures and repairs played.
    pub events: u64,
    /// How the means were found: worked out by `product-form` or `markov-chain`, or sampled by `crude` scores, `conditional`,
    /// `control-variate` or `failure-biasing`.
    pub method: String,
    /// Variance of the mean unavailability by scores alone over that of the one sampled by trials: what each trial counts for.
    /// `None` where the mean does not come from trials, or nothing of it is left to chance.
    pub variance_reduction: Option<f64>,
    /// What the trials differ by; `None` if nothing in the model is uncertain, or nothing was lost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spread: Option<Spread>,
    /// How far the means can be trusted, where failures were made likely.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rare: Option<RareSampling>,
    /// Failures that should carry a good part of what is lost, and that these trials are too few to meet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hardly_met: Vec<String>,
    /// The way by which figures were worked out, if they were.
    pub solved_by: Option<String>,
    /// The ways by which they could not be.
    pub refused: Vec<RefusedRoute>,
    /// 1 - good / total requests.
    pub unavailability: Estimate,
    /// The same over the trials whose index leaves 0, 1, … when divided by 64: what another run of as many trials is paired with.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub unavailability_by_block: Vec<f64>,
    /// 1 - unavailability.
    pub availability: Estimate,
    /// By journey.
    pub journeys: IndexMap<String, JourneyResult>,
    /// By service: share of traffic-weighted time in which it is not up where traffic is sent.
    pub services: IndexMap<String, ServiceResult>,
    /// A trial's unavailability x 525,600.
    pub downtime_minutes_per_year: DowntimeResult,
    /// P(downtime a year > minutes), for rising minutes.
    pub exceedance: Vec<Exceedance>,
    /// How often each fault fired, in file order.
    pub faults: Vec<FaultCount>,
    /// Outages that began, scaled to a year.
    pub outages_per_year: Estimate,
    /// Mean time from the start, all new, to the first outage \[h\]; `None` if it is not known.
    pub first_outage_hours: Option<Estimate>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_outage_refused: Option<String>,
    /// Lengths of outages that ended within the horizon.
    pub outage_minutes: Quantiles,
    /// One value for each outage: its length.
    pub recovery_time_seconds: Quantiles,
    /// The cumulative distribution of recovery times, for rising seconds.
    pub recovery_curve: Vec<CurvePoint>,
    /// Share of outages not longer than the RTO.
    pub rto_met: Option<Estimate>,
    /// One value for each completed failover that moved data, and for each corruption: the age of what was left; `None` where no data
    /// can be lost.
    pub data_loss_seconds: Option<Quantiles>,
    /// Share of them within the RPO.
    pub rpo_met: Option<Estimate>,
    /// Share of outages, and of losses of data in none, within both the RTO and the RPO.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rto_and_rpo_met: Option<Estimate>,
    /// How many of them took how long and lost how much, for the cells where there were any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recovery_and_data_loss: Vec<JointCount>,
    /// Time in which two regions accepted writes that the other did not see \[h/year\]; `None` where that cannot be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_brain_hours_per_year: Option<Estimate>,
    /// Share of SLO windows that meet the target.
    pub slo_met: Option<Estimate>,
    /// Share of SLA windows that meet the target.
    pub sla_met: Option<Estimate>,
    /// How promises are kept; `None` if there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contract: Option<super::ContractResult>,
    /// What the downtime is charged to; shares add up to one; empty if none was seen.
    pub attribution: Vec<Attribution>,
    /// What the failover was doing while requests were lost; shares add up to one; empty with one serving region.
    pub phases: Vec<PhaseLoss>,
    /// Cost of a month of 730 h.
    pub cost_per_month: CostResult,
}

/// One journey of a topology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JourneyResult {
    /// 1 - good / total requests of the journey.
    pub unavailability: Estimate,
    /// Share of time in which it is down.
    pub time_unavailability: Estimate,
}

/// One service of a topology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ServiceResult {
    /// Share of traffic-weighted time in which it is not up where traffic is sent.
    pub unavailability: Estimate,
}

/// Downtime a year.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DowntimeResult {
    /// Mean \[min/year\].
    pub mean: f64,
    /// Lower end of the mean's interval.
    pub low: f64,
    /// Upper end of the mean's interval.
    pub high: f64,
    /// Median over trials.
    pub p50: f64,
    /// 90 % point over trials.
    pub p90: f64,
    /// 95 % point over trials.
    pub p95: f64,
    /// Interval of the 95 % point, from order statistics; `None` where too few trials bound it.
    pub p95_low: Option<f64>,
    /// Upper end of the interval of the 95 % point.
    pub p95_high: Option<f64>,
    /// 99 % point over trials.
    pub p99: f64,
    /// Worst trial.
    pub max: f64,
}

/// One point of the exceedance curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Exceedance {
    /// Downtime \[min/year\].
    pub minutes: f64,
    /// Share of trials with more.
    pub p: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
}

/// How often a fault fired.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultCount {
    /// Its name; an external service's own failures go by the service's name.
    pub name: String,
    /// Failures over all trials and places.
    pub fired: u64,
}

/// Quantiles over outages; `None` where there was none.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Quantiles {
    /// Number of values.
    pub n: u64,
    /// Mean.
    pub mean: Option<f64>,
    /// Lower end of the mean's interval.
    pub low: Option<f64>,
    /// Upper end of the mean's interval.
    pub high: Option<f64>,
    /// Median.
    pub p50: Option<f64>,
    /// 95 % point.
    pub p95: Option<f64>,
    /// Interval of the 95 % point, from order statistics.
    pub p95_low: Option<f64>,
    /// Upper end of the interval of the 95 % point.
    pub p95_high: Option<f64>,
    /// 99 % point.
    pub p99: Option<f64>,
}

/// Outages, and losses of data in none, of some length and loss.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JointCount {
    /// They took no longer than this, and longer than the next shorter time of the grid \[s\]; 0 for losses in no outage.
    pub recovery_seconds: f64,
    /// They lost no more than this, and more than the next shorter time of the grid \[s\]; 0 for none.
    pub data_loss_seconds: f64,
    /// Their number.
    pub n: u64,
}

/// One point of a cumulative distribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurvePoint {
    /// Time \[s\].
    pub seconds: f64,
    /// Share of values not longer.
    pub p: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
}

/// The part of the downtime charged to one cause.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// Name of the fault, or of the external service that failed by itself.
    pub cause: String,
    /// Share of the lost requests, 0 to 1.
    pub share: f64,
    /// Its part of the unavailability.
    pub unavailability: Estimate,
}

/// The part of the downtime that falls into one phase of failover.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PhaseLoss {
    /// Name of the phase.
    pub phase: String,
    /// The crew, service or fault that it waited for.
    pub on: Option<String>,
    /// Share of the lost requests, 0 to 1.
    pub share: f64,
    /// Its part of the unavailability.
    pub unavailability: Estimate,
}

/// Cost of a month of 730 h, line by line; `None` is "not priced".
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CostResult {
    /// What runs: the priced lines together; `None` only if no line is priced.
    pub total: Option<f64>,
    /// Replicas that run.
    pub infrastructure: Option<f64>,
    /// Bytes that cross zones and regions.
    pub transfer: Option<f64>,
    /// Data, its copies and backups.
    pub storage: Option<f64>,
    /// Telemetry shipped to another region.
    pub telemetry: Option<f64>,
    /// Drills: what each costs, times how many were held in a month; a mean over trials.
    pub drills: Option<f64>,
    /// The same with its interval: a date at which not all is well is left out. `None` where there is no drill to pay for.
    pub drills_held: Option<Estimate>,
    /// Fixed cost of regions.
    pub regions: Option<f64>,
    /// Refunds under the SLA.
    pub sla_credits: Option<Estimate>,
    /// Lost business.
    pub downtime: Option<Estimate>,
    /// `total` + `sla_credits` + `downtime`.
    pub total_with_failure: Option<Estimate>,
    /// Lines that could not be priced in full, each with what is missing.
    pub not_priced: Vec<NotPriced>,
}

/// A price that the model does not give.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct NotPriced {
    /// The line of the bill.
    pub line: String,
    /// Key path of the missing price.
    pub missing: String,
}

/// One topology against another, over the trials that both played.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    /// This topology …
    pub of: String,
    /// … minus this one.
    pub from: String,
    /// Mean of the paired differences of unavailability.
    pub unavailability: Estimate,
    /// Share of trials in which `of` lost less.
    pub less: f64,
    /// Share of trials in which both lost the same.
    pub equal: f64,
    /// Share of trials in which `of` lost more.
    pub more: f64,
    /// Probability that the true mean of `of` is lower, from the paired differences.
    pub better: f64,
}

/// Which topology to take, and why.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recommendation {
    /// Name of the topology.
    pub name: String,
    /// One sentence.
    pub why: String,
    /// Whether it meets every objective.
    pub meets_objectives: bool,
}

/// Something the reader should know.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Warning {
    /// Stable name, such as `rare-fault`.
    pub code: String,
    /// What is the matter.
    pub message: String,
    /// What to do.
    pub hint: String,
}
