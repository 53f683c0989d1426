//! Which column says what: as the user says, else by its name and by what stands in it.

use super::error::{FitError, quoted, quoted_list};
use super::instant::{self, NoInstant};
use super::sample::Observed;
use super::span::{self, Said, Unit, without_value};
use super::table::Table;

/// Rows that are looked at.
const LOOKED_AT: usize = 2000;

/// Columns that the user names.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Named {
    /// When an incident began.
    pub start: Option<String>,
    /// When it was over.
    pub end: Option<String>,
    /// How long it took.
    pub duration: Option<String>,
    /// Unit of bare numbers there.
    pub unit: Option<Unit>,
    /// Time zone of its times.
    pub timezone: Option<String>,
    /// What it happened to.
    pub place: Option<String>,
}

/// The columns of a log by what they say.
#[derive(Debug, Clone, Default)]
pub(super) struct Columns {
    pub(super) start: Option<usize>,
    pub(super) end: Option<usize>,
    pub(super) duration: Option<usize>,
    pub(super) unit: Option<Unit>,
    pub(super) timezone: Option<usize>,
    pub(super) place: Option<usize>,
    /// Columns in which rows may be marked as mere information.
    pub(super) marks: Vec<usize>,
}

const STARTS: &[(&str, u32)] = &[
    ("start", 10),
    ("started", 10),
    ("starts", 10),
    ("starttime", 10),
    ("begin", 10),
    ("began", 10),
    ("begins", 10),
    ("beginning", 10),
    ("onset", 10),
    ("occurred", 9),
    ("opened", 7),
    ("open", 7),
    ("created", 7),
    ("raised", 7),
    ("declared", 7),
    ("reported", 7),
    ("triggered", 7),
    ("detected", 6),
    ("posted", 5),
    ("published", 5),
    ("date", 3),
    ("datetime", 3),
    ("time", 3),
    ("timestamp", 3),
    ("when", 3),
    ("day", 3),
];
const ENDS: &[(&str, u32)] = &[
    ("end", 10),
    ("ended", 10),
    ("ends", 10),
    ("endtime", 10),
    ("stop", 10),
    ("stopped", 10),
    ("finish", 10),
    ("finished", 10),
    ("restored", 9),
    ("recovered", 9),
    ("recovery", 9),
    ("resolved", 8),
    ("resolution", 8),
    ("fixed", 8),
    ("mitigated", 7),
    ("closed", 6),
    ("completed", 6),
];
const DURATIONS: &[(&str, u32)] = &[
    ("duration", 10),
    ("ttr", 10),
    ("mttr", 10),
    ("downtime", 10),
    ("repair", 9),
    ("restore", 9),
    ("recovery", 9),
    ("resolution", 8),
    ("outage", 8),
    ("length", 8),
    ("elapsed", 8),
    ("lasted", 8),
    ("minutes", 5),
    ("hours", 5),
    ("seconds", 5),
];
const MARKS: &[&str] = &[
    "severity", "impact", "status", "type", "kind", "category", "priority", "level", "class",
];

/// The words of a column's name: `startTime_utc` is start, time, utc.
pub(super) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous = ' ';
    for c in name.chars() {
        if c.is_alphanumeric() {
            let begins =
                !previous.is_alphanumeric() || (c.is_uppercase() && previous.is_lowercase());
            match words.last_mut() {
                Some(word) if !begins => word.extend(c.to_lowercase()),
                _ => words.push(c.to_lowercase().collect()),
            }
        }
        previous = c;
    }
    words
}

fn score(words: &[String], known: &[(&str, u32)]) -> u32 {
    let scores = known
        .iter()
        .filter(|(word, _)| words.iter().any(|own| own == word));
    scores.map(|(_, score)| *score).max().unwrap_or(0)
}

/// The unit in a column's name; a single letter only at its end.
fn unit_in(words: &[String]) -> Option<Unit> {
    let last = words.len().saturating_sub(1);
    words.iter().enumerate().rev().find_map(|(at, word)| {
        let counts = word.len() > 1 || at == last;
        counts.then(|| span::unit(word)).flatten()
    })
}

/// What stands in a column, of the cells that say something.
#[derive(Debug, Clone, Copy, Default)]
struct Content {
    cells: u32,
    instants: u32,
    lengths: u32,
    bare: u32,
}

impl Content {
    fn holds_instants(self) -> bool {
        self.cells > 0 && 2 * self.instants >= self.cells
    }

    fn holds_lengths(self) -> bool {
        self.cells > 0 && 2 * self.lengths >= self.cells
    }
}

impl Columns {
    /// Finds them.
    pub(super) fn find(table: &Table, named: &Named) -> Result<Self, FitError> {
        let own =
            |name: &Option<String>| name.as_deref().map(|name| table.column(name)).transpose();
        let contents = contents(table)?;
        let words: Vec<Vec<String>> = table.names.iter().map(|name| words(name)).collect();
        let guess = |role: &Role| guess(role, table, &words, &contents);
        let mut columns = Self {
            start: own(&named.start)?,
            end: own(&named.end)?,
            duration: own(&named.duration)?,
            unit: named.unit,
            timezone: own(&named.timezone)?,
            place: own(&named.place)?,
            marks: (0..words.len())
                .filter(|at| words[*at].iter().any(|word| MARKS.contains(&word.as_str())))
                .collect(),
        };
        // Whoever names the length, or both ends of it, wants no other source of it.
        let whole = named.duration.is_some() || named.end.is_some();
        if columns.end.is_none() && named.duration.is_none() {
            columns.end = guess(&END)?;
        }
        if columns.start.is_none() {
            columns.start = guess(&START)?;
        }
        if columns.duration.is_none() && !whole {
            columns.duration = guess(&DURATION)?;
        }
        if columns.timezone.is_none() {
            columns.timezone = words.iter().position(|words| {
                let has = |word: &str| words.iter().any(|own| own == word);
                has("timezone") || has("tz") || (has("time") && has("zone"))
            });
        }
        columns.settle_unit(table, &words, &contents)?;
        if columns.duration.is_none() && columns.start.is_none() {
            return Err(FitError::new(
                "no column says how long incidents took or when they began",
                format!(
                    "name one: --duration COLUMN, or --start COLUMN and --end COLUMN; the columns are {}",
                    quoted_list(table.names.iter().map(String::as_str))
                ),
            ));
        }
        Ok(columns)
    }

    fn settle_unit(
        &mut self,
        table: &Table,
        words: &[Vec<String>],
        contents: &[Content],
    ) -> Result<(), FitError> {
        let Some(column) = self.duration else {
            return Ok(());
        };
        self.unit = self.unit.or(unit_in(&words[column]));
        if self.unit.is_none() && contents[column].bare > 0 {
            return Err(FitError::new(
                format!(
                    "column {} holds bare numbers, and its name tells no unit of time",
                    quoted(&table.names[column])
                ),
                "say it: --unit minutes (or seconds, hours, days)",
            ));
        }
        Ok(())
    }
}

/// What a column may be guessed to say.
struct Role {
    option: &'static str,
    what: &'static str,
    known: &'static [(&'static str, u32)],
    /// Words that speak against it.
    not: &'static [(&'static str, u32)],
    holds: fn(Content) -> bool,
}

const START: Role = Role {
    option: "--start",
    what: "when incidents began",
    known: STARTS,
    not: ENDS,
    holds: Content::holds_instants,
};
const END: Role = Role {
    option: "--end",
    what: "when incidents were over",
    known: ENDS,
    not: &[],
    holds: Content::holds_instants,
};
const DURATION: Role = Role {
    option: "--duration",
    what: "how long incidents took",
    known: DURATIONS,
    not: &[],
    holds: Content::holds_lengths,
};

/// The only column with the highest score.
fn guess(
    role: &Role,
    table: &Table,
    words: &[Vec<String>],
    contents: &[Content],
) -> Result<Option<usize>, FitError> {
    let scores: Vec<(u32, usize)> = (0..words.len())
        .filter(|at| (role.holds)(contents[*at]) && score(&words[*at], role.not) == 0)
        .map(|at| (score(&words[at], role.known), at))
        .filter(|(score, _)| *score > 0)
        .collect();
    let best = scores.iter().map(|(score, _)| *score).max().unwrap_or(0);
    let foremost: Vec<usize> = scores
        .iter()
        .filter(|(score, _)| *score == best)
        .map(|(_, at)| *at)
        .collect();
    match foremost[..] {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        [first, ..] => Err(FitError::new(
            format!(
                "which column says {}? {} all look like it",
                role.what,
                quoted_list(foremost.iter().map(|at| table.names[*at].as_str()))
            ),
            format!(
                "name one: {} {}",
                role.option,
                quoted(&table.names[first]).replace('`', "\"")
            ),
        )),
    }
}

fn contents(table: &Table) -> Result<Vec<Content>, FitError> {
    let mut contents = vec![Content::default(); table.names.len()];
    let mut rows = 0;
    let second = span::unit("s");
    table.each_row(|row| {
        for (column, content) in contents.iter_mut().enumerate() {
            let cell = row.cell(column);
            if without_value(&cell).is_some() {
                continue;
            }
            content.cells += 1;
            let instant = instant::read(&cell, None);
            content.instants += u32::from(instant != Err(NoInstant::Unreadable));
            let with_unit = span::read(&cell, None, table.has_decimal_commas());
            let bare = with_unit.is_err()
                && matches!(
                    span::read(&cell, second, table.has_decimal_commas()),
                    Ok(Said::Length(_) | Said::Negative)
                );
            content.bare += u32::from(bare);
            // A lone zero needs no unit, and tells none.
            let length = bare
                || matches!(
                    with_unit,
                    Ok(Said::Length(
                        Observed::Exact(_)
                            | Observed::AtLeast(_)
                            | Observed::AtMost(_)
                            | Observed::Between(..)
                    ) | Said::Negative)
                );
            content.lengths += u32::from(length);
        }
        rows += 1;
        Ok(rows < LOOKED_AT)
    })?;
    if rows == 0 {
        return Err(FitError::new(
            "the log names columns and has no rows",
            "add a line for each incident; if there are lines, a quote on the first one is not closed",
        ));
    }
    Ok(contents)
}

/// Whether a cell marks its row as mere information.
pub(super) fn is_informational(cell: &str) -> bool {
    let words = words(cell);
    let says = |known: &[&str]| words.iter().any(|word| known.contains(&word.as_str()));
    let only = |known: &[&str]| words.iter().all(|word| known.contains(&word.as_str()));
    let mere = [
        "informational",
        "information",
        "info",
        "notice",
        "announcement",
    ];
    says(&mere)
        && only(&[
            "informational",
            "information",
            "info",
            "notice",
            "announcement",
            "service",
            "only",
            "purely",
            "message",
            "event",
        ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart() {
        assert_eq!(words("startTime_utc"), ["start", "time", "utc"]);
        assert_eq!(words("Duration (min)"), ["duration", "min"]);
        assert_eq!(
            unit_in(&words("duration_min_parsed")).unwrap().name,
            "minutes"
        );
        assert_eq!(unit_in(&words("ttr_h")).unwrap().name, "hours");
        assert_eq!(unit_in(&words("h_duration")), None);
    }

    #[test]
    fn only_what_is_nothing_else_is_informational() {
        assert!(is_informational("SERVICE_INFORMATION"));
        assert!(is_informational("Informational"));
        assert!(!is_informational("Information Systems"));
        assert!(!is_informational("high"));
    }
}
