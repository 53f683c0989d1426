//! What the downtime is charged to, cause by cause.

use super::shares::{self, Shared};
use super::sheet::{self, Chart, Words};
use super::words;
use crate::results::{Comparison, Results};

/// Draws it.
pub(super) fn chart(comparison: &Comparison) -> Chart {
    let rows = rows(&comparison.results);
    let words = Words {
        name: "attribution",
        title: "What the downtime comes from, by cause".to_owned(),
        caption: words::caption(
            comparison,
            "Each bar is the whole of a topology's downtime, shared among the faults that caused it; lost time is \
             charged to the faults whose lone repair would have ended it. Right: mean downtime a year.",
        ),
        alt: format!(
            "Shares of downtime by cause. {}.",
            shares::in_words(&rows, "no downtime seen")
        ),
    };
    if shares::main_parts(&rows).is_empty() {
        return sheet::empty(
            words,
            "No downtime was seen in any trial: there is nothing to attribute.",
        );
    }
    shares::chart(words, &rows, "other causes")
}

/// The causes with the largest shares over all topologies, as many as there are colours.
#[must_use]
pub fn main_causes(results: &Results) -> Vec<String> {
    shares::main_parts(&rows(results))
}

fn rows(results: &Results) -> Vec<Shared<'_>> {
    let topologies = results.topologies.iter();
    let shared = topologies.map(|topology| Shared {
        topology,
        parts: (topology.attribution.iter())
            .map(|part| (part.cause.clone(), part.share))
            .collect(),
    });
    shared.collect()
}
