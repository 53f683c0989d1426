//! Tells the program which commit it was built from, where that is known.
//!
//! Sets `FAILSCAPE_COMMIT` only when this package is the top of a git work tree; a build from an archive, or without
//! git, goes on without it.

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let Some(root) = git(&["rev-parse", "--show-toplevel"]) else {
        return;
    };
    let here = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default();
    if Path::new(&root).canonicalize().ok() != Path::new(&here).canonicalize().ok() {
        return;
    }
    for watched in ["HEAD", "logs/HEAD"] {
        if let Some(path) =
            git(&["rev-parse", "--git-path", watched]).filter(|path| Path::new(path).exists())
        {
            println!("cargo::rerun-if-changed={path}");
        }
    }
    if let Some(commit) = git(&["rev-parse", "--short=12", "HEAD"]) {
        println!("cargo::rustc-env=FAILSCAPE_COMMIT={commit}");
    }
}

/// What git says, on one line; `None` if there is no git, no repository, or no answer.
fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let line = text.trim();
    (output.status.success() && !line.is_empty()).then(|| line.to_owned())
}
