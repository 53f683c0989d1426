//! run.json: where, when and how long a run took. Kept out of results.json, which is the same wherever it is made.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::simulate::Played;
use crate::montecarlo::RunSettings;
use crate::results::Results;

/// The content of run.json.
#[derive(Debug, Serialize)]
struct RunFile {
    version: String,
    commit: Option<String>,
    /// End of the run, UTC.
    date: String,
    host: Option<String>,
    operating_system: &'static str,
    architecture: &'static str,
    threads: usize,
    /// Shards that the run was put together from, each on threads of its own.
    shards: Option<u32>,
    /// Of all commands that the run took, added up.
    wall_seconds: f64,
    trials: u64,
    trials_per_second: f64,
    partial: bool,
    interrupted: bool,
    settings: Settings,
}

/// How the run was asked for.
#[derive(Debug, Serialize)]
struct Settings {
    seed: u64,
    trials: Option<u64>,
    precision: Option<f64>,
    precision_of_differences: Option<f64>,
    estimator: String,
    max_time_seconds: Option<f64>,
    confidence: f64,
}

/// The text of run.json.
pub(super) fn run_file(
    results: &Results,
    played: &Played,
    settings: &RunSettings,
) -> anyhow::Result<String> {
    let trials: u64 = results
        .topologies
        .iter()
        .map(|topology| topology.trials)
        .sum();
    let wall_seconds = played.wall.as_secs_f64();
    let file = RunFile {
        version: results.version.clone(),
        commit: results.commit.clone(),
        date: utc(SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default()),
        host: host(),
        operating_system: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
        threads: settings.threads,
        shards: played.joined,
        wall_seconds,
        trials,
        trials_per_second: if wall_seconds > 0.0 {
            trials as f64 / wall_seconds
        } else {
            0.0
        },
        partial: results.partial,
        interrupted: played.interrupted,
        settings: Settings {
            seed: settings.seed,
            trials: settings.trials,
            precision: settings.precision,
            precision_of_differences: settings.precision_of_differences,
            estimator: settings.estimator.to_string(),
            max_time_seconds: settings.max_time.map(|time| time.as_secs_f64()),
            confidence: settings.confidence,
        },
    };
    let mut text = serde_json::to_string_pretty(&file)?;
    text.push('\n');
    Ok(text)
}

/// Name of this machine, as far as it is easily known.
fn host() -> Option<String> {
    let from_system = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
    let name = from_system
        .or_else(|| std::env::var("HOSTNAME").ok())
        .or_else(|| std::env::var("COMPUTERNAME").ok())?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// An instant after 1970 as `2026-11-22T22:37:45Z`.
fn utc(since_1970: Duration) -> String {
    let seconds = since_1970.as_secs();
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    let (year, month, day) = civil(days);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z",
        second / 3600,
        second / 60 % 60,
        second % 60
    )
}

/// Year, month and day of a number of days after 1970-01-01.
///
/// Counts in eras of 400 years that begin on a first of March, so that the leap day is the last of a year (Howard
/// Hinnant, "chrono-compatible low-level date algorithms").
fn civil(days: u64) -> (u64, u64, u64) {
    let days = days + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_as_dates() {
        assert_eq!(utc(Duration::ZERO), "1970-01-01T00:00:00Z");
        assert_eq!(
            utc(Duration::from_secs(951_826_554)),
            "2000-02-29T12:15:54Z"
        );
        assert_eq!(
            utc(Duration::from_secs(1_735_689_599)),
            "2024-12-31T23:59:59Z"
        );
        assert_eq!(
            utc(Duration::from_secs(4_107_542_401)),
            "2100-03-01T00:00:01Z"
        );
    }
}
