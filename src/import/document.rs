//! A text to the values in it, whether JSON or YAML, one document or many.
//!
//! Messages say where and what kind of mistake; never what is written there.

use serde_json::{Deserializer, Value, error::Category};
use serde_saphyr::DuplicateKeyPolicy;

use super::error::ImportError;
use super::source::Source;

/// Greatest size of a YAML text \[byte\]: it is slower to read than JSON, and nobody writes more.
const MAX_YAML: usize = 32_000_000;
/// Greatest number of values in a YAML text, those that aliases repeat included.
const MAX_EVENTS: usize = 4_000_000;
/// Greatest number of documents in a YAML text.
const MAX_DOCUMENTS: usize = 100_000;

/// The documents of a text, in their order; those that are empty are left out.
pub(super) fn documents(source: &Source) -> Result<Vec<Value>, ImportError> {
    let text = source.text.trim_start_matches('\u{feff}');
    if is_json(text) {
        json(source, text)
    } else {
        yaml(source, text)
    }
}

/// Whether a text is meant as JSON. YAML may begin with a bracket too, but what tools write does not.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '['])
}

/// One value, or several one after the other, as collectors write traces line by line.
fn json(source: &Source, text: &str) -> Result<Vec<Value>, ImportError> {
    let mut values = Vec::new();
    for value in Deserializer::from_str(text).into_iter::<Value>() {
        match value {
            Ok(value) => values.push(value),
            Err(error) => return Err(json_error(source, text, &error)),
        }
    }
    Ok(values)
}

fn json_error(source: &Source, text: &str, error: &serde_json::Error) -> ImportError {
    // A stream counts lines from the start of the whole text.
    let place = format!("line {}, column {}", error.line(), error.column());
    let name = &source.name;
    if text.trim_start().starts_with("{{") {
        return template(name, &place);
    }
    match error.classify() {
        Category::Eof => ImportError::new(
            format!("{name} is cut off: the JSON text ends at {place} before it is complete"),
            "export it again; a download or a copy may have been interrupted",
        ),
        _ if error.to_string().starts_with("recursion limit") => ImportError::new(
            format!("{name}, {place}: the JSON text is nested too deeply"),
            "check that it is what you mean to import",
        ),
        _ => ImportError::new(
            format!("{name}, {place}: this is not JSON, though the text begins like it"),
            "look for a missing comma, quote or bracket there, or text that a tool printed before or after the JSON",
        ),
    }
}

fn yaml(source: &Source, text: &str) -> Result<Vec<Value>, ImportError> {
    let name = &source.name;
    if text.len() > MAX_YAML {
        return Err(ImportError::new(
            format!("{name} has more than {} MB of YAML", MAX_YAML / 1_000_000),
            "import a part of it",
        ));
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_events: MAX_EVENTS, max_nodes: MAX_EVENTS, max_documents: MAX_DOCUMENTS },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        with_snippet: false,
    };
    serde_saphyr::from_multiple_with_options::<Value>(text, options)
        .map(|values| {
            values
                .into_iter()
                .filter(|value| !value.is_null())
                .collect()
        })
        .map_err(|error| yaml_error(name, text, &error))
}

fn yaml_error(name: &str, text: &str, error: &serde_saphyr::Error) -> ImportError {
    let place = error.location().map_or_else(
        || "somewhere".to_owned(),
        |place| format!("line {}, column {}", place.line(), place.column()),
    );
    if text.contains("{{") && text.contains("}}") {
        return template(name, &place);
    }
    match original(error) {
        serde_saphyr::Error::Budget { .. }
        | serde_saphyr::Error::AliasReplayLimitExceeded { .. }
        | serde_saphyr::Error::AliasExpansionLimitExceeded { .. }
        | serde_saphyr::Error::AliasReplayStackDepthExceeded { .. } => ImportError::new(
            format!("{name}, {place}: the YAML text holds more than can be read, aliases included"),
            "check aliases that repeat aliases, and nesting",
        ),
        serde_saphyr::Error::UnknownAnchor { .. } => ImportError::new(
            format!("{name}, {place}: an alias stands for an anchor that is not there"),
            "anchors hold within one document: give the whole file",
        ),
        _ => ImportError::new(
            format!("{name}, {place}: this cannot be read as YAML"),
            "check the indentation, quotes and brackets of this line; tabs are not allowed",
        ),
    }
}

/// The error itself, without what is wrapped around it.
fn original(error: &serde_saphyr::Error) -> &serde_saphyr::Error {
    match error.without_snippet() {
        serde_saphyr::Error::AliasError { error, .. } => original(error),
        error => error,
    }
}

fn template(name: &str, place: &str) -> ImportError {
    ImportError::new(
        format!("{name}, {place}: this is a template, with {{{{ … }}}} still in it"),
        "render it first: helm template CHART | failscape import -",
    )
}
