//! `run`: one topology in depth.

use super::args::RunArgs;
use super::failure::Failure;
use super::load::{load, topology};
use super::outputs::{Outputs, View};
use super::settings::{output_settings, run_settings};
use super::simulate::simulate;
use super::streams::Streams;

pub(super) fn run(args: &RunArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (model, source) = load(Some(&args.model))?;
    let chosen = topology(&model, &args.topology)?;
    let settings = run_settings(&args.trials);
    let outputs = Outputs::open(
        output_settings(&args.output, &[&model.name, chosen.0]),
        View::InDepth,
    )?;
    let played = simulate(
        &model,
        source,
        &[chosen],
        &settings,
        outputs.save_trials(),
        streams,
    )?;
    outputs.write(&played, &settings, streams)
}
