//! `verify`: the program against systems with known answers.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{VerifyArgs, VerifyFormat};
use super::failure::Failure;
use super::interrupt::Interrupt;
use super::settings::threads;
use super::streams::Streams;
use crate::engine::TrialOutcome;
use crate::montecarlo::{Observer, Progress, side_by_side};
use crate::report::{reference_list, verification, verification_markdown};
use crate::verify::{
    Case, Counts, Library, Played, Row, Table, VerifySettings, library, verify as check,
};

pub(super) fn verify(args: &VerifyArgs, streams: &mut Streams) -> Result<(), Failure> {
    let library = library();
    if let Some(name) = &args.print {
        return streams.data(&one_case(library, name)?.text);
    }
    let cases = chosen(library, &args.names)?;
    if args.list {
        return streams.data(&reference_list(library, &cases, Streams::width()));
    }
    let (rows, stopped) = play(library, &cases, args, streams)?;
    let table = Table::new(rows, library.level());
    let text = match args.format {
        VerifyFormat::Text => verification(&table, library, Streams::width()),
        VerifyFormat::Markdown => verification_markdown(&table, library),
        VerifyFormat::Json => format!("{:#}\n", serde_json::json!(table)),
    };
    streams.data(&text)?;
    ending(table.counts, args.trials, stopped)
}

/// How a table with these verdicts ends the program. Trials that the user chose may be too few to tell; those of the cases
/// are not.
fn ending(counts: Counts, trials: Option<u64>, stopped: bool) -> Result<(), Failure> {
    let wide = if trials.is_none() { counts.wide } else { 0 };
    match (counts.fail, wide) {
        (0, 0) if stopped => Err(Failure::Interrupted),
        (0, 0) => Ok(()),
        (0, 1) => Err(anyhow::anyhow!("1 interval is too wide to tell").into()),
        (0, n) => Err(anyhow::anyhow!("{n} intervals are too wide to tell").into()),
        (1, _) => Err(anyhow::anyhow!("1 reference value is not met").into()),
        (n, _) => Err(anyhow::anyhow!("{n} reference values are not met").into()),
    }
}

/// Plays the cases, each on one thread; also tells whether the user ended it.
fn play(
    library: &Library,
    cases: &[&Case],
    args: &VerifyArgs,
    streams: &Streams,
) -> Result<(Vec<Row>, bool), Failure> {
    let settings = VerifySettings {
        trials: args.trials,
        seed: args.seed,
        threads: 1,
        level: library.level(),
    };
    let interrupt = Interrupt::listen()?;
    let bar = bar(cases.len(), streams);
    let played = side_by_side(threads(args.threads), cases, |case| {
        if interrupt.came() {
            return Ok(Played::Stopped);
        }
        bar.set_message(case.name().to_owned());
        let played = check(library, case, &settings, &mut Watch(interrupt.clone()));
        bar.inc(1);
        played
    });
    bar.finish_and_clear();
    let mut rows = Vec::new();
    let mut stopped = false;
    for played in played {
        match played? {
            Played::Rows(more) => rows.extend(more),
            Played::Stopped => stopped = true,
        }
    }
    Ok((rows, stopped))
}

fn bar(cases: usize, streams: &Streams) -> ProgressBar {
    if !streams.shows_progress() {
        return ProgressBar::hidden();
    }
    let target = ProgressDrawTarget::stderr();
    let bar = ProgressBar::with_draw_target(Some(cases as u64), target);
    let style = ProgressStyle::with_template("{spinner} {pos} of {len} cases {wide_bar} {msg}");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}

/// The cases of these names in the order of the table; all if there are none.
fn chosen<'a>(library: &'a Library, names: &[String]) -> Result<Vec<&'a Case>, Failure> {
    if names.is_empty() {
        return Ok(library.cases.iter().collect());
    }
    let mut wanted = Vec::new();
    for name in names {
        let before = wanted.len();
        wanted.extend(library.named(name).map(Case::name));
        if wanted.len() == before {
            return Err(unknown(library, name));
        }
    }
    let cases = library.cases.iter();
    Ok(cases.filter(|case| wanted.contains(&case.name())).collect())
}

fn one_case<'a>(library: &'a Library, name: &str) -> Result<&'a Case, Failure> {
    let mut cases = library.cases.iter();
    cases
        .find(|case| case.name().eq_ignore_ascii_case(name))
        .ok_or_else(|| unknown(library, name))
}

fn unknown(library: &Library, name: &str) -> Failure {
    let systems = library.systems.iter().map(|system| system.id.as_str());
    let known = systems.chain(library.cases.iter().map(Case::name));
    let asked = name.to_lowercase();
    let nearest = known
        .map(|known| {
            (
                strsim::damerau_levenshtein(&known.to_lowercase(), &asked),
                known,
            )
        })
        .min()
        .filter(|(distance, _)| *distance <= (asked.chars().count() / 3).max(1));
    let hint = nearest.map_or_else(
        || "`failscape verify --list` says what there is".to_owned(),
        |(_, known)| format!("did you mean `{known}`?"),
    );
    Failure::Usage(format!("there is no reference case `{name}`"), hint)
}

/// Stops a run when the user asks for it.
struct Watch(Interrupt);

impl Observer for Watch {
    fn progress(&mut self, _progress: &Progress) {}

    fn should_stop(&mut self) -> bool {
        self.0.came()
    }

    fn trial(&mut self, _trial: u64, _topology: usize, _outcome: &TrialOutcome) {}

    fn wants_trials(&self) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(counts: Counts, trials: Option<u64>, stopped: bool) -> u8 {
        ending(counts, trials, stopped).map_or_else(|failure| failure.code(), |()| 0)
    }

    #[test]
    fn what_differs_ends_with_one_and_what_cannot_tell_only_with_the_trials_of_the_cases() {
        let counts = |fail, wide| Counts {
            pass: 5,
            fail,
            wide,
            unanswered: 1,
        };
        assert_eq!(code(counts(0, 0), None, false), 0);
        assert_eq!(code(counts(1, 0), Some(10), false), 1);
        assert_eq!(code(counts(2, 0), None, true), 1);
        assert_eq!(code(counts(0, 3), None, false), 1);
        assert_eq!(code(counts(0, 3), Some(10), false), 0);
        assert_eq!(code(counts(0, 0), None, true), 130);
    }
}
