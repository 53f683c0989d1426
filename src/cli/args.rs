//! What the user typed. Defaults that depend on other arguments are filled in by [`super::settings`].

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};

use super::values;
use crate::montecarlo::Shard;

/// Which topology should a service run on, and what does each choice cost?
///
/// Takes a model of a service (what it is made of, where it can run, how that fails) and plays thousands of independent
/// years of each topology. Shows availability, downtime, recovery and cost side by side, with error bars.
#[derive(Debug, Parser)]
#[command(name = "failscape", version = VERSION.as_str(), max_term_width = 100, after_help = "Example: compare the topologies of the built-in model\n  failscape compare --trials 1000\n\nA model of your own\n  failscape init shop.yaml && failscape compare shop.yaml")]
pub(super) struct Args {
    #[command(subcommand)]
    pub(super) command: Command,
    /// Show neither progress nor notes
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// When to use colour
    #[arg(long, value_enum, global = true, default_value_t = Color::Auto, value_name = "WHEN")]
    pub(super) color: Color,
}

/// Version and, if it is known, commit.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let version = env!("CARGO_PKG_VERSION");
    option_env!("FAILSCAPE_COMMIT").map_or_else(
        || version.to_owned(),
        |commit| format!("{version} ({commit})"),
    )
});

/// One task.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Compare every topology of a model: the main job
    #[command(
        after_help = "Example: the built-in model, quickly\n  failscape compare --trials 1000 -o output/quick\n\nA model of your own, to 2 % of each unavailability\n  failscape init shop.yaml && failscape compare shop.yaml --precision 2% --max-time 1m"
    )]
    Compare(CompareArgs),
    /// Play one topology and show it in depth
    #[command(
        after_help = "Example:\n  failscape init shop.yaml && failscape run shop.yaml -t warm-standby --trials 1000"
    )]
    Run(RunArgs),
    /// Join the shards of a run into its results
    #[command(
        after_help = "Example: a run in two parts, which two machines could play\n  failscape compare --trials 2000 --shard 1/2 -o parts &&\n  failscape compare --trials 2000 --shard 2/2 -o parts &&\n  failscape merge parts"
    )]
    Merge(MergeArgs),
    /// Work unavailability out without sampling, where a topology allows it
    #[command(
        after_help = "Example: two regions with failover, one of the reference cases\n  failscape verify --print c24-lognormal > pair.yaml && failscape exact pair.yaml\n\nWhere nothing can be worked out, it says why and ends with 0; `unavailability` is null in JSON."
    )]
    Exact(ExactArgs),
    /// Check the program against systems with known answers
    ///
    /// The program carries the reference cases with it: systems of the literature and small ones with closed forms. It works
    /// each out, plays it, and sets both beside the reference. Ends with 1 if anything differs.
    #[command(
        after_help = "Example: one system, in a second\n  failscape verify C14\n\nEverything, in about a minute; what there is; and one of the models, to look at or to play\n  failscape verify\n  failscape verify --list\n  failscape verify --print c24-fixed > c24-fixed.yaml"
    )]
    Verify(VerifyArgs),
    /// Show what takes a topology down, and what each cause costs
    #[command(
        after_help = "Example: the built-in model\n  failscape why -t warm-standby --trials 500\n\nA model of your own, every part of it, as JSON\n  failscape init shop.yaml && failscape why shop.yaml -t multi-az --all --trials 200 --format json"
    )]
    Why(WhyArgs),
    /// Show how often to drill a standby
    ///
    /// Plays one topology with drills at several intervals, in the same trials: what the standby's rot costs between two drills,
    /// against what drills disrupt and cost. Marks the best, and says what never drilling costs.
    #[command(
        after_help = "Example: a model whose standby rots\n  failscape drills models/drills.yaml -t hot-standby --trials 2000\n\nIntervals of your own\n  failscape drills models/drills.yaml -t hot-standby --every 20d --every 45d --trials 2000"
    )]
    Drills(DrillsArgs),
    /// Check a model without running it
    #[command(
        after_help = "Example: see what was filled in\n  failscape init shop.yaml && failscape check shop.yaml --defaults"
    )]
    Check(CheckArgs),
    /// Draw what runs where and what calls what
    #[command(
        after_help = "Example:\n  failscape init shop.yaml && failscape graph shop.yaml -t warm-standby > graph.svg"
    )]
    Graph(GraphArgs),
    /// Write a commented model to start from
    #[command(after_help = "Example:\n  failscape init shop.yaml && failscape check shop.yaml")]
    Init(InitArgs),
    /// Print the JSON Schema of model files, for editors
    #[command(after_help = "Example:\n  failscape schema > model.schema.json")]
    Schema,
    /// Print a completion script for a shell
    #[command(after_help = "Example:\n  failscape completions bash > failscape.bash")]
    Completions(CompletionsArgs),
    /// Print the manual page
    #[command(
        after_help = "Example: the page of one command\n  failscape man compare > failscape-compare.1"
    )]
    Man(ManArgs),
}

#[derive(Debug, ClapArgs)]
pub(super) struct CompareArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    #[command(flatten)]
    pub(super) trials: TrialArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct RunArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Topology to play; may be left out if the model has one only
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Option<String>,
    #[command(flatten)]
    pub(super) trials: TrialArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// How much to play.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Trials")]
pub(super) struct TrialArgs {
    /// Play this many trials of each topology
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::trials)]
    pub(super) trials: Option<u64>,
    /// Seed of all randomness; the same seed gives the same figures
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = values::seed)]
    pub(super) seed: u64,
    /// Worker threads [default: all cores]; they do not change the figures
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::threads)]
    pub(super) threads: Option<u16>,
    /// Stop a topology when its unavailability is known within this share [default: 5%, unless --trials is given]
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, value_parser = values::precision)]
    pub(super) precision: Option<f64>,
    /// Go on until every difference between two topologies is known within this share of itself too
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, value_parser = values::precision)]
    pub(super) precision_of_differences: Option<f64>,
    /// Stop after this time and report what there is [default: 10m, unless --trials is given]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::duration)]
    pub(super) max_time: Option<Duration>,
    /// Level of all intervals
    #[arg(long, value_name = "LEVEL", default_value = "95%", allow_hyphen_values = true, value_parser = values::confidence)]
    pub(super) confidence: f64,
    /// How means are found: worked out or sampled as sharply as the model allows, or by the scores of trials alone
    #[arg(long, value_enum, default_value_t = EstimatorChoice::Sharp, value_name = "HOW")]
    pub(super) estimator: EstimatorChoice,
    /// Play only this part of the trials, such as 3/64, into a file for `failscape merge`
    #[arg(
        long,
        value_name = "I/N",
        requires = "trials",
        conflicts_with_all = ["precision", "precision_of_differences"]
    )]
    pub(super) shard: Option<Shard>,
    /// Keep the finished trials of a long run in the output folder this often
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = values::duration)]
    pub(super) checkpoint_every: Duration,
    /// Start anew where an earlier run of the same command can be resumed
    #[arg(long)]
    pub(super) fresh: bool,
    /// Write one row for each trial and topology to this CSV file; such a run keeps no checkpoints
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub(super) save_trials: Option<PathBuf>,
}

/// What to write where.
#[derive(Debug, ClapArgs)]
#[command(next_help_heading = "Output")]
pub(super) struct OutputArgs {
    /// Folder for the report, the charts and the figures [default: output/MODEL]
    #[arg(long = "output", short = 'o', value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub(super) folder: Option<PathBuf>,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = Format::Table, value_name = "FORM")]
    pub(super) format: Format,
    /// Draw no charts
    #[arg(long)]
    pub(super) no_charts: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct MergeArgs {
    /// Shards, or folders that hold them
    #[arg(required = true, value_name = "FOLDER|FILE", value_hint = ValueHint::AnyPath)]
    pub(super) shards: Vec<PathBuf>,
    /// Model file that the shards were played from; the built-in example if left out
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Level of all intervals [default: that of the shards]
    #[arg(long, value_name = "LEVEL", value_parser = values::confidence)]
    pub(super) confidence: Option<f64>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ExactArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Topology to work out; all of the model if left out
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Option<String>,
    /// Cut each fixed time into so many stages on the finest of four meshes [default: 48, or 24 or 12 if that makes a chain too large]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::stages)]
    pub(super) stages: Option<u16>,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = ExactFormat::Text, value_name = "FORM")]
    pub(super) format: ExactFormat,
}

#[derive(Debug, ClapArgs)]
pub(super) struct VerifyArgs {
    /// Systems or cases to check, such as C24 or c24-fixed; all if left out
    #[arg(value_name = "NAME")]
    pub(super) names: Vec<String>,
    /// Say what there is, with the sources in full, and play nothing
    #[arg(long, conflicts_with_all = ["print", "trials", "seed", "threads", "format"])]
    pub(super) list: bool,
    /// Print the model of a case, and play nothing
    #[arg(long, value_name = "CASE", conflicts_with_all = ["names", "trials", "seed", "threads", "format"])]
    pub(super) print: Option<String>,
    /// Play this many trials of each case [default: enough for each to tell]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::trials)]
    pub(super) trials: Option<u64>,
    /// Seed of all randomness [default: that of each case]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::seed)]
    pub(super) seed: Option<u64>,
    /// Worker threads [default: all cores]; they do not change the figures
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::threads)]
    pub(super) threads: Option<u16>,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = VerifyFormat::Text, value_name = "FORM")]
    pub(super) format: VerifyFormat,
}

#[derive(Debug, ClapArgs)]
pub(super) struct WhyArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Topology to explain; all of the model if left out
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Option<String>,
    /// Failures in a minimal cut set at most
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = values::order)]
    pub(super) order: usize,
    /// Ask for every part, and show all of them, not the foremost only
    #[arg(long)]
    pub(super) all: bool,
    /// Play this many trials, each once more for every part
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::trials, help_heading = "Trials")]
    pub(super) trials: Option<u64>,
    /// Seed of all randomness; the same seed gives the same figures
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = values::seed, help_heading = "Trials")]
    pub(super) seed: u64,
    /// Worker threads [default: all cores]; they do not change the figures
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::threads, help_heading = "Trials")]
    pub(super) threads: Option<u16>,
    /// Stop when the unavailability is known within this share [default: 5%, unless --trials is given]
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, value_parser = values::precision, help_heading = "Trials")]
    pub(super) precision: Option<f64>,
    /// Stop each topology after this time [default: 1m, unless --trials is given]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::duration, help_heading = "Trials")]
    pub(super) max_time: Option<Duration>,
    /// Level of all intervals
    #[arg(long, value_name = "LEVEL", default_value = "95%", allow_hyphen_values = true, value_parser = values::confidence, help_heading = "Trials")]
    pub(super) confidence: f64,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = WhyFormat::Text, value_name = "FORM", help_heading = "Output")]
    pub(super) format: WhyFormat,
}

#[derive(Debug, ClapArgs)]
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
    /// Play this many trials of each interval
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::trials, help_heading = "Trials")]
    pub(super) trials: Option<u64>,
    /// Seed of all randomness; the same seed gives the same figures
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = values::seed, help_heading = "Trials")]
    pub(super) seed: u64,
    /// Worker threads [default: all cores]; they do not change the figures
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::threads, help_heading = "Trials")]
    pub(super) threads: Option<u16>,
    /// Stop when the unavailability is known within this share [default: 5%, unless --trials is given]
    #[arg(long, value_name = "SHARE", allow_hyphen_values = true, value_parser = values::precision, help_heading = "Trials")]
    pub(super) precision: Option<f64>,
    /// Stop after this time [default: 1m, unless --trials is given]
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = values::duration, help_heading = "Trials")]
    pub(super) max_time: Option<Duration>,
    /// Level of all intervals
    #[arg(long, value_name = "LEVEL", default_value = "95%", allow_hyphen_values = true, value_parser = values::confidence, help_heading = "Trials")]
    pub(super) confidence: f64,
    /// Folder for the chart and the figures [default: output/MODEL/TOPOLOGY]
    #[arg(long = "output", short = 'o', value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Output")]
    pub(super) folder: Option<PathBuf>,
    /// Draw no chart
    #[arg(long, help_heading = "Output")]
    pub(super) no_charts: bool,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = WhyFormat::Text, value_name = "FORM", help_heading = "Output")]
    pub(super) format: WhyFormat,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CheckArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Print every value that the file leaves out, and why it is what it is
    #[arg(long)]
    pub(super) defaults: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct GraphArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Topology to draw; the first of the model if left out
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Option<String>,
    /// Form of the picture
    #[arg(long, value_enum, default_value_t = GraphFormat::Svg, value_name = "FORM")]
    pub(super) format: GraphFormat,
}

#[derive(Debug, ClapArgs)]
pub(super) struct InitArgs {
    /// File to write; must not exist yet
    #[arg(default_value = "model.yaml", value_hint = ValueHint::FilePath)]
    pub(super) file: PathBuf,
}

#[derive(Debug, ClapArgs)]
pub(super) struct CompletionsArgs {
    /// Shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ManArgs {
    /// Command whose page is wanted; the program's own if left out
    pub(super) command: Option<String>,
}

/// Form of printed figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// Table for terminals
    Table,
    /// Markdown, for pull requests
    Markdown,
    /// results.json
    Json,
    /// results.csv
    Csv,
}

/// Form of figures that were worked out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExactFormat {
    /// Lines to read
    Text,
    /// JSON
    Json,
}

/// How means are found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EstimatorChoice {
    /// Worked out where that is possible; else trials with chances replaced by means, and with controls
    Sharp,
    /// The same trials even where figures could be worked out
    Sampled,
    /// Scores of trials alone, event by event
    Plain,
}

/// Form of the table of reference values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum VerifyFormat {
    /// Table for terminals
    Text,
    /// JSON
    Json,
    /// Markdown, for pull requests
    Markdown,
}

/// Form of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum WhyFormat {
    /// Tables for terminals
    Text,
    /// Markdown, for pull requests
    Markdown,
    /// JSON
    Json,
}

/// Form of a drawn graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// A picture for browsers
    Svg,
    /// The input of Graphviz
    Dot,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Color {
    /// On terminals, unless `NO_COLOR` is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}
