//! The models that the program carries, each of one mechanism or of one real system: `init --example` writes them.
//!
//! They are the files of models/ that read no other file, so that an example works where only the program is.

/// A model by its name.
pub(super) struct Example {
    pub(super) name: &'static str,
    text: &'static str,
}

/// What editors look for: the schema lies elsewhere where a model is written to.
const SCHEMA_LINE: &str = "# yaml-language-server:";

impl Example {
    /// The model as a file of its own.
    pub(super) fn text(&self) -> String {
        let lines = self.text.lines();
        let kept = lines.filter(|line| !line.starts_with(SCHEMA_LINE));
        kept.flat_map(|line| [line, "\n"]).collect()
    }
}

macro_rules! examples {
    ($($name:literal),* $(,)?) => {
        /// All of them.
        pub(super) const EXAMPLES: &[Example] = &[$(Example {
            name: $name,
            text: include_str!(concat!("../../models/", $name, ".yaml")),
        }),*];
    };
}

examples![
    "cells",
    "data",
    "detection",
    "drills",
    "failback",
    "field-engineer",
    "flapping",
    "gray",
    "many-regions",
    "minimal",
    "online-boutique",
    "partition",
    "people",
    "quorum",
    "rotation",
    "runbook",
    "three-tier",
    "unsure",
];

/// The example of a name.
pub(super) fn example(name: &str) -> Option<&'static Example> {
    EXAMPLES.iter().find(|example| example.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::load_str;

    #[test]
    fn every_example_is_a_model_that_needs_no_other_file() {
        for example in EXAMPLES {
            let text = example.text();
            assert!(!text.contains(SCHEMA_LINE), "{}", example.name);
            assert!(
                load_str(example.name, &text, None).is_ok(),
                "{}",
                example.name
            );
        }
    }

    #[test]
    fn every_model_that_reads_no_other_file_is_an_example() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("models");
        let files = std::fs::read_dir(folder).unwrap();
        let paths = files.map(|entry| entry.unwrap().path());
        let models = paths.filter(|path| path.extension().is_some_and(|end| end == "yaml"));
        let alone = models.filter(|path| !std::fs::read_to_string(path).unwrap().contains(".csv"));
        let mut names: Vec<String> = alone
            .map(|path| path.file_stem().unwrap().to_str().unwrap().to_owned())
            .collect();
        names.sort();
        let known: Vec<&str> = EXAMPLES.iter().map(|example| example.name).collect();
        assert_eq!(names, known);
    }
}
