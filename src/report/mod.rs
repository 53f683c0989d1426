//! Tables, files and the report page.
