//! `import`: a model of what describes a system already.

use std::fs::{self, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;

use super::args::{ImportArgs, ImportFormat, ImportOutput};
use super::failure::Failure;
use super::streams::Streams;
use crate::import::{self, Environment, Format, ImportError, Options, Source};

/// What stands for the standard input.
const STDIN: &str = "-";

pub(super) fn import(args: &ImportArgs, streams: &mut Streams) -> Result<(), Failure> {
    if let Some(output) = &args.output {
        check_output(output, args)?;
    }
    let (sources, options) = read(args).map_err(failure)?;
    let imported = import::import(&sources, &options).map_err(failure)?;
    let text = match args.format {
        ImportOutput::Yaml => imported.model.clone(),
        ImportOutput::Json => {
            serde_json::to_string_pretty(&imported).context("cannot write the model as JSON")?
                + "\n"
        }
    };
    match &args.output {
        None => streams.data(&text)?,
        Some(output) => write(output, &text, args.force)?,
    }
    streams.note(imported.summary.text().trim_end());
    if let Some(output) = &args.output {
        let path = output.display();
        streams.note(&format!("wrote {path}"));
        if args.format == ImportOutput::Yaml {
            streams.note(&format!(
                "next: replace what is assumed, then failscape compare {path}"
            ));
        }
    }
    Ok(())
}

fn read(args: &ImportArgs) -> Result<(Vec<Source>, Options), ImportError> {
    let mut environment = Environment::default();
    for path in &args.env {
        environment.add(&Source::read(path)?)?;
    }
    let read = |path: &PathBuf| {
        if path.as_os_str() == STDIN {
            Source::from_reader("the standard input", std::io::stdin().lock())
        } else {
            Source::read(path)
        }
    };
    let sources = args.files.iter().map(read).collect::<Result<_, _>>()?;
    let options = Options {
        format: args.from.map(format),
        environment,
        depends_on_as_calls: args.depends_on_as_calls,
        graph: args.graph.clone(),
        name: args
            .name
            .clone()
            .or_else(|| args.graph.clone())
            .unwrap_or_else(|| name(&args.files)),
    };
    Ok((sources, options))
}

/// The first file's name up to its first dot.
fn name(files: &[PathBuf]) -> String {
    let file = files.iter().find(|path| path.as_os_str() != STDIN);
    let name = file
        .and_then(|path| path.file_name())
        .map(|name| name.to_string_lossy());
    let name = name
        .as_deref()
        .and_then(|name| name.split('.').find(|part| !part.is_empty()));
    name.unwrap_or("imported").to_owned()
}

fn format(format: ImportFormat) -> Format {
    match format {
        ImportFormat::Kubernetes => Format::Kubernetes,
        ImportFormat::Compose => Format::Compose,
        ImportFormat::Otlp => Format::Otlp,
        ImportFormat::Jaeger => Format::Jaeger,
        ImportFormat::Dependencies => Format::Dependencies,
        ImportFormat::Terraform => Format::Terraform,
    }
}

/// Refuses before anything is read what would be refused after it, and to write over what is imported.
fn check_output(output: &Path, args: &ImportArgs) -> Result<(), Failure> {
    let same = |path: &PathBuf| {
        let real = |path: &Path| fs::canonicalize(path).ok();
        real(path).is_some_and(|path| Some(path) == real(output))
    };
    if args.files.iter().chain(&args.env).any(same) {
        let hint = "name another file with -o; nothing was changed".to_owned();
        return Err(Failure::Usage(
            format!("{} is one of the files to import", output.display()),
            hint,
        ));
    }
    if output.exists() && !args.force {
        return Err(exists(output));
    }
    Ok(())
}

fn exists(output: &Path) -> Failure {
    let hint = "name another file, or add --force to overwrite it; nothing was changed".to_owned();
    Failure::Usage(format!("{} exists already", output.display()), hint)
}

fn write(output: &Path, text: &str, force: bool) -> Result<(), Failure> {
    let mut options = OpenOptions::new();
    options.write(true);
    if force {
        options.create(true).truncate(true);
    } else {
        // Made only if there is none: no moment between looking and writing.
        options.create_new(true);
    }
    let cannot = || format!("cannot write {}", output.display());
    match options.open(output) {
        Ok(mut file) => Ok(file.write_all(text.as_bytes()).with_context(cannot)?),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(exists(output)),
        Err(error) => Err(anyhow::Error::new(error).context(cannot()).into()),
    }
}

fn failure(error: ImportError) -> Failure {
    Failure::Usage(error.message, error.hint)
}
