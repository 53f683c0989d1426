//! `compare`: every topology of a model, side by side.

use super::args::CompareArgs;
use super::failure::Failure;
use super::load::load;
use super::outputs::{Outputs, View};
use super::settings::{output_settings, run_settings};
use super::simulate::simulate;
use super::streams::Streams;

pub(super) fn compare(args: &CompareArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, source) = load(args.model.as_deref())?;
    let settings = run_settings(&args.trials);
    let outputs = Outputs::open(
        output_settings(&args.output, &[&model.name]),
        View::Comparison,
    )?;
    let specs: Vec<_> = model
        .topologies
        .iter()
        .map(|(name, spec)| (name.as_str(), spec))
        .collect();
    let played = simulate(
        &model,
        source,
        &specs,
        &settings,
        outputs.save_trials(),
        streams,
    )?;
    outputs.write(&played, &settings, streams)
}
