//! An interval and the name of the method that made it.

/// An interval for one figure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Name of the method, as docs/statistics.md lists it.
    pub method: &'static str,
}

impl Interval {
    /// Half of the length.
    #[must_use]
    pub fn half_width(&self) -> f64 {
        (self.high - self.low) / 2.0
    }

    /// The interval of `factor` times the figure, for a `factor` of at least 0.
    #[must_use]
    pub fn scaled(self, factor: f64) -> Self {
        Self {
            low: self.low * factor,
            high: self.high * factor,
            ..self
        }
    }

    /// The interval with both ends brought into `least..=most`.
    #[must_use]
    pub fn clamped(self, least: f64, most: f64) -> Self {
        Self {
            low: self.low.max(least).min(most),
            high: self.high.max(least).min(most),
            ..self
        }
    }
}
