//! The text of a model file: read with care, and shown line by line beside an error.

use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::Path;

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::problem::{Problem, Span, is_unsafe, quoted};

/// Greatest size of a model file and of a file of observed times \[byte\].
pub(super) const MAX_BYTES: u64 = 16_000_000;

/// Lines longer than this are cut around the error [byte].
const LONG_LINE: usize = 240;

/// Reads a text file that a model is in, or refuses it before reading where its size or kind says enough.
pub(super) fn read_text(path: &Path) -> Result<String, Problem> {
    let name = quoted(&path.to_string_lossy());
    let metadata = fs::metadata(path).map_err(|error| cannot_read(&name, &error))?;
    if metadata.is_dir() {
        return Err(Problem::of_file(
            format!("{name} is a directory"),
            "name the model file in it, for example model.yaml",
        ));
    }
    if !metadata.is_file() {
        return Err(Problem::of_file(
            format!("{name} is not a regular file"),
            "save the model to a file first",
        ));
    }
    if metadata.len() > MAX_BYTES {
        return Err(too_large(&name, metadata.len()));
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| cannot_read(&name, &error))?;
    file.take(MAX_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(|error| cannot_read(&name, &error))?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(too_large(&name, bytes.len() as u64));
    }
    decode_text(bytes, &name)
}

/// Turns bytes into text, or says that they are none.
fn decode_text(bytes: Vec<u8>, name: &str) -> Result<String, Problem> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(Problem::of_file(
            format!("{name} is encoded as UTF-16"),
            "save it as UTF-8",
        ));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let message = format!("{name} is a binary file: byte {} is zero", at + 1);
        return Err(Problem::of_file(
            message,
            "a model is a YAML text file; `failscape init` writes one to start from",
        ));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        let before = String::from_utf8_lossy(&error.as_bytes()[..at]);
        let line = 1 + before.matches('\n').count();
        Problem::of_file(
            format!("{name} is not UTF-8 text: line {line} has an invalid byte"),
            "save it as UTF-8",
        )
    })
}

fn cannot_read(name: &str, error: &std::io::Error) -> Problem {
    match error.kind() {
        ErrorKind::NotFound => Problem::of_file(
            format!("no file {name}"),
            "check the path; `failscape init` writes a model to start from",
        ),
        ErrorKind::PermissionDenied => Problem::of_file(
            format!("no permission to read {name}"),
            "check its access rights",
        ),
        _ => Problem::of_file(
            format!("cannot read {name}: {error}"),
            "check the path and the disk",
        ),
    }
}

fn too_large(name: &str, bytes: u64) -> Problem {
    let message = format!(
        "{name} has {:.0} MB; a model has at most {} MB",
        bytes as f64 / 1e6,
        MAX_BYTES / 1_000_000
    );
    Problem::of_file(
        message,
        "check that it is a model and not a log or an archive",
    )
}

/// A model file as it is shown beside its errors: without characters that would confuse a terminal.
#[derive(Debug)]
pub(super) struct ShownSource {
    name: String,
    text: String,
    /// Byte at which each line starts.
    lines: Vec<usize>,
}

impl ShownSource {
    pub(super) fn new(name: &str, text: &str) -> Self {
        let name = name
            .chars()
            .map(|c| if is_unsafe(c) { '\u{fffd}' } else { c })
            .collect();
        let text: String = text.chars().map(harmless).collect();
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { name, text, lines }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Line and column of a byte, both from 1.
    pub(super) fn position(&self, byte: usize) -> (usize, usize) {
        let line = self.line_of(byte);
        let byte = self.text.floor_char_boundary(byte.min(self.text.len()));
        (
            line + 1,
            1 + self.text[self.lines[line]..byte]
                .chars()
                .filter(|c| *c != '\u{feff}')
                .count(),
        )
    }

    /// The part of a span that is underlined: what lies on its first line, cut where it is long.
    pub(super) fn underlined(&self, span: &Span) -> Span {
        let start = self
            .text
            .floor_char_boundary(span.start.min(self.text.len()));
        let line_end = self.line_end(self.line_of(start));
        let end = self.text.floor_char_boundary(
            span.end
                .clamp(start, line_end.max(start))
                .min(start + LONG_LINE / 2),
        );
        start..start + self.text[start..end].trim_end().len()
    }

    fn line_of(&self, byte: usize) -> usize {
        self.lines
            .partition_point(|start| *start <= byte)
            .saturating_sub(1)
    }

    /// End of a line without its line feed.
    fn line_end(&self, line: usize) -> usize {
        self.lines
            .get(line + 1)
            .map_or(self.text.len(), |next| next - 1)
    }

    /// The lines to show around a place, as a range of bytes and the line at which it starts.
    fn excerpt(&self, line: usize, around: usize, place: &Span) -> (Span, usize) {
        let first = line.saturating_sub(around);
        let last = (line + around).min(self.lines.len() - 1);
        let is_short = |line: usize| self.line_end(line) - self.lines[line] <= LONG_LINE;
        if (first..=last).all(is_short) {
            return (self.lines[first]..self.line_end(last), first);
        }
        let start = self.lines[line].max(place.start.saturating_sub(LONG_LINE / 3));
        let end = self
            .line_end(line)
            .min(place.end + LONG_LINE / 3)
            .max(start);
        (
            self.text.floor_char_boundary(start)..self.text.floor_char_boundary(end),
            line,
        )
    }
}

/// Replaces a character that would confuse a terminal by one that takes as many bytes, so that places stay right.
fn harmless(c: char) -> char {
    match (is_unsafe(c), c.len_utf8()) {
        (false, _) => c,
        _ if matches!(c, '\n' | '\t' | '\u{feff}') => c,
        (true, 1) if c == '\r' => ' ',
        (true, 1) => '?',
        (true, 2) => '·',
        (true, _) => '\u{fffd}',
    }
}

impl SourceCode for ShownSource {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let place = span.offset()..span.offset() + span.len();
        if place.end > self.text.len() {
            return Err(MietteError::OutOfBounds);
        }
        let line = self.line_of(place.start);
        let (bytes, first) = self.excerpt(line, before.max(after), &place);
        // The header of a snippet shows the position of the span, its body starts at the excerpt.
        let (line, column) = if before == 0 && after == 0 {
            let (line, column) = self.position(place.start);
            (line - 1, column - 1)
        } else {
            (first, 0)
        };
        let shown = SourceSpan::from((bytes.start, bytes.len()));
        let data = &self.text.as_bytes()[bytes];
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            shown,
            line,
            column,
            self.lines.len(),
        )))
    }
}
