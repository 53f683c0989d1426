//! Reads the values of options, written as in model files.

use std::time::Duration;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};

use crate::study::recommend::MoveKind;
use crate::units::{self, UnitError};

/// Longest time that makes sense to wait for \[s\]: ten years.
const LONGEST_WAIT: f64 = 10.0 * 8760.0 * 3600.0;

/// A kind of change that `recommend` tries.
pub(super) fn change_kind() -> impl TypedValueParser<Value = MoveKind> {
    let kinds = MoveKind::ALL.map(|kind| PossibleValue::new(kind.name()).help(kind.about()));
    PossibleValuesParser::new(kinds).try_map(|name| {
        let mut all = MoveKind::ALL.into_iter();
        all.find(|kind| kind.name() == name)
            .ok_or("is no kind of change")
    })
}

/// A seed.
pub(super) fn seed(text: &str) -> Result<u64, String> {
    text.parse()
        .map_err(|_| format!("must be a whole number from 0 to {}", u64::MAX))
}

/// A number of trials.
pub(super) fn trials(text: &str) -> Result<u64, String> {
    let trials = text.parse().ok().filter(|trials| *trials > 0);
    trials.ok_or_else(|| "must be a whole number, at least 1".to_owned())
}

/// An order of cut sets.
pub(super) fn order(text: &str) -> Result<usize, String> {
    let order = text.parse().ok().filter(|n| (1..=8).contains(n));
    order.ok_or_else(|| "must be a whole number from 1 to 8".to_owned())
}

/// A factor such as `2`.
pub(super) fn factor(text: &str) -> Result<f64, String> {
    let factor = text.parse().ok();
    let factor = factor.filter(|factor: &f64| *factor > 1.0 && *factor <= 1000.0);
    factor.ok_or_else(|| "must be a number above 1 and at most 1000".to_owned())
}

/// How many of a ranking.
pub(super) fn top(text: &str) -> Result<usize, String> {
    let top = text.parse().ok().filter(|n| (1..=100).contains(n));
    top.ok_or_else(|| "must be a whole number from 1 to 100".to_owned())
}

/// How many changes a design may have.
pub(super) fn changes(text: &str) -> Result<usize, String> {
    let changes = text.parse().ok().filter(|n| (1..=10).contains(n));
    changes.ok_or_else(|| "must be a whole number from 1 to 10".to_owned())
}

/// A number of worker threads.
pub(super) fn threads(text: &str) -> Result<u16, String> {
    let threads = text.parse().ok().filter(|n| (1..=1024).contains(n));
    threads.ok_or_else(|| "must be a whole number from 1 to 1024".to_owned())
}

/// A time such as `90s` or `10m`.
pub(super) fn duration(text: &str) -> Result<Duration, String> {
    let seconds = units::parse_duration(text).map_err(|error| said(&error))?;
    if seconds > 0.0 && seconds <= LONGEST_WAIT {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("must be above 0 and below 10 years".to_owned())
    }
}

/// A relative half-width such as `5%`.
pub(super) fn precision(text: &str) -> Result<f64, String> {
    between(
        text,
        1e-6,
        1.0,
        "must be above 0 and below 100 %, such as 5%",
    )
}

/// A share such as `5%`.
pub(super) fn share(text: &str) -> Result<f64, String> {
    units::parse_probability(text).map_err(|error| said(&error))
}

/// A level of confidence such as `95%`.
pub(super) fn confidence(text: &str) -> Result<f64, String> {
    between(
        text,
        0.5,
        1.0 - 1e-9,
        "must be between 50 % and 100 %, such as 95%",
    )
}

/// A unit of bare numbers.
pub(super) fn fit_unit(text: &str) -> Result<crate::fit::Unit, String> {
    let unit = crate::fit::unit(text);
    unit.ok_or_else(|| "must be seconds, minutes, hours, days or weeks".to_owned())
}

/// What separates the fields of a CSV file.
pub(super) fn separator(text: &str) -> Result<u8, String> {
    match text {
        "tab" | "\\t" | "\t" => Ok(b'\t'),
        _ => match text.as_bytes() {
            [byte] if byte.is_ascii_punctuation() && *byte != b'"' => Ok(*byte),
            _ => Err("must be one character such as ; or the word tab".to_owned()),
        },
    }
}

/// A number of places.
pub(super) fn places(text: &str) -> Result<f64, String> {
    let places = text.parse::<u32>().ok().filter(|n| *n > 0);
    places
        .map(f64::from)
        .ok_or_else(|| "must be a whole number, at least 1".to_owned())
}

/// A number of simulated samples.
pub(super) fn simulations(text: &str) -> Result<usize, String> {
    let n = text
        .parse()
        .ok()
        .filter(|n| *n == 0 || (19..=100_000).contains(n));
    n.ok_or_else(|| "must be 0 or a whole number from 19 to 100000".to_owned())
}

/// One name in the place of another: `us-east-1=east`.
pub(super) fn mapping(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((from, to)) if !from.trim().is_empty() && !to.trim().is_empty() => {
            Ok((from.trim().to_owned(), to.trim().to_owned()))
        }
        _ => Err("must be two places, such as us-east-1=east or us-east-1=primary".to_owned()),
    }
}

/// Stages of a fixed time on the finest of four meshes.
pub(super) fn stages(text: &str) -> Result<u16, String> {
    match text.parse() {
        Ok(stages) if (4..=1024).contains(&stages) && stages % 4 == 0 => Ok(stages),
        _ => Err("must be a multiple of 4, from 4 to 1024, such as 96".to_owned()),
    }
}

fn between(text: &str, low: f64, high: f64, expected: &str) -> Result<f64, String> {
    let share = units::parse_probability(text).map_err(|error| said(&error))?;
    if share >= low && share < high {
        Ok(share)
    } else {
        Err(expected.to_owned())
    }
}

/// What is wrong, and what to write instead.
fn said(error: &UnitError) -> String {
    format!("{}: {}", error.message, error.hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_written_as_in_models() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(precision("5%"), Ok(0.05));
        assert_eq!(confidence("0.99"), Ok(0.99));
        assert_eq!(stages("96"), Ok(96));
    }

    #[test]
    fn values_out_of_range_are_refused() {
        assert!(duration("0s").is_err());
        assert!(duration("90").is_err());
        assert!(precision("0%").is_err());
        assert!(confidence("100%").is_err());
        assert!(confidence("20%").is_err());
        assert!(seed("-1").is_err() && seed("abc").is_err());
        assert!(stages("0").is_err() && stages("6").is_err() && stages("-4").is_err());
        assert!(trials("0").is_err() && threads("0").is_err());
    }

    #[test]
    fn a_bare_percentage_is_told_how_to_write_it() {
        assert!(precision("5").is_err_and(|said| said.contains("write 5%")));
    }
}
