//! Service level objectives: of availability, of the balance, and of single services and journeys.

use super::Checker;
use crate::model::decode::Spanned;
use crate::model::problem::{Span, quoted};
use crate::model::raw::{RawBalance, RawService, RawSlo, RawSlos, WindowsWord};
use crate::model::types::{Balance, Slo, Windows};
use crate::model::values::Share;
use crate::units::{SECONDS_PER_DAY, format_duration};

impl Checker<'_> {
    /// At most one of each indicator.
    pub(super) fn slos(
        &mut self,
        raw: &RawSlos,
        horizon: Option<f64>,
    ) -> Option<(Option<Slo>, Option<Balance>)> {
        let doubles = [
            (raw.availability.get(1).map(|slo| &slo.span), "availability"),
            (raw.balance.get(1).map(|slo| &slo.span), "balance"),
        ];
        for (span, indicator) in doubles {
            if let Some(span) = span {
                self.refuse(
                    span,
                    format!("a second SLO of the {indicator}"),
                    "at most one SLO for each indicator",
                    "services and journeys may have an `slo` of their own",
                );
            }
        }
        let slo = raw.availability.first();
        let slo = slo.map(|slo| self.slo(&slo.value, horizon));
        let balance = raw.balance.first();
        let balance = balance.map(|balance| self.balance(balance, horizon));
        // One that is given and wrong makes both unknown.
        let slo = slo.map_or(Some(None), |slo| slo.map(Some));
        let balance = balance.map_or(Some(None), |balance| balance.map(Some));
        slo.zip(balance)
    }

    fn slo(&mut self, raw: &RawSlo, horizon: Option<f64>) -> Option<Slo> {
        self.check_target("slo", raw.target.given());
        let window = raw
            .window
            .given()
            .and_then(|(span, window)| self.window("slo", span, *window, horizon));
        let word = self.value_or(
            &raw.windows,
            "objectives.slo.windows",
            WindowsWord::Calendar,
            "calendar",
        )?;
        let windows = match word {
            WindowsWord::Calendar => Windows::Calendar,
            WindowsWord::Rolling => Windows::Rolling,
        };
        let window_seconds = window?;
        if let (Windows::Rolling, Some((span, _))) = (windows, raw.window.given()) {
            self.check_rolling(span, window_seconds);
        }
        Some(Slo {
            target: raw.target.get()?.0,
            window_seconds,
            windows,
        })
    }

    /// The budget of a rolling window is the same at every instant only if it holds whole days of a daily curve.
    fn check_rolling(&mut self, span: &Span, seconds: f64) {
        let has_curve = (self.raw.traffic.get())
            .and_then(|traffic| traffic.daily_peak.get())
            .is_some_and(|peak| *peak > 1.0);
        let days = seconds / SECONDS_PER_DAY;
        if has_curve && (days - days.round()).abs() > 1e-9 {
            self.refuse(
                span,
                format!(
                    "a rolling window of {} holds no whole number of days, and traffic has a daily curve",
                    format_duration(seconds)
                ),
                "a whole number of days, so that every window holds the same traffic",
                "write 30d or 28d; or take `windows: calendar`",
            );
        }
    }

    fn balance(&mut self, raw: &Spanned<RawBalance>, horizon: Option<f64>) -> Option<Balance> {
        let raw = &raw.value;
        let window = raw
            .window
            .given()
            .and_then(|(span, window)| self.window("slo", span, *window, horizon));
        if raw.target.is_absent() {
            self.apply_default("objectives.slo.target", "each region's split", "default");
        }
        if let Some((span, Share(target))) = raw.target.given()
            && (*target <= 0.0 || *target >= 1.0)
        {
            self.refuse(
                span,
                "no two regions can each have that share of the traffic",
                "a share between 0% and 100%, such as 50%",
                "leave it out to keep each region at its split",
            );
        }
        Some(Balance {
            target: raw.target.optional()?.map(|target| target.0),
            tolerance: raw.tolerance.get()?.0,
            window_seconds: window?,
        })
    }

    /// What a service promises: its own `slo`, and the `sla` of a provider.
    pub(super) fn promises_of_service(
        &mut self,
        name: &str,
        raw: &RawService,
    ) -> Option<(Option<f64>, Option<f64>)> {
        self.check_promise("slo", raw.slo.given());
        self.check_promise("sla", raw.sla.given());
        let is_external = matches!(raw.external.get(), Some(true));
        if let (Some((span, _)), false) = (raw.sla.given(), is_external) {
            self.refuse(
                span,
                format!("service {} is yours, but has an `sla`", quoted(name)),
                "an `sla` of an external service only",
                "write `slo` for what it should keep; `objectives.sla` is what you promise customers",
            );
        }
        let share = |share: Option<Share>| share.map(|share| share.0);
        Some((share(raw.slo.optional()?), share(raw.sla.optional()?)))
    }

    pub(super) fn check_promise(&mut self, key: &str, promise: Option<(&Span, &Share)>) {
        if let Some((span, Share(promise))) = promise
            && (*promise <= 0.0 || *promise >= 1.0)
        {
            let message = if *promise <= 0.0 {
                format!("an `{key}` of 0% promises nothing")
            } else {
                format!("an `{key}` of 100% allows no failure at all")
            };
            self.refuse(
                span,
                message,
                "above 0% and below 100%",
                "write for example 99.9%",
            );
        }
    }
}
