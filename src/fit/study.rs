//! From a log to everything that is fitted to it.

use super::choice::{Effort, fit_times};
use super::error::FitError;
use super::log::{Incident, Log};
use super::rate::{ALARM, Failures, Window};
use super::sample::{Observed, Sample};
use crate::results::{FitColumn, FitGroup, FitStudy, RateFit, format};

/// What is asked of a log.
#[derive(Debug, Clone)]
pub struct Question {
    /// Name of the log.
    pub log: String,
    /// Its conditions, as they were written.
    pub filters: Vec<String>,
    /// Column whose values are fitted apart.
    pub by: Option<String>,
    /// Places that may fail, if the user says how many.
    pub places: Option<f64>,
    /// How sure to be.
    pub effort: Effort,
}

/// Fits everything, calling `done` after each group.
///
/// # Errors
///
/// If the log has neither times to repair nor begins.
pub fn study(log: &Log, question: &Question, mut done: impl FnMut()) -> Result<FitStudy, FitError> {
    let mut by_group: Vec<Vec<&Incident>> = vec![Vec::new(); log.groups.len()];
    for incident in &log.incidents {
        by_group[incident.group as usize].push(incident);
    }
    let mut groups: Vec<(&String, Vec<&Incident>)> = log.groups.iter().zip(by_group).collect();
    groups.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0)));
    let window = Window::of(log, question.places);
    let mut fitted = Vec::new();
    for (name, incidents) in groups {
        fitted.push(group(name, &incidents, log, window, question));
        done();
    }
    if fitted
        .iter()
        .all(|group| group.repair.is_none() && group.rate.is_none())
    {
        return Err(FitError::new(
            "the log holds neither durations nor begins that could be read",
            "name the columns: --duration COLUMN, or --start COLUMN and --end COLUMN",
        ));
    }
    let mut notes = log.notes.clone();
    notes.extend(window_notes(log, &fitted));
    Ok(FitStudy {
        log: question.log.clone(),
        rows: log.rows,
        selected: log.selected,
        filters: question.filters.clone(),
        by: question.by.clone(),
        columns: (log.columns.iter())
            .map(|(says, name)| FitColumn {
                says: (*says).to_owned(),
                name: name.clone(),
            })
            .collect(),
        dropped: log.dropped.clone(),
        notes,
        level: question.effort.level,
        seed: question.effort.seed,
        groups: fitted,
    })
}

fn group(
    name: &str,
    incidents: &[&Incident],
    log: &Log,
    window: Option<Window>,
    question: &Question,
) -> FitGroup {
    let seeded = |what: &str| Effort {
        seed: question.effort.seed ^ mixed(&[name, what]),
        ..question.effort
    };
    let times = Sample::new(incidents.iter().filter_map(|one| one.time));
    let mut repair = (log.has_times && times.n() > 0).then(|| fit_times(&times, seeded("repair")));
    if let Some(repair) = &mut repair {
        repair.notes.extend(censoring_note(&times));
    }
    let has_places = log.columns.iter().any(|(says, _)| *says == "place");
    let failures = window.map(|window| Failures::new(incidents, window, has_places));
    let rate = failures
        .as_ref()
        .and_then(|failures| failures.rate(question.effort.level, told));
    let mut notes = Vec::new();
    let mut between = None;
    if let (Some(failures), Some(rate)) = (&failures, &rate) {
        notes.extend(rate_notes(rate));
        let (gaps, overlaps) = failures.between();
        if overlaps.same_start > 0 {
            notes.push(format!(
                "{} begin at the very instant of another (on its day, where the log knows days only): one incident may be listed more than once, and the rate counts each",
                overlaps.same_start
            ));
        }
        // Pooled places without names mix their times between failures into those of none of them.
        if has_places || failures.places == 1.0 {
            if overlaps.open > 0 {
                notes.push(format!(
                    "{} begin while another of the same place is under way: for the times between failures such are one outage, for the rate each counts{}",
                    overlaps.open,
                    if has_places { "" } else { "; --place COLUMN or --places N tells places apart" }
                ));
            }
            let ended = gaps.iter().any(|gap| matches!(gap, Observed::Exact(_)));
            between = ended.then(|| fit_times(&Sample::new(gaps), seeded("between")));
            if has_places || overlaps.open > 0 {
                notes.push(
                    "times between failures run from the end of an outage to the begin of the next of the same place; the last of each place \
                     goes on to the end of the window"
                        .to_owned(),
                );
            }
        } else {
            notes.push(
                "times between failures of one place cannot be told: --place COLUMN says what each incident happened to".to_owned(),
            );
        }
    }
    FitGroup {
        name: name.to_owned(),
        incidents: incidents.len() as u64,
        repair,
        rate,
        between,
        notes,
    }
}

/// What right-censored repairs suppose.
fn censoring_note(times: &Sample) -> Option<String> {
    (!times.at_least.is_empty()).then(|| {
        format!(
            "{} of {} are not over, or only known to be longer: they count as such (right-censored), which supposes that how long they could \
             be watched has nothing to do with how long they take",
            times.at_least.len(),
            times.n()
        )
    })
}

fn rate_notes(rate: &RateFit) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(drift) = rate.drift.filter(|drift| drift.p_value < ALARM) {
        notes.push(format!(
            "the rate drifts: failures become {} frequent over the window (Laplace {:+.1}, {}); a mean over all of it is not \
             today's rate: a later --from may be",
            if drift.u > 0.0 { "more" } else { "less" },
            drift.u,
            format::p_value(drift.p_value)
        ));
    }
    if let Some(found) = rate.dispersion.filter(|found| found.p_value < ALARM) {
        notes.push(format!(
            "failures come in clusters, or the rate changes: counts in {} equal parts of the window vary {} times as much as those of \
             independent failures ({}); the exact interval is too narrow, and the range to paste is widened",
            found.parts,
            format::significant(found.index, 2),
            format::p_value(found.p_value)
        ));
    }
    if rate.down_hours > 0.5 * rate.exposure_hours {
        notes.push(
            "repairs would fill more than half of the exposure, so that there must be more places than said: they are not taken off it; \
             --places N says how many"
                .to_owned(),
        );
    }
    notes
}

fn window_notes(log: &Log, groups: &[FitGroup]) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(rate) = groups.iter().find_map(|group| group.rate.as_ref()) else {
        notes.push("no rate of failure: the log does not say when incidents began".to_owned());
        return notes;
    };
    if !rate.window_given {
        notes.push(format!(
            "what was observed is taken to be from {} to {}, the first and the last instant of the log: --from and --to say better",
            rate.from, rate.to
        ));
    }
    if !rate.places_given {
        notes.push(match log.columns.iter().find(|(says, _)| *says == "place") {
            Some((_, column)) => format!(
                "as many places as {column} has values are taken to have been exposed: those without any incident are missing, --places N says better"
            ),
            None => "the rate is that of all that the log covers, taken as one place: --places N divides it among N".to_owned(),
        });
    }
    notes
}

/// An instant as it is shown.
fn told(seconds: f64) -> String {
    let instant = jiff::Timestamp::from_second(seconds as i64);
    instant.map_or_else(|_| format!("{seconds:.0} s"), |instant| instant.to_string())
}

/// FNV-1a over words.
fn mixed(words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}
