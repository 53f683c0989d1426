//! The form of a file: a line that says what it is, its length, its checksum, an identity, and what is kept.
//!
//! ```text
//! failscape checkpoint, format 2\n  length of the content, 8 bytes, little-endian
//! SHA-256 of the line and the content, 32 bytes
//! content: the identity, then what is kept, in postcard (a compact binary form; floats to the bit)
//! ```
//!
//! Written under a temporary name, brought to the disk, and then renamed: under its own name a file is whole, whenever the
//! program or the machine stops.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::path::Path;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};

use super::Identity;
use crate::report::temporary_file;

/// Version of the form of files.
const FORMAT: u32 = 2;

/// Bytes of the length and the checksum.
const FIXED: usize = 8 + 32;

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Checkpoint,
    Shard,
}

impl Kind {
    fn word(self) -> &'static str {
        match self {
            Self::Checkpoint => "checkpoint",
            Self::Shard => "shard",
        }
    }

    /// The first line up to the number of the format.
    fn opening(self) -> String {
        format!("failscape {}, format ", self.word())
    }
}

/// Why a file cannot be used, whatever it is of.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system cannot read it.
    #[error("cannot be read: {0}")]
    System(#[from] std::io::Error),
    /// It does not begin as such a file does.
    #[error("is no {0} of failscape")]
    Other(&'static str),
    /// It is of a format that this program does not know.
    #[error("has format {0}; this program reads format {FORMAT}")]
    Format(String),
    /// It has another length than it says.
    #[error(
        "is {} bytes long where {} are needed: it was cut short or added to",
        found,
        expected
    )]
    Length {
        /// Bytes there are.
        found: u64,
        /// Bytes there should be.
        expected: u64,
    },
    /// Its checksum is another than that of its content.
    #[error("is damaged: its checksum does not match its content")]
    Checksum,
    /// Its checksum is right but the content makes no sense.
    #[error("does not hold what this program expects")]
    Content,
}

/// A file that is whole: what it is of, and the rest, not looked at yet.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) identity: Identity,
    rest: Vec<u8>,
}

impl Opened {
    /// What is kept. Only a file of the same program version has the same shape.
    pub(super) fn content<T: DeserializeOwned>(&self) -> Result<T, ReadError> {
        postcard::from_bytes(&self.rest).map_err(|_| ReadError::Content)
    }
}

/// Writes a file as a whole or not at all.
pub(super) fn write(
    path: &Path,
    kind: Kind,
    identity: &Identity,
    kept: &impl Serialize,
) -> std::io::Result<()> {
    let content = postcard::to_stdvec(&(identity, kept)).map_err(std::io::Error::other)?;
    let line = format!("{}{FORMAT}\n", kind.opening());
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    let mut file = temporary_file(folder)?;
    file.write_all(line.as_bytes())?;
    file.write_all(&(content.len() as u64).to_le_bytes())?;
    file.write_all(&checksum(line.as_bytes(), &content))?;
    file.write_all(&content)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // The name, too, is brought to the disk, where folders can be opened (not on Windows).
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// Whether a file begins as one of a kind does, whole or not.
pub(super) fn begins_as(path: &Path, kind: Kind) -> std::io::Result<bool> {
    // The number of the format may be another.
    let opening = kind.opening();
    let mut start = Vec::new();
    File::open(path)?
        .take(opening.len() as u64)
        .read_to_end(&mut start)?;
    Ok(start == opening.as_bytes())
}

/// Reads a file and finds out whether it is whole.
pub(super) fn open(path: &Path, kind: Kind) -> Result<Opened, ReadError> {
    parse(&std::fs::read(path)?, kind)
}

fn parse(bytes: &[u8], kind: Kind) -> Result<Opened, ReadError> {
    let other = || ReadError::Other(kind.word());
    let opening = kind.opening();
    let after = bytes.strip_prefix(opening.as_bytes()).ok_or_else(other)?;
    let digits = after
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (number, after) = after.split_at(digits);
    if number != FORMAT.to_string().as_bytes() {
        let number = String::from_utf8_lossy(number).into_owned();
        return Err(ReadError::Format(number));
    }
    let line = opening.len() + digits + 1;
    let too_short = || ReadError::Length {
        found: bytes.len() as u64,
        expected: (line + FIXED) as u64,
    };
    let after = after.strip_prefix(b"\n").ok_or_else(other)?;
    let (length, after) = after.split_first_chunk::<8>().ok_or_else(too_short)?;
    let (sum, content) = after.split_first_chunk::<32>().ok_or_else(too_short)?;
    let length = u64::from_le_bytes(*length);
    if length != content.len() as u64 {
        return Err(ReadError::Length {
            found: bytes.len() as u64,
            expected: length.saturating_add((line + FIXED) as u64),
        });
    }
    if *sum != checksum(&bytes[..line], content) {
        return Err(ReadError::Checksum);
    }
    let (identity, rest) =
        postcard::take_from_bytes::<Identity>(content).map_err(|_| ReadError::Content)?;
    Ok(Opened {
        identity,
        rest: rest.to_vec(),
    })
}

fn checksum(line: &[u8], content: &[u8]) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(line);
    hash.update(content);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::load_str;
    use crate::montecarlo::{Estimator, RunSettings, State};

    fn identity(seed: u64) -> Identity {
        let model = load_str("starter", crate::model::STARTER, None).unwrap();
        let settings = RunSettings {
            seed,
            trials: Some(1_000_000),
            precision: None,
            together: false,
            precision_of_differences: None,
            max_time: None,
            confidence: 0.95,
            threads: 1,
            estimator: Estimator::Plain,
        };
        Identity::new(&model, &["a", "b"], &settings, None, &State::new(&[]))
    }

    #[test]
    fn floats_come_back_to_the_bit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.bin");
        let kept = [
            0.1 + 0.2,
            -0.0,
            f64::MIN_POSITIVE / 8.0,
            f64::INFINITY,
            1.0 / 3.0,
        ];
        write(&path, Kind::Shard, &identity(1), &kept).unwrap();
        let opened = open(&path, Kind::Shard).unwrap();
        let found: [f64; 5] = opened.content().unwrap();
        assert_eq!(found.map(f64::to_bits), kept.map(f64::to_bits));
        assert_eq!(opened.identity, identity(1));
        assert!(matches!(
            open(&path, Kind::Checkpoint),
            Err(ReadError::Other(_))
        ));
    }

    #[test]
    fn no_damage_goes_unseen() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.bin");
        write(&path, Kind::Checkpoint, &identity(1), &[1.5, 2.5]).unwrap();
        let sound = std::fs::read(&path).unwrap();
        assert!(parse(&sound, Kind::Checkpoint).is_ok());
        for at in 0..sound.len() {
            assert!(parse(&sound[..at], Kind::Checkpoint).is_err(), "{at}");
            for bit in 0..8 {
                let mut damaged = sound.clone();
                damaged[at] ^= 1 << bit;
                assert!(parse(&damaged, Kind::Checkpoint).is_err(), "{at}, {bit}");
            }
        }
        let longer = [&sound[..], b"\n"].concat();
        assert!(parse(&longer, Kind::Checkpoint).is_err());
    }

    #[test]
    fn runs_are_told_apart() {
        let (one, two) = (identity(1), identity(2));
        assert_eq!(one.differences(&two), ["seed 1, not 2"]);
        assert!(one.differences(&one).is_empty());
        assert_ne!(one.digits(), two.digits());
        assert_eq!(one.digits().len(), 8);
    }
}
