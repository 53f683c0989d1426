//! How figures are said in words: nines, percentages, durations, money, counts.
//!
//! One place, so that the terminal table, the files, the charts and the page round alike. Every function is total:
//! a figure that is not finite is shown as a dash. Numbers keep two or three significant digits, or as many as their
//! interval bears out.

use super::{Estimate, PhaseLoss, Route};

/// What stands for a figure that there is not.
pub const NO_DATA: &str = "–";

/// Minutes in a year of 8760 h.
pub const MINUTES_PER_YEAR: f64 = 525_600.0;

/// A number with the given count of significant digits and thousands separators: `12,300`, `0.0123`, `1.2e-9`.
#[must_use]
pub fn significant(value: f64, digits: u32) -> String {
    if !value.is_finite() {
        return NO_DATA.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = digits.max(1).cast_signed();
    let magnitude = rounded_exponent(value, digits);
    if !(-5..15).contains(&magnitude) {
        return scientific(value, digits.cast_unsigned());
    }
    let decimals = digits - 1 - magnitude;
    if decimals >= 0 {
        return trim_zeros(&grouped(value, decimals as usize));
    }
    let step = 10_f64.powi(-decimals);
    grouped((value / step).round() * step, 0)
}

/// A number in powers of ten: `1.1 × 10⁻⁴`.
#[must_use]
pub fn scientific(value: f64, digits: u32) -> String {
    if !value.is_finite() {
        return NO_DATA.to_owned();
    }
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = digits.max(1).cast_signed();
    let exponent = rounded_exponent(value, digits);
    // Dividing twice keeps the smallest numbers from underflowing the power.
    let half = exponent / 2;
    let mantissa = value / 10_f64.powi(half) / 10_f64.powi(exponent - half);
    let raised: String = exponent.to_string().chars().map(superscript).collect();
    let mantissa = format!("{mantissa:.*}", (digits - 1) as usize).replace('-', "−");
    format!("{mantissa} × 10{raised}")
}

/// The unit of an axis on which a length of time is a handful: how long it is \[s\], and its name.
#[must_use]
pub fn axis_unit(seconds: f64) -> (f64, &'static str) {
    if seconds <= 600.0 {
        (1.0, "seconds")
    } else if seconds <= 3.0 * 3600.0 {
        (60.0, "minutes")
    } else if seconds <= 4.0 * 86_400.0 {
        (3600.0, "hours")
    } else {
        (86_400.0, "days")
    }
}

/// A count with thousands separators: `10,000`.
#[must_use]
pub fn count(n: u64) -> String {
    group_digits(&n.to_string())
}

/// A number of trials: `1 trial`, `10,000 trials`.
#[must_use]
pub fn trials(n: u64) -> String {
    let plural = if n == 1 { "" } else { "s" };
    format!("{} trial{plural}", count(n))
}

/// Number of nines of an unavailability, -log10 Q: `3.35`; `∞` for none at all.
#[must_use]
pub fn nines(unavailability: f64) -> String {
    if !unavailability.is_finite() {
        NO_DATA.to_owned()
    } else if unavailability <= 0.0 {
        "∞".to_owned()
    } else {
        let nines = (-unavailability.log10()).max(0.0);
        format!("{nines:.2}")
    }
}

/// Nines of an estimated unavailability: `3.35`, or `> 5.2` where no outage was seen.
#[must_use]
pub fn nines_estimate(unavailability: &Estimate) -> String {
    if unavailability.mean > 0.0 || unavailability.high <= 0.0 {
        nines(unavailability.mean)
    } else {
        format!("> {}", nines(unavailability.high))
    }
}

/// Interval of the nines: `3.30–3.41`, or how they were worked out; `None` where only a bound is known.
#[must_use]
pub fn nines_interval(unavailability: &Estimate) -> Option<String> {
    (unavailability.mean > 0.0).then(|| {
        unavailability.spread(|| {
            let (few, many) = (nines(unavailability.high), nines(unavailability.low));
            if few == many {
                few
            } else {
                format!("{few}–{many}")
            }
        })
    })
}

/// Availability with as many digits as its interval bears out: `99.953 %`, or `> 99.9991 %` where no outage was seen.
#[must_use]
pub fn availability(unavailability: &Estimate) -> String {
    let decimals = availability_decimals(unavailability);
    if unavailability.mean > 0.0 || unavailability.high <= 0.0 {
        percent_up(unavailability.mean, decimals)
    } else {
        format!("> {}", percent_up(unavailability.high, decimals))
    }
}

/// Interval of the availability: `99.950–99.956 %`, or how it was worked out and how far off it may be; `None` where only a
/// bound is known.
#[must_use]
pub fn availability_interval(unavailability: &Estimate) -> Option<String> {
    let q = unavailability;
    (q.mean > 0.0).then(|| {
        if q.route != Route::Simulated {
            let error = 0.5 * (q.high - q.low);
            return format!("{} ± {error:.0e}", q.route.name());
        }
        let decimals = availability_decimals(q);
        let (low, high) = (percent_up(q.high, decimals), percent_up(q.low, decimals));
        joined(low.trim_end_matches(" %"), &high)
    })
}

/// An availability that was asked for, in full: `99.95 %`.
#[must_use]
pub fn target(availability: f64) -> String {
    if !availability.is_finite() {
        return NO_DATA.to_owned();
    }
    format!("{} %", trim_zeros(&format!("{:.7}", availability * 100.0)))
}

/// A probability or share: `62 %`, `0.31 %`, `99.7 %`, `< 0.01 %`.
#[must_use]
pub fn probability(p: f64) -> String {
    if !p.is_finite() {
        return NO_DATA.to_owned();
    }
    if p == 0.0 || p == 1.0 {
        return format!("{:.0} %", p * 100.0);
    }
    if p > 0.0 && p < 1e-4 {
        return "< 0.01 %".to_owned();
    }
    if p > 1.0 - 1e-4 && p < 1.0 {
        return "> 99.99 %".to_owned();
    }
    format!("{} %", probability_digits(p))
}

/// The chance of a test: `p = 0.34`, `p = 0.012`, `p ≤ 0.001`.
#[must_use]
pub fn p_value(p: f64) -> String {
    if p <= 0.001 {
        "p ≤ 0.001".to_owned()
    } else {
        format!("p = {}", significant(p, 2))
    }
}

/// An interval of a probability: `60–64 %`.
#[must_use]
pub fn probability_interval(low: f64, high: f64) -> String {
    let (low, high) = (probability(low), probability(high));
    joined(low.trim_end_matches(" %"), &high)
}

/// A level of confidence: `95 %`.
#[must_use]
pub fn level(level: f64) -> String {
    if !level.is_finite() {
        return NO_DATA.to_owned();
    }
    format!("{} %", trim_zeros(&format!("{:.3}", level * 100.0)))
}

/// A duration in words, two units at most: `38 s`, `4 h 12 min`, `2 d 3 h`, `340 d`.
#[must_use]
pub fn duration(seconds: f64) -> String {
    if !seconds.is_finite() {
        return NO_DATA.to_owned();
    }
    if seconds < 0.0 {
        return format!("−{}", duration(-seconds));
    }
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    if seconds < 1e-3 {
        return "< 1 ms".to_owned();
    }
    if seconds < 0.995 {
        return format!("{} ms", significant(seconds * 1e3, 2));
    }
    if seconds < 9.95 {
        return format!("{} s", significant(seconds, 2));
    }
    let minute = 60.0;
    let hour = 60.0 * minute;
    let day = 24.0 * hour;
    if seconds.round() < minute {
        format!("{seconds:.0} s")
    } else if seconds.round() < 10.0 * minute {
        two_units(seconds, (minute, "min"), (1.0, "s"))
    } else if (seconds / minute).round() < 60.0 {
        format!("{:.0} min", seconds / minute)
    } else if (seconds / minute).round() < 24.0 * 60.0 {
        two_units(seconds, (hour, "h"), (minute, "min"))
    } else if (seconds / hour).round() < 24.0 * 10.0 {
        two_units(seconds, (day, "d"), (hour, "h"))
    } else {
        format!("{} d", significant(seconds / day, 3))
    }
}

/// A duration given in minutes, in words.
#[must_use]
pub fn minutes(minutes: f64) -> String {
    duration(minutes * 60.0)
}

/// An interval of durations: `4 h 12 min to 5 h`.
#[must_use]
pub fn duration_interval(low: f64, high: f64) -> String {
    let (low, high) = (duration(low), duration(high));
    if low == high {
        low
    } else {
        format!("{low} to {high}")
    }
}

/// A duration in one unit with two or three digits, where room is scarce: `4.2 h`, `38 s`.
#[must_use]
pub fn duration_short(seconds: f64) -> String {
    let (size, unit) = unit_of(seconds);
    if seconds.is_finite() {
        format!("{} {unit}", short_number(seconds / size))
    } else {
        NO_DATA.to_owned()
    }
}

/// An interval of durations in one unit: `4.2–5.1 h`.
#[must_use]
pub fn duration_interval_short(low: f64, high: f64) -> String {
    if !(low.is_finite() && high.is_finite()) {
        return NO_DATA.to_owned();
    }
    let (size, unit) = unit_of(high);
    let (low, high) = (short_number(low / size), short_number(high / size));
    format!("{} {unit}", joined(&low, &high))
}

/// Money, whole units from a hundred on: `$12,345`, `$3.20`, `CHF 1,200`, `$1.23M` from ten million on.
#[must_use]
pub fn money(amount: f64, currency: &str) -> String {
    if !amount.is_finite() {
        return NO_DATA.to_owned();
    }
    let size = amount.abs();
    let text = if size == 0.0 {
        "0".to_owned()
    } else if size < 0.005 {
        "< 0.01".to_owned()
    } else if size < 99.995 {
        grouped(size, 2)
    } else if size < 9_999_999.5 {
        grouped(size, 0)
    } else {
        abbreviated(size)
    };
    signed_money(amount, currency, &text)
}

/// Estimated money, with three significant digits: `$12,300`.
#[must_use]
pub fn money_rounded(amount: f64, currency: &str) -> String {
    let size = amount.abs();
    if !size.is_finite() || !(100.0..9_999_999.5).contains(&size) {
        return money(amount, currency);
    }
    signed_money(amount, currency, &significant(size, 3))
}

/// Money for the ticks of an axis: `$950`, `$12k`, `$1.5M`.
#[must_use]
pub fn money_short(amount: f64, currency: &str) -> String {
    if !amount.is_finite() {
        return NO_DATA.to_owned();
    }
    let size = amount.abs();
    let text = if size < 1_000.0 {
        significant(size, 3)
    } else {
        abbreviated(size)
    };
    signed_money(amount, currency, &text)
}

/// An interval of estimated money: `$12,300–$12,900`, in whole units if three digits do not tell its ends apart; rounded like what it is
/// the interval of where these do not either.
#[must_use]
pub fn money_interval(low: f64, high: f64, currency: &str) -> String {
    let ends = [low, high].map(|end| money_rounded(end, currency));
    if ends[0] == ends[1] {
        let whole = [low, high].map(|end| money(end, currency));
        if whole[0] != whole[1] {
            return joined(&whole[0], &whole[1]);
        }
    }
    joined(&ends[0], &ends[1])
}

/// An interval of plain numbers: `1.21–1.34`.
#[must_use]
pub fn number_interval(low: f64, high: f64) -> String {
    joined(&significant(low, 3), &significant(high, 3))
}

/// A phase of failover: `detecting`, `waiting for dns-api`.
#[must_use]
pub fn phase(loss: &PhaseLoss) -> String {
    match (loss.phase.as_str(), &loss.on) {
        ("waiting-for-people", Some(crew)) => format!("waiting for people ({crew})"),
        (_, Some(on)) => format!("waiting for {on}"),
        ("mending-standby", None) => "waiting for a rotted standby".to_owned(),
        ("not-noticed", None) => "not noticed yet".to_owned(),
        ("in-service", None) => "no failover under way".to_owned(),
        ("nowhere-to-go", None) => "no region healthy".to_owned(),
        (name, None) => name.replace('-', " "),
    }
}

/// What is said of cells behind the names of so many regions: `, 4 cells`, `, 4 cells each`; nothing where they are not split.
#[must_use]
pub fn cells(cells: u32, regions: usize) -> String {
    match (cells, regions) {
        (..=1, _) => String::new(),
        (_, 1) => format!(", {cells} cells"),
        _ => format!(", {cells} cells each"),
    }
}

/// A user's text without the characters that XML refuses, and those that turn the order of what stands around them.
#[must_use]
pub fn printable(text: &str) -> String {
    let is_bidi = |c: char| matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}');
    let refused = |c: char| c.is_control() || is_bidi(c) || matches!(c, '\u{FFFE}' | '\u{FFFF}');
    text.chars()
        .map(|c| if refused(c) { ' ' } else { c })
        .collect()
}

/// At most `max` characters of a user's text, [`printable`], the last an ellipsis where it was cut.
#[must_use]
pub fn truncated(text: &str, max: usize) -> String {
    let text = printable(text);
    if text.chars().count() <= max {
        return text;
    }
    let kept: String = text.chars().take(max.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Decimal exponent of a number once it is rounded to `digits` significant ones.
fn rounded_exponent(value: f64, digits: i32) -> i32 {
    let text = format!("{:.*e}", (digits - 1) as usize, value.abs());
    text.rsplit('e')
        .next()
        .and_then(|exponent| exponent.parse().ok())
        .unwrap_or(0)
}

/// Percent of what is left once `unavailability` is taken off.
fn percent_up(unavailability: f64, decimals: usize) -> String {
    if !unavailability.is_finite() {
        return NO_DATA.to_owned();
    }
    format!("{:.decimals$} %", (100.0 - 100.0 * unavailability).max(0.0))
}

/// Decimals of a percentage that show the interval's width with one digit, and never round a loss away; three digits of a
/// loss that was worked out.
fn availability_decimals(unavailability: &Estimate) -> usize {
    let percent = if unavailability.mean > 0.0 {
        unavailability.mean
    } else {
        unavailability.high
    } * 100.0;
    let half_width = (unavailability.high - unavailability.low) / 2.0 * 100.0;
    // The small step keeps an exact power of ten from asking for one more digit.
    let wanted = |size: f64| {
        if size > 0.0 && size.is_finite() {
            (-size.log10() - 1e-6).ceil()
        } else {
            0.0
        }
    };
    let by_width = if unavailability.route != super::Route::Simulated {
        wanted(percent) + 2.0
    } else if half_width > 0.0 {
        wanted(half_width)
    } else {
        wanted(percent) + 1.0
    };
    by_width.max(wanted(percent.min(100.0))).clamp(1.0, 10.0) as usize
}

/// Digits of a percentage: two significant ones, three close to 100.
fn probability_digits(p: f64) -> String {
    let percent = p * 100.0;
    let rest = (100.0 - percent).abs();
    if percent.abs() < 1.0 {
        trim_zeros(&format!("{percent:.2}"))
    } else if percent.abs() < 9.95 || (1.0..9.95).contains(&rest) {
        trim_zeros(&format!("{percent:.1}"))
    } else if rest < 1.0 {
        trim_zeros(&format!("{percent:.2}"))
    } else {
        format!("{percent:.0}")
    }
}

/// The unit in which a duration is said shortest.
fn unit_of(seconds: f64) -> (f64, &'static str) {
    let size = seconds.abs();
    let units = [
        (86_400.0, 172_800.0, "d"),
        (3_600.0, 3_600.0, "h"),
        (60.0, 60.0, "min"),
        (1.0, 0.9995, "s"),
    ];
    units
        .into_iter()
        .find(|&(_, from, _)| size >= from)
        .map_or((1e-3, "ms"), |(unit, _, name)| (unit, name))
}

/// Two digits below a hundred, three from there on.
fn short_number(value: f64) -> String {
    significant(value, if value.abs() < 99.5 { 2 } else { 3 })
}

fn two_units(seconds: f64, large: (f64, &str), small: (f64, &str)) -> String {
    let total = (seconds / small.0).round();
    let per_large = (large.0 / small.0).round();
    let (whole, rest) = ((total / per_large).floor(), total % per_large);
    if rest == 0.0 {
        format!("{whole:.0} {}", large.1)
    } else {
        format!("{whole:.0} {} {rest:.0} {}", large.1, small.1)
    }
}

fn signed_money(amount: f64, currency: &str, text: &str) -> String {
    let minus = if amount < 0.0 { "−" } else { "" };
    match currency_sign(currency) {
        Some(sign) => match text.strip_prefix("< ") {
            Some(bound) => format!("< {minus}{sign}{bound}"),
            None => format!("{minus}{sign}{text}"),
        },
        None => format!("{} {minus}{text}", truncated(currency, 8))
            .trim_start()
            .to_owned(),
    }
}

/// The sign of a currency; `None` for a code that has none of its own.
fn currency_sign(currency: &str) -> Option<&str> {
    match currency {
        "USD" => Some("$"),
        "EUR" => Some("€"),
        "GBP" => Some("£"),
        "JPY" => Some("¥"),
        sign if !sign.is_empty()
            && sign.chars().count() <= 3
            && !sign.chars().any(char::is_alphanumeric) =>
        {
            Some(sign)
        }
        _ => None,
    }
}

fn abbreviated(size: f64) -> String {
    let (unit, letter) = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
        .into_iter()
        .find(|(unit, _)| size >= unit * 0.9995)
        .unwrap_or((1.0, ""));
    format!("{}{letter}", significant(size / unit, 3))
}

fn joined(low: &str, high: &str) -> String {
    let bare = high.trim_end_matches(" %");
    if low == bare {
        high.to_owned()
    } else {
        format!("{low}–{high}")
    }
}

/// A number with a fixed count of decimals and thousands separators.
fn grouped(value: f64, decimals: usize) -> String {
    let text = format!("{:.decimals$}", value.abs());
    let (whole, fraction) = text
        .split_once('.')
        .map_or((text.as_str(), None), |(whole, rest)| (whole, Some(rest)));
    let minus = if value < 0.0 { "−" } else { "" };
    let whole = group_digits(whole);
    fraction.map_or_else(
        || format!("{minus}{whole}"),
        |fraction| format!("{minus}{whole}.{fraction}"),
    )
}

fn group_digits(digits: &str) -> String {
    let mut text = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

fn trim_zeros(text: &str) -> String {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text.to_owned()
    }
}

fn superscript(c: char) -> char {
    match c {
        '-' => '⁻',
        '0' => '⁰',
        '1' => '¹',
        '2' => '²',
        '3' => '³',
        '4' => '⁴',
        '5' => '⁵',
        '6' => '⁶',
        '7' => '⁷',
        '8' => '⁸',
        '9' => '⁹',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn estimate(low: f64, mean: f64, high: f64) -> Estimate {
        Estimate {
            mean,
            low,
            high,
            level: 0.95,
            n: 10_000,
            interval: "test".to_owned(),
            route: super::super::Route::Simulated,
            simulated: None,
        }
    }

    #[test]
    fn significant_digits_round_and_group() {
        assert_eq!(significant(12_345.0, 3), "12,300");
        assert_eq!(significant(0.012_345, 3), "0.0123");
        assert_eq!(significant(9.996, 3), "10");
        assert_eq!(significant(999.6, 3), "1,000");
        assert_eq!(significant(-1234.0, 2), "−1,200");
        assert_eq!(significant(1.0, 3), "1");
        assert_eq!(significant(0.0, 3), "0");
        assert_eq!(significant(f64::NAN, 3), NO_DATA);
        assert_eq!(significant(1.26e-9, 2), "1.3 × 10⁻⁹");
        assert_eq!(significant(f64::MAX, 2), "1.8 × 10³⁰⁸");
    }

    #[test]
    fn nines_of_an_unavailability() {
        assert_eq!(nines(1e-4), "4.00");
        assert_eq!(nines(0.5), "0.30");
        assert_eq!(nines(0.0), "∞");
        assert_eq!(nines_estimate(&estimate(0.0, 0.0, 1e-6)), "> 6.00");
        assert_eq!(nines_estimate(&estimate(4e-4, 4.7e-4, 5e-4)), "3.33");
        assert_eq!(
            nines_interval(&estimate(4e-4, 4.7e-4, 5e-4)).as_deref(),
            Some("3.30–3.40")
        );
        assert_eq!(nines_interval(&estimate(0.0, 0.0, 1e-6)), None);
    }

    #[test]
    fn availability_has_the_digits_of_its_interval() {
        let wide = estimate(4.4e-4, 4.7e-4, 5.0e-4);
        assert_eq!(availability(&wide), "99.953 %");
        assert_eq!(
            availability_interval(&wide).as_deref(),
            Some("99.950–99.956 %")
        );
        let sharp = estimate(4.69e-4, 4.70e-4, 4.71e-4);
        assert_eq!(availability(&sharp), "99.9530 %");
        assert_eq!(availability(&estimate(0.0, 0.0, 8.9e-6)), "> 99.9991 %");
        assert_eq!(availability(&estimate(0.0, 0.0, 0.0)), "100.0 %");
        assert_eq!(availability(&estimate(1.0, 1.0, 1.0)), "0.0 %");
    }

    #[test]
    fn a_loss_is_never_rounded_to_no_loss() {
        for exponent in 1..9 {
            let q = 10_f64.powi(-exponent) * 2.0;
            let text = availability(&estimate(0.0, q, 0.5));
            assert!(!text.starts_with("100"), "{q} is shown as {text}");
        }
    }

    #[test]
    fn targets_are_shown_in_full() {
        assert_eq!(target(0.9995), "99.95 %");
        assert_eq!(target(0.999), "99.9 %");
        assert_eq!(target(1.0), "100 %");
    }

    #[test]
    fn probabilities_keep_two_digits() {
        assert_eq!(probability(0.62), "62 %");
        assert_eq!(probability(0.0031), "0.31 %");
        assert_eq!(probability(0.031), "3.1 %");
        assert_eq!(probability(0.997), "99.7 %");
        assert_eq!(probability(0.9971), "99.71 %");
        assert_eq!(probability(0.95), "95 %");
        assert_eq!(probability(1e-7), "< 0.01 %");
        assert_eq!(probability(1.0 - 1e-7), "> 99.99 %");
        assert_eq!(probability(0.0), "0 %");
        assert_eq!(probability(1.0), "100 %");
        assert_eq!(probability_interval(0.60, 0.64), "60–64 %");
    }

    #[test]
    fn durations_are_said_in_words() {
        assert_eq!(minutes(252.0), "4 h 12 min");
        assert_eq!(duration(38.2), "38 s");
        assert_eq!(duration(1.234), "1.2 s");
        assert_eq!(duration(0.35), "350 ms");
        assert_eq!(duration(59.9), "1 min");
        assert_eq!(duration(90.0), "1 min 30 s");
        assert_eq!(duration(1800.0), "30 min");
        assert_eq!(duration(3_599.0), "1 h");
        assert_eq!(duration(51.0 * 3600.0), "2 d 3 h");
        assert_eq!(duration(340.0 * 86_400.0), "340 d");
        assert_eq!(duration(0.0), "0 s");
        assert_eq!(duration(f64::INFINITY), NO_DATA);
        assert_eq!(duration_short(252.0 * 60.0), "4.2 h");
        assert_eq!(duration_short(40.0 * 3600.0), "40 h");
        assert_eq!(duration_interval(3600.0, 5400.0), "1 h to 1 h 30 min");
        assert_eq!(duration_interval_short(3000.0, 5400.0), "0.83–1.5 h");
    }

    #[test]
    fn money_wears_its_currency() {
        assert_eq!(money(12_345.4, "USD"), "$12,345");
        assert_eq!(money(3.2, "$"), "$3.20");
        assert_eq!(money(1200.0, "CHF"), "CHF 1,200");
        assert_eq!(money(-42.0, "EUR"), "−€42.00");
        assert_eq!(money(0.001, "USD"), "< $0.01");
        assert_eq!(money(12_345_678.0, "USD"), "$12.3M");
        assert_eq!(money_rounded(12_345.0, "USD"), "$12,300");
        assert_eq!(money_short(15_000.0, "USD"), "$15k");
        assert_eq!(money_short(250.0, "USD"), "$250");
        assert_eq!(money_interval(12_312.0, 12_911.0, "USD"), "$12,300–$12,900");
    }

    #[test]
    fn long_texts_end_in_an_ellipsis() {
        assert_eq!(truncated("multi-az", 20), "multi-az");
        assert_eq!(truncated("a very long name", 7), "a very…");
        assert_eq!(truncated("a\nb", 7), "a b");
    }
}
