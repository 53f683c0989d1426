//! What the routes to an exact figure answer, and what they say when they cannot.

/// A way to figures without sampling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Route {
    /// Units are independent of each other: the structure function as a diagram, integrated over time.
    ProductForm,
    /// States are few, with times as exponential phases: a Markov chain, over the horizon by uniformization or Laplace transform.
    MarkovChain,
}

impl Route {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::ProductForm => "product form",
            Self::MarkovChain => "Markov chain",
        }
    }
}

/// How good a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accuracy {
    /// Closed forms throughout, but for integrals over time that are carried to rounding.
    Exact,
    /// Some equation was solved on a mesh: as good as its error says.
    Numerical,
}

impl Accuracy {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Numerical => "numerical",
        }
    }
}

/// A number that was worked out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Figure {
    /// The number.
    pub value: f64,
    /// How far off it may be, by an estimate of all errors of rounding and of meshes; in the unit of the number.
    pub error: f64,
    /// How it was got.
    pub accuracy: Accuracy,
}

impl Figure {
    /// Whether its error is at most this share of it.
    #[must_use]
    pub fn is_within(&self, share: f64) -> bool {
        self.error <= share * self.value.abs()
    }
}

/// The figures of a journey.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JourneyFigures {
    /// Share of its requests that is lost, weighted by the daily curve.
    pub unavailability: Figure,
    /// Share of time in which it is down.
    pub time_unavailability: Figure,
}

/// The figures of a topology.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// The way they were got.
    pub route: Route,
    /// Share of requests lost: those of the journeys, weighted by their shares.
    pub unavailability: Figure,
    /// Journeys, in the order of the plan.
    pub journeys: Vec<JourneyFigures>,
    /// Outages of the topology that begin in 8760 h of scored time, or why this route does not know them.
    pub outages_per_year: Result<Figure, String>,
    /// Share of requests lost in the long run, or why this route does not know it.
    pub steady_state_unavailability: Result<Figure, String>,
    /// Stages of a fixed time on the finest mesh, if times were cut on meshes.
    pub stages: Option<u16>,
    /// Mean time from the start, all new, to the first outage \[h\], or why this route does not know it.
    pub first_outage_hours: Result<Figure, String>,
}

/// Why a route has no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The route.
    pub route: Route,
    /// In plain words, naming the thing in the model that it cannot follow.
    pub reason: String,
}

/// What all routes together have to say about a plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    /// The first that has one.
    pub solution: Option<Solution>,
    /// Routes tried before it.
    pub refusals: Vec<Refusal>,
}

impl Answer {
    /// The same without a solution that knows the unavailability less well than within a share of itself: that is a refusal.
    #[must_use]
    pub fn within(mut self, share: f64) -> Self {
        if let Some(solution) =
            (self.solution).take_if(|solution| !solution.unavailability.is_within(share))
        {
            let Figure { value, error, .. } = solution.unavailability;
            self.refusals.push(Refusal {
                route: solution.route,
                reason: format!(
                    "its unavailability of {value:.3e} may be off by {error:.1e}, which is more than {} % of it",
                    100.0 * share
                ),
            });
        }
        self
    }
}
