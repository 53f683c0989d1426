//! The rows of a CSV file, whatever separates its fields and however its letters are written.

use std::borrow::Cow;

use csv::{ByteRecord, ReaderBuilder};

use super::error::{FitError, quoted, quoted_list, similar};

/// Bytes that are searched for what no text has.
const SEARCHED: usize = 65_536;

/// A file of rows under names.
#[derive(Debug)]
pub struct Table {
    bytes: Vec<u8>,
    separator: u8,
    /// Names of the columns.
    pub names: Vec<String>,
}

/// One row.
#[derive(Debug)]
pub struct Row<'a> {
    record: &'a ByteRecord,
    /// Line of the file on which it begins.
    pub line: u64,
}

impl Row<'_> {
    /// The text of a cell, without blanks around it. Bytes that are no UTF-8 are read as Latin-1.
    #[must_use]
    pub fn cell(&self, column: usize) -> Cow<'_, str> {
        let bytes = self.record.get(column).unwrap_or_default();
        if let Ok(text) = std::str::from_utf8(bytes) {
            return Cow::Borrowed(text.trim());
        }
        let text: String = bytes.iter().map(|byte| char::from(*byte)).collect();
        Cow::Owned(text.trim().to_owned())
    }

    /// Whether some bytes of the row are no UTF-8.
    #[must_use]
    pub fn is_foreign(&self) -> bool {
        std::str::from_utf8(self.record.as_slice()).is_err()
    }

    /// A number that equal rows share, and others hardly.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        let mut hash = 0xcbf2_9ce4_8422_2325_u64;
        for field in self.record {
            for byte in field.iter().chain(&[0]) {
                hash = (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        hash
    }
}

impl Table {
    /// Reads the bytes of a file.
    ///
    /// # Errors
    ///
    /// If they are no text, or their first line does not name columns.
    pub fn new(bytes: Vec<u8>, separator: Option<u8>) -> Result<Self, FitError> {
        let bytes = text_of(bytes)?;
        let separator = separator.unwrap_or_else(|| likely_separator(&bytes));
        let mut table = Self {
            bytes,
            separator,
            names: Vec::new(),
        };
        let mut reader = table.reader();
        let headers = reader.byte_headers().map_err(|error| unreadable(&error))?;
        let row = Row {
            record: headers,
            line: 1,
        };
        let names: Vec<String> = (0..headers.len())
            .map(|column| row.cell(column).into_owned())
            .collect();
        if names.iter().all(String::is_empty) {
            return Err(FitError::new(
                "the first line names no columns",
                "the first line must hold the names of the columns, such as start,end,service",
            ));
        }
        if names.iter().all(|name| looks_like_data(name)) {
            return Err(FitError::new(
                format!(
                    "the first line looks like data, not like the names of columns: {}",
                    quoted_list(names.iter().map(String::as_str))
                ),
                "put a line with the names of the columns on top, such as start,end,service",
            ));
        }
        table.names = names;
        Ok(table)
    }

    /// Whether fields are separated by semicolons, as where the comma is a decimal point.
    #[must_use]
    pub fn has_decimal_commas(&self) -> bool {
        self.separator == b';'
    }

    /// The index of a column by its name, in its own or in other cases.
    ///
    /// # Errors
    ///
    /// If there is none, or several.
    pub fn column(&self, name: &str) -> Result<usize, FitError> {
        let positions = |same: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let names = self.names.iter().enumerate();
            names
                .filter(|(_, own)| same(own))
                .map(|(at, _)| at)
                .collect()
        };
        let mut found = positions(&|own| own == name);
        if found.is_empty() {
            found = positions(&|own| own.eq_ignore_ascii_case(name));
        }
        match found[..] {
            [only] => Ok(only),
            [] => {
                let names = || self.names.iter().map(String::as_str);
                let hint = match similar(name, names()) {
                    Some(near) => format!("did you mean {}?", quoted(near)),
                    None => format!("its columns are {}", quoted_list(names())),
                };
                Err(FitError::new(
                    format!("the log has no column {}", quoted(name)),
                    hint,
                ))
            }
            _ => Err(FitError::new(
                format!("the log has {} columns {}", found.len(), quoted(name)),
                "give each column a name of its own",
            )),
        }
    }

    /// Shows every row in turn.
    ///
    /// # Errors
    ///
    /// If a row has other fields than the first line has names, or what is shown a row fails.
    pub fn each_row(
        &self,
        mut show: impl FnMut(&Row<'_>) -> Result<bool, FitError>,
    ) -> Result<(), FitError> {
        let mut reader = self.reader();
        let mut record = ByteRecord::new();
        loop {
            let more = reader.read_byte_record(&mut record);
            if !more.map_err(|error| unreadable(&error))? {
                return Ok(());
            }
            let line = record.position().map_or(0, csv::Position::line);
            let row = Row {
                record: &record,
                line,
            };
            if !show(&row)? {
                return Ok(());
            }
        }
    }

    fn reader(&self) -> csv::Reader<&[u8]> {
        ReaderBuilder::new()
            .delimiter(self.separator)
            .from_reader(self.bytes.as_slice())
    }
}

/// The bytes as UTF-8 or something close to it, or why they are no text.
fn text_of(bytes: Vec<u8>) -> Result<Vec<u8>, FitError> {
    let magic: [(&[u8], &str, &str); 4] = [
        (
            b"PK\x03\x04",
            "a zip or Excel file",
            "save the sheet as CSV",
        ),
        (
            b"\x1f\x8b",
            "a gzip file",
            "unpack it first: gunzip -k FILE",
        ),
        (b"%PDF", "a PDF", "export the log as CSV"),
        (
            b"\xd0\xcf\x11\xe0",
            "an old Excel file",
            "save the sheet as CSV",
        ),
    ];
    for (head, kind, hint) in magic {
        if bytes.starts_with(head) {
            return Err(FitError::new(format!("the file is {kind}, not CSV"), hint));
        }
    }
    let bytes = match bytes.as_slice() {
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest.to_vec(),
        [0xFF, 0xFE, rest @ ..] => from_utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => from_utf16(rest, u16::from_be_bytes),
        _ => bytes,
    };
    let head = &bytes[..bytes.len().min(SEARCHED)];
    if let Some(at) = head.iter().position(|byte| *byte == 0) {
        let line = head[..at].split(|byte| *byte == b'\n').count();
        return Err(FitError::new(
            format!("the file is not text: line {line} has a zero byte"),
            "export the log as CSV in UTF-8",
        ));
    }
    if bytes.iter().all(u8::is_ascii_whitespace) {
        return Err(FitError::new(
            "the file is empty",
            "the first line must hold the names of the columns, and each line after it an incident",
        ));
    }
    Ok(bytes)
}

fn from_utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Vec<u8> {
    let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
    let letters = char::decode_utf16(units);
    let text: String = letters
        .map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER))
        .collect();
    text.into_bytes()
}

/// What separates the names on the first line most often, outside of quotes; a comma if nothing does.
fn likely_separator(bytes: &[u8]) -> u8 {
    let first = bytes
        .split(|byte| *byte == b'\n')
        .next()
        .unwrap_or_default();
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0), (b'|', 0)];
    let mut in_quotes = false;
    for byte in first {
        in_quotes ^= *byte == b'"';
        for (separator, count) in &mut counts {
            *count += usize::from(!in_quotes && byte == separator);
        }
    }
    // The first of equals: the comma.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(separator, _)| *separator)
}

fn looks_like_data(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '<' | '>' | '-' | '+'))
        || name.is_empty()
}

fn unreadable(error: &csv::Error) -> FitError {
    match error.kind() {
        csv::ErrorKind::UnequalLengths {
            pos,
            expected_len,
            len,
        } => FitError::new(
            format!(
                "line {}: {len} fields where the first line has {expected_len}",
                pos.as_ref().map_or(0, csv::Position::line)
            ),
            "a field that holds the separator or a line break must stand in \"double quotes\", and quotes must be closed",
        ),
        _ => FitError::new(format!("the file is not CSV: {error}"), "check its quotes"),
    }
}
