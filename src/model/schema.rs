//! The JSON Schema of the model language, for editors.

use schemars::generate::SchemaSettings;
use serde_json::json;

use super::raw::RawModel;

/// The schema as JSON text, draft 2020-12, from the same lists of keys that read a model.
#[must_use]
pub fn json_schema() -> String {
    let mut schema = SchemaSettings::draft2020_12()
        .into_generator()
        .into_root_schema_for::<RawModel>();
    schema.insert("title".into(), json!("failscape model"));
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

#[cfg(test)]
mod tests {
    use super::json_schema;

    #[test]
    fn the_committed_schema_is_current() {
        let committed = include_str!("../../schema/model.schema.json");
        let current = json_schema();
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(
                concat!(env!("CARGO_MANIFEST_DIR"), "/schema/model.schema.json"),
                &current,
            )
            .unwrap();
        }
        assert!(
            current == committed,
            "write it anew: UPDATE_SCHEMA=1 cargo test schema, or failscape schema"
        );
    }
}
