//! The command line: arguments to settings, one file for each subcommand.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 fine, 1 failure at run time, 2 usage or invalid model,
//! 3 a gate is missed or a figure worse than in the baseline, 4 that is not decided, 130 interrupted. Nothing below this module prints, reads a clock or knows of signals.

mod args;
mod campaign;
mod check;
mod compare;
mod completions;
mod drills;
mod exact;
mod examples;
mod failure;
mod fit;
mod gates;
mod graph;
mod import;
mod init;
mod inject;
mod interrupt;
mod keeper;
mod load;
mod man;
mod merge;
mod observer;
mod outputs;
mod recommend;
mod report;
mod run;
mod run_file;
mod schema;
mod sensitivity;
mod sensitivity_flips;
mod sensitivity_plays;
mod settings;
mod simulate;
mod slo;
mod streams;
mod study_args;
mod study_files;
mod sweep;
mod trials_file;
mod values;
mod variants;
mod verify;
mod why;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

use args::{Args, Command};
use failure::Failure;
use streams::Streams;

/// Runs the program with these arguments, the first of them its own name.
pub fn main(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let args = match Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => {
            let code = if error.use_stderr() {
                failure::USAGE
            } else {
                0
            };
            // Nothing is left to be said if even this cannot be printed.
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let mut streams = Streams::new(args.color, args.quiet);
    match dispatch(args.command, &mut streams) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            failure.show(&mut streams);
            ExitCode::from(failure.code())
        }
    }
}

fn dispatch(command: Command, streams: &mut Streams) -> Result<(), Failure> {
    match command {
        Command::Compare(args) => compare::compare(&args, streams),
        Command::Run(args) => run::run(&args, streams),
        Command::Merge(args) => merge::merge(&args, streams),
        Command::Exact(args) => exact::exact(&args, streams),
        Command::Verify(args) => verify::verify(&args, streams),
        Command::Why(args) => why::why_down(&args, streams),
        Command::Drills(args) => drills::drills(&args, streams),
        Command::Fit(args) => fit::fit(&args, streams),
        Command::Slo(args) => slo::slo(&args, streams),
        Command::Sensitivity(args) => sensitivity::sensitivity(&args, streams),
        Command::Recommend(args) => recommend::recommend(&args, streams),
        Command::Sweep(args) => sweep::sweep(&args, streams),
        Command::Inject(args) => inject::inject(&args, streams),
        Command::Report(args) => report::report(&args, streams),
        Command::Check(args) => check::check(&args, streams),
        Command::Graph(args) => graph::graph(&args, streams),
        Command::Import(args) => import::import(&args, streams),
        Command::Init(args) => init::init(&args, streams),
        Command::Schema(args) => schema::schema(&args, streams),
        Command::Completions(args) => completions::completions(&args, streams),
        Command::Man(args) => man::man(&args, streams),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    #[test]
    fn arguments_are_consistent() {
        super::Args::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in super::Args::command()
            .get_subcommands()
            .filter(|command| command.get_name() != "help")
        {
            let help = command
                .get_after_help()
                .map(ToString::to_string)
                .unwrap_or_default();
            assert!(help.contains("Example"), "{}", command.get_name());
        }
    }
}
