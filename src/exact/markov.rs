//! The figures of a plan that is a Markov chain.

use super::answer::{Accuracy, Figure, JourneyFigures, Refusal, Route, Solution};
use super::chain::{Chain, chain};
use super::first_passage::mean_first_passage;
use super::transient::means;
use crate::plan::Plan;

/// Stages of a fixed time in the coarsest of the three chains that are compared.
const STAGES: u16 = 12;

/// Relative error of rounding, and of taking a chain as settled.
const ROUNDING: f64 = 1e-10;

/// Solves a plan as a Markov chain of at most `max_states` states.
///
/// Times that are fixed are cut into k, 2k and 4k exponential stages. The error of such a chain is a series in 1/k, of which two terms
/// are eliminated (Richardson): r(k) = 2 v(2k) - v(k) leaves 1/k², (4 r(2k) - r(k)) / 3 is the figure, and its distance from
/// r(2k) the error that is reported.
pub(super) fn solve(plan: &Plan, max_states: usize) -> Result<Solution, Refusal> {
    figures(plan, max_states).map_err(|reason| Refusal {
        route: Route::MarkovChain,
        reason,
    })
}

fn figures(plan: &Plan, max_states: usize) -> Result<Solution, String> {
    if plan.daily.is_some() {
        return Err("traffic follows a daily curve".to_owned());
    }
    let coarse = chain(plan, STAGES, max_states)?;
    let figures = Figures::of(plan, &coarse)?;
    if !coarse.is_staged {
        return Ok(figures.alone());
    }
    let middle = Figures::of(plan, &chain(plan, 2 * STAGES, max_states)?)?;
    let fine = Figures::of(plan, &chain(plan, 4 * STAGES, max_states)?)?;
    Ok(fine.extrapolated(&middle, &figures))
}

/// Figures of one chain: unavailability, outages a year, then two for each journey.
struct Figures {
    means: Vec<f64>,
    first_outage_hours: Result<f64, String>,
}

impl Figures {
    fn of(plan: &Plan, chain: &Chain) -> Result<Self, String> {
        let is_down: Vec<bool> = chain
            .experiences
            .iter()
            .map(|experience| experience.down.iter().any(|down| *down))
            .collect();
        let begins = |state: usize| -> f64 {
            if is_down[state] {
                return 0.0;
            }
            let ways = chain.transitions(state);
            ways.filter(|(to, _)| is_down[*to])
                .map(|(_, rate)| rate)
                .sum()
        };
        let mut rewards = vec![
            chain.experiences.iter().map(|seen| seen.lost).collect(),
            (0..chain.n_states()).map(begins).collect(),
        ];
        for journey in 0..plan.journeys.len() {
            let seen = chain.experiences.iter();
            rewards.push(seen.clone().map(|seen| seen.journeys[journey]).collect());
            rewards.push(
                seen.map(|seen| f64::from(u8::from(seen.down[journey])))
                    .collect(),
            );
        }
        Ok(Self {
            means: means(chain, &rewards, plan.warm_up, plan.horizon)?,
            first_outage_hours: mean_first_passage(chain, &is_down).map(|seconds| seconds / 3600.0),
        })
    }

    /// Of a chain that is the plan itself.
    fn alone(&self) -> Solution {
        self.solution(|_, value| Figure {
            value,
            error: ROUNDING * value,
            accuracy: Accuracy::Numerical,
        })
    }

    /// The limit of ever more stages, from these figures and those with half and with a quarter of the stages.
    fn extrapolated(&self, half: &Self, quarter: &Self) -> Solution {
        let all = |figures: &Self| -> Vec<f64> {
            let first = figures.first_outage_hours.clone().unwrap_or(f64::NAN);
            figures.means.iter().copied().chain([first]).collect()
        };
        let (half, quarter) = (all(half), all(quarter));
        self.solution(|index, value| {
            let index = index.unwrap_or(half.len() - 1);
            let (fine, coarse) = (
                2.0 * value - half[index],
                2.0 * half[index] - quarter[index],
            );
            let limit = (4.0 * fine - coarse) / 3.0;
            Figure {
                value: limit,
                error: (limit - fine).abs() + ROUNDING * value,
                accuracy: Accuracy::Numerical,
            }
        })
    }

    /// `figure` makes a figure of an index among the means, or of the first outage, and a value.
    fn solution(&self, figure: impl Fn(Option<usize>, f64) -> Figure) -> Solution {
        const YEAR_SECONDS: f64 = 8760.0 * 3600.0;
        let mean = |index: usize| figure(Some(index), self.means[index]);
        let outages = mean(1);
        Solution {
            route: Route::MarkovChain,
            unavailability: mean(0),
            outages_per_year: Ok(Figure {
                value: outages.value * YEAR_SECONDS,
                error: outages.error * YEAR_SECONDS,
                ..outages
            }),
            journeys: (2..self.means.len())
                .step_by(2)
                .map(|index| JourneyFigures {
                    unavailability: mean(index),
                    time_unavailability: mean(index + 1),
                })
                .collect(),
            first_outage_hours: match &self.first_outage_hours {
                Ok(hours) if hours.is_finite() => Ok(figure(None, *hours)),
                Ok(_) => Err("there may never be one".to_owned()),
                Err(reason) => Err(reason.clone()),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

    use super::*;
    use crate::model::load_str;
    use crate::plan::compile;
    use crate::topology::expand;

    fn solve(model: &str) -> Solution {
        let model = load_str("model.yaml", model, None).unwrap();
        let (name, spec) = model.topologies.get_index(0).unwrap();
        figures(&compile(&model, &expand(&model, name, spec)), 10_000).unwrap()
    }

    fn assert_near(found: f64, wanted: f64, relative: f64) {
        assert!(
            (found - wanted).abs() <= relative * wanted.abs(),
            "{found} instead of {wanted}"
        );
    }

    /// One unit: U(0..T) = q (1 - (1 - e^(-sT)) / (s T)) with s = λ + μ, q = λ/s; the first outage after 1/λ.
    #[test]
    fn one_unit_from_new() {
        let solution = solve(
            "
model: one
horizon: 100h
regions: { r: { zones: 1 } }
services: { web: {} }
faults: { f: { hits: replica, mtbf: 50h, mttr: 2h } }
topologies: { t: { pattern: single-az, regions: [r] } }
",
        );
        let (lambda, mu) = (1.0 / 50.0, 1.0 / 2.0);
        let (s, t): (f64, f64) = (lambda + mu, 100.0);
        let exact = lambda / s * (1.0 + (-s * t).exp_m1() / (s * t));
        assert_near(solution.unavailability.value, exact, 1e-12);
        assert_near(solution.first_outage_hours.unwrap().value, 50.0, 1e-14);
        assert_near(
            solution.outages_per_year.clone().unwrap().value,
            8760.0 * lambda * (1.0 - exact),
            1e-12,
        );
    }

    /// Machine repair: six units of which four are needed, one crew. The stationary distribution is that of a birth and
    /// death chain; the horizon is so long that the start does not count.
    #[test]
    fn six_units_and_one_crew() {
        let solution = solve(
            "
model: repairmen
warm_up: 2y
horizon: 900y
regions: { r: { zones: 1 } }
services: { unit: { replicas: 6, needs: 4 } }
crews: { people: { size: 1 } }
faults: { f: { hits: replica, mtbf: 1000h, mttr: 1h, crew: people } }
topologies: { t: { pattern: single-az, regions: [r] } }
",
        );
        assert_near(
            solution.unavailability.value,
            1.196_392_814_529_684_6e-7,
            1e-8,
        );
        assert_near(
            solution.outages_per_year.clone().unwrap().value,
            8760.0 * 1.192_807_228_842_939_5e-7,
            1e-8,
        );
    }

    /// Shocks that take all units that are up: 2 of 3, β = 0.1, MTTF by first passage.
    #[test]
    fn two_of_three_with_shocks() {
        let solution = solve(
            "
model: beta
warm_up: 2y
horizon: 900y
regions: { r: { zones: 1 } }
services: { unit: { replicas: 3, needs: 2 } }
faults:
  alone: { hits: replica, mtbf: 1111.111111111111h, mttr: 10h }
  shock: { hits: everywhere, mtbf: 10000h, mttr: 10h, strikes: replicas }
topologies: { t: { pattern: single-az, regions: [r] } }
",
        );
        assert_near(
            solution.unavailability.value,
            0.001_079_786_109_027_166,
            1e-7,
        );
        assert_near(
            solution.first_outage_hours.unwrap().value,
            6_827.676_240_208_875,
            1e-10,
        );
    }

    /// Such a time is drawn before its law is looked at, so that one of its outcomes would stand for all.
    #[test]
    fn a_time_that_is_zero_only_sometimes_is_refused() {
        let model = |takeover: &str| {
            let text = format!(
                "
model: coverage
horizon: 1y
regions: {{ r: {{ zones: 1 }} }}
services: {{ unit: {{ replicas: 2, takeover_on: any, takeover: {takeover} }} }}
faults: {{ f: {{ hits: replica, mtbf: 1000h, mttr: 4h }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
"
            );
            let model = load_str("model.yaml", &text, None).unwrap();
            let (name, spec) = model.topologies.get_index(0).unwrap();
            figures(&compile(&model, &expand(&model, name, spec)), 10_000).map(|_| ())
        };
        for sometimes in [
            "{ mixture: [ { weight: 90%, of: { fixed: 0s } }, { weight: 10%, of: 5m } ] }",
            "{ empirical: [0s, 5m] }",
        ] {
            let refused = model(sometimes).unwrap_err();
            assert!(refused.contains("zero"), "{refused}");
        }
        assert_eq!(model("{ fixed: 0s }"), Ok(()));
    }

    /// A cold standby with one crew: A = 1 / (λ E[R] + g(λ)) with g the Laplace transform of the repair time, which for a
    /// fixed one is e^(-λ E[R]).
    #[test]
    fn cold_standby_with_exponential_and_with_fixed_repair() {
        for (repair, availability, first) in [
            ("50h", 0.997_624_703_089_119_5_f64, 22_000.0),
            (
                "{ fixed: 50h }",
                0.998_772_085_127_914_5,
                21_504.166_493_065_89,
            ),
        ] {
            let solution = solve(&format!(
                "
model: cold
warm_up: 2y
horizon: 900y
regions: {{ r: {{ zones: 1 }} }}
services: {{ unit: {{ replicas: 2, needs: 1, takeover: {{ fixed: 0s }}, dormancy: 0% }} }}
crews: {{ people: {{ size: 1 }} }}
faults: {{ f: {{ hits: replica, mtbf: 1000h, mttr: {repair}, crew: people }} }}
topologies: {{ t: {{ pattern: single-az, regions: [r] }} }}
"
            ));
            let found = solution.unavailability;
            let wanted = 1.0 - availability;
            assert!(
                (found.value - wanted).abs() <= found.error + 1e-7 * wanted,
                "{found:?} instead of {wanted}"
            );
            assert!(found.error <= 1e-4 * wanted, "{found:?}");
            let found = solution.first_outage_hours.unwrap();
            assert!(
                (found.value - first).abs() <= found.error + 1e-7 * first,
                "{found:?} instead of {first}"
            );
        }
    }
}
