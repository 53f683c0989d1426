//! Which keys the model language has where, read off its JSON Schema, so that no second list of keys can differ from the first.

use std::sync::LazyLock;

use serde_json::Value as Json;

use crate::model::schema::json_schema;
use crate::model::yaml::{Node, Value};

static SCHEMA: LazyLock<Json> =
    LazyLock::new(|| serde_json::from_str(&json_schema()).unwrap_or_default());

/// What kind of value stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A time that is drawn.
    Time,
    /// A fixed length of time.
    Duration,
    /// A chance or a share.
    Probability,
    /// A whole number.
    Count,
    /// A plain number.
    Number,
    /// A number with a unit: money, a price, a rate, a size.
    Amount,
    /// A word or a text.
    Word,
    /// A list, or keys of its own.
    Structure,
}

/// One of the forms that a value may have.
#[derive(Debug, Clone, Copy)]
pub(super) struct Form {
    /// Name of the definition in the schema.
    name: &'static str,
    schema: &'static Json,
}

/// The forms of a whole model.
pub(super) fn root() -> Vec<Form> {
    forms(&SCHEMA, "Model")
}

fn forms(schema: &'static Json, name: &'static str) -> Vec<Form> {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return forms(&SCHEMA["$defs"][name], name);
    }
    match schema["anyOf"].as_array() {
        Some(any) => any.iter().flat_map(|schema| forms(schema, name)).collect(),
        None => vec![Form { name, schema }],
    }
}

impl Form {
    /// Keys of a mapping with fixed ones, with what stands under each; those that are not simulated yet are none.
    pub(super) fn keys(self) -> impl Iterator<Item = (&'static str, Vec<Form>)> {
        let properties = self.schema["properties"].as_object();
        properties.into_iter().flatten().map(move |(key, schema)| {
            let forms = forms(schema, self.name);
            (key.as_str(), forms)
        })
    }

    fn has_key(self, key: &str) -> bool {
        self.schema["properties"].get(key).is_some()
    }

    pub(super) fn has_keys(self) -> bool {
        self.schema["properties"].is_object()
    }

    /// What stands under each name of a table of names.
    pub(super) fn entries(self) -> Option<Vec<Form>> {
        let schema = &self.schema["additionalProperties"];
        (schema.is_object() && !self.has_keys()).then(|| forms(schema, self.name))
    }

    /// What is in a list.
    pub(super) fn items(self) -> Option<Vec<Form>> {
        let schema = self.schema.get("items")?;
        Some(forms(schema, self.name))
    }

    /// Whether it is one of the forms of a time that is drawn.
    pub(super) fn is_time(self) -> bool {
        self.name == "Time"
    }

    /// Whether a mapping could be of this form, by its keys.
    fn fits(self, node: &Node) -> bool {
        match &*node.value {
            Value::Mapping(entries) => {
                self.entries().is_some()
                    || (self.has_keys() && entries.iter().all(|entry| self.has_key(&entry.key)))
            }
            Value::Sequence(_) => self.schema.get("items").is_some(),
            Value::Scalar { .. } => !self.has_keys() && self.entries().is_none(),
        }
    }
}

/// Those of some forms that a value could have; all if nothing is there.
pub(super) fn fitting(forms: &[Form], node: Option<&Node>) -> Vec<Form> {
    let Some(node) = node.filter(|node| !node.is_null()) else {
        return forms.to_vec();
    };
    let fit = forms.iter().filter(|form| form.fits(node));
    fit.copied().collect()
}

/// The kind of what stands at a place of these forms.
pub(super) fn kind(forms: &[Form], node: Option<&Node>) -> Kind {
    let is_mapping = |node: &Node| matches!(&*node.value, Value::Mapping(_));
    let is_time = |forms: &[Form]| forms.iter().any(|form| form.is_time());
    let given = node.filter(|node| !node.is_null());
    if given.is_some_and(is_mapping) {
        let is_time = is_time(&fitting(forms, given));
        return if is_time { Kind::Time } else { Kind::Structure };
    }
    let is = |names: &[&str]| forms.iter().any(|form| names.contains(&form.name));
    let is_type = |name: &str| forms.iter().any(|form| form.schema["type"] == name);
    let is_structure = |form: &Form| form.has_keys() || form.schema["type"] == "array";
    if is_time(forms) {
        Kind::Time
    } else if is(&["Duration", "DurationOrNever", "Window"]) {
        Kind::Duration
    } else if is(&["Probability"]) {
        Kind::Probability
    } else if is(&["TrafficRate", "Size", "TransferRate", "Money"])
        || is(&["MoneyPerTime", "MoneyPerSize", "MoneyPerSizeAndTime"])
    {
        Kind::Amount
    } else if is_type("integer") {
        Kind::Count
    } else if is_type("number") {
        Kind::Number
    } else if forms.iter().any(is_structure) || forms.iter().any(|form| form.entries().is_some()) {
        Kind::Structure
    } else {
        Kind::Word
    }
}

/// Whether a description of a key says that it is not simulated yet.
pub(super) fn is_later(forms: &Form, key: &str) -> bool {
    let description = &forms.schema["properties"][key]["description"];
    description
        .as_str()
        .is_some_and(|text| text.contains("Not simulated yet"))
}
