//! What all charts say in words: the figures they rest on, names cut to length.

use crate::results::format::{self, truncated};
use crate::results::{Comparison, Results, TopologyResult};

/// Longest name of a topology in titles and descriptions \[characters\].
pub(super) const NAME_LENGTH: usize = 40;

/// A caption: how to read the chart, then what it rests on.
pub(super) fn caption(comparison: &Comparison, reading: &str) -> String {
    format!("{reading} {}", basis(&comparison.results))
}

/// What the figures rest on: `Model shop: 10,000 trials a topology, each of 1 year; seed 7; 95 % intervals.`
pub(super) fn basis(results: &Results) -> String {
    let partial = if results.partial {
        " The run was cut short."
    } else {
        ""
    };
    format!(
        "Model {}: {} a topology, each of {}; seed {}; {} intervals.{partial}",
        truncated(&results.model, NAME_LENGTH),
        trials(&results.topologies),
        horizon(results.horizon_hours),
        results.seed,
        format::level(results.confidence),
    )
}

/// What a chart is about: `each topology`, or the name of the only one.
pub(super) fn subject(results: &Results) -> String {
    match results.topologies.as_slice() {
        [only] => short(&only.name),
        _ => "each topology".to_owned(),
    }
}

/// A name that fits into a sentence.
pub(super) fn short(name: &str) -> String {
    truncated(name, NAME_LENGTH)
}

/// Sentences joined by spaces, at most `most` of them.
pub(super) fn sentences(all: impl IntoIterator<Item = String>, most: usize) -> String {
    let all: Vec<String> = all.into_iter().collect();
    let mut text = all
        .iter()
        .take(most)
        .cloned()
        .collect::<Vec<_>>()
        .join("; ");
    if all.len() > most {
        text.push_str("; and others");
    }
    text
}

fn trials(topologies: &[TopologyResult]) -> String {
    let counts = || topologies.iter().map(|topology| topology.trials);
    match (counts().min(), counts().max()) {
        (Some(fewest), Some(most)) if fewest == most => format::trials(most),
        (Some(fewest), Some(most)) => {
            format!("{} to {}", format::count(fewest), format::trials(most))
        }
        _ => "no trials".to_owned(),
    }
}

/// Length of a trial: `1 year`.
pub(super) fn horizon(hours: f64) -> String {
    let years = hours / 8760.0;
    if years == 1.0 {
        "1 year".to_owned()
    } else if years >= 1.5 {
        format!("{} years", format::significant(years, 3))
    } else {
        format::duration(hours * 3600.0)
    }
}
