//! Names of places, put in the place of others: a scenario of one cloud on a model of another.

use std::cell::Cell;

/// One place that stands for another.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// As the scenario calls it.
    pub from: String,
    /// As the model does, or its role.
    pub to: String,
    used: Cell<bool>,
}

/// Words for positions.
pub(super) const ORDINALS: [&str; 5] = ["first", "second", "third", "fourth", "fifth"];

impl Mapping {
    /// `from` is called `to`.
    #[must_use]
    pub fn new(from: &str, to: &str) -> Self {
        Self {
            from: from.trim().to_owned(),
            to: in_short(to.trim()),
            used: Cell::new(false),
        }
    }

    /// Whether a scenario that was read has such a place.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.used.get()
    }
}

/// `first zone of primary` as `primary/first`; anything else as it is.
pub(super) fn in_short(text: &str) -> String {
    let long = ORDINALS.iter().find_map(|word| {
        let rest = text.strip_prefix(word)?.strip_prefix(" zone of ")?;
        Some((word, rest))
    });
    match long {
        Some((word, rest)) => match rest.split_once('/') {
            Some((region, rest)) => format!("{region}/{word}/{rest}"),
            None => format!("{rest}/{word}"),
        },
        None => text.to_owned(),
    }
}

/// Puts names in the place of others wherever they are a whole part of a place; the longest counts, and none is replaced twice.
pub(super) fn rewritten<'a>(
    text: &str,
    maps: &(impl Iterator<Item = &'a Mapping> + Clone),
) -> String {
    let mut done = String::new();
    let mut rest = text;
    loop {
        let begins = |map: &&Mapping| {
            let after = rest.strip_prefix(map.from.as_str());
            !map.from.is_empty()
                && after.is_some_and(|after| after.is_empty() || after.starts_with('/'))
        };
        // Of two of one length the first, which the command line gave.
        let longest = maps.clone().filter(begins).reduce(|best, map| {
            if map.from.len() > best.from.len() {
                map
            } else {
                best
            }
        });
        let taken = if let Some(map) = longest {
            map.used.set(true);
            done.push_str(&map.to);
            map.from.len()
        } else {
            let end = rest.find('/').unwrap_or(rest.len());
            done.push_str(&rest[..end]);
            end
        };
        match rest[taken..].strip_prefix('/') {
            Some(after) => {
                done.push('/');
                rest = after;
            }
            None => return done,
        }
    }
}
