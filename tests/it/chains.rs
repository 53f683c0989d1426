//! Plans worked out without sampling, against the exact values of models/reference.

use std::path::Path;

use failscape::exact::{Effort, Figure, Solution, solve};
use failscape::model::load;
use failscape::plan::compile;
use failscape::topology::expand;
use serde_json::Value;

/// Accuracy of the reference values: some were worked out in the steady state.
const REFERENCE: f64 = 1e-8;

/// Cases that some route answers: fewer would mean that some are now refused.
const SOLVED: usize = 74;

fn figure(solution: &Solution, name: &str) -> Option<Figure> {
    match name {
        "/unavailability" => Some(solution.unavailability),
        "/outages_per_year" => solution.outages_per_year.clone().ok(),
        "/first_outage_hours" => solution.first_outage_hours.clone().ok(),
        _ => None,
    }
}

#[test]
fn what_is_worked_out_agrees_with_the_cases() {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/reference");
    let expected = std::fs::read_to_string(cases.join("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let mut solved = 0;
    for case in expected["cases"].as_array().unwrap() {
        let name = case["model"].as_str().unwrap();
        let model = load(&cases.join(name)).unwrap();
        let topology = case["topology"].as_str().unwrap();
        let plan = compile(
            &model,
            &expand(&model, topology, &model.topologies[topology]),
        );
        let Some(solution) = solve(&plan, Effort::Full).solution else {
            continue;
        };
        solved += 1;
        for check in case["checks"].as_array().unwrap() {
            let path = check["figure"].as_str().unwrap();
            let Some(found) = figure(&solution, path) else {
                continue;
            };
            let exact = check["value"].as_f64().unwrap();
            assert!(
                (found.value - exact).abs() <= found.error + REFERENCE * exact,
                "{name} {path}: {found:?} instead of {exact:e}"
            );
            assert!(
                found.error <= 1e-3 * exact,
                "{name} {path}: {found:?} is too vague"
            );
        }
    }
    assert_eq!(solved, SOLVED);
}
