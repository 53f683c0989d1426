//! `fit`: what an incident log says of repair and failure, ready to paste into a model.

use std::io::Read as _;
use std::path::Path;

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::args::{DateOrderChoice, EmptyEndChoice, FitArgs, FitFormat};
use super::failure::Failure;
use super::outputs::pictures;
use super::settings::{Charts, folder_name, output_folder};
use super::streams::Streams;
use crate::chart::{self, FitTimes};
use crate::fit::{
    DateOrder, Effort, EmptyEnd, FitError, Named, Question, Selection, Table, read_log, study,
};
use crate::report::{Folder, Pasted, fit_markdown, fit_text, fit_yaml};
use crate::results::{FitGroup, FitStudy};

/// The file of the figures, which every fit leaves.
const FIGURES: &str = "fit.json";

/// Largest log that is read \[bytes\].
const LARGEST: u64 = 1 << 30;

/// Groups of which charts are drawn at most.
const MOST_DRAWN: usize = 12;

pub(super) fn fit(args: &FitArgs, streams: &mut Streams) -> Result<(), Failure> {
    let (name, bytes) = read(&args.log)?;
    let table = Table::new(bytes, args.separator).map_err(|error| said(&name, error))?;
    let selection = selection(args);
    let log = read_log(&table, &selection).map_err(|error| said(&name, error))?;
    drop(table);
    let stem = name
        .rsplit_once('.')
        .map_or(name.as_str(), |(stem, _)| stem);
    let folder = output_folder(args.folder.as_deref(), &[stem]);
    let folder = Folder::open(&folder).context("no place for the output (-o DIR names another)")?;
    let question = Question {
        log: name.clone(),
        filters: args
            .filters
            .iter()
            .map(|filter| filter.text.clone())
            .collect(),
        by: args.by.clone(),
        places: args.places,
        effort: Effort {
            level: args.confidence,
            simulations: args.simulations,
            seed: args.seed,
        },
    };
    let bar = progress(streams, log.groups.len());
    let study = study(&log, &question, || bar.inc(1)).map_err(|error| said(&name, error))?;
    bar.finish_and_clear();
    let date = jiff::Timestamp::now().to_string();
    let told = Told {
        study: &study,
        pasted: Pasted {
            hits: args.hits.as_deref(),
            date: date.get(..10).unwrap_or(&date),
        },
    };
    let path = folder.path().to_owned();
    let drawn = told
        .save(folder, Charts::unless(args.no_charts))
        .context("the fit could not be written")?;
    streams.data(&told.printed(args.format))?;
    let what = if drawn > 0 {
        "charts and figures"
    } else {
        "figures"
    };
    let few = if drawn > 0 && drawn < study.groups.len() {
        format!(" (charts of the {drawn} largest groups only)")
    } else {
        String::new()
    };
    streams.note(&format!("\n{what}: {}{few}", path.display()));
    Ok(())
}

/// The bytes of a log and its name; `-` is stdin.
fn read(path: &Path) -> Result<(String, Vec<u8>), Failure> {
    let too_large = || {
        Failure::Usage(
            format!("the log is larger than {} MB", LARGEST >> 20),
            "keep the columns that matter: times, and what you filter by".to_owned(),
        )
    };
    let mut bytes = Vec::new();
    if path == Path::new("-") {
        let stdin = std::io::stdin().lock();
        stdin
            .take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .context("cannot read stdin")?;
        if bytes.len() as u64 > LARGEST {
            return Err(too_large());
        }
        return Ok(("stdin".to_owned(), bytes));
    }
    let shown = path.display();
    let unreadable = |error: std::io::Error| {
        Failure::Usage(
            format!("cannot read {shown}: {error}"),
            "name a CSV file with a line for each incident, or - for stdin".to_owned(),
        )
    };
    let file = std::fs::File::open(path).map_err(unreadable)?;
    if file.metadata().map_err(unreadable)?.is_dir() {
        return Err(Failure::Usage(
            format!("{shown} is a folder"),
            "name a CSV file in it".to_owned(),
        ));
    }
    file.take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() as u64 > LARGEST {
        return Err(too_large());
    }
    let name = path.file_name().unwrap_or(path.as_os_str());
    Ok((name.to_string_lossy().into_owned(), bytes))
}

fn said(name: &str, error: FitError) -> Failure {
    Failure::Usage(format!("{name}: {}", error.message), error.hint)
}

fn selection(args: &FitArgs) -> Selection {
    Selection {
        named: Named {
            start: args.start.clone(),
            end: args.end.clone(),
            duration: args.duration.clone(),
            unit: args.unit,
            timezone: args.timezone_column.clone(),
            place: args.place.clone(),
        },
        zone: args.timezone.clone(),
        date_order: args.dates.map(|order| match order {
            DateOrderChoice::DayFirst => DateOrder::DayFirst,
            DateOrderChoice::MonthFirst => DateOrder::MonthFirst,
        }),
        filters: args.filters.clone(),
        by: args.by.clone(),
        from: args.from.clone(),
        to: args.to.clone(),
        empty_end: match args.empty_end {
            EmptyEndChoice::Judge => EmptyEnd::Judge,
            EmptyEndChoice::Ongoing => EmptyEnd::Ongoing,
            EmptyEndChoice::Unknown => EmptyEnd::Unknown,
        },
        keep_informational: args.keep_informational,
        skip_unreadable: args.skip_unreadable,
    }
}

fn progress(streams: &Streams, groups: usize) -> ProgressBar {
    if !streams.shows_progress() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::with_draw_target(Some(groups as u64), ProgressDrawTarget::stderr());
    let style = ProgressStyle::with_template("fitting {wide_bar} {pos}/{len}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// A study, and what its lines for a model need.
struct Told<'a> {
    study: &'a FitStudy,
    pasted: Pasted<'a>,
}

impl Told<'_> {
    fn printed(&self, format: FitFormat) -> String {
        match format {
            FitFormat::Text => fit_text(self.study, self.pasted, Streams::width()),
            FitFormat::Markdown => fit_markdown(self.study, self.pasted),
            FitFormat::Yaml => fit_yaml(self.study, self.pasted),
            FitFormat::Json => {
                let all = serde_json::json!({ "schema": 1, "fit": self.study });
                format!("{all:#}\n")
            }
        }
    }

    /// Writes all files, and tells of how many groups charts were drawn.
    fn save(&self, mut folder: Folder, charts: Charts) -> anyhow::Result<usize> {
        folder.stage(FIGURES, self.printed(FitFormat::Json))?;
        folder.stage("fit.md", self.printed(FitFormat::Markdown))?;
        folder.stage("fit.yaml", self.printed(FitFormat::Yaml))?;
        let groups = match charts {
            Charts::Drawn => &self.study.groups[..self.study.groups.len().min(MOST_DRAWN)],
            Charts::LeftOut => &[],
        };
        let split = self.study.by.is_some();
        let mut names: Vec<String> = Vec::new();
        for group in groups {
            if split {
                let name = unused(&folder_name(&group.name), &names);
                let mut own = Folder::open(&folder.path().join(&name))?;
                self.stage_charts(&mut own, group)?;
                own.commit(
                    "repair.svg",
                    FitTimes::ALL
                        .into_iter()
                        .flat_map(|times| pictures(times.name())),
                )?;
                names.push(name);
            } else {
                self.stage_charts(&mut folder, group)?;
            }
        }
        folder.commit(
            FIGURES,
            FitTimes::ALL
                .into_iter()
                .flat_map(|times| pictures(times.name())),
        )?;
        Ok(groups.len())
    }

    fn stage_charts(&self, folder: &mut Folder, group: &FitGroup) -> anyhow::Result<()> {
        for times in FitTimes::ALL {
            let fit = match times {
                FitTimes::Repair => &group.repair,
                FitTimes::Between => &group.between,
            };
            let Some(fit) = fit else { continue };
            let drawn = chart::fit(self.study, &group.name, fit, times);
            let [svg, png] = pictures(drawn.name);
            folder.stage(&svg, &drawn.svg)?;
            folder.stage(
                &png,
                chart::png(&drawn.svg).context("cannot draw the chart")?,
            )?;
        }
        Ok(())
    }
}

/// A name of a folder that no other group has.
fn unused(name: &str, used: &[String]) -> String {
    let numbered = (2..).map(|n| format!("{name}-{n}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|candidate| !used.contains(candidate))
        .unwrap_or_default()
}
