//! Objectives as OpenSLO v1 files: written from a model, and read into what a model says of them.
//!
//! OpenSLO (<https://github.com/OpenSLO/OpenSLO>, `apiVersion: openslo/v1`) describes objectives for monitoring. A model has the targets and
//! windows and no queries; so what is written refers to indicators that are defined elsewhere, and what is read keeps targets and
//! windows only. Whatever cannot be carried over is named.

mod document;
mod read;
mod window;
mod write;

pub use read::{Imported, read};
pub use write::{Exported, write};

/// The version that is read and written.
const API_VERSION: &str = "openslo/v1";
/// Annotation that says which key of a model an SLO is.
const PATH: &str = "failscape-path";

/// A text that is no OpenSLO file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct OpenSloError {
    /// What is wrong, and where.
    pub message: String,
    /// What to do.
    pub hint: String,
}

impl OpenSloError {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            hint: hint.into(),
        }
    }
}
