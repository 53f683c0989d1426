//! What is wrong with the text of a quantity.

use thiserror::Error;

/// A text that is not the quantity it should be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct UnitError {
    /// What was found, and why it does not do; lower-case, no full stop.
    pub message: String,
    /// What to write instead.
    pub hint: String,
}

impl UnitError {
    /// What is wrong with a text that another module reads by the same rules.
    #[must_use]
    pub fn of(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(message, hint)
    }

    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// The text as it is quoted in a message: on one line, without control characters, cut after 60 characters.
pub(super) fn quoted(text: &str) -> String {
    let mut shown: String = text
        .chars()
        .take(60)
        .map(|c| if c.is_control() { '\u{fffd}' } else { c })
        .collect();
    if text.chars().nth(60).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}
