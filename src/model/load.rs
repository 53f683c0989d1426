//! From a file or a text to a validated model.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::decode::{Decode, Reader};
use super::defaults::AppliedDefault;
use super::errors::ModelErrors;
use super::problem::Problem;
use super::raw::RawModel;
use super::source::{MAX_BYTES, ShownSource, read_text};
use super::types::Model;
use super::validate::validate;
use super::yaml::{self, Node};

/// Reads and checks a model file. Files that it names are read from its folder.
pub fn load(path: &Path) -> Result<Model, ModelErrors> {
    load_file(path).map(|(model, _)| model)
}

/// Reads and checks a model from a text. `name` is shown in errors; files that it names are read from `folder`.
pub fn load_str(name: &str, text: &str, folder: Option<&Path>) -> Result<Model, ModelErrors> {
    load_text(name, text, folder).map(|(model, _)| model)
}

/// Every default that applies to a model file, in the order in which they were looked up.
pub fn applied_defaults(path: &Path) -> Result<Vec<AppliedDefault>, ModelErrors> {
    load_file(path).map(|(_, defaults)| defaults)
}

/// Every default that applies to a model in a text.
pub fn applied_defaults_str(
    name: &str,
    text: &str,
    folder: Option<&Path>,
) -> Result<Vec<AppliedDefault>, ModelErrors> {
    load_text(name, text, folder).map(|(_, defaults)| defaults)
}

fn load_file(path: &Path) -> Result<(Model, Vec<AppliedDefault>), ModelErrors> {
    let text = read_file(path)?;
    load_text(&path.to_string_lossy(), &text, Some(folder_of(path)))
}

/// The text of a model file.
pub(super) fn read_file(path: &Path) -> Result<String, ModelErrors> {
    let name = path.to_string_lossy();
    read_text(path).map_err(|problem| ModelErrors::new(ShownSource::new(&name, ""), vec![problem]))
}

/// The folder of a model file, from which it reads what it names.
pub(super) fn folder_of(path: &Path) -> &Path {
    let parent = path.parent();
    let named = parent.filter(|folder| !folder.as_os_str().is_empty());
    named.unwrap_or(Path::new("."))
}

pub(super) fn load_text(
    name: &str,
    text: &str,
    folder: Option<&Path>,
) -> Result<(Model, Vec<AppliedDefault>), ModelErrors> {
    read_model(text, folder)
        .map_err(|problems| ModelErrors::new(ShownSource::new(name, text), problems))
}

fn read_model(
    text: &str,
    folder: Option<&Path>,
) -> Result<(Model, Vec<AppliedDefault>), Vec<Problem>> {
    if text.len() as u64 > MAX_BYTES {
        return Err(vec![Problem::of_file(
            "the model has more than 16 MB",
            "check that it is a model",
        )]);
    }
    let (root, problems) = yaml::parse(text);
    match root {
        Some(root) => read_tree(&root, problems, text, folder),
        None => Err(problems),
    }
}

/// Reads and checks a model from its tree; `text` is what its hash is of, beside the files that it names.
pub(super) fn read_tree(
    root: &Node,
    problems: Vec<Problem>,
    text: &str,
    folder: Option<&Path>,
) -> Result<(Model, Vec<AppliedDefault>), Vec<Problem>> {
    let mut reader = Reader {
        problems,
        folder: folder.map(Path::to_owned),
        ..Reader::default()
    };
    let raw = RawModel::decode(root, &mut reader);
    let checked = raw.map(|raw| validate(&raw, &mut reader));
    match checked {
        Some((Some(mut model), defaults)) if reader.problems.is_empty() => {
            model.hash = digest(text, &reader.files);
            Ok((model, defaults))
        }
        _ if reader.problems.is_empty() => Err(vec![Problem::of_file(
            "the model cannot be used",
            "please report this model as a bug of failscape",
        )]),
        _ => Err(reader.problems),
    }
}

/// SHA-256 of the text with plain line ends, and of the observed times that it takes from files.
fn digest(text: &str, files: &[(String, Vec<f64>)]) -> String {
    let mut hash = Sha256::new();
    hash.update(text.replace("\r\n", "\n"));
    for (name, values) in files {
        hash.update(name);
        for value in values {
            hash.update(value.to_le_bytes());
        }
    }
    let mut digits = String::with_capacity(64);
    for byte in hash.finalize() {
        digits.push(char::from_digit(u32::from(byte >> 4), 16).unwrap_or('0'));
        digits.push(char::from_digit(u32::from(byte & 15), 16).unwrap_or('0'));
    }
    digits
}
