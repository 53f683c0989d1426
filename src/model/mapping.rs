//! Mappings: with fixed keys ([`Keys`], [`Field`]), and with names that the user chose ([`Table`]).

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::decode::{Decode, NAME_HINT, Reader, bad_name};
use super::problem::{Span, quoted, quoted_list, similar};
use super::yaml::{Entry, Node, Value};

/// A key's value: left out, wrong (and recorded), or given with its place.
#[derive(Debug, Clone)]
pub(super) enum Field<T> {
    Absent,
    Wrong,
    Given(Span, T),
}

impl<T> Field<T> {
    pub(super) fn get(&self) -> Option<&T> {
        match self {
            Self::Given(_, value) => Some(value),
            Self::Absent | Self::Wrong => None,
        }
    }

    pub(super) fn given(&self) -> Option<(&Span, &T)> {
        match self {
            Self::Given(span, value) => Some((span, value)),
            Self::Absent | Self::Wrong => None,
        }
    }

    pub(super) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Whether something was written, right or wrong.
    pub(super) fn is_present(&self) -> bool {
        !self.is_absent()
    }
}

impl<T: Clone> Field<T> {
    /// The value, or the default where it is left out; `None` where it is wrong.
    pub(super) fn or(&self, default: T) -> Option<T> {
        match self {
            Self::Absent => Some(default),
            Self::Wrong => None,
            Self::Given(_, value) => Some(value.clone()),
        }
    }

    /// The value where it is given; the outer `None` where it is wrong.
    #[allow(clippy::option_option)] // Wrong and left out are different things.
    pub(super) fn optional(&self) -> Option<Option<T>> {
        match self {
            Self::Absent => Some(None),
            Self::Wrong => None,
            Self::Given(_, value) => Some(Some(value.clone())),
        }
    }
}

/// The keys of a mapping that has fixed ones.
pub(super) struct Keys<'a> {
    owner: &'a Span,
    entries: &'a [Entry],
    of: &'static str,
    /// Keys that unknown ones were probably meant to be.
    meant: Vec<&'static str>,
}

impl<'a> Keys<'a> {
    /// Takes a node for a mapping with these keys; unknown ones are recorded.
    pub(super) fn of(
        node: &'a Node,
        of: &'static str,
        known: &[&'static str],
        reader: &mut Reader,
    ) -> Option<Self> {
        let Value::Mapping(entries) = &*node.value else {
            let hint = if node.is_null() {
                "write its keys on the lines below it, indented, or `{}` for none".to_owned()
            } else {
                format!("its keys are {}", quoted_list(known.iter().copied()))
            };
            return reader.mismatch(node, &format!("{of}, a mapping"), &hint);
        };
        let unknown = entries.iter().filter(|entry| !known.contains(&&*entry.key));
        let meant = unknown
            .filter_map(|entry| unknown_key(entry, of, known, reader))
            .collect();
        Some(Self {
            owner: node.owner(),
            entries,
            of,
            meant,
        })
    }

    /// The value of a key that may be left out; a misspelt one is wrong, not absent, and judged no further.
    pub(super) fn optional<T: Decode>(&self, key: &str, reader: &mut Reader) -> Field<T> {
        let Some(entry) = self.entries.iter().find(|entry| &*entry.key == key) else {
            return if self.meant.contains(&key) {
                Field::Wrong
            } else {
                Field::Absent
            };
        };
        match reader.below(key, &entry.node) {
            Some(value) => Field::Given(entry.node.span.clone(), value),
            None => Field::Wrong,
        }
    }

    /// The value of a key that must be there.
    pub(super) fn required<T: Decode>(&self, key: &str, reader: &mut Reader) -> Field<T> {
        match self.optional(key, reader) {
            Field::Absent => {
                let message = format!("`{key}` is missing");
                reader.refuse(
                    self.owner,
                    &message,
                    format!("{} with `{key}`", self.of),
                    format!("add `{key}: …`"),
                );
                Field::Wrong
            }
            field => field,
        }
    }

    /// The value of a key whose behaviour is not simulated yet: its form is checked, then it is refused.
    pub(super) fn later<T: Decode>(&self, key: &str, reader: &mut Reader) -> Field<T> {
        let field = self.optional(key, reader);
        if let (Field::Given(..), Some(entry)) =
            (&field, self.entries.iter().find(|entry| &*entry.key == key))
        {
            not_simulated(reader, key, &entry.key_span, &format!("`{key}`"));
        }
        field
    }
}

/// Refuses what is right in form, but not simulated yet.
pub(super) fn not_simulated(reader: &mut Reader, key: &str, span: &Span, what: &str) {
    let hint = "remove it for now: it belongs to the model language, but would have no effect on the results";
    reader.refuse_below(
        key,
        span,
        &format!("{what} is not simulated yet"),
        "a key that is simulated",
        hint,
    );
}

/// Refuses a key, and says which one was probably meant.
fn unknown_key(
    entry: &Entry,
    of: &str,
    known: &[&'static str],
    reader: &mut Reader,
) -> Option<&'static str> {
    let near = similar(&entry.key, known.iter().copied());
    let meant = known.iter().copied().find(|key| Some(*key) == near);
    let hint = match near {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!(
            "its keys are {}",
            known
                .iter()
                .map(|key| format!("`{key}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    reader.refuse(
        &entry.key_span,
        &format!("unknown key {}", quoted(&entry.key)),
        format!("a key of {of}"),
        hint,
    );
    meant
}

/// Entries under names that the user chose; `None` where the content of one is wrong.
#[derive(Debug, Clone)]
pub(super) struct Table<T>(pub(super) IndexMap<String, TableEntry<T>>);

/// One entry of a [`Table`].
#[derive(Debug, Clone)]
pub(super) struct TableEntry<T> {
    /// Place of the name.
    pub(super) span: Span,
    pub(super) value: Option<T>,
}

impl<T> Table<T> {
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The entries that are right.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &Span, &T)> {
        self.0.iter().filter_map(|(name, entry)| {
            entry
                .value
                .as_ref()
                .map(|value| (name.as_str(), &entry.span, value))
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.0.get(name).and_then(|entry| entry.value.as_ref())
    }
}

impl<T: Decode> Decode for Table<T> {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::Mapping(entries) = &*node.value else {
            return reader.mismatch(
                node,
                "a mapping of names",
                "write `name: { … }`, one entry for each name",
            );
        };
        let mut table = IndexMap::with_capacity(entries.len());
        for entry in entries {
            if let Some(reason) = bad_name(&entry.key) {
                reader.refuse(
                    &entry.key_span,
                    &format!("the name {} {reason}", quoted(&entry.key)),
                    "a name",
                    NAME_HINT,
                );
            }
            let value = reader.below(&entry.key, &entry.node);
            table.insert(
                entry.key.to_string(),
                TableEntry {
                    span: entry.key_span.clone(),
                    value,
                },
            );
        }
        Some(Self(table))
    }
}

impl<T: Decode> JsonSchema for Table<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        format!("TableOf{}", T::schema_name()).into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let entry = generator.subschema_for::<T>();
        schemars::json_schema!({ "type": "object", "additionalProperties": entry })
    }
}
