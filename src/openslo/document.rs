//! The documents of a YAML or JSON text.

use serde_json::Value;

use super::OpenSloError;

/// Greatest size of a text \[byte\].
const MAX_BYTES: usize = 8_000_000;
/// Greatest number of values, those that aliases repeat included.
const MAX_VALUES: usize = 1_000_000;

/// All documents in their order, empty ones left out.
pub(super) fn documents(name: &str, text: &str) -> Result<Vec<Value>, OpenSloError> {
    if text.len() > MAX_BYTES {
        return Err(OpenSloError::new(
            format!("{name} has more than {} MB", MAX_BYTES / 1_000_000),
            "check that it is a file of SLOs",
        ));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_events: MAX_VALUES, max_nodes: MAX_VALUES },
        with_snippet: false,
    };
    let text = text.trim_start_matches('\u{feff}');
    serde_saphyr::from_multiple_with_options::<Value>(text, options)
        .map(|values| values.into_iter().filter(|value| !value.is_null()).collect())
        .map_err(|error| {
            let place = error.location().map_or_else(String::new, |place| {
                format!(", line {}, column {}", place.line(), place.column())
            });
            OpenSloError::new(
                format!("{name}{place}: this cannot be read as YAML"),
                "check the indentation, quotes and brackets of this line, and keys that are given twice",
            )
        })
}
