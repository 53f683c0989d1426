//! `schema`: the JSON Schema of model files and of scenarios.

use super::args::{SchemaArgs, SchemaChoice};
use super::failure::Failure;
use super::streams::Streams;
use crate::model::{json_schema, scenario_schema};

pub(super) fn schema(args: &SchemaArgs, streams: &mut Streams) -> Result<(), Failure> {
    let mut text = match args.of {
        SchemaChoice::Model => json_schema(),
        SchemaChoice::Scenario => scenario_schema(),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    streams.data(&text)
}
