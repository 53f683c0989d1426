//! The figures of which there are reference values, and where each is found.

use serde::Deserialize;

use super::row::Ends;
use crate::estimate::YEAR_MINUTES;
use crate::exact::{Figure, Solution};
use crate::results::{Estimate, Quantiles, TopologyResult};

/// A figure of a topology.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(try_from = "String")]
pub enum Metric {
    /// Share of requests lost.
    Unavailability,
    /// Share of time in which a journey, named here, is down.
    TimeUnavailability(String),
    /// Unavailability on a yearly scale \[min/year\].
    DowntimeMinutes,
    /// Its 95 % point over trials \[min/year\].
    DowntimeP95,
    /// Chance that it is more than this \[min/year\].
    DowntimeAbove(f64),
    /// Outages that begin in a year.
    OutagesPerYear,
    /// Mean length of an outage \[min\].
    OutageMinutes,
    /// Share of outages that are no longer than the objective.
    WithinRto,
    /// Mean age of what is left of the data after a loss \[s\].
    DataLossSeconds,
    /// Share of losses of data that are within the objective.
    WithinRpo,
    /// Mean time from all new to the first outage \[h\].
    FirstOutageHours,
}

/// What was sampled of a figure.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sampled {
    pub mean: f64,
    pub ends: Ends,
    pub n: u64,
    pub interval: String,
}

impl TryFrom<String> for Metric {
    type Error = String;

    /// From its path below a topology of results.json.
    fn try_from(path: String) -> Result<Self, String> {
        let unknown = || format!("no figure `{path}`");
        match path.as_str() {
            "/unavailability" => Ok(Self::Unavailability),
            "/downtime_minutes_per_year" => Ok(Self::DowntimeMinutes),
            "/downtime_minutes_per_year/p95" => Ok(Self::DowntimeP95),
            "/outages_per_year" => Ok(Self::OutagesPerYear),
            "/outage_minutes" => Ok(Self::OutageMinutes),
            "/rto_met" => Ok(Self::WithinRto),
            "/data_loss_seconds" => Ok(Self::DataLossSeconds),
            "/rpo_met" => Ok(Self::WithinRpo),
            "/first_outage_hours" => Ok(Self::FirstOutageHours),
            other => {
                if let Some(minutes) = other.strip_prefix("/exceedance/minutes=") {
                    return minutes
                        .parse()
                        .map(Self::DowntimeAbove)
                        .map_err(|_| unknown());
                }
                let journey = other.strip_prefix("/journeys/");
                journey
                    .and_then(|rest| rest.strip_suffix("/time_unavailability"))
                    .map(|name| Self::TimeUnavailability(name.to_owned()))
                    .ok_or_else(unknown)
            }
        }
    }
}

impl Metric {
    /// Its path below a topology of results.json.
    #[must_use]
    pub fn path(&self) -> String {
        match self {
            Self::Unavailability => "/unavailability".to_owned(),
            Self::TimeUnavailability(name) => format!("/journeys/{name}/time_unavailability"),
            Self::DowntimeMinutes => "/downtime_minutes_per_year".to_owned(),
            Self::DowntimeP95 => "/downtime_minutes_per_year/p95".to_owned(),
            Self::DowntimeAbove(minutes) => format!("/exceedance/minutes={minutes}"),
            Self::OutagesPerYear => "/outages_per_year".to_owned(),
            Self::OutageMinutes => "/outage_minutes".to_owned(),
            Self::WithinRto => "/rto_met".to_owned(),
            Self::DataLossSeconds => "/data_loss_seconds".to_owned(),
            Self::WithinRpo => "/rpo_met".to_owned(),
            Self::FirstOutageHours => "/first_outage_hours".to_owned(),
        }
    }

    /// What it is in a few words.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Unavailability => "unavailability".to_owned(),
            Self::TimeUnavailability(_) => "share of time down".to_owned(),
            Self::DowntimeMinutes => "downtime, min/year".to_owned(),
            Self::DowntimeP95 => "p95, min/year".to_owned(),
            Self::DowntimeAbove(minutes) => format!("P(> {minutes} min/year)"),
            Self::OutagesPerYear => "outages a year".to_owned(),
            Self::OutageMinutes => "mean outage, min".to_owned(),
            Self::WithinRto => "outages within RTO".to_owned(),
            Self::DataLossSeconds => "mean data loss, s".to_owned(),
            Self::WithinRpo => "losses within RPO".to_owned(),
            Self::FirstOutageHours => "first outage, hours".to_owned(),
        }
    }

    /// What a half-width is compared with: the reference, or for a share that may be near one what it lacks of that.
    pub(super) fn scale(&self, reference: f64) -> f64 {
        match self {
            Self::WithinRto | Self::WithinRpo | Self::DowntimeAbove(_) => {
                reference.min(1.0 - reference)
            }
            _ => reference,
        }
    }

    /// The figure as it was worked out, or why it is not among those that are. `journeys` has their names in the order of the plan.
    pub(super) fn of_solution(
        &self,
        solution: &Solution,
        journeys: &[String],
    ) -> Result<Figure, String> {
        match self {
            Self::Unavailability => Ok(solution.unavailability),
            Self::DowntimeMinutes => {
                let figure = solution.unavailability;
                Ok(Figure {
                    value: figure.value * YEAR_MINUTES,
                    error: figure.error * YEAR_MINUTES,
                    ..figure
                })
            }
            Self::TimeUnavailability(name) => journeys
                .iter()
                .zip(&solution.journeys)
                .find(|(known, _)| *known == name)
                .map(|(_, journey)| journey.time_unavailability)
                .ok_or_else(|| format!("there is no journey `{name}`")),
            Self::OutagesPerYear => solution.outages_per_year.clone(),
            Self::FirstOutageHours => solution.first_outage_hours.clone(),
            Self::DowntimeP95 | Self::DowntimeAbove(_) => {
                Err("the routes know means, not the distribution over years".to_owned())
            }
            Self::OutageMinutes | Self::WithinRto => {
                Err("the routes do not know lengths of outages".to_owned())
            }
            Self::DataLossSeconds | Self::WithinRpo => {
                Err("the routes do not know losses of data".to_owned())
            }
        }
    }

    /// The figure as it was sampled; `None` if it is not among those of a run, or too few trials bound it.
    pub(super) fn of_result(&self, result: &TopologyResult) -> Option<Sampled> {
        let of = |estimate: &Estimate| Sampled {
            mean: estimate.mean,
            ends: Ends {
                low: estimate.low,
                high: estimate.high,
            },
            n: estimate.n,
            interval: estimate.interval.clone(),
        };
        let downtime = &result.downtime_minutes_per_year;
        match self {
            Self::Unavailability => Some(of(&result.unavailability)),
            Self::TimeUnavailability(name) => result
                .journeys
                .get(name)
                .map(|journey| of(&journey.time_unavailability)),
            Self::DowntimeMinutes => Some(Sampled {
                mean: downtime.mean,
                ends: Ends {
                    low: downtime.low,
                    high: downtime.high,
                },
                ..of(&result.unavailability)
            }),
            Self::DowntimeP95 => Some(Sampled {
                mean: downtime.p95,
                ends: Ends {
                    low: downtime.p95_low?,
                    high: downtime.p95_high?,
                },
                n: result.trials,
                interval: "order-statistics".to_owned(),
            }),
            Self::DowntimeAbove(minutes) => {
                let mut points = result.exceedance.iter();
                let point =
                    points.find(|point| (point.minutes - minutes).abs() <= 1e-9 * minutes)?;
                Some(Sampled {
                    mean: point.p,
                    ends: Ends {
                        low: point.low,
                        high: point.high,
                    },
                    n: result.trials,
                    interval: "clopper-pearson".to_owned(),
                })
            }
            Self::OutagesPerYear => Some(of(&result.outages_per_year)),
            Self::OutageMinutes => mean_of(&result.outage_minutes),
            Self::WithinRto => result.rto_met.as_ref().map(of),
            Self::DataLossSeconds => mean_of(result.data_loss_seconds.as_ref()?),
            Self::WithinRpo => result.rpo_met.as_ref().map(of),
            Self::FirstOutageHours => None,
        }
    }
}

/// The mean of some values; `None` if there was none.
fn mean_of(values: &Quantiles) -> Option<Sampled> {
    Some(Sampled {
        mean: values.mean?,
        ends: Ends {
            low: values.low?,
            high: values.high?,
        },
        n: values.n,
        interval: "fay-feuer-t".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::library;

    #[test]
    fn every_figure_of_the_cases_is_known_by_its_path() {
        for check in library().cases.iter().flat_map(|case| &case.checks) {
            let again = Metric::try_from(check.metric.path());
            assert_eq!(again.as_ref(), Ok(&check.metric));
            assert!(check.metric.label().chars().count() <= 22);
        }
        assert!(Metric::try_from("/unavailability/".to_owned()).is_err());
    }
}
