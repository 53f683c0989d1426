//! Tables, files and the report page.

pub use crate::results::format;
