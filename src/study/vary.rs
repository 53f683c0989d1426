//! Which assumptions are varied, and between which values.

use crate::model::{Assumption, Change, Draft, Magnitude, Model};
use crate::results::LeftOut;
use crate::units::format_duration;

/// An assumption and the values between which it is varied.
#[derive(Debug, Clone)]
pub struct Varied {
    /// The assumption.
    pub assumption: Assumption,
    factor: f64,
}

/// What is varied, and what cannot be.
#[derive(Debug, Clone, Default)]
pub struct Variations {
    /// In the order of the language.
    pub varied: Vec<Varied>,
    /// Chances of 0 and 1.
    pub certain: Vec<String>,
    /// What the model refuses.
    pub left_out: Vec<LeftOut>,
}

impl Varied {
    /// Whether it is varied over a range of its own.
    #[must_use]
    pub fn has_range(&self) -> bool {
        matches!(self.assumption.quantity, Magnitude::Range { .. })
    }

    /// The change to a place between -1, the lower end, and 1, the upper one, by equal factors.
    #[must_use]
    pub fn change(&self, place: f64) -> Option<Change> {
        match self.assumption.quantity {
            Magnitude::Range { low, high } => self.assumption.known(between(low, high, place)),
            _ => self.assumption.times(self.factor.powf(place)),
        }
    }

    /// The value there, in words.
    #[must_use]
    pub fn text(&self, place: f64) -> String {
        match self.assumption.quantity {
            Magnitude::Range { low, high } => format_duration(between(low, high, place)),
            _ => self.assumption.times_in_words(self.factor.powf(place)),
        }
    }
}

fn between(low: f64, high: f64, place: f64) -> f64 {
    low * (high / low).powf(0.5 * (place + 1.0))
}

impl Variations {
    /// Every assumption of a model, or those below the given paths, that can be varied: over its range, or by a factor.
    #[must_use]
    pub fn of(draft: &Draft, only: &[String], factor: f64) -> Self {
        let mut all = Self::default();
        let is_asked = |path: &str| {
            only.is_empty()
                || only
                    .iter()
                    .any(|only| path == only || path.starts_with(&format!("{only}.")))
        };
        for assumption in draft
            .assumptions()
            .into_iter()
            .filter(|assumption| is_asked(&assumption.path))
        {
            let path = assumption.path.clone();
            let varied = Varied { assumption, factor };
            let Some(changes) = [-1.0, 1.0]
                .map(|place| varied.change(place))
                .into_iter()
                .collect::<Option<Vec<Change>>>()
            else {
                all.certain.push(path);
                continue;
            };
            match changes
                .into_iter()
                .find_map(|change| draft.with(&[change]).err())
            {
                None => all.varied.push(varied),
                Some(error) => all.left_out.push(LeftOut {
                    path,
                    why: error.message,
                }),
            }
        }
        all
    }
}

/// The model with an assumption at a place; `None` if that cannot be.
#[must_use]
pub fn model_at(draft: &Draft, varied: &Varied, place: f64) -> Option<Model> {
    draft.with(&[varied.change(place)?]).ok()
}
