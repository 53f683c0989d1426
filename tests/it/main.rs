//! Integration tests, all in one binary.

mod bad_input;
mod charts;
mod cli;
mod fixture;
