//! How promises were kept, trial by trial: budgets, refunds, balance.

use serde::{Deserialize, Serialize};

use super::figures;
use super::summary::Names;
use super::tally::{FailureCost, Tally};
use crate::engine::TrialOutcome;
use crate::plan::{BalancePlan, Plan, WindowPlan};
use crate::results::{
    BalanceResult, BudgetPoint, BudgetUsed, ContractResult, CostResult, CreditTier, CreditsResult,
    Estimate, RegionShare, SloResult, YearlyCredits,
};
use crate::stats::{
    ClusteredShare, Interval, Moments, PairedDifferences, QuantileSketch, clopper_pearson,
    none_seen_bound, quantile_interval,
};

/// Shares of a budget for which the chance of using more is shown.
const USED: [f64; 10] = [0.1, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0];
/// The same slack as where a window is judged: a loss of exactly what is allowed is allowed.
const SLACK: f64 = 1.0 + 1e-6;
/// Share of traffic that is none.
const ROUNDING: f64 = 1e-14;
/// Months of a year.
const MONTHS: f64 = 12.0;

/// What there is to tally of promises.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Promised {
    /// Share of requests that may be lost in a window; `None` without an SLO, or if nothing may be.
    pub allowed: Option<f64>,
    /// Whether the window of the SLO rolls.
    pub rolling: bool,
    /// Windows of a trial that follow each other.
    pub windows: u32,
    /// Refunds of the SLA.
    pub tiers: usize,
    /// Regions whose shares of traffic matter.
    pub regions: usize,
}

impl Promised {
    /// Nothing.
    pub const NOTHING: Self = Self {
        allowed: None,
        rolling: false,
        windows: 0,
        tiers: 0,
        regions: 0,
    };

    /// What a plan promises.
    #[must_use]
    pub fn of(plan: &Plan) -> Self {
        let slo = plan.slo;
        Self {
            allowed: slo
                .map(|slo| 1.0 - slo.target)
                .filter(|allowed| *allowed > 0.0),
            rolling: slo.is_some_and(|slo| slo.rolling),
            windows: slo.map_or(0, |slo| windows(plan, slo.seconds) as u32),
            tiers: plan.refunds.len(),
            regions: plan
                .balance
                .as_ref()
                .map_or(0, |balance| balance.targets.len()),
        }
    }
}

fn windows(plan: &Plan, seconds: f64) -> u64 {
    (plan.horizon / seconds * (1.0 + 1e-12)).floor() as u64
}

/// The promises of many trials. Trials that lost nothing leave no trace but in the balance.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub(super) struct ContractTally {
    /// Trials in which the SLO was missed at some time.
    missed_some: u64,
    /// Shares of the budget that windows with losses used.
    used: QuantileSketch,
    /// Means of them over the windows of a trial.
    used_mean: Moments,
    /// Windows that used more than each of [`USED`]; trials without one are left out.
    beyond: Vec<ClusteredShare>,
    /// Share used by the worst window of a trial.
    worst: QuantileSketch,
    /// Share of the time in which a rolling window missed.
    missed_time: Moments,
    /// Windows that pay each refund; trials without one are left out.
    tiers: Vec<ClusteredShare>,
    /// Trials in which any refund was due.
    refunded: u64,
    /// Refunds of a trial \[currency/year\].
    credits: QuantileSketch,
    balanced: ClusteredShare,
    out_of_balance: Moments,
    /// Shares of traffic by region, beyond the usual ones.
    shares: Vec<PairedDifferences>,
}

impl ContractTally {
    pub(super) fn add(&mut self, outcome: &TrialOutcome, cost: FailureCost, promised: Promised) {
        if let Some(balance) = &outcome.balance {
            let windows = balance.windows;
            self.balanced
                .add(u64::from(windows.met), u64::from(windows.windows));
            if balance.out > 0.0 {
                self.out_of_balance.add(balance.out);
            }
            self.shares
                .resize(promised.regions, PairedDifferences::default());
            for (pairs, beyond) in self.shares.iter_mut().zip(&balance.beyond) {
                let is_rounding = beyond.abs() < ROUNDING;
                pairs.add(if is_rounding { 0.0 } else { *beyond }, 0.0);
            }
        }
        if outcome.unavailability > 0.0 {
            self.add_loss(outcome, cost, promised);
        }
    }

    fn add_loss(&mut self, outcome: &TrialOutcome, cost: FailureCost, promised: Promised) {
        let has_missed = if promised.rolling {
            outcome.rolling_missed > 0.0
        } else {
            outcome.slo.met < outcome.slo.windows
        };
        self.missed_some += u64::from(has_missed);
        if outcome.rolling_missed > 0.0 {
            self.missed_time.add(outcome.rolling_missed);
        }
        if let Some(allowed) = promised.allowed {
            self.add_budget(outcome, allowed, promised.windows);
        }
        if outcome.refunded_windows > 0.0 {
            self.refunded += 1;
            self.tiers.resize(promised.tiers, ClusteredShare::default());
            for (tier, paid) in self.tiers.iter_mut().zip(&outcome.credit_windows) {
                if *paid > 0 {
                    tier.add(u64::from(*paid), u64::from(outcome.sla.windows));
                }
            }
        }
        if cost.sla_credits > 0.0 {
            self.credits.insert(cost.sla_credits * MONTHS);
        }
    }

    fn add_budget(&mut self, outcome: &TrialOutcome, allowed: f64, windows: u32) {
        if outcome.worst_window > 0.0 {
            self.worst.insert(outcome.worst_window / allowed);
        }
        if outcome.window_losses.is_empty() {
            return;
        }
        self.beyond.resize(USED.len(), ClusteredShare::default());
        let mut sum = 0.0;
        for lost in &outcome.window_losses {
            self.used.insert(lost / allowed);
            sum += lost / allowed;
        }
        self.used_mean.add(sum / f64::from(windows));
        for (share, level) in self.beyond.iter_mut().zip(USED) {
            let more =
                (outcome.window_losses.iter()).filter(|lost| **lost / allowed > level * SLACK);
            let more = more.count() as u64;
            if more > 0 {
                share.add(more, u64::from(windows));
            }
        }
    }

    pub(super) fn merge(&mut self, other: &Self) {
        self.missed_some += other.missed_some;
        self.used.merge(&other.used);
        self.used_mean.merge(&other.used_mean);
        merge_each(&mut self.beyond, &other.beyond, ClusteredShare::merge);
        self.worst.merge(&other.worst);
        self.missed_time.merge(&other.missed_time);
        merge_each(&mut self.tiers, &other.tiers, ClusteredShare::merge);
        self.refunded += other.refunded;
        self.credits.merge(&other.credits);
        self.balanced.merge(&other.balanced);
        self.out_of_balance.merge(&other.out_of_balance);
        merge_each(&mut self.shares, &other.shares, PairedDifferences::merge);
    }

    pub(super) fn has_shape(&self, promised: Promised) -> bool {
        let fits = |length: usize, all: usize| length == 0 || length == all;
        fits(self.beyond.len(), USED.len())
            && fits(self.tiers.len(), promised.tiers)
            && fits(self.shares.len(), promised.regions)
    }

    /// Share of the time in which a rolling window missed.
    pub(super) fn missed_time(&self) -> &Moments {
        &self.missed_time
    }
}

fn merge_each<T: Clone>(mine: &mut Vec<T>, theirs: &[T], mut merge: impl FnMut(&mut T, &T)) {
    if mine.is_empty() {
        mine.extend_from_slice(theirs);
    } else {
        mine.iter_mut()
            .zip(theirs)
            .for_each(|(mine, theirs)| merge(mine, theirs));
    }
}

/// How the promises of a plan were kept, those of services and journeys apart; `None` if there are none.
pub(super) fn contract(
    tally: &Tally,
    names: &Names<'_>,
    slo_met: Option<&Estimate>,
    cost: &CostResult,
    level: f64,
) -> Option<ContractResult> {
    let plan = names.plan?;
    let told = Told {
        tally,
        contract: &tally.contract,
        plan,
        level,
    };
    let result = ContractResult {
        slo: plan.slo.map(|slo| told.slo(slo, slo_met)),
        balance: plan
            .balance
            .as_ref()
            .map(|wanted| told.balance(wanted, names)),
        sla: plan
            .sla
            .filter(|_| !plan.refunds.is_empty())
            .map(|sla| told.credits(sla, cost)),
        promises: Vec::new(),
    };
    let is_empty = result.slo.is_none() && result.balance.is_none() && result.sla.is_none();
    (!is_empty).then_some(result)
}

/// A tally with what its figures mean.
struct Told<'a> {
    tally: &'a Tally,
    contract: &'a ContractTally,
    plan: &'a Plan,
    level: f64,
}

impl Told<'_> {
    fn slo(&self, slo: WindowPlan, met: Option<&Estimate>) -> SloResult {
        let windows = windows(self.plan, slo.seconds);
        let allowed = self.tally.shape.promised.allowed;
        let of_windows = allowed.filter(|_| !slo.rolling);
        SloResult {
            target: slo.target,
            window_hours: slo.seconds / 3600.0,
            windows: if slo.rolling { "rolling" } else { "calendar" }.to_owned(),
            windows_in_trial: (!slo.rolling).then_some(windows),
            met: met.cloned().unwrap_or_else(|| self.chance_of_none(0)),
            all_met: self.chance_of_none(self.contract.missed_some),
            budget_minutes: (1.0 - slo.target) * slo.seconds / 60.0,
            budget_used: of_windows.map(|_| self.used(windows)),
            worst_budget_used: allowed.map(|_| {
                let mut worst = self.contract.worst.clone();
                worst.insert_zeros(self.tally.trials - worst.n());
                self.distribution(&worst, None, self.tally.trials as f64)
            }),
            budget_beyond: of_windows.map_or_else(Vec::new, |_| self.beyond(windows)),
        }
    }

    /// Chance that what came about in so many trials does not.
    fn chance_of_none(&self, trials_with: u64) -> Estimate {
        let trials = self.tally.trials;
        if trials == 0 {
            let nothing = Interval {
                low: 0.0,
                high: 1.0,
                method: "clopper-pearson",
            };
            return figures::estimate(1.0, nothing, self.level, 0);
        }
        let without = (trials - trials_with) as f64;
        let interval = clopper_pearson(without, trials as f64, self.level);
        figures::estimate(without / trials as f64, interval, self.level, trials)
    }

    /// Windows of all trials that did something, those of the trials in which none did among them.
    fn padded(&self, seen: Option<&ClusteredShare>, windows: u64) -> ClusteredShare {
        let seen = seen.copied().unwrap_or_default();
        seen.padded_to(self.tally.trials, windows)
    }

    fn beyond(&self, windows: u64) -> Vec<BudgetPoint> {
        let points = USED.iter().enumerate().filter_map(|(index, used)| {
            let share = self.padded(self.contract.beyond.get(index), windows);
            let figure = figures::share(&share, self.level)?;
            Some(BudgetPoint {
                used: *used,
                p: figure.mean,
                low: figure.low,
                high: figure.high,
            })
        });
        let mut points: Vec<BudgetPoint> = points.collect();
        // A chance of more falls, and so do the ends of its intervals.
        for index in 1..points.len() {
            points[index].high = points[index].high.min(points[index - 1].high);
        }
        for index in (1..points.len()).rev() {
            points[index - 1].low = points[index - 1].low.max(points[index].low);
        }
        points
    }

    fn used(&self, windows: u64) -> BudgetUsed {
        let mut used = self.contract.used.clone();
        used.insert_zeros((self.tally.trials * windows).saturating_sub(used.n()));
        let mean = figures::skewed_mean(
            &self.contract.used_mean.padded_to(self.tally.trials),
            none_seen_bound(self.tally.trials, self.level),
            self.level,
        );
        let p95 = used.quantile(0.95).unwrap_or(0.0);
        let at = USED.partition_point(|level| *level < p95);
        // Windows of one trial are not independent: as many as tell as much at the next points of the distribution.
        let independent = (self.contract.beyond.get(at.saturating_sub(1)..=at))
            .unwrap_or_default()
            .iter()
            .map(|share| self.padded(Some(share), windows))
            .filter(|share| {
                share
                    .share()
                    .is_some_and(|share| share > 0.0 && share < 1.0)
            })
            .map(|share| share.effective_items())
            .reduce(f64::min)
            .unwrap_or(self.tally.trials as f64);
        self.distribution(&used, Some(mean), independent)
    }

    fn distribution(
        &self,
        sketch: &QuantileSketch,
        mean: Option<Estimate>,
        independent: f64,
    ) -> BudgetUsed {
        let quantile = |q: f64| sketch.quantile(q).unwrap_or(0.0);
        let p95 = quantile_interval(sketch, 0.95, independent, self.level);
        BudgetUsed {
            mean,
            p50: quantile(0.5),
            p90: quantile(0.9),
            p95: quantile(0.95),
            p95_low: p95.low.is_finite().then_some(p95.low),
            p95_high: p95.high.is_finite().then_some(p95.high),
            p99: quantile(0.99),
            max: sketch.max(),
        }
    }

    fn credits(&self, sla: WindowPlan, cost: &CostResult) -> CreditsResult {
        let windows = windows(self.plan, sla.seconds);
        let tiers = self
            .plan
            .refunds
            .iter()
            .enumerate()
            .filter_map(|(index, (below, refund))| {
                let paid = self.padded(self.contract.tiers.get(index), windows);
                Some(CreditTier {
                    below: *below,
                    refund: *refund,
                    chance: figures::share(&paid, self.level)?,
                })
            });
        let none = self.chance_of_none(self.contract.refunded);
        CreditsResult {
            window_hours: sla.seconds / 3600.0,
            windows_in_trial: windows,
            tiers: tiers.collect(),
            any: figures::complement(&none),
            credits_per_year: cost.sla_credits.as_ref().map(|month| self.yearly(month)),
        }
    }

    fn yearly(&self, month: &Estimate) -> YearlyCredits {
        let mut credits = self.contract.credits.clone();
        credits.insert_zeros(self.tally.trials.saturating_sub(credits.n()));
        let quantile = |q: f64| credits.quantile(q).unwrap_or(0.0);
        let p95 = quantile_interval(&credits, 0.95, self.tally.trials as f64, self.level);
        YearlyCredits {
            mean: month.mean * MONTHS,
            low: month.low * MONTHS,
            high: month.high * MONTHS,
            p50: quantile(0.5),
            p95: quantile(0.95),
            p95_low: p95.low.is_finite().then_some(p95.low),
            p95_high: p95.high.is_finite().then_some(p95.high),
            p99: quantile(0.99),
            max: credits.max(),
        }
    }

    fn balance(&self, wanted: &BalancePlan, names: &Names<'_>) -> BalanceResult {
        let trials = self.tally.trials;
        let none_seen = none_seen_bound(trials, self.level).min(1.0);
        let out = self.contract.out_of_balance.padded_to(trials);
        let region = |(index, name): (usize, &String)| {
            let pairs = self.contract.shares.get(index).copied().unwrap_or_default();
            let usual = wanted.usual[index];
            let interval = pairs.padded_to(trials).interval(self.level);
            let (mean, low, high, method) =
                interval.map_or((0.0, -none_seen, none_seen, "none-seen"), |interval| {
                    (
                        pairs.padded_to(trials).mean(),
                        interval.low,
                        interval.high,
                        interval.method,
                    )
                });
            let interval = Interval {
                low: usual + low,
                high: usual + high,
                method,
            };
            let share = RegionShare {
                target: wanted.targets[index],
                share: figures::estimate(
                    usual + mean,
                    interval.clamped(0.0, 1.0),
                    self.level,
                    trials,
                ),
            };
            (name.clone(), share)
        };
        BalanceResult {
            tolerance: wanted.tolerance,
            window_hours: wanted.seconds / 3600.0,
            windows_in_trial: windows(self.plan, wanted.seconds),
            met: figures::share(&self.contract.balanced, self.level)
                .unwrap_or_else(|| self.chance_of_none(0)),
            out_of_balance: figures::unavailability(&out, none_seen, self.level),
            regions: names.regions.iter().enumerate().map(region).collect(),
        }
    }
}
