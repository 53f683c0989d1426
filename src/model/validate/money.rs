//! Objectives, traffic, costs, and the one currency of a model.

use super::Checker;
use crate::model::problem::{Span, quoted};
use crate::model::raw::RawCosts;
use crate::model::types::{Costs, Credit, Objectives, Sla, Telemetry, Traffic};
use crate::model::values::{RequestRate, Share, Window};
use crate::units::{currency_code, format_duration, same_currency};

/// Most windows of one trial.
const MAX_WINDOWS: f64 = 1e6;
/// Hour of the daily peak, unless the model says otherwise.
const PEAK_HOUR: f64 = 12.0;

impl Checker<'_> {
    /// The currency of all amounts: the one given, or that of the first amount.
    pub(super) fn currency(&mut self, amounts: &[(Span, String)]) -> Option<String> {
        let currency = match self.raw.currency.given() {
            Some((span, text)) => self.given_currency(span, &text.0)?,
            None => self.default_currency(amounts)?,
        };
        let written = self
            .raw
            .currency
            .get()
            .map_or(currency.as_str(), |text| text.0.as_str());
        for (span, other) in amounts {
            if !same_currency(other, &currency) && !same_currency(other, written) {
                let message = format!(
                    "an amount in {}, in a model in {}",
                    quoted(other),
                    quoted(written)
                );
                self.refuse(
                    span,
                    message,
                    "one currency in the whole model",
                    "convert it, or change `currency`",
                );
            }
        }
        Some(currency)
    }

    fn given_currency(&mut self, span: &Span, text: &str) -> Option<String> {
        let code = currency_code(text);
        if code.is_none() {
            let hint = "write a sign such as $ or a code such as USD";
            let message = format!("{} is not a currency", quoted(text));
            self.refuse(span, message, "a currency", hint);
        }
        code
    }

    fn default_currency(&mut self, amounts: &[(Span, String)]) -> Option<String> {
        self.raw.currency.optional()?;
        let first = amounts
            .iter()
            .find_map(|(_, currency)| currency_code(currency));
        let why = match first {
            Some(_) => "the currency of the first amount of money",
            None => "default",
        };
        let currency = first.unwrap_or_else(|| "USD".to_owned());
        self.apply_default("currency", currency.clone(), why);
        Some(currency)
    }

    pub(super) fn objectives(&mut self, horizon: Option<f64>) -> Option<Objectives> {
        let Some(raw) = self.raw.objectives.optional()? else {
            return Some(Objectives::default());
        };
        let (slo, balance) = match raw.slo.optional()? {
            Some(slos) => self.slos(&slos, horizon)?,
            None => (None, None),
        };
        let sla = match raw.sla.optional()? {
            Some(sla) => {
                self.check_target("sla", sla.target.given());
                let window = sla
                    .window
                    .given()
                    .and_then(|(span, window)| self.window("sla", span, *window, horizon));
                let credits: Option<Vec<Credit>> = sla
                    .credits
                    .or(Vec::new())?
                    .iter()
                    .map(|credit| {
                        Some(Credit {
                            below: credit.below.get()?.0,
                            refund: credit.refund.get()?.0,
                        })
                    })
                    .collect();
                Some(Sla {
                    target: sla.target.get()?.0,
                    window_seconds: window?,
                    credits: credits?,
                    revenue_per_hour: sla.revenue.optional()?.map(|revenue| revenue.0),
                })
            }
            None => None,
        };
        Some(Objectives {
            slo,
            balance,
            sla,
            rto_seconds: raw.rto.optional()?.map(|rto| rto.0),
            rpo_seconds: raw.rpo.optional()?.map(|rpo| rpo.0),
        })
    }

    pub(super) fn check_target(&mut self, key: &str, target: Option<(&Span, &Share)>) {
        if let Some((span, Share(target))) = target
            && *target <= 0.0
        {
            self.refuse(
                span,
                format!("the target of `{key}` is 0"),
                "above 0%",
                "write for example 99.95%",
            );
        }
    }

    /// Length of a window, of which the horizon must hold at least one and not too many.
    pub(super) fn window(
        &mut self,
        key: &str,
        span: &Span,
        Window(seconds): Window,
        horizon: Option<f64>,
    ) -> Option<f64> {
        let horizon = horizon?;
        if seconds <= 0.0 || horizon / seconds > MAX_WINDOWS {
            let message = format!("the window of `{key}` is too short");
            self.refuse(
                span,
                message,
                "at most a million windows in the horizon",
                "write for example 30d or month",
            );
            return None;
        }
        if seconds > horizon {
            let message = format!(
                "the window of `{key}`, {}, is longer than the horizon, {}: none would be scored",
                format_duration(seconds),
                format_duration(horizon)
            );
            self.refuse(
                span,
                message,
                "a window within the horizon",
                "lengthen `horizon`, or shorten the window",
            );
            return None;
        }
        Some(seconds)
    }

    pub(super) fn traffic(&mut self) -> Option<Option<Traffic>> {
        let Some(raw) = self.raw.traffic.optional()? else {
            return Some(None);
        };
        let daily_peak = self.value_or(&raw.daily_peak, "traffic.daily_peak", 1.0, "1")?;
        let peak_hour = if daily_peak > 1.0 {
            self.value_or(&raw.peak_hour, "traffic.peak_hour", PEAK_HOUR, "12")?
        } else {
            raw.peak_hour.or(PEAK_HOUR)?
        };
        let RequestRate(rate) = *raw.rate.get()?;
        let before = self.problems.len();
        if let (Some((span, _)), true) = (raw.rate.given(), rate <= 0.0) {
            self.refuse(
                span,
                "the rate of traffic is zero",
                "a rate above 0",
                "write for example 900/s",
            );
        }
        if let (Some((span, _)), false) =
            (raw.daily_peak.given(), (1.0..=2.0).contains(&daily_peak))
        {
            let hint = "it is the peak over the mean; at 2 the night is empty";
            self.refuse(
                span,
                format!("`daily_peak` is {daily_peak}"),
                "a number from 1 to 2",
                hint,
            );
        }
        if let (Some((span, _)), false) = (raw.peak_hour.given(), (0.0..=24.0).contains(&peak_hour))
        {
            self.refuse(
                span,
                format!("`peak_hour` is {peak_hour}"),
                "an hour from 0 to 24",
                "write for example 20",
            );
        }
        let request_bytes = raw.request.optional()?.map(|size| size.0);
        let traffic = Traffic {
            rate_per_second: rate,
            daily_peak,
            peak_hour,
            request_bytes,
        };
        (self.problems.len() == before).then_some(Some(traffic))
    }

    pub(super) fn costs(&mut self) -> Option<Costs> {
        self.raw
            .costs
            .optional()?
            .map_or(Some(Costs::default()), |raw| costs(&raw))
    }
}

fn costs(raw: &RawCosts) -> Option<Costs> {
    let telemetry = match raw.telemetry.optional()? {
        Some(telemetry) => Some(Telemetry {
            bytes_per_second: telemetry.volume.get()?.0,
            price_per_byte: telemetry.price.get()?.0,
        }),
        None => None,
    };
    Some(Costs {
        cross_zone_per_byte: raw.cross_zone.optional()?.map(|price| price.0),
        cross_region_per_byte: raw.cross_region.optional()?.map(|price| price.0),
        storage_per_byte_hour: raw.storage.optional()?.map(|price| price.0),
        telemetry,
        per_region_per_hour: raw.per_region.optional()?.map(|price| price.0),
        downtime_per_hour: raw.downtime.optional()?.map(|price| price.0),
    })
}
