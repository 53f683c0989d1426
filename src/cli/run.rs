//! `run`: one topology in depth.

use super::args::RunArgs;
use super::campaign::campaign;
use super::failure::Failure;
use super::gates::gates;
use super::load::{load, only_topology, topology};
use super::outputs::{Outputs, View};
use super::settings::{output_settings, request};
use super::simulate::Prepared;
use super::streams::Streams;

pub(super) fn run(args: &RunArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, source) = load(args.model.as_deref())?;
    let chosen = match &args.topology {
        Some(name) => topology(&model, name)?,
        None => only_topology(&model)?,
    };
    let request = request(&args.trials);
    let outputs = Outputs::open(
        output_settings(&args.output, &[&model.name, chosen.0]),
        View::InDepth,
    )?;
    let prepared = Prepared::new(&model, source, &[chosen], &request.settings)?;
    let gates = gates(&args.gates, &prepared, &request.settings)?;
    campaign(&prepared, &request, gates.as_ref(), outputs, streams)
}
