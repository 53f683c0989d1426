//! Charts: one file for each, one theme.

mod attribution;
mod axis;
mod boxes;
mod canvas;
mod cost;
mod cost_availability;
mod curve;
mod data_loss;
mod deployment;
mod dot;
mod downtime;
mod drills;
mod gallery;
mod key;
mod labels;
mod layers;
mod letters;
mod recovery;
mod render;
mod sheet;
mod theme;
mod timeline;
mod unavailability;
mod words;

pub use attribution::main_causes;
pub use cost::{CostPart, cost_parts};
pub use deployment::deployment_graph;
pub use dot::dot;
pub use drills::{DRILLS, drills};
pub use gallery::{NAMES, all};
pub use render::{ChartError, FONT_FACES, png};
pub use sheet::Chart;
pub use theme::{Look, Shade, dark_rules, looks, part_shade};
pub use timeline::main_causes as timeline_causes;
