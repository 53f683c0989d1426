//! What the user typed of studies that vary a model.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args as ClapArgs, ValueEnum, ValueHint};

use super::values;
use crate::results::SweepFigure;
use crate::study::recommend::MoveKind;

#[derive(Debug, ClapArgs)]
#[command(mut_arg("folder", |arg| arg.help("Folder for the chart and the figures [default: output/MODEL/sweep]")))]
pub(super) struct SweepArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// What to vary: PATH=FROM..TO, with :log or :lin and the number of values behind it, or PATH=a,b,c; once or twice
    #[arg(long, required = true, value_name = "PATH=VALUES")]
    pub(super) set: Vec<String>,
    /// Topology to look at; may be given several times [default: all]
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Vec<String>,
    /// Figure that is drawn and printed; the files have all
    #[arg(long, value_enum, default_value_t = FigureChoice::Unavailability, value_name = "FIGURE")]
    pub(super) figure: FigureChoice,
    #[command(flatten)]
    pub(super) trials: StudyTrials,
    #[command(flatten)]
    pub(super) output: StudyOutput,
}

/// How much of a study is played.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Trials")]
pub(super) struct StudyTrials {
    /// Play this many trials of each variant
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::trials)]
    pub(super) trials: Option<u64>,
    /// Seed of all randomness; the same seed gives the same figures
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = values::seed)]
    pub(super) seed: u64,
    /// Worker threads [default: all cores]; they do not change the figures
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::threads)]
    pub(super) threads: Option<u16>,
    /// Stop when each unavailability is known within this share [default: 5%, unless --trials is given]
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, value_parser = values::precision)]
    pub(super) precision: Option<f64>,
    /// Stop after this time, all plays together [default: 2m, unless --trials is given]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::duration)]
    pub(super) max_time: Option<Duration>,
    /// Level of all intervals
    #[arg(long, value_name = "LEVEL", default_value = "95%", allow_hyphen_values = true, value_parser = values::confidence)]
    pub(super) confidence: f64,
}

/// Where a study goes.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Output")]
pub(super) struct StudyOutput {
    /// Folder for charts and figures [default: output/MODEL/STUDY]
    #[arg(long = "output", short = 'o', value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) folder: Option<PathBuf>,
    /// Draw no chart
    #[arg(long)]
    pub(super) no_charts: bool,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = StudyFormat::Text, value_name = "FORM")]
    pub(super) format: StudyFormat,
}

/// Form of a printed study.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum StudyFormat {
    /// Tables for terminals
    Text,
    /// Markdown, for pull requests
    Markdown,
    /// JSON
    Json,
    /// CSV: a row for each figure or setting
    Csv,
}

/// A figure to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FigureChoice {
    /// Share of requests lost
    Unavailability,
    /// What runs, and failure, a month
    #[value(alias = "total_with_failure")]
    Cost,
    /// Share of outages within the RTO
    #[value(name = "rto_met", alias = "rto-met")]
    RtoMet,
}

impl FigureChoice {
    /// What results call it.
    pub(super) fn figure(self) -> SweepFigure {
        match self {
            Self::Unavailability => SweepFigure::Unavailability,
            Self::Cost => SweepFigure::Cost,
            Self::RtoMet => SweepFigure::RtoMet,
        }
    }
}

#[derive(Debug, ClapArgs)]
#[command(mut_arg("folder", |arg| arg.help("Folder for the chart and the figures [default: output/MODEL/sensitivity]")))]
pub(super) struct SensitivityArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Topology to look at; may be given several times [default: all, which is what tells when the choice changes]
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Vec<String>,
    /// Assumptions without a range of their own are divided and multiplied by this; chances by their odds
    #[arg(long, value_name = "TIMES", default_value_t = 2.0, allow_hyphen_values = true, value_parser = values::factor)]
    pub(super) factor: f64,
    /// Only assumptions at or below this path; may be given several times
    #[arg(long, value_name = "PATH")]
    pub(super) only: Vec<String>,
    /// How many of them are played with all trials
    #[arg(long, value_name = "N", default_value_t = 10, allow_hyphen_values = true, value_parser = values::top)]
    pub(super) top: usize,
    #[command(flatten)]
    pub(super) trials: StudyTrials,
    #[command(flatten)]
    pub(super) output: StudyOutput,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RecommendArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Topology to start from [default: the one that `compare` recommends]
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Option<String>,
    /// Changes in a design at most
    #[arg(long, value_name = "N", default_value_t = 3, allow_hyphen_values = true, value_parser = values::changes)]
    pub(super) changes: usize,
    /// How many single changes are played with all trials
    #[arg(long, value_name = "N", default_value_t = 10, allow_hyphen_values = true, value_parser = values::top)]
    pub(super) top: usize,
    /// Only changes of this kind; may be given several times [default: all]
    #[arg(long, value_name = "KIND", value_parser = values::change_kind())]
    pub(super) only: Vec<MoveKind>,
    #[command(flatten)]
    pub(super) trials: StudyTrials,
    #[command(flatten)]
    pub(super) output: StudyOutput,
}

#[derive(Debug, ClapArgs)]
#[command(mut_arg("trials", |arg| arg.help("Play this many trials of each interval")))]
#[command(mut_arg("max_time", |arg| arg.help("Stop after this time, all intervals together [default: 1m, unless --trials is given]")))]
#[command(mut_arg("folder", |arg| arg.help("Folder for the chart and the figures [default: output/MODEL/TOPOLOGY]")))]
pub(super) struct DrillsArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Topology to drill; may be left out if the model has only one with a standby
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Option<String>,
    /// Time between two drills; may be given several times [default: a week to a year, and that of the model]
    #[arg(long, value_name = "TIME", value_parser = values::duration)]
    pub(super) every: Vec<Duration>,
    #[command(flatten)]
    pub(super) trials: StudyTrials,
    #[command(flatten)]
    pub(super) output: StudyOutput,
}
