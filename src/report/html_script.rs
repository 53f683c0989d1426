//! What the page runs: the chart library, the page's own script and their data, and the policy that lets in nothing else.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The parts of Apache `ECharts` that the page uses; `templates/vendor/build` makes it.
pub(super) const LIBRARY: &str = include_str!("../../templates/vendor/echarts.min.js");

/// The page's own script.
pub(super) const SCRIPT: &str = concat!(
    "(() => {\n'use strict';\n",
    include_str!("../../templates/report/page.js"),
    include_str!("../../templates/report/charts.js"),
    include_str!("../../templates/report/figures.js"),
    include_str!("../../templates/report/tables.js"),
    "})();\n",
);

/// The content security policy: nothing from elsewhere, no script but these, by their digests.
pub(super) fn policy() -> String {
    format!(
        "default-src 'none'; script-src '{}' '{}'; style-src 'unsafe-inline'; img-src data:; font-src data:; base-uri 'none'; form-action 'none'",
        digest(LIBRARY),
        digest(SCRIPT)
    )
}

fn digest(script: &str) -> String {
    format!("sha256-{}", STANDARD.encode(Sha256::digest(script)))
}

/// JSON that can stand in an element of a page: nothing in it ends the element or begins another.
pub(super) fn embedded(data: &Value) -> String {
    let mut safe = String::new();
    for c in data.to_string().chars() {
        match c {
            // All of these stand only in texts of JSON.
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_do_not_end_their_element() {
        for script in [LIBRARY, SCRIPT] {
            let lower = script.to_lowercase();
            assert!(!lower.contains("</script") && !lower.contains("<!--"));
            assert!(
                !script.contains('\r'),
                "browsers would read it otherwise than it is hashed"
            );
        }
    }

    #[test]
    fn the_library_is_the_one_that_was_built() {
        let known = include_str!("../../templates/vendor/echarts.sha256");
        let digest = Sha256::digest(LIBRARY);
        let digits = digest
            .iter()
            .fold(String::new(), |digits, byte| format!("{digits}{byte:02x}"));
        assert!(known.starts_with(&digits), "{digits} is not {known}");
    }

    #[test]
    fn texts_in_data_stay_texts() {
        let text = "</script><script>alert(1)</script><!-- \u{2028}&amp;\"";
        let embedded = embedded(&Value::from(text));
        assert!(
            !embedded.contains(['<', '>', '&', '\u{2028}']),
            "{embedded}"
        );
        let read: Value = serde_json::from_str(&embedded).unwrap_or_default();
        assert_eq!(read, text);
    }
}
