//! Paths as they are written: keys with dots between them, quoted where a name has a dot itself.

use super::change::ChangeError;
use crate::model::problem::quoted;

/// The keys of a path.
pub(super) fn keys(path: &str) -> Result<Vec<String>, ChangeError> {
    let mut keys = Vec::new();
    let mut rest = path.trim();
    loop {
        let (key, after) = first_key(rest).ok_or_else(|| malformed(path))?;
        if key.is_empty() {
            return Err(malformed(path));
        }
        keys.push(key.to_owned());
        match after.strip_prefix('.') {
            Some(after) => rest = after,
            None if after.is_empty() => return Ok(keys),
            None => return Err(malformed(path)),
        }
    }
}

/// Splits the first key off; `None` if a quote is not closed.
fn first_key(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => {
            let inner = &text[1..];
            let end = inner.find(quote)?;
            Some((&inner[..end], &inner[end + 1..]))
        }
        None => Some(text.split_at(text.find('.').unwrap_or(text.len()))),
    }
}

fn malformed(path: &str) -> ChangeError {
    ChangeError::new(
        format!("{} is not a path", quoted(path)),
        "write keys with dots between them, for example failover.detect; quote a name that has a dot: services.\"a.b\".replicas",
    )
}

/// The path that these keys are, each quoted where it must be.
#[must_use]
pub fn path_of(keys: &[&str]) -> String {
    shown(keys.iter().copied())
}

/// A path as it would be written.
pub(super) fn shown<'a>(keys: impl IntoIterator<Item = &'a str>) -> String {
    let keys: Vec<String> = keys.into_iter().map(shown_key).collect();
    keys.join(".")
}

fn shown_key(key: &str) -> String {
    if key.contains('"') {
        format!("'{key}'")
    } else if key.contains(['.', '\'', '=']) {
        format!("\"{key}\"")
    } else {
        key.to_owned()
    }
}

/// The three nearest of many paths, those that stand in the file first. The end of a path is near to the whole.
pub(super) fn nearest<'a>(path: &str, known: &'a [(String, bool)]) -> Vec<&'a str> {
    const MOST: usize = 3;
    let wanted = path.to_lowercase();
    let length = wanted.chars().count();
    let dots = wanted.matches('.').count();
    let mut near: Vec<(usize, bool, &str)> = Vec::new();
    for (candidate, is_given) in known {
        let lower = candidate.to_lowercase();
        let mut cost = usize::MAX;
        // The end of a longer path is what somebody writes who leaves out where it belongs.
        let missing = lower.matches('.').count().saturating_sub(dots);
        let ends = [lower.as_str(), tail(&lower, missing)];
        for (end, price) in ends.into_iter().zip([0, missing]) {
            if end.chars().count().abs_diff(length) <= length.max(20) / 2 {
                cost = cost.min(price + distance(&wanted, end));
            }
        }
        if cost <= length.max(3) / 2 {
            near.push((cost, !is_given, candidate));
        }
    }
    near.sort_by_key(|(cost, is_default, candidate)| (*cost, *is_default, candidate.len()));
    near.into_iter().take(MOST).map(|(.., path)| path).collect()
}

/// Letters that two paths differ by. A key that only begins another, `zone` and `zone-outage`, counts as one letter.
fn distance(a: &str, b: &str) -> usize {
    let whole = strsim::damerau_levenshtein(a, b);
    if a.matches('.').count() != b.matches('.').count() {
        return whole;
    }
    let keys = a.split('.').zip(b.split('.'));
    let by_keys = keys.map(|(a, b)| {
        let begins = a.len().min(b.len()) >= 3 && (a.starts_with(b) || b.starts_with(a));
        strsim::damerau_levenshtein(a, b).min(if begins { 1 } else { usize::MAX })
    });
    whole.min(by_keys.sum())
}

/// The path without its first so many keys.
fn tail(path: &str, keys: usize) -> &str {
    let mut rest = path;
    for _ in 0..keys {
        rest = rest.split_once('.').map_or(rest, |(_, rest)| rest);
    }
    rest
}
