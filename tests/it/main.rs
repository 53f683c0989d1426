//! All integration tests, in one binary.

mod bad_input;
mod bad_input_files;
