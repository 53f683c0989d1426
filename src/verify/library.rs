//! The cases that the program carries: models and reference values, as models/reference/exact.py wrote them.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};
use serde::{Deserialize, Serialize};

use super::{FALSE_ALARM, Metric};

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/models/reference");

static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
    let text = FOLDER
        .get_file("expected.json")
        .and_then(|file| file.contents_utf8())
        .expect("the list of cases is part of the program");
    let mut library: Library = serde_json::from_str(text).expect("a test reads the list of cases");
    for case in &mut library.cases {
        let file = FOLDER.get_file(&case.file);
        let text = file.and_then(|file| file.contents_utf8());
        text.expect("a test reads every case")
            .clone_into(&mut case.text);
    }
    library
});

/// All cases that the program carries.
#[must_use]
pub fn library() -> &'static Library {
    &LIBRARY
}

/// Systems and the cases of each.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Library {
    /// In the order of the table.
    pub systems: Vec<System>,
    /// In the order of their systems.
    pub cases: Vec<Case>,
}

/// A system of which there are several cases, with one source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct System {
    /// Short name, such as `C24`.
    pub id: String,
    /// What it is.
    pub title: String,
    /// Its source in a few words.
    pub cite: String,
    /// Its source in full.
    pub source: String,
}

/// One model with reference values.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Case {
    /// The system that it is of.
    pub system: String,
    /// Name of the model file.
    #[serde(rename = "model")]
    pub file: String,
    /// The model.
    #[serde(skip)]
    pub text: String,
    /// The only topology of the model.
    pub topology: String,
    /// Trials unless asked otherwise.
    pub trials: u64,
    /// Seed unless asked otherwise.
    pub seed: u64,
    /// What is known of it.
    pub checks: Vec<Check>,
}

/// A reference value.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Check {
    /// The figure that it is of.
    #[serde(rename = "figure")]
    pub metric: Metric,
    /// The value.
    pub value: f64,
    /// How far off it may be, over the value.
    pub precision: f64,
    /// How it was derived.
    pub source: String,
    /// `published+recomputed`, `recomputed` or `derived`.
    pub kind: String,
    /// What the source has, where the language states only nearly the same system.
    #[serde(default)]
    pub near: Option<Near>,
}

/// What the source of a nearly equal system has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Near {
    /// Its value.
    pub value: f64,
    /// How the systems differ.
    pub why: String,
}

impl Library {
    /// Level at which an interval must hold its reference.
    #[must_use]
    pub fn level(&self) -> f64 {
        let checks: usize = self.cases.iter().map(|case| case.checks.len()).sum();
        1.0 - FALSE_ALARM / checks.max(1) as f64
    }

    /// The cases that a name stands for: one of its own, that of its system, or the beginning of one up to a hyphen.
    /// Upper and lower case are the same.
    pub fn named(&self, name: &str) -> impl Iterator<Item = &Case> {
        let name = name.to_lowercase();
        self.cases.iter().filter(move |case| {
            let rest = case.name().strip_prefix(name.as_str());
            let begins = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-'));
            begins || case.system.to_lowercase() == name
        })
    }

    /// The system of a case.
    #[must_use]
    pub fn system(&self, case: &Case) -> Option<&System> {
        self.systems.iter().find(|system| system.id == case.system)
    }
}

impl Case {
    /// Its name: that of the file.
    #[must_use]
    pub fn name(&self) -> &str {
        self.file.strip_suffix(".yaml").unwrap_or(&self.file)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_model_has_its_reference_values_and_its_system() {
        let library = library();
        let models = FOLDER
            .files()
            .filter(|file| file.path().extension().is_some_and(|ext| ext == "yaml"));
        assert_eq!(models.count(), library.cases.len());
        for case in &library.cases {
            assert!(library.system(case).is_some(), "{}", case.name());
            assert!(!case.checks.is_empty() && !case.text.is_empty());
        }
    }

    #[test]
    fn a_name_stands_for_a_case_a_system_or_a_group() {
        let count = |name| library().named(name).count();
        assert_eq!(count("c24-fixed"), 1);
        assert_eq!(count("C24"), 3);
        assert_eq!(count("c11-2-of-3"), 4);
        assert_eq!(count("calls"), 5);
        assert_eq!((count("c2"), count("")), (0, 0));
    }
}
