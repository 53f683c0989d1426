//! Probabilities and shares: `97%` or `0.97`.

use super::duration::trimmed;
use super::error::{UnitError, quoted};
use super::number::split_number;

/// Parses a probability between 0 and 1.
///
/// ```
/// assert_eq!(failscape::units::parse_probability("97%"), Ok(0.97));
/// assert!(failscape::units::parse_probability("99.95").is_err());
/// ```
pub fn parse_probability(text: &str) -> Result<f64, UnitError> {
    let trimmed_text = text.trim();
    let form = "write a percentage such as 97% or a number between 0 and 1 such as 0.97";
    let Some((number, rest)) = split_number(trimmed_text) else {
        let what = if trimmed_text.starts_with('-') {
            "is negative"
        } else {
            "is not a probability"
        };
        return Err(UnitError::new(format!("{} {what}", quoted(text)), form));
    };
    match rest.trim_start() {
        "" if number <= 1.0 => Ok(number),
        "" if number <= 100.0 => Err(UnitError::new(
            format!("{} is above 1", quoted(text)),
            format!("write {number}% or {}", decimal(number)),
        )),
        "%" if number <= 100.0 => Ok(percent(trimmed_text, number)),
        "" => Err(UnitError::new(format!("{} is above 1", quoted(text)), form)),
        "%" => Err(UnitError::new(
            format!("{} is above 100%", quoted(text)),
            form,
        )),
        _ => Err(UnitError::new(
            format!("{} is not a probability", quoted(text)),
            form,
        )),
    }
}

/// `99.95%` is the double nearest to 0.9995, which dividing by 100 does not always give.
fn percent(text: &str, number: f64) -> f64 {
    let digits = text.trim_end_matches('%').trim_end();
    if digits.contains(['e', 'E']) {
        return number / 100.0;
    }
    format!("{digits}e-2").parse().unwrap_or(number / 100.0)
}

fn decimal(number: f64) -> f64 {
    format!("{number}e-2").parse().unwrap_or(number / 100.0)
}

/// Writes a share as a percentage with at most three decimals: `97%`, `33.333%`.
#[must_use]
pub fn format_percentage(share: f64) -> String {
    format!("{}%", trimmed(share * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentages_and_numbers_are_understood() {
        assert_eq!(parse_probability("97%"), Ok(0.97));
        assert_eq!(parse_probability("0.97"), Ok(0.97));
        assert_eq!(parse_probability("99.95%"), Ok(0.9995));
        assert_eq!(parse_probability("1e-4"), Ok(1e-4));
        assert_eq!(parse_probability("5 %"), Ok(0.05));
        assert_eq!(parse_probability("0"), Ok(0.0));
        assert_eq!(parse_probability("1"), Ok(1.0));
    }

    #[test]
    fn a_bare_percentage_is_refused_with_a_hint() {
        let error = parse_probability("99.95").unwrap_err();
        assert_eq!(error.hint, "write 99.95% or 0.9995");
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "-1%", "101%", "150", "half", "5%%", "NaN", "inf"] {
            assert!(parse_probability(text).is_err(), "{text}");
        }
    }

    #[test]
    fn shares_are_written_as_percentages() {
        assert_eq!(format_percentage(0.3), "30%");
        assert_eq!(format_percentage(1.0 / 3.0), "33.333%");
        assert_eq!(format_percentage(0.9995), "99.95%");
    }
}
