//! `schema`: the JSON Schema of model files.

use super::failure::Failure;
use super::streams::Streams;
use crate::model::json_schema;

pub(super) fn schema(streams: &mut Streams) -> Result<(), Failure> {
    let mut text = json_schema();
    if !text.ends_with('\n') {
        text.push('\n');
    }
    streams.data(&text)
}
