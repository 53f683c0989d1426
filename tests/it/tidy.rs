//! The shape of the code: modules import only from those above them, and nothing is left half done.

use std::fs;
use std::path::{Path, PathBuf};

/// In the order of the pipeline. `chart` and `report` come after all that they show.
const ORDER: &[&str] = &[
    "units",
    "stats",
    "results",
    "fit",
    "model",
    "import",
    "openslo",
    "scenario",
    "topology",
    "cost",
    "plan",
    "engine",
    "exact",
    "estimate",
    "montecarlo",
    "importance",
    "compare",
    "gate",
    "study",
    "ledger",
    "verify",
    "chart",
    "report",
    "store",
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

#[test]
fn modules_import_only_from_those_above_them() {
    let mut wrong = Vec::new();
    for (position, module) in ORDER.iter().enumerate() {
        for file in sources(&src().join(module)) {
            let text = fs::read_to_string(&file).unwrap();
            for later in ORDER.iter().skip(position + 1).chain(&["cli"]) {
                let used = text.lines().any(|line| {
                    let line = line.trim_start();
                    !line.starts_with("//") && line.contains(&format!("crate::{later}::"))
                });
                if used {
                    wrong.push(format!("{} uses {later}", file.display()));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_library_stays_in_its_module() {
    let homes = [
        ("rayon::", "montecarlo"),
        ("plotters::", "chart"),
        ("clap::", "cli"),
        ("indicatif::", "cli"),
        ("postcard::", "store"),
    ];
    let mut wrong = Vec::new();
    for file in sources(&src()) {
        let text = fs::read_to_string(&file).unwrap();
        for (library, home) in homes {
            let at_home = file.starts_with(src().join(home));
            let used = text
                .lines()
                .any(|line| !line.trim_start().starts_with("//") && line.contains(library));
            if used && !at_home {
                wrong.push(format!("{} uses {library}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent: Vec<PathBuf> = sources(&src())
        .into_iter()
        .filter(|file| !fs::read_to_string(file).unwrap().starts_with("//!"))
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}

#[test]
fn the_program_is_thin() {
    let lines = fs::read_to_string(src().join("main.rs"))
        .unwrap()
        .lines()
        .count();
    assert!(lines < 40, "{lines} lines in main.rs");
}
