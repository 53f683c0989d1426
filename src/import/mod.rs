//! From descriptions that exist already (manifests, compose files, traces, plans) to a model in the model language.
//!
//! ```text
//! files -> source (text) -> document (values) -> format (what is it?) -> kubernetes, compose, traces, … -> System
//!     System -> cycles, journeys -> write (a model with comments) -> model::load_str (does it load?)
//! ```
//!
//! **Nothing of a file is copied but names of services, counts, and fields on a list**: what is read is written down in
//! docs/import.md. Values of environment variables are only compared with the names of services. Names are data: they
//! go through `names` and are quoted where they are written.

mod address;
mod compose;
mod cycles;
mod dependencies;
mod document;
mod env_file;
mod error;
mod facts;
mod format;
mod jaeger;
mod join;
mod journeys;
mod kubernetes;
mod names;
mod otlp;
mod places;
mod source;
mod spans;
mod summary;
mod system;
mod terraform;
mod write;

pub use env_file::Environment;
pub use error::ImportError;
pub use format::Format;
pub use join::{Imported, Options, import};
pub use source::Source;
pub use summary::Summary;
