//! Which changes to make: what can be tried, a search among it, and the answer.
//!
//! `moves` lists changes of a design as plain values; `search` tries them one by one, in pairs and greedily, given something that
//! plays designs; `finalists` chooses what is played again in other trials; `recommended` puts the answer together. Method: docs/recommend.md.

mod assemble;
mod capacity;
mod design;
mod finalists;
mod judged;
mod moves;
mod obstacles;
mod paired;
mod reaction;
mod search;
#[cfg(test)]
mod search_tests;
mod shape;

pub use assemble::{About, Confirmed, recommended};
pub use design::{Design, Move, MoveKind};
pub use finalists::{Finalists, finalists};
pub use judged::{Goal, Merit, standings};
pub use moves::{Moves, moves};
pub use obstacles::{missed_rto, obstacles};
pub use paired::{contrast, is_resolved, nines_gained};
pub use search::{Found, Lab, Part, Quest, Tried, TriedPair, search};
