//! `slo`: objectives from and to OpenSLO files.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;

use super::args::{SloArgs, SloCommand, SloImportArgs};
use super::failure::Failure;
use super::load::load;
use super::streams::Streams;
use crate::openslo::{self, OpenSloError};

/// Largest file that is read \[byte\].
const MAX_BYTES: u64 = 8_000_001;

pub(super) fn slo(args: &SloArgs, streams: &mut Streams) -> Result<(), Failure> {
    match &args.command {
        SloCommand::Export(args) => {
            let (model, _) = load(args.model.as_deref())?;
            let exported = openslo::write(&model);
            for note in &exported.notes {
                streams.note(note);
            }
            if exported.text.is_empty() {
                return Err(Failure::Usage(
                    "the model has no SLO that OpenSLO can say".to_owned(),
                    "add `objectives: { slo: { target: 99.9%, window: 30d } }`, or an `slo` to a service"
                        .to_owned(),
                ));
            }
            streams.data(&exported.text)
        }
        SloCommand::Import(args) => import(args, streams),
    }
}

fn import(args: &SloImportArgs, streams: &mut Streams) -> Result<(), Failure> {
    let model = match &args.model {
        Some(path) => Some(load(Some(path))?.0),
        None => None,
    };
    let (name, text) = text(&args.file)?;
    let imported = openslo::read(&name, &text, model.as_ref())?;
    for note in &imported.notes {
        streams.note(note);
    }
    if imported.carried == 0 {
        return Err(Failure::Usage(
            format!("{name} has no SLO that a model can say"),
            "a model says shares of good requests (Occurrences of a ratio) over one window"
                .to_owned(),
        ));
    }
    streams.data(&imported.text)
}

/// The text of a file, or of stdin, and what it is called.
fn text(path: &Path) -> Result<(String, String), Failure> {
    let name = if path == Path::new("-") {
        "stdin".to_owned()
    } else {
        path.display().to_string()
    };
    let mut bytes = Vec::new();
    let read = if path == Path::new("-") {
        std::io::stdin()
            .lock()
            .take(MAX_BYTES)
            .read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
    };
    read.with_context(|| format!("cannot read {name}"))?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok((name, text)),
        Err(_) => Err(Failure::Usage(
            format!("{name} is not text in UTF-8"),
            "check that it is an OpenSLO file".to_owned(),
        )),
    }
}

impl From<OpenSloError> for Failure {
    fn from(error: OpenSloError) -> Self {
        Self::Usage(error.message, error.hint)
    }
}
