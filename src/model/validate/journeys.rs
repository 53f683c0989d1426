//! Journeys: given, or the roots of the service graph.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{Checker, Existence};
use crate::model::decode::Spanned;
use crate::model::mapping::Table;
use crate::model::problem::{Span, quoted, quoted_list};
use crate::model::raw::{RawCall, RawJourney};
use crate::model::types::Journey;
use crate::model::values::Share;
use crate::units::format_percentage;

/// Success below which a journey counts as down, unless the model says otherwise.
const DOWN_BELOW: f64 = 0.95;

impl Checker<'_> {
    pub(super) fn journeys(&mut self) -> Option<IndexMap<String, Journey>> {
        let raw = self.raw;
        match raw.journeys.given() {
            None => {
                raw.journeys.optional()?;
                self.default_journeys()
            }
            Some((span, table)) if table.0.is_empty() => {
                let hint = "remove the key for journeys through the services that nobody calls";
                self.refuse(
                    span,
                    "the model has no journey",
                    "at least one journey",
                    hint,
                );
                None
            }
            Some((span, table)) => self.given_journeys(span, table),
        }
    }

    fn given_journeys(
        &mut self,
        span: &Span,
        table: &Table<RawJourney>,
    ) -> Option<IndexMap<String, Journey>> {
        let shares = self.journey_shares(span, table);
        let mut journeys = IndexMap::new();
        for (index, (name, entry)) in table.0.iter().enumerate() {
            let share = shares.as_ref().map(|shares| shares[index]);
            if let Some(journey) = entry
                .value
                .as_ref()
                .and_then(|raw| self.journey(name, raw, share))
            {
                journeys.insert(name.clone(), journey);
            }
        }
        (journeys.len() == table.0.len()).then_some(journeys)
    }

    fn journey(&mut self, name: &str, raw: &RawJourney, share: Option<f64>) -> Option<Journey> {
        if let (Some((span, entry)), Some(services)) = (raw.entry.given(), self.raw.services.get())
        {
            let entry = Spanned {
                span: span.clone(),
                value: entry.clone(),
            };
            self.is_known(
                &entry,
                services,
                "service",
                &format!("journey {} enters at", quoted(name)),
            );
        }
        let path = format!("journeys.{name}.down_below");
        let Share(down_below) = self.value_or(&raw.down_below, &path, Share(DOWN_BELOW), "95%")?;
        if let (Some((span, _)), true) = (raw.down_below.given(), down_below <= 0.0) {
            self.refuse(
                span,
                format!("journey {} can never be down", quoted(name)),
                "above 0%",
                "write for example 95%",
            );
        }
        let revenue = raw.revenue.optional()?.map(|amount| amount.0);
        self.check_promise("slo", raw.slo.given());
        Some(Journey {
            slo: raw.slo.optional()?.map(|slo| slo.0),
            entry: raw.entry.get()?.0.clone(),
            share: share?,
            revenue,
            down_below,
        })
    }

    /// Shares in file order; those left out are equal parts of the remainder.
    fn journey_shares(&mut self, span: &Span, table: &Table<RawJourney>) -> Option<Vec<f64>> {
        let given: Option<Vec<Option<f64>>> = table
            .0
            .values()
            .map(|entry| {
                Some(
                    entry
                        .value
                        .as_ref()?
                        .share
                        .optional()?
                        .map(|Share(share)| share),
                )
            })
            .collect();
        let given = given?;
        let shares = self.fill_shares(span, "journeys", &given)?;
        for ((name, share), given) in table.names().zip(&shares).zip(&given) {
            if given.is_none() {
                self.apply_default(
                    format!("journeys.{name}.share"),
                    format_percentage(*share),
                    "an equal part of the remainder",
                );
            }
        }
        Some(shares)
    }

    /// Shares that add up to one; those left out are equal parts of the remainder.
    pub(super) fn fill_shares(
        &mut self,
        span: &Span,
        what: &str,
        given: &[Option<f64>],
    ) -> Option<Vec<f64>> {
        let sum: f64 = given.iter().flatten().sum();
        let left_out = given.iter().filter(|share| share.is_none()).count();
        let remainder = 1.0 - sum;
        let is_right = if left_out == 0 {
            remainder.abs() <= 1e-9
        } else {
            remainder > 1e-9
        };
        if is_right {
            let part = remainder / left_out.max(1) as f64;
            return Some(given.iter().map(|share| share.unwrap_or(part)).collect());
        }
        let shown = format_percentage(sum);
        let message = match left_out {
            0 => format!("the shares of the {what} add up to {shown}"),
            _ => format!(
                "the shares of the {what} add up to {shown}, which leaves nothing for those without a share"
            ),
        };
        self.refuse(
            span,
            message,
            "shares that add up to 100%",
            "leave a share out to make it the remainder",
        );
        None
    }

    /// One journey through each service that nobody calls; externals are nobody's entry.
    fn default_journeys(&mut self) -> Option<IndexMap<String, Journey>> {
        let (span, services) = self.raw.services.given()?;
        let own: Vec<&str> = services
            .0
            .iter()
            .filter(|(_, entry)| {
                entry
                    .value
                    .as_ref()
                    .is_none_or(|service| service.existence() != Existence::External)
            })
            .map(|(name, _)| name.as_str())
            .collect();
        let called: BTreeSet<&str> = services
            .iter()
            .filter_map(|(_, _, service)| service.calls.get())
            .flat_map(|calls| {
                calls
                    .0
                    .iter()
                    .flat_map(RawCall::names)
                    .map(|name| name.value.0.as_str())
            })
            .collect();
        let roots: Vec<&str> = if let [only] = own[..] {
            vec![only]
        } else {
            own.into_iter()
                .filter(|name| !called.contains(name))
                .collect()
        };
        if services.0.is_empty() {
            return None;
        }
        if roots.is_empty() {
            let hint = "add `journeys: { name: { entry: service } }`";
            self.refuse(
                span,
                "every service is called by another one, so no journey is plain",
                "`journeys`",
                hint,
            );
            return None;
        }
        let why = if roots.len() == 1 {
            "the service that nobody calls"
        } else {
            "the services that nobody calls, equal shares"
        };
        self.apply_default(
            "journeys",
            quoted_list(roots.iter().copied()).replace('`', ""),
            why,
        );
        self.apply_default("journeys.*.down_below", "95%", "default");
        let share = 1.0 / roots.len() as f64;
        let journey = |name: &str| Journey {
            entry: name.to_owned(),
            share,
            revenue: None,
            down_below: DOWN_BELOW,
            slo: None,
        };
        Some(
            roots
                .iter()
                .map(|name| ((*name).to_owned(), journey(name)))
                .collect(),
        )
    }
}
