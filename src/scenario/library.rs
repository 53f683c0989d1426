//! The scenarios that the program carries: those of the folder scenarios/.

use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

static FOLDER: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/scenarios");

static LIBRARY: LazyLock<Vec<Carried>> = LazyLock::new(|| {
    let files = FOLDER.files();
    let mut carried: Vec<Carried> = files
        .filter_map(|file| {
            let name = file.path().file_name()?.to_str()?.strip_suffix(".yaml")?;
            let text = file.contents_utf8()?;
            Some(Carried { name, text })
        })
        .collect();
    carried.sort_by_key(|scenario| scenario.name);
    carried
});

/// A scenario file that is a part of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Carried {
    /// Name of the file without its ending.
    pub name: &'static str,
    /// Its content.
    pub text: &'static str,
}

/// All of them, by name.
#[must_use]
pub fn library() -> &'static [Carried] {
    &LIBRARY
}
