//! The shards of a run, each in a file, and how they are joined.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::file::{self, Kind, Opened};
use super::{Identity, ReadError};
use crate::montecarlo::{Shard, State};

/// How the figures of the run are to be shown; changes no tally.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Appearance {
    /// Level of the intervals.
    pub confidence: f64,
    /// What the report calls the model's source.
    pub source: String,
    /// Whether one topology is shown at length.
    pub in_depth: bool,
}

/// A shard's file, known to be whole.
#[derive(Debug)]
pub struct ShardFile {
    path: PathBuf,
    shard: Shard,
    opened: Opened,
}

/// Files of a folder, each in order of names.
#[derive(Debug, Default)]
pub struct FolderFiles {
    /// Those that are shards, or should be.
    pub shards: Vec<PathBuf>,
    /// Those that are not.
    pub others: Vec<PathBuf>,
}

/// Why files are not the shards of one run: each reason on its own.
#[derive(Debug, thiserror::Error)]
pub struct WrongSet(Vec<String>);

impl fmt::Display for WrongSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

/// The name of the file of a shard.
#[must_use]
fn shard_name(shard: Shard) -> String {
    format!("shard-{}-of-{}.bin", shard.number(), shard.of())
}

/// Whether a file is named as one of a shard is.
fn is_shard(path: &Path) -> bool {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    name.starts_with("shard-") && name.ends_with(".bin")
}

/// Writes a finished shard into a folder.
///
/// # Errors
///
/// If the file cannot be written.
pub fn write_shard(
    folder: &Path,
    identity: &Identity,
    shard: Shard,
    appearance: &Appearance,
    wall_seconds: f64,
    state: &State,
) -> std::io::Result<PathBuf> {
    let path = folder.join(shard_name(shard));
    let kept = (appearance, wall_seconds, state);
    file::write(&path, Kind::Shard, identity, &kept)?;
    Ok(path)
}

/// What a file keeps: time in seconds between how it looks and what it came to.
type Content = (Appearance, f64, State);

/// A run put together from its shards.
#[derive(Debug)]
pub struct Joined {
    /// As the first shard asks for.
    pub appearance: Appearance,
    /// A level that another shard asks for, if they do not agree.
    pub other_confidence: Option<f64>,
    /// Time that the trials took, added up \[s\].
    pub wall_seconds: f64,
    /// All batches of the run.
    pub state: State,
}

impl ShardFile {
    /// Reads a file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is damaged or is no shard.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let opened = file::open(path, Kind::Shard)?;
        let shard = opened.identity.shard().ok_or(ReadError::Content)?;
        Ok(Self {
            path: path.to_owned(),
            shard,
            opened,
        })
    }

    /// The files in a folder: shards by what they begin with, whatever they are called, or by their name, whatever has become of them;
    /// and what else there is. Hidden files and folders are neither.
    ///
    /// # Errors
    ///
    /// If the folder, or a file in it, cannot be read.
    pub fn in_folder(folder: &Path) -> std::io::Result<FolderFiles> {
        let mut found = FolderFiles::default();
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            if name.starts_with('.') || !path.is_file() {
                continue;
            }
            if is_shard(&path) || file::begins_as(&path, Kind::Shard)? {
                found.shards.push(path);
            } else {
                found.others.push(path);
            }
        }
        found.shards.sort();
        found.others.sort();
        Ok(found)
    }

    /// What it is of.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.opened.identity
    }
}

/// All shards of one run, each once.
#[derive(Debug)]
pub struct ShardSet {
    /// In order of their numbers; at least one.
    files: Vec<ShardFile>,
    run: Identity,
}

impl ShardSet {
    /// The shards of a run, given in any order.
    ///
    /// # Errors
    ///
    /// Names every shard that is missing, is there twice, or is of another run than most.
    pub fn new(mut files: Vec<ShardFile>) -> Result<Self, WrongSet> {
        files.sort_by_key(|file| file.shard.number());
        let mut wrong = strangers(&files);
        if wrong.is_empty() {
            wrong = gaps(&files);
        }
        match files.first() {
            Some(first) if wrong.is_empty() => Ok(Self {
                run: first.opened.identity.with_shard(None),
                files,
            }),
            None => Err(WrongSet(vec!["there are no shards".to_owned()])),
            Some(_) => Err(WrongSet(wrong)),
        }
    }

    /// The run that they are the shards of.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.run.clone()
    }

    /// How many there are.
    #[must_use]
    pub fn shards(&self) -> u32 {
        self.files.len() as u32
    }

    /// How the figures of the first are to be shown.
    ///
    /// # Errors
    ///
    /// If another version of the program wrote it.
    pub fn appearance(&self) -> Result<Appearance, ReadError> {
        let first = self.files.first().ok_or(ReadError::Content)?;
        let (appearance, _, _): Content = first.opened.content()?;
        Ok(appearance)
    }

    /// Joins them. Only shards of this version of the program can be joined.
    ///
    /// # Errors
    ///
    /// Names the shard that does not hold what it should.
    pub fn join(self) -> Result<Joined, WrongSet> {
        let mut joined: Option<Joined> = None;
        for file in self.files {
            let say = |what: &str| WrongSet(vec![format!("{} {what}", file.path.display())]);
            let (appearance, seconds, state): Content = file
                .opened
                .content()
                .map_err(|error| say(&error.to_string()))?;
            let Some(joined) = &mut joined else {
                joined = Some(Joined {
                    appearance,
                    other_confidence: None,
                    wall_seconds: seconds,
                    state,
                });
                continue;
            };
            if !joined.state.is_followed_by(&state) {
                return Err(say("does not begin where the shard before it ends"));
            }
            if appearance.confidence != joined.appearance.confidence {
                joined.other_confidence = Some(appearance.confidence);
            }
            joined.wall_seconds += seconds;
            joined.state.append(state);
        }
        joined.ok_or_else(|| WrongSet(vec!["there are no shards".to_owned()]))
    }
}

/// What is of another run than most of the files.
fn strangers(files: &[ShardFile]) -> Vec<String> {
    // Of the same run: the same but for the number of the shard.
    let run = |file: &ShardFile| {
        let first = Shard::new(1, file.shard.of());
        file.identity().with_shard(first)
    };
    let runs: Vec<Identity> = files.iter().map(run).collect();
    let alike = |identity: &Identity| runs.iter().filter(|other| *other == identity).count();
    let Some(usual) = runs.iter().rev().max_by_key(|identity| alike(identity)) else {
        return Vec::new();
    };
    files
        .iter()
        .zip(&runs)
        .filter(|(_, identity)| *identity != usual)
        .map(|(file, identity)| {
            let differences = if identity.shard() == usual.shard() {
                identity.differences(usual).join("; ")
            } else {
                let of = |identity: &Identity| identity.shard().map_or(0, Shard::of);
                format!("one of {} shards, not of {}", of(identity), of(usual))
            };
            let path = file.path.display();
            format!("{path} is of another run than most: {differences}")
        })
        .collect()
}

/// Shards of one run that are there twice or not at all.
fn gaps(files: &[ShardFile]) -> Vec<String> {
    let mut wrong = Vec::new();
    for pair in files.windows(2) {
        if let [one, other] = pair
            && one.shard == other.shard
        {
            let (one_path, other_path) = (one.path.display(), other.path.display());
            wrong.push(format!(
                "shard {} is there twice: {one_path} and {other_path}",
                one.shard
            ));
        }
    }
    let of = files.first().map_or(0, |file| file.shard.of());
    let missing: Vec<String> = (1..=of)
        .filter(|number| {
            files
                .binary_search_by_key(number, |file| file.shard.number())
                .is_err()
        })
        .filter_map(|number| Some(format!("shard {}", Shard::new(number, of)?)))
        .collect();
    if !missing.is_empty() {
        const SHOWN: usize = 20;
        let more = missing.len().saturating_sub(SHOWN);
        let more = if more > 0 {
            format!(" and {more} more")
        } else {
            String::new()
        };
        let shown = missing.into_iter().take(SHOWN).collect::<Vec<_>>();
        wrong.push(format!("missing: {}{more}", shown.join(", ")));
    }
    wrong
}
