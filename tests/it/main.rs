//! All integration tests, in one binary.

mod bad_input;
mod charts;
//! Integration tests, all in one binary.

// A test fails by panicking.
#![allow(clippy::unwrap_used)]

mod bad_input;
mod charts;
mod cli;
mod fixture;
