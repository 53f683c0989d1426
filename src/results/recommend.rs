//! The answer to what to change: designs that were tried, what each avoids and costs, and which is the cheapest that will do.

use serde::Serialize;

use super::{CostResult, Estimate, LeftOut, ObjectivesEcho, Standing};

/// Changes of a design, ranked, and the designs that follow.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RecommendStudy {
    /// Length of a trial \[h\].
    pub horizon_hours: f64,
    /// Level of the intervals.
    pub level: f64,
    /// Whether the run was cut short.
    pub partial: bool,
    /// Currency of all money.
    pub currency: String,
    /// What is wanted.
    pub objectives: ObjectivesEcho,
    /// How designs were looked for.
    pub search: SearchEcho,
    /// What was played again in trials of its own; the first is where the search starts.
    pub designs: Vec<DesignResult>,
    /// Indices of the designs one change away from the start: by downtime avoided, those first whose interval leaves no doubt.
    pub ranking: Vec<usize>,
    /// Those of them that surely gain on the start and are priced, the cheapest nines first.
    pub by_cost_per_nine: Vec<usize>,
    /// Pairs of changes that do together what they do not do one by one, by what they add.
    pub pairs: Vec<PairResult>,
    /// Index of the cheapest design that meets all objectives, by point estimates; without objectives, of the cheapest.
    pub choice: Option<usize>,
    /// The same among designs whose whole intervals meet them; `None` if there is none.
    pub choice_beyond_doubt: Option<usize>,
    /// The same among designs all of whose changes the model prices; `None` if there is none.
    pub choice_of_priced: Option<usize>,
    /// Index of the design that runs cheapest of those that meet all objectives by point estimates, failure left out of its costs; `None` if
    /// none runs cheaper than `choice`.
    pub choice_by_running_cost: Option<usize>,
    /// Index of the design that comes nearest, where none meets all objectives.
    pub nearest: Option<usize>,
    /// What the next nine costs.
    pub next_nine: NextNine,
    /// What stands in the way of the objectives at the nearest design, the largest first.
    pub obstacles: Vec<Obstacle>,
    /// Changes that were played in few trials only, as they promised less than those in `ranking`.
    pub weaker: Vec<WeakerChange>,
    /// What was not tried, each with the reason.
    pub left_out: Vec<LeftOut>,
}

/// How much was looked at to choose what is reported.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct SearchEcho {
    /// Trials of each design.
    pub trials: u64,
    /// Seed of those trials; the reported figures have another.
    pub seed: u64,
    /// Designs played.
    pub designs: usize,
    /// Pairs of changes among them.
    pub pairs: usize,
    /// Pairs that were not played, as there are too many or time was up.
    pub pairs_not_played: usize,
    /// Changes in a design at most.
    pub changes: usize,
    /// Whether time was up before all was looked at.
    pub cut_short: bool,
}

/// A design with its figures.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct DesignResult {
    /// In words: the topology, and what is changed.
    pub label: String,
    /// The topology of the model that it is.
    pub topology: String,
    /// Its pattern.
    pub pattern: String,
    /// What is changed in it.
    pub changes: Vec<DesignChange>,
    /// What becomes of the model file with all of them, as `path=value`.
    pub set: Vec<String>,
    /// Trials played.
    pub trials: u64,
    /// 1 - good / total requests.
    pub unavailability: Estimate,
    /// Mean downtime \[min/year\].
    pub downtime_minutes_per_year: Estimate,
    /// Cost of a month of 730 h.
    pub cost_per_month: CostResult,
    /// Each objective.
    pub objectives: Vec<ObjectiveStanding>,
    /// Whether it meets all of them, by its point estimates.
    pub meets_objectives: bool,
    /// The same by whole intervals.
    pub standing: Standing,
    /// Against the start; `None` for the start itself.
    pub against_start: Option<AgainstStart>,
}

/// One change of a design.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DesignChange {
    /// In words.
    pub words: String,
    /// `replica`, `zone`, `pattern`, `scale`, `detection`, `failover`, `drill` or `runbook`.
    pub kind: String,
    /// What becomes of the model file, as `path=value`; empty if another of its topologies is taken.
    pub set: Vec<String>,
    /// What the model does not price about it; `None` if its cost is in the totals.
    pub not_priced: Option<String>,
}

/// A design against the start, over the same trials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AgainstStart {
    /// Downtime that it has less \[min/year\].
    pub avoided_minutes_per_year: Estimate,
    /// Whether the interval leaves no doubt on which side it is.
    pub is_resolved: bool,
    /// What runs costs more, a month.
    pub running_cost: Option<f64>,
    /// What runs, and failure, costs more, a month.
    pub cost_with_failure: Option<Estimate>,
    /// Nines that it has more; `None` where no loss was seen.
    pub nines: Option<Estimate>,
    /// What runs costs more, a month, for each nine gained; `None` where no gain is beyond doubt, or nothing is priced.
    pub cost_per_nine: Option<CostPerNine>,
}

/// Money for a nine; the interval is that of the nines.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct CostPerNine {
    /// A month, for each nine.
    pub mean: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

impl CostPerNine {
    /// A month, for a nine, above which it is no offer, and its digits would be those of a gain near 0.
    pub const DEAR: f64 = 1e7;

    /// Whether it is so dear.
    #[must_use]
    pub fn is_dear(&self) -> bool {
        self.mean > Self::DEAR
    }
}

/// How a design stands to one objective.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct ObjectiveStanding {
    /// `slo`, `rto` or `rpo`.
    pub objective: String,
    /// Availability, or the share of outages (of losses of data) that must be within the time.
    pub wanted: f64,
    /// The time of an `rto` or `rpo` \[s\].
    pub seconds: Option<f64>,
    /// What was found; `None` if there was nothing to judge by.
    pub found: Option<f64>,
    /// Lower end of its interval.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Whether the interval lies on one side.
    pub standing: Standing,
    /// How many times what may fail does, as a logarithm to base 10; 0 if met.
    pub nines_missing: f64,
}

/// Two changes that do more together.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PairResult {
    /// Index of the design with both.
    pub both: usize,
    /// Indices of the designs with one of them.
    pub one_by_one: [usize; 2],
    /// Downtime that the pair avoids beyond the sum of both \[min/year\].
    pub beyond_sum_minutes_per_year: Estimate,
    /// Whether neither alone avoids any downtime beyond doubt.
    pub alone_nothing: bool,
    /// Whether the objectives are met with both, and with neither alone.
    pub meets_only_together: bool,
}

/// What a tenth of the start's unavailability costs.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NextNine {
    /// Unavailability wanted: a tenth of the start's.
    pub wanted: f64,
    /// Index of the cheapest design that has it.
    pub design: Option<usize>,
    /// Index of the cheapest design of those that are not less available than the most available one beyond doubt, or by 1 % of what it loses.
    pub most_available: usize,
}

/// Something that stands in the way of an objective.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Obstacle {
    /// `cause`, a fault or a service of somebody else, or `phase`, what the failover is doing meanwhile.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Share of the lost requests, 0 to 1.
    pub share: f64,
    /// Downtime charged to it \[min/year\].
    pub minutes_per_year: Estimate,
    /// Whether that alone, with the whole of its interval, is more than the SLO allows.
    pub exceeds_slo_alone: bool,
    /// Its outages longer than the RTO, where that is missed; `None` elsewhere, of phases, and if there were none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub long_outages: Option<LongOutagesOfCause>,
}

/// Outages that last longer than the RTO, of those whose greatest charge is to one cause.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LongOutagesOfCause {
    /// The RTO \[s\].
    pub longer_than_seconds: f64,
    /// Share of all that last longer, 0 to 1.
    pub share: f64,
    /// How many a year.
    pub per_year: Estimate,
}

/// A change as it was in the trials of the search.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WeakerChange {
    /// In words.
    pub words: String,
    /// Downtime that it had less \[min/year\].
    pub avoided_minutes_per_year: Estimate,
}
