//! A validated scenario: faults at given times, in words of a model.

use crate::model::{Cut, Detection, Effect};

/// Faults at given times, checked against a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Scenario {
    /// What it is called.
    pub name: String,
    /// Free text.
    pub description: Option<String>,
    /// Where it is told of.
    pub source: Option<String>,
    /// What is known of it.
    pub known: Vec<String>,
    /// What is assumed.
    pub assumed: Vec<String>,
    /// Hour of the day at which its time begins, 0 to 24.
    pub hour: f64,
    /// Time before its beginning that is played and not shown \[s\].
    pub lead_in_seconds: f64,
    /// Length of what is shown \[s\].
    pub horizon_seconds: f64,
    /// What goes wrong, in file order; never empty.
    pub faults: Vec<ScriptedFault>,
}

/// One fault at a given time.
#[derive(Debug, Clone, PartialEq)]
pub struct ScriptedFault {
    /// When it strikes, from the beginning; negative: before it \[s\].
    pub at_seconds: f64,
    /// How long it lasts \[s\]; `None`: as long as the fault that it is an occurrence of.
    pub lasts_seconds: Option<f64>,
    /// Where; `None`: wherever the fault that it is an occurrence of hits.
    pub place: Option<PlaceOf>,
    /// The place as it is told.
    pub place_text: String,
    /// What it is.
    pub what: What,
    /// Free text.
    pub note: Option<String>,
}

/// What a scripted fault is.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// An effect of its own.
    Effect {
        /// What it does to its place.
        effect: Effect,
        /// Whether health checks see it; the time until it is noticed counts as a part of its length.
        detection: Detection,
        /// Only these services, if given.
        services: Option<Vec<String>>,
        /// Whether errors are met once by each request, and not once at each service that it needs.
        at_the_door: bool,
    },
    /// An occurrence of this fault of the model.
    Occurrence(String),
}

/// A place by name or by its role in a topology.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlaceOf {
    /// All places at once.
    Everywhere,
    /// A region and all in it.
    Region(RegionOf),
    /// A zone and all in it.
    Zone(RegionOf, ZoneOf),
    /// A cell of a region, from 1, and all in it: the last where there are fewer.
    Cell(RegionOf, u32),
    /// A service in one cell of a region.
    ServiceInCell(RegionOf, u32, String),
    /// A service everywhere.
    Service(String),
    /// A service in one region.
    ServiceInRegion(RegionOf, String),
    /// The replicas of a service in one zone.
    ServiceInZone(RegionOf, ZoneOf, String),
    /// The link between two regions.
    RegionLink(RegionOf, RegionOf, Cut),
    /// The link between two zones of a region.
    ZoneLink(RegionOf, ZoneOf, ZoneOf, Cut),
    /// All links between a region and the others.
    LinksOfRegion(RegionOf),
    /// All links between a zone and the others of its region.
    LinksOfZone(RegionOf, ZoneOf),
}

/// A region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegionOf {
    /// By name.
    Named(String),
    /// By its position in the topology: 0 is the primary.
    Position(usize),
}

/// A zone of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ZoneOf {
    /// By name.
    Named(String),
    /// By its position in the region, from 0.
    Position(usize),
}
