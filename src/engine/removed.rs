//! What a busy period would weigh if some of the clocks never ran out.
//!
//! A busy period in which none of them has run out can also be met in the plan without them, where they do not have to be lucky:
//! its density there is that by nature times
//!
//! ```text
//! exp ∫ λ(t) dt,   λ: rate of the clocks taken out, over the busy period.
//! ```
//!
//! One in which any of them has run out cannot. So busy periods of a plan say what is lost without each of its parts, in pairs that
//! have all their luck in common, and no second one is played.

/// Parts whose clocks are taken out, one apart from the other.
#[derive(Debug, Default)]
pub(super) struct Removed {
    /// By clock, the parts that it is one of.
    parts_of: Vec<Vec<u32>>,
    /// By part, the integral of the rates of its clocks over the busy period.
    exposure: Vec<f64>,
    /// By part, whether one of its clocks has run out.
    has_failed: Vec<bool>,
    /// By part, what is lost without it, of the busy periods of a sample.
    lost: Vec<f64>,
}

impl Removed {
    /// For parts given by their clocks, of so many.
    pub(super) fn new(n_clocks: usize, parts: &[Vec<u32>]) -> Self {
        let mut parts_of = vec![Vec::new(); n_clocks];
        for (part, clocks) in (0..).zip(parts) {
            for &clock in clocks {
                parts_of[clock as usize].push(part);
            }
        }
        Self {
            parts_of,
            exposure: vec![0.0; parts.len()],
            has_failed: vec![false; parts.len()],
            lost: vec![0.0; parts.len()],
        }
    }

    /// What the busy periods of a sample lose without a part.
    pub(super) fn lost_without(&self, part: usize) -> f64 {
        self.lost[part]
    }

    /// A sample begins.
    pub(super) fn clear(&mut self) {
        self.lost.fill(0.0);
    }

    /// A busy period begins.
    pub(super) fn begin(&mut self) {
        self.exposure.fill(0.0);
        self.has_failed.fill(false);
    }

    /// Time passes in which clocks have these rates \[1/s\].
    pub(super) fn pass(&mut self, rates: &[f64], seconds: f64) {
        for (parts, rate) in self.parts_of.iter().zip(rates) {
            for &part in parts {
                self.exposure[part as usize] += rate * seconds;
            }
        }
    }

    /// A clock runs out.
    pub(super) fn fail(&mut self, clock: u32) {
        for &part in self.parts_of.get(clock as usize).into_iter().flatten() {
            self.has_failed[part as usize] = true;
        }
    }

    /// The busy period is over and has lost this, its weight included.
    pub(super) fn add(&mut self, lost: f64) {
        let parts = self.exposure.iter().zip(&self.has_failed);
        for (sum, (exposure, has_failed)) in self.lost.iter_mut().zip(parts) {
            if !has_failed {
                *sum += lost * exposure.exp();
            }
        }
    }
}
