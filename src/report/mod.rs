//! Tables, files and the report page.
//!
//! Turns a [`Comparison`](crate::results::Comparison) into text and writes folders of files; computes no figure of its
//! own. Called by [`crate::cli`], which alone prints.

mod assumptions;
mod csv;
mod data;
mod drills;
mod evidence;
mod folder;
mod html;
mod html_ledger;
mod html_prose;
mod html_script;
mod html_spaces;
mod html_tables;
mod in_depth;
mod json;
mod live;
mod markdown;
mod summary;
mod table;
mod terminal;
#[cfg(test)]
mod tests;
mod verification;
mod verification_markdown;
mod why;

pub use self::csv::csv;
pub use crate::results::format;
pub use assumptions::assumptions_csv;
pub use drills::{drill_markdown, drill_text};
pub use evidence::evidence_json;
pub(crate) use folder::temporary_file;
pub use folder::{Folder, OutputError};
pub use html::{PageError, page};
pub use in_depth::in_depth;
pub use json::json;
pub use markdown::markdown;
pub use terminal::terminal;
pub use verification::{reference_list, verification};
pub use verification_markdown::verification_markdown;
pub use why::{Parts, why_markdown, why_text};
