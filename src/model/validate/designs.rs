//! Topologies and backups.

use std::collections::BTreeSet;

use indexmap::IndexMap;

use super::Checker;
use super::limits::MAX_TOPOLOGIES;
use crate::model::decode::{Name, Spanned};
use crate::model::mapping::Field;
use crate::model::problem::{Span, quoted};
use crate::model::raw::{PatternWord, RawDetect, RawFailover, RawTopology};
use crate::model::types::{Backups, Pattern, Service, TopologySpec};
use crate::model::values::Share;
use crate::units::format_percentage;

/// What a warm standby runs, unless the model says otherwise.
const STANDBY_SCALE: f64 = 0.3;

impl Pattern {
    /// Regions that it uses, at least and at most.
    fn region_counts(self) -> (usize, usize) {
        match self {
            Self::SingleAz | Self::MultiAz => (1, 1),
            Self::BackupRestore | Self::PilotLight | Self::WarmStandby | Self::HotStandby => (2, 2),
            Self::ActiveActive => (2, usize::MAX),
        }
    }

    fn regions_in_words(self) -> &'static str {
        match self.region_counts() {
            (1, _) => "one region",
            (_, 2) => "two regions, the primary first",
            _ => "two regions or more",
        }
    }
}

fn pattern_of(word: PatternWord) -> Pattern {
    match word {
        PatternWord::SingleAz => Pattern::SingleAz,
        PatternWord::MultiAz => Pattern::MultiAz,
        PatternWord::BackupRestore => Pattern::BackupRestore,
        PatternWord::PilotLight => Pattern::PilotLight,
        PatternWord::WarmStandby => Pattern::WarmStandby,
        PatternWord::HotStandby => Pattern::HotStandby,
        PatternWord::ActiveActive => Pattern::ActiveActive,
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

/// One topology as it is looked at: given in the file, or added by default.
pub(super) struct Design<'a> {
    pub(super) name: &'a str,
    pub(super) span: &'a Span,
    pub(super) pattern: Pattern,
    pub(super) raw: Option<&'a RawTopology>,
}

impl Checker<'_> {
    pub(super) fn topologies(
        &mut self,
        services: Option<&IndexMap<String, Service>>,
        backups: Option<&Backups>,
    ) -> Option<IndexMap<String, TopologySpec>> {
        let raw = self.raw;
        let Some((span, table)) = raw.topologies.given() else {
            raw.topologies.optional()?;
            return self.default_topologies(services, backups);
        };
        if table.0.is_empty() {
            let hint = "remove the key for all seven patterns over the model's regions";
            self.refuse(
                span,
                "the model has no topology",
                "at least one topology",
                hint,
            );
            return None;
        }
        self.check_count(span, table.0.len(), MAX_TOPOLOGIES, "topologies")?;
        let mut topologies = IndexMap::new();
        for (name, entry) in &table.0 {
            let Some(topology) = entry.value.as_ref() else {
                continue;
            };
            let Some(word) = topology.pattern.get() else {
                continue;
            };
            let design = Design {
                name,
                span: &entry.span,
                pattern: pattern_of(*word),
                raw: Some(topology),
            };
            if let Some(spec) = self.topology(&design, services, backups) {
                topologies.insert(name.clone(), spec);
            }
        }
        (topologies.len() == table.0.len()).then_some(topologies)
    }

    /// All patterns for which the model has enough regions.
    fn default_topologies(
        &mut self,
        services: Option<&IndexMap<String, Service>>,
        backups: Option<&Backups>,
    ) -> Option<IndexMap<String, TopologySpec>> {
        let (span, regions) = self.raw.regions.given()?;
        let count = regions.0.len();
        let patterns = Pattern::ALL
            .into_iter()
            .filter(|pattern| pattern.region_counts().0 <= count);
        let patterns: Vec<Pattern> = patterns.collect();
        let names = patterns
            .iter()
            .map(|pattern| pattern.name())
            .collect::<Vec<_>>()
            .join(", ");
        self.apply_default(
            "topologies",
            names,
            "every pattern for which the model has enough regions",
        );
        let mut topologies = IndexMap::new();
        for pattern in patterns {
            let design = Design {
                name: pattern.name(),
                span,
                pattern,
                raw: None,
            };
            topologies.insert(
                pattern.name().to_owned(),
                self.topology(&design, services, backups)?,
            );
        }
        Some(topologies)
    }

    fn topology(
        &mut self,
        design: &Design<'_>,
        services: Option<&IndexMap<String, Service>>,
        backups: Option<&Backups>,
    ) -> Option<TopologySpec> {
        let before = self.problems.len();
        let regions = self.regions_of(design);
        self.check_keys_of_pattern(design);
        self.check_keys_of_rerouting(design);
        let standby_scale =
            self.scale(design, "standby_scale", Pattern::WarmStandby, STANDBY_SCALE);
        let scale = self.scale(design, "scale", Pattern::ActiveActive, 1.0);
        let split = regions
            .as_ref()
            .and_then(|regions| self.split(design, regions.len()));
        let cross_region_calls = match design.raw {
            Some(raw) => raw.cross_region_calls.optional(),
            None => Some(None),
        };
        let cells = self.cells(design);
        let failover = self.failover(design, services, backups);
        let canary = match design.raw {
            Some(raw) => self.canary(&raw.canary, &format!("topologies.{}", design.name)),
            None => Some(None),
        };
        let cross_region_calls = cross_region_calls?;
        if cross_region_calls.is_none() && design.pattern.region_counts().1 > 1 {
            self.apply_default(
                format!("topologies.{}.cross_region_calls", design.name),
                "false",
                "default",
            );
        }
        let spec = TopologySpec {
            pattern: design.pattern,
            regions: regions?,
            standby_scale: standby_scale?,
            scale: scale?,
            split: split?,
            cross_region_calls: cross_region_calls.unwrap_or(false),
            cells: cells?,
            failover: failover?,
            canary: canary?,
        };
        (self.problems.len() == before).then_some(spec)
    }

    fn regions_of(&mut self, design: &Design<'_>) -> Option<Vec<String>> {
        match design.raw.map(|raw| &raw.regions) {
            Some(Field::Wrong) => None,
            Some(Field::Given(span, list)) => self.given_regions(design, span, list),
            Some(Field::Absent) | None => self.first_regions(design),
        }
    }

    fn given_regions(
        &mut self,
        design: &Design<'_>,
        span: &Span,
        list: &[Spanned<Name>],
    ) -> Option<Vec<String>> {
        let before = self.problems.len();
        let mut seen = BTreeSet::new();
        for region in list {
            if let Some(regions) = self.raw.regions.get() {
                self.is_known(
                    region,
                    regions,
                    "region",
                    &format!("topology {} uses", quoted(design.name)),
                );
            }
            if !seen.insert(&region.value.0) {
                let message = format!(
                    "topology {} uses region {} twice",
                    quoted(design.name),
                    quoted(&region.value.0)
                );
                self.refuse(
                    &region.span,
                    message,
                    "each region once",
                    "name another region, or remove it",
                );
            }
        }
        let (least, most) = design.pattern.region_counts();
        if !(least..=most).contains(&list.len()) {
            let message = format!(
                "topology {} names {}",
                quoted(design.name),
                counted(list.len(), "region")
            );
            let hint = format!(
                "`{}` uses {}",
                design.pattern.name(),
                design.pattern.regions_in_words()
            );
            self.refuse(span, message, design.pattern.regions_in_words(), hint);
        }
        (self.problems.len() == before)
            .then(|| list.iter().map(|region| region.value.0.clone()).collect())
    }

    fn first_regions(&mut self, design: &Design<'_>) -> Option<Vec<String>> {
        let all: Vec<String> = self.raw.regions.get()?.names().map(str::to_owned).collect();
        let (least, most) = design.pattern.region_counts();
        if all.is_empty() {
            return None;
        }
        if all.len() < least {
            let message = format!(
                "topology {} needs {least} regions, the model has {}",
                quoted(design.name),
                counted(all.len(), "region")
            );
            let hint = "add a region under `regions`, or choose `single-az` or `multi-az`";
            self.refuse(
                design.span,
                message,
                design.pattern.regions_in_words(),
                hint,
            );
            return None;
        }
        let regions: Vec<String> = all.into_iter().take(most).collect();
        let why = if most == usize::MAX {
            "all regions of the model"
        } else {
            "the first of the model's regions"
        };
        self.apply_default(
            format!("topologies.{}.regions", design.name),
            format!("[{}]", regions.join(", ")),
            why,
        );
        Some(regions)
    }

    /// Refuses keys that the pattern does not use.
    fn check_keys_of_pattern(&mut self, design: &Design<'_>) {
        let Some(raw) = design.raw else { return };
        let place = |field: &Field<Share>| field.given().map(|(span, _)| span.clone());
        let is_active = design.pattern == Pattern::ActiveActive;
        let keys = [
            (
                "standby_scale",
                place(&raw.standby_scale),
                design.pattern == Pattern::WarmStandby,
                "warm-standby",
            ),
            ("scale", place(&raw.scale), is_active, "active-active"),
            (
                "split",
                raw.split.given().map(|(span, _)| span.clone()),
                is_active,
                "active-active",
            ),
            (
                "failover",
                raw.failover.given().map(|(span, _)| span.clone()),
                is_active || design.pattern.has_standby(),
                "a topology with two regions or more",
            ),
        ];
        for (key, span, fits, whose) in keys {
            if let (Some(span), false) = (span, fits) {
                let message = format!(
                    "`{key}` has no effect on topology {}, a `{}`",
                    quoted(design.name),
                    design.pattern.name()
                );
                self.refuse(
                    &span,
                    message,
                    &format!("no `{key}`"),
                    format!("remove it: it is a key of {whose}"),
                );
            }
        }
    }

    /// Refuses keys of its own `failover` that an active-active topology, which only reroutes, does not use.
    fn check_keys_of_rerouting(&mut self, design: &Design<'_>) {
        let failover = design.raw.and_then(|raw| raw.failover.get());
        let Some(failover) = failover.filter(|_| design.pattern == Pattern::ActiveActive) else {
            return;
        };
        let keys = [
            ("detect.from", place_of_probes(failover)),
            ("decide", place(&failover.decide)),
            ("activate", place(&failover.activate)),
            ("plan", place(&failover.plan)),
            ("success", place(&failover.success)),
            ("retry", place(&failover.retry)),
            ("false_alarm", place(&failover.false_alarm)),
            ("failback", place(&failover.failback)),
            ("rot", place(&failover.rot)),
        ];
        for (key, span) in keys {
            if let Some(span) = span {
                let message = format!(
                    "`failover.{key}` has no effect on topology {}, an `active-active`",
                    quoted(design.name)
                );
                let hint = "remove it: all of its regions serve, so that a loss is only detected and rerouted";
                self.refuse(&span, message, "only `detect` and `reroute`", hint);
            }
        }
    }

    /// A share of capacity above 0; its default is noted only for the pattern that uses it.
    fn scale(
        &mut self,
        design: &Design<'_>,
        key: &str,
        user: Pattern,
        default: f64,
    ) -> Option<f64> {
        let field = design.raw.map(|raw| {
            if key == "scale" {
                &raw.scale
            } else {
                &raw.standby_scale
            }
        });
        let Some(field) = field.filter(|field| field.is_present()) else {
            if design.pattern == user {
                self.apply_default(
                    format!("topologies.{}.{key}", design.name),
                    format_percentage(default),
                    "default",
                );
            }
            return Some(default);
        };
        let (span, Share(scale)) = field.given()?;
        if *scale > 0.0 {
            return Some(*scale);
        }
        self.refuse(
            span,
            format!("`{key}` of topology {} is 0", quoted(design.name)),
            "above 0%",
            "write for example 30%",
        );
        None
    }

    /// Shares of traffic of the regions in use.
    fn split(&mut self, design: &Design<'_>, regions: usize) -> Option<Vec<f64>> {
        if design.pattern != Pattern::ActiveActive {
            return Some(
                (0..regions)
                    .map(|index| if index == 0 { 1.0 } else { 0.0 })
                    .collect(),
            );
        }
        let Some(Field::Given(span, list)) = design.raw.map(|raw| &raw.split) else {
            design.raw.map_or(Some(None), |raw| raw.split.optional())?;
            self.apply_default(
                format!("topologies.{}.split", design.name),
                "equal",
                "default",
            );
            return Some(vec![1.0 / regions as f64; regions]);
        };
        if list.len() > regions || list.iter().any(|Share(share)| *share <= 0.0) {
            let message = format!(
                "topology {} has {regions} regions and a split of {}",
                quoted(design.name),
                list.len()
            );
            let message = if list.len() > regions {
                message
            } else {
                "a region has no share of the traffic".to_owned()
            };
            let hint = "give each region a share above 0, in the order of `regions`";
            self.refuse(span, message, "one share above 0 for each region", hint);
            return None;
        }
        let given: Vec<Option<f64>> = (0..regions)
            .map(|index| list.get(index).map(|Share(share)| *share))
            .collect();
        let split = self.fill_shares(span, "split", &given)?;
        if list.len() < regions {
            let shown = split
                .iter()
                .map(|share| format_percentage(*share))
                .collect::<Vec<_>>()
                .join(", ");
            self.apply_default(
                format!("topologies.{}.split", design.name),
                format!("[{shown}]"),
                "equal parts of the remainder",
            );
        }
        Some(split)
    }
}

/// Where a key is given.
fn place<T>(field: &Field<T>) -> Option<Span> {
    field.given().map(|(span, _)| span.clone())
}

/// Where it is said where probes come from.
fn place_of_probes(failover: &RawFailover) -> Option<Span> {
    match failover.detect.get() {
        Some(RawDetect::Probe(probe)) => probe.from.given().map(|(span, _)| span.clone()),
        Some(RawDetect::Drawn(_)) | None => None,
    }
}
