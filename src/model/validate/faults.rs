//! Faults, the places that they hit, and crews.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::limits::{MAX_FAULTS, Reach, Services};
use super::{Checker, Existence};
use crate::model::decode::{Name, Spanned};
use crate::model::mapping::Field;
use crate::model::problem::{quoted, quoted_list};
use crate::model::raw::{EffectWord, HitsWord, OrderWord, RawFault, RawModel, SpreadWord};
use crate::model::times::Time;
use crate::model::types::{
    Crew, CrewOrder, Cut, Effect, Fault, OnCall, Region, Renewal, Scope, Spread, SpreadScope,
    Strikes, ZoneFilter,
};

impl Scope {
    /// The name in model files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Replica => "replica",
            Self::ServiceInZone => "service-in-zone",
            Self::ServiceInRegion => "service-in-region",
            Self::Service => "service",
            Self::Zone => "zone",
            Self::Region => "region",
            Self::Cell => "cell",
            Self::ServiceInCell => "service-in-cell",
            Self::Everywhere => "everywhere",
            Self::ZoneLink => "zone-link",
            Self::RegionLink => "region-link",
        }
    }

    fn takes_regions(self) -> bool {
        !matches!(self, Self::Service | Self::Everywhere)
    }

    fn takes_zones(self) -> bool {
        matches!(
            self,
            Self::Replica | Self::ServiceInZone | Self::Zone | Self::ZoneLink
        )
    }

    /// Whether it is a link between two places.
    #[must_use]
    pub fn is_link(self) -> bool {
        matches!(self, Self::ZoneLink | Self::RegionLink)
    }
}

fn scope_of(hits: HitsWord) -> Scope {
    match hits {
        HitsWord::Replica => Scope::Replica,
        HitsWord::ServiceInZone => Scope::ServiceInZone,
        HitsWord::ServiceInRegion => Scope::ServiceInRegion,
        HitsWord::Service => Scope::Service,
        HitsWord::Zone => Scope::Zone,
        HitsWord::Region => Scope::Region,
        HitsWord::Cell => Scope::Cell,
        HitsWord::ServiceInCell => Scope::ServiceInCell,
        HitsWord::Everywhere => Scope::Everywhere,
        HitsWord::ZoneLink => Scope::ZoneLink,
        HitsWord::RegionLink => Scope::RegionLink,
    }
}

impl Checker<'_> {
    pub(super) fn faults(
        &mut self,
        regions: Option<&IndexMap<String, Region>>,
    ) -> Option<IndexMap<String, Fault>> {
        let (span, raw) = self.raw.faults.given()?;
        self.check_count(span, raw.0.len(), MAX_FAULTS, "faults")?;
        let services = existences(self.raw);
        let mut faults = IndexMap::new();
        for (name, entry) in &raw.0 {
            let fault = entry
                .value
                .as_ref()
                .and_then(|raw| self.fault(name, raw, regions));
            let Some(fault) = fault else { continue };
            if let (Some(services), Some(regions)) = (&services, regions)
                && !Reach::of(&fault, regions).has_place(&fault, services)
            {
                let message = format!("fault {} hits no place", quoted(name));
                let hint = "check that its `services`, `regions` and `zones` have a place in common, with replicas in it";
                self.refuse(&entry.span, message, "a fault with a place to hit", hint);
                continue;
            }
            if let Some(regions) = regions {
                self.check_linked_zones(name, &entry.span, &fault, regions);
            }
            faults.insert(name.clone(), fault);
        }
        (faults.len() == raw.0.len()).then_some(faults)
    }

    fn fault(
        &mut self,
        name: &str,
        raw: &RawFault,
        regions: Option<&IndexMap<String, Region>>,
    ) -> Option<Fault> {
        let before = self.problems.len();
        let scope = raw.hits.get().copied().map(scope_of);
        if let Some(scope) = scope {
            self.check_filters(name, raw, scope);
            self.check_shock_and_spread(name, raw, scope);
            self.check_gray(name, raw, scope);
        }
        let zones = match raw.zones.given() {
            Some((_, zones)) => regions
                .and_then(|regions| self.zone_filters(name, zones, regions))
                .map(Some),
            None => raw.zones.optional().map(|_| None),
        };
        self.check_mtbf(&raw.mtbf, &format!("fault {}", quoted(name)));
        self.check_crew(name, raw);
        let names = |field: &Field<Vec<Spanned<Name>>>| {
            field.optional().map(|list| {
                list.map(|list| {
                    list.into_iter()
                        .map(|name| name.value.0)
                        .collect::<Vec<_>>()
                })
            })
        };
        let strikes = raw
            .strikes
            .optional()?
            .map_or(Strikes::Place, |_| Strikes::Replicas);
        let spreads = match raw.spreads.get() {
            Some(spread) => Some(Spread {
                to: match spread.to.get()? {
                    SpreadWord::Zone => SpreadScope::Zone,
                    SpreadWord::Cell => SpreadScope::Cell,
                    SpreadWord::Region => SpreadScope::Region,
                    SpreadWord::Everywhere => SpreadScope::Everywhere,
                },
                probability: spread.probability.get()?.0,
            }),
            None => None,
        };
        let (effect, detection) = (self.effect(name, raw)?, self.detection(name, raw)?);
        let spread_over_cells = self.spread_over_cells(name, raw, scope?)?;
        self.note_left_out_of_fault(name, raw);
        let mut fault = Fault {
            hits: scope?,
            services: names(&raw.services)?,
            regions: names(&raw.regions)?,
            zones: zones?,
            cell: None,
            cut: Cut::BothWays,
            renewal: Renewal {
                mtbf: raw.mtbf.get()?.0.clone(),
                mttr: raw.mttr.get()?.0.clone(),
            },
            spread_over_cells,
            effect,
            detection,
            strikes,
            spreads,
            crew: raw.crew.optional()?.map(|name| name.0),
            priority: raw.priority.optional()?.unwrap_or(u32::MAX),
            source: raw.source.optional()?.map(|text| text.0),
            once: None,
        };
        self.cut_one_way(name, raw, &mut fault, regions);
        if fault.effect == Effect::Corrupt {
            self.corrupt(name, raw, &mut fault);
        }
        (self.problems.len() == before).then_some(fault)
    }

    /// Operating time of zero would mean endless failures.
    pub(super) fn check_mtbf(&mut self, mtbf: &Field<Time>, of: &str) {
        if let Some((span, time)) = mtbf.given()
            && time.0.mean() <= 0.0
        {
            self.refuse(
                span,
                format!("the `mtbf` of {of} is zero"),
                "a time above 0",
                "write for example 90d",
            );
        }
    }

    /// Checks that each filter can narrow such places, and that what it names is there.
    fn check_filters(&mut self, name: &str, raw: &RawFault, scope: Scope) {
        let filters = [
            ("services", &raw.services, !scope.is_link()),
            ("regions", &raw.regions, scope.takes_regions()),
            ("zones", &raw.zones, scope.takes_zones()),
        ];
        for (key, field, fits) in filters {
            let Some((span, list)) = field.given() else {
                continue;
            };
            if !fits {
                let message = format!(
                    "`{key}` cannot narrow fault {} of `hits: {}`",
                    quoted(name),
                    scope.name()
                );
                let hint = if scope.is_link() {
                    "remove it: a link has two ends and holds nothing"
                } else {
                    "remove it, or write `hits:` a smaller place"
                };
                self.refuse(span, message, &format!("no `{key}`"), hint);
            } else if list.is_empty() {
                let message = format!("fault {} hits no place: `{key}` is empty", quoted(name));
                self.refuse(
                    span,
                    message,
                    "at least one name",
                    format!("name some {key}, or remove the key for all"),
                );
            } else {
                self.check_repeats(list, key);
            }
        }
        if let (Some(list), Some(regions)) = (raw.regions.get(), self.raw.regions.get()) {
            for region in list {
                self.is_known(
                    region,
                    regions,
                    "region",
                    &format!("fault {} hits", quoted(name)),
                );
            }
        }
        self.check_services_of_fault(name, raw, scope);
    }

    fn check_repeats(&mut self, list: &[Spanned<Name>], key: &str) {
        let mut seen = BTreeSet::new();
        for entry in list {
            if !seen.insert(&entry.value.0) {
                let message = format!("{} is given twice in `{key}`", quoted(&entry.value.0));
                self.refuse(&entry.span, message, "each name once", "remove it");
            }
        }
    }

    fn check_services_of_fault(&mut self, name: &str, raw: &RawFault, scope: Scope) {
        let (Some(list), Some(services)) = (raw.services.get(), self.raw.services.get()) else {
            return;
        };
        let is_shock = raw.strikes.is_present();
        for service in list {
            if !self.is_known(
                service,
                services,
                "service",
                &format!("fault {} hits", quoted(name)),
            ) {
                continue;
            }
            let Some(existence) = services
                .get(&service.value.0)
                .map(crate::model::raw::RawService::existence)
            else {
                continue;
            };
            let (what, fits) = match existence {
                Existence::Replicated(_) => continue,
                Existence::Virtual => (
                    "has no replicas",
                    matches!(
                        scope,
                        Scope::Service | Scope::ServiceInRegion | Scope::ServiceInCell
                    ),
                ),
                Existence::External => ("is external", matches!(scope, Scope::Service)),
            };
            if !fits || is_shock {
                let message = format!(
                    "fault {} of `hits: {}` cannot hit {}, which {what}",
                    quoted(name),
                    scope.name(),
                    quoted(&service.value.0)
                );
                let hint = match existence {
                    Existence::External => {
                        "give the external service its own `mtbf` and `mttr`, or write `hits: service`"
                    }
                    _ => "write `hits: service-in-region` or `hits: service`",
                };
                self.refuse(&service.span, message, "a service with replicas", hint);
            }
        }
    }

    fn check_shock_and_spread(&mut self, name: &str, raw: &RawFault, scope: Scope) {
        let is_replica = scope == Scope::Replica;
        if let (Some((span, _)), true) = (raw.strikes.given(), is_replica || scope.is_link()) {
            let what = if is_replica {
                "one replica"
            } else {
                "no replica"
            };
            let message = format!("fault {} strikes {what}", quoted(name));
            self.refuse(
                span,
                message,
                "a place wider than a replica",
                "remove it, or write `hits: service-in-zone`",
            );
        }
        if let (Some((span, _)), false) = (raw.spreads.given(), is_replica) {
            let message = format!(
                "fault {} of `hits: {}` cannot spread",
                quoted(name),
                scope.name()
            );
            self.refuse(
                span,
                message,
                "`hits: replica`",
                "remove it, or write `hits: replica`",
            );
        }
        if matches!(raw.effect.get(), Some(EffectWord::Nothing)) {
            for (key, place) in [
                ("strikes", raw.strikes.given().map(|given| given.0)),
                ("spreads", raw.spreads.given().map(|given| given.0)),
            ] {
                if let Some(span) = place {
                    let message =
                        format!("fault {} has no effect, so `{key}` has none", quoted(name));
                    self.refuse(
                        span,
                        message,
                        &format!("no `{key}`"),
                        "remove it, or write `effect: down`",
                    );
                }
            }
        }
    }

    fn zone_filters(
        &mut self,
        fault: &str,
        list: &[Spanned<Name>],
        regions: &IndexMap<String, Region>,
    ) -> Option<Vec<ZoneFilter>> {
        let filters: Vec<Option<ZoneFilter>> = list
            .iter()
            .map(|zone| self.zone_filter(fault, zone, regions))
            .collect();
        filters.into_iter().collect()
    }

    /// A zone of every region, or `region/zone`.
    pub(super) fn zone_filter(
        &mut self,
        fault: &str,
        zone: &Spanned<Name>,
        regions: &IndexMap<String, Region>,
    ) -> Option<ZoneFilter> {
        let text = &zone.value.0;
        if regions.values().any(|region| region.zones.contains(text)) {
            return Some(ZoneFilter {
                region: None,
                zone: text.clone(),
            });
        }
        for (at, _) in text.match_indices('/') {
            let (region, zone) = (&text[..at], &text[at + 1..]);
            if regions
                .get(region)
                .is_some_and(|region| region.zones.iter().any(|known| known == zone))
            {
                return Some(ZoneFilter {
                    region: Some(region.to_owned()),
                    zone: zone.to_owned(),
                });
            }
        }
        let full: Vec<String> = regions
            .iter()
            .flat_map(|(name, region)| {
                region
                    .zones
                    .iter()
                    .map(move |zone| format!("{name}/{zone}"))
            })
            .take(8)
            .collect();
        let message = format!(
            "fault {} hits {}, which is not a zone",
            quoted(fault),
            quoted(text)
        );
        let hint = format!(
            "write a zone such as `a`, or for example {}",
            quoted_list(full.iter().map(String::as_str))
        );
        self.refuse(&zone.span, message, "the name of a zone", hint);
        None
    }

    fn check_crew(&mut self, name: &str, raw: &RawFault) {
        let Some((span, crew)) = raw.crew.given() else {
            return;
        };
        let crew = Spanned {
            span: span.clone(),
            value: crew.clone(),
        };
        let none = crate::model::mapping::Table(IndexMap::new());
        let crews = match &self.raw.crews {
            Field::Given(_, crews) => crews,
            Field::Absent => &none,
            Field::Wrong => return,
        };
        self.is_known(
            &crew,
            crews,
            "crew",
            &format!("fault {} is repaired by", quoted(name)),
        );
    }

    pub(super) fn crews(&mut self) -> Option<IndexMap<String, Crew>> {
        let Some(raw) = self.raw.crews.optional()? else {
            return Some(IndexMap::new());
        };
        let mut crews = IndexMap::new();
        for (name, _, crew) in raw.iter() {
            let size = self.value_or(&crew.size, &format!("crews.{name}.size"), 1, "1")?;
            if let (Some((span, _)), 0) = (crew.size.given(), size) {
                self.refuse(
                    span,
                    format!("crew {} has no member", quoted(name)),
                    "at least 1",
                    "write for example 1",
                );
                return None;
            }
            let order = match self.value_or(
                &crew.order,
                &format!("crews.{name}.order"),
                OrderWord::Fifo,
                "fifo",
            )? {
                OrderWord::Fifo => CrewOrder::Fifo,
                OrderWord::Random => CrewOrder::Random,
                OrderWord::Priority => CrewOrder::Priority,
            };
            self.note_left_out_of_crew(name, crew);
            let dispatch = crew.dispatch.optional()?.map(|time| time.0);
            let on_call = match &crew.on_call {
                Field::Given(_, on_call) => Some(OnCall {
                    hours: *on_call.hours.get()?,
                    night: on_call.night.get()?.0.clone(),
                }),
                Field::Absent => None,
                Field::Wrong => return None,
            };
            crews.insert(
                name.to_owned(),
                Crew {
                    size,
                    order,
                    dispatch,
                    on_call,
                },
            );
        }
        (crews.len() == raw.0.len()).then_some(crews)
    }
}

/// All services, if each of them was read.
fn existences(raw: &RawModel) -> Option<Services<'_>> {
    let services = raw.services.get()?;
    let is_complete = services.0.values().all(|entry| entry.value.is_some());
    (is_complete && !services.0.is_empty()).then(|| {
        services
            .iter()
            .map(|(name, _, raw)| (name, raw.existence()))
            .collect()
    })
}
