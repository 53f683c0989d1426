//! `compare`: every topology of a model, side by side.

use super::args::CompareArgs;
use super::campaign::campaign;
use super::failure::Failure;
use super::gates::gates;
use super::load::load;
use super::outputs::{Outputs, View};
use super::settings::{output_settings, request};
use super::simulate::Prepared;
use super::streams::Streams;

pub(super) fn compare(args: &CompareArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, source) = load(args.model.as_deref())?;
    let request = request(&args.trials);
    let outputs = Outputs::open(
        output_settings(&args.output, &[&model.name]),
        View::Comparison,
    )?;
    let specs: Vec<_> = model
        .topologies
        .iter()
        .map(|(name, spec)| (name.as_str(), spec))
        .collect();
    let prepared = Prepared::new(&model, source, &specs, &request.settings)?;
    let gates = gates(&args.gates, &prepared, &request.settings)?;
    campaign(&prepared, &request, gates.as_ref(), outputs, streams)
}
