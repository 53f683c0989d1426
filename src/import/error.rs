//! Why something cannot be imported. Never holds a value of the file: it might be a secret.

use thiserror::Error;

/// What is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{message}")]
pub struct ImportError {
    /// What was found and what was expected, with the file and, where it is known, the line and column.
    pub message: String,
    /// The next step.
    pub hint: String,
}

impl ImportError {
    pub(super) fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}
