//! What times are drawn from: known laws once and for all, those with ranges anew in each trial.

use rand_distr::{Distribution as _, StandardNormal};

use super::{Phase, Purpose, Sampler, StreamKey, TrialKey};
use crate::model::{Distribution, Range};

/// Everything that times are drawn from, by index.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Laws {
    /// All samplers; those of ranges at the means of the ranges until a trial sets them.
    pub samplers: Vec<Sampler>,
    /// Phases of the units of the fast path, in pairs: up, then down.
    pub phases: Vec<Phase>,
}

/// A law with ranges in it, and what is drawn from it.
#[derive(Debug, Clone, PartialEq)]
pub struct UncertainLaw {
    /// The law.
    pub distribution: Distribution,
    /// Its sampler.
    pub sampler: u32,
    /// The phases after which a time of this law follows.
    pub phases: Vec<u32>,
}

impl Laws {
    /// Sets the laws that are not known to what they are in a trial.
    pub fn learn(&mut self, uncertain: &[UncertainLaw], trial: TrialKey) {
        for law in uncertain {
            let known = law.distribution.with_ranges(&|range| drawn(range, trial));
            let sampler = Sampler::new(&known);
            for &phase in &law.phases {
                self.phases[phase as usize].next = sampler.clone();
            }
            self.samplers[law.sampler as usize] = sampler;
        }
    }
}

/// The value of a range in a trial \[s\]: its stream has its name, so that all topologies meet the same.
fn drawn(range: &Range, trial: TrialKey) -> f64 {
    let mut stream = trial.stream(StreamKey::of(&[&range.name]), Purpose::Range);
    range.at(StandardNormal.sample(&mut stream))
}
