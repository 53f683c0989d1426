//! Models with some values changed by their paths, as `failover.detect` or `faults.zone-outage.mtbf`.
//!
//! A [`Draft`] is a model file that loads. Each [`Change`] takes effect on its tree, before anything is decoded, so that a changed
//! value is checked exactly as if it stood in the file. Used by every study that asks what would be if.

mod assumption;
mod change;
mod edit;
mod language;
mod paths;
mod scale;
#[cfg(test)]
mod tests;
mod walk;

use std::path::{Path, PathBuf};

use super::decode::Reader;
use super::errors::ModelErrors;
use super::load::{folder_of, load_text, read_file, read_tree};
use super::types::Model;
use super::yaml::{self, Node};

pub use assumption::{Assumption, Magnitude};
pub use change::{Change, ChangeError};
pub use language::Kind;
pub use paths::path_of;
pub use walk::Place;

/// A model file that loads, ready to be changed.
///
/// ```
/// use failscape::model::{Change, Draft, STARTER};
/// let draft = Draft::of_str("starter.yaml", STARTER, None).unwrap();
/// let model = draft.with(&[Change::set("failover.decide", "20m")]).unwrap();
/// assert_ne!(model.hash, draft.model().hash);
/// assert!(draft.with(&[Change::set("failover.decide", "soon")]).is_err());
/// ```
#[derive(Debug, Clone)]
pub struct Draft {
    text: String,
    root: Node,
    folder: Option<PathBuf>,
    model: Model,
}

impl Draft {
    /// Reads and checks a model file.
    pub fn load(path: &Path) -> Result<Self, ModelErrors> {
        let text = read_file(path)?;
        Self::of_str(&path.to_string_lossy(), &text, Some(folder_of(path)))
    }

    /// Reads and checks a model from a text. `name` is shown in errors; files that it names are read from `folder`.
    pub fn of_str(name: &str, text: &str, folder: Option<&Path>) -> Result<Self, ModelErrors> {
        let (model, _) = load_text(name, text, folder)?;
        let (root, problems) = yaml::parse(text);
        let Some(root) = root else {
            return Err(ModelErrors::of_text(name, text, problems));
        };
        Ok(Self {
            text: text.to_owned(),
            root,
            folder: folder.map(Path::to_owned),
            model,
        })
    }

    /// The model without any change.
    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The model with these changes, one after the other.
    pub fn with(&self, changes: &[Change]) -> Result<Model, ChangeError> {
        if changes.is_empty() {
            return Ok(self.model.clone());
        }
        let mut root = self.root.clone();
        // Hash and changes are kept apart by what no file of text contains.
        let mut text = self.text.clone();
        for change in changes {
            root = self.apply(&root, change)?;
            text.push('\0');
            text.push_str(&change.to_string());
        }
        let reader = Reader {
            folder: self.folder.clone(),
            ..Reader::default()
        };
        read_tree(&root, reader, &text)
            .map(|(model, _)| model)
            .map_err(|problems| ChangeError::of_problems(changes, &problems))
    }
}
