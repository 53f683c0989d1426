//! The number at the head of a quantity.

/// Splits a non-negative decimal number (`12`, `0.5`, `1e-4`) off the head of a text; `None` if there is none.
pub(super) fn split_number(text: &str) -> Option<(f64, &str)> {
    let bytes = text.as_bytes();
    let whole = digits(bytes);
    let mut end = whole;
    if bytes.get(end) == Some(&b'.') {
        let fraction = digits(&bytes[end + 1..]);
        if whole + fraction == 0 {
            return None;
        }
        end += 1 + fraction;
    }
    if end == 0 {
        return None;
    }
    end += exponent(&bytes[end..]);
    text[..end]
        .parse()
        .ok()
        .map(|number| (number, &text[end..]))
}

fn digits(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count()
}

/// Length of a complete exponent, 0 if there is none.
fn exponent(bytes: &[u8]) -> usize {
    if !matches!(bytes.first(), Some(b'e' | b'E')) {
        return 0;
    }
    let sign = usize::from(matches!(bytes.get(1), Some(b'+' | b'-')));
    match digits(&bytes[1 + sign..]) {
        0 => 0,
        length => 1 + sign + length,
    }
}

#[cfg(test)]
mod tests {
    use super::split_number;

    #[test]
    fn numbers_are_split_from_their_unit() {
        assert_eq!(split_number("12m"), Some((12.0, "m")));
        assert_eq!(split_number(".5 h"), Some((0.5, " h")));
        assert_eq!(split_number("1e-4"), Some((1e-4, "")));
        assert_eq!(split_number("3EB"), Some((3.0, "EB")));
        assert_eq!(split_number("."), None);
        assert_eq!(split_number("-1"), None);
        assert_eq!(split_number(""), None);
    }
}
