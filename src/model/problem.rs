//! One mistake in a model file, and the collector of all of them.

use std::ops::Range;

/// Bytes of the model file.
pub(super) type Span = Range<usize>;

/// One mistake in a model file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// What was found, with its key path; lower-case, no full stop.
    pub message: String,
    /// What was expected at that place.
    pub expected: String,
    /// The next step.
    pub hint: String,
    /// Where; `None` if it is about the file as a whole.
    pub(super) span: Option<Span>,
}

impl Problem {
    /// A mistake at a place.
    pub(super) fn at(span: &Span, message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            expected: String::new(),
            hint: String::new(),
            span: Some(span.clone()),
        }
    }

    /// A mistake of the file as a whole.
    pub(super) fn of_file(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            expected: String::new(),
            hint: hint.into(),
            span: None,
        }
    }

    pub(super) fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = expected.into();
        self
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = hint.into();
        self
    }
}

/// A user's text as it is quoted in a message: on one line, without control characters, cut after 60 characters.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text.chars().take(60).map(printable).collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Names as a list in a message: `` `a`, `b` and 3 more ``.
pub(super) fn quoted_list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    const MOST: usize = 12;
    let names: Vec<&str> = names.into_iter().collect();
    let mut shown: Vec<String> = names.iter().take(MOST).map(|name| quoted(name)).collect();
    if names.len() > MOST {
        shown.push(format!("{} more", names.len() - MOST));
    }
    match shown.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        _ => shown.concat(),
    }
}

/// The name that was probably meant, if one is near: at most a third of the letters differ, of two
/// letters one.
pub(super) fn similar<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let length = name.chars().count();
    if length > 100 {
        return None;
    }
    let lower = name.to_lowercase();
    let mut best: Option<(usize, &str)> = None;
    for candidate in known {
        let candidate_length = candidate.chars().count();
        let longer = length.max(candidate_length);
        let most = (longer / 3).max(usize::from(longer == 2));
        // Names of too different lengths cannot be near; comparing them would be slow in large models.
        if length.abs_diff(candidate_length) > most {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&lower, &candidate.to_lowercase());
        if distance <= most && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

/// Whether a character may change how a terminal or a page shows what is around it.
pub(crate) fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

fn printable(c: char) -> char {
    if is_unsafe(c) { '\u{fffd}' } else { c }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggestions_stop_at_a_third_of_the_letters() {
        let known = ["replicas", "needs", "calls"];
        assert_eq!(similar("replica", known), Some("replicas"));
        assert_eq!(similar("need", known), Some("needs"));
        assert_eq!(similar("depends_on", known), None);
        assert_eq!(similar("db", ["db-primary"]), None);
    }

    #[test]
    fn texts_are_shown_without_control_characters() {
        assert_eq!(quoted("a\u{1b}[2Jb"), "`a\u{fffd}[2Jb`");
        assert_eq!(quoted(&"x".repeat(70)), format!("`{}…`", "x".repeat(60)));
        assert_eq!(quoted_list(["a", "b", "c"]), "`a`, `b` and `c`");
        assert_eq!(quoted_list(["a"]), "`a`");
    }
}
