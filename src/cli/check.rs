//! `check`: is the model valid, and what does it take for granted?

use std::fmt::Write as _;
use std::path::Path;

use super::args::CheckArgs;
use super::failure::Failure;
use super::load::{defaults, load};
use super::streams::Streams;
use crate::model::{Doubt, Model, doubts};

pub(super) fn check(args: &CheckArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, source) = load(args.model.as_deref())?;
    let mut text = format!("{source}: ok, {}\n", counts(&model));
    if args.defaults {
        text.push_str(&defaults_in_words(args.model.as_deref())?);
    }
    streams.data(&text)?;
    for Doubt { path, what, hint } in doubts(&model) {
        streams.note(&format!("\nwarning: {path} {what}\n   hint: {hint}"));
    }
    Ok(())
}

/// `2 regions, 5 services, …`.
fn counts(model: &Model) -> String {
    let all = [
        (model.regions.len(), "region"),
        (model.services.len(), "service"),
        (model.journeys.len(), "journey"),
        (model.faults.len(), "fault"),
        (model.topologies.len(), "topology"),
    ]
    .map(|(n, word)| match (n, word) {
        (1, word) => format!("1 {word}"),
        (n, "topology") => format!("{n} topologies"),
        (n, word) => format!("{n} {word}s"),
    })
    .join(", ");
    let split = (model.topologies.iter()).filter(|(_, spec)| spec.cells > 1);
    let cells: Vec<String> = split
        .map(|(name, spec)| format!("{name} of {} cells", spec.cells))
        .collect();
    if cells.is_empty() {
        return all;
    }
    let each = if model.regions.len() > 1 {
        " in each region"
    } else {
        ""
    };
    format!("{all} ({}{each})", cells.join(", "))
}

/// Every value that the file leaves out, one a line.
fn defaults_in_words(path: Option<&Path>) -> Result<String, Failure> {
    let mut text = String::new();
    for default in defaults(path)? {
        let _ = writeln!(
            text,
            "  {} = {}  ({})",
            default.path, default.value, default.why
        );
    }
    Ok(text)
}
