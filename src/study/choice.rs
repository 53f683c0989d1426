//! What assumptions do to the choice: at which value another topology is recommended, and what measuring would be worth.

use super::sensitivity::{Played, Quadratic, Variant, Z95, half_width};
use super::vary::Varied;
use crate::compare::{recommend, verdicts};
use crate::results::{Difference, Measurement, ObjectivesEcho, Share, TopologyResult};
use crate::stats::normal_quantile;

/// Quantiles of a range at which the choice is looked at.
const QUANTILES: usize = 400;

/// A choice, and whether it is sure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// The topology recommended.
    pub name: String,
    /// Whether its intervals, and those of the other one, bear it out.
    pub is_sure: bool,
}

/// The topology that is recommended, and whether `rival` (or any other, if there is none) is surely not.
#[must_use]
pub fn choose(
    results: &[TopologyResult],
    objectives: &ObjectivesEcho,
    currency: &str,
    rival: Option<&str>,
    differences: &[Difference],
) -> Option<Choice> {
    let name = recommend(results, objectives, currency)?.name;
    let taken = results.iter().find(|result| result.name == name)?;
    let rivals = results.iter().filter(|result| {
        result.name != name && rival.is_none_or(|rival| rival == result.name || rival == name)
    });
    let is_sure = rivals
        .clone()
        .all(|other| is_surely_better(taken, other, objectives, differences));
    Some(Choice { name, is_sure })
}

/// Whether one topology is to be taken rather than another, as far as intervals tell.
fn is_surely_better(
    taken: &TopologyResult,
    other: &TopologyResult,
    objectives: &ObjectivesEcho,
    differences: &[Difference],
) -> bool {
    let (own, others) = (verdicts(taken, objectives), verdicts(other, objectives));
    let meets = own.iter().all(|verdict| verdict.met);
    let other_meets = others.iter().all(|verdict| verdict.met);
    let surely_meets = own.iter().all(|verdict| verdict.met && verdict.decided);
    let other_surely_misses = others.iter().any(|verdict| !verdict.met && verdict.decided);
    match (meets, other_meets) {
        (true, false) => surely_meets && other_surely_misses,
        (true, true) => surely_meets && is_cheaper(taken, other, differences),
        // Of two that miss, the nearer is taken: what is surely nearer is not known.
        (false, _) => false,
    }
}

fn is_cheaper(taken: &TopologyResult, other: &TopologyResult, differences: &[Difference]) -> bool {
    let cost = |result: &TopologyResult| result.cost_per_month.total_with_failure.clone();
    let (Some(_), Some(_)) = (cost(taken), cost(other)) else {
        return taken.cost_per_month.total <= other.cost_per_month.total;
    };
    let paired = differences
        .iter()
        .find(|pair| pair.of == taken.name && pair.from == other.name);
    let reversed = differences
        .iter()
        .find(|pair| pair.of == other.name && pair.from == taken.name);
    let variant = match (paired, reversed) {
        (Some(pair), _) => Variant::new(taken.clone(), other, Some(pair))
            .cost
            .map(|cost| cost.high < 0.0),
        (None, Some(pair)) => Variant::new(other.clone(), taken, Some(pair))
            .cost
            .map(|cost| cost.low > 0.0),
        (None, None) => Variant::new(taken.clone(), other, None)
            .cost
            .map(|cost| cost.high < 0.0),
    };
    variant.unwrap_or(false)
}

/// All topologies with an assumption at one of the places; `None` if one was not played there.
#[must_use]
pub fn at_place(played: &[Played], assumption: usize, place: usize) -> Option<Vec<TopologyResult>> {
    let each = played.iter().map(|played| {
        let variants = played.variants.get(assumption)?.as_ref()?;
        let variant = variants[place].as_ref()?;
        Some(TopologyResult {
            name: played.base.name.clone(),
            ..variant.result.clone()
        })
    });
    each.collect()
}

/// What knowing a range would be worth, given what is recommended now.
#[must_use]
pub fn measure(
    played: &[Played],
    assumption: usize,
    varied: &Varied,
    objectives: &ObjectivesEcho,
    now: &str,
) -> Option<Measurement> {
    if !varied.has_range() {
        return None;
    }
    let curves: Option<Vec<Curve>> = played
        .iter()
        .map(|played| Curve::of(played, assumption, objectives))
        .collect();
    let curves = curves?;
    let taken = curves.iter().position(|curve| curve.name == now)?;
    let met_now = curves[taken].meets(0.0, objectives);
    let (mut another, mut saving, mut misses) = ([0.0; 3], [0.0; 3], 0.0);
    let part = 1.0 / QUANTILES as f64;
    for index in 0..QUANTILES {
        let z = normal_quantile((index as f64 + 0.5) * part);
        let own = &curves[taken];
        let feasible = own.meets(z, objectives);
        if met_now && !feasible {
            misses += part;
        }
        let rivals = curves
            .iter()
            .filter(|curve| curve.name != now && curve.meets(z, objectives));
        // How much cheaper the cheapest other one is that meets the objectives, and how surely.
        let gains = rivals.map(|rival| {
            (
                own.cost.at(z) - rival.cost.at(z),
                own.reach(z).hypot(rival.reach(z)),
            )
        });
        let Some((gain, reach)) = gains.max_by(|a, b| a.0.total_cmp(&b.0)) else {
            continue;
        };
        for (slot, gain) in [gain, gain - reach, gain + reach].into_iter().enumerate() {
            // Any that meets the objectives is taken rather than one that does not.
            let wins = gain > 0.0 || !feasible;
            another[slot] += if wins { part } else { 0.0 };
            // Money is not what speaks for another one where this one misses an objective.
            saving[slot] += if feasible { gain.max(0.0) * part } else { 0.0 };
        }
    }
    let share = |[mean, low, high]: [f64; 3]| Share { mean, low, high };
    Some(Measurement {
        path: varied.assumption.path.clone(),
        written: varied.assumption.written.clone(),
        another_choice: share(another),
        saving: Some(share(saving)),
        misses,
    })
}

/// Figures of a topology along a range.
struct Curve {
    name: String,
    lost: Quadratic,
    cost: Quadratic,
    /// Half-width of the cost as the model stands, common to all points.
    level: f64,
    /// Whether other objectives than the SLO are met at each of the places.
    others_met: [bool; 3],
}

impl Curve {
    fn of(played: &Played, assumption: usize, objectives: &ObjectivesEcho) -> Option<Self> {
        let Some([Some(low), Some(high), Some(middle)]) = played.variants.get(assumption)?.as_ref()
        else {
            return None;
        };
        let points = [low, high, middle];
        let base = low.base.cost_per_month.total_with_failure.as_ref()?;
        let mut costs = [(0.0, 0.0); 3];
        for (cost, point) in costs.iter_mut().zip(points) {
            let difference = point.cost.as_ref()?;
            *cost = (base.mean + difference.mean, half_width(difference));
        }
        let without_slo = ObjectivesEcho {
            slo_target: None,
            ..objectives.clone()
        };
        Some(Self {
            name: played.base.name.clone(),
            // By logarithms, as loss changes by factors.
            lost: Quadratic::new(
                points.map(|point| point.result.unavailability.mean.max(1e-12).ln()),
                [0.0; 3],
            ),
            cost: Quadratic::new(costs.map(|cost| cost.0), costs.map(|cost| cost.1)),
            level: half_width(base),
            others_met: points.map(|point| {
                verdicts(&point.result, &without_slo)
                    .iter()
                    .all(|verdict| verdict.met)
            }),
        })
    }

    fn reach(&self, z: f64) -> f64 {
        self.level.hypot(self.cost.reach(z))
    }

    fn meets(&self, z: f64, objectives: &ObjectivesEcho) -> bool {
        let slo = objectives
            .slo_target
            .is_none_or(|target| self.lost.at(z).exp() <= 1.0 - target);
        let nearest = if z < -0.5 * Z95 {
            0
        } else if z > 0.5 * Z95 {
            1
        } else {
            2
        };
        slo && self.others_met[nearest]
    }
}
