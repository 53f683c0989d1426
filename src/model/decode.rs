//! Small pieces from which the reading of every section is put together.
//!
//! Each [`Decode`] turns one node of the YAML tree into a checked value, or records what is wrong with it and goes on:
//! so one pass finds every mistake. [`record!`] makes a mapping with fixed keys from a list of its keys; the same list
//! makes the JSON Schema, so the two cannot differ.

use std::path::PathBuf;

use indexmap::IndexMap;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use super::problem::{Problem, Span, is_unsafe, quoted, quoted_list, similar};
use super::yaml::{Entry, Node, Value};

/// What reading collects along the way.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// Every mistake so far.
    pub(super) problems: Vec<Problem>,
    /// Folder of the model file, below which files of observed times may lie.
    pub(super) folder: Option<PathBuf>,
    /// Currency of each amount of money, with its place.
    pub(super) currencies: Vec<(Span, String)>,
    /// Files that were read: name and values.
    pub(super) files: Vec<(String, Vec<f64>)>,
    /// Keys from the root to the value being read.
    pub(super) path: Vec<String>,
}

/// A value of the model language.
pub(super) trait Decode: Sized + JsonSchema {
    /// Reads it; `None` if it is wrong, which is then recorded.
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self>;
}

impl Reader {
    /// Records a mistake, with the keys that lead to it.
    pub(super) fn refuse(&mut self, span: &Span, message: &str, expected: impl Into<String>, hint: impl Into<String>) {
        let message = if self.path.is_empty() { message.to_owned() } else { format!("{}: {message}", self.path.join(".")) };
        self.problems.push(Problem::at(span, message).expected(expected).hint(hint));
    }

    /// Records that a value is not of the kind that was expected, and returns `None`.
    pub(super) fn mismatch<T>(&mut self, node: &Node, expected: &str, hint: &str) -> Option<T> {
        if node.is_null() {
            self.refuse(node.owner(), "no value is given", expected, hint);
        } else {
            self.refuse(&node.span, &format!("found {}", describe(node)), expected, hint);
        }
        None
    }

    /// The text of a scalar and whether it was written without quotes.
    pub(super) fn scalar<'a>(&mut self, node: &'a Node, expected: &str, hint: &str) -> Option<(&'a str, bool)> {
        match &*node.value {
            Value::Scalar { text, plain } if !node.is_null() => Some((text, *plain)),
            _ => self.mismatch(node, expected, hint),
        }
    }

    /// Reads what is under a key.
    pub(super) fn below<T: Decode>(&mut self, key: &str, node: &Node) -> Option<T> {
        self.path.push(shown_key(key));
        let value = T::decode(node, self);
        self.path.pop();
        value
    }

    /// Records a mistake of what is under a key.
    pub(super) fn refuse_below(&mut self, key: &str, span: &Span, message: &str, expected: &str, hint: &str) {
        self.path.push(shown_key(key));
        self.refuse(span, message, expected, hint);
        self.path.pop();
    }
}

fn shown_key(key: &str) -> String {
    quoted(key).trim_matches('`').to_owned()
}

/// A node in the words of a message.
pub(super) fn describe(node: &Node) -> String {
    match &*node.value {
        Value::Scalar { text, plain: true } if !node.is_null() => quoted(text),
        Value::Scalar { text, plain: false } => quoted(&format!("\"{text}\"")),
        _ => node.kind().to_owned(),
    }
}

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
}

impl<'a> Keys<'a> {
    /// Takes a node for a mapping with these keys; unknown ones are recorded.
    pub(super) fn of(node: &'a Node, of: &'static str, known: &[&'static str], reader: &mut Reader) -> Option<Self> {
        let Value::Mapping(entries) = &*node.value else {
            let hint = match node.is_null() {
                true => "write its keys on the lines below it, indented, or `{}` for none".to_owned(),
                false => format!("its keys are {}", quoted_list(known.iter().copied())),
            };
            return reader.mismatch(node, &format!("{of}, a mapping"), &hint);
        };
        for entry in entries.iter().filter(|entry| !known.contains(&&*entry.key)) {
            unknown_key(entry, of, known, reader);
        }
        Some(Self { owner: node.owner(), entries, of })
    }

    /// The value of a key that may be left out.
    pub(super) fn optional<T: Decode>(&self, key: &str, reader: &mut Reader) -> Field<T> {
        let Some(entry) = self.entries.iter().find(|entry| &*entry.key == key) else { return Field::Absent };
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
                reader.refuse(self.owner, &message, format!("{} with `{key}`", self.of), format!("add `{key}: …`"));
                Field::Wrong
            }
            field => field,
        }
    }

    /// The value of a key whose behaviour is not simulated yet: its form is checked, then it is refused.
    pub(super) fn later<T: Decode>(&self, key: &str, reader: &mut Reader) -> Field<T> {
        let field = self.optional(key, reader);
        if let (Field::Given(..), Some(entry)) = (&field, self.entries.iter().find(|entry| &*entry.key == key)) {
            not_simulated(reader, key, &entry.key_span, &format!("`{key}`"));
        }
        field
    }
}

/// Refuses what is right in form, but not simulated yet.
pub(super) fn not_simulated(reader: &mut Reader, key: &str, span: &Span, what: &str) {
    let hint = "remove it for now: it belongs to the model language, but would have no effect on the results";
    reader.refuse_below(key, span, &format!("{what} is not simulated yet"), "a key that is simulated", hint);
}

fn unknown_key(entry: &Entry, of: &str, known: &[&'static str], reader: &mut Reader) {
    let hint = match similar(&entry.key, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => format!("its keys are {}", known.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")),
    };
    reader.refuse(&entry.key_span, &format!("unknown key {}", quoted(&entry.key)), format!("a key of {of}"), hint);
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
        self.0.iter().filter_map(|(name, entry)| entry.value.as_ref().map(|value| (name.as_str(), &entry.span, value)))
    }

    pub(super) fn get(&self, name: &str) -> Option<&T> {
        self.0.get(name).and_then(|entry| entry.value.as_ref())
    }
}

impl<T: Decode> Decode for Table<T> {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let Value::Mapping(entries) = &*node.value else {
            return reader.mismatch(node, "a mapping of names", "write `name: { … }`, one entry for each name");
        };
        let mut table = IndexMap::with_capacity(entries.len());
        for entry in entries {
            if let Some(reason) = bad_name(&entry.key) {
                reader.refuse(&entry.key_span, &format!("the name {} {reason}", quoted(&entry.key)), "a name", NAME_HINT);
            }
            let value = reader.below(&entry.key, &entry.node);
            table.insert(entry.key.to_string(), TableEntry { span: entry.key_span.clone(), value });
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

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Sequence(nodes) => {
                let items: Vec<Option<T>> = nodes.iter().map(|node| T::decode(node, reader)).collect();
                items.into_iter().collect()
            }
            Value::Scalar { text, .. } if !node.is_null() => {
                let hint = format!("write [{}]", shown_key(text));
                reader.mismatch(node, "a list", &hint)
            }
            _ => reader.mismatch(node, "a list", "write [a, b]"),
        }
    }
}

/// A value with its place.
#[derive(Debug, Clone)]
pub(super) struct Spanned<T> {
    pub(super) span: Span,
    pub(super) value: T,
}

impl<T: Decode> Decode for Spanned<T> {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        T::decode(node, reader).map(|value| Self { span: node.span.clone(), value })
    }
}

impl<T: Decode> JsonSchema for Spanned<T> {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        T::schema_name()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        generator.subschema_for::<T>()
    }
}

const NAME_HINT: &str = "names are 1 to 100 characters without control characters, for example us-east-1";

/// Why a text cannot be a name.
fn bad_name(text: &str) -> Option<&'static str> {
    if text.trim().is_empty() {
        Some("is empty")
    } else if text.chars().any(is_unsafe) {
        Some("has a control character")
    } else if text.chars().count() > 100 {
        Some("is too long")
    } else if text.trim() != text {
        Some("starts or ends with a space")
    } else {
        None
    }
}

/// A name that the user chose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Name(pub(super) String);

impl Decode for Name {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let (text, _) = reader.scalar(node, "a name", NAME_HINT)?;
        match bad_name(text) {
            None => Some(Self(text.to_owned())),
            Some(reason) => {
                let span = if text.is_empty() { node.owner() } else { &node.span };
                reader.refuse(span, &format!("the name {} {reason}", quoted(text)), "a name", NAME_HINT);
                None
            }
        }
    }
}

/// Free text.
#[derive(Debug, Clone)]
pub(super) struct Text(pub(super) String);

impl Decode for Text {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        reader.scalar(node, "a text", "write a text, in quotes if it has a colon").map(|(text, _)| Self(text.to_owned()))
    }
}

impl Decode for bool {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match reader.scalar(node, "true or false", "write true or false")? {
            ("true" | "True" | "TRUE", true) => Some(true),
            ("false" | "False" | "FALSE", true) => Some(false),
            _ => reader.mismatch(node, "true or false", "write true or false, without quotes"),
        }
    }
}

impl Decode for u32 {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let hint = "write a whole number without a unit and without quotes, for example 3";
        let (text, plain) = reader.scalar(node, "a whole number", hint)?;
        let digits = text.strip_prefix('+').unwrap_or(text);
        if !plain || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return reader.mismatch(node, "a whole number of at least 0", hint);
        }
        if let Ok(count) = digits.parse() {
            return Some(count);
        }
        reader.mismatch(node, "a whole number of at most 4294967295", "write a smaller number")
    }
}

impl Decode for f64 {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let hint = "write a plain number, for example 1.5";
        let (text, plain) = reader.scalar(node, "a number", hint)?;
        let is_number = plain && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        match text.parse::<f64>() {
            Ok(number) if is_number && number.is_finite() => Some(number),
            _ => reader.mismatch(node, "a number", hint),
        }
    }
}

/// Implements the schema of a value that is written as one scalar.
macro_rules! scalar_schema {
    ($($name:ty => $title:literal $schema:tt;)*) => {$(
        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $title.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!($schema)
            }
        }
    )*};
}
pub(super) use scalar_schema;

scalar_schema! {
    Name => "Name" { "type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 100 };
    Text => "Text" { "type": ["string", "number", "boolean"] };
}

/// One key of a record, as its schema tells it.
pub(super) struct KeySchema {
    pub(super) key: &'static str,
    pub(super) mode: &'static str,
    pub(super) doc: &'static str,
    pub(super) schema: Schema,
}

/// The schema of a mapping with fixed keys.
pub(super) fn record_schema(doc: &str, keys: Vec<KeySchema>) -> Schema {
    let mut properties = serde_json::Map::new();
    let mut required = Vec::new();
    for KeySchema { key, mode, doc, schema } in keys {
        if mode == "required" {
            required.push(key);
        }
        let later = if mode == "later" { " Not simulated yet: checked for form, then refused." } else { "" };
        let mut property = serde_json::Map::new();
        property.insert("description".into(), json!(format!("{}{later}", doc.trim())));
        property.extend(schema.as_object().cloned().unwrap_or_default());
        properties.insert(key.into(), property.into());
    }
    let mut schema = schemars::json_schema!({
        "type": "object",
        "description": doc.trim(),
        "properties": properties,
        "additionalProperties": false,
    });
    if !required.is_empty() {
        schema.insert("required".into(), json!(required));
    }
    schema
}

/// A mapping with fixed keys: `mode "key" field: Type`, where the mode is `required`, `optional` or `later`.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        $name:ident is $title:literal as $what:literal {
            $( $(#[doc = $key_doc:literal])+ $mode:ident $key:literal $field:ident: $ty:ty, )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone)]
        #[allow(dead_code)] // Keys of later work are read for their form only.
        pub(in crate::model) struct $name {
            $( $(#[doc = $key_doc])+ pub(in crate::model) $field: $crate::model::decode::Field<$ty>, )*
        }

        impl $crate::model::decode::Decode for $name {
            fn decode(
                node: &$crate::model::yaml::Node,
                reader: &mut $crate::model::decode::Reader,
            ) -> Option<Self> {
                let keys = $crate::model::decode::Keys::of(node, $what, &[$($key),*], reader)?;
                Some(Self { $( $field: keys.$mode($key, reader), )* })
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $title.into()
            }

            fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
                let keys = vec![$( $crate::model::decode::KeySchema {
                    key: $key,
                    mode: stringify!($mode),
                    doc: concat!($($key_doc),+),
                    schema: generator.subschema_for::<$ty>(),
                }, )*];
                $crate::model::decode::record_schema(concat!($($doc),+), keys)
            }
        }
    };
}
pub(super) use record;

/// A choice of words: `"word" => Variant "what it means"`.
macro_rules! choice {
    (
        $(#[doc = $doc:literal])+
        $name:ident is $title:literal as $what:literal {
            $( $word:literal => $variant:ident $meaning:literal, )+
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(in crate::model) enum $name {
            $( #[doc = $meaning] $variant, )+
        }

        impl $crate::model::decode::Decode for $name {
            fn decode(
                node: &$crate::model::yaml::Node,
                reader: &mut $crate::model::decode::Reader,
            ) -> Option<Self> {
                match $crate::model::decode::word(node, reader, $what, &[$($word),+])? {
                    $( $word => Some(Self::$variant), )+
                    _ => None,
                }
            }
        }

        impl schemars::JsonSchema for $name {
            fn schema_name() -> std::borrow::Cow<'static, str> {
                $title.into()
            }

            fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
                schemars::json_schema!({
                    "description": concat!($($doc),+).trim(),
                    "oneOf": [$( { "const": $word, "description": $meaning } ),+],
                })
            }
        }
    };
}
pub(super) use choice;

/// One of a few words; anything else is recorded.
pub(super) fn word<'a>(node: &'a Node, reader: &mut Reader, what: &str, known: &[&'static str]) -> Option<&'a str> {
    let all = known.join(", ");
    let (text, _) = reader.scalar(node, what, &format!("write one of: {all}"))?;
    if known.contains(&text) {
        return Some(text);
    }
    let hint = match similar(text, known.iter().copied()) {
        Some(name) => format!("did you mean `{name}`? all are: {all}"),
        None => format!("write one of: {all}"),
    };
    reader.mismatch(node, what, &hint)
}
