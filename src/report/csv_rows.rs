//! Rows of CSV, with texts that no spreadsheet takes for formulas.
//!
//! Names and values come from a model that somebody else may have written: a text that begins as a formula does is shown, not run.
//! <https://owasp.org/www-community/attacks/CSV_Injection>.

use std::borrow::Cow;

/// A CSV file in memory.
pub(super) struct Rows(csv::Writer<Vec<u8>>);

impl Rows {
    /// No row yet.
    pub(super) fn new() -> Self {
        Self(csv::Writer::from_writer(Vec::new()))
    }

    /// Adds a row, or a header.
    pub(super) fn push<T: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = T>,
    ) -> Result<(), csv::Error> {
        for cell in cells {
            self.0.write_field(plain_text(cell.as_ref()).as_ref())?;
        }
        self.0.write_record(None::<&[u8]>)
    }

    /// The whole file.
    pub(super) fn into_text(self) -> Result<String, csv::Error> {
        let bytes = (self.0.into_inner())
            .map_err(|error| csv::Error::from(std::io::Error::other(error.to_string())))?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }
}

/// A text behind an apostrophe if a spreadsheet would take it for a formula. Numbers stay as they are.
#[must_use]
pub fn plain_text(text: &str) -> Cow<'_, str> {
    let is_number = text.parse::<f64>().is_ok();
    if !is_number && text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_texts_and_numbers_stay() {
        let rows = [
            [
                "=1+1",
                "+cmd|' /C calc'!A0",
                "-2+3",
                "@SUM(A1)",
                "\t=1",
                "\r=1",
            ],
            ["-2", "-1.5e-7", "-inf", "a=b", "", "1-@"],
        ];
        let mut written = Rows::new();
        for row in rows {
            written.push(row).unwrap();
        }
        let text = written.into_text().unwrap();
        assert_eq!(
            text,
            "'=1+1,'+cmd|' /C calc'!A0,'-2+3,'@SUM(A1),'\t=1,\"'\r=1\"\n-2,-1.5e-7,-inf,a=b,,1-@\n"
        );
    }
}
