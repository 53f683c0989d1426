//! Faults of links: cuts in one direction, and how many zones a region may have whose links fail.

use indexmap::IndexMap;

use super::Checker;
use super::limits::Reach;
use crate::model::decode::{Name, Spanned};
use crate::model::mapping::Field;
use crate::model::problem::{Span, quoted};
use crate::model::raw::RawFault;
use crate::model::types::{Cut, Fault, Region, Scope};

/// Most zones of a region whose links fail: the ways between two of them are listed one by one.
const MAX_LINKED_ZONES: u32 = 5;

impl Checker<'_> {
    /// Reads `from` and `to`: the two ends take the place of a filter, in this order.
    pub(super) fn cut_one_way(
        &mut self,
        name: &str,
        raw: &RawFault,
        fault: &mut Fault,
        regions: Option<&IndexMap<String, Region>>,
    ) {
        let (from, to) = match (raw.from.given(), raw.to.given()) {
            (None, None) => return,
            (Some(from), Some(to)) => (from, to),
            (Some((span, _)), None) | (None, Some((span, _))) => {
                if raw.from.is_absent() || raw.to.is_absent() {
                    let message = format!("fault {} has one end of a direction", quoted(name));
                    let hint = "give the other end, or remove it for a cut both ways";
                    self.refuse(span, message, "both `from` and `to`", hint);
                }
                return;
            }
        };
        if !fault.hits.is_link() {
            let message = format!(
                "fault {} of `hits: {}` has no direction",
                quoted(name),
                fault.hits.name()
            );
            let hint = "remove them, or write `hits: zone-link` or `hits: region-link`";
            self.refuse(from.0, message, "no `from` and `to`", hint);
            return;
        }
        let filter = match fault.hits {
            Scope::ZoneLink => ("zones", raw.zones.given().map(|(span, _)| span)),
            _ => ("regions", raw.regions.given().map(|(span, _)| span)),
        };
        if let (key, Some(span)) = filter {
            let message = format!("`{key}` cannot narrow a cut in one direction");
            self.refuse(span, message, "`from` and `to` alone", "remove it");
            return;
        }
        if from.1 == to.1 {
            let message = format!("fault {} cuts a place from itself", quoted(name));
            self.refuse(to.0, message, "two places", "name another end");
            return;
        }
        let ends = [from, to].map(|(span, name)| Spanned {
            span: span.clone(),
            value: name.clone(),
        });
        fault.cut = Cut::OneWay;
        match fault.hits {
            Scope::ZoneLink => self.one_way_between_zones(name, &ends, fault, regions),
            _ => self.one_way_between_regions(name, &ends, fault),
        }
    }

    fn one_way_between_zones(
        &mut self,
        name: &str,
        ends: &[Spanned<Name>; 2],
        fault: &mut Fault,
        regions: Option<&IndexMap<String, Region>>,
    ) {
        let Some(regions) = regions else {
            return;
        };
        let [from, to] = ends
            .each_ref()
            .map(|end| self.zone_filter(name, end, regions));
        let (Some(from), Some(to)) = (from, to) else {
            return;
        };
        if let (Some(here), Some(there)) = (&from.region, &to.region)
            && here != there
        {
            let message = format!("the ends of fault {} are in two regions", quoted(name));
            let hint = "name zones of one region, or write `hits: region-link`";
            self.refuse(&ends[1].span, message, "two zones of one region", hint);
        } else if from.zone == to.zone {
            let message = format!("fault {} cuts a place from itself", quoted(name));
            self.refuse(&ends[1].span, message, "two zones", "name another end");
        } else {
            fault.zones = Some(vec![from, to]);
        }
    }

    fn one_way_between_regions(
        &mut self,
        name: &str,
        ends: &[Spanned<Name>; 2],
        fault: &mut Fault,
    ) {
        let Field::Given(_, regions) = &self.raw.regions else {
            return;
        };
        for end in ends {
            self.is_known(
                end,
                regions,
                "region",
                &format!("fault {} hits", quoted(name)),
            );
        }
        fault.regions = Some(ends.iter().map(|end| end.value.0.clone()).collect());
    }

    /// Refuses faults of links in a region of many zones.
    pub(super) fn check_linked_zones(
        &mut self,
        name: &str,
        span: &Span,
        fault: &Fault,
        regions: &IndexMap<String, Region>,
    ) {
        let n_zones = match fault.hits {
            Scope::ZoneLink => Reach::of(fault, regions).most_linked_zones(),
            _ => 0,
        };
        if n_zones > MAX_LINKED_ZONES {
            let message = format!(
                "fault {} hits links in a region of {n_zones} zones",
                quoted(name)
            );
            let expected = format!("at most {MAX_LINKED_ZONES} zones in a region whose links fail");
            let hint = "narrow the fault by `regions`, or let one zone stand for several";
            self.refuse(span, message, &expected, hint);
        }
    }
}
