//! Names from files as data: what may be a name in a model, shown in a comment, or on a terminal.
//!
//! A name never holds a line end, a control character or anything that turns writing round, so it cannot leave the
//! place where it is written; in YAML it is quoted unless it is plain words.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::is_unsafe;

/// Longest name that a model may have, less what makes a cut one unique.
const LONGEST: usize = 90;
/// Plain words that YAML readers take for something else than text.
const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];

/// The names of one import: each name of a file has one name in the model, and no two have the same.
#[derive(Debug, Default)]
pub(super) struct Names {
    given: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    /// Names that could not stay as they are.
    pub(super) changed: usize,
}

impl Names {
    /// The name in the model of a name in a file.
    pub(super) fn of(&mut self, raw: &str) -> String {
        if let Some(name) = self.given.get(raw) {
            return name.clone();
        }
        let name = printable(raw.trim(), LONGEST);
        let name = if name.trim().is_empty() {
            "unnamed".to_owned()
        } else {
            name.trim().to_owned()
        };
        let name = self.unique(&name);
        self.changed += usize::from(name != raw);
        self.given.insert(raw.to_owned(), name.clone());
        name
    }

    /// A name that nothing else has, for a part that no file names.
    pub(super) fn unique(&mut self, name: &str) -> String {
        let mut unique = name.to_owned();
        let mut number = 2;
        while !self.taken.insert(unique.clone()) {
            unique = format!("{name}-{number}");
            number += 1;
        }
        unique
    }
}

/// A text without what would confuse a terminal, a comment or a quoted text, and at most so many characters long.
pub(super) fn printable(text: &str, longest: usize) -> String {
    let harmless = |c: char| {
        if is_unsafe(c) || matches!(c, '\u{fff9}'..='\u{ffff}' | '\u{85}') {
            '\u{fffd}'
        } else {
            c
        }
    };
    let mut shown: String = text.chars().take(longest).map(harmless).collect();
    if text.chars().nth(longest).is_some() {
        shown.push('…');
    }
    shown
}

/// A name as it is written in a model: plain if it is letters, digits and dashes, else in quotes.
pub(super) fn quoted(name: &str) -> String {
    let is_plain = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        && !WORDS.contains(&name.to_ascii_lowercase().as_str());
    if is_plain {
        return name.to_owned();
    }
    let mut text = String::from("\"");
    for c in name.chars() {
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
    }
    text.push('"');
    text
}

/// Names in a message, the first of them: `a, b and 3 more`.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 8;
    let names: Vec<&str> = names.into_iter().collect();
    let shown = names[..names.len().min(MOST)].join(", ");
    match names.len().saturating_sub(MOST) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// `1 call`, `3 calls`.
pub(super) fn count(n: usize, word: &str) -> String {
    match n {
        1 => format!("1 {word}"),
        _ => format!("{n} {word}s"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_apart_and_inside_their_line() {
        let mut names = Names::default();
        let hostile = ["a\nb: c", "a\rb: c", "\u{202e}x", "", " ", "a #b"];
        let given: Vec<String> = hostile.iter().map(|name| names.of(name)).collect();
        assert_eq!(given.iter().collect::<BTreeSet<_>>().len(), given.len());
        assert!(given.iter().all(|name| !name.chars().any(is_unsafe)));
        assert_eq!(names.of("a\nb: c"), given[0]);
        let long = names.of(&"x".repeat(10_000));
        assert!(long.chars().count() <= 100 && names.of(&"x".repeat(9_999)) != long);
    }

    #[test]
    fn only_plain_words_are_not_quoted() {
        assert_eq!(quoted("redis-cart"), "redis-cart");
        for name in ["yes", "1", "a: b", "a #b", "*a", "{a}", "-"] {
            assert!(quoted(name).starts_with('"'), "{name}");
        }
        assert_eq!(quoted("a\"b\\"), "\"a\\\"b\\\\\"");
    }
}
