//! What it is worth to be in each state of a Markov chain, beside being in its first (Howard 1960, Dynamic Programming and Markov
//! Processes). With the time spent in each state it says what a small change of the chain does to its figures (Cao & Chen 1997,
//! doi:10.1109/9.633827).

/// What it is worth to be in each state of a chain that ends at some time.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Potentials {
    /// Mean time in each state from the first state until the end \[s\].
    pub times: Vec<f64>,
    /// Sum of each reward from the first state until the end.
    pub first: Vec<f64>,
    /// By state and reward: how much more that is from there than from the first state.
    pub above: Vec<f64>,
}

impl Potentials {
    /// By reward: how much more its sum is from this state than from the first.
    pub(super) fn of(&self, state: usize) -> &[f64] {
        let n = self.first.len();
        &self.above[state * n..][..n]
    }

    /// With nothing known yet but the sums from the first state.
    pub(super) fn from_first(first: Vec<f64>, n_states: usize) -> Self {
        Self {
            times: vec![0.0; n_states],
            above: vec![0.0; n_states * first.len()],
            first,
        }
    }

    /// Of a state that is the end nothing follows.
    pub(super) fn end(&mut self, state: usize) {
        let n = self.first.len();
        for (above, first) in self.above[state * n..].iter_mut().zip(&self.first) {
            *above = -first;
        }
    }

    /// Itself, if all of it is known.
    pub(super) fn checked(self) -> Result<Self, String> {
        let all = self.times.iter().chain(&self.first).chain(&self.above);
        if all.copied().all(f64::is_finite) {
            Ok(self)
        } else {
            Err("what its states are worth is out of range".to_owned())
        }
    }
}
