//! Trees with a value replaced: what is not on the way to it is shared with the tree before.

use super::Draft;
use super::change::{Change, ChangeError, To};
use super::scale::{mean_of, scaled};
use super::walk::{Found, Spot, find};
use crate::model::problem::quoted;
use crate::model::yaml::{self, Entry, Node, Value};
use crate::units::parse_duration;

impl Draft {
    /// The tree with one change.
    pub(super) fn apply(&self, root: &Node, change: &Change) -> Result<Node, ChangeError> {
        let root = self.spelt_out(root, &change.path);
        let (spot, is_mean) = find(&root, &change.path)?;
        let value = match (&change.to, is_mean) {
            (To::Nothing, false) => return Ok(edited(&root, &spot.found, None)),
            (To::Text(text), false) => value(&change.path, text)?,
            (To::Text(text), true) => self.with_mean(&spot, change, text)?,
            (To::Multiple(factor), _) => self.multiplied(&spot, change, *factor)?,
            (To::Nothing, true) => {
                let hint = format!("remove {}", quoted(&spot.path()));
                return Err(ChangeError::new(
                    format!("{} is not a key", quoted(&change.path)),
                    hint,
                ));
            }
        };
        Ok(edited(&root, &spot.found, Some(value)))
    }

    /// The tree that a path is looked up in.
    pub(super) fn explicit(&self, path: &str) -> Node {
        self.spelt_out(&self.root, path)
    }

    /// A tree in which the topologies or journeys that a path leads to stand written out, where the file leaves all of them to the
    /// language.
    pub(super) fn spelt_out(&self, root: &Node, path: &str) -> Node {
        let section = path.trim().split('.').next().unwrap_or_default();
        if root.under(section).is_some_and(|node| !node.is_null()) {
            return root.clone();
        }
        let entries: Vec<(&str, &str, &str)> = match section {
            "topologies" => (self.model.topologies.iter())
                .map(|(name, spec)| (name.as_str(), "pattern", spec.pattern.name()))
                .collect(),
            "journeys" => (self.model.journeys.iter())
                .map(|(name, journey)| (name.as_str(), "entry", journey.entry.as_str()))
                .collect(),
            _ => return root.clone(),
        };
        let table = entries.into_iter().map(|(name, key, word)| {
            let word = root.replaced(Value::Scalar {
                text: word.to_owned(),
                plain: true,
            });
            let entry = root.replaced(Value::Mapping(vec![Entry::added(key, word)]));
            Entry::added(name, entry)
        });
        let table = root.replaced(Value::Mapping(table.collect()));
        let found = Found {
            key: section.to_owned(),
            index: None,
        };
        edited(root, &[found], Some(table))
    }

    fn with_mean(&self, spot: &Spot, change: &Change, text: &str) -> Result<Node, ChangeError> {
        let wanted = parse_duration(text).map_err(|error| {
            ChangeError::new(
                format!("{}: {}", quoted(&change.to_string()), error.message),
                error.hint,
            )
        })?;
        let mean = spot
            .node
            .as_ref()
            .and_then(|node| mean_of(node, self.folder.as_deref()));
        match mean {
            Some(mean) if mean > 0.0 && mean.is_finite() => {
                self.multiplied(spot, change, wanted / mean)
            }
            _ => Err(ChangeError::new(
                format!(
                    "{}: the time there has no mean to change",
                    quoted(&change.to_string())
                ),
                format!("set {} as a whole", quoted(&spot.path())),
            )),
        }
    }

    fn multiplied(&self, spot: &Spot, change: &Change, factor: f64) -> Result<Node, ChangeError> {
        let given = spot.node.as_ref().filter(|node| !node.is_null());
        let multiple =
            given.and_then(|node| scaled(node, spot.kind(), factor, self.folder.as_deref()));
        multiple.ok_or_else(|| {
            ChangeError::new(
                format!(
                    "{}: there is no number to multiply",
                    quoted(&change.to_string())
                ),
                format!("set {} as a whole", quoted(&spot.path())),
            )
        })
    }
}

/// A value as it is written.
fn value(path: &str, text: &str) -> Result<Node, ChangeError> {
    let shown = quoted(&format!("{path}={text}"));
    if text.trim().is_empty() {
        return Err(ChangeError::new(
            format!("{shown}: no value is given"),
            "write a value as in a model file, for example 30s",
        ));
    }
    let (node, problems) = yaml::parse(text);
    match (node, problems.into_iter().next()) {
        (Some(node), None) => Ok(node),
        (_, Some(problem)) if problem.span.is_some() => {
            let message = format!("{shown}: {}", problem.message);
            Err(ChangeError::new(message, problem.hint))
        }
        _ => Err(ChangeError::new(
            format!("{shown}: no value is given"),
            "write a value as in a model file; to leave a key out, remove it from the file",
        )),
    }
}

/// The tree with what stands at a place replaced, added or, with `None`, removed.
fn edited(node: &Node, found: &[Found], value: Option<Node>) -> Node {
    let Some((next, rest)) = found.split_first() else {
        return match value {
            Some(mut value) => {
                value.key.clone_from(&node.key);
                value
            }
            None => node.clone(),
        };
    };
    if let (Value::Sequence(nodes), Some(index)) = (&*node.value, next.index) {
        let mut nodes = nodes.clone();
        match (rest, &value) {
            ([], None) => {
                nodes.remove(index);
            }
            _ => nodes[index] = edited(&nodes[index], rest, value),
        }
        return node.replaced(Value::Sequence(nodes));
    }
    let mut entries = match &*node.value {
        Value::Mapping(entries) => entries.clone(),
        _ => Vec::new(),
    };
    let known = entries.iter().position(|entry| *entry.key == *next.key);
    match (known, rest, value) {
        (Some(at), [], None) => {
            entries.remove(at);
        }
        (None, _, None) => {}
        (Some(at), _, value) => entries[at].node = edited(&entries[at].node, rest, value),
        (None, _, value) => {
            let nothing = node.replaced(Value::Mapping(Vec::new()));
            entries.push(Entry::added(&next.key, edited(&nothing, rest, value)));
        }
    }
    node.replaced(Value::Mapping(entries))
}
