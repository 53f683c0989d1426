//! One trial: a pure function of (plan, seed, trial index).

mod outcome;

pub use outcome::*;
