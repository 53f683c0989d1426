//! A cell that says how long something took: `90`, `1h30m`, `>120`, `60-120`, `1:30:00`, `PT2H`, `ongoing`.

use super::sample::Observed;

/// A unit of a bare number.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Unit {
    /// Its name, as it is said.
    pub name: &'static str,
    /// Its length \[s\].
    pub seconds: f64,
}

/// What a cell says of a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Said {
    /// Nothing stands there.
    Empty,
    /// That it is not known.
    Unknown,
    /// That it is still under way.
    Ongoing,
    /// A length, or bounds of it.
    Length(Observed),
    /// A length below zero.
    Negative,
}

/// Words for what is not known.
const UNKNOWN: [&str; 17] = [
    "unknown",
    "n/a",
    "na",
    "nan",
    "null",
    "none",
    "nil",
    "tbd",
    "-",
    "--",
    "–",
    "—",
    "?",
    "n.a.",
    "not available",
    "missing",
    "undefined",
];

/// Words for what is still under way.
const ONGOING: [&str; 13] = [
    "ongoing",
    "on-going",
    "open",
    "active",
    "in progress",
    "in-progress",
    "in_progress",
    "unresolved",
    "still open",
    "pending",
    "continuing",
    "investigating",
    "now",
];

/// Whether a cell says nothing, or that it knows nothing, or that something has not ended.
#[must_use]
pub(super) fn without_value(text: &str) -> Option<Said> {
    let lower = text.trim().to_lowercase();
    match lower.as_str() {
        "" => Some(Said::Empty),
        word if UNKNOWN.contains(&word) => Some(Said::Unknown),
        word if ONGOING.contains(&word) => Some(Said::Ongoing),
        _ => None,
    }
}

/// The unit that a word stands for.
#[must_use]
pub fn unit(word: &str) -> Option<Unit> {
    let (name, seconds) = match word.to_lowercase().as_str() {
        "ms" | "msec" | "msecs" | "millis" | "millisecond" | "milliseconds" => {
            ("milliseconds", 0.001)
        }
        "s" | "sec" | "secs" | "second" | "seconds" => ("seconds", 1.0),
        "m" | "min" | "mins" | "minute" | "minutes" | "mn" => ("minutes", 60.0),
        "h" | "hr" | "hrs" | "hour" | "hours" => ("hours", 3600.0),
        "d" | "day" | "days" => ("days", 86_400.0),
        "w" | "wk" | "week" | "weeks" => ("weeks", 604_800.0),
        _ => return None,
    };
    Some(Unit { name, seconds })
}

/// Reads a cell. Bare numbers count in `bare`; `None` if they have no unit.
///
/// # Errors
///
/// What is expected where the text is no time.
pub(super) fn read(
    text: &str,
    bare: Option<Unit>,
    decimal_comma: bool,
) -> Result<Said, &'static str> {
    if let Some(said) = without_value(text) {
        return Ok(said);
    }
    let lower = text.trim().to_lowercase();
    let mut rest = lower.as_str();
    let strip = |rest: &mut &str, heads: &[&str]| {
        for head in heads {
            if let Some(tail) = rest.strip_prefix(head) {
                *rest = tail.trim_start();
                return true;
            }
        }
        false
    };
    let reader = Reader {
        bare,
        decimal_comma,
    };
    strip(
        &mut rest,
        &[
            "~",
            "≈",
            "about ",
            "approx. ",
            "approx ",
            "approximately ",
            "ca. ",
            "circa ",
        ],
    );
    if strip(
        &mut rest,
        &[">=", ">", "≥", "more than ", "at least ", "over "],
    ) {
        return reader.length(rest).map(|x| bound(x, Observed::AtLeast));
    }
    if strip(
        &mut rest,
        &["<=", "<", "≤", "less than ", "at most ", "under ", "up to "],
    ) {
        return reader.length(rest).map(|x| bound(x, Observed::AtMost));
    }
    if let Some(least) = rest.strip_suffix('+') {
        return reader.length(least).map(|x| bound(x, Observed::AtLeast));
    }
    if let Some(positive) = rest.strip_prefix(['-', '−']) {
        return reader.length(positive).map(|x| {
            if x == 0.0 {
                Said::Length(Observed::Exact(0.0))
            } else {
                Said::Negative
            }
        });
    }
    strip(&mut rest, &["between "]);
    for separator in ["..", "–", "—", " to ", " and ", "-"] {
        if let Some((low, high)) = rest.split_once(separator) {
            return reader.between(low, high);
        }
    }
    reader
        .length(rest)
        .map(|x| Said::Length(Observed::Exact(x)))
}

fn bound(x: f64, kind: fn(f64) -> Observed) -> Said {
    Said::Length(kind(x))
}

const EXPECTED: &str = "a time such as 90m, 1h30m, 1:30:00, PT2H, >2h or 1h-2h";

struct Reader {
    bare: Option<Unit>,
    decimal_comma: bool,
}

impl Reader {
    /// Two bounds, of which the first may leave the unit to the second.
    fn between(&self, low: &str, high: &str) -> Result<Said, &'static str> {
        let high_seconds = self.length(high)?;
        let bare = low.trim().chars().all(|c| c.is_ascii_digit() || c == '.');
        let word: String = high.chars().filter(|c| c.is_alphabetic()).collect();
        let low_seconds = match unit(&word).filter(|_| bare) {
            Some(of_high) => Self {
                bare: Some(of_high),
                ..*self
            }
            .length(low)?,
            None => self.length(low)?,
        };
        if low_seconds > high_seconds {
            return Err("the smaller bound first, such as 1h-2h");
        }
        Ok(Said::Length(if low_seconds == high_seconds {
            Observed::Exact(low_seconds)
        } else if low_seconds == 0.0 {
            Observed::AtMost(high_seconds)
        } else {
            Observed::Between(low_seconds, high_seconds)
        }))
    }

    /// One length \[s\].
    fn length(&self, text: &str) -> Result<f64, &'static str> {
        let text = text.trim();
        let seconds = if text.contains(':') {
            clock(text)
        } else if text.starts_with('p') {
            iso(text)
        } else if let Some(number) = self.number(text) {
            match self.bare {
                Some(bare) => Some(number * bare.seconds),
                // Nothing needs no unit.
                None if number == 0.0 => Some(0.0),
                None => return Err("a unit: the column's name tells none"),
            }
        } else {
            self.with_units(text)
        };
        // A thousand years is no time of a log, and would hide a wrong unit.
        seconds
            .filter(|seconds| seconds.is_finite() && *seconds < 3.2e10)
            .ok_or(EXPECTED)
    }

    /// A bare number; with a comma as decimal point where fields are separated by semicolons, else between thousands.
    fn number(&self, text: &str) -> Option<f64> {
        let plain = if self.decimal_comma {
            text.replace('.', "").replace(',', ".")
        } else if text.contains(',') {
            let groups: Vec<&str> = text.split(',').collect();
            let whole = groups[1..].iter().all(|group| {
                group
                    .split('.')
                    .next()
                    .is_some_and(|digits| digits.len() == 3)
            });
            if !whole {
                return None;
            }
            groups.concat()
        } else {
            text.to_owned()
        };
        // A lone point before three digits is a decimal point all the same.
        let plain = if self.decimal_comma && !text.contains(',') {
            text
        } else {
            &plain
        };
        let digits = plain
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | '+' | '-'));
        plain
            .parse()
            .ok()
            .filter(|_| digits && plain.starts_with(|c: char| c.is_ascii_digit() || c == '.'))
    }

    /// `1h30m`, `1 hour, 30 minutes`.
    fn with_units(&self, text: &str) -> Option<f64> {
        let mut rest = text;
        let (mut seconds, mut smallest) = (0.0, f64::INFINITY);
        while !rest.is_empty() {
            let digits = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | ',')))?;
            let number = self.number(rest[..digits].trim_end_matches(','))?;
            rest = rest[digits..].trim_start();
            let letters = rest
                .find(|c: char| !c.is_alphabetic())
                .unwrap_or(rest.len());
            let unit = unit(&rest[..letters])?;
            if unit.seconds >= smallest {
                return None;
            }
            smallest = unit.seconds;
            seconds += number * unit.seconds;
            rest = rest[letters..].trim_start_matches(['.', ',', ' ']);
            rest = rest.strip_prefix("and ").unwrap_or(rest);
        }
        smallest.is_finite().then_some(seconds)
    }
}

/// `1:30` and `1:30:00` in hours, `2 days, 1:30:00`.
fn clock(text: &str) -> Option<f64> {
    let (days, time) = match text.split_once("day") {
        Some((days, time)) => (
            days.trim().parse::<u32>().ok()?,
            time.trim_start_matches(['s', ',', ' ']),
        ),
        None => (0, text),
    };
    let parts: Vec<&str> = time.split(':').collect();
    let number = |part: &str, most: f64| {
        let digits = part.chars().all(|c| c.is_ascii_digit() || c == '.');
        part.parse::<f64>().ok().filter(|x| digits && *x < most)
    };
    let (hours, minutes, seconds) = match parts[..] {
        [hours, minutes] => (hours, minutes, "0"),
        [hours, minutes, seconds] => (hours, minutes, seconds),
        _ => return None,
    };
    Some(
        f64::from(days) * 86_400.0
            + number(hours, 1e6)? * 3600.0
            + number(minutes, 60.0)? * 60.0
            + number(seconds, 60.0)?,
    )
}

/// ISO 8601's `P1DT2H30M`, in lower case.
fn iso(text: &str) -> Option<f64> {
    let span: jiff::SignedDuration = match text.parse::<jiff::Span>() {
        Ok(span) => span
            .to_duration(jiff::SpanRelativeTo::days_are_24_hours())
            .ok()?,
        Err(_) => return None,
    };
    Some(span.as_secs_f64()).filter(|seconds| *seconds >= 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTES: Option<Unit> = Some(Unit {
        name: "minutes",
        seconds: 60.0,
    });

    #[test]
    fn lengths_are_read_as_people_write_them() {
        for (text, seconds) in [
            ("90", 5400.0),
            ("90.5", 5430.0),
            ("1,440", 86_400.0),
            ("1h30m", 5400.0),
            ("1 hour, 30 minutes", 5400.0),
            ("1.5 hrs", 5400.0),
            ("45 min.", 2700.0),
            ("1:30", 5400.0),
            ("01:30:15", 5415.0),
            ("2 days, 1:00:00", 176_400.0),
            ("PT1H30M", 5400.0),
            ("P1DT1H", 90_000.0),
            ("~2h", 7200.0),
            ("0", 0.0),
        ] {
            let said = read(text, MINUTES, false);
            assert_eq!(said, Ok(Said::Length(Observed::Exact(seconds))), "{text}");
        }
    }

    #[test]
    fn bounds_are_bounds() {
        use Observed::{AtLeast, AtMost, Between};
        for (text, time) in [
            (">120", AtLeast(7200.0)),
            ("≥ 2h", AtLeast(7200.0)),
            ("at least 2 hours", AtLeast(7200.0)),
            ("120+", AtLeast(7200.0)),
            ("<5m", AtMost(300.0)),
            ("60-120", Between(3600.0, 7200.0)),
            ("1-2h", Between(3600.0, 7200.0)),
            ("30m to 1h", Between(1800.0, 3600.0)),
            ("0-5", AtMost(300.0)),
        ] {
            assert_eq!(read(text, MINUTES, false), Ok(Said::Length(time)), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_or_not_over_says_so() {
        assert_eq!(read("", MINUTES, false), Ok(Said::Empty));
        assert_eq!(read("UNKNOWN", MINUTES, false), Ok(Said::Unknown));
        assert_eq!(read("Ongoing", MINUTES, false), Ok(Said::Ongoing));
        assert_eq!(read("-5", MINUTES, false), Ok(Said::Negative));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in [
            "soon",
            "1:75",
            "5 parsecs",
            "1e999",
            "5m1h",
            "2h-1h",
            "h",
            "1,5",
        ] {
            assert!(read(text, MINUTES, false).is_err(), "{text}");
        }
        assert!(read("90", None, false).is_err());
        assert_eq!(
            read("1,5", MINUTES, true),
            Ok(Said::Length(Observed::Exact(90.0)))
        );
    }
}
