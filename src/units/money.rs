//! Money: `$0.34`, `1.10 USD`, `$0.34/h`, `$120/month`, `$0.02/GB`, `$0.10/GB/month`.

use super::duration::unit_seconds;
use super::error::{UnitError, quoted};
use super::number::split_number;
use super::size::unit_bytes;

/// An amount of money in the base unit that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Money {
    /// Amount \[currency, for each base unit asked for\].
    pub amount: f64,
    /// Sign or code of the currency as written.
    pub currency: String,
}

/// What an amount of money is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MoneyPer {
    /// A plain amount: `$0.34`.
    Nothing,
    /// For each hour; written with any unit of time: `$120/month`.
    Hour,
    /// For each byte; written with any unit of size: `$0.02/GB`.
    Byte,
    /// For each byte and hour: `$0.10/GB/month`.
    ByteHour,
}

impl MoneyPer {
    fn form(self) -> &'static str {
        match self {
            Self::Nothing => "write an amount with its currency, for example $0.34 or 0.34 USD",
            Self::Hour => "write an amount per unit of time, for example $0.34/h or $120/month",
            Self::Byte => "write an amount per size, for example $0.02/GB",
            Self::ByteHour => {
                "write an amount per size and unit of time, for example $0.10/GB/month"
            }
        }
    }
}

/// Parses an amount of money of at least 0, with the units that `per` asks for.
pub fn parse_money(text: &str, per: MoneyPer) -> Result<Money, UnitError> {
    let mut parts = text.trim().split('/').map(str::trim);
    let (amount, currency) = parse_amount(parts.next().unwrap_or_default(), text, per)?;
    let units: Vec<&str> = parts.collect();
    let divisor = match (per, units.as_slice()) {
        (MoneyPer::Nothing, []) => 1.0,
        (MoneyPer::Hour, [time]) => hours(time, text, per)?,
        (MoneyPer::Byte, [size]) => bytes(size, text, per)?,
        (MoneyPer::ByteHour, [size, time]) => bytes(size, text, per)? * hours(time, text, per)?,
        _ => {
            return Err(UnitError::new(
                format!("{} has the wrong units", quoted(text)),
                per.form(),
            ));
        }
    };
    let amount = amount / divisor;
    if amount.is_finite() {
        Ok(Money { amount, currency })
    } else {
        Err(UnitError::new(
            format!("{} is too large", quoted(text)),
            per.form(),
        ))
    }
}

fn hours(unit: &str, text: &str, per: MoneyPer) -> Result<f64, UnitError> {
    unit_seconds(unit)
        .map(|seconds| seconds / super::SECONDS_PER_HOUR)
        .ok_or_else(|| {
            UnitError::new(
                format!("unknown unit of time {} in {}", quoted(unit), quoted(text)),
                per.form(),
            )
        })
}

fn bytes(unit: &str, text: &str, per: MoneyPer) -> Result<f64, UnitError> {
    unit_bytes(unit).ok_or_else(|| {
        UnitError::new(
            format!("unknown unit of size {} in {}", quoted(unit), quoted(text)),
            per.form(),
        )
    })
}

/// The number and the currency of `$1.10`, `1.10 USD`, `USD 1.10` or `1.10€`.
fn parse_amount(part: &str, text: &str, per: MoneyPer) -> Result<(f64, String), UnitError> {
    if part.contains('-') {
        return Err(UnitError::new(
            format!("{} is negative", quoted(text)),
            "an amount of money is 0 or more",
        ));
    }
    let head = part
        .find(|c: char| c.is_ascii_digit() || c == '.')
        .unwrap_or(part.len());
    let (before, rest) = part.split_at(head);
    let Some((number, after)) = split_number(rest) else {
        return Err(UnitError::new(
            format!("{} is not an amount of money", quoted(text)),
            per.form(),
        ));
    };
    let currency = match (before.trim(), after.trim()) {
        ("", "") => {
            return Err(UnitError::new(
                format!("{} has no currency", quoted(text)),
                per.form(),
            ));
        }
        (sign, "") | ("", sign) if is_currency(sign) => sign,
        (_, after) if after.starts_with([',', '_']) => {
            let hint = "write the amount without separators, for example $200000";
            return Err(UnitError::new(
                format!("{} has a separator of thousands", quoted(text)),
                hint,
            ));
        }
        _ => {
            return Err(UnitError::new(
                format!("{} is not an amount of money", quoted(text)),
                per.form(),
            ));
        }
    };
    Ok((number, currency.to_owned()))
}

/// Signs of currencies and the codes that they may stand for, the likeliest first.
const SIGNS: [(&str, &[&str]); 10] = [
    (
        "$",
        &[
            "USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN", "CLP", "COP", "ARS", "BRL",
        ],
    ),
    ("€", &["EUR"]),
    ("£", &["GBP", "EGP"]),
    ("¥", &["JPY", "CNY"]),
    ("₹", &["INR"]),
    ("₩", &["KRW"]),
    ("₽", &["RUB"]),
    ("₺", &["TRY"]),
    ("₴", &["UAH"]),
    ("₪", &["ILS"]),
];

fn is_currency(text: &str) -> bool {
    let code = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    code || is_sign(text)
}

/// One currency sign, with at most two letters before it (`US$`).
fn is_sign(text: &str) -> bool {
    let sign = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    let mut chars = sign.chars();
    text.len() - sign.len() <= 2
        && chars
            .next()
            .is_some_and(|c| matches!(c, '$' | '¢'..='¥' | '\u{58f}' | '\u{20a0}'..='\u{20cf}'))
        && chars.next().is_none()
}

/// The code of a currency that is shown for a sign or code; `None` if it is neither.
#[must_use]
pub fn currency_code(text: &str) -> Option<String> {
    is_currency(text).then(|| {
        SIGNS
            .iter()
            .find(|(sign, _)| *sign == text)
            .map_or(text, |(_, codes)| codes.first().copied().unwrap_or(text))
            .to_owned()
    })
}

/// Whether two signs or codes may mean one currency: `$` and `CAD` may, `EUR` and `USD` may not.
#[must_use]
pub fn same_currency(a: &str, b: &str) -> bool {
    let stands_for = |sign: &str, code: &str| {
        SIGNS
            .iter()
            .any(|(known, codes)| *known == sign && codes.contains(&code))
            || (sign.ends_with('$')
                && sign.len() > 1
                && code.starts_with(sign.trim_end_matches('$')))
    };
    a == b || stands_for(a, b) || stands_for(b, a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn amount(text: &str, per: MoneyPer) -> f64 {
        parse_money(text, per).unwrap().amount
    }

    #[test]
    fn money_is_understood_in_all_its_units() {
        assert_eq!(amount("$0.34", MoneyPer::Nothing), 0.34);
        assert_eq!(amount("1.10 USD", MoneyPer::Nothing), 1.10);
        assert_eq!(amount("USD 7", MoneyPer::Nothing), 7.0);
        assert_eq!(amount("$0.34/h", MoneyPer::Hour), 0.34);
        assert_eq!(amount("€730/month", MoneyPer::Hour), 1.0);
        assert_eq!(amount("0.02 EUR/GB", MoneyPer::Byte), 0.02 / 1e9);
        assert!((amount("$0.10/GB/month", MoneyPer::ByteHour) - 0.10 / 1e9 / 730.0).abs() < 1e-25);
        assert_eq!(
            parse_money("US$5", MoneyPer::Nothing).unwrap().currency,
            "US$"
        );
    }

    #[test]
    fn other_texts_are_refused() {
        for text in [
            "",
            "5",
            "$",
            "$-5",
            "-$5",
            "$5/h",
            "5 dollars",
            "$5 USD",
            "5usd",
            "$200,000",
            "$5/",
            "$5x",
        ] {
            assert!(parse_money(text, MoneyPer::Nothing).is_err(), "{text}");
        }
        for text in ["$5", "$5/GB", "$5/h/h", "$5/x"] {
            assert!(parse_money(text, MoneyPer::Hour).is_err(), "{text}");
        }
        assert!(parse_money("$5/month/GB", MoneyPer::ByteHour).is_err());
    }

    #[test]
    fn signs_match_their_codes() {
        assert!(
            same_currency("$", "USD") && same_currency("CAD", "$") && same_currency("US$", "USD")
        );
        assert!(!same_currency("€", "$") && !same_currency("EUR", "USD"));
        assert_eq!(currency_code("€").as_deref(), Some("EUR"));
        assert_eq!(currency_code("CHF").as_deref(), Some("CHF"));
        assert_eq!(currency_code("euro"), None);
    }
}
