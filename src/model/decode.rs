//! Small pieces from which the reading of every section is put together.
//!
//! Each [`Decode`] turns one node of the YAML tree into a checked value, or records what is wrong with it and goes on:
//! so one pass finds every mistake. Mappings are in [`super::mapping`] and [`super::record`].

use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator};

use super::problem::{Problem, Span, is_unsafe, quoted, similar};
use super::quantities::{Nudge, Quantity, QuantityKind};
use super::record::scalar_schema;
use super::yaml::{Node, Value};

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
    /// The same, with the entries of lists.
    pub(super) place: Vec<String>,
    /// The quantities that were read, in order.
    pub(super) quantities: Vec<Quantity>,
    /// How many values, of which what is being read is a part, are told as one.
    pub(super) inside_a_value: u32,
    /// A quantity to be read other than it is written.
    pub(super) nudge: Option<Nudge>,
}

/// A value of the model language.
pub(super) trait Decode: Sized + JsonSchema {
    /// Reads it; `None` if it is wrong, which is then recorded.
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self>;
}

impl Reader {
    /// Records a mistake, with the keys that lead to it.
    pub(super) fn refuse(
        &mut self,
        span: &Span,
        message: &str,
        expected: impl Into<String>,
        hint: impl Into<String>,
    ) {
        let message = if self.path.is_empty() {
            message.to_owned()
        } else {
            let path: Vec<String> = self.path.iter().map(|key| shown_key(key)).collect();
            format!("{}: {message}", path.join("."))
        };
        self.problems
            .push(Problem::at(span, message).expected(expected).hint(hint));
    }

    /// Records that a value is not of the kind that was expected, and returns `None`.
    pub(super) fn mismatch<T>(&mut self, node: &Node, expected: &str, hint: &str) -> Option<T> {
        if node.is_null() {
            self.refuse(node.owner(), "no value is given", expected, hint);
        } else {
            self.refuse(
                &node.span,
                &format!("found {}", describe(node)),
                expected,
                hint,
            );
        }
        None
    }

    /// The text of a scalar and whether it was written without quotes.
    pub(super) fn scalar<'a>(
        &mut self,
        node: &'a Node,
        expected: &str,
        hint: &str,
    ) -> Option<(&'a str, bool)> {
        match &*node.value {
            Value::Scalar { text, plain } if !node.is_null() => Some((text, *plain)),
            _ => self.mismatch(node, expected, hint),
        }
    }

    /// Reads what is under a key.
    pub(super) fn below<T: Decode>(&mut self, key: &str, node: &Node) -> Option<T> {
        self.path.push(key.to_owned());
        self.place.push(key.to_owned());
        let value = T::decode(node, self);
        self.place.pop();
        self.path.pop();
        value
    }

    /// Reads an entry of a list, which is known by the name of its step, if it is one.
    fn entry<T: Decode>(&mut self, index: usize, node: &Node) -> Option<T> {
        let name = match &*node.value {
            Value::Mapping(entries) => entries.iter().find(|entry| &*entry.key == "step"),
            _ => None,
        };
        let name = name.and_then(|entry| match &*entry.node.value {
            Value::Scalar { text, .. } => Some(text.clone()),
            _ => None,
        });
        self.place.push(name.unwrap_or_else(|| index.to_string()));
        let value = T::decode(node, self);
        self.place.pop();
        value
    }

    /// Records a mistake of what is under a key.
    pub(super) fn refuse_below(
        &mut self,
        key: &str,
        span: &Span,
        message: &str,
        expected: &str,
        hint: &str,
    ) {
        self.path.push(key.to_owned());
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

impl<T: Decode> Decode for Vec<T> {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        match &*node.value {
            Value::Sequence(nodes) => {
                let nodes = nodes.iter().enumerate();
                let items: Vec<Option<T>> = nodes
                    .map(|(index, node)| reader.entry(index, node))
                    .collect();
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
        T::decode(node, reader).map(|value| Self {
            span: node.span.clone(),
            value,
        })
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

pub(super) const NAME_HINT: &str =
    "names are 1 to 100 characters without control characters, for example us-east-1";

/// Why a text cannot be a name.
pub(super) fn bad_name(text: &str) -> Option<&'static str> {
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
                let span = if text.is_empty() {
                    node.owner()
                } else {
                    &node.span
                };
                reader.refuse(
                    span,
                    &format!("the name {} {reason}", quoted(text)),
                    "a name",
                    NAME_HINT,
                );
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
        reader
            .scalar(node, "a text", "write a text, in quotes if it has a colon")
            .map(|(text, _)| Self(text.to_owned()))
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
        whole(node, reader, "a whole number of at least 0")
    }
}

/// A whole number; `expected` says which ones where it is none.
pub(super) fn whole(node: &Node, reader: &mut Reader, expected: &str) -> Option<u32> {
    let hint = "write a whole number without a unit and without quotes, for example 3";
    let (text, plain) = reader.scalar(node, "a whole number", hint)?;
    let digits = text.strip_prefix('+').unwrap_or(text);
    if !plain || digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return reader.mismatch(node, expected, hint);
    }
    if let Ok(count) = digits.parse() {
        return Some(count);
    }
    reader.mismatch(
        node,
        "a whole number of at most 4294967295",
        "write a smaller number",
    )
}

impl Decode for f64 {
    fn decode(node: &Node, reader: &mut Reader) -> Option<Self> {
        let hint = "write a plain number, for example 1.5";
        let (text, plain) = reader.scalar(node, "a number", hint)?;
        let is_number = plain
            && text
                .bytes()
                .all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
        match text.parse::<f64>() {
            Ok(number) if is_number && number.is_finite() => {
                Some(reader.number(node, QuantityKind::Number, number))
            }
            _ => reader.mismatch(node, "a number", hint),
        }
    }
}

scalar_schema! {
    Name => "Name" { "type": ["string", "number", "boolean"], "minLength": 1, "maxLength": 100 };
    Text => "Text" { "type": ["string", "number", "boolean"] };
}

/// One of a few words; anything else is recorded.
pub(super) fn word<'a>(
    node: &'a Node,
    reader: &mut Reader,
    what: &str,
    known: &[&'static str],
) -> Option<&'a str> {
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
