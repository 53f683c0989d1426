//! Axes: from a figure to a place on the sheet, and the figures worth a tick.

use super::canvas::{Canvas, Rect};
use super::letters::Letters;
use super::theme::{AXIS, GRID, MUTED, SMALL_SIZE};
use crate::results::Estimate;
use crate::results::format;

/// How figures are spread along an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Spread {
    /// Evenly.
    Linear,
    /// By powers of ten.
    Log,
}

/// From figures to pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    spread: Spread,
    low: f64,
    high: f64,
    start: f64,
    end: f64,
}

impl Scale {
    /// An axis from `low` at pixel `start` to `high` at pixel `end`.
    pub(super) fn new(spread: Spread, (low, high): (f64, f64), (start, end): (f64, f64)) -> Self {
        Scale {
            spread,
            low,
            high,
            start,
            end,
        }
    }

    /// Where a figure lies, brought to the nearer end if it is beyond the axis.
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = match self.spread {
            Spread::Linear => (value - self.low) / (self.high - self.low),
            Spread::Log if value <= 0.0 => 0.0,
            Spread::Log => (value / self.low).ln() / (self.high / self.low).ln(),
        };
        let share = if share.is_finite() {
            share.clamp(0.0, 1.0)
        } else {
            0.0
        };
        self.start + (self.end - self.start) * share
    }

    /// Whether a figure is on the axis.
    pub(super) fn holds(&self, value: f64) -> bool {
        value >= self.low && value <= self.high
    }

    /// Lowest figure.
    pub(super) fn low(&self) -> f64 {
        self.low
    }

    /// Figures worth a tick.
    pub(super) fn ticks(&self, most: usize) -> Vec<f64> {
        match self.spread {
            Spread::Linear => linear_ticks(self.low, self.high, most),
            Spread::Log => log_ticks(self.low, self.high, most),
        }
    }
}

/// A range of unavailability that shows all estimates, rounded outwards.
pub(super) fn unavailability_range<'a>(
    all: impl IntoIterator<Item = &'a Estimate>,
    also: Option<f64>,
) -> (f64, f64) {
    let mut low = f64::INFINITY;
    let mut high: f64 = 0.0;
    for estimate in all {
        let centre = if estimate.mean > 0.0 {
            estimate.mean
        } else {
            estimate.high
        };
        if centre > 0.0 && centre.is_finite() {
            // An interval that reaches down to nothing is drawn to the edge, not for many decades.
            low = low.min(estimate.low.clamp(centre / 12.0, centre));
            high = high.max(estimate.high.max(centre));
        }
    }
    if let Some(value) = also.filter(|&value| value > 0.0) {
        low = low.min(value);
        high = high.max(value);
    }
    log_range(low, high, (1e-6, 1e-3))
}

/// A range rounded outwards to 1, 2 or 5 times a power of ten; `other` if there is none.
pub(super) fn log_range(low: f64, high: f64, other: (f64, f64)) -> (f64, f64) {
    if !(low > 0.0 && high >= low && high.is_finite()) {
        return other;
    }
    let (low, high) = (low.max(1e-300) / 1.15, high.min(1e300) * 1.15);
    let (low, high) = if high / low < 8.0 {
        (low / 1.6, high * 1.6)
    } else {
        (low, high)
    };
    (step_down(low), step_up(high))
}

fn step_down(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [5.0, 2.0, 1.0]
        .into_iter()
        .map(|m| m * decade)
        .find(|&step| step <= value * (1.0 + 1e-9))
        .unwrap_or(decade)
}

fn step_up(value: f64) -> f64 {
    let decade = 10_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * decade)
        .find(|&step| step >= value * (1.0 - 1e-9))
        .unwrap_or(decade)
}

/// Round figures at even distances.
pub(super) fn linear_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let rough = (high - low) / most.max(1) as f64;
    if !(rough > 0.0 && rough.is_finite()) {
        return vec![low];
    }
    let step = step_up(rough);
    let first = (low / step).ceil();
    (0..=most + 1)
        .map(|i| (first + i as f64) * step)
        .filter(|&tick| tick <= high * (1.0 + 1e-9))
        .collect()
}

fn log_ticks(low: f64, high: f64, most: usize) -> Vec<f64> {
    let decades = (low.log10().floor() as i32)..=(high.log10().ceil() as i32);
    let within = |steps: &[f64]| -> Vec<f64> {
        decades
            .clone()
            .flat_map(|exponent| steps.iter().map(move |step| step * 10_f64.powi(exponent)))
            .filter(|&tick| tick >= low * (1.0 - 1e-9) && tick <= high * (1.0 + 1e-9))
            .collect()
    };
    let choices: [&[f64]; 3] = [&[1.0, 2.0, 5.0], &[1.0, 3.0], &[1.0]];
    for steps in choices {
        let ticks = within(steps);
        if ticks.len() <= most {
            return ticks;
        }
    }
    let ticks = within(&[1.0]);
    let every = ticks.len().div_ceil(most.max(1));
    ticks.into_iter().step_by(every).collect()
}

/// Durations that people think in \[s\].
const KEY_POINTS: [f64; 25] = [
    1e-6,
    1e-5,
    1e-4,
    0.001,
    0.01,
    0.1,
    1.0,
    5.0,
    15.0,
    60.0,
    300.0,
    900.0,
    3600.0,
    14_400.0,
    43_200.0,
    86_400.0,
    259_200.0,
    864_000.0,
    2_592_000.0,
    7_776_000.0,
    31_536_000.0,
    3.1536e8,
    3.1536e9,
    3.1536e10,
    3.1536e11,
];

/// Durations that people think in, within a range \[s\].
pub(super) fn durations_within((low, high): (f64, f64)) -> impl Iterator<Item = f64> {
    let within = move |tick: &f64| (low * 0.999..=high * 1.001).contains(tick);
    KEY_POINTS.into_iter().filter(within)
}

/// Ticks below the plot at durations that people think in, as many as have room.
pub(super) fn durations_below(canvas: &Canvas, plot: Rect, scale: Scale, (low, high): (f64, f64)) {
    let mut free_from = f64::NEG_INFINITY;
    for tick in durations_within((low, high)) {
        let (x, label) = (scale.at(tick), format::duration(tick));
        let half = ticks().width(&label) / 2.0;
        if x - half < free_from {
            continue;
        }
        canvas.line((x, plot.bottom()), (x, plot.bottom() + 5.0), AXIS, 1.0);
        canvas.text(&label, x, plot.bottom() + 19.0, ticks().middle());
        free_from = x + half + 9.0;
    }
}

/// An unavailability on an axis: `10⁻³`, `2 × 10⁻⁴`.
pub(super) fn power(value: f64) -> String {
    format::scientific(value, 1).replacen("1 × ", "", 1)
}

/// Its nines: `3 nines`, `3.3 nines`.
pub(super) fn nines(unavailability: f64) -> String {
    let nines = (-unavailability.log10()).max(0.0);
    let text = format::significant((nines * 10.0).round() / 10.0, 3);
    if text == "1" {
        "1 nine".to_owned()
    } else {
        format!("{text} nines")
    }
}

/// A light vertical line with a label below the plot.
pub(super) fn tick_below(canvas: &Canvas, plot: Rect, x: f64, label: &str) {
    canvas.line((x, plot.y), (x, plot.bottom()), GRID, 1.0);
    canvas.text(label, x, plot.bottom() + 17.0, ticks().middle());
}

/// A light horizontal line with a label left of the plot.
pub(super) fn tick_left(canvas: &Canvas, plot: Rect, y: f64, label: &str) {
    canvas.line((plot.x, y), (plot.right(), y), GRID, 1.0);
    canvas.text_at(label, plot.x - 8.0, y, ticks().end());
}

/// What the axis below the plot counts.
pub(super) fn title_below(canvas: &Canvas, plot: Rect, title: &str) {
    canvas.text(
        title,
        plot.x + plot.width / 2.0,
        plot.bottom() + 37.0,
        ticks().middle(),
    );
}

/// What the axis left of the plot counts.
pub(super) fn title_left(canvas: &Canvas, plot: Rect, x: f64, title: &str) {
    canvas.text_upwards(title, x, plot.y + plot.height / 2.0, ticks().middle());
}

/// Letters of ticks.
pub(super) fn ticks() -> Letters {
    Letters::new(SMALL_SIZE, MUTED)
}
