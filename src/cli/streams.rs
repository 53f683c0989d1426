//! Stdout for data, stderr for everything else, each in colour only where that is wanted.

use std::io::{ErrorKind, Stderr, Stdout, Write as _};

use anstream::{AutoStream, ColorChoice};
use owo_colors::OwoColorize as _;

use super::args::Color;
use super::failure::Failure;

/// Columns of what is printed to a file or a pipe.
const NO_TERMINAL: u16 = 100;
/// Columns that are printed at least, and at most: a terminal that says zero columns does not know.
const NARROWEST: u16 = 40;
const WIDEST: u16 = 160;

/// The two streams of the program.
pub(super) struct Streams {
    stdout: AutoStream<Stdout>,
    stderr: AutoStream<Stderr>,
    quiet: bool,
}

impl Streams {
    /// Streams that follow the user's choices.
    pub(super) fn new(color: Color, quiet: bool) -> Self {
        let choice = match color {
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::AlwaysAnsi,
            Color::Never => ColorChoice::Never,
        };
        Self {
            stdout: AutoStream::new(std::io::stdout(), choice),
            stderr: AutoStream::new(std::io::stderr(), choice),
            quiet,
        }
    }

    /// Writes data to stdout.
    pub(super) fn data(&mut self, text: &str) -> Result<(), Failure> {
        self.stdout
            .write_all(text.as_bytes())
            .and_then(|()| self.stdout.flush())
            .map_err(|error| match error.kind() {
                ErrorKind::BrokenPipe => Failure::ReaderGone,
                _ => Failure::RunTime(anyhow::Error::new(error).context("cannot write to stdout")),
            })
    }

    /// Says on stderr what was done, unless the user wants quiet.
    pub(super) fn note(&mut self, text: &str) {
        if !self.quiet {
            self.raw_error(&format!("{text}\n"));
        }
    }

    /// Says on stderr what went wrong, and what to do about it.
    pub(super) fn error(&mut self, message: &str, hint: Option<&str>) {
        self.raw_error(&format!("{} {message}\n", "error:".red().bold()));
        if let Some(hint) = hint {
            self.raw_error(&format!(" {} {hint}\n", "hint:".cyan()));
        }
    }

    /// Writes to stderr as it is. A stderr that nobody reads is no failure.
    pub(super) fn raw_error(&mut self, text: &str) {
        let _ = self
            .stderr
            .write_all(text.as_bytes())
            .and_then(|()| self.stderr.flush());
    }

    /// Whether messages on stderr are coloured.
    pub(super) fn colours_errors(&self) -> bool {
        self.stderr.current_choice() != ColorChoice::Never
    }

    /// Columns that stdout has room for: those of the terminal, a fixed count where there is none.
    pub(super) fn width() -> u16 {
        comfy_table::Table::new()
            .width()
            .map_or(NO_TERMINAL, |columns| columns.clamp(NARROWEST, WIDEST))
    }

    /// Whether progress is shown: somebody watches and wants it.
    pub(super) fn shows_progress(&self) -> bool {
        !self.quiet && self.stderr.is_terminal()
    }
}
