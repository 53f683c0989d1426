//! Scenario files: faults at given times, read by the machinery of the model language and checked against a model.
//!
//! Reports all mistakes of a file in one pass, as [`super::load()`] does. What a scenario does to a model is
//! [`crate::scenario`]'s to say.

mod check;
mod effect;
mod names;
mod occurrence;
mod places;
mod raw;
mod types;

use std::path::Path;

use super::decode::{Decode, Reader};
use super::errors::ModelErrors;
use super::problem::Problem;
use super::source::{ShownSource, read_text};
use super::types::Model;
use super::yaml;

pub use names::Mapping;
pub(super) use raw::RawScenario;
pub use types::{PlaceOf, RegionOf, Scenario, ScriptedFault, What, ZoneOf};

/// Greatest size of a scenario file \[byte\].
const MAX_BYTES: usize = 1_000_000;

/// Reads a scenario file and checks it against a model; `maps` stand before what the file itself says of its places.
///
/// # Errors
///
/// Every mistake of the file, with its place.
pub fn load_scenario(
    path: &Path,
    model: &Model,
    maps: &[Mapping],
) -> Result<Scenario, ModelErrors> {
    let name = path.to_string_lossy();
    let text = read_text(path).map_err(|problem| {
        let hint = "check the path; `failscape inject --list` names the scenarios that the program carries";
        let is_missing = problem.message.starts_with("no file");
        let problem = if is_missing {
            problem.hint(hint)
        } else {
            problem
        };
        ModelErrors::new(ShownSource::new(&name, ""), vec![problem])
    })?;
    load_scenario_str(&name, &text, model, maps)
}

/// Reads a scenario from a text; `name` is shown in errors.
///
/// # Errors
///
/// Every mistake of the text, with its place.
pub fn load_scenario_str(
    name: &str,
    text: &str,
    model: &Model,
    maps: &[Mapping],
) -> Result<Scenario, ModelErrors> {
    let refused = |problems| ModelErrors::new(ShownSource::new(name, text), problems);
    if text.len() > MAX_BYTES {
        let problem = Problem::of_file("the scenario has more than 1 MB", "check that it is one");
        return Err(refused(vec![problem]));
    }
    let (root, problems) = yaml::parse(text);
    let problems = problems.into_iter().map(of_scenario).collect();
    let mut reader = Reader {
        problems,
        ..Reader::default()
    };
    let raw = root.and_then(|root| RawScenario::decode(&root, &mut reader));
    let checked = raw.and_then(|raw| check::check(&raw, model, maps, &mut reader));
    match checked {
        Some(scenario) if reader.problems.is_empty() => Ok(scenario),
        _ if reader.problems.is_empty() => Err(refused(vec![Problem::of_file(
            "the scenario cannot be used",
            "please report it as a bug of failscape",
        )])),
        _ => Err(refused(reader.problems)),
    }
}

/// What is said of an empty model, of a scenario.
fn of_scenario(problem: Problem) -> Problem {
    let told = problem
        .message
        .replace("holds no model", "holds no scenario");
    if told == problem.message {
        return problem;
    }
    let hint = "a scenario needs at least `name` and `faults`; `failscape inject --print lose-zone` prints one";
    Problem {
        message: told,
        ..problem
    }
    .hint(hint)
}
