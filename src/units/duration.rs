//! Durations: `30s`, `5m`, `1h30m`, `90d`, in seconds.

use super::error::{UnitError, quoted};
use super::number::split_number;

/// Seconds of an hour.
pub const SECONDS_PER_HOUR: f64 = 3600.0;
/// Seconds of a day.
pub const SECONDS_PER_DAY: f64 = 24.0 * SECONDS_PER_HOUR;
/// Hours of a year.
pub const HOURS_PER_YEAR: f64 = 8760.0;
/// Seconds of a year of 8760 h.
pub const SECONDS_PER_YEAR: f64 = HOURS_PER_YEAR * SECONDS_PER_HOUR;
/// Seconds of a month, a twelfth of a year: 730 h.
pub const SECONDS_PER_MONTH: f64 = SECONDS_PER_YEAR / 12.0;

const UNITS: &str = "units are ms, s, m, h, d, w, mo and y, for example 90s, 5m or 1h30m";

/// Seconds of one unit of time; `None` if the model language has no such unit.
pub(super) fn unit_seconds(unit: &str) -> Option<f64> {
    Some(match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => SECONDS_PER_HOUR,
        "d" => SECONDS_PER_DAY,
        "w" => 7.0 * SECONDS_PER_DAY,
        "mo" | "month" => SECONDS_PER_MONTH,
        "y" => SECONDS_PER_YEAR,
        _ => return None,
    })
}

/// The unit that is probably meant by a longer word for it.
pub(super) fn likely_unit(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let starts = |head: &str| word.starts_with(head);
    Some(match word.as_str() {
        "msec" | "millis" | "milliseconds" => "ms",
        _ if starts("sec") => "s",
        _ if starts("min") => "m",
        "hr" | "hrs" => "h",
        _ if starts("hou") => "h",
        _ if starts("day") => "d",
        _ if starts("week") => "w",
        _ if starts("mon") => "mo",
        "yr" | "yrs" => "y",
        _ if starts("year") => "y",
        _ => return None,
    })
}

/// Parses a duration of at least 0 into seconds.
///
/// ```
/// assert_eq!(failscape::units::parse_duration("1h30m"), Ok(5400.0));
/// assert!(failscape::units::parse_duration("90").is_err());
/// ```
pub fn parse_duration(text: &str) -> Result<f64, UnitError> {
    let mut rest = text.trim();
    if rest.is_empty() {
        return Err(UnitError::new("a duration is missing", UNITS));
    }
    if rest.starts_with('-') {
        return Err(UnitError::new(
            format!("{} is negative", quoted(text)),
            "a duration is 0s or longer",
        ));
    }
    let (mut seconds, mut smallest) = (0.0, f64::INFINITY);
    while !rest.is_empty() {
        let Some((number, tail)) = split_number(rest) else {
            return Err(UnitError::new(
                format!("{} is not a duration", quoted(text)),
                UNITS,
            ));
        };
        let tail = tail.trim_start();
        let length = tail
            .find(|c: char| !c.is_alphabetic())
            .unwrap_or(tail.len());
        let (unit, tail) = tail.split_at(length);
        let size = unit_of(unit, number, text)?;
        if size >= smallest {
            let hint = "write the largest unit first and each once, for example 1h30m";
            return Err(UnitError::new(
                format!("the units of {} are out of order", quoted(text)),
                hint,
            ));
        }
        smallest = size;
        seconds += number * size;
        rest = tail.trim_start();
    }
    if seconds.is_finite() {
        Ok(seconds)
    } else {
        Err(UnitError::new(
            format!("{} is too long", quoted(text)),
            "write { never: true } for what never happens",
        ))
    }
}

fn unit_of(unit: &str, number: f64, text: &str) -> Result<f64, UnitError> {
    if unit.is_empty() {
        let hint = if text.trim() == "90" {
            "write 90s or 90m".to_owned()
        } else {
            format!("write {number}s or {number}m")
        };
        return Err(UnitError::new(
            format!("{} has no unit of time", quoted(text)),
            hint,
        ));
    }
    unit_seconds(unit).ok_or_else(|| {
        let hint = match likely_unit(unit) {
            Some(likely) => format!("write {number}{likely}; {UNITS}"),
            None => UNITS.to_owned(),
        };
        UnitError::new(
            format!("unknown unit of time {} in {}", quoted(unit), quoted(text)),
            hint,
        )
    })
}

/// Writes seconds the way the model language does, with at most two units: `1h30m`, `90d`, `1.5s`.
#[must_use]
pub fn format_duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return "never".to_owned();
    }
    if seconds == 0.0 {
        return "0s".to_owned();
    }
    if seconds < 1.0 {
        return format!("{}ms", trimmed(seconds * 1000.0));
    }
    let units = [
        (SECONDS_PER_YEAR, "y"),
        (SECONDS_PER_DAY, "d"),
        (SECONDS_PER_HOUR, "h"),
        (60.0, "m"),
        (1.0, "s"),
    ];
    for pair in units.windows(2) {
        let ((size, unit), (small, small_unit)) = (pair[0], pair[1]);
        // Rounding to the smaller unit first keeps 3599.9 s from showing as 60m.
        let rounded = (seconds / small).round() * small;
        if rounded < size {
            continue;
        }
        let whole = (rounded / size).floor();
        let rest = ((rounded - whole * size) / small).round();
        return if rest == 0.0 {
            format!("{whole}{unit}")
        } else {
            format!("{whole}{unit}{rest}{small_unit}")
        };
    }
    format!("{}s", trimmed(seconds))
}

/// At most three decimals, without trailing zeros.
pub(super) fn trimmed(number: f64) -> String {
    let text = format!("{number:.3}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_units_are_understood() {
        let cases = [
            ("250ms", 0.25),
            ("30s", 30.0),
            ("5m", 300.0),
            ("3h", 10_800.0),
            ("90d", 7_776_000.0),
            ("2w", 1_209_600.0),
            ("1mo", 2_628_000.0),
            ("1y", 31_536_000.0),
            ("1h30m", 5400.0),
            ("1h 30m", 5400.0),
            ("1.5 h", 5400.0),
            ("0s", 0.0),
        ];
        for (text, seconds) in cases {
            assert_eq!(parse_duration(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn a_bare_number_is_refused_with_a_hint() {
        let error = parse_duration("90").unwrap_err();
        assert_eq!(error.message, "`90` has no unit of time");
        assert_eq!(error.hint, "write 90s or 90m");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "", "-5m", "5 minuts", "30m1h", "1h1h", "1e400y", "soon", "5m,", "1,5h", "5M", "\u{7}",
        ] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
        assert!(
            parse_duration("5 minutes")
                .unwrap_err()
                .hint
                .starts_with("write 5m;")
        );
    }

    #[test]
    fn durations_are_written_as_they_are_read() {
        for text in ["90d", "1h30m", "45s", "250ms", "0s", "1y", "2y30d", "2m30s"] {
            assert_eq!(format_duration(parse_duration(text).unwrap()), text);
        }
        assert_eq!(format_duration(59.9999), "1m");
        assert_eq!(format_duration(1.25), "1.25s");
        assert_eq!(format_duration(3599.9), "1h");
        assert_eq!(format_duration(f64::INFINITY), "never");
    }
}
