//! Chances that are not times: drawn in a trial, prescribed where all outcomes are to be gone through.

use rand::RngExt;

use super::trial::Simulator;
use crate::plan::{Purpose, StreamKey};

/// The outcomes of the chances of one event, prescribed as far as they are known; beyond that the first of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    outcomes: Vec<Outcome>,
    next: usize,
}

/// One chance that was met.
#[derive(Debug, Clone)]
struct Outcome {
    taken: usize,
    /// Probability of each outcome.
    probabilities: Vec<f64>,
}

impl Script {
    /// Probability of the path taken.
    pub(super) fn probability(&self) -> f64 {
        let taken = self.outcomes.iter();
        taken
            .map(|outcome| outcome.probabilities[outcome.taken])
            .product()
    }

    /// The script of the next path, in the order of a search in depth; `None` after the last.
    pub(super) fn next_path(mut self) -> Option<Self> {
        self.next = 0;
        while let Some(last) = self.outcomes.last_mut() {
            last.taken += 1;
            if last.taken < last.probabilities.len() {
                return Some(self);
            }
            self.outcomes.pop();
        }
        None
    }

    fn take(&mut self, probabilities: Vec<f64>) -> usize {
        if self.next == self.outcomes.len() {
            let taken = 0;
            self.outcomes.push(Outcome {
                taken,
                probabilities,
            });
        }
        self.next += 1;
        self.outcomes[self.next - 1].taken
    }
}

impl Simulator<'_> {
    /// Whether something of this probability comes true on the `n`-th occasion of a component and purpose.
    pub(super) fn succeeds(
        &mut self,
        probability: f64,
        key: StreamKey,
        purpose: Purpose,
        n: u64,
    ) -> bool {
        if let Some(script) = &mut self.script {
            return match probability {
                p if p >= 1.0 => true,
                p if p <= 0.0 => false,
                p => script.take(vec![p, 1.0 - p]) == 0,
            };
        }
        self.chances_met += u64::from(probability > 0.0 && probability < 1.0);
        self.key.occasion(key, purpose, n).random::<f64>() < probability
    }

    /// One of `n` at random.
    pub(super) fn pick(&mut self, n: usize, key: StreamKey, purpose: Purpose, at: u64) -> usize {
        if let Some(script) = &mut self.script {
            return script.take(vec![1.0 / n as f64; n]);
        }
        self.key.occasion(key, purpose, at).random_range(0..n)
    }
}
