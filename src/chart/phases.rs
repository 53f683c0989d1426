//! What failovers were doing while something was lost.

use super::shares::{self, Shared};
use super::sheet::{Chart, Words};
use super::words;
use crate::results::{Comparison, format};

/// Draws it; `None` where no topology has phases.
pub(super) fn chart(comparison: &Comparison) -> Option<Chart> {
    let topologies = comparison.results.topologies.iter();
    let rows: Vec<Shared<'_>> = topologies
        .filter(|topology| !topology.phases.is_empty())
        .map(|topology| Shared {
            topology,
            parts: (topology.phases.iter())
                .map(|phase| (format::phase(phase), phase.share))
                .collect(),
        })
        .collect();
    if shares::main_parts(&rows).is_empty() {
        return None;
    }
    let words = Words {
        name: "phases",
        title: "What failovers were doing meanwhile, by phase".to_owned(),
        caption: words::caption(
            comparison,
            "Each bar is the whole of a topology's downtime, split by what its failover was doing; where none was under way, \
             what is down is down everywhere or no reason to move. Right: mean downtime a year.",
        ),
        alt: format!(
            "Shares of downtime by phase of failover. {}.",
            shares::in_words(&rows, "no downtime seen")
        ),
    };
    Some(shares::chart(words, &rows, "other phases"))
}
