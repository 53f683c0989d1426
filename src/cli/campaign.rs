//! Plays a run, or one shard of it, and leaves behind what came of it.

use anyhow::{Context as _, anyhow};

use super::failure::Failure;
use super::outputs::{Outputs, View};
use super::settings::Request;
use super::simulate::{Played, Prepared};
use super::streams::Streams;
use crate::gate::Gates;
use crate::montecarlo::Shard;
use crate::results::format;
use crate::store::{Appearance, write_shard};

/// Plays what is asked for and writes its results, or its shard.
pub(super) fn campaign(
    prepared: &Prepared<'_>,
    request: &Request,
    gates: Option<&Gates>,
    outputs: Outputs,
    streams: &mut Streams,
) -> Result<(), Failure> {
    if gates.is_some() && request.shard.is_some() {
        return Err(Failure::Usage(
            "a shard has no results that gates could be held against".to_owned(),
            "give --gate and --baseline to `failscape merge`".to_owned(),
        ));
    }
    let played = prepared.play(request, outputs.path(), streams)?;
    if let Some(shard) = request.shard {
        return keep_shard(prepared, request, shard, &played, &outputs, streams);
    }
    let mut comparison = prepared.comparison(&played.state, &request.settings, played.interrupted);
    comparison.results.gate = gates.map(|gates| gates.judge(&comparison.results));
    outputs.write(&comparison, played, &request.settings, streams)
}

/// Writes a shard that is complete; of one that is not, its checkpoint stays.
fn keep_shard(
    prepared: &Prepared<'_>,
    request: &Request,
    shard: Shard,
    played: &Played,
    outputs: &Outputs,
    streams: &mut Streams,
) -> Result<(), Failure> {
    let settings = &request.settings;
    if !played.state.is_complete(settings) {
        if let Some(keeper) = &played.keeper {
            keeper.tell_rest(&played.state, streams);
        }
        return Err(if played.interrupted {
            Failure::Interrupted
        } else {
            anyhow!("shard {shard} is not finished").into()
        });
    }
    let appearance = Appearance {
        confidence: settings.confidence,
        source: prepared.source().to_owned(),
        in_depth: outputs.view() == View::InDepth,
    };
    let identity = prepared.identity(settings, request.shard);
    let seconds = played.wall.as_secs_f64();
    let path = write_shard(
        outputs.path(),
        &identity,
        shard,
        &appearance,
        seconds,
        &played.state,
    )
    .with_context(|| format!("cannot write shard {shard} to {}", outputs.path().display()))?;
    if let Some(keeper) = &played.keeper {
        keeper.remove()?;
    }
    let trials = played.state.trials();
    let trials = if trials == 0 {
        "no trials: there are fewer batches of trials than shards".to_owned()
    } else {
        format!(
            "{} trials of each topology in {}",
            format::count(trials),
            format::duration(seconds)
        )
    };
    streams.note(&format!(
        "shard {shard}: {trials}\nshard: {}",
        path.display()
    ));
    Ok(())
}
