//! The failscape program.

fn main() {}
