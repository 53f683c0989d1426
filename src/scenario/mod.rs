//! What a scenario does to a model: a model of its own for each topology, in which the scripted faults strike at their times.
//!
//! Scenarios come from a file ([`crate::model::load_scenario`]), from the [`library()`] that the program carries, or from one of the
//! four standard [drills](Drill).

mod drills;
mod echo;
mod library;
mod stage;

pub use drills::{Drill, DrillForm, drill_text};
pub use library::{Carried, library};
pub use stage::{Background, Staged, stage};
