//! From a file or a text to a validated model.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::decode::{Decode, Reader};
use super::defaults::AppliedDefault;
use super::errors::ModelErrors;
use super::problem::Problem;
use super::quantities::{Nudge, Quantity, of_default};
use super::raw::RawModel;
use super::source::{MAX_BYTES, ShownSource, read_text};
use super::sources;
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

/// The text of a model and where it lay, from which it can be read again.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Origin {
    text: Arc<str>,
    folder: Option<PathBuf>,
}

impl Model {
    /// The model as it would be with one of its quantities so many times as large; `None` if that could not be used, or if no
    /// quantity that is written is at these keys.
    #[must_use]
    pub fn nudged(&self, path: &str, factor: f64) -> Option<Self> {
        let is_written = |quantity: &Quantity| quantity.path == path && quantity.default.is_none();
        if !self.quantities.iter().any(is_written) {
            return None;
        }
        let nudge = Nudge {
            path: path.to_owned(),
            factor,
        };
        let Origin { text, folder } = &self.origin;
        let (model, _) = read_model(text, folder.as_deref(), Some(nudge)).ok()?;
        Some(model)
    }
}

pub(super) fn load_text(
    name: &str,
    text: &str,
    folder: Option<&Path>,
) -> Result<(Model, Vec<AppliedDefault>), ModelErrors> {
    read_model(text, folder, None)
        .map_err(|problems| ModelErrors::new(ShownSource::new(name, text), problems))
}

fn read_model(
    text: &str,
    folder: Option<&Path>,
    nudge: Option<Nudge>,
) -> Result<(Model, Vec<AppliedDefault>), Vec<Problem>> {
    if text.len() as u64 > MAX_BYTES {
        return Err(vec![Problem::of_file(
            "the model has more than 16 MB",
            "check that it is a model",
        )]);
    }
    let (root, problems) = yaml::parse(text);
    let reader = Reader {
        problems,
        folder: folder.map(Path::to_owned),
        nudge,
        ..Reader::default()
    };
    match root {
        Some(root) => read_tree(&root, reader, text),
        None => Err(reader.problems),
    }
}

/// Reads and checks a model from its tree; `text` is what its hash is of, beside the files that it names.
pub(super) fn read_tree(
    root: &Node,
    mut reader: Reader,
    text: &str,
) -> Result<(Model, Vec<AppliedDefault>), Vec<Problem>> {
    let raw = RawModel::decode(root, &mut reader);
    let checked = raw.map(|raw| {
        let (mut model, defaults) = validate(&raw, &mut reader);
        let mut quantities = std::mem::take(&mut reader.quantities);
        quantities.extend(defaults.iter().filter_map(of_default));
        // What is wrong otherwise may be why a path leads to nothing.
        if reader.problems.is_empty() {
            sources::attach(&raw, &mut quantities, &mut reader.problems);
        }
        if let Some(model) = &mut model {
            model.quantities = quantities;
        }
        (model, defaults)
    });
    match checked {
        Some((Some(mut model), defaults)) if reader.problems.is_empty() => {
            model.hash = digest(text, &reader.files);
            model.origin = Origin {
                text: text.into(),
                folder: reader.folder,
            };
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
