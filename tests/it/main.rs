//! Integration tests, all in one binary.

mod charts;
mod fixture;
