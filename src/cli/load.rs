//! Reads the model that a command is about.

use std::path::Path;

use super::failure::Failure;
use crate::model::{self, AppliedDefault, ChangeError, Draft, Model, TopologySpec};
use crate::study::GridError;

/// What the report calls the built-in example.
const BUILT_IN: &str = "built-in example";

/// The built-in example.
const EXAMPLE: &str = include_str!("../../models/three-tier.yaml");

/// The model of a file, or the built-in example, with the name that reports give to its source.
pub(super) fn load(path: Option<&Path>) -> Result<(Model, String), Failure> {
    match path {
        Some(path) => Ok((model::load(path)?, file_name(path))),
        None => Ok((
            model::load_str(BUILT_IN, EXAMPLE, None)?,
            BUILT_IN.to_owned(),
        )),
    }
}

/// The same, ready to be changed.
pub(super) fn draft(path: Option<&Path>) -> Result<Draft, Failure> {
    Ok(match path {
        Some(path) => Draft::load(path)?,
        None => Draft::of_str(BUILT_IN, EXAMPLE, None)?,
    })
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        Self::Usage(error.message, error.hint)
    }
}

impl From<GridError> for Failure {
    fn from(error: GridError) -> Self {
        Self::Usage(error.message, error.hint)
    }
}

/// Every value that a file, or the built-in example, leaves out.
pub(super) fn defaults(path: Option<&Path>) -> Result<Vec<AppliedDefault>, Failure> {
    Ok(match path {
        Some(path) => model::applied_defaults(path)?,
        None => model::applied_defaults_str(BUILT_IN, EXAMPLE, None)?,
    })
}

/// The name of the file without the folders around it, which are nobody's business but the user's.
fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(
        || "model".to_owned(),
        |name| name.to_string_lossy().into_owned(),
    )
}

/// The topology of a name; says what there is if there is none.
pub(super) fn topology<'a>(
    model: &'a Model,
    name: &str,
) -> Result<(&'a str, &'a TopologySpec), Failure> {
    if let Some((name, spec)) = model.topologies.get_key_value(name) {
        return Ok((name, spec));
    }
    let close =
        |known: &&String| strsim::damerau_levenshtein(known, name) <= name.chars().count() / 3;
    let nearest = model
        .topologies
        .keys()
        .filter(close)
        .min_by_key(|known| strsim::damerau_levenshtein(known, name));
    let hint = nearest.map_or_else(
        || format!("it has {}", names(model)),
        |known| format!("did you mean `{known}`?"),
    );
    Err(Failure::Usage(
        format!("the model has no topology `{name}`"),
        hint,
    ))
}

/// The topology of a model that has one; says what there is if there are several.
pub(super) fn only_topology(model: &Model) -> Result<(&str, &TopologySpec), Failure> {
    match model.topologies.iter().collect::<Vec<_>>()[..] {
        [(name, spec)] => Ok((name, spec)),
        _ => Err(Failure::Usage(
            "which topology? The model has several".to_owned(),
            format!("add -t and one of {}", names(model)),
        )),
    }
}

fn names(model: &Model) -> String {
    let names: Vec<&str> = model.topologies.keys().map(String::as_str).collect();
    names.join(", ")
}
