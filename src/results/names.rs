//! Names of a user's things, shortened so that different things keep different names.

use std::collections::{BTreeMap, HashSet};

use super::format::{printable, truncated};

/// More names than this that read alike are left so.
const LARGEST_GROUP: usize = 200;
/// Shares of a shortened name that its beginning takes, the most readable first.
const HEADS: [f64; 5] = [0.5, 0.65, 0.35, 0.8, 0.2];

/// Each name in at most `max` characters, cut in the middle where it must be; names that would read alike are cut at
/// another place, if there is one where they differ.
#[must_use]
pub fn shortened(names: &[&str], max: usize) -> Vec<String> {
    let mut short: Vec<String> = names
        .iter()
        .map(|name| middle_cut(name, max, HEADS[0]))
        .collect();
    for group in alike(names, &short) {
        let members: Vec<&str> = group.iter().map(|&i| names[i]).collect();
        let taken: HashSet<&str> = (0..short.len())
            .filter(|i| !group.contains(i))
            .map(|i| short[i].as_str())
            .collect();
        let cut_at = |&head: &f64| -> Vec<String> {
            let members = members.iter();
            members.map(|name| middle_cut(name, max, head)).collect()
        };
        let found = HEADS
            .iter()
            .map(cut_at)
            .chain(std::iter::once_with(|| cut_at_differences(&members, max)))
            .find(|cut| {
                distinct(cut) == distinct(&members)
                    && !cut.iter().any(|name| taken.contains(name.as_str()))
            });
        for (&i, name) in group.iter().zip(found.into_iter().flatten()) {
            short[i] = name;
        }
    }
    short
}

/// Groups of different names that are short for the same letters.
fn alike(names: &[&str], short: &[String]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (i, short) in short.iter().enumerate() {
        groups.entry(short).or_default().push(i);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.retain(|group| {
        // Comparing each name of a huge group with each other is not worth the time.
        let members: Vec<&str> = group.iter().map(|&i| names[i]).collect();
        group.len() <= LARGEST_GROUP && distinct(&members) > 1
    });
    groups
}

/// Whether shortening to so many characters leaves different names different.
#[must_use]
pub fn stay_distinct(names: &[&str], max: usize) -> bool {
    distinct(&shortened(names, max)) == distinct(names)
}

fn distinct<T: AsRef<str>>(names: &[T]) -> usize {
    let different: HashSet<&str> = names.iter().map(AsRef::as_ref).collect();
    different.len()
}

/// The beginning, an ellipsis and the end of a name.
fn middle_cut(name: &str, max: usize, head: f64) -> String {
    let letters: Vec<char> = printable(name).chars().collect();
    if letters.len() <= max || max < 5 {
        return truncated(name, max);
    }
    let kept = max - 1;
    let head = ((kept as f64 * head).round() as usize).clamp(1, kept - 1);
    let tail = letters.len() - (kept - head);
    letters[..head]
        .iter()
        .chain(&['…'])
        .chain(&letters[tail..])
        .collect()
}

/// Names that begin alike lose their common beginning instead.
fn cut_at_differences(names: &[&str], max: usize) -> Vec<String> {
    let common = |a: &str, b: &str| {
        let pairs = a.chars().zip(b.chars());
        pairs.take_while(|(a, b)| a == b).count()
    };
    let cut = |name: &&str| {
        let others = names.iter().filter(|other| *other != name);
        let shared = others.map(|other| common(name, other)).max().unwrap_or(0);
        let start = (shared + 1).saturating_sub(max / 2).max(2);
        let rest: String = printable(name).chars().skip(start).collect();
        if name.chars().count() <= max {
            truncated(name, max)
        } else {
            truncated(&format!("…{rest}"), max)
        }
    };
    names.iter().map(cut).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_stay_and_long_ones_lose_their_middle() {
        assert_eq!(shortened(&["db", "web"], 8), ["db", "web"]);
        assert_eq!(shortened(&["warm-standby-in-two"], 11), ["warm-…n-two"]);
    }

    #[test]
    fn names_that_differ_at_one_end_or_in_the_middle_stay_different() {
        for names in [
            ["single-az-with-a-long-one", "single-az-with-a-long-two"],
            ["ts-admin-order-service", "ts-admin-route-service"],
            [
                "a-common-start-x-and-a-common-end",
                "a-common-start-y-and-a-common-end",
            ],
        ] {
            assert!(stay_distinct(&names, 14), "{:?}", shortened(&names, 14));
            for name in shortened(&names, 14) {
                assert!(name.chars().count() <= 14, "{name}");
            }
        }
    }
}
