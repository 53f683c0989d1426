//! The JSON Schema of the model language, for editors.

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::json;

use super::raw::RawModel;
use super::scenario::RawScenario;

/// The schema as JSON text, draft 2020-12, from the same lists of keys that read a model.
#[must_use]
pub fn json_schema() -> String {
    schema_of::<RawModel>("failscape model")
}

/// The same of scenario files.
#[must_use]
pub fn scenario_schema() -> String {
    schema_of::<RawScenario>("failscape scenario")
}

fn schema_of<T: JsonSchema>(title: &str) -> String {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<T>();
    schema.insert("title".into(), json!(title));
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::{json_schema, scenario_schema};

    #[test]
    fn the_committed_schema_is_current() {
        let committed = include_str!("../../schema/model.schema.json");
        is_current("model", &json_schema(), committed);
        let committed = include_str!("../../schema/scenario.schema.json");
        is_current("scenario", &scenario_schema(), committed);
    }

    fn is_current(name: &str, current: &str, committed: &str) {
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schema");
            std::fs::write(format!("{folder}/{name}.schema.json"), current).unwrap();
        }
        assert!(
            current == committed,
            "write it anew: UPDATE_SCHEMA=1 cargo test schema, or failscape schema"
        );
    }
}
