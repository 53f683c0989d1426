//! `man`: the manual page of the program or of one command.

use anyhow::Context as _;
use clap::CommandFactory as _;

use super::args::{Args, ManArgs};
use super::failure::Failure;
use super::streams::Streams;

pub(super) fn man(args: &ManArgs, streams: &mut Streams) -> Result<(), Failure> {
    let program = Args::command();
    let command = match &args.command {
        None => program,
        Some(name) => {
            let Some(command) = program.find_subcommand(name) else {
                let hint = "failscape --help lists the commands".to_owned();
                return Err(Failure::Usage(
                    format!("there is no command `{name}`"),
                    hint,
                ));
            };
            command
                .clone()
                .display_name(format!("failscape-{name}"))
                .bin_name(format!("failscape {name}"))
        }
    };
    let mut page = Vec::new();
    clap_mangen::Man::new(command)
        .render(&mut page)
        .context("cannot lay out the page")?;
    streams.data(&String::from_utf8_lossy(&page))
}
