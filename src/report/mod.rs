//! Tables, files and the report page.

mod html;
mod html_prose;
mod html_tables;

pub use crate::results::format;
pub use html::{PageError, page};
