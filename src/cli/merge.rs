//! `merge`: the shards of a run, joined into its results.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, anyhow};

use super::args::MergeArgs;
use super::failure::Failure;
use super::gates::gates;
use super::load::{load, topology};
use super::outputs::{Outputs, View};
use super::settings::output_settings;
use super::simulate::{Played, Prepared};
use super::streams::Streams;
use crate::model::Model;
use crate::montecarlo::RunSettings;
use crate::results::format;
use crate::store::{Identity, Joined, ReadError, ShardFile, ShardSet, WrongSet};

/// Files that are no shards named at most.
const SHOWN: usize = 5;

pub(super) fn merge(args: &MergeArgs, streams: &mut Streams) -> Result<(), Failure> {
    let set = read(&paths(&args.shards, streams)?)?;
    let (model, source) = load(args.model.as_deref())?;
    let identity = set.identity();
    check_model(&identity, &model, &set)?;
    let names = identity.topologies().iter();
    let specs = names
        .map(|name| topology(&model, name))
        .collect::<Result<Vec<_>, _>>()?;

    let n_shards = set.shards();
    let joined = set.join().map_err(|error| wrong_set(&error))?;
    let settings = RunSettings {
        seed: identity.seed(),
        trials: identity.trials(),
        precision: None,
        together: false,
        precision_of_differences: None,
        max_time: None,
        confidence: confidence(args, &joined)?,
        threads: 1,
        estimator: identity.estimator(),
    };
    let prepared = Prepared::new(&model, source, &specs, &settings)?;
    let differences = identity.differences(&prepared.identity(&settings, None));
    if !differences.is_empty() || !prepared.fits(&joined.state, &settings) {
        let differences = differences.join("; ");
        return Err(anyhow!("the shards do not fit the model: {differences}").into());
    }

    let gates = gates(&args.gates, &prepared, &settings)?;
    let mut folders = vec![model.name.as_str()];
    let view = if joined.appearance.in_depth {
        folders.extend(specs.first().map(|(name, _)| *name));
        View::InDepth
    } else {
        View::Comparison
    };
    let outputs = Outputs::open(output_settings(&args.output, &folders), view)?;
    let played = Played {
        state: joined.state,
        wall: Duration::try_from_secs_f64(joined.wall_seconds).unwrap_or_default(),
        interrupted: false,
        joined: Some(n_shards),
        keeper: None,
    };
    let mut comparison = prepared.comparison(&played.state, &settings, played.interrupted);
    comparison.results.gate = gates.map(|gates| gates.judge(&comparison.results));
    outputs.write(&comparison, played, &settings, streams)
}

/// The files meant: those named, and the shards in the folders named. What else is in these is said.
fn paths(named: &[PathBuf], streams: &mut Streams) -> Result<Vec<PathBuf>, Failure> {
    let mut paths = Vec::new();
    for path in named {
        if path.is_dir() {
            let found = ShardFile::in_folder(path)
                .with_context(|| format!("cannot read the folder {}", path.display()))?;
            if !found.others.is_empty() {
                streams.note(&left_out(path, &found.others));
            }
            if found.shards.is_empty() {
                return Err(Failure::Usage(
                    format!("there are no shards in {}", path.display()),
                    "failscape compare MODEL --trials N --shard 1/4 -o DIR makes the first of four"
                        .to_owned(),
                ));
            }
            paths.extend(found.shards);
        } else {
            paths.push(path.clone());
        }
    }
    Ok(paths)
}

/// Files of a folder that are no shards, by name.
fn left_out(folder: &Path, others: &[PathBuf]) -> String {
    let names = others.iter().filter_map(|path| path.file_name());
    let shown: Vec<String> = names
        .take(SHOWN)
        .map(|name| format::printable(&name.to_string_lossy()))
        .collect();
    let more = match others.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let why = if others.len() == 1 {
        "as it is no shard"
    } else {
        "as they are no shards"
    };
    let folder = folder.display();
    format!("left out of {folder}, {why}: {}{more}", shown.join(", "))
}

/// Reads all files, and names all that cannot be read before anything else is looked at.
fn read(paths: &[PathBuf]) -> Result<ShardSet, Failure> {
    let mut shards = Vec::new();
    let mut unreadable = Vec::new();
    for path in paths {
        match ShardFile::open(path) {
            Ok(shard) => shards.push(shard),
            Err(error) => unreadable.push(unreadable_text(path, &error)),
        }
    }
    if !unreadable.is_empty() {
        return Err(anyhow!("{}", unreadable.join("\n")).into());
    }
    ShardSet::new(shards).map_err(|error| wrong_set(&error))
}

fn unreadable_text(path: &std::path::Path, error: &ReadError) -> String {
    format!("{} {error}", path.display())
}

fn wrong_set(error: &WrongSet) -> Failure {
    let hint = "merge takes each shard of one run once; nothing was written".to_owned();
    Failure::Usage(error.to_string(), hint)
}

/// Shards are of the model that is given, and of this program.
fn check_model(identity: &Identity, model: &Model, set: &ShardSet) -> Result<(), Failure> {
    let differences = identity.differences_from(model);
    if differences.is_empty() {
        return Ok(());
    }
    let hint = if identity.is_of_this_program() {
        let source = set.appearance().map(|appearance| appearance.source);
        let source = source.unwrap_or_else(|_| "the model file".to_owned());
        format!(
            "--model FILE names the model that they were played from: {}",
            format::printable(&source)
        )
    } else {
        "play and merge shards with one version of the program".to_owned()
    };
    let message = format!("the shards are of another run: {}", differences.join("; "));
    Err(Failure::Usage(message, hint))
}

/// The level asked for, or that of the shards, which then agree.
fn confidence(args: &MergeArgs, joined: &Joined) -> Result<f64, Failure> {
    if let Some(confidence) = args.confidence {
        return Ok(confidence);
    }
    let here = joined.appearance.confidence;
    match joined.other_confidence {
        None => Ok(here),
        Some(other) => Err(Failure::Usage(
            format!(
                "some shards ask for intervals at {}, some at {}",
                format::level(here),
                format::level(other)
            ),
            "--confidence 95% chooses".to_owned(),
        )),
    }
}
