//! Sizes (`250KB`, `1.5GB`) and rates of transfer (`2MB/s`, `40GB/d`), in decimal units.

use super::duration::unit_seconds;
use super::error::{UnitError, quoted};
use super::number::split_number;

const SIZES: &str = "units are B, KB, MB, GB, TB and PB, for example 250KB or 1.5GB";
const RATES: &str = "write a size per unit of time, for example 200MB/s or 40GB/d";

/// Bytes of one unit of size; `None` if the model language has no such unit.
pub(super) fn unit_bytes(unit: &str) -> Option<f64> {
    Some(match unit {
        "B" => 1.0,
        "KB" | "kB" => 1e3,
        "MB" => 1e6,
        "GB" => 1e9,
        "TB" => 1e12,
        "PB" => 1e15,
        _ => return None,
    })
}

/// Parses a size into bytes.
pub fn parse_size(text: &str) -> Result<f64, UnitError> {
    let trimmed = text.trim();
    if trimmed.starts_with('-') {
        return Err(UnitError::new(
            format!("{} is negative", quoted(text)),
            SIZES,
        ));
    }
    let Some((number, unit)) = split_number(trimmed) else {
        return Err(UnitError::new(
            format!("{} is not a size", quoted(text)),
            SIZES,
        ));
    };
    let unit = unit.trim_start();
    match unit_bytes(unit) {
        Some(bytes) if (number * bytes).is_finite() => Ok(number * bytes),
        Some(_) => Err(UnitError::new(
            format!("{} is too large", quoted(text)),
            SIZES,
        )),
        None if unit.is_empty() => Err(UnitError::new(
            format!("{} has no unit of size", quoted(text)),
            SIZES,
        )),
        None if unit.ends_with("iB") => Err(UnitError::new(
            format!("{} is a binary unit, in {}", quoted(unit), quoted(text)),
            "sizes are decimal: write GB for 1000 MB",
        )),
        None => Err(UnitError::new(
            format!("unknown unit of size {} in {}", quoted(unit), quoted(text)),
            SIZES,
        )),
    }
}

/// Parses a rate of transfer into bytes per second.
pub fn parse_transfer_rate(text: &str) -> Result<f64, UnitError> {
    let Some((size, unit)) = text.split_once('/') else {
        return Err(UnitError::new(
            format!("{} is not a rate of transfer", quoted(text)),
            RATES,
        ));
    };
    let bytes = parse_size(size)?;
    match unit_seconds(unit.trim()) {
        Some(seconds) => Ok(bytes / seconds),
        None => Err(UnitError::new(
            format!(
                "unknown unit of time {} in {}",
                quoted(unit.trim()),
                quoted(text)
            ),
            RATES,
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_decimal() {
        assert_eq!(parse_size("250KB"), Ok(250e3));
        assert_eq!(parse_size("1.5 GB"), Ok(1.5e9));
        assert_eq!(parse_size("3TB"), Ok(3e12));
        for text in ["", "5", "5GiB", "GB", "5 gigs", "-1GB", "1e300PB"] {
            assert!(parse_size(text).is_err(), "{text}");
        }
    }

    #[test]
    fn rates_of_transfer_are_per_second() {
        assert_eq!(parse_transfer_rate("2MB/s"), Ok(2e6));
        assert_eq!(parse_transfer_rate("86.4GB/d"), Ok(1e6));
        for text in ["2MB", "2/s", "2MB/", "2MB/parsec", "/"] {
            assert!(parse_transfer_rate(text).is_err(), "{text}");
        }
    }
}
