//! Designs against each other over the same trials: sums of unavailabilities, and nines gained.
//!
//! Each result holds its unavailability in 64 blocks of trials. Designs that played the same trials lived through the same faults block by
//! block, so a sum over designs is formed in each block first, and its interval is that of 64 paired values. Formulas: docs/recommend.md.

use crate::results::{Estimate, Route, TopologyResult};
use crate::stats::{PairedDifferences, student_quantile};

/// Sum of the unavailabilities of some designs less that of others, with its interval at a level.
#[must_use]
pub fn contrast(plus: &[&TopologyResult], minus: &[&TopologyResult], level: f64) -> Estimate {
    let all: Vec<&TopologyResult> = plus.iter().chain(minus).copied().collect();
    let sum = |of: &[&TopologyResult]| of.iter().map(|each| each.unavailability.mean).sum::<f64>();
    let mean = sum(plus) - sum(minus);
    let half = |each: &&TopologyResult| half_width(&each.unavailability);
    if all
        .iter()
        .all(|each| each.unavailability.route != Route::Simulated)
    {
        let reach = all.iter().map(half).sum();
        return around(mean, (reach, reach), level, &all, "worked-out");
    }
    if !in_same_blocks(&all) {
        let reach = all
            .iter()
            .map(|each| half(each).powi(2))
            .sum::<f64>()
            .sqrt();
        return around(mean, (reach, reach), level, &all, "independent");
    }
    let mut pairs = PairedDifferences::default();
    for block in 0..all[0].unavailability_by_block.len() {
        let of = |some: &[&TopologyResult]| {
            let each = some.iter().map(|each| each.unavailability_by_block[block]);
            each.sum::<f64>()
        };
        pairs.add(of(plus), of(minus));
    }
    // Where some were worked out and some not, only the trials that all played are paired.
    let is_mixed = all
        .iter()
        .any(|each| each.unavailability.route != Route::Simulated);
    let mean = if is_mixed { pairs.mean() } else { mean };
    match pairs.interval(level) {
        None => around(mean, (0.0, 0.0), level, &all, "none-differed"),
        Some(interval) => {
            let reach = (pairs.mean() - interval.low, interval.high - pairs.mean());
            around(mean, reach, level, &all, "paired-blocks")
        }
    }
}

/// Nines of one design less those of another, log10 of the ratio of their unavailabilities; `None` where one lost nothing.
///
/// The standard error over blocks is that of the jackknife (Efron and Stein 1981, doi:10.1214/aos/1176345462).
#[must_use]
pub fn nines_gained(of: &TopologyResult, from: &TopologyResult, level: f64) -> Option<Estimate> {
    let (new, old) = (&of.unavailability, &from.unavailability);
    if new.mean <= 0.0 || old.mean <= 0.0 {
        return None;
    }
    let mean = (old.mean / new.mean).log10();
    let all = [of, from];
    let is_simulated = |each: &Estimate| each.route == Route::Simulated;
    if is_simulated(new) && is_simulated(old) && in_same_blocks(&all) {
        let (new, old) = (&of.unavailability_by_block, &from.unavailability_by_block);
        let (sum_new, sum_old) = (new.iter().sum::<f64>(), old.iter().sum::<f64>());
        let count = new.len() as f64;
        let without: Vec<f64> = (new.iter().zip(old))
            .map(|(new, old)| ((sum_old - old) / (sum_new - new)).log10())
            .collect();
        if without.iter().all(|each| each.is_finite()) {
            let middle = without.iter().sum::<f64>() / count;
            let squares = without
                .iter()
                .map(|each| (each - middle).powi(2))
                .sum::<f64>();
            let error = ((count - 1.0) / count * squares).sqrt();
            let reach = student_quantile(0.5 + 0.5 * level, count - 1.0) * error;
            return Some(around(mean, (reach, reach), level, &all, "jackknife"));
        }
    }
    if new.low <= 0.0 || old.low <= 0.0 {
        return None;
    }
    let decades = |each: &Estimate| 0.5 * (each.high / each.low).log10();
    let (method, reach) = if is_simulated(new) || is_simulated(old) {
        ("independent", decades(new).hypot(decades(old)))
    } else {
        ("worked-out", decades(new) + decades(old))
    };
    Some(around(mean, (reach, reach), level, &all, method))
}

/// Whether the interval of a difference lies on one side of zero.
#[must_use]
pub fn is_resolved(difference: &Estimate) -> bool {
    difference.low > 0.0 || difference.high < 0.0
}

/// Share of what the most available design loses, up to which more is no difference worth money.
const ALIKE: f64 = 0.01;

/// Indices of the designs that are not surely less available than the one that seems the most, or by next to nothing.
pub(super) fn as_available_as_any(of: &[&TopologyResult], level: f64) -> Vec<usize> {
    let lost = |result: &&&TopologyResult| result.unavailability.mean;
    let Some(best) = of.iter().min_by(|a, b| lost(a).total_cmp(&lost(b))) else {
        return Vec::new();
    };
    let is_among = |index: &usize| {
        let more = contrast(&[of[*index]], &[best], level);
        more.low <= 0.0 || more.mean <= ALIKE * best.unavailability.mean
    };
    (0..of.len()).filter(is_among).collect()
}

pub(super) fn half_width(estimate: &Estimate) -> f64 {
    0.5 * (estimate.high - estimate.low)
}

/// Whether blocks of all are of the same trials. Samples with likelihood ratios are none.
fn in_same_blocks(all: &[&TopologyResult]) -> bool {
    let Some(first) = all.first() else {
        return false;
    };
    all.iter().all(|each| {
        each.trials == first.trials
            && each.rare.is_none()
            && !each.unavailability_by_block.is_empty()
            && each.unavailability_by_block.len() == first.unavailability_by_block.len()
    })
}

fn around(
    mean: f64,
    (below, above): (f64, f64),
    level: f64,
    of: &[&TopologyResult],
    method: &str,
) -> Estimate {
    let routes = of.iter().map(|each| each.unavailability.route);
    let route = routes.fold(Route::Exact, |all, own| match (all, own) {
        (Route::Simulated, _) | (_, Route::Simulated) => Route::Simulated,
        (Route::Numerical, _) | (_, Route::Numerical) => Route::Numerical,
        (Route::Exact, Route::Exact) => Route::Exact,
    });
    Estimate {
        mean,
        low: mean - below,
        high: mean + above,
        level,
        n: of.iter().map(|each| each.trials).min().unwrap_or_default(),
        interval: method.to_owned(),
        route,
        simulated: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::compare::assemble::tests::topology;

    /// A design whose blocks are what `lost` makes of the luck of each.
    fn blocks(name: &str, lost: impl Fn(f64) -> f64) -> TopologyResult {
        let luck = (0..64_u32).map(|block| 1.0 + 0.5 * (f64::from(block) * 2.4).sin());
        let blocks: Vec<f64> = luck.map(lost).collect();
        let mean = blocks.iter().sum::<f64>() / 64.0;
        TopologyResult {
            unavailability_by_block: blocks,
            ..topology(name, None, mean)
        }
    }

    #[test]
    fn common_luck_cancels() {
        let (a, b) = (blocks("a", |x| 1e-3 * x + 1e-5), blocks("b", |x| 1e-3 * x));
        let difference = contrast(&[&a], &[&b], 0.95);
        assert_eq!(difference.interval, "paired-blocks");
        assert!(
            difference.low > 0.9e-5 && difference.high < 1.1e-5,
            "{difference:?}"
        );
        assert!(is_resolved(&difference));
        // As independent figures they could not be told apart.
        let other = TopologyResult {
            trials: 10,
            ..b.clone()
        };
        assert!(!is_resolved(&contrast(&[&a], &[&other], 0.95)));
        assert_eq!(contrast(&[&a], &[&a], 0.95).interval, "none-differed");
    }

    #[test]
    fn what_only_seems_better_is_not() {
        let best = blocks("best", |x| 1e-3 * x);
        let luck = blocks("luck", |x| 1e-3 * x + 1e-4 * (x * 40.0).sin() + 1e-6);
        let hardly = blocks("hardly", |x| 1.001e-3 * x);
        let worse = blocks("worse", |x| 1.1e-3 * x);
        let all = [&worse, &hardly, &luck, &best];
        assert_eq!(as_available_as_any(&all, 0.95), [1, 2, 3]);
        assert!(as_available_as_any(&[], 0.95).is_empty());
    }

    #[test]
    fn a_tenth_is_one_nine_whatever_the_luck() {
        let (a, b) = (blocks("a", |x| 1e-4 * x), blocks("b", |x| 1e-3 * x));
        let nines = nines_gained(&a, &b, 0.95).unwrap();
        assert_eq!(nines.interval, "jackknife");
        assert!(
            (nines.mean - 1.0).abs() < 1e-9 && half_width(&nines) < 1e-9,
            "{nines:?}"
        );
        assert!(nines_gained(&topology("none", None, 0.0), &b, 0.95).is_none());
    }
}
