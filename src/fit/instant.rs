//! A cell that says when something was: ISO 8601 and what people and spreadsheets write instead.
//!
//! `2026-11-28T10:53Z`, `20261128T10:53:00`, `2026/11/28 9:05`, `28.11.2026 10:53`, `11/28/2026 10:53 PM`, `Nov 28, 2026 10:53 PST`,
//! `1795863180`. The calendar and the rules of time zones are those of the crate `jiff`, whose own copy of the tz database is
//! used, so that the same log gives the same times on every machine.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

/// Which number of `3/4/2026` is the day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateOrder {
    /// 3 April.
    DayFirst,
    /// 4 March.
    MonthFirst,
}

/// Why a text is no instant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoInstant {
    /// It is not read as a date at all.
    Unreadable,
    /// Its day may be its month.
    Ambiguous,
}

/// What a text says of an instant.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    when: When,
    /// Whether only a day stands there.
    pub is_day: bool,
    /// Which number was the day, where only one reading was possible.
    pub order: Option<DateOrder>,
}

#[derive(Debug, Clone, PartialEq)]
enum When {
    /// Seconds since 1970.
    Absolute(f64),
    /// What a clock on the wall of a zone shows; of an unnamed one if `None`.
    Local(DateTime, Option<TimeZone>),
}

impl Read {
    /// Seconds since 1970; a text without a zone of its own is of the zone given.
    #[must_use]
    pub(super) fn seconds(&self, zone: &TimeZone) -> Option<f64> {
        match &self.when {
            When::Absolute(seconds) => Some(*seconds),
            When::Local(local, own) => {
                let instant = own.as_ref().unwrap_or(zone).to_timestamp(*local).ok()?;
                Some(instant.as_duration().as_secs_f64())
            }
        }
    }
}

/// A zone by its name or its abbreviation; abbreviations are those of RFC 2822 and of `CET`, `CEST`, `BST`, `JST`, `AEST`.
#[must_use]
pub(super) fn zone(name: &str) -> Option<TimeZone> {
    let name = name.trim();
    let hours = match name.to_ascii_uppercase().as_str() {
        "Z" | "UTC" | "GMT" | "UT" | "WET" => 0,
        "CDT" | "EST" => -5,
        "EDT" => -4,
        "MDT" | "CST" => -6,
        "PDT" | "MST" => -7,
        "PST" => -8,
        "CET" | "BST" => 1,
        "CEST" | "EET" => 2,
        "EEST" => 3,
        "JST" => 9,
        "AEST" => 10,
        "AEDT" => 11,
        "ET" => return TimeZone::get("America/New_York").ok(),
        "CT" => return TimeZone::get("America/Chicago").ok(),
        "MT" => return TimeZone::get("America/Denver").ok(),
        "PT" => return TimeZone::get("America/Los_Angeles").ok(),
        _ => return offset(name).or_else(|| TimeZone::get(name).ok()),
    };
    fixed(hours * 3600)
}

fn fixed(seconds: i32) -> Option<TimeZone> {
    Some(TimeZone::fixed(Offset::from_seconds(seconds).ok()?))
}

/// `+02:00`, `-0530`, `+02`, `UTC+2`.
fn offset(text: &str) -> Option<TimeZone> {
    let text = text.trim_start_matches("UTC").trim_start_matches("GMT");
    let sign = match text.chars().next()? {
        '+' => 1,
        '-' | '−' => -1,
        _ => return None,
    };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let rest = text.trim_start_matches(['+', '-', '−']);
    if !rest.chars().all(|c| c.is_ascii_digit() || c == ':') {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        1 | 2 => (digits.parse::<i32>().ok()?, 0),
        3 | 4 => {
            let (hours, minutes) = digits.split_at(digits.len() - 2);
            (hours.parse().ok()?, minutes.parse::<i32>().ok()?)
        }
        _ => return None,
    };
    (hours <= 15 && minutes < 60)
        .then(|| fixed(sign * (hours * 3600 + minutes * 60)))
        .flatten()
}

/// Reads a text.
///
/// # Errors
///
/// If it is no date, or if its day may be its month and no order is given.
pub(super) fn read(text: &str, order: Option<DateOrder>) -> Result<Read, NoInstant> {
    let text = text.trim();
    if let Some(seconds) = epoch(text) {
        return Ok(Read {
            when: When::Absolute(seconds),
            is_day: false,
            order: None,
        });
    }
    let (date, rest) = date(text, order)?;
    let rest = rest.trim_start_matches([',', ' ']);
    let rest = rest.strip_prefix(['T', 't']).unwrap_or(rest);
    let rest = rest.strip_prefix("at ").unwrap_or(rest).trim_start();
    let (clock, rest) = clock(rest).ok_or(NoInstant::Unreadable)?;
    let rest = rest.trim();
    let zone = if rest.is_empty() {
        None
    } else {
        // `+02:00[Europe/Zurich]`: the offset says it all.
        let rest = match rest.split_once('[') {
            Some(("", name)) => name.trim_end_matches(']'),
            Some((offset, _)) => offset,
            None => rest.trim_start_matches('(').trim_end_matches(')'),
        };
        Some(zone(rest).ok_or(NoInstant::Unreadable)?)
    };
    let (hour, minute, second, nanos) = clock.unwrap_or_default();
    let (year, month, day, only) = date;
    let local = DateTime::new(year, month, day, hour, minute, second, nanos);
    Ok(Read {
        when: When::Local(local.map_err(|_| NoInstant::Unreadable)?, zone),
        is_day: clock.is_none(),
        order: only,
    })
}

/// Seconds or milliseconds since 1970, from 1990 to 2100.
fn epoch(text: &str) -> Option<f64> {
    let number: f64 = text.parse().ok()?;
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let seconds = if number > 6.3e11 {
        number / 1000.0
    } else {
        number
    };
    (plain && (6.3e8..4.2e9).contains(&seconds)).then_some(seconds)
}

/// Year, month, day, and the order where the numbers left one reading only.
type Date = (i16, i8, i8, Option<DateOrder>);

fn date(text: &str, order: Option<DateOrder>) -> Result<(Date, &str), NoInstant> {
    let unreadable = NoInstant::Unreadable;
    if text.starts_with(|c: char| c.is_alphabetic()) || has_month_name(text) {
        return named_date(text).ok_or(unreadable);
    }
    let (first, rest) = digits(text).ok_or(unreadable)?;
    if first.len() == 8 {
        let number = |part: &str| part.parse().map_err(|_| unreadable);
        let year = first[..4].parse().map_err(|_| unreadable)?;
        return Ok((
            (year, number(&first[4..6])?, number(&first[6..])?, None),
            rest,
        ));
    }
    let separator = rest
        .chars()
        .next()
        .filter(|c| matches!(c, '-' | '/' | '.'))
        .ok_or(unreadable)?;
    let (second, rest) = digits(&rest[1..]).ok_or(unreadable)?;
    let rest = rest.strip_prefix(separator).ok_or(unreadable)?;
    let (third, rest) = digits(rest).ok_or(unreadable)?;
    let small = |part: &str| part.parse::<i8>().map_err(|_| unreadable);
    if first.len() == 4 {
        let year = first.parse().map_err(|_| unreadable)?;
        return Ok(((year, small(second)?, small(third)?, None), rest));
    }
    if third.len() != 4 {
        return Err(unreadable);
    }
    let year = third.parse().map_err(|_| unreadable)?;
    let (a, b) = (small(first)?, small(second)?);
    let only = match (a > 12, b > 12) {
        (true, _) => Some(DateOrder::DayFirst),
        (_, true) => Some(DateOrder::MonthFirst),
        // Points are written where the day comes first.
        _ if separator == '.' || a == b => Some(DateOrder::DayFirst),
        _ => None,
    };
    let seen = only.filter(|_| separator != '.' && a != b);
    match only.or(order).ok_or(NoInstant::Ambiguous)? {
        DateOrder::DayFirst => Ok(((year, b, a, seen), rest)),
        DateOrder::MonthFirst => Ok(((year, a, b, seen), rest)),
    }
}

fn digits(text: &str) -> Option<(&str, &str)> {
    let length = text.bytes().take_while(u8::is_ascii_digit).count();
    (length > 0 && length <= 8).then(|| text.split_at(length))
}

const MONTHS: [&str; 12] = [
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
];

fn month(word: &str) -> Option<i8> {
    let head = word.get(..3)?.to_ascii_lowercase();
    let at = MONTHS.iter().position(|name| *name == head)?;
    i8::try_from(at + 1).ok()
}

/// Whether a month's name is the second word: `28 Nov 2026`, `28-Nov-2026`.
fn has_month_name(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let rest = rest.trim_start_matches([' ', '-', '.', '/']);
    rest.starts_with(|c: char| c.is_alphabetic()) && month(rest).is_some()
}

/// `Sat, 28 Nov 2026`, `November 28, 2026`, `28-Nov-2026`.
fn named_date(text: &str) -> Option<(Date, &str)> {
    let mut rest = text;
    let (mut month_number, mut numbers) = (None, Vec::new());
    while numbers.len() < 2 || month_number.is_none() {
        rest = rest.trim_start_matches([' ', ',', '-', '.', '/']);
        let letters = rest
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(rest.len());
        if letters > 0 {
            // Any other word is the name of a day, or the end of `28th`.
            month_number = month_number.or(month(&rest[..letters]));
            rest = &rest[letters..];
        } else {
            let (number, tail) = digits(rest)?;
            numbers.push(number);
            rest = tail;
        }
    }
    let year = numbers.iter().find(|number| number.len() == 4)?;
    let day = numbers.iter().find(|number| number.len() <= 2)?;
    Some((
        (year.parse().ok()?, month_number?, day.parse().ok()?, None),
        rest,
    ))
}

/// Hour, minute, second, nanosecond.
type Clock = (i8, i8, i8, i32);

/// `10:53`, `9:05:30.25`, `10:53 PM`, `105300`, or nothing.
fn clock(text: &str) -> Option<(Option<Clock>, &str)> {
    let Some((hour, rest)) = digits(text) else {
        return Some((None, text));
    };
    let (hour, minute, second, rest) = match (hour.len(), rest.strip_prefix(':')) {
        (4 | 6, None) => {
            let second = if hour.len() == 6 { &hour[4..] } else { "0" };
            (&hour[..2], &hour[2..4], second, rest)
        }
        (_, Some(rest)) => {
            let (minute, rest) = digits(rest)?;
            match rest.strip_prefix(':') {
                Some(rest) => {
                    let (second, rest) = digits(rest)?;
                    (hour, minute, second, rest)
                }
                None => (hour, minute, "0", rest),
            }
        }
        _ => return None,
    };
    let (nanos, rest) = match rest.strip_prefix(['.', ',']) {
        Some(tail) => {
            let length = tail.bytes().take_while(u8::is_ascii_digit).count();
            let share: f64 = format!("0.{}", &tail[..length]).parse().ok()?;
            ((share * 1e9).min(999_999_999.0) as i32, &tail[length..])
        }
        None => (0, rest),
    };
    let mut hour: i8 = hour.parse().ok()?;
    let after = rest.trim_start();
    let half = after.get(..2).map(str::to_ascii_lowercase);
    let rest = match half.as_deref() {
        Some("am" | "pm") if (1..=12).contains(&hour) => {
            hour = hour % 12 + if half.as_deref() == Some("pm") { 12 } else { 0 };
            &after[2..]
        }
        _ => rest,
    };
    Some((
        Some((hour, minute.parse().ok()?, second.parse().ok()?, nanos)),
        rest,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(text: &str) -> Option<f64> {
        let read = read(text, None).ok()?;
        read.seconds(&TimeZone::UTC)
    }

    #[test]
    fn instants_are_read_as_people_write_them() {
        for text in [
            "2026-11-28T10:53:00Z",
            "2026-11-28T10:53Z",
            "20261128T10:53:00",
            "20261128T105300Z",
            "2026-11-28 10:53",
            "2026/11/28 10:53:00",
            "2026-11-28T11:53:00+01:00",
            "2026-11-28T11:53:00+01:00[Europe/Zurich]",
            "2026-11-28T11:53:00[Europe/Zurich]",
            "2026-11-28 02:53:00 PST",
            "28.11.2026 10:53",
            "28/11/2026 10:53",
            "11/28/2026 10:53 AM",
            "Nov 28, 2026 10:53 UTC",
            "Sat, 28 Nov 2026 10:53:00 +0000",
            "28-Nov-2026 10:53",
            "November 28th, 2026 at 10:53",
            "1795863180",
            "1795863180000",
        ] {
            assert_eq!(seconds(text), Some(1_795_863_180.0), "{text}");
        }
        assert!(read("2026-11-28", None).unwrap().is_day);
        assert_eq!(seconds("2026-11-28T10:53:00.5Z"), Some(1_795_863_180.5));
    }

    #[test]
    fn a_day_that_may_be_a_month_needs_an_order() {
        assert_eq!(read("3/4/2026", None), Err(NoInstant::Ambiguous));
        let day = |order| {
            read("3/4/2026", Some(order))
                .unwrap()
                .seconds(&TimeZone::UTC)
        };
        assert_eq!(day(DateOrder::DayFirst), seconds("2026-04-03"));
        assert_eq!(day(DateOrder::MonthFirst), seconds("2026-03-04"));
    }

    #[test]
    fn what_is_no_instant_is_refused() {
        for text in [
            "",
            "soon",
            "2026-13-01",
            "2026-02-30",
            "10:53",
            "2026-11-28T25:00",
            "28.11.26",
            "2026-11-28 10:53 XYZ",
            "99999999999999999999",
            "12",
            "é",
            "2026-é",
        ] {
            assert_eq!(read(text, None), Err(NoInstant::Unreadable), "{text}");
        }
    }

    #[test]
    fn zones_follow_the_seasons() {
        let zurich = zone("Europe/Zurich").unwrap();
        let summer = read("2026-07-01 12:00", None).unwrap().seconds(&zurich);
        assert_eq!(summer, seconds("2026-07-01T10:00Z"));
        assert_eq!(zone("UNKNOWN"), None);
    }
}
