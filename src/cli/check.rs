//! `check`: is the model valid, and what does it take for granted?

use std::fmt::Write as _;

use super::args::CheckArgs;
use super::failure::Failure;
use super::load::load;
use super::streams::Streams;
use crate::model::{Model, applied_defaults};

pub(super) fn check(args: &CheckArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, source) = load(Some(&args.model))?;
    let mut text = format!("{source}: ok, {}\n", counts(&model));
    if args.defaults {
        text.push_str(&defaults(&args.model)?);
    }
    streams.data(&text)
}

/// `2 regions, 5 services, …`.
fn counts(model: &Model) -> String {
    [
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
    .join(", ")
}

/// Every value that the file leaves out, one a line.
fn defaults(path: &std::path::Path) -> Result<String, Failure> {
    let mut text = String::new();
    for default in applied_defaults(path)? {
        let _ = writeln!(
            text,
            "  {} = {}  ({})",
            default.path, default.value, default.why
        );
    }
    Ok(text)
}
