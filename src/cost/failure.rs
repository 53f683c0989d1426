//! What trials cost: refunds under the SLA, lost business, and the drills that were held.

use crate::model::{Model, Sla};
use crate::results::NotPriced;

use super::{HOURS_PER_MONTH, SECONDS_PER_MONTH};

/// The prices of failure in a model, ready to be applied to trials.
///
/// Built once for a model, then asked for each trial; its answers are for a month of 730 h.
#[derive(Debug, Clone, PartialEq)]
pub struct FailurePrice {
    /// Refund of a month in which every window refunds its whole revenue, over the windows of a trial.
    credits_per_refunded_window: Option<f64>,
    downtime: Option<DowntimePrice>,
    /// What one drill within the horizon adds to a month \[currency\].
    drill: Option<f64>,
    not_priced: Vec<NotPriced>,
}

/// How lost business is priced.
#[derive(Debug, Clone, PartialEq)]
enum DowntimePrice {
    /// \[currency\] of a month without service.
    PerMonth(f64),
    /// \[currency\] of a month without service, journey by journey.
    PerJourneyMonth(Vec<f64>),
}

/// What the failures of one trial cost, for a month of 730 h; `None` is "not priced".
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct FailureCost {
    /// Refunds under the SLA.
    pub sla_credits: Option<f64>,
    /// Lost business.
    pub downtime: Option<f64>,
}

impl FailureCost {
    /// The priced lines together; `None` if none is priced.
    #[must_use]
    pub fn total(&self) -> Option<f64> {
        match (self.sla_credits, self.downtime) {
            (None, None) => None,
            (credits, downtime) => Some(credits.unwrap_or(0.0) + downtime.unwrap_or(0.0)),
        }
    }
}

impl FailurePrice {
    /// Reads the prices of failure from a model.
    ///
    /// Lost business is `costs.downtime` where given, else the journeys' revenue x requests lost. An SLA without credits,
    /// like no SLA at all, has no refunds to price: its line is `None` and nothing is missing.
    #[must_use]
    pub fn new(model: &Model) -> Self {
        let mut not_priced = Vec::new();
        let mut miss = |line: &str, key: String| {
            not_priced.push(NotPriced {
                line: line.to_owned(),
                missing: key,
            });
        };
        let credits_per_refunded_window = credits(model, &mut miss);
        let downtime = downtime(model, &mut miss);
        let drill = model.drills.and_then(|drills| drills.cost);
        Self {
            credits_per_refunded_window,
            downtime,
            drill: drill.map(|cost| cost * SECONDS_PER_MONTH / model.horizon_seconds),
            not_priced,
        }
    }

    /// Cost of the failures of a trial.
    ///
    /// `unavailability` is the topology's, `journeys` are those of the journeys in file order, `refunded_windows` is the
    /// sum over SLA windows of the refunded share of a window's revenue.
    pub fn of(
        &self,
        unavailability: f64,
        journeys: impl IntoIterator<Item = f64>,
        refunded_windows: f64,
    ) -> FailureCost {
        FailureCost {
            sla_credits: self
                .credits_per_refunded_window
                .map(|price| price * refunded_windows),
            downtime: self.downtime.as_ref().map(|downtime| match downtime {
                DowntimePrice::PerMonth(price) => price * unavailability,
                DowntimePrice::PerJourneyMonth(prices) => prices
                    .iter()
                    .zip(journeys)
                    .map(|(price, unavailability)| price * unavailability)
                    .sum(),
            }),
        }
    }

    /// Cost of the drills held in a trial; `None` is "not priced".
    #[must_use]
    pub fn of_drills(&self, held: u32) -> Option<f64> {
        self.drill.map(|cost| cost * f64::from(held))
    }

    /// Cost of a month in which nothing works: the most that a failure can cost.
    #[must_use]
    pub fn of_total_loss(&self, model: &Model) -> FailureCost {
        let refunded = model.objectives.sla.as_ref().map_or(0.0, |sla| {
            let largest = sla
                .credits
                .iter()
                .map(|credit| credit.refund)
                .fold(0.0, f64::max);
            windows(model, sla) * largest
        });
        self.of(1.0, model.journeys.values().map(|_| 1.0), refunded)
    }

    /// The lines of failure that could not be priced in full.
    #[must_use]
    pub fn not_priced(&self) -> &[NotPriced] {
        &self.not_priced
    }
}

/// Refund of a month for each wholly refunded window of a trial: a trial scores whole windows only, so that the mean
/// refunded share of its windows is the refunded share of a month's revenue.
fn credits(model: &Model, miss: &mut impl FnMut(&str, String)) -> Option<f64> {
    let sla = model
        .objectives
        .sla
        .as_ref()
        .filter(|sla| !sla.credits.is_empty())?;
    let windows = windows(model, sla);
    let revenue_per_month = sla
        .revenue_per_hour
        .map(|revenue| revenue * HOURS_PER_MONTH);
    if revenue_per_month.is_none() {
        miss("sla_credits", "objectives.sla.revenue".to_owned());
    }
    if windows < 1.0 {
        miss(
            "sla_credits",
            "horizon (shorter than objectives.sla.window)".to_owned(),
        );
        return None;
    }
    revenue_per_month.map(|revenue| revenue / windows)
}

/// Whole windows of an SLA in a trial.
fn windows(model: &Model, sla: &Sla) -> f64 {
    (model.horizon_seconds / sla.window_seconds + 1e-9).floor()
}

fn downtime(model: &Model, miss: &mut impl FnMut(&str, String)) -> Option<DowntimePrice> {
    if let Some(price) = model.costs.downtime_per_hour {
        return Some(DowntimePrice::PerMonth(price * HOURS_PER_MONTH));
    }
    if model
        .journeys
        .values()
        .all(|journey| journey.revenue.is_none())
    {
        miss("downtime", "costs.downtime".to_owned());
        return None;
    }
    let Some(traffic) = model.traffic else {
        miss("downtime", "traffic".to_owned());
        return None;
    };
    for (name, _) in model
        .journeys
        .iter()
        .filter(|(_, journey)| journey.revenue.is_none())
    {
        miss("downtime", format!("journeys.{name}.revenue"));
    }
    let requests_per_month = traffic.rate_per_second * SECONDS_PER_MONTH;
    let prices = model
        .journeys
        .values()
        .map(|journey| requests_per_month * journey.share * journey.revenue.unwrap_or(0.0))
        .collect();
    Some(DowntimePrice::PerJourneyMonth(prices))
}
