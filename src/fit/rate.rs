//! How often incidents begin: failures over exposure, with the exact interval of a Poisson count, and whether one rate is enough.
//!
//! With n failures in the operating time T of all places, MTBF = T / n. If the window was given, n is Poisson, and the ends are
//! 2T / χ²(1 - α/2; 2n + 2) and 2T / χ²(α/2; 2n) (Garwood (1936), doi:10.1093/biomet/28.3-4.437); if the last failure closes it, 2n takes the
//! place of 2n + 2. A failure that opens the window is not counted. Drift: Laplace's test; clusters: the index of dispersion of
//! counts in equal parts of the window, a χ² (Cox and Lewis (1966), "The Statistical Analysis of Series of Events").

use super::log::{Incident, Log};
use super::sample::Observed;
use crate::results::{Dispersion, Drift, Ranged, RateFit};
use crate::stats::{gamma_quantile, gamma_upper_tail, normal_cdf};
use crate::units::{SECONDS_PER_HOUR, SECONDS_PER_YEAR};

/// Fewest failures from which drift and clusters are judged.
const FEWEST: usize = 8;

/// Share of the exposure in repair above which it is not believed.
const MOST_DOWN: f64 = 0.5;

/// Chance of a false alarm at which drift and clusters are said.
pub(super) const ALARM: f64 = 0.05;

/// How much was observed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) given: (bool, bool),
    /// Places, if the user says how many.
    pub(super) places: Option<f64>,
}

impl Window {
    /// What the user says, else all of the log.
    pub(super) fn of(log: &Log, places: Option<f64>) -> Option<Self> {
        let (first, last) = log.span?;
        let (from, to) = log.window;
        Some(Self {
            from: from.unwrap_or(first),
            to: to.unwrap_or(last),
            given: (from.is_some(), to.is_some()),
            places,
        })
    }
}

/// The failures of some incidents, in time.
pub(super) struct Failures<'a> {
    incidents: Vec<&'a Incident>,
    window: Window,
    pub(super) places: f64,
}

impl<'a> Failures<'a> {
    /// Those within a window; as many places as are named where the user says no number.
    pub(super) fn new(incidents: &[&'a Incident], window: Window, has_places: bool) -> Self {
        let mut all: Vec<&Incident> = incidents
            .iter()
            .copied()
            .filter(|one| one.start.is_some())
            .collect();
        all.sort_by(|a, b| {
            a.start
                .unwrap_or_default()
                .total_cmp(&b.start.unwrap_or_default())
        });
        let mut named: Vec<u32> = all.iter().map(|one| one.place).collect();
        named.sort_unstable();
        named.dedup();
        let seen = if has_places {
            named.len().max(1) as f64
        } else {
            1.0
        };
        Self {
            incidents: all,
            window,
            places: window.places.unwrap_or(seen),
        }
    }

    fn starts(&self) -> impl DoubleEndedIterator<Item = f64> + '_ {
        self.incidents.iter().filter_map(|one| one.start)
    }

    /// Begins that count: not the one that opens a window which the user did not give.
    fn counted(&self) -> Vec<f64> {
        let opens = !self.window.given.0 && self.starts().next() == Some(self.window.from);
        self.starts().skip(usize::from(opens)).collect()
    }

    /// Whether the last failure closes the window.
    fn is_closed_by_failure(&self) -> bool {
        !self.window.given.1 && self.starts().next_back() == Some(self.window.to)
    }

    /// The rate, with intervals at a level; `None` if nothing was exposed.
    pub(super) fn rate(&self, level: f64, told: impl Fn(f64) -> String) -> Option<RateFit> {
        let Window {
            from,
            to,
            given,
            places,
        } = self.window;
        let exposure = (to - from) * self.places;
        if exposure <= 0.0 {
            return None;
        }
        let counted = self.counted();
        let n = counted.len() as f64;
        let down = self.down();
        // Repairs that fill most of the exposure are those of more places than it counts.
        let operating = if down > MOST_DOWN * exposure {
            exposure
        } else {
            exposure - down
        };
        let extra = if self.is_closed_by_failure() {
            0.0
        } else {
            1.0
        };
        let dispersion = self.dispersion(&counted);
        let clustered = dispersion.filter(|found| found.p_value < ALARM);
        let factor = clustered.map_or(1.0, |found| found.index.max(1.0));
        let exact = |level: f64, factor: f64| mtbf(operating, n, extra, level, factor);
        let mtbf_at_level = exact(level, 1.0);
        let per_year = |seconds: Option<f64>| seconds.map(|seconds| SECONDS_PER_YEAR / seconds);
        Some(RateFit {
            from: told(from),
            to: told(to),
            window_given: given.0 && given.1,
            places: self.places,
            places_given: places.is_some(),
            n: counted.len() as u64,
            exposure_hours: exposure / SECONDS_PER_HOUR,
            down_hours: down / SECONDS_PER_HOUR,
            per_year: Ranged {
                value: Some(
                    mtbf_at_level
                        .value
                        .map_or(0.0, |mtbf| SECONDS_PER_YEAR / mtbf),
                ),
                low: Some(per_year(mtbf_at_level.high).unwrap_or(0.0)),
                high: per_year(mtbf_at_level.low),
                method: mtbf_at_level.method.clone(),
            },
            mtbf_seconds: mtbf_at_level,
            mtbf_90_seconds: exact(0.9, factor),
            drift: self.drift(&counted),
            dispersion,
        })
    }

    /// Time in repair within the window: where there is one place, overlapping incidents count once. Repairs of unknown length
    /// take the mean of the known ones \[s\].
    fn down(&self) -> f64 {
        let known: Vec<f64> = self
            .incidents
            .iter()
            .filter_map(|one| length(one))
            .collect();
        if known.is_empty() {
            return 0.0;
        }
        let mean = known.iter().sum::<f64>() / known.len() as f64;
        let (mut sum, mut free_from) = (0.0, f64::NEG_INFINITY);
        for one in &self.incidents {
            let start = one.start.unwrap_or_default();
            let end = (start + length(one).unwrap_or(mean)).min(self.window.to);
            let start = if self.places == 1.0 {
                start.max(free_from)
            } else {
                start
            };
            sum += (end - start.max(self.window.from)).max(0.0);
            free_from = free_from.max(end);
        }
        sum
    }

    /// U = (mean of the begins - middle of the window) / (length √(1 / 12n)).
    fn drift(&self, counted: &[f64]) -> Option<Drift> {
        // A failure that closes the window lies there by construction.
        let free = counted.len() - usize::from(self.is_closed_by_failure() && !counted.is_empty());
        if free < FEWEST {
            return None;
        }
        let (from, to) = (self.window.from, self.window.to);
        let n = free as f64;
        let mean = counted[..free]
            .iter()
            .map(|start| start - from)
            .sum::<f64>()
            / n;
        let u = (mean - (to - from) / 2.0) / ((to - from) * (1.0 / (12.0 * n)).sqrt());
        Some(Drift {
            u,
            p_value: 2.0 * normal_cdf(-u.abs()),
        })
    }

    fn dispersion(&self, counted: &[f64]) -> Option<Dispersion> {
        if counted.len() < 2 * FEWEST {
            return None;
        }
        let parts = (counted.len() / 5).clamp(3, 20);
        let length = (self.window.to - self.window.from) / parts as f64;
        let mut counts = vec![0.0; parts];
        for start in counted {
            let part = ((start - self.window.from) / length) as usize;
            counts[part.min(parts - 1)] += 1.0;
        }
        let mean = counted.len() as f64 / parts as f64;
        let squares: f64 = counts
            .iter()
            .map(|count: &f64| (count - mean).powi(2))
            .sum();
        let freedom = (parts - 1) as f64;
        let chi2 = squares / mean;
        Some(Dispersion {
            index: chi2 / freedom,
            parts: parts as u64,
            p_value: gamma_upper_tail(freedom / 2.0, chi2 / 2.0),
        })
    }

    /// Times from the end of an outage of a place to the begin of its next; incidents of a place that overlap are one outage. The
    /// last is still under way when the window ends. The first of a place is left out: when it began is not known.
    pub(super) fn between(&self) -> (Vec<Observed>, Overlaps) {
        let mut by_place: Vec<&Incident> = self.incidents.clone();
        by_place.sort_by_key(|one| one.place);
        let (mut times, mut overlaps) = (Vec::new(), Overlaps::default());
        let mut free_from: Option<f64> = None;
        for (at, one) in by_place.iter().enumerate() {
            let start = one.start.unwrap_or_default();
            let before = at.checked_sub(1).map(|before| by_place[before]);
            let same = before.filter(|before| before.place == one.place);
            match (same, free_from) {
                (Some(before), Some(free)) => {
                    overlaps.same_start += usize::from(before.start == one.start);
                    if start > free {
                        times.push(Observed::Exact(start - free));
                    } else {
                        overlaps.open += 1;
                    }
                }
                _ => free_from = None,
            }
            let end = start + length(one).unwrap_or(0.0);
            free_from = Some(free_from.map_or(end, |free| free.max(end)));
            let is_last = by_place
                .get(at + 1)
                .is_none_or(|next| next.place != one.place);
            if let Some(free) = free_from.filter(|free| is_last && *free < self.window.to) {
                times.push(Observed::AtLeast(self.window.to - free));
            }
        }
        (times, overlaps)
    }
}

/// Incidents that are not alone.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Overlaps {
    /// Begin while another of the same place is open.
    pub(super) open: usize,
    /// Begin at the same instant as another of the same place.
    pub(super) same_start: usize,
}

fn length(incident: &Incident) -> Option<f64> {
    match incident.time? {
        Observed::Exact(time) | Observed::AtLeast(time) => Some(time),
        Observed::Between(low, high) => Some(f64::midpoint(low, high)),
        Observed::AtMost(most) => Some(most / 2.0),
    }
}

/// T / n with its interval; a variance `factor` times that of a Poisson count makes n / factor failures of n.
fn mtbf(operating: f64, n: f64, extra: f64, level: f64, factor: f64) -> Ranged {
    let tail = f64::midpoint(1.0, -level);
    if n == 0.0 {
        return Ranged {
            value: None,
            // One-sided: nothing bounds it from above.
            low: Some(operating / -(1.0 - level).ln()),
            high: None,
            method: "exact Poisson, one-sided".to_owned(),
        };
    }
    let at = |p: f64, more: f64| operating / (factor * gamma_quantile(p, n / factor + more));
    Ranged {
        value: Some(operating / n),
        low: Some(at(1.0 - tail, extra)),
        high: Some(at(tail, 0.0)),
        method: if factor > 1.0 {
            "Poisson, widened for clusters"
        } else {
            "exact Poisson"
        }
        .to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_of_a_count_are_garwoods() {
        // 5 failures in 100: 95 % of the mean count is 1.6235 to 11.6683.
        let found = mtbf(100.0, 5.0, 1.0, 0.95, 1.0);
        assert!((100.0 / found.high.unwrap() - 1.623_5).abs() < 1e-4);
        assert!((100.0 / found.low.unwrap() - 11.668_3).abs() < 1e-4);
        // None seen: at most 2.9957 with 95 %.
        let none = mtbf(100.0, 0.0, 1.0, 0.95, 1.0);
        assert!((100.0 / none.low.unwrap() - 2.995_7).abs() < 1e-4 && none.value.is_none());
    }
}
