//! One change of a value, and what can be wrong with it.

use std::fmt;

use crate::model::problem::{Problem, quoted};

/// A change of one value of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// Keys that lead to the value, `failover.detect`; a name with a dot in it is quoted.
    pub(super) path: String,
    pub(super) to: To,
}

/// What a value becomes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum To {
    /// This, as it would be written in the file.
    Text(String),
    /// Itself, so many times; chances by their odds.
    Multiple(f64),
    /// Left out.
    Nothing,
}

impl Change {
    /// Puts a value in the place of another or, if the file leaves it out, of its default.
    #[must_use]
    pub fn set(path: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            to: To::Text(value.into()),
        }
    }

    /// Multiplies a value. All times of a distribution are, so that it keeps its shape; a chance p becomes one with the
    /// multiple of its odds p / (1 - p), so that it stays one.
    #[must_use]
    pub fn multiply(path: impl Into<String>, factor: f64) -> Self {
        Self {
            path: path.into(),
            to: To::Multiple(factor),
        }
    }

    /// Removes a key, so that its default holds again.
    #[must_use]
    pub fn remove(path: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            to: To::Nothing,
        }
    }

    /// Whether it leaves nothing of what was there before, an earlier change of the same value included.
    #[must_use]
    pub fn replaces(&self) -> bool {
        !matches!(self.to, To::Multiple(_))
    }

    /// Keys that lead to the value.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.to {
            To::Text(value) => write!(formatter, "{}={value}", self.path),
            To::Multiple(factor) => write!(formatter, "{} × {factor}", self.path),
            To::Nothing => write!(formatter, "{} left out", self.path),
        }
    }
}

/// Why a change cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}; {hint}")]
pub struct ChangeError {
    /// What was found, with the path and the value; lower-case, no full stop.
    pub message: String,
    /// What was expected, and the next step.
    pub hint: String,
}

impl ChangeError {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }

    /// The mistakes of a model that was right before.
    pub(super) fn of_problems(changes: &[Change], problems: &[Problem]) -> Self {
        let shown: Vec<String> = changes
            .iter()
            .map(|change| quoted(&change.to_string()))
            .collect();
        let Some(first) = problems.first() else {
            return Self::new(
                format!("{} cannot be used", shown.join(" with ")),
                "please report this model as a bug of failscape",
            );
        };
        let more = match problems.len() - 1 {
            0 => String::new(),
            more => format!(" (and {more} more)"),
        };
        // The path stands before the value already.
        let own = changes.iter().find_map(|change| {
            let rest = first.message.strip_prefix(&change.path)?;
            rest.strip_prefix(": ")
        });
        let message = own.unwrap_or(&first.message);
        let hint = if first.expected.is_empty() {
            first.hint.clone()
        } else {
            format!("expected {}; {}", first.expected, first.hint)
        };
        Self::new(format!("{}: {message}{more}", shown.join(" with ")), hint)
    }
}
