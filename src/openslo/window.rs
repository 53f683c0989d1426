//! Windows as OpenSLO writes them: `4w`, `30d`, `1M`.

use crate::model::Windows;
use crate::units::{HOURS_PER_YEAR, SECONDS_PER_DAY, SECONDS_PER_HOUR, SECONDS_PER_MONTH};

/// A window of an SLO.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    pub(super) seconds: f64,
    pub(super) windows: Windows,
}

/// Units from long to short; a month is a twelfth of a year of 8760 h.
const UNITS: [(char, f64); 7] = [
    ('Y', HOURS_PER_YEAR * SECONDS_PER_HOUR),
    ('Q', 3.0 * SECONDS_PER_MONTH),
    ('M', SECONDS_PER_MONTH),
    ('w', 7.0 * SECONDS_PER_DAY),
    ('d', SECONDS_PER_DAY),
    ('h', SECONDS_PER_HOUR),
    ('m', 60.0),
];

/// Reads a positive whole number and one letter.
pub(super) fn parse(text: &str) -> Option<f64> {
    let unit = text.chars().next_back()?;
    let number: u32 = text[..text.len() - unit.len_utf8()].parse().ok()?;
    let (_, seconds) = UNITS.iter().find(|(letter, _)| *letter == unit)?;
    (number > 0).then(|| f64::from(number) * seconds)
}

/// Writes it in days, weeks apart, where it has whole ones; `None` if no unit fits.
pub(super) fn format(seconds: f64) -> Option<String> {
    // Rolling windows are usually said in days: 30d, and not 1 month and something.
    let order = ['M', 'd', 'h', 'm'];
    order.into_iter().find_map(|letter| {
        let (_, unit) = UNITS.iter().find(|(known, _)| *known == letter)?;
        let number = seconds / unit;
        let whole = number.round();
        let fits = whole >= 1.0 && whole <= f64::from(u32::MAX) && (number - whole).abs() < 1e-9;
        fits.then(|| format!("{whole}{letter}"))
    })
}

/// The same in the language of models.
pub(super) fn in_model(seconds: f64) -> String {
    let days = seconds / SECONDS_PER_DAY;
    if (seconds - SECONDS_PER_MONTH).abs() < 1e-6 {
        "month".to_owned()
    } else if (days - days.round()).abs() < 1e-9 && days >= 1.0 {
        format!("{}d", days.round())
    } else {
        let hours = seconds / SECONDS_PER_HOUR;
        if (hours - hours.round()).abs() < 1e-9 && hours >= 1.0 {
            format!("{}h", hours.round())
        } else {
            format!("{}m", (seconds / 60.0).round())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_come_back_as_they_were() {
        for (text, seconds) in [
            ("30d", 30.0 * SECONDS_PER_DAY),
            ("1M", SECONDS_PER_MONTH),
            ("5m", 300.0),
        ] {
            assert_eq!(parse(text), Some(seconds));
            assert_eq!(format(seconds).as_deref(), Some(text));
        }
        assert_eq!(parse("4w"), Some(28.0 * SECONDS_PER_DAY));
        assert_eq!(parse("1Q"), Some(3.0 * SECONDS_PER_MONTH));
        for wrong in ["", "d", "0d", "1.5d", "-1d", "30 d", "30s", "30D", "1é"] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
        assert_eq!(format(90.0), None);
    }
}
