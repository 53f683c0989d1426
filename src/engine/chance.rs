//! Chances that are not times: drawn in a trial, prescribed where all outcomes are to be gone through.

use rand::RngExt;

use super::trial::Simulator;
use crate::plan::{Purpose, StreamKey, StreamRng};

/// Something that comes out one way or another.
#[derive(Debug, Clone, Copy)]
enum Chance {
    /// Comes true with this probability: outcome 0; or does not: outcome 1.
    Coin(f64),
    /// One of so many outcomes, each as likely.
    OneOf(usize),
}

impl Chance {
    fn n_outcomes(self) -> usize {
        match self {
            Self::Coin(_) => 2,
            Self::OneOf(n) => n,
        }
    }
}

/// A chance and what came of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Outcome {
    chance: Chance,
    taken: usize,
}

impl Outcome {
    fn probability(self) -> f64 {
        match self.chance {
            Chance::Coin(probability) if self.taken == 0 => probability,
            Chance::Coin(probability) => 1.0 - probability,
            Chance::OneOf(n) => 1.0 / n as f64,
        }
    }
}

/// The outcomes of chances, prescribed as far as they are known; beyond that the first of each.
#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    outcomes: Vec<Outcome>,
    next: usize,
}

impl Script {
    /// The path that took these outcomes.
    pub(super) fn of(path: &[Outcome]) -> Self {
        Self {
            outcomes: path.to_vec(),
            next: 0,
        }
    }

    /// Probability of the path taken.
    pub(super) fn probability(&self) -> f64 {
        let taken = self.outcomes.iter();
        taken.map(|outcome| outcome.probability()).product()
    }

    /// Whether this script, followed to its end, takes a path.
    pub(super) fn leads_along(&self, path: &[Outcome]) -> bool {
        let prescribed = self.outcomes.iter().map(|outcome| outcome.taken);
        let taken = prescribed.chain(std::iter::repeat(0));
        path.len() >= self.outcomes.len()
            && path
                .iter()
                .zip(taken)
                .all(|(outcome, taken)| outcome.taken == taken)
    }

    /// The script of the next path, in the order of a search in depth; `None` after the last.
    pub(super) fn next_path(mut self) -> Option<Self> {
        self.next = 0;
        while let Some(last) = self.outcomes.last_mut() {
            last.taken += 1;
            if last.taken < last.chance.n_outcomes() {
                return Some(self);
            }
            self.outcomes.pop();
        }
        None
    }

    /// The script of the next path whose prescribed part has at least a probability.
    pub(super) fn next_likely_path(self, least: f64) -> Option<Self> {
        let mut script = self.next_path();
        while script
            .as_ref()
            .is_some_and(|script| script.probability() < least)
        {
            script = script.and_then(Self::next_path);
        }
        script
    }

    fn take(&mut self, chance: Chance) -> usize {
        if self.next == self.outcomes.len() {
            self.outcomes.push(Outcome { chance, taken: 0 });
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
        if probability >= 1.0 || probability <= 0.0 {
            return probability >= 1.0;
        }
        let chance = Chance::Coin(probability);
        if let Some(script) = &mut self.script {
            return script.take(chance) == 0;
        }
        let succeeds = self.key.occasion(key, purpose, n).random::<f64>() < probability;
        let taken = usize::from(!succeeds);
        self.path.push(Outcome { chance, taken });
        succeeds
    }

    /// A time drawn from a sampler. Where all outcomes are gone through, whether it is zero is one of them; if not, any time will do.
    pub(super) fn draw_time(&mut self, sampler: u32, rng: &mut StreamRng) -> f64 {
        let zero = self.zeros.get(sampler as usize).copied().unwrap_or(0.0);
        match &mut self.script {
            Some(script) if zero > 0.0 => match script.take(Chance::Coin(zero)) {
                0 => 0.0,
                _ => 1.0,
            },
            _ => self.laws.samplers[sampler as usize].draw(rng),
        }
    }

    /// One of `n` at random.
    pub(super) fn pick(&mut self, n: usize, key: StreamKey, purpose: Purpose, at: u64) -> usize {
        if let Some(script) = &mut self.script {
            return script.take(Chance::OneOf(n));
        }
        let taken = self.key.occasion(key, purpose, at).random_range(0..n);
        let chance = Chance::OneOf(n);
        self.path.push(Outcome { chance, taken });
        taken
    }
}
