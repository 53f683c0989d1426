//! Rates of traffic: `1200/s`, `40/m`, `2M/d`.

use super::duration::unit_seconds;
use super::error::{UnitError, quoted};
use super::number::split_number;

const FORM: &str = "write requests per unit of time, for example 1200/s, 40/m or 2M/d";

/// Parses a rate of traffic into requests per second.
///
/// ```
/// assert_eq!(failscape::units::parse_traffic_rate("90/m"), Ok(1.5));
/// ```
pub fn parse_traffic_rate(text: &str) -> Result<f64, UnitError> {
    let wrong = |message: String| UnitError::new(message, FORM);
    let trimmed = text.trim();
    if trimmed.starts_with('-') {
        return Err(wrong(format!("{} is negative", quoted(text))));
    }
    let Some((number, rest)) = split_number(trimmed) else {
        return Err(wrong(format!("{} is not a rate of traffic", quoted(text))));
    };
    let Some((multiple, unit)) = rest.split_once('/') else {
        return Err(wrong(format!("{} has no `/s`", quoted(text))));
    };
    let multiple = match multiple.trim() {
        "" => 1.0,
        "k" | "K" => 1e3,
        "M" => 1e6,
        "G" => 1e9,
        other => {
            return Err(wrong(format!(
                "unknown multiple {} in {}",
                quoted(other),
                quoted(text)
            )));
        }
    };
    let Some(seconds) = unit_seconds(unit.trim()) else {
        return Err(wrong(format!(
            "unknown unit of time {} in {}",
            quoted(unit.trim()),
            quoted(text)
        )));
    };
    let rate = number * multiple / seconds;
    if rate.is_finite() {
        Ok(rate)
    } else {
        Err(wrong(format!("{} is too large", quoted(text))))
    }
}

#[cfg(test)]
mod tests {
    use super::parse_traffic_rate;

    #[test]
    fn rates_of_traffic_are_per_second() {
        assert_eq!(parse_traffic_rate("1200/s"), Ok(1200.0));
        assert_eq!(parse_traffic_rate("90/m"), Ok(1.5));
        assert_eq!(parse_traffic_rate("2.16M/d"), Ok(25.0));
        assert_eq!(parse_traffic_rate("3k/s"), Ok(3000.0));
        for text in [
            "",
            "1200",
            "1200 rps",
            "/s",
            "5/x",
            "5X/s",
            "-5/s",
            "1e308G/ms",
        ] {
            assert!(parse_traffic_rate(text).is_err(), "{text}");
        }
    }
}
