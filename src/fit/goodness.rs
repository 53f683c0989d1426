//! Whether a law can be told from the sample that it was fitted to.
//!
//! Tables of Anderson and Darling's statistic do not hold once parameters are fitted, so its distribution is simulated: samples of
//! the fitted law, censored as the observed one was, each fitted anew (Stute, González Manteiga and Presedo Quindimil
//! (1993), doi:10.1007/BF02613687). Bounds are drawn from Kaplan and Meier's curve of the bounds themselves, which supposes that they have
//! nothing to do with the times. p = (1 + number of statistics at least as large) / (1 + number of samples).

use rand::{Rng, RngExt as _, SeedableRng as _};
use rand_xoshiro::SplitMix64;

use super::law::Law;
use super::maximum::maximum;
use super::sample::{Observed, Sample};
use super::survival::{Distance, Step, distance, kaplan_meier};

/// Times in a simulated sample at most: the distribution of the statistic hardly depends on more (Stephens (1974),
/// doi:10.1080/01621459.1974.10480196).
const LARGEST: usize = 1000;
/// The same where some have not ended, which are slow to fit.
const LARGEST_CENSORED: usize = 300;

/// How well a law fits.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Goodness {
    /// How far it is from the sample.
    pub distance: Distance,
    /// Chance of being as far off for a sample of the law itself.
    pub p_value: f64,
    /// Simulated samples that it rests on.
    pub simulated: usize,
}

/// Tests a fitted law on its sample with so many simulated samples; `None` where times are known between bounds only, or none is
/// simulated.
#[must_use]
pub(super) fn goodness(
    law: &Law,
    sample: &Sample,
    simulations: usize,
    seed: u64,
) -> Option<Goodness> {
    let steps = kaplan_meier(sample, 0.95)?;
    let found = distance(law, &steps, sample.n() as f64);
    let bounds = Bounds::of(sample);
    let largest = if sample.is_complete() {
        LARGEST
    } else {
        LARGEST_CENSORED
    };
    let n = sample.n().min(largest);
    let mut rng = SplitMix64::seed_from_u64(seed);
    let (mut simulated, mut as_far) = (0, 0);
    for _ in 0..simulations {
        let drawn = Sample::new((0..n).map(|_| bounds.seen(law.draw(&mut rng), &mut rng)));
        // A sample without ends determines no law, and is no evidence either way.
        let Some(far) = refitted(law, &drawn) else {
            continue;
        };
        simulated += 1;
        as_far += usize::from(far >= found.anderson_darling);
    }
    (simulated > 0).then(|| Goodness {
        distance: found,
        p_value: (as_far + 1) as f64 / (simulated + 1) as f64,
        simulated,
    })
}

fn refitted(law: &Law, drawn: &Sample) -> Option<f64> {
    let fitted = maximum(law.family, drawn)?;
    let steps = kaplan_meier(drawn, 0.95)?;
    Some(distance(&fitted, &steps, drawn.n() as f64).anderson_darling)
}

/// The distribution of lower bounds.
struct Bounds {
    steps: Vec<Step>,
    /// Where the curve of the bounds ends above zero, nothing longer than the longest time would have been seen \[s\].
    longest: f64,
}

impl Bounds {
    /// Kaplan and Meier's curve with ends and bounds in each other's place.
    fn of(sample: &Sample) -> Self {
        let ends = (sample.exact.iter())
            .flat_map(|(x, count)| std::iter::repeat_n(Observed::AtLeast(*x), *count as usize));
        let bounds = sample.at_least.iter().map(|x| Observed::Exact(*x));
        let steps = if sample.at_least.is_empty() {
            Vec::new()
        } else {
            kaplan_meier(&Sample::new(bounds.chain(ends)), 0.95).unwrap_or_default()
        };
        let last = |times: Option<f64>| times.unwrap_or(0.0);
        Self {
            steps,
            longest: last(sample.exact.last().map(|(x, _)| *x))
                .max(last(sample.at_least.last().copied())),
        }
    }

    /// What is seen of a time.
    fn seen<R: Rng>(&self, time: f64, rng: &mut R) -> Observed {
        if self.steps.is_empty() {
            return Observed::Exact(time);
        }
        let lasts: f64 = rng.random();
        // The first step below the drawn share.
        let at = self.steps.partition_point(|step| step.survival > lasts);
        let bound = self.steps.get(at).map_or(self.longest, |step| step.time);
        if bound < time {
            Observed::AtLeast(bound)
        } else {
            Observed::Exact(time)
        }
    }
}
