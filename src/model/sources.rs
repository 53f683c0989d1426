//! Which quantity of a model comes from where: a fault's `source`, and what `sources` says of any other key.

use super::problem::{Problem, quoted, similar};
use super::quantities::Quantity;
use super::raw::{Date, RawModel, is_date};

/// Gives each quantity the source that is written nearest to it. A path that leads to none is a mistake.
pub(super) fn attach(raw: &RawModel, quantities: &mut [Quantity], problems: &mut Vec<Problem>) {
    for (name, _, fault) in raw
        .faults
        .get()
        .into_iter()
        .flat_map(super::mapping::Table::iter)
    {
        if let Some(source) = fault.source.get() {
            let as_of = fault.as_of.get().map(|Date(date)| date.as_str());
            for quantity in below(quantities, &format!("faults.{name}")) {
                set(quantity, &source.0, as_of);
            }
        }
    }
    let mut sources: Vec<_> = (raw.sources.get().into_iter())
        .flat_map(|sources| &sources.0)
        .collect();
    // The longest path is the nearest: it comes last and is what stays.
    sources.sort_by_key(|source| source.path.len());
    for named in sources {
        let Some((source, as_of)) = named.source.parts() else {
            continue;
        };
        let mut found = false;
        for quantity in below(quantities, &named.path) {
            set(quantity, source, as_of);
            found = true;
        }
        if !found {
            let hint = nearest(&named.path, quantities);
            problems.push(
                Problem::at(
                    &named.span,
                    format!(
                        "sources: {} leads to no time, share, rate, size or price",
                        quoted(&named.path)
                    ),
                )
                .expected("the keys that lead to one of those, or to several")
                .hint(hint),
            );
        }
    }
}

fn below<'a>(
    quantities: &'a mut [Quantity],
    path: &'a str,
) -> impl Iterator<Item = &'a mut Quantity> {
    quantities.iter_mut().filter(move |quantity| {
        let rest = quantity.path.strip_prefix(path);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    })
}

fn set(quantity: &mut Quantity, source: &str, as_of: Option<&str>) {
    quantity.source = Some(source.to_owned());
    quantity.as_of = as_of.or_else(|| date_in(source)).map(str::to_owned);
}

/// The paths that were probably meant.
fn nearest(path: &str, quantities: &[Quantity]) -> String {
    let mut known: Vec<&str> = Vec::new();
    for quantity in quantities {
        let ends = quantity.path.match_indices('.').map(|(end, _)| end);
        known.extend(ends.map(|end| &quantity.path[..end]));
        known.push(&quantity.path);
    }
    known.sort_unstable();
    known.dedup();
    match similar(path, known.iter().copied()) {
        Some(near) => format!("did you mean {}?", quoted(near)),
        None => "`failscape compare` writes all of them to assumptions.csv; for example `faults.host.mtbf`, or `failover` for all below it".to_owned(),
    }
}

/// The latest date in a text: `vendor sheet 2025-03` is of 2025-03, `events 2016-2022` of 2022. A bare year counts only where no
/// word follows it, which would make it a number of things.
fn date_in(text: &str) -> Option<&str> {
    let is_part = |c: char| c.is_ascii_digit() || c == '-';
    let mut latest: Option<&str> = None;
    let mut rest = text;
    while let Some(start) = rest.find(is_part) {
        let after = &rest[start..];
        let end = after.find(|c: char| !is_part(c)).unwrap_or(after.len());
        let glued = rest[..start].ends_with(|c: char| c.is_alphanumeric() || c == '.' || c == ',');
        let (word, tail) = after.split_at(end);
        rest = tail;
        let word = word.trim_matches('-');
        let date = match word.split_once('-') {
            Some((from, to)) if is_date(from) && from.len() == 4 && to.len() == 4 => to,
            Some(_) => word,
            None if !tail.trim_start().starts_with(char::is_alphabetic) => word,
            None => continue,
        };
        if is_date(date) && !glued && latest.is_none_or(|known| known < date) {
            latest = Some(date);
        }
    }
    latest
}

#[cfg(test)]
mod tests {
    use super::date_in;

    #[test]
    fn dates_are_found_in_texts() {
        for (text, date) in [
            ("vendor sheet 2025-03", Some("2025-03")),
            ("post-mortem of 2023-06-13 (3 h)", Some("2023-06-13")),
            ("Barroso et al. (2018), table 7.3", Some("2018")),
            (
                "653 timed AWS status events 2016-2022 (mu 4.765)",
                Some("2022"),
            ),
            (
                "J. Dean, Google, 2008; datacenterknowledge.com 2008-05-30",
                Some("2008-05-30"),
            ),
            ("1,000 failures a year among 2000 machines", None),
            ("assumed", None),
            ("ticket 20251, version 3.2024", None),
        ] {
            assert_eq!(date_in(text), date, "{text}");
        }
    }
}
