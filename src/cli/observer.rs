//! Watches a run: shows progress and time left, hands trials to a file, and says when to stop.

use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::failure::Failure;
use super::interrupt::Interrupt;
use super::keeper::Keeper;
use super::streams::Streams;
use super::trials_file::TrialsFile;
use crate::engine::TrialOutcome;
use crate::montecarlo::{Observer, Progress, RunSettings, State};
use crate::results::format;

/// Time between two redrawings of the bar.
const TICK: Duration = Duration::from_millis(200);

/// What watches a run of the program.
#[derive(Debug)]
pub(super) struct RunObserver {
    interrupt: Interrupt,
    trials: Option<TrialsFile>,
    keeper: Option<Keeper>,
    /// Why trials could not be written; ends the run.
    broken: Option<anyhow::Error>,
    bar: Bar,
}

/// The progress bar and what its time left is reckoned from.
#[derive(Debug)]
pub(super) struct Bar {
    drawn: ProgressBar,
    /// What is being played, before all else that is said.
    title: String,
    started: Instant,
    /// Trials that an earlier command has played.
    resumed: u64,
    max_time: Option<Duration>,
}

/// A bar on stderr; one that draws nothing if nobody watches.
pub(super) fn progress_bar(streams: &Streams, settings: &RunSettings, resumed: u64) -> Bar {
    let target = if streams.shows_progress() {
        ProgressDrawTarget::stderr()
    } else {
        ProgressDrawTarget::hidden()
    };
    let bar = ProgressBar::with_draw_target(settings.trials, target);
    let template = "{spinner} {prefix} {wide_bar} {msg}";
    bar.set_style(
        ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar.set_prefix("starting");
    if streams.shows_progress() {
        bar.enable_steady_tick(TICK);
    }
    Bar {
        drawn: bar,
        title: String::new(),
        started: Instant::now(),
        resumed,
        max_time: settings.max_time,
    }
}

impl Bar {
    /// The same bar for one of several plays.
    pub(super) fn titled(self, title: &str) -> Self {
        self.drawn.set_message(title.to_owned());
        Self {
            title: title.to_owned(),
            ..self
        }
    }

    fn show(&self, progress: &Progress) {
        let played = format::count(progress.trials);
        match progress.expected_trials {
            Some(expected) => {
                let expected = expected.max(progress.trials);
                self.drawn.set_length(expected);
                let prefix = format!("{played} of {} trials", format::count(expected));
                self.drawn.set_prefix(prefix);
            }
            None => self.drawn.set_prefix(format!("{played} trials")),
        }
        self.drawn.set_position(progress.trials);
        let running = match progress.topologies {
            1 => "running".to_owned(),
            all => format!("{} of {all} topologies running", progress.running),
        };
        let elapsed = self.started.elapsed();
        let message = match time_left(progress, self.resumed, elapsed, self.max_time) {
            Some(left) => format!(
                "{running}, {} left",
                format::duration(left.as_secs_f64().ceil())
            ),
            None => running,
        };
        let title = if self.title.is_empty() { "" } else { ": " };
        self.drawn
            .set_message(format!("{}{title}{message}", self.title));
    }
}

/// Time until the trials aimed at are played at the pace since the `resumed` ones, or until the limit, whichever is first.
fn time_left(
    progress: &Progress,
    resumed: u64,
    elapsed: Duration,
    max_time: Option<Duration>,
) -> Option<Duration> {
    let by_pace = progress
        .expected_trials
        .filter(|_| progress.trials > resumed)
        .map(|expected| {
            let played = (progress.trials - resumed) as f64;
            let left = expected.saturating_sub(progress.trials) as f64;
            let seconds = elapsed.as_secs_f64() * left / played;
            // A forecast beyond any life time is cut rather than overflown.
            Duration::from_secs_f64(seconds.min(1e9))
        });
    let by_limit = max_time.map(|limit| limit.saturating_sub(elapsed));
    by_pace.into_iter().chain(by_limit).min()
}

impl RunObserver {
    pub(super) fn new(
        interrupt: Interrupt,
        trials: Option<TrialsFile>,
        keeper: Option<Keeper>,
        bar: Bar,
    ) -> Self {
        Self {
            interrupt,
            trials,
            keeper,
            broken: None,
            bar,
        }
    }

    /// Ends the watch: takes the bar away and gives the file of trials its name. Tells how long the trials
    /// took and hands back what keeps the run.
    pub(super) fn finish(self) -> Result<(Duration, Option<Keeper>), Failure> {
        let here = self.bar.started.elapsed();
        let wall = self.keeper.as_ref().map_or(here, Keeper::wall);
        self.bar.drawn.finish_and_clear();
        if let Some(error) = self.broken {
            return Err(error.into());
        }
        self.trials.map_or(Ok(()), TrialsFile::commit)?;
        Ok((wall, self.keeper))
    }
}

impl Observer for RunObserver {
    fn progress(&mut self, progress: &Progress) {
        self.bar.show(progress);
    }

    fn round_ended(&mut self, state: &State) {
        if let Some(keeper) = &mut self.keeper {
            keeper.keep_if_due(state);
        }
    }

    fn should_stop(&mut self) -> bool {
        self.interrupt.came() || self.broken.is_some()
    }

    fn trial(&mut self, trial: u64, topology: usize, outcome: &TrialOutcome) {
        if let (Some(trials), None) = (&mut self.trials, &self.broken) {
            self.broken = trials.write(trial, topology, outcome).err();
        }
    }

    fn wants_trials(&self) -> bool {
        self.trials.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn progress(trials: u64, expected_trials: Option<u64>) -> Progress {
        Progress {
            trials,
            expected_trials,
            running: 1,
            topologies: 1,
        }
    }

    #[test]
    fn time_left_follows_the_pace_and_the_limit() {
        let second = Duration::from_secs(1);
        assert_eq!(
            time_left(&progress(10, Some(40)), 0, second, None),
            Some(3 * second)
        );
        assert_eq!(
            time_left(&progress(25, Some(40)), 20, second, None),
            Some(3 * second)
        );
        assert_eq!(
            time_left(&progress(10, Some(40)), 0, second, Some(2 * second)),
            Some(second)
        );
        assert_eq!(
            time_left(&progress(10, None), 0, second, Some(5 * second)),
            Some(4 * second)
        );
        assert_eq!(time_left(&progress(0, Some(40)), 0, second, None), None);
        assert_eq!(
            time_left(&progress(1, Some(u64::MAX)), 0, second, None),
            Some(Duration::from_secs(1_000_000_000))
        );
    }
}
