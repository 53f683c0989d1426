//! What a scenario does to topologies: the timeline of what users see, and what it costs them.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

use super::Estimate;

/// A scenario played on topologies side by side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Injection {
    /// The scenario.
    pub scenario: ScenarioEcho,
    /// What happens beside it: `healthy` or `random`.
    pub background: String,
    /// Length of what is shown \[s\].
    pub horizon_seconds: f64,
    /// Level of the intervals, 0 to 1.
    pub level: f64,
    /// Seed of all random streams.
    pub seed: u64,
    /// Whether it was cut short.
    pub partial: bool,
    /// Recovery time objective \[s\].
    pub rto_seconds: Option<f64>,
    /// Recovery point objective \[s\].
    pub rpo_seconds: Option<f64>,
    /// Mean rate of requests \[1/s\]; requests are counted as seconds of it where it is not known.
    pub rate_per_second: Option<f64>,
    /// One for each topology, in file order.
    pub topologies: Vec<InjectedTopology>,
    /// Each two of them, over the same trials.
    #[serde(default)]
    pub differences: Vec<InjectedDifference>,
}

/// A topology less another one, over the trials that both lived through.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InjectedDifference {
    /// This topology …
    pub of: String,
    /// … less this one.
    pub from: String,
    /// Requests lost \[requests, or seconds of mean traffic\].
    pub requests_lost: Estimate,
    /// Time in which a journey is down \[s\].
    pub down_seconds: Estimate,
    /// Share of trials in which `of` lost fewer requests.
    pub less: f64,
    /// Share of trials in which both lost as many.
    pub equal: f64,
    /// Share of trials in which `of` lost more.
    pub more: f64,
    /// Probability that `of` loses less on average.
    pub better: f64,
}

/// A scenario as it was read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScenarioEcho {
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
    /// Hour of the day at which it begins.
    pub hour: f64,
    /// What goes wrong.
    pub faults: Vec<FaultEcho>,
}

/// A scripted fault.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FaultEcho {
    /// When it strikes; negative: before the beginning \[s\].
    pub at_seconds: f64,
    /// How long it lasts \[s\]; `None`: drawn.
    pub lasts_seconds: Option<f64>,
    /// Where.
    pub place: String,
    /// What it does.
    pub effect: String,
    /// Free text.
    pub note: Option<String>,
}

/// What a scenario does to one topology.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InjectedTopology {
    /// Its name.
    pub name: String,
    /// Its pattern.
    pub pattern: String,
    /// Regions in use, each once, the primary first.
    pub regions: Vec<String>,
    /// Cells of each region; 1 where regions are not split.
    #[serde(default = "super::types::not_split")]
    pub cells: u32,
    /// Trials played.
    pub trials: u64,
    /// Whether nothing is drawn: one trial is all there is, and every figure is exact.
    pub exact: bool,
    /// Numbers, from 1, of the scripted faults that have no place here.
    pub missed: Vec<usize>,
    /// Requests lost over all \[requests, or seconds of mean traffic\].
    pub requests_lost: Estimate,
    /// Their share of all requests of the timeline.
    pub share_lost: Estimate,
    /// Time in which a journey is down \[s\].
    pub down_seconds: Estimate,
    /// From the first moment down until the last \[s\], over the trials with a moment down.
    pub until_back: Spell,
    /// From the loss of a region until it is noticed \[s\].
    pub detect: Spell,
    /// From then until it is decided \[s\].
    pub decide: Spell,
    /// From then until the standby is ready \[s\].
    pub activate: Spell,
    /// Age of what is left of the data after the greatest loss \[s\]; over the trials with one.
    pub data_loss: Spell,
    /// Time in which two regions accepted writes that the other did not see \[s\].
    pub split_brain_seconds: Estimate,
    /// Share of trials whose longest outage is within the RTO; `None` without one.
    pub rto_met: Option<Estimate>,
    /// Share of trials whose greatest loss of data is within the RPO; `None` without one.
    pub rpo_met: Option<Estimate>,
    /// What is lost, by what the failover was doing.
    pub phases: Vec<InjectedPhase>,
    /// All journeys together, each by its share.
    pub all: JourneyTimeline,
    /// Each journey.
    pub journeys: IndexMap<String, JourneyTimeline>,
    /// Ends of the intervals of `all` and of each journey \[s\]; the first begins at 0.
    pub ends: Vec<f64>,
    /// What is done in each interval: shares of its time, by phase.
    pub doing: Vec<IndexMap<String, f64>>,
}

/// A time that some trials have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Spell {
    /// Trials that have it.
    pub n: u64,
    /// Trials in which it was not over at the end.
    pub open: u64,
    /// Mean over those that have it \[s\]; `None` without any.
    pub mean: Option<Estimate>,
    /// Half of them are shorter \[s\].
    pub p50: Option<f64>,
    /// 95 % of them are shorter \[s\].
    pub p95: Option<f64>,
}

/// What is lost while the failover is at one thing.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InjectedPhase {
    /// The phase.
    pub phase: String,
    /// What was waited for.
    pub on: Option<String>,
    /// Requests lost in it \[requests, or seconds of mean traffic\].
    pub requests_lost: Estimate,
    /// Its share of what is lost.
    pub share: f64,
    /// Mean time in it with a loss \[s\].
    pub seconds: f64,
}

/// What users of one journey, or of all, see over time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct JourneyTimeline {
    /// Share of the requests.
    pub share: f64,
    /// Requests lost \[requests, or seconds of mean traffic\].
    pub requests_lost: Estimate,
    /// Time down \[s\].
    pub down_seconds: Estimate,
    /// Success in each interval.
    pub success: Vec<SuccessPoint>,
    /// Where nothing is drawn: success at both ends of each linear piece.
    pub pieces: Option<Vec<SuccessPiece>>,
}

/// Success in an interval of time.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SuccessPoint {
    /// Mean over time and trials.
    pub mean: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// 5 % of the trials are below.
    pub p5: f64,
    /// Half of them are below.
    pub p50: f64,
    /// 95 % of them are below.
    pub p95: f64,
}

/// Success that is linear between two times.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuccessPiece {
    /// From \[s\].
    pub from: f64,
    /// Until \[s\].
    pub to: f64,
    /// At its start.
    pub success_from: f64,
    /// At its end.
    pub success_to: f64,
    /// What most is lost to, or what is done.
    pub phase: String,
}
