//! How far each assumption moves a topology, with paired intervals, and its share of what is not known.
//!
//! Formulas and sources: docs/sensitivity.md.

use super::vary::Varied;
use crate::results::{
    Bar, BarEnd, Difference, Estimate, Route, SensitiveTopology, Share, TopologyResult,
};

/// Places at which each assumption is played: both ends, and for ranges the middle.
pub const PLACES: [f64; 3] = [-1.0, 1.0, 0.0];
/// 95 % quantile of the normal distribution: the ends of a range, in standard deviations of its logarithm.
pub(super) const Z95: f64 = 1.644_853_626_951_472_2;

/// A topology as it stands, and with assumptions at their places.
#[derive(Debug, Clone)]
pub struct Played {
    /// As the model stands.
    pub base: TopologyResult,
    /// For each assumption that was played: the result at each of [`PLACES`], and its difference from the base.
    pub variants: Vec<Option<[Option<Box<Variant>>; 3]>>,
    /// Whether an assumption was played in few trials only.
    pub screened: Vec<bool>,
}

/// A topology with an assumption elsewhere.
#[derive(Debug, Clone)]
pub struct Variant {
    /// Its figures.
    pub result: TopologyResult,
    /// The base that was played in the same trials.
    pub base: TopologyResult,
    /// Less the base, over the same trials.
    pub unavailability: Estimate,
    /// The same of the cost with failure.
    pub cost: Option<Estimate>,
}

impl Variant {
    /// A variant that differs by a price alone: nothing else happens in it.
    #[must_use]
    pub fn of_price(result: TopologyResult, base: &TopologyResult) -> Self {
        let unavailability = around(0.0, 0.0, &base.unavailability);
        let cost = cost_difference(&result, base, &unavailability);
        Self {
            result,
            base: base.clone(),
            unavailability,
            cost,
        }
    }

    /// Puts a variant beside the base that was played with it; `difference` is that of their unavailabilities, if trials were paired.
    #[must_use]
    pub fn new(
        result: TopologyResult,
        base: &TopologyResult,
        difference: Option<&Difference>,
    ) -> Self {
        let unavailability = difference.map_or_else(
            || unpaired(&result.unavailability, &base.unavailability),
            |difference| difference.unavailability.clone(),
        );
        let cost = cost_difference(&result, base, &unavailability);
        Self {
            result,
            base: base.clone(),
            unavailability,
            cost,
        }
    }
}

/// Half the length of an interval.
pub(super) fn half_width(estimate: &Estimate) -> f64 {
    0.5 * (estimate.high - estimate.low)
}

/// The difference of two figures of which only the intervals are known: as if they were independent, unless they are the same.
fn unpaired(of: &Estimate, from: &Estimate) -> Estimate {
    let mean = of.mean - from.mean;
    // Two plays of one plan may differ by rounding.
    let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * a.abs().max(b.abs());
    let is_same = near(of.mean, from.mean) && near(of.low, from.low) && near(of.high, from.high);
    let reach = if is_same {
        0.0
    } else {
        half_width(of).hypot(half_width(from))
    };
    around(mean, reach, of)
}

fn around(mean: f64, reach: f64, like: &Estimate) -> Estimate {
    Estimate {
        mean,
        low: mean - reach,
        high: mean + reach,
        interval: "of-differences".to_owned(),
        route: Route::Simulated,
        simulated: None,
        ..like.clone()
    }
}

/// Difference of the costs with failure. What runs is known. Lost business is k U, so its difference is
/// k' (U' - U) + (k' - k) U: the first is paired, and the intervals of both are added up. Refunds are taken as independent,
/// which makes the interval longer than it need be.
fn cost_difference(
    result: &TopologyResult,
    base: &TopologyResult,
    lost: &Estimate,
) -> Option<Estimate> {
    let (of, from) = (&result.cost_per_month, &base.cost_per_month);
    let (total, before) = (
        of.total_with_failure.as_ref()?,
        from.total_with_failure.as_ref()?,
    );
    let price = |topology: &TopologyResult| {
        let downtime = topology.cost_per_month.downtime.as_ref()?;
        (topology.unavailability.mean > 0.0).then(|| downtime.mean / topology.unavailability.mean)
    };
    let business = match (price(result), price(base), &of.downtime, &from.downtime) {
        (Some(new), Some(old), ..) => {
            new * half_width(lost) + (new - old).abs() * half_width(&base.unavailability)
        }
        (_, _, Some(new), Some(old)) => half_width(&unpaired(new, old)),
        _ => 0.0,
    };
    let refunds = match (&of.sla_credits, &from.sla_credits) {
        (Some(new), Some(old)) => half_width(&unpaired(new, old)),
        _ => 0.0,
    };
    Some(around(total.mean - before.mean, business + refunds, total))
}

/// Bars of a topology, by how far they move its unavailability.
#[must_use]
pub fn sensitive(played: &Played, varied: &[Varied]) -> SensitiveTopology {
    let shares = variance_shares(played, varied);
    let mut bars: Vec<Bar> = Vec::new();
    for (index, (varied, variants)) in varied.iter().zip(&played.variants).enumerate() {
        let Some([Some(low), Some(high), _]) = variants else {
            continue;
        };
        bars.push(Bar {
            path: varied.assumption.path.clone(),
            written: varied.assumption.written.clone(),
            source: varied.assumption.source.clone(),
            has_range: varied.has_range(),
            screened: played.screened[index],
            low: end(low, varied.text(-1.0)),
            high: end(high, varied.text(1.0)),
            variance_share: shares[index],
        });
    }
    bars.sort_by(|a, b| b.swing().total_cmp(&a.swing()));
    let base = &played.base;
    SensitiveTopology {
        name: base.name.clone(),
        pattern: base.pattern.clone(),
        unavailability: base.unavailability.clone(),
        cost: base.cost_per_month.total_with_failure.clone(),
        spread: base.spread.clone(),
        bars,
    }
}

fn end(variant: &Variant, value: String) -> BarEnd {
    BarEnd {
        value,
        trials: variant.result.trials,
        unavailability: variant.result.unavailability.clone(),
        unavailability_difference: variant.unavailability.clone(),
        cost: variant.result.cost_per_month.total_with_failure.clone(),
        cost_difference: variant.cost.clone(),
    }
}

/// How far each assumption moves a topology, as a share of its figures: the larger of unavailability and cost.
#[must_use]
pub fn influence(played: &Played) -> Vec<f64> {
    let each = played.variants.iter().map(|variants| {
        let Some([Some(low), Some(high), _]) = variants else {
            return 0.0;
        };
        let swing = (high.unavailability.mean - low.unavailability.mean).abs();
        let share = |swing: f64, of: f64| if of > 0.0 { swing / of } else { 0.0 };
        let lost = share(swing, low.base.unavailability.mean);
        let total = low.base.cost_per_month.total_with_failure.as_ref();
        let cost = match (&low.cost, &high.cost, total) {
            (Some(low), Some(high), Some(total)) => share((high.mean - low.mean).abs(), total.mean),
            _ => 0.0,
        };
        lost.max(cost)
    });
    each.collect()
}

/// A quadratic through three points in standard deviations of the logarithm of a range, with half-widths of the points.
#[derive(Debug, Clone, Copy)]
pub(super) struct Quadratic {
    values: [f64; 3],
    reaches: [f64; 3],
}

impl Quadratic {
    /// Values and half-widths at the lower end, the upper end and the middle.
    pub(super) fn new(values: [f64; 3], reaches: [f64; 3]) -> Self {
        Self { values, reaches }
    }

    /// Weights of the three points at a place.
    fn weights(z: f64) -> [f64; 3] {
        let x = z / Z95;
        [0.5 * x * (x - 1.0), 0.5 * x * (x + 1.0), 1.0 - x * x]
    }

    pub(super) fn at(&self, z: f64) -> f64 {
        Self::weights(z)
            .iter()
            .zip(self.values)
            .map(|(weight, value)| weight * value)
            .sum()
    }

    /// Half-width of its value at a place, the points being independent.
    pub(super) fn reach(&self, z: f64) -> f64 {
        let squares = Self::weights(z)
            .into_iter()
            .zip(self.reaches)
            .map(|(weight, reach)| (weight * reach).powi(2));
        squares.sum::<f64>().sqrt()
    }

    /// Variance for a standard normal place, less what the errors of the points add to it, and its standard error; half-widths are
    /// so many standard errors.
    fn variance(&self, half_widths: f64) -> (f64, f64) {
        let [low, high, middle] = self.values;
        let [s_low, s_high, s_middle] = self.reaches.map(|reach| reach / half_widths);
        let slope = (high - low) / (2.0 * Z95);
        let bend = (high + low - 2.0 * middle) / (2.0 * Z95 * Z95);
        let slope_error = (s_low.powi(2) + s_high.powi(2)) / (4.0 * Z95 * Z95);
        let bend_error =
            (s_low.powi(2) + s_high.powi(2) + 4.0 * s_middle.powi(2)) / (4.0 * Z95.powi(4));
        let variance = slope * slope - slope_error + 2.0 * (bend * bend - bend_error);
        let spread = 4.0 * slope * slope * slope_error + 16.0 * bend * bend * bend_error;
        (variance.max(0.0), spread.sqrt())
    }
}

/// Of each range, its share of the sum of the variances that ranges have one by one.
fn variance_shares(played: &Played, varied: &[Varied]) -> Vec<Option<Share>> {
    let each: Vec<Option<(f64, f64)>> = varied
        .iter()
        .zip(&played.variants)
        .map(|(varied, variants)| {
            let Some([Some(low), Some(high), Some(middle)]) = variants else {
                return None;
            };
            let points = [low, high, middle].map(|variant| &variant.unavailability);
            let quadratic = Quadratic::new(points.map(|point| point.mean), points.map(half_width));
            varied
                .has_range()
                .then(|| quadratic.variance(normal_half_widths(low.unavailability.level)))
        })
        .collect();
    let sum: f64 = each.iter().flatten().map(|(variance, _)| variance).sum();
    let shares = each.iter().map(|own| {
        let (variance, error) = (*own)?;
        let others = sum - variance;
        let reach = normal_half_widths(played.base.unavailability.level) * error;
        let share = |variance: f64| {
            if variance + others > 0.0 {
                variance / (variance + others)
            } else {
                0.0
            }
        };
        (sum > 0.0).then(|| Share {
            mean: share(variance),
            low: share((variance - reach).max(0.0)),
            high: share(variance + reach),
        })
    });
    shares.collect()
}

/// Standard errors in half an interval of a level.
fn normal_half_widths(level: f64) -> f64 {
    crate::stats::normal_quantile(0.5 + 0.5 * level)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// exp(c z) has variance exp(c²) (exp(c²) - 1); for small c the quadratic has it nearly.
    #[test]
    fn the_variance_of_a_range_is_that_of_a_quadratic() {
        let through = |f: &dyn Fn(f64) -> f64| {
            Quadratic::new([f(-Z95), f(Z95), f(0.0)], [0.0; 3])
                .variance(1.96)
                .0
        };
        assert!((through(&|z| 3.0 + 2.0 * z) - 4.0).abs() < 1e-12);
        assert!((through(&|z| z * z) - 2.0).abs() < 1e-12);
        let c: f64 = 0.3;
        let exact = (c * c).exp() * ((c * c).exp() - 1.0);
        assert!((through(&|z| (c * z).exp()) / exact - 1.0).abs() < 0.02);
        let noisy = Quadratic::new([1.0, 1.0, 1.0], [0.5; 3]).variance(1.96);
        assert_eq!(noisy.0, 0.0, "noise is no variance");
    }

    #[test]
    fn a_quadratic_passes_its_points() {
        let quadratic = Quadratic::new([1.0, 5.0, 2.0], [0.1, 0.2, 0.3]);
        for (z, value, reach) in [(-Z95, 1.0, 0.1), (Z95, 5.0, 0.2), (0.0, 2.0, 0.3)] {
            assert!(
                (quadratic.at(z) - value).abs() < 1e-12
                    && (quadratic.reach(z) - reach).abs() < 1e-12
            );
        }
    }

    #[test]
    fn a_cost_of_one_plan_at_two_prices_has_no_luck_but_that_of_its_loss() {
        let topology = |price: f64| {
            let mut topology = crate::compare::assemble::tests::topology("a", Some(10.0), 1e-3);
            topology.unavailability.low = 0.9e-3;
            topology.unavailability.high = 1.1e-3;
            let money = |mean: f64| Estimate {
                mean,
                low: mean * 0.9,
                high: mean * 1.1,
                ..topology.unavailability.clone()
            };
            topology.cost_per_month.downtime = Some(money(price * 1e-3));
            topology.cost_per_month.total_with_failure = Some(money(10.0 + price * 1e-3));
            topology.cost_per_month.sla_credits = None;
            topology
        };
        let base = topology(1e6);
        let variant = Variant::new(topology(2e6), &base, None);
        assert_eq!(
            (
                variant.unavailability.mean,
                half_width(&variant.unavailability)
            ),
            (0.0, 0.0)
        );
        let cost = variant.cost.unwrap();
        assert!((cost.mean - 1000.0).abs() < 1e-9);
        assert!(
            (half_width(&cost) - 1e6 * 1e-4).abs() < 1e-9,
            "the tenth of the further million"
        );
    }
}
