//! What a run leaves behind: a folder of files, and the figures on stdout.

use std::path::Path;

use anyhow::Context as _;

use super::args::Format;
use super::failure::Failure;
use super::run_file::run_file;
use super::settings::{Charts, OutputSettings};
use super::simulate::Played;
use super::streams::Streams;
use crate::chart::{self, Chart};
use crate::montecarlo::RunSettings;
use crate::report::{self, Folder};
use crate::results::{Comparison, format};

/// How the figures are laid out for a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    /// Topologies side by side.
    Comparison,
    /// One topology at length.
    InDepth,
}

/// Where the output of a run goes; known to be writable before the run starts.
#[derive(Debug)]
pub(super) struct Outputs {
    settings: OutputSettings,
    view: View,
    folder: Folder,
}

impl Outputs {
    /// Makes the folder.
    pub(super) fn open(settings: OutputSettings, view: View) -> Result<Self, Failure> {
        let folder = Folder::open(&settings.folder)
            .context("no place for the output (-o DIR names another)")?;
        Ok(Self {
            settings,
            view,
            folder,
        })
    }

    /// File that trials are to be saved to.
    pub(super) fn save_trials(&self) -> Option<&Path> {
        self.settings.save_trials.as_deref()
    }

    /// Writes the files, then prints the figures; last, tells whether the run was interrupted.
    pub(super) fn write(
        mut self,
        played: &Played,
        settings: &RunSettings,
        streams: &mut Streams,
    ) -> Result<(), Failure> {
        let comparison = &played.comparison;
        let charts = match self.settings.charts {
            Charts::Drawn => chart::all(comparison),
            Charts::LeftOut => Vec::new(),
        };
        self.stage(comparison, &charts)?;
        self.stage_file("run.json", run_file(played, settings)?)?;
        let path = self.folder.path().to_owned();
        let printed = printed(comparison, self.settings.format, self.view, streams.width())?;
        self.folder.commit().context("the figures are lost")?;
        streams.data(&printed)?;
        streams.note(&summary(played, settings, &path));
        if played.interrupted {
            Err(Failure::Interrupted)
        } else {
            Ok(())
        }
    }

    fn stage(&mut self, comparison: &Comparison, charts: &[Chart]) -> anyhow::Result<()> {
        self.stage_file("results.json", report::json(&comparison.results)?)?;
        self.stage_file("results.csv", report::csv(&comparison.results)?)?;
        self.stage_file("summary.md", report::markdown(comparison))?;
        for chart in charts {
            let picture = chart::png(&chart.svg)
                .with_context(|| format!("cannot draw the chart {}", chart.name))?;
            self.stage_file(&format!("{}.svg", chart.name), &chart.svg)?;
            self.stage_file(&format!("{}.png", chart.name), picture)?;
        }
        self.stage_file(
            "index.html",
            report::page(comparison, charts).context("cannot lay out the report")?,
        )
    }

    fn stage_file(&mut self, name: &str, content: impl AsRef<[u8]>) -> anyhow::Result<()> {
        self.folder.stage(name, content)?;
        Ok(())
    }
}

/// The figures in the form asked for.
fn printed(
    comparison: &Comparison,
    form: Format,
    view: View,
    width: u16,
) -> anyhow::Result<String> {
    Ok(match (form, view) {
        (Format::Table, View::Comparison) => report::terminal(comparison, width),
        (Format::Table, View::InDepth) => report::in_depth(comparison, width),
        (Format::Markdown, _) => report::markdown(comparison),
        (Format::Json, _) => report::json(&comparison.results)?,
        (Format::Csv, _) => report::csv(&comparison.results)?,
    })
}

/// What was done, and where it is.
fn summary(played: &Played, settings: &RunSettings, folder: &Path) -> String {
    let trials: u64 = played
        .comparison
        .results
        .topologies
        .iter()
        .map(|topology| topology.trials)
        .sum();
    let threads = if settings.threads == 1 {
        "1 thread".to_owned()
    } else {
        format!("{} threads", settings.threads)
    };
    let interrupted = if played.interrupted {
        "interrupted: what was done is kept\n"
    } else {
        ""
    };
    format!(
        "\n{interrupted}{} in {} on {threads}\nreport: {}",
        format::trials(trials),
        format::duration(played.wall.as_secs_f64()),
        folder.join("index.html").display()
    )
}
