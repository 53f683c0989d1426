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
use crate::montecarlo::{RunSettings, side_by_side};
use crate::report::{self, Folder};
use crate::results::{Comparison, Standing, format};

/// The file that every run leaves, and by which an earlier one is known.
const RUN_FILE: &str = "run.json";

/// What `failscape report` needs beside results.json.
pub(super) const EVIDENCE_FILE: &str = "evidence.json";

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

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// How the figures are laid out.
    pub(super) fn view(&self) -> View {
        self.view
    }

    /// Writes the files, then prints the figures; last, tells whether the run was interrupted. The checkpoint of a complete
    /// run is taken away as soon as its results are written.
    pub(super) fn write(
        self,
        comparison: &Comparison,
        mut played: Played,
        settings: &RunSettings,
        streams: &mut Streams,
    ) -> Result<(), Failure> {
        let path = self.path().to_owned();
        let printed = printed(
            comparison,
            self.settings.format,
            self.view,
            Streams::width(),
        )?;
        if let Err(error) = self.save(comparison, &played, settings) {
            // The trials, at least, are not lost: they take less room than the charts.
            if let Some(keeper) = &mut played.keeper {
                keeper.keep(&played.state);
                keeper.tell_rest(&played.state, streams);
            }
            return Err(error.context("the results could not be written").into());
        }
        let complete = !comparison.results.partial;
        if let Some(keeper) = played.keeper.as_ref().filter(|_| complete) {
            keeper.remove()?;
        }
        streams.data(&printed)?;
        streams.note(&summary(comparison, &played, settings, &path));
        if let Some(keeper) = played.keeper.as_ref().filter(|_| !complete) {
            keeper.tell_rest(&played.state, streams);
        }
        if played.interrupted {
            return Err(Failure::Interrupted);
        }
        match &comparison.results.gate {
            Some(gate) if gate.standing != Standing::Met => Err(Failure::Gate(gate.standing)),
            _ => Ok(()),
        }
    }

    /// Writes all files, or none under its name.
    fn save(
        mut self,
        comparison: &Comparison,
        played: &Played,
        settings: &RunSettings,
    ) -> anyhow::Result<()> {
        let charts = match self.settings.charts {
            Charts::Drawn => chart::all(comparison),
            Charts::LeftOut => Vec::new(),
        };
        self.stage(comparison, &charts)?;
        stage_charts(&mut self.folder, &charts, settings)?;
        self.stage_file(RUN_FILE, run_file(&comparison.results, played, settings)?)?;
        self.folder
            .commit(RUN_FILE, chart::NAMES.into_iter().flat_map(pictures))?;
        Ok(())
    }

    fn stage(&mut self, comparison: &Comparison, charts: &[Chart]) -> anyhow::Result<()> {
        self.stage_file("results.json", report::json(&comparison.results)?)?;
        self.stage_file("results.csv", report::csv(&comparison.results)?)?;
        self.stage_file("summary.md", report::markdown(comparison))?;
        self.stage_file(
            "assumptions.csv",
            report::assumptions_csv(&comparison.ledger)?,
        )?;
        self.stage_file(
            EVIDENCE_FILE,
            report::evidence_json(&comparison.evidence())?,
        )?;
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

/// Writes both pictures of each chart.
pub(super) fn stage_charts(
    folder: &mut Folder,
    charts: &[Chart],
    settings: &RunSettings,
) -> anyhow::Result<()> {
    let drawn = side_by_side(settings.threads, charts, |chart: &Chart| {
        chart::png(&chart.svg).with_context(|| format!("cannot draw the chart {}", chart.name))
    });
    for (chart, pixels) in charts.iter().zip(drawn) {
        let [svg, png] = pictures(chart.name);
        folder.stage(&svg, &chart.svg)?;
        folder.stage(&png, pixels?)?;
    }
    Ok(())
}

/// Names of both pictures of a chart.
pub(super) fn pictures(name: &str) -> [String; 2] {
    ["svg", "png"].map(|end| format!("{name}.{end}"))
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
fn summary(
    comparison: &Comparison,
    played: &Played,
    settings: &RunSettings,
    folder: &Path,
) -> String {
    let trials: u64 = comparison
        .results
        .topologies
        .iter()
        .map(|topology| topology.trials)
        .sum();
    let on = match (played.joined, settings.threads) {
        (Some(shards), _) => format!("in {shards} shards"),
        (None, 1) => "on 1 thread".to_owned(),
        (None, threads) => format!("on {threads} threads"),
    };
    let interrupted = if played.interrupted {
        "interrupted: what was done is kept\n"
    } else {
        ""
    };
    format!(
        "\n{interrupted}{} in {} {on}\nreport: {}",
        format::trials(trials),
        format::duration(played.wall.as_secs_f64()),
        folder.join("index.html").display()
    )
}
