//! The numbers of a model that its author believes rather than decides: rates, times, chances, prices.

use super::Draft;
use super::change::Change;
use super::language::Kind;
use super::scale::{decoded, number_times, seconds, with_odds_times};
use super::walk::{Spot, all_below, whole};
use crate::model::Distribution;
use crate::model::yaml::{Node, Value};
use crate::units::{format_duration, format_percentage, parse_probability};

/// A number that a model rests on.
#[derive(Debug, Clone, PartialEq)]
pub struct Assumption {
    /// The keys that lead to it.
    pub path: String,
    /// As it is written.
    pub written: String,
    /// What it is.
    pub quantity: Magnitude,
    /// Where it comes from, if the model says so.
    pub source: Option<String>,
}

/// What an assumption is a number of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Magnitude {
    /// A time whose mean is between two of which the author is 90 % sure \[s\].
    Range {
        /// The 5 % point.
        low: f64,
        /// The 95 % point.
        high: f64,
    },
    /// A time that is drawn, or a fixed one, by its mean \[s\].
    Time(f64),
    /// A chance or share.
    Probability(f64),
    /// Money, a rate or a size, in the units in which it is written.
    Amount,
}

impl Assumption {
    /// The change that makes it so many times what it is; `None` if that changes nothing. A range becomes that multiple of itself.
    #[must_use]
    pub fn times(&self, factor: f64) -> Option<Change> {
        match self.quantity {
            Magnitude::Probability(chance) if chance <= 0.0 || chance >= 1.0 => None,
            _ => Some(Change::multiply(&self.path, factor)),
        }
    }

    /// The change that makes a range known: an exponential time of this mean \[s\].
    #[must_use]
    pub fn known(&self, mean_seconds: f64) -> Option<Change> {
        match self.quantity {
            Magnitude::Range { .. } => Some(Change::set(&self.path, seconds(mean_seconds))),
            _ => None,
        }
    }

    /// Whether it is a price: it changes what things cost, and nothing that happens.
    #[must_use]
    pub fn is_price(&self) -> bool {
        let last = self.path.rsplit('.').next().unwrap_or_default();
        self.path.starts_with("costs.") || matches!(last, "price" | "revenue" | "cost")
    }

    /// So many times the value, in words.
    #[must_use]
    pub fn times_in_words(&self, factor: f64) -> String {
        match self.quantity {
            Magnitude::Probability(chance) => format_percentage(with_odds_times(chance, factor)),
            Magnitude::Time(mean) => format_duration(mean * factor),
            Magnitude::Range { .. } => format!("× {}", three_digits(factor)),
            Magnitude::Amount => number_times(&self.written, factor, three_digits)
                .unwrap_or_else(|| format!("× {}", three_digits(factor))),
        }
    }
}

fn three_digits(number: f64) -> f64 {
    format!("{number:.2e}").parse().unwrap_or(number)
}

/// Keys below each section that hold what somebody believes. What is missing is decided (replicas, probes, intervals), wished
/// (objectives) or defined (horizon).
const BELIEVED: [(&str, &[&str]); 9] = [
    (
        "services",
        &[
            "takeover",
            "takeover_success",
            "takeover_failed",
            "dormancy",
            "mtbf",
            "mttr",
            "price",
            "size",
            "writes",
        ],
    ),
    ("journeys", &["revenue"]),
    (
        "faults",
        &[
            "mtbf",
            "mttr",
            "capacity",
            "errors",
            "noticed",
            "probability",
        ],
    ),
    ("crews", &["dispatch", "night"]),
    (
        "failover",
        &[
            "detect",
            "decide",
            "activate",
            "reroute",
            "stuck",
            "success",
            "false_alarm",
            "mtbf",
            "fix",
            "disruption",
            "takes",
        ],
    ),
    ("replication", &["lag"]),
    ("backups", &["restore"]),
    ("drills", &["disruption", "cost"]),
    ("traffic", &["rate", "request"]),
];

fn is_believed(spot: &Spot) -> bool {
    let mut keys = spot.found.iter().map(|found| found.key.as_str());
    let section = keys.next().unwrap_or_default();
    let last = spot.found.last().map_or("", |found| found.key.as_str());
    let is_own = section == "topologies" && keys.nth(1) == Some("failover");
    let section = if is_own { "failover" } else { section };
    section == "costs"
        || BELIEVED
            .iter()
            .any(|(name, keys)| *name == section && keys.contains(&last))
}

impl Draft {
    /// The numbers written in the file that its author believes, in the order of the language.
    #[must_use]
    pub fn assumptions(&self) -> Vec<Assumption> {
        let mut all = Vec::new();
        all_below(&whole(&self.root), &mut all);
        let mut found: Vec<Assumption> = Vec::new();
        let mut inside: Option<String> = None;
        for spot in &all {
            let path = spot.path();
            let Some(node) = spot.node.as_ref().filter(|node| !node.is_null()) else {
                continue;
            };
            // A distribution is one assumption, however many numbers it has.
            if inside
                .as_ref()
                .is_some_and(|outer| path.starts_with(outer.as_str()))
            {
                continue;
            }
            if !is_believed(spot) {
                continue;
            }
            let Some(quantity) = self.quantity(spot.kind(), node) else {
                continue;
            };
            inside = Some(format!("{path}."));
            found.push(Assumption {
                path,
                written: node.written(),
                quantity,
                source: self.source_of(spot),
            });
        }
        found
    }

    /// What stands there, told by the kinds of the language, as changes are: the reader's own notes ([`crate::model::Quantity`]) have
    /// neither those kinds nor paths that can be told apart where names hold dots.
    fn quantity(&self, kind: Kind, node: &Node) -> Option<Magnitude> {
        match (kind, &*node.value) {
            (Kind::Time, _) => match decoded(node, self.folder.as_deref())? {
                Distribution::Between(range) => {
                    let z = crate::model::distribution::Z95;
                    Some(Magnitude::Range {
                        low: range.at(-z),
                        high: range.at(z),
                    })
                }
                Distribution::Never => None,
                law => Some(Magnitude::Time(law.mean())).filter(|_| law.mean() > 0.0),
            },
            (Kind::Duration, Value::Scalar { text, .. }) => {
                let seconds = crate::units::parse_duration(text).ok()?;
                (seconds > 0.0).then_some(Magnitude::Time(seconds))
            }
            (Kind::Probability, Value::Scalar { text, .. }) => {
                parse_probability(text).ok().map(Magnitude::Probability)
            }
            (Kind::Amount | Kind::Number, Value::Scalar { text, .. }) => text
                .contains(|c: char| c.is_ascii_digit())
                .then_some(Magnitude::Amount),
            _ => None,
        }
    }

    /// Where the quantity that is read there comes from.
    fn source_of(&self, spot: &Spot) -> Option<String> {
        let keys: Vec<&str> = spot.found.iter().map(|found| found.key.as_str()).collect();
        let path = keys.join(".");
        let mut quantities = self.model.quantities.iter();
        quantities
            .find(|quantity| quantity.path == path)?
            .source
            .clone()
    }
}
