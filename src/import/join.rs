//! Several files to one system, and the system to a model that loads.

use serde::Serialize;
use serde_json::Value;

use super::compose::{self, Reading};
use super::cycles;
use super::dependencies;
use super::document::documents;
use super::env_file::{Environment, refuse_variables};
use super::error::ImportError;
use super::format::Format;
use super::jaeger;
use super::journeys;
use super::kubernetes;
use super::names::{count, printable};
use super::otlp;
use super::source::Source;
use super::spans::Spans;
use super::summary::Summary;
use super::system::{Kind, System};
use super::terraform;
use super::write;
use crate::model::{self, ModelErrors};

/// How files are to be read.
#[derive(Debug, Default)]
pub struct Options {
    /// What the files are; told from their content if left out.
    pub format: Option<Format>,
    /// Variables that compose files use.
    pub environment: Environment,
    /// Whether `depends_on` of compose files is taken for calls.
    pub depends_on_as_calls: bool,
    /// Which graph of a file that holds several.
    pub graph: Option<String>,
    /// Name of the model.
    pub name: String,
}

/// A model that loads, and what there is to say about it.
#[derive(Debug, Serialize)]
pub struct Imported {
    /// The model file.
    pub model: String,
    /// What is known, assumed and unknown.
    pub summary: Summary,
}

/// Makes a model of files. It has been loaded: what is returned is valid.
pub fn import(sources: &[Source], options: &Options) -> Result<Imported, ImportError> {
    let mut system = System::default();
    let mut together = Together::default();
    let mut formats: Vec<(Format, usize)> = Vec::new();
    for source in sources {
        refuse_variables(source)?;
        let documents = documents(source)?;
        let format = match options.format {
            Some(format) => format,
            None => Format::of(source, &documents)?,
        };
        match formats.iter_mut().find(|(known, _)| *known == format) {
            Some((_, files)) => *files += 1,
            None => formats.push((format, 1)),
        }
        read(
            source,
            documents,
            format,
            options,
            &mut system,
            &mut together,
        )?;
        system.check_size()?;
    }
    together.add(options, &mut system);
    settle(&mut system);
    system.check_size()?;
    if system.parts.is_empty() {
        return Err(ImportError::new(
            format!("no services are in {}", count(sources.len(), "file")),
            "docs/import.md says what is read of each format; --from says which one it is",
        ));
    }
    let origin = origin(&formats);
    finished(&options.name, &origin, &mut system)
}

/// What is read of all files at once, since parts of one file refer to those of another.
#[derive(Default)]
struct Together {
    manifests: Vec<Value>,
    compose: Vec<Value>,
    spans: Spans,
}

impl Together {
    fn add(self, options: &Options, system: &mut System) {
        if !self.manifests.is_empty() {
            kubernetes::read(&self.manifests, system);
        }
        if !self.compose.is_empty() {
            let reading = Reading {
                environment: &options.environment,
                start_order_is_calls: options.depends_on_as_calls,
            };
            compose::read(&self.compose, reading, system);
        }
        if !self.spans.is_empty() {
            self.spans.add(system);
        }
    }
}

/// Adds what a file says by itself, and keeps the rest.
fn read(
    source: &Source,
    documents: Vec<Value>,
    format: Format,
    options: &Options,
    system: &mut System,
    together: &mut Together,
) -> Result<(), ImportError> {
    match format {
        Format::Kubernetes => together.manifests.extend(documents),
        Format::Compose => together.compose.extend(documents),
        Format::Otlp => {
            for document in &documents {
                otlp::read(document, &mut together.spans);
            }
        }
        Format::Jaeger => {
            for document in &documents {
                jaeger::read(document, &mut together.spans);
            }
        }
        Format::Dependencies => {
            for document in &documents {
                dependencies::read(&source.name, document, options.graph.as_deref(), system)?;
            }
        }
        Format::Terraform => {
            for document in &documents {
                terraform::read(&source.name, document, system)?;
            }
        }
    }
    Ok(())
}

/// What one file takes for someone else's and another one runs, runs.
fn settle(system: &mut System) {
    let callers: std::collections::BTreeSet<String> =
        system.calls.keys().map(|(from, _)| from.clone()).collect();
    for (name, part) in &mut system.parts {
        let is_external = matches!(part.kind, Kind::External);
        if is_external && (part.replicas.is_some() || callers.contains(name)) {
            part.kind = Kind::Replicated;
        }
    }
}

/// `2 files: a compose file, OTLP traces`.
fn origin(formats: &[(Format, usize)]) -> String {
    let kinds: Vec<&str> = formats.iter().map(|(format, _)| format.words()).collect();
    let files = formats.iter().map(|(_, files)| files).sum();
    format!("{}: {}", count(files, "file"), kinds.join(", "))
}

fn finished(name: &str, origin: &str, system: &mut System) -> Result<Imported, ImportError> {
    cycles::cut(system);
    let journeys = journeys::choose(system);
    let summary = Summary::of(system, &journeys);
    let name = Some(printable(name.trim(), 60)).filter(|name| !name.is_empty());
    let name = name.as_deref().unwrap_or("imported");
    let text = write::model(name, origin, system, &journeys, &summary);
    model::load_str("imported model", &text, None).map_err(|errors| refused(&errors))?;
    Ok(Imported {
        model: text,
        summary,
    })
}

/// The limits of the model language hold for what is imported too. Only the first message, which names no value.
fn refused(errors: &ModelErrors) -> ImportError {
    let first = errors.problems().first();
    ImportError::new(
        format!(
            "the model that would come of this is not valid: {}",
            first.map_or("", |problem| problem.message.as_str())
        ),
        "import a part of it; if the files are sound, please report this as a bug of failscape",
    )
}
