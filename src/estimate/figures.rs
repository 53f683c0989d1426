//! One figure with its interval.

use crate::results::{Estimate, Route};
use crate::stats::{ClusteredShare, Interval, Moments, skewed_mean_interval};

/// Number of values below which the bound of none seen still holds an interval open.
pub(super) const FEW: u64 = 10;

/// A figure with its interval.
pub(super) fn estimate(mean: f64, interval: Interval, level: f64, n: u64) -> Estimate {
    Estimate {
        mean,
        low: interval.low,
        high: interval.high,
        level,
        n,
        interval: interval.method.to_owned(),
        route: Route::Simulated,
        simulated: None,
    }
}

/// The mean of values that are not negative. `none_seen_high` bounds it where none was above zero, and from below while fewer than
/// ten were: a few small losses say nothing about the size of a large one, and must not bound it lower than no loss at all.
pub(super) fn skewed_mean(moments: &Moments, none_seen_high: f64, level: f64) -> Estimate {
    let interval = match skewed_mean_interval(&moments.into(), level) {
        None => Interval {
            low: 0.0,
            high: none_seen_high,
            method: "no-loss-bound",
        },
        Some(interval) if moments.nonzeros() < FEW && interval.high < none_seen_high => Interval {
            high: none_seen_high,
            method: "fay-feuer-t/no-loss-bound",
            ..interval
        },
        Some(interval) => interval,
    };
    estimate(moments.mean(), interval, level, moments.n())
}

/// A share of time or requests, at most 1.
pub(super) fn unavailability(moments: &Moments, none_seen_high: f64, level: f64) -> Estimate {
    let mut figure = skewed_mean(moments, none_seen_high, level);
    figure.high = figure.high.min(1.0).max(figure.mean);
    figure
}

/// A share of items that come in clusters; `None` without items.
pub(super) fn share(share: &ClusteredShare, level: f64) -> Option<Estimate> {
    Some(estimate(
        share.share()?,
        share.interval(level)?,
        level,
        share.items(),
    ))
}

/// `figure` times a factor of at least 0.
pub(super) fn scaled(figure: Estimate, factor: f64) -> Estimate {
    Estimate {
        mean: figure.mean * factor,
        low: figure.low * factor,
        high: figure.high * factor,
        ..figure
    }
}

/// `figure` plus a constant.
pub(super) fn shifted(figure: Estimate, by: f64) -> Estimate {
    Estimate {
        mean: figure.mean + by,
        low: figure.low + by,
        high: figure.high + by,
        ..figure
    }
}

/// One minus `figure`, the ends swapped.
pub(super) fn complement(figure: &Estimate) -> Estimate {
    Estimate {
        mean: 1.0 - figure.mean,
        low: 1.0 - figure.high,
        high: 1.0 - figure.low,
        ..figure.clone()
    }
}
