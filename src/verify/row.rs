//! What became of the reference values: the table, row by row, and its verdicts.

use serde::Serialize;

use super::{Near, VAGUEST, WIDEST};
use crate::exact::Figure;
use crate::stats::normal_quantile;

/// The rows of a verification with what they rest on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Table {
    /// Version of this shape.
    pub schema: u32,
    /// Version of the program.
    pub version: String,
    /// Git commit of the program, if it is known.
    pub commit: Option<String>,
    /// Chance of a false alarm in the whole table.
    pub false_alarm: f64,
    /// Level at which an interval must hold its reference.
    pub level: f64,
    /// Verdicts by kind.
    pub counts: Counts,
    /// One for each reference value, in order.
    pub rows: Vec<Row>,
}

/// How many rows have which verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Agree.
    pub pass: usize,
    /// Differ.
    pub fail: usize,
    /// Agree, as far as few trials tell.
    pub wide: usize,
    /// Have neither been worked out nor sampled.
    pub unanswered: usize,
}

/// One reference value and what the program makes of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Row {
    /// Name of the case.
    pub case: String,
    /// Short name of its system.
    pub system: String,
    /// What was compared, in a few words.
    pub figure: String,
    /// Path of the figure below a topology of results.json.
    pub path: String,
    /// The source of the system, in full.
    pub source: String,
    /// How the reference was derived.
    pub derivation: String,
    /// `published+recomputed`, `recomputed` or `derived`.
    pub kind: String,
    /// The reference.
    pub reference: f64,
    /// How far off it may be, over its value.
    pub precision: f64,
    /// What the source has, where the language states only nearly the same system.
    pub near: Option<Near>,
    /// The figure without sampling; `None` if it was refused.
    pub exact: Option<WorkedOut>,
    /// Why it was refused.
    pub not_exact: Option<String>,
    /// The figure from trials.
    pub simulated: Option<Simulated>,
    /// Whether they agree.
    pub verdict: Verdict,
}

/// Whether a reference and the program agree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Everything that there is agrees, and was sampled sharply enough to tell.
    Pass,
    /// Something differs.
    Fail,
    /// Nothing differs, but the interval of what was sampled is too wide to tell.
    Wide,
    /// Neither worked out nor sampled.
    Unanswered,
}

impl Verdict {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::Wide => "wide",
            Self::Unanswered => "none",
        }
    }
}

/// A figure without sampling.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WorkedOut {
    /// The figure.
    pub value: f64,
    /// How far off it may be, in the unit of the figure.
    pub error: f64,
    /// `exact` or `numerical`.
    pub accuracy: &'static str,
    /// The way it was got.
    pub route: &'static str,
    /// Whether it is the reference, within its own error and the precision of the reference, and that error is small.
    pub agrees: bool,
}

impl WorkedOut {
    /// A figure beside its reference, which has a relative precision.
    pub(super) fn new(figure: Figure, route: &'static str, reference: f64, precision: f64) -> Self {
        let allowed = figure.error + precision * reference.abs();
        Self {
            value: figure.value,
            error: figure.error,
            accuracy: figure.accuracy.name(),
            route,
            agrees: (figure.value - reference).abs() <= allowed
                && figure.error <= VAGUEST * reference.abs(),
        }
    }
}

/// A figure from trials.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Simulated {
    /// Its mean, or the percentile.
    pub mean: f64,
    /// Lower end of the interval that is shown.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Level of the interval that is shown.
    pub level: f64,
    /// Number of trials, or outages, that it rests on.
    pub n: u64,
    /// Name of the method of the interval.
    pub interval: String,
    /// Distance from the reference in standard errors, negative below it.
    ///
    /// A standard error is the part of the interval at the level of the verdict that lies towards the reference, over the
    /// normal quantile of that level: |`apart`| is above that quantile iff the interval misses the reference.
    pub apart: f64,
    /// Whether the interval at the level of the verdict holds the reference.
    pub agrees: bool,
    /// Whether the interval that is shown is narrow enough for that to tell something.
    pub tells: bool,
}

/// Ends of an interval around what was sampled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ends {
    pub low: f64,
    pub high: f64,
}

impl Ends {
    fn half_width(self) -> f64 {
        (self.high - self.low) / 2.0
    }
}

/// Distance of a mean from its reference in standard errors, from its interval at a level.
pub(super) fn apart(mean: f64, ends: Ends, level: f64, reference: f64) -> f64 {
    if mean == reference {
        return 0.0;
    }
    let side = if reference < mean {
        mean - ends.low
    } else {
        ends.high - mean
    };
    (mean - reference) / side * normal_quantile(f64::midpoint(1.0, level))
}

/// Whether an interval is narrow enough, `scale` being what its half-width is compared with.
pub(super) fn tells(ends: Ends, scale: f64) -> bool {
    ends.half_width() <= WIDEST * scale
}

/// The verdict on a figure that was worked out, sampled, both or neither.
pub(super) fn verdict(exact: Option<&WorkedOut>, simulated: Option<&Simulated>) -> Verdict {
    let differs = exact.is_some_and(|exact| !exact.agrees)
        || simulated.is_some_and(|simulated| !simulated.agrees);
    match (exact, simulated) {
        _ if differs => Verdict::Fail,
        (None, None) => Verdict::Unanswered,
        (_, Some(simulated)) if !simulated.tells => Verdict::Wide,
        _ => Verdict::Pass,
    }
}

impl Counts {
    /// Of these rows.
    #[must_use]
    pub fn of(rows: &[Row]) -> Self {
        let count = |verdict| rows.iter().filter(|row| row.verdict == verdict).count();
        Self {
            pass: count(Verdict::Pass),
            fail: count(Verdict::Fail),
            wide: count(Verdict::Wide),
            unanswered: count(Verdict::Unanswered),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reference_at_an_end_is_as_far_as_the_quantile() {
        let ends = Ends {
            low: 8.0,
            high: 13.0,
        };
        let quantile = 1.959_963_984_540_054;
        assert!((apart(10.0, ends, 0.95, 8.0) - quantile).abs() < 1e-9);
        assert!((apart(10.0, ends, 0.95, 13.0) + quantile).abs() < 1e-9);
        assert_eq!(apart(10.0, ends, 0.95, 10.0), 0.0);
    }
}
