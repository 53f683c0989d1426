//! What was fitted, as lines of a model.

use std::fmt::Write as _;

use crate::results::{FamilyFit, FitGroup, FitStudy, MixtureFit, Ranged, RateFit, TimeFit, format};

/// What the lines need that is not in the log.
#[derive(Debug, Clone, Copy)]
pub struct Pasted<'a> {
    /// What one incident takes down, if the user says so.
    pub hits: Option<&'a str>,
    /// The day, for `source`.
    pub date: &'a str,
}

/// What is written if the user does not say what an incident takes down.
const ASSUMED_HITS: &str = "region";
/// A range wider than this is refused by the model language.
const WIDEST: f64 = 1000.0;
/// Longest name of a fault \[characters\].
const NAME_LENGTH: usize = 40;

/// Lines to paste: a fault for each group whose rate and time to repair are known, the others as comments; if there is none, what is
/// known, for a fault that has the rest.
#[must_use]
pub fn fit_yaml(study: &FitStudy, pasted: Pasted<'_>) -> String {
    let any_whole = study.groups.iter().any(is_whole);
    let mut text = if any_whole {
        "faults:\n".to_owned()
    } else {
        let missing = if study.groups.iter().any(|group| group.rate.is_some()) {
            "how long repairs take: put these into faults of yours, beside hits and mttr"
        } else {
            "when incidents began: put these into faults of yours, beside hits and mtbf"
        };
        format!("# the log does not say {missing}\n")
    };
    let mut names: Vec<String> = Vec::new();
    for group in &study.groups {
        let name = unused(&name(study, group), &names);
        names.push(name.clone());
        let lines = lines(study, group, pasted);
        if !any_whole {
            if study.groups.len() > 1 {
                let _ = writeln!(text, "# {name}");
            }
            for line in lines {
                let _ = writeln!(text, "{line}");
            }
            continue;
        }
        let comment = if is_whole(group) { "" } else { "# " };
        let hits = pasted.hits.map_or_else(
            || format!("hits: {ASSUMED_HITS}  # assumed: the log does not say what one incident takes down"),
            |hits| format!("hits: {hits}"),
        );
        if !is_whole(group) {
            let _ = writeln!(
                text,
                "  # not a whole fault, as its rate or its time to repair is not known"
            );
        }
        let _ = writeln!(text, "  {comment}{name}:");
        for line in std::iter::once(hits).chain(lines) {
            let _ = writeln!(text, "  {comment}  {line}");
        }
    }
    text
}

/// Whether a fault can be written of a group.
fn is_whole(group: &FitGroup) -> bool {
    let has_law = |repair: &TimeFit| repair.chosen.is_some() || repair.constant_seconds.is_some();
    group.rate.is_some() && group.repair.as_ref().is_some_and(has_law)
}

fn lines(study: &FitStudy, group: &FitGroup, pasted: Pasted<'_>) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(rate) = &group.rate {
        lines.extend(mtbf(rate, group.between.as_ref()));
    }
    if let Some(repair) = &group.repair {
        lines.extend(mttr(repair, study.level));
        lines.extend(repair.mixture.as_ref().map(two_kinds));
    }
    lines.push(source(study, group, pasted.date));
    lines
}

/// The mean time between failures with its range: it is the mean on which availability rests, so that it is written as a range
/// even where another family fits the times better.
fn mtbf(rate: &RateFit, between: Option<&TimeFit>) -> Vec<String> {
    let mut lines = Vec::new();
    match (&rate.mtbf_90_seconds, rate.mtbf_seconds.value) {
        (Ranged { low: Some(low), high: Some(high), method, .. }, Some(mean)) if high / low <= WIDEST && *low > 0.0 => {
            lines.push(format!(
                "mtbf: {{ between: [{}] }}  # {} in {}; 90 %, {method}; mean {}",
                ends(*low, *high),
                plural(rate.n, "failure"),
                years(rate.exposure_hours),
                time(mean)
            ));
        }
        (range, _) => lines.push(format!(
            "mtbf: {}  # assumed: no failure is counted in {}, so that it is at least this (90 %), and may be far longer",
            time(range.low.unwrap_or(1.0).max(1.0)),
            years(rate.exposure_hours)
        )),
    }
    if let Some(choice) = between
        .and_then(TimeFit::choice)
        .filter(|choice| choice.family != "exponential")
    {
        lines.push(format!(
            "# mtbf: {}  # what the times between failures look like; has no range",
            distribution(choice)
        ));
    }
    lines
}

fn mttr(repair: &TimeFit, level: f64) -> Vec<String> {
    if let Some(seconds) = repair.constant_seconds {
        return vec![format!(
            "mttr: {{ fixed: {} }}  # all {} were as long",
            time(seconds),
            repair.n
        )];
    }
    let Some(choice) = repair.choice() else {
        return vec![format!("# mttr: not fitted, {}", repair.reason)];
    };
    let level = format::level(level);
    if choice.family == "exponential" {
        let Ranged { low, high, .. } = choice.mean_90_seconds;
        if let (Some(low), Some(high)) = (low, high)
            && high / low <= WIDEST
        {
            return vec![format!(
                "mttr: {{ between: [{}] }}  # exponential; 90 % range of its mean",
                ends(low, high)
            )];
        }
    }
    let range = |figure: &Ranged| match (figure.low, figure.high) {
        (Some(low), Some(high)) => format!("{} to {}", time(low), time(high)),
        (Some(low), None) => format!("{} or longer", time(low)),
        (None, Some(high)) => format!("{} or shorter", time(high)),
        (None, None) => "unknown".to_owned(),
    };
    vec![format!(
        "mttr: {}  # {level}: median {}, p95 {}",
        distribution(choice),
        range(&choice.median_seconds),
        range(&choice.p95_seconds)
    )]
}

/// Two kinds of times, as a comment to be put in the place of the single law.
fn two_kinds(mixture: &MixtureFit) -> String {
    let value = |figure: &Ranged| figure.value.unwrap_or(f64::NAN);
    let shorter = mixture
        .parts
        .first()
        .map_or(0.0, |part| value(&part.weight));
    // Weights add up to 100 %, also as they are written.
    let shorter = format!("{:.1}", 100.0 * shorter);
    let longer = format!("{:.1}", 100.0 - shorter.parse().unwrap_or(0.0));
    let kinds = mixture.parts.iter().zip([shorter, longer]);
    let kinds = kinds.map(|(part, weight)| {
        format!(
            "{{ weight: {weight}%, of: {{ lognormal: {{ median: {}, p95: {} }} }} }}",
            time(value(&part.median_seconds)),
            time(value(&part.p95_seconds))
        )
    });
    format!(
        "# mttr: {{ mixture: [{}] }}  # two kinds of incidents: fits far better (BIC {:.0} below {}); put it in the place of the line above",
        kinds.collect::<Vec<_>>().join(", "),
        mixture.bic_of_single - mixture.bic,
        mixture.single
    )
}

/// A law in the model language.
fn distribution(fit: &FamilyFit) -> String {
    let parameter = |name: &str| {
        let found = fit
            .parameters
            .iter()
            .find(|parameter| parameter.name == name);
        found
            .and_then(|parameter| parameter.value.value)
            .unwrap_or(f64::NAN)
    };
    let figure = |figure: &Ranged| time(figure.value.unwrap_or(f64::NAN));
    match fit.family.as_str() {
        "lognormal" => format!(
            "{{ lognormal: {{ median: {}, p95: {} }} }}",
            figure(&fit.median_seconds),
            figure(&fit.p95_seconds)
        ),
        "weibull" => format!(
            "{{ weibull: {{ shape: {}, scale: {} }} }}",
            digits(parameter("shape")),
            time(parameter("scale"))
        ),
        "gamma" => format!(
            "{{ gamma: {{ shape: {}, mean: {} }} }}",
            digits(parameter("shape")),
            figure(&fit.mean_seconds)
        ),
        _ => format!(
            "{{ exponential: {{ mean: {} }} }}",
            figure(&fit.mean_seconds)
        ),
    }
}

/// Where the numbers come from, as a quoted text.
fn source(study: &FitStudy, group: &FitGroup, date: &str) -> String {
    let mut said = vec![study.log.clone()];
    said.extend(study.filters.iter().cloned());
    if let Some(by) = &study.by {
        said.push(format!("{by}={}", group.name));
    }
    if let Some(repair) = &group.repair {
        said.push(format!("n={}", repair.n));
    }
    if let Some(rate) = &group.rate {
        let places = plural(rate.places as u64, "place");
        said.push(format!(
            "{} in {} of {places}",
            plural(rate.n, "failure"),
            years(rate.exposure_hours / rate.places)
        ));
    }
    said.push(format!("fitted {date}"));
    let text: String = said
        .join(", ")
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    // A JSON string is a YAML string; of a text, writing one does not fail.
    format!(
        "source: {}",
        serde_json::to_string(&text).unwrap_or_default()
    )
}

fn plural(n: u64, word: &str) -> String {
    let end = if n == 1 { "" } else { "s" };
    format!("{} {word}{end}", format::count(n))
}

fn years(hours: f64) -> String {
    format!(
        "{} years",
        format::significant(hours / crate::units::HOURS_PER_YEAR, 3)
    )
}

/// Both ends of a range, in the unit of the upper one.
fn ends(low: f64, high: f64) -> String {
    let (size, unit) = unit_of(high);
    format!(
        "{}{unit}, {}{unit}",
        digits(low / size),
        digits(high / size)
    )
}

/// Seconds as a duration of the model language with four digits.
pub(super) fn time(seconds: f64) -> String {
    let (size, unit) = unit_of(seconds);
    format!("{}{unit}", digits(seconds / size))
}

/// Length and name of the unit in which a time is best read.
fn unit_of(seconds: f64) -> (f64, &'static str) {
    const UNITS: [(f64, &str); 6] = [
        (3.0 * 31_536_000.0, "y"),
        (10.0 * 86_400.0, "d"),
        (10.0 * 3600.0, "h"),
        (90.0, "m"),
        (1.0, "s"),
        (0.0, "ms"),
    ];
    let (_, unit) = UNITS
        .into_iter()
        .find(|(from, _)| seconds >= *from)
        .unwrap_or((0.0, "ms"));
    let size = match unit {
        "y" => 31_536_000.0,
        "d" => 86_400.0,
        "h" => 3600.0,
        "m" => 60.0,
        "s" => 1.0,
        _ => 0.001,
    };
    (size, unit)
}

/// A number with four digits and no exponent.
fn digits(value: f64) -> String {
    let magnitude = value.abs().log10().floor() as i32;
    let decimals = (3 - magnitude).clamp(0, 12) as usize;
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// What a fault is called: by its group, else by the conditions, else by the log.
fn name(study: &FitStudy, group: &FitGroup) -> String {
    let stem = study
        .log
        .rsplit_once('.')
        .map_or(study.log.as_str(), |(stem, _)| stem);
    let words = match (&study.by, study.filters.first()) {
        (Some(_), _) if !group.name.is_empty() => group.name.as_str(),
        (Some(by), _) => &format!("no-{by}"),
        (None, Some(filter)) => filter.rsplit(['=', '~', '<', '>']).next().unwrap_or(filter),
        (None, None) => stem,
    };
    let plain: String = (words.chars().take(NAME_LENGTH))
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect();
    let plain = plain
        .split('-')
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    if plain.starts_with(|c: char| c.is_ascii_alphabetic()) {
        plain
    } else {
        format!("incidents-{plain}")
            .trim_end_matches('-')
            .to_owned()
    }
}

fn unused(name: &str, used: &[String]) -> String {
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|candidate| !used.contains(candidate))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_back_to_four_digits() {
        for seconds in [
            0.000_5,
            0.25,
            1.0,
            59.99,
            4260.0,
            86_399.0,
            1.234_567e6,
            4.2e9,
        ] {
            let back = crate::units::parse_duration(&time(seconds)).unwrap();
            assert!(
                (back / seconds - 1.0).abs() < 6e-4,
                "{seconds} {}",
                time(seconds)
            );
        }
    }
}
