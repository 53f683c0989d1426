//! From what was written to a [`Model`]: references, sums, limits, and every default filled in.
//!
//! Each check records what is wrong and goes on; a check whose inputs are already wrong is left out, so that one
//! mistake is told once.

// The outer `None` says that something is wrong, and recorded; the inner one that it is left out.
#![allow(clippy::option_option)]

mod calls;
mod cells;
mod data;
mod designs;
mod failover;
mod faults;
mod gray;
mod journeys;
mod left_out;
mod limits;
mod links;
mod money;
mod runbook;
mod services;
mod slo;
mod unused;
mod upkeep;

use indexmap::IndexMap;

use super::decode::{Name, Reader, Spanned};
use super::defaults::AppliedDefault;
use super::load::Origin;
use super::mapping::{Field, Table};
use super::problem::{Problem, Span, quoted, quoted_list, similar};
use super::raw::{RawModel, RawService};
use super::types::{Model, Region};
use super::values::Seconds;
use crate::units::{SECONDS_PER_YEAR, format_duration};

/// Mistakes after which no more similar names are looked for.
const MOST_HINTS: usize = 50;
/// Longest horizon and warm-up \[s\].
const MAX_HORIZON: f64 = 1000.0 * SECONDS_PER_YEAR;

/// The model, if nothing is wrong with it, and the defaults that it uses. Mistakes are added to the reader's.
pub(super) fn validate(
    raw: &RawModel,
    reader: &mut Reader,
) -> (Option<Model>, Vec<AppliedDefault>) {
    let currencies = std::mem::take(&mut reader.currencies);
    let mut checker = Checker {
        raw,
        problems: &mut reader.problems,
        defaults: Vec::new(),
    };
    let model = checker.model(&currencies);
    (model, checker.defaults)
}

/// The checks and what they share.
struct Checker<'a> {
    raw: &'a RawModel,
    problems: &'a mut Vec<Problem>,
    defaults: Vec<AppliedDefault>,
}

/// How a service exists, as far as the checks of other sections need to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Existence {
    Replicated(u32),
    Virtual,
    External,
}

impl RawService {
    fn existence(&self) -> Existence {
        match (self.external.get(), self.replicas.get()) {
            (Some(true), _) => Existence::External,
            (_, Some(0)) => Existence::Virtual,
            (_, replicas) => Existence::Replicated(replicas.copied().unwrap_or(1)),
        }
    }
}

impl Checker<'_> {
    fn model(&mut self, currencies: &[(Span, String)]) -> Option<Model> {
        let raw = self.raw;
        let horizon = self.length("horizon", &raw.horizon, SECONDS_PER_YEAR);
        let warm_up = self.length("warm_up", &raw.warm_up, 0.0);
        let currency = self.currency(currencies);
        let regions = self.regions();
        let services = self.services();
        self.check_cycles();
        let journeys = self.journeys();
        let crews = self.crews();
        let faults = self.faults(regions.as_ref());
        let replication = self.replication();
        let backups = self.backups();
        let drills = self.drills();
        let topologies = self.topologies(services.as_ref(), backups.as_ref());
        let topologies = self.with_canary(topologies);
        self.note_left_out_upkeep(topologies.as_ref());
        let objectives = self.objectives(horizon);
        let traffic = self.traffic();
        let costs = self.costs();
        let model = Model {
            name: raw.model.get()?.0.clone(),
            description: raw.description.optional()?.map(|text| text.0),
            horizon_seconds: horizon?,
            warm_up_seconds: warm_up?,
            currency: currency?,
            regions: regions?,
            services: services?,
            journeys: journeys?,
            faults: faults?,
            crews: crews?,
            topologies: topologies?,
            replication: replication?,
            backups: backups?,
            drills: drills?,
            objectives: objectives?,
            traffic: traffic?,
            costs: costs?,
            quantities: Vec::new(),
            origin: Origin::default(),
            hash: String::new(),
            unused: Vec::new(),
        };
        let model = Model {
            unused: self.unused(&model),
            ..model
        };
        if self.problems.is_empty() {
            self.check_cells(&model);
            self.check_events(&model);
        }
        Some(model)
    }

    fn refuse(
        &mut self,
        span: &Span,
        message: impl Into<String>,
        expected: &str,
        hint: impl Into<String>,
    ) {
        self.problems
            .push(Problem::at(span, message).expected(expected).hint(hint));
    }

    fn apply_default(
        &mut self,
        path: impl Into<String>,
        value: impl Into<String>,
        why: impl Into<String>,
    ) {
        self.defaults.push(AppliedDefault {
            path: path.into(),
            value: value.into(),
            why: why.into(),
        });
    }

    /// The value of a key, or its default, which is then noted.
    fn value_or<T: Clone>(
        &mut self,
        field: &Field<T>,
        path: &str,
        default: T,
        shown: &str,
    ) -> Option<T> {
        if field.is_absent() {
            self.apply_default(path, shown, "default");
        }
        field.or(default)
    }

    /// Whether a name is in a table; a mistake says what refers to it.
    fn is_known<T>(
        &mut self,
        name: &Spanned<Name>,
        table: &Table<T>,
        what: &str,
        referrer: &str,
    ) -> bool {
        let text = &name.value.0;
        if table.0.contains_key(text) {
            return true;
        }
        let near = self.near(text, table.names());
        let hint = match near {
            Some(near) => format!("did you mean {}?", quoted(near)),
            None if table.0.is_empty() => format!("the model has no {what}"),
            None if table.0.len() == 1 => {
                format!("the only {what} is {}", quoted_list(table.names()))
            }
            None if table.0.len() > 1000 => {
                format!("the model has {} {what}s, none of that name", table.0.len())
            }
            None => format!("the {what}s are {}", quoted_list(table.names())),
        };
        let message = format!("{referrer} {}, which is not a {what}", quoted(text));
        self.refuse(&name.span, message, &format!("the name of a {what}"), hint);
        false
    }

    /// A similar name. Looking for one takes long in large models, and only the first mistakes are shown.
    fn near<'n>(&self, text: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
        if self.problems.len() < MOST_HINTS {
            similar(text, names)
        } else {
            None
        }
    }

    fn length(&mut self, key: &str, field: &Field<Seconds>, default: f64) -> Option<f64> {
        let Seconds(seconds) =
            self.value_or(field, key, Seconds(default), &format_duration(default))?;
        let Some((span, _)) = field.given() else {
            return Some(seconds);
        };
        if key == "horizon" && seconds <= 0.0 {
            self.refuse(
                span,
                "the horizon is zero",
                "a duration above 0",
                "write for example 1y",
            );
            return None;
        }
        if seconds > MAX_HORIZON {
            self.refuse(
                span,
                format!("`{key}` is longer than 1000y"),
                "at most 1000y",
                "more trials say more than a longer one",
            );
            return None;
        }
        Some(seconds)
    }

    fn regions(&mut self) -> Option<IndexMap<String, Region>> {
        let (span, table) = self.raw.regions.given()?;
        if table.0.is_empty() {
            self.refuse(
                span,
                "the model has no region",
                "at least one region",
                "add for example us-east-1: { zones: 3 }",
            );
            return None;
        }
        self.check_count(span, table.0.len(), limits::MAX_REGIONS, "regions")?;
        let mut regions = IndexMap::new();
        for (name, entry) in &table.0 {
            let zones = entry
                .value
                .as_ref()
                .and_then(|region| self.zones(name, region));
            if let Some(zones) = zones {
                regions.insert(name.clone(), Region { zones });
            }
        }
        let zones = regions.values().map(|region| region.zones.len()).sum();
        self.check_count(span, zones, limits::MAX_ALL_ZONES, "zones")?;
        (regions.len() == table.0.len()).then_some(regions)
    }
}
