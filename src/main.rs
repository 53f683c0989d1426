//! The failscape program.

use std::process::ExitCode;

fn main() -> ExitCode {
    failscape::cli::main(std::env::args_os())
}
