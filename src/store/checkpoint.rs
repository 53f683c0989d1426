//! A run that is not finished, in its output folder.
//!
//! The name of the file tells runs apart (`checkpoint-1f3a9c2e.bin`), so that runs of other seeds, models or versions
//! that share a folder neither take up nor overwrite each other's.

use std::fmt;
use std::path::{Path, PathBuf};

use super::file::{self, Kind};
use super::{Identity, ReadError};
use crate::montecarlo::State;

/// How far a run has come.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// Time that its trials took, in all commands together \[s\].
    pub wall_seconds: f64,
    /// The finished batches.
    pub state: State,
}

/// The place of the checkpoint of one run.
#[derive(Debug, Clone)]
pub struct CheckpointFile {
    folder: PathBuf,
    path: PathBuf,
    identity: Identity,
}

/// A file that is not taken up, and why.
#[derive(Debug)]
pub enum Unused {
    /// It cannot be used for any run.
    Unreadable(PathBuf, ReadError),
    /// It is of another run: what differs.
    Foreign(PathBuf, Vec<String>),
}

impl fmt::Display for Unused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(path, error) => write!(f, "{} {error}", path.display()),
            Self::Foreign(path, differences) => {
                let differences = differences.join("; ");
                write!(f, "{} is of another run: {differences}", path.display())
            }
        }
    }
}

impl CheckpointFile {
    /// The place in a folder.
    #[must_use]
    pub fn new(folder: &Path, identity: Identity) -> Self {
        Self {
            folder: folder.to_owned(),
            path: folder.join(format!("checkpoint-{}.bin", identity.digits())),
            identity,
        }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The checkpoint, if there is one.
    ///
    /// # Errors
    ///
    /// If the file is damaged or, under this name, of another run.
    pub fn load(&self) -> Result<Option<Checkpoint>, Unused> {
        let unreadable = |error| Unused::Unreadable(self.path.clone(), error);
        let opened = match file::open(&self.path, Kind::Checkpoint) {
            Err(ReadError::System(error)) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(None);
            }
            other => other.map_err(unreadable)?,
        };
        if opened.identity != self.identity {
            let differences = opened.identity.differences(&self.identity);
            return Err(Unused::Foreign(self.path.clone(), differences));
        }
        let (wall_seconds, state) = opened.content().map_err(unreadable)?;
        Ok(Some(Checkpoint {
            wall_seconds,
            state,
        }))
    }

    /// Keeps a state in place of the one before.
    ///
    /// # Errors
    ///
    /// If the file cannot be written; the one before is then still there.
    pub fn save(&self, state: &State, wall_seconds: f64) -> std::io::Result<()> {
        file::write(
            &self.path,
            Kind::Checkpoint,
            &self.identity,
            &(wall_seconds, state),
        )
    }

    /// Takes the checkpoint away; fine if there is none.
    ///
    /// # Errors
    ///
    /// If the file cannot be removed.
    pub fn remove(&self) -> std::io::Result<()> {
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// The other checkpoints in the folder, with why each is not taken up. Other shards of the same run are left out.
    #[must_use]
    pub fn others(&self) -> Vec<Unused> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&self.folder)
            .into_iter()
            .flatten()
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|path| *path != self.path && is_checkpoint(path))
            .collect();
        paths.sort();
        paths
            .into_iter()
            .filter_map(|path| match file::open(&path, Kind::Checkpoint) {
                Err(error) => Some(Unused::Unreadable(path, error)),
                Ok(opened) => {
                    let whole = self.identity.with_shard(None);
                    let differences = if opened.identity.with_shard(None) == whole {
                        Vec::new()
                    } else {
                        opened.identity.differences(&self.identity)
                    };
                    (!differences.is_empty()).then_some(Unused::Foreign(path, differences))
                }
            })
            .collect()
    }
}

fn is_checkpoint(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("checkpoint-") && name.ends_with(".bin")
}
