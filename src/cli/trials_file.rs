//! `--save-trials`: one row for each trial and topology, streamed to a temporary file that gets its name at the end.

use std::fs::File;
use std::io::{BufWriter, Read as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use tempfile::NamedTempFile;

use crate::cost::FailurePrice;
use crate::engine::TrialOutcome;
use crate::model::Model;
use crate::report::{plain_text, temporary_file};

/// How every file of trials begins.
const HEADER: &str = "trial,topology,";

/// A CSV file of trials that is being written.
#[derive(Debug)]
pub(super) struct TrialsFile {
    path: PathBuf,
    file: NamedTempFile,
    writer: csv::Writer<BufWriter<File>>,
    topologies: Vec<String>,
    failure_price: FailurePrice,
}

impl TrialsFile {
    /// Opens it before the run: a place that cannot be written is found out now.
    pub(super) fn create(path: &Path, topologies: &[&str], model: &Model) -> anyhow::Result<Self> {
        let failed = || format!("cannot write {}", path.display());
        let folder = path
            .parent()
            .filter(|folder| !folder.as_os_str().is_empty())
            .unwrap_or(Path::new("."));
        if path.is_dir() {
            return Err(anyhow!("it is a folder").context(failed()));
        }
        if is_something_else(path) {
            let why = "it exists already, and is no file of trials; name another";
            return Err(anyhow!(why).context(failed()));
        }
        if !folder.exists() {
            let why = format!("there is no folder {}", folder.display());
            return Err(anyhow!(why).context(failed()));
        }
        let file = temporary_file(folder).with_context(failed)?;
        let mut writer =
            csv::Writer::from_writer(BufWriter::new(file.reopen().with_context(failed)?));
        writer
            .write_record([
                "trial",
                "topology",
                "downtime_minutes_per_year",
                "outages",
                "longest_outage_seconds",
                &format!("cost_of_failure_{}_per_month", model.currency),
            ])
            .with_context(failed)?;
        Ok(Self {
            path: path.to_owned(),
            file,
            writer,
            topologies: topologies
                .iter()
                .map(|&name| plain_text(name).into_owned())
                .collect(),
            failure_price: FailurePrice::new(model),
        })
    }

    /// Adds a row.
    pub(super) fn write(
        &mut self,
        trial: u64,
        topology: usize,
        outcome: &TrialOutcome,
    ) -> anyhow::Result<()> {
        let journeys = outcome
            .journeys
            .iter()
            .map(|journey| journey.unavailability);
        let cost = self
            .failure_price
            .of(outcome.unavailability, journeys, outcome.refunded_windows)
            .total();
        let row = [
            trial.to_string(),
            self.topologies.get(topology).cloned().unwrap_or_default(),
            (outcome.unavailability * crate::results::format::MINUTES_PER_YEAR).to_string(),
            outcome.outages.to_string(),
            outcome.longest_outage_seconds.to_string(),
            cost.map_or_else(String::new, |cost| cost.to_string()),
        ];
        self.writer
            .write_record(&row)
            .with_context(|| format!("cannot write {}", self.path.display()))
    }

    /// Gives the file its name.
    pub(super) fn commit(mut self) -> anyhow::Result<()> {
        let failed = || format!("cannot write {}", self.path.display());
        self.writer.flush().with_context(failed)?;
        self.file.persist(&self.path).with_context(failed)?;
        Ok(())
    }
}

/// Whether a file is there that was not written by an earlier run: it may be the model.
fn is_something_else(path: &Path) -> bool {
    let Ok(file) = File::open(path) else {
        return false;
    };
    let mut first = Vec::new();
    let length = HEADER.len() as u64;
    let read = file.take(length).read_to_end(&mut first);
    read.is_err() || !(first.is_empty() || first == HEADER.as_bytes())
}
