//! A rolling window: how long, within a trial, the last so many days have lost more than their budget.
//!
//! At an instant t the window is \[t - W, t\]; instants count from W after the start of scoring to the end of the horizon. What the
//! window has lost, L(t) = C(t) - C(t - W) with C the losses up to a time, has the slope w(t) (r(t) - r(t - W)), r being the loss at a time and w the
//! daily curve: W is a whole number of days wherever there is a curve, so w(t) = w(t - W), and the budget is the same at every t. Between two
//! ends of pieces, shifted by W or not, both r are linear and L has at most one turning point: it is split there, and each half
//! crosses the budget once at most, at a place found by bisection. So nothing is sampled on a grid.

use super::ledger::{LinearLoss, reaches};
use crate::plan::{Plan, WindowPlan};

/// Bisections of an instant: beyond the precision of a time.
const BISECTIONS: usize = 60;

/// What a rolling window came to in a trial.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct RollingOutcome {
    /// Share of the instants at which the target was missed.
    pub(super) missed: f64,
    /// Largest loss of a window, as a share of the window's requests.
    pub(super) worst: f64,
}

/// Losses of a trial, piece by piece in order of time.
struct Losses<'a> {
    plan: &'a Plan,
    pieces: &'a [LinearLoss],
    /// What was lost before each piece.
    before: Vec<f64>,
}

impl<'a> Losses<'a> {
    fn new(plan: &'a Plan, pieces: &'a [LinearLoss]) -> Self {
        let mut sum = 0.0;
        let before = pieces.iter().map(|piece| {
            let before = sum;
            sum += piece.lost_until(f64::INFINITY, plan);
            before
        });
        Self {
            plan,
            before: before.collect(),
            pieces,
        }
    }

    /// The piece that has begun last at a time, if any has.
    fn piece_at(&self, time: f64) -> Option<usize> {
        self.pieces
            .partition_point(|piece| piece.start() <= time)
            .checked_sub(1)
    }

    /// What was lost up to a time.
    fn until(&self, time: f64) -> f64 {
        self.piece_at(time).map_or(0.0, |index| {
            self.before[index] + self.pieces[index].lost_until(time, self.plan)
        })
    }

    /// The loss at a time within an interval of which no piece begins or ends.
    fn rate(&self, middle: f64, time: f64) -> f64 {
        let piece = self.piece_at(middle).map(|index| &self.pieces[index]);
        let piece = piece.filter(|piece| middle < piece.end());
        piece.map_or(0.0, |piece| piece.value(time))
    }
}

/// How a rolling window fared with the losses of a trial.
pub(super) fn rolling(plan: &Plan, window: WindowPlan, pieces: &[LinearLoss]) -> RollingOutcome {
    let width = window.seconds;
    let (from, to) = (plan.warm_up + width, plan.warm_up + plan.horizon);
    if pieces.is_empty() || to < from {
        return RollingOutcome::default();
    }
    let losses = Losses::new(plan, pieces);
    let lost = |time: f64| losses.until(time) - losses.until(time - width);
    let meets = |lost: f64| reaches(1.0 - lost / width, window.target);
    let mut ends: Vec<f64> = (pieces.iter())
        .flat_map(|piece| [piece.start(), piece.end()])
        .flat_map(|end| [end, end + width])
        .filter(|end| *end > from && *end < to)
        .chain([from, to])
        .collect();
    ends.sort_by(f64::total_cmp);
    let mut outcome = RollingOutcome::default();
    let mut missed = 0.0;
    for interval in ends.windows(2) {
        let (a, b) = (interval[0], interval[1]);
        let middle = 0.5 * (a + b);
        let slope =
            |time: f64| losses.rate(middle, time) - losses.rate(middle - width, time - width);
        let turning = turning_point(a, b, slope(a), slope(b));
        for half in [a, turning.unwrap_or(b), b].windows(2) {
            let (a, b) = (half[0], half[1]);
            let (at_a, at_b) = (lost(a), lost(b));
            outcome.worst = outcome.worst.max(at_a.max(at_b) / width);
            missed += match (meets(at_a), meets(at_b)) {
                (true, true) => 0.0,
                (false, false) => b - a,
                (true, false) => b - crossing(a, b, |time| meets(lost(time))),
                (false, true) => crossing(a, b, |time| !meets(lost(time))) - a,
            };
        }
    }
    // With a window as long as the horizon there is one instant.
    outcome.missed = if to > from {
        missed / (to - from)
    } else {
        f64::from(u8::from(!meets(lost(to))))
    };
    outcome
}

/// Where a linear slope changes its sign within an interval.
fn turning_point(a: f64, b: f64, at_a: f64, at_b: f64) -> Option<f64> {
    (at_a * at_b < 0.0).then(|| a + (b - a) * at_a / (at_a - at_b))
}

/// The last instant with a property that holds from `a` on up to some instant before `b`.
fn crossing(a: f64, b: f64, holds: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (a, b);
    for _ in 0..BISECTIONS {
        let middle = 0.5 * (low + high);
        if holds(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    low
}
