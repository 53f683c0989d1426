//! The command line: arguments to settings, one file for each subcommand.
