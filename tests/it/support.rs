//! Runs the program on a model and reads its results.

use std::path::Path;

use assert_cmd::Command;
use failscape::model::load_str;
use failscape::plan::{Plan, compile};
use failscape::topology::expand;
use serde_json::Value;

/// results.json of `failscape compare` on a model text, without charts.
pub(crate) fn compare(model: &str, args: &[&str]) -> Value {
    serde_json::from_str(&compare_bytes(model, args)).unwrap()
}

/// The same as text, to the byte.
pub(crate) fn compare_bytes(model: &str, args: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("model.yaml"), model).unwrap();
    let output = Command::cargo_bin("failscape")
        .unwrap()
        .current_dir(folder.path())
        .args([
            "compare",
            "model.yaml",
            "--no-charts",
            "--format",
            "json",
            "-o",
            "out",
        ])
        .args(args)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// A topology of some results by name.
pub(crate) fn topology<'a>(results: &'a Value, name: &str) -> &'a Value {
    let topologies = results["topologies"].as_array().unwrap();
    topologies
        .iter()
        .find(|topology| topology["name"] == name)
        .unwrap()
}

/// A model shipped with the project.
pub(crate) fn shipped(name: &str) -> String {
    std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("models")
            .join(name),
    )
    .unwrap()
}

/// A number of some results.
pub(crate) fn number(value: &Value, pointer: &str) -> f64 {
    value
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("no number {pointer}"))
}

/// The plan of the first topology of a model text.
pub(crate) fn plan_of(text: &str) -> Plan {
    let model = load_str("model", text, None).unwrap();
    let (name, spec) = model.topologies.get_index(0).unwrap();
    compile(&model, &expand(&model, name, spec))
}
