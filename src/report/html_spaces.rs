//! Spaces of the page that must not break a line: between a number and its unit, and between the units of a duration.

const NO_BREAK: char = '\u{a0}';
const UNITS: [&str; 8] = ["%", "ms", "s", "min", "h", "d", "✓", "✗"];

/// The text with each figure held together: `2 min 33 s to 4 min` breaks around `to` only.
pub(super) fn unbroken(text: &str) -> String {
    let mut held = String::with_capacity(text.len());
    let mut before = "";
    for (at, word) in text.split(' ').enumerate() {
        if at > 0 {
            held.push(if belong(before, word) { NO_BREAK } else { ' ' });
        }
        held.push_str(word);
        before = word;
    }
    held
}

fn belong(before: &str, word: &str) -> bool {
    let bare = word.trim_end_matches([',', '.', ';', ':', ')']);
    let is_unit = |word: &str| UNITS.contains(&word);
    let starts_a_number = word.starts_with(|c: char| c.is_ascii_digit());
    (before.ends_with(|c: char| c.is_ascii_digit()) && is_unit(bare))
        || (is_unit(before) && (starts_a_number || matches!(word, "✓" | "✗")))
        || matches!(before, "<" | ">" | "p95" | "SLO" | "RTO")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_hold_together_and_sentences_break() {
        assert_eq!(
            unbroken("2 min 33 s to 4 min"),
            "2\u{a0}min\u{a0}33\u{a0}s to 4\u{a0}min"
        );
        assert_eq!(unbroken("> 99.9 % ✓"), ">\u{a0}99.9\u{a0}%\u{a0}✓");
        assert_eq!(
            unbroken("3 trials of (2 %) all"),
            "3 trials of (2\u{a0}%) all"
        );
    }
}
