//! Why a command did not do its job, how that is said, and the exit code it ends with.

use super::streams::Streams;
use crate::gate::BadGate;
use crate::model::ModelErrors;
use crate::results::Standing;

/// Exit code of a failure at run time.
const RUN_TIME: u8 = 1;
/// Exit code of wrong usage and of an invalid model.
pub(super) const USAGE: u8 = 2;
/// Exit code of a gate that is missed, or a figure that is worse than that of the baseline.
const MISSED: u8 = 3;
/// Exit code where none is missed, and some are not decided.
const UNDECIDED: u8 = 4;
/// Exit code after Ctrl-C.
const INTERRUPTED: u8 = 130;

/// Why a command ended early.
#[derive(Debug)]
pub(super) enum Failure {
    /// The arguments ask for something that does not exist: message and hint.
    Usage(String, String),
    /// The model is invalid.
    Model(ModelErrors),
    /// Something failed while running.
    RunTime(anyhow::Error),
    /// What was asked for by gates is not met; the verdicts have been reported.
    Gate(Standing),
    /// The user interrupted it; what was done has been reported.
    Interrupted,
    /// Nobody reads stdout any more: no reason to complain.
    ReaderGone,
}

impl Failure {
    /// The exit code.
    pub(super) fn code(&self) -> u8 {
        match self {
            Self::Usage(..) | Self::Model(_) => USAGE,
            Self::RunTime(_) => RUN_TIME,
            Self::Gate(Standing::Missed) => MISSED,
            Self::Gate(Standing::Undecided) => UNDECIDED,
            Self::Interrupted => INTERRUPTED,
            Self::Gate(Standing::Met) | Self::ReaderGone => 0,
        }
    }

    /// Says it on stderr.
    pub(super) fn show(&self, streams: &mut Streams) {
        match self {
            Self::Usage(message, hint) => streams.error(message, Some(hint)),
            Self::Model(errors) => {
                let text = errors.render(streams.colours_errors());
                streams.raw_error(&format!("{text}\n"));
            }
            Self::RunTime(error) => streams.error(&format!("{error:#}"), None),
            Self::Gate(standing) => streams.note(&format!(
                "gates: {} (exit code {})",
                standing.name(),
                self.code()
            )),
            Self::Interrupted | Self::ReaderGone => {}
        }
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::RunTime(error)
    }
}

impl From<BadGate> for Failure {
    fn from(bad: BadGate) -> Self {
        Self::Usage(bad.message, bad.hint)
    }
}

impl From<ModelErrors> for Failure {
    fn from(errors: ModelErrors) -> Self {
        Self::Model(errors)
    }
}
