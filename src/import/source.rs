//! The text of an imported file: read within limits, or refused with the reason.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use super::error::ImportError;
use super::names::printable;

/// Greatest size of an imported file \[byte\].
const MAX_BYTES: u64 = 256_000_000;

/// A text to import, and what messages call it.
#[derive(Debug)]
pub struct Source {
    /// Name without the folders around it, safe to be shown.
    pub(super) name: String,
    pub(super) text: String,
}

/// How a file begins that is no text, what it is, and what to do about it.
const BINARY: [(&[u8], &str, &str); 7] = [
    (
        b"\x1f\x8b",
        "compressed with gzip",
        "unpack it first: gunzip -c FILE | failscape import -",
    ),
    (
        b"\x28\xb5\x2f\xfd",
        "compressed with zstd",
        "unpack it first: zstd -dc FILE | failscape import -",
    ),
    (
        b"\xfd7zXZ\0",
        "compressed with xz",
        "unpack it first: xz -dc FILE | failscape import -",
    ),
    (
        b"BZh",
        "compressed with bzip2",
        "unpack it first: bunzip2 -c FILE | failscape import -",
    ),
    (
        b"PK\x03\x04",
        "a zip archive, as saved plans of terraform are",
        "of a saved plan: terraform show -json FILE > plan.json; of another archive: unpack it first",
    ),
    (
        b"\xff\xfe",
        "encoded as UTF-16",
        "save it as UTF-8; PowerShell: … | Out-File -Encoding utf8 FILE",
    ),
    (
        b"\xfe\xff",
        "encoded as UTF-16",
        "save it as UTF-8; PowerShell: … | Out-File -Encoding utf8 FILE",
    ),
];

impl Source {
    /// Reads a file.
    pub fn read(path: &Path) -> Result<Self, ImportError> {
        let name = shown_name(path);
        let metadata = fs::metadata(path).map_err(|error| cannot_read(&name, &error))?;
        if metadata.is_dir() {
            return Err(ImportError::new(
                format!("{name} is a directory"),
                "name the files in it: failscape import DIR/*.yaml",
            ));
        }
        if metadata.len() > MAX_BYTES {
            return Err(too_large(&name));
        }
        let file = File::open(path).map_err(|error| cannot_read(&name, &error))?;
        Self::from_reader(name, file)
    }

    /// Reads what comes from somewhere else, such as the standard input.
    pub fn from_reader(name: impl Into<String>, reader: impl Read) -> Result<Self, ImportError> {
        let name = name.into();
        let mut bytes = Vec::new();
        reader
            .take(MAX_BYTES + 1)
            .read_to_end(&mut bytes)
            .map_err(|error| cannot_read(&name, &error))?;
        if bytes.len() as u64 > MAX_BYTES {
            return Err(too_large(&name));
        }
        let text = decode(bytes, &name)?;
        Ok(Self { name, text })
    }
}

fn decode(bytes: Vec<u8>, name: &str) -> Result<String, ImportError> {
    for (start, what, hint) in BINARY {
        if bytes.starts_with(start) {
            return Err(ImportError::new(format!("{name} is {what}"), hint));
        }
    }
    let text = String::from_utf8(bytes).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        let line = 1 + String::from_utf8_lossy(before).matches('\n').count();
        ImportError::new(
            format!("{name} is not UTF-8 text: line {line} has an invalid byte"),
            "save it as UTF-8; traces in protobuf have to be exported as JSON",
        )
    })?;
    if text.contains('\0') {
        return Err(ImportError::new(
            format!("{name} is a binary file: it has a zero byte"),
            "give it as text: JSON or YAML",
        ));
    }
    if text.trim_start_matches('\u{feff}').trim().is_empty() {
        return Err(ImportError::new(
            format!("{name} is empty"),
            "check how it was made: the command may have failed",
        ));
    }
    Ok(text)
}

/// The name of a file without its folders, as it may be shown.
fn shown_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or(path.as_os_str());
    printable(&name.to_string_lossy(), 80)
}

fn cannot_read(name: &str, error: &std::io::Error) -> ImportError {
    match error.kind() {
        ErrorKind::NotFound => ImportError::new(format!("no file {name}"), "check the path"),
        ErrorKind::PermissionDenied => ImportError::new(
            format!("no permission to read {name}"),
            "check its access rights",
        ),
        _ => ImportError::new(
            format!("cannot read {name}: {}", error.kind()),
            "check the path and the disk",
        ),
    }
}

fn too_large(name: &str) -> ImportError {
    ImportError::new(
        format!("{name} has more than {} MB", MAX_BYTES / 1_000_000),
        "of traces, an hour is enough: give a part of it",
    )
}
