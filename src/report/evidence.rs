//! evidence.json: what a page about a run shows beside results.json, so that it can be made again without playing.

use crate::results::Evidence;

/// The evidence as JSON with a final line break; the same bytes for the same evidence.
///
/// # Errors
///
/// None in practice: the shape holds no map with keys other than strings.
pub fn evidence_json(evidence: &Evidence) -> Result<String, serde_json::Error> {
    let mut text = serde_json::to_string(evidence)?;
    text.push('\n');
    Ok(text)
}
