//! What a model file can have wrong, and what is said about it.

#![allow(
    clippy::unwrap_used,
    clippy::format_push_string,
    clippy::format_collect
)] // Tests may fail and be slow.

use std::fs;
use std::path::{Path, PathBuf};

use failscape::model::{self, ModelErrors};

/// A file of `tests/bad`.
fn bad_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

/// What is said about a model text.
fn errors_of(name: &str, text: &str) -> ModelErrors {
    model::load_str(name, text, Some(&bad_folder())).expect_err(name)
}

#[test]
fn every_bad_file_is_refused_with_a_place_and_a_hint() {
    let mut files: Vec<PathBuf> = fs::read_dir(bad_folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.retain(|path| {
        path.extension()
            .is_some_and(|extension| extension == "yaml")
    });
    files.sort();
    assert!(files.len() >= 60, "only {} bad files", files.len());
    let mut all = String::new();
    for path in files {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let errors = errors_of(&name, &fs::read_to_string(&path).unwrap());
        for problem in errors.problems() {
            assert!(
                !problem.hint.is_empty(),
                "{name}: `{}` has no hint",
                problem.message
            );
            assert!(
                !problem.message.is_empty() && !problem.message.ends_with('.'),
                "{name}: {}",
                problem.message
            );
            assert!(
                errors.position(problem).is_some() || name.starts_with("empty"),
                "{name}: `{}` has no place",
                problem.message
            );
        }
        all.push_str(&format!("==== {name}\n{errors}\n\n"));
    }
    insta::assert_snapshot!(all);
}
