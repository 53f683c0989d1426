//! The gates and the baseline that a run is to be held against.

use super::args::GateArgs;
use super::failure::Failure;
use super::simulate::Prepared;
use crate::gate::{Baseline, Gates};
use crate::montecarlo::RunSettings;

/// Reads what the user asks for, before any trial; `None` if nothing is asked.
pub(super) fn gates(
    args: &GateArgs,
    prepared: &Prepared<'_>,
    settings: &RunSettings,
) -> Result<Option<Gates>, Failure> {
    if args.gates.is_empty() && args.baseline.is_none() {
        return Ok(None);
    }
    let baseline = match &args.baseline {
        Some(path) => Some(Baseline::read(path).map_err(|error| {
            let hint = "name the results.json that `failscape compare` wrote to its output folder";
            Failure::Usage(error.to_string(), hint.to_owned())
        })?),
        None => None,
    };
    let figures = prepared.figures_without_trials(settings);
    let gates = Gates::read(
        &args.gates,
        args.gate_topology.as_deref(),
        baseline,
        args.baseline_tolerance,
        &figures,
    )?;
    Ok(Some(gates))
}
