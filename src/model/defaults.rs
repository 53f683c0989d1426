//! What a model leaves to the defaults of the language.

/// A value that applies because the model does not give one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedDefault {
    /// Key path, such as `services.db.needs`.
    pub path: String,
    /// The value as it would be written.
    pub value: String,
    /// Where it comes from.
    pub why: String,
}
