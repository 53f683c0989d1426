//! The figures as JSON: results.json.

use crate::results::Results;

/// The figures as pretty JSON with a final line break; the same bytes for the same figures.
///
/// # Errors
///
/// None in practice: the shape holds no map with keys other than strings.
pub fn json(results: &Results) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string_pretty(results)?;
    text.push('\n');
    Ok(text)
}
