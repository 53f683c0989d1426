//! The rows that are asked for as incidents, and what became of the others.

use std::collections::BTreeMap;

use jiff::tz::TimeZone;

use super::columns::{Columns, Named, is_informational};
use super::error::{FitError, quoted};
use super::filter::{Filter, Filters};
use super::instant::{self, DateOrder, NoInstant};
use super::sample::Observed;
use super::span::{self, Said, without_value};
use super::table::{Row, Table};
use crate::results::FitDropped;

/// What an empty end means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EmptyEnd {
    /// Under way, unless that would make it older than any that has ended: then its end was not written down.
    Judge,
    /// Under way.
    Ongoing,
    /// Not written down.
    Unknown,
}

/// Which rows are taken, and how they are read.
#[derive(Debug, Clone)]
pub struct Selection {
    /// Columns that the user names.
    pub named: Named,
    /// Zone of times that have none.
    pub zone: Option<String>,
    /// Which number of `3/4/2026` is the day.
    pub date_order: Option<DateOrder>,
    /// Conditions that all must hold.
    pub filters: Vec<Filter>,
    /// Column whose values are fitted apart.
    pub by: Option<String>,
    /// Begin of what was observed.
    pub from: Option<String>,
    /// Its end.
    pub to: Option<String>,
    /// What an empty end means.
    pub empty_end: EmptyEnd,
    /// Whether rows that are mere information are taken too.
    pub keep_informational: bool,
    /// Whether rows with a cell that cannot be read are left out.
    pub skip_unreadable: bool,
}

/// One row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Incident {
    /// Its line.
    pub line: u64,
    /// Seconds since 1970.
    pub start: Option<f64>,
    /// How long it took.
    pub time: Option<Observed>,
    /// Index of its group.
    pub group: u32,
    /// Index of its place.
    pub place: u32,
}

impl Incident {
    /// When it was over, if that is known \[s since 1970\].
    #[must_use]
    pub fn end(&self) -> Option<f64> {
        match (self.start, self.time) {
            (Some(start), Some(Observed::Exact(time))) => Some(start + time),
            _ => None,
        }
    }
}

/// The incidents of a log.
#[derive(Debug, Default)]
pub struct Log {
    /// Those that are asked for.
    pub incidents: Vec<Incident>,
    /// Names of the groups; one without a name if the log is not split.
    pub groups: Vec<String>,
    /// Names of places.
    pub places: Vec<String>,
    /// All rows of the log.
    pub rows: u64,
    /// Rows that meet the conditions.
    pub selected: u64,
    /// First and last instant in the log, whatever is asked for \[s since 1970\].
    pub span: Option<(f64, f64)>,
    /// Begin and end of what was observed, where the user says so.
    pub window: (Option<f64>, Option<f64>),
    /// What is not used, and why.
    pub dropped: Vec<FitDropped>,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// Name of each column used: what it says, its name.
    pub columns: Vec<(&'static str, String)>,
    /// Whether there is a column of times to repair, or both ends of them.
    pub has_times: bool,
}

/// Lines that are named of those that are dropped.
const LINES: usize = 5;

/// Reads the incidents of a table.
///
/// # Errors
///
/// If columns are missing or unclear, cells cannot be read, or conditions cannot be met.
pub fn read_log(table: &Table, selection: &Selection) -> Result<Log, FitError> {
    let columns = Columns::find(table, &selection.named)?;
    let reader = Reader::new(table, selection, columns)?;
    let mut log = reader.read()?;
    log.columns = reader.described();
    let columns = &reader.columns;
    log.has_times =
        columns.duration.is_some() || (columns.start.is_some() && columns.end.is_some());
    Ok(log)
}

struct Reader<'a> {
    table: &'a Table,
    selection: &'a Selection,
    columns: Columns,
    filters: Filters<'a>,
    by: Option<usize>,
    zone: TimeZone,
    order: Option<DateOrder>,
    window: (Option<f64>, Option<f64>),
}

/// What is collected while rows are read.
#[derive(Default)]
struct Tally {
    log: Log,
    dropped: BTreeMap<(&'static str, String), (u64, Vec<u64>)>,
    unreadable: (u64, Vec<String>),
    /// Incidents whose end is empty: index, and whether a word says that they are under way.
    open: Vec<(usize, bool)>,
    groups: BTreeMap<String, u32>,
    places: BTreeMap<String, u32>,
    fingerprints: Vec<u64>,
    counts: Counts,
}

/// Things that are said if they happen.
#[derive(Default)]
struct Counts {
    foreign: u64,
    without_zone: u64,
    disagree: u64,
}

/// What is read of one row, before it is known when the log ends.
struct Cells {
    start: Option<f64>,
    end: Option<f64>,
    /// What the end or the length says if it is no time.
    open: Option<Open>,
    time: Result<Option<Observed>, &'static str>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    Empty,
    Said,
}

impl<'a> Reader<'a> {
    fn new(table: &'a Table, selection: &'a Selection, columns: Columns) -> Result<Self, FitError> {
        let zone = match &selection.zone {
            Some(name) => instant::zone(name).ok_or_else(|| {
                FitError::new(
                    format!("{} is no time zone", quoted(name)),
                    "write UTC, an offset such as +02:00, or a name such as Europe/Zurich",
                )
            })?,
            None => TimeZone::UTC,
        };
        let by = selection
            .by
            .as_deref()
            .map(|name| table.column(name))
            .transpose()?;
        let mut reader = Self {
            table,
            selection,
            filters: Filters::new(table, &selection.filters)?,
            columns,
            by,
            order: selection.date_order,
            window: (None, None),
            zone,
        };
        reader.window = (
            reader.bound(selection.from.as_deref(), "--from")?,
            reader.bound(selection.to.as_deref(), "--to")?,
        );
        if let (Some(from), Some(to)) = reader.window
            && from >= to
        {
            return Err(FitError::new(
                "--from is not before --to",
                "the window runs from --from to --to, such as --from 2024-01-01 --to 2026-01-01",
            ));
        }
        reader.order = reader.order.or(reader.likely_order()?);
        Ok(reader)
    }

    fn bound(&self, text: Option<&str>, option: &str) -> Result<Option<f64>, FitError> {
        let Some(text) = text else {
            return Ok(None);
        };
        let read = instant::read(text, self.order).ok();
        let seconds = read.and_then(|read| read.seconds(&self.zone));
        seconds.map(Some).ok_or_else(|| {
            FitError::new(
                format!("{option} {} is no date", quoted(text)),
                format!("write {option} 2026-01-31, or {option} 2026-01-31T12:00Z"),
            )
        })
    }

    /// Which number is the day, from the first date that has one reading only.
    fn likely_order(&self) -> Result<Option<DateOrder>, FitError> {
        let mut order = None;
        let columns = [self.columns.start, self.columns.end];
        self.table.each_row(|row| {
            for column in columns.into_iter().flatten() {
                let cell = row.cell(column);
                // Only dates that begin with one or two digits leave a choice.
                let begins = cell.find(|c: char| !c.is_ascii_digit());
                if matches!(begins, Some(1 | 2))
                    && let Ok(read) = instant::read(&cell, None)
                {
                    order = order.or(read.order);
                }
            }
            Ok(order.is_none())
        })?;
        Ok(order)
    }

    /// What each column is taken to say.
    fn described(&self) -> Vec<(&'static str, String)> {
        let columns = &self.columns;
        let roles = [
            ("start", columns.start),
            ("end", columns.end),
            ("duration", columns.duration),
            ("time zone", columns.timezone),
            ("place", columns.place),
        ];
        let used = roles
            .into_iter()
            .filter_map(|(role, column)| Some((role, column?)));
        used.map(|(role, column)| {
            let name = self.table.names[column].clone();
            match (role, columns.unit) {
                ("duration", Some(unit)) => (role, format!("{name} in {}", unit.name)),
                _ => (role, name),
            }
        })
        .collect()
    }

    fn read(&self) -> Result<Log, FitError> {
        let mut tally = Tally::default();
        tally.log.window = self.window;
        self.table.each_row(|row| {
            tally.log.rows += 1;
            self.row(row, &mut tally);
            Ok(true)
        })?;
        Self::complain(&tally)?;
        self.close_open(&mut tally);
        Ok(tally.finish())
    }

    fn row(&self, row: &Row<'_>, tally: &mut Tally) {
        let wanted = self.filters.hold(row);
        let cells = match self.cells(row, &mut tally.counts) {
            Ok(cells) => cells,
            Err(_) if !wanted => return,
            Err(message) if self.selection.skip_unreadable => {
                tally.log.selected += 1;
                tally.drop("all", "a cell cannot be read", row.line);
                if tally.unreadable.1.len() < LINES {
                    tally.unreadable.1.push(message);
                }
                return;
            }
            Err(message) => {
                tally.unreadable.0 += 1;
                if tally.unreadable.1.len() < LINES {
                    tally.unreadable.1.push(message);
                }
                return;
            }
        };
        for instant in [cells.start, cells.end].into_iter().flatten() {
            let (first, last) = tally.log.span.unwrap_or((instant, instant));
            tally.log.span = Some((first.min(instant), last.max(instant)));
        }
        if !wanted {
            return;
        }
        tally.log.selected += 1;
        tally.counts.foreign += u64::from(row.is_foreign());
        let marks = &self.columns.marks;
        if !self.selection.keep_informational
            && let Some(column) = marks
                .iter()
                .find(|column| is_informational(&row.cell(**column)))
        {
            let reason = format!(
                "{} is {}: mere information (--keep-informational takes such rows too)",
                self.table.names[*column],
                row.cell(*column)
            );
            tally.drop("all", &reason, row.line);
            return;
        }
        let outside = |start: f64| {
            self.window.0.is_some_and(|from| start < from)
                || self.window.1.is_some_and(|to| start >= to)
        };
        if cells.start.is_some_and(outside) {
            tally.drop("all", "begins outside of --from and --to", row.line);
            return;
        }
        if self.columns.start.is_some() && cells.start.is_none() {
            tally.drop("time between failures", "its start is not known", row.line);
        }
        if self.columns.start.is_some() {
            tally.fingerprints.push(row.fingerprint());
        }
        self.take(row, &cells, tally);
    }

    /// Takes a row as an incident.
    fn take(&self, row: &Row<'_>, cells: &Cells, tally: &mut Tally) {
        let name = |column: Option<usize>| {
            column.map_or_else(String::new, |column| row.cell(column).into_owned())
        };
        let index = |names: &mut BTreeMap<String, u32>, name: String| {
            let next = names.len() as u32;
            *names.entry(name).or_insert(next)
        };
        let group = index(&mut tally.groups, name(self.by));
        let place = index(&mut tally.places, name(self.columns.place));
        let time = match cells.time {
            Ok(time) => time,
            Err(reason) => {
                tally.drop("time to repair", reason, row.line);
                None
            }
        };
        if let Some(open) = cells.open {
            tally
                .open
                .push((tally.log.incidents.len(), open == Open::Said));
        }
        tally.log.incidents.push(Incident {
            line: row.line,
            start: cells.start,
            time,
            group,
            place,
        });
    }

    fn cells(&self, row: &Row<'_>, counts: &mut Counts) -> Result<Cells, String> {
        let zone = self.zone_of(row, counts)?;
        let start = self.instant(row, self.columns.start, &zone)?;
        let end = self.instant(row, self.columns.end, &zone)?;
        let start_seconds = start.ok();
        let mut open = None;
        let from_ends = match (start, end) {
            (Ok(start), Ok(end)) => positive(end - start, "ends before it begins"),
            (_, Err(Said::Ongoing)) => {
                open = Some(Open::Said);
                Ok(None)
            }
            (Ok(_), Err(Said::Empty)) if self.columns.end.is_some() => {
                open = Some(Open::Empty);
                Ok(None)
            }
            _ => Err("its duration is not known"),
        };
        let Some(column) = self.columns.duration else {
            return Ok(Cells {
                start: start_seconds,
                end: end.ok(),
                open,
                time: from_ends,
            });
        };
        let cell = row.cell(column);
        let said = span::read(&cell, self.columns.unit, self.table.has_decimal_commas());
        let said = said.map_err(|expected| self.message(row, column, &cell, expected))?;
        let time = match said {
            Said::Length(time) => {
                open = None;
                if let (Observed::Exact(length), Ok(Some(Observed::Exact(other)))) =
                    (time, &from_ends)
                {
                    counts.disagree +=
                        u64::from((length - other).abs() > (0.02 * length).max(60.0));
                }
                match time {
                    Observed::Exact(length) => positive(length, "takes less than no time"),
                    Observed::AtLeast(least) if least <= 0.0 => Err("its duration is not known"),
                    bounded => Ok(Some(bounded)),
                }
            }
            Said::Negative => {
                open = None;
                Err("takes less than no time")
            }
            Said::Ongoing => {
                open = Some(Open::Said);
                Ok(None)
            }
            Said::Empty | Said::Unknown => from_ends,
        };
        Ok(Cells {
            start: start_seconds,
            end: end.ok(),
            open,
            time,
        })
    }

    fn zone_of(&self, row: &Row<'_>, counts: &mut Counts) -> Result<TimeZone, String> {
        let Some(column) = self.columns.timezone else {
            return Ok(self.zone.clone());
        };
        let cell = row.cell(column);
        if without_value(&cell).is_some() {
            counts.without_zone += 1;
            return Ok(self.zone.clone());
        }
        instant::zone(&cell).ok_or_else(|| {
            self.message(
                row,
                column,
                &cell,
                "a time zone such as UTC, PST, +02:00 or Europe/Zurich",
            )
        })
    }

    /// The instant in a cell, or what it says instead.
    fn instant(
        &self,
        row: &Row<'_>,
        column: Option<usize>,
        zone: &TimeZone,
    ) -> Result<Result<f64, Said>, String> {
        let Some(column) = column else {
            return Ok(Err(Said::Empty));
        };
        let cell = row.cell(column);
        if let Some(said) = without_value(&cell) {
            return Ok(Err(said));
        }
        let expected = "a date and time such as 2026-01-31T12:00Z";
        match instant::read(&cell, self.order) {
            Ok(read) => match read.seconds(zone) {
                Some(seconds) => Ok(Ok(seconds)),
                None => Err(self.message(row, column, &cell, expected)),
            },
            Err(NoInstant::Unreadable) => Err(self.message(row, column, &cell, expected)),
            Err(NoInstant::Ambiguous) => Err(self.message(
                row,
                column,
                &cell,
                "to be told which number is the day: --dates day-first or --dates month-first",
            )),
        }
    }

    fn message(&self, row: &Row<'_>, column: usize, cell: &str, expected: &str) -> String {
        format!(
            "line {}, column {}: {} where I expect {expected}",
            row.line,
            quoted(&self.table.names[column]),
            quoted(cell)
        )
    }

    fn complain(tally: &Tally) -> Result<(), FitError> {
        let (n, messages) = &tally.unreadable;
        if *n > 0 {
            let more = n - messages.len() as u64;
            let rest = if more > 0 {
                format!("\nand {more} more rows")
            } else {
                String::new()
            };
            return Err(FitError::new(
                format!("{}{rest}", messages.join("\n")),
                "mend the cells, or leave such rows out with --skip-unreadable, which counts them",
            ));
        }
        if tally.log.incidents.is_empty() {
            return Err(FitError::new(
                format!("no incident is left of {} rows", tally.log.rows),
                match tally.dropped.iter().max_by_key(|(_, (rows, _))| *rows) {
                    Some(((_, reason), _)) => {
                        format!("most are left out because of this: {reason}")
                    }
                    None => "no row meets all conditions of --where".to_owned(),
                },
            ));
        }
        Ok(())
    }

    /// Decides what became of incidents without an end: under way until the end of what was observed, or not written down.
    fn close_open(&self, tally: &mut Tally) {
        let Some(last) = self.window.1.or(tally.log.span.map(|(_, last)| last)) else {
            for (at, _) in std::mem::take(&mut tally.open) {
                let line = tally.log.incidents[at].line;
                tally.drop(
                    "time to repair",
                    "under way, and its start is not known",
                    line,
                );
            }
            return;
        };
        let longest = tally
            .log
            .incidents
            .iter()
            .filter_map(|incident| match incident.time {
                Some(Observed::Exact(time)) => Some(time),
                _ => None,
            });
        let longest = longest.fold(0.0, f64::max);
        for (at, said) in std::mem::take(&mut tally.open) {
            let Incident { start, line, .. } = tally.log.incidents[at];
            let Some(age) = start.map(|start| last - start) else {
                tally.drop(
                    "time to repair",
                    "under way, and its start is not known",
                    line,
                );
                continue;
            };
            let ongoing = said
                || match self.selection.empty_end {
                    EmptyEnd::Ongoing => true,
                    EmptyEnd::Unknown => false,
                    EmptyEnd::Judge => age <= longest,
                };
            if !ongoing && self.selection.empty_end == EmptyEnd::Judge {
                let reason = "has no end, and would be older than any that ended: not written down, I suppose (--empty-end ongoing takes it as under way)";
                tally.drop("time to repair", reason, line);
            } else if !ongoing {
                tally.drop("time to repair", "its end is empty", line);
            } else if age <= 0.0 {
                tally.drop(
                    "time to repair",
                    "begins where the log ends (--to says when it was written)",
                    line,
                );
            } else {
                tally.log.incidents[at].time = Some(Observed::AtLeast(age));
            }
        }
    }
}

fn positive(length: f64, negative: &'static str) -> Result<Option<Observed>, &'static str> {
    if length < 0.0 {
        Err(negative)
    } else if length == 0.0 {
        Err("takes no time: no family of times to repair holds 0")
    } else {
        Ok(Some(Observed::Exact(length)))
    }
}

impl Tally {
    fn drop(&mut self, from: &'static str, reason: &str, line: u64) {
        let (rows, lines) = self.dropped.entry((from, reason.to_owned())).or_default();
        *rows += 1;
        if lines.len() < LINES {
            lines.push(line);
        }
    }

    fn finish(mut self) -> Log {
        let said = [
            (
                self.counts.foreign,
                "rows with bytes that are no UTF-8, which are read as Latin-1",
            ),
            (
                self.counts.without_zone,
                "rows that name no time zone, whose times are read as those of --timezone (UTC unless given)",
            ),
            (
                self.counts.disagree,
                "rows whose duration is not the time from their start to their end; the duration is taken",
            ),
            (
                repeats(&mut self.fingerprints),
                "rows that repeat another to the letter, and count all the same",
            ),
        ];
        for (n, words) in said {
            if n > 0 {
                self.log.notes.push(format!("{words}: {n}"));
            }
        }
        let dropped = self
            .dropped
            .into_iter()
            .map(|((from, reason), (rows, lines))| FitDropped {
                from: from.to_owned(),
                reason,
                rows,
                lines,
            });
        self.log.dropped = dropped.collect();
        self.log.groups = by_index(self.groups);
        self.log.places = by_index(self.places);
        self.log
    }
}

fn by_index(names: BTreeMap<String, u32>) -> Vec<String> {
    let mut all: Vec<(u32, String)> = names.into_iter().map(|(name, at)| (at, name)).collect();
    all.sort();
    all.into_iter().map(|(_, name)| name).collect()
}

/// How many rows equal an earlier one.
fn repeats(fingerprints: &mut [u64]) -> u64 {
    fingerprints.sort_unstable();
    fingerprints
        .windows(2)
        .filter(|pair| pair[0] == pair[1])
        .count() as u64
}
