//! Stdout for data, stderr for everything else, each in colour only where that is wanted.

use std::io::{ErrorKind, IsTerminal as _, Write as _};

use anstream::AutoStream;
use owo_colors::OwoColorize as _;

use super::args::Color;
use super::failure::Failure;

/// The two streams of the program.
#[derive(Debug)]
pub(super) struct Streams {
    quiet: bool,
}

impl Streams {
    /// Streams that follow the user's choices.
    pub(super) fn new(color: Color, quiet: bool) -> Self {
        match color {
            Color::Auto => anstream::ColorChoice::Auto,
            Color::Always => anstream::ColorChoice::AlwaysAnsi,
            Color::Never => anstream::ColorChoice::Never,
        }
        .write_global();
        Self { quiet }
    }

    /// Writes data to stdout.
    pub(super) fn data(&mut self, text: &str) -> Result<(), Failure> {
        let mut stdout = anstream::stdout().lock();
        stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()).map_err(|error| match error.kind() {
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
        let mut text = format!("{} {message}\n", "error:".red().bold());
        if let Some(hint) = hint {
            text.push_str(&format!(" {} {hint}\n", "hint:".cyan()));
        }
        self.raw_error(&text);
    }

    /// Writes to stderr as it is. A stderr that nobody reads is no failure.
    pub(super) fn raw_error(&mut self, text: &str) {
        let mut stderr = anstream::stderr().lock();
        let _ = stderr.write_all(text.as_bytes()).and_then(|()| stderr.flush());
    }

    /// Whether messages on stderr are coloured.
    pub(super) fn colours_errors(&self) -> bool {
        AutoStream::choice(&std::io::stderr()) != anstream::ColorChoice::Never
    }

    /// Whether progress is shown: somebody watches and wants it.
    pub(super) fn shows_progress(&self) -> bool {
        !self.quiet && std::io::stderr().is_terminal()
    }
}
