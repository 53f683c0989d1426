//! Controls: what a trial's twin lost, whose mean is known, taken off what the trial lost.
//!
//! With y what a trial loses, x and n the losses and the outages of its twin, and fixed coefficients a and b, y - a x - b n
//! has the mean of y less a E\[x\] + b E\[n\], which is known, and a smaller variance the better the twin follows. The
//! coefficients come from trials of their own, so nothing is biased. Lavenberg & Welch (1981), Management Science 27,
//! 322-335, doi:10.1287/mnsc.27.3.322.

use crate::engine::{JourneyOutcome, Loss, MeanScore};

/// Relative error that the rounding of sums may leave.
const ROUNDING: f64 = 1e-12;

/// How much of the twin is taken off a figure.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Coefficients {
    /// Of the twin's own figure.
    pub loss: f64,
    /// Of the number of the twin's outages.
    pub outages: f64,
}

/// Coefficients of all figures of a topology, and what is known of its twin.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Controls {
    /// Of the unavailability.
    pub unavailability: Coefficients,
    /// Of the journeys: of their unavailability and of their time unavailability.
    pub journeys: Vec<(Coefficients, Coefficients)>,
    /// Means of the twin; `None` if it could not be worked out.
    pub twin: Option<TwinMean>,
}

/// Means over trials of a twin.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TwinMean {
    /// Its losses.
    pub loss: Loss,
    /// Its outages in a horizon.
    pub outages: f64,
    /// How far off any of these may be, over its value.
    pub relative_error: f64,
}

impl Coefficients {
    fn of(self, loss: f64, outages: f64) -> f64 {
        self.loss.mul_add(loss, self.outages * outages)
    }

    fn is_zero(self) -> bool {
        self.loss == 0.0 && self.outages == 0.0
    }

    /// Those that leave the least variance of y, by least squares over (y, x, n); zero where the twin tells nothing.
    #[must_use]
    pub fn fit(trials: impl Iterator<Item = (f64, f64, f64)>) -> Self {
        let trials: Vec<_> = trials.collect();
        let n = trials.len().max(1) as f64;
        let mean = |of: fn(&(f64, f64, f64)) -> f64| trials.iter().map(of).sum::<f64>() / n;
        let (y, x, k) = (mean(|t| t.0), mean(|t| t.1), mean(|t| t.2));
        let (mut xx, mut xk, mut kk, mut xy, mut ky) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for trial in &trials {
            let (dy, dx, dk) = (trial.0 - y, trial.1 - x, trial.2 - k);
            xx += dx * dx;
            xk += dx * dk;
            kk += dk * dk;
            xy += dx * dy;
            ky += dk * dy;
        }
        let determinant = xx * kk - xk * xk;
        if determinant > 1e-6 * xx * kk {
            Self {
                loss: (xy * kk - ky * xk) / determinant,
                outages: (ky * xx - xy * xk) / determinant,
            }
        } else if xx > 0.0 {
            Self {
                loss: xy / xx,
                outages: 0.0,
            }
        } else {
            Self::default()
        }
    }
}

impl Controls {
    /// Controls that take nothing off: figures rest on the trials alone, their chances replaced by means.
    #[must_use]
    pub fn none(n_journeys: usize) -> Self {
        Self {
            journeys: vec![Default::default(); n_journeys],
            ..Self::default()
        }
    }

    /// What is taken off the figures of a trial.
    pub fn of(&self, score: &MeanScore, into: &mut Loss) {
        self.combine(&score.twin, score.twin_outages, into);
    }

    /// What has to be added to the means again, and how far off that may be.
    #[must_use]
    pub fn known(&self) -> (Loss, Loss) {
        let (mut known, mut error) = (Loss::default(), Loss::default());
        if let Some(twin) = &self.twin {
            self.combine(&twin.loss, twin.outages, &mut known);
            self.in_size().combine(&twin.loss, twin.outages, &mut error);
            let share = twin.relative_error + ROUNDING;
            error.unavailability *= share;
            for journey in &mut error.journeys {
                journey.unavailability *= share;
                journey.time_unavailability *= share;
            }
        }
        for loss in [&mut known, &mut error] {
            loss.journeys
                .resize(self.journeys.len(), JourneyOutcome::default());
        }
        (known, error)
    }

    /// The same with every coefficient positive.
    fn in_size(&self) -> Self {
        let size = |of: Coefficients| Coefficients {
            loss: of.loss.abs(),
            outages: of.outages.abs(),
        };
        Self {
            unavailability: size(self.unavailability),
            journeys: (self.journeys.iter())
                .map(|(lost, down)| (size(*lost), size(*down)))
                .collect(),
            twin: None,
        }
    }

    fn combine(&self, twin: &Loss, outages: f64, into: &mut Loss) {
        into.unavailability = self.unavailability.of(twin.unavailability, outages);
        into.journeys.clear();
        let journeys = self.journeys.iter().zip(&twin.journeys);
        into.journeys
            .extend(journeys.map(|((lost, down), twin)| JourneyOutcome {
                unavailability: lost.of(twin.unavailability, outages),
                time_unavailability: down.of(twin.time_unavailability, outages),
            }));
    }

    /// Whether nothing is taken off.
    #[must_use]
    pub fn are_none(&self) -> bool {
        let none = |(lost, down): &(Coefficients, Coefficients)| lost.is_zero() && down.is_zero();
        self.unavailability.is_zero() && self.journeys.iter().all(none)
    }
}
