//! What to do, validated: arguments with every default filled in.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::args::{EstimatorChoice, Format, OutputArgs, TrialArgs};
use super::study_args::StudyTrials;
use crate::montecarlo::{Estimator, RunSettings, Shard};

/// Precision unless trials are asked for.
const DEFAULT_PRECISION: f64 = 0.05;

/// Time limit unless trials are asked for.
const DEFAULT_MAX_TIME: Duration = Duration::from_mins(10);

/// Longest folder name made from a model's name \[characters\].
const FOLDER_NAME_LENGTH: usize = 64;

/// Where output goes and in which form.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OutputSettings {
    pub(super) folder: PathBuf,
    pub(super) format: Format,
    pub(super) charts: Charts,
}

/// Whether charts are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Charts {
    Drawn,
    LeftOut,
}

impl Charts {
    /// Drawn unless the user wants none.
    pub(super) fn unless(left_out: bool) -> Self {
        if left_out { Self::LeftOut } else { Self::Drawn }
    }
}

/// What is asked of a run.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Request {
    pub(super) settings: RunSettings,
    /// The part to play; the whole run if `None`.
    pub(super) shard: Option<Shard>,
    /// Time between two checkpoints.
    pub(super) checkpoint_every: Duration,
    /// Whether what an earlier command has played is left alone.
    pub(super) fresh: bool,
    pub(super) save_trials: Option<PathBuf>,
}

/// What these arguments ask for.
pub(super) fn request(args: &TrialArgs) -> Request {
    Request {
        settings: run_settings(args),
        shard: args.shard,
        checkpoint_every: args.checkpoint_every,
        fresh: args.fresh,
        save_trials: args.save_trials.clone(),
    }
}

/// Settings of a run: without `--trials` and `--precision` it goes on to 5 %; without `--trials`, for 10 min at most.
fn run_settings(args: &TrialArgs) -> RunSettings {
    let longest = DEFAULT_MAX_TIME;
    let (precision, max_time) = until(args.trials, args.precision, args.max_time, longest);
    RunSettings {
        seed: args.seed,
        trials: args.trials,
        precision,
        together: false,
        precision_of_differences: args.precision_of_differences,
        max_time,
        confidence: args.confidence,
        threads: threads(args.threads),
        estimator: match args.estimator {
            EstimatorChoice::Sharp => Estimator::Sharp,
            EstimatorChoice::Sampled => Estimator::Sampled,
            EstimatorChoice::Plain => Estimator::Plain,
        },
    }
}

/// Settings of a study: without `--trials` and `--precision` it goes on to 5 %; without `--trials`, for `longest` at most.
pub(super) fn study_settings(
    args: &StudyTrials,
    longest: Duration,
    estimator: Estimator,
) -> RunSettings {
    let (precision, max_time) = until(args.trials, args.precision, args.max_time, longest);
    RunSettings {
        seed: args.seed,
        trials: args.trials,
        precision,
        together: false,
        precision_of_differences: None,
        max_time,
        confidence: args.confidence,
        threads: threads(args.threads),
        estimator,
    }
}

/// When trials that are not counted end: at a precision, or after a time.
fn until(
    trials: Option<u64>,
    precision: Option<f64>,
    max_time: Option<Duration>,
    longest: Duration,
) -> (Option<f64>, Option<Duration>) {
    let unless_counted = trials.is_none();
    (
        precision.or(unless_counted.then_some(DEFAULT_PRECISION)),
        max_time.or(unless_counted.then_some(longest)),
    )
}

/// Worker threads: as many as asked for, else one for each core.
pub(super) fn threads(asked: Option<u16>) -> usize {
    let cores = || std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    asked.map_or_else(cores, usize::from)
}

/// Settings of the output of a run of these parts of a name: the model, and the topology if it is only one.
pub(super) fn output_settings(args: &OutputArgs, names: &[&str]) -> OutputSettings {
    OutputSettings {
        folder: output_folder(args.folder.as_deref(), names),
        format: args.format,
        charts: Charts::unless(args.no_charts),
    }
}

/// The folder that is asked for, else `output` and one below it for each part of a name.
pub(super) fn output_folder(asked: Option<&Path>, names: &[&str]) -> PathBuf {
    let default = || {
        names.iter().fold(PathBuf::from("output"), |path, name| {
            path.join(folder_name(name))
        })
    };
    asked.map_or_else(default, Path::to_owned)
}

/// A name from a model as one plain folder name: letters, digits, `-`, `_` and inner dots only, never empty.
pub(super) fn folder_name(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
            c
        } else {
            '-'
        }
    };
    let safe: String = name.chars().take(FOLDER_NAME_LENGTH).map(plain).collect();
    let safe = safe.trim_matches(['.', '-']);
    if safe.is_empty() || is_reserved(safe) {
        format!("model-{safe}").trim_end_matches('-').to_owned()
    } else {
        safe.to_owned()
    }
}

/// Names that Windows keeps for devices, whatever their extension.
fn is_reserved(name: &str) -> bool {
    let stem = Path::new(name)
        .file_stem()
        .map(|stem| stem.to_string_lossy().to_ascii_lowercase())
        .unwrap_or_default();
    matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || (stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.ends_with(|c: char| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_stay_below_the_output_folder() {
        assert_eq!(folder_name("online-shop"), "online-shop");
        assert_eq!(folder_name("../../etc/passwd"), "etc-passwd");
        assert_eq!(folder_name(".."), "model");
        assert_eq!(folder_name("/"), "model");
        assert_eq!(folder_name("C:\\x"), "C--x");
        assert_eq!(folder_name("nul"), "model-nul");
        assert_eq!(folder_name("день"), "model");
        assert_eq!(folder_name("v1.2"), "v1.2");
    }
}
