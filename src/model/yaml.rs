//! From YAML text to a tree of values that know their places.
//!
//! A tree rather than a deserialiser, so that all mistakes of a file can be reported in one pass: [`super::decode`]
//! reads the tree and goes on after each mistake. Depth and size are limited, aliases included.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use granit_parser::{ErrorKind, Event, Parser, ScalarStyle, ScanError};

use super::problem::{Problem, Span, quoted};

/// Greatest depth of nesting of each kind of collection.
const MAX_DEPTH: usize = 64;
/// Greatest number of values, each alias counted with all that it stands for.
const MAX_VALUES: usize = 500_000;

/// One value and its place.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// The value itself; of a collection, from its first entry to its last.
    pub(super) span: Span,
    /// The key that it belongs to.
    pub(super) key: Option<Span>,
    pub(super) value: Rc<Value>,
    /// Values in it, itself included.
    count: usize,
    depth: usize,
}

/// What a value is.
#[derive(Debug)]
pub(super) enum Value {
    /// Text, with whether it was written without quotes.
    Scalar {
        text: String,
        plain: bool,
    },
    Sequence(Vec<Node>),
    Mapping(Vec<Entry>),
}

/// One key of a mapping and its value.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: Rc<str>,
    pub(super) key_span: Span,
    pub(super) node: Node,
    /// Whether it is the merge key `<<`.
    merges: bool,
}

impl Node {
    /// Where to point when something is missing in it: at its key, if it has one.
    pub(super) fn owner(&self) -> &Span {
        self.key.as_ref().unwrap_or(&self.span)
    }

    /// Whether nothing was written.
    pub(super) fn is_null(&self) -> bool {
        matches!(&*self.value, Value::Scalar { text, plain: true } if matches!(text.as_str(), "" | "~" | "null" | "Null" | "NULL"))
    }

    /// A value that stands where this one does.
    pub(super) fn replaced(&self, value: Value) -> Self {
        Self {
            value: Rc::new(value),
            ..self.clone()
        }
    }

    /// An unquoted text that stands where this one does.
    pub(super) fn replaced_by_text(&self, text: impl Into<String>) -> Self {
        let (text, plain) = (text.into(), true);
        self.replaced(Value::Scalar { text, plain })
    }

    /// The value under a key, if it is a mapping that has it.
    pub(super) fn under(&self, key: &str) -> Option<&Self> {
        match &*self.value {
            Value::Mapping(entries) => {
                let entry = entries.iter().find(|entry| &*entry.key == key);
                entry.map(|entry| &entry.node)
            }
            _ => None,
        }
    }

    /// The whole value on one line, as it could be written.
    pub(super) fn written(&self) -> String {
        match &*self.value {
            Value::Scalar { text, plain: true } => text.clone(),
            Value::Scalar { text, plain: false } => format!("{text:?}"),
            Value::Sequence(nodes) => {
                let items: Vec<String> = nodes.iter().map(Self::written).collect();
                format!("[{}]", items.join(", "))
            }
            Value::Mapping(entries) => {
                let each = entries.iter();
                let items: Vec<String> = each
                    .map(|entry| format!("{}: {}", entry.key, entry.node.written()))
                    .collect();
                if items.is_empty() {
                    "{}".to_owned()
                } else {
                    format!("{{ {} }}", items.join(", "))
                }
            }
        }
    }

    /// What it is, in words for a message.
    pub(super) fn kind(&self) -> &'static str {
        match &*self.value {
            _ if self.is_null() => "nothing",
            Value::Scalar { .. } => "text",
            Value::Sequence(_) => "a list",
            Value::Mapping(_) => "a mapping",
        }
    }
}

impl Entry {
    /// An entry that no file has, with the place of what it is added to.
    pub(super) fn added(key: &str, node: Node) -> Self {
        let key_span = node.span.clone();
        Self {
            key: Rc::from(key),
            node: Node {
                key: Some(key_span.clone()),
                ..node
            },
            key_span,
            merges: false,
        }
    }
}

/// Parses one YAML document. `None` if it has none that can be read; the problems then say why.
pub(super) fn parse(text: &str) -> (Option<Node>, Vec<Problem>) {
    let mut options =
        granit_parser::options! { flow_nesting_limit: MAX_DEPTH, block_nesting_limit: MAX_DEPTH };
    options.set_emit_comments(false);
    let mut builder = Builder::default();
    for event in Parser::new_from_str_with_options(text, options) {
        let step = event
            .map_err(|error| syntax_problem(&error, text))
            .and_then(|(event, span)| {
                let span = span.byte_range().unwrap_or(0..0);
                builder.take(event, span)
            });
        if let Err(problem) = step {
            builder.problems.push(problem);
            return (None, builder.problems);
        }
    }
    if builder.root.as_ref().is_none_or(Node::is_null) {
        let hint = "a model needs at least `model`, `regions`, `services` and `faults`; `failscape init` writes one";
        builder.problems.push(Problem::of_file(
            "the file holds no model: it is empty",
            hint,
        ));
        return (None, builder.problems);
    }
    (builder.root, builder.problems)
}

/// Puts the parser's events together.
#[derive(Default)]
struct Builder {
    open: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    root: Option<Node>,
    documents: usize,
    count: usize,
    problems: Vec<Problem>,
}

/// A collection that is not complete yet.
struct Frame {
    start: Span,
    anchor: usize,
    items: Items,
    /// End of the last entry.
    end: usize,
    count: usize,
    depth: usize,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<Entry>,
        key: Option<Key>,
    },
}

/// A key whose value has not come yet.
enum Key {
    Text {
        text: Rc<str>,
        span: Span,
        plain: bool,
    },
    /// One that was reported; its value is dropped.
    Refused,
}

impl Builder {
    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), Problem> {
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents > 1 {
                    let problem = Problem::at(&span, "a second document starts here")
                        .expected("one model in a file");
                    return Err(
                        problem.hint("remove the `---`, or put the second model into its own file")
                    );
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                let tagged = tag.as_ref().map(|tag| tag.core_suffix().map(str::to_owned));
                if tagged.as_ref().is_some_and(Option::is_none) {
                    self.problems.push(custom_tag(&span));
                }
                let plain =
                    style == ScalarStyle::Plain && tagged.flatten().as_deref() != Some("str");
                let value = Value::Scalar {
                    text: text.into_owned(),
                    plain,
                };
                self.count_values(1, &span)?;
                self.add(
                    Node {
                        span,
                        key: None,
                        value: Rc::new(value),
                        count: 1,
                        depth: 0,
                    },
                    anchor,
                );
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), &span);
                self.open(Items::Sequence(Vec::new()), span, anchor)?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.check_tag(tag.as_deref(), &span);
                self.open(
                    Items::Mapping {
                        entries: Vec::new(),
                        key: None,
                    },
                    span,
                    anchor,
                )?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(&span)?,
            Event::Alias(anchor) => self.alias(anchor, &span)?,
            _ => {}
        }
        Ok(())
    }

    fn check_tag(&mut self, tag: Option<&granit_parser::Tag>, span: &Span) {
        if tag.is_some_and(|tag| tag.core_suffix().is_none()) {
            self.problems.push(custom_tag(span));
        }
    }

    fn open(&mut self, items: Items, start: Span, anchor: usize) -> Result<(), Problem> {
        if self.open.len() >= 2 * MAX_DEPTH {
            return Err(too_deep(&start));
        }
        self.count_values(1, &start)?;
        let end = start.end;
        self.open.push(Frame {
            start,
            anchor,
            items,
            end,
            count: 1,
            depth: 0,
        });
        Ok(())
    }

    fn close(&mut self, span: &Span) -> Result<(), Problem> {
        let Some(frame) = self.open.pop() else {
            return Ok(());
        };
        let is_flow = !frame.start.is_empty();
        let end = if is_flow { span.end } else { frame.end };
        let value = match frame.items {
            Items::Sequence(nodes) => Value::Sequence(nodes),
            Items::Mapping { entries, .. } => Value::Mapping(self.finish_mapping(entries)?),
        };
        let node = Node {
            span: frame.start.start..end.max(frame.start.end),
            key: None,
            value: Rc::new(value),
            count: frame.count,
            depth: frame.depth + 1,
        };
        self.add(node, frame.anchor);
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: &Span) -> Result<(), Problem> {
        let Some(node) = self.anchors.get(&anchor).cloned() else {
            let problem = Problem::at(span, "this alias stands for a value that contains it");
            return Err(problem
                .expected("an anchor that is complete")
                .hint("write the value out"));
        };
        if self.open.len() + node.depth > 2 * MAX_DEPTH {
            return Err(too_deep(span));
        }
        self.count_values(node.count, span)?;
        self.add(node, 0);
        Ok(())
    }

    fn count_values(&mut self, more: usize, span: &Span) -> Result<(), Problem> {
        self.count = self.count.saturating_add(more);
        if self.count <= MAX_VALUES {
            return Ok(());
        }
        let problem = Problem::at(
            span,
            format!("the model has more than {MAX_VALUES} values, aliases included"),
        );
        Err(problem
            .expected("a smaller model")
            .hint("check aliases that repeat aliases; use `replicas` for copies"))
    }

    /// Hands a complete value to the collection that it is in.
    fn add(&mut self, node: Node, anchor: usize) {
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.open.last_mut() else {
            self.root = Some(node);
            return;
        };
        frame.end = frame.end.max(node.span.end);
        frame.count = frame.count.saturating_add(node.count);
        frame.depth = frame.depth.max(node.depth);
        match &mut frame.items {
            Items::Sequence(nodes) => nodes.push(node),
            Items::Mapping { entries, key } => match key.take() {
                None => *key = Some(Key::of(&node, &mut self.problems)),
                Some(Key::Refused) => {}
                Some(Key::Text { text, span, plain }) => {
                    let merges = plain && &*text == "<<";
                    let node = Node {
                        key: Some(span.clone()),
                        ..node
                    };
                    entries.push(Entry {
                        key: text,
                        key_span: span,
                        node,
                        merges,
                    });
                }
            },
        }
    }

    /// Reports keys given twice, and puts merged keys (`<<`) in.
    fn finish_mapping(&mut self, entries: Vec<Entry>) -> Result<Vec<Entry>, Problem> {
        let mut own: Vec<Entry> = Vec::with_capacity(entries.len());
        let mut merged: Vec<Node> = Vec::new();
        let mut seen: BTreeSet<Rc<str>> = BTreeSet::new();
        for entry in entries {
            if entry.merges {
                merged.push(entry.node);
            } else if !seen.insert(Rc::clone(&entry.key)) {
                let message = format!("key {} is given twice", quoted(&entry.key));
                let problem = Problem::at(&entry.key_span, message).expected("each key once");
                self.problems
                    .push(problem.hint("remove one of the two, or give one another name"));
            } else {
                own.push(entry);
            }
        }
        for node in merged {
            self.merge(&node, &mut own, &mut seen)?;
        }
        Ok(own)
    }

    fn merge(
        &mut self,
        node: &Node,
        own: &mut Vec<Entry>,
        seen: &mut BTreeSet<Rc<str>>,
    ) -> Result<(), Problem> {
        match &*node.value {
            Value::Mapping(entries) => {
                self.count_values(
                    entries.iter().map(|entry| entry.node.count).sum(),
                    &node.span,
                )?;
                for entry in entries {
                    if seen.insert(Rc::clone(&entry.key)) {
                        own.push(entry.clone());
                    }
                }
            }
            Value::Sequence(nodes)
                if nodes
                    .iter()
                    .all(|node| matches!(*node.value, Value::Mapping(_))) =>
            {
                for node in nodes {
                    self.merge(node, own, seen)?;
                }
            }
            _ => {
                let problem = Problem::at(&node.span, format!("`<<` merges {}", node.kind()));
                self.problems.push(
                    problem
                        .expected("an alias of a mapping")
                        .hint("write `<<: *name`"),
                );
            }
        }
        Ok(())
    }
}

impl Key {
    fn of(node: &Node, problems: &mut Vec<Problem>) -> Self {
        match &*node.value {
            Value::Scalar { text, plain } if !node.is_null() => Self::Text {
                text: Rc::from(text.as_str()),
                span: node.span.clone(),
                plain: *plain,
            },
            _ => {
                let problem = Problem::at(&node.span, format!("a key is {}", node.kind()))
                    .expected("a name as key");
                problems.push(problem.hint("write `name: value`"));
                Self::Refused
            }
        }
    }
}

fn custom_tag(span: &Span) -> Problem {
    Problem::at(span, "YAML tags have no meaning in a model")
        .expected("a value without a tag")
        .hint("remove the `!…` before it")
}

fn too_deep(span: &Span) -> Problem {
    let problem = Problem::at(span, "the model is nested too deeply");
    problem
        .expected(format!("at most {MAX_DEPTH} levels"))
        .hint("check the brackets and the indentation")
}

/// A syntax error in the words of a user.
fn syntax_problem(error: &ScanError, text: &str) -> Problem {
    let start = text.floor_char_boundary(
        error
            .marker()
            .byte_offset()
            .unwrap_or(text.len())
            .min(text.len()),
    );
    let length = text[start..]
        .chars()
        .next()
        .map_or(0, |c| if c == '\n' { 0 } else { c.len_utf8() });
    let span = start..start + length;
    let (expected, hint) = match error.kind() {
        ErrorKind::RecursionLimitExceeded => return too_deep(&span),
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation => ("spaces", "indent with spaces: YAML allows no tabs"),
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "one `key: value` on a line",
            "quote a text that contains `: `, and check the indentation of this line",
        ),
        ErrorKind::UnclosedFlowCollection { .. }
        | ErrorKind::UnexpectedEofFlowMapping
        | ErrorKind::UnexpectedEofFlowSequence
        | ErrorKind::UnexpectedEofImplicitFlowMapping
        | ErrorKind::ExpectedFlowMappingSeparator
        | ErrorKind::ExpectedFlowSequenceSeparator
        | ErrorKind::MismatchedFlowCollectionEnd { .. }
        | ErrorKind::MisplacedFlowCollectionEnd => (
            "matching brackets",
            "close every { and [, and put commas between entries",
        ),
        ErrorKind::UnclosedQuotedScalar => ("a closing quote", "close the quote"),
        ErrorKind::UnknownAnchor => (
            "an anchor `&name` before its alias `*name`",
            "quote a text that starts with *",
        ),
        ErrorKind::UnexpectedCharacter { .. } => {
            ("a value", "quote a text that starts with @, ` or %")
        }
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => {
            ("`key: value`", "put a colon and a space after the key")
        }
        _ => (
            "valid YAML",
            "check the indentation, the brackets and the quotes here and on the line before",
        ),
    };
    Problem::at(&span, format!("invalid YAML: {}", error.kind()))
        .expected(expected)
        .hint(hint)
}
