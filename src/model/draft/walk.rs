//! From a path to a place in the tree of a model file, and all places that there are.

use super::Draft;
use super::change::ChangeError;
use super::language::{self, Form, Kind, fitting, kind};
use super::paths::{keys, nearest, shown};
use crate::model::problem::{quoted, quoted_list};
use crate::model::yaml::{Entry, Node, Value};

/// Under a time that is drawn: its mean, changing which keeps its shape.
pub(super) const MEAN: &str = "mean";

/// A value of a model, or one that it leaves out.
#[derive(Debug, Clone, PartialEq)]
pub struct Place {
    /// The keys that lead to it, as they would be written.
    pub path: String,
    /// What kind of value it is.
    pub kind: Kind,
    /// What is written there; `None` if the file leaves it out.
    pub written: Option<String>,
    /// Whether it is a time with a shape other than exponential.
    pub is_shaped: bool,
}

/// One key of a path, found in the tree.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Its name, or its number in a list.
    pub(super) key: String,
    pub(super) index: Option<usize>,
}

/// Somewhere in the tree.
#[derive(Debug, Clone)]
pub(super) struct Spot {
    pub(super) found: Vec<Found>,
    pub(super) forms: Vec<Form>,
    pub(super) node: Option<Node>,
}

impl Spot {
    pub(super) fn kind(&self) -> Kind {
        kind(&self.forms, self.node.as_ref())
    }

    pub(super) fn path(&self) -> String {
        shown(self.found.iter().map(|found| found.key.as_str()))
    }

    fn given(&self) -> Option<&Node> {
        self.node.as_ref().filter(|node| !node.is_null())
    }

    fn below(&self, key: &str, index: Option<usize>, forms: Vec<Form>, node: Option<Node>) -> Self {
        let mut found = self.found.clone();
        let key = key.to_owned();
        found.push(Found { key, index });
        Self { found, forms, node }
    }

    /// What is, or may be put, under it.
    pub(super) fn children(&self) -> Vec<Self> {
        let node = self.given();
        let forms = fitting(&self.forms, node);
        match node.map(|node| &*node.value) {
            Some(Value::Sequence(nodes)) => {
                let items: Vec<Form> = forms
                    .iter()
                    .filter_map(|form| form.items())
                    .flatten()
                    .collect();
                let each = nodes.iter().enumerate();
                each.map(|(index, node)| {
                    let key = step_name(node, nodes).unwrap_or_else(|| index.to_string());
                    self.below(&key, Some(index), items.clone(), Some(node.clone()))
                })
                .collect()
            }
            Some(Value::Scalar { .. }) => Vec::new(),
            Some(Value::Mapping(entries)) => {
                let mut children = self.known_keys(&forms);
                for forms in forms.iter().filter_map(|form| form.entries()) {
                    children.extend(entries.iter().map(|entry| {
                        self.below(&entry.key, None, forms.clone(), Some(entry.node.clone()))
                    }));
                }
                children
            }
            // The shape of a time is chosen as a whole.
            None => {
                let records: Vec<Form> = forms.into_iter().filter(|form| !form.is_time()).collect();
                self.known_keys(&records)
            }
        }
    }

    /// Fixed keys, with what stands under them.
    fn known_keys(&self, forms: &[Form]) -> Vec<Self> {
        let mut children: Vec<Self> = Vec::new();
        for form in forms {
            for (key, below) in form.keys() {
                let is_new = children
                    .iter()
                    .all(|child| child.found.last().is_some_and(|found| found.key != key));
                if is_new && !language::is_later(form, key) {
                    let node = self.given().and_then(|node| node.under(key));
                    children.push(self.below(key, None, below, node.cloned()));
                }
            }
        }
        children
    }

    /// What is, or may be put, under a key.
    fn child(&self, key: &str) -> Option<Self> {
        let children = self.children();
        let by_name = children
            .iter()
            .find(|child| child.found.last().is_some_and(|found| found.key == key));
        by_name.cloned().or_else(|| {
            let index: usize = key.parse().ok()?;
            children.into_iter().find(|child| {
                child
                    .found
                    .last()
                    .is_some_and(|found| found.index == Some(index))
            })
        })
    }

    pub(super) fn place(&self) -> Place {
        let is_shaped = |node: &Node| {
            self.kind() == Kind::Time
                && matches!(&*node.value, Value::Mapping(entries) if entries.iter().all(is_shape))
        };
        Place {
            path: self.path(),
            kind: self.kind(),
            written: self.given().map(Node::written),
            is_shaped: self.given().is_some_and(is_shaped),
        }
    }
}

fn is_shape(entry: &Entry) -> bool {
    !matches!(&*entry.key, "exponential" | "between" | "never")
}

/// The name of a step of a plan, if it has one of its own: steps are told by their names rather than by their places.
fn step_name(node: &Node, all: &[Node]) -> Option<String> {
    let name = |node: &Node| match &*node.under("step")?.value {
        Value::Scalar { text, .. } => Some(text.clone()),
        _ => None,
    };
    let own = name(node)?;
    let is_number = own.bytes().all(|byte| byte.is_ascii_digit());
    let alike = all
        .iter()
        .filter(|other| name(other).as_ref() == Some(&own));
    (alike.count() == 1 && !is_number).then_some(own)
}

/// Where a path leads in a tree; whether it goes on to the mean of a time there.
pub(super) fn find(root: &Node, path: &str) -> Result<(Spot, bool), ChangeError> {
    let keys = keys(path)?;
    let mut spot = whole(root);
    for (depth, key) in keys.iter().enumerate() {
        let is_last = depth + 1 == keys.len();
        if is_last && key == MEAN && spot.kind() == Kind::Time && spot.given().is_some() {
            return Ok((spot, true));
        }
        match spot.child(key) {
            Some(child) => spot = child,
            None => return Err(unknown(root, path, &spot, key)),
        }
    }
    Ok((spot, false))
}

pub(super) fn whole(root: &Node) -> Spot {
    Spot {
        found: Vec::new(),
        forms: language::root(),
        node: Some(root.clone()),
    }
}

/// Every path below a spot, in the order of the language.
pub(super) fn all_below(spot: &Spot, all: &mut Vec<Spot>) {
    for child in spot.children() {
        all.push(child.clone());
        all_below(&child, all);
    }
}

/// Why a key is not there, with what may have been meant.
fn unknown(root: &Node, path: &str, spot: &Spot, key: &str) -> ChangeError {
    let mut all = Vec::new();
    all_below(&whole(root), &mut all);
    let mut known: Vec<(String, bool)> = Vec::new();
    for spot in &all {
        known.push((spot.path(), spot.given().is_some()));
        if spot.place().is_shaped {
            known.push((format!("{}.{MEAN}", spot.path()), true));
        }
    }
    let near = nearest(path, &known);
    let parent = spot.path();
    let message = match spot.given() {
        Some(node) if matches!(&*node.value, Value::Scalar { .. }) => format!(
            "no value at {}: {} is {} here and has no {}",
            quoted(path),
            quoted(&parent),
            quoted(&node.written()),
            quoted(key)
        ),
        _ if parent.is_empty() => format!(
            "no value at {}: a model has no {}",
            quoted(path),
            quoted(key)
        ),
        _ => format!(
            "no value at {}: {} has no {}",
            quoted(path),
            quoted(&parent),
            quoted(key)
        ),
    };
    let is_scalar = spot
        .given()
        .is_some_and(|node| matches!(&*node.value, Value::Scalar { .. }));
    let hint = if is_scalar {
        format!("set {} as a whole", quoted(&parent))
    } else if near.is_empty() {
        let children: Vec<String> = spot.children().iter().map(Spot::path).collect();
        format!(
            "there {} {}",
            if children.len() == 1 { "is" } else { "are" },
            quoted_list(children.iter().map(String::as_str))
        )
    } else {
        let near: Vec<String> = near.into_iter().map(quoted).collect();
        format!("did you mean {}?", near.join(" or "))
    };
    ChangeError::new(message, hint)
}

impl Draft {
    /// Where a path leads.
    pub fn place(&self, path: &str) -> Result<Place, ChangeError> {
        let root = self.explicit(path);
        let (spot, is_mean) = find(&root, path)?;
        let mut place = spot.place();
        if is_mean {
            place.path = format!("{}.{MEAN}", place.path);
            place.kind = Kind::Duration;
            place.written = None;
            place.is_shaped = false;
        }
        Ok(place)
    }

    /// Every place that a path leads to, those that the file leaves out among them.
    #[must_use]
    pub fn places(&self) -> Vec<Place> {
        let root = self.spelt_out(&self.explicit("topologies"), "journeys");
        let mut all = Vec::new();
        all_below(&whole(&root), &mut all);
        all.iter().map(Spot::place).collect()
    }

    /// Whether a topology has its own value of a key of the model's failover, so that changing the model's does nothing to it.
    #[must_use]
    pub fn is_overridden(&self, path: &str, topology: &str) -> bool {
        let Ok(keys) = keys(path) else { return false };
        let [section, key, ..] = keys.as_slice() else {
            return false;
        };
        let topologies = self.root.under("topologies");
        let own = topologies
            .and_then(|node| node.under(topology))
            .and_then(|node| node.under("failover"));
        let has = |key: &str| own.is_some_and(|own| own.under(key).is_some());
        // The nearest of the two says how a standby is made ready.
        let stands_for = |key: &str| match key {
            "plan" | "activate" => has("plan") || has("activate"),
            key => has(key),
        };
        section == "failover" && stands_for(key)
    }
}
