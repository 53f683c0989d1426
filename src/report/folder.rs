//! A folder of output files, written all at once.
//!
//! Files are staged under temporary names in the folder itself and renamed when all of them are there, so that a run
//! that is stopped or a full disk never leaves half a file under a real name. Opening the folder writes a file to it,
//! so that a folder that cannot be written is found out before the trials run.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// Why output could not be written.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    /// The folder does not exist and could not be made.
    #[error("cannot make the folder {}", path.display())]
    Create {
        /// The folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file could not be written.
    #[error("cannot write {}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file name that is not a plain name.
    #[error("`{name}` is not a file name")]
    Name {
        /// The name.
        name: String,
    },
}

/// A folder that is known to be writable, and the files staged in it.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    staged: Vec<(String, NamedTempFile)>,
}

impl Folder {
    /// Makes the folder if there is none, and finds out whether it can be written.
    ///
    /// # Errors
    ///
    /// If the folder cannot be made, or a file in it cannot be written.
    pub fn open(path: &Path) -> Result<Self, OutputError> {
        std::fs::create_dir_all(path).map_err(|source| OutputError::Create {
            path: path.to_owned(),
            source,
        })?;
        temporary_file(path).map_err(|source| OutputError::Write {
            path: path.to_owned(),
            source,
        })?;
        Ok(Self {
            path: path.to_owned(),
            staged: Vec::new(),
        })
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes a file under a temporary name; a file staged before under the same name is replaced.
    ///
    /// # Errors
    ///
    /// If `name` is not a plain file name, or the file cannot be written.
    pub fn stage(&mut self, name: &str, content: impl AsRef<[u8]>) -> Result<(), OutputError> {
        if !is_plain_name(name) {
            return Err(OutputError::Name {
                name: name.to_owned(),
            });
        }
        let failed = |source| OutputError::Write {
            path: self.path.join(name),
            source,
        };
        let mut file = temporary_file(&self.path).map_err(failed)?;
        file.write_all(content.as_ref())
            .and_then(|()| file.as_file().sync_all())
            .map_err(failed)?;
        self.staged.retain(|(other, _)| other != name);
        self.staged.push((name.to_owned(), file));
        Ok(())
    }

    /// Gives all staged files their names; files of an earlier run of the same names are replaced. Those of `outdated` that
    /// were not staged are removed if the folder holds an earlier run, which left `mark`: they would show its figures beside
    /// the new ones.
    ///
    /// # Errors
    ///
    /// If a file cannot be renamed or removed; those before it keep their names.
    pub fn commit(
        self,
        mark: &str,
        outdated: impl IntoIterator<Item = String>,
    ) -> Result<Vec<PathBuf>, OutputError> {
        let mut written = Vec::with_capacity(self.staged.len());
        let is_staged = |name: &String| self.staged.iter().any(|(staged, _)| staged == name);
        let outdated: Vec<PathBuf> = (outdated.into_iter())
            .filter(|name| !is_staged(name) && self.path.join(mark).exists())
            .map(|name| self.path.join(name))
            .collect();
        for path in outdated.into_iter().filter(|path| path.exists()) {
            std::fs::remove_file(&path).map_err(|source| OutputError::Write { path, source })?;
        }
        for (name, file) in self.staged {
            let path = self.path.join(name);
            file.persist(&path).map_err(|error| OutputError::Write {
                path: path.clone(),
                source: error.error,
            })?;
            written.push(path);
        }
        Ok(written)
    }
}

/// A temporary file in a folder, with the permissions of an ordinary one; it vanishes unless it is given a name.
pub(crate) fn temporary_file(folder: &Path) -> std::io::Result<NamedTempFile> {
    let mut builder = Builder::new();
    builder.prefix(".failscape-").suffix(".tmp");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        // What the umask leaves of it, as for any other file.
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    // The reason alone: the temporary name would say nothing to a user.
    builder
        .tempfile_in(folder)
        .map_err(|error| error.kind().into())
}

fn is_plain_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty() && !name.starts_with('.') && name.chars().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_has_its_name_before_all_is_written() {
        let parent = tempfile::tempdir().unwrap();
        let path = parent.path().join("a/b");
        let mut folder = Folder::open(&path).unwrap();
        folder.stage("results.json", "{}").unwrap();
        assert!(!path.join("results.json").exists());
        assert_eq!(
            folder.commit("run.json", []).unwrap(),
            [path.join("results.json")]
        );
        assert_eq!(
            std::fs::read_to_string(path.join("results.json")).unwrap(),
            "{}"
        );
        assert_eq!(std::fs::read_dir(&path).unwrap().count(), 1);
    }

    #[test]
    fn what_an_earlier_run_left_goes_and_what_is_the_users_stays() {
        let parent = tempfile::tempdir().unwrap();
        let stale = || ["old.svg".to_owned(), "new.svg".to_owned()];
        std::fs::write(parent.path().join("old.svg"), "mine").unwrap();
        let mut folder = Folder::open(parent.path()).unwrap();
        folder.stage("run.json", "{}").unwrap();
        folder.commit("run.json", stale()).unwrap();
        assert!(parent.path().join("old.svg").exists());
        let mut folder = Folder::open(parent.path()).unwrap();
        folder.stage("new.svg", "<svg/>").unwrap();
        folder.commit("run.json", stale()).unwrap();
        assert!(!parent.path().join("old.svg").exists());
        assert!(parent.path().join("new.svg").exists());
    }

    #[test]
    fn an_abandoned_folder_holds_no_files() {
        let parent = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(parent.path()).unwrap();
        folder.stage("x.svg", "<svg/>").unwrap();
        drop(folder);
        assert_eq!(std::fs::read_dir(parent.path()).unwrap().count(), 0);
    }

    #[test]
    fn names_never_leave_the_folder() {
        let parent = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(parent.path()).unwrap();
        for name in ["../x", "a/b", "", ".hidden", "a\\b", ".."] {
            assert!(folder.stage(name, "x").is_err(), "{name}");
        }
    }

    #[test]
    fn a_folder_under_a_file_cannot_be_opened() {
        let parent = tempfile::tempdir().unwrap();
        std::fs::write(parent.path().join("file"), "x").unwrap();
        assert!(Folder::open(&parent.path().join("file/below")).is_err());
    }
}
