//! What long runs leave on disk between commands: checkpoints and shards.
//!
//! The one place that knows these files. Both hold a [`crate::montecarlo::State`], to the bit, with what it is a state of:
//! an [`Identity`]. A file that is damaged or of another run is named with what differs and never used.

mod checkpoint;
mod file;
mod identity;
mod shards;

pub use checkpoint::{Checkpoint, CheckpointFile, Unused};
pub use file::ReadError;
pub use identity::{Identity, Stop};
pub use shards::{Appearance, FolderFiles, Joined, ShardFile, ShardSet, WrongSet, write_shard};
