//! How a topology keeps what was promised: budgets, balance, refunds, services.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::{Estimate, Standing};

/// What was promised, and how it is kept.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct ContractResult {
    /// The availability wanted.
    pub slo: Option<SloResult>,
    /// The shares of traffic wanted; `None` with one serving region too.
    pub balance: Option<BalanceResult>,
    /// What is refunded.
    pub sla: Option<CreditsResult>,
    /// Services and journeys with a promise of their own, in file order.
    pub promises: Vec<PromiseResult>,
}

/// An SLO and its error budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SloResult {
    /// Share of good requests wanted, 0 to 1.
    pub target: f64,
    /// Length of a window \[h\].
    pub window_hours: f64,
    /// `calendar` or `rolling`.
    pub windows: String,
    /// Windows of a trial; `None` where the window rolls.
    pub windows_in_trial: Option<u64>,
    /// Share of the windows (of the time, where the window rolls) in which the target is met.
    pub met: Estimate,
    /// Chance that it is met in every window (at every instant) of a trial.
    pub all_met: Estimate,
    /// What may be lost in a window, in minutes of a mean window without service.
    pub budget_minutes: f64,
    /// Share of the error budget that a window uses; `None` where the window rolls, or nothing may be lost.
    pub budget_used: Option<BudgetUsed>,
    /// The same of the worst window of each trial.
    pub worst_budget_used: Option<BudgetUsed>,
    /// P(a window uses more than a share of its budget), for rising shares.
    pub budget_beyond: Vec<BudgetPoint>,
}

/// A distribution of shares of an error budget; above 1 the target is missed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetUsed {
    /// Mean, with its interval; `None` for the worst of several windows.
    pub mean: Option<Estimate>,
    /// Median.
    pub p50: f64,
    /// 90 % point.
    pub p90: f64,
    /// 95 % point.
    pub p95: f64,
    /// Interval of the 95 % point, from order statistics; `None` where too few bound it.
    pub p95_low: Option<f64>,
    /// Upper end of the interval of the 95 % point.
    pub p95_high: Option<f64>,
    /// 99 % point.
    pub p99: f64,
    /// Largest.
    pub max: f64,
}

/// Chance of a window to use more than a share of its budget.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BudgetPoint {
    /// The share.
    pub used: f64,
    /// Share of windows that use more.
    pub p: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
}

/// Shares of traffic against what they should be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BalanceResult {
    /// How much more or less than its target a region may have, 0 to 1.
    pub tolerance: f64,
    /// Length of a window \[h\].
    pub window_hours: f64,
    /// Windows of a trial.
    pub windows_in_trial: u64,
    /// Share of the windows in which every region had its share of the requests.
    pub met: Estimate,
    /// Share of the requests that came while some region had too many or too few.
    pub out_of_balance: Estimate,
    /// By region.
    pub regions: IndexMap<String, RegionShare>,
}

/// The traffic of one region.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RegionShare {
    /// Share of the requests that it should have.
    pub target: f64,
    /// Share of the requests that it had.
    pub share: Estimate,
}

/// The refunds of an SLA.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreditsResult {
    /// Length of a window \[h\].
    pub window_hours: f64,
    /// Windows of a trial.
    pub windows_in_trial: u64,
    /// Chance of a window to pay each refund, in file order. A window pays one of them or none.
    pub tiers: Vec<CreditTier>,
    /// Chance that any is paid within a trial.
    pub any: Estimate,
    /// What is paid \[currency/year\]; `None` if the revenue is not known.
    pub credits_per_year: Option<YearlyCredits>,
}

/// One refund.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CreditTier {
    /// Availability below which it is due, if no larger one is.
    pub below: f64,
    /// Share of the window's revenue.
    pub refund: f64,
    /// Chance of a window.
    pub chance: Estimate,
}

/// Refunds of a year: a trial's, scaled to 8,760 h.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct YearlyCredits {
    /// Mean.
    pub mean: f64,
    /// Lower end of the mean's interval.
    pub low: f64,
    /// Upper end of the mean's interval.
    pub high: f64,
    /// Median over trials.
    pub p50: f64,
    /// 95 % point over trials.
    pub p95: f64,
    /// Interval of the 95 % point, from order statistics; `None` where too few trials bound it.
    pub p95_low: Option<f64>,
    /// Upper end of the interval of the 95 % point.
    pub p95_high: Option<f64>,
    /// 99 % point over trials.
    pub p99: f64,
    /// Most in a trial.
    pub max: f64,
}

/// A promise of a service or journey, and what was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PromiseResult {
    /// Its name.
    pub name: String,
    /// `service`, `external` or `journey`.
    pub kind: String,
    /// Availability promised, 0 to 1.
    pub promise: f64,
    /// Availability found.
    pub availability: Estimate,
    /// Whether the interval of what was found lies on one side.
    pub standing: Standing,
}
