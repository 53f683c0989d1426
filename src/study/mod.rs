//! What would be if: values of a model varied, and what that does to its figures and to the choice between topologies.
//!
//! Works on estimates; how they were sampled is the business of [`crate::montecarlo`], and playing that of [`crate::cli`].

mod choice;
mod grid;
pub mod recommend;
mod sensitivity;
mod sweep;
mod vary;

pub use choice::{Choice, at_place, choose, measure};
pub use grid::{Grid, GridError};
pub use sensitivity::{PLACES, Played, Variant, influence, sensitive};
pub use sweep::{Swept, sweep};
pub use vary::{Variations, Varied, model_at};
