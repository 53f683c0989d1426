//! `completions`: a script that completes the arguments in a shell.

use clap::CommandFactory as _;

use super::args::{Args, CompletionsArgs};
use super::failure::Failure;
use super::streams::Streams;

pub(super) fn completions(args: &CompletionsArgs, streams: &mut Streams) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "failscape", &mut script);
    streams.data(&String::from_utf8_lossy(&script))
}
