//! What a study leaves behind: its figures in four forms and its chart in a folder, and one of the forms on stdout.
//!
//! Studies are the commands that play a model several times: `sweep`, `sensitivity`, `recommend`, `drills`, `inject`. Each says what it has found
//! in its own words; here it is saved and printed, in the same way for all.

use std::path::PathBuf;

use anyhow::Context as _;
use serde::Serialize;

use super::failure::Failure;
use super::outputs::{pictures, stage_charts};
use super::settings::{Charts, output_folder};
use super::streams::Streams;
use super::study_args::{StudyFormat, StudyOutput};
use crate::chart::Chart;
use crate::model::Model;
use crate::montecarlo::RunSettings;
use crate::report::Folder;

/// The page of a study that has one.
pub(super) const PAGE_FILE: &str = "index.html";

/// A study that is done, in all its forms.
#[derive(Debug)]
pub(super) struct StudyFiles {
    /// What its files are called: `sweep` leaves sweep.json, sweep.csv and sweep.md.
    pub(super) name: &'static str,
    pub(super) text: String,
    pub(super) markdown: String,
    pub(super) csv: String,
    pub(super) json: String,
    pub(super) chart: Chart,
    /// Further files, by their names.
    pub(super) more: Vec<(&'static str, String)>,
}

/// How a study ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    /// By itself.
    Itself,
    /// The user interrupted it.
    Interrupted,
}

impl Ended {
    pub(super) fn by(interrupted: bool) -> Self {
        if interrupted {
            Self::Interrupted
        } else {
            Self::Itself
        }
    }
}

/// The folder of a study, which is made before anything is played.
pub(super) fn open_folder(output: &StudyOutput, names: &[&str]) -> Result<Folder, Failure> {
    let folder: PathBuf = output_folder(output.folder.as_deref(), names);
    Ok(Folder::open(&folder).context("no place for the output (-o DIR names another)")?)
}

/// A study as JSON, under its name, with what it is a study of.
pub(super) fn study_json(model: &Model, seed: u64, name: &str, study: &impl Serialize) -> String {
    let mut all = serde_json::json!({
        "schema": 1,
        "model": model.name,
        "model_hash": model.hash,
        "version": env!("CARGO_PKG_VERSION"),
        "seed": seed,
    });
    all[name] = serde_json::json!(study);
    format!("{all:#}\n")
}

impl StudyFiles {
    /// Writes the files, then prints the form that is asked for; last, tells whether the study was interrupted.
    pub(super) fn deliver(
        self,
        folder: Folder,
        output: &StudyOutput,
        settings: &RunSettings,
        ended: Ended,
        streams: &mut Streams,
    ) -> Result<(), Failure> {
        let path = folder.path().to_owned();
        self.save(folder, Charts::unless(output.no_charts), settings)
            .context("the study could not be written")?;
        streams.data(match output.format {
            StudyFormat::Text => &self.text,
            StudyFormat::Markdown => &self.markdown,
            StudyFormat::Csv => &self.csv,
            StudyFormat::Json => &self.json,
        })?;
        let what = if output.no_charts {
            "figures"
        } else {
            "chart and figures"
        };
        let page = path.join(PAGE_FILE);
        streams.note(&format!("\n{what}: {}", path.display()));
        if self.more.iter().any(|(name, _)| *name == PAGE_FILE) {
            streams.note(&format!("page: {}", page.display()));
        }
        match ended {
            Ended::Itself => Ok(()),
            Ended::Interrupted => {
                streams.note("interrupted: what was done is kept");
                Err(Failure::Interrupted)
            }
        }
    }

    /// Writes all files, or none under its name.
    fn save(
        &self,
        mut folder: Folder,
        charts: Charts,
        settings: &RunSettings,
    ) -> anyhow::Result<()> {
        let figures = format!("{}.json", self.name);
        folder.stage(&figures, &self.json)?;
        folder.stage(&format!("{}.csv", self.name), &self.csv)?;
        folder.stage(&format!("{}.md", self.name), &self.markdown)?;
        for (name, content) in &self.more {
            folder.stage(name, content)?;
        }
        if charts == Charts::Drawn {
            stage_charts(&mut folder, std::slice::from_ref(&self.chart), settings)?;
        }
        folder.commit(&figures, pictures(self.chart.name))?;
        Ok(())
    }
}
