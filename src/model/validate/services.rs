//! Zones of a region, and services one by one.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::{Checker, Existence, limits};
use crate::model::mapping::Field;
use crate::model::problem::{Span, quoted};
use crate::model::raw::{
    Calls, Kind, RawData, RawRegion, RawService, RawTargets, TakeoverOn, Zones,
};
use crate::model::types::{
    Call, CallKind, CallTargets, Data, Renewal, Service, ServiceKind, Takeover, TakeoverTrigger,
};
use crate::model::values::{ByteRate, CountOrShare, Share};

/// Keys of a service that only replicas can have.
type ReplicaKey = (&'static str, fn(&RawService) -> Option<Span>);

fn place<T>(field: &Field<T>) -> Option<Span> {
    field.given().map(|(span, _)| span.clone())
}

const TAKEOVER_KEYS: [ReplicaKey; 4] = [
    ("takeover_success", |raw| place(&raw.takeover_success)),
    ("takeover_failed", |raw| place(&raw.takeover_failed)),
    ("takeover_on", |raw| place(&raw.takeover_on)),
    ("dormancy", |raw| place(&raw.dormancy)),
];

const REPLICA_KEYS: [ReplicaKey; 6] = [
    // A service that is only logic may say that it needs none.
    ("needs", |raw| {
        place(&raw.needs).filter(|_| raw.needs.get() != Some(&CountOrShare::Count(0)))
    }),
    ("price", |raw| place(&raw.price)),
    ("takeover", |raw| place(&raw.takeover)),
    ("data", |raw| place(&raw.data)),
    ("cells", |raw| place(&raw.cells)),
    ("per_cell", |raw| place(&raw.per_cell)),
];

const EXTERNAL_KEYS: [ReplicaKey; 3] = [
    ("mtbf", |raw| place(&raw.mtbf)),
    ("mttr", |raw| place(&raw.mttr)),
    ("in", |raw| place(&raw.region)),
];

impl Checker<'_> {
    /// Names of the zones of a region.
    pub(super) fn zones(&mut self, region: &str, raw: &RawRegion) -> Option<Vec<String>> {
        let (span, zones) = raw.zones.given()?;
        let hint = "write [a, b, c] or 3";
        match zones {
            Zones::Count(0) => {
                self.refuse(
                    span,
                    format!("region {} has no zone", quoted(region)),
                    "at least one zone",
                    hint,
                );
                None
            }
            Zones::Count(count) if *count > limits::MAX_ZONES => {
                let message = format!("region {} has {count} zones", quoted(region));
                self.refuse(
                    span,
                    message,
                    "at most 1000 zones",
                    "real regions have three to six",
                );
                None
            }
            Zones::Count(count) => Some((0..*count).map(zone_name).collect()),
            Zones::Names(names) if names.is_empty() || names.len() > limits::MAX_ZONES as usize => {
                let message = format!("region {} has {} zones", quoted(region), names.len());
                self.refuse(span, message, "1 to 1000 zones", hint);
                None
            }
            Zones::Names(names) => {
                let mut seen = BTreeSet::new();
                for name in names {
                    if !seen.insert(&name.value.0) {
                        let message = format!(
                            "zone {} is given twice in region {}",
                            quoted(&name.value.0),
                            quoted(region)
                        );
                        self.refuse(&name.span, message, "each zone once", "remove it");
                    }
                }
                Some(names.iter().map(|name| name.value.0.clone()).collect())
            }
        }
    }

    pub(super) fn services(&mut self) -> Option<IndexMap<String, Service>> {
        let (span, table) = self.raw.services.given()?;
        if table.0.is_empty() {
            self.refuse(
                span,
                "the model has no service",
                "at least one service",
                "add for example api: { replicas: 3 }",
            );
            return None;
        }
        let mut services = IndexMap::new();
        for (name, entry) in &table.0 {
            if let Some(service) = entry
                .value
                .as_ref()
                .and_then(|raw| self.service(name, &entry.span, raw))
            {
                services.insert(name.clone(), service);
            }
        }
        self.check_replicas_of_a_region(span);
        (services.len() == table.0.len()).then_some(services)
    }

    fn service(&mut self, name: &str, span: &Span, raw: &RawService) -> Option<Service> {
        let calls = match raw.calls.optional()? {
            Some(calls) => self.calls(name, &calls),
            None => Some(Vec::new()),
        };
        let kind = match raw.existence() {
            Existence::External => self.external(name, span, raw),
            Existence::Virtual => {
                self.refuse_keys(
                    name,
                    raw,
                    &REPLICA_KEYS,
                    "has no replicas",
                    "remove it: `replicas: 0` is logic only",
                );
                self.refuse_keys(
                    name,
                    raw,
                    &TAKEOVER_KEYS,
                    "has no replicas",
                    "remove it: `replicas: 0` is logic only",
                );
                self.refuse_external_keys(name, raw);
                Some(ServiceKind::Virtual)
            }
            Existence::Replicated(replicas) => {
                self.refuse_external_keys(name, raw);
                self.replicated(name, replicas, raw)
            }
        };
        let data = match raw.data.optional()? {
            Some(data) => Some(self.data(name, &data)?),
            None => None,
        };
        let (slo, sla) = self.promises_of_service(name, raw)?;
        let cells = self.cell_use(name, raw)?;
        Some(Service {
            kind: kind?,
            calls: calls?,
            price_per_hour: raw.price.optional()?.map(|price| price.0),
            data,
            slo,
            sla,
            cells,
        })
    }

    fn refuse_keys(
        &mut self,
        name: &str,
        raw: &RawService,
        keys: &[ReplicaKey],
        why: &str,
        hint: &str,
    ) {
        for (key, place) in keys {
            if let Some(span) = place(raw) {
                self.refuse(
                    &span,
                    format!("service {} {why}, but `{key}` is given", quoted(name)),
                    &format!("no `{key}`"),
                    hint,
                );
            }
        }
    }

    fn refuse_external_keys(&mut self, name: &str, raw: &RawService) {
        let hint = "add `external: true`, or describe failures of your own services under `faults`";
        self.refuse_keys(name, raw, &EXTERNAL_KEYS, "is not external", hint);
    }

    fn external(&mut self, name: &str, span: &Span, raw: &RawService) -> Option<ServiceKind> {
        let hint = "remove it: an external service is someone else's and is not deployed";
        self.refuse_keys(
            name,
            raw,
            &[("replicas", |raw| place(&raw.replicas))],
            "is external",
            hint,
        );
        self.refuse_keys(name, raw, &REPLICA_KEYS, "is external", hint);
        self.refuse_keys(name, raw, &TAKEOVER_KEYS, "is external", hint);
        self.refuse_keys(
            name,
            raw,
            &[("calls", |raw| place(&raw.calls))],
            "is external",
            hint,
        );
        let region = match raw.region.given() {
            Some((place, region)) => {
                let region = crate::model::decode::Spanned {
                    span: place.clone(),
                    value: region.clone(),
                };
                if let Some(regions) = self.raw.regions.get() {
                    self.is_known(
                        &region,
                        regions,
                        "region",
                        &format!("service {} is in", quoted(name)),
                    );
                }
                Some(region.value.0)
            }
            None => None,
        };
        let failure = match (raw.mtbf.optional()?, raw.mttr.optional()?) {
            (Some(mtbf), Some(mttr)) => {
                self.check_mtbf(&raw.mtbf, &format!("service {}", quoted(name)));
                Some(Renewal {
                    mtbf: mtbf.0,
                    mttr: mttr.0,
                })
            }
            (None, None) => {
                if region.is_none() {
                    self.apply_default(
                        format!("services.{name}.mtbf"),
                        "never",
                        "an external service without `mtbf` never fails",
                    );
                }
                None
            }
            (given, _) => {
                let (has, lacks) = if given.is_some() {
                    ("mtbf", "mttr")
                } else {
                    ("mttr", "mtbf")
                };
                let message = format!(
                    "external service {} has `{has}`, but no `{lacks}`",
                    quoted(name)
                );
                self.refuse(
                    span,
                    message,
                    "both `mtbf` and `mttr`, or neither",
                    format!("add `{lacks}: …`"),
                );
                None
            }
        };
        Some(ServiceKind::External { region, failure })
    }

    fn replicated(&mut self, name: &str, replicas: u32, raw: &RawService) -> Option<ServiceKind> {
        if raw.replicas.is_absent() {
            self.apply_default(format!("services.{name}.replicas"), "1", "default");
        }
        let needs = self.needs(name, replicas, raw);
        let takeover = if raw.takeover.is_present() {
            Some(self.takeover(name, raw)?)
        } else {
            self.refuse_keys(
                name,
                raw,
                &TAKEOVER_KEYS,
                "has no `takeover`",
                "add `takeover: …`, or remove it",
            );
            None
        };
        Some(ServiceKind::Replicated {
            replicas,
            needs: needs?,
            takeover,
        })
    }

    fn needs(&mut self, name: &str, replicas: u32, raw: &RawService) -> Option<u32> {
        match raw.needs.given() {
            None => {
                raw.needs.optional()?;
                self.apply_default(format!("services.{name}.needs"), "1", "default");
                Some(1)
            }
            Some((_, CountOrShare::Share(share))) => Some(needs_of_share(*share, replicas)),
            Some((span, CountOrShare::Count(0))) => {
                let hint = "write 1 or more; for a service that is only logic write `replicas: 0`";
                self.refuse(
                    span,
                    format!("service {} needs no replica", quoted(name)),
                    "at least 1",
                    hint,
                );
                None
            }
            Some((span, CountOrShare::Count(needs))) if *needs > replicas => {
                raw.replicas.optional()?;
                let message = format!(
                    "service {} needs {needs} of {replicas} replicas",
                    quoted(name)
                );
                self.refuse(
                    span,
                    message,
                    "at most the number of replicas",
                    "lower `needs`, or raise `replicas`",
                );
                None
            }
            Some((_, CountOrShare::Count(needs))) => Some(*needs),
        }
    }

    fn takeover(&mut self, name: &str, raw: &RawService) -> Option<Takeover> {
        let at = |key: &str| format!("services.{name}.{key}");
        let Share(success) = self.value_or(
            &raw.takeover_success,
            &at("takeover_success"),
            Share(1.0),
            "100%",
        )?;
        let on = self.value_or(
            &raw.takeover_on,
            &at("takeover_on"),
            TakeoverOn::Primary,
            "primary",
        )?;
        let Share(dormancy) = self.value_or(&raw.dormancy, &at("dormancy"), Share(1.0), "100%")?;
        let failed = raw.takeover_failed.optional()?;
        if failed.is_none() && success < 1.0 {
            self.apply_default(
                at("takeover_failed"),
                "another draw of `takeover`",
                "default",
            );
        }
        let takes = raw.takeover.get()?.0.clone();
        if let Some((span, _)) = raw.takeover_success.given() {
            if success <= 0.0 {
                self.refuse(
                    span,
                    format!("a takeover of {} never succeeds", quoted(name)),
                    "above 0%",
                    "write for example 99%",
                );
                return None;
            }
            if success < 1.0 && failed.is_none() && takes.mean() == 0.0 {
                let hint = "give `takeover_failed`, or a longer `takeover`";
                self.refuse(
                    span,
                    "a takeover that failed costs no time",
                    "a time that a failed takeover costs",
                    hint,
                );
                return None;
            }
        }
        let on = match on {
            TakeoverOn::Primary => TakeoverTrigger::Primary,
            TakeoverOn::Any => TakeoverTrigger::Any,
        };
        Some(Takeover {
            takes,
            success,
            failed: failed.map(|time| time.0),
            on,
            dormancy,
        })
    }

    fn data(&mut self, name: &str, raw: &RawData) -> Option<Data> {
        let ByteRate(writes) = self.value_or(
            &raw.writes,
            &format!("services.{name}.data.writes"),
            ByteRate(0.0),
            "0MB/s",
        )?;
        Some(Data {
            size_bytes: raw.size.get()?.0,
            writes_bytes_per_second: writes,
        })
    }

    /// The calls of a service; `None` if one of them is wrong.
    fn calls(&mut self, caller: &str, raw: &Calls) -> Option<Vec<Call>> {
        let services = self.raw.services.get()?;
        let referrer = format!("service {} calls", quoted(caller));
        let mut calls = Vec::with_capacity(raw.0.len());
        let mut all_known = true;
        for call in &raw.0 {
            let names = call.names();
            for name in names {
                all_known &= self.is_known(name, services, "service", &referrer);
            }
            all_known &= self.is_group_right(caller, call);
            let owned = || names.iter().map(|name| name.value.0.clone()).collect();
            let targets = match &call.targets {
                RawTargets::One(name) => CallTargets::One(name.value.0.clone()),
                RawTargets::Any(_) => CallTargets::AtLeast(1, owned()),
                RawTargets::AtLeast(_, count, _) => CallTargets::AtLeast(*count, owned()),
            };
            let kind = match call.kind {
                Kind::Required => CallKind::Required,
                Kind::Optional => CallKind::Optional,
                Kind::Async => CallKind::Async,
            };
            let call = Call { targets, kind };
            if calls.contains(&call)
                && let Some(name) = names.first()
            {
                let message = format!(
                    "service {} makes the same call to {} twice",
                    quoted(caller),
                    quoted(&name.value.0)
                );
                let hint =
                    "remove one: a call says that there is an edge, not how often it is used";
                self.refuse(&name.span, message, "each call once", hint);
                all_known = false;
            }
            calls.push(call);
        }
        all_known.then_some(calls)
    }

    /// Checks the size of an `any` or `at_least` group, and that it names each service once.
    fn is_group_right(&mut self, caller: &str, call: &crate::model::raw::RawCall) -> bool {
        let names = call.names();
        let before = self.problems.len();
        if names.is_empty() {
            let message = format!("service {} calls any of no services", quoted(caller));
            self.refuse(
                &call.span,
                message,
                "at least one service",
                "name the services, or remove the call",
            );
            return false;
        }
        let mut seen = BTreeSet::new();
        for name in names {
            if !seen.insert(&name.value.0) {
                let message = format!(
                    "service {} is given twice in one group",
                    quoted(&name.value.0)
                );
                self.refuse(
                    &name.span,
                    message,
                    "each service once",
                    "remove it, or name another one",
                );
            }
        }
        if let RawTargets::AtLeast(span, count, _) = &call.targets
            && (*count == 0 || *count as usize > names.len())
        {
            let caller = quoted(caller);
            let message = format!("service {caller} calls at least {count} of {}", names.len());
            let expected = "a number from 1 to the number of services";
            self.refuse(span, message, expected, "change `at_least` or `of`");
        }
        self.problems.len() == before
    }
}

/// A share of the replicas as a count: to the nearest, half up, at least 1.
pub(super) fn needs_of_share(share: f64, replicas: u32) -> u32 {
    // A tiny excess keeps 29 % of 50, 14.499999999999998 in binary, at its half.
    ((share * f64::from(replicas) + 0.5 + 1e-9).floor() as u32).clamp(1, replicas)
}

/// `a` to `z`, then `aa`, `ab` and so on.
fn zone_name(index: u32) -> String {
    let letter = char::from(b'a' + (index % 26) as u8);
    match index / 26 {
        0 => letter.to_string(),
        rest => format!("{}{letter}", zone_name(rest - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::{needs_of_share, zone_name};

    #[test]
    fn a_percentage_of_replicas_rounds_half_up_to_at_least_one() {
        assert_eq!(needs_of_share(0.67, 6), 4);
        assert_eq!(needs_of_share(0.5, 5), 3);
        assert_eq!(needs_of_share(0.29, 50), 15);
        assert_eq!(needs_of_share(0.0, 3), 1);
        assert_eq!(needs_of_share(1.0, 3), 3);
    }

    #[test]
    fn zones_are_named_in_order() {
        let names: Vec<String> = [0, 1, 25, 26, 27, 52].into_iter().map(zone_name).collect();
        assert_eq!(names, ["a", "b", "z", "aa", "ab", "ba"]);
    }
}
