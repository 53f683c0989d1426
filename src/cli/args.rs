//! What the user typed. Defaults that depend on other arguments are filled in by [`super::settings`].

use std::path::PathBuf;
use std::sync::LazyLock;
use std::time::Duration;

use clap::builder::PossibleValuesParser;
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum, ValueHint};

use super::examples::EXAMPLES;
use super::study_args::{
    DrillsArgs, RecommendArgs, SensitivityArgs, StudyOutput, StudyTrials, SweepArgs,
};
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
        after_help = "Example: the built-in model, quickly\n  failscape compare --trials 1000 -o output/quick\n\nA model of your own, to 2 % of each unavailability\n  failscape init shop.yaml && failscape compare shop.yaml --precision 2% --max-time 1m\n\nIn a pull request: code 3 if the recommended topology misses a gate, 4 if undecided\n  failscape compare --trials 500 --gate 'availability>=99.9%' --format markdown"
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
        after_help = "Example: one system, in a second\n  failscape verify C14\n\nEverything, in a minute or two; what there is; and one of the models, to look at or to play\n  failscape verify\n  failscape verify --list\n  failscape verify --print c24-fixed > c24-fixed.yaml"
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
        after_help = "Example: a model whose standby rots\n  failscape init --example drills && failscape drills drills.yaml -t hot-standby --trials 2000\n\nIntervals of your own\n  failscape drills drills.yaml -t hot-standby --every 20d --every 45d --trials 2000"
    )]
    Drills(DrillsArgs),
    /// Fit times to repair and failure rates to an incident log
    ///
    /// Reads a CSV file with a line for each incident: when it began, when it was over or how long it took. Fits an exponential,
    /// lognormal, Weibull and gamma distribution by maximum likelihood, tests them, and prints the one to use as lines of a
    /// model, with intervals. Incidents that are not over, and bounds such as >120, count as what they are.
    #[command(
        after_help = "Example: a few repairs\n  printf 'repair\\n12m\\n35m\\n1h10m\\n>2h\\n20m\\n4h\\n50m\\n' | failscape fit - -o output/few\n\nA log with dates; column names are guessed unless given\n  printf 'opened,closed,region\\n2025-01-09 10:00,2025-01-09 10:45,east\\n2025-02-20 22:10,2025-02-21 00:40,west\\n2025-04-02 03:00,2025-04-02 03:20,east\\n2025-08-01 09:00,2025-08-01 09:35,west\\n2025-10-11 12:00,ongoing,west\\n' > log.csv &&\n  failscape fit log.csv\n\nAs lines of a model, for each region apart\n  failscape fit log.csv --by region --format yaml"
    )]
    Fit(Box<FitArgs>),
    /// Read and write objectives as OpenSLO v1 files
    #[command(
        after_help = "Example: the objectives of the built-in model, and back\n  failscape slo export > slos.yaml && failscape slo import slos.yaml"
    )]
    Slo(SloArgs),
    /// Vary one or two values of a model: curves, or a map, of what that does
    ///
    /// Plays each topology at all values in the same trials, so that neighbours are told apart far more sharply than two runs
    /// could. Says where the SLO is crossed, and which value is best.
    #[command(
        after_help = "Example: how fast must a failure be noticed?\n  failscape sweep --set failover.detect=10s..10m -t warm-standby --trials 500\n\nTwo values at once, as a map\n  failscape sweep --set failover.detect=10s..10m:4 --set failover.success=80%..100%:3 -t warm-standby --trials 200\n\nA PATH is the keys that lead to a value, as in `check --defaults`. `.mean` behind a time keeps its shape."
    )]
    Sweep(SweepArgs),
    /// Find the assumptions that matter: what moves the figures, and what changes the choice
    ///
    /// Puts every time, chance and price of a model to both ends of its range (or by a factor down and up), one at a time and in
    /// the same trials. Says how much of the spread is luck and how much is not knowing, what measuring would be worth, and at
    /// which value another topology would be recommended.
    #[command(
        after_help = "Example: a model with ranges\n  failscape init --example unsure && failscape sensitivity unsure.yaml --trials 500\n\nThe built-in model, one topology, one fault only\n  failscape sensitivity -t warm-standby --only faults.region-outage --trials 200"
    )]
    Sensitivity(SensitivityArgs),
    /// Find the changes that pay: what each avoids and costs, and the cheapest design that meets the objectives
    ///
    /// Tries changes by itself from a topology on: a replica, a zone, another pattern, faster detection, drills, a runbook that
    /// needs less, a larger standby; by themselves, in pairs and in steps, all in the same trials. What looks best is played again in
    /// other trials, and these are reported. Says what the next nine costs, and what stands in the way where objectives cannot be met.
    #[command(
        after_help = "Example: the built-in model, quickly\n  failscape recommend --trials 400\n\nA model of your own, from one of its topologies, one change only\n  failscape init shop.yaml && failscape recommend shop.yaml -t warm-standby --changes 1 --trials 500\n\nOnly some kinds of change\n  failscape recommend -t multi-az --only replica --only zone --trials 400"
    )]
    Recommend(RecommendArgs),
    /// Play scripted faults: a past outage or a drill, on every topology side by side
    ///
    /// A scenario says what fails where, when and for how long. It is played with everything else healthy, or failing as the model
    /// says; the timeline shows what users see. The program carries past outages of public clouds and four standard drills.
    #[command(
        after_help = "Example: lose a zone of the built-in model\n  failscape inject --drill lose-zone\n\nA past outage on a model of your own; what there is; and one of them, to change\n  failscape init shop.yaml && failscape inject shop.yaml --scenario aws-us-east-1-2021-12-07 --trials 500\n  failscape inject --list\n  failscape inject --print aws-us-east-1-2021-12-07 > outage.yaml"
    )]
    Inject(InjectArgs),
    /// Make the report page of a finished run again, without playing
    #[command(
        after_help = "Example: a run without charts, then its page with them\n  failscape compare --trials 500 --no-charts -o output/quick &&\n  failscape report output/quick -o page.html\n\nThe page needs results.json and, beside it, the evidence.json of the same run; it says what it lacks."
    )]
    Report(ReportArgs),
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
    /// Make a model of manifests, compose files, traces, dependency graphs or Terraform
    ///
    /// Reads what describes a system already and writes a model that loads, with what is known, what is assumed and what could
    /// not be known said at its head and beside each line. Only names of services, counts and a few listed fields are copied:
    /// no values of variables, no passwords. The format is told from the content; several files are joined.
    #[command(
        after_help = "Example: a graph as JSON\n  echo '[[\"web\", \"cart\"], [\"cart\", \"redis\"]]' | failscape import - -o shop.yaml && failscape compare shop.yaml --trials 200\n\nA running cluster, a compose file, what Terraform runs\n  kubectl get deploy,sts,ds,svc,cm,hpa,pdb,ing -o json | failscape import - -o shop.yaml\n  docker compose config | failscape import - -o shop.yaml\n  terraform show -json | failscape import - -o shop.yaml"
    )]
    Import(ImportArgs),
    /// Write a commented model to start from
    #[command(
        after_help = "Example:\n  failscape init shop.yaml && failscape check shop.yaml\n\nA model of one mechanism: a standby that rots\n  failscape init --example drills && failscape drills drills.yaml -t hot-standby --trials 1000"
    )]
    Init(InitArgs),
    /// Print the JSON Schema of model files, or of scenarios, for editors
    #[command(
        after_help = "Example:\n  failscape schema > model.schema.json\n  failscape schema scenario > scenario.schema.json"
    )]
    Schema(SchemaArgs),
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
    pub(super) gates: GateArgs,
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
    pub(super) gates: GateArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// What the figures are held against.
#[derive(Debug, ClapArgs)]
#[command(
    next_help_heading = "Gates (exit code 3: missed or worse, 4: undecided, as the interval straddles the target)"
)]
pub(super) struct GateArgs {
    /// Ask that a figure of results.json is on one side of a target, such as 'availability>=99.95%', 'cost.total<=40000' or
    /// 'hot-standby:downtime.p95<=2h'; may be given several times
    #[arg(long = "gate", value_name = "GATE")]
    pub(super) gates: Vec<String>,
    /// Topology that gates hold for which name none: recommended, every, any (one that meets them all), or a name
    /// [default: recommended]
    #[arg(long, value_name = "WHICH", requires = "gates")]
    pub(super) gate_topology: Option<String>,
    /// Ask that no topology is less available or dearer to run than in this results.json of an earlier run
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) baseline: Option<PathBuf>,
    /// Allow figures to be worse than in the baseline by this share of what they were
    #[arg(long, value_name = "SHARE", default_value = "0%", requires = "baseline", value_parser = values::share)]
    pub(super) baseline_tolerance: f64,
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
    pub(super) gates: GateArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

#[derive(Debug, ClapArgs)]
pub(super) struct ReportArgs {
    /// The results.json of a run, or the folder that it is in
    #[arg(value_name = "RESULTS|FOLDER", value_hint = ValueHint::AnyPath)]
    pub(super) run: PathBuf,
    /// File to write [default: index.html beside the results]
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) output: Option<PathBuf>,
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
#[command(mut_arg("trials", |arg| arg.help("Play this many trials, each once more for every part")))]
#[command(mut_arg("max_time", |arg| arg.help("Stop each topology after this time [default: 1m, unless --trials is given]")))]
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
    #[command(flatten)]
    pub(super) trials: StudyTrials,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = WhyFormat::Text, value_name = "FORM", help_heading = "Output")]
    pub(super) format: WhyFormat,
}

#[derive(Debug, ClapArgs)]
pub(super) struct FitArgs {
    /// Incident log in CSV, a line for each incident; - for stdin
    #[arg(value_name = "LOG", value_hint = ValueHint::FilePath)]
    pub(super) log: PathBuf,
    /// Column of when incidents began [default: guessed]
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(super) start: Option<String>,
    /// Column of when they were over [default: guessed]
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(super) end: Option<String>,
    /// Column of how long they took [default: guessed]
    #[arg(
        long,
        value_name = "COLUMN",
        conflicts_with = "end",
        help_heading = "Columns"
    )]
    pub(super) duration: Option<String>,
    /// Unit of bare numbers there, such as minutes [default: that in the column's name]
    #[arg(long, value_name = "UNIT", value_parser = values::fit_unit, help_heading = "Columns")]
    pub(super) unit: Option<crate::fit::Unit>,
    /// Zone of times that name none, such as UTC, +02:00 or Europe/Zurich [default: UTC]
    #[arg(
        long,
        value_name = "ZONE",
        allow_hyphen_values = true,
        help_heading = "Columns"
    )]
    pub(super) timezone: Option<String>,
    /// Column of the time zone of each row [default: guessed]
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(super) timezone_column: Option<String>,
    /// Column of what each incident happened to: times between failures are taken within each place
    #[arg(long, value_name = "COLUMN", help_heading = "Columns")]
    pub(super) place: Option<String>,
    /// Which number of 3/4/2026 is the day [default: what other dates of the log leave open]
    #[arg(long, value_enum, value_name = "ORDER", help_heading = "Columns")]
    pub(super) dates: Option<DateOrderChoice>,
    /// What separates fields [default: guessed among , ; | and tab]
    #[arg(long, value_name = "CHARACTER", value_parser = values::separator, help_heading = "Columns")]
    pub(super) separator: Option<u8>,
    /// Only rows for which this holds, such as severity=high; also !=, ~ (contains), >=, <=, >, <. May be given several times
    #[arg(long = "where", value_name = "CONDITION", help_heading = "Rows")]
    pub(super) filters: Vec<crate::fit::Filter>,
    /// Fit the values of this column apart
    #[arg(long, value_name = "COLUMN", help_heading = "Rows")]
    pub(super) by: Option<String>,
    /// What an empty end means
    #[arg(long, value_enum, value_name = "MEANING", default_value_t = EmptyEndChoice::Judge, help_heading = "Rows")]
    pub(super) empty_end: EmptyEndChoice,
    /// Take rows too that are marked as mere information
    #[arg(long, help_heading = "Rows")]
    pub(super) keep_informational: bool,
    /// Leave rows out, with their count, that hold a cell which cannot be read
    #[arg(long, help_heading = "Rows")]
    pub(super) skip_unreadable: bool,
    /// Begin of what was observed [default: the first instant of the log]
    #[arg(long, value_name = "DATE", help_heading = "Exposure")]
    pub(super) from: Option<String>,
    /// End of what was observed; a day is its first instant [default: the last instant of the log]
    #[arg(long, value_name = "DATE", help_heading = "Exposure")]
    pub(super) to: Option<String>,
    /// How many places could have failed, those without incidents too [default: 1, or those that --place names]
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::places, help_heading = "Exposure")]
    pub(super) places: Option<f64>,
    /// Level of all intervals
    #[arg(long, value_name = "LEVEL", default_value = "95%", allow_hyphen_values = true, value_parser = values::confidence, help_heading = "Fit")]
    pub(super) confidence: f64,
    /// Simulated samples of each test of fit; 0 for none
    #[arg(long, value_name = "N", default_value_t = 999, allow_hyphen_values = true, value_parser = values::simulations, help_heading = "Fit")]
    pub(super) simulations: usize,
    /// Seed of these; the same seed gives the same figures
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = values::seed, help_heading = "Fit")]
    pub(super) seed: u64,
    /// What one incident takes down, for the lines to paste [default: region, marked as assumed]
    #[arg(long, value_name = "SCOPE", value_parser = ["replica", "service-in-zone", "service-in-region", "service", "zone", "region", "everywhere", "zone-link", "region-link"], help_heading = "Output")]
    pub(super) hits: Option<String>,
    /// Folder for the charts and the figures [default: output/LOG]
    #[arg(long = "output", short = 'o', value_name = "DIR", value_hint = ValueHint::DirPath, help_heading = "Output")]
    pub(super) folder: Option<PathBuf>,
    /// Draw no charts
    #[arg(long, help_heading = "Output")]
    pub(super) no_charts: bool,
    /// Form of what is printed
    #[arg(long, value_enum, default_value_t = FitFormat::Text, value_name = "FORM", help_heading = "Output")]
    pub(super) format: FitFormat,
}

#[derive(Debug, ClapArgs)]
pub(super) struct SloArgs {
    #[command(subcommand)]
    pub(super) command: SloCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum SloCommand {
    /// Print the objectives of a model, its journeys and its services as OpenSLO v1; what it cannot say is named on stderr
    #[command(after_help = "Example:\n  failscape slo export > slos.yaml")]
    Export(SloExportArgs),
    /// Print what a model says of the SLOs of an OpenSLO v1 file, to paste; what cannot be carried over is named on stderr
    #[command(
        after_help = "Example:\n  failscape slo export > slos.yaml && failscape slo import slos.yaml"
    )]
    Import(SloImportArgs),
}

#[derive(Debug, ClapArgs)]
pub(super) struct SloExportArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(super) struct SloImportArgs {
    /// OpenSLO file, in YAML or JSON, with one document or several; - for stdin
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) file: PathBuf,
    /// Model whose services and journeys the SLOs are matched with by name
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
}

#[derive(Debug, ClapArgs)]
#[command(group(clap::ArgGroup::new("script").required(true).args(["scenario", "drill", "list", "print"])))]
#[command(mut_arg("folder", |arg| arg.help("Folder for the chart and the figures [default: output/MODEL/inject/SCENARIO]")))]
pub(super) struct InjectArgs {
    /// Model file; the built-in example if left out
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) model: Option<PathBuf>,
    /// Scenario to play: a file, or the name of one that the program carries
    #[arg(long, short, value_name = "FILE|NAME", value_hint = ValueHint::FilePath)]
    pub(super) scenario: Option<String>,
    /// Standard drill to play
    #[arg(long, value_enum, value_name = "DRILL")]
    pub(super) drill: Option<DrillChoice>,
    /// Say which scenarios the program carries, with their sources, and play nothing
    #[arg(long)]
    pub(super) list: bool,
    /// Print a scenario that the program carries, or the drill of this name, and play nothing
    #[arg(long, value_name = "NAME")]
    pub(super) print: Option<String>,
    /// Of a drill: where, such as us-east-1/a or a service [default: by role]
    #[arg(long, value_name = "PLACE", conflicts_with = "scenario")]
    pub(super) place: Option<String>,
    /// Of a drill: when it strikes [default: 10m], or when the region comes back [default: 30m]
    #[arg(long, value_name = "TIME", value_parser = values::duration, conflicts_with = "scenario")]
    pub(super) at: Option<Duration>,
    /// Of a drill: how long it lasts, or how long the region had been down
    #[arg(long, value_name = "TIME", value_parser = values::duration, conflicts_with = "scenario")]
    pub(super) lasts: Option<Duration>,
    /// Put a place of the model where the scenario names another, such as us-east-1=east or us-east-1=primary; may be given several times
    #[arg(long, value_name = "FROM=TO", value_parser = values::mapping)]
    pub(super) map: Vec<(String, String)>,
    /// What happens beside the script
    #[arg(long, value_enum, value_name = "WHAT", default_value_t = BackgroundChoice::Healthy)]
    pub(super) background: BackgroundChoice,
    /// Topology to play; may be given several times [default: all of the model]
    #[arg(long, short, value_name = "NAME")]
    pub(super) topology: Vec<String>,
    /// Play this many trials of each topology in which anything is drawn
    #[arg(long, value_name = "N", default_value_t = 1000, allow_hyphen_values = true, value_parser = values::trials, help_heading = "Trials")]
    pub(super) trials: u64,
    /// Seed of all randomness; the same seed gives the same figures
    #[arg(long, value_name = "N", default_value_t = 1, allow_hyphen_values = true, value_parser = values::seed, help_heading = "Trials")]
    pub(super) seed: u64,
    /// Worker threads [default: all cores]; they do not change the figures
    #[arg(long, value_name = "N", allow_hyphen_values = true, value_parser = values::threads, help_heading = "Trials")]
    pub(super) threads: Option<u16>,
    /// Level of all intervals
    #[arg(long, value_name = "LEVEL", default_value = "95%", allow_hyphen_values = true, value_parser = values::confidence, help_heading = "Trials")]
    pub(super) confidence: f64,
    #[command(flatten)]
    pub(super) output: StudyOutput,
}

/// A standard drill.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DrillChoice {
    /// A zone goes down, and comes back
    LoseZone,
    /// A service that others depend on goes down everywhere
    LoseDependency,
    /// All links between a region and the others are cut; users still reach it
    IsolateRegion,
    /// A region that was lost long ago comes back: the way home
    RecoverRegion,
}

/// What happens beside the script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum BackgroundChoice {
    /// Nothing: everything else is healthy
    Healthy,
    /// What the model says: everything else fails by itself too
    Random,
}

#[derive(Debug, ClapArgs)]
pub(super) struct SchemaArgs {
    /// What kind of file
    #[arg(value_enum, default_value_t = SchemaChoice::Model, value_name = "KIND")]
    pub(super) of: SchemaChoice,
}

/// A kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum SchemaChoice {
    /// Model files
    Model,
    /// Scenario files
    Scenario,
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
pub(super) struct ImportArgs {
    /// Files to import, joined into one model; - is the standard input
    #[arg(required = true, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) files: Vec<PathBuf>,
    /// What the files are [default: told from their content]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub(super) from: Option<ImportFormat>,
    /// File of variables that a compose file uses, such as .env; may be given again
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub(super) env: Vec<PathBuf>,
    /// Take `depends_on` of compose files for calls: it is an order of starts, and often also a call
    #[arg(long)]
    pub(super) depends_on_as_calls: bool,
    /// Which graph of a file that holds several
    #[arg(long, value_name = "NAME")]
    pub(super) graph: Option<String>,
    /// Name of the model [default: that of the first file]
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// File to write; the standard output if left out
    #[arg(long, short, value_name = "FILE", value_hint = ValueHint::FilePath, help_heading = "Output")]
    pub(super) output: Option<PathBuf>,
    /// Form of what is written
    #[arg(long, value_enum, default_value_t = ImportOutput::Yaml, value_name = "FORM", help_heading = "Output")]
    pub(super) format: ImportOutput,
    /// Overwrite the file if it exists
    #[arg(long, requires = "output", help_heading = "Output")]
    pub(super) force: bool,
}

#[derive(Debug, ClapArgs)]
pub(super) struct InitArgs {
    /// File to write; must not exist yet [default: model.yaml, or the name of the example]
    #[arg(value_hint = ValueHint::FilePath)]
    pub(super) file: Option<PathBuf>,
    /// Write an example of one mechanism, or of one real system, in place of the starter
    #[arg(long, value_name = "NAME", value_parser = PossibleValuesParser::new(EXAMPLES.iter().map(|example| example.name)))]
    pub(super) example: Option<String>,
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

/// Form of a fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum FitFormat {
    /// Tables for terminals
    Text,
    /// Markdown, for pull requests
    Markdown,
    /// JSON
    Json,
    /// Lines to paste into a model
    Yaml,
}

/// Which number of a date is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum DateOrderChoice {
    /// 3/4 is 3 April
    DayFirst,
    /// 3/4 is 4 March
    MonthFirst,
}

/// What an empty end means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EmptyEndChoice {
    /// Under way, unless that would make it older than any incident that has ended
    Judge,
    /// Under way
    Ongoing,
    /// Not written down: the row counts for the rate only
    Unknown,
}

/// Form of a drawn graph.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum GraphFormat {
    /// A picture for browsers
    Svg,
    /// The input of Graphviz
    Dot,
}

/// Form of an imported model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ImportOutput {
    /// The model, with comments
    Yaml,
    /// The model as a text beside lists of what is known, assumed and unknown
    Json,
}

/// What an imported file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ImportFormat {
    /// Manifests of Kubernetes, YAML or JSON
    Kubernetes,
    /// A compose file
    Compose,
    /// Traces in the JSON encoding of OTLP
    Otlp,
    /// Traces as Jaeger exports them
    Jaeger,
    /// Edges between services as JSON
    Dependencies,
    /// Output of `terraform show -json`
    Terraform,
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
