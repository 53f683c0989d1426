//! The objects of manifests, lists taken apart.

use serde_json::Value;

use crate::import::facts::{items, text, text_at};

/// One object, and what it is called.
#[derive(Debug, Clone)]
pub(super) struct Object<'a> {
    pub(super) kind: &'a str,
    pub(super) api: &'a str,
    pub(super) name: &'a str,
    pub(super) namespace: &'a str,
    pub(super) value: &'a Value,
}

/// A Service and the part that answers for it.
#[derive(Debug)]
pub(super) struct Service<'a> {
    pub(super) object: Object<'a>,
    /// The part that stands for it, by its name in the files; `None` if nothing in the files backs it.
    pub(super) part: Option<String>,
    /// Whether it leads out of the cluster.
    pub(super) is_external: bool,
}

/// All objects of the documents; the entries of lists are objects of their own.
pub(super) fn objects(documents: &[Value]) -> Vec<Object<'_>> {
    let mut objects = Vec::new();
    for document in documents {
        if text(document, "kind").is_some_and(|kind| kind.ends_with("List")) {
            objects.extend(items(document, "items").filter_map(object));
        } else {
            objects.extend(object(document));
        }
    }
    objects
}

fn object(value: &Value) -> Option<Object<'_>> {
    Some(Object {
        kind: text(value, "kind")?,
        api: text(value, "apiVersion").unwrap_or(""),
        name: text_at(value, &["metadata", "name"]).unwrap_or(""),
        namespace: text_at(value, &["metadata", "namespace"]).unwrap_or("default"),
        value,
    })
}
