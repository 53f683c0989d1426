//! `graph`: a picture of what runs where and what calls what.

use super::args::{GraphArgs, GraphFormat};
use super::failure::Failure;
use super::load::{load, topology};
use super::streams::Streams;
use crate::chart;
use crate::topology::{expand, layout};

pub(super) fn graph(args: &GraphArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, _) = load(args.model.as_deref())?;
    let chosen = match &args.topology {
        Some(name) => Some(topology(&model, name)?),
        None => model
            .topologies
            .first()
            .map(|(name, spec)| (name.as_str(), spec)),
    };
    // A valid model has a topology.
    let Some((name, spec)) = chosen else {
        return Ok(());
    };
    let layout = layout(&model, &expand(&model, name, spec));
    let mut text = match args.format {
        GraphFormat::Svg => chart::deployment_graph(&layout).svg,
        GraphFormat::Dot => chart::dot(&layout),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    streams.data(&text)
}
