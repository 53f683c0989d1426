//! Tables, files and the report page.
//!
//! Turns a [`Comparison`](crate::results::Comparison) into text and writes folders of files; computes no figure of its
//! own. Called by [`crate::cli`], which alone prints.

mod assumptions;
mod contract;
mod csv;
mod csv_rows;
mod data;
mod drills;
mod evidence;
mod fit;
mod fit_yaml;
mod folder;
mod gate;
mod html;
mod html_gates;
mod html_ledger;
mod html_prose;
mod html_script;
mod html_spaces;
mod html_tables;
mod in_depth;
mod inject;
mod inject_csv;
mod injection_page;
mod json;
mod live;
mod markdown;
mod phases;
mod recommend;
mod recommend_design;
mod recommend_words;
mod sensitivity;
mod summary;
mod sweep;
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
pub use csv_rows::plain_text;
pub use drills::{drill_csv, drill_markdown, drill_text};
pub use evidence::evidence_json;
pub use fit::{fit_markdown, fit_text};
pub use fit_yaml::{Pasted, fit_yaml};
pub(crate) use folder::temporary_file;
pub use folder::{Folder, OutputError};
pub use gate::{gate_markdown, gate_text};
pub use html::{PageError, page};
pub use in_depth::in_depth;
pub use inject::{injection_markdown, injection_text, scenario_list};
pub use inject_csv::{differences_csv, injection_csv, timeline_csv};
pub use injection_page::{PlayedModel, injection_page};
pub use json::json;
pub use markdown::markdown;
pub use recommend::{recommend_csv, recommend_markdown, recommend_text};
pub use sensitivity::{sensitivity_csv, sensitivity_markdown, sensitivity_text};
pub use sweep::{sweep_csv, sweep_markdown, sweep_text};
pub use terminal::terminal;
pub use verification::{reference_list, verification};
pub use verification_markdown::verification_markdown;
pub use why::{Parts, why_markdown, why_text};
