//! Elasticities: by how many per cent the unavailability Q moves for each per cent of a number x, d ln Q / d ln x.
//!
//! A central difference of ln Q with x read a thousandth larger and smaller, Q worked out without sampling: only of
//! topologies that can be worked out at a glance (counted effort, never timed, so that equal input gives equal figures).
//! The error told is that of the solver over the step, and the square of the step for the difference: third derivatives of
//! ln Q by ln x are of the order of the elasticity and its cube. Sampled topologies have none: a difference of a thousandth
//! drowns in their noise.

use crate::exact::{Alike, Effort, Figure, solve};
use crate::model::Model;
use crate::montecarlo::side_by_side;
use crate::plan::{Plan, compile};
use crate::results::{Assumption, Elasticity, TopologyResult, Unknown};
use crate::topology::expand;

/// By how much a number is read larger and smaller.
const STEP: f64 = 1e-3;
/// Solutions of one run at most.
const MOST_SOLUTIONS: usize = 160;
/// Units solved for in one run at most, over all solutions: a second or so, several where repairs are not exponential.
const MOST_UNITS: usize = 1_200;

/// Elasticities of the topologies of a run by assumption.
#[derive(Debug, Clone)]
pub(super) struct Elasticities {
    /// By topology, then by assumption.
    known: Vec<(String, Vec<Option<Elasticity>>)>,
    /// Topologies without, and why.
    pub(super) unknown: Vec<Unknown>,
}

impl Elasticities {
    pub(super) fn of(
        model: &Model,
        topologies: &[TopologyResult],
        assumptions: &[Assumption],
        threads: usize,
    ) -> Self {
        let mut unknown = Vec::new();
        let mut solvable = Vec::new();
        let mut units = 0;
        let mut alike = Alike::new(Effort::Glance);
        for topology in topologies {
            match unavailability(model, &topology.name, &mut alike) {
                Ok(figure) if figure.value > 0.0 => {
                    units += figure.units;
                    solvable.push(topology.name.clone());
                }
                Ok(_) => unknown.push(because(&topology.name, "nothing is ever lost")),
                Err(reason) => unknown.push(because(&topology.name, &reason)),
            }
        }
        let nudged = foremost(assumptions, &solvable, units);
        let columns = side_by_side(threads, &nudged, |&index| {
            column(model, &assumptions[index], &solvable, alike.clone())
        });
        let mut known: Vec<(String, Vec<Option<Elasticity>>)> = (solvable.into_iter())
            .map(|name| (name, vec![None; assumptions.len()]))
            .collect();
        for (index, column) in nudged.into_iter().zip(columns) {
            for ((_, row), elasticity) in known.iter_mut().zip(column) {
                row[index] = elasticity;
            }
        }
        Self { known, unknown }
    }

    /// None, as the run was cut short.
    pub(super) fn left_out(topologies: &[TopologyResult]) -> Self {
        let unknown = topologies
            .iter()
            .map(|topology| because(&topology.name, "the run was cut short"));
        Self {
            known: Vec::new(),
            unknown: unknown.collect(),
        }
    }

    /// The elasticity of a topology by an assumption.
    pub(super) fn get(&self, index: usize, topology: &str) -> Option<Elasticity> {
        let (_, row) = self.known.iter().find(|(name, _)| name == topology)?;
        *row.get(index)?
    }
}

fn because(topology: &str, reason: &str) -> Unknown {
    Unknown {
        topology: topology.to_owned(),
        reason: reason.to_owned(),
    }
}

/// The assumptions to be nudged: times and shares that are written, those that most is charged to first if they are too many.
///
/// `units` are those of all solvable topologies.
fn foremost(assumptions: &[Assumption], solvable: &[String], units: usize) -> Vec<usize> {
    let share = |assumption: &Assumption| {
        let shares = assumption
            .topologies
            .iter()
            .filter_map(|reliance| reliance.share);
        shares.fold(-1.0, f64::max)
    };
    let applies = |assumption: &Assumption| {
        let mut named = assumption
            .topologies
            .iter()
            .map(|reliance| &reliance.topology);
        named.any(|name| solvable.contains(name))
    };
    let mut indices: Vec<usize> = (assumptions.iter().enumerate())
        .filter(|(_, assumption)| {
            assumption.default.is_none() && matches!(assumption.kind.as_str(), "time" | "share")
        })
        .filter(|(_, assumption)| applies(assumption))
        .map(|(index, _)| index)
        .collect();
    indices.sort_by(|&a, &b| share(&assumptions[b]).total_cmp(&share(&assumptions[a])));
    let by_number = MOST_SOLUTIONS / (2 * solvable.len()).max(1);
    indices.truncate(by_number.min(MOST_UNITS / (2 * units).max(1)));
    indices
}

/// The elasticities of all topologies by one assumption; `alike` knows the model without a nudge.
fn column(
    model: &Model,
    assumption: &Assumption,
    solvable: &[String],
    mut alike: Alike,
) -> Vec<Option<Elasticity>> {
    let nudged = |factor: f64| model.nudged(&assumption.path, factor);
    let (Some(up), Some(down)) = (nudged(1.0 + STEP), nudged(1.0 - STEP)) else {
        return vec![None; solvable.len()];
    };
    let applies = |name: &String| {
        let mut named = assumption
            .topologies
            .iter()
            .map(|reliance| &reliance.topology);
        named.any(|other| other == name)
    };
    (solvable.iter())
        .map(|name| {
            applies(name)
                .then(|| elasticity(&up, &down, name, &mut alike))
                .flatten()
        })
        .collect()
}

fn elasticity(up: &Model, down: &Model, topology: &str, alike: &mut Alike) -> Option<Elasticity> {
    let high = unavailability(up, topology, alike).ok()?;
    let low = unavailability(down, topology, alike).ok()?;
    let (high_error, low_error) = (high.error, low.error);
    let (high, low) = (high.value, low.value);
    if !(high > 0.0 && low > 0.0) {
        return None;
    }
    let width = (1.0 + STEP).ln() - (1.0 - STEP).ln();
    let value = (high.ln() - low.ln()) / width;
    let solver = (high_error / high + low_error / low) / width;
    let curvature = STEP * STEP * (value.abs() + value.abs().powi(3));
    let error = solver + curvature;
    (value.is_finite() && error.is_finite()).then_some(Elasticity { value, error })
}

/// An unavailability that was worked out.
struct Solved {
    value: f64,
    error: f64,
    /// Units of its plan.
    units: usize,
}

/// The unavailability of a topology, worked out at a glance, or why it cannot be.
fn unavailability(model: &Model, topology: &str, alike: &mut Alike) -> Result<Solved, String> {
    let Some(spec) = model.topologies.get(topology) else {
        return Err("it is not in the model".to_owned());
    };
    let plan = compile(model, &expand(model, topology, spec));
    if 2 * plan.units.len() > MOST_UNITS {
        return Err(format!(
            "its {} components that fail are too many to be worked out again and again",
            plan.units.len()
        ));
    }
    let figure = match alike.unavailability(&plan) {
        Ok(figure) => figure,
        Err(_) => by_any_route(&plan)?,
    };
    Ok(Solved {
        value: figure.value,
        error: figure.error,
        units: plan.units.len(),
    })
}

fn by_any_route(plan: &Plan) -> Result<Figure, String> {
    let answer = solve(plan, Effort::Glance);
    let figure = answer.solution.map(|solution| solution.unavailability);
    figure.ok_or_else(|| {
        let reasons = answer
            .refusals
            .into_iter()
            .map(|refusal| format!("no {}: {}", refusal.route.name(), refusal.reason));
        reasons.collect::<Vec<_>>().join("; ")
    })
}

#[cfg(test)]
mod tests {
    use crate::model::load_str;

    /// Two of two needed, one fault and one independent disaster: Q = 1 - a² b, nearly 2 q + p.
    const TEXT: &str = "
model: pair
horizon: 100y
regions: { east: { zones: 1 } }
services: { web: { replicas: 2, needs: 2 } }
faults:
  host: { hits: replica, mtbf: 100d, mttr: 1d }
  quake: { hits: region, mtbf: { exponential: { mean: 10y } }, mttr: 10d }
topologies: { one: { pattern: single-az } }
";

    #[test]
    fn elasticities_are_those_of_the_closed_form() {
        let model = load_str("test.yaml", TEXT, None).unwrap_or_else(|errors| panic!("{errors}"));
        let q = 1.0 / 101.0;
        let p = 10.0 / (3650.0 + 10.0);
        // In the long run; what is new at the start is worth a hundredth of a year in a hundred.
        let total = 1.0 - (1.0_f64 - q).powi(2) * (1.0 - p);
        let by_q = 2.0 * (1.0 - q) * (1.0 - p) * q * (1.0 - q) / total;
        let by_p = (1.0 - q).powi(2) * p * (1.0 - p) / total;
        for (path, expected) in [
            ("faults.host.mtbf", -by_q),
            ("faults.host.mttr", by_q),
            ("faults.quake.mtbf", -by_p),
            ("faults.quake.mttr", by_p),
        ] {
            let nudged = |factor| {
                model
                    .nudged(path, factor)
                    .unwrap_or_else(|| panic!("{path}"))
            };
            let (up, down) = (nudged(1.0 + super::STEP), nudged(1.0 - super::STEP));
            let found = super::elasticity(
                &up,
                &down,
                "one",
                &mut super::Alike::new(super::Effort::Glance),
            )
            .unwrap_or_else(|| panic!("{path}"));
            assert!(
                (found.value - expected).abs() < 2e-3,
                "{path}: {found:?}, not {expected}"
            );
            assert!(found.error < 1e-4, "{path}: {found:?}");
        }
        assert!(model.nudged("faults.host", 1.1).is_none());
        assert!(model.nudged("services.web.replicas", 1.1).is_none());
    }
}
