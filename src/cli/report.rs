//! `report`: the page of a finished run, made again without playing.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use serde::de::DeserializeOwned;

use super::args::ReportArgs;
use super::failure::Failure;
use super::outputs::EVIDENCE_FILE;
use super::streams::Streams;
use crate::chart;
use crate::report::{self, temporary_file};
use crate::results::{Comparison, Evidence, Results};

const RESULTS_FILE: &str = "results.json";
const PAGE_FILE: &str = "index.html";

pub(super) fn report(args: &ReportArgs, streams: &mut Streams) -> Result<(), Failure> {
    let path = results_path(&args.run)?;
    let results: Results = read(&path, "results.json")?;
    if results.schema != 1 {
        return Err(unusable(
            &path,
            &format!(
                "has schema {}, and this program reads schema 1",
                results.schema
            ),
            "make the page with the program that made the file",
        ));
    }
    if results.topologies.is_empty() {
        return Err(unusable(
            &path,
            "has no topology",
            "name the results.json of a run that was played",
        ));
    }
    let folder = path.parent().unwrap_or(Path::new(""));
    let evidence = evidence(&folder.join(EVIDENCE_FILE), &results, streams)?;
    let comparison = Comparison::of_kept(results, evidence);
    let page =
        report::page(&comparison, &chart::all(&comparison)).context("cannot lay out the report")?;
    let out = args
        .output
        .clone()
        .unwrap_or_else(|| folder.join(PAGE_FILE));
    write(&out, &page).with_context(|| format!("cannot write {}", out.display()))?;
    streams.note(&format!("report: {}", out.display()));
    Ok(())
}

/// The results of a folder, or the file itself.
fn results_path(run: &Path) -> Result<PathBuf, Failure> {
    let path = if run.is_dir() {
        run.join(RESULTS_FILE)
    } else {
        run.to_owned()
    };
    if path.is_file() {
        return Ok(path);
    }
    let hint = "name the results.json of a run, or its folder: `failscape compare MODEL -o FOLDER` writes one";
    Err(Failure::Usage(
        format!("there is no file {}", path.display()),
        hint.to_owned(),
    ))
}

/// What the run kept beside its results, if it is of the same run.
fn evidence(
    path: &Path,
    results: &Results,
    streams: &mut Streams,
) -> Result<Option<Evidence>, Failure> {
    if !path.is_file() {
        streams.note(&format!(
            "there is no {}: the page will say what it lacks",
            path.display()
        ));
        return Ok(None);
    }
    let evidence: Evidence = read(path, "evidence.json")?;
    let is_of_this_run = evidence.schema == 1
        && evidence.model_hash == results.model_hash
        && evidence.seed == results.seed;
    if !is_of_this_run {
        return Err(unusable(
            path,
            "is of another run than the results beside it",
            "take both files from the same folder, or move this one away: the page then says what it lacks",
        ));
    }
    Ok(Some(evidence))
}

fn read<T: DeserializeOwned>(path: &Path, what: &str) -> Result<T, Failure> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    serde_json::from_str(&text).map_err(|error| {
        unusable(
            path,
            &format!("is no {what} that this version can read ({error})"),
            "play the run again, or use the version of failscape that it names",
        )
    })
}

fn unusable(path: &Path, why: &str, hint: &str) -> Failure {
    Failure::Usage(format!("{} {why}", path.display()), hint.to_owned())
}

/// Writes a file under its name only once it is whole.
fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    std::fs::create_dir_all(folder)?;
    let mut file = temporary_file(folder)?;
    file.write_all(text.as_bytes())?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}
