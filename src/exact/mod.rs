//! Figures that are worked out, not sampled.

mod chain;
mod first_passage;
mod markov;
mod transient;

pub use markov::{Markov, Numerical, markov};
