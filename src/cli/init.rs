//! `init`: a commented model to start from, or one of the examples.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::args::InitArgs;
use super::examples::example;
use super::failure::Failure;
use super::streams::Streams;
use crate::model::STARTER;

/// What the starter model is called.
const STARTER_NAME: &str = "my-service";

pub(super) fn init(args: &InitArgs, streams: &mut Streams) -> Result<(), Failure> {
    let file = args.file.clone().unwrap_or_else(|| {
        let stem = args.example.as_deref().unwrap_or("model");
        PathBuf::from(format!("{stem}.yaml"))
    });
    let text = match args.example.as_deref().and_then(example) {
        Some(example) => example.text(),
        None => starter(&file),
    };
    let path = file.display();
    // Made only if there is none: no moment between looking and writing.
    let mut made = match OpenOptions::new().write(true).create_new(true).open(&file) {
        Ok(made) => made,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            let hint = "name another file; nothing was changed".to_owned();
            return Err(Failure::Usage(format!("{path} exists already"), hint));
        }
        Err(error) => {
            return Err(anyhow::Error::new(error)
                .context(format!("cannot write {path}"))
                .into());
        }
    };
    made.write_all(text.as_bytes())
        .with_context(|| format!("cannot write {path}"))?;
    streams.note(&format!("wrote {path}\nnext: failscape compare {path}"));
    Ok(())
}

/// The starter model, named after its file where that makes a plain name.
fn starter(file: &Path) -> String {
    let name = file.file_stem().and_then(|stem| stem.to_str());
    let is_plain = |name: &&str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic())
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    let name = name.filter(is_plain).unwrap_or(STARTER_NAME);
    STARTER.replacen(
        &format!("model: {STARTER_NAME}"),
        &format!("model: {name}"),
        1,
    )
}
