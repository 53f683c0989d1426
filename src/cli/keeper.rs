//! Keeps the finished batches of a run in its output folder, and takes them up again.

use std::path::Path;
use std::time::{Duration, Instant};

use super::streams::Streams;
use crate::montecarlo::State;
use crate::results::format;
use crate::store::{CheckpointFile, Identity};

/// Most of the run's time that goes into writing checkpoints: one part in this many.
const SPARING: u32 = 50;

/// Other checkpoints of the folder that are named one by one.
const NAMED: usize = 3;

/// Writes the checkpoint of a run from time to time.
#[derive(Debug)]
pub(super) struct Keeper {
    file: CheckpointFile,
    every: Duration,
    started: Instant,
    /// Time that the trials took in earlier commands \[s\].
    earlier_seconds: f64,
    due: Instant,
    /// Why the last checkpoint could not be written.
    failed: Option<std::io::Error>,
}

impl Keeper {
    /// Keeps nothing before the first `every` has passed.
    pub(super) fn new(folder: &Path, identity: Identity, every: Duration) -> Self {
        let started = Instant::now();
        Self {
            file: CheckpointFile::new(folder, identity),
            every,
            started,
            earlier_seconds: 0.0,
            due: started + every,
            failed: None,
        }
    }

    /// The state that an earlier command of the same run has kept, if it `fits`. Says what is taken up and what is not.
    pub(super) fn take_up(
        &mut self,
        fits: impl Fn(&State) -> bool,
        streams: &mut Streams,
    ) -> Option<State> {
        let others = self.file.others();
        for other in others.iter().take(NAMED) {
            streams.note(&format!("{other}\nnot used, and left as it is"));
        }
        if others.len() > NAMED {
            let more = others.len() - NAMED;
            streams.note(&format!("{more} more checkpoints of other runs"));
        }
        match self.file.load() {
            Ok(None) => None,
            Ok(Some(kept)) if fits(&kept.state) => {
                let trials = format::count(kept.state.trials());
                streams.note(&format!(
                    "resuming after {trials} trials (--fresh starts anew)"
                ));
                self.earlier_seconds = kept.wall_seconds;
                Some(kept.state)
            }
            Ok(Some(_)) => {
                let path = self.file.path().display();
                streams.note(&format!(
                    "{path} does not fit the model\nnot used; the run starts anew and will replace it"
                ));
                None
            }
            Err(unused) => {
                streams.note(&format!(
                    "{unused}\nnot used; the run starts anew and will replace it"
                ));
                None
            }
        }
    }

    /// Says that a run which saves its trials leaves a checkpoint alone, if there is one.
    pub(super) fn tell_unused(&self, streams: &mut Streams) {
        if self.file.path().exists() {
            let path = self.file.path().display();
            streams.note(&format!(
                "--save-trials needs every trial: the run starts anew, {path} is left as it is"
            ));
        }
    }

    /// Keeps the state if it is time to.
    pub(super) fn keep_if_due(&mut self, state: &State) {
        let now = Instant::now();
        if now < self.due {
            return;
        }
        self.keep(state);
        let done = Instant::now();
        self.due = done + self.every.max((done - now) * SPARING);
    }

    /// Keeps the state now: the run stops before its end.
    pub(super) fn keep(&mut self, state: &State) {
        self.failed = self.write(state).err();
    }

    fn write(&self, state: &State) -> std::io::Result<()> {
        self.file.save(state, self.wall().as_secs_f64())
    }

    /// Time that the trials took, in all commands of the run together.
    pub(super) fn wall(&self) -> Duration {
        // A time from a file is not taken at its word.
        Duration::try_from_secs_f64(self.earlier_seconds).unwrap_or_default()
            + self.started.elapsed()
    }

    /// Says how a run that was stopped goes on.
    pub(super) fn tell_rest(&self, state: &State, streams: &mut Streams) {
        let path = self.file.path().display();
        let text = match &self.failed {
            Some(error) => format!("the checkpoint {path} could not be written: {error}"),
            None => format!(
                "the same command goes on after these {} trials (kept in {path})",
                format::count(state.trials())
            ),
        };
        streams.note(&text);
    }

    /// Takes the checkpoint away: all that it holds is in the results.
    pub(super) fn remove(&self) -> anyhow::Result<()> {
        self.file.remove().map_err(|error| {
            let path = self.file.path().display();
            anyhow::Error::new(error).context(format!("cannot remove {path}"))
        })
    }
}
