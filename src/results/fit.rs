//! What an incident log says: times to repair, times between failures and rates, with their intervals.

use serde::Serialize;

/// A log and what was fitted to it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FitStudy {
    /// Name of the file.
    pub log: String,
    /// All its rows.
    pub rows: u64,
    /// Rows that meet the conditions.
    pub selected: u64,
    /// The conditions, as they were written.
    pub filters: Vec<String>,
    /// Column whose values are fitted apart.
    pub by: Option<String>,
    /// What each column was taken to say.
    pub columns: Vec<FitColumn>,
    /// Rows that are not used, and why.
    pub dropped: Vec<FitDropped>,
    /// What a reader should know of the log.
    pub notes: Vec<String>,
    /// Level of the intervals.
    pub level: f64,
    /// Seed of the simulated samples.
    pub seed: u64,
    /// What was fitted: the whole log, or each value of the column `by`, the most incidents first.
    pub groups: Vec<FitGroup>,
}

/// A column and what it says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FitColumn {
    /// `start`, `end`, `duration`, `time zone` or `place`.
    pub says: String,
    /// Its name, and the unit of its bare numbers.
    pub name: String,
}

/// Rows that are not used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FitDropped {
    /// What they are left out of: `all`, `time to repair` or `time between failures`.
    pub from: String,
    /// Why.
    pub reason: String,
    /// How many.
    pub rows: u64,
    /// Lines of the first of them.
    pub lines: Vec<u64>,
}

/// Some incidents.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FitGroup {
    /// Value of the column `by`; empty for the whole log.
    pub name: String,
    /// How many incidents.
    pub incidents: u64,
    /// Time to repair; `None` if the log does not have it.
    pub repair: Option<TimeFit>,
    /// How often they begin; `None` if the log does not have that.
    pub rate: Option<RateFit>,
    /// Time from the end of an outage of a place to the begin of its next; `None` if that cannot be told.
    pub between: Option<TimeFit>,
    /// What a reader should know of them.
    pub notes: Vec<String>,
}

/// Times and the families that were fitted to them.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TimeFit {
    /// How many times.
    pub n: u64,
    /// Of these, exact.
    pub exact: u64,
    /// Only known to be longer than something: under way, or so written.
    pub right_censored: u64,
    /// Only known to be shorter than something.
    pub left_censored: u64,
    /// Only known to lie between two bounds.
    pub interval_censored: u64,
    /// Mean of the exact ones \[s\].
    pub sample_mean_seconds: Option<f64>,
    /// Their only value, if all are exact and equal \[s\].
    pub constant_seconds: Option<f64>,
    /// Median as observed: Kaplan and Meier's \[s\]; `None` if less than half have ended.
    pub sample_median_seconds: Option<f64>,
    /// The families, the best first.
    pub families: Vec<FamilyFit>,
    /// Two kinds of times, where they explain the sample far better than any family does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mixture: Option<MixtureFit>,
    /// Families that were not fitted, and why.
    pub refused: Vec<String>,
    /// Name of the one to use; `None` if none was fitted.
    pub chosen: Option<String>,
    /// Why that one, and how far it may be trusted.
    pub reason: String,
    /// What a reader should know.
    pub notes: Vec<String>,
    /// Share that lasts longer, as observed, at most 400 steps; empty where times are known between bounds only.
    pub survival: Vec<SurvivalStep>,
}

impl TimeFit {
    /// The family to use.
    #[must_use]
    pub fn choice(&self) -> Option<&FamilyFit> {
        let chosen = self.chosen.as_deref()?;
        self.families.iter().find(|family| family.family == chosen)
    }
}

/// A mixture of two lognormals.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MixtureFit {
    /// The kind with the shorter median first.
    pub parts: Vec<MixturePart>,
    /// Mean of both together \[s\].
    pub mean_seconds: Ranged,
    /// Median \[s\].
    pub median_seconds: Ranged,
    /// The time within which 95 % are over \[s\].
    pub p95_seconds: Ranged,
    /// ln of the likelihood.
    pub log_likelihood: f64,
    /// Schwarz's criterion.
    pub bic: f64,
    /// The single family that is best by it …
    pub single: String,
    /// … and its value.
    pub bic_of_single: f64,
}

/// One kind of times, lognormal.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MixturePart {
    /// Share of the times.
    pub weight: Ranged,
    /// Median \[s\].
    pub median_seconds: Ranged,
    /// Standard deviation of the logarithm.
    pub sigma: Ranged,
    /// The time within which 95 % are over \[s\].
    pub p95_seconds: Ranged,
}

/// A step of an observed survival curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SurvivalStep {
    /// From this time on \[s\].
    pub seconds: f64,
    /// Share that lasts longer.
    pub survival: f64,
    /// Lower end of its interval.
    pub low: f64,
    /// Upper end of its interval.
    pub high: f64,
}

/// A fitted family.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FamilyFit {
    /// `exponential`, `lognormal`, `weibull` or `gamma`.
    pub family: String,
    /// Its parameters.
    pub parameters: Vec<FitParameter>,
    /// Mean \[s\].
    pub mean_seconds: Ranged,
    /// Median \[s\].
    pub median_seconds: Ranged,
    /// Time within which 95 % are over \[s\].
    pub p95_seconds: Ranged,
    /// The range in which the mean is with 90 % confidence \[s\]: what `between` stands for.
    pub mean_90_seconds: Ranged,
    /// ln of the likelihood, times in seconds.
    pub log_likelihood: f64,
    /// Akaike's criterion.
    pub aic: f64,
    /// The same, corrected for small samples.
    pub aicc: f64,
    /// Share of belief among the families, by `AICc`.
    pub weight: f64,
    /// Whether the sample could be one of this law; `None` if that was not tested.
    pub goodness: Option<GoodnessOfFit>,
    /// Survival at the times of the chart: times \[s\] and shares.
    #[serde(skip)]
    pub curve: Vec<(f64, f64)>,
}

/// A test of a fitted law.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct GoodnessOfFit {
    /// Anderson and Darling's A².
    pub anderson_darling: f64,
    /// Chance of an A² as large if the law were right.
    pub p_value: f64,
    /// Greatest difference of observed and fitted share.
    pub greatest_difference: f64,
    /// Simulated samples behind the chance.
    pub simulations: u64,
}

/// A parameter.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FitParameter {
    /// Its name in the model language, or `mu` and `sigma`.
    pub name: String,
    /// `s`, `ln(min)`, or nothing for a bare number.
    pub unit: String,
    /// Value and interval.
    #[serde(flatten)]
    pub value: Ranged,
}

/// A figure and its interval; an end is `None` where the sample does not bound it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Ranged {
    /// The figure; `None` where none was seen.
    pub value: Option<f64>,
    /// Lower end.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// How the interval was found.
    pub method: String,
}

/// How often incidents begin.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RateFit {
    /// Begin of the window, ISO 8601.
    pub from: String,
    /// Its end.
    pub to: String,
    /// Whether the user said both.
    pub window_given: bool,
    /// Places that may fail.
    pub places: f64,
    /// Whether the user said how many.
    pub places_given: bool,
    /// Incidents that count.
    pub n: u64,
    /// Window times places \[h\].
    pub exposure_hours: f64,
    /// Of that, in repair \[h\].
    pub down_hours: f64,
    /// Incidents a year of one place.
    pub per_year: Ranged,
    /// Operating time between failures of one place \[s\].
    pub mtbf_seconds: Ranged,
    /// 90 % range of it, widened where failures come in clusters \[s\]: what `between` stands for.
    pub mtbf_90_seconds: Ranged,
    /// Whether the rate drifts; `None` if there are too few incidents.
    pub drift: Option<Drift>,
    /// Whether incidents come in clusters; `None` if there are too few.
    pub dispersion: Option<Dispersion>,
}

/// Laplace's test.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Drift {
    /// Standard normal if the rate is steady; above 0 where failures become more frequent.
    pub u: f64,
    /// Chance of one as far from 0.
    pub p_value: f64,
}

/// Counts of incidents in equal parts of the window.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Dispersion {
    /// Variance over mean; 1 for independent incidents.
    pub index: f64,
    /// Parts of the window.
    pub parts: u64,
    /// Chance of one as large.
    pub p_value: f64,
}
